package nidd_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const deciHour = 6 * time.Minute

// serving gives the serving PLMN rate control; a negative number is left out.
func serving(down int) func(*t6a.CMR) {
	return func(c *t6a.CMR) {
		c.ServingPLMNRateControl = &t6a.ServingPLMNRateControl{UplinkRateLimit: new(uint32(100))}
		if down >= 0 {
			c.ServingPLMNRateControl.DownlinkRateLimit = new(uint32(down))
		}
	}
}

// limitAPN sets limits for the APN of UE 1.
func (b *bench) limitAPN(a policy.APN) {
	b.apns = map[id.APN]policy.APN{"IOT.example": a}
	b.reload()
}

func perHour(n uint32) policy.Rate { return policy.Rate{Messages: n, Unit: policy.PerHour} }

// delivers wants n messages to be delivered and one more to be refused by the code, which leaves nothing behind. It returns the
// time until which.
func (b *bench) delivers(cfg string, n int, code fault.Code) time.Time {
	b.t.Helper()
	for i := range n {
		_, err := b.deliver(cfg, fmt.Sprint(i))
		require.NoError(b.t, err, i)
	}
	return b.refuses(cfg, code)
}

// refuses wants one message to be refused by the code, without a TDR, a resource or a notification.
func (b *bench) refuses(cfg string, code fault.Code) time.Time {
	b.t.Helper()
	synctest.Wait()
	sent, kept, notes := len(b.sent()), b.keys("dotq"), len(b.notified("deliveryStatus"))
	_, err := b.deliver(cfg, "beyond")
	require.ErrorIs(b.t, err, code)
	require.Len(b.t, b.sent(), sent)
	require.Equal(b.t, kept, b.keys("dotq"))
	require.Len(b.t, b.notified("deliveryStatus"), notes)
	return fault.As(err).RetryAt
}

// TestServingPLMNRate counts downlink messages in windows of six minutes.
func TestServingPLMNRate(t *testing.T) {
	covers(t, "29128-5.7.3-13", "29128-5.7.3-28", "T8-4.4.5.3.1-32", "T8-4.4.5.3.1-35", "T8-4.4.5.3.1-38")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.asks(diameter.Success, cmr(establish, serving(12)))
		b.sleep(time.Minute)
		begin := time.Now()
		_, err := b.deliver(cfg, "first")
		require.NoError(t, err)
		b.sleep(time.Minute)
		until := b.delivers(cfg, 11, fault.RateLimited)
		require.True(t, begin.Add(deciHour).Equal(until), "%v", until)
		b.sleep(deciHour - time.Minute - 1)
		b.refuses(cfg, fault.RateLimited)
		b.sleep(1)
		b.delivers(cfg, 12, fault.RateLimited)
		for range 20 {
			b.asks(diameter.Success, odr("up"))
		}
	})
}

func TestServingPLMNRateStays(t *testing.T) {
	covers(t, "29128-5.7.3-14", "29128-5.7.3-21", "29128-5.7.3-22")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.asks(diameter.Success, cmr(establish, serving(11)))
		for _, same := range []*t6a.CMR{cmr(establish), cmr(update), cmr(update, serving(-1))} {
			b.asks(diameter.Success, same)
			b.delivers(cfg, 11, fault.RateLimited)
			b.sleep(deciHour)
		}
		b.asks(diameter.Success, cmr(update, serving(13)))
		b.delivers(cfg, 13, fault.RateLimited)
		b.asks(diameter.Success, cmr(update, serving(15)))
		b.delivers(cfg, 2, fault.RateLimited)
		b.restart() // the limit is stored, the count is not
		b.delivers(cfg, 15, fault.RateLimited)
		b.asks(diameter.Success, cmr(update, serving(0)))
		for range 30 {
			_, err := b.deliver(cfg, "x")
			require.NoError(t, err)
		}
	})
}

