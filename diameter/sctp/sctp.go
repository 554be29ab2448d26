package sctp

import (
	"context"
	"net"
	"strings"
)

// Listen returns a listener for associations at address, for Node.Serve. An address without hosts, as ":3868", stands for
// all addresses of the machine, port 0 for one that the kernel chooses. network is "sctp", or "sctp4" or "sctp6" for one
// family only. opts may be nil. The error wraps errors.ErrUnsupported when the system has no SCTP. ctx bounds the look-up
// of names.
func Listen(ctx context.Context, network, address string, opts *Options) (net.Listener, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	at, err := resolve(ctx, network, address)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	l, err := listen(network, at, &o)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Addr: at, Err: err}
	}
	return l, nil
}

// Dialer makes connections. Its DialContext is an Options.Dial of package diameter. Safe for concurrent use.
type Dialer struct {
	opts Options
	tcp  net.Dialer
}

// NewDialer returns a Dialer. opts may be nil.
func NewDialer(opts *Options) (*Dialer, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Dialer{opts: o}, nil
}

// DialContext connects to address over SCTP when network is "sctp", "sctp4" or "sctp6", else as a net.Dialer does: so
// peers of both kinds go through one Dialer. ctx bounds the time until the association stands, not its life. The error
// wraps errors.ErrUnsupported when the system has no SCTP.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if !strings.HasPrefix(network, "sctp") {
		return d.tcp.DialContext(ctx, network, address)
	}
	to, err := resolve(ctx, network, address)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	if len(to.IPs) == 0 || to.IPs[0].IsUnspecified() || to.Port == 0 {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: to, Err: errNoAddress}
	}
	c, err := dial(ctx, network, to, &d.opts)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: to, Err: err}
	}
	return c, nil
}
