package t8

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
)

// An API is one API of T8, made by a function as [NIDDAPI].
type API struct {
	Name    string // as in the URI: "3gpp-nidd"
	Version string // as in the URI: "v1"
	routes  []route
	title   string // of the API description of the standard, where it is not the name
	// refuse401 holds the operations for which the standard wants 401 when an authenticated SCS/AS is not authorised;
	// the others get 403.
	refuse401 []string
}

// Operations returns the operations of the API in the order of their definition.
func (a API) Operations() []policy.Operation {
	all := make([]policy.Operation, len(a.routes))
	for i, r := range a.routes {
		all[i] = policy.Operation{API: a.Name, ID: r.operation}
	}
	return all
}

// HandlerOptions holds what is optional for a Handler.
type HandlerOptions struct {
	// Prefix is the path of the API root, as "/exposure"; the default is none.
	Prefix string
	// Authorizer decides what an authenticated SCS/AS may do. The default allows everything. An error is answered with
	// 403, or with 401 for the operations where TS 29.122 clause 4 says so; one that is a *fault.Error is answered as
	// it stands.
	Authorizer policy.Authorizer
	// Limiter bounds the requests of each SCS/AS; the default is none.
	Limiter policy.Limiter
	// MaxBody is the longest body in octets that is read; the default is 64 KiB.
	MaxBody int64
	// MaxURI is the longest path with query in octets that is served; the default is 8 KiB. More than MaxHeaderBytes of
	// the http.Server never comes here.
	MaxURI int
	// Logger receives a debug record for each request and errors of the server; the default discards them.
	Logger *slog.Logger
	// Trace observes requests and answers.
	Trace *Trace
}

// A Handler serves T8 APIs: it authenticates and authorises, checks the body, calls the procedure and writes the
// answer. Whatever goes wrong is answered with ProblemDetails. The procedure gets the context of the request, which
// ends when the client goes away; see [AfterResponse] for work that comes after the answer.
type Handler struct {
	auth    policy.Authenticator
	authz   policy.Authorizer
	ues     policy.UEAuthorizer // authz, if it wants to know them
	limiter policy.Limiter
	prefix  string
	maxBody int64
	maxURI  int
	log     *slog.Logger
	trace   *Trace
	apis    map[string]*apiTree // "3gpp-nidd/v1"
}

type apiTree struct {
	name      string
	refuse401 []string
	resources []*resource
}

// resource is one path pattern with its methods.
type resource struct {
	segments []string // "" is a variable
	methods  map[string]*route
	allow    string
	owned    bool // the first segment is scsAsId
}

