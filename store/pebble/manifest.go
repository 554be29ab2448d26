package pebble

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/cockroachdb/pebble/v2/record"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"
)

// checkManifest looks at the list of the tables in dir before the engine does. The engine takes the first record that it
// cannot read for the end, as a power cut may leave it, and removes the tables that it then does not know. But a power
// cut can spoil only the last record, and never the first; anything else is damage.
func checkManifest(files vfs.FS, dir string) error {
	name, err := atomicfs.ReadMarker(files, dir, "manifest")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if name == "" {
		names, err := files.List(dir)
		if err == nil && slices.ContainsFunc(names, func(name string) bool { return isTable(name) || isLog(name) }) {
			err = fmt.Errorf("%w: the marker of the manifest is lost", ErrDamaged)
		}
		return err
	}
	f, err := files.Open(files.PathJoin(dir, name), vfs.SequentialReadsOption)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	} else if err != nil {
		return err
	}
	content, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	n, end, err := readRecords(content)
	switch {
	case n == 0:
		return fmt.Errorf("%w: %s holds nothing", ErrDamaged, name)
	case err != nil && recordIn(content, end+1):
		return fmt.Errorf("%w: %s at octet %d: %w", ErrDamaged, name, end, err)
	}
	return nil
}

// readRecords reads a manifest and returns the number of its records, the octet where reading ended and, when this is not
// the end of the last record, why.
func readRecords(content []byte) (n, end int, err error) {
	r := record.NewReader(bytes.NewReader(content), 0)
	for ; ; n++ {
		end = int(r.Offset())
		one, err := r.Next()
		if err == nil {
			_, err = io.Copy(io.Discard, one)
		}
		if errors.Is(err, io.EOF) {
			return n, end, nil
		} else if err != nil {
			return n, end, err
		}
	}
}

// How the engine lays out a manifest: in blocks, each with chunks of a header and a part of a record.
const (
	manifestBlock = 32 << 10
	chunkHeader   = 7 // checksum 4, length 2, kind 1
	chunkFull     = 1 // a whole record
	chunkFirst    = 2 // its first part
)

// recordIn tells whether a record begins somewhere in content from the octet at on.
func recordIn(content []byte, at int) bool {
	for ; at+chunkHeader < len(content); at++ {
		block := content[at:min(len(content), (at/manifestBlock+1)*manifestBlock)]
		if len(block) <= chunkHeader || block[6] != chunkFull && block[6] != chunkFirst {
			continue
		}
		end := chunkHeader + int(binary.LittleEndian.Uint16(block[4:]))
		if end == chunkHeader || end > len(block) {
			continue
		}
		// The reader takes it for a record in a file of its own when its checksum is right.
		if _, err := record.NewReader(bytes.NewReader(block[:end]), 0).Next(); err == nil {
			return true
		}
	}
	return false
}
