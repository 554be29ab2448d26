package t8

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/scefkit/scefkit/store"
)

// deadLetters keeps lost notifications, the oldest first, and at most so many; in a cluster more by what the others lose
// until this process counts anew.
type deadLetters struct {
	prefix []byte // empty: none are kept
	most   int
	anew   time.Duration // how long a count holds; 0: for ever

	mu      sync.Mutex
	known   bool      // guarded by mu; the letters were counted
	counted time.Time // guarded by mu; when that was
	n       int       // guarded by mu
}

var (
	errNoDeadLetters = errors.New("t8: outbox: OutboxOptions.DeadLetters is not set")
	errNoLetter      = errors.New("t8: outbox: no such dead letter")
)

// survey counts the letters, if that was not done yet or long ago. It is called before put, and does not count in its
// transaction: that would conflict with those of all others who put.
func (d *deadLetters) survey(ctx context.Context, s store.Store) error {
	d.mu.Lock()
	done := d.surveyed()
	d.mu.Unlock()
	if len(d.prefix) == 0 || done {
		return nil
	}
	now, n := time.Now(), 0
	if err := s.View(ctx, func(r store.Reader) error {
		n = 0
		for _, err := range r.Scan(d.prefix, store.PrefixEnd(d.prefix), false) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.surveyed() { // by another goroutine, which may have put letters since
		d.known, d.counted, d.n = true, now, n
	}
	return nil
}

// surveyed reports whether the count holds; d.mu is held.
func (d *deadLetters) surveyed() bool {
	return d.known && (d.anew == 0 || time.Since(d.counted) < d.anew)
}

// put writes letters within tx and removes the oldest beyond the limit. It returns how many more there are then, for
// count once tx was committed.
func (d *deadLetters) put(tx store.Tx, lost []Lost) (more int, err error) {
	if len(d.prefix) == 0 || len(lost) == 0 {
		return 0, nil
	}
	lost = slices.DeleteFunc(slices.Clone(lost), func(l Lost) bool { return l.long })
	d.mu.Lock()
	n := d.n + len(lost)
	d.mu.Unlock()
	now := time.Now()
	for _, l := range lost {
		if err := tx.Put(store.Key(d.prefix).Time(now).Raw(l.key...), encodeLetter(l)); err != nil {
			return 0, err
		}
	}
	if n <= d.most {
		return len(lost), nil
	}
	var drop [][]byte
	for p, err := range tx.Scan(d.prefix, store.PrefixEnd(d.prefix), false) {
		if err != nil {
			return 0, err
		}
		drop = append(drop, append([]byte(nil), p.Key...))
		if len(drop) == n-d.most {
			break
		}
	}
	for _, k := range drop {
		if err := tx.Delete(k); err != nil {
			return 0, err
		}
	}
	return len(lost) - len(drop), nil
}

// count notes that letters came or went; a transaction that went wrong, or one of another process, is noticed with the
// next survey.
func (d *deadLetters) count(more int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n += more
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
	return append(b, encodeEntry(entryVersion, l.Enqueued, l.Subscription, l.Destination, l.Body)...)
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
