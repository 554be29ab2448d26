package nidd

import (
	"slices"

	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/t8"
)

// Port management between SCEF and UE (TS 24.250 §6.2.6 to §6.2.9). A MANAGE_PORT about one pair of ports goes over the
// link of that pair; what tells the UE of all reservations goes over the link without ports.

// formatBits are the serialization formats of T8 as port management has them.
var formatBits = map[t8.SerializationFormat]rds.Formats{t8.FormatCBOR: rds.CBOR, t8.FormatJSON: rds.JSON, t8.FormatXML: rds.XML}

// formatSet returns a list of formats as a set; unknown ones are left out.
func formatSet(list []t8.SerializationFormat) (set rds.Formats) {
	for _, f := range list {
		set |= formatBits[f]
	}
	return set
}

// formatList returns a set of formats as a list.
func formatList(set rds.Formats) (list []t8.SerializationFormat) {
	for _, f := range []t8.SerializationFormat{t8.FormatCBOR, t8.FormatJSON, t8.FormatXML} {
		if set&formatBits[f] != 0 {
			list = append(list, f)
		}
	}
	return list
}

// chooseFormat returns the format of the set that policy prefers, or else the SCS/AS, or "" when policy has none of them.
func chooseFormat(set rds.Formats, prof policy.NIDD, wants []t8.SerializationFormat) t8.SerializationFormat {
	for _, f := range prof.RDS.Formats {
		if set&formatBits[t8.SerializationFormat(f)] != 0 {
			return t8.SerializationFormat(f)
		}
	}
	if len(prof.RDS.Formats) > 0 {
		return ""
	}
	for _, f := range slices.Concat(wants, formatList(set)) {
		if set&formatBits[f] != 0 {
			return f
		}
	}
	return ""
}

// message returns the MANAGE_PORT about one reservation.
func (m *managedPort) message(action rds.PortAction) rds.PortMessage {
	return rds.PortMessage{Action: action, Ports: []rds.Port{m.entry()}}
}

func (m *managedPort) entry() rds.Port {
	return rds.Port{
		UE: uint8(m.Port.PortUE), SCEF: uint8(m.Port.PortSCEF), Application: m.App, Formats: formatBits[m.Format],
	}
}

// managePort returns a reservation as T8 shows it.
func (p *Procedure) managePort(c *Config, m *managedPort) t8.ManagePort {
	v := t8.ManagePort{
		Self:  t8.NIDDPortURI(p.APIRoot, c.SCSAS, c.ID, t8.PortID(m.Port)),
		AppID: m.App, ManageEntity: t8.ManagedByAS, SkipUEInquiry: m.Skip, SupportedFormats: m.Formats, ConfiguredFormat: m.Format,
	}
	if m.ByUE {
		v.ManageEntity = t8.ManagedByUE
	}
	return v
}

// managePorts returns all reservations of a configuration, the oldest first.
func (p *Procedure) managePorts(c *Config) []t8.ManagePort {
	list := make([]t8.ManagePort, 0, len(c.rds.managed))
	for i := range c.rds.managed {
		list = append(list, p.managePort(c, &c.rds.managed[i]))
	}
	return list
}

// reportManaged tells the SCS/AS which ports are reserved now (TS 29.122 §4.4.5.6.2).
func (s *session) reportManaged(c *Config) error {
	n := t8.ManagePortNotification{NIDDConfiguration: s.p.configURI(c), ManagedPorts: s.p.managePorts(c)}
	n.ExternalID, n.MSISDN = c.identity()
	return s.enqueue(c, &n)
}

// reserve makes a reservation a resource.
func (s *session) reserve(c *Config, m managedPort) error {
	c.rds.managed = append(c.rds.managed, m)
	return s.putConfig(c)
}

// unreserve removes the i-th reservation.
func (s *session) unreserve(c *Config, i int) error {
	c.rds.managed = slices.Delete(c.rds.managed, i, i+1)
	return s.putConfig(c)
}

// announce tells the UE of all reservations on a connection.
func (s *session) announce(conn *Connection) error {
	l := conn.rds.link(rds.Ports{})
	if l.acked.Asking() {
		conn.rds.announce, s.changed = true, true
		return nil
	}
	conn.rds.announce = false
	msg := rds.PortMessage{Action: rds.NotifyPorts}
	configs, err := s.configsAt(conn.APN)
	if err != nil {
		return err
	}
	for _, c := range configs {
		for i := range c.rds.managed {
			msg.Ports = append(msg.Ports, c.rds.managed[i].entry())
		}
	}
	return s.stepLink(conn, l, rds.Event{Kind: rds.AskPorts, Ports: msg})
}

// announceFor is announce for the connection of a configuration, if there is one with the Reliable Data Service.
func (s *session) announceFor(c *Config) error {
	if conn := s.ue.byAPN(c.APN); conn != nil && conn.rds.on {
		return s.announce(conn)
	}
	return nil
}

// announceNew tells the UE of a connection that was just established which ports are reserved, if any.
func (s *session) announceNew(conn *Connection) error {
	if !conn.rds.on {
		return nil
	}
	configs, err := s.configsAt(conn.APN)
	if err != nil || !slices.ContainsFunc(configs, func(c *Config) bool { return len(c.rds.managed) > 0 }) {
		return err
	}
	return s.announce(conn)
}

