package diameter_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

var (
	farSCEF = diameter.Identity{Host: "scef.home.example.com", Realm: "home.example.com"}
	relayA  = diameter.Identity{Host: "dra.epc.example.com", Realm: "epc.example.com"}
	relayB  = diameter.Identity{Host: "iwk.home.example.com", Realm: "home.example.com"}
	relayC  = diameter.Identity{Host: "ipx.example.com", Realm: "example.com"}
)

func everybody(diameter.Identity) bool { return true }

// start starts a node with these applications, which listens under its Host and takes every peer.
func (b *bench) start(self diameter.Identity, opts *diameter.Options, apps ...diameter.App) *diameter.Node {
	b.t.Helper()
	o := diameter.Options{}
	if opts != nil {
		o = *opts
	}
	o.Dial, o.Accept, o.CheckOrigin = b.wire.Dial, everybody, diameter.OriginAny
	return b.open(self, &o, apps...)
}

func relayApp() diameter.App {
	return diameter.App{ID: diameter.AppRelay, Forward: new(diameter.Forward)}
}

// link connects a node to another.
func (b *bench) link(n *diameter.Node, to diameter.Identity) {
	b.t.Helper()
	require.NoError(b.t, n.AddPeer(diameter.Peer{Address: to.Host, Identity: to}))
	synctest.Wait()
	require.Equal(b.t, diameter.PeerOpen, state(n, to.Host))
}

// between builds a request of from to a destination.
func between(from, to diameter.Identity) *diameter.Message {
	b := diameter.AppendString(nil, 263, 0, diameter.AVPMandatory, "s;1")
	b = diameter.AppendString(b, 264, 0, diameter.AVPMandatory, from.Host)
	b = diameter.AppendString(b, 296, 0, diameter.AVPMandatory, from.Realm)
	if to.Host != "" {
		b = diameter.AppendString(b, 293, 0, diameter.AVPMandatory, to.Host)
	}
	b = diameter.AppendString(b, 283, 0, diameter.AVPMandatory, to.Realm)
	return &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: testCmd, App: testApp, AVPs: b}
}

// names returns the values of all AVPs with that code.
func names(m *diameter.Message, code diameter.AVPCode) (all []string) {
	for b := m.AVPs; len(b) > 0; {
		a, rest, err := diameter.NextAVP(b)
		if err != nil {
			break
		}
		if a.Code == code {
			all = append(all, string(a.Data))
		}
		b = rest
	}
	return all
}

// MME - relay - relay - SCEF, in both directions.
func TestRelayChain(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		got := make(map[string]*diameter.Message)
		end := func(self diameter.Identity) *diameter.Node {
			return b.start(self, nil, diameter.App{ID: testApp, Vendor: diameter.Vendor3GPP,
				Handler: handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
					mu.Lock()
					defer mu.Unlock()
					got[self.Host] = req
					return diameter.ErrorAnswer(req, self, diameter.ErrorUserUnknown, "by "+self.Host, nil)
				})})
		}
		nodes := []*diameter.Node{end(mme), b.start(relayA, nil, relayApp()), b.start(relayB, nil, relayApp()), end(farSCEF)}
		b.link(nodes[0], relayA)
		b.link(nodes[1], relayB)
		b.link(nodes[2], farSCEF)
		for _, c := range []struct {
			n        *diameter.Node
			from, to diameter.Identity
			via      []string
		}{
			{nodes[0], mme, farSCEF, []string{mme.Host, relayA.Host}},
			{nodes[3], farSCEF, mme, []string{farSCEF.Host, relayB.Host}},
			{nodes[0], mme, diameter.Identity{Realm: farSCEF.Realm}, []string{mme.Host, relayA.Host}},
		} {
			for _, flag := range []diameter.Flags{0, diameter.FlagRetransmitted} {
				req := between(c.from, c.to)
				req.EndToEnd = diameter.NextEndToEnd()
				req.Flags |= flag
				ans, err := c.n.Do(t.Context(), c.to, req)
				require.NoError(t, err)
				host := c.to.Host
				if host == "" {
					host = farSCEF.Host
				}
				require.Equal(t, req.EndToEnd, ans.EndToEnd)
				require.Equal(t, []string{host}, names(ans, 264))
				require.Equal(t, []string{"by " + host}, names(ans, 281))
				require.Empty(t, names(ans, 282))
				m := got[host]
				require.Equal(t, req.Flags, m.Flags)
				require.Equal(t, req.EndToEnd, m.EndToEnd)
				require.Equal(t, []string{c.from.Host}, names(m, 264))
				require.Equal(t, c.via, names(m, 282))
				require.Equal(t, req.AVPs, m.AVPs[:len(req.AVPs)], "the AVPs are as they were")
			}
		}
	})
}

