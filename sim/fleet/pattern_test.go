package fleet_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim/fleet"
)

// times returns what a pattern gives within a time, for a device.
func times(p fleet.Pattern, device uint64, within time.Duration) (list []time.Duration) {
	r := rand.New(rand.NewPCG(7, device))
	for at := p(r, -1); at < within; at = p(r, at) {
		list = append(list, at)
	}
	return list
}

func TestPeriodic(t *testing.T) {
	first := map[time.Duration]bool{}
	for device := range uint64(10) {
		list := times(fleet.Periodic(time.Hour), device, 24*time.Hour)
		require.Len(t, list, 24)
		require.Less(t, list[0], time.Hour)
		first[list[0]] = true
		for i, at := range list {
			require.Equal(t, list[0]+time.Duration(i)*time.Hour, at)
		}
	}
	require.Len(t, first, 10, "each at a time of its own")
}

func TestPoisson(t *testing.T) {
	list := times(fleet.Poisson(time.Minute), 1, 10_000*time.Minute)
	require.InDelta(t, 10_000, len(list), 500)
	require.True(t, slices.IsSorted(list))
	short := 0 // intervals below the mean: 1 - 1/e of all
	for i := range list[1:] {
		if list[i+1]-list[i] < time.Minute {
			short++
		}
	}
	require.InDelta(t, 0.632, float64(short)/float64(len(list)), 0.03)
}

func TestBursts(t *testing.T) {
	const day, within = 24 * time.Hour, time.Minute
	p := fleet.Bursts(3, 6*time.Hour, within, 0.5)
	var all []time.Duration
	for device := range uint64(1000) {
		all = append(all, times(p, device, 10*day)...)
	}
	slices.Sort(all)
	bursts, begin := 0, -day
	for _, at := range all {
		if at > begin+within {
			bursts, begin = bursts+1, at
		}
	}
	require.InDelta(t, 40, bursts, 20, "one every six hours")
	require.InDelta(t, 500, len(all)/bursts, 60, "half of the devices")
	require.Equal(t, times(p, 5, 10*day), times(fleet.Bursts(3, 6*time.Hour, within, 0.5), 5, 10*day), "they follow from the seed")
	require.Empty(t, times(fleet.Bursts(3, time.Hour, within, 0), 1, 10*day))
	require.Empty(t, times(fleet.Poisson(1<<62), 1, 10*day))
}
