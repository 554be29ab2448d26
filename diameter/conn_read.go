package diameter

import (
	"errors"
	"io"
	"net"
	"time"
)

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
