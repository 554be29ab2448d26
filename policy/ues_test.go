package policy_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

func TestUERange(t *testing.T) {
	r := &policy.UERange{
		MSISDNs: []policy.MSISDNRange{{First: "491700000000", Last: "491700000999"}, {First: "43660123", Last: "43660123"}},
		Domains: []string{"Sensors.example"},
		Groups:  []string{"meters@utility.example", "@fleet.example"},
	}
	for _, ue := range []policy.UE{
		{MSISDN: "491700000000"}, {MSISDN: "491700000999"}, {MSISDN: "43660123"}, {ExternalID: "a@sensors.example"},
		{ExternalGroupID: "meters@utility.example"}, {ExternalGroupID: "trucks@fleet.example"},
	} {
		require.True(t, r.Contains(ue), "%+v", ue)
		require.True(t, (*policy.UERange)(nil).Contains(ue))
		require.False(t, new(policy.UERange).Contains(ue))
	}
	for _, ue := range []policy.UE{
		{MSISDN: "491700001000"}, {MSISDN: "4917000000001"}, {MSISDN: "49170000000"}, {ExternalID: "a@other.example"},
		{ExternalID: "sensors.example@other.example"}, {ExternalGroupID: "pumps@utility.example"}, {ExternalGroupID: "x@sensors.example"},
	} {
		require.False(t, r.Contains(ue), "%+v", ue)
	}
	for _, bad := range []policy.UERange{
		{MSISDNs: []policy.MSISDNRange{{First: "49", Last: "49"}}},
		{MSISDNs: []policy.MSISDNRange{{First: "49170", Last: "491709"}}},
		{MSISDNs: []policy.MSISDNRange{{First: "49171", Last: "49170"}}},
		{Domains: []string{""}},
		{Groups: []string{"@"}},
	} {
		_, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{ID: "as", Tokens: []string{"t"}, UEs: &bad}}})
		require.Error(t, err, "%+v", bad)
	}
}

func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := policy.NewLimits(map[id.SCSASID]policy.Limit{
			"fast": {PerSecond: 10, Burst: 3},
			"few":  {Quota: 2, Period: time.Hour},
			"free": {},
		}, policy.Limit{PerSecond: 1})
		admit := func(as id.SCSASID) error { return l.Admit(context.Background(), as, policy.Operation{}) }

		for range 3 {
			require.NoError(t, admit("fast"))
		}
		var e *fault.Error
		require.ErrorAs(t, admit("fast"), &e)
		require.Equal(t, fault.RateLimited, e.Code)
		require.Equal(t, 100*time.Millisecond, time.Until(e.RetryAt))
		time.Sleep(100 * time.Millisecond)
		require.NoError(t, admit("fast"), "what was refused was not counted")
		require.Error(t, admit("fast"))

		require.NoError(t, admit("few"))
		require.NoError(t, admit("few"))
		require.ErrorAs(t, admit("few"), &e)
		require.Equal(t, fault.QuotaExceeded, e.Code)
		time.Sleep(time.Until(e.RetryAt))
		require.NoError(t, admit("few"))

		for range 1000 {
			require.NoError(t, admit("free"))
		}
		require.NoError(t, admit("other"))
		require.True(t, errors.Is(admit("other"), fault.RateLimited))
		require.NoError(t, admit("another"), "each has its own")
	})
}
