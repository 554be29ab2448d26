package nidd

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// deliverNow takes a new delivery as far as it goes at once: to its result, or into the store. The caller holds the
// slot of the UE. Nothing is written when the UE takes the data.
func (p *Procedure) deliverNow(ctx context.Context, d *Delivery, u *UE, c *Config, now time.Time) error {
	conn := u.byAPN(c.APN)
	ev := Event{Kind: Turn}
	switch {
	case conn == nil:
		ev.Kind = NoConnection
	case d.inGroup() && d.way(c, conn) == nowhere:
		ev.Kind = NoRDS
	case d.way(c, conn) >= byLink:
		ev = p.bufferRDS(d, u, conn, now)
	case u.pending > 0 && d.mayKeep(now):
		ev.Kind = Behind
		if conn.State == UpAsleep {
			ev.Kind = UESleeps
		}
	}
	for moves := 0; ; now = time.Now() {
		from := d.State
		actions, err := d.step(ev, now)
		if err != nil {
			return err
		}
		p.opts.Trace.transition("delivery", from, ev.Kind, d.State)
		again := false
		for _, a := range actions {
			switch a {
			case SendTDR:
				if !d.inGroup() || d.Attempt.SessionID == "" { // that of a group is marked already
					d.Attempt = p.newAttempt(conn, now)
				}
				if err := p.wrap(ctx, d, c, conn); err != nil {
					return err
				}
				p.chargeable(d, u, conn, c)
				ev, again = p.sendTDR(ctx, d, false, now), true
			case SendTrigger:
				ev, again = p.trigger(ctx, d, c), true
			case DropConnection:
				if u, err = p.connectionGone(ctx, d); err != nil {
					return err
				}
				ev, again = Event{Kind: NoConnection}, true
				conn = u.byAPN(c.APN)
				switch moved := conn != nil && moves < maxMoves; { // it moved, or was established anew, meanwhile
				case moved && !d.inGroup():
					moves++
					ev.Kind = Turn
				case moved && d.mayKeep(now):
					ev.Kind = Behind // its next TDR needs a mark
				}
			case Keep:
				if err := p.keep(ctx, d); err != nil {
					return d.notKept(from, ev, err, now)
				}
			case Report, Forget, ResendTDR: // nothing is stored
			}
		}
		if !again {
			return nil
		}
	}
}

// keep makes a new delivery a resource.
func (p *Procedure) keep(ctx context.Context, d *Delivery) error {
	if !d.inGroup() {
		d.ID = newID() // the slot of the UE keeps ids in the order of the requests
	}
	host := ""
	wake, err := p.update(ctx, d.IMSI, func(s *session) error {
		c, err := s.configOf(d)
		if err != nil {
			return err
		}
		if c == nil || c.Status != Active {
			return noConfig("nidd.CreateDelivery") // it ended meanwhile
		}
		if d.State == Asleep && !d.NoRoute {
			if err := s.slept(&d.Attempt); err != nil {
				return err
			}
		}
		kept := *d
		if err := s.add(&kept); err != nil {
			return err
		}
		// What it waits for may have happened meanwhile.
		_, s.wake = s.holds(&kept, s.ue.byAPN(c.APN), false)
		host = servingHost(s.ue)
		return nil
	})
	d.Stored = err == nil
	if wake {
		t8.AfterResponse(ctx, func() { p.serveSoon(host, d.IMSI, false) })
	}
	return err
}

// slept notes that the UE did not take the TDR since it sleeps; but not when it showed itself after the TDR was sent.
func (s *session) slept(a *attempt) error {
	i := s.ue.connection(a.EBI)
	if i < 0 || s.ue.Connections[i].Signs != a.Signs || s.ue.Connections[i].State == Releasing {
		return nil
	}
	return s.stepConnection(i, UESlept)
}

// maxMoves is how often new data follows a UE whose connection changes while a TDR is under way.
const maxMoves = 3

// connectionGone removes the connection that the last TDR went to, and returns the UE as it is then.
func (p *Procedure) connectionGone(ctx context.Context, d *Delivery) (u *UE, err error) {
	_, err = p.update(ctx, d.IMSI, func(s *session) error {
		u = s.ue
		return s.connectionGone(d)
	})
	return u, err
}

