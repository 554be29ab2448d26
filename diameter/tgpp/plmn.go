package tgpp

import (
	"fmt"
	"strings"
)

// A PLMN is the identity of a network (TS 23.003 §12.1): the mobile country code of three digits and the mobile network
// code of two or three. 01 and 001 are different network codes. The zero PLMN is none. Values compare with ==.
type PLMN struct{ MCC, MNC string }

// ParsePLMN reads the octets of Visited-PLMN-Id, Group-PLMN-Id and of the identities of areas and cells
// (TS 29.272 §7.3.9, TS 24.008 §10.5.1.3):
//
//	octet 1   MCC digit 2, MCC digit 1
//	octet 2   MNC digit 3 or 0xF, MCC digit 3
//	octet 3   MNC digit 2, MNC digit 1
func ParsePLMN(b []byte) (PLMN, error) {
	if len(b) != 3 {
		return PLMN{}, lengthError("PLMN", len(b), "3")
	}
	d := [6]byte{b[0] & 15, b[0] >> 4, b[1] & 15, b[2] & 15, b[2] >> 4, b[1] >> 4}
	n := 6
	if d[5] == 15 {
		n = 5
	}
	for i := range n {
		if d[i] > 9 {
			return PLMN{}, fmt.Errorf("%w: digit %d of a PLMN is %d", ErrValue, i+1, d[i])
		}
		d[i] += '0'
	}
	s := string(d[:n])
	return PLMN{s[:3], s[3:]}, nil
}

// check reports what keeps p from being a PLMN.
func (p PLMN) check() error {
	if len(p.MCC) != 3 || len(p.MNC) != 2 && len(p.MNC) != 3 {
		return fmt.Errorf("%w: PLMN with %d and %d digits", ErrValue, len(p.MCC), len(p.MNC))
	}
	for i, r := range []byte(p.MCC + p.MNC) {
		if r < '0' || r > '9' {
			return fmt.Errorf("%w: character %d of a PLMN is not a digit", ErrValue, i+1)
		}
	}
	return nil
}

// Append appends the three octets of p, see [ParsePLMN].
func (p PLMN) Append(b []byte) ([]byte, error) {
	if err := p.check(); err != nil {
		return b, err
	}
	d := [6]byte{5: 15}
	for i, c := range []byte(p.MCC + p.MNC) {
		d[i] = c - '0'
	}
	return append(b, d[1]<<4|d[0], d[5]<<4|d[2], d[4]<<4|d[3]), nil
}

// String gives p as "001-01".
func (p PLMN) String() string { return p.MCC + "-" + p.MNC }

// MarshalText gives p as String does.
func (p PLMN) MarshalText() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads what MarshalText gives.
func (p *PLMN) UnmarshalText(text []byte) error {
	mcc, mnc, _ := strings.Cut(string(text), "-")
	q := PLMN{mcc, mnc}
	if err := q.check(); err != nil {
		return err
	}
	*p = q
	return nil
}

// Digits gives p as the AVP 3GPP-SGSN-MCC-MNC has it (TS 29.061 §16.4.7.2): the digits of both codes as text, "00101".
func (p PLMN) Digits() string { return p.MCC + p.MNC }

// ParsePLMNDigits reads the text of 3GPP-SGSN-MCC-MNC: five or six decimal digits.
func ParsePLMNDigits(s string) (PLMN, error) {
	if len(s) != 5 && len(s) != 6 {
		return PLMN{}, fmt.Errorf("%w: PLMN of %d characters, want 5 or 6", ErrLength, len(s))
	}
	p := PLMN{s[:3], s[3:]}
	if err := p.check(); err != nil {
		return PLMN{}, err
	}
	return p, nil
}
