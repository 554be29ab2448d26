package t8_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// byToken lets in who has the token of an SCS/AS.
type byToken struct{}

func (byToken) Authenticate(r *http.Request) (policy.Caller, string, error) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer token-of-")
	if !ok {
		return policy.Caller{}, `Bearer realm="t8"`, errors.New("no token")
	}
	return policy.Caller{ID: id.SCSASID(token)}, "", nil
}

const sub1 = "https://scef/3gpp-nidd/v1/as1/configurations/1"

// sockets is a server of WebSockets with what was posted instead.
type sockets struct {
	*t8.WebSockets
	t      *testing.T
	server *httptest.Server
	mu     sync.Mutex
	posted []string
}

func newSockets(t *testing.T, opts *t8.WebSocketsOptions) *sockets {
	t.Helper()
	s := &sockets{t: t}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.ServeHTTP(w, r) }))
	var err error
	s.WebSockets, err = t8.NewWebSockets(s.server.URL+"/ws/", byToken{}, senderFunc(func(_ context.Context, _ string, b any) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.posted = append(s.posted, string(b.([]byte)))
		return nil
	}), opts)
	require.NoError(t, err)
	t.Cleanup(func() { s.WebSockets.Close(); s.server.Close() })
	return s
}

func (s *sockets) postedSoFar() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.posted...)
}

// await polls until n sockets are open.
func (s *sockets) await(n int) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return s.Open() == n }, 10*time.Second, time.Millisecond)
}

// dial opens a socket without the help of a receiver.
func (s *sockets) dial(as, subscription string) (*websocket.Conn, *http.Response, error) {
	h := http.Header{}
	if as != "" {
		h.Set("Authorization", "Bearer token-of-"+as)
	}
	c, res, err := websocket.Dial(s.t.Context(), s.URI("as1", subscription), &websocket.DialOptions{HTTPHeader: h})
	if err == nil {
		s.t.Cleanup(func() { _ = c.CloseNow() })
	}
	return c, res, err
}

// receive runs a receiver and returns what ends it.
func (s *sockets) receive(h http.Handler) (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() {
		done <- t8.ReceiveWebSocket(ctx, s.URI("as1", sub1), h, &t8.WebSocketReceiverOptions{
			Token: func(context.Context) (string, error) { return "token-of-as1", nil }, MinBackOff: 10 * time.Millisecond,
		})
	}()
	return func() {
		cancel()
		require.ErrorIs(s.t, <-done, context.Canceled)
	}
}

func TestWebSocketDelivers(t *testing.T) {
	s := newSockets(t, nil)
	a := &as{}
	require.True(t, strings.HasPrefix(s.URI("as1", sub1), "ws://"))

	require.NoError(t, s.NotifySubscription(t.Context(), sub1, dest1, []byte(`{"no":"socket"}`)))
	require.Equal(t, []string{`{"no":"socket"}`}, s.postedSoFar(), "posted while no socket is open")

	stop := s.receive(t8.NewCallback(a, &t8.CallbackOptions{Acknowledgement: "taken"}))
	s.await(1)
	require.NoError(t, s.NotifySubscription(t.Context(), sub1, dest1, uplink))
	require.NoError(t, s.NotifySubscription(t.Context(), sub1, dest1, []byte(`{"subscription":"`+sub1+`"}`)))
	require.Equal(t, []any{uplink, &t8.TestNotification{Subscription: sub1}}, a.got)

	a.err = &fault.Error{Code: fault.NotFound, Detail: "no such configuration"}
	err := s.NotifySubscription(t.Context(), sub1, dest1, uplink)
	require.ErrorIs(t, err, fault.NotFound)
	require.True(t, fault.As(err).Remote)
	a.err = &fault.Error{Code: fault.Unavailable, RetryAt: time.Now().Add(100 * time.Second)}
	err = s.NotifySubscription(t.Context(), sub1, dest1, uplink)
	require.ErrorIs(t, err, fault.Unavailable)
	require.InDelta(t, 100, time.Until(fault.As(err).RetryAt).Seconds(), 5)
	require.Len(t, s.postedSoFar(), 1)

	require.NoError(t, s.NotifySubscription(t.Context(), "https://scef/other", dest1, []byte(`{"other":1}`)))
	require.NoError(t, s.Notify(t.Context(), dest1, []byte(`{"no":"subscription"}`)))
	require.Len(t, s.postedSoFar(), 3)
	stop()
	s.await(0)
	require.NoError(t, s.NotifySubscription(t.Context(), sub1, dest1, []byte(`{"gone":1}`)))
	require.Len(t, s.postedSoFar(), 4)
}

