package diameter_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
)

func codecElements() []diatest.Element {
	return []diatest.Element{new(diameter.CER), new(diameter.CEA), new(diameter.DWR), new(diameter.DWA), new(diameter.DPR), new(diameter.DPA),
		new(diameter.AnswerMessage), new(diameter.VendorSpecificApplicationID), new(diameter.ExperimentalResult), new(diameter.ProxyInfo),
		new(diameter.OCSupportedFeatures), new(diameter.OCOLR), new(diameter.Load)}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, codecElements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "base.dia", diameter.NewBase, codecElements()...) }

func FuzzDecode(f *testing.F) {
	var vectors [][]byte
	for _, m := range diatest.Vectors(f, "testdata/erlang.txt") {
		vectors = append(vectors, m.AVPs)
	}
	diatest.Fuzz(f, vectors, codecElements()...)
}

// TestErlang compares with what Erlang's implementation of Diameter made of the same values with its own dictionary.
func TestErlang(t *testing.T) {
	vectors := diatest.Vectors(t, "testdata/erlang.txt")
	var cer diameter.CER
	require.NoError(t, diameter.Decode(vectors["CER"], &cer))
	require.Equal(t, diameter.CER{OriginHost: "mme.example.com", OriginRealm: "example.com", HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))},
		VendorID: 10415, ProductName: "x", SupportedVendorID: []uint32{10415},
		VendorSpecificApplicationID: []diameter.VendorSpecificApplicationID{{VendorID: 10415, AuthApplicationID: new(uint32(16777346))}}}, cer)
	dpr := diameter.DPR{OriginHost: "mme.example.com", OriginRealm: "example.com", DisconnectCause: diameter.DisconnectCauseBusy}
	for name, c := range map[string]diameter.Command{"CER": &cer, "DPR": &dpr} {
		m, err := diameter.NewRequest(c)
		require.NoError(t, err)
		m.HopByHop, m.EndToEnd = 0x11223344, 0x55667788
		require.Equal(t, hex.EncodeToString(vectors[name].Append(nil)), hex.EncodeToString(m.Append(nil)))
	}
}

var codecSCEF = diameter.Identity{Host: "scef.example.com", Realm: "example.com"}

// bareRequest makes a request of an application that this package does not know.
func bareRequest(avps ...diameter.AVP) *diameter.Message {
	m := &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable | diameter.FlagRetransmitted, Command: 999, App: 77,
		HopByHop: 3, EndToEnd: 4}
	m.AVPs = diameter.AppendExtra(nil, avps)
	return m
}

func textAVP(code diameter.AVPCode, s string) diameter.AVP {
	return diameter.AVP{Code: code, Flags: diameter.AVPMandatory, Data: []byte(s)}
}

func numberAVP(code diameter.AVPCode, v uint32) diameter.AVP {
	return diameter.AVP{Code: code, Flags: diameter.AVPMandatory, Data: binary.BigEndian.AppendUint32(nil, v)}
}

