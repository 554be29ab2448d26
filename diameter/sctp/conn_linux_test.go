//go:build !386

package sctp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ishidawataru/sctp"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

var (
	cer = message(diameter.AppBase, diameter.CodeCER, "", 4)
	cea = (&diameter.Message{Command: diameter.CodeCER, AVPs: bytes.Repeat([]byte{0, 0, 0, 33, 0, 0, 0, 8}, 3)}).Append(nil)
)

// foreign returns one end as this package has it and the other as the library alone makes it; ours connects.
func foreign(t testing.TB, o *Options) (ours net.Conn, theirs *sctp.SCTPConn) {
	RequireSCTP(t)
	at, err := sctp.ResolveSCTPAddr("sctp", "127.0.0.1:0")
	require.NoError(t, err)
	l, err := sctp.ListenSCTP("sctp", at)
	require.NoError(t, err)
	defer l.Close()
	d, err := NewDialer(o)
	require.NoError(t, err)
	ours, err = d.DialContext(t.Context(), "sctp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { ours.Close() })
	theirs, err = l.AcceptSCTP()
	require.NoError(t, err)
	t.Cleanup(func() { theirs.Close() })
	require.NoError(t, theirs.SubscribeEvents(sctp.SCTP_EVENT_DATA_IO))
	require.NoError(t, ours.SetDeadline(time.Now().Add(30*time.Second)))
	return ours, theirs
}

// foreignClient is foreign, but the other end connects.
func foreignClient(t testing.TB, o *Options) (ours net.Conn, theirs *sctp.SCTPConn) {
	RequireSCTP(t)
	l, err := Listen(t.Context(), "sctp", "127.0.0.1:0", o)
	require.NoError(t, err)
	defer l.Close()
	to, err := sctp.ResolveSCTPAddr("sctp", l.Addr().String())
	require.NoError(t, err)
	theirs, err = sctp.DialSCTP("sctp", nil, to)
	require.NoError(t, err)
	t.Cleanup(func() { theirs.Close() })
	require.NoError(t, theirs.SubscribeEvents(sctp.SCTP_EVENT_DATA_IO))
	ours, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { ours.Close() })
	require.NoError(t, ours.SetDeadline(time.Now().Add(30*time.Second)))
	return ours, theirs
}