func TestAPNRateDownlink(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-34", "T8-4.4.5.3.1-38")
	for _, c := range []struct {
		unit policy.RateUnit
		last time.Duration
	}{{policy.PerMinute, time.Minute}, {policy.PerHour, time.Hour}, {policy.PerDay, 24 * time.Hour}, {policy.PerWeek, 7 * 24 * time.Hour}} {
		t.Run(string(c.unit), func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				var stopped []string
				b.opts.Trace = &nidd.Trace{Limited: func(_ id.SCSASID, apn id.APN, limit string, uplink bool) {
					require.EqualValues(t, apn1, apn)
					require.False(t, uplink)
					stopped = append(stopped, limit)
				}}
				b.restart()
				b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: policy.Rate{Messages: 3, Unit: c.unit}}})
				cfg := b.configure()
				b.attach()
				begin := time.Now()
				until := b.delivers(cfg, 3, fault.RateLimited)
				require.True(t, begin.Add(c.last).Equal(until))
				b.sleep(c.last)
				b.delivers(cfg, 3, fault.RateLimited)
				require.Equal(t, []string{"APN rate", "APN rate"}, stopped)
			})
		})
	}
}

// TestTighterLimit has both limits: the one that is used up for longer says when to come back.
func TestTighterLimit(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(15)}})
		cfg := b.configure()
		b.asks(diameter.Success, cmr(establish, serving(10)))
		begin := time.Now()
		require.True(t, begin.Add(deciHour).Equal(b.delivers(cfg, 10, fault.RateLimited)))
		b.sleep(deciHour)
		require.True(t, begin.Add(time.Hour).Equal(b.delivers(cfg, 5, fault.RateLimited)))
	})
}

// TestBufferedDataCounts stores data for a UE that sleeps: what waits counts as if it was sent.
func TestBufferedDataCounts(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-33", "T8-4.4.5.3.1-38")
	for name, connect := range map[string]func(*bench){
		"serving PLMN": func(b *bench) { b.asks(diameter.Success, cmr(establish, serving(10))) },
		"APN":          func(b *bench) { b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(10)}}); b.attach() },
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				connect(b)
				for i := range 4 {
					_, err := b.deliver(cfg, fmt.Sprint("now", i))
					require.NoError(t, err)
				}
				b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
				ids := []string{}
				for i := range 6 {
					ids = append(ids, b.buffer(cfg, fmt.Sprint("later", i)))
				}
				b.refuses(cfg, fault.RateLimited)
				require.NoError(t, b.p.CancelDelivery(t.Context(), as1, cfg, ids[0]))
				b.buffer(cfg, "later6")
				b.refuses(cfg, fault.RateLimited)
				b.mme = nil
				b.wake()
				require.Len(t, b.sent(), 4+1+6, "with the one to the UE that slept")
				b.refuses(cfg, fault.RateLimited)
			})
		})
	}
}

// TestBufferedElsewhere has data of another configuration, which does not count for the APN.
func TestBufferedElsewhere(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(2)}})
		cfg := b.configure()
		b.attach()
		b.prof.APN = "other.example"
		b.reload()
		other := b.configure()
		for range 3 {
			b.buffer(other, "waits for its own connection")
		}
		b.delivers(cfg, 2, fault.RateLimited)
	})
}

// TestStoredDataIsPaced has more stored data than a window lets pass, after the serving PLMN lowered its limit.
func TestStoredDataIsPaced(t *testing.T) {
	covers(t, "29128-5.7.3-21", "29128-5.7.3-28")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.attach()
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		for i := range 25 {
			b.buffer(cfg, fmt.Sprint(i), priority(i/24))
		}
		b.mme = nil
		b.sleep(time.Hour)
		begin := time.Now()
		b.asks(diameter.Success, cmr(update, serving(10), reachable))
		require.Len(t, b.sent(), 1+10)
		require.Equal(t, "24", b.sent()[1], "that of the highest priority goes first")
		b.refuses(cfg, fault.RateLimited)
		b.sleep(deciHour - 1)
		b.wake()
		require.Len(t, b.sent(), 1+10, "a sign of the UE changes nothing")
		b.restart()
		b.wake() // the count is lost, the pause is not
		require.Len(t, b.sent(), 1+10)
		b.sleep(1)
		require.Len(t, b.sent(), 1+20)
		b.sleep(time.Minute)
		require.Len(t, b.sent(), 1+20)
		b.asks(diameter.Success, cmr(update, serving(20)))
		b.wake()
		require.Len(t, b.sent(), 1+25, "another limit counts at once")
		b.sleep(time.Hour)
		require.Len(t, b.notified("deliveryStatus"), 25)
		require.Zero(t, b.keys("d"))
		require.Less(t, time.Since(begin), 2*time.Hour)
	})
}

