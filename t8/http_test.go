package t8_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// raw sends octets to a server and returns the answer.
func raw(t *testing.T, s *httptest.Server, text string) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	return res
}

func TestLengthIsRequired(t *testing.T) {
	f := &fake{}
	s := serve(t, f, nil)
	for _, c := range []struct{ method, path string }{{"POST", configs}, {"PUT", delivery1}, {"PATCH", config1}} {
		head := c.method + " " + c.path + " HTTP/1.1\r\nHost: scef\r\nAuthorization: Bearer " + tokenA + "\r\n"
		res := raw(t, s, head+"Content-Type: application/json\r\n\r\n")
		require.Equal(t, 411, res.StatusCode)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
		res = raw(t, s, head+"\r\n")
		require.Equal(t, 411, res.StatusCode)
		if c.method != "PATCH" { // chunked is a length, too
			res = raw(t, s, head+"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
			require.Equal(t, 400, res.StatusCode)
		}
	}
	require.Empty(t, f.called())
}

func TestURITooLong(t *testing.T) {
	s := serve(t, &fake{}, nil)
	res, body := ask(t, s, "GET", configs+"?x="+strings.Repeat("y", 8<<10), "", "Authorization", "")
	require.Equal(t, 414, res.StatusCode)
	problem(t, res, body)
	s = serve(t, &fake{}, &t8.HandlerOptions{MaxURI: len(configs) + 3})
	res, _ = ask(t, s, "GET", configs+"?x=", "")
	require.Equal(t, 200, res.StatusCode, "a parameter that is not known is ignored")
	res, _ = ask(t, s, "GET", configs+"?x=1", "")
	require.Equal(t, 414, res.StatusCode)
	_, err := t8.NewHandler(static(t), &t8.HandlerOptions{MaxURI: -1})
	require.ErrorContains(t, err, "MaxURI")
}

func TestRefusalsTellWhatIsTaken(t *testing.T) {
	s := serve(t, &fake{}, nil)
	for _, c := range []struct{ method, path, header, media, coding, want string }{
		{"POST", configs, "Accept", "text/plain", "", "application/json"},
		{"PUT", delivery1, "Accept", "text/plain", "", "application/json"},
		{"PATCH", config1, "Accept-Patch", "application/json", "", "application/merge-patch+json"},
		{"PATCH", delivery1, "Accept-Patch", "text/plain", "", "application/merge-patch+json, application/json"},
		{"POST", configs, "Accept-Encoding", "application/json", "gzip", "identity"},
	} {
		res, body := ask(t, s, c.method, c.path, "{}", "Content-Type", c.media, "Content-Encoding", c.coding)
		require.Equal(t, 415, res.StatusCode)
		problem(t, res, body)
		require.Equal(t, c.want, res.Header.Get(c.header))
	}
	res, _ := ask(t, s, "OPTIONS", config1, "", "Authorization", "")
	require.Equal(t, "application/merge-patch+json", res.Header.Get("Accept-Patch"))
	res, _ = ask(t, s, "OPTIONS", configs, "", "Authorization", "")
	require.Equal(t, 204, res.StatusCode)
	require.Equal(t, "GET, HEAD, POST, OPTIONS", res.Header.Get("Allow"))
	require.Empty(t, res.Header.Get("Accept-Patch"))
	res, _ = ask(t, s, "OPTIONS", "/nowhere", "")
	require.Equal(t, 404, res.StatusCode)
}

func TestHeadIsGetWithoutBody(t *testing.T) {
	f := &fake{answer: func(_ context.Context, op string, _ any) (any, error) {
		if op == "Delivery" {
			return nil, fault.New("", fault.NotFound, "")
		}
		return &t8.NIDDConfiguration{Self: "x"}, nil
	}}
	s := serve(t, f, nil)
	for _, path := range []string{config1, delivery1, "/nowhere"} {
		get, body := ask(t, s, "GET", path, "")
		head, none := ask(t, s, "HEAD", path, "")
		require.Empty(t, none)
		require.Equal(t, get.StatusCode, head.StatusCode)
		require.Equal(t, int64(len(body)), head.ContentLength)
		get.Header.Del("Date")
		head.Header.Del("Date")
		require.Equal(t, get.Header, head.Header)
	}
}

func TestProcedureRedirects(t *testing.T) {
	var err error
	s := serve(t, &fake{answer: func(context.Context, string, any) (any, error) { return nil, err }}, nil)
	other := serve(t, &fake{answer: func(context.Context, string, any) (any, error) {
		return &t8.NIDDConfiguration{MTCProviderID: "there"}, nil
	}}, nil)
	for _, c := range []struct {
		err    error
		status int
	}{
		{t8.RedirectError{Location: other.URL + config1}, 307},
		{t8.RedirectError{Location: other.URL + config1, Permanent: true}, 308},
		{fault.Wrap("op", fault.Unavailable, fmt.Errorf("moved: %w", t8.RedirectError{Location: other.URL + config1})), 307},
		{t8.RedirectError{}, 500},
	} {
		err = c.err
		for method, body := range map[string]string{"GET": "", "PATCH": "{}", "DELETE": ""} {
			res, b := ask(t, s, method, config1, body, "Content-Type", "application/merge-patch+json")
			require.Equal(t, c.status, res.StatusCode)
			if c.status == 500 {
				problem(t, res, b)
				continue
			}
			require.Equal(t, other.URL+config1, res.Header.Get("Location"))
			require.Empty(t, b)
		}
	}
	err = t8.RedirectError{Location: "/over/there", Permanent: true}
	_, got := client(t, s.URL).CreateConfiguration(t.Context(), asA, &t8.NIDDConfiguration{MSISDN: "12345", NotificationDestination: "https://as/n"})
	to, ok := errors.AsType[t8.RedirectError](got)
	require.True(t, ok, "a creation is not redirected: %v", got)
	require.Equal(t, t8.RedirectError{Location: s.URL + "/over/there", Permanent: true}, to)
	require.True(t, fault.As(got).Remote)
}

func TestTokenStaysWithItsHost(t *testing.T) {
	tokens := make(chan string, 10)
	see := func(w http.ResponseWriter, r *http.Request) {
		tokens <- r.Header.Get("Authorization")
		_, _ = io.WriteString(w, `{"msisdn":"12345"}`)
	}
	other := httptest.NewServer(http.HandlerFunc(see))
	t.Cleanup(other.Close)
	var s *httptest.Server
	to := ""
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/here" {
			see(w, r)
			return
		}
		w.Header().Set("Location", to)
		w.WriteHeader(307)
	}))
	t.Cleanup(s.Close)
	for where, want := range map[string]string{s.URL + "/here": "Bearer " + tokenA, "/here": "Bearer " + tokenA, other.URL + "/x": "", strings.Replace(s.URL, "127.0.0.1", "localhost", 1) + "/here": ""} {
		to = where
		_, err := client(t, s.URL).Configuration(t.Context(), asA, "c1")
		require.NoError(t, err, where)
		require.Equal(t, want, <-tokens, where)
	}
}

