package diameter_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// farMME is no peer of the nodes under test; requests for it go by agents.
var farMME = diameter.Identity{Host: "mme.far.example.com", Realm: "far.example.com"}

func dra(i int) diameter.Identity {
	return diameter.Identity{Host: fmt.Sprintf("dra%d.epc.example.com", i), Realm: "epc.example.com"}
}

func relaying(c *diameter.CER) {
	c.VendorSpecificApplicationID, c.AuthApplicationID = nil, []uint32{uint32(diameter.AppRelay)}
}

// inOrder makes a node ask the agents in the order of their numbers.
func inOrder(count int) []diameter.Route {
	var all []diameter.Route
	for i := range count {
		all = append(all, diameter.Route{Peer: dra(i).Host, Priority: uint16(i)})
	}
	return all
}

type outcome struct {
	ans *diameter.Message
	err error
}

func do(ctx context.Context, n *diameter.Node, to diameter.Identity) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		ans, err := n.Do(ctx, to, request(to))
		done <- outcome{ans, err}
	}()
	return done
}

// next returns the next request of the application and answers watchdogs until then.
func (r *raw) next() *diameter.Message {
	r.t.Helper()
	for {
		m := r.receive()
		if m.Command == testCmd {
			return m
		}
		if m.IsRequest() && m.Command == diameter.CodeDWR {
			r.answer(m, &diameter.DWA{Result: diameter.Success, OriginHost: "x", OriginRealm: "x"})
		}
	}
}

// idle checks that nothing of the application comes.
func (r *raw) idle() {
	r.t.Helper()
	r.c.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := r.r.Peek(1)
	var late net.Error
	require.ErrorAs(r.t, err, &late)
	require.True(r.t, late.Timeout())
}

// refusal is an answer of from with the E flag, or without it as the result wants.
func refusal(req *diameter.Message, from diameter.Identity, r diameter.Result, avps ...diameter.AVP) *diameter.Message {
	m := diameter.ErrorAnswer(req, from, r, "", nil)
	m.AVPs = diameter.AppendExtra(m.AVPs, avps)
	return m
}

func resultOf(t *testing.T, o outcome) diameter.Result {
	t.Helper()
	require.NoError(t, o.err)
	r, err := diameter.ResultOf(o.ans)
	require.NoError(t, err)
	return r
}

// again checks that m is the request first, sent with or without the T flag by another way.
func again(t *testing.T, first, m *diameter.Message, flag diameter.Flags) {
	t.Helper()
	require.Equal(t, flag, m.Flags&diameter.FlagRetransmitted)
	require.Equal(t, first.EndToEnd, m.EndToEnd)
	require.True(t, bytes.HasPrefix(m.AVPs, first.AVPs), "%x\n%x", first.AVPs, m.AVPs) // what Do appends may follow
}

func TestFailoverOnBreak(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		host, relay := b.connect(mme, scef), b.connect(dra(0), scef, relaying)
		done := do(t.Context(), n, mme)
		first := host.next()
		require.Zero(t, first.Flags&diameter.FlagRetransmitted)
		host.c.Close()
		second := relay.next()
		again(t, first, second, diameter.FlagRetransmitted)
		relay.send(success(second))
		require.Equal(t, diameter.Success, resultOf(t, <-done))
	})
}

// At most four ways, then the error of the first.
func TestFailoverIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		require.NoError(t, n.SetRoutes(inOrder(5)))
		var agents []*raw
		for i := range 5 {
			agents = append(agents, b.connect(dra(i), scef, relaying))
		}
		done := do(t.Context(), n, farMME)
		for _, a := range agents[:4] {
			a.next()
			a.c.Close()
		}
		o := <-done
		require.ErrorIs(t, o.err, diameter.ErrSent)
		require.ErrorContains(t, o.err, dra(0).Host)
		agents[4].idle()
	})
}

func TestFailoverHasOneDeadline(t *testing.T) {
	for name, timeout := range map[string]time.Duration{"of the node": 0, "of the caller": 10 * time.Second} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, nil, nil)
				host, relay := b.connect(mme, scef), b.connect(dra(0), scef, relaying)
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if timeout != 0 {
					ctx, cancel = context.WithTimeout(ctx, timeout)
				}
				defer cancel()
				begin := time.Now()
				done := do(ctx, n, mme)
				host.next()
				time.Sleep(6 * time.Second)
				host.c.Close()
				relay.next()
				o := <-done
				require.ErrorIs(t, o.err, context.DeadlineExceeded)
				require.ErrorIs(t, o.err, diameter.ErrSent)
				require.Equal(t, 10*time.Second, time.Since(begin))
			})
		})
	}
}

