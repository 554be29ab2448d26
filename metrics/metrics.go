package metrics

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// Options of a [Metrics]. The zero value of a field is its default.
type Options struct {
	// OccupancyEvery is how long a count of the stored downlink data is shown before it is taken anew, 1 s to 1 h; default 15 s.
	// One reads all that is stored, see [nidd.Procedure.Occupancy].
	OccupancyEvery time.Duration
	// Logger gets what could not be counted. Default: nothing.
	Logger *slog.Logger
}

// Metrics counts. Make one with [New].
type Metrics struct {
	every time.Duration
	log   *slog.Logger

	kept        vector[t8.DeliveryStatus]
	ended       vector[end]
	tdrs        vector[tdr]
	tdrTime     histogram
	odrs        vector[diameter.Result]
	odrTime     histogram
	connections vector[connection]
	triggers    vector[bool]
	exceptions  atomic.Uint64
	requests    vector[request]

	mu    sync.Mutex
	parts []func(context.Context, *Page) // guarded by mu
}

type end struct {
	state  nidd.State
	status t8.DeliveryStatus
	stored bool
}

type tdr struct {
	result diameter.Result
	sent   bool
}

type connection struct {
	action t6a.ConnectionAction
	byNode bool
	result diameter.Result
}

type request struct {
	api, operation string
	status         int
	cause          string
}

// New returns a Metrics whose counters are zero. opts may be nil.
func New(opts *Options) *Metrics {
	m := &Metrics{every: 15 * time.Second, log: slog.New(slog.DiscardHandler)}
	if opts != nil {
		if opts.OccupancyEvery != 0 {
			m.every = min(max(opts.OccupancyEvery, time.Second), time.Hour)
		}
		if opts.Logger != nil {
			m.log = opts.Logger
		}
	}
	return m
}

// NIDD returns the hooks for nidd.Options.Trace.
func (m *Metrics) NIDD() *nidd.Trace {
	return &nidd.Trace{
		Delivery: func(state nidd.State, status t8.DeliveryStatus, stored bool) {
			if state.Final() {
				m.ended.add(end{state, status, stored})
			} else {
				m.kept.add(status)
			}
		},
		TDR: func(r diameter.Result, sent bool, took time.Duration) {
			m.tdrs.add(tdr{r, sent})
			m.tdrTime.add(took)
		},
		Uplink: func(r diameter.Result, took time.Duration) {
			m.odrs.add(r)
			m.odrTime.add(took)
		},
		Connection: func(action t6a.ConnectionAction, byNode bool, r diameter.Result) {
			m.connections.add(connection{action, byNode, r})
		},
		Trigger:       func(accepted bool) { m.triggers.add(accepted) },
		ExceptionData: func(id.APN, uint32, time.Time) { m.exceptions.Add(1) },
	}
}

// T8 returns the hooks for t8.HandlerOptions.Trace.
func (m *Metrics) T8() *t8.Trace {
	return &t8.Trace{Answer: func(_ context.Context, x *t8.Exchange) {
		r := request{api: x.API, operation: x.Operation, status: x.Status}
		if x.Status >= 400 {
			r.cause = cause(x.Answer)
		}
		m.requests.add(r)
	}}
}

// cause returns the cause of ProblemDetails, which in some answers stand within another object.
func cause(body []byte) string {
	var p struct {
		Cause   string `json:"cause"`
		Problem struct {
			Cause string `json:"cause"`
		} `json:"problemDetail"`
	}
	if json.Unmarshal(body, &p) != nil {
		return ""
	}
	if p.Cause == "" {
		return p.Problem.Cause
	}
	return p.Cause
}

// Add puts more on the page: fn is called each time that it is read, in the order of the calls of Add.
func (m *Metrics) Add(fn func(ctx context.Context, p *Page)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parts = append(m.parts, fn)
}

