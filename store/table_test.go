package store_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/record"
)

// sub is the record of the tests: a subscription of an SCS/AS for devices.
type sub struct {
	id      string
	owner   string
	serial  string // unique unless empty
	devices []string
	note    string
	unknown []byte
}

func (s *sub) append(b []byte) ([]byte, error) {
	w := record.Writer(b)
	w.Text(1, s.id)
	w.Text(2, s.owner)
	w.Text(3, s.serial)
	for _, d := range s.devices {
		w.Element(4, d)
	}
	w.Text(5, s.note)
	return append(w, s.unknown...), nil
}

func decodeSub(b []byte, _ uint64) (*sub, error) {
	s := new(sub)
	r := record.Read(b)
	for r.Next() {
		switch r.Number() {
		case 1:
			s.id = r.Text()
		case 2:
			s.owner = r.Text()
		case 3:
			s.serial = r.Text()
		case 4:
			s.devices = append(s.devices, r.Text())
		case 5:
			s.note = r.Text()
		default:
			s.unknown = append(s.unknown, r.Raw()...)
		}
	}
	return s, r.Err()
}

var subCodec = store.Codec[sub]{Append: (*sub).append, Decode: decodeSub}

func subKey(s *sub) []byte { return []byte(s.id) }

type subTable struct {
	*store.Table[sub]
	byOwner, bySerial, byDevice *store.Index[sub]
}

func ownerIndex() *store.Index[sub] {
	return &store.Index[sub]{Name: "owner", Keys: func(s *sub) []store.Key { return []store.Key{store.Key(s.owner)} }}
}

func serialIndex() *store.Index[sub] {
	return &store.Index[sub]{Name: "serial", Unique: true, Keys: func(s *sub) []store.Key {
		if s.serial == "" {
			return nil
		}
		return []store.Key{store.Key(s.serial)}
	}}
}

func deviceIndex() *store.Index[sub] {
	return &store.Index[sub]{Name: "device", Keys: func(s *sub) []store.Key {
		var keys []store.Key
		for _, d := range s.devices {
			keys = append(keys, store.Key(d))
		}
		return keys
	}}
}

func newSubTable() subTable {
	t := subTable{byOwner: ownerIndex(), bySerial: serialIndex(), byDevice: deviceIndex()}
	t.Table = store.NewTable([]byte("sub/"), subCodec, subKey, t.byOwner, t.bySerial, t.byDevice)
	return t
}

func update(t testing.TB, s store.Store, fn func(tx store.Tx) error) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), fn))
}

func view(t testing.TB, s store.Store, fn func(r store.Reader) error) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), fn))
}

// ids collects the primary keys of a sequence.
func ids(t testing.TB, seq iter.Seq2[*sub, error]) (all []string) {
	t.Helper()
	for v, err := range seq {
		require.NoError(t, err)
		all = append(all, v.id)
	}
	return all
}

// content is the number of keys in a store.
func content(t testing.TB, s store.Store) (n int) {
	view(t, s, func(r store.Reader) error {
		for range r.Scan(nil, nil, false) {
			n++
		}
		return nil
	})
	return n
}

