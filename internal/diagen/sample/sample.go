// Package sample is what diagen makes of a dictionary that has one of everything. Only tests use it.
package sample

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../../../diameter/base.dia sample.dia
