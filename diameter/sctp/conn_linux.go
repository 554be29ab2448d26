//go:build !386

package sctp

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/ishidawataru/sctp"

	"github.com/scefkit/scefkit/diameter"
)

// conn is an association as a net.Conn.
//
// The connections of the library block in the kernel and have no deadlines, and their Read does not tell where a message
// ends. This one is a file of package os on a socket that does not block, so that the poller of the runtime waits for it
// as it does for TCP: deadlines work, also those in the past, and Close ends what waits.
type conn struct {
	file          *os.File
	raw           syscall.RawConn
	local, remote *Addr
	closed        atomic.Bool

	// strict is how many messages have yet to arrive before streams other than 0 are used: the CEA for the end that
	// connected; CER and another message, which shows that the CEA arrived, for the other.
	strict atomic.Int32

	writing sync.Mutex // held while messages are sent: it keeps apart those that write at once, as all below
	spread  spread
	control *control
	out     []byte // what is to be sent
	sent    int
	bundle  bundle
	sendErr error
	send    func(fd uintptr) bool // sendAll, kept as it would be allocated for each Write

	reading  sync.Mutex // held while a message is awaited: it keeps apart those that read at once, as all below
	framing  framing
	readErr  error  // what every further read fails with
	note     []byte // a notification that is arriving
	awaitCEA bool   // messages before the CEA are put behind it
	early    []byte // messages that came before the CEA
	part     []byte // the message that is arriving, while the CEA is awaited
	ready    []byte // octets that Read gives out before it reads more
	in       received
	receive  func(fd uintptr) bool // in.receive
}

// maxEarly bounds the octets that are kept until the CEA arrives.
const maxEarly = 64 << 10

// newConn returns a connection on a socket with an association; the socket is closed when that fails.
func newConn(file *os.File, o *Options, dialled bool) (*conn, error) {
	raw, err := file.SyscallConn()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	c := &conn{file: file, raw: raw, control: newControl(), awaitCEA: dialled}
	c.strict.Store(2)
	if dialled {
		c.strict.Store(1)
	}
	c.send, c.receive = c.sendAll, c.in.receive
	streams := 0
	e := raw.Control(func(fd uintptr) {
		var s sctp.Status
		if s, err = status(int(fd)); err != nil {
			return
		}
		streams = min(o.Streams, int(s.Ostreams))
		if c.local, err = addrsOf(int(fd), sctp.SCTP_GET_LOCAL_ADDRS, ofAssociation); err != nil {
			return
		}
		if c.remote, err = addrsOf(int(fd), sctp.SCTP_GET_PEER_ADDRS, ofAssociation); err != nil {
			return
		}
		err = configureConn(int(fd))
	})
	if err = errors.Join(e, err); err != nil {
		_ = file.Close()
		return nil, err
	}
	c.spread = newSpread(streams, o.Unordered)
	return c, nil
}

// Write sends b, which is whole Diameter messages, each as a user message.
func (c *conn) Write(b []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.out, c.sent, c.bundle, c.sendErr = b, 0, bundle{}, nil
	err := c.raw.Write(c.send)
	c.out = nil
	if err == nil {
		err = c.sendErr
	}
	return c.sent, c.opError("write", err)
}

// sendAll sends what is left of c.out. It returns false when the socket takes no more for now.
func (c *conn) sendAll(fd uintptr) bool {
	for c.sent < len(c.out) {
		m, rest, err := cut(c.out[c.sent:])
		more := false
		if err == nil {
			flags := syscall.MSG_NOSIGNAL
			if more = c.bundle.goesOn(m, rest); more {
				flags |= msgMore
			}
			stream, unordered := c.spread.pick(m, c.strict.Load() > 0)
			c.control.info.Stream, c.control.info.Flags = stream, 0
			if unordered {
				c.control.info.Flags = sctp.SCTP_UNORDERED
			}
			_, err = syscall.SendmsgN(int(fd), m, c.control.bytes(), nil, flags)
		}
		switch {
		case err == nil:
			c.sent += len(m)
			c.bundle.sent(m, more)
		case errors.Is(err, syscall.EAGAIN):
			return false
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EMSGSIZE) && growSendBuffer(int(fd), len(m)):
		default:
			c.sendErr = err
			return true
		}
	}
	return true
}

// Read reads from the messages of the peer as if they were one stream of octets. It never returns octets of two messages,
// and octets of one message are not followed by those of another before that has ended.
func (c *conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	for c.awaitCEA && c.readErr == nil {
		if err := c.readEarly(); err != nil {
			return 0, c.opError("read", err)
		}
	}
	if len(c.ready) > 0 {
		n := copy(b, c.ready)
		c.ready = c.ready[n:]
		return n, nil
	}
	n, _, err := c.read(b)
	return n, c.opError("read", err)
}

