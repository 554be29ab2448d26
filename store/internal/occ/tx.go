package occ

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"

	"github.com/tidwall/btree"
)

// Writes are the changes of one transaction, at most one for each key.
type Writes struct {
	tree btree.Map[string, write]
	size int // octets of keys and values
}

type write struct {
	value  []byte
	delete bool
}

// Len returns the number of keys written.
func (w *Writes) Len() int { return w.tree.Len() }

// Size returns the octets of all keys and values.
func (w *Writes) Size() int { return w.size }

// Each calls fn for every change in ascending order of the keys.
func (w *Writes) Each(fn func(key string, value []byte, del bool)) {
	w.tree.Scan(func(k string, v write) bool {
		fn(k, v.value, v.delete)
		return true
	})
}

// reads is what a transaction has learned of the state below: the hashes of single keys, and ranges.
type reads struct {
	keys  []uint64
	spans []*span
}

// span is a range of keys, from <= k < to; an empty to means no upper bound.
type span struct{ from, to []byte }

var errEmptyKey = errors.New("store: empty key")

// Tx is a transaction under way: a snapshot with the transaction's own writes over it.
type Tx[P PairType] struct {
	base   Snapshot[P]
	rules  *Rules
	seed   maphash.Seed
	writes Writes
	reads  reads
	failed error // first refused write; a transaction with one is not committed
	after  []func()
}

func newTx[P PairType](base Snapshot[P], rules *Rules, seed maphash.Seed) *Tx[P] {
	return &Tx[P]{base: base, rules: rules, seed: seed}
}

var ownSeed = maphash.MakeSeed()

// NewTx returns a transaction on base for an engine that commits in its own way: base notes what is read through it, which
// are not the keys that the transaction has written.
func NewTx[P PairType](base Snapshot[P], rules *Rules) *Tx[P] { return newTx(base, rules, ownSeed) }

// Writes returns what the transaction wants to change.
func (tx *Tx[P]) Writes() *Writes { return &tx.writes }

// Failed returns the error of the first write that was refused. A transaction with one must not be committed.
func (tx *Tx[P]) Failed() error { return tx.failed }

// Get returns the value of key, or nil.
func (tx *Tx[P]) Get(key []byte) ([]byte, error) {
	if tx.writes.Len() > 0 {
		if w, ok := tx.writes.tree.Get(string(key)); ok {
			return w.value, nil
		}
	}
	tx.reads.keys = append(tx.reads.keys, maphash.Bytes(tx.seed, key))
	return tx.base.Get(key)
}

// AfterCommit lets fn be called, in the goroutine of Update, when the transaction is durable.
func (tx *Tx[P]) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Committed calls what AfterCommit was given. The Engine does it itself; an engine that commits in its own way calls it
// once the writes are durable.
func (tx *Tx[P]) Committed() {
	for _, fn := range tx.after {
		fn()
	}
}

// Put sets the value of key.
func (tx *Tx[P]) Put(key, value []byte) error {
	switch {
	case len(key) == 0:
		return tx.refuse(errEmptyKey)
	case len(key) > tx.rules.MaxKey:
		return tx.refuse(fmt.Errorf("%w: key of %d octets, the limit is %d", tx.rules.TooLarge, len(key), tx.rules.MaxKey))
	case len(value) > tx.rules.MaxValue:
		return tx.refuse(fmt.Errorf("%w: value of %d octets, the limit is %d", tx.rules.TooLarge, len(value), tx.rules.MaxValue))
	}
	kept := make([]byte, len(value)) // not nil, even when empty
	copy(kept, value)
	return tx.set(key, write{value: kept})
}

// Delete removes key.
func (tx *Tx[P]) Delete(key []byte) error {
	if len(key) == 0 || len(key) > tx.rules.MaxKey {
		return nil // no such key can be there
	}
	return tx.set(key, write{delete: true})
}

func (tx *Tx[P]) set(key []byte, w write) error {
	k := string(key)
	old, replaced := tx.writes.tree.Set(k, w)
	tx.writes.size += len(w.value) - len(old.value)
	if !replaced {
		tx.writes.size += len(k)
	}
	if tx.writes.size > tx.rules.MaxTx {
		return tx.refuse(fmt.Errorf("%w: transaction above %d octets", tx.rules.TooLarge, tx.rules.MaxTx))
	}
	return nil
}

func (tx *Tx[P]) refuse(err error) error {
	if tx.failed == nil {
		tx.failed = err
	}
	return err
}

// Scan gives a range of keys with the transaction's own writes as they are when it is called.
func (tx *Tx[P]) Scan(from, to []byte, reverse bool) iter.Seq2[P, error] {
	from, to = bytes.Clone(from), bytes.Clone(to)
	if tx.writes.Len() == 0 {
		return tx.scanBase(from, to, reverse)
	}
	// The copy shares its nodes with the tree until either is changed, so that writing while iterating is harmless.
	own := tx.writes.tree.Copy()
	return func(yield func(P, error) bool) {
		mine, base := cursorOf(own, from, to, reverse), tx.scanBase(from, to, reverse)
		for p, err := range base {
			if err != nil {
				yield(p, err)
				return
			}
			below := struct{ Key, Value []byte }(p)
			for mine.ok {
				c := bytes.Compare([]byte(mine.key), below.Key)
				if reverse {
					c = -c
				}
				if c > 0 {
					break
				}
				if !mine.write.delete && !yield(P(mine.pair()), nil) {
					return
				}
				mine.next()
				if c == 0 {
					below.Key = nil // replaced or deleted by the transaction
					break
				}
			}
			if below.Key != nil && !yield(p, nil) {
				return
			}
		}
		for ; mine.ok; mine.next() {
			if !mine.write.delete && !yield(P(mine.pair()), nil) {
				return
			}
		}
	}
}

// scanBase scans the snapshot and notes the part of the range that was really looked at: a scan that stops early does
// not conflict with writes beyond the key where it stopped.
func (tx *Tx[P]) scanBase(from, to []byte, reverse bool) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		seen := &span{from: from, to: to}
		tx.reads.spans = append(tx.reads.spans, seen)
		for p, err := range tx.base.Scan(from, to, reverse) {
			if !yield(p, err) {
				if err == nil {
					last := bytes.Clone(struct{ Key, Value []byte }(p).Key)
					if reverse {
						seen.from = last
					} else {
						seen.to = append(last, 0)
					}
				}
				return
			}
		}
	}
}

// cursor walks over the transaction's own writes within a range.
type cursor struct {
	iter     btree.MapIter[string, write]
	from, to string
	reverse  bool
	ok       bool
	key      string
	write    write
}

func cursorOf(tree *btree.Map[string, write], from, to []byte, reverse bool) *cursor {
	c := &cursor{iter: tree.Iter(), from: string(from), to: string(to), reverse: reverse}
	switch {
	case !reverse:
		c.settle(c.iter.Seek(c.from))
	case len(to) == 0:
		c.settle(c.iter.Last())
	case c.iter.Seek(c.to): // at the first key not below to
		c.next()
	default:
		c.settle(c.iter.Last())
	}
	return c
}

func (c *cursor) next() {
	if c.reverse {
		c.settle(c.iter.Prev())
	} else {
		c.settle(c.iter.Next())
	}
}

func (c *cursor) settle(ok bool) {
	c.ok = ok
	if !ok {
		return
	}
	c.key, c.write = c.iter.Key(), c.iter.Value()
	c.ok = c.key >= c.from && (c.to == "" || c.key < c.to)
}

func (c *cursor) pair() struct{ Key, Value []byte } {
	return struct{ Key, Value []byte }{[]byte(c.key), c.write.value}
}
