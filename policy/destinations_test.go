package policy_test

import (
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/policy"
)

func TestDestinationPorts(t *testing.T) {
	d := policy.PublicDestinations{HTTPSOnly: true, Ports: []uint16{443, 8443}}
	for text, ok := range map[string]bool{
		"https://as.example.com/": true, "https://as.example.com:443/": true, "https://as.example.com:8443/": true, "https://[2606:4700::1111]:8443/": true,
		"https://as.example.com:22/": false, "https://as.example.com:0/": false, "https://as.example.com:65536/": false, "http://as.example.com:8443/": false,
	} {
		u, err := url.Parse(text)
		require.NoError(t, err)
		require.Equal(t, ok, d.CheckURL(u) == nil, text)
	}
	require.NoError(t, d.CheckAddr(netip.MustParseAddrPort("8.8.8.8:443")))
	require.Error(t, d.CheckAddr(netip.MustParseAddrPort("8.8.8.8:25")))
	require.NoError(t, policy.PublicDestinations{}.CheckAddr(netip.MustParseAddrPort("8.8.8.8:25")))
	_, err := policy.NewStatic(policy.StaticConfig{Destinations: policy.PublicDestinations{Ports: []uint16{0}}})
	require.ErrorContains(t, err, "destinations.ports")
}

// Hosts that inet_aton of a libc takes for an address, and names that only look like one.
func TestDestinationNumericHosts(t *testing.T) {
	var d policy.PublicDestinations
	for host, ok := range map[string]bool{
		"2130706433": false, "0x7f000001": false, "0x7f.1": false, "0177.0.0.1": false, "127.1": false, "127.0.1": false, "127.0.0.1.": false,
		"0": false, "0x": false, "1.2.3.4.5": false, "as.example.1": false, "169.254.169.254": false, "[::ffff:169.254.169.254]": false, "[::ffff:a9fe:a9fe]": false,
		"8.8.8.8": true, "4you.example.com": true, "7.example.com": true, "0xcafe.example.com": true, "fade": true, "xn--p1ai": true,
	} {
		require.Equal(t, ok, d.CheckURL(&url.URL{Scheme: "https", Host: host}) == nil, host)
	}
}
