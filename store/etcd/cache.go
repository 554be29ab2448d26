package etcd

import (
	"context"
	"hash/maphash"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// cache remembers records that were read or written lately. Each is a fact about a stretch of revisions, true whatever
// happens afterwards: nobody has to be told when a key changes. It is a table without locks in which a key has one
// slot, and whoever comes last has the slot.
type cache struct {
	seed  maphash.Seed
	slots []atomic.Pointer[record]
}

// record says that key had value, written at revision mod, in all states from mod to known. A value of nil, with mod 0,
// says that there was no such key in the state known.
type record struct {
	key        string
	value      []byte
	mod, known int64
	shared     bool // somebody else changed the key when we last looked
}

// since is the first revision of which the record is known to be true.
func (r *record) since() int64 {
	if r.mod == 0 {
		return r.known
	}
	return r.mod
}

// cacheMax is the size of the largest value that is remembered.
const cacheMax = 1 << 10

func newCache(n int) cache {
	return cache{seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[record], max(n, 0))}
}

func (c *cache) slot(key string) *atomic.Pointer[record] {
	if len(c.slots) == 0 {
		return nil
	}
	return &c.slots[maphash.String(c.seed, key)%uint64(len(c.slots))]
}

func (c *cache) get(key string) *record {
	if slot := c.slot(key); slot != nil {
		if r := slot.Load(); r != nil && r.key == key {
			return r
		}
	}
	return nil
}

// put remembers what was read, or what this Store wrote itself.
func (c *cache) put(key string, value []byte, mod, known int64, own bool) {
	slot := c.slot(key)
	if slot == nil {
		return
	}
	r := &record{key: key, value: value, mod: mod, known: known}
	if old := slot.Load(); old != nil && old.key == key {
		if old.known > known {
			return
		}
		r.shared = old.mod != mod
		if own {
			r.shared = old.shared
		}
		if len(value) > cacheMax {
			slot.CompareAndSwap(old, nil)
			return
		}
	}
	if len(value) <= cacheMax {
		slot.Store(r)
	}
}

func (c *cache) drop(key string) {
	if slot := c.slot(key); slot != nil {
		if r := slot.Load(); r != nil && r.key == key {
			slot.CompareAndSwap(r, nil)
		}
	}
}

// pause waits for a random time that grows with n, at most 100 ms, or until ctx ends.
func pause(ctx context.Context, n int) {
	most := min(time.Millisecond<<min(n, 10), 100*time.Millisecond)
	t := time.NewTimer(rand.N(most))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
