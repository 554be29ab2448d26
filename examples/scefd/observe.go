package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/scefkit/scefkit/charging"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/metrics"
	"github.com/scefkit/scefkit/scef"
)

// chargingConfig says where charging records go. Members that are zero have the defaults of charging.Options.
type chargingConfig struct {
	Dir            string   `yaml:"dir"`
	MaxSize        int64    `yaml:"maxSize"` // octets
	MaxAge         duration `yaml:"maxAge"`
	MaxSubmissions int      `yaml:"maxSubmissions"`
	MaxVolume      int64    `yaml:"maxVolume"` // octets
	MaxDuration    duration `yaml:"maxDuration"`
	Queue          int      `yaml:"queue"` // events
}

type metricsConfig struct {
	Listen         string   `yaml:"listen"`         // address for operators
	OccupancyEvery duration `yaml:"occupancyEvery"` // how long a count of stored data is shown; default 15s
}

func (c *chargingConfig) check(f *faults) {
	if c == nil {
		return
	}
	f.need("charging.dir", c.Dir)
	f.duration("charging.maxAge", c.MaxAge)
	f.duration("charging.maxDuration", c.MaxDuration)
	if err := c.options().Check(); err != nil {
		f.add("charging", "%v", err)
	}
}

func (c *metricsConfig) check(f *faults) {
	if c == nil {
		return
	}
	f.address("metrics.listen", c.Listen)
	f.duration("metrics.occupancyEvery", c.OccupancyEvery)
}

func (f *faults) duration(key string, d duration) {
	if d.text != "" {
		f.add(key, "%q is not a duration as 10s, 5m or 24h", d.text)
	}
}

func (c *chargingConfig) options() *charging.Options {
	return &charging.Options{
		MaxSize: c.MaxSize, MaxAge: c.MaxAge.Duration, MaxSubmissions: c.MaxSubmissions, MaxVolume: c.MaxVolume,
		MaxDuration: c.MaxDuration.Duration, Queue: c.Queue,
	}
}

// observe joins counters and charging records, as far as they are wanted, to the options of a node. The caller closes the
// records, after the node.
func (c *config) observe(opts *scef.Options) (*metrics.Metrics, *charging.Writer, error) {
	var m *metrics.Metrics
	if c.Metrics != nil {
		m = metrics.New(&metrics.Options{OccupancyEvery: c.Metrics.OccupancyEvery.Duration, Logger: opts.Logger.With("part", "metrics")})
		opts.NIDD.Trace, opts.T8.Trace = m.NIDD(), m.T8()
	}
	if c.Charging == nil {
		return m, nil, nil
	}
	o := c.Charging.options()
	o.Logger = opts.Logger.With("part", "charging")
	if c.Diameter.SCEFID != "" {
		o.NodeID = c.Diameter.Host
	}
	w, err := charging.Open(c.Charging.Dir, o)
	if err != nil {
		return nil, nil, fmt.Errorf("charging.dir: %w", err)
	}
	opts.NIDD.Charging = w
	if m != nil {
		m.Add(func(_ context.Context, p *metrics.Page) {
			s := w.Stats()
			p.One("scef_charging_records_total", metrics.Counter, "Charging records that were written.", float64(s.Records))
			p.One("scef_charging_dropped_total", metrics.Counter, "Charging events that were dropped.", float64(s.Dropped))
			p.One("scef_charging_failures_total", metrics.Counter, "Writes of charging records that failed.", float64(s.Failures))
			p.One("scef_charging_queued", metrics.Gauge, "Charging events that wait.", float64(s.Queued))
		})
	}
	return m, w, nil
}

// serve serves the counters of a node until stop is called.
func (c *metricsConfig) serve(ctx context.Context, m *metrics.Metrics, node *scef.Node) (stop func() error, err error) {
	if c == nil {
		return func() error { return nil }, nil
	}
	m.AddOccupancy(node.NIDD().Occupancy)
	m.Add(func(_ context.Context, p *metrics.Page) {
		open := map[diameter.PeerState]int{diameter.PeerOpen: 0}
		for _, peer := range node.Peers() {
			open[peer.State]++
		}
		p.Family("scef_diameter_peers", metrics.Gauge, "Diameter peers by state.")
		for state, n := range open {
			p.Sample("scef_diameter_peers", float64(n), "state", state.String())
		}
	})
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("metrics.listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m)
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	return func() error {
		err := s.Close()
		if e := <-done; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		return err
	}, nil
}
