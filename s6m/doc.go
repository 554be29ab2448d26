// Package s6m speaks S6m, the reference point between MTC-IWF and HSS, and S6n, the one between MTC-AAA and HSS (TS
// 29.336 §6, Release 18).
//
// It turns SIR and SIA into Go structs and back: they ask which device an external identity means, whether a service is
// allowed for it, and which nodes can reach it. An SCEF that triggers devices over T4 itself asks as an MTC-IWF does.
//
// Start from [SIR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The package keeps no state and opens no connection: messages move through a
// diameter.Transport. Commands are values without hidden parts and may be shared between goroutines once built.
package s6m

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia s6m.dia
