// Package diameter speaks the Diameter base protocol (RFC 6733) over TCP and TLS: messages, AVPs, peers and the way of
// requests between nodes.
//
// A [Node] is a Diameter node. It keeps connections to its peers (CER, DWR, DPR; the watchdog of RFC 3539), sends
// requests to them with Do and hands theirs to the [Handler] of each application. Procedures know only the two small
// interfaces around it: [Transport] for the way out, Handler for the way in. [Pipe] is the second Transport, two nodes
// joined in memory; a vendor that has a Diameter stack writes a third and tries it with diametertest.RunTransport.
//
// A [Message] holds its AVPs as they stand on the wire. The packages of the reference points turn them into Go structs
// and back: a [Command] is one of them, [NewRequest], [NewAnswer] and [Decode] lead from the one form to the other. The
// commands of the base protocol itself, such as [CER], are here, generated from base.dia.
//
// What it leaves out: it relays and redirects nothing (a request for another host gets UNABLE_TO_DELIVER), finds no peers
// by DNS, has no SCTP and no accounting, and does not send requests again by itself when a connection breaks: the
// error then wraps [ErrSent], and the caller, who knows whether the request may be repeated, decides. It does recognise
// requests that are repeated to it (T flag).
//
// A Node, its handlers and everything that implements Transport are used from many goroutines at once. A Message is not
// changed after it was received or sent, and so may be shared. Nothing here depends on the wall clock beyond package
// time, so that nodes run in bubbles of testing/synctest, over net.Pipe (see diametertest.Wire).
package diameter