// pipes is a listener on pipes, so that time may be virtual.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// dribble sends text an octet a second and returns when the server closed the connection.
func dribble(c net.Conn, text string) {
	gone := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, c); close(gone) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := range len(text) {
		select {
		case <-tick.C:
			if _, err := c.Write([]byte{text[i]}); err != nil {
				<-gone
				return
			}
		case <-gone:
			return
		}
	}
	<-gone
}

// Who sends an octet a second is cut off, in the header as in the body, and holds up nobody else.
func TestSlowClientsAreCut(t *testing.T) {
	head := "POST " + configs + " HTTP/1.1\r\nHost: scef\r\nAuthorization: Bearer " + tokenA + "\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n"
	for name, text := range map[string]struct{ first, slow string }{
		"header": {"", head}, "body": {head, strings.Repeat(" ", 60000)}, "silence": {"G", ""}, "HTTP/2": {"PRI * HTTP/2.0\r\n\r\n", "SM\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{}
				h, err := t8.NewHandler(static(t), nil, t8.NIDDAPI(f))
				require.NoError(t, err)
				s := t8.NewServer("", h, nil)
				s.ErrorLog = log.New(io.Discard, "", 0)
				l := &pipes{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
				served := make(chan error, 1)
				go func() { served <- s.Serve(l) }()
				c, server := net.Pipe()
				l.conns <- server
				begin := time.Now()
				_, err = io.WriteString(c, text.first)
				require.NoError(t, err)
				dribble(c, text.slow)
				require.LessOrEqual(t, time.Since(begin), 20*time.Second)
				require.Empty(t, f.called())
				_ = c.Close()
				require.NoError(t, s.Close())
				require.ErrorIs(t, <-served, http.ErrServerClosed)
			})
		})
	}
}

