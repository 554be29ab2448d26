package pebble

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"slices"

	engine "github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/sstable/block"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/scefkit/scefkit/store"
)

// Verify reads the whole of every table in the directory and checks what is read; transactions go on meanwhile. Damage
// gives an error that wraps [ErrDamaged] and names the files. It reads past every cache of the Store, but not past that of
// the operating system. The log and the manifest are checked by [Open] and by [Restore], which have to read them.
func (s *Store) Verify(ctx context.Context) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	if err := verifyTables(ctx, s.files, s.dir, s.db); err != nil {
		return fmt.Errorf("pebble: verifying %s: %w", s.dir, err)
	}
	return nil
}

// verifyTables checks all tables of db, which lives in dir, and goes on after damage, so that all of it is told.
func verifyTables(ctx context.Context, files vfs.FS, dir string, db *engine.DB) error {
	numbers, err := tables(db)
	if err != nil {
		return damage(err)
	}
	var errs []error
	for n := range numbers {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		name := fmt.Sprintf("%06d.sst", n)
		err := verifyTable(ctx, files, files.PathJoin(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			now, err := tables(db)
			if err != nil {
				return damage(err)
			}
			if !now[n] {
				continue // its content was merged into another meanwhile
			}
		}
		if ioErr := (*fs.PathError)(nil); errors.As(err, &ioErr) && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err) // the disk did not give it, this time
		} else if err != nil {
			errs = append(errs, fmt.Errorf("%w: %s: %w", ErrDamaged, name, err))
		}
	}
	return errors.Join(errs...)
}

// tables returns the numbers of the files that hold the tables.
func tables(db *engine.DB) (map[uint64]bool, error) {
	levels, err := db.SSTables()
	if err != nil {
		return nil, err
	}
	numbers := map[uint64]bool{}
	for _, level := range levels {
		for _, t := range level {
			numbers[uint64(t.BackingSSTNum)] = true
		}
	}
	return numbers, nil
}

// verifyTable checks the checksum of every block. The engine's own ValidateBlockChecksums leaves out filters and values.
func verifyTable(ctx context.Context, files vfs.FS, name string) (err error) {
	f, err := files.Open(name, vfs.SequentialReadsOption)
	if err != nil {
		return err
	}
	readable, err := sstable.NewSimpleReadable(f)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	r, err := sstable.NewReader(ctx, readable, sstable.ReaderOptions{})
	if err != nil {
		return errors.Join(err, readable.Close())
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	layout, err := r.Layout()
	if err != nil {
		return err
	}
	blocks := slices.Concat(layout.Index, layout.ValueBlock, []block.Handle{
		layout.TopIndex, layout.RangeDel, layout.RangeKey, layout.ValueIndex, layout.Properties, layout.MetaIndex,
	})
	for _, b := range layout.Data {
		blocks = append(blocks, b.Handle)
	}
	for _, b := range layout.Filter {
		blocks = append(blocks, b.Handle)
	}
	slices.SortFunc(blocks, func(a, b block.Handle) int { return cmp.Compare(a.Offset, b.Offset) })
	var content []byte
	for _, b := range blocks {
		if b.Length == 0 {
			continue // there is none
		}
		// After the block come its kind, 1 octet, and the checksum of both.
		n := int(b.Length) + 1
		content = slices.Grow(content[:0], n+4)[:n+4]
		if _, err := f.ReadAt(content, int64(b.Offset)); err != nil {
			return err
		}
		sum := crc32.Checksum(content[:n], castagnoli)
		if sum = (sum>>15 | sum<<17) + 0xa282ead8; sum != binary.LittleEndian.Uint32(content[n:]) {
			return fmt.Errorf("wrong checksum of the block at octet %d", b.Offset)
		}
	}
	return nil
}
