package etcdtest

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
)

// proxy passes connections on to a server that may change.
type proxy struct {
	l net.Listener

	mu      sync.Mutex
	target  string                 // guarded by mu; empty: nobody is there
	refused func(from string) bool // guarded by mu; nil: nobody is refused
	conns   map[net.Conn]string    // by who made it, if it said; guarded by mu

	mute atomic.Bool // what the server says is lost
}

func newProxy() (*proxy, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{l: l, conns: map[net.Conn]string{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p, nil
}

func (p *proxy) url() *url.URL { return &url.URL{Scheme: "http", Host: p.l.Addr().String()} }

// to changes the server; all connections are cut.
func (p *proxy) to(target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = target
	p.cut(anyone)
}

// refuse cuts the connections from whom refused says, and lets no more of them in.
func (p *proxy) refuse(refused func(from string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = refused
	if refused != nil {
		p.cut(refused)
	}
}

func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut(anyone)
}

func anyone(string) bool { return true }

// cut needs p.mu.
func (p *proxy) cut(which func(from string) bool) {
	for c, from := range p.conns {
		if which(from) {
			c.Close()
		}
	}
}

// admit notes a connection from that member, or client, and returns where it goes; it reports false when it is refused.
func (p *proxy) admit(c net.Conn, from string) (target string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.target == "" || p.refused != nil && p.refused(from) {
		return "", false
	}
	p.conns[c] = from
	return p.target, true
}

func (p *proxy) forget(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *proxy) serve(c net.Conn) {
	defer c.Close()
	first := make([]byte, 8<<10)
	n, err := c.Read(first)
	if err != nil {
		return
	}
	first = first[:n]
	target, ok := p.admit(c, sender(first))
	if !ok {
		return
	}
	defer p.forget(c)
	s, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
	if err != nil {
		return
	}
	defer s.Close()
	if _, err := s.Write(first); err != nil {
		return
	}
	go func() {
		defer c.Close()
		defer s.Close()
		_, _ = io.Copy(s, c)
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := s.Read(buf)
		if err != nil {
			return
		}
		if p.mute.Load() {
			continue
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// sender finds who says so in the first request of a connection, as members do.
func sender(first []byte) string {
	_, rest, _ := bytes.Cut(first, []byte("X-Server-From: "))
	line, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return string(line)
}
