package diameter_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

func bubble(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, &bench{t: t}) })
}

func TestCapabilitiesExchange(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), &diameter.Options{ProductName: "test", OriginStateID: 7, FirmwareRevision: 3})
		r := b.dial(scef)
		r.request(newCER(mme))
		m := r.receive()
		var cea diameter.CEA
		require.NoError(t, diameter.Decode(m, &cea))
		require.Equal(t, diameter.Success, cea.Result)
		require.Equal(t, scef.Host, cea.OriginHost)
		require.Equal(t, "test", cea.ProductName)
		require.Equal(t, uint32(7), *cea.OriginStateID)
		require.Equal(t, uint32(3), *cea.FirmwareRevision)
		require.Equal(t, []uint32{10415}, cea.SupportedVendorID)
		require.Len(t, cea.VendorSpecificApplicationID, 1)
		require.Equal(t, uint32(testApp), *cea.VendorSpecificApplicationID[0].AuthApplicationID)
		synctest.Wait()
		peers := n.Peers()
		require.Len(t, peers, 1)
		require.Equal(t, mme, peers[0].Identity)
		require.Equal(t, diameter.PeerOpen, peers[0].State)
		require.Equal(t, []diameter.ApplicationID{testApp}, peers[0].Applications)
		require.False(t, peers[0].Configured)
		r.c.Close()
		synctest.Wait()
		require.Empty(t, n.Peers(), "a peer that is not configured is forgotten")
	})
}

func TestCapabilitiesRefused(t *testing.T) {
	stranger := diameter.Identity{Host: "mme.other.example.org", Realm: "other.example.org"}
	for name, c := range map[string]struct {
		cer  *diameter.CER
		want diameter.Result
	}{
		"stranger": {newCER(stranger), diameter.UnknownPeer},
		"ourself":  {newCER(scef), diameter.UnknownPeer},
		"application": {newCER(mme, func(c *diameter.CER) {
			c.VendorSpecificApplicationID, c.AuthApplicationID = nil, []uint32{1, 2}
		}), diameter.NoCommonApplication},
		"no application": {newCER(mme, func(c *diameter.CER) { c.VendorSpecificApplicationID = nil }), diameter.NoCommonApplication},
		"security": {newCER(mme, func(c *diameter.CER) {
			c.InbandSecurityID = []diameter.InbandSecurityID{diameter.InbandSecurityIDTLS}
		}), diameter.NoCommonSecurity},
		"unknown AVP": {newCER(mme, func(c *diameter.CER) {
			c.Extra = []diameter.AVP{{Code: 9999, Flags: diameter.AVPMandatory, Data: []byte{1, 2, 3, 4}}}
		}), diameter.AVPUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				n := b.node(scef, succeed(), nil)
				r := b.dial(scef)
				r.request(c.cer)
				require.Equal(t, c.want, r.result(r.receive()))
				r.closed()
				require.Empty(t, n.Peers())
			})
		})
	}
}

func TestCapabilitiesAccepted(t *testing.T) {
	stranger := diameter.Identity{Host: "dra.other.example.org", Realm: "other.example.org"}
	relay := func(c *diameter.CER) {
		c.VendorSpecificApplicationID, c.AuthApplicationID = nil, []uint32{0xffffffff}
	}
	bubble(t, func(t *testing.T, b *bench) {
		b.node(scef, succeed(), nil)
		b.connect(mme, scef, relay)
	})
	bubble(t, func(t *testing.T, b *bench) {
		b.node(scef, succeed(), &diameter.Options{Accept: func(id diameter.Identity) bool { return id == stranger }})
		b.connect(stranger, scef)
		r := b.dial(scef)
		r.request(newCER(mme))
		require.Equal(t, diameter.UnknownPeer, r.result(r.receive()))
	})
	bubble(t, func(t *testing.T, b *bench) { // a peer that we know by its name may also connect to us
		n := b.node(scef, succeed(), nil)
		require.NoError(t, n.AddPeer(diameter.Peer{Address: "nowhere", Identity: diameter.Identity{Host: "DRA.other.example.org"}}))
		b.connect(stranger, scef)
		require.Len(t, n.Peers(), 1)
		require.NoError(t, n.AwaitPeer(t.Context(), stranger, testApp))
	})
}

