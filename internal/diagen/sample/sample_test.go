package sample_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/internal/diagen/sample"
)

const acme = 99999

func elements() []diatest.Element {
	return []diatest.Element{new(sample.XYR), new(sample.XYA), new(sample.Box), new(sample.Lid), new(sample.Pack), new(sample.Tag)}
}

func TestRoundTrip(t *testing.T) { diatest.RoundTrip(t, elements()...) }

func TestConform(t *testing.T) { diatest.Conform(t, "sample.dia", sample.New, elements()...) }

func FuzzDecode(f *testing.F) { diatest.Fuzz(f, nil, elements()...) }

func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func avp(code diameter.AVPCode, flags diameter.AVPFlags, data ...[]byte) []byte {
	vendor := diameter.VendorID(acme)
	if code > 255 {
		vendor = 0
	}
	return diameter.AVP{Code: code, Vendor: vendor, Flags: flags, Data: bytes.Join(data, nil)}.Append(nil)
}

const m = diameter.AVPMandatory

// Parts of an XYR that has only what it must have.
var (
	session = avp(263, m, []byte("s;1;2"))
	when    = avp(9, m, u32(0x90000000))
	where   = avp(8, 0, []byte{0, 1, 192, 0, 2, 1})
	lid     = avp(16, 0, when, where)
	box     = avp(15, m, avp(2, m, u32(1)), lid)
	text    = avp(10, 0)
	count   = avp(4, 0, u32(3))
	colour  = avp(13, 0, u32(7))
	host    = diameter.AddressFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}))
)

func join(b ...[]byte) []byte { return bytes.Join(b, nil) }

