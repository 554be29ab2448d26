package pebble

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// record is a key and a value as a procedure keeps them.
func recordKey(i uint64) []byte {
	return store.AppendUint64([]byte("nidd/config/"), i*0x9E3779B97F4A7C15)
}

func recordValue(i uint64) []byte {
	return fmt.Appendf(nil, "%0300d", i)
}

const writers = 128

// inParallel calls fn with the numbers above from, up to to, in some goroutines, and returns how long it took.
func inParallel(b *testing.B, goroutines int, from, to uint64, fn func(n uint64) error) time.Duration {
	begin := time.Now()
	var next atomic.Uint64
	next.Store(from)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for n := next.Add(1); n <= to; n = next.Add(1) {
				if err := fn(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(begin)
}

// share runs b.N calls of fn in 128 goroutines.
func share(b *testing.B, fn func(n uint64) error) {
	b.ResetTimer()
	took := inParallel(b, writers, 0, uint64(b.N), fn)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/took.Seconds(), "commits/s")
}

// compare runs b.N calls of the engine driven directly and b.N of the store, by turns, from some goroutines, and reports
// the speed of the store as a share of the engine's. The benchmark's own figures are those of the store.
func compare(b *testing.B, goroutines int, direct, ours func(n uint64) error) {
	const turns = 16
	var engines, stores time.Duration
	b.ResetTimer()
	for i := range uint64(turns) {
		from, to := i*uint64(b.N)/turns, (i+1)*uint64(b.N)/turns
		b.StopTimer()
		engines += inParallel(b, goroutines, from, to, direct)
		b.StartTimer()
		stores += inParallel(b, goroutines, from, to, ours)
	}
	b.StopTimer()
	b.ReportMetric(float64(engines)/float64(stores), "share")
}

// BenchmarkCommit compares durable transactions with synced batches of the engine: three keys of 20 octets with values of
// 300, 8 and 0 octets, as a state, its timer and the timer's index. The aim is a share of 0.8.
func BenchmarkCommit(b *testing.B) {
	write := func(n uint64, set func(k, v []byte) error) error {
		for i, v := range [][]byte{recordValue(n), store.AppendUint64(nil, n), nil} {
			if err := set(recordKey(3*n+uint64(i)), v); err != nil {
				return err
			}
		}
		return nil
	}
	for _, writers := range []int{1, 16, writers} {
		for _, reads := range []bool{false, true} {
			name := fmt.Sprintf("writers=%d", writers)
			if reads { // what a procedure does: it reads the state that it then changes
				name += "/read first"
			}
			b.Run(name, func(b *testing.B) {
				direct, ours := open(b, b.TempDir(), nil), open(b, b.TempDir(), nil)
				compare(b, writers, func(n uint64) error {
					n %= 10_000
					if reads {
						if _, closer, err := direct.db.Get(recordKey(3 * n)); err == nil {
							closer.Close()
						}
					}
					batch := direct.db.NewBatch()
					if err := write(n, func(k, v []byte) error { return batch.Set(k, v, nil) }); err != nil {
						return err
					}
					return batch.Commit(engine.Sync)
				}, func(n uint64) error {
					n %= 10_000
					return ours.Update(b.Context(), func(tx store.Tx) error {
						if reads {
							if _, err := tx.Get(recordKey(3 * n)); err != nil {
								return err
							}
						}
						return write(n, tx.Put)
					})
				})
			})
		}
	}
}

// BenchmarkCounter lets 128 writers change one key: nothing can go in parallel but the syncs.
func BenchmarkCounter(b *testing.B) {
	s := open(b, b.TempDir(), nil)
	share(b, func(uint64) error {
		return s.Update(b.Context(), func(tx store.Tx) error {
			_, err := increment(tx, "counter")
			return err
		})
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

// BenchmarkView compares a View of one point read, of one that finds nothing, and of a scan of 100 records, with Get and an
// iterator of the engine, which give no state that two reads could share. "Cold" reads go past the hot records. The aim
// is a share of 0.7.
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
		missing := []byte("nidd/config/missing")
		key := func(i uint64) []byte { return keys[i%uint64(len(keys))] }
		direct := func(k []byte) (int, error) {
			v, closer, err := s.db.Get(append([]byte{userSpace}, k...))
			if errors.Is(err, engine.ErrNotFound) {
				return -1, nil
			} else if err != nil {
				return 0, err
			}
			return len(v), closer.Close()
		}
		view := func(k []byte) (n int, err error) {
			err = s.View(b.Context(), func(r store.Reader) error {
				v, err := r.Get(k)
				if n = len(v); v == nil {
					n = -1
				}
				return err
			})
			return n, err
		}
		want := func(want int, get func(k []byte) (int, error), k []byte) error {
			if got, err := get(k); err != nil || got != want {
				return fmt.Errorf("%d octets, %w", got, err)
			}
			return nil
		}
		point := func(b *testing.B) {
			compare(b, 1, func(i uint64) error { return want(300, direct, key(i)) },
				func(i uint64) error { return want(300, view, key(i)) })
		}
		b.Run("point/"+where, point)
		b.Run("point cold/"+where, func(b *testing.B) {
			hot := s.disk.hot
			s.disk.hot = nil
			defer func() { s.disk.hot = hot }()
			point(b)
		})
		b.Run("missing/"+where, func(b *testing.B) {
			compare(b, 1, func(uint64) error { return want(-1, direct, missing) },
				func(uint64) error { return want(-1, view, missing) })
		})
		const length = 100
		b.Run("scan/"+where, func(b *testing.B) {
			compare(b, 1, func(i uint64) error {
				it, err := s.db.NewIter(&engine.IterOptions{
					LowerBound: append([]byte{userSpace}, key(i)...), UpperBound: []byte{userEnd},
				})
				if err != nil {
					return err
				}
				octets := 0
				ok := it.First()
				for n := 0; ok && n < length; n++ {
					v, err := it.ValueAndErr()
					if err != nil {
						return err
					}
					octets += len(v)
					ok = it.Next()
				}
				return it.Close()
			}, func(i uint64) error {
				return s.View(b.Context(), func(r store.Reader) error {
					octets, n := 0, 0
					for p, err := range r.Scan(key(i), nil, false) {
						if err != nil {
							return err
						}
						octets += len(p.Value)
						if n++; n == length {
							break
						}
					}
					return nil
				})
			})
		})
	}
}

// TestOpenMillion opens a store with a million records and a million timers, as it is left by Close and as it is left by a
// power cut, and takes the time until the first request is served and the first timer has fired. Only timers that are due
// are read. It writes 400 MB, so it runs only when SCEFKIT_LARGE is set.
func TestOpenMillion(t *testing.T) {
	if os.Getenv("SCEFKIT_LARGE") == "" {
		t.Skip("SCEFKIT_LARGE is not set")
	}
	const n = 1_000_000
	dir := t.TempDir()
	s, err := Open(dir, &Options{Logger: slog.Default()})
	require.NoError(t, err)
	load(t, s, n)
	timers := store.NewTimers([]byte("t/"), nil)
	now := time.Now()
	const due = 10 // of them; the others are due later
	for i := uint64(0); i < n; {
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			for end := min(i+10_000, n); i < end; i++ {
				at := now.Add(time.Hour + time.Duration(i)*time.Second)
				if i < due {
					at = now
				}
				if err := timers.Set(tx, recordKey(i), at); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	cut := filepath.Join(t.TempDir(), "cut")
	require.NoError(t, s.db.Checkpoint(cut))
	backup := filepath.Join(t.TempDir(), "backup")
	begin := time.Now()
	require.NoError(t, s.Checkpoint(t.Context(), backup))
	t.Logf("backup: %.2f s", time.Since(begin).Seconds())
	begin = time.Now()
	require.NoError(t, s.Verify(t.Context()))
	t.Logf("verify: %.2f s", time.Since(begin).Seconds())
	begin = time.Now()
	require.NoError(t, s.Close())
	t.Logf("close: %.2f s", time.Since(begin).Seconds())
	restored := filepath.Join(t.TempDir(), "restored")
	begin = time.Now()
	require.NoError(t, Restore(t.Context(), backup, restored))
	t.Logf("restore: %.2f s", time.Since(begin).Seconds())

	for _, d := range []string{dir, cut, restored} {
		begin := time.Now()
		s, err := Open(d, nil)
		require.NoError(t, err)
		opened := time.Since(begin)
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			v, err := tx.Get(recordKey(n / 2))
			require.Len(t, v, 300)
			return errors.Join(err, tx.Put(recordKey(n/2), v))
		}))
		served := time.Since(begin)
		ctx, cancel := context.WithCancel(t.Context())
		var fired atomic.Int64
		var all time.Duration
		err = timers.Run(ctx, s, 1, func(ctx context.Context, id []byte, _ time.Time) error {
			if fired.Add(1) == due {
				all = time.Since(begin)
				defer cancel()
			}
			return s.Update(ctx, func(tx store.Tx) error { return timers.Cancel(tx, id) })
		})
		require.ErrorIs(t, err, context.Canceled)
		t.Logf("open: %.2f s, first request: %.2f s, all %d timers that are due: %.2f s", opened.Seconds(), served.Seconds(), due, all.Seconds())
		require.Less(t, served, 5*time.Second)
		begin = time.Now()
		found := 0
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			for _, err := range r.Scan([]byte("nidd/"), []byte("nidd0"), false) {
				if err != nil {
					return err
				}
				found++
			}
			return nil
		}))
		require.Equal(t, n, found)
		t.Logf("scan of all: %.2f s", time.Since(begin).Seconds())
		require.NoError(t, s.Close())
	}
}
