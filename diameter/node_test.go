package diameter_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diametertest"
	"github.com/stretchr/testify/require"
)

const (
	testApp = diametertest.App
	testCmd = diameter.CommandCode(8388733)
)

var (
	mme  = diameter.Identity{Host: "mme.epc.example.com", Realm: "epc.example.com"}
	scef = diameter.Identity{Host: "scef.epc.example.com", Realm: "epc.example.com"}
)

// handlerFunc is a handler without then.
func handlerFunc(f func(ctx context.Context, req *diameter.Message) *diameter.Message) diameter.Handler {
	return diameter.HandlerFunc(func(ctx context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return f(ctx, req), nil
	})
}

func success(req *diameter.Message) *diameter.Message {
	return req.Answer(diameter.AppendUint32(nil, 268, 0, diameter.AVPMandatory, 2001))
}

func succeed() diameter.Handler {
	return handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message { return success(req) })
}

// request builds a request of mme; to may be empty.
func request(to diameter.Identity) *diameter.Message {
	b := diameter.AppendString(nil, 263, 0, diameter.AVPMandatory, "mme;1")
	b = diameter.AppendString(b, 264, 0, diameter.AVPMandatory, mme.Host)
	b = diameter.AppendString(b, 296, 0, diameter.AVPMandatory, mme.Realm)
	if to.Host != "" {
		b = diameter.AppendString(b, 293, 0, diameter.AVPMandatory, to.Host)
	}
	if to.Realm != "" {
		b = diameter.AppendString(b, 283, 0, diameter.AVPMandatory, to.Realm)
	}
	return &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: testCmd, App: testApp, AVPs: b}
}

// bench is a bundle of nodes joined by a Wire.
type bench struct {
	t    testing.TB
	wire diametertest.Wire
}

// node starts a node that listens under its Host. Unless opts say otherwise, its peers may all send what request builds.
func (b *bench) node(self diameter.Identity, h diameter.Handler, opts *diameter.Options) *diameter.Node {
	b.t.Helper()
	var o diameter.Options
	if opts != nil {
		o = *opts
	}
	if o.Dial == nil {
		o.Dial = b.wire.Dial
	}
	if o.CheckOrigin == nil {
		o.CheckOrigin = diameter.OriginAny
	}
	return b.open(self, &o, diameter.App{ID: testApp, Vendor: diameter.Vendor3GPP, Handler: h})
}

// open starts a node that listens under its Host.
func (b *bench) open(self diameter.Identity, opts *diameter.Options, apps ...diameter.App) *diameter.Node {
	b.t.Helper()
	n, err := diameter.NewNode(self, apps, opts)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { n.Close() })
	l, err := b.wire.Listen(self.Host)
	require.NoError(b.t, err)
	go n.Serve(l)
	return n
}

// raw is a peer that says only what the test wants.
type raw struct {
	t testing.TB
	c net.Conn
	r *bufio.Reader
}

func (b *bench) wrap(c net.Conn) *raw {
	b.t.Cleanup(func() { c.Close() })
	return &raw{b.t, c, bufio.NewReader(c)}
}

// dial connects to a node without a word.
func (b *bench) dial(to diameter.Identity) *raw {
	b.t.Helper()
	c, err := b.wire.Dial(b.t.Context(), "wire", to.Host)
	require.NoError(b.t, err)
	return b.wrap(c)
}

// connect connects to a node as self and exchanges capabilities.
func (b *bench) connect(self, to diameter.Identity, change ...func(*diameter.CER)) *raw {
	b.t.Helper()
	r := b.dial(to)
	r.request(newCER(self, change...))
	require.Equal(b.t, diameter.Success, r.result(r.receive()))
	return r
}

func newCER(self diameter.Identity, change ...func(*diameter.CER)) *diameter.CER {
	c := &diameter.CER{OriginHost: self.Host, OriginRealm: self.Realm, HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))},
		VendorSpecificApplicationID: []diameter.VendorSpecificApplicationID{{VendorID: 10415, AuthApplicationID: new(uint32(testApp))}}}
	for _, f := range change {
		f(c)
	}
	return c
}

