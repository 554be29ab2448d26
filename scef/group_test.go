package scef_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// TestGroup delivers to a group that the HSS names in several messages, over sockets.
func TestGroup(t *testing.T) {
	covers(t, "T8-4.4.5.2.2-01 T8-4.4.5.2.2-03 T8-4.4.5.2.2-04 T8-4.4.5.3.2-15 T8-4.4.5.3.2-16 T8-4.4.5.3.2-23 T8-4.4.5.3.2-25")
	b := start(t)
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	const group, n = id.ExternalGroupID("meters@example.com"), 7
	g := sim.Group{ID: group, APNs: []id.APN{apnOf("as1")}, PerMessage: 3}
	var ues []*sim.UE
	for i := 1; i <= n; i++ {
		g.Members = append(g.Members, sim.Subscriber{IMSI: imsiOf(i), ExternalIDs: []id.ExternalID{externalOf(i)}})
		ues = append(ues, sim.NewUE(imsiOf(i), nil))
	}
	b.hss.AddGroup(g)
	cfg, err := as.NIDD().CreateConfiguration(t.Context(), "as1", &t8.NIDDConfiguration{
		ExternalGroupID: group, NotificationDestination: url,
		SupportedFeatures: t8.FeatureSet(append(features.Numbers(), t8.FeatureGroupMessageDelivery)...),
	})
	require.NoError(t, err)
	require.True(t, cfg.SupportedFeatures.Has(t8.FeatureGroupMessageDelivery))
	for _, ue := range ues[:n-1] {
		require.NoError(t, ue.Attach(t.Context(), m, apnOf("as1")))
	}
	require.NoError(t, ues[2].Send(t.Context(), []byte("up")))
	up, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), as)
	require.NoError(t, err)
	require.Equal(t, externalOf(3), up.ExternalID)

	ues[0].Sleep()
	d, err := as.NIDD().CreateDelivery(t.Context(), "as1", cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalGroupID: group, Data: []byte("all")})
	require.NoError(t, err)
	require.NotEmpty(t, d.Self)
	require.ErrorIs(t, as.NIDD().CancelDelivery(t.Context(), "as1", cfg.Self, d.Self), fault.OperationProhibited)
	require.NoError(t, ues[n-1].Attach(t.Context(), m, apnOf("as1")))
	require.NoError(t, ues[0].Wake(t.Context()))
	told, err := sim.Next[t8.GMDNIDDDownlinkDataDeliveryNotification](t.Context(), as)
	require.NoError(t, err)
	require.Equal(t, d.Self, told.NIDDDownlinkDataTransfer)
	require.Len(t, told.GMDResults, n)
	for _, x := range told.GMDResults {
		require.Equal(t, t8.DeliverySuccessNextHopUnacknowledged, x.DeliveryStatus)
	}
	for _, ue := range ues {
		require.Equal(t, [][]byte{[]byte("all")}, ue.Received())
	}

	require.NoError(t, b.hss.Update(t.Context(), imsiOf(1), sim.Revocation(apnOf("as1"))))
	gone, err := sim.Next[t8.NIDDConfigurationStatusNotification](t.Context(), as)
	require.NoError(t, err)
	require.Equal(t, externalOf(1), gone.ExternalID)
	require.NoError(t, b.hss.UpdateGroup(t.Context(), group, sim.Revocation(apnOf("as1"))))
	gone, err = sim.Next[t8.NIDDConfigurationStatusNotification](t.Context(), as)
	require.NoError(t, err)
	require.EqualValues(t, group, gone.ExternalID)
	_, err = as.NIDD().Configuration(t.Context(), "as1", cfg.Self)
	require.ErrorIs(t, err, fault.NotFound)
}
