package nidd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t6a"
)

// TestRateStatusAtRelease spends a part of each allowance: the MME is told what is left.
func TestRateStatusAtRelease(t *testing.T) {
	covers(t, "29128-5.7.1-27")
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{
			Uplink: perHour(1), Downlink: policy.Rate{Messages: 5, Unit: policy.PerDay}, ExceptionReports: true, Exception: perHour(3),
		}})
		cfg := b.configure()
		require.Nil(t, decodeCMA(t, b.asks(diameter.Success, cmr(establish))).APNRateControlStatus)
		b.sleep(time.Minute)
		begin := time.Now()
		_, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		b.sleep(time.Minute)
		b.asks(diameter.Success, odr("up"))
		b.asks(diameter.Success, odr("up", exception))
		require.Nil(t, decodeCMA(t, b.asks(diameter.Success, cmr(update))).APNRateControlStatus, "only a release ends what is counted")
		st := decodeCMA(t, b.asks(diameter.Success, cmr(release))).APNRateControlStatus
		require.NotNil(t, st)
		require.EqualValues(t, 4, *st.DownlinkNumberOfPacketsAllowed)
		require.EqualValues(t, 0, *st.UplinkNumberOfPacketsAllowed)
		require.EqualValues(t, 2, *st.NumberOfAdditionalExceptionReports)
		require.WithinDuration(t, begin.Add(time.Minute+time.Hour), t6a.ParseValidityTime(*st.APNRateControlStatusValidityTime), 0)
	})
	t.Run("no limit", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure()
			b.attach()
			_, err := b.deliver(cfg, "x")
			require.NoError(t, err)
			require.Nil(t, decodeCMA(t, b.asks(diameter.Success, cmr(release))).APNRateControlStatus)
			require.Zero(t, b.keys("w"))
		})
	})
	t.Run("nothing spent", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(1)}})
			b.configure()
			b.attach()
			require.Nil(t, decodeCMA(t, b.asks(diameter.Success, cmr(release))).APNRateControlStatus)
			require.Zero(t, b.keys("w"))
		})
	})
}

// TestRatesOutlastTheConnection detaches and attaches, at a process that counted nothing itself.
func TestRatesOutlastTheConnection(t *testing.T) {
	ends := map[string]func(*bench, string){
		"the MME releases": func(b *bench, _ string) { b.detach() },
		"the MME forgot it": func(b *bench, cfg string) {
			b.mme = result(diameter.ErrorUserUnknown)
			_, err := b.deliver(cfg, "gone", latency(0))
			require.ErrorIs(b.t, err, fault.NoPDNConnection)
			b.mme = nil
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.limitAPN(policy.APN{Rates: policy.APNRates{
					Uplink: policy.Rate{Messages: 2, Unit: policy.PerDay}, Downlink: perHour(3), TellRemainder: true,
				}})
				cfg := b.configure()
				b.attach()
				begin := time.Now()
				_, err := b.deliver(cfg, "x")
				require.NoError(t, err)
				b.asks(diameter.Success, odr("up"))
				b.sleep(time.Minute)
				end(b, cfg)
				require.Equal(t, 1, b.keys("w"))
				b.restart()
				b.sleep(time.Minute)
				cma := decodeCMA(t, b.asks(diameter.Success, cmr(establish, pco(t, t6a.ContainerAPNRateControl))))
				require.Equal(t, map[t6a.ContainerID]any{
					t6a.ContainerAPNRateControl:        t6a.APNRateControl{Unit: t6a.RatePerDay, MaxUplink: 2},
					t6a.ContainerInitialAPNRateControl: t6a.APNRateControl{Unit: t6a.RatePerDay, MaxUplink: 1},
				}, rates(t, cma.ExtendedPCO))
				require.Zero(t, b.keys("w"))
				b.asks(diameter.Success, odr("up"))
				b.asks(diameter.TooBusy, odr("up"))
				require.True(t, begin.Add(time.Hour).Equal(b.delivers(cfg, 2, fault.RateLimited)))
				b.sleep(time.Hour)
				b.delivers(cfg, 3, fault.RateLimited)
				b.asks(diameter.TooBusy, odr("up"))
			})
		})
	}
}

