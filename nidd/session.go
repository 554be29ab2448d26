package nidd

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// session is one transaction on a UE: what it loads, steps and writes back, with the timer of the UE.
type session struct {
	p   *Procedure
	tx  store.Tx
	now time.Time
	ue  *UE

	loaded     bool
	deliveries []*Delivery // open ones; valid when loaded
	changed    bool        // ue must be written
	later      time.Time   // the timer of the UE is not to fire before; zero: whenever something is due

	// What to do after the commit:
	kick  bool          // the outbox got something
	timer bool          // a timer was set
	wake  bool          // stored data or a release may go out
	ended []deliveryRef // a UE has its result of these
	after []func()
}

// update runs fn in a session on the UE and, when fn returns nil, writes back what it changed. fn may run several
// times. A UE that has no record yet is given empty. Afterwards the parts of the driver that the session concerns are
// woken; but for stored data, which the caller starts with p.serveSoon when wake is reported, since an answer may have
// to go out before.
func (p *Procedure) update(ctx context.Context, ue id.IMSI, fn func(*session) error) (wake bool, err error) {
	var s *session
	err = p.Store.Update(ctx, func(tx store.Tx) error {
		u, err := getUE(tx, ue)
		if err != nil {
			return err
		}
		if u == nil {
			u = &UE{IMSI: ue}
		}
		s = &session{p: p, tx: tx, now: time.Now(), ue: u}
		if err := fn(s); err != nil {
			return err
		}
		return s.flush()
	})
	if err != nil {
		return false, err
	}
	if s.kick {
		p.Outbox.Kick()
	}
	if s.timer {
		p.timers.Wake()
	}
	for _, f := range s.after {
		f()
	}
	p.checkEnded(s.ended)
	return s.wake, nil
}

// load reads the open deliveries of the UE, those of the highest priority first and the oldest first among equals.
func (s *session) load() error {
	if s.loaded {
		return nil
	}
	s.loaded = true
	if s.ue.pending == 0 {
		return nil
	}
	from := deliveriesOf(s.ue.IMSI)
	for kv, err := range s.tx.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return err
		}
		d, err := decodeDelivery(kv.Value)
		if err != nil {
			return err
		}
		s.deliveries = append(s.deliveries, d)
	}
	slices.SortStableFunc(s.deliveries, func(a, b *Delivery) int { return cmp.Compare(b.Priority, a.Priority) })
	return nil
}

// delivery returns the open delivery with the id, or nil.
func (s *session) delivery(deliveryID string) (*Delivery, error) {
	if err := s.load(); err != nil {
		return nil, err
	}
	for _, d := range s.deliveries {
		if d.ID == deliveryID {
			return d, nil
		}
	}
	return nil, nil
}

// add makes d a resource.
func (s *session) add(d *Delivery) error {
	if err := s.load(); err != nil {
		return err
	}
	var err error
	if d.inGroup() {
		err = s.openMember(d) // its data is stored once for all, so it does not count
	} else {
		err = s.countStored(d)
	}
	if err != nil {
		return err
	}
	d.Stored = true
	s.deliveries = append(s.deliveries, d)
	s.ue.pending++
	s.changed = true
	s.tell(d)
	return s.put(d)
}

func (s *session) put(d *Delivery) error {
	if d.inGroup() { // the data is stored once for all, see withData
		one := *d
		one.Data, one.rds.frame = nil, nil
		d = &one
	}
	return s.tx.Put(deliveryKey(s.ue.IMSI, d.ID), d.encode())
}

// step applies ev to a stored delivery and does what belongs into the transaction: it writes the new state, or removes
// the resource, remembers its outcome and reports it. The actions that are left are returned.
func (s *session) step(d *Delivery, ev Event) ([]Action, error) {
	from := d.State
	actions, err := d.step(ev, s.now)
	if err != nil {
		return nil, err
	}
	s.p.opts.Trace.transition("delivery", from, ev.Kind, d.State)
	var rest []Action
	for _, a := range actions {
		switch a {
		case Report:
			err = s.report(d)
		case Forget:
			err = s.forget(d)
		case Keep: // it is stored
		default:
			rest = append(rest, a)
		}
		if err != nil {
			return nil, err
		}
	}
	if d.State.Final() {
		s.tell(d)
		return rest, nil
	}
	return rest, s.put(d)
}

