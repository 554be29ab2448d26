package fleet

import (
	"math"
	"math/rand/v2"
	"sort"
	"sync"
	"time"
)

// A Pattern says when something happens at a device. It returns the next time, counted from the begin of the run; last is
// that of the time before, and negative for the first. A time that is not after last, or after the end of the run, ends
// the stream. r is of the device: a Pattern draws from nothing else, so that a run can be repeated. It is called by one
// goroutine at a time for a Run, so a Pattern that several Runs share takes care of itself.
type Pattern func(r *rand.Rand, last time.Duration) time.Duration

const never = time.Duration(math.MaxInt64)

// Periodic happens once in each period, at a time in it that each device draws for itself.
func Periodic(period time.Duration) Pattern {
	return func(r *rand.Rand, last time.Duration) time.Duration {
		if last < 0 {
			return time.Duration(r.Float64() * float64(period))
		}
		return after(last, period)
	}
}

// Poisson happens at random: the times between are distributed exponentially with the given mean.
func Poisson(mean time.Duration) Pattern {
	return func(r *rand.Rand, last time.Duration) time.Duration { return after(max(last, 0), exponential(r, mean)) }
}

// Bursts happen to many devices together, as alarms after a power cut: a burst comes at random, every so often in the mean,
// and a share of the devices (0 to 1) takes part in it, each at a time of its own within the given time. The bursts follow
// from the seed. A device that takes part in one misses those that begin before its turn.
func Bursts(seed uint64, every, within time.Duration, share float64) Pattern {
	var mu sync.Mutex
	var begins []time.Duration // guarded by mu, as source
	source := rand.New(rand.NewPCG(seed, 0))
	begin := func(k int) time.Duration {
		for len(begins) <= k {
			last := time.Duration(0)
			if n := len(begins); n > 0 {
				last = begins[n-1]
			}
			begins = append(begins, after(last, exponential(source, every)))
		}
		return begins[k]
	}
	return func(r *rand.Rand, last time.Duration) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		k := sort.Search(len(begins), func(i int) bool { return begins[i] > last })
		for {
			at := begin(k)
			if at >= horizon || share <= 0 {
				return never
			}
			if at > last && r.Float64() < share {
				return after(at, time.Duration(r.Float64()*float64(within)))
			}
			k++
		}
	}
}

// horizon is beyond every run.
const horizon = 100 * 365 * 24 * time.Hour

// exponential draws a time of at least 1 ns.
func exponential(r *rand.Rand, mean time.Duration) time.Duration {
	return max(time.Duration(min(r.ExpFloat64()*float64(mean), float64(horizon))), 1)
}

// after is t+d, or never when that is too far.
func after(t, d time.Duration) time.Duration {
	if t > horizon || d > horizon {
		return never
	}
	return t + d
}
