package nidd_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// ledger keeps what charging is told.
type ledger struct {
	mu    sync.Mutex
	conns []nidd.ConnectionCharge // guarded by mu
	pdus  []nidd.PDUCharge        // guarded by mu
}

func (l *ledger) ChargeConnection(c nidd.ConnectionCharge) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = append(l.conns, c)
}

func (l *ledger) ChargePDU(p nidd.PDUCharge) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pdus = append(l.pdus, p)
}

// take returns what came since it was last called.
func (l *ledger) take() (conns []nidd.ConnectionCharge, pdus []nidd.PDUCharge) {
	l.mu.Lock()
	defer l.mu.Unlock()
	conns, pdus = l.conns, l.pdus
	l.conns, l.pdus = nil, nil
	return conns, pdus
}

// runCharged is run with a ledger.
func runCharged(t *testing.T, fn func(*testing.T, *bench, *ledger)) {
	t.Helper()
	run(t, func(t *testing.T, b *bench) {
		l := &ledger{}
		b.opts.Charging = l
		b.restart()
		fn(t, b, l)
	})
}

func TestChargedConnection(t *testing.T) {
	covers(t, "29128-5.7.1-17", "29128-5.7.1-24")
	runCharged(t, func(t *testing.T, b *bench, l *ledger) {
		b.configure()
		begin := time.Now()
		ans := decodeCMA(t, b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) {
			c.TerminalInformation = &t6a.TerminalInformation{IMEI: "49015420323751"}
			c.ServingPLMNRateControl = &t6a.ServingPLMNRateControl{DownlinkRateLimit: new(uint32(10))}
		})))
		want := nidd.Bearer{
			ChargingID: *ans.PDNConnectionChargingID, IMSI: imsi1, MSISDN: msi1, ExternalID: ext1, IMEI: "49015420323751", EBI: 5, APN: apn1,
			SCEF: scefID, Characteristics: "0800", RATType: tgpp.RATTypeEUTRANNBIoT, Node: mmeID, PLMN: tgpp.PLMN{MCC: "001", MNC: "01"},
			DownlinkRate: new(uint32(10)), Opened: begin,
		}
		conns, _ := l.take()
		require.Equal(t, []nidd.ConnectionCharge{{Bearer: want, At: begin, Event: nidd.Establish}}, normal(conns))

		b.sleep(time.Minute)
		b.restart() // what is told comes from the store
		b.asks(diameter.Success, cmr(update, func(c *t6a.CMR) {
			c.OriginHost, c.VisitedPLMNID, c.RATType = mme2ID.Host, []byte{0x00, 0xf1, 0x20}, new(tgpp.RATTypeGERAN)
		}))
		want.Node, want.PLMN, want.RATType = mme2ID, tgpp.PLMN{MCC: "001", MNC: "02"}, tgpp.RATTypeGERAN
		conns, _ = l.take()
		require.Equal(t, []nidd.ConnectionCharge{{Bearer: want, At: time.Now(), Event: nidd.UpdateMoved}}, normal(conns))

		b.sleep(time.Minute)
		b.detach()
		conns, pdus := l.take()
		require.Equal(t, []nidd.ConnectionCharge{{Bearer: want, At: time.Now(), Event: nidd.Release, Ended: true}}, normal(conns))
		require.Empty(t, pdus)
	})
}

// normal gives times that were read from the store the location of those that were not.
func normal(conns []nidd.ConnectionCharge) []nidd.ConnectionCharge {
	for i := range conns {
		c := &conns[i]
		c.Opened, c.At = c.Opened.Local(), c.At.Local()
	}
	return conns
}

