package tgpp_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/id"
)

var (
	home  = tgpp.PLMN{MCC: "001", MNC: "01"}
	three = tgpp.PLMN{MCC: "310", MNC: "410"}
)

// A codec is one kind of value, for the tests that do the same to all of them.
type codec struct {
	name   string
	parse  func([]byte) (any, error)
	append func([]byte, any) ([]byte, error)
	random func(*rand.Rand) any
	good   map[string]any // octets in hexadecimal, and what they are
	extra  map[string]any // octets that are read, but written in another way
	length []string       // octets that are a tgpp.ErrLength
	value  []string       // octets that are a tgpp.ErrValue
	unfit  []any          // values that cannot be written
}

// of makes the functions of a codec out of typed ones.
func of[T any](c codec, parse func([]byte) (T, error), appendTo func(T, []byte) ([]byte, error), random func(*rand.Rand) T) codec {
	c.parse = func(b []byte) (any, error) { return parse(b) }
	c.append = func(b []byte, v any) ([]byte, error) { return appendTo(v.(T), b) }
	c.random = func(r *rand.Rand) any { return random(r) }
	return c
}

// swap turns an Append function around, so that it is like a method.
func swap[T any](f func([]byte, T) ([]byte, error)) func(T, []byte) ([]byte, error) {
	return func(v T, b []byte) ([]byte, error) { return f(b, v) }
}

func digits(r *rand.Rand, least, most int) string {
	b := make([]byte, least+r.IntN(most-least+1))
	for i := range b {
		b[i] = '0' + byte(r.IntN(10))
	}
	return string(b)
}

func plmn(r *rand.Rand) tgpp.PLMN { return tgpp.PLMN{MCC: digits(r, 3, 3), MNC: digits(r, 2, 3)} }

func enodeb(r *rand.Rand, kinds ...tgpp.ENodeBKind) tgpp.ENodeB {
	k := kinds[r.IntN(len(kinds))]
	return tgpp.ENodeB{PLMN: plmn(r), Kind: k, ID: r.Uint32() & (1<<k - 1)}
}

func short[T any](r *rand.Rand, of func(tgpp.PLMN, uint16, uint16) T) T {
	return of(plmn(r), uint16(r.Uint32()), uint16(r.Uint32()))
}

// target is the value of eNodeB-Id and of Extended-eNodeB-Id.
type target struct {
	tgpp.ENodeB
	TAC uint16
}

func parseTarget(f func([]byte) (tgpp.ENodeB, uint16, error)) func([]byte) (target, error) {
	return func(b []byte) (target, error) {
		e, tac, err := f(b)
		return target{e, tac}, err
	}
}

func appendTarget(v target, b []byte) ([]byte, error) { return v.Append(b, v.TAC) }

var badPLMNs = []tgpp.PLMN{{}, {MCC: "01", MNC: "01"}, {MCC: "001", MNC: "1"}, {MCC: "001", MNC: "0101"}, {MCC: "0x1", MNC: "01"},
	{MCC: "001", MNC: "0/"}, {MCC: "001", MNC: "é"}}