// TestNotSentDoesNotCount refuses TDRs by their results: only what went out, or may have, counts.
func TestNotSentDoesNotCount(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(2)}})
		cfg := b.configure()
		b.attach()
		for _, mme := range []func(*t6a.TDR) (*t6a.TDA, error){
			noPeer[t6a.TDR, t6a.TDA], throttled[t6a.TDR, t6a.TDA], result(diameter.ErrorUserTemporarilyUnreachable), result(diameter.UnableToComply),
		} {
			b.mme = mme
			_, err := b.deliver(cfg, "x", latency(0))
			require.Error(t, err)
			require.NotErrorIs(t, err, fault.RateLimited)
		}
		b.mme = noAnswer[t6a.TDR, t6a.TDA]
		_, err := b.deliver(cfg, "x", latency(0))
		require.ErrorIs(t, err, fault.Timeout)
		b.mme = nil
		b.delivers(cfg, 1, fault.RateLimited)
	})
}

// TestLimitsOverHTTP looks at the answers that an SCS/AS gets.
func TestLimitsOverHTTP(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-36", "T8-4.4.5.3.1-37", "T8-4.4.5.3.1-38")
	run(t, func(t *testing.T, b *bench) {
		h, err := t8.NewHandler(everybody{}, nil, t8.NIDDAPI(b.p))
		require.NoError(t, err)
		b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(1)}})
		cfg := b.configure()
		b.attach()
		post := func(data string) *httptest.ResponseRecorder {
			body := fmt.Sprintf(`{"externalId":%q,"data":%q}`, string(ext1), data)
			r := httptest.NewRequest(http.MethodPost, "/3gpp-nidd/v1/as1/configurations/"+cfg+"/downlink-data-deliveries", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			synctest.Wait()
			return w
		}
		first := post("eA==")
		require.Equal(t, http.StatusOK, first.Code, first.Body.String())
		w := post("eA==")
		require.Equal(t, http.StatusTooManyRequests, w.Code)
		require.Equal(t, "3600", w.Header().Get("Retry-After"))
		require.Len(t, b.sent(), 1)

		b.limitAPN(policy.APN{})
		b.prof.Quota.Messages = 1
		b.reload()
		require.Equal(t, http.StatusOK, post("eA==").Code)
		w = post("eA==")
		require.Equal(t, http.StatusForbidden, w.Code)
		var problem struct{ Cause string }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &problem))
		require.Equal(t, "QUOTA_EXCEEDED", problem.Cause)
		require.Len(t, b.sent(), 2)
		require.Zero(t, b.keys("dotq"))
	})
}

// exception marks uplink data as sent with the RRC cause MO exception data.
func exception(c *t6a.ODR) {
	c.RRCCauseCounter = &t6a.RRCCauseCounter{CounterValue: new(uint32(1)), RRCCounterTimestamp: time.Now()}
}

