// Package diameter speaks the Diameter base protocol (RFC 6733).
//
// A [Message] is what travels; a [Transport] carries requests out and a [Handler] answers those that come in. [Node] is
// the Transport that comes with the package. The commands of the base protocol, as [CER], and the groups and
// enumerations that all applications use are types of this package; those of the reference points are in packages of
// their own, as t6a and s6t.
//
// # Commands
//
// Commands and Grouped AVPs are plain structs, generated from dictionaries (base.dia for this package) in the language of
// Erlang/OTP. [NewRequest], [NewAnswer] and [Decode] turn them into messages and back, [ErrorAnswer] refuses a request,
// [ResultOf] tells how an answer ends. The methods Decode, Request and Answer of a command do the same with fewer
// allocations, for a server that is asked a hundred thousand times a second. All generated types have in common:
//
//   - A required AVP is a plain field, a required group a value, an AVP that may repeat a slice.
//   - An optional string, octet string, time or [Address] is a plain field, too, and absent when it is "", nil or zero: octets
//     that are there but empty are not nil. An optional number, enumeration or group is a pointer.
//   - DiameterURI, IPFilterRule and QoSFilterRule are strings as they are on the wire. A Time counts whole seconds, from
//     1968-01-20 03:14:08 to 2104-02-26 09:42:23 UTC; parts of a second are cut.
//   - Result-Code and Experimental-Result of an answer are one field of type [Result].
//   - Failed-AVP is kept as encoded AVPs, which may be malformed; [NextAVP] and [FindAVP] look into them.
//   - Extra holds AVPs that the grammar does not name, in their order; they are encoded again as they came.
//   - String and LogValue write one line in which IMSI, MSISDN and external identifiers are masked and user data are left
//     out.
//
// Each AVP has a [Definition], as [AVPSessionID], with which a program finds it among encoded AVPs and builds errors about it.
// [NewBase], and New of the packages that have commands, return a new command by its code.
//
// Decoding takes AVPs in any order and follows RFC 6733 §7.1.5. The first fault is an [*AVPError] that holds the result
// and the Failed-AVP for the answer: a required AVP is missing (5005), one occurs too often (5009), a length is wrong
// (5014), a text is not UTF-8 or an identity not visible ASCII (5004), or an AVP has the M bit and no dictionary of the
// application knows it (5001). AVPs that a dictionary knows may stand in Extra of any command with *[ AVP ]; a wrong M bit
// of a known AVP is no fault; enumerations are open. A message of more than [MaxAVPs] AVPs is refused (5012). Octet
// strings that were decoded alias the message, which therefore must not change; strings only do when the Decode method of
// a command reads a message that came over a connection.
//
// Encoding writes the AVPs in the order of the grammar and fails, with an AVPError, when a required one is missing.
//
// # Nodes
//
// A [Node] keeps connections to its peers over TCP or TLS, or over SCTP by diameter/sctp (CER, DWR, DPR; the watchdog of
// RFC 3539), sends requests to them with Do and hands theirs to the [Handler] of each application. Procedures know only the
// two small interfaces around it: [Transport] for the way out, Handler for the way in. [Pipe] is the second Transport, two
// nodes joined in memory; a vendor that has a Diameter stack writes a third and tries it with diametertest.RunTransport.
//
// A peer is known by the Origin-Host of its CER or CEA, of which Options decide what it is worth: Accept who may connect,
// CheckCertificate and RequireCertificate what TLS has to say about the name, CheckOrigin for whom the peer may speak (by
// default agents for everyone, others for themselves). A peer whose connection failed gets no requests before it has
// answered three DWRs. The machine of a peer is one table, printed in docs/diameter-peers.md. MaxConnsPerPeer allows for
// several connections with one peer; requests take them in turn.
//
// Requests find their way by the peers that are open and by the routes of [Node.SetRoutes]. When a connection breaks or
// falls silent, what waits for an answer there goes another way, marked as a repetition (T flag); Do tells the rules. An
// error that wraps [ErrSent] means that no way is left and that the other node may have acted on the request: the
// caller, who knows whether it may be repeated, decides. A Node recognises requests that are repeated to it. It
// follows redirects, within the bounds that [Options.Redirect] tells, but gives none itself.
//
// With [Forward] a Node is a relay or a proxy, for one application or, as [AppRelay], for all. Without, a request for
// another host gets UNABLE_TO_DELIVER. A Node finds no peers by DNS, and has no accounting.
//
// A Node heeds the priorities of messages (DRMP) wherever something waits, takes part in overload control (see [Overload]:
// Do fails with [ErrThrottled] when the destination has asked for less), and bounds all that a peer can make grow.
//
// A Node, its handlers and whatever implements Transport are used from many goroutines at once. A [Message] is not changed
// after it was received or sent, and so may be shared. Time is that of package time alone, so that nodes run in bubbles of
// testing/synctest, over net.Pipe (see diametertest.Wire).
package diameter

//go:generate go run github.com/scefkit/scefkit/cmd/diagen base.dia