func TestDecodeErrors(t *testing.T) {
	whole := join(session, box, text, count, count, colour)
	require.NoError(t, new(sample.XYR).DecodeAVPs(whole))

	lying := func(b []byte, n byte) []byte {
		b = slices.Clone(b)
		b[7] = n
		return b
	}
	zero := func(n int) []byte { return make([]byte, n) }
	for _, c := range []struct {
		name   string
		avps   []byte
		result diameter.Result
		failed []byte
	}{
		{"missing text", join(box, text, count, count, colour), diameter.MissingAVP, avp(263, m)},
		{"missing group", join(session, text, count, count, colour), diameter.MissingAVP,
			avp(15, m, avp(2, m, zero(4)), avp(16, 0, avp(9, m, zero(4)), avp(8, 0, zero(6))))},
		{"missing in group", join(session, avp(15, m, lid), text, count, count, colour), diameter.MissingAVP, avp(15, m, avp(2, m, zero(4)))},
		{"missing in group in group", join(session, avp(15, m, avp(2, m, u32(1)), avp(16, 0, where)), text), diameter.MissingAVP,
			avp(15, m, avp(16, 0, avp(9, m, zero(4))))},
		{"one of two", join(session, box, text, count, colour), diameter.MissingAVP, avp(4, 0, zero(4))},
		{"none at all", nil, diameter.MissingAVP, avp(263, m)},
		{"twice", join(whole, avp(263, m, []byte("other"))), diameter.AVPOccursTooManyTimes, avp(263, m, []byte("other"))},
		{"three of two", join(whole, avp(16, 0, when, where, avp(11, 0, []byte("a")), avp(11, 0, []byte("b")), avp(11, 0, []byte("c")), avp(11, 0, []byte("d")))),
			diameter.AVPOccursTooManyTimes, avp(16, 0, avp(11, 0, []byte("c")))},
		{"four other AVPs of three", join(whole, avp(71, 0), avp(72, 0), avp(73, 0), avp(74, 0)), diameter.AVPOccursTooManyTimes, avp(74, 0)},
		{"short number", join(whole, avp(5, m, zero(7))), diameter.InvalidAVPLength, avp(5, m, zero(7))},
		{"long number", join(whole, avp(6, 0, zero(5))), diameter.InvalidAVPLength, avp(6, 0, zero(5))},
		{"long enumeration", join(session, avp(13, 0, zero(8))), diameter.InvalidAVPLength, avp(13, 0, zero(8))},
		{"short time in group", join(avp(16, 0, avp(9, m, zero(3)))), diameter.InvalidAVPLength, avp(16, 0, avp(9, m, zero(3)))},
		{"no address", join(avp(8, 0, []byte{0})), diameter.InvalidAVPLength, avp(8, 0, []byte{0})},
		{"short address", join(avp(8, 0, []byte{0, 2, 1, 2, 3, 4})), diameter.InvalidAVPLength, avp(8, 0, []byte{0, 2, 1, 2, 3, 4})},
		{"longer than the message", join(session, lying(avp(9, m, zero(4)), 20)), diameter.InvalidAVPLength, avp(9, m, zero(4))},
		{"longer than the message, octets", join(session, lying(avp(1, 0, zero(4)), 24)), diameter.InvalidAVPLength, avp(1, 0)},
		{"shorter than its head", join(session, lying(avp(5, m, zero(8)), 11)), diameter.InvalidAVPLength, avp(5, m, zero(8))},
		{"longer than its group", join(session, avp(15, m, lying(avp(2, m, zero(4)), 17)), text), diameter.InvalidAVPLength,
			avp(15, m, avp(2, m, zero(4)))},
		{"rest of a head", join(session, []byte{0, 0, 1}), diameter.InvalidAVPLength, []byte{0, 0, 1, 0, 0, 0, 0, 8}},
		{"head without vendor", join(session, avp(5, m)[:8]), diameter.InvalidAVPLength, []byte{0, 0, 0, 5, 0x40, 0, 0, 8}},
		{"not UTF-8", join(session, avp(10, 0, []byte{0xff})), diameter.InvalidAVPValue, avp(10, 0, []byte{0xff})},
		{"empty text", avp(263, m), diameter.InvalidAVPValue, avp(263, m)},
		{"empty identity", avp(11, 0), diameter.InvalidAVPValue, avp(11, 0)},
		{"identity with a space", avp(11, 0, []byte("long.example com")), diameter.InvalidAVPValue, avp(11, 0, []byte("long.example com"))},
		{"identity with DEL", avp(11, 0, []byte("\x7f.example")), diameter.InvalidAVPValue, avp(11, 0, []byte("\x7f.example"))},
		{"identity not ASCII", avp(11, 0, []byte("\u00e9t\u00e9.example")), diameter.InvalidAVPValue, avp(11, 0, []byte("\u00e9t\u00e9.example"))},
		{"unknown, must understand", join(whole, avp(77, m, []byte("?"))), diameter.AVPUnsupported, avp(77, m, []byte("?"))},
		{"the same in a group", join(session, avp(16, 0, avp(77, m))), diameter.AVPUnsupported, avp(16, 0, avp(77, m))},
		{"known, but not in a strict group", join(session, avp(15, m, avp(6, 0, zero(4)))), diameter.AVPNotAllowed, avp(15, m, avp(6, 0, zero(4)))},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := new(sample.XYR).DecodeAVPs(c.avps)
			var e *diameter.AVPError
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.result, e.Result, err)
			require.Equal(t, c.failed, e.Failed)
			first, _, err := diameter.NextAVP(e.Failed)
			for err == nil && e.Code != first.Code { // the code is that of the innermost AVP
				first, _, err = diameter.NextAVP(first.Data)
			}
			require.NoError(t, err)
		})
	}
}

