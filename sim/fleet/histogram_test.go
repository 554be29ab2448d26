package fleet_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim/fleet"
)

// TestHistogram: quantiles are those of the sorted list, or up to 1/32 and a microsecond more.
func TestHistogram(t *testing.T) {
	var empty, h, half fleet.Histogram
	require.Zero(t, empty.Quantile(0.5))
	require.Zero(t, empty.Mean())
	r := rand.New(rand.NewPCG(1, 1))
	var list []time.Duration
	for i := range 10_000 {
		d := time.Duration(r.ExpFloat64() * float64(time.Second))
		list = append(list, d)
		if i%2 == 0 {
			h.Add(d)
		} else {
			half.Add(d)
		}
	}
	h.Merge(&half)
	slices.Sort(list)
	for _, q := range []float64{0, 0.001, 0.5, 0.9, 0.99, 0.9999, 1} {
		want := list[max(int(q*10_000)-1, 0)]
		got := h.Quantile(q)
		require.GreaterOrEqual(t, got, want.Truncate(time.Microsecond))
		require.LessOrEqual(t, got, want+want/32+time.Microsecond)
	}
	require.EqualValues(t, 10_000, h.Count())
	require.Equal(t, list[9_999], h.Max())
	require.InDelta(t, time.Second, h.Mean(), float64(50*time.Millisecond))
	h.Add(-time.Second)
	require.Zero(t, h.Quantile(0))
	h.Add(1000 * time.Hour)
	require.Equal(t, 1000*time.Hour, h.Quantile(1))
}
