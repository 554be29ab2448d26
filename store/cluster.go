package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// MemberID names a member of a [Cluster]. Each time a process joins it gets a new one, which is never given out again.
// Zero is nobody.
type MemberID uint64

// A Cluster is the processes that work on one shared Store, as one of them sees it. It gives each a lease, so that what
// a member has taken on (a timer, a queue, a request that is under way) is done by that member alone as long as it
// lives, and by another once it does not.
//
// A record that says who is at something holds the MemberID. Its owner acts on it while [Cluster.Valid] says so, and
// notes results in transactions that find its ID still there; another member may write its own ID in its place, in a
// transaction in which [Cluster.Live] is false. So an owner that was paused beyond its lease can do nothing more than
// end what it had begun, of which nobody takes note.
//
// Leases do not need clocks that agree. A member renews its lease by changing a record, at least six times in Lease. The
// others measure by their own clocks how long it stayed as it is; after 1.1 times Lease one of them removes the member.
// That is at most 1.5 times Lease after the last renewal, 15 s by default. The member itself stops after Lease, measured
// from before it sent the renewal.
//
// A nil Cluster is that of a process that has its Store for itself: its ID is zero, it is valid, and nobody else lives.
// All methods are safe for concurrent use.
type Cluster struct {
	store   Store
	members Key // + id -> lease of the member, in ns
	beats   Key // + id -> number of renewals
	last    Key // -> the last id that was given out
	lease   time.Duration
	log     *slog.Logger

	current atomic.Pointer[held]

	mu      sync.Mutex
	live    map[MemberID]bool      // guarded by mu; as last seen
	changes map[chan struct{}]bool // guarded by mu
}

// held is the lease of this process.
type held struct {
	id    MemberID
	from  atomic.Pointer[time.Time] // when the last renewal that succeeded was begun
	lease time.Duration
}

// ClusterOptions of a Cluster. The zero value of a field is its default.
type ClusterOptions struct {
	// Lease is how long a member stays one without renewing its lease; 100 ms to 1 h, default 10 s. The members of a
	// Cluster may have different ones.
	Lease time.Duration
	// Logger gets Warn when a lease is lost and Info when members come and go. Nil means slog.DiscardHandler.
	Logger *slog.Logger
}

// ErrLeaseLost is the cause with which the context of the work of [Cluster.Run] ends when the lease was not renewed in
// time.
var ErrLeaseLost = errors.New("store: the lease was lost")

// NewCluster returns the Cluster of the processes that give the same prefix, which nothing else may use, on one Store.
// This process is a member while Run runs. opts may be nil.
func NewCluster(s Store, prefix []byte, opts *ClusterOptions) (*Cluster, error) {
	c := &Cluster{
		store: s, members: Key(prefix).Raw('m'), beats: Key(prefix).Raw('b'), last: Key(prefix).Raw('n'),
		lease: 10 * time.Second, live: map[MemberID]bool{}, changes: map[chan struct{}]bool{},
	}
	if opts != nil && opts.Lease != 0 {
		c.lease = opts.Lease
	}
	if c.lease < 100*time.Millisecond || c.lease > time.Hour {
		return nil, fmt.Errorf("store: ClusterOptions.Lease %v is not within 100ms and 1h", c.lease)
	}
	if opts != nil {
		c.log = opts.Logger
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// ID returns what this process is called now, or zero when it is no member: before Run, when the lease is lost, and when
// c is nil.
func (c *Cluster) ID() MemberID {
	if c == nil {
		return 0
	}
	if h := c.current.Load(); h != nil && h.valid() {
		return h.id
	}
	return 0
}

// Valid reports whether this process may act on what it has taken on under the name id: whether that is its ID. It is
// asked right before an act that others see, as sending a message. When c is nil it is true for zero.
func (c *Cluster) Valid(id MemberID) bool { return c.ID() == id && (c == nil || id != 0) }

// Live reports whether a member has that ID in the state that r reads. It is one Get. Zero never lives, and nobody does
// when c is nil.
func (c *Cluster) Live(r Reader, id MemberID) (bool, error) {
	if c == nil || id == 0 {
		return false, nil
	}
	v, err := r.Get(c.member(id))
	return v != nil, err
}

// Seen reports what Live told a short while ago, without reading: [Cluster.Changes] tells when it changes.
func (c *Cluster) Seen(id MemberID) bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live[id]
}

// Changes returns a channel that receives a value after members came or went, until ctx ends. It is never closed. When c
// is nil it is nil.
func (c *Cluster) Changes(ctx context.Context) <-chan struct{} {
	if c == nil {
		return nil
	}
	ch := make(chan struct{}, 1)
	c.mu.Lock()
	c.changes[ch] = true
	c.mu.Unlock()
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.changes, ch)
	})
	return ch
}

