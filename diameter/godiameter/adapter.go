package godiameter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/fiorix/go-diameter/v4/diam/sm"
	"github.com/fiorix/go-diameter/v4/diam/sm/smpeer"
	"github.com/scefkit/scefkit/diameter"
)

// Adapter joins scefkit to go-diameter: it is a [diameter.Transport] over the connections attached to it, and a
// diam.Handler that hands their requests on.
//
// The answer of a handler goes into the queue of the connection, which is written in order; then is called after that.
// Answers of a handler to a connection that is lost meanwhile are dropped; then is called all the same. A handler that
// panics is logged and answers UNABLE_TO_COMPLY.
//
// All methods are safe for concurrent use. An Adapter runs goroutines until Close returns: one for each connection, one
// for each Watch, and one for each request that is in the hands of a handler.
type Adapter struct {
	self   diameter.Identity
	opts   Options
	ctx    context.Context // ends with Close
	cancel context.CancelCauseFunc
	turn   atomic.Uint32

	mu       sync.RWMutex
	closed   bool // guarded by mu, as all below
	handlers map[diameter.ApplicationID]diameter.Handler
	peers    map[diam.Conn]*peer
	hosts    map[string][]*peer // by the folded host; the peers that new requests may go to
	realms   map[string][]*peer // by the folded realm; the same peers
	running  sync.WaitGroup     // grows under mu while not closed
}

// New returns an Adapter that stands as self in the answers it gives itself. opts may be nil. Close it to release its
// goroutines.
func New(self diameter.Identity, opts *Options) (*Adapter, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	a := &Adapter{
		self: self, opts: o,
		handlers: make(map[diameter.ApplicationID]diameter.Handler),
		peers:    make(map[diam.Conn]*peer),
		hosts:    make(map[string][]*peer),
		realms:   make(map[string][]*peer),
	}
	a.ctx, a.cancel = context.WithCancelCause(context.Background())
	return a, nil
}

// Handle gives the requests of app to h, in place of the handler it had.
func (a *Adapter) Handle(app diameter.ApplicationID, h diameter.Handler) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.handlers[app] = h
}

// A Mux is what an Adapter registers itself with: *diam.ServeMux or *sm.StateMachine.
type Mux interface {
	HandleIdx(cmd diam.CommandIndex, h diam.Handler)
}

// Register makes mux hand the messages of apps to the adapter, and the Disconnect-Peer-Request of a peer, too, which
// package sm leaves unanswered. mux.Handle("ALL", adapter) is another way: what is not for the adapter it then answers with
// COMMAND_UNSUPPORTED.
func (a *Adapter) Register(mux Mux, apps ...App) {
	mux.HandleIdx(diam.CommandIndex{AppID: uint32(diameter.AppBase), Code: uint32(diameter.CodeDPR), Request: true}, a)
	for _, app := range apps {
		for _, c := range app.Commands {
			mux.HandleIdx(diam.CommandIndex{AppID: uint32(app.ID), Code: uint32(c), Request: true}, a)
			mux.HandleIdx(diam.CommandIndex{AppID: uint32(app.ID), Code: uint32(c), Request: false}, a)
		}
	}
}

// Watch attaches each connection that finishes the exchange of capabilities, in a goroutine that ends with Close. It takes
// the place of other readers of n, which is a *sm.StateMachine. A connection that a request arrives on is attached without
// it; Watch is needed for peers that are to be asked first.
func (a *Adapter) Watch(n sm.HandshakeNotifier) {
	conns := n.HandshakeNotify()
	if !a.begin() {
		return
	}
	go func() {
		defer a.running.Done()
		for {
			select {
			case <-a.ctx.Done():
				return
			case c := <-conns:
				if err := a.Attach(c); err != nil {
					a.opts.Logger.Warn("connection is not attached", "remote", c.RemoteAddr().String(), "err", err)
				}
			}
		}
	}()
}

