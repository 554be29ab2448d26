package pebble

import (
	"bytes"
	"errors"
	"iter"
	"sync"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/scefkit/scefkit/store"
)

// reader reads a state. The values that it gives lie in memory that is used again after Release.
type reader struct {
	state *state
	hot   *hot
	key   []byte  // scratch
	block *[]byte // from blocks; nil until a value is given
	room  []byte  // unused part of the current block
}

const blockSize = 4 << 10

var blocks = sync.Pool{New: func() any { b := make([]byte, blockSize); return &b }}

func newReader(s *state, h *hot) *reader { return &reader{state: s, hot: h} }

var errReleased = errors.New("pebble: a reader was used after its function had returned")

// Release gives the state back.
func (r *reader) Release() {
	r.state.release()
	r.state = nil
	if r.block != nil {
		blocks.Put(r.block)
		r.block, r.room = nil, nil
	}
}

// Get implements store.Reader.
func (r *reader) Get(key []byte) ([]byte, error) {
	if r.state == nil {
		return nil, errReleased
	}
	if r.hot == nil {
		return r.get(key)
	}
	slot := r.hot.slot(key)
	record := slot.Load()
	if record.holds(key, r.state.seq) {
		if record.value == nil {
			return nil, nil
		}
		return r.keep(record.value), nil
	}
	v, err := r.get(key)
	if err == nil {
		r.hot.offer(slot, record, key, v, r.state.seq)
	}
	return v, err
}

// get reads from the engine.
func (r *reader) get(key []byte) ([]byte, error) {
	r.key = append(append(r.key[:0], userSpace), key...)
	v, closer, err := r.state.snap.Get(r.key)
	if err != nil {
		if errors.Is(err, engine.ErrNotFound) {
			return nil, nil
		}
		return nil, damage(err)
	}
	kept := r.keep(v)
	if err := closer.Close(); err != nil {
		return nil, damage(err)
	}
	return kept, nil
}

// keep copies v: what the engine gives would keep its blocks and an iterator busy for as long, and a hot record must not
// change even if a caller errs.
func (r *reader) keep(v []byte) []byte {
	n := len(v)
	if n > len(r.room) || n == 0 {
		switch {
		case n == 0:
			return []byte{}
		case n > blockSize/2:
			return bytes.Clone(v)
		case r.block == nil:
			r.block = blocks.Get().(*[]byte)
			r.room = *r.block
		default:
			r.room = make([]byte, blockSize)
		}
	}
	kept := r.room[:n:n]
	r.room = r.room[n:]
	copy(kept, v)
	return kept
}

// Scan implements store.Reader.
func (r *reader) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	lower := append([]byte{userSpace}, from...)
	upper := []byte{userEnd}
	if len(to) > 0 {
		upper = append([]byte{userSpace}, to...)
	}
	return func(yield func(store.Pair, error) bool) {
		if r.state == nil {
			yield(store.Pair{}, errReleased)
			return
		}
		if bytes.Compare(lower, upper) >= 0 {
			return
		}
		it, err := r.state.snap.NewIter(&engine.IterOptions{LowerBound: lower, UpperBound: upper})
		if err != nil {
			yield(store.Pair{}, damage(err))
			return
		}
		defer func() { _ = it.Close() }() // its error is that of Error
		first, next := it.First, it.Next
		if reverse {
			first, next = it.Last, it.Prev
		}
		for ok := first(); ok; ok = next() {
			v, err := it.ValueAndErr()
			if err != nil {
				yield(store.Pair{}, damage(err))
				return
			}
			if v == nil {
				v = []byte{}
			}
			k := it.Key()
			if !yield(store.Pair{Key: k[1:len(k):len(k)], Value: v[:len(v):len(v)]}, nil) {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(store.Pair{}, damage(err))
		}
	}
}
