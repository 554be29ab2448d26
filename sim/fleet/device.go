package fleet

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/scefkit/scefkit/sim"
)

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
