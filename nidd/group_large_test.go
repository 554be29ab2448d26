package nidd_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// largeGroup is a network of many UEs without sockets: the HSS of package sim, and serving nodes that take everything.
type largeGroup struct {
	t    testing.TB
	p    *nidd.Procedure
	hss  *sim.HSS
	nirs atomic.Int64
	tdrs []atomic.Int32 // by number of the UE
	sent atomic.Int64   // TDRs

	stops map[int64]func()
	pause sync.RWMutex

	octets, results atomic.Int64 // of the aggregated notifications
	told            chan struct{}
}

// Do is the Transport of both the Procedure and the HSS.
func (l *largeGroup) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	if to == scefID {
		ans, then := l.p.S6t().HandleDiameter(ctx, hssID, req)
		if then != nil {
			then()
		}
		return ans, nil
	}
	if req.Command == s6t.CodeNIR {
		l.nirs.Add(1)
		ans, then := l.hss.HandleDiameter(ctx, scefID, req)
		if then != nil {
			then()
		}
		return ans, nil
	}
	user, _ := t6a.AVPUserIdentifier.Find(req.AVPs)
	ue, err := strconv.Atoi(string(user.Data[8+5 : 8+15])) // User-Name is its only AVP
	if err != nil {
		return nil, err
	}
	l.tdrs[ue].Add(1)
	if stop := l.stops[l.sent.Add(1)]; stop != nil {
		l.pause.Lock()
		stop()
		l.pause.Unlock()
	}
	l.pause.RLock() // nobody goes on while somebody looks
	defer l.pause.RUnlock()
	return diameter.NewAnswer(req, &t6a.TDA{SessionID: "s", Result: diameter.Success, OriginHost: to.Host, OriginRealm: to.Realm})
}

// Notify is the Sender of the outbox: it reads the notification without keeping it.
func (l *largeGroup) Notify(_ context.Context, _ string, body any) error {
	long, ok := body.(*t8.LongBody)
	if !ok {
		return nil
	}
	in, n := bufio.NewScanner(long.Reader()), 0
	in.Split(splitAt('}'))
	for in.Scan() {
		l.octets.Add(int64(len(in.Bytes())))
		if bytes.Contains(in.Bytes(), []byte("SUCCESS_NEXT_HOP_UNACKNOWLEDGED")) {
			n++
		}
	}
	l.results.Add(int64(n))
	l.told <- struct{}{}
	return in.Err()
}

func splitAt(end byte) bufio.SplitFunc {
	return func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, end); i >= 0 {
			return i + 1, data[:i+1], nil
		}
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	}
}

func startLarge(t testing.TB, s store.Store, n int) (l *largeGroup, cfg string) {
	l = &largeGroup{t: t, hss: sim.NewHSS(hssID, nil), told: make(chan struct{}, 1), tdrs: make([]atomic.Int32, n)}
	l.hss.Use(l)
	list := make([]sim.Subscriber, n)
	for i := range list {
		list[i] = sim.Subscriber{IMSI: id.IMSI(groupIMSI(i)), ExternalIDs: []id.ExternalID{id.ExternalID(groupExt(i))}}
	}
	l.hss.AddGroup(sim.Group{ID: group1, Members: list, APNs: []id.APN{apn1}, PerMessage: 2000})
	outbox := t8.NewOutbox([]byte("outbox/"), l, nil)
	p, err := nidd.New(nidd.Deps{
		Self: scefID, APIRoot: root1, Store: s, Transport: l, Notifier: l, Outbox: outbox,
		Profiles: policy.NIDDByID{as1: {APN: apn1}},
	}, nil)
	require.NoError(t, err)
	l.p = p
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = p.Run(ctx) })
	wg.Go(func() { _ = outbox.Run(ctx, s) })
	t.Cleanup(func() {
		cancel()
		p.Close()
		wg.Wait()
	})
	v, err := p.CreateConfiguration(ctx, as1, &t8.NIDDConfiguration{
		ExternalGroupID: group1, NotificationDestination: dest1, SupportedFeatures: withGroups,
	})
	require.NoError(t, err)
	_, cfg, _ = t8.ParseNIDDConfigurationURI(v.Self)
	var attach sync.WaitGroup
	for k := range 16 {
		attach.Go(func() {
			for i := k; i < n; i += 16 {
				req, err := diameter.NewRequest(cmr(establish, ofUE(i)))
				require.NoError(t, err)
				ans, _ := p.T6a().HandleDiameter(ctx, mmeID, req)
				if r, err := diameter.ResultOf(ans); err != nil || !r.IsSuccess() {
					t.Errorf("UE %d: %v %v", i, r, err)
					return
				}
			}
		})
	}
	attach.Wait()
	return l, cfg
}

// at runs fn with the n-th TDR, while the others wait.
func (l *largeGroup) at(n int, fn func()) {
	if l.stops == nil {
		l.stops = map[int64]func(){}
	}
	l.stops[int64(n)] = fn
}

// deliver posts data to the group and waits for the notification.
func (l *largeGroup) deliver(cfg string) {
	l.t.Helper()
	_, err := l.p.CreateDelivery(l.t.Context(), as1, cfg, &t8.NIDDDownlinkDataTransfer{ExternalGroupID: group1, Data: make([]byte, 64)})
	require.NoError(l.t, err)
	select {
	case <-l.told:
	case <-time.After(2 * time.Minute):
		l.t.Fatal("no notification")
	}
}

// TestLargeGroup delivers to many members, each once, with memory for a few batches of them: 100,000 when SCEFKIT_LARGE is
// set.
func TestLargeGroup(t *testing.T) {
	n := 10_000
	if os.Getenv("SCEFKIT_LARGE") != "" {
		n = 100_000
	}
	l, cfg := startLarge(t, store.NewMemory(), n)
	before := liveHeap()
	var half, all int64
	l.at(n/2, func() { half = int64(liveHeap()) - int64(before) })
	l.at(n, func() { all = int64(liveHeap()) - int64(before) })
	begin := time.Now()
	l.deliver(cfg)
	took := time.Since(begin)
	require.EqualValues(t, n, l.sent.Load())
	require.EqualValues(t, n, l.results.Load())
	for i := range l.tdrs {
		require.EqualValues(t, 1, l.tdrs[i].Load(), i)
	}
	t.Logf("%d members in %v; notification of %d octets; heap grown by %d octets after half of them, %d after all",
		n, took, l.octets.Load(), half, all)
	// The results are in the store, which is in memory here.
	require.Less(t, max(half, all), 8<<20+2*l.octets.Load(), "members are held in memory")
}

// liveHeap returns the octets that are in use.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
