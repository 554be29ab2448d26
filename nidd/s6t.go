package nidd

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
)

// authorize asks the HSS for the NIDD authorisation of the UE that c names, and sets what the HSS answers: the IMSI,
// the identities, the end of the grant and the HSS itself (TS 29.336 §7.2.3, NIR and NIA).
func (p *Procedure) authorize(ctx context.Context, op string, c *Config) error {
	nia, err := p.askHSS(ctx, op, c)
	if err != nil {
		return err
	}
	return c.grant(op, nia)
}

// askHSS asks the HSS for the NIDD authorisation of the UE, or the group, that c names.
func (p *Procedure) askHSS(ctx context.Context, op string, c *Config) (*s6t.NIA, error) {
	nir := s6t.NIR{
		SessionID:        p.newSessionID(),
		OriginHost:       p.Self.Host,
		OriginRealm:      p.Self.Realm,
		DestinationHost:  c.HSS.Host,
		DestinationRealm: c.HSS.Realm,
		NIDDAuthorizationRequest: &s6t.NIDDAuthorizationRequest{
			ServiceSelection: string(c.APN), RequestedValidityTime: c.Duration,
		},
	}
	switch {
	case c.ByMSISDN:
		tbcd, err := tgpp.AppendTBCD(nil, string(c.MSISDN))
		if err != nil {
			return nil, fault.Wrap(op, fault.InvalidParameter, err)
		}
		nir.UserIdentifier.MSISDN = tbcd
	case c.group():
		nir.UserIdentifier.ExternalIdentifier = string(c.ExternalGroupID)
		nir.UserIdentifier.TypeOfExternalIdentifier = new(s6t.TypeOfExternalIdentifierExternalGroupIdentifierType)
	case c.ExternalID != "":
		nir.UserIdentifier.ExternalIdentifier = string(c.ExternalID)
	default: // a UE that attached without a configuration
		nir.UserIdentifier.UserName = string(c.IMSI)
	}
	if c.MTCProviderID != "" {
		nir.MTCProviderInfo = &s6t.MTCProviderInfo{MTCProviderID: c.MTCProviderID}
	}
	req, err := nir.Request()
	if err != nil {
		return nil, fault.Wrap(op, fault.Internal, err)
	}
	req.EndToEnd = p.newEndToEnd()
	ctx, cancel := context.WithTimeout(ctx, p.opts.AnswerTimeout)
	defer cancel()
	ans, err := p.Transport.Do(ctx, c.HSS, req)
	if err != nil {
		return nil, &fault.Error{Op: op, Code: fault.Unavailable, Detail: "the network gave no answer", Err: err}
	}
	r, err := diameter.ResultOf(ans)
	switch {
	case err != nil:
		return nil, fault.Wrap(op, fault.NetworkFailure, err)
	case !r.IsSuccess():
		return nil, fault.FromAnswer(op, r)
	}
	nia := new(s6t.NIA)
	if err := nia.Decode(ans); err != nil {
		return nil, fault.Wrap(op, fault.NetworkFailure, err)
	}
	return nia, nil
}

// grant takes over what a successful NIA says.
func (c *Config) grant(op string, nia *s6t.NIA) error {
	g := nia.NIDDAuthorizationResponse
	if g == nil {
		return fault.Wrap(op, fault.NetworkFailure, errors.New("NIA without NIDD-Authorization-Response"))
	}
	if g.UserName != "" || c.IMSI == "" {
		ue, err := id.ParseIMSI(g.UserName)
		if err != nil {
			return fault.Wrap(op, fault.NetworkFailure, err)
		}
		if c.IMSI != "" && c.IMSI != ue {
			return fault.Wrap(op, fault.NetworkFailure, errors.New("the HSS names another UE than before"))
		}
		c.IMSI = ue
	}
	if len(g.MSISDN) > 0 && c.MSISDN == "" {
		digits, err := tgpp.ParseTBCD(g.MSISDN)
		if err != nil {
			return fault.Wrap(op, fault.NetworkFailure, err)
		}
		c.MSISDN = id.MSISDN(digits)
	}
	if g.ExternalIdentifier != "" && c.ExternalID == "" {
		c.ExternalID = id.ExternalID(g.ExternalIdentifier)
	}
	c.HSS = diameter.Identity{Host: nia.OriginHost, Realm: nia.OriginRealm}
	return c.grantUntil(op, g.GrantedValidityTime)
}

