package nidd

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/t8"
)

// The links of the Reliable Data Service are stored with the connection. What a frame of the UE or a timer changes in
// them, in deliveries and in reservations, is one transaction with the notifications that follow; frames for the UE wait
// in the connection until serve sends them. So a crash loses at most frames, which the service repeats.

// link returns the link with the ports that frames of the SCEF have, a new one if need be.
func (c *connectionRDS) link(ports rds.Ports) *rdsLink {
	for i := range c.links {
		if c.links[i].acked.Ports() == ports {
			return &c.links[i]
		}
	}
	c.links = append(c.links, rdsLink{acked: rds.NewState(ports), plain: rds.NewState(ports)})
	return &c.links[len(c.links)-1]
}

// plain returns unacknowledged transfer on the link with the ports that frames of the SCEF have. It changes nothing.
func (c *connectionRDS) plain(ports rds.Ports) rds.State {
	for i := range c.links {
		if l := &c.links[i]; l.plain.Ports() == ports {
			return l.plain
		}
	}
	return rds.NewState(ports)
}

// downlinkPorts returns the ports of frames to the UE.
func downlinkPorts(p *t8.RDSPort) rds.Ports {
	if p == nil {
		return rds.Ports{}
	}
	return rds.PortPair(uint8(p.PortSCEF), uint8(p.PortUE))
}

// pairOf returns the ports of a frame as T8 writes them, or nil when it has none; up says that the UE sent it.
func pairOf(p rds.Ports, up bool) *t8.RDSPort {
	if !p.Present {
		return nil
	}
	if !up {
		p = p.Reverse()
	}
	return &t8.RDSPort{PortUE: int(p.Source), PortSCEF: int(p.Destination)}
}

