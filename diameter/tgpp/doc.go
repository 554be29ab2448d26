// Package tgpp has the AVPs that several reference points of 3GPP share: Supported-Features, Terminal-Information,
// RAT-Type and others, with the codings that the octets of some of them have.
//
// The types of the AVPs are generated from tgpp.dia; package t6a and its neighbours use them in their commands. See package
// diameter for what all generated types have in common.
//
// An AVP of octets is a []byte in a command. What the octets say, a Parse function returns as a value, and an Append method
// or function writes it:
//
//   - networks, areas and cells: [PLMN], [LAI], [RAI], [SAI], [CGI], [TAI], [ECGI], [ENodeB]; these compare with == and
//     can be the keys of a map
//   - where and when a UE is: [UserLocation], [TimeZone]
//   - numbers: [ParseMSISDN], [ParseNumber], [ParseIMSI], [ParseIMEI], [ParseIMEISV], or any by [ParseTBCD]. The results
//     are types of package id where they name a subscriber, and mask themselves when printed
//   - addresses: [ParseFramedIPAddress], [ParseFramedIPv6Prefix]
//   - MBMS: [TMGI], [ParseMBMSServiceArea], [ParseMBMSSessionDuration], [ParseMBMSFlowIdentifier]
//
// Errors wrap [ErrLength] or [ErrValue]. External-Identifier, IMEI in Terminal-Information and the IMSI in User-Name are
// text, which package id checks. Network-Area-Info-List has no type here: it is the end of a Presence Reporting Area Action
// (TS 29.274 §8.108 from octet 9), and stays octets. The examples show a location and a network.
//
// The package keeps no state, and its functions are safe for concurrent use.
package tgpp

//go:generate go run github.com/scefkit/scefkit/cmd/diagen -I ../base.dia tgpp.dia
