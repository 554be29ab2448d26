package pebble

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
)

// flip changes one octet of a file.
func flip(t *testing.T, name string, at int) {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	b[at] ^= 0x10
	require.NoError(t, os.WriteFile(name, b, 0o600))
}

func only(t *testing.T, dir, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	require.NoError(t, err)
	require.Len(t, names, 1)
	return names[0]
}

// One octet that is flipped in a table is noticed wherever it is, by Open if asked to and by Verify; Open alone is quick
// and does not look.
func TestVerifyTables(t *testing.T) {
	whole := t.TempDir()
	fill(t, whole)
	info, err := os.Stat(only(t, whole, "*.sst"))
	require.NoError(t, err)
	const footer = 53 // octets; not all of them are used
	size := int(info.Size()) - footer
	for at := 0; at < size; at += size / 20 {
		dir := filepath.Join(t.TempDir(), "store")
		require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
		table := only(t, dir, "*.sst")
		s := open(t, dir, nil)
		require.NoError(t, s.Verify(t.Context()))
		flip(t, table, at)
		err := s.Verify(t.Context())
		require.ErrorIs(t, err, ErrDamaged, "octet %d of %d", at, size)
		require.ErrorContains(t, err, filepath.Base(table))
		require.NoError(t, put(t.Context(), s, "a", "1"))
		require.NoError(t, s.Close())

		_, err = Open(dir, &Options{Verify: true})
		require.ErrorIs(t, err, ErrDamaged, "octet %d of %d", at, size)
		flip(t, table, at)
		s = open(t, dir, &Options{Verify: true})
		require.Equal(t, "1", get(t, s, "a"))
		require.NoError(t, s.Close())
	}
}

// A manifest with an octet flipped must never make the engine forget, and then remove, tables. Only its last record can
// be lost unnoticed, because a power cut may leave it torn.
func TestVerifyManifest(t *testing.T) {
	whole := t.TempDir()
	s := open(t, whole, nil)
	for i := range 10 {
		require.NoError(t, put(t.Context(), s, fmt.Sprint("key", i), "value"))
		require.NoError(t, s.db.Flush())
	}
	require.NoError(t, s.Close())
	marked, err := atomicfs.ReadMarker(vfs.Default, whole, "manifest")
	require.NoError(t, err)
	content, err := os.ReadFile(filepath.Join(whole, marked))
	require.NoError(t, err)
	n, end, err := readRecords(content)
	require.NoError(t, err)
	require.Equal(t, len(content), end)
	require.Greater(t, n, 10)
	last := len(content) - 1 // where the last record begins
	for !recordIn(content, last) {
		last--
	}

	dir := t.TempDir()
	require.NoError(t, atomicMarker(dir, marked))
	for at := range last {
		damaged := slices.Clone(content)
		damaged[at] ^= 0x10
		require.NoError(t, os.WriteFile(filepath.Join(dir, marked), damaged, 0o600))
		require.ErrorIs(t, checkManifest(vfs.Default, dir), ErrDamaged, "octet %d", at)
	}
	for at := last + 1; at <= len(content); at++ { // as a power cut leaves it
		require.NoError(t, os.WriteFile(filepath.Join(dir, marked), content[:at], 0o600))
		require.NoError(t, checkManifest(vfs.Default, dir), "octet %d", at)
	}

	for _, lose := range []string{"marker.manifest.*", marked} {
		dir := filepath.Join(t.TempDir(), "store")
		require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
		require.NoError(t, os.Remove(only(t, dir, lose)))
		_, err := Open(dir, nil)
		require.ErrorIs(t, err, ErrDamaged, lose)
	}
	dir = filepath.Join(t.TempDir(), "store")
	require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
	flip(t, filepath.Join(dir, marked), 20)
	_, err = Open(dir, nil)
	require.ErrorIs(t, err, ErrDamaged)
	flip(t, filepath.Join(dir, marked), 20)
	require.Equal(t, "value", get(t, open(t, dir, nil), "key3"), "nothing was removed")
}

func atomicMarker(dir, value string) error {
	m, _, err := atomicfs.LocateMarker(vfs.Default, dir, "manifest")
	if err != nil {
		return err
	}
	return errors.Join(m.Move(value), m.Close())
}

