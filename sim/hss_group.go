package sim

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
)

// A Group is what the HSS knows about an external group.
type Group struct {
	ID id.ExternalGroupID
	// Members need an IMSI, and an MSISDN or an External Identifier, of which the first one is told. What else is in them
	// counts for nothing. They need not be provisioned as subscribers.
	Members []Subscriber
	// APNs are those that members may use with delivery of non-IP data by the SCEF; for others the HSS answers
	// USER_NO_APN_SUBSCRIPTION.
	APNs []id.APN
	// Validity is how long an authorization holds at most; zero: without end.
	Validity time.Duration
	// PerMessage is how many members the HSS names in one message, the rest follow in requests of its own; default
	// 400, for which diameter.Options.MaxMessage has room.
	PerMessage int
	// Pause is the time between two such requests.
	Pause time.Duration
}

// group is a Group with what is known of it.
type group struct {
	Group
	has   map[id.IMSI]bool
	scefs map[diameter.Identity]bool // that hold an authorization
}

// AddGroup adds g, or replaces the group with its ID; SCEFs are not told. The members must not be changed afterwards.
func (h *HSS) AddGroup(g Group) {
	if g.PerMessage <= 0 {
		g.PerMessage = 400
	}
	has := make(map[id.IMSI]bool, len(g.Members))
	for i := range g.Members {
		has[g.Members[i].IMSI] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.groups == nil {
		h.groups = map[id.ExternalGroupID]*group{}
	}
	h.groups[g.ID] = &group{Group: g, has: has, scefs: map[diameter.Identity]bool{}}
}

// asksForGroup returns the group that a NIR is about.
func asksForGroup(nir *s6t.NIR) (id.ExternalGroupID, bool) {
	t := nir.UserIdentifier.TypeOfExternalIdentifier
	return id.ExternalGroupID(nir.UserIdentifier.ExternalIdentifier),
		t != nil && *t == s6t.TypeOfExternalIdentifierExternalGroupIdentifierType
}

// authorizeGroup decides on a NIR about a group. rest tells the SCEF of the members for which there was no room.
func (h *HSS) authorizeGroup(name id.ExternalGroupID, nir *s6t.NIR) (nia *s6t.NIA, rest func(), r diameter.Result) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g, q := h.groups[name], nir.NIDDAuthorizationRequest
	switch {
	case g == nil:
		return nil, nil, diameter.ErrorUserUnknown
	case len(h.scefs) > 0 && !slices.Contains(h.scefs, nir.OriginHost):
		return nil, nil, diameter.ErrorUnauthorizedRequestingEntity
	case q == nil:
		return nil, nil, diameter.MissingAVP
	}
	if apn := id.APN(q.ServiceSelection); apn != "" && !slices.ContainsFunc(g.APNs, apn.Equal) {
		return nil, nil, diameter.ErrorUserNoAPNSubscription
	}
	scef := diameter.Identity{Host: nir.OriginHost, Realm: nir.OriginRealm}
	g.scefs[scef] = true
	n := min(g.PerMessage, len(g.Members))
	nia = &s6t.NIA{
		NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{GrantedValidityTime: g.until(q.RequestedValidityTime)},
		GroupUserIdentifier:       identifiers(g.Members[:n]),
	}
	if n < len(g.Members) {
		nia.NIAFlags = new(s6t.NIAFlagIncompleteGroupUserIdentifierList)
		rest = func() { go h.tellRest(scef, g.Group, g.Members[n:]) }
	}
	return nia, rest, diameter.Success
}

// until returns the end of a grant for which end was asked.
func (g *group) until(end time.Time) time.Time {
	if g.Validity > 0 {
		if most := time.Now().Add(g.Validity); end.IsZero() || most.Before(end) {
			return most
		}
	}
	return end
}

func identifiers(members []Subscriber) []s6t.GroupUserIdentifier {
	list := make([]s6t.GroupUserIdentifier, len(members))
	for i := range members {
		list[i].UserName = string(members[i].IMSI)
		if len(members[i].ExternalIDs) > 0 {
			list[i].ExternalIdentifier = string(members[i].ExternalIDs[0])
		}
		if n := members[i].MSISDN; n != "" {
			list[i].MSISDN, _ = tgpp.AppendTBCD(nil, string(n)) // what is none is left out
		}
	}
	return list
}

// segmentTime bounds the wait for an answer to one part of a list.
const segmentTime = 10 * time.Second

// tellRest sends the rest of a list, part by part. It ends with the first that is not taken.
func (h *HSS) tellRest(scef diameter.Identity, g Group, members []Subscriber) {
	for len(members) > 0 {
		time.Sleep(g.Pause)
		n := min(g.PerMessage, len(members))
		nir := &s6t.NIR{UserIdentifier: groupIdentifier(g.ID), GroupUserIdentifier: identifiers(members[:n])}
		if members = members[n:]; len(members) > 0 {
			nir.NIRFlags = new(s6t.NIRFlagIncompleteGroupUserIdentifierList)
		}
		ctx, cancel := context.WithTimeout(context.Background(), segmentTime)
		err := h.ask(ctx, scef, nir)
		cancel()
		if err != nil {
			h.rec.Note(h.name, "gives up telling the group: "+reason(err))
			return
		}
	}
}

func groupIdentifier(name id.ExternalGroupID) s6t.UserIdentifier {
	return s6t.UserIdentifier{
		ExternalIdentifier:       string(name),
		TypeOfExternalIdentifier: new(s6t.TypeOfExternalIdentifierExternalGroupIdentifierType),
	}
}

// ask sends a NIR; an answer with a failure is a *[ResultError].
func (h *HSS) ask(ctx context.Context, scef diameter.Identity, nir *s6t.NIR) error {
	nir.SessionID = diameter.NewSessionID(h.self.Host)
	nir.OriginHost, nir.OriginRealm, nir.DestinationHost, nir.DestinationRealm = h.self.Host, h.self.Realm, scef.Host, scef.Realm
	_, r, err := h.do(ctx, scef, nir, 0, false)
	if err == nil && !r.IsSuccess() {
		err = &ResultError{"NIA", r}
	}
	return err
}

// UpdateGroup is [HSS.Update] for the authorization of a whole group.
func (h *HSS) UpdateGroup(ctx context.Context, name id.ExternalGroupID, grants ...Grant) error {
	var scefs []diameter.Identity
	h.mu.Lock()
	if g := h.groups[name]; g != nil {
		for scef := range g.scefs {
			scefs = append(scefs, scef)
		}
	}
	h.mu.Unlock()
	if len(scefs) == 0 {
		return errors.New("sim: no SCEF holds an authorization for the group")
	}
	var errs []error
	for _, scef := range scefs {
		errs = append(errs, h.ask(ctx, scef, &s6t.NIR{UserIdentifier: groupIdentifier(name), NIDDAuthorizationUpdate: updateOf(grants)}))
	}
	return errors.Join(errs...)
}

func updateOf(grants []Grant) *s6t.NIDDAuthorizationUpdate {
	var u s6t.NIDDAuthorizationUpdate
	for _, g := range grants {
		u.APNValidityTime = append(u.APNValidityTime, s6t.APNValidityTime{
			ServiceSelection: string(g.APN), GrantedValidityTime: g.Until,
		})
	}
	return &u
}
