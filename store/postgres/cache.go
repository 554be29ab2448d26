package postgres

import "github.com/scefkit/scefkit/internal/recent"

// cache remembers records that Updates have read or written lately, so that one that needs only such can do without reading.
//
// Nobody is told when a key changes, so a record may be old. That does no harm: the commit compares versions, and an Update
// that ends without one looks first. But what an Update sees must all be of one state. Each record therefore names a
// sight: an instant at which this Store saw several keys at once, as in a commit of its own. An Update takes only records
// of the same sight, and asks the server for any other.
type cache struct{ recent.Table[fact] }

// fact says what was found under a key.
type fact struct {
	value   []byte
	version int64 // 0: there was no such key
	sight   int64 // grows with time, in the order in which the sights began
	shared  bool  // another Store changed the key when we last looked
}

// cacheMax is the size of the largest value that is remembered.
const cacheMax = 1 << 10

func newCache(n int) cache { return cache{recent.New[fact](n)} }

// put remembers what was read, or, if own is set, what this Store has written.
func (c *cache) put(key string, value []byte, version, sight int64, own bool) {
	f := fact{value: value, version: version, sight: sight}
	if old := c.Get(key); old != nil {
		if old.sight > sight {
			return
		}
		if f.shared = old.version != version; own {
			f.shared = old.shared
		}
	}
	if len(value) > cacheMax {
		c.Drop(key)
		return
	}
	c.Put(key, f)
}
