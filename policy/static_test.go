package policy_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
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
		require.Equal(t, c.as, as.ID, "%q", c.header)
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

func TestStaticCertificates(t *testing.T) {
	s, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{
		{ID: "as-1", Certificates: []string{"as1.example", "urn:as:1"}},
		{ID: "as-2", Tokens: []string{"token"}, Certificates: []string{"as two"}, Operations: []string{"X"}},
	}})
	require.NoError(t, err)
	urn, err := url.Parse("urn:as:1")
	require.NoError(t, err)
	with := func(c *x509.Certificate) *http.Request {
		return &http.Request{TLS: &tls.ConnectionState{
			PeerCertificates: []*x509.Certificate{c}, VerifiedChains: [][]*x509.Certificate{{c}},
		}}
	}
	for _, c := range []struct {
		cert *x509.Certificate
		want id.SCSASID
	}{
		{&x509.Certificate{DNSNames: []string{"other.example", "as1.example"}}, "as-1"},
		{&x509.Certificate{URIs: []*url.URL{urn}}, "as-1"},
		{&x509.Certificate{Subject: pkix.Name{CommonName: "as two"}}, "as-2"},
		{&x509.Certificate{Subject: pkix.Name{CommonName: "as two"}, DNSNames: []string{"x.example"}}, ""},
		{&x509.Certificate{DNSNames: []string{"as2.example"}}, ""},
	} {
		as, challenge, err := s.Authenticate(with(c.cert))
		require.Equal(t, c.want, as.ID)
		require.Equal(t, c.want == "", err != nil)
		require.Equal(t, c.want == "", challenge != "")
	}

	unverified := with(&x509.Certificate{DNSNames: []string{"as1.example"}})
	unverified.TLS.VerifiedChains = nil
	_, _, err = s.Authenticate(unverified)
	require.Error(t, err)
	both := with(&x509.Certificate{DNSNames: []string{"as1.example"}})
	both.Header = http.Header{"Authorization": {"Bearer token"}}
	as, _, err := s.Authenticate(both)
	require.NoError(t, err)
	require.Equal(t, id.SCSASID("as-2"), as.ID, "the token says who it is, the certificate who carries it")

	require.NoError(t, s.Authorize(t.Context(), "as-2", policy.Operation{API: "a", ID: "X"}))
	require.Error(t, s.Authorize(t.Context(), "as-2", policy.Operation{API: "a", ID: "Y"}))

	_, err = policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{
		{ID: "a", Certificates: []string{"", "n", "n"}, Limit: policy.Limit{Burst: 1}},
	}})
	require.ErrorContains(t, err, "certificates[0]: empty")
	require.ErrorContains(t, err, "certificates[2]: given twice")
	require.ErrorContains(t, err, "limit: burst without perSecond")
}

func TestFirstOf(t *testing.T) {
	one, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{ID: "one", Tokens: []string{"token-1"}}}})
	require.NoError(t, err)
	two, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{ID: "two", Tokens: []string{"token-2"}}}})
	require.NoError(t, err)
	f := policy.FirstOf(one, two)
	for token, want := range map[string]id.SCSASID{"token-1": "one", "token-2": "two", "token-3": ""} {
		as, challenge, err := f.Authenticate(&http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}})
		require.Equal(t, want, as.ID)
		require.Equal(t, want == "", err != nil)
		if want == "" {
			require.Equal(t, `Bearer realm="t8", error="invalid_token"`, challenge, "each challenge once")
		}
	}
	_, _, err = policy.FirstOf().Authenticate(&http.Request{})
	require.Error(t, err)
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
