// Package nta speaks Nta, the second application on the reference point Nt, between SCEF and PCRF (TS 29.154 annex A,
// Release 18).
//
// It turns ECR and ERR and their answers into Go structs and back: the SCEF configures an event for a group, and the
// PCRF reports it. Background data transfer, the first application, is in package nt.
//
// The grammars come from a single source, which names an External-Group-Identifier without giving its code: the
// commands have External-Identifier in its place. nta.dia is the place to correct that.
//
// Start from [ECR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The package keeps no state and opens no connection: messages move through a
// diameter.Transport. Commands are values without hidden parts and may be shared between goroutines once built.
package nta

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia nta.dia