func TestUplinkBeyondRate(t *testing.T) {
	beyond := diameter.TooBusy
	for _, c := range []struct {
		name  string
		rates policy.APNRates
		// how many pass: of usual data, then of exception data, then of usual data again
		usual, exceptional int
		endless            bool // exception data
	}{
		{"no exceptions", policy.APNRates{Uplink: perHour(3)}, 3, 0, false},
		{"a limit that is not in force", policy.APNRates{Uplink: perHour(3), Exception: perHour(2)}, 3, 0, false},
		{"two exceptions", policy.APNRates{Uplink: perHour(3), ExceptionReports: true, Exception: perHour(2)}, 3, 2, false},
		{"endless exceptions", policy.APNRates{Uplink: perHour(3), ExceptionReports: true}, 3, 20, true},
		{"nothing", policy.APNRates{Uplink: perHour(0)}, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				counted, discarded := 0, 0
				b.opts.Trace = &nidd.Trace{
					ExceptionData: func(id.APN, uint32, time.Time) { counted++ },
					Limited: func(as id.SCSASID, apn id.APN, limit string, uplink bool) {
						require.Equal(t, as1, as)
						require.EqualValues(t, apn1, apn)
						require.Equal(t, "APN rate", limit)
						require.True(t, uplink)
						discarded++
					},
				}
				b.restart()
				b.limitAPN(policy.APN{Rates: c.rates})
				b.configure()
				b.attach()
				for range 2 {
					for range c.usual {
						b.asks(diameter.Success, odr("up"))
					}
					b.asks(beyond, odr("discarded"))
					for range c.exceptional {
						b.asks(diameter.Success, odr("exception", exception))
					}
					if !c.endless {
						b.asks(beyond, odr("discarded", exception))
					}
					b.asks(beyond, odr("discarded"))
					b.asks(diameter.Success, odr("", exception)) // a counter alone is no data
					b.sleep(time.Hour)
				}
				require.Len(t, b.posts, 2*(c.usual+c.exceptional))
				for _, n := range b.posts {
					require.NotEqual(t, "discarded", string(n.Data))
				}
				refused := 0
				if !c.endless {
					refused = 2
				}
				require.Equal(t, 2*(c.exceptional+1)+refused, counted, "every counter is processed, the data may pass or not")
				require.Equal(t, 4+refused, discarded)
			})
		})
	}
	t.Run("left to the UE", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(1), UplinkByUE: true}})
			b.configure()
			b.attach()
			for range 5 {
				b.asks(diameter.Success, odr("up"))
			}
		})
	})
	require.NotEqual(t, uint32(5), beyond.Code/1000, "a permanent failure would end the PDN connection")
}

// TestExceptionsFirst sends exception data within the usual limit, for which it counts.
func TestExceptionsFirst(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(2), ExceptionReports: true, Exception: perHour(1)}})
		b.configure()
		b.attach()
		for range 3 {
			b.asks(diameter.Success, odr("exception", exception))
		}
		b.asks(diameter.TooBusy, odr("exception", exception))
		b.asks(diameter.TooBusy, odr("up"))
	})
}

// pco builds an Extended-PCO of a UE that asks for containers.
func pco(t *testing.T, ids ...t6a.ContainerID) func(*t6a.CMR) {
	t.Helper()
	p := t6a.ExtendedPCO{}
	for _, i := range ids {
		p = append(p, t6a.Container{ID: i})
	}
	octets, err := p.Append(nil)
	require.NoError(t, err)
	return func(c *t6a.CMR) { c.ExtendedPCO = octets }
}

// rates returns what an Extended-PCO tells a UE, by the number of the container.
func rates(t *testing.T, octets []byte) map[t6a.ContainerID]any {
	t.Helper()
	m := map[t6a.ContainerID]any{}
	if octets == nil {
		return m
	}
	p, err := t6a.ParseExtendedPCOToUE(octets)
	require.NoError(t, err)
	for _, c := range p {
		switch c.ID {
		case t6a.ContainerAPNRateControl, t6a.ContainerInitialAPNRateControl:
			m[c.ID], err = t6a.ParseAPNRateControl(c.Contents)
		case t6a.ContainerExceptionData, t6a.ContainerInitialExceptionData:
			m[c.ID], err = t6a.ParseExceptionRateControl(c.Contents)
		default:
			m[c.ID] = nil
		}
		require.NoError(t, err)
	}
	return m
}

func TestRatesAreTold(t *testing.T) {
	covers(t, "29128-5.7.3-12", "29128-5.7.3-23")
	run(t, func(t *testing.T, b *bench) {
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: policy.Rate{Messages: 7, Unit: policy.PerDay}, ExceptionReports: true, Exception: perHour(2), TellRemainder: true}})
		b.configure()
		up := t6a.APNRateControl{Unit: t6a.RatePerDay, ExceptionReports: true, MaxUplink: 7}
		exc := t6a.ExceptionRateControl{Unit: t6a.RatePerHour, MaxUplink: 2}
		const r, e, mtu = t6a.ContainerAPNRateControl, t6a.ContainerExceptionData, t6a.ContainerNonIPLinkMTU
		for _, action := range []t6a.ConnectionAction{establish, update} {
			for _, c := range []struct {
				asks []t6a.ContainerID
				want map[t6a.ContainerID]any
			}{
				{[]t6a.ContainerID{mtu}, map[t6a.ContainerID]any{mtu: nil}},
				{[]t6a.ContainerID{r}, map[t6a.ContainerID]any{r: up}},
				{[]t6a.ContainerID{mtu, e, r}, map[t6a.ContainerID]any{mtu: nil, r: up, e: exc}},
			} {
				b.attach()
				require.Equal(t, c.want, rates(t, decodeCMA(t, b.asks(diameter.Success, cmr(action, pco(t, c.asks...)))).ExtendedPCO))
			}
		}
		require.Nil(t, decodeCMA(t, b.asks(diameter.Success, cmr(update))).ExtendedPCO)
		b.limitAPN(policy.APN{})
		require.Nil(t, decodeCMA(t, b.asks(diameter.Success, cmr(establish, pco(t, r, e)))).ExtendedPCO, "there is nothing to tell")
	})
}

