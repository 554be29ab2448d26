package godiameter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fiorix/go-diameter/v4/diam"
	"github.com/scefkit/scefkit/diameter"
)

// peer is one connection. One goroutine, writeLoop, serves it.
type peer struct {
	a      *Adapter
	conn   diam.Conn
	id     diameter.Identity
	apps   []diameter.ApplicationID
	ctx    context.Context // of the handlers; its cause is why the connection is lost
	cancel context.CancelCauseFunc

	out      chan []byte   // encoded messages to be written
	room     chan struct{} // holds an element for each of calls
	inFlight atomic.Int64  // requests of the peer in the hands of handlers

	mu    sync.Mutex
	hop   uint32           // the last Hop-by-Hop Identifier; guarded by mu
	calls map[uint32]*call // by Hop-by-Hop Identifier; guarded by mu
}

// call is a request that waits for its answer.
type call struct {
	e2e     uint32
	command diameter.CommandCode
	app     diameter.ApplicationID
	done    chan result // has room for one
}

type result struct {
	ans *diameter.Message
	err error
}

// queueLen is how many encoded messages may lie before the writer.
const queueLen = 256

// batchLen is how many octets the writer collects at most before it adds no more messages.
const batchLen = 64 << 10

func newPeer(a *Adapter, conn diam.Conn, id diameter.Identity, apps []diameter.ApplicationID) *peer {
	p := &peer{
		a: a, conn: conn, id: id, apps: slices.Clone(apps),
		out:   make(chan []byte, queueLen),
		room:  make(chan struct{}, a.opts.MaxPending),
		hop:   rand.Uint32(),
		calls: make(map[uint32]*call),
	}
	p.ctx, p.cancel = context.WithCancelCause(a.ctx)
	return p
}

func (p *peer) serves(app diameter.ApplicationID) bool {
	return slices.Contains(p.apps, app) || slices.Contains(p.apps, diameter.AppRelay)
}

// writeLoop writes what is queued until the connection is lost or the adapter is closed.
func (p *peer) writeLoop(lost <-chan struct{}) {
	defer p.a.running.Done()
	_, whole := p.conn.Connection().(diam.MultistreamConn) // SCTP: a message of its own for each
	stuck := time.AfterFunc(p.a.opts.WriteTimeout, p.conn.Close)
	stuck.Stop()
	var batch []byte
	for {
		select {
		case f := <-p.out:
			batch = append(batch[:0], f...)
		case <-lost:
			p.end(io.EOF)
			return
		case <-p.ctx.Done():
			p.end(context.Cause(p.ctx))
			return
		}
		for more := !whole; more && len(batch) < batchLen; {
			select {
			case f := <-p.out:
				batch = append(batch, f...)
			default:
				more = false
			}
		}
		stuck.Reset(p.a.opts.WriteTimeout)
		_, err := p.conn.Write(batch)
		stuck.Stop()
		if err != nil {
			p.end(err)
			return
		}
		if cap(batch) > 2*batchLen {
			batch = nil
		}
	}
}

// end forgets and closes the connection.
func (p *peer) end(why error) {
	p.a.forget(p) // before those who wait look for another way
	p.cancel(why)
	p.conn.Close()
	p.a.opts.Logger.Info("peer lost", "peer", p.id.Host, "reason", why)
}

// errUnsent says that the connection was lost before the request was queued.
var errUnsent = errors.New("godiameter: connection lost before the request was sent")

