package rds

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// channel is what a simulation does to frames. Each lives for less than lifetime.
type channel struct {
	lifetime        time.Duration // a frame takes a random part of it, often a short one; 0: a second, in order
	loss, duplicate float64       // probabilities
}

// scenario is a simulation of two ends.
type scenario struct {
	channel
	opts     Options
	frames   int           // how many frames the channel carries before it stops
	restarts float64       // probability that an end is killed and restored after a step
	outages  float64       // probability that the lower layer of an end becomes unavailable, for a while, after a step
	resets   float64       // probability that an end terminates the link after a step
	oneWay   bool          // only the first end has data
	pause    time.Duration // a random part of it between SDUs; 0: the queue is always full
}

// figures is what a simulation counts.
type figures struct {
	frames, lost, duplicated                          int
	submitted, acknowledged, unknown, notSent         int
	delivered, deliveredUI, opened, restored, suspend int
	virtual                                           time.Duration
	faults                                            []string
}

// end is one end of the link, a goroutine. It checks what the peer may expect.
type end struct {
	sc      *scenario
	m       *Machine
	random  *rand.Rand
	state   State
	in      chan []byte
	peer    *end
	fig     *figures
	talks   bool
	stopped bool // no new data

	submitted    uint64          // token of the last SDU
	unconfirmed  map[uint64]bool // tokens
	acknowledged map[uint64]bool // the last tokens that were
	last         uint64          // last token of the peer that was delivered
	lastUI       uint64
	available    time.Time // when the lower layer is available again; zero: it is
	arrival      time.Time // of the last frame of ours, in order
}

// fault reports what must not be.
func (e *end) fault(format string, args ...any) {
	e.fig.faults = append(e.fig.faults, fmt.Sprintf(format, args...))
}

// must reports an error.
func (e *end) must(err error) {
	if err != nil {
		e.fault("%v", err)
	}
}

func (e *end) step(ev Event) {
	now := time.Now()
	next, actions, err := e.m.Step(e.state, ev, now)
	e.must(err)
	e.state = next
	if e.random.Float64() < e.sc.restarts {
		b, err := e.state.AppendBinary(nil)
		e.must(err)
		e.state = State{}
		e.must(e.state.UnmarshalBinary(b))
		e.fig.restored++
		if e.random.IntN(2) == 0 { // killed before it sent anything
			kept := actions[:0]
			for _, a := range actions {
				if a.Kind != Transmit {
					kept = append(kept, a)
				}
			}
			actions = kept
		}
	}
	for i := range actions {
		e.act(&actions[i])
	}
	if sent, waiting := e.state.Pending(); sent > MaxWindow || sent+waiting > e.m.o.Queue {
		e.fault("%d under way, %d wait", sent, waiting)
	}
}

func (e *end) act(a *Action) {
	switch a.Kind {
	case Transmit:
		b, err := DefaultCodec{}.Append(nil, &a.Frame)
		e.must(err)
		e.carry(b)
	case Deliver:
		token := binary.BigEndian.Uint64(a.Data)
		if !a.Acknowledged {
			e.fig.deliveredUI++
			return
		}
		e.fig.delivered++
		if token <= e.last {
			e.fault("%d delivered after %d", token, e.last)
		}
		for lost := e.last + 1; lost < token; lost++ { // only what its sender knows to have failed
			if e.peer.acknowledged[lost] {
				e.fault("%d was acknowledged and not delivered", lost)
			}
			if e.sc.resets == 0 {
				e.fault("%d was left out", lost)
			}
		}
		e.last = token
	case Confirm:
		if !e.unconfirmed[a.Token] {
			e.fault("%d confirmed, but not submitted or twice", a.Token)
		}
		delete(e.unconfirmed, a.Token)
		switch a.Outcome {
		case Acknowledged:
			e.fig.acknowledged++
			if e.peer.last < a.Token {
				e.fault("%d acknowledged before it was delivered", a.Token)
			}
			e.acknowledged[a.Token] = true
			delete(e.acknowledged, a.Token-100)
		case Unknown:
			e.fig.unknown++
		case NotSent:
			e.fig.notSent++
		}
	case Opened:
		e.fig.opened++
	}
}

