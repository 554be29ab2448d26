package godiameter_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/fiorix/go-diameter/v4/diam/dict"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/godiameter"
	"github.com/scefkit/scefkit/diametertest"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
	"github.com/stretchr/testify/require"
)

// TestTransport runs the conformance suite over loopback TCP, with go-diameter at both ends or at one.
func TestTransport(t *testing.T) {
	client := func(t testing.TB, addr string) diameter.Transport {
		a, machine := newAdapter(t, mme, nil, nil)
		require.NoError(t, a.Attach(dial(t, machine, addr)))
		return a
	}
	server := func(t testing.TB, h diameter.Handler) string {
		_, machine := newAdapter(t, scef, h, nil)
		return listen(t, machine)
	}
	t.Run("go-diameter to go-diameter", func(t *testing.T) {
		diametertest.RunTransport(t, func(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
			return client(t, server(t, h)), scef
		})
	})
	t.Run("go-diameter to Node", func(t *testing.T) {
		diametertest.RunTransport(t, func(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
			return client(t, serveNode(t, newNode(t, scef, h))), scef
		})
	})
	t.Run("Node to go-diameter", func(t *testing.T) {
		diametertest.RunTransport(t, func(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
			n := newNode(t, mme, nil)
			connectNode(t, n, server(t, h))
			return n, scef
		})
	})
	t.Run("from the server to the client", func(t *testing.T) {
		diametertest.RunTransport(t, func(t testing.TB, h diameter.Handler) (diameter.Transport, diameter.Identity) {
			served, machine := newAdapter(t, scef, handlerFunc(echo), nil)
			a, clients := newAdapter(t, mme, h, nil)
			require.NoError(t, a.Attach(dial(t, clients, listen(t, machine))))
			// A request from the client attaches its connection at the server.
			_, err := a.Do(t.Context(), scef, request("hello"))
			require.NoError(t, err)
			return served, mme
		})
	})
}

// TestValuesArriveAsTheyAre sends AVPs that go-diameter does not know, or knows as something else.
func TestValuesArriveAsTheyAre(t *testing.T) {
	avps := map[string][]byte{
		"unknown":                      diameter.AppendString(nil, 60000, 0, 0, "abc"),
		"unknown of a vendor":          diameter.AppendString(nil, 60000, 99999, diameter.AVPMandatory, "abcde"),
		"code of the base protocol":    diameter.AppendString(nil, 268, 99999, 0, "not four octets"),
		"wrong length":                 diameter.AppendString(nil, 268, 0, 0, "abc"),
		"empty":                        diameter.AppendString(nil, 264, 0, 0, ""),
		"not UTF-8":                    diameter.AppendString(nil, 281, 0, 0, "\xff\xfe"),
		"group of junk":                diameter.AppendString(nil, 279, 0, 0, "\x00\x00\x01\x08\x00\x00\x7f\xff"),
		"group of the base protocol":   diameter.AppendString(nil, 297, 0, 0, diameter.AppendUint32(nil, 298, 0, 0, 5001)),
		"group without inner padding":  diameter.AppendString(nil, 297, 0, 0, "\x00\x00\x01\x08\x00\x00\x00\x09x"),
		"address of no family":         diameter.AppendString(nil, 257, 0, 0, "\xff\xff\x01"),
		"reserved flags":               diameter.AppendString(nil, 263, 0, 0x1f, "abc"),
		"vendor 0":                     {0, 0, 1, 8, 0x80, 0, 0, 13, 0, 0, 0, 0, 'x', 0, 0, 0},
		"of 3GPP":                      diameter.AppendString(nil, 4315, 10415, diameter.AVPMandatory, bytes.Repeat([]byte{0xa5}, 2000)),
		"group of 3GPP in which we no": diameter.AppendString(nil, 3102, 10415, 0, "\x01"),
	}
	var got []byte
	_, machine := newAdapter(t, scef, handlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) *diameter.Message {
		got = req.AVPs
		return echo(ctx, from, req)
	}), nil)
	n := newNode(t, mme, nil)
	connectNode(t, n, listen(t, machine))
	for name, b := range avps {
		t.Run(name, func(t *testing.T) {
			req := request("hello")
			req.AVPs = append(req.AVPs, b...)
			ans, err := n.Do(t.Context(), scef, req)
			require.NoError(t, err)
			require.Equal(t, req.AVPs, got)
			require.Equal(t, req.AVPs, ans.AVPs)
		})
	}
}

