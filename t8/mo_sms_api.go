package t8

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/scefkit/scefkit/fault"
)

// MSISDNLessMOSMS is the API for short messages from UEs without MSISDN (TS 29.122 §5.15, 3gpp-msisdn-less-mo-sms). Here the
// SCS/AS is the server: it implements the interface and serves it with [NewMOSMSHandler], and the SCEF calls it with
// [Notifier.DeliverMOSMS] at a URI that it is configured with. Neither test notification nor WebSocket exist for it.
type MSISDNLessMOSMS interface {
	// DeliverMOSMS takes a short message. The UE's network is told that the message arrived when the error is nil; a nil
	// reply stands for one without features. n was checked before and may be kept. A message may come twice. Safe for
	// concurrent use.
	DeliverMOSMS(ctx context.Context, n *MSISDNLessMOSMSNotification) (*MSISDNLessMOSMSNotificationReply, error)
}

// moSMSAPI is the API as the standard describes it. It has no base path and nobody's identity in it, so that no [Handler]
// serves it.
func moSMSAPI(p MSISDNLessMOSMS) API {
	deliver := func(c *call, b *MSISDNLessMOSMSNotification) (*MSISDNLessMOSMSNotificationReply, error) {
		r, err := p.DeliverMOSMS(c.ctx, b)
		if err != nil {
			return nil, err
		}
		var n MSISDNLessMOSMSNotificationReply
		if r != nil {
			n = *r
		}
		if n.SupportedFeatures == "" {
			n.SupportedFeatures = FeatureSet() // the member must be there
		}
		return &n, nil
	}
	return API{Name: "3gpp-msisdn-less-mo-sms", Version: "v1", routes: []route{
		post("/", "DeliverMSISDNlessMOSMSNotification", deliver),
	}}
}

// NewMOSMSHandler returns a handler for the short messages that an SCEF delivers to an application server. It serves every
// path that it is mounted at, checks what comes, and authenticates nobody: protect it by TLS with client certificates, by
// a path that cannot be guessed, or by a handler in front. opts may be nil; its Acknowledgement is not used.
func NewMOSMSHandler(p MSISDNLessMOSMS, opts *CallbackOptions) http.Handler {
	if opts == nil {
		opts = &CallbackOptions{}
	}
	api := moSMSAPI(p)
	m := &moSMSHandler{h: &Handler{maxBody: opts.MaxBody, log: opts.Logger, trace: opts.Trace}, api: api.Name, rt: &api.routes[0]}
	if m.h.maxBody <= 0 {
		m.h.maxBody = 1 << 20
	}
	if m.h.log == nil {
		m.h.log = slog.New(slog.DiscardHandler)
	}
	return m
}

// moSMSHandler serves one route at any path.
type moSMSHandler struct {
	h   *Handler // for what both have in common
	api string
	rt  *route
}

// ServeHTTP implements http.Handler.
func (m *moSMSHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &Exchange{
		API: m.api, Operation: m.rt.operation,
		Method: r.Method, URI: r.URL.RequestURI(), Remote: r.RemoteAddr, Begin: time.Now(),
	}
	out := &answer{w: w, x: x}
	defer m.h.trace.answer(r.Context(), x)
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // a panic value, by identity as net/http does
				panic(p)
			}
			m.h.log.LogAttrs(r.Context(), slog.LevelError, "panic",
				slog.String("op", x.Operation), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			m.h.fail(out, m.rt, &fault.Error{Op: "t8." + x.Operation, Code: fault.Internal})
		}
	}()
	if r.Method != m.rt.method {
		w.Header().Set("Allow", "OPTIONS, POST")
		if r.Method == http.MethodOptions {
			out.write(http.StatusNoContent, "", nil)
			return
		}
		m.h.fail(out, m.rt, fault.New("", fault.MethodNotAllowed, "short messages come by POST"))
		return
	}
	rep, err := m.serve(out, r)
	if err != nil {
		m.h.fail(out, m.rt, m.h.faultOf(r.Context(), x, err))
		return
	}
	body, err := encodeBody(rep.body)
	if err != nil {
		m.h.fail(out, m.rt, fault.Wrap("t8."+x.Operation, fault.Internal, err))
		return
	}
	out.write(rep.status, typeJSON, body)
}

func (m *moSMSHandler) serve(out *answer, r *http.Request) (reply, error) {
	if !acceptsJSON(r.Header["Accept"]) {
		return reply{}, fault.New("", fault.NotAcceptable, "answers are "+typeJSON)
	}
	c := call{ctx: r.Context(), url: r.URL}
	if err := m.h.read(out, r, m.rt, &c); err != nil {
		return reply{}, err
	}
	out.x.Request = c.body
	m.h.trace.request(c.ctx, out.x)
	return m.rt.do(&c)
}
