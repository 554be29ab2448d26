package pebble

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

const writers = 128

// record is a key and a value as a procedure keeps them.
func recordKey(i uint64) []byte {
	return store.AppendUint64([]byte("nidd/config/"), i*0x9E3779B97F4A7C15)
}

func recordValue(i uint64) []byte {
	return fmt.Appendf(nil, "%0300d", i)
}

// share runs b.N calls of fn in 128 goroutines.
func share(b *testing.B, fn func(n uint64) error) {
	var next atomic.Uint64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			for n := next.Add(1); n <= uint64(b.N); n = next.Add(1) {
				if err := fn(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// BenchmarkCommit compares durable transactions of 128 writers with the engine driven directly, the floor: three keys
// of 20 octets with values of 300, 8 and 0 octets, as a state, its timer and the timer's index.
func BenchmarkCommit(b *testing.B) {
	write := func(n uint64, set func(k, v []byte) error) error {
		for i, v := range [][]byte{recordValue(n), store.AppendUint64(nil, n), nil} {
			if err := set(recordKey(3*n+uint64(i)), v); err != nil {
				return err
			}
		}
		return nil
	}
	b.Run("engine", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		share(b, func(n uint64) error {
			batch := s.db.NewBatch()
			if err := write(n, func(k, v []byte) error { return batch.Set(k, v, nil) }); err != nil {
				return err
			}
			return batch.Commit(engine.Sync)
		})
	})
	b.Run("store", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		share(b, func(n uint64) error {
			return s.Update(b.Context(), func(tx store.Tx) error { return write(n, tx.Put) })
		})
	})
	// What a procedure does: it reads the state that it then changes.
	b.Run("engine-read-write", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		share(b, func(n uint64) error {
			n %= 10_000
			if _, closer, err := s.db.Get(recordKey(3 * n)); err == nil {
				closer.Close()
			}
			batch := s.db.NewBatch()
			if err := write(n, func(k, v []byte) error { return batch.Set(k, v, nil) }); err != nil {
				return err
			}
			return batch.Commit(engine.Sync)
		})
	})
	b.Run("store-read-write", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		share(b, func(n uint64) error {
			n %= 10_000
			return s.Update(b.Context(), func(tx store.Tx) error {
				if _, err := tx.Get(recordKey(3 * n)); err != nil {
					return err
				}
				return write(n, tx.Put)
			})
		})
	})
	// All writers change one key: nothing can go in parallel but the syncs.
	b.Run("store-one-counter", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		share(b, func(uint64) error {
			return s.Update(b.Context(), func(tx store.Tx) error {
				v, err := tx.Get([]byte("counter"))
				if err != nil {
					return err
				}
				var n uint64
				if v != nil {
					n, _, _ = store.CutUint64(v)
				}
				return tx.Put([]byte("counter"), store.AppendUint64(nil, n+1))
			})
		})
	})
	b.Run("store-one-writer", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		var n uint64
		for b.Loop() {
			n++
			if err := s.Update(b.Context(), func(tx store.Tx) error { return write(n, tx.Put) }); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// load writes n records as fast as the engine takes them.
func load(tb testing.TB, s *Store, n uint64) {
	b := s.db.NewBatch()
	for i := range n {
		require.NoError(tb, b.Set(append([]byte{userSpace}, recordKey(i)...), recordValue(i), nil))
		if b.Len() > 1<<20 || i == n-1 {
			require.NoError(tb, b.Commit(engine.NoSync))
			b = s.db.NewBatch()
		}
	}
	require.NoError(tb, s.db.LogData(nil, engine.Sync))
	// Views read the state as of the last commit of the store.
	require.NoError(tb, put(context.Background(), s, "loaded", "1"))
}

// BenchmarkView compares two reads in a View with two reads of the engine, which need not be of one state.
func BenchmarkView(b *testing.B) {
	const n = 20_000
	for _, where := range []string{"memory", "files"} {
		s := open(b, b.TempDir(), nil)
		load(b, s, n)
		if where == "files" {
			require.NoError(b, s.db.Compact(b.Context(), []byte{0}, []byte{0xff}, false))
		}
		keys := make([][]byte, 4096)
		for i := range keys {
			keys[i] = recordKey(uint64(i) * 7919 % n)
		}
		direct := func(i int) error {
			v, closer, err := s.db.Get(append([]byte{userSpace}, keys[i%len(keys)]...))
			if err != nil || len(v) != 300 {
				return fmt.Errorf("%d octets, %w", len(v), err)
			}
			return closer.Close()
		}
		view := func(i int) error {
			return s.View(b.Context(), func(r store.Reader) error {
				for j := range 2 {
					if v, err := r.Get(keys[(i+j)%len(keys)]); err != nil || len(v) != 300 {
						return fmt.Errorf("%d octets, %w", len(v), err)
					}
				}
				return nil
			})
		}
		missing := []byte("nidd/config/missing")
		b.Run("engine/"+where, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := direct(i); err != nil {
					b.Fatal(err)
				}
				if err := direct(i + 1); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("view/"+where, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := view(i); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("view-cold/"+where, func(b *testing.B) {
			hot := s.disk.hot
			s.disk.hot = nil
			defer func() { s.disk.hot = hot }()
			for i := 0; b.Loop(); i++ {
				if err := view(i); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("view-parallel/"+where, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if err := view(i); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
		b.Run("view-missing/"+where, func(b *testing.B) {
			for b.Loop() {
				err := s.View(b.Context(), func(r store.Reader) error {
					for range 2 {
						if v, err := r.Get(missing); err != nil || v != nil {
							return fmt.Errorf("%q, %w", v, err)
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestOpenMillion opens a store with a million records, as it is left by Close and as it is left by a power cut. It
// writes 300 MB, so it runs only when SCEFKIT_LARGE is set.
func TestOpenMillion(t *testing.T) {
	if os.Getenv("SCEFKIT_LARGE") == "" {
		t.Skip("SCEFKIT_LARGE is not set")
	}
	dir := t.TempDir()
	s, err := Open(dir, &Options{Logger: slog.Default()})
	require.NoError(t, err)
	load(t, s, 1_000_000)
	copied := t.TempDir()
	require.NoError(t, s.db.Checkpoint(copied+"/cut"))
	begin := time.Now()
	require.NoError(t, s.Close())
	t.Logf("close: %.2f s", time.Since(begin).Seconds())
	for _, d := range []string{dir, copied + "/cut"} {
		begin := time.Now()
		s, err := Open(d, nil)
		require.NoError(t, err)
		took := time.Since(begin)
		t.Logf("open: %.2f s", took.Seconds())
		require.Less(t, took, 10*time.Second)
		begin = time.Now()
		n := 0
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			for _, err := range r.Scan([]byte("nidd/"), []byte("nidd0"), false) {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		}))
		require.Equal(t, 1_000_000, n)
		t.Logf("scan of all: %.2f s", time.Since(begin).Seconds())
		require.NoError(t, s.Close())
	}
}
