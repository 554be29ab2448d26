package nidd

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
)

const (
	groupBatch   = 256         // members in one batch
	groupBatches = 4           // batches under way: while one is written, others are sent
	groupFresh   = time.Second // how old may be what is known of a UE when data goes to it
	groupLook    = time.Minute // until it is seen again whether all results are there
	groupSilence = time.Minute // for which a node that did not answer is left to its lane
)

// errNotOurs says that another process goes on with a delivery, or that it has ended.
var errNotOurs = errors.New("nidd: the group delivery is not ours any more")

// deliverSoon goes on with a delivery to a group.
func (p *Procedure) deliverSoon(r deliveryRef) {
	p.groups.start(p, r.workID(), func() {
		err := p.goOn(p.ctx, r)
		if err != nil && !errors.Is(err, errNotOurs) && !errors.Is(err, context.Canceled) && !errors.Is(err, store.ErrClosed) {
			p.log.Error("cannot go on with a group delivery", "delivery", r.delivery, "err", err)
		}
	})
}

// goOn takes a delivery as far as it goes at once. One waits until the older ones to the same group have gone through the
// list, so that no UE gets their data in another order.
func (p *Procedure) goOn(ctx context.Context, r deliveryRef) error {
	behind, err := p.around(ctx, r, true)
	if err != nil {
		return err
	}
	if behind != nil {
		return p.look(ctx, r, recovery)
	}
	if err := p.walk(ctx, r); err != nil {
		return err
	}
	next, err := p.around(ctx, r, false)
	if err != nil {
		return err
	}
	if next != nil {
		p.deliverSoon(*next)
	}
	done, err := p.finish(ctx, r)
	if done || err != nil {
		return err
	}
	return p.look(ctx, r, groupLook)
}

// around returns the oldest delivery to the same group that is going through the list, of those that are older than r or of
// the others, or nil.
func (p *Procedure) around(ctx context.Context, r deliveryRef, older bool) (found *deliveryRef, err error) {
	err = p.Store.View(ctx, func(rd store.Reader) error {
		found = nil
		open, err := openDeliveries(rd, r.groupRef)
		if err != nil {
			return err
		}
		for _, x := range open {
			if x.delivery == r.delivery || x.delivery < r.delivery != older {
				continue
			}
			if busy, err := sending(rd, x); busy || err != nil {
				found = &x
				return err
			}
		}
		return nil
	})
	return found, err
}

// look sets when somebody looks at a delivery again, if it still goes on.
func (p *Procedure) look(ctx context.Context, r deliveryRef, in time.Duration) error {
	return p.updateGroup(ctx, func(s *session) error {
		if x, err := getProgress(s.tx, r); x == nil || err != nil {
			return err
		}
		return s.lookAt(r, in)
	})
}

// fireGroupDelivery puts the timer off and goes on with the delivery.
func (p *Procedure) fireGroupDelivery(ctx context.Context, timer []byte, due time.Time) error {
	r, err := cutDeliveryRef(timer[1:])
	if err != nil {
		return err
	}
	fires := false
	err = p.updateGroup(ctx, func(s *session) (err error) {
		if fires, err = p.timers.Fires(s.tx, timer, due); !fires || err != nil {
			return err
		}
		x, err := getProgress(s.tx, r)
		if err != nil {
			return err
		}
		if fires = x != nil; !fires {
			return p.timers.Cancel(s.tx, timer)
		}
		return s.lookAt(r, workLease)
	})
	if err == nil && fires {
		p.deliverSoon(r)
	}
	return err
}

// lookAt sets when somebody looks at a delivery again.
func (s *session) lookAt(r deliveryRef, in time.Duration) error {
	s.timer = true
	return s.p.timers.Set(s.tx, groupDeliveryTimer(r), s.now.Add(in))
}

// target is a member that data goes to, with what was known of it when it was marked.
type target struct {
	marked
	m    *member
	u    *UE
	read time.Time
}

// batch is a part of the members.
type batch struct {
	n       uint64
	by      store.MemberID
	c       *Config
	targets []target
	ended   bool // the configuration has ended: the members get nothing
	silent  *silent
}

