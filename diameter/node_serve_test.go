package diameter_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// What the node answers by itself.
func TestRequestRefused(t *testing.T) {
	failed := func(m *diameter.Message) diameter.AVP {
		a, _ := diameter.FindAVP(m.AVPs, 279, 0)
		in, _, err := diameter.NextAVP(a.Data)
		require.NoError(t, err)
		return in
	}
	for name, c := range map[string]struct {
		change func(m *diameter.Message)
		want   diameter.Result
		check  func(t *testing.T, ans *diameter.Message)
	}{
		"application":      {change: func(m *diameter.Message) { m.App = 5 }, want: diameter.ApplicationUnsupported},
		"command":          {change: func(m *diameter.Message) { m.Command = 5 }, want: diameter.CommandUnsupported},
		"base command":     {change: func(m *diameter.Message) { m.App, m.Command = 0, 258 }, want: diameter.CommandUnsupported},
		"second CER":       {change: func(m *diameter.Message) { m.App, m.Command = 0, 257 }, want: diameter.UnableToComply},
		"E flag":           {change: func(m *diameter.Message) { m.Flags |= diameter.FlagError }, want: diameter.InvalidHeaderBits},
		"E flag in DWR":    {change: func(m *diameter.Message) { m.Flags |= diameter.FlagError; m.App, m.Command = 0, 280 }, want: diameter.InvalidHeaderBits},
		"another host":     {change: func(m *diameter.Message) { m.AVPs = request(mme).AVPs }, want: diameter.UnableToDeliver},
		"another realm":    {change: func(m *diameter.Message) { m.AVPs = request(diameter.Identity{Realm: "x.example.com"}).AVPs }, want: diameter.RealmNotServed},
		"realm in capital": {change: func(m *diameter.Message) { m.AVPs = request(diameter.Identity{Realm: "EPC.example.com"}).AVPs }, want: diameter.Success},
		"our host, another realm": {change: func(m *diameter.Message) {
			m.AVPs = request(diameter.Identity{Host: "SCEF.epc.example.com", Realm: "x.example.com"}).AVPs
		}, want: diameter.Success},
		"alias": {change: func(m *diameter.Message) {
			m.AVPs = request(diameter.Identity{Host: "Pool.example.com", Realm: "epc.example.com"}).AVPs
		}, want: diameter.Success},
		"no destination": {change: func(m *diameter.Message) { m.AVPs = request(diameter.Identity{}).AVPs }, want: diameter.Success},
		"AVP too long": {change: func(m *diameter.Message) { m.AVPs[7] = 200; m.AVPs = m.AVPs[:40] }, want: diameter.InvalidAVPLength,
			check: func(t *testing.T, ans *diameter.Message) {
				require.Equal(t, diameter.AVPCode(263), failed(ans).Code)
			}},
		"AVP too short": {change: func(m *diameter.Message) { m.AVPs[7] = 7 }, want: diameter.InvalidAVPLength},
		"half an AVP":   {change: func(m *diameter.Message) { m.AVPs = append(m.AVPs, 1, 2, 3, 4) }, want: diameter.InvalidAVPLength},
		"AVP in DWR": {change: func(m *diameter.Message) {
			m.App, m.Command = 0, 280
			m.AVPs = append(m.AVPs, 1, 2, 3, 4)
		}, want: diameter.InvalidAVPLength},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				b.node(scef, &diameter.Mux{Self: scef, Commands: map[diameter.CommandCode]diameter.Handler{testCmd: succeed()}},
					&diameter.Options{Aliases: []string{"other.example.com", "pool.example.com"}})
				r := b.connect(mme, scef)
				req := request(scef)
				req.HopByHop, req.EndToEnd = 3, 0
				c.change(req)
				r.send(req)
				ans := r.receive()
				require.Equal(t, c.want, r.result(ans))
				require.Equal(t, []uint32{3, 0, uint32(req.Command), uint32(req.App)},
					[]uint32{ans.HopByHop, ans.EndToEnd, uint32(ans.Command), uint32(ans.App)})
				if c.check != nil {
					c.check(t, ans)
				}
				r.send(request(scef)) // the connection lives on
				require.Equal(t, diameter.Success, r.result(r.receive()))
			})
		})
	}
}