// report enqueues the delivery status notification for a final state.
func (s *session) report(d *Delivery) error {
	if d.inGroup() { // the results of all are told together
		return nil
	}
	c, err := getConfig(s.tx, d.SCSAS, d.ConfigID)
	if err != nil {
		return err
	}
	if c == nil {
		if d.ReportTo == "" {
			return nil // the SCS/AS deleted the configuration
		}
		c = &Config{ID: d.ConfigID, SCSAS: d.SCSAS, Destination: d.ReportTo}
	}
	n := t8.NIDDDownlinkDataDeliveryStatusNotification{
		NIDDDownlinkDataTransfer: t8.NIDDDeliveryURI(s.p.APIRoot, d.SCSAS, d.ConfigID, d.ID),
		DeliveryStatus:           d.Status(),
	}
	if d.State == Unreachable {
		n.RequestedRetransmissionTime = d.NotBefore
	}
	return s.enqueue(c, &n)
}

// enqueue keeps a notification of a configuration.
func (s *session) enqueue(c *Config, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	s.kick = true
	return s.p.Outbox.Enqueue(s.tx, s.p.configURI(c), c.Destination, b)
}

// forget removes the resource and remembers its outcome.
func (s *session) forget(d *Delivery) error {
	if err := s.drop(d); err != nil {
		return err
	}
	if d.inGroup() {
		return s.endOpen(d)
	}
	key := outcomeKey(d.SCSAS, d.ConfigID, d.ID)
	o := outcome{State: d.State, Triggered: d.Triggered, RetryAt: d.NotBefore, Until: s.now.Add(s.p.opts.Remember)}
	if err := s.tx.Put(key, o.encode()); err != nil {
		return err
	}
	s.timer = true
	return s.p.timers.Set(s.tx, outcomeTimer(key), o.Until)
}

// drop removes the record of a delivery.
func (s *session) drop(d *Delivery) error {
	if err := s.load(); err != nil {
		return err
	}
	s.deliveries = slices.DeleteFunc(s.deliveries, func(x *Delivery) bool { return x.ID == d.ID })
	s.ue.pending = uint64(len(s.deliveries))
	s.changed = true
	if err := s.uncount(d); err != nil {
		return err
	}
	return s.tx.Delete(deliveryKey(s.ue.IMSI, d.ID))
}

// stepConnection applies ev to the i-th connection of the UE; one that ends is removed.
func (s *session) stepConnection(i int, ev ConnectionEvent) error {
	c := s.ue.Connections[i]
	next, actions, err := c.step(ev, s.now)
	if err != nil {
		return err
	}
	s.p.opts.Trace.transition("connection", c.State, ev, next.State)
	s.ue.Connections[i] = next
	switch {
	case next.State == Down:
		if err := s.endLinks(&next); err != nil {
			return err
		}
		s.ue.Connections = slices.Delete(s.ue.Connections, i, i+1)
		if err := s.charge(&c, ev, true); err != nil {
			return err
		}
		if err := s.keepRates(&next); err != nil {
			return err
		}
	case next.State == Releasing:
		if err := s.endLinks(&s.ue.Connections[i]); err != nil {
			return err
		}
	case next.rds.on && (ev == UpdateWake || ev == UpdateMoved):
		if err := s.resume(&s.ue.Connections[i]); err != nil {
			return err
		}
	}
	for _, a := range actions {
		switch a {
		case wakeData, sendRelease:
			s.wake = s.wake || a == sendRelease || s.ue.pending > 0
		}
	}
	s.changed = true
	return nil
}

