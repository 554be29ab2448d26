package nidd

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// uplinkFrame takes a frame of the Reliable Data Service that came over the connection. What it answers decides the ODA; a
// nil error says that the frame is dealt with, or that an earlier copy of it was. wake reports that something may go to the
// UE. For data it sets up.config to the configuration that the ports lead to.
//
// Data of a UI frame goes to the SCS/AS at once, whose answer decides, as without the service. Data of an I frame is kept
// for the SCS/AS in the transaction that acknowledges it to the UE.
func (p *Procedure) uplinkFrame(ctx context.Context, op string, up *uplink, octets []byte) (wake bool, err error) {
	f, err := p.opts.RDS.Codec.Parse(octets)
	if prof, _ := p.Profiles.NIDD(up.config.SCSAS); err == nil && len(octets) > prof.MaximumPacketSize {
		err = rds.ErrTooLong
	}
	if err != nil {
		p.log.Warn("no frame of the Reliable Data Service", "imsi", up.ue.IMSI, "err", err)
		return false, refuse(op, diameter.UnableToDeliver)
	}
	if f.Kind == rds.UI {
		return p.uplinkUI(ctx, op, up, &f)
	}
	refused := false
	wake, err = p.update(ctx, up.ue.IMSI, func(s *session) error {
		i := s.ue.connection(up.conn.EBI)
		if i < 0 || !s.ue.Connections[i].rds.on {
			return refuse(op, diameter.ErrorInvalidEPSBearer)
		}
		conn := &s.ue.Connections[i]
		if f.Kind == rds.I {
			ports := pairOf(f.Ports, true)
			c, unknown, err := s.p.portConfig(s.tx, s.ue, conn.APN, ports)
			if err != nil {
				return err
			}
			if refused = c == nil; refused {
				return s.reportPorts(unknown, ports)
			}
			up.config = c
		}
		return s.stepLink(conn, conn.rds.link(f.Ports.Reverse()), rds.Event{Kind: rds.Receive, Frame: f})
	})
	for _, bad := range []error{rds.ErrTooLong, rds.ErrTruncated, rds.ErrUnknown, rds.ErrOutOfRange} {
		if errors.Is(err, bad) {
			p.log.Warn("bad frame of the Reliable Data Service", "imsi", up.ue.IMSI, "err", err)
			return false, refuse(op, diameter.UnableToDeliver)
		}
	}
	if err == nil && refused {
		err = refuse(op, diameter.UnableToDeliver)
	}
	return wake, err
}

// uplinkUI takes a UI frame.
func (p *Procedure) uplinkUI(ctx context.Context, op string, up *uplink, f *rds.Frame) (wake bool, err error) {
	ports := pairOf(f.Ports, true)
	var c *Config
	var unknown []*Config
	if err := p.Store.View(ctx, func(r store.Reader) (err error) {
		c, unknown, err = p.portConfig(r, up.ue, up.conn.APN, ports)
		return err
	}); err != nil {
		return false, err
	}
	receive := func(conn *connectionRDS, now time.Time) (rds.State, []rds.Action, error) {
		next, actions, err := p.rds.Step(conn.plain(f.Ports.Reverse()), rds.Event{Kind: rds.Receive, Frame: *f}, now)
		if err != nil {
			p.log.Warn("bad frame of the Reliable Data Service", "imsi", up.ue.IMSI, "err", err)
			err = refuse(op, diameter.UnableToDeliver)
		}
		return next, actions, err
	}
	_, actions, err := receive(&up.conn.rds, time.Now())
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(actions, func(a rds.Action) bool { return a.Kind == rds.Deliver })
	if i < 0 {
		return false, nil // an earlier copy of it was dealt with
	}
	data := actions[i].Data
	if c != nil {
		up.config = c
		if err := p.postUplink(ctx, up.ue.IMSI, c, data, ports, false); err != nil {
			return false, err
		}
	}
	wake, err = p.update(ctx, up.ue.IMSI, func(s *session) error {
		i := s.ue.connection(up.conn.EBI)
		if i < 0 || !s.ue.Connections[i].rds.on {
			return nil
		}
		if c == nil {
			return s.reportPorts(unknown, ports)
		}
		conn := &s.ue.Connections[i]
		s.changed = true
		next, _, err := receive(&conn.rds, s.now)
		if err != nil {
			return err
		}
		conn.rds.link(f.Ports.Reverse()).plain = next
		return s.resume(conn) // the UE is there
	})
	if err == nil && c == nil {
		err = refuse(op, diameter.UnableToDeliver)
	}
	return wake, err
}

