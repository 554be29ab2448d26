package t8

import (
	"encoding/binary"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/scefkit/scefkit/store"
)

// deadLetters keeps lost notifications, the oldest first, and at most so many.
type deadLetters struct {
	prefix []byte // empty: none are kept
	most   int

	mu    sync.Mutex
	known bool // guarded by mu; the letters were counted
	n     int  // guarded by mu
}

var (
	errNoDeadLetters = errors.New("t8: outbox: OutboxOptions.DeadLetters is not set")
	errNoLetter      = errors.New("t8: outbox: no such dead letter")
)

// A letterCount is how many letters there are, or how many more.
type letterCount struct {
	n     int
	total bool
}

// put writes letters within tx and removes the oldest beyond the limit. What it returns is for count, once tx was
// committed.
func (d *deadLetters) put(tx store.Tx, lost []Lost) (c letterCount, err error) {
	if len(d.prefix) == 0 || len(lost) == 0 {
		return c, nil
	}
	d.mu.Lock()
	known, n := d.known, d.n
	d.mu.Unlock()
	if !known {
		c.total, n = true, 0
		for _, err := range tx.Scan(d.prefix, store.PrefixEnd(d.prefix), false) {
			if err != nil {
				return c, err
			}
			n++
		}
		c.n = n
	}
	now := time.Now()
	for _, l := range lost {
		if err := tx.Put(store.Key(d.prefix).Time(now).Raw(l.key...), encodeLetter(l)); err != nil {
			return c, err
		}
	}
	c.n, n = c.n+len(lost), n+len(lost)
	if n <= d.most {
		return c, nil
	}
	var drop [][]byte
	for p, err := range tx.Scan(d.prefix, store.PrefixEnd(d.prefix), false) {
		if err != nil {
			return c, err
		}
		drop = append(drop, append([]byte(nil), p.Key...))
		if len(drop) == n-d.most {
			break
		}
	}
	for _, k := range drop {
		if err := tx.Delete(k); err != nil {
			return c, err
		}
	}
	c.n -= len(drop)
	return c, nil
}

// count notes that letters came or went; a transaction that went wrong, or one of another process, is noticed at the
// next start.
func (d *deadLetters) count(c letterCount) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case c.total:
		d.known, d.n = true, c.n
	case d.known:
		d.n += c.n
	}
}

// A letter is reason, text of the error, and the entry as it was kept.
func encodeLetter(l Lost) []byte {
	var text string
	if l.Err != nil {
		text = l.Err.Error()
	}
	if len(text) > 512 {
		text = text[:512]
	}
	b := append(binary.AppendUvarint(nil, uint64(len(l.Reason))), l.Reason...)
	b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	return append(b, encodeEntry(l.Enqueued, l.Subscription, l.Destination, l.Body)...)
}

func decodeLetter(b []byte) (Lost, error) {
	var parts [2]string
	for i := range parts {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			return Lost{}, errEntry
		}
		parts[i], b = string(b[k:k+int(n)]), b[k+int(n):]
	}
	e, err := decodeEntry(b)
	if err != nil {
		return Lost{}, err
	}
	l := Lost{Reason: LostReason(parts[0]), Subscription: e.subscription, Destination: e.destination, Body: e.body, Enqueued: e.enqueued}
	if parts[1] != "" {
		l.Err = errors.New(parts[1])
	}
	return l, nil
}

// DeadLetters gives the lost notifications that are kept, the one lost first at the beginning. An error ends the
// sequence; without OutboxOptions.DeadLetters there are none.
func (o *Outbox) DeadLetters(r store.Reader) iter.Seq2[Lost, error] {
	return func(yield func(Lost, error) bool) {
		if len(o.dead.prefix) == 0 {
			return
		}
		for p, err := range r.Scan(o.dead.prefix, store.PrefixEnd(o.dead.prefix), false) {
			var l Lost
			if err == nil {
				l, err = decodeLetter(p.Value)
				l.key = append([]byte(nil), p.Key...)
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// Replay enqueues a dead letter anew, as the newest notification of its subscription, and removes it from the dead
// letters, within tx. Call Kick after tx was committed. What is not a dead letter of o is an error.
func (o *Outbox) Replay(tx store.Tx, l Lost) error {
	if err := o.Discard(tx, l); err != nil {
		return err
	}
	return o.Enqueue(tx, l.Subscription, l.Destination, l.Body)
}

// Discard removes a dead letter within tx.
func (o *Outbox) Discard(tx store.Tx, l Lost) error {
	if len(o.dead.prefix) == 0 {
		return errNoDeadLetters
	}
	if len(l.key) == 0 {
		return errNoLetter
	}
	v, err := tx.Get(l.key)
	if err != nil {
		return err
	}
	if v == nil {
		return errNoLetter
	}
	if err := tx.Delete(l.key); err != nil {
		return err
	}
	// The count may now be too high by one, should tx be committed: then it is counted anew with the next letter.
	o.dead.mu.Lock()
	o.dead.known = false
	o.dead.mu.Unlock()
	return nil
}
