package diameter

import (
	"context"
	"errors"
	"fmt"
)

// Do implements [Transport].
//
// The request goes to the first of the peers that [Node.SetRoutes] describes, unless a redirect in memory leads elsewhere;
// when there is none the error wraps ErrNoPeer. Do waits while the queue to that peer is full. A request whose AVPs cannot
// make a message (length not a multiple of 4, or too long) fails with another error.
//
// A request may go up to four ways, one after the other, before its deadline:
//
//   - When the connection breaks, or its peer becomes suspect (RFC 3539 §3.4), while the request waits for its answer, it
//     goes another way with FlagRetransmitted and the same End-to-End Identifier (RFC 6733 §5.5.4). That is no mere
//     neighbour of the destination host, unless it was one before. An answer that still comes on the old way goes
//     nowhere. Without another way, a broken connection is an error that wraps ErrSent, and a suspect peer is waited
//     for. [Options.NoFailover] switches this off.
//   - A request that was still in the queue of a connection that breaks goes another way as if it came anew.
//   - UNABLE_TO_DELIVER or TOO_BUSY with the E flag, given by the peer itself, which is not the destination host, makes
//     the request go to another peer, without FlagRetransmitted. That answer is returned when no other peer is left.
//     Answers of nodes behind the peer are returned at once: who is nearer to them tries the other ways.
//   - REDIRECT_INDICATION with the E flag, given by the peer itself, is followed up to three times, see
//     [Options.Redirect]; else that answer is returned.
//
// An answer with the E flag tells nothing about what became of a request that was sent before on a way that broke: Do then
// returns the error of that way, which wraps ErrSent.
//
// Do takes part in overload control: see [Overload]. A request that has Route-Record is one of another node that is
// forwarded: nothing is appended to it, and neither is it refused nor are reports taken out of its answer.
func (n *Node) Do(ctx context.Context, to Identity, req *Message) (*Message, error) {
	if len(req.AVPs)%4 != 0 || req.Len() > MaxMessageLen {
		return nil, fmt.Errorf("diameter: %d octets of AVPs cannot make a message", len(req.AVPs))
	}
	k := n.newCall()
	defer n.endCall(k)
	k.to, k.app, k.req, k.e2e = to, req.App, req, req.EndToEnd
	k.marks = look(req.AVPs)
	k.extra = n.overload.addToRequest(req, k.marks)
	if k.e2e == 0 {
		k.e2e = NextEndToEnd()
	}
	if _, ok := ctx.Deadline(); !ok {
		k.deadline = n.clock() + int64(n.opts.AnswerTimeout)
	}
	return n.carry(ctx, k)
}

// carry takes the request of k one way after the other until it is answered. When k was under way already, it goes on
// with what came of that.
func (n *Node) carry(ctx context.Context, k *call) (*Message, error) {
	for {
		if k.c != nil && n.settle(ctx, k) {
			return k.ans, k.err
		}
		switch {
		case n.stopped():
			return nil, k.fail(ErrClosed)
		case ctx.Err() != nil:
			return nil, k.fail(context.Cause(ctx))
		case k.deadline != 0 && k.deadline <= n.clock():
			return nil, k.fail(context.DeadlineExceeded)
		}
		c := n.way(k)
		switch {
		case c != nil && k.ways == 0 && n.overload.sheds(k.to, c.id, k.app, k.marks):
			return nil, fmt.Errorf("%w: host %q, realm %q, application %d", ErrThrottled, k.to.Host, k.to.Realm, k.app)
		case c != nil:
			if k.ans, k.err = c.do(ctx, k); k.err == nil {
				n.overload.learn(k.ans, k.marks)
			}
		case k.lost != nil:
			return nil, k.lost
		case k.last != nil:
			return k.last, nil
		default:
			return nil, fmt.Errorf("%w: host %q, realm %q, application %d", ErrNoPeer, k.to.Host, k.to.Realm, k.app)
		}
	}
}

