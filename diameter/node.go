package diameter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// App is an application that a [Node] advertises to its peers: as Auth-Application-Id within
// Vendor-Specific-Application-Id, with Supported-Vendor-Id, when Vendor is not 0, else as a bare Auth-Application-Id.
type App struct {
	ID     ApplicationID
	Vendor VendorID

	// Handler answers the requests of the application. When it is nil the node only sends requests of the application;
	// those that it receives are answered with APPLICATION_UNSUPPORTED. The handler of AppRelay gets the requests of
	// all applications that have none, whatever their destination.
	Handler Handler
}

// Node is a Diameter node: it connects to peers and accepts their connections, sends requests to them and hands theirs
// to the handlers of its applications. It implements [Transport].
//
// The answer of a handler goes into the queue of the connection, which is written in order; then is called after that.
// What then sends to the same peer therefore arrives after the answer, if the connection keeps order: TCP does, and SCTP
// with one stream. Answers of a handler to a connection that is lost meanwhile are dropped; then is called all the same. A
// request that repeats one in work, or one that was answered, gets the answer of the first and is not handled again, if it
// has the T flag. A handler that panics is logged and answers UNABLE_TO_COMPLY.
//
// All methods are safe for concurrent use. A Node runs goroutines until Close or Shutdown returns: two for each
// connection, one for each peer of AddPeer, and one for each request that is in the hands of a handler (of which some
// are kept for the next ones).
type Node struct {
	self     Identity
	opts     Options
	log      *slog.Logger
	trace    *Trace
	appList  []App
	vendors  []VendorID
	handlers map[ApplicationID]Handler
	base     time.Time
	routes   atomic.Pointer[routes]
	pool     pool
	dups     *dedup    // nil when switched off
	calls    sync.Pool // of *call; not shared with other nodes, as channels must not leave a bubble of synctest

	ctx        context.Context // of the handlers
	cancel     context.CancelFunc
	dialCtx    context.Context // of the attempts to connect
	cancelDial context.CancelFunc

	stopping atomic.Bool    // written under mu
	conns    sync.WaitGroup // goroutines of connections and of peers; grows under mu while not stopping, or from within
	workers  sync.WaitGroup // goroutines of the pool; grows from goroutines of connections only
	drained  chan struct{}  // closed when all goroutines are gone after stopping

	mu         sync.Mutex
	open       map[*conn]struct{} // all connections; guarded by mu, as all below
	listeners  map[net.Listener]struct{}
	peers      []*peer
	byHost     map[string]*peer // by the folded Host
	configured []*Peer
	changed    chan struct{} // closed and replaced when the routes change
}

