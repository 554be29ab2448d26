package metrics_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/metrics"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// page reads the page and checks its form: each family has HELP and TYPE before its samples, once.
func page(t *testing.T, m *metrics.Metrics) map[string]string {
	t.Helper()
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.True(t, strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4"))
	samples := map[string]string{}
	seen := map[string]bool{}
	family := ""
	for line := range strings.Lines(w.Body.String()) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			family, _, _ = strings.Cut(rest, " ")
			require.False(t, seen[family], "%s comes twice", family)
			seen[family] = true
			continue
		}
		if strings.HasPrefix(line, "# TYPE ") {
			require.True(t, strings.HasPrefix(line, "# TYPE "+family+" "), line)
			continue
		}
		require.True(t, strings.HasPrefix(line, family), line)
		i := strings.LastIndexByte(line, ' ')
		require.NotContains(t, samples, line[:i])
		samples[line[:i]] = line[i+1:]
	}
	return samples
}

func TestNIDD(t *testing.T) {
	m := metrics.New(nil)
	h := m.NIDD()
	h.Delivery(nidd.Waiting, t8.DeliveryBuffering, true)
	h.Delivery(nidd.Delivered, t8.DeliverySuccessNextHopAcknowledged, true)
	h.Delivery(nidd.Delivered, t8.DeliverySuccessNextHopAcknowledged, false)
	h.Delivery(nidd.Delivered, t8.DeliverySuccessNextHopAcknowledged, false)
	h.TDR(diameter.Success, true, 3*time.Millisecond)
	h.TDR(diameter.Result{}, true, time.Minute)
	h.TDR(diameter.Result{}, false, 0)
	h.Uplink(diameter.Success, time.Second)
	h.Uplink(diameter.TooBusy, 5*time.Second)
	h.Connection(t6a.ConnectionActionEstablishment, true, diameter.Success)
	h.Connection(t6a.ConnectionActionRelease, false, diameter.Result{})
	h.Trigger(true)
	h.ExceptionData("iot", 1, time.Now())
	got := page(t, m)
	for k, v := range map[string]string{
		`scef_nidd_deliveries_kept_total{status="BUFFERING"}`:                                                       "1",
		`scef_nidd_deliveries_ended_total{state="Delivered",status="SUCCESS_NEXT_HOP_ACKNOWLEDGED",stored="true"}`:  "1",
		`scef_nidd_deliveries_ended_total{state="Delivered",status="SUCCESS_NEXT_HOP_ACKNOWLEDGED",stored="false"}`: "2",
		`scef_nidd_tdr_total{result="` + diameter.Success.String() + `"}`:                                           "1",
		`scef_nidd_tdr_total{result="none"}`:                                                                        "1",
		`scef_nidd_tdr_total{result="not sent"}`:                                                                    "1",
		`scef_nidd_tdr_seconds_bucket{le="0.001"}`:                                                                  "1",
		`scef_nidd_tdr_seconds_bucket{le="0.005"}`:                                                                  "2",
		`scef_nidd_tdr_seconds_bucket{le="10"}`:                                                                     "2",
		`scef_nidd_tdr_seconds_bucket{le="+Inf"}`:                                                                   "3",
		`scef_nidd_tdr_seconds_sum`:                                                                                 "60.003",
		`scef_nidd_tdr_seconds_count`:                                                                               "3",
		`scef_nidd_odr_total{result="` + diameter.TooBusy.String() + `"}`:                                           "1",
		`scef_nidd_odr_seconds_sum`:                                                                                 "6",
		`scef_nidd_cmr_total{action="` + t6a.ConnectionActionEstablishment.String() + `",by="node",result="` + diameter.Success.String() + `"}`: "1",
		`scef_nidd_cmr_total{action="` + t6a.ConnectionActionRelease.String() + `",by="scef",result="none"}`:                                    "1",
		`scef_nidd_triggers_total{accepted="true"}`: "1",
		`scef_nidd_exception_reports_total`:         "1",
	} {
		require.Equal(t, v, got[k], k)
	}
}

func TestT8(t *testing.T) {
	m := metrics.New(nil)
	h := m.T8()
	for _, x := range []t8.Exchange{
		{API: "3gpp-nidd", Operation: "CreateNIDDConfiguration", Status: 201, Answer: []byte(`{"cause":"not one"}`)},
		{API: "3gpp-nidd", Operation: "CreateNIDDConfiguration", Status: 403, Answer: []byte(`{"cause":"QUOTA_EXCEEDED"}`)},
		{API: "3gpp-nidd", Operation: "x", Status: 500, Answer: []byte(`{"problemDetail":{"cause":"TRIGGERED"}}`)},
		{Status: 404, Answer: []byte(`a "text"`)},
	} {
		h.Answer(t.Context(), &x)
	}
	got := page(t, m)
	for _, k := range []string{
		`api="3gpp-nidd",operation="CreateNIDDConfiguration",status="201",cause=""`,
		`api="3gpp-nidd",operation="CreateNIDDConfiguration",status="403",cause="QUOTA_EXCEEDED"`,
		`api="3gpp-nidd",operation="x",status="500",cause="TRIGGERED"`,
		`api="",operation="",status="404",cause=""`,
	} {
		require.Equal(t, "1", got["scef_t8_requests_total{"+k+"}"], k)
	}
}

// TestBounded sends more result codes than there is room for, from many goroutines.
func TestBounded(t *testing.T) {
	m := metrics.New(nil)
	h := m.NIDD()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for code := range uint32(1000) {
				h.Uplink(diameter.Result{Code: 9000 + code}, 0)
			}
		})
	}
	wg.Wait()
	n := 0
	for k := range page(t, m) {
		if strings.HasPrefix(k, "scef_nidd_odr_total{") {
			n++
		}
	}
	require.Equal(t, 257, n)
	require.Equal(t, "2976", page(t, m)[`scef_nidd_odr_total{result="other"}`])
}

func TestOccupancy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(&metrics.Options{OccupancyEvery: time.Minute})
		calls := 0
		var err error
		begin := time.Now()
		m.AddOccupancy(func(context.Context) (nidd.Occupancy, error) {
			calls++
			return nidd.Occupancy{Deliveries: 2, Octets: 64, Oldest: begin}, err
		})
		time.Sleep(time.Hour)
		for range 3 {
			got := page(t, m)
			require.Equal(t, "2", got["scef_nidd_buffer_deliveries"])
			require.Equal(t, "64", got["scef_nidd_buffer_octets"])
			require.Equal(t, "3600", got["scef_nidd_buffer_oldest_seconds"])
		}
		require.Equal(t, 1, calls)
		time.Sleep(time.Minute)
		require.Equal(t, "3660", page(t, m)["scef_nidd_buffer_oldest_seconds"])
		require.Equal(t, 2, calls)
		time.Sleep(time.Minute)
		err = errors.New("down")
		require.NotContains(t, page(t, m), "scef_nidd_buffer_deliveries", "an old number would be a lie")
	})
}

func TestPage(t *testing.T) {
	m := metrics.New(nil)
	m.Add(func(_ context.Context, p *metrics.Page) {
		p.Family("mine", metrics.Gauge, "A \\ and\na line.")
		p.Sample("mine", 1.5, "a", "\"\\\n", "b", "")
	})
	require.Equal(t, "1.5", page(t, m)[`mine{a="\"\\\n",b=""}`])
}

// BenchmarkHooks is what counting costs.
func BenchmarkHooks(b *testing.B) {
	m := metrics.New(nil)
	h := m.NIDD()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h.Uplink(diameter.Success, time.Millisecond)
		}
	})
}
