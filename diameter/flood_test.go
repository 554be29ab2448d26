package diameter_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// A peer that floods without reading is not read any further once the answers to it fill the queue twice, and its
// connection is closed after WriteTimeout; others do not notice.
func TestFloodOfOnePeer(t *testing.T) {
	const maxQueue = 4096
	other := diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}
	base := func(c diameter.Command) *diameter.Message {
		m, err := diameter.NewRequest(c)
		require.NoError(t, err)
		return m
	}
	for name, m := range map[string]*diameter.Message{
		"DWR":          base(&diameter.DWR{OriginHost: mme.Host, OriginRealm: mme.Realm}),
		"CER":          base(newCER(mme)),
		"DPR":          base(&diameter.DPR{OriginHost: mme.Host, OriginRealm: mme.Realm, DisconnectCause: diameter.DisconnectCauseBusy}),
		"unknown":      {Flags: diameter.FlagRequest, Command: 999},
		"E flag":       {Flags: diameter.FlagRequest | diameter.FlagError, Command: testCmd, App: testApp},
		"no handler":   {Flags: diameter.FlagRequest, Command: testCmd, App: testApp + 1},
		"malformed":    {Flags: diameter.FlagRequest, Command: testCmd, App: testApp, AVPs: []byte{0, 0, 0, 1}},
		"not for us":   request(mme),
		"to a handler": request(scef),
		"low":          withPriority(request(scef), 15),
		"high":         withPriority(request(scef), 0),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b *bench) {
				b.node(scef, succeed(), &diameter.Options{MaxQueue: maxQueue, MaxInFlight: 32})
				r, o := b.connect(mme, scef), b.connect(other, scef)
				var octets atomic.Int64
				gone := make(chan time.Duration)
				begin := time.Now()
				go func() {
					r.c.SetWriteDeadline(time.Now().Add(time.Hour))
					for {
						k, err := r.c.Write(m.Append(nil))
						if err != nil {
							gone <- time.Since(begin)
							return
						}
						octets.Add(int64(k))
					}
				}()
				synctest.Wait()
				// Twice the queue in answers of 40 octets at least, what the handlers hold, and a buffer of the reader.
				require.Less(t, octets.Load(), int64(2*maxQueue/40+32)*int64(m.Len())+64<<10)
				o.send(request(scef))
				require.Equal(t, diameter.Success, o.result(o.receive()))
				require.InDelta(t, 10, (<-gone).Seconds(), 2.6)
				o.send(request(scef))
				require.Equal(t, diameter.Success, o.result(o.receive()))
			})
		})
	}
}

// Answers that nobody asked for cost nothing that stays.
func TestFloodOfAnswers(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		done := make(chan error, 1)
		go func() {
			_, err := n.Do(t.Context(), mme, request(mme))
			done <- err
		}()
		req := r.receive()
		for i := range uint32(10_000) {
			bad := success(req)
			bad.HopByHop += 1 + i
			r.send(bad)
		}
		r.send(success(req))
		require.NoError(t, <-done)
	})
}

// Repetitions of a request in work do not pile up, nor are they handled.
func TestFloodOfRepetitions(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		release := make(chan struct{})
		var handled atomic.Int32
		b.node(scef, handlerFunc(func(_ context.Context, req *diameter.Message) *diameter.Message {
			handled.Add(1)
			<-release
			return success(req)
		}), &diameter.Options{MaxInFlight: 4})
		r := b.connect(mme, scef)
		m := request(scef)
		m.EndToEnd = 7
		r.send(m)
		m.Flags |= diameter.FlagRetransmitted
		for i := range uint32(1000) {
			m.HopByHop = i + 1
			r.send(m)
		}
		synctest.Wait()
		close(release)
		for range 17 {
			require.Equal(t, diameter.Success, r.result(r.receive()))
		}
		r.request(&diameter.DWR{OriginHost: mme.Host, OriginRealm: mme.Realm})
		require.Equal(t, diameter.CodeDWR, r.receive().Command, "no more than 16 wait")
		require.Equal(t, int32(1), handled.Load())
	})
}

// Connections that others open in the name of a peer do not fill the queue of its connection with DWR.
func TestFloodOfConnections(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), nil)
		r := b.connect(mme, scef)
		go n.Do(t.Context(), mme, request(mme)) // blocks the writer
		synctest.Wait()
		for range 100 {
			o := b.dial(scef)
			o.request(newCER(mme))
			require.Equal(t, diameter.ElectionLost, o.result(o.receive()))
			o.c.Close()
		}
		require.Equal(t, testCmd, r.receive().Command)
		dwr := r.receive()
		require.Equal(t, diameter.CodeDWR, dwr.Command)
		r.answer(dwr, &diameter.DWA{Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm})
		r.send(request(scef))
		require.Equal(t, diameter.Success, r.result(r.receive()), "one is enough")
	})
}

// Connections that never say who they are leave room for peers.
func TestFloodOfHandshakes(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		n := b.node(scef, succeed(), &diameter.Options{MaxConns: 8, HandshakeTimeout: 10 * time.Second})
		for range 4 {
			b.dial(scef)
		}
		synctest.Wait()
		for range 50 {
			b.dial(scef).closed()
		}
		l := b.listen(mme)
		accepted := make(chan *raw)
		go func() { accepted <- b.acceptRaw(l, mme) }()
		require.NoError(t, n.AddPeer(diameter.Peer{Address: mme.Host, Identity: mme}))
		require.NoError(t, n.AwaitPeer(t.Context(), mme, testApp))
		<-accepted
		time.Sleep(11 * time.Second)
		b.connect(diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}, scef) // they are gone after HandshakeTimeout
	})
}
