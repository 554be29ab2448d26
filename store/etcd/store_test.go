package etcd

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/etcd/etcdtest"
	"github.com/scefkit/scefkit/storetest"
)

func put(ctx context.Context, s store.Store, key, value string) error {
	return s.Update(ctx, func(tx store.Tx) error { return tx.Put([]byte(key), []byte(value)) })
}

func get(t testing.TB, s store.Store, key string) string {
	t.Helper()
	var got string
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get([]byte(key))
		got = string(v)
		return err
	}))
	return got
}

func count(r store.Reader, from, to string) (n int, err error) {
	for _, err := range r.Scan([]byte(from), []byte(to), false) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// increment adds 1 to a counter.
func increment(ctx context.Context, s store.Store, key string) error {
	return s.Update(ctx, func(tx store.Tx) error {
		v, err := tx.Get([]byte(key))
		if err != nil {
			return err
		}
		var n uint64
		if v != nil {
			n, _, _ = store.CutUint64(v)
		}
		return tx.Put([]byte(key), store.AppendUint64(nil, n+1))
	})
}

func counter(t testing.TB, s store.Store, key string) int {
	t.Helper()
	v := get(t, s, key)
	if v == "" {
		return 0
	}
	n, _, err := store.CutUint64([]byte(v))
	require.NoError(t, err)
	return int(n)
}

func TestConformance(t *testing.T) {
	if slow {
		t.Skip("TestConformanceOfMany is enough where all is slow")
	}
	// With 3 remembered records, all keys fight for the slots.
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, aloneEndpoints(), Options{CacheRecords: 3})
	})
}

// many are Stores on one prefix that take turns, as the nodes of a cluster do.
type many struct {
	stores []*Store
	next   atomic.Int64
}

func (m *many) pick() *Store { return m.stores[m.next.Add(1)%int64(len(m.stores))] }

func (m *many) View(ctx context.Context, fn func(store.Reader) error) error {
	return m.pick().View(ctx, fn)
}

func (m *many) Update(ctx context.Context, fn func(store.Tx) error) error {
	return m.pick().Update(ctx, fn)
}

