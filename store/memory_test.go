package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

func ExampleMemory() {
	s := store.NewMemory()
	defer s.Close()
	ctx := context.Background()
	buffered := store.Key("buffered/").Text("device@example.com")
	err := s.Update(ctx, func(tx store.Tx) error {
		return errors.Join(tx.Put(buffered.Uint64(1), []byte("hello")), tx.Put(buffered.Uint64(2), []byte("world")))
	})
	if err != nil {
		fmt.Println(err)
	}
	err = s.View(ctx, func(r store.Reader) error {
		for p, err := range r.Scan(buffered, store.PrefixEnd(buffered), false) {
			if err != nil {
				return err
			}
			fmt.Printf("%s\n", p.Value)
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello
	// world
}

func ExampleTimers() {
	s := store.NewMemory()
	timers := store.NewTimers([]byte("timer/"), nil)
	ctx, cancel := context.WithCancel(context.Background())

	// A state and its timer, in one transaction.
	err := s.Update(ctx, func(tx store.Tx) error {
		return errors.Join(
			tx.Put([]byte("state/42"), []byte("buffering")),
			timers.Set(tx, []byte("42"), time.Now().Add(10*time.Millisecond)))
	})
	if err != nil {
		fmt.Println(err)
	}
	timers.Wake()

	err = timers.Run(ctx, s, 1, func(ctx context.Context, id []byte, due time.Time) error {
		defer cancel() // one is enough for an example
		return s.Update(ctx, func(tx store.Tx) error {
			if at, ok, err := timers.Get(tx, id); err != nil || !ok || at.After(time.Now()) {
				return err // changed meanwhile
			}
			fmt.Println("expired:", string(id))
			return errors.Join(timers.Cancel(tx, id), tx.Delete(append([]byte("state/"), id...)))
		})
	})
	fmt.Println(err)
	// Output:
	// expired: 42
	// context canceled
}

// A View does not wait for an Update, nor an Update for another one with other keys.
func TestMemoryRunsInParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		begin := time.Now()
		done := make(chan error)
		go func() {
			done <- s.Update(t.Context(), func(tx store.Tx) error {
				time.Sleep(time.Hour)
				return tx.Put([]byte("slow"), nil)
			})
		}()
		synctest.Wait()
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error { return nil }))
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return tx.Put([]byte("quick"), nil) }))
		require.Zero(t, time.Since(begin))
		require.NoError(t, <-done)
	})
}

// slow runs a transaction that reads a key which another one changes every second, while it takes a minute. It comes
// through after a few runs: the last one keeps the others out. each is called in every run.
func slow(t *testing.T, s store.Store, each func(run int)) (runs int) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for n := 0; ctx.Err() == nil; n++ {
			_ = s.Update(ctx, func(tx store.Tx) error { return tx.Put([]byte("a"), fmt.Append(nil, n)) })
			time.Sleep(time.Second)
		}
	}()
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		runs++
		if _, err := tx.Get([]byte("a")); err != nil {
			return err
		}
		time.Sleep(time.Minute)
		each(runs)
		return tx.Put([]byte("b"), nil)
	}))
	cancel()
	<-ended
	return runs
}

func TestMemoryDoesNotStarve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		runs := slow(t, s, func(int) {})
		require.Greater(t, runs, 1)
		require.LessOrEqual(t, runs, 4)

		// Who waits for such a one gives up with its context.
		gaveUp := make(chan error, runs)
		slow(t, s, func(run int) {
			if run < runs {
				return
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			go func() {
				gaveUp <- s.Update(ctx, func(tx store.Tx) error { return tx.Put([]byte("d"), nil) })
			}()
			require.ErrorIs(t, <-gaveUp, context.DeadlineExceeded)
		})
		require.NoError(t, s.Close())
	})
}

func BenchmarkMemoryUpdate(b *testing.B) {
	s := store.NewMemory()
	n := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		err := s.Update(b.Context(), func(tx store.Tx) error {
			k := store.AppendUint64([]byte("key/"), n%100_000)
			if _, err := tx.Get(k); err != nil {
				return err
			}
			return tx.Put(k, k)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMemoryView(b *testing.B) {
	s := store.NewMemory()
	k := []byte("key")
	require.NoError(b, s.Update(b.Context(), func(tx store.Tx) error { return tx.Put(k, k) }))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.View(b.Context(), func(r store.Reader) error { _, err := r.Get(k); return err }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTimersSet(b *testing.B) {
	s := store.NewMemory()
	timers := store.NewTimers([]byte("t/"), nil)
	n := uint64(0)
	for b.Loop() {
		n++
		err := s.Update(b.Context(), func(tx store.Tx) error {
			return timers.Set(tx, store.AppendUint64(nil, n%100_000), time.Unix(int64(n), 0))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
