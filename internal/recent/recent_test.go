package recent_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/internal/recent"
)

func TestTable(t *testing.T) {
	table := recent.New[int](1)
	require.Nil(t, table.Get("a"))
	table.Put("a", 1)
	require.Equal(t, 1, *table.Get("a"))
	require.Nil(t, table.Get("b"))
	table.Put("b", 2) // there is one slot
	require.Nil(t, table.Get("a"))
	table.Drop("a")
	require.Equal(t, 2, *table.Get("b"))
	table.Drop("b")
	require.Nil(t, table.Get("b"))
}

func TestTableOfNothing(t *testing.T) {
	for _, table := range []recent.Table[int]{{}, recent.New[int](0), recent.New[int](-1)} {
		table.Put("a", 1)
		table.Drop("a")
		require.Nil(t, table.Get("a"))
	}
}

func TestTableConcurrently(t *testing.T) {
	table := recent.New[string](8)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 1000 {
				key := fmt.Sprint(i % 20)
				table.Put(key, key)
				if got := table.Get(key); got != nil && *got != key {
					t.Errorf("%q under %q", *got, key)
				}
				table.Drop(key)
			}
		})
	}
	all.Wait()
}
