package etcd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
)

// cluster is etcd in this process. Members and clients reach each member through proxies, which the tests cut.
type cluster struct {
	members []*member
	config  func(*embed.Config)
}

type member struct {
	dir     string
	peers   *proxy
	clients *proxy
	etcd    *embed.Etcd // nil while it is down
	id      string
}

// newCluster starts n members with data in dir.
func newCluster(n int, dir string, config func(*embed.Config)) (*cluster, error) {
	c := &cluster{config: config}
	for i := range n {
		peers, err := newProxy()
		if err != nil {
			return nil, err
		}
		clients, err := newProxy()
		if err != nil {
			return nil, err
		}
		c.members = append(c.members, &member{dir: filepath.Join(dir, fmt.Sprint(i)), peers: peers, clients: clients})
	}
	return c, c.start(c.members...)
}

func (c *cluster) start(members ...*member) error {
	var all []string
	for i, m := range c.members {
		all = append(all, fmt.Sprintf("m%d=http://%s", i, m.peers.l.Addr()))
	}
	for i, m := range c.members {
		if m.etcd != nil || !contains(members, m) {
			continue
		}
		cfg := embed.NewConfig()
		cfg.Name = fmt.Sprint("m", i)
		cfg.Dir = m.dir
		cfg.InitialCluster = strings.Join(all, ",")
		loopback := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
		cfg.ListenPeerUrls, cfg.ListenClientUrls = []url.URL{loopback}, []url.URL{loopback}
		cfg.AdvertisePeerUrls, cfg.AdvertiseClientUrls = []url.URL{m.peers.url()}, []url.URL{m.clients.url()}
		cfg.TickMs, cfg.ElectionMs = 20, 250
		cfg.MaxTxnOps, cfg.MaxRequestBytes = MinTxnOps, MinRequestBytes
		cfg.EnableGRPCGateway = false
		cfg.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.NewNop())
		if c.config != nil {
			c.config(cfg)
		}
		e, err := embed.StartEtcd(cfg)
		if err != nil {
			return err
		}
		m.etcd, m.id = e, e.Server.MemberID().String()
		m.peers.to(e.Peers[0].Addr().String())
		m.clients.to(e.Clients[0].Addr().String())
	}
	for _, m := range members {
		select {
		case <-m.etcd.Server.ReadyNotify():
		case <-time.After(30 * time.Second):
			return fmt.Errorf("member %s does not start", m.dir)
		}
	}
	return nil
}

func contains(members []*member, m *member) bool {
	for _, x := range members {
		if x == m {
			return true
		}
	}
	return false
}

// kill stops a member at once: nothing that is on its way leaves it.
func (m *member) kill() {
	m.peers.to("")
	m.clients.to("")
	m.etcd.Server.HardStop()
	m.etcd.Close()
	m.etcd = nil
}

func (c *cluster) close() {
	var wg sync.WaitGroup
	for _, m := range c.members {
		wg.Go(func() {
			if m.etcd != nil {
				m.kill()
			}
			m.peers.l.Close()
			m.clients.l.Close()
		})
	}
	wg.Wait()
}

func (c *cluster) endpoints() []string {
	var all []string
	for _, m := range c.members {
		all = append(all, "http://"+m.clients.l.Addr().String())
	}
	return all
}

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatalf("still waiting after a minute: %s", what)
		}
	}
}

// leader gives the member that most members take for the leader.
func (c *cluster) leader(t *testing.T) (leader *member) {
	t.Helper()
	until(t, "a leader", func() bool {
		for _, m := range c.members {
			if m.etcd == nil || m.etcd.Server.Leader() != m.etcd.Server.MemberID() {
				continue
			}
			votes := 0
			for _, o := range c.members {
				if o.etcd != nil && o.etcd.Server.Leader() == m.etcd.Server.MemberID() {
					votes++
				}
			}
			if votes > len(c.members)/2 {
				leader = m
				return true
			}
		}
		return false
	})
	return leader
}

