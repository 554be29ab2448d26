package nidd_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// quotaScopes are the ways to set a quota.
var quotaScopes = map[string]func(*bench, policy.Quota){
	"SCS/AS": func(b *bench, q policy.Quota) { b.prof.Quota = q; b.reload() },
	"UE":     func(b *bench, q policy.Quota) { b.prof.UEQuota = q; b.reload() },
	"APN":    func(b *bench, q policy.Quota) { b.limitAPN(policy.APN{Quota: q}) },
}

// secondUE configures UE 2 for the SCS/AS, attaches it and returns how to send to it.
func (b *bench) secondUE(as id.SCSASID) (deliver func(data string) error) {
	b.t.Helper()
	const ue, ext = "001010000000002", id.ExternalID("meter2@example.com")
	hss := b.hss
	b.hss = hssOf(ue, ext)
	got, err := b.p.CreateConfiguration(b.t.Context(), as, &t8.NIDDConfiguration{ExternalID: ext, NotificationDestination: dest1})
	require.NoError(b.t, err)
	b.hss = hss
	b.asks(diameter.Success, cmr(establish, func(c *t6a.CMR) { c.UserIdentifier.UserName = ue }))
	_, cfg, ok := t8.ParseNIDDConfigurationURI(got.Self)
	require.True(b.t, ok)
	return func(data string) error {
		_, err := b.p.CreateDelivery(b.t.Context(), as, cfg, &t8.NIDDDownlinkDataTransfer{ExternalID: ext, Data: []byte(data)})
		return err
	}
}

// TestQuotaOfMessages uses up a quota, which is that of an SCS/AS, of a UE, or of an APN.
func TestQuotaOfMessages(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-32", "T8-4.4.5.3.1-38")
	for name, set := range quotaScopes {
		for what, q := range map[string]policy.Quota{
			"messages":           {Messages: 3, Period: time.Hour},
			"octets":             {Octets: 8, Period: time.Hour},
			"messages in a day":  {Messages: 3},
			"messages or octets": {Messages: 3, Octets: 100, Period: time.Hour},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				run(t, func(t *testing.T, b *bench) {
					var stopped []string
					b.opts.Trace = &nidd.Trace{Limited: func(_ id.SCSASID, _ id.APN, limit string, _ bool) { stopped = append(stopped, limit) }}
					b.restart()
					set(b, q)
					period := q.Period
					if period == 0 {
						period = 24 * time.Hour
					}
					cfg := b.configure()
					b.attach()
					second, other := b.secondUE(as1), error(nil)
					for range 2 {
						begin := time.Now()
						_, err := b.deliver(cfg, "five5")
						require.NoError(t, err)
						_, err = b.deliver(cfg, "x")
						require.NoError(t, err)
						_, err = b.deliver(cfg, "yy")
						require.NoError(t, err)
						require.True(t, begin.Add(period).Equal(b.refuses(cfg, fault.QuotaExceeded)))
						if other = second("beyond"); name == "UE" {
							require.NoError(t, other)
						} else {
							require.ErrorIs(t, other, fault.QuotaExceeded)
						}
						b.sleep(period)
					}
					require.Contains(t, stopped, "quota")
				})
			})
		}
	}
}

// TestQuotasDoNotMeet uses up the quota of one SCS/AS.
func TestQuotasDoNotMeet(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.Quota.Messages = 1
		b.reload()
		cfg := b.configure()
		b.attach()
		b.delivers(cfg, 1, fault.QuotaExceeded)
		require.NoError(t, b.secondUE("as2")("x"))
	})
}

// TestQuotaIsGivenBack has messages that end before anything was done for them.
func TestQuotaIsGivenBack(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.Quota.Messages = 1
		b.prof.UEQuota = policy.Quota{Messages: 1, Octets: 6}
		b.limitAPN(policy.APN{Quota: policy.Quota{Messages: 1}, Rates: policy.APNRates{Downlink: policy.Rate{Messages: 0, Unit: policy.PerHour}}})
		cfg := b.configure()
		for range 3 {
			b.refuses(cfg, fault.RateLimited)
		}
		b.limitAPN(policy.APN{Quota: policy.Quota{Messages: 1}})
		for range 3 {
			_, err := b.deliver(cfg, "x", option(t8.IndicateError))
			require.ErrorIs(t, err, fault.NoPDNConnection)
		}
		b.attach()
		_, err := b.deliver(cfg, "seven 7")
		require.ErrorIs(t, err, fault.QuotaExceeded, "too many octets")
		b.delivers(cfg, 1, fault.QuotaExceeded)
	})
}

