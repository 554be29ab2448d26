package scef_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// TestEveryOperationFails makes each operation of the API fail and wants ProblemDetails (TS 29.122 §5.2.6).
func TestEveryOperationFails(t *testing.T) {
	covers(t, "T8-4.4.5.1-02")
	var mu sync.Mutex
	failed := map[string]map[int]bool{}
	b, _, url, cfg, delivery := stored(t, func(s *setup) {
		s.opts.T8.Trace = &t8.Trace{Answer: func(_ context.Context, x *t8.Exchange) {
			mu.Lock()
			defer mu.Unlock()
			if failed[x.Operation] == nil {
				failed[x.Operation] = map[int]bool{}
			}
			failed[x.Operation][x.Status] = true
		}}
	})
	gone := cfg + "0"
	for _, q := range append(operations(gone, delivery+"0", url),
		request{method: "GET", url: gone + "/rds-ports/ue1-ef2"},
		request{method: "PUT", url: gone + "/rds-ports/ue1-ef2", media: "application/json", body: `{"appId": "a"}`},
	) {
		if q.method == "POST" || q.method == "PUT" || q.method == "PATCH" {
			bad := q
			bad.token, bad.body = "Bearer "+tokenOf("as1"), "{"
			b.send(bad).problem(400)
			bad.body, bad.media = q.body, "text/plain"
			b.send(bad).problem(415)
		}
		q.token = "Bearer wrong-wrong-wrong!"
		b.send(q).problem(401)
		q.token = "Bearer " + tokenOf("as1")
		if q.url != configurations && q.url != b.root+configurations {
			b.send(q).problem(404)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, op := range t8.NIDDAPI(nil).Operations() {
		require.True(t, failed[op.ID][401], "%s was not tried", op.ID)
	}
}

// TestSeveralASBehindOneSCS has one SCS identity with an application server for each of two UEs.
func TestSeveralASBehindOneSCS(t *testing.T) {
	covers(t, "T8-4.3.2-01")
	b := start(t)
	m, _ := b.mme(mmeID)
	var servers []*sim.AS
	for n := 1; n <= 2; n++ {
		as, url := b.as("as1")
		servers = append(servers, as)
		ue, _ := b.attached(as, url, m, n)
		require.NoError(t, ue.Send(t.Context(), []byte{byte(n)}))
	}
	for i, as := range servers {
		n, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), as)
		require.NoError(t, err)
		require.Equal(t, []byte{byte(i + 1)}, n.Data)
		require.Equal(t, externalOf(i+1), n.ExternalID)
		require.Len(t, as.Notifications(), 1, "and nothing of the other")
	}
	list, err := servers[0].NIDD().Configurations(t.Context(), "as1")
	require.NoError(t, err)
	require.Len(t, list, 2, "they are one SCS")
}