// Run makes this process a member and calls work, whose context ends, with the cause ErrLeaseLost, when the lease is
// lost. Once work has returned then, Run joins again under another ID and calls it again. When ctx ends, or work returns
// while the lease holds, Run gives the lease back, so that the others need not wait for its end, and returns what work
// returned. It returns early when the Store is closed, with an error that wraps ErrClosed; while the Store fails
// otherwise it goes on trying. When c is nil, Run calls work with ctx and returns what it returns.
func (c *Cluster) Run(ctx context.Context, work func(context.Context) error) error {
	if c == nil {
		return work(ctx)
	}
	var former MemberID
	for {
		h, err := c.join(ctx, former)
		if err != nil {
			return err
		}
		worked, err := c.hold(ctx, h, work)
		if !errors.Is(err, ErrLeaseLost) {
			c.leave(ctx, h)
			return worked
		}
		c.log.Warn("the lease was lost", "member", h.id)
		if ctx.Err() != nil || errors.Is(worked, ErrClosed) {
			return worked
		}
		former = h.id
	}
}

// hold keeps the lease while work runs. It returns what work returned, and ErrLeaseLost when the lease was lost first.
func (c *Cluster) hold(ctx context.Context, h *held, work func(context.Context) error) (worked, lost error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// However long a renewal hangs, work ends with the lease.
	expiry := time.AfterFunc(h.lease, func() { cancel(ErrLeaseLost) })
	defer expiry.Stop()
	c.current.Store(h)
	defer c.current.Store(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		worked = work(ctx)
	}()
	c.keep(ctx, h, expiry, cancel, done)
	<-done
	if cause := context.Cause(ctx); errors.Is(cause, ErrLeaseLost) {
		return worked, cause
	}
	return worked, nil
}

// keep renews the lease and looks for the others until ctx ends or work is done.
func (c *Cluster) keep(ctx context.Context, h *held, expiry *time.Timer, cancel context.CancelCauseFunc, done <-chan struct{}) {
	w := watch{Cluster: c, seen: map[MemberID]sighting{}}
	tick := time.NewTicker(h.lease / 6)
	defer tick.Stop()
	for {
		from := time.Now()
		err := c.renew(ctx, h.id)
		if err == nil {
			h.from.Store(&from)
			expiry.Reset(time.Until(from.Add(h.lease)))
			err = w.look(ctx)
		}
		switch {
		case err == nil || ctx.Err() != nil:
		case errors.Is(err, ErrLeaseLost):
			cancel(err)
			return
		default:
			c.log.Warn("cannot renew the lease or see the others", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-done:
			return
		case <-tick.C:
		}
	}
}

// join takes a new ID. That of a lease that was lost is removed, if nobody did.
func (c *Cluster) join(ctx context.Context, former MemberID) (*held, error) {
	for failures := 1; ; failures++ {
		h := &held{lease: c.lease}
		from := time.Now()
		h.from.Store(&from)
		err := c.store.Update(ctx, func(tx Tx) (err error) {
			h.id, err = c.enter(tx, former)
			return err
		})
		switch {
		case err == nil:
			c.log.Info("joined the cluster", "member", h.id)
			return h, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, ErrClosed):
			return nil, err
		}
		// An ID from a commit with an unknown outcome is that of a member which dies at once.
		c.log.Warn("cannot join the cluster", "err", err)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(backOff(failures)):
		}
	}
}

func (c *Cluster) enter(tx Tx, former MemberID) (MemberID, error) {
	if former != 0 {
		if err := c.remove(tx, former); err != nil {
			return 0, err
		}
	}
	last, err := number(tx, c.last)
	if err != nil {
		return 0, err
	}
	id := MemberID(last + 1)
	if err := putNumber(tx, c.last, uint64(id)); err != nil {
		return 0, err
	}
	if err := putNumber(tx, c.beat(id), 0); err != nil {
		return 0, err
	}
	return id, putNumber(tx, c.member(id), uint64(c.lease))
}

// renew changes the beat of the member, unless it was removed.
func (c *Cluster) renew(ctx context.Context, id MemberID) error {
	return c.store.Update(ctx, func(tx Tx) error {
		there, err := c.Live(tx, id)
		if err != nil {
			return err
		}
		if !there {
			return ErrLeaseLost
		}
		n, err := number(tx, c.beat(id))
		if err != nil {
			return err
		}
		return putNumber(tx, c.beat(id), n+1)
	})
}