var codecs = []codec{
	of(codec{
		name:   "number",
		good:   map[string]any{"5155210300f2": "15551230002", "f1": "1", "21": "12", "21436587092143f5": "123456789012345"},
		length: []string{"", "2143658709214365"},
		value:  []string{"0a", "a1", "f121", "ff", "1f", "21f1f1"},
		unfit:  []any{"", "+49", "12a", "1 2", "1234567890123456"},
	}, tgpp.ParseNumber, swap(tgpp.AppendNumber), func(r *rand.Rand) string { return digits(r, 1, 15) }),
	of(codec{
		name:   "MSISDN",
		good:   map[string]any{"5155210300f2": id.MSISDN("15551230002"), "942143f5": id.MSISDN("4912345")},
		length: []string{"", "2143", "2143658709214365"},
		value:  []string{"5155210300e2", "5f55210300f2"},
		unfit:  []any{id.MSISDN(""), id.MSISDN("1234"), id.MSISDN("+15551230002")},
	}, tgpp.ParseMSISDN, swap(tgpp.AppendMSISDN), func(r *rand.Rand) id.MSISDN { return id.MSISDN(digits(r, 5, 15)) }),
	of(codec{
		name:   "IMSI",
		good:   map[string]any{"00010100000000f1": id.IMSI("001010000000001"), "001010": id.IMSI("000101")},
		length: []string{"", "0010f0", "0001010000000011"},
		value:  []string{"0f0101"},
		unfit:  []any{id.IMSI(""), id.IMSI("00101"), id.IMSI("00101x")},
	}, tgpp.ParseIMSI, swap(tgpp.AppendIMSI), func(r *rand.Rand) id.IMSI { return id.IMSI(digits(r, 6, 15)) }),
	of(codec{
		name:   "IMEI",
		good:   map[string]any{"53029900711684f0": id.IMEI("35209900176148")},
		extra:  map[string]any{"53029900711684": id.IMEI("35209900176148"), "53029900711684f1": id.IMEI("35209900176148")},
		length: []string{"", "530299007116f8", "5302990071168411"},
		value:  []string{"53029900711684fa", "5302990071168a"},
		unfit:  []any{id.IMEI(""), id.IMEI("352099001761481"), id.IMEI("3520990017614x")},
	}, tgpp.ParseIMEI, swap(tgpp.AppendIMEI), func(r *rand.Rand) id.IMEI { return id.IMEI(digits(r, 14, 14)) }),
	of(codec{
		name:   "IMEISV",
		good:   map[string]any{"5302990071168432": id.IMEISV("3520990017614823")},
		length: []string{"", "53029900711684f2", "530299007116843232"},
		value:  []string{"53029900711684a2"},
		unfit:  []any{id.IMEISV(""), id.IMEISV("352099001761481")},
	}, tgpp.ParseIMEISV, swap(tgpp.AppendIMEISV), func(r *rand.Rand) id.IMEISV { return id.IMEISV(digits(r, 16, 16)) }),
	of(codec{
		name: "PLMN",
		good: map[string]any{"00f110": home, "130014": three, "62f220": tgpp.PLMN{MCC: "262", MNC: "02"},
			"001100": tgpp.PLMN{MCC: "001", MNC: "001"}},
		length: []string{"", "00f1", "00f11000"},
		value:  []string{"0af110", "a0f110", "00fa10", "00f11a", "00f1a0", "00a110"},
		unfit:  anys(badPLMNs),
	}, tgpp.ParsePLMN, tgpp.PLMN.Append, plmn),
	of(codec{
		name:   "LAI",
		good:   map[string]any{"00f1101a2b": tgpp.LAI{PLMN: home, LAC: 0x1a2b}},
		length: []string{"", "00f1101a", "00f1101a2b3c"},
		value:  []string{"0af1101a2b"},
		unfit:  []any{tgpp.LAI{LAC: 1}},
	}, tgpp.ParseLAI, tgpp.LAI.Append, func(r *rand.Rand) tgpp.LAI { return tgpp.LAI{PLMN: plmn(r), LAC: uint16(r.Uint32())} }),
	of(codec{
		name:   "RAI",
		good:   map[string]any{"00f1101a2b3c": tgpp.RAI{PLMN: home, LAC: 0x1a2b, RAC: 0x3c}},
		length: []string{"", "00f1101a2b", "00f1101a2b3cff"},
		value:  []string{"0af1101a2b3c"},
		unfit:  []any{tgpp.RAI{LAC: 1}},
	}, tgpp.ParseRAI, tgpp.RAI.Append, rai),
	of(codec{
		name:   "CGI",
		good:   map[string]any{"1300141a2b3c4d": tgpp.CGI{PLMN: three, LAC: 0x1a2b, CI: 0x3c4d}},
		length: []string{"", "1300141a2b3c", "1300141a2b3c4d5e"},
		value:  []string{"1a00141a2b3c4d"},
		unfit:  []any{tgpp.CGI{LAC: 1}},
	}, tgpp.ParseCGI, tgpp.CGI.Append, cgi),
	of(codec{
		name:   "SAI",
		good:   map[string]any{"1300141a2b3c4d": tgpp.SAI{PLMN: three, LAC: 0x1a2b, SAC: 0x3c4d}},
		length: []string{"", "1300141a2b3c", "1300141a2b3c4d5e"},
		value:  []string{"1a00141a2b3c4d"},
		unfit:  []any{tgpp.SAI{LAC: 1}},
	}, tgpp.ParseSAI, tgpp.SAI.Append, sai),
	of(codec{
		name:   "TAI",
		good:   map[string]any{"00f1101a2b": tgpp.TAI{PLMN: home, TAC: 0x1a2b}},
		length: []string{"", "00f1101a", "00f1101a2b3c"},
		value:  []string{"00f11a1a2b"},
		unfit:  []any{tgpp.TAI{TAC: 1}},
	}, tgpp.ParseTAI, tgpp.TAI.Append, tai),
	of(codec{
		name:   "ECGI",
		good:   map[string]any{"00f11001a2b3c4": tgpp.ECGI{PLMN: home, ECI: 0x1a2b3c4}, "1300140fffffff": tgpp.ECGI{PLMN: three, ECI: 0xfffffff}},
		extra:  map[string]any{"00f110f1a2b3c4": tgpp.ECGI{PLMN: home, ECI: 0x1a2b3c4}},
		length: []string{"", "00f11001a2b3", "00f11001a2b3c4d5"},
		value:  []string{"00f1a001a2b3c4"},
		unfit:  []any{tgpp.ECGI{ECI: 1}, tgpp.ECGI{PLMN: home, ECI: 1 << 28}},
	}, tgpp.ParseECGI, tgpp.ECGI.Append, ecgi),
	of(codec{
		name: "eNodeB-Id",
		good: map[string]any{
			"00f1100a2b3c1a2b": target{tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 0xa2b3c}, 0x1a2b},
			"00f1100a2b3c":     target{tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 0xa2b3c}, 0},
		},
		extra:  map[string]any{"00f110fa2b3c1a2b": target{tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 0xa2b3c}, 0x1a2b}},
		length: []string{"", "0a2b3c", "00f1100a2b3c1a", "00f1100a2b3c1a2b00"},
		value:  []string{"0af1100a2b3c1a2b", "0af1100a2b3c"},
		unfit: []any{target{}, target{ENodeB: tgpp.ENodeB{Kind: tgpp.MacroENodeB}},
			target{ENodeB: tgpp.ENodeB{PLMN: home, Kind: 19}}, target{ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 1 << 20}}},
	}, parseTarget(tgpp.ParseENodeBID), appendTarget,
		func(r *rand.Rand) target { return target{enodeb(r, tgpp.MacroENodeB), uint16(r.Uint32())} }),
	of(codec{
		name: "Extended-eNodeB-Id",
		good: map[string]any{
			"00f1101a2b3c1a2b": target{tgpp.ENodeB{PLMN: home, Kind: tgpp.LongMacroENodeB, ID: 0x1a2b3c}, 0x1a2b},
			"00f110822b3c1a2b": target{tgpp.ENodeB{PLMN: home, Kind: tgpp.ShortMacroENodeB, ID: 0x22b3c}, 0x1a2b},
		},
		extra:  map[string]any{"00f1107a2b3c1a2b": target{tgpp.ENodeB{PLMN: home, Kind: tgpp.LongMacroENodeB, ID: 0x1a2b3c}, 0x1a2b}},
		length: []string{"", "00f1101a2b", "00f1101a2b3c1a"},
		value:  []string{"0af1101a2b3c1a2b", "00f110842b3c1a2b"},
		unfit: []any{target{ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.ShortMacroENodeB, ID: 1 << 18}},
			target{ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.LongMacroENodeB, ID: 1 << 21}}},
	}, parseTarget(tgpp.ParseExtendedENodeBID), appendTarget,
		func(r *rand.Rand) target {
			return target{enodeb(r, tgpp.ShortMacroENodeB, tgpp.LongMacroENodeB), uint16(r.Uint32())}
		}),
	of(codec{
		name: "3GPP-User-Location-Info",
		good: map[string]any{
			"00" + "1300141a2b3c4d": tgpp.UserLocation{Type: tgpp.LocationCGI, CGI: tgpp.CGI{PLMN: three, LAC: 0x1a2b, CI: 0x3c4d}},
			"01" + "1300141a2b3c4d": tgpp.UserLocation{Type: tgpp.LocationSAI, SAI: tgpp.SAI{PLMN: three, LAC: 0x1a2b, SAC: 0x3c4d}},
			"02" + "00f1101a2b3cff": tgpp.UserLocation{Type: tgpp.LocationRAI, RAI: tgpp.RAI{PLMN: home, LAC: 0x1a2b, RAC: 0x3c}},
			"80" + "00f1101a2b":     tgpp.UserLocation{Type: tgpp.LocationTAI, TAI: tgpp.TAI{PLMN: home, TAC: 0x1a2b}},
			"81" + "00f11001a2b3c4": tgpp.UserLocation{Type: tgpp.LocationECGI, ECGI: tgpp.ECGI{PLMN: home, ECI: 0x1a2b3c4}},
			"82" + "00f1101a2b" + "13001401a2b3c4": tgpp.UserLocation{Type: tgpp.LocationTAIAndECGI,
				TAI: tgpp.TAI{PLMN: home, TAC: 0x1a2b}, ECGI: tgpp.ECGI{PLMN: three, ECI: 0x1a2b3c4}},
			"83" + "00f1100a2b3c": tgpp.UserLocation{Type: tgpp.LocationENodeB,
				ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 0xa2b3c}},
			"84" + "00f1101a2b" + "00f1100a2b3c": tgpp.UserLocation{Type: tgpp.LocationTAIAndENodeB,
				TAI: tgpp.TAI{PLMN: home, TAC: 0x1a2b}, ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 0xa2b3c}},
			"85" + "00f110822b3c": tgpp.UserLocation{Type: tgpp.LocationExtendedENodeB,
				ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.ShortMacroENodeB, ID: 0x22b3c}},
			"86" + "00f1101a2b" + "00f1101a2b3c": tgpp.UserLocation{Type: tgpp.LocationTAIAndExtendedENodeB,
				TAI: tgpp.TAI{PLMN: home, TAC: 0x1a2b}, ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.LongMacroENodeB, ID: 0x1a2b3c}},
			"87" + "00f110123456789a": tgpp.UserLocation{Type: 135, Other: "\x00\xf1\x10\x12\x34\x56\x78\x9a"},
			"03":                      tgpp.UserLocation{Type: 3},
		},
		extra: map[string]any{
			"02" + "00f1101a2b3c00": tgpp.UserLocation{Type: tgpp.LocationRAI, RAI: tgpp.RAI{PLMN: home, LAC: 0x1a2b, RAC: 0x3c}}},
		length: []string{"", "00", "001300141a2b3c", "0100f110", "0200f1101a2b3c", "80", "8000f110", "8000f1101a2b3c", "8100f11001a2b3",
			"8200f1101a2b", "8200f1101a2b13001401a2b3", "8300f1100a2b", "8400f1101a2b", "8500f110", "8600f1101a2b00f1101a2b3c4d"},
		value: []string{"801a00141a2b", "8200f1101a2b0af11001a2b3c4", "8500f110842b3c"},
		unfit: []any{tgpp.UserLocation{}, tgpp.UserLocation{Type: tgpp.LocationTAI}, tgpp.UserLocation{Type: tgpp.LocationRAI},
			tgpp.UserLocation{Type: tgpp.LocationENodeB, ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.LongMacroENodeB}},
			tgpp.UserLocation{Type: tgpp.LocationExtendedENodeB, ENodeB: tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB}}},
	}, tgpp.ParseUserLocation, tgpp.UserLocation.Append, location),
	of(codec{
		name: "3GPP-MS-TimeZone",
		good: map[string]any{
			"0000": tgpp.TimeZone{},
			"2300": tgpp.TimeZone{Offset: 8 * time.Hour},
			"0a00": tgpp.TimeZone{Offset: -5 * time.Hour},
			"8001": tgpp.TimeZone{Offset: 2 * time.Hour, DST: time.Hour},
			"2200": tgpp.TimeZone{Offset: 5*time.Hour + 30*time.Minute},
			"9702": tgpp.TimeZone{Offset: 79 * 15 * time.Minute, DST: 2 * time.Hour},
		},
		extra:  map[string]any{"0800": tgpp.TimeZone{}, "23fc": tgpp.TimeZone{Offset: 8 * time.Hour}},
		length: []string{"", "23", "230000"},
		value:  []string{"a000", "f100", "0003"},
		unfit: []any{tgpp.TimeZone{Offset: time.Minute}, tgpp.TimeZone{Offset: 20 * time.Hour}, tgpp.TimeZone{Offset: -20 * time.Hour},
			tgpp.TimeZone{DST: 3 * time.Hour}, tgpp.TimeZone{DST: time.Minute}},
	}, tgpp.ParseTimeZone, tgpp.TimeZone.Append, func(r *rand.Rand) tgpp.TimeZone {
		return tgpp.TimeZone{Offset: time.Duration(r.IntN(159)-79) * 15 * time.Minute, DST: time.Duration(r.IntN(3)) * time.Hour}
	}),
	of(codec{
		name:   "TMGI",
		good:   map[string]any{"1a2b3c00f110": tgpp.TMGI{ServiceID: 0x1a2b3c, PLMN: home}},
		length: []string{"", "1a2b3c00f1", "1a2b3c00f11000"},
		value:  []string{"1a2b3c0af110"},
		unfit:  []any{tgpp.TMGI{ServiceID: 1}, tgpp.TMGI{ServiceID: 1 << 24, PLMN: home}},
	}, tgpp.ParseTMGI, tgpp.TMGI.Append, func(r *rand.Rand) tgpp.TMGI { return tgpp.TMGI{ServiceID: r.Uint32() >> 8, PLMN: plmn(r)} }),
	of(codec{
		name: "MBMS-Session-Duration",
		good: map[string]any{
			"000000": time.Duration(0),
			"000080": time.Second,
			"070800": time.Hour,
			"000001": 24 * time.Hour,
			"070803": 73 * time.Hour,
			"a8c012": 19 * 24 * time.Hour,
		},
		extra:  map[string]any{"a8c000": 24 * time.Hour},
		length: []string{"", "0000", "00000000"},
		value:  []string{"a8c080", "000013", "ffffff"},
		unfit:  []any{-time.Second, 19*24*time.Hour + 1},
	}, tgpp.ParseMBMSSessionDuration, swap(tgpp.AppendMBMSSessionDuration),
		func(r *rand.Rand) time.Duration { return time.Duration(r.IntN(19*86400+1)) * time.Second }),
	of(codec{
		name:   "MBMS-Service-Area",
		good:   map[string]any{"000001": []uint16{1}, "0112345678": []uint16{0x1234, 0x5678}, "0200020001ffff": []uint16{2, 1, 0xffff}},
		length: []string{"", "00", "0000", "00000100", "010001", "ff0001"},
		value:  []string{"0100010001"},
		unfit:  []any{[]uint16(nil), []uint16{1, 1}, upTo(257)},
	}, tgpp.ParseMBMSServiceArea, swap(tgpp.AppendMBMSServiceArea), func(r *rand.Rand) []uint16 {
		codes := upTo(256)
		r.Shuffle(len(codes), func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		return codes[:1+r.IntN(256)]
	}),
	of(codec{
		name:   "MBMS-Flow-Identifier",
		good:   map[string]any{"1a2b": uint16(0x1a2b)},
		length: []string{"", "1a", "1a2b3c"},
	}, tgpp.ParseMBMSFlowIdentifier, func(v uint16, b []byte) ([]byte, error) { return tgpp.AppendMBMSFlowIdentifier(b, v), nil },
		func(r *rand.Rand) uint16 { return uint16(r.Uint32()) }),
	of(codec{
		name:   "Framed-IP-Address",
		good:   map[string]any{"c0000201": netip.MustParseAddr("192.0.2.1")},
		length: []string{"", "c00002", "20010db8000000000000000000000001"},
		unfit:  []any{netip.Addr{}, netip.MustParseAddr("2001:db8::1")},
	}, tgpp.ParseFramedIPAddress, swap(tgpp.AppendFramedIPAddress), func(r *rand.Rand) netip.Addr {
		return netip.AddrFrom4([4]byte{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())})
	}),
	of(codec{
		name: "Framed-IPv6-Prefix",
		good: map[string]any{
			"0080" + "20010db8000000000000000000000001": netip.MustParsePrefix("2001:db8::1/128"),
			"0040" + "20010db8000100020000000000000000": netip.MustParsePrefix("2001:db8:1:2::/64"),
			"0000" + "00000000000000000000000000000000": netip.MustParsePrefix("::/0"),
		},
		extra: map[string]any{
			"0040" + "20010db800010002":   netip.MustParsePrefix("2001:db8:1:2::/64"),
			"ff40" + "20010db80001000200": netip.MustParsePrefix("2001:db8:1:2::/64"),
			"0021" + "20010db880":         netip.MustParsePrefix("2001:db8:8000::/33"),
			"0000":                        netip.MustParsePrefix("::/0"),
		},
		length: []string{"", "00", "0001", "004020010db8000100", "008020010db800000000000000000000000100"},
		value:  []string{"008120010db8000000000000000000000001", "002020010db801", "0021" + "20010db8c0"},
		unfit:  []any{netip.Prefix{}, netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::1/64")},
	}, tgpp.ParseFramedIPv6Prefix, swap(tgpp.AppendFramedIPv6Prefix), func(r *rand.Rand) netip.Prefix {
		var a [16]byte
		for i := range a {
			a[i] = byte(r.Uint32())
		}
		return netip.PrefixFrom(netip.AddrFrom16(a), r.IntN(129)).Masked()
	}),
}

