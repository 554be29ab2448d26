package nidd

import (
	"errors"
	"slices"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/store"

	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// maxPort is the greatest port of TS 24.250; T8 has room for more.
const maxPort = 15

// portSet is a set of ports 0 to 15.
type portSet uint16

func (s portSet) has(port int) bool { return port >= 0 && port <= maxPort && s&(1<<port) != 0 }

func (s *portSet) add(port int) {
	if port >= 0 && port <= maxPort {
		*s |= 1 << port
	}
}

// configRDS is what a configuration has of the Reliable Data Service, besides what the SCS/AS wrote into it.
type configRDS struct {
	off     bool          // the SCS/AS was told that the UE has no Reliable Data Service
	managed []managedPort // Individual ManagePort Configurations, the oldest first

	unknown []byte
}

// managedPort is an Individual ManagePort Configuration: a pair of ports that is reserved for an application
// (TS 29.122 §5.6.2.1.8).
type managedPort struct {
	Port    t8.RDSPort
	App     string
	ByUE    bool                     // the UE reserved it, otherwise the SCS/AS
	Skip    bool                     // skipUeInquiry
	Formats []t8.SerializationFormat // that the SCS/AS has
	Format  t8.SerializationFormat   // that was agreed on; empty: none
}

func (m *managedPort) encode() []byte {
	var w record.Writer
	w.Bytes(1, encodePort(m.Port))
	w.Text(2, m.App)
	w.Bool(3, m.ByUE)
	w.Bool(4, m.Skip)
	for _, f := range m.Formats {
		w.Element(5, string(f))
	}
	w.Text(6, string(m.Format))
	return w
}

func decodeManaged(r record.Reader) (m managedPort, err error) {
	for r.Next() {
		switch r.Number() {
		case 1:
			if m.Port, err = decodePort(r.Inner()); err != nil {
				return m, err
			}
		case 2:
			m.App = r.Text()
		case 3:
			m.ByUE = r.Bool()
		case 4:
			m.Skip = r.Bool()
		case 5:
			m.Formats = append(m.Formats, t8.SerializationFormat(r.Text()))
		case 6:
			m.Format = t8.SerializationFormat(r.Text())
		}
	}
	return m, r.Err()
}

func (c *configRDS) encode() []byte {
	var w record.Writer
	w.Bool(1, c.off)
	for i := range c.managed {
		w.Bytes(2, c.managed[i].encode())
	}
	return append(w, c.unknown...)
}

func (c *configRDS) decode(r record.Reader) error {
	for r.Next() {
		switch r.Number() {
		case 1:
			c.off = r.Bool()
		case 2:
			m, err := decodeManaged(r.Inner())
			if err != nil {
				return err
			}
			c.managed = append(c.managed, m)
		default:
			c.unknown = append(c.unknown, r.Raw()...)
		}
	}
	return r.Err()
}

// connectionRDS is what a connection has of the Reliable Data Service.
type connectionRDS struct {
	on        bool       // UE and SCEF agreed on it: every octet over the connection belongs to its frames
	links     []rdsLink  // in the order of their first use
	frames    []rdsFrame // to be sent, the oldest first; one is taken out before it is sent, as RDS repeats what gets lost
	tokens    uint64     // last that was given to a delivery
	inquiries []inquiry  // of the SCS/AS that the UE has not answered yet
	announce  bool       // the reservations changed while the UE was being told of them
	lacks     rds.Formats
	has       rds.Formats    // serialization formats that the UE refused, and that it is known to have
	by        store.MemberID // in a cluster: who sends a frame
	until     time.Time      // how long that may take; zero: nobody sends one, or there is no cluster
	retryAt   time.Time      // no peer led to the serving node: when frames may go out again

	unknown []byte
}

// rdsLink is the SCEF's end of a logical link. Unacknowledged transfer has a state of its own: it goes on while
// acknowledged transfer is suspended.
type rdsLink struct {
	acked, plain rds.State
}

// rdsFrame is a frame that waits.
type rdsFrame struct {
	octets []byte
	token  uint64    // of the delivery in an I frame; 0: none
	ports  rds.Ports // of the link

	// Not stored:
	undo  *rds.State // of the link before this frame came up; nil when not known
	doubt bool       // of the delivery before this frame was sent
}

// inquiry is a reservation or a release that the UE is being asked for.
type inquiry struct {
	SCSAS    id.SCSASID
	ConfigID string
	Release  bool
	Port     managedPort
	Left     rds.Formats // that were not proposed yet
}

// deliveryRDS is what a delivery has of the Reliable Data Service.
type deliveryRDS struct {
	frame     []byte // what is sent in place of the data: a UI frame
	token     uint64 // names it on its link
	taken     bool   // the serving node took the I frame at least once
	doubt     bool   // the serving node perhaps took it, or is being asked to
	confirmed bool   // Delivered: the UE acknowledged it

	unknown []byte
}

func (c *connectionRDS) encode() []byte {
	var w record.Writer
	w.Bool(1, c.on)
	for i := range c.links {
		w.Bytes(2, c.links[i].encode())
	}
	for i := range c.frames {
		w.Bytes(3, c.frames[i].encode())
	}
	w.Uint(4, c.tokens)
	for i := range c.inquiries {
		w.Bytes(5, c.inquiries[i].encode())
	}
	w.Bool(6, c.announce)
	w.Uint(7, uint64(c.lacks))
	w.Uint(8, uint64(c.has))
	w.Uint(9, uint64(c.by))
	w.Time(10, c.until)
	w.Time(11, c.retryAt)
	return append(w, c.unknown...)
}

func (c *connectionRDS) decode(r record.Reader) error {
	for r.Next() {
		switch r.Number() {
		case 1:
			c.on = r.Bool()
		case 2:
			l, err := decodeLink(r.Inner())
			if err != nil {
				return err
			}
			c.links = append(c.links, l)
		case 3:
			f, err := decodeFrame(r.Inner())
			if err != nil {
				return err
			}
			c.frames = append(c.frames, f)
		case 4:
			c.tokens = r.Uint()
		case 5:
			q, err := decodeInquiry(r.Inner())
			if err != nil {
				return err
			}
			c.inquiries = append(c.inquiries, q)
		case 6:
			c.announce = r.Bool()
		case 7:
			c.lacks = rds.Formats(r.Uint())
		case 8:
			c.has = rds.Formats(r.Uint())
		case 9:
			c.by = store.MemberID(r.Uint())
		case 10:
			c.until = r.Time()
		case 11:
			c.retryAt = r.Time()
		default:
			c.unknown = append(c.unknown, r.Raw()...)
		}
	}
	return r.Err()
}

func (l *rdsLink) encode() []byte {
	var w record.Writer
	for i, s := range [...]*rds.State{&l.acked, &l.plain} {
		b, _ := s.AppendBinary(nil) // never fails
		w.Element(record.Number(i+1), string(b))
	}
	return w
}

func decodeLink(r record.Reader) (l rdsLink, err error) {
	for r.Next() && err == nil {
		switch r.Number() {
		case 1:
			err = l.acked.UnmarshalBinary(r.Bytes())
		case 2:
			err = l.plain.UnmarshalBinary(r.Bytes())
		}
	}
	return l, errors.Join(err, r.Err())
}

func (f *rdsFrame) encode() []byte {
	var w record.Writer
	w.Bytes(1, f.octets)
	w.Uint(2, f.token)
	putPorts(&w, 3, f.ports)
	return w
}

func decodeFrame(r record.Reader) (f rdsFrame, err error) {
	for r.Next() {
		switch r.Number() {
		case 1:
			f.octets = r.Bytes()
		case 2:
			f.token = r.Uint()
		case 3:
			f.ports = readPorts(r.Uint())
		}
	}
	return f, r.Err()
}

// putPorts writes ports plus one, so that the least differs from none.
func putPorts(w *record.Writer, n record.Number, p rds.Ports) {
	if p.Present {
		w.Uint(n, (uint64(p.Source)<<4|uint64(p.Destination))+1)
	}
}

func readPorts(v uint64) rds.Ports { return rds.PortPair(uint8(v-1)>>4, uint8(v-1)&maxPort) }

func (q *inquiry) encode() []byte {
	var w record.Writer
	w.Text(1, string(q.SCSAS))
	w.Text(2, q.ConfigID)
	w.Bool(3, q.Release)
	w.Bytes(4, q.Port.encode())
	w.Uint(5, uint64(q.Left))
	return w
}

func decodeInquiry(r record.Reader) (q inquiry, err error) {
	for r.Next() {
		switch r.Number() {
		case 1:
			q.SCSAS = id.SCSASID(r.Text())
		case 2:
			q.ConfigID = r.Text()
		case 3:
			q.Release = r.Bool()
		case 4:
			if q.Port, err = decodeManaged(r.Inner()); err != nil {
				return q, err
			}
		case 5:
			q.Left = rds.Formats(r.Uint())
		}
	}
	return q, r.Err()
}

func (d *deliveryRDS) encode() []byte {
	var w record.Writer
	w.Bytes(1, d.frame)
	w.Uint(2, d.token)
	w.Bool(3, d.taken)
	w.Bool(4, d.doubt)
	return append(w, d.unknown...)
}

func (d *deliveryRDS) decode(r record.Reader) error {
	for r.Next() {
		switch r.Number() {
		case 1:
			d.frame = r.Bytes()
		case 2:
			d.token = r.Uint()
		case 3:
			d.taken = r.Bool()
		case 4:
			d.doubt = r.Bool()
		default:
			d.unknown = append(d.unknown, r.Raw()...)
		}
	}
	return r.Err()
}

// managed returns the index of the reservation of a pair of ports, or -1.
func (c *Config) managed(port t8.RDSPort) int {
	return slices.IndexFunc(c.rds.managed, func(m managedPort) bool { return m.Port == port })
}

// knows reports whether a pair of ports is configured or reserved.
func (c *Config) knows(port t8.RDSPort) bool {
	return slices.Contains(c.Ports, port) || c.managed(port) >= 0
}

// portSet returns the SCEF ports that lead to the configuration. One without a list has the PDN connection for itself, and
// then the set is empty, whatever is reserved.
func (c *Config) portSet() (s portSet) {
	if len(c.Ports) == 0 {
		return 0
	}
	for _, p := range c.Ports {
		s.add(p.PortSCEF)
	}
	for i := range c.rds.managed {
		s.add(c.rds.managed[i].Port.PortSCEF)
	}
	return s
}
