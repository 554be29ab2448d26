package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/etcd/server/v3/embed"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store/etcd/etcdtest"
	"github.com/scefkit/scefkit/store/postgres/pgtest"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const clusterRoot = "http://scef.test" // of T8; every daemon serves it

var relayID = diameter.Identity{Host: "dra." + realm, Realm: realm}

// fleet is several daemons that share a store. Its AS sends each request to another daemon.
type fleet struct {
	*bench
	members []*fleetMember
	turn    atomic.Int64
}

// fleetMember is one daemon of a fleet.
type fleetMember struct {
	site
	*daemon
}

// lease is that of the daemons: a member that is gone is known to be so after at most 1.5 times this.
const lease = 2 * time.Second

// newFleet starts n daemons with that store, behind one Diameter relay.
func newFleet(t *testing.T, n int, store string) *fleet {
	f := addFleet(t, n, store)
	relay := diameter.Peer{Address: f.dia, Identity: relayID}
	f.links = []diameter.Peer{relay}
	f.startHSS()
	require.NoError(t, f.hssNode.AddPeer(relay))
	f.listenRelay()
	for _, m := range f.members {
		m.peer = f.dia
	}
	f.begin()
	return f
}

// newLinkedFleet starts n daemons with that store, each connected to the HSS and to all MMEs. These let it speak for the
// SCEF.
func newLinkedFleet(t *testing.T, n int, store string) *fleet {
	f := addFleet(t, n, store)
	f.origin = diameter.OriginRealm
	f.startHSS()
	for _, m := range f.members {
		m.peer = f.hssAddr
		f.links = append(f.links, diameter.Peer{Address: m.dia, Identity: diameter.Identity{Host: m.host, Realm: realm}})
	}
	f.begin()
	return f
}

// addFleet describes n daemons.
func addFleet(t *testing.T, n int, store string) *fleet {
	f := &fleet{bench: &bench{t: t, site: newSite(t)}}
	for i := range n {
		m := &fleetMember{site: newSite(t)}
		m.host, m.apiRoot, m.store, m.level = fmt.Sprintf("scef%d.%s", i+1, realm), clusterRoot, store, "info"
		f.members = append(f.members, m)
	}
	return f
}

// begin starts the daemons and the AS.
func (f *fleet) begin() {
	t := f.t
	t.Helper()
	for _, m := range f.members {
		f.launch(m)
	}
	t.Cleanup(func() {
		for _, m := range f.members {
			if t.Failed() {
				t.Logf("%s:\n%s", m.host, m.log)
			}
		}
	})
	for _, m := range f.members {
		m.awaitReady(t)
		eventually(t, 20*time.Second, func() string { // a daemon is ready before its peers are
			if !strings.Contains(m.log.String(), `"to":"Open"`) {
				return m.host + " has no Diameter connection"
			}
			return ""
		})
	}
	var err error
	f.as, err = sim.NewAS(as1, clusterRoot, &sim.ASOptions{Token: secret, HTTP: &http.Client{Transport: f, Timeout: 30 * time.Second}})
	require.NoError(t, err)
	f.url = f.listenAS()
}

// listenRelay starts the relay.
func (f *fleet) listenRelay() {
	opts := quick()
	opts.CheckOrigin = diameter.OriginAny
	relay, err := diameter.NewNode(relayID, []diameter.App{{ID: diameter.AppRelay, Forward: new(diameter.Forward)}}, opts)
	require.NoError(f.t, err)
	f.t.Cleanup(func() { relay.Close() })
	// What the daemons ask goes to the HSS, and what the HSS asks to any of them.
	routes := []diameter.Route{{Realm: realm, App: s6t.App, Peer: hssID.Host}}
	for _, m := range f.members {
		routes = append(routes,
			diameter.Route{Realm: realm, App: t6a.App, Peer: m.host},
			diameter.Route{Realm: realm, App: s6t.App, Peer: m.host, Priority: 1})
	}
	require.NoError(f.t, relay.SetRoutes(routes))
	l, err := net.Listen("tcp", f.dia)
	require.NoError(f.t, err)
	go relay.Serve(l)
}

func (f *fleet) launch(m *fleetMember) { m.daemon = launch(f.t, m.configure(f.t)) }

