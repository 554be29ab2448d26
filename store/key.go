package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// A Key is built of parts such that the order of keys, octet by octet, is the order of their parts, compared one after
// the other. Keys that are compared must have parts of the same kinds in the same places.
//
//	store.Key("nidd/").Text(scsasID).Uint64(n)
//
// Every method returns a new Key and leaves its receiver as it was, so that keys may share a beginning and be built on
// by several goroutines. Where allocations count, use the Append functions with a buffer of your own.
type Key []byte

// Text adds a string of any octets, see [AppendText].
func (k Key) Text(s string) Key { return AppendText(k.grow(len(s)+2), s) }

// Bytes adds a string of any octets, see [AppendText].
func (k Key) Bytes(b []byte) Key { return AppendText(k.grow(len(b)+2), b) }

// Uint64 adds a number, see [AppendUint64].
func (k Key) Uint64(n uint64) Key { return AppendUint64(k.grow(8), n) }

// Time adds an instant, see [AppendTime].
func (k Key) Time(t time.Time) Key { return AppendTime(k.grow(8), t) }

// Raw adds octets as they are. They are ordered rightly and can be told from what follows only when they all have one
// length or when nothing follows.
func (k Key) Raw(b ...byte) Key { return append(k.grow(len(b)), b...) }

// grow returns a copy of k with room for n octets.
func (k Key) grow(n int) []byte { return append(make([]byte, 0, len(k)+n), k...) }

// A zero octet of a text is written as 00 FF, its end as 00 01. The end thus sorts before every octet that may follow
// in a longer text, and no encoded text is the beginning of another.
const (
	textEscape = 0x00
	textZero   = 0xFF
	textEnd    = 0x01
)

// AppendText appends s to dst, escaped and terminated. It takes two octets more than s, and one more for every zero
// octet in s.
func AppendText[S ~string | ~[]byte](dst []byte, s S) []byte {
	from := 0
	for i := range len(s) {
		if s[i] == textEscape {
			dst = append(append(dst, s[from:i+1]...), textZero)
			from = i + 1
		}
	}
	return append(append(dst, s[from:]...), textEscape, textEnd)
}

// AppendUint64 appends n to dst in 8 octets.
func AppendUint64(dst []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(dst, n) }

// AppendTime appends t to dst in 8 octets with a resolution of a nanosecond. The zero Time sorts before all others; a
// time before 1677-09-21 or after 2262-04-11 is taken for the nearest one within.
func AppendTime(dst []byte, t time.Time) []byte { return AppendUint64(dst, timeCode(t)) }

var (
	minTime = time.Unix(0, math.MinInt64+1)
	maxTime = time.Unix(0, math.MaxInt64)
)

func timeCode(t time.Time) uint64 {
	switch {
	case t.IsZero():
		return 0
	case t.Before(minTime):
		t = minTime
	case t.After(maxTime):
		t = maxTime
	}
	return uint64(t.UnixNano()) ^ 1<<63
}

func codeTime(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n^1<<63)).UTC()
}

var errKey = errors.New("store: malformed key")

// CutText splits a text off the beginning of key.
func CutText(key []byte) (text string, rest []byte, err error) {
	var b strings.Builder
	for i := 0; i+1 < len(key); i++ {
		if key[i] != textEscape {
			b.WriteByte(key[i])
			continue
		}
		i++
		switch key[i] {
		case textZero:
			b.WriteByte(textEscape)
		case textEnd:
			return b.String(), key[i+1:], nil
		default:
			return "", nil, fmt.Errorf("%w: octet %#02x after a zero in a text", errKey, key[i])
		}
	}
	return "", nil, fmt.Errorf("%w: text without end", errKey)
}

// CutUint64 splits a number off the beginning of key.
func CutUint64(key []byte) (n uint64, rest []byte, err error) {
	if len(key) < 8 {
		return 0, nil, fmt.Errorf("%w: %d octets where 8 are due", errKey, len(key))
	}
	return binary.BigEndian.Uint64(key), key[8:], nil
}

// CutTime splits an instant off the beginning of key; it is in UTC.
func CutTime(key []byte) (t time.Time, rest []byte, err error) {
	n, rest, err := CutUint64(key)
	if err != nil {
		return time.Time{}, nil, err
	}
	return codeTime(n), rest, nil
}

// PrefixEnd returns the upper bound of a scan over all keys that begin with prefix: the smallest key above them. It is
// nil, which means no bound, when there is none.
func PrefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xFF {
			end := append([]byte(nil), prefix[:i+1]...)
			end[i]++
			return end
		}
	}
	return nil
}
