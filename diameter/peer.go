package diameter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Peer describes a node that a [Node] keeps itself connected to.
type Peer struct {
	Address string // where to connect, "host:port" for the default Dial
	Network string // network for Dial; empty means "tcp"

	// Identity is who must answer there. An empty Host or Realm means that any will do.
	Identity Identity

	// Connections is how many connections the node keeps to the peer. Default 1, at most Options.MaxConnsPerPeer.
	Connections int

	// Priority and Weight of the peer among those of its realm, as for a [Route]; and among those that relay.
	Priority, Weight uint16
}

// PeerStatus tells about one peer, or about one connection of a peer that may have several.
type PeerStatus struct {
	Identity     Identity // as far as it is known
	Address      string   // of the configured peer; else the remote address of the connection
	Configured   bool     // by AddPeer
	State        PeerState
	Since        time.Time // of the last change of State
	Applications []ApplicationID
	Product      string // Product-Name
	Err          error  // why the last connection ended or was not made; nil while State is PeerOpen
}

// disconnectError is why a connection ended that the peer left with DPR.
type disconnectError struct{ cause DisconnectCause }

func (e *disconnectError) Error() string {
	return "diameter: the peer disconnected: " + e.cause.String()
}

// peer is the machine of one peer: it keeps the state, which stepPeer computes, and does what the table says.
type peer struct {
	n       *Node
	cfg     *Peer              // nil for a peer that was not configured
	stop    context.CancelFunc // ends keep; nil for a peer that was not configured
	use     int                // inbound handshakes that hold on to the peer; guarded by Node.mu
	removed atomic.Bool        // by RemovePeer

	mu         sync.Mutex
	id         Identity // expected, then learned; guarded by mu, as all below
	machine    peerMachine
	cause      DisconnectCause // what we leave with
	since      time.Time
	conn       *conn // the one that state speaks of; nil when closed or dialling
	err        error
	cancelDial context.CancelFunc
	opened     time.Time
	idle       chan struct{} // closed while state is PeerClosed
	notes      []peerNote    // changes to be told
	telling    bool
}

type peerNote struct {
	id       Identity
	from, to PeerState
	why      error
}

func newPeer(n *Node, cfg *Peer, id Identity) *peer {
	p := &peer{n: n, cfg: cfg, id: id, since: time.Now(), idle: make(chan struct{})}
	close(p.idle)
	return p
}

// event applies ev, which concerns connection c (nil for none), and does the actions that need no more than the peer:
// it closes connections and queues DWR and DPR. The actions are returned for the caller, who does the others. why tells
// the reason of a change for the worse. Events of a connection that the state does not speak of any more do nothing.
func (p *peer) event(ev peerEvent, c *conn, why error) peerAction {
	p.mu.Lock()
	switch ev {
	case evStart, evConnAck, evConnNack, evCERWin, evCERLose, evStop:
	default:
		if p.conn != c {
			p.mu.Unlock()
			return 0
		}
	}
	from := p.machine.state
	machine, do := stepPeer(p.machine, ev)
	p.machine = machine
	to, cause, old := machine.state, p.cause, p.conn
	if do&(actAccept|actSendCER) != 0 {
		p.conn = c
	} else if to == PeerClosed {
		p.conn = nil
	}
	now := p.conn
	if do&actCancelDial != 0 && p.cancelDial != nil {
		p.cancelDial()
	}
	changed := from != to || now != old
	if changed {
		p.changed(from, to, now != old, why)
	}
	if now != nil {
		now.suspect.Store(to == PeerSuspect)
		now.reopen.Store(to == PeerReopen)
		now.closing.Store(to == PeerClosing)
	}
	p.mu.Unlock()

	if do&actDrop != 0 && old != nil {
		if ev == evDPA {
			old.finish(false)
		} else {
			if why == nil {
				why = errReplaced
			}
			old.fail(why)
		}
	}
	if do&actSendDWR != 0 || do&actProbe != 0 && !now.unasked.Load() {
		now.unasked.Store(true)
		now.sendBase(&DWR{OriginHost: p.n.self.Host, OriginRealm: p.n.self.Realm, OriginStateID: &p.n.opts.OriginStateID})
	}
	if do&(actSendDPR|actSendDPA) != 0 {
		now.mu.Lock()
		now.closeAt = p.n.clock() + int64(disconnectTime)
		now.mu.Unlock()
	}
	if do&actSendDPR != 0 {
		now.sendBase(&DPR{OriginHost: p.n.self.Host, OriginRealm: p.n.self.Realm, DisconnectCause: cause})
	}
	if changed {
		p.n.refresh()
		if to == PeerSuspect {
			now.divert()
		}
		p.tell()
	}
	return do
}

