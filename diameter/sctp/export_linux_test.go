//go:build !386

package sctp

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// RequireSCTP skips a test on a kernel without SCTP; testvm runs it on one that has it, and tells that it does.
func RequireSCTP(t testing.TB) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, syscall.IPPROTO_SCTP)
	if errors.Is(err, syscall.EPROTONOSUPPORT) && os.Getenv("SCTP_REQUIRED") == "" {
		t.Skip("this kernel has no SCTP; testvm/run.sh runs the test on one that has")
	}
	require.NoError(t, err)
	require.NoError(t, syscall.Close(fd))
}

// Abort ends the association of a connection as a process that breaks down would: without delivering what was written.
func Abort(t testing.TB, c net.Conn) {
	require.NoError(t, c.(*conn).raw.Control(func(fd uintptr) {
		require.NoError(t, syscall.SetsockoptLinger(int(fd), syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1}))
	}))
	c.Close()
}
