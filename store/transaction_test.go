package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// Transactions of random writes, reads and scans, some rolled back, agree with a map.
func TestTransactionModel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	s := store.NewMemory()
	model := map[string]string{}
	key := func() string {
		return string([]byte{"\x00aAb\xff"[r.IntN(5)], "\x00\x01z\xff"[r.IntN(4)]}[:1+r.IntN(2)])
	}
	roll := fmt.Errorf("roll back")
	for range 1500 {
		mine := maps.Clone(model)
		keep := r.IntN(3) > 0
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for range r.IntN(20) {
				k := key()
				switch r.IntN(4) {
				case 0:
					require.NoError(t, tx.Delete([]byte(k)))
					delete(mine, k)
				case 1, 2:
					mine[k] = fmt.Sprint(r.IntN(1000))
					require.NoError(t, tx.Put([]byte(k), []byte(mine[k])))
				case 3:
					v, err := tx.Get([]byte(k))
					require.NoError(t, err)
					want, ok := mine[k]
					require.Equal(t, ok, v != nil)
					require.Equal(t, want, string(v))
				}
				if r.IntN(4) > 0 {
					continue
				}
				from, to, reverse, most := key(), key(), r.IntN(2) == 0, r.IntN(30)
				if r.IntN(3) == 0 {
					to = ""
				}
				want := slices.DeleteFunc(slices.Sorted(maps.Keys(mine)), func(k string) bool {
					return k < from || to != "" && k >= to
				})
				if reverse {
					slices.Reverse(want)
				}
				want = want[:min(most, len(want))]
				var got []string
				for p, err := range tx.Scan([]byte(from), []byte(to), reverse) {
					require.NoError(t, err)
					if len(got) == most {
						break
					}
					require.Equal(t, mine[string(p.Key)], string(p.Value))
					got = append(got, string(p.Key))
				}
				require.True(t, slices.Equal(want, got), "Scan(%q, %q, %v) gave %q, want %q", from, to, reverse, got, want)
			}
			if !keep {
				return roll
			}
			return nil
		})
		if keep {
			require.NoError(t, err)
			model = mine
		} else {
			require.Equal(t, roll, err)
		}
	}
}

// conflicts runs one transaction, and in its first run another one after read, and tells whether the first ran again.
func conflicts(t *testing.T, s store.Store, read func(tx store.Tx), other func(tx store.Tx)) bool {
	t.Helper()
	runs := 0
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
		read(tx)
		if runs++; runs == 1 { // only the first, which is sure not to hold the commit lock
			require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { other(tx); return nil }))
		}
		return tx.Put([]byte("result"), nil)
	}))
	return runs > 1
}

func TestConflicts(t *testing.T) {
	put := func(keys ...string) func(store.Tx) {
		return func(tx store.Tx) {
			for _, k := range keys {
				require.NoError(t, tx.Put([]byte(k), []byte("x")))
			}
		}
	}
	del := func(k string) func(store.Tx) {
		return func(tx store.Tx) { require.NoError(t, tx.Delete([]byte(k))) }
	}
	get := func(k string) func(store.Tx) {
		return func(tx store.Tx) {
			_, err := tx.Get([]byte(k))
			require.NoError(t, err)
		}
	}
	scan := func(from, to string, reverse bool, most int) func(store.Tx) {
		return func(tx store.Tx) {
			n := 0
			for _, err := range tx.Scan([]byte(from), []byte(to), reverse) {
				require.NoError(t, err)
				if n++; n == most {
					break
				}
			}
		}
	}
	both := func(a, b func(store.Tx)) func(store.Tx) { return func(tx store.Tx) { a(tx); b(tx) } }
	for name, c := range map[string]struct {
		read, other func(store.Tx)
		want        bool
	}{
		"same key":                      {get("d"), put("d"), true},
		"missing key":                   {get("missing"), put("missing"), true},
		"deleted key":                   {get("d"), del("d"), true},
		"other key":                     {get("d"), put("e"), false},
		"blind write":                   {put("d"), put("d"), false},
		"own write read":                {both(put("d"), get("d")), put("d"), false},
		"read, then written":            {both(get("d"), put("d")), put("d"), true},
		"in the range":                  {scan("b", "f", false, 0), put("c5"), true},
		"first of the range":            {scan("b", "f", false, 0), put("b"), true},
		"deleted in the range":          {scan("b", "f", true, 0), del("c"), true},
		"end of the range":              {scan("b", "f", false, 0), put("f"), false},
		"before the range":              {scan("b", "f", true, 0), put("a"), false},
		"unbounded":                     {scan("b", "", true, 0), put("zzz"), true},
		"beyond where it stopped":       {scan("b", "", false, 2), put("c5"), false},
		"where it stopped":              {scan("b", "", false, 2), put("c"), true},
		"before where it stopped":       {scan("b", "", false, 2), put("b5"), true},
		"below where it stopped, down":  {scan("", "f", true, 2), put("c"), false},
		"where it stopped, down":        {scan("", "f", true, 2), put("d"), true},
		"above where it stopped, down":  {scan("", "f", true, 2), put("e5"), true},
		"scan over own writes, beyond":  {both(put("b1", "b2"), scan("b", "f", false, 2)), put("e"), false},
		"scan over own writes, between": {both(put("b1", "b2"), scan("b", "f", false, 2)), put("b15"), true},
		"nothing written by the other":  {scan("", "", false, 0), func(store.Tx) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := store.NewMemory()
			require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
				put("a", "b", "c", "d", "e", "f", "g")(tx)
				return nil
			}))
			require.Equal(t, c.want, conflicts(t, s, c.read, c.other))
		})
	}
}

// A transaction so old that the commits since are no longer known runs again.
func TestForgottenCommits(t *testing.T) {
	for name, size := range map[string]int{"many": 10, "long": 1000} {
		t.Run(name, func(t *testing.T) {
			s := store.NewMemory()
			write := func(k string) {
				require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return tx.Put([]byte(k), nil) }))
			}
			var seen []byte
			runs := 0
			require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
				var err error
				if seen, err = tx.Get([]byte("a")); err != nil {
					return err
				}
				if runs++; runs == 1 {
					write("a")
					for i := range 17_000 {
						write(fmt.Sprintf("%0*d", size, i))
					}
				}
				return tx.Put([]byte("b"), nil)
			}))
			require.Equal(t, 2, runs)
			require.NotNil(t, seen)
		})
	}
}