// Attach makes conn, whose capabilities package sm has exchanged, a way for requests to the peer and the applications
// of that exchange. From then on the adapter closes it: when it is broken, and with Close. Attaching it again does nothing.
// The error says that sm does not know the peer, or wraps ErrClosed.
func (a *Adapter) Attach(conn diam.Conn) error {
	meta, ok := smpeer.FromContext(conn.Context())
	if !ok {
		return errors.New("godiameter: no capabilities were exchanged on the connection")
	}
	apps := make([]diameter.ApplicationID, len(meta.Applications))
	for i, id := range meta.Applications {
		apps[i] = diameter.ApplicationID(id)
	}
	return a.AttachAs(conn, diameter.Identity{Host: string(meta.OriginHost), Realm: string(meta.OriginRealm)}, apps...)
}

// AttachAs is Attach for a connection whose capabilities were exchanged without package sm: to peer, which serves apps.
func (a *Adapter) AttachAs(conn diam.Conn, peer diameter.Identity, apps ...diameter.ApplicationID) error {
	cn, ok := conn.(diam.CloseNotifier)
	if !ok {
		return errors.New("godiameter: the connection does not tell when it is lost")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return diameter.ErrClosed
	}
	if a.peers[conn] != nil {
		return nil
	}
	p := newPeer(a, conn, peer, apps)
	a.peers[conn] = p
	host, realm := strings.ToLower(peer.Host), strings.ToLower(peer.Realm)
	a.hosts[host] = append(a.hosts[host], p)
	a.realms[realm] = append(a.realms[realm], p)
	a.running.Add(1)
	go p.writeLoop(cn.CloseNotify())
	a.opts.Logger.Info("peer attached", "peer", peer.Host, "remote", conn.RemoteAddr().String())
	return nil
}

// begin counts a goroutine; false when the adapter is closed.
func (a *Adapter) begin() bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if a.closed {
		return false
	}
	a.running.Add(1)
	return true
}

// withdraw stops new requests to p.
func (a *Adapter) withdraw(p *peer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.withdrawLocked(p)
}

func (a *Adapter) withdrawLocked(p *peer) {
	drop := func(m map[string][]*peer, key string) {
		key = strings.ToLower(key)
		m[key] = slices.DeleteFunc(m[key], func(q *peer) bool { return q == p })
		if len(m[key]) == 0 {
			delete(m, key)
		}
	}
	drop(a.hosts, p.id.Host)
	drop(a.realms, p.id.Realm)
}

// forget removes p, whose connection is lost.
func (a *Adapter) forget(p *peer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.withdrawLocked(p)
	delete(a.peers, p.conn)
}

// find returns the peer for a request: to.Host itself, else one of to.Realm, each in turn; nil when there is none.
func (a *Adapter) find(to diameter.Identity, app diameter.ApplicationID) *peer {
	turn := int(a.turn.Add(1) % (1 << 30))
	a.mu.RLock()
	defer a.mu.RUnlock()
	pick := func(peers []*peer) *peer {
		for i := range peers {
			if p := peers[(turn+i)%len(peers)]; p.serves(app) {
				return p
			}
		}
		return nil
	}
	if to.Host != "" {
		if p := pick(a.hosts[strings.ToLower(to.Host)]); p != nil {
			return p
		}
	}
	return pick(a.realms[strings.ToLower(to.Realm)])
}

