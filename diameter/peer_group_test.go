package diameter_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// inState counts the connections of a peer that are in a state.
func inState(n *diameter.Node, host string, s diameter.PeerState) int {
	count := 0
	for _, p := range n.Peers() {
		if p.Identity.Host == host && p.State == s {
			count++
		}
	}
	return count
}

func TestSeveralConnections(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		server := b.node(scef, succeed(), &diameter.Options{MaxConnsPerPeer: 4})
		client := b.node(mme, succeed(), &diameter.Options{MaxConnsPerPeer: 4})
		require.NoError(t, client.AddPeer(diameter.Peer{Address: scef.Host, Identity: scef, Connections: 3}))
		synctest.Wait()
		require.Equal(t, 3, inState(client, scef.Host, diameter.PeerOpen))
		require.Equal(t, 3, inState(server, mme.Host, diameter.PeerOpen))
		for range 9 {
			_, err := client.Do(t.Context(), scef, request(scef))
			require.NoError(t, err)
			_, err = server.Do(t.Context(), mme, request(mme))
			require.NoError(t, err)
		}

		// Requests take the connections in turn, and there are no more connections than allowed.
		fourth := b.connect(mme, scef)
		last := b.dial(scef)
		last.request(newCER(mme))
		require.Equal(t, diameter.ElectionLost, last.result(last.receive()))
		last.closed()
		synctest.Wait()
		got := make(chan int)
		go func() {
			count := 0
			for m, err := fourth.read(); err == nil; m, err = fourth.read() {
				count++
				fourth.c.Write(success(m).Append(nil))
			}
			got <- count
		}()
		for range 12 {
			_, err := server.Do(t.Context(), mme, request(mme))
			require.NoError(t, err)
		}

		// One that breaks leaves the others as they are.
		fourth.c.Close()
		require.Equal(t, 3, <-got, "a quarter of them")
		synctest.Wait()
		require.Equal(t, 3, inState(server, mme.Host, diameter.PeerOpen))
		_, err := server.Do(t.Context(), mme, request(mme))
		require.NoError(t, err)
	})
}

func TestConnectionsAreKept(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		l := b.listen(mme)
		n := b.node(scef, succeed(), &diameter.Options{MaxConnsPerPeer: 2})
		require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host, Connections: 2})) // its name is learned
		one, two := b.acceptRaw(l, mme), b.acceptRaw(l, mme)
		synctest.Wait()
		require.Equal(t, 2, inState(n, mme.Host, diameter.PeerOpen))
		one.c.Close()
		again := b.acceptRaw(l, mme)
		again.prove(mme)
		synctest.Wait()
		require.Equal(t, 2, inState(n, mme.Host, diameter.PeerOpen))
		two.send(request(scef))
		require.Equal(t, diameter.Success, two.result(two.receive()))
	})
}

func TestRestartEndsAllConnections(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), &diameter.Options{MaxConnsPerPeer: 3})
		state := func(id uint32) func(*diameter.CER) {
			return func(c *diameter.CER) { c.OriginStateID = new(id) }
		}
		one, two := b.connect(mme, scef, state(1)), b.connect(mme, scef, state(1))
		require.Equal(t, 2, inState(n, mme.Host, diameter.PeerOpen))
		three := b.connect(mme, scef, state(2))
		one.closed()
		two.closed()
		three.prove(mme)
		synctest.Wait()
		require.Equal(t, 1, inState(n, mme.Host, diameter.PeerOpen))
		require.Len(t, n.Peers(), 1)
	})
}

func TestPeerWantsTooManyConnections(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		require.Error(t, n.AddPeer(diameter.Peer{Address: "a", Connections: 2}))
		require.Error(t, n.AddPeer(diameter.Peer{Address: "a", Connections: -1}))
		_, err := diameter.NewNode(scef, []diameter.App{{ID: testApp}}, &diameter.Options{MaxConnsPerPeer: 17})
		require.ErrorContains(t, err, "MaxConnsPerPeer")
	})
	bubble(t, func(t *testing.T, b *bench) { // what the peer made before counts
		n := b.node(scef, succeed(), &diameter.Options{MaxConnsPerPeer: 2})
		b.connect(mme, scef)
		b.connect(mme, scef)
		require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host, Identity: mme, Connections: 2}))
		time.Sleep(time.Second)
		require.Equal(t, 2, inState(n, mme.Host, diameter.PeerOpen))
		for _, p := range n.Peers() {
			require.True(t, p.Configured)
		}
	})
}

