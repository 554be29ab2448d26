package sim_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
)

const (
	imsi = id.IMSI("001010000000001")
	apn  = id.APN("iot.example")
)

var (
	scefID = diameter.Identity{Host: "scef.epc.mnc001.mcc001.3gppnetwork.org", Realm: "epc.mnc001.mcc001.3gppnetwork.org"}
	mmeID  = diameter.Identity{Host: "mme.epc.mnc001.mcc001.3gppnetwork.org", Realm: scefID.Realm}
	hssID  = diameter.Identity{Host: "hss.epc.mnc001.mcc001.3gppnetwork.org", Realm: scefID.Realm}
)

// scef is an SCEF that a test speaks for: it answers success unless told otherwise, and remembers what it was asked.
type scef struct {
	t    *testing.T
	self diameter.Identity
	tr   diameter.Transport

	mu     sync.Mutex
	asked  []diameter.Command
	result map[diameter.CommandCode]diameter.Result
	pco    []byte                    // of CMA
	rates  *t6a.APNRateControlStatus // of the CMA to a release
	then   func(*diameter.Message)   // after the answer
	hold   chan struct{}             // answers wait for it
}

// join connects a node with an SCEF in memory.
func join(t *testing.T, n sim.Node) *scef {
	t.Helper()
	s := &scef{t: t, self: scefID, result: map[diameter.CommandCode]diameter.Result{}}
	ts, tn := diameter.Pipe(scefID, s, n.Self(), n)
	n.Use(tn)
	s.tr = ts
	t.Cleanup(func() { ts.Close() })
	return s
}

func (s *scef) HandleDiameter(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hold != nil {
		hold := s.hold
		s.mu.Unlock()
		<-hold
		s.mu.Lock()
	}
	r, failed := s.result[req.Command]
	var ans diameter.Command
	switch req.Command {
	case t6a.CodeCMR:
		c := new(t6a.CMR)
		s.decode(req, c)
		ans = &t6a.CMA{SessionID: c.SessionID, OriginHost: s.self.Host, OriginRealm: s.self.Realm, Result: diameter.Success, ExtendedPCO: s.pco}
		if c.ConnectionAction == t6a.ConnectionActionRelease {
			ans.(*t6a.CMA).APNRateControlStatus = s.rates
		}
	case t6a.CodeODR:
		c := new(t6a.ODR)
		s.decode(req, c)
		ans = &t6a.ODA{SessionID: c.SessionID, OriginHost: s.self.Host, OriginRealm: s.self.Realm, Result: diameter.Success}
	}
	var then func()
	if s.then != nil {
		f := s.then
		then = func() { f(req) }
	}
	if failed {
		return diameter.ErrorAnswer(req, s.self, r, "", nil), then
	}
	m, err := diameter.NewAnswer(req, ans)
	if err != nil {
		s.t.Error(err)
	}
	return m, then
}

func (s *scef) decode(req *diameter.Message, c diameter.Command) {
	if err := diameter.Decode(req, c); err != nil {
		s.t.Error(err)
	}
	s.asked = append(s.asked, c)
}

// take returns what it was asked since the last take.
func (s *scef) take() []diameter.Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

// cmr returns the only request since the last take.
func (s *scef) cmr() *t6a.CMR {
	s.t.Helper()
	all := s.take()
	require.Len(s.t, all, 1)
	require.IsType(s.t, (*t6a.CMR)(nil), all[0])
	return all[0].(*t6a.CMR)
}

func (s *scef) answer(code diameter.CommandCode, r diameter.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result[code] = r
}

// ask sends a command and decodes its answer into ans, unless that is nil.
func (s *scef) ask(to diameter.Identity, cmd, ans diameter.Command) (*diameter.Message, diameter.Result) {
	s.t.Helper()
	req, err := diameter.NewRequest(cmd)
	require.NoError(s.t, err)
	m, err := s.tr.Do(s.t.Context(), to, req)
	require.NoError(s.t, err)
	r, err := diameter.ResultOf(m)
	require.NoError(s.t, err)
	if ans != nil {
		require.NoError(s.t, diameter.Decode(m, ans))
	}
	return m, r
}

func (s *scef) tdr(to diameter.Identity, ebi byte, data string) *t6a.TDR {
	return &t6a.TDR{
		SessionID: diameter.NewSessionID(s.self.Host), OriginHost: s.self.Host, OriginRealm: s.self.Realm,
		DestinationHost: to.Host, DestinationRealm: to.Realm,
		UserIdentifier: t6a.UserIdentifier{UserName: string(imsi)}, BearerIdentifier: []byte{ebi}, NonIPData: []byte(data),
	}
}

// deliver sends a TDR and returns the result of its answer.
func (s *scef) deliver(data string) diameter.Result {
	s.t.Helper()
	_, r := s.ask(mmeID, s.tdr(mmeID, 5, data), nil)
	return r
}

// attached returns an MME with an attached UE, and its SCEF, which has forgotten the establishment.
func attached(t *testing.T, opts *sim.MMEOptions) (*scef, *sim.MME, *sim.UE) {
	t.Helper()
	m, err := sim.NewMME(mmeID, scefID, opts)
	require.NoError(t, err)
	s := join(t, m)
	ue := sim.NewUE(imsi, nil)
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	s.take()
	return s, m, ue
}