func TestErrorAnswer(t *testing.T) {
	proxies := []diameter.AVP{textAVP(284, "\x00\x00\x01\x18\x40\x00\x00\x09p\x00\x00\x00"), textAVP(284, "second, malformed")}
	req := bareRequest(numberAVP(277, 1), proxies[0], textAVP(263, "s;1;2"), textAVP(264, "mme"), proxies[1])
	failed := numberAVP(5, 0).Append(nil)

	m := diameter.ErrorAnswer(req, codecSCEF, diameter.MissingAVP, "why", failed)
	require.Equal(t, diameter.Message{Flags: diameter.FlagProxiable, Command: 999, App: 77, HopByHop: 3, EndToEnd: 4, AVPs: diameter.AppendExtra(nil,
		[]diameter.AVP{textAVP(263, "s;1;2"), numberAVP(268, 5005), numberAVP(277, 1), textAVP(264, codecSCEF.Host), textAVP(296, codecSCEF.Realm),
			{Code: 281, Data: []byte("why")}, {Code: 279, Flags: diameter.AVPMandatory, Data: failed}, proxies[0], proxies[1]})}, *m)

	// As little as possible, from a request with nothing in it, and from one that is malformed.
	bare := diameter.AppendExtra(nil, []diameter.AVP{numberAVP(268, 3004), textAVP(264, codecSCEF.Host), textAVP(296, codecSCEF.Realm)})
	for _, r := range []*diameter.Message{bareRequest(), {Flags: diameter.FlagRequest, AVPs: []byte{0, 0, 1, 7, 0, 0, 1}}} {
		m = diameter.ErrorAnswer(r, codecSCEF, diameter.TooBusy, "", nil)
		require.Equal(t, bare, m.AVPs)
		require.Equal(t, diameter.FlagError, m.Flags&^diameter.FlagProxiable)
	}
	var am diameter.AnswerMessage
	require.NoError(t, am.DecodeAVPs(m.AVPs))
	require.Equal(t, diameter.AnswerMessage{Result: diameter.TooBusy, OriginHost: codecSCEF.Host, OriginRealm: codecSCEF.Realm}, am)

	for r, flag := range map[diameter.Result]diameter.Flags{
		diameter.InvalidAVPBits: diameter.FlagError, diameter.UnableToComply: 0, diameter.ErrorUserUnknown: 0, {Code: 3001, Vendor: 10415}: 0,
	} {
		m = diameter.ErrorAnswer(req, codecSCEF, r, "", nil)
		require.Equal(t, flag, m.Flags&diameter.FlagError, r)
		got, err := diameter.ResultOf(m)
		require.NoError(t, err)
		require.Equal(t, r, got)
	}
	got, err := diameter.ResultOf(diameter.ErrorAnswer(req, codecSCEF, diameter.Result{}, "", nil))
	require.NoError(t, err)
	require.Equal(t, diameter.UnableToComply, got)
}

func TestErrorAnswerFor(t *testing.T) {
	fault := &diameter.AVPError{Result: diameter.InvalidAVPValue, Code: 5, Failed: numberAVP(5, 9).Append(nil), Reason: "too large"}
	for _, c := range []struct {
		err    error
		result diameter.Result
		failed []byte
	}{
		{fault, diameter.InvalidAVPValue, fault.Failed},
		{fmt.Errorf("t6a: %w", fault), diameter.InvalidAVPValue, fault.Failed},
		{&diameter.CommandError{}, diameter.CommandUnsupported, nil},
		{errors.New("database on fire"), diameter.UnableToComply, nil},
	} {
		m := diameter.ErrorAnswerFor(bareRequest(), codecSCEF, c.err)
		r, err := diameter.ResultOf(m)
		require.NoError(t, err)
		require.Equal(t, c.result, r)
		a, ok := diameter.FindAVP(m.AVPs, 279, 0)
		require.Equal(t, c.failed != nil, ok)
		require.Equal(t, c.failed, a.Data)
		require.NotContains(t, string(m.AVPs), "fire")
	}
}