func TestAppWithoutHandler(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		b.node(scef, nil, nil)
		r := b.connect(mme, scef)
		r.send(request(scef))
		require.Equal(t, diameter.ApplicationUnsupported, r.result(r.receive()))
	})
}

func TestFramingLies(t *testing.T) {
	good := request(scef).Append(nil)
	lie := func(i int, v byte) []byte {
		b := append([]byte{}, good...)
		b[i] = v
		return b
	}
	for name, c := range map[string]struct {
		in   []byte
		want diameter.Result
	}{
		"version": {lie(0, 2), diameter.UnsupportedVersion},
		"huge":    {lie(1, 0xff), diameter.InvalidMessageLength},
		"odd":     {lie(3, 21), diameter.InvalidMessageLength},
		"short":   {append([]byte{1, 0, 0, 8}, good[4:]...), diameter.InvalidMessageLength},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, succeed(), nil)
				r := b.connect(mme, scef)
				go r.c.Write(c.in)
				require.Equal(t, c.want, r.result(r.receive()))
				r.closed()
				synctest.Wait()
				require.Empty(t, n.Peers())
			})
		})
	}
	bubble(t, func(t *testing.T, b *bench) { // an answer that lies gets none
		b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		bad := success(request(scef)).Append(nil)
		bad[0] = 3
		go r.c.Write(bad)
		r.closed()
	})
}

func TestConnectionCut(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		done := make(chan error, 1)
		begin := time.Now()
		go func() {
			_, err := n.Do(t.Context(), mme, request(mme))
			done <- err
		}()
		req := r.receive()
		r.write(success(req).Append(nil)[:25]) // the answer is cut in the middle
		r.c.Close()
		err := <-done
		require.ErrorIs(t, err, diameter.ErrSent)
		require.NotErrorIs(t, err, diameter.ErrClosed)
		require.Zero(t, time.Since(begin))
		_, err = n.Do(t.Context(), mme, request(mme))
		require.ErrorIs(t, err, diameter.ErrNoPeer)
	})
	bubble(t, func(t *testing.T, b *bench) { // one that dribbles is cut by us
		b.node(scef, succeed(), &diameter.Options{ReadTimeout: 10 * time.Second})
		r := b.connect(mme, scef)
		begin := time.Now()
		for _, c := range request(scef).Append(nil) {
			if _, err := r.c.Write([]byte{c}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		require.InDelta(t, 10, time.Since(begin).Seconds(), 1)
		r.closed()
	})
	bubble(t, func(t *testing.T, b *bench) { // one that only pauses is not
		b.node(scef, succeed(), &diameter.Options{ReadTimeout: 10 * time.Second})
		r := b.connect(mme, scef)
		for range 2 {
			m := request(scef).Append(nil)
			r.write(m[:30])
			time.Sleep(9 * time.Second)
			r.write(m[30:])
			require.Equal(t, diameter.Success, r.result(r.receive()))
			time.Sleep(11 * time.Second)
		}
	})
}

// A peer that does not read is closed; what was not given to its connection is not reported as sent.
func TestPeerThatNeverReads(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), &diameter.Options{MaxQueue: 1024, AnswerTimeout: time.Minute})
		b.connect(mme, scef)
		req := request(mme) // 152 octets
		var wg sync.WaitGroup
		var sent, unsent, waiting atomic.Int32
		begin := time.Now()
		first := func() { _, err := n.Do(t.Context(), mme, req); require.ErrorIs(t, err, diameter.ErrSent) }
		wg.Go(first)
		synctest.Wait() // the writer has taken it
		for range 20 {
			wg.Go(func() {
				_, err := n.Do(t.Context(), mme, req)
				require.Error(t, err)
				if errors.Is(err, diameter.ErrSent) {
					sent.Add(1)
				} else {
					require.ErrorIs(t, err, diameter.ErrNoPeer)
					unsent.Add(1)
				}
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		wg.Go(func() {
			_, err := n.Do(ctx, mme, req)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.NotErrorIs(t, err, diameter.ErrSent, "it never entered the queue")
			waiting.Add(1)
			require.Equal(t, time.Second, time.Since(begin))
		})
		wg.Wait()
		require.Zero(t, sent.Load())
		require.Equal(t, int32(20), unsent.Load())
		require.Equal(t, int32(1), waiting.Load())
		require.InDelta(t, 10, time.Since(begin).Seconds(), 2.6)
		require.Empty(t, n.Peers())
	})
	bubble(t, func(t *testing.T, b *bench) { // answers do not pile up either
		n := b.node(scef, succeed(), &diameter.Options{MaxQueue: 1024, MaxInFlight: 4})
		r := b.connect(mme, scef)
		begin := time.Now()
		for {
			r.c.SetWriteDeadline(time.Now().Add(time.Minute))
			if _, err := r.c.Write(request(scef).Append(nil)); err != nil {
				break
			}
		}
		require.InDelta(t, 10, time.Since(begin).Seconds(), 2.6)
		synctest.Wait()
		require.Empty(t, n.Peers())
	})
}

