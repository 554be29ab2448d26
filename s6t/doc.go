// Package s6t speaks S6t, the reference point between SCEF and HSS (TS 29.336 §8, Release 18).
//
// It turns NIR and NIA, which authorize the delivery of non-IP data, CIR and CIA, which configure monitoring events,
// communication patterns, network parameters and enhanced coverage, and RIR and RIA, which report, into Go structs and
// back, and checks what the specification calls mandatory. The package keeps no state and opens no connection: messages
// move through a diameter.Transport.
//
// Start from [NIR] or [CIR], and see package diameter for what all generated types have in common. Auth-Session-State has
// no field: it is always NO_STATE_MAINTAINED. [Features] are what both sides can do. The commands are values without
// hidden parts and may be shared between goroutines once built. The example of the package asks for an authorization and
// reads what the HSS grants.
//
// The additions of Release 17, named in s6t.dia, come from a single source; that is the place to correct them.
package s6t

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia s6t.dia
