//go:build !386

package sctp_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/sctp"
	"github.com/scefkit/scefkit/diametertest"
)

var (
	mme  = diameter.Identity{Host: "mme.epc.example.com", Realm: "epc.example.com"}
	scef = diameter.Identity{Host: "scef.epc.example.com", Realm: "epc.example.com"}
)

const command diameter.CommandCode = 8388733

func newNode(t testing.TB, self diameter.Identity, h diameter.Handler, opts *diameter.Options) *diameter.Node {
	n, err := diameter.NewNode(self, []diameter.App{{ID: diametertest.App, Vendor: diameter.Vendor3GPP, Handler: h}}, opts)
	require.NoError(t, err)
	t.Cleanup(func() { n.Close() })
	return n
}

// network is what two nodes are joined by.
type network struct {
	address  string // of the server
	sctp     *sctp.Options
	server   diameter.Options
	client   diameter.Options
	accepted chan net.Conn // if not nil, gets the connections of the server
}

// join connects a client to a server, both of which have h for requests.
func (w network) join(t testing.TB, h diameter.Handler) (client, server *diameter.Node) {
	sctp.RequireSCTP(t)
	if w.address == "" {
		w.address = "127.0.0.1:0"
	}
	l, err := sctp.Listen(t.Context(), "sctp", w.address, w.sctp)
	require.NoError(t, err)
	address := l.Addr().String()
	if w.accepted != nil {
		l = watched{l, w.accepted}
	}
	d, err := sctp.NewDialer(w.sctp)
	require.NoError(t, err)
	w.client.Dial = d.DialContext
	for _, o := range []*diameter.Options{&w.client, &w.server} {
		o.CheckOrigin, o.Overload = diameter.OriginAny, &diameter.Overload{Off: true} // which would add AVPs
	}
	server, client = newNode(t, scef, h, &w.server), newNode(t, mme, h, &w.client)
	go server.Serve(l)
	require.NoError(t, client.AddPeer(diameter.Peer{Address: address, Network: "sctp"}))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, client.AwaitPeer(ctx, scef, diametertest.App))
	require.NoError(t, server.AwaitPeer(ctx, mme, diametertest.App))
	return client, server
}

// watched is a listener that shows its connections.
type watched struct {
	net.Listener
	accepted chan net.Conn
}

func (w watched) Accept() (net.Conn, error) {
	c, err := w.Listener.Accept()
	if err == nil {
		w.accepted <- c
	}
	return c, err
}

func echo(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	return req.Answer(slices.Clone(req.AVPs)), nil
}

func request(session string, n int) *diameter.Message {
	avps := diameter.AppendString(nil, 263, 0, diameter.AVPMandatory, session)
	avps = diameter.AppendString(avps, 264, 0, diameter.AVPMandatory, mme.Host)
	avps = diameter.AppendString(avps, 296, 0, diameter.AVPMandatory, mme.Realm)
	return &diameter.Message{
		Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: command, App: diametertest.App,
		AVPs: diameter.AppendString(avps, 33, 0, 0, make([]byte, n)),
	}
}

func exchange(t testing.TB, from *diameter.Node, to diameter.Identity, req *diameter.Message) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ans, err := from.Do(ctx, to, req)
	require.NoError(t, err)
	require.Equal(t, req.AVPs, ans.AVPs)
}

func TestNodeOverSCTPIsATransport(t *testing.T) {
	for name, o := range map[string]*sctp.Options{"one stream": nil, "many streams": {Streams: 16}, "unordered": {Streams: 16, Unordered: true}} {
		t.Run(name, func(t *testing.T) {
			sctp.RequireSCTP(t)
			diametertest.RunTransport(t, func(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
				client, _ := network{sctp: o}.join(t, h)
				return client, scef
			})
		})
	}
}

