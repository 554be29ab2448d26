package diameter

import (
	"encoding/binary"
	"fmt"
)

// AVPFlags are the flags of an AVP header (RFC 6733 §4.1).
type AVPFlags uint8

// AVP flags.
const (
	AVPVendor    AVPFlags = 0x80 // V: the header has a Vendor-Id
	AVPMandatory AVPFlags = 0x40 // M: who does not understand the AVP must not ignore it
	AVPProtected AVPFlags = 0x20 // P: reserved by RFC 6733; never set
)

// AVPCode identifies an AVP within the name space of its vendor.
type AVPCode uint32

// AVP is one attribute-value pair as it stands on the wire. Data excludes the padding.
type AVP struct {
	Code   AVPCode
	Vendor VendorID // 0 when the V flag is clear
	Flags  AVPFlags
	Data   []byte
}

// Append appends the encoded AVP with its padding to b. The V flag follows from Vendor.
func (a AVP) Append(b []byte) []byte {
	f := a.Flags &^ AVPVendor
	n := 8 + len(a.Data)
	if a.Vendor != 0 {
		f |= AVPVendor
		n += 4
	}
	b = binary.BigEndian.AppendUint32(b, uint32(a.Code))
	b = binary.BigEndian.AppendUint32(b, uint32(f)<<24|uint32(n))
	if a.Vendor != 0 {
		b = binary.BigEndian.AppendUint32(b, uint32(a.Vendor))
	}
	b = append(b, a.Data...)
	return append(b, padding[:-n&3]...)
}

var padding [4]byte

// NextAVP reads the AVP at the start of b, which holds AVPs up to its end, and returns it with the octets after it.
// The padding of the last AVP may be missing. A header that does not fit, or a length that is below that of the header
// or beyond b, is an *AVPError with the result INVALID_AVP_LENGTH. The data alias b.
func NextAVP(b []byte) (a AVP, rest []byte, err error) {
	if len(b) < 8 {
		var h [8]byte // filled up with zeros
		copy(h[:], b)
		a.Code = AVPCode(binary.BigEndian.Uint32(h[:]))
		return a, nil, &AVPError{Result: InvalidAVPLength, Code: a.Code, Reason: "octets after the last AVP", Failed: a.Append(nil)}
	}
	a.Code = AVPCode(binary.BigEndian.Uint32(b))
	w := binary.BigEndian.Uint32(b[4:])
	a.Flags = AVPFlags(w >> 24)
	n, head := int(w&0xffffff), 8
	if a.Flags&AVPVendor != 0 {
		head = 12
		if len(b) < head {
			return a, nil, badLength(a, n, len(b))
		}
		a.Vendor = VendorID(binary.BigEndian.Uint32(b[8:]))
	}
	if n < head || n > len(b) {
		return a, nil, badLength(a, n, len(b))
	}
	a.Data = b[head:n:n]
	return a, b[min(n+(-n&3), len(b)):], nil
}

// badLength builds the error for an AVP whose length lies. Failed-AVP then holds the header of the AVP alone (with a
// zero-filled value of no octets), since the value cannot be known (RFC 6733 §7.1.5, DIAMETER_INVALID_AVP_LENGTH).
func badLength(a AVP, n, have int) *AVPError {
	a.Data = nil
	return &AVPError{
		Result: InvalidAVPLength, Code: a.Code, Vendor: a.Vendor, Failed: a.Append(nil),
		Reason: fmt.Sprintf("length %d of AVP %d does not fit the %d octets that are left", n, a.Code, have),
	}
}

// BeginAVP appends the header of an AVP whose data the caller appends next, and returns its position for [EndAVP].
func BeginAVP(b []byte, code AVPCode, vendor VendorID, flags AVPFlags) (out []byte, at int) {
	at = len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(code))
	if vendor != 0 {
		b = binary.BigEndian.AppendUint32(b, uint32(flags|AVPVendor)<<24)
		return binary.BigEndian.AppendUint32(b, uint32(vendor)), at
	}
	return binary.BigEndian.AppendUint32(b, uint32(flags)<<24), at
}

// EndAVP writes the length of the AVP begun at at and appends its padding.
func EndAVP(b []byte, at int) []byte {
	n := len(b) - at
	b[at+5], b[at+6], b[at+7] = byte(n>>16), byte(n>>8), byte(n)
	return append(b, padding[:-n&3]...)
}

// AppendString appends an AVP that holds s as it is (OctetString, UTF8String, DiameterIdentity, DiameterURI).
func AppendString[T string | []byte](b []byte, code AVPCode, vendor VendorID, flags AVPFlags, s T) []byte {
	b, at := BeginAVP(b, code, vendor, flags)
	return EndAVP(append(b, s...), at)
}

// AppendUint32 appends an AVP of 4 octets (Unsigned32, Integer32, Enumerated, Float32 bits).
func AppendUint32(b []byte, code AVPCode, vendor VendorID, flags AVPFlags, v uint32) []byte {
	b, at := BeginAVP(b, code, vendor, flags)
	return EndAVP(binary.BigEndian.AppendUint32(b, v), at)
}

// AppendUint64 appends an AVP of 8 octets (Unsigned64, Integer64, Float64 bits).
func AppendUint64(b []byte, code AVPCode, vendor VendorID, flags AVPFlags, v uint64) []byte {
	b, at := BeginAVP(b, code, vendor, flags)
	return EndAVP(binary.BigEndian.AppendUint64(b, v), at)
}
