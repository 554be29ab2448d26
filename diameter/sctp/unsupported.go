//go:build !linux || 386

package sctp

import (
	"context"
	"errors"
	"net"
)

func listen(string, *Addr, *Options) (net.Listener, error) { return nil, errors.ErrUnsupported }

func dial(context.Context, string, *Addr, *Options) (net.Conn, error) {
	return nil, errors.ErrUnsupported
}
