package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t6a"
)

// handleTDR delivers downlink data (TS 29.128 §5.6.3), each once however often it comes.
func (m *MME) handleTDR(ctx context.Context, req *diameter.Message) *diameter.Message {
	var tdr t6a.TDR
	if err := tdr.Decode(req); err != nil {
		return diameter.ErrorAnswerFor(req, m.self, err)
	}
	m.mu.Lock()
	r, again := m.tdrs.admit(tdr.OriginHost, req)
	m.mu.Unlock()
	if again {
		select {
		case <-r.done:
			return req.Answer(r.ans.AVPs)
		case <-ctx.Done():
			return nil
		}
	}
	tda := t6a.TDA{
		SessionID: tdr.SessionID, DRMP: tdr.DRMP, OriginHost: m.self.Host, OriginRealm: m.self.Realm,
		SupportedFeatures: m.opts.Features,
	}
	m.deliver(ctx, &tdr, &tda)
	ans, err := tda.Answer(req)
	if err != nil {
		ans = diameter.ErrorAnswerFor(req, m.self, err)
	}
	r.ans = ans
	close(r.done)
	return ans
}

// deliver carries out a TDR and sets what the TDA says.
func (m *MME) deliver(ctx context.Context, tdr *t6a.TDR, tda *t6a.TDA) {
	var limit time.Time // until when a UE that sleeps may keep us waiting; not set yet
	for {
		m.mu.Lock()
		x := m.ues[id.IMSI(tdr.UserIdentifier.UserName)]
		if x == nil {
			m.mu.Unlock()
			tda.Result = diameter.ErrorUserUnknown
			return
		}
		if b, ok := bearerOf(tdr.BearerIdentifier); !ok || x.bearers[b] == nil {
			m.mu.Unlock()
			tda.Result = diameter.ErrorInvalidEPSBearer
			return
		}
		now := time.Now()
		radio, wakesAt, changed := x.ue.look(now)
		switch radio {
		case OutOfCoverage:
			m.mu.Unlock()
			tda.Result = diameter.ErrorUnreachableUser
			return
		case Failing:
			m.mu.Unlock()
			m.rec.radio(m.name, x.ue.Name(), "downlink "+payload(tdr.NonIPData), "lost")
			tda.Result = diameter.UnableToComply
			return
		case Reachable:
			if tdr.NonIPData != nil {
				m.rec.radio(m.name, x.ue.Name(), "downlink "+payload(tdr.NonIPData), "")
				if !x.ue.rds.take(tdr.BearerIdentifier[0], tdr.NonIPData) {
					x.ue.receive(tdr.NonIPData)
				}
			}
			m.mu.Unlock()
			tda.Result = diameter.Success
			if m.opts.AcknowledgedDelivery {
				tda.TDAFlags = new(t6a.TDAFlagAcknowledgedDelivery)
			}
			return
		}
		if limit.IsZero() {
			limit = m.patience(tdr, now)
		}
		wait := limit.Sub(now)
		if changed == nil { // nobody tells when the UE wakes, but it does so when it says
			wait = wakesAt.Sub(now)
		}
		if wait > 0 && !wakesAt.IsZero() && !wakesAt.After(limit) {
			m.mu.Unlock()
			t := time.NewTimer(wait)
			select {
			case <-changed:
			case <-t.C:
			case <-ctx.Done():
			}
			t.Stop()
			if ctx.Err() == nil {
				continue
			}
			m.mu.Lock()
		}
		retry := m.retransmission(x.ue, wakesAt, tdr.MaximumRetransmissionTime, now)
		x.flag(diameter.Identity{Host: tdr.OriginHost, Realm: tdr.OriginRealm}, retry, now)
		m.mu.Unlock()
		tda.Result = diameter.ErrorUserTemporarilyUnreachable
		tda.RequestedRetransmissionTime = retry
		return
	}
}

// patience is until when a UE may wake that counts as reachable now.
func (m *MME) patience(tdr *t6a.TDR, now time.Time) time.Time {
	if m.opts.ByWaitTime && !tdr.SCEFWaitTime.IsZero() {
		return tdr.SCEFWaitTime.Add(-time.Second) // the answer has to travel, too
	}
	return now.Add(m.opts.Shortly)
}

// retransmission returns the Requested-Retransmission-Time, or zero.
func (m *MME) retransmission(ue *UE, wakesAt, maximum, now time.Time) time.Time {
	if maximum.IsZero() || m.opts.Retransmission == nil {
		return time.Time{}
	}
	t := m.opts.Retransmission(ue, wakesAt, maximum)
	if t.IsZero() {
		return t
	}
	if last := maximum.Add(-time.Second); t.After(last) {
		t = last
	}
	if t = t.Truncate(time.Second); !t.After(now) { // seconds are what the AVP holds
		return time.Time{}
	}
	return t
}

// handleCMR serves the SCEF that updates or releases a connection (TS 29.128 §5.8.3).
func (m *MME) handleCMR(req *diameter.Message) *diameter.Message {
	var cmr t6a.CMR
	if err := cmr.Decode(req); err != nil {
		return diameter.ErrorAnswerFor(req, m.self, err)
	}
	ans, err := (&t6a.CMA{
		SessionID: cmr.SessionID, DRMP: cmr.DRMP, OriginHost: m.self.Host, OriginRealm: m.self.Realm,
		SupportedFeatures: m.opts.Features, Result: m.change(&cmr),
	}).Answer(req)
	if err != nil {
		return diameter.ErrorAnswerFor(req, m.self, err)
	}
	return ans
}

// change carries out a CMR of the SCEF.
func (m *MME) change(cmr *t6a.CMR) diameter.Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	x := m.ues[id.IMSI(cmr.UserIdentifier.UserName)]
	b, ok := bearerOf(cmr.BearerIdentifier)
	update, release := cmr.ConnectionAction == t6a.ConnectionActionUpdate, cmr.ConnectionAction == t6a.ConnectionActionRelease
	switch {
	case x == nil:
		return diameter.ErrorUserUnknown
	case !update && !release:
		return diameter.ErrorOperationNotAllowed
	case !ok || x.bearers[b] == nil:
		return diameter.ErrorInvalidEPSBearer
	case update:
		m.forwardPCO(x.ue, cmr.ExtendedPCO)
	case release:
		delete(x.bearers, b)
		m.rec.radio(m.name, x.ue.Name(), "PDN disconnect, "+m.bearerText(b), "")
	}
	return diameter.Success
}

// forwardPCO gives the UE what the SCEF has for it, if anything.
func (m *MME) forwardPCO(ue *UE, pco []byte) {
	if pco == nil {
		return
	}
	m.rec.radio(m.name, ue.Name(), "Extended-PCO, "+octets(len(pco)), "")
	ue.take(&ue.pcos, pco)
}

// bearerOf returns the bearer identity in an AVP.
func bearerOf(b []byte) (uint8, bool) {
	if len(b) != 1 {
		return 0, false
	}
	return b[0], true
}

// bearerText names a bearer.
func (m *MME) bearerText(b uint8) string {
	if m.opts.SGSN {
		return fmt.Sprintf("NSAPI%s%d", glue, b)
	}
	return fmt.Sprintf("EBI%s%d", glue, b)
}
