// Package sim has the other ends of an SCEF: an HSS, MMEs and SGSNs, UEs and application servers that speak real
// Diameter and HTTP, and a recorder that draws what flowed between them.
//
// A simulated node is a [diameter.Handler] that sends through whatever [diameter.Transport] it is given. Over TCP that is
// a [diameter.Node], which [Open] makes; in memory it is [diameter.Pipe], so that a scenario of days runs in a bubble of
// testing/synctest within milliseconds. A scenario reads as what a UE does: [UE.Attach], [UE.Send], [UE.Sleep], [UE.Wake],
// [UE.Detach], each of which makes its MME talk to the SCEF.
//
// [HSS] answers NIDD authorizations and revokes them. [MME] follows the clauses of TS 29.128 for MME and SGSN: 5.5.2,
// 5.6.3, 5.7.2 and 5.8.3. [UE] is where downlink data arrives, [AS] where notifications do; package fleet has very many UEs
// that act by themselves. Each can be told to misbehave, see [Fault] and [ASFault]. Only the SCEF side of HSS and MME is
// there: no S6a, no S1, no security. [Recorder] collects messages and draws them as a ladder, in text, Mermaid or HTML, or
// writes them as a capture file that Wireshark opens.
//
// Everything is safe for concurrent use. No node has a goroutine of its own: it works in those of its callers. The
// example of the package runs a UE against an SCEF of a few lines; examples/quickstart in the repository runs a whole one.
package sim
