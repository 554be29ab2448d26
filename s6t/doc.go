// Package s6t speaks S6t, the reference point between SCEF and HSS (TS 29.336 §8, Release 18).
//
// It turns NIR and NIA, which authorize the delivery of non-IP data, into Go structs and back, and checks what the
// specification calls mandatory. CIR, CIA, RIR and RIA, which monitoring needs, are not here yet. The package keeps no
// state and opens no connection: messages move through a diameter.Transport.
//
// Start from [NIR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The commands are values without hidden parts and may be shared between
// goroutines once built. The example of the package asks for an authorization and reads what the HSS grants.
package s6t

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia s6t.dia
