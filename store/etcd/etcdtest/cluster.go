// Package etcdtest runs clusters of etcd for tests, within the process of the test. Nothing need be installed.
//
// Members and clients reach each member through proxies, so that a test can kill a member, part it from the others or
// lose its answers, and the addresses stay the same. It does not know store/etcd, whose tests use it.
package etcdtest

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

// Patience is how long a Cluster waits for members to start and for a leader: far longer than either takes, even on a
// machine with much else to do.
const Patience = time.Minute

// Cluster is a number of members, which are called 0, 1, 2 and so on. Its methods are for one goroutine at a time; clients
// of the members may be used meanwhile.
type Cluster struct {
	members []*member
	config  func(*embed.Config)
}

type member struct {
	name    string
	dir     string
	peers   *proxy
	clients *proxy
	etcd    *embed.Etcd // nil while it is down
	id      string      // in what it sends to others
}

// Start starts a cluster that is closed at the end of the test. A member that does not start ends the test.
//
// The members keep their data below tb.TempDir, tick every 20 ms, miss a leader after some 250 ms, and allow what
// store/etcd asks of a server: --max-txn-ops=65536 and --max-request-bytes=16777216. config, which may be nil, changes
// the configuration of each member each time that it is started, as to set UnsafeNoFsync where no test is about a disk:
// what a killed member wrote is there without it, too, since the system goes on.
func Start(tb testing.TB, members int, config func(*embed.Config)) *Cluster {
	tb.Helper()
	c, err := New(tb.TempDir(), members, config)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}

// New is Start for a cluster that several tests use, as from TestMain: its data is below dir, and the caller closes it.
// When it returns an error nothing runs.
func New(dir string, members int, config func(*embed.Config)) (*Cluster, error) {
	c := &Cluster{config: config}
	for i := range members {
		m := &member{name: fmt.Sprint("m", i)}
		m.dir = filepath.Join(dir, m.name)
		c.members = append(c.members, m)
		var err error
		if m.peers, err = newProxy(); err == nil {
			m.clients, err = newProxy()
		}
		if err != nil {
			c.Close()
			return nil, err
		}
	}
	if err := c.start(); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// start starts the members that are down and waits until they are ready.
func (c *Cluster) start() error {
	var all []string
	for _, m := range c.members {
		all = append(all, m.name+"="+m.peers.url().String())
	}
	var started []*member
	for _, m := range c.members {
		if m.etcd != nil {
			continue
		}
		if err := m.start(strings.Join(all, ","), c.config); err != nil {
			return fmt.Errorf("etcdtest: member %s: %w", m.name, err)
		}
		started = append(started, m)
	}
	late := time.After(Patience)
	for _, m := range started {
		select {
		case <-m.etcd.Server.ReadyNotify():
		case <-late:
			return fmt.Errorf("etcdtest: member %s is not ready after %v", m.name, Patience)
		}
	}
	return nil
}

func (m *member) start(all string, config func(*embed.Config)) error {
	cfg := embed.NewConfig()
	cfg.Name, cfg.Dir, cfg.InitialCluster = m.name, m.dir, all
	loopback := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	cfg.ListenPeerUrls, cfg.ListenClientUrls = []url.URL{loopback}, []url.URL{loopback}
	cfg.AdvertisePeerUrls, cfg.AdvertiseClientUrls = []url.URL{*m.peers.url()}, []url.URL{*m.clients.url()}
	cfg.TickMs, cfg.ElectionMs = 20, 250
	cfg.MaxTxnOps, cfg.MaxRequestBytes = 1<<16, 16<<20
	cfg.EnableGRPCGateway = false
	cfg.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
	if config != nil {
		config(cfg)
	}
	e, err := embed.StartEtcd(cfg)
	if err != nil {
		return err
	}
	m.etcd, m.id = e, e.Server.MemberID().String()
	m.peers.to(e.Peers[0].Addr().String())
	m.clients.to(e.Clients[0].Addr().String())
	return nil
}

// Kill stops members at once: nothing that is on its way leaves them. A member that is down stays so.
func (c *Cluster) Kill(members ...int) {
	for _, i := range members {
		c.members[i].kill()
	}
}

func (m *member) kill() {
	if m.etcd == nil {
		return
	}
	m.peers.to("")
	m.clients.to("")
	m.etcd.Server.HardStop()
	m.etcd.Close()
	m.etcd = nil
}

// Restart starts all members that are down, with the data that they had, and returns when they are ready, which needs
// most members of the cluster. A member that does not start ends the test.
func (c *Cluster) Restart(tb testing.TB) {
	tb.Helper()
	if err := c.start(); err != nil {
		tb.Fatal(err)
	}
}

// Close kills all members and ends the listeners. Start does it by itself at the end of the test.
func (c *Cluster) Close() {
	var wg sync.WaitGroup
	for _, m := range c.members {
		wg.Go(func() {
			m.kill()
			for _, p := range []*proxy{m.peers, m.clients} {
				if p != nil {
					p.l.Close()
				}
			}
		})
	}
	wg.Wait()
}

// Endpoints gives the addresses of the members for clients, like "http://127.0.0.1:4001"; a config that turns TLS on
// leaves the scheme to the caller. They stay the same for the life of the cluster.
func (c *Cluster) Endpoints() []string {
	var all []string
	for _, m := range c.members {
		all = append(all, m.clients.url().String())
	}
	return all
}

// Leader waits until one member leads most members, itself included, and returns it. Without a leader within Patience
// the test ends.
func (c *Cluster) Leader(tb testing.TB) int {
	tb.Helper()
	for begin := time.Now(); time.Since(begin) < Patience; time.Sleep(time.Millisecond) {
		if i := slices.IndexFunc(c.members, c.leads); i >= 0 {
			return i
		}
	}
	tb.Fatalf("etcdtest: no leader after %v", Patience)
	return -1
}

// leads reports whether m leads most members.
func (c *Cluster) leads(m *member) bool {
	if m.etcd == nil || m.etcd.Server.Leader() != m.etcd.Server.MemberID() {
		return false
	}
	votes := 0
	for _, o := range c.members {
		if o.etcd != nil && o.etcd.Server.Leader() == m.etcd.Server.MemberID() {
			votes++
		}
	}
	return votes > len(c.members)/2
}

// CutOff parts a member from the others until Heal; clients still reach it. At most one member is cut off.
func (c *Cluster) CutOff(member int) {
	cut := c.members[member]
	for _, m := range c.members {
		m.peers.refuse(func(from string) bool { return m == cut || from == cut.id })
	}
}

// Heal ends CutOff.
func (c *Cluster) Heal() {
	for _, m := range c.members {
		m.peers.refuse(nil)
	}
}

// Mute loses what members say to clients, whose requests still get there, until Unmute.
func (c *Cluster) Mute(members ...int) {
	for _, i := range members {
		c.members[i].clients.mute.Store(true)
	}
}

// Unmute ends Mute: the connections of clients to the members break, since parts of what was said are missing, and new
// ones work.
func (c *Cluster) Unmute(members ...int) {
	for _, i := range members {
		p := c.members[i].clients
		p.cutAll()
		p.mute.Store(false)
	}
}