func TestLoadDictionaryRefuses(t *testing.T) {
	require.ErrorContains(t, godiameter.LoadDictionary(loadedDictionary(t), godiameter.T6a()), "already has application 16777346")
	empty, err := dict.NewParser()
	require.NoError(t, err)
	require.ErrorContains(t, godiameter.LoadDictionary(empty, godiameter.T6a()), "base protocol")
}

func TestOptionsAreChecked(t *testing.T) {
	_, err := godiameter.New(scef, &godiameter.Options{AnswerTimeout: -1, WriteTimeout: -1, MaxPending: -1, MaxInFlight: -1})
	for _, name := range []string{"AnswerTimeout", "WriteTimeout", "MaxPending", "MaxInFlight"} {
		require.ErrorContains(t, err, name)
	}
}

// TestIdentifiersOfZero: go-diameter replaces them by random ones in the answers that it builds.
func TestIdentifiersOfZero(t *testing.T) {
	a, _ := newAdapter(t, scef, handlerFunc(echo), nil)
	p, _ := attachRaw(t, a, mme)
	req := request("hello")
	p.send(req)
	ans := p.receive()
	require.Zero(t, ans.HopByHop)
	require.Zero(t, ans.EndToEnd)
	require.Equal(t, req.AVPs, ans.AVPs)
}

func TestAnswersOfTheAdapter(t *testing.T) {
	var logged captured
	opts := &godiameter.Options{Logger: slog.New(slog.NewTextHandler(&logged, nil))}
	a, _ := newAdapter(t, scef, handlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) *diameter.Message {
		s, _ := diameter.FindAVP(req.AVPs, 263, 0)
		switch string(s.Data) {
		case "panic":
			panic("as asked")
		case "odd":
			return req.Answer([]byte("x"))
		}
		return echo(ctx, from, req)
	}), opts)
	p, _ := attachRaw(t, a, mme)

	p.send(request("panic"))
	require.Equal(t, diameter.UnableToComply, resultOf(t, p.receive()))
	require.Contains(t, logged.String(), "as asked")
	p.send(request("odd"))
	require.Equal(t, diameter.UnableToComply, resultOf(t, p.receive()))

	unserved := request("hello")
	unserved.App, unserved.Command = s6t.App, s6t.CodeNIR
	p.send(unserved)
	require.Equal(t, diameter.ApplicationUnsupported, resultOf(t, p.receive()))
}

func TestTooBusy(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	a, _ := newAdapter(t, scef, handlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) *diameter.Message {
		close(arrived)
		<-release
		return echo(ctx, from, req)
	}), &godiameter.Options{MaxInFlight: 1})
	p, _ := attachRaw(t, a, mme)
	p.send(request("wait"))
	<-arrived
	p.send(request("more"))
	require.Equal(t, diameter.TooBusy, resultOf(t, p.receive()))
	close(release)
	ans := p.receive()
	require.Equal(t, request("wait").AVPs, ans.AVPs)
}

// TestNotDecoded: values that go-diameter could not decode are not looked at.
func TestNotDecoded(t *testing.T) {
	a, _ := newAdapter(t, scef, handlerFunc(echo), nil)
	p, conn := attachRaw(t, a, mme)
	bad := diam.NewRequest(uint32(t6a.CodeODR), uint32(t6a.App), loadedDictionary(t))
	bad.DecodeErr = errors.New("bad value")
	go a.ServeDIAM(conn, bad)
	require.Equal(t, diameter.InvalidAVPValue, resultOf(t, p.receive()))

	done := make(chan error, 1)
	go func() {
		_, err := a.Do(t.Context(), mme, request("hello"))
		done <- err
	}()
	req := p.receive()
	bad.Header.CommandFlags, bad.Header.HopByHopID, bad.Header.EndToEndID = 0, req.HopByHop, req.EndToEnd
	a.ServeDIAM(conn, bad)
	err := <-done
	require.ErrorContains(t, err, "bad value")
	require.ErrorIs(t, err, diameter.ErrSent)
}

// TestUnknownPeer: without capabilities and without AttachAs the adapter does not know whom it speaks to.
func TestUnknownPeer(t *testing.T) {
	a, _ := newAdapter(t, scef, handlerFunc(echo), nil)
	m := diam.NewRequest(uint32(t6a.CodeODR), uint32(t6a.App), loadedDictionary(t))
	p, conn := attachRaw(t, a, mme)
	go a.ServeDIAM(stranger{conn}, m)
	require.Equal(t, diameter.UnknownPeer, resultOf(t, p.receive()))
	require.ErrorContains(t, a.Attach(stranger{conn}), "no capabilities")
	require.ErrorContains(t, a.AttachAs(stranger{conn}, mme), "does not tell")
}

