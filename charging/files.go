package charging

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// files writes lines into files of a directory, one after the other. The file that grows has the name open; a full one
// gets a name with the time at which it was begun, by which it is known to be finished. It is of one goroutine.
type files struct {
	dir, prefix string
	maxSize     int64
	maxAge      time.Duration
	openFile    func(path string) (file, error)

	f     file
	size  int64     // octets of whole lines in f
	begun time.Time // of f
	dirty bool      // f has what was not synced
	keep  int64     // what a failed write left beyond this is cut off when the file is opened again; -1: nothing failed
}

// file is what is asked of an os.File.
type file interface {
	io.Writer
	io.ReaderAt
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

func openFile(path string) (file, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
}

func (s *files) open() string { return filepath.Join(s.dir, s.prefix+".open") }

// reopen goes on with the file that the last process, or an error, left. It returns the octets of a torn line that it cut
// off.
func (s *files) reopen(now time.Time) (torn int64, err error) {
	f, err := s.openFile(s.open())
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, errors.Join(err, f.Close())
	}
	end, err := lastLine(f, info.Size())
	if s.keep >= 0 {
		end = min(end, s.keep)
	}
	if torn = info.Size() - end; err == nil && torn > 0 {
		err = f.Truncate(end)
	}
	if err != nil {
		return 0, errors.Join(err, f.Close())
	}
	s.f, s.size, s.begun, s.keep = f, end, now, -1
	if end > 0 {
		s.begun = info.ModTime()
	}
	return torn, nil
}

// lastLine returns where the last whole line ends.
func lastLine(f io.ReaderAt, size int64) (int64, error) {
	const chunk = 4096
	b := make([]byte, chunk)
	for end := size; end > 0; {
		begin := max(0, end-chunk)
		part := b[:end-begin]
		if _, err := f.ReadAt(part, begin); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return begin + int64(i) + 1, nil
		}
		end = begin
	}
	return 0, nil
}

// write appends whole lines. After an error none of them is there: what came into the file is cut off before the next write.
func (s *files) write(lines []byte, now time.Time) error {
	if s.f == nil {
		if _, err := s.reopen(now); err != nil {
			return err
		}
	}
	if s.size == 0 {
		s.begun = now
	}
	if _, err := s.f.Write(lines); err != nil {
		err = errors.Join(err, s.f.Close())
		s.f, s.keep, s.dirty = nil, s.size, false
		return err
	}
	s.size += int64(len(lines))
	s.dirty = true
	return nil
}

// turn finishes a file that is full or old.
func (s *files) turn(now time.Time) error {
	if s.f != nil && s.size > 0 && (s.size >= s.maxSize || now.Sub(s.begun) >= s.maxAge) {
		return s.rotate()
	}
	return nil
}

// sync makes durable what was written.
func (s *files) sync() error {
	if !s.dirty {
		return nil
	}
	s.dirty = false
	return s.f.Sync()
}

// rotate finishes the file that is open: it is durable before it gets its name. Without lines it is removed.
func (s *files) rotate() error {
	f := s.f
	if f == nil {
		return nil
	}
	s.f, s.dirty = nil, false
	if s.size == 0 {
		return errors.Join(f.Close(), os.Remove(s.open()))
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(s.open(), s.finished()); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// finished returns a name that no file has.
func (s *files) finished() string {
	base := filepath.Join(s.dir, s.prefix+"-"+s.begun.UTC().Format("20060102T150405.000000000Z"))
	name := base + ".jsonl"
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); err != nil {
			return name
		}
		name = fmt.Sprintf("%s-%d.jsonl", base, n)
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