func TestDecodeAccepts(t *testing.T) {
	whole := join(session, box, text, count, count, colour)
	decode := func(b []byte) *sample.XYR {
		x := new(sample.XYR)
		require.NoError(t, x.DecodeAVPs(b))
		return x
	}
	require.Empty(t, decode(whole).Extra)
	require.Equal(t, []diameter.AVP{{Code: 77, Vendor: acme, Data: []byte("?")}}, decode(join(whole, avp(77, 0, []byte("?")))).Extra)
	// Node may carry the M bit wrongly, and Text not be padded at the end.
	require.Equal(t, "host", decode(join(whole, avp(11, m, []byte("host")))).Node)
	require.Equal(t, "hos", decode(join(whole, avp(11, 0, []byte("hos"))[:15])).Node)
	// Secret is known, so it may stand where the grammar has room, whatever its M bit.
	require.Equal(t, []diameter.AVP{{Code: 17, Vendor: acme, Flags: m, Data: []byte("x")}}, decode(join(whole, avp(17, m, []byte("x")))).Extra)
	// Without room for other AVPs, unknown ones that may be ignored are.
	ok := join(session, avp(15, m, avp(2, m, u32(1)), avp(77, 0), lid), text, count, count, colour)
	require.Equal(t, decode(whole), decode(ok))
	// Enumerations are open.
	require.Equal(t, sample.Colour(-2), decode(join(session, box, text, count, count, avp(13, 0, []byte{255, 255, 255, 254}))).Colour)
	// What is there but empty is not absent.
	require.NotNil(t, decode(join(whole, avp(1, 0))).Octets)
	require.Nil(t, decode(whole).Octets)
	b := []byte{}
	require.Equal(t, b, decode(join(whole, avp(20, 0))).Bag)
}

// TestDirectives checks what ;@name, ;@mbit and ;@required make.
func TestDirectives(t *testing.T) {
	pack := sample.Pack{OriginHost: "a", ProductName: "b", Secret: "c"}
	b, err := pack.AppendAVPs(nil)
	require.NoError(t, err)
	require.Equal(t, join(diameter.AppendString(nil, 264, 0, 0, "a"), diameter.AppendString(nil, 269, 0, m, "b"), avp(17, m, []byte("c"))), b)
	require.Equal(t, diameter.AVPFlags(0), sample.AVPOriginHost.Flags)
	require.Equal(t, m, diameter.AVPOriginHost.Flags)

	// The group alone needs no Flow, within XYR it does.
	require.NoError(t, pack.DecodeAVPs(b))
	whole := join(session, box, text, count, count, colour)
	var e *diameter.AVPError
	require.ErrorAs(t, new(sample.XYR).DecodeAVPs(join(whole, avp(24, 0, b))), &e)
	require.Equal(t, diameter.MissingAVP, e.Result)
	require.Equal(t, avp(24, 0, avp(22, 0)), e.Failed)
	x := sample.XYR{}
	require.NoError(t, x.DecodeAVPs(whole))
	x.Pack = &pack
	_, err = x.AppendAVPs(nil)
	require.ErrorAs(t, err, &e)
	require.Equal(t, avp(24, 0, avp(22, 0)), e.Failed)
	x.Pack.Flow, x.Line = "permit in ip from any to any", "named"
	out, err := x.AppendAVPs(nil)
	require.NoError(t, err)
	require.Equal(t, join(whole, avp(23, 0, []byte("named")), avp(24, 0, b, avp(22, 0, []byte(x.Pack.Flow)))), out)
	// The other direction of a fault: an address that is none among several.
	x.Pack.Where = []diameter.Address{host, {}}
	_, err = x.AppendAVPs(nil)
	require.ErrorAs(t, err, &e)
	require.Equal(t, avp(24, 0, avp(8, 0, make([]byte, 6))), e.Failed)
}

func TestNew(t *testing.T) {
	require.IsType(t, new(sample.XYR), sample.New(sample.CodeXYR, true))
	require.IsType(t, new(sample.XYA), sample.New(sample.CodeXYR, false))
	require.Nil(t, sample.New(301, true))
}

func TestDecodeIsNewEachTime(t *testing.T) {
	x := new(sample.XYR)
	require.NoError(t, x.DecodeAVPs(join(session, box, text, count, count, colour, avp(11, 0, []byte("host")))))
	require.NoError(t, x.DecodeAVPs(join(session, box, text, count, count, colour)))
	require.Empty(t, x.Node)
	require.Len(t, x.Count, 2)
}

