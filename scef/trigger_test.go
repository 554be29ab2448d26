package scef_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// TestTrigger lets an SCS/AS send data with SEND_TRIGGER to a UE without a PDN connection.
func TestTrigger(t *testing.T) {
	const ask = `{"externalId":"meter-1@example.com","data":"eA==","pdnEstablishmentOption":"SEND_TRIGGER"}`
	t.Run("kept", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-25 T8-4.4.5.3.1-27 T8-4.4.5.3.1-28")
		triggers := &sim.Triggers{}
		b := start(t, func(s *setup) { s.opts.NIDD.Trigger = triggers })
		m, _ := b.mme(mmeID)
		as, url := b.as("as1")
		ue := b.provision(1, as.ID())
		cfg := b.configure(as, url, 1)
		before := time.Now()
		r := b.json("as1", http.MethodPost, cfg+"/downlink-data-deliveries", ask)
		require.Equal(t, http.StatusCreated, r.status, "%s", r.body)
		require.Contains(t, string(r.body), `"deliveryStatus":"TRIGGERED"`)
		require.NotEmpty(t, r.header.Get("Location"))
		tr, err := triggers.Next(t.Context())
		require.NoError(t, err)
		require.Equal(t, nidd.TriggerTarget{SCSAS: "as1", IMSI: imsiOf(1), ExternalID: externalOf(1)}, tr.TriggerTarget)
		require.True(t, tr.Until.After(before.Add(23*time.Hour)), "as long as the data is kept")
		require.NoError(t, ue.Attach(t.Context(), m, apnOf("as1")))
		status, err := sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](t.Context(), as)
		require.NoError(t, err)
		require.Equal(t, t8.DeliverySuccessNextHopUnacknowledged, status.DeliveryStatus)
		require.Equal(t, "x", string(ue.Received()[0]))
		require.Len(t, triggers.Sent(), 1)
	})
	t.Run("dropped", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-22 T8-4.4.5.3.1-23 T8-4.4.5.3.1-24")
		triggers := &sim.Triggers{}
		b := start(t, func(s *setup) {
			s.opts.NIDD.Trigger = triggers
			s.nidd["as1"] = policy.NIDD{APN: apnOf("as1"), DropTriggered: true}
		})
		as, url := b.as("as1")
		b.provision(1, as.ID())
		cfg := b.configure(as, url, 1)
		r := b.json("as1", http.MethodPost, cfg+"/downlink-data-deliveries", ask)
		require.Equal(t, http.StatusInternalServerError, r.status)
		require.Contains(t, string(r.body), `"cause":"TRIGGERED"`)
		require.Len(t, triggers.Sent(), 1)
		list := b.json("as1", http.MethodGet, cfg+"/downlink-data-deliveries", "")
		require.JSONEq(t, "[]", string(list.body))
	})
	t.Run("no trigger is possible", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-27")
		triggers := &sim.Triggers{}
		triggers.Refuse(func(nidd.TriggerTarget) error { return errors.New("no SMS-SC") })
		b := start(t, func(s *setup) { s.opts.NIDD.Trigger = triggers })
		as, url := b.as("as1")
		b.provision(1, as.ID())
		cfg := b.configure(as, url, 1)
		r := b.json("as1", http.MethodPost, cfg+"/downlink-data-deliveries", ask)
		require.Equal(t, http.StatusCreated, r.status)
		require.Contains(t, string(r.body), `"deliveryStatus":"BUFFERING"`, "the data waits as if no trigger had been asked for")
		require.Empty(t, triggers.Sent())
		triggers.Refuse(nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := triggers.Next(ctx)
		require.ErrorIs(t, err, context.Canceled)
	})
}
