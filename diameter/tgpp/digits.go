package tgpp

import (
	"errors"
	"fmt"

	"github.com/scefkit/scefkit/id"
)

// Every error of a Parse function and of an Append method wraps one of these. They tell which Result-Code the AVP earns
// that the octets came in: ErrLength is INVALID_AVP_LENGTH (5014), ErrValue is INVALID_AVP_VALUE (5004).
var (
	ErrLength = errors.New("tgpp: wrong length")
	ErrValue  = errors.New("tgpp: invalid value")
)

func lengthError(what string, got int, want string) error {
	return fmt.Errorf("%w: %s of %d octets, want %s", ErrLength, what, got, want)
}

// AppendTBCD appends decimal digits as TBCD, as the AVP MSISDN and other numbers have them: two digits in an octet, the
// first one in its low half; after an odd number the last high half is 0xF. No octet for a nature of address comes
// before them. Anything but the digits 0 to 9 is an error.
func AppendTBCD(b []byte, digits string) ([]byte, error) {
	from := len(b)
	for i := range len(digits) {
		d := digits[i] - '0'
		switch {
		case d > 9:
			return b[:from], fmt.Errorf("%w: character %d of a number is not a digit", ErrValue, i+1)
		case i%2 == 0:
			b = append(b, 0xf0|d)
		default:
			b[len(b)-1] = b[len(b)-1]&0x0f | d<<4
		}
	}
	return b, nil
}

// ParseTBCD returns the decimal digits in b. Another value than 0 to 9 is an error, but for 0xF in the last high half.
func ParseTBCD(b []byte) (string, error) {
	out := make([]byte, 0, 2*len(b))
	for i, o := range b {
		low, high := o&15, o>>4
		if low > 9 || high > 9 && (high != 15 || i < len(b)-1) {
			return "", fmt.Errorf("%w: octet %d of a TBCD number is not of digits", ErrValue, i+1)
		}
		if out = append(out, '0'+low); high != 15 {
			out = append(out, '0'+high)
		}
	}
	return string(out), nil
}

// ParseNumber returns the digits of the address of a node, an E.164 number of 1 to 15 digits without '+' (for one,
// SGSN-Number of TS 29.272 §7.3.102):
//
//	octet 1   second digit, first digit
//	octet 2   fourth digit, third digit
//	...       0xF in the high half after an odd number
//
// It reads SGSN-Number, MME-Number-for-MT-SMS, MSC-Number, IP-SM-GW-Number, the numbers of an SMSF and SCS-Identity.
func ParseNumber(b []byte) (string, error) {
	s, err := ParseTBCD(b)
	if err != nil {
		return "", err
	}
	if len(s) == 0 || len(s) > 15 {
		return "", fmt.Errorf("%w: number of %d digits, want 1 to 15", ErrLength, len(s))
	}
	return s, nil
}

// AppendNumber appends the address of a node, see [ParseNumber].
func AppendNumber(b []byte, digits string) ([]byte, error) {
	if len(digits) == 0 || len(digits) > 15 {
		return b, fmt.Errorf("%w: number of %d digits, want 1 to 15", ErrLength, len(digits))
	}
	return AppendTBCD(b, digits)
}

// ParseMSISDN returns the number in the AVP MSISDN: TBCD without an octet for a nature of address (TS 29.329 §6.3.2).
func ParseMSISDN(b []byte) (id.MSISDN, error) { return parseIdentity(b, id.ParseMSISDN) }

// AppendMSISDN appends the octets of the AVP MSISDN, see [ParseMSISDN].
func AppendMSISDN(b []byte, m id.MSISDN) ([]byte, error) {
	return appendIdentity(b, m, id.ParseMSISDN)
}

// ParseIMSI returns an IMSI that was coded as TBCD, as TS 29.274 §8.3 has it. In User-Name an IMSI travels as text, which
// [id.ParseIMSI] reads.
func ParseIMSI(b []byte) (id.IMSI, error) { return parseIdentity(b, id.ParseIMSI) }

// AppendIMSI appends an IMSI as TBCD, see [ParseIMSI].
func AppendIMSI(b []byte, i id.IMSI) ([]byte, error) { return appendIdentity(b, i, id.ParseIMSI) }

// ParseIMEI returns an IMEI that was coded as TBCD (TS 29.274 §8.10): 14 digits in seven octets, or 15 in eight, of which
// the last, a check digit or zero, is not looked at. In Terminal-Information an IMEI travels as text, which [id.ParseIMEI]
// reads.
func ParseIMEI(b []byte) (id.IMEI, error) { return parseIdentity(b, id.ParseIMEI) }

// AppendIMEI appends an IMEI as TBCD in eight octets: the fifteenth digit is zero, 0xF follows it.
func AppendIMEI(b []byte, i id.IMEI) ([]byte, error) {
	if len(i) != 14 {
		return b, fmt.Errorf("%w: IMEI of %d digits, want 14", ErrLength, len(i))
	}
	return AppendTBCD(b, string(i)+"0")
}

// ParseIMEISV returns an IMEISV that was coded as TBCD: 16 digits in eight octets (TS 29.274 §8.10).
func ParseIMEISV(b []byte) (id.IMEISV, error) { return parseIdentity(b, id.ParseIMEISV) }

// AppendIMEISV appends an IMEISV as TBCD, see [ParseIMEISV].
func AppendIMEISV(b []byte, i id.IMEISV) ([]byte, error) {
	return appendIdentity(b, i, id.ParseIMEISV)
}

func parseIdentity[T ~string](b []byte, parse func(string) (T, error)) (T, error) {
	s, err := ParseTBCD(b)
	if err != nil {
		return "", err
	}
	v, err := parse(s)
	if err != nil { // they are digits, so there are too few or too many
		return "", fmt.Errorf("%w: %w", ErrLength, err)
	}
	return v, nil
}

func appendIdentity[T ~string](b []byte, v T, parse func(string) (T, error)) ([]byte, error) {
	if _, err := parse(string(v)); err != nil {
		return b, fmt.Errorf("%w: %w", ErrValue, err)
	}
	return AppendTBCD(b, string(v))
}
