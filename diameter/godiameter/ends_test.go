package godiameter_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/fiorix/go-diameter/v4/diam/datatype"
	"github.com/fiorix/go-diameter/v4/diam/dict"
	"github.com/fiorix/go-diameter/v4/diam/sm"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/godiameter"
	"github.com/scefkit/scefkit/t6a"
	"github.com/stretchr/testify/require"
)

var (
	scef = diameter.Identity{Host: "scef.example.com", Realm: "example.com"}
	mme  = diameter.Identity{Host: "mme.example.com", Realm: "example.com"}
)

// dictionary returns go-diameter's default one with ours.
var dictionary = sync.OnceValues(func() (*dict.Parser, error) {
	return dict.Default, godiameter.LoadDictionary(dict.Default, godiameter.T6a(), godiameter.S6t())
})

func loadedDictionary(tb testing.TB) *dict.Parser {
	p, err := dictionary()
	require.NoError(tb, err)
	return p
}

// newAdapter returns an adapter with h for T6a and the state machine that it is registered with.
func newAdapter(
	tb testing.TB, self diameter.Identity, h diameter.Handler, opts *godiameter.Options,
) (*godiameter.Adapter, *sm.StateMachine) {
	a, err := godiameter.New(self, opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, a.Close()) })
	a.Handle(t6a.App, h)
	machine := sm.New(&sm.Settings{
		OriginHost: datatype.DiameterIdentity(self.Host), OriginRealm: datatype.DiameterIdentity(self.Realm),
		VendorID: datatype.Unsigned32(diameter.Vendor3GPP), ProductName: "godiameter test", Dict: loadedDictionary(tb),
	})
	a.Register(machine, godiameter.T6a())
	return a, machine
}

// listen runs a go-diameter server for machine and returns its address.
func listen(tb testing.TB, machine *sm.StateMachine) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	srv := &diam.Server{Handler: machine, Dict: loadedDictionary(tb)}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	tb.Cleanup(func() {
		require.NoError(tb, srv.Close())
		require.ErrorIs(tb, <-done, diam.ErrServerClosed)
	})
	return l.Addr().String()
}

// dial connects machine to a server, which may be of any make.
func dial(tb testing.TB, machine *sm.StateMachine, addr string) diam.Conn {
	c := &sm.Client{
		Dict: loadedDictionary(tb), Handler: machine, RetransmitInterval: 10 * time.Second,
		VendorSpecificApplicationID: []*diam.AVP{godiameter.T6a().Advertisement()},
	}
	conn, err := c.Dial(addr)
	require.NoError(tb, err)
	return conn
}

// nodeApp is T6a for a Node.
func nodeApp(h diameter.Handler) []diameter.App {
	return []diameter.App{{ID: t6a.App, Vendor: diameter.Vendor3GPP, Handler: h}}
}

func newNode(tb testing.TB, self diameter.Identity, h diameter.Handler) *diameter.Node {
	n, err := diameter.NewNode(self, nodeApp(h), &diameter.Options{
		CheckOrigin: diameter.OriginAny,            // the suite speaks in the name of an MME
		Overload:    &diameter.Overload{Off: true}, // which would add AVPs
	})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, n.Close()) })
	return n
}

// serveNode makes n listen and returns its address.
func serveNode(tb testing.TB, n *diameter.Node) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	done := make(chan error, 1)
	go func() { done <- n.Serve(l) }()
	tb.Cleanup(func() {
		require.NoError(tb, n.Close())
		require.ErrorIs(tb, <-done, diameter.ErrClosed)
	})
	return l.Addr().String()
}

// connectNode makes n a client of the server at addr.
func connectNode(tb testing.TB, n *diameter.Node, addr string) {
	require.NoError(tb, n.AddPeer(diameter.Peer{Address: addr, Identity: scef}))
	ctx, cancel := context.WithTimeout(tb.Context(), 10*time.Second)
	defer cancel()
	require.NoError(tb, n.AwaitPeer(ctx, scef, t6a.App))
}

func request(payload string) *diameter.Message {
	return &diameter.Message{
		Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: t6a.CodeODR, App: t6a.App,
		AVPs: diameter.AppendString(nil, 263, 0, diameter.AVPMandatory, payload),
	}
}

// handlerFunc makes a Handler that has no then.
func handlerFunc(f func(ctx context.Context, from diameter.Identity, req *diameter.Message) *diameter.Message) diameter.Handler {
	return diameter.HandlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return f(ctx, from, req), nil
	})
}

func echo(_ context.Context, _ diameter.Identity, req *diameter.Message) *diameter.Message {
	return req.Answer(req.AVPs)
}

// rawPeer is the other end of a connection of go-diameter, in memory, on which octets are read and written by hand.
type rawPeer struct {
	t    *testing.T
	conn net.Conn
}

// attachRaw attaches a connection to peer, which serves T6a.
func attachRaw(t *testing.T, a *godiameter.Adapter, peer diameter.Identity) (rawPeer, diam.Conn) {
	ours, theirs := net.Pipe()
	mux := diam.NewServeMux()
	mux.Handle("ALL", a)
	conn, err := diam.NewConn(ours, "pipe", mux, loadedDictionary(t))
	require.NoError(t, err)
	require.NoError(t, a.AttachAs(conn, peer, t6a.App))
	t.Cleanup(func() { theirs.Close() })
	return rawPeer{t, theirs}, conn
}

func (p rawPeer) send(m *diameter.Message) {
	_, err := p.conn.Write(m.Append(nil))
	require.NoError(p.t, err)
}

func (p rawPeer) receive() *diameter.Message {
	head := make([]byte, diameter.HeaderLen)
	_, err := io.ReadFull(p.conn, head)
	require.NoError(p.t, err)
	_, n, err := diameter.ParseHeader(head)
	require.NoError(p.t, err)
	all := append(head, make([]byte, n-len(head))...)
	_, err = io.ReadFull(p.conn, all[len(head):])
	require.NoError(p.t, err)
	m, err := diameter.ParseMessage(all)
	require.NoError(p.t, err)
	return m
}

func resultOf(t *testing.T, m *diameter.Message) diameter.Result {
	r, err := diameter.ResultOf(m)
	require.NoError(t, err)
	return r
}

// captured is where a logger writes.
type captured struct {
	mu sync.Mutex
	b  strings.Builder
}

func (c *captured) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.Write(p)
}

func (c *captured) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.String()
}
