package nidd

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// T6a answers the requests of MMEs and SGSNs: CMR (TS 29.128 §5.7.3) and ODR (§5.5.3). Other commands of the
// application get COMMAND_UNSUPPORTED.
func (p *Procedure) T6a() diameter.Handler { return diameter.HandlerFunc(p.handleT6a) }

func (p *Procedure) handleT6a(ctx context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	if !p.begin() {
		return diameter.ErrorAnswer(req, p.Self, diameter.TooBusy, "", nil), nil
	}
	defer p.wg.Done()
	switch code, _, _ := (*t6a.ODR)(nil).Header(); req.Command {
	case code:
		return p.handleODR(ctx, req)
	default:
		return p.handleCMR(ctx, req)
	}
}

// answerError builds the answer for a request that failed: by a Diameter result, by a fault of an AVP, or inside.
func (p *Procedure) answerError(req *diameter.Message, op string, err error) *diameter.Message {
	var f *fault.Error
	if errors.As(err, &f) && f.Result.Code != 0 {
		p.log.Debug("request refused", "op", op, "result", f.Result.String())
		return diameter.ErrorAnswer(req, p.Self, f.Result, "", nil)
	}
	var avp *diameter.AVPError
	var command *diameter.CommandError
	if errors.As(err, &avp) || errors.As(err, &command) {
		p.log.Warn("bad request", "op", op, "err", err)
		return diameter.ErrorAnswerFor(req, p.Self, err)
	}
	// An answer of the permanent class makes the MME drop the PDN connection (§5.5.2), and our own trouble is none.
	p.log.Error("cannot serve a request", "op", op, "err", err)
	return diameter.ErrorAnswer(req, p.Self, diameter.TooBusy, "", nil)
}

// refuse is a check that failed, with the result that says so.
func refuse(op string, r diameter.Result) error {
	return &fault.Error{Op: op, Code: fault.FromResult(r), Result: r}
}

// imsi returns the IMSI of a User-Identifier, which CMR, ODR and TDR must hold (TS 29.128 §6.4.16).
func imsi(u *t6a.UserIdentifier) (id.IMSI, error) {
	if u.UserName == "" {
		return "", (&diameter.AVPError{
			Result: diameter.MissingAVP, Code: 1, Reason: "User-Name with the IMSI is missing",
			Failed: diameter.AVP{Code: 1, Flags: diameter.AVPMandatory}.Append(nil),
		}).Within(3102, diameter.Vendor3GPP, diameter.AVPMandatory)
	}
	ue, err := id.ParseIMSI(u.UserName)
	if err != nil {
		return "", (&diameter.AVPError{
			Result: diameter.InvalidAVPValue, Code: 1, Reason: "User-Name is no IMSI",
			Failed: diameter.AppendString(nil, 1, 0, diameter.AVPMandatory, u.UserName),
		}).Within(3102, diameter.Vendor3GPP, diameter.AVPMandatory)
	}
	return ue, nil
}

// ebi returns the bearer identity, which is one octet.
func ebi(b []byte) (uint8, error) {
	if len(b) == 1 {
		return b[0], nil
	}
	e := &diameter.AVPError{
		Result: diameter.InvalidAVPLength, Code: 1020, Vendor: diameter.Vendor3GPP, Reason: "Bearer-Identifier is not one octet",
	}
	e.Failed = diameter.AppendString(nil, e.Code, e.Vendor, diameter.AVPMandatory, b)
	return 0, e
}

// missing is the error for an element that a condition makes mandatory.
func missing(code diameter.AVPCode, vendor diameter.VendorID, flags diameter.AVPFlags, sample []byte, name string) error {
	return &diameter.AVPError{
		Result: diameter.MissingAVP, Code: code, Vendor: vendor, Reason: name + " is missing",
		Failed: diameter.AVP{Code: code, Vendor: vendor, Flags: flags, Data: sample}.Append(nil),
	}
}

