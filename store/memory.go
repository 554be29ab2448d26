package store

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/tidwall/btree"

	"github.com/scefkit/scefkit/store/internal/occ"
)

// Memory is a Store in memory, for tests and simulations: nothing outlives it. View and Update run in parallel, each on
// a snapshot of a copy-on-write tree; conflicting transactions run again, as with a durable store. It starts no
// goroutine and reads no clock, so it works inside the bubbles of testing/synctest.
type Memory struct {
	engine *occ.Engine[Pair]
	state  *memoryState
	gate   occ.Gate
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory {
	s := new(memoryState)
	s.now.Store(&memorySnapshot{tree: new(tree)})
	return &Memory{engine: occ.New(s, occRules), state: s}
}

var occRules = occ.Rules{MaxKey: MaxKey, MaxValue: MaxValue, MaxTx: MaxTx, TooLarge: ErrTooLarge}

// View implements [Store].
func (m *Memory) View(ctx context.Context, fn func(Reader) error) error {
	if !m.gate.Enter() {
		return ErrClosed
	}
	defer m.gate.Leave()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return fn(m.state.now.Load())
}

// Update implements [Store].
func (m *Memory) Update(ctx context.Context, fn func(Tx) error) error {
	if !m.gate.Enter() {
		return ErrClosed
	}
	defer m.gate.Leave()
	return m.engine.Update(ctx, func(tx *occ.Tx[Pair]) error { return fn(tx) })
}

// Close implements [Store].
func (m *Memory) Close() error {
	m.gate.Close()
	return nil
}

type tree = btree.Map[string, []byte]

// memoryState is the engine below Memory. Its writes come one at a time.
type memoryState struct {
	latest tree                           // changed by Apply only; shares its nodes with the snapshots
	now    atomic.Pointer[memorySnapshot] // never changed once stored
}

type memorySnapshot struct {
	tree *tree
	seq  uint64
}

func (s *memoryState) Snapshot(bool) (occ.Snapshot[Pair], occ.Span, error) {
	now := s.now.Load()
	return now, occ.Span{Low: now.seq, High: now.seq}, nil
}

func (s *memoryState) Apply(seq uint64, writes *occ.Writes) error {
	writes.Each(func(key string, value []byte, del bool) {
		if del {
			s.latest.Delete(key)
		} else {
			s.latest.Set(key, value)
		}
	})
	s.now.Store(&memorySnapshot{tree: s.latest.Copy(), seq: seq})
	return nil
}

func (s *memoryState) Settle(uint64) error { return nil }

func (s *memorySnapshot) Release() {}

func (s *memorySnapshot) Get(key []byte) ([]byte, error) {
	v, _ := s.tree.Get(string(key))
	return v, nil
}

func (s *memorySnapshot) Scan(from, to []byte, reverse bool) iter.Seq2[Pair, error] {
	lo, hi := string(from), string(to)
	return func(yield func(Pair, error) bool) {
		it := s.tree.Iter()
		ok, next := false, it.Next
		switch {
		case !reverse:
			ok = it.Seek(lo)
		case hi == "":
			ok, next = it.Last(), it.Prev
		case it.Seek(hi): // at the first key not below hi
			ok, next = it.Prev(), it.Prev
		default:
			ok, next = it.Last(), it.Prev
		}
		for ; ok; ok = next() {
			k := it.Key()
			if k < lo || hi != "" && k >= hi || !yield(Pair{[]byte(k), it.Value()}, nil) {
				return
			}
		}
	}
}