// NewHandler returns a Handler for the given APIs. auth is required; opts may be nil.
func NewHandler(auth policy.Authenticator, opts *HandlerOptions, apis ...API) (*Handler, error) {
	if opts == nil {
		opts = &HandlerOptions{}
	}
	h := &Handler{
		auth: auth, authz: opts.Authorizer, limiter: opts.Limiter, prefix: strings.TrimSuffix(opts.Prefix, "/"),
		maxBody: opts.MaxBody, maxURI: opts.MaxURI, log: opts.Logger, trace: opts.Trace, apis: map[string]*apiTree{},
	}
	h.ues, _ = opts.Authorizer.(policy.UEAuthorizer)
	var errs []error
	if auth == nil {
		errs = append(errs, errors.New("t8: no authenticator"))
	}
	if h.prefix != "" && h.prefix[0] != '/' {
		errs = append(errs, errors.New("t8: prefix does not begin with /"))
	}
	if opts.MaxBody < 0 {
		errs = append(errs, errors.New("t8: negative MaxBody"))
	}
	if opts.MaxURI < 0 {
		errs = append(errs, errors.New("t8: negative MaxURI"))
	}
	if h.maxBody == 0 {
		h.maxBody = 64 << 10
	}
	if h.maxURI == 0 {
		h.maxURI = 8 << 10
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	for _, a := range apis {
		key := a.Name + "/" + a.Version
		if h.apis[key] != nil {
			errs = append(errs, errors.New("t8: API "+key+" is given twice"))
		}
		h.apis[key] = treeOf(a)
	}
	return h, errors.Join(errs...)
}

func treeOf(a API) *apiTree {
	t := &apiTree{name: a.Name, refuse401: a.refuse401}
	byPattern := map[string]*resource{}
	for i := range a.routes {
		r := &a.routes[i]
		res := byPattern[r.pattern]
		if res == nil {
			res = &resource{methods: map[string]*route{}, owned: strings.HasPrefix(r.pattern, "/{scsAsId}")}
			for s := range strings.SplitSeq(strings.TrimPrefix(r.pattern, "/"), "/") {
				if strings.HasPrefix(s, "{") {
					s = ""
				}
				res.segments = append(res.segments, s)
			}
			byPattern[r.pattern] = res
			t.resources = append(t.resources, res)
		}
		res.methods[r.method] = r
	}
	for _, res := range t.resources {
		names := slices.Collect(maps.Keys(res.methods))
		if res.methods["GET"] != nil {
			names = append(names, "HEAD")
		}
		slices.Sort(names)
		res.allow = strings.Join(append(names, "OPTIONS"), ", ")
	}
	return t
}

type callKey struct{}

// AfterResponse runs f after the answer to the request that ctx belongs to was written and flushed, in the goroutine of
// the request and in the order of the calls; the connection takes its next request when f has returned, so f hands
// longer work on. It runs even when the client is gone. When ctx belongs to no request of a Handler, because the
// procedure was called in process, f runs at once.
//
// It must be called before the procedure returns.
func AfterResponse(ctx context.Context, f func()) {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		c.after = append(c.after, f)
		return
	}
	f()
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	all := &struct { // in one piece of memory
		x   Exchange
		c   call
		out answer
		rt  *route
	}{x: Exchange{Method: r.Method, Remote: r.RemoteAddr, Begin: time.Now()}}
	x, c, out := &all.x, &all.c, &all.out
	if h.trace != nil {
		x.URI = r.URL.RequestURI()
	}
	c.ctx = context.WithValue(r.Context(), callKey{}, c)
	out.w, out.x = w, x
	func() {
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // a panic value, by identity as net/http does
					panic(p)
				}
				h.log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("op", x.Operation), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
				h.fail(out, all.rt, &fault.Error{Op: "t8." + x.Operation, Code: fault.Internal})
			}
		}()
		var err error
		if all.rt, err = h.serve(out, r, c); err != nil {
			h.fail(out, all.rt, h.faultOf(r.Context(), x, err))
		}
	}()
	if len(c.after) > 0 {
		_ = http.NewResponseController(w).Flush() // who is gone needs no answer
	}
	if h.log.Enabled(r.Context(), slog.LevelDebug) {
		h.log.LogAttrs(r.Context(), slog.LevelDebug, "t8", slog.String("op", x.Operation), slog.String("scsas", string(x.SCSAS)),
			slog.String("method", r.Method), slog.Int("status", x.Status), slog.Duration("took", time.Since(x.Begin)))
	}
	h.trace.answer(r.Context(), x)
	for _, f := range c.after {
		h.runAfter(r.Context(), x.Operation, f)
	}
}

