// Package tsp speaks Tsp, the reference point between SCS and MTC-IWF (TS 29.368 §6, Release 18); the SCEF is an SCS.
//
// It turns DAR and DNR and their answers into Go structs and back: the SCS asks for a device trigger, recalls or
// replaces one, and learns what became of it, or gets a short message of a device that has no MSISDN.
//
// The grammars come from a single source, except that of DNA; the bits of the features are not known. tsp.dia is the
// place to correct them.
//
// Start from [DAR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The package keeps no state and opens no connection: messages move through a
// diameter.Transport. Commands are values without hidden parts and may be shared between goroutines once built.
package tsp

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia tsp.dia
