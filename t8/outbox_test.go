package t8_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// mailbox is a Sender that notes what arrives and when.
type mailbox struct {
	mu    sync.Mutex
	begin time.Time
	got   map[string][]string    // by destination: body, in order
	at    map[string][]time.Time // by destination: every attempt
	fail  func(destination, body string, attempt int) error
}

func newMailbox() *mailbox {
	return &mailbox{begin: time.Now(), got: map[string][]string{}, at: map[string][]time.Time{}}
}

func (m *mailbox) Notify(ctx context.Context, destination string, body any) error {
	if strings.Contains(destination, "dead") { // does not answer
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Second):
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at[destination] = append(m.at[destination], time.Now())
	if strings.Contains(destination, "dead") {
		return fault.New("test", fault.Timeout, "")
	}
	text := string(body.([]byte))
	if m.fail != nil {
		if err := m.fail(destination, text, len(m.at[destination])); err != nil {
			return err
		}
	}
	m.got[destination] = append(m.got[destination], text)
	return nil
}

func (m *mailbox) received(destination string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.got[destination])
}

func (m *mailbox) attempts(destination string) []time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []time.Duration
	for _, t := range m.at[destination] {
		all = append(all, t.Sub(m.begin))
	}
	return all
}

func put(t testing.TB, s store.Store, o *t8.Outbox, destination string, bodies ...string) {
	t.Helper()
	for _, b := range bodies {
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return o.Enqueue(tx, "", destination, []byte(b)) }))
	}
	o.Kick()
}

// left counts what is in the store.
func left(t testing.TB, s store.Store) int {
	t.Helper()
	n := 0
	require.NoError(t, s.View(context.WithoutCancel(t.Context()), func(r store.Reader) error {
		n = 0
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

// run starts Run and returns what stops it.
func run(t testing.TB, o *t8.Outbox, s store.Store) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx, s) }()
	return func() {
		t.Helper()
		cancel()
		require.NoError(t, <-done)
	}
}

func numbered(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%d", i)
	}
	return all
}

const (
	dest1 = "https://one.example.com/n"
	dest2 = "https://two.example.com/n"
	dead1 = "https://dead.example.com/n"
)

var prefix = []byte("out/")

func TestOutboxKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox(prefix, m, nil)
		put(t, s, o, dest1, numbered(100)...) // some are there before Run
		defer run(t, o, s)()
		synctest.Wait()
		put(t, s, o, dest2, numbered(50)...)
		synctest.Wait()
		require.Equal(t, numbered(100), m.received(dest1))
		require.Equal(t, numbered(50), m.received(dest2))
		require.Zero(t, left(t, s))
		require.Zero(t, time.Since(m.begin), "nothing waited")
	})
}

func TestOutboxTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox(prefix, m, nil)
		defer run(t, o, s)()
		undo := errors.New("no")
		err := s.Update(t.Context(), func(tx store.Tx) error {
			require.NoError(t, o.Enqueue(tx, "", dest1, []byte("never")))
			return undo
		})
		require.ErrorIs(t, err, undo)
		o.Kick()
		// Another transaction kicks between the Enqueue of this one and its commit.
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			require.NoError(t, o.Enqueue(tx, "", dest1, []byte("late")))
			o.Kick()
			synctest.Wait()
			return nil
		}))
		o.Kick()
		synctest.Wait()
		require.Equal(t, []string{"late"}, m.received(dest1))
		require.Error(t, s.Update(t.Context(), func(tx store.Tx) error { return o.Enqueue(tx, "", "nowhere", nil) }))
	})
}

func TestOutboxBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		m.fail = func(_, _ string, attempt int) error {
			if attempt <= 12 {
				return &fault.Error{Code: fault.Unavailable, Remote: true}
			}
			return nil
		}
		o := t8.NewOutbox(prefix, m, nil)
		put(t, s, o, dest1, "a", "b")
		defer run(t, o, s)()
		time.Sleep(30 * time.Minute)
		require.Equal(t, []string{"a", "b"}, m.received(dest1))
		at := m.attempts(dest1)
		require.Len(t, at, 14)
		want := time.Second
		for i := 1; i <= 12; i++ {
			gap := at[i] - at[i-1]
			require.InDelta(t, want.Seconds(), gap.Seconds(), 0.21*want.Seconds(), "attempt %d", i)
			want = min(2*want, 5*time.Minute)
		}
		require.Equal(t, at[12], at[13], "what follows goes at once")
	})
}

func TestOutboxRespectsRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		m.fail = func(destination, _ string, attempt int) error {
			if attempt > 1 {
				return nil
			}
			in := 10 * time.Minute
			if destination == dest2 {
				in = 100 * time.Hour
			}
			return &fault.Error{Code: fault.RateLimited, Remote: true, RetryAt: time.Now().Add(in)}
		}
		o := t8.NewOutbox(prefix, m, nil)
		put(t, s, o, dest1, "a")
		put(t, s, o, dest2, "b")
		defer run(t, o, s)()
		time.Sleep(2 * time.Hour)
		require.Equal(t, []time.Duration{0, 10 * time.Minute}, m.attempts(dest1))
		require.Equal(t, []time.Duration{0, time.Hour}, m.attempts(dest2), "not for ever")
	})
}

func TestOutboxGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		m.fail = func(destination, body string, _ int) error {
			switch {
			case destination == dest2:
				return fault.New("test", fault.Unavailable, "")
			case body == "refused":
				return &fault.Error{Code: fault.NotFound, Remote: true}
			case body == "forbidden":
				return fault.New("test", fault.NotAuthorized, "")
			}
			return nil
		}
		var mu sync.Mutex
		lost := map[string]t8.Lost{}
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{MaxAge: 10 * time.Hour, Lost: func(l t8.Lost) {
			mu.Lock()
			defer mu.Unlock()
			lost[string(l.Body)] = l
		}})
		put(t, s, o, dest1, "1", "refused", "2", "forbidden", "3")
		put(t, s, o, dest2, "old")
		begin := time.Now()
		defer run(t, o, s)()
		synctest.Wait()
		require.Equal(t, []string{"1", "2", "3"}, m.received(dest1), "what cannot be delivered does not block")
		time.Sleep(11 * time.Hour)
		mu.Lock()
		defer mu.Unlock()
		require.Len(t, lost, 3)
		require.ErrorIs(t, lost["refused"].Err, fault.NotFound)
		require.ErrorIs(t, lost["forbidden"].Err, fault.NotAuthorized)
		require.Equal(t, dest2, lost["old"].Destination)
		require.True(t, lost["old"].Enqueued.Equal(begin))
		at := m.attempts(dest2)
		require.InDelta(t, 10, at[len(at)-1].Hours(), 0.15)
		require.Zero(t, left(t, s))
	})
}

func TestOutboxSurvivesRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		down := true
		m.fail = func(_, body string, _ int) error {
			if down && body == "3" {
				return fault.New("test", fault.Unavailable, "")
			}
			return nil
		}
		o := t8.NewOutbox(prefix, m, nil)
		put(t, s, o, dest1, numbered(6)...)
		stop := run(t, o, s)
		synctest.Wait()
		stop()
		require.Equal(t, 3, left(t, s), "what was acknowledged is forgotten, the rest is not")
		down = false
		defer run(t, t8.NewOutbox(prefix, m, nil), s)() // nobody kicks
		synctest.Wait()
		require.Equal(t, numbered(6), m.received(dest1))
	})
}

func TestOutboxStopsInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox(prefix, m, nil)
		put(t, s, o, dead1, "a")
		stop := run(t, o, s)
		time.Sleep(time.Second) // the attempt is under way
		require.ErrorContains(t, o.Run(t.Context(), s), "at work")
		stop()
		require.Equal(t, time.Second, time.Since(m.begin))
		require.Equal(t, 1, left(t, s))
	})
}

// Many destinations that do not answer, few senders: the one that lives is served within the time of one attempt.
func TestOutboxDeadDestinations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{Senders: 4})
		for i := range 100 {
			put(t, s, o, fmt.Sprintf("https://dead%d.example.com/", i), "x", "y")
		}
		defer run(t, o, s)()
		time.Sleep(10 * time.Minute) // every dead one has failed by now
		begin := time.Now()
		for i := range 20 {
			put(t, s, o, dest1, fmt.Sprintf("%d", i))
			time.Sleep(time.Second)
		}
		synctest.Wait()
		require.Equal(t, numbered(20), m.received(dest1))
		m.mu.Lock()
		for i, at := range m.at[dest1] {
			require.Equal(t, time.Duration(i)*time.Second, at.Sub(begin))
		}
		m.mu.Unlock()
	})
}

// Entries of another process, which cannot kick this one, are found.
func TestOutboxRescans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox([]byte{0xff}, m, nil)
		defer run(t, o, s)()
		synctest.Wait()
		put(t, s, t8.NewOutbox([]byte{0xff}, m, nil), dest1, "a")
		synctest.Wait()
		require.Empty(t, m.received(dest1))
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"a"}, m.received(dest1))
	})
}

func TestOutboxStoreFails(t *testing.T) {
	s := store.NewMemory()
	require.NoError(t, s.Close())
	require.ErrorIs(t, t8.NewOutbox(prefix, newMailbox(), nil).Run(t.Context(), s), store.ErrClosed)

	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		o := t8.NewOutbox(prefix, m, nil)
		done := make(chan error, 1)
		go func() { done <- o.Run(t.Context(), s) }()
		put(t, s, o, dest1, "a")
		synctest.Wait()
		require.NoError(t, s.Close())
		o.Kick()
		time.Sleep(2 * time.Minute)
		require.ErrorIs(t, <-done, store.ErrClosed)
	})
}

// What is broken in the store is reported and does not block.
func TestOutboxBrokenEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := store.NewMemory(), newMailbox()
		var lost []t8.Lost
		o := t8.NewOutbox(prefix, m, &t8.OutboxOptions{Lost: func(l t8.Lost) { lost = append(lost, l) }})
		put(t, s, o, dest1, "a", "b")
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			for p, err := range tx.Scan(nil, nil, false) {
				require.NoError(t, err)
				return tx.Put(p.Key, []byte("nonsense"))
			}
			return nil
		}))
		defer run(t, o, s)()
		synctest.Wait()
		require.Equal(t, []string{"b"}, m.received(dest1))
		require.Len(t, lost, 1)
	})
}

func BenchmarkOutbox(b *testing.B) {
	s := store.NewMemory()
	m := newMailbox()
	o := t8.NewOutbox(prefix, senderFunc(func(context.Context, string, any) error { return nil }), nil)
	_ = m
	stop := run(b, o, s)
	defer stop()
	body := []byte(strings.Repeat("x", 250))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Update(b.Context(), func(tx store.Tx) error { return o.Enqueue(tx, "", dest1, body) }); err != nil {
			b.Fatal(err)
		}
		o.Kick()
	}
}

type senderFunc func(context.Context, string, any) error

func (f senderFunc) Notify(ctx context.Context, d string, b any) error { return f(ctx, d, b) }
