package diameter

import (
	"net"
	"net/netip"
	"sync"
)

// greetings bounds the connections that others have opened without having said yet who they are, so that a flood of them
// leaves room for peers: half of MaxConns in all, an eighth from one IP address, one at least. Safe for concurrent use.
type greetings struct {
	max int // MaxConns

	mu   sync.Mutex
	all  int // guarded by mu, as all below
	from map[netip.Addr]int
}

func addrOf(a net.Addr) (ip netip.Addr) {
	if t, ok := a.(*net.TCPAddr); ok {
		ip = t.AddrPort().Addr().Unmap().WithZone("")
	}
	return ip
}

// begin claims room for the handshake of a connection from a; false when there is none.
func (g *greetings) begin(a net.Addr) bool {
	ip := addrOf(a)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all >= max(g.max/2, 1) || ip.IsValid() && g.from[ip] >= max(g.max/8, 1) {
		return false
	}
	g.all++
	if ip.IsValid() {
		if g.from == nil {
			g.from = make(map[netip.Addr]int)
		}
		g.from[ip]++
	}
	return true
}

// end gives the room of a handshake back.
func (g *greetings) end(a net.Addr) {
	ip := addrOf(a)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all--
	if g.from[ip] > 1 {
		g.from[ip]--
	} else {
		delete(g.from, ip)
	}
}
