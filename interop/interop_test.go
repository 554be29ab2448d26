// Package interop lets scefkit talk to Diameter nodes that it does not share a line of code with.
package interop

import (
	"net"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store"
)

var scefID = diameter.Identity{Host: "scef.example", Realm: "example"}

// need skips the test where a tool is missing.
func need(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
}

// server is an SCS/AS with the URI of its callback.
type server struct {
	*sim.AS
	callback string
}

// startSCEF starts an SCEF and an SCS/AS, and returns them with the Diameter address.
func startSCEF(t *testing.T) (*scef.Node, *server, *net.TCPAddr) {
	t.Helper()
	return startSCEFWith(t, nil)
}

// startSCEFWith is startSCEF with options of the SCEF.
func startSCEFWith(t *testing.T, opts *scef.Options) (*scef.Node, *server, *net.TCPAddr) {
	t.Helper()
	static, err := policy.NewStatic(policy.StaticConfig{
		SCSAS:        []policy.StaticSCSAS{{ID: "as1", Tokens: []string{"secret"}}},
		Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	})
	require.NoError(t, err)
	http, dia := listen(t), listen(t)
	node, err := scef.New(scef.Config{
		Identity: scefID, APIRoot: "http://" + http.Addr().String(),
		Store: store.NewMemory(), Policy: static, NIDD: policy.NIDDByID{"as1": {APN: "iot.example"}},
	}, opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = node.Close() })
	go func() { _ = node.ServeT8(http) }()
	go func() { _ = node.ServeDiameter(dia) }()

	as, err := sim.NewAS("as1", "http://"+http.Addr().String(), &sim.ASOptions{Token: "secret"})
	require.NoError(t, err)
	callback := httptest.NewServer(as)
	t.Cleanup(callback.Close)
	return node, &server{as, callback.URL}, dia.Addr().(*net.TCPAddr)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}
