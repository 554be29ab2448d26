package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// process is one life of the SCEF. When it is killed, nothing that it does has an effect any more: its store, its lines
// and its HTTP side are dead from one moment to the next, between any two things that it does.
type process struct {
	w       *world
	nidd    *nidd.Procedure
	handler http.Handler
	dead    chan struct{}

	mu    sync.Mutex
	over  bool             // guarded by mu, as all below
	lines map[string]*line // by host of the neighbour
	left  int              // transactions until it is killed; 0: no end
	late  bool             // killed after that transaction is committed, not before

	running sync.WaitGroup // requests and background work; grows under mu while not over
}

// line joins a process and a neighbour.
type line struct{ here, there *diameter.PipeEnd }

var errDown = errors.New("chaos: nobody is there")

// newProcess starts the SCEF on what is in the store.
func newProcess(w *world) (*process, error) {
	p := &process{w: w, dead: make(chan struct{}), lines: map[string]*line{}}
	cluster, err := w.cluster(p)
	if err != nil {
		return nil, err
	}
	outbox := t8.NewOutbox([]byte("outbox/"), w.tricks.sender(sender{p}), &t8.OutboxOptions{
		MaxBackOff: time.Minute, MaxAge: 30 * 24 * time.Hour, Cluster: cluster,
		Lost: func(l t8.Lost) { w.m.violate("a notification was given up (%s): %s", l.Reason, l.Body) },
	})
	p.nidd, err = nidd.New(nidd.Deps{
		Self: scefID, APIRoot: root, Store: w.tricks.store(&gate{p: p, Store: w.store}), Cluster: cluster, Transport: w.tricks.transport(p),
		Notifier: w.tricks.uplink(sender{p}), Outbox: w.tricks.outbox(outbox), Profiles: profiles,
	}, &nidd.Options{Trigger: w, Remember: remember, RetryInterval: 5 * time.Second, Logger: slog.New(errorLog{p})})
	if err != nil {
		return nil, err
	}
	h, err := t8.NewHandler(authenticator{}, nil, t8.NIDDAPI(p.nidd))
	if err != nil {
		return nil, err
	}
	p.handler = w.tricks.handler(h)
	ctx, stop := context.WithCancel(context.Background())
	p.running.Go(func() {
		<-p.dead
		stop()
	})
	p.running.Go(func() {
		_ = cluster.Run(ctx, func(ctx context.Context) error {
			var both sync.WaitGroup
			both.Go(func() { _ = p.nidd.Run(ctx) })
			both.Go(func() { _ = outbox.Run(ctx, &gate{p: p, Store: w.store}) })
			both.Wait()
			return ctx.Err()
		})
	})
	return p, nil
}

// die makes everything that the process does fail from now on. It reports whether it lived.
func (p *process) die() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return false
	}
	p.over = true
	close(p.dead)
	return true
}

// bury waits until nothing of a dead process is left.
func (p *process) bury() {
	for _, n := range p.w.neighbours() {
		p.hangUp(n.Host)
	}
	p.nidd.Close()
	p.running.Wait()
}

func (p *process) isDead() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// begin counts something that bury waits for, in a process that lives.
func (p *process) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.running.Add(1)
	}
	return !p.over
}

// lag lets the time pass that something takes. It is false when the process died meanwhile.
func (p *process) lag(what string) bool {
	if d := p.w.lag(what); d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-p.dead:
		}
	}
	return !p.isDead()
}

// connect makes the line to a neighbour, unless there is one.
func (p *process) connect(n diameter.Identity, h diameter.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.lines[n.Host] != nil {
		return
	}
	l := new(line)
	l.here, l.there = diameter.Pipe(scefID, p, n, h)
	p.lines[n.Host] = l
}

// hangUp cuts the line to a neighbour; requests on it fail.
func (p *process) hangUp(host string) {
	p.mu.Lock()
	l := p.lines[host]
	delete(p.lines, host)
	p.mu.Unlock()
	if l != nil {
		_ = l.here.Close()
	}
}

func (p *process) line(host string) *line {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lines[host]
}

// Do is the transport of the process.
func (p *process) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	if !p.lag("request") {
		return nil, diameter.ErrClosed
	}
	if to.Host == "" {
		to.Host = hssID.Host
	}
	l := p.line(to.Host)
	if l == nil {
		return nil, diameter.ErrNoPeer
	}
	p.w.m.sends(to, req)
	ans, err := l.here.Do(ctx, to, req)
	if p.isDead() {
		return nil, errors.Join(diameter.ErrSent, diameter.ErrClosed)
	}
	return ans, err
}

