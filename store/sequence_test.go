package store_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

func next(t *testing.T, q *store.Sequence) uint64 {
	t.Helper()
	n, err := q.Next(t.Context())
	require.NoError(t, err)
	return n
}

// Several nodes, each with several goroutines, some started anew in between: no number comes twice, and each node's rise.
func TestSequenceUnique(t *testing.T) {
	s := store.NewMemory()
	const nodes, starts, goroutines, each = 3, 4, 3, 70
	var mu sync.Mutex
	seen := map[uint64]bool{}
	var wg sync.WaitGroup
	for range nodes {
		wg.Go(func() {
			for range starts {
				q := store.NewSequence(s, []byte("seq"), &store.SequenceOptions{Block: 16})
				var inner sync.WaitGroup
				for range goroutines {
					inner.Go(func() {
						last := uint64(0)
						for range each {
							n, err := q.Next(t.Context())
							if err != nil || n <= last {
								t.Errorf("%d after %d, %v", n, last, err)
							}
							last = n
							mu.Lock()
							if seen[n] {
								t.Errorf("%d again", n)
							}
							seen[n] = true
							mu.Unlock()
						}
					})
				}
				inner.Wait()
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, nodes*starts*goroutines*each)
	require.False(t, seen[0])
}

func TestSequenceBlocks(t *testing.T) {
	s := &limited{Store: store.NewMemory()}
	s.updates.Store(2)
	q := store.NewSequence(s, []byte("seq"), nil)
	for want := uint64(1); want <= 2000; want++ {
		require.Equal(t, want, next(t, q))
	}
	_, err := q.Next(t.Context())
	require.ErrorIs(t, err, errLimit)
	s.updates.Store(1)
	require.EqualValues(t, 2001, next(t, q))
	s.updates.Store(1)
	require.EqualValues(t, 3001, next(t, store.NewSequence(s, []byte("seq"), nil)), "after a crash")
}

func TestSequenceEnds(t *testing.T) {
	for _, c := range []struct {
		first, last uint64
	}{{5, 11}, {math.MaxUint64 - 6, math.MaxUint64}, {0, 7}, {math.MaxUint32 - 6, math.MaxUint32}} {
		s := store.NewMemory()
		opts := store.SequenceOptions{First: c.first, Last: c.last, Block: 3}
		q := store.NewSequence(s, []byte("seq"), &opts)
		for i := range uint64(7) {
			require.Equal(t, max(c.first, 1)+i, next(t, q))
		}
		_, err := q.Next(t.Context())
		require.ErrorIs(t, err, store.ErrExhausted)
		opts.Wrap = true
		q = store.NewSequence(s, []byte("seq"), &opts)
		for range 3 {
			for i := range uint64(7) {
				require.Equal(t, max(c.first, 1)+i, next(t, q))
			}
		}
	}
	q := store.NewSequence(store.NewMemory(), []byte("seq"), &store.SequenceOptions{Block: math.MaxUint64})
	require.EqualValues(t, 1, next(t, q))
	require.EqualValues(t, 2, next(t, q))
	require.Panics(t, func() { store.NewSequence(nil, nil, &store.SequenceOptions{First: 3, Last: 2}) })
}

// unsure is a store whose commits succeed, which it does not tell; like every store, it may run fn twice.
type unsure struct{ store.Store }

func (u unsure) Update(ctx context.Context, fn func(store.Tx) error) error {
	roll := errors.New("roll back")
	_ = u.Store.Update(ctx, func(tx store.Tx) error { return errors.Join(fn(tx), roll) })
	if err := u.Store.Update(ctx, fn); err != nil {
		return err
	}
	return store.ErrOutcomeUnknown
}

func TestSequenceOutcomeUnknown(t *testing.T) {
	s := store.NewMemory()
	_, err := store.NewSequence(unsure{s}, []byte("seq"), nil).Next(t.Context())
	require.ErrorIs(t, err, store.ErrOutcomeUnknown)
	require.EqualValues(t, 1001, next(t, store.NewSequence(s, []byte("seq"), nil)), "the block counts as taken")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = store.NewSequence(s, []byte("seq"), nil).Next(ended)
	require.ErrorIs(t, err, context.Canceled)
	update(t, s, func(tx store.Tx) error { return tx.Put([]byte("seq"), []byte("x")) })
	_, err = store.NewSequence(s, []byte("seq"), nil).Next(t.Context())
	require.Error(t, err)
}

func ExampleSequence() {
	s := store.NewMemory()
	refIDs := store.NewSequence(s, []byte("scef-ref-id"), &store.SequenceOptions{Last: math.MaxUint32})
	for range 2 {
		id, err := refIDs.Next(context.Background())
		fmt.Println(uint32(id), err)
	}
	// Output:
	// 1 <nil>
	// 2 <nil>
}