// listen serves h as NewServer has it; it returns host and port.
func listen(t *testing.T, h http.Handler, cfg *tls.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := t8.NewServer("", h, cfg)
	served := make(chan error, 1)
	go func() {
		if cfg != nil {
			served <- s.ServeTLS(l, "", "")
		} else {
			served <- s.Serve(l)
		}
	}()
	t.Cleanup(func() { _ = s.Close(); <-served })
	return l.Addr().String()
}

func TestVersionsOfHTTP(t *testing.T) {
	f := &fake{answer: func(_ context.Context, op string, _ any) (any, error) {
		if op == "Configurations" {
			return []t8.NIDDConfiguration{}, nil
		}
		return &t8.NIDDConfiguration{Self: "https://scef/c"}, nil
	}}
	h, err := t8.NewHandler(static(t), nil, t8.NIDDAPI(f))
	require.NoError(t, err)
	major := make(chan int, 1)
	seen := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case major <- r.ProtoMajor:
		default:
		}
		h.ServeHTTP(w, r)
	})
	cert := httptest.NewTLSServer(nil) // for its certificate
	cert.Close()
	plain := listen(t, seen, nil)
	secure := listen(t, seen, &tls.Config{Certificates: cert.TLS.Certificates})
	roots := x509.NewCertPool()
	roots.AddCert(cert.Certificate())
	for _, c := range []struct {
		root string
		set  func(*http.Protocols)
		want int
	}{
		{"http://" + plain, func(p *http.Protocols) { p.SetHTTP1(true) }, 1},
		{"http://" + plain, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, 2},
		{"https://" + secure, func(p *http.Protocols) { p.SetHTTP1(true) }, 1},
		{"https://" + secure, func(p *http.Protocols) { p.SetHTTP1(true); p.SetHTTP2(true) }, 2},
	} {
		tr := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "example.com"}}
		c.set(tr.Protocols)
		cl, err := t8.NewClient(c.root, &t8.ClientOptions{HTTP: &http.Client{Transport: tr}, Token: func(context.Context) (string, error) { return tokenA, nil }})
		require.NoError(t, err)
		_, err = cl.NIDD().Configurations(t.Context(), asA)
		require.NoError(t, err)
		require.Equal(t, c.want, <-major, c.root)
		got, err := cl.NIDD().CreateConfiguration(t.Context(), asA, &t8.NIDDConfiguration{MSISDN: "12345", NotificationDestination: "https://as/n"})
		require.NoError(t, err)
		require.Equal(t, "https://scef/c", got.Self)
		<-major
		tr.CloseIdleConnections()
	}
	if curl, err := exec.LookPath("curl"); err == nil {
		out, err := exec.CommandContext(t.Context(), curl, "-sS", "-m", "20", "--http2-prior-knowledge", "-H", "Authorization: Bearer "+tokenA, //nolint:gosec // found on the path
			"-w", "%{http_version} %{http_code}", "http://"+plain+configs).CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Equal(t, "[]2 200", string(out))
	}
}

func TestStreamsAreBounded(t *testing.T) {
	s := t8.NewServer("", http.NotFoundHandler(), nil)
	require.Equal(t, 100, s.HTTP2.MaxConcurrentStreams)
	require.Positive(t, s.HTTP2.SendPingTimeout)
}

// flaky is a transport that fails first.
type flaky struct {
	fail []func(*http.Request) (*http.Response, error)
	sent atomic.Int32
}

func (f *flaky) RoundTrip(r *http.Request) (*http.Response, error) {
	n := int(f.sent.Add(1))
	if n <= len(f.fail) {
		return f.fail[n-1](r)
	}
	return answerOf(200, `{"msisdn":"12345"}`)(r)
}

