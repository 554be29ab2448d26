package diameter

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// Route says which peer leads to a realm (RFC 6733 §2.7). It counts while that peer is open and has advertised the
// application, or Relay.
type Route struct {
	Realm string        // any case; "" for the default route
	App   ApplicationID // 0 for any application
	Peer  string        // Host of the peer, any case

	// Priority orders the routes of one realm and application: the lowest that has an open peer is taken. Routes of equal
	// Priority share the requests in proportion to Weight, 0 meaning 1, in an even rhythm; shares below 1/512 of all
	// are rounded up.
	Priority, Weight uint16
}

// SetRoutes replaces the routes of the node; there are none at first. It may be called at any time, and holds for requests
// that look for a way from then on. The error tells, for each route that is wrong, that it names no peer or is there
// twice; the old routes then stay.
//
// Beside its routes the node knows the peers that are open: each leads to its own Host; to its own realm, with the
// Priority and Weight of [Peer], for the applications that it advertised; and anywhere if it advertised Relay. A
// request goes to the first of these that there is (RFC 6733 §6.1.4 to §6.1.6):
//
//  1. the peer that is the destination host;
//  2. a route of its realm and application, then one of its realm and any application;
//  3. for a realm without a host: a peer of that realm; then a default route, one for the application first; then a
//     peer that relays;
//  4. for a host that is no peer: a default route; then a peer that relays; then a peer of its realm, which may be
//     an agent that has not said so.
func (n *Node) SetRoutes(routes []Route) error {
	table := make([]Route, 0, len(routes))
	seen := make(map[Route]bool)
	var errs []error
	for _, r := range routes {
		r.Realm, r.Peer = fold(r.Realm), fold(r.Peer)
		key := Route{Realm: r.Realm, App: r.App, Peer: r.Peer}
		switch {
		case r.Peer == "":
			errs = append(errs, fmt.Errorf("diameter: route to realm %q names no peer", r.Realm))
		case seen[key]:
			errs = append(errs, fmt.Errorf("diameter: route to realm %q by %s for application %d is there twice", r.Realm, r.Peer, r.App))
		}
		seen[key] = true
		table = append(table, r)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	n.mu.Lock()
	n.table = table
	n.mu.Unlock()
	n.refresh()
	return nil
}

// routes is what a request needs to find a connection. It is replaced as a whole when a peer opens or closes, and by
// SetRoutes.
type routes struct {
	hosts  map[string]*routeGroup // the connections of a peer, by its folded name
	table  map[realmApp]*routeGroup
	realms map[realmApp]*routeGroup
	relays *routeGroup
}

type realmApp struct {
	realm string // folded
	app   ApplicationID
}

// wayKind tells why a connection leads to a destination.
type wayKind uint8

const (
	wayNone  wayKind = iota
	wayHost          // it is that of the host, or a redirect named it
	wayRoute         // a route of SetRoutes
	wayRelay         // its peer relays
	wayRealm         // its peer is of the realm
)

// search is what a way is looked for with.
type search struct {
	to   Identity
	app  ApplicationID
	from string // Host of the peer that the request came from, which it does not go back to; "" for a request of our own

	tried [maxWays]attempt
	ways  int // how many of tried there are
	// noNeighbours leaves peers out that are of the realm, but not the host.
	noNeighbours bool
}

type attempt struct {
	c     *conn
	whole bool // all connections of the peer were tried with it
}

// maxWays is how many ways one request may go.
const maxWays = 4

func (s *search) add(c *conn, whole bool) {
	s.tried[s.ways] = attempt{c, whole}
	s.ways++
}

// allows reports whether the request may go over c.
func (s *search) allows(c *conn) bool {
	for _, a := range s.tried[:s.ways] {
		if a.c == c || a.whole && strings.EqualFold(a.c.id.Host, c.id.Host) {
			return false
		}
	}
	return c.serves(s.app) && (s.from == "" || !strings.EqualFold(s.from, c.id.Host))
}

func (c *conn) serves(app ApplicationID) bool {
	return slices.Contains(c.caps.apps, app) || slices.Contains(c.caps.apps, AppRelay)
}

// share returns the Priority and Weight of the peer of c for its own realm. Node.mu is held.
func (c *conn) share() (priority, weight uint16) {
	if c.peer == nil || c.peer.cfg == nil {
		return 0, 0
	}
	return c.peer.cfg.Priority, c.peer.cfg.Weight
}

// routeGroup hands out connections: those of the first tier that has one which may be used.
type routeGroup struct {
	ways  []routeWay // while it is made
	tiers []*routeTier
}

type routeWay struct {
	c                *conn
	priority, weight uint16
}

// routeTier holds connections of one priority in the rhythm of their weights.
type routeTier struct {
	rhythm []*conn
	turn   atomic.Uint32
}

// next returns the connection whose turn it is among those that s allows; nil when there is none.
func (g *routeGroup) next(s *search) *conn {
	if g == nil {
		return nil
	}
	for _, t := range g.tiers {
		if len(t.rhythm) == 1 {
			if c := t.rhythm[0]; s.allows(c) {
				return c
			}
			continue
		}
		at := int(t.turn.Add(1)-1) % len(t.rhythm)
		for i := range t.rhythm {
			if c := t.rhythm[(at+i)%len(t.rhythm)]; s.allows(c) {
				return c
			}
		}
	}
	return nil
}

// build makes the tiers.
func (g *routeGroup) build() {
	slices.SortStableFunc(g.ways, func(a, b routeWay) int { return cmp.Compare(a.priority, b.priority) })
	for len(g.ways) > 0 {
		n := 1
		for n < len(g.ways) && g.ways[n].priority == g.ways[0].priority {
			n++
		}
		g.tiers = append(g.tiers, &routeTier{rhythm: rhythm(g.ways[:n])})
		g.ways = g.ways[n:]
	}
}

// maxRhythm is about the greatest length of a rhythm.
const maxRhythm = 512

// rhythm returns the connections, each as often as its weight says and as evenly spread as can be.
func rhythm(ways []routeWay) []*conn {
	weights := make([]int, len(ways))
	total, common := 0, 0
	for i, w := range ways {
		weights[i] = max(1, int(w.weight))
		total += weights[i]
		common = gcd(weights[i], common)
	}
	sum := 0
	for i, w := range weights {
		if weights[i] = w / common; total/common > maxRhythm {
			weights[i] = max(1, w*maxRhythm/total)
		}
		sum += weights[i]
	}
	out := make([]*conn, 0, sum)
	credit := make([]int, len(ways))
	for range sum {
		best := 0
		for i, w := range weights {
			if credit[i] += w; credit[i] > credit[best] {
				best = i
			}
		}
		credit[best] -= sum
		out = append(out, ways[best].c)
	}
	return out
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// newRoutes makes the routes of the open connections. Names in table are folded.
func newRoutes(open []*conn, table []Route) *routes {
	r := &routes{
		hosts: make(map[string]*routeGroup), table: make(map[realmApp]*routeGroup), realms: make(map[realmApp]*routeGroup),
		relays: new(routeGroup),
	}
	for _, c := range open {
		put(r.hosts, fold(c.id.Host), routeWay{c: c})
		priority, weight := c.share()
		for i, a := range c.caps.apps {
			switch {
			case slices.Contains(c.caps.apps[:i], a):
			case a == AppRelay:
				r.relays.ways = append(r.relays.ways, routeWay{c, priority, weight})
			default:
				put(r.realms, realmApp{fold(c.id.Realm), a}, routeWay{c, priority, weight})
			}
		}
	}
	for _, e := range table {
		if g := r.hosts[e.Peer]; g != nil {
			for _, w := range g.ways {
				put(r.table, realmApp{e.Realm, e.App}, routeWay{w.c, e.Priority, e.Weight})
			}
		}
	}
	r.relays.build()
	for _, g := range r.hosts {
		g.build()
	}
	for _, m := range []map[realmApp]*routeGroup{r.table, r.realms} {
		for _, g := range m {
			g.build()
		}
	}
	return r
}

func put[K comparable](m map[K]*routeGroup, key K, w routeWay) {
	g := m[key]
	if g == nil {
		g = new(routeGroup)
		m[key] = g
	}
	g.ways = append(g.ways, w)
}

// find returns the connection for a request in the order that SetRoutes tells; nil when there is none.
func (r *routes) find(s *search) (*conn, wayKind) {
	host, realm := fold(s.to.Host), fold(s.to.Realm)
	if host != "" {
		if c := r.hosts[host].next(s); c != nil {
			return c, wayHost
		}
	}
	if realm != "" {
		if c := r.listed(realm, s); c != nil {
			return c, wayRoute
		}
	}
	if host == "" {
		if c := r.realms[realmApp{realm, s.app}].next(s); c != nil {
			return c, wayRealm
		}
	}
	if c := r.listed("", s); c != nil {
		return c, wayRoute
	}
	if c := r.relays.next(s); c != nil {
		return c, wayRelay
	}
	if host != "" && !s.noNeighbours {
		if c := r.realms[realmApp{realm, s.app}].next(s); c != nil {
			return c, wayRealm
		}
	}
	return nil, wayNone
}

// listed returns the connection by the routes of SetRoutes for that very realm.
func (r *routes) listed(realm string, s *search) *conn {
	if len(r.table) == 0 {
		return nil
	}
	if c := r.table[realmApp{realm, s.app}].next(s); c != nil {
		return c
	}
	return r.table[realmApp{realm, 0}].next(s)
}
