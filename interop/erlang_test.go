package interop

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// erlang is the peer in testdata, driven line by line.
type erlang struct {
	t     *testing.T
	in    io.Writer
	lines chan string
}

// startErlang compiles the dictionaries and the peer, and starts it.
func startErlang(t *testing.T, port int) *erlang {
	dir := t.TempDir()
	for _, f := range []string{"diameter/base", "diameter/tgpp/tgpp", "t6a/t6a", "s6t/s6t"} {
		command(t, "diameterc", "-i", dir, "-o", dir, "../"+f+".dia")
		command(t, "erlc", "-o", dir, filepath.Join(dir, "scefkit_"+filepath.Base(f)+".erl"))
	}
	command(t, "erlc", "-o", dir, "testdata/scefkit_peer.erl")
	cmd := exec.CommandContext(t.Context(), "erl", "-noshell", "-pa", dir, "-s", "scefkit_peer", "main")
	cmd.Env = append(os.Environ(), fmt.Sprintf("SCEF_PORT=%d", port))
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	e := &erlang{t: t, in: in, lines: make(chan string, 100)}
	go func() {
		defer close(e.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			e.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	return e
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
}

// wants waits for a line.
func (e *erlang) wants(line string) {
	e.t.Helper()
	select {
	case got, ok := <-e.lines:
		require.True(e.t, ok, "the peer has ended")
		require.Equal(e.t, line, got)
	case <-time.After(30 * time.Second):
		require.FailNow(e.t, "no line from the peer", "want %q", line)
	}
}

// does tells the peer what to do, and waits for its line.
func (e *erlang) does(what, line string) {
	e.t.Helper()
	_, err := fmt.Fprintln(e.in, what)
	require.NoError(e.t, err)
	e.wants(line)
}

// TestErlang plays the main job with an MME and an HSS on Erlang/OTP's diameter.
func TestErlang(t *testing.T) {
	need(t, "erl", "erlc", "diameterc")
	node, as, dia := startSCEF(t)
	e := startErlang(t, dia.Port)
	e.wants("up")
	e.does("uplink", "{experimental,5001}")
	cfg, err := as.NIDD().CreateConfiguration(t.Context(), "as1", &t8.NIDDConfiguration{
		ExternalID: "lamp7@example.com", NotificationDestination: as.callback,
	})
	require.NoError(t, err)
	e.does("uplink", "{experimental,5651}")
	e.does("bogus", "{experimental,5101}")
	e.does("attach", "2001")
	e.does("uplink", "2001")
	up, err := sim.Next[t8.NIDDUplinkDataNotification](t.Context(), as.AS)
	require.NoError(t, err)
	require.Equal(t, "from Erlang", string(up.Data))
	require.Equal(t, cfg.Self, up.NIDDConfiguration)

	d, err := as.NIDD().CreateDelivery(t.Context(), "as1", cfg.Self, &t8.NIDDDownlinkDataTransfer{
		ExternalID: "lamp7@example.com", Data: []byte("to Erlang"),
	})
	require.NoError(t, err)
	require.Equal(t, t8.DeliverySuccessNextHopAcknowledged, d.DeliveryStatus)
	e.wants("downlink to Erlang")
	e.does("detach", "2001")

	waiting, err := as.NIDD().CreateDelivery(t.Context(), "as1", cfg.Self, &t8.NIDDDownlinkDataTransfer{
		ExternalID: "lamp7@example.com", Data: []byte("later"),
	})
	require.NoError(t, err)
	require.NotEmpty(t, waiting.Self)
	_, err = fmt.Fprintln(e.in, "attach")
	require.NoError(t, err)
	got := []string{<-e.lines, <-e.lines} // the peer serves requests beside
	require.ElementsMatch(t, []string{"2001", "downlink later"}, got)
	status, err := sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](t.Context(), as.AS)
	require.NoError(t, err)
	require.Equal(t, waiting.Self, status.NIDDDownlinkDataTransfer)

	require.NoError(t, as.NIDD().DeleteConfiguration(t.Context(), "as1", cfg.Self))
	e.wants("action 1")
	e.does("stop", "stopped")
	require.Eventually(t, func() bool {
		for _, p := range node.Peers() {
			if strings.HasSuffix(p.Identity.Host, "erlang.example") && p.State == diameter.PeerOpen {
				return false
			}
		}
		return true
	}, 10*time.Second, 10*time.Millisecond, "the peers left with DPR")
}
