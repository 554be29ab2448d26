package nidd

import (
	"context"
	"errors"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// What is done with all members of a group takes many transactions. A record says what it is, with a timer that was set
// before the first of them: so whatever a crash leaves is found and ended.

// workKind says what is done with the members of a group.
type workKind uint8

const (
	workGather  workKind = iota // the HSS is being asked for the list; left alone, the configuration was never made or changed
	workSweep                   // forget those that a newer list does not name
	workRevoke                  // end what they have, and keep them
	workAbandon                 // end what they have, report that, and forget them
	workCancel                  // end what they have and forget them
)

// groupWork is the record.
type groupWork struct {
	kind       workKind
	c          *Config // as it was
	generation uint64  // workGather: of the list; workSweep: members of older ones are forgotten
	segments   uint64  // workGather: lists that arrived
	complete   bool    // workGather: the HSS said that there are no more
	exists     bool    // workGather: for a configuration that exists already
	cursor     id.IMSI // the members up to this one are done

	unknown []byte
}

func (w *groupWork) encode() []byte {
	var b record.Writer
	b.Uint(1, uint64(w.kind))
	b.Bytes(2, w.c.encode())
	b.Uint(3, w.generation)
	b.Uint(4, w.segments)
	b.Bool(5, w.complete)
	b.Bool(6, w.exists)
	b.Text(7, string(w.cursor))
	return append(b, w.unknown...)
}

func decodeGroupWork(b []byte) (w *groupWork, err error) {
	w = &groupWork{c: &Config{}}
	r := record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			w.kind = workKind(r.Uint())
		case 2:
			if w.c, err = decodeConfig(r.Bytes()); err != nil {
				return nil, err
			}
		case 3:
			w.generation = r.Uint()
		case 4:
			w.segments = r.Uint()
		case 5:
			w.complete = r.Bool()
		case 6:
			w.exists = r.Bool()
		case 7:
			w.cursor = id.IMSI(r.Text())
		default:
			w.unknown = append(w.unknown, r.Raw()...)
		}
	}
	return w, r.Err()
}

func getGroupWork(r store.Reader, g groupRef) (*groupWork, error) {
	b, err := r.Get(groupWorkKey(g))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeGroupWork(b)
}

// putWork writes what is to be done with the members, to be looked for at the instant at.
func (s *session) putWork(w *groupWork, at time.Time) error {
	g := w.c.groupRef()
	s.timer = true
	if err := s.p.timers.Set(s.tx, groupTimer(g), at); err != nil {
		return err
	}
	return s.tx.Put(groupWorkKey(g), w.encode())
}

func (s *session) dropWork(g groupRef) error {
	if err := s.p.timers.Cancel(s.tx, groupTimer(g)); err != nil {
		return err
	}
	return s.tx.Delete(groupWorkKey(g))
}

// updateGroup is update for a transaction that concerns no UE.
func (p *Procedure) updateGroup(ctx context.Context, fn func(*session) error) error {
	var s *session
	err := p.Store.Update(ctx, func(tx store.Tx) error {
		s = &session{p: p, tx: tx, now: time.Now(), ue: &UE{}}
		return fn(s)
	})
	if err != nil {
		return err
	}
	if s.kick {
		p.Outbox.Kick()
	}
	if s.timer {
		p.timers.Wake()
	}
	return nil
}

const (
	workPage  = 256         // members that are read at a time
	workWidth = 16          // members that are ended at a time
	workRetry = time.Second // until it is seen whether the deliveries of the group are through
	workLease = recovery    // until somebody looks whether a worker has died
)

// fireGroup goes on with what is to be done with the members of a group.
func (p *Procedure) fireGroup(ctx context.Context, timer []byte, due time.Time) error {
	g, _, err := cutGroupRef(timer[1:])
	if err != nil {
		return err
	}
	fires := false
	err = p.updateGroup(ctx, func(s *session) (err error) {
		if fires, err = p.timers.Fires(s.tx, timer, due); !fires || err != nil {
			return err
		}
		w, err := getGroupWork(s.tx, g)
		switch {
		case err != nil:
			return err
		case w == nil:
			fires = false
			return p.timers.Cancel(s.tx, timer)
		case w.kind == workGather && w.exists: // the change failed; what was stored of its list holds
			fires = false
			return s.dropWork(g)
		case w.kind == workGather:
			w.kind = workCancel
		}
		return s.putWork(w, s.now.Add(workLease))
	})
	if err == nil && fires {
		p.groups.start(p, workID{g: g}, func() { p.work(g) })
	}
	return err
}

// workSoon starts what putWork has written.
func (p *Procedure) workSoon(g groupRef) { p.groups.start(p, workID{g: g}, func() { p.work(g) }) }

// work does what is to be done with the members of a group.
func (p *Procedure) work(g groupRef) {
	for {
		more, err := p.workPage(p.ctx, g)
		if err != nil {
			if !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrClosed) {
				p.log.Error("cannot work on a group", "config", g.ID, "err", err)
			}
			return // the timer comes back to it
		}
		if !more {
			return
		}
	}
}

