package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Timers is a due index: it keeps one instant for each id, durably, and calls a function when it comes. Set and Cancel
// take part in the caller's transaction, so a state and its timer change together or not at all.
//
// In a [Cluster] a timer is that of the member which set it to its instant. Another takes it over when that member is gone,
// and exactly one fires it.
//
// All methods are safe for concurrent use. Timers that wait cost disk space only.
type Timers struct {
	ids     Key // + id -> instant + owner
	due     Key // + instant + id -> owner
	cluster *Cluster

	mu   sync.Mutex
	wake chan struct{} // guarded by mu; made by Run, so that it belongs to the synctest bubble of Run; nil while none runs
}

// NewTimers keeps timers under the keys that begin with prefix, which nothing else may use. c is the Cluster of the
// processes that share the Store, or nil when this one has it for itself.
func NewTimers(prefix []byte, c *Cluster) *Timers {
	return &Timers{ids: Key(prefix).Raw('i'), due: Key(prefix).Raw('d'), cluster: c}
}

// Set lets the timer id come due at the instant at, whatever it was set to before. An instant in the past is due at
// once, the zero Time before all others. Setting the instant that is already set writes nothing. After the commit, call
// [Timers.Wake].
func (t *Timers) Set(tx Tx, id []byte, at time.Time) error {
	old, err := tx.Get(t.ids.Raw(id...))
	if err != nil {
		return err
	}
	instant := AppendTime(make([]byte, 0, instantSize+ownerSize), at)
	if old != nil {
		was, _, err := cutTimer(old)
		if err != nil || bytes.Equal(was, instant) {
			return err
		}
		if err := tx.Delete(t.due.Raw(was...).Raw(id...)); err != nil {
			return err
		}
	}
	return t.put(tx, id, instant, t.cluster.ID())
}

// put writes a timer; instant has room for the owner behind it.
func (t *Timers) put(tx Tx, id, instant []byte, owner MemberID) error {
	value := appendOwner(instant, owner)
	if err := tx.Put(t.due.Raw(instant...).Raw(id...), value[instantSize:]); err != nil {
		return err
	}
	return tx.Put(t.ids.Raw(id...), value)
}

// Sizes in octets of what the value of a timer is made of. One of nobody has no owner.
const (
	instantSize = 8
	ownerSize   = 8
)

var errTimer = errors.New("store: broken timer")

// cutTimer splits the value of a timer into its instant and its owner.
func cutTimer(value []byte) (instant []byte, owner MemberID, err error) {
	if len(value) < instantSize {
		return nil, 0, errTimer
	}
	owner, err = cutOwner(value[instantSize:])
	return value[:instantSize:instantSize], owner, err
}

func appendOwner(b []byte, owner MemberID) []byte {
	if owner == 0 {
		return b
	}
	return AppendUint64(b, uint64(owner))
}

func cutOwner(b []byte) (MemberID, error) {
	switch len(b) {
	case 0:
		return 0, nil
	case ownerSize:
		return MemberID(binary.BigEndian.Uint64(b)), nil
	}
	return 0, errTimer
}

// Cancel removes the timer id; it is no error when there is none.
func (t *Timers) Cancel(tx Tx, id []byte) error {
	idKey := t.ids.Raw(id...)
	old, err := tx.Get(idKey)
	if err != nil || old == nil {
		return err
	}
	instant, _, err := cutTimer(old)
	if err != nil {
		return err
	}
	if err := tx.Delete(t.due.Raw(instant...).Raw(id...)); err != nil {
		return err
	}
	return tx.Delete(idKey)
}

// Get returns when the timer id is due, in UTC, and whether it is set.
func (t *Timers) Get(r Reader, id []byte) (at time.Time, set bool, err error) {
	at, _, set, err = t.get(r, id)
	return at, set, err
}

// Fires reports whether the timer id is still set to the instant for which it fires in this process. fire asks it in the
// transaction that it does its work in: where it says no, the timer was changed, or this process was paused for so long
// that another member of the Cluster has taken it over.
func (t *Timers) Fires(r Reader, id []byte, due time.Time) (bool, error) {
	at, owner, set, err := t.get(r, id)
	return set && at.Equal(due) && t.mine(owner), err
}

func (t *Timers) get(r Reader, id []byte) (at time.Time, owner MemberID, set bool, err error) {
	v, err := r.Get(t.ids.Raw(id...))
	if err != nil || v == nil {
		return at, 0, false, err
	}
	if _, owner, err = cutTimer(v); err != nil {
		return at, 0, false, err
	}
	at, _, err = CutTime(v)
	return at, owner, err == nil, err
}

