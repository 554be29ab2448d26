package interop

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

// compiled is where the compiled dictionaries lie.
var compiled string

func TestMain(m *testing.M) {
	var err error
	if compiled, err = os.MkdirTemp("", "scefkit-dictionaries-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(compiled)
	os.Exit(code)
}

// compileAll compiles the dictionaries, once.
var compileAll = sync.OnceValue(func() error {
	for _, d := range dictionaries {
		for _, c := range []*exec.Cmd{
			exec.Command("diameterc", "-i", compiled, "-o", compiled, "../"+d+".dia"),
			exec.Command("erlc", "-o", compiled, filepath.Join(compiled, "scefkit_"+filepath.Base(d)+".erl")),
		} {
			if out, err := c.CombinedOutput(); err != nil {
				return fmt.Errorf("%v: %w: %s", c.Args, err, out)
			}
		}
	}
	return nil
})

// startErlang compiles the module of that name in testdata and runs its main with env, beside the compiled dictionaries.
func startErlang(t *testing.T, module string, env ...string) *erlang {
	t.Helper()
	require.NoError(t, compileAll())
	dir := t.TempDir()
	command(t, "erlc", "-o", dir, filepath.Join("testdata", module+".erl"))
	cmd := exec.CommandContext(t.Context(), "erl", "-noshell", "-pa", compiled, "-pa", dir, "-s", module, "main")
	cmd.Env = append(os.Environ(), append(env, "ERL_CRASH_DUMP="+filepath.Join(dir, "dump"))...)
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

// portOf returns the port of l.
func portOf(l net.Listener) string { return strconv.Itoa(l.Addr().(*net.TCPAddr).Port) }

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

// says tells the peer something.
func (e *erlang) says(what string) {
	e.t.Helper()
	_, err := fmt.Fprintln(e.in, what)
	require.NoError(e.t, err)
}

// does tells the peer what to do, and waits for its line.
func (e *erlang) does(what, line string) {
	e.t.Helper()
	e.says(what)
	e.wants(line)
}

// rest returns the lines that the peer has printed and nobody has taken.
func (e *erlang) rest() (lines []string) {
	for {
		select {
		case line, ok := <-e.lines:
			if !ok {
				return lines
			}
			lines = append(lines, line)
		case <-time.After(time.Second): // for a failure only: what comes a little later may tell why
			return lines
		}
	}
}

// TestErlang plays the main job with an MME and an HSS on Erlang/OTP's diameter.
func TestErlang(t *testing.T) {
	need(t, "erl", "erlc", "diameterc")
	node, as, dia := startSCEF(t)
	e := startErlang(t, "scefkit_peer", fmt.Sprintf("SCEF_PORT=%d", dia.Port))
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
	e.says("attach")
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
