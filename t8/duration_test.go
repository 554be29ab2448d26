package t8

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDurationMin(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", time.Nanosecond: "1", time.Minute: "1", 90 * time.Second: "2", -time.Second: "0", math.MaxInt64: "153722868"} {
		b, err := json.Marshal(DurationMin(d))
		require.NoError(t, err)
		require.Equal(t, want, string(b))
	}
	var d DurationMin
	require.NoError(t, json.Unmarshal([]byte("1440"), &d))
	require.Equal(t, 24*time.Hour, d.Duration())
	require.Equal(t, "24h0m0s", d.String())
	require.NoError(t, json.Unmarshal([]byte("9223372036854775807"), &d))
	require.Equal(t, time.Duration(math.MaxInt64), d.Duration())
	require.Error(t, json.Unmarshal([]byte("-1"), &d))
	require.Error(t, json.Unmarshal([]byte("1.5"), &d))
}

// Each kind of duration is read, written and checked in its unit.
func TestDurationsAsMembers(t *testing.T) {
	type spans struct {
		Sec *DurationSec `json:"sec,omitempty" t8:"max=120"`
		Min *DurationMin `json:"min,omitempty" t8:"max=120"`
	}
	var s spans
	require.Nil(t, decodeBody([]byte(`{"sec":120,"min":1.2e2}`), &s, modeRequest))
	require.Equal(t, 2*time.Minute, s.Sec.Duration())
	require.Equal(t, 2*time.Hour, s.Min.Duration())
	b, err := json.Marshal(s)
	require.NoError(t, err)
	require.Equal(t, `{"sec":120,"min":120}`, string(b))
	for text, want := range map[string]map[string]string{
		`{"sec":121,"min":121}`:                 {"/sec": "must be at most 120", "/min": "must be at most 120"},
		`{"sec":-1,"min":-1}`:                   {"/sec": "must not be negative", "/min": "must not be negative"},
		`{"sec":"1","min":0.5}`:                 {"/sec": "must be an integer", "/min": "must be an integer"},
		`{"min":99999999999999999999999999999}`: {"/min": "must be at most 120"},
	} {
		require.Equal(t, want, faultsOf(decodeBody([]byte(text), new(spans), modeRequest)), text)
	}
	require.Error(t, Check(&spans{Min: new(DurationMin(-time.Second))}))
}
