package fleet_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/sim/fleet"
	"github.com/scefkit/scefkit/t8"
)

// yes is an SCEF that keeps nothing: it takes every configuration, connection and report.
type yes struct{ t8.NIDD }

func (yes) CreateConfiguration(_ context.Context, _ id.SCSASID, c *t8.NIDDConfiguration) (*t8.NIDDConfiguration, error) {
	return &t8.NIDDConfiguration{Self: t8.NIDDConfigurationURI("https://scef.example", scsas, "c-"+string(c.ExternalID)[:15])}, nil
}

func (yes) DeleteConfiguration(context.Context, id.SCSASID, string) error { return nil }

func (yes) HandleDiameter(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	return diameter.ErrorAnswer(req, scefID, diameter.Success, "", nil), nil
}

var scefID = diameter.Identity{Host: "scef.example", Realm: "example"}

// network returns a Network with MMEs at the other end of pipes from h.
func network(t *testing.T, h diameter.Handler, mmes int) fleet.Network {
	t.Helper()
	net := fleet.Network{SCSAS: scsas, Callback: "https://as.example/notify", T8: yes{}}
	for i := range mmes {
		m, err := sim.NewMME(diameter.Identity{Host: fmt.Sprintf("mme%d.example", i), Realm: "example"}, scefID, nil)
		require.NoError(t, err)
		_, back := diameter.Pipe(scefID, h, m.Self(), m)
		m.Use(back)
		t.Cleanup(func() { _ = back.Close() })
		net.MMEs = append(net.MMEs, m)
	}
	return net
}

// TestMemory measures what an attached device costs with all that fleet and MMEs keep for it, streams in both directions
// and coverage included.
func TestMemory(t *testing.T) {
	const devices = 20_000
	f, err := fleet.New(fleet.Scenario{Duration: time.Millisecond, Kinds: []fleet.Kind{{Name: "one", Count: 1}}})
	require.NoError(t, err)
	before := heap(f)
	f, err = fleet.New(fleet.Scenario{Duration: time.Millisecond, Kinds: []fleet.Kind{{
		Name: "meter", Count: devices, Coverage: fleet.Coverage{Every: time.Hour, Lasts: time.Hour},
		Power:    fleet.Power{PSM: true},
		Uplink:   []fleet.Traffic{{Pattern: fleet.Periodic(time.Hour)}},
		Downlink: []fleet.Traffic{{Pattern: fleet.Periodic(24 * time.Hour)}},
	}}})
	require.NoError(t, err)
	net := network(t, yes{}, 4)
	_, err = f.Run(t.Context(), net)
	require.NoError(t, err)
	octets := (heap(f) - before) / devices
	t.Logf("%d octets for each device", octets)
	require.Less(t, octets, int64(1024))
	runtime.KeepAlive(net)
}

// heap returns how many octets are in use, keep among them.
func heap(keep any) int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	runtime.KeepAlive(keep)
	return int64(m.HeapAlloc)
}