// both returns both ends of a connection of this package, which have exchanged CER and CEA and one message more.
func both(t testing.TB, o *Options) (client, server net.Conn) {
	RequireSCTP(t)
	l, err := Listen(t.Context(), "sctp", "127.0.0.1:0", o)
	require.NoError(t, err)
	defer l.Close()
	d, err := NewDialer(o)
	require.NoError(t, err)
	client, err = d.DialContext(t.Context(), "sctp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	server, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { server.Close() })
	for _, c := range []net.Conn{client, server} {
		require.NoError(t, c.SetDeadline(time.Now().Add(60*time.Second)))
	}
	write(t, client, cer)
	require.Equal(t, cer, next(t, server))
	write(t, server, cea)
	require.Equal(t, cea, next(t, client))
	write(t, client, message(diameter.AppBase, diameter.CodeDWR, "", 0))
	next(t, server)
	return client, server
}

func write(t testing.TB, c net.Conn, b []byte) {
	n, err := c.Write(b)
	require.NoError(t, err)
	require.Equal(t, len(b), n)
}

// next reads one message.
func next(t testing.TB, c net.Conn) []byte {
	m := make([]byte, diameter.HeaderLen)
	_, err := io.ReadFull(c, m)
	require.NoError(t, err)
	m = append(m, make([]byte, messageLen(m)-len(m))...)
	_, err = io.ReadFull(c, m[diameter.HeaderLen:])
	require.NoError(t, err)
	return m
}

// receive reads one user message at the foreign end.
func receive(t testing.TB, c *sctp.SCTPConn) ([]byte, *sctp.SndRcvInfo) {
	b := make([]byte, 64<<10)
	n, info, err := c.SCTPRead(b)
	require.NoError(t, err)
	require.NotNil(t, info)
	return b[:n], info
}

func transmit(t testing.TB, c *sctp.SCTPConn, stream uint16, b []byte) {
	_, err := c.SCTPWrite(b, &sctp.SndRcvInfo{Stream: stream, PPID: ppidDiameter})
	require.NoError(t, err)
}

// RFC 6733 §2.1.1, §11.4: user messages, their identifier and their streams, as another implementation sees them.
func TestWhatThePeerSees(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		t.Run("unordered="+strconv.FormatBool(unordered), func(t *testing.T) {
			ours, theirs := foreign(t, &Options{Streams: 8, Unordered: unordered})
			want := [][]byte{cer, message(testApp, testCommand, "a;1", 10), message(testApp, testCommand, "", 2000)}
			write(t, ours, bytes.Join(want, nil))
			for _, m := range want {
				got, info := receive(t, theirs)
				require.Equal(t, m, got)
				require.EqualValues(t, 46, info.PPID)
				require.Zero(t, info.Stream, "capabilities are not exchanged yet")
				require.Zero(t, info.Flags&sctp.SCTP_UNORDERED)
			}
			transmit(t, theirs, 0, cea)
			require.Equal(t, cea, next(t, ours))

			streams := make(map[uint16]bool)
			for i := range 64 {
				session := "a;" + strconv.Itoa(i)
				pair := [][]byte{message(testApp, testCommand, session, 0), message(testApp, testCommand, session, 40)}
				write(t, ours, bytes.Join(pair, nil))
				var of []uint16
				for _, m := range pair {
					got, info := receive(t, theirs)
					require.Equal(t, m, got)
					require.EqualValues(t, 46, info.PPID)
					require.Equal(t, unordered, info.Flags&sctp.SCTP_UNORDERED != 0)
					of = append(of, info.Stream)
				}
				require.Equal(t, of[0], of[1], "one session, one stream")
				streams[of[0]] = true
			}
			require.Len(t, streams, 8)

			write(t, ours, message(diameter.AppBase, diameter.CodeDPR, "", 0))
			_, info := receive(t, theirs)
			require.Zero(t, info.Stream)
			require.Zero(t, info.Flags&sctp.SCTP_UNORDERED)
		})
	}
}

// The end that accepted stays with stream 0 until it knows that its CEA has arrived.
func TestAcceptedEndWaitsForTheSecondMessage(t *testing.T) {
	ours, theirs := foreignClient(t, &Options{Streams: 4, Unordered: true})
	seen := func() (streams int, unordered bool) {
		of := make(map[uint16]bool)
		for i := range 32 {
			write(t, ours, message(testApp, testCommand, "a;"+strconv.Itoa(i), 0))
			_, info := receive(t, theirs)
			of[info.Stream] = true
			unordered = unordered || info.Flags&sctp.SCTP_UNORDERED != 0
		}
		return len(of), unordered
	}
	transmit(t, theirs, 0, cer)
	next(t, ours)
	write(t, ours, cea)
	receive(t, theirs)
	streams, unordered := seen()
	require.Equal(t, 1, streams)
	require.False(t, unordered)
	transmit(t, theirs, 3, message(testApp, testCommand, "b;1", 0))
	next(t, ours)
	streams, unordered = seen()
	require.Equal(t, 4, streams)
	require.True(t, unordered)
}