// Do implements [diameter.Transport].
//
// The request goes to an attached peer to.Host that serves the application; else to one of to.Realm that does, in turn;
// else the error wraps ErrNoPeer. Relays serve all applications. Do waits while as many requests as MaxPending wait for
// answers on the connection. When the connection breaks, a request that was not yet queued goes another way; one that was
// fails with ErrSent. A request whose AVPs cannot make a message (length not a multiple of 4, or too long) fails with
// another error.
func (a *Adapter) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	if !fits(req) {
		return nil, fmt.Errorf("godiameter: %d octets of AVPs cannot make a message", len(req.AVPs))
	}
	e2e := req.EndToEnd
	if e2e == 0 {
		e2e = diameter.NextEndToEnd()
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.opts.AnswerTimeout)
		defer cancel()
	}
	for {
		if a.ctx.Err() != nil {
			return nil, diameter.ErrClosed
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		p := a.find(to, req.App)
		if p == nil {
			return nil, fmt.Errorf("%w: host %q, realm %q, application %d", diameter.ErrNoPeer, to.Host, to.Realm, req.App)
		}
		ans, err := p.do(ctx, req, e2e)
		if !errors.Is(err, errUnsent) {
			return ans, err
		}
	}
}

// ServeDIAM implements diam.Handler. It does not wait for handlers, so it may run in the goroutine that reads from the
// peer. The message is not kept.
func (a *Adapter) ServeDIAM(conn diam.Conn, m *diam.Message) {
	p := a.peerOf(conn)
	msg, err := fromDiam(m)
	switch {
	case !msg.IsRequest():
		if p != nil {
			p.answered(msg, err)
		}
		return
	case err != nil:
		a.reply(conn, p, msg, diameter.ErrorAnswer(msg, a.self, diameter.InvalidAVPValue, err.Error(), nil))
		return
	case msg.App == diameter.AppBase && msg.Command == diameter.CodeDPR:
		if p != nil {
			a.withdraw(p)
		}
		dpa, err := diameter.NewAnswer(msg, &diameter.DPA{
			Result: diameter.Success, OriginHost: a.self.Host, OriginRealm: a.self.Realm,
		})
		if err != nil {
			dpa = diameter.ErrorAnswerFor(msg, a.self, err)
		}
		a.reply(conn, p, msg, dpa)
		return
	case msg.App == diameter.AppBase:
		a.reply(conn, p, msg, diameter.ErrorAnswer(msg, a.self, diameter.CommandUnsupported, "", nil))
		return
	case p == nil:
		a.reply(conn, p, msg, diameter.ErrorAnswer(msg, a.self, diameter.UnknownPeer, "", nil))
		return
	}
	a.mu.RLock()
	h := a.handlers[msg.App]
	a.mu.RUnlock()
	if h == nil {
		p.answer(msg, diameter.ErrorAnswer(msg, a.self, diameter.ApplicationUnsupported, "", nil))
		return
	}
	if !p.serve(h, msg) {
		p.answer(msg, diameter.ErrorAnswer(msg, a.self, diameter.TooBusy, "", nil))
	}
}

// peerOf returns the peer at the other end of conn, which it attaches if need be and can; else nil.
func (a *Adapter) peerOf(conn diam.Conn) *peer {
	a.mu.RLock()
	p := a.peers[conn]
	a.mu.RUnlock()
	if p != nil || a.Attach(conn) != nil {
		return p
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.peers[conn]
}

// reply answers req on the connection of p, or on conn when no peer is known there.
func (a *Adapter) reply(conn diam.Conn, p *peer, req, ans *diameter.Message) {
	if p != nil {
		p.answer(req, ans)
		return
	}
	if _, err := conn.Write(frame(req, ans)); err != nil {
		a.opts.Logger.Debug("answer is lost", "remote", conn.RemoteAddr().String(), "err", err)
	}
}

// Close closes the attached connections: contexts of handlers end, requests that wait fail with ErrClosed and ErrSent, and
// later ones with ErrClosed. It returns when all goroutines are gone; a handler must not call it. The error is nil.
func (a *Adapter) Close() error {
	a.mu.Lock()
	a.closed = true
	conns := make([]diam.Conn, 0, len(a.peers))
	for c := range a.peers {
		conns = append(conns, c)
	}
	a.mu.Unlock()
	a.cancel(diameter.ErrClosed)
	for _, c := range conns {
		c.Close() // also ends a Write
	}
	a.running.Wait()
	return nil
}