func TestNodesTalkBothWaysAndPart(t *testing.T) {
	sctp.RequireSCTP(t)
	before := runtime.NumGoroutine()
	left := make(chan error, 1)
	local := []netip.Addr{netip.MustParseAddr("127.0.0.3"), netip.MustParseAddr("127.0.0.4")}
	w := network{address: "127.0.0.1/127.0.0.2:0", sctp: &sctp.Options{Local: local}}
	var mu sync.Mutex
	hosts := make(map[diameter.CommandCode][]diameter.Address)
	w.server.Trace = &diameter.Trace{
		Message: func(_ diameter.Identity, d diameter.Direction, m *diameter.Message) {
			var cer diameter.CER
			var cea diameter.CEA
			mu.Lock()
			defer mu.Unlock()
			if m.Command != diameter.CodeCER {
				return
			}
			if d == diameter.Received && diameter.Decode(m, &cer) == nil {
				hosts[0] = cer.HostIPAddress
			} else if d == diameter.Sent && diameter.Decode(m, &cea) == nil {
				hosts[1] = cea.HostIPAddress
			}
		},
		PeerState: func(_ diameter.Identity, from, to diameter.PeerState, why error) {
			if to == diameter.PeerClosed || from == diameter.PeerOpen {
				select {
				case left <- why:
				default:
				}
			}
		},
	}
	client, server := w.join(t, diameter.HandlerFunc(echo))
	for i := range 50 {
		exchange(t, client, scef, request("mme;1;"+strconv.Itoa(i), i*100))
		exchange(t, server, mme, request("scef;1;"+strconv.Itoa(i), i*100))
	}
	mu.Lock()
	require.ElementsMatch(t, addresses("127.0.0.3", "127.0.0.4"), hosts[0], "RFC 6733 §5.3.1")
	require.ElementsMatch(t, addresses("127.0.0.1", "127.0.0.2"), hosts[1], "RFC 6733 §5.3.2")
	mu.Unlock()
	require.NoError(t, client.Shutdown(t.Context()))
	require.ErrorContains(t, <-left, "REBOOTING")
	require.NoError(t, server.Close())
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, 10*time.Millisecond)
}

