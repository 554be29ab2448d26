package nidd

import (
	"context"
	"errors"
	"hash/maphash"
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
// that does not answer holds up only its own UEs.
type lanes struct {
	most  int
	serve func(ue id.IMSI, sign bool)

	mu sync.Mutex
	m  map[string]*lane // by host of the serving node, "" for none; guarded by mu
}

type lane struct {
	queue   []id.IMSI
	signs   map[id.IMSI]bool // of the queued: whether the UE gave a sign
	running int
}

func (l *lanes) init(most int, serve func(id.IMSI, bool)) {
	l.most, l.serve, l.m = most, serve, make(map[string]*lane)
}

// add queues ue. start runs a new goroutine and may refuse to.
func (l *lanes) add(host string, ue id.IMSI, sign bool, start func(func()) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.m[host]
	if x == nil {
		x = &lane{signs: make(map[id.IMSI]bool)}
		l.m[host] = x
	}
	if old, queued := x.signs[ue]; queued {
		x.signs[ue] = old || sign
		return
	}
	if x.running < l.most {
		if !start(func() { l.run(host, x) }) {
			return
		}
		x.running++
	}
	x.queue = append(x.queue, ue)
	x.signs[ue] = sign
}

// run serves the queue of a lane until it is empty.
func (l *lanes) run(host string, x *lane) {
	for {
		l.mu.Lock()
		if len(x.queue) == 0 {
			if x.running--; x.running == 0 {
				delete(l.m, host)
			}
			l.mu.Unlock()
			return
		}
		ue := x.queue[0]
		x.queue = x.queue[1:]
		sign := x.signs[ue]
		delete(x.signs, ue)
		l.mu.Unlock()
		l.serve(ue, sign)
	}
}
