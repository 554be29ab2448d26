package interop

import (
	"context"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

// startServer starts a node that hands on the requests of the private application that it gets, and answers each after
// something came from release.
func startServer(t *testing.T, host string) (n *node, got chan *diameter.Message, release chan struct{}) {
	t.Helper()
	got, release = make(chan *diameter.Message, 10), make(chan struct{}, 10)
	self := diameter.Identity{Host: host, Realm: "example"}
	n = startNode(t, host, diameter.Options{}, diameter.App{ID: privateApp, Handler: diameter.HandlerFunc(
		func(ctx context.Context, _ diameter.Identity, m *diameter.Message) (*diameter.Message, func()) {
			got <- m
			<-release
			return diameter.ErrorAnswer(m, self, diameter.Success, "", nil), nil
		})})
	return n, got, release
}

// result is what came of a request.
type result struct {
	ans *diameter.Message
	err error
}

// do sends a request to another node, which only agents know.
func (n *node) do(to diameter.Identity) <-chan result {
	done := make(chan result, 1)
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Minute)
	go func() {
		defer cancel()
		ans, err := n.Do(ctx, to, n.request(to))
		done <- result{ans, err}
	}()
	return done
}

// succeeds waits for success.
func (n *node) succeeds(done <-chan result) {
	n.t.Helper()
	r := <-done
	require.NoError(n.t, r.err)
	code, err := diameter.ResultOf(r.ans)
	require.NoError(n.t, err)
	require.Equal(n.t, diameter.Success, code)
}

// next waits for a request.
func next(t *testing.T, got <-chan *diameter.Message) *diameter.Message {
	t.Helper()
	select {
	case m := <-got:
		return m
	case <-time.After(time.Minute):
		require.FailNow(t, "no request")
		return nil
	}
}

// routeRecords lists whom m came from before its last hop.
func routeRecords(t *testing.T, m *diameter.Message) (hosts []string) {
	t.Helper()
	for b := m.AVPs; len(b) > 0; {
		a, rest, err := diameter.NextAVP(b)
		require.NoError(t, err)
		if a.Code == diameter.AVPRouteRecord.Code {
			hosts = append(hosts, string(a.Data))
		}
		b = rest
	}
	return hosts
}

// TestFreeDiameterChain sends a command and an AVP that freeDiameter does not know through a freeDiameter, a relay of ours and
// another freeDiameter.
func TestFreeDiameterChain(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	t.Parallel()
	relay := startNode(t, "relay.example", diameter.Options{}, diameter.App{ID: diameter.AppRelay, Forward: &diameter.Forward{}})
	client := startNode(t, "client.example", diameter.Options{}, private)
	server, got, release := startServer(t, "server.example")
	near := startAgent(t, agentOptions{host: "near.example"})
	far := startAgent(t, agentOptions{host: "far.example"})
	client.dials(near, near.plain)
	relay.dials(near, near.plain)
	relay.dials(far, far.plain)
	server.dials(far, far.plain)
	for _, x := range []struct {
		n  *node
		to *agent
	}{{client, near}, {relay, near}, {relay, far}, {server, far}} {
		x.n.reaches(x.to.id)
		x.to.opens(x.n.self.Host)
	}
	release <- struct{}{}
	done := client.do(server.self)
	m := next(t, got)
	require.Equal(t, privateCommand, m.Command)
	require.Equal(t, []string{client.self.Host, near.id.Host, relay.self.Host}, routeRecords(t, m))
	a, ok := diameter.FindAVP(m.AVPs, privateAVP, privateVendor)
	require.True(t, ok)
	require.Equal(t, "private", string(a.Data))
	client.succeeds(done)
}

// TestFreeDiameterFailover loses one of two freeDiameter agents while it has a request: the request goes by the other one, and
// is answered once.
func TestFreeDiameterFailover(t *testing.T) {
	need(t, "freeDiameterd", "openssl")
	t.Parallel()
	for name, s := range map[string]os.Signal{"it dies": syscall.SIGKILL, "it hangs": syscall.SIGSTOP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := startAgent(t, agentOptions{host: "first.example"})
			second := startAgent(t, agentOptions{host: "second.example"})
			client := startNode(t, "client.example", diameter.Options{Watchdog: 6 * time.Second}, private)
			server, got, release := startServer(t, "server.example")
			for i, a := range []*agent{first, second} {
				require.NoError(t, client.AddPeer(diameter.Peer{Address: a.plain, Identity: a.id, Priority: uint16(i)}))
				server.dials(a, a.plain)
				client.reaches(a.id)
				server.reaches(a.id)
				a.opens(client.self.Host, server.self.Host)
			}
			done := client.do(server.self)
			m := next(t, got)
			require.Zero(t, m.Flags&diameter.FlagRetransmitted)
			require.Equal(t, []string{client.self.Host}, routeRecords(t, m))
			first.signal(s)
			client.notes("sent request", "sent request T")
			server.notes("received request", "received request T")
			release <- struct{}{}
			client.succeeds(done)
			require.Empty(t, got)
			require.Equal(t, 2, server.count("received request"))
		})
	}
}
