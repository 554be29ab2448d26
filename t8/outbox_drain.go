package t8

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/scefkit/scefkit/store"
)

// drainOf is what drain is to send.
type drainOf struct {
	owner store.MemberID // as which member of a cluster
	key   laneKey
	from  uint64   // no entry is below it
	told  []uint64 // if not nil, only these entries are looked for
	had   *load    // if not nil, what was read already
	host  string   // of the destination, as far as known
}

// drain sends entries of one subscription in order until there are none, one fails, or it took long enough.
func (o *Outbox) drain(ctx context.Context, s store.Store, of drainOf) (d drained) {
	had := of.had
	switch {
	case had != nil:
	case of.told != nil:
		had = &load{}
		records := o.fresh.get(nil, of.told) // before View begins, see loadTold
		d.store = s.View(ctx, func(rd store.Reader) error { return o.loadTold(rd, of.key, of.told, records, had) })
	default:
		had = &load{}
		d.store = o.load(ctx, s, of.owner, of.key, of.from, had)
	}
	batch, destination := had.batch, had.destination
	d.read, d.more, d.exact = batch, had.more, had.exact
	if d.store != nil {
		return d
	}
	d.end = !d.more
	if len(batch) == 0 {
		if d.foreign = had.foreign; had.mend {
			d.store = o.mendLane(ctx, s, of.key)
		}
		return d
	}
	if d.host = hostOf(destination); d.host != of.host {
		d.moved, d.head = true, 0
		return d
	}
	begin := time.Now()
	var gone []entry
	var lost []Lost
	more := d.more
	d.more = false
	for i, e := range batch {
		if e.broken {
			gone, lost = append(gone, e), append(lost, o.lose(ctx, e, LostBroken, errEntry))
			continue
		}
		if !o.opts.Cluster.Valid(of.owner) {
			d.store = errNoLease
			break
		}
		if e.long.done {
			gone = append(gone, e)
			continue
		}
		err := Send(ctx, o.send, e.subscription, destination, e.payload(ctx, s))
		if err != nil && ctx.Err() != nil {
			d.err = ctx.Err() // says nothing about the destination
			break
		}
		if reason := permanent(err); err != nil && reason != "" {
			lost = append(lost, o.lose(ctx, e, reason, err))
			d.alive = d.alive || reason == LostRefused
		} else if err != nil {
			d.err = err
			for _, e := range batch[i:] { // what is too old goes the same way
				if time.Since(e.enqueued) < o.opts.MaxAge {
					break
				}
				gone, lost = append(gone, e), append(lost, o.lose(ctx, e, LostExpired, err))
			}
			break
		} else {
			d.alive = true
		}
		gone = append(gone, e)
		if time.Since(begin) > batchTime {
			break
		}
	}
	d.more = more || len(gone) < len(batch)
	if len(gone) < len(batch) {
		d.head = batch[len(gone)].seq
		d.next = d.head
	} else {
		d.next = batch[len(gone)-1].seq + 1
	}
	d.done = len(gone)
	w := &removal{owner: of.owner, lane: of.key, gone: gone, rest: len(batch) - len(gone)}
	if more {
		w.rest++
	}
	o.settle(ctx, s, w, lost, &d)
	if o.opts.Cluster != nil && d.store == nil && d.done > 0 {
		d.more = d.left
	}
	return d
}

// settle removes what drain or giveUp is done with.
func (o *Outbox) settle(ctx context.Context, s store.Store, w *removal, lost []Lost, d *drained) {
	err := o.clear(ctx, s, w.owner, w.lane, w.gone)
	if err == nil {
		err = o.remove(ctx, s, w, lost)
	}
	if err != nil {
		d.done, d.store = 0, err
		return
	}
	d.left, d.foreign = w.left, w.foreign
}

// giveUp loses the n oldest entries of a subscription, and those that are too old.
func (o *Outbox) giveUp(ctx context.Context, s store.Store, owner store.MemberID, key laneKey, from uint64, n int, cause error) (d drained) {
	if !o.opts.Cluster.Valid(owner) {
		d.store = errNoLease
		return d
	}
	var had load
	if d.store = o.load(ctx, s, owner, key, from, &had); d.store != nil {
		return d
	}
	batch := had.batch
	d.read, d.more = batch, had.more
	var lost []Lost
	more := d.more
	for i, e := range batch {
		switch {
		case i < n:
			lost = append(lost, o.lose(ctx, e, LostFull, ErrOutboxFull))
		case time.Since(e.enqueued) > o.opts.MaxAge:
			lost = append(lost, o.lose(ctx, e, LostExpired, cause))
		default:
			d.head = e.seq
		}
		if d.head > 0 {
			break
		}
	}
	d.more = d.head == 0 && more
	if more {
		d.short = max(0, n-len(batch))
	}
	d.done = len(lost)
	w := &removal{owner: owner, lane: key, gone: batch[:len(lost)], rest: len(batch) - len(lost)}
	if more {
		w.rest++
	}
	o.settle(ctx, s, w, lost, &d)
	return d
}

