// Package t8 speaks T8, the REST reference point between SCEF and SCS/AS (TS 29.122, Release 18).
//
// It holds the types of the API bodies, a server side, a client side and what carries notifications back. One Go
// interface stands for each API; the procedure of the SCEF implements it, and so does the client, so that a caller
// works in process or over HTTP with the same code. Today there is one API, non-IP data delivery ([NIDD]).
//
//   - An SCEF gives its implementation to [NIDDAPI] and that to [NewHandler], and sends notifications with a
//     [Notifier], directly or through the durable [Outbox].
//   - An application server calls [NewClient] and receives notifications with [NewCallback].
//
// Bodies are checked against the rules of the data model before a procedure sees them ([Check]); every fault is named
// by a JSON pointer. Members that the types do not know are ignored, values of an enumeration that they do not know are
// kept. A member of a request that is null counts as absent; only in a PATCH body does null mean removal (RFC 7396).
//
// Members that vendors added (§5.2.13) are kept in [VendorSpecific]; outside of this package use [Marshal] and
// [Unmarshal], as encoding/json loses them. Resources have an ETag; see [Condition] for changes on a condition.
//
// Errors are *[fault.Error] on both sides. Left out for now: delivery of notifications over WebSocket (§5.2.5.4).
//
// Handler, Client, Notifier and Outbox are safe for concurrent use; bodies are plain values and are not.
package t8
