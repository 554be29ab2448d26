package pebble

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// These tests look at the outbox of t8 on the durable store; they are here because t8 does not know this module.

type senderFunc func(ctx context.Context, destination string, body any) error

func (f senderFunc) Notify(ctx context.Context, destination string, body any) error {
	return f(ctx, destination, body)
}

func taken(context.Context, string, any) error { return nil }

const outboxDir = "SCEFKIT_TEST_OUTBOX_DIR"

// TestOutboxKilledChild is the program that TestOutboxKill kills: it enqueues numbers, tells which are committed, and
// delivers them by printing.
func TestOutboxKilledChild(t *testing.T) {
	dir := os.Getenv(outboxDir)
	if dir == "" {
		t.Skip("a part of TestOutboxKill")
	}
	s, err := Open(dir, nil)
	require.NoError(t, err)
	first, _ := strconv.Atoi(os.Getenv(outboxDir + "_FIRST"))
	var mu sync.Mutex
	say := func(format string, args ...any) error {
		mu.Lock()
		defer mu.Unlock()
		_, err := fmt.Printf(format+"\n", args...)
		return err
	}
	o := t8.NewOutbox([]byte("outbox/"), senderFunc(func(_ context.Context, destination string, body any) error {
		return say("got %s %s", destination[len("https://as.example.com/"):], body)
	}), nil)
	go func() { _ = o.Run(t.Context(), s) }()
	var wg sync.WaitGroup
	for sub := range 8 {
		wg.Go(func() {
			for n := first; ; n++ {
				err := s.Update(t.Context(), func(tx store.Tx) error {
					return o.Enqueue(tx, fmt.Sprint("sub", sub), fmt.Sprintf("https://as.example.com/%d", sub), strconv.AppendInt(nil, int64(n), 10))
				})
				if err != nil {
					return
				}
				o.Kick()
				if say("ack %d %d", sub, n) != nil {
					return
				}
			}
		})
	}
	wg.Wait()
}

// A process that is killed at any moment has lost no notification whose transaction was committed, and delivers those of
// a subscription in order; some come twice.
func TestOutboxKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := [8]int{-1, -1, -1, -1, -1, -1, -1, -1} // highest number
	got := [8]map[int]bool{}
	for sub := range got {
		got[sub] = map[int]bool{}
	}
	take := func(sub, n int) { got[sub][n] = true }
	for round := range 4 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOutboxKilledChild$", "-test.timeout=2m")
		cmd.Env = append(os.Environ(), outboxDir+"="+dir, fmt.Sprintf("%s_FIRST=%d", outboxDir, round*1_000_000))
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines, after := 0, 1+rand.IntN(2000)
		in := bufio.NewScanner(out)
		inRound := [8]int{-1, -1, -1, -1, -1, -1, -1, -1}
		for in.Scan() {
			var what string
			var sub, n int
			if k, _ := fmt.Sscanf(in.Text(), "%s %d %d", &what, &sub, &n); k != 3 || sub > 7 {
				continue
			}
			switch what {
			case "ack":
				acknowledged[sub] = max(acknowledged[sub], n)
				lines++
			case "got":
				require.Greater(t, n, inRound[sub], "order within a process")
				inRound[sub] = n
				take(sub, n)
			}
			if lines == after {
				require.NoError(t, cmd.Process.Kill())
			}
		}
		_ = cmd.Wait() // "signal: killed"
		require.GreaterOrEqual(t, lines, after, "the child ended by itself")
		for _, n := range acknowledged {
			require.Less(t, n, (round+1)*1_000_000, "numbers of a round do not reach those of the next")
		}
	}
	// What is left is delivered now.
	s, err := Open(dir, nil)
	require.NoError(t, err)
	var mu sync.Mutex
	o := t8.NewOutbox([]byte("outbox/"), senderFunc(func(_ context.Context, destination string, body any) error {
		mu.Lock()
		defer mu.Unlock()
		sub, _ := strconv.Atoi(strings.TrimPrefix(destination, "https://as.example.com/"))
		n, _ := strconv.Atoi(string(body.([]byte)))
		take(sub, n)
		return nil
	}), nil)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx, s) }()
	require.Eventually(t, func() bool { return entries(t, s) == 0 }, 20*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-done)
	require.NoError(t, s.Close())
	for sub := range got {
		for round := range 4 {
			// Numbers of a round are consecutive: none may be missing below the highest that was acknowledged.
			top := -1
			for n := range got[sub] {
				if n/1_000_000 == round {
					top = max(top, n)
				}
			}
			if a := acknowledged[sub]; a/1_000_000 == round {
				top = max(top, a)
			}
			for n := round * 1_000_000; n <= top; n++ {
				require.True(t, got[sub][n], "subscription %d lost %d", sub, n)
			}
		}
	}
}

