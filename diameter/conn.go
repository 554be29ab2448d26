package diameter

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
)

// conn is one connection to a peer. Two goroutines serve it once capabilities were exchanged: readLoop takes messages
// from the stream and hands them on, writeLoop writes what is queued and keeps the timers.
type conn struct {
	n    *Node
	nc   net.Conn
	peer *peer // with caps and id written under mu once, before the loops start
	caps capabilities
	id   Identity // caps.id

	configured bool // the peer was known by AddPeer when the connection was made; written with caps

	ctx    context.Context // of the handlers; ends with the connection
	cancel context.CancelFunc
	closed chan struct{} // closed when the connection has failed

	inflight atomic.Int64 // requests of the peer in the hands of handlers
	lastRecv atomic.Int64 // when the last whole message arrived (clock of the node)
	unasked  atomic.Bool  // a DWR was sent and no DWA came
	suspect  atomic.Bool  // the peer is in PeerSuspect
	reopen   atomic.Bool  // the peer is in PeerReopen
	closing  atomic.Bool  // the peer is in PeerClosing: new requests are refused
	leaving  atomic.Bool  // DPA came, or is not waited for any longer: the end comes when nothing is under way

	// Owned by the reader.
	fr      *frameReader
	now     int64 // when the last octets came
	jobs    jobQueues
	answers []*Message
	calls   []*call
	origins map[string]string
	timed   bool // a read deadline is set

	mu      sync.Mutex
	err     error         // why the connection failed; guarded by mu, as all below
	out     outQueue      // encoded messages that the writer has not taken yet
	pending pendingTable  // requests of this node
	slots   gate          // those who wait for a place in pending
	crowd   gate          // those who wait for room in out
	wake    chan struct{} // has room for one; wakes the writer
	asleep  bool          // the writer waits for wake
	room    chan struct{} // closed when there is room again; nil when nobody waits for that
	sweepAt int64         // first deadline among pending; 0 for none
	closeAt int64         // when to stop waiting for the end of a closing connection; 0 for never
	flush   bool          // end the connection when all is written
	linger  bool          // the same, but let the peer end it, which the reader watches over
}

func (n *Node) newConn(nc net.Conn) *conn {
	c := &conn{
		n: n, nc: nc,
		fr:      newFrameReader(nc, n.opts.MaxMessage),
		closed:  make(chan struct{}),
		wake:    make(chan struct{}, 1),
		pending: pendingTable{free: -1, max: n.opts.MaxPending},
	}
	c.ctx, c.cancel = context.WithCancel(n.ctx)
	return c
}

var errUnsent = errors.New("diameter: connection lost before the request was sent")

// fail ends the connection at once and once. Requests that wait for answers fail: with errUnsent those that the
// writer had not taken, with why and ErrSent the others.
func (c *conn) fail(why error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = why
	peer := c.peer
	var calls []*call
	if c.pending.n > 0 {
		lost := fmt.Errorf("diameter: connection to %s lost: %w: %w", c.id.Host, why, ErrSent)
		for i := range c.pending.slots {
			s := &c.pending.slots[i]
			if s.call == nil {
				continue
			}
			s.call.err, s.call.broken = lost, true
			if s.start >= c.out.taken[s.class] {
				s.call.err, s.call.broken = errUnsent, false
			}
			k := c.pending.remove(i)
			calls = append(calls, k)
		}
	}
	c.out.drop()
	c.freeRoom()
	c.mu.Unlock()
	close(c.closed)
	c.cancel()
	c.nc.Close()
	if peer != nil {
		peer.event(evLost, c, why)
	}
	c.n.forget(c)
	for _, k := range calls {
		k.complete()
	}
}

func (c *conn) failed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

// finish ends the connection after what is queued was written. With linger the peer is to end it.
func (c *conn) finish(linger bool) {
	c.mu.Lock()
	c.flush, c.linger = true, linger
	c.wakeWriter()
	c.mu.Unlock()
}

// wakeWriter is called with mu held.
func (c *conn) wakeWriter() {
	if c.asleep {
		c.asleep = false
		c.wake <- struct{}{}
	}
}

// freeRoom is called with mu held.
func (c *conn) freeRoom() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// waitRoom is called with mu held and returns a channel that closes when it is worth to look again.
func (c *conn) waitRoom() <-chan struct{} {
	if c.room == nil {
		c.room = make(chan struct{})
	}
	return c.room
}