// cutOff parts a member from the others; clients still reach it.
func (c *cluster) cutOff(m *member) {
	for _, o := range c.members {
		if o == m {
			o.peers.refuse(func(string) bool { return true })
		} else {
			o.peers.refuse(func(from string) bool { return from == m.id })
		}
	}
}

func (c *cluster) heal() {
	for _, m := range c.members {
		m.peers.refuse(nil)
		m.clients.refuse(nil)
	}
}

// proxy passes connections on to a server that may change.
type proxy struct {
	l net.Listener

	mu      sync.Mutex
	target  string
	refused func(from string) bool
	conns   map[net.Conn]string // by who made it, if it said

	mute atomic.Bool // what the server says is lost
}

func newProxy() (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{l: l, conns: map[net.Conn]string{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p, nil
}

func (p *proxy) url() url.URL { return url.URL{Scheme: "http", Host: p.l.Addr().String()} }

// to changes the server; all connections are cut.
func (p *proxy) to(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
	p.cut(func(string) bool { return true })
}

// refuse cuts the connections from whom refused says, and lets no more of them in.
func (p *proxy) refuse(refused func(from string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = refused
	if refused != nil {
		p.cut(refused)
	}
}

func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut(func(string) bool { return true })
}

func (p *proxy) cut(which func(from string) bool) {
	for c, from := range p.conns {
		if which(from) {
			c.Close()
		}
	}
}

func (p *proxy) serve(c net.Conn) {
	defer c.Close()
	// Members say who they are in the first request.
	first := make([]byte, 8<<10)
	n, err := c.Read(first)
	if err != nil {
		return
	}
	first = first[:n]
	from := ""
	if _, rest, ok := bytes.Cut(first, []byte("X-Server-From: ")); ok {
		line, _, _ := bytes.Cut(rest, []byte("\r\n"))
		from = string(line)
	}
	p.mu.Lock()
	target := p.target
	if target == "" || p.refused != nil && p.refused(from) {
		p.mu.Unlock()
		return
	}
	p.conns[c] = from
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.conns, c)
		p.mu.Unlock()
	}()
	s, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer s.Close()
	if _, err := s.Write(first); err != nil {
		return
	}
	go func() {
		defer c.Close()
		defer s.Close()
		_, _ = io.Copy(s, c)
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := s.Read(buf)
		if err != nil {
			return
		}
		if p.mute.Load() {
			continue
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// shared are clusters for the tests that do not harm them, of three members and of one. They sync nothing.
var shared [2]struct {
	once    sync.Once
	cluster *cluster
	err     error
}

var sharedDir string

func sharedEndpoints(i, members int) []string {
	s := &shared[i]
	s.once.Do(func() {
		s.cluster, s.err = newCluster(members, filepath.Join(sharedDir, fmt.Sprint(members)), func(cfg *embed.Config) { cfg.UnsafeNoFsync = true })
	})
	if s.err != nil {
		panic(s.err)
	}
	return s.cluster.endpoints()
}

// SharedEndpoints is for the example, too.
func SharedEndpoints() []string { return sharedEndpoints(0, 3) }

// aloneEndpoints are those of a single member, for tests that look at what the Store does and not at the cluster.
func aloneEndpoints() []string { return sharedEndpoints(1, 1) }

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "etcd")
	if err != nil {
		panic(err)
	}
	sharedDir = dir
	code := m.Run()
	for i := range shared {
		if c := shared[i].cluster; c != nil {
			c.close()
		}
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

func startCluster(t testing.TB, n int, config func(*embed.Config)) *cluster {
	t.Helper()
	c, err := newCluster(n, t.TempDir(), config)
	require.NoError(t, err)
	t.Cleanup(c.close)
	return c
}

var prefixes atomic.Int64

// open opens a Store at endpoints; an empty prefix stands for a new one. It does not look at the limits of the servers,
// which takes them long under the race detector.
func open(t testing.TB, endpoints []string, o Options) *Store {
	t.Helper()
	o.unchecked = true
	if o.Prefix == "" {
		o.Prefix = fmt.Sprintf("t%d/", prefixes.Add(1))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s, err := Open(ctx, clientv3.Config{Endpoints: endpoints}, &o)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}
