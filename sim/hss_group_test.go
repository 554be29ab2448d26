package sim_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
)

// groupWatcher is an SCEF that takes NIRs.
type groupWatcher struct {
	t      *testing.T
	mu     sync.Mutex
	refuse bool       // guarded by mu
	nirs   []*s6t.NIR // guarded by mu
}

// got returns the NIRs so far.
func (w *groupWatcher) got() []*s6t.NIR {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.nirs)
}

// Do is the transport of the HSS.
func (w *groupWatcher) Do(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	nir := new(s6t.NIR)
	require.NoError(w.t, nir.Decode(req))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nirs = append(w.nirs, nir)
	r := diameter.Success
	if w.refuse {
		r = diameter.ErrorUserUnknown
	}
	return diameter.NewAnswer(req, &s6t.NIA{SessionID: nir.SessionID, Result: r, OriginHost: scefID.Host, OriginRealm: scefID.Realm})
}

func TestGroup(t *testing.T) {
	t.Attr("covers", "T8-4.4.5.2.2-04")
	const name = id.ExternalGroupID("meters@example.com")
	synctest.Test(t, func(t *testing.T) {
		h := sim.NewHSS(hssID, &sim.HSSOptions{SCEFs: []string{scefID.Host}})
		g := sim.Group{ID: name, APNs: []id.APN{apn}, PerMessage: 4, Pause: time.Second, Validity: time.Hour}
		for i := range 10 {
			g.Members = append(g.Members, sim.Subscriber{
				IMSI: id.IMSI(fmt.Sprintf("99900000000%04d", i)), ExternalIDs: []id.ExternalID{id.ExternalID(fmt.Sprintf("m%d@example.com", i))},
				MSISDN: id.MSISDN(fmt.Sprintf("99900%04d", i)),
			})
		}
		h.AddGroup(g)
		w := &groupWatcher{t: t}
		h.Use(w)
		user := s6t.UserIdentifier{
			ExternalIdentifier: string(name), TypeOfExternalIdentifier: new(s6t.TypeOfExternalIdentifierExternalGroupIdentifierType),
		}
		ask := func(want diameter.Result, change func(*s6t.NIR)) *s6t.NIA {
			q := &s6t.NIR{
				SessionID: "s;1;1", OriginHost: scefID.Host, OriginRealm: scefID.Realm, DestinationRealm: hssID.Realm, UserIdentifier: user,
				NIDDAuthorizationRequest: &s6t.NIDDAuthorizationRequest{ServiceSelection: string(apn)},
			}
			change(q)
			req, err := diameter.NewRequest(q)
			require.NoError(t, err)
			ans, then := h.HandleDiameter(t.Context(), scefID, req)
			r, err := diameter.ResultOf(ans)
			require.NoError(t, err)
			require.Equal(t, want, r)
			if then != nil {
				then()
			}
			nia := new(s6t.NIA)
			require.NoError(t, nia.Decode(ans))
			return nia
		}
		ask(diameter.ErrorUserUnknown, func(q *s6t.NIR) { q.UserIdentifier.ExternalIdentifier = "others@example.com" })
		ask(diameter.ErrorUnauthorizedRequestingEntity, func(q *s6t.NIR) { q.OriginHost = "stranger" })
		ask(diameter.MissingAVP, func(q *s6t.NIR) { q.NIDDAuthorizationRequest = nil })
		ask(diameter.ErrorUserNoAPNSubscription, func(q *s6t.NIR) { q.NIDDAuthorizationRequest.ServiceSelection = "other" })
		require.Error(t, h.UpdateGroup(t.Context(), name, sim.Revocation("")))

		nia := ask(diameter.Success, func(*s6t.NIR) {})
		require.WithinDuration(t, time.Now().Add(time.Hour), nia.NIDDAuthorizationResponse.GrantedValidityTime, time.Second)
		require.Equal(t, s6t.NIAFlagIncompleteGroupUserIdentifierList, *nia.NIAFlags)
		time.Sleep(time.Minute)
		require.Len(t, w.got(), 2)
		require.NotNil(t, w.got()[0].NIRFlags)
		require.Nil(t, w.got()[1].NIRFlags)
		all := slices.Concat(nia.GroupUserIdentifier, w.got()[0].GroupUserIdentifier, w.got()[1].GroupUserIdentifier)
		require.Len(t, all, 10)
		for i, u := range all {
			require.Equal(t, string(g.Members[i].IMSI), u.UserName)
			require.Equal(t, string(g.Members[i].ExternalIDs[0]), u.ExternalIdentifier)
			require.Equal(t, tbcd(t, g.Members[i].MSISDN), u.MSISDN)
		}
		require.Equal(t, []diameter.Identity{scefID}, h.Authorized(g.Members[9].IMSI))
		require.NoError(t, h.UpdateGroup(t.Context(), name, sim.Revocation(apn)))
		require.Len(t, w.got(), 3)
		require.Equal(t, string(name), w.got()[2].UserIdentifier.ExternalIdentifier)

		w.mu.Lock()
		w.refuse = true
		w.mu.Unlock()
		require.Error(t, h.UpdateGroup(t.Context(), name, sim.Revocation(apn)))
		ask(diameter.Success, func(*s6t.NIR) {})
		time.Sleep(time.Minute)
		require.Len(t, w.got(), 5, "it gives up")
		g.PerMessage = 0
		h.AddGroup(g)
		require.Nil(t, ask(diameter.Success, func(*s6t.NIR) {}).NIAFlags)
	})
}
