package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// timersTest is a Timers on a Memory, with a Run.
type timersTest struct {
	*store.Timers
	t *testing.T
	s store.Store
}

func newTimersTest(t *testing.T) timersTest {
	return timersTest{store.NewTimers([]byte("timers/"), nil), t, store.NewMemory()}
}

func (x timersTest) set(id string, at time.Time) {
	x.t.Helper()
	require.NoError(x.t, x.s.Update(x.t.Context(), func(tx store.Tx) error { return x.Set(tx, []byte(id), at) }))
	x.Wake()
}

func (x timersTest) cancel(id string) {
	x.t.Helper()
	require.NoError(x.t, x.s.Update(x.t.Context(), func(tx store.Tx) error { return x.Cancel(tx, []byte(id)) }))
}

func (x timersTest) get(id string) (at time.Time, ok bool) {
	x.t.Helper()
	require.NoError(x.t, x.s.View(x.t.Context(), func(r store.Reader) (err error) {
		at, ok, err = x.Get(r, []byte(id))
		return err
	}))
	return at, ok
}

func (x timersTest) keys() (n int) {
	require.NoError(x.t, x.s.View(x.t.Context(), func(r store.Reader) error {
		for _, err := range r.Scan(nil, nil, false) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

type fireFunc = func(ctx context.Context, id []byte, due time.Time) error

// start runs the timers; stop ends it and waits.
func (x timersTest) start(workers int, fire fireFunc) (stop func()) {
	ctx, cancel := context.WithCancel(x.t.Context())
	done := make(chan error, 1)
	go func() { done <- x.Run(ctx, x.s, workers, fire) }()
	return func() {
		cancel()
		require.ErrorIs(x.t, <-done, context.Canceled)
	}
}

// once is a fire that cancels its timer and tells.
func (x timersTest) once(fired chan<- string) fireFunc {
	return func(ctx context.Context, id []byte, due time.Time) error {
		err := x.s.Update(ctx, func(tx store.Tx) error { return x.Cancel(tx, id) })
		fired <- string(id)
		return err
	}
}

func TestTimersSet(t *testing.T) {
	x := newTimersTest(t)
	noon := time.Date(2026, 1, 1, 12, 0, 0, 1, time.FixedZone("", 3600))
	_, ok := x.get("a")
	require.False(t, ok)
	x.cancel("a")
	x.set("a", noon)
	at, ok := x.get("a")
	require.True(t, ok)
	require.True(t, at.Equal(noon))
	require.Equal(t, time.UTC, at.Location())
	require.Equal(t, 2, x.keys())
	x.set("a", noon.Add(time.Hour))
	require.Equal(t, 2, x.keys(), "the old entry is gone")
	x.set("ab", noon)
	x.set("", noon) // an id of its own
	require.Equal(t, 6, x.keys())
	for _, id := range []string{"a", "ab", "", "a"} {
		x.cancel(id)
	}
	require.Zero(t, x.keys())
}

type countingTx struct {
	store.Tx
	writes int
}

func (c *countingTx) Put(k, v []byte) error { c.writes++; return c.Tx.Put(k, v) }
func (c *countingTx) Delete(k []byte) error { c.writes++; return c.Tx.Delete(k) }

func TestTimersSetSameWritesNothing(t *testing.T) {
	x := newTimersTest(t)
	at := time.Now()
	x.set("a", at)
	require.NoError(t, x.s.Update(t.Context(), func(tx store.Tx) error {
		c := &countingTx{Tx: tx}
		err := x.Set(c, []byte("a"), at)
		require.Zero(t, c.writes)
		return err
	}))
}

func TestTimersFireInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		begin := time.Now()
		x.set("late", begin.Add(72*time.Hour))
		x.set("past", begin.Add(-time.Hour))
		x.set("zero", time.Time{})
		fired := make(chan string)
		stop := x.start(1, x.once(fired))
		require.Equal(t, "zero", <-fired)
		require.Equal(t, "past", <-fired)
		require.Zero(t, time.Since(begin))
		x.set("soon", begin.Add(time.Second)) // Run sleeps already, and is woken
		require.Equal(t, "soon", <-fired)
		require.Equal(t, time.Second, time.Since(begin))
		require.Equal(t, "late", <-fired)
		require.Equal(t, 72*time.Hour, time.Since(begin))
		synctest.Wait()
		require.Zero(t, x.keys())
		stop()
	})
}

func TestTimersWithoutWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		fired := make(chan string)
		stop := x.start(1, x.once(fired))
		synctest.Wait()
		begin := time.Now()
		other := store.NewTimers([]byte("timers/"), nil) // as another node does
		require.NoError(t, x.s.Update(t.Context(), func(tx store.Tx) error { return other.Set(tx, []byte("a"), begin) }))
		<-fired
		require.LessOrEqual(t, time.Since(begin), time.Minute)
		stop()
	})
}

func TestTimersMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		begin := time.Now()
		x.set("a", begin.Add(time.Minute))
		fired := make(chan time.Duration)
		stop := x.start(4, func(ctx context.Context, id []byte, due time.Time) error {
			err := x.s.Update(ctx, func(tx store.Tx) error { return x.Set(tx, id, due.Add(10*time.Minute)) })
			fired <- time.Since(begin)
			return err
		})
		x.set("a", begin.Add(5*time.Minute))
		require.Equal(t, 5*time.Minute, <-fired)
		require.Equal(t, 15*time.Minute, <-fired) // set by fire, without Wake
		x.cancel("a")
		time.Sleep(time.Hour)
		synctest.Wait()
		stop()
	})
}

func TestTimersBackOff(t *testing.T) {
	for name, result := range map[string]error{"left": nil, "failed": errors.New("failed")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTimersTest(t)
				begin := time.Now()
				var mu sync.Mutex
				var at []time.Duration // guarded by mu
				healthy := make(chan string, 1)
				x.set("bad", begin)
				stop := x.start(2, func(ctx context.Context, id []byte, due time.Time) error {
					if string(id) == "good" {
						return x.once(healthy)(ctx, id, due)
					}
					mu.Lock()
					defer mu.Unlock()
					at = append(at, time.Since(begin))
					return result
				})
				time.Sleep(10 * time.Minute)
				x.set("good", time.Now()) // a failing timer does not hold up another one
				synctest.Wait()
				require.Len(t, healthy, 1)
				mu.Lock()
				require.Equal(t, []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond, 700 * time.Millisecond}, at[:4])
				require.InDelta(t, 10+9, len(at), 3)
				for i := range at[1:] {
					require.LessOrEqual(t, at[i+1]-at[i], time.Minute)
				}
				mu.Unlock()
				// Once it is cancelled and set again it begins anew.
				x.cancel("bad")
				time.Sleep(2 * time.Minute)
				mu.Lock()
				at, begin = nil, time.Now()
				mu.Unlock()
				x.set("bad", begin)
				time.Sleep(250 * time.Millisecond)
				stop()
				require.Equal(t, []time.Duration{0, 100 * time.Millisecond}, at)
			})
		})
	}
}

// A fire that moves its timer to an instant that is due already and fails each time does not spin.
func TestTimersMovedAndFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		x.set("a", time.Now())
		n := 0
		stop := x.start(1, func(ctx context.Context, id []byte, due time.Time) error {
			n++
			err := x.s.Update(ctx, func(tx store.Tx) error { return x.Set(tx, id, due.Add(time.Nanosecond)) })
			return errors.Join(err, errors.New("failed"))
		})
		time.Sleep(10 * time.Minute)
		stop()
		require.InDelta(t, 10+9, n, 3)
	})
}

func TestTimersWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const timers, workers = 1000, 7
		x := newTimersTest(t)
		begin := time.Now()
		for i := range timers {
			x.set(fmt.Sprint(i), begin)
		}
		var mu sync.Mutex
		running, most := 0, 0
		fired := map[string]int{}
		stop := x.start(workers, func(ctx context.Context, id []byte, due time.Time) error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			running--
			fired[string(id)]++
			return x.s.Update(ctx, func(tx store.Tx) error { return x.Cancel(tx, id) })
		})
		time.Sleep(timers*time.Second/workers + 2*time.Second)
		stop()
		require.Equal(t, workers, most)
		require.Len(t, fired, timers)
		for id, n := range fired {
			require.Equal(t, 1, n, id)
		}
	})
}

