package pebble

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/scefkit/scefkit/store"
)

// Checkpoint makes a backup in the directory dir, which must not exist; its parents are made if need be. Transactions go
// on meanwhile. The backup holds every transaction whose Update returned before the call, each transaction in whole or
// not at all, and none without those that it builds on. When Checkpoint returns nil the backup is durable.
//
// On the file system of the store the backup shares its tables with the store, so it is made in no time and takes space
// only as the store moves on; what damages the disk damages both, so copy it elsewhere. On another file system it is a
// copy. Nothing but [Restore] should touch it.
//
// The backup is made under the name dir + ".partial", which is removed beforehand, and gets its own name when it is
// whole; after an error nothing is left. The engine's part, which links or copies, does not
// look at ctx.
func (s *Store) Checkpoint(ctx context.Context, dir string) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	if err := s.checkpoint(ctx, dir); err != nil {
		return fmt.Errorf("pebble: backup to %s: %w", dir, err)
	}
	return nil
}

func (s *Store) checkpoint(ctx context.Context, dir string) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.disk.failed(); err != nil {
		return err
	}
	if _, err := s.files.Stat(dir); err == nil {
		return fs.ErrExist
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	s.backup.Lock()
	defer s.backup.Unlock()
	partial := dir + ".partial"
	if err := s.files.RemoveAll(partial); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(noSpace(err), s.files.RemoveAll(partial))
		}
	}()
	// What was acknowledged is in the log's file already; its buffer need not be flushed.
	if err := s.db.Checkpoint(partial); err != nil {
		return damage(err)
	}
	if err := writeSums(ctx, s.files, partial); err != nil {
		return err
	}
	if err := s.files.Rename(partial, dir); err != nil {
		return err
	}
	return syncDir(s.files, s.files.PathDir(dir))
}

// unfinishedName marks a directory that Restore has not finished.
const unfinishedName = "RESTORE-UNFINISHED"

// Restore makes the directory dir a store from a backup that [Store.Checkpoint] made, or from the directory of a store
// that is closed, and verifies what it has copied: the log, the manifest and the checksums of all blocks. In a backup any
// file that was lost, cut or changed is noticed; a store has the limits that the package comment tells. A backup that is
// damaged gives an error that wraps [ErrDamaged]. dir must be empty or not exist, else the error wraps fs.ErrExist. A
// backup is only read and may be on a medium without write access.
//
// When Restore returns nil the store is durable and [Open] may be called. After an error dir is empty but for the file
// LOCK; after a kill Open refuses it, until it is emptied by hand.
func Restore(ctx context.Context, backup, dir string) error {
	return restore(ctx, vfs.Default, backup, dir)
}

func restore(ctx context.Context, files vfs.FS, backup, dir string) (err error) {
	wrap := func(err error) error { return fmt.Errorf("pebble: restoring %s to %s: %w", backup, dir, noSpace(err)) }
	names, err := backupFiles(files, backup)
	if err != nil {
		return wrap(err)
	}
	if slices.Contains(names, lockName) { // it was opened as a store and may be in use
		used, err := lockDir(backup, files)
		if err != nil {
			return wrap(err)
		}
		defer func() { _ = used.Close() }() // nothing was changed there
	}
	if dir, err = place(dir, files); err != nil {
		return wrap(err)
	}
	lock, err := lockDir(dir, files)
	if err != nil {
		return wrap(err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	there, err := files.List(dir)
	if err != nil {
		return wrap(err)
	}
	if there = slices.DeleteFunc(there, func(name string) bool { return name == lockName }); len(there) > 0 {
		return wrap(fmt.Errorf("%w: it holds %s", fs.ErrExist, there[0]))
	}
	defer func() {
		if err != nil {
			err = wrap(errors.Join(err, empty(files, dir)))
		}
	}()
	if err := mark(files, dir); err != nil {
		return err
	}
	for _, name := range names {
		if name == lockName || name == reserveName {
			continue
		}
		if err := copyFile(ctx, files, files.PathJoin(backup, name), files.PathJoin(dir, name)); err != nil {
			return err
		}
	}
	if err := checkSums(ctx, files, dir); err != nil {
		return err
	}
	if err := files.Remove(files.PathJoin(dir, sumsName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := verifyClosed(ctx, files, dir, lock); err != nil {
		return err
	}
	if err := syncDir(files, dir); err != nil {
		return err
	}
	if err := files.Remove(files.PathJoin(dir, unfinishedName)); err != nil {
		return err
	}
	return syncDir(files, dir)
}

// backupFiles lists what is in a backup.
func backupFiles(files vfs.FS, backup string) ([]string, error) {
	names, err := files.List(backup)
	if err != nil {
		return nil, err
	}
	if slices.Contains(names, unfinishedName) {
		return nil, errUnfinished
	}
	if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "marker.manifest.") }) {
		return nil, fmt.Errorf("%w: no backup", ErrDamaged)
	}
	return names, nil
}

var errUnfinished = fmt.Errorf("%w: a Restore into this directory did not finish; empty it and restore again", ErrDamaged)

func mark(files vfs.FS, dir string) error {
	f, err := files.Create(files.PathJoin(dir, unfinishedName), vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDir(files, dir)
}

// empty removes what Restore put into dir, the mark last.
func empty(files vfs.FS, dir string) error {
	names, err := files.List(dir)
	errs := []error{err}
	for _, name := range names {
		if name != lockName && name != unfinishedName {
			errs = append(errs, files.Remove(files.PathJoin(dir, name)))
		}
	}
	if err := files.Remove(files.PathJoin(dir, unfinishedName)); !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// copyFile makes a durable copy. A directory is left out: the engine makes none.
func copyFile(ctx context.Context, files vfs.FS, from, to string) (err error) {
	src, err := files.Open(from, vfs.SequentialReadsOption)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	info, err := src.Stat()
	if err != nil || info.IsDir() {
		return err
	}
	dst, err := files.Create(to, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if _, err := copyAll(ctx, dst, src); err != nil {
		return err
	}
	return dst.Sync()
}

func syncDir(files vfs.FS, dir string) error {
	d, err := files.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// verifyClosed verifies the store in dir, which the caller has locked, without a change to it.
func verifyClosed(ctx context.Context, files vfs.FS, dir string, lock *engine.Lock) (err error) {
	o, err := (&Options{fs: files}).check()
	if err != nil {
		return err
	}
	cache := engine.NewCache(o.CacheSize)
	defer cache.Unref()
	eo := engineOptions(o, files, cache, lock)
	eo.ReadOnly = true
	db, err := openEngine(dir, eo)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if fresh, err := checkFormat(db); err != nil {
		return err
	} else if fresh {
		return fmt.Errorf("%w: no format version", ErrDamaged)
	}
	return verifyTables(ctx, files, dir, db)
}
