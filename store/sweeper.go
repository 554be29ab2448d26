package store

import (
	"bytes"
	"context"
	"errors"
	"time"
)

// ByExpiry returns an index of the instants at which records expire, for a [Sweeper]. A record for which expiry gives
// the zero Time does not expire and is not in the index. See [Index] about name.
func ByExpiry[T any](name string, expiry func(*T) time.Time) *Index[T] {
	return &Index[T]{Name: name, Keys: func(v *T) []Key {
		at := expiry(v)
		if at.IsZero() {
			return nil
		}
		return []Key{AppendTime(nil, at)}
	}}
}

// A Sweeper removes the expired records of a table in the background. It is for records that nobody misses: what has to
// happen when something expires, and when exactly, is a matter of [Timers]. Until it is removed an expired record can be
// read, so who reads it looks at its expiry, and may delete it. It is safe for concurrent use.
type Sweeper[T any] struct {
	store Store
	table *Table[T]
	index *tableIndex[T]
	opts  SweeperOptions
}

// SweeperOptions bound the work of a Sweeper.
type SweeperOptions struct {
	// Batch is the greatest number of records in one transaction; 0 means 100.
	Batch int
	// Rate is the greatest number of records in a second, on this node; 0 means 1000.
	Rate int
	// Interval is the pause after no more expired records were found; 0 means a minute.
	Interval time.Duration
}

// NewSweeper returns a Sweeper of t by its index x, which [ByExpiry] made. opts may be nil; what is negative in them
// counts as 0. It panics when t has no index x.
func NewSweeper[T any](s Store, t *Table[T], x *Index[T], opts *SweeperOptions) *Sweeper[T] {
	w := &Sweeper[T]{store: s, table: t, index: t.index(x)}
	if opts != nil {
		w.opts = *opts
	}
	if w.opts.Batch <= 0 {
		w.opts.Batch = 100
	}
	if w.opts.Rate <= 0 {
		w.opts.Rate = 1000
	}
	if w.opts.Interval <= 0 {
		w.opts.Interval = time.Minute
	}
	return w
}

// Run removes expired records, those that expired first before the others, until ctx ends; then it returns ctx.Err().
// It returns early when the store is closed, with an error that wraps ErrClosed. After another error it goes on after
// a back-off, which begins at 100 ms and doubles to a minute.
//
// Every node may run it on a shared store: a record is removed once, and only if it is still expired in the very
// transaction that removes it. A record that cannot be read, see [VersionError], is left where it is.
func (w *Sweeper[T]) Run(ctx context.Context) error {
	for failures := 0; ; {
		wait := w.opts.Interval
		switch err := w.Sweep(ctx); {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrClosed):
			return err
		case err != nil:
			failures++
			wait = backOff(failures)
		default:
			failures = 0
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// Sweep removes the records that are expired when it begins, as Run does again and again. It returns the error of the
// store or ctx.Err().
func (w *Sweeper[T]) Sweep(ctx context.Context) error {
	end := w.index.entries.Bytes(AppendUint64(nil, timeCode(time.Now())+1))
	for from := []byte(w.index.entries); from != nil; {
		looked, next, err := w.batch(ctx, from, end)
		if err != nil {
			return err
		}
		if err := sleep(ctx, time.Duration(looked)*time.Second/time.Duration(w.opts.Rate)); err != nil {
			return err
		}
		from = next
	}
	return nil
}

// batch removes what the first entries from a key on stand for. It tells how many it looked at, and the key at which to
// go on, nil when there is nothing left.
func (w *Sweeper[T]) batch(ctx context.Context, from, end []byte) (looked int, next []byte, err error) {
	err = w.store.Update(ctx, func(tx Tx) error {
		looked, next = 0, nil
		for e, err := range tx.Scan(from, end, false) {
			if err != nil {
				return err
			}
			if looked == w.opts.Batch {
				next = bytes.Clone(e.Key)
				return nil
			}
			looked++
			if err := w.remove(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	return looked, next, err
}

// remove removes the record that the entry e stands for.
func (w *Sweeper[T]) remove(tx Tx, e Pair) error {
	text, primary := w.index.split(e)
	b, err := tx.Get(w.table.rows.Raw(primary...))
	if err != nil {
		return err
	}
	if b == nil {
		return tx.Delete(e.Key) // an entry that a release left behind that does not know the index
	}
	switch v, unreadable := w.table.decode(b); {
	case unreadable != nil:
		return nil //nolint:nilerr // it is for a newer release to remove
	case !w.index.has(v, text):
		return tx.Delete(e.Key) // likewise
	default:
		return w.table.remove(tx, primary, v)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
