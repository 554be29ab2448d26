package pebble

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/storetest"
)

func open(t testing.TB, dir string, opts *Options) *Store {
	t.Helper()
	s, err := Open(dir, opts)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func put(ctx context.Context, s store.Store, key, value string) error {
	return s.Update(ctx, func(tx store.Tx) error { return tx.Put([]byte(key), []byte(value)) })
}

func get(t *testing.T, s store.Store, key string) string {
	t.Helper()
	var got string
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		v, err := r.Get([]byte(key))
		got = string(v)
		return err
	}))
	return got
}

func TestConformance(t *testing.T) {
	// With 3 hot records, all keys fight for the slots. TestConformanceOnFiles has the usual number, too.
	hots := []int{-1, 0, 3}
	if slow {
		hots = []int{-1, 3}
	}
	for _, hot := range hots {
		t.Run(fmt.Sprint("hot", hot), func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) store.Store { return open(t, t.TempDir(), &Options{HotRecords: hot}) })
		})
	}
}

// With memtables that are written out all the time, the suite meets files, levels and compactions.
func TestConformanceOnFiles(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		s := open(t, t.TempDir(), &Options{MemTableSize: 1 << 20})
		stop := make(chan struct{})
		var flusher sync.WaitGroup
		flusher.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_ = s.db.Flush()
				}
			}
		})
		return flushed{s, sync.OnceFunc(func() { close(stop); flusher.Wait() })}
	})
}

type flushed struct {
	*Store
	stop func()
}

func (f flushed) Close() error {
	f.stop()
	return f.Store.Close()
}

func TestConformanceDurable(t *testing.T) {
	storetest.RunDurable(t, func(t *testing.T, dir string) store.Store { return open(t, dir, nil) })
}

func TestOptions(t *testing.T) {
	_, err := Open(t.TempDir(), &Options{CacheSize: 1, MemTableSize: 1 << 40})
	require.ErrorContains(t, err, "CacheSize")
	require.ErrorContains(t, err, "MemTableSize")
	_, err = Open(t.TempDir(), &Options{MaxStall: -1})
	require.ErrorContains(t, err, "MaxStall")
}

func TestDirectoryInUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "open")
	s := open(t, dir, nil)
	_, err := Open(dir, nil)
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, dir)

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	_, err = Open(link, nil)
	require.ErrorIs(t, err, ErrInUse, "by another name")

	require.NoError(t, put(t.Context(), s, "a", "1"), "the store in use is not disturbed")
	require.NoError(t, s.Close())
	require.Equal(t, "1", get(t, open(t, link, nil), "a"))
}

func TestDirectoryUnusable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(file, nil)
	require.ErrorContains(t, err, file)
	require.NotErrorIs(t, err, ErrInUse)
}

func TestForeignDatabase(t *testing.T) {
	dir := t.TempDir()
	db, err := engine.Open(dir, &engine.Options{Logger: logger{slog.New(slog.DiscardHandler)}})
	require.NoError(t, err)
	require.NoError(t, db.Set([]byte("theirs"), nil, engine.Sync))
	require.NoError(t, db.Close())
	_, err = Open(dir, nil)
	require.ErrorContains(t, err, "another program")
}

func TestNewerFormat(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	require.NoError(t, s.db.Set(formatKey, binary.BigEndian.AppendUint32(nil, format+1), engine.Sync))
	require.NoError(t, s.Close())
	_, err := Open(dir, nil)
	require.ErrorIs(t, err, ErrNewer)
	_, err = Open(dir, nil)
	require.ErrorIs(t, err, ErrNewer, "a refused directory is unlocked")
	require.ErrorIs(t, Restore(t.Context(), dir, t.TempDir()), ErrNewer)
}

func TestNewerEngine(t *testing.T) {
	dir := t.TempDir()
	fill(t, dir)
	m, _, err := atomicfs.LocateMarker(vfs.Default, dir, "format-version")
	require.NoError(t, err)
	require.NoError(t, m.Move("999"))
	require.NoError(t, m.Close())
	_, err = Open(dir, nil)
	require.ErrorIs(t, err, ErrNewer)
	require.ErrorContains(t, err, "999")
	require.ErrorIs(t, Restore(t.Context(), dir, t.TempDir()), ErrNewer)
}

