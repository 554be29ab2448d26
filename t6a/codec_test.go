package t6a_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/t6a"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(t6a.TerminalInformation), new(t6a.UserIdentifier), new(t6a.MonitoringEventConfiguration),
		new(t6a.MonitoringEventReport), new(t6a.PDNConnectivityStatusReport), new(t6a.CommunicationFailureInformation),
		new(t6a.NumberOfUEPerLocationConfiguration), new(t6a.NumberOfUEPerLocationReport), new(t6a.ServingPLMNRateControl),
		new(t6a.RRCCauseCounter), new(t6a.APNRateControlStatus), new(t6a.CIR), new(t6a.CIA), new(t6a.RIR), new(t6a.RIA),
		new(t6a.CMR), new(t6a.CMA), new(t6a.ODR), new(t6a.ODA), new(t6a.TDR), new(t6a.TDA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "t6a.dia", t6a.New, elements()...) }

func FuzzDecode(f *testing.F) {
	var vectors [][]byte
	for _, m := range diatest.Vectors(f, "testdata/erlang.txt") {
		vectors = append(vectors, m.AVPs)
	}
	diatest.Fuzz(f, vectors, elements()...)
}

const (
	host, realm = "mme.example.com", "example.com"
	session     = "mme.example.com;1;2"
	imsi        = "001010000000042"
)

var (
	user     = t6a.UserIdentifier{UserName: imsi}
	features = []tgpp.SupportedFeatures{{VendorID: 10415, FeatureListID: 1, FeatureList: 5}}
)

func odr() *t6a.ODR {
	return &t6a.ODR{SessionID: session, UserIdentifier: user, BearerIdentifier: []byte{5}, OriginHost: host, OriginRealm: realm,
		DestinationRealm: realm}
}

func tdr() *t6a.TDR {
	return &t6a.TDR{SessionID: session, UserIdentifier: user, BearerIdentifier: []byte{5}, OriginHost: host, OriginRealm: realm,
		DestinationRealm: realm}
}

func cmr() *t6a.CMR {
	return &t6a.CMR{SessionID: session, UserIdentifier: user, BearerIdentifier: []byte{5}, OriginHost: host, OriginRealm: realm,
		DestinationRealm: realm, ConnectionAction: t6a.ConnectionActionUpdate}
}

