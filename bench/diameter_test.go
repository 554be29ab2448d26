package bench

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

var roundTime = flag.Duration("roundtime", time.Second/2, "length of a round of a server or relay of Diameter")

// serveODRs runs a Node that decodes ODRs and encodes ODAs.
func serveODRs(l net.Listener) error {
	self := diameter.Identity{Host: scefHost, Realm: realm}
	h := diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		var odr t6a.ODR
		err := odr.Decode(req)
		if err != nil {
			return diameter.ErrorAnswerFor(req, self, err), nil
		}
		oda := t6a.ODA{
			SessionID: odr.SessionID, DRMP: odr.DRMP, Result: diameter.Success, OriginHost: scefHost, OriginRealm: realm,
		}
		ans, err := oda.Answer(req)
		if err != nil {
			return diameter.ErrorAnswerFor(req, self, err), nil
		}
		return ans, nil
	})
	n, err := diameter.NewNode(self, []diameter.App{{ID: t6a.App, Vendor: diameter.Vendor3GPP, Handler: h}}, nil)
	if err != nil {
		return err
	}
	return n.Serve(l)
}

// relayAll runs a Node that relays all applications.
func relayAll(l net.Listener) error {
	self := diameter.Identity{Host: agentHost, Realm: realm}
	n, err := diameter.NewNode(self, []diameter.App{{ID: diameter.AppRelay, Forward: new(diameter.Forward)}}, nil)
	if err != nil {
		return err
	}
	return n.Serve(l)
}

const agentHost = "agent." + realm

