package diameter_test

import (
	"context"
	"crypto/tls"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// ours returns the goroutines that run code of nodes.
func ours() (stacks []string) {
	b := make([]byte, 1<<20)
	for _, s := range strings.Split(string(b[:runtime.Stack(b, true)]), "\n\n") {
		if strings.Contains(s, "diameter.(*Node)") || strings.Contains(s, "diameter.(*conn)") || strings.Contains(s, "diameter.(*peer)") ||
			strings.Contains(s, "diameter.(*pool)") {
			stacks = append(stacks, s)
		}
	}
	return stacks
}

// leaks checks at the end of a test that no goroutine of a node is left.
func leaks(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		for end := time.Now().Add(10 * time.Second); len(ours()) > 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("goroutines are left:\n%s", strings.Join(ours(), "\n\n"))
			}
		}
	})
}

// Whatever a connection is in the middle of, Close and Shutdown return soon and leave nothing behind.
func TestCloseInTheMiddle(t *testing.T) {
	a := newAuthority(t)
	end := map[string]func(n *diameter.Node) error{
		"close":    func(n *diameter.Node) error { return n.Close() },
		"shutdown": func(n *diameter.Node) error { return n.Shutdown(context.Background()) },
	}
	listenTCP := func(t *testing.T) net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { l.Close() })
		return l
	}
	for name, begin := range map[string]func(t *testing.T, n *diameter.Node, dialled <-chan struct{}){
		"dial": func(t *testing.T, n *diameter.Node, dialled <-chan struct{}) {
			require.NoError(t, n.AddPeer(diameter.Peer{Address: "nowhere"}))
			<-dialled
		},
		"handshake, inbound": func(t *testing.T, n *diameter.Node, _ <-chan struct{}) {
			l := listenTCP(t)
			go n.Serve(l)
			c, err := net.Dial("tcp", l.Addr().String())
			require.NoError(t, err)
			t.Cleanup(func() { c.Close() })
			_, err = c.Write([]byte{1, 0, 0})
			require.NoError(t, err)
			waitFor(t, "it is accepted", func() bool { return len(ours()) > 1 })
		},
		"handshake, outbound": func(t *testing.T, n *diameter.Node, _ <-chan struct{}) {
			l := listenTCP(t)
			require.NoError(t, n.AddPeer(diameter.Peer{Address: l.Addr().String()}))
			c, err := l.Accept()
			require.NoError(t, err)
			t.Cleanup(func() { c.Close() })
			_, err = c.Read(make([]byte, 20))
			require.NoError(t, err)
		},
		"TLS handshake, inbound": func(t *testing.T, n *diameter.Node, _ <-chan struct{}) {
			l := listenTCP(t)
			go n.Serve(tls.NewListener(l, a.server(scef.Host, tls.NoClientCert)))
			c, err := net.Dial("tcp", l.Addr().String())
			require.NoError(t, err)
			t.Cleanup(func() { c.Close() })
			_, err = c.Write([]byte{22, 3, 1})
			require.NoError(t, err)
			waitFor(t, "it is accepted", func() bool { return len(ours()) > 1 })
		},
		"TLS handshake, outbound": func(t *testing.T, n *diameter.Node, _ <-chan struct{}) {
			l := listenTCP(t)
			require.NoError(t, n.AddPeer(diameter.Peer{Network: "tls", Address: l.Addr().String()}))
			c, err := l.Accept()
			require.NoError(t, err)
			t.Cleanup(func() { c.Close() })
			_, err = c.Read(make([]byte, 20))
			require.NoError(t, err)
		},
		"back-off": func(t *testing.T, n *diameter.Node, _ <-chan struct{}) {
			l := listenTCP(t)
			l.Close()
			require.NoError(t, n.AddPeer(diameter.Peer{Address: l.Addr().String()}))
			waitFor(t, "it is refused", func() bool { return n.Peers()[0].Err != nil })
		},
	} {
		for how, f := range end {
			t.Run(name+", "+how, func(t *testing.T) {
				leaks(t)
				dialled := make(chan struct{}, 1)
				secure := diameter.DialTLS(a.client(scef.Host, ""))
				n, err := diameter.NewNode(mme, []diameter.App{{ID: testApp}}, &diameter.Options{
					HandshakeTimeout: time.Hour, ReconnectMin: time.Hour,
					Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
						switch {
						case address == "nowhere":
							dialled <- struct{}{}
							<-ctx.Done()
							return nil, ctx.Err()
						case network == "tls":
							return secure(ctx, "tcp", address)
						}
						return new(net.Dialer).DialContext(ctx, network, address)
					},
				})
				require.NoError(t, err)
				begin(t, n, dialled)
				start := time.Now()
				require.NoError(t, f(n))
				require.Less(t, time.Since(start), 5*time.Second)
			})
		}
	}
}
