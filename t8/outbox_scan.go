package t8

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/scefkit/scefkit/store"
)

// rescan begins a search of the whole store, page by page, beside the other work. It counts the entries of each
// destination if wanted.
func (r *outboxRun) rescan(ctx context.Context, count bool) {
	if r.scan.busy {
		r.scan.again = true
		return
	}
	if r.shared() {
		r.rescanLanes(ctx)
		return
	}
	r.scan = scanState{busy: true, counts: map[string]int{}}
	if count {
		r.o.mu.Lock()
		r.scan.upto = r.o.next(time.Now())
		clear(r.o.full)
		r.scan.before = maps.Clone(r.o.pending)
		r.o.mu.Unlock()
	}
	r.readPage(ctx, r.o.prefix)
}

func (r *outboxRun) readPage(ctx context.Context, from []byte) {
	if r.shared() {
		r.readLanes(ctx, from)
		return
	}
	r.running++
	upto := r.scan.upto
	go func() { r.pages <- r.o.readPage(ctx, r.s, from, upto) }()
}

const (
	pageLanes   = 512
	pageEntries = 4096
	skipAfter   = 16 // entries of one lane that are read on the way to the next, before jumping there
)

// readPage finds the lanes with entries from a key on.
func (o *Outbox) readPage(ctx context.Context, s store.Store, from []byte, upto uint64) (p page) {
	// What this process enqueues meanwhile is counted by Enqueue.
	counts := func(key []byte, seq uint64) bool {
		return upto > 0 && (seq < upto || [4]byte(key[len(key)-4:]) != o.inst)
	}
	p.err = s.View(ctx, func(rd store.Reader) error {
		p = page{counts: map[string]int{}}
		to, looked := store.PrefixEnd(o.prefix), 0
		at := from
		for at != nil {
			var last laneKey
			same := 0
			next := []byte(nil)
			for kv, err := range rd.Scan(at, to, false) {
				if err != nil {
					return err
				}
				key, seq, ok := o.cut(kv.Key)
				if !ok {
					return fmt.Errorf("t8: outbox: foreign key below the prefix")
				}
				if looked >= pageEntries || len(p.lanes) >= pageLanes {
					p.next = append([]byte(nil), kv.Key...)
					return nil
				}
				looked++
				if n := len(p.lanes); same > 0 && key == last {
					if same++; upto == 0 && same > skipAfter {
						next = store.PrefixEnd(o.laneKeys(key))
						break
					}
					host := destinationHost(kv.Value, p.lanes[n-1].host)
					if counts(kv.Key, seq) {
						p.counts[host]++
					}
					p.lanes[n-1].host = host // the newest one counts
					continue
				}
				last, same = key, 1
				host := destinationHost(kv.Value, "")
				p.lanes = append(p.lanes, foundLane{key, seq, host})
				if counts(kv.Key, seq) {
					p.counts[host]++
				}
			}
			at = next
		}
		return nil
	})
	return p
}

// destinationHost returns hostOf the destination of an entry; like saves an allocation when it is the same.
func destinationHost(value []byte, like string) string {
	_, _, destination, _, err := cutEntry(value)
	if err != nil {
		return ""
	}
	if n := len(like); n > 0 && len(destination) > n && string(destination[:n]) == like && destination[n] == '/' {
		return like
	}
	return hostOf(string(destination))
}

// found takes a page; an error ends Run.
func (r *outboxRun) found(ctx context.Context, p page, now time.Time) error {
	if p.err != nil {
		first := r.scan.first
		r.scan.busy = false
		if errors.Is(p.err, store.ErrClosed) || first {
			return p.err
		}
		if ctx.Err() == nil {
			r.o.log.LogAttrs(ctx, slog.LevelError, "outbox cannot read", slog.Any("err", p.err))
		}
		if r.shared() { // somebody's lanes may wait for it
			r.ticker.Reset(min(r.o.opts.Rescan, r.o.opts.MinBackOff))
		}
		return nil
	}
	r.scan.first = false
	for _, f := range p.lanes {
		l := r.lanes[f.key]
		if l == nil {
			l = r.add(f.key, f.host, f.seq)
		}
		oldest := f.seq
		if r.shared() {
			oldest = l.head
			r.follow(l, f.host) // another member enqueued
		}
		l.cursor = min(l.cursor, f.seq)
		l.told = l.told && slices.Contains(l.want, f.seq) // else there is more than we were told of
		switch {
		case l.state == laneIdle && !l.working:
			delete(r.unseen, l)
			r.ready(l, now)
		case l.state != laneBusy && l.host.until.After(now) && now.Sub(time.Unix(0, int64(oldest))) > r.o.opts.MaxAge:
			r.toLocal(l) // too old, and it may take long until somebody tries
		}
	}
	for host, n := range p.counts {
		r.scan.counts[host] += n
	}
	if p.next != nil {
		r.readPage(ctx, p.next)
		return nil
	}
	if r.wrap(ctx) {
		return nil
	}
	r.scan.busy = false
	r.known = !r.scan.again && !r.shared()
	if r.scan.upto > 0 || r.shared() {
		r.counted()
	}
	if r.scan.again {
		r.rescan(ctx, false)
	}
	return nil
}

// counted corrects the counts: about, as entries come and go while they are counted.
func (r *outboxRun) counted() {
	r.o.mu.Lock()
	if r.shared() { // rather too few than too many, or some would be lost
		clear(r.o.full)
		r.o.pending = nil
	}
	for name, n := range r.o.pending { // what came meanwhile ...
		r.scan.counts[name] += n
	}
	for name, n := range r.scan.before { // ... and went
		r.scan.counts[name] -= n
	}
	maps.DeleteFunc(r.scan.counts, func(_ string, n int) bool { return n <= 0 })
	r.o.pending = r.scan.counts
	var full []string
	for name, n := range r.o.pending {
		if n > r.o.opts.MaxPerDestination && r.o.opts.Full == DropOldest {
			full = append(full, name)
		}
	}
	r.o.mu.Unlock()
	for _, name := range full {
		r.trim(name)
	}
}
