package t8_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// loopback allows the servers of the tests.
var loopback = policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}

func notifier(t testing.TB, opts t8.NotifierOptions) *t8.Notifier {
	if opts.Destinations == nil {
		opts.Destinations = loopback
	}
	n := t8.NewNotifier(&opts)
	t.Cleanup(n.Close)
	return n
}

var uplink = &t8.NIDDUplinkDataNotification{NIDDConfiguration: "https://scef/c", ExternalID: "ue@example.com", Data: []byte("hi")}

func TestNotifierDelivers(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-95", "KAURI-39")
	var status atomic.Int32
	var bodies []string
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		bodies = append(bodies, r.Method+" "+r.Header.Get("Content-Type")+" "+string(b))
		mu.Unlock()
		if _, there := r.Header["Idempotency-Key"]; there {
			t.Error("a header that says nothing")
		}
		w.WriteHeader(int(status.Load()))
		if status.Load() != 204 {
			_, _ = io.WriteString(w, `{"details":"taken"}`)
		}
	}))
	defer s.Close()
	n := notifier(t, t8.NotifierOptions{})
	for _, c := range []int32{200, 204, 202} {
		status.Store(c)
		require.NoError(t, n.Notify(t.Context(), s.URL+"/n", uplink))
	}
	require.NoError(t, n.Notify(t.Context(), s.URL+"/n", []byte(`{"raw":1}`)))
	require.NoError(t, n.Notify(t.Context(), s.URL+"/n", t8.TestNotification{Subscription: "x"}))
	const want = `POST application/json {"niddConfiguration":"https://scef/c","externalId":"ue@example.com","data":"aGk="}`
	require.Equal(t, []string{want, want, want, `POST application/json {"raw":1}`, `POST application/json {"subscription":"x"}`}, bodies)
}

func TestNotifierErrors(t *testing.T) {
	s := newSCEF(t) // an application server, here
	n := notifier(t, t8.NotifierOptions{})
	for _, c := range []struct {
		status int
		body   string
		header []string
		code   fault.Code
	}{
		{400, `{"cause":"INVALID_MSG_FORMAT"}`, nil, fault.Malformed},
		{404, ``, nil, fault.NotFound},
		{408, ``, nil, fault.Timeout},
		{429, ``, []string{"Retry-After", "10"}, fault.RateLimited},
		{500, `what?`, nil, fault.Internal},
		{503, ``, []string{"Retry-After", "10"}, fault.Unavailable},
		{302, ``, []string{"Location", "/x"}, fault.Internal},
		{307, ``, nil, fault.Unavailable},
	} {
		s.answers(c.status, c.body, c.header...)
		err := n.Notify(t.Context(), s.URL, uplink)
		require.ErrorIs(t, err, c.code, "%d", c.status)
		require.True(t, fault.As(err).Remote)
		if c.header != nil && c.header[0] == "Retry-After" {
			require.InDelta(t, 10, time.Until(fault.As(err).RetryAt).Seconds(), 5)
		}
	}
	require.Equal(t, 8, s.count())
	s.Close()
	require.ErrorIs(t, n.Notify(t.Context(), s.URL, uplink), fault.Unavailable)
	for _, bad := range []string{"", "x", "ftp://x/", "http://u:p@x/"} {
		require.ErrorIs(t, n.Notify(t.Context(), bad, uplink), fault.InvalidParameter, bad)
	}
	require.ErrorIs(t, n.Notify(t.Context(), s.URL, make(chan int)), fault.Internal)
}

func TestNotifierFollowsRedirections(t *testing.T) {
	to := newSCEF(t)
	to.answers(204, "")
	from := newSCEF(t)
	n := notifier(t, t8.NotifierOptions{})
	for _, status := range []int{307, 308} {
		from.answers(status, "", "Location", to.URL+"/new")
		require.NoError(t, n.Notify(t.Context(), from.URL, uplink))
		require.Equal(t, "aGk=", to.last().body["data"])
	}
	from.answers(308, "", "Location", from.URL)
	require.ErrorIs(t, n.Notify(t.Context(), from.URL, uplink), fault.Unavailable, "no endless round")
}

