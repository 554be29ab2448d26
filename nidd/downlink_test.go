package nidd_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

func latency(d time.Duration) func(*t8.NIDDDownlinkDataTransfer) {
	return func(t *t8.NIDDDownlinkDataTransfer) { t.MaximumLatency = new(t8.DurationSec(d)) }
}

func option(o t8.PDNEstablishmentOption) func(*t8.NIDDDownlinkDataTransfer) {
	return func(t *t8.NIDDDownlinkDataTransfer) { t.PDNEstablishmentOption = o }
}

func priority(n int) func(*t8.NIDDDownlinkDataTransfer) {
	return func(t *t8.NIDDDownlinkDataTransfer) { t.Priority = &n }
}

func TestDownlinkToReachableUE(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-18", "T8-4.4.5.3.1-39", "T8-4.4.5.3.1-40", "T8-4.4.5.3.1-41", "29128-5.6.1-01", "29128-5.6.1-03",
		"29128-5.6.1-04", "29128-5.6.1-05", "29128-5.6.1-06", "29128-5.6.1-07", "29128-5.6.1-08", "29128-5.6.2-01", "29128-5.6.2-04",
		"29128-5.6.1-17", "29128-5.6.3-06", "KAURI-42", "KAURI-43")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		begin := time.Now()
		d, err := b.deliver(cfg, "hello")
		require.NoError(t, err)
		require.Empty(t, d.Self, "delivered data is no resource")
		require.Equal(t, t8.DeliverySuccessNextHopUnacknowledged, d.DeliveryStatus)

		tdr := b.tdrs[0]
		require.Equal(t, imsi1, tdr.UserIdentifier.UserName)
		require.Equal(t, []byte{5}, tdr.BearerIdentifier)
		require.Equal(t, "hello", string(tdr.NonIPData))
		require.Equal(t, mmeID.Host, tdr.DestinationHost)
		require.Equal(t, mmeID.Realm, tdr.DestinationRealm)
		require.Equal(t, scefID.Host, tdr.OriginHost)
		require.WithinDuration(t, begin.Add(10*time.Second), tdr.SCEFWaitTime, time.Second)
		require.WithinDuration(t, begin.Add(24*time.Hour), tdr.MaximumRetransmissionTime, time.Second)
		require.Zero(t, b.keys("do"), "nothing is stored")

		b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			return &t6a.TDA{Result: diameter.Success, TDAFlags: new(t6a.TDAFlagAcknowledgedDelivery)}, nil
		}
		d, err = b.deliver(cfg, "again")
		require.NoError(t, err)
		require.Equal(t, t8.DeliverySuccessNextHopAcknowledged, d.DeliveryStatus)

		_, err = b.deliver(cfg, "now or never", latency(0))
		require.NoError(t, err)
		require.True(t, b.tdrs[2].MaximumRetransmissionTime.IsZero(), "data that is not kept is not sent again")
	})
}

// A request that Close interrupts says that the SCEF is not available: nothing is wrong inside.
func TestDownlinkAtClose(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		answer, failed, stopped := make(chan struct{}), make(chan error), make(chan struct{})
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			<-answer
			return sleeping(time.Time{}), nil
		}
		go func() { failed <- second(b.deliver(cfg, "x")) }()
		synctest.Wait()
		go func() {
			b.stop()
			close(stopped)
		}()
		synctest.Wait() // the answer comes too late for the data to be stored
		close(answer)
		require.ErrorIs(t, <-failed, fault.Unavailable)
		<-stopped
	})
}

