package pebble

import (
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// guard is the file system as the engine sees it. In the directory of the store it does two things more than the one
// below.
//
// When the disk is full, it keeps the reserve for the files without which the engine cannot go on (its logs and
// manifests): a write of these that finds no space gives the reserve free and is tried once more. Tables can wait; while
// the disk is full none is begun, lest they take what the reserve gave.
//
// A log that is being written can be read up to what has been written when it is opened. The engine writes new logs over
// old ones, so a copy that runs beside the writer could hold something old between two new parts, which reads as damage.
type guard struct {
	vfs.FS
	dir     string
	reserve *reserve

	mu   sync.Mutex
	logs map[string]*atomic.Int64 // guarded by mu; the logs that are being written, with the octets written
}

func newGuard(files vfs.FS, dir string, r *reserve) *guard {
	return &guard{FS: files, dir: dir, reserve: r, logs: map[string]*atomic.Int64{}}
}

// Unwrap implements vfs.FS.
func (g *guard) Unwrap() vfs.FS { return g.FS }

// Create implements vfs.FS.
func (g *guard) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return g.create(name, func() (vfs.File, error) { return g.FS.Create(name, category) })
}

// ReuseForWrite implements vfs.FS.
func (g *guard) ReuseForWrite(old, name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return g.create(name, func() (vfs.File, error) { return g.FS.ReuseForWrite(old, name, category) })
}

func (g *guard) create(name string, create func() (vfs.File, error)) (vfs.File, error) {
	if g.PathDir(name) != g.dir {
		return create()
	}
	if isTable(name) {
		if err := g.reserve.await(); err != nil {
			return nil, err
		}
		f, err := create()
		if err != nil {
			g.reserve.note(err)
			return nil, err
		}
		return &tableFile{f, g.reserve}, nil
	}
	f, err := create()
	if vfs.IsNoSpaceError(err) {
		g.reserve.release(err)
		f, err = create()
	}
	if err != nil {
		return nil, err
	}
	v := &vitalFile{File: f, reserve: g.reserve, close: func() {}}
	if isLog(name) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.logs[name] = &v.written
		v.close = func() {
			g.mu.Lock()
			defer g.mu.Unlock()
			delete(g.logs, name)
		}
	}
	return v, nil
}

// Open implements vfs.FS.
func (g *guard) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	g.mu.Lock()
	written := g.logs[name]
	g.mu.Unlock()
	if written == nil {
		return g.FS.Open(name, opts...)
	}
	n := written.Load()
	f, err := g.FS.Open(name, opts...)
	if err != nil {
		return nil, err
	}
	return &headFile{f, io.LimitReader(f, n)}, nil
}

func isTable(name string) bool { return strings.HasSuffix(name, ".sst") }
func isLog(name string) bool   { return strings.HasSuffix(name, ".log") }

// tableFile is a table that is being written.
type tableFile struct {
	vfs.File
	reserve *reserve
}

// Write implements vfs.File.
func (f *tableFile) Write(p []byte) (int, error) {
	if err := f.reserve.refuse(); err != nil {
		return 0, err
	}
	n, err := f.File.Write(p)
	f.reserve.note(err)
	return n, err
}

// vitalFile is a log, a manifest or the like that is being written.
type vitalFile struct {
	vfs.File
	reserve *reserve
	written atomic.Int64
	close   func()
}

// Write implements vfs.File.
func (f *vitalFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	if vfs.IsNoSpaceError(err) {
		f.reserve.release(err)
		var more int
		more, err = f.File.Write(p[n:])
		n += more
	}
	f.written.Add(int64(n))
	return n, err
}

// Close implements vfs.File.
func (f *vitalFile) Close() error {
	f.close()
	return f.File.Close()
}

// headFile is the beginning of a file.
type headFile struct {
	vfs.File
	head io.Reader
}

// Read implements vfs.File.
func (f *headFile) Read(p []byte) (int, error) { return f.head.Read(p) }