func (s *session) connectionGone(d *Delivery) error {
	i := s.ue.connection(d.Attempt.EBI)
	if i < 0 || s.ue.Connections[i].Signs != d.Attempt.Signs {
		return nil // it moved, or was established anew, meanwhile
	}
	return s.stepConnection(i, Gone)
}

// serveSoon queues a UE for serve. sign says that the UE showed itself.
func (p *Procedure) serveSoon(host string, ue id.IMSI, sign bool) {
	p.serveWithin(host, ue, sign, time.Time{})
}

// serveWithin is serveSoon for a UE that is there until a time; zero: nobody knows.
func (p *Procedure) serveWithin(host string, ue id.IMSI, sign bool, until time.Time) {
	p.lanes.add(host, ue, sign, until, func(run func()) bool {
		if !p.begin() {
			return false
		}
		go func() {
			defer p.wg.Done()
			run()
		}()
		return true
	})
}

// serve moves the stored data of a UE, and the releases of its connections, as far as they go.
func (p *Procedure) serve(ue id.IMSI, sign bool) {
	slot, _, err := p.slots.acquire(p.ctx, ue, 2*p.opts.AnswerTimeout)
	if err != nil {
		return // the timer of the UE comes back to it
	}
	defer slot.release()
	for p.ctx.Err() == nil {
		if !p.Cluster.Valid(p.Cluster.ID()) {
			return // without a lease others would take what is under way for abandoned
		}
		var w work
		_, err := p.update(p.ctx, ue, func(s *session) (err error) {
			w, err = s.next(sign)
			return err
		})
		if err != nil {
			p.lost("nidd.serve", ue, err)
			return
		}
		if w.do == nil {
			return
		}
		sign = false
		done := w.do(p.ctx)
		if p.ctx.Err() != nil {
			return // the next process finds it under way
		}
		if _, err := p.update(p.ctx, ue, done); err != nil {
			p.lost("nidd.serve", ue, err)
			return
		}
	}
}

// lost logs a failure that nobody waits for. The timer of the UE tries again.
func (p *Procedure) lost(op string, ue id.IMSI, err error) {
	if !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrClosed) {
		p.log.Error("cannot serve a UE", "op", op, "imsi", ue, "err", err)
	}
}

// work is something to be sent for a UE: do sends it and returns what the result changes.
type work struct {
	do func(context.Context) func(*session) error
}

// next brings the stored deliveries of the UE up to date and picks what is to be sent. What it picks is marked as under
// way by the same transaction.
func (s *session) next(sign bool) (work, error) {
	if err := s.load(); err != nil {
		return work{}, err
	}
	if w, err := s.nextRelease(); w.do != nil || err != nil {
		return w, err
	}
	if elsewhere, err := s.elsewhere(); elsewhere || err != nil {
		s.later = s.now.Add(recovery)
		return work{}, err
	}
	if err := s.rouse(); err != nil {
		return work{}, err
	}
	if w, err := s.nextFrame(sign); w.do != nil || err != nil {
		return w, err
	}
	for _, d := range slices.Clone(s.deliveries) {
		w, err := s.advance(d, sign)
		if err != nil || w.do != nil {
			return w, err
		}
		if w, err := s.nextFrame(false); w.do != nil || err != nil { // of the link that took the data
			return w, err
		}
	}
	return work{}, nil
}

// rises reports whether data that waited for the UE may go, since the UE has woken.
func (s *session) rises(d *Delivery) bool {
	if d.State != Asleep || d.NoRoute {
		return false
	}
	conn, _ := s.connectionFor(d)
	return conn != nil && conn.State == Up
}

