package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// groupMME counts the TDRs to each UE, and takes its time.
type groupMME struct {
	*sim.MME
	mu   sync.Mutex
	tdrs map[string]map[uint32]bool // End-to-End Identifiers by IMSI; guarded by mu
	n    int                        // guarded by mu
	at   int                        // guarded by mu; there is word when n is that
	word chan struct{}
}

func (m *groupMME) App() diameter.App {
	app := m.MME.App()
	app.Handler = m
	return app
}

func (m *groupMME) HandleDiameter(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	if req.Command == t6a.CodeTDR {
		var tdr t6a.TDR
		_ = diameter.Decode(req, &tdr)
		m.mu.Lock()
		ue := tdr.UserIdentifier.UserName
		if m.tdrs[ue] == nil {
			m.tdrs[ue] = map[uint32]bool{}
		}
		m.tdrs[ue][req.EndToEnd] = true
		if m.n++; m.n == m.at {
			close(m.word)
		}
		m.mu.Unlock()
		wait(ctx, 5*time.Millisecond)
	}
	return m.MME.HandleDiameter(ctx, from, req)
}

// after returns a channel that is closed with the n-th TDR from now on.
func (m *groupMME) after(n int) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.word = m.n+n, make(chan struct{})
	return m.word
}

// TestKillGroup kills the daemon while data goes to a group: each UE gets it once, by one TDR, and the AS one result for
// each.
func TestKillGroup(t *testing.T) {
	if testing.Short() {
		t.Skip("what a kill leaves is looked for after seconds")
	}
	const name, n = id.ExternalGroupID("meters@example.com"), 1500
	b := newBench(t)
	inner, err := sim.NewMME(mmeID, scefID, nil)
	require.NoError(t, err)
	m := &groupMME{MME: inner, tdrs: map[string]map[uint32]bool{}}
	node := b.open(m, quick())
	b.start()
	b.await(node)
	g := sim.Group{ID: name, APNs: []id.APN{apn}}
	ues := make([]*sim.UE, n)
	for i := range ues {
		imsi, _, ext := ident(i + 1)
		ues[i] = sim.NewUE(imsi, nil)
		g.Members = append(g.Members, sim.Subscriber{IMSI: imsi, ExternalIDs: []id.ExternalID{ext}})
	}
	b.hss.AddGroup(g)
	c, err := b.as.NIDD().CreateConfiguration(t.Context(), as1, &t8.NIDDConfiguration{
		ExternalGroupID: name, NotificationDestination: b.url, SupportedFeatures: t8.FeatureSet(t8.FeatureGroupMessageDelivery),
	})
	require.NoError(t, err)
	var attached sync.WaitGroup
	errs := make(chan error, 32)
	for k := range cap(errs) {
		attached.Go(func() {
			var failed error
			for i := k; i < n; i += cap(errs) {
				failed = errors.Join(failed, ues[i].Attach(t.Context(), inner, apn))
			}
			errs <- failed
		})
	}
	attached.Wait()
	for range cap(errs) {
		require.NoError(t, <-errs)
	}

	word := m.after(300)
	d, err := b.as.NIDD().CreateDelivery(t.Context(), as1, c.Self, &t8.NIDDDownlinkDataTransfer{ExternalGroupID: name, Data: []byte("all")})
	require.NoError(t, err)
	for _, next := range []int{700, 0} {
		select {
		case <-word:
		case <-time.After(time.Minute):
			t.Fatalf("the delivery stands still\n%s", b.log)
		}
		b.kill()
		word = m.after(next)
		b.start()
		b.await(node)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	told, err := sim.Next[t8.GMDNIDDDownlinkDataDeliveryNotification](ctx, b.as)
	require.NoError(t, err)
	require.Equal(t, d.Self, told.NIDDDownlinkDataTransfer)
	results := map[id.ExternalID]t8.DeliveryStatus{}
	for _, x := range told.GMDResults {
		require.NotContains(t, results, x.ExternalID)
		results[x.ExternalID] = x.DeliveryStatus
	}
	require.Len(t, results, n)
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, ue := range ues {
		_, _, ext := ident(i + 1)
		require.Equal(t, t8.DeliverySuccessNextHopUnacknowledged, results[ext])
		require.Len(t, m.tdrs[string(ue.IMSI())], 1, ext)
		require.Equal(t, "[all]", fmt.Sprintf("%s", ue.Received()), ext)
	}
}