// The outbox delivers through a socket, with retries and in order.
func TestWebSocketOutbox(t *testing.T) {
	sock := newSockets(t, nil)
	var mu sync.Mutex
	var got []string
	failed := false
	stop := sock.receive(t8.Receive(func(ctx context.Context, n *t8.BDTWarningNotification) error {
		mu.Lock()
		defer mu.Unlock()
		if r := t8.NotificationRequest(ctx); n.ReferenceID == "1" && !failed {
			failed = true
			require.Equal(t, "one.example.com/n", r.Host+r.URL.Path)
			return errors.New("not now")
		}
		got = append(got, n.ReferenceID)
		return nil
	}, nil))
	defer stop()
	sock.await(1)
	s := store.NewMemory()
	o := t8.NewOutbox(prefix, sock, &t8.OutboxOptions{MinBackOff: time.Millisecond})
	defer run(t, o, s)()
	putFor(t, s, o, sub1, dest1, `{"bdtRefId":"0"}`, `{"bdtRefId":"1"}`, `{"bdtRefId":"2"}`)
	require.Eventually(t, func() bool { return left(t, s) == 0 }, 10*time.Second, time.Millisecond)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []string{"0", "1", "2"}, got)
	require.Empty(t, sock.postedSoFar())
}

func TestWebSocketReconnects(t *testing.T) {
	s := newSockets(t, nil)
	a := &as{}
	defer s.receive(t8.NewCallback(a, nil))()
	for i := range 3 {
		for end := time.Now().Add(10 * time.Second); len(a.got) == i && time.Now().Before(end); {
			_ = s.NotifySubscription(t.Context(), sub1, dest1, uplink.AppendJSON(nil)) // or it is posted, or breaks
		}
		require.Len(t, a.got, i+1)
		c, _, err := s.dial("as1", sub1) // takes the place of the socket, which breaks
		require.NoError(t, err)
		_ = c.CloseNow()
	}
}

func TestWebSocketRefuses(t *testing.T) {
	allowed := true
	var mu sync.Mutex
	s := newSockets(t, &t8.WebSocketsOptions{MaxPerSCSAS: 2, Ping: 10 * time.Millisecond, Allow: func(_ context.Context, scsas id.SCSASID, subscription string) error {
		mu.Lock()
		defer mu.Unlock()
		if !allowed || scsas != "as1" || subscription == "gone" {
			return fault.New("", fault.NotFound, "")
		}
		return nil
	}})
	refused := func(status int, as, subscription string) {
		t.Helper()
		_, res, err := s.dial(as, subscription)
		require.Error(t, err)
		require.Equal(t, status, res.StatusCode)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
	}
	refused(401, "", sub1)
	refused(404, "as2", sub1) // the URI of another
	refused(404, "as1", "gone")
	c, _, err := s.dial("as1", "one")
	require.NoError(t, err)
	c2, _, err := s.dial("as1", "two")
	require.NoError(t, err)
	c2.CloseRead(t.Context())
	refused(503, "as1", "three")
	for _, path := range []string{"/ws", "/ws/as1", "/ws/as1/", "/ws/as1/!", "/x/as1/MQ", "/ws/as2/MQ"} {
		res, body := ask(t, s.server, "GET", path, "", "Authorization", "Bearer token-of-as1")
		require.Equal(t, 404, res.StatusCode, path)
		problem(t, res, body)
	}
	mu.Lock()
	allowed = false
	mu.Unlock()
	_, _, err = c.Read(t.Context()) // the next ping finds out
	require.Equal(t, websocket.StatusPolicyViolation, websocket.CloseStatus(err))
	s.await(0)

	// A receiver that is refused does not try for ever.
	err = t8.ReceiveWebSocket(t.Context(), s.URI("as1", sub1), http.NotFoundHandler(), nil)
	require.ErrorIs(t, err, fault.Unauthenticated)
	for _, root := range []string{"", "ftp://x/", "/ws", "https://x/?q"} {
		_, err := t8.NewWebSockets(root, byToken{}, newMailbox(), nil)
		require.Error(t, err, root)
	}
	_, err = t8.NewWebSockets("https://scef/ws", nil, nil, nil)
	require.Error(t, err)
}

// who is what an Authenticator says of every request.
type who struct {
	challenge string
	err       error
}

func (w who) Authenticate(*http.Request) (policy.Caller, string, error) {
	return policy.Caller{}, w.challenge, w.err
}

