package nidd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestWindow plays what is spent in windows: each row lets time pass, asks for n, and spends it if it fits.
func TestWindow(t *testing.T) {
	type row struct {
		wait time.Duration
		n    uint64
		fits bool
		free time.Duration // since the begin, if it does not fit
		left uint64        // afterwards
	}
	const m = time.Minute
	for _, c := range []struct {
		name string
		allowance
		rows []row
	}{
		{"begins with the first, and ends a unit later", allowance{2, 6 * m}, []row{
			{m, 1, true, 0, 1}, {m, 1, true, 0, 0}, {m, 1, false, 7 * m, 0}, {4*m - 1, 1, false, 7 * m, 0}, {1, 1, true, 0, 1},
			{5 * m, 1, true, 0, 0}, {m - 1, 1, false, 13 * m, 0}, {1, 2, true, 0, 0},
		}},
		{"more than there ever is", allowance{2, m}, []row{{0, 3, false, m, 2}, {0, 2, true, 0, 0}, {30 * time.Second, 3, false, m, 0}}},
		{"nothing", allowance{0, m}, []row{{0, 1, false, m, 0}, {0, 0, true, 0, 0}}},
		{"the greatest numbers", allowance{1<<64 - 1, m}, []row{{0, 1<<64 - 1, true, 0, 0}, {0, 1, false, m, 0}, {0, 1<<64 - 1, false, m, 0}}},
	} {
		var w window
		now := noon
		for i, r := range c.rows {
			now = now.Add(r.wait)
			fits, free := w.fits(r.n, c.allowance, now)
			require.Equal(t, r.fits, fits, "%s, row %d", c.name, i)
			if !fits {
				require.True(t, noon.Add(r.free).Equal(free), "%s, row %d: %v", c.name, i, free)
			} else {
				w.spend(r.n, c.unit, now)
			}
			require.Equal(t, r.left, w.left(c.allowance, now), "%s, row %d", c.name, i)
		}
	}
}

func TestWindowWithoutLimit(t *testing.T) {
	w := window{used: 7, ends: noon.Add(time.Hour).UnixNano()}
	fits, _ := w.fits(1<<40, allowance{}, noon)
	require.True(t, fits)
	require.EqualValues(t, 7, w.used)
}

func TestWindowOfAnotherUnit(t *testing.T) {
	var w window
	w.spend(1, 7*24*time.Hour, noon)
	fits, free := w.fits(1, allowance{1, time.Minute}, noon.Add(time.Hour))
	require.False(t, fits)
	require.True(t, noon.Add(time.Hour+time.Minute).Equal(free), "a new unit counts at once")
	fits, _ = w.fits(1, allowance{1, time.Minute}, noon.Add(time.Hour+time.Minute))
	require.True(t, fits)
}

func TestWindowRestored(t *testing.T) {
	a := allowance{2, time.Minute}
	w := remaining(a, 1, noon.Add(time.Second))
	require.True(t, w.live(noon))
	require.EqualValues(t, 1, w.left(a, noon))
	w.restore(1)
	require.EqualValues(t, 2, w.left(a, noon))
	w.restore(1)
	require.EqualValues(t, 2, w.left(a, noon))
	require.False(t, w.live(noon.Add(time.Second)))
	w = remaining(a, 5, noon.Add(time.Second))
	require.EqualValues(t, 2, w.left(a, noon), "there is never more than the limit")
}
