package t8

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"github.com/scefkit/scefkit/fault"
)

// Classes of destinations: what is known of them decides how many senders they may have together.
const (
	classGood    = iota // answered at last
	classFresh          // never reached
	classFailing        // failed at last
	classes
)

type classQueue struct {
	hosts []*outboxHost // with a lane that is ready and room for it
	busy  int           // attempts under way
	turns uint64        // how many were taken from it
}

// next takes the host that has waited longest; if both, in turn with the one that came last. Of thousands whose attempts
// fail slowly, it is not known which, one that was enqueued to just now lives more likely than others, and needs not wait
// for all.
func (c *classQueue) next(both bool) *outboxHost {
	c.turns++
	i := 0
	if both && c.turns%2 == 0 {
		i = len(c.hosts) - 1
	}
	h := c.hosts[i]
	c.hosts[i] = nil
	if i == 0 {
		c.hosts = c.hosts[1:]
	} else {
		c.hosts = c.hosts[:i]
	}
	return h
}

// outboxHost is what Run knows about a destination.
type outboxHost struct {
	name     string
	queue    []*lane // ready
	lanes    map[*lane]struct{}
	busy     int
	looks    int // lanes that are being looked at
	good     bool
	queued   bool      // in a classQueue
	failures int       // in a row
	until    time.Time // the circuit is open; zero: it is closed
	lastErr  error     // why it is
}

// host returns the record of a destination. Those that have nothing are forgotten when there are too many.
func (r *outboxRun) host(name string) *outboxHost {
	h := r.hosts[name]
	if h == nil {
		if len(r.hosts) >= maxMarks {
			for k, old := range r.hosts {
				if len(old.lanes) == 0 && old.busy == 0 && old.until.IsZero() {
					delete(r.hosts, k)
				}
			}
		}
		h = &outboxHost{name: name, lanes: map[*lane]struct{}{}}
		r.hosts[name] = h
	}
	return h
}

func (h *outboxHost) class() int {
	switch {
	case h.failures > 0:
		return classFailing
	case h.good:
		return classGood
	}
	return classFresh
}

// room is how many lanes of h may be busy.
func (r *outboxRun) room(h *outboxHost) int {
	if h.class() == classGood {
		return r.o.opts.PerDestination
	}
	return 1
}

// crowded reports whether h has no room for one more lane, as far as is known before those that are looked at were seen.
func (r *outboxRun) crowded(h *outboxHost, now time.Time) bool {
	return h.busy+h.looks >= r.room(h) || h.until.After(now)
}

// offer queues h for a sender when one of its lanes may be sent. An open circuit is offered when its time comes.
func (r *outboxRun) offer(h *outboxHost, now time.Time) {
	if h.queued || len(h.queue) == 0 || h.busy >= r.room(h) || h.until.After(now) {
		return
	}
	h.queued = true
	c := &r.class[h.class()]
	c.hosts = append(c.hosts, h)
}

// failed counts a failure of h and reports whether its circuit is open.
func (r *outboxRun) failed(ctx context.Context, h *outboxHost, d drained, now time.Time) bool {
	if d.alive {
		h.failures = 0
	}
	h.failures++
	h.good, h.lastErr = false, d.err
	if h.failures < r.o.opts.OpenAfter {
		h.until = time.Time{}
		return false
	}
	if h.failures == r.o.opts.OpenAfter {
		r.o.log.LogAttrs(ctx, slog.LevelInfo, "circuit of destination opens", slog.String("destination", h.name), slog.Any("err", d.err))
	}
	h.until = latest(now.Add(r.o.backOff(h.failures)), retryAt(d.err, now))
	heap.Push(&r.waiting, wake{at: h.until, host: h})
	return true
}

func (r *outboxRun) recovered(ctx context.Context, h *outboxHost) {
	if h.failures >= r.o.opts.OpenAfter {
		r.o.log.LogAttrs(ctx, slog.LevelInfo, "circuit of destination closes", slog.String("destination", h.name))
	}
	h.good, h.failures, h.until, h.lastErr = true, 0, time.Time{}, nil
}

// retryAt is when the SCS/AS wants the next attempt, or zero.
func retryAt(err error, now time.Time) time.Time {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || !e.RetryAt.After(now) {
		return time.Time{}
	}
	if far := now.Add(maxRetryAfter); e.RetryAt.After(far) {
		return far
	}
	return e.RetryAt
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// backOff returns the time before the next attempt after n failures in a row.
func (o *Outbox) backOff(n int) time.Duration {
	d := o.opts.MaxBackOff
	if n < 32 {
		d = min(d, o.opts.MinBackOff<<(n-1))
	}
	if d <= 0 {
		d = o.opts.MaxBackOff
	}
	return time.Duration(float64(d) * (0.8 + 0.4*mathrand.Float64()))
}

// trim lets the lanes of a destination that has too many entries lose some: about the oldest of all.
func (r *outboxRun) trim(name string) {
	h := r.hosts[name]
	if h == nil || len(h.lanes) == 0 {
		return
	}
	r.o.mu.Lock()
	excess := r.o.pending[name] - r.o.opts.MaxPerDestination
	some := excess > r.o.opts.MaxPerDestination/64 // not again for every single one
	if some || excess <= 0 {
		delete(r.o.full, name)
	}
	r.o.mu.Unlock()
	if !some {
		return
	}
	for l := range h.lanes {
		excess -= l.drop + l.dropping // is to be dropped already
	}
	if excess <= 0 {
		return
	}
	victims := make([]*lane, 0, len(h.lanes))
	for l := range h.lanes {
		victims = append(victims, l)
	}
	slices.SortFunc(victims, func(a, b *lane) int { return cmp.Compare(a.head, b.head) })
	each := (excess + len(victims) - 1) / len(victims)
	for _, l := range victims {
		n := min(each, excess)
		l.drop += n
		if l.state != laneBusy {
			r.toLocal(l)
		}
		if excess -= n; excess == 0 {
			return
		}
	}
}

// anyFull reports whether the counts are to be checked.
func (o *Outbox) anyFull() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.full) > 0
}