func (m *many) Close() error {
	var errs []error
	for _, s := range m.stores {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// The Stores remember the usual number of records, 3, and none.
func TestConformanceOfMany(t *testing.T) {
	endpoints := SharedEndpoints
	if slow {
		endpoints = aloneEndpoints // three members take three times as long
	}
	storetest.Run(t, func(t *testing.T) store.Store {
		m := new(many)
		prefix := fmt.Sprintf("many%d/", prefixes.Add(1))
		for _, records := range []int{0, 3, -1} {
			m.stores = append(m.stores, open(t, endpoints(), Options{Prefix: prefix, CacheRecords: records}))
		}
		return m
	})
}

func TestConformanceDurable(t *testing.T) {
	c := etcdtest.Start(t, 3, noSync)
	storetest.RunDurable(t, func(t *testing.T, dir string) store.Store {
		h := fnv.New64a()
		h.Write([]byte(dir))
		return open(t, c.Endpoints(), Options{Prefix: fmt.Sprintf("%x/", h.Sum64())})
	})
}

func TestOptions(t *testing.T) {
	_, err := Open(t.Context(), clientv3.Config{Endpoints: []string{"127.0.0.1:1"}},
		&Options{Prefix: strings.Repeat("a", 49) + "\x01", RequestTimeout: time.Millisecond, Patience: time.Microsecond})
	for _, want := range []string{"above 48", "below 0x20", "RequestTimeout", "Patience"} {
		require.ErrorContains(t, err, want)
	}
}

func TestNobodyThere(t *testing.T) {
	begin := time.Now()
	_, err := Open(t.Context(), clientv3.Config{Endpoints: []string{"127.0.0.1:1"}},
		&Options{RequestTimeout: 50 * time.Millisecond, Patience: 200 * time.Millisecond})
	require.ErrorIs(t, err, ErrUnavailable)
	require.Less(t, time.Since(begin), 5*time.Second)

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = Open(ctx, clientv3.Config{Endpoints: []string{"127.0.0.1:1"}}, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestServerLimits(t *testing.T) {
	for name, config := range map[string]func(*embed.Config){
		"default": func(cfg *embed.Config) {
			cfg.MaxTxnOps, cfg.MaxRequestBytes = embed.DefaultMaxTxnOps, embed.DefaultMaxRequestBytes
		},
		"ops":   func(cfg *embed.Config) { cfg.MaxTxnOps = MinTxnOps - 1 },
		"bytes": func(cfg *embed.Config) { cfg.MaxRequestBytes = MinRequestBytes - 4096 },
	} {
		t.Run(name, func(t *testing.T) {
			c := etcdtest.Start(t, 1, func(cfg *embed.Config) { noSync(cfg); config(cfg) })
			_, err := Open(t.Context(), clientv3.Config{Endpoints: c.Endpoints()}, nil)
			require.ErrorIs(t, err, ErrServerLimits)
			require.ErrorContains(t, err, "--max-txn-ops=65536")
		})
	}
}

// The most that the flags must allow: many keys, all read before, next to the limit of octets.
func TestLargeTransaction(t *testing.T) {
	if slow {
		t.Skip("the servers would give up waiting for themselves")
	}
	c := etcdtest.Start(t, 3, noSync)
	prefix := strings.Repeat("p", maxPrefix)
	s, err := Open(t.Context(), clientv3.Config{Endpoints: c.Endpoints()}, &Options{Prefix: prefix})
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	const keys = 65_000
	value := []byte(strings.Repeat("v", store.MaxTx/keys-10))
	key := func(i int) []byte { return fmt.Appendf(nil, "key%06d", i) }
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
		for i := range maxNotes - 1 {
			if err := tx.Put(key(i), nil); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
		if _, err := count(tx, "", ""); err != nil {
			return err
		}
		for i := range keys {
			if err := tx.Put(key(i), value); err != nil {
				return err
			}
		}
		return nil
	}))
	err = s.Update(t.Context(), func(tx store.Tx) error {
		for i := range MinTxnOps {
			if err := tx.Put(key(i), nil); err != nil {
				return err
			}
		}
		return nil
	})
	require.ErrorIs(t, err, store.ErrTooLarge, "with these flags")
	require.ErrorContains(t, err, "--max-txn-ops")

	// Such a log entry does not stop a member from starting.
	c.Kill(0, 1, 2)
	c.Restart(t)
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		n, err := count(r, "", "")
		require.Equal(t, keys, n)
		return err
	}))
}

func TestPrefixesApart(t *testing.T) {
	a := open(t, aloneEndpoints(), Options{Prefix: "apart"})
	b := open(t, aloneEndpoints(), Options{Prefix: "apart/b"})
	require.NoError(t, put(t.Context(), a, "\x00format", "x"))
	require.NoError(t, put(t.Context(), a, "/b", "x"))
	require.NoError(t, put(t.Context(), a, "\xff\xff", "x"))
	for s, want := range map[*Store]int{a: 3, b: 0} {
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			n, err := count(r, "", "")
			require.Equal(t, want, n)
			return err
		}))
	}
	open(t, aloneEndpoints(), Options{Prefix: "apart"})
}

func TestFormat(t *testing.T) {
	s := open(t, aloneEndpoints(), Options{Prefix: "newer"})
	_, err := s.client.Put(t.Context(), s.formatKey, "\x00\x00\x00\x02")
	require.NoError(t, err)
	_, err = New(t.Context(), s.client, &Options{Prefix: "newer"})
	require.ErrorContains(t, err, "newer")
	_, err = s.client.Put(t.Context(), s.formatKey, "theirs")
	require.NoError(t, err)
	_, err = New(t.Context(), s.client, &Options{Prefix: "newer"})
	require.ErrorContains(t, err, "another program")
}

