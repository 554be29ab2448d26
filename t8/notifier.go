package t8

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
)

// NotifierOptions holds what is optional for a Notifier.
type NotifierOptions struct {
	// Destinations says where notifications may go; the default is the public Internet (policy.PublicDestinations).
	Destinations policy.Destinations
	// Timeout bounds one notification with everything: name, connection, answer, redirections. The default is 5 s. A
	// [LongBody] has ten times as long.
	Timeout time.Duration
	// MaxInFlight is how many notifications may be under way to one host and port; the default is 256. More are
	// refused at once with fault.Unavailable, so that a server that does not answer costs the others nothing.
	MaxInFlight int
	// TLS configures TLS towards the SCS/AS; nil is that of crypto/tls.
	TLS *tls.Config
	// Resolver resolves host names; nil is net.DefaultResolver.
	Resolver *net.Resolver
	// Dial replaces the dialer, as for connections in memory. Destinations.CheckAddr then sees the address of the
	// peer after the connection was made, and only when it is one of TCP.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Logger receives a debug record for each notification; the default discards them.
	Logger *slog.Logger
	// Trace observes notifications and answers.
	Trace *Trace
}

const (
	defaultNotifyTimeout = 5 * time.Second
	defaultMaxInFlight   = 256
	maxNotifyRedirects   = 3
	maxNotifyAnswer      = 64 << 10 // octets read of an answer
	maxTargets           = 4096     // parsed destinations that are kept
)

// A Notifier posts notifications to SCS/AS (TS 29.122 §5.2.5). It asks [policy.Destinations] about the URI and about
// every address before it connects there, goes through no proxy, and keeps connections for the next notification.
//
// A notification may arrive twice when a connection breaks before the answer came.
type Notifier struct {
	to        policy.Destinations
	timeout   time.Duration
	perHost   int
	transport *http.Transport
	log       *slog.Logger
	trace     *Trace

	mu      sync.Mutex
	targets map[string]*target // guarded by mu; by destination
	hosts   map[string]*host   // guarded by mu; by scheme, host and port
}

// target is a parsed destination.
type target struct {
	url  *url.URL
	host *host
}

// host counts what is under way.
type host struct {
	key string
	n   int // guarded by Notifier.mu
}

// NewNotifier returns a Notifier; opts may be nil.
func NewNotifier(opts *NotifierOptions) *Notifier {
	if opts == nil {
		opts = &NotifierOptions{}
	}
	n := &Notifier{
		to: opts.Destinations, timeout: opts.Timeout, perHost: opts.MaxInFlight, log: opts.Logger, trace: opts.Trace,
		targets: map[string]*target{}, hosts: map[string]*host{},
	}
	if n.to == nil {
		n.to = policy.PublicDestinations{}
	}
	if n.timeout <= 0 {
		n.timeout = defaultNotifyTimeout
	}
	if n.perHost <= 0 {
		n.perHost = defaultMaxInFlight
	}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	dialer := &net.Dialer{Timeout: n.timeout, Resolver: opts.Resolver, ControlContext: n.guard}
	dial := dialer.DialContext
	if opts.Dial != nil {
		dial = n.guarded(opts.Dial)
	}
	n.transport = &http.Transport{
		DialContext:            dial,
		TLSClientConfig:        opts.TLS.Clone(),
		TLSHandshakeTimeout:    n.timeout,
		MaxIdleConns:           0, // no limit besides that for a host
		MaxIdleConnsPerHost:    n.perHost,
		MaxConnsPerHost:        n.perHost,
		IdleConnTimeout:        time.Minute,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: n.timeout},
	}
	return n
}

// Close closes the connections that are not in use. Notifications may still be sent afterwards.
func (n *Notifier) Close() { n.transport.CloseIdleConnections() }

// A refusedError carries the word of policy.Destinations.
type refusedError struct{ err error }

func (r refusedError) Error() string { return "t8: destination refused: " + r.err.Error() }
func (r refusedError) Unwrap() error { return r.err }

// guard sees every address after name resolution and before connect.
func (n *Notifier) guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err == nil {
		err = n.to.CheckAddr(a)
	}
	if err != nil {
		return refusedError{err}
	}
	return nil
}

func (n *Notifier) guarded(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if a, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
			if err := n.to.CheckAddr(a.AddrPort()); err != nil {
				_ = conn.Close()
				return nil, refusedError{err}
			}
		}
		return conn, nil
	}
}

// Notify posts body to destination and returns nil when the SCS/AS acknowledged it (200, 204 or another 2xx). A body is
// a notification of this package, or its JSON as []byte, which must not be changed even after Notify returned with an
// error, or a *LongBody, which is sent while it is read.
//
// Errors: fault.InvalidParameter (no URI), fault.NotAuthorized (policy refuses the destination), fault.Unavailable (no
// connection, or too many under way to this host), fault.Timeout (no answer in time), and with Remote set what the
// SCS/AS answered, with RetryAt from Retry-After. Safe for concurrent use.
func (n *Notifier) Notify(ctx context.Context, destination string, body any) error {
	if b, ok := body.(*LongBody); ok {
		return n.send(ctx, destination, content{long: b}, nil)
	}
	b, err := encodeBody(body)
	if err != nil {
		return fault.Wrap("t8.Notify", fault.Internal, err)
	}
	return n.send(ctx, destination, content{octets: b}, nil)
}

// content is the body of a notification, in memory or not.
type content struct {
	octets []byte
	long   *LongBody
}

func (c content) open() io.ReadCloser {
	if c.long != nil {
		return io.NopCloser(c.long.Reader())
	}
	return io.NopCloser(bytes.NewReader(c.octets))
}

// length is that of the content, or -1 when it is not known.
func (c content) length() int64 {
	if c.long != nil {
		return -1
	}
	return int64(len(c.octets))
}