// stepLink applies ev to acknowledged transfer on a link, or to the management of its ports, and does what follows.
func (s *session) stepLink(conn *Connection, l *rdsLink, ev rds.Event) error {
	before := l.acked
	next, actions, err := s.p.rds.Step(l.acked, ev, s.now)
	if err != nil {
		return err
	}
	ports := before.Ports()
	l.acked = next
	s.changed = true
	dead := slices.ContainsFunc(actions, func(a rds.Action) bool { return a.Kind == rds.Closed && a.Reason == rds.NoAnswer })
	for i := range actions {
		a := &actions[i]
		switch a.Kind {
		case rds.Transmit:
			err = s.queueFrame(conn, a)
			if ev.Kind == rds.Submit && err == nil {
				conn.rds.frames[len(conn.rds.frames)-1].undo = &before
			}
		case rds.Deliver:
			err = s.deliverUp(conn, pairOf(ports, false), a.Data)
		case rds.Confirm:
			err = s.confirm(conn, a, dead)
		case rds.PortsAsked:
			err = s.portsAsked(conn, ports, &a.Ports)
		case rds.PortsAnswered:
			err = s.portsAnswered(conn, ports, &a.Ports)
		case rds.RequestFailed:
			err = s.portsAnswered(conn, ports, nil)
		case rds.Opened, rds.Closed, rds.WindowAnswered:
			s.wake = s.wake || s.ue.pending > 0 // there may be room for more
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// queueFrame keeps a frame until serve sends it.
func (s *session) queueFrame(conn *Connection, a *rds.Action) error {
	b, err := s.p.opts.RDS.Codec.Append(nil, &a.Frame)
	if err != nil {
		return err
	}
	conn.rds.frames = append(conn.rds.frames, rdsFrame{octets: b, token: a.Token, ports: a.Frame.Ports})
	s.wake = true
	return nil
}

// carried returns the delivery that is named by a token of the connection, or nil.
func (s *session) carried(conn *Connection, token uint64) (*Delivery, error) {
	if token == 0 {
		return nil, nil
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	for _, d := range s.deliveries {
		if d.State == Outstanding && d.rds.token == token && d.Attempt.EBI == conn.EBI {
			return d, nil
		}
	}
	return nil, nil
}

// confirm applies what became of data on a link; dead says that the UE did not answer any more.
func (s *session) confirm(conn *Connection, a *rds.Action, dead bool) error {
	d, err := s.carried(conn, a.Token)
	if d == nil || err != nil {
		return err
	}
	ev := Event{Kind: TakenBack}
	switch {
	case a.Outcome == rds.Acknowledged:
		ev.Kind = Confirmed
	case a.Outcome == rds.Unknown && d.rds.taken:
		ev.Kind = Unanswered
	case a.Outcome == rds.Unknown && d.rds.doubt, a.Outcome == rds.NotSent && dead:
		ev.Kind = NoAnswer
	case dead:
		ev.Kind = Refused // the serving node never took it
	}
	s.wake = true // others may have got room
	_, err = s.step(d, ev)
	return err
}

// resume lets frames flow on the links again, since the serving node can be reached, or the UE.
func (s *session) resume(conn *Connection) error {
	conn.rds.retryAt = time.Time{}
	for i := range conn.rds.links {
		if l := &conn.rds.links[i]; l.acked.Suspended() {
			if err := s.stepLink(conn, l, rds.Event{Kind: rds.Available}); err != nil {
				return err
			}
		}
	}
	return nil
}

// suspend stops frames on the links: ev, which is UESleeps or NoRoute, says why. Data that was not sent yet waits outside
// of the links, where it can be replaced, cancelled and expire.
func (s *session) suspend(conn *Connection, ev Event) error {
	s.changed = true
	conn.rds.frames = nil // they come up again
	if ev.Kind == NoRoute {
		conn.rds.retryAt = ev.RetryAt
	}
	if err := s.load(); err != nil {
		return err
	}
	for i := range conn.rds.links {
		l := &conn.rds.links[i]
		for _, d := range slices.Clone(s.deliveries) {
			if d.State != Outstanding || d.Attempt.EBI != conn.EBI {
				continue
			}
			next, _, err := s.p.rds.Step(l.acked, rds.Event{Kind: rds.Withdraw, Token: d.rds.token}, s.now)
			if errors.Is(err, rds.ErrSent) {
				continue
			}
			if err != nil {
				return err
			}
			l.acked = next
			if _, err := s.step(d, ev); err != nil {
				return err
			}
		}
		if err := s.stepLink(conn, l, rds.Event{Kind: rds.Unavailable}); err != nil {
			return err
		}
	}
	for _, d := range slices.Clone(s.deliveries) {
		if d.State != Ready {
			continue
		}
		c, err := getConfig(s.tx, d.SCSAS, d.ConfigID)
		if err != nil {
			return err
		}
		if c == nil || !c.APN.Equal(conn.APN) {
			continue
		}
		if _, err := s.step(d, ev); err != nil {
			return err
		}
	}
	return nil
}

// endLinks ends what goes over the links of a connection that does not exist any more.
func (s *session) endLinks(conn *Connection) error {
	if !conn.rds.on {
		return nil
	}
	conn.rds.announce = false
	for i := range conn.rds.links {
		if err := s.stepLink(conn, &conn.rds.links[i], rds.Event{Kind: rds.Lost}); err != nil {
			return err
		}
	}
	conn.rds.frames = nil
	for len(conn.rds.inquiries) > 0 {
		if err := s.endInquiry(conn, 0, nil); err != nil {
			return err
		}
	}
	return nil
}

// nextFrame picks a frame that is to be sent.
func (s *session) nextFrame(sign bool) (work, error) {
	for i := range s.ue.Connections {
		conn := &s.ue.Connections[i]
		if !conn.rds.on || conn.State == Releasing {
			continue
		}
		if elsewhere, err := s.framesElsewhere(conn); elsewhere || err != nil {
			return work{}, err
		}
		if sign || !conn.rds.retryAt.IsZero() && !conn.rds.retryAt.After(s.now) {
			if err := s.resume(conn); err != nil {
				return work{}, err
			}
		}
		for k := range conn.rds.links {
			if l := &conn.rds.links[k]; isDue(l.acked.Deadline(), s.now) {
				if err := s.stepLink(conn, l, rds.Event{Kind: rds.Timeout}); err != nil {
					return work{}, err
				}
			}
		}
		if len(conn.rds.frames) > 0 {
			return s.popFrame(conn)
		}
	}
	return work{}, nil
}

func isDue(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// framesElsewhere reports whether another process is sending a frame over the connection.
func (s *session) framesElsewhere(conn *Connection) (bool, error) {
	r := &conn.rds
	if r.until.IsZero() || r.by == s.p.Cluster.ID() || !r.until.After(s.now) {
		return false, nil
	}
	return s.p.Cluster.Live(s.tx, r.by)
}

// mark tells the other processes of a cluster that this one sends a frame.
func (c *connectionRDS) mark(a *attempt) {
	if a.By != 0 {
		c.by, c.until = a.By, a.Until
	}
}

// popFrame takes the first frame out of the queue, marks it as being sent, and returns the work that sends it.
func (s *session) popFrame(conn *Connection) (work, error) {
	f := conn.rds.frames[0]
	conn.rds.frames = slices.Delete(conn.rds.frames, 0, 1)
	a := s.p.newAttempt(conn, s.now)
	conn.rds.mark(&a)
	s.changed = true
	var after []byte
	if f.undo != nil {
		after, _ = conn.rds.link(f.ports).acked.AppendBinary(nil)
	}
	d, err := s.carried(conn, f.token)
	if err != nil {
		return work{}, err
	}
	if d != nil {
		if f.doubt = d.rds.doubt; !f.doubt { // from here on it may have got there, until the answer tells
			d.rds.doubt = true
			if err := s.put(d); err != nil {
				return work{}, err
			}
		}
	}
	carrier, err := s.carrier(conn, &f, a)
	return work{do: func(ctx context.Context) func(*session) error {
		ev := s.p.sendTDR(ctx, carrier, false, time.Now())
		return func(s *session) error { return s.frameSent(&f, after, a, ev) }
	}}, err
}

// carrier returns what a TDR is made of that carries a frame.
func (s *session) carrier(conn *Connection, f *rdsFrame, a attempt) (*Delivery, error) {
	// With a time to come the serving node tells when the UE wakes.
	d := &Delivery{IMSI: s.ue.IMSI, Data: f.octets, Attempt: a, Expires: s.now.Add(24 * time.Hour)}
	if s.p.opts.Charging == nil {
		return d, nil
	}
	c, _, err := s.p.portConfig(s.tx, s.ue, conn.APN, pairOf(f.ports, false))
	if c != nil {
		d.SCSAS, d.ConfigID = c.SCSAS, c.ID
	}
	s.p.chargeable(d, s.ue, conn, c)
	return d, err
}

// frameSent applies the result of the TDR that carried a frame. after is the link with the frame under way, where it can
// be undone.
func (s *session) frameSent(f *rdsFrame, after []byte, a attempt, ev Event) error {
	i := s.ue.connection(a.EBI)
	if i < 0 || !s.ue.Connections[i].rds.on {
		return nil
	}
	conn := &s.ue.Connections[i]
	if a.By != 0 && conn.rds.by == a.By {
		conn.rds.by, conn.rds.until = 0, time.Time{}
		s.changed = true
	}
	d, err := s.carried(conn, f.token)
	if err != nil {
		return err
	}
	taken := ev.Kind == Acknowledged || ev.Kind == Accepted
	if d != nil && (taken && !d.rds.taken || ev.Kind != NoAnswer && d.rds.doubt != f.doubt) {
		d.rds.taken = d.rds.taken || taken
		if ev.Kind != NoAnswer {
			d.rds.doubt = f.doubt
		}
		if err := s.put(d); err != nil {
			return err
		}
	}
	switch ev.Kind {
	case Acknowledged, Accepted:
		if conn.State == UpAsleep {
			return s.stepConnection(i, UpdateWake)
		}
	case BearerGone:
		return s.connectionGone(&Delivery{Attempt: a})
	case UESleeps, NoRoute:
		if ev.Kind == UESleeps && conn.Signs != a.Signs {
			return s.resend(conn, f) // it woke meanwhile
		}
		if err := s.undo(conn, f, after, d, ev); err != nil {
			return err
		}
		if ev.Kind == UESleeps {
			if err := s.slept(&a); err != nil {
				return err
			}
		}
		return s.suspend(conn, ev)
	}
	return nil // what got lost, the link repeats
}

// resend queues a frame again, at its old place.
func (s *session) resend(conn *Connection, f *rdsFrame) error {
	conn.rds.frames = slices.Insert(conn.rds.frames, 0, rdsFrame{octets: f.octets, token: f.token, ports: f.ports})
	s.changed, s.wake = true, true
	return nil
}

// undo makes the link forget the first sending of an I frame that the UE cannot have got, if nothing else happened to the
// link since: the data can be replaced, cancelled and expire then.
func (s *session) undo(conn *Connection, f *rdsFrame, after []byte, d *Delivery, ev Event) error {
	if f.undo == nil || d == nil {
		return nil
	}
	l := conn.rds.link(f.ports)
	if now, _ := l.acked.AppendBinary(nil); !bytes.Equal(now, after) {
		return nil
	}
	l.acked = *f.undo
	s.changed = true
	_, err := s.step(d, ev)
	return err
}

// rdsDue returns when something has to happen with the links of a connection, or the zero time.
func (s *session) rdsDue(conn *Connection) (at time.Time) {
	r := &conn.rds
	if !r.on || conn.State == Releasing {
		return at
	}
	if !r.until.IsZero() {
		return r.until.Add(recovery) // until then, who sends a frame goes on with what comes after it
	}
	if len(r.frames) > 0 {
		at = s.now.Add(recovery) // whoever queued them is at it
	}
	at = earliest(at, r.retryAt)
	for i := range r.links {
		at = earliest(at, r.links[i].acked.Deadline())
	}
	if isDue(at, s.now) { // a timer is at it, or waits for somebody
		at = s.now.Add(time.Second)
	}
	return at
}

// askUE sends a command of port management by a TDR of its own, and returns what became of that TDR. The caller holds the
// slot of the UE. begin checks and writes down what is asked for; undo takes that back when the command did not get
// through.
func (p *Procedure) askUE(ctx context.Context, ue id.IMSI, begin func(*session) (*Connection, *rds.PortMessage, rds.Ports, error),
	undo func(*session) error,
) (Event, error) {
	var f rdsFrame
	var after []byte
	var a attempt
	var carrier *Delivery
	_, err := p.update(ctx, ue, func(s *session) error {
		conn, msg, ports, err := begin(s)
		if err != nil {
			return err
		}
		if err := s.resume(conn); err != nil { // this is a new try
			return err
		}
		l := conn.rds.link(ports)
		before, waiting := l.acked, len(conn.rds.frames)
		if err := s.stepLink(conn, l, rds.Event{Kind: rds.AskPorts, Ports: *msg}); err != nil {
			return err
		}
		f = conn.rds.frames[waiting]
		conn.rds.frames = slices.Delete(conn.rds.frames, waiting, waiting+1)
		f.undo = &before
		after, _ = l.acked.AppendBinary(nil)
		a = p.newAttempt(conn, s.now)
		conn.rds.mark(&a)
		carrier, err = s.carrier(conn, &f, a)
		return err
	})
	if err != nil {
		return Event{}, err
	}
	ev := p.sendTDR(ctx, carrier, false, time.Now())
	_, err = p.update(ctx, ue, func(s *session) error {
		if ev.Kind != Acknowledged && ev.Kind != Accepted {
			if i := s.ue.connection(a.EBI); i >= 0 && s.ue.Connections[i].rds.on {
				l := s.ue.Connections[i].rds.link(f.ports)
				if now, _ := l.acked.AppendBinary(nil); bytes.Equal(now, after) {
					l.acked = *f.undo
					s.changed = true
				}
			}
			if err := undo(s); err != nil {
				return err
			}
		}
		return s.frameSent(&f, nil, a, ev)
	})
	return ev, err
}