func TestConnectionWithoutCER(t *testing.T) {
	for name, first := range map[string][]byte{
		"request": request(scef).Append(nil),
		"answer":  success(&diameter.Message{Command: diameter.CodeCER}).Append(nil),
		"garbage": []byte("GET / HTTP/1.1\r\nHost: scef\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				b.node(scef, succeed(), nil)
				r := b.dial(scef)
				r.write(first)
				r.closed()
			})
		})
	}
	bubble(t, func(t *testing.T, b *bench) { // silence
		b.node(scef, succeed(), &diameter.Options{HandshakeTimeout: 3 * time.Second})
		r := b.dial(scef)
		begin := time.Now()
		r.closed()
		require.Equal(t, 3*time.Second, time.Since(begin))
	})
}

func TestWatchdogDeath(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		var changes []string
		var mu sync.Mutex
		n := b.node(scef, succeed(), &diameter.Options{Trace: &diameter.Trace{
			PeerState: func(_ diameter.Identity, from, to diameter.PeerState, _ error) {
				mu.Lock()
				defer mu.Unlock()
				changes = append(changes, from.String()+" "+to.String())
			},
		}})
		r := b.connect(mme, scef)
		begin := time.Now()
		near := func(tw time.Duration) {
			t.Helper()
			require.InDelta(t, tw.Seconds(), time.Since(begin).Seconds(), 2*tw.Seconds()/30+0.01)
		}
		require.Equal(t, diameter.CodeDWR, r.receive().Command)
		near(30 * time.Second)
		time.Sleep(35 * time.Second)
		require.Equal(t, diameter.PeerSuspect, state(n, mme.Host))
		_, err := n.Do(t.Context(), mme, request(mme))
		require.ErrorIs(t, err, diameter.ErrNoPeer)
		r.closed()
		near(90 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"Closed Open", "Open Suspect", "Suspect Closed"}, changes)
	})
}

func TestWatchdogAnswered(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		for range 5 {
			m := r.receive()
			require.Equal(t, diameter.CodeDWR, m.Command)
			r.answer(m, &diameter.DWA{Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm})
		}
		require.Equal(t, diameter.PeerOpen, state(n, mme.Host))

		// Any message brings a suspect peer back.
		r.receive()
		time.Sleep(35 * time.Second)
		require.Equal(t, diameter.PeerSuspect, state(n, mme.Host))
		r.request(&diameter.DWR{OriginHost: mme.Host, OriginRealm: mme.Realm})
		m := r.receive()
		require.Equal(t, diameter.CodeDWR, m.Command)
		require.Equal(t, diameter.Success, r.result(m))
		require.Equal(t, diameter.PeerOpen, state(n, mme.Host))
	})
}

func TestReconnect(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		var dials []time.Time
		n := b.node(scef, succeed(), &diameter.Options{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			mu.Lock()
			dials = append(dials, time.Now())
			mu.Unlock()
			return b.wire.Dial(ctx, network, addr)
		}})
		require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host}))
		time.Sleep(3 * time.Minute)
		mu.Lock()
		defer mu.Unlock()
		want := []float64{1, 2, 4, 8, 16, 30, 30, 30}
		require.GreaterOrEqual(t, len(dials), len(want))
		for i, w := range want[:len(want)-1] {
			require.InDelta(t, w, dials[i+1].Sub(dials[i]).Seconds(), w/4)
		}
		require.Error(t, n.Peers()[0].Err)
		mu.Unlock()
		b.node(mme, succeed(), nil)
		require.NoError(t, n.AwaitPeer(t.Context(), mme, testApp))
		mu.Lock()
		require.NoError(t, n.Peers()[0].Err)
	})
}

func TestDialledPeerRefused(t *testing.T) {
	for name, answer := range map[string]func(r *raw, req *diameter.Message){
		"refuses": func(r *raw, req *diameter.Message) {
			r.send(diameter.ErrorAnswer(req, mme, diameter.UnknownPeer, "who are you", nil))
		},
		"another": func(r *raw, req *diameter.Message) {
			r.answer(req, newCEA(diameter.Identity{Host: "impostor.epc.example.com", Realm: mme.Realm}))
		},
		"no application": func(r *raw, req *diameter.Message) {
			r.answer(req, newCEA(mme, func(c *diameter.CEA) { c.AuthApplicationID = nil }))
		},
		"garbage": func(r *raw, req *diameter.Message) { r.write(make([]byte, 40)) },
		"request": func(r *raw, req *diameter.Message) { r.send(request(scef)) },
		"closes":  func(r *raw, req *diameter.Message) { r.c.Close() },
		"silent":  func(r *raw, req *diameter.Message) {},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				l := b.listen(mme)
				n := b.node(scef, succeed(), nil)
				require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host, Identity: mme}))
				r, req := b.acceptCER(l)
				answer(r, req)
				r.closed()
				synctest.Wait()
				require.Equal(t, diameter.PeerClosed, n.Peers()[0].State)
				require.Error(t, n.Peers()[0].Err)
				t.Log(n.Peers()[0].Err)
				b.acceptRaw(l, mme) // it comes again
				require.NoError(t, n.AwaitPeer(t.Context(), mme, testApp))
			})
		})
	}
}