func TestNewLeavesTheClientOpen(t *testing.T) {
	client, err := clientv3.New(clientv3.Config{Endpoints: aloneEndpoints(), Logger: zap.NewNop()})
	require.NoError(t, err)
	s, err := New(t.Context(), client, &Options{Prefix: "client/", unchecked: true})
	require.NoError(t, err)
	require.NoError(t, put(t.Context(), s, "a", strings.Repeat("x", store.MaxValue)))
	require.NoError(t, s.Close())
	s, err = New(t.Context(), client, &Options{Prefix: "client/", unchecked: true})
	require.NoError(t, err)
	require.Len(t, get(t, s, "a"), store.MaxValue)
	require.NoError(t, client.Close())
	require.ErrorIs(t, s.View(t.Context(), func(r store.Reader) error { _, err := r.Get([]byte("a")); return err }), store.ErrClosed)
	require.NoError(t, s.Close())
}

func TestReaderOutlivesItsFunction(t *testing.T) {
	s := open(t, aloneEndpoints(), Options{})
	var kept store.Reader
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error { kept = r; return nil }))
	_, err := kept.Get([]byte("a"))
	require.Error(t, err)
	for _, err := range kept.Scan(nil, nil, false) {
		require.Error(t, err)
	}
}

func TestMarkers(t *testing.T) {
	s := open(t, aloneEndpoints(), Options{})
	markers := func() int64 {
		resp, err := s.client.Get(t.Context(), s.markers, clientv3.WithPrefix(), clientv3.WithCountOnly())
		require.NoError(t, err)
		return resp.Count
	}
	for range 3 {
		require.NoError(t, put(t.Context(), s, "a", "1"))
	}
	require.EqualValues(t, 1, markers())

	// One in use may be taken for a leftover.
	_, err := s.client.Delete(t.Context(), s.markers, clientv3.WithPrefix())
	require.NoError(t, err)
	require.NoError(t, put(t.Context(), s, "a", "2"))
	require.Equal(t, "2", get(t, s, "a"))

	// Old leftovers go, young ones stay.
	_, err = s.client.Put(t.Context(), s.markers+"old/1", string(make([]byte, 16)))
	require.NoError(t, err)
	_, err = s.client.Put(t.Context(), s.markers+"young/1", string(s.markerValue()))
	require.NoError(t, err)
	_, err = New(t.Context(), s.client, &s.opts)
	require.NoError(t, err)
	require.EqualValues(t, 2, markers())

	left, err := clientv3.New(clientv3.Config{Endpoints: aloneEndpoints(), Logger: zap.NewNop()})
	require.NoError(t, err)
	defer left.Close()
	require.NoError(t, s.Close())
	resp, err := left.Get(t.Context(), s.markers, clientv3.WithPrefix(), clientv3.WithCountOnly())
	require.NoError(t, err)
	require.EqualValues(t, 1, resp.Count)
}

// What a Store remembers is out of date when another one writes. Nothing may come of it.
func TestOutdatedMemory(t *testing.T) {
	a := open(t, SharedEndpoints(), Options{Prefix: "outdated/"})
	b := open(t, SharedEndpoints(), Options{Prefix: "outdated/"})
	ctx := t.Context()
	require.NoError(t, put(ctx, a, "k", "1"))
	require.NoError(t, put(ctx, b, "k", "2"))

	runs := 0
	var seen string
	look := func(tx store.Tx) error {
		runs++
		v, err := tx.Get([]byte("k"))
		seen = string(v)
		return err
	}
	require.NoError(t, a.Update(ctx, look))
	require.Equal(t, "2", seen)
	require.Equal(t, 2, runs, "with memory, then with what was found")

	require.NoError(t, put(ctx, b, "k", "3"))
	failed := errors.New("not 3")
	require.NoError(t, a.Update(ctx, func(tx store.Tx) error {
		if err := look(tx); err != nil || seen != "3" {
			return failed // for good, if it were true
		}
		return nil
	}))

	// A deleted key, a key that was not there, and a read of the cluster after one of memory.
	require.NoError(t, b.Update(ctx, func(tx store.Tx) error {
		return errors.Join(tx.Delete([]byte("k")), tx.Put([]byte("new"), []byte("4")))
	}))
	require.NoError(t, a.Update(ctx, func(tx store.Tx) error {
		k, err := tx.Get([]byte("k"))
		if err != nil {
			return err
		}
		n, err := tx.Get([]byte("new"))
		if err != nil {
			return err
		}
		if (k == nil) != (n != nil) {
			return fmt.Errorf("k is %q, new is %q", k, n)
		}
		return tx.Put([]byte("sum"), append(k, n...))
	}))
	require.Equal(t, "4", get(t, b, "sum"))
}

