package diameter

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// do sends the request of k and waits for its answer. The error is errUnsent when the connection failed and the request
// had not been sent.
func (c *conn) do(ctx context.Context, k *call) (*Message, error) {
	var at *gate
	for {
		room, err := c.queue(k, &at)
		if err != nil {
			return nil, err
		}
		if room == nil {
			break
		}
		if err := c.await(ctx, room, k.deadline); err != nil {
			c.giveUp(at, k.marks.class())
			return nil, err
		}
	}
	if done := ctx.Done(); done == nil {
		<-k.done
	} else {
		select {
		case <-k.done:
		case <-done:
			c.mu.Lock()
			gone := c.pending.abandon(k)
			if gone {
				c.freeRoom()
			}
			c.mu.Unlock()
			if gone {
				c.leave()
				return nil, fmt.Errorf("diameter: request to %s: %w: %w", c.id.Host, context.Cause(ctx), ErrSent)
			}
			<-k.done // the answer is on its way to us
		}
	}
	return k.ans, k.err
}

// queue puts k into the table and its request into the queue; k is then not the caller's any more before it completes. If
// there is no room, it returns a channel instead, which closes when it is worth to try again, and puts the caller into
// the gate at, which he keeps for that, or leaves by giveUp. It returns errUnsent if no new request may go over the
// connection.
func (c *conn) queue(k *call, at **gate) (room <-chan struct{}, err error) {
	k.ans, k.err, k.broken = nil, nil, false
	trace := c.n.trace
	since := int64(0)
	if trace.Answered != nil {
		since = c.n.clock()
	}
	f := k.req.Flags | FlagRequest
	if k.lost != nil {
		f |= FlagRetransmitted
	}
	pr := k.marks.class()
	c.mu.Lock()
	defer c.mu.Unlock()
	ended := c.err != nil || c.closing.Load() || c.suspect.Load()
	var next *gate
	if !ended {
		next = c.barred(pr)
	}
	c.move(*at, next, pr)
	*at = next
	switch {
	case ended:
		return nil, errUnsent
	case next != nil:
		return c.waitRoom(), nil
	}
	s := c.pending.add(k)
	s.e2e, s.command, s.since, s.deadline = k.e2e, k.req.Command, since, k.deadline
	s.size = int32(k.req.Len() + len(k.extra))
	s.class, s.start = pr, c.out.position(pr)
	if k.deadline != 0 && (c.sweepAt == 0 || k.deadline < c.sweepAt) {
		c.sweepAt = k.deadline
	}
	hbh, e2e, req, extra := s.hbh, k.e2e, *k.req, k.extra
	if trace.Message != nil { // so that the request is seen before its answer
		slot := k.slot
		s.start = math.MaxUint64
		c.mu.Unlock()
		c.traceSent(&req, f, req.Command, req.App, hbh, e2e, extra)
		c.mu.Lock()
		if s = &c.pending.slots[slot]; s.call != k || s.hbh != hbh {
			return nil, nil // it has failed meanwhile, and been completed
		}
		s.start = c.out.position(pr)
	}
	c.out.add(pr, &req, f, req.Command, req.App, hbh, e2e, extra)
	c.wakeWriter()
	return nil, nil
}

// giveUp leaves a gate that one of class k waited at.
func (c *conn) giveUp(at *gate, k class) {
	c.mu.Lock()
	c.move(at, nil, k)
	c.mu.Unlock()
}

// await waits until room closes, ctx ends or the deadline (0 for none) has passed.
func (c *conn) await(ctx context.Context, room <-chan struct{}, deadline int64) error {
	var late <-chan time.Time
	if deadline != 0 {
		t := time.NewTimer(time.Duration(deadline - c.n.clock()))
		defer t.Stop()
		late = t.C
	}
	select {
	case <-room:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("diameter: queue to %s is full: %w", c.id.Host, context.Cause(ctx))
	case <-late:
		return fmt.Errorf("diameter: queue to %s is full: %w", c.id.Host, context.DeadlineExceeded)
	}
}

// appendFrame appends the encoded m with another header.
func appendFrame(b []byte, m *Message, f Flags, cmd CommandCode, app ApplicationID, hbh, e2e uint32) []byte {
	h := Message{Flags: f, Command: cmd, App: app, HopByHop: hbh, EndToEnd: e2e, AVPs: m.AVPs}
	return h.Append(b)
}