// A destination that the AS names must not lead into the network of the operator, whatever name or redirection it takes.
func TestNotifierGuard(t *testing.T) {
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())

	t.Run("default refuses loopback", func(t *testing.T) {
		n := t8.NewNotifier(nil)
		defer n.Close()
		for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.1.2.3", "169.254.169.254", "[fe80::1%25lo]",
			"[::ffff:169.254.169.254]", "[::ffff:0:0]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[::]", "[::7f00:1]",
			"2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "127.0.0.1."} {
			require.ErrorIs(t, n.Notify(t.Context(), "http://"+host+":"+port+"/", uplink), fault.NotAuthorized, host)
		}
	})
	t.Run("redirection", func(t *testing.T) {
		s := newSCEF(t)
		s.answers(307, "", "Location", "http://127.0.0.2:"+port+"/")
		n := notifier(t, t8.NotifierOptions{Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}})
		require.ErrorIs(t, n.Notify(t.Context(), s.URL, uplink), fault.NotAuthorized)
		s.answers(307, "", "Location", "file:///etc/passwd")
		require.ErrorIs(t, n.Notify(t.Context(), s.URL, uplink), fault.InvalidParameter)
	})
	t.Run("redirection to clear text", func(t *testing.T) {
		s := httptest.NewTLSServer(http.RedirectHandler("http://127.0.0.1:"+port+"/", http.StatusPermanentRedirect))
		defer s.Close()
		n := notifier(t, t8.NotifierOptions{TLS: &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}})
		require.ErrorIs(t, n.Notify(t.Context(), s.URL, uplink), fault.Unavailable)
	})
	t.Run("name that changes its address", func(t *testing.T) {
		var addr atomic.Value
		var asked atomic.Int32
		resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go answerDNS(there, func() netip.Addr { asked.Add(1); return addr.Load().(netip.Addr) })
			return here, nil
		}}
		only1 := policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
		n := notifier(t, t8.NotifierOptions{Destinations: only1, Resolver: resolver})
		dest := "http://as.example.com:" + port + "/"
		addr.Store(netip.MustParseAddr("127.0.0.1"))
		require.NoError(t, n.Notify(t.Context(), dest, uplink))
		require.True(t, reached)
		reached = false
		n.Close() // the kept connection is to an allowed address; the next one asks again
		addr.Store(netip.MustParseAddr("127.0.0.2"))
		require.ErrorIs(t, n.Notify(t.Context(), dest, uplink), fault.NotAuthorized)
		require.GreaterOrEqual(t, asked.Load(), int32(2))
		for _, inside := range []string{"127.0.0.3", "10.0.0.1", "169.254.169.254", "0.0.0.0", "192.168.1.1", "100.64.0.1"} {
			addr.Store(netip.MustParseAddr(inside))
			require.ErrorIs(t, n.Notify(t.Context(), dest, uplink), fault.NotAuthorized, inside)
		}
	})
	t.Run("redirection to a name that leads inside", func(t *testing.T) {
		s := newSCEF(t)
		resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go answerDNS(there, func() netip.Addr { return netip.MustParseAddr("169.254.169.254") })
			return here, nil
		}}
		n := notifier(t, t8.NotifierOptions{Resolver: resolver})
		for _, to := range []string{"http://metadata.example.com/latest", "http://169.254.169.254/latest", "http://[::ffff:a9fe:a9fe]/", "http://2852039166/"} {
			s.answers(308, "", "Location", to)
			require.ErrorIs(t, n.Notify(t.Context(), s.URL, uplink), fault.NotAuthorized, to)
		}
	})
	t.Run("port", func(t *testing.T) {
		p, _ := strconv.ParseUint(port, 10, 16)
		only := loopback
		only.Ports = []uint16{uint16(p)}
		n := notifier(t, t8.NotifierOptions{Destinations: only})
		s := newSCEF(t) // on another port
		require.ErrorIs(t, n.Notify(t.Context(), s.URL, uplink), fault.NotAuthorized)
		require.Zero(t, s.count())
	})
	t.Run("no proxy", func(t *testing.T) {
		proxy := newSCEF(t)
		t.Setenv("HTTP_PROXY", proxy.URL)
		t.Setenv("http_proxy", proxy.URL)
		n := notifier(t, t8.NotifierOptions{Dial: func(_ context.Context, _, addr string) (net.Conn, error) {
			require.Equal(t, "as.example.com:80", addr)
			return nil, errors.New("no")
		}})
		require.Error(t, n.Notify(t.Context(), "http://as.example.com/", uplink))
		require.Zero(t, proxy.count())
	})
	t.Run("other dialer", func(t *testing.T) {
		n := notifier(t, t8.NotifierOptions{Destinations: policy.PublicDestinations{}, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, inside.Listener.Addr().String())
		}})
		require.ErrorIs(t, n.Notify(t.Context(), "http://as.example.com/", uplink), fault.NotAuthorized)
	})
	require.False(t, reached)
}

