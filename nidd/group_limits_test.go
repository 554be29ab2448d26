package nidd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t6a"
)

// Rates and quotas hold for each UE of a group by itself: the others get the data.
func TestGroupMembersBeyondLimits(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.names(members(1, 2, 3), 10)
		b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(2)}})
		cfg := b.configureGroup()
		b.attachUE(1, 3)
		b.asks(diameter.Success, cmr(t6a.ConnectionActionEstablishment, ofUE(2), serving(1)))
		for range 3 {
			_, err := b.deliverGroup(cfg, "x")
			require.NoError(t, err)
		}
		all := b.results()
		require.Len(t, all, 3)
		require.Equal(t, map[string]string{groupExt(1): sentOK, groupExt(2): sentOK, groupExt(3): sentOK}, all[0])
		require.Equal(t, map[string]string{groupExt(1): sentOK, groupExt(2): "FAILURE", groupExt(3): sentOK}, all[1], "the rate of the serving PLMN")
		require.Equal(t, map[string]string{groupExt(1): "FAILURE", groupExt(2): "FAILURE", groupExt(3): "FAILURE"}, all[2], "the rate of the APN")
		require.Equal(t, map[string]int{groupIMSI(1): 2, groupIMSI(2): 1, groupIMSI(3): 2}, b.tdrsTo())

		b.sleep(time.Hour)
		_, err := b.deliverGroup(cfg, "y")
		require.NoError(t, err)
		require.Equal(t, all[0], b.results()[3])
	})
}

// What is stored of a group for its UEs does not count against what may be stored: the data is there once.
func TestGroupDoesNotFillBuffers(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.Quota.Stored = 1
		b.reload()
		b.names(members(1, 2, 3), 10)
		cfg := b.configureGroup()
		_, err := b.deliverGroup(cfg, "x")
		require.NoError(t, err)
		b.attachUE(1, 2, 3)
		b.sleep(time.Minute)
		require.Equal(t, []map[string]string{{groupExt(1): sentOK, groupExt(2): sentOK, groupExt(3): sentOK}}, b.results())
	})
}
