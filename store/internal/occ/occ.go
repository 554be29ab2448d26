// Package occ runs serializable transactions by optimistic concurrency control on any engine that gives consistent
// snapshots and applies a set of writes atomically.
//
// A transaction runs its function on a snapshot, notes the keys and ranges it reads and keeps its writes to itself. To
// commit, it takes the one commit lock, checks that nothing it read was written since its snapshot, and applies its
// writes. What was written is known from the last commits, kept in bounded memory; a transaction that began before the
// oldest of them counts as conflicting. A transaction that conflicted a few times runs its function under the commit
// lock, so that it comes through whatever the others do.
//
// The package knows nothing of package store, which builds on it: the type of a pair is a parameter, and the limits and
// the errors come as [Rules].
package occ

import (
	"context"
	"fmt"
	"iter"
)

// PairType is what a scan gives.
type PairType interface {
	~struct{ Key, Value []byte }
}

// A Snapshot is one consistent state. The slices that it gives are valid until Release, those of Scan until the next
// step.
type Snapshot[P PairType] interface {
	Get(key []byte) ([]byte, error)
	Scan(from, to []byte, reverse bool) iter.Seq2[P, error]
	Release()
}

// Span says which commits a snapshot holds: all up to Low, none above High.
type Span struct{ Low, High uint64 }

// A Backend is the engine below.
type Backend[P PairType] interface {
	// Snapshot gives a state to read. A fresh one holds every commit that Apply returned for; else it holds at least
	// those that Settle returned for.
	Snapshot(fresh bool) (Snapshot[P], Span, error)
	// Apply commits writes as number seq. Calls come one at a time, with seq rising by one. An error means that
	// nothing was written, unless it says otherwise itself.
	Apply(seq uint64, writes *Writes) error
	// Settle returns when the commits up to seq are durable and in every Snapshot.
	Settle(seq uint64) error
}

// Rules are what a transaction has to keep.
type Rules struct {
	MaxKey, MaxValue, MaxTx int
	TooLarge                error // wrapped when one of them is exceeded
}

// Attempts before a transaction runs under the commit lock. The first works on a settled snapshot, which costs least;
// the others on fresh ones.
const attempts = 3

// An Engine runs transactions on a Backend. It is safe for concurrent use.
type Engine[P PairType] struct {
	backend Backend[P]
	rules   Rules
	lock    chan struct{} // holds one token while someone commits; a channel so that waiting for it can end with ctx
	recent  history       // guarded by lock
	seq     uint64        // guarded by lock; number of the last commit
}

// New returns an Engine on b.
func New[P PairType](b Backend[P], rules Rules) *Engine[P] {
	return &Engine[P]{backend: b, rules: rules, lock: make(chan struct{}, 1), recent: newHistory()}
}

// Update runs fn as store.Store.Update promises.
func (e *Engine[P]) Update(ctx context.Context, fn func(*Tx[P]) error) error {
	for attempt := 0; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("store: %w", err)
		}
		tx, retry, settle, err := e.try(ctx, fn, attempt)
		if retry {
			continue
		}
		if settle > 0 {
			if serr := e.backend.Settle(settle); serr != nil {
				return serr
			}
		}
		if err == nil {
			tx.Committed()
		}
		return err
	}
}

// try runs fn once, in tx. settle is the commit that must be durable before the outcome is told: that of the transaction,
// or the last one it may have seen.
func (e *Engine[P]) try(ctx context.Context, fn func(*Tx[P]) error, attempt int) (tx *Tx[P], retry bool, settle uint64, err error) {
	alone := attempt >= attempts
	if alone {
		if err := e.acquire(ctx); err != nil {
			return nil, false, 0, err
		}
		defer e.release()
	}
	snap, span, err := e.backend.Snapshot(attempt > 0)
	if err != nil {
		return nil, false, 0, err
	}
	defer snap.Release()
	tx = newTx(snap, &e.rules, e.recent.seed)
	if err := fn(tx); err != nil {
		return nil, false, span.High, err
	}
	switch {
	case tx.failed != nil:
		return nil, false, span.High, tx.failed
	case tx.writes.Len() == 0:
		return tx, false, span.High, nil // a consistent state was read, and nothing hangs on whether it is the last
	}
	if !alone {
		if err := e.acquire(ctx); err != nil {
			return nil, false, 0, err
		}
		defer e.release()
		if e.recent.conflict(span.Low, &tx.reads) {
			return nil, true, 0, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, false, 0, fmt.Errorf("store: %w", err)
	}
	if err := e.backend.Apply(e.seq+1, &tx.writes); err != nil {
		return nil, false, 0, err
	}
	e.seq++
	e.recent.add(e.seq, &tx.writes)
	return tx, false, e.seq, nil
}

func (e *Engine[P]) acquire(ctx context.Context) error {
	select {
	case e.lock <- struct{}{}:
		return nil
	default:
	}
	select {
	case e.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("store: %w", ctx.Err())
	}
}

func (e *Engine[P]) release() { <-e.lock }