// hub is a relay that raw peers are connected to.
func hub(t *testing.T, b *bench, opts *diameter.Options, apps ...diameter.App) (n *diameter.Node, from, to *raw) {
	if len(apps) == 0 {
		apps = []diameter.App{relayApp()}
	}
	n = b.start(relayA, opts, apps...)
	return n, b.connect(mme, relayA), b.connect(farSCEF, relayA)
}

func sendAs(r *raw, m *diameter.Message, hbh uint32) *diameter.Message {
	m.HopByHop, m.EndToEnd = hbh, hbh+1000
	r.send(m)
	return m
}

func TestRelayIdentifiers(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		_, from, to := hub(t, b, nil)
		var out []*diameter.Message
		for i := range uint32(3) {
			sendAs(from, between(mme, farSCEF), 77) // even if all are the same
			out = append(out, to.next())
			require.Equal(t, uint32(1077), out[i].EndToEnd)
		}
		require.NotEqual(t, out[0].HopByHop, out[1].HopByHop)
		require.NotEqual(t, out[1].HopByHop, out[2].HopByHop)
		for i := range uint32(3) {
			m := out[2-i]
			ans := m.Answer(diameter.AppendUint32(nil, 268, 0, 0, 2001+i))
			ans.AVPs = diameter.AppendString(ans.AVPs, 9999, 7, diameter.AVPMandatory, "whatever")
			to.send(ans)
			got := from.next()
			require.Equal(t, []uint32{77, 1077}, []uint32{got.HopByHop, got.EndToEnd})
			require.Equal(t, ans.AVPs, got.AVPs)
			require.Equal(t, diameter.FlagProxiable, got.Flags)
		}
		to.send(out[0].Answer(nil)) // once more: goes nowhere
		synctest.Wait()
		from.idle()
	})
}

func TestRelayRefuses(t *testing.T) {
	nowhere := between(mme, diameter.Identity{Realm: "x"}).AVPs
	nameless := nowhere[:len(nowhere)-12] // without Destination-Realm
	for name, c := range map[string]struct {
		apps   []diameter.App
		change func(m *diameter.Message)
		want   diameter.Result
	}{
		"not proxiable":                 {nil, func(m *diameter.Message) { m.Flags &^= diameter.FlagProxiable }, diameter.UnableToDeliver},
		"no way":                        {nil, func(m *diameter.Message) { m.AVPs = nowhere }, diameter.UnableToDeliver},
		"back":                          {nil, func(m *diameter.Message) { m.AVPs = between(mme, mme).AVPs }, diameter.UnableToDeliver},
		"nobody serves the application": {nil, func(m *diameter.Message) { m.App = 9 }, diameter.UnableToDeliver},
		"loop": {nil, func(m *diameter.Message) {
			m.AVPs = diameter.AppendString(m.AVPs, 282, 0, diameter.AVPMandatory, "other.example.com")
			m.AVPs = diameter.AppendString(m.AVPs, 282, 0, diameter.AVPMandatory, "DRA.epc.example.com")
		}, diameter.LoopDetected},
		"our own":        {nil, func(m *diameter.Message) { m.AVPs = between(relayA, farSCEF).AVPs }, diameter.LoopDetected},
		"for the relay":  {nil, func(m *diameter.Message) { m.AVPs = between(mme, relayA).AVPs }, diameter.ApplicationUnsupported},
		"for nobody":     {nil, func(m *diameter.Message) { m.AVPs = nameless }, diameter.ApplicationUnsupported},
		"malformed AVPs": {nil, func(m *diameter.Message) { m.AVPs[7] = 7 }, diameter.InvalidAVPLength},
		"another application": {[]diameter.App{{ID: testApp, Forward: new(diameter.Forward)}},
			func(m *diameter.Message) { m.App = 9 }, diameter.ApplicationUnsupported},
		"not a relay for it": {[]diameter.App{{ID: testApp, Handler: succeed()}, {ID: 9, Forward: new(diameter.Forward)}},
			func(*diameter.Message) {}, diameter.UnableToDeliver},
		"for a handler": {[]diameter.App{{ID: testApp, Handler: succeed(), Forward: new(diameter.Forward)}},
			func(m *diameter.Message) { m.AVPs = between(mme, relayA).AVPs }, diameter.Success},
		"for a handler of its realm": {[]diameter.App{{ID: testApp, Handler: succeed()}, relayApp()},
			func(m *diameter.Message) { m.AVPs = between(mme, diameter.Identity{Realm: relayA.Realm}).AVPs }, diameter.Success},
		"for the handler of all": {[]diameter.App{{ID: diameter.AppRelay, Handler: succeed(), Forward: new(diameter.Forward)}},
			func(m *diameter.Message) { m.App = 9; m.AVPs = between(mme, relayA).AVPs }, diameter.Success},
		"all for a handler": {[]diameter.App{{ID: diameter.AppRelay, Handler: succeed()}}, func(*diameter.Message) {}, diameter.Success},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				_, from, to := hub(t, b, nil, c.apps...)
				m := between(mme, farSCEF)
				c.change(m)
				sendAs(from, m, 5)
				ans := from.next()
				require.Equal(t, c.want, from.result(ans))
				require.Equal(t, uint32(5), ans.HopByHop)
				to.idle()
			})
		})
	}
}

