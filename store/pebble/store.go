package pebble

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/internal/occ"
)

var (
	// ErrInUse is wrapped by Open when the directory belongs to a Store that is open, in this process or another.
	ErrInUse = errors.New("pebble: directory in use")
	// ErrDamaged is wrapped when what is on disk contradicts itself.
	ErrDamaged = errors.New("pebble: damaged")
	// ErrNewer is wrapped by Open when the directory was written by a newer program than this one. Nothing was changed.
	ErrNewer = errors.New("pebble: written by a newer program")
	// ErrDiskFull is wrapped when the file system has too little space left. Nothing was written, and the Store goes on by
	// itself when there is space again. The error wraps syscall.ENOSPC, too.
	ErrDiskFull = fmt.Errorf("%w: pebble: disk full", store.ErrUnavailable)
	// ErrStalled is wrapped when the disk did not keep up with the writes for Options.MaxStall. Nothing was written. It wraps
	// store.ErrUnavailable, and so does ErrDiskFull.
	ErrStalled = fmt.Errorf("%w: pebble: the disk does not keep up", store.ErrUnavailable)
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
	// Reserve is the space in octets that is set aside, in a file RESERVE in the directory, for the commits under way when
	// the disk becomes full. Commits begin only while the reserve is there, and return once as much again is free, at
	// least 1 MiB. Zero means 16 MiB; a negative number means none: a full disk may then end the process.
	Reserve int64
	// MaxStall is how long an Update waits before it begins while the disk does not keep up; then it returns ErrStalled.
	// A sync of the log that takes longer is logged. Zero means 10 s.
	MaxStall time.Duration
	// Verify lets Open read the whole of every table and check it, as [Store.Verify] does. It takes as long as reading all
	// files.
	Verify bool
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
	c.HotRecords = max(orDefault(c.HotRecords, 1<<16), 0)
	c.Reserve = max(orDefault(c.Reserve, 16<<20), 0)
	c.MaxStall = orDefault(c.MaxStall, 10*time.Second)
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
	if c.MaxStall < 0 {
		errs = append(errs, fmt.Errorf("pebble: MaxStall %v is negative", c.MaxStall))
	}
	return c, errors.Join(errs...)
}

func orDefault[T int | int64 | time.Duration](n, def T) T {
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
	dir     string
	files   vfs.FS
	db      *engine.DB
	cache   *engine.Cache
	lock    *engine.Lock
	reserve *reserve
	disk    *disk
	stall   *stall
	engine  *occ.Engine[store.Pair]
	gate    occ.Gate
	close   func() error
	backup  sync.Mutex // held by Checkpoint
}

var _ store.Store = (*Store)(nil)

// Open opens the Store that lives in the directory dir, and creates both if need be. opts may be nil. A directory in use
// gives an error that wraps [ErrInUse]; one whose content contradicts itself, as far as opening notices, one that wraps
// [ErrDamaged]; one from a newer program [ErrNewer]; and one on a file system without space for what opening has to write
// [ErrDiskFull]. After an error the directory can be opened as if Open had not been called.
func Open(dir string, opts *Options) (_ *Store, err error) {
	o, err := opts.check()
	if err != nil {
		return nil, err
	}
	if dir, err = place(dir, o.fs); err != nil {
		return nil, err
	}
	lock, err := lockDir(dir, o.fs)
	if err != nil {
		return nil, err
	}
	log := o.Logger.With("dir", dir)
	s := &Store{
		dir: dir, files: o.fs, lock: lock, cache: engine.NewCache(o.CacheSize), reserve: newReserve(o.fs, dir, o.Reserve, log),
	}
	if err := s.open(o, log); err != nil {
		close(s.reserve.closing)
		s.cache.Unref()
		if full := s.reserve.failed(); full != nil && !errors.Is(err, ErrDiskFull) {
			err = fmt.Errorf("%w: %w", full, err)
		}
		return nil, errors.Join(fmt.Errorf("pebble: opening %s: %w", dir, err), lock.Close())
	}
	return s, nil
}

func (s *Store) open(o Options, log *slog.Logger) (err error) {
	if _, err := s.files.Stat(s.files.PathJoin(s.dir, unfinishedName)); err == nil {
		return errUnfinished
	}
	if err := checkRoom(o, s.dir, s.cache, s.lock, s.reserve); err != nil {
		return err
	}
	s.db, err = openEngine(s.dir, engineOptions(o, newGuard(o.fs, s.dir, s.reserve), s.cache, s.lock))
	if err != nil {
		return err
	}
	defer func() {
		if gaveUp := (fatal{}); err != nil && !errors.As(err, &gaveUp) {
			err = errors.Join(err, s.db.Close())
		}
	}()
	fresh, err := checkFormat(s.db)
	if err != nil {
		return err
	}
	if fresh {
		if err := survive(func() error { return writeFormat(s.db) }); err != nil {
			return err
		}
	}
	if o.Verify {
		if err := verifyTables(context.Background(), s.files, s.dir, s.db); err != nil {
			return err
		}
	}
	s.reserve.start()
	s.stall = newStall(s.db, o.MemTableSize, o.MaxStall, log)
	s.disk = newDisk(s.db, s.reserve, s.stall, o.HotRecords, log)
	s.engine = occ.New(s.disk, occ.Rules{
		MaxKey: store.MaxKey, MaxValue: store.MaxValue, MaxTx: store.MaxTx, TooLarge: store.ErrTooLarge,
	})
	s.close = sync.OnceValue(s.shut)
	return nil
}