// Unsent requests of a broken connection go another way.
func TestUnsentGoAnotherWay(t *testing.T) {
	other := diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		stuck := b.connect(mme, scef)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := n.Do(t.Context(), mme, request(mme))
			require.ErrorIs(t, err, diameter.ErrSent)
		})
		synctest.Wait()
		good := b.connect(other, scef)
		go func() {
			for {
				m, err := good.read()
				if err != nil {
					return
				}
				if m.Command == testCmd {
					good.c.Write(success(m).Append(nil))
				}
			}
		}()
		for range 10 { // to the host that is stuck; its realm has another peer
			wg.Go(func() {
				_, err := n.Do(t.Context(), mme, request(mme))
				require.NoError(t, err)
			})
		}
		synctest.Wait()
		stuck.c.Close()
		wg.Wait()
	})
}

// A peer that is slow to read, or whose handlers hang, does not hold up another.
func TestSlowPeerHurtsNobodyElse(t *testing.T) {
	other := diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, diameter.HandlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
			if from == mme {
				<-ctx.Done()
			}
			return success(req), nil
		}), nil)
		slow, good := b.connect(mme, scef), b.connect(other, scef)
		for range 500 {
			slow.send(request(scef))
		}
		for range 50 {
			go n.Do(t.Context(), mme, request(mme))
		}
		begin := time.Now()
		for range 100 {
			good.send(request(scef))
			require.Equal(t, diameter.Success, good.result(good.receive()))
		}
		require.Zero(t, time.Since(begin))
	})
}

func TestTooBusy(t *testing.T) {
	other := diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}
	bubble(t, func(t *testing.T, b *bench) {
		release := make(chan struct{})
		b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
			<-release
			return success(req)
		}), &diameter.Options{MaxInFlight: 3, MaxInFlightTotal: 5})
		r, o := b.connect(mme, scef), b.connect(other, scef)
		for range 3 {
			r.send(request(scef))
		}
		r.send(request(scef))
		require.Equal(t, diameter.TooBusy, r.result(r.receive()))
		for range 2 {
			o.send(request(scef))
		}
		o.send(request(scef))
		require.Equal(t, diameter.TooBusy, o.result(o.receive()), "all together have 5")
		close(release)
		for range 3 {
			require.Equal(t, diameter.Success, r.result(r.receive()))
		}
		for range 2 {
			require.Equal(t, diameter.Success, o.result(o.receive()))
		}
		synctest.Wait()
		r.send(request(scef))
		require.Equal(t, diameter.Success, r.result(r.receive()))
	})
}

func TestDuplicates(t *testing.T) {
	dra := diameter.Identity{Host: "dra.epc.example.com", Realm: mme.Realm}
	bubble(t, func(t *testing.T, b *bench) {
		var count atomic.Int32
		arrived, release := make(chan struct{}, 10), make(chan struct{})
		b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
			arrived <- struct{}{}
			<-release
			ans := success(req)
			ans.AVPs = diameter.AppendUint32(ans.AVPs, 278, 0, diameter.AVPMandatory, uint32(count.Add(1)))
			return ans
		}), nil)
		r, via := b.connect(mme, scef), b.connect(dra, scef)
		send := func(r *raw, hbh uint32, flags diameter.Flags) {
			m := request(scef)
			m.HopByHop, m.EndToEnd = hbh, 42
			m.Flags |= flags
			r.send(m)
		}
		send(r, 1, 0)
		<-arrived
		send(via, 2, diameter.FlagRetransmitted) // while the first is in work, by another way
		synctest.Wait()
		require.Empty(t, arrived)
		close(release)
		first, second := r.receive(), via.receive()
		require.Equal(t, uint32(1), first.HopByHop)
		require.Equal(t, uint32(2), second.HopByHop)
		require.Equal(t, uint32(42), second.EndToEnd)
		require.Equal(t, first.AVPs, second.AVPs)
		send(r, 3, diameter.FlagRetransmitted) // after it was answered
		third := r.receive()
		require.Equal(t, uint32(3), third.HopByHop)
		require.Equal(t, first.AVPs, third.AVPs)
		require.Equal(t, int32(1), count.Load())

		send(r, 4, 0) // without T it is another request
		r.receive()
		require.Equal(t, int32(2), count.Load())

		go keepAlive(r)
		time.Sleep(5 * time.Minute) // and after the window, too
		<-arrived
		send(r, 5, diameter.FlagRetransmitted)
		<-arrived
		synctest.Wait()
		require.Equal(t, int32(3), count.Load())
	})
}