// AddOccupancy puts on the page how much downlink data waits. count is [nidd.Procedure.Occupancy].
func (m *Metrics) AddOccupancy(count func(context.Context) (nidd.Occupancy, error)) {
	type counted struct {
		nidd.Occupancy
		at time.Time
	}
	last := make(chan counted, 1) // one reader of the page counts, others wait for it
	last <- counted{}
	m.Add(func(ctx context.Context, p *Page) {
		var c counted
		select {
		case c = <-last:
		case <-ctx.Done():
			return
		}
		defer func() { last <- c }()
		if c.at.IsZero() || time.Since(c.at) >= m.every {
			o, err := count(ctx)
			if err != nil {
				m.log.Warn("stored data cannot be counted", "err", err)
				return
			}
			c = counted{o, time.Now()}
		}
		age := time.Duration(0)
		if !c.Oldest.IsZero() {
			age = max(0, time.Since(c.Oldest))
		}
		p.One("scef_nidd_buffer_deliveries", Gauge, "Downlink deliveries that are stored.", float64(c.Deliveries))
		p.One("scef_nidd_buffer_octets", Gauge, "Octets of data of the downlink deliveries that are stored.", float64(c.Octets))
		p.One("scef_nidd_buffer_oldest_seconds", Gauge, "Age of the oldest downlink delivery that is stored; 0 without any.", age.Seconds())
	})
}

// ServeHTTP serves the page.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var p Page
	m.write(&p)
	m.mu.Lock()
	parts := m.parts
	m.mu.Unlock()
	for _, fn := range parts {
		fn(r.Context(), &p)
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(p.b.Bytes()) // the reader has gone then
}

func (m *Metrics) write(p *Page) {
	addVector(p, "scef_nidd_deliveries_kept_total", "Downlink deliveries that were stored, by deliveryStatus.", &m.kept,
		func(s t8.DeliveryStatus) []string { return []string{string(s)} }, "status")
	addVector(p, "scef_nidd_deliveries_ended_total", "Downlink deliveries that ended, by final state; stored: it was a resource.", &m.ended,
		func(e end) []string {
			return []string{e.state.String(), string(e.status), strconv.FormatBool(e.stored)}
		}, "state", "status", "stored")
	addVector(p, "scef_nidd_tdr_total", "TDRs by the result of the answer.", &m.tdrs, func(t tdr) []string {
		if t.result.Code == 0 && !t.sent {
			return []string{"not sent"}
		}
		return []string{text(t.result)}
	}, "result")
	addHistogram(p, "scef_nidd_tdr_seconds", "Time from TDR to TDA, or until none was waited for any more.", &m.tdrTime)
	addVector(p, "scef_nidd_odr_total", "ODRs by the result of the answer.", &m.odrs,
		func(r diameter.Result) []string { return []string{text(r)} }, "result")
	addHistogram(p, "scef_nidd_odr_seconds", "Time from ODR to ODA, the SCS/AS included.", &m.odrTime)
	addVector(p, "scef_nidd_cmr_total", "CMRs by action, sender and result.", &m.connections, func(c connection) []string {
		by := "scef"
		if c.byNode {
			by = "node"
		}
		return []string{c.action.String(), by, text(c.result)}
	}, "action", "by", "result")
	addVector(p, "scef_nidd_triggers_total", "Device triggers that were tried.", &m.triggers,
		func(accepted bool) []string { return []string{strconv.FormatBool(accepted)} }, "accepted")
	p.One("scef_nidd_exception_reports_total", Counter, "ODRs with a counter of MO exception data.", float64(m.exceptions.Load()))
	addVector(p, "scef_t8_requests_total", "T8 requests by operation, status and cause of a refusal.", &m.requests,
		func(r request) []string { return []string{r.api, r.operation, strconv.Itoa(r.status), r.cause} }, "api", "operation", "status", "cause")
}

// text names a result; the zero Result is that of an answer that did not come.
func text(r diameter.Result) string {
	if r.Code == 0 {
		return "none"
	}
	return r.String()
}