// walk goes through the members of the group, from where it was left.
func (p *Procedure) walk(ctx context.Context, r deliveryRef) error {
	d, x, left, err := p.claim(ctx, r)
	if err != nil {
		return err
	}
	for _, n := range left {
		if err := p.redo(ctx, r, d, n); err != nil {
			return err
		}
	}
	if x.Walked {
		return nil
	}
	var under sync.WaitGroup
	defer under.Wait()
	var nodes silent
	room := make(chan error, groupBatches) // what became of the batches that were under way
	for range groupBatches {
		room <- nil
	}
	for {
		if err := <-room; err != nil {
			return err
		}
		b, walked, err := p.nextBatch(ctx, r)
		if err != nil {
			return err
		}
		b.silent = &nodes
		under.Go(func() { room <- p.sendBatch(ctx, r, d, b) })
		if walked {
			break
		}
	}
	for range groupBatches {
		if err := <-room; err != nil {
			return err
		}
	}
	return nil
}

// claim makes this process the one that goes through the list, and returns the batches that another, or this one before it
// failed, has left.
func (p *Procedure) claim(ctx context.Context, r deliveryRef) (d *Delivery, x *progress, left []uint64, err error) {
	err = p.updateGroup(ctx, func(s *session) (err error) {
		left = left[:0]
		if x, err = getProgress(s.tx, r); err != nil {
			return err
		}
		if x == nil {
			return errNotOurs
		}
		if self := p.Cluster.ID(); x.By != self {
			if lives, err := p.Cluster.Live(s.tx, x.By); err != nil || lives {
				return errors.Join(err, errNotOurs)
			}
			x.By = self
		}
		if d, err = getGroupDelivery(s.tx, r); err != nil {
			return err
		}
		if d == nil {
			return errNotOurs
		}
		from := batchesOf(r)
		for kv, err := range s.tx.Scan(from, store.PrefixEnd(from), false) {
			if err != nil {
				return err
			}
			n, _, err := store.CutUint64(kv.Key[len(from):])
			if err != nil {
				return err
			}
			left = append(left, n)
		}
		if err := s.tx.Put(progressKey(r), x.encode()); err != nil {
			return err
		}
		return s.lookAt(r, workLease)
	})
	return d, x, left, err
}

// groupConfig returns the configuration of a group, or the one that is ending; nil when the SCS/AS deleted it.
func groupConfig(r store.Reader, g groupRef) (c *Config, ended bool, err error) {
	if c, err = getConfig(r, g.SCSAS, g.ID); err != nil || c != nil {
		return c, c != nil && c.Status != Active, err
	}
	w, err := getGroupWork(r, g)
	if err != nil || w == nil || w.kind != workAbandon {
		return nil, true, err
	}
	return w.c, true, nil
}