// rouse keeps the order of data of which some waits for a better time: when other data of its configuration is ready to go
// or due again, it is the first one that is tried. If that fails, all wait together.
func (s *session) rouse() error {
	var going []configName
	for _, d := range s.deliveries {
		if !d.mayKeep(s.now) {
			continue // it ends
		}
		if d.State == Asleep && !d.NotBefore.IsZero() && !d.NotBefore.After(s.now) {
			if _, err := s.step(d, Event{Kind: RetryDue}); err != nil {
				return err
			}
		}
		if (d.State == Ready || s.rises(d)) && !slices.Contains(going, d.config()) {
			going = append(going, d.config())
		}
	}
	for _, d := range s.deliveries {
		if d.State == Sending && slices.Contains(going, d.config()) && s.sameWay(d) {
			d.NotBefore = time.Time{} // it is repeated in its turn
		}
	}
	for _, d := range s.deliveries {
		i := slices.Index(going, d.config())
		if i < 0 || d.State != Asleep && d.State != Ready || !d.mayKeep(s.now) {
			continue
		}
		going = slices.Delete(going, i, i+1)
		if d.State == Asleep {
			if _, err := s.step(d, Event{Kind: Wake}); err != nil {
				return err
			}
		}
	}
	return nil
}

// elsewhere reports whether another process is sending to the UE: it goes on with all that is stored when it is done.
func (s *session) elsewhere() (bool, error) {
	for _, d := range s.deliveries {
		if (d.State != Sending && d.State != Triggering) || d.Attempt.By == s.p.Cluster.ID() {
			continue
		}
		if lives, err := s.p.Cluster.Live(s.tx, d.Attempt.By); lives || err != nil {
			return lives, err
		}
	}
	return false, nil
}

// sent returns a delivery that is still under way as it was when it was sent, or nil: it may be gone, or another process
// may have taken it over from this one, which was paused beyond its lease.
func (s *session) sent(d *Delivery) (*Delivery, error) {
	now, err := s.delivery(d.ID)
	if now == nil || err != nil || now.Attempt.By != d.Attempt.By || now.Attempt.SessionID != d.Attempt.SessionID {
		return nil, err
	}
	return now, nil
}

// advance feeds a stored delivery what holds now, until nothing more holds or something is to be sent.
func (s *session) advance(d *Delivery, sign bool) (work, error) {
	for {
		c, err := s.configOf(d)
		if err != nil {
			return work{}, err
		}
		if c == nil {
			return work{}, s.orphan(d)
		}
		conn := s.ue.byAPN(c.APN)
		ev, ok := s.holds(d, conn, sign)
		if !ok {
			return work{}, nil
		}
		if ev.Kind == Turn && !s.pace(conn) {
			return work{}, nil
		}
		switch ev.Kind {
		case Turn, NoConnection:
			d.Attempt = s.p.newAttempt(conn, s.now) // of the TDR, or the trigger
			if conn != nil {
				if handled, err := s.turnRDS(d, c, conn); handled || err != nil {
					return work{}, err
				}
			}
		case Restart:
			d.Attempt.By = s.p.Cluster.ID()
			if conn != nil && d.rds.frame == nil && d.way(c, conn) == byUI {
				if err := s.wrap(d, conn); err != nil {
					return work{}, err
				}
			}
		}
		rest, err := s.step(d, ev)
		if err != nil {
			return work{}, err
		}
		for _, a := range rest {
			switch a {
			case SendTDR, ResendTDR:
				s.p.chargeable(d, s.ue, conn, c)
				full, err := s.withData(d)
				return s.p.workTDR(full, a == ResendTDR), err
			case SendTrigger:
				return s.p.workTrigger(*d, *c), nil
			}
		}
	}
}

