package tgpp

import (
	"fmt"
	"time"
)

// A TimeZone is the value of the AVP 3GPP-MS-TimeZone: the local time at the UE. Values compare with ==.
type TimeZone struct {
	// Offset is what local time is ahead of UTC, daylight saving included: a multiple of 15 minutes, at most 19 h 45 min
	// in either direction.
	Offset time.Duration
	// DST is how much of it is daylight saving time: 0, one hour or two hours.
	DST time.Duration
}

const quarter = 15 * time.Minute

// ParseTimeZone reads the octets of 3GPP-MS-TimeZone (TS 29.061 §16.4.7.2, TS 29.274 §8.44, TS 23.040 §9.2.3.11):
//
//	octet 1   quarters of an hour from UTC: low digit in the high half; in the low half the sign (bit 4) and the high digit
//	octet 2   six spare bits, which are ignored and sent as zero; hours of daylight saving time, 0 to 2
func ParseTimeZone(b []byte) (TimeZone, error) {
	if len(b) != 2 {
		return TimeZone{}, lengthError("3GPP-MS-TimeZone", len(b), "2")
	}
	high, low, dst := b[0]&7, b[0]>>4, b[1]&3
	if low > 9 {
		return TimeZone{}, fmt.Errorf("%w: 3GPP-MS-TimeZone with the digit %d", ErrValue, low)
	}
	if dst > 2 {
		return TimeZone{}, fmt.Errorf("%w: 3GPP-MS-TimeZone with daylight saving time 3", ErrValue)
	}
	z := TimeZone{time.Duration(high*10+low) * quarter, time.Duration(dst) * time.Hour}
	if b[0]&8 != 0 {
		z.Offset = -z.Offset
	}
	return z, nil
}

// Append appends the two octets of z, see [ParseTimeZone].
func (z TimeZone) Append(b []byte) ([]byte, error) {
	n, sign := z.Offset/quarter, byte(0)
	if n < 0 {
		n, sign = -n, 8
	}
	if z.Offset%quarter != 0 || n > 79 {
		return b, fmt.Errorf("%w: 3GPP-MS-TimeZone %v from UTC", ErrValue, z.Offset)
	}
	if z.DST != 0 && z.DST != time.Hour && z.DST != 2*time.Hour {
		return b, fmt.Errorf("%w: 3GPP-MS-TimeZone with daylight saving time of %v", ErrValue, z.DST)
	}
	return append(b, byte(n%10)<<4|sign|byte(n/10), byte(z.DST/time.Hour)), nil
}

// String gives z as "UTC+02:00", followed by " (DST +1h)" or " (DST +2h)" when it has daylight saving time.
func (z TimeZone) String() string {
	m, sign := int(z.Offset/time.Minute), '+'
	if m < 0 {
		m, sign = -m, '-'
	}
	s := fmt.Sprintf("UTC%c%02d:%02d", sign, m/60, m%60)
	if z.DST != 0 {
		s += fmt.Sprintf(" (DST +%dh)", z.DST/time.Hour)
	}
	return s
}

// Location returns z for package time; its name is that of String.
func (z TimeZone) Location() *time.Location {
	return time.FixedZone(z.String(), int(z.Offset/time.Second))
}
