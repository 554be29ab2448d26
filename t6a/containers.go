package t6a

import (
	"encoding/binary"
	"fmt"
	"time"
)

// ParseNonIPLinkMTU reads the contents of [ContainerNonIPLinkMTU] to the UE (TS 24.008 §10.5.6.3.1):
//
//	octets 1 and 2   the largest datagram in octets
//
// T8 gives the same as maximumPacketSize in bits.
func ParseNonIPLinkMTU(contents []byte) (octets int, err error) {
	if len(contents) != 2 {
		return 0, fmt.Errorf("t6a: non-IP link MTU of %d octets, want 2", len(contents))
	}
	return int(binary.BigEndian.Uint16(contents)), nil
}

// AppendNonIPLinkMTU appends the contents of [ContainerNonIPLinkMTU]. A size below 1 or above 65535 is an error.
func AppendNonIPLinkMTU(b []byte, octets int) ([]byte, error) {
	if octets < 1 || octets > 65535 {
		return b, fmt.Errorf("t6a: non-IP link MTU %d, want 1 to 65535", octets)
	}
	return binary.BigEndian.AppendUint16(b, uint16(octets)), nil
}

// A RateUnit is the time that a limit of the APN rate control counts for. The values 5 to 7 have no meaning; they are
// kept.
type RateUnit uint8

// The units of the APN rate control (TS 24.008 §10.5.6.3.2).
const (
	RateUnrestricted RateUnit = 0 // there is no limit, and the number is without meaning
	RatePerMinute    RateUnit = 1
	RatePerHour      RateUnit = 2
	RatePerDay       RateUnit = 3
	RatePerWeek      RateUnit = 4
)

const maxRateUnit = 7 // three bits

// Duration returns the length of the unit. It is 0 when there is no limit, and for a value without a meaning.
func (u RateUnit) Duration() time.Duration {
	switch u {
	case RatePerMinute:
		return time.Minute
	case RatePerHour:
		return time.Hour
	case RatePerDay:
		return 24 * time.Hour
	case RatePerWeek:
		return 7 * 24 * time.Hour
	}
	return 0
}

// String names u.
func (u RateUnit) String() string {
	switch u {
	case RateUnrestricted:
		return "unrestricted"
	case RatePerMinute:
		return "minute"
	case RatePerHour:
		return "hour"
	case RatePerDay:
		return "day"
	case RatePerWeek:
		return "week"
	}
	return fmt.Sprintf("RateUnit(%d)", uint8(u))
}

// An APNRateControl is the limit that the home network sets on the uplink data of an APN (TS 23.401 §4.7.7.3). The limit
// on downlink data stays in the SCEF and is not told to the UE.
type APNRateControl struct {
	Unit RateUnit
	// ExceptionReports allows exception data when the limit is reached.
	ExceptionReports bool
	// MaxUplink is the number of messages in one Unit, at most 16777215.
	MaxUplink uint32
}

const exceptionReports = 8 // the bit

// ParseAPNRateControl reads the contents of [ContainerAPNRateControl] to the UE (TS 24.008 §10.5.6.3.2):
//
//	octet 1         four spare bits, which are ignored and sent as zero; additional exception reports; three bits of unit
//	octets 2 to 4   messages uplink in one unit
func ParseAPNRateControl(contents []byte) (APNRateControl, error) {
	if len(contents) != 4 {
		return APNRateControl{}, fmt.Errorf("t6a: APN rate control of %d octets, want 4", len(contents))
	}
	v := binary.BigEndian.Uint32(contents)
	return APNRateControl{RateUnit(v >> 24 & maxRateUnit), v>>24&exceptionReports != 0, v & 0xff_ffff}, nil
}

// Append appends the contents of [ContainerAPNRateControl]. What does not fit its bits is an error.
func (r APNRateControl) Append(b []byte) ([]byte, error) {
	if r.Unit > maxRateUnit || r.MaxUplink > 0xff_ffff {
		return b, fmt.Errorf("t6a: APN rate control of %d messages in unit %d", r.MaxUplink, uint8(r.Unit))
	}
	v := uint32(r.Unit)<<24 | r.MaxUplink
	if r.ExceptionReports {
		v |= exceptionReports << 24
	}
	return binary.BigEndian.AppendUint32(b, v), nil
}

// An ExceptionRateControl is the limit on exception data that a UE may send when the limit of [APNRateControl] is
// reached. Only a UE that asked for the container understands it.
type ExceptionRateControl struct {
	Unit      RateUnit
	MaxUplink uint16 // messages in one Unit
}

// ParseExceptionRateControl reads the contents of [ContainerExceptionData] to the UE (TS 24.008 §10.5.6.3.3):
//
//	octet 1          five spare bits, which are ignored and sent as zero; three bits of unit
//	octets 2 and 3   messages uplink in one unit
func ParseExceptionRateControl(contents []byte) (ExceptionRateControl, error) {
	if len(contents) != 3 {
		return ExceptionRateControl{}, fmt.Errorf("t6a: rate control of exception data of %d octets, want 3", len(contents))
	}
	return ExceptionRateControl{RateUnit(contents[0] & maxRateUnit), binary.BigEndian.Uint16(contents[1:])}, nil
}

// Append appends the contents of [ContainerExceptionData]. A unit that does not fit three bits is an error.
func (r ExceptionRateControl) Append(b []byte) ([]byte, error) {
	if r.Unit > maxRateUnit {
		return b, fmt.Errorf("t6a: rate control of exception data in unit %d", uint8(r.Unit))
	}
	return binary.BigEndian.AppendUint16(append(b, byte(r.Unit)), r.MaxUplink), nil
}
