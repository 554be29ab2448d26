package diametertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
)

// Faults are what a [Network] does to messages. The zero Faults carry every message at once.
type Faults struct {
	DropRequest float64 // the part of the requests that is lost, 0 to 1
	DropAnswer  float64 // the part of the answers that is lost, 0 to 1; the handler has done its work
	// MinDelay and MaxDelay bound how long each message takes; so messages overtake each other.
	MinDelay, MaxDelay time.Duration
}

// Network joins nodes in memory. Each message is encoded and decoded on its way (see [diameter.Pipe]); which ones suffer
// faults is drawn from the seed, in the order in which messages come.
type Network struct {
	mu     sync.Mutex
	rand   *rand.Rand // guarded by mu, as all below
	faults Faults
	watch  func(from, to diameter.Identity, m *diameter.Message)
	nodes  []*Endpoint
	pipes  map[pair]*diameter.PipeEnd
	calls  map[*networkCall]struct{}
	cut    map[string]bool // folded hosts
	turn   int
	closed bool
}

type pair struct{ from, to *Endpoint }

type networkCall struct {
	pair
	cancel context.CancelCauseFunc
}

// Endpoint is the place of one node in a [Network]. It implements [diameter.Transport].
type Endpoint struct {
	n    *Network
	self diameter.Identity
	h    diameter.Handler
	apps []diameter.ApplicationID
}

// NewNetwork returns a network without nodes and faults.
func NewNetwork(seed uint64) *Network {
	return &Network{
		rand:  rand.New(rand.NewPCG(seed, 0)),
		pipes: make(map[pair]*diameter.PipeEnd),
		calls: make(map[*networkCall]struct{}),
		cut:   make(map[string]bool),
	}
}

// Join adds a node whose requests come from the returned Endpoint and whose requests from others go to h. A node with a
// nil h gets none. Requests for a realm reach it if their application is among apps, or if apps is empty. A node that
// joins under the Host of another replaces it.
func (n *Network) Join(self diameter.Identity, h diameter.Handler, apps ...diameter.ApplicationID) *Endpoint {
	e := &Endpoint{n: n, self: self, h: h, apps: slices.Clone(apps)}
	n.mu.Lock()
	i := slices.IndexFunc(n.nodes, func(o *Endpoint) bool { return strings.EqualFold(o.self.Host, self.Host) })
	if i < 0 {
		n.nodes = append(n.nodes, e)
		n.mu.Unlock()
		return e
	}
	old := n.nodes[i]
	n.nodes[i] = e
	end := n.breakLocked(old)
	n.mu.Unlock()
	end()
	return e
}

// SetFaults changes the faults for messages to come.
func (n *Network) SetFaults(f Faults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
}

// Watch calls f, unless it is nil, with each message when it is sent, even if it then is lost. It is called
// concurrently, and must not block.
func (n *Network) Watch(f func(from, to diameter.Identity, m *diameter.Message)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.watch = f
}

// Cut cuts a node off: what is under way fails with ErrSent, the contexts of handlers that work for it or for others of
// it end, and no request leads to it or from it (ErrNoPeer), until Heal. It waits for those handlers.
func (n *Network) Cut(host string) {
	n.mu.Lock()
	n.cut[strings.ToLower(host)] = true
	end := func() {}
	for _, e := range n.nodes {
		if strings.EqualFold(e.self.Host, host) {
			end = n.breakLocked(e)
		}
	}
	n.mu.Unlock()
	end()
}

// Heal undoes Cut.
func (n *Network) Heal(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.cut, strings.ToLower(host))
}

var errCut = errors.New("diametertest: connection cut")

// breakLocked fails the calls of e and to it and returns what ends its pipes.
func (n *Network) breakLocked(e *Endpoint) func() {
	for c := range n.calls {
		if c.from == e || c.to == e {
			c.cancel(errCut)
		}
	}
	var ends []*diameter.PipeEnd
	for k, p := range n.pipes {
		if k.from == e || k.to == e {
			ends = append(ends, p)
			delete(n.pipes, k)
		}
	}
	return func() {
		for _, p := range ends {
			p.Close()
		}
	}
}

