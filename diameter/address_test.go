package diameter_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

func TestAddressFrom(t *testing.T) {
	for in, want := range map[string]struct {
		family diameter.AddressFamily
		text   string
		octets int
	}{
		"192.0.2.1":          {diameter.FamilyIPv4, "192.0.2.1", 4},
		"::ffff:192.0.2.1":   {diameter.FamilyIPv4, "192.0.2.1", 4},
		"2001:db8::1":        {diameter.FamilyIPv6, "2001:db8::1", 16},
		"fe80::1%eth0":       {diameter.FamilyIPv6, "fe80::1", 16},
		"0.0.0.0":            {diameter.FamilyIPv4, "0.0.0.0", 4},
		"::":                 {diameter.FamilyIPv6, "::", 16},
		"::ffff:0.0.0.0%en0": {diameter.FamilyIPv4, "0.0.0.0", 4},
	} {
		a := diameter.AddressFrom(netip.MustParseAddr(in))
		require.Equal(t, want.family, a.Family(), in)
		require.Equal(t, want.text, a.String())
		require.Len(t, a.Bytes(), want.octets)
		ip, ok := a.Addr()
		require.True(t, ok)
		require.Equal(t, want.text, ip.String())
		same, err := diameter.AddressOf(a.Family(), a.Bytes())
		require.NoError(t, err)
		require.True(t, a == same)
		require.False(t, a.IsZero())
	}
	none := diameter.AddressFrom(netip.Addr{})
	require.True(t, none.IsZero() && none == diameter.Address{})
	require.Zero(t, none.Family())
	require.Empty(t, none.String())
	require.Nil(t, none.Bytes())
	_, ok := none.Addr()
	require.False(t, ok)
}

func TestAddressOf(t *testing.T) {
	for _, c := range []struct {
		family diameter.AddressFamily
		octets []byte
		text   string // "" for an address that cannot be
	}{
		{diameter.FamilyIPv4, []byte{192, 0, 2}, ""},
		{diameter.FamilyIPv4, []byte{192, 0, 2, 1, 0}, ""},
		{diameter.FamilyIPv6, make([]byte, 15), ""},
		{diameter.FamilyIPv6, nil, ""},
		{diameter.FamilyE164, []byte("4915112345678"), "E.164 49151********"},
		{diameter.FamilyE164, []byte{0x94, 0x51, 0x11, 0x32, 0x54}, "E.164 94511*****"},
		{16389, []byte{1, 2}, "family 16389 0102"},
		{0, nil, "family 0 "},
	} {
		a, err := diameter.AddressOf(c.family, c.octets)
		if c.text == "" {
			require.Error(t, err)
			require.True(t, a.IsZero())
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.family, a.Family())
		require.Equal(t, c.text, a.String())
		_, ok := a.Addr()
		require.False(t, ok)
		b := diameter.AppendAddress(nil, 257, 0, diameter.AVPMandatory, a)
		d := diameter.NewDecoder(b, func(uint64) int { return 6 })
		require.True(t, d.Next())
		require.Equal(t, a, d.Address())
		require.NoError(t, d.Err())
	}
}

// TestMaskedAddress: an address that a dictionary masks shows no more than a name does.
func TestMaskedAddress(t *testing.T) {
	number, err := diameter.AddressOf(diameter.FamilyE164, []byte("4915112345678"))
	require.NoError(t, err)
	var p diameter.Printer
	p.Open("")
	p.Masked("A", diameter.AddressFrom(netip.MustParseAddr("192.0.2.17")))
	p.Masked("B", number)
	p.Field("C", diameter.AddressFrom(netip.MustParseAddr("192.0.2.17")))
	require.Equal(t, "{A: 192.0*****, B: E.164 49151********, C: 192.0.2.17}", p.Close())
}

func ExampleAddressFrom() {
	a := diameter.AddressFrom(netip.MustParseAddr("2001:db8::1"))
	fmt.Println(a.Family(), a)
	// Output: IPv6 2001:db8::1
}

func ExampleDefinition() {
	err := diameter.AVPSessionID.Missing() // what a handler answers when a check of its own fails
	req := &diameter.Message{Flags: diameter.FlagRequest, Command: 8388733, App: 16777346}
	ans := diameter.ErrorAnswerFor(req, diameter.Identity{Host: "scef.example.com", Realm: "example.com"}, err)

	failed, _ := diameter.AVPFailedAVP.Find(ans.AVPs)
	missing, _ := diameter.AVPSessionID.Find(failed.Data)
	fmt.Println(err)
	fmt.Println(missing.Code, missing.Flags == diameter.AVPMandatory, len(missing.Data))
	// Output:
	// diameter: AVP 263 (vendor 0): Session-Id is missing: DIAMETER_MISSING_AVP (5005)
	// 263 true 0
}