// send posts b and follows redirections; when answer is not nil, it gets the body of the success.
func (n *Notifier) send(ctx context.Context, destination string, b content, answer *[]byte) error {
	timeout := n.timeout
	if b.long != nil {
		timeout *= 10
	}
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > timeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	for hop := 0; ; hop++ {
		next, err := n.post(ctx, destination, b, answer)
		if err != nil || next == "" {
			return err
		}
		if hop == maxNotifyRedirects {
			return &fault.Error{Op: "t8.Notify", Code: fault.Unavailable, Remote: true, Err: errors.New("too many redirections")}
		}
		destination = next
	}
}

// notifyHeader is that of every notification; nobody writes to it. The entry without value allows the transport to send
// a notification again when a kept connection turns out to be dead; it does not appear on the wire.
var notifyHeader = http.Header{
	"Content-Type":    {typeJSON},
	"Accept":          {typeJSON + ", " + typeProblem},
	"User-Agent":      {"scefkit"},
	"Idempotency-Key": nil,
}

// post sends one request; next is where a redirection leads, keep is for the body of a success and may be nil.
func (n *Notifier) post(ctx context.Context, destination string, b content, keep *[]byte) (next string, err error) {
	const op = "t8.Notify"
	t, err := n.acquire(destination)
	if err != nil {
		return "", err
	}
	defer n.release(t)
	if err := n.to.CheckURL(t.url); err != nil {
		return "", fault.Wrap(op, fault.NotAuthorized, refusedError{err})
	}
	r := (&http.Request{
		Method: http.MethodPost, URL: t.url, Host: t.url.Host, Header: notifyHeader,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: b.open(), ContentLength: b.length(),
		GetBody: func() (io.ReadCloser, error) { return b.open(), nil },
	}).WithContext(ctx)
	var x *Exchange
	if n.trace != nil {
		x = &Exchange{Method: r.Method, URI: destination, Request: b.octets, Begin: time.Now()}
		n.trace.request(ctx, x)
		defer func() { x.Err = err; n.trace.answer(ctx, x) }()
	}
	res, err := n.transport.RoundTrip(r)
	if err != nil {
		n.log.LogAttrs(ctx, slog.LevelDebug, "notification failed", slog.String("host", t.url.Host), slog.Any("err", err))
		if refused, ok := errors.AsType[refusedError](err); ok {
			return "", fault.Wrap(op, fault.NotAuthorized, refused)
		}
		return "", transportFault(op, err)
	}
	defer func() { _ = res.Body.Close() }()
	n.log.LogAttrs(ctx, slog.LevelDebug, "notification", slog.String("host", t.url.Host), slog.Int("status", res.StatusCode))
	if x != nil {
		x.Status, x.AnswerType, x.Location = res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Location")
	}
	if res.StatusCode == http.StatusNoContent && x == nil {
		return "", nil
	}
	// What is read to its end leaves the connection for the next notification.
	if res.StatusCode/100 == 2 && x == nil && keep == nil {
		_, _ = io.CopyN(io.Discard, res.Body, maxNotifyAnswer)
		return "", nil
	}
	answer, _ := io.ReadAll(io.LimitReader(res.Body, maxNotifyAnswer)) // what cannot be read tells nothing
	if x != nil {
		x.Answer = answer
	}
	switch {
	case res.StatusCode/100 == 2:
		if keep != nil {
			*keep = answer
		}
		return "", nil
	case res.StatusCode == http.StatusTemporaryRedirect || res.StatusCode == http.StatusPermanentRedirect:
		return n.redirect(t.url, res)
	}
	e := remoteFault(op, res.StatusCode, res.Header, answer, nil)
	if res.StatusCode == http.StatusRequestTimeout {
		e.Code = fault.Timeout
	}
	return "", e
}

// redirect returns where a redirection leads; post checks it like any destination.
func (n *Notifier) redirect(from *url.URL, res *http.Response) (string, error) {
	bad := func(text string) (string, error) {
		return "", &fault.Error{Op: "t8.Notify", Code: fault.Unavailable, Remote: true, Err: errors.New(text)}
	}
	location := res.Header.Get("Location")
	to, err := from.Parse(location)
	switch {
	case location == "" || err != nil:
		return bad("redirection without Location")
	case from.Scheme == "https" && to.Scheme != "https":
		return bad("redirection from https to " + to.Scheme)
	}
	return to.String(), nil
}

// acquire finds or parses a destination and takes a place at its host.
func (n *Notifier) acquire(destination string) (*target, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	t := n.targets[destination]
	if t == nil {
		if err := checkHTTPURI(destination); err != nil {
			return nil, fault.Wrap("t8.Notify", fault.InvalidParameter, fmt.Errorf("destination %w", err))
		}
		u, err := url.Parse(destination)
		if err != nil {
			return nil, fault.Wrap("t8.Notify", fault.InvalidParameter, err)
		}
		u.Fragment, u.RawFragment = "", ""
		if len(n.targets) >= maxTargets {
			clear(n.targets)
			for k, h := range n.hosts {
				if h.n == 0 {
					delete(n.hosts, k)
				}
			}
		}
		key := strings.ToLower(u.Scheme + "://" + u.Host)
		h := n.hosts[key]
		if h == nil {
			h = &host{key: key}
			n.hosts[key] = h
		}
		t = &target{u, h}
		n.targets[destination] = t
	}
	if t.host.n >= n.perHost {
		return nil, fault.Wrap("t8.Notify", fault.Unavailable, errors.New("too many notifications under way to this host"))
	}
	t.host.n++
	return t, nil
}

func (n *Notifier) release(t *target) {
	n.mu.Lock()
	t.host.n--
	n.mu.Unlock()
}
