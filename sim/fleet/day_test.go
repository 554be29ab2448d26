package fleet_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/sim/fleet"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// This file is there to be copied: a day of many devices in seconds. Time is virtual in a bubble of testing/synctest, which
// only tests have, so the experiment is a test. It takes the number of devices from SCEFKIT_DEVICES, and leaves its results
// in the directory SCEFKIT_RESULTS. GOGC=400 saves a quarter of the time.
//
//	SCEFKIT_DEVICES=10000 SCEFKIT_RESULTS=/tmp go test -v -run TestDay ./sim/fleet

// TestDay lets meters and alarms share an SCEF for a day.
func TestDay(t *testing.T) {
	devices, err := strconv.Atoi(cmp.Or(os.Getenv("SCEFKIT_DEVICES"), "250"))
	require.NoError(t, err)
	begin := time.Now()
	results := day(t, fleet.Scenario{
		Duration: 24 * time.Hour,
		Seed:     1,
		Kinds: []fleet.Kind{{
			Name: "meter", Count: devices * 4 / 5,
			Power:    fleet.Power{PSM: true, ActiveTime: 20 * time.Second, TAU: 4 * time.Hour},
			Coverage: fleet.Coverage{Every: 12 * time.Hour, Lasts: 30 * time.Minute},
			Uplink:   []fleet.Traffic{{Pattern: fleet.Periodic(time.Hour), Size: 64}},
			Downlink: []fleet.Traffic{{Pattern: fleet.Periodic(24 * time.Hour), MaximumLatency: 2 * time.Hour}},
		}, {
			Name: "alarm", Count: devices / 5,
			Power:    fleet.Power{EDRX: 82 * time.Second, PagingWindow: 5 * time.Second},
			Uplink:   []fleet.Traffic{{Pattern: fleet.Bursts(1, 6*time.Hour, time.Minute, 0.5)}},
			Downlink: []fleet.Traffic{{Pattern: fleet.Poisson(8 * time.Hour), MaximumLatency: time.Hour}},
		}},
	})
	total := results.Total()
	t.Logf("%d reports and %d commands in %v", total.Uplink.Sent, total.Downlink.Sent, time.Since(begin))
	require.Positive(t, total.Downlink.AtOnce)
	require.Positive(t, total.Downlink.Later)
	require.Zero(t, total.Uplink.Pending)
}

// day runs a scenario in a bubble, against an SCEF in memory.
func day(t *testing.T, s fleet.Scenario) (results *fleet.Results) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f, err := fleet.New(s)
		require.NoError(t, err)
		net, done := inMemory(t, f)
		defer done()
		results, err = f.Run(t.Context(), net)
		require.NoError(t, err)
		require.NoError(t, f.Remove(t.Context()))
	})
	if dir := os.Getenv("SCEFKIT_RESULTS"); dir != "" {
		for name, write := range map[string]func(*os.File) error{
			".csv":  func(w *os.File) error { return results.WriteCSV(w) },
			".html": func(w *os.File) error { return results.WriteHTML(w) },
		} {
			w, err := os.Create(filepath.Join(dir, t.Name()+name))
			require.NoError(t, err)
			require.NoError(t, write(w))
			require.NoError(t, w.Close())
		}
	}
	return results
}

const scsas = "as1"

// inMemory wires an SCEF with a fleet: its NIDD procedure on a store in memory, two MMEs and an HSS at the other ends of
// pipes. The function that it returns ends all of it.
func inMemory(t *testing.T, f *fleet.Fleet) (fleet.Network, func()) {
	t.Helper()
	self, realm := diameter.Identity{Host: "scef.example", Realm: "example"}, "example"
	s, pipes := store.NewMemory(), pipes{}
	outbox := t8.NewOutbox([]byte("outbox/"), f, nil)
	p, err := nidd.New(nidd.Deps{
		Self: self, APIRoot: "https://scef.example", Store: s, Transport: pipes, Notifier: f, Outbox: outbox,
		Profiles: policy.NIDDByID{scsas: {APN: "iot.example"}},
	}, &nidd.Options{HSS: diameter.Identity{Host: "hss.example", Realm: realm}})
	require.NoError(t, err)
	hss := sim.NewHSS(diameter.Identity{Host: "hss.example", Realm: realm}, &sim.HSSOptions{Subscribers: f.Subscriber})
	pipes.join(self, p.S6t(), hss)
	net := fleet.Network{T8: p, SCSAS: scsas, Callback: "https://as.example/notify"}
	for _, host := range []string{"mme1.example", "mme2.example"} {
		mme, err := sim.NewMME(diameter.Identity{Host: host, Realm: realm}, self, nil)
		require.NoError(t, err)
		pipes.join(self, p.T6a(), mme)
		net.MMEs = append(net.MMEs, mme)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = p.Run(ctx) })
	running.Go(func() { _ = outbox.Run(ctx, s) })
	return net, func() {
		cancel()
		p.Close()
		running.Wait()
		for _, end := range pipes {
			_ = end.Close()
		}
	}
}

// pipes are the ways of the SCEF to its peers, by host.
type pipes map[string]*diameter.PipeEnd

// join makes the way to a simulated node.
func (p pipes) join(self diameter.Identity, h diameter.Handler, n sim.Node) {
	there, back := diameter.Pipe(self, h, n.Self(), n)
	p[n.Self().Host] = there
	n.Use(back)
}

// Do implements [diameter.Transport].
func (p pipes) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	end := p[to.Host]
	if end == nil {
		return nil, fmt.Errorf("%w: %s", diameter.ErrNoPeer, to.Host)
	}
	return end.Do(ctx, to, req)
}
