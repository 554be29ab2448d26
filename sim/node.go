package sim

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
)

// A Node is a simulated Diameter node: [HSS] or [MME]. The interface is here to be used, not to be implemented.
type Node interface {
	diameter.Handler
	// Self is what peers know the node as.
	Self() diameter.Identity
	// App is the application that the node serves, with the node as its handler.
	App() diameter.App
	// Use sets the transport for the requests of the node.
	Use(tr diameter.Transport)
}

var (
	_ Node = (*HSS)(nil)
	_ Node = (*MME)(nil)
)

// Open makes a [diameter.Node] for n, through which n sends and receives. It is connected to nothing: the caller adds
// peers or serves a listener, and closes it in the end. opts may be nil.
func Open(n Node, opts *diameter.Options) (*diameter.Node, error) {
	d, err := diameter.NewNode(n.Self(), []diameter.App{n.App()}, opts)
	if err != nil {
		return nil, err
	}
	n.Use(d)
	return d, nil
}

// A ResultError is an answer that states a failure.
type ResultError struct {
	Command string // of the answer, as "CMA"
	Result  diameter.Result
}

func (e *ResultError) Error() string { return "sim: " + e.Command + " with " + e.Result.String() }

// ResultOf returns the result that err, an error of a simulated node, is about, or the zero Result when there was no
// answer.
func ResultOf(err error) diameter.Result {
	if e, ok := errors.AsType[*ResultError](err); ok {
		return e.Result
	}
	return diameter.Result{}
}

// A Fault makes a simulated node misbehave for one request. The zero Fault changes nothing.
type Fault struct {
	Delay  time.Duration   // before the request is looked at
	Hold   <-chan struct{} // likewise, until it is closed or the connection is lost
	Result diameter.Result // answer this and do not look at the request
	Drop   bool            // do not answer
	Late   bool            // apply Result and Drop after the request was carried out: what is lost is the answer
}

// Always returns the same fault for every request.
func Always(f Fault) func(*diameter.Message) Fault {
	return func(*diameter.Message) Fault { return f }
}

// Once returns f for the first request that it sees, and no fault for others.
func Once(f Fault) func(*diameter.Message) Fault {
	var once sync.Once
	return func(*diameter.Message) (out Fault) {
		once.Do(func() { out = f })
		return out
	}
}

// core is what HSS and MME have in common.
type core struct {
	self diameter.Identity
	name string // in the recorder
	rec  *Recorder

	link  sync.Mutex
	tr    diameter.Transport                // guarded by link
	fault func(req *diameter.Message) Fault // guarded by link
}

// Self implements [Node].
func (c *core) Self() diameter.Identity { return c.self }

// Use implements [Node].
func (c *core) Use(tr diameter.Transport) {
	c.link.Lock()
	defer c.link.Unlock()
	c.tr = tr
}

// Misbehave asks fn for a [Fault] whenever a request comes; nil ends it. fn is called concurrently and does not change
// the request.
func (c *core) Misbehave(fn func(req *diameter.Message) Fault) {
	c.link.Lock()
	defer c.link.Unlock()
	c.fault = fn
}

// serve records a request, lets a fault have its way, and has serve answer it.
func (c *core) serve(ctx context.Context, from diameter.Identity, req *diameter.Message, serve func() *diameter.Message) *diameter.Message {
	peer := nameOf(from.Host)
	c.rec.diameter(peer, c.name, req)
	c.link.Lock()
	fn := c.fault
	c.link.Unlock()
	var f Fault
	if fn != nil {
		f = fn(req)
	}
	if !f.wait(ctx) {
		return nil
	}
	var ans *diameter.Message
	if bad := f.Drop || f.Result.Code != 0; !bad || f.Late {
		ans = serve()
	}
	switch {
	case f.Drop:
		return nil
	case f.Result.Code != 0:
		ans = diameter.ErrorAnswer(req, c.self, f.Result, "", nil)
	}
	if ans != nil {
		c.rec.diameter(c.name, peer, ans)
	}
	return ans
}

// wait is false when ctx ended.
func (f *Fault) wait(ctx context.Context) bool {
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return false
		}
	}
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// do sends a command and returns its answer, whatever result it has.
func (c *core) do(ctx context.Context, to diameter.Identity, cmd diameter.Command, e2e uint32, again bool) (*diameter.Message, diameter.Result, error) {
	req, err := diameter.NewRequest(cmd)
	if err != nil {
		return nil, diameter.Result{}, err
	}
	if req.EndToEnd = e2e; e2e == 0 {
		req.EndToEnd = diameter.NextEndToEnd()
	}
	if again {
		req.Flags |= diameter.FlagRetransmitted
	}
	c.link.Lock()
	tr := c.tr
	c.link.Unlock()
	if tr == nil {
		return nil, diameter.Result{}, fmt.Errorf("sim: %s has no transport: %w", c.name, diameter.ErrNoPeer)
	}
	peer := nameOf(to.Host)
	c.rec.diameter(c.name, peer, req)
	ans, err := tr.Do(ctx, to, req)
	if err != nil {
		c.rec.Note(c.name, "no answer: "+reason(err))
		return nil, diameter.Result{}, err
	}
	c.rec.diameter(peer, c.name, ans)
	r, err := diameter.ResultOf(ans)
	return ans, r, err
}

func reason(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, diameter.ErrNoPeer):
		return "no peer"
	case errors.Is(err, diameter.ErrThrottled):
		return "throttled"
	case errors.Is(err, diameter.ErrClosed):
		return "closed"
	}
	return err.Error()
}

// nameOf is what a Diameter node is called in a ladder: the first label of its name, in capitals.
func nameOf(host string) string {
	label, _, _ := strings.Cut(host, ".")
	return strings.ToUpper(label)
}
