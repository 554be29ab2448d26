package sim

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
)

// A Subscriber is what the HSS knows about a UE.
type Subscriber struct {
	IMSI        id.IMSI
	MSISDN      id.MSISDN       // may be empty
	ExternalIDs []id.ExternalID // may be empty; the first one is told when the request named none of them
	// APNs are those with delivery of non-IP data by the SCEF, OtherAPNs those that are subscribed without it: for
	// them the HSS answers UNAUTHORIZED_SERVICE, for any further one USER_NO_APN_SUBSCRIPTION.
	APNs, OtherAPNs []id.APN
	// Validity is how long an authorization holds at most; zero: without end.
	Validity time.Duration
}

// HSSOptions are the optional parameters of an [HSS].
type HSSOptions struct {
	// SCEFs are the hosts that may ask; others get UNAUTHORIZED_REQUESTING_ENTITY. Default: all.
	SCEFs []string
	// Subscribers finds a UE that was not provisioned by its IMSI or its External Identifier, the other of which is empty:
	// very many UEs need no memory then. It is called concurrently and must not call methods of the HSS. Default: none.
	Subscribers func(imsi id.IMSI, ext id.ExternalID) (Subscriber, bool)
	// Recorder gets each message, under the name of the first label of the host. Default: none.
	Recorder *Recorder
}

// HSS is the part of an HSS that talks to an SCEF: it grants NIDD authorizations (TS 29.336 §7.2.3) and changes them.
type HSS struct {
	core
	scefs []string
	more  func(id.IMSI, id.ExternalID) (Subscriber, bool)

	mu     sync.Mutex
	subs   []*Subscriber                   // guarded by mu
	grants map[id.IMSI][]diameter.Identity // SCEFs that hold an authorization, ordered by host; guarded by mu
	groups map[id.ExternalGroupID]*group   // guarded by mu
}

// NewHSS returns an HSS without subscribers. opts may be nil.
func NewHSS(self diameter.Identity, opts *HSSOptions) *HSS {
	if opts == nil {
		opts = &HSSOptions{}
	}
	h := &HSS{scefs: slices.Clone(opts.SCEFs), more: opts.Subscribers, grants: map[id.IMSI][]diameter.Identity{}}
	h.core.self, h.core.name, h.core.rec = self, nameOf(self.Host), opts.Recorder
	return h
}

// App implements [Node].
func (h *HSS) App() diameter.App {
	return diameter.App{ID: s6t.App, Vendor: diameter.Vendor3GPP, Handler: h}
}

// Provision adds s, or replaces the subscriber with its IMSI.
func (h *HSS) Provision(s Subscriber) {
	s.ExternalIDs, s.APNs, s.OtherAPNs = slices.Clone(s.ExternalIDs), slices.Clone(s.APNs), slices.Clone(s.OtherAPNs)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs = slices.DeleteFunc(h.subs, func(o *Subscriber) bool { return o.IMSI == s.IMSI })
	h.subs = append(h.subs, &s)
}

// Remove forgets the subscriber. SCEFs are not told.
func (h *HSS) Remove(imsi id.IMSI) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.subs = slices.DeleteFunc(h.subs, func(o *Subscriber) bool { return o.IMSI == imsi })
}

// Authorized returns the SCEFs that hold an authorization for the UE, be it as a member of a group, ordered by host.
func (h *HSS) Authorized(imsi id.IMSI) []diameter.Identity {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := slices.Clone(h.grants[imsi])
	for _, g := range h.groups {
		for scef := range g.scefs {
			if g.has[imsi] && !slices.Contains(out, scef) {
				out = append(out, scef)
			}
		}
	}
	slices.SortFunc(out, func(a, b diameter.Identity) int { return cmp.Compare(a.Host, b.Host) })
	return out
}

// HandleDiameter implements [diameter.Handler].
func (h *HSS) HandleDiameter(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	var then func()
	ans := h.serve(ctx, from, req, func() *diameter.Message {
		if req.Command != s6t.CodeNIR {
			return diameter.ErrorAnswer(req, h.self, diameter.CommandUnsupported, "", nil)
		}
		var nir s6t.NIR
		if err := nir.Decode(req); err != nil {
			return diameter.ErrorAnswerFor(req, h.self, err)
		}
		var nia *s6t.NIA
		var r diameter.Result
		if name, group := asksForGroup(&nir); group {
			nia, then, r = h.authorizeGroup(name, &nir)
		} else if grant, result := h.authorize(&nir); grant != nil {
			nia, r = &s6t.NIA{NIDDAuthorizationResponse: grant}, result
		} else {
			r = result
		}
		if nia == nil {
			return diameter.ErrorAnswer(req, h.self, r, "", nil)
		}
		nia.SessionID, nia.DRMP, nia.Result = nir.SessionID, nir.DRMP, r
		nia.OriginHost, nia.OriginRealm = h.self.Host, h.self.Realm
		ans, err := nia.Answer(req)
		if err != nil {
			return diameter.ErrorAnswerFor(req, h.self, err)
		}
		return ans
	})
	return ans, then
}