func TestDownlinkChecks(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-12")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		for _, c := range []struct {
			name, config string
			change       func(*t8.NIDDDownlinkDataTransfer)
			want         fault.Code
		}{
			{"unknown configuration", "nope", func(*t8.NIDDDownlinkDataTransfer) {}, fault.NotFound},
			{"another UE", cfg, func(d *t8.NIDDDownlinkDataTransfer) { d.ExternalID = "other@example.com" }, fault.InvalidParameter},
			{"another number", cfg, func(d *t8.NIDDDownlinkDataTransfer) { d.ExternalID, d.MSISDN = "", "99999" }, fault.InvalidParameter},
			{"a group", cfg, func(d *t8.NIDDDownlinkDataTransfer) { d.ExternalID, d.ExternalGroupID = "", "g@example.com" }, fault.OperationProhibited},
			{"too large", cfg, func(d *t8.NIDDDownlinkDataTransfer) { d.Data = make([]byte, 1359) }, fault.DataTooLarge},
			{"unknown option", cfg, option("SHOUT"), fault.ParameterOutOfRange},
		} {
			_, err := b.deliver(c.config, "x", c.change)
			require.ErrorIs(t, err, c.want, c.name)
		}
		_, err := b.p.CreateDelivery(t.Context(), "as2", cfg, &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("x")})
		require.ErrorIs(t, err, fault.NotFound, "the configuration of another SCS/AS does not exist")
		_, err = b.p.CreateDelivery(t.Context(), "stranger", cfg, &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("x")})
		require.Equal(t, 401, fault.As(err).Status())
		require.Empty(t, b.sent(), "nothing reached the network")

		_, err = b.deliver(cfg, "x", func(d *t8.NIDDDownlinkDataTransfer) { d.ExternalID, d.MSISDN = "", msi1 })
		require.NoError(t, err, "the UE may go by either of its names")
	})
}

func TestDataTooLarge(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-13", "T8-4.4.5.3.1-14", "T8-4.4.5.3.1-11")
	run(t, func(t *testing.T, b *bench) {
		b.prof.MaximumPacketSize = 100
		b.restart()
		cfg := b.configure()
		b.attach()
		c, err := b.p.Configuration(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.Equal(t, 800, c.MaximumPacketSize, "in bits")
		_, err = b.deliver(cfg, strings.Repeat("x", 101))
		require.ErrorIs(t, err, fault.DataTooLarge)
		require.Equal(t, 403, fault.As(err).Status())
		require.Equal(t, "DATA_TOO_LARGE", fault.As(err).CauseText())
		_, err = b.deliver(cfg, strings.Repeat("x", 100))
		require.NoError(t, err)
		_, err = b.deliver("unknown", "x")
		require.Equal(t, 404, fault.As(err).Status())
	})
}

func TestNoConnection(t *testing.T) {
	t.Run("INDICATE_ERROR", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-20", "T8-4.4.5.3.1-21", "29128-5.6.2-03")
		run(t, func(t *testing.T, b *bench) {
			_, err := b.deliver(b.configure(), "x", option(t8.IndicateError))
			require.ErrorIs(t, err, fault.NoPDNConnection)
			require.Equal(t, 500, fault.As(err).Status())
			require.Zero(t, b.keys("do"))
			require.Empty(t, b.sent())
		})
	})
	t.Run("the POST decides before the configuration", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-19")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(func(c *t8.NIDDConfiguration) { c.PDNEstablishmentOption = t8.IndicateError })
			_, err := b.deliver(cfg, "x")
			require.ErrorIs(t, err, fault.NoPDNConnection)
			b.buffer(cfg, "x", option(t8.WaitForUE))
		})
	})
	t.Run("WAIT_FOR_UE", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-25", "T8-4.4.5.3.1-26", "T8-4.4.5.3.1-27", "T8-4.4.5.3.1-29", "T8-4.4.5.3.1-31", "T8-4.4.5.3.1-89",
			"T8-4.4.5.3.1-90", "T8-4.4.5.3.1-92")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			d, err := b.deliver(cfg, "wait")
			require.NoError(t, err)
			require.Equal(t, t8.DeliveryBuffering, d.DeliveryStatus)
			require.NotEmpty(t, d.Self)
			list, err := b.p.Deliveries(t.Context(), as1, cfg)
			require.NoError(t, err)
			require.Len(t, list, 1)
			b.attach()
			require.Equal(t, []string{"wait"}, b.sent())
			require.Equal(t, []string{string(t8.DeliverySuccessNextHopUnacknowledged)}, b.notified("deliveryStatus"))
			require.Equal(t, []string{d.Self}, b.notified("niddDownlinkDataTransfer"))
			require.Equal(t, dest1, b.notes[0].to)
			list, err = b.p.Deliveries(t.Context(), as1, cfg)
			require.NoError(t, err)
			require.Empty(t, list, "the resource is gone")
		})
	})
	t.Run("no buffering at all", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			_, err := b.deliver(cfg, "x", latency(0))
			require.ErrorIs(t, err, fault.NoPDNConnection)
			b.prof.NoBuffering = true
			b.restart()
			_, err = b.deliver(cfg, "x")
			require.ErrorIs(t, err, fault.NoPDNConnection)
			require.Zero(t, b.keys("do"))
		})
	})
}

