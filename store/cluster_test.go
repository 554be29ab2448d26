package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

var errCut = errors.New("cut off")

// link is the way of one member to the Store that all share. While it is cut, transactions fail; while it hangs, they wait
// before they begin and before they return.
type link struct {
	store.Store
	cut atomic.Bool

	mu    sync.Mutex
	hangs chan struct{} // closed when it goes on; nil while it does not hang; guarded by mu
}

func (l *link) pass() error {
	l.mu.Lock()
	hangs := l.hangs
	l.mu.Unlock()
	if hangs != nil {
		<-hangs
	}
	if l.cut.Load() {
		return errCut
	}
	return nil
}

func (l *link) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := l.pass(); err != nil {
		return err
	}
	return l.Store.View(ctx, fn)
}

func (l *link) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := l.pass(); err != nil {
		return err
	}
	err := l.Store.Update(ctx, fn)
	return errors.Join(err, l.pass())
}

func (l *link) hang() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hangs = make(chan struct{})
}

func (l *link) goOn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.hangs)
	l.hangs = nil
}

const lease = 10 * time.Second

// member is one process of a Cluster.
type member struct {
	*store.Cluster
	link *link
	t    *testing.T

	mu    sync.Mutex
	ends  []error // causes of the ends of its work; guarded by mu
	begun int     // guarded by mu
	stop  func() error
}

// join starts a member whose work does nothing but last; or work, if there is one.
func join(t *testing.T, s store.Store, work func(context.Context, *member) error) *member {
	t.Helper()
	m := &member{link: &link{Store: s}, t: t}
	var err error
	m.Cluster, err = store.NewCluster(m.link, []byte("cluster/"), &store.ClusterOptions{Lease: lease})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		result <- m.Run(ctx, func(ctx context.Context) error {
			m.mu.Lock()
			m.begun++
			m.mu.Unlock()
			var err error
			if work != nil {
				err = work(ctx, m)
			} else {
				<-ctx.Done()
				err = ctx.Err()
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			m.ends = append(m.ends, context.Cause(ctx))
			return err
		})
	}()
	m.stop = sync.OnceValue(func() error {
		cancel()
		return <-result
	})
	t.Cleanup(func() { _ = m.stop() })
	return m
}

func (m *member) lives(s store.Store, id store.MemberID) (lives bool) {
	m.t.Helper()
	require.NoError(m.t, s.View(m.t.Context(), func(r store.Reader) (err error) {
		lives, err = m.Live(r, id)
		return err
	}))
	return lives
}

func TestClusterComesAndGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		a, b := join(t, s, nil), join(t, s, nil)
		synctest.Wait()
		changes := a.Changes(t.Context())
		time.Sleep(lease)
		synctest.Wait()
		idA, idB := a.ID(), b.ID()
		require.NotZero(t, idA)
		require.NotZero(t, idB)
		require.NotEqual(t, idA, idB)
		require.True(t, a.Valid(idA))
		require.False(t, a.Valid(idB))
		require.False(t, a.Valid(0), "nobody, in a cluster")
		require.True(t, a.Seen(idA) && a.Seen(idB) && b.Seen(idA) && b.Seen(idB))
		require.True(t, a.lives(s, idB))
		require.False(t, a.lives(s, 0))
		for len(changes) > 0 {
			<-changes
		}

		require.ErrorIs(t, b.stop(), context.Canceled)
		require.False(t, a.lives(s, idB), "it gave its lease back")
		require.Zero(t, b.ID())
		begin := time.Now()
		<-changes
		require.LessOrEqual(t, time.Since(begin), lease/6)
		require.False(t, a.Seen(idB))

		c := join(t, s, nil)
		synctest.Wait()
		require.Greater(t, c.ID(), idB, "no ID is given out again")
		<-changes
		require.True(t, a.Seen(c.ID()))
		ctx, cancel := context.WithCancel(t.Context())
		gone := a.Changes(ctx)
		cancel()
		require.ErrorIs(t, c.stop(), context.Canceled)
		<-changes
		require.Empty(t, gone)
		require.ErrorIs(t, a.stop(), context.Canceled)
	})
}

// A member that does not reach the Store stops before the others count it out, and they do so in 1.5 leases.
func TestClusterCutOff(t *testing.T) {
	for name, fault := range map[string]struct{ begin, end func(*link) }{
		"refused": {func(l *link) { l.cut.Store(true) }, func(l *link) { l.cut.Store(false) }},
		"hanging": {(*link).hang, (*link).goOn},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := store.NewMemory()
				a, b := join(t, s, nil), join(t, s, nil)
				time.Sleep(3*lease + time.Millisecond)
				idA, idB := a.ID(), b.ID()
				begin := time.Now()
				fault.begin(b.link)
				var stopped, removed time.Duration
				for step := 10 * time.Millisecond; removed == 0 || stopped == 0; time.Sleep(step) {
					synctest.Wait()
					past := time.Since(begin)
					require.Less(t, past, 2*lease)
					valid, lives := b.Valid(idB), a.lives(s, idB)
					require.False(t, valid && !lives, "it acts on a lease that is not there")
					if !valid && stopped == 0 {
						stopped = past
					}
					if !lives && removed == 0 {
						removed = past
					}
					require.True(t, a.Valid(idA))
				}
				require.GreaterOrEqual(t, stopped, lease-lease/6)
				require.LessOrEqual(t, stopped, lease)
				require.LessOrEqual(t, removed, lease*3/2)
				t.Logf("stopped after %v, removed after %v", stopped, removed)

				fault.end(b.link)
				time.Sleep(lease)
				synctest.Wait()
				require.NotZero(t, b.ID())
				require.NotEqual(t, idB, b.ID())
				require.True(t, a.Seen(b.ID()))
				require.ErrorIs(t, b.stop(), context.Canceled)
				require.Equal(t, 2, b.begun)
				require.Equal(t, []error{store.ErrLeaseLost, context.Canceled}, b.ends)
				require.Equal(t, 1, a.begun)
			})
		})
	}
}