// answerDNS serves one connection of a resolver over TCP framing with A records of addr.
func answerDNS(c net.Conn, addr func() netip.Addr) {
	defer func() { _ = c.Close() }()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		q := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, q); err != nil {
			return
		}
		end := 12
		for q[end] != 0 {
			end += int(q[end]) + 1
		}
		end += 5
		a := append([]byte{}, q[:end]...)
		a[2], a[3] = 0x81, 0x80 // an answer, recursion done
		copy(a[6:12], make([]byte, 6))
		if binary.BigEndian.Uint16(q[end-4:]) == 1 {
			a[7] = 1
			ip := addr().As4()
			a = append(a, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			a = append(a, ip[:]...)
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(a))), a...)); err != nil {
			return
		}
	}
}

// A server that does not answer costs its own notifications the deadline and the others nothing.
func TestNotifierDeadServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alive := newPipeServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
		defer alive.close()
		n := t8.NewNotifier(&t8.NotifierOptions{MaxInFlight: 3, Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if strings.HasPrefix(addr, "dead") {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return alive.dial(ctx, network, addr)
		}})
		defer n.Close()
		begin := time.Now()
		dead := make(chan error, 3)
		for range 3 {
			go func() { dead <- n.Notify(t.Context(), "http://dead.example.com/n", uplink) }()
		}
		synctest.Wait()
		err := n.Notify(t.Context(), "http://dead.example.com/other", uplink)
		require.ErrorIs(t, err, fault.Unavailable, "the fourth is refused at once")
		require.NoError(t, n.Notify(t.Context(), "http://alive.example.com/n", uplink))
		require.Zero(t, time.Since(begin))
		for range 3 {
			require.ErrorIs(t, <-dead, fault.Timeout)
		}
		require.Equal(t, 5*time.Second, time.Since(begin))
	})
}

func TestNotifierSlowServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := newPipeServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			for { // an answer without end
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
				_ = http.NewResponseController(w).Flush()
				select {
				case <-time.After(time.Second):
				case <-r.Context().Done():
					return
				}
			}
		}))
		defer slow.close()
		n := t8.NewNotifier(&t8.NotifierOptions{Timeout: 3 * time.Second, Dial: slow.dial})
		defer n.Close()
		begin := time.Now()
		require.Error(t, n.Notify(t.Context(), "http://slow.example.com/", uplink))
		require.Equal(t, 3*time.Second, time.Since(begin))
	})
}

// pipeServer serves HTTP on connections in memory, for bubbles of synctest.
type pipeServer struct {
	srv   *http.Server
	conns chan net.Conn
	done  chan struct{}
	ended chan struct{}
}

func newPipeServer(h http.Handler) *pipeServer {
	p := &pipeServer{srv: &http.Server{Handler: h}, conns: make(chan net.Conn), done: make(chan struct{}), ended: make(chan struct{})}
	go func() { defer close(p.ended); _ = p.srv.Serve(p) }()
	return p
}