// TestUpdateRates changes the limits of an APN while UEs are attached.
func TestUpdateRates(t *testing.T) {
	covers(t, "29128-5.8.1-08", "29128-5.8.2-01", "29128-5.8.2-02")
	run(t, func(t *testing.T, b *bench) {
		const r, e = t6a.ContainerAPNRateControl, t6a.ContainerExceptionData
		told := func(want nidd.RatesUpdate) []*t6a.CMR {
			t.Helper()
			b.cmrs = nil
			got, err := b.p.UpdateRates(t.Context(), "Iot.Example")
			require.NoError(t, err)
			require.Equal(t, want, got)
			return b.cmrs
		}
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(2)}})
		b.configure()
		b.asks(diameter.Success, cmr(establish, pco(t, r, e)))
		require.Empty(t, told(nidd.RatesUpdate{}), "it knows")

		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(4), ExceptionReports: true, Exception: perHour(1)}})
		for range 2 {
			b.asks(diameter.Success, odr("up"))
		}
		b.asks(diameter.TooBusy, odr("up")) // the UE does not know yet, so the old limit holds
		b.cmr = func(*t6a.CMR) (*t6a.CMA, error) { return &t6a.CMA{Result: diameter.TooBusy}, nil }
		require.Len(t, told(nidd.RatesUpdate{Failed: 1}), 1)
		b.asks(diameter.TooBusy, odr("up"))
		b.restart()
		for range 2 { // counted anew
			b.asks(diameter.Success, odr("up"))
		}
		b.asks(diameter.TooBusy, odr("up"))
		b.cmr = nil
		cmrs := told(nidd.RatesUpdate{Told: 1})
		require.Len(t, cmrs, 1)
		require.Equal(t, update, cmrs[0].ConnectionAction)
		require.Equal(t, map[t6a.ContainerID]any{
			r: t6a.APNRateControl{Unit: t6a.RatePerHour, ExceptionReports: true, MaxUplink: 4}, e: t6a.ExceptionRateControl{Unit: t6a.RatePerHour, MaxUplink: 1},
		}, rates(t, cmrs[0].ExtendedPCO))
		require.Empty(t, told(nidd.RatesUpdate{}), "it was told")
		for range 2 {
			b.asks(diameter.Success, odr("up"))
		}
		b.asks(diameter.TooBusy, odr("up"))
		b.asks(diameter.Success, odr("up", exception))
		b.asks(diameter.TooBusy, odr("up", exception))

		b.limitAPN(policy.APN{})
		cmrs = told(nidd.RatesUpdate{Told: 1})
		require.Equal(t, map[t6a.ContainerID]any{r: t6a.APNRateControl{}, e: t6a.ExceptionRateControl{}}, rates(t, cmrs[0].ExtendedPCO), "a limit is lifted")
		for range 5 {
			b.asks(diameter.Success, odr("up"))
		}
		require.Empty(t, told(nidd.RatesUpdate{}))
		got, err := b.p.UpdateRates(t.Context(), "other.example")
		require.NoError(t, err)
		require.Zero(t, got)
	})
}