func entries(t testing.TB, s store.Store) (n int) {
	require.NoError(t, s.View(context.WithoutCancel(t.Context()), func(r store.Reader) error {
		n = 0
		for _, err := range r.Scan([]byte("outbox/"), store.PrefixEnd([]byte("outbox/")), false) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

// BenchmarkOutbox compares transactions of 128 subscriptions that enqueue a notification, with a Run that delivers and
// deletes them at the same time, with transactions that only put a record of the same size.
func BenchmarkOutbox(b *testing.B) {
	body := []byte(fmt.Sprintf(`{"x":"%0240d"}`, 0))
	b.Run("store", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		share(b, func(n uint64) error {
			return s.Update(b.Context(), func(tx store.Tx) error { return tx.Put(recordKey(n), append(recordValue(n), body[:20]...)) })
		})
	})
	b.Run("outbox", func(b *testing.B) {
		s := open(b, b.TempDir(), nil)
		o := t8.NewOutbox([]byte("outbox/"), senderFunc(taken), nil)
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx, s) }()
		share(b, func(n uint64) error {
			sub := n % writers
			err := s.Update(b.Context(), func(tx store.Tx) error {
				return o.Enqueue(tx, fmt.Sprintf("https://scef.example.com/3gpp-nidd/v1/as1/configurations/%d", sub), fmt.Sprintf("https://as%d.example.com/n", sub%16), body)
			})
			o.Kick()
			return err
		})
		begin := time.Now()
		for entries(b, s) > 0 {
			time.Sleep(time.Millisecond)
		}
		b.ReportMetric(time.Since(begin).Seconds(), "s-to-drain")
		b.ReportMetric(float64(b.N)/(b.Elapsed()+time.Since(begin)).Seconds(), "delivered/s")
		cancel()
		<-done
	})
}

// TestOutboxManyDead has 100,000 notifications for 1,000 dead destinations, a tenth of it under the race detector, or
// 1,000,000 for 10,000 with SCEFKIT_TEST_MILLION set, and looks at what they cost: memory, and the time of notifications to those that live.
func TestOutboxManyDead(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	pending, dead, probes, hang := 100_000, 1_000, 500, 100*time.Millisecond
	if slow {
		pending, dead, probes = 10_000, 100, 100
	}
	if os.Getenv("SCEFKIT_TEST_MILLION") != "" {
		pending, dead, probes, hang = 1_000_000, 10_000, 10_000, time.Second
	}
	s := open(t, t.TempDir(), nil)
	var attempts atomic.Int64
	errDead := errors.New("no answer")
	delivered := make(chan struct{}, 1)
	send := senderFunc(func(ctx context.Context, destination string, _ any) error {
		if strings.HasPrefix(destination, "https://dead") {
			attempts.Add(1)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(hang): // a connection that hangs
				return errDead
			}
		}
		delivered <- struct{}{}
		return nil
	})
	measure := func(o *t8.Outbox) time.Duration {
		begin := time.Now()
		for i := range probes {
			require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
				return o.Enqueue(tx, fmt.Sprint("https://scef.example.com/live/", i%64), fmt.Sprintf("https://live%d.example.com/n", i%8), []byte(`{}`))
			}))
			o.Kick()
			<-delivered
		}
		return time.Since(begin) / time.Duration(probes)
	}
	start := func(o *t8.Outbox) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx, s) }()
		return func() {
			cancel()
			require.NoError(t, <-done)
		}
	}
	o := t8.NewOutbox([]byte("outbox/"), send, nil)
	stop := start(o)
	measure(o) // warm
	alone := measure(o)
	before := heap()

	// all writes what is pending, 100 in a transaction.
	all := func(write func(tx store.Tx, k int, body []byte) error) {
		var wg sync.WaitGroup
		for w := range 64 {
			wg.Go(func() {
				for i := w * 100; i < pending; i += 6400 {
					err := s.Update(t.Context(), func(tx store.Tx) error {
						for k := i; k < min(i+100, pending); k++ {
							if err := write(tx, k, fmt.Appendf(nil, `{"x":"%0200d"}`, k)); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
					o.Kick()
				}
			})
		}
		wg.Wait()
	}
	all(func(tx store.Tx, k int, body []byte) error { return tx.Put(fmt.Appendf(nil, "other/%x", k*7919), body) })
	digesting := measure(o) // while the engine sorts what was written
	all(func(tx store.Tx, k int, body []byte) error {
		return o.Enqueue(tx, fmt.Sprint("https://scef.example.com/c/", k/2), fmt.Sprintf("https://dead%d.example.com/n", k%dead), body)
	})
	fresh := measure(o)
	stop()
	// After a restart nothing is known of any destination.
	o = t8.NewOutbox([]byte("outbox/"), send, nil)
	known := attempts.Load()
	stop = start(o)
	restarted := measure(o)
	require.Eventually(t, func() bool { return attempts.Load() >= known+int64(dead) }, 10*time.Minute, 10*time.Millisecond, "each was tried again")
	settled := measure(o)
	after := heap()
	require.Eventually(t, func() bool { return entries(t, s) == pending }, time.Minute, 10*time.Millisecond, "what was delivered is deleted, the rest is there")
	t.Logf("%d pending for %d dead destinations, %d attempts: heap %d MiB, before %d MiB; one notification to a live one: %v alone, "+
		"%v after as many other writes, %v while the dead fail first, %v after a restart, %v later",
		pending, dead, attempts.Load(), after>>20, before>>20, alone, digesting, fresh, restarted, settled)
	stop()
	require.Less(t, after, uint64(1<<30))
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse
}