func (p *pipeServer) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipeServer) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipeServer) Addr() net.Addr { return pipeAddr{} }
func (p *pipeServer) Close() error   { return nil }
func (p *pipeServer) close()         { close(p.done); _ = p.srv.Close(); <-p.ended }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

func TestNotifierTrace(t *testing.T) {
	s := newSCEF(t)
	s.answers(404, `{"cause":"X"}`)
	var got []t8.Exchange
	n := notifier(t, t8.NotifierOptions{Trace: &t8.Trace{Answer: func(_ context.Context, x *t8.Exchange) { got = append(got, *x) }}})
	require.Error(t, n.Notify(t.Context(), s.URL+"/n", uplink))
	require.Len(t, got, 1)
	require.Equal(t, 404, got[0].Status)
	require.Equal(t, s.URL+"/n", got[0].URI)
	require.JSONEq(t, `{"cause":"X"}`, string(got[0].Answer))
	require.Contains(t, string(got[0].Request), "aGk=")
	require.ErrorIs(t, got[0].Err, fault.NotFound)
}

// More destinations than are kept.
func TestNotifierForgetsDestinations(t *testing.T) {
	s := newPipeServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	defer s.close()
	n := t8.NewNotifier(&t8.NotifierOptions{Dial: s.dial})
	defer n.Close()
	for i := range 5000 {
		u := url.URL{Scheme: "http", Host: "as.example.com", Path: "/n", RawQuery: strings.Repeat("x", i%7) + string(rune('a'+i%26)) + time.Duration(i).String()}
		require.NoError(t, n.Notify(t.Context(), u.String(), uplink))
	}
}

func TestNotifierEndsWithContext(t *testing.T) {
	n := t8.NewNotifier(&t8.NotifierOptions{Dial: func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }})
	defer n.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := n.Notify(ctx, "http://as.example.com/", uplink)
	require.True(t, errors.Is(err, context.Canceled), "%v", err)
}

const benchServer = "SCEFKIT_TEST_BENCH_SERVER"

// TestBenchServer is the server of BenchmarkNotifier, a process of its own so that its CPU does not count.
func TestBenchServer(t *testing.T) {
	if os.Getenv(benchServer) == "" {
		t.Skip("a part of BenchmarkNotifier")
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(204)
	}))
	fmt.Println("at " + s.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the parent is gone
}

// cpu returns the CPU time of this process.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkNotifier compares with the client of net/http as it comes, in the same run, against the same server, which is
// another process.
func BenchmarkNotifier(b *testing.B) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestBenchServer$")
	cmd.Env = append(os.Environ(), benchServer+"=1")
	in, err := cmd.StdinPipe()
	require.NoError(b, err)
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	defer func() { _ = in.Close(); _ = cmd.Wait() }()
	var s struct{ URL string }
	_, err = fmt.Fscanf(out, "at %s\n", &s.URL)
	require.NoError(b, err)
	measure := func(b *testing.B, post func() error) {
		b.ReportAllocs()
		b.SetParallelism(8)
		begin := cpu(b)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := post(); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64((cpu(b)-begin).Nanoseconds())/float64(b.N), "cpu-ns/op")
	}
	n := notifier(b, t8.NotifierOptions{})
	bare := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	defer bare.CloseIdleConnections()
	up := *uplink
	up.Data = make([]byte, 64)
	body := string(up.AppendJSON(nil))
	b.Run("Notifier", func(b *testing.B) {
		measure(b, func() error { return n.Notify(b.Context(), s.URL+"/n", &up) })
	})
	b.Run("bare", func(b *testing.B) {
		measure(b, func() error {
			res, err := bare.Post(s.URL+"/n", "application/json", strings.NewReader(body))
			if err != nil {
				return err
			}
			_, _ = io.Copy(io.Discard, res.Body)
			return res.Body.Close()
		})
	})
}
