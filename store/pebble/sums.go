package pebble

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// sumsName is the file in a backup that says what belongs to it: a line for each file with its CRC-32C in hexadecimal
// digits, its size in octets and its name, and a last one with the CRC of all lines before it. The engine alone would
// take a log that was cut for one that a power cut has torn, and a manifest that was cut likewise. Tables have a dash in
// place of the CRC: their blocks have checksums, and reading them all would make the backup as slow as a copy.
const sumsName = "BACKUP"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// writeSums adds the file to a backup, durably.
func writeSums(ctx context.Context, files vfs.FS, dir string) error {
	names, err := files.List(dir)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, name := range names {
		line, err := sumLine(ctx, files, dir, name)
		if err != nil {
			return err
		}
		lines.WriteString(line)
	}
	fmt.Fprintf(&lines, "%08x\n", crc32.Checksum([]byte(lines.String()), castagnoli))
	f, err := files.Create(files.PathJoin(dir, sumsName), vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, lines.String())
	return errors.Join(err, f.Sync(), f.Close(), syncDir(files, dir))
}

func sumLine(ctx context.Context, files vfs.FS, dir, name string) (_ string, err error) {
	f, err := files.Open(files.PathJoin(dir, name), vfs.SequentialReadsOption)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if isTable(name) {
		return fmt.Sprintf("- %d %s\n", info.Size(), name), nil
	}
	sum := crc32.New(castagnoli)
	n, err := copyAll(ctx, sum, f)
	return fmt.Sprintf("%08x %d %s\n", sum.Sum32(), n, name), err
}

// checkSums compares the files in dir with those of the backup, if it has sums, which the directory of a store has not.
func checkSums(ctx context.Context, files vfs.FS, dir string) error {
	f, err := files.Open(files.PathJoin(dir, sumsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	content, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	end := max(len(content)-9, 0)
	lines := string(content[:end])
	if string(content[end:]) != fmt.Sprintf("%08x\n", crc32.Checksum(content[:end], castagnoli)) {
		return fmt.Errorf("%w: %s", ErrDamaged, sumsName)
	}
	for want := range strings.Lines(lines) {
		name := strings.TrimSuffix(want[strings.LastIndexByte(want, ' ')+1:], "\n")
		got, err := sumLine(ctx, files, dir, name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && got != want {
			return fmt.Errorf("%w: %s is not as it was", ErrDamaged, name)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// copyAll is io.Copy until ctx ends.
func copyAll(ctx context.Context, dst io.Writer, src io.Reader) (n int64, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		m, err := io.CopyN(dst, src, 1<<20)
		n += m
		if errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}
