package diameter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Limits of a [Decoder]. They hold before anything is allocated for the AVPs beyond them.
const (
	MaxDepth = 16      // Grouped AVPs within one another
	MaxAVPs  = 1 << 14 // AVPs of one message, those of its groups included
)

// A Decoder reads the AVPs of a message or group in one pass. The code that diagen generates is built on it; a program
// uses the DecodeAVPs methods and [Decode] instead.
//
// Next moves to an AVP and a method named after a type gives its value. The first fault ends the walk: Next is then
// false and Err tells what is wrong, in the terms of RFC 6733 §7.1.5. Strings of one message share one copy of its
// octets; byte slices alias them. A Decoder is for one goroutine.
type Decoder struct {
	b      []byte // all octets
	s      string // the same, made when the first string is asked for
	dict   func(key uint64) int
	next   int // where the next AVP starts
	end    int // of the message or group that is read
	lo, hi int // the value of the current AVP
	left   int // how many AVPs may still come
	depth  int
	key    uint64
	flags  AVPFlags
	err    *AVPError
}

// NewDecoder returns a Decoder for the AVPs in b. dict tells the least length in octets of the value of the AVP with the
// given [Key], or -1 for an AVP that the application does not know; it decides which AVPs with the M bit are refused.
func NewDecoder(b []byte, dict func(key uint64) int) Decoder {
	if b == nil {
		b = []byte{}
	}
	return Decoder{b: b, dict: dict, end: len(b), left: MaxAVPs}
}

// Decoder is [NewDecoder] for the AVPs of m. If a node has read m from a connection, its strings alias m, too.
func (m *Message) Decoder(dict func(key uint64) int) Decoder {
	d := NewDecoder(m.AVPs, dict)
	if m.own {
		d.s = unsafe.String(unsafe.SliceData(m.AVPs), len(m.AVPs))
	}
	return d
}

// Key makes one number of what identifies an AVP.
func Key(code AVPCode, vendor VendorID) uint64 { return uint64(vendor)<<32 | uint64(code) }

// Err returns the first fault as an *AVPError, or nil.
func (d *Decoder) Err() error {
	if d.err == nil {
		return nil
	}
	return d.err
}

// Next moves to the next AVP of the message or group and reports whether there is one.
func (d *Decoder) Next() bool {
	if d.err != nil || d.next >= d.end {
		return false
	}
	b := d.b[d.next:d.end]
	if len(b) < 8 {
		return d.badHeader(b)
	}
	w := binary.BigEndian.Uint32(b[4:])
	d.key = uint64(binary.BigEndian.Uint32(b))
	d.flags = AVPFlags(w >> 24)
	n, head := int(w&0xffffff), 8
	if d.flags&AVPVendor != 0 {
		if head = 12; len(b) < head {
			return d.badHeader(b)
		}
		d.key |= uint64(binary.BigEndian.Uint32(b[8:])) << 32
	}
	if n < head || n > len(b) {
		return d.badHeader(b)
	}
	if d.left--; d.left < 0 {
		d.fail(UnableToComply, fmt.Sprintf("more than %d AVPs", MaxAVPs))
		return false
	}
	d.lo, d.hi = d.next+head, d.next+n
	d.next = min(d.next+(n+3)&^3, d.end)
	return true
}

// badHeader records that the AVP at the start of b lies about its length. Failed-AVP then has the header, filled up with
// zeros, and as many zeros as the type of the AVP needs at least (RFC 6733 §7.1.5).
func (d *Decoder) badHeader(b []byte) bool {
	_, _, err := NextAVP(b)
	d.err, _ = errors.AsType[*AVPError](err)
	if a, _, err := NextAVP(d.err.Failed); err == nil {
		if n := d.dict(Key(a.Code, a.Vendor)); n > 0 {
			a.Data = make([]byte, n)
			d.err.Failed = a.Append(nil)
		}
	}
	return false
}

// Key returns the [Key] of the current AVP.
func (d *Decoder) Key() uint64 { return d.key }