// reserving reports whether the UE is being asked to reserve the SCEF port.
func (c *connectionRDS) reserving(port int) bool {
	return slices.ContainsFunc(c.inquiries, func(q inquiry) bool { return !q.Release && q.Port.Port.PortSCEF == port })
}

// inquiry returns the index of the inquiry about a pair of ports, or -1.
func (c *connectionRDS) inquiry(port t8.RDSPort) int {
	return slices.IndexFunc(c.inquiries, func(q inquiry) bool { return q.Port.Port == port })
}

// portsAnswered applies the answer of the UE to a MANAGE_PORT; answer is nil when there was none.
func (s *session) portsAnswered(conn *Connection, ports rds.Ports, answer *rds.PortMessage) error {
	pair := pairOf(ports, false)
	if pair == nil {
		if !conn.rds.announce {
			return nil
		}
		return s.announce(conn)
	}
	i := conn.rds.inquiry(*pair)
	if i < 0 {
		return nil // its configuration went meanwhile
	}
	q := &conn.rds.inquiries[i]
	if answer == nil || answer.Status != rds.FormatNotSupported || q.Release {
		return s.endInquiry(conn, i, answer)
	}
	conn.rds.lacks |= formatBits[q.Port.Format]
	if len(answer.Ports) > 0 { // it may be that the UE only repeats what it was asked
		conn.rds.has |= answer.Ports[0].Formats &^ conn.rds.lacks
	}
	q.Left &^= conn.rds.lacks
	set := q.Left & conn.rds.has
	if set == 0 {
		set = q.Left
	}
	prof, _ := s.p.Profiles.NIDD(q.SCSAS)
	if q.Port.Format = chooseFormat(set, prof, q.Port.Formats); q.Port.Format == "" {
		return s.endInquiry(conn, i, answer)
	}
	q.Left &^= formatBits[q.Port.Format]
	return s.stepLink(conn, conn.rds.link(ports), rds.Event{Kind: rds.AskPorts, Ports: q.Port.message(rds.ReservePorts)})
}

// endInquiry ends the i-th inquiry of a connection with the answer of the UE, nil when there was none, and tells the
// SCS/AS which ports are reserved then.
func (s *session) endInquiry(conn *Connection, i int, answer *rds.PortMessage) error {
	q := conn.rds.inquiries[i]
	conn.rds.inquiries = slices.Delete(conn.rds.inquiries, i, i+1)
	s.changed = true
	c, err := getConfig(s.tx, q.SCSAS, q.ConfigID)
	if c == nil || err != nil {
		return err
	}
	k := c.managed(q.Port.Port)
	switch {
	case answer == nil:
	case q.Release && (answer.Status == rds.PortSuccess || answer.Status == rds.PortNotAssociated):
		if k >= 0 {
			err = s.unreserve(c, k)
		}
	case !q.Release && answer.Status == rds.PortSuccess && k < 0:
		conn.rds.has |= formatBits[q.Port.Format]
		err = s.reserve(c, q.Port)
	}
	if err != nil {
		return err
	}
	return s.reportManaged(c)
}

// portsAsked answers a MANAGE_PORT of the UE.
func (s *session) portsAsked(conn *Connection, ports rds.Ports, msg *rds.PortMessage) error {
	configs, err := s.configsAt(conn.APN)
	if err != nil {
		return err
	}
	configs = slices.DeleteFunc(configs, func(c *Config) bool { return c.Status != Active })
	answer := rds.PortMessage{Action: msg.Action}
	switch msg.Action {
	case rds.QueryPorts:
		for _, c := range configs {
			for i := range c.rds.managed {
				answer.Ports = append(answer.Ports, c.rds.managed[i].entry())
			}
		}
	case rds.ReservePorts:
		err = s.reserveByUE(conn, configs, msg.Ports, &answer)
	case rds.ReleasePorts:
		err = s.releaseByUE(configs, msg.Ports, &answer)
	case rds.NotifyPorts: // the UE reserves by ReservePorts; there is nothing to do with what it tells
		for _, e := range msg.Ports {
			conn.rds.has |= e.Formats
		}
		answer.Ports = msg.Ports
	}
	if err != nil {
		return err
	}
	return s.stepLink(conn, conn.rds.link(ports), rds.Event{Kind: rds.AnswerPorts, Ports: answer})
}