// holds returns the event that the present state of things is for a stored delivery.
func (s *session) holds(d *Delivery, conn *Connection, sign bool) (ev Event, ok bool) {
	switch {
	case d.State.Final():
		return Event{}, false
	case d.State == Sending && d.NotBefore.After(s.now) && !sign:
		return Event{}, false // see resendLater
	case d.State == Outstanding: // the link ends it, but not while the UE sleeps
		ev.Kind = NoAnswer
		if d.rds.taken {
			ev.Kind = Expire
		}
		return ev, !d.Expires.After(s.now) && (conn == nil || conn.State == UpAsleep)
	case d.State == Sending || d.State == Triggering:
		return Event{Kind: Restart}, true // who holds the slot knows that nobody is at it
	case !d.Expires.After(s.now):
		return Event{Kind: Expire}, true
	case conn == nil && (d.State == Ready || d.State == Asleep):
		return Event{Kind: NoConnection}, true
	case conn != nil && d.State == Waiting:
		return Event{Kind: Connected}, true
	case conn != nil && d.State == Ready:
		return Event{Kind: Turn}, !conn.paused(s.now) && d.roomOnLink(conn)
	case d.State == Asleep && (sign || conn.State == Up && !d.NoRoute):
		return Event{Kind: Wake}, true
	case d.State == Asleep && !d.NotBefore.IsZero() && !d.NotBefore.After(s.now):
		return Event{Kind: RetryDue}, true
	}
	return Event{}, false
}

// workTDR sends the TDR of a delivery that is marked as being sent.
func (p *Procedure) workTDR(d Delivery, again bool) work {
	return work{do: func(ctx context.Context) func(*session) error {
		if !p.Cluster.Valid(d.Attempt.By) {
			return abandon
		}
		ev := p.sendTDR(ctx, &d, again, time.Now())
		switch {
		case again && ev.Kind == UESleeps:
			// A node that recognises the repetition gives its first answer again. The UE may have woken since, and have
			// told so, without anybody being told again: only a new TDR shows how things are.
			ev = Event{Kind: Wake}
		case again && ev.Kind == NoRoute && !ev.byNode:
			return func(s *session) error { return s.resendLater(&d, ev) }
		}
		return func(s *session) error { return s.answered(&d, ev) }
	}}
}

// abandon leaves what was marked as under way to the process that takes it over.
func abandon(*session) error { return nil }

// resendLater puts off the repetition of a TDR that found no way. It stays the same TDR, since the UE may have got the
// data with the first one; when the time of the data is over, nobody knows what became of it.
func (s *session) resendLater(sent *Delivery, ev Event) error {
	d, err := s.sent(sent)
	if d == nil || err != nil {
		return err
	}
	if !d.mayKeep(s.now) {
		_, err := s.step(d, Event{Kind: NoAnswer})
		return err
	}
	d.NotBefore, d.Attempt.By = ev.RetryAt, 0
	if err := s.put(d); err != nil || !s.sameWay(d) {
		return err
	}
	return s.hold(d, ev)
}

// sameWay reports whether other data of the configuration goes to where the last TDR of d went.
func (s *session) sameWay(d *Delivery) bool {
	conn, _ := s.connectionFor(d)
	return conn != nil && conn.Node == d.Attempt.Node && conn.EBI == d.Attempt.EBI
}

// answered applies the result of a TDR to the delivery that was sent.
func (s *session) answered(sent *Delivery, ev Event) error {
	d, err := s.sent(sent)
	if d == nil || err != nil {
		return err
	}
	rest, err := s.step(d, ev)
	if err != nil {
		return err
	}
	for _, a := range rest {
		if a == DropConnection {
			return s.connectionGone(d) // next finds that there is none
		}
	}
	switch ev.Kind {
	case UESleeps, NoRoute:
		return s.hold(d, ev)
	case Acknowledged, Accepted:
		if i := s.ue.connection(d.Attempt.EBI); i >= 0 && s.ue.Connections[i].State == UpAsleep {
			return s.stepConnection(i, UpdateWake)
		}
	}
	return nil
}

// hold makes the other data for the same connection wait as d does.
func (s *session) hold(d *Delivery, ev Event) error {
	if ev.Kind == UESleeps {
		if err := s.slept(&d.Attempt); err != nil {
			return err
		}
	}
	conn, ok := s.connectionFor(d)
	if !ok {
		return nil
	}
	for _, x := range slices.Clone(s.deliveries) {
		if x == d || x.config() != d.config() {
			continue
		}
		if now, ok := s.holds(x, conn, false); ok && (now.Kind == Connected || now.Kind == Wake || now.Kind == RetryDue) {
			if _, err := s.step(x, now); err != nil { // it was about to go, too
				return err
			}
		}
		if x.State != Ready {
			continue
		}
		if _, err := s.step(x, ev); err != nil {
			return err
		}
	}
	return nil
}