func anys[T any](s []T) (out []any) {
	for _, v := range s {
		out = append(out, v)
	}
	return out
}

func upTo(n int) []uint16 {
	s := make([]uint16, n)
	for i := range s {
		s[i] = uint16(i)
	}
	return s
}

func cgi(r *rand.Rand) tgpp.CGI {
	return short(r, func(p tgpp.PLMN, a, b uint16) tgpp.CGI { return tgpp.CGI{PLMN: p, LAC: a, CI: b} })
}

func sai(r *rand.Rand) tgpp.SAI {
	return short(r, func(p tgpp.PLMN, a, b uint16) tgpp.SAI { return tgpp.SAI{PLMN: p, LAC: a, SAC: b} })
}

func rai(r *rand.Rand) tgpp.RAI {
	return short(r, func(p tgpp.PLMN, a, b uint16) tgpp.RAI { return tgpp.RAI{PLMN: p, LAC: a, RAC: uint8(b)} })
}

func tai(r *rand.Rand) tgpp.TAI {
	return short(r, func(p tgpp.PLMN, a, _ uint16) tgpp.TAI { return tgpp.TAI{PLMN: p, TAC: a} })
}

func ecgi(r *rand.Rand) tgpp.ECGI { return tgpp.ECGI{PLMN: plmn(r), ECI: r.Uint32() >> 4} }