func (c *conn) traceSent(m *Message, f Flags, cmd CommandCode, app ApplicationID, hbh, e2e uint32, extra []byte) {
	avps := m.AVPs
	if len(extra) > 0 {
		avps = slices.Concat(avps, extra)
	}
	c.n.trace.Message(c.id, Sent, &Message{Flags: f, Command: cmd, App: app, HopByHop: hbh, EndToEnd: e2e, AVPs: avps})
}

// serve queues ans, nil for none, as the answer to a request that came at since (see ticks) and has the marks asked.
func (c *conn) serve(req, ans *Message, asked marks, limit int, since uint32) {
	if ans != nil && !c.reply(req, ans, asked, limit) {
		ans = nil
	}
	if f := c.n.trace.Served; f != nil {
		f(c.id, req, ans, elapsed(since, c.n.clock()))
	}
}

// ticks cuts a time of the node down to a number of 1,024 ns, for the time between two instants that elapsed tells.
func ticks(clock int64) uint32 { return uint32(clock >> 10) }

func elapsed(since uint32, now int64) time.Duration { return time.Duration(ticks(now)-since) << 10 }

// asked returns the marks of a request that the node itself answers.
func (c *conn) asked(req *Message) marks {
	m := look(req.AVPs)
	m.features = m.features && c.n.handlers[req.App] != nil // else the request is for another node, or for none
	return m
}

// reply queues ans as the answer to req, whose marks are asked, and reports whether the connection still stood. It waits
// while the queue holds limit octets or more; when that is the common limit, also for others of a higher class.
func (c *conn) reply(req, ans *Message, asked marks, limit int) bool {
	f := ans.Flags &^ (FlagRequest | FlagRetransmitted)
	own := look(ans.AVPs)
	k := answerClass(req, asked, own)
	extra := c.n.overload.addToAnswer(ans, asked, own)
	if c.n.trace.Message != nil {
		c.traceSent(ans, f, req.Command, req.App, req.HopByHop, req.EndToEnd, extra)
	}
	c.mu.Lock()
	var at *gate
	for c.err == nil {
		var next *gate
		if limit <= c.n.opts.MaxQueue {
			next = c.crowded(k)
			c.move(at, next, k)
		}
		if at = next; at == nil && c.out.n < limit {
			break
		}
		room := c.waitRoom()
		c.mu.Unlock()
		<-room
		c.mu.Lock()
	}
	if c.err != nil {
		c.mu.Unlock()
		return false
	}
	c.out.add(k, ans, f, req.Command, req.App, req.HopByHop, req.EndToEnd, extra)
	c.wakeWriter()
	c.mu.Unlock()
	return true
}

// tryAnswer queues ans as the answer to the request of j; false when it would have to wait for room.
func (c *conn) tryAnswer(j *job, ans *Message) bool {
	c.mu.Lock()
	full := c.err == nil && c.out.n >= c.n.opts.MaxQueue
	c.mu.Unlock()
	if full {
		return false
	}
	c.serve(&j.req, ans, j.marks, math.MaxInt, j.since)
	return true
}

// refuse queues an answer of the node itself.
func (c *conn) refuse(req *Message, r Result, text string) {
	c.serve(req, ErrorAnswer(req, c.n.self, r, text, nil), c.asked(req), 2*c.n.opts.MaxQueue, ticks(c.now))
}

// accede queues an answer of the base protocol.
func (c *conn) accede(req *Message, cmd Command) {
	ans, err := NewAnswer(req, cmd)
	if err != nil {
		ans = ErrorAnswerFor(req, c.n.self, err)
	}
	c.reply(req, ans, c.asked(req), 2*c.n.opts.MaxQueue)
}

// sendBase queues a request of the base protocol, beyond the bound of the queue if need be: DWR in the highest class, so that
// load does not look like a dead peer, DPR in the lowest, as the peer refuses what comes after it. There is one of each
// at a time.
func (c *conn) sendBase(cmd Command) {
	m, err := NewRequest(cmd)
	if err != nil {
		c.n.log.Error("request of the base protocol", "err", err)
		return
	}
	m.EndToEnd = NextEndToEnd()
	m.HopByHop = m.EndToEnd<<16 | baseHopByHop
	if c.n.trace.Message != nil {
		c.n.trace.Message(c.id, Sent, m)
	}
	k := class(0)
	if m.Command == CodeDPR {
		k = lastClass
	}
	c.mu.Lock()
	if c.err == nil {
		c.out.addWhole(k, m)
		c.wakeWriter()
	}
	c.mu.Unlock()
}