// fail is the error err, after what may have been sent before.
func (k *call) fail(err error) error {
	if k.lost == nil {
		return err
	}
	return fmt.Errorf("%w, and before that: %w", err, k.lost)
}

// way returns the connection for the next attempt; nil when there is none.
func (n *Node) way(k *call) *conn {
	k.c = nil
	if k.ways == maxWays {
		return nil
	}
	r := n.routes.Load()
	if k.c = r.first(&k.hosts, &k.search); k.c != nil {
		k.kind = wayHost
		return k.c
	}
	k.c, k.kind = r.find(&k.search)
	if k.c != nil && n.redirects.used() {
		if hosts := n.redirects.find(k.c.id.Host, k, n.clock()); len(hosts) > 0 {
			if c := r.first(&hosts, &k.search); c != nil {
				k.c, k.kind = c, wayHost
			}
		}
	}
	return k.c
}

// first takes hosts until one has an open connection that s allows, and returns it.
func (r *routes) first(hosts *[]string, s *search) *conn {
	for len(*hosts) > 0 {
		host := (*hosts)[0]
		*hosts = (*hosts)[1:]
		if c := r.hosts[host].next(s); c != nil {
			return c
		}
	}
	return nil
}

// settle decides about the end of an attempt: it reports whether that is the end of the request, whose answer or error
// is then in k, or notes in k what matters for the next way.
func (n *Node) settle(ctx context.Context, k *call) bool {
	switch {
	case errors.Is(k.err, errUnsent):
		n.refresh() // before looking again: the connection may not have left the routes yet
		return false
	case k.broken:
		if k.lost == nil {
			k.lost = k.err
		}
		if n.opts.NoFailover {
			return true
		}
		k.search = k.without(k.c, k.kind)
		n.refresh()
		return false
	case k.err != nil:
		k.err = k.fail(k.err)
		return true
	case k.ans.Flags&FlagError == 0:
		return true
	}
	if r, err := ResultOf(k.ans); err == nil && saysPeer(k.ans, k.c) {
		again := false
		switch r {
		case UnableToDeliver, TooBusy:
			again = fold(k.to.Host) != fold(k.c.id.Host)
		case RedirectIndication:
			again = n.redirect(ctx, k)
		}
		if again {
			k.last = k.ans
			k.add(k.c, true)
			return false
		}
	}
	if k.lost != nil {
		k.ans, k.err = nil, k.lost
	}
	return true
}

// without returns s for a request that was sent over c and needs another way.
func (s search) without(c *conn, kind wayKind) search {
	s.add(c, false)
	s.noNeighbours = s.noNeighbours || s.to.Host != "" && kind != wayRealm
	return s
}

// saysPeer reports whether the answer was given by the peer itself and not by a node behind it.
func saysPeer(ans *Message, c *conn) bool {
	a, ok := FindAVP(ans.AVPs, 264, 0)
	return ok && sameName(a.Data, c.id.Host)
}

// divert ends the attempts of requests that have another way than this connection, whose peer is suspect.
func (c *conn) divert() {
	if c.n.opts.NoFailover || c.n.stopped() {
		return
	}
	r := c.n.routes.Load()
	var calls []*call
	c.mu.Lock()
	var lost error
	for i := range c.pending.slots {
		k := c.pending.slots[i].call
		if k == nil || k.ways+1 >= maxWays {
			continue
		}
		s := k.without(c, k.kind)
		if other, _ := r.find(&s); other == nil {
			continue
		}
		if lost == nil {
			lost = fmt.Errorf("diameter: %s is suspect: %w", c.id.Host, ErrSent)
		}
		k.err, k.broken = lost, true
		c.pending.remove(i)
		calls = append(calls, k)
	}
	c.freeRoom()
	c.mu.Unlock()
	for _, k := range calls {
		k.complete()
	}
}
