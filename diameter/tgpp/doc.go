// Package tgpp has the AVPs that several reference points of 3GPP share: Supported-Features, Terminal-Information,
// RAT-Type and others, with the codings that the octets of some of them have.
//
// The types are generated from tgpp.dia; package t6a and its neighbours use them in their commands. See package
// diameter for what all generated types have in common. The package keeps no state, and its functions are safe for
// concurrent use.
package tgpp

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../base.dia tgpp.dia
