package store

import (
	"context"
	"errors"
	"math"
	"sync"
)

// ErrExhausted is wrapped when a Sequence has given its last number.
var ErrExhausted = errors.New("store: sequence exhausted")

// A Sequence gives numbers that are never given again: not to another goroutine, not on another node that has a
// Sequence with the same key on the same store, and not after a restart or a crash. Within one Sequence each number is
// higher than those given before; between two they are not in order. With SequenceOptions.Wrap all that ends at the last
// number.
//
// The numbers are taken from the store in blocks, so that few calls cost a transaction. What is left of a block is lost
// with the process.
//
// It is safe for concurrent use.
type Sequence struct {
	store Store
	key   []byte
	opts  SequenceOptions

	mu   sync.Mutex
	next uint64    // guarded by mu
	left uint64    // guarded by mu; numbers of the block from next on
	turn chan bool // holds a token while someone takes a block
}

// SequenceOptions are the optional parts of a Sequence.
type SequenceOptions struct {
	// First is the lowest number; 0 means 1.
	First uint64
	// Last is the highest number; 0 means 2⁶⁴-1. A SCEF Reference ID, for one, is an Unsigned32 (TS 29.336 §6.4.4).
	Last uint64
	// Block is how many numbers one transaction takes; 0 means 1000.
	Block uint64
	// Wrap lets the sequence begin again with First after Last. Numbers then do come again, and it is for the caller to
	// pass over those in use. Without it, Next fails with ErrExhausted.
	Wrap bool
}

// NewSequence returns the sequence that s keeps under key, which nothing else may use. Everyone who uses it gives the
// same First, Last and Wrap; Block may differ. opts may be nil. It panics when Last is below First.
func NewSequence(s Store, key []byte, opts *SequenceOptions) *Sequence {
	q := &Sequence{store: s, key: Key(key).Raw(), turn: make(chan bool, 1)}
	if opts != nil {
		q.opts = *opts
	}
	if q.opts.First == 0 {
		q.opts.First = 1
	}
	if q.opts.Last == 0 {
		q.opts.Last = math.MaxUint64
	}
	if q.opts.Block == 0 {
		q.opts.Block = 1000
	}
	if q.opts.Last < q.opts.First {
		panic("store: sequence whose last number is below the first")
	}
	return q
}

// Next returns the next number. Now and then it runs a transaction, so it must not be called within one of the same
// store. It fails with ErrExhausted, with ctx.Err(), or as Update does.
func (q *Sequence) Next(ctx context.Context) (uint64, error) {
	for {
		if n, ok := q.fromBlock(); ok {
			return n, nil
		}
		if err := q.takeBlock(ctx); err != nil {
			return 0, err
		}
	}
}

func (q *Sequence) fromBlock() (n uint64, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.left == 0 {
		return 0, false
	}
	n = q.next
	q.next++
	q.left--
	return n, true
}

// takeBlock takes a block, unless someone else did meanwhile.
func (q *Sequence) takeBlock(ctx context.Context) error {
	select {
	case q.turn <- true:
		defer func() { <-q.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	q.mu.Lock()
	left := q.left
	q.mu.Unlock()
	if left > 0 {
		return nil
	}
	var first, last uint64
	err := q.store.Update(ctx, func(tx Tx) error {
		stored, err := tx.Get(q.key) // the last number taken
		if err != nil {
			return err
		}
		first = q.opts.First
		if stored != nil {
			taken, _, err := CutUint64(stored)
			switch {
			case err != nil:
				return err
			case taken < q.opts.Last:
				first = max(first, taken+1)
			case !q.opts.Wrap:
				return ErrExhausted
			}
		}
		last = first + min(q.opts.Block-1, q.opts.Last-first)
		return tx.Put(q.key, AppendUint64(nil, last))
	})
	if err != nil {
		return err // if the block was taken nevertheless, it is lost
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.next, q.left = first, last-first+1
	return nil
}