// One that reads and writes what only it uses needs one round trip.
func TestRoundTrips(t *testing.T) {
	s := open(t, SharedEndpoints(), Options{})
	requests := new(counting)
	requests.KVClient, s.kv = s.kv, requests
	ctx := t.Context()
	use := func(n int) error {
		return s.Update(ctx, func(tx store.Tx) error {
			for _, k := range []string{"a", "b", "c"} {
				if _, err := tx.Get([]byte(k)); err != nil {
					return err
				}
				if err := tx.Put([]byte(k), fmt.Append(nil, n)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, use(1))
	require.EqualValues(t, 4, requests.n.Swap(0))
	for range 10 {
		require.NoError(t, use(2))
	}
	require.EqualValues(t, 10, requests.n.Swap(0))
}

type counting struct {
	pb.KVClient
	n atomic.Int64
}

func (c *counting) Range(ctx context.Context, in *pb.RangeRequest, opts ...grpc.CallOption) (*pb.RangeResponse, error) {
	c.n.Add(1)
	return c.KVClient.Range(ctx, in, opts...)
}

func (c *counting) Txn(ctx context.Context, in *pb.TxnRequest, opts ...grpc.CallOption) (*pb.TxnResponse, error) {
	c.n.Add(1)
	return c.KVClient.Txn(ctx, in, opts...)
}

func TestCompaction(t *testing.T) {
	s := open(t, aloneEndpoints(), Options{CacheRecords: -1})
	ctx := t.Context()
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		for i := range 100 {
			if err := tx.Put(fmt.Appendf(nil, "k%02d", i), []byte("1")); err != nil {
				return err
			}
		}
		return nil
	}))
	compact := func() error {
		if err := put(ctx, s, "other", fmt.Sprint(time.Now())); err != nil {
			return err
		}
		resp, err := s.client.Get(ctx, "x")
		if err != nil {
			return err
		}
		_, err = s.client.Compact(ctx, resp.Header.Revision)
		return err
	}
	err := s.View(ctx, func(r store.Reader) error {
		n := 0
		for _, err := range r.Scan([]byte("k"), []byte("l"), false) {
			if err != nil {
				return err
			}
			if n++; n == 5 {
				if err := compact(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	require.ErrorIs(t, err, ErrCompacted)

	runs := 0
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		if _, err := tx.Get([]byte("k00")); err != nil {
			return err
		}
		if runs++; runs == 1 {
			if err := compact(); err != nil {
				return err
			}
		}
		n, err := count(tx, "k", "l")
		if err != nil {
			return err
		}
		return tx.Put([]byte("n"), fmt.Append(nil, n))
	}))
	require.Equal(t, 2, runs)
	require.Equal(t, "100", get(t, s, "n"))
}

// Above so many keys, changes between them and any deletion make a transaction run again.
func TestCoarseNotes(t *testing.T) {
	s := open(t, aloneEndpoints(), Options{})
	ctx := t.Context()
	s.maxNotes = 500
	const keys = 600
	key := func(i int) []byte { return fmt.Appendf(nil, "k%06d", i) }
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		for i := range keys {
			if err := tx.Put(key(i), nil); err != nil {
				return err
			}
		}
		return nil
	}))
	for name, meanwhile := range map[string]func() error{
		"delete": func() error { return s.Update(ctx, func(tx store.Tx) error { return tx.Delete(key(17)) }) },
		"insert": func() error { return put(ctx, s, "k000017a", "") },
		"change": func() error { return put(ctx, s, string(key(keys-1)), "x") },
	} {
		for _, reverse := range []bool{false, true} {
			runs := 0
			require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
				n := 0
				for _, err := range tx.Scan([]byte("k"), []byte("l"), reverse) {
					if err != nil {
						return err
					}
					n++
				}
				if runs++; runs == 1 {
					if err := meanwhile(); err != nil {
						return err
					}
				}
				return tx.Put([]byte("n"), fmt.Append(nil, n))
			}))
			require.Equal(t, 2, runs, name)
			require.NoError(t, put(ctx, s, string(key(17)), "back"))
		}
	}
	runs := 0
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		n, err := count(tx, "k", "l")
		if err != nil {
			return err
		}
		if runs++; runs == 1 {
			if err := put(ctx, s, "m", "x"); err != nil {
				return err
			}
		}
		return tx.Put([]byte("n"), fmt.Append(nil, n))
	}))
	require.Equal(t, 1, runs, "outside of what was read")
}