// lose tells of a notification that is given up.
func (o *Outbox) lose(ctx context.Context, e entry, reason LostReason, err error) Lost {
	o.log.LogAttrs(ctx, slog.LevelWarn, "notification lost",
		slog.String("reason", string(reason)), slog.Time("enqueued", e.enqueued), slog.Any("err", err))
	l := Lost{Reason: reason, Subscription: e.subscription, Destination: e.destination, Body: e.body, Enqueued: e.enqueued, Err: err, key: e.key, long: len(e.long.body) > 0}
	if o.opts.Lost != nil {
		o.opts.Lost(l)
	}
	return l
}

// remove forgets entries even when Run ends: they were acknowledged or given up.
func (o *Outbox) remove(ctx context.Context, s store.Store, w *removal, lost []Lost) error {
	if len(w.gone) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchTime)
	defer cancel()
	letters := 0
	var err error
	if len(lost) == 0 {
		err = o.removals.remove(ctx, s, w, o.delete)
	} else if err = o.dead.survey(ctx, s); err == nil {
		err = s.Update(ctx, func(tx store.Tx) (err error) {
			if err := o.delete(tx, w); err != nil || w.foreign {
				return err
			}
			letters, err = o.dead.put(tx, lost)
			return err
		})
	}
	if err != nil {
		o.log.LogAttrs(ctx, slog.LevelError, "outbox cannot delete; notifications will be sent again", slog.Any("err", err))
		return err
	}
	if w.foreign {
		o.log.LogAttrs(ctx, slog.LevelWarn, "notifications are sent again by another member of the cluster", slog.Int("count", len(w.gone)))
		return nil
	}
	if len(lost) > 0 {
		o.dead.count(letters)
	}
	o.fresh.forget(w.gone)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range w.gone {
		host := hostOf(e.destination)
		if o.pending[host]--; o.pending[host] <= 0 {
			delete(o.pending, host)
		}
	}
	return nil
}

// delete deletes the entries of w within tx.
func (o *Outbox) delete(tx store.Tx, w *removal) error {
	if o.opts.Cluster != nil {
		return o.removeShared(tx, w)
	}
	return deleteEntries(tx, w.gone)
}

func deleteEntries(tx store.Tx, gone []entry) error {
	for _, e := range gone {
		if err := tx.Delete(e.key); err != nil {
			return err
		}
		if len(e.long.with) > 0 {
			if err := tx.Delete(e.long.with); err != nil {
				return err
			}
		}
	}
	return nil
}

// removals joins the deletions of what was acknowledged: all that come while a transaction is under way go into the next. In
// a cluster there are several at a time when that would be too large.
type removals struct {
	mu    sync.Mutex
	wait  []*removal // guarded by mu
	busy  int        // guarded by mu; goroutines at work
	lanes int        // in one transaction
	most  int        // goroutines
}

// removal is what is to be deleted of a lane.
type removal struct {
	owner store.MemberID // in a cluster: who wants that
	lane  laneKey
	gone  []entry
	rest  int        // entries that are left, at least
	done  chan error // has room for one

	// In a cluster, once it is done:
	left    bool // there are entries left
	foreign bool // nothing was deleted, as another member sends now
}

