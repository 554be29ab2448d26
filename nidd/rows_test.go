package nidd_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// TestConditionalSent looks for each conditional element of what the SCEF sends, with and without its condition.
func TestConditionalSent(t *testing.T) {
	covers(t, "29128-5.1-09")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		asked, err := t6a.ExtendedPCO{{ID: t6a.ContainerNonIPLinkMTU}}.Append(nil)
		require.NoError(t, err)
		pco := func(c *t6a.CMR) { c.ExtendedPCO = asked }
		for _, c := range []struct {
			req           *t6a.CMR
			charging, pco bool
		}{
			{cmr(establish), true, false},
			{cmr(establish, pco), true, true},
			{cmr(update), false, false},
			{cmr(update, pco), false, true},
			{cmr(release), false, false},
			{cmr(establish), true, false},
			{cmr(release, pco), false, true},
		} {
			cma := decodeCMA(t, b.asks(diameter.Success, c.req))
			require.Equal(t, c.charging, cma.PDNConnectionChargingID != nil, "%v", c.req.ConnectionAction)
			require.Equal(t, c.pco, cma.ExtendedPCO != nil, "%v", c.req.ConnectionAction)
		}
		b.attach()
		_, err = b.deliver(cfg, "x")
		require.NoError(t, err)
		require.Equal(t, "x", string(b.tdrs[0].NonIPData))
		require.NoError(t, b.p.UpdateConnection(t.Context(), imsi1, 5, []byte{0x80}))
		require.Equal(t, []byte{0x80}, b.cmrs[0].ExtendedPCO)
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		b.sleep(time.Second)
		require.Equal(t, release, b.cmrs[1].ConnectionAction)
		require.Nil(t, b.cmrs[1].ExtendedPCO)
	})
}

// TestConditionalReceived sends the SCEF conditional elements whose condition does not hold.
func TestConditionalReceived(t *testing.T) {
	covers(t, "29128-5.1-11")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) { c.MaximumUEAvailabilityTime = time.Now() }))
		b.asks(diameter.Success, cmr(update, func(c *t6a.CMR) {
			c.ServiceSelection, c.ThreeGPPChargingCharacteristics = "another.example", "0400"
			c.APNRateControlStatus = &t6a.APNRateControlStatus{}
		}))
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { // of a UE that does not sleep
			return &t6a.TDA{Result: diameter.Success, RequestedRetransmissionTime: time.Now().Add(time.Hour)}, nil
		}
		d, err := b.deliver(cfg, "x")
		require.NoError(t, err, "the connection still is one to its own APN")
		require.Empty(t, d.Self)
		require.True(t, d.RequestedRetransmissionTime.IsZero())
		b.cmr = func(*t6a.CMR) (*t6a.CMA, error) {
			return &t6a.CMA{Result: diameter.Success, PDNConnectionChargingID: new(uint32(1))}, nil
		}
		require.NoError(t, b.p.UpdateConnection(t.Context(), imsi1, 5, []byte{0x80}))
		b.asks(diameter.Success, odr("up", func(c *t6a.ODR) { c.RRCCauseCounter = &t6a.RRCCauseCounter{CounterValue: new(uint32(0))} }))
		b.asks(diameter.Success, cmr(release, func(c *t6a.CMR) {
			c.ServiceSelection, c.RATType, c.VisitedPLMNID = apn1, new(tgpp.RATTypeGERAN), []byte{0, 0xf1, 0x10}
			c.ThreeGPPChargingCharacteristics = "0800"
		}))
	})
}

// TestNoPagingInVain counts the TDRs for a UE that sleeps: the first finds that out, and then everything waits.
func TestNoPagingInVain(t *testing.T) {
	covers(t, "KAURI-46")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		for range 5 {
			b.buffer(cfg, "x")
			b.sleep(time.Hour)
		}
		require.Len(t, b.sent(), 1)
		b.mme = nil
		b.wake()
		require.Len(t, b.sent(), 6)
		require.Len(t, b.notified("deliveryStatus"), 5)
	})
}

// TestBearerElsewhere has a UE with a second bearer that goes over a PGW, of which the SCEF knows nothing.
func TestBearerElsewhere(t *testing.T) {
	covers(t, "KAURI-41")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach() // on bearer 5; the other has 6
		_, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		require.NoError(t, b.p.UpdateConnection(t.Context(), imsi1, 5, []byte{0x80}))
		require.ErrorIs(t, b.p.UpdateConnection(t.Context(), imsi1, 6, []byte{0x80}), fault.NotFound)
		b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now()})
		require.Len(t, b.cmrs, 2)
		for _, c := range b.cmrs {
			require.Equal(t, []byte{5}, c.BearerIdentifier)
		}
		for _, c := range b.tdrs {
			require.Equal(t, []byte{5}, c.BearerIdentifier)
		}
	})
}