func TestResultOf(t *testing.T) {
	exp := func(vendor, code uint32) diameter.AVP {
		return textAVP(297, string(diameter.AppendExtra(nil, []diameter.AVP{numberAVP(266, vendor), numberAVP(298, code)})))
	}
	for _, c := range []struct {
		avps []diameter.AVP
		want diameter.Result
	}{
		{[]diameter.AVP{numberAVP(268, 2001)}, diameter.Success},
		{[]diameter.AVP{exp(10415, 5001)}, diameter.ErrorUserUnknown},
		{[]diameter.AVP{textAVP(263, "\xff"), textAVP(9999, ""), exp(10415, 5001)}, diameter.ErrorUserUnknown}, // other AVPs do not matter
		{[]diameter.AVP{numberAVP(268, 2001), exp(10415, 5001)}, diameter.ErrorUserUnknown},
		{[]diameter.AVP{exp(10415, 5001), numberAVP(268, 2001)}, diameter.ErrorUserUnknown},
		{[]diameter.AVP{exp(10415, 2001), numberAVP(268, 5012)}, diameter.UnableToComply},
		{[]diameter.AVP{numberAVP(268, 5012), exp(10415, 2001)}, diameter.UnableToComply},
		{[]diameter.AVP{numberAVP(268, 5012), exp(10415, 5001)}, diameter.ErrorUserUnknown},
		{[]diameter.AVP{exp(10415, 5001), numberAVP(268, 5012)}, diameter.ErrorUserUnknown},
	} {
		got, err := diameter.ResultOf(&diameter.Message{AVPs: diameter.AppendExtra(nil, c.avps)})
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	for _, c := range []struct {
		avps   []diameter.AVP
		result diameter.Result
		failed diameter.AVP
	}{
		{nil, diameter.MissingAVP, numberAVP(268, 0)},
		{[]diameter.AVP{numberAVP(268, 0)}, diameter.InvalidAVPValue, numberAVP(268, 0)},
		{[]diameter.AVP{exp(10415, 0)}, diameter.InvalidAVPValue, exp(10415, 0)},
		{[]diameter.AVP{textAVP(268, "abc")}, diameter.InvalidAVPLength, textAVP(268, "abc")},
		{[]diameter.AVP{textAVP(297, string(numberAVP(266, 1).Append(nil)))}, diameter.MissingAVP, textAVP(297, string(numberAVP(298, 0).Append(nil)))},
	} {
		_, err := diameter.ResultOf(&diameter.Message{AVPs: diameter.AppendExtra(nil, c.avps)})
		e, ok := errors.AsType[*diameter.AVPError](err)
		require.True(t, ok)
		require.Equal(t, c.result, e.Result)
		require.Equal(t, c.failed.Append(nil), e.Failed)
	}
}

func TestDecodeChecksCommand(t *testing.T) {
	req, err := diameter.NewRequest(&diameter.DWR{OriginHost: "a", OriginRealm: "b"})
	require.NoError(t, err)
	require.NoError(t, diameter.Decode(req, new(diameter.DWR)))
	var e *diameter.CommandError
	require.ErrorAs(t, diameter.Decode(req, new(diameter.DWA)), &e) // R flag
	require.ErrorAs(t, diameter.Decode(req, new(diameter.DPR)), &e) // command
	other := *req
	other.App = 5
	require.ErrorAs(t, diameter.Decode(&other, new(diameter.DWR)), &e)
	require.Equal(t, "diameter: request of command 280 in application 5 is not *diameter.DWR", e.Error())
	_, err = diameter.NewAnswer(req, &diameter.DPA{Result: diameter.Success, OriginHost: "a", OriginRealm: "b"})
	require.ErrorAs(t, err, &e)
	_, err = diameter.NewAnswer(req, &diameter.DWR{OriginHost: "a", OriginRealm: "b"})
	require.ErrorAs(t, err, &e)
	_, err = diameter.NewRequest(&diameter.DWA{Result: diameter.Success, OriginHost: "a", OriginRealm: "b"})
	require.Error(t, err)
}

func TestNewAnswer(t *testing.T) {
	req, err := diameter.NewRequest(&diameter.DWR{OriginHost: "a", OriginRealm: "b"})
	require.NoError(t, err)
	req.HopByHop, req.EndToEnd = 8, 9
	proxy := textAVP(284, string(diameter.AppendExtra(nil, []diameter.AVP{textAVP(280, "p"), textAVP(33, "state")})))
	req.AVPs = proxy.Append(req.AVPs)
	ans, err := diameter.NewAnswer(req, &diameter.DWA{Result: diameter.Success, OriginHost: "c", OriginRealm: "d"})
	require.NoError(t, err)
	require.Equal(t, diameter.Message{Command: 280, HopByHop: 8, EndToEnd: 9, AVPs: diameter.AppendExtra(nil,
		[]diameter.AVP{numberAVP(268, 2001), textAVP(264, "c"), textAVP(296, "d"), proxy})}, *ans)
	// A command without Experimental-Result cannot have the result of a vendor.
	_, err = diameter.NewAnswer(req, &diameter.DWA{Result: diameter.ErrorUserUnknown, OriginHost: "c", OriginRealm: "d"})
	e, ok := errors.AsType[*diameter.AVPError](err)
	require.True(t, ok)
	require.Equal(t, diameter.MissingAVP, e.Result)
	ans, err = diameter.NewAnswer(req, &diameter.DWA{Result: diameter.TooBusy, OriginHost: "c", OriginRealm: "d"})
	require.NoError(t, err)
	require.Equal(t, diameter.FlagError, ans.Flags)
	// Two answers share no memory.
	one, err := diameter.NewAnswer(req, &diameter.DWA{Result: diameter.Success, OriginHost: "one", OriginRealm: "d"})
	require.NoError(t, err)
	before := hex.EncodeToString(one.AVPs)
	_, err = diameter.NewAnswer(req, &diameter.DWA{Result: diameter.Success, OriginHost: "two", OriginRealm: "d"})
	require.NoError(t, err)
	require.Equal(t, before, hex.EncodeToString(one.AVPs))
}

func TestLongCommand(t *testing.T) {
	_, err := diameter.NewRequest(&diameter.DWR{OriginHost: "a", OriginRealm: "b", Extra: []diameter.AVP{{Code: 9, Data: make([]byte, 1<<24)}}})
	require.ErrorContains(t, err, "longer than a message can be")
}

// TestTime goes over the day in 2036 on which the count of seconds starts anew, and to both ends.
func TestTime(t *testing.T) {
	for wire, want := range map[uint32]time.Time{
		0x80000000: time.Date(1968, 1, 20, 3, 14, 8, 0, time.UTC),
		0x83aa7e80: time.Unix(0, 0).UTC(),
		0xffffffff: time.Date(2036, 2, 7, 6, 28, 15, 0, time.UTC),
		0x00000000: time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC),
		0x00000001: time.Date(2036, 2, 7, 6, 28, 17, 0, time.UTC),
		0x7fffffff: time.Date(2104, 2, 26, 9, 42, 23, 0, time.UTC),
	} {
		b, err := diameter.AppendTime(nil, 55, 0, diameter.AVPMandatory, want.In(time.FixedZone("", 7200)))
		require.NoError(t, err)
		require.Equal(t, numberAVP(55, wire).Append(nil), b, want)
		d := diameter.NewDecoder(b, func(uint64) int { return 4 })
		require.True(t, d.Next())
		require.Equal(t, want, d.Time())
	}
	for _, bad := range []time.Time{{}, time.Date(1968, 1, 20, 3, 14, 7, 0, time.UTC), time.Date(2104, 2, 26, 9, 42, 24, 0, time.UTC)} {
		_, err := diameter.AppendTime(nil, 55, 0, 0, bad)
		require.Error(t, err)
	}
	b, err := diameter.AppendTime(nil, 55, 0, diameter.AVPMandatory, time.Unix(5, 999999999))
	require.NoError(t, err)
	require.Equal(t, numberAVP(55, 0x83aa7e85).Append(nil), b)
}

