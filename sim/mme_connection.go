package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t6a"
)

// Connect establishes a T6a/b connection for the UE and returns its bearer (TS 29.128 §5.7.2). The error is a
// *[ResultError] when the SCEF refused.
func (m *MME) Connect(ctx context.Context, ue *UE, apn id.APN) (uint8, error) {
	if ue.bad != nil {
		return 0, ue.bad
	}
	scef := m.scef
	if m.opts.SCEF != nil {
		scef = m.opts.SCEF(apn)
	}
	var b uint8
	done, err := m.procedure(ctx, ue, func(x *ueContext) error {
		for b = firstBearer; x.bearers[b] != nil; b++ {
			if b == lastBearer {
				return errors.New("sim: the UE has no bearer left")
			}
		}
		x.bearers[b] = &bearer{apn, scef}
		return nil
	})
	if err != nil {
		return 0, err
	}
	defer done()
	m.rec.radio(ue.Name(), m.name, "PDN request "+string(apn)+", non-IP", "")
	cmr := m.cmr(ue, b, scef, t6a.ConnectionActionEstablishment)
	cmr.ServiceSelection = string(apn)
	cmr.ThreeGPPChargingCharacteristics = m.opts.ChargingCharacteristics
	cmr.ServingPLMNRateControl = m.opts.ServingPLMNRateControl
	cmr.ExtendedPCO = ue.rds.ask(ue.opts.PCO)
	m.mu.Lock()
	cmr.APNRateControlStatus = m.rates[rateKey{ue.imsi, apn}]
	m.mu.Unlock()
	if ue.opts.IMEI != "" {
		cmr.TerminalInformation = &t6a.TerminalInformation{IMEI: ue.opts.IMEI, SoftwareVersion: ue.opts.SoftwareVersion}
	}
	pco, err := m.manage(ctx, ue, scef, cmr)
	if err != nil {
		m.drop(ue, b)
		m.rec.radio(m.name, ue.Name(), "PDN reject", "")
		return 0, err
	}
	ue.rds.open(b, pco)
	m.rec.radio(m.name, ue.Name(), "PDN active, "+m.bearerText(b), "")
	return b, nil
}

// Disconnect releases a connection of the UE, which is gone whatever the SCEF answers. The error is a *[ResultError] when
// the answer was a failure.
func (m *MME) Disconnect(ctx context.Context, ue *UE, b uint8) error {
	scef, done, err := m.onBearer(ctx, ue, b)
	if err != nil {
		return err
	}
	defer done()
	_, err = m.manage(ctx, ue, scef, m.cmr(ue, b, scef, t6a.ConnectionActionRelease))
	m.drop(ue, b)
	return err
}

// onBearer begins a procedure on a bearer of the UE, and returns its SCEF.
func (m *MME) onBearer(ctx context.Context, ue *UE, b uint8) (scef diameter.Identity, done func(), err error) {
	done, err = m.procedure(ctx, ue, func(x *ueContext) error {
		if x.bearers[b] == nil {
			return fmt.Errorf("sim: the UE has no bearer %d", b)
		}
		scef = x.bearers[b].scef
		return nil
	})
	return scef, done, err
}

// Detach releases all connections of the UE and forgets it.
func (m *MME) Detach(ctx context.Context, ue *UE) error {
	m.rec.radio(ue.Name(), m.name, "detach request", "")
	var errs []error
	for _, b := range m.Bearers(ue) {
		errs = append(errs, m.Disconnect(ctx, ue, b.ID))
	}
	m.deregister(ue)
	m.rec.radio(m.name, ue.Name(), "detach accept", "")
	return errors.Join(errs...)
}

// A Change is what an update tells the SCEF besides what each update holds.
type Change struct {
	RATType                tgpp.RATType                // 0: the one of the MME
	ServingPLMNRateControl *t6a.ServingPLMNRateControl // nil: not told
	PCO                    []byte                      // Extended-PCO that the UE sent; nil: none
}

// Update changes parameters of a connection (TS 29.128 §5.7.2). The error is a *[ResultError] when the SCEF refused.
func (m *MME) Update(ctx context.Context, ue *UE, b uint8, c Change) error {
	return m.update(ctx, ue, b, func(cmr *t6a.CMR) {
		if c.RATType != 0 {
			cmr.RATType = &c.RATType
		}
		if !m.opts.SGSN {
			cmr.ServingPLMNRateControl = c.ServingPLMNRateControl
		}
		cmr.ExtendedPCO = c.PCO
	})
}

// update sends an update of a connection that exists.
func (m *MME) update(ctx context.Context, ue *UE, b uint8, fill func(*t6a.CMR)) error {
	scef, done, err := m.onBearer(ctx, ue, b)
	if err != nil {
		return err
	}
	defer done()
	cmr := m.cmr(ue, b, scef, t6a.ConnectionActionUpdate)
	fill(cmr)
	_, err = m.manage(ctx, ue, scef, cmr)
	return err
}

// Announce tells each SCEF for which the Not Reachable for NIDD flag of the UE is set that the UE is reachable or about
// to be, over one of its connections there, and resets the flag on its answer (TS 29.128 §5.7.2). until, if not zero, is
// told as Maximum-UE-Availability-Time. The error joins those of the updates.
func (m *MME) Announce(ctx context.Context, ue *UE, until time.Time) error {
	return m.announce(ctx, ue, until, false)
}

