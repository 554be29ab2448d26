package nidd_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// crash leaves a process behind that has sent the TDR for the data "x" and seen no answer, and starts the next one.
func (b *bench) crash(meanwhile func()) {
	sent := make(chan struct{})
	b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
		<-sent
		return nil, errors.Join(diameter.ErrSent, diameter.ErrClosed)
	}
	b.attach()
	b.mme = nil
	stopped := make(chan struct{})
	go func() {
		b.stop()
		close(stopped)
	}()
	synctest.Wait() // it waits for the TDR
	close(sent)
	<-stopped
	meanwhile()
	b.start()
}

// TestOldAnswer checks that the answer to a repeated TDR, which may be the one that was lost with the process, does not
// put to sleep a UE that has woken since.
func TestOldAnswer(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.buffer(b.configure(), "x")
		b.crash(func() {
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
				if again := b.raw[len(b.raw)-1].Flags&diameter.FlagRetransmitted != 0; again {
					return sleeping(time.Time{}), nil
				}
				return nil, nil
			}
		})
		b.asks(diameter.Success, cmr(t6a.ConnectionActionUpdate, reachable))
		require.Equal(t, []string{"x", "x", "x"}, b.sent())
		require.Equal(t, b.raw[0].EndToEnd, b.raw[1].EndToEnd)
		require.NotEqual(t, b.raw[0].EndToEnd, b.raw[2].EndToEnd)
		require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
	})
}

// TestRepetitionWithoutRoute checks that a TDR that may have arrived stays the same TDR while no peer leads to the MME.
func TestRepetitionWithoutRoute(t *testing.T) {
	covers(t, "KAURI-13")
	t.Run("the MME comes back", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			id := b.buffer(cfg, "x")
			b.crash(func() { b.mme = noPeer })
			b.sleep(time.Minute)
			got, err := b.p.Delivery(t.Context(), as1, cfg, id)
			require.NoError(t, err)
			require.EqualValues(t, "SENDING", got.DeliveryStatus)
			tries := len(b.raw)
			require.Greater(t, tries, 2)
			require.Less(t, tries, 10)
			b.mme = nil
			b.sleep(time.Minute)
			require.Len(t, b.raw, tries+1)
			for _, m := range b.raw[1:] {
				require.Equal(t, b.raw[0].EndToEnd, m.EndToEnd)
				require.NotZero(t, m.Flags&diameter.FlagRetransmitted)
			}
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
	t.Run("a sign of the UE", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.buffer(b.configure(), "x")
			b.crash(func() { b.mme = noPeer })
			b.sleep(16 * time.Second)
			b.mme = nil
			tries := len(b.raw)
			b.asks(diameter.Success, odr("up"))
			require.Len(t, b.raw, tries+1, "at once")
		})
	})
	t.Run("a node on the way says no", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.buffer(b.configure(), "x")
			b.crash(func() {
				b.mme = result(diameter.UnableToDeliver)
				b.from = diameter.Identity{Host: "agent.example", Realm: "example"}
			})
			b.sleep(20 * time.Second)
			b.mme, b.from = nil, diameter.Identity{}
			b.sleep(time.Minute)
			require.Greater(t, len(b.raw), 2)
			for _, m := range b.raw[1:] {
				require.Equal(t, b.raw[0].EndToEnd, m.EndToEnd)
				require.NotZero(t, m.Flags&diameter.FlagRetransmitted)
			}
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
	t.Run("the MME says no", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.buffer(b.configure(), "x")
			b.crash(func() { b.mme = result(diameter.UnableToDeliver) }) // and says so again if it is asked the same
			b.sleep(20 * time.Second)
			b.mme = nil
			b.sleep(time.Minute)
			last := len(b.raw) - 1
			require.NotEqual(t, b.raw[0].EndToEnd, b.raw[last].EndToEnd)
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
	t.Run("the MME stays away", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.buffer(b.configure(), "x", latency(time.Minute))
			b.crash(func() { b.mme = noPeer })
			b.sleep(2 * time.Minute)
			require.Equal(t, []string{"FAILURE_TIMEOUT"}, b.notified("deliveryStatus"))
			require.Zero(t, b.keys("d"))
		})
	})
}
