package t8

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

// This file delivers notifications over a WebSocket (TS 29.122 §5.2.5.4, feature Notification_websocket).
//
// THE FRAMING IS NOT CONFIRMED against the text of the standard. What is done here: the SCS/AS opens the URI that the
// SCEF put into websocketUri; each notification is one message that holds an HTTP/1.1 request as it would have been
// posted to the notification destination; the SCS/AS answers with one message that holds the HTTP/1.1 response, whose
// status is the acknowledgement; there is one request under way at a time. wsRequest, wsResponse and their readers below
// are the only places that know it.

// wsRequest is the message of a notification.
func wsRequest(destination string, body []byte) []byte {
	host, path := "scef", "/"
	if u, err := url.Parse(destination); err == nil && u.Host != "" {
		host, path = u.Host, u.RequestURI()
	}
	b := make([]byte, 0, 128+len(host)+len(path)+len(body))
	b = append(append(append(b, "POST "...), path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, host...), "\r\nContent-Type: "+typeJSON+"\r\nContent-Length: "...)
	b = append(strconv.AppendInt(b, int64(len(body)), 10), "\r\n\r\n"...)
	return append(b, body...)
}

func wsReadRequest(message []byte) (*http.Request, error) {
	return http.ReadRequest(bufio.NewReader(bytes.NewReader(message)))
}

// wsResponse is the message of an acknowledgement.
func wsResponse(status int, h http.Header, body []byte) []byte {
	var b bytes.Buffer
	res := http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: h,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
	_ = res.Write(&b) // to memory
	return b.Bytes()
}

func wsReadResponse(message []byte) (status int, h http.Header, body []byte, err error) {
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(message)), nil)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, res.Header, body, err
}

// WebSocketsOptions holds what is optional for WebSockets.
type WebSocketsOptions struct {
	// Allow says whether an SCS/AS may receive the notifications of the resource with the URI subscription over a
	// WebSocket. It is asked when the SCS/AS connects and with each ping; an error ends the socket. The default allows
	// what begins with the path of the SCS/AS; give one that looks the resource up.
	Allow func(ctx context.Context, scsas id.SCSASID, subscription string) error
	// Timeout bounds one notification: writing it and waiting for the answer; the default is 5 s. A socket that does
	// not keep it is closed.
	Timeout time.Duration
	// Ping is the time between pings; the default is 30 s. Without a pong within Timeout the socket is closed.
	Ping time.Duration
	// MaxPerSCSAS is how many sockets one SCS/AS may have; the default is 10,000.
	MaxPerSCSAS int
	// MaxMessage is the longest answer in octets that is taken; the default is 64 KiB.
	MaxMessage int64
	// Logger receives word of sockets that come and go at level debug; the default discards it.
	Logger *slog.Logger
}

// WebSockets is the SCEF's side of notifications over WebSockets (TS 29.122 §5.2.5.4): a Sender that uses the open socket
// of a subscription, or the Sender below when there is none, and the http.Handler to which the SCS/AS connects. There is
// one socket for each subscription; a new one takes the place of the old. All methods are safe for concurrent use.
type WebSockets struct {
	root string // ends in no slash
	path string // of root
	auth policy.Authenticator
	next Sender
	opts WebSocketsOptions
	log  *slog.Logger

	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu      sync.Mutex
	closed  bool               // guarded by mu
	sockets map[string]*socket // guarded by mu; by subscription
	count   map[id.SCSASID]int // guarded by mu
}

var (
	_ SubscriptionSender = (*WebSockets)(nil)
	_ http.Handler       = (*WebSockets)(nil)
)

// NewWebSockets returns the sockets below root, an http or https URI as "https://scef.example.com/websocket" where the
// handler is mounted; SCS/AS prove who they are to auth, as on T8. next delivers what has no socket. opts may be nil.
func NewWebSockets(root string, auth policy.Authenticator, next Sender, opts *WebSocketsOptions) (*WebSockets, error) {
	u, err := url.Parse(root)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("t8: the root of WebSockets is not an absolute http or https URI")
	case auth == nil || next == nil:
		return nil, errors.New("t8: WebSockets need an Authenticator and a Sender")
	}
	w := &WebSockets{
		root: "ws" + strings.TrimSuffix(strings.TrimPrefix(root, "http"), "/"), path: strings.TrimSuffix(u.EscapedPath(), "/"),
		auth: auth, next: next, sockets: map[string]*socket{}, count: map[id.SCSASID]int{},
	}
	if opts != nil {
		w.opts = *opts
	}
	fill(&w.opts.Timeout, defaultNotifyTimeout)
	fill(&w.opts.Ping, 30*time.Second)
	fill(&w.opts.MaxPerSCSAS, 10_000)
	fill(&w.opts.MaxMessage, 64<<10)
	if w.opts.Allow == nil {
		w.opts.Allow = allowOwn
	}
	if w.log = w.opts.Logger; w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	w.ctx, w.stop = context.WithCancel(context.Background())
	return w, nil
}