// Each of two transactions scans and deletes what the other one scanned: a change that shows in no revision.
func TestDeletionsInAScannedRange(t *testing.T) {
	for _, notes := range []int{maxNotes, 4} {
		s := open(t, aloneEndpoints(), Options{})
		s.maxNotes = notes
		ctx := t.Context()
		for i := range 10 {
			require.NoError(t, put(ctx, s, fmt.Sprint("k", i), ""))
		}
		for i, reverse := range []bool{false, true} {
			runs := 0
			require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
				n := 0
				for _, err := range tx.Scan([]byte("k"), []byte("l"), reverse) {
					if err != nil {
						return err
					}
					n++
				}
				if runs++; runs == 1 {
					if err := s.Update(ctx, func(tx store.Tx) error { return tx.Delete(fmt.Appendf(nil, "k%d", 4+i)) }); err != nil {
						return err
					}
				}
				return tx.Put([]byte("n"), fmt.Append(nil, n))
			}))
			require.Equal(t, 2, runs)
			require.Equal(t, fmt.Sprint(9-i), get(t, s, "n"))
		}
	}
}

func TestScanOfLargeValues(t *testing.T) {
	s := open(t, aloneEndpoints(), Options{})
	const n = 40
	value := strings.Repeat("x", 150_000)
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
		for i := range n {
			if err := tx.Put(fmt.Appendf(nil, "k%02d", i), []byte(value)); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, reverse := range []bool{false, true} {
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			i := 0
			for p, err := range r.Scan(nil, nil, reverse) {
				if err != nil {
					return err
				}
				at := i
				if reverse {
					at = n - 1 - i
				}
				require.Equal(t, fmt.Sprintf("k%02d", at), string(p.Key))
				require.Len(t, p.Value, len(value))
				i++
			}
			require.Equal(t, n, i)
			return nil
		}))
	}
}

// Stores in one place, all of whose transactions conflict.
func TestConflicts(t *testing.T) {
	const stores, writers, rounds = 4, 4, 15
	var wg sync.WaitGroup
	var last *Store
	for range stores {
		s := open(t, aloneEndpoints(), Options{Prefix: "conflicts/"})
		last = s
		for range writers {
			wg.Go(func() {
				for range rounds {
					if err := increment(t.Context(), s, "counter"); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	wg.Wait()
	require.Equal(t, stores*writers*rounds, counter(t, last, "counter"))
}

func TestSpaceUsedUp(t *testing.T) {
	c := etcdtest.Start(t, 1, func(cfg *embed.Config) { noSync(cfg); cfg.QuotaBackendBytes = 16 << 20 })
	s := open(t, c.Endpoints(), Options{CacheRecords: -1})
	value := strings.Repeat("x", store.MaxValue)
	acknowledged := 0
	var err error
	for err == nil {
		if err = put(t.Context(), s, fmt.Sprint("k", acknowledged), value); err == nil {
			acknowledged++
		}
	}
	require.NotErrorIs(t, err, store.ErrOutcomeUnknown)
	require.ErrorContains(t, err, "space")
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		n, err := count(r, "k", "l")
		require.Equal(t, acknowledged, n)
		return err
	}))
	require.Greater(t, acknowledged, 5)
}