func (r *raw) write(b []byte) {
	r.t.Helper()
	_, err := r.c.Write(b)
	require.NoError(r.t, err)
}

func (r *raw) send(m *diameter.Message) { r.t.Helper(); r.write(m.Append(nil)) }

var rawID uint32 = 1000

// request sends a typed request.
func (r *raw) request(c diameter.Command) {
	r.t.Helper()
	m, err := diameter.NewRequest(c)
	require.NoError(r.t, err)
	rawID++
	m.HopByHop, m.EndToEnd = rawID, rawID
	r.send(m)
}

// answer sends a typed answer.
func (r *raw) answer(req *diameter.Message, c diameter.Command) {
	r.t.Helper()
	m, err := diameter.NewAnswer(req, c)
	require.NoError(r.t, err)
	r.send(m)
}

func (r *raw) read() (*diameter.Message, error) {
	r.c.SetReadDeadline(time.Now().Add(10 * time.Minute)) // in bubbles
	head, err := r.r.Peek(20)
	if err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint32(head)&0xffffff)
	if _, err := io.ReadFull(r.r, b); err != nil {
		return nil, err
	}
	return diameter.ParseMessage(b)
}

func (r *raw) receive() *diameter.Message {
	r.t.Helper()
	m, err := r.read()
	require.NoError(r.t, err)
	return m
}

// closed waits until the connection is closed by the node.
func (r *raw) closed() {
	r.t.Helper()
	m, err := r.read()
	require.Error(r.t, err, "received %+v", m)
	require.NotErrorIs(r.t, err, context.DeadlineExceeded)
}

func (r *raw) result(m *diameter.Message) diameter.Result {
	r.t.Helper()
	require.False(r.t, m.IsRequest())
	res, err := diameter.ResultOf(m)
	require.NoError(r.t, err)
	require.Equal(r.t, res.IsProtocolError(), m.Flags&diameter.FlagError != 0)
	return res
}

// acceptRaw waits for a connection that a node makes to the address and exchanges capabilities.
func (b *bench) acceptRaw(l net.Listener, self diameter.Identity, change ...func(*diameter.CEA)) *raw {
	b.t.Helper()
	r, req := b.acceptCER(l)
	r.answer(req, newCEA(self, change...))
	return r
}

func (b *bench) acceptCER(l net.Listener) (*raw, *diameter.Message) {
	b.t.Helper()
	c, err := l.Accept()
	require.NoError(b.t, err)
	r := b.wrap(c)
	req := r.receive()
	require.Equal(b.t, diameter.CodeCER, req.Command)
	return r, req
}

func newCEA(self diameter.Identity, change ...func(*diameter.CEA)) *diameter.CEA {
	c := &diameter.CEA{Result: diameter.Success, OriginHost: self.Host, OriginRealm: self.Realm,
		HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))}, AuthApplicationID: []uint32{uint32(testApp)}}
	for _, f := range change {
		f(c)
	}
	return c
}

func (b *bench) listen(id diameter.Identity) net.Listener {
	l, err := b.wire.Listen(id.Host)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { l.Close() })
	return l
}

// prove answers the three DWRs to a peer whose connection failed before.
func (r *raw) prove(self diameter.Identity) {
	r.t.Helper()
	for range 3 {
		m := r.receive()
		require.Equal(r.t, diameter.CodeDWR, m.Command)
		r.answer(m, &diameter.DWA{Result: diameter.Success, OriginHost: self.Host, OriginRealm: self.Realm})
	}
}

// state returns the state of a peer of n, or PeerClosed when it has none of that name.
func state(n *diameter.Node, host string) diameter.PeerState {
	for _, p := range n.Peers() {
		if p.Identity.Host == host {
			return p.State
		}
	}
	return diameter.PeerClosed
}