// NewNode returns a node that is known to its peers as self and advertises apps, of which there is at least one. It is
// not connected to anything before Serve or AddPeer. opts may be nil. Close it to release its goroutines.
func NewNode(self Identity, apps []App, opts *Options) (*Node, error) {
	o, err := opts.withDefaults()
	errs := []error{err}
	if len(apps) == 0 {
		errs = append(errs, errors.New("diameter: a node needs an application"))
	}
	n := &Node{
		self: self, opts: o, log: o.Logger, trace: o.Trace,
		appList:   slices.Clone(apps),
		handlers:  make(map[ApplicationID]Handler),
		base:      time.Now(),
		drained:   make(chan struct{}),
		open:      make(map[*conn]struct{}),
		listeners: make(map[net.Listener]struct{}),
		byHost:    make(map[string]*peer),
		changed:   make(chan struct{}),
		dups:      newDedup(o.DuplicateEntries, o.DuplicateWindow),
	}
	seen := make(map[ApplicationID]bool)
	for _, a := range apps {
		if a.ID == AppBase || seen[a.ID] {
			errs = append(errs, fmt.Errorf("diameter: application %d cannot be served, or twice", a.ID))
		}
		seen[a.ID] = true
		if a.Handler != nil {
			n.handlers[a.ID] = a.Handler
		}
		if a.Vendor != 0 && !slices.Contains(n.vendors, a.Vendor) {
			n.vendors = append(n.vendors, a.Vendor)
		}
	}
	if _, err := NewRequest(n.cer(nil)); err != nil {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.dialCtx, n.cancelDial = context.WithCancel(n.ctx)
	n.routes.Store(newRoutes(nil))
	n.pool.max = int64(o.MaxInFlightTotal)
	n.pool.run = n.runJob
	n.calls.New = func() any { return &call{done: make(chan struct{}, 1)} }
	n.pool.spawn = func(f func()) bool {
		n.workers.Go(f)
		return true
	}
	return n, nil
}

// clock is the monotonic time of the node in nanoseconds. It is never 0 or less.
func (n *Node) clock() int64 { return int64(time.Since(n.base)) + 1 }

// Self returns the identity of the node.
func (n *Node) Self() Identity { return n.self }

// AnswerTimeout returns how long Do waits when its context has no deadline.
func (n *Node) AnswerTimeout() time.Duration { return n.opts.AnswerTimeout }

func (n *Node) stopped() bool { return n.stopping.Load() }

// common reports whether an application is served on both sides; a relay serves all (RFC 6733 §5.3).
func (n *Node) common(theirs []ApplicationID) bool {
	for _, a := range theirs {
		if a == AppRelay || slices.ContainsFunc(n.appList, func(b App) bool { return b.ID == a || b.ID == AppRelay }) {
			return true
		}
	}
	return false
}

// Serve accepts connections from l until the node is shut down or closed, which also closes l; then it returns
// ErrClosed. Another error is one of l that does not pass. A listener of crypto/tls makes a node that speaks TLS from
// the first octet on (RFC 6733 §2.1).
//
// There is one connection for each Origin-Host. When both ends connect at once, the one that the node with the smaller
// Origin-Host opened stays (RFC 6733 §5.6.4). A peer that connects while its connection stands is refused with
// ELECTION_LOST, and the standing connection is tried with DWR; but the new one takes over when the old one is suspect or
// closing, or when a later Origin-State-Id tells that the peer has restarted.
func (n *Node) Serve(l net.Listener) error {
	n.mu.Lock()
	if n.stopped() {
		n.mu.Unlock()
		l.Close()
		return ErrClosed
	}
	n.listeners[l] = struct{}{}
	n.mu.Unlock()
	defer func() {
		l.Close()
		n.mu.Lock()
		delete(n.listeners, l)
		n.mu.Unlock()
	}()
	pause := time.Duration(0)
	for {
		nc, err := l.Accept()
		if n.stopped() {
			if err == nil {
				nc.Close()
			}
			return ErrClosed
		}
		if err != nil {
			var passing interface{ Temporary() bool }
			if !errors.As(err, &passing) || !passing.Temporary() {
				return err
			}
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			n.log.Warn("accept", "err", err)
			t := time.NewTimer(pause)
			select {
			case <-t.C:
			case <-n.dialCtx.Done():
				t.Stop()
			}
			continue
		}
		pause = 0
		n.mu.Lock()
		if n.stopped() {
			n.mu.Unlock()
			nc.Close()
			return ErrClosed
		}
		n.conns.Add(1)
		n.mu.Unlock()
		go n.accept(nc)
	}
}

// AddPeer keeps the node connected to p until it is shut down or closed. It does not wait for the connection: see
// AwaitPeer. The error wraps ErrClosed, or says that the peer was added already.
func (n *Node) AddPeer(p Peer) error {
	if p.Address == "" {
		return errors.New("diameter: a peer needs an address")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped() {
		return ErrClosed
	}
	host := fold(p.Identity.Host)
	for _, q := range n.configured {
		if q.Address == p.Address && q.Network == p.Network || host != "" && fold(q.Identity.Host) == host {
			return fmt.Errorf("diameter: peer %s %s was added already", p.Identity.Host, p.Address)
		}
	}
	n.configured = append(n.configured, &p)
	q := n.byHost[host]
	if host == "" || q == nil {
		q = newPeer(n, &p, p.Identity)
		n.peers = append(n.peers, q)
		if host != "" {
			n.byHost[host] = q
		}
	} else { // it connected to us before
		q.cfg = &p
	}
	n.conns.Add(1)
	go q.keep(n.dialCtx)
	return nil
}

// AwaitPeer waits until an open peer leads to the destination for the application, as Do would find it. The error wraps
// ErrClosed or the cause of ctx.
func (n *Node) AwaitPeer(ctx context.Context, to Identity, app ApplicationID) error {
	for {
		n.mu.Lock()
		changed := n.changed
		n.mu.Unlock()
		if n.stopped() {
			return ErrClosed
		}
		if n.routes.Load().find(to, app) != nil {
			return nil
		}
		select {
		case <-changed:
		case <-n.dialCtx.Done():
			return ErrClosed
		case <-ctx.Done():
			return fmt.Errorf("%w: host %q, realm %q, application %d: %w", ErrNoPeer, to.Host, to.Realm, app, context.Cause(ctx))
		}
	}
}

// Peers returns the peers of AddPeer and those that are connected to the node, in the order in which they came.
func (n *Node) Peers() []PeerStatus {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]PeerStatus, 0, len(n.peers))
	for _, p := range n.peers {
		p.mu.Lock()
		s := PeerStatus{Identity: p.id, Configured: p.cfg != nil, State: p.state, Since: p.since, Err: p.err}
		if p.cfg != nil {
			s.Address = p.cfg.Address
		} else if p.conn != nil {
			s.Address = p.conn.nc.RemoteAddr().String()
		}
		switch p.state {
		case PeerOpen, PeerSuspect, PeerClosing:
			s.Applications, s.Product = slices.Clone(p.conn.caps.apps), p.conn.caps.product
		}
		p.mu.Unlock()
		all = append(all, s)
	}
	return all
}

