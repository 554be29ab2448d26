// Package nidd runs the procedures for non-IP data delivery of TS 29.122 §4.4.5 (Release 18) at the SCEF, with their
// Diameter sides: T6a/T6b to MME and SGSN (TS 29.128 §5.5 to §5.8), S6t to the HSS (TS 29.336 §7.2.3).
//
// It covers NIDD configurations of single UEs and of groups, T6a/T6b connections, uplink data, downlink data with every PDN
// establishment option, buffering with maximum latency and priority, retransmission, replacement and cancellation of
// what is buffered, authorisation update and revocation by the HSS, the notifications, and the Reliable Data Service with
// dynamic ports, by which several SCS/ASs share one PDN connection.
//
// A group may have any number of members: its configuration is there when the HSS has named all of them, and data for it
// becomes one resource, which goes when the SCS/AS has acknowledged one notification with the result of each member. Only
// batches of members are in memory. What is told of a group as a whole names it in externalId, as there is no other member.
//
// Three state machines, which are tables, hold the rules: [Step] for a downlink delivery, and one each for a connection
// and a configuration (docs/nidd.md shows them). [Procedure] drives them on a [store.Store]: it loads what concerns a
// UE, steps, and writes the new states, the timer of the UE and the notifications in one transaction, before anything is
// sent. Uplink data of an attached UE and downlink data that the UE takes at once write nothing.
//
// Over the Reliable Data Service (package rds) the links are part of the stored connection. Data that the UE has to
// acknowledge becomes a resource first, and its result comes by notification; acknowledged data of the UE is in the outbox
// when the UE learns that it was received. Unacknowledged data goes as without the service, with one commit for its number.
//
// After a crash the store tells what was under way. A TDR whose answer is not known is sent again as the same request,
// with the T flag and the same End-to-End Identifier, so that the serving node can drop the duplicate (RFC 6733 §3).
//
// Start with [New] and [Procedure.Run]. All methods are safe for concurrent use; to one UE at most one TDR is under way.
package nidd