// trigger records device triggers, or refuses them.
type trigger struct {
	sent []nidd.TriggerTarget
	err  error
}

func (tr *trigger) Trigger(_ context.Context, ue nidd.TriggerTarget, _ time.Time) error {
	if tr.err != nil {
		return tr.err
	}
	tr.sent = append(tr.sent, ue)
	return nil
}

func TestSendTrigger(t *testing.T) {
	t.Run("keeps the data", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-27", "T8-4.4.5.3.1-28")
		run(t, func(t *testing.T, b *bench) {
			tr := &trigger{}
			b.opts.Trigger = tr
			b.restart()
			cfg := b.configure()
			d, err := b.deliver(cfg, "x", option(t8.SendTrigger))
			require.NoError(t, err)
			require.Equal(t, t8.DeliveryTriggered, d.DeliveryStatus)
			require.NotEmpty(t, d.Self)
			require.Len(t, tr.sent, 1)
			require.Equal(t, ext1, tr.sent[0].ExternalID)
			b.attach()
			require.Equal(t, []string{"x"}, b.sent())
		})
	})
	t.Run("drops the data", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-22", "T8-4.4.5.3.1-23", "T8-4.4.5.3.1-24")
		run(t, func(t *testing.T, b *bench) {
			tr := &trigger{}
			b.opts.Trigger, b.prof.DropTriggered = tr, true
			b.restart()
			_, err := b.deliver(b.configure(), "x", option(t8.SendTrigger))
			require.ErrorIs(t, err, fault.Triggered)
			require.Equal(t, 500, fault.As(err).Status())
			require.Equal(t, "TRIGGERED", fault.As(err).CauseText())
			require.Len(t, tr.sent, 1)
			require.Zero(t, b.keys("do"))
		})
	})
	t.Run("falls back to waiting", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			d, err := b.deliver(cfg, "x", option(t8.SendTrigger))
			require.NoError(t, err)
			require.Equal(t, t8.DeliveryBuffering, d.DeliveryStatus, "no trigger is possible")
			b.opts.Trigger = &trigger{err: errors.New("no SMS-SC")}
			b.restart()
			d, err = b.deliver(cfg, "y", option(t8.SendTrigger))
			require.NoError(t, err)
			require.Equal(t, t8.DeliveryBuffering, d.DeliveryStatus)
			_, err = b.deliver(cfg, "z", option(t8.SendTrigger), latency(0))
			require.ErrorIs(t, err, fault.NoPDNConnection)
		})
	})
}