// stranger hides what it is.
type stranger struct{ diam.Conn }

func TestPeerLeaves(t *testing.T) {
	a, _ := newAdapter(t, scef, handlerFunc(echo), nil)
	p, _ := attachRaw(t, a, mme)
	dpr, err := diameter.NewRequest(&diameter.DPR{OriginHost: mme.Host, OriginRealm: mme.Realm})
	require.NoError(t, err)
	p.send(dpr)
	dpa := p.receive()
	require.Equal(t, diameter.CodeDPR, dpa.Command)
	require.Equal(t, diameter.Success, resultOf(t, dpa))
	_, err = a.Do(t.Context(), mme, request("hello"))
	require.ErrorIs(t, err, diameter.ErrNoPeer)
	p.send(request("still served")) // until the peer ends the connection
	require.Equal(t, request("still served").AVPs, p.receive().AVPs)

	dwr, err := diameter.NewRequest(&diameter.DWR{OriginHost: mme.Host, OriginRealm: mme.Realm})
	require.NoError(t, err)
	p.send(dwr) // is for package sm
	require.Equal(t, diameter.CommandUnsupported, resultOf(t, p.receive()))
}

func TestConnectionLost(t *testing.T) {
	a, _ := newAdapter(t, scef, handlerFunc(echo), nil)
	p, _ := attachRaw(t, a, mme)
	done := make(chan error, 1)
	go func() {
		_, err := a.Do(t.Context(), mme, request("hello"))
		done <- err
	}()
	p.receive()
	require.NoError(t, p.conn.Close())
	err := <-done
	require.ErrorIs(t, err, diameter.ErrSent)
	require.NotErrorIs(t, err, diameter.ErrClosed)
	_, err = a.Do(t.Context(), mme, request("hello"))
	require.ErrorIs(t, err, diameter.ErrNoPeer)
}

// TestAnswersMustMatch: what shares only the Hop-by-Hop Identifier with a request is not its answer.
func TestAnswersMustMatch(t *testing.T) {
	a, _ := newAdapter(t, scef, handlerFunc(echo), nil)
	p, _ := attachRaw(t, a, mme)
	done := make(chan *diameter.Message, 1)
	go func() {
		ans, err := a.Do(t.Context(), mme, request("hello"))
		if err == nil {
			done <- ans
		}
		close(done)
	}()
	req := p.receive()
	for _, change := range []func(*diameter.Message){
		func(m *diameter.Message) { m.EndToEnd++ },
		func(m *diameter.Message) { m.HopByHop++ },
		func(m *diameter.Message) { m.Command = t6a.CodeTDR },
		func(m *diameter.Message) { m.App, m.Command = s6t.App, s6t.CodeNIR },
		func(*diameter.Message) {},
		func(*diameter.Message) {}, // a second one, which comes too late
	} {
		ans := req.Answer(diameter.AppendUint32(nil, 268, 0, diameter.AVPMandatory, 2001))
		change(ans)
		p.send(ans)
	}
	ans := <-done
	require.NotNil(t, ans)
	require.Equal(t, diameter.Success, resultOf(t, ans))
}

