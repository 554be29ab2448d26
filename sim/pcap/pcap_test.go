package pcap_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim/pcap"
)

var (
	client = netip.MustParseAddrPort("10.0.0.1:49152")
	server = netip.MustParseAddrPort("10.0.0.2:80")
	begin  = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
)

// packets returns the packets of a file, and checks its blocks.
func packets(t *testing.T, file []byte) (out [][]byte) {
	t.Helper()
	for first := true; len(file) > 0; first = false {
		kind, n := binary.LittleEndian.Uint32(file), int(binary.LittleEndian.Uint32(file[4:]))
		require.Equal(t, first, kind == 0x0a0d0d0a, "a section begins the file")
		require.Zero(t, n%4)
		require.LessOrEqual(t, n, len(file))
		require.EqualValues(t, n, binary.LittleEndian.Uint32(file[n-4:]), "both lengths of block %d", kind)
		if kind == 6 {
			size := binary.LittleEndian.Uint32(file[20:])
			out = append(out, file[28:28+size])
		}
		file = file[n:]
	}
	return out
}

// sum is that of RFC 1071, over an even number of octets and perhaps one more.
func sum(parts ...[]byte) uint16 {
	var n uint32
	for _, b := range parts {
		for i, c := range b {
			n += uint32(c) << (8 * (1 - i%2))
		}
	}
	for n > 0xffff {
		n = n&0xffff + n>>16
	}
	return uint16(n)
}

// TestConn reassembles what a connection carried, by nothing but the standards.
func TestConn(t *testing.T) {
	var file bytes.Buffer
	w := pcap.NewWriter(&file)
	c := w.Open(begin, client, server)
	long := bytes.Repeat([]byte("0123456789"), 10000)
	c.FromClient(begin, []byte("question"))
	c.FromServer(begin, long)
	c.FromServer(begin, nil)
	c.FromClient(begin, []byte("odd"))
	c.Close(begin)
	require.NoError(t, w.Flush())

	sent := map[byte]*bytes.Buffer{1: {}, 2: {}} // by the last octet of the address
	next := map[byte]uint32{}
	flags := ""
	for i, p := range packets(t, file.Bytes()) {
		require.EqualValues(t, 0x45, p[0])
		require.EqualValues(t, len(p), binary.BigEndian.Uint16(p[2:]))
		require.LessOrEqual(t, len(p), 1500)
		require.EqualValues(t, 0xffff, sum(p[:20]), "checksum of IP of packet %d", i)
		from, to, tcp := p[15], p[19], p[20:]
		length := binary.BigEndian.AppendUint16([]byte{0, 6}, uint16(len(tcp)))
		require.EqualValues(t, 0xffff, sum(p[12:20], length, tcp), "checksum of TCP of packet %d", i)
		require.Equal(t, next[from], binary.BigEndian.Uint32(tcp[4:]), "sequence number of packet %d", i)
		if tcp[13]&0x10 != 0 {
			require.Equal(t, next[to], binary.BigEndian.Uint32(tcp[8:]), "acknowledgement of packet %d", i)
		}
		data := tcp[tcp[12]>>4*4:]
		next[from] += uint32(len(data))
		if tcp[13]&3 != 0 { // SYN, FIN
			next[from]++
			require.Empty(t, data)
		}
		sent[from].Write(data)
		if len(data) == 0 {
			flags += map[byte]string{0x02: "s", 0x12: "S", 0x10: "a", 0x11: "f"}[tcp[13]]
		}
	}
	require.Equal(t, "sSaffa", flags)
	require.Equal(t, "questionodd", sent[1].String())
	require.Equal(t, string(long), sent[2].String())
}

// TestTshark has tshark read names, comments, times and messages without a connection.
func TestTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	var file bytes.Buffer
	w := pcap.NewWriter(&file)
	w.Name(client.Addr(), "the-client")
	c := w.Open(begin, client, server)
	w.Comment("first")
	w.Comment(strings.Repeat("é", 3000)) // too long
	c.FromClient(begin.Add(time.Microsecond), []byte("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"))
	dwr := []byte{1, 0, 0, 36, 0x80, 0, 1, 24, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 8, 0x40, 0, 0, 16}
	w.PDU(begin, "diameter", append(dwr, "mme.test"...))
	require.NoError(t, w.Flush())
	path := filepath.Join(t.TempDir(), "x.pcapng")
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))
	cmd := exec.CommandContext(t.Context(), tshark, "-r", path, "-N", "n", "-T", "fields", "-E", "separator=;", "-E", "occurrence=f",
		"-e", "frame.time_epoch", "-e", "ip.src_host", "-e", "frame.comment", "-e", "http.request.uri", "-e", "diameter.Origin-Host", "-e", "_ws.malformed")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	require.NoError(t, err)
	const at = "1767323045.00000"
	require.Equal(t, []string{
		at + "0006;the-client;;;;", at + "0006;10.0.0.2;;;;", at + "0006;the-client;;;;",
		at + "1006;the-client;first;/x;;",
		at + "0006;;;;mme.test;",
	}, strings.Split(strings.TrimSpace(string(out)), "\n"))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestErrors(t *testing.T) {
	w := pcap.NewWriter(broken{})
	c := w.Open(begin, client, server)
	c.FromClient(begin, make([]byte, 100_000))
	require.ErrorContains(t, w.Flush(), "no room")
	require.Panics(t, func() { w.Open(begin, client, netip.MustParseAddrPort("[::1]:80")) })
}