func TestUEAsleep(t *testing.T) {
	t.Run("kept until it wakes", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-46", "T8-4.4.5.3.1-47", "T8-4.4.5.3.1-49", "29128-5.6.3-16", "29128-5.7.3-26", "29128-5.7.3-27")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			d, err := b.deliver(cfg, "one")
			require.NoError(t, err)
			require.Equal(t, t8.DeliveryBufferingTemporarilyUnreachable, d.DeliveryStatus)
			b.buffer(cfg, "two")
			require.Equal(t, []string{"one"}, b.sent(), "the second waits behind the first")
			b.sleep(time.Hour)
			require.Equal(t, []string{"one"}, b.sent(), "nothing says that the UE is awake")
			b.mme = nil
			b.left()
			b.wake()
			require.Equal(t, []string{"ANSWER", "TDR mme1.example one", "TDR mme1.example two"}, b.left(), "the CMA goes first")
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED", "SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
			require.Zero(t, b.keys("d"))
			_, err = b.deliver(cfg, "three")
			require.NoError(t, err)
		})
	})
	t.Run("sent again at the requested time", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-48", "29128-5.6.2-05", "29128-5.6.1-11")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			at := time.Now().Add(20 * time.Minute).Truncate(time.Second)
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(at), nil }
			d, err := b.deliver(cfg, "one")
			require.NoError(t, err)
			require.True(t, at.Equal(d.RequestedRetransmissionTime))
			b.mme = nil
			b.sleep(time.Until(at) - time.Second)
			require.Equal(t, []string{"one"}, b.sent())
			b.sleep(time.Second)
			require.Equal(t, []string{"one", "one"}, b.sent())
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
	t.Run("not kept", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-50", "T8-4.4.5.3.1-51")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			_, err := b.deliver(cfg, "one", latency(0))
			require.ErrorIs(t, err, fault.TemporarilyUnreachable)
			require.Equal(t, 500, fault.As(err).Status())
			require.Equal(t, "TEMPORARILY_NOT_REACHABLE", fault.As(err).CauseText())
			require.Zero(t, b.keys("do"))
		})
	})
	t.Run("not kept, but the time is known", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-52")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			at := time.Now().Add(time.Hour).Truncate(time.Second)
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(at), nil }
			_, err := b.deliver(cfg, "one", latency(0))
			require.ErrorIs(t, err, fault.TemporarilyUnreachable)
			require.True(t, at.Equal(fault.As(err).RetryAt))
		})
	})
	t.Run("uplink data is a sign", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-62", "T8-4.4.5.3.1-61")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			d := b.buffer(cfg, "one")
			_, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("new")})
			require.NoError(t, err)
			b.mme = nil
			b.left()
			b.asks(diameter.Success, odr("up"))
			require.Equal(t, []string{"POST " + dest1, "ANSWER", "TDR mme1.example new"}, b.left())
		})
	})
	t.Run("a new serving node is a sign", func(t *testing.T) {
		covers(t, "29128-5.7.3-24")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			b.buffer(cfg, "one")
			b.mme = nil
			b.left()
			b.asks(diameter.Success, cmr(t6a.ConnectionActionUpdate, func(c *t6a.CMR) { c.OriginHost = mme2ID.Host }))
			require.Equal(t, []string{"ANSWER", "TDR mme2.example one"}, b.left())
			require.Equal(t, mme2ID.Host, b.tdrs[1].DestinationHost)
		})
	})
	t.Run("still asleep", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			b.buffer(cfg, "one")
			b.buffer(cfg, "two")
			b.wake()
			require.Equal(t, []string{"one", "one"}, b.sent(), "one attempt tells for all")
			b.mme = nil
			b.wake()
			require.Equal(t, []string{"one", "one", "one", "two"}, b.sent())
		})
	})
}

func TestPriority(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.buffer(cfg, "low", priority(-1))
		b.buffer(cfg, "first")
		b.buffer(cfg, "high", priority(7))
		b.buffer(cfg, "second")
		b.attach()
		require.Equal(t, []string{"high", "first", "second", "low"}, b.sent())
	})
}

func TestMaximumLatency(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-65")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		d := b.buffer(cfg, "x", latency(time.Minute))
		b.sleep(59 * time.Second)
		require.Empty(t, b.notified("deliveryStatus"))
		b.sleep(time.Second)
		require.Equal(t, []string{"FAILURE_TIMEOUT"}, b.notified("deliveryStatus"))
		b.attach()
		require.Empty(t, b.sent(), "expired data is not sent")
		_, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("y")})
		require.ErrorIs(t, err, fault.Timeout)
		require.Equal(t, 500, fault.As(err).Status())

		b.prof.LatencyLimit = time.Minute
		b.detach()
		b.restart()
		b.buffer(cfg, "x", latency(time.Hour))
		b.sleep(time.Minute)
		require.Len(t, b.notified("deliveryStatus"), 2, "policy limits the latency")
	})
}