func TestTable(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	update(t, s, func(tx store.Tx) error {
		return errors.Join(
			table.Insert(tx, &sub{id: "a", owner: "as1", serial: "1", devices: []string{"x", "y", "x"}}),
			table.Insert(tx, &sub{id: "b", owner: "as1", serial: "2", devices: []string{"y"}}),
			table.Put(tx, &sub{id: "ab", owner: "as", devices: []string{"x\x00"}}),
			table.Put(tx, &sub{id: "", owner: "as2"}))
	})
	view(t, s, func(r store.Reader) error {
		v, err := table.Get(r, []byte("a"))
		require.NoError(t, err)
		require.Equal(t, &sub{id: "a", owner: "as1", serial: "1", devices: []string{"x", "y", "x"}}, v)
		v, err = table.Get(r, []byte("c"))
		require.NoError(t, err)
		require.Nil(t, v)

		require.Equal(t, []string{"", "a", "ab", "b"}, ids(t, table.Scan(r, nil, nil, false)))
		require.Equal(t, []string{"b", "ab", "a", ""}, ids(t, table.Scan(r, nil, nil, true)))
		require.Equal(t, []string{"a", "ab"}, ids(t, table.Scan(r, []byte("a"), []byte("b"), false)))
		require.Equal(t, []string{"b", "ab"}, ids(t, table.Scan(r, []byte("a\x00"), nil, true)))

		require.Equal(t, []string{"a", "b"}, ids(t, table.AllBy(r, table.byOwner, []byte("as1"))))
		require.Equal(t, []string{"ab"}, ids(t, table.AllBy(r, table.byOwner, []byte("as"))))
		require.Equal(t, []string{"a"}, ids(t, table.AllBy(r, table.byDevice, []byte("x"))))
		require.Equal(t, []string{"ab"}, ids(t, table.AllBy(r, table.byDevice, []byte("x\x00"))))
		require.Equal(t, []string{"a", "ab", "a", "b"}, ids(t, table.ScanBy(r, table.byDevice, nil, nil, false)))
		require.Equal(t, []string{"b", "a", "ab"}, ids(t, table.ScanBy(r, table.byDevice, []byte("x\x00"), []byte("z"), true)))
		require.Equal(t, []string{"b", "a"}, ids(t, table.ScanBy(r, table.bySerial, nil, nil, true)))

		for _, x := range []*store.Index[sub]{table.bySerial, table.byOwner} {
			v, err = table.GetBy(r, x, []byte("none"))
			require.NoError(t, err)
			require.Nil(t, v)
		}
		v, err = table.GetBy(r, table.bySerial, []byte("2"))
		require.NoError(t, err)
		require.Equal(t, "b", v.id)
		v, err = table.GetBy(r, table.byDevice, []byte("y"))
		require.NoError(t, err)
		require.Equal(t, "a", v.id)

		for v := range table.Scan(r, nil, nil, true) { // a limit
			require.Equal(t, "b", v.id)
			break
		}
		return nil
	})
	update(t, s, func(tx store.Tx) error {
		for v, err := range table.ScanBy(tx, table.byDevice, nil, nil, false) { // changes in the loop
			require.NoError(t, err)
			require.NoError(t, table.Delete(tx, []byte(v.id)))
		}
		require.NoError(t, table.Delete(tx, []byte("c")))
		return table.Delete(tx, nil)
	})
	require.Zero(t, content(t, s))
}

func TestTableDuplicates(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	update(t, s, func(tx store.Tx) error {
		return errors.Join(table.Put(tx, &sub{id: "a", serial: "1"}), table.Put(tx, &sub{id: "b", serial: "2"}))
	})
	update(t, s, func(tx store.Tx) error {
		writes := &countingTx{Tx: tx}
		err := table.Insert(writes, &sub{id: "a", serial: "3"})
		require.ErrorIs(t, err, store.ErrExists)
		require.EqualError(t, err, store.ErrExists.Error())
		var d *store.DuplicateError
		require.ErrorAs(t, err, &d)
		require.Equal(t, &store.DuplicateError{Key: []byte("a"), Holder: []byte("a")}, d)

		for _, put := range []func(store.Tx, *sub) error{table.Put, table.Insert} {
			err = put(writes, &sub{id: "c", serial: "1", owner: "as", devices: []string{"x"}})
			require.ErrorAs(t, err, &d)
			require.Equal(t, &store.DuplicateError{Index: "serial", Key: []byte("1"), Holder: []byte("a")}, d)
			require.NotContains(t, err.Error(), "1", "keys may be identities")
		}
		require.ErrorIs(t, table.Put(writes, &sub{id: "b", serial: "1"}), store.ErrExists)
		require.Zero(t, writes.writes, "what was refused left something behind")

		// A key that became free is free in the same transaction.
		require.NoError(t, table.Put(tx, &sub{id: "a"}))
		return table.Put(tx, &sub{id: "b", serial: "1"})
	})
	view(t, s, func(r store.Reader) error {
		require.Equal(t, []string{"b"}, ids(t, table.ScanBy(r, table.bySerial, nil, nil, false)))
		return nil
	})
}

// Of many that insert the same at once, one comes through.
func TestTableUniqueAmongConcurrent(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Update(t.Context(), func(tx store.Tx) error {
				return table.Insert(tx, &sub{id: fmt.Sprint(i), serial: "one"})
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.ErrorIs(t, err, store.ErrExists)
		}
	}
	require.Equal(t, 1, won)
}

func TestTableWritesWhatDiffers(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	v := &sub{id: "a", owner: "as1", serial: "1", devices: []string{"x", "y"}}
	for _, step := range []struct {
		change func()
		writes int
	}{
		{func() {}, 5},
		{func() {}, 0},
		{func() { v.note = "changed" }, 1},
		{func() { v.owner = "as2" }, 3},
		{func() { v.devices = []string{"y", "z", "x"} }, 2},
		{func() { v.devices = nil }, 4},
		{func() { v.serial = "" }, 2},
	} {
		step.change()
		update(t, s, func(tx store.Tx) error {
			c := &countingTx{Tx: tx}
			require.NoError(t, table.Put(c, v))
			require.Equal(t, step.writes, c.writes)
			return nil
		})
	}
	require.Equal(t, 2, content(t, s))
}