func TestPeerAllowsFewerStreams(t *testing.T) {
	RequireSCTP(t)
	l, err := sctp.ListenSCTPExt("sctp", &sctp.SCTPAddr{IPAddrs: []net.IPAddr{{IP: net.IPv4(127, 0, 0, 1)}}}, sctp.InitMsg{MaxInstreams: 3})
	require.NoError(t, err)
	defer l.Close()
	d, err := NewDialer(&Options{Streams: 16})
	require.NoError(t, err)
	c, err := d.DialContext(t.Context(), "sctp", l.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	require.Equal(t, 3, c.(*conn).spread.streams)
}

// Messages that overtook the CEA on other streams come after it.
func TestMessagesBeforeCEAWait(t *testing.T) {
	ours, theirs := foreign(t, nil)
	early := message(testApp, testCommand, "a;1", 9000)
	second := message(diameter.AppBase, diameter.CodeDWR, "", 0)
	transmit(t, theirs, 1, early)
	transmit(t, theirs, 2, second)
	require.NoError(t, ours.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
	_, err := ours.Read(make([]byte, 100))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, ours.SetReadDeadline(time.Now().Add(30*time.Second)))
	transmit(t, theirs, 0, cea)
	transmit(t, theirs, 1, early)
	for _, want := range [][]byte{cea, early, second, early} {
		require.Equal(t, want, next(t, ours))
	}
}

func TestTooMuchBeforeCEA(t *testing.T) {
	ours, theirs := foreign(t, nil)
	for range 8 {
		transmit(t, theirs, 1, message(testApp, testCommand, "a;1", 9000))
	}
	_, err := ours.Read(make([]byte, 100))
	require.ErrorIs(t, err, errEarly)
}

func TestMessagesInPartsAreNotMixed(t *testing.T) {
	ours, theirs := foreignClient(t, nil)
	var want [][]byte
	for i := range 40 {
		want = append(want, message(testApp, testCommand, "a;"+strconv.Itoa(i), 1+i*700))
	}
	go func() {
		for i, m := range want {
			_, _ = theirs.SCTPWrite(m, &sctp.SndRcvInfo{Stream: uint16(i % 8), PPID: ppidDiameter})
		}
	}()
	got := make(map[string]bool)
	var m []byte
	for part := make([]byte, 333); len(got) < len(want); {
		n, err := ours.Read(part)
		require.NoError(t, err)
		if m = append(m, part[:n]...); len(m) >= 4 {
			require.LessOrEqual(t, len(m), messageLen(m))
			if len(m) == messageLen(m) {
				got[string(m)] = true
				m = nil
			}
		}
	}
	for _, m := range want {
		require.True(t, got[string(m)])
	}
}

func TestUserMessagesThatAreNoMessage(t *testing.T) {
	m := message(testApp, testCommand, "a;1", 40)
	for name, c := range map[string]struct {
		user []byte
		keep int
	}{
		"two":   {append(bytes.Clone(m), m...), len(m)},
		"short": {m[:len(m)-4], len(m) - 4},
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := foreignClient(t, nil)
			transmit(t, theirs, 0, c.user)
			transmit(t, theirs, 0, m)
			b := make([]byte, 1000)
			n, err := ours.Read(b)
			require.NoError(t, err)
			require.Equal(t, c.user[:c.keep], b[:n])
			for range 2 {
				n, err = ours.Read(b)
				require.ErrorContains(t, err, "a user message of")
				require.Zero(t, n)
			}
		})
	}
	t.Run("DTLS", func(t *testing.T) {
		ours, theirs := foreignClient(t, nil)
		_, err := theirs.SCTPWrite(m, &sctp.SndRcvInfo{PPID: ppidDTLS})
		require.NoError(t, err)
		_, err = ours.Read(make([]byte, 1000))
		require.ErrorIs(t, err, errDTLS)
	})
	t.Run("other identifiers are as good", func(t *testing.T) {
		ours, theirs := foreignClient(t, nil)
		_, err := theirs.SCTPWrite(m, &sctp.SndRcvInfo{})
		require.NoError(t, err)
		require.Equal(t, m, next(t, ours))
	})
	t.Run("ours", func(t *testing.T) {
		ours, theirs := foreignClient(t, nil)
		n, err := ours.Write(append(bytes.Clone(m), m[:30]...))
		require.ErrorIs(t, err, errNotWhole)
		require.Equal(t, len(m), n)
		got, _ := receive(t, theirs)
		require.Equal(t, m, got)
	})
}

