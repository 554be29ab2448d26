package t8

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// ClientOptions holds what is optional for a Client.
type ClientOptions struct {
	// HTTP sends the requests; it brings TLS and timeouts. The default is a client with a timeout of 30 s. Its
	// CheckRedirect is replaced.
	HTTP *http.Client
	// Token returns the bearer token for a request; the default sends none. An oauth2.TokenSource of golang.org/x/oauth2,
	// which fetches tokens by client credentials and keeps them, fits in so:
	//
	//	source := config.TokenSource(context.Background()) // a clientcredentials.Config
	//	options.Token = func(context.Context) (string, error) {
	//		t, err := source.Token()
	//		if err != nil {
	//			return "", err
	//		}
	//		return t.AccessToken, nil
	//	}
	Token func(ctx context.Context) (string, error)
	// Retries is how often a request is sent again when that is safe; the default is 2, a negative number means never.
	Retries int
	// MaxBody is the longest answer in octets that is read; the default is 1 MiB.
	MaxBody int64
	// Trace observes requests and answers.
	Trace *Trace
}

// A Client calls T8 APIs of an SCEF on behalf of an SCS/AS. Several Clients may talk to several SCEFs.
//
// A request is sent again, after a while, when it cannot have been sent before; one to retrieve, replace or delete
// also when the connection broke before the answer, and when the SCEF answered 429 or 503 with Retry-After. What changes
// by another method, or on a condition ([IfMatch]), is not: the SCEF may have carried it out. The waits end with the
// context; without a deadline, none is longer than 10 s.
//
// What got no answer may have been carried out, so that the answer to its repetition is about another state: the resource
// to be deleted is gone, or the data of a delivery that was replaced has reached the UE. Gone is what was wanted, and no
// error. Any other refusal of the repetition leaves open what became of the first, unless the request itself was at
// fault (400, 405, 406, 411 to 415): then the error is as if no answer had come, of code fault.Unavailable with Remote false,
// and the refusal lies below it, where errors.Is finds its code.
//
// Redirections of TS 29.122 §5.2.10 (307, 308) are followed, up to five, but neither from https to http nor for the
// creation of a resource, for which the standard has none; the token goes along only to the same host and port. What is
// not followed is a [RedirectError].
type Client struct {
	root    string
	http    http.Client
	token   func(ctx context.Context) (string, error)
	maxBody int64
	retries int
	trace   *Trace
}

// NewClient returns a Client for the SCEF at apiRoot, as "https://scef.example.com". opts may be nil.
func NewClient(apiRoot string, opts *ClientOptions) (*Client, error) {
	if opts == nil {
		opts = &ClientOptions{}
	}
	u, err := url.Parse(apiRoot)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("t8: the API root is not an absolute http or https URI")
	}
	if opts.MaxBody < 0 {
		return nil, errors.New("t8: negative MaxBody")
	}
	c := &Client{root: strings.TrimSuffix(apiRoot, "/"), token: opts.Token, maxBody: opts.MaxBody, retries: opts.Retries, trace: opts.Trace}
	if c.retries == 0 {
		c.retries = 2
	}
	if opts.HTTP != nil {
		c.http = *opts.HTTP
	} else {
		c.http.Timeout = 30 * time.Second
	}
	c.http.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		status := r.Response.StatusCode
		if status != http.StatusTemporaryRedirect && status != http.StatusPermanentRedirect || len(via) > 5 ||
			r.Context().Value(createKey{}) != nil || via[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
			return http.ErrUseLastResponse
		}
		if from := via[0].URL; r.URL.Host != from.Host || r.URL.Scheme != from.Scheme {
			r.Header.Del("Authorization")
		}
		return nil
	}
	if c.maxBody == 0 {
		c.maxBody = 1 << 20
	}
	return c, nil
}

// createKey marks the context of a request that creates a resource.
type createKey struct{}

// request is one call.
type request struct {
	api, operation string
	scsas          id.SCSASID
	method, uri    string
	media          string // of the body
	body           any    // nil: none
	create         bool
	once           bool                 // a second one would be answered otherwise, so it is not sent when the first may have arrived
	condition      Condition            // of a change
	reports        map[int]reflect.Type // what failures are told in, by status, see ReportError
}