// TestChargedEnds looks at each way in which a connection ends.
func TestChargedEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(b *bench, cfg string)
		want []nidd.ConnectionEvent // of ends
	}{
		{"the MME lost its state", func(b *bench, _ string) { b.attach() }, []nidd.ConnectionEvent{nidd.Establish}},
		{"the MME does not know it", func(b *bench, cfg string) {
			b.mme = result(diameter.ErrorUserUnknown)
			b.buffer(cfg, "x")
		}, []nidd.ConnectionEvent{nidd.Gone}},
		{"the SCEF releases it", func(b *bench, cfg string) {
			require.NoError(b.t, b.p.DeleteConfiguration(b.t.Context(), as1, cfg))
			b.sleep(time.Second)
		}, []nidd.ConnectionEvent{nidd.Closed}},
		{"the release is not confirmed", func(b *bench, cfg string) {
			b.cmr = noPeer
			require.NoError(b.t, b.p.DeleteConfiguration(b.t.Context(), as1, cfg))
			b.sleep(time.Hour)
		}, []nidd.ConnectionEvent{nidd.CloseGivenUp}},
	} {
		t.Run(c.name, func(t *testing.T) {
			runCharged(t, func(t *testing.T, b *bench, l *ledger) {
				cfg := b.configure()
				b.attach()
				conns, _ := l.take()
				first := conns[0].ChargingID
				c.end(b, cfg)
				conns, _ = l.take()
				var ends []nidd.ConnectionEvent
				for _, x := range conns {
					if x.Ended {
						ends = append(ends, x.Event)
						require.Equal(t, first, x.ChargingID)
						require.Equal(t, "0800", x.Characteristics)
					} else {
						require.NotEqual(t, first, x.ChargingID, "each connection has its own")
					}
				}
				require.Equal(t, c.want, ends)
			})
		})
	}
}

func TestChargedPDUs(t *testing.T) {
	covers(t, "29128-5.5.1-09", "29128-5.5.3-05")
	runCharged(t, func(t *testing.T, b *bench, l *ledger) {
		cfg := b.configure()
		b.asks(diameter.ErrorInvalidEPSBearer, odr("no connection, nothing to charge"))
		b.attach()
		conns, pdus := l.take()
		require.Empty(t, pdus)
		want := conns[0].Bearer
		is := func(p nidd.PDUCharge, uplink bool, octets int, r diameter.Result, took time.Duration) {
			t.Helper()
			require.Equal(t, want.ChargingID, p.ChargingID)
			require.Equal(t, want.ExternalID, p.ExternalID)
			require.Equal(t, want.Node, p.Node)
			require.Equal(t, as1, p.SCSAS)
			require.Equal(t, uplink, p.Uplink)
			require.Equal(t, octets, p.Octets)
			require.Equal(t, r, p.Result)
			require.Equal(t, took, p.Done.Sub(p.Submitted))
			require.Equal(t, time.Now(), p.Done)
		}
		one := func() nidd.PDUCharge {
			t.Helper()
			_, pdus := l.take()
			require.Len(t, pdus, 1)
			return pdus[0]
		}
		b.asks(diameter.Success, odr("12345", func(c *t6a.ODR) {
			c.RRCCauseCounter = &t6a.RRCCauseCounter{CounterValue: new(uint32(3)), RRCCounterTimestamp: time.Now()}
		}))
		p := one()
		is(p, true, 5, diameter.Success, 0)
		require.Equal(t, uint32(3), *p.Exceptions)
		require.True(t, p.ExceptionsSince.Equal(time.Now()))

		b.post = func(context.Context, *t8.NIDDUplinkDataNotification) error {
			return &fault.Error{Code: fault.NotFound, Remote: true}
		}
		b.asks(diameter.UnableToDeliver, odr("12"))
		is(one(), true, 2, diameter.UnableToDeliver, 0)

		_, err := b.deliver(cfg, "123")
		require.NoError(t, err)
		is(one(), false, 3, diameter.Success, 0)

		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		b.buffer(cfg, "1234")
		is(one(), false, 4, diameter.ErrorUserTemporarilyUnreachable, 0)
		b.mme = nil
		b.wake()
		is(one(), false, 4, diameter.Success, 0)

		b.mme = noAnswer[t6a.TDR, t6a.TDA]
		_, err = b.deliver(cfg, "1")
		require.ErrorIs(t, err, fault.Timeout)
		is(one(), false, 1, diameter.Result{}, 0)
		b.mme = noPeer[t6a.TDR, t6a.TDA]
		_, err = b.deliver(cfg, "never sent")
		require.ErrorIs(t, err, fault.NextHop)
		_, pdus = l.take()
		require.Empty(t, pdus)
	})
}

