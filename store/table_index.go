package store

import (
	"bytes"
	"iter"
	"slices"
)

// An Index finds the records of a table by something else than their primary key. Its fields must not be changed once a
// table has it; several tables may.
//
// A release that adds an index brings the entries of the records that are there already with [Table.Rebuild], once no
// older release writes any more. To be rid of the entries of an index that is given up, rebuild it with Keys that return
// none.
type Index[T any] struct {
	// Name is part of the stored keys: keep it short, and never use it for another index, or one with other Keys, of the
	// same table.
	Name string
	// Keys returns the keys under which the index has v: none, one or several, of any octets. They depend on v alone. The
	// slice is the table's from then on, the octets are not; a key given twice counts once. Written by
	// AppendText, with the prefix of the table, Name and, unless Unique, the primary key, each has to fit into MaxKey. Keys
	// must be safe for concurrent use.
	Keys func(v *T) []Key
	// Unique keeps two records from having a key in common.
	Unique bool
}

// tableIndex is an index at its place in the store. In an entry, the key is written by AppendText, so that keys of any
// octets stay in order and apart from what follows.
type tableIndex[T any] struct {
	*Index[T]
	entries Key // + text key + primary key -> nothing; unique: + text key -> primary key
	state   Key // -> how far Rebuild is
}

// keys returns the keys of v in order, each once; none for nil.
func (x *tableIndex[T]) keys(v *T) []Key {
	if v == nil {
		return nil
	}
	keys := x.Keys(v)
	if len(keys) < 2 {
		return keys
	}
	slices.SortFunc(keys, compareKeys)
	return slices.CompactFunc(keys, func(a, b Key) bool { return bytes.Equal(a, b) })
}

func compareKeys(a, b Key) int { return bytes.Compare(a, b) }

// appendEntry appends the stored key and returns the stored value of an entry.
func (x *tableIndex[T]) appendEntry(dst []byte, key Key, primary []byte) (entry, value []byte) {
	dst = AppendText(append(dst, x.entries...), key)
	if x.Unique {
		return dst, primary
	}
	return append(dst, primary...), nil
}

// split takes an entry apart: the key, still as a text, and the primary key.
func (x *tableIndex[T]) split(p Pair) (text, primary []byte) {
	rest := p.Key[len(x.entries):]
	for i := 0; i+1 < len(rest); i++ {
		if rest[i] != textEscape {
			continue
		}
		if i++; rest[i] != textEnd {
			continue
		}
		if x.Unique {
			return rest[:i+1], p.Value
		}
		return rest[:i+1], rest[i+1:]
	}
	return rest, nil
}

// has tells whether v has the key that text stands for.
func (x *tableIndex[T]) has(v *T, text []byte) bool {
	var buf [64]byte
	for _, k := range x.Keys(v) {
		if len(k)+2 <= len(text) && bytes.Equal(AppendText(buf[:0], k), text) {
			return true
		}
	}
	return false
}

// index finds the place of x.
func (t *Table[T]) index(x *Index[T]) *tableIndex[T] {
	for i := range t.indexes {
		if t.indexes[i].Index == x {
			return &t.indexes[i]
		}
	}
	panic("store: the table has no such index: " + x.Name)
}

