package sctp

import (
	"context"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func addrs(ips ...string) []netip.Addr {
	var a []netip.Addr
	for _, ip := range ips {
		a = append(a, netip.MustParseAddr(ip))
	}
	return a
}

func TestAddressesAreRead(t *testing.T) {
	for text, want := range map[string]*Addr{
		"192.0.2.1:3868":                       {addrs("192.0.2.1"), 3868},
		"192.0.2.1/198.51.100.1:3868":          {addrs("192.0.2.1", "198.51.100.1"), 3868},
		"[2001:db8::1]:3868":                   {addrs("2001:db8::1"), 3868},
		"[2001:db8::1]/[2001:db8:1::1]:3868":   {addrs("2001:db8::1", "2001:db8:1::1"), 3868},
		"192.0.2.1/[2001:db8::1]:3868":         {addrs("192.0.2.1", "2001:db8::1"), 3868},
		"[::ffff:192.0.2.1]:3868":              {addrs("192.0.2.1"), 3868},
		":3868":                                {nil, 3868},
		"0.0.0.0:0":                            {addrs("0.0.0.0"), 0},
		"[fe80::1%lo]:65535":                   {addrs("fe80::1%lo"), 65535},
		"192.0.2.1/192.0.2.2/192.0.2.3:123":    {addrs("192.0.2.1", "192.0.2.2", "192.0.2.3"), 123},
		"192.0.2.1/[2001:db8::1]/192.0.2.2:12": {addrs("192.0.2.1", "2001:db8::1", "192.0.2.2"), 12},
	} {
		got, err := resolve(t.Context(), "sctp", text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		if got.IPs != nil {
			again, err := resolve(t.Context(), "sctp", got.String())
			require.NoError(t, err, text)
			require.Equal(t, got, again, text)
		}
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	for _, text := range []string{
		"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:http", "192.0.2.1:65536", "192.0.2.1:-1", "2001:db8::1:3868", "/192.0.2.1:3868",
		"192.0.2.1/:3868", "[]:3868", "[localhost]:3868", "0.0.0.0/192.0.2.1:3868", "192.0.2.1/[::]:3868",
	} {
		a, err := resolve(t.Context(), "sctp", text)
		require.Error(t, err, "%s is %v", text, a)
	}
	_, err := resolve(t.Context(), "sctp4", "[2001:db8::1]:3868")
	require.Error(t, err)
	_, err = resolve(t.Context(), "sctp6", "192.0.2.1:3868")
	require.Error(t, err)
	_, err = resolve(t.Context(), "tcp", "192.0.2.1:3868")
	require.Error(t, err)
}

func TestLookUpEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := resolve(ctx, "sctp", "host.invalid:3868")
	require.Error(t, err)
}

// The kernel gives addresses in the form in which it takes them.
func TestSockaddrs(t *testing.T) {
	a := &Addr{addrs("192.0.2.1", "2001:db8::1", "198.51.100.1"), 3868}
	require.Len(t, a.raw(), 2*sockaddrInLen+sockaddrIn6Len)
	require.Equal(t, a, parseAddrs(a.raw(), 3))
	require.Equal(t, &Addr{a.IPs[:2], 3868}, parseAddrs(a.raw(), 2))
	require.Equal(t, &Addr{a.IPs[:2], 3868}, parseAddrs(a.raw()[:sockaddrInLen+sockaddrIn6Len+3], 3))
	require.Equal(t, &Addr{}, parseAddrs(nil, 1))
}

func FuzzResolve(f *testing.F) {
	f.Add("192.0.2.1/[2001:db8::1]:3868")
	f.Add(":0")
	f.Fuzz(func(t *testing.T, text string) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // no look-ups
		a, err := resolve(ctx, "sctp", text)
		if err != nil {
			return
		}
		again, err := resolve(ctx, "sctp", a.String())
		require.NoError(t, err)
		require.Equal(t, a, again)
	})
}