// refresh makes the routes anew from the states of the peers, and forgets peers that were not configured and are gone.
func (n *Node) refresh() {
	n.mu.Lock()
	defer n.mu.Unlock()
	var open []*conn
	n.peers = slices.DeleteFunc(n.peers, func(p *peer) bool {
		p.mu.Lock()
		state, c, id := p.state, p.conn, p.id
		p.mu.Unlock()
		if state == PeerOpen && !c.broken() {
			open = append(open, c)
		}
		if p.cfg == nil && p.use == 0 && state == PeerClosed {
			if host := fold(id.Host); n.byHost[host] == p {
				delete(n.byHost, host)
			}
			return true
		}
		return false
	})
	n.routes.Store(newRoutes(open))
	close(n.changed)
	n.changed = make(chan struct{})
}

func (c *conn) broken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err != nil
}

// inbound returns the peer that a connection from id belongs to, and holds on to it until release.
func (n *Node) inbound(id Identity) *peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	host := fold(id.Host)
	p := n.byHost[host]
	if p == nil {
		p = newPeer(n, nil, id)
		n.byHost[host] = p
		n.peers = append(n.peers, p)
	}
	p.use++
	return p
}

func (n *Node) release(p *peer) {
	n.mu.Lock()
	p.use--
	n.mu.Unlock()
	n.refresh()
}

// bind gives a configured peer the name that it answered with, unless another connection has that name.
func (n *Node) bind(p *peer, c *conn) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	host := fold(c.id.Host)
	switch q := n.byHost[host]; {
	case q == p:
	case q == nil:
		for h, q := range n.byHost { // a name that it had before
			if q == p && h != fold(p.cfg.Identity.Host) {
				delete(n.byHost, h)
			}
		}
		n.byHost[host] = p
	default:
		p.mu.Lock()
		p.id = c.id
		p.mu.Unlock()
		return fmt.Errorf("diameter: %s is connected already", c.id.Host)
	}
	return nil
}

// elsewhere reports whether the node that p last answered as is connected as another peer.
func (n *Node) elsewhere(p *peer) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	p.mu.Lock()
	host := fold(p.id.Host)
	p.mu.Unlock()
	q := n.byHost[host]
	return host != "" && q != nil && q != p
}

// remember notes a new connection; false when there are too many or the node is stopping.
func (n *Node) remember(c *conn) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped() || len(n.open) >= n.opts.MaxConns {
		return false
	}
	n.open[c] = struct{}{}
	return true
}

func (n *Node) forget(c *conn) {
	n.mu.Lock()
	delete(n.open, c)
	n.mu.Unlock()
}