// do sends a request, again where that is safe, and decodes the answer into out, when there is one. It returns status and
// Location, absolute.
func (c *Client) do(ctx context.Context, q request, out any) (status int, location string, err error) {
	op := "t8." + q.operation
	var body []byte
	if q.body != nil {
		if body, err = encodeBody(q.body); err != nil {
			return 0, "", fault.Wrap(op, fault.InvalidParameter, err)
		}
	}
	if q.create {
		ctx = context.WithValue(ctx, createKey{}, true)
	}
	if q.method == http.MethodPut || q.method == http.MethodPatch || q.method == http.MethodDelete {
		q.condition, _ = ctx.Value(conditionKey{}).(Condition)
	}
	var unanswered error // of an attempt that may have arrived
	for sent := 1; ; sent++ {
		status, location, err = c.send(ctx, op, q, body, out)
		if err == nil {
			return status, location, nil
		}
		if !fault.As(err).Remote && !neverSent(err) {
			unanswered = err
		}
		wait, again := q.again(err, status, sent)
		if sent > c.retries || !again || !sleep(ctx, wait) {
			return q.settle(op, unanswered, status, err)
		}
	}
}

// settle is what comes of a request whose last attempt failed with err. An earlier one was unanswered, if that is not nil.
func (q *request) settle(op string, unanswered error, status int, err error) (int, string, error) {
	e := fault.As(err)
	switch {
	case unanswered == nil || status == 0 || q.method == http.MethodGet: // 0: no refusal
		return status, "", err
	case q.method == http.MethodDelete && (e.Code == fault.NotFound || e.Code == fault.PortNotAssociated):
		return http.StatusNoContent, "", nil
	}
	switch status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusLengthRequired,
		http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusUnsupportedMediaType:
		return status, "", err
	}
	return 0, "", &fault.Error{Op: op, Code: fault.Unavailable, RetryAt: e.RetryAt, Err: errors.Join(unanswered, err)}
}

// again tells whether, and after what time, a request that failed may be sent again, having been sent so many times.
func (q *request) again(err error, status, sent int) (time.Duration, bool) {
	e := fault.As(err)
	idempotent := q.method == http.MethodGet || q.method == http.MethodPut || q.method == http.MethodDelete
	backoff := time.Duration(1<<min(sent-1, 6)) * 100 * time.Millisecond
	backoff = backoff/2 + rand.N(backoff)
	switch {
	case e.Remote && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable):
		if !idempotent || e.RetryAt.IsZero() {
			return 0, false
		}
		return max(0, time.Until(e.RetryAt)) + backoff/4, true
	case e.Remote || e.Code != fault.Unavailable || errors.Is(err, context.Canceled):
		return 0, false
	}
	return backoff, neverSent(err) || idempotent && !q.once && q.condition.IsZero()
}

// neverSent reports whether a request failed before its connection was there.
func neverSent(err error) bool {
	o, ok := errors.AsType[*net.OpError](err)
	return ok && o.Op == "dial"
}

const longestWait = 10 * time.Second // without a deadline

