package interop

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/scef"
)

// TestErlangTLS lets an SCEF serve an MME and an HSS on Erlang/OTP's diameter over TLS, with certificates on both sides. Another
// MME, whose certificate is valid but for another name, is refused.
func TestErlangTLS(t *testing.T) {
	need(t, "erl", "erlc", "diameterc", "openssl")
	t.Parallel()
	ca := newAuthority(t)
	ca.issue("mme.erlang.example", "mme.erlang.example")
	ca.issue("hss.erlang.example", "hss.erlang.example")
	ca.issue("stranger.erlang.example", "other.example")
	j := newJournal(t)
	node, _, _ := startSCEFWith(t, &scef.Options{Diameter: diameter.Options{RequireCertificate: true, Trace: j.trace()}})
	l := listen(t)
	go func() { _ = node.ServeDiameter(tls.NewListener(l, ca.config(scefID.Host, "", ca))) }()
	e := startErlang(t, "scefkit_peer", "SCEF_PORT="+portOf(l), "CERTIFICATES="+ca.dir)
	e.wants("up")
	e.does("uplink", "{experimental,5001}")
	require.Zero(t, j.count("sent CEA 3010"))
	e.does("stranger", "started")
	j.notes("sent CEA 3010")
	require.Equal(t, 2, j.count("to Open"))
}