// handleODR passes uplink data to the SCS/AS; its answer decides the ODA (TS 29.128 §5.5.3).
func (p *Procedure) handleODR(ctx context.Context, req *diameter.Message) (*diameter.Message, func()) {
	const op = "nidd.ODR"
	var odr t6a.ODR
	if err := diameter.Decode(req, &odr); err != nil {
		return p.answerError(req, op, err), nil
	}
	u, c, err := p.uplinkContext(ctx, op, &odr)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	if odr.NonIPData != nil {
		n := t8.NIDDUplinkDataNotification{
			NIDDConfiguration: t8.NIDDConfigurationURI(p.APIRoot, c.SCSAS, c.ID),
			Data:              odr.NonIPData,
		}
		n.ExternalID, n.MSISDN = c.identity()
		post, cancel := context.WithTimeout(ctx, p.opts.UplinkTimeout)
		err := p.Notifier.Notify(post, c.Destination, &n)
		cancel()
		if err != nil {
			p.log.Warn("uplink data not taken", "imsi", u.IMSI, "config", c.ID, "err", err)
			return p.answerError(req, op, &fault.Error{Op: op, Code: fault.As(err).Code, Result: resultOfPost(err), Err: err}), nil
		}
	}
	if r := odr.RRCCauseCounter; r != nil && r.CounterValue != nil && p.opts.Trace != nil && p.opts.Trace.ExceptionData != nil {
		p.opts.Trace.ExceptionData(c.APN, *r.CounterValue, r.RRCCounterTimestamp)
	}
	ans, err := diameter.NewAnswer(req, &t6a.ODA{
		SessionID: odr.SessionID, Result: diameter.Success, OriginHost: p.Self.Host, OriginRealm: p.Self.Realm, DRMP: odr.DRMP,
	})
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	if u.pending == 0 {
		return ans, nil
	}
	// The UE is awake: what waits for it may go out, once the answer left.
	return ans, func() { p.serveSoon(servingHost(u), u.IMSI, true) }
}

// uplinkContext finds the UE and the configuration that uplink data belongs to, with the checks of TS 29.128 §5.5.3 in
// their order.
func (p *Procedure) uplinkContext(ctx context.Context, op string, odr *t6a.ODR) (u *UE, c *Config, err error) {
	ue, err := imsi(&odr.UserIdentifier)
	if err != nil {
		return nil, nil, err
	}
	bearer, err := ebi(odr.BearerIdentifier)
	if err != nil {
		return nil, nil, err
	}
	var found struct { // one variable, as it is in reach of the store
		u *UE
		c *Config
	}
	err = p.Store.View(ctx, func(r store.Reader) error {
		u, err := getUE(r, ue)
		if err != nil {
			return err
		}
		if u == nil {
			return refuse(op, diameter.ErrorUserUnknown)
		}
		i := u.connection(bearer)
		if i < 0 {
			return refuse(op, diameter.ErrorInvalidEPSBearer)
		}
		var c *Config
		if ref := u.configFor(u.Connections[i].APN); ref != nil {
			if c, err = getConfig(r, ref.SCSAS, ref.ID); err != nil {
				return err
			}
		}
		if c == nil || c.Status != Active {
			return refuse(op, diameter.ErrorNIDDConfigurationUnavailable)
		}
		found.u, found.c = u, c
		return nil
	})
	return found.u, found.c, err
}

// resultOfPost maps what became of the POST to the result of the ODA. It is never of the permanent class, on which the
// MME or SGSN would drop the PDN connection (§5.5.2):
//
//	the SCS/AS refuses the notification itself (4xx but 408, 429)   UNABLE_TO_DELIVER
//	it cannot be reached, is slow, overloaded or fails (5xx)        TOO_BUSY
func resultOfPost(err error) diameter.Result {
	f := fault.As(err)
	if s := f.Status(); f.Remote && s/100 == 4 && s != http.StatusTooManyRequests && s != http.StatusRequestTimeout {
		return diameter.UnableToDeliver
	}
	return diameter.TooBusy
}