func TestPeerDisconnects(t *testing.T) {
	for cause, wait := range map[diameter.DisconnectCause]time.Duration{
		diameter.DisconnectCauseRebooting:            time.Second,
		diameter.DisconnectCauseBusy:                 30 * time.Second,
		diameter.DisconnectCauseDoNotWantToTalkToYou: 5 * time.Minute,
	} {
		t.Run(cause.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				l := b.listen(mme)
				n := b.node(scef, succeed(), nil)
				require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host}))
				r := b.acceptRaw(l, mme)
				require.NoError(t, n.AwaitPeer(t.Context(), mme, testApp))
				r.request(&diameter.DPR{OriginHost: mme.Host, OriginRealm: mme.Realm, DisconnectCause: cause})
				m := r.receive()
				require.Equal(t, diameter.CodeDPR, m.Command)
				require.Equal(t, diameter.Success, r.result(m))
				require.Equal(t, diameter.PeerClosing, state(n, mme.Host))
				_, err := n.Do(t.Context(), mme, request(mme))
				require.ErrorIs(t, err, diameter.ErrNoPeer)
				r.c.Close()
				begin := time.Now()
				b.acceptRaw(l, mme)
				require.InDelta(t, wait.Seconds(), time.Since(begin).Seconds(), wait.Seconds()/4)
			})
		})
	}
	bubble(t, func(t *testing.T, b *bench) { // one that does not close
		b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		r.request(&diameter.DPR{OriginHost: mme.Host, OriginRealm: mme.Realm})
		r.receive()
		begin := time.Now()
		r.closed()
		require.Equal(t, 5*time.Second, time.Since(begin))
	})
}

func TestShutdownIsGraceful(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		arrived, release := make(chan struct{}), make(chan struct{})
		n := b.node(scef, handlerFunc(func(ctx context.Context, req *diameter.Message) *diameter.Message {
			close(arrived)
			<-release
			if ctx.Err() != nil {
				return nil
			}
			return success(req)
		}), nil)
		r := b.connect(mme, scef)
		own := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			_, err := n.Do(ctx, mme, request(mme))
			own <- err
		}()
		ours := r.receive()
		slow := request(scef)
		slow.EndToEnd = 5
		r.send(slow)
		<-arrived
		done := make(chan error, 1)
		go func() { done <- n.Shutdown(context.Background()) }()
		dpr := r.receive()
		var d diameter.DPR
		require.NoError(t, diameter.Decode(dpr, &d))
		require.Equal(t, diameter.DisconnectCauseRebooting, d.DisconnectCause)
		r.answer(dpr, &diameter.DPA{Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm})

		_, err := n.Do(t.Context(), mme, request(mme))
		require.ErrorIs(t, err, diameter.ErrClosed)
		require.ErrorIs(t, n.AddPeer(diameter.Peer{Address: "x"}), diameter.ErrClosed)
		r.send(request(scef))
		require.Equal(t, diameter.TooBusy, r.result(r.receive()), "nothing new")
		time.Sleep(20 * time.Second) // as long as it takes
		close(release)
		m := r.receive()
		require.Equal(t, uint32(5), m.EndToEnd)
		require.Equal(t, diameter.Success, r.result(m))
		synctest.Wait()
		require.Empty(t, done, "our own request is still to be answered")
		r.send(success(ours))
		require.NoError(t, <-own)
		require.NoError(t, <-done)
		r.closed()
		require.NoError(t, n.Shutdown(t.Context()))
		require.NoError(t, n.Close())
	})
}

func TestShutdownEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		arrived := make(chan struct{})
		n := b.node(scef, handlerFunc(func(ctx context.Context, req *diameter.Message) *diameter.Message {
			close(arrived)
			<-ctx.Done()
			return nil
		}), nil)
		r := b.connect(mme, scef)
		r.send(request(scef))
		<-arrived
		go r.read() // DPR, never answered
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
		defer cancel()
		begin := time.Now()
		require.ErrorIs(t, n.Shutdown(ctx), context.DeadlineExceeded)
		require.Equal(t, 40*time.Second, time.Since(begin))
	})
	bubble(t, func(t *testing.T, b *bench) { // without handlers it does not wait for DPA forever
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		go r.read()
		begin := time.Now()
		require.NoError(t, n.Shutdown(t.Context()))
		require.Equal(t, 5*time.Second, time.Since(begin))
	})
	bubble(t, func(t *testing.T, b *bench) { // a connection in its handshake is not waited for
		n := b.node(scef, succeed(), nil)
		r := b.dial(scef)
		synctest.Wait()
		require.NoError(t, n.Shutdown(t.Context()))
		r.closed()
	})
}

func TestSecondConnection(t *testing.T) {
	newer := func(c *diameter.CER) { c.OriginStateID = new(uint32(2)) }
	older := func(c *diameter.CER) { c.OriginStateID = new(uint32(1)) }
	bubble(t, func(t *testing.T, b *bench) { // refused while the first one lives
		n := b.node(scef, succeed(), nil)
		first := b.connect(mme, scef, older)
		second := b.dial(scef)
		second.request(newCER(mme, older))
		require.Equal(t, diameter.CodeDWR, first.receive().Command, "the first one is asked whether it lives")
		require.Equal(t, diameter.ElectionLost, second.result(second.receive()))
		second.closed()
		require.Equal(t, diameter.PeerOpen, state(n, mme.Host))
		first.send(request(scef))
		require.Equal(t, diameter.Success, first.result(first.receive()))
	})
	bubble(t, func(t *testing.T, b *bench) { // a restarted peer takes over
		b.node(scef, succeed(), nil)
		first := b.connect(mme, scef, older)
		second := b.connect(mme, scef, newer)
		first.closed()
		second.prove(mme)
		second.send(request(scef))
		require.Equal(t, diameter.Success, second.result(second.receive()))
	})
	bubble(t, func(t *testing.T, b *bench) { // and so it does when the first one is suspect
		n := b.node(scef, succeed(), nil)
		first := b.connect(mme, scef)
		first.receive()
		time.Sleep(35 * time.Second)
		require.Equal(t, diameter.PeerSuspect, state(n, mme.Host))
		second := b.connect(mme, scef)
		first.closed()
		second.prove(mme)
		second.send(request(scef))
		require.Equal(t, diameter.Success, second.result(second.receive()))
	})
}

// Both ends dial; whichever message comes first, both keep the same connection.
func TestElection(t *testing.T) {
	lower := diameter.Identity{Host: "aaa.epc.example.com", Realm: scef.Realm}
	higher := diameter.Identity{Host: "zzz.epc.example.com", Realm: scef.Realm}
	bubble(t, func(t *testing.T, b *bench) { // we win: the peer's connection stays
		l := b.listen(lower)
		n := b.node(scef, succeed(), nil)
		require.NoError(t, n.AddPeer(diameter.Peer{Address: lower.Host, Identity: lower}))
		ours, _ := b.acceptCER(l)
		theirs := b.connect(lower, scef)
		ours.closed()
		theirs.send(request(scef))
		require.Equal(t, diameter.Success, theirs.result(theirs.receive()))
	})
	bubble(t, func(t *testing.T, b *bench) { // we lose: ours stays
		l := b.listen(higher)
		n := b.node(scef, succeed(), nil)
		require.NoError(t, n.AddPeer(diameter.Peer{Address: higher.Host, Identity: higher}))
		ours, cer := b.acceptCER(l)
		theirs := b.dial(scef)
		theirs.request(newCER(higher))
		require.Equal(t, diameter.ElectionLost, theirs.result(theirs.receive()))
		theirs.closed()
		ours.answer(cer, newCEA(higher))
		require.NoError(t, n.AwaitPeer(t.Context(), higher, testApp))
	})
	bubble(t, func(t *testing.T, b *bench) { // two nodes of ours
		one, two := b.node(scef, succeed(), nil), b.node(mme, succeed(), nil)
		require.NoError(t, one.AddPeer(diameter.Peer{Address: mme.Host}))
		require.NoError(t, two.AddPeer(diameter.Peer{Address: scef.Host}))
		time.Sleep(10 * time.Minute)
		for _, n := range []*diameter.Node{one, two} {
			open := 0
			for _, p := range n.Peers() {
				if p.State == diameter.PeerOpen {
					open++
				}
			}
			require.Equal(t, 1, open)
		}
		for range 10 {
			_, err := one.Do(t.Context(), mme, request(mme))
			require.NoError(t, err)
			_, err = two.Do(t.Context(), scef, request(scef))
			require.NoError(t, err)
		}
	})
}