func TestTableTooLarge(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	for _, v := range []*sub{
		{id: strings.Repeat("k", store.MaxKey)},
		{id: "a", owner: strings.Repeat("k", store.MaxKey)},
		{id: "a", note: strings.Repeat("v", store.MaxValue)},
	} {
		require.ErrorIs(t, s.Update(t.Context(), func(tx store.Tx) error { return table.Put(tx, v) }), store.ErrTooLarge)
	}
	view(t, s, func(r store.Reader) error {
		long := []byte(strings.Repeat("k", 2*store.MaxKey))
		v, err := table.Get(r, long)
		require.NoError(t, err)
		require.Nil(t, v)
		v, err = table.GetBy(r, table.bySerial, long)
		require.NoError(t, err)
		require.Nil(t, v)
		return nil
	})
}

func TestNewTablePanics(t *testing.T) {
	x := ownerIndex()
	require.Panics(t, func() { store.NewTable(nil, store.Codec[sub]{}, subKey) })
	require.Panics(t, func() { store.NewTable(nil, subCodec, nil) })
	require.Panics(t, func() { store.NewTable(nil, subCodec, subKey, x, ownerIndex()) })
	require.Panics(t, func() { store.NewTable(nil, subCodec, subKey, &store.Index[sub]{Name: "none"}) })
	table := store.NewTable(nil, subCodec, subKey, x)
	require.Panics(t, func() { _, _ = table.GetBy(nil, serialIndex(), nil) })
}

// Random changes, from several goroutines, some of which fail: at the end each index says what a map of the records says.
func TestTableModel(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 3))
			pick := func() string { return []string{"", "\x00", "a", "a\x00", "a\x01", "ab", "b\xff", "c"}[r.IntN(8)] }
			for range 400 {
				err := s.Update(t.Context(), func(tx store.Tx) error {
					for range 1 + r.IntN(3) {
						v := &sub{id: pick(), owner: pick(), serial: pick(), devices: []string{pick(), pick()}[:r.IntN(3)]}
						var err error
						switch r.IntN(5) {
						case 0:
							err = table.Delete(tx, []byte(v.id))
						case 1:
							err = table.Insert(tx, v)
						default:
							err = table.Put(tx, v)
						}
						if err != nil && (!errors.Is(err, store.ErrExists) || r.IntN(2) == 0) {
							return err
						}
					}
					return nil
				})
				if err != nil && !errors.Is(err, store.ErrExists) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	checkIndexes(t, s, table)
}

