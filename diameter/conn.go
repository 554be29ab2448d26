package diameter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one connection to a peer. Two goroutines serve it once capabilities were exchanged: readLoop takes messages
// from the stream and hands them on, writeLoop writes what is queued and keeps the timers.
type conn struct {
	n    *Node
	nc   net.Conn
	peer *peer // with caps and id written under mu once, before the loops start
	caps capabilities
	id   Identity // caps.id

	ctx    context.Context // of the handlers; ends with the connection
	cancel context.CancelFunc
	closed chan struct{} // closed when the connection has failed

	inflight atomic.Int64 // requests of the peer in the hands of handlers
	lastRecv atomic.Int64 // when the last whole message arrived (clock of the node)
	unasked  atomic.Bool  // a DWR was sent and no DWA came
	suspect  atomic.Bool  // the peer is in PeerSuspect
	reopen   atomic.Bool  // the peer is in PeerReopen
	closing  atomic.Bool  // the peer is in PeerClosing: new requests are refused
	leaving  atomic.Bool  // DPA came, or is not waited for any longer: the end comes when nothing is under way

	// Owned by the reader.
	fr      *frameReader
	now     int64 // when the last octets came
	jobs    jobQueue
	answers []*Message
	calls   []*call
	origins map[string]string
	timed   bool // a read deadline is set

	mu      sync.Mutex
	err     error         // why the connection failed; guarded by mu, as all below
	out     []byte        // encoded messages that the writer has not taken yet
	taken   uint64        // octets that the writer took: they may have been sent
	pending pendingTable  // requests of this node
	wake    chan struct{} // has room for one; wakes the writer
	asleep  bool          // the writer waits for wake
	room    chan struct{} // closed when there is room again; nil when nobody waits for that
	sweepAt int64         // first deadline among pending; 0 for none
	closeAt int64         // when to stop waiting for the end of a closing connection; 0 for never
	flush   bool          // end the connection when all is written
	linger  bool          // the same, but let the peer end it, which the reader watches over
}

func (n *Node) newConn(nc net.Conn) *conn {
	c := &conn{
		n: n, nc: nc,
		fr:      newFrameReader(nc, n.opts.MaxMessage),
		closed:  make(chan struct{}),
		wake:    make(chan struct{}, 1),
		pending: pendingTable{free: -1, max: n.opts.MaxPending},
	}
	c.ctx, c.cancel = context.WithCancel(n.ctx)
	return c
}

var errUnsent = errors.New("diameter: connection lost before the request was sent")

// fail ends the connection at once and once. Requests that wait for answers fail: with errUnsent those that the
// writer had not taken, with why and ErrSent the others.
func (c *conn) fail(why error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = why
	peer := c.peer
	var calls []*call
	if c.pending.n > 0 {
		lost := fmt.Errorf("diameter: connection to %s lost: %w: %w", c.id.Host, why, ErrSent)
		for i := range c.pending.slots {
			s := &c.pending.slots[i]
			if s.call == nil {
				continue
			}
			s.call.err = lost
			if s.start >= c.taken {
				s.call.err = errUnsent
			}
			k := c.pending.remove(i)
			calls = append(calls, k)
		}
	}
	c.out = nil
	c.freeRoom()
	c.mu.Unlock()
	close(c.closed)
	c.cancel()
	c.nc.Close()
	if peer != nil {
		peer.event(evLost, c, why)
	}
	c.n.forget(c)
	for _, k := range calls {
		k.done <- struct{}{}
	}
}

func (c *conn) failed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

// finish ends the connection after what is queued was written. With linger the peer is to end it.
func (c *conn) finish(linger bool) {
	c.mu.Lock()
	c.flush, c.linger = true, linger
	c.wakeWriter()
	c.mu.Unlock()
}

// wakeWriter is called with mu held.
func (c *conn) wakeWriter() {
	if c.asleep {
		c.asleep = false
		c.wake <- struct{}{}
	}
}

// freeRoom is called with mu held.
func (c *conn) freeRoom() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// waitRoom is called with mu held and returns a channel that closes when it is worth to look again.
func (c *conn) waitRoom() <-chan struct{} {
	if c.room == nil {
		c.room = make(chan struct{})
	}
	return c.room
}

