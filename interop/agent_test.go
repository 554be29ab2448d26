package interop

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

const agentConfig = `
Identity = "%[1]s";
Realm = "example";
Port = %[2]d;
SecPort = %[7]d;
No_SCTP;
No_IPv6;
TLS_Cred = "%[3]s", "%[4]s";
TLS_CA = "%[5]s";
LoadExtension = "acl_wl.fdx" : "%[6]s/acl.conf";
LoadExtension = "dict_nasreq.fdx";
LoadExtension = "dict_dcca.fdx";
LoadExtension = "dict_dcca_3gpp.fdx";
`

// agentOptions say what is not as usual with a freeDiameter.
type agentOptions struct {
	host       string     // its Identity; default "agent.example"
	authority  *authority // of its certificate and of those that it takes; default: one of its own
	commonName bool       // its certificate has its name as Common Name only
	config     string     // more lines of its configuration
}

// agent is a freeDiameter at work as a relay agent.
type agent struct {
	t             *testing.T
	id            diameter.Identity
	plain, secure string // addresses
	cmd           *exec.Cmd
	out           locked
	ended         chan struct{}
}

// ports counts those that freePort has looked at.
var ports atomic.Uint32

// freePort returns a port for a process that opens it itself. It is below those that the system chooses on its own, so that
// nothing else takes it meanwhile.
func freePort(t *testing.T) int {
	t.Helper()
	for range 1000 {
		port := 20000 + (os.Getpid()*20+int(ports.Add(1)))%12000
		if l, err := net.Listen("tcp", fmt.Sprintf(":%d", port)); err == nil {
			require.NoError(t, l.Close())
			return port
		}
	}
	require.FailNow(t, "no port is free")
	return 0
}

// startAgent runs freeDiameter.
func startAgent(t *testing.T, opts agentOptions) *agent {
	t.Helper()
	if opts.host == "" {
		opts.host = "agent.example"
	}
	if opts.authority == nil {
		opts.authority = newAuthority(t)
	}
	dir := t.TempDir()
	plain, secure := freePort(t), freePort(t)
	names := []string{opts.host}
	if opts.commonName {
		names = nil
	}
	cert, key := opts.authority.issue(opts.host, names...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "acl.conf"), []byte("ALLOW_IPSEC *.example\n"), 0o600))
	config := filepath.Join(dir, "agent.conf")
	require.NoError(t, os.WriteFile(config,
		append(fmt.Appendf(nil, agentConfig, opts.host, plain, cert, key, opts.authority.cert, dir, secure), opts.config...), 0o600))
	a := &agent{
		t: t, id: diameter.Identity{Host: opts.host, Realm: "example"},
		plain: fmt.Sprintf("127.0.0.1:%d", plain), secure: fmt.Sprintf("127.0.0.1:%d", secure),
		cmd: exec.Command("freeDiameterd", "-c", config), ended: make(chan struct{}),
	}
	a.cmd.Stdout, a.cmd.Stderr = &a.out, &a.out
	require.NoError(t, a.cmd.Start())
	go func() {
		defer close(a.ended)
		_ = a.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = a.cmd.Process.Signal(os.Interrupt)
		select {
		case <-a.ended:
		case <-time.After(5 * time.Second):
			_ = a.cmd.Process.Kill()
			<-a.ended
		}
		if t.Failed() {
			t.Log(a.out.String())
		}
	})
	return a
}

// signal sends the process a signal.
func (a *agent) signal(s os.Signal) {
	a.t.Helper()
	require.NoError(a.t, a.cmd.Process.Signal(s))
}

// writes waits until the log of the process has some text.
func (a *agent) writes(text string) {
	a.t.Helper()
	require.Eventually(a.t, func() bool { return strings.Contains(a.out.String(), text) }, time.Minute, 10*time.Millisecond,
		"the log of %s has no %q", a.id.Host, text)
}

// opens waits until the agent has a peer in service, which is a little after the peer has it so.
func (a *agent) opens(hosts ...string) {
	a.t.Helper()
	for _, host := range hosts {
		a.writes("-> 'STATE_OPEN'\t'" + host + "'")
	}
}

// locked is a buffer for several goroutines.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
