// Package rx speaks Rx, the reference point between an AF and the PCRF (TS 29.214 §5, Release 18); the SCEF is an AF.
//
// It turns the commands AAR, RAR, STR and ASR and their answers into Go structs and back. Unlike its neighbours, Rx
// keeps sessions: an AAR opens or changes one, STR and ASR end it, and Auth-Session-State is a field like others.
//
// What is newer than Release 14 is confirmed by implementations, not by the text of the specification: the AVPs with
// numbers from 555 on, the features from 22 of list 1 on and those of list 2. rx.dia is the place to correct them, and
// [Features] that of the features.
//
// Start from [AAR], and see package diameter for what all generated types have in common. The package keeps no state
// and opens no connection: messages move through a diameter.Transport. Commands are values without hidden parts and may
// be shared between goroutines once built.
package rx

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia rx.dia
