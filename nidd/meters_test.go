package nidd

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
)

func (m *meters) count() (n int) {
	for i := range m.shards {
		n += len(m.shards[i].m)
	}
	return n
}

// TestMetersAreBounded has more UEs than there is room for, and then others when the windows of these have ended.
func TestMetersAreBounded(t *testing.T) {
	const most = 64 * 100
	var m meters
	m.init(most)
	spend := func(n int, unit time.Duration, now time.Time) {
		m.change(ratesOf(id.IMSI(fmt.Sprint(n)), "iot.example"), now, func(u *usage) { u[upAPN].spend(1, unit, now) })
	}
	for n := range 3 * most {
		spend(n, time.Minute, noon)
		require.LessOrEqual(t, m.count(), most)
	}
	require.Greater(t, m.count(), most/2, "no more are dropped than must be")
	require.EqualValues(t, 1, m.look(ratesOf(id.IMSI(fmt.Sprint(3*most-1)), "IOT.example"))[upAPN].used, "the last one is there")
	require.Zero(t, m.look(ratesOf("0", "iot.example"))[upException])

	m.change(ratesOf("x", "iot.example"), noon, func(*usage) {})
	require.Zero(t, m.look(ratesOf("x", "iot.example")))

	later := noon.Add(time.Minute)
	for n := range most {
		spend(n, time.Nanosecond, later.Add(time.Duration(n)*time.Second)) // each has ended when the next one comes
	}
	require.Less(t, m.count(), 64*(leastSweep+1), "what has ended goes")
}
