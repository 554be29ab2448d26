package nidd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
)

// TestRatesOverSimulatedMME lets a UE leave and come back by way of the simulator, to an SCEF that lost its store meanwhile.
func TestRatesOverSimulatedMME(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(3)}})
		b.configure()
		m, err := sim.NewMME(mmeID, scefID, nil)
		require.NoError(t, err)
		connect := func() (end func()) {
			ours, its := diameter.Pipe(scefID, b.p.T6a(), m.Self(), m)
			m.Use(its)
			return func() { _, _ = ours.Close(), its.Close() }
		}
		end := connect()
		asks := cmr(establish, pco(t, t6a.ContainerAPNRateControl)).ExtendedPCO
		ue := sim.NewUE(imsi1, &sim.UEOptions{PCO: asks})
		require.NoError(t, ue.Attach(t.Context(), m, apn1))
		require.Len(t, ue.PCOs(), 1)
		require.Equal(t, map[t6a.ContainerID]any{t6a.ContainerAPNRateControl: t6a.APNRateControl{Unit: t6a.RatePerHour, MaxUplink: 3}}, rates(t, ue.PCOs()[0]))
		require.NoError(t, ue.Send(t.Context(), []byte("1")))
		require.NoError(t, ue.Send(t.Context(), []byte("2")))
		require.NoError(t, ue.Detach(t.Context()))
		end()

		b.stop()
		other := &bench{t: t, store: store.NewMemory(), prof: b.prof, apns: b.apns}
		other.start()
		defer other.close()
		other.configure()
		b.p = other.p
		end = connect()
		defer end()
		b.sleep(time.Minute)
		require.NoError(t, ue.Attach(t.Context(), m, apn1))
		require.NoError(t, ue.Send(t.Context(), []byte("3")))
		require.Error(t, ue.Send(t.Context(), []byte("4")))
		require.Len(t, m.Bearers(ue), 1, "the connection outlasts what was discarded")
		b.sleep(time.Hour)
		require.NoError(t, ue.Send(t.Context(), []byte("5")))
		require.Len(t, other.posts, 2)
	})
}
