package diameter_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// withPriority returns m with DRMP p, or as it is when p is negative.
func withPriority(m *diameter.Message, p int) *diameter.Message {
	if p >= 0 {
		m.AVPs = diameter.AppendUint32(m.AVPs, 301, 0, 0, uint32(p))
	}
	return m
}

// priorityOf returns the DRMP of m, -1 for none.
func priorityOf(m *diameter.Message) int {
	a, ok := diameter.FindAVP(m.AVPs, 301, 0)
	if !ok {
		return -1
	}
	return int(a.Data[3])
}

// doAll sends requests of the given priorities to mme, each in a goroutine of its own.
func doAll(t *testing.T, wg *sync.WaitGroup, n *diameter.Node, priorities ...int) {
	for _, p := range priorities {
		wg.Go(func() {
			_, err := n.Do(t.Context(), mme, withPriority(request(mme), p))
			require.NoError(t, err)
		})
		synctest.Wait()
	}
}

// receiveAll receives and answers so many requests and returns their priorities.
func (r *raw) receiveAll(n int) (got []int) {
	r.t.Helper()
	var all []*diameter.Message
	for range n {
		all = append(all, r.receive())
	}
	for _, m := range all {
		got = append(got, priorityOf(m))
		r.send(success(m))
	}
	return got
}

// What waits to be written goes out by priority, and in order within a class.
func TestPriorityOfRequests(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		r := b.connect(mme, scef)
		var wg sync.WaitGroup
		doAll(t, &wg, n, -1) // blocks the writer
		doAll(t, &wg, n, 15, -1, 11, 7, 12, 8, 0, 3, 4)
		require.Equal(t, []int{-1, 0, 3, 7, 4, -1, 11, 8, 15, 12}, r.receiveAll(10))
		wg.Wait()
	})
}

// Who waits for room in a full queue is let in by priority.
func TestPriorityForRoom(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, &diameter.Options{MaxQueue: 1024})
		r := b.connect(mme, scef)
		var wg sync.WaitGroup
		doAll(t, &wg, n, 10)
		doAll(t, &wg, n, 10, 10, 10, 10, 10, 10) // six are more than 1024 octets
		doAll(t, &wg, n, 15, -1, 1, 15, -1, 1, 15, -1, 1)
		require.Equal(t, []int{10, 10, 10, 10, 10, 10, 10, 1, 1, 1, -1, -1, -1, 15, 15, 15}, r.receiveAll(16))
		wg.Wait()
	})
	bubble(t, func(t *testing.T, b *bench) { // the same for the requests that wait for answers
		n := b.node(scef, nil, &diameter.Options{MaxPending: 1})
		r := b.connect(mme, scef)
		var wg sync.WaitGroup
		doAll(t, &wg, n, -1, 15, -1, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		wg.Go(func() { // one that gives up bars nobody
			_, err := n.Do(ctx, mme, withPriority(request(mme), 0))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NotErrorIs(t, err, diameter.ErrSent)
		})
		synctest.Wait()
		time.Sleep(2 * time.Second)
		for _, want := range []int{-1, 1, -1, 15} {
			m := r.receive()
			require.Equal(t, want, priorityOf(m))
			r.send(success(m))
		}
		wg.Wait()
	})
}

// An answer has the priority of its request, or its own, but none below that of a message without DRMP. So what is sent
// after it without DRMP arrives after it.
func TestPriorityOfAnswers(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
			ans := success(req)
			if req.EndToEnd == 6 {
				return withPriority(ans, 0)
			}
			return ans
		}), nil)
		r := b.connect(mme, scef)
		for i, p := range []int{-1, 15, -1, 12, 5, 1, 13} {
			m := withPriority(request(scef), p)
			m.HopByHop, m.EndToEnd = uint32(i), uint32(i)
			r.send(m)
			synctest.Wait()
		}
		var wg sync.WaitGroup
		doAll(t, &wg, n, -1)
		for _, want := range []uint32{0, 5, 6, 4, 1, 2, 3} {
			m := r.receive()
			require.False(t, m.IsRequest())
			require.Equal(t, want, m.HopByHop)
		}
		require.Equal(t, []int{-1}, r.receiveAll(1))
		wg.Wait()
	})
}

// Load does not look like a dead peer: the answer to DWR goes with the highest class. That to DPR goes last.
func TestPriorityOfBaseProtocol(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		r := b.connect(mme, scef)
		var wg sync.WaitGroup
		doAll(t, &wg, n, -1, -1, 0, 15)
		r.request(&diameter.DWR{OriginHost: mme.Host, OriginRealm: mme.Realm})
		r.request(&diameter.DPR{OriginHost: mme.Host, OriginRealm: mme.Realm, DisconnectCause: diameter.DisconnectCauseRebooting})
		synctest.Wait()
		require.Equal(t, []int{-1, 0}, r.receiveAll(2))
		require.Equal(t, diameter.CodeDWR, r.receive().Command)
		require.Equal(t, []int{-1, 15}, r.receiveAll(2))
		require.Equal(t, diameter.CodeDPR, r.receive().Command)
		wg.Wait()
	})
}

// When room gets scarce, low priorities are refused first.
func TestTooBusyByPriority(t *testing.T) {
	for name, o := range map[string]diameter.Options{
		"of a peer": {MaxInFlight: 16},
		"of all":    {MaxInFlightTotal: 16},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				release := make(chan struct{})
				b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
					<-release
					return success(req)
				}), &o)
				r := b.connect(mme, scef)
				refused := func(p int) {
					t.Helper()
					r.send(withPriority(request(scef), p))
					require.Equal(t, diameter.TooBusy, r.result(r.receive()))
				}
				for range 12 {
					r.send(withPriority(request(scef), 15))
				}
				refused(12)
				for range 2 {
					r.send(request(scef))
				}
				refused(-1)
				refused(8)
				r.send(withPriority(request(scef), 7))
				refused(4)
				r.send(withPriority(request(scef), 3))
				refused(0)
				close(release)
				for range 16 {
					require.Equal(t, diameter.Success, r.result(r.receive()))
				}
			})
		})
	}
}