// checkIndexes compares what the indexes say with the records.
func checkIndexes(t *testing.T, s store.Store, table subTable) {
	t.Helper()
	view(t, s, func(r store.Reader) error {
		records := 0
		want := map[*store.Index[sub]][][2]string{table.byOwner: {}, table.bySerial: {}, table.byDevice: {}}
		for v, err := range table.Scan(r, nil, nil, false) {
			require.NoError(t, err)
			records++
			for x := range want {
				keys := map[string]bool{}
				for _, k := range x.Keys(v) {
					keys[string(k)] = true
				}
				for k := range keys {
					want[x] = append(want[x], [2]string{k, v.id})
				}
			}
		}
		entries := 0
		for x, pairs := range want {
			slices.SortFunc(pairs, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
			entries += len(pairs)
			var all []string
			byKey := map[string][]string{}
			for _, p := range pairs {
				all = append(all, p[1])
				byKey[p[0]] = append(byKey[p[0]], p[1])
			}
			require.Equal(t, all, ids(t, table.ScanBy(r, x, nil, nil, false)), x.Name)
			slices.Reverse(all)
			require.Equal(t, all, ids(t, table.ScanBy(r, x, nil, nil, true)), x.Name)
			for _, k := range slices.Collect(maps.Keys(byKey)) {
				require.Equal(t, byKey[k], ids(t, table.AllBy(r, x, []byte(k))), "%s %q", x.Name, k)
			}
		}
		n := 0
		for p := range r.Scan(nil, nil, false) {
			if string(p.Key[:5]) != "sub/b" { // how far Rebuild is
				n++
			}
		}
		require.Equal(t, records+entries, n, "there are entries of no record")
		return nil
	})
}

// subV2 is what a newer release made of sub: it has a field more.
type subV2 struct {
	sub
	region string
}

func (s *subV2) append(b []byte) ([]byte, error) {
	b, err := s.sub.append(b)
	w := record.Writer(b)
	w.Text(6, s.region)
	return w, err
}

func decodeSubV2(b []byte, version uint64) (*subV2, error) {
	base, err := decodeSub(b, version)
	if err != nil {
		return nil, err
	}
	s := &subV2{sub: *base, region: "home"} // what a record without the field means
	s.unknown = nil
	for r := record.Read(base.unknown); r.Next(); {
		if r.Number() == 6 {
			s.region = r.Text()
		} else {
			s.unknown = append(s.unknown, r.Raw()...)
		}
	}
	return s, nil
}

// Two releases side by side: the newer one reads what the older one wrote, and the older one keeps what it does not know.
func TestTableTwoReleases(t *testing.T) {
	s := store.NewMemory()
	older := store.NewTable([]byte("sub/"), subCodec, subKey)
	newer := store.NewTable([]byte("sub/"), store.Codec[subV2]{Append: (*subV2).append, Decode: decodeSubV2},
		func(v *subV2) []byte { return []byte(v.id) })

	update(t, s, func(tx store.Tx) error { return older.Put(tx, &sub{id: "a", owner: "as"}) })
	update(t, s, func(tx store.Tx) error {
		v, err := newer.Get(tx, []byte("a"))
		require.NoError(t, err)
		require.Equal(t, &subV2{sub: sub{id: "a", owner: "as"}, region: "home"}, v)
		v.region = "abroad"
		return newer.Put(tx, v)
	})
	update(t, s, func(tx store.Tx) error {
		v, err := older.Get(tx, []byte("a"))
		require.NoError(t, err)
		v.note = "changed by the older release"
		return older.Put(tx, v)
	})
	view(t, s, func(r store.Reader) error {
		v, err := newer.Get(r, []byte("a"))
		require.NoError(t, err)
		require.Equal(t, &subV2{sub: sub{id: "a", owner: "as", note: "changed by the older release"}, region: "abroad"}, v)
		return nil
	})
}

// A change that an older release would misread comes in two steps; who skips one gets an error, and no damage is done.
func TestTableVersions(t *testing.T) {
	s := store.NewMemory()
	var versions []uint64
	release := func(version, reads uint64) *store.Table[sub] {
		return store.NewTable([]byte("sub/"), store.Codec[sub]{
			Version: version, Reads: reads, Append: (*sub).append,
			Decode: func(b []byte, version uint64) (*sub, error) {
				versions = append(versions, version)
				return decodeSub(b, version)
			},
		}, subKey)
	}
	first, second, third := release(0, 0), release(0, 1), release(1, 0)
	put := func(table *store.Table[sub], v sub) error {
		return s.Update(t.Context(), func(tx store.Tx) error { return table.Put(tx, &v) })
	}
	require.NoError(t, put(first, sub{id: "a"}))
	require.NoError(t, put(third, sub{id: "a", note: "third"}))
	require.Equal(t, []uint64{0}, versions)
	require.NoError(t, put(third, sub{id: "b"}))

	before := content(t, s)
	for _, err := range []error{
		put(first, sub{id: "a"}),
		s.Update(t.Context(), func(tx store.Tx) error { return first.Delete(tx, []byte("a")) }),
		s.View(t.Context(), func(r store.Reader) error { _, err := first.Get(r, []byte("a")); return err }),
		s.View(t.Context(), func(r store.Reader) error {
			all := 0
			var last error
			for _, err := range first.Scan(r, nil, nil, false) {
				all, last = all+1, err
			}
			require.Equal(t, 1, all, "an error ends the sequence")
			return last
		}),
	} {
		var v *store.VersionError
		require.ErrorAs(t, err, &v)
		require.Equal(t, &store.VersionError{Version: 1, Reads: 0}, v)
		require.ErrorContains(t, err, "version 1")
	}
	require.Equal(t, before, content(t, s))
	versions = nil
	require.NoError(t, put(second, sub{id: "a", note: "second"}))
	require.NoError(t, put(first, sub{id: "a"}))
	require.Equal(t, []uint64{1, 0}, versions)
}

func TestTableDamaged(t *testing.T) {
	s, table := store.NewMemory(), newSubTable()
	lost := errors.New("lost")
	failing := store.NewTable([]byte("sub/"), store.Codec[sub]{
		Append: func(*sub, []byte) ([]byte, error) { return nil, lost }, Decode: decodeSub,
	}, subKey)
	update(t, s, func(tx store.Tx) error {
		require.ErrorIs(t, failing.Put(tx, &sub{id: "a"}), lost)
		return errors.Join(tx.Put([]byte("sub/r1"), []byte("\x00\xff")), tx.Put([]byte("sub/r2"), nil))
	})
	update(t, s, func(tx store.Tx) error {
		_, err := table.Get(tx, []byte("1"))
		require.ErrorIs(t, err, record.ErrDamaged)
		require.ErrorIs(t, table.Put(tx, &sub{id: "1"}), record.ErrDamaged)
		_, err = table.Get(tx, []byte("2"))
		require.Error(t, err)
		return nil
	})
}

func FuzzTable(f *testing.F) {
	f.Add("a", "as", "x", "y", "b", "as\x00", "x")
	f.Add("", "\x00", "\x00\x01", "\x00\xff", "\xff", "", "\x00")
	f.Fuzz(func(t *testing.T, id1, owner1, dev1, dev2, id2, owner2, dev3 string) {
		s, table := store.NewMemory(), newSubTable()
		a := &sub{id: id1, owner: owner1, devices: []string{dev1, dev2}}
		b := &sub{id: id2, owner: owner2, devices: []string{dev3}}
		err := s.Update(t.Context(), func(tx store.Tx) error { return errors.Join(table.Put(tx, a), table.Put(tx, b)) })
		if errors.Is(err, store.ErrTooLarge) {
			return
		}
		require.NoError(t, err)
		checkIndexes(t, s, table)
		update(t, s, func(tx store.Tx) error {
			return errors.Join(table.Delete(tx, []byte(id1)), table.Delete(tx, []byte(id2)))
		})
		require.Zero(t, content(t, s))
	})
}

// errReader is a store that fails.
type errReader struct {
	store.Reader
	err error
}

func (r errReader) Get([]byte) ([]byte, error) { return nil, r.err }

func (r errReader) Scan([]byte, []byte, bool) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) { yield(store.Pair{}, r.err) }
}

