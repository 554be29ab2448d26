// Package sctp carries Diameter over SCTP (RFC 6733 §2.1, RFC 9260): a listener for Node.Serve and a dialler for
// Options.Dial of package diameter. It needs a Linux kernel with SCTP, and works on it through
// github.com/ishidawataru/sctp and the socket API of RFC 6458; elsewhere all fails with errors.ErrUnsupported.
//
// [Listen] and [Dialer] are all that there is to use; both take [Options]. An address is a list of IP addresses or host
// names with slashes between, and a port, as "192.0.2.1/198.51.100.1:3868" or "[2001:db8::1]/[2001:db8:1::1]:3868". An end
// with several is multi-homed: the association lives as long as one pair of addresses works. All local addresses of an
// association are sent as Host-IP-Address in CER and CEA.
//
// Each Diameter message is one user message with the payload protocol identifier 46; those of one Write may share packets.
// DTLS (identifier 47, RFC 6083) is not spoken: what arrives with it ends the connection. So does a user message that is
// not exactly one Diameter message, and an association that the peer restarts, as all that it had agreed on is gone.
//
// # Order
//
// Messages of the base application (CER, DWR, DPR and their answers) use stream 0, in order; so do all others until the
// peer has shown that it left the exchange of capabilities behind. From then on, messages that begin with a Session-Id
// take the stream that their session was given by a hash, the rest take all streams in turn. What a lost packet holds up
// are so the messages of its stream only. By default there is one stream, and all arrives in order. What remains of order
// between two nodes with more:
//
//   - Messages of one session that one end sent arrive in the order of sending, unless Options.Unordered is set.
//   - Messages of different sessions may overtake each other. So may a request that a handler's then sends and the answer
//     before it: an MME may get data for a connection before it knows that the connection stands.
//   - A DPR may overtake requests, which then get TOO_BUSY. It does not overtake answers for good: a node that leaves
//     waits for those that are outstanding, and the association is shut down after what was written has arrived.
//
// A message that arrives before the CEA, which other implementations may send, waits until the CEA is there.
//
// Connections and listeners may be used from many goroutines at once.
package sctp
