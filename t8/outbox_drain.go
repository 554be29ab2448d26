package t8

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/scefkit/scefkit/store"
)

// drain sends entries of one subscription in order until there are none, one fails, or it took long enough.
// With had, that is what was read already; with told, only those entries are looked for.
func (o *Outbox) drain(ctx context.Context, s store.Store, key laneKey, from uint64, told []uint64, had *load, host string) (d drained) {
	switch {
	case had != nil:
	case told != nil:
		had = &load{}
		records := o.fresh.get(nil, told) // before View begins, see loadTold
		d.store = s.View(ctx, func(rd store.Reader) error { return o.loadTold(rd, key, told, records, had) })
	default:
		had = &load{}
		d.store = o.load(ctx, s, key, from, had)
	}
	batch, destination := had.batch, had.destination
	d.read, d.more, d.exact = batch, had.more, had.exact
	if d.store != nil {
		return d
	}
	d.end = !d.more
	if len(batch) == 0 {
		return d
	}
	if d.host = hostOf(destination); d.host != host {
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
		err := Send(ctx, o.send, e.subscription, destination, e.body)
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
	if err := o.remove(ctx, s, gone, lost); err != nil {
		d.done, d.store = 0, err
	}
	return d
}

// giveUp loses the n oldest entries of a subscription, and those that are too old.
func (o *Outbox) giveUp(ctx context.Context, s store.Store, key laneKey, from uint64, n int, cause error) (d drained) {
	var had load
	if d.store = o.load(ctx, s, key, from, &had); d.store != nil {
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
	d.store = o.remove(ctx, s, batch[:len(lost)], lost)
	return d
}

// lose tells of a notification that is given up.
func (o *Outbox) lose(ctx context.Context, e entry, reason LostReason, err error) Lost {
	o.log.LogAttrs(ctx, slog.LevelWarn, "notification lost",
		slog.String("reason", string(reason)), slog.Time("enqueued", e.enqueued), slog.Any("err", err))
	l := Lost{Reason: reason, Subscription: e.subscription, Destination: e.destination, Body: e.body, Enqueued: e.enqueued, Err: err, key: e.key}
	if o.opts.Lost != nil {
		o.opts.Lost(l)
	}
	return l
}

// remove forgets entries even when Run ends: they were acknowledged or given up.
func (o *Outbox) remove(ctx context.Context, s store.Store, gone []entry, lost []Lost) error {
	if len(gone) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchTime)
	defer cancel()
	var letters letterCount
	var err error
	if len(lost) == 0 {
		err = o.removals.remove(ctx, s, gone)
	} else {
		err = s.Update(ctx, func(tx store.Tx) (err error) {
			if err := deleteEntries(tx, gone); err != nil {
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
	if len(lost) > 0 {
		o.dead.count(letters)
	}
	o.fresh.forget(gone)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range gone {
		host := hostOf(e.destination)
		if o.pending[host]--; o.pending[host] <= 0 {
			delete(o.pending, host)
		}
	}
	return nil
}

func deleteEntries(tx store.Tx, gone []entry) error {
	for _, e := range gone {
		if err := tx.Delete(e.key); err != nil {
			return err
		}
	}
	return nil
}

// removals joins the deletions of what was acknowledged: all that come while a transaction is under way go into the next.
type removals struct {
	mu   sync.Mutex
	wait []removal // guarded by mu
	busy bool      // guarded by mu; a goroutine is at work
}

type removal struct {
	gone []entry
	done chan error // has room for one
}

// remove deletes entries; it returns when that is durable.
func (r *removals) remove(ctx context.Context, s store.Store, gone []entry) error {
	done := make(chan error, 1)
	r.mu.Lock()
	r.wait = append(r.wait, removal{gone, done})
	if !r.busy {
		r.busy = true
		go r.run(s)
	}
	r.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run deletes until nobody waits.
func (r *removals) run(s store.Store) {
	for {
		r.mu.Lock()
		n, entries := 0, 0
		for n < len(r.wait) && entries < maxRemovals {
			entries += len(r.wait[n].gone)
			n++
		}
		batch := r.wait[:n:n]
		r.wait = r.wait[n:]
		if n == 0 {
			r.wait, r.busy = nil, false
		}
		r.mu.Unlock()
		if n == 0 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), batchTime)
		err := s.Update(ctx, func(tx store.Tx) error {
			for _, w := range batch {
				if err := deleteEntries(tx, w.gone); err != nil {
					return err
				}
			}
			return nil
		})
		cancel()
		for _, w := range batch {
			w.done <- err
		}
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

// load reads the oldest entries of a subscription from a sequence number on, and the destination of the newest.
func (o *Outbox) load(ctx context.Context, s store.Store, key laneKey, first uint64, had *load) error {
	from := o.laneKeys(key)
	to := store.PrefixEnd(from)
	from = binary.BigEndian.AppendUint64(from, first)
	return s.View(ctx, func(rd store.Reader) error {
		*had = load{}
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