func TestTooManyAVPs(t *testing.T) {
	b := bytes.Repeat(avp(4, 0, u32(1)), diameter.MaxAVPs+1)
	var e *diameter.AVPError
	require.ErrorAs(t, new(sample.XYR).DecodeAVPs(b), &e)
	require.Equal(t, diameter.UnableToComply, e.Result)
}

func TestEncodeErrors(t *testing.T) {
	full := func() *sample.XYR {
		return &sample.XYR{SessionID: "s", Count: []uint32{1, 2},
			Box: sample.Box{Small: 1, Lid: sample.Lid{When: time.Unix(1e9, 0), Where: host}}}
	}
	_, err := full().AppendAVPs(nil)
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		spoil  func(*sample.XYR)
		result diameter.Result
		failed []byte
	}{
		{"no text", func(x *sample.XYR) { x.SessionID = "" }, diameter.MissingAVP, avp(263, m)},
		{"too few", func(x *sample.XYR) { x.Count = x.Count[:1] }, diameter.MissingAVP, avp(4, 0, make([]byte, 4))},
		{"no time in groups", func(x *sample.XYR) { x.Box.Lid.When = time.Time{} }, diameter.MissingAVP,
			avp(15, m, avp(16, 0, avp(9, m, make([]byte, 4))))},
		{"no address in groups", func(x *sample.XYR) { x.Box.Lid.Where = diameter.Address{} }, diameter.MissingAVP,
			avp(15, m, avp(16, 0, avp(8, 0, make([]byte, 6))))},
		{"too many", func(x *sample.XYR) { x.Box.Lid.Node = []string{"a", "b", "c"} }, diameter.AVPOccursTooManyTimes,
			avp(15, m, avp(16, 0, avp(11, 0)))},
		{"time too early", func(x *sample.XYR) { x.When = time.Date(1968, 1, 20, 3, 14, 7, 0, time.UTC) }, diameter.InvalidAVPValue,
			avp(9, m, make([]byte, 4))},
		{"time too late", func(x *sample.XYR) { x.When = time.Date(2104, 2, 26, 9, 42, 24, 0, time.UTC) }, diameter.InvalidAVPValue,
			avp(9, m, make([]byte, 4))},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := full()
			c.spoil(x)
			_, err := x.AppendAVPs(nil)
			var e *diameter.AVPError
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.result, e.Result, err)
			require.Equal(t, c.failed, e.Failed)
			_, err = diameter.NewRequest(x)
			require.ErrorAs(t, err, &e)
		})
	}
}

func TestString(t *testing.T) {
	x := sample.XYR{SessionID: "s", Octets: make([]byte, 9), Where: host, Colour: 3, Count: []uint32{1, 2},
		Box:  sample.Box{Small: -1, Secret: "123456789", Lid: sample.Lid{When: time.Unix(1e9, 0).UTC()}},
		Mode: new(sample.ModeFast), SampleFlags: new(sample.SampleFlagFirst | sample.SampleFlagLast | 4),
		Extra: []diameter.AVP{{Code: 5, Vendor: 6, Data: []byte("hidden")}}}
	require.Equal(t, `XYR{Session-Id: "s", Box: {Small: -1, Lid: {When: 2001-09-09T01:46:40Z, Where: }, Secret: "12345****"}, 3GPP-UE-Text: "", `+
		`Count: 1, Count: 2, Colour: 3, Octets: (9 octets), Where: 192.0.2.1, Sample-Flags: First|Last|0x4, Mode: FAST, AVP 6:5: (6 octets)}`, x.String())
	require.Equal(t, x.String(), x.LogValue().String())
	require.Equal(t, "SEA_BLUE", sample.ColourSeaBlue.String())
	require.Equal(t, sample.Colour(-1), sample.ColourAny)
}
