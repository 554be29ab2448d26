package nidd

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/id"
)

// meterScope says what a meter counts for.
type meterScope uint8

const (
	rateMeter  meterScope = iota // a UE on an APN: see downServing and the others
	scsasMeter                   // an SCS/AS: see quotaMessages and quotaOctets, as for the next two
	ueMeter                      // a UE of an SCS/AS
	apnMeter                     // an APN
)

type meterKey struct {
	scope meterScope
	owner string  // SCS/AS, or APN in lower case
	ue    id.IMSI // where one is meant
}

func ratesOf(ue id.IMSI, apn id.APN) meterKey {
	return meterKey{rateMeter, strings.ToLower(string(apn)), ue}
}

// usage is what a meter holds.
type usage [4]window

// The windows of a rateMeter.
const (
	downServing = iota // serving PLMN rate control, downlink
	downAPN            // APN rate control, downlink
	upAPN              // APN rate control, uplink
	upException        // exception data beyond that
)

// The windows of the other meters.
const (
	quotaMessages = iota
	quotaOctets
)

func (u *usage) live(now time.Time) bool {
	for i := range u {
		if u[i].live(now) {
			return true
		}
	}
	return false
}

// meters are the windows that are under way at this node. They are in memory: a commit for each message would double the
// cost of downlink data. Those that have ended are dropped when there are twice as many as when that was last done; at the
// bound, some of the others are dropped, and count anew.
type meters struct {
	most   int // of a shard
	shards [64]meterShard
}

type meterShard struct {
	mu    sync.Mutex
	m     map[meterKey]usage // guarded by mu
	sweep int                // at how many to look for those that have ended; guarded by mu
}

var meterSeed = maphash.MakeSeed()

const leastSweep = 32

func (m *meters) init(most int) { m.most = max(most/len(m.shards), 1) }

func (m *meters) shard(k meterKey) *meterShard {
	return &m.shards[maphash.Comparable(meterSeed, k)%uint64(len(m.shards))]
}

// look returns the windows of k.
func (m *meters) look(k meterKey) usage {
	s := m.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[k]
}

// change applies fn to the windows of k. fn must not block.
func (m *meters) change(k meterKey, now time.Time, fn func(*usage)) {
	s := m.shard(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	u, known := s.m[k]
	fn(&u)
	switch {
	case known:
		s.m[k] = u
	case u.live(now):
		s.makeRoom(m.most, now)
		k.owner, k.ue = strings.Clone(k.owner), id.IMSI(strings.Clone(string(k.ue))) // they may be parts of a whole record
		s.m[k] = u
	}
}

// makeRoom makes room for one more; mu is held.
func (s *meterShard) makeRoom(most int, now time.Time) {
	if s.m == nil {
		s.m, s.sweep = make(map[meterKey]usage), leastSweep
	}
	if len(s.m) < min(s.sweep, most) {
		return
	}
	left := make(map[meterKey]usage)
	for k, u := range s.m {
		if u.live(now) && len(left) < most-most/8-1 {
			left[k] = u
		}
	}
	s.m, s.sweep = left, max(leastSweep, 2*len(left))
}