func location(r *rand.Rand) tgpp.UserLocation {
	types := []tgpp.LocationType{0, 1, 2, 3, 128, 129, 130, 131, 132, 133, 134, 135, 255}
	u := tgpp.UserLocation{Type: types[r.IntN(len(types))]}
	switch u.Type {
	case tgpp.LocationCGI:
		u.CGI = cgi(r)
	case tgpp.LocationSAI:
		u.SAI = sai(r)
	case tgpp.LocationRAI:
		u.RAI = rai(r)
	case tgpp.LocationENodeB, tgpp.LocationTAIAndENodeB:
		u.ENodeB = enodeb(r, tgpp.MacroENodeB)
	case tgpp.LocationExtendedENodeB, tgpp.LocationTAIAndExtendedENodeB:
		u.ENodeB = enodeb(r, tgpp.ShortMacroENodeB, tgpp.LongMacroENodeB)
	case tgpp.LocationECGI, tgpp.LocationTAIAndECGI:
		u.ECGI = ecgi(r)
	case tgpp.LocationTAI:
	default:
		u.Other = digits(r, 0, 9)
	}
	if u.Type.HasTAI() {
		u.TAI = tai(r)
	}
	return u
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestValues(t *testing.T) {
	t.Parallel()
	for _, c := range codecs {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for octets, want := range c.good {
				got, err := c.parse(unhex(t, octets))
				require.NoError(t, err, octets)
				require.Equal(t, want, got, octets)
				b, err := c.append([]byte{7}, want)
				require.NoError(t, err)
				require.Equal(t, "07"+octets, hex.EncodeToString(b))
			}
			for octets, want := range c.extra {
				got, err := c.parse(unhex(t, octets))
				require.NoError(t, err, octets)
				require.Equal(t, want, got, octets)
			}
			for _, octets := range c.length {
				_, err := c.parse(unhex(t, octets))
				require.ErrorIs(t, err, tgpp.ErrLength, octets)
				require.NotErrorIs(t, err, tgpp.ErrValue, octets)
			}
			for _, octets := range c.value {
				_, err := c.parse(unhex(t, octets))
				require.ErrorIs(t, err, tgpp.ErrValue, octets)
				require.NotErrorIs(t, err, tgpp.ErrLength, octets)
			}
			for _, v := range c.unfit {
				b, err := c.append([]byte{7}, v)
				require.Error(t, err, "%v", v)
				require.True(t, errors.Is(err, tgpp.ErrValue) || errors.Is(err, tgpp.ErrLength), "%v: %v", v, err)
				require.Equal(t, []byte{7}, b)
			}
		})
	}
}