// authorize decides on a NIR, and remembers the SCEF when it grants.
func (h *HSS) authorize(nir *s6t.NIR) (*s6t.NIDDAuthorizationResponse, diameter.Result) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.find(&nir.UserIdentifier)
	q := nir.NIDDAuthorizationRequest
	switch {
	case s == nil:
		return nil, diameter.ErrorUserUnknown
	case len(h.scefs) > 0 && !slices.Contains(h.scefs, nir.OriginHost):
		return nil, diameter.ErrorUnauthorizedRequestingEntity
	case q == nil:
		return nil, diameter.MissingAVP
	}
	if apn := id.APN(q.ServiceSelection); apn != "" && !slices.ContainsFunc(s.APNs, apn.Equal) {
		if slices.ContainsFunc(s.OtherAPNs, apn.Equal) {
			return nil, diameter.ErrorUnauthorizedService
		}
		return nil, diameter.ErrorUserNoAPNSubscription
	}
	g := &s6t.NIDDAuthorizationResponse{UserName: string(s.IMSI), GrantedValidityTime: q.RequestedValidityTime}
	if s.Validity > 0 {
		if end := time.Now().Add(s.Validity); g.GrantedValidityTime.IsZero() || end.Before(g.GrantedValidityTime) {
			g.GrantedValidityTime = end
		}
	}
	if s.MSISDN != "" {
		tbcd, err := tgpp.AppendTBCD(nil, string(s.MSISDN))
		if err != nil {
			return nil, diameter.UnableToComply
		}
		g.MSISDN = tbcd
	}
	if g.ExternalIdentifier = nir.UserIdentifier.ExternalIdentifier; g.ExternalIdentifier == "" && len(s.ExternalIDs) > 0 {
		g.ExternalIdentifier = string(s.ExternalIDs[0])
	}
	scef, held := diameter.Identity{Host: nir.OriginHost, Realm: nir.OriginRealm}, h.grants[s.IMSI]
	i, ok := slices.BinarySearchFunc(held, scef, func(a, b diameter.Identity) int { return cmp.Compare(a.Host, b.Host) })
	if !ok {
		h.grants[s.IMSI] = slices.Insert(held, i, scef)
	}
	return g, diameter.Success
}

// find returns the subscriber that u names. The caller holds mu.
func (h *HSS) find(u *s6t.UserIdentifier) *Subscriber {
	msisdn, err := tgpp.ParseTBCD(u.MSISDN)
	if err != nil {
		msisdn = ""
	}
	for _, s := range h.subs {
		switch {
		case u.UserName != "":
			if string(s.IMSI) == u.UserName {
				return s
			}
		case u.ExternalIdentifier != "":
			if slices.Contains(s.ExternalIDs, id.ExternalID(u.ExternalIdentifier)) {
				return s
			}
		case msisdn != "":
			if string(s.MSISDN) == msisdn {
				return s
			}
		}
	}
	if h.more == nil || u.UserName == "" && u.ExternalIdentifier == "" {
		return nil
	}
	by := id.ExternalID(u.ExternalIdentifier)
	if u.UserName != "" {
		by = "" // the IMSI decides
	}
	if s, ok := h.more(id.IMSI(u.UserName), by); ok {
		return &s
	}
	return nil
}

// A Grant is the new end of an authorization.
type Grant struct {
	APN   id.APN    // empty: all APNs of the UE, and then it must be the only Grant
	Until time.Time // in the past: revoked
}

// Revocation returns the Grant that takes the authorization for an APN away, or that for all when apn is empty.
func Revocation(apn id.APN) Grant { return Grant{apn, time.Now().Add(-time.Second)} }

// Update tells each SCEF that holds an authorization for the UE what it is now (NIDD Authorization Update). The error is
// a *[ResultError] when the SCEF refused; that of the first when there are several. No SCEF to tell is an error, too.
func (h *HSS) Update(ctx context.Context, imsi id.IMSI, grants ...Grant) error {
	scefs := h.Authorized(imsi)
	if len(scefs) == 0 {
		return errors.New("sim: no SCEF holds an authorization for the UE")
	}
	var errs []error
	for _, scef := range scefs {
		errs = append(errs, h.UpdateAt(ctx, scef, imsi, grants...))
	}
	return errors.Join(errs...)
}

// UpdateAt is Update for one SCEF, even if it holds no authorization.
func (h *HSS) UpdateAt(ctx context.Context, scef diameter.Identity, imsi id.IMSI, grants ...Grant) error {
	return h.ask(ctx, scef, &s6t.NIR{
		UserIdentifier: s6t.UserIdentifier{UserName: string(imsi)}, NIDDAuthorizationUpdate: updateOf(grants),
	})
}
