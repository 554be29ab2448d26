package nidd

import (
	"context"
	"errors"
	"time"

	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// memberChunk is how many members are written in one transaction: well below store.MaxTx.
const memberChunk = 1024

// createGroup is CreateConfiguration for a group (TS 29.122 §4.4.5.2.2). The configuration is there once the HSS has named
// all members.
func (p *Procedure) createGroup(ctx context.Context, op string, c *Config, prof policy.NIDD) (*t8.NIDDConfiguration, error) {
	g := c.groupRef()
	w := &groupWork{kind: workGather, c: c, generation: uint64(time.Now().UnixNano())}
	err := p.updateGroup(ctx, func(s *session) error {
		if err := s.onlyGroup(op, c); err != nil {
			return err
		}
		if err := s.tx.Put(groupNamed(c.ExternalGroupID).Raw(g.text()...), nil); err != nil {
			return err
		}
		return s.putWork(w, s.now.Add(p.gatherTime()))
	})
	if err != nil {
		return nil, failed(op, err)
	}
	if err = p.gather(ctx, op, c, w.generation); err == nil {
		err = p.updateGroup(ctx, func(s *session) error {
			if now, err := getGroupWork(s.tx, g); now == nil || err != nil || now.kind != workGather {
				return errors.Join(err, errGather(op))
			}
			if err := s.dropWork(g); err != nil {
				return err
			}
			return s.putConfig(c)
		})
	}
	if err != nil {
		p.undoGroup(ctx, g)
		return nil, failed(op, err)
	}
	p.log.Info("NIDD configuration created", "scsas", string(c.SCSAS), "config", c.ID, "group", true, "apn", string(c.APN))
	if c.Test {
		p.testSoon(ctx, c)
	}
	return p.configResource(c, prof), nil
}

func errGather(op string) error {
	return fault.New(op, fault.Timeout, "the network took too long to name the group")
}

// onlyGroup refuses a second configuration of a group for one APN.
func (s *session) onlyGroup(op string, c *Config) error {
	refs, err := groupsNamed(s.tx, c.ExternalGroupID)
	if err != nil {
		return err
	}
	for _, g := range refs {
		other, err := getConfig(s.tx, g.SCSAS, g.ID)
		if err != nil {
			return err
		}
		if other == nil { // being made, or ending
			w, err := getGroupWork(s.tx, g)
			if err != nil {
				return err
			}
			if w == nil || w.kind != workGather {
				continue
			}
			other = w.c
		}
		if other.APN.Equal(c.APN) {
			return fault.New(op, fault.OperationProhibited, "the group has an NIDD configuration already")
		}
	}
	return nil
}

// groupsNamed returns the configurations of an external group.
func groupsNamed(r store.Reader, name id.ExternalGroupID) ([]groupRef, error) {
	var refs []groupRef
	from := groupNamed(name)
	for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
		if err != nil {
			return nil, err
		}
		g, _, err := cutGroupRef(kv.Key[len(from):])
		if err != nil {
			return nil, err
		}
		refs = append(refs, g)
	}
	return refs, nil
}

// gatherTime is how long the HSS has for the next part of its list.
func (p *Procedure) gatherTime() time.Duration { return p.opts.AnswerTimeout + recovery }

// undoGroup forgets what was stored of a group whose configuration was not made. What it cannot do, the timer does.
func (p *Procedure) undoGroup(ctx context.Context, g groupRef) {
	found := false
	err := p.updateGroup(p.detached(ctx), func(s *session) error {
		w, err := getGroupWork(s.tx, g)
		found = w != nil && w.kind == workGather && !w.exists
		if !found || err != nil {
			return err
		}
		w.kind = workCancel
		return s.putWork(w, s.now.Add(workLease))
	})
	if err == nil && found {
		p.workSoon(g)
	}
}

// gather asks the HSS for the authorisation of a group and stores the members that it names, with that generation. A list
// that is too long for the answer goes on in requests of the HSS, which any node of a cluster may get. It sets what the
// HSS says of the grant, and the generation of c.
func (p *Procedure) gather(ctx context.Context, op string, c *Config, generation uint64) error {
	g := c.groupRef()
	news, forget := p.groups.listen(g)
	defer forget()
	nia, err := p.askHSS(ctx, op, c)
	if err != nil {
		return err
	}
	if nia.NIDDAuthorizationResponse != nil {
		if err := c.grantUntil(op, nia.NIDDAuthorizationResponse.GrantedValidityTime); err != nil {
			return err
		}
	}
	c.HSS.Host, c.HSS.Realm = nia.OriginHost, nia.OriginRealm
	if err := p.putMembers(ctx, c, generation, nia.GroupUserIdentifier, nil); err != nil {
		return err
	}
	if nia.NIAFlags != nil && *nia.NIAFlags&s6t.NIAFlagIncompleteGroupUserIdentifierList != 0 {
		if err := p.awaitMembers(ctx, op, g, news); err != nil {
			return err
		}
	}
	c.Generation = generation
	return p.Store.View(ctx, func(r store.Reader) error {
		for kv, err := range r.Scan(membersOf(g), store.PrefixEnd(membersOf(g)), false) {
			if err != nil {
				return err
			}
			if m, err := decodeMember(kv.Value); err != nil || m.of(c) {
				return err
			}
		}
		return fault.New(op, fault.UserUnknown, "the network names no member of the group")
	})
}