// TestStoredQuota fills what may be stored.
func TestStoredQuota(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-33", "T8-4.4.5.3.1-36", "T8-4.4.5.3.1-38")
	for name, set := range quotaScopes {
		for what, q := range map[string]policy.Quota{"deliveries": {Stored: 40}, "octets": {StoredOctets: 49}, "both": {Stored: 40, StoredOctets: 49}} {
			t.Run(name+"/"+what, func(t *testing.T) {
				run(t, func(t *testing.T, b *bench) {
					set(b, q)
					cfg := b.configure()
					var ids []string
					for range 40 {
						ids = append(ids, b.buffer(cfg, "x"))
					}
					_, err := b.deliver(cfg, "ten octets")
					require.ErrorIs(t, err, fault.QuotaExceeded)
					f := fault.As(err)
					require.Equal(t, 403, f.Status())
					b.sleep(time.Minute)
					kept := b.keys("dotq")
					_, err = b.deliver(cfg, "ten octets")
					require.ErrorIs(t, err, fault.QuotaExceeded)
					require.Equal(t, kept, b.keys("dotq"))
					require.NoError(t, b.p.CancelDelivery(t.Context(), as1, cfg, ids[0]))
					b.buffer(cfg, "y")

					if q.StoredOctets != 0 { // a PUT makes it longer
						put := func(data string) error {
							_, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, ids[1], &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte(data)})
							return err
						}
						require.NoError(t, put("0123456789")) // 49
						require.ErrorIs(t, put("0123456789a"), fault.QuotaExceeded)
						got, err := b.p.Delivery(t.Context(), as1, cfg, ids[1])
						require.NoError(t, err)
						require.Equal(t, "0123456789", string(got.Data))
						require.NoError(t, b.p.CancelDelivery(t.Context(), as1, cfg, ids[3]))
						_, err = b.deliver(cfg, "ab")
						require.ErrorIs(t, err, fault.QuotaExceeded)
						require.NoError(t, put("012345678"))
						b.buffer(cfg, "ab")
					}
					b.attach()
					b.sleep(time.Minute)
					require.Zero(t, b.keys("dq"), "nothing is stored, and nothing is counted")
				})
			})
		}
	}
}

// TestFullBufferOfSleepingUE finds out by the TDR that the UE sleeps, when nothing more may be stored.
func TestFullBufferOfSleepingUE(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.Quota.Stored = 1
		b.reload()
		cfg := b.configure()
		b.attach()
		second := b.secondUE(as1)
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Now().Add(time.Hour)), nil }
		b.buffer(cfg, "kept")
		err := second("asked")
		require.ErrorIs(t, err, fault.TemporarilyUnreachable, "the UE was asked, so the quota did not refuse the request")
		require.WithinDuration(t, time.Now().Add(time.Hour), fault.As(err).RetryAt, time.Second)
		require.Equal(t, 1, b.keys("d"))
		b.mme = result(diameter.ErrorUserUnknown)
		require.ErrorIs(t, second("asked"), fault.NoPDNConnection)
		sent := len(b.sent())
		require.ErrorIs(t, second("refused"), fault.QuotaExceeded)
		require.Len(t, b.sent(), sent)
		require.Equal(t, 1, b.keys("d"))
	})
}

func TestFullBufferAfterTrigger(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.Quota.Stored = 1
		b.opts.Trigger = new(trigger)
		b.restart()
		cfg := b.configure()
		b.buffer(cfg, "kept")
		_, err := b.deliver(cfg, "x", option(t8.SendTrigger))
		require.ErrorIs(t, err, fault.Triggered)
		require.Equal(t, 1, b.keys("d"))
	})
}

// TestPriorityDecidesWhatIsStored fills the buffer of a UE: only data of higher priority takes the place of other data.
func TestPriorityDecidesWhatIsStored(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.UEQuota = policy.Quota{Stored: 4}
		b.prof.Quota = policy.Quota{Stored: 4}
		b.reload()
		cfg := b.configure()
		low1 := b.buffer(cfg, "low1", priority(1))
		mid := b.buffer(cfg, "mid", priority(2))
		low2 := b.buffer(cfg, "low2", priority(1))
		b.buffer(cfg, "high", priority(3))
		b.refuses(cfg, fault.QuotaExceeded)
		_, err := b.deliver(cfg, "as low", priority(1))
		require.ErrorIs(t, err, fault.QuotaExceeded)

		b.buffer(cfg, "first", priority(9))
		require.Equal(t, []string{"FAILURE"}, b.notified("deliveryStatus"), "the youngest of the lowest goes")
		require.True(t, strings.HasSuffix(b.notified("niddDownlinkDataTransfer")[0], low2))
		require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, low2), fault.NotFound)
		b.buffer(cfg, "second", priority(9))
		require.True(t, strings.HasSuffix(b.notified("niddDownlinkDataTransfer")[1], low1))
		b.buffer(cfg, "third", priority(2+1))
		require.True(t, strings.HasSuffix(b.notified("niddDownlinkDataTransfer")[2], mid))
		b.refuses(cfg, fault.QuotaExceeded)
		b.attach()
		require.Equal(t, []string{"first", "second", "high", "third"}, b.sent())
		b.sleep(time.Minute)
		require.Len(t, b.notified("deliveryStatus"), 3+4, "each has one outcome")
		require.Zero(t, b.keys("dq"))
	})
}

