package nidd

import (
	"slices"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// rdsHeader is how many octets of a packet the Reliable Data Service takes at most (TS 24.250 §5.2).
const rdsHeader = 3

// expectsRDS reports whether the SCS/AS was told that it has the Reliable Data Service.
func (c *Config) expectsRDS() bool { return c.Reliable || len(c.Ports) > 0 }

// usesRDS reports whether a UE that asks for the Reliable Data Service is granted it because of the configuration.
func (c *Config) usesRDS() bool { return c.expectsRDS() || c.Features.Has(t8.FeatureRDSDynamicPort) }

// rdsFeatures takes out of f what policy does not offer of the Reliable Data Service.
func rdsFeatures(f t8.Features, prof policy.NIDD) t8.Features {
	without := map[int]bool{
		t8.FeatureRDSPortVerification:    prof.RDS.Off || prof.RDS.NoPortVerification,
		t8.FeatureRDSDynamicPort:         prof.RDS.Off || prof.RDS.NoDynamicPorts,
		t8.FeatureRDSSerializationFormat: prof.RDS.Off || prof.RDS.NoDynamicPorts || prof.RDS.NoFormats,
	}
	var left []int
	for _, n := range f.Numbers() {
		if !without[n] {
			left = append(left, n)
		}
	}
	return t8.FeatureSet(left...)
}

// packetSize returns the largest packet of the SCS/AS in octets: what the UE is told, less the header of the Reliable
// Data Service where the configuration uses it.
func packetSize(c *Config, prof policy.NIDD) int {
	if c.usesRDS() && !prof.RDS.Off {
		return max(prof.MaximumPacketSize-rdsHeader, 1)
	}
	return prof.MaximumPacketSize
}

// checkPorts refuses a list with a port that frames have no room for.
func checkPorts(list []t8.RDSPort) bool {
	for _, p := range list {
		if p.PortUE > maxPort || p.PortSCEF > maxPort {
			return false
		}
	}
	return true
}

// checkPort refuses downlink data for ports that are not configured, with feature Rds_port_verification
// (TS 29.122 §4.4.5.3.1).
func checkPort(op string, c *Config, port *t8.RDSPort) error {
	switch {
	case port == nil:
		return nil
	case c.Features.Has(t8.FeatureRDSPortVerification) && !c.knows(*port):
		return fault.New(op, fault.RDSPortUnknown, "the ports are not those of the configuration")
	case !checkPorts([]t8.RDSPort{*port}):
		return &fault.Error{Op: op, Code: fault.ParameterOutOfRange, Params: []fault.Param{{Param: "/rdsPort", Reason: "ports are 0 to 15"}}}
	}
	return nil
}

// asksRDS reports whether the Extended-PCO of a UE asks for the Reliable Data Service.
func asksRDS(pco []byte) bool {
	if pco == nil {
		return false
	}
	p, err := t6a.ParseExtendedPCO(pco)
	if err != nil {
		return false
	}
	_, ok := p.Find(t6a.ContainerRDS)
	return ok
}

// grantsRDS reports whether one of the configurations of a connection makes it use the Reliable Data Service.
func (p *Procedure) grantsRDS(configs []*Config) bool {
	for _, c := range configs {
		if prof, _ := p.Profiles.NIDD(c.SCSAS); c.usesRDS() && !prof.RDS.Off {
			return true
		}
	}
	return false
}

// configsAt returns the configurations of the UE for the APN, the oldest first.
func (s *session) configsAt(apn id.APN) ([]*Config, error) { return s.ue.configsAt(s.tx, apn) }

// configsOn is configOn with all configurations of the UE for the APN, the oldest first.
func (p *Procedure) configsOn(r store.Reader, u *UE, ue id.IMSI, apn id.APN, now time.Time) ([]*Config, error) {
	if u != nil && u.configFor(apn) != nil {
		return u.configsAt(r, apn)
	}
	c, err := p.configOn(r, nil, ue, apn, now)
	if c == nil || err != nil {
		return nil, err
	}
	return []*Config{c}, nil
}

// activeOn is configOn with the oldest active configuration of the UE, or of a group.
func (p *Procedure) activeOn(r store.Reader, u *UE, apn id.APN, now time.Time) (*Config, error) {
	if u.configFor(apn) == nil {
		return p.configOn(r, nil, u.IMSI, apn, now)
	}
	for i := range u.configs {
		ref := &u.configs[i]
		if !ref.APN.Equal(apn) {
			continue
		}
		if c, err := p.readConfig(r, ref.SCSAS, ref.ID); c != nil && c.Status == Active || err != nil {
			return c, err
		}
	}
	return nil, nil
}

func (u *UE) configsAt(r store.Reader, apn id.APN) (list []*Config, err error) {
	for i := range u.configs {
		ref := &u.configs[i]
		if !ref.APN.Equal(apn) {
			continue
		}
		c, err := getConfig(r, ref.SCSAS, ref.ID)
		if err != nil {
			return nil, err
		}
		if c != nil {
			list = append(list, c)
		}
	}
	return list, nil
}

// rdsCapability tells each SCS/AS of a connection that was just established whether the UE has the Reliable Data Service,
// where that is another thing than it was told before (TS 29.122 §4.4.5.5).
func (s *session) rdsCapability(conn *Connection) error {
	if !slices.ContainsFunc(s.ue.configs, func(r configRef) bool { return r.rds && r.APN.Equal(conn.APN) }) {
		return nil
	}
	configs, err := s.configsAt(conn.APN)
	if err != nil {
		return err
	}
	for _, c := range configs {
		if c.rds.off == !conn.rds.on || !c.expectsRDS() || c.Status != Active {
			continue
		}
		c.rds.off = !conn.rds.on
		if err := s.putConfig(c); err != nil {
			return err
		}
		n := s.configStatus(c, t8.NIDDActive)
		n.RDSCapIndication = new(conn.rds.on)
		if err := s.enqueue(c, n); err != nil {
			return err
		}
	}
	return nil
}

// startRDS lets a connection that had no Reliable Data Service use it.
func (s *session) startRDS(conn *Connection) error {
	if conn.rds.on {
		return nil
	}
	conn.rds.on, s.changed = true, true
	if err := s.rdsCapability(conn); err != nil {
		return err
	}
	return s.announceNew(conn)
}

// fitRDS sets what a configuration that was just made or changed says of the Reliable Data Service.
func (s *session) fitRDS(c *Config) {
	if conn := s.ue.byAPN(c.APN); conn != nil {
		c.rds.off = c.expectsRDS() && !conn.rds.on
	}
}

// checkShare refuses a configuration that would get in the way of another for the same PDN connection: they are told
// apart by the SCEF ports of their lists, and a configuration without one has the connection for itself.
func (s *session) checkShare(op string, c *Config) error {
	mine := c.portSet()
	for i := range s.ue.configs {
		r := &s.ue.configs[i]
		if !r.APN.Equal(c.APN) || r.SCSAS == c.SCSAS && r.ID == c.ID {
			continue
		}
		if mine == 0 || r.ports == 0 || mine&r.ports != 0 {
			return fault.New(op, fault.OperationProhibited, "the UE has an NIDD configuration already")
		}
	}
	return nil
}

// refer keeps what the UE knows of the ports of c.
func (s *session) refer(c *Config) {
	for i := range s.ue.configs {
		r := &s.ue.configs[i]
		if r.SCSAS == c.SCSAS && r.ID == c.ID && (r.ports != c.portSet() || r.rds != c.expectsRDS()) {
			r.ports, r.rds = c.portSet(), c.expectsRDS()
			s.changed = true
		}
	}
}

// shared reports whether another active configuration uses the PDN connection of c.
func (s *session) shared(c *Config) (bool, error) {
	for i := range s.ue.configs {
		r := &s.ue.configs[i]
		if !r.APN.Equal(c.APN) || r.SCSAS == c.SCSAS && r.ID == c.ID {
			continue
		}
		if o, err := getConfig(s.tx, r.SCSAS, r.ID); o != nil && o.Status == Active || err != nil {
			return o != nil, err
		}
	}
	return false, nil
}
