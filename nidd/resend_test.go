package nidd_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/store"
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
// put to sleep a UE that is awake by now: it told so, or the time has passed until which the MME would have told.
func TestOldAnswer(t *testing.T) {
	for name, sign := range map[string]bool{"the UE told": true, "nobody tells": false} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.buffer(b.configure(), "x")
				old := sleeping(time.Now().Add(10 * time.Second).Truncate(time.Second))
				b.crash(func() {
					b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
						if again := b.raw[len(b.raw)-1].Flags&diameter.FlagRetransmitted != 0; again {
							return old, nil
						}
						return nil, nil
					}
				})
				if sign {
					b.asks(diameter.Success, cmr(t6a.ConnectionActionUpdate, reachable))
				} else {
					b.sleep(time.Minute)
				}
				require.Equal(t, []string{"x", "x", "x"}, b.sent())
				require.Equal(t, b.raw[0].EndToEnd, b.raw[1].EndToEnd)
				require.NotEqual(t, b.raw[0].EndToEnd, b.raw[2].EndToEnd)
				require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
			})
		})
	}
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

// power is a store that fails after a number of transactions.
type power struct {
	store.Store
	mu   sync.Mutex
	left int // guarded by mu; negative: no end
}

func (p *power) Update(ctx context.Context, fn func(store.Tx) error) error {
	p.mu.Lock()
	if p.left == 0 {
		p.mu.Unlock()
		return store.ErrClosed
	}
	p.left--
	p.mu.Unlock()
	return p.Store.Update(ctx, fn)
}

// TestSignBeforeAnswer checks that data which a UE did not take, since it slept, is sent when the UE has shown itself
// before the answer came, even if the process ends with that answer.
func TestSignBeforeAnswer(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.buffer(b.configure(), "x")
		b.stop()
		memory, cut := b.store, &power{left: -1}
		cut.Store, b.store = memory, cut
		b.start()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			req, err := diameter.NewRequest(cmr(t6a.ConnectionActionUpdate, reachable))
			require.NoError(t, err)
			ans, _ := b.p.T6a().HandleDiameter(t.Context(), mmeID, req)
			r, err := diameter.ResultOf(ans)
			require.NoError(t, err)
			require.Equal(t, diameter.Success, r)
			cut.mu.Lock()
			cut.left = 1 // that of the answer to the TDR
			cut.mu.Unlock()
			return sleeping(time.Time{}), nil
		}
		b.attach()
		b.stop()
		b.mme, b.store = nil, memory
		b.start()
		b.sleep(10 * time.Second)
		require.Equal(t, []string{"x", "x"}, b.sent())
		require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
	})
}
