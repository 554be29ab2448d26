package diameter

import (
	"context"
	"errors"
	"slices"
)

// Forward makes a [Node] an agent for the requests of an application that are for other nodes: a relay when its functions
// are nil, a proxy that may change or refuse messages with them (RFC 6733 §2.8).
//
// A request is for another node when it has another Destination-Host; or none, and a Destination-Realm that is another,
// or whose application has no Handler here. The node looks for a way as Do does, but never to the peer that the request
// came from. What is sent has a Hop-by-Hop Identifier of its own, the End-to-End Identifier and flags of the request, all
// its AVPs, and a Route-Record with the Host of the peer that it came from. The answer goes back with the Hop-by-Hop
// Identifier of the request and its AVPs untouched. Fail-over and redirects are as for Do.
//
// The node itself answers UNABLE_TO_DELIVER when the request does not have the P flag, or when there is no way;
// LOOP_DETECTED when a Route-Record says that it was here before; TOO_BUSY within the bounds for handlers, as a request
// counts as being in the hands of one until it is answered. A request that was sent and that nobody answered before
// Options.AnswerTimeout, or whose connection broke without another way, gets no answer, since nobody knows what became
// of it. The answer to a peer that has gone is dropped.
//
// Requests with the T flag are forwarded like others: whether they are repetitions is for the server to find out, which
// sees what came by other ways, too.
type Forward struct {
	// Request, if not nil, sees each request before it is forwarded. It returns what to forward, which is req itself or
	// another message with the command, flags and AVPs to send (the identifiers stay those of req, and Route-Record is
	// added); and the destination to route on, where the zero Identity means that of its AVPs. Or it returns an answer,
	// and nothing is forwarded. When both messages are nil, the request is neither forwarded nor answered. It keeps the
	// rules of [Handler].
	Request func(ctx context.Context, from Identity, req *Message) (fwd *Message, to Identity, ans *Message)

	// Answer, if not nil, sees each answer that came for a forwarded request from peer via, and returns the one to pass on,
	// which is ans itself or another message; nil for none. req is the request as it came to this node. Answers that this
	// node gives itself do not come here. It keeps the rules of [Handler].
	Answer func(ctx context.Context, via Identity, req, ans *Message) *Message
}

// agent is the Forward of an application at work. As a Handler it forwards one request and waits for the answer.
type agent struct {
	n *Node
	Forward
}

// plain reports whether the agent only relays.
func (a *agent) plain() bool { return a.Request == nil && a.Answer == nil }

// HandleDiameter implements [Handler].
func (a *agent) HandleDiameter(ctx context.Context, from Identity, req *Message) (*Message, func()) {
	fwd, to := req, Identity{}
	if a.Request != nil {
		var ans *Message
		if fwd, to, ans = a.Request(ctx, from, req); ans != nil || fwd == nil {
			return ans, nil
		}
	}
	if to == (Identity{}) {
		s, err := scan(fwd.AVPs, a.n.opts.MaxAVPs)
		if err != nil {
			return a.n.undelivered(req, err), nil
		}
		to = Identity{string(s.destinationHost), string(s.destinationRealm)}
	}
	k := a.n.newCall()
	defer a.n.endCall(k)
	if err := a.n.record(k, from, to, fwd, look(fwd.AVPs), req.EndToEnd); err != nil {
		return a.n.undelivered(req, err), nil
	}
	ans, err := a.n.carry(ctx, k)
	if err != nil {
		return a.n.undelivered(req, err), nil
	}
	if a.Answer != nil {
		ans = a.Answer(ctx, k.c.id, req, ans)
	}
	return ans, nil
}

var errTooLong = errors.New("diameter: no message can hold the request and its Route-Record")

// record fills in k for a request with marks m that came from a peer, with a Route-Record of that (RFC 6733 §6.7.1).
func (n *Node) record(k *call, from, to Identity, req *Message, m marks, e2e uint32) error {
	size := len(req.AVPs) + 8 + len(from.Host) + -len(from.Host)&3
	if len(req.AVPs)%4 != 0 || size+HeaderLen > MaxMessageLen {
		return errTooLong
	}
	fwd, _, b := newMessage(false, size)
	fwd.Flags, fwd.Command, fwd.App = req.Flags, req.Command, req.App
	fwd.AVPs = AppendString(append(b[:0], req.AVPs...), 282, 0, AVPMandatory, from.Host)
	k.search = search{to: to, app: req.App, from: from.Host}
	m.forwarded = true
	k.req, k.marks, k.e2e, k.deadline = fwd, m, e2e, n.clock()+int64(n.opts.AnswerTimeout)
	return nil
}