// announce sends the updates that are due because of flags, or, with all set, an update of each connection.
func (m *MME) announce(ctx context.Context, ue *UE, until time.Time, all bool) error {
	var errs []error
	told := map[diameter.Identity]bool{}
	for _, b := range m.Bearers(ue) {
		flagged := !told[b.SCEF] && m.NotReachable(ue, b.SCEF)
		if !flagged && !all {
			continue
		}
		told[b.SCEF] = true
		errs = append(errs, m.update(ctx, ue, b.ID, func(cmr *t6a.CMR) {
			if flagged {
				cmr.CMRFlags = new(t6a.CMRFlagUEReachableIndicator)
				cmr.MaximumUEAvailabilityTime = until
			}
		}))
	}
	return errors.Join(errs...)
}

// TakeOver moves the UE here from the MME or SGSN where it is registered, as a tracking area update does: the SCEFs are
// told by an update of each connection, and the old node forgets the UE. The UE is awake then.
func (m *MME) TakeOver(ctx context.Context, ue *UE) error {
	old := ue.Serving()
	if old == nil || old == m {
		return errors.New("sim: no other node serves the UE")
	}
	old.mu.Lock()
	x := old.ues[ue.imsi]
	delete(old.ues, ue.imsi)
	old.mu.Unlock()
	if x == nil || !ue.move(old, m) {
		return errors.New("sim: no other node serves the UE")
	}
	ue.set(Reachable, time.Time{}, "wakes")
	m.mu.Lock()
	m.ues[ue.imsi] = &ueContext{ue: ue, bearers: x.bearers, unreached: x.unreached, exceptions: x.exceptions}
	m.mu.Unlock()
	m.rec.radio(ue.Name(), m.name, "tracking area update", "")
	return m.announce(ctx, ue, time.Time{}, true)
}

// procedure begins a procedure of connection management for the UE when no other is under way; the caller calls done at
// its end. check looks at the context under the lock.
func (m *MME) procedure(ctx context.Context, ue *UE, check func(*ueContext) error) (done func(), err error) {
	for {
		m.mu.Lock()
		x := m.ues[ue.imsi]
		if x == nil {
			m.mu.Unlock()
			return nil, errOff
		}
		if busy := x.busy; busy != nil {
			m.mu.Unlock()
			select {
			case <-busy:
				continue
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
		err := check(x)
		busy := make(chan struct{})
		if err == nil {
			x.busy = busy
		}
		m.mu.Unlock()
		return func() {
			m.mu.Lock()
			x.busy = nil
			m.mu.Unlock()
			close(busy)
		}, err
	}
}

// cmr builds what each CMR of the action holds (TS 29.128 table 5.7.1-1).
func (m *MME) cmr(ue *UE, b uint8, scef diameter.Identity, action t6a.ConnectionAction) *t6a.CMR {
	c := &t6a.CMR{
		SessionID: diameter.NewSessionID(m.self.Host), OriginHost: m.self.Host, OriginRealm: m.self.Realm,
		DestinationHost: scef.Host, DestinationRealm: scef.Realm,
		UserIdentifier:   t6a.UserIdentifier{UserName: string(ue.imsi)},
		BearerIdentifier: []byte{b}, ConnectionAction: action, SupportedFeatures: m.opts.Features,
	}
	if action != t6a.ConnectionActionRelease {
		c.RATType, c.VisitedPLMNID = new(m.opts.RATType), slices.Clone(m.plmn)
	}
	return c
}

// manage sends a CMR and does what its answer asks for. It returns the Extended-PCO of the answer.
func (m *MME) manage(ctx context.Context, ue *UE, scef diameter.Identity, cmr *t6a.CMR) (pco []byte, err error) {
	ans, r, err := m.do(ctx, scef, cmr, 0, false)
	if err != nil {
		return nil, err
	}
	if cmr.CMRFlags != nil && *cmr.CMRFlags&t6a.CMRFlagUEReachableIndicator != 0 {
		m.mu.Lock()
		if x := m.ues[ue.imsi]; x != nil {
			x.unflag(scef)
		}
		m.mu.Unlock()
	}
	var cma t6a.CMA
	if !r.IsSuccess() {
		return nil, &ResultError{"CMA", r}
	}
	if err := cma.Decode(ans); err != nil {
		return nil, err
	}
	m.learn(ue, cmr, &cma)
	m.forwardPCO(ue, cma.ExtendedPCO)
	return cma.ExtendedPCO, nil
}

// learn keeps what a successful answer says about the rate control: APN-Rate-Control-Status of a release is handed back at
// the next establishment (TS 29.128 table 5.7.1-1), whether it is still valid or not.
func (m *MME) learn(ue *UE, cmr *t6a.CMR, cma *t6a.CMA) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x, b := m.ues[ue.imsi], cmr.BearerIdentifier[0]
	if x == nil || x.bearers[b] == nil {
		return
	}
	key := rateKey{ue.imsi, x.bearers[b].apn}
	switch {
	case cmr.ConnectionAction == t6a.ConnectionActionEstablishment:
		delete(m.rates, key)
	case cma.APNRateControlStatus != nil:
		m.rates[key] = cma.APNRateControlStatus
	}
}

// drop deletes a connection context, and a flag that no connection is left for.
func (m *MME) drop(ue *UE, b uint8) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.ues[ue.imsi]
	if x == nil || x.bearers[b] == nil {
		return
	}
	scef := x.bearers[b].scef
	delete(x.bearers, b)
	for _, o := range x.bearers {
		if o.scef == scef {
			return
		}
	}
	x.unflag(scef)
}