// TestErlang compares with what Erlang's implementation of Diameter made of the same values.
func TestErlang(t *testing.T) {
	vectors := diatest.Vectors(t, "testdata/erlang.txt")
	utc := func(year int, month time.Month, day, hour int) time.Time {
		return time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
	}
	scef := "scef.example.com"
	temporarily := diameter.Result{Code: 5653, Vendor: 10415}
	for name, want := range map[string]diameter.Command{
		"ODR": &t6a.ODR{SessionID: session, UserIdentifier: user, BearerIdentifier: []byte{5}, DRMP: new(diameter.DRMPPriority2),
			OriginHost: host, OriginRealm: realm, DestinationHost: scef, DestinationRealm: realm, SupportedFeatures: features,
			NonIPData: []byte{1, 2, 3, 4, 5}, ProxyInfo: []diameter.ProxyInfo{{ProxyHost: "proxy.example.com", ProxyState: []byte("abc")}},
			RouteRecord: []string{"proxy.example.com"}, RRCCauseCounter: &t6a.RRCCauseCounter{CounterValue: new(uint32(7)),
				RRCCounterTimestamp: time.Date(2036, 2, 7, 6, 28, 26, 0, time.UTC)}},
		"ODA": &t6a.ODA{SessionID: session, DRMP: new(diameter.DRMPPriority2), Result: diameter.Success, OriginHost: scef,
			OriginRealm: realm, SupportedFeatures: features},
		"CMR": &t6a.CMR{SessionID: session, UserIdentifier: user, BearerIdentifier: []byte{5}, OriginHost: host, OriginRealm: realm,
			DestinationHost: scef, DestinationRealm: realm, CMRFlags: new(t6a.CMRFlagUEReachableIndicator),
			MaximumUEAvailabilityTime: utc(2030, 1, 1, 0), SupportedFeatures: features,
			ConnectionAction: t6a.ConnectionActionUpdate, ServiceSelection: "iot.example",
			ServingPLMNRateControl: &t6a.ServingPLMNRateControl{UplinkRateLimit: new(uint32(10)), DownlinkRateLimit: new(uint32(20))},
			ExtendedPCO:            []byte{0x80, 0, 0x15, 2, 5, 0xdc}, ThreeGPPChargingCharacteristics: "0800",
			RATType: new(tgpp.RATTypeEUTRANNBIoT), VisitedPLMNID: []byte{0, 0xf1, 0x10},
			TerminalInformation: &t6a.TerminalInformation{IMEI: "49015420323751", SoftwareVersion: "07"},
			APNRateControlStatus: &t6a.APNRateControlStatus{UplinkNumberOfPacketsAllowed: new(uint32(100)),
				APNRateControlStatusValidityTime: new(uint64(0x0102030405060708))}},
		"CMA": &t6a.CMA{SessionID: session, Result: diameter.ErrorNIDDConfigurationUnavailable, OriginHost: scef, OriginRealm: realm,
			OCSupportedFeatures: &diameter.OCSupportedFeatures{OCFeatureVector: new(diameter.OCFeatureVectorOLRDefaultAlgo)},
			OCOLR: &diameter.OCOLR{OCSequenceNumber: 9, OCReportType: diameter.OCReportTypeHostReport,
				OCReductionPercentage: new(uint32(30))},
			Load:                    []diameter.Load{{LoadType: new(diameter.LoadTypeHost), LoadValue: new(uint64(40000)), SourceID: scef}},
			PDNConnectionChargingID: new(uint32(77))},
		"TDR": &t6a.TDR{SessionID: session, UserIdentifier: user, BearerIdentifier: []byte{6}, OriginHost: host, OriginRealm: realm,
			DestinationHost: scef, DestinationRealm: realm, SupportedFeatures: features, NonIPData: []byte{9, 8, 7, 6},
			SCEFWaitTime: utc(2026, 11, 21, 12), MaximumRetransmissionTime: utc(2026, 11, 22, 12)},
		"TDA": &t6a.TDA{SessionID: session, Result: temporarily, OriginHost: scef, OriginRealm: realm,
			RequestedRetransmissionTime: utc(2026, 11, 21, 13), TDAFlags: new(t6a.TDAFlagAcknowledgedDelivery)},
	} {
		t.Run(name, func(t *testing.T) {
			m := vectors[name]
			require.NotNil(t, m)
			got := map[string]diameter.Command{"ODR": new(t6a.ODR), "ODA": new(t6a.ODA), "CMR": new(t6a.CMR), "CMA": new(t6a.CMA),
				"TDR": new(t6a.TDR), "TDA": new(t6a.TDA)}[name]
			require.NoError(t, diameter.Decode(m, got))
			require.Equal(t, want, got)
			b, err := want.AppendAVPs(nil)
			require.NoError(t, err)
			require.Equal(t, hex.EncodeToString(m.AVPs), hex.EncodeToString(b))
			_, _, flags := want.Header()
			require.Equal(t, flags, m.Flags)
		})
	}
}

// TestODRWire compares with octets put together by hand from RFC 6733 and TS 29.128.
func TestODRWire(t *testing.T) {
	t.Attr("covers", "29128-5.5.1-05")
	t.Attr("covers", "29128-5.5.1-06")
	t.Attr("covers", "29128-5.5.1-07")
	t.Attr("covers", "29128-5.5.1-08")
	t.Attr("covers", "29128-5.5.1-09")
	x := odr()
	x.NonIPData = []byte{0xde, 0xad}
	x.SupportedFeatures = features
	x.RRCCauseCounter = &t6a.RRCCauseCounter{CounterValue: new(uint32(3)), RRCCounterTimestamp: time.Unix(1767225600, 0).UTC()}
	m, err := diameter.NewRequest(x)
	require.NoError(t, err)
	wire := unhex(t, `
		01 000124  c0 80007d  01000082  00000000  00000000
		00000107 40 00001b  6d6d652e6578616d706c652e636f6d3b313b32 00
		00000c1e c0 000024 000028af  00000001 40 000017  303031303130303030303030303432 00
		000003fc c0 00000d 000028af  05 000000
		00000115 40 00000c  00000001
		00000108 40 000017  6d6d652e6578616d706c652e636f6d 00
		00000128 40 000013  6578616d706c652e636f6d 00
		0000011b 40 000013  6578616d706c652e636f6d 00
		00000274 80 000038 000028af
			0000010a 40 00000c  000028af
			00000275 80 000010 000028af  00000001
			00000276 80 000010 000028af  00000005
		000010db c0 00000e 000028af  dead 0000
		000010de c0 00002c 000028af
			000010df c0 000010 000028af  00000003
			000010e0 c0 000010 000028af  ed003780`)
	require.Equal(t, hex.EncodeToString(wire), hex.EncodeToString(m.Append(nil)))

	got, err := diameter.ParseMessage(wire)
	require.NoError(t, err)
	var y t6a.ODR
	require.NoError(t, diameter.Decode(got, &y))
	require.Equal(t, *x, y)

	// Without Non-IP-Data, and with data of no octets: that is not the same.
	for _, data := range [][]byte{nil, {}} {
		x.NonIPData = data
		m, err := diameter.NewRequest(x)
		require.NoError(t, err)
		_, there := diameter.FindAVP(m.AVPs, 4315, 10415)
		require.Equal(t, data != nil, there)
		require.NoError(t, diameter.Decode(m, &y))
		require.Equal(t, data, y.NonIPData)
	}
}

