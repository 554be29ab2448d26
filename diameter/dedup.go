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
//
// The Origin-Host is not kept: it is in the hash, whose 64 bits are seeded by chance and compared as a whole, beside the
// End-to-End Identifier.
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
	mu      sync.Mutex
	size    uint64   // records of the ring, 2^k
	next    uint64   // position of the next record; positions start at 1; guarded by mu, as all below
	tail    uint64   // the answers of records before it are forgotten
	heads   []uint64 // position of the newest record by hash, 0 for none
	recs    [][]dupRecord
	answers [][]*Message // beside recs, which so holds no pointers
	waiting map[uint64]*dupWaiter
	_       [64]byte // keeps the locks on cache lines of their own
}

type dupRecord struct {
	pos   uint64
	older uint64 // next position of the chain
	hash  uint64
	when  time.Duration
	e2e   uint32
	state dupState
	waits uint8
}

type dupState uint8

const (
	dupInWork dupState = iota
	dupAnswered
	dupForgotten // expired, or the handler gave no answer
)

// dupWaiter is a repeated request whose original is still in work.
type dupWaiter struct {
	c     *conn
	req   *Message // without AVPs while it waits
	marks marks
	since uint32 // when the request came, see ticks
	next  *dupWaiter
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

func (d *dedup) shard(origin string, e2e uint32) (*dupShard, uint64) {
	h := maphash.String(d.seed, origin) + uint64(e2e)*0x9e3779b97f4a7c15
	h ^= h >> 32
	return &d.shards[h&uint64(len(d.shards)-1)], h
}

// admit records the request w.req of origin, unless w.req has the T flag and its original is known: then it returns
// known and either the answer, or nil when w was put to wait for it (or dropped, when too many wait). now is the time
// since any fixed instant.
func (d *dedup) admit(origin string, w dupWaiter, now time.Duration) (ref dupRef, known bool, ans *Message) {
	s, h := d.shard(origin, w.req.EndToEnd)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heads == nil {
		s.heads = make([]uint64, s.size)
		s.recs = make([][]dupRecord, (s.size+dupChunk-1)/dupChunk)
		s.answers = make([][]*Message, len(s.recs))
	}
	head := &s.heads[h>>16&(s.size-1)]
	if w.req.Flags&FlagRetransmitted != 0 {
		if pos := s.find(*head, h, w.req.EndToEnd); pos != 0 {
			switch r := s.at(pos); {
			case r.state == dupForgotten || now-r.when > d.ttl:
			case r.state == dupAnswered:
				return dupRef{}, true, *s.answer(pos)
			default:
				if r.waits < maxDupWaiters {
					r.waits++
					if s.waiting == nil {
						s.waiting = make(map[uint64]*dupWaiter)
					}
					head := *w.req
					head.AVPs = nil
					s.waiting[pos] = &dupWaiter{w.c, &head, w.marks, w.since, s.waiting[pos]}
				}
				return dupRef{}, true, nil
			}
		}
	}
	s.expire(now - d.ttl)
	pos := s.next
	s.next++
	r := s.slot(pos)
	if r.waits > 0 {
		delete(s.waiting, r.pos)
	}
	*r = dupRecord{pos: pos, older: *head, hash: h, when: now, e2e: w.req.EndToEnd}
	*head = pos
	return dupRef{s, pos}, false, nil
}

// expire gives the memory of answers back that are from before the given time, at most two for each record that is made.
func (s *dupShard) expire(before time.Duration) {
	for range 2 {
		if s.tail >= s.next {
			return
		}
		if s.tail+s.size > s.next { // not overwritten yet
			r := s.at(s.tail)
			if r.when >= before {
				return
			}
			if r.state == dupAnswered {
				r.state = dupForgotten
				*s.answer(s.tail) = nil
			}
		}
		s.tail++
	}
}

// find returns the position of the request, 0 for none.
func (s *dupShard) find(pos, h uint64, e2e uint32) uint64 {
	for pos != 0 {
		r := s.at(pos)
		if r.pos != pos {
			return 0 // overwritten, and so is all that is older
		}
		if r.hash == h && r.e2e == e2e {
			return pos
		}
		pos = r.older
	}
	return 0
}

// at returns the record at a position that was given out before.
func (s *dupShard) at(pos uint64) *dupRecord {
	i := pos & (s.size - 1)
	return &s.recs[i/dupChunk][i%dupChunk]
}

func (s *dupShard) answer(pos uint64) **Message {
	i := pos & (s.size - 1)
	return &s.answers[i/dupChunk][i%dupChunk]
}

func (s *dupShard) slot(pos uint64) *dupRecord {
	i := pos & (s.size - 1)
	if s.recs[i/dupChunk] == nil {
		s.recs[i/dupChunk] = make([]dupRecord, min(s.size, dupChunk))
		s.answers[i/dupChunk] = make([]*Message, min(s.size, dupChunk))
	}
	return &s.recs[i/dupChunk][i%dupChunk]
}

// finish stores the answer and returns who waits for it. A nil answer forgets the request: if it comes again, it is
// handled again.
func (r dupRef) finish(ans *Message) *dupWaiter {
	if r.shard == nil {
		return nil
	}
	s := r.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.at(r.pos)
	if rec.pos != r.pos {
		return nil // overwritten meanwhile; who waited for it will have to ask again
	}
	if ans == nil {
		rec.state = dupForgotten
	} else {
		rec.state = dupAnswered
		*s.answer(r.pos) = ans
	}
	if rec.waits == 0 {
		return nil
	}
	rec.waits = 0
	w := s.waiting[r.pos]
	delete(s.waiting, r.pos)
	return w
}
