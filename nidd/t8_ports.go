package nidd

import (
	"context"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// Ports lists the reserved RDS ports of a configuration, the oldest first.
func (p *Procedure) Ports(ctx context.Context, scsas id.SCSASID, configID string) (list []t8.ManagePort, err error) {
	err = p.viewOfConfig(ctx, "nidd.Ports", scsas, configID, func(_ store.Reader, c *Config) error {
		list = p.managePorts(c)
		return nil
	})
	return list, err
}

// Port reads a reserved RDS port. Errors: fault.NotFound.
func (p *Procedure) Port(ctx context.Context, scsas id.SCSASID, configID, portID string) (v *t8.ManagePort, err error) {
	const op = "nidd.Port"
	err = p.viewOfConfig(ctx, op, scsas, configID, func(_ store.Reader, c *Config) error {
		v = p.portResource(c, portID)
		if v == nil {
			return fault.New(op, fault.NotFound, "no such port")
		}
		return nil
	})
	return v, err
}

// portResource returns a reservation, or nil.
func (p *Procedure) portResource(c *Config, portID string) *t8.ManagePort {
	pair, ok := t8.ParsePortID(portID)
	if i := c.managed(pair); ok && i >= 0 {
		v := p.managePort(c, &c.rds.managed[i])
		return &v
	}
	return nil
}

// ReservePort reserves a pair of RDS ports for an application (TS 29.122 §4.4.5.6.1, feature Rds_dynamic_port). With
// skipUeInquiry it does so at once and tells the UE; otherwise it asks the UE and returns nil, and a notification tells the
// reservations once the UE has answered, or has not in the time of Options.RDS. Errors: fault.NotFound,
// fault.OperationProhibited without the feature, fault.NotAuthorized (the HSS revoked the configuration),
// fault.InvalidParameter, fault.PortNotFree, fault.FormatNotSupported, fault.PreconditionFailed; and where the UE is asked,
// fault.NoPDNConnection, fault.TemporarilyUnreachable, fault.Timeout, fault.NextHop, fault.NetworkFailure (the PDN
// connection has no Reliable Data Service), fault.Unavailable (other data for the UE is under way).
func (p *Procedure) ReservePort(ctx context.Context, scsas id.SCSASID, configID, portID string, port *t8.ManagePort) (*t8.ManagePort, error) {
	const op = "nidd.ReservePort"
	pair, ok := t8.ParsePortID(portID)
	if !ok {
		return nil, &fault.Error{Op: op, Code: fault.InvalidParameter, Params: []fault.Param{{Param: "{portId}", Reason: "must be ue{0..15}-ef{0..15}"}}}
	}
	if len(port.AppID) > 255 {
		return nil, &fault.Error{Op: op, Code: fault.InvalidParameter, Params: []fault.Param{{Param: "/appId", Reason: "has more than 255 octets"}}}
	}
	m := managedPort{Port: pair, App: port.AppID, Skip: port.SkipUEInquiry}
	var out *t8.ManagePort
	err := p.onPort(ctx, op, scsas, configID, portID, m.Skip, true, portChange{
		check: func(s *session, c *Config, prof policy.NIDD) (rds.Formats, error) {
			// The SCEF port is what leads uplink data to a configuration, so it is never that of two.
			taken, err := s.portElsewhere(c, pair.PortSCEF)
			if m.Skip && err == nil {
				taken, err = s.portTaken(c, pair.PortSCEF)
			}
			if err != nil {
				return 0, err
			}
			conn := s.ue.byAPN(c.APN)
			if taken || c.managed(pair) >= 0 || conn != nil && conn.rds.reserving(pair.PortSCEF) {
				return 0, fault.New(op, fault.PortNotFree, "the port is reserved")
			}
			if !c.Features.Has(t8.FeatureRDSSerializationFormat) || len(port.SupportedFormats) == 0 {
				return 0, nil
			}
			m.Formats = port.SupportedFormats
			left := formatSet(m.Formats)
			has := rds.Formats(0)
			if conn != nil {
				left, has = left&^conn.rds.lacks, conn.rds.has
			}
			if m.Format = chooseFormat(left, prof, m.Formats); m.Format == "" {
				e := fault.New(op, fault.FormatNotSupported, "no serialization format can be configured")
				if has != 0 {
					e.Err = t8.ReportError{Body: t8.RDSDownlinkDataDeliveryFailure{SupportedUEFormats: formatList(has)}}
				}
				return 0, e
			}
			return left &^ formatBits[m.Format], nil
		},
		atOnce: func(s *session, c *Config) error {
			if err := s.reserve(c, m); err != nil {
				return err
			}
			v := p.managePort(c, &m)
			out = &v
			return s.announceFor(c)
		},
		port: &m,
	})
	return out, err
}

// ReleasePort releases a pair of RDS ports that the SCS/AS has reserved (TS 29.122 §4.4.5.6.1); whether the UE is asked is
// what the reservation said. done is false when it is. Errors: fault.NotFound, fault.PortNotAssociated,
// fault.OperationProhibited (the UE has reserved it, or the feature was not negotiated), fault.PreconditionFailed, and those
// of ReservePort where the UE is asked.
func (p *Procedure) ReleasePort(ctx context.Context, scsas id.SCSASID, configID, portID string) (done bool, err error) {
	const op = "nidd.ReleasePort"
	pair, ok := t8.ParsePortID(portID)
	if !ok {
		return false, fault.New(op, fault.PortNotAssociated, "the port is not reserved")
	}
	var m managedPort
	read := p.viewOfConfig(ctx, op, scsas, configID, func(_ store.Reader, c *Config) error {
		if !c.Features.Has(t8.FeatureRDSDynamicPort) {
			return noPorts(op)
		}
		i := c.managed(pair)
		if i < 0 {
			return fault.New(op, fault.PortNotAssociated, "the port is not reserved")
		}
		m = c.rds.managed[i]
		return nil
	})
	if read != nil {
		return false, read
	}
	err = p.onPort(ctx, op, scsas, configID, portID, m.Skip, false, portChange{
		check: func(_ *session, c *Config, _ policy.NIDD) (rds.Formats, error) {
			switch i := c.managed(pair); {
			case i < 0:
				return 0, fault.New(op, fault.PortNotAssociated, "the port is not reserved")
			case c.rds.managed[i].ByUE:
				return 0, fault.New(op, fault.OperationProhibited, "the UE has reserved the port")
			}
			return 0, nil
		},
		atOnce: func(s *session, c *Config) error {
			done = true
			if err := s.unreserve(c, c.managed(pair)); err != nil {
				return err
			}
			return s.announceFor(c)
		},
		port: &m,
	})
	return done && err == nil, err
}

// portChange is a reservation or a release.
type portChange struct {
	// check refuses it, or returns the serialization formats that are left to be proposed.
	check func(*session, *Config, policy.NIDD) (rds.Formats, error)
	// atOnce carries it out without the UE.
	atOnce func(*session, *Config) error
	port   *managedPort // set by check
}

// onPort carries out a reservation or a release.
func (p *Procedure) onPort(ctx context.Context, op string, scsas id.SCSASID, configID, portID string, skip, reserve bool, ch portChange) error {
	if !p.begin() {
		return closed(op)
	}
	defer p.wg.Done()
	prof, err := p.profile(op, scsas)
	if err != nil {
		return err
	}
	c, u, err := p.lookup(ctx, op, scsas, configID)
	if err != nil {
		return err
	}
	if !skip {
		slot, _, err := p.slots.acquire(ctx, c.IMSI, p.opts.AnswerTimeout)
		if err != nil {
			return fault.Wrap(op, fault.Unavailable, err)
		}
		defer slot.release()
	}
	var left rds.Formats
	prepare := func(s *session) (*Config, error) {
		c, err := getConfig(s.tx, scsas, configID)
		switch {
		case err != nil:
			return nil, err
		case c == nil:
			return nil, noConfig(op)
		case c.Status == Revoked:
			return nil, fault.New(op, fault.NotAuthorized, "the network revoked the authorisation of the UE")
		case !c.Features.Has(t8.FeatureRDSDynamicPort):
			return nil, noPorts(op)
		}
		if cond := t8.Precondition(ctx); !cond.IsZero() {
			var now any
			if v := p.portResource(c, portID); v != nil {
				now = v
			}
			if err := cond.Check(now); err != nil {
				return nil, err
			}
		}
		left, err = ch.check(s, c, prof)
		return c, err
	}
	if skip {
		wake, err := p.update(ctx, c.IMSI, func(s *session) error {
			c, err := prepare(s)
			if err != nil {
				return err
			}
			return ch.atOnce(s, c)
		})
		if err != nil {
			return failed(op, err)
		}
		if wake {
			t8.AfterResponse(ctx, func() { p.serveSoon(servingHost(u), u.IMSI, false) })
		}
		return nil
	}
	// Once a TDR is under way its result counts, whether the SCS/AS waits for it or not.
	return p.inquire(p.detached(ctx), op, u, reserve, prepare, ch.port, &left)
}

// inquire asks the UE for a reservation or a release.
func (p *Procedure) inquire(ctx context.Context, op string, u *UE, reserve bool, prepare func(*session) (*Config, error),
	m *managedPort, left *rds.Formats,
) error {
	pending := false
	ev, err := p.askUE(ctx, u.IMSI, func(s *session) (*Connection, *rds.PortMessage, rds.Ports, error) {
		pending = false
		c, err := prepare(s)
		if err != nil {
			return nil, nil, rds.Ports{}, err
		}
		conn := s.ue.byAPN(c.APN)
		switch {
		case conn == nil:
			return nil, nil, rds.Ports{}, fault.New(op, fault.NoPDNConnection, "the UE has no PDN connection")
		case !conn.rds.on:
			f := fault.New(op, fault.NetworkFailure, "the PDN connection has no Reliable Data Service")
			f.Cause = string(t8.DeliveryFailureRDSDisabled)
			return nil, nil, rds.Ports{}, f
		case conn.rds.inquiry(m.Port) >= 0: // a release that was asked for twice
			pending = true
			return nil, nil, rds.Ports{}, errPending
		}
		action := rds.ReleasePorts
		if reserve {
			action = rds.ReservePorts
		}
		conn.rds.inquiries = append(conn.rds.inquiries, inquiry{
			SCSAS: c.SCSAS, ConfigID: c.ID, Release: !reserve, Port: *m, Left: *left,
		})
		msg := m.message(action)
		return conn, &msg, downlinkPorts(&m.Port), nil
	}, func(s *session) error {
		for i := range s.ue.Connections {
			r := &s.ue.Connections[i].rds
			if k := r.inquiry(m.Port); k >= 0 {
				r.inquiries = append(r.inquiries[:k:k], r.inquiries[k+1:]...)
				s.changed = true
			}
		}
		return nil
	})
	switch {
	case pending:
		return nil
	case err != nil:
		return failed(op, err)
	}
	p.serveSoon(servingHost(u), u.IMSI, false) // what the links had to repeat
	return askFault(op, ev)
}

// errPending ends a transaction that has nothing to do.
var errPending = fault.New("nidd.inquire", fault.Conflict, "the UE is being asked already")

// askFault returns the error for a command of port management that did not get through, or nil.
func askFault(op string, ev Event) error {
	d := Delivery{NotBefore: ev.RetryAt}
	switch ev.Kind {
	case Acknowledged, Accepted:
		return nil
	case UESleeps:
		d.State = Unreachable
	case BearerGone:
		d.State = Rejected
	case NoAnswer:
		d.State = TimedOut
	default:
		d.State = NextHopLost
	}
	f := d.Fault(op)
	if f.Code != fault.TemporarilyUnreachable {
		f.RetryAt = time.Time{}
	}
	return f
}

func noPorts(op string) error {
	return fault.New(op, fault.OperationProhibited, "feature Rds_dynamic_port was not negotiated")
}
