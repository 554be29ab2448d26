package nidd

import (
	"slices"

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
	on bool // UE and SCEF agreed on it: every octet over the connection belongs to its frames

	unknown []byte
}

func (c *connectionRDS) encode() []byte {
	var w record.Writer
	w.Bool(1, c.on)
	return append(w, c.unknown...)
}

func (c *connectionRDS) decode(r record.Reader) error {
	for r.Next() {
		switch r.Number() {
		case 1:
			c.on = r.Bool()
		default:
			c.unknown = append(c.unknown, r.Raw()...)
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
