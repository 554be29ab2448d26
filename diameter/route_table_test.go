package diameter

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

const appA, appB = ApplicationID(16777346), ApplicationID(16777345)

func routeConn(host, realm string, share Peer, apps ...ApplicationID) *conn {
	id := Identity{Host: host, Realm: realm}
	return &conn{id: id, caps: capabilities{id: id, apps: apps}, peer: &peer{cfg: &share}}
}

// The ways of a request in their order, each taken once.
func TestRouteOrder(t *testing.T) {
	open := []*conn{
		routeConn("a1.a", "A", Peer{Priority: 1}, appA, appA),
		routeConn("A2.a", "a", Peer{Priority: 1}, appA),
		routeConn("a3.a", "a", Peer{}, appA, appB),
		routeConn("b1.b", "b", Peer{}, appB),
		routeConn("r1.r", "r", Peer{Priority: 7}, AppRelay),
		routeConn("r2.r", "r", Peer{Priority: 3}, AppRelay),
		routeConn("p.p", "p", Peer{}, appA, AppRelay),
	}
	table := []Route{
		{Realm: "x", App: appA, Peer: "b1.b"}, // does not serve it
		{Realm: "x", App: appA, Peer: "a1.a", Priority: 2},
		{Realm: "x", App: appA, Peer: "gone", Priority: 1},
		{Realm: "x", App: appA, Peer: "r1.r", Priority: 1},
		{Realm: "x", Peer: "r2.r"},
		{Realm: "a", App: appB, Peer: "r1.r"},
	}
	fallback := []Route{{Peer: "r1.r"}, {App: appB, Peer: "b1.b"}, {App: appB, Peer: "a3.a", Priority: 1}}
	for name, c := range map[string]struct {
		to    Identity
		app   ApplicationID
		table []Route
		from  string
		want  []string
	}{
		"host":                         {Identity{"A1.A", "a"}, appA, nil, "", []string{"a1.a", "p.p", "r2.r", "r1.r"}},
		"host, not this application":   {Identity{"a1.a", "a"}, appB, nil, "", []string{"p.p", "r2.r", "r1.r", "a3.a"}},
		"host elsewhere":               {Identity{"zz.b", "B"}, appB, nil, "", []string{"p.p", "r2.r", "r1.r", "b1.b"}},
		"host, routes":                 {Identity{"h.x", "X"}, appA, table, "", []string{"r1.r", "a1.a", "r2.r", "p.p"}},
		"host, default route":          {Identity{"zz.b", "b"}, appB, fallback, "", []string{"b1.b", "a3.a", "r1.r", "p.p"}},
		"realm":                        {Identity{"", "a"}, appA, nil, "", []string{"a3.a", "a1.a", "A2.a", "p.p"}},
		"realm, route":                 {Identity{"", "A"}, appB, table, "", []string{"r1.r", "a3.a", "p.p", "r2.r"}},
		"realm, routes":                {Identity{"", "x"}, appB, table, "", []string{"r2.r", "p.p", "r1.r"}},
		"realm, default route":         {Identity{"", "a"}, appB, fallback, "", []string{"a3.a", "b1.b", "r1.r", "p.p"}},
		"another realm":                {Identity{"", "y"}, appA, nil, "", []string{"p.p", "r2.r", "r1.r"}},
		"no realm":                     {Identity{}, appA, fallback, "", []string{"r1.r", "p.p", "r2.r"}},
		"not back":                     {Identity{"a1.a", "a"}, appA, table, "P.P", []string{"a1.a", "r2.r", "r1.r", "a3.a"}},
		"not back to the destination":  {Identity{"a1.a", "a"}, appA, nil, "a1.A", []string{"p.p", "r2.r", "r1.r", "a3.a"}},
		"nobody serves it, but relays": {Identity{"", "b"}, 99, nil, "", []string{"p.p", "r2.r", "r1.r"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoutes(open, c.table)
			s := search{to: c.to, app: c.app, from: c.from}
			var got []string
			for s.ways < maxWays {
				way, kind := r.find(&s)
				require.Equal(t, way == nil, kind == wayNone)
				if way == nil {
					break
				}
				got = append(got, way.id.Host)
				s.add(way, false)
			}
			require.Equal(t, c.want, got)
		})
	}
	r := newRoutes(nil, table)
	c, _ := r.find(&search{to: Identity{"a1.a", "a"}, app: appA})
	require.Nil(t, c)
	r = newRoutes(open, nil)
	c, _ = r.find(&search{to: Identity{"zz.b", "b"}, app: appB, from: "p.p", noNeighbours: true,
		tried: [maxWays]attempt{{open[4], true}, {open[5], false}}, ways: 2})
	require.Nil(t, c, "no neighbours for what was sent to the host")
}

// A peer that was tried as a whole is not asked over its other connections.
func TestRouteSecondConnection(t *testing.T) {
	one, two := routeConn("a.a", "a", Peer{}, appA), routeConn("A.a", "a", Peer{}, appA)
	r := newRoutes([]*conn{one, two}, nil)
	for _, whole := range []bool{false, true} {
		s := search{to: Identity{"a.a", "a"}, app: appA}
		s.add(one, whole)
		c, _ := r.find(&s)
		require.Equal(t, whole, c == nil)
	}
}

func TestRouteWeights(t *testing.T) {
	for name, c := range map[string]struct {
		weights []uint16
		rounds  int
		want    []int
		slack   float64 // of each share
	}{
		"none":   {[]uint16{0, 0, 0}, 9, []int{3, 3, 3}, 0},
		"exact":  {[]uint16{3, 1, 2}, 60, []int{30, 10, 20}, 0},
		"common": {[]uint16{4000, 2000, 2000}, 4, []int{2, 1, 1}, 0},
		"great":  {[]uint16{65535, 32767, 1}, 50_000, []int{33_333, 16_666, 1}, 1.0 / 256},
		"one":    {[]uint16{9}, 3, []int{3}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var open []*conn
			for i, w := range c.weights {
				open = append(open, routeConn(string(rune('a'+i)), "r", Peer{Weight: w}, appA))
			}
			r := newRoutes(open, nil)
			got := make([]int, len(open))
			for range c.rounds {
				w, _ := r.find(&search{to: Identity{Realm: "r"}, app: appA})
				got[w.id.Host[0]-'a']++
			}
			for i := range got {
				require.InDelta(t, c.want[i], got[i], math.Ceil(c.slack*float64(c.rounds)))
			}
		})
	}
	// The rhythm is even: a weight of 2 in 4 does not come twice in a row.
	var b string
	way := func(host string, weight uint16) routeWay { return routeWay{routeConn(host, "", Peer{}), 0, weight} }
	for _, c := range rhythm([]routeWay{way("a", 2), way("b", 1), way("c", 1)}) {
		b += c.id.Host
	}
	require.Equal(t, "abca", b)
	// When one is not to be had, the others take its share.
	open := []*conn{routeConn("a", "r", Peer{Weight: 8}, appA), routeConn("b", "r", Peer{}, appA)}
	s := search{to: Identity{Realm: "r"}, app: appA}
	s.add(open[0], false)
	c, _ := newRoutes(open, nil).find(&s)
	require.Equal(t, open[1], c)
}