// stepConfig applies ev to a configuration of the UE and does what follows from it.
func (s *session) stepConfig(c *Config, ev ConfigEvent) error {
	next, actions, err := c.step(ev, s.now)
	if err != nil {
		return err
	}
	s.p.opts.Trace.transition("configuration", c.Status, ev, next.Status)
	*c = next
	for _, a := range actions {
		switch a {
		case reportActive:
			err = s.reportConfig(c, t8.NIDDActive)
		case reportNotAuthorized:
			err = s.reportConfig(c, t8.NIDDTerminatedUENotAuthorized)
		case reportTerminated:
			err = s.reportConfig(c, t8.NIDDTerminated)
		case cancelDeliveries:
			err = s.endDeliveries(c, Cancel)
		case abandonDeliveries:
			err = s.endDeliveries(c, Abandon)
		case closeConnections:
			err = s.closeConnections(c)
		}
		if err != nil {
			return err
		}
	}
	if c.Status != Ended {
		return s.putConfig(c)
	}
	s.ue.configs = slices.DeleteFunc(s.ue.configs, func(r configRef) bool { return r.SCSAS == c.SCSAS && r.ID == c.ID })
	s.changed = true
	if len(c.rds.managed) > 0 {
		if err := s.announceFor(c); err != nil {
			return err
		}
	}
	if err := s.p.timers.Cancel(s.tx, configTimer(c.SCSAS, c.ID)); err != nil {
		return err
	}
	return s.tx.Delete(configKey(c.SCSAS, c.ID))
}

// putConfig writes a configuration, its ports and the timer of its end.
func (s *session) putConfig(c *Config) error {
	s.refer(c)
	end := c.end()
	if c.Status == Revoked {
		end = c.Duration // the grant has ended already
	}
	timer := configTimer(c.SCSAS, c.ID)
	var err error
	if end.IsZero() {
		err = s.p.timers.Cancel(s.tx, timer)
	} else {
		s.timer = true
		err = s.p.timers.Set(s.tx, timer, end)
	}
	if err != nil {
		return err
	}
	return s.tx.Put(configKey(c.SCSAS, c.ID), c.encode())
}

func (s *session) reportConfig(c *Config, status t8.NIDDStatus) error {
	return s.enqueue(c, s.configStatus(c, status))
}

// configStatus returns the notification that tells the status of a configuration.
func (s *session) configStatus(c *Config, status t8.NIDDStatus) *t8.NIDDConfigurationStatusNotification {
	n := &t8.NIDDConfigurationStatusNotification{NIDDConfiguration: s.p.configURI(c), Status: status}
	n.ExternalID, n.MSISDN = c.identity()
	return n
}

// endDeliveries ends the stored deliveries of a configuration. One that is being sent ends with its answer, of which the
// SCS/AS is told unless it cancelled it.
func (s *session) endDeliveries(c *Config, ev Kind) error {
	if err := s.load(); err != nil {
		return err
	}
	for _, d := range slices.Clone(s.deliveries) {
		if d.SCSAS != c.SCSAS || d.ConfigID != c.ID {
			continue
		}
		if d.State == Sending || d.State == Triggering || d.State == Outstanding {
			if d.ReportTo = ""; ev == Abandon {
				d.ReportTo = c.Destination
			}
			if err := s.put(d); err != nil {
				return err
			}
			continue
		}
		if _, err := s.step(d, Event{Kind: ev}); err != nil {
			return err
		}
	}
	return nil
}

// orphan ends a delivery that was under way when its configuration ended, and has come to nothing.
func (s *session) orphan(d *Delivery) error {
	if d.State == Outstanding {
		return nil // its link ends it
	}
	if d.ReportTo == "" && !d.inGroup() {
		return s.drop(d)
	}
	end := map[State]Kind{Sending: NoAnswer, Triggering: TriggerFailed} // a crash took who was at it
	for !d.State.Final() {
		ev, ok := end[d.State]
		if !ok {
			ev = Abandon
		}
		if _, err := s.step(d, Event{Kind: ev}); err != nil {
			return err
		}
	}
	return nil
}

