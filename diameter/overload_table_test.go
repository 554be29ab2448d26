package diameter

import (
	"math"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const second = int64(time.Second)

func TestReportTable(t *testing.T) {
	key := reportKey{OCReportTypeHostReport, 1, "hss"}
	percent := func(tab *reportTable) int {
		if e := tab.entries[key]; e != nil {
			return e.percent
		}
		return -1
	}
	rep := func(seq uint64, percent int, d time.Duration) overloadReport {
		return overloadReport{seq: seq, percent: percent, validity: d}
	}
	tab := &reportTable{max: 4}
	require.False(t, tab.any())
	tab.put(key, rep(5, 10, 0), 0)
	require.False(t, tab.any(), "the end of an overload that is not known")
	tab.put(key, rep(5, 10, 30*time.Second), 0)
	require.True(t, tab.any())
	tab.put(key, rep(5, 20, 30*time.Second), 0)
	require.Equal(t, 10, percent(tab), "the same sequence number")
	tab.put(key, rep(4, 30, 30*time.Second), 0)
	require.Equal(t, 10, percent(tab), "an older one")
	tab.put(key, rep(6, 40, 10*time.Second), 0)
	require.Equal(t, 40, percent(tab))
	require.False(t, tab.sheds(reportKey{OCReportTypeRealmReport, 1, "hss"}, defaultClass, 0))
	require.False(t, tab.sheds(reportKey{OCReportTypeHostReport, 2, "hss"}, defaultClass, 0))

	require.False(t, tab.sheds(key, defaultClass, 10*second), "it has expired")
	require.False(t, tab.any())
	tab.put(key, rep(1, 50, 10*time.Second), 10*second)
	require.Equal(t, 50, percent(tab), "then any sequence number is new")

	tab.put(key, rep(2, 50, 0), 11*second)
	require.Equal(t, 0, percent(tab), "ended by its reporter")
	tab.put(key, rep(1, 50, 10*time.Second), 12*second)
	require.Equal(t, 0, percent(tab), "an answer that was overtaken")
	require.False(t, tab.sheds(key, lastClass, 12*second))
	tab.put(key, rep(math.MaxUint64, 60, time.Minute), 100*second)
	tab.put(key, rep(0, 70, time.Minute), 100*second)
	require.Equal(t, 70, percent(tab), "sequence numbers wrap")
}

func TestReportTableIsBounded(t *testing.T) {
	tab := &reportTable{max: 3}
	key := func(i int) reportKey { return reportKey{name: string(rune('a' + i))} }
	for i := range 10 {
		d := time.Minute
		if i == 1 {
			d = time.Hour
		}
		tab.put(key(i), overloadReport{seq: 1, percent: 10, validity: d}, int64(i))
		require.LessOrEqual(t, len(tab.entries), 3)
		require.Equal(t, int64(len(tab.entries)), tab.count.Load())
	}
	require.Contains(t, tab.entries, key(1), "what ends first goes first")
	require.Contains(t, tab.entries, key(9))
	tab.put(key(20), overloadReport{seq: 1, percent: 10, validity: time.Minute}, 100*second)
	require.Len(t, tab.entries, 2, "what has expired goes at once")
}

// The share of all requests is exact whatever their classes are, and low classes go first.
func TestShedding(t *testing.T) {
	for name, c := range map[string]struct {
		percent int
		mix     [classes]int // requests of each round
		want    [classes]int // left out, of 1000 rounds
	}{
		"default only":           {percent: 30, mix: [classes]int{2: 1}, want: [classes]int{2: 300}},
		"one percent":            {percent: 1, mix: [classes]int{2: 1}, want: [classes]int{2: 10}},
		"99 percent":             {percent: 99, mix: [classes]int{2: 1}, want: [classes]int{2: 990}},
		"the lowest suffices":    {percent: 20, mix: [classes]int{2: 1, 3: 1}, want: [classes]int{3: 400}},
		"the default as well":    {percent: 60, mix: [classes]int{2: 1, 3: 1}, want: [classes]int{2: 200, 3: 1000}},
		"the one above as well":  {percent: 80, mix: [classes]int{1: 1, 2: 1, 3: 2}, want: [classes]int{1: 200, 2: 1000, 3: 2000}},
		"the highest is spared":  {percent: 90, mix: [classes]int{1, 1, 1, 1}, want: [classes]int{0, 1000, 1000, 1000}},
		"not when all has to go": {percent: 100, mix: [classes]int{1, 1, 1, 1}, want: [classes]int{1000, 1000, 1000, 1000}},
		"nothing":                {percent: 0, mix: [classes]int{1, 1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			e := &reportEntry{percent: c.percent}
			var got [classes]int
			for round := range 1000 {
				for k, n := range c.mix {
					for range n {
						if e.sheds(class(k), round*37%100-50) {
							got[k]++
						}
					}
				}
			}
			for k := range got {
				require.InDelta(t, c.want[k], got[k], 10, "class %d of %v", k, got)
			}
		})
	}
	e := &reportEntry{percent: 50}
	for range 1000 {
		require.False(t, e.sheds(0, 0))
	}
	left := 0
	for range 100 {
		if e.sheds(defaultClass, 0) {
			left++
		}
	}
	require.Less(t, left, 65, "what the highest class owes is forgiven")
}

func TestParseReport(t *testing.T) {
	seq := AppendUint64(nil, 624, 0, 0, 9)
	host := AppendUint32(seq, 626, 0, 0, 0)
	with := func(code AVPCode, v uint32) []byte { return AppendUint32(append([]byte{}, host...), code, 0, 0, v) }
	for name, c := range map[string]struct {
		in   []byte
		want overloadReport
		ok   bool
	}{
		"defaults":          {host, overloadReport{9, 0, 0, 30 * time.Second}, true},
		"realm":             {AppendUint32(seq, 626, 0, 0, 1), overloadReport{9, 1, 0, 30 * time.Second}, true},
		"reduction":         {with(627, 100), overloadReport{9, 0, 100, 30 * time.Second}, true},
		"reduction of 101":  {with(627, 101), overloadReport{}, false},
		"validity":          {with(625, 86400), overloadReport{9, 0, 0, 24 * time.Hour}, true},
		"no validity":       {with(625, 0), overloadReport{9, 0, 0, 0}, true},
		"validity too long": {with(625, 86401), overloadReport{9, 0, 0, 30 * time.Second}, true},
		"of a vendor":       {AppendUint32(append([]byte{}, host...), 627, 10415, 0, 50), overloadReport{9, 0, 0, 30 * time.Second}, true},
		"no sequence":       {AppendUint32(nil, 626, 0, 0, 0), overloadReport{}, false},
		"no type":           {seq, overloadReport{}, false},
		"malformed":         {append(with(627, 10), 1, 2, 3, 4), overloadReport{}, false},
		"empty":             {nil, overloadReport{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parseReport(c.in)
			require.Equal(t, c.ok, ok)
			if ok {
				require.Equal(t, c.want, got)
			}
		})
	}
	want := overloadReport{seq: 1 << 40, kind: OCReportTypeRealmReport, percent: 42, validity: 17 * time.Second}
	a, rest, err := NextAVP(appendReport(nil, want))
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, AVP{Code: 623, Data: a.Data}, a)
	got, ok := parseReport(a.Data)
	require.True(t, ok)
	require.Equal(t, want, got)
}