// carry takes a frame to the peer, or does not.
func (e *end) carry(b []byte) {
	e.fig.frames++
	if e.random.Float64() < e.sc.loss {
		e.fig.lost++
		return
	}
	copies := 1
	if e.random.Float64() < e.sc.duplicate {
		e.fig.duplicated++
		copies = 2
	}
	for range copies {
		at := time.Now().Add(time.Second)
		if e.sc.lifetime > 0 {
			delay := e.random.Int64N(int64(e.sc.lifetime))
			if e.random.IntN(4) != 0 {
				delay /= 100
			}
			at = time.Now().Add(time.Duration(delay))
		} else if !at.After(e.arrival) {
			at = e.arrival.Add(1)
		}
		e.arrival = at
		time.AfterFunc(time.Until(at), func() { e.peer.in <- b })
	}
}

// turn is the right to run; the ends look into each other.
type turn chan struct{}

// run drives the end until done is closed.
func (e *end) run(my turn, done <-chan struct{}) {
	timer, submit, wake := time.NewTimer(0), time.NewTimer(0), time.NewTimer(0)
	defer timer.Stop()
	defer submit.Stop()
	defer wake.Stop()
	for {
		if d := e.state.Deadline(); !d.IsZero() {
			timer.Reset(time.Until(d))
		} else {
			timer.Stop()
		}
		select {
		case <-done:
			return
		case b := <-e.in:
			my <- struct{}{}
			f, err := DefaultCodec{}.Parse(b)
			e.must(err)
			e.step(Event{Kind: Receive, Frame: f})
			e.available = time.Time{}
		case <-timer.C:
			my <- struct{}{}
			e.step(Event{Kind: Timeout})
		case <-submit.C:
			my <- struct{}{}
			if e.talks && !e.stopped {
				e.submit()
				submit.Reset(e.pause())
			}
		case <-wake.C:
			my <- struct{}{}
			if !e.available.IsZero() {
				e.available = time.Time{}
				e.step(Event{Kind: Available})
			}
		}
		if e.talks && !e.stopped && e.sc.pause == 0 {
			e.submit()
		}
		switch x := e.random.Float64(); {
		case e.stopped:
		case x < e.sc.outages && e.available.IsZero():
			wait := time.Duration(e.random.Int64N(int64(time.Hour)))
			e.available = time.Now().Add(wait)
			wake.Reset(wait)
			e.fig.suspend++
			e.step(Event{Kind: Unavailable})
		case x < e.sc.outages+e.sc.resets:
			e.step(Event{Kind: Terminate})
		}
		<-my
	}
}

func (e *end) pause() time.Duration {
	if e.sc.pause == 0 {
		return time.Hour
	}
	return time.Duration(e.random.Int64N(int64(e.sc.pause)))
}

func (e *end) submit() {
	for len(e.unconfirmed) < e.m.o.Queue {
		e.submitted++
		e.fig.submitted++
		e.unconfirmed[e.submitted] = true
		e.step(Event{Kind: Submit, Token: e.submitted, Data: binary.BigEndian.AppendUint64(nil, e.submitted)})
		if !e.state.Suspended() && e.random.IntN(8) == 0 {
			e.lastUI++
			e.step(Event{Kind: SubmitUnacknowledged, Data: binary.BigEndian.AppendUint64(nil, e.lastUI)})
		}
		if e.sc.pause != 0 {
			return
		}
	}
}

// simulate runs sc in virtual time and returns what happened.
func simulate(t *testing.T, seed uint64, sc scenario) (fig figures) {
	synctest.Test(t, func(t *testing.T) {
		m, err := New(&sc.opts)
		require.NoError(t, err)
		ends := [2]*end{}
		for i := range ends {
			ends[i] = &end{sc: &sc, m: m, random: rand.New(rand.NewPCG(seed, uint64(i))), in: make(chan []byte, 1024), fig: &fig,
				talks: i == 0 || !sc.oneWay, unconfirmed: map[uint64]bool{}, acknowledged: map[uint64]bool{}}
		}
		ends[0].peer, ends[1].peer = ends[1], ends[0]
		ends[0].state, ends[1].state = NewState(PortPair(1, 2)), NewState(PortPair(2, 1))
		my, done, ended := make(turn, 1), make(chan struct{}), make(chan struct{})
		start := time.Now()
		for _, e := range ends {
			go func() { e.run(my, done); ended <- struct{}{} }()
		}
		look := func(ok func() bool) bool {
			my <- struct{}{}
			defer func() { <-my }()
			return ok()
		}
		for !look(func() bool { return len(fig.faults) > 0 || fig.frames >= sc.frames }) {
			time.Sleep(time.Minute)
		}
		look(func() bool { ends[0].stopped, ends[1].stopped = true, true; return true })
		for range 10000 { // all must end by itself
			if look(func() bool { return len(fig.faults) > 0 || len(ends[0].unconfirmed)+len(ends[1].unconfirmed) == 0 }) {
				break
			}
			time.Sleep(time.Minute)
		}
		fig.virtual = time.Since(start)
		close(done)
		<-ended
		<-ended
		time.Sleep(24 * time.Hour) // what is under way arrives, in queues that nobody reads
		for _, e := range ends {
			if len(e.unconfirmed) > 0 {
				e.fault("%d SDUs have no outcome", len(e.unconfirmed))
			}
		}
		if sc.resets == 0 && (fig.delivered != fig.submitted || fig.acknowledged != fig.submitted) {
			ends[0].fault("%d submitted, %d delivered, %d acknowledged", fig.submitted, fig.delivered, fig.acknowledged)
		}
	})
	return fig
}

