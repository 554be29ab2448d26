// Package t4 speaks T4, the reference point between MTC-IWF and SMS-SC (TS 29.337 §6, Release 18).
//
// It turns DTR and DRR and their answers into Go structs and back: a device trigger goes to the SMS-SC, and a delivery
// report comes back.
//
// The grammars come from a single source, which names an SMS-Application-Port-ID without giving its code: DTR has
// Application-Port-Identifier in its place. t4.dia is the place to correct that.
//
// Start from [DTR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The package keeps no state and opens no connection: messages move through a
// diameter.Transport. Commands are values without hidden parts and may be shared between goroutines once built.
package t4

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia t4.dia