// Whatever can be written is read as what it was.
func TestValuesRoundTrip(t *testing.T) {
	t.Parallel()
	for i, c := range codecs {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		for range 2000 {
			v := c.random(r)
			b, err := c.append(nil, v)
			require.NoError(t, err, "%s %v", c.name, v)
			got, err := c.parse(b)
			require.NoError(t, err, "%s %v: %x", c.name, v, b)
			require.Equal(t, v, got, "%s: %x", c.name, b)
		}
	}
}

// FuzzValues gives octets to one of the parsers. What it reads survives being written and read again.
func FuzzValues(f *testing.F) {
	for i, c := range codecs {
		for octets := range c.good {
			b, err := hex.DecodeString(octets)
			require.NoError(f, err)
			f.Add(uint8(i), b)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		c := codecs[int(which)%len(codecs)]
		before := slices.Clone(b)
		v, err := c.parse(b)
		require.Equal(t, before, b, "the octets are only read")
		if err != nil {
			require.True(t, errors.Is(err, tgpp.ErrLength) || errors.Is(err, tgpp.ErrValue), err)
			return
		}
		out, err := c.append(nil, v)
		require.NoError(t, err, "%s %x: %v", c.name, b, v)
		again, err := c.parse(out)
		require.NoError(t, err, "%s %x: %x", c.name, b, out)
		require.Equal(t, v, again, "%s %x: %x", c.name, b, out)
	})
}

