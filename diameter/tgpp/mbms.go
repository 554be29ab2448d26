package tgpp

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// A TMGI is a Temporary Mobile Group Identity, which names an MBMS bearer service (TS 23.003 §15.2). Values compare
// with ==.
type TMGI struct {
	ServiceID uint32 // 24 bits
	PLMN      PLMN
}

// ParseTMGI reads the octets of the AVP TMGI (TS 29.061 §17.7.2):
//
//	octets 1 to 3   MBMS service identity
//	octets 4 to 6   PLMN
func ParseTMGI(b []byte) (TMGI, error) {
	if len(b) != 6 {
		return TMGI{}, lengthError("TMGI", len(b), "6")
	}
	p, err := ParsePLMN(b[3:])
	if err != nil {
		return TMGI{}, err
	}
	return TMGI{uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]), p}, nil
}

// Append appends the six octets of t, see [ParseTMGI]. More than 24 bits are an error.
func (t TMGI) Append(b []byte) ([]byte, error) {
	if t.ServiceID >= 1<<24 {
		return b, fmt.Errorf("%w: MBMS service identity %#x does not fit 24 bits", ErrValue, t.ServiceID)
	}
	from := len(b)
	b, err := t.PLMN.Append(append(b, byte(t.ServiceID>>16), byte(t.ServiceID>>8), byte(t.ServiceID)))
	if err != nil {
		return b[:from], err
	}
	return b, nil
}

// String gives t as "1a2b3c-001-01", with the service identity in hexadecimal.
func (t TMGI) String() string { return fmt.Sprintf("%06x-%v", t.ServiceID, t.PLMN) }

// MarshalText gives the octets of t in hexadecimal, twelve characters, as they can stand in the path of a T8 resource.
func (t TMGI) MarshalText() ([]byte, error) {
	b, err := t.Append(nil)
	if err != nil {
		return nil, err
	}
	return hex.AppendEncode(nil, b), nil
}

// UnmarshalText reads what MarshalText gives.
func (t *TMGI) UnmarshalText(text []byte) error {
	b, err := hex.AppendDecode(nil, text)
	if err != nil {
		return fmt.Errorf("%w: TMGI: %w", ErrValue, err)
	}
	v, err := ParseTMGI(b)
	if err != nil {
		return err
	}
	*t = v
	return nil
}

const (
	day                    = 24 * time.Hour
	maxMBMSDays            = 18
	maxMBMSDaySeconds      = 86400
	maxMBMSSessionDuration = maxMBMSDays*day + maxMBMSDaySeconds*time.Second
)

// ParseMBMSSessionDuration reads the octets of the AVP MBMS-Session-Duration (TS 29.061 §17.7.7), which add up:
//
//	17 bits   seconds, at most 86400
//	7 bits    days, at most 18
//
// Zero is a session without an end.
func ParseMBMSSessionDuration(b []byte) (time.Duration, error) {
	if len(b) != 3 {
		return 0, lengthError("MBMS-Session-Duration", len(b), "3")
	}
	seconds, days := uint32(b[0])<<9|uint32(b[1])<<1|uint32(b[2]>>7), b[2]&0x7f
	if seconds > maxMBMSDaySeconds || days > maxMBMSDays {
		return 0, fmt.Errorf("%w: MBMS-Session-Duration of %d seconds and %d days", ErrValue, seconds, days)
	}
	return time.Duration(seconds)*time.Second + time.Duration(days)*day, nil
}

// AppendMBMSSessionDuration appends the octets of MBMS-Session-Duration, see [ParseMBMSSessionDuration]. A part of a
// second counts as a whole one, so that a short session does not become one without an end. A negative duration and more
// than 19 days are an error.
func AppendMBMSSessionDuration(b []byte, d time.Duration) ([]byte, error) {
	if d < 0 || d > maxMBMSSessionDuration {
		return b, fmt.Errorf("%w: MBMS-Session-Duration of %v, want 0 to 19 days", ErrValue, d)
	}
	s := (d + time.Second - 1) / time.Second // the number of seconds
	days := min(s/86400, maxMBMSDays)
	s -= days * 86400
	return append(b, byte(s>>9), byte(s>>1), byte(s<<7)|byte(days)), nil
}

// ParseMBMSServiceArea reads the octets of the AVP MBMS-Service-Area (TS 29.061 §17.7.6):
//
//	octet 1           number of codes less one
//	octets 2 and 3    first code
//	...
//
// A code is an MBMS service area identity (TS 23.003 §15.3). A code that comes twice is an error.
func ParseMBMSServiceArea(b []byte) ([]uint16, error) {
	if len(b) == 0 || len(b) != 1+2*(int(b[0])+1) {
		return nil, lengthError("MBMS-Service-Area", len(b), "1 and 2 for each code")
	}
	codes := make([]uint16, 0, int(b[0])+1)
	for b = b[1:]; len(b) > 0; b = b[2:] {
		codes = append(codes, binary.BigEndian.Uint16(b))
	}
	if err := checkMBMSServiceArea(codes); err != nil {
		return nil, err
	}
	return codes, nil
}

// AppendMBMSServiceArea appends the octets of MBMS-Service-Area, see [ParseMBMSServiceArea]: 1 to 256 different codes.
func AppendMBMSServiceArea(b []byte, codes []uint16) ([]byte, error) {
	if err := checkMBMSServiceArea(codes); err != nil {
		return b, err
	}
	b = append(b, byte(len(codes)-1))
	for _, c := range codes {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	return b, nil
}

func checkMBMSServiceArea(codes []uint16) error {
	if len(codes) == 0 || len(codes) > 256 {
		return fmt.Errorf("%w: MBMS-Service-Area with %d codes, want 1 to 256", ErrValue, len(codes))
	}
	seen := make(map[uint16]bool, len(codes))
	for _, c := range codes {
		if seen[c] {
			return fmt.Errorf("%w: MBMS-Service-Area with %04x twice", ErrValue, c)
		}
		seen[c] = true
	}
	return nil
}

// ParseMBMSFlowIdentifier reads the two octets of the AVP MBMS-Flow-Identifier (TS 29.061 §17.7.23). It tells apart the
// parts of a bearer service that depend on the location.
func ParseMBMSFlowIdentifier(b []byte) (uint16, error) {
	if len(b) != 2 {
		return 0, lengthError("MBMS-Flow-Identifier", len(b), "2")
	}
	return binary.BigEndian.Uint16(b), nil
}

// AppendMBMSFlowIdentifier appends the two octets of MBMS-Flow-Identifier.
func AppendMBMSFlowIdentifier(b []byte, flow uint16) []byte {
	return binary.BigEndian.AppendUint16(b, flow)
}
