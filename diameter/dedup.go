package diameter

import (
	"hash/maphash"
	"sync"
	"time"
)

// dedup remembers requests by Origin-Host and End-to-End Identifier, with their answers (RFC 6733 §3, §5.5.4). Every
// request is recorded, only those with the T flag are looked up, so recording is what must be cheap: a record goes into
// a ring, over the oldest one, and to the front of the chain of its hash. Links of a chain that lead to an overwritten
// record are recognised by its position and end the chain; nothing is ever unlinked.
type dedup struct {
	seed   maphash.Seed
	ttl    time.Duration
	shards []dupShard // 2^k
}

const (
	dupShards = 16
	dupChunk  = 256 // records allocated at once

	maxDupWaiters = 16 // repetitions of one request that wait for its answer; more get none
)

type dupShard struct {
	mu    sync.Mutex
	size  uint64        // records of the ring, 2^k
	next  uint64        // position of the next record; positions start at 1; guarded by mu
	tail  uint64        // records before it hold no answer any more; guarded by mu
	heads []uint64      // position of the newest record by hash, 0 for none; guarded by mu
	recs  [][]dupRecord // guarded by mu
	_     [64]byte      // keeps the locks on cache lines of their own
}

type dupRecord struct {
	pos    uint64
	older  uint64 // next position of the chain
	hash   uint64
	when   time.Duration
	origin string
	e2e    uint32
	done   bool
	gone   bool // expired, or the handler gave no answer: never found
	waits  uint8
	ans    *Message
	wait   *dupWaiter
}

// dupWaiter is a repeated request whose original is still in work.
type dupWaiter struct {
	c    *conn
	req  *Message
	next *dupWaiter
}

// dupRef refers to a record; the zero dupRef to none.
type dupRef struct {
	shard *dupShard
	pos   uint64
}

// newDedup returns a dedup for about entries records, or nil when that is not positive.
func newDedup(entries int, ttl time.Duration) *dedup {
	if entries <= 0 {
		return nil
	}
	n := 1
	if entries >= dupShards*dupChunk {
		n = dupShards
	}
	size := uint64(1)
	for size*uint64(n) < uint64(entries) {
		size *= 2
	}
	d := &dedup{seed: maphash.MakeSeed(), ttl: ttl, shards: make([]dupShard, n)}
	for i := range d.shards {
		d.shards[i].size, d.shards[i].next, d.shards[i].tail = size, 1, 1
	}
	return d
}

// admit records the request w.req of origin, unless w.req has the T flag and its original is known: then it returns
// known and either the answer, or nil when w was put to wait for it (or dropped, when too many wait). now is the time since any fixed instant.
func (d *dedup) admit(origin string, w dupWaiter, now time.Duration) (ref dupRef, known bool, ans *Message) {
	h := maphash.String(d.seed, origin) + uint64(w.req.EndToEnd)*0x9e3779b97f4a7c15
	h ^= h >> 32
	s := &d.shards[h&uint64(len(d.shards)-1)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heads == nil {
		s.heads = make([]uint64, s.size)
		s.recs = make([][]dupRecord, (s.size+dupChunk-1)/dupChunk)
	}
	head := &s.heads[h>>16&(s.size-1)]
	if w.req.Flags&FlagRetransmitted != 0 {
		if r := s.find(*head, h, origin, w.req.EndToEnd); r != nil && now-r.when <= d.ttl && !r.gone {
			if r.done {
				return dupRef{}, true, r.ans
			}
			if r.waits < maxDupWaiters {
				r.waits++
				r.wait = &dupWaiter{c: w.c, req: w.req, next: r.wait}
			}
			return dupRef{}, true, nil
		}
	}
	for range 2 { // what expired gives its memory back, two for each one recorded
		if s.tail >= s.next {
			break
		}
		r := s.at(s.tail)
		if r.pos == s.tail && now-r.when <= d.ttl {
			break
		}
		if r.pos == s.tail && r.done {
			r.ans = nil
			r.gone = true
		}
		s.tail++
	}
	pos := s.next
	s.next++
	r := s.slot(pos)
	*r = dupRecord{pos: pos, older: *head, hash: h, when: now, origin: origin, e2e: w.req.EndToEnd}
	*head = pos
	return dupRef{s, pos}, false, nil
}

func (s *dupShard) find(pos, h uint64, origin string, e2e uint32) *dupRecord {
	for pos != 0 {
		r := s.at(pos)
		if r.pos != pos {
			return nil // overwritten, and so is all that is older
		}
		if r.hash == h && r.e2e == e2e && r.origin == origin {
			return r
		}
		pos = r.older
	}
	return nil
}

// at returns the record at a position that was given out before.
func (s *dupShard) at(pos uint64) *dupRecord {
	i := pos & (s.size - 1)
	return &s.recs[i/dupChunk][i%dupChunk]
}

func (s *dupShard) slot(pos uint64) *dupRecord {
	i := pos & (s.size - 1)
	if s.recs[i/dupChunk] == nil {
		s.recs[i/dupChunk] = make([]dupRecord, min(s.size, dupChunk))
	}
	return &s.recs[i/dupChunk][i%dupChunk]
}

// finish stores the answer and returns who waits for it. A nil answer forgets the request: if it comes again, it is
// handled again.
func (r dupRef) finish(ans *Message) *dupWaiter {
	if r.shard == nil {
		return nil
	}
	r.shard.mu.Lock()
	defer r.shard.mu.Unlock()
	rec := r.shard.at(r.pos)
	if rec.pos != r.pos {
		return nil // overwritten meanwhile; its waiters' requests end in a timeout and are repeated
	}
	w := rec.wait
	rec.wait, rec.ans, rec.done, rec.gone = nil, ans, true, ans == nil
	return w
}