// TestDisplacedOctets needs the room of several deliveries.
func TestDisplacedOctets(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.UEQuota = policy.Quota{StoredOctets: 20}
		b.reload()
		cfg := b.configure()
		b.buffer(cfg, "0123456789", priority(5))
		b.buffer(cfg, "01234", priority(2))
		b.buffer(cfg, "56789", priority(2))
		_, err := b.deliver(cfg, "0123456789ab", priority(5))
		require.ErrorIs(t, err, fault.QuotaExceeded)
		require.Empty(t, b.notified("deliveryStatus"), "nothing goes in vain")
		b.buffer(cfg, "abcde", priority(3))
		require.Len(t, b.notified("deliveryStatus"), 1)
		b.buffer(cfg, "0123456789", priority(4))
		require.Len(t, b.notified("deliveryStatus"), 3)
	})
}

// TestOtherSCSASIsNotDisplaced shares a UE by two SCS/AS on two APNs.
func TestOtherSCSASIsNotDisplaced(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.prof.UEQuota.Stored = 1
		b.reload()
		cfg := b.configure()
		b.buffer(cfg, "of as1")
		b.prof.APN = "other.example"
		b.reload()
		got, err := b.p.CreateConfiguration(t.Context(), "as2", &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1})
		require.NoError(t, err)
		_, other, _ := t8.ParseNIDDConfigurationURI(got.Self)
		for n := range 2 {
			_, err := b.p.CreateDelivery(t.Context(), "as2", other, &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("x"), Priority: new(n + 1)})
			require.NoError(t, err)
		}
		synctest.Wait()
		require.Len(t, b.notes, 1)
		require.Contains(t, b.notified("niddDownlinkDataTransfer")[0], "/as2/", "its own data goes")
		require.Equal(t, 2, b.keys("d"))
	})
}

// TestFirstDataBeyondQuota sends data with the configuration, which is created all the same.
func TestFirstDataBeyondQuota(t *testing.T) {
	first := func(c *t8.NIDDConfiguration) {
		c.DownlinkDataTransfers = []t8.NIDDDownlinkDataTransfer{{ExternalID: ext1, Data: []byte("first")}}
	}
	for name, set := range map[string]func(*bench){
		"octets":        func(b *bench) { b.prof.Quota.Octets = 4 },
		"stored octets": func(b *bench) { b.prof.UEQuota.StoredOctets = 4 },
		"stored":        func(b *bench) { b.apns = map[id.APN]policy.APN{apn1: {Quota: policy.Quota{StoredOctets: 1}}} },
		"rate": func(b *bench) {
			b.apns = map[id.APN]policy.APN{apn1: {Rates: policy.APNRates{Downlink: perHour(0)}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				set(b)
				b.reload()
				b.configure(first)
				require.Equal(t, []string{"FAILURE"}, b.notified("deliveryStatus"))
				require.Zero(t, b.keys("dq"))
				b.attach()
				require.Empty(t, b.sent())
			})
		})
	}
	t.Run("counts", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.prof.Quota.Messages = 2
			b.reload()
			cfg := b.configure(first)
			b.attach()
			b.delivers(cfg, 1, fault.QuotaExceeded)
		})
	})
}

// TestStoredQuotaHolds stores for many UEs at once, with transactions that conflict: the quota holds to the last one.
func TestStoredQuotaHolds(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		const ues, quota = 300, 150
		b.prof.Quota.Stored = quota
		b.reload()
		var cfgs [ues]string
		var exts [ues]id.ExternalID
		for i := range ues {
			exts[i] = id.ExternalID(fmt.Sprintf("m%d@example.com", i))
			b.hss = hssOf(fmt.Sprintf("00101%010d", i), exts[i])
			cfgs[i] = b.configure(func(c *t8.NIDDConfiguration) { c.ExternalID = exts[i] })
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		kept, refused := 0, 0
		for i := range ues {
			wg.Go(func() {
				_, err := b.p.CreateDelivery(t.Context(), as1, cfgs[i], &t8.NIDDDownlinkDataTransfer{ExternalID: exts[i], Data: []byte("x")})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					kept++
				case errors.Is(err, fault.QuotaExceeded):
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, quota, kept)
		require.Equal(t, ues-quota, refused)
		require.Equal(t, quota, b.keys("d"))
		for i := range ues {
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfgs[i]))
		}
		require.Zero(t, b.keys("dq"))
	})
}