// workTrigger triggers the UE for a stored delivery.
func (p *Procedure) workTrigger(d Delivery, c Config) work {
	return work{do: func(ctx context.Context) func(*session) error {
		if !p.Cluster.Valid(d.Attempt.By) {
			return abandon
		}
		ev := p.trigger(ctx, &d, &c)
		return func(s *session) error {
			d, err := s.sent(&d)
			if d == nil || err != nil {
				return err
			}
			_, err = s.step(d, ev)
			return err
		}
	}}
}

// trigger asks for a device trigger.
func (p *Procedure) trigger(ctx context.Context, d *Delivery, c *Config) Event {
	if p.opts.Trigger == nil {
		return Event{Kind: TriggerFailed}
	}
	ctx, cancel := context.WithTimeout(ctx, p.opts.AnswerTimeout)
	defer cancel()
	ue := TriggerTarget{SCSAS: c.SCSAS, IMSI: c.IMSI, ExternalID: c.ExternalID, MSISDN: c.MSISDN, Priority: d.Priority}
	err := p.opts.Trigger.Trigger(ctx, ue, d.Expires)
	p.opts.Trace.triggered(err == nil)
	if err != nil {
		p.log.Info("no device trigger", "imsi", c.IMSI, "err", err)
		return Event{Kind: TriggerFailed}
	}
	return Event{Kind: Triggered}
}

// nextRelease picks a connection whose release is due.
func (s *session) nextRelease() (work, error) {
	for i := range s.ue.Connections {
		c := &s.ue.Connections[i]
		if c.State != Releasing || c.RetryAt.After(s.now) {
			continue
		}
		s.changed = true
		if c.Tries >= uint64(s.p.opts.ReleaseTries) {
			return work{}, s.stepConnection(i, CloseGivenUp) // the others get their turn by the timer
		}
		c.Tries++
		c.RetryAt = s.now.Add(s.p.opts.AnswerTimeout + s.p.opts.RetryInterval)
		conn, ue := *c, s.ue.IMSI
		return work{do: func(ctx context.Context) func(*session) error {
			released := s.p.sendRelease(ctx, ue, &conn)
			return func(s *session) error {
				i := s.ue.connection(conn.EBI)
				if !released || i < 0 || s.ue.Connections[i].State != Releasing {
					return nil
				}
				return s.stepConnection(i, Closed)
			}
		}}, nil
	}
	return work{}, nil
}

func servingHost(u *UE) string {
	if len(u.Connections) == 0 {
		return ""
	}
	return u.Connections[0].Node.Host
}

// newAttempt draws the identifiers of a TDR over the connection.
func (p *Procedure) newAttempt(conn *Connection, now time.Time) attempt {
	a := attempt{Until: now.Add(p.opts.AnswerTimeout), By: p.Cluster.ID()}
	if conn != nil {
		a.EndToEnd = p.newEndToEnd()
		a.SessionID = p.newSessionID()
		a.EBI, a.Node, a.Signs = conn.EBI, conn.Node, conn.Signs
		a.limits = p.attemptLimits(conn)
	}
	return a
}

// newEndToEnd draws the End-to-End Identifier of a request. The nodes of a cluster have one Origin-Host, and requests are
// told apart by both: the six highest bits keep theirs apart.
func (p *Procedure) newEndToEnd() uint32 {
	for {
		n := diameter.NextEndToEnd()
		if member := p.Cluster.ID(); member != 0 {
			n = uint32(member)<<26 | n&(1<<26-1)
		}
		if n != 0 {
			return n
		}
	}
}

// newSessionID draws a Session-Id, in a cluster with the number of the node as its optional value (RFC 6733 §8.8).
func (p *Procedure) newSessionID() string {
	s := diameter.NewSessionID(p.Self.Host)
	if member := p.Cluster.ID(); member != 0 {
		s += ";" + strconv.FormatUint(uint64(member), 10)
	}
	return s
}