// runJob gives a request to its handler and its answer to the peer. It runs in a worker.
func (n *Node) runJob(j *job) {
	c, req := j.c, &j.req
	defer c.jobDone()
	if c.failed() {
		j.dup.finish(nil)
		return
	}
	ans, then := n.handle(j)
	dup := j.dup
	j.c, j.h, j.dup = nil, nil, dupRef{}
	for w := dup.finish(ans); w != nil; w = w.next {
		if ans != nil {
			w.c.answer(w.req, ans, n.opts.MaxQueue)
		}
	}
	if ans != nil {
		c.answer(req, ans, n.opts.MaxQueue)
	}
	if then != nil {
		defer func() {
			if r := recover(); r != nil {
				n.logPanic(j, r)
			}
		}()
		then()
	}
}

// handle calls the handler. A handler that panics is as one that answers UNABLE_TO_COMPLY.
func (n *Node) handle(j *job) (ans *Message, then func()) {
	ok := false
	defer func() {
		if ok {
			return
		}
		if r := recover(); r != nil {
			n.logPanic(j, r)
			ans, then = ErrorAnswer(&j.req, n.self, UnableToComply, "", nil), nil
		} else { // runtime.Goexit
			j.dup.finish(nil)
		}
	}()
	ans, then = j.h.HandleDiameter(j.c.ctx, j.c.id, &j.req)
	ok = true
	if ans != nil && (len(ans.AVPs)%4 != 0 || ans.Len() > MaxMessageLen) {
		n.log.Error("handler gave an answer that cannot be sent", "app", uint32(j.req.App), "cmd", uint32(j.req.Command))
		ans = ErrorAnswer(&j.req, n.self, UnableToComply, "", nil)
	}
	return ans, then
}

func (n *Node) logPanic(j *job, r any) {
	n.log.Error("handler panicked", "app", uint32(j.req.App), "cmd", uint32(j.req.Command), "panic", fmt.Sprint(r),
		"stack", string(debug.Stack()))
}

// Shutdown ends the node gracefully: it stops accepting and connecting, leaves its peers with DPR (REBOOTING), gives
// new requests of peers TOO_BUSY, and waits until the handlers have returned, the requests of Do are answered and the
// connections are closed. When ctx ends first, it does what Close does, and returns the cause of ctx. Do fails with
// ErrClosed as soon as Shutdown is called. It may be called twice and together with Close, but not by a handler.
func (n *Node) Shutdown(ctx context.Context) error {
	n.stop()
	n.mu.Lock()
	peers := slices.Clone(n.peers)
	var young []*conn
	for c := range n.open {
		young = append(young, c)
	}
	n.mu.Unlock()
	for _, p := range peers {
		p.event(evStop, nil, nil)
	}
	for _, c := range young {
		c.mu.Lock()
		p := c.peer
		c.mu.Unlock()
		if p == nil { // still in its handshake
			c.fail(ErrClosed)
		}
	}
	select {
	case <-n.drained:
		n.cancel()
		return nil
	case <-ctx.Done():
		_ = n.Close()
		return context.Cause(ctx)
	}
}

// Close ends the node at once: connections are closed without DPR, contexts of handlers end, requests of Do that wait for
// answers fail with ErrClosed and ErrSent. It returns when all goroutines are gone, so it waits for handlers, which
// ought to heed their context. It may be called twice, but not by a handler. The error is nil.
func (n *Node) Close() error {
	n.stop()
	n.cancel()
	n.mu.Lock()
	open := make([]*conn, 0, len(n.open))
	for c := range n.open {
		open = append(open, c)
	}
	n.mu.Unlock()
	for _, c := range open {
		c.fail(ErrClosed)
	}
	<-n.drained
	return nil
}

// stop makes the node accept nothing new.
func (n *Node) stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped() {
		return
	}
	n.stopping.Store(true)
	n.cancelDial()
	for l := range n.listeners {
		l.Close()
	}
	go func() {
		n.conns.Wait()
		n.pool.stop()
		n.workers.Wait()
		close(n.drained)
	}()
}

// sameName compares a DiameterIdentity with a name, without regard to the case of ASCII letters.
func sameName(b []byte, name string) bool {
	return string(b) == name || strings.EqualFold(string(b), name)
}
