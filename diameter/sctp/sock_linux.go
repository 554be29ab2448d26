//go:build !386

package sctp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"time"
	"unsafe"

	"github.com/ishidawataru/sctp"
)

// Socket options that the library does not name (RFC 6458 §8.1).
const (
	fragmentInterleave   = 18
	partialDeliveryPoint = 19
)

// msgMore tells that what is sent may wait for what follows it, to share a packet (MSG_MORE).
const msgMore = 0x8000

// deliveryPoint is how many octets of a message arrive before its parts are handed out; the kernel would else wait until
// the receive buffer is full, and a message that is larger than that could hold up the association for good.
const deliveryPoint = 32 << 10

// established is the state of an association that can carry data, as SCTP_STATUS tells it on Linux; later ones are those
// of its end.
const established = 4

// The parameters of socket options that the library does not have.
type (
	rtoInfo struct {
		_                 int32  // association
		initial, max, min uint32 // ms
	}
	assocInfo struct {
		_          int32 // association
		maxRetrans uint16
		_          uint16    // paths of the peer
		_          [3]uint32 // receive windows, life of the cookie
	}
	getAddrs struct {
		assoc int32
		n     uint32
		addrs [maxAddrs * sockaddrIn6Len]byte
	}
)

// maxAddrs bounds the addresses of one end that are listed.
const maxAddrs = 64

// newSocket returns a socket of one-to-one style that does not block, for addresses of a.
func newSocket(network string, a *Addr, o *Options) (fd int, err error) {
	family := syscall.AF_INET6
	if network == "sctp4" || len(a.IPs) > 0 && a.is4() {
		family = syscall.AF_INET
	}
	const kind = syscall.SOCK_STREAM | syscall.SOCK_NONBLOCK | syscall.SOCK_CLOEXEC
	fd, err = syscall.Socket(family, kind, syscall.IPPROTO_SCTP)
	if errors.Is(err, syscall.EAFNOSUPPORT) && network == "sctp" && len(a.IPs) == 0 {
		family = syscall.AF_INET
		fd, err = syscall.Socket(family, kind, syscall.IPPROTO_SCTP)
	}
	if errors.Is(err, syscall.EPROTONOSUPPORT) {
		return -1, fmt.Errorf("sctp: the kernel has no SCTP: %w: %w", errors.ErrUnsupported, err)
	} else if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if len(a.IPs) == 0 {
		wildcard := netip.IPv4Unspecified()
		if family == syscall.AF_INET6 {
			wildcard = netip.IPv6Unspecified()
		}
		a.IPs = []netip.Addr{wildcard}
	}
	if family == syscall.AF_INET6 {
		only := 0
		if network == "sctp6" {
			only = 1
		}
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, only)
	}
	if err == nil {
		err = configure(fd, o)
	}
	if err != nil {
		_ = syscall.Close(fd)
		return -1, os.NewSyscallError("setsockopt", err)
	}
	return fd, nil
}

// configure sets what associations of a socket begin with.
func configure(fd int, o *Options) error {
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	if o.SendBuffer != 0 {
		note(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF, o.SendBuffer))
	}
	if o.ReceiveBuffer != 0 {
		note(syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, o.ReceiveBuffer))
	}
	note(setsockopt(fd, sctp.SCTP_INITMSG, &sctp.InitMsg{NumOstreams: uint16(o.Streams)}))
	ms := func(d time.Duration) uint32 { return uint32(d.Milliseconds()) }
	note(setsockopt(fd, sctp.SCTP_RTOINFO, &rtoInfo{initial: ms(o.RTOInitial), max: ms(o.RTOMax), min: ms(o.RTOMin)}))
	note(setsockopt(fd, sctp.SCTP_ASSOCINFO, &assocInfo{maxRetrans: uint16(o.AssociationMaxRetrans)}))
	if o.HeartbeatInterval != 0 || o.PathMaxRetrans != 0 {
		p := pathParams(ms(o.HeartbeatInterval), uint16(o.PathMaxRetrans))
		note(setsockopt(fd, sctp.SCTP_PEER_ADDR_PARAMS, &p))
	}
	note(configureConn(fd))
	return errors.Join(errs...)
}

// configureConn sets what a connection relies on, on a socket that may come from a listener: messages are not held back
// to be bundled; they arrive one after the other, even in parts, with what identifies them; a message that is given up
// half-way is told, and so are the changes of the association: without them a socket that does not block would never
// learn that the association which it shut down has ended, nor that the peer has restarted it.
func configureConn(fd int) error {
	on, off := int32(1), int32(0)
	space, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF)
	point := int32(min(deliveryPoint, space/4))
	return errors.Join(err,
		setsockopt(fd, sctp.SCTP_NODELAY, &on),
		setsockopt(fd, fragmentInterleave, &off),
		setsockopt(fd, partialDeliveryPoint, &point),
		setsockopt(fd, sctp.SCTP_EVENTS, &sctp.EventSubscribe{DataIO: 1, Association: 1, PartialDelivery: 1}))
}