// disconnectTime bounds how long a closing connection waits for DPA, or for the peer to close it.
const disconnectTime = 5 * time.Second

var errReplaced = errors.New("diameter: another connection of the peer took over")

// changed notes a change of state, or of the connection; mu is held.
func (p *peer) changed(from, to PeerState, other bool, why error) {
	p.since = time.Now()
	switch {
	case to == PeerOpen:
		why, p.err = nil, nil
	case to == PeerReopen:
		why = nil // what it failed of stays until it is open
	case to == PeerClosing || to == PeerClosed && from != PeerClosing || p.err == nil:
		p.err = why // the reason of DPR stays when the connection ends after it
	}
	if (to == PeerOpen || to == PeerReopen) && (other || !from.connected()) {
		p.opened, p.id = p.since, p.conn.id
	}
	if to == PeerClosed {
		if from != PeerClosed {
			close(p.idle)
		}
	} else if from == PeerClosed {
		p.idle = make(chan struct{})
	}
	if k := len(p.notes); k >= maxNotes { // who is told is slower than the peer
		last := &p.notes[k-1]
		last.id, last.to, last.why = p.id, to, why
		return
	}
	p.notes = append(p.notes, peerNote{p.id, from, to, why})
}

// maxNotes bounds the changes of state of a peer that wait to be told; more are told as one.
const maxNotes = 64

// tell passes on the changes of state in their order.
func (p *peer) tell() {
	p.mu.Lock()
	if p.telling {
		p.mu.Unlock()
		return
	}
	p.telling = true
	for len(p.notes) > 0 {
		note := p.notes[0]
		p.notes = p.notes[1:]
		p.mu.Unlock()
		if note.why != nil {
			p.n.log.Info("peer", "peer", note.id.Host, "from", note.from.String(), "to", note.to.String(), "why", note.why)
		} else {
			p.n.log.Info("peer", "peer", note.id.Host, "from", note.from.String(), "to", note.to.String())
		}
		if f := p.n.trace.PeerState; f != nil {
			f(note.id, note.from, note.to, note.why)
		}
		p.mu.Lock()
	}
	p.telling = false
	p.mu.Unlock()
}

// leave ends the connection of the peer with DPR and the cause, and an attempt to connect at once.
func (p *peer) leave(cause DisconnectCause) {
	p.mu.Lock()
	p.cause = cause
	p.mu.Unlock()
	p.event(evStop, nil, nil)
}

// keep connects the peer again and again until ctx ends.
func (p *peer) keep(ctx context.Context) {
	defer p.n.conns.Done()
	defer p.stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for attempt := 0; ; {
		if !p.n.elsewhere(p) {
			p.connect(ctx)
		}
		p.mu.Lock()
		idle := p.idle
		p.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return
		}
		timer.Reset(p.backOff(&attempt))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// backOff returns how long to wait before the next connection: ReconnectMin, doubled with each failure up to
// ReconnectMax, give or take a quarter; at least ReconnectMax for a peer that is busy, and RefusedDelay for one that
// does not want us.
func (p *peer) backOff(attempt *int) time.Duration {
	o := &p.n.opts
	p.mu.Lock()
	err, opened := p.err, p.opened
	p.opened = time.Time{}
	p.mu.Unlock()
	if !opened.IsZero() && time.Since(opened) >= o.ReconnectMax {
		*attempt = 0
	}
	d := o.ReconnectMax
	if *attempt < 32 {
		d = min(d, o.ReconnectMin<<*attempt)
		if d <= 0 {
			d = o.ReconnectMax
		}
	}
	*attempt++
	var left *disconnectError
	if errors.As(err, &left) {
		switch left.cause {
		case DisconnectCauseBusy:
			d = o.ReconnectMax
		case DisconnectCauseDoNotWantToTalkToYou:
			d = o.RefusedDelay
		}
	}
	return d - d/4 + rand.N(d/2+1)
}

// connect makes one attempt. It returns when the peer is open or the attempt has failed.
func (p *peer) connect(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, p.n.opts.HandshakeTimeout)
	defer cancel()
	p.mu.Lock()
	p.cancelDial = cancel
	p.mu.Unlock()
	if p.event(evStart, nil, nil)&actDial == 0 {
		return
	}
	if ctx.Err() != nil { // it was removed, or the node stopped, before the event
		p.event(evConnNack, nil, nil)
		return
	}
	network := p.cfg.Network
	if network == "" {
		network = "tcp"
	}
	nc, err := p.n.opts.Dial(ctx, network, p.cfg.Address)
	if err != nil {
		p.event(evConnNack, nil, err)
		return
	}
	c := p.n.newConn(nc)
	c.peer = p
	if !p.n.remember(c) {
		c.cancel()
		nc.Close()
		p.event(evConnNack, nil, errTooMany)
		return
	}
	if p.event(evConnAck, c, nil)&actSendCER == 0 {
		c.fail(errReplaced)
		return
	}
	err = c.offer(ctx)
	if err == nil {
		err = p.n.bind(p, c)
	}
	if err != nil {
		ev := evCEARefused
		if errors.Is(err, os.ErrDeadlineExceeded) {
			ev = evTimeout
		}
		p.event(ev, c, err)
		c.fail(err)
		return
	}
	nc.SetDeadline(time.Time{})
	p.event(evCEA, c, nil)
	c.start()
}