// handleCMR serves a T6a/b connection (TS 29.128 §5.7.3).
func (p *Procedure) handleCMR(ctx context.Context, req *diameter.Message) (*diameter.Message, func()) {
	const op = "nidd.CMR"
	var cmr t6a.CMR
	if err := diameter.Decode(req, &cmr); err != nil {
		return p.answerError(req, op, err), nil
	}
	ue, err := imsi(&cmr.UserIdentifier)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	bearer, err := ebi(cmr.BearerIdentifier)
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
	ans, err := diameter.NewAnswer(req, &cma)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	if !wake {
		return ans, nil
	}
	return ans, func() { p.serveSoon(cmr.OriginHost, ue, true) }
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
			if ref := s.ue.configFor(s.ue.Connections[i].APN); ref != nil {
				c, err := getConfig(s.tx, ref.SCSAS, ref.ID)
				if err != nil {
					return err
				}
				cma.ExtendedPCO = p.answerPCO(c, cmr.ExtendedPCO)
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
		c.Visited = cmr.VisitedPLMNID
	}
	if r := cmr.ServingPLMNRateControl; r != nil {
		c.UplinkRate, c.DownlinkRate = r.UplinkRateLimit, r.DownlinkRateLimit
	}
}

// complete checks the elements that TS 29.128 table 5.7.1-1 wants for an establishment or an update.
func (p *Procedure) complete(cmr *t6a.CMR) error {
	const none = diameter.AVPFlags(0)
	est := cmr.ConnectionAction == t6a.ConnectionActionEstablishment
	switch {
	case est && cmr.ServiceSelection == "":
		return missing(493, 0, diameter.AVPMandatory, nil, "Service-Selection")
	case p.opts.AcceptIncompleteCMR:
		return nil
	case est && cmr.ThreeGPPChargingCharacteristics == "":
		return missing(13, diameter.Vendor3GPP, none, nil, "3GPP-Charging-Characteristics")
	case cmr.RATType == nil:
		return missing(1032, diameter.Vendor3GPP, none, make([]byte, 4), "RAT-Type")
	case cmr.VisitedPLMNID == nil:
		return missing(1407, diameter.Vendor3GPP, diameter.AVPMandatory, make([]byte, 3), "Visited-PLMN-Id")
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
	c, err := p.configFor(ctx, ue, apn)
	if err != nil {
		return false, err
	}
	if c == nil {
		if c, err = p.configureDefault(ctx, ue, apn); err != nil {
			p.log.Info("no NIDD configuration", "imsi", ue, "apn", string(apn), "err", err)
			return false, refuse(op, diameter.ErrorNIDDConfigurationUnavailable)
		}
	}
	cma.ExtendedPCO = p.answerPCO(c, cmr.ExtendedPCO)
	var random [4]byte
	rand.Read(random[:])
	charging := binary.BigEndian.Uint32(random[:])
	cma.PDNConnectionChargingID = &charging
	return p.update(ctx, ue, func(s *session) error {
		if s.ue.configFor(apn) == nil { // ended meanwhile
			return refuse(op, diameter.ErrorNIDDConfigurationUnavailable)
		}
		i := s.ue.connection(bearer)
		if i < 0 {
			i = len(s.ue.Connections)
			s.ue.Connections = append(s.ue.Connections, Connection{EBI: bearer})
		}
		n := &s.ue.Connections[i]
		n.APN = apn
		n.Node = diameter.Identity{Host: cmr.OriginHost, Realm: cmr.OriginRealm}
		n.ChargingID = charging
		n.ReachableUntil = time.Time{}
		n.take(cmr)
		return s.stepConnection(i, Establish)
	})
}

// answerPCO returns the Extended-PCO for a UE that asked for its link MTU, or nil. What a UE sends malformed is no reason
// to refuse its connection.
func (p *Procedure) answerPCO(c *Config, asked []byte) []byte {
	if c == nil || asked == nil {
		return nil
	}
	pco, err := t6a.ParseExtendedPCO(asked)
	if err != nil {
		p.log.Warn("Extended-PCO not understood", "imsi", c.IMSI, "err", err)
		return nil
	}
	if _, ok := pco.Find(t6a.ContainerNonIPLinkMTU); !ok {
		return nil
	}
	prof, _ := p.Profiles.NIDD(c.SCSAS)
	mtu := binary.BigEndian.AppendUint16(nil, uint16(prof.MaximumPacketSize))
	mtuOnly := t6a.ExtendedPCO{{ID: t6a.ContainerNonIPLinkMTU, Contents: mtu}}
	b, err := mtuOnly.Append(nil)
	if err != nil {
		p.log.Error("Extended-PCO not built", "err", err)
	}
	return b
}

// configFor returns the active configuration of a UE for an APN, or nil.
func (p *Procedure) configFor(ctx context.Context, ue id.IMSI, apn id.APN) (c *Config, err error) {
	err = p.Store.View(ctx, func(r store.Reader) error {
		u, err := getUE(r, ue)
		if u == nil || err != nil {
			return err
		}
		if ref := u.configFor(apn); ref != nil {
			c, err = getConfig(r, ref.SCSAS, ref.ID)
		}
		if c != nil && c.Status != Active {
			c = nil
		}
		return err
	})
	return c, err
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

// sendTDR sends the data of d over the connection that its attempt names (TS 29.128 §5.6.2).
func (p *Procedure) sendTDR(ctx context.Context, d *Delivery, again bool, now time.Time) Event {
	a := &d.Attempt
	if again {
		a.Until = now.Add(p.opts.AnswerTimeout)
	}
	tdr := t6a.TDR{
		SessionID:        a.SessionID,
		UserIdentifier:   t6a.UserIdentifier{UserName: string(d.IMSI)},
		BearerIdentifier: []byte{a.EBI},
		OriginHost:       p.Self.Host,
		OriginRealm:      p.Self.Realm,
		DestinationHost:  a.Node.Host,
		DestinationRealm: a.Node.Realm,
		NonIPData:        d.Data,
		SCEFWaitTime:     a.Until,
	}
	if d.mayKeep(now) {
		tdr.MaximumRetransmissionTime = d.Expires
	}
	req, err := diameter.NewRequest(&tdr)
	if err != nil {
		p.log.Error("cannot build a TDR", "imsi", d.IMSI, "err", err)
		return Event{Kind: Refused}
	}
	req.EndToEnd = a.EndToEnd
	if again {
		req.Flags |= diameter.FlagRetransmitted
	}
	if b, ok := p.Transport.(bounded); !ok || b.AnswerTimeout() != p.opts.AnswerTimeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, a.Until)
		defer cancel()
	}
	ans, err := p.Transport.Do(ctx, a.Node, req)
	if err != nil {
		p.log.Warn("no TDA", "imsi", d.IMSI, "node", a.Node.Host, "err", err)
		if errors.Is(err, diameter.ErrSent) {
			return Event{Kind: NoAnswer}
		}
		return Event{Kind: NoRoute, RetryAt: now.Add(p.opts.RetryInterval)}
	}
	return p.readTDA(ans, d)
}

