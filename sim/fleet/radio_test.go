package fleet

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const s = time.Second

// TestReach: when a radio can be reached, by its timers. The last connection ended at 100 s, TAU is at 700 s.
func TestReach(t *testing.T) {
	always := Power{}
	psm := Power{PSM: true, ActiveTime: 20 * s}
	atOnce := Power{PSM: true}
	edrx := Power{EDRX: 80 * s, PagingWindow: 5 * s}
	both := Power{EDRX: 80 * s, PagingWindow: 5 * s, PSM: true, ActiveTime: 200 * s}
	r := radio{until: 100 * s, tau: 700 * s, phase: 30 * s} // windows at 110, 190, 270, ...
	for _, c := range []struct {
		name  string
		power Power
		at    time.Duration
		want  reach
		until time.Duration
	}{
		{"connected", psm, 100*s - 1, connected, 0},
		{"idle", always, 100 * s, listening, 0},
		{"idle for long", always, 10_000 * s, listening, 0},
		{"active time begins", psm, 100 * s, listening, 0},
		{"active time ends", psm, 120*s - 1, listening, 0},
		{"power saving", psm, 120 * s, sleeping, 700 * s},
		{"power saving when TAU is overdue", psm, 800 * s, sleeping, 700 * s},
		{"no active time", atOnce, 100 * s, sleeping, 700 * s},
		{"before a window", edrx, 109 * s, sleeping, 110 * s},
		{"window begins", edrx, 110 * s, listening, 0},
		{"window ends", edrx, 115*s - 1, listening, 0},
		{"after a window", edrx, 115 * s, sleeping, 190 * s},
		{"in a window of the active time", both, 190 * s, listening, 0},
		{"no window is left in the active time", both, 275 * s, sleeping, 700 * s},
		{"power saving, not a window", both, 350 * s, sleeping, 700 * s},
	} {
		got, until := c.power.at(&r, c.at)
		require.Equal(t, c.want, got, c.name)
		require.Equal(t, c.until, until, c.name)
	}
	early := radio{until: -20 * s, phase: 30 * s}
	got, until := edrx.at(&early, 0)
	require.Equal(t, sleeping, got)
	require.Equal(t, 30*s, until)
}

// TestConnect: what connections cost.
func TestConnect(t *testing.T) {
	p := Power{Inactivity: 10 * s, TAU: 600 * s, PSM: true, ActiveTime: 20 * s}
	r := radio{until: -20 * s}
	for _, c := range []struct {
		at         time.Duration
		woke       bool
		from, to   time.Duration
		listened   time.Duration
		registered time.Duration
	}{
		{50 * s, true, 50 * s, 60 * s, 0, 660 * s}, // it was idle for longer than the active time before the run
		{55 * s, false, 60 * s, 65 * s, 0, 665 * s},
		{70 * s, true, 70 * s, 80 * s, 5 * s, 680 * s},
		{200 * s, true, 200 * s, 210 * s, 20 * s, 810 * s},
		{199 * s, false, 210 * s, 210 * s, 0, 810 * s}, // late news change nothing
	} {
		woke, from, to, listened := p.connect(&r, c.at)
		require.Equal(t, []any{c.woke, c.from, c.to, c.listened, c.registered}, []any{woke, from, to, listened, r.tau}, c.at)
	}
	edrx := Power{Inactivity: 10 * s, TAU: 600 * s, EDRX: 80 * s, PagingWindow: 8 * s}
	_, _, _, listened := edrx.connect(&radio{until: 100 * s}, 300*s)
	require.Equal(t, 20*s, listened)
}

// TestAgenda: entries come in the order of their times, and a sooner one wakes who waits.
func TestAgenda(t *testing.T) {
	var a agenda
	a.init(0)
	source := rand.New(rand.NewPCG(1, 2))
	var want, got []time.Duration
	for range 1000 {
		due := time.Duration(source.IntN(500))
		want = append(want, due)
		a.add(entry{due: due})
		if source.IntN(3) == 0 { // some are taken between
			e, ok, _ := a.next(1000)
			require.True(t, ok)
			require.Equal(t, slices.Min(want), e.due)
			want = slices.Delete(want, slices.Index(want, e.due), slices.Index(want, e.due)+1)
		}
	}
	slices.Sort(want)
	for {
		e, ok, due := a.next(1000)
		if !ok {
			require.Equal(t, never, due)
			break
		}
		got = append(got, e.due)
	}
	require.Equal(t, want, got)

	synctest.Test(t, func(t *testing.T) {
		var a agenda
		a.init(0)
		for _, due := range []time.Duration{50, 60, 40} { // the second does not come first
			_, ok, _ := a.next(10)
			require.False(t, ok)
			a.add(entry{due: due})
			woken := false
			select {
			case <-a.sooner:
				woken = true
			default:
			}
			require.Equal(t, due != 60, woken)
		}
		_, ok, due := a.next(39)
		require.False(t, ok)
		require.Equal(t, time.Duration(40), due)
	})
}

// TestBuckets: no bucket is wider than 1/32 of what is in it, and none is missing.
func TestBuckets(t *testing.T) {
	last := -1
	for _, us := range []uint64{0, 1, 31, 32, 33, 63, 64, 65, 66, 127, 128, 1000, 999_999, 1 << 30, 1<<41 - 1, 1 << 50} {
		b := bucketOf(us)
		require.GreaterOrEqual(t, b, last)
		require.Less(t, b, buckets)
		last = b
		if us < 1<<41 {
			top := uint64(highest(b).Microseconds())
			require.GreaterOrEqual(t, top, us)
			require.LessOrEqual(t, top-us, us/32)
		}
	}
	for b := range buckets - 1 {
		require.Equal(t, b, bucketOf(uint64(highest(b).Microseconds())))
		require.Equal(t, b+1, bucketOf(uint64(highest(b).Microseconds())+1))
	}
}

func TestSamples(t *testing.T) {
	var x samples
	x.init(100*s, 30*s)
	require.Len(t, x.list, 4)
	require.Equal(t, 40*s, x.connected(20*s, 60*s))
	require.Equal(t, 5*s, x.connected(95*s, 200*s), "the run ends before")
	require.Zero(t, x.connected(120*s, 130*s))
	x.buffer(10*s, 3)
	x.buffer(12*s, 1)
	x.buffer(70*s, 5)
	x.buffer(65*s, 4) // it is a moment late
	got := x.until(100 * s)
	require.Equal(t, []Sample{
		{Connected: 10 * s, Buffered: 1, MostBuffered: 3}, {Connected: 30 * s, Buffered: 1, MostBuffered: 1},
		{Buffered: 4, MostBuffered: 5}, {Connected: 5 * s, Buffered: 4, MostBuffered: 4},
	}, got)
	require.Len(t, x.until(60*s), 2)
	require.Len(t, x.until(0), 1)
}
