package interop

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

// private is the private application without anything that answers its requests.
var private = diameter.App{ID: privateApp}

// dials makes n connect to the agent.
func (n *node) dials(a *agent, address string) {
	n.t.Helper()
	require.NoError(n.t, n.AddPeer(diameter.Peer{Address: address, Identity: a.id}))
}

// serves makes n accept connections, and returns the statement that makes freeDiameter connect.
func (n *node) serves(config *tls.Config, more string) (connect string) {
	n.t.Helper()
	l := listen(n.t)
	port := portOf(l)
	if config == nil {
		more += "No_TLS;"
	} else {
		l = tls.NewListener(l, config)
	}
	go func() { _ = n.Serve(l) }()
	return fmt.Sprintf("ConnectPeer = %q { ConnectTo = \"127.0.0.1\"; Port = %s; %s };\n", n.self.Host, port, more)
}

// TestFreeDiameterPeer exchanges capabilities with freeDiameter, over TCP and over TLS with certificates on both sides,
// whoever connects; then one side leaves with DPR.
func TestFreeDiameterPeer(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	t.Parallel()
	for name, c := range map[string]struct{ secure, dial, leave bool }{
		"TCP, dialled, it leaves":  {dial: true},
		"TCP, accepted, we leave":  {leave: true},
		"TLS, dialled, we leave":   {secure: true, dial: true, leave: true},
		"TLS, accepted, it leaves": {secure: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := newAuthority(t)
			ours := ca.config(scefID.Host, "agent.example", ca)
			opts := diameter.Options{RequireCertificate: c.secure}
			if c.secure {
				opts.Dial = diameter.DialTLS(ours)
			}
			n := startNode(t, scefID.Host, opts, private)
			var a *agent
			switch {
			case c.dial && c.secure:
				a = startAgent(t, agentOptions{authority: ca})
				n.dials(a, a.secure)
			case c.dial:
				a = startAgent(t, agentOptions{authority: ca})
				n.dials(a, a.plain)
			case c.secure:
				a = startAgent(t, agentOptions{authority: ca, config: n.serves(ours, "")})
			default:
				a = startAgent(t, agentOptions{authority: ca, config: n.serves(nil, "")})
			}
			n.reaches(a.id)
			a.opens(n.self.Host)
			status := n.Peers()[0]
			require.Equal(t, a.id, status.Identity)
			require.Equal(t, "freeDiameter", status.Product)
			require.Contains(t, status.Applications, diameter.AppRelay)

			if c.leave {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				require.NoError(t, n.Shutdown(ctx))
				n.notes("sent DPR REBOOTING", "received DPA 2001")
				a.writes("'STATE_OPEN'\t-> 'STATE_CLOSING'")
				return
			}
			a.signal(syscall.SIGTERM)
			n.notes("received DPR REBOOTING", "sent DPA 2001", "to Closed")
			require.Equal(t, 1, n.count("the peer disconnected: REBOOTING"))
			select {
			case <-a.ended:
			case <-time.After(time.Minute):
				require.FailNow(t, "the agent stays")
			}
			require.Equal(t, 1, n.count("received DPR"))
		})
	}
}

// TestFreeDiameterRefused is about certificates that are not those of the peer, or of an authority that is not trusted.
// freeDiameter does not start with a certificate that lacks its name, but takes one that has it as Common Name alone, which
// is no name to us. And it does not check the name of a peer that connects to it.
func TestFreeDiameterRefused(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	t.Parallel()
	const other = "other.example"
	for name, c := range map[string]struct {
		dial               bool
		ours, want         string // name in our certificate, and the one that we dial
		commonName         bool   // alone in its certificate
		strange, strangers bool   // the authority of its certificate to us; that of ours to it
		notes, writes      string
	}{
		"its name, dialled":         {dial: true, want: other, notes: "certificate is valid for agent.example, not other.example"},
		"its Common Name, dialled":  {dial: true, commonName: true, notes: "Common Name"},
		"its Common Name, accepted": {commonName: true, notes: "sent CEA 3010"},
		"our name, accepted":        {ours: other, writes: "hostname does not match 'scef.example'"},
		"its authority, dialled":    {dial: true, strange: true, notes: "certificate signed by unknown authority"},
		"its authority, accepted":   {strange: true, writes: "A TLS fatal alert has been received"},
		"our authority, dialled":    {dial: true, strangers: true, notes: "Wait-CEA to Closed: ", writes: "hasn't got a known issuer"},
		"our authority, accepted":   {strangers: true, writes: "hasn't got a known issuer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca, stranger := newAuthority(t), newAuthority(t)
			us, it := ca, ca
			if c.strangers {
				us = stranger
			}
			if c.strange {
				it = stranger
			}
			ours := us.config(cmp.Or(c.ours, scefID.Host), cmp.Or(c.want, "agent.example"), ca)
			n := startNode(t, scefID.Host, diameter.Options{RequireCertificate: true, Dial: diameter.DialTLS(ours)}, private)
			opts := agentOptions{authority: it, commonName: c.commonName}
			if c.strange {
				opts.config = fmt.Sprintf("TLS_CA = %q;\n", ca.cert)
			}
			if !c.dial {
				opts.config += n.serves(ours, "")
			}
			a := startAgent(t, opts)
			if c.dial {
				n.dials(a, a.secure)
			}
			if c.notes != "" {
				n.notes(c.notes)
			}
			if c.writes != "" {
				a.writes(c.writes)
			}
			require.Zero(t, n.count("to Open"))
		})
	}
}

// TestFreeDiameterOldTLS refuses a peer that wants TLS after CER and CEA, as RFC 3588 had it.
func TestFreeDiameterOldTLS(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	t.Parallel()
	n := startNode(t, scefID.Host, diameter.Options{}, private)
	l := listen(t)
	go func() { _ = n.Serve(l) }()
	startAgent(t, agentOptions{config: fmt.Sprintf(
		"ConnectPeer = %q { ConnectTo = \"127.0.0.1\"; Port = %s; TLS_old_method; };\n", scefID.Host, portOf(l))})
	n.notes("received CER", fmt.Sprintf("sent CEA %d", diameter.NoCommonSecurity.Code))
	require.Zero(t, n.count("to Open"))
}

// TestFreeDiameterWatchdog asks freeDiameter and is asked by it; one that hangs is noticed, and back in service when it goes
// on.
func TestFreeDiameterWatchdog(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	t.Parallel()
	const tw = 6 * time.Second // the least
	asking := startNode(t, "asking.example", diameter.Options{Watchdog: tw}, private)
	asked := startNode(t, "asked.example", diameter.Options{}, private)
	a := startAgent(t, agentOptions{config: asked.serves(nil, fmt.Sprintf("TwTimer = %d; ", tw/time.Second))})
	asking.dials(a, a.plain)
	asking.reaches(a.id)
	asked.reaches(a.id)
	a.opens(asking.self.Host, asked.self.Host)
	asking.notes("sent DWR", "received DWA 2001")
	asked.notes("received DWR", "sent DWA 2001")

	a.signal(syscall.SIGSTOP)
	asking.notes("Open to Suspect", "Suspect to Closed")
	a.signal(syscall.SIGCONT)
	asking.notes("Suspect to Closed", "Wait-CEA to Reopen", "Reopen to Open")
	asking.notes("received CEA 2001", "received CEA 2001", "received DWA 2001", "received DWA 2001", "received DWA 2001")
	asking.reaches(a.id)
}
