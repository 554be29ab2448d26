package nidd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// moved is a CMR of another MME.
func moved(c *t6a.CMR) { c.OriginHost = mme2ID.Host }

// TestMoveWhileSending moves the UE while a TDR is at the old serving node, which does not know the UE any more: whatever
// the data is to do without a connection, there is one.
func TestMoveWhileSending(t *testing.T) {
	for _, c := range []struct {
		name string
		move *t6a.CMR
		old  diameter.Result // answer of the old node
	}{
		{"unknown user", cmr(update, moved), diameter.ErrorUserUnknown},
		{"unknown bearer", cmr(update, moved), diameter.ErrorInvalidEPSBearer},
		{"another bearer", cmr(establish, moved, bearer(6)), diameter.ErrorInvalidEPSBearer},
	} {
		for name, change := range map[string]func(*t8.NIDDDownlinkDataTransfer){
			"INDICATE_ERROR": option(t8.IndicateError), "WAIT_FOR_UE": option(t8.WaitForUE), "not to be kept": latency(0),
		} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				covers(t, "29128-5.7.3-24")
				run(t, func(t *testing.T, b *bench) {
					cfg := b.configure()
					b.attach()
					b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
						if q.DestinationHost == mme2ID.Host {
							return nil, nil
						}
						b.tell(c.move)
						return &t6a.TDA{Result: c.old}, nil
					}
					d, err := b.deliver(cfg, "x", change)
					require.NoError(t, err)
					require.Equal(t, t8.DeliverySuccessNextHopUnacknowledged, d.DeliveryStatus)
					require.Equal(t, []string{"x", "x"}, b.sent())
					require.Equal(t, mme2ID.Host, b.tdrs[1].DestinationHost)
					require.Equal(t, c.move.BearerIdentifier, b.tdrs[1].BearerIdentifier)
					require.NotEqual(t, b.raw[0].EndToEnd, b.raw[1].EndToEnd, "it is another request")
					require.Zero(t, b.keys("d"))
				})
			})
		}
	}
	t.Run("the UE goes on for ever", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
				b.tell(cmr(update, moved))
				return &t6a.TDA{Result: diameter.ErrorUserUnknown}, nil
			}
			_, err := b.deliver(cfg, "x", option(t8.IndicateError))
			require.Error(t, err)
			require.LessOrEqual(t, len(b.sent()), 5)
		})
	})
	t.Run("stored data", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.buffer(b.configure(), "x")
			b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
				if q.DestinationHost == mme2ID.Host {
					return nil, nil
				}
				b.tell(cmr(update, moved))
				return &t6a.TDA{Result: diameter.ErrorUserUnknown}, nil
			}
			b.attach()
			b.sleep(0)
			require.Equal(t, []string{"x", "x"}, b.sent())
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
}

// TestMMERestart looks at what an MME that lost its contexts leaves behind.
func TestMMERestart(t *testing.T) {
	t.Run("the UE comes back on another bearer", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
				if q.BearerIdentifier[0] == 5 {
					return &t6a.TDA{Result: diameter.ErrorInvalidEPSBearer}, nil
				}
				return nil, nil
			}
			b.asks(diameter.Success, cmr(establish, bearer(6)))
			_, err := b.deliver(cfg, "x", option(t8.IndicateError))
			require.NoError(t, err, "the old bearer is found dead and the new one taken")
			b.asks(diameter.ErrorInvalidEPSBearer, odr("on the old one"))
			_, err = b.deliver(cfg, "y", option(t8.IndicateError))
			require.NoError(t, err)
			require.Equal(t, []string{"x", "x", "y"}, b.sent())
		})
	})
	t.Run("the UE does not come back", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = result(diameter.ErrorUserUnknown)
			b.buffer(cfg, "x")
			b.mme = nil
			b.asks(diameter.ErrorInvalidEPSBearer, cmr(update))
			_, err := b.deliver(cfg, "y", option(t8.IndicateError))
			require.ErrorIs(t, err, fault.NoPDNConnection)
			b.sleep(time.Hour)
			require.Equal(t, []string{"x"}, b.sent(), "nobody tries in vain")
			b.attach()
			require.Equal(t, []string{"x", "x"}, b.sent())
		})
	})
	t.Run("the SCEF restarts, too", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			b.buffer(cfg, "x")
			b.mme = nil
			b.restart()
			b.attach() // for a bearer that the SCEF still has
			require.Equal(t, []string{"x", "x"}, b.sent())
		})
	})
}
