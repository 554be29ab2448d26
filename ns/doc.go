// Package ns speaks Ns, the reference point between SCEF and RCAF (TS 29.153 §5, Release 18).
//
// It turns NSR and NCR and their answers into Go structs and back: the SCEF asks how congested an area is, once or
// until further notice, and the RCAF reports.
//
// The AVPs are known, but no source prints the grammars: which AVPs are required, and how often they may occur, is
// concluded from the sibling applications, and of the values of Ns-Request-Type only one is known. ns.dia is the place
// to correct that.
//
// Start from [NSR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The package keeps no state and opens no connection: messages move through a
// diameter.Transport. Commands are values without hidden parts and may be shared between goroutines once built.
package ns

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia ns.dia
