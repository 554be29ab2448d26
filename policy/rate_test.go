package policy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

func TestRateUnits(t *testing.T) {
	for unit, want := range map[policy.RateUnit]time.Duration{
		"": 0, "second": 0, policy.PerMinute: time.Minute, policy.PerHour: time.Hour, policy.PerDay: 24 * time.Hour, policy.PerWeek: 168 * time.Hour,
	} {
		require.Equal(t, want, unit.Duration(), unit)
		require.Equal(t, want != 0, policy.Rate{Unit: unit}.Limited())
	}
}

func TestNIDDSet(t *testing.T) {
	rates := policy.APNRates{Downlink: policy.Rate{Messages: 1<<32 - 1, Unit: policy.PerDay}}
	s, err := policy.NewNIDDSet(policy.NIDDByID{"as1": {APN: "IoT.example"}}, map[id.APN]policy.APN{"IoT.example": {Rates: rates}})
	require.NoError(t, err)
	require.Equal(t, rates, s.APN("iot.EXAMPLE").Rates)
	require.True(t, s.APN("iot.example").Rates.Limited())
	require.Nil(t, s.APN("other"))
	_, ok := s.NIDD("as1")
	require.True(t, ok)

	_, err = policy.NewNIDDSet(policy.NIDDByID{"as1": {Quota: policy.Quota{Stored: -1}}, "as2": {UEQuota: policy.Quota{Period: 367 * 24 * time.Hour}}}, map[id.APN]policy.APN{
		"a": {Rates: policy.APNRates{Uplink: policy.Rate{Messages: 1 << 24, Unit: policy.PerDay}}},
		"b": {Rates: policy.APNRates{Exception: policy.Rate{Messages: 1 << 16, Unit: policy.PerDay}}},
		"c": {Rates: policy.APNRates{Downlink: policy.Rate{Messages: 1}}},
		"d": {Rates: policy.APNRates{Downlink: policy.Rate{Unit: "year"}}},
		"e": {Quota: policy.Quota{Octets: -1}},
	})
	for _, part := range []string{"SCS/AS as1", "SCS/AS as2", "APN a: uplink", "APN b: exception", "APN c: downlink", `APN d: downlink: unit "year"`, "APN e: quota"} {
		require.ErrorContains(t, err, part)
	}
}
