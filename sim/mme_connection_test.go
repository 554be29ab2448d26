package sim_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
)

func TestEstablishment(t *testing.T) {
	t.Attr("covers", "29128-5.7.1-02")
	t.Attr("covers", "29128-5.7.2-01")
	t.Attr("covers", "29128-5.7.2-02")
	t.Attr("covers", "29128-5.7.2-04")
	t.Attr("covers", "29128-5.7.2-14")
	rate := &t6a.ServingPLMNRateControl{UplinkRateLimit: new(uint32(10)), DownlinkRateLimit: new(uint32(20))}
	m, err := sim.NewMME(mmeID, scefID, &sim.MMEOptions{ServingPLMNRateControl: rate})
	require.NoError(t, err)
	s := join(t, m)
	s.pco = []byte{0x80, 0x00, 0x16, 0x01, 0x07}
	ue := sim.NewUE(imsi, &sim.UEOptions{IMEI: "35000000000001", PCO: []byte{0x80}})
	require.NoError(t, ue.Attach(t.Context(), m, apn))

	c := s.cmr()
	require.Equal(t, t6a.ConnectionActionEstablishment, c.ConnectionAction)
	require.Equal(t, string(imsi), c.UserIdentifier.UserName)
	require.Equal(t, []byte{5}, c.BearerIdentifier)
	require.Equal(t, string(apn), c.ServiceSelection)
	require.Equal(t, "0800", c.ThreeGPPChargingCharacteristics)
	require.Equal(t, tgpp.RATTypeEUTRANNBIoT, *c.RATType)
	plmn, err := tgpp.ParsePLMN(c.VisitedPLMNID)
	require.NoError(t, err)
	require.Equal(t, tgpp.PLMN{MCC: "001", MNC: "01"}, plmn)
	require.Equal(t, rate, c.ServingPLMNRateControl)
	require.Equal(t, []byte{0x80}, c.ExtendedPCO)
	require.Equal(t, "35000000000001", c.TerminalInformation.IMEI)
	require.Equal(t, []sim.Bearer{{ID: 5, APN: apn, SCEF: scefID}}, m.Bearers(ue))
	require.Equal(t, [][]byte{s.pco}, ue.PCOs(), "Extended-PCO of the CMA reaches the UE as it is")

	b, err := m.Connect(t.Context(), ue, "second.example")
	require.NoError(t, err)
	require.EqualValues(t, 6, b)
	require.Equal(t, []byte{6}, s.cmr().BearerIdentifier)

	t.Run("without rate control", func(t *testing.T) {
		m, err := sim.NewMME(mmeID, scefID, nil)
		require.NoError(t, err)
		s := join(t, m)
		require.NoError(t, sim.NewUE(imsi, nil).Attach(t.Context(), m, apn))
		c := s.cmr()
		require.Nil(t, c.ServingPLMNRateControl)
		require.Nil(t, c.ExtendedPCO)
	})
}

func TestEstablishmentBySGSN(t *testing.T) {
	t.Attr("covers", "29128-5.7.2-03")
	m, err := sim.NewMME(mmeID, scefID, &sim.MMEOptions{SGSN: true})
	require.NoError(t, err)
	s := join(t, m)
	ue := sim.NewUE(imsi, nil)
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	c := s.cmr()
	require.Equal(t, []byte{5}, c.BearerIdentifier, "the lowest NSAPI")
	require.Equal(t, tgpp.RATTypeGERAN, *c.RATType)
}

func TestEstablishmentRefused(t *testing.T) {
	m, err := sim.NewMME(mmeID, scefID, nil)
	require.NoError(t, err)
	s := join(t, m)
	s.answer(t6a.CodeCMR, diameter.ErrorNIDDConfigurationUnavailable)
	ue := sim.NewUE(imsi, nil)
	err = ue.Attach(t.Context(), m, apn)
	require.Equal(t, diameter.ErrorNIDDConfigurationUnavailable, sim.ResultOf(err))
	require.Nil(t, ue.Serving())
	require.Equal(t, diameter.ErrorUserUnknown, s.deliver("x"))
}

func TestEitherT6aOrT6b(t *testing.T) {
	t.Attr("covers", "29128-5.7.2-13")
	s, m, ue := attached(t, nil)
	sgsnID := diameter.Identity{Host: "sgsn.epc.mnc001.mcc001.3gppnetwork.org", Realm: scefID.Realm}
	sgsn, err := sim.NewMME(sgsnID, scefID, &sim.MMEOptions{SGSN: true})
	require.NoError(t, err)
	s2 := join(t, sgsn)
	require.Error(t, ue.Attach(t.Context(), sgsn, apn))
	_, err = sgsn.Connect(t.Context(), ue, apn)
	require.Error(t, err)
	require.Empty(t, s2.take())

	require.NoError(t, sgsn.TakeOver(t.Context(), ue))
	c := s2.cmr()
	require.Equal(t, t6a.ConnectionActionUpdate, c.ConnectionAction)
	require.Equal(t, sgsnID.Host, c.OriginHost)
	require.Equal(t, tgpp.RATTypeGERAN, *c.RATType)
	require.NotNil(t, c.VisitedPLMNID)
	require.Nil(t, c.CMRFlags)
	require.Empty(t, m.Bearers(ue))
	require.Len(t, sgsn.Bearers(ue), 1)
	require.Equal(t, diameter.ErrorUserUnknown, s.deliver("old node"))
}

