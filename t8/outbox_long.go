package t8

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/scefkit/scefkit/store"
)

// A LongEnqueuer is an Enqueuer that takes notifications which are too long for one value of a Store; [Outbox] is one.
type LongEnqueuer interface {
	Enqueuer
	// EnqueueLong is Enqueue for the JSON that the values of all keys below the prefix body make when they are put
	// together in the order of the keys. They belong to the Enqueuer from then on and must not change: it deletes them
	// when the notification was acknowledged or is given up. The key with, if not empty, goes with the last of them.
	EnqueueLong(tx store.Tx, subscription, destination string, body, with []byte) error
}

// A LongBody is the JSON of a notification that lies in several values of a Store. A [Sender] gets it in place of the
// octets when the notification was enqueued by [Outbox.EnqueueLong], and must not use it after Notify has returned.
type LongBody struct {
	ctx    context.Context // of the attempt to send
	s      store.Store
	prefix []byte
}

// Reader returns a Reader from the beginning; it reads the Store piece by piece. Safe for concurrent use.
func (b *LongBody) Reader() io.Reader { return &longReader{body: b, from: b.prefix} }

// MarshalJSON reads all of it.
func (b *LongBody) MarshalJSON() ([]byte, error) { return io.ReadAll(b.Reader()) }

const (
	longRead   = 256 << 10 // octets that a longReader keeps at a time, and one value
	longDelete = 1024      // keys deleted in one transaction
)

type longReader struct {
	body *LongBody
	from []byte // first key that was not read; nil: there is none
	b    bytes.Buffer
}

func (r *longReader) Read(p []byte) (int, error) {
	for r.b.Len() == 0 {
		if r.from == nil {
			return 0, io.EOF
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	return r.b.Read(p)
}

func (r *longReader) fill() error {
	var next []byte
	err := r.body.s.View(r.body.ctx, func(rd store.Reader) error {
		r.b.Reset()
		next = nil
		for kv, err := range rd.Scan(r.from, store.PrefixEnd(r.body.prefix), false) {
			if err != nil {
				return err
			}
			if r.b.Len() >= longRead {
				next = append([]byte(nil), kv.Key...)
				return nil
			}
			r.b.Write(kv.Value)
		}
		return nil
	})
	r.from = next
	return err
}

// long says where the body of an entry lies.
type long struct {
	body []byte // prefix of its keys; empty: in the entry itself
	with []byte // key that goes with it
	done bool   // acknowledged or given up; the body may be incomplete
}

func (l long) encode() []byte {
	b := []byte{0}
	if l.done {
		b[0] = 1
	}
	b = append(binary.AppendUvarint(b, uint64(len(l.body))), l.body...)
	return append(b, l.with...)
}

func decodeLong(b []byte) (l long, err error) {
	if len(b) < 2 || b[0] > 1 {
		return l, errEntry
	}
	n, k := binary.Uvarint(b[1:])
	if k <= 0 || n == 0 || n > uint64(len(b)-1-k) {
		return l, errEntry
	}
	l.done = b[0] == 1
	rest := bytes.Clone(b[1+k:])
	l.body, l.with = rest[:n:n], rest[n:]
	return l, nil
}

// EnqueueLong implements [LongEnqueuer]. Errors are those of Enqueue. The body of a notification that is lost is not kept:
// Lost.Body is nil, and there is no dead letter.
func (o *Outbox) EnqueueLong(tx store.Tx, subscription, destination string, body, with []byte) error {
	if len(body) == 0 {
		return errors.New("t8: outbox: the body has no prefix")
	}
	return o.enqueue(tx, subscription, destination, long{body: body, with: with}.encode(), entryLong)
}

// payload is what a Sender gets.
func (e *entry) payload(ctx context.Context, s store.Store) any {
	if len(e.long.body) > 0 {
		return &LongBody{ctx, s, e.long.body}
	}
	return e.body
}

// clear deletes the long bodies of entries that are done with. That is noted first, so that nobody sends the rest of one
// after a crash.
func (o *Outbox) clear(ctx context.Context, s store.Store, owner store.MemberID, lane laneKey, gone []entry) error {
	ctx = context.WithoutCancel(ctx)
	for i := range gone {
		e := &gone[i]
		if len(e.long.body) == 0 {
			continue
		}
		if err := o.markDone(ctx, s, owner, lane, e); err != nil {
			return err
		}
		for more := true; more; {
			bounded, cancel := context.WithTimeout(ctx, batchTime)
			err := s.Update(bounded, func(tx store.Tx) (err error) {
				more, err = deleteSome(tx, e.long.body)
				return err
			})
			cancel()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *Outbox) markDone(ctx context.Context, s store.Store, owner store.MemberID, lane laneKey, e *entry) error {
	if e.long.done {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, batchTime)
	defer cancel()
	err := s.Update(ctx, func(tx store.Tx) error {
		if o.opts.Cluster != nil {
			if l, _, err := o.getLane(tx, lane); err != nil || l.owner != owner {
				return errors.Join(err, errNoLease)
			}
		}
		v, err := tx.Get(e.key)
		if v == nil || err != nil {
			return err
		}
		done := e.long
		done.done = true
		return tx.Put(e.key, encodeEntry(entryLong, e.enqueued, e.subscription, e.destination, done.encode()))
	})
	if err == nil {
		e.long.done = true
		o.fresh.forget([]entry{*e})
	}
	return err
}

// deleteSome deletes keys below prefix and reports whether there may be more.
func deleteSome(tx store.Tx, prefix []byte) (more bool, err error) {
	var keys [][]byte
	for kv, err := range tx.Scan(prefix, store.PrefixEnd(prefix), false) {
		if err != nil {
			return false, err
		}
		if keys = append(keys, bytes.Clone(kv.Key)); len(keys) == longDelete {
			break
		}
	}
	for _, k := range keys {
		if err := tx.Delete(k); err != nil {
			return false, err
		}
	}
	return len(keys) == longDelete, nil
}