func (h *Handler) runAfter(ctx context.Context, op string, f func()) {
	defer func() {
		if p := recover(); p != nil {
			h.log.LogAttrs(ctx, slog.LevelError, "panic after the answer", slog.String("op", op), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
		}
	}()
	f()
}

// serve does the work up to the answer; it returns the route as soon as it is known.
func (h *Handler) serve(out *answer, r *http.Request, c *call) (*route, error) {
	if len(r.RequestURI) > h.maxURI {
		return nil, fault.New("", fault.URITooLong, "path and query must not be longer than "+strconv.Itoa(h.maxURI)+" octets")
	}
	path := r.URL.Path
	if r.URL.RawPath != "" || strings.Contains(path, "%") {
		path = r.URL.EscapedPath()
	}
	api, res, vars, ok := h.find(path)
	if !ok {
		return nil, fault.New("", fault.NotFound, "no such resource")
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	rt := res.methods[method]
	out.x.API = api.name
	switch {
	case rt != nil:
		out.x.Operation = rt.operation
	case r.Method == http.MethodOptions:
		out.w.Header().Set("Allow", res.allow)
		if p := res.methods[http.MethodPatch]; p != nil {
			out.w.Header().Set("Accept-Patch", strings.Join(p.accepts, ", ")) // RFC 5789 §3.1
		}
		out.write(http.StatusNoContent, "", nil)
		return nil, nil
	default:
		out.w.Header().Set("Allow", res.allow)
		return nil, fault.New("", fault.MethodNotAllowed, "the resource has "+res.allow)
	}

	caller, err := authenticate(h.auth, out.w, r)
	if err != nil {
		return rt, err
	}
	scsas, op := caller.ID, policy.Operation{API: api.name, ID: rt.operation}
	c.scsas, out.x.SCSAS = scsas, scsas
	if res.owned {
		if vars[0] != string(scsas) {
			return rt, fault.New("", fault.NotFound, "no such resource")
		}
		copy(c.vars[:], vars[1:])
	} else {
		copy(c.vars[:], vars[:])
	}
	if caller.Scope != nil {
		if err := caller.Scope(op); err != nil {
			out.w.Header().Set("WWW-Authenticate", `Bearer realm="t8", error="insufficient_scope"`)
			return rt, &fault.Error{Code: fault.NotAuthorized, Detail: "the credential is not good for this operation", Err: err}
		}
	}
	if h.authz != nil {
		if err := h.authz.Authorize(c.ctx, scsas, op); err != nil {
			return rt, api.refusal(rt, err)
		}
	}
	if h.limiter != nil {
		if err := h.limiter.Admit(c.ctx, scsas, op); err != nil {
			return rt, err
		}
	}
	if h.ues != nil {
		c.allowUE = func(ue policy.UE) error {
			if err := h.ues.AuthorizeUE(c.ctx, scsas, op, ue); err != nil {
				return api.refusal(rt, err)
			}
			return nil
		}
	}
	if method != http.MethodDelete && !acceptsJSON(r.Header["Accept"]) {
		return rt, fault.New("", fault.NotAcceptable, "answers are "+typeJSON)
	}
	if rt.accepts != nil {
		if err := h.read(out, r, rt, c); err != nil {
			return rt, err
		}
	}
	c.url, c.rt = r.URL, rt
	c.conditional(r.Header, res)
	out.x.Request = c.body
	h.trace.request(c.ctx, out.x)
	if rt.accepts == nil { // with a body it comes after the decoder
		if err := c.precheck(); err != nil {
			return rt, err
		}
	}
	rep, err := rt.do(c)
	if err != nil {
		return rt, err
	}
	var body []byte
	if rep.body != nil {
		if body, err = encodeBody(rep.body); err != nil {
			return rt, err
		}
		if rt.shows(rep.status) {
			tag := etagOf(body)
			out.w.Header()["Etag"] = []string{tag}
			if rt.method == http.MethodGet && !c.condition.IsZero() {
				if c.condition.match != nil && !matches(c.condition.match, tag, false) {
					return rt, c.condition.compare(tag)
				}
				if matches(c.condition.noneMatch, tag, true) {
					out.write(http.StatusNotModified, "", nil)
					return rt, nil
				}
			}
		}
	}
	if rep.location != "" {
		out.w.Header().Set("Location", rep.location)
		out.x.Location = rep.location
	} else if rep.status == http.StatusCreated {
		h.log.LogAttrs(c.ctx, slog.LevelError, "a resource was created without URI", slog.String("op", rt.operation))
	}
	out.write(rep.status, typeJSON, body)
	return rt, nil
}

// authenticate finds out which SCS/AS sent r. The error is a *fault.Error: that of the Authenticator, when it could not check
// the credential, or fault.Unauthenticated, with the challenge in the header of w.
func authenticate(auth policy.Authenticator, w http.ResponseWriter, r *http.Request) (policy.Caller, error) {
	caller, challenge, err := auth.Authenticate(r)
	if err == nil {
		return caller, nil
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return policy.Caller{}, e
	}
	if challenge != "" {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	return policy.Caller{}, &fault.Error{Code: fault.Unauthenticated, Detail: "no valid credential", Err: err}
}

// refusal is the answer to an operation that the Authorizer does not allow.
func (t *apiTree) refusal(rt *route, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	code := fault.NotAuthorized
	if slices.Contains(t.refuse401, rt.operation) {
		code = fault.Unauthenticated
	}
	return &fault.Error{Code: code, Detail: "not allowed for this SCS/AS", Err: err}
}

// read checks the headers of the body and reads it.
func (h *Handler) read(out *answer, r *http.Request, rt *route, c *call) error {
	if r.ContentLength == 0 && r.ProtoMajor == 1 && r.Header["Content-Length"] == nil { // nor is it chunked
		return fault.New("", fault.LengthRequired, "a body with Content-Length or Transfer-Encoding is needed")
	}
	if ct := r.Header.Get("Content-Type"); !slices.Contains(rt.accepts, ct) {
		media, params, err := mime.ParseMediaType(ct)
		charset := params["charset"]
		if err != nil || !slices.Contains(rt.accepts, media) || charset != "" && !strings.EqualFold(charset, "utf-8") {
			name := "Accept" // RFC 9110 §15.5.16
			if r.Method == http.MethodPatch {
				name = "Accept-Patch" // RFC 5789 §2.2
			}
			out.w.Header().Set(name, strings.Join(rt.accepts, ", "))
			return fault.New("", fault.UnsupportedMedia, "the body must be "+strings.Join(rt.accepts, " or "))
		}
	}
	if enc := r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		out.w.Header().Set("Accept-Encoding", "identity") // RFC 9110 §15.5.16
		return fault.New("", fault.UnsupportedMedia, "the body must not be compressed")
	}
	if r.ContentLength > h.maxBody {
		out.w.Header().Set("Connection", "close") // the rest of the body is not read
		return fault.New("", fault.TooLarge, "the body must not be longer than "+strconv.FormatInt(h.maxBody, 10)+" octets")
	}
	var err error
	if r.ContentLength > 0 {
		c.body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, c.body)
	} else {
		c.body, err = io.ReadAll(http.MaxBytesReader(out.w, r.Body, h.maxBody))
	}
	if err == nil {
		return nil
	}
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return fault.New("", fault.TooLarge, "the body must not be longer than "+strconv.FormatInt(h.maxBody, 10)+" octets")
	}
	return &fault.Error{Code: fault.Malformed, Detail: "the body ends early", Err: err}
}