// RoundTrip sends each request to the next daemon that accepts a connection, as a load balancer does.
func (f *fleet) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	first := int(f.turn.Add(1))
	for i := range f.members {
		m := f.members[(first+i)%len(f.members)]
		c, dialErr := new(net.Dialer).DialContext(r.Context(), "tcp", m.t8)
		if err = dialErr; err != nil {
			continue
		}
		one := &http.Transport{DisableKeepAlives: true, DialContext: func(context.Context, string, string) (net.Conn, error) { return c, nil }}
		return one.RoundTrip(r)
	}
	return nil, err
}

// eachStore runs fn on each kind of store that several daemons can share.
func eachStore(t *testing.T, fn func(t *testing.T, store string)) {
	t.Run("postgres", func(t *testing.T) {
		server, stop := pgtest.Start(t)
		t.Cleanup(stop)
		fn(t, fmt.Sprintf("{engine: postgres, url: %q, lease: %v}", server.URL(), lease))
	})
	t.Run("etcd", func(t *testing.T) { fn(t, etcdStore(startEtcd(t))) })
}

// startEtcd starts three members.
func startEtcd(t *testing.T) *etcdtest.Cluster {
	return etcdtest.Start(t, 3, func(cfg *embed.Config) { cfg.UnsafeNoFsync = true })
}

// etcdStore is the configuration of a store in c.
func etcdStore(c *etcdtest.Cluster) string {
	return fmt.Sprintf(`{engine: etcd, endpoints: ["%s"], prefix: scefd/, lease: %v}`, strings.Join(c.Endpoints(), `", "`), lease)
}

// run begins a load on the fleet.
func (f *fleet) run(workers int, seed uint64) *killRun {
	r := newKillRun(f.bench, seed)
	r.serves()
	r.work(workers)
	return r
}

// TestClusterQuiet checks that nothing is sent twice while all daemons live: no notification and no TDR.
func TestClusterQuiet(t *testing.T) {
	eachStore(t, func(t *testing.T, store string) {
		f := newFleet(t, 3, store)
		r := f.run(6, rand.Uint64())
		r.pause(t.Context(), 3*time.Second)
		r.stop()
		r.settle()
		sum := r.check()
		require.Zero(t, sum.NotifiedAgain)
		require.Zero(t, sum.Again)
		require.Zero(t, sum.Unanswered)
		for _, m := range f.members {
			require.NotContains(t, m.log.String(), "lease was lost")
		}
	})
}

// TestClusterOfPeerLinks does without a relay.
func TestClusterOfPeerLinks(t *testing.T) {
	server, stop := pgtest.Start(t)
	t.Cleanup(stop)
	f := newLinkedFleet(t, 2, fmt.Sprintf("{engine: postgres, url: %q, lease: %v}", server.URL(), lease))
	r := f.run(4, rand.Uint64())
	defer r.stop()
	r.agents = true
	r.pause(t.Context(), time.Second)
	f.members[0].kill()
	r.pause(t.Context(), 2*lease)
	f.launch(f.members[0])
	f.members[0].awaitReady(t)
	r.pause(t.Context(), time.Second)
	r.stop()
	r.settle()
	r.check()
}

// TestClusterKill kills and pauses daemons of a cluster while the others go on, and holds them together to what any of
// them acknowledged, as TestKill does for one.
func TestClusterKill(t *testing.T) {
	eachStore(t, func(t *testing.T, store string) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 0))
		f := newFleet(t, 3, store)
		r := f.run(6, seed)
		r.agents = true
		defer r.stop()
		rounds := 4
		if testing.Short() {
			rounds = 2
		}
		for round := range rounds {
			r.pause(t.Context(), 150*time.Millisecond+time.Duration(random.IntN(900))*time.Millisecond)
			m := f.members[random.IntN(len(f.members))]
			if round%2 == 0 {
				select { // while the UE has its data and the daemon does not know
				case <-r.held:
				case <-time.After(time.Second):
				}
				m.kill()
				r.pause(t.Context(), time.Duration(random.Int64N(int64(2*lease))))
				f.launch(m)
				m.awaitReady(t)
				continue
			}
			require.NoError(t, m.cmd.Process.Signal(syscall.SIGSTOP))
			r.pause(t.Context(), 2*lease)
			require.NoError(t, m.cmd.Process.Signal(syscall.SIGCONT))
			eventually(t, 20*time.Second, func() string {
				if !strings.Contains(m.log.String(), "lease was lost") {
					return "it does not know that it lost its lease"
				}
				return ""
			})
		}
		r.pause(t.Context(), 300*time.Millisecond)
		r.stop()
		r.settle()
		r.check()
	})
}

