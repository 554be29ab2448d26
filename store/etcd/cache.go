package etcd

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/scefkit/scefkit/internal/recent"
)

// cache remembers records that were read or written lately. Each is a fact about a stretch of revisions, true whatever
// happens afterwards: nobody has to be told when a key changes.
type cache struct{ recent.Table[record] }

// record says that a key had value, written at revision mod, in all states from mod to known. A value of nil, with mod 0,
// says that there was no such key in the state known.
type record struct {
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

func newCache(n int) cache { return cache{recent.New[record](n)} }

// put remembers what was read, or what this Store wrote itself.
func (c *cache) put(key string, value []byte, mod, known int64, own bool) {
	r := record{value: value, mod: mod, known: known}
	if old := c.Get(key); old != nil {
		if old.known > known {
			return
		}
		r.shared = old.mod != mod
		if own {
			r.shared = old.shared
		}
	}
	if len(value) > cacheMax {
		c.Drop(key)
		return
	}
	c.Put(key, r)
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
