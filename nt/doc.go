// Package nt speaks Nt, the reference point between SCEF and PCRF for background data transfer (TS 29.154 §5, Release
// 18).
//
// It turns BTR and BTA into Go structs and back: the SCEF asks for transfer policies, and tells which one was chosen.
// Its second application, for events of groups, is in package nta.
//
// The grammars come from a single source; nt.dia is the place to correct them.
//
// Start from [BTR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The package keeps no state and opens no connection: messages move through a
// diameter.Transport. Commands are values without hidden parts and may be shared between goroutines once built.
package nt

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia nt.dia