// find looks a path up.
func (h *Handler) find(path string) (api *apiTree, res *resource, vars [4]string, ok bool) {
	path, ok = strings.CutPrefix(path, h.prefix+"/")
	if !ok {
		return nil, nil, vars, false
	}
	name, rest, _ := strings.Cut(path, "/")
	version, rest, _ := strings.Cut(rest, "/")
	if api = h.apis[name+"/"+version]; api == nil || rest == "" {
		return nil, nil, vars, false
	}
	segments := strings.Count(rest, "/") + 1
	for _, res = range api.resources {
		if len(res.segments) != segments {
			continue
		}
		if vars, ok = res.match(rest); ok {
			return api, res, vars, true
		}
	}
	return nil, nil, vars, false
}

// match compares a path of as many segments, still escaped, with the pattern and returns the decoded variables.
func (res *resource) match(path string) (vars [4]string, ok bool) {
	n := 0
	for _, want := range res.segments {
		var seg string
		seg, path, _ = strings.Cut(path, "/")
		if want != "" {
			if seg != want {
				return vars, false
			}
			continue
		}
		v, err := url.PathUnescape(seg)
		if err != nil || v == "" {
			return vars, false
		}
		vars[n] = v
		n++
	}
	return vars, true
}

// faultOf turns an error of a procedure into a fault.
func (h *Handler) faultOf(ctx context.Context, x *Exchange, err error) *fault.Error {
	var e *fault.Error
	switch {
	case errors.As(err, &e):
	case isRedirect(err):
		e = fault.Wrap("t8."+x.Operation, fault.Unavailable, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e = fault.Wrap("t8."+x.Operation, fault.Unavailable, err)
	default:
		e = fault.Wrap("t8."+x.Operation, fault.Internal, err)
	}
	if e.Code == fault.Internal && ctx.Err() == nil {
		h.log.LogAttrs(ctx, slog.LevelError, "internal error", slog.String("op", x.Operation), slog.String("scsas", string(x.SCSAS)), slog.Any("err", err))
	}
	return e
}

// fail answers with an error, unless an answer was begun.
func (h *Handler) fail(out *answer, rt *route, e *fault.Error) {
	if to, ok := errors.AsType[RedirectError](e.Err); ok && to.Location != "" {
		out.w.Header().Set("Location", to.Location)
		out.x.Location = to.Location
		out.write(to.status(), "", nil)
		return
	}
	out.refuse(rt, e)
}

// jsonOnly is the value of a header; nobody writes to it.
var jsonOnly = []string{typeJSON}

// answer writes one answer and notes it.
type answer struct {
	w     http.ResponseWriter
	x     *Exchange
	begun bool
}

func (a *answer) write(status int, media string, body []byte) {
	if a.begun {
		return
	}
	a.begun = true
	a.x.Status, a.x.Answer, a.x.AnswerType = status, body, media
	h := a.w.Header()
	if body != nil {
		if media == typeJSON {
			h["Content-Type"] = jsonOnly
		} else {
			h.Set("Content-Type", media)
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if status != http.StatusOK || body == nil { // 200 goes without saying, and net/http then need not copy the header
		a.w.WriteHeader(status)
	}
	if body != nil {
		_, _ = a.w.Write(body) // a client that is gone needs no answer
	}
}

// refuse writes an error of rt, which is nil when no operation was found.
func (a *answer) refuse(rt *route, e *fault.Error) {
	if s := e.Status(); !e.RetryAt.IsZero() && (s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable) {
		a.w.Header().Set("Retry-After", retryAfter(e.RetryAt, time.Now()))
	}
	if e.Code == fault.Unauthenticated && a.w.Header().Get("WWW-Authenticate") == "" {
		a.w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110 §15.5.2 wants one
	}
	body, media := rt.errorBody(e)
	a.write(e.Status(), media, body)
}

// acceptsJSON reports whether an Accept header allows a JSON answer (RFC 9110 §12.5.1); none allows everything.
func acceptsJSON(accept []string) bool {
	if len(accept) == 0 || len(accept) == 1 && (accept[0] == "*/*" || accept[0] == typeJSON) {
		return true
	}
	best, allowed := -1, false
	for _, line := range accept {
		for item := range strings.SplitSeq(line, ",") {
			media, params, err := mime.ParseMediaType(strings.TrimSpace(item))
			if err != nil {
				continue
			}
			rank := slices.Index([]string{"*/*", "application/*", typeJSON}, media)
			if rank < 0 || rank < best {
				continue
			}
			q, err := strconv.ParseFloat(params["q"], 64)
			ok := err != nil || q > 0
			if rank > best {
				best, allowed = rank, ok
			} else {
				allowed = allowed || ok
			}
		}
	}
	return allowed
}

// NewServer returns an http.Server for h with limits that keep a slow or hostile client from holding resources: 10 s for
// a request to arrive, 60 s for an answer, 2 min of idleness, 16 KiB of header, 100 requests at a time on a connection of
// HTTP/2. It speaks HTTP/1.1 and HTTP/2, the latter over TLS by ALPN and in plain by prior knowledge. With a tlsConfig,
// which is copied, it is for ListenAndServeTLS or a TLS listener; the minimum version is TLS 1.2 unless the configuration
// says more. TS 29.122 §6 wants TLS; without it, something in front must do it.
func NewServer(addr string, h http.Handler, tlsConfig *tls.Config) *http.Server {
	s := &http.Server{
		Addr: addr, Handler: h,
		ReadHeaderTimeout: 10 * time.Second, // one deadline for both is set once
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		Protocols:         new(http.Protocols),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 100,
			SendPingTimeout:      30 * time.Second, // a peer that is gone without a word is found
			PingTimeout:          10 * time.Second,
		},
	}
	s.Protocols.SetHTTP1(true)
	s.Protocols.SetHTTP2(true)
	s.Protocols.SetUnencryptedHTTP2(true)
	if tlsConfig != nil {
		s.TLSConfig = tlsConfig.Clone()
		s.TLSConfig.MinVersion = max(s.TLSConfig.MinVersion, tls.VersionTLS12)
	}
	return s
}
