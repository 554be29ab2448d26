package metrics

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// maxSeries is how many keys a vector has.
const maxSeries = 256

// vector is a set of counters by key, made when they first count. Counting takes no lock.
type vector[K comparable] struct {
	series atomic.Pointer[map[K]*atomic.Uint64] // a map is never changed; nil: empty
	other  atomic.Uint64                        // of keys that found no room

	mu sync.Mutex // orders those who replace the map
}

func (v *vector[K]) add(k K) {
	if m := v.series.Load(); m != nil {
		if n := (*m)[k]; n != nil {
			n.Add(1)
			return
		}
	}
	if n := v.grow(k); n != nil {
		n.Add(1)
		return
	}
	v.other.Add(1)
}

// grow returns the counter of a key that the map may not have, or nil when it is full.
func (v *vector[K]) grow(k K) *atomic.Uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	var now map[K]*atomic.Uint64
	if m := v.series.Load(); m != nil {
		now = maps.Clone(*m)
	} else {
		now = map[K]*atomic.Uint64{}
	}
	if n := now[k]; n != nil || len(now) >= maxSeries {
		return n
	}
	n := new(atomic.Uint64)
	now[k] = n
	v.series.Store(&now)
	return n
}

// all calls fn for each key.
func (v *vector[K]) all(fn func(k K, n uint64)) {
	if m := v.series.Load(); m != nil {
		for k, n := range *m {
			fn(k, n.Load())
		}
	}
}

// bounds are the upper bounds of the buckets of a histogram.
var bounds = [...]time.Duration{
	time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond,
	500 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second,
}

// histogram counts durations.
type histogram struct {
	buckets [len(bounds) + 1]atomic.Uint64
	sum     atomic.Int64 // nanoseconds
}

func (h *histogram) add(d time.Duration) {
	i := 0
	for i < len(bounds) && d > bounds[i] {
		i++
	}
	h.buckets[i].Add(1)
	h.sum.Add(int64(d))
}