func TestTDAResults(t *testing.T) {
	for _, c := range []struct {
		name   string
		mme    func(*t6a.TDR) (*t6a.TDA, error)
		want   fault.Code
		cause  string
		covers string
	}{
		{"no answer", noAnswer[t6a.TDR, t6a.TDA], fault.Timeout, "TIMEOUT", "T8-4.4.5.3.1-43"},
		{"no peer", noPeer[t6a.TDR, t6a.TDA], fault.NextHop, "NEXT_HOP", "T8-4.4.5.3.1-44"},
		{"throttled", throttled[t6a.TDR, t6a.TDA], fault.NextHop, "NEXT_HOP", "T8-4.4.5.3.1-44"},
		{"unreachable", result(diameter.ErrorUnreachableUser), fault.NextHop, "NEXT_HOP", "T8-4.4.5.3.1-44"},
		{"unable to comply", result(diameter.UnableToComply), fault.NextHop, "NEXT_HOP", "T8-4.4.5.3.1-44"},
		{"agent cannot deliver", result(diameter.UnableToDeliver), fault.NextHop, "NEXT_HOP", "T8-4.4.5.3.1-44"},
	} {
		t.Run(c.name, func(t *testing.T) {
			covers(t, c.covers)
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				b.attach()
				b.mme = c.mme
				_, err := b.deliver(cfg, "x")
				require.ErrorIs(t, err, c.want)
				require.Equal(t, 500, fault.As(err).Status())
				require.Equal(t, c.cause, fault.As(err).CauseText())
				require.Zero(t, b.keys("do"))
			})
		})
	}
	t.Run("the MME lost the bearer", func(t *testing.T) {
		for _, r := range []diameter.Result{diameter.ErrorUserUnknown, diameter.ErrorInvalidEPSBearer} {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				b.attach()
				b.mme = result(r)
				d, err := b.deliver(cfg, "x")
				require.NoError(t, err)
				require.Equal(t, t8.DeliveryBuffering, d.DeliveryStatus, "as without PDN connection")
				b.mme = nil
				b.asks(diameter.ErrorInvalidEPSBearer, odr("up"))
				b.attach()
				require.Equal(t, []string{"x", "x"}, b.sent())
			})
		}
	})
}

func TestStoredResults(t *testing.T) {
	for _, c := range []struct {
		name   string
		mme    func(*t6a.TDR) (*t6a.TDA, error)
		status string
		want   fault.Code
		rows   []string
	}{
		{"delivered", nil, "SUCCESS_NEXT_HOP_UNACKNOWLEDGED", fault.AlreadyDelivered,
			[]string{"T8-4.4.5.3.1-64", "T8-4.4.5.3.1-77", "T8-4.4.5.3.1-86", "T8-4.4.5.3.1-91"}},
		{"no answer", noAnswer[t6a.TDR, t6a.TDA], "FAILURE_TIMEOUT", fault.Timeout, []string{"T8-4.4.5.3.1-65", "T8-4.4.5.3.1-78", "T8-4.4.5.3.1-91"}},
		{"refused", result(diameter.ErrorUnreachableUser), "FAILURE_NEXT_HOP", fault.NextHop,
			[]string{"T8-4.4.5.3.1-66", "T8-4.4.5.3.1-79", "T8-4.4.5.3.1-91"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			covers(t, append(c.rows, "T8-4.4.5.3.1-89", "T8-4.4.5.3.1-90", "KAURI-13")...)
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				d := b.buffer(cfg, "x")
				b.mme = c.mme
				b.attach()
				require.Equal(t, []string{"x"}, b.sent())
				require.Equal(t, []string{c.status}, b.notified("deliveryStatus"))
				_, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("y")})
				require.ErrorIs(t, err, c.want)
				_, err = b.p.ModifyDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransferPatch{Priority: t8.Set(1)})
				require.ErrorIs(t, err, c.want)
				err = b.p.CancelDelivery(t.Context(), as1, cfg, d)
				require.ErrorIs(t, err, c.want)
				_, err = b.p.Delivery(t.Context(), as1, cfg, d)
				require.ErrorIs(t, err, fault.NotFound)

				b.sleep(time.Hour + time.Second)
				require.Zero(t, b.keys("o"), "outcomes are forgotten in time")
				err = b.p.CancelDelivery(t.Context(), as1, cfg, d)
				require.ErrorIs(t, err, fault.NotFound)
			})
		})
	}
	for name, unsent := range map[string]func(*t6a.TDR) (*t6a.TDA, error){
		"no peer: tried again": noPeer[t6a.TDR, t6a.TDA], "throttled: tried again": throttled[t6a.TDR, t6a.TDA],
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				d := b.buffer(cfg, "x")
				b.mme = unsent
				b.attach()
				got, err := b.p.Delivery(t.Context(), as1, cfg, d)
				require.NoError(t, err)
				require.Equal(t, t8.DeliveryBuffering, got.DeliveryStatus)
				b.mme = nil
				b.sleep(10 * time.Second)
				require.Equal(t, []string{"x", "x"}, b.sent())
				require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
			})
		})
	}
}