// mine reports whether a timer of that owner fires in this process. One that is alone fires them all, also those of a
// Cluster that is no more.
func (t *Timers) mine(owner MemberID) bool {
	return t.cluster == nil || owner != 0 && t.cluster.Valid(owner)
}

// take makes the timer id this member's, if it is still set to that instant and its owner does not live. It reports
// whether it is this member's then.
func (t *Timers) take(ctx context.Context, s Store, id []byte, due time.Time) (taken bool, err error) {
	err = s.Update(ctx, func(tx Tx) error {
		taken = false
		at, owner, set, err := t.get(tx, id)
		if err != nil || !set || !at.Equal(due) {
			return err
		}
		if self := t.cluster.ID(); owner != self || self == 0 {
			if lives, err := t.cluster.Live(tx, owner); err != nil || lives || self == 0 {
				return err
			}
			taken = true
			return t.put(tx, id, AppendTime(make([]byte, 0, instantSize+ownerSize), at), self)
		}
		taken = true
		return nil
	})
	return taken && err == nil, err
}

// Wake tells Run that timers were set. It is called after the commit, never blocks and may be called when none was.
func (t *Timers) Wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wake != nil {
		select {
		case t.wake <- struct{}{}:
		default: // a call is pending already
		}
	}
}

const (
	// firstBackOff is the wait after the first failure of a timer; it doubles up to maxBackOff.
	firstBackOff = 100 * time.Millisecond
	maxBackOff   = time.Minute
	// maxSleep bounds the sleep of Run, because what it waits for may change without a Wake: another node may set a
	// timer in a shared store, and somebody may set the clock, which a Go timer does not follow.
	maxSleep = time.Minute
	// pageSize is the number of timers that one View looks at.
	pageSize = 256
)

// Run calls fire for every timer that is due until ctx ends; then it waits until all running calls have returned and
// returns ctx.Err(). It returns early when s is closed, with an error that wraps ErrClosed, and at once when t runs
// already. Timers that came due while nothing ran fire at once, the longest due first.
//
// Up to workers (at least 1) calls run at a time, never two for one id. fire gets the Run's ctx, the id, which it may
// keep, and the instant for which the timer was set. It does its work and a transaction of its own, in which it must
// Set or Cancel the timer. Because the timer may have been changed since Run saw it, that transaction should first
// ask [Timers.Fires] whether that still holds. When fire returns an error, or nil but the timer is left as it was, the timer
// fires again after a back-off, which begins at 100 ms and doubles to a minute; each timer in back-off takes about 100
// octets of memory. When s cannot be read, Run backs off likewise.
//
// Run sleeps until the next timer is due, [Timers.Wake] is called, a member of the Cluster came or went, or a minute has
// passed. With a Cluster it is called by the work of [Cluster.Run]: a timer that another member set is taken over, in one
// more transaction, when it is due and that member is gone.
func (t *Timers) Run(ctx context.Context, s Store, workers int, fire func(ctx context.Context, id []byte, due time.Time) error) error {
	t.mu.Lock()
	if t.wake != nil {
		t.mu.Unlock()
		return errors.New("store: these timers run already")
	}
	wake := make(chan struct{}, 1)
	t.wake = wake
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		t.wake = nil
		t.mu.Unlock()
	}()
	r := &timerRun{
		Timers: t, store: s, fire: fire, woken: wake, free: max(workers, 1),
		held: map[string]*heldTimer{}, fired: make(chan firedTimer),
	}
	return r.run(ctx)
}

// timerRun is the state of one Run. Only its goroutine touches it; each call of fire has a goroutine of its own, which
// reports on fired.
type timerRun struct {
	*Timers
	store Store
	fire  func(context.Context, []byte, time.Time) error
	woken chan struct{}
	fired chan firedTimer
	free  int                   // calls of fire that may yet be started
	held  map[string]*heldTimer // timers that are not to be fired now: running, or in back-off

	// One pass over all due timers; it stands still while no worker is free.
	cursor   []byte        // key where it goes on; nil when no pass is under way
	began    time.Time     // start of the pass: what comes due later is left to the next
	again    bool          // something happened that calls for another pass
	next     time.Time     // the earliest instant, known from the pass, at which a timer may be fired; zero if none
	took     time.Duration // time spent reading in this pass
	rest     time.Time     // no new pass before this instant
	failures int           // consecutive failures to read
}

type heldTimer struct {
	running  bool
	failures int
	until    time.Time // end of the back-off
}

type firedTimer struct {
	id   string
	left bool      // the timer is as it was
	set  bool      // else, whether it is set at all
	next time.Time // and to what
	err  error
}

type dueTimer struct {
	id  []byte
	due time.Time
	own bool // it need not be taken over
}

