package diameter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
)

// routes is what Do needs to find a connection. It is replaced as a whole when a peer opens or closes.
type routes struct {
	hosts  map[string]*routeGroup // the connections of a peer, by its folded name
	realms map[realmApp]*routeGroup
	relays routeGroup
}

type realmApp struct {
	realm string // folded
	app   ApplicationID
}

// routeGroup hands out its connections in turn.
type routeGroup struct {
	conns []*conn
	turn  atomic.Uint32
}

func (g *routeGroup) next() *conn {
	if g == nil || len(g.conns) == 0 {
		return nil
	}
	if len(g.conns) == 1 {
		return g.conns[0]
	}
	return g.conns[int(g.turn.Add(1)-1)%len(g.conns)]
}

func (c *conn) serves(app ApplicationID) bool {
	return slices.Contains(c.caps.apps, app) || slices.Contains(c.caps.apps, AppRelay)
}

func newRoutes(open []*conn) *routes {
	r := &routes{hosts: make(map[string]*routeGroup), realms: make(map[realmApp]*routeGroup)}
	for _, c := range open {
		host := fold(c.id.Host)
		if r.hosts[host] == nil {
			r.hosts[host] = new(routeGroup)
		}
		r.hosts[host].conns = append(r.hosts[host].conns, c)
		seen := make(map[ApplicationID]bool)
		for _, a := range c.caps.apps {
			if seen[a] {
				continue
			}
			seen[a] = true
			if a == AppRelay {
				r.relays.conns = append(r.relays.conns, c)
				continue
			}
			key := realmApp{fold(c.id.Realm), a}
			g := r.realms[key]
			if g == nil {
				g = new(routeGroup)
				r.realms[key] = g
			}
			g.conns = append(g.conns, c)
		}
	}
	return r
}

// find returns the connection for a request: the peer to.Host itself, else one of the peers of the realm that serve the
// application, else one of the peers that relay, each in turn; nil when there is none.
func (r *routes) find(to Identity, app ApplicationID) *conn {
	if to.Host != "" {
		if c := r.hosts[fold(to.Host)].next(); c != nil && c.serves(app) {
			return c
		}
	}
	if c := r.realms[realmApp{fold(to.Realm), app}].next(); c != nil {
		return c
	}
	return r.relays.next()
}

// Do implements [Transport].
//
// The request goes to the open peer to.Host if it serves the application; else to one of the open peers of to.Realm that
// advertised the application, in turn; else to one of the open peers that advertised Relay, in turn; else the error
// wraps ErrNoPeer. Do waits while the queue to the chosen peer is full. When the connection breaks, a request that was
// still in the queue goes another way, as if it came anew; one that was handed to the connection fails with ErrSent.
// A request whose AVPs cannot make a message (length not a multiple of 4, or too long) fails with another error.
func (n *Node) Do(ctx context.Context, to Identity, req *Message) (*Message, error) {
	if len(req.AVPs)%4 != 0 || req.Len() > MaxMessageLen {
		return nil, fmt.Errorf("diameter: %d octets of AVPs cannot make a message", len(req.AVPs))
	}
	e2e := req.EndToEnd
	if e2e == 0 {
		e2e = NextEndToEnd()
	}
	for {
		if n.stopping.Load() {
			return nil, ErrClosed
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		c := n.routes.Load().find(to, req.App)
		if c == nil {
			return nil, fmt.Errorf("%w: host %q, realm %q, application %d", ErrNoPeer, to.Host, to.Realm, req.App)
		}
		ans, err := c.do(ctx, req, e2e)
		if err == nil {
			return ans, nil
		}
		if !errors.Is(err, errUnsent) {
			return nil, err
		}
		n.refresh() // before looking again: the connection may not have left the table yet
	}
}