// TestReplaceableParts runs with a store, a Diameter transport, an authoriser and charging that are not ours.
func TestReplaceableParts(t *testing.T) {
	covers(t, "KAURI-56")
	synctest.Test(t, func(t *testing.T) {
		m, l := &meter{Store: store.NewMemory()}, &ledger{}
		b := &bench{t: t, store: m, prof: policy.NIDD{APN: apn1}, opts: nidd.Options{Charging: l}} // which is the transport
		b.start()
		defer b.close()
		h, err := t8.NewHandler(everybody{}, &t8.HandlerOptions{Authorizer: onlyCreate{}}, t8.NIDDAPI(b.p))
		require.NoError(t, err)
		c, err := t8.NewClient(root1, &t8.ClientOptions{HTTP: &http.Client{Transport: inProcess{h}}})
		require.NoError(t, err)
		_, err = c.NIDD().CreateConfiguration(t.Context(), as1, &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1})
		require.NoError(t, err)
		_, err = c.NIDD().Configurations(t.Context(), as1)
		require.ErrorIs(t, err, fault.NotAuthorized)
		b.attach()
		b.asks(diameter.Success, odr("up"))
		require.Positive(t, m.take().writes)
		require.Len(t, b.nirs, 1)
		conns, pdus := l.take()
		require.Len(t, conns, 1)
		require.Len(t, pdus, 1)
	})
}

// onlyCreate lets an SCS/AS make configurations.
type onlyCreate struct{}

func (onlyCreate) Authorize(_ context.Context, _ id.SCSASID, op policy.Operation) error {
	if op.ID != "CreateNIDDConfiguration" {
		return errors.New("not this one")
	}
	return nil
}

// TestTrace counts what the hooks tell.
func TestTrace(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		got := map[string]int{}
		add := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			got[what]++
		}
		b.opts.Trigger = &trigger{}
		b.opts.Trace = &nidd.Trace{
			Delivery: func(s nidd.State, status t8.DeliveryStatus, stored bool) {
				if stored {
					add("stored " + s.String() + " " + string(status))
				} else {
					add(s.String() + " " + string(status))
				}
			},
			TDR: func(r diameter.Result, sent bool, _ time.Duration) {
				switch {
				case r.Code != 0:
					add("TDA " + r.String())
				case sent:
					add("TDA none")
				default:
					add("TDR not sent")
				}
			},
			Uplink: func(r diameter.Result, _ time.Duration) { add("ODA " + r.String()) },
			Connection: func(a t6a.ConnectionAction, byNode bool, r diameter.Result) {
				if byNode {
					add("CMR " + a.String() + " " + r.String())
				} else {
					add("CMR of the SCEF " + a.String() + " " + r.String())
				}
			},
			Trigger: func(ok bool) {
				if ok {
					add("trigger")
				}
			},
		}
		b.restart()
		wants := func(want map[string]int) {
			t.Helper()
			mu.Lock()
			defer mu.Unlock()
			require.Equal(t, want, got)
			clear(got)
		}
		cfg := b.configure()
		b.buffer(cfg, "x", option(t8.SendTrigger))
		wants(map[string]int{"trigger": 1, "stored Waiting TRIGGERED": 1})
		b.asks(diameter.ErrorInvalidEPSBearer, odr("x"))
		b.attach()
		b.asks(diameter.Success, odr("x"))
		wants(map[string]int{
			"ODA " + diameter.ErrorInvalidEPSBearer.String(): 1, "CMR ESTABLISHMENT " + diameter.Success.String(): 1,
			"ODA " + diameter.Success.String(): 1, "TDA " + diameter.Success.String(): 1,
			"stored Delivered SUCCESS_NEXT_HOP_UNACKNOWLEDGED": 1,
		})
		b.mme = noAnswer[t6a.TDR, t6a.TDA]
		_, err := b.deliver(cfg, "x")
		require.ErrorIs(t, err, fault.Timeout)
		b.mme = noPeer[t6a.TDR, t6a.TDA]
		_, err = b.deliver(cfg, "x")
		require.ErrorIs(t, err, fault.NextHop)
		wants(map[string]int{"TDA none": 1, "TimedOut FAILURE_TIMEOUT": 1, "TDR not sent": 1, "NextHopLost FAILURE_NEXT_HOP": 1})
		b.mme = nil
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		b.sleep(time.Second)
		wants(map[string]int{"CMR of the SCEF RELEASE " + diameter.Success.String(): 1})
	})
}

func TestOccupancy(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		is := func(deliveries int, octets int64) {
			t.Helper()
			got, err := b.p.Occupancy(t.Context())
			require.NoError(t, err)
			require.Equal(t, deliveries, got.Deliveries)
			require.Equal(t, octets, got.Octets)
			require.Equal(t, deliveries == 0, got.Oldest.IsZero())
		}
		is(0, 0)
		cfg := b.configure()
		b.buffer(cfg, "first")
		for range 1001 { // more than a page
			b.buffer(cfg, "12")
		}
		is(1002, 2007)
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		is(0, 0)
	})
}