// allowOwn allows subscriptions with the SCS/AS as a segment of their path.
func allowOwn(_ context.Context, scsas id.SCSASID, subscription string) error {
	if u, err := url.Parse(subscription); err == nil {
		for s := range strings.SplitSeq(u.EscapedPath(), "/") {
			if t, err := url.PathUnescape(s); err == nil && t == string(scsas) {
				return nil
			}
		}
	}
	return fault.New("t8.WebSocket", fault.NotFound, "")
}

// URI returns what the SCEF answers as websocketUri for a resource of an SCS/AS.
func (w *WebSockets) URI(scsas id.SCSASID, subscription string) string {
	return w.root + "/" + url.PathEscape(string(scsas)) + "/" + base64.RawURLEncoding.EncodeToString([]byte(subscription))
}

// parse is the reverse of URI, for the path of a request.
func (w *WebSockets) parse(path string) (scsas id.SCSASID, subscription string, ok bool) {
	path, ok = strings.CutPrefix(path, w.path+"/")
	owner, rest, two := strings.Cut(path, "/")
	name, err := url.PathUnescape(owner)
	sub, err2 := base64.RawURLEncoding.DecodeString(rest)
	return id.SCSASID(name), string(sub), ok && two && err == nil && err2 == nil && name != "" && len(sub) > 0
}

// socket is an open WebSocket.
type socket struct {
	conn    *websocket.Conn
	turn    chan struct{} // holds a token while a notification is under way
	waiting atomic.Bool   // an answer is due
	answers chan []byte
	gone    chan struct{} // closed when the socket is
}

// ServeHTTP takes a WebSocket of an SCS/AS and serves it until it ends. Errors are answered with ProblemDetails: 401, 403
// or 404 (not the resource of this SCS/AS), 426 (no WebSocket), 503 (too many, or closed); or with the *fault.Error of the
// Authenticator.
func (w *WebSockets) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	owner, subscription, ok := w.parse(r.URL.EscapedPath())
	caller, err := authenticate(w.auth, rw, r)
	if err != nil {
		refuse(rw, fault.As(err))
		return
	}
	scsas := caller.ID
	if !ok || scsas != owner {
		refuse(rw, fault.New("", fault.NotFound, ""))
		return
	}
	if err := w.opts.Allow(r.Context(), scsas, subscription); err != nil {
		refuse(rw, fault.As(err))
		return
	}
	if !w.enter(scsas) {
		refuse(rw, fault.New("", fault.Unavailable, "no more WebSockets"))
		return
	}
	defer w.leave(scsas)
	conn, err := websocket.Accept(rw, r, nil)
	if err != nil {
		return // it answered
	}
	conn.SetReadLimit(w.opts.MaxMessage)
	s := &socket{conn: conn, turn: make(chan struct{}, 1), answers: make(chan []byte, 1), gone: make(chan struct{})}
	w.mu.Lock()
	old := w.sockets[subscription]
	w.sockets[subscription] = s
	w.mu.Unlock()
	if old != nil {
		_ = old.conn.CloseNow()
	}
	w.log.Debug("WebSocket opened", "scsas", string(scsas))
	w.serve(s, scsas, subscription)
	w.log.Debug("WebSocket ended", "scsas", string(scsas))
}

// refuse answers with ProblemDetails.
func refuse(rw http.ResponseWriter, e *fault.Error) {
	(&answer{w: rw, x: &Exchange{}}).refuse(nil, e)
}

// enter counts a socket.
func (w *WebSockets) enter(scsas id.SCSASID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.count[scsas] >= w.opts.MaxPerSCSAS {
		return false
	}
	w.count[scsas]++
	w.wg.Add(1)
	return true
}

func (w *WebSockets) leave(scsas id.SCSASID) {
	w.mu.Lock()
	if w.count[scsas]--; w.count[scsas] == 0 {
		delete(w.count, scsas)
	}
	w.mu.Unlock()
	w.wg.Done()
}