// A ring of relays, each of which knows only the next.
func TestRelayLoop(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		ring := []diameter.Identity{relayA, relayB, relayC}
		nodes := make([]*diameter.Node, len(ring))
		for i, id := range ring {
			nodes[i] = b.start(id, nil, relayApp())
		}
		for i, n := range nodes {
			next := ring[(i+1)%len(ring)]
			b.link(n, next)
			require.NoError(t, n.SetRoutes([]diameter.Route{{Peer: next.Host}}))
		}
		n := b.start(mme, nil, diameter.App{ID: testApp})
		b.link(n, relayA)
		ans, err := n.Do(t.Context(), farSCEF, between(mme, farSCEF))
		require.Equal(t, diameter.LoopDetected, resultOf(t, outcome{ans, err}))
		require.Equal(t, []string{relayA.Host}, names(ans, 264))
	})
	bubble(t, func(t *testing.T, b *bench) { // two do not send it back, so there is no loop
		one, two := b.start(relayA, nil, relayApp()), b.start(relayB, nil, relayApp())
		b.link(one, relayB)
		require.NoError(t, one.SetRoutes([]diameter.Route{{Peer: relayB.Host}}))
		require.NoError(t, two.SetRoutes([]diameter.Route{{Peer: relayA.Host}}))
		n := b.start(mme, nil, diameter.App{ID: testApp})
		b.link(n, relayA)
		ans, err := n.Do(t.Context(), farSCEF, between(mme, farSCEF))
		require.Equal(t, diameter.UnableToDeliver, resultOf(t, outcome{ans, err}))
		require.Equal(t, []string{relayB.Host}, names(ans, 264))
	})
}

func TestRelayFailsOver(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n, from, _ := hub(t, b, nil)
		require.NoError(t, n.SetRoutes(inOrder(3)))
		one, two := b.connect(dra(0), relayA, relaying), b.connect(dra(1), relayA, relaying)
		sendAs(from, between(mme, farMME), 5)
		first := one.next()
		one.c.Close()
		second := two.next()
		again(t, first, second, diameter.FlagRetransmitted)
		two.send(success(second))
		ans := from.next()
		require.Equal(t, diameter.Success, from.result(ans))
		require.Equal(t, uint32(5), ans.HopByHop)

		three := b.connect(dra(2), relayA, relaying)
		sendAs(from, between(mme, farMME), 6)
		first = two.next()
		two.send(refusal(first, dra(1), diameter.TooBusy))
		second = three.next()
		again(t, first, second, 0)
		three.send(refusal(second, dra(2), diameter.TooBusy)) // then the last answer stands
		ans = from.next()
		require.Equal(t, diameter.TooBusy, from.result(ans))
		require.Equal(t, []string{dra(2).Host}, names(ans, 264))

		sendAs(from, between(mme, farMME), 7) // nobody knows what became of it
		two.next()
		two.c.Close()
		three.next()
		three.c.Close()
		synctest.Wait()
		from.idle()
		sendAs(from, between(mme, farMME), 8)
		require.Equal(t, diameter.UnableToDeliver, from.result(from.next()))
	})
}