func TestRoute(t *testing.T) {
	a, _ := newAdapter(t, scef, handlerFunc(echo), nil)
	relay := diameter.Identity{Host: "dra.example.com", Realm: "example.com"}
	for peer, app := range map[diameter.Identity]diameter.ApplicationID{mme: t6a.App, relay: diameter.AppRelay} {
		other, _ := newAdapter(t, peer, nil, nil)
		h := handlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) *diameter.Message {
			return req.Answer(diameter.AppendString(nil, 264, 0, 0, peer.Host))
		})
		other.Handle(t6a.App, h)
		other.Handle(s6t.App, h)
		ours, theirs := net.Pipe()
		mux := diam.NewServeMux()
		mux.Handle("ALL", a)
		conn, err := diam.NewConn(ours, "pipe", mux, loadedDictionary(t))
		require.NoError(t, err)
		require.NoError(t, a.AttachAs(conn, peer, app))
		mux = diam.NewServeMux()
		mux.Handle("ALL", other)
		conn, err = diam.NewConn(theirs, "pipe", mux, loadedDictionary(t))
		require.NoError(t, err)
		require.NoError(t, other.AttachAs(conn, scef, t6a.App, s6t.App))
	}
	nir := request("hello")
	nir.App, nir.Command = s6t.App, s6t.CodeNIR
	for _, c := range []struct {
		to   diameter.Identity
		req  *diameter.Message
		want []string
	}{
		{mme, request("hello"), []string{mme.Host}},
		{diameter.Identity{Host: "MME.Example.com"}, request("hello"), []string{mme.Host}},
		{relay, request("hello"), []string{relay.Host}},
		{mme, nir, []string{relay.Host}}, // mme does not serve it
		{diameter.Identity{Realm: "EXAMPLE.com"}, request("hello"), []string{mme.Host, relay.Host}},
		{diameter.Identity{Host: "other.example.com", Realm: "example.com"}, request("hello"), []string{mme.Host, relay.Host}},
	} {
		var got []string
		for range len(c.want) {
			ans, err := a.Do(t.Context(), c.to, c.req)
			require.NoError(t, err, c.to)
			host, _ := diameter.FindAVP(ans.AVPs, 264, 0)
			got = append(got, string(host.Data))
		}
		require.ElementsMatch(t, c.want, got, c.to)
	}
	odd := request("hello")
	odd.AVPs = append(odd.AVPs, 0)
	_, err := a.Do(t.Context(), mme, odd)
	require.ErrorContains(t, err, "cannot make a message")
}

type notifier chan diam.Conn

func (n notifier) HandshakeNotify() <-chan diam.Conn { return n }

func TestWatch(t *testing.T) {
	server, machine := newAdapter(t, scef, handlerFunc(echo), nil)
	conns := make(notifier)
	server.Watch(conns)
	a, clients := newAdapter(t, mme, handlerFunc(echo), nil)
	require.NoError(t, a.Attach(dial(t, clients, listen(t, machine))))
	conn := <-machine.HandshakeNotify()
	conns <- conn
	conns <- conn // the first is attached now
	_, err := server.Do(t.Context(), mme, request("hello"))
	require.NoError(t, err)
}

func TestLimits(t *testing.T) {
	loadedDictionary(t)
	synctest.Test(t, func(t *testing.T) {
		a, err := godiameter.New(scef, &godiameter.Options{MaxPending: 1})
		require.NoError(t, err)
		defer a.Close()
		p, _ := attachRaw(t, a, mme)
		done := make(chan error, 1)
		begin := time.Now()
		go func() {
			_, err := a.Do(t.Context(), mme, request("hello"))
			done <- err
		}()
		p.receive()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = a.Do(ctx, mme, request("second"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, diameter.ErrSent)
		err = <-done
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, diameter.ErrSent)
		require.Equal(t, 10*time.Second, time.Since(begin))

		// Nobody reads: the connection is closed when WriteTimeout has passed.
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begin = time.Now()
		_, err = a.Do(ctx, mme, request("third"))
		require.ErrorIs(t, err, diameter.ErrSent)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 10*time.Second, time.Since(begin))
		_, err = a.Do(ctx, mme, request("fourth"))
		require.ErrorIs(t, err, diameter.ErrNoPeer)
	})
}

// FuzzMessage: what go-diameter reads with our dictionary, comes out with the same octets.
func FuzzMessage(f *testing.F) {
	f.Add(request("hello").AVPs)
	f.Add(diameter.AppendString(nil, 297, 0, 0, diameter.AppendUint32(nil, 298, 0, 0, 5001)))
	f.Fuzz(func(t *testing.T, avps []byte) {
		if len(avps)%4 != 0 {
			t.Skip("no message")
		}
		for rest := avps; len(rest) > 0; {
			a, next, err := diameter.NextAVP(rest)
			if err != nil {
				t.Skip()
			}
			size := len(rest) - len(next)
			if !bytes.Equal(rest[size-(-len(a.Data)&3):size], make([]byte, -len(a.Data)&3)) {
				t.Skip("padding is made anew")
			}
			rest = next
		}
		var got *diameter.Message
		a, err := godiameter.New(scef, nil)
		require.NoError(t, err)
		done := make(chan struct{})
		a.Handle(t6a.App, handlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) *diameter.Message {
			got = req
			close(done)
			return nil
		}))
		p, _ := attachRaw(t, a, mme)
		req := request("")
		req.AVPs = avps
		p.send(req)
		<-done
		require.NoError(t, a.Close())
		require.True(t, bytes.Equal(avps, got.AVPs))
	})
}
