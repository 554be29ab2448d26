package sctp

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"
)

// Options are the optional parameters of associations. The zero value of each field means its default; that of the
// kernel stands in the sysctls of net.sctp, and is the value that RFC 9260 §16 recommends if nobody changed it.
type Options struct {
	// Local are the addresses that a Dialer connects from. Default: those that the kernel chooses, which may be all. A
	// listener has its own address instead.
	Local []netip.Addr

	// LocalPort is the port that a Dialer connects from. Default: any.
	LocalPort uint16

	// Streams is how many outbound streams to ask for; the peer may allow fewer. 1 keeps the order of all messages, which a
	// node with procedures needs: see the package documentation. An agent does well with more, since a lost packet then
	// holds up the sessions of its stream only. Default 1; at most 65,535. Any number of inbound streams is accepted.
	Streams int

	// Unordered lets messages other than those of the base application be delivered as they come, without regard to
	// those before them in their stream.
	Unordered bool

	// HeartbeatInterval is the time between heartbeats on an idle path, to which its RTO is added. Default: that of the
	// kernel, 30 s; at least 1 ms.
	HeartbeatInterval time.Duration

	// RTOInitial, RTOMin and RTOMax bound the retransmission timeout. Default: those of the kernel, 1 s (RFC 9260; Linux
	// has 3 s), 1 s and 60 s; at least 1 ms.
	RTOInitial, RTOMin, RTOMax time.Duration

	// PathMaxRetrans is after how many retransmissions without an acknowledgement a path counts as failed, and
	// AssociationMaxRetrans the same of the whole association, which then is lost. Default: those of the kernel, 5 and 10;
	// up to 65,535.
	PathMaxRetrans, AssociationMaxRetrans int

	// SendBuffer and ReceiveBuffer are the sizes of the socket's buffers in octets (SO_SNDBUF, SO_RCVBUF), at least 65,536;
	// the kernel grants no more than net.core.wmem_max and rmem_max. Default: those of the kernel. The send buffer grows when
	// a message is larger, up to twice net.core.wmem_max (416 KiB if nobody changed it), or as needed if the process has
	// CAP_NET_ADMIN; a message that is still larger ends the connection with EMSGSIZE.
	SendBuffer, ReceiveBuffer int
}

const defaultStreams = 1

// withDefaults returns a copy with the defaults filled in, or what is wrong.
func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
		c.Local = append([]netip.Addr(nil), o.Local...)
	}
	var errs []error
	count := func(name string, v, least, most int) {
		if v != 0 && (v < least || v > most) {
			errs = append(errs, fmt.Errorf("sctp: option %s is %d, not in %d to %d", name, v, least, most))
		}
	}
	span := func(name string, v time.Duration) {
		if v != 0 && (v < time.Millisecond || v.Milliseconds() > math.MaxInt32) {
			errs = append(errs, fmt.Errorf("sctp: option %s is %v, below 1ms or too long", name, v))
		}
	}
	count("Streams", c.Streams, 1, math.MaxUint16)
	count("PathMaxRetrans", c.PathMaxRetrans, 1, math.MaxUint16)
	count("AssociationMaxRetrans", c.AssociationMaxRetrans, 1, math.MaxUint16)
	count("SendBuffer", c.SendBuffer, 1<<16, math.MaxInt32)
	count("ReceiveBuffer", c.ReceiveBuffer, 1<<16, math.MaxInt32)
	span("HeartbeatInterval", c.HeartbeatInterval)
	span("RTOInitial", c.RTOInitial)
	span("RTOMin", c.RTOMin)
	span("RTOMax", c.RTOMax)
	if c.RTOMax != 0 && (c.RTOMin > c.RTOMax || c.RTOInitial > c.RTOMax) || c.RTOInitial != 0 && c.RTOMin > c.RTOInitial {
		errs = append(errs, fmt.Errorf("sctp: RTOMin %v, RTOInitial %v and RTOMax %v do not ascend", c.RTOMin, c.RTOInitial, c.RTOMax))
	}
	for i, ip := range c.Local {
		if !ip.IsValid() || ip.IsUnspecified() {
			errs = append(errs, fmt.Errorf("sctp: option Local has %v", ip))
		}
		c.Local[i] = ip.Unmap()
	}
	if c.Streams == 0 {
		c.Streams = defaultStreams
	}
	return c, errors.Join(errs...)
}