// do sends req with the given End-to-End Identifier and waits for its answer. The error is errUnsent when the
// connection failed and the request had not been sent.
func (c *conn) do(ctx context.Context, req *Message, e2e uint32) (*Message, error) {
	k := c.n.calls.Get().(*call)
	since, deadline := int64(0), int64(0)
	if _, ok := ctx.Deadline(); !ok {
		deadline = c.n.clock() + int64(c.n.opts.AnswerTimeout)
	}
	trace := c.n.trace
	if trace.Answered != nil {
		since = c.n.clock()
	}
	c.mu.Lock()
	for c.err == nil && (len(c.out) >= c.n.opts.MaxQueue || c.pending.full()) {
		room := c.waitRoom()
		c.mu.Unlock()
		if err := c.await(ctx, room, deadline); err != nil {
			c.n.calls.Put(k)
			return nil, err
		}
		c.mu.Lock()
	}
	if c.err != nil || c.closing.Load() {
		c.mu.Unlock()
		c.n.calls.Put(k)
		return nil, errUnsent
	}
	s := c.pending.add(k)
	s.e2e, s.command, s.since, s.deadline = e2e, req.Command, since, deadline
	s.size = int32(req.Len())
	s.start = c.taken + uint64(len(c.out))
	hbh := s.hbh
	if deadline != 0 && (c.sweepAt == 0 || deadline < c.sweepAt) {
		c.sweepAt = deadline
	}
	if trace.Message != nil { // so that the request is seen before its answer
		s.start = math.MaxUint64
		c.mu.Unlock()
		c.traceSent(req, req.Flags|FlagRequest, req.Command, req.App, hbh, e2e)
		c.mu.Lock()
		if s = &c.pending.slots[k.slot]; s.call == k {
			s.start = c.taken + uint64(len(c.out))
		} // else it has failed meanwhile, as done will tell
	}
	if s.call == k {
		c.out = appendFrame(c.out, req, req.Flags|FlagRequest, req.Command, req.App, hbh, e2e)
		c.wakeWriter()
	}
	c.mu.Unlock()

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
				c.n.calls.Put(k)
				c.leave()
				return nil, fmt.Errorf("diameter: request to %s: %w: %w", c.id.Host, context.Cause(ctx), ErrSent)
			}
			<-k.done // the answer is on its way to us
		}
	}
	ans, err := k.ans, k.err
	k.ans, k.err = nil, nil
	c.n.calls.Put(k)
	return ans, err
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

func (c *conn) traceSent(m *Message, f Flags, cmd CommandCode, app ApplicationID, hbh, e2e uint32) {
	c.n.trace.Message(c.id, Sent, &Message{Flags: f, Command: cmd, App: app, HopByHop: hbh, EndToEnd: e2e, AVPs: m.AVPs})
}

// serve queues ans, nil for none, as the answer to a request that came at since.
func (c *conn) serve(req, ans *Message, limit int, since int64) {
	if ans != nil && !c.answer(req, ans, limit) {
		ans = nil
	}
	if f := c.n.trace.Served; f != nil && req.App != AppBase {
		f(c.id, req, ans, time.Duration(c.n.clock()-since))
	}
}

// answer queues ans as the answer to req and reports whether the connection still stood. It waits while the queue holds
// limit octets or more.
func (c *conn) answer(req, ans *Message, limit int) bool {
	f := ans.Flags &^ (FlagRequest | FlagRetransmitted)
	if c.n.trace.Message != nil {
		c.traceSent(ans, f, req.Command, req.App, req.HopByHop, req.EndToEnd)
	}
	c.mu.Lock()
	for c.err == nil && len(c.out) >= limit {
		room := c.waitRoom()
		c.mu.Unlock()
		<-room
		c.mu.Lock()
	}
	if c.err != nil {
		c.mu.Unlock()
		return false
	}
	c.out = appendFrame(c.out, ans, f, req.Command, req.App, req.HopByHop, req.EndToEnd)
	c.wakeWriter()
	c.mu.Unlock()
	return true
}

// refuse queues an answer of the node itself.
func (c *conn) refuse(req *Message, r Result, text string) {
	c.serve(req, ErrorAnswer(req, c.n.self, r, text, nil), 2*c.n.opts.MaxQueue, c.now)
}

// accede queues an answer of the base protocol.
func (c *conn) accede(req *Message, cmd Command) {
	ans, err := NewAnswer(req, cmd)
	if err != nil {
		ans = ErrorAnswerFor(req, c.n.self, err)
	}
	c.answer(req, ans, 2*c.n.opts.MaxQueue)
}

// sendBase queues a request of the base protocol, beyond the bound of the queue if need be.
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
	c.mu.Lock()
	if c.err == nil {
		c.out = m.Append(c.out)
		c.wakeWriter()
	}
	c.mu.Unlock()
}

