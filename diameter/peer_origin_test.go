package diameter_test

import (
	"testing"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

func TestOriginPolicies(t *testing.T) {
	dra := diameter.Identity{Host: "dra.epc.example.com", Realm: mme.Realm}
	for _, c := range []struct {
		o                         diameter.Origin
		exact, realm, agent, anyo bool
	}{
		{diameter.Origin{Peer: mme, Host: mme.Host, Realm: mme.Realm}, true, true, true, true},
		{diameter.Origin{Peer: mme, Host: "MME.epc.Example.com", Realm: "EPC.example.com"}, true, true, true, true},
		{diameter.Origin{Peer: mme, Host: scef.Host, Realm: mme.Realm}, false, true, false, true},
		{diameter.Origin{Peer: mme, Host: mme.Host, Realm: "other.example.org"}, false, false, false, true},
		{diameter.Origin{Peer: dra, Agent: true, Configured: true, Host: mme.Host, Realm: mme.Realm}, false, true, true, true},
		{diameter.Origin{Peer: dra, Agent: true, Configured: true, Host: "mme.other.example.org", Realm: "other.example.org"},
			false, false, true, true},
		{diameter.Origin{Peer: dra, Agent: true, Host: mme.Host, Realm: mme.Realm}, false, true, false, true},
		{diameter.Origin{Peer: dra, Configured: true, Host: mme.Host, Realm: mme.Realm}, false, true, false, true},
		{diameter.Origin{Peer: mme}, false, false, false, true},
	} {
		for _, p := range []struct {
			name  string
			check func(diameter.Origin) diameter.Result
			want  bool
		}{
			{"OriginExact", diameter.OriginExact, c.exact}, {"OriginRealm", diameter.OriginRealm, c.realm},
			{"OriginAgent", diameter.OriginAgent, c.agent}, {"OriginAny", diameter.OriginAny, c.anyo},
		} {
			want := diameter.AuthorizationRejected
			if p.want {
				want = diameter.Success
			}
			require.Equal(t, want, p.check(c.o), "%s %+v", p.name, c.o)
		}
	}
}

func from(id diameter.Identity) *diameter.Message {
	m := request(scef)
	m.AVPs = diameter.AppendString(nil, 264, 0, diameter.AVPMandatory, id.Host)
	m.AVPs = diameter.AppendString(m.AVPs, 296, 0, diameter.AVPMandatory, id.Realm)
	return m
}

// Agents speak for others, and nobody else does.
func TestOriginIsChecked(t *testing.T) {
	impostor := diameter.Identity{Host: "impostor.epc.example.com", Realm: mme.Realm}
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), &diameter.Options{CheckOrigin: diameter.OriginAgent})
		r := b.connect(mme, scef)
		r.send(from(mme))
		require.Equal(t, diameter.Success, r.result(r.receive()))
		r.send(from(impostor))
		require.Equal(t, diameter.AuthorizationRejected, r.result(r.receive()))
		known := diameter.Identity{Host: "dra.epc.example.com", Realm: mme.Realm}
		require.NoError(t, n.AddPeer(diameter.Peer{Address: known.Host, Identity: known}))
		for _, id := range []diameter.Identity{known, {Host: "other.epc.example.com", Realm: mme.Realm}} {
			relay := b.connect(id, scef, func(c *diameter.CER) { c.AuthApplicationID = []uint32{uint32(diameter.AppRelay)} })
			relay.send(from(impostor))
			want := diameter.AuthorizationRejected
			if id == known {
				want = diameter.Success
			}
			require.Equal(t, want, relay.result(relay.receive()))
		}
	})
	bubble(t, func(t *testing.T, b *bench) { // what nil means
		n, err := diameter.NewNode(scef, []diameter.App{{ID: testApp, Handler: succeed()}}, nil)
		require.NoError(t, err)
		defer n.Close()
		go n.Serve(b.listen(scef))
		r := b.connect(mme, scef)
		r.send(from(mme))
		require.Equal(t, diameter.Success, r.result(r.receive()))
		r.send(from(impostor))
		require.Equal(t, diameter.AuthorizationRejected, r.result(r.receive()))
	})
	bubble(t, func(t *testing.T, b *bench) { // a policy of one's own has the say about the result
		b.node(scef, succeed(), &diameter.Options{CheckOrigin: func(o diameter.Origin) diameter.Result {
			require.Equal(t, diameter.Origin{Peer: mme, Host: impostor.Host, Realm: impostor.Realm}, o)
			return diameter.UnableToComply
		}})
		r := b.connect(mme, scef)
		r.send(from(impostor))
		require.Equal(t, diameter.UnableToComply, r.result(r.receive()))
	})
}

// RFC 6733 §6.3 and §6.4: a request has its origin.
func TestRequestWithoutOrigin(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		b.node(scef, succeed(), &diameter.Options{CheckOrigin: diameter.OriginAny})
		r := b.connect(mme, scef)
		for code, avps := range map[diameter.AVPCode][]byte{
			264: diameter.AppendString(nil, 296, 0, diameter.AVPMandatory, mme.Realm),
			296: diameter.AppendString(nil, 264, 0, diameter.AVPMandatory, mme.Host),
		} {
			m := request(scef)
			m.AVPs = avps
			r.send(m)
			ans := r.receive()
			require.Equal(t, diameter.MissingAVP, r.result(ans))
			failed, ok := diameter.FindAVP(ans.AVPs, 279, 0)
			require.True(t, ok, "Failed-AVP")
			inner, _, err := diameter.NextAVP(failed.Data)
			require.NoError(t, err)
			require.Equal(t, code, inner.Code)
		}
	})
}
