package diameter

import "encoding/binary"

// class is a class of priority. The 16 priorities of DRMP (RFC 7944) make four classes of four, class 0 the highest;
// within a class nothing overtakes.
type class uint8

const (
	classes = 4

	lastClass       = class(classes - 1)
	defaultClass    = class(defaultPriority / (16 / classes))
	defaultPriority = 10 // of a request without DRMP (RFC 7944 §8)
)

// marks are the AVPs at the outer level of a message that decide on its priority and on overload control.
type marks struct {
	priority  uint8 // DRMP; defaultPriority without
	features  bool  // has OC-Supported-Features
	report    bool  // has OC-OLR
	forwarded bool  // has Route-Record: the request of another node on its way (RFC 6733 §6.1.9)
}

func (m marks) class() class { return class(m.priority / (16 / classes)) }

// note takes an AVP of no vendor into account.
func (m *marks) note(code uint32, data []byte) {
	switch code {
	case 282:
		m.forwarded = true
	case 301:
		if len(data) == 4 && binary.BigEndian.Uint32(data) < 16 {
			m.priority = data[3]
		}
	case 621:
		m.features = true
	case 623:
		m.report = true
	}
}

// look finds the marks of a message of this node. AVPs after one that is malformed do not count.
func look(b []byte) marks {
	m := marks{priority: defaultPriority}
	for i := 0; i+8 <= len(b); {
		h := binary.BigEndian.Uint64(b[i:]) // code, flags, length
		code, n := uint32(h>>32), int(h&0xffffff)
		if n < 8 || n > len(b)-i {
			break
		}
		if (code == 282 || code-301 <= 623-301) && h&(uint64(AVPVendor)<<24) == 0 {
			m.note(code, b[i+8:i+n])
		}
		i += n + -n&3
	}
	return m
}

// answerClass is the class of an answer in the queue of a connection: that of its own DRMP, else that of the request, but
// no lower than that of a message without DRMP. So what a node sends after an answer, without DRMP, does not overtake it.
//
// Answers to DWR are of the highest class, so that load does not look like a dead peer; those to DPR of the lowest.
func answerClass(req *Message, asked, own marks) class {
	if req.App == AppBase {
		if req.Command == CodeDPR {
			return lastClass
		}
		return 0
	}
	if own.priority != defaultPriority {
		asked = own
	}
	return min(asked.class(), defaultClass)
}

// rooms shares room for most requests among the classes: what is left of it when the requests of a class are refused.
// The last quarter is kept from the lowest class, the last eighth from the default one, the last sixteenth from the one
// above.
func rooms(most int) (r [classes]int64) {
	for k := range r {
		r[k] = int64(most)
		if k > 0 {
			r[k] -= int64(most >> (classes + 1 - k))
		}
	}
	return r
}

// gate counts those who wait for the same room of a connection, by class.
type gate [classes]int32

// above reports whether somebody of a higher class waits.
func (g *gate) above(k class) bool {
	for _, n := range g[:k] {
		if n > 0 {
			return true
		}
	}
	return false
}

// below reports whether somebody of a lower class waits.
func (g *gate) below(k class) bool {
	for _, n := range g[k+1:] {
		if n > 0 {
			return true
		}
	}
	return false
}

// outQueue holds the encoded messages of a connection that the writer has not taken, each class in a buffer of its own.
type outQueue struct {
	bufs  [classes][]byte
	taken [classes]uint64 // octets that the writer took: they may have been sent
	n     int             // octets in all buffers
}

// position is that of the next message in the stream of its class.
func (q *outQueue) position(k class) uint64 { return q.taken[k] + uint64(len(q.bufs[k])) }

// add queues m with another header, and extra AVPs at its end.
func (q *outQueue) add(k class, m *Message, f Flags, cmd CommandCode, app ApplicationID, hbh, e2e uint32, extra []byte) {
	b := q.bufs[k]
	at := len(b)
	b = appendFrame(b, m, f, cmd, app, hbh, e2e)
	if len(extra) > 0 {
		b = append(b, extra...)
		n := len(b) - at
		b[at+1], b[at+2], b[at+3] = byte(n>>16), byte(n>>8), byte(n)
	}
	q.bufs[k] = b
	q.n += len(b) - at
}

// addWhole queues m as it is.
func (q *outQueue) addWhole(k class, m *Message) {
	q.bufs[k] = m.Append(q.bufs[k])
	q.n += m.Len()
}

// take gives all messages of the highest class that has some; spare becomes the buffer of that class.
func (q *outQueue) take(spare []byte) []byte {
	for k, b := range q.bufs {
		if len(b) > 0 {
			q.bufs[k] = spare
			q.taken[k] += uint64(len(b))
			q.n -= len(b)
			return b
		}
	}
	return nil
}

// drop forgets all messages.
func (q *outQueue) drop() { q.bufs, q.n = [classes][]byte{}, 0 }

// barred returns where a request of class k has to wait, nil when it may enter: for a free slot among the requests that
// wait for answers, or for room in the queue. Who waits for the one does not hold up those who wait for the other. It is
// called with mu held.
func (c *conn) barred(k class) *gate {
	if c.pending.full() || c.slots.above(k) {
		return &c.slots
	}
	return c.crowded(k)
}

// crowded is barred for an answer.
func (c *conn) crowded(k class) *gate {
	if c.out.n >= c.n.opts.MaxQueue || c.crowd.above(k) {
		return &c.crowd
	}
	return nil
}

// move takes one of class k from one gate to another, each of which may be nil. It is called with mu held.
func (c *conn) move(from, to *gate, k class) {
	if from == to {
		return
	}
	if from != nil {
		from[k]--
		if from.below(k) {
			c.freeRoom() // it may be their turn
		}
	}
	if to != nil {
		to[k]++
	}
}
