package store

import (
	"bytes"
	"context"
)

// Bounds of one step of Rebuild.
const (
	rebuildPage   = 256     // entries or records that are looked at
	rebuildOctets = 1 << 20 // about, of the entries that are written
)

// Rebuild makes the entries of the index x agree with the records, whatever they were: it removes those that no record
// has any more and adds those that are missing. It is for a release that brings a new index, and is called when no
// release that does not know it writes any more. Until it has returned nil once, look-ups by x may miss records that are
// older than the index.
//
// It works in many small transactions, so that others may read and write meanwhile, and keeps in the store how far it is:
// called again after an error or a crash, it goes on there. Several nodes may call it at once and share the work. Called
// when it has come to its end, it begins anew; see [Table.Built].
//
// It fails with a [DuplicateError] when x is unique and two records have the same key, and when a record cannot be read.
func (t *Table[T]) Rebuild(ctx context.Context, s Store, x *Index[T]) error {
	b := rebuild[T]{table: t, index: t.index(x), store: s}
	for first := true; ; first = false {
		if done, err := b.step(ctx, first); done || err != nil {
			return err
		}
	}
}

// Built tells whether [Table.Rebuild] of the index x came to its end.
func (t *Table[T]) Built(r Reader, x *Index[T]) (bool, error) {
	state, err := r.Get(t.index(x).state)
	return len(state) > 0 && state[0] == rebuildDone, err
}

// The state of a Rebuild begins with one of these; a key from which to go on follows.
const (
	rebuildEntries = 'e' // looking for entries without a record
	rebuildRecords = 'r' // looking for records without an entry
	rebuildDone    = 'd'
)

type rebuild[T any] struct {
	table *Table[T]
	index *tableIndex[T]
	store Store
}

// page is what a View has found.
type page struct {
	state []byte // stored; nil before the first Rebuild
	phase byte   // of the page
	wrong []Pair // entries, or records with their keys only
	next  []byte // the state after the page
}

// step does one page. It looks for what is wrong in a View, which holds nobody up, and puts just that right in an
// Update, which looks again.
func (b *rebuild[T]) step(ctx context.Context, first bool) (done bool, err error) {
	var p page
	err = b.store.View(ctx, func(r Reader) error {
		stored, err := r.Get(b.index.state)
		if err != nil {
			return err
		}
		p = page{state: bytes.Clone(stored)}
		at := p.state
		if ended := len(at) > 0 && at[0] == rebuildDone; ended && !first {
			done = true
			return nil
		} else if ended || len(at) == 0 {
			at = append([]byte{rebuildEntries}, b.index.entries...)
		}
		p.phase = at[0]
		if p.phase == rebuildEntries {
			return b.lookAtEntries(r, at[1:], &p)
		}
		return b.lookAtRecords(r, at[1:], &p)
	})
	if err != nil || done {
		return done, err
	}
	return false, b.store.Update(ctx, func(tx Tx) error {
		stored, err := tx.Get(b.index.state)
		if err != nil || !bytes.Equal(stored, p.state) {
			return err // another node has done this page
		}
		for _, w := range p.wrong {
			if p.phase == rebuildEntries {
				err = b.mendEntry(tx, w)
			} else {
				err = b.mendRecord(tx, w.Key)
			}
			if err != nil {
				return err
			}
		}
		return tx.Put(b.index.state, p.next)
	})
}

func (b *rebuild[T]) lookAtEntries(r Reader, from []byte, p *page) error {
	p.next = append([]byte{rebuildRecords}, b.table.rows...)
	looked := 0
	for e, err := range r.Scan(from, PrefixEnd(b.index.entries), false) {
		if err != nil {
			return err
		}
		if looked++; looked > rebuildPage {
			p.next = append([]byte{rebuildEntries}, e.Key...)
			return nil
		}
		stale, err := b.stale(r, e)
		if err != nil {
			return err
		}
		if stale {
			p.wrong = append(p.wrong, Pair{bytes.Clone(e.Key), bytes.Clone(e.Value)})
		}
	}
	return nil
}

// stale tells whether no record has the key of the entry e.
func (b *rebuild[T]) stale(r Reader, e Pair) (bool, error) {
	text, primary := b.index.split(e)
	v, err := b.table.Get(r, primary)
	return err == nil && (v == nil || !b.index.has(v, text)), err
}

func (b *rebuild[T]) mendEntry(tx Tx, e Pair) error {
	value, err := tx.Get(e.Key)
	if err != nil || value == nil {
		return err
	}
	stale, err := b.stale(tx, Pair{e.Key, value})
	if err != nil || !stale {
		return err
	}
	return tx.Delete(e.Key)
}

func (b *rebuild[T]) lookAtRecords(r Reader, from []byte, p *page) error {
	p.next = []byte{rebuildDone}
	looked, octets := 0, 0
	for row, err := range r.Scan(from, PrefixEnd(b.table.rows), false) {
		if err != nil {
			return err
		}
		if looked++; looked > rebuildPage || octets > rebuildOctets {
			p.next = append([]byte{rebuildRecords}, row.Key...)
			return nil
		}
		v, err := b.table.decode(row.Value)
		if err != nil {
			return err
		}
		missing, err := b.missing(r, row.Key[len(b.table.rows):], v)
		if err != nil {
			return err
		}
		for _, m := range missing {
			octets += len(m.Key) + len(m.Value)
		}
		if len(missing) > 0 {
			p.wrong = append(p.wrong, Pair{Key: bytes.Clone(row.Key)})
		}
	}
	return nil
}

// missing returns the entries that the record v, with the given primary key, should have and has not.
func (b *rebuild[T]) missing(r Reader, primary []byte, v *T) (entries []Pair, err error) {
	for _, k := range b.index.keys(v) {
		entry, value := b.index.appendEntry(nil, k, primary)
		there := false
		if b.index.Unique {
			there, err = b.table.claim(r, b.index, entry, k, primary)
		} else {
			var found []byte
			found, err = r.Get(entry)
			there = found != nil
		}
		if err != nil {
			return nil, err
		}
		if !there {
			entries = append(entries, Pair{entry, value})
		}
	}
	return entries, nil
}

func (b *rebuild[T]) mendRecord(tx Tx, row []byte) error {
	primary := row[len(b.table.rows):]
	v, err := b.table.Get(tx, primary)
	if err != nil || v == nil {
		return err
	}
	missing, err := b.missing(tx, primary, v)
	if err != nil {
		return err
	}
	for _, e := range missing {
		if err := tx.Put(e.Key, e.Value); err != nil {
			return err
		}
	}
	return nil
}
