package pebble

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/internal/occ"
)

var (
	// ErrInUse is wrapped by Open when the directory belongs to a Store that is open, in this process or another.
	ErrInUse = errors.New("pebble: directory in use")
	// ErrDamaged is wrapped when what is on disk contradicts itself.
	ErrDamaged = errors.New("pebble: damaged")
	// ErrFailed is wrapped when the Store stopped writing after an error of the disk. Nothing was written.
	ErrFailed = errors.New("pebble: failed earlier")
)

// Options are the optional parts of a Store.
type Options struct {
	// CacheSize is the size in octets of the cache for blocks of files. Zero means 64 MiB, the least is 1 MiB.
	CacheSize int64
	// MemTableSize is the amount of writes, in octets, that are gathered in memory before they are sorted into a file.
	// Up to four times as much is held when the disk is slow. Zero means 32 MiB; the range is 1 MiB to 1 GiB.
	MemTableSize int64
	// HotRecords is the number of records with values up to 1 KiB that are kept ready, beside the cache, because they were
	// read lately; reading such a one takes a tenth of the time. Zero means 65,536, which takes some 30 MB when records
	// have 300 octets; a negative number means none.
	HotRecords int
	// Logger gets what the engine has to say: Error when something failed, Warn when writes stall, Debug for its daily
	// work. Keys and values are never logged. Nil means slog.DiscardHandler.
	Logger *slog.Logger

	fs vfs.FS // for tests
}

func (o *Options) check() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	c.CacheSize = orDefault(c.CacheSize, 64<<20)
	c.MemTableSize = orDefault(c.MemTableSize, 32<<20)
	c.HotRecords = int(max(orDefault(int64(c.HotRecords), 1<<16), 0))
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.fs == nil {
		c.fs = vfs.Default
	}
	var errs []error
	if c.CacheSize < 1<<20 {
		errs = append(errs, fmt.Errorf("pebble: CacheSize %d is below 1 MiB", c.CacheSize))
	}
	if c.MemTableSize < 1<<20 || c.MemTableSize > 1<<30 {
		errs = append(errs, fmt.Errorf("pebble: MemTableSize %d is not within 1 MiB and 1 GiB", c.MemTableSize))
	}
	return c, errors.Join(errs...)
}

func orDefault(n, def int64) int64 {
	if n == 0 {
		return def
	}
	return n
}

// The first octet of every key in the engine tells what it belongs to, so that our own never meet those of the user.
const (
	ownSpace  = 0x00
	userSpace = 0x01
	userEnd   = 0x02
)

// formatKey holds the version of how this package lays out its data, 4 octets. It changes only when an older program
// could no longer read it.
var formatKey = []byte("\x00format")

const format = 1

// Store is a durable store.Store in a directory. It is safe for concurrent use.
type Store struct {
	db     *engine.DB
	cache  *engine.Cache
	lock   *engine.Lock
	disk   *disk
	engine *occ.Engine[store.Pair]
	gate   occ.Gate
	close  func() error
}

var _ store.Store = (*Store)(nil)

// Open opens the Store that lives in the directory dir, and creates both if need be. opts may be nil. A directory in
// use gives an error that wraps [ErrInUse]; one whose content contradicts itself, as far as opening notices, one that
// wraps [ErrDamaged].
func Open(dir string, opts *Options) (_ *Store, err error) {
	o, err := opts.check()
	if err != nil {
		return nil, err
	}
	if dir, err = place(dir, o.fs); err != nil {
		return nil, err
	}
	lock, err := engine.LockDirectory(dir, o.fs)
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return nil, fmt.Errorf("pebble: cannot use %s: %w", dir, err)
	} else if err != nil {
		return nil, fmt.Errorf("%w: %s (%w)", ErrInUse, dir, err)
	}
	s := &Store{lock: lock, cache: engine.NewCache(o.CacheSize)}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fatal:
			err = fmt.Errorf("pebble: opening %s: %w", dir, r) // the engine can be left, but not closed
		default:
			panic(r)
		}
		if err != nil {
			s.cache.Unref()
			_ = lock.Close()
		}
	}()
	s.db, err = engine.Open(dir, engineOptions(o, s.cache, lock))
	if err != nil {
		return nil, fmt.Errorf("pebble: opening %s: %w", dir, damage(err))
	}
	if err := checkFormat(s.db); err != nil {
		return nil, errors.Join(fmt.Errorf("pebble: opening %s: %w", dir, err), s.db.Close())
	}
	s.disk = newDisk(s.db, o.HotRecords, o.Logger.With("dir", dir))
	s.engine = occ.New(s.disk, occ.Rules{
		MaxKey: store.MaxKey, MaxValue: store.MaxValue, MaxTx: store.MaxTx, TooLarge: store.ErrTooLarge,
	})
	s.close = sync.OnceValue(s.shut)
	return s, nil
}