// The reduction grows while the load is high, holds in between, shrinks when it is low, and its end is told.
func TestReporter(t *testing.T) {
	r := newReporter(&Overload{Validity: 10 * time.Second}, time.Unix(1000, 0))
	now, last := second, uint64(1000<<20)
	step := func(load float64, refused bool) (percent int, validity time.Duration, fresh bool) {
		now += second
		olr, changed := r.step(now, load, refused)
		if olr == nil {
			return -1, 0, changed
		}
		got, ok := parseReport(olr[8:])
		require.True(t, ok)
		require.Equal(t, changed, got.seq > last, "a report that says something new has a greater number")
		last = got.seq
		return got.percent, got.validity, changed
	}
	check := func(load float64, refused bool, percent int, validity time.Duration, fresh bool) {
		t.Helper()
		p, v, f := step(load, refused)
		require.Equal(t, []any{percent, validity, fresh}, []any{p, v, f})
	}
	const v = 10 * time.Second
	check(0.7, false, -1, 0, false)
	check(0.75, false, 10, v, true)
	check(0.8, false, 20, v, true)
	check(0.8, true, 40, v, true)
	check(0.6, false, 40, v, false)
	for range 4 {
		check(0.6, false, 40, v, r.renewAt <= now+second) // it is renewed before it expires
	}
	for range 10 {
		step(1, true)
	}
	require.Equal(t, maxReduction, r.percent)
	for p := maxReduction - reductionFall; p > 0; p -= reductionFall {
		check(0.4, false, p, v, true)
	}
	check(0.4, false, 0, 0, true)
	for range 9 {
		check(0.4, false, 0, 0, false)
	}
	check(0.4, false, -1, 0, true)
	check(0.4, false, -1, 0, false)

	check(0.9, false, 10, v, true)
	now += 20 * second // nobody asked for so long
	check(0.4, false, 0, 0, true)

	hook := 150
	h := newReporter(&Overload{Validity: time.Minute, Reduction: func() int { return hook }}, time.Unix(1000, 0))
	h.step(second, 0, false)
	require.Equal(t, 100, h.percent)
	hook = -3
	h.step(2*second, 1, true)
	require.Equal(t, 0, h.percent)
}

