package diameter

import (
	"bytes"
	"hash/maphash"
	"slices"
	"sync"
	"time"
)

// dedup remembers requests by Origin-Host and End-to-End Identifier, with their answers (RFC 6733 §3, §5.5.4). Every
// request is recorded, only those with the T flag are looked up, so recording is what must be cheap: a record goes into
// a ring, over the oldest one, and to the front of the chain of its hash. Links of a chain that lead to an overwritten
// record are recognised by its position and end the chain; nothing is ever unlinked.
//
// An answer is kept as its octets, in chunks of memory that hold no pointers and are given out in a circle, too: a record
// knows the chunk by its number, and a number that is gone means that the answer is.
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

	answerChunkLen = 16 << 10 // octets of answers allocated at once

	maxDupWaiters = 16 // repetitions of one request that wait for its answer; more get none
)

type dupShard struct {
	mu      sync.Mutex
	size    uint64   // records of the ring, 2^k
	next    uint64   // position of the next record; positions start at 1; guarded by mu, as all below
	heads   []uint64 // position of the newest record by hash, 0 for none
	recs    [][]dupRecord
	answers dupAnswers
	waiting map[uint64]*dupWaiter
	_       [64]byte // keeps the locks on cache lines of their own
}

type dupRecord struct {
	pos   uint64
	older uint64 // next position of the chain
	hash  uint64
	when  time.Duration
	e2e   uint32
	chunk uint32 // number of the chunk of the answer, which is chunk[at:at+len] there
	at    uint32
	len   uint32
	flags Flags // of the answer
	state dupState
	waits uint8
}

type dupState uint8

const (
	dupInWork dupState = iota
	dupAnswered
	dupForgotten // the handler gave no answer, or one that is too long
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

// dupAnswers are the answers of a shard, the oldest chunks first.
type dupAnswers struct {
	max    int // octets that all chunks may have
	size   int // octets that they have
	first  uint32
	chunks []answerChunk // with the numbers from first on
	spare  []byte
}

type answerChunk struct {
	b    []byte
	last time.Duration // when the latest of its requests came
}

// keep copies an answer whose request came at when; false when it is too long to be kept.
func (a *dupAnswers) keep(avps []byte, when time.Duration) (chunk uint32, at int, ok bool) {
	last := len(a.chunks) - 1
	if last < 0 || cap(a.chunks[last].b)-len(a.chunks[last].b) < len(avps) {
		n := max(min(answerChunkLen, a.max), len(avps))
		if n > a.max {
			return 0, 0, false
		}
		for a.size+n > a.max {
			a.drop()
		}
		b := a.spare
		if a.spare = nil; cap(b) < n {
			b = make([]byte, 0, n)
		}
		a.chunks = append(a.chunks, answerChunk{b: b})
		a.size += cap(b)
		last = len(a.chunks) - 1
	}
	c := &a.chunks[last]
	at = len(c.b)
	c.b = append(c.b, avps...)
	c.last = max(c.last, when)
	return a.first + uint32(last), at, true
}

// drop forgets the oldest chunk.
func (a *dupAnswers) drop() {
	b := a.chunks[0].b
	a.chunks = slices.Delete(a.chunks, 0, 1)
	a.first++
	a.size -= cap(b)
	if cap(b) == answerChunkLen {
		a.spare = b[:0]
	}
}

// expire forgets chunks that are from before the given time altogether.
func (a *dupAnswers) expire(before time.Duration) {
	for len(a.chunks) > 0 && a.chunks[0].last < before {
		a.drop()
	}
}

// newDedup returns a dedup for about entries records and answers of so many octets, or nil when entries is not positive.
func newDedup(entries, octets int, ttl time.Duration) *dedup {
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
		d.shards[i].size, d.shards[i].next, d.shards[i].answers.max = size, 1, octets/n
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
	}
	head := &s.heads[h>>16&(s.size-1)]
	if w.req.Flags&FlagRetransmitted != 0 {
		if pos := s.find(*head, h, w.req.EndToEnd); pos != 0 {
			switch r := s.at(pos); {
			case r.state == dupForgotten || now-r.when > d.ttl:
			case r.state == dupAnswered:
				if avps, ok := s.answer(r); ok {
					ans = w.req.Answer(avps)
					ans.Flags = r.flags
					return dupRef{}, true, ans
				}
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
	s.answers.expire(now - d.ttl)
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

// answer returns a copy of the AVPs of an answer; false when they are gone.
func (s *dupShard) answer(r *dupRecord) ([]byte, bool) {
	i := int(r.chunk - s.answers.first)
	if i >= len(s.answers.chunks) {
		return nil, false
	}
	return bytes.Clone(s.answers.chunks[i].b[r.at : r.at+r.len]), true
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
	s := r.shard
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.at(r.pos)
	if rec.pos != r.pos {
		return nil // overwritten meanwhile; who waited for it will have to ask again
	}
	rec.state = dupForgotten
	if ans != nil {
		if chunk, at, ok := s.answers.keep(ans.AVPs, rec.when); ok {
			rec.state, rec.flags, rec.chunk, rec.at, rec.len = dupAnswered, ans.Flags, chunk, uint32(at), uint32(len(ans.AVPs))
		}
	}
	if rec.waits == 0 {
		return nil
	}
	rec.waits = 0
	w := s.waiting[r.pos]
	delete(s.waiting, r.pos)
	return w
}