// While a timer fires it does not fire again, even if it is set to come due anew.
func TestTimersNeverTwoForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		x.set("a", time.Now())
		var running atomic.Int32
		n := 0
		stop := x.start(8, func(ctx context.Context, id []byte, due time.Time) error {
			require.Equal(t, int32(1), running.Add(1))
			defer running.Add(-1)
			n++
			x.set("a", time.Now().Add(time.Millisecond))
			time.Sleep(time.Second)
			return nil
		})
		time.Sleep(10*time.Second + time.Millisecond)
		stop()
		require.GreaterOrEqual(t, n, 10)
	})
}

func TestTimersStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		x.set("a", time.Now())
		ended := false
		stop := x.start(1, func(ctx context.Context, id []byte, due time.Time) error {
			<-ctx.Done()
			time.Sleep(time.Hour)
			ended = true
			return ctx.Err()
		})
		synctest.Wait()
		require.ErrorContains(t, x.Run(t.Context(), x.s, 1, nil), "already")
		stop()
		require.True(t, ended, "Run waits for what it started")
		x.Wake() // nobody there

		fired := make(chan string, 1)
		stop = x.start(0, x.once(fired))
		require.Equal(t, "a", <-fired, "the timer is still there for the next Run")
		stop()
		require.NoError(t, x.s.Close())
		require.ErrorIs(t, x.Run(t.Context(), x.s, 1, nil), store.ErrClosed)
	})
}

// flaky is a store whose reads fail for a while.
type flaky struct {
	store.Store
	failing atomic.Bool
	views   atomic.Int32
}

func (f *flaky) View(ctx context.Context, fn func(store.Reader) error) error {
	f.views.Add(1)
	if f.failing.Load() {
		return errors.New("no connection")
	}
	return f.Store.View(ctx, fn)
}

func TestTimersOutliveStoreErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		x.set("a", time.Now())
		f := &flaky{Store: x.s}
		f.failing.Store(true)
		ctx, cancel := context.WithCancel(t.Context())
		fired, done := make(chan string), make(chan error)
		go func() { done <- x.Run(ctx, f, 1, x.once(fired)) }()
		time.Sleep(10 * time.Minute)
		require.Less(t, f.views.Load(), int32(30))
		f.failing.Store(false)
		require.Equal(t, "a", <-fired)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
	})
}

func TestTimersIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		require.NoError(t, x.s.Update(t.Context(), func(tx store.Tx) error {
			for i := range 20_000 {
				if err := x.Set(tx, fmt.Append(nil, i), time.Now().Add(1000*time.Hour)); err != nil {
					return err
				}
			}
			return nil
		}))
		f := &flaky{Store: x.s}
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		require.ErrorIs(t, x.Run(ctx, f, 1, nil), context.DeadlineExceeded)
		require.LessOrEqual(t, f.views.Load(), int32(24*60+1), "one look a minute")
	})
}

// Timers that are set, moved and cancelled at random fire exactly when a simple model says.
func TestTimersModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTimersTest(t)
		r := rand.New(rand.NewPCG(3, 4))
		var mu sync.Mutex
		want := map[string]time.Time{}
		fires := 0
		stop := x.start(3, func(ctx context.Context, id []byte, due time.Time) error {
			mu.Lock()
			defer mu.Unlock()
			if at, ok := want[string(id)]; !ok || !at.Equal(due) {
				return nil // changed since Run saw it
			}
			if !due.Equal(time.Now()) {
				t.Errorf("%s fires at %v, due at %v", id, time.Now(), due)
			}
			fires++
			delete(want, string(id))
			return x.s.Update(ctx, func(tx store.Tx) error { return x.Cancel(tx, id) })
		})
		for range 2000 {
			id := fmt.Sprint(r.IntN(40))
			mu.Lock()
			if r.IntN(4) == 0 {
				delete(want, id)
				x.cancel(id)
			} else {
				want[id] = time.Now().Add(time.Duration(1+r.IntN(100)) * time.Second)
				x.set(id, want[id])
			}
			mu.Unlock()
			time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Empty(t, want)
		require.Zero(t, x.keys())
		require.Greater(t, fires, 100)
		stop()
	})
}