// grantUntil takes over the end of a grant; the zero time is none.
func (c *Config) grantUntil(op string, end time.Time) error {
	if !end.IsZero() && !end.After(time.Now()) {
		return fault.New(op, fault.NotAuthorized, "the network does not authorise the UE")
	}
	c.GrantedUntil = end
	if c.GrantedUntil.Equal(c.Duration.Truncate(time.Second)) {
		c.GrantedUntil = c.Duration // what was asked for: times of Diameter have no fractions
	}
	return nil
}

// S6t answers the requests of the HSS: NIR that changes or revokes an authorisation (TS 29.122 §4.4.5.5). Other
// commands of the application get COMMAND_UNSUPPORTED.
func (p *Procedure) S6t() diameter.Handler { return diameter.HandlerFunc(p.handleNIR) }

func (p *Procedure) handleNIR(ctx context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	const op = "nidd.NIR"
	if !p.begin() {
		return diameter.ErrorAnswer(req, p.Self, diameter.TooBusy, "", nil), nil
	}
	defer p.wg.Done()
	var nir s6t.NIR
	if err := nir.Decode(req); err != nil {
		return p.answerError(req, op, err), nil
	}
	if namesGroup(&nir.UserIdentifier) {
		known, err := p.groupNIR(ctx, op, &nir)
		if err == nil && !known {
			err = refuse(op, diameter.ErrorUserUnknown)
		}
		if err != nil {
			return p.answerError(req, op, err), nil
		}
		return p.answerNIR(req, op, &nir), nil
	}
	ue, err := p.resolve(ctx, op, &nir.UserIdentifier)
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	if nir.NIDDAuthorizationUpdate == nil {
		return p.answerError(req, op, s6t.AVPNIDDAuthorizationUpdate.Missing()), nil
	}
	host := ""
	wake, err := p.update(ctx, ue, func(s *session) error {
		host = servingHost(s.ue)
		known := !s.ue.empty()
		for _, v := range nir.NIDDAuthorizationUpdate.APNValidityTime {
			if err := s.regrant(id.APN(v.ServiceSelection), v.GrantedValidityTime); err != nil {
				return err
			}
			in, err := s.regrantMember(id.APN(v.ServiceSelection), v.GrantedValidityTime)
			if err != nil {
				return err
			}
			known = known || in
		}
		if !known {
			return refuse(op, diameter.ErrorUserUnknown)
		}
		return nil
	})
	if err != nil {
		return p.answerError(req, op, err), nil
	}
	p.log.Info("NIDD authorisation changed by the HSS", "imsi", ue)
	ans := p.answerNIR(req, op, &nir)
	if !wake {
		return ans, nil
	}
	return ans, func() { p.serveSoon(host, ue, false) }
}

func (p *Procedure) answerNIR(req *diameter.Message, op string, nir *s6t.NIR) *diameter.Message {
	ans, err := (&s6t.NIA{
		SessionID: nir.SessionID, DRMP: nir.DRMP, Result: diameter.Success, OriginHost: p.Self.Host, OriginRealm: p.Self.Realm,
	}).Answer(req)
	if err != nil {
		return p.answerError(req, op, err)
	}
	return ans
}

// resolve finds the UE that a User-Identifier of the HSS names.
func (p *Procedure) resolve(ctx context.Context, op string, u *s6t.UserIdentifier) (ue id.IMSI, err error) {
	if u.UserName != "" {
		return id.IMSI(u.UserName), nil
	}
	name := u.ExternalIdentifier
	if name == "" {
		if name, err = tgpp.ParseTBCD(u.MSISDN); err != nil || name == "" {
			err = tgpp.AVPMSISDN.Fault(diameter.InvalidAVPValue, u.MSISDN, "User-Identifier names nobody")
			return "", s6t.AVPUserIdentifier.Within(err)
		}
	}
	err = p.Store.View(ctx, func(r store.Reader) error {
		b, err := r.Get(identityKey(name))
		if ue = id.IMSI(b); ue == "" && err == nil {
			ue, err = resolveMember(r, name)
		}
		return err
	})
	if err == nil && ue == "" {
		err = refuse(op, diameter.ErrorUserUnknown)
	}
	return ue, err
}

// regrant applies a new Granted-Validity-Time to the configurations of the UE for the APN, or for all when it is empty;
// one in the past revokes.
func (s *session) regrant(apn id.APN, until time.Time) error {
	for _, ref := range slices.Clone(s.ue.configs) {
		if apn != "" && !ref.APN.Equal(apn) {
			continue
		}
		c, err := getConfig(s.tx, ref.SCSAS, ref.ID)
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		c.GrantedUntil = until
		ev := GrantUpdated
		if !until.After(s.now) {
			ev = s.p.revocation(c.SCSAS)
		}
		if err := s.stepConfig(c, ev); err != nil {
			return err
		}
	}
	return nil
}
