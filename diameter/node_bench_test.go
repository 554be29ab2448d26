package diameter_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// The benchmarks send requests of 424 octets and answers of 216 over loopback TCP, window requests outstanding. Each
// reports cpu-us/req: the user and system time of the process, which runs both ends. "floor" has neither Diameter nor
// goroutines per request: frames are cut by their length, the answer is prebuilt, and one Write carries all that came with
// one Read.

func benchRequest() *diameter.Message {
	b := diameter.AppendString(nil, 263, 0, diameter.AVPMandatory, "mme.epc.example.com;1;2")
	b = diameter.AppendUint32(b, 277, 0, diameter.AVPMandatory, 1)
	b = diameter.AppendString(b, 264, 0, diameter.AVPMandatory, mme.Host)
	b = diameter.AppendString(b, 296, 0, diameter.AVPMandatory, mme.Realm)
	b = diameter.AppendString(b, 293, 0, diameter.AVPMandatory, scef.Host)
	b = diameter.AppendString(b, 283, 0, diameter.AVPMandatory, scef.Realm)
	b = diameter.AppendString(b, 3102, 10415, diameter.AVPMandatory, make([]byte, 40))
	b = diameter.AppendString(b, 4315, 10415, diameter.AVPMandatory, make([]byte, 424-20-12-len(b)))
	return &diameter.Message{Flags: diameter.FlagProxiable | diameter.FlagRequest, Command: 8388733, App: testApp, AVPs: b}
}

func benchAnswer() []byte {
	b := diameter.AppendUint32(nil, 268, 0, diameter.AVPMandatory, 2001)
	b = diameter.AppendString(b, 264, 0, diameter.AVPMandatory, scef.Host)
	b = diameter.AppendString(b, 296, 0, diameter.AVPMandatory, scef.Realm)
	return diameter.AppendString(b, 4315, 10415, diameter.AVPMandatory, make([]byte, 216-20-12-len(b)))
}

func cpuTime() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func measureCPU(b *testing.B, f func()) {
	b.ReportAllocs()
	start := cpuTime()
	b.ResetTimer()
	f()
	b.StopTimer()
	b.ReportMetric(float64(cpuTime()-start)/1e3/float64(b.N), "cpu-us/req")
}

// rawServer answers each request of one connection with a prebuilt answer; CER too, so that a Node can be the client.
func rawServer(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			r := bufio.NewReaderSize(c, 64<<10)
			var frame [64 << 10]byte
			ans := (&diameter.Message{Flags: diameter.FlagProxiable, Command: 8388733, App: testApp, AVPs: benchAnswer()}).Append(nil)
			var out []byte
			for {
				if _, err := io.ReadFull(r, frame[:20]); err != nil {
					return
				}
				n := int(binary.BigEndian.Uint32(frame[:]) & 0xffffff)
				if _, err := io.ReadFull(r, frame[20:n]); err != nil {
					return
				}
				if cmd := binary.BigEndian.Uint32(frame[4:]) & 0xffffff; cmd < 1000 {
					req, _ := diameter.ParseMessage(frame[:n])
					id := uint32(testApp)
					m, err := diameter.NewAnswer(req, &diameter.CEA{Result: diameter.Success, OriginHost: scef.Host, OriginRealm: scef.Realm,
						HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))}, AuthApplicationID: []uint32{id}})
					if err != nil {
						return
					}
					out = m.Append(out)
				} else {
					copy(ans[12:20], frame[12:20])
					out = append(out, ans...)
				}
				if r.Buffered() == 0 || len(out) > 32<<10 {
					if _, err := c.Write(out); err != nil {
						return
					}
					out = out[:0]
				}
			}
		}()
	}
}

// rawClient sends n requests, window of them outstanding, and counts the answers.
func rawClient(c net.Conn, n, window int) error {
	req := benchRequest().Append(nil)
	r := bufio.NewReaderSize(c, 64<<10)
	var frame [64 << 10]byte
	var out []byte
	sent := uint32(0)
	push := func() {
		binary.BigEndian.PutUint32(req[12:], sent)
		binary.BigEndian.PutUint32(req[16:], sent)
		out = append(out, req...)
		sent++
	}
	for range min(window, n) {
		push()
	}
	for got := 0; got < n; {
		if r.Buffered() == 0 && len(out) > 0 {
			if _, err := c.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
		if _, err := io.ReadFull(r, frame[:20]); err != nil {
			return err
		}
		l := int(binary.BigEndian.Uint32(frame[:]) & 0xffffff)
		if _, err := io.ReadFull(r, frame[20:l]); err != nil {
			return err
		}
		got++
		if int(sent) < n {
			push()
		}
	}
	return nil
}

func benchHandler() diameter.Handler {
	ans := benchAnswer()
	return diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return req.Answer(ans), nil
	})
}

func benchNode(b *testing.B, self diameter.Identity, h diameter.Handler) *diameter.Node {
	n, err := diameter.NewNode(self, []diameter.App{{ID: testApp, Vendor: 10415, Handler: h}}, nil)
	require.NoError(b, err)
	b.Cleanup(func() { n.Close() })
	return n
}

// nodeClient sends b.N requests from window goroutines.
func nodeClient(b *testing.B, tr diameter.Transport, window int) {
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	measureCPU(b, func() {
		for range window {
			wg.Go(func() {
				req := benchRequest()
				for left.Add(-1) >= 0 {
					if _, err := tr.Do(context.Background(), scef, req); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

func BenchmarkLoopback(b *testing.B) {
	for _, window := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("floor/%d", window), func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			defer l.Close()
			go rawServer(l)
			c, err := net.Dial("tcp", l.Addr().String())
			require.NoError(b, err)
			defer c.Close()
			measureCPU(b, func() {
				if err := rawClient(c, b.N, window); err != nil {
					b.Error(err)
				}
			})
		})
		b.Run(fmt.Sprintf("server/%d", window), func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			n := benchNode(b, scef, benchHandler())
			go n.Serve(l)
			c, err := net.Dial("tcp", l.Addr().String())
			require.NoError(b, err)
			defer c.Close()
			id := uint32(testApp)
			cer, err := diameter.NewRequest(&diameter.CER{OriginHost: mme.Host, OriginRealm: mme.Realm,
				HostIPAddress: []diameter.Address{diameter.AddressFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}))}, AuthApplicationID: []uint32{id}})
			require.NoError(b, err)
			_, err = c.Write(cer.Append(nil))
			require.NoError(b, err)
			_, err = c.Read(make([]byte, 4096))
			require.NoError(b, err)
			measureCPU(b, func() {
				if err := rawClient(c, b.N, window); err != nil {
					b.Error(err)
				}
			})
		})
		b.Run(fmt.Sprintf("client/%d", window), func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			defer l.Close()
			go rawServer(l)
			n := benchNode(b, mme, nil)
			require.NoError(b, n.AddPeer(diameter.Peer{Address: l.Addr().String()}))
			require.NoError(b, n.AwaitPeer(b.Context(), scef, testApp))
			nodeClient(b, n, window)
		})
		b.Run(fmt.Sprintf("both/%d", window), func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(b, err)
			go benchNode(b, scef, benchHandler()).Serve(l)
			n := benchNode(b, mme, nil)
			require.NoError(b, n.AddPeer(diameter.Peer{Address: l.Addr().String()}))
			require.NoError(b, n.AwaitPeer(b.Context(), scef, testApp))
			nodeClient(b, n, window)
		})
	}
}
