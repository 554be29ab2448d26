package nidd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
)

// handleCMR serves a T6a/b connection (TS 29.128 §5.7.3).
func (p *Procedure) handleCMR(ctx context.Context, req *diameter.Message) (*diameter.Message, func()) {
	const op = "nidd.CMR"
	var cmr t6a.CMR
	if err := cmr.Decode(req); err != nil {
		return p.answerError(req, op, err), nil
	}
	ue, err := imsi(&cmr.UserIdentifier)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	bearer, err := t6a.ParseBearerIdentifier(cmr.BearerIdentifier)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	cma := t6a.CMA{
		SessionID: cmr.SessionID, DRMP: cmr.DRMP, Result: diameter.Success, OriginHost: p.Self.Host, OriginRealm: p.Self.Realm,
	}
	wake := false
	switch cmr.ConnectionAction {
	case t6a.ConnectionActionEstablishment:
		wake, err = p.establish(ctx, ue, bearer, &cmr, &cma)
	case t6a.ConnectionActionRelease:
		wake, err = p.onConnection(ctx, ue, bearer, &cmr, &cma, func(s *session, i int) error {
			cma.APNRateControlStatus = p.rateStatus(ue, &s.ue.Connections[i], s.now)
			return s.stepConnection(i, Release)
		})
	case t6a.ConnectionActionUpdate:
		wake, err = p.onConnection(ctx, ue, bearer, &cmr, &cma, func(s *session, i int) error {
			return s.updateConnection(i, &cmr)
		})
	default:
		if err = p.known(ctx, ue); err == nil {
			err = refuse(op, diameter.ErrorOperationNotAllowed)
		}
	}
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	p.log.Info("connection", "action", cmr.ConnectionAction.String(), "imsi", ue, "bearer", bearer, "node", cmr.OriginHost)
	ans, err := cma.Answer(req)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	if !wake {
		return ans, nil
	}
	return ans, func() { p.serveWithin(cmr.OriginHost, ue, true, cmr.MaximumUEAvailabilityTime) }
}

// known refuses a UE of which the SCEF knows nothing.
func (p *Procedure) known(ctx context.Context, ue id.IMSI) error {
	return p.Store.View(ctx, func(r store.Reader) error {
		if u, err := getUE(r, ue); u != nil || err != nil {
			return err
		}
		return refuse("nidd.CMR", diameter.ErrorUserUnknown)
	})
}

// onConnection runs fn on an existing connection of a known UE, and answers the Extended-PCO that came with the CMR.
func (p *Procedure) onConnection(ctx context.Context, ue id.IMSI, bearer uint8, cmr *t6a.CMR, cma *t6a.CMA,
	fn func(*session, int) error,
) (wake bool, err error) {
	const op = "nidd.CMR"
	return p.update(ctx, ue, func(s *session) error {
		if s.ue.empty() {
			return refuse(op, diameter.ErrorUserUnknown)
		}
		i := s.ue.connection(bearer)
		if i < 0 {
			return refuse(op, diameter.ErrorInvalidEPSBearer)
		}
		if cmr.ExtendedPCO != nil {
			configs, err := p.configsOn(s.tx, s.ue, ue, s.ue.Connections[i].APN, s.now)
			if err != nil {
				return err
			}
			cma.ExtendedPCO = p.answerPCO(configs, cmr.ExtendedPCO, &s.ue.Connections[i], nil)
			s.changed = true
			if cmr.ConnectionAction == t6a.ConnectionActionUpdate && asksRDS(cmr.ExtendedPCO) && p.grantsRDS(configs) {
				if err := s.startRDS(&s.ue.Connections[i]); err != nil {
					return err
				}
			}
		}
		return fn(s, i)
	})
}

// updateConnection serves CMR update for the i-th connection of the UE.
func (s *session) updateConnection(i int, cmr *t6a.CMR) error {
	if err := s.p.complete(cmr); err != nil {
		return err
	}
	c := &s.ue.Connections[i]
	node := diameter.Identity{Host: cmr.OriginHost, Realm: cmr.OriginRealm}
	ev := Update
	switch {
	case cmr.CMRFlags != nil && *cmr.CMRFlags&t6a.CMRFlagUEReachableIndicator != 0:
		ev = UpdateWake
		c.ReachableUntil = cmr.MaximumUEAvailabilityTime
	case c.Node != node:
		ev = UpdateMoved
	}
	c.Node = node
	c.take(cmr)
	if err := s.charge(c, ev, false); err != nil {
		return err
	}
	if err := s.stepConnection(i, ev); err != nil || ev != UpdateWake {
		return err
	}
	for i := range s.ue.Connections { // one update stands for all connections of the UE (§5.7.2)
		if s.ue.Connections[i].State == UpAsleep {
			if err := s.stepConnection(i, UpdateWake); err != nil {
				return err
			}
		}
	}
	return nil
}

