package interop

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// TestFreeDiameter plays the main job with freeDiameter as the agent between SCEF, MME and HSS, over TCP and over TLS: every
// node knows only the agent.
func TestFreeDiameter(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	t.Parallel()
	for name, secure := range map[string]bool{"TCP": false, "TLS": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca := newAuthority(t)
			agent := startAgent(t, agentOptions{authority: ca})
			address := agent.plain
			if secure {
				address = agent.secure
			}
			options := func(host string) diameter.Options {
				o := diameter.Options{ReconnectMin: 100 * time.Millisecond}
				if secure {
					o.Dial, o.RequireCertificate = diameter.DialTLS(ca.config(host, agent.id.Host, ca)), true
				}
				return o
			}
			relayed(t, agent, address, options)
		})
	}
}

// relayed plays the main job through the agent at address; options are those of the node of that name.
func relayed(t *testing.T, agent *agent, address string, options func(host string) diameter.Options) {
	t.Helper()
	peer := diameter.Peer{Address: address, Identity: agent.id}
	node, as, _ := startSCEFWith(t, &scef.Options{Diameter: options(scefID.Host)})
	hss := sim.NewHSS(diameter.Identity{Host: "hss.example", Realm: "example"}, nil)
	hss.Provision(sim.Subscriber{IMSI: "001010000000042", ExternalIDs: []id.ExternalID{"lamp7@example.com"}, APNs: []id.APN{"iot.example"}})
	mme, err := sim.NewMME(diameter.Identity{Host: "mme.example", Realm: "example"}, scefID, &sim.MMEOptions{AcknowledgedDelivery: true})
	require.NoError(t, err)
	require.NoError(t, node.AddPeer(peer))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, n := range []sim.Node{hss, mme} {
		o := options(n.Self().Host)
		d, err := sim.Open(n, &o)
		require.NoError(t, err)
		t.Cleanup(func() { _ = d.Close() })
		require.NoError(t, d.AddPeer(peer))
		require.NoError(t, d.AwaitPeer(ctx, scefID, n.App().ID))
	}
	require.NoError(t, node.AwaitPeer(ctx, diameter.Identity{Realm: "example"}, s6t.App))
	require.NoError(t, node.AwaitPeer(ctx, mme.Self(), t6a.App))
	agent.opens(scefID.Host, hss.Self().Host, mme.Self().Host)

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