// serve reads answers until the socket ends.
func (w *WebSockets) serve(s *socket, scsas id.SCSASID, subscription string) {
	ctx, cancel := context.WithCancel(w.ctx)
	pings := make(chan struct{})
	go func() {
		defer close(pings)
		w.ping(ctx, s, scsas, subscription)
	}()
	defer func() {
		w.mu.Lock()
		if w.sockets[subscription] == s {
			delete(w.sockets, subscription)
		}
		w.mu.Unlock()
		close(s.gone)
		cancel()
		_ = s.conn.CloseNow()
		<-pings
	}()
	for {
		_, message, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		if !s.waiting.CompareAndSwap(true, false) {
			_ = s.conn.Close(websocket.StatusPolicyViolation, "no answer is due")
			return
		}
		s.answers <- message // has room: one answer for each notification
	}
}

func (w *WebSockets) ping(ctx context.Context, s *socket, scsas id.SCSASID, subscription string) {
	t := time.NewTicker(w.opts.Ping)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		bounded, cancel := context.WithTimeout(ctx, w.opts.Timeout)
		err := w.opts.Allow(bounded, scsas, subscription)
		if e := fault.As(err); err != nil && e.Status()/100 == 4 {
			_ = s.conn.Close(websocket.StatusPolicyViolation, "not allowed any more")
		} else if err := s.conn.Ping(bounded); err != nil {
			_ = s.conn.CloseNow()
		}
		cancel()
	}
}

// Open returns how many sockets are open.
func (w *WebSockets) Open() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.sockets)
}

// Close ends all sockets and waits for them; new ones are refused. What is sent afterwards goes the other way.
func (w *WebSockets) Close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.stop()
	w.wg.Wait()
}

// Notify hands on to the Sender below: without a subscription there is no socket.
func (w *WebSockets) Notify(ctx context.Context, destination string, body any) error {
	return w.next.Notify(ctx, destination, body)
}

// NotifySubscription sends body over the socket of the subscription and returns nil when the SCS/AS acknowledged it, or
// posts it to destination when no socket is open. Errors as [Notifier.Notify]: fault.Unavailable (the socket broke before
// the answer came), fault.Timeout (no answer in time; the socket is closed), and with Remote set what the SCS/AS answered.
func (w *WebSockets) NotifySubscription(ctx context.Context, subscription, destination string, body any) error {
	const op = "t8.Notify"
	w.mu.Lock()
	s := w.sockets[subscription]
	w.mu.Unlock()
	if s == nil {
		return Send(ctx, w.next, subscription, destination, body)
	}
	b, err := encodeBody(body)
	if err != nil {
		return fault.Wrap(op, fault.Internal, err)
	}
	bounded, cancel := context.WithTimeout(ctx, w.opts.Timeout)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-s.gone:
		return Send(ctx, w.next, subscription, destination, b)
	case <-bounded.Done():
		return transportFault(op, bounded.Err())
	}
	select {
	case <-s.gone:
		return Send(ctx, w.next, subscription, destination, b)
	default:
	}
	s.waiting.Store(true)
	if err := s.conn.Write(bounded, websocket.MessageText, wsRequest(destination, b)); err != nil {
		_ = s.conn.CloseNow() // it may have been written in part
		if bounded.Err() != nil {
			err = bounded.Err()
		}
		return transportFault(op, err)
	}
	select {
	case message := <-s.answers:
		status, h, text, err := wsReadResponse(message)
		if err != nil {
			_ = s.conn.CloseNow() // in a hurry: somebody waits
			return &fault.Error{Op: op, Code: fault.Internal, Remote: true, Err: err}
		}
		if status/100 == 2 {
			return nil
		}
		e := remoteFault(op, status, h, text, nil)
		if status == http.StatusRequestTimeout {
			e.Code = fault.Timeout
		}
		return e
	case <-s.gone:
		return fault.Wrap(op, fault.Unavailable, errors.New("the WebSocket was closed"))
	case <-bounded.Done():
		_ = s.conn.CloseNow() // a late answer could be taken for the next one
		return transportFault(op, bounded.Err())
	}
}

// WebSocketReceiverOptions holds what is optional for ReceiveWebSocket.
type WebSocketReceiverOptions struct {
	// HTTP connects; it brings TLS. Its Timeout must be 0. The default is http.DefaultClient.
	HTTP *http.Client
	// Token returns the bearer token for a connection; the default sends none.
	Token func(ctx context.Context) (string, error)
	// MinBackOff and MaxBackOff bound the time between attempts to connect, which doubles with each failure; the
	// defaults are 1 s and 1 min.
	MinBackOff, MaxBackOff time.Duration
	// Ping is the time between pings; the default is 30 s. Without a pong within 10 s the connection is made anew.
	Ping time.Duration
	// MaxMessage is the longest notification in octets that is taken; the default is 1 MiB.
	MaxMessage int64
	// Connected is called after each connection was made; it must not block.
	Connected func()
	// Logger receives word of connections that break; the default discards it.
	Logger *slog.Logger
}

