package diameter

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// The machines of one Origin-Host are a group: one for each connection that the peer has or that is kept to it.

// AddPeer keeps the node connected to p until it is shut down or closed, or the peer is removed. It does not wait for the
// connection: see AwaitPeer. The error wraps ErrClosed, or says that the peer was added already or wants too many
// connections.
func (n *Node) AddPeer(p Peer) error {
	if p.Address == "" {
		return errors.New("diameter: a peer needs an address")
	}
	if p.Connections == 0 {
		p.Connections = 1
	}
	if p.Connections < 0 || p.Connections > n.opts.MaxConnsPerPeer {
		return fmt.Errorf("diameter: %d connections to a peer, not in 1 to %d", p.Connections, n.opts.MaxConnsPerPeer)
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
	for range p.Connections {
		q := n.configure(&p)
		ctx, stop := context.WithCancel(n.dialCtx)
		q.stop = stop
		n.conns.Add(1)
		go q.keep(ctx)
	}
	return nil
}

// configure returns a machine for one connection to a configured peer: that of a connection which the peer made before,
// when there is no room for more, else a new one. n.mu is held.
func (n *Node) configure(cfg *Peer) *peer {
	host := fold(cfg.Identity.Host)
	group := n.byHost[host]
	if host != "" && len(group) >= n.opts.MaxConnsPerPeer {
		if i := slices.IndexFunc(group, func(q *peer) bool { return q.cfg == nil }); i >= 0 {
			group[i].cfg = cfg
			return group[i]
		}
	}
	p := newPeer(n, cfg, cfg.Identity)
	n.peers = append(n.peers, p)
	if host != "" && len(group) < n.opts.MaxConnsPerPeer {
		n.byHost[host] = append(group, p)
	}
	return p
}

// configured reports whether the node keeps itself connected to the peer. Node.mu is held.
func (p *peer) configured() bool { return p.cfg != nil && !p.removed.Load() }

// RemovePeer leaves the peer of that Origin-Host with DPR and the cause, on all its connections, and does not connect to
// it again. It does not wait for that: requests under way are still answered. A peer that connects to the node by itself
// may come back; see Options.Accept. The error wraps ErrClosed, or ErrNoPeer when there is no peer of that name: one that
// was added without a name has that of its last CEA.
func (n *Node) RemovePeer(host string, cause DisconnectCause) error {
	host = fold(host)
	n.mu.Lock()
	if n.stopped() {
		n.mu.Unlock()
		return ErrClosed
	}
	gone := slices.Clone(n.byHost[host])
	for _, p := range n.peers { // other connections to the same address, which need not have a name yet
		if p.cfg != nil && !slices.Contains(gone, p) &&
			(fold(p.cfg.Identity.Host) == host || slices.ContainsFunc(gone, func(q *peer) bool { return q.cfg == p.cfg })) {
			gone = append(gone, p)
		}
	}
	n.configured = slices.DeleteFunc(n.configured, func(cfg *Peer) bool {
		return slices.ContainsFunc(gone, func(p *peer) bool { return p.cfg == cfg })
	})
	for _, p := range gone {
		p.removed.Store(true)
		if p.stop != nil {
			p.stop()
		}
		for name := range n.byHost {
			n.leaveGroup(name, p)
		}
	}
	n.mu.Unlock()
	if len(gone) == 0 {
		return fmt.Errorf("%w: host %q", ErrNoPeer, host)
	}
	for _, p := range gone {
		p.leave(cause)
	}
	n.refresh() // those that were closed already
	return nil
}

// leaveGroup takes p out of the group of a folded name, if it is there. n.mu is held.
func (n *Node) leaveGroup(host string, p *peer) {
	group := n.byHost[host]
	i := slices.Index(group, p)
	switch {
	case i < 0:
	case len(group) == 1:
		delete(n.byHost, host)
	default:
		n.byHost[host] = slices.Delete(group, i, i+1)
	}
}

// maxFailures bounds the names of failed peers that a node keeps.
const maxFailures = 4096

// rememberFailure notes that a peer which was not configured failed, so that it has to prove itself when it comes again.
// n.mu is held.
func (n *Node) rememberFailure(host string) {
	if len(n.failed) >= maxFailures {
		for other := range n.failed {
			delete(n.failed, other)
			break
		}
	}
	n.failed[host] = struct{}{}
}

// inbound returns the machine for a new connection from id, and holds on to it until release. While there is room for
// another connection it is a new machine; else the one of the group that has the most use for a connection.
func (n *Node) inbound(id Identity) *peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	host := fold(id.Host)
	group := n.byHost[host]
	var p *peer
	if len(group) < n.opts.MaxConnsPerPeer {
		p = newPeer(n, nil, id)
		_, p.machine.failed = n.failed[host]
		delete(n.failed, host)
		n.byHost[host] = append(group, p)
		n.peers = append(n.peers, p)
	} else {
		p = slices.MinFunc(group, func(a, b *peer) int { return a.worth() - b.worth() })
	}
	p.use++
	return p
}

// worth orders the machines of a group by what a new connection replaces. Node.mu is held.
func (p *peer) worth() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	order := [peerStates]int{PeerClosing: 1, PeerWaitConnAck: 2, PeerWaitCEA: 3, PeerSuspect: 4, PeerReopen: 5, PeerOpen: 6}
	return order[p.machine.state] + int(peerStates)*min(p.use, 1)
}

func (n *Node) release(p *peer) {
	n.mu.Lock()
	p.use--
	n.mu.Unlock()
	n.refresh()
}

// restarted ends the connections of a peer that are older than its restart, which the capabilities on a new one tell.
func (n *Node) restarted(caps capabilities) {
	n.mu.Lock()
	group := slices.Clone(n.byHost[fold(caps.id.Host)])
	n.mu.Unlock()
	for _, p := range group {
		p.mu.Lock()
		old := p.conn
		older := p.machine.state.connected() && old.caps.state != 0 && old.caps.state < caps.state
		p.mu.Unlock()
		if older {
			p.event(evPeerRestart, old, errRestarted)
		}
	}
}

// bind gives a configured peer the name that it answered with, unless there are enough connections of that name.
func (n *Node) bind(p *peer, c *conn) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	host := fold(c.id.Host)
	group := n.byHost[host]
	switch {
	case slices.Contains(group, p) || p.removed.Load():
		return nil
	case len(group) >= n.opts.MaxConnsPerPeer:
		p.mu.Lock()
		p.id = c.id
		p.mu.Unlock()
		return fmt.Errorf("diameter: %s is connected already", c.id.Host)
	}
	for name := range n.byHost { // one that it had before
		if name != fold(p.cfg.Identity.Host) {
			n.leaveGroup(name, p)
		}
	}
	n.byHost[host] = append(n.byHost[host], p)
	return nil
}

// elsewhere reports whether the node that p last answered as has all the connections it may have without p.
func (n *Node) elsewhere(p *peer) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	p.mu.Lock()
	host := fold(p.id.Host)
	p.mu.Unlock()
	group := n.byHost[host]
	return host != "" && len(group) >= n.opts.MaxConnsPerPeer && !slices.Contains(group, p)
}
