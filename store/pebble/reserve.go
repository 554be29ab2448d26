package pebble

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// reserve is space on the disk that is set aside, in a file, for what the engine must be able to write when the disk is
// full: the log of the commits under way, and its manifest. It also knows whether the disk is full, which it is from the
// first write that found no space until the reserve is in place again and as much again is free.
type reserve struct {
	fs      vfs.FS
	dir     string
	size    int64 // octets; zero when there is none
	log     *slog.Logger
	closing chan struct{}         // closed when nobody shall wait any more
	reason  atomic.Pointer[error] // why the disk counts as full; nil if it does not
	started atomic.Bool           // the store is open; before, nobody is refused

	mu    sync.Mutex
	tried time.Time // guarded by mu; the last try to regain
}

const (
	reserveName = "RESERVE"
	// retryFull is the time between two looks at a full disk.
	retryFull = 100 * time.Millisecond
)

func newReserve(files vfs.FS, dir string, size int64, log *slog.Logger) *reserve {
	return &reserve{fs: files, dir: dir, size: size, log: log, closing: make(chan struct{})}
}

// note takes an error of a write to the disk; others than those for lack of space, and nil, are no matter.
func (r *reserve) note(err error) {
	if vfs.IsNoSpaceError(err) && r.reason.CompareAndSwap(nil, &err) {
		r.log.Error("the disk is full; commits are refused until there is space", "err", err)
	}
}

// release gives the space free for a write that failed with err.
func (r *reserve) release(err error) {
	r.note(err)
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.fs.Remove(r.fs.PathJoin(r.dir, reserveName)) // may be gone already; when it cannot go, the next write tells
	r.tried = time.Now()
}

// failed returns the error for those who want to write to a full disk, and nil when it is not full.
func (r *reserve) failed() error {
	if reason := r.reason.Load(); reason != nil {
		return fmt.Errorf("%w: %w", ErrDiskFull, *reason)
	}
	return nil
}

// check is failed, but looks now and then whether there is space again.
func (r *reserve) check() error {
	if r.reason.Load() == nil {
		return nil
	}
	if r.mu.TryLock() {
		if time.Since(r.tried) >= retryFull {
			r.tried = time.Now()
			if err := r.fetch(); err == nil {
				r.reason.Store(nil)
				r.log.Warn("the disk has space again")
			}
		}
		r.mu.Unlock()
	}
	return r.failed()
}

// await is check for one who wants to begin a table. It takes its time, because the engine tries again at once and for
// ever.
func (r *reserve) await() error {
	for range 5 {
		if r.check() == nil {
			return nil
		}
		select {
		case <-time.After(retryFull):
		case <-r.closing:
			return r.failed()
		}
	}
	return r.refuse()
}

// refuse is failed for those who can wait.
func (r *reserve) refuse() error {
	if !r.started.Load() {
		return nil // the engine cannot open without its tables
	}
	return r.failed()
}

// start sets the space aside for the first time.
func (r *reserve) start() {
	r.started.Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fetch(); err != nil {
		r.note(err)
	} else {
		r.reason.Store(nil)
	}
}

// fetch sets the space aside, unless it is already, when as much again is free. Its error is one for lack of space.
func (r *reserve) fetch() error {
	name := r.fs.PathJoin(r.dir, reserveName)
	need := max(r.size, 1<<20)
	if _, err := r.fs.Stat(name); err != nil {
		need += r.size
	}
	if usage, err := r.fs.GetDiskUsage(r.dir); err == nil && usage.AvailBytes < uint64(need) {
		return fmt.Errorf("%d octets are free, %d are needed: %w", usage.AvailBytes, need, syscall.ENOSPC)
	}
	if r.size == 0 {
		return nil
	}
	f, err := r.fs.OpenReadWrite(name, vfs.WriteCategoryUnspecified)
	if err == nil {
		// Some file systems cannot do that; then only the look at the free space is left.
		err = errors.Join(f.Preallocate(0, r.size), f.Close())
	}
	if vfs.IsNoSpaceError(err) {
		_ = r.fs.Remove(name) // with the part that it got
		return err
	}
	return nil
}

// checkRoom returns an error when opening would fail for lack of space: the engine begins by writing what the logs hold
// into tables, and does not return before it can.
func checkRoom(o Options, dir string, cache *engine.Cache, lock *engine.Lock, r *reserve) error {
	usage, err := o.fs.GetDiskUsage(dir)
	if errors.Is(err, vfs.ErrUnsupported) {
		return nil
	} else if err != nil {
		return err
	}
	names, err := o.fs.List(dir)
	if err != nil {
		return err
	}
	var logs uint64
	for _, name := range names {
		if info, err := o.fs.Stat(o.fs.PathJoin(dir, name)); err == nil && isLog(name) {
			logs += uint64(info.Size())
		}
	}
	const margin = 1 << 20 // for a new log, a manifest and the like
	if usage.AvailBytes >= logs+margin {
		return nil
	}
	// It is getting tight. The files may be longer than what they hold, so look. The reserve is there for this.
	need := uint64(0)
	if logs > 0 {
		eo := engineOptions(o, o.fs, cache, lock)
		eo.ReadOnly = true
		db, err := openEngine(dir, eo)
		if err != nil {
			return err
		}
		need = db.Metrics().MemTable.Size
		if err := db.Close(); err != nil {
			return err
		}
	}
	r.release(syscall.ENOSPC)
	if usage, err = o.fs.GetDiskUsage(dir); err == nil && usage.AvailBytes < need+margin/4 {
		return fmt.Errorf("%w: %d octets are free, %d are needed to open: %w", ErrDiskFull, usage.AvailBytes, need+margin/4, syscall.ENOSPC)
	}
	return nil
}
