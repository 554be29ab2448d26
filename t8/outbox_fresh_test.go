package t8

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// fresh never keeps more than its bound, forgets the oldest first, and its order does not grow when all else goes.
func TestFreshIsBounded(t *testing.T) {
	var f fresh
	record := make([]byte, 64<<10)
	const n = 1000
	for seq := range uint64(n) {
		f.put(seq, record)
		require.LessOrEqual(t, f.size, freshOctets)
	}
	got := f.get(nil, []uint64{0, n - 1})
	require.Nil(t, got[0])
	require.NotNil(t, got[1])

	f = fresh{}
	f.put(1, nil) // stays
	for seq := uint64(2); seq < 10_000; seq++ {
		f.put(seq, record[:100])
		f.forget([]entry{{seq: seq}})
	}
	require.Less(t, len(f.order), 2000)
	require.Equal(t, freshCost, f.size)
}
