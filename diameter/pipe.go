package diameter

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Pipe joins two nodes in memory: requests of ta reach hb, those of tb reach ha. Every message is encoded and decoded
// on its way, in both directions. A nil handler serves no application. No state of a peer, no watchdog and no timer but
// that of Do is involved, so Pipe suits tests and, unlike sockets, bubbles of testing/synctest.
//
// The handler runs in a goroutine of its own for each request; its then runs after Do has taken the answer, or has given
// up. Close on either end closes both.
func Pipe(a Identity, ha Handler, b Identity, hb Handler) (ta, tb *PipeEnd) {
	p := new(pipe)
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return &PipeEnd{p, a, b, hb}, &PipeEnd{p, b, a, ha}
}

// pipeAnswerTimeout bounds a Do whose context has no deadline.
const pipeAnswerTimeout = 10 * time.Second

type pipe struct {
	ctx      context.Context
	cancel   context.CancelFunc
	hopByHop atomic.Uint32
	endToEnd atomic.Uint32

	mu      sync.Mutex
	closed  bool           // guarded by mu
	running sync.WaitGroup // handlers; grows under mu while not closed
}

// PipeEnd is one end of a [Pipe]. It implements [Transport] and is safe for concurrent use.
type PipeEnd struct {
	p           *pipe
	self, other Identity
	handler     Handler // of the other end
}

// Do implements [Transport]. The destination is the other end: its Host, or no Host and its Realm.
func (e *PipeEnd) Do(ctx context.Context, to Identity, req *Message) (*Message, error) {
	if to.Host == "" && !strings.EqualFold(to.Realm, e.other.Realm) || to.Host != "" && !strings.EqualFold(to.Host, e.other.Host) {
		return nil, fmt.Errorf("%w: host %q, realm %q", ErrNoPeer, to.Host, to.Realm)
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	e2e := req.EndToEnd
	for e2e == 0 {
		e2e = e.p.endToEnd.Add(1)
	}
	sent, err := ParseMessage(appendFrame(nil, req, req.Flags|FlagRequest, req.Command, req.App, e.p.hopByHop.Add(1), e2e))
	if err != nil {
		return nil, err
	}
	e.p.mu.Lock()
	if e.p.closed {
		e.p.mu.Unlock()
		return nil, ErrClosed
	}
	e.p.running.Add(1)
	e.p.mu.Unlock()

	answered := make(chan *Message)
	left := make(chan struct{})
	defer close(left)
	go func() {
		defer e.p.running.Done()
		ans, then := e.handle(sent)
		if ans != nil {
			f := ans.Flags &^ (FlagRequest | FlagRetransmitted)
			got, err := ParseMessage(appendFrame(nil, ans, f, sent.Command, sent.App, sent.HopByHop, sent.EndToEnd))
			if err != nil {
				panic(err) // the handler's answer is no message
			}
			select {
			case answered <- got:
			case <-left:
			}
		}
		if then != nil {
			then()
		}
	}()

	var late <-chan time.Time
	if _, ok := ctx.Deadline(); !ok {
		t := time.NewTimer(pipeAnswerTimeout)
		defer t.Stop()
		late = t.C
	}
	select {
	case ans := <-answered:
		return ans, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("diameter: request to %s: %w: %w", e.other.Host, context.Cause(ctx), ErrSent)
	case <-late:
		return nil, fmt.Errorf("diameter: request to %s: %w: %w", e.other.Host, context.DeadlineExceeded, ErrSent)
	case <-e.p.ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrClosed, ErrSent)
	}
}

// handle does what a Node does with a request before the handler sees it.
func (e *PipeEnd) handle(req *Message) (*Message, func()) {
	if e.handler == nil {
		return ErrorAnswer(req, e.other, ApplicationUnsupported, "", nil), nil
	}
	if _, err := scan(req.AVPs, MaxAVPs); err != nil {
		return ErrorAnswerFor(req, e.other, err), nil
	}
	return e.handler.HandleDiameter(e.p.ctx, e.self, req)
}

// Close closes both ends: contexts of handlers end, requests that wait fail with ErrClosed and ErrSent, and later ones
// with ErrClosed. It returns when all handlers have; a handler must not call it. The error is nil.
func (e *PipeEnd) Close() error {
	e.p.mu.Lock()
	e.p.closed = true
	e.p.mu.Unlock()
	e.p.cancel()
	e.p.running.Wait()
	return nil
}