func TestLargeMessages(t *testing.T) {
	client, server := both(t, nil)
	for _, n := range []int{64 << 10, 1 << 20} {
		m := message(testApp, testCommand, "a;1", n)
		binary.BigEndian.PutUint64(m[len(m)/2:], uint64(n))
		begin := time.Now()
		sent := make(chan error, 1)
		go func() {
			_, err := client.Write(append(bytes.Clone(m), cer...))
			sent <- err
		}()
		require.True(t, bytes.Equal(m, next(t, server)))
		require.Equal(t, cer, next(t, server))
		require.NoError(t, <-sent)
		t.Logf("%d octets in %v", len(m), time.Since(begin).Round(time.Millisecond))
	}
}

func TestDeadlines(t *testing.T) {
	client, server := both(t, nil)
	b := make([]byte, 100)

	require.NoError(t, client.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err := client.Read(b)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	var ne net.Error
	require.ErrorAs(t, err, &ne)
	require.True(t, ne.Timeout())

	// A deadline in the past ends a Read that waits.
	require.NoError(t, client.SetReadDeadline(time.Time{}))
	got := make(chan error, 1)
	go func() {
		_, err := client.Read(b)
		got <- err
	}()
	require.NoError(t, client.SetDeadline(time.Unix(1, 0)))
	require.ErrorIs(t, <-got, os.ErrDeadlineExceeded)
	_, err = client.Write(cer)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)

	// Nobody reads: Write has to wait.
	require.NoError(t, client.SetDeadline(time.Time{}))
	require.NoError(t, client.SetWriteDeadline(time.Now().Add(time.Second)))
	m := message(testApp, testCommand, "a;1", 30_000)
	written := 0
	for {
		n, err := client.Write(bytes.Repeat(m, 10))
		require.Zero(t, n%len(m), "whole messages")
		if written += n; err != nil {
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			break
		}
		require.Less(t, written, 100<<20)
	}
	// Once there is room again it goes on, and nothing is lost.
	require.NoError(t, client.SetWriteDeadline(time.Now().Add(30*time.Second)))
	go client.Write(cer)
	for range written / len(m) {
		require.Equal(t, m, next(t, server))
	}
	require.Equal(t, cer, next(t, server))
}

func TestCloseEndsWhatWaits(t *testing.T) {
	client, _ := both(t, nil)
	got := make(chan error, 2)
	go func() {
		_, err := client.Read(make([]byte, 100))
		got <- err
	}()
	go func() {
		for {
			if _, err := client.Write(message(testApp, testCommand, "a;1", 60_000)); err != nil {
				got <- err
				return
			}
		}
	}()
	require.NoError(t, client.Close())
	require.ErrorIs(t, <-got, net.ErrClosed)
	require.ErrorIs(t, <-got, net.ErrClosed)
	require.ErrorIs(t, client.Close(), net.ErrClosed)
	require.ErrorIs(t, client.SetDeadline(time.Time{}), net.ErrClosed)
	require.ErrorIs(t, client.(*conn).CloseWrite(), net.ErrClosed)
	require.NotNil(t, client.LocalAddr())
}

func TestCloseWriteDeliversFirst(t *testing.T) {
	client, server := both(t, nil)
	m := message(testApp, testCommand, "a;1", 30_000)
	write(t, client, bytes.Repeat(m, 3))
	require.NoError(t, client.(*conn).CloseWrite())
	for range 3 {
		require.Equal(t, m, next(t, server))
	}
	for range 2 {
		_, err := server.Read(make([]byte, 100))
		require.Equal(t, io.EOF, err)
	}
	_, err := client.Read(make([]byte, 100))
	require.Equal(t, io.EOF, err)
}

