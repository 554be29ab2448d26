package diameter

import "time"

// Direction tells which way a message goes.
type Direction uint8

// Directions.
const (
	Received Direction = iota
	Sent
)

// String is "received" or "sent".
func (d Direction) String() string {
	if d == Sent {
		return "sent"
	}
	return "received"
}

// Trace holds optional hooks of a [Node]; nil ones are skipped. Hooks run inline in the goroutines that carry messages:
// they must not block, and must neither keep nor change what they get beyond the rules of [Message]. They are called
// concurrently. New hooks are new fields.
type Trace struct {
	// Message is called for each message, base protocol included, that peer sent or that is about to be queued for it: a
	// request is seen before its answer. The identifiers of m are those on the wire. Before capabilities were exchanged,
	// peer is as far as it is known.
	Message func(peer Identity, d Direction, m *Message)

	// Answered is called when the answer to a request of this node arrives, with the length of the request in octets and
	// the time from queueing to arrival.
	Answered func(peer Identity, sent int, ans *Message, took time.Duration)

	// Served is called when a request of an application that a peer sent is done: after its answer was queued, with the
	// time since the request came. Requests that the node itself refused are among them. ans, whose identifiers need not
	// be those on the wire, is nil when there is none: the handler gave none, or the connection was lost.
	Served func(peer Identity, req, ans *Message, took time.Duration)

	// PeerState is called after each change of state of a peer, in order for each peer. why is nil for a change that
	// was wanted. The Host of a peer that was never connected may be empty.
	PeerState func(peer Identity, from, to PeerState, why error)
}
