package pebble

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// lines is a log that may be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// While no table can be written, commits are taken until the memory for them is used up. Then each waits for its time and
// is refused; reading goes on. When tables can be written again everybody comes through.
func TestStall(t *testing.T) {
	hang := make(chan bool)
	files := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpCreate && isTable(op.Path) {
			<-hang
		}
		return nil
	}))
	release := sync.OnceFunc(func() { close(hang) })
	var log lines
	s, err := Open("data", &Options{
		fs: files, MemTableSize: 1 << 20, MaxStall: 50 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	require.NoError(t, err)
	defer s.Close()
	defer release()
	value := strings.Repeat("x", 100<<10)
	taken := 0
	for {
		if err := put(t.Context(), s, fmt.Sprint("key", taken), value); err != nil {
			require.ErrorIs(t, err, ErrStalled)
			require.NotErrorIs(t, err, store.ErrOutcomeUnknown)
			break
		}
		taken++
		require.Less(t, taken, 100, "10 MB in memory")
	}
	require.Greater(t, taken, 10)
	require.Equal(t, value, get(t, s, fmt.Sprint("key", taken-1)))
	require.Empty(t, get(t, s, fmt.Sprint("key", taken)))
	require.Contains(t, log.String(), "commits wait")
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, put(short, s, "short", "1"), context.DeadlineExceeded)

	s.stall.patience = time.Minute
	var waiting sync.WaitGroup
	var begun, through atomic.Int64
	for i := range 32 {
		waiting.Go(func() {
			begun.Add(1)
			if err := put(t.Context(), s, fmt.Sprint("waited", i), "1"); err != nil {
				t.Error(err)
				return
			}
			through.Add(1)
		})
	}
	require.Eventually(t, func() bool { return begun.Load() == 32 }, time.Minute, time.Millisecond)
	require.Zero(t, through.Load())
	release()
	waiting.Wait()
	require.EqualValues(t, 32, through.Load())
	require.Contains(t, log.String(), "commits go on")
	for i := range taken {
		require.Equal(t, value, get(t, s, fmt.Sprint("key", i)))
	}
}

// A sync that hangs holds all commits, which cannot be told what became of them; so it is logged.
func TestSlowSyncIsLogged(t *testing.T) {
	var slow atomic.Bool
	leave := make(chan bool)
	files := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo
		if sync && slow.Load() && isLog(op.Path) {
			<-leave
		}
		return nil
	}))
	var log lines
	s, err := Open("data", &Options{fs: files, MaxStall: time.Millisecond, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	slow.Store(true)
	done := make(chan error, 1)
	go func() { done <- put(t.Context(), s, "a", "1") }()
	require.Eventually(t, func() bool { return strings.Contains(log.String(), "sync of the log is slow") }, time.Minute, time.Millisecond)
	require.Empty(t, done)
	close(leave)
	require.NoError(t, <-done)
	require.NoError(t, s.Close())
}

// Transactions that read much and write what others write all the time come through after a few runs, and so do the
// others beside them.
func TestFairRetries(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	ctx, cancel := context.WithCancel(t.Context())
	var quick [8]atomic.Int64
	var running sync.WaitGroup
	for i := range quick {
		running.Go(func() {
			for ctx.Err() == nil {
				err := s.Update(ctx, func(tx store.Tx) error {
					_, err := increment(tx, fmt.Sprint("key", i))
					return err
				})
				if err == nil {
					quick[i].Add(1)
				}
			}
		})
	}
	defer running.Wait()
	defer cancel()
	for range 10 {
		runs := 0
		var before [len(quick)]int64
		for i := range quick {
			before[i] = quick[i].Load()
		}
		require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
			runs++
			var sum uint64
			for i := range quick {
				n, err := count(tx, fmt.Sprint("key", i))
				if err != nil {
					return err
				}
				sum += n
			}
			if runs <= 3 { // while it runs beside the others, every one of its keys is written; the fourth run is alone
				at := quick[0].Load() + 2
				for quick[0].Load() < at && ctx.Err() == nil {
					time.Sleep(100 * time.Microsecond)
				}
			}
			return tx.Put([]byte("sum"), store.AppendUint64(nil, sum))
		}))
		require.LessOrEqual(t, runs, 4)
		for i := range quick {
			require.Eventually(t, func() bool { return quick[i].Load() > before[i] }, time.Minute, time.Millisecond, "writer %d starves", i)
		}
	}
}
