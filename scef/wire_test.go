package scef_test

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/sim/pcap"
	"github.com/scefkit/scefkit/t8"
)

// tap is a listener whose connections are captured.
type tap struct {
	net.Listener
	w *pcap.Writer
}

func (l tap) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	local := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	peer := nc.RemoteAddr().(*net.TCPAddr).AddrPort().Port()
	return &tapped{Conn: nc, c: l.w.Open(time.Now(), netip.AddrPortFrom(local, peer), netip.AddrPortFrom(local, 3868))}, nil
}

// tapped is a connection that is captured.
type tapped struct {
	net.Conn
	c *pcap.Conn
}

func (t *tapped) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.c.FromClient(time.Now(), b[:n])
	return n, err
}

func (t *tapped) Write(b []byte) (int, error) {
	t.c.FromServer(time.Now(), b) // before the peer can answer
	return t.Conn.Write(b)
}

func (t *tapped) CloseWrite() error { return t.Conn.(*net.TCPConn).CloseWrite() }

// TestWireshark has tshark, which knows nothing of this module, read everything that goes over the Diameter connections in
// a run through the procedures.
func TestWireshark(t *testing.T) {
	covers(t, "KAURI-01")
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	var captured bytes.Buffer
	c := pcap.NewWriter(&captured)
	b := start(t, func(s *setup) { s.listen = func(l net.Listener) net.Listener { return tap{l, c} } })
	m, _ := b.mme(mmeID)
	as, url := b.as("as1")
	ctx := t.Context()
	b.hss.Provision(sim.Subscriber{IMSI: imsiOf(1), MSISDN: "999000000001", ExternalIDs: []id.ExternalID{externalOf(1)}, APNs: []id.APN{apnOf("as1")}})
	ue := sim.NewUE(imsiOf(1), &sim.UEOptions{IMEI: "35209900176148", SoftwareVersion: "01", PCO: []byte{0x80, 0x00, 0x15, 0x00}})
	cfg := b.configure(as, url, 1)
	_, err = as.NIDD().CreateConfiguration(ctx, "as1", &t8.NIDDConfiguration{MSISDN: "999000000002", NotificationDestination: url})
	require.Error(t, err, "NIA with an error")
	require.Error(t, sim.NewUE(imsiOf(2), nil).Attach(ctx, m, apnOf("as1")), "CMA with an error")
	require.NoError(t, ue.Attach(ctx, m, apnOf("as1")))
	require.NoError(t, ue.Send(ctx, []byte("up")))
	_, err = b.deliver(as, cfg, "down")
	require.NoError(t, err)
	ue.Sleep()
	_, err = b.deliver(as, cfg, "later")
	require.NoError(t, err)
	require.NoError(t, ue.WakeUntil(ctx, time.Now().Add(time.Minute)))
	_, err = sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](ctx, as)
	require.NoError(t, err)
	require.NoError(t, b.hss.Update(ctx, ue.IMSI(), sim.Grant{APN: apnOf("as1"), Until: time.Now().Add(time.Hour)}))
	require.NoError(t, as.NIDD().DeleteConfiguration(ctx, "as1", cfg))
	eventually(t, 5*time.Second, func() string {
		if n := len(m.Bearers(ue)); n > 0 {
			return "the connection is not released"
		}
		return ""
	})
	require.NoError(t, b.node.Shutdown(ctx))

	path := filepath.Join(t.TempDir(), "scef.pcapng")
	require.NoError(t, c.Flush())
	file := bytes.Clone(captured.Bytes())
	require.NoError(t, os.WriteFile(path, file, 0o600))
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(tshark, append([]string{"-r", path}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := cmd.Output()
		require.NoError(t, err)
		return strings.TrimSpace(string(out))
	}
	seen := map[string]int{}
	rows := run("-Y", "diameter", "-T", "fields", "-E", "separator=;", "-e", "diameter.cmd.code", "-e", "diameter.flags.request", "-e", "diameter.applicationId")
	for row := range strings.Lines(rows) {
		f := strings.Split(strings.TrimSpace(row), ";")
		codes, requests, apps := strings.Split(f[0], ","), strings.Split(f[1], ","), strings.Split(f[2], ",")
		for i := range codes { // a segment may carry several
			kind := "answer"
			if requests[i] == "1" || requests[i] == "True" {
				kind = "request"
			}
			seen[fmt.Sprintf("%s %s of %s", codes[i], kind, apps[i])]++
		}
	}
	standard := []string{
		"257 request of 0", "257 answer of 0", // CER
		"282 request of 0", "282 answer of 0", // DPR
		"8388726 request of 16777345", "8388726 answer of 16777345", // NIR
		"8388732 request of 16777346", "8388732 answer of 16777346", // CMR
		"8388733 request of 16777346", "8388733 answer of 16777346", // ODR
		"8388734 request of 16777346", "8388734 answer of 16777346", // TDR
	}
	for _, want := range standard {
		require.Positive(t, seen[want], "%s in %v", want, seen)
	}
	require.Len(t, seen, len(standard), "nothing else: %v", seen)
	require.Equal(t, string(imsiOf(1)), run("-Y", "diameter.cmd.code == 8388733 && diameter.flags.request == 1", "-T", "fields", "-e", "diameter.User-Name"))
	complaints := func() string {
		return run("-Y", `_ws.malformed || _ws.expert.severity == "error" || _ws.expert.severity == "warning"`,
			"-T", "fields", "-e", "frame.number", "-e", "diameter.cmd.code", "-e", "_ws.expert.message")
	}
	require.Empty(t, complaints())

	// It would complain: the same with the length of one AVP wrong.
	session := []byte{0, 0, 1, 7, 0x40, 0, 0}
	at := bytes.LastIndex(file, session)
	require.Positive(t, at)
	file[at+len(session)] ^= 0x40
	require.NoError(t, os.WriteFile(path, file, 0o600))
	require.NotEmpty(t, complaints())
}