// keepAlive answers watchdogs until the connection ends.
func keepAlive(r *raw) {
	for {
		m, err := r.read()
		if err != nil {
			return
		}
		if m.Command == diameter.CodeDWR && m.IsRequest() {
			ans, _ := diameter.NewAnswer(m, &diameter.DWA{Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm})
			r.c.Write(ans.Append(nil))
		}
	}
}

// then runs after the answer is on its way: what it sends arrives later.
func TestThenComesAfterTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		var n *diameter.Node
		n = b.node(scef, diameter.HandlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
			return success(req), func() { n.Do(ctx, from, request(from)) }
		}), nil)
		r := b.connect(mme, scef)
		for range 50 {
			r.send(request(scef))
			require.False(t, r.receive().IsRequest())
			m := r.receive()
			require.True(t, m.IsRequest())
			r.send(success(m))
		}
	})
}

func TestHandlerMisbehaves(t *testing.T) {
	for name, h := range map[string]diameter.HandlerFunc{
		"panics": func(context.Context, diameter.Identity, *diameter.Message) (*diameter.Message, func()) { panic("oops") },
		"answers nonsense": func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
			return req.Answer([]byte{1, 2, 3}), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				b.node(scef, h, nil)
				r := b.connect(mme, scef)
				for range 3 {
					r.send(request(scef))
					require.Equal(t, diameter.UnableToComply, r.result(r.receive()))
				}
			})
		})
	}
	bubble(t, func(t *testing.T, b *bench) {
		var count atomic.Int32
		b.node(scef, diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
			if count.Add(1) == 1 {
				runtime.Goexit()
			}
			return success(req), func() { panic("afterwards") }
		}), &diameter.Options{MaxInFlight: 1})
		r := b.connect(mme, scef)
		r.send(request(scef))
		synctest.Wait()
		for range 3 {
			r.send(request(scef))
			require.Equal(t, diameter.Success, r.result(r.receive()))
			synctest.Wait()
		}
	})
}

func TestContextOfHandlerEnds(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		ended := make(chan struct{})
		b.node(scef, handlerFunc(func(ctx context.Context, req *diameter.Message) *diameter.Message {
			<-ctx.Done()
			close(ended)
			return success(req)
		}), nil)
		r := b.connect(mme, scef)
		r.send(request(scef))
		synctest.Wait()
		r.c.Close()
		<-ended
	})
}

