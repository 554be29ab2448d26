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
	"slices"
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

	configured bool // the peer was known by AddPeer when the connection was made; written with caps

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
	jobs    jobQueues
	answers []*Message
	calls   []*call
	origins map[string]string
	timed   bool // a read deadline is set

	mu      sync.Mutex
	err     error         // why the connection failed; guarded by mu, as all below
	out     outQueue      // encoded messages that the writer has not taken yet
	pending pendingTable  // requests of this node
	slots   gate          // those who wait for a place in pending
	crowd   gate          // those who wait for room in out
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
			s.call.err, s.call.broken = lost, true
			if s.start >= c.out.taken[s.class] {
				s.call.err, s.call.broken = errUnsent, false
			}
			k := c.pending.remove(i)
			calls = append(calls, k)
		}
	}
	c.out.drop()
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
		k.complete()
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

// maxSpare is the greatest buffer in octets that the writer keeps for the next batch.
const maxSpare = 256 << 10

// writeLoop writes all that is queued of the highest class with one Write, again and again, and keeps the timers of the
// connection.
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
		for c.out.n == 0 && c.err == nil && !c.flush {
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
					if c.out.n == 0 {
						c.out.drop()
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
		if c.out.n == 0 { // flush
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
		batch := c.out.take(spare)
		spare = nil
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
		k.complete()
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
			k.complete()
			c.mu.Lock()
			c.answers[i] = nil
		}
		c.freeRoom()
		c.mu.Unlock()
		for _, k := range c.calls {
			k.complete()
		}
		clear(c.calls)
		clear(c.answers)
		c.answers = c.answers[:0]
		c.leave()
	}
	if c.jobs.n > 0 {
		if !c.n.pool.submit(&c.jobs) {
			for c.jobs.n > 0 {
				c.jobs.pop().dup.finish(nil)
				c.jobDone()
			}
		}
		c.jobs = jobQueues{}
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
		c.reply(m, ErrorAnswerFor(m, c.n.self, err), c.asked(m), 2*c.n.opts.MaxQueue)
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
	h, all := n.handlers[m.App], false
	agent := n.agents[m.App]
	if agent == nil {
		agent = n.agents[AppRelay]
	}
	if h == nil {
		h, all = n.handlers[AppRelay], agent == nil
	}
	if h == nil && agent == nil {
		c.refuse(m, ApplicationUnsupported, "")
		return
	}
	s, err := scan(m.AVPs, n.opts.MaxAVPs)
	if err == nil {
		err = s.complete()
	}
	if err != nil {
		c.serve(m, ErrorAnswerFor(m, n.self, err), c.asked(m), 2*n.opts.MaxQueue, ticks(c.now))
		return
	}
	n.overload.measure(c.now)
	local := all || n.local(&s, h != nil)
	switch {
	case local && h == nil:
		c.refuse(m, ApplicationUnsupported, "")
		return
	case local:
	case agent == nil && s.destinationHost == nil:
		c.refuse(m, RealmNotServed, "")
		return
	case agent == nil:
		c.refuse(m, UnableToDeliver, "this node is not the destination and relays nothing")
		return
	case m.Flags&FlagProxiable == 0:
		c.refuse(m, UnableToDeliver, "this node is not the destination, and the request may not be forwarded")
		return
	case n.looped(&s):
		c.refuse(m, LoopDetected, "")
		return
	}
	if r := n.opts.CheckOrigin(c.claim(&s)); r != Success {
		c.refuse(m, r, "this peer does not speak for the origin")
		return
	}
	if c.closing.Load() {
		c.refuse(m, TooBusy, "the connection is about to end")
		return
	}
	k := s.class()
	if c.inflight.Add(1) > n.room[k] || !n.pool.reserve(k) {
		c.inflight.Add(-1)
		c.refuse(m, TooBusy, "")
		return
	}
	s.features = s.features && local && !all
	j.c, j.h, j.marks, j.since = c, h, s.marks, ticks(c.now)
	if !local && agent.plain() {
		c.relay(j, &s)
		return
	}
	if !local {
		j.h = agent
	} else if n.dups != nil && s.originHost != nil {
		w := dupWaiter{c: c, req: m, marks: s.marks, since: j.since}
		ref, known, ans := n.dups.admit(c.origin(s.originHost), w, time.Duration(c.now))
		if known {
			c.jobDone()
			if ans != nil {
				c.serve(m, ans, s.marks, 2*n.opts.MaxQueue, j.since)
			}
			return
		}
		j.dup = ref
	}
	c.jobs.push(j)
}

// jobDone gives back the room of a job.
func (c *conn) jobDone() {
	c.n.pool.release()
	c.inflight.Add(-1)
	c.leave()
}

// maxOrigins bounds the names that a connection keeps, and maxOrigin their length: a longer one is no name of DNS.
const (
	maxOrigins = 4096
	maxOrigin  = 255
)

// origin returns b as a string and makes names that come again share their memory.
func (c *conn) origin(b []byte) string {
	switch {
	case string(b) == c.id.Host:
		return c.id.Host
	case string(b) == c.id.Realm:
		return c.id.Realm
	case len(b) > maxOrigin:
		return string(b)
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
