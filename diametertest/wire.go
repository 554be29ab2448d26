package diametertest

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Wire is a small network of byte streams in memory, each a net.Pipe: what Listen offers, Dial reaches by its address.
// Use Dial as diameter.Options.Dial and the listeners with diameter.Node.Serve. The zero Wire is ready for use.
type Wire struct {
	mu        sync.Mutex
	listeners map[string]*wireListener // guarded by mu
}

type wireAddr string

func (a wireAddr) Network() string { return "wire" }
func (a wireAddr) String() string  { return string(a) }

type wireListener struct {
	w      *Wire
	addr   wireAddr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen offers connections under an address, any string that is not in use.
func (w *Wire) Listen(address string) (net.Listener, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listeners[address] != nil {
		return nil, fmt.Errorf("diametertest: address %q is in use", address)
	}
	if w.listeners == nil {
		w.listeners = make(map[string]*wireListener)
	}
	l := &wireListener{w: w, addr: wireAddr(address), conns: make(chan net.Conn), closed: make(chan struct{})}
	w.listeners[address] = l
	return l, nil
}

// Dial connects to an address. It fails at once when nobody listens there, and waits for Accept otherwise.
func (w *Wire) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	l := w.listeners[address]
	w.mu.Unlock()
	if l == nil {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: wireAddr(address), Err: net.UnknownNetworkError("nobody listens")}
	}
	near, far := net.Pipe()
	var err error
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		err = net.ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	near.Close()
	far.Close()
	return nil, &net.OpError{Op: "dial", Net: network, Addr: l.addr, Err: err}
}

func (l *wireListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *wireListener) Addr() net.Addr { return l.addr }

func (l *wireListener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.w.mu.Lock()
		defer l.w.mu.Unlock()
		if l.w.listeners[string(l.addr)] == l {
			delete(l.w.listeners, string(l.addr))
		}
	})
	return nil
}