// readTDA turns a TDA into an event.
func (p *Procedure) readTDA(ans *diameter.Message, d *Delivery) Event {
	r, err := diameter.ResultOf(ans)
	if err != nil {
		p.log.Warn("bad TDA", "imsi", d.IMSI, "err", err)
		return Event{Kind: Refused}
	}
	switch {
	case r.IsSuccess():
		// This is the busiest answer, and one AVP of it counts: it is not worth to be decoded.
		flags, _ := diameter.FindAVP(ans.AVPs, 4321, diameter.Vendor3GPP)
		if len(flags.Data) == 4 && t6a.TDAFlags(binary.BigEndian.Uint32(flags.Data))&t6a.TDAFlagAcknowledgedDelivery != 0 {
			return Event{Kind: Acknowledged}
		}
		return Event{Kind: Accepted}
	case r == diameter.ErrorUserTemporarilyUnreachable:
		var tda t6a.TDA
		if err := diameter.Decode(ans, &tda); err != nil {
			p.log.Warn("bad TDA", "imsi", d.IMSI, "err", err)
		}
		return Event{Kind: UESleeps, RetryAt: tda.RequestedRetransmissionTime}
	case r == diameter.ErrorUserUnknown || r == diameter.ErrorInvalidEPSBearer:
		return Event{Kind: BearerGone}
	case r == diameter.UnableToDeliver || r == diameter.RealmNotServed || r == diameter.TooBusy || r == diameter.LoopDetected:
		by, _ := diameter.FindAVP(ans.AVPs, 264, 0)
		return Event{
			Kind: NoRoute, RetryAt: time.Now().Add(p.opts.RetryInterval),
			byNode: strings.EqualFold(string(by.Data), d.Attempt.Node.Host),
		}
	}
	p.log.Warn("TDA with a failure", "imsi", d.IMSI, "node", d.Attempt.Node.Host, "result", r.String())
	return Event{Kind: Refused}
}