func TestTBCD(t *testing.T) {
	t.Parallel()
	for digits, octets := range map[string]string{"": "", "1": "f1", "12": "21", "15551230002": "5155210300f2", "4912345": "942143f5"} {
		b, err := tgpp.AppendTBCD([]byte{0xff}, digits)
		require.NoError(t, err)
		require.Equal(t, "ff"+octets, hex.EncodeToString(b))
		s, err := tgpp.ParseTBCD(b[1:])
		require.NoError(t, err)
		require.Equal(t, digits, s)
	}
	for _, s := range []string{"+49", "12a", "1 2", "١"} {
		b, err := tgpp.AppendTBCD([]byte{7}, s)
		require.ErrorIs(t, err, tgpp.ErrValue)
		require.Equal(t, []byte{7}, b)
	}
}

// An error does not show whose number it is about.
func TestErrorsMask(t *testing.T) {
	t.Parallel()
	_, err := tgpp.ParseMSISDN(unhex(t, "2143658709214365"))
	require.Error(t, err)
	require.NotContains(t, err.Error(), "1234")
	_, err = tgpp.AppendIMSI(nil, "0010100000x0001")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "00101")
}

func TestValueStrings(t *testing.T) {
	t.Parallel()
	enb := tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 0x1a2b}
	for want, v := range map[string]fmt.Stringer{
		"001-01":                 home,
		"310-410":                three,
		"001-01-1a2b":            tgpp.LAI{PLMN: home, LAC: 0x1a2b},
		"001-01-0001":            tgpp.TAI{PLMN: home, TAC: 1},
		"001-01-1a2b-0c":         tgpp.RAI{PLMN: home, LAC: 0x1a2b, RAC: 12},
		"310-410-1a2b-3c4d":      tgpp.CGI{PLMN: three, LAC: 0x1a2b, CI: 0x3c4d},
		"310-410-1a2b-3c4e":      tgpp.SAI{PLMN: three, LAC: 0x1a2b, SAC: 0x3c4e},
		"001-01-00a2b3c":         tgpp.ECGI{PLMN: home, ECI: 0xa2b3c},
		"001-01-01a2b/20":        enb,
		"001-01-1a2b3c/21":       tgpp.ENodeB{PLMN: home, Kind: tgpp.LongMacroENodeB, ID: 0x1a2b3c},
		"short macro":            tgpp.ShortMacroENodeB,
		"macro":                  tgpp.MacroENodeB,
		"long macro":             tgpp.LongMacroENodeB,
		"ENodeBKind(3)":          tgpp.ENodeBKind(3),
		"1a2b3c-001-01":          tgpp.TMGI{ServiceID: 0x1a2b3c, PLMN: home},
		"UTC+00:00":              tgpp.TimeZone{},
		"UTC-03:30":              tgpp.TimeZone{Offset: -210 * time.Minute},
		"UTC+02:00 (DST +1h)":    tgpp.TimeZone{Offset: 2 * time.Hour, DST: time.Hour},
		"CGI 310-410-1a2b-3c4d":  tgpp.UserLocation{CGI: tgpp.CGI{PLMN: three, LAC: 0x1a2b, CI: 0x3c4d}},
		"SAI 310-410-1a2b-3c4d":  tgpp.UserLocation{Type: 1, SAI: tgpp.SAI{PLMN: three, LAC: 0x1a2b, SAC: 0x3c4d}},
		"RAI 310-410-1a2b-03":    tgpp.UserLocation{Type: 2, RAI: tgpp.RAI{PLMN: three, LAC: 0x1a2b, RAC: 3}},
		"eNodeB 001-01-01a2b/20": tgpp.UserLocation{Type: tgpp.LocationENodeB, ENodeB: enb},
		"type 135 (8 octets)":    tgpp.UserLocation{Type: 135, Other: "12345678"},
		"TAI 001-01-0001, ECGI 310-410-0000002": tgpp.UserLocation{Type: tgpp.LocationTAIAndECGI, TAI: tgpp.TAI{PLMN: home, TAC: 1},
			ECGI: tgpp.ECGI{PLMN: three, ECI: 2}},
	} {
		require.Equal(t, want, v.String())
	}
}