// AVP returns the current AVP; its data alias the message.
func (d *Decoder) AVP() AVP {
	return AVP{Code: AVPCode(d.key), Vendor: VendorID(d.key >> 32), Flags: d.flags &^ AVPVendor, Data: d.Octets()}
}

// fail records a fault of the current AVP.
func (d *Decoder) fail(r Result, reason string) {
	if d.err != nil {
		return
	}
	a := d.AVP()
	d.err = &AVPError{Result: r, Code: a.Code, Vendor: a.Vendor, Failed: a.Append(nil), Reason: reason}
}

// Once notes in seen that the current AVP, number bit of its grammar, is there, and reports whether it is the first.
// A second one is a fault.
func (d *Decoder) Once(seen *uint64, bit uint) bool {
	if *seen>>bit&1 != 0 {
		d.tooMany(1)
		return false
	}
	*seen |= 1 << bit
	return true
}

// AtMost reports whether one more instance of the current AVP is allowed after n of them; else it is a fault.
func (d *Decoder) AtMost(limit, n int) bool {
	if n >= limit {
		d.tooMany(limit)
		return false
	}
	return true
}

func (d *Decoder) tooMany(limit int) {
	d.fail(AVPOccursTooManyTimes, fmt.Sprintf("there are more than %d", limit))
}

// Need records the fault that an AVP is missing, unless there is a fault already. More than one name a path: the AVP that
// is missing comes last, after the groups that it is missing in.
func (d *Decoder) Need(path ...*Definition) {
	if d.err != nil {
		return
	}
	last := len(path) - 1
	err := path[last].Missing()
	for i := last - 1; i >= 0; i-- {
		err = path[i].Within(err)
	}
	d.err, _ = errors.AsType[*AVPError](err)
}

// Other takes an AVP that the grammar does not name into its *[ AVP ], and returns extra with it. One that the
// application does not know and that has the M bit is a fault.
func (d *Decoder) Other(extra []AVP) []AVP {
	if d.refuse() {
		return extra
	}
	return append(extra, d.AVP())
}

// Stray handles an AVP that a grammar without *[ AVP ] does not name: one that the application knows must not be there,
// an unknown one is skipped if its M bit allows that.
func (d *Decoder) Stray() {
	if !d.refuse() && d.dict(d.key) >= 0 {
		d.fail(AVPNotAllowed, "the AVP must not be here")
	}
}

func (d *Decoder) refuse() bool {
	if d.flags&AVPMandatory == 0 || d.dict(d.key) >= 0 {
		return false
	}
	d.fail(AVPUnsupported, "the AVP is not known and has the M bit")
	return true
}

// A GroupMark remembers the group around the one that a Decoder entered.
type GroupMark struct {
	next, end int
	key       uint64
	flags     AVPFlags
}

// Enter goes into the current AVP, which is Grouped. What follows reads its members, until Leave.
func (d *Decoder) Enter() GroupMark {
	g := GroupMark{d.next, d.end, d.key, d.flags}
	if d.depth++; d.depth > MaxDepth {
		d.fail(UnableToComply, fmt.Sprintf("groups are nested more than %d deep", MaxDepth))
	}
	d.next, d.end = d.lo, d.hi
	return g
}

// Leave returns to the group in which Enter gave g. A fault found inside gets the group around it.
func (d *Decoder) Leave(g GroupMark) {
	d.depth--
	d.next, d.end = g.next, g.end
	if d.err != nil {
		d.err = d.err.Within(AVPCode(g.key), VendorID(g.key>>32), g.flags)
	}
}

// fixed returns the value when it has n octets; else it records a fault and returns zeros.
func (d *Decoder) fixed(n int) []byte {
	if d.hi-d.lo != n {
		d.fail(InvalidAVPLength, fmt.Sprintf("the value has %d octets, not %d", d.hi-d.lo, n))
		return zeros[:]
	}
	return d.b[d.lo:d.hi]
}

var zeros [8]byte