func TestRelease(t *testing.T) {
	t.Attr("covers", "29128-5.7.1-05")
	t.Attr("covers", "29128-5.7.2-05")
	t.Attr("covers", "29128-5.7.2-06")
	synctest.Test(t, func(t *testing.T) {
		s, m, ue := attached(t, nil)
		_, err := m.Connect(t.Context(), ue, "second.example")
		require.NoError(t, err)
		s.take()

		s.hold = make(chan struct{})
		done := make(chan error, 1)
		go func() { done <- m.Disconnect(t.Context(), ue, 6) }()
		synctest.Wait()
		require.Len(t, m.Bearers(ue), 2, "until the CMA has come")
		close(s.hold)
		require.NoError(t, <-done)
		s.hold = nil
		c := s.cmr()
		require.Equal(t, t6a.ConnectionActionRelease, c.ConnectionAction)
		require.Equal(t, []byte{6}, c.BearerIdentifier)
		require.Len(t, m.Bearers(ue), 1)

		require.NoError(t, ue.Detach(t.Context()))
		require.Equal(t, []byte{5}, s.cmr().BearerIdentifier)
		require.Equal(t, diameter.ErrorUserUnknown, s.deliver("x"))
		require.Error(t, ue.Detach(t.Context()))
	})
}

func TestUpdateParameters(t *testing.T) {
	t.Attr("covers", "29128-5.7.1-03")
	t.Attr("covers", "29128-5.7.2-07")
	t.Attr("covers", "29128-5.7.2-11")
	s, m, ue := attached(t, nil)
	rate := &t6a.ServingPLMNRateControl{DownlinkRateLimit: new(uint32(3))}
	require.NoError(t, m.Update(t.Context(), ue, 5, sim.Change{RATType: tgpp.RATTypeLTEM, ServingPLMNRateControl: rate, PCO: []byte{0x80}}))
	c := s.cmr()
	require.Equal(t, t6a.ConnectionActionUpdate, c.ConnectionAction)
	require.Equal(t, []byte{5}, c.BearerIdentifier)
	require.Equal(t, tgpp.RATTypeLTEM, *c.RATType)
	require.NotNil(t, c.VisitedPLMNID)
	require.Equal(t, rate, c.ServingPLMNRateControl)
	require.Equal(t, []byte{0x80}, c.ExtendedPCO)
	require.Nil(t, c.CMRFlags)
	require.Error(t, m.Update(t.Context(), ue, 7, sim.Change{}), "no such bearer")
}

// TestWhatFollowsTheAnswer: an SCEF sends stored data as soon as its CMA left; the MME must know the bearer by then.
func TestWhatFollowsTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := sim.NewMME(mmeID, scefID, nil)
		require.NoError(t, err)
		s := join(t, m)
		got := make(chan diameter.Result, 1)
		s.then = func(*diameter.Message) { got <- s.deliver("stored") }
		ue := sim.NewUE(imsi, nil)
		require.NoError(t, ue.Attach(t.Context(), m, apn))
		require.Equal(t, diameter.Success, <-got)
		data, err := ue.Receive(t.Context())
		require.NoError(t, err)
		require.Equal(t, "stored", string(data))
	})
}

// TestDataBeforeTheAnswer: an SCEF that sends data and answers the CMR only then is not blocked.
func TestDataBeforeTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := sim.NewMME(mmeID, scefID, nil)
		require.NoError(t, err)
		s := join(t, m)
		s.hold = make(chan struct{})
		done := make(chan error, 1)
		ue := sim.NewUE(imsi, nil)
		go func() { done <- ue.Attach(t.Context(), m, apn) }()
		synctest.Wait()
		begin := time.Now()
		require.Equal(t, diameter.Success, s.deliver("early"))
		require.Less(t, time.Since(begin), time.Second)
		close(s.hold)
		require.NoError(t, <-done)
	})
}

func scefCMR(s *scef, action t6a.ConnectionAction, ebi byte, pco []byte) *t6a.CMR {
	return &t6a.CMR{
		SessionID: diameter.NewSessionID(s.self.Host), OriginHost: s.self.Host, OriginRealm: s.self.Realm,
		DestinationHost: mmeID.Host, DestinationRealm: mmeID.Realm,
		UserIdentifier: t6a.UserIdentifier{UserName: string(imsi)}, BearerIdentifier: []byte{ebi},
		ConnectionAction: action, ExtendedPCO: pco,
	}
}