// place makes dir and returns its one true name: the engine tells by the name that this process holds its lock.
func place(dir string, files vfs.FS) (string, error) {
	if files != vfs.Default {
		return dir, files.MkdirAll(dir, 0o700)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("pebble: %w", err)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("pebble: %w", err)
	}
	place, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("pebble: %w", err)
	}
	return place, nil
}

func engineOptions(o Options, cache *engine.Cache, lock *engine.Lock) *engine.Options {
	log := logger{o.Logger}
	eo := &engine.Options{
		Cache:              cache,
		Lock:               lock,
		FS:                 o.fs,
		FormatMajorVersion: engine.FormatWALSyncChunks, // fixed: a newer engine must not make the way back impossible by itself
		Logger:             log,
		MemTableSize:       uint64(o.MemTableSize),
		EventListener: &engine.EventListener{
			BackgroundError: func(err error) { o.Logger.Error("background work failed", "err", err) },
			// By default this ends the process. The reader that met the damage gets an error.
			DataCorruption:  func(i engine.DataCorruptionInfo) { o.Logger.Error("damaged data", "err", i.Details, "file", i.Path) },
			WriteStallBegin: func(i engine.WriteStallBeginInfo) { o.Logger.Warn("writes stall", "reason", i.Reason) },
			WriteStallEnd:   func() { o.Logger.Warn("writes go on") },
		},
	}
	eo.MemTableStopWritesThreshold = 4
	for i := range eo.Levels {
		eo.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return eo
}

func checkFormat(db *engine.DB) error {
	v, closer, err := db.Get(formatKey)
	switch {
	case err == nil:
		defer closer.Close()
		if len(v) != 4 {
			return fmt.Errorf("%w: format version of %d octets", ErrDamaged, len(v))
		}
		if got := binary.BigEndian.Uint32(v); got > format {
			return fmt.Errorf("pebble: written by a newer program (format %d; this one knows up to %d)", got, format)
		}
		return nil
	case !errors.Is(err, engine.ErrNotFound):
		return damage(err)
	}
	it, err := db.NewIter(nil)
	if err != nil {
		return damage(err)
	}
	foreign := it.First()
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return damage(err)
	}
	if foreign {
		return errors.New("pebble: the directory holds a database of another program")
	}
	return db.Set(formatKey, binary.BigEndian.AppendUint32(nil, format), engine.Sync)
}

// damage adds ErrDamaged to an error that the engine calls corruption.
func damage(err error) error {
	if engine.IsCorruptionError(err) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// View implements store.Store. It reads from the cache or the disk and never waits for a commit.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	r := s.disk.reader()
	defer r.Release()
	return fn(r)
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	return s.engine.Update(ctx, func(tx *occ.Tx[store.Pair]) error { return fn(tx) })
}

// Close implements store.Store. After a failure of the disk it returns an error; everything acknowledged is safe even
// then.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	s.gate.Close()
	s.disk.stop()
	if s.disk.stuck.Load() {
		return fmt.Errorf("%w: the directory stays locked until the process ends", ErrFailed)
	}
	err := s.db.Close()
	s.cache.Unref()
	if err = errors.Join(err, s.lock.Close()); err != nil {
		return fmt.Errorf("pebble: closing: %w", err)
	}
	return nil
}

// fatal is what the engine said when it gave up.
type fatal struct{ message string }

func (f fatal) Error() string { return "pebble: engine gave up: " + f.message }

// logger carries the engine's messages.
type logger struct{ to *slog.Logger }

func (l logger) Infof(format string, args ...any) {
	if l.to.Enabled(context.Background(), slog.LevelDebug) {
		l.to.Debug(fmt.Sprintf(format, args...))
	}
}

func (l logger) Errorf(format string, args ...any) { l.to.Error(fmt.Sprintf(format, args...)) }

// Fatalf must not return: the engine's state is broken. See the package comment.
func (l logger) Fatalf(format string, args ...any) {
	f := fatal{fmt.Sprintf(format, args...)}
	l.to.Error(f.Error())
	panic(f)
}
