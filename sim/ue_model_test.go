package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
)

// TestModelledUE: a model says how a UE can be reached, and takes what comes.
func TestModelledUE(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := sim.NewMME(mmeID, scefID, &sim.MMEOptions{Shortly: 10 * time.Second})
		require.NoError(t, err)
		s := join(t, m)
		wakes := time.Now().Add(time.Minute)
		var got []string
		ue := sim.NewUE(imsi, &sim.UEOptions{
			Reach: func(now time.Time) (sim.Radio, time.Time) {
				if now.Before(wakes) {
					return sim.Asleep, wakes
				}
				return sim.Reachable, time.Time{}
			},
			Downlink: func(data []byte) { got = append(got, string(data)) },
		})
		require.NoError(t, ue.Attach(t.Context(), m, apn))
		require.NoError(t, ue.Wake(t.Context()))
		require.Equal(t, sim.Asleep, ue.Radio(), "the model decides")
		require.Equal(t, diameter.ErrorUserTemporarilyUnreachable, s.deliver("early"))
		require.True(t, m.NotReachable(ue, scefID))
		time.Sleep(51 * time.Second)
		require.Equal(t, diameter.Success, s.deliver("shortly before"))
		require.Equal(t, wakes, time.Now())
		require.Equal(t, sim.Reachable, ue.Radio())
		require.Equal(t, []string{"shortly before"}, got)
		require.Empty(t, ue.Received())
	})
}

// TestSubscribersFound: the HSS asks for whom it does not know.
func TestSubscribersFound(t *testing.T) {
	h := sim.NewHSS(hssID, &sim.HSSOptions{Subscribers: func(u id.IMSI, ext id.ExternalID) (sim.Subscriber, bool) {
		if u == "001010000000099" && ext == "" || u == "" && ext == "99@example.com" {
			return sim.Subscriber{IMSI: "001010000000099", ExternalIDs: []id.ExternalID{"99@example.com"}, APNs: []id.APN{apn}}, true
		}
		return sim.Subscriber{}, false
	}})
	h.Provision(subscriber())
	s := join(t, h)
	group := s6t.TypeOfExternalIdentifierExternalUEIdentifierType + 1
	for want, users := range map[diameter.Result][]s6t.UserIdentifier{
		diameter.Success:          {{UserName: "001010000000099"}, {ExternalIdentifier: "99@example.com"}, {UserName: string(imsi)}},
		diameter.ErrorUserUnknown: {{ExternalIdentifier: "98@example.com"}, {ExternalIdentifier: "99@example.com", TypeOfExternalIdentifier: &group}, {MSISDN: tbcd(t, "15551230099")}},
	} {
		for _, u := range users {
			_, r := s.ask(hssID, nir(s, u, apn), nil)
			require.Equal(t, want, r, "%+v", u)
		}
	}
	require.Equal(t, []diameter.Identity{scefID}, h.Authorized("001010000000099"))
}
