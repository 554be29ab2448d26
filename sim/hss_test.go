package sim_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
)

const (
	msisdn     = id.MSISDN("999000000001")
	externalID = id.ExternalID("meter-1@example.com")
)

func subscriber() sim.Subscriber {
	return sim.Subscriber{
		IMSI: imsi, MSISDN: msisdn, ExternalIDs: []id.ExternalID{externalID, "spare@example.com"},
		APNs: []id.APN{apn}, OtherAPNs: []id.APN{"internet"},
	}
}

func nir(s *scef, user s6t.UserIdentifier, apn id.APN) *s6t.NIR {
	return &s6t.NIR{
		SessionID: diameter.NewSessionID(s.self.Host), OriginHost: s.self.Host, OriginRealm: s.self.Realm,
		DestinationRealm: hssID.Realm, UserIdentifier: user,
		NIDDAuthorizationRequest: &s6t.NIDDAuthorizationRequest{ServiceSelection: string(apn)},
	}
}

func tbcd(t *testing.T, digits id.MSISDN) []byte {
	t.Helper()
	b, err := tgpp.AppendTBCD(nil, string(digits))
	require.NoError(t, err)
	return b
}

func TestAuthorization(t *testing.T) {
	t.Attr("covers", "T8-4.4.5.2.1-17")
	t.Attr("covers", "29128-5.7.3-07")
	for _, c := range []struct {
		name string
		user s6t.UserIdentifier
		apn  id.APN
		want diameter.Result
		ext  string
	}{
		{"by External Identifier", s6t.UserIdentifier{ExternalIdentifier: string(externalID)}, apn, diameter.Success, string(externalID)},
		{"by another External Identifier", s6t.UserIdentifier{ExternalIdentifier: "spare@example.com"}, apn, diameter.Success, "spare@example.com"},
		{"by MSISDN", s6t.UserIdentifier{MSISDN: tbcd(t, msisdn)}, apn, diameter.Success, string(externalID)},
		{"by IMSI", s6t.UserIdentifier{UserName: string(imsi)}, apn, diameter.Success, string(externalID)},
		{"no APN", s6t.UserIdentifier{UserName: string(imsi)}, "", diameter.Success, string(externalID)},
		{"unknown External Identifier", s6t.UserIdentifier{ExternalIdentifier: "nobody@example.com"}, apn, diameter.ErrorUserUnknown, ""},
		{"unknown MSISDN", s6t.UserIdentifier{MSISDN: tbcd(t, "999000000002")}, apn, diameter.ErrorUserUnknown, ""},
		{"a group that is none", s6t.UserIdentifier{ExternalIdentifier: string(externalID), TypeOfExternalIdentifier: new(s6t.TypeOfExternalIdentifierExternalGroupIdentifierType)}, apn, diameter.ErrorUserUnknown, ""},
		{"nobody", s6t.UserIdentifier{}, apn, diameter.ErrorUserUnknown, ""},
		{"APN without NIDD", s6t.UserIdentifier{UserName: string(imsi)}, "internet", diameter.ErrorUnauthorizedService, ""},
		{"APN not subscribed", s6t.UserIdentifier{UserName: string(imsi)}, "other", diameter.ErrorUserNoAPNSubscription, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := sim.NewHSS(hssID, nil)
			h.Provision(subscriber())
			s := join(t, h)
			var nia s6t.NIA
			_, r := s.ask(hssID, nir(s, c.user, c.apn), &nia)
			require.Equal(t, c.want, r)
			if c.want != diameter.Success {
				require.Nil(t, nia.NIDDAuthorizationResponse)
				require.Empty(t, h.Authorized(imsi))
				return
			}
			require.Equal(t, &s6t.NIDDAuthorizationResponse{
				UserName: string(imsi), MSISDN: tbcd(t, msisdn), ExternalIdentifier: c.ext,
			}, nia.NIDDAuthorizationResponse)
			require.Equal(t, []diameter.Identity{scefID}, h.Authorized(imsi))
		})
	}
	t.Run("SCEF not allowed", func(t *testing.T) {
		h := sim.NewHSS(hssID, &sim.HSSOptions{SCEFs: []string{"other.example"}})
		h.Provision(subscriber())
		s := join(t, h)
		_, r := s.ask(hssID, nir(s, s6t.UserIdentifier{UserName: string(imsi)}, apn), nil)
		require.Equal(t, diameter.ErrorUnauthorizedRequestingEntity, r)
	})
	t.Run("no request in it", func(t *testing.T) {
		h := sim.NewHSS(hssID, nil)
		h.Provision(subscriber())
		s := join(t, h)
		q := nir(s, s6t.UserIdentifier{UserName: string(imsi)}, apn)
		q.NIDDAuthorizationRequest = nil
		_, r := s.ask(hssID, q, nil)
		require.Equal(t, diameter.MissingAVP, r)
	})
	t.Run("withdrawn", func(t *testing.T) {
		h := sim.NewHSS(hssID, nil)
		h.Provision(subscriber())
		h.Remove(imsi)
		s := join(t, h)
		_, r := s.ask(hssID, nir(s, s6t.UserIdentifier{UserName: string(imsi)}, apn), nil)
		require.Equal(t, diameter.ErrorUserUnknown, r)
	})
}

