package fleet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// Network is where a Fleet runs.
type Network struct {
	MMEs []*sim.MME // which serve the devices, each as many; at least one
	// T8 of the SCEF: that of a [t8.Client], or the procedure itself. It may be nil when no Kind has Downlink and the
	// devices are configured by other means.
	T8    t8.NIDD
	SCSAS id.SCSASID // in whose name requests go to T8
	// Callback is the notificationDestination; what is sent there must reach the Fleet, by ServeHTTP or Notify.
	Callback string
	// Workers is how many requests of devices and application server may be under way at once. What is due while all are
	// is late, which its latency shows. Default 64.
	Workers int
}

// Fleet is many devices and their application server. It serves one Run; its other methods are safe for concurrent use.
type Fleet struct {
	s        Scenario
	devices  []device
	agenda   agenda
	books    books
	callback http.Handler
	net      Network
	begin    time.Time // of the run; written before anything is due
	ran      atomic.Bool
}

// New returns a Fleet whose devices are switched off. The error joins what is wrong with s.
func New(s Scenario) (*Fleet, error) {
	s, err := s.withDefaults()
	if err != nil {
		return nil, err
	}
	n, streams := 0, 0
	for i := range s.Kinds {
		k := &s.Kinds[i]
		n += k.Count
		streams += k.Count * (len(k.Uplink) + len(k.Downlink) + 3)
	}
	f := &Fleet{s: s, devices: make([]device, n)}
	f.agenda.init(streams)
	f.books.init(&f.s)
	f.callback = t8.NewCallback(inbox{f: f}, nil)
	n = 0
	for i := range s.Kinds {
		for range s.Kinds[i].Count {
			f.devices[n].init(f, n, i)
			n++
		}
	}
	return f, nil
}

// Run sets up all devices, each with an NIDD configuration and a connection, lets the Scenario happen, and returns what
// came of it. An error during the setup ends it; later failures are results. When ctx ends, Run returns its cause and the
// results until then. A second Run is an error. No goroutine is left.
func (f *Fleet) Run(ctx context.Context, net Network) (*Results, error) {
	if f.ran.Swap(true) {
		return nil, errors.New("fleet: Run was called already")
	}
	if err := f.use(net); err != nil {
		return nil, err
	}
	start := time.Now()
	if err := f.each(ctx, f.setUp); err != nil {
		return nil, fmt.Errorf("fleet: setup: %w", err)
	}
	f.begin = time.Now()
	for n := range f.devices {
		f.devices[n].start()
	}
	end, err := f.play(ctx)
	return f.results(f.begin.Sub(start), end), err
}

// Remove detaches the devices and deletes their configurations, after Run. The error wraps that of one device and says how
// many there were; the others are removed all the same.
func (f *Fleet) Remove(ctx context.Context) error {
	var failed atomic.Int64
	var one atomic.Pointer[error]
	err := f.each(ctx, func(ctx context.Context, d *device) error {
		if err := f.tearDown(ctx, d); err != nil {
			failed.Add(1)
			one.CompareAndSwap(nil, &err)
		}
		return nil
	})
	if n := failed.Load(); n > 0 {
		return fmt.Errorf("fleet: %d devices were not removed: %w", n, *one.Load())
	}
	return err
}

func (f *Fleet) use(net Network) error {
	if len(net.MMEs) == 0 {
		return errors.New("fleet: Network has no MMEs")
	}
	for i := range f.s.Kinds {
		if net.T8 == nil && len(f.s.Kinds[i].Downlink) > 0 {
			return errors.New("fleet: Network has no T8 for the Downlink")
		}
	}
	if net.Workers <= 0 {
		net.Workers = 64
	}
	f.net = net
	return nil
}

// each calls fn for all devices, by the workers, until one returns an error or ctx ends. It returns that error, or the
// cause of ctx.
func (f *Fleet) each(ctx context.Context, fn func(context.Context, *device) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range f.net.Workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := next.Add(1) - 1
				if n >= int64(len(f.devices)) {
					return
				}
				if err := fn(ctx, &f.devices[n]); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// setUp configures and attaches a device.
func (f *Fleet) setUp(ctx context.Context, d *device) error {
	if f.net.T8 != nil {
		cfg, err := f.net.T8.CreateConfiguration(ctx, f.net.SCSAS, &t8.NIDDConfiguration{
			ExternalID: f.s.externalID(d.ue.IMSI()), NotificationDestination: f.net.Callback,
		})
		if err != nil {
			return err
		}
		_, config, ok := t8.ParseNIDDConfigurationURI(cfg.Self)
		if !ok {
			return fmt.Errorf("%q is not the URI of a configuration", cfg.Self)
		}
		d.config = config
	}
	return d.ue.Attach(ctx, f.net.MMEs[d.n%len(f.net.MMEs)], f.s.APN)
}

// tearDown undoes setUp.
func (f *Fleet) tearDown(ctx context.Context, d *device) error {
	var errs []error
	if d.ue.Serving() != nil {
		errs = append(errs, d.ue.Detach(ctx))
	}
	if d.config != "" {
		err := f.net.T8.DeleteConfiguration(ctx, f.net.SCSAS, d.config)
		if err == nil {
			d.config = ""
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
