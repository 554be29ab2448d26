package diameter

import (
	"errors"
	"fmt"
	"time"
)

// A Member is an AVP that a grammar names, with an example of it that has a zero-filled value of the least length. The
// code that diagen generates keeps one for each required AVP.
type Member struct {
	Name    string
	Example AVP
}

func (m *Member) missing() *AVPError {
	a := m.Example
	return &AVPError{Result: MissingAVP, Code: a.Code, Vendor: a.Vendor, Failed: a.Append(nil), Reason: m.Name + " is missing"}
}

// Missing returns the error that m is not there, an *AVPError.
func (m *Member) Missing() error { return m.missing() }

// Excess returns the error that there are more than limit instances of m, an *AVPError.
func (m *Member) Excess(limit int) error {
	a := m.Example
	return &AVPError{AVPOccursTooManyTimes, a.Code, a.Vendor, a.Append(nil), fmt.Sprintf("there are more than %d %s", limit, m.Name)}
}

// Within puts the Grouped AVP given by code, vendor and flags around the failed AVP of err, if err is an *AVPError.
func Within(err error, code AVPCode, vendor VendorID, flags AVPFlags) error {
	if e, ok := errors.AsType[*AVPError](err); ok {
		return e.Within(code, vendor, flags)
	}
	return err
}

// AppendResult appends r as Result-Code, or as Experimental-Result when it has a vendor. The zero Result is an
// *AVPError with the result MISSING_AVP.
func AppendResult(b []byte, r Result) ([]byte, error) {
	switch {
	case r.Code == 0:
		return b, (&Member{"Result-Code", AVP{268, 0, AVPMandatory, zeros[:4]}}).missing()
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

// AppendTime appends an AVP of type Time. It counts whole seconds, and only those from 1968-01-20 03:14:08 to
// 2104-02-26 09:42:23 UTC can be told apart; another time is an *AVPError with the result INVALID_AVP_VALUE.
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
