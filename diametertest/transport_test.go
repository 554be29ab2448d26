package diametertest

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

var (
	mme  = diameter.Identity{Host: OriginHost, Realm: OriginRealm}
	scef = diameter.Identity{Host: "scef.epc.example.com", Realm: "epc.example.com"}
)

func openPipe(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
	tr, _ := diameter.Pipe(mme, nil, scef, h)
	t.Cleanup(func() { tr.Close() })
	return tr, scef
}

func newNode(t testing.TB, self diameter.Identity, h diameter.Handler, opts *diameter.Options) *diameter.Node {
	n, err := diameter.NewNode(self, []diameter.App{{ID: App, Vendor: diameter.Vendor3GPP, Handler: h}}, opts)
	require.NoError(t, err)
	t.Cleanup(func() { n.Close() })
	return n
}

func openTCP(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server, client := newNode(t, scef, h, nil), newNode(t, mme, nil, nil)
	go server.Serve(l)
	require.NoError(t, client.AddPeer(diameter.Peer{Address: l.Addr().String()}))
	require.NoError(t, client.AwaitPeer(t.Context(), scef, App))
	return client, scef
}

func openWire(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
	var w Wire
	l, err := w.Listen("scef")
	require.NoError(t, err)
	server, client := newNode(t, scef, h, nil), newNode(t, mme, nil, &diameter.Options{Dial: w.Dial})
	go server.Serve(l)
	require.NoError(t, client.AddPeer(diameter.Peer{Address: "scef"}))
	require.NoError(t, client.AwaitPeer(t.Context(), scef, App))
	return client, scef
}

func openNetwork(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
	n := NewNetwork(1)
	n.Join(scef, h)
	t.Cleanup(func() { n.Close() })
	return n.Join(mme, nil), diameter.Identity{Realm: scef.Realm}
}

func TestPipeIsATransport(t *testing.T)    { RunTransport(t, openPipe) }
func TestNodeIsATransport(t *testing.T)    { RunTransport(t, openTCP) }
func TestWireIsATransport(t *testing.T)    { RunTransport(t, openWire) }
func TestNetworkIsATransport(t *testing.T) { RunTransport(t, openNetwork) }

// broken lets a test change one thing that a good transport does.
type broken struct {
	good diameter.Transport
	do   func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error)
}

func (b broken) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	return b.do(b.good, ctx, to, req)
}

func (b broken) Close() error { return b.good.(io.Closer).Close() }

// Each check must find the fault that it looks for.
func TestSuiteFindsFaults(t *testing.T) {
	type do = func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error)
	var one sync.Mutex
	var last *diameter.Message
	var gate chan struct{}
	faults := map[string]struct {
		do      do
		handler func(diameter.Handler) diameter.Handler
	}{
		"AnswerArrives": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			ans, err := good.Do(ctx, to, req)
			if err == nil {
				ans.AVPs = ans.AVPs[:0]
			}
			return ans, err
		}},
		"ErrorAnswerIsAnAnswer": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			ans, err := good.Do(ctx, to, req)
			if err == nil && ans.Flags&diameter.FlagError != 0 {
				return nil, errors.New("the peer said no")
			}
			return ans, err
		}},
		"RequestIsUnchanged": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			req.HopByHop++
			return good.Do(ctx, to, req)
		}},
		"RequestArrivesWhole": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			cp := *req
			cp.Flags &^= diameter.FlagRetransmitted
			return good.Do(ctx, to, &cp)
		}},
		"EndToEndIsKept": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			cp := *req
			cp.EndToEnd = 0
			return good.Do(ctx, to, &cp)
		}},
		"EndToEndIsChosen": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			cp := *req
			cp.EndToEnd = 7
			return good.Do(ctx, to, &cp)
		}},
		"NoPeer": {do: func(good diameter.Transport, ctx context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			return good.Do(ctx, scef, req)
		}},
		"ContextEndedBefore": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			return good.Do(context.WithoutCancel(ctx), to, req)
		}},
		"ContextEnds": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			ans, err := good.Do(ctx, to, req)
			if err != nil {
				err = context.Cause(ctx) // and not a word about ErrSent
			}
			return ans, err
		}},
		"NoAnswer": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			ans, err := good.Do(ctx, to, req)
			if err != nil {
				return nil, nil //nolint:nilerr // the fault that the check must notice
			}
			return ans, err
		}},
		"Concurrent": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			ans, err := good.Do(ctx, to, req)
			one.Lock()
			defer one.Unlock()
			if last != nil {
				ans, last = last, ans
			} else {
				last = ans
			}
			return ans, err
		}},
		"AnswersOvertake": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			select { // not a mutex, which would hang the bubble
			case gate <- struct{}{}:
				defer func() { <-gate }()
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
			return good.Do(ctx, to, req)
		}},
		"ThenRunsOnce": {handler: func(h diameter.Handler) diameter.Handler {
			return diameter.HandlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
				ans, then := h.HandleDiameter(ctx, from, req)
				if ans == nil {
					return nil, nil
				}
				return ans, then
			})
		}},
		"CloseFailsWaiting": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			ans, err := good.Do(ctx, to, req)
			if errors.Is(err, diameter.ErrClosed) {
				err = diameter.ErrClosed
			}
			return ans, err
		}},
		"ClosedSendsNothing": {do: func(good diameter.Transport, ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
			ans, err := good.Do(ctx, to, req)
			if errors.Is(err, diameter.ErrClosed) {
				err = errors.Join(err, diameter.ErrSent)
			}
			return ans, err
		}},
	}
	for _, c := range transportChecks {
		t.Run(c.name, func(t *testing.T) {
			f, ok := faults[c.name]
			require.True(t, ok, "no fault for this check")
			synctest.Test(t, func(t *testing.T) {
				last, gate = nil, make(chan struct{}, 1)
				ctx, cancel := context.WithTimeout(t.Context(), checkTime)
				defer cancel()
				err := c.check(ctx, func(h diameter.Handler) (diameter.Transport, diameter.Identity) {
					if f.handler != nil {
						h = f.handler(h)
					}
					tr, to := openPipe(t, h)
					if f.do == nil {
						return tr, to
					}
					return broken{tr, f.do}, to
				})
				require.Error(t, err)
				t.Log(err)
			})
		})
	}
}