// A node that leaves while requests are under way answers and gets them all.
func TestShutdownUnderLoadLosesNothing(t *testing.T) {
	started := make(chan struct{}, 1000)
	slow := diameter.HandlerFunc(func(ctx context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		started <- struct{}{}
		timer := time.NewTimer(100 * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		return req.Answer(slices.Clone(req.AVPs)), nil
	})
	client, server := network{sctp: &sctp.Options{Unordered: true}}.join(t, slow)
	var all sync.WaitGroup
	var answered atomic.Int64
	for i := range 100 {
		all.Go(func() {
			if ans, err := client.Do(t.Context(), scef, request("mme;2;"+strconv.Itoa(i), 500)); err == nil && ans.Flags&diameter.FlagError == 0 {
				answered.Add(1)
			} else {
				t.Errorf("%v %v", ans, err)
			}
		})
	}
	for range 100 {
		<-started
	}
	require.NoError(t, server.Shutdown(t.Context()))
	all.Wait()
	require.EqualValues(t, 100, answered.Load())
}

func TestWatchdogOverSCTP(t *testing.T) {
	answered := make(chan struct{}, 1)
	w := network{sctp: &sctp.Options{Unordered: true}}
	w.client.Watchdog = 6 * time.Second // the least
	w.client.Trace = &diameter.Trace{Message: func(_ diameter.Identity, d diameter.Direction, m *diameter.Message) {
		if m.Command == diameter.CodeDWR && d == diameter.Received && !m.IsRequest() {
			select {
			case answered <- struct{}{}:
			default:
			}
		}
	}}
	client, _ := w.join(t, diameter.HandlerFunc(echo))
	select {
	case <-answered:
	case <-time.After(20 * time.Second):
		t.Fatal("no DWA")
	}
	exchange(t, client, scef, request("mme;3;1", 10))
}

func TestManyRequestsUnordered(t *testing.T) {
	for name, o := range map[string]*sctp.Options{"one stream": nil, "many streams": {Streams: 16}, "unordered": {Streams: 16, Unordered: true}} {
		t.Run(name, func(t *testing.T) {
			client, server := network{sctp: o}.join(t, diameter.HandlerFunc(echo))
			const workers, each = 64, 30
			begin := time.Now()
			var all sync.WaitGroup
			for i := range workers {
				all.Go(func() {
					for k := range each {
						from, to := client, scef
						if k%2 == 1 {
							from, to = server, mme
						}
						req := request(fmt.Sprintf("s;%d;%d", i, k), 100+(i*k)%3000)
						ans, err := from.Do(t.Context(), to, req)
						if err != nil || !slices.Equal(ans.AVPs, req.AVPs) {
							t.Errorf("request %d, %d: %v", i, k, err)
						}
					}
				})
			}
			all.Wait()
			took := time.Since(begin)
			t.Logf("%d requests both ways in %v, %.0f in a second", workers*each, took.Round(time.Millisecond), workers*each/took.Seconds())
		})
	}
}

// A peer that breaks down is noticed at once, and what waits for its answers is told.
func TestAbortedAssociationIsALostConnection(t *testing.T) {
	accepted := make(chan net.Conn, 10)
	begun := make(chan struct{}, 1)
	stuck := diameter.HandlerFunc(func(ctx context.Context, _ diameter.Identity, _ *diameter.Message) (*diameter.Message, func()) {
		begun <- struct{}{}
		<-ctx.Done()
		return nil, nil
	})
	w := network{accepted: accepted}
	w.client.ReconnectMin, w.client.ReconnectMax = 50*time.Millisecond, 100*time.Millisecond
	client, server := w.join(t, stuck)
	failed := make(chan error, 1)
	go func() {
		_, err := client.Do(t.Context(), scef, request("mme;4;1", 10))
		failed <- err
	}()
	<-begun
	sctp.Abort(t, <-accepted)
	err := <-failed
	require.ErrorIs(t, err, diameter.ErrSent)
	require.ErrorIs(t, err, syscall.ECONNRESET)

	<-accepted // it connects again
	require.NoError(t, client.AwaitPeer(t.Context(), scef, diametertest.App))
	go server.Close()
	require.Eventually(t, func() bool { return client.Peers()[0].State == diameter.PeerClosed }, 20*time.Second, 10*time.Millisecond)
}

// A message above MaxMessage is refused as over TCP, however much of it fits into the buffers of the kernel.
func TestMaxMessageOverSCTP(t *testing.T) {
	var lengthErrors atomic.Int64
	w := network{}
	w.client.Trace = &diameter.Trace{Answered: func(_ diameter.Identity, _ int, ans *diameter.Message, _ time.Duration) {
		if r, err := diameter.ResultOf(ans); err == nil && r == diameter.InvalidMessageLength {
			lengthErrors.Add(1)
		}
	}}
	w.server.MaxMessage, w.client.MaxMessage = 200_000, 200_000
	client, _ := w.join(t, diameter.HandlerFunc(echo))
	exchange(t, client, scef, request("mme;5;1", 150_000))
	ans, err := client.Do(t.Context(), scef, request("mme;5;2", 201_000))
	require.NoError(t, err)
	r, err := diameter.ResultOf(ans)
	require.NoError(t, err)
	require.Equal(t, diameter.InvalidMessageLength, r)
	require.EqualValues(t, 1, lengthErrors.Load())
}

// One path of two breaks. What is sent in the meantime takes the other one, and the connection of the peers stays.
func TestMultiHomingSurvivesTheLossOfAPath(t *testing.T) {
	requireOwnMachine(t)
	for i, ip := range []string{"10.77.1.1", "10.77.1.2", "10.77.2.1", "10.77.2.2"} {
		alias(t, i, ip)
	}
	w := network{
		address: "10.77.1.2/10.77.2.2:0",
		sctp: &sctp.Options{
			Local:      []netip.Addr{netip.MustParseAddr("10.77.1.1"), netip.MustParseAddr("10.77.2.1")},
			RTOInitial: 200 * time.Millisecond, RTOMin: 100 * time.Millisecond, RTOMax: 400 * time.Millisecond,
			HeartbeatInterval: 300 * time.Millisecond, PathMaxRetrans: 1,
		},
	}
	var changes atomic.Int64
	w.client.Trace = &diameter.Trace{PeerState: func(diameter.Identity, diameter.PeerState, diameter.PeerState, error) { changes.Add(1) }}
	client, server := w.join(t, diameter.HandlerFunc(echo))
	exchange(t, client, scef, request("mme;6;1", 100))
	stood := changes.Load()

	for _, down := range [][]int{{0, 1}, nil, {2, 3}} { // the first path, none, the other
		for i, ip := range []string{"10.77.1.1", "10.77.1.2", "10.77.2.1", "10.77.2.2"} {
			if slices.Contains(down, i) {
				aliasDown(t, i)
			} else {
				alias(t, i, ip)
			}
		}
		begin := time.Now()
		longest := time.Duration(0)
		for i := 0; time.Since(begin) < 3*time.Second; i++ {
			at := time.Now()
			exchange(t, client, scef, request("mme;6;"+strconv.Itoa(i), 100))
			exchange(t, server, mme, request("scef;6;"+strconv.Itoa(i), 100))
			longest = max(longest, time.Since(at))
		}
		t.Logf("without %v the slowest pair of exchanges took %v", down, longest.Round(time.Millisecond))
		require.Less(t, longest, 3*time.Second)
	}
	require.Equal(t, stood, changes.Load(), "the peer never changed its state")
}

// A peer that is back before its end was noticed restarts the association (RFC 9260 §5.2.2). That is no connection to go on
// with: it begins with CER again.
func TestRestartedAssociationIsALostConnection(t *testing.T) {
	requireOwnMachine(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	const peer = 7
	alias(t, peer, "10.77.3.1")
	alias(t, 8, "10.77.3.2")
	l, err := sctp.Listen(ctx, "sctp", "10.77.3.2:0", nil)
	require.NoError(t, err)
	defer l.Close()
	d, err := sctp.NewDialer(&sctp.Options{Local: []netip.Addr{netip.MustParseAddr("10.77.3.1")}, LocalPort: 40_000})
	require.NoError(t, err)
	first, err := d.DialContext(ctx, "sctp", l.Addr().String())
	require.NoError(t, err)
	server, err := l.Accept()
	require.NoError(t, err)
	defer server.Close()
	aliasDown(t, peer)
	sctp.Abort(t, first) // which nobody hears of
	alias(t, peer, "10.77.3.1")

	require.NoError(t, server.SetReadDeadline(time.Now().Add(100*time.Millisecond)))
	_, err = server.Read(make([]byte, 100))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, server.SetReadDeadline(time.Now().Add(20*time.Second)))
	second, err := d.DialContext(ctx, "sctp", l.Addr().String())
	require.NoError(t, err)
	defer second.Close()
	for range 2 {
		_, err = server.Read(make([]byte, 100))
		require.ErrorContains(t, err, "the peer has restarted")
	}
}

// requireOwnMachine skips a test that changes the addresses of the machine, but in testvm.
func requireOwnMachine(t *testing.T) {
	sctp.RequireSCTP(t)
	if os.Getenv("SCTP_REQUIRED") == "" {
		t.Skip("changes the addresses of the machine; testvm/run.sh runs it in one of its own")
	}
}

// ifreq is struct ifreq with an address.
type ifreq struct {
	name  [syscall.IFNAMSIZ]byte
	value [24]byte
}

func ioctl(t *testing.T, request uintptr, i int, value []byte) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	require.NoError(t, err)
	defer syscall.Close(fd)
	var r ifreq
	copy(r.name[:], fmt.Sprintf("lo:%d", i))
	copy(r.value[:], value)
	_, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(&r)))
	require.Zero(t, e)
}

// alias gives the loopback another address, with a network of its own.
func alias(t *testing.T, i int, ip string) {
	a := netip.MustParseAddr(ip).As4()
	ioctl(t, syscall.SIOCSIFADDR, i, append([]byte{syscall.AF_INET, 0, 0, 0}, a[:]...))
	ioctl(t, syscall.SIOCSIFNETMASK, i, []byte{syscall.AF_INET, 0, 0, 0, 255, 255, 255, 255})
}

// aliasDown takes it away.
func aliasDown(t *testing.T, i int) { ioctl(t, syscall.SIOCSIFFLAGS, i, []byte{0, 0}) }

func addresses(all ...string) (out []diameter.Address) {
	for _, a := range all {
		out = append(out, diameter.AddressFrom(netip.MustParseAddr(a)))
	}
	return out
}