// remove deletes entries by a function; it returns when that is durable.
func (r *removals) remove(ctx context.Context, s store.Store, w *removal, del func(store.Tx, *removal) error) error {
	w.done = make(chan error, 1)
	r.mu.Lock()
	r.wait = append(r.wait, w)
	if r.busy == 0 || r.busy < r.most && len(r.wait) >= r.lanes {
		r.busy++
		go r.run(s, del)
	}
	r.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run deletes until nobody waits.
func (r *removals) run(s store.Store, del func(store.Tx, *removal) error) {
	for {
		r.mu.Lock()
		n, entries := 0, 0
		for n < min(len(r.wait), r.lanes) && entries < maxRemovals {
			entries += len(r.wait[n].gone)
			n++
		}
		batch := r.wait[:n:n]
		r.wait = r.wait[n:]
		if n == 0 {
			r.wait = nil
			r.busy--
		}
		r.mu.Unlock()
		if n == 0 {
			return
		}
		removeAll(s, batch, del)
	}
}

// errConflicts says that a transaction met many conflicts.
var errConflicts = errors.New("t8: outbox: too many conflicts")

// removeAll deletes what batch says in one transaction; in more of them when it is in the way of too many others.
func removeAll(s store.Store, batch []*removal, del func(store.Tx, *removal) error) {
	ctx, cancel := context.WithTimeout(context.Background(), batchTime)
	tries := 0
	err := s.Update(ctx, func(tx store.Tx) error {
		if tries++; tries > conflicts && len(batch) > 1 {
			return errConflicts
		}
		for _, w := range batch {
			if err := del(tx, w); err != nil {
				return err
			}
		}
		return nil
	})
	cancel()
	if errors.Is(err, errConflicts) {
		half := len(batch) / 2
		removeAll(s, batch[:half], del)
		removeAll(s, batch[half:], del)
		return
	}
	for _, w := range batch {
		w.done <- err
	}
}

// loadTold is load for the entries with the sequence numbers told, which are all that the subscription has as far as known.
// Those whose transactions were not committed yet are left out. Records that are not nil were got from fresh before the
// View of rd began: so rd sees what was committed before them, and nothing is overtaken.
func (o *Outbox) loadTold(rd store.Reader, key laneKey, told []uint64, records [][]byte, had *load) error {
	*had = load{exact: true}
	size := 0
	for i, seq := range told {
		k := o.key(key, seq)
		v := records[i]
		if v == nil {
			var err error
			if v, err = rd.Get(k); err != nil {
				return err
			}
		}
		if v == nil {
			continue
		}
		if len(had.batch) == batchEntries || size > batchOctets {
			had.more = true
			if _, _, newest, _, err := cutEntry(v); err == nil {
				had.destination = string(newest)
			}
			continue
		}
		e := decode(k, seq, v)
		if !e.broken {
			had.destination = e.destination
		}
		had.batch = append(had.batch, e)
		size += len(e.body)
	}
	return nil
}

// look is loadTold for several lanes, as many as fit into memory.
func (o *Outbox) look(ctx context.Context, s store.Store, list []look) looks {
	begin := time.Now()
	k := looks{list: list}
	var records [][]byte
	for i := range list {
		records = o.fresh.get(records, list[i].told)
	}
	k.err = s.View(ctx, func(rd store.Reader) error {
		k.found = 0
		size, rest := 0, records
		for i := range list {
			w := &list[i]
			if w.done = size < lookOctets; !w.done {
				continue
			}
			if err := o.loadTold(rd, w.lane.key, w.told, rest[:len(w.told)], &w.load); err != nil {
				return err
			}
			rest = rest[len(w.told):]
			for _, e := range w.batch {
				size += len(e.body)
			}
			if len(w.batch) > 0 {
				k.found++
			}
		}
		return nil
	})
	k.took = time.Since(begin)
	return k
}

// decode is decodeEntry; an entry that makes no sense is broken.
func decode(key []byte, seq uint64, value []byte) entry {
	e, err := decodeEntry(value)
	if err != nil { // it is given up
		e = entry{body: append([]byte(nil), value...), broken: true}
	}
	e.key, e.seq = key, seq
	return e
}

// load reads the oldest entries of a subscription from a sequence number on, and the destination of the newest; in a
// cluster only if they are the owner's to send.
func (o *Outbox) load(ctx context.Context, s store.Store, owner store.MemberID, key laneKey, first uint64, had *load) error {
	from := o.laneKeys(key)
	to := store.PrefixEnd(from)
	from = binary.BigEndian.AppendUint64(from, first)
	return s.View(ctx, func(rd store.Reader) error {
		*had = load{}
		if o.opts.Cluster != nil {
			if own, err := o.owns(rd, owner, key, had); err != nil || !own {
				return err
			}
		}
		size := 0
		for p, err := range rd.Scan(from, to, false) {
			if err != nil {
				return err
			}
			if len(had.batch) == batchEntries || size > batchOctets {
				had.more = true
				break
			}
			_, seq, ok := o.cut(p.Key)
			if !ok {
				return fmt.Errorf("t8: outbox: foreign key below the prefix")
			}
			e := decode(append([]byte(nil), p.Key...), seq, p.Value)
			if !e.broken {
				had.destination = e.destination
			}
			had.batch = append(had.batch, e)
			size += len(e.body)
		}
		had.mend = had.mend && len(had.batch) == 0
		if !had.more {
			return nil
		}
		for p, err := range rd.Scan(from, to, true) {
			if err != nil {
				return err
			}
			if _, _, newest, _, err := cutEntry(p.Value); err == nil {
				had.destination = string(newest)
			}
			break
		}
		return nil
	})
}