func TestRelayFollowsRedirects(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n, from, to := hub(t, b, nil)
		require.NoError(t, n.SetRoutes(inOrder(1)))
		agent := b.connect(dra(0), relayA, relaying)
		back := append(redirectUse(diameter.RedirectHostUsageAllHost, 60), redirectHost("aaa://"+mme.Host), redirectHost("aaa://"+farSCEF.Host))
		sendAs(from, between(mme, farMME), 5)
		first := agent.next()
		agent.send(refusal(first, dra(0), diameter.RedirectIndication, back...))
		second := to.next() // not to where it came from
		again(t, first, second, 0)
		to.send(success(second))
		require.Equal(t, diameter.Success, from.result(from.next()))
		sendAs(from, between(mme, farMME), 6) // from memory
		to.send(success(to.next()))
		require.Equal(t, diameter.Success, from.result(from.next()))
		agent.idle()
	})
}

func TestRelayWaits(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) { // for an answer, but not for ever
		_, from, to := hub(t, b, &diameter.Options{MaxInFlight: 2})
		sendAs(from, between(mme, farSCEF), 5)
		sendAs(from, between(mme, farSCEF), 6)
		late := to.next()
		to.next()
		sendAs(from, between(mme, farSCEF), 7)
		require.Equal(t, diameter.TooBusy, from.result(from.next()))
		time.Sleep(11 * time.Second)
		to.send(success(late)) // nobody waits for it any more
		synctest.Wait()
		from.idle()
		sendAs(from, between(mme, farSCEF), 8)
		to.send(success(to.next()))
		require.Equal(t, uint32(8), from.next().HopByHop)
	})
	bubble(t, func(t *testing.T, b *bench) { // the peer that asked has gone
		n, from, to := hub(t, b, nil)
		sendAs(from, between(mme, farSCEF), 5)
		m := to.next()
		from.c.Close()
		synctest.Wait()
		to.send(success(m))
		synctest.Wait()
		require.Equal(t, diameter.PeerOpen, state(n, farSCEF.Host))
		back := b.connect(mme, relayA)
		require.Equal(t, diameter.CodeDWR, back.receive().Command)
		back.idle()
	})
	bubble(t, func(t *testing.T, b *bench) { // it has gone, and then the next hop, too
		n, from, to := hub(t, b, nil)
		sendAs(from, between(mme, farSCEF), 5)
		to.next()
		from.c.Close()
		synctest.Wait()
		to.c.Close()
		synctest.Wait()
		require.Empty(t, n.Peers())
	})
	bubble(t, func(t *testing.T, b *bench) { // Shutdown waits for the answer
		n, from, to := hub(t, b, nil)
		sendAs(from, between(mme, farSCEF), 5)
		m := to.next()
		done := make(chan error, 1)
		go func() { done <- n.Shutdown(t.Context()) }()
		go func() {
			for _, r := range []*raw{from, to} {
				dpr := r.receive()
				require.Equal(t, diameter.CodeDPR, dpr.Command)
				r.answer(dpr, &diameter.DPA{Result: diameter.Success, OriginHost: "x", OriginRealm: "x"})
			}
			to.send(success(m))
		}()
		synctest.Wait()
		require.Equal(t, diameter.Success, from.result(from.next()))
		from.closed()
		to.closed()
		require.NoError(t, <-done)
	})
}

// Peers that are slow to read hold up no others: neither requests to them nor answers.
func TestRelayWithSlowPeers(t *testing.T) {
	const count = 40
	opts := &diameter.Options{MaxQueue: 1024}
	bubble(t, func(t *testing.T, b *bench) {
		n, from, to := hub(t, b, opts)
		slow := b.connect(dra(0), relayA)
		for i := range uint32(count) { // they fill the queue to slow
			sendAs(from, between(mme, dra(0)), i)
		}
		synctest.Wait()
		sendAs(from, between(mme, farSCEF), 1000)
		to.send(success(to.next()))
		require.Equal(t, uint32(1000), from.next().HopByHop)
		seen := make(map[uint32]bool)
		for range count { // it reads at last
			slow.send(success(slow.next()))
			seen[from.next().HopByHop] = true
		}
		require.Len(t, seen, count)
		require.Equal(t, diameter.PeerOpen, state(n, dra(0).Host))
	})
	bubble(t, func(t *testing.T, b *bench) {
		_, from, to := hub(t, b, opts)
		other := b.connect(dra(0), relayA)
		var reqs []*diameter.Message
		for i := range uint32(count) {
			sendAs(from, between(mme, farSCEF), i)
			reqs = append(reqs, to.next())
		}
		for _, m := range reqs { // from does not read them
			ans := success(m)
			ans.AVPs = diameter.AppendString(ans.AVPs, 281, 0, 0, fmt.Sprintf("%0200d", 0))
			to.send(ans)
		}
		synctest.Wait()
		sendAs(other, between(dra(0), farSCEF), 1000)
		to.send(success(to.next()))
		require.Equal(t, uint32(1000), other.next().HopByHop)
		seen := make(map[uint32]bool)
		for range count {
			seen[from.next().HopByHop] = true
		}
		require.Len(t, seen, count)
	})
}

