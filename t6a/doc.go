// Package t6a speaks T6a and T6b, the reference points between SCEF and MME or SGSN (TS 29.128, Release 18).
//
// It turns the commands CMR, ODR, TDR, CIR and RIR and their answers into Go structs and back, and checks what the
// specification calls mandatory; T6ai and T6bi, between MME or SGSN and IWK-SCEF, and T7, between SCEF and IWK-SCEF, have
// the same commands. It keeps no state and opens no connection: procedures are in package nidd and its neighbours, and
// messages move through a diameter.Transport.
//
// Start from [ODR] for uplink data, [TDR] for downlink data, [CMR] for the connection that carries them, [CIR] for what an
// SCEF wants to be told, and [RIR] for the report. See package diameter for what all generated types have in common.
// Auth-Session-State has no field: it is always NO_STATE_MAINTAINED. [ParseExtendedPCO] opens the protocol configuration
// options of CMR and CMA, and the functions beside it read and write what is in their containers.
// [ParseBearerIdentifier] and [ParseValidityTime] are for members of the commands that are octets or numbers; the other
// values are in package tgpp.
//
// The grammars of CIR, CIA and RIA, the members of APN-Rate-Control-Status and the bits of CMR-Flags and TDA-Flags come
// from a single source, and the bits of the features are not known; t6a.dia is the place to correct them.
//
// The commands are values without hidden parts. They may be shared between goroutines once built. The example of the
// package builds, reads and answers an ODR.
package t6a

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../diameter/base.dia -I ../diameter/tgpp/tgpp.dia t6a.dia