// A peer whose connection failed gets requests again after three watchdog answers (RFC 3539 §3.4.1).
func TestReopen(t *testing.T) {
	for name, dialled := range map[string]bool{"dialled": true, "accepted": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, succeed(), nil)
				connect := func() *raw { return b.connect(mme, scef) }
				if dialled {
					l := b.listen(mme)
					require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host, Identity: mme}))
					connect = func() *raw { return b.acceptRaw(l, mme) }
				}
				r := connect()
				synctest.Wait()
				require.Equal(t, diameter.PeerOpen, state(n, mme.Host), "the first connection")
				r.c.Close()
				synctest.Wait()

				r = connect()
				synctest.Wait()
				require.Equal(t, diameter.PeerReopen, state(n, mme.Host))
				_, err := n.Do(t.Context(), mme, request(mme))
				require.ErrorIs(t, err, diameter.ErrNoPeer)
				begin := time.Now()
				ask := make(chan *diameter.Message)
				go func() { // it is served meanwhile
					for range 4 {
						m, err := r.read()
						if err != nil {
							break
						}
						if m.Command == testCmd {
							m, _ = r.read()
						}
						ask <- m
					}
					close(ask)
				}()
				r.send(request(scef))
				for range 3 {
					m := <-ask
					require.Equal(t, diameter.CodeDWR, m.Command)
					require.Equal(t, diameter.PeerReopen, state(n, mme.Host))
					r.answer(m, &diameter.DWA{Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm})
				}
				synctest.Wait()
				require.Equal(t, diameter.PeerOpen, state(n, mme.Host))
				require.Equal(t, begin, time.Now(), "DWR follows DWA at once")
				r.c.Close()
				<-ask
				synctest.Wait()

				r = connect() // and one that says nothing but requests fails again
				quiet := make(chan struct{})
				go func() {
					for time.Sleep(time.Second); ; time.Sleep(time.Second) {
						if _, err := r.c.Write(request(scef).Append(nil)); err != nil {
							close(quiet)
							return
						}
					}
				}()
				begin = time.Now()
				for {
					if _, err := r.read(); err != nil {
						break
					}
				}
				require.InDelta(t, 30, time.Since(begin).Seconds(), 2.1)
				r.c.Close()
				<-quiet
			})
		})
	}
	bubble(t, func(t *testing.T, b *bench) { // who left with DPR has not failed
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		r.request(&diameter.DPR{OriginHost: mme.Host, OriginRealm: mme.Realm})
		r.receive()
		r.c.Close()
		synctest.Wait()
		b.connect(mme, scef)
		require.Equal(t, diameter.PeerOpen, state(n, mme.Host))
	})
}

func TestRemovePeer(t *testing.T) {
	for _, cause := range []diameter.DisconnectCause{diameter.DisconnectCauseRebooting, diameter.DisconnectCauseBusy,
		diameter.DisconnectCauseDoNotWantToTalkToYou} {
		t.Run(cause.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				l := b.listen(mme)
				n := b.node(scef, succeed(), nil)
				require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host}))
				r := b.acceptRaw(l, mme)
				require.NoError(t, n.AwaitPeer(t.Context(), mme, testApp))
				require.NoError(t, n.RemovePeer("MME.epc.example.com", cause))
				m := r.receive()
				var dpr diameter.DPR
				require.NoError(t, diameter.Decode(m, &dpr))
				require.Equal(t, cause, dpr.DisconnectCause)
				r.answer(m, &diameter.DPA{Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm})
				r.closed()
				synctest.Wait()
				require.Empty(t, n.Peers())
				_, err := b.acceptOnce(l, 10*time.Minute)
				require.ErrorIs(t, err, errNobody, "it is not connected again")
				require.ErrorIs(t, n.RemovePeer(mme.Host, cause), diameter.ErrNoPeer)

				require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host, Identity: mme}), "until it is added again")
				b.acceptRaw(b.listen(mme), mme)
				require.NoError(t, n.AwaitPeer(t.Context(), mme, testApp))
			})
		})
	}
	bubble(t, func(t *testing.T, b *bench) { // one that connected to us, with a request under way
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		own := make(chan error, 1)
		go func() {
			_, err := n.Do(t.Context(), mme, request(mme))
			own <- err
		}()
		req := r.receive()
		require.NoError(t, n.RemovePeer(mme.Host, diameter.DisconnectCauseBusy))
		dpr := r.receive()
		require.Equal(t, diameter.CodeDPR, dpr.Command)
		r.answer(dpr, &diameter.DPA{Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm})
		r.send(success(req))
		require.NoError(t, <-own)
		r.closed()
		synctest.Wait()
		require.Empty(t, n.Peers())
	})
	bubble(t, func(t *testing.T, b *bench) { // at any stage of connecting
		for _, wait := range []time.Duration{0, time.Millisecond, time.Second} {
			l := b.listen(mme)
			n := b.node(diameter.Identity{Host: diameter.NewSessionID("scef"), Realm: scef.Realm}, succeed(), nil)
			require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host, Identity: mme}))
			if wait == time.Second {
				b.acceptCER(l)
			}
			time.Sleep(wait)
			require.NoError(t, n.RemovePeer(mme.Host, 0))
			synctest.Wait()
			require.Empty(t, n.Peers())
			l.Close()
		}
	})
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		require.NoError(t, n.Close())
		require.ErrorIs(t, n.RemovePeer(mme.Host, 0), diameter.ErrClosed)
	})
}

// The cause of DPR that Shutdown sends, and what a peer of ours makes of each: it waits longer or shorter to return.
func TestShutdownCause(t *testing.T) {
	for cause, wait := range map[diameter.DisconnectCause]time.Duration{
		diameter.DisconnectCauseRebooting:            time.Second,
		diameter.DisconnectCauseBusy:                 30 * time.Second,
		diameter.DisconnectCauseDoNotWantToTalkToYou: 5 * time.Minute,
	} {
		t.Run(cause.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				server := b.node(scef, succeed(), &diameter.Options{ShutdownCause: cause})
				client := b.node(mme, succeed(), nil)
				require.NoError(t, client.AddPeer(diameter.Peer{Address: scef.Host, Identity: scef}))
				require.NoError(t, client.AwaitPeer(t.Context(), scef, testApp))
				require.NoError(t, server.Shutdown(t.Context()))
				begin := time.Now()
				synctest.Wait()
				require.ErrorContains(t, client.Peers()[0].Err, cause.String())
				c, err := b.acceptOnce(b.listen(scef), time.Hour)
				require.NoError(t, err)
				c.Close()
				require.InDelta(t, wait.Seconds(), time.Since(begin).Seconds(), wait.Seconds()/4)
			})
		})
	}
}