// readEarly reads a part of a message while the CEA is awaited. When that arrives it becomes ready, and the messages
// that came before it after it.
func (c *conn) readEarly() error {
	room := len(c.part) + 4<<10
	if len(c.early)+room > maxEarly {
		c.readErr = errEarly
		return errEarly
	}
	part := append(c.part, make([]byte, room-len(c.part))...)
	n, end, err := c.read(part[len(c.part):])
	if err != nil {
		return err
	}
	c.part = part[:len(c.part)+n]
	if !end {
		if c.readErr != nil { // what is there of the message is for its reader to judge
			c.ready, c.awaitCEA = c.part, false
		}
		return nil
	}
	if code, app := commandOf(c.part); code != diameter.CodeCER || app != diameter.AppBase {
		c.early = append(c.early, c.part...)
		c.part = c.part[:0]
		return nil
	}
	c.ready = append(c.part, c.early...)
	c.part, c.early, c.awaitCEA = nil, nil, false
	c.strict.Store(0)
	return nil
}

// read reads a part of a message; end tells that it was the last one.
func (c *conn) read(b []byte) (n int, end bool, err error) {
	for c.readErr == nil {
		c.in.into(b)
		err = c.raw.Read(c.receive)
		c.in.into(nil)
		switch {
		case err != nil:
			return 0, false, err
		case c.in.err != nil:
			return 0, false, c.in.err
		case c.in.flags&sctp.MSG_NOTIFICATION != 0:
			c.note = append(c.note, b[:c.in.n]...)
			if c.in.flags&syscall.MSG_EOR != 0 {
				c.readErr, c.note = verdict(c.note), c.note[:0]
			}
			continue
		case c.in.n == 0:
			c.readErr = io.EOF
			continue
		case c.in.ppid == ppidDTLS:
			c.readErr = errDTLS
			continue
		}
		break
	}
	if c.readErr != nil {
		return 0, false, c.readErr
	}
	end = c.in.flags&syscall.MSG_EOR != 0
	n, c.readErr = c.framing.part(b[:c.in.n], end)
	if n == 0 && c.readErr != nil {
		return 0, false, c.readErr
	}
	end = end && c.readErr == nil
	if end && !c.awaitCEA && c.strict.Load() > 0 {
		c.strict.Add(-1)
	}
	return n, end, nil
}

// received is where recvmsg puts a part of a message. It does without the address of the sender, which package syscall
// would allocate for each.
type received struct {
	n     int
	flags int
	ppid  uint32
	err   error

	msg     syscall.Msghdr
	iov     syscall.Iovec
	control control
}

// into says where the next part goes.
func (r *received) into(b []byte) {
	r.iov.Base = unsafe.SliceData(b)
	r.iov.SetLen(len(b))
}

// receive reads a part. It returns false when there is none yet.
func (r *received) receive(fd uintptr) bool {
	r.msg = syscall.Msghdr{Iov: &r.iov, Iovlen: 1, Control: (*byte)(unsafe.Pointer(&r.control))}
	r.msg.SetControllen(int(unsafe.Sizeof(r.control)))
	r.control = control{}
	for {
		n, _, e := syscall.Syscall(syscall.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&r.msg)), 0)
		switch e {
		case 0:
			r.n, r.flags, r.ppid, r.err = int(n), int(r.msg.Flags), 0, nil
			if r.control.head.Level == sctp.SOL_SCTP && r.control.head.Type == sctp.SCTP_CMSG_SNDRCV {
				r.ppid = onWire(r.control.info.PPID)
			}
			return true
		case syscall.EINTR:
		case syscall.EAGAIN:
			return false
		default:
			r.err = os.NewSyscallError("recvmsg", e)
			return true
		}
	}
}

// CloseWrite ends the association once all that was written has arrived. SCTP knows no half-closed state: the peer can
// send no more either when it learns of it, and what it sent before can still be read.
func (c *conn) CloseWrite() error {
	var err error
	e := c.raw.Control(func(fd uintptr) { err = syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	return c.opError("close", errors.Join(e, err))
}

// Close ends the association; the kernel delivers what was written before, unless something is left to be read. What
// waits in Read or Write fails with net.ErrClosed.
func (c *conn) Close() error {
	c.closed.Store(true)
	return c.opError("close", c.file.Close())
}

// LocalAddr returns the addresses of this end, an *Addr, as they were when the association began.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the addresses of the peer, an *Addr, as they were when the association began.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline, SetReadDeadline and SetWriteDeadline are those of net.Conn.
func (c *conn) SetDeadline(t time.Time) error     { return c.opError("set", c.file.SetDeadline(t)) }
func (c *conn) SetReadDeadline(t time.Time) error { return c.opError("set", c.file.SetReadDeadline(t)) }
func (c *conn) SetWriteDeadline(t time.Time) error {
	return c.opError("set", c.file.SetWriteDeadline(t))
}

// opError gives an error the form that package net has. io.EOF stays what it is.
func (c *conn) opError(op string, err error) error {
	if err == nil || err == io.EOF { //nolint:errorlint // an error of this file, never wrapped
		return err
	}
	if c.closed.Load() { // a file that is closed has an error of its own, which has no name
		err = net.ErrClosed
	}
	return &net.OpError{Op: op, Net: "sctp", Source: c.local, Addr: c.remote, Err: err}
}