// do sends req with the given End-to-End Identifier and waits for its answer. ctx has a deadline.
func (p *peer) do(ctx context.Context, req *diameter.Message, e2e uint32) (*diameter.Message, error) {
	select {
	case p.room <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("godiameter: too many requests wait for %s: %w", p.id.Host, context.Cause(ctx))
	case <-p.ctx.Done():
		return nil, errUnsent
	}
	k := &call{e2e: e2e, command: req.Command, app: req.App, done: make(chan result, 1)}
	hop := p.add(k)
	defer func() {
		p.drop(hop, k)
		<-p.room
	}()
	out := *req
	out.Flags |= diameter.FlagRequest
	out.HopByHop, out.EndToEnd = hop, e2e
	select {
	case p.out <- out.Append(make([]byte, 0, out.Len())):
	case <-ctx.Done():
		return nil, fmt.Errorf("godiameter: queue to %s is full: %w", p.id.Host, context.Cause(ctx))
	case <-p.ctx.Done():
		return nil, errUnsent
	}
	select {
	case r := <-k.done:
		return r.ans, r.err
	case <-ctx.Done():
		return nil, fmt.Errorf("godiameter: request to %s: %w: %w", p.id.Host, context.Cause(ctx), diameter.ErrSent)
	case <-p.ctx.Done():
	}
	select {
	case r := <-k.done: // it came before the end
		return r.ans, r.err
	default:
		return nil, fmt.Errorf("godiameter: connection to %s lost: %w: %w", p.id.Host, context.Cause(p.ctx), diameter.ErrSent)
	}
}

// add enters k under a Hop-by-Hop Identifier that is not in use.
func (p *peer) add(k *call) uint32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.hop++; p.calls[p.hop] != nil; p.hop++ {
	}
	p.calls[p.hop] = k
	return p.hop
}

// drop removes k if it still waits.
func (p *peer) drop(hop uint32, k *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.calls[hop] == k {
		delete(p.calls, hop)
	}
}

// answered gives ans to the request that waits for it. One that nobody waits for is dropped: it is late, or belongs to a
// request that the program sent past the adapter.
func (p *peer) answered(ans *diameter.Message, err error) {
	p.mu.Lock()
	k := p.calls[ans.HopByHop]
	if k == nil || k.e2e != ans.EndToEnd || k.command != ans.Command || k.app != ans.App {
		p.mu.Unlock()
		return
	}
	delete(p.calls, ans.HopByHop)
	p.mu.Unlock()
	if err != nil {
		k.done <- result{err: fmt.Errorf("godiameter: answer of %s: %w: %w", p.id.Host, err, diameter.ErrSent)}
		return
	}
	k.done <- result{ans: ans}
}

// serve gives req to h in a goroutine of its own; false when the peer has too many requests under way.
func (p *peer) serve(h diameter.Handler, req *diameter.Message) bool {
	if p.inFlight.Add(1) > int64(p.a.opts.MaxInFlight) {
		p.inFlight.Add(-1)
		return false
	}
	if !p.a.begin() {
		p.inFlight.Add(-1)
		return true // the connection ends
	}
	go func() {
		defer p.a.running.Done()
		defer p.inFlight.Add(-1)
		ans, then := p.handle(h, req)
		if ans != nil {
			p.answer(req, ans)
		}
		if then != nil {
			then()
		}
	}()
	return true
}

func (p *peer) handle(h diameter.Handler, req *diameter.Message) (ans *diameter.Message, then func()) {
	defer func() {
		if v := recover(); v != nil {
			p.a.opts.Logger.Error("handler panicked", "peer", p.id.Host, "cmd", uint32(req.Command), "panic", v,
				"stack", string(debug.Stack()))
			ans, then = diameter.ErrorAnswer(req, p.a.self, diameter.UnableToComply, "", nil), nil
		}
	}()
	return h.HandleDiameter(p.ctx, p.id, req)
}

// answer queues the answer to req. It waits while the queue is full and drops it when the connection is lost.
func (p *peer) answer(req, ans *diameter.Message) {
	if !fits(ans) {
		p.a.opts.Logger.Error("answer is no message", "peer", p.id.Host, "cmd", uint32(req.Command), "octets", ans.Len())
		ans = diameter.ErrorAnswer(req, p.a.self, diameter.UnableToComply, "", nil)
	}
	select {
	case p.out <- frame(req, ans):
	case <-p.ctx.Done():
	}
}
