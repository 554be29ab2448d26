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
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/etcd/etcdtest"
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

// until waits for something to become true.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatalf("still waiting after a minute: %s", what)
		}
	}
}

// rounds gives how often something is broken: less often where all is slow.
func rounds(n int) int {
	if slow {
		return (n + 2) / 3
	}
	return n
}

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
	want := l.acked.Load() + n
	defer func() {
		if t.Failed() {
			l.stop.Store(true)
		}
	}()
	until(t, "acknowledged Updates", func() bool { return l.acked.Load() >= want })
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
	c := etcdtest.Start(t, 3, noSync)
	l := startLoad(t, c.Endpoints(), 3, Options{Prefix: "leaders/"})
	for range rounds(3) {
		l.progress(t, 100)
		c.Kill(c.Leader(t))
		l.progress(t, 100)
		c.Restart(t)
	}
	l.end(t, false)
	c.Kill(0, 1, 2)
	c.Restart(t)
	l.check(t, l.stores[1])
}

// The leader is parted from the others while clients still reach it.
func TestLeaderCutOff(t *testing.T) {
	c := etcdtest.Start(t, 3, noSync)
	l := startLoad(t, c.Endpoints(), 3, Options{Prefix: "cut/", RequestTimeout: 500 * time.Millisecond})
	for range rounds(3) {
		l.progress(t, 100)
		old := c.Leader(t)
		c.CutOff(old)
		until(t, "another leader", func() bool { return c.Leader(t) != old })
		l.progress(t, 100)
		c.Heal()
	}
	l.end(t, false)
}

// Answers are lost on the way to the clients, then the connections break.
func TestAnswersLost(t *testing.T) {
	c := etcdtest.Start(t, 3, noSync)
	l := startLoad(t, c.Endpoints(), 3, Options{Prefix: "lost/", RequestTimeout: 300 * time.Millisecond})
	for i := range rounds(15) {
		l.progress(t, 30)
		c.Mute(i % 3)
		l.progress(t, 5)
		c.Unmute(i % 3)
	}
	l.end(t, false)
}

// No answer at all for longer than the patience: errors, and either outcome.
func TestPatienceEnds(t *testing.T) {
	c := etcdtest.Start(t, 3, noSync)
	l := startLoad(t, c.Endpoints(), 2, Options{Prefix: "patience/", RequestTimeout: 100 * time.Millisecond, Patience: 300 * time.Millisecond})
	for range rounds(3) {
		l.progress(t, 100)
		c.Mute(0, 1, 2)
		until(t, "all have given up", func() bool { return l.unknown.Load()+l.refused.Load() >= 2*loadWriters })
		s := l.stores[0]
		err := s.View(t.Context(), func(r store.Reader) error { _, err := r.Get([]byte("a")); return err })
		require.ErrorIs(t, err, ErrUnavailable)
		c.Unmute(0, 1, 2)
		l.progress(t, 100)
	}
	l.end(t, true)
	require.Positive(t, l.unknown.Load())
}

// faulty stands between a Store and etcd and does to its commits what commit says.
type faulty struct {
	pb.KVClient
	commit func(ctx context.Context, req *pb.TxnRequest, send func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error)
}

func (f *faulty) Txn(ctx context.Context, in *pb.TxnRequest, opts ...grpc.CallOption) (*pb.TxnResponse, error) {
	send := func() (*pb.TxnResponse, error) { return f.KVClient.Txn(ctx, in, opts...) }
	if len(in.Success) > 1 { // a key and the marker
		return f.commit(ctx, in, send)
	}
	return send()
}

func openFaulty(t *testing.T, prefix string) (*Store, *faulty) {
	s := open(t, aloneEndpoints(), Options{Prefix: prefix})
	f := &faulty{KVClient: s.kv}
	s.kv = f
	return s, f
}

var errLost = status.Error(codes.Unavailable, "error reading from server: EOF")

// A commit takes place once, however often its answer is lost.
func TestAnswerLost(t *testing.T) {
	s, f := openFaulty(t, "")
	for name, lost := range map[string]error{
		"connection": errLost,
		"stopped":    rpctypes.ErrGRPCStopped,
		"timeout":    rpctypes.ErrGRPCTimeoutDueToLeaderFail,
		"full":       rpctypes.ErrGRPCNoSpace, // said after the commit that filled the space
	} {
		n := 0
		f.commit = func(_ context.Context, _ *pb.TxnRequest, send func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error) {
			resp, err := send()
			if n++; n <= 3 {
				return nil, lost
			}
			return resp, err
		}
		require.NoError(t, increment(t.Context(), s, name))
		require.NoError(t, increment(t.Context(), s, name))
		require.Equal(t, 2, counter(t, s, name), name)
	}
	f.commit = func(_ context.Context, _ *pb.TxnRequest, send func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error) {
		_, _ = send()
		return nil, status.Error(codes.Unknown, "what?")
	}
	require.ErrorIs(t, increment(t.Context(), s, "unknown"), store.ErrOutcomeUnknown)
}

// The first copy of a commit is delayed. Before the second one arrives, what was read has changed; afterwards it changes
// back, and then the first copy arrives. It must come to nothing, for Update went by that.
func TestLateCopy(t *testing.T) {
	s, f := openFaulty(t, "late/")
	other := open(t, aloneEndpoints(), Options{Prefix: "late/"})
	ctx := t.Context()
	var late func() (*pb.TxnResponse, error)
	n := 0
	f.commit = func(_ context.Context, req *pb.TxnRequest, send func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error) {
		switch n++; n {
		case 1:
			late = func() (*pb.TxnResponse, error) { return f.KVClient.Txn(ctx, req) }
			return nil, errLost
		case 2:
			require.NoError(t, put(ctx, other, "lock", "theirs"))
		}
		return send()
	}
	taken := errors.New("taken")
	err := s.Update(ctx, func(tx store.Tx) error {
		v, err := tx.Get([]byte("lock"))
		if err != nil {
			return err
		}
		if v != nil {
			return taken
		}
		return tx.Put([]byte("lock"), []byte("ours"))
	})
	require.Equal(t, taken, err)
	require.NoError(t, other.Update(ctx, func(tx store.Tx) error { return tx.Delete([]byte("lock")) }))
	resp, err := late()
	require.NoError(t, err)
	require.False(t, resp.Succeeded)
	require.Empty(t, get(t, other, "lock"))
}

// Once the commit has begun, the end of the caller's time does not matter.
func TestContextEndsInCommit(t *testing.T) {
	s, f := openFaulty(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	f.commit = func(_ context.Context, _ *pb.TxnRequest, send func() (*pb.TxnResponse, error)) (*pb.TxnResponse, error) {
		cancel()
		return send()
	}
	require.NoError(t, put(ctx, s, "a", "1"))
	require.Equal(t, "1", get(t, s, "a"))
}
