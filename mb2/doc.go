// Package mb2 speaks MB2-C, the reference point between GCS AS and BM-SC (TS 29.468 §6, Release 18); the SCEF is a GCS
// AS.
//
// It turns GAR and GNR and their answers into Go structs and back: TMGIs are allocated and given back, MBMS bearers are
// started, changed and stopped, and the BM-SC tells what happens to them.
//
// The grammars, the bits of results and the diagnostics come from a single source, and the bits of the features are not
// known. mb2.dia is the place to correct them.
//
// Start from [GAR], and see package diameter for what all generated types have in common. Auth-Session-State has no
// field: it is always NO_STATE_MAINTAINED. The package keeps no state and opens no connection: messages move through a
// diameter.Transport. Commands are values without hidden parts and may be shared between goroutines once built.
package mb2

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia mb2.dia