// leave gives the lease back. Where that fails, it runs out.
func (c *Cluster) leave(ctx context.Context, h *held) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.lease)
	defer cancel()
	if err := c.store.Update(ctx, func(tx Tx) error { return c.remove(tx, h.id) }); err != nil && !errors.Is(err, ErrClosed) {
		c.log.Warn("cannot leave the cluster; the lease runs out", "member", h.id, "err", err)
	}
}

func (c *Cluster) remove(tx Tx, id MemberID) error {
	if err := tx.Delete(c.member(id)); err != nil {
		return err
	}
	return tx.Delete(c.beat(id))
}

func (c *Cluster) member(id MemberID) Key { return c.members.Uint64(uint64(id)) }

func (c *Cluster) beat(id MemberID) Key { return c.beats.Uint64(uint64(id)) }

// valid reports whether the lease holds. The clock that does not jump stands still while some machines sleep, the other
// may be set: what either says to have passed has.
func (h *held) valid() bool {
	from, now := *h.from.Load(), time.Now()
	return now.Sub(from) < h.lease && now.Round(0).Sub(from.Round(0)) < h.lease
}

// watch is what a member has seen of the others. Only the goroutine of keep uses it.
type watch struct {
	*Cluster
	seen map[MemberID]sighting
}

// sighting is when a member was first seen with the beat that it has.
type sighting struct {
	lease time.Duration
	beat  uint64
	since time.Time
}

// look notes who lives and removes those whose leases ran out.
func (w *watch) look(ctx context.Context) error {
	var found map[MemberID]sighting
	if err := w.store.View(ctx, func(r Reader) (err error) {
		found, err = w.read(r)
		return err
	}); err != nil {
		return err
	}
	now := time.Now()
	var errs []error
	for id, f := range found {
		old, known := w.seen[id]
		if !known || old.beat != f.beat {
			old = sighting{f.lease, f.beat, now}
		}
		found[id] = old
		if now.Sub(old.since) < old.lease+old.lease/10 {
			continue
		}
		removed, err := w.bury(ctx, id, old.beat)
		if removed {
			w.log.Warn("a member of the cluster is gone", "member", id)
			delete(found, id)
		}
		errs = append(errs, err)
	}
	w.seen = found
	w.publish()
	return errors.Join(errs...)
}

func (w *watch) read(r Reader) (map[MemberID]sighting, error) {
	found := map[MemberID]sighting{}
	for p, err := range r.Scan(w.members, PrefixEnd(w.members), false) {
		if err != nil {
			return nil, err
		}
		if len(p.Key) != len(w.members)+8 || len(p.Value) != 8 {
			return nil, fmt.Errorf("store: %q is no member of a cluster", p.Key)
		}
		id := MemberID(binary.BigEndian.Uint64(p.Key[len(w.members):]))
		found[id] = sighting{lease: time.Duration(binary.BigEndian.Uint64(p.Value))}
	}
	for id, f := range found {
		var err error
		if f.beat, err = number(r, w.beat(id)); err != nil {
			return nil, err
		}
		found[id] = f
	}
	return found, nil
}

// bury removes a member whose beat is still the given one.
func (w *watch) bury(ctx context.Context, id MemberID, beat uint64) (removed bool, err error) {
	err = w.store.Update(ctx, func(tx Tx) error {
		now, err := number(tx, w.beat(id))
		if removed = now == beat; err != nil || !removed {
			return err
		}
		return w.remove(tx, id)
	})
	return removed && err == nil, err
}

// publish tells of who came and who went.
func (w *watch) publish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	same := len(w.live) == len(w.seen)
	for id := range w.seen {
		same = same && w.live[id]
	}
	if same {
		return
	}
	w.live = make(map[MemberID]bool, len(w.seen))
	for id := range w.seen {
		w.live[id] = true
	}
	for ch := range w.changes {
		select {
		case ch <- struct{}{}:
		default: // it has one already
		}
	}
}

// number reads a number of 8 octets; it is zero when there is none.
func number(r Reader, key Key) (uint64, error) {
	b, err := r.Get(key)
	if b == nil || err != nil {
		return 0, err
	}
	if len(b) != 8 {
		return 0, fmt.Errorf("store: %q holds no number", key)
	}
	return binary.BigEndian.Uint64(b), nil
}

func putNumber(tx Tx, key Key, n uint64) error {
	return tx.Put(key, AppendUint64(nil, n))
}