// take stores what a CMR says of the connection; what it does not say stays as it was.
func (c *Connection) take(cmr *t6a.CMR) {
	if cmr.RATType != nil {
		c.RATType = int32(*cmr.RATType)
	}
	if cmr.VisitedPLMNID != nil {
		c.Visited = string(cmr.VisitedPLMNID)
	}
	if r := cmr.ServingPLMNRateControl; r != nil {
		if r.UplinkRateLimit != nil {
			c.UplinkRate = r.UplinkRateLimit
		}
		if r.DownlinkRateLimit != nil {
			c.DownlinkRate, c.PausedUntil = r.DownlinkRateLimit, time.Time{}
		}
	}
	if cmr.ThreeGPPChargingCharacteristics != "" {
		c.Characteristics = cmr.ThreeGPPChargingCharacteristics
	}
	if t := cmr.TerminalInformation; t != nil {
		c.IMEI = t.IMEI
	}
}

// complete checks the elements that TS 29.128 table 5.7.1-1 wants for an establishment or an update.
func (p *Procedure) complete(cmr *t6a.CMR) error {
	est := cmr.ConnectionAction == t6a.ConnectionActionEstablishment
	switch {
	case est && cmr.ServiceSelection == "":
		return tgpp.AVPServiceSelection.Missing()
	case p.opts.AcceptIncompleteCMR:
		return nil
	case est && cmr.ThreeGPPChargingCharacteristics == "":
		return t6a.AVPThreeGPPChargingCharacteristics.Missing()
	case cmr.RATType == nil:
		return tgpp.AVPRATType.Missing()
	case cmr.VisitedPLMNID == nil:
		return tgpp.AVPVisitedPLMNID.Missing()
	}
	return nil
}

// establish serves CMR establishment and fills the CMA.
func (p *Procedure) establish(ctx context.Context, ue id.IMSI, bearer uint8, cmr *t6a.CMR, cma *t6a.CMA) (wake bool, err error) {
	const op = "nidd.CMR"
	if !p.opts.Serves(ue) {
		return false, refuse(op, diameter.ErrorUserUnknown)
	}
	if err := p.complete(cmr); err != nil {
		return false, err
	}
	apn := id.APN(cmr.ServiceSelection)
	configs, err := p.configsFor(ctx, ue, apn)
	if err != nil {
		return false, err
	}
	if len(configs) == 0 {
		c, err := p.configureDefault(ctx, ue, apn)
		if err != nil {
			p.log.Info("no NIDD configuration", "imsi", ue, "apn", string(apn), "err", err)
			if errors.Is(err, fault.UserUnknown) { // to the HSS, and so to the SCEF
				return false, refuse(op, diameter.ErrorUserUnknown)
			}
			return false, refuse(op, diameter.ErrorNIDDConfigurationUnavailable)
		}
		configs = []*Config{c}
	}
	var random [4]byte
	rand.Read(random[:])
	charging := binary.BigEndian.Uint32(random[:])
	cma.PDNConnectionChargingID = &charging
	var before carried
	wake, err = p.update(ctx, ue, func(s *session) error {
		c, err := p.activeOn(s.tx, s.ue, apn, s.now)
		if err != nil {
			return err
		}
		if c == nil { // it ended, or was revoked, meanwhile
			return refuse(op, diameter.ErrorNIDDConfigurationUnavailable)
		}
		i := s.ue.connection(bearer)
		if i < 0 {
			i = len(s.ue.Connections)
			s.ue.Connections = append(s.ue.Connections, Connection{EBI: bearer})
		} else if err := s.charge(&s.ue.Connections[i], Establish, true); err != nil {
			return err
		}
		n := &s.ue.Connections[i]
		n.APN = apn
		n.Node = diameter.Identity{Host: cmr.OriginHost, Realm: cmr.OriginRealm}
		n.ChargingID = charging
		n.ReachableUntil, n.Opened = time.Time{}, s.now
		n.PausedUntil, n.Rates = time.Time{}, rateControl{}
		n.take(cmr)
		if err := s.endLinks(n); err != nil {
			return err
		}
		n.rds = connectionRDS{on: asksRDS(cmr.ExtendedPCO) && p.grantsRDS(configs), tokens: n.rds.tokens}
		if err := s.rdsCapability(n); err != nil {
			return err
		}
		if before, err = s.takeRates(n, cmr); err != nil {
			return err
		}
		cma.ExtendedPCO = p.answerPCO(configs, cmr.ExtendedPCO, n, &before.usage)
		if err := s.charge(n, Establish, false); err != nil {
			return err
		}
		if err := s.stepConnection(i, Establish); err != nil {
			return err
		}
		return s.announceNew(&s.ue.Connections[i])
	})
	if err == nil {
		p.carryOn(ue, apn, &before, time.Now())
	}
	return wake, err
}

