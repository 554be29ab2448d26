package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const (
	realm  = "epc.mnc001.mcc001.3gppnetwork.org"
	apn    = id.APN("iot.example")
	as1    = id.SCSASID("as1")
	secret = "a-bearer-token-of-as1"
)

var (
	scefID = diameter.Identity{Host: "scef." + realm, Realm: realm}
	hssID  = diameter.Identity{Host: "hss." + realm, Realm: realm}
	mmeID  = diameter.Identity{Host: "mme." + realm, Realm: realm}
)

// binaryDir is where the daemon is built to.
var binaryDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "scefd-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binaryDir = dir
	status := m.Run()
	_ = os.RemoveAll(dir) // nothing that matters is left when this fails
	os.Exit(status)
}

// binary builds the daemon when the first test needs it, with the race detector when the test has it.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(binaryDir, "scefd")
	args := []string{"build", "-o", path}
	if raceEnabled {
		args = append(args, "-race")
	}
	out, err := exec.Command("go", append(args, ".")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// address returns an address on loopback where nobody listens. Its port is below those that systems give to outgoing
// connections, so that it is still free when a daemon comes back to it.
func address(t *testing.T) string {
	t.Helper()
	for range 100 {
		a := fmt.Sprintf("127.0.0.1:%d", 15000+rand.IntN(15000))
		if l, err := net.Listen("tcp", a); err == nil {
			require.NoError(t, l.Close())
			return a
		}
	}
	t.Fatal("no free port")
	return ""
}

// bench is the world around a daemon: an HSS, MMEs and an AS in this process.
type bench struct {
	t       *testing.T
	site    // of the daemon
	hssAddr string
	links   []diameter.Peer                       // to which MMEs connect
	origin  func(diameter.Origin) diameter.Result // Options.CheckOrigin of HSS and MMEs; nil: its default

	hss     *sim.HSS
	hssNode *diameter.Node
	as      *sim.AS
	url     string // where the AS gets notifications

	*daemon // the one that runs, or ran last
}

// site is what a daemon is told in its configuration.
type site struct {
	dir     string
	t8      string // address of the daemon
	dia     string // likewise
	apiRoot string // of T8; empty: made of t8
	host    string // diameter.host
	peer    string // address of the one peer that it dials
	accept  string // value of diameter.accept; empty: not set
	store   string // value of store; empty: a directory below dir
	level   string // of the log
	more    string // lines of YAML
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, site: newSite(t)}
	b.links = []diameter.Peer{{Address: b.dia, Identity: scefID}}
	b.startHSS()
	b.peer = b.hssAddr
	var err error
	b.as, err = sim.NewAS(as1, "http://"+b.t8, &sim.ASOptions{Token: secret, HTTP: client(t)})
	require.NoError(t, err)
	b.url = b.listenAS()
	return b
}

// listenAS returns where the AS gets notifications.
func (b *bench) listenAS() string {
	s := httptest.NewServer(b.as)
	b.t.Cleanup(s.Close)
	return s.URL + "/notify"
}

func newSite(t *testing.T) site {
	return site{dir: t.TempDir(), t8: address(t), dia: address(t), host: scefID.Host, level: "debug"}
}

// client returns an HTTP client with connections of its own.
func client(t *testing.T) *http.Client {
	tr := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 30 * time.Second}
}

func (b *bench) startHSS() {
	b.hss = sim.NewHSS(hssID, nil)
	var err error
	b.hssNode, err = sim.Open(b.hss, &diameter.Options{CheckOrigin: b.origin})
	require.NoError(b.t, err)
	b.t.Cleanup(func() { b.hssNode.Close() })
	b.hssAddr = address(b.t)
	l, err := net.Listen("tcp", b.hssAddr)
	require.NoError(b.t, err)
	go b.hssNode.Serve(l)
}

// ident returns the identities of a UE by its number.
func ident(n int) (imsi id.IMSI, msisdn id.MSISDN, ext id.ExternalID) {
	return id.IMSI(fmt.Sprintf("00101%010d", n)), id.MSISDN(fmt.Sprintf("99977%07d", n)), id.ExternalID(fmt.Sprintf("meter-%d@example.com", n))
}

// provision makes a UE known to the HSS.
func (b *bench) provision(n int) (*sim.UE, id.ExternalID) {
	imsi, msisdn, ext := ident(n)
	b.hss.Provision(sim.Subscriber{IMSI: imsi, MSISDN: msisdn, ExternalIDs: []id.ExternalID{ext}, APNs: []id.APN{apn}})
	return sim.NewUE(imsi, nil), ext
}

// quick are options of a Diameter node that looks for its lost peers often.
func quick() *diameter.Options {
	return &diameter.Options{ReconnectMin: 20 * time.Millisecond, ReconnectMax: 100 * time.Millisecond}
}

// mme starts an MME and connects it to the daemon, now or when there is one.
func (b *bench) mme(self diameter.Identity, opts *diameter.Options) (*sim.MME, *diameter.Node) {
	m, err := sim.NewMME(self, scefID, nil)
	require.NoError(b.t, err)
	return m, b.open(m, opts)
}