// maxSpare is the greatest buffer in octets that the writer keeps for the next batch.
const maxSpare = 256 << 10

// writeLoop writes all that is queued with one Write, again and again, and keeps the timers of the connection.
func (c *conn) writeLoop() {
	defer c.n.conns.Done()
	var (
		spare    []byte
		wrote    int64 // when
		deadline int64 // of writes
		watchAt  = c.n.clock() + c.n.watchdog()
		armed    = watchAt
		timer    = time.NewTimer(time.Duration(armed - c.n.clock()))
		allowed  = int64(c.n.opts.WriteTimeout)
	)
	defer timer.Stop()
	for {
		c.mu.Lock()
		for len(c.out) == 0 && c.err == nil && !c.flush {
			next := c.nextTick(watchAt)
			c.asleep = true
			c.mu.Unlock()
			if next != armed {
				armed = next
				timer.Reset(time.Duration(armed - c.n.clock()))
			}
			select {
			case <-c.wake:
				// Those who are about to run get the chance to queue more, so that one Write takes it all.
				runtime.Gosched()
			case <-c.closed:
				return
			case <-timer.C:
				armed = 0
				watchAt = c.tick(watchAt)
				if c.n.clock()-wrote > quietTime {
					spare = nil
					c.mu.Lock()
					if len(c.out) == 0 {
						c.out = nil
					}
					c.mu.Unlock()
				}
			}
			c.mu.Lock()
			if !c.asleep { // somebody woke us, here or while the timer was looked after
				select {
				case <-c.wake:
				default:
				}
			}
			c.asleep = false
		}
		if c.err != nil {
			c.mu.Unlock()
			return
		}
		if len(c.out) == 0 { // flush
			linger := c.linger
			c.flush = false
			c.mu.Unlock()
			if linger {
				if cw, ok := c.nc.(interface{ CloseWrite() error }); ok && cw.CloseWrite() == nil {
					continue
				}
			}
			c.fail(net.ErrClosed)
			return
		}
		batch := c.out
		c.out, spare = spare, nil
		c.taken += uint64(len(batch))
		next := c.nextTick(watchAt)
		c.freeRoom()
		c.mu.Unlock()

		now := c.n.clock()
		wrote = now
		if deadline-now < allowed-allowed/4 {
			deadline = now + allowed
			c.nc.SetWriteDeadline(time.Now().Add(time.Duration(allowed)))
		}
		if _, err := c.nc.Write(batch); err != nil {
			c.fail(err)
			return
		}
		if cap(batch) <= maxSpare {
			spare = batch[:0]
		}
		if now >= next {
			watchAt = c.tick(watchAt)
		}
	}
}

// nextTick returns when tick has something to do. It is called with mu held.
func (c *conn) nextTick(watchAt int64) int64 {
	next := watchAt
	if c.sweepAt != 0 {
		next = min(next, c.sweepAt)
	}
	if c.closeAt != 0 {
		next = min(next, c.closeAt)
	}
	return next
}

// tick does what is due and returns the new time of the watchdog.
func (c *conn) tick(watchAt int64) int64 {
	now := c.n.clock()
	if now >= watchAt {
		tw := c.n.watchdog()
		if silent := now - c.lastRecv.Load(); silent < tw {
			watchAt = now + tw - silent
		} else {
			watchAt = now + tw
			ev := evTw
			if c.unasked.Load() {
				ev = evTwUnanswered
			}
			c.peer.event(ev, c, errNoWatchdogAnswer)
		}
	}
	c.mu.Lock()
	late := c.closeAt != 0 && now >= c.closeAt
	if late {
		c.closeAt = 0
	}
	var calls []*call
	if c.sweepAt != 0 && now >= c.sweepAt {
		c.sweepAt = 0
		first := int64(math.MaxInt64)
		for i := range c.pending.slots {
			s := &c.pending.slots[i]
			if s.call == nil || s.deadline == 0 {
				continue
			}
			if s.deadline > now {
				first = min(first, s.deadline)
				c.sweepAt = first
				continue
			}
			s.call.err = fmt.Errorf("diameter: request to %s: %w: %w", c.id.Host, context.DeadlineExceeded, ErrSent)
			k := c.pending.remove(i)
			calls = append(calls, k)
		}
		if len(calls) > 0 {
			c.freeRoom()
		}
	}
	c.mu.Unlock()
	for _, k := range calls {
		k.done <- struct{}{}
	}
	if late {
		c.leaving.Store(true)
	}
	c.leave()
	return watchAt
}

var errNoWatchdogAnswer = errors.New("diameter: no answer to the watchdog")