func TestGrantedValidity(t *testing.T) {
	for _, c := range []struct {
		name                      string
		limit, requested, granted time.Duration
	}{
		{"no end", 0, 0, 0},
		{"as asked", 0, time.Hour, time.Hour},
		{"limited", time.Minute, 0, time.Minute},
		{"asked for less", time.Hour, time.Minute, time.Minute},
		{"asked for more", time.Minute, time.Hour, time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := sim.NewHSS(hssID, nil)
				sub := subscriber()
				sub.Validity = c.limit
				h.Provision(sub)
				s := join(t, h)
				q := nir(s, s6t.UserIdentifier{UserName: string(imsi)}, apn)
				if c.requested > 0 {
					q.NIDDAuthorizationRequest.RequestedValidityTime = time.Now().Add(c.requested)
				}
				var nia s6t.NIA
				s.ask(hssID, q, &nia)
				if c.granted == 0 {
					require.Zero(t, nia.NIDDAuthorizationResponse.GrantedValidityTime)
				} else {
					require.WithinDuration(t, time.Now().Add(c.granted), nia.NIDDAuthorizationResponse.GrantedValidityTime, time.Second)
				}
			})
		})
	}
}

func TestAuthorizationUpdate(t *testing.T) {
	t.Attr("covers", "T8-4.4.5.5-01")
	synctest.Test(t, func(t *testing.T) {
		h := sim.NewHSS(hssID, nil)
		h.Provision(subscriber())
		var got []*s6t.NIR
		result := diameter.Success
		self := scefID
		ts, th := diameter.Pipe(scefID, diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
			n := new(s6t.NIR)
			if err := diameter.Decode(req, n); err != nil {
				t.Error(err)
			}
			got = append(got, n)
			return diameter.ErrorAnswer(req, self, result, "", nil), nil
		}), hssID, h)
		defer ts.Close()
		h.Use(th)
		require.Error(t, h.Update(t.Context(), imsi, sim.Revocation("")), "nobody to tell")

		s := &scef{t: t, self: scefID, tr: ts}
		s.ask(hssID, nir(s, s6t.UserIdentifier{UserName: string(imsi)}, apn), nil)
		until := time.Now().Add(time.Hour).Truncate(time.Second)
		require.NoError(t, h.Update(t.Context(), imsi, sim.Grant{APN: apn, Until: until}))
		require.Len(t, got, 1)
		require.Equal(t, string(imsi), got[0].UserIdentifier.UserName)
		require.Equal(t, scefID.Host, got[0].DestinationHost)
		require.Nil(t, got[0].NIDDAuthorizationRequest)
		require.Len(t, got[0].NIDDAuthorizationUpdate.APNValidityTime, 1)
		require.Equal(t, string(apn), got[0].NIDDAuthorizationUpdate.APNValidityTime[0].ServiceSelection)
		require.True(t, until.Equal(got[0].NIDDAuthorizationUpdate.APNValidityTime[0].GrantedValidityTime))

		require.NoError(t, h.Update(t.Context(), imsi, sim.Revocation("")))
		v := got[1].NIDDAuthorizationUpdate.APNValidityTime
		require.Len(t, v, 1)
		require.Empty(t, v[0].ServiceSelection, "all APNs")
		require.True(t, v[0].GrantedValidityTime.Before(time.Now()))

		result = diameter.ErrorUserUnknown
		require.Equal(t, diameter.ErrorUserUnknown, sim.ResultOf(h.Update(t.Context(), imsi, sim.Revocation(apn))))
	})
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sim.NewHSS(hssID, nil)
		h.Provision(subscriber())
		s := join(t, h)
		user := s6t.UserIdentifier{UserName: string(imsi)}
		h.Misbehave(sim.Once(sim.Fault{Result: diameter.TooBusy}))
		_, r := s.ask(hssID, nir(s, user, apn), nil)
		require.Equal(t, diameter.TooBusy, r)
		require.Empty(t, h.Authorized(imsi), "it was not looked at")

		_, r = s.ask(hssID, nir(s, user, apn), nil)
		require.Equal(t, diameter.Success, r, "once only")

		hold := make(chan struct{})
		h.Misbehave(sim.Always(sim.Fault{Hold: hold}))
		begin := time.Now()
		time.AfterFunc(5*time.Second, func() { close(hold) })
		_, r = s.ask(hssID, nir(s, user, apn), nil)
		require.Equal(t, diameter.Success, r)
		require.Equal(t, 5*time.Second, time.Since(begin))

		h.Misbehave(sim.Always(sim.Fault{Delay: 3 * time.Second, Result: diameter.UnableToDeliver, Late: true}))
		h.Remove(imsi)
		begin = time.Now()
		_, r = s.ask(hssID, nir(s, user, apn), nil)
		require.Equal(t, diameter.UnableToDeliver, r)
		require.Equal(t, 3*time.Second, time.Since(begin))

		h.Misbehave(nil)
		req, err := diameter.NewRequest(nir(s, user, apn))
		require.NoError(t, err)
		req.Command = 8388718
		ans, err := s.tr.Do(t.Context(), hssID, req)
		require.NoError(t, err)
		r, err = diameter.ResultOf(ans)
		require.NoError(t, err)
		require.Equal(t, diameter.CommandUnsupported, r)
	})
}