// TestWhateverReachesTheDevice sends the same requests for UEs that are at an MME and at an SGSN, and looks for addresses
// of devices in everything that goes between SCEF and network.
func TestWhateverReachesTheDevice(t *testing.T) {
	covers(t, "KAURI-16 KAURI-40")
	var mu sync.Mutex
	var messages []*diameter.Message
	b := start(t)
	sgsnID := diameter.Identity{Host: "sgsn." + realm, Realm: realm}
	sgsn, err := sim.NewMME(sgsnID, scefID, &sim.MMEOptions{SGSN: true})
	require.NoError(t, err)
	m, _ := b.mme(mmeID)
	b.await(t6a.App, b.open(sgsn))
	keep := func(req *diameter.Message) sim.Fault {
		mu.Lock()
		defer mu.Unlock()
		messages = append(messages, &diameter.Message{Command: req.Command, AVPs: slices.Clone(req.AVPs)})
		return sim.Fault{}
	}
	m.Misbehave(keep)
	sgsn.Misbehave(keep)
	b.hss.Misbehave(keep)
	as, url := b.as("as1")
	var answers [][]string
	for n, node := range []*sim.MME{m, sgsn} {
		ue := b.provision(n+1, "as1")
		var got []string
		note := func(r *reply) *reply {
			got = append(got, fmt.Sprint(r.status))
			return r
		}
		r := note(b.json("as1", http.MethodPost, configurations, fmt.Sprintf(`{"externalId":%q,"notificationDestination":%q}`, string(externalOf(n+1)), url)))
		cfg := r.header.Get("Location")
		require.NoError(t, ue.Attach(t.Context(), node, apnOf("as1")))
		require.NoError(t, ue.Send(t.Context(), []byte("up")))
		up, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), as)
		require.NoError(t, err)
		got = append(got, string(up.Data))
		note(b.json("as1", http.MethodPost, cfg+"/downlink-data-deliveries", fmt.Sprintf(`{"externalId":%q,"data":"eA=="}`, string(externalOf(n+1)))))
		got = append(got, string(ue.Received()[0]))
		note(b.json("as1", http.MethodDelete, cfg, ""))
		answers = append(answers, got)
	}
	require.Equal(t, []string{"201", "up", "200", "x", "204"}, answers[0])
	require.Equal(t, answers[0], answers[1], "the SCS/AS sees no difference")
	eventually(t, 10*time.Second, func() string { // NIR and TDR of each UE, and the releases that follow
		mu.Lock()
		defer mu.Unlock()
		if len(messages) < 6 {
			return fmt.Sprintf("%d messages", len(messages))
		}
		return ""
	})
	mu.Lock()
	defer mu.Unlock()
	for _, msg := range messages {
		all, ok := codes(msg.AVPs)
		require.True(t, ok)
		require.Contains(t, all, diameter.AVPCode(3102), "User-Identifier")
		for _, a := range addresses {
			require.NotContains(t, all, a)
		}
	}
}

// addresses are the AVPs with an address of a device: Framed-IP-Address, Framed-IPv6-Prefix, Served-Party-IP-Address,
// PDP-Address.
var addresses = []diameter.AVPCode{8, 97, 848, 1227}

// codes returns the codes of AVPs, and of those within them: what can be read as AVPs is taken for such.
func codes(avps []byte) (all []diameter.AVPCode, ok bool) {
	for len(avps) > 0 {
		a, rest, err := diameter.NextAVP(avps)
		if err != nil {
			return nil, false
		}
		inner, _ := codes(a.Data)
		all = append(append(all, a.Code), inner...)
		avps = rest
	}
	return all, true
}

// TestLatency measures the way through the SCEF: from the request of the SCS/AS to the TDR, and from the ODR to the
// notification, each as its receiver sees it. The bound is one for any machine.
func TestLatency(t *testing.T) {
	covers(t, "KAURI-44")
	b := start(t)
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ue, cfg := b.attached(as, url, m, 1)
	arrived := make(chan time.Time, 1)
	m.Misbehave(func(req *diameter.Message) sim.Fault {
		if req.Command == t6a.CodeTDR {
			arrived <- time.Now()
		}
		return sim.Fault{}
	})
	as.Misbehave(func() sim.ASFault {
		arrived <- time.Now()
		return sim.ASFault{}
	})
	measure := func(name string, send func() error) {
		t.Helper()
		var took []time.Duration
		for range 100 {
			begin := time.Now()
			require.NoError(t, send())
			took = append(took, (<-arrived).Sub(begin))
		}
		slices.Sort(took)
		t.Logf("%s: median %v, 9 of 10 within %v, longest %v", name, took[50], took[90], took[99])
		require.Less(t, took[50], time.Second, name)
	}
	measure("POST to TDR", func() error {
		_, err := as.NIDD().CreateDelivery(t.Context(), "as1", cfg, &t8.NIDDDownlinkDataTransfer{ExternalID: externalOf(1), Data: []byte("x")})
		return err
	})
	measure("ODR to notification", func() error { return ue.Send(t.Context(), []byte("x")) })
}