// ReceiveWebSocket is the side of the SCS/AS: it connects to a websocketUri, hands each notification to h as the POST
// that it would have been, sends back what h answers, and connects again when the connection breaks. h is one of this
// package ([NotificationHandler], [Receive], [NewCallback]) or any other; it gets one request at a time. It returns when
// ctx ends, with its error, or when the SCEF refuses the connection for good (4xx but 408 and 429). opts may be nil.
func ReceiveWebSocket(ctx context.Context, uri string, h http.Handler, opts *WebSocketReceiverOptions) error {
	r := wsReceiver{uri: uri, h: h}
	if opts != nil {
		r.opts = *opts
	}
	fill(&r.opts.MinBackOff, time.Second)
	fill(&r.opts.MaxBackOff, time.Minute)
	fill(&r.opts.Ping, 30*time.Second)
	fill(&r.opts.MaxMessage, 1<<20)
	if r.opts.Logger == nil {
		r.opts.Logger = slog.New(slog.DiscardHandler)
	}
	wait := r.opts.MinBackOff
	for {
		connected, err := r.once(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Remote && permanent(e) != "" {
			return e
		}
		r.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "WebSocket broke", slog.Any("err", err))
		if connected {
			wait = r.opts.MinBackOff
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, r.opts.MaxBackOff)
	}
}

type wsReceiver struct {
	uri  string
	h    http.Handler
	opts WebSocketReceiverOptions
}

// once connects and serves one connection.
func (r *wsReceiver) once(ctx context.Context) (connected bool, err error) {
	const op = "t8.ReceiveWebSocket"
	d := websocket.DialOptions{HTTPClient: r.opts.HTTP, HTTPHeader: http.Header{}}
	if r.opts.Token != nil {
		t, err := r.opts.Token(ctx)
		if err != nil {
			return false, fault.Wrap(op, fault.Unauthenticated, err)
		}
		d.HTTPHeader.Set("Authorization", "Bearer "+t)
	}
	dial, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, res, err := websocket.Dial(dial, r.uri, &d)
	if err != nil {
		if res == nil {
			return false, transportFault(op, err)
		}
		body, _ := io.ReadAll(io.LimitReader(res.Body, maxNotifyAnswer))
		_ = res.Body.Close()
		return false, remoteFault(op, res.StatusCode, res.Header, body, nil)
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(r.opts.MaxMessage)
	if r.opts.Connected != nil {
		r.opts.Connected()
	}
	ctx, end := context.WithCancel(ctx)
	pings := make(chan struct{})
	go func() {
		defer close(pings)
		r.ping(ctx, conn)
	}()
	defer func() { end(); <-pings }()
	for {
		_, message, err := conn.Read(ctx)
		if err != nil {
			return true, err
		}
		if err := conn.Write(ctx, websocket.MessageText, r.handle(ctx, message)); err != nil {
			return true, err
		}
	}
}

func (r *wsReceiver) ping(ctx context.Context, conn *websocket.Conn) {
	t := time.NewTicker(r.opts.Ping)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		bounded, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := conn.Ping(bounded)
		cancel()
		if err != nil {
			_ = conn.CloseNow()
			return
		}
	}
}

// handle lets the handler answer one notification.
func (r *wsReceiver) handle(ctx context.Context, message []byte) []byte {
	q, err := wsReadRequest(message)
	if err != nil {
		return wsResponse(http.StatusBadRequest, nil, nil)
	}
	w := &memoryWriter{header: http.Header{}}
	func() {
		defer func() {
			if p := recover(); p != nil {
				r.opts.Logger.LogAttrs(ctx, slog.LevelError, "panic", slog.Any("panic", p))
				*w = memoryWriter{header: http.Header{}, status: http.StatusInternalServerError}
			}
		}()
		r.h.ServeHTTP(w, q.WithContext(ctx))
	}()
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return wsResponse(w.status, w.header, w.body)
}

// memoryWriter is a ResponseWriter to memory.
type memoryWriter struct {
	header http.Header
	status int
	body   []byte
}

func (w *memoryWriter) Header() http.Header { return w.header }

func (w *memoryWriter) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
}

func (w *memoryWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, b...)
	return len(b), nil
}
