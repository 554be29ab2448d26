package fleet

import (
	"math"
	"math/bits"
	"time"
)

// Histogram counts durations in buckets that are at most 1/32 of their value wide, from 1 µs on, in a fixed 9 KiB. The
// zero Histogram is empty. It is not safe for concurrent use.
type Histogram struct {
	counts [buckets]int64
	n      int64
	sum    float64 // microseconds
	max    time.Duration
}

const (
	subBits = 5 // buckets in an octave: 32
	octaves = 36
	buckets = (octaves + 1) << subBits // up to 2^41 µs, 25 days; what is longer is in the last one
)

// bucketOf returns the bucket for a number of microseconds.
func bucketOf(us uint64) int {
	if us < 1<<subBits {
		return int(us)
	}
	shift := bits.Len64(us) - 1 - subBits
	return min((shift+1)<<subBits+int(us>>shift)-1<<subBits, buckets-1)
}

// highest returns the longest duration of a bucket.
func highest(bucket int) time.Duration {
	if bucket < 1<<subBits {
		return time.Duration(bucket) * time.Microsecond
	}
	shift := bucket>>subBits - 1
	return time.Duration((uint64(bucket&(1<<subBits-1))+1<<subBits+1)<<shift-1) * time.Microsecond
}

// Add counts d; a negative one counts as 0.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.counts[bucketOf(uint64(d.Microseconds()))]++
	h.n++
	h.sum += float64(d) / 1e3
	h.max = max(h.max, d)
}

// Merge adds what other counted.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.n += other.n
	h.sum += other.sum
	h.max = max(h.max, other.max)
}

// Count returns how many durations there are.
func (h *Histogram) Count() int64 { return h.n }

// Max returns the longest duration.
func (h *Histogram) Max() time.Duration { return h.max }

// Mean returns the mean, or 0 when there is none.
func (h *Histogram) Mean() time.Duration {
	if h.n == 0 {
		return 0
	}
	return time.Duration(h.sum / float64(h.n) * 1e3)
}

// Quantile returns the duration that a share q (0 to 1) of all do not exceed, at most 1/32 too long; 0 when there is none.
func (h *Histogram) Quantile(q float64) time.Duration {
	rank := max(int64(math.Ceil(q*float64(h.n))), 1)
	var seen int64
	for i, n := range h.counts {
		if seen += n; seen >= rank {
			return h.top(i)
		}
	}
	return h.max
}

// top is the longest duration that can be in a bucket.
func (h *Histogram) top(bucket int) time.Duration {
	if bucket == buckets-1 {
		return h.max
	}
	return min(highest(bucket), h.max)
}

// steps calls fn for each bucket that is not empty, in order, with the share of all up to its end.
func (h *Histogram) steps(fn func(d time.Duration, share float64)) {
	var seen int64
	for i, n := range h.counts {
		if n > 0 {
			seen += n
			fn(h.top(i), float64(seen)/float64(h.n))
		}
	}
}