// TestKeptRatesAreSwept lets the last window end while the UE is away.
func TestKeptRatesAreSwept(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: policy.Rate{Messages: 2, Unit: policy.PerDay}, Downlink: perHour(3)}})
		cfg := b.configure()
		b.attach()
		_, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		b.asks(diameter.Success, odr("up"))
		b.detach()
		timers := b.keys("t")
		b.sleep(24*time.Hour - 1)
		require.Equal(t, 1, b.keys("w"))
		b.sleep(time.Second)
		require.Zero(t, b.keys("w"))
		require.Less(t, b.keys("t"), timers)
	})
}

// TestRateStatusFromMME has an MME hand back what an SCEF that lost its records had told it.
func TestRateStatusFromMME(t *testing.T) {
	covers(t, "29128-5.7.1-22")
	status := func(left uint32, until time.Time) func(*t6a.CMR) {
		validity, err := t6a.ValidityTime(until)
		require.NoError(t, err)
		return func(c *t6a.CMR) {
			c.APNRateControlStatus = &t6a.APNRateControlStatus{
				UplinkNumberOfPacketsAllowed: &left, DownlinkNumberOfPacketsAllowed: &left, APNRateControlStatusValidityTime: &validity,
			}
		}
	}
	start := func(b *bench) string {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(5), Downlink: perHour(5)}})
		return b.configure()
	}
	t.Run("valid", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := start(b)
			until := time.Now().Add(10 * time.Minute)
			b.asks(diameter.Success, cmr(establish, status(1, until)))
			require.WithinDuration(t, until, b.delivers(cfg, 1, fault.RateLimited), time.Microsecond)
			b.asks(diameter.Success, odr("up"))
			b.asks(diameter.TooBusy, odr("up"))
			b.sleep(10*time.Minute + time.Microsecond)
			b.delivers(cfg, 5, fault.RateLimited)
		})
	})
	t.Run("not valid any more", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := start(b)
			b.asks(diameter.Success, cmr(establish, status(1, time.Now())))
			b.delivers(cfg, 5, fault.RateLimited)
		})
	})
	t.Run("without a time", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := start(b)
			b.asks(diameter.Success, cmr(establish, status(1, time.Now().Add(time.Hour)), func(c *t6a.CMR) { c.APNRateControlStatus.APNRateControlStatusValidityTime = nil }))
			b.delivers(cfg, 5, fault.RateLimited)
		})
	})
	t.Run("the SCEF knows better", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := start(b)
			b.attach()
			_, err := b.deliver(cfg, "x")
			require.NoError(t, err)
			b.detach()
			b.restart()
			b.asks(diameter.Success, cmr(establish, status(5, time.Now().Add(time.Hour))))
			b.delivers(cfg, 4, fault.RateLimited)
		})
	})
	t.Run("established anew without a release", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := start(b)
			b.attach()
			b.delivers(cfg, 5, fault.RateLimited)
			b.asks(diameter.Success, cmr(establish, status(5, time.Now().Add(time.Hour))))
			b.refuses(cfg, fault.RateLimited)
		})
	})
}

// TestRatesOfTwoConnections releases one of two connections to an APN: the other goes on with what is counted.
func TestRatesOfTwoConnections(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(2)}})
		b.configure()
		b.attach()
		b.asks(diameter.Success, cmr(establish, bearer(6)))
		b.asks(diameter.Success, odr("up"))
		b.detach()
		require.Zero(t, b.keys("w"))
		six := func(c *t6a.ODR) { c.BearerIdentifier = []byte{6} }
		b.asks(diameter.Success, odr("up", six))
		b.asks(diameter.TooBusy, odr("up", six))
		b.asks(diameter.Success, cmr(release, bearer(6)))
		require.Equal(t, 1, b.keys("w"))
	})
}

// TestMetersForgetAtTheBound has room for few UEs: that is a limit on memory, not on traffic.
func TestMetersForgetAtTheBound(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.opts = nidd.Options{Meters: 1}
		b.restart()
		b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(1)}})
		cfg := b.configure()
		b.attach()
		b.delivers(cfg, 1, fault.RateLimited)
	})
}