func answerOf(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

func broken(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func noDial(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
}

func TestClientRepeatsWhatIsSafe(t *testing.T) {
	type fails = []func(*http.Request) (*http.Response, error)
	get := func(ctx context.Context, n t8.NIDD) error { _, err := n.Configuration(ctx, asA, "c"); return err }
	put := func(ctx context.Context, n t8.NIDD) error {
		_, err := n.ReplaceDelivery(ctx, asA, "c", "d", &t8.NIDDDownlinkDataTransfer{MSISDN: "12345", Data: []byte("x")})
		return err
	}
	post := func(ctx context.Context, n t8.NIDD) error {
		_, err := n.CreateDelivery(ctx, asA, "c", &t8.NIDDDownlinkDataTransfer{MSISDN: "12345", Data: []byte("x")})
		return err
	}
	patch := func(ctx context.Context, n t8.NIDD) error {
		_, err := n.ModifyConfiguration(ctx, asA, "c", &t8.NIDDConfigurationPatch{})
		return err
	}
	del := func(ctx context.Context, n t8.NIDD) error { return n.DeleteConfiguration(ctx, asA, "c") }
	reserve := func(ctx context.Context, n t8.NIDD) error {
		_, err := n.ReservePort(ctx, asA, "c", "ue1-ef1", &t8.ManagePort{AppID: "x"})
		return err
	}
	busy := answerOf(503, "", "Retry-After", "3")
	for _, c := range []struct {
		name    string
		do      func(context.Context, t8.NIDD) error
		fail    fails
		retries int
		sent    int32
		ok      bool
		wait    time.Duration // at least
	}{
		{"GET, connection breaks", get, fails{broken, broken}, 0, 3, true, 0},
		{"GET, it breaks too often", get, fails{broken, broken, broken}, 0, 3, false, 0},
		{"PUT, connection breaks", put, fails{broken}, 0, 2, true, 0},
		{"DELETE, connection breaks", del, fails{broken}, 0, 2, true, 0},
		{"POST, connection breaks", post, fails{broken}, 0, 1, false, 0},
		{"PATCH, connection breaks", patch, fails{broken}, 0, 1, false, 0},
		{"reservation, connection breaks", reserve, fails{broken}, 0, 1, false, 0},
		{"POST, no connection", post, fails{noDial}, 0, 2, true, 0},
		{"PATCH, no connection", patch, fails{noDial, noDial}, 0, 3, true, 0},
		{"reservation, no connection", reserve, fails{noDial}, 0, 2, true, 0},
		{"GET, busy", get, fails{busy}, 0, 2, true, 3 * time.Second},
		{"DELETE, too many", del, fails{answerOf(429, "", "Retry-After", "5")}, 0, 2, true, 5 * time.Second},
		{"POST, busy", post, fails{busy}, 0, 1, false, 0},
		{"busy, nobody knows how long", get, fails{answerOf(503, "")}, 0, 1, false, 0},
		{"busy for too long", get, fails{answerOf(503, "", "Retry-After", "3600")}, 0, 1, false, 0},
		{"another failure", get, fails{answerOf(500, "")}, 0, 1, false, 0},
		{"never", get, fails{broken}, -1, 1, false, 0},
		{"once", get, fails{broken, broken}, 1, 2, false, 0},
		{"on a condition", func(ctx context.Context, n t8.NIDD) error { return put(t8.IfMatch(ctx, `"a"`), n) }, fails{broken}, 0, 1, false, 0},
		{"time is up", func(ctx context.Context, n t8.NIDD) error {
			ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			return get(ctx, n)
		}, fails{busy}, 0, 1, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &flaky{fail: c.fail}
				cl, err := t8.NewClient("https://scef", &t8.ClientOptions{HTTP: &http.Client{Transport: f}, Retries: c.retries})
				require.NoError(t, err)
				begin := time.Now()
				err = c.do(t.Context(), cl.NIDD())
				require.Equal(t, c.ok, err == nil, "%v", err)
				require.Equal(t, c.sent, f.sent.Load())
				require.GreaterOrEqual(t, time.Since(begin), c.wait)
				require.Less(t, time.Since(begin), c.wait+2*time.Second)
			})
		})
	}
}

