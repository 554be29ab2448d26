package etcd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// load writes from several Stores while a test breaks things, and then looks for what was acknowledged: every Update adds
// a key of its own, and 1 to a counter that many share.
type load struct {
	stores  []*Store
	stop    atomic.Bool
	wg      sync.WaitGroup
	acked   atomic.Int64
	unknown atomic.Int64
	refused atomic.Int64
	mu      sync.Mutex
	keys    map[string]bool // guarded by mu: written keys; true: acknowledged, false: perhaps written
}

const (
	loadWriters  = 4 // of each Store
	loadCounters = 3
)

func startLoad(t *testing.T, endpoints []string, stores int, o Options) *load {
	l := &load{keys: map[string]bool{}}
	for i := range stores {
		s := open(t, endpoints, o)
		l.stores = append(l.stores, s)
		for w := range loadWriters {
			l.wg.Go(func() {
				for n := 0; !l.stop.Load(); n++ {
					l.one(t, s, fmt.Sprintf("key/%d/%d/%06d", i, w, n), fmt.Sprint("counter/", n%loadCounters))
				}
			})
		}
	}
	return l
}

func (l *load) one(t *testing.T, s *Store, key, shared string) {
	err := s.Update(context.Background(), func(tx store.Tx) error {
		v, err := tx.Get([]byte(shared))
		if err != nil {
			return err
		}
		var n uint64
		if v != nil {
			n, _, _ = store.CutUint64(v)
		}
		return errors.Join(tx.Put([]byte(shared), store.AppendUint64(nil, n+1)), tx.Put([]byte(key), []byte(shared)))
	})
	switch {
	case err == nil:
		l.acked.Add(1)
	case errors.Is(err, store.ErrOutcomeUnknown):
		l.unknown.Add(1)
	case errors.Is(err, ErrUnavailable):
		l.refused.Add(1)
		return
	default:
		t.Errorf("Update: %v", err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys[key] = err == nil
}

// progress waits until n more Updates were acknowledged.
func (l *load) progress(t *testing.T, n int64) {
	t.Helper()
	for want, end := l.acked.Load()+n, time.Now().Add(30*time.Second); l.acked.Load() < want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			l.stop.Store(true)
			t.Fatal("nothing goes on")
		}
	}
}

// end stops the load and compares what is there with what was acknowledged.
func (l *load) end(t *testing.T, unknown bool) {
	t.Helper()
	l.stop.Store(true)
	l.wg.Wait()
	t.Logf("%d acknowledged, %d unknown, %d refused", l.acked.Load(), l.unknown.Load(), l.refused.Load())
	if !unknown {
		require.Zero(t, l.unknown.Load())
		require.Zero(t, l.refused.Load())
	}
	l.check(t, l.stores[0])
}

func (l *load) check(t *testing.T, s *Store) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		found, counted := map[string]int{}, map[string]int{}
		n := 0
		for p, err := range r.Scan([]byte("key/"), []byte("key0"), false) {
			if err != nil {
				return err
			}
			_, known := l.keys[string(p.Key)]
			require.True(t, known, "%s was refused, and is there", p.Key)
			found[string(p.Value)]++
			if l.keys[string(p.Key)] {
				n++
			}
		}
		require.EqualValues(t, l.acked.Load(), n, "acknowledged keys that are there")
		for p, err := range r.Scan([]byte("counter/"), []byte("counter0"), false) {
			if err != nil {
				return err
			}
			c, _, _ := store.CutUint64(p.Value)
			counted[string(p.Key)] = int(c)
		}
		require.Equal(t, found, counted, "each key came with one step of its counter")
		return nil
	}))
}

func TestLeadersDie(t *testing.T) {
	c := startCluster(t, 3, nil)
	l := startLoad(t, c.endpoints(), 3, Options{Prefix: "leaders/"})
	for range 4 {
		l.progress(t, 100)
		m := c.leader(t)
		m.kill()
		l.progress(t, 100)
		require.NoError(t, c.start(m))
	}
	l.end(t, false)
	for _, m := range c.members {
		m.kill()
	}
	restart(t, c)
	l.check(t, l.stores[1])
}

// The leader is parted from the others while clients still reach it.
func TestLeaderCutOff(t *testing.T) {
	c := startCluster(t, 3, nil)
	l := startLoad(t, c.endpoints(), 3, Options{Prefix: "cut/", RequestTimeout: 500 * time.Millisecond})
	for range 4 {
		l.progress(t, 100)
		old := c.leader(t)
		c.cutOff(old)
		for c.leader(t) == old {
			time.Sleep(5 * time.Millisecond)
		}
		l.progress(t, 100)
		c.heal()
	}
	l.end(t, false)
}

// Answers are lost on the way to the clients, then the connections break.
func TestAnswersLost(t *testing.T) {
	c := startCluster(t, 3, nil)
	l := startLoad(t, c.endpoints(), 3, Options{Prefix: "lost/", RequestTimeout: 300 * time.Millisecond})
	for i := range 15 {
		l.progress(t, 30)
		p := c.members[i%3].clients
		p.mute.Store(true)
		l.progress(t, 5)
		p.cutAll()
		p.mute.Store(false)
	}
	l.end(t, false)
}

// No answer at all for longer than the patience: errors, and either outcome.
func TestPatienceEnds(t *testing.T) {
	c := startCluster(t, 3, nil)
	l := startLoad(t, c.endpoints(), 2, Options{Prefix: "patience/", RequestTimeout: 100 * time.Millisecond, Patience: 300 * time.Millisecond})
	for range 3 {
		l.progress(t, 100)
		for _, m := range c.members {
			m.clients.mute.Store(true)
		}
		for l.unknown.Load()+l.refused.Load() < 2*loadWriters {
			time.Sleep(time.Millisecond)
		}
		s := l.stores[0]
		err := s.View(t.Context(), func(r store.Reader) error { _, err := r.Get([]byte("a")); return err })
		require.ErrorIs(t, err, ErrUnavailable)
		for _, m := range c.members {
			m.clients.cutAll()
			m.clients.mute.Store(false)
		}
		l.progress(t, 100)
		l.unknown.Add(0)
	}
	l.end(t, true)
	require.Positive(t, l.unknown.Load())
}

// A commit whose answer is lost, and whose reads change and change back before it is sent again, takes place once.
func TestLostCommitIsFenced(t *testing.T) {
	s := open(t, SharedEndpoints(), Options{Prefix: "fence/"})
	ctx := t.Context()
	m := s.takeMarker()
	value := s.markerValue()

	mod, mine, err := s.fence(ctx, m, value)
	require.NoError(t, err)
	require.False(t, mine, "it did not take place, and will not")
	require.Positive(t, mod)
	late, err := s.client.Put(ctx, "unrelated", "")
	require.NoError(t, err)
	resp, err := s.client.Get(ctx, m.key)
	require.NoError(t, err)
	require.Equal(t, mod, resp.Kvs[0].ModRevision)
	require.Greater(t, late.Header.Revision, mod)

	_, err = s.client.Put(ctx, m.key, string(value))
	require.NoError(t, err)
	_, mine, err = s.fence(ctx, m, value)
	require.NoError(t, err)
	require.True(t, mine, "it took place")
}
