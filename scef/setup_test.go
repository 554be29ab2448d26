package scef_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const realm = "epc.mnc001.mcc001.3gppnetwork.org"

var (
	scefID = diameter.Identity{Host: "scef." + realm, Realm: realm}
	hssID  = diameter.Identity{Host: "hss." + realm, Realm: realm}
	mmeID  = diameter.Identity{Host: "mme." + realm, Realm: realm}
	mme2ID = diameter.Identity{Host: "mme2." + realm, Realm: realm}
)

// An SCS/AS has an APN and a token after its name.
func apnOf(as id.SCSASID) id.APN      { return id.APN(as) + ".example" }
func tokenOf(as id.SCSASID) string    { return "bearer-token-of-" + string(as) }
func imsiOf(n int) id.IMSI            { return id.IMSI(fmt.Sprintf("00101%010d", n)) }
func externalOf(n int) id.ExternalID  { return id.ExternalID(fmt.Sprintf("meter-%d@example.com", n)) }
func covers(t *testing.T, ids string) { t.Helper(); t.Attr("covers", ids) }

// setup is what a test may choose before start.
type setup struct {
	store  store.Store
	policy scef.Policy
	static policy.StaticConfig
	nidd   policy.NIDDByID
	opts   scef.Options
	listen func(net.Listener) net.Listener // wraps the Diameter listener
}

// bench is an SCEF on real sockets, with an HSS and what a test adds.
type bench struct {
	t    *testing.T
	node *scef.Node
	root string       // API root
	dia  string       // Diameter address
	asks atomic.Int64 // requests sent to the network

	again atomic.Int64 // messages with T flag received

	hss     *sim.HSS
	hssNode *diameter.Node
	http    *http.Client
}

// start runs an SCEF with the SCS/AS as1 and as2, whose notifications may go to loopback. At the end of the test nothing
// of it may be left.
func start(t *testing.T, change ...func(*setup)) *bench {
	t.Helper()
	noLeaks(t)
	s := &setup{store: store.NewMemory(), nidd: policy.NIDDByID{}}
	for _, as := range []id.SCSASID{"as1", "as2"} {
		s.static.SCSAS = append(s.static.SCSAS, policy.StaticSCSAS{ID: as, Tokens: []string{tokenOf(as)}})
		s.nidd[as] = policy.NIDD{APN: apnOf(as)}
	}
	s.static.Destinations.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	s.opts.NIDD.AnswerTimeout = time.Second
	for _, f := range change {
		f(s)
	}
	b := &bench{t: t}
	s.opts.Diameter.Trace = &diameter.Trace{Message: func(_ diameter.Identity, d diameter.Direction, m *diameter.Message) {
		if d == diameter.Sent && m.IsRequest() && m.App != diameter.AppBase {
			b.asks.Add(1)
		}
		if d == diameter.Received && m.Flags&diameter.FlagRetransmitted != 0 {
			b.again.Add(1)
		}
	}}
	if s.policy == nil {
		static, err := policy.NewStatic(s.static)
		require.NoError(t, err)
		s.policy = static
	}
	t8l, dial := listen(t), listen(t)
	b.root, b.dia = "http://"+t8l.Addr().String(), dial.Addr().String()
	if s.opts.TLS != nil {
		b.root = "https://" + t8l.Addr().String()
	}
	if s.listen != nil {
		dial = s.listen(dial)
	}
	var err error
	b.node, err = scef.New(scef.Config{Identity: scefID, APIRoot: b.root, Store: s.store, Policy: s.policy, NIDD: s.nidd}, &s.opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = b.node.Close() }) // a test may have ended it with an error
	go b.node.ServeT8(t8l)
	go b.node.ServeDiameter(dial)
	b.http = newHTTP(t, nil)
	b.hss = sim.NewHSS(hssID, nil)
	b.hssNode = b.open(b.hss)
	b.await(s6t.App, b.hssNode)
	return b
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

// newHTTP returns a client whose connections end with the test.
func newHTTP(t *testing.T, c *tls.Config) *http.Client {
	tr := &http.Transport{TLSClientConfig: c, MaxIdleConnsPerHost: 100}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 20 * time.Second}
}

// noLeaks fails the test when goroutines are left after everything that it cleans up later.
func noLeaks(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		t.Helper()
		eventually(t, 10*time.Second, func() string {
			if n := runtime.NumGoroutine(); n > before {
				return fmt.Sprintf("%d goroutines, %d at the beginning\n%s", n, before, stacks())
			}
			return ""
		})
	})
}

func stacks() []byte {
	b := make([]byte, 1<<20)
	return b[:runtime.Stack(b, true)]
}

// eventually polls until cond is "", which else says what is still missing.
func eventually(t *testing.T, limit time.Duration, cond func() string) {
	t.Helper()
	end := time.Now().Add(limit)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		missing := cond()
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %v: %s", limit, missing)
		}
		<-tick.C
	}
}

// open connects a simulated node to the SCEF.
func (b *bench) open(n sim.Node) *diameter.Node {
	b.t.Helper()
	d, err := sim.Open(n, &diameter.Options{ReconnectMin: 10 * time.Millisecond, ReconnectMax: 50 * time.Millisecond})
	require.NoError(b.t, err)
	b.t.Cleanup(func() { require.NoError(b.t, d.Close()) })
	require.NoError(b.t, d.AddPeer(diameter.Peer{Address: b.dia, Identity: scefID}))
	return d
}

