package diameter_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

const testApp diameter.ApplicationID = 16777346 // T6a

var (
	mme  = diameter.Identity{Host: "mme.epc.example.com", Realm: "epc.example.com"}
	scef = diameter.Identity{Host: "scef.epc.example.com", Realm: "epc.example.com"}
)

func echo(self diameter.Identity) diameter.Handler {
	return diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return req.Answer(req.AVPs), nil
	})
}

func TestSmoke(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	a, err := diameter.NewNode(scef, []diameter.App{{ID: testApp, Vendor: 10415, Handler: echo(scef)}}, nil)
	require.NoError(t, err)
	b, err := diameter.NewNode(mme, []diameter.App{{ID: testApp, Vendor: 10415}}, nil)
	require.NoError(t, err)
	go a.Serve(l)
	require.NoError(t, b.AddPeer(diameter.Peer{Address: l.Addr().String()}))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, b.AwaitPeer(ctx, scef, testApp))
	for range 1000 {
		req := &diameter.Message{Flags: diameter.FlagProxiable, Command: 8388733, App: testApp}
		req.AVPs = diameter.AppendString(nil, 264, 0, diameter.AVPMandatory, mme.Host)
		ans, err := b.Do(ctx, scef, req)
		require.NoError(t, err)
		require.Equal(t, req.AVPs, ans.AVPs)
	}
	require.Equal(t, diameter.PeerOpen, a.Peers()[0].State)
	require.NoError(t, b.Shutdown(ctx))
	require.NoError(t, a.Shutdown(ctx))
}