// Uint32 returns the value of an Unsigned32.
func (d *Decoder) Uint32() uint32 { return binary.BigEndian.Uint32(d.fixed(4)) }

// Uint64 returns the value of an Unsigned64.
func (d *Decoder) Uint64() uint64 { return binary.BigEndian.Uint64(d.fixed(8)) }

// Int32 returns the value of an Integer32 or Enumerated.
func (d *Decoder) Int32() int32 { return int32(d.Uint32()) }

// Int64 returns the value of an Integer64.
func (d *Decoder) Int64() int64 { return int64(d.Uint64()) }

// Float32 returns the value of a Float32.
func (d *Decoder) Float32() float32 { return math.Float32frombits(d.Uint32()) }

// Float64 returns the value of a Float64.
func (d *Decoder) Float64() float64 { return math.Float64frombits(d.Uint64()) }

// Time returns the value of a Time in UTC.
func (d *Decoder) Time() time.Time { return timeOf(d.Uint32()) }

// Octets returns the value of an OctetString, which aliases the message and is never nil.
func (d *Decoder) Octets() []byte { return d.b[d.lo:d.hi:d.hi] }

// Address returns the value of an Address.
func (d *Decoder) Address() Address {
	a := Address{d.text()}
	if !a.valid() {
		d.fail(InvalidAVPLength, fmt.Sprintf("%d octets are not an address", len(a.s)))
	}
	return a
}

// UTF8 returns the value of a UTF8String or DiameterURI.
func (d *Decoder) UTF8() string {
	s := d.text()
	if !utf8.ValidString(s) {
		d.fail(InvalidAVPValue, "the value is not UTF-8")
	}
	return s
}

// FilledUTF8 is UTF8 for an AVP that says nothing when it is empty.
func (d *Decoder) FilledUTF8() string {
	s := d.UTF8()
	if s == "" {
		d.fail(InvalidAVPValue, "the value is empty")
	}
	return s
}

// Identity returns the value of a DiameterIdentity: a host or realm name of visible ASCII, never empty.
func (d *Decoder) Identity() string {
	s := d.text()
	if s == "" || !visible(d.b[d.lo:d.hi]) {
		d.fail(InvalidAVPValue, "the value is not a DiameterIdentity")
	}
	return s
}

// visible reports whether all octets are visible ASCII, looking at eight of them at a time.
func visible(b []byte) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	var bad uint64 // bits of octets above 0x7e or below 0x21
	for ; len(b) >= 8; b = b[8:] {
		x := binary.LittleEndian.Uint64(b)
		bad |= x | (x + ones) | (x-0x21*ones)&^x
	}
	for _, c := range b {
		if c-0x21 > 0x7e-0x21 {
			return false
		}
	}
	return bad&high == 0
}

func (d *Decoder) text() string {
	if d.s == "" {
		d.s = string(d.b)
	}
	return d.s[d.lo:d.hi]
}

// ResultCode reads a Result-Code into r. When the message has an Experimental-Result too, a failure is kept rather than
// a success, and else the Experimental-Result, which says more.
func (d *Decoder) ResultCode(r *Result) {
	if v := (Result{Code: d.Uint32()}); v.Code == 0 {
		d.fail(InvalidAVPValue, "0 is not a result")
	} else if *r == (Result{}) || r.IsSuccess() && !v.IsSuccess() {
		*r = v
	}
}

// ExperimentalResult reads an Experimental-Result into r, with the rule of ResultCode.
func (d *Decoder) ExperimentalResult(r *Result) {
	var x ExperimentalResult
	at := d.AVP()
	g := d.Enter()
	x.DecodeFrom(d)
	d.Leave(g)
	switch v := (Result{x.ExperimentalResultCode, VendorID(x.VendorID)}); {
	case d.err != nil:
	case v.Code == 0:
		d.err = &AVPError{InvalidAVPValue, at.Code, at.Vendor, at.Append(nil), "0 is not a result"}
	case *r == (Result{}) || v.IsSuccess() == r.IsSuccess() || !v.IsSuccess():
		*r = v
	}
}