// TestClusterEtcdLeaderKilled kills the leader of etcd again and again while the daemons work, and holds them to what
// they acknowledged. They go on with the next leader.
func TestClusterEtcdLeaderKilled(t *testing.T) {
	servers := startEtcd(t)
	f := newFleet(t, 3, etcdStore(servers))
	r := f.run(6, rand.Uint64())
	r.agents = true // where an election takes longer than the lease
	defer r.stop()
	rounds := 4
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		r.pause(t.Context(), 500*time.Millisecond)
		servers.Kill(servers.Leader(t))
		servers.Leader(t)
		before := len(f.as.Notifications())
		eventually(t, 30*time.Second, func() string {
			if len(f.as.Notifications()) < before+20 {
				return "the daemons do not go on"
			}
			return ""
		})
		servers.Restart(t)
	}
	r.stop()
	for _, m := range f.members {
		t.Logf("%s lost its lease %d times", m.host, strings.Count(m.log.String(), "lease was lost"))
	}
	r.settle()
	r.check()
}

// TestClusterTakesOver checks what becomes of the work of a daemon that is killed for good: its stored data, its
// configurations with an end and its notifications.
func TestClusterTakesOver(t *testing.T) {
	eachStore(t, func(t *testing.T, store string) {
		f := newFleet(t, 2, store)
		m, node := f.mme(mmeID, nil)
		f.await(node)
		first, second := f.members[0], f.members[1]
		at := func(m *fleetMember) t8.NIDD { return f.only(m).NIDD() }

		// The AS does not take notifications, so that they wait at the first daemon.
		var refuse atomic.Bool
		refuse.Store(true)
		f.as.Misbehave(func() sim.ASFault {
			if refuse.Load() {
				return sim.ASFault{Status: http.StatusServiceUnavailable}
			}
			return sim.ASFault{}
		})
		ue, ext := f.provision(1)
		_, endingExt := f.provision(2)
		_, absentExt := f.provision(3)
		ctx := t.Context()
		cfg, err := at(first).CreateConfiguration(ctx, as1, f.request(ext))
		require.NoError(t, err)
		ending := f.request(endingExt)
		ending.Duration = time.Now().Add(3 * time.Second)
		_, err = at(first).CreateConfiguration(ctx, as1, ending)
		require.NoError(t, err)
		_, err = at(first).CreateDelivery(ctx, as1, cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: ext, Data: []byte("kept")})
		require.NoError(t, err)
		absent, err := at(first).CreateConfiguration(ctx, as1, f.request(absentExt))
		require.NoError(t, err)
		expiring, err := at(first).CreateDelivery(ctx, as1, absent.Self, &t8.NIDDDownlinkDataTransfer{
			ExternalID: absentExt, Data: []byte("expires"), MaximumLatency: new(t8.DurationSec(2 * time.Second)),
		})
		require.NoError(t, err)
		first.kill()
		killed := time.Now()
		refuse.Store(false)
		require.NoError(t, ue.Attach(ctx, m, apn))
		after := map[string]time.Duration{}
		eventually(t, 30*time.Second, func() string {
			for _, n := range f.as.Notifications() {
				switch n := n.(type) {
				case *t8.NIDDConfigurationStatusNotification:
					note(after, string(n.Status), killed)
				case *t8.NIDDDownlinkDataDeliveryStatusNotification:
					note(after, n.NIDDDownlinkDataTransfer+" "+string(n.DeliveryStatus), killed)
				}
			}
			if len(ue.Received()) > 0 {
				note(after, "kept", killed)
			}
			for _, w := range []string{"kept", "TERMINATED", expiring.Self + " FAILURE_TIMEOUT"} {
				if _, ok := after[w]; !ok {
					return w
				}
			}
			return ""
		})
		t.Logf("after the kill: %v", after)
		require.Equal(t, "kept", string(ue.Received()[0]))
		_, err = at(second).Configuration(ctx, as1, cfg.Self)
		require.NoError(t, err)
	})
}

// note keeps when something was seen for the first time.
func note(after map[string]time.Duration, what string, since time.Time) {
	if _, ok := after[what]; !ok {
		after[what] = time.Since(since).Round(10 * time.Millisecond)
	}
}

// only is the AS with one daemon alone.
func (f *fleet) only(m *fleetMember) *sim.AS {
	as, err := sim.NewAS(as1, clusterRoot, &sim.ASOptions{Token: secret, HTTP: &http.Client{
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", m.t8)
		}}, Timeout: 30 * time.Second,
	}})
	require.NoError(f.t, err)
	return as
}
