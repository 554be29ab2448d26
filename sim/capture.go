package sim

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim/pcap"
)

// WritePcap writes the messages of Diameter and HTTP that were recorded as a capture file (pcapng) that Wireshark opens.
// Connections and addresses are made up: TCP over IPv4, one connection for the Diameter messages of two nodes, and as many
// for HTTP as requests wait for answers at a time, without TLS. The addresses have the names of the nodes (tshark: -N n). What
// is no such message, a heading, note or radio leg, is a comment of the next packet. Messages of the base protocol are there
// as far as they were recorded. A Hop-by-Hop Identifier that the node did not know when it told the message is that of the
// answer, else the End-to-End Identifier.
//
// It is an error if the Recorder was not asked for [RecorderOptions.Octets], or masks.
func (r *Recorder) WritePcap(w io.Writer) error {
	if r == nil || !r.octets {
		return errors.New("sim: the recorder keeps no octets: it was not asked to, or it masks")
	}
	out := pcap.NewWriter(w)
	f := newFlow(r, true)
	c := capture{
		w: out, addresses: map[string]netip.Addr{},
		links: map[[2]string]*link{}, free: map[[2]string][]*pcap.Conn{}, busy: map[exchange]*pcap.Conn{},
	}
	for i, name := range f.names {
		n := i + 1
		c.addresses[name] = netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
		out.Name(c.addresses[name], name)
	}
	knowHopByHop(f.events)
	for i := range f.events {
		c.event(&f.events[i])
	}
	if n := len(f.events); n > 0 {
		for _, conn := range c.all {
			conn.Close(f.events[n-1].Time)
		}
	}
	return out.Flush()
}

// capture makes up the connections.
type capture struct {
	w         *pcap.Writer
	addresses map[string]netip.Addr
	links     map[[2]string]*link        // of Diameter, by both nodes, in either order
	free      map[[2]string][]*pcap.Conn // of HTTP, by client and server
	busy      map[exchange]*pcap.Conn
	all       []*pcap.Conn
}

// link is a Diameter connection.
type link struct {
	client string
	conn   *pcap.Conn
}

// exchange names an HTTP exchange under way.
type exchange struct {
	client, server string
	number         int
}

// Ports: those of the servers tell Wireshark the protocol.
const (
	portDiameter = 3868
	portHTTP     = 80
	portClient   = 49152 // the first
)

func (c *capture) open(e *Event, port uint16) *pcap.Conn {
	client := netip.AddrPortFrom(c.addresses[e.From], portClient+uint16(len(c.all)%(1<<16-portClient)))
	conn := c.w.Open(e.Time, client, netip.AddrPortFrom(c.addresses[e.To], port))
	c.all = append(c.all, conn)
	return conn
}

func (c *capture) event(e *Event) {
	switch {
	case e.Kind > Answer || len(e.Octets) == 0:
		c.comment(e)
	case e.Protocol == HTTP:
		c.http(e)
	case e.Protocol == Diameter || e.Protocol == Base:
		c.diameter(e)
	default:
		c.comment(e)
	}
}

func (c *capture) comment(e *Event) {
	text := e.Text
	switch {
	case e.To != "":
		text = e.From + " → " + e.To + ": " + text
	case e.From != "":
		text = e.From + ": " + text
	}
	c.w.Comment(text)
}

// diameter uses one connection between two nodes: who speaks first has opened it.
func (c *capture) diameter(e *Event) {
	key := [2]string{min(e.From, e.To), max(e.From, e.To)}
	l := c.links[key]
	if l == nil {
		l = &link{client: e.From, conn: c.open(e, portDiameter)}
		c.links[key] = l
	}
	if e.From == l.client {
		l.conn.FromClient(e.Time, e.Octets)
	} else {
		l.conn.FromServer(e.Time, e.Octets)
	}
}

// http uses a connection for one exchange at a time.
func (c *capture) http(e *Event) {
	if e.Kind == Request {
		nodes := [2]string{e.From, e.To}
		var conn *pcap.Conn
		if free := c.free[nodes]; len(free) > 0 {
			conn, c.free[nodes] = free[len(free)-1], free[:len(free)-1]
		} else {
			conn = c.open(e, portHTTP)
		}
		conn.FromClient(e.Time, e.Octets)
		c.busy[exchange{e.From, e.To, e.Exchange}] = conn
		return
	}
	x := exchange{e.To, e.From, e.Exchange}
	conn := c.busy[x]
	if conn == nil { // the request was not recorded
		c.comment(e)
		return
	}
	delete(c.busy, x)
	nodes := [2]string{e.To, e.From}
	c.free[nodes] = append(c.free[nodes], conn)
	conn.FromServer(e.Time, e.Octets)
}

// Where the header of a Diameter message has its identifiers.
const (
	atHopByHop = 12
	atEndToEnd = 16
)

// knowHopByHop gives those messages their Hop-by-Hop Identifiers that were recorded without; octets that change are copied.
func knowHopByHop(events []Event) {
	type key struct {
		client, server string
		command, e2e   uint32
	}
	waiting := map[key][]*Event{} // requests without an identifier
	set := func(e *Event, hop uint32) {
		e.Octets = append([]byte(nil), e.Octets...)
		binary.BigEndian.PutUint32(e.Octets[atHopByHop:], hop)
	}
	for i := range events {
		e := &events[i]
		if e.Protocol != Diameter && e.Protocol != Base || len(e.Octets) < diameter.HeaderLen {
			continue
		}
		hop, e2e := binary.BigEndian.Uint32(e.Octets[atHopByHop:]), binary.BigEndian.Uint32(e.Octets[atEndToEnd:])
		if hop == 0 {
			set(e, e2e)
		}
		k := key{e.From, e.To, binary.BigEndian.Uint32(e.Octets[4:]) & 0xffffff, e2e}
		if e.Kind == Request {
			if hop == 0 {
				waiting[k] = append(waiting[k], e)
			}
			continue
		}
		k.client, k.server = k.server, k.client
		if reqs := waiting[k]; len(reqs) > 0 {
			set(reqs[0], cmp.Or(hop, e2e))
			waiting[k] = reqs[1:]
		}
	}
}
