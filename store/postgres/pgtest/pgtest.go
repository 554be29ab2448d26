// Package pgtest starts PostgreSQL servers for tests, from the binaries that the system has.
package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a server with a directory of its own, on a port of the loopback address.
type Server struct {
	Port int

	bin, dir string
	settings []string
	cmd      *exec.Cmd
	ended    chan struct{}
	log      *bytes.Buffer // to be read when the process has ended
}

// Missing is what a skipped test says.
const Missing = "there is no PostgreSQL server here: neither in /usr/lib/postgresql, where \"apt-get install postgresql\" of Debian " +
	"puts it, nor initdb in PATH"

// binaries finds the newest version installed, or gives "".
func binaries() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	version := func(p string) int {
		n, _ := strconv.Atoi(strings.Split(p, "/")[4])
		return n
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p)
	}
	return ""
}

// Start makes a database and starts a server on it, with settings like "fsync=on". It skips the test when there are no
// binaries. The server is stopped and its directory removed by stop.
func Start(tb testing.TB, settings ...string) (s *Server, stop func()) {
	tb.Helper()
	return start(tb, nil, settings)
}

// StartTLS is Start for a server that takes connections with TLS too, with the certificate and key given in PEM.
func StartTLS(tb testing.TB, cert, key []byte) (s *Server, stop func()) {
	tb.Helper()
	files := map[string][]byte{"server.crt": cert, "server.key": key}
	return start(tb, files, []string{"ssl=on"})
}

func start(tb testing.TB, files map[string][]byte, settings []string) (s *Server, stop func()) {
	tb.Helper()
	s = &Server{bin: binaries(), settings: settings}
	if s.bin == "" {
		tb.Skip(Missing)
	}
	s.makeDir(tb)
	stop = func() {
		s.Kill()
		_ = os.RemoveAll(s.dir)
	}
	s.run(tb, "initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	for name, content := range files {
		s.write(tb, filepath.Join(s.data(), name), content)
	}
	s.Run(tb)
	return s, stop
}

// write makes a file that only the server may read.
func (s *Server) write(tb testing.TB, name string, content []byte) {
	tb.Helper()
	err := os.WriteFile(name, content, 0o600)
	if c := credential(tb); c != nil && err == nil {
		err = os.Chown(name, int(c.Uid), int(c.Gid))
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// Standby starts a second server that follows s.
func (s *Server) Standby(tb testing.TB) (standby *Server, stop func()) {
	tb.Helper()
	standby = &Server{bin: s.bin, settings: s.settings}
	standby.makeDir(tb)
	stop = func() {
		standby.Kill()
		_ = os.RemoveAll(standby.dir)
	}
	standby.run(tb, "pg_basebackup", "-d", s.URL()+"&application_name=standby", "-D", standby.data(), "-R", "-X", "stream", "-c", "fast", "-N")
	standby.Run(tb)
	return standby, stop
}

// URL is the connection string.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.Port)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// makeDir makes a directory that the server's user can reach, which is not so for those of testing.
func (s *Server) makeDir(tb testing.TB) {
	dir, err := os.MkdirTemp("", "pgtest")
	if err != nil {
		tb.Fatal(err)
	}
	s.dir = dir
	if c := credential(tb); c != nil {
		if err := os.Chown(dir, int(c.Uid), int(c.Gid)); err != nil {
			tb.Fatal(err)
		}
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.Port = l.Addr().(*net.TCPAddr).Port
	l.Close()
}

// credential is the user to be: the server refuses to run for root.
func credential(tb testing.TB) *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		tb.Skipf("root needs another user for the server: %v", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (s *Server) command(tb testing.TB, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "HOME="+s.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential(tb)}
	return cmd
}

func (s *Server) run(tb testing.TB, name string, args ...string) {
	tb.Helper()
	if out, err := s.command(tb, name, args...).CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// Run starts the server, also after Kill, and returns when it answers.
func (s *Server) Run(tb testing.TB) {
	tb.Helper()
	args := []string{"-D", s.data(), "-p", strconv.Itoa(s.Port), "-k", s.dir, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"}
	for _, o := range s.settings {
		args = append(args, "-c", o)
	}
	for begin := time.Now(); ; {
		s.cmd, s.log, s.ended = s.command(tb, "postgres", args...), new(bytes.Buffer), make(chan struct{})
		s.cmd.Stderr = s.log
		if err := s.cmd.Start(); err != nil {
			tb.Fatal(err)
		}
		cmd, ended := s.cmd, s.ended
		go func() {
			_ = cmd.Wait()
			close(ended)
		}()
		if s.answers(begin) {
			return
		}
		select {
		case <-s.ended: // as when processes of the one that was killed are not gone yet
		default:
			s.Kill()
		}
		if time.Since(begin) > time.Minute {
			tb.Fatalf("the server does not start:\n%s", s.log)
		}
	}
}

func (s *Server) answers(begin time.Time) bool {
	for time.Since(begin) < time.Minute {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		c, err := pgx.Connect(ctx, s.URL())
		if err == nil {
			_ = c.Close(ctx)
		}
		cancel()
		if err == nil {
			return true
		}
		select {
		case <-s.ended:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
	return false
}

// Exec runs a statement.
func (s *Server) Exec(tb testing.TB, sql string) {
	tb.Helper()
	c, err := pgx.Connect(context.Background(), s.URL())
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(context.Background(), sql); err != nil {
		tb.Fatal(err)
	}
}

// Kill ends all processes of the server at once, as a power cut would, but for what the system holds of its files.
func (s *Server) Kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	select {
	case <-s.ended:
		return
	default:
	}
	pid := s.cmd.Process.Pid
	_ = syscall.Kill(pid, syscall.SIGSTOP) // so that it starts no more of them
	pids := append(children(pid), pid)
	for _, p := range pids {
		_ = syscall.Kill(p, syscall.SIGKILL)
	}
	<-s.ended
}

// children gives the processes that pid started.
func children(pid int) (pids []int) {
	stats, _ := fs.Glob(os.DirFS("/proc"), "[0-9]*/stat")
	for _, name := range stats {
		b, err := os.ReadFile("/proc/" + name)
		if err != nil {
			continue
		}
		// "pid (name) state parent ..."
		_, rest, _ := strings.Cut(string(b), ") ")
		f := strings.Fields(rest)
		if len(f) > 1 && f[1] == strconv.Itoa(pid) {
			n, _ := strconv.Atoi(filepath.Dir(name))
			pids = append(pids, n)
		}
	}
	return pids
}