func TestRoutes(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), &diameter.Options{Accept: func(diameter.Identity) bool { return true }})
		var mu sync.Mutex
		got := make(map[string]int)
		peer := func(host, realm string, apps ...uint32) {
			id := diameter.Identity{Host: host, Realm: realm}
			r := b.connect(id, scef, func(c *diameter.CER) { c.VendorSpecificApplicationID, c.AuthApplicationID = nil, apps })
			go func() {
				for {
					m, err := r.read()
					if err != nil {
						return
					}
					if m.Command == testCmd {
						mu.Lock()
						got[host]++
						mu.Unlock()
						r.c.Write(success(m).Append(nil))
					}
				}
			}()
			synctest.Wait() // until the routes are made
		}
		do := func(host, realm string, app diameter.ApplicationID) error {
			m := request(diameter.Identity{})
			m.App = app
			clear(got)
			for range 6 {
				if _, err := n.Do(t.Context(), diameter.Identity{Host: host, Realm: realm}, m); err != nil {
					return err
				}
			}
			return nil
		}
		app := uint32(testApp)
		peer("a1.example.com", "a.example.com", app)
		peer("a2.example.com", "a.example.com", app, app)
		peer("b1.example.com", "b.example.com", app)
		require.NoError(t, do("A1.example.com", "a.example.com", testApp))
		require.Equal(t, map[string]int{"a1.example.com": 6}, got)
		require.NoError(t, do("", "A.example.com", testApp))
		require.Equal(t, map[string]int{"a1.example.com": 3, "a2.example.com": 3}, got)
		require.NoError(t, do("unknown.example.com", "b.example.com", testApp))
		require.Equal(t, map[string]int{"b1.example.com": 6}, got)
		require.ErrorIs(t, do("", "c.example.com", testApp), diameter.ErrNoPeer)
		require.ErrorIs(t, do("a1.example.com", "a.example.com", 99), diameter.ErrNoPeer)

		peer("r1.example.com", "r.example.com", 0xffffffff)
		peer("r2.example.com", "r.example.com", 0xffffffff)
		require.NoError(t, do("", "c.example.com", testApp))
		require.Equal(t, map[string]int{"r1.example.com": 3, "r2.example.com": 3}, got)
		require.NoError(t, do("a1.example.com", "a.example.com", 99))
		require.Equal(t, map[string]int{"r1.example.com": 3, "r2.example.com": 3}, got)
		require.NoError(t, do("r1.example.com", "c.example.com", testApp))
		require.Equal(t, map[string]int{"r1.example.com": 6}, got)
		require.NoError(t, do("", "a.example.com", testApp))
		require.Equal(t, map[string]int{"a1.example.com": 3, "a2.example.com": 3}, got)
	})
}

func TestPendingIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), &diameter.Options{MaxPending: 2})
		r := b.connect(mme, scef)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, err := n.Do(t.Context(), mme, request(mme))
				require.NoError(t, err)
			})
		}
		for range 5 {
			one, two := r.receive(), r.receive()
			synctest.Wait()
			r.send(success(two))
			r.send(success(one))
		}
		wg.Wait()
	})
}

func TestLateAndStrangeAnswers(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		for range 3 { // given up, by the caller and by the node
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			done := make(chan error, 2)
			go func() { _, err := n.Do(ctx, mme, request(mme)); done <- err }()
			go func() { _, err := n.Do(context.Background(), mme, request(mme)); done <- err }()
			one, two := r.receive(), r.receive()
			begin := time.Now()
			require.ErrorIs(t, <-done, context.DeadlineExceeded)
			require.Equal(t, time.Second, time.Since(begin))
			require.ErrorIs(t, <-done, context.DeadlineExceeded)
			require.Equal(t, 10*time.Second, time.Since(begin))
			cancel()
			go func() { _, err := n.Do(context.Background(), mme, request(mme)); done <- err }()
			next := r.receive()
			r.send(success(one)) // late
			r.send(success(two))
			odd := *next
			odd.Command++
			r.send(success(&odd))
			odd = *next
			odd.HopByHop += 1 << 16
			r.send(success(&odd))
			odd.HopByHop = 0xffff
			r.send(success(&odd))
			synctest.Wait()
			require.Empty(t, done)
			r.send(success(next))
			require.NoError(t, <-done)
			r.send(success(next)) // once more
		}
		require.Equal(t, diameter.PeerOpen, state(n, mme.Host))
	})
}