func TestConnectionManagementBySCEF(t *testing.T) {
	t.Attr("covers", "29128-5.8.3-01")
	t.Attr("covers", "29128-5.8.3-02")
	t.Attr("covers", "29128-5.8.3-03")
	t.Attr("covers", "29128-5.8.3-04")
	t.Attr("covers", "29128-5.8.3-05")
	t.Attr("covers", "29128-5.8.3-06")
	t.Attr("covers", "29128-5.8.3-07")
	t.Attr("covers", "29128-5.8.3-08")
	t.Attr("covers", "29128-5.8.1-10")
	t.Attr("covers", "29128-5.8.1-11")
	const (
		establish = t6a.ConnectionActionEstablishment
		release   = t6a.ConnectionActionRelease
		update    = t6a.ConnectionActionUpdate
	)
	features := []tgpp.SupportedFeatures{{VendorID: 10415, FeatureListID: 1, FeatureList: 4}}
	pco := []byte{0x80, 0x00, 0x16, 0x01, 0x07}
	for _, c := range []struct {
		name    string
		unknown bool // the user
		action  t6a.ConnectionAction
		ebi     byte
		want    diameter.Result
		bearers int // after it
		pcos    [][]byte
	}{
		{"nothing is right", true, establish, 9, diameter.ErrorUserUnknown, 0, nil},
		{"user unknown", true, release, 5, diameter.ErrorUserUnknown, 0, nil},
		{"establishment, no bearer", false, establish, 9, diameter.ErrorOperationNotAllowed, 1, nil},
		{"establishment", false, establish, 5, diameter.ErrorOperationNotAllowed, 1, nil},
		{"reserved action", false, 3, 5, diameter.ErrorOperationNotAllowed, 1, nil},
		{"update, no bearer", false, update, 6, diameter.ErrorInvalidEPSBearer, 1, nil},
		{"release, no bearer", false, release, 6, diameter.ErrorInvalidEPSBearer, 1, nil},
		{"update", false, update, 5, diameter.Success, 1, [][]byte{pco}},
		{"release", false, release, 5, diameter.Success, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, m, ue := attached(t, &sim.MMEOptions{Features: features})
			if c.unknown {
				require.NoError(t, ue.Detach(t.Context()))
			}
			var cma t6a.CMA
			ans, r := s.ask(mmeID, scefCMR(s, c.action, c.ebi, pco), &cma)
			require.Equal(t, c.want, r)
			_, experimental := diameter.FindAVP(ans.AVPs, 297, 0)
			_, base := diameter.FindAVP(ans.AVPs, 268, 0)
			require.Equal(t, c.want.Vendor != 0, experimental, "errors of T6a in Experimental-Result")
			require.Equal(t, c.want.Vendor == 0, base, "success in Result-Code")
			require.Equal(t, features, cma.SupportedFeatures)
			require.Len(t, m.Bearers(ue), c.bearers)
			require.Equal(t, c.pcos, ue.PCOs())
		})
	}
	t.Run("no feature is listed", func(t *testing.T) {
		s, _, _ := attached(t, nil)
		var cma t6a.CMA
		_, r := s.ask(mmeID, scefCMR(s, update, 5, nil), &cma)
		require.Equal(t, diameter.Success, r)
		require.Empty(t, cma.SupportedFeatures)
	})
	t.Run("malformed", func(t *testing.T) {
		s, _, _ := attached(t, nil)
		req, err := diameter.NewRequest(scefCMR(s, update, 5, nil))
		require.NoError(t, err)
		req.AVPs = diameter.AppendUint32(nil, 4314, diameter.Vendor3GPP, diameter.AVPMandatory, 2)
		ans, err := s.tr.Do(t.Context(), mmeID, req)
		require.NoError(t, err)
		r, err := diameter.ResultOf(ans)
		require.NoError(t, err)
		require.Equal(t, diameter.MissingAVP, r)
	})
}

func TestRateControlStatus(t *testing.T) {
	m, err := sim.NewMME(mmeID, scefID, nil)
	require.NoError(t, err)
	s := join(t, m)
	s.rates = &t6a.APNRateControlStatus{DownlinkNumberOfPacketsAllowed: new(uint32(3)), APNRateControlStatusValidityTime: new(uint64(1 << 63))}
	ue := sim.NewUE(imsi, nil)
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	require.Nil(t, s.cmr().APNRateControlStatus)
	require.NoError(t, ue.Detach(t.Context()))
	require.Nil(t, s.cmr().APNRateControlStatus)

	require.NoError(t, m.Register(ue))
	_, err = m.Connect(t.Context(), ue, "second.example")
	require.NoError(t, err)
	require.Nil(t, s.cmr().APNRateControlStatus, "it is for another APN")
	s.result[t6a.CodeCMR] = diameter.TooBusy
	_, err = m.Connect(t.Context(), ue, apn)
	require.Error(t, err)
	require.Equal(t, s.rates, s.cmr().APNRateControlStatus)
	delete(s.result, t6a.CodeCMR)
	_, err = m.Connect(t.Context(), ue, apn)
	require.NoError(t, err)
	require.Equal(t, s.rates, s.cmr().APNRateControlStatus, "no SCEF has taken it yet")
	b, err := m.Connect(t.Context(), ue, apn)
	require.NoError(t, err)
	require.EqualValues(t, 7, b)
	require.Nil(t, s.cmr().APNRateControlStatus, "told once")
}