// The work may end by itself, and the Store be closed.
func TestClusterWorkEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		done := errors.New("done")
		m := join(t, s, func(context.Context, *member) error { return done })
		synctest.Wait()
		require.False(t, m.lives(s, 1))
		require.Equal(t, done, m.stop())

		m = join(t, s, nil)
		synctest.Wait()
		require.NoError(t, s.Close())
		time.Sleep(2 * lease)
		require.ErrorIs(t, m.stop(), store.ErrClosed)
	})
}

func TestClusterOfOne(t *testing.T) {
	var c *store.Cluster
	require.Zero(t, c.ID())
	require.True(t, c.Valid(0))
	require.False(t, c.Valid(1))
	require.False(t, c.Seen(1))
	require.Nil(t, c.Changes(t.Context()))
	lives, err := c.Live(nil, 1)
	require.False(t, lives)
	require.NoError(t, err)
	require.NoError(t, c.Run(t.Context(), func(context.Context) error { return nil }))

	for _, d := range []time.Duration{-1, time.Millisecond, 2 * time.Hour} {
		_, err := store.NewCluster(store.NewMemory(), []byte("c/"), &store.ClusterOptions{Lease: d})
		require.ErrorContains(t, err, "ClusterOptions.Lease")
	}
}

// firing counts who fired which timer when.
type firing struct {
	mu    sync.Mutex
	fired map[string][]store.MemberID // guarded by mu
}

// by returns who fired a timer.
func (f *firing) by(timer string) []store.MemberID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.fired[timer])
}

// timersOf lets a member run timers that are cancelled when they fire; hold, if set, waits before that.
func (f *firing) timersOf(t *testing.T, s store.Store, hold func(*member)) (*member, *store.Timers) {
	var timers atomic.Pointer[store.Timers]
	ready := make(chan struct{})
	m := join(t, s, func(ctx context.Context, m *member) error {
		<-ready
		return timers.Load().Run(ctx, m.link, 4, func(ctx context.Context, id []byte, due time.Time) error {
			if hold != nil {
				hold(m)
			}
			self, fires := m.ID(), false
			err := m.link.Update(ctx, func(tx store.Tx) (err error) {
				if fires, err = timers.Load().Fires(tx, id, due); err != nil || !fires {
					return err
				}
				return timers.Load().Cancel(tx, id)
			})
			if err == nil && fires {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.fired[string(id)] = append(f.fired[string(id)], self)
			}
			return err
		})
	})
	timers.Store(store.NewTimers([]byte("timers/"), m.Cluster))
	close(ready)
	return m, timers.Load()
}

// Each timer fires once: at the member that set it, or at another when that one is gone.
func TestTimersInACluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		f := &firing{fired: map[string][]store.MemberID{}}
		var members []*member
		ids := map[string]store.MemberID{}
		begin := time.Now()
		for range 3 {
			m, timers := f.timersOf(t, s, nil)
			synctest.Wait()
			members = append(members, m)
			for i := range 50 {
				id := fmt.Sprintf("%d/%d", m.ID(), i)
				ids[id] = m.ID()
				require.NoError(t, m.link.Update(t.Context(), func(tx store.Tx) error {
					return timers.Set(tx, []byte(id), begin.Add(time.Duration(i)*time.Second))
				}))
			}
			timers.Wake()
		}
		time.Sleep(20*time.Second + time.Millisecond)
		synctest.Wait()
		crashed, id := members[1], members[1].ID()
		crashed.link.cut.Store(true)
		time.Sleep(lease * 3 / 2)
		synctest.Wait()
		for i := range 20 + int(lease*3/2/time.Second) {
			require.Len(t, f.by(fmt.Sprintf("%d/%d", id, i)), 1, i)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		for timer, setter := range ids {
			by := f.by(timer)
			require.Len(t, by, 1, timer)
			if setter != id {
				require.Equal(t, setter, by[0], timer)
			}
		}
		require.NotEqual(t, id, f.by(fmt.Sprintf("%d/21", id))[0])
	})
}

// A member that was paused for longer than its lease does nothing more for what it had begun.
func TestTimersOfAPausedMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		f := &firing{fired: map[string][]store.MemberID{}}
		var paused atomic.Pointer[link]
		a, timers := f.timersOf(t, s, func(m *member) {
			if l := paused.Load(); l == m.link {
				_ = l.pass()
			}
		})
		b, _ := f.timersOf(t, s, nil)
		synctest.Wait()
		idB := b.ID()
		require.NoError(t, a.link.Update(t.Context(), func(tx store.Tx) error { return timers.Set(tx, []byte("x"), time.Now().Add(time.Second)) }))
		timers.Wake()
		paused.Store(a.link)
		a.link.hang()
		time.Sleep(2 * lease)
		synctest.Wait()
		require.Equal(t, []store.MemberID{idB}, f.by("x"))
		a.link.goOn()
		time.Sleep(2 * lease)
		synctest.Wait()
		require.Equal(t, []store.MemberID{idB}, f.by("x"))
		require.NotZero(t, a.ID())
	})
}
