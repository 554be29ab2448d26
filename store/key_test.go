package store_test

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

type parts struct {
	text   string
	number uint64
	at     time.Time
	tail   string
}

func (p parts) key() store.Key {
	return store.Key("test/").Text(p.text).Uint64(p.number).Time(p.at).Raw([]byte(p.tail)...)
}

func (p parts) compare(q parts) int {
	return cmp.Or(cmp.Compare(p.text, q.text), cmp.Compare(p.number, q.number), p.at.Compare(q.at), cmp.Compare(p.tail, q.tail))
}

func randomParts(r *rand.Rand) parts {
	octets := func() string {
		b := make([]byte, r.IntN(4))
		for i := range b {
			b[i] = []byte{0, 1, 2, 'a', 'b', 0xFE, 0xFF}[r.IntN(7)]
		}
		return string(b)
	}
	times := []time.Time{
		{}, time.Unix(0, 0), time.Unix(0, -1), time.Unix(0, 1), time.Unix(-1e9, 5),
		time.Date(2026, 1, 1, 0, 0, 0, r.IntN(3), time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	numbers := []uint64{0, 1, 255, 256, 1 << 63, 1<<64 - 1}
	return parts{octets(), numbers[r.IntN(len(numbers))], times[r.IntN(len(times))], octets()}
}

// The order of keys is the order of their parts, and the parts come back.
func TestKeyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		p, q := randomParts(r), randomParts(r)
		if got, want := bytes.Compare(p.key(), q.key()), p.compare(q); got != want {
			t.Fatalf("keys of %+v and %+v compare %d, want %d", p, q, got, want)
		}
		text, rest, err := store.CutText(p.key()[len("test/"):])
		require.NoError(t, err)
		number, rest, err := store.CutUint64(rest)
		require.NoError(t, err)
		at, rest, err := store.CutTime(rest)
		require.NoError(t, err)
		got := parts{text, number, at, string(rest)}
		if got.compare(p) != 0 {
			t.Fatalf("%+v came back as %+v", p, got)
		}
	}
}

func TestKeyTimeRange(t *testing.T) {
	ascending := []time.Time{
		{}, time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 0),
		time.Date(2262, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	var keys [][]byte
	for _, at := range ascending {
		keys = append(keys, store.AppendTime(nil, at))
	}
	require.True(t, slices.IsSortedFunc(keys, bytes.Compare))
	require.NotEqual(t, keys[0], keys[1])
	first, _, err := store.CutTime(keys[0])
	require.NoError(t, err)
	require.True(t, first.IsZero())
}

// Keys that share a beginning do not share memory.
func TestKeysAreApart(t *testing.T) {
	base := store.Key("a").Text("b")
	k1 := base.Text("one")
	k2 := base.Text("two")
	k3 := base.Raw('3')
	require.Equal(t, store.Key("a").Text("b").Text("one"), k1)
	require.Equal(t, store.Key("a").Text("b").Bytes([]byte("two")), k2)
	require.Equal(t, append(store.Key("a").Text("b"), '3'), k3)
}

func TestCutMalformed(t *testing.T) {
	for _, key := range []string{"", "a", "a\x00", "a\x00\x02", "\x00"} {
		_, _, err := store.CutText([]byte(key))
		require.Error(t, err, "%q", key)
	}
	_, _, err := store.CutUint64(make([]byte, 7))
	require.Error(t, err)
	_, _, err = store.CutTime(nil)
	require.Error(t, err)
}

func TestPrefixEnd(t *testing.T) {
	for prefix, want := range map[string]string{"a": "b", "a\xff": "b", "a\xff\xffb": "a\xff\xffc", "\x00": "\x01"} {
		require.Equal(t, want, string(store.PrefixEnd([]byte(prefix))))
	}
	for _, prefix := range []string{"", "\xff", "\xff\xff"} {
		require.Nil(t, store.PrefixEnd([]byte(prefix)))
	}
}

func FuzzText(f *testing.F) {
	f.Add("a", "a\x00", "x")
	f.Add("\x00\xff", "\x00\x01", "\xff")
	f.Fuzz(func(t *testing.T, a, b, tail string) {
		ka, kb := store.Key(nil).Text(a).Text(tail), store.Key(nil).Text(b)
		if got, want := bytes.Compare(ka[:len(ka)-len(store.AppendText(nil, tail))], kb), cmp.Compare(a, b); got != want {
			t.Fatalf("%q and %q compare %d, want %d", a, b, got, want)
		}
		text, rest, err := store.CutText(ka)
		if err != nil || text != a {
			t.Fatalf("%q came back as %q, %v", a, text, err)
		}
		if text, rest, err = store.CutText(rest); err != nil || text != tail || len(rest) != 0 {
			t.Fatalf("%q came back as %q with %q, %v", tail, text, rest, err)
		}
	})
}

func FuzzCutText(f *testing.F) {
	f.Add([]byte("a\x00\x01rest"))
	f.Fuzz(func(t *testing.T, key []byte) {
		text, rest, err := store.CutText(key)
		if err == nil && !bytes.Equal(append(store.AppendText(nil, text), rest...), key) {
			t.Fatalf("%q has the parts %q and %q, which make another key", key, text, rest)
		}
	})
}

func FuzzPrefixEnd(f *testing.F) {
	f.Add([]byte("a\xff"), []byte("a\xff\x00"))
	f.Fuzz(func(t *testing.T, prefix, key []byte) {
		end := store.PrefixEnd(prefix)
		within := bytes.Compare(key, prefix) >= 0 && (end == nil || bytes.Compare(key, end) < 0)
		if within != bytes.HasPrefix(key, prefix) {
			t.Fatalf("%q is within [%q, %q): %v", key, prefix, end, within)
		}
	})
}
