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

func value(t *testing.T, s store.Store, c *store.Counter) (n int64) {
	t.Helper()
	view(t, s, func(r store.Reader) (err error) { n, err = c.Value(r); return err })
	return n
}

func TestCounter(t *testing.T) {
	for _, spread := range []int{-1, 1, 4, 1000} {
		s := store.NewMemory()
		c := store.NewCounter([]byte("n/"), spread)
		require.Zero(t, value(t, s, c))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 50 {
					err := s.Update(t.Context(), func(tx store.Tx) error { return errors.Join(c.Add(tx, 3), c.Add(tx, -1)) })
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 400, value(t, s, c))
		require.EqualValues(t, 400, value(t, s, store.NewCounter([]byte("n/"), 2)), "another spread")
	}
}

// A limit holds when each transaction looks at the value.
func TestCounterQuota(t *testing.T) {
	s := store.NewMemory()
	c := store.NewCounter([]byte("n/"), 1)
	full := errors.New("full")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				_ = s.Update(t.Context(), func(tx store.Tx) error {
					n, err := c.Value(tx)
					if err == nil && n == 30 {
						err = full
					}
					return errors.Join(err, c.Add(tx, 1))
				})
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 30, value(t, s, c))
}

func TestCounterLimits(t *testing.T) {
	for _, n := range []int64{math.MaxInt64, math.MinInt64} {
		s := store.NewMemory()
		c := store.NewCounter([]byte("n/"), 1)
		update(t, s, func(tx store.Tx) error { return c.Add(tx, n) })
		require.Equal(t, n, value(t, s, c))
		require.Error(t, s.Update(t.Context(), func(tx store.Tx) error { return c.Add(tx, n) }))
		update(t, s, func(tx store.Tx) error { return errors.Join(c.Add(tx, -(n+1)), c.Add(tx, 0)) })
		require.EqualValues(t, -1, value(t, s, c))
		update(t, s, func(tx store.Tx) error { return tx.Put([]byte("n/\x00"), nil) })
		require.Error(t, s.View(t.Context(), func(r store.Reader) error { _, err := c.Value(r); return err }))
	}
}

func ExampleCounter() {
	s := store.NewMemory()
	sent := store.NewCounter([]byte("sent/"), 16)
	for range 3 {
		if err := s.Update(context.Background(), func(tx store.Tx) error { return sent.Add(tx, 5) }); err != nil {
			fmt.Println(err)
		}
	}
	err := s.View(context.Background(), func(r store.Reader) error {
		n, err := sent.Value(r)
		fmt.Println(n)
		return err
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 15
}