// Who opens a WebSocket is asked for a credential as who sends a request.
func TestAuthenticationIsOneForRequestsAndWebSockets(t *testing.T) {
	for _, c := range []struct {
		name      string
		who       who
		status    int
		challenge string
		retry     bool
	}{
		{"no credential", who{`Bearer realm="t8"`, errors.New("secret")}, 401, `Bearer realm="t8"`, false},
		{"no challenge", who{"", errors.New("secret")}, 401, "Bearer", false},
		{"keys are unavailable", who{"Bearer", &fault.Error{Op: "test", Code: fault.Unavailable, RetryAt: newYear, Err: errors.New("secret")}}, 503, "", true},
		{"below another error", who{"Bearer", fmt.Errorf("secret: %w", fault.New("test", fault.Unavailable, ""))}, 503, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fake{}
			h, err := t8.NewHandler(c.who, nil, t8.NIDDAPI(f))
			require.NoError(t, err)
			s, err := t8.NewWebSockets("https://scef/ws", c.who, newMailbox(), &t8.WebSocketsOptions{
				Allow: func(context.Context, id.SCSASID, string) error { t.Error("it was asked for nobody"); return nil },
			})
			require.NoError(t, err)
			t.Cleanup(s.Close)
			for path, h := range map[string]http.Handler{config1: h, strings.TrimPrefix(s.URI("as1", sub1), "wss://scef"): s} {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
				require.Equal(t, c.status, w.Code, path)
				require.Equal(t, c.challenge, w.Header().Get("WWW-Authenticate"), path)
				require.Equal(t, c.retry, w.Header().Get("Retry-After") != "", path)
				require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"), path)
				require.NotContains(t, w.Body.String(), "secret", path)
			}
			require.Empty(t, f.called())
		})
	}
}

// A socket that does not read, does not answer or talks nonsense costs its own notification the timeout and nobody else
// anything; afterwards notifications are posted.
func TestWebSocketThatIsDead(t *testing.T) {
	for name, behave := range map[string]func(c *websocket.Conn){
		"does not read":   func(*websocket.Conn) {},
		"does not answer": func(c *websocket.Conn) { _, _, _ = c.Read(context.Background()) },
		"nonsense": func(c *websocket.Conn) {
			_, _, _ = c.Read(context.Background())
			_ = c.Write(context.Background(), websocket.MessageText, []byte("nonsense"))
			_, _, _ = c.Read(context.Background())
		},
		"endless answer": func(c *websocket.Conn) {
			_, _, _ = c.Read(context.Background())
			_ = c.Write(context.Background(), websocket.MessageText, make([]byte, 100_000))
		},
		"talks unasked": func(c *websocket.Conn) {
			_ = c.Write(context.Background(), websocket.MessageText, []byte("HTTP/1.1 204 No Content\r\n\r\n"))
			_, _, _ = c.Read(context.Background())
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSockets(t, &t8.WebSocketsOptions{Timeout: 200 * time.Millisecond})
			good := &as{}
			stop := s.receive(t8.NewCallback(good, nil))
			s.await(1)
			c, _, err := s.dial("as1", "https://scef/as1/bad")
			require.NoError(t, err)
			s.await(2)
			bad := make(chan error, 1)
			go func() {
				body := []byte(`{"x":"` + strings.Repeat("x", 8<<20) + `"}`) // more than any buffer takes
				bad <- s.NotifySubscription(t.Context(), "https://scef/as1/bad", dest1, body)
			}()
			go behave(c)
			for range 20 {
				require.NoError(t, s.NotifySubscription(t.Context(), sub1, dest1, uplink))
			}
			if err := <-bad; err == nil {
				require.Len(t, s.postedSoFar(), 1, "the socket was gone before")
			}
			s.await(1)
			n := len(s.postedSoFar())
			require.NoError(t, s.NotifySubscription(t.Context(), "https://scef/as1/bad", dest1, []byte("{}")))
			require.Len(t, s.postedSoFar(), n+1)
			require.Len(t, good.got, 20)
			stop()
		})
	}
}

// A peer that vanished without a word is found by pings.
func TestWebSocketPings(t *testing.T) {
	s := newSockets(t, &t8.WebSocketsOptions{Ping: 20 * time.Millisecond, Timeout: 100 * time.Millisecond})
	var raw net.Conn
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		raw = c
		return c, err
	}}}
	_, _, err := websocket.Dial(t.Context(), s.URI("as1", sub1), &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: http.Header{"Authorization": {"Bearer token-of-as1"}},
	})
	require.NoError(t, err)
	s.await(1)
	s.await(0) // nobody reads, so nobody answers pings
	_ = raw.Close()
}

func TestWebSocketHandlerPanics(t *testing.T) {
	s := newSockets(t, nil)
	defer s.receive(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh") }))()
	s.await(1)
	require.ErrorIs(t, s.NotifySubscription(t.Context(), sub1, dest1, uplink), fault.Internal)
	require.Equal(t, 1, s.Open())
}

func ExampleReceiveWebSocket() {
	// The SCEF put this into websockNotifConfig.websocketUri of the resource.
	uri := "wss://scef.example.com/websocket/as1/aHR0cHM6"
	h := t8.Receive(func(_ context.Context, n *t8.MonitoringNotification) error { return nil }, nil)
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // an application server lets it run
	err := t8.ReceiveWebSocket(ctx, uri, h, &t8.WebSocketReceiverOptions{
		Token: func(context.Context) (string, error) { return "the-token-that-goes-with-t8", nil },
	})
	_ = err // that of ctx, or why the SCEF refuses
	// Output:
}