// portConfig returns the active configuration that a pair of ports of uplink data leads to, or nil with the configurations
// whose SCS/AS is to be told that the ports are not known (TS 29.122 §4.4.5.5). ports is nil when the data has none.
func (p *Procedure) portConfig(r store.Reader, u *UE, apn id.APN, ports *t8.RDSPort) (c *Config, unknown []*Config, err error) {
	all, err := p.configsOn(r, u, u.IMSI, apn, time.Now())
	if err != nil {
		return nil, nil, err
	}
	shared := len(all) > 1
	for _, x := range all {
		switch {
		case x.Status != Active:
		case ports == nil && !shared:
			return x, nil, nil
		case ports == nil:
		case shared && !x.portSet().has(ports.PortSCEF):
		case !x.Features.Has(t8.FeatureRDSPortVerification) || x.knows(*ports):
			return x, nil, nil
		default:
			return nil, []*Config{x}, nil // it has the SCEF port, but not with this port of the UE
		}
	}
	if ports == nil {
		return nil, nil, nil
	}
	for _, x := range all {
		if x.Status == Active && x.Features.Has(t8.FeatureRDSPortVerification) {
			unknown = append(unknown, x)
		}
	}
	return nil, unknown, nil
}

// reportPorts tells the SCS/ASs of the configurations that uplink data came over ports that they do not have.
func (s *session) reportPorts(configs []*Config, ports *t8.RDSPort) error {
	for _, c := range configs {
		n := s.configStatus(c, t8.NIDDRDSPortUnknown)
		n.RDSPort = ports
		if err := s.enqueue(c, n); err != nil {
			return err
		}
	}
	return nil
}

// deliverUp keeps acknowledged data of a link for the SCS/AS.
func (s *session) deliverUp(conn *Connection, ports *t8.RDSPort, data []byte) error {
	c, _, err := s.p.portConfig(s.tx, s.ue, conn.APN, ports)
	if err != nil {
		return err
	}
	if c == nil { // the configuration went while an earlier frame was missing
		s.p.log.Error("uplink data for nobody", "imsi", s.ue.IMSI)
		return nil
	}
	return s.enqueue(c, s.p.uplinkNotification(c, data, ports, true))
}

// uplinkNotification returns the notification that brings uplink data to the SCS/AS.
func (p *Procedure) uplinkNotification(c *Config, data []byte, ports *t8.RDSPort, acknowledged bool) *t8.NIDDUplinkDataNotification {
	if data == nil {
		data = []byte{}
	}
	n := &t8.NIDDUplinkDataNotification{
		NIDDConfiguration: p.configURI(c), Data: data, RDSPort: ports, ReliableDataService: acknowledged,
	}
	n.ExternalID, n.MSISDN = c.identity()
	return n
}

// postUplink brings data to the SCS/AS. The error is a *fault.Error with the result of the ODA.
func (p *Procedure) postUplink(ctx context.Context, ue id.IMSI, c *Config, data []byte, ports *t8.RDSPort, acknowledged bool) error {
	n := p.uplinkNotification(c, data, ports, acknowledged)
	post, cancel := context.WithTimeout(ctx, p.opts.UplinkTimeout)
	defer cancel()
	if err := t8.Send(post, p.Notifier, n.NIDDConfiguration, c.Destination, n); err != nil {
		p.log.Warn("uplink data not taken", "imsi", ue, "config", c.ID, "err", err)
		return &fault.Error{Op: "nidd.ODR", Code: fault.As(err).Code, Result: resultOfPost(err), Err: err}
	}
	return nil
}
