package nidd

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scefkit/scefkit/rds"
)

// way is how downlink data goes over a connection.
type way uint8

const (
	asItIs  way = iota // the connection has no Reliable Data Service, and the data does not need it
	byUI               // in a UI frame, without acknowledgement
	byLink             // in an I frame, acknowledged by the UE
	nowhere            // it needs the Reliable Data Service, which the connection does not have
)

// way tells how the data goes. An SCS/AS that was told that it has the Reliable Data Service gets no data sent without.
func (d *Delivery) way(c *Config, conn *Connection) way {
	switch {
	case !conn.rds.on && (d.Reliable || d.Port != nil || c.Reliable):
		return nowhere
	case !conn.rds.on:
		return asItIs
	case d.Reliable && !d.inGroup(): // there is no acknowledgement in a group (TS 23.682 §5.5.3)
		return byLink
	}
	return byUI
}

// payload returns what a TDR carries.
func (d *Delivery) payload() []byte {
	if d.rds.frame != nil {
		return d.rds.frame
	}
	return d.Data
}

// bufferRDS is the event of new data whose result comes by notification: what the UE has to acknowledge, and what cannot
// be sent as it was wanted. Where it may not be kept, it is for as long as a request waits for the network.
func (p *Procedure) bufferRDS(d *Delivery, u *UE, conn *Connection, now time.Time) Event {
	if !d.mayKeep(now) {
		d.Expires = now.Add(p.opts.AnswerTimeout)
	}
	if u.pending > 0 && conn.State == UpAsleep {
		return Event{Kind: UESleeps}
	}
	return Event{Kind: Behind}
}

// wrap puts new data into a UI frame, if it goes out in one.
func (p *Procedure) wrap(ctx context.Context, d *Delivery, c *Config, conn *Connection) error {
	d.rds.frame = nil
	if d.way(c, conn) != byUI {
		return nil
	}
	_, err := p.update(ctx, d.IMSI, func(s *session) error {
		i := s.ue.connection(conn.EBI)
		if i < 0 || !s.ue.Connections[i].rds.on {
			return nil // the TDR finds out
		}
		return s.wrap(d, &s.ue.Connections[i])
	})
	return err
}

// wrap puts data into a UI frame with the next number.
func (s *session) wrap(d *Delivery, conn *Connection) error {
	data := d.Data
	if data == nil {
		full, err := s.withData(d)
		if err != nil {
			return err
		}
		data = full.Data
	}
	l := conn.rds.link(downlinkPorts(d.Port))
	next, actions, err := s.p.rds.Step(l.plain, rds.Event{Kind: rds.SubmitUnacknowledged, Data: data}, s.now)
	if err != nil {
		return err
	}
	for i := range actions {
		if actions[i].Kind == rds.Transmit {
			if d.rds.frame, err = s.p.opts.RDS.Codec.Append(nil, &actions[i].Frame); err != nil {
				return err
			}
		}
	}
	l.plain = next
	s.changed = true
	return nil
}

// turnRDS is the turn of stored data on a connection as far as the Reliable Data Service decides. handled reports that
// nothing is left to be sent by a TDR of the delivery itself.
func (s *session) turnRDS(d *Delivery, c *Config, conn *Connection) (handled bool, err error) {
	d.rds = deliveryRDS{unknown: d.rds.unknown}
	switch d.way(c, conn) {
	case asItIs:
		return false, nil
	case byUI:
		return false, s.wrap(d, conn)
	case nowhere:
		_, err := s.step(d, Event{Kind: NoRDS})
		return true, err
	}
	if err := s.resume(conn); err != nil { // this is a new try
		return true, err
	}
	conn.rds.tokens++
	d.rds.token = conn.rds.tokens
	if _, err := s.step(d, Event{Kind: HandedOver}); err != nil {
		return true, err
	}
	l := conn.rds.link(downlinkPorts(d.Port))
	err = s.stepLink(conn, l, rds.Event{Kind: rds.Submit, Token: d.rds.token, Data: slices.Clone(d.Data)})
	if errors.Is(err, rds.ErrTooLong) {
		_, err = s.step(d, Event{Kind: Refused})
	}
	return true, err
}

// roomOnLink reports whether the link that data goes over takes more.
func (d *Delivery) roomOnLink(conn *Connection) bool {
	if !d.Reliable || !conn.rds.on || d.inGroup() {
		return true
	}
	ports := downlinkPorts(d.Port)
	for i := range conn.rds.links {
		if l := &conn.rds.links[i].acked; l.Ports() == ports {
			sent, waiting := l.Pending()
			return sent+waiting < rds.MaxWindow
		}
	}
	return true
}
