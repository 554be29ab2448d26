package t8_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// putLong enqueues the pieces as one notification.
func putLong(t *testing.T, s store.Store, o *t8.Outbox, destination string, pieces ...string) {
	t.Helper()
	prefix := store.Key("pieces/").Text(destination)
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
		for i, p := range pieces {
			if err := tx.Put(prefix.Uint64(uint64(i)), []byte(p)); err != nil {
				return err
			}
		}
		if err := tx.Put([]byte("with"), []byte("x")); err != nil {
			return err
		}
		return o.EnqueueLong(tx, "", destination, prefix, []byte("with"))
	}))
	o.Kick()
}

// bodyFunc gets the whole body.
type bodyFunc func(body string) error

func (f bodyFunc) Notify(_ context.Context, _ string, body any) error {
	b, ok := body.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return err
		}
	}
	return f(string(b))
}

func TestLongNotification(t *testing.T) {
	pieces := []string{`["`, strings.Repeat("a", 300<<10), strings.Repeat("b", 1<<20), strings.Repeat("c", 900<<10), `"]`}
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		var got []string
		tries := 0
		o := t8.NewOutbox([]byte("outbox/"), bodyFunc(func(body string) error {
			if tries++; tries < 3 {
				return errors.New("try again")
			}
			got = append(got, body)
			return nil
		}), nil)
		stop := run(t, o, s)
		putLong(t, s, o, dest1, pieces...)
		put(t, s, o, dest1, `"short"`)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, []string{strings.Join(pieces, ""), `"short"`}, got, "in order")
		require.Zero(t, left(t, s), "nothing is left")
		stop()
	})
}

// TestLongNotificationAfterACrash checks that the rest of a body is not sent when a crash came while it was deleted.
func TestLongNotificationAfterACrash(t *testing.T) {
	pieces := make([]string, 3000)
	for i := range pieces {
		pieces[i] = "1"
	}
	for most := 1; most < 6; most++ {
		synctest.Test(t, func(t *testing.T) {
			memory := store.NewMemory()
			s := &failing{Store: memory}
			s.left.Store(1 << 20)
			var got atomic.Int64
			sender := bodyFunc(func(body string) error {
				if len(body) != len(pieces) {
					t.Errorf("got %d pieces", len(body))
				}
				got.Add(1)
				return nil
			})
			o := t8.NewOutbox([]byte("outbox/"), sender, nil)
			putLong(t, s, o, dest1, pieces...)
			s.left.Store(int64(most))
			stop := run(t, o, s)
			time.Sleep(100 * time.Millisecond)
			stop()
			o = t8.NewOutbox([]byte("outbox/"), sender, nil)
			stop = run(t, o, memory)
			time.Sleep(time.Minute)
			synctest.Wait()
			require.EqualValues(t, 1, got.Load())
			require.Zero(t, left(t, memory))
			stop()
		})
	}
}

// failing is a store that takes so many transactions.
type failing struct {
	store.Store
	left atomic.Int64
}

func (f *failing) Update(ctx context.Context, fn func(store.Tx) error) error {
	if f.left.Add(-1) < 0 {
		return store.ErrUnavailable
	}
	return f.Store.Update(ctx, fn)
}

func TestLongNotificationLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		var lost []t8.Lost
		o := t8.NewOutbox([]byte("outbox/"), bodyFunc(func(string) error {
			return &fault.Error{Code: fault.NotFound, Remote: true}
		}), &t8.OutboxOptions{DeadLetters: []byte("dead/"), Lost: func(l t8.Lost) { lost = append(lost, l) }})
		stop := run(t, o, s)
		putLong(t, s, o, dest1, "[", "]")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Len(t, lost, 1)
		require.Nil(t, lost[0].Body)
		require.Zero(t, left(t, s), "no dead letter")
		stop()
		require.Error(t, s.Update(t.Context(), func(tx store.Tx) error { return o.EnqueueLong(tx, "", dest1, nil, nil) }))
	})
}

// TestLongNotificationInACluster checks that another member ends what a dead one had begun.
func TestLongNotificationInACluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := store.NewMemory()
		node := func(s store.Store, sender t8.Sender) (*t8.Outbox, func()) {
			c, err := store.NewCluster(s, []byte("cluster/"), &store.ClusterOptions{Lease: time.Second})
			require.NoError(t, err)
			o := t8.NewOutbox([]byte("outbox/"), sender, &t8.OutboxOptions{Cluster: c})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = c.Run(ctx, func(ctx context.Context) error { return o.Run(ctx, s) })
			}()
			time.Sleep(100 * time.Millisecond)
			return o, func() { cancel(); <-done }
		}
		var sent atomic.Int64
		s := &failing{Store: memory}
		s.left.Store(1 << 20)
		sender := bodyFunc(func(body string) error {
			if body != "[]" {
				t.Errorf("got %q", body)
			}
			if sent.Add(1) == 1 {
				s.left.Store(0)
			}
			return nil
		})
		a, stopA := node(s, sender)
		_, stopB := node(memory, sender)
		putLong(t, s, a, dest1, "[", "]")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.GreaterOrEqual(t, sent.Load(), int64(2), "the first was cut off before it noted that the notification had arrived")
		n := 0
		require.NoError(t, memory.View(t.Context(), func(r store.Reader) error {
			for p, err := range r.Scan(nil, nil, false) {
				require.NoError(t, err)
				if !strings.HasPrefix(string(p.Key), "cluster/") {
					n++
				}
			}
			return nil
		}))
		require.Zero(t, n)
		s.left.Store(1 << 20)
		stopB()
		stopA()
	})
}

// TestLongNotificationOverHTTP checks that a long body goes out piece by piece, also when it is sent anew.
func TestLongNotificationOverHTTP(t *testing.T) {
	pieces := []string{`["`, strings.Repeat("a", 800<<10), strings.Repeat("b", 800<<10), `"]`}
	got := make(chan string, 1)
	var tries atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) == 1 {
			w.Header().Set("Location", "/moved")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || r.ContentLength != -1 {
			t.Errorf("%v, length %d", err, r.ContentLength)
		}
		w.WriteHeader(http.StatusNoContent)
		got <- string(body)
	}))
	defer server.Close()
	n := t8.NewNotifier(&t8.NotifierOptions{Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}})
	defer n.Close()
	s := store.NewMemory()
	o := t8.NewOutbox([]byte("outbox/"), n, nil)
	defer run(t, o, s)()
	putLong(t, s, o, server.URL+"/notify", pieces...)
	select {
	case body := <-got:
		require.Equal(t, strings.Join(pieces, ""), body)
	case <-time.After(time.Minute):
		t.Fatal("nothing arrived")
	}
}