// closeConnections releases the PDN connections to the APN of a configuration, unless another one uses them.
func (s *session) closeConnections(c *Config) error {
	if shared, err := s.shared(c); shared || err != nil {
		return err
	}
	for i := range s.ue.Connections {
		if s.ue.Connections[i].APN.Equal(c.APN) {
			if err := s.stepConnection(i, Close); err != nil { // never removes it
				return err
			}
		}
	}
	return nil
}

// addIdentity makes an External Identifier or MSISDN lead to the UE.
func (s *session) addIdentity(identity string) error {
	if identity == "" || slices.Contains(s.ue.identities, identity) {
		return nil
	}
	s.ue.identities = append(s.ue.identities, identity)
	s.changed = true
	return s.tx.Put(identityKey(identity), []byte(s.ue.IMSI))
}

// flush writes the UE and its timer.
func (s *session) flush() error {
	if s.ue.empty() {
		for _, i := range s.ue.identities {
			if err := s.tx.Delete(identityKey(i)); err != nil {
				return err
			}
		}
		if err := s.tx.Delete(ueKey(s.ue.IMSI)); err != nil {
			return err
		}
		return s.p.timers.Cancel(s.tx, ueTimer(s.ue.IMSI))
	}
	if s.changed {
		if err := s.tx.Put(ueKey(s.ue.IMSI), s.ue.encode()); err != nil {
			return err
		}
	}
	due, err := s.due()
	switch {
	case err != nil:
		return err
	case due.IsZero():
		return s.p.timers.Cancel(s.tx, ueTimer(s.ue.IMSI))
	case due.Before(s.later):
		due = s.later
	}
	s.timer = true
	return s.p.timers.Set(s.tx, ueTimer(s.ue.IMSI), due)
}

// mayGo reports whether something can be done about stored data now: whoever is at it does that at once, the timer is for
// the case that a crash takes him.
func (s *session) mayGo(d *Delivery) bool {
	conn, ok := s.connectionFor(d)
	if ok {
		_, ok = s.holds(d, conn, false)
		return ok
	}
	return true // its configuration has ended
}

// connectionFor returns the connection that carries the data of d, or nil; ok is false when the configuration has ended.
func (s *session) connectionFor(d *Delivery) (conn *Connection, ok bool) {
	if d.inGroup() {
		return s.ue.byAPN(d.GroupAPN), true
	}
	for i := range s.ue.configs {
		if r := &s.ue.configs[i]; r.SCSAS == d.SCSAS && r.ID == d.ConfigID {
			return s.ue.byAPN(r.APN), true
		}
	}
	return nil, false
}

// recovery is how long work that is under way has until the timer of the UE looks for it: it finds what a crash left.
const recovery = 5 * time.Second

// due returns when something has to happen with the UE, or the zero time.
func (s *session) due() (at time.Time, err error) {
	if err := s.load(); err != nil {
		return at, err
	}
	soon := s.now.Add(recovery)
	for _, d := range s.deliveries {
		switch {
		case d.State == Sending && !d.NotBefore.IsZero():
			at = earliest(at, d.NotBefore)
			continue
		case d.State == Sending || d.State == Triggering:
			at = earliest(at, d.Attempt.Until.Add(recovery))
			continue
		case d.State == Outstanding: // its link has timers
			if conn := s.ue.connection(d.Attempt.EBI); conn < 0 || s.ue.Connections[conn].State == UpAsleep {
				at = earliest(at, d.Expires)
			}
			continue
		case s.wake || s.mayGo(d):
			at = earliest(at, soon)
		}
		at = earliest(at, earliest(d.NotBefore, d.Expires))
	}
	for i := range s.ue.Connections {
		at = earliest(at, s.rdsDue(&s.ue.Connections[i]))
		if c := &s.ue.Connections[i]; c.paused(s.now) && len(s.deliveries) > 0 {
			at = earliest(at, c.PausedUntil)
		}
		if c := &s.ue.Connections[i]; c.State == Releasing {
			if c.RetryAt.IsZero() {
				at = earliest(at, soon)
			}
			at = earliest(at, c.RetryAt)
		}
	}
	return at, nil
}