func TestNewNodeChecks(t *testing.T) {
	app := []diameter.App{{ID: testApp}}
	for _, err := range []error{
		func() error { _, err := diameter.NewNode(diameter.Identity{}, app, nil); return err }(),
		func() error { _, err := diameter.NewNode(scef, nil, nil); return err }(),
		func() error { _, err := diameter.NewNode(scef, []diameter.App{{ID: 0}}, nil); return err }(),
		func() error { _, err := diameter.NewNode(scef, []diameter.App{app[0], app[0]}, nil); return err }(),
		func() error {
			_, err := diameter.NewNode(scef, app, &diameter.Options{Watchdog: time.Second})
			return err
		}(),
		func() error {
			_, err := diameter.NewNode(scef, app, &diameter.Options{MaxMessage: 1 << 24})
			return err
		}(),
		func() error { _, err := diameter.NewNode(scef, app, &diameter.Options{MaxInFlight: -1}); return err }(),
	} {
		require.Error(t, err)
	}
	_, err := diameter.NewNode(scef, app, &diameter.Options{MaxQueue: 1, MaxPending: 1 << 20})
	require.ErrorContains(t, err, "MaxQueue")
	require.ErrorContains(t, err, "MaxPending")
}

func TestAddPeerTwice(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		require.Error(t, n.AddPeer(diameter.Peer{}))
		require.NoError(t, n.AddPeer(diameter.Peer{Address: "a", Identity: mme}))
		require.Error(t, n.AddPeer(diameter.Peer{Address: "a"}))
		require.Error(t, n.AddPeer(diameter.Peer{Address: "b", Identity: mme}))
	})
}

// A peer whose name is not configured turns out to be connected to us already.
func TestPeerConnectedTheOtherWay(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		l := b.listen(mme)
		n := b.node(scef, succeed(), nil)
		theirs := b.connect(mme, scef)
		require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host}))
		ours := b.acceptRaw(l, mme)
		ours.closed()
		_, err := b.acceptOnce(l, 25*time.Second)
		require.ErrorIs(t, err, errNobody, "the node does not dial while the peer is connected")
		theirs.c.Close()
		b.acceptRaw(b.listen(mme), mme)
		require.NoError(t, n.AwaitPeer(t.Context(), mme, testApp))
	})
}

var errNobody = errors.New("nobody came")

func (b *bench) acceptOnce(l net.Listener, d time.Duration) (net.Conn, error) {
	got := make(chan net.Conn)
	stop := make(chan struct{})
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		select {
		case got <- c:
		case <-stop:
			c.Close()
		}
	}()
	select {
	case c := <-got:
		return c, nil
	case <-time.After(d):
		close(stop)
		l.Close()
		synctest.Wait()
		return nil, errNobody
	}
}

func TestMaxConns(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		b.node(scef, succeed(), &diameter.Options{MaxConns: 2})
		b.dial(scef)
		b.dial(scef)
		b.dial(scef).closed()
	})
}

// homed is a connection with several local addresses, as one of SCTP.
type homed struct{ net.Conn }

type homedAddr struct{ net.Addr }

func (homed) LocalAddr() net.Addr { return homedAddr{} }

func (homedAddr) IPAddrs() []netip.Addr {
	return []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
}

// RFC 6733 §5.3.1: one Host-IP-Address for each local address.
func TestAllLocalAddressesAreSent(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		l := b.listen(scef)
		n := b.node(mme, nil, &diameter.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := b.wire.Dial(ctx, network, address)
			return homed{c}, err
		}})
		require.NoError(t, n.AddPeer(diameter.Peer{Address: scef.Host}))
		_, req := b.acceptCER(l)
		var cer diameter.CER
		require.NoError(t, diameter.Decode(req, &cer))
		var sent []netip.Addr
		for _, a := range cer.HostIPAddress {
			ip, ok := a.Addr()
			require.True(t, ok)
			sent = append(sent, ip)
		}
		require.Equal(t, homedAddr{}.IPAddrs(), sent)
	})
}