// undelivered is the answer to a request that was not forwarded, or not answered: none when it may have been handled.
func (n *Node) undelivered(req *Message, err error) *Message {
	if errors.Is(err, ErrSent) {
		return nil
	}
	text := "no peer leads to the destination"
	if !errors.Is(err, ErrNoPeer) {
		text = "the request could not be forwarded"
	}
	return ErrorAnswer(req, n.self, UnableToDeliver, text, nil)
}

// relay forwards a request in the reader of the connection that it came from, without a goroutine of its own: what comes
// of it is seen to by forwarded. Only if that would block a worker takes over. The room for the job is reserved.
func (c *conn) relay(j *job, s *scanned) {
	n := c.n
	to := Identity{c.origin(s.destinationHost), c.origin(s.destinationRealm)}
	k := n.newCall()
	err := n.record(k, c.id, to, &j.req, s.marks, j.req.EndToEnd)
	for err == nil {
		t := n.way(k)
		if t == nil {
			err = ErrNoPeer
			break
		}
		k.job = j
		var at *gate
		room, unsent := t.queue(k, &at)
		if room == nil && unsent == nil {
			return // k and j are not ours any more
		}
		k.job = nil
		if room != nil {
			t.giveUp(at, k.marks.class())
			k.c = nil
			j.h = &resumed{n, k}
			c.jobs.push(j)
			return
		}
		n.refresh()
	}
	n.endCall(k)
	c.serve(&j.req, n.undelivered(&j.req, err), j.marks, 2*n.opts.MaxQueue, j.since)
	c.jobDone()
}

// forwarded passes on what came of a forwarded request. It does not block: what is not simple is left to a worker.
func (n *Node) forwarded(k *call) {
	j, ans := k.job, k.ans
	switch {
	case k.broken, errors.Is(k.err, errUnsent), k.err == nil && ans.Flags&FlagError != 0:
		k.job = nil
		n.handOver(j, &resumed{n, k})
		return
	case k.err != nil: // too late
	case !j.c.tryAnswer(j, ans):
		n.endCall(k)
		n.handOver(j, given{ans})
		return
	}
	n.endCall(k)
	c := j.c
	j.c, j.h = nil, nil
	c.jobDone()
}

// handOver lets a worker go on with a job.
func (n *Node) handOver(j *job, h Handler) {
	j.h = h
	var jobs jobQueues
	jobs.push(j)
	if !n.pool.submit(&jobs) {
		j.c.jobDone()
	}
}

// resumed goes on with a forwarded request that is under way.
type resumed struct {
	n *Node
	k *call
}

func (r *resumed) HandleDiameter(ctx context.Context, _ Identity, req *Message) (*Message, func()) {
	ans, err := r.n.carry(ctx, r.k)
	if err != nil {
		ans = r.n.undelivered(req, err)
	}
	r.n.endCall(r.k)
	return ans, nil
}

// given is the Handler of a request whose answer is known.
type given struct{ ans *Message }

func (g given) HandleDiameter(context.Context, Identity, *Message) (*Message, func()) {
	return g.ans, nil
}

// looped reports whether a request with these AVPs was at this node before (RFC 6733 §6.1.3).
func (n *Node) looped(s *scanned) bool {
	for b := s.routeRecords; len(b) > 0; {
		a, rest, err := NextAVP(b)
		if err != nil {
			break
		}
		if a.Code == 282 && a.Vendor == 0 && sameName(a.Data, n.self.Host) {
			return true
		}
		b = rest
	}
	return sameName(s.originHost, n.self.Host)
}

// local reports whether a request is for this node; handled tells that it has a handler for the application.
func (n *Node) local(s *scanned, handled bool) bool {
	if s.destinationHost != nil {
		return sameName(s.destinationHost, n.self.Host) || slices.ContainsFunc(n.opts.Aliases, func(a string) bool {
			return sameName(s.destinationHost, a)
		})
	}
	return s.destinationRealm == nil || handled && sameName(s.destinationRealm, n.self.Realm)
}
