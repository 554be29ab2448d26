package pebble

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// smallDisk mounts a file system of size octets.
func smallDisk(t *testing.T, size int) string {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprint("size=", size)); err != nil {
		t.Skipf("a small file system cannot be mounted (run as root to test a full disk): %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// fillUp leaves about left octets free on the file system of dir, by a file whose name it returns.
func fillUp(t *testing.T, dir string, left int64) string {
	t.Helper()
	name := filepath.Join(dir, "others")
	f, err := os.Create(name)
	require.NoError(t, err)
	defer f.Close()
	for {
		var disk syscall.Statfs_t
		require.NoError(t, syscall.Statfs(dir, &disk))
		n := int64(disk.Bavail)*disk.Bsize - left
		if n <= 0 {
			return name
		}
		err := syscall.Fallocate(int(f.Fd()), 0, 0, n)
		if err == nil {
			return name
		}
		require.ErrorIs(t, err, syscall.ENOSPC) // the store was quicker
	}
}

var small = &Options{MemTableSize: 1 << 20, CacheSize: 1 << 20, HotRecords: -1, Reserve: 1 << 20, MaxStall: time.Second}

// writeUntil writes keys of its own until an Update fails, and returns the number of those that were acknowledged.
func writeUntil(ctx context.Context, s *Store, writer, from int) (int, error) {
	noise := rand.NewChaCha8([32]byte{byte(writer)}) // cannot be compressed
	for n := from; ; n++ {
		value := make([]byte, 8<<10)
		noise.Read(value)
		copy(value, fmt.Sprintf("%08d", n))
		err := s.Update(ctx, func(tx store.Tx) error {
			return errors.Join(
				tx.Put(fmt.Appendf(nil, "w%d/%08d", writer, n), value), tx.Put(fmt.Appendf(nil, "last%d", writer), value[:8]))
		})
		if err != nil {
			return n, err
		}
	}
}

// requireWritten checks that the first n keys of writer are there.
func requireWritten(t *testing.T, s *Store, writer, n int) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		last, err := r.Get(fmt.Appendf(nil, "last%d", writer))
		require.GreaterOrEqual(t, string(last), fmt.Sprintf("%08d", n-1))
		for i := range n {
			v, gerr := r.Get(fmt.Appendf(nil, "w%d/%08d", writer, i))
			err = errors.Join(err, gerr)
			require.Len(t, v, 8<<10, "key %d of writer %d of %d", i, writer, n)
			require.Equal(t, fmt.Sprintf("%08d", i), string(v[:8]))
		}
		return err
	}))
}

// A store fills its disk. Commits are refused with a clear error, nothing acknowledged is lost, reading goes on, and so
// does writing once there is space, in the same store and in one that is opened anew.
func TestDiskFull(t *testing.T) {
	for _, by := range []string{"the store", "others"} {
		t.Run(by, func(t *testing.T) {
			disk := smallDisk(t, 24<<20)
			// The part that is freed later.
			left := int64(12 << 20)
			if by != "the store" {
				left = 24 << 20
			}
			others := fillUp(t, disk, left)
			dir := filepath.Join(disk, "store")
			s := open(t, dir, small)

			var acknowledged [4]int
			var errs [len(acknowledged)]error
			var wg sync.WaitGroup
			for i := range acknowledged {
				wg.Go(func() { acknowledged[i], errs[i] = writeUntil(t.Context(), s, i, 0) })
			}
			if by == "others" {
				require.Eventually(t, func() bool { return s.disk.applied.Load() >= 100 }, time.Minute, time.Millisecond)
				require.NoError(t, os.Remove(others))
				fillUp(t, disk, 0)
			}
			wg.Wait()
			for _, err := range errs {
				require.ErrorIs(t, err, ErrDiskFull)
				require.ErrorIs(t, err, syscall.ENOSPC)
				require.NotErrorIs(t, err, store.ErrOutcomeUnknown, "the reserve was there for the commits under way")
			}
			for i, n := range acknowledged {
				requireWritten(t, s, i, n)
			}
			require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { // only reads
				_, err := tx.Get([]byte("last0"))
				return err
			}))
			require.NoError(t, os.Remove(others))
			require.Eventually(t, func() bool { return put(t.Context(), s, "again", "1") == nil }, time.Minute, 10*time.Millisecond)
			require.NoError(t, s.Verify(t.Context()))
			require.NoError(t, s.Close())

			s = open(t, dir, small)
			for i, n := range acknowledged {
				requireWritten(t, s, i, n)
			}
			require.NoError(t, put(t.Context(), s, "anew", "1"))
			require.NoError(t, s.Verify(t.Context()))
		})
	}
}

// Opening on a full disk gives a clear error, or a store that reads; the log is not lost.
func TestOpenOnFullDisk(t *testing.T) {
	value := make([]byte, 8<<10)
	rand.NewChaCha8([32]byte{}).Read(value)
	for left := int64(0); left < 16; left += 2 {
		disk := smallDisk(t, 16<<20)
		dir := filepath.Join(disk, "store")
		s := open(t, dir, small)
		n := 0
		for ; n < 60; n++ { // within one log
			require.NoError(t, put(t.Context(), s, fmt.Sprint("key", n), string(value)))
		}
		crash := filepath.Join(disk, "crash") // as a power cut leaves it: all is in the log
		require.NoError(t, s.db.Checkpoint(crash))
		require.NoError(t, s.Close())
		require.NoError(t, os.RemoveAll(dir))

		others := fillUp(t, disk, left*100<<10)
		s, err := Open(crash, small)
		if err != nil {
			require.ErrorIs(t, err, ErrDiskFull)
			require.ErrorIs(t, err, syscall.ENOSPC)
		} else {
			require.Len(t, get(t, s, "key59"), 8<<10)
			if err := put(t.Context(), s, "a", "1"); err != nil {
				require.ErrorIs(t, err, ErrDiskFull)
			}
			require.NoError(t, s.Close())
		}
		require.NoError(t, os.Remove(others))
		s = open(t, crash, small)
		require.Len(t, get(t, s, "key59"), 8<<10)
		require.NoError(t, put(t.Context(), s, "a", "1"))
		require.NoError(t, s.Close())
	}
	t.Run("new", func(t *testing.T) {
		disk := smallDisk(t, 16<<20)
		fillUp(t, disk, 0)
		_, err := Open(filepath.Join(disk, "store"), small)
		require.ErrorIs(t, err, ErrDiskFull)
	})
}

// A backup to a full disk leaves nothing behind, and the store is not concerned.
func TestBackupToFullDisk(t *testing.T) {
	disk := smallDisk(t, 4<<20)
	s := open(t, t.TempDir(), small)
	n := 0
	for ; n < 400; n++ {
		value := make([]byte, 16<<10)
		rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(value)
		require.NoError(t, put(t.Context(), s, fmt.Sprint("key", n), string(value)))
	}
	err := s.Checkpoint(t.Context(), filepath.Join(disk, "backup"))
	require.ErrorIs(t, err, ErrDiskFull)
	left, err := os.ReadDir(disk)
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, put(t.Context(), s, "a", "1"))

	backup := filepath.Join(t.TempDir(), "backup")
	require.NoError(t, s.Checkpoint(t.Context(), backup))
	err = Restore(t.Context(), backup, disk)
	require.ErrorIs(t, err, ErrDiskFull)
	left, err = os.ReadDir(disk)
	require.NoError(t, err)
	for _, f := range left {
		require.Equal(t, lockName, f.Name())
	}
}