// simFrames is how many frames each simulation carries.
func simFrames(t *testing.T, of int) int {
	if testing.Short() {
		return of / 10
	}
	if os.Getenv("SCEFKIT_TEST_MILLION") != "" {
		return of * 15
	}
	return of
}

// TestSimulation sends hundreds of thousands of frames through bad channels. With SCEFKIT_TEST_MILLION set they are
// millions.
func TestSimulation(t *testing.T) {
	bad := channel{lifetime: 10 * time.Second, loss: 0.1, duplicate: 0.1}
	patient := Options{Lifetime: 10 * time.Second, T200: 20 * time.Second, N200: 100}
	for _, c := range []struct {
		name   string
		frames int
		sc     scenario
	}{
		{"reorder", 40_000, scenario{channel: bad, opts: patient}},
		{"oneway", 20_000, scenario{channel: bad, opts: patient, oneWay: true}},
		{"sparse", 10_000, scenario{channel: bad, opts: patient, pause: time.Minute}},
		{"inorder", 30_000, scenario{channel: channel{loss: 0.2}, opts: Options{N200: 100}}},
		{"killed", 20_000, scenario{channel: bad, opts: patient, restarts: 0.2}},
		{"asleep", 20_000, scenario{channel: bad, opts: patient, restarts: 0.01, outages: 0.01}},
		{"resets", 20_000, scenario{channel: channel{lifetime: 10 * time.Second, loss: 0.4, duplicate: 0.3},
			opts: Options{Lifetime: 10 * time.Second, T200: 20 * time.Second, N200: 1}, restarts: 0.01, outages: 0.01, resets: 0.01}},
		{"resets oneway", 15_000, scenario{channel: channel{lifetime: 10 * time.Second, loss: 0.4, duplicate: 0.3},
			opts: Options{Lifetime: 10 * time.Second, T200: 20 * time.Second, N200: 1}, oneWay: true, outages: 0.01, resets: 0.001}},
		{"resets inorder", 15_000, scenario{channel: channel{loss: 0.4}, opts: Options{N200: 1}, restarts: 0.01, resets: 0.01}},
		{"window of one", 10_000, scenario{channel: bad, opts: Options{Lifetime: 10 * time.Second, T200: 20 * time.Second, N200: 100, Window: 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.sc.frames = simFrames(t, c.frames)
			begin := time.Now()
			f := simulate(t, 1, c.sc)
			require.Empty(t, f.faults)
			require.GreaterOrEqual(t, f.frames, c.sc.frames)
			t.Logf("%d frames (%d lost, %d doubled), %d SDUs acknowledged, %d unknown, %d not sent, %d delivered, %d unacknowledged ones, %d times opened, %d restored, %d suspended: %v of link, %v of ours",
				f.frames, f.lost, f.duplicated, f.acknowledged, f.unknown, f.notSent, f.delivered, f.deliveredUI, f.opened, f.restored, f.suspend,
				f.virtual.Round(time.Minute), time.Since(begin).Round(time.Millisecond))
		})
	}
}

// TestSimulationCatches checks that the simulation finds what it looks for: a machine that is not told how long frames
// live takes old ones for new ones.
func TestSimulationCatches(t *testing.T) {
	f := simulate(t, 1, scenario{channel: channel{lifetime: 10 * time.Second, loss: 0.1, duplicate: 0.1},
		opts: Options{T200: 20 * time.Second, N200: 100}, frames: 100_000})
	require.NotEmpty(t, f.faults)
	t.Logf("after %d frames: %s", f.frames, f.faults[0])
}