// sleep waits unless ctx would end before or the wait is too long.
func sleep(ctx context.Context, wait time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= wait || !ok && wait > longestWait {
		return false
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// send sends a request once.
func (c *Client) send(ctx context.Context, op string, q request, body []byte, out any) (status int, location string, err error) {
	x := &Exchange{API: q.api, Operation: q.operation, SCSAS: q.scsas, Method: q.method, URI: q.uri, Request: body, Begin: time.Now()}
	r, err := http.NewRequestWithContext(ctx, q.method, q.uri, bytes.NewReader(body))
	if err != nil {
		return 0, "", fault.Wrap(op, fault.InvalidParameter, err)
	}
	if q.body != nil {
		r.Header.Set("Content-Type", q.media)
	}
	if q.condition.match != nil {
		r.Header["If-Match"] = q.condition.match
	}
	r.Header.Set("Accept", typeJSON+", "+typeProblem)
	if c.token != nil {
		t, err := c.token(ctx)
		if err != nil {
			return 0, "", fault.Wrap(op, fault.Unauthenticated, err)
		}
		r.Header.Set("Authorization", "Bearer "+t)
	}
	c.trace.request(ctx, x)
	defer func() { x.Err = err; c.trace.answer(ctx, x) }()
	res, err := c.http.Do(r)
	if err != nil {
		return 0, "", transportFault(op, err)
	}
	defer func() { _ = res.Body.Close() }()
	if to := res.Header.Get("Location"); to != "" {
		if u, err := res.Request.URL.Parse(to); err == nil {
			location = u.String()
		}
	}
	x.Status, x.AnswerType, x.Location = res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Location")
	x.Answer, err = io.ReadAll(io.LimitReader(res.Body, c.maxBody+1))
	switch {
	case err != nil:
		return 0, "", transportFault(op, err)
	case int64(len(x.Answer)) > c.maxBody:
		return 0, "", &fault.Error{Op: op, Code: fault.Internal, Remote: true, Err: errors.New("the answer is too long")}
	case res.StatusCode/100 != 2:
		if location != "" {
			res.Header.Set("Location", location)
		}
		return res.StatusCode, "", remoteFault(op, res.StatusCode, res.Header, x.Answer, q.reports[res.StatusCode])
	}
	if out != nil && len(x.Answer) > 0 {
		if e := decodeBody(x.Answer, out, modeAnswer); e != nil {
			return 0, "", &fault.Error{Op: op, Code: fault.Internal, Remote: true, Err: e}
		}
	}
	if keep, ok := ctx.Value(etagKey{}).(*string); ok {
		*keep = res.Header.Get("ETag")
	}
	return res.StatusCode, location, nil
}

// transportFault is the error for a request that got no answer.
func transportFault(op string, err error) *fault.Error {
	code := fault.Unavailable
	var t interface{ Timeout() bool }
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout() {
		code = fault.Timeout
	}
	return fault.Wrap(op, code, err)
}

// A caller calls the operations of one API.
type caller struct {
	c    *Client
	api  string // its name
	base string // "/3gpp-nidd/v1"
}

func isURI(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") }

// collection returns the URI of a collection of an SCS/AS.
func (a caller) collection(scsas id.SCSASID, name string) string {
	return a.c.root + a.base + "/" + url.PathEscape(string(scsas)) + "/" + name
}

// item returns the URI of a resource in the collection with the given URI; ident is its identifier or its URI.
func item(collection, ident string) string {
	if isURI(ident) {
		return ident
	}
	return collection + "/" + url.PathEscape(ident)
}

// invoke sends q to an operation of a and returns the resource of the answer, nil when there is none.
func invoke[T any](ctx context.Context, a caller, q request) (v *T, status int, location string, err error) {
	q.api = a.api
	var out T
	status, location, err = a.c.do(ctx, q, &out)
	if err != nil || reflect.ValueOf(&out).Elem().IsZero() {
		return nil, status, location, err
	}
	return &out, status, location, nil
}

// fetchList retrieves a collection.
func fetchList[T any](ctx context.Context, a caller, operation string, scsas id.SCSASID, uri string) ([]T, error) {
	v, _, _, err := invoke[[]T](ctx, a, request{operation: operation, scsas: scsas, method: "GET", uri: uri})
	return all(v, err)
}

// fetch retrieves a resource.
func fetch[T any](ctx context.Context, a caller, operation string, scsas id.SCSASID, uri string) (*T, error) {
	v, _, _, err := invoke[T](ctx, a, request{operation: operation, scsas: scsas, method: "GET", uri: uri})
	return must(operation, v, err)
}

// create creates a resource; self is where its URI is kept.
func create[T any](ctx context.Context, a caller, q request, self func(*T) *string) (*T, error) {
	q.method, q.media, q.create = "POST", typeJSON, true
	v, _, location, err := invoke[T](ctx, a, q)
	if err == nil && v == nil && location != "" {
		v = new(T)
	}
	if v != nil && location != "" {
		*self(v) = location // what later requests are for
	}
	return must(q.operation, v, err)
}

// exchange sends a body and returns that of the answer, which must be there.
func exchange[T any](ctx context.Context, a caller, q request) (*T, error) {
	q.method, q.media = "POST", typeJSON
	v, _, _, err := invoke[T](ctx, a, q)
	return must(q.operation, v, err)
}

// change replaces or modifies a resource and returns the new one, or nil when there is nothing to tell.
func change[T any](ctx context.Context, a caller, q request) (*T, error) {
	v, _, _, err := invoke[T](ctx, a, q)
	return v, err
}

// drop deletes a resource.
func drop(ctx context.Context, a caller, operation string, scsas id.SCSASID, uri string) error {
	_, _, err := a.c.do(ctx, request{api: a.api, operation: operation, scsas: scsas, method: "DELETE", uri: uri}, nil)
	return err
}

// dropTelling deletes a resource and returns its last report, or nil.
func dropTelling[T any](ctx context.Context, a caller, operation string, scsas id.SCSASID, uri string) (*T, error) {
	v, _, _, err := invoke[T](ctx, a, request{operation: operation, scsas: scsas, method: "DELETE", uri: uri})
	return v, err
}

// must is the answer of an operation that has a body.
func must[T any](operation string, v *T, err error) (*T, error) {
	if err == nil && v == nil {
		err = &fault.Error{Op: "t8." + operation, Code: fault.Internal, Remote: true, Err: errors.New("the answer has no body")}
	}
	return v, err
}

func all[T any](v *[]T, err error) ([]T, error) {
	if v == nil {
		return nil, err
	}
	return *v, err
}