func (r *timerRun) run(ctx context.Context) error {
	workers := r.free
	defer func() {
		for r.free < workers {
			<-r.fired
			r.free++
		}
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	changes := r.cluster.Changes(ctx)
	r.again = true
	for {
		if now := time.Now(); r.again && r.cursor == nil && !now.Before(r.rest) {
			r.again, r.cursor, r.began, r.next, r.took = false, r.due, now, time.Time{}, 0
		}
		for r.cursor != nil && r.free > 0 && ctx.Err() == nil {
			if err := r.page(ctx); errors.Is(err, ErrClosed) {
				return err
			} else if err != nil {
				// The reason shows in the transactions of fire and of everybody else, too.
				r.failures++
				r.cursor, r.again, r.rest = nil, true, time.Now().Add(backOff(r.failures))
			} else {
				r.failures = 0
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.cursor == nil {
			timer.Reset(r.sleep(time.Now()))
		} else {
			timer.Stop() // no worker is free: go on when one is
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.woken:
			r.again = true
		case <-changes:
			r.again = true // timers of those who went
		case <-timer.C:
			r.again = true
		case f := <-r.fired:
			r.settle(f)
			r.again = true // it may have set timers
		}
	}
}

// sleep returns how long to wait for the next pass.
func (r *timerRun) sleep(now time.Time) time.Duration {
	switch {
	case r.again:
		return r.rest.Sub(now)
	case r.next.IsZero():
		return maxSleep
	default:
		return min(max(r.next.Sub(now), r.rest.Sub(now)), maxSleep)
	}
}

// page reads on in the pass and starts what it finds.
func (r *timerRun) page(ctx context.Context) error {
	begin := time.Now()
	var found []dueTimer
	var cursor []byte
	var next time.Time
	err := r.store.View(ctx, func(rd Reader) error {
		found, cursor, next = found[:0], nil, r.next
		looked := 0
		for p, err := range rd.Scan(r.cursor, PrefixEnd(r.due), false) {
			if err != nil {
				return err
			}
			if looked == pageSize || len(found) == r.free {
				cursor = bytes.Clone(p.Key)
				return nil
			}
			looked++
			due, id, err := CutTime(p.Key[len(r.due):])
			if err != nil {
				return fmt.Errorf("store: due index under %q: %w", r.due[:len(r.due)-1], err)
			}
			if due.After(r.began) {
				next = earlier(next, due)
				return nil
			}
			switch h := r.held[string(id)]; {
			case h == nil:
			case h.running:
				continue
			case h.until.After(r.began):
				next = earlier(next, h.until)
				continue
			}
			owner, err := cutOwner(p.Value)
			if err != nil {
				return fmt.Errorf("store: due index under %q: %w", r.due[:len(r.due)-1], err)
			}
			own := r.mine(owner)
			if !own && r.cluster.Seen(owner) {
				continue // Changes tells when its owner goes
			}
			found = append(found, dueTimer{bytes.Clone(id), due, own})
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.cursor, r.next = cursor, next
	r.took += time.Since(begin)
	for _, d := range found {
		r.start(ctx, d)
	}
	if cursor != nil {
		return nil
	}
	// The pass met every timer that is due. One whose back-off is over and that did not start, was cancelled or moved.
	for id, h := range r.held {
		if !h.running && !h.until.After(r.began) {
			delete(r.held, id)
		}
	}
	// Reading past many timers in back-off over and over must not eat a core.
	r.rest = time.Now().Add(4 * r.took)
	return nil
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func (r *timerRun) start(ctx context.Context, d dueTimer) {
	id := string(d.id)
	h := r.held[id]
	if h == nil {
		h = new(heldTimer)
		r.held[id] = h
	}
	h.running = true
	r.free--
	go func() {
		f := firedTimer{id: id}
		own := d.own
		if !own {
			own, f.err = r.take(ctx, r.store, d.id, d.due)
		}
		if own {
			f.err = r.fire(ctx, d.id, d.due)
		}
		_ = r.store.View(ctx, func(rd Reader) error { // when it fails, the timer counts as moved
			at, ok, err := r.Get(rd, []byte(id))
			f.left, f.set, f.next = ok && at.Equal(d.due), ok, at
			return err
		})
		r.fired <- f
	}()
}

func (r *timerRun) settle(f firedTimer) {
	r.free++
	h := r.held[f.id]
	h.running = false
	h.failures++
	h.until = time.Now().Add(backOff(h.failures))
	if !f.left && (f.err == nil || !f.set || f.next.After(h.until)) {
		delete(r.held, f.id)
	}
}

func backOff(failures int) time.Duration {
	if failures > 10 {
		return maxBackOff
	}
	return min(firstBackOff<<(failures-1), maxBackOff)
}