// growSendBuffer makes room for a message of n octets: the kernel sends none that is larger than the buffer. It reports
// whether the buffer has grown to that.
func growSendBuffer(fd, n int) bool {
	if had, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF); err != nil || had >= n {
		return false
	}
	for _, name := range []int{syscall.SO_SNDBUF, syscall.SO_SNDBUFFORCE} { // the latter is for privileged processes
		_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, name, n)
		if has, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_SNDBUF); err == nil && has >= n {
			return true
		}
	}
	return false
}

// pathParams is struct sctp_paddrparams for all paths to come; it is packed, so not a Go struct.
func pathParams(heartbeat uint32, maxRetrans uint16) (p [152]byte) {
	const heartbeatAt, retransAt, flagsAt, heartbeatEnable = 132, 136, 146, 1
	binary.NativeEndian.PutUint32(p[heartbeatAt:], heartbeat)
	binary.NativeEndian.PutUint16(p[retransAt:], maxRetrans)
	if heartbeat != 0 {
		binary.NativeEndian.PutUint32(p[flagsAt:], heartbeatEnable)
	}
	return p
}

// The helpers of the library hand addresses to the kernel as numbers that went through Go functions, where the stack they
// may point to can move. These do not.

func setsockopt[T any](fd, name int, v *T) error {
	_, _, e := syscall.Syscall6(syscall.SYS_SETSOCKOPT, uintptr(fd), sctp.SOL_SCTP, uintptr(name), uintptr(unsafe.Pointer(v)),
		unsafe.Sizeof(*v), 0)
	if e != 0 {
		return e
	}
	return nil
}

func getsockopt[T any](fd, name int, v *T) error {
	n := uint32(unsafe.Sizeof(*v))
	_, _, e := syscall.Syscall6(syscall.SYS_GETSOCKOPT, uintptr(fd), sctp.SOL_SCTP, uintptr(name), uintptr(unsafe.Pointer(v)),
		uintptr(unsafe.Pointer(&n)), 0)
	if e != 0 {
		return e
	}
	return nil
}

// setAddrs is setsockopt for the options that take addresses: to bind to them all, to connect to any.
func setAddrs(fd, name int, a *Addr) error {
	b := a.raw()
	_, _, e := syscall.Syscall6(syscall.SYS_SETSOCKOPT, uintptr(fd), sctp.SOL_SCTP, uintptr(name), uintptr(unsafe.Pointer(&b[0])),
		uintptr(len(b)), 0)
	if e != 0 {
		return e
	}
	return nil
}

// Whose addresses addrsOf returns. A socket of this style has one association, which any number but 0 stands for.
const (
	ofSocket      = 0
	ofAssociation = 1
)

// addrsOf returns the addresses of an end, by SCTP_GET_LOCAL_ADDRS or SCTP_GET_PEER_ADDRS.
func addrsOf(fd, name int, assoc int32) (*Addr, error) {
	g := getAddrs{assoc: assoc}
	if err := getsockopt(fd, name, &g); err != nil {
		return nil, os.NewSyscallError("getsockopt", err)
	}
	return parseAddrs(g.addrs[:], int(g.n)), nil
}

// status returns the state of the association. The error is EINVAL while there is none.
func status(fd int) (sctp.Status, error) {
	var s sctp.Status
	err := getsockopt(fd, sctp.SCTP_STATUS, &s)
	return s, err
}

// control is a control message that tells about a user message.
type control struct {
	head syscall.Cmsghdr
	info sctp.SndRcvInfo
}

func newControl() *control {
	c := &control{head: syscall.Cmsghdr{Level: sctp.SOL_SCTP, Type: sctp.SCTP_CMSG_SNDRCV}}
	c.head.SetLen(int(unsafe.Sizeof(*c)))
	c.info.PPID = onWire(ppidDiameter)
	return c
}

// bytes returns the octets of c, which stay its own.
func (c *control) bytes() []byte { return unsafe.Slice((*byte)(unsafe.Pointer(c)), unsafe.Sizeof(*c)) }

// onWire turns a number into the order of the network, and back.
func onWire(v uint32) uint32 {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], v)
	return binary.NativeEndian.Uint32(b[:])
}