// Repetitions are for the server to find out.
func TestRelayPassesRepetitionsOn(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		_, from, to := hub(t, b, nil)
		m := between(mme, farSCEF)
		m.Flags |= diameter.FlagRetransmitted
		sendAs(from, m, 5)
		sendAs(from, m, 5)
		one, two := to.next(), to.next()
		again(t, one, two, diameter.FlagRetransmitted)
		to.send(success(two))
		to.send(success(one))
		from.next()
		from.next()
	})
}

func proxyApp(f *diameter.Forward) diameter.App { return diameter.App{ID: testApp, Forward: f} }

// verdict is what a proxy makes of a request.
type verdict struct {
	fwd *diameter.Message
	to  diameter.Identity
	ans *diameter.Message
}

// judging returns a proxy's function for requests.
func judging(
	f func(from diameter.Identity, req *diameter.Message) verdict,
) func(context.Context, diameter.Identity, *diameter.Message) (*diameter.Message, diameter.Identity, *diameter.Message) {
	return func(_ context.Context, from diameter.Identity, req *diameter.Message) (
		fwd *diameter.Message, to diameter.Identity, ans *diameter.Message,
	) {
		v := f(from, req)
		return v.fwd, v.to, v.ans
	}
}

func TestProxy(t *testing.T) {
	secret := func(m *diameter.Message, v string) *diameter.Message {
		c := *m
		c.AVPs = diameter.AppendString(append([]byte{}, m.AVPs...), 9000, 0, 0, v)
		return &c
	}
	bubble(t, func(t *testing.T, b *bench) { // that changes both
		_, from, to := hub(t, b, nil, proxyApp(&diameter.Forward{
			Request: judging(func(from diameter.Identity, req *diameter.Message) verdict {
				require.Equal(t, mme, from)
				m := secret(req, "request")
				m.EndToEnd, m.Flags = 1, m.Flags|diameter.FlagRetransmitted
				return verdict{fwd: m}
			}),
			Answer: func(_ context.Context, via diameter.Identity, req, ans *diameter.Message) *diameter.Message {
				require.Equal(t, farSCEF, via)
				require.Empty(t, names(req, 9000))
				m := secret(ans, "answer")
				m.HopByHop, m.EndToEnd, m.Command = 1, 1, 1
				return m
			},
		}))
		sendAs(from, between(mme, farSCEF), 5)
		m := to.next()
		require.Equal(t, uint32(1005), m.EndToEnd)
		require.NotZero(t, m.Flags&diameter.FlagRetransmitted)
		require.Equal(t, []string{"request"}, names(m, 9000))
		require.Equal(t, []string{mme.Host}, names(m, 282))
		to.send(success(m))
		ans := from.next()
		require.Equal(t, []uint32{5, 1005}, []uint32{ans.HopByHop, ans.EndToEnd})
		require.Equal(t, []string{"answer"}, names(ans, 9000))
	})
	bubble(t, func(t *testing.T, b *bench) { // that sends elsewhere, and answers nothing
		_, from, to := hub(t, b, nil, proxyApp(&diameter.Forward{
			Request: judging(func(_ diameter.Identity, req *diameter.Message) verdict { return verdict{fwd: req, to: farSCEF} }),
			Answer: func(context.Context, diameter.Identity, *diameter.Message, *diameter.Message) *diameter.Message {
				return nil
			},
		}))
		sendAs(from, between(mme, diameter.Identity{Host: "alias.example.com", Realm: "x"}), 5)
		to.send(success(to.next()))
		synctest.Wait()
		from.idle()
	})
	for name, c := range map[string]struct {
		request func(req *diameter.Message) verdict
		want    diameter.Result // the zero Result for no answer
	}{
		"refuses": {func(req *diameter.Message) verdict {
			return verdict{ans: diameter.ErrorAnswer(req, relayA, diameter.AuthorizationRejected, "", nil)}
		}, diameter.AuthorizationRejected},
		"drops":  {func(*diameter.Message) verdict { return verdict{} }, diameter.Result{}},
		"panics": {func(*diameter.Message) verdict { panic("no") }, diameter.UnableToComply},
		"breaks the AVPs": {func(req *diameter.Message) verdict {
			m := *req
			m.AVPs = m.AVPs[:len(m.AVPs)-3]
			return verdict{fwd: &m}
		}, diameter.UnableToDeliver},
		"breaks them and knows the way": {func(req *diameter.Message) verdict {
			m := *req
			m.AVPs = m.AVPs[:len(m.AVPs)-3]
			return verdict{fwd: &m, to: farSCEF}
		}, diameter.UnableToDeliver},
		"breaks a header": {func(req *diameter.Message) verdict {
			m := *req
			m.AVPs = []byte{1, 2, 3, 4}
			return verdict{fwd: &m}
		}, diameter.UnableToDeliver},
		"leads nowhere": {func(*diameter.Message) verdict {
			return verdict{fwd: between(mme, diameter.Identity{Realm: "x"})}
		}, diameter.UnableToDeliver},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				_, from, to := hub(t, b, nil, proxyApp(&diameter.Forward{
					Request: judging(func(_ diameter.Identity, req *diameter.Message) verdict { return c.request(req) }),
				}))
				sendAs(from, between(mme, farSCEF), 5)
				if c.want == (diameter.Result{}) {
					synctest.Wait()
					from.idle()
				} else {
					require.Equal(t, c.want, from.result(from.next()))
				}
				to.idle()
			})
		})
	}
}

