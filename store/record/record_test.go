package record_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store/record"
)

func TestRoundTrip(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 17, time.UTC)
	var inner, w record.Writer
	inner.Int(1, -5)
	inner.Text(2, "within")
	w.Uint(1, math.MaxUint64)
	w.Int(2, math.MinInt64)
	w.Bool(3, true)
	w.Time(4, at)
	w.Time(5, time.Unix(0, 0))
	w.Text(6, "a\x00b")
	w.Bytes(7, []byte{0xFF})
	w.Bytes(8, inner)
	w.Element(9, "")
	w.Element(9, "x")
	w.Uint(10, 0) // these are left out
	w.Int(11, 0)
	w.Bool(12, false)
	w.Time(13, time.Time{})
	w.Text(14, "")
	w.Bytes(15, nil)

	var raw []byte
	var elements []string
	var numbers []record.Number
	r := record.Read(w)
	for r.Next() {
		raw = append(raw, r.Raw()...)
		numbers = append(numbers, r.Number())
		switch r.Number() {
		case 1:
			require.EqualValues(t, uint64(math.MaxUint64), r.Uint())
		case 2:
			require.EqualValues(t, math.MinInt64, r.Int())
		case 3:
			require.True(t, r.Bool())
		case 4:
			require.Equal(t, at, r.Time())
		case 5:
			require.Equal(t, time.Unix(0, 1).UTC(), r.Time())
		case 6:
			require.Equal(t, "a\x00b", r.Text())
		case 7:
			require.Equal(t, []byte{0xFF}, r.Bytes())
		case 8:
			i := r.Inner()
			require.True(t, i.Next())
			require.EqualValues(t, -5, i.Int())
			require.True(t, i.Next())
			require.Equal(t, "within", i.Text())
			require.False(t, i.Next())
			require.NoError(t, i.Err())
		case 9:
			elements = append(elements, r.Text())
		}
	}
	require.NoError(t, r.Err())
	require.Equal(t, []record.Number{1, 2, 3, 4, 5, 6, 7, 8, 9, 9}, numbers)
	require.Equal(t, []string{"", "x"}, elements)
	require.Equal(t, []byte(w), raw)
}

// TestTimes checks the ends of what a time can be, and what lies beyond.
func TestTimes(t *testing.T) {
	first, last := time.Unix(0, -math.MaxInt64).UTC(), time.Unix(0, math.MaxInt64).UTC()
	for _, c := range []struct{ at, want time.Time }{
		{time.Unix(0, 0), time.Unix(0, 1).UTC()},
		{time.Unix(0, -1), time.Unix(0, -1).UTC()},
		{time.Date(2262, 4, 11, 0, 0, 0, 1, time.UTC), time.Date(2262, 4, 11, 0, 0, 0, 1, time.UTC)},
		{time.Date(1677, 9, 22, 0, 0, 0, 1, time.UTC), time.Date(1677, 9, 22, 0, 0, 0, 1, time.UTC)},
		{last, last},
		{last.Add(1), last},
		{time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), last},
		{first.Add(-1), first},
		{time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), first},
	} {
		var w record.Writer
		w.Time(1, c.at)
		r := record.Read(w)
		require.True(t, r.Next())
		require.Equal(t, c.want, r.Time(), c.at)
	}
}

func TestOtherKinds(t *testing.T) {
	// Number 1 as a fixed32, which this package does not write, and number 2 as a varint.
	r := record.Read([]byte{1<<3 | 5, 1, 2, 3, 4, 2 << 3, 7})
	require.True(t, r.Next())
	require.Zero(t, r.Uint())
	require.Zero(t, r.Time())
	require.Empty(t, r.Text())
	require.Len(t, r.Raw(), 5)
	require.True(t, r.Next())
	require.Empty(t, r.Bytes())
	require.EqualValues(t, 7, r.Uint())
	require.False(t, r.Next())
	require.NoError(t, r.Err())
}

func FuzzRead(f *testing.F) {
	f.Add([]byte{1 << 3, 5, 2<<3 | 2, 1, 'a'})
	f.Add([]byte{2<<3 | 2, 9, 'a'})
	f.Add([]byte{0xFF})
	f.Fuzz(func(t *testing.T, b []byte) {
		var raw []byte
		r := record.Read(b)
		for r.Next() {
			raw = append(raw, r.Raw()...)
			for i := r.Inner(); i.Next(); {
			}
			if string(r.Bytes()) != r.Text() {
				t.Fatal("Bytes and Text differ")
			}
		}
		if !bytes.HasPrefix(b, raw) || r.Err() == nil != (len(raw) == len(b)) {
			t.Fatalf("read %d of %d octets, %v", len(raw), len(b), r.Err())
		}
		if r.Err() != nil {
			require.ErrorIs(t, r.Err(), record.ErrDamaged)
		}
	})
}