// What the second way answers counts, unless it only says that it could not carry the request.
func TestFailoverAnswers(t *testing.T) {
	for _, r := range []diameter.Result{diameter.UnableToDeliver, diameter.TooBusy, diameter.LoopDetected, diameter.ErrorUserUnknown} {
		t.Run(r.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, nil, nil)
				host, relay := b.connect(mme, scef), b.connect(dra(0), scef, relaying)
				done := do(t.Context(), n, mme)
				host.next()
				host.c.Close()
				relay.send(refusal(relay.next(), dra(0), r))
				o := <-done
				if r.IsProtocolError() {
					require.ErrorIs(t, o.err, diameter.ErrSent)
					require.Nil(t, o.ans)
				} else {
					require.Equal(t, r, resultOf(t, o))
				}
			})
		})
	}
}

func TestNoFailover(t *testing.T) {
	neighbour := diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}
	bubble(t, func(t *testing.T, b *bench) { // a neighbour cannot stand in for the host
		n := b.node(scef, nil, nil)
		host, other := b.connect(mme, scef), b.connect(neighbour, scef)
		done := do(t.Context(), n, mme)
		host.next()
		host.c.Close()
		require.ErrorIs(t, (<-done).err, diameter.ErrSent)
		other.idle()
	})
	bubble(t, func(t *testing.T, b *bench) { // but for another neighbour
		n := b.node(scef, nil, nil)
		ways := []*raw{b.connect(mme, scef), b.connect(neighbour, scef)}
		done := do(t.Context(), n, diameter.Identity{Host: "mme3.epc.example.com", Realm: mme.Realm})
		first := ways[0].next()
		ways[0].c.Close()
		second := ways[1].next()
		again(t, first, second, diameter.FlagRetransmitted)
		ways[1].send(success(second))
		require.Equal(t, diameter.Success, resultOf(t, <-done))
	})
	bubble(t, func(t *testing.T, b *bench) { // switched off
		n := b.node(scef, nil, &diameter.Options{NoFailover: true})
		host, relay := b.connect(mme, scef), b.connect(dra(0), scef, relaying)
		done := do(t.Context(), n, mme)
		host.next()
		host.c.Close()
		require.ErrorIs(t, (<-done).err, diameter.ErrSent)
		relay.idle()
	})
	bubble(t, func(t *testing.T, b *bench) { // nor while the node closes
		n := b.node(scef, nil, nil)
		host, relay := b.connect(mme, scef), b.connect(dra(0), scef, relaying)
		done := do(t.Context(), n, mme)
		host.next()
		n.Close()
		o := <-done
		require.ErrorIs(t, o.err, diameter.ErrClosed)
		require.ErrorIs(t, o.err, diameter.ErrSent)
		relay.closed()
	})
}

func TestFailoverOnSuspect(t *testing.T) {
	const long = 5 * time.Minute
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		host, relay := b.connect(mme, scef), b.connect(dra(0), scef, relaying)
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		done := do(ctx, n, mme)
		first := host.next()
		begin := time.Now()
		go host.read() // DWR, which is not answered
		second := relay.next()
		require.InDelta(t, 60, time.Since(begin).Seconds(), 5)
		require.Equal(t, diameter.PeerSuspect, state(n, mme.Host))
		again(t, first, second, diameter.FlagRetransmitted)
		host.send(refusal(first, mme, diameter.ErrorUserUnknown)) // late: goes nowhere
		synctest.Wait()
		require.Empty(t, done)
		require.Equal(t, diameter.PeerOpen, state(n, mme.Host))
		relay.send(success(second))
		require.Equal(t, diameter.Success, resultOf(t, <-done))
	})
	bubble(t, func(t *testing.T, b *bench) { // one that still waits for room goes as if it came anew
		n := b.node(scef, nil, &diameter.Options{MaxPending: 1})
		host, relay := b.connect(mme, scef), b.connect(dra(0), scef, relaying)
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		done := do(ctx, n, mme)
		first := host.next()
		go host.read()
		queued := do(ctx, n, mme)
		sent := make(map[uint32]diameter.Flags)
		for range 2 {
			m := relay.next()
			sent[m.EndToEnd] = m.Flags & diameter.FlagRetransmitted
			relay.send(success(m))
		}
		require.Equal(t, diameter.Success, resultOf(t, <-done))
		require.Equal(t, diameter.Success, resultOf(t, <-queued))
		require.Len(t, sent, 2)
		for e2e, flag := range sent {
			require.Equal(t, e2e == first.EndToEnd, flag != 0)
		}
	})
	for name, off := range map[string]bool{"no other way": false, "switched off": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, nil, &diameter.Options{NoFailover: off})
				host := b.connect(mme, scef)
				if off {
					go keepAlive(b.connect(dra(0), scef, relaying))
				}
				ctx, cancel := context.WithTimeout(t.Context(), long)
				defer cancel()
				done := do(ctx, n, mme)
				first := host.next()
				go host.read()
				time.Sleep(70 * time.Second)
				require.Equal(t, diameter.PeerSuspect, state(n, mme.Host))
				host.send(success(first))
				require.Equal(t, diameter.Success, resultOf(t, <-done))
			})
		})
	}
}