// sendCMR sends a request of the SCEF about a connection and returns its result (TS 29.128 §5.8).
func (p *Procedure) sendCMR(ctx context.Context, ue id.IMSI, c *Connection, action t6a.ConnectionAction, pco []byte) (diameter.Result, error) {
	req, err := diameter.NewRequest(&t6a.CMR{
		SessionID:        diameter.NewSessionID(p.Self.Host),
		UserIdentifier:   t6a.UserIdentifier{UserName: string(ue)},
		BearerIdentifier: []byte{c.EBI},
		OriginHost:       p.Self.Host,
		OriginRealm:      p.Self.Realm,
		DestinationHost:  c.Node.Host,
		DestinationRealm: c.Node.Realm,
		ConnectionAction: action,
		ExtendedPCO:      pco,
	})
	if err != nil {
		return diameter.Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.opts.AnswerTimeout)
	defer cancel()
	ans, err := p.Transport.Do(ctx, c.Node, req)
	if err != nil {
		return diameter.Result{}, err
	}
	return diameter.ResultOf(ans)
}

// sendRelease asks the serving node to release a connection and reports whether it does not exist there any more.
func (p *Procedure) sendRelease(ctx context.Context, ue id.IMSI, c *Connection) bool {
	r, err := p.sendCMR(ctx, ue, c, t6a.ConnectionActionRelease, nil)
	if err != nil {
		p.log.Warn("release not answered", "imsi", ue, "node", c.Node.Host, "err", err)
		return false
	}
	gone := r.IsSuccess() || r == diameter.ErrorUserUnknown || r == diameter.ErrorInvalidEPSBearer
	if !gone {
		p.log.Warn("release refused", "imsi", ue, "node", c.Node.Host, "result", r.String())
	}
	return gone
}

// UpdateConnection gives the UE new protocol configuration options over its T6a/b connection (TS 29.128 §5.8.2). pco is
// the value of Extended-PCO. Errors: fault.NotFound when the SCEF holds no such connection, fault.NoPDNConnection when
// the serving node does not (the context is removed then), fault.Timeout, fault.NextHop, fault.NetworkFailure.
func (p *Procedure) UpdateConnection(ctx context.Context, ue id.IMSI, bearer uint8, pco []byte) error {
	const op = "nidd.UpdateConnection"
	if !p.begin() {
		return closed(op)
	}
	defer p.wg.Done()
	var conn *Connection
	err := p.Store.View(ctx, func(r store.Reader) error {
		u, err := getUE(r, ue)
		if u == nil || err != nil {
			return err
		}
		if i := u.connection(bearer); i >= 0 && u.Connections[i].State != Releasing {
			conn = &u.Connections[i]
		}
		return nil
	})
	switch {
	case err != nil:
		return fault.Wrap(op, fault.Internal, err)
	case conn == nil:
		return fault.New(op, fault.NotFound, "no such connection")
	}
	r, err := p.sendCMR(ctx, ue, conn, t6a.ConnectionActionUpdate, pco)
	switch {
	case errors.Is(err, diameter.ErrSent):
		return fault.Wrap(op, fault.Timeout, err)
	case err != nil:
		return fault.Wrap(op, fault.NextHop, err)
	case r == diameter.ErrorUserUnknown || r == diameter.ErrorInvalidEPSBearer:
		gone := &Delivery{IMSI: ue, Attempt: attempt{EBI: bearer, Node: conn.Node, Signs: conn.Signs}}
		if err := p.connectionGone(ctx, gone); err != nil {
			return internal(op, err)
		}
		return &fault.Error{Op: op, Code: fault.NoPDNConnection, Result: r, Remote: true}
	case !r.IsSuccess():
		return fault.FromAnswer(op, r)
	}
	return nil
}
