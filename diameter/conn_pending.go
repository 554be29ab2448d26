package diameter

import "math/rand/v2"

// call is a request on its way: of a caller of Do, or one that is forwarded. While it is in the table of a connection it
// belongs to who takes it out there; that one sets ans or err and completes it.
type call struct {
	search
	req      *Message
	marks    marks  // of req
	extra    []byte // AVPs to send after those of req
	e2e      uint32
	deadline int64 // in nanoseconds of the node; 0 when the context has one
	job      *job  // what is to be answered when nobody waits for done

	// Of the last attempt.
	c      *conn // nil before the first
	kind   wayKind
	slot   int32
	done   chan struct{} // has room for one
	ans    *Message
	err    error
	broken bool // the connection broke, or is suspect: err wraps ErrSent, but another way may do

	// Of all attempts.
	lost      error    // of the first attempt that may have reached the other node and gave no answer
	last      *Message // the last answer that made us look for another way
	hosts     []string // folded; where a redirect leads
	redirects int
}

// complete tells who waits that the attempt has ended. It does not block.
func (k *call) complete() {
	if k.job != nil {
		k.job.c.n.forwarded(k)
		return
	}
	k.done <- struct{}{}
}

// newCall returns a call that has yet to be filled in, for endCall.
func (n *Node) newCall() *call { return n.calls.Get().(*call) }

func (n *Node) endCall(k *call) {
	*k = call{done: k.done}
	n.calls.Put(k)
}

// pendingTable holds the requests of a connection that wait for their answers. The index of a slot is the low half of
// its Hop-by-Hop Identifier, so that an answer finds it without a search; the high half counts how often the slot was
// used, so that an answer which comes too late does not find the next user. Not safe for concurrent use.
type pendingTable struct {
	slots []pendingSlot
	free  int32 // first free slot, -1 for none
	n     int   // slots in use
	max   int
}

type pendingSlot struct {
	call     *call // nil when free
	hbh, e2e uint32
	command  CommandCode
	next     int32 // next free slot
	size     int32 // length of the request in octets
	class    class
	start    uint64 // position of the request in the stream of its class
	since    int64  // when it was queued, in nanoseconds of the node; 0 when nobody wants to know
	deadline int64  // the same clock; 0 when the caller watches over it
}

// maxPending is the most requests of one connection that can wait for answers. The index with all bits set is kept for
// the requests of the base protocol.
const maxPending = 1<<16 - 1

const baseHopByHop = 1<<16 - 1

func (t *pendingTable) full() bool { return t.n >= t.max }

// add puts c into the table, which is not full, and returns its slot. The slot is valid until the next add.
func (t *pendingTable) add(c *call) *pendingSlot {
	if t.n == len(t.slots) {
		old := len(t.slots)
		t.slots = append(t.slots, make([]pendingSlot, min(max(64, old), t.max-old))...)
		for i := old; i < len(t.slots); i++ {
			t.slots[i].hbh = rand.Uint32()<<16 | uint32(i)
			t.slots[i].next = int32(i + 1)
		}
		t.slots[len(t.slots)-1].next = -1
		t.free = int32(old)
	}
	c.slot = t.free
	s := &t.slots[t.free]
	t.free = s.next
	s.call = c
	t.n++
	return s
}

// take removes the call that the answer m belongs to; nil when there is none.
func (t *pendingTable) take(m *Message) (c *call, since int64, size int) {
	i := int(m.HopByHop & 0xffff)
	if i >= len(t.slots) {
		return nil, 0, 0
	}
	s := &t.slots[i]
	if s.call == nil || s.hbh != m.HopByHop || s.e2e != m.EndToEnd || s.command != m.Command {
		return nil, 0, 0
	}
	since, size = s.since, int(s.size)
	return t.remove(i), since, size
}

func (t *pendingTable) remove(i int) *call {
	s := &t.slots[i]
	c := s.call
	s.call = nil
	s.hbh += 1 << 16
	s.next = t.free
	t.free = int32(i)
	t.n--
	return c
}

// abandon removes c if it is still in the table.
func (t *pendingTable) abandon(c *call) bool {
	if int(c.slot) >= len(t.slots) || t.slots[c.slot].call != c {
		return false
	}
	t.remove(int(c.slot))
	return true
}