// open connects a simulated node to the daemon.
func (b *bench) open(n sim.Node, opts *diameter.Options) *diameter.Node {
	if opts == nil {
		opts = quick()
	}
	opts.CheckOrigin = b.origin
	d, err := sim.Open(n, opts)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { d.Close() })
	for _, p := range b.links {
		require.NoError(b.t, d.AddPeer(p))
	}
	return d
}

// await waits until nodes are connected to the daemon, and the daemon to the HSS.
func (b *bench) await(nodes ...*diameter.Node) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for _, n := range nodes {
		require.NoError(b.t, n.AwaitPeer(ctx, scefID, t6a.App))
	}
	require.NoError(b.t, b.hssNode.AwaitPeer(ctx, scefID, s6t.App))
}

// configure writes the configuration file and returns its path.
func (s *site) configure(t *testing.T) string {
	t.Helper()
	accept, store := "", s.store
	if s.accept != "" {
		accept = ", accept: " + s.accept
	}
	if store == "" {
		store = fmt.Sprintf("{dir: %q}", filepath.Join(s.dir, "data"))
	}
	text := fmt.Sprintf(`
t8: {listen: %q, apiRoot: %q}
diameter: {listen: %q, host: %q, realm: %q, scefId: %q, peers: [{address: %q}]%s}
store: %s
scsas: [{id: as1, apn: iot.example, token: %q}]
notifications: {allow: ["127.0.0.0/8"]}
log: {level: %s, format: json}
%s
`, s.t8, s.apiRoot, s.dia, s.host, realm, scefID.Host, s.peer, accept, store, secret, s.level, s.more)
	path := filepath.Join(s.dir, "scefd.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// daemon is a process of scefd.
type daemon struct {
	cmd   *exec.Cmd
	log   *logWriter
	ready chan struct{} // closed when the log says so
	gone  chan struct{} // closed when the process has ended
	err   error         // of Wait; valid when gone is closed
}

// logWriter keeps what a process writes.
type logWriter struct {
	mu   sync.Mutex
	b    bytes.Buffer // guarded by mu
	mark []byte
	seen func() // called once when mark was written
}

func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b.Write(p)
	if w.seen != nil && bytes.Contains(w.b.Bytes(), w.mark) {
		w.seen()
		w.seen = nil
	}
	return len(p), nil
}

func (w *logWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// launch starts a daemon with a configuration file and does not wait for anything.
func launch(t *testing.T, config string) *daemon {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	d := &daemon{cmd: exec.Command(path, "-config", config), ready: make(chan struct{}), gone: make(chan struct{})}
	d.log = &logWriter{mark: []byte("scefd is ready"), seen: func() { close(d.ready) }}
	d.cmd.Stderr = d.log
	require.NoError(t, d.cmd.Start())
	go func() {
		d.err = d.cmd.Wait()
		close(d.gone)
	}()
	t.Cleanup(func() {
		d.kill()
		require.NotContains(t, d.log.String(), "DATA RACE")
		require.NotContains(t, d.log.String(), "panic")
	})
	return d
}

// start launches the daemon and waits until it serves.
func (b *bench) start() {
	b.t.Helper()
	b.daemon = launch(b.t, b.configure(b.t))
	b.awaitReady(b.t)
}

// awaitReady waits until the daemon serves.
func (d *daemon) awaitReady(t *testing.T) {
	t.Helper()
	select {
	case <-d.ready:
	case <-d.gone:
		t.Fatalf("the daemon has ended: %v\n%s", d.err, d.log)
	case <-time.After(30 * time.Second):
		t.Fatalf("the daemon is not ready\n%s", d.log)
	}
}

// kill ends the process without warning and waits until it is gone.
func (d *daemon) kill() {
	_ = d.cmd.Process.Kill() // it may be gone already
	<-d.gone
}

// wait returns the exit status.
func (d *daemon) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-d.gone:
	case <-time.After(30 * time.Second):
		t.Fatalf("the daemon does not end\n%s", d.log)
	}
	var exit *exec.ExitError
	if d.err != nil && !errors.As(d.err, &exit) {
		t.Fatal(d.err)
	}
	return d.cmd.ProcessState.ExitCode()
}

// create makes a configuration for a UE.
func (b *bench) create(ext id.ExternalID) *t8.NIDDConfiguration {
	b.t.Helper()
	c, err := b.as.NIDD().CreateConfiguration(b.t.Context(), as1, b.request(ext))
	require.NoError(b.t, err)
	return c
}

func (b *bench) request(ext id.ExternalID) *t8.NIDDConfiguration {
	return &t8.NIDDConfiguration{ExternalID: ext, NotificationDestination: b.url, SupportedFeatures: features}
}

// features are all that are offered for NIDD.
var features = t8.FeatureSet(t8.FeatureMTNIDDModificationCancellation, t8.FeaturePatchUpdate)

// eventually polls until cond is "", which else says what is still missing.
func eventually(t *testing.T, limit time.Duration, cond func() string) {
	t.Helper()
	end := time.Now().Add(limit)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		missing := cond()
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %v: %s", limit, strings.TrimSpace(missing))
		}
		<-tick.C
	}
}