// watchdog draws the next Tw (RFC 3539 §3.4.1), in nanoseconds.
func (n *Node) watchdog() int64 {
	const jitter = int64(2 * time.Second)
	return int64(n.opts.Watchdog) - jitter + rand.Int64N(2*jitter+1)
}

// leave ends a connection that is leaving once nothing is under way.
func (c *conn) leave() {
	if !c.leaving.Load() || c.inflight.Load() != 0 {
		return
	}
	c.mu.Lock()
	n := c.pending.n
	c.mu.Unlock()
	if n == 0 {
		c.peer.event(evDPA, c, nil)
	}
}

// readLoop takes messages from the stream until it ends.
func (c *conn) readLoop() {
	defer c.n.conns.Done()
	c.fr.blocking = c.beforeRead
	c.fr.filled = func() {
		now := c.n.clock()
		c.fr.idle = now-c.now > quietTime
		c.now = now
	}
	c.now = c.n.clock()
	for {
		m, j, err := c.fr.next()
		if err != nil {
			c.flushBatch()
			c.endOfStream(m, err)
			return
		}
		c.receive(m, j)
		if c.jobs.n >= batchLen || len(c.answers) >= batchLen {
			c.flushBatch()
		}
	}
}

// batchLen is how many messages the reader hands on at once at most.
const batchLen = 64

// beforeRead hands on what was read so far and gives the rest of a message that has begun a limit of time.
func (c *conn) beforeRead(partial int) error {
	c.flushBatch()
	switch {
	case partial > 0 && !c.timed:
		c.timed = true
		return c.nc.SetReadDeadline(time.Now().Add(c.n.opts.ReadTimeout))
	case partial == 0 && c.timed:
		c.timed = false
		return c.nc.SetReadDeadline(time.Time{})
	}
	return nil
}

// flushBatch hands the requests to the workers and the answers to their callers.
func (c *conn) flushBatch() {
	if len(c.answers) > 0 {
		trace := c.n.trace.Answered
		c.calls = c.calls[:0]
		c.mu.Lock()
		for i, m := range c.answers {
			k, since, size := c.pending.take(m)
			if k == nil {
				continue // too late, or never asked for
			}
			k.ans = m
			if trace == nil {
				c.calls = append(c.calls, k)
				continue
			}
			c.mu.Unlock()
			trace(c.id, size, m, time.Duration(c.now-since))
			k.done <- struct{}{}
			c.mu.Lock()
			c.answers[i] = nil
		}
		c.freeRoom()
		c.mu.Unlock()
		for _, k := range c.calls {
			k.done <- struct{}{}
		}
		clear(c.calls)
		clear(c.answers)
		c.answers = c.answers[:0]
		c.leave()
	}
	if c.jobs.n > 0 {
		if !c.n.pool.submit(c.jobs) {
			for c.jobs.n > 0 {
				c.jobs.pop().dup.finish(nil)
				c.jobDone()
			}
		}
		c.jobs = jobQueue{}
	}
}

// endOfStream ends the connection after the stream did, or after a message that cannot be understood.
func (c *conn) endOfStream(m *Message, err error) {
	var bad *HeaderError
	if !errors.As(err, &bad) {
		c.fail(err)
		return
	}
	c.n.log.Warn("peer broke the framing", "peer", c.id.Host, "reason", bad.Reason)
	if m != nil && m.IsRequest() {
		c.refuse(m, bad.Result, bad.Reason)
		c.finish(true)
		drain(c.nc)
	}
	c.fail(err)
}

// lingerTime bounds how long a connection that was ended with a last answer waits for the peer to read it.
const lingerTime = time.Second

// drain reads and discards, so that closing does not destroy what the peer has yet to read.
func drain(nc net.Conn) {
	nc.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.CopyN(io.Discard, nc, 1<<20)
}

// receive handles one message in the reader.
func (c *conn) receive(m *Message, j *job) {
	if !c.reopen.Load() || m.App == AppBase && m.Command == CodeDWR && !m.IsRequest() {
		c.lastRecv.Store(c.now) // in Reopen nothing but DWA counts
	}
	if t := c.n.trace.Message; t != nil {
		t(c.id, Received, m)
	}
	if c.suspect.Load() {
		c.peer.event(evTraffic, c, nil)
	}
	switch {
	case m.App == AppBase:
		c.receiveBase(m)
	case m.IsRequest():
		c.request(j)
	default:
		c.answers = append(c.answers, m)
	}
}

