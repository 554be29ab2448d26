package t8

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
)

func TestDateTime(t *testing.T) {
	for s, want := range map[string]time.Time{
		"2026-01-01T00:00:00Z":          time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		"2026-01-01T12:00:00.25+01:30":  time.Date(2026, 1, 1, 10, 30, 0, 25e7, time.UTC),
		"2026-01-01T00:00:00+23:59":     time.Date(2025, 12, 31, 0, 1, 0, 0, time.UTC),
		"2026-01-01T00:00:00-23:59":     time.Date(2026, 1, 1, 23, 59, 0, 0, time.UTC),
		"0000-01-01T00:00:00Z":          time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC),
		"9999-12-31T23:59:59.999Z":      time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
		"9999-12-31T23:59:59.999+00:01": time.Date(9999, 12, 31, 23, 58, 59, 999e6, time.UTC),
	} {
		var c NIDDConfigurationPatch
		require.Nil(t, decodeBody([]byte(`{"duration":"`+s+`"}`), &c, modeRequest), s)
		require.True(t, c.Duration.value.Equal(want), s)
		again, err := Marshal(&c)
		require.NoError(t, err)
		require.JSONEq(t, `{"duration":"`+s+`"}`, string(again))
		c.Duration = Set(c.Duration.value.UTC())
		_, err = Marshal(&c)
		require.NoError(t, err)
	}
	for _, s := range []string{
		"", "x", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z",
		"2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00-24:00", "2026-01-01T00:00:00+25:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00.5-00:60",
		"2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+1:00", "2026-01-01T0:00:00Z", "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00.Z",
		"10000-01-01T00:00:00Z", "-001-01-01T00:00:00Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
	} {
		for _, m := range []mode{modeRequest, modeNotify, modeAnswer} {
			require.Equal(t, map[string]string{"/duration": "must be a date and time of RFC 3339"},
				faultsOf(decodeBody([]byte(`{"duration":"`+s+`"}`), new(NIDDConfigurationPatch), m)), s)
		}
	}
}

// A time that a program gives is held to the same.
func TestDateTimeChecked(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 12, 31, 0, 0, 0, 0, time.UTC),
		time.Date(10000, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)), time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)),
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 24*3600)), time.Date(2026, 1, 1, 0, 0, 0, 0, time.FixedZone("", -24*3600)),
	} {
		e := Check(&NIDDConfiguration{MSISDN: "12345", NotificationDestination: "https://as/n", Duration: at})
		require.Equal(t, map[string]string{"/duration": "must be a date and time of RFC 3339"}, faultsOf(fault.As(e)), at)
		e = Check(&NIDDConfigurationPatch{Duration: Set(at)})
		require.Equal(t, map[string]string{"/duration": "must be a date and time of RFC 3339"}, faultsOf(fault.As(e)), at)
	}
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 24*3600-1), time.FixedZone("", 1-24*3600)} {
		p := &NIDDConfigurationPatch{Duration: Set(time.Date(2026, 1, 1, 0, 0, 0, 0, zone))}
		require.NoError(t, Check(p))
		_, err := Marshal(p)
		require.NoError(t, err)
	}
}