// answerPCO returns the Extended-PCO for a UE that asked for its link MTU, for the APN rate control or for the Reliable Data
// Service on a connection with these configurations, or nil. n gets what the UE is told; left is what it has spent of its
// limits before, or nil. What a UE sends malformed is no reason to refuse its connection.
func (p *Procedure) answerPCO(configs []*Config, asked []byte, n *Connection, left *usage) []byte {
	if len(configs) == 0 || asked == nil {
		return nil
	}
	c := configs[0]
	pco, err := t6a.ParseExtendedPCO(asked)
	if err != nil {
		p.log.Warn("Extended-PCO not understood", "imsi", c.IMSI, "err", err)
		return nil
	}
	answer := p.tellRates(n, pco, left)
	if _, ok := pco.Find(t6a.ContainerNonIPLinkMTU); ok {
		prof, _ := p.Profiles.NIDD(c.SCSAS)
		mtu, err := t6a.AppendNonIPLinkMTU(nil, prof.MaximumPacketSize)
		if err != nil {
			p.log.Error("link MTU cannot be told", "err", err)
		} else {
			answer = append(answer, t6a.Container{ID: t6a.ContainerNonIPLinkMTU, Contents: mtu})
		}
	}
	if _, ok := pco.Find(t6a.ContainerRDS); ok && p.grantsRDS(configs) {
		answer = append(answer, t6a.Container{ID: t6a.ContainerRDS})
	}
	if len(answer) == 0 {
		return nil
	}
	b, err := answer.AppendToUE(nil)
	if err != nil {
		p.log.Error("Extended-PCO not built", "err", err)
	}
	return b
}

// configsFor returns the active configurations of a UE for an APN, the oldest first.
func (p *Procedure) configsFor(ctx context.Context, ue id.IMSI, apn id.APN) (list []*Config, err error) {
	err = p.Store.View(ctx, func(r store.Reader) error {
		list = list[:0]
		u, err := getUE(r, ue)
		if err != nil {
			return err
		}
		configs, err := p.configsOn(r, u, ue, apn, time.Now())
		for _, c := range configs {
			if c.Status == Active {
				list = append(list, c)
			}
		}
		return err
	})
	return list, err
}

// configureDefault sets a UE up for the default SCS/AS (§5.7.3, second variant).
func (p *Procedure) configureDefault(ctx context.Context, ue id.IMSI, apn id.APN) (*Config, error) {
	const op = "nidd.configureDefault"
	def := p.opts.Default
	if def == nil {
		return nil, noConfig(op)
	}
	prof, err := p.profile(op, def.SCSAS)
	if err != nil {
		return nil, err
	}
	if !prof.APN.Equal(apn) {
		return nil, fault.New(op, fault.NotAuthorized, "the default SCS/AS uses another APN")
	}
	c := &Config{
		ID: newID(), SCSAS: def.SCSAS, APN: prof.APN, IMSI: ue, HSS: p.opts.HSS, Destination: def.Destination,
		Duration: limitDuration(time.Time{}, prof, time.Now()),
	}
	if err := p.authorize(ctx, op, c); err != nil {
		return nil, err
	}
	c.ByMSISDN = c.ExternalID == ""
	if c.ByMSISDN && c.MSISDN == "" {
		return nil, fault.New(op, fault.NetworkFailure, "the HSS gave no identity that an SCS/AS may know")
	}
	_, err = p.update(ctx, ue, func(s *session) error {
		if ref := s.ue.configFor(apn); ref != nil { // the SCS/AS was faster
			other, err := getConfig(s.tx, ref.SCSAS, ref.ID)
			if err != nil {
				return err
			}
			if other == nil || other.Status != Active {
				return noConfig(op)
			}
			c = other
			return nil
		}
		return s.addConfig(c)
	})
	return c, err
}