// nextBatch marks the next members as under way: that is durable when it returns. Members for which nothing is to be
// done get their results at once. walked says that it was the last batch.
func (p *Procedure) nextBatch(ctx context.Context, r deliveryRef) (b *batch, walked bool, err error) {
	var x *progress
	var cursor id.IMSI
	err = p.Store.View(ctx, func(rd store.Reader) (err error) {
		b = &batch{by: p.Cluster.ID()}
		if x, err = getProgress(rd, r); err != nil {
			return err
		}
		if x == nil || x.By != b.by {
			return errNotOurs
		}
		if b.c, b.ended, err = groupConfig(rd, r.groupRef); err != nil {
			return err
		}
		if b.c == nil {
			return errNotOurs
		}
		cursor = x.Cursor
		walked, err = p.readBatch(rd, b, x)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	now := time.Now()
	list := make([]marked, len(b.targets))
	for i := range b.targets {
		t := &b.targets[i]
		if conn := t.u.byAPN(b.c.APN); conn != nil && !b.ended {
			t.Attempt = p.newAttempt(conn, now)
		}
		list[i] = t.marked
	}
	err = p.updateGroup(ctx, func(s *session) error {
		now, err := getProgress(s.tx, r)
		if err != nil {
			return err
		}
		if now == nil || now.By != b.by || now.Cursor != cursor {
			return errNotOurs
		}
		b.n = now.Next
		now.Next++
		now.Cursor, now.Walked = x.Cursor, walked
		if err := s.tx.Put(progressKey(r), now.encode()); err != nil {
			return err
		}
		switch {
		case len(list) == 0:
		case b.ended:
			lines := make([]byte, 0, 96*len(list))
			for i := range b.targets {
				lines = appendResult(lines, b.targets[i].m.begin(), &Delivery{State: Cancelled})
			}
			if err := s.tx.Put(piece(r, pieceBatch).Uint64(b.n), lines); err != nil {
				return err
			}
		default:
			if err := s.tx.Put(batchKey(r, b.n), encodeBatch(b.by, list)); err != nil {
				return err
			}
		}
		return s.lookAt(r, workLease)
	})
	return b, walked, err
}

// readBatch reads the members after x.Cursor, and moves it.
func (p *Procedure) readBatch(r store.Reader, b *batch, x *progress) (walked bool, err error) {
	g, now, n := b.c.groupRef(), time.Now(), 0
	from := memberKey(g, x.Cursor+"\x00")
	for kv, err := range r.Scan(from, store.PrefixEnd(membersOf(g)), false) {
		if err != nil {
			return false, err
		}
		m, err := decodeMember(kv.Value)
		if err != nil {
			return false, err
		}
		x.Cursor = m.IMSI
		if m.authorised(b.c, now) {
			b.targets = append(b.targets, target{marked: marked{IMSI: m.IMSI}, m: m, read: now})
		}
		if n++; n == groupBatch {
			break
		}
	}
	for i := range b.targets {
		t := &b.targets[i]
		if t.u, err = getUE(r, t.IMSI); err != nil {
			return false, err
		}
		if t.u == nil {
			t.u = &UE{IMSI: t.IMSI}
		}
	}
	return n < groupBatch, nil
}

// sendBatch delivers to the members of a batch and writes their results. After an error the batch stays as it is, to be
// done again.
func (p *Procedure) sendBatch(ctx context.Context, r deliveryRef, d *Delivery, b *batch) error {
	if b.ended { // they have their results
		for range b.targets {
			p.opts.Trace.delivery(&Delivery{State: Cancelled})
		}
		return nil
	}
	if len(b.targets) == 0 {
		return nil
	}
	results := make([]*Delivery, len(b.targets))
	all := make([]int, len(b.targets))
	for i := range all {
		all[i] = i
	}
	err := each(max(1, p.opts.GroupWindow/groupBatches), all, func(i int) (err error) {
		results[i], err = p.sendMember(ctx, d, b, &b.targets[i])
		return err
	})
	if err != nil {
		return err
	}
	lines := make([]byte, 0, 112*len(results))
	for i, one := range results {
		if one != nil {
			lines = appendResult(lines, b.targets[i].m.begin(), one)
		}
	}
	err = p.updateGroup(ctx, func(s *session) error {
		key := batchKey(r, b.n)
		if still, err := s.tx.Get(key); still == nil || err != nil {
			return errors.Join(err, errNotOurs)
		}
		if err := s.tx.Delete(key); err != nil || len(lines) == 0 {
			return err
		}
		return s.tx.Put(piece(r, pieceBatch).Uint64(b.n), lines)
	})
	if err != nil {
		return err
	}
	for _, one := range results {
		if one != nil {
			p.opts.Trace.delivery(one)
		}
	}
	return nil
}

// sendMember delivers to one member as CreateDelivery does. It returns the delivery in its final state, or nil when the
// data is stored for the UE.
func (p *Procedure) sendMember(ctx context.Context, group *Delivery, b *batch, t *target) (*Delivery, error) {
	c := b.c.forMember(t.m)
	d := *group
	d.IMSI, d.Stored, d.Attempt = t.IMSI, false, t.Attempt
	slot, waited, err := p.slots.acquire(ctx, t.IMSI, p.opts.AnswerTimeout)
	if errors.Is(err, errBusy) {
		return nil, p.storeMember(ctx, &d, Ready)
	}
	if err != nil {
		return nil, err
	}
	defer slot.release()
	if !p.Cluster.Valid(b.by) {
		return nil, errNotOurs
	}
	now, u := time.Now(), t.u
	d.Attempt.Until = now.Add(p.opts.AnswerTimeout)
	if waited || now.Sub(t.read) > groupFresh { // what was read before may be old
		if err := p.Store.View(ctx, func(r store.Reader) (err error) {
			u, err = getUE(r, t.IMSI)
			return err
		}); err != nil {
			return nil, err
		}
		if u == nil {
			u = &UE{IMSI: t.IMSI}
		}
	}
	prof, _ := p.Profiles.NIDD(c.SCSAS)
	if err := p.admit(ctx, "nidd.sendMember", &prof, c.SCSAS, u, c.APN, len(d.Data), now); err != nil {
		if !d.refused(err) {
			return nil, err
		}
		return &d, nil
	}
	if conn := u.byAPN(b.c.APN); conn != nil {
		// A connection that came, or moved, after it was marked needs a mark of its own. What is for a node that does not
		// answer waits in the lane of that node, so that the other members do not.
		if !d.Attempt.goesTo(conn) || d.mayKeep(now) && b.silent.is(conn.Node.Host, now) {
			return nil, p.storeMember(ctx, &d, Ready)
		}
	}
	if err := p.deliverNow(ctx, &d, u, c, now); err != nil {
		if !d.refused(err) {
			return nil, err
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // the TDR may be under way: the next process repeats it
	}
	if !d.State.Final() {
		return nil, nil
	}
	if d.State == TimedOut {
		b.silent.note(d.Attempt.Node.Host, time.Now())
	}
	return &d, nil
}

// silent knows the nodes that did not answer lately. The zero value knows none.
type silent struct{ until sync.Map }

func (s *silent) is(host string, now time.Time) bool {
	until, ok := s.until.Load(host)
	return ok && now.Before(until.(time.Time))
}

func (s *silent) note(host string, now time.Time) { s.until.Store(host, now.Add(groupSilence)) }

// refused reports whether an error is the result for this UE: the configuration ended meanwhile, or a limit of the UE was
// reached.
func (d *Delivery) refused(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != fault.NotFound && f.Code != fault.QuotaExceeded && f.Code != fault.RateLimited {
		return false
	}
	d.State, d.NotBefore = Cancelled, f.RetryAt
	return true
}

// goesTo reports whether the TDR goes over the connection as it is.
func (a *attempt) goesTo(c *Connection) bool {
	return a.SessionID != "" && a.EBI == c.EBI && a.Node == c.Node && a.Signs == c.Signs
}

// storeMember stores what a delivery to a group is for one UE: to be sent soon (Ready), or perhaps sent already
// (Sending). It does nothing when that was done before.
func (p *Procedure) storeMember(ctx context.Context, d *Delivery, state State) error {
	host, stored := "", false
	_, err := p.update(ctx, d.IMSI, func(s *session) error {
		host, stored = servingHost(s.ue), false
		one := *d
		one.State, one.Attempt.By, one.Attempt.Until = state, 0, s.now.Add(p.opts.AnswerTimeout)
		if !one.mayKeep(s.now) {
			one.Expires = s.now.Add(p.opts.AnswerTimeout) // it waits for its turn, no longer
		}
		for _, key := range [...]store.Key{openKey(one.ref(), one.IMSI), piece(one.ref(), pieceMember).Raw([]byte(one.IMSI)...)} {
			if there, err := s.tx.Get(key); there != nil || err != nil {
				return err
			}
		}
		stored, s.wake = true, true
		return s.add(&one)
	})
	if errors.Is(err, fault.NotFound) {
		return nil // it left the group: nothing to tell
	}
	if err == nil && stored {
		p.serveSoon(host, d.IMSI, false)
	}
	return err
}

// redo stores what a batch that a crash left is for its members: TDRs that may have been sent are repeated as they were.
func (p *Procedure) redo(ctx context.Context, r deliveryRef, d *Delivery, n uint64) error {
	var list []marked
	err := p.Store.View(ctx, func(rd store.Reader) error {
		b, err := rd.Get(batchKey(r, n))
		if b == nil || err != nil {
			return err
		}
		_, list, err = decodeBatch(b)
		return err
	})
	if err != nil {
		return err
	}
	err = each(workWidth, list, func(m marked) error {
		one := *d
		one.IMSI, one.Attempt = m.IMSI, m.Attempt
		state := Ready
		if m.Attempt.SessionID != "" {
			state = Sending
		}
		return p.storeMember(ctx, &one, state)
	})
	if err != nil {
		return err
	}
	return p.updateGroup(ctx, func(s *session) error { return s.tx.Delete(batchKey(r, n)) })
}
