package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// ASOptions are the optional parameters of an [AS].
type ASOptions struct {
	// Name in the recorder. Default "AS".
	Name string
	// Token is the bearer token for the SCEF. Default: none is sent.
	Token string
	// HTTP sends the requests. Default: that of [t8.ClientOptions].
	HTTP *http.Client
	// SCEFName is what the SCEF is called in the recorder. Default "SCEF".
	SCEFName string
	// Recorder gets each request and notification, with its answer. Default: none.
	Recorder *Recorder
}

// An ASFault makes an [AS] misbehave for one notification. The zero ASFault changes nothing.
type ASFault struct {
	Delay      time.Duration // before the notification is looked at; it ends when the SCEF goes away
	Status     int           // answer this and forget the notification; 0: as it should be
	RetryAfter string        // Retry-After header for Status; empty: none
	Abort      bool          // cut the connection, as a server that is down
	Late       bool          // apply Status and Abort after the notification was taken
}

// AS is an application server: a T8 client of an SCEF, and the handler that its notifications go to.
type AS struct {
	id     id.SCSASID
	name   string
	scef   string
	rec    *Recorder
	client *t8.Client
	inner  http.Handler

	mu      sync.Mutex
	fault   func() ASFault // guarded by mu, as all below
	got     []any          // notifications in order
	taken   map[int]bool   // of got, by Next
	changed chan struct{}  // closed and replaced when got grows
}

// NewAS returns an application server that an SCEF with the given API root knows as ident. opts may be nil.
func NewAS(ident id.SCSASID, apiRoot string, opts *ASOptions) (*AS, error) {
	if opts == nil {
		opts = &ASOptions{}
	}
	a := &AS{id: ident, name: opts.Name, scef: opts.SCEFName, rec: opts.Recorder, taken: map[int]bool{}, changed: make(chan struct{})}
	if a.name == "" {
		a.name = "AS"
	}
	if a.scef == "" {
		a.scef = "SCEF"
	}
	o := t8.ClientOptions{HTTP: opts.HTTP}
	if opts.Token != "" {
		o.Token = func(context.Context) (string, error) { return opts.Token, nil }
	}
	if a.rec != nil {
		o.Trace = a.rec.HTTP(a.name, a.scef)
	}
	var err error
	if a.client, err = t8.NewClient(apiRoot, &o); err != nil {
		return nil, err
	}
	a.inner = t8.NewCallback(inbox{}, &t8.CallbackOptions{MaxBody: maxNotification})
	return a, nil
}

// ID is what the SCEF knows the application server as.
func (a *AS) ID() id.SCSASID { return a.id }

// NIDD is the API of the SCEF for non-IP data delivery.
func (a *AS) NIDD() t8.NIDD { return a.client.NIDD() }

// Misbehave asks fn for an [ASFault] whenever a notification comes; nil ends it.
func (a *AS) Misbehave(fn func() ASFault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = fn
}

// Notifications returns all that came so far, as pointers to the notification types of package t8.
func (a *AS) Notifications() []any {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.got)
}

// Next waits for the next notification of a type that no call of Next returned yet, as
// Next[t8.NIDDUplinkDataNotification]. The error is the cause of ctx.
func Next[T any](ctx context.Context, a *AS) (*T, error) {
	for {
		a.mu.Lock()
		changed := a.changed
		for i, n := range a.got {
			if v, ok := n.(*T); ok && !a.taken[i] {
				a.taken[i] = true
				a.mu.Unlock()
				return v, nil
			}
		}
		a.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("sim: %s waits for %T: %w", a.name, (*T)(nil), context.Cause(ctx))
		}
	}
}

// maxNotification is the longest notification in octets that is read: the results of a group of 500,000 UEs.
const maxNotification = 64 << 20

// ServeHTTP receives notifications.
func (a *AS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotification))
	if err != nil {
		http.Error(w, "cannot read the notification", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	x := &t8.Exchange{Method: r.Method, URI: r.URL.RequestURI(), Request: body, Begin: time.Now()}
	a.rec.httpRequest(a.scef, a.name, x)

	a.mu.Lock()
	fn := a.fault
	a.mu.Unlock()
	var f ASFault
	if fn != nil {
		f = fn()
	}
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			a.rec.forget(x)
			panic(http.ErrAbortHandler)
		}
	}
	bad := f.Abort || f.Status != 0
	// The answer is written when it was recorded: what the SCEF does next comes after it. So do those who wait for the
	// notification.
	out := &held{header: http.Header{}, status: http.StatusOK}
	var taken []any
	if !bad || f.Late {
		a.inner.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), takenKey{}, &taken)))
	}
	defer func() { a.publish(taken) }()
	if f.Abort {
		a.rec.forget(x)
		a.rec.Note(a.name, "cuts the connection")
		panic(http.ErrAbortHandler)
	}
	if f.Status != 0 {
		out = &held{header: http.Header{}, status: f.Status}
		if f.RetryAfter != "" {
			out.header.Set("Retry-After", f.RetryAfter)
		}
	}
	x.Status, x.Answer = out.status, out.body.Bytes()
	a.rec.httpAnswer(a.scef, a.name, x)
	for k, v := range out.header {
		w.Header()[k] = v
	}
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body.Bytes()) // the SCEF has gone then
}

// held is an answer that is not written yet.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header         { return h.header }
func (h *held) WriteHeader(status int)      { h.status = status }
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }

// takenKey is for the list of what a request brought.
type takenKey struct{}

// publish shows notifications to those who wait.
func (a *AS) publish(taken []any) {
	if len(taken) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, taken...)
	close(a.changed)
	a.changed = make(chan struct{})
}

// inbox takes notifications into the list of their request.
type inbox struct{}

var _ t8.NIDDNotifications = inbox{}

func (inbox) take(ctx context.Context, n any) error {
	list := ctx.Value(takenKey{}).(*[]any)
	*list = append(*list, n)
	return nil
}

func (i inbox) UplinkData(ctx context.Context, n *t8.NIDDUplinkDataNotification) error {
	return i.take(ctx, n)
}

func (i inbox) DeliveryStatus(ctx context.Context, n *t8.NIDDDownlinkDataDeliveryStatusNotification) error {
	return i.take(ctx, n)
}

func (i inbox) ConfigurationStatus(ctx context.Context, n *t8.NIDDConfigurationStatusNotification) error {
	return i.take(ctx, n)
}

func (i inbox) GroupDelivery(ctx context.Context, n *t8.GMDNIDDDownlinkDataDeliveryNotification) error {
	return i.take(ctx, n)
}

func (i inbox) ManagePort(ctx context.Context, n *t8.ManagePortNotification) error {
	return i.take(ctx, n)
}

func (i inbox) Test(ctx context.Context, n *t8.TestNotification) error { return i.take(ctx, n) }