func TestOwnKeysAreHidden(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	for _, reverse := range []bool{false, true} {
		require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
			for p := range r.Scan(nil, nil, reverse) {
				t.Errorf("an empty store shows %q", p.Key)
			}
			return nil
		}))
	}
	require.NoError(t, put(t.Context(), s, string(formatKey), "x"))
	require.NoError(t, put(t.Context(), s, "\x02", "x"))
	_, err := checkFormat(s.db)
	require.NoError(t, err)
}

func TestReaderOutlivesItsFunction(t *testing.T) {
	s := open(t, t.TempDir(), nil)
	var kept store.Reader
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error { kept = r; return nil }))
	_, err := kept.Get([]byte("a"))
	require.Error(t, err)
	for _, err := range kept.Scan(nil, nil, false) {
		require.Error(t, err)
	}
}

// fill writes until files exist.
func fill(t *testing.T, dir string) {
	s := open(t, dir, nil)
	for i := range 100 {
		require.NoError(t, put(t.Context(), s, fmt.Sprintf("key%03d", i), strings.Repeat("value ", 100)))
	}
	require.NoError(t, s.db.Flush())
	require.NoError(t, s.Close())
}

func damageFile(t *testing.T, pattern string, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		for i := range b {
			b[i] ^= 0x5A
		}
		require.NoError(t, os.WriteFile(name, b, 0o600))
	}
}

func TestDamage(t *testing.T) {
	read := func(s *Store) error {
		return s.View(t.Context(), func(r store.Reader) error {
			_, err := r.Get([]byte("key050"))
			for _, serr := range r.Scan(nil, nil, false) {
				err = errors.Join(err, serr)
			}
			return err
		})
	}
	for _, pattern := range []string{"*.sst", "MANIFEST-*"} {
		t.Run(pattern, func(t *testing.T) {
			dir := t.TempDir()
			fill(t, dir)
			damageFile(t, pattern, dir)
			s, err := Open(dir, nil)
			if err == nil {
				err = errors.Join(read(s), s.Close())
			}
			require.ErrorIs(t, err, ErrDamaged)
		})
	}
	t.Run("lost file", func(t *testing.T) {
		dir := t.TempDir()
		fill(t, dir)
		names, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
		for _, name := range names {
			require.NoError(t, os.Remove(name))
		}
		s, err := Open(dir, nil)
		if err == nil {
			err = errors.Join(read(s), s.Close())
		}
		require.Error(t, err)
	})
}

// An injector of I/O errors into the log.
func brokenLog(broken *atomic.Bool, kinds ...errorfs.OpKind) vfs.FS {
	return errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		for _, k := range kinds {
			if op.Kind == k && broken.Load() && strings.HasSuffix(op.Path, ".log") {
				return errors.New("no space left on the test's device")
			}
		}
		return nil
	}))
}

func TestLogFails(t *testing.T) {
	for name, kinds := range map[string][]errorfs.OpKind{
		"write": {errorfs.OpFileWrite},
		"sync":  {errorfs.OpFileSync, errorfs.OpFileSyncData, errorfs.OpFileSyncTo},
	} {
		t.Run(name, func(t *testing.T) {
			var broken atomic.Bool
			var logged bytes.Buffer
			files := brokenLog(&broken, kinds...)
			s, err := Open("data", &Options{fs: files, Logger: slog.New(slog.NewTextHandler(&logged, nil))})
			require.NoError(t, err)
			ctx := t.Context()
			require.NoError(t, put(ctx, s, "a", "1"))

			broken.Store(true)
			err = put(ctx, s, "a", "2")
			require.ErrorIs(t, err, store.ErrOutcomeUnknown)
			require.ErrorContains(t, err, "no space left")
			require.Equal(t, "1", get(t, s, "a"), "View gives what was synced")
			err = put(ctx, s, "b", "1")
			require.ErrorIs(t, err, ErrFailed)
			require.NotErrorIs(t, err, store.ErrOutcomeUnknown)

			// Reading goes on in Update, too, and does not show what was not synced.
			require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
				v, err := tx.Get([]byte("a"))
				require.Equal(t, "1", string(v))
				return err
			}))
			_ = s.Close() // reports the log, or not: everything acknowledged is safe
			require.Contains(t, logged.String(), "no space left")

			broken.Store(false)
			s, err = Open("data", &Options{fs: files})
			require.NoError(t, err)
			require.Contains(t, []string{"1", "2"}, get(t, s, "a"))
			require.Empty(t, get(t, s, "b"))
			require.NoError(t, put(ctx, s, "a", "3"))
			require.NoError(t, s.Close())
		})
	}
}

