package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"sync"
)

// ErrExists is wrapped by every [DuplicateError].
var ErrExists = errors.New("store: exists already")

// A DuplicateError says that a record was refused because another one has its primary key or its key in a unique
// index. Its text leaves the keys out, because they may hold identities.
type DuplicateError struct {
	Index  string // name of the unique index; empty for the primary key
	Key    []byte // the key that both have
	Holder []byte // primary key of the record that has it
}

func (e *DuplicateError) Error() string {
	if e.Index == "" {
		return ErrExists.Error()
	}
	return ErrExists.Error() + ": in index " + e.Index
}

// Unwrap returns [ErrExists].
func (e *DuplicateError) Unwrap() error { return ErrExists }

// A VersionError says that a record was written by a newer release in a format that this one does not know. The record
// is neither returned nor overwritten nor deleted.
type VersionError struct {
	Version uint64 // of the record
	Reads   uint64 // the highest that the codec reads
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("store: record of version %d, and this release reads up to version %d", e.Version, e.Reads)
}

// A Codec turns the records of a table into octets and back. Its functions must be safe for concurrent use.
//
// Releases that run side by side, or follow each other up and down, read each other's records when these rules are
// kept:
//
//   - The format has numbered or named fields, like the protobuf wire format or JSON. A release that adds a field does
//     not raise Version. A field absent has a meaning: that of records from before it came. Its number or name is never
//     used for anything else.
//   - Decode keeps the fields that it does not know in the record, and Append writes them again. So a record that an
//     older release reads with Get, changes and stores with Put keeps what a newer one wrote. (A Put of a record made
//     from nothing replaces everything.)
//   - Only a change that an older release would misread raises Version. It then takes two releases: the first raises
//     Reads, so that it understands the new format, and still writes the old one; the second, rolled out when no release
//     from before the first runs any more, raises Version. A release that meets a version above its Reads refuses the
//     record with a [VersionError].
type Codec[T any] struct {
	// Version is written in front of each record; zero is a version like any other.
	Version uint64
	// Reads is the highest version that Decode understands; below Version it counts as Version.
	Reads uint64
	// Append appends the encoding of v to dst. It must not keep dst.
	Append func(v *T, dst []byte) ([]byte, error)
	// Decode makes a record of what Append appended in a release that wrote the given version, which is at most Reads.
	// It must not keep b, nor parts of it.
	Decode func(b []byte, version uint64) (*T, error)
}

// A Table keeps records of one type under their primary keys, with secondary indexes that always agree with them,
// because every change is made in the caller's transaction.
//
// The methods that read take a [Reader], thus a [Tx] as well. What one gives is the caller's to keep and change; Put
// stores the change. An error of the store is returned unchanged. A limit is set by leaving the loop over a sequence,
// which then has read that far only and conflicts with no change beyond; a sequence may be ranged over again.
//
// A Table has no state of its own and is safe for concurrent use.
type Table[T any] struct {
	codec   Codec[T]
	key     func(*T) []byte
	rows    Key // + primary key -> version, record
	indexes []tableIndex[T]
}

// NewTable keeps a table under the keys that begin with prefix, which nothing else may use. key returns the primary key
// of a record: it depends on the record alone and is never changed; it may be empty. It panics when a function is
// missing or two indexes have one name.
func NewTable[T any](prefix []byte, codec Codec[T], key func(*T) []byte, indexes ...*Index[T]) *Table[T] {
	if codec.Append == nil || codec.Decode == nil || key == nil {
		panic("store: table without codec or key")
	}
	codec.Reads = max(codec.Reads, codec.Version)
	t := &Table[T]{codec: codec, key: key, rows: Key(prefix).Raw('r')}
	for i, x := range indexes {
		for _, y := range indexes[:i] {
			if x.Name == y.Name {
				panic("store: two indexes of one table have the name " + x.Name)
			}
		}
		if x.Keys == nil {
			panic("store: index without keys: " + x.Name)
		}
		t.indexes = append(t.indexes, tableIndex[T]{
			Index:   x,
			entries: Key(prefix).Raw('i').Text(x.Name),
			state:   Key(prefix).Raw('b').Text(x.Name),
		})
	}
	return t
}