func TestReplacePatchCancel(t *testing.T) {
	transfer := func(data string) *t8.NIDDDownlinkDataTransfer {
		return &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte(data)}
	}
	t.Run("PUT", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-56", "T8-4.4.5.3.1-57", "T8-4.4.5.3.1-58", "T8-4.4.5.3.1-60")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			d := b.buffer(cfg, "old", priority(3))
			other := transfer("evil")
			other.ExternalID = "other@example.com"
			_, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, d, other)
			require.ErrorIs(t, err, fault.InvalidParameter)
			_, err = b.p.ReplaceDelivery(t.Context(), as1, cfg, d, transfer(strings.Repeat("x", 2000)))
			require.ErrorIs(t, err, fault.DataTooLarge)
			got, err := b.p.Delivery(t.Context(), as1, cfg, d)
			require.NoError(t, err)
			require.Equal(t, "old", string(got.Data))
			got, err = b.p.ReplaceDelivery(t.Context(), as1, cfg, d, transfer("new"))
			require.NoError(t, err)
			require.Equal(t, "new", string(got.Data))
			require.Nil(t, got.Priority)
			require.Empty(t, b.sent())
			b.attach()
			require.Equal(t, []string{"new"}, b.sent())
		})
	})
	t.Run("PATCH", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-70", "T8-4.4.5.3.1-71", "T8-4.4.5.3.1-73")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			d := b.buffer(cfg, "old", priority(3), latency(time.Hour))
			got, err := b.p.ModifyDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransferPatch{Data: t8.Set([]byte("new"))})
			require.NoError(t, err)
			require.Equal(t, "new", string(got.Data))
			require.Equal(t, 3, *got.Priority)
			require.Equal(t, time.Hour, got.MaximumLatency.Duration())
			b.attach()
			require.Equal(t, []string{"new"}, b.sent())
		})
	})
	t.Run("a patched delivery to a sleeping UE", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-74", "T8-4.4.5.3.1-75")
		for _, sign := range []func(b *bench){(*bench).wake, func(b *bench) { b.asks(diameter.Success, odr("up")) }} {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				b.attach()
				b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
				d := b.buffer(cfg, "old")
				_, err := b.p.ModifyDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransferPatch{Data: t8.Set([]byte("new"))})
				require.NoError(t, err)
				b.mme = nil
				sign(b)
				require.Equal(t, []string{"old", "new"}, b.sent())
			})
		}
	})
	t.Run("DELETE", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-82", "T8-4.4.5.3.1-83", "T8-4.4.5.3.1-85")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			d := b.buffer(cfg, "x")
			require.NoError(t, b.p.CancelDelivery(t.Context(), as1, cfg, d))
			_, err := b.p.Delivery(t.Context(), as1, cfg, d)
			require.ErrorIs(t, err, fault.NotFound)
			b.attach()
			require.Empty(t, b.sent())
			require.Empty(t, b.notified("deliveryStatus"))
			require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, d), fault.NotFound)
			require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, "never"), fault.NotFound)
			require.ErrorIs(t, b.p.CancelDelivery(t.Context(), "as2", cfg, d), fault.NotFound)
		})
	})
	t.Run("while it is being sent", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-63", "T8-4.4.5.3.1-76", "T8-4.4.5.3.1-87")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			d := b.buffer(cfg, "x")
			answer := make(chan struct{})
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { <-answer; return nil, nil }
			b.attach()
			_, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, d, transfer("y"))
			require.ErrorIs(t, err, fault.Sending)
			require.Equal(t, 409, fault.As(err).Status())
			require.Equal(t, "SENDING", fault.As(err).CauseText())
			_, err = b.p.ModifyDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransferPatch{Priority: t8.Set(1)})
			require.ErrorIs(t, err, fault.Sending)
			require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, d), fault.Sending)
			got, err := b.p.Delivery(t.Context(), as1, cfg, d)
			require.NoError(t, err)
			require.Equal(t, t8.DeliverySending, got.DeliveryStatus)
			close(answer)
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
	t.Run("without the features", func(t *testing.T) {
		covers(t, "T8-4.4.5.3.1-67", "T8-4.4.5.3.1-80", "T8-4.4.5.3.1-88")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(func(c *t8.NIDDConfiguration) { c.SupportedFeatures = "0" })
			d := b.buffer(cfg, "x")
			_, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, d, transfer("y"))
			require.ErrorIs(t, err, fault.OperationProhibited)
			_, err = b.p.ModifyDelivery(t.Context(), as1, cfg, d, &t8.NIDDDownlinkDataTransferPatch{Data: t8.Set([]byte("y"))})
			require.ErrorIs(t, err, fault.OperationProhibited)
			require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, d), fault.OperationProhibited)
			b.attach()
			require.Equal(t, []string{"x"}, b.sent())
		})
	})
	t.Run("204 by policy", func(t *testing.T) {
		covers(t, "T8-4.4.1-02", "T8-4.4.5.2.1-43")
		run(t, func(t *testing.T, b *bench) {
			b.prof.NoContent = true
			b.restart()
			cfg := b.configure()
			d := b.buffer(cfg, "x")
			got, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, d, transfer("y"))
			require.NoError(t, err)
			require.Nil(t, got)
			c, err := b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{ReliableDataService: t8.Set(true)})
			require.NoError(t, err)
			require.Nil(t, c)
			require.NoError(t, b.p.CancelDelivery(t.Context(), as1, cfg, d))
		})
	})
}

