package tgpp

import "fmt"

// AppendTBCD appends decimal digits as TBCD, as the AVP MSISDN and other numbers have them: two digits in an octet, the
// first one in its low half; after an odd number the last high half is 0xF. No octet for a nature of address comes
// before them. Anything but the digits 0 to 9 is an error.
func AppendTBCD(b []byte, digits string) ([]byte, error) {
	from := len(b)
	for i := range len(digits) {
		d := digits[i] - '0'
		switch {
		case d > 9:
			return b[:from], fmt.Errorf("tgpp: character %d of a number is not a digit", i+1)
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
			return "", fmt.Errorf("tgpp: octet %d of a TBCD number is not of digits", i+1)
		}
		if out = append(out, '0'+low); high != 15 {
			out = append(out, '0'+high)
		}
	}
	return string(out), nil
}

// AppendPLMN appends the three octets of a PLMN identity, as Visited-PLMN-Id has them. The country code mcc has three
// digits, the network code mnc two or three.
func AppendPLMN(b []byte, mcc, mnc string) ([]byte, error) {
	if len(mcc) != 3 || len(mnc) != 2 && len(mnc) != 3 {
		return b, fmt.Errorf("tgpp: PLMN with %d and %d digits", len(mcc), len(mnc))
	}
	d := [6]byte{5: 15}
	for i, s := 0, mcc+mnc; i < len(s); i++ {
		if d[i] = s[i] - '0'; d[i] > 9 {
			return b, fmt.Errorf("tgpp: character %d of a PLMN is not a digit", i+1)
		}
	}
	return append(b, d[1]<<4|d[0], d[5]<<4|d[2], d[4]<<4|d[3]), nil
}

// ParsePLMN returns country code and network code of the three octets of a PLMN identity.
func ParsePLMN(b []byte) (mcc, mnc string, err error) {
	if len(b) != 3 {
		return "", "", fmt.Errorf("tgpp: PLMN of %d octets", len(b))
	}
	d := [6]byte{b[0] & 15, b[0] >> 4, b[1] & 15, b[2] & 15, b[2] >> 4, b[1] >> 4}
	n := 6
	if d[5] == 15 {
		n = 5
	}
	for i := range n {
		if d[i] > 9 {
			return "", "", fmt.Errorf("tgpp: digit %d of a PLMN is %d", i+1, d[i])
		}
		d[i] += '0'
	}
	return string(d[:3]), string(d[3:n]), nil
}