func TestTrace(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		var lines []string
		var took time.Duration
		var length int
		var served []string
		n := b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
			time.Sleep(time.Second)
			if req.EndToEnd == 2 {
				return nil
			}
			return success(req)
		}), &diameter.Options{Trace: &diameter.Trace{
			Message: func(peer diameter.Identity, d diameter.Direction, m *diameter.Message) {
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, fmt.Sprintf("%s %s %d %v", d, peer.Host, m.Command, m.IsRequest()))
			},
			Answered: func(_ diameter.Identity, sent int, ans *diameter.Message, d time.Duration) { took, length = d, sent },
			Served: func(peer diameter.Identity, req, ans *diameter.Message, d time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				res := "none"
				if ans != nil {
					r, err := diameter.ResultOf(ans)
					require.NoError(t, err)
					res = r.String()
				}
				served = append(served, fmt.Sprintf("%s %d %s %v", peer.Host, req.EndToEnd, res, d.Truncate(time.Millisecond)))
			},
		}, Logger: slog.New(slog.DiscardHandler)})
		r := b.connect(mme, scef)
		go func() {
			m := r.receive()
			time.Sleep(250 * time.Millisecond)
			r.send(success(m))
		}()
		_, err := n.Do(t.Context(), mme, request(mme))
		require.NoError(t, err)
		require.Equal(t, 250*time.Millisecond, took)
		require.Equal(t, request(mme).Len()+24, length, "with OC-Supported-Features")
		require.Equal(t, []string{
			"received mme.epc.example.com 257 true",
			"sent mme.epc.example.com 257 false",
			"sent mme.epc.example.com 8388733 true",
			"received mme.epc.example.com 8388733 false",
		}, lines)

		for i := range uint32(3) {
			m := request(scef)
			if m.EndToEnd = i + 1; i == 2 {
				m = request(mme) // not for this node
				m.EndToEnd = i + 1
			}
			r.send(m)
			time.Sleep(2 * time.Second)
			if i != 1 {
				r.receive()
			}
		}
		again := request(scef)
		again.EndToEnd, again.Flags = 1, again.Flags|diameter.FlagRetransmitted
		r.send(again)
		r.receive()
		synctest.Wait()
		require.Equal(t, []string{
			"mme.epc.example.com 1 DIAMETER_SUCCESS (2001) 1s",
			"mme.epc.example.com 2 none 1s",
			"mme.epc.example.com 3 DIAMETER_UNABLE_TO_DELIVER (3002) 0s",
			"mme.epc.example.com 1 DIAMETER_SUCCESS (2001) 0s",
		}, served)
	})
}

// waitFor polls, as sockets cannot be waited for in a bubble.
func waitFor(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !f(); {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func TestNothingLeaks(t *testing.T) {
	leaks(t)
	for round := range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		app := []diameter.App{{ID: testApp, Handler: succeed()}}
		server, err := diameter.NewNode(scef, app, nil)
		require.NoError(t, err)
		client, err := diameter.NewNode(mme, app, nil)
		require.NoError(t, err)
		served := make(chan error, 1)
		go func() { served <- server.Serve(l) }()
		require.NoError(t, client.AddPeer(diameter.Peer{Address: l.Addr().String()}))
		require.NoError(t, client.AwaitPeer(t.Context(), scef, testApp))
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				_, err := client.Do(t.Context(), scef, request(scef))
				require.NoError(t, err)
			})
		}
		half, err := net.Dial("tcp", l.Addr().String()) // never says a word
		require.NoError(t, err)
		wg.Wait()
		if round%2 == 0 {
			require.NoError(t, client.Shutdown(t.Context()))
			require.NoError(t, server.Shutdown(t.Context()))
		} else {
			var closing sync.WaitGroup
			for range 4 {
				closing.Go(func() { client.Close(); server.Close() })
			}
			closing.Wait()
		}
		require.ErrorIs(t, <-served, diameter.ErrClosed)
		require.ErrorIs(t, server.Serve(l), diameter.ErrClosed)
		_, err = client.Do(t.Context(), scef, request(scef))
		require.ErrorIs(t, err, diameter.ErrClosed)
		require.ErrorIs(t, client.AwaitPeer(t.Context(), scef, testApp), diameter.ErrClosed)
		half.Close()
	}
}

// The refusal reaches a peer that still sends: closing must not reset the connection before it was read.
func TestRefusalArrivesOverTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	n, err := diameter.NewNode(scef, []diameter.App{{ID: testApp, Handler: succeed()}}, nil)
	require.NoError(t, err)
	defer n.Close()
	go n.Serve(l)
	for _, id := range []diameter.Identity{mme, {Host: "mme2.epc.example.com", Realm: mme.Realm}} {
		c, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		r := (&bench{t: t}).wrap(c)
		r.request(newCER(id))
		r.receive()
		bad := request(scef).Append(nil)
		bad[0] = 9
		_, err = c.Write(append(bad, make([]byte, 1000)...))
		require.NoError(t, err)
		require.Equal(t, diameter.UnsupportedVersion, r.result(r.receive()))
		r.closed()
		waitFor(t, "the peer goes", func() bool { return len(n.Peers()) == 0 })
	}
}