// TestRestart checks that stored data survives the loss of the process at each point, and that a TDR whose answer was
// lost is repeated as the same request.
func TestRestart(t *testing.T) {
	t.Run("waiting", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.buffer(cfg, "x")
			b.restart()
			b.attach()
			require.Equal(t, []string{"x"}, b.sent())
			require.Len(t, b.notified("deliveryStatus"), 1)
		})
	})
	t.Run("asleep", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			at := time.Now().Add(time.Hour).Truncate(time.Second)
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(at), nil }
			b.buffer(cfg, "x")
			b.mme = nil
			b.stop()
			b.sleep(2 * time.Hour) // the time passes while the SCEF is down
			b.start()
			synctest.Wait()
			require.Equal(t, []string{"x", "x"}, b.sent())
		})
	})
	t.Run("sending", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.buffer(cfg, "x")
			sent := make(chan struct{})
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { // the answer is lost with the process
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
			b.sleep(0) // the Procedure is closing now
			close(sent)
			<-stopped
			b.start()
			b.sleep(time.Minute)
			require.Equal(t, []string{"x", "x"}, b.sent())
			require.Equal(t, b.raw[0].EndToEnd, b.raw[1].EndToEnd)
			require.Zero(t, b.raw[0].Flags&diameter.FlagRetransmitted)
			require.NotZero(t, b.raw[1].Flags&diameter.FlagRetransmitted)
			require.Equal(t, b.tdrs[0].SessionID, b.tdrs[1].SessionID)
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
	t.Run("woken, but not sent", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			b.buffer(cfg, "x")
			b.mme = nil
			req, err := diameter.NewRequest(cmr(t6a.ConnectionActionUpdate, reachable))
			require.NoError(t, err)
			ans, _ := b.p.T6a().HandleDiameter(t.Context(), mmeID, req) // the process ends before what comes then
			require.NotNil(t, ans)
			b.restart()
			b.sleep(time.Minute)
			require.Equal(t, []string{"x", "x"}, b.sent())
		})
	})
}

// TestSignOvertakesAnswer checks that a UE which wakes between its TDA and what the SCEF makes of it is not forgotten.
func TestSignOvertakesAnswer(t *testing.T) {
	overtaken := func(sign func(), r diameter.Result) func(*t6a.TDR) (*t6a.TDA, error) {
		first := true
		return func(*t6a.TDR) (*t6a.TDA, error) {
			if !first {
				return nil, nil
			}
			first = false
			sign()
			return &t6a.TDA{Result: r}, nil
		}
	}
	t.Run("new data", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = overtaken(func() { b.tell(cmr(t6a.ConnectionActionUpdate, reachable)) }, diameter.ErrorUserTemporarilyUnreachable)
			b.buffer(cfg, "x")
			b.sleep(0)
			require.Equal(t, []string{"x", "x"}, b.sent())
			require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	})
	t.Run("stored data", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.buffer(b.configure(), "x")
			b.mme = overtaken(func() { b.tell(cmr(t6a.ConnectionActionUpdate, reachable)) }, diameter.ErrorUserTemporarilyUnreachable)
			b.attach()
			b.sleep(0)
			require.Equal(t, []string{"x", "x"}, b.sent())
		})
	})
	t.Run("a new connection", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			b.mme = overtaken(func() { b.tell(cmr(t6a.ConnectionActionEstablishment)) }, diameter.ErrorInvalidEPSBearer)
			d, err := b.deliver(cfg, "x")
			require.NoError(t, err)
			b.sleep(time.Minute)
			require.Equal(t, []string{"x", "x"}, b.sent(), "%+v", d)
		})
	})
}