func TestFindAVP(t *testing.T) {
	b := diameter.AppendExtra(nil, []diameter.AVP{textAVP(1, "a"), {Code: 1, Vendor: 5, Data: []byte("b")}, textAVP(1, "c")})
	a, ok := diameter.FindAVP(b, 1, 5)
	require.True(t, ok)
	require.Equal(t, "b", string(a.Data))
	a, ok = diameter.FindAVP(b, 1, 0)
	require.True(t, ok)
	require.Equal(t, "a", string(a.Data))
	_, ok = diameter.FindAVP(b, 2, 0)
	require.False(t, ok)
	_, ok = diameter.FindAVP([]byte{0, 0, 0}, 0, 0)
	require.False(t, ok)
}

func ExampleErrorAnswer() {
	req := &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: 8388733, App: 16777346}
	ans := diameter.ErrorAnswer(req, diameter.Identity{Host: "scef.example.com", Realm: "example.com"}, diameter.TooBusy, "", nil)

	var m diameter.AnswerMessage
	if err := m.DecodeAVPs(ans.AVPs); err != nil {
		panic(err)
	}
	fmt.Println(m, ans.Flags&diameter.FlagError != 0)
	// Output: AnswerMessage{Origin-Host: "scef.example.com", Origin-Realm: "example.com", Result: DIAMETER_TOO_BUSY (3004)} true
}