func TestRooms(t *testing.T) {
	require.Equal(t, [classes]int64{1024, 960, 896, 768}, rooms(1024))
	require.Equal(t, [classes]int64{8, 8, 7, 6}, rooms(8))
	require.Equal(t, [classes]int64{1, 1, 1, 1}, rooms(1))
}

func TestLook(t *testing.T) {
	b := AppendString(nil, 263, 0, AVPMandatory, "abc")
	require.Equal(t, marks{priority: 10}, look(b))
	require.Equal(t, class(2), look(b).class())
	require.Equal(t, uint8(3), look(AppendUint32(b, 301, 0, 0, 3)).priority)
	require.Equal(t, uint8(10), look(AppendUint32(b, 301, 10415, 0, 3)).priority, "of a vendor")
	require.Equal(t, uint8(10), look(AppendUint32(b, 301, 0, 0, 16)).priority, "not a priority")
	require.Equal(t, uint8(10), look(AppendUint64(b, 301, 0, 0, 1)).priority, "nor this")
	all := AppendString(append(AppendString(AppendUint32(b, 301, 0, 0, 15), 282, 0, 0, "x"), supportedFeatures...), 623, 0, 0, "")
	require.Equal(t, marks{15, true, true, true}, look(all))
	s, err := scan(all, MaxAVPs)
	require.NoError(t, err)
	require.Equal(t, look(all), s.marks)
	require.Equal(t, uint8(15), look(append(AppendUint32(b, 301, 0, 0, 15), 1, 2, 3, 4)).priority)
}

func TestGreetings(t *testing.T) {
	g := greetings{max: 16}
	a := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}
	again := &net.TCPAddr{IP: net.ParseIP("::ffff:192.0.2.1"), Port: 2}
	other := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 1}
	require.True(t, g.begin(a))
	require.True(t, g.begin(again))
	require.False(t, g.begin(a), "an eighth from one address")
	require.True(t, g.begin(other))
	g.end(again)
	require.True(t, g.begin(a))
	pipe, _ := net.Pipe()
	for range 5 {
		require.True(t, g.begin(pipe.RemoteAddr()))
	}
	require.False(t, g.begin(pipe.RemoteAddr()), "half in all")
	require.False(t, g.begin(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 3)}))
	for range 5 {
		g.end(pipe.RemoteAddr())
	}
	g.end(a)
	g.end(a)
	g.end(other)
	require.Zero(t, g.all)
	require.Empty(t, g.from)
}

// Who is told of the changes of a peer may be slow: what waits for him is bounded, and what he hears hangs together.
func TestNotesAreBounded(t *testing.T) {
	p := newPeer(&Node{}, nil, Identity{})
	for i := range 1000 {
		from, to := PeerClosed, PeerWaitConnAck
		if i%2 == 1 {
			from, to = to, from
		}
		p.changed(from, to, false, nil)
	}
	require.Len(t, p.notes, maxNotes)
	for i := range maxNotes - 1 {
		require.Equal(t, p.notes[i].to, p.notes[i+1].from)
	}
	require.Equal(t, PeerClosed, p.notes[maxNotes-1].to)
}
