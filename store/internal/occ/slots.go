package occ

import (
	"hash/maphash"
	"sync/atomic"
)

// Slots is a table of bounded size without locks, in which a key has one slot and whoever comes last has the slot. The
// zero Slots keeps nothing. It is safe for concurrent use.
type Slots[R any] struct {
	seed  maphash.Seed
	slots []atomic.Pointer[slot[R]]
}

type slot[R any] struct {
	key    string
	record R
}

// NewSlots returns a table of n slots; none when n is negative.
func NewSlots[R any](n int) Slots[R] {
	return Slots[R]{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[slot[R]], max(n, 0))}
}

func (s *Slots[R]) at(key string) *atomic.Pointer[slot[R]] {
	return &s.slots[maphash.String(s.seed, key)%uint64(len(s.slots))]
}

// Get returns the record of key, which must not be changed, or nil.
func (s *Slots[R]) Get(key string) *R {
	if len(s.slots) == 0 {
		return nil
	}
	if got := s.at(key).Load(); got != nil && got.key == key {
		return &got.record
	}
	return nil
}

// Put gives the slot of key to a record.
func (s *Slots[R]) Put(key string, record R) {
	if len(s.slots) > 0 {
		s.at(key).Store(&slot[R]{key, record})
	}
}

// Drop empties the slot of key if key has it.
func (s *Slots[R]) Drop(key string) {
	if len(s.slots) == 0 {
		return
	}
	at := s.at(key)
	if got := at.Load(); got != nil && got.key == key {
		at.CompareAndSwap(got, nil)
	}
}