// reindex changes the entries of the record primary from those of before to those of after; either may be nil. It
// writes nothing when it returns a DuplicateError. Keys are made in buf if there is room.
func (t *Table[T]) reindex(tx Tx, buf, primary []byte, before, after *T) error {
	if len(t.indexes) == 0 {
		return nil
	}
	type change struct {
		x        *tableIndex[T]
		old, new []Key
	}
	var space [4]change
	changes := space[:0]
	buf = buf[:0]
	for i := range t.indexes {
		c := change{x: &t.indexes[i]}
		c.old, c.new = differ(c.x.keys(before), c.x.keys(after))
		if c.x.Unique {
			for _, k := range c.new {
				entry, _ := c.x.appendEntry(buf, k, primary)
				if _, err := t.claim(tx, c.x, entry, k, primary); err != nil {
					return err
				}
			}
		}
		changes = append(changes, c)
	}
	for _, c := range changes {
		for _, k := range c.old {
			entry, _ := c.x.appendEntry(buf, k, primary)
			if err := tx.Delete(entry); err != nil {
				return err
			}
		}
		for _, k := range c.new {
			entry, value := c.x.appendEntry(buf, k, primary)
			if err := tx.Put(entry, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// differ removes from two ordered lists what both have.
func differ(a, b []Key) (onlyA, onlyB []Key) {
	onlyA, onlyB = a[:0], b[:0]
	for len(a) > 0 && len(b) > 0 {
		switch c := compareKeys(a[0], b[0]); {
		case c == 0:
			a, b = a[1:], b[1:]
		case c < 0:
			onlyA, a = append(onlyA, a[0]), a[1:]
		default:
			onlyB, b = append(onlyB, b[0]), b[1:]
		}
	}
	return append(onlyA, a...), append(onlyB, b...)
}

// claim tells whether the entry of a unique index is that of the record primary already. It fails with a DuplicateError
// when it is rightly that of another one.
func (t *Table[T]) claim(r Reader, x *tableIndex[T], entry []byte, key Key, primary []byte) (ours bool, err error) {
	holder, err := r.Get(entry)
	if err != nil || holder == nil {
		return false, err
	}
	if bytes.Equal(holder, primary) {
		return true, nil
	}
	other, err := t.Get(r, holder)
	if err != nil {
		return false, err
	}
	if other != nil && x.has(other, entry[len(x.entries):]) {
		return false, &DuplicateError{Index: x.Name, Key: bytes.Clone(key), Holder: bytes.Clone(holder)}
	}
	return false, nil // left behind by a release that does not know the index
}

// GetBy returns a record that has key in the index x, the one with the lowest primary key if there are several, or nil
// and no error when there is none. It panics when t has no index x, as do the other methods that take one.
func (t *Table[T]) GetBy(r Reader, x *Index[T], key []byte) (*T, error) {
	at := t.index(x)
	if !at.Unique {
		for v, err := range t.AllBy(r, x, key) {
			return v, err
		}
		return nil, nil
	}
	entry, _ := at.appendEntry(nil, key, nil)
	primary, err := r.Get(entry)
	if err != nil || primary == nil {
		return nil, err
	}
	v, err := t.Get(r, primary)
	if err != nil || v == nil || !at.has(v, entry[len(at.entries):]) {
		return nil, err
	}
	return v, nil
}

// AllBy gives the records that have key in the index x in the order of their primary keys. Otherwise it is like
// [Table.ScanBy].
func (t *Table[T]) AllBy(r Reader, x *Index[T], key []byte) iter.Seq2[*T, error] {
	return t.ScanBy(r, x, key, Key(key).Raw(0), false)
}

// ScanBy gives the records that have, in the index x, keys k with from <= k < to, in ascending order of these keys, or
// in descending order when reverse is set; an empty to means no upper bound. Records with the same key come in the order
// of their primary keys, and a record with several keys comes for each. To stop and go on later, let the key end with
// the primary key.
//
// An error ends the sequence. Changes in the loop are allowed and may or may not be seen. An entry that a release left
// behind that does not know the index is passed over.
func (t *Table[T]) ScanBy(r Reader, x *Index[T], from, to []byte, reverse bool) iter.Seq2[*T, error] {
	at := t.index(x)
	lo, hi := at.entries.Bytes(from), PrefixEnd(at.entries)
	if len(to) > 0 {
		hi = at.entries.Bytes(to)
	}
	return func(yield func(*T, error) bool) {
		for p, err := range r.Scan(lo, hi, reverse) {
			if err != nil {
				yield(nil, err)
				return
			}
			text, primary := at.split(p)
			v, err := t.Get(r, primary)
			if err == nil && (v == nil || !at.has(v, text)) {
				continue
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}