// While one sync hangs, nobody may see what waits for it, unless they wait themselves.
func TestNothingIsSeenBeforeItIsDurable(t *testing.T) {
	var hang atomic.Bool
	entered, leave := make(chan bool, 100), make(chan bool)
	files := errorfs.Wrap(vfs.NewMem(), errorfs.InjectorFunc(func(op errorfs.Op) error {
		sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo
		if sync && hang.Load() && strings.HasSuffix(op.Path, ".log") {
			entered <- true
			<-leave
		}
		return nil
	}))
	s, err := Open("data", &Options{fs: files})
	require.NoError(t, err)
	ctx := t.Context()
	require.NoError(t, put(ctx, s, "a", "1"))

	hang.Store(true)
	first := make(chan error, 1)
	go func() { first <- put(ctx, s, "a", "2") }()
	<-entered // a=2 is committed, but not durable
	require.Equal(t, "1", get(t, s, "a"))

	// An Update that only reads may return now, with the old state, but not with the new one.
	var seen string
	require.NoError(t, s.Update(ctx, func(tx store.Tx) error {
		v, err := tx.Get([]byte("a"))
		seen = string(v)
		return err
	}))
	require.Equal(t, "1", seen)

	// One that writes builds on the new state, and waits.
	second := make(chan error, 1)
	var built atomic.Bool
	go func() {
		second <- s.Update(ctx, func(tx store.Tx) error {
			v, err := tx.Get([]byte("a"))
			if err != nil || string(v) == "1" {
				return errors.Join(err, tx.Put([]byte("b"), []byte("wrong")))
			}
			built.Store(true)
			return tx.Put([]byte("b"), append([]byte("after "), v...))
		})
	}()
	// One that fails because of what it sees waits as well.
	third := make(chan error, 1)
	taken := errors.New("taken")
	go func() {
		third <- s.Update(ctx, func(tx store.Tx) error {
			v, err := tx.Get([]byte("a"))
			if err == nil && string(v) == "2" {
				return taken
			}
			return errors.Join(err, tx.Put([]byte("c"), nil))
		})
	}()
	for !built.Load() {
		require.Empty(t, second)
		require.Empty(t, third)
	}
	require.Empty(t, get(t, s, "b"))
	require.Empty(t, first)
	hang.Store(false)
	close(leave)
	require.NoError(t, <-first)
	require.NoError(t, <-second)
	require.ErrorIs(t, <-third, taken)
	require.Equal(t, "after 2", get(t, s, "b"))
	require.NoError(t, s.Close())
}

func TestTimersSurvive(t *testing.T) {
	dir := t.TempDir()
	timers := store.NewTimers([]byte("t/"), nil)
	s := open(t, dir, nil)
	begin := time.Now()
	require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return timers.Set(tx, []byte("id"), begin) }))
	require.NoError(t, s.Close())
	s = open(t, dir, nil)
	ctx, cancel := context.WithCancel(t.Context())
	err := timers.Run(ctx, s, 4, func(ctx context.Context, id []byte, due time.Time) error {
		defer cancel()
		require.Equal(t, "id", string(id))
		require.True(t, due.Equal(begin))
		return s.Update(ctx, func(tx store.Tx) error { return timers.Cancel(tx, id) })
	})
	require.ErrorIs(t, err, context.Canceled)
}

// When the engine gives up in the middle of a commit it can be neither used nor closed.
func TestEngineGivesUp(t *testing.T) {
	s, err := Open(t.TempDir(), nil)
	require.NoError(t, err)
	require.NoError(t, put(t.Context(), s, "a", "1"))
	err = s.disk.commit(func() error { logger{slog.New(slog.DiscardHandler)}.Fatalf("no %s", "more"); return nil })
	require.ErrorIs(t, err, store.ErrOutcomeUnknown)
	require.ErrorContains(t, err, "no more")
	require.ErrorIs(t, put(t.Context(), s, "b", "1"), ErrFailed)
	require.Equal(t, "1", get(t, s, "a"))
	require.ErrorIs(t, s.Close(), ErrFailed)
	require.ErrorIs(t, s.Close(), ErrFailed)
}