// echo serves ODRs over one connection with as few system calls as can be: the answers to all that one Read brought leave
// with one Write.
func echo(conn net.Conn, r *bufio.Reader) error {
	defer conn.Close()
	var out []byte
	for {
		frame, err := readFrame(r)
		if err != nil {
			return err
		}
		switch command(frame) {
		case uint32(diameter.CodeCER):
			cea, err := welcome(frame, scefHost)
			if err != nil {
				return err
			}
			out = append(out, cea...)
		case uint32(diameter.CodeDWR):
			if out, err = appendDWA(out, frame, scefHost); err != nil {
				return err
			}
		case commandODR:
			var q request
			if err := q.parse(frame); err != nil {
				return err
			}
			out = q.appendAnswer(out, commandODR, hopByHop(frame), endToEnd(frame), scefHost)
		}
		if len(out) > 0 && !frameWaits(r) {
			if _, err := conn.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
}

func floorServer(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go echo(conn, bufio.NewReaderSize(conn, readBuffer))
	}
}

// echoBehind connects to an agent and echoes what comes from there.
func echoBehind(agent string) error {
	conn, err := net.Dial("tcp", agent)
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(conn, readBuffer)
	if err := greet(conn, r, scefHost); err != nil {
		return err
	}
	go exitOn(func() error { return echo(conn, r) })
	return nil
}

// A server answers or relays ODRs in a process of its own.
type server struct {
	name, address string
	usage         func() usage
	child         *child // nil when it is not ours
	mmes          []*mme
}

func startServer(b *testing.B, name, run string) *server {
	c := start(b, role{Run: run})
	return &server{name: name, address: c.Diameter, usage: func() usage { return c.ask("usage") }, child: c}
}

// BenchmarkDiameterServer measures servers that answer ODRs.
func BenchmarkDiameterServer(b *testing.B) {
	each(b, func(b *testing.B, conns, window int) {
		all := []*server{startServer(b, "floor", "diameter floor"), startServer(b, "node", "diameter node")}
		if s := startErlang(b); s != nil {
			all = append(all, s)
		}
		compareServers(b, all, conns, window)
	})
}

// BenchmarkDiameterRelay measures relays between the same load and the same server.
func BenchmarkDiameterRelay(b *testing.B) {
	each(b, func(b *testing.B, conns, window int) {
		all := []*server{startServer(b, "node", "diameter relay")}
		if s := startFreeDiameter(b); s != nil {
			all = append(all, s)
		}
		for _, s := range all {
			start(b, role{Run: "diameter echo", Nodes: []string{s.address}})
		}
		compareServers(b, all, conns, window)
	})
}

func each(b *testing.B, f func(b *testing.B, conns, window int)) {
	for _, conns := range []int{1, 4} {
		for _, window := range []int{16, 128} {
			b.Run(fmt.Sprintf("conns=%d/outstanding=%d", conns, window), func(b *testing.B) { f(b, conns, window) })
		}
	}
}

// compareServers loads the servers in turn, with window requests outstanding in all, and reports each. "times" is the median
// over the rounds of the requests per second of the node by those of the server.
func compareServers(b *testing.B, all []*server, conns, window int) {
	for _, s := range all {
		s.mmes = dialMMEs(b, s.address, conns)
	}
	pick := func(_, k int) int { return k % chainUEs }
	tallies := make([]tally, len(all))
	times := make([][]float64, len(all))
	for b.Loop() { // it ends after the first turn, which takes longer than any -benchtime
		var n []int // requests of a round
		for _, s := range all {
			const few = 2000
			var rate float64
			for range 3 {
				begin := time.Now()
				_, err := uplink(s.mmes, few, window, pick)
				check(b, err)
				rate = few / time.Since(begin).Seconds()
			}
			n = append(n, int(rate*roundTime.Seconds())+window)
			if *profiles != "" && s.child != nil {
				check(b, profileOf(b, s.child, s.name, func() error { _, err := uplink(s.mmes, 10*n[len(n)-1], window, pick); return err }))
			}
		}
		for i := range *rounds {
			rate := make([]float64, len(all))
			for k := range all {
				at := (i + k) % len(all)
				s, t := all[at], &tallies[at]
				before, begin := s.usage(), time.Now()
				l, err := uplink(s.mmes, n[at], window, pick)
				elapsed := time.Since(begin)
				check(b, err)
				t.count(before, s.usage(), elapsed, l.took)
				rate[at] = t.rate[len(t.rate)-1]
			}
			for at, s := range all {
				for other, o := range all {
					if o.name == "node" && s != o {
						times[at] = append(times[at], rate[other]/rate[at])
					}
				}
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of the whole comparison: it says nothing
	for i, s := range all {
		t := &tallies[i]
		b.ReportMetric(median(t.cpu), s.name+"-us/req")
		b.ReportMetric(median(t.rate), s.name+"-req/s")
		b.ReportMetric(1000*percentile(t.took, 50), s.name+"-p50-us")
		b.ReportMetric(1000*percentile(t.took, 99), s.name+"-p99-us")
		if s.child != nil {
			b.ReportMetric(median(t.mallocs), s.name+"-allocs/req")
		}
		if len(times[i]) > 0 {
			b.ReportMetric(median(times[i]), s.name+"-times")
		}
	}
}

// startErlang starts a server on Erlang/OTP's diameter; nil when it is not installed.
func startErlang(b *testing.B) *server {
	if !installed(b, "erl", "erlc", "diameterc") {
		return nil
	}
	dir := b.TempDir()
	for _, d := range []string{"diameter/base", "diameter/tgpp/tgpp", "t6a/t6a"} {
		execute(b, "diameterc", "-i", dir, "-o", dir, "../"+d+".dia")
		execute(b, "erlc", "-o", dir, filepath.Join(dir, "scefkit_"+filepath.Base(d)+".erl"))
	}
	execute(b, "erlc", "-I", dir, "-o", dir, "testdata/scefkit_odr.erl")
	port := freePort(b)
	cmd := exec.Command("erl", "-noshell", "+sbwt", "none", "-pa", dir, "-s", "scefkit_odr", "main")
	cmd.Env = append(os.Environ(), "HOST="+scefHost, "REALM="+realm, "PORT="+port, "ERL_CRASH_DUMP="+filepath.Join(dir, "dump"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	check(b, err)
	out, err := cmd.StdoutPipe()
	check(b, err)
	check(b, cmd.Start())
	b.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // how it ends says nothing
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	check(b, err)
	if line != "up\n" {
		b.Fatalf("Erlang says %q", line)
	}
	address := "127.0.0.1:" + port
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) { // it says so a little before it listens
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			break
		}
		if time.Since(begin) > 10*time.Second {
			check(b, err)
		}
	}
	return &server{name: "erlang", address: address, usage: func() usage { return usage{CPU: cpuOf(b, cmd.Process.Pid)} }}
}

const freeDiameterConfig = `
Identity = "%[1]s";
Realm = "%[2]s";
Port = %[3]s;
SecPort = 0;
No_SCTP;
No_IPv6;
ListenOn = "127.0.0.1";
TLS_Cred = "%[4]s/cert.pem", "%[4]s/key.pem";
TLS_CA = "%[4]s/cert.pem";
LoadExtension = "acl_wl.fdx" : "%[4]s/acl.conf";
`

// startFreeDiameter starts freeDiameter as a relay without extensions; nil when it is not installed.
func startFreeDiameter(b *testing.B) *server {
	if !installed(b, "freeDiameterd", "openssl") {
		return nil
	}
	dir := b.TempDir()
	execute(b, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN="+agentHost,
		"-keyout", filepath.Join(dir, "key.pem"), "-out", filepath.Join(dir, "cert.pem"))
	check(b, os.WriteFile(filepath.Join(dir, "acl.conf"), []byte("ALLOW_OLD_TLS ALLOW_IPSEC *."+realm+"\n"), 0o600))
	port, config := freePort(b), filepath.Join(dir, "agent.conf")
	check(b, os.WriteFile(config, fmt.Appendf(nil, freeDiameterConfig, agentHost, realm, port, dir), 0o600))
	cmd := exec.Command("freeDiameterd", "-c", config)
	log, err := os.Create(filepath.Join(dir, "log"))
	check(b, err)
	cmd.Stdout, cmd.Stderr = log, log
	check(b, cmd.Start())
	b.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // what has ended needs none
		_ = cmd.Wait()
		log.Close()
		if b.Failed() {
			text, _ := os.ReadFile(log.Name())
			b.Log(string(text))
		}
	})
	address := "127.0.0.1:" + port
	for begin := time.Now(); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			break
		}
		if time.Since(begin) > 20*time.Second {
			b.Fatal("freeDiameter does not listen")
		}
		time.Sleep(50 * time.Millisecond)
	}
	return &server{name: "freediameter", address: address, usage: func() usage { return usage{CPU: cpuOf(b, cmd.Process.Pid)} }}
}

func installed(b *testing.B, tools ...string) bool {
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			b.Logf("%s is not installed", tool)
			return false
		}
	}
	return true
}

func execute(b *testing.B, name string, args ...string) {
	b.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

func freePort(b *testing.B) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// cpuOf returns the user and system time of a process, to a hundredth of a second.
func cpuOf(b *testing.B, pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	check(b, err)
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	var ticks int
	for _, s := range f[11:13] {
		n, err := strconv.Atoi(s)
		check(b, err)
		ticks += n
	}
	return time.Duration(ticks) * (time.Second / 100)
}
