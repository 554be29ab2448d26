package t8_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// putFor enqueues notifications of a subscription.
func putFor(t testing.TB, s store.Store, o *t8.Outbox, subscription, destination string, bodies ...string) {
	t.Helper()
	for _, b := range bodies {
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return o.Enqueue(tx, subscription, destination, []byte(b)) }))
	}
	o.Kick()
}

var errDown = fault.New("test", fault.Unavailable, "down")

// One subscription that cannot be served does not hold up another of the same destination, and keeps its own order.
func TestOutboxOrderIsThatOfTheSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		var mu sync.Mutex
		failed := 0
		m.fail = func(_, body string, _ int) error {
			mu.Lock()
			defer mu.Unlock()
			if body == "a0" && failed < 3 {
				failed++
				return &fault.Error{Code: fault.Internal, Remote: true}
			}
			return nil
		}
		o := t8.NewOutbox(prefix, m, nil)
		putFor(t, s, o, "https://scef/a", dest1, "a0", "a1", "a2")
		putFor(t, s, o, "https://scef/b", dest1, "b0", "b1")
		defer run(t, o, s)()
		time.Sleep(100 * time.Millisecond)
		require.Equal(t, []string{"b0", "b1"}, m.received(dest1), "does not wait for the other subscription")
		time.Sleep(time.Minute)
		require.Equal(t, []string{"b0", "b1", "a0", "a1", "a2"}, m.received(dest1))
		require.Zero(t, left(t, s))
		require.Zero(t, o.Pending(dest1))
	})
}

// What waits follows the subscription to a new destination.
func TestOutboxFollowsTheSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox(prefix, m, nil)
		defer run(t, o, s)()
		putFor(t, s, o, "https://scef/a", dead1, numbered(40)...) // more than one batch
		time.Sleep(time.Minute)
		putFor(t, s, o, "https://scef/a", dest1, "40")
		time.Sleep(time.Minute)
		require.Equal(t, numbered(41), m.received(dest1))
		require.Zero(t, left(t, s))
		require.Zero(t, o.Pending(dead1))
	})
}

// A destination that is down costs few attempts however many subscriptions it has, and all are served once it is back.
func TestOutboxCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		var mu sync.Mutex
		down := true
		m.fail = func(string, string, int) error {
			mu.Lock()
			defer mu.Unlock()
			if down {
				return errDown
			}
			return nil
		}
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{OpenAfter: 5, MaxBackOff: time.Minute})
		for i := range 200 {
			putFor(t, s, o, fmt.Sprintf("https://scef/%d", i), dest1, numbered(3)...)
		}
		defer run(t, o, s)()
		synctest.Wait()
		at := m.attempts(dest1)
		require.Len(t, at, 5, "then the circuit is open")
		require.Zero(t, at[4])
		time.Sleep(10 * time.Second)
		require.Len(t, m.attempts(dest1), 5)
		time.Sleep(10 * time.Minute)
		at = m.attempts(dest1)[5:]
		require.InDelta(t, 11, len(at), 3, "one probe a time: %v", at)
		require.InDelta(t, 16, at[0].Seconds(), 0.21*16)
		require.InDelta(t, 32, (at[1] - at[0]).Seconds(), 0.21*32)
		for i := 3; i < len(at); i++ {
			require.InDelta(t, 60, (at[i] - at[i-1]).Seconds(), 0.21*60)
		}

		mu.Lock()
		down = false
		mu.Unlock()
		time.Sleep(73 * time.Second)
		got := m.received(dest1)
		require.Len(t, got, 600, "all at once")
		require.Zero(t, left(t, s))
	})
}

// A refusal shows that somebody is there: it closes the circuit.
func TestOutboxRefusalIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		m.fail = func(_, _ string, attempt int) error {
			if attempt < 7 {
				return errDown
			}
			if attempt == 7 {
				return &fault.Error{Code: fault.NotFound, Remote: true}
			}
			return nil
		}
		o := t8.NewOutbox(prefix, m, nil)
		for i := range 10 {
			putFor(t, s, o, fmt.Sprintf("https://scef/%d", i), dest1, "x")
		}
		defer run(t, o, s)()
		time.Sleep(2 * time.Minute)
		require.Len(t, m.received(dest1), 9)
		require.Zero(t, left(t, s))
	})
}

func TestOutboxFullDropsOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		var mu sync.Mutex
		down := true
		m.fail = func(string, string, int) error {
			mu.Lock()
			defer mu.Unlock()
			if down {
				return errDown
			}
			return nil
		}
		var lost []t8.Lost
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{MaxPerDestination: 50, MaxBackOff: time.Minute, Lost: func(l t8.Lost) {
			mu.Lock()
			defer mu.Unlock()
			lost = append(lost, l)
		}})
		putFor(t, s, o, "https://scef/a", dest1, numbered(30)...)
		stop := run(t, o, s)
		time.Sleep(50 * time.Second) // not when it counts
		putFor(t, s, o, "https://scef/a", dest1, numbered(60)...)
		putFor(t, s, o, "https://scef/b", dest2, numbered(20)...)
		synctest.Wait()
		require.Equal(t, 50, o.Pending(dest1))
		require.Equal(t, 70, left(t, s))
		mu.Lock()
		require.Len(t, lost, 40)
		for i, l := range lost {
			require.Equal(t, t8.LostFull, l.Reason)
			require.ErrorIs(t, l.Err, t8.ErrOutboxFull)
			require.Equal(t, "https://scef/a", l.Subscription)
			require.Equal(t, append(numbered(30), numbered(60)...)[i], string(l.Body), "the oldest")
		}
		mu.Unlock()
		stop()

		// After a restart, the limit holds for what was there.
		o = t8.NewOutbox(prefix, m, &t8.OutboxOptions{MaxPerDestination: 30})
		defer run(t, o, s)()
		synctest.Wait()
		require.Equal(t, 30, o.Pending(dest1))
		mu.Lock()
		down = false
		mu.Unlock()
		time.Sleep(10 * time.Minute)
		require.Equal(t, numbered(60)[30:], m.received(dest1))
		require.Zero(t, left(t, s))
	})
}

func TestOutboxFullRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		var down atomic.Bool
		down.Store(true)
		m.fail = func(string, string, int) error {
			if down.Load() {
				return errDown
			}
			return nil
		}
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{MaxPerDestination: 10, Full: t8.RefuseNew})
		defer run(t, o, s)()
		synctest.Wait() // it has counted
		add := func() error {
			return s.Update(t.Context(), func(tx store.Tx) error { return o.Enqueue(tx, "https://scef/a", dest1, []byte("x")) })
		}
		undo := errors.New("no")
		for range 6 { // counted until the next scan
			require.ErrorIs(t, s.Update(t.Context(), func(tx store.Tx) error {
				require.NoError(t, o.Enqueue(tx, "https://scef/a", dest1, []byte("x")))
				return undo
			}), undo)
		}
		for range 4 {
			require.NoError(t, add())
		}
		err := add()
		require.ErrorIs(t, err, t8.ErrOutboxFull)
		require.ErrorIs(t, err, fault.Unavailable)
		putFor(t, s, o, "https://scef/b", dest2, "other")
		time.Sleep(61 * time.Second)
		require.Equal(t, 4, o.Pending(dest1), "what was given up does not count any more")
		for range 6 {
			require.NoError(t, add())
		}
		require.ErrorIs(t, add(), t8.ErrOutboxFull)
		down.Store(false)
		time.Sleep(10 * time.Minute)
		require.NoError(t, add())
	})
}

// Notifications of a destination whose circuit is open do not become older than MaxAge allows, although nobody tries.
func TestOutboxGivesUpBehindOpenCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		var mu sync.Mutex
		lost := 0
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{MaxAge: time.Hour, Lost: func(l t8.Lost) {
			mu.Lock()
			defer mu.Unlock()
			if l.Reason == t8.LostExpired && l.Err != nil {
				lost++
			}
		}})
		for i := range 300 {
			putFor(t, s, o, fmt.Sprintf("https://scef/%d", i), dead1, "x", "y")
		}
		defer run(t, o, s)()
		time.Sleep(59 * time.Minute)
		require.Equal(t, 600, left(t, s))
		time.Sleep(8 * time.Minute)
		require.Zero(t, left(t, s))
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, 600, lost)
	})
}

func TestOutboxDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		var refuse atomic.Bool
		refuse.Store(true)
		m.fail = func(_, body string, _ int) error {
			if refuse.Load() && body != "good" {
				return &fault.Error{Code: fault.NotFound, Remote: true, Err: errors.New("no such thing")}
			}
			return nil
		}
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{DeadLetters: []byte("dead/"), MaxDeadLetters: 5})
		list := func() (all []t8.Lost) {
			require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
				all = nil
				for l, err := range o.DeadLetters(r) {
					require.NoError(t, err)
					all = append(all, l)
				}
				return nil
			}))
			return all
		}
		defer run(t, o, s)()
		putFor(t, s, o, "https://scef/a", dest1, "0", "good", "1", "2")
		synctest.Wait()
		got := list()
		require.Len(t, got, 3)
		require.Equal(t, t8.LostRefused, got[0].Reason)
		require.Equal(t, "https://scef/a", got[0].Subscription)
		require.Equal(t, dest1, got[0].Destination)
		require.Equal(t, "0", string(got[0].Body))
		require.ErrorContains(t, got[0].Err, "no such thing")
		for i := range 6 {
			time.Sleep(time.Second)
			putFor(t, s, o, "https://scef/a", dest1, fmt.Sprint(10+i))
		}
		synctest.Wait()
		var bodies []string
		for _, l := range list() {
			bodies = append(bodies, string(l.Body))
		}
		require.Equal(t, []string{"11", "12", "13", "14", "15"}, bodies, "the oldest are forgotten")

		refuse.Store(false)
		got = list()
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			for _, l := range got[:2] {
				if err := o.Replay(tx, l); err != nil {
					return err
				}
			}
			return o.Discard(tx, got[2])
		}))
		o.Kick()
		synctest.Wait()
		require.Equal(t, []string{"good", "11", "12"}, m.received(dest1))
		require.Len(t, list(), 2)
		require.Error(t, s.Update(t.Context(), func(tx store.Tx) error { return o.Replay(tx, got[0]) }), "it is gone")
		require.Error(t, s.Update(t.Context(), func(tx store.Tx) error { return o.Replay(tx, t8.Lost{}) }))
		none := t8.NewOutbox(prefix, m, nil)
		require.Error(t, s.Update(t.Context(), func(tx store.Tx) error { return none.Discard(tx, got[0]) }))
	})
}

// Destinations that hang do not delay those that live, even right after a restart when nobody is known.
func TestOutboxHangingDestinations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{Senders: 64})
		for i := range 50 {
			putFor(t, s, o, fmt.Sprintf("https://scef/live/%d", i), fmt.Sprintf("https://live%d.example.com/", i), "x")
		}
		stop := run(t, o, s)
		synctest.Wait() // the live ones are known now
		for i := range 1000 {
			putFor(t, s, o, fmt.Sprintf("https://scef/%d", i), fmt.Sprintf("https://dead%d.example.com/", i), "x", "y")
		}
		begin := time.Now()
		for range 100 {
			time.Sleep(time.Second)
			for i := range 50 {
				putFor(t, s, o, fmt.Sprintf("https://scef/live/%d", i), fmt.Sprintf("https://live%d.example.com/", i), "x")
			}
			synctest.Wait()
			for i := range 50 {
				at := m.attempts(fmt.Sprintf("https://live%d.example.com/", i))
				require.Equal(t, time.Since(begin), at[len(at)-1]-begin.Sub(m.begin))
			}
		}
		stop()
	})
}

// TestOutboxRedirectionAndRetryAfter goes through the Notifier: 307 is followed, Retry-After of a 503 is waited for.
func TestOutboxRedirectionAndRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		begin := time.Now()
		p := newPipeServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprint(r.Host, r.URL.Path, " ", time.Since(begin)))
			switch {
			case len(got) == 1:
				w.Header().Set("Retry-After", "100")
				w.WriteHeader(503)
			case r.URL.Path == "/n":
				w.Header().Set("Location", "http://new.example.com/m")
				w.WriteHeader(307 + len(got)%2)
			default:
				w.WriteHeader(204)
			}
		}))
		defer p.close()
		n := t8.NewNotifier(&t8.NotifierOptions{Dial: p.dial})
		defer n.Close()
		s := store.NewMemory()
		o := t8.NewOutbox(prefix, n, nil)
		putFor(t, s, o, "https://scef/a", "http://as.example.com/n", `{}`)
		stop := run(t, o, s)
		time.Sleep(200 * time.Second)
		stop()
		mu.Lock()
		defer mu.Unlock()
		require.Equal(t, []string{"as.example.com/n 0s", "as.example.com/n 1m40s", "new.example.com/m 1m40s"}, got)
		require.Zero(t, left(t, s))
	})
}

// Lost notifications name why.
func TestOutboxLostReasons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		m.fail = func(_, body string, _ int) error {
			switch body {
			case "refused":
				return &fault.Error{Code: fault.Malformed, Remote: true}
			case "forbidden":
				return fault.New("", fault.NotAuthorized, "")
			}
			return errDown
		}
		var lost []string
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{MaxAge: time.Minute, Lost: func(l t8.Lost) {
			lost = append(lost, strings.Join([]string{string(l.Body), string(l.Reason)}, ":"))
		}})
		putFor(t, s, o, "https://scef/a", dest1, "refused", "forbidden", "down", "down")
		stop := run(t, o, s)
		time.Sleep(10 * time.Minute)
		stop()
		slices.Sort(lost)
		require.Equal(t, []string{"down:expired", "down:expired", "forbidden:forbidden", "refused:refused"}, lost)
	})
}
