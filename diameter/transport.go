package diameter

import (
	"context"
	"errors"
)

// Identity names a Diameter node.
type Identity struct {
	Host  string // DiameterIdentity of the node; empty for "any node of the realm that serves the application"
	Realm string
}

var (
	// ErrNoPeer is wrapped when no open peer leads to the destination. The request was not sent.
	ErrNoPeer = errors.New("diameter: no peer for the destination")
	// ErrThrottled is wrapped when the destination, or its realm, has asked for less and this request is among those to leave
	// out. The request was not sent; another one, or this one later, may be.
	ErrThrottled = errors.New("diameter: not sent, as the destination has asked for less")
	// ErrClosed is wrapped when the Transport is closed. The request was not sent, unless the error also wraps ErrSent.
	ErrClosed = errors.New("diameter: closed")
	// ErrSent is wrapped, beside what went wrong, when the request left this node but no answer came by any way: the other
	// node may or may not have acted on it.
	ErrSent = errors.New("diameter: sent, but not answered")
)

// A Transport carries requests to Diameter nodes and returns their answers.
//
// Do returns a nil error exactly when an answer arrived, whatever result it holds; an answer of an agent on the way
// (as 3002, UNABLE_TO_DELIVER) counts as one. Otherwise the error wraps ErrNoPeer, ErrThrottled, ErrClosed or the cause of
// ctx (context.DeadlineExceeded for the Transport's own deadline), and also ErrSent when the request may have reached the
// other node; when the connection broke, ErrSent and the reason. A req that no message can hold is another error.
//
// The request carries the AVPs for its way itself; to is what to route on. When req.EndToEnd is 0, Do chooses one; else it
// is kept, as it must be when a request is repeated with FlagRetransmitted. Do neither keeps nor changes req; what it sends
// may have AVPs without the M flag after those of req. When ctx has no deadline, the Transport applies its own. Safe for
// concurrent use.
//
// A Transport that knows more than one way may send a request again within that time: with FlagRetransmitted and the same
// End-to-End Identifier when an earlier copy may have reached the other node, which can thus tell (RFC 6733 §5.5.4), as it
// was or as the agent that refused to carry it wishes when none did. Do then returns what came of the last copy, but
// an error that wraps ErrSent instead of an answer with the E flag when that says nothing about an earlier copy.
type Transport interface {
	Do(ctx context.Context, to Identity, req *Message) (*Message, error)
}

// A Handler answers the requests that other nodes send.
//
// HandleDiameter gets a request of an application that the node advertised, with well-formed AVP headers, and returns
// its answer. A nil answer means that none is sent. The caller sends the answer and then, in the same goroutine and in
// any case, calls then, if it is not nil: what then does, happens after the answer left for the peer. from is the peer
// that the request came from, which need not be the node in Origin-Host. ctx ends when the peer's connection is lost or
// the node closes. req belongs to the Handler, which does not change it. Called concurrently.
type Handler interface {
	HandleDiameter(ctx context.Context, from Identity, req *Message) (ans *Message, then func())
}

// HandlerFunc makes a Handler of a function.
type HandlerFunc func(ctx context.Context, from Identity, req *Message) (ans *Message, then func())

// HandleDiameter calls f.
func (f HandlerFunc) HandleDiameter(ctx context.Context, from Identity, req *Message) (*Message, func()) {
	return f(ctx, from, req)
}