// TestUpdateConnectionLimits has an operator send the rate control by himself.
func TestUpdateConnectionLimits(t *testing.T) {
	covers(t, "29128-5.8.2-02")
	run(t, func(t *testing.T, b *bench) {
		b.configure()
		b.attach()
		contents, err := t6a.APNRateControl{Unit: t6a.RatePerMinute, MaxUplink: 2}.Append(nil)
		require.NoError(t, err)
		octets, err := t6a.ExtendedPCO{{ID: t6a.ContainerAPNRateControl, Contents: contents}}.AppendToUE(nil)
		require.NoError(t, err)
		require.NoError(t, b.p.UpdateConnection(t.Context(), imsi1, 5, octets))
		for range 2 {
			b.asks(diameter.Success, odr("up"))
			b.asks(diameter.Success, odr("up"))
			b.asks(diameter.TooBusy, odr("up"))
			b.sleep(time.Minute)
		}
		got, err := b.p.UpdateRates(t.Context(), apn1)
		require.NoError(t, err)
		require.Zero(t, got, "policy says nothing of the APN")
		require.Len(t, b.cmrs, 1)
	})
}

// TestUpdateRatesOfMany tells many UEs, is stopped on the way, and goes on.
func TestUpdateRatesOfMany(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		const ues = 600
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(2)}})
		for i := range ues {
			ue, ext := fmt.Sprintf("00101%010d", i), id.ExternalID(fmt.Sprintf("m%d@example.com", i))
			b.hss = hssOf(ue, ext)
			b.configure(func(c *t8.NIDDConfiguration) { c.ExternalID = ext })
			b.asks(diameter.Success, cmr(establish, pco(t, t6a.ContainerAPNRateControl), func(c *t6a.CMR) { c.UserIdentifier.UserName = ue }))
		}
		b.limitAPN(policy.APN{Rates: policy.APNRates{Uplink: perHour(3)}})
		b.cmr = func(*t6a.CMR) (*t6a.CMA, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.cmrs) > 300 {
				return nil, diameter.ErrNoPeer
			}
			return nil, nil
		}
		got, err := b.p.UpdateRates(t.Context(), apn1)
		require.NoError(t, err)
		require.Equal(t, nidd.RatesUpdate{Told: 300, Failed: ues - 300}, got)
		b.cmr = nil
		b.restart()
		got, err = b.p.UpdateRates(t.Context(), apn1)
		require.NoError(t, err)
		require.Equal(t, nidd.RatesUpdate{Told: ues - 300}, got)
		b.p.Close()
		_, err = b.p.UpdateRates(t.Context(), apn1)
		require.ErrorIs(t, err, fault.Unavailable)
	})
}

// TestUpdateRatesResumes has stored data wait for a window of a limit that is lifted then.
func TestUpdateRatesResumes(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure()
		b.buffer(cfg, "one")
		b.buffer(cfg, "two")
		b.limitAPN(policy.APN{Rates: policy.APNRates{Downlink: perHour(1)}})
		b.attach()
		require.Equal(t, []string{"one"}, b.sent())
		b.limitAPN(policy.APN{})
		_, err := b.p.UpdateRates(t.Context(), apn1)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []string{"one", "two"}, b.sent())
		require.Empty(t, b.cmrs)
	})
}

// hssOf is an HSS that authorises one UE.
func hssOf(ue string, ext id.ExternalID) func(*s6t.NIR) (*s6t.NIA, error) {
	return func(*s6t.NIR) (*s6t.NIA, error) {
		return &s6t.NIA{Result: diameter.Success, NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{
			UserName: ue, ExternalIdentifier: string(ext),
		}}, nil
	}
}

// TestLimitsCostNoCommit has every limit there is, and data that goes through at once.
func TestLimitsCostNoCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{Store: store.NewMemory()}
		q := policy.Quota{Messages: 1000, Octets: 100000, Stored: 1000, StoredOctets: 1000000}
		b := &bench{t: t, store: m, prof: policy.NIDD{APN: apn1, Quota: q, UEQuota: q}}
		b.apns = map[id.APN]policy.APN{apn1: {Quota: q, Rates: policy.APNRates{Uplink: perHour(100), Downlink: perHour(100)}}}
		b.start()
		defer b.close()
		cfg := b.configure()
		b.asks(diameter.Success, cmr(establish, serving(100)))
		b.sleep(time.Millisecond)
		m.take()
		for range 10 {
			_, err := b.deliver(cfg, "down")
			require.NoError(t, err)
			b.asks(diameter.Success, odr("up"))
		}
		c := m.take()
		require.Zero(t, c.updates)
		require.EqualValues(t, 20, c.views)
	})
}
