package pebble

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// Backups are made one after the other while transactions run. Each holds what was acknowledged before it began, and
// whole transactions only; it can be restored and written on.
func TestCheckpoint(t *testing.T) {
	s := open(t, t.TempDir(), &Options{MemTableSize: 1 << 20})
	ctx, cancel := context.WithCancel(t.Context())
	var acknowledged [8]atomic.Uint64
	var running sync.WaitGroup
	running.Go(func() {
		countUp(ctx, s, len(acknowledged), func(i int, n uint64) bool {
			acknowledged[i].Store(n)
			return true
		})
	})
	running.Go(func() { // lets logs, tables and merges come and go
		for i := 0; put(ctx, s, fmt.Sprint("filler", i%100), strings.Repeat(fmt.Sprint(i), 20_000)) == nil; i++ {
		}
	})
	defer running.Wait()
	defer cancel()
	where := t.TempDir()
	for round := range 3 {
		at := acknowledged[0].Load() + 20
		require.Eventually(t, func() bool { return acknowledged[0].Load() >= at }, time.Minute, time.Millisecond)
		before := make([]uint64, len(acknowledged))
		for i := range before {
			before[i] = acknowledged[i].Load()
		}
		backup := filepath.Join(where, "made", fmt.Sprint("backup", round))
		require.NoError(t, s.Checkpoint(ctx, backup))
		require.ErrorIs(t, s.Checkpoint(ctx, backup), fs.ErrExist)

		dir := filepath.Join(where, fmt.Sprint("restored", round))
		require.NoError(t, Restore(ctx, backup, dir))
		for range 2 {
			restored := open(t, dir, nil)
			requireCounts(t, restored, before)
			require.NoError(t, restored.Verify(ctx))
			require.NoError(t, put(ctx, restored, "own", "1"))
			require.NoError(t, restored.Close())
		}
		again := filepath.Join(where, fmt.Sprint("again", round))
		require.NoError(t, Restore(ctx, backup, again), "the backup is as it was")
		require.Empty(t, get(t, open(t, again, nil), "own"))
	}
	require.NoError(t, s.Verify(ctx))
	left, err := filepath.Glob(filepath.Join(where, "made", "*.partial"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestCheckpointRefused(t *testing.T) {
	where := t.TempDir()
	s := open(t, filepath.Join(where, "store"), nil)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	backup := filepath.Join(where, "backup")
	require.ErrorIs(t, s.Checkpoint(ended, backup), context.Canceled)
	require.NoError(t, os.MkdirAll(filepath.Join(backup+".partial", "left"), 0o700))
	require.NoError(t, s.Checkpoint(t.Context(), backup), "what a kill left is removed")
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Checkpoint(t.Context(), backup+"2"), store.ErrClosed)
	require.ErrorIs(t, s.Verify(t.Context()), store.ErrClosed)
}

func TestRestoreRefused(t *testing.T) {
	where := t.TempDir()
	dir, backup := filepath.Join(where, "store"), filepath.Join(where, "backup")
	s := open(t, dir, nil)
	require.NoError(t, put(t.Context(), s, "a", "1"))
	require.NoError(t, s.Checkpoint(t.Context(), backup))

	require.ErrorIs(t, Restore(t.Context(), dir, filepath.Join(where, "of a store in use")), ErrInUse)
	require.ErrorIs(t, Restore(t.Context(), backup, dir), ErrInUse)
	require.NoError(t, s.Close())
	require.ErrorIs(t, Restore(t.Context(), backup, dir), fs.ErrExist)
	require.Equal(t, "1", get(t, open(t, dir, nil), "a"))
	require.ErrorIs(t, Restore(t.Context(), t.TempDir(), filepath.Join(where, "of nothing")), ErrDamaged)
	require.ErrorIs(t, Restore(t.Context(), filepath.Join(where, "none"), filepath.Join(where, "new")), fs.ErrNotExist)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Restore(ended, backup, filepath.Join(where, "new")), context.Canceled)

	// One that was killed.
	killed := filepath.Join(where, "killed")
	require.NoError(t, Restore(t.Context(), backup, killed))
	require.NoError(t, os.WriteFile(filepath.Join(killed, unfinishedName), nil, 0o600))
	_, err := Open(killed, nil)
	require.ErrorIs(t, err, ErrDamaged)
	require.ErrorContains(t, err, "did not finish")
	require.ErrorIs(t, Restore(t.Context(), killed, filepath.Join(where, "new")), ErrDamaged)

	// A store that was closed is as good as a backup.
	closed := filepath.Join(where, "closed")
	s = open(t, closed, nil)
	require.NoError(t, put(t.Context(), s, "b", "2"))
	require.NoError(t, s.Close())
	require.NoError(t, Restore(t.Context(), closed, filepath.Join(where, "new")))
	require.Equal(t, "2", get(t, open(t, filepath.Join(where, "new"), nil), "b"))
}

// Whatever is flipped, cut off or lost in a backup is noticed, and nothing is left of the attempt to restore it.
func TestRestoreDamaged(t *testing.T) {
	where := t.TempDir()
	s := open(t, filepath.Join(where, "store"), nil)
	for i := range 40 {
		if i == 20 {
			require.NoError(t, s.db.Flush())
		}
		require.NoError(t, put(t.Context(), s, fmt.Sprintf("key%02d", i), strings.Repeat("value ", 10)))
	}
	backup := filepath.Join(where, "backup")
	require.NoError(t, s.Checkpoint(t.Context(), backup))
	refused := func(name string, change func(name string) error) {
		t.Helper()
		broken, target := filepath.Join(where, "broken"), filepath.Join(where, "target")
		require.NoError(t, os.CopyFS(broken, os.DirFS(backup)))
		require.NoError(t, change(filepath.Join(broken, name)))
		require.ErrorIs(t, Restore(t.Context(), broken, target), ErrDamaged, name)
		left, err := os.ReadDir(target)
		if err == nil {
			require.Len(t, left, 1, "only the lock is left")
		}
		require.NoError(t, os.RemoveAll(broken))
		require.NoError(t, os.RemoveAll(target))
	}
	for _, pattern := range []string{"*.sst", "MANIFEST-*", "*.log", "OPTIONS-*", sumsName} {
		names, err := filepath.Glob(filepath.Join(backup, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, names, pattern)
		whole, err := os.ReadFile(names[len(names)-1])
		require.NoError(t, err)
		name := filepath.Base(names[len(names)-1])
		for i := 0; i < len(whole); i += max(len(whole)/15, 1) {
			refused(name, func(name string) error {
				flipped := append([]byte{}, whole...)
				flipped[i] ^= 0x10
				return os.WriteFile(name, flipped, 0o600)
			})
			if i > 0 {
				refused(name, func(name string) error { return os.Truncate(name, int64(i)) })
			}
		}
		if name != sumsName {
			refused(name, os.Remove)
		}
	}
	require.NoError(t, Restore(t.Context(), backup, filepath.Join(where, "whole")))
}