// HandleDiameter serves what neighbours ask.
func (p *process) HandleDiameter(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	if !p.lag("request") {
		return nil, nil
	}
	h := p.nidd.T6a()
	if req.App == s6t.App {
		h = p.nidd.S6t()
	}
	ans, then := h.HandleDiameter(ctx, from, req)
	if !p.lag("answer") {
		return nil, nil
	}
	if r, err := diameter.ResultOf(ans); err == nil && req.Command == t6a.CodeODR && r.IsSuccess() {
		p.w.m.uplinkAcknowledged(req)
	}
	return ans, then
}

// RoundTrip is the way of an SCS/AS to the SCEF.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	p := w.process()
	if p == nil || !p.begin() {
		return nil, errDown
	}
	ctx, cancel := context.WithCancel(r.Context())
	in := r.Clone(ctx)
	in.RequestURI = r.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out, done := httptest.NewRecorder(), make(chan struct{})
	go func() {
		defer p.running.Done()
		defer cancel()
		defer close(done)
		if p.lag("http") {
			p.handler.ServeHTTP(out, in)
			p.lag("http")
		}
	}()
	select {
	case <-done:
	case <-p.dead:
	case <-ctx.Done():
	}
	defer cancel()
	if p.isDead() {
		return nil, io.ErrUnexpectedEOF
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	res := out.Result()
	res.Request = r
	return res, nil
}

// authenticator takes the bearer token for the name of the SCS/AS.
type authenticator struct{}

func (authenticator) Authenticate(r *http.Request) (policy.Caller, string, error) {
	return policy.Caller{ID: id.SCSASID(r.Header.Get("Authorization")[len("Bearer "):])}, "", nil
}

// sender posts notifications to the application servers.
type sender struct{ p *process }

func (s sender) Notify(ctx context.Context, destination string, body any) error {
	b, ok := body.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return err
		}
	}
	if !s.p.lag("notification") {
		return errDown
	}
	u, err := url.Parse(destination)
	if err != nil {
		return err
	}
	as := s.p.w.server(u.Host)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, cut := httptest.NewRecorder(), false
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, destination, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	func() {
		defer func() { cut = recover() != nil }() // http.ErrAbortHandler
		as.ServeHTTP(out, r)
	}()
	answered := s.p.lag("notification") && !cut && out.Code/100 == 2
	s.p.w.m.notified(as, b, answered)
	switch {
	case cut || s.p.isDead():
		return fault.New("chaos.Notify", fault.Unavailable, "the connection was cut")
	case answered:
		return nil
	}
	return &fault.Error{Op: "chaos.Notify", Code: fault.FromStatus(out.Code, ""), Remote: true}
}

// gate is the store of a process. It takes time, and it lets the process die before or after a transaction is committed.
type gate struct {
	store.Store
	p *process
}

func (g *gate) View(ctx context.Context, fn func(store.Reader) error) error {
	if !g.p.lag("view") {
		return store.ErrClosed
	}
	return g.Store.View(ctx, fn)
}

func (g *gate) Update(ctx context.Context, fn func(store.Tx) error) error {
	if !g.p.lag("update") {
		return store.ErrClosed
	}
	last, late := g.p.count()
	if last {
		defer g.p.w.running.Done()
	}
	if last && !late {
		g.p.w.kill(g.p)
		return store.ErrClosed
	}
	err := g.Store.Update(ctx, fn)
	if last {
		g.p.w.kill(g.p)
	}
	if !g.p.lag("commit") {
		return errors.Join(store.ErrOutcomeUnknown, store.ErrClosed)
	}
	return err
}

// count counts a transaction and reports whether it is the last one. If so, the world waits for the caller until he calls Done
// of running.
func (p *process) count() (last, late bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left > 0 {
		p.left--
		last = p.left == 0
	}
	if last {
		p.w.running.Add(1)
	}
	return last, p.late
}

// errorLog makes a violation of what the Procedure logs as an error: trouble that it does not know how to handle.
type errorLog struct{ p *process }

func (l errorLog) Enabled(_ context.Context, v slog.Level) bool { return v >= slog.LevelError }
func (l errorLog) WithAttrs([]slog.Attr) slog.Handler           { return l }
func (l errorLog) WithGroup(string) slog.Handler                { return l }

func (l errorLog) Handle(_ context.Context, r slog.Record) error {
	text, excused := r.Message, l.p.isDead()
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		if err, ok := a.Value.Any().(error); ok && errors.Is(err, context.Canceled) {
			excused = true
		}
		return true
	})
	if !excused {
		l.p.w.m.violate("an error is logged: %s", text)
	}
	return nil
}
