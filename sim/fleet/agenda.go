package fleet

import (
	"sync"
	"time"
)

// what is due.
type what uint8

const (
	report  what = iota // the device sends data of a stream
	command             // the application server sends data of a stream to the device
	update              // periodic TAU
	window              // a paging window begins, and there is something to be paged for
	lose                // coverage
	regain
)

// entry of the agenda: 16 octets, since there are several for each device.
type entry struct {
	due    time.Duration
	device uint32
	what   what
	stream uint8
}

// agenda has all that is due, for all devices, in one heap.
type agenda struct {
	mu      sync.Mutex
	heap    []entry       // guarded by mu; a binary heap by due
	sooner  chan struct{} // holds a token when the first entry changed
	waiting bool          // next waits for the first entry; guarded by mu
}

func (a *agenda) init(capacity int) {
	a.heap, a.sooner = make([]entry, 0, capacity), make(chan struct{}, 1)
}

// add puts an entry into the agenda.
func (a *agenda) add(e entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heap = append(a.heap, e)
	i := len(a.heap) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if a.heap[parent].due <= e.due {
			break
		}
		a.heap[i] = a.heap[parent]
		i = parent
	}
	a.heap[i] = e
	if i == 0 && a.waiting {
		a.waiting = false
		a.sooner <- struct{}{}
	}
}

// next removes the first entry when it is due at the time now. Otherwise it returns when the first one is due, or never,
// and a token will be in sooner when that changes.
func (a *agenda) next(now time.Duration) (e entry, ok bool, due time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-a.sooner:
	default:
	}
	a.waiting = false
	if len(a.heap) == 0 {
		a.waiting = true
		return entry{}, false, never
	}
	if e = a.heap[0]; e.due > now {
		a.waiting = true
		return entry{}, false, e.due
	}
	last := len(a.heap) - 1
	x := a.heap[last]
	a.heap = a.heap[:last]
	if last > 0 {
		a.sink(x)
	}
	return e, true, 0
}

// sink puts x, which is to replace the first entry, where it belongs. The caller holds mu.
func (a *agenda) sink(x entry) {
	i := 0
	for {
		child := 2*i + 1
		if child >= len(a.heap) {
			break
		}
		if r := child + 1; r < len(a.heap) && a.heap[r].due < a.heap[child].due {
			child = r
		}
		if x.due <= a.heap[child].due {
			break
		}
		a.heap[i] = a.heap[child]
		i = child
	}
	a.heap[i] = x
}