// unflushed makes a directory as a power cut leaves it, with three logs and no tables. Key i is written before key i+1.
func unflushed(t *testing.T, dir string) (logs []string, keys int) {
	t.Helper()
	files := errorfs.Wrap(vfs.Default, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpCreate && isTable(op.Path) {
			return errors.New("not now")
		}
		return nil
	}))
	s := open(t, t.TempDir(), &Options{MemTableSize: 1 << 20, fs: files})
	for s.db.Metrics().WAL.Files < 3 {
		require.NoError(t, put(t.Context(), s, fmt.Sprintf("key%04d", keys), strings.Repeat("value ", 2000)))
		keys++
	}
	for range 20 {
		require.NoError(t, put(t.Context(), s, fmt.Sprintf("key%04d", keys), strings.Repeat("value ", 2000)))
		keys++
	}
	require.NoError(t, s.db.Checkpoint(dir))
	logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(logs), 3)
	return logs, keys
}

// requirePrefix checks that the first keys are there and no others, and returns how many.
func requirePrefix(t *testing.T, s *Store) int {
	t.Helper()
	n := 0
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		for p, err := range r.Scan([]byte("key"), nil, false) {
			if err != nil {
				return err
			}
			require.Equal(t, fmt.Sprintf("key%04d", n), string(p.Key), "a hole in what is left")
			n++
		}
		return nil
	}))
	return n
}

// What is noticed of a log that is cut or changed.
func TestDamagedLog(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole")
	logs, keys := unflushed(t, whole)
	with := func(change func(dir string)) (int, error) {
		dir := filepath.Join(t.TempDir(), "store")
		require.NoError(t, os.CopyFS(dir, os.DirFS(whole)))
		change(dir)
		s, err := Open(dir, nil)
		if err != nil {
			return 0, err
		}
		defer s.Close()
		return requirePrefix(t, s), s.Verify(t.Context())
	}
	first, last := filepath.Base(logs[0]), filepath.Base(logs[len(logs)-1])
	size := func(name string) int {
		info, err := os.Stat(filepath.Join(whole, name))
		require.NoError(t, err)
		return int(info.Size())
	}
	n, err := with(func(string) {})
	require.NoError(t, err)
	require.Equal(t, keys, n)

	parts := 8
	if slow {
		parts = 3
	}
	before := -1
	for i := range parts { // a torn end: what is before it is kept, in whole transactions
		n, err := with(func(dir string) { require.NoError(t, os.Truncate(filepath.Join(dir, last), int64(i*size(last)/parts))) })
		require.NoError(t, err)
		require.GreaterOrEqual(t, n, before)
		require.Less(t, n, keys)
		before = n
	}
	for i := 1; i < parts; i++ { // an earlier log was closed, so its end cannot be torn
		_, err := with(func(dir string) {
			require.NoError(t, os.Truncate(filepath.Join(dir, first), int64(i*size(first)/parts)))
		})
		require.ErrorIs(t, err, ErrDamaged, "cut at %d/%d", i, parts)
	}
	for _, name := range []string{first, last} { // other parts were synced after it
		for i := range parts {
			_, err := with(func(dir string) { flip(t, filepath.Join(dir, name), i*size(name)/(parts+2)) })
			require.ErrorIs(t, err, ErrDamaged, "%s flipped at %d/%d", name, i, parts+2)
		}
	}
}

// A torn end is gone once the store was opened, also after another power cut.
func TestTornTwice(t *testing.T) {
	disk := vfs.NewCrashableMem()
	for round := range 5 {
		s, err := Open("data", &Options{fs: disk})
		require.NoError(t, err)
		require.Equal(t, round, requirePrefix(t, s))
		require.NoError(t, put(t.Context(), s, fmt.Sprintf("key%04d", round), "value"))
		b := s.db.NewBatch()
		require.NoError(t, b.Set([]byte("\x01other"), make([]byte, 100<<10), nil))
		require.NoError(t, b.Commit(engine.NoSync))
		torn := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rand.New(rand.NewPCG(uint64(round), 1))})
		require.NoError(t, s.Close())
		disk = torn
	}
}