// TestOneTDRAtATime checks that data for a UE to which a TDR is under way waits for its answer, but not for ever.
func TestOneTDRAtATime(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		answer := make(chan struct{})
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { <-answer; return nil, nil }
		done := make(chan error, 3)
		post := func(data string) {
			go func() {
				_, err := b.deliver(cfg, data)
				done <- err
			}()
			b.sleep(0)
		}
		post("one")
		post("two")
		require.Equal(t, []string{"one"}, b.sent())
		b.sleep(10 * time.Second)
		require.ErrorIs(t, <-done, fault.Unavailable, "it waits no longer than for an answer")
		post("three")
		close(answer)
		require.NoError(t, <-done)
		require.NoError(t, <-done)
		require.Equal(t, []string{"one", "three"}, b.sent())
	})
}

// TestDeadMME checks that UEs of an MME that does not answer hold up no others.
func TestDeadMME(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.opts.Lanes = 1
		b.restart()
		cfg := b.configure()
		b.buffer(cfg, "x")
		block := make(chan struct{})
		b.mme = func(c *t6a.TDR) (*t6a.TDA, error) {
			if c.DestinationHost == mmeID.Host {
				<-block
			}
			return nil, nil
		}
		b.attach()
		b.asks(diameter.Success, cmr(t6a.ConnectionActionUpdate, func(c *t6a.CMR) { c.OriginHost = mme2ID.Host }))
		require.Equal(t, []string{"x"}, b.sent())
		close(block)
		synctest.Wait()
	})
}

// TestAvailabilityTime wakes UEs while the only lane to their MME is busy: those that will soon be gone go first.
func TestAvailabilityTime(t *testing.T) {
	covers(t, "29128-5.7.1-15")
	run(t, func(t *testing.T, b *bench) {
		b.opts.Lanes = 1
		b.restart()
		ue := func(n int) string { return fmt.Sprintf("00101%010d", n) }
		attach := func(n int, change ...func(*t6a.CMR)) *t6a.CMR {
			return cmr(establish, append(change, func(c *t6a.CMR) { c.UserIdentifier.UserName = ue(n) })...)
		}
		wake := func(n int, until time.Duration) {
			b.tell(cmr(update, reachable, func(c *t6a.CMR) {
				c.UserIdentifier.UserName = ue(n)
				if until != 0 {
					c.MaximumUEAvailabilityTime = time.Now().Add(until)
				}
			}))
		}
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		for n := range 7 {
			ext := id.ExternalID(fmt.Sprintf("m%d@example.com", n))
			b.hss = hssOf(ue(n), ext)
			cfg := b.configure(func(c *t8.NIDDConfiguration) { c.ExternalID = ext })
			b.asks(diameter.Success, attach(n))
			b.buffer(cfg, fmt.Sprint(n), func(d *t8.NIDDDownlinkDataTransfer) { d.ExternalID = ext })
		}
		b.tdrs = nil
		answer := make(chan struct{})
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { <-answer; return nil, nil }
		wake(0, 0)
		synctest.Wait()
		wake(1, 0)
		wake(2, time.Minute)
		wake(3, 10*time.Second)
		wake(4, time.Minute)
		wake(5, 0)
		wake(1, 5*time.Second) // it says more than before
		wake(6, 20*time.Second)
		wake(6, 20*time.Second)
		close(answer)
		synctest.Wait()
		require.Equal(t, []string{"0", "1", "3", "6", "2", "4", "5"}, b.sent())
	})
}