func TestValueTexts(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(map[string]any{"plmn": home, "tmgi": tgpp.TMGI{ServiceID: 0x1a2b3c, PLMN: three}})
	require.NoError(t, err)
	require.JSONEq(t, `{"plmn":"001-01","tmgi":"1a2b3c130014"}`, string(b))
	var v struct {
		PLMN tgpp.PLMN
		TMGI tgpp.TMGI
	}
	require.NoError(t, json.Unmarshal(b, &v))
	require.Equal(t, home, v.PLMN)
	require.Equal(t, tgpp.TMGI{ServiceID: 0x1a2b3c, PLMN: three}, v.TMGI)
	for _, p := range badPLMNs {
		_, err := p.MarshalText()
		require.ErrorIs(t, err, tgpp.ErrValue)
		require.ErrorIs(t, new(tgpp.PLMN).UnmarshalText([]byte(p.String())), tgpp.ErrValue, "%v", p)
	}
	_, err = tgpp.TMGI{}.MarshalText()
	require.ErrorIs(t, err, tgpp.ErrValue)
	for _, s := range []string{"", "1a", "1a2b3c13001", "1a2b3c13001x", "1a2b3c1a0014"} {
		require.Error(t, new(tgpp.TMGI).UnmarshalText([]byte(s)), s)
	}

	for _, p := range []tgpp.PLMN{home, three} {
		got, err := tgpp.ParsePLMNDigits(p.Digits())
		require.NoError(t, err)
		require.Equal(t, p, got)
	}
	for s, want := range map[string]error{"": tgpp.ErrLength, "0010": tgpp.ErrLength, "0010101": tgpp.ErrLength, "001-01": tgpp.ErrValue} {
		_, err := tgpp.ParsePLMNDigits(s)
		require.ErrorIs(t, err, want, s)
	}
}

