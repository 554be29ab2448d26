package diameter

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"runtime"
	"time"
)

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