// place makes dir, durably, and returns its one true name: the engine tells by the name that this process holds its lock.
func place(dir string, files vfs.FS) (_ string, err error) {
	if files == vfs.Default {
		if dir, err = filepath.Abs(dir); err != nil {
			return "", fmt.Errorf("pebble: %w", err)
		}
	}
	var grown []string // directories that get a new entry
	for d := dir; d != files.PathDir(d); d = files.PathDir(d) {
		if _, err := files.Stat(d); err == nil {
			break
		}
		grown = append(grown, files.PathDir(d))
	}
	if err := files.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("pebble: %w", noSpace(err))
	}
	for _, d := range grown {
		if err := syncDir(files, d); err != nil {
			return "", fmt.Errorf("pebble: %w", err)
		}
	}
	if files != vfs.Default {
		return dir, nil
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("pebble: %w", err)
	}
	return dir, nil
}

// lockName is the file that the engine locks.
const lockName = "LOCK"

func lockDir(dir string, files vfs.FS) (*engine.Lock, error) {
	lock, err := engine.LockDirectory(dir, files)
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return nil, fmt.Errorf("pebble: cannot use %s: %w", dir, noSpace(err))
	} else if err != nil {
		return nil, fmt.Errorf("%w: %s (%w)", ErrInUse, dir, err)
	}
	return lock, nil
}

func engineOptions(o Options, files vfs.FS, cache *engine.Cache, lock *engine.Lock) *engine.Options {
	log := logger{o.Logger}
	eo := &engine.Options{
		Cache:              cache,
		Lock:               lock,
		FS:                 files,
		FormatMajorVersion: engine.FormatWALSyncChunks, // fixed: a newer engine must not make the way back impossible by itself
		Logger:             log,
		MemTableSize:       uint64(o.MemTableSize),
		// See stall, which comes first.
		MemTableStopWritesThreshold: 2 * maxMemTables,
		L0StopWritesThreshold:       2 * maxLevel0,
		EventListener: &engine.EventListener{
			BackgroundError: func(err error) { o.Logger.Error("background work failed", "err", err) },
			// By default this ends the process. The reader that met the damage gets an error.
			DataCorruption:  func(i engine.DataCorruptionInfo) { o.Logger.Error("damaged data", "err", i.Details, "file", i.Path) },
			WriteStallBegin: func(i engine.WriteStallBeginInfo) { o.Logger.Warn("writes stall", "reason", i.Reason) },
			WriteStallEnd:   func() { o.Logger.Warn("writes go on") },
		},
	}
	for i := range eo.Levels {
		eo.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return eo
}

// openEngine opens the database in dir.
func openEngine(dir string, eo *engine.Options) (db *engine.DB, err error) {
	v, err := atomicfs.ReadMarker(eo.FS, dir, "format-version")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if got, err := strconv.Atoi(v); err == nil && got > int(engine.FormatNewest) {
		return nil, fmt.Errorf("%w: version %d of the engine's format; this program knows up to %d", ErrNewer, got, engine.FormatNewest)
	}
	if err := checkManifest(eo.FS, dir); err != nil {
		return nil, err
	}
	err = survive(func() (err error) {
		db, err = engine.Open(dir, eo)
		return damage(err)
	})
	return db, err
}

// survive runs fn and returns what the engine said when it gave up; it can be left then, but not be closed.
func survive(fn func() error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case fatal:
			err = r
		default:
			panic(r)
		}
	}()
	return fn()
}

// checkFormat reports whether db is empty, and an error when its content is not for this program.
func checkFormat(db *engine.DB) (fresh bool, err error) {
	v, closer, err := db.Get(formatKey)
	switch {
	case err == nil:
		defer closer.Close()
		if len(v) != 4 {
			return false, fmt.Errorf("%w: format version of %d octets", ErrDamaged, len(v))
		}
		if got := binary.BigEndian.Uint32(v); got > format {
			return false, fmt.Errorf("%w: format %d; this program knows up to %d", ErrNewer, got, format)
		}
		return false, nil
	case !errors.Is(err, engine.ErrNotFound):
		return false, damage(err)
	}
	it, err := db.NewIter(nil)
	if err != nil {
		return false, damage(err)
	}
	foreign := it.First()
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return false, damage(err)
	}
	if foreign {
		return false, errors.New("pebble: the directory holds a database of another program")
	}
	return true, nil
}

func writeFormat(db *engine.DB) error {
	return db.Set(formatKey, binary.BigEndian.AppendUint32(nil, format), engine.Sync)
}

// damage adds ErrDamaged to an error that the engine calls corruption.
func damage(err error) error {
	if engine.IsCorruptionError(err) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// noSpace adds ErrDiskFull to an error for lack of space.
func noSpace(err error) error {
	if vfs.IsNoSpaceError(err) && !errors.Is(err, ErrDiskFull) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
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

// Update implements store.Store. It may wait for the disk to keep up before fn is called; see [Options].MaxStall.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	if err := s.stall.wait(ctx); err != nil {
		return err
	}
	return s.engine.Update(ctx, func(tx *occ.Tx[store.Pair]) error { return fn(tx) })
}

// Close implements store.Store. After a failure of the disk it returns an error; everything acknowledged is safe even
// then.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	s.gate.Close()
	close(s.reserve.closing)
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
