package pebble

import (
	"bytes"
	"hash/maphash"
	"sync/atomic"
)

// hot keeps records that were read lately in front of the engine, whose Get takes microseconds even when everything it
// needs is in memory. It is a table without locks in which a key has one slot, and whoever reads it last has the slot.
//
// What makes it right for readers of different states: every slot carries since, which is no smaller than the number of
// any commit that wrote a key of that slot, whether or not the slot holds it. Hence
//   - a record in a slot is the last version of its key, and was so already in every state of seq >= since;
//   - a reader of a state may leave what it read there only if the state's seq >= since, and nobody changed the slot
//     meanwhile.
//
// A commit raises since before the engine shows its writes to anyone, so that a snapshot with more commits than its
// seq says cannot be mixed with records from before them.
type hot struct {
	seed  maphash.Seed
	slots []atomic.Pointer[hotRecord]
}

type hotRecord struct {
	key   []byte // nil when the slot holds nothing but since
	value []byte // nil when there is no such key
	since uint64
}

// hotMax is the size of the largest value that is kept.
const hotMax = 1 << 10

func newHot(n int) *hot {
	return &hot{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[hotRecord], n)}
}

func (h *hot) slot(key []byte) *atomic.Pointer[hotRecord] {
	return &h.slots[maphash.Bytes(h.seed, key)%uint64(len(h.slots))]
}

// holds reports whether the record is that of key in the state seq.
func (r *hotRecord) holds(key []byte, seq uint64) bool {
	return r != nil && r.since <= seq && r.key != nil && bytes.Equal(r.key, key)
}

// offer leaves what a reader of the state seq found, in a slot that held old before the reader looked.
func (h *hot) offer(slot *atomic.Pointer[hotRecord], old *hotRecord, key, value []byte, seq uint64) {
	if len(value) > hotMax || old != nil && old.since > seq {
		return
	}
	r := &hotRecord{since: seq}
	both := append(append(make([]byte, 0, len(key)+len(value)), key...), value...) // side by side for the next reader
	r.key = both[:len(key):len(key)]
	if value != nil {
		r.value = both[len(key):]
	}
	slot.CompareAndSwap(old, r)
}

// written tells of a write of commit seq; calls come one at a time. A slot of another key keeps it, lest keys that are
// only written drive out those that are read. value is kept.
func (h *hot) written(key string, value []byte, seq uint64) {
	slot := h.slot([]byte(key))
	next := &hotRecord{since: seq}
	if old := slot.Load(); old != nil {
		next.key, next.value = old.key, old.value
		if old.key != nil && string(old.key) == key {
			if next.value = value; len(value) > hotMax {
				next.key, next.value = nil, nil
			}
		}
	}
	slot.Store(next)
}
