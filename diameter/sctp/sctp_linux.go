//go:build !386

package sctp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ishidawataru/sctp"
)

// listen is Listen.
func listen(network string, at *Addr, o *Options) (net.Listener, error) {
	fd, err := newSocket(network, at, o)
	if err != nil {
		return nil, err
	}
	if err := setAddrs(fd, sctp.SCTP_SOCKOPT_BINDX_ADD, at); err != nil {
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	const backlog = 4096 // the kernel allows no more than net.core.somaxconn
	if err := syscall.Listen(fd, backlog); err != nil {
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("listen", err)
	}
	addr, err := addrsOf(fd, sctp.SCTP_GET_LOCAL_ADDRS, ofSocket)
	if err != nil {
		_ = syscall.Close(fd)
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "sctp")
	raw, err := file.SyscallConn()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &listener{file: file, raw: raw, addr: addr, opts: *o}, nil
}

// listener accepts associations.
type listener struct {
	file   *os.File
	raw    syscall.RawConn
	addr   *Addr
	opts   Options
	closed atomic.Bool
}

// Accept returns the next association.
func (l *listener) Accept() (net.Conn, error) {
	for {
		var fd int
		var err error
		e := l.raw.Read(func(listening uintptr) bool {
			fd, _, err = syscall.Accept4(int(listening), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
			return !errors.Is(err, syscall.EAGAIN)
		})
		switch {
		case e != nil:
			return nil, l.opError("accept", e)
		case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.ECONNABORTED):
			continue
		case err != nil:
			return nil, l.opError("accept", os.NewSyscallError("accept4", err))
		}
		if c, err := newConn(os.NewFile(uintptr(fd), "sctp"), &l.opts, false); err == nil {
			return c, nil
		} // else the association has ended already
	}
}

// Close ends Accept. Associations that were accepted stay.
func (l *listener) Close() error {
	l.closed.Store(true)
	return l.opError("close", l.file.Close())
}

func (l *listener) opError(op string, err error) error {
	if err == nil {
		return nil
	}
	if l.closed.Load() {
		err = net.ErrClosed
	}
	return &net.OpError{Op: op, Net: "sctp", Addr: l.addr, Err: err}
}

// Addr returns the addresses and the port of the listener, as an *Addr.
func (l *listener) Addr() net.Addr { return l.addr }

// dial connects to an address of to.
func dial(ctx context.Context, network string, to *Addr, o *Options) (net.Conn, error) {
	from := &Addr{IPs: o.Local, Port: o.LocalPort}
	all := &Addr{IPs: append(append([]netip.Addr(nil), to.IPs...), from.IPs...)}
	fd, err := newSocket(network, all, o)
	if err != nil {
		return nil, err
	}
	if len(from.IPs) == 0 && from.Port != 0 {
		from.IPs = []netip.Addr{netip.IPv6Unspecified()}
		if all.is4() {
			from.IPs = []netip.Addr{netip.IPv4Unspecified()}
		}
	}
	if len(from.IPs) > 0 {
		if err := setAddrs(fd, sctp.SCTP_SOCKOPT_BINDX_ADD, from); err != nil {
			_ = syscall.Close(fd)
			return nil, os.NewSyscallError("bind", err)
		}
	}
	file := os.NewFile(uintptr(fd), "sctp")
	if err := connect(ctx, file, to); err != nil {
		_ = file.Close()
		return nil, err
	}
	return newConn(file, o, true)
}

// connect waits until the association stands. It leaves no deadline behind.
func connect(ctx context.Context, file *os.File, to *Addr) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = file.SetDeadline(time.Unix(1, 0)) })
	begun := false
	e := raw.Write(func(fd uintptr) bool {
		if !begun {
			begun = true
			err = setAddrs(int(fd), sctp.SCTP_SOCKOPT_CONNECTX, to)
			return !errors.Is(err, syscall.EINPROGRESS)
		}
		var failed int
		if failed, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ERROR); err != nil {
			return true
		}
		if failed != 0 {
			err = syscall.Errno(failed)
			return true
		}
		s, e := status(int(fd))
		return e == nil && s.State >= established // else the poller woke us too early
	})
	if !stop() {
		return context.Cause(ctx)
	}
	if e != nil {
		return e
	}
	return os.NewSyscallError("connect", err)
}
