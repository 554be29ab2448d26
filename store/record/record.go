// Package record writes and reads the numbered fields of stored records, in the protobuf wire format, without generated
// code.
//
// Numbers are what lets releases read each other's records: one that adds a field takes a new number, reads records
// without it, and never uses a number for something else. What a [Reader] meets and its user does not know, the user
// keeps ([Reader.Raw]) and appends when the record is written again; so an older release loses nothing of a newer one.
// A store.Codec is made of one function with a [Writer] and one with a Reader.
package record

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Number names a field, 1 to 536,870,911, but not 19,000 to 19,999. Those up to 15 take one octet.
type Number = protowire.Number

// ErrDamaged is wrapped by the error of a Reader that meets what no Writer wrote.
var ErrDamaged = errors.New("record: damaged")

// A Writer holds the fields that were appended to it. Zero values are left out.
type Writer []byte

// Uint appends a number.
func (w *Writer) Uint(n Number, v uint64) {
	if v != 0 {
		*w = protowire.AppendVarint(protowire.AppendTag(*w, n, protowire.VarintType), v)
	}
}

// Int appends a number that may be negative.
func (w *Writer) Int(n Number, v int64) { w.Uint(n, protowire.EncodeZigZag(v)) }

// Bool appends a flag.
func (w *Writer) Bool(n Number, v bool) {
	if v {
		w.Uint(n, 1)
	}
}

// Time appends an instant with a resolution of a nanosecond. The zero Time is left out; one before 1677-09-21 or after
// 2262-04-11 is taken for the nearest within, and the instant at which 1970 began for one nanosecond later.
func (w *Writer) Time(n Number, t time.Time) {
	if !t.IsZero() {
		w.Int(n, nanoseconds(t))
	}
}

// nanoseconds returns the time since 1970, never 0.
func nanoseconds(t time.Time) int64 {
	const limit = math.MaxInt64 / int64(time.Second)
	switch s := t.Unix(); {
	case s < -limit:
		return -math.MaxInt64
	case s >= limit:
		return math.MaxInt64
	}
	return cmp.Or(t.UnixNano(), 1)
}

// Text appends a string of any octets, or a record within the record.
func (w *Writer) Text(n Number, v string) {
	if v != "" {
		w.Element(n, v)
	}
}

// Bytes appends a string of any octets, or a record within the record.
func (w *Writer) Bytes(n Number, v []byte) {
	if len(v) != 0 {
		*w = protowire.AppendBytes(protowire.AppendTag(*w, n, protowire.BytesType), v)
	}
}

// Element appends one of several texts with one number; an empty one is not left out.
func (w *Writer) Element(n Number, v string) {
	*w = protowire.AppendString(protowire.AppendTag(*w, n, protowire.BytesType), v)
}

// A Reader walks over the fields of a record:
//
//	for r := record.Read(b); r.Next(); {
//		switch r.Number() {
//		case 1:
//			v.Name = r.Text()
//		default:
//			v.unknown = append(v.unknown, r.Raw()...)
//		}
//	}
//
// A field that is read as another kind than it was written as gives the zero value. It is not safe for concurrent use.
type Reader struct {
	left []byte // what comes after the field
	text string // the same octets as left; texts share their memory
	n    Number
	v    uint64 // of a varint
	s    string // of a length-delimited field
	raw  []byte
	err  error
}

// Read returns a Reader of b, of which it keeps nothing but what Raw gives.
func Read(b []byte) Reader { return Reader{left: b, text: string(b)} }

// Next goes to the next field. It returns false at the end, and when the record is damaged, see [Reader.Err].
func (r *Reader) Next() bool {
	if len(r.left) == 0 || r.err != nil {
		return false
	}
	num, kind, n := Number(r.left[0]>>3), protowire.Type(r.left[0]&7), 1 // the usual tag
	if num == 0 || r.left[0] >= 0x80 {
		if num, kind, n = protowire.ConsumeTag(r.left); n < 0 {
			return r.damaged(n)
		}
	}
	r.n, r.v, r.s = num, 0, ""
	size := 0
	switch {
	case kind == protowire.VarintType:
		r.v, size = protowire.ConsumeVarint(r.left[n:])
	case kind == protowire.BytesType && n < len(r.left) && r.left[n] < 0x80 && int(r.left[n]) < len(r.left)-n: // the usual length
		size = 1 + int(r.left[n])
		r.s = r.text[n+1 : n+size]
	case kind == protowire.BytesType:
		var v []byte
		if v, size = protowire.ConsumeBytes(r.left[n:]); size >= 0 {
			r.s = r.text[n+size-len(v) : n+size]
		}
	default:
		size = protowire.ConsumeFieldValue(num, kind, r.left[n:])
	}
	if size < 0 {
		return r.damaged(size)
	}
	n += size
	r.raw, r.left, r.text = r.left[:n:n], r.left[n:], r.text[n:]
	return true
}

func (r *Reader) damaged(code int) bool {
	r.err = fmt.Errorf("%w: %w", ErrDamaged, protowire.ParseError(code))
	return false
}

// Err returns what ended the walk, nil if it was the end of the record. It wraps [ErrDamaged].
func (r *Reader) Err() error { return r.err }

// Number returns the number of the field.
func (r *Reader) Number() Number { return r.n }

// Raw returns the whole field as it was written. It is a part of what [Read] was given.
func (r *Reader) Raw() []byte { return r.raw }

// Uint returns what [Writer.Uint] appended.
func (r *Reader) Uint() uint64 { return r.v }

// Int returns what [Writer.Int] appended.
func (r *Reader) Int() int64 { return protowire.DecodeZigZag(r.v) }

// Bool returns what [Writer.Bool] appended.
func (r *Reader) Bool() bool { return r.v != 0 }

// Time returns what [Writer.Time] appended, in UTC.
func (r *Reader) Time() time.Time {
	if r.v == 0 {
		return time.Time{}
	}
	return time.Unix(0, r.Int()).UTC()
}

// Text returns what [Writer.Text], [Writer.Bytes] or [Writer.Element] appended. It shares its memory with the other texts
// of the record.
func (r *Reader) Text() string { return r.s }

// Bytes returns a copy of what [Writer.Text], [Writer.Bytes] or [Writer.Element] appended.
func (r *Reader) Bytes() []byte { return []byte(r.s) }

// Inner returns a Reader of the record in the field.
func (r *Reader) Inner() Reader {
	return Reader{left: r.raw[len(r.raw)-len(r.s):], text: r.s}
}