type errTx struct {
	errReader
	store.Tx
}

func (tx errTx) Get(k []byte) ([]byte, error) { return tx.errReader.Get(k) }

func (tx errTx) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	return tx.errReader.Scan(from, to, reverse)
}

// The errors of the store come through as they are.
func TestTableStoreErrors(t *testing.T) {
	table := newSubTable()
	broken := errors.New("broken")
	r := errReader{err: broken}
	tx := errTx{errReader: r}
	_, err := table.Get(r, nil)
	require.Equal(t, broken, err)
	for _, x := range []*store.Index[sub]{table.bySerial, table.byOwner} {
		_, err = table.GetBy(r, x, nil)
		require.Equal(t, broken, err)
	}
	for _, err := range table.Scan(r, nil, nil, false) {
		require.Equal(t, broken, err)
	}
	require.Equal(t, broken, table.Put(tx, &sub{}))
	require.Equal(t, broken, table.Insert(tx, &sub{}))
	require.Equal(t, broken, table.Delete(tx, nil))
	_, err = store.NewCounter(nil, 1).Value(r)
	require.Equal(t, broken, err)
	require.Equal(t, broken, store.NewCounter(nil, 1).Add(tx, 1))
}

func ExampleTable() {
	type device struct {
		id, owner string
		unknown   []byte // fields of newer releases
	}
	byOwner := &store.Index[device]{
		Name: "owner",
		Keys: func(d *device) []store.Key { return []store.Key{store.Key(d.owner)} },
	}
	devices := store.NewTable([]byte("device/"), store.Codec[device]{
		Append: func(d *device, b []byte) ([]byte, error) {
			w := record.Writer(b)
			w.Text(1, d.id)
			w.Text(2, d.owner)
			return append(w, d.unknown...), nil
		},
		Decode: func(b []byte, _ uint64) (*device, error) {
			d, r := new(device), record.Read(b)
			for r.Next() {
				switch r.Number() {
				case 1:
					d.id = r.Text()
				case 2:
					d.owner = r.Text()
				default:
					d.unknown = append(d.unknown, r.Raw()...)
				}
			}
			return d, r.Err()
		},
	}, func(d *device) []byte { return []byte(d.id) }, byOwner)

	s, ctx := store.NewMemory(), context.Background()
	err := s.Update(ctx, func(tx store.Tx) error {
		return errors.Join(
			devices.Insert(tx, &device{id: "meter-2@example.com", owner: "power"}),
			devices.Insert(tx, &device{id: "meter-1@example.com", owner: "power"}),
			devices.Insert(tx, &device{id: "tap@example.com", owner: "water"}))
	})
	if err != nil {
		fmt.Println(err)
	}
	err = s.View(ctx, func(r store.Reader) error {
		for d, err := range devices.AllBy(r, byOwner, []byte("power")) {
			if err != nil {
				return err
			}
			fmt.Println(d.id)
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// meter-1@example.com
	// meter-2@example.com
}