// A new connection of the same peer takes over from a suspect one, but is no way for what was sent before it has proved itself.
func TestNoFailoverToReopen(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		old := b.connect(mme, scef)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		done := do(ctx, n, mme)
		old.next()
		go old.read()
		time.Sleep(70 * time.Second)
		require.Equal(t, diameter.PeerSuspect, state(n, mme.Host))
		b.connect(mme, scef)
		out := <-done
		require.ErrorIs(t, out.err, diameter.ErrSent)
		require.Equal(t, diameter.PeerReopen, state(n, mme.Host))
	})
}

// Who repeats a request with the T flag keeps it on all ways.
func TestFailoverOfRepetition(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		require.NoError(t, n.SetRoutes(inOrder(2)))
		one, two := b.connect(dra(0), scef, relaying), b.connect(dra(1), scef, relaying)
		req := request(farMME)
		req.EndToEnd, req.Flags = 42, req.Flags|diameter.FlagRetransmitted
		done := make(chan outcome, 1)
		go func() {
			ans, err := n.Do(t.Context(), farMME, req)
			done <- outcome{ans, err}
		}()
		first := one.next()
		again(t, req, first, diameter.FlagRetransmitted)
		one.send(refusal(first, dra(0), diameter.TooBusy))
		second := two.next()
		again(t, req, second, diameter.FlagRetransmitted)
		two.send(success(second))
		require.Equal(t, diameter.Success, resultOf(t, <-done))
	})
}

// A peer that refuses to carry a request is not the last one to be asked.
func TestRefusedGoesAnotherWay(t *testing.T) {
	for _, r := range []diameter.Result{diameter.UnableToDeliver, diameter.TooBusy} {
		t.Run(r.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, nil, &diameter.Options{NoFailover: true}) // has nothing to do with it
				require.NoError(t, n.SetRoutes(inOrder(2)))
				one, two := b.connect(dra(0), scef, relaying), b.connect(dra(1), scef, relaying)
				done := do(t.Context(), n, farMME)
				first := one.next()
				one.send(refusal(first, dra(0), r))
				second := two.next()
				again(t, first, second, 0)
				two.send(success(second))
				require.Equal(t, diameter.Success, resultOf(t, <-done))

				done = do(t.Context(), n, farMME) // both refuse: the last answer stands
				one.send(refusal(one.next(), dra(0), r))
				two.send(refusal(two.next(), dra(1), r))
				o := <-done
				require.Equal(t, r, resultOf(t, o))
				origin, _ := diameter.FindAVP(o.ans.AVPs, 264, 0)
				require.Equal(t, dra(1).Host, string(origin.Data))

				done = do(t.Context(), n, farMME) // a node behind it refuses
				one.send(refusal(one.next(), farMME, r))
				require.Equal(t, r, resultOf(t, <-done))
				done = do(t.Context(), n, dra(0)) // the destination itself refuses
				one.send(refusal(one.next(), dra(0), r))
				require.Equal(t, r, resultOf(t, <-done))
				two.idle()

				done = do(t.Context(), n, farMME) // then the second breaks: nobody knows
				one.send(refusal(one.next(), dra(0), r))
				two.next()
				two.c.Close()
				require.ErrorIs(t, (<-done).err, diameter.ErrSent)
			})
		})
	}
}

func TestSetRoutes(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, nil, nil)
		one, two := b.connect(dra(0), scef), b.connect(dra(1), scef)
		try := func(by *raw) {
			t.Helper()
			done := do(t.Context(), n, farMME)
			by.send(success(by.next()))
			require.Equal(t, diameter.Success, resultOf(t, <-done))
		}
		require.ErrorIs(t, (<-do(t.Context(), n, farMME)).err, diameter.ErrNoPeer)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		waited := make(chan error, 1)
		go func() { waited <- n.AwaitPeer(ctx, farMME, testApp) }()
		require.NoError(t, n.SetRoutes([]diameter.Route{{Realm: "FAR.example.com", Peer: "DRA0.epc.example.com"}}))
		require.NoError(t, <-waited)
		try(one)
		require.NoError(t, n.SetRoutes([]diameter.Route{
			{Realm: farMME.Realm, Peer: dra(0).Host},
			{Realm: farMME.Realm, App: testApp, Peer: dra(1).Host},
		}))
		try(two)
		err := n.SetRoutes([]diameter.Route{{Realm: "x"}, {Realm: "y", Peer: "z"}, {Realm: "Y", Peer: "Z", Priority: 2}})
		require.ErrorContains(t, err, `route to realm "x" names no peer`)
		require.ErrorContains(t, err, `route to realm "y" by z for application 0 is there twice`)
		try(two)
		require.NoError(t, n.SetRoutes(nil))
		require.ErrorIs(t, (<-do(t.Context(), n, farMME)).err, diameter.ErrNoPeer)
	})
}