// receiveBase handles a message of the base protocol.
func (c *conn) receiveBase(m *Message) {
	if !m.IsRequest() {
		switch m.Command {
		case CodeDWR:
			if c.unasked.Swap(false) && c.reopen.Load() {
				c.peer.event(evDWA, c, nil)
			}
		case CodeDPR:
			if c.closing.Load() {
				c.leaving.Store(true)
				c.leave()
			}
		default:
			c.answers = append(c.answers, m)
		}
		return
	}
	if m.Flags&FlagError != 0 {
		c.refuse(m, InvalidHeaderBits, "E flag in a request")
		return
	}
	if _, err := scan(m.AVPs, c.n.opts.MaxAVPs); err != nil {
		c.answer(m, ErrorAnswerFor(m, c.n.self, err), 2*c.n.opts.MaxQueue)
		return
	}
	switch m.Command {
	case CodeDWR:
		if c.peer.event(evDWR, c, nil)&actSendDWA != 0 {
			c.accede(m, &DWA{Result: Success, OriginHost: c.n.self.Host, OriginRealm: c.n.self.Realm,
				OriginStateID: &c.n.opts.OriginStateID})
		}
	case CodeDPR:
		var dpr DPR
		_ = Decode(m, &dpr) // who leaves is let go, whatever it says
		if c.peer.event(evDPR, c, &disconnectError{dpr.DisconnectCause})&actSendDPA != 0 {
			c.accede(m, &DPA{Result: Success, OriginHost: c.n.self.Host, OriginRealm: c.n.self.Realm})
		}
	case CodeCER:
		c.refuse(m, UnableToComply, "capabilities were exchanged already")
	default:
		c.refuse(m, CommandUnsupported, "")
	}
}

// request checks a request of an application and gives it to the handler.
func (c *conn) request(j *job) {
	n, m := c.n, &j.req
	if m.Flags&FlagError != 0 {
		c.refuse(m, InvalidHeaderBits, "E flag in a request")
		return
	}
	h, relay := n.handlers[m.App], false
	if h == nil {
		if h = n.handlers[AppRelay]; h == nil {
			c.refuse(m, ApplicationUnsupported, "")
			return
		}
		relay = true
	}
	s, err := scan(m.AVPs, n.opts.MaxAVPs)
	if err == nil {
		err = s.complete()
	}
	if err != nil {
		c.serve(m, ErrorAnswerFor(m, n.self, err), 2*n.opts.MaxQueue, c.now)
		return
	}
	if !relay {
		if s.destinationHost != nil {
			if !sameName(s.destinationHost, n.self.Host) {
				c.refuse(m, UnableToDeliver, "this node is not the destination and relays nothing")
				return
			}
		} else if s.destinationRealm != nil && !sameName(s.destinationRealm, n.self.Realm) {
			c.refuse(m, RealmNotServed, "")
			return
		}
	}
	if r := n.opts.CheckOrigin(c.claim(&s)); r != Success {
		c.refuse(m, r, "this peer does not speak for the origin")
		return
	}
	if c.closing.Load() {
		c.refuse(m, TooBusy, "the connection is about to end")
		return
	}
	if c.inflight.Add(1) > int64(n.opts.MaxInFlight) || !n.pool.reserve() {
		c.inflight.Add(-1)
		c.refuse(m, TooBusy, "")
		return
	}
	j.c, j.h, j.since = c, h, c.now
	if n.dups != nil && s.originHost != nil {
		ref, known, ans := n.dups.admit(c.origin(s.originHost), dupWaiter{c: c, req: m, since: c.now}, time.Duration(c.now))
		if known {
			c.jobDone()
			if ans != nil {
				c.serve(m, ans, 2*n.opts.MaxQueue, c.now)
			}
			return
		}
		j.dup = ref
	}
	c.jobs.push(jobQueue{j, j, 1})
}

// jobDone gives back the room of a job.
func (c *conn) jobDone() {
	c.n.pool.release()
	c.inflight.Add(-1)
	c.leave()
}

// maxOrigins bounds the names that a connection keeps.
const maxOrigins = 4096

// origin returns b as a string and makes names that come again share their memory.
func (c *conn) origin(b []byte) string {
	switch {
	case string(b) == c.id.Host:
		return c.id.Host
	case string(b) == c.id.Realm:
		return c.id.Realm
	}
	if s, ok := c.origins[string(b)]; ok {
		return s
	}
	if len(c.origins) >= maxOrigins {
		clear(c.origins)
	}
	if c.origins == nil {
		c.origins = make(map[string]string)
	}
	s := string(b)
	c.origins[s] = s
	return s
}