func TestUserLocationParts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	for range 500 {
		u := location(r)
		s := u.String()
		require.Equal(t, u.Type.HasTAI(), u.TAI != tgpp.TAI{}, s)
		require.Equal(t, u.Type.HasECGI(), u.ECGI != tgpp.ECGI{}, s)
		require.Equal(t, u.Type.HasENodeB(), u.ENodeB != tgpp.ENodeB{}, s)
		if p := u.PLMN(); p == (tgpp.PLMN{}) {
			require.True(t, strings.HasPrefix(s, "type "), s)
		} else {
			require.Contains(t, s, p.String())
		}
	}
	require.Equal(t, tgpp.ENodeB{PLMN: home, Kind: tgpp.MacroENodeB, ID: 0x1a2b3}, tgpp.ECGI{PLMN: home, ECI: 0x1a2b3c4}.MacroENodeB())
}

func TestTimeZoneLocation(t *testing.T) {
	t.Parallel()
	z := tgpp.TimeZone{Offset: 2 * time.Hour, DST: time.Hour}
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC).In(z.Location())
	require.Equal(t, "14:00 UTC+02:00 (DST +1h)", at.Format("15:04 MST"))
}

// A part of a second does not make a session one without an end.
func TestMBMSSessionDurationRoundsUp(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]time.Duration{
		1: time.Second, 1500 * time.Millisecond: 2 * time.Second, 24*time.Hour - 1: 24 * time.Hour,
	} {
		b, err := tgpp.AppendMBMSSessionDuration(nil, d)
		require.NoError(t, err)
		got, err := tgpp.ParseMBMSSessionDuration(b)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestFramedIPAddressMapped(t *testing.T) {
	t.Parallel()
	b, err := tgpp.AppendFramedIPAddress(nil, netip.MustParseAddr("::ffff:192.0.2.1"))
	require.NoError(t, err)
	require.Equal(t, []byte{192, 0, 2, 1}, b)
}
