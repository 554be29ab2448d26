package scef_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// capture writes the octets of TCP connections into a file for tshark, with headers of its own making.
type capture struct {
	mu sync.Mutex
	b  []byte // guarded by mu
}

func newCapture() *capture {
	h := make([]byte, 24) // little-endian pcap 2.4, linktype RAW
	binary.LittleEndian.PutUint32(h, 0xa1b2c3d4)
	binary.LittleEndian.PutUint16(h[4:], 2)
	binary.LittleEndian.PutUint16(h[6:], 4)
	binary.LittleEndian.PutUint32(h[16:], 1<<18)
	binary.LittleEndian.PutUint32(h[20:], 101)
	return &capture{b: h}
}

const (
	flagSYN = 0x02
	flagACK = 0x10
)

// segment adds one TCP segment over IPv4; mu is held.
func (c *capture) segment(from, to, seq, ack uint32, flags byte, data []byte) {
	p := make([]byte, 40, 40+len(data))
	p[0], p[8], p[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(p[2:], uint16(40+len(data)))
	addr := func(b []byte, port uint32) { // the peers of the SCEF are told apart by their ports
		copy(b, []byte{10, 0, byte(port >> 8), byte(port)})
	}
	addr(p[12:], from)
	addr(p[16:], to)
	binary.BigEndian.PutUint16(p[20:], uint16(from))
	binary.BigEndian.PutUint16(p[22:], uint16(to))
	binary.BigEndian.PutUint32(p[24:], seq)
	binary.BigEndian.PutUint32(p[28:], ack)
	p[32], p[33] = 5<<4, flags
	binary.BigEndian.PutUint16(p[34:], 65535)
	p = append(p, data...)
	now := time.Now()
	c.b = binary.LittleEndian.AppendUint32(c.b, uint32(now.Unix()))
	c.b = binary.LittleEndian.AppendUint32(c.b, uint32(now.Nanosecond()/1000))
	c.b = binary.LittleEndian.AppendUint32(c.b, uint32(len(p)))
	c.b = binary.LittleEndian.AppendUint32(c.b, uint32(len(p)))
	c.b = append(c.b, p...)
}

// tap is a listener whose connections are captured.
type tap struct {
	net.Listener
	c *capture
}

const diameterPort = 3868

func (l tap) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t := &tapped{Conn: nc, c: l.c, peer: uint32(nc.RemoteAddr().(*net.TCPAddr).Port), sent: 1, received: 1}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	l.c.segment(t.peer, diameterPort, 0, 0, flagSYN, nil)
	l.c.segment(diameterPort, t.peer, 0, 1, flagSYN|flagACK, nil)
	l.c.segment(t.peer, diameterPort, 1, 1, flagACK, nil)
	return t, nil
}

// tapped is a connection that is captured.
type tapped struct {
	net.Conn
	c              *capture
	peer           uint32 // its port
	sent, received uint32 // sequence numbers; guarded by c.mu
}

func (t *tapped) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	if n > 0 {
		t.c.segment(t.peer, diameterPort, t.received, t.sent, flagACK, b[:n])
		t.received += uint32(n)
	}
	return n, err
}

func (t *tapped) Write(b []byte) (int, error) {
	t.c.mu.Lock() // before the peer can answer
	t.c.segment(diameterPort, t.peer, t.sent, t.received, flagACK, b)
	t.sent += uint32(len(b))
	t.c.mu.Unlock()
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
	c := newCapture()
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

	path := filepath.Join(t.TempDir(), "scef.pcap")
	c.mu.Lock()
	require.NoError(t, os.WriteFile(path, c.b, 0o600))
	c.mu.Unlock()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(tshark, append([]string{"-r", path, "-o", "tcp.desegment_tcp_streams:TRUE"}, args...)...)
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
	at := bytes.LastIndex(c.b, session)
	require.Positive(t, at)
	c.b[at+len(session)] ^= 0x40
	require.NoError(t, os.WriteFile(path, c.b, 0o600))
	require.NotEmpty(t, complaints())
}
