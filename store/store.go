// Package store is the seam between scefkit and whatever keeps its state: serializable transactions on one ordered
// space of byte keys.
//
// A vendor who brings a database implements [Store], [Reader] and [Tx] and runs the suite in package storetest on it.
// [NewMemory] is the implementation for tests and simulations; store/pebble is the durable embedded one.
//
// Above the seam, once for every implementation, stand the ordered key encoding ([Key]); tables of records with secondary
// indexes ([Table]), whose records package store/record may write, and which a [Sweeper] rids of those that have expired;
// numbers that are never given twice ([Sequence]), counters ([Counter]), and the durable due index ([Timers]). Each has a
// prefix of keys to itself, so no prefix may begin with another one's.
package store

import (
	"context"
	"errors"
	"iter"
)

// Limits that every Store honours. Within them a Store must not refuse a key or a value.
const (
	MaxKey   = 1 << 10 // octets of a key
	MaxValue = 1 << 20 // octets of a value
	MaxTx    = 8 << 20 // octets of all keys and values that one transaction writes
)

var (
	// ErrClosed is wrapped by every error of a Store that is closed or closing.
	ErrClosed = errors.New("store: closed")
	// ErrTooLarge is wrapped when a key, a value or a transaction exceeds its limit. Nothing was written.
	ErrTooLarge = errors.New("store: too large")
	// ErrUnavailable is wrapped when the Store cannot serve now, as when a disk is full or no server answers. Nothing was
	// written, and a later try may succeed.
	ErrUnavailable = errors.New("store: unavailable")
	// ErrOutcomeUnknown is wrapped when the Store cannot tell whether the transaction was committed, as when the
	// connection to a database breaks during the commit. The caller reads again to find out.
	ErrOutcomeUnknown = errors.New("store: outcome unknown")
)

// A Store keeps ordered keys. All methods are safe for concurrent use.
type Store interface {
	// View runs fn on one consistent state: every committed transaction is either seen in whole or not at all, and
	// every transaction whose Update returned before View was called is seen. It returns the error of fn unchanged.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn in a serializable transaction and, when fn returned nil, returns nil after its writes are
	// durable: a power cut after the return loses none of them. An error of fn is returned unchanged, and nothing is
	// written. fn may run several times when transactions conflict, so it must have no effect outside tx but on
	// variables that it sets anew on each run. It must not call Update or Close of the same Store. A transaction without
	// writes is not made durable. One in which Put or Delete failed is not committed, even if fn returned nil: Update
	// then returns the error of the first that failed.
	//
	// When ctx ends before the commit began, nothing is written and the error wraps ctx.Err(); once the commit has
	// begun, Update waits for its end.
	Update(ctx context.Context, fn func(Tx) error) error

	// Close waits for the transactions under way and releases what the Store holds. Transactions that begin
	// afterwards fail with ErrClosed. Close may be called again.
	Close() error
}

// A Reader reads one consistent state. It is valid until the function that received it returns, in the goroutine that
// runs it only. The slices that it gives are valid as long and must not be changed. Those that it is given it does not
// keep: the caller may change them as soon as the method has returned.
type Reader interface {
	// Get returns the value of key, or nil and no error when there is none. The value of a key that was put empty is
	// an empty slice, not nil.
	Get(key []byte) ([]byte, error)

	// Scan gives the keys k with from <= k < to in ascending order with their values, or in descending order when
	// reverse is set; an empty to means no upper bound. The key and value slices are valid until the next step. An
	// error ends the sequence with a zero Pair. Writes of the same transaction made before Scan is called are seen;
	// writes made while it runs are allowed and may or may not be seen.
	Scan(from, to []byte, reverse bool) iter.Seq2[Pair, error]
}

// Pair is a key with its value.
type Pair struct{ Key, Value []byte }

// A Tx is a Reader that sees its own writes, and writes. Put and Delete copy what they keep.
type Tx interface {
	Reader
	// Put sets the value of key. An empty key is refused with an error.
	Put(key, value []byte) error
	// Delete removes key; it is no error when there is none.
	Delete(key []byte) error
}

// A HookTx is a Tx that can tell when it is committed; those of the stores in this module are. It is optional: whoever
// uses it does without when a Tx is none.
type HookTx interface {
	Tx
	// AfterCommit lets fn be called once the writes are durable and seen by every View, before Update returns and in its
	// goroutine. fn is not called when they are not, nor for a run that conflicted. It must not block.
	AfterCommit(fn func())
}
