package t8

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimeOfDay(t *testing.T) {
	for s, want := range map[TimeOfDay]time.Duration{
		"00:00:00":       0,
		"20:15:00":       20*time.Hour + 15*time.Minute,
		"20:15:00Z":      20*time.Hour + 15*time.Minute,
		"20:15:00-08:00": 4*time.Hour + 15*time.Minute,
		"01:00:00+02:30": 22*time.Hour + 30*time.Minute,
		"12:00:00.25":    12*time.Hour + 250*time.Millisecond,
		"12:00:00.5Z":    12*time.Hour + 500*time.Millisecond,
		"23:59:60Z":      24*time.Hour - time.Second,
		"23:59:60":       24*time.Hour - time.Second,
		"01:00:00-23:59": 59 * time.Minute,
	} {
		d, err := s.SinceMidnight()
		require.NoError(t, err, s)
		require.Equal(t, want, d, s)
	}
	for _, s := range []TimeOfDay{"", "24:00:00", "1:00:00", "01:00", "01:00:00,5", "01:60:00", "01:00:61", "01:00:00+0200", "01:00:00 Z", "T01:00:00", "01:00:00+25:00", "01:00:00+24:00", "01:00:00-01:60", "1:00:00.5"} {
		_, err := s.SinceMidnight()
		require.Error(t, err, s)
	}
}

func TestDayOfWeek(t *testing.T) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		require.Equal(t, d, DayOf(d).Weekday())
		require.Equal(t, d.String(), DayOf(d).String())
	}
	require.Equal(t, []DayOfWeek{1, 7}, []DayOfWeek{DayOf(time.Monday), DayOf(time.Sunday)})
	require.Equal(t, "no day", DayOfWeek(0).String())
	require.Equal(t, "no day", DayOfWeek(8).String())
}

// The types bring their rules with them wherever they stand.
func TestTimesAsMembers(t *testing.T) {
	type times struct {
		Day    DayOfWeek        `json:"day,omitempty"`
		Days   []DayOfWeek      `json:"days,omitempty" t8:"min=1,max=6"`
		Change Opt[DayOfWeek]   `json:"change,omitzero"`
		At     TimeOfDay        `json:"at,omitempty"`
		Ats    []TimeOfDay      `json:"ats,omitempty"`
		Needed *DayOfWeek       `json:"needed,omitempty"`
		More   Opt[[]TimeOfDay] `json:"more,omitzero"`
	}
	require.Nil(t, decodeBody([]byte(`{"day":7,"days":[1,2,7],"change":1,"at":"01:00:00","ats":["01:00:00Z"]}`), new(times), modeRequest))
	const day, at = "must be 1 to 7", "must be a time of day of RFC 3339 as 20:15:00 or 20:15:00-08:00"
	require.Equal(t, map[string]string{"/day": day, "/days/1": day, "/days/2": day, "/change": day, "/at": at, "/ats/1": at, "/needed": day, "/more/0": at},
		faultsOf(decodeBody([]byte(`{"day":8,"days":[1,0,8],"change":0,"at":"noon","ats":["01:00:00","1:00"],"needed":0,"more":["x"]}`), new(times), modeRequest)))
	require.Equal(t, map[string]string{"/days": "must hold at most 6 elements"},
		faultsOf(decodeBody([]byte(`{"days":[1,2,3,4,5,6,7]}`), new(times), modeRequest)))
	require.Nil(t, faultsOf(decodeBody([]byte(`{}`), new(times), modeRequest)))
}
