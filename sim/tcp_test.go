package sim_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
)

// TestOverTCP: the simulated nodes are peers of a real diameter.Node, one that is connected to and one that connects.
func TestOverTCP(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	serve := func(n *diameter.Node) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		go n.Serve(l)
		return l.Addr().String()
	}
	rec := sim.NewRecorder(nil)
	s := &scef{t: t, self: scefID, result: map[diameter.CommandCode]diameter.Result{}}
	node, err := diameter.NewNode(scefID, []diameter.App{
		{ID: t6a.App, Vendor: diameter.Vendor3GPP, Handler: s}, {ID: s6t.App, Vendor: diameter.Vendor3GPP},
	}, nil)
	require.NoError(t, err)
	defer node.Close()
	s.tr = node

	h := sim.NewHSS(hssID, &sim.HSSOptions{Recorder: rec})
	h.Provision(subscriber())
	hn, err := sim.Open(h, nil)
	require.NoError(t, err)
	defer hn.Close()
	require.NoError(t, node.AddPeer(diameter.Peer{Address: serve(hn), Identity: hssID}))

	m, err := sim.NewMME(mmeID, scefID, &sim.MMEOptions{Recorder: rec})
	require.NoError(t, err)
	mn, err := sim.Open(m, nil)
	require.NoError(t, err)
	defer mn.Close()
	require.NoError(t, mn.AddPeer(diameter.Peer{Address: serve(node), Identity: scefID}))
	require.NoError(t, node.AwaitPeer(ctx, hssID, s6t.App))
	require.NoError(t, mn.AwaitPeer(ctx, scefID, t6a.App))
	require.NoError(t, node.AwaitPeer(ctx, mmeID, t6a.App))

	_, r := s.ask(hssID, nir(s, s6t.UserIdentifier{ExternalIdentifier: string(externalID)}, apn), nil)
	require.Equal(t, diameter.Success, r)
	for range 50 { // what follows the CMA at once finds the bearer, and stands behind the CMA
		ue := sim.NewUE(imsi, nil)
		begin := len(rec.Events())
		delivered := make(chan diameter.Result, 1)
		s.mu.Lock()
		s.then = func(*diameter.Message) { delivered <- s.deliver("stored") }
		s.mu.Unlock()
		require.NoError(t, ue.Attach(ctx, m, apn))
		require.Equal(t, diameter.Success, <-delivered)
		s.mu.Lock()
		s.then = nil
		s.mu.Unlock()
		var flow []string
		for _, e := range rec.Events()[begin:] {
			if e.Protocol == sim.Diameter {
				flow = append(flow, e.Text[:3])
			}
		}
		require.Equal(t, []string{"CMR", "CMA", "TDR", "TDA"}, flow)
		require.NoError(t, ue.Detach(ctx))
	}

	_, err = sim.Open(h, &diameter.Options{MaxMessage: 1})
	require.Error(t, err)
}
