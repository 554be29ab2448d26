package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// oldTable is the table of a release that knows no index.
func oldTable() *store.Table[sub] { return store.NewTable([]byte("sub/"), subCodec, subKey) }

// fill puts n records into table.
func fill(t *testing.T, s store.Store, table *store.Table[sub], n int) {
	t.Helper()
	update(t, s, func(tx store.Tx) error {
		for i := range n {
			v := &sub{id: fmt.Sprintf("%05d", i), owner: fmt.Sprint(i % 7), serial: fmt.Sprint(i), devices: []string{fmt.Sprint(i % 3), fmt.Sprint(i % 5)}}
			if err := table.Put(tx, v); err != nil {
				return err
			}
		}
		return nil
	})
}

func rebuildAll(ctx context.Context, s store.Store, table subTable) error {
	return errors.Join(
		table.Rebuild(ctx, s, table.byOwner),
		table.Rebuild(ctx, s, table.bySerial),
		table.Rebuild(ctx, s, table.byDevice))
}

func built(t *testing.T, s store.Store, table subTable, x *store.Index[sub]) (ok bool) {
	view(t, s, func(r store.Reader) (err error) { ok, err = table.Built(r, x); return err })
	return ok
}

func TestRebuild(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 257, 2000} {
		s, table := store.NewMemory(), newSubTable()
		fill(t, s, oldTable(), n)
		require.False(t, built(t, s, table, table.byOwner))
		require.NoError(t, rebuildAll(t.Context(), s, table))
		require.True(t, built(t, s, table, table.byOwner))
		checkIndexes(t, s, table)

		// An older release that runs once more leaves entries that are not true.
		update(t, s, func(tx store.Tx) error {
			for i := range min(n, 700) {
				v := &sub{id: fmt.Sprintf("%05d", i), owner: "new"}
				var err error
				if i%2 == 0 {
					err = oldTable().Delete(tx, []byte(v.id))
				} else {
					err = oldTable().Put(tx, v)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if n >= 257 {
			update(t, s, func(tx store.Tx) error {
				v, err := table.GetBy(tx, table.bySerial, []byte("1"))
				require.NoError(t, err)
				require.Nil(t, v, "the entry is not true")
				require.NotContains(t, ids(t, table.AllBy(tx, table.byOwner, []byte("0"))), "00000")
				return table.Put(tx, &sub{id: "other", serial: "1"}) // nobody has this number
			})
		}
		require.NoError(t, rebuildAll(t.Context(), s, table))
		checkIndexes(t, s, table)
	}
}

// An index that is given up is rebuilt with no keys.
func TestRebuildRemovesIndex(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	fill(t, s, table.Table, 300)
	before := content(t, s)
	none := &store.Index[sub]{Name: "owner", Keys: func(*sub) []store.Key { return nil }}
	require.NoError(t, store.NewTable([]byte("sub/"), subCodec, subKey, none).Rebuild(t.Context(), s, none))
	require.Equal(t, before-300+1, content(t, s), "the state of Rebuild stays")
}

func TestRebuildMeetsDuplicates(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	update(t, s, func(tx store.Tx) error {
		return errors.Join(oldTable().Put(tx, &sub{id: "a", serial: "1"}), oldTable().Put(tx, &sub{id: "b", serial: "1"}))
	})
	var d *store.DuplicateError
	require.ErrorAs(t, table.Rebuild(t.Context(), s, table.bySerial), &d)
	require.Equal(t, &store.DuplicateError{Index: "serial", Key: []byte("1"), Holder: []byte("a")}, d)
	require.False(t, built(t, s, table, table.bySerial))
	update(t, s, func(tx store.Tx) error { return table.Put(tx, &sub{id: "b", serial: "2"}) })
	require.NoError(t, rebuildAll(t.Context(), s, table))
	checkIndexes(t, s, table)
}

func TestRebuildMeetsWhatItCannotRead(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	update(t, s, func(tx store.Tx) error { return tx.Put([]byte("sub/rx"), []byte{9}) })
	var v *store.VersionError
	require.ErrorAs(t, table.Rebuild(t.Context(), s, table.byOwner), &v)
	require.False(t, built(t, s, table, table.byOwner))
}

// limited is a store whose Updates fail after a number of them, and that counts the Views.
type limited struct {
	store.Store
	updates, views atomic.Int32
}

var errLimit = errors.New("crash")

func (l *limited) Update(ctx context.Context, fn func(store.Tx) error) error {
	if l.updates.Add(-1) < 0 {
		return errLimit
	}
	return l.Store.Update(ctx, fn)
}

func (l *limited) View(ctx context.Context, fn func(store.Reader) error) error {
	l.views.Add(1)
	return l.Store.View(ctx, fn)
}

// After a crash, Rebuild goes on where it was.
func TestRebuildGoesOn(t *testing.T) {
	s, table := &limited{Store: store.NewMemory()}, newSubTable()
	s.updates.Store(1)
	fill(t, s, oldTable(), 2500)
	crashes := 0
	for {
		s.updates.Store(1)
		err := table.Rebuild(t.Context(), s, table.byOwner)
		if err == nil {
			break
		}
		require.ErrorIs(t, err, errLimit)
		crashes++
		require.Less(t, crashes, 12, "begins anew after each crash")
	}
	require.Equal(t, 10, crashes, "one page for each Update: none of entries, ten of records")
}

// Nodes rebuild at once, while others write with the new table: all agrees at the end.
func TestRebuildWhileOthersWrite(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	fill(t, s, oldTable(), 3000)
	var rebuilding sync.WaitGroup
	for range 3 {
		rebuilding.Go(func() {
			if err := rebuildAll(t.Context(), s, newSubTableOf(table)); err != nil {
				t.Error(err)
			}
		})
	}
	var writing sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	for g := range 2 {
		writing.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 4))
			for ctx.Err() == nil {
				i := r.IntN(3500)
				v := &sub{id: fmt.Sprintf("%05d", i), owner: fmt.Sprint(r.IntN(7)), devices: []string{fmt.Sprint(r.IntN(7))}}
				if r.IntN(2) == 0 {
					v.serial = fmt.Sprint(i)
				}
				err := s.Update(t.Context(), func(tx store.Tx) error {
					if r.IntN(3) == 0 {
						return table.Delete(tx, []byte(v.id))
					}
					return table.Put(tx, v)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	rebuilding.Wait()
	cancel()
	writing.Wait()
	checkIndexes(t, s, table)
}

// newSubTableOf is the table of another node.
func newSubTableOf(t subTable) subTable {
	t.Table = store.NewTable([]byte("sub/"), subCodec, subKey, t.byOwner, t.bySerial, t.byDevice)
	return t
}