var errTooMany = errors.New("diameter: too many connections, or stopping")

// start lets the loops of a connection run.
func (c *conn) start() {
	c.lastRecv.Store(c.n.clock())
	c.n.conns.Add(2)
	go c.readLoop()
	go c.writeLoop()
}

// offer sends CER and takes the CEA.
func (c *conn) offer(ctx context.Context) error {
	if t, ok := ctx.Deadline(); ok {
		c.nc.SetDeadline(t)
	}
	stop := context.AfterFunc(ctx, func() { c.nc.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	req, err := NewRequest(c.n.cer(c.nc.LocalAddr()))
	if err != nil {
		return err
	}
	req.EndToEnd = NextEndToEnd()
	req.HopByHop = req.EndToEnd
	if t := c.n.trace.Message; t != nil {
		t(c.peer.cfg.Identity, Sent, req)
	}
	if _, err := c.nc.Write(req.Append(nil)); err != nil {
		return err
	}
	ans, _, err := c.fr.next()
	if err != nil {
		return err
	}
	if ans.IsRequest() || ans.Command != CodeCER || ans.HopByHop != req.HopByHop {
		return errors.New("diameter: the peer answered CER with something else")
	}
	var cea CEA
	err = Decode(ans, &cea)
	if t := c.n.trace.Message; t != nil {
		t(Identity{cea.OriginHost, cea.OriginRealm}, Received, ans)
	}
	if r, err := ResultOf(ans); err != nil {
		return fmt.Errorf("diameter: CEA: %w", err)
	} else if !r.IsSuccess() {
		return fmt.Errorf("diameter: the peer refused CER: %v %s", r, cea.ErrorMessage)
	}
	if err != nil {
		return fmt.Errorf("diameter: CEA: %w", err)
	}
	caps := capabilitiesOf(&CER{
		OriginHost: cea.OriginHost, OriginRealm: cea.OriginRealm, ProductName: cea.ProductName, OriginStateID: cea.OriginStateID,
		AuthApplicationID: cea.AuthApplicationID, AcctApplicationID: cea.AcctApplicationID,
		VendorSpecificApplicationID: cea.VendorSpecificApplicationID,
	})
	want := c.peer.cfg.Identity
	switch {
	case want.Host != "" && !strings.EqualFold(want.Host, caps.id.Host),
		want.Realm != "" && !strings.EqualFold(want.Realm, caps.id.Realm):
		return fmt.Errorf("diameter: %s of %s answered, not the expected peer", caps.id.Host, caps.id.Realm)
	case strings.EqualFold(caps.id.Host, c.n.self.Host):
		return errors.New("diameter: connected to itself")
	case !c.n.common(caps.apps):
		return errNoCommonApplication
	}
	if err := c.certified(caps.id); err != nil {
		return err
	}
	c.mu.Lock()
	c.caps, c.id, c.configured = caps, caps.id, true
	c.mu.Unlock()
	return nil
}

var errNoCommonApplication = errors.New("diameter: no application in common")

// accept takes the CER of a connection that a peer opened, and answers it.
func (n *Node) accept(nc net.Conn) {
	defer n.conns.Done()
	if !n.greetings.begin(nc.RemoteAddr()) {
		n.log.Warn("connection refused: too many handshakes", "remote", nc.RemoteAddr().String())
		nc.Close()
		return
	}
	defer n.greetings.end(nc.RemoteAddr())
	c := n.newConn(nc)
	if !n.remember(c) {
		n.log.Warn("connection refused: too many, or stopping", "remote", nc.RemoteAddr().String())
		c.cancel()
		nc.Close()
		return
	}
	nc.SetDeadline(time.Now().Add(n.opts.HandshakeTimeout))
	req, _, err := c.fr.next()
	if err != nil {
		var bad *HeaderError
		if errors.As(err, &bad) && req.IsRequest() {
			c.reject(ErrorAnswer(req, n.self, bad.Result, bad.Reason, nil))
		}
		n.log.Info("connection ended before its capabilities", "remote", nc.RemoteAddr().String(), "err", err)
		c.fail(err)
		return
	}
	if !req.IsRequest() || req.Command != CodeCER || req.App != AppBase {
		n.log.Warn("connection began without CER", "remote", nc.RemoteAddr().String())
		c.fail(errors.New("diameter: connection began without CER"))
		return
	}
	var cer CER
	if _, err = scan(req.AVPs, n.opts.MaxAVPs); err == nil {
		err = Decode(req, &cer)
	}
	caps := capabilitiesOf(&cer)
	if t := n.trace.Message; t != nil {
		t(caps.id, Received, req)
	}
	result, text, failed := n.admit(caps, err)
	if result == Success {
		if err = c.certified(caps.id); err != nil {
			result = UnknownPeer
		}
	}
	if result != Success {
		n.log.Warn("peer refused", "peer", caps.id.Host, "result", result.String(), "err", err)
		c.reject(n.cea(req, nc.LocalAddr(), result, text, failed))
		c.fail(errors.New("diameter: peer refused: " + result.String()))
		return
	}
	n.restarted(caps)
	configured := n.configures(caps.id)
	p := n.inbound(caps.id)
	defer n.release(p)
	cea := n.cea(req, nc.LocalAddr(), Success, "", nil)
	c.mu.Lock()
	c.caps, c.id, c.peer, c.configured = caps, caps.id, p, configured
	c.out.addWhole(0, cea) // the first thing that is written, should the connection be accepted
	c.mu.Unlock()
	nc.SetDeadline(time.Time{})

	ev := evCERLose
	if strings.ToLower(n.self.Host) > strings.ToLower(caps.id.Host) {
		ev = evCERWin
	}
	if p.event(ev, c, nil)&actAccept == 0 {
		c.reject(n.cea(req, nc.LocalAddr(), ElectionLost, "another connection stands", nil))
		c.fail(errReplaced)
		return
	}
	if t := n.trace.Message; t != nil {
		t(c.id, Sent, cea)
	}
	c.start()
	if n.stopped() {
		p.leave(n.opts.ShutdownCause)
	} else if p.removed.Load() {
		p.event(evStop, nil, nil)
	}
}

var errRestarted = errors.New("diameter: the peer has restarted")

// reject writes a last answer; the caller closes the connection.
func (c *conn) reject(ans *Message) {
	if t := c.n.trace.Message; t != nil {
		t(c.id, Sent, ans)
	}
	c.nc.SetDeadline(time.Now().Add(c.n.opts.HandshakeTimeout))
	if _, err := c.nc.Write(ans.Append(nil)); err != nil {
		return
	}
	if cw, ok := c.nc.(interface{ CloseWrite() error }); ok && cw.CloseWrite() == nil {
		drain(c.nc)
	}
}

// admit decides on a peer that sent CER.
func (n *Node) admit(caps capabilities, err error) (r Result, text string, failed []byte) {
	var bad *AVPError
	switch {
	case errors.As(err, &bad):
		return bad.Result, bad.Reason, bad.Failed
	case err != nil:
		return UnableToComply, "", nil
	case strings.EqualFold(caps.id.Host, n.self.Host), !n.acceptable(caps.id):
		return UnknownPeer, "", nil
	case !n.common(caps.apps):
		return NoCommonApplication, "", nil
	case caps.secured:
		return NoCommonSecurity, "", nil
	}
	return Success, "", nil
}

// acceptable reports whether a peer may connect to us.
func (n *Node) acceptable(id Identity) bool {
	if n.opts.Accept != nil {
		return n.opts.Accept(id)
	}
	if strings.EqualFold(id.Realm, n.self.Realm) {
		return true
	}
	return n.configures(id)
}

// configures reports whether a peer of that Host was given to AddPeer.
func (n *Node) configures(id Identity) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.ContainsFunc(n.configured, func(p *Peer) bool {
		return p.Identity.Host != "" && strings.EqualFold(p.Identity.Host, id.Host)
	})
}