// Close ends all that is under way, as diameter.PipeEnd.Close does, and waits for it.
func (n *Network) Close() error {
	n.mu.Lock()
	n.closed = true
	ends := n.pipes
	n.pipes = nil
	n.mu.Unlock()
	for _, p := range ends {
		p.Close()
	}
	return nil
}

// find returns the node to send to; mu is held.
func (n *Network) find(from *Endpoint, to diameter.Identity, app diameter.ApplicationID) *Endpoint {
	if n.cut[strings.ToLower(from.self.Host)] {
		return nil
	}
	var able []*Endpoint
	for _, e := range n.nodes {
		if e == from || e.h == nil || n.cut[strings.ToLower(e.self.Host)] {
			continue
		}
		if to.Host != "" {
			if strings.EqualFold(e.self.Host, to.Host) {
				return e
			}
			continue
		}
		if strings.EqualFold(e.self.Realm, to.Realm) && (len(e.apps) == 0 || slices.Contains(e.apps, app)) {
			able = append(able, e)
		}
	}
	if len(able) == 0 {
		return nil
	}
	n.turn++
	return able[n.turn%len(able)]
}

// Self returns the identity of the node.
func (e *Endpoint) Self() diameter.Identity { return e.self }

// Do implements [diameter.Transport]. The request goes to the node to.Host or, when that is empty, to one of the nodes of
// to.Realm that serve its application, in turn; there are no agents.
func (e *Endpoint) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	n := e.n
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil, diameter.ErrClosed
	}
	dest := n.find(e, to, req.App)
	if dest == nil {
		n.mu.Unlock()
		return nil, fmt.Errorf("%w: host %q, realm %q, application %d", diameter.ErrNoPeer, to.Host, to.Realm, req.App)
	}
	k := pair{e, dest}
	p := n.pipes[k]
	if p == nil {
		p, _ = diameter.Pipe(e.self, nil, dest.self, dest.h)
		n.pipes[k] = p
	}
	watch := n.watch
	there, lost := n.draw(n.faults.DropRequest)
	back, lostBack := n.draw(n.faults.DropAnswer)
	cutCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	c := &networkCall{k, cancel}
	n.calls[c] = struct{}{}
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		delete(n.calls, c)
		n.mu.Unlock()
	}()

	if _, ok := ctx.Deadline(); !ok {
		var stop context.CancelFunc
		cutCtx, stop = context.WithTimeout(cutCtx, answerTimeout)
		defer stop()
	}
	if watch != nil {
		watch(e.self, dest.self, req)
	}
	fail := func() error {
		return fmt.Errorf("diametertest: request to %s: %w: %w", dest.self.Host, context.Cause(cutCtx), diameter.ErrSent)
	}
	if lost {
		<-cutCtx.Done()
		return nil, fail()
	}
	if !sleep(cutCtx, there) {
		return nil, fail()
	}
	ans, err := p.Do(cutCtx, dest.self, req)
	if errors.Is(err, diameter.ErrClosed) && !n.isClosed() { // cut while the request was on its way
		return nil, fmt.Errorf("diametertest: request to %s: %w: %w", dest.self.Host, errCut, diameter.ErrSent)
	}
	if err != nil {
		return nil, err
	}
	if watch != nil {
		watch(dest.self, e.self, ans)
	}
	if lostBack {
		<-cutCtx.Done()
		return nil, fail()
	}
	if !sleep(cutCtx, back) {
		return nil, fail()
	}
	return ans, nil
}

const answerTimeout = 10 * time.Second

func (n *Network) isClosed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.closed
}

// draw decides the fate of one message; mu is held.
func (n *Network) draw(drop float64) (delay time.Duration, lost bool) {
	lost = n.rand.Float64() < drop
	delay = n.faults.MinDelay
	if d := n.faults.MaxDelay - n.faults.MinDelay; d > 0 {
		delay += time.Duration(n.rand.Int64N(int64(d) + 1))
	}
	return delay, lost
}

// sleep waits for d and reports whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