func unhex(t *testing.T, s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

func TestODRWithCounterAlone(t *testing.T) {
	t.Attr("covers", "29128-5.5.1-11")
	x := odr()
	x.RRCCauseCounter = &t6a.RRCCauseCounter{CounterValue: new(uint32(1)), RRCCounterTimestamp: time.Unix(1767225600, 0).UTC()}
	m, err := diameter.NewRequest(x)
	require.NoError(t, err)
	var y t6a.ODR
	require.NoError(t, diameter.Decode(m, &y))
	require.Nil(t, y.NonIPData)
	require.Equal(t, uint32(1), *y.RRCCauseCounter.CounterValue)
}

func TestTDRElements(t *testing.T) {
	t.Attr("covers", "29128-5.6.1-04")
	t.Attr("covers", "29128-5.6.1-05")
	t.Attr("covers", "29128-5.6.1-06")
	t.Attr("covers", "29128-5.6.1-07")
	t.Attr("covers", "29128-5.6.1-08")
	t.Attr("covers", "29128-5.6.1-09")
	x := tdr()
	x.NonIPData, x.SupportedFeatures = []byte{1, 2, 3}, features
	x.SCEFWaitTime, x.MaximumRetransmissionTime = time.Unix(1767225600, 0).UTC(), time.Unix(1767225601, 0).UTC()
	elementsOnWire(t, x, new(t6a.TDR), map[key]string{
		{3102, 10415}: "00000001" + "40000017" + hex.EncodeToString([]byte(imsi)) + "00",
		{1020, 10415}: "05",
		{4315, 10415}: "010203",
		{4316, 10415}: "ed003780", // 1767225600 + 2208988800
		{3330, 10415}: "ed003781",
		{628, 10415}:  "0000010a4000000c000028af" + "0000027580000010000028af00000001" + "0000027680000010000028af00000005",
	})
}

func TestCMRElements(t *testing.T) {
	for _, id := range []string{"29128-5.7.1-08", "29128-5.7.1-09", "29128-5.7.1-10", "29128-5.7.1-12", "29128-5.7.1-13",
		"29128-5.7.1-19", "29128-5.8.1-05", "29128-5.8.1-06", "29128-5.8.1-09"} {
		t.Attr("covers", id)
	}
	x := cmr()
	x.CMRFlags, x.SupportedFeatures = new(t6a.CMRFlagUEReachableIndicator), features
	x.MaximumUEAvailabilityTime = time.Unix(1767225600, 0).UTC()
	x.ServiceSelection, x.ThreeGPPChargingCharacteristics = "iot.example", "0800"
	x.ServingPLMNRateControl = &t6a.ServingPLMNRateControl{UplinkRateLimit: new(uint32(10)), DownlinkRateLimit: new(uint32(0))}
	x.ExtendedPCO = []byte{0x80}
	x.RATType = new(tgpp.RATTypeLTEM)
	x.TerminalInformation = &t6a.TerminalInformation{IMEI: "49015420323751"}
	x.VisitedPLMNID = []byte{0x00, 0xf1, 0x10}
	x.APNRateControlStatus = &t6a.APNRateControlStatus{DownlinkNumberOfPacketsAllowed: new(uint32(2))}
	for action, value := range map[t6a.ConnectionAction]string{
		t6a.ConnectionActionEstablishment: "00000000",
		t6a.ConnectionActionRelease:       "00000001",
		t6a.ConnectionActionUpdate:        "00000002",
		77:                                "0000004d",
	} {
		x.ConnectionAction = action
		elementsOnWire(t, x, new(t6a.CMR), map[key]string{
			{3102, 10415}: "00000001" + "40000017" + hex.EncodeToString([]byte(imsi)) + "00",
			{1020, 10415}: "05",
			{4314, 10415}: value,
			{4317, 10415}: "00000001",
			{3329, 10415}: "ed003780",
			{493, 0}:      hex.EncodeToString([]byte("iot.example")),
			{13, 10415}:   hex.EncodeToString([]byte("0800")),
			{4310, 10415}: "000010d7c0000010000028af0000000a" + "000010d8c0000010000028af00000000",
			{4313, 10415}: "80",
			{1032, 10415}: "000003ef",
			{1401, 10415}: "0000057ac000001a000028af" + hex.EncodeToString([]byte("49015420323751")) + "0000",
			{1407, 10415}: "00f110",
			{4326, 10415}: "000010e980000010000028af00000002",
			{628, 10415}:  "0000010a4000000c000028af" + "0000027580000010000028af00000001" + "0000027680000010000028af00000005",
		})
	}
}

type key struct {
	code   diameter.AVPCode
	vendor diameter.VendorID
}

// elementsOnWire checks that x has the AVPs want on the wire, and comes back in y unchanged.
func elementsOnWire(t *testing.T, x, y diameter.Command, want map[key]string) {
	t.Helper()
	m, err := diameter.NewRequest(x)
	require.NoError(t, err)
	for k, v := range want {
		a, ok := diameter.FindAVP(m.AVPs, k.code, k.vendor)
		require.True(t, ok, k)
		require.Equal(t, v, hex.EncodeToString(a.Data), k)
	}
	require.NoError(t, diameter.Decode(m, y))
	require.Equal(t, x, y)
}

// TestResults checks how answers carry their result, on the wire and back.
func TestResults(t *testing.T) {
	for _, id := range []string{"29128-5.5.1-12", "29128-5.6.1-10", "29128-5.7.1-23", "29128-5.8.1-10"} {
		t.Attr("covers", id)
	}
	for _, c := range []struct {
		request diameter.Command
		answer  func(diameter.Result) diameter.Command
		empty   func() diameter.Command
		result  func(diameter.Command) diameter.Result
	}{
		{odr(), func(r diameter.Result) diameter.Command {
			return &t6a.ODA{SessionID: session, Result: r, OriginHost: host, OriginRealm: realm}
		}, func() diameter.Command { return new(t6a.ODA) }, func(c diameter.Command) diameter.Result { return c.(*t6a.ODA).Result }},
		{tdr(), func(r diameter.Result) diameter.Command {
			return &t6a.TDA{SessionID: session, Result: r, OriginHost: host, OriginRealm: realm}
		}, func() diameter.Command { return new(t6a.TDA) }, func(c diameter.Command) diameter.Result { return c.(*t6a.TDA).Result }},
		{cmr(), func(r diameter.Result) diameter.Command {
			return &t6a.CMA{SessionID: session, Result: r, OriginHost: host, OriginRealm: realm}
		}, func() diameter.Command { return new(t6a.CMA) }, func(c diameter.Command) diameter.Result { return c.(*t6a.CMA).Result }},
	} {
		t.Run(fmt.Sprintf("%T", c.empty()), func(t *testing.T) {
			req, err := diameter.NewRequest(c.request)
			require.NoError(t, err)
			for _, r := range []diameter.Result{diameter.Success, diameter.MissingAVP, diameter.UnableToComply, diameter.ErrorUserUnknown,
				diameter.ErrorInvalidEPSBearer, diameter.ErrorUserTemporarilyUnreachable, diameter.ErrorUnreachableUser} {
				ans, err := diameter.NewAnswer(req, c.answer(r))
				require.NoError(t, err)
				require.Equal(t, diameter.FlagProxiable, ans.Flags)
				base, isBase := diameter.FindAVP(ans.AVPs, 268, 0)
				group, isGroup := diameter.FindAVP(ans.AVPs, 297, 0)
				if r.Vendor == 0 {
					require.True(t, isBase && !isGroup)
					require.Equal(t, fmt.Sprintf("%08x", r.Code), hex.EncodeToString(base.Data))
				} else {
					require.True(t, isGroup && !isBase)
					require.Equal(t, fmt.Sprintf("0000010a4000000c000028af0000012a4000000c%08x", r.Code), hex.EncodeToString(group.Data))
				}
				got := c.empty()
				require.NoError(t, diameter.Decode(ans, got))
				require.Equal(t, r, c.result(got))
				res, err := diameter.ResultOf(ans)
				require.NoError(t, err)
				require.Equal(t, r, res)
			}
			// Without a result there is neither an answer to send nor one that was received.
			_, err = diameter.NewAnswer(req, c.answer(diameter.Result{}))
			requireFault(t, err, diameter.MissingAVP, diameter.AVP{Code: 268, Flags: diameter.AVPMandatory, Data: make([]byte, 4)})
			ans, err := diameter.NewAnswer(req, c.answer(diameter.Success))
			require.NoError(t, err)
			ans.AVPs = diatest.Without(ans.AVPs, 268, 0)
			requireFault(t, diameter.Decode(ans, c.empty()), diameter.MissingAVP,
				diameter.AVP{Code: 268, Flags: diameter.AVPMandatory, Data: make([]byte, 4)})
			// With the E flag it is an answer-message.
			ans, err = diameter.NewAnswer(req, c.answer(diameter.TooBusy))
			require.NoError(t, err)
			require.Equal(t, diameter.FlagProxiable|diameter.FlagError, ans.Flags)
			var e *diameter.AnswerError
			require.ErrorAs(t, diameter.Decode(ans, c.empty()), &e)
			require.Equal(t, diameter.TooBusy, e.Result)
			require.Equal(t, host, e.Answer.OriginHost)
		})
	}
}

func requireFault(t *testing.T, err error, r diameter.Result, failed diameter.AVP) {
	t.Helper()
	var e *diameter.AVPError
	require.ErrorAs(t, err, &e)
	require.Equal(t, r, e.Result)
	require.Equal(t, failed.Append(nil), e.Failed)
}

// TestAnswerElements checks the optional elements of the answers.
func TestAnswerElements(t *testing.T) {
	for _, id := range []string{"29128-5.5.1-13", "29128-5.6.1-16", "29128-5.6.1-17", "29128-5.7.1-26", "29128-5.8.1-11"} {
		t.Attr("covers", id)
	}
	list := "0000010a4000000c000028af" + "0000027580000010000028af00000001" + "0000027680000010000028af00000005"
	for _, c := range []struct {
		x    diatest.Element
		y    diatest.Element
		want map[key]string
	}{
		{&t6a.ODA{SessionID: session, Result: diameter.Success, OriginHost: host, OriginRealm: realm, SupportedFeatures: features},
			new(t6a.ODA), map[key]string{{628, 10415}: list}},
		{&t6a.TDA{SessionID: session, Result: diameter.Success, OriginHost: host, OriginRealm: realm, SupportedFeatures: features,
			TDAFlags: new(t6a.TDAFlagAcknowledgedDelivery)}, new(t6a.TDA), map[key]string{{628, 10415}: list, {4321, 10415}: "00000001"}},
		{&t6a.CMA{SessionID: session, Result: diameter.Success, OriginHost: host, OriginRealm: realm, SupportedFeatures: features,
			PDNConnectionChargingID: new(uint32(9)), ExtendedPCO: []byte{0x80}}, new(t6a.CMA),
			map[key]string{{628, 10415}: list, {2050, 10415}: "00000009", {4313, 10415}: "80"}},
	} {
		b, err := c.x.AppendAVPs(nil)
		require.NoError(t, err)
		for k, v := range c.want {
			a, ok := diameter.FindAVP(b, k.code, k.vendor)
			require.True(t, ok, k)
			require.Equal(t, v, hex.EncodeToString(a.Data))
		}
		require.NoError(t, c.y.DecodeAVPs(b))
		require.Equal(t, c.x, c.y)
	}
}

// TestMandatory checks, for each element that the tables of TS 29.128 mark M or the grammars require, that a request is
// not built without it, is built with it, and is refused when it comes without it.
func TestMandatory(t *testing.T) {
	t.Attr("covers", "29128-5.1-07")
	type change struct {
		code   diameter.AVPCode
		vendor diameter.VendorID
		drop   func(c diameter.Command) // nil for what Go always has
	}
	set := func(name string) func(diameter.Command) {
		return func(c diameter.Command) {
			for _, p := range clearable(c) {
				if p.name == name {
					p.clear()
				}
			}
		}
	}
	all := []change{{263, 0, set("Session-Id")}, {3102, 10415, nil}, {1020, 10415, set("Bearer-Identifier")}, {277, 0, nil},
		{264, 0, set("Origin-Host")}, {296, 0, set("Origin-Realm")}, {283, 0, set("Destination-Realm")}}
	for _, c := range []struct {
		build func() diameter.Command
		must  []change
	}{
		{func() diameter.Command { return odr() }, all},
		{func() diameter.Command { return tdr() }, all},
		{func() diameter.Command { return cmr() }, append(all[:len(all):len(all)], change{4314, 10415, nil})},
	} {
		whole, err := diameter.NewRequest(c.build())
		require.NoError(t, err)
		for _, e := range c.must {
			t.Run(fmt.Sprintf("%T/%d", c.build(), e.code), func(t *testing.T) {
				a, there := diameter.FindAVP(whole.AVPs, e.code, e.vendor)
				require.True(t, there)
				var err *diameter.AVPError
				if e.drop != nil {
					x := c.build()
					e.drop(x)
					m, got := diameter.NewRequest(x)
					require.Nil(t, m)
					require.ErrorAs(t, got, &err)
					require.Equal(t, diameter.MissingAVP, err.Result)
					require.Equal(t, e.code, err.Code)
				}
				bad := *whole
				bad.AVPs = diatest.Without(whole.AVPs, e.code, e.vendor)
				require.ErrorAs(t, diameter.Decode(&bad, c.build()), &err)
				require.Equal(t, diameter.MissingAVP, err.Result)
				failed, _, got := diameter.NextAVP(err.Failed)
				require.NoError(t, got)
				require.Equal(t, a.Code, failed.Code)
				require.Equal(t, a.Vendor, failed.Vendor)
				require.Equal(t, a.Flags, failed.Flags)
				require.Equal(t, make([]byte, len(failed.Data)), failed.Data)

				ans := diameter.ErrorAnswerFor(&bad, diameter.Identity{Host: "scef.example.com", Realm: realm}, err)
				r, got := diameter.ResultOf(ans)
				require.NoError(t, got)
				require.Equal(t, diameter.MissingAVP, r)
				in, ok := diameter.FindAVP(ans.AVPs, 279, 0)
				require.True(t, ok)
				require.Equal(t, err.Failed, in.Data)
			})
		}
	}
}

type member struct {
	name  string
	clear func()
}

// clearable lists required fields of a request that can be empty.
func clearable(c diameter.Command) []member {
	of := func(s, h, r, d *string, b *[]byte) []member {
		return []member{{"Session-Id", func() { *s = "" }}, {"Origin-Host", func() { *h = "" }}, {"Origin-Realm", func() { *r = "" }},
			{"Destination-Realm", func() { *d = "" }}, {"Bearer-Identifier", func() { *b = nil }}}
	}
	switch c := c.(type) {
	case *t6a.ODR:
		return of(&c.SessionID, &c.OriginHost, &c.OriginRealm, &c.DestinationRealm, &c.BearerIdentifier)
	case *t6a.TDR:
		return of(&c.SessionID, &c.OriginHost, &c.OriginRealm, &c.DestinationRealm, &c.BearerIdentifier)
	case *t6a.CMR:
		return of(&c.SessionID, &c.OriginHost, &c.OriginRealm, &c.DestinationRealm, &c.BearerIdentifier)
	}
	return nil
}

// TestOptional takes away and adds each optional element of each command: that is never a fault.
func TestOptional(t *testing.T) {
	t.Attr("covers", "29128-5.1-12")
	must := map[diameter.AVPCode]bool{263: true, 3102: true, 1020: true, 277: true, 264: true, 296: true, 283: true, 4314: true,
		268: true, 297: true}
	vectors := diatest.Vectors(t, "testdata/erlang.txt")
	for name, c := range map[string]diameter.Command{"ODR": new(t6a.ODR), "ODA": new(t6a.ODA), "CMR": new(t6a.CMR), "CMA": new(t6a.CMA),
		"TDR": new(t6a.TDR), "TDA": new(t6a.TDA)} {
		var bare []byte
		var optional []diameter.AVP
		for b := vectors[name].AVPs; len(b) > 0; {
			a, rest, err := diameter.NextAVP(b)
			require.NoError(t, err)
			if must[a.Code] {
				bare = a.Append(bare)
			} else {
				optional = append(optional, a)
			}
			b = rest
		}
		require.NotEmpty(t, optional)
		require.NoError(t, c.DecodeAVPs(bare), name)
		for _, a := range optional {
			require.NoError(t, c.DecodeAVPs(a.Append(bare[:len(bare):len(bare)])), "%s with %d", name, a.Code)
			require.NoError(t, c.DecodeAVPs(diatest.Without(vectors[name].AVPs, a.Code, a.Vendor)), "%s without %d", name, a.Code)
			b, err := c.AppendAVPs(nil)
			require.NoError(t, err)
			require.Equal(t, diatest.Without(vectors[name].AVPs, a.Code, a.Vendor), b)
		}
	}
}

func TestUnknownAVPsSurvive(t *testing.T) {
	x := odr()
	x.Extra = []diameter.AVP{{Code: 4400, Vendor: 10415, Data: []byte("new")}, {Code: 9, Vendor: 8, Flags: diameter.AVPProtected, Data: []byte{}}}
	x.UserIdentifier.Extra = []diameter.AVP{{Code: 4401, Vendor: 10415, Data: []byte("newer")}}
	m, err := diameter.NewRequest(x)
	require.NoError(t, err)
	var y t6a.ODR
	require.NoError(t, diameter.Decode(m, &y))
	require.Equal(t, *x, y)
	// An AVP of another command, and one of another reference point that the dictionary does not have.
	x.Extra = []diameter.AVP{{Code: 4314, Vendor: 10415, Flags: diameter.AVPMandatory, Data: make([]byte, 4)}}
	m, err = diameter.NewRequest(x)
	require.NoError(t, err)
	require.NoError(t, diameter.Decode(m, &y))
	require.Equal(t, x.Extra, y.Extra)
	x.Extra[0].Code = 504
	m, err = diameter.NewRequest(x)
	require.NoError(t, err)
	requireFault(t, diameter.Decode(m, &y), diameter.AVPUnsupported, x.Extra[0])
}

// TestStringMasks looks for identities and data in what people get to read.
func TestStringMasks(t *testing.T) {
	x := cmr()
	x.UserIdentifier = t6a.UserIdentifier{UserName: imsi, MSISDN: []byte{0x51, 0x55, 0x21, 3, 0, 0xf2}, ExternalIdentifier: "lamp7@example.com"}
	x.TerminalInformation = &t6a.TerminalInformation{IMEI: "49015420323751"}
	y := odr()
	y.NonIPData = []byte("secret data")
	for _, s := range []string{x.String(), fmt.Sprint(*x), fmt.Sprintf("%+v", x), x.LogValue().String(), y.String(), fmt.Sprint(*y),
		fmt.Sprint(x.UserIdentifier), fmt.Sprint(x.TerminalInformation)} {
		for _, secret := range []string{imsi[:6], "155512", "51552103", "lamp7@", "490154", "secret", hex.EncodeToString([]byte("secret"))} {
			require.NotContains(t, s, secret)
		}
	}
	require.Contains(t, x.String(), `User-Identifier: {User-Name: "00101**********", MSISDN: 15551******, External-Identifier: "lamp7************"}`)
	require.Contains(t, x.String(), "Connection-Action: UPDATE")
	require.Contains(t, y.String(), "Non-IP-Data: (11 octets)")
}

// TestAllocations guards the cost of reading an ODR and writing its ODA.
func TestAllocations(t *testing.T) {
	req, err := diameter.NewRequest(benchODR())
	require.NoError(t, err)
	buf := make([]byte, 0, 512)
	n := testing.AllocsPerRun(100, func() {
		var x t6a.ODR
		if err := x.DecodeAVPs(req.AVPs); err != nil {
			t.Fatal(err)
		}
		a := t6a.ODA{SessionID: x.SessionID, DRMP: x.DRMP, Result: diameter.Success, OriginHost: host, OriginRealm: realm}
		if _, err := a.AppendAVPs(buf); err != nil {
			t.Fatal(err)
		}
	})
	require.LessOrEqual(t, n, 4.0)
}
