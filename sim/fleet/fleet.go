package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

// now is the time since the begin of the run.
func (f *Fleet) now() time.Duration { return time.Since(f.begin) }

// play does what is due until the end, and returns when that was. What is under way then is waited for.
func (f *Fleet) play(ctx context.Context) (time.Duration, error) {
	jobs := make(chan entry)
	var wg sync.WaitGroup
	for range f.net.Workers {
		wg.Go(func() {
			for e := range jobs {
				f.do(ctx, e)
			}
		})
	}
	defer wg.Wait()
	defer close(jobs)
	err := f.schedule(ctx, jobs)
	return min(f.now(), f.s.Duration), err
}

// schedule hands what is due to the workers, until the end of the run.
func (f *Fleet) schedule(ctx context.Context, jobs chan<- entry) error {
	t := time.NewTimer(0)
	defer t.Stop()
	left := f.s.Limit
	for {
		now := f.now()
		if now >= f.s.Duration {
			return nil
		}
		e, ok, due := f.agenda.next(now)
		if !ok {
			t.Reset(min(due, f.s.Duration) - now)
			select {
			case <-t.C:
			case <-f.agenda.sooner:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			continue
		}
		f.books.late(now - e.due)
		if !f.devices[e.device].due(e) {
			continue
		}
		select {
		case jobs <- e:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if e.what == report || e.what == command {
			if left--; left == 0 {
				return nil
			}
		}
	}
}

// do carries out what takes time. It is called by the workers.
func (f *Fleet) do(ctx context.Context, e entry) {
	d := &f.devices[e.device]
	switch e.what {
	case report:
		f.report(ctx, d, e)
	case command:
		f.command(ctx, d, e)
	default:
		f.announce(ctx, d)
	}
}

// stream returns the traffic that an entry is about.
func (f *Fleet) stream(e entry) *Traffic {
	k := &f.s.Kinds[f.devices[e.device].kind]
	if e.what == command {
		return &k.Downlink[e.stream]
	}
	return &k.Uplink[e.stream]
}

// device is one UE. An idle one costs about what TestMemory says.
type device struct {
	f      *Fleet
	ue     *sim.UE
	config string // id of the configuration
	n      int
	kind   int

	mu     sync.Mutex
	source rand.PCG // guarded by mu, as all below
	radio  radio
	paged  bool // there is a window entry in the agenda
	missed bool // TAU was due out of coverage
}

func (d *device) init(f *Fleet, n, kind int) {
	d.f, d.n, d.kind = f, n, kind
	d.source = *rand.NewPCG(f.s.Seed, uint64(n))
	d.ue = sim.NewUE(f.s.imsi(n), &sim.UEOptions{Reach: d.reach, Downlink: d.receive})
}

func (d *device) power() *Power { return &d.f.s.Kinds[d.kind].Power }

func (d *device) add(w what, stream int, due time.Duration) {
	if due < d.f.s.Duration {
		d.f.agenda.add(entry{due, uint32(d.n), w, uint8(stream)})
	}
}

// start puts the first entries of the device into the agenda. At the begin it is idle, and as if for some time.
func (d *device) start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	k := &d.f.s.Kinds[d.kind]
	r := rand.New(&d.source)
	d.radio = radio{until: -k.Power.ActiveTime, tau: time.Duration(r.Float64() * float64(k.Power.TAU))}
	if k.Power.EDRX > 0 {
		d.radio.phase = time.Duration(r.Float64() * float64(k.Power.EDRX))
	}
	d.add(update, 0, d.radio.tau)
	for i := range k.Uplink {
		d.add(report, i, max(k.Uplink[i].Pattern(r, -1), 0))
	}
	for i := range k.Downlink {
		d.add(command, i, max(k.Downlink[i].Pattern(r, -1), 0))
	}
	if k.Coverage.Every > 0 {
		d.add(lose, 0, exponential(r, k.Coverage.Every))
	}
}

// due notes that an entry of the device is due, with what follows from it, and returns whether there is more to do.
func (d *device) due(e entry) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := rand.New(&d.source)
	cover := &d.f.s.Kinds[d.kind].Coverage
	switch e.what {
	case report, command:
		if next := d.f.stream(e).Pattern(r, e.due); next > e.due {
			d.add(e.what, int(e.stream), next)
		}
		if e.what == command {
			return true
		}
		if !d.radio.out {
			d.connect(e.due)
		}
		d.f.books.sent(d.kind, e.due)
		return true
	case update:
		switch {
		case d.radio.tau > e.due: // it connected meanwhile
			d.add(update, 0, d.radio.tau)
			return false
		case d.radio.out:
			d.missed = true
			return false
		}
		return d.register(e.due)
	case window:
		d.paged = false
		return true // the MME does not know whether it has coverage
	case lose:
		d.radio.out = true
		d.add(regain, 0, e.due+exponential(r, cover.Lasts))
		return false
	case regain:
		d.radio.out = false
		d.add(lose, 0, e.due+exponential(r, cover.Every))
		if d.missed {
			d.missed = false
			return d.register(e.due)
		}
	}
	return false
}

// register is a tracking area update. The caller holds mu.
func (d *device) register(t time.Duration) bool {
	d.connect(t)
	d.add(update, 0, d.radio.tau)
	return true
}

// connect lets the radio connect, or stay connected. The caller holds mu.
func (d *device) connect(t time.Duration) {
	woke, from, to, listened := d.power().connect(&d.radio, t)
	d.f.books.radio(d.kind, woke, from, to, listened)
}

// reach is the model of the radio for the MME, see [sim.UEOptions].
func (d *device) reach(now time.Time) (sim.Radio, time.Time) {
	t := now.Sub(d.f.begin)
	d.mu.Lock()
	defer d.mu.Unlock()
	how, until := d.power().at(&d.radio, t)
	switch {
	case how == sleeping && until <= t: // TAU is overdue
		return sim.Asleep, time.Time{}
	case how == sleeping:
		if until != d.radio.tau && !d.paged {
			d.paged = true
			d.add(window, 0, until)
		}
		return sim.Asleep, d.f.begin.Add(until)
	case d.radio.out:
		return sim.OutOfCoverage, time.Time{}
	}
	return sim.Reachable, time.Time{}
}

// receive takes downlink data.
func (d *device) receive(data []byte) {
	t := d.f.now()
	d.mu.Lock()
	d.connect(t)
	d.mu.Unlock()
	d.f.books.seen(d.kind, tagOf(data), t)
}