// awaitMembers waits until the HSS has sent the rest of its list.
func (p *Procedure) awaitMembers(ctx context.Context, op string, g groupRef, news <-chan struct{}) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	tick := time.NewTicker(time.Second) // for what other nodes got
	defer tick.Stop()
	last, end := uint64(0), time.Now().Add(p.opts.AnswerTimeout)
	for {
		var w *groupWork
		err := p.Store.View(ctx, func(r store.Reader) (err error) {
			w, err = getGroupWork(r, g)
			return err
		})
		switch {
		case err != nil:
			return err
		case w == nil || w.kind != workGather || w.segments == last && !w.complete && time.Now().After(end):
			return errGather(op)
		case w.complete:
			return nil
		case w.segments != last:
			last, end = w.segments, time.Now().Add(p.opts.AnswerTimeout)
		}
		select {
		case <-news:
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// putMembers stores members that the HSS named. last, if not nil, runs in the last of the transactions. It leaves out those
// that have no IMSI, or no name that an SCS/AS may know.
func (p *Procedure) putMembers(ctx context.Context, c *Config, generation uint64, list []s6t.GroupUserIdentifier, last func(*session) error) error {
	bad := 0
	for {
		n := min(len(list), memberChunk)
		some, end := list[:n], n == len(list)
		left := 0
		err := p.updateGroup(ctx, func(s *session) error {
			left = 0
			for i := range some {
				m := readMember(&some[i], generation)
				if m == nil {
					left++
					continue
				}
				if err := putMember(s.tx, c, m); err != nil {
					return err
				}
			}
			if end && last != nil {
				return last(s)
			}
			return nil
		})
		bad += left
		if err != nil || end {
			if bad > 0 {
				p.log.Warn("members of a group left out, as they have no IMSI or no name", "config", c.ID, "count", bad)
			}
			return err
		}
		list = list[n:]
	}
}

// readMember returns the member that the HSS named, or nil.
func readMember(u *s6t.GroupUserIdentifier, generation uint64) *member {
	ue, err := id.ParseIMSI(u.UserName)
	if err != nil {
		return nil
	}
	m := &member{IMSI: ue, ExternalID: id.ExternalID(u.ExternalIdentifier), Generation: generation}
	if digits, err := tgpp.ParseTBCD(u.MSISDN); err == nil {
		m.MSISDN = id.MSISDN(digits)
	}
	if len(m.names()) == 0 {
		return nil
	}
	return m
}

// moreMembers takes a further part of the list of a group, which the HSS sends in a request of its own. It reports whether
// somebody waits for it.
func (p *Procedure) moreMembers(ctx context.Context, group id.ExternalGroupID, nir *s6t.NIR) (known bool, err error) {
	var waiting []*groupWork
	err = p.Store.View(ctx, func(r store.Reader) error {
		waiting = waiting[:0]
		refs, err := groupsNamed(r, group)
		if err != nil {
			return err
		}
		for _, g := range refs {
			w, err := getGroupWork(r, g)
			if err != nil {
				return err
			}
			if w != nil && w.kind == workGather && !w.complete {
				waiting = append(waiting, w)
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	more := nir.NIRFlags != nil && *nir.NIRFlags&s6t.NIRFlagIncompleteGroupUserIdentifierList != 0
	for _, w := range waiting {
		g := w.c.groupRef()
		if err := p.putMembers(ctx, w.c, w.generation, nir.GroupUserIdentifier, func(s *session) error {
			now, err := getGroupWork(s.tx, g)
			if now == nil || err != nil || now.kind != workGather || now.generation != w.generation {
				return err
			}
			now.segments++
			now.complete = !more
			return s.putWork(now, s.now.Add(p.gatherTime()))
		}); err != nil {
			return false, err
		}
		p.groups.tell(g)
	}
	return len(waiting) > 0, nil
}

// modifyGroup is ModifyConfiguration for a group: the HSS is asked anew, and who is not in its list any more leaves.
func (p *Procedure) modifyGroup(ctx context.Context, op string, c *Config, patch *t8.NIDDConfigurationPatch, prof policy.NIDD, now time.Time) error {
	g := c.groupRef()
	if err := p.patchConfig(op, c, patch, prof, now); err != nil {
		return err
	}
	w := &groupWork{kind: workGather, c: c, exists: true, generation: uint64(now.UnixNano())}
	if err := p.updateGroup(ctx, func(s *session) error {
		if err := s.changing(op, g); err != nil {
			return err
		}
		return s.putWork(w, s.now.Add(p.gatherTime()))
	}); err != nil {
		return failed(op, err)
	}
	err := p.gather(ctx, op, c, w.generation)
	grant, hss := c.GrantedUntil, c.HSS
	stale := false
	if e := p.updateGroup(p.detached(ctx), func(s *session) error {
		stale = false
		now, e := getGroupWork(s.tx, g)
		if e != nil || now == nil || now.kind != workGather {
			return errors.Join(e, errGather(op))
		}
		if e := s.dropWork(g); e != nil || err != nil {
			return e
		}
		c, e := getConfig(s.tx, g.SCSAS, g.ID)
		if e != nil {
			return e
		}
		if c == nil {
			return noConfig(op)
		}
		if e := p.checkCondition(ctx, s.tx, c); e != nil {
			return e
		}
		if e := p.patchConfig(op, c, patch, prof, s.now); e != nil {
			return e
		}
		c.GrantedUntil, c.HSS, c.Status, c.Generation = grant, hss, Active, w.generation
		if e := s.putConfig(c); e != nil {
			return e
		}
		stale = true
		return s.putWork(&groupWork{kind: workSweep, c: c, generation: w.generation}, s.now.Add(workLease))
	}); err == nil {
		err = e
	}
	if err != nil {
		return failed(op, err)
	}
	if stale {
		p.workSoon(g)
	}
	return nil
}

// changeGroup applies an event to the configuration of a group, and begins what follows for its members.
func (p *Procedure) changeGroup(ctx context.Context, op string, g groupRef, event func(*session, *Config) (ev ConfigEvent, ok bool, err error)) error {
	work := false
	err := p.updateGroup(ctx, func(s *session) error {
		work = false
		c, err := getConfig(s.tx, g.SCSAS, g.ID)
		if err != nil {
			return err
		}
		if c == nil {
			return noConfig(op)
		}
		ev, ok, err := event(s, c)
		if !ok || err != nil {
			return err
		}
		if err := s.stepGroup(c, ev); err != nil {
			return err
		}
		w, err := getGroupWork(s.tx, g)
		work = w != nil && w.kind != workGather
		return err
	})
	if err == nil && work {
		p.workSoon(g)
	}
	return err
}

// deleteGroup is DeleteConfiguration for a group.
func (p *Procedure) deleteGroup(ctx context.Context, op string, g groupRef) error {
	err := p.changeGroup(ctx, op, g, func(s *session, c *Config) (ConfigEvent, bool, error) {
		return Deleted, true, p.checkCondition(ctx, s.tx, c)
	})
	if err != nil {
		return failed(op, err)
	}
	p.log.Info("NIDD configuration deleted", "scsas", string(g.SCSAS), "config", g.ID, "group", true)
	return nil
}

// expireGroup is fireConfig for a group.
func (p *Procedure) expireGroup(ctx context.Context, g groupRef) error {
	const op = "nidd.expire"
	err := p.changeGroup(ctx, op, g, func(s *session, c *Config) (ConfigEvent, bool, error) {
		ev, passed := p.passed(c, s.now)
		if !passed { // it was prolonged meanwhile
			return 0, false, s.putConfig(c)
		}
		return ev, true, nil
	})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// regrantGroup applies a new Granted-Validity-Time to the configurations of an external group for the APN, or for all
// when it is empty. It reports whether there are any.
func (p *Procedure) regrantGroup(ctx context.Context, op string, group id.ExternalGroupID, update []s6t.APNValidityTime) (known bool, err error) {
	var refs []groupRef
	if err := p.Store.View(ctx, func(r store.Reader) (err error) {
		refs, err = groupsNamed(r, group)
		return err
	}); err != nil {
		return false, err
	}
	for _, g := range refs {
		for _, v := range update {
			err := p.changeGroup(ctx, op, g, func(s *session, c *Config) (ConfigEvent, bool, error) {
				apn := id.APN(v.ServiceSelection)
				if apn != "" && !apn.Equal(c.APN) {
					return 0, false, nil
				}
				known = true
				c.GrantedUntil = v.GrantedValidityTime
				if !c.GrantedUntil.After(s.now) {
					return p.revocation(c.SCSAS), true, nil
				}
				return GrantUpdated, true, nil
			})
			if err != nil && !errors.Is(err, fault.NotFound) {
				return known, err
			}
		}
	}
	return known, nil
}

// groupNIR serves a request of the HSS about a group: a part of a list, or a new grant.
func (p *Procedure) groupNIR(ctx context.Context, op string, nir *s6t.NIR) (known bool, err error) {
	group := id.ExternalGroupID(nir.UserIdentifier.ExternalIdentifier)
	if nir.NIDDAuthorizationUpdate != nil {
		return p.regrantGroup(ctx, op, group, nir.NIDDAuthorizationUpdate.APNValidityTime)
	}
	return p.moreMembers(ctx, group, nir)
}

// namesGroup reports whether a User-Identifier is that of a group.
func namesGroup(u *s6t.UserIdentifier) bool {
	t := u.TypeOfExternalIdentifier
	return u.ExternalIdentifier != "" && t != nil && *t == s6t.TypeOfExternalIdentifierExternalGroupIdentifierType
}
