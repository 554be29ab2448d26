package s6t_test

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
	"github.com/scefkit/scefkit/s6t"
)

func elements() []diatest.Element {
	return []diatest.Element{
		new(s6t.TerminalInformation), new(s6t.UserIdentifier), new(s6t.AESECommunicationPattern),
		new(s6t.CommunicationPatternSet), new(s6t.ScheduledCommunicationTime),
		new(s6t.AESECommunicationPatternConfigStatus), new(s6t.AESEErrorReport), new(s6t.MonitoringEventConfiguration),
		new(s6t.MonitoringEventReport), new(s6t.SupportedServices), new(s6t.NIDDAuthorizationRequest),
		new(s6t.NIDDAuthorizationResponse), new(s6t.EnhancedCoverageRestriction), new(s6t.EnhancedCoverageRestrictionData),
		new(s6t.RestrictedPLMNList), new(s6t.AllowedPLMNList), new(s6t.NIDDAuthorizationUpdate), new(s6t.GroupReport),
		new(s6t.GroupReportItem), new(s6t.APNValidityTime), new(s6t.SuggestedNetworkConfiguration),
		new(s6t.AdditionalIdentifiers), new(s6t.GroupUserIdentifier), new(s6t.MTCProviderInfo),
		new(s6t.PDNConnectivityStatusConfiguration), new(s6t.PDNConnectivityStatusReport),
		new(s6t.UpdatedNetworkConfiguration), new(s6t.ExcludeIdentifiers), new(s6t.IncludeIdentifiers), new(s6t.CIR),
		new(s6t.CIA), new(s6t.RIR), new(s6t.RIA), new(s6t.NIR), new(s6t.NIA),
	}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "s6t.dia", s6t.New, elements()...) }

func FuzzDecode(f *testing.F) {
	var vectors [][]byte
	for _, m := range diatest.Vectors(f, "testdata/erlang.txt") {
		vectors = append(vectors, m.AVPs)
	}
	diatest.Fuzz(f, vectors, elements()...)
}

var msisdn = []byte{0x51, 0x55, 0x21, 0x03, 0x00, 0xf2}

// TestErlang compares with what Erlang's implementation of Diameter made of the same values.
func TestErlang(t *testing.T) {
	vectors := diatest.Vectors(t, "testdata/erlang.txt")
	day := func(month time.Month) time.Time { return time.Date(2027, month, 1, 0, 0, 0, 0, time.UTC) }
	for name, want := range map[string]diameter.Command{
		"NIR": &s6t.NIR{SessionID: "mme.example.com;1;2", OriginHost: "mme.example.com", OriginRealm: "example.com",
			DestinationRealm: "example.com", UserIdentifier: s6t.UserIdentifier{ExternalIdentifier: "lamp7@example.com",
				TypeOfExternalIdentifier: new(s6t.TypeOfExternalIdentifierExternalUEIdentifierType)},
			SupportedFeatures:        []tgpp.SupportedFeatures{{VendorID: 10415, FeatureListID: 1, FeatureList: 5}},
			NIDDAuthorizationRequest: &s6t.NIDDAuthorizationRequest{ServiceSelection: "iot.example", RequestedValidityTime: day(1)},
			NIDDAuthorizationUpdate: &s6t.NIDDAuthorizationUpdate{APNValidityTime: []s6t.APNValidityTime{
				{GrantedValidityTime: day(2), ServiceSelection: "iot.example"}}},
			NIRFlags:            new(s6t.NIRFlagIncompleteGroupUserIdentifierList),
			GroupUserIdentifier: []s6t.GroupUserIdentifier{{MSISDN: msisdn}, {UserName: "001010000000043"}},
			MTCProviderInfo:     &s6t.MTCProviderInfo{MTCProviderID: "acme"}},
		"NIA": &s6t.NIA{SessionID: "mme.example.com;1;2", Result: diameter.Success, OriginHost: "scef.example.com", OriginRealm: "example.com",
			NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{MSISDN: msisdn, UserName: "001010000000042",
				ExternalIdentifier: "lamp7@example.com", GrantedValidityTime: day(1)}, NIAFlags: new(s6t.NIAFlags(0))},
	} {
		m := vectors[name]
		require.NotNil(t, m)
		got := map[string]diameter.Command{"NIR": new(s6t.NIR), "NIA": new(s6t.NIA)}[name]
		require.NoError(t, diameter.Decode(m, got))
		require.Equal(t, want, got)
		b, err := want.AppendAVPs(nil)
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(m.AVPs), hex.EncodeToString(b))
	}
}

// TestNIRWire compares with octets put together by hand from RFC 6733 and TS 29.336.
func TestNIRWire(t *testing.T) {
	m, err := diameter.NewRequest(&s6t.NIR{SessionID: "scef;1", OriginHost: "scef", OriginRealm: "org", DestinationHost: "hss",
		DestinationRealm: "org", UserIdentifier: s6t.UserIdentifier{MSISDN: msisdn},
		NIDDAuthorizationRequest: &s6t.NIDDAuthorizationRequest{ServiceSelection: "iot"}, NIRFlags: new(s6t.NIRFlags(0))})
	require.NoError(t, err)
	require.Equal(t, strings.Join(strings.Fields(`
		01 0000a8  c0 800076  01000081  00000000  00000000
		00000107 40 00000e  736365663b31 0000
		00000115 40 00000c  00000001
		00000108 40 00000c  73636566
		00000128 40 00000b  6f7267 00
		0000011b 40 00000b  6f7267 00
		00000c1e c0 000020 000028af
			000002bd c0 000012 000028af  5155210300f2 0000
		00000125 40 00000b  687373 00
		00000c4e c0 000018 000028af
			000001ed 40 00000b  696f74 00
		00000c66 80 000010 000028af  00000000`), ""), hex.EncodeToString(m.Append(nil)))
}

func TestStringMasks(t *testing.T) {
	x := s6t.NIA{Result: diameter.Success, NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{MSISDN: msisdn, UserName: "001010000000042",
		ExternalIdentifier: "lamp7@example.com"}, GroupUserIdentifier: []s6t.GroupUserIdentifier{{UserName: "001010000000042"}}}
	for _, secret := range []string{"001010", "155512", "5155", "lamp7@"} {
		require.NotContains(t, fmt.Sprint(x), secret)
	}
}