func TestAbortIsAnError(t *testing.T) {
	client, server := both(t, nil)
	got := make(chan error, 1)
	go func() {
		_, err := client.Read(make([]byte, 100))
		got <- err
	}()
	Abort(t, server)
	require.ErrorIs(t, <-got, syscall.ECONNRESET)
	_, err := client.Write(cer)
	require.Error(t, err)
}

func TestDialFails(t *testing.T) {
	RequireSCTP(t)
	d, err := NewDialer(nil)
	require.NoError(t, err)
	_, err = d.DialContext(t.Context(), "sctp", "127.0.0.1:1")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	for _, text := range []string{":3868", "127.0.0.1:0", "0.0.0.0:3868"} {
		_, err = d.DialContext(t.Context(), "sctp", text)
		require.ErrorIs(t, err, errNoAddress)
	}

	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	cancel(why)
	l, err := Listen(t.Context(), "sctp", "127.0.0.1:0", nil)
	require.NoError(t, err)
	defer l.Close()
	_, err = d.DialContext(ctx, "sctp", l.Addr().String())
	require.ErrorIs(t, err, why)

	away, err := NewDialer(&Options{Local: addrs("192.0.2.77")})
	require.NoError(t, err)
	_, err = away.DialContext(t.Context(), "sctp", l.Addr().String())
	require.ErrorIs(t, err, syscall.EADDRNOTAVAIL)
	_, err = Listen(t.Context(), "sctp", l.Addr().String(), nil)
	require.ErrorIs(t, err, syscall.EADDRINUSE)
}

func TestDialerCarriesTCPToo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	d, err := NewDialer(nil)
	require.NoError(t, err)
	c, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
	require.NoError(t, err)
	require.IsType(t, &net.TCPConn{}, c)
	require.NoError(t, c.Close())
}

func TestListenerCloses(t *testing.T) {
	RequireSCTP(t)
	l, err := Listen(t.Context(), "sctp", "127.0.0.1:0", nil)
	require.NoError(t, err)
	got := make(chan error, 1)
	go func() {
		_, err := l.Accept()
		got <- err
	}()
	require.NoError(t, l.Close())
	require.ErrorIs(t, <-got, net.ErrClosed)
	require.ErrorIs(t, l.Close(), net.ErrClosed)
}

func TestAddressesOfAssociations(t *testing.T) {
	RequireSCTP(t)
	for name, c := range map[string]struct {
		network, listen string
		local           []string
		server, client  []string
	}{
		"several": {"sctp", "127.0.0.1/127.0.0.2:0", []string{"127.0.0.3", "127.0.0.4"},
			[]string{"127.0.0.1", "127.0.0.2"}, []string{"127.0.0.3", "127.0.0.4"}},
		"IPv6":     {"sctp6", "[::1]:0", []string{"::1"}, []string{"::1"}, []string{"::1"}},
		"any IPv4": {"sctp4", ":0", []string{"127.0.0.3"}, []string{"127.0.0.1"}, []string{"127.0.0.3"}},
		"by name":  {"sctp4", "localhost:0", nil, []string{"127.0.0.1"}, []string{"127.0.0.1"}},
		"both":     {"sctp", "127.0.0.1/[::1]:0", []string{"127.0.0.1", "::1"}, []string{"127.0.0.1", "::1"}, []string{"127.0.0.1", "::1"}},
		"any":      {"sctp", ":0", []string{"127.0.0.3"}, nil, []string{"127.0.0.3"}},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := Listen(t.Context(), c.network, c.listen, nil)
			require.NoError(t, err)
			defer l.Close()
			to := l.Addr().(*Addr)
			if c.listen == ":0" {
				to = &Addr{addrs("127.0.0.1"), to.Port}
			}
			d, err := NewDialer(&Options{Local: addrs(c.local...)})
			require.NoError(t, err)
			client, err := d.DialContext(t.Context(), "sctp", to.String())
			require.NoError(t, err)
			defer client.Close()
			server, err := l.Accept()
			require.NoError(t, err)
			defer server.Close()
			if c.server != nil {
				require.ElementsMatch(t, addrs(c.server...), server.LocalAddr().(*Addr).IPAddrs())
				require.ElementsMatch(t, addrs(c.server...), client.RemoteAddr().(*Addr).IPAddrs())
			}
			require.ElementsMatch(t, addrs(c.client...), client.LocalAddr().(*Addr).IPAddrs())
			require.ElementsMatch(t, addrs(c.client...), server.RemoteAddr().(*Addr).IPAddrs())
			require.Equal(t, to.Port, client.RemoteAddr().(*Addr).Port)
			require.Equal(t, client.LocalAddr().(*Addr).Port, server.RemoteAddr().(*Addr).Port)
			t.Log(server.LocalAddr(), client.LocalAddr())
		})
	}
}

