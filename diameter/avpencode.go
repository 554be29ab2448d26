package diameter

import (
	"fmt"
	"time"
)

// AppendResult appends r as Result-Code, or as Experimental-Result when it has a vendor. The zero Result is an
// *AVPError with the result MISSING_AVP.
func AppendResult(b []byte, r Result) ([]byte, error) {
	switch {
	case r.Code == 0:
		return b, AVPResultCode.Missing()
	case r.Vendor == 0:
		return AppendUint32(b, 268, 0, AVPMandatory, r.Code), nil
	}
	b, at := BeginAVP(b, 297, 0, AVPMandatory)
	b = AppendUint32(b, 266, 0, AVPMandatory, uint32(r.Vendor))
	b = AppendUint32(b, 298, 0, AVPMandatory, r.Code)
	return EndAVP(b, at), nil
}

// AppendResultCode appends r as Result-Code for a command that has no Experimental-Result; a Result with a vendor is
// then an error, too.
func AppendResultCode(b []byte, r Result) ([]byte, error) {
	if r.Vendor != 0 {
		r = Result{}
	}
	return AppendResult(b, r)
}

// AppendAddress appends an AVP of type Address. The zero Address is an AVP of no octets, which no node accepts.
func AppendAddress(b []byte, code AVPCode, vendor VendorID, flags AVPFlags, a Address) []byte {
	return AppendString(b, code, vendor, flags, a.s)
}

// AppendTime appends an AVP of type Time. Parts of a second are cut. Only the seconds from 1968-01-20 03:14:08 to
// 2104-02-26 09:42:23 UTC have a value; another time is an *AVPError with the result INVALID_AVP_VALUE.
func AppendTime(b []byte, code AVPCode, vendor VendorID, flags AVPFlags, t time.Time) ([]byte, error) {
	s := t.Unix() + ntpOffset
	if s < 1<<31 || s >= 1<<32+1<<31 {
		return b, &AVPError{InvalidAVPValue, code, vendor, AVP{code, vendor, flags, zeros[:4]}.Append(nil),
			fmt.Sprintf("%v does not fit a Time", t)}
	}
	return AppendUint32(b, code, vendor, flags, uint32(s)), nil
}

// ntpOffset is the number of seconds from 1900, where a Time starts to count, to 1970.
const ntpOffset = 2208988800

// timeOf reads a Time. The count wraps on 2036-02-07: values below 0x80000000 come after that (RFC 6733 §4.3.1).
func timeOf(v uint32) time.Time {
	s := int64(v) - ntpOffset
	if v < 1<<31 {
		s += 1 << 32
	}
	return time.Unix(s, 0).UTC()
}

// AppendExtra appends AVPs as they are.
func AppendExtra(b []byte, extra []AVP) []byte {
	for i := range extra {
		b = extra[i].Append(b)
	}
	return b
}

// FindAVP returns the first AVP with the given code and vendor in b, not looking into groups. It is false also when b is
// malformed before that AVP.
func FindAVP(b []byte, code AVPCode, vendor VendorID) (AVP, bool) {
	for len(b) > 0 {
		a, rest, err := NextAVP(b)
		if err != nil {
			break
		}
		if a.Code == code && a.Vendor == vendor {
			return a, true
		}
		b = rest
	}
	return AVP{}, false
}