func (p *Procedure) workPage(ctx context.Context, g groupRef) (more bool, err error) {
	var w *groupWork
	var members []*member
	open := false
	err = p.Store.View(ctx, func(r store.Reader) (err error) {
		members, open = members[:0], false
		if w, err = getGroupWork(r, g); w == nil || err != nil {
			return err
		}
		if w.kind == workAbandon || w.kind == workRevoke { // members that were not reached yet need their names
			if open, err = walking(r, g); open || err != nil {
				return err
			}
		}
		from := memberKey(g, w.cursor+"\x00")
		for kv, err := range r.Scan(from, store.PrefixEnd(membersOf(g)), false) {
			if err != nil {
				return err
			}
			m, err := decodeMember(kv.Value)
			if err != nil {
				return err
			}
			if members = append(members, m); len(members) == workPage {
				break
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return false, err
	case w == nil || w.kind == workGather:
		return false, nil
	case open:
		return false, p.updateGroup(ctx, func(s *session) error {
			s.timer = true
			return p.timers.Set(s.tx, groupTimer(g), s.now.Add(workRetry))
		})
	}
	if err := each(workWidth, members, func(m *member) error { return p.workMember(ctx, w, m) }); err != nil {
		return false, err
	}
	if len(members) == workPage {
		return true, p.updateGroup(ctx, func(s *session) error {
			now, err := getGroupWork(s.tx, g)
			if now == nil || err != nil || now.kind != w.kind {
				return err
			}
			now.cursor = members[len(members)-1].IMSI
			return s.putWork(now, s.now.Add(workLease))
		})
	}
	return p.workDone(ctx, w)
}

// workMember does with one member what is to be done.
func (p *Procedure) workMember(ctx context.Context, w *groupWork, m *member) error {
	g := w.c.groupRef()
	if w.kind == workSweep && m.Generation >= w.generation {
		return nil
	}
	ev := Abandon
	if w.kind == workCancel {
		ev = Cancel
	}
	host := ""
	wake, err := p.update(ctx, m.IMSI, func(s *session) error {
		host = servingHost(s.ue)
		now, err := getMember(s.tx, g, m.IMSI)
		if now == nil || err != nil || w.kind == workSweep && now.Generation >= w.generation {
			return err
		}
		if err := s.endMember(w.c.forMember(now), ev); err != nil || w.kind == workRevoke {
			return err
		}
		return deleteMember(s.tx, g, now)
	})
	if wake {
		p.serveSoon(host, m.IMSI, false)
	}
	return err
}

// workDone ends the work on a group whose members are done.
func (p *Procedure) workDone(ctx context.Context, w *groupWork) (more bool, err error) {
	g := w.c.groupRef()
	switch w.kind {
	case workCancel:
		if more, err := p.dropGroupDeliveries(ctx, g); more || err != nil {
			return true, err
		}
	case workAbandon:
		open, err := p.finishGroup(ctx, g)
		if err != nil {
			return false, err
		}
		if open { // members whose TDRs are under way
			return false, p.updateGroup(ctx, func(s *session) error {
				s.timer = true
				return p.timers.Set(s.tx, groupTimer(g), s.now.Add(workRetry))
			})
		}
	default:
	}
	return false, p.updateGroup(ctx, func(s *session) error {
		now, err := getGroupWork(s.tx, g)
		if now == nil || err != nil || now.kind != w.kind {
			return err
		}
		if w.kind == workCancel || w.kind == workAbandon {
			if err := s.tx.Delete(groupNamed(w.c.ExternalGroupID).Raw(g.text()...)); err != nil {
				return err
			}
		}
		return s.dropWork(g)
	})
}

// each runs fn for the items, so many at a time, and returns the first error.
func each[T any](width int, items []T, fn func(T) error) error {
	errs := make(chan error, width)
	next := make(chan T)
	for range width {
		go func() {
			var first error
			for x := range next {
				if first == nil {
					first = fn(x)
				}
			}
			errs <- first
		}()
	}
	for _, x := range items {
		next <- x
	}
	close(next)
	var all error
	for range width {
		if err := <-errs; all == nil {
			all = err
		}
	}
	return all
}

// stepGroup is stepConfig for the configuration of a group. What the members have ends afterwards, see groupWork.
func (s *session) stepGroup(c *Config, ev ConfigEvent) error {
	next, actions, err := c.step(ev, s.now)
	if err != nil {
		return err
	}
	s.p.opts.Trace.transition("configuration", c.Status, ev, next.Status)
	*c = next
	w := &groupWork{kind: workAbandon, c: c}
	if ev == Deleted {
		w.kind = workCancel
	}
	members := c.Status == Ended
	for _, a := range actions {
		switch a {
		case reportActive:
			err = s.reportConfig(c, t8.NIDDActive)
		case reportNotAuthorized:
			err = s.reportConfig(c, t8.NIDDTerminatedUENotAuthorized)
		case reportTerminated:
			err = s.reportConfig(c, t8.NIDDTerminated)
		case closeConnections, abandonDeliveries, cancelDeliveries:
			members = true
		}
		if err != nil {
			return err
		}
	}
	if c.Status != Ended {
		w.kind = workRevoke
		if err := s.putConfig(c); err != nil || !members {
			return err
		}
		return s.putWork(w, s.now)
	}
	if err := s.p.timers.Cancel(s.tx, configTimer(c.SCSAS, c.ID)); err != nil {
		return err
	}
	if err := s.tx.Delete(configKey(c.SCSAS, c.ID)); err != nil {
		return err
	}
	return s.putWork(w, s.now)
}

// changing refuses to begin something with the members of a group while something else is done with them.
func (s *session) changing(op string, g groupRef) error {
	if w, err := getGroupWork(s.tx, g); w == nil || err != nil {
		return err
	}
	return fault.New(op, fault.Unavailable, "the group is being changed")
}