// Get returns the record with the given primary key, or nil and no error when there is none.
func (t *Table[T]) Get(r Reader, key []byte) (*T, error) {
	s := borrow()
	defer s.giveBack()
	b, err := r.Get(t.row(s, key))
	if err != nil || b == nil {
		return nil, err
	}
	return t.decode(b)
}

// row makes the stored key of the record key in s. There is room behind it for that of an index entry.
func (t *Table[T]) row(s *scratch, key []byte) []byte {
	s.key = append(append(s.key[:0], t.rows...), key...)
	return s.key
}

// Scan gives the records whose primary keys k are within from <= k < to in ascending order of the keys, or in
// descending order when reverse is set; an empty to means no upper bound. An error ends the sequence. Changes in the
// loop are allowed and may or may not be seen.
func (t *Table[T]) Scan(r Reader, from, to []byte, reverse bool) iter.Seq2[*T, error] {
	lo, hi := t.rows.Raw(from...), bound(t.rows, to)
	return func(yield func(*T, error) bool) {
		for p, err := range r.Scan(lo, hi, reverse) {
			var v *T
			if err == nil {
				v, err = t.decode(p.Value)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// bound returns the upper bound of a scan below prefix.
func bound(prefix Key, to []byte) []byte {
	if len(to) == 0 {
		return PrefixEnd(prefix)
	}
	return prefix.Raw(to...)
}

// Put stores v, whether or not there is a record with its primary key. Only what differs is written: nothing at all
// when the record is as it was, and no index entry that stays the same.
//
// When another record has the key of v in a unique index, Put fails with a [DuplicateError]; when the record that it
// would replace cannot be read, with the error of that, see [VersionError]; when Codec.Append fails, with an error that
// wraps its own. All of them leave the transaction as it was.
func (t *Table[T]) Put(tx Tx, v *T) error { return t.put(tx, v, false) }

// Insert is Put for a new record: it fails with a [DuplicateError] when there is one with the primary key of v.
func (t *Table[T]) Insert(tx Tx, v *T) error { return t.put(tx, v, true) }

func (t *Table[T]) put(tx Tx, v *T, insert bool) error {
	s := borrow()
	defer s.giveBack()
	key := t.key(v)
	row := t.row(s, key)
	old, err := tx.Get(row)
	if err != nil {
		return err
	}
	if insert && old != nil {
		return &DuplicateError{Key: bytes.Clone(key), Holder: bytes.Clone(key)}
	}
	if s.record, err = t.codec.Append(v, binary.AppendUvarint(s.record[:0], t.codec.Version)); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if old != nil && bytes.Equal(old, s.record) {
		return nil
	}
	var before *T
	if old != nil {
		if before, err = t.decode(old); err != nil {
			return err
		}
	}
	if err := t.reindex(tx, row[len(row):], key, before, v); err != nil {
		return err
	}
	return tx.Put(row, s.record)
}

// Delete removes the record with the given primary key; it is no error when there is none. One that cannot be read is
// not removed, see [VersionError].
func (t *Table[T]) Delete(tx Tx, key []byte) error {
	before, err := t.Get(tx, key)
	if err != nil || before == nil {
		return err
	}
	return t.remove(tx, key, before)
}

// remove removes the record before, whose primary key is key.
func (t *Table[T]) remove(tx Tx, key []byte, before *T) error {
	s := borrow()
	defer s.giveBack()
	row := t.row(s, key)
	if err := t.reindex(tx, row[len(row):], key, before, nil); err != nil {
		return err
	}
	return tx.Delete(row)
}

func (t *Table[T]) decode(b []byte) (*T, error) {
	version, n := binary.Uvarint(b)
	switch {
	case n <= 0:
		return nil, errors.New("store: record without version")
	case version > t.codec.Reads:
		return nil, &VersionError{Version: version, Reads: t.codec.Reads}
	}
	v, err := t.codec.Decode(b[n:], version)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	return v, nil
}

// scratch is room for a key and a record, which no Store keeps; methods borrow it while they run.
type scratch struct{ key, record []byte }

var scratches = sync.Pool{New: func() any { return &scratch{make([]byte, 0, 512), make([]byte, 0, 1024)} }}

func borrow() *scratch { return scratches.Get().(*scratch) }

func (s *scratch) giveBack() {
	if cap(s.record) <= 1<<16 {
		scratches.Put(s)
	}
}
