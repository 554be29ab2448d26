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
	// all applications that have none, whatever their destination; with a Forward, only those that are for this node.
	Handler Handler

	// Forward, if not nil, makes the node forward the requests of the application that are for other nodes; when it is
	// nil, they are refused. That of AppRelay holds for all applications that have none.
	Forward *Forward
}

// Node is a Diameter node: it connects to peers and accepts their connections, sends requests to them and hands theirs
// to the handlers of its applications, or forwards them. It implements [Transport].
//
// Messages have the priority of their DRMP (RFC 7944; 10 without, an answer as its request), in four classes: 0 to 3, 4 to 7,
// 8 to 11, 12 to 15. When messages wait to be written to a peer, or requests for a handler, or callers for room in a full
// queue, those of a higher class go first, however long the others wait; a batch that is being written is not interrupted.
// When the room for requests in the hands of handlers gets scarce, low classes get TOO_BUSY first: see Options.MaxInFlight.
//
// The answer of a handler goes into the queue of the connection, which is written in order within a class; then is called
// after that. Answers are queued no lower than messages without DRMP. What then sends to the same peer arrives after the
// answer, therefore, if the connection keeps order, as TCP does and SCTP with one stream, and unless it has a higher class
// than the answer, which takes a DRMP below 8. Answers of a handler to a connection that is lost meanwhile are dropped; then
// is called all the same. A request that repeats one in work, or one that was answered, gets the answer of the first and
// is not handled again, if it has the T flag. A handler that panics is logged and answers UNABLE_TO_COMPLY.
//
// All methods are safe for concurrent use. A Node runs goroutines until Close or Shutdown returns: two for each
// connection, one for each peer of AddPeer, and one for each request that is in the hands of a handler or proxy (of which
// some are kept for the next ones). Relaying a request needs none.
type Node struct {
	self      Identity
	opts      Options
	log       *slog.Logger
	trace     *Trace
	appList   []App
	vendors   []VendorID
	handlers  map[ApplicationID]Handler
	agents    map[ApplicationID]*agent
	base      time.Time
	routes    atomic.Pointer[routes]
	redirects redirects
	pool      pool
	room      [classes]int64 // how many requests of one peer there may be for one more of the class
	greetings greetings
	dups      *dedup    // nil when switched off
	overload  *overload // nil when switched off
	calls     sync.Pool // of *call; not shared with other nodes, as channels must not leave a bubble of synctest

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
	byHost     map[string][]*peer  // by the folded Host: a machine for each connection, up to MaxConnsPerPeer
	failed     map[string]struct{} // folded hosts of peers that were not configured and whose connection failed
	configured []*Peer
	redirected int           // of configured: those of Options.Redirect
	table      []Route       // with folded names
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
		agents:    make(map[ApplicationID]*agent),
		base:      time.Now(),
		drained:   make(chan struct{}),
		open:      make(map[*conn]struct{}),
		listeners: make(map[net.Listener]struct{}),
		byHost:    make(map[string][]*peer),
		failed:    make(map[string]struct{}),
		changed:   make(chan struct{}),
		dups:      newDedup(o.DuplicateEntries, o.DuplicateOctets, o.DuplicateWindow),
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
		if a.Forward != nil {
			n.agents[a.ID] = &agent{n, *a.Forward}
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
	n.routes.Store(newRoutes(nil, nil))
	n.room, n.pool.room = rooms(o.MaxInFlight), rooms(o.MaxInFlightTotal)
	n.greetings.max = o.MaxConns
	n.overload = newOverload(&n.opts, &n.pool, n.clock)
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
// ErrClosed. Another error is one of l that does not pass.
//
// A listener of tls.NewListener makes a node that speaks TLS from the first octet on (RFC 6733 §2.1). Its configuration
// decides whether peers need certificates (ClientAuth, best RequireAndVerifyClientCert) and which authorities are
// trusted; whether a certificate fits the name in the CER is checked by Options.CheckCertificate. The handshake of TLS
// is part of what Options.HandshakeTimeout bounds, and no other connection waits for it.
//
// There is one connection for each Origin-Host unless Options.MaxConnsPerPeer allows for more. When both ends connect at
// once, the one that the node with the smaller Origin-Host opened stays (RFC 6733 §5.6.4). A peer that connects while
// its connection stands is refused with ELECTION_LOST, and the standing connection is tried with DWR; but the new one
// takes over when the old one is suspect, has not proved itself after a failure or is closing, or when a later
// Origin-State-Id tells that the peer has restarted.
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
		if c, _ := n.routes.Load().find(&search{to: to, app: app}); c != nil {
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

// Peers returns the peers of AddPeer and those that are connected to the node, in the order in which they came. A peer
// with several connections is there once for each.
func (n *Node) Peers() []PeerStatus {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]PeerStatus, 0, len(n.peers))
	for _, p := range n.peers {
		p.mu.Lock()
		state := p.machine.state
		s := PeerStatus{Identity: p.id, Configured: p.configured(), State: state, Since: p.since, Err: p.err}
		if p.cfg != nil {
			s.Address = p.cfg.Address
		} else if p.conn != nil {
			s.Address = p.conn.nc.RemoteAddr().String()
		}
		if state.connected() {
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
		m, c, id := p.machine, p.conn, p.id
		p.mu.Unlock()
		if m.state == PeerOpen && !c.broken() {
			open = append(open, c)
		}
		if !p.configured() && p.use == 0 && m.state == PeerClosed {
			n.leaveGroup(fold(id.Host), p)
			if m.failed {
				n.rememberFailure(fold(id.Host))
			}
			return true
		}
		return false
	})
	n.routes.Store(newRoutes(open, n.table))
	close(n.changed)
	n.changed = make(chan struct{})
}

func (c *conn) broken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err != nil
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
	dup, asked, since := j.dup, j.marks, j.since
	j.c, j.h, j.dup = nil, nil, dupRef{}
	again := dup.finish(ans)
	c.serve(req, ans, asked, n.opts.MaxQueue, since)
	for w := again; w != nil; w = w.next {
		w.c.serve(w.req, ans, w.marks, n.opts.MaxQueue, w.since)
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

// Shutdown ends the node gracefully: it stops accepting and connecting, leaves its peers with DPR (Options.ShutdownCause), gives
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
		p.leave(n.opts.ShutdownCause)
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
