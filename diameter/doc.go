// # Nodes
//
// A [Node] keeps connections to its peers over TCP or TLS (CER, DWR, DPR; the watchdog of RFC 3539), sends requests to
// them with Do and hands theirs to the [Handler] of each application. Procedures know only the two small interfaces
// around it: [Transport] for the way out, Handler for the way in. [Pipe] is the second Transport, two nodes joined in
// memory; a vendor that has a Diameter stack writes a third and tries it with diametertest.RunTransport.
//
// A Node relays and redirects nothing (a request for another host gets UNABLE_TO_DELIVER), finds no peers by DNS, and has
// no SCTP and no accounting. It does not send requests again by itself when a connection breaks: the error then wraps
// [ErrSent], and the caller, who knows whether the request may be repeated, decides. It does recognise requests that are
// repeated to it (T flag).
//
// A Node, its handlers and whatever implements Transport are used from many goroutines at once. A [Message] is not changed
// after it was received or sent, and so may be shared. Time is that of package time alone, so that nodes run in bubbles of
// testing/synctest, over net.Pipe (see diametertest.Wire).
package diameter