// await waits until nodes are connected to the SCEF in both directions.
func (b *bench) await(app diameter.ApplicationID, nodes ...*diameter.Node) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
	defer cancel()
	for _, n := range nodes {
		require.NoError(b.t, n.AwaitPeer(ctx, scefID, app))
		require.NoError(b.t, b.node.AwaitPeer(ctx, n.Self(), app))
		eventually(b.t, 10*time.Second, func() string { // not only that another node of the realm is
			for _, p := range b.node.Peers() {
				if p.Identity == n.Self() && p.State == diameter.PeerOpen {
					return ""
				}
			}
			return n.Self().Host + " is not open"
		})
	}
}

func (b *bench) mme(self diameter.Identity) (*sim.MME, *diameter.Node) {
	b.t.Helper()
	m, err := sim.NewMME(self, scefID, nil)
	require.NoError(b.t, err)
	d := b.open(m)
	b.await(t6a.App, d)
	return m, d
}

// as starts an application server.
func (b *bench) as(ident id.SCSASID) (as *sim.AS, url string) {
	b.t.Helper()
	as, err := sim.NewAS(ident, b.root, &sim.ASOptions{Token: tokenOf(ident), HTTP: b.http})
	require.NoError(b.t, err)
	s := httptest.NewServer(as)
	b.t.Cleanup(s.Close)
	return as, s.URL + "/notify"
}

// features are all that are offered for NIDD.
var features = t8.FeatureSet(t8.FeatureMTNIDDModificationCancellation, t8.FeaturePatchUpdate)

// provision makes UE n known to the HSS, for the APNs of the SCS/AS.
func (b *bench) provision(n int, scsas ...id.SCSASID) *sim.UE {
	s := sim.Subscriber{IMSI: imsiOf(n), ExternalIDs: []id.ExternalID{externalOf(n)}}
	for _, as := range scsas {
		s.APNs = append(s.APNs, apnOf(as))
	}
	b.hss.Provision(s)
	return sim.NewUE(imsiOf(n), nil)
}

// configure creates a configuration for UE n and returns its URI.
func (b *bench) configure(as *sim.AS, url string, n int) string {
	b.t.Helper()
	c, err := as.NIDD().CreateConfiguration(b.t.Context(), as.ID(), &t8.NIDDConfiguration{
		ExternalID: externalOf(n), NotificationDestination: url, SupportedFeatures: features,
	})
	require.NoError(b.t, err)
	return c.Self
}

// attached returns a UE that is configured and connected, with the URI of its configuration.
func (b *bench) attached(as *sim.AS, url string, m *sim.MME, n int) (*sim.UE, string) {
	b.t.Helper()
	ue := b.provision(n, as.ID())
	self := b.configure(as, url, n)
	require.NoError(b.t, ue.Attach(b.t.Context(), m, apnOf(as.ID())))
	return ue, self
}

// deliver posts downlink data.
func (b *bench) deliver(as *sim.AS, config, data string) (*t8.NIDDDownlinkDataTransfer, error) {
	return as.NIDD().CreateDelivery(b.t.Context(), as.ID(), config, &t8.NIDDDownlinkDataTransfer{
		ExternalID: b.externalOf(as, config), Data: []byte(data),
	})
}

func (b *bench) externalOf(as *sim.AS, config string) id.ExternalID {
	b.t.Helper()
	c, err := as.NIDD().Configuration(b.t.Context(), as.ID(), config)
	require.NoError(b.t, err)
	return c.ExternalID
}

// reply is an HTTP answer.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// request is an HTTP request as a client may write it.
type request struct {
	method, url, token, media string
	body                      string
	chunked                   bool
}

// send sends a request to the T8 side; url may be a path.
func (b *bench) send(q request) *reply {
	b.t.Helper()
	if strings.HasPrefix(q.url, "/") {
		q.url = b.root + q.url
	}
	var body io.Reader = strings.NewReader(q.body)
	if q.chunked {
		body = io.MultiReader(body) // of unknown length
	}
	r, err := http.NewRequestWithContext(b.t.Context(), q.method, q.url, body)
	require.NoError(b.t, err)
	if q.token != "" {
		r.Header.Set("Authorization", q.token)
	}
	if q.media != "" {
		r.Header.Set("Content-Type", q.media)
	}
	res, err := b.http.Do(r)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return &reply{b.t, res.StatusCode, res.Header, text}
}

// json sends a request of an SCS/AS with a JSON body, if any.
func (b *bench) json(as id.SCSASID, method, url, body string) *reply {
	b.t.Helper()
	q := request{method: method, url: url, token: "Bearer " + tokenOf(as), body: body}
	switch {
	case method == http.MethodPatch && !strings.Contains(url, "downlink-data-deliveries"):
		q.media = "application/merge-patch+json"
	case body != "" || method == http.MethodPost:
		q.media = "application/json"
	}
	return b.send(q)
}

// problem wants ProblemDetails with the status and returns it.
func (r *reply) problem(status int) t8.ProblemDetails {
	r.t.Helper()
	require.Equal(r.t, status, r.status, "%s", r.body)
	require.Equal(r.t, "application/problem+json", r.header.Get("Content-Type"))
	var p t8.ProblemDetails
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	require.NoError(r.t, d.Decode(&p), "%s", r.body)
	require.Equal(r.t, status, p.Status)
	return p
}

// pointers returns the members at fault.
func pointers(p t8.ProblemDetails) (out []string) {
	for _, x := range p.InvalidParams {
		out = append(out, x.Param)
	}
	return out
}
