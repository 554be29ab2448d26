// Package t6a speaks T6a and T6b, the reference points between SCEF and MME or SGSN (TS 29.128, Release 18).
//
// It turns the commands CMR, ODR and TDR and their answers into Go structs and back, and checks what the specification
// calls mandatory; T6ai, T6bi and T7 have the same commands. It keeps no state and opens no connection: procedures are
// in package nidd, and messages move through a diameter.Transport. CIR and RIR, which monitoring needs, are not here yet.
//
// Start from [ODR] for uplink data, [TDR] for downlink data and [CMR] for the connection that carries them, and see
// package diameter for what all generated types have in common. Auth-Session-State has no field: it is always
// NO_STATE_MAINTAINED. [ParseExtendedPCO] opens the protocol configuration options of CMR and CMA, and the functions
// beside it read and write what is in their containers. [ParseBearerIdentifier] and [ParseValidityTime] are for members of
// the commands that are octets or numbers; the other values are in package tgpp.
//
// The commands are values without hidden parts. They may be shared between goroutines once built. The example of the
// package builds, reads and answers an ODR.
package t6a

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia t6a.dia
