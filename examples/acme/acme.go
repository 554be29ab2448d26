// Package acme shows a Diameter application of a vendor on top of scefkit: a dictionary that inherits those of scefkit, the
// commands that diagen makes of it, and two nodes that exchange them. docs/dictionaries.md explains it line by line.
package acme

//go:generate go tool diagen acme.dia