// reserveByUE reserves what the UE asks for, all or nothing.
func (s *session) reserveByUE(conn *Connection, configs []*Config, entries []rds.Port, answer *rds.PortMessage) error {
	type change struct {
		c *Config
		m managedPort
	}
	var changes []change
	for _, e := range entries {
		m := managedPort{Port: t8.RDSPort{PortUE: int(e.UE), PortSCEF: int(e.SCEF)}, App: e.Application, ByUE: true}
		c, again := ownerOfPort(configs, &m)
		switch {
		case again: // the answer got lost
			e.Formats = formatBits[c.rds.managed[c.managed(m.Port)].Format]
		case c == nil || conn.rds.reserving(m.Port.PortSCEF):
			answer.Status = rds.PortNotFree
		default:
			if e.Formats != 0 {
				conn.rds.has |= e.Formats
				prof, _ := s.p.Profiles.NIDD(c.SCSAS)
				known := c.formats()
				set := e.Formats
				if known != 0 {
					set &= known
				}
				if m.Format = chooseFormat(set, prof, nil); m.Format == "" {
					answer.Status = rds.FormatNotSupported
					set = known
				}
				if m.Format != "" {
					set = formatBits[m.Format]
				}
				e.Formats = set
			}
			changes = append(changes, change{c, m})
		}
		answer.Ports = append(answer.Ports, e)
	}
	if answer.Status != rds.PortSuccess {
		return nil
	}
	var told []*Config
	for _, x := range changes {
		if x.c.managed(x.m.Port) >= 0 {
			continue // named twice
		}
		if err := s.reserve(x.c, x.m); err != nil {
			return err
		}
		if !slices.Contains(told, x.c) {
			told = append(told, x.c)
		}
	}
	return s.reportAll(told)
}

func (s *session) reportAll(configs []*Config) error {
	for _, c := range configs {
		if err := s.reportManaged(c); err != nil {
			return err
		}
	}
	return nil
}

// formats returns the serialization formats that the SCS/AS ever named for a port; 0: none.
func (c *Config) formats() (set rds.Formats) {
	for i := range c.rds.managed {
		set |= formatSet(c.rds.managed[i].Formats)
	}
	return set
}

// ownerOfPort returns the configuration that a reservation by the UE belongs to, or nil when its ports are not free; again
// reports that the UE has this reservation already. It is the configuration that has the SCEF port, or else the only one
// that takes dynamic ports, or the one of the application.
func ownerOfPort(configs []*Config, m *managedPort) (c *Config, again bool) {
	var takes, named []*Config
	for _, x := range configs {
		for i := range x.rds.managed {
			old := &x.rds.managed[i]
			if old.Port == m.Port && old.ByUE && old.App == m.App {
				return x, true
			}
			if old.Port.PortSCEF == m.Port.PortSCEF {
				return nil, false
			}
			if old.App == m.App && !slices.Contains(named, x) {
				named = append(named, x)
			}
		}
		if slices.ContainsFunc(x.Ports, func(p t8.RDSPort) bool { return p.PortSCEF == m.Port.PortSCEF }) {
			c = x
		}
		if x.Features.Has(t8.FeatureRDSDynamicPort) {
			takes = append(takes, x)
		}
	}
	switch {
	case c != nil && !c.Features.Has(t8.FeatureRDSDynamicPort):
		return nil, false
	case c != nil:
		return c, false
	case len(takes) == 1:
		return takes[0], false
	case len(named) == 1 && slices.Contains(takes, named[0]):
		return named[0], false
	}
	return nil, false
}

// releaseByUE releases what the UE has reserved, all or nothing.
func (s *session) releaseByUE(configs []*Config, entries []rds.Port, answer *rds.PortMessage) error {
	var told []*Config
	type reservation struct {
		c *Config
		i t8.RDSPort
	}
	var gone []reservation
	for _, e := range entries {
		pair := t8.RDSPort{PortUE: int(e.UE), PortSCEF: int(e.SCEF)}
		status := rds.PortNotAssociated
		for _, c := range configs {
			switch i := c.managed(pair); {
			case i < 0:
			case c.rds.managed[i].ByUE:
				status = rds.PortSuccess
				gone = append(gone, reservation{c, pair})
			default:
				status = rds.PortNotFree // it is the SCS/AS that has it
			}
		}
		if answer.Status == rds.PortSuccess {
			answer.Status = status
		}
		answer.Ports = append(answer.Ports, e)
	}
	if answer.Status != rds.PortSuccess {
		return nil
	}
	for _, x := range gone {
		if i := x.c.managed(x.i); i >= 0 {
			if err := s.unreserve(x.c, i); err != nil {
				return err
			}
		}
		if !slices.Contains(told, x.c) {
			told = append(told, x.c)
		}
	}
	return s.reportAll(told)
}

// portTaken reports whether a configuration for the PDN connection of c, c included, has the SCEF port.
func (s *session) portTaken(c *Config, port int) (bool, error) {
	configs, err := s.configsAt(c.APN)
	for _, x := range configs {
		if x.hasSCEFPort(port) {
			return true, nil
		}
	}
	return false, err
}

// portElsewhere is portTaken without c.
func (s *session) portElsewhere(c *Config, port int) (bool, error) {
	configs, err := s.configsAt(c.APN)
	for _, x := range configs {
		if (x.SCSAS != c.SCSAS || x.ID != c.ID) && x.hasSCEFPort(port) {
			return true, nil
		}
	}
	return false, err
}

func (c *Config) hasSCEFPort(port int) bool {
	return slices.ContainsFunc(c.Ports, func(p t8.RDSPort) bool { return p.PortSCEF == port }) ||
		slices.ContainsFunc(c.rds.managed, func(m managedPort) bool { return m.Port.PortSCEF == port })
}