// Many requests at once over a relay, whose next hops come and go; each ends once.
func TestRelayUnderFire(t *testing.T) {
	var seen, answered atomic.Int32
	for name, trace := range map[string]*diameter.Trace{"without trace": nil, "with trace": {
		Message:  func(diameter.Identity, diameter.Direction, *diameter.Message) { seen.Add(1) },
		Answered: func(diameter.Identity, int, *diameter.Message, time.Duration) { answered.Add(1) },
	}} {
		t.Run(name, func(t *testing.T) { bubble(t, func(t *testing.T, b *bench) { relayUnderFire(t, b, trace) }) })
	}
	require.GreaterOrEqual(t, answered.Load(), int32(2000), "those of Do and those that are forwarded")
	require.GreaterOrEqual(t, seen.Load(), int32(6000))
}

func relayUnderFire(t *testing.T, b *bench, trace *diameter.Trace) {
	var handled atomic.Int32
	serve := diameter.App{ID: testApp, Handler: handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
		handled.Add(1)
		time.Sleep(time.Millisecond)
		return success(req)
	})}
	realm := diameter.Identity{Realm: farSCEF.Realm}
	relay := b.start(relayA, &diameter.Options{Trace: trace}, relayApp())
	for i := range 3 {
		id := diameter.Identity{Host: fmt.Sprintf("scef%d.home.example.com", i), Realm: farSCEF.Realm}
		if n := b.start(id, nil, serve); i > 0 {
			go func() {
				time.Sleep(time.Duration(10*i) * time.Millisecond)
				n.Close()
			}()
		}
		b.link(relay, id)
	}
	n := b.start(mme, &diameter.Options{Trace: trace}, diameter.App{ID: testApp})
	b.link(n, relayA)
	var wg sync.WaitGroup
	var good, lost atomic.Int32
	for range 20 {
		wg.Go(func() {
			for range 50 {
				switch ans, err := n.Do(t.Context(), realm, between(mme, realm)); {
				case err == nil:
					if r, _ := diameter.ResultOf(ans); r.IsSuccess() {
						good.Add(1)
					}
				case errors.Is(err, diameter.ErrSent):
					lost.Add(1)
				default:
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(1000), good.Load(), "the third node carried what the others lost")
	require.Zero(t, lost.Load())
	require.GreaterOrEqual(t, handled.Load(), int32(1000))
}