// Inside a bubble the default deadline can be waited for.
func TestDefaultDeadline(t *testing.T) {
	for name, open := range map[string]Open{"pipe": openPipe, "wire": openWire, "network": openNetwork} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr, to := open(t, handler(func(context.Context, *diameter.Message) *diameter.Message { return nil }))
				begin := time.Now()
				_, err := tr.Do(context.Background(), to, newRequest("hello"))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorIs(t, err, diameter.ErrSent)
				require.Equal(t, 10*time.Second, time.Since(begin))
			})
		})
	}
}

func TestNetworkRealmInTurn(t *testing.T) {
	n := NewNetwork(1)
	defer n.Close()
	var got []string
	for _, host := range []string{"a.example.com", "b.example.com"} {
		n.Join(diameter.Identity{Host: host, Realm: "example.com"}, handler(func(_ context.Context, req *diameter.Message) *diameter.Message {
			got = append(got, host)
			return echo(req)
		}), App)
	}
	tr := n.Join(mme, nil)
	for range 4 {
		_, err := tr.Do(t.Context(), diameter.Identity{Realm: "EXAMPLE.com"}, newRequest("x"))
		require.NoError(t, err)
	}
	slices.Sort(got)
	require.Equal(t, []string{"a.example.com", "a.example.com", "b.example.com", "b.example.com"}, got)
	other := newRequest("x")
	other.App = 1
	_, err := tr.Do(t.Context(), diameter.Identity{Realm: "example.com"}, other)
	require.ErrorIs(t, err, diameter.ErrNoPeer)
}

func TestNetworkFaults(t *testing.T) {
	run := func(t *testing.T, seed uint64) (outcome []bool, took time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			n := NewNetwork(seed)
			defer n.Close()
			n.Join(scef, echoHandler())
			tr := n.Join(mme, nil)
			n.SetFaults(Faults{DropRequest: 0.2, DropAnswer: 0.2, MinDelay: time.Millisecond, MaxDelay: 50 * time.Millisecond})
			begin := time.Now()
			for range 50 {
				_, err := tr.Do(t.Context(), scef, newRequest("x"))
				if err != nil {
					require.ErrorIs(t, err, diameter.ErrSent)
				}
				outcome = append(outcome, err == nil)
			}
			took = time.Since(begin)
		})
		return outcome, took
	}
	a, took := run(t, 1)
	again, tookAgain := run(t, 1)
	require.Equal(t, a, again, "the same seed must give the same faults")
	require.Equal(t, took, tookAgain)
	require.Contains(t, a, true)
	require.Contains(t, a, false)
	b, _ := run(t, 2)
	require.NotEqual(t, a, b)
}

func TestNetworkCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNetwork(1)
		defer n.Close()
		arrived := make(chan struct{}, 1)
		hang := true
		n.Join(scef, handler(func(ctx context.Context, req *diameter.Message) *diameter.Message {
			if hang {
				arrived <- struct{}{}
				<-ctx.Done()
			}
			return echo(req)
		}))
		tr := n.Join(mme, nil)
		done := make(chan error, 1)
		go func() {
			_, err := tr.Do(t.Context(), scef, newRequest("x"))
			done <- err
		}()
		<-arrived
		n.Cut(scef.Host)
		err := <-done
		require.ErrorIs(t, err, diameter.ErrSent)
		require.NotErrorIs(t, err, diameter.ErrClosed)
		_, err = tr.Do(t.Context(), scef, newRequest("x"))
		require.ErrorIs(t, err, diameter.ErrNoPeer)
		n.Heal(scef.Host)
		hang = false
		_, err = tr.Do(t.Context(), scef, newRequest("x"))
		require.NoError(t, err)
	})
}