func TestOptionsReachTheKernel(t *testing.T) {
	o := &Options{
		Streams: 5, HeartbeatInterval: 1200 * time.Millisecond, RTOInitial: 300 * time.Millisecond, RTOMin: 200 * time.Millisecond,
		RTOMax: 2 * time.Second, PathMaxRetrans: 2, AssociationMaxRetrans: 4, SendBuffer: 70_000, ReceiveBuffer: 80_000,
	}
	client, server := both(t, o)
	for _, c := range []net.Conn{client, server} {
		require.NoError(t, c.(*conn).raw.Control(func(fd uintptr) {
			var rto rtoInfo
			require.NoError(t, getsockopt(int(fd), sctp.SCTP_RTOINFO, &rto))
			require.EqualValues(t, []uint32{300, 200, 2000}, []uint32{rto.initial, rto.min, rto.max})
			var a assocInfo
			require.NoError(t, getsockopt(int(fd), sctp.SCTP_ASSOCINFO, &a))
			require.EqualValues(t, 4, a.maxRetrans)
			var p [152]byte
			require.NoError(t, getsockopt(int(fd), sctp.SCTP_PEER_ADDR_PARAMS, &p))
			require.EqualValues(t, 1200, binary.NativeEndian.Uint32(p[132:]))
			require.EqualValues(t, 2, binary.NativeEndian.Uint16(p[136:]))
			s, err := status(int(fd))
			require.NoError(t, err)
			require.EqualValues(t, 5, s.Ostreams)
			require.EqualValues(t, 5, s.Instreams)
			n, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF)
			require.NoError(t, err)
			require.Equal(t, 140_000, n) // the kernel doubles it
			var nodelay int32
			require.NoError(t, getsockopt(int(fd), sctp.SCTP_NODELAY, &nodelay))
			require.EqualValues(t, 1, nodelay)
		}))
	}
}

func TestManyConnections(t *testing.T) {
	RequireSCTP(t)
	before := runtime.NumGoroutine()
	l, err := Listen(t.Context(), "sctp", "127.0.0.1:0", nil)
	require.NoError(t, err)
	d, err := NewDialer(nil)
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { // echoes until the end
				defer c.Close()
				b := make([]byte, 1000)
				for {
					n, err := c.Read(b)
					if err != nil {
						return
					}
					_, _ = c.Write(b[:n])
				}
			})
		}
	})
	var clients sync.WaitGroup
	for range 200 {
		clients.Go(func() {
			c, err := d.DialContext(t.Context(), "sctp", l.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			for _, m := range [][]byte{cer, message(testApp, testCommand, "a;1", 10)} {
				b := make([]byte, len(m))
				if _, err = c.Write(m); err == nil {
					_, err = io.ReadFull(c, b)
				}
				if err != nil || !bytes.Equal(b, m) {
					t.Errorf("%v: %x", err, b)
				}
			}
		})
	}
	clients.Wait()
	l.Close()
	all.Wait()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, 10*time.Millisecond)
}
