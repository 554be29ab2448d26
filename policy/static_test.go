package policy_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

func TestStatic(t *testing.T) {
	t.Attr("covers", "KAURI-27")
	var cfg policy.StaticConfig
	require.NoError(t, json.Unmarshal([]byte(`{
		"scsas": [
			{"id": "as-1", "tokens": ["first-token-of-as-1", "second-token-of-as-1"]},
			{"id": "as-2", "tokens": ["first-token-of-as-2"], "apis": ["3gpp-nidd"]}
		],
		"destinations": {"allow": ["10.1.0.0/16"], "httpsOnly": true}
	}`), &cfg))
	s, err := policy.NewStatic(cfg)
	require.NoError(t, err)

	for _, c := range []struct {
		header    []string
		as        id.SCSASID
		challenge string
	}{
		{[]string{"Bearer first-token-of-as-1"}, "as-1", ""},
		{[]string{"bearer  second-token-of-as-1 "}, "as-1", ""},
		{[]string{"Bearer first-token-of-as-2"}, "as-2", ""},
		{nil, "", `Bearer realm="t8"`},
		{[]string{"Basic Zmlyc3Q6dG9rZW4="}, "", `Bearer realm="t8"`},
		{[]string{"Bearer"}, "", `Bearer realm="t8", error="invalid_token"`},
		{[]string{"Bearer first-token-of-as-3"}, "", `Bearer realm="t8", error="invalid_token"`},
		{[]string{"Bearer " + strings.Repeat("x", 5000)}, "", `Bearer realm="t8", error="invalid_token"`},
		{[]string{"Bearer first-token-of-as-1", "Bearer first-token-of-as-2"}, "", `Bearer realm="t8"`},
	} {
		as, challenge, err := s.Authenticate(&http.Request{Header: http.Header{"Authorization": c.header}})
		require.Equal(t, c.as, as, "%q", c.header)
		require.Equal(t, c.challenge, challenge)
		require.Equal(t, c.as == "", err != nil)
	}

	nidd, other := policy.Operation{API: "3gpp-nidd", ID: "X"}, policy.Operation{API: "3gpp-bdt", ID: "Y"}
	require.NoError(t, s.Authorize(t.Context(), "as-1", nidd))
	require.NoError(t, s.Authorize(t.Context(), "as-1", other))
	require.NoError(t, s.Authorize(t.Context(), "as-2", nidd))
	require.Error(t, s.Authorize(t.Context(), "as-2", other))
	require.Error(t, s.Authorize(t.Context(), "as-3", nidd))

	require.NoError(t, s.CheckAddr(netip.MustParseAddrPort("10.1.2.3:80")))
	require.Error(t, s.CheckAddr(netip.MustParseAddrPort("10.2.2.3:80")))
	require.Error(t, s.CheckURL(&url.URL{Scheme: "http", Host: "example.com"}))
}

func TestStaticNamesEveryMistake(t *testing.T) {
	_, err := policy.NewStatic(policy.StaticConfig{
		SCSAS: []policy.StaticSCSAS{
			{Tokens: []string{"a-token-that-two-have"}},
			{ID: "a"},
			{ID: "a", Tokens: []string{"", "a-token-that-two-have", "a token with blanks in it"}, APIs: []string{"x", ""}},
		},
		Destinations: policy.PublicDestinations{Allow: []netip.Prefix{{}, netip.MustParsePrefix("::ffff:10.0.0.0/104")}},
	})
	for _, want := range []string{
		"scsas[0]: no id", "scsas[1]: no credential", `scsas[2]: id "a" is given twice`, "scsas[2]: tokens[0]: empty", "scsas[2]: tokens[1]: given twice",
		"scsas[2]: tokens[2]: characters", "scsas[2]: apis[1]: empty", "destinations.allow[0]", "destinations.allow[1]",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NotContains(t, err.Error(), "two-have")
}

func TestPublicDestinations(t *testing.T) {
	d := policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("192.168.7.0/24"), netip.MustParsePrefix("fd00:7::/32")}}
	for addr, ok := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "192.168.7.1": true, "::ffff:192.168.7.1": true, "fd00:7::1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "127.0.0.1": false, "127.255.0.1": false, "169.254.169.254": false,
		"172.16.0.1": false, "172.32.0.1": true, "192.0.0.1": false, "192.0.2.1": false, "192.168.8.1": false, "198.19.0.1": false, "198.51.100.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::": false, "::1": false, "::7f00:1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "100::1": false,
		"2001::1": false, "2001:db8::1": false, "2002:7f00:1::": false, "fc00::1": false, "fd00:8::1": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false,
	} {
		a := netip.MustParseAddr(addr)
		require.Equal(t, ok, d.CheckAddr(netip.AddrPortFrom(a, 443)) == nil, addr)
		host := addr
		if a.Is6() {
			host = "[" + addr + "]"
		}
		require.Equal(t, ok, d.CheckURL(&url.URL{Scheme: "https", Host: host}) == nil, "literal %s", addr)
	}
	require.Error(t, d.CheckAddr(netip.AddrPort{}))
	for text, ok := range map[string]bool{
		"https://as.example.com/": true, "http://as.example.com:8080/n": true, "https://4you.example.com/": true, "https://fade.example.com/": true,
		"ftp://as.example.com/": false, "https:///n": false, "https://u@as.example.com/": false, "//as.example.com/": false, "http://[fe80::1%25lo]/": false,
	} {
		u, err := url.Parse(text)
		require.NoError(t, err)
		require.Equal(t, ok, d.CheckURL(u) == nil, text)
	}
}
