package interop

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const agentConfig = `
Identity = "agent.example";
Realm = "example";
Port = %d;
SecPort = 0;
No_SCTP;
No_IPv6;
ListenOn = "127.0.0.1";
TLS_Cred = "%[2]s/cert.pem", "%[2]s/key.pem";
TLS_CA = "%[2]s/cert.pem";
LoadExtension = "acl_wl.fdx" : "%[2]s/acl.conf";
LoadExtension = "dict_nasreq.fdx";
LoadExtension = "dict_dcca.fdx";
LoadExtension = "dict_dcca_3gpp.fdx";
`

// startAgent runs freeDiameter as a relay agent and returns its address.
func startAgent(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	l := listen(t)
	port := l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	command(t, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=agent.example",
		"-keyout", filepath.Join(dir, "key.pem"), "-out", filepath.Join(dir, "cert.pem"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "acl.conf"), []byte("ALLOW_OLD_TLS ALLOW_IPSEC *.example\n"), 0o600))
	config := filepath.Join(dir, "agent.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, agentConfig, port, dir), 0o600))
	var out locked
	cmd := exec.CommandContext(t.Context(), "freeDiameterd", "-c", config)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	return fmt.Sprintf("127.0.0.1:%d", port)
}

// locked is a buffer for several goroutines.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestFreeDiameter plays the main job with freeDiameter as the agent between SCEF, MME and HSS: every node knows only the
// agent.
func TestFreeDiameter(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	agent := startAgent(t)
	node, as, _ := startSCEF(t)
	hss := sim.NewHSS(diameter.Identity{Host: "hss.example", Realm: "example"}, nil)
	hss.Provision(sim.Subscriber{IMSI: "001010000000042", ExternalIDs: []id.ExternalID{"lamp7@example.com"}, APNs: []id.APN{"iot.example"}})
	mme, err := sim.NewMME(diameter.Identity{Host: "mme.example", Realm: "example"}, scefID, &sim.MMEOptions{AcknowledgedDelivery: true})
	require.NoError(t, err)
	require.NoError(t, node.AddPeer(diameter.Peer{Address: agent}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, n := range []sim.Node{hss, mme} {
		d, err := sim.Open(n, &diameter.Options{ReconnectMin: 100 * time.Millisecond})
		require.NoError(t, err)
		t.Cleanup(func() { _ = d.Close() })
		require.NoError(t, d.AddPeer(diameter.Peer{Address: agent}))
		require.NoError(t, d.AwaitPeer(ctx, scefID, n.App().ID))
	}
	require.NoError(t, node.AwaitPeer(ctx, diameter.Identity{Realm: "example"}, s6t.App))
	require.NoError(t, node.AwaitPeer(ctx, mme.Self(), t6a.App))

	cfg, err := as.NIDD().CreateConfiguration(ctx, "as1", &t8.NIDDConfiguration{
		ExternalID: "lamp7@example.com", NotificationDestination: as.callback,
	})
	require.NoError(t, err)
	ue := sim.NewUE("001010000000042", nil)
	require.NoError(t, ue.Attach(ctx, mme, "iot.example"))
	require.NoError(t, ue.Send(ctx, []byte("up")))
	up, err := sim.Next[t8.NIDDUplinkDataNotification](ctx, as.AS)
	require.NoError(t, err)
	require.Equal(t, "up", string(up.Data))
	d, err := as.NIDD().CreateDelivery(ctx, "as1", cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: "lamp7@example.com", Data: []byte("down")})
	require.NoError(t, err)
	require.Equal(t, t8.DeliverySuccessNextHopAcknowledged, d.DeliveryStatus)
	down, err := ue.Receive(ctx)
	require.NoError(t, err)
	require.Equal(t, "down", string(down))
	require.NoError(t, ue.Detach(ctx))
}