// TestOfferedFeatures offers every subset of the features.
func TestOfferedFeatures(t *testing.T) {
	covers(t, "T8-4.3.1-04")
	numbers := nidd.Features.Numbers()
	for subset := range 1 << len(numbers) {
		run(t, func(t *testing.T, b *bench) {
			var some []int
			for i, n := range numbers {
				if subset&(1<<i) != 0 {
					some = append(some, n)
				}
			}
			b.opts.Offered = t8.FeatureSet(some...)
			b.restart()
			cfg := b.configure(func(c *t8.NIDDConfiguration) { c.SupportedFeatures = t8.FeatureSet(numbers...) })
			got, err := b.p.Configuration(t.Context(), as1, cfg)
			require.NoError(t, err)
			require.Equal(t, some, got.SupportedFeatures.Numbers())
			d := b.buffer(cfg, "x")
			err = b.p.CancelDelivery(t.Context(), as1, cfg, d)
			if got.SupportedFeatures.Has(t8.FeatureMTNIDDModificationCancellation) {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, fault.OperationProhibited, "what is not offered is not served")
			}
		})
	}
}

// overHTTP returns a client of the Procedure.
func (b *bench) overHTTP() t8.NIDD {
	h, err := t8.NewHandler(everybody{}, nil, t8.NIDDAPI(b.p))
	require.NoError(b.t, err)
	c, err := t8.NewClient(root1, &t8.ClientOptions{
		HTTP:  &http.Client{Transport: inProcess{h}},
		Token: func(context.Context) (string, error) { return "x", nil },
	})
	require.NoError(b.t, err)
	return c.NIDD()
}

// inProcess hands requests to a handler.
type inProcess struct{ http.Handler }

func (i inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	i.ServeHTTP(w, r)
	res := w.Result()
	res.Request = r
	return res, nil
}

// TestClientSendsAgain is an SCS/AS that keeps the data itself and sends it again when it is told that the UE is awake.
func TestClientSendsAgain(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-53")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		wakes := time.Now().Add(time.Hour)
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			if time.Now().Before(wakes) {
				return sleeping(wakes), nil
			}
			return nil, nil
		}
		as := b.overHTTP()
		data := &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("x"), MaximumLatency: new(t8.DurationSec(0))}
		_, err := as.CreateDelivery(t.Context(), as1, cfg, data)
		require.ErrorIs(t, err, fault.TemporarilyUnreachable)
		at := fault.As(err).RetryAt
		require.True(t, wakes.Equal(at), "%v", at)
		b.sleep(time.Until(at))
		got, err := as.CreateDelivery(t.Context(), as1, cfg, data)
		require.NoError(t, err)
		require.Empty(t, got.Self, "it is delivered")
		require.Equal(t, []string{"x", "x"}, b.sent())
	})
}

// TestClientKeepsIdentity is an SCS/AS that replaces data: it sends back what it read with other data, and so names the
// UE as before. Another name is refused.
func TestClientKeepsIdentity(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-55")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		delivery := b.buffer(cfg, "old")
		as := b.overHTTP()
		got, err := as.Delivery(t.Context(), as1, cfg, delivery)
		require.NoError(t, err)
		got.Data = []byte("new")
		replaced, err := as.ReplaceDelivery(t.Context(), as1, cfg, delivery, got)
		require.NoError(t, err)
		require.Equal(t, ext1, replaced.ExternalID)
		require.Equal(t, "new", string(replaced.Data))
		for _, other := range []t8.NIDDDownlinkDataTransfer{{ExternalID: "other@example.com"}, {MSISDN: "15559999999"}} {
			other.Data = []byte("of another UE")
			_, err = as.ReplaceDelivery(t.Context(), as1, cfg, delivery, &other)
			require.ErrorIs(t, err, fault.InvalidParameter)
		}
		b.attach()
		require.Equal(t, []string{"new"}, b.sent())
	})
}

// TestWhatTheAPICovers does once what the API is for: configuration, data both ways, data for a group, and ports of applications.
func TestWhatTheAPICovers(t *testing.T) {
	covers(t, "T8-4.4.5.1-01")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages))
		u := withDevice(b)
		b.attachRDS()
		_, err := b.reserve(cfg, pair(1, 2), skips)
		require.NoError(t, err)
		port, err := b.p.Port(t.Context(), as1, cfg, "ue1-ef2")
		require.NoError(t, err)
		require.Equal(t, "meter", port.AppID, "the port belongs to an application")
		b.buffer(cfg, "down", reliable, overPorts(pair(1, 2)))
		b.sleep(time.Minute)
		require.Contains(t, u.received(), "down")
		require.Equal(t, diameter.Success, u.send(rds.PortPair(1, 2), "up", false))
		require.Equal(t, "up", string(b.posts[0].Data))
	})
	run(t, func(t *testing.T, b *bench) {
		b.names(members(1, 2), 10)
		cfg := b.configureGroup()
		b.attachUE(1, 2)
		_, err := b.deliverGroup(cfg, "all")
		require.NoError(t, err)
		require.Equal(t, []map[string]string{{groupExt(1): sentOK, groupExt(2): sentOK}}, b.results())
	})
}
