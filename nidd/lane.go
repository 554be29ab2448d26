package nidd

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/id"
)

// slots lets one goroutine at a time send to a UE: serving nodes hold no more than one downlink PDU of a UE.
type slots struct{ shards [64]slotShard }

type slotShard struct {
	mu    sync.Mutex
	m     map[id.IMSI]*slot // guarded by mu
	spare *slot             // guarded by mu; for the next UE that needs one
}

type slot struct {
	shard *slotShard
	ue    id.IMSI
	users int           // that hold the slot or wait for it; guarded by the shard's mu
	free  chan struct{} // holds one token while nobody holds the slot
}

var slotSeed = maphash.MakeSeed()

// errBusy says that the slot of a UE did not become free in time.
var errBusy = errors.New("nidd: other data for the UE is under way")

// acquire waits for the slot of ue, at most for the time given, and returns it, to be released, and whether it had to
// wait. The error is that of ctx, or errBusy.
func (s *slots) acquire(ctx context.Context, ue id.IMSI, most time.Duration) (held *slot, waited bool, err error) {
	sh := &s.shards[maphash.String(slotSeed, string(ue))%uint64(len(s.shards))]
	sh.mu.Lock()
	x := sh.m[ue]
	if x == nil {
		x = sh.take(ue)
	}
	x.users++
	sh.mu.Unlock()
	select {
	case <-x.free:
		return x, false, nil
	default:
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-x.free:
		return x, true, nil
	case <-timer.C:
		err = errBusy
	case <-ctx.Done():
		err = ctx.Err()
	}
	x.leave()
	return nil, true, err
}

// take makes a slot for ue; mu is held.
func (sh *slotShard) take(ue id.IMSI) *slot {
	if sh.m == nil {
		sh.m = make(map[id.IMSI]*slot)
	}
	x := sh.spare
	sh.spare = nil
	if x == nil {
		x = &slot{shard: sh, free: make(chan struct{}, 1)}
		x.free <- struct{}{}
	}
	x.ue = ue
	sh.m[ue] = x
	return x
}

func (x *slot) release() {
	x.free <- struct{}{}
	x.leave()
}

func (x *slot) leave() {
	sh := x.shard
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if x.users--; x.users == 0 { // nobody knows it any more, and its token is back
		delete(sh.m, x.ue)
		sh.spare = x
	}
}

// lanes serve UEs with stored data: a queue per serving node, each with a bounded number of goroutines, so that a node
// that does not answer holds up only its own UEs. UEs that are known to be there for a time only go first, those with the
// least time before the others (TS 29.128 table 5.7.1-1, Maximum-UE-Availability-Time).
type lanes struct {
	most  int
	serve func(ue id.IMSI, sign bool)

	mu sync.Mutex
	m  map[string]*lane // by host of the serving node, "" for none; guarded by mu
}

type lane struct {
	hurry   []hurried // by their time
	queue   []id.IMSI
	queued  map[id.IMSI]queued // what is queued and not there was served out of turn
	running int
}

// hurried is a UE that goes before those in the queue.
type hurried struct {
	ue    id.IMSI
	until time.Time
}

type queued struct {
	sign    bool // the UE gave a sign
	inHurry bool
}

func (l *lanes) init(most int, serve func(id.IMSI, bool)) {
	l.most, l.serve, l.m = most, serve, make(map[string]*lane)
}

// add queues ue; until is when it goes away again, or zero. start runs a new goroutine and may refuse to.
func (l *lanes) add(host string, ue id.IMSI, sign bool, until time.Time, start func(func()) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.m[host]
	if x == nil {
		x = &lane{queued: make(map[id.IMSI]queued)}
		l.m[host] = x
	}
	old, known := x.queued[ue]
	now := queued{old.sign || sign, old.inHurry || !until.IsZero()}
	if known {
		x.put(ue, old, now, until)
		return
	}
	if x.running < l.most {
		if !start(func() { l.run(host, x) }) {
			return
		}
		x.running++
	}
	if !now.inHurry {
		x.queue = append(x.queue, ue)
	}
	x.put(ue, old, now, until)
}

// put notes how ue is queued now, and takes it to those in a hurry if it has become one of them.
func (x *lane) put(ue id.IMSI, old, now queued, until time.Time) {
	x.queued[ue] = now
	if now.inHurry && !old.inHurry {
		i, _ := slices.BinarySearchFunc(x.hurry, until, func(h hurried, t time.Time) int { return cmp.Or(h.until.Compare(t), -1) })
		x.hurry = slices.Insert(x.hurry, i, hurried{ue, until})
	}
}

// take removes the next UE from the queue.
func (x *lane) take() (ue id.IMSI, sign, ok bool) {
	for {
		switch {
		case len(x.hurry) > 0:
			ue, x.hurry = x.hurry[0].ue, x.hurry[1:]
		case len(x.queue) > 0:
			ue, x.queue = x.queue[0], x.queue[1:]
		default:
			return "", false, false
		}
		if q, ok := x.queued[ue]; ok {
			delete(x.queued, ue)
			return ue, q.sign, true
		}
	}
}

// run serves the queue of a lane until it is empty.
func (l *lanes) run(host string, x *lane) {
	for {
		l.mu.Lock()
		ue, sign, ok := x.take()
		if !ok {
			if x.running--; x.running == 0 {
				delete(l.m, host)
			}
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		l.serve(ue, sign)
	}
}
