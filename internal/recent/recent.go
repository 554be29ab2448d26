// Package recent is a table for what may be forgotten at any time.
package recent

import (
	"hash/maphash"
	"sync/atomic"
)

// Table is a table of bounded size without locks, in which a key has one slot and whoever comes last has the slot. The
// zero Table keeps nothing. It is safe for concurrent use.
type Table[R any] struct {
	seed  maphash.Seed
	slots []atomic.Pointer[slot[R]]
}

type slot[R any] struct {
	key    string
	record R
}

// New returns a table of n slots; none when n is negative.
func New[R any](n int) Table[R] {
	return Table[R]{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[slot[R]], max(n, 0))}
}

func (t *Table[R]) at(key string) *atomic.Pointer[slot[R]] {
	return &t.slots[maphash.String(t.seed, key)%uint64(len(t.slots))]
}

// Get returns the record of key, which must not be changed, or nil.
func (t *Table[R]) Get(key string) *R {
	if len(t.slots) == 0 {
		return nil
	}
	if got := t.at(key).Load(); got != nil && got.key == key {
		return &got.record
	}
	return nil
}

// Put gives the slot of key to a record.
func (t *Table[R]) Put(key string, record R) {
	if len(t.slots) > 0 {
		t.at(key).Store(&slot[R]{key, record})
	}
}

// Drop empties the slot of key if key has it.
func (t *Table[R]) Drop(key string) {
	if len(t.slots) == 0 {
		return
	}
	at := t.at(key)
	if got := at.Load(); got != nil && got.key == key {
		at.CompareAndSwap(got, nil)
	}
}