// What is repeated because it got no answer may have been carried out, so that a refusal of the repetition is no failure.
func TestClientDoesNotTakeItsOwnDoingForAFailure(t *testing.T) {
	type fails = []func(*http.Request) (*http.Response, error)
	refused := func(status int, cause string) func(*http.Request) (*http.Response, error) {
		return answerOf(status, fmt.Sprintf(`{"status":%d,"cause":%q}`, status, cause))
	}
	get := func(ctx context.Context, n t8.NIDD) error { _, err := n.Delivery(ctx, asA, "c", "d"); return err }
	put := func(ctx context.Context, n t8.NIDD) error {
		_, err := n.ReplaceDelivery(ctx, asA, "c", "d", &t8.NIDDDownlinkDataTransfer{MSISDN: "12345", Data: []byte("x")})
		return err
	}
	del := func(ctx context.Context, n t8.NIDD) error { return n.CancelDelivery(ctx, asA, "c", "d") }
	release := func(ctx context.Context, n t8.NIDD) error {
		done, err := n.ReleasePort(ctx, asA, "c", "ue1-ef1")
		require.Equal(t, err == nil, done)
		return err
	}
	busy := answerOf(503, "", "Retry-After", "3")
	const success, failure, unknown = "success", "failure", "unknown"
	for _, c := range []struct {
		name string
		do   func(context.Context, t8.NIDD) error
		fail fails
		want string
		code fault.Code // of the refusal
	}{
		{"DELETE, carried out", del, fails{broken, refused(404, "")}, success, 0},
		{"DELETE, carried out, then busy", del, fails{broken, busy, refused(404, "")}, success, 0},
		{"DELETE, not there", del, fails{refused(404, "")}, failure, fault.NotFound},
		{"DELETE, not there, nothing was sent before", del, fails{noDial, refused(404, "")}, failure, fault.NotFound},
		{"DELETE, not there, it was only busy", del, fails{busy, refused(404, "")}, failure, fault.NotFound},
		{"DELETE, refused", del, fails{broken, refused(409, "SENDING")}, unknown, fault.Sending},
		{"DELETE, delivered", del, fails{broken, refused(404, "ALREADY_DELIVERED")}, unknown, fault.AlreadyDelivered},
		{"port, released", release, fails{broken, refused(404, "PORT_NOT_ASSOC_WITH_APP")}, success, 0},
		{"port, not reserved", release, fails{refused(404, "PORT_NOT_ASSOC_WITH_APP")}, failure, fault.PortNotAssociated},
		{"PUT, being sent", put, fails{broken, refused(409, "SENDING")}, unknown, fault.Sending},
		{"PUT, delivered", put, fails{broken, refused(404, "ALREADY_DELIVERED")}, unknown, fault.AlreadyDelivered},
		{"PUT, gone", put, fails{broken, broken, refused(404, "")}, unknown, fault.NotFound},
		{"PUT, failed later", put, fails{broken, refused(500, "NEXT_HOP")}, unknown, fault.NextHop},
		{"PUT, the last of the quota", put, fails{broken, refused(403, "QUOTA_EXCEEDED")}, unknown, fault.QuotaExceeded},
		{"PUT, wrong", put, fails{broken, refused(400, "MANDATORY_IE_INCORRECT")}, failure, fault.InvalidParameter},
		{"PUT, too long", put, fails{broken, refused(413, "")}, failure, fault.TooLarge},
		{"PUT, being sent at first", put, fails{refused(409, "SENDING")}, failure, fault.Sending},
		{"PUT, being sent, nothing was sent before", put, fails{noDial, refused(409, "SENDING")}, failure, fault.Sending},
		{"PUT, an answer that cannot be read", put, fails{broken, answerOf(200, "{")}, failure, fault.Internal},
		{"GET, gone", get, fails{broken, refused(404, "")}, failure, fault.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &flaky{fail: c.fail}
				cl, err := t8.NewClient("https://scef", &t8.ClientOptions{HTTP: &http.Client{Transport: f}})
				require.NoError(t, err)
				err = c.do(t.Context(), cl.NIDD())
				require.Equal(t, len(c.fail), int(f.sent.Load()))
				if c.want == success {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, c.code)
				e := fault.As(err)
				require.Equal(t, c.want == failure, e.Remote)
				if c.want == unknown {
					require.Equal(t, fault.Unavailable, e.Code)
					require.ErrorIs(t, err, io.ErrUnexpectedEOF, "and why")
				} else {
					require.Equal(t, c.code, e.Code)
				}
			})
		})
	}
}

// The connection breaks when the SCEF has deleted and has not answered.
func TestClientRepeatsADeletion(t *testing.T) {
	var deletions atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if deletions.Add(1) > 1 {
			http.NotFound(w, r)
			return
		}
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = c.Close()
		}
	}))
	t.Cleanup(s.Close)
	n := client(t, s.URL)
	require.NoError(t, n.DeleteConfiguration(t.Context(), asA, "c"))
	require.Equal(t, int32(2), deletions.Load())
	require.ErrorIs(t, n.DeleteConfiguration(t.Context(), asA, "c"), fault.NotFound)
	require.Equal(t, int32(3), deletions.Load())
}

func TestClientStopsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &flaky{fail: []func(*http.Request) (*http.Response, error){answerOf(503, "", "Retry-After", "5")}}
		cl, err := t8.NewClient("https://scef", &t8.ClientOptions{HTTP: &http.Client{Transport: f}})
		require.NoError(t, err)
		go func() { time.Sleep(time.Second); cancel() }()
		_, err = cl.NIDD().Configuration(ctx, asA, "c")
		require.ErrorIs(t, err, fault.Unavailable)
		require.Equal(t, int32(1), f.sent.Load())
	})
}
