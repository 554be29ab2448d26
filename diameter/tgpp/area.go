package tgpp

import (
	"encoding/binary"
	"fmt"
)

// An LAI is a Location Area Identity (TS 23.003 §4.1).
type LAI struct {
	PLMN PLMN
	LAC  uint16
}

// An RAI is a Routing Area Identity (TS 23.003 §4.2).
type RAI struct {
	PLMN PLMN
	LAC  uint16
	RAC  uint8
}

// A CGI is a Cell Global Identification of GERAN or UTRAN (TS 23.003 §4.3.1).
type CGI struct {
	PLMN PLMN
	LAC  uint16
	CI   uint16
}

// An SAI is a Service Area Identity (TS 23.003 §12.5).
type SAI struct {
	PLMN PLMN
	LAC  uint16
	SAC  uint16
}

// A TAI is a Tracking Area Identity (TS 23.003 §19.4.2.3). The codes 0 and 0xfffe stand for no area.
type TAI struct {
	PLMN PLMN
	TAC  uint16
}

// An ECGI is an E-UTRAN Cell Global Identification (TS 23.003 §19.6).
type ECGI struct {
	PLMN PLMN
	ECI  uint32 // 28 bits: the identity of the eNodeB, then that of the cell
}

// split returns the PLMN at the start of b, which must have n octets, and what follows it.
func split(what string, b []byte, n int) (PLMN, []byte, error) {
	if len(b) != n {
		return PLMN{}, nil, lengthError(what, len(b), fmt.Sprint(n))
	}
	p, err := ParsePLMN(b[:3])
	return p, b[3:], err
}

// ParseLAI reads a location area (TS 24.008 §10.5.1.3):
//
//	octets 1 to 3   PLMN
//	octets 4 and 5  location area code
func ParseLAI(b []byte) (LAI, error) {
	p, b, err := split("LAI", b, 5)
	if err != nil {
		return LAI{}, err
	}
	return LAI{p, binary.BigEndian.Uint16(b)}, nil
}

// Append appends the five octets of a, see [ParseLAI].
func (a LAI) Append(b []byte) ([]byte, error) { return appendCodes(b, a.PLMN, a.LAC) }

// String gives a as "001-01-1a2b": the codes behind the PLMN are hexadecimal, here and in the other identities.
func (a LAI) String() string { return fmt.Sprintf("%v-%04x", a.PLMN, a.LAC) }

// ParseRAI reads the AVP Routing-Area-Identity (TS 29.272 §7.3.120, coded as in TS 29.002):
//
//	octets 1 to 3   PLMN
//	octets 4 and 5  location area code
//	octet 6         routing area code
//
// Within 3GPP-User-Location-Info one more octet follows, see [ParseUserLocation].
func ParseRAI(b []byte) (RAI, error) {
	p, b, err := split("RAI", b, 6)
	if err != nil {
		return RAI{}, err
	}
	return RAI{p, binary.BigEndian.Uint16(b), b[2]}, nil
}

// Append appends the six octets of a, see [ParseRAI].
func (a RAI) Append(b []byte) ([]byte, error) {
	from := len(b)
	b, err := appendCodes(b, a.PLMN, a.LAC)
	if err != nil {
		return b[:from], err
	}
	return append(b, a.RAC), nil
}

// String gives a as "001-01-1a2b-3c".
func (a RAI) String() string { return fmt.Sprintf("%v-%04x-%02x", a.PLMN, a.LAC, a.RAC) }

// ParseCGI reads the AVP Cell-Global-Identity (TS 29.272 §7.3.119, coded as in TS 29.002):
//
//	octets 1 to 3   PLMN
//	octets 4 and 5  location area code
//	octets 6 and 7  cell identity
func ParseCGI(b []byte) (CGI, error) {
	p, b, err := split("CGI", b, 7)
	if err != nil {
		return CGI{}, err
	}
	return CGI{p, binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])}, nil
}

// Append appends the seven octets of c, see [ParseCGI].
func (c CGI) Append(b []byte) ([]byte, error) { return appendCodes(b, c.PLMN, c.LAC, c.CI) }

// String gives c as "001-01-1a2b-3c4d".
func (c CGI) String() string { return fmt.Sprintf("%v-%04x-%04x", c.PLMN, c.LAC, c.CI) }

// ParseSAI reads the AVP Service-Area-Identity (TS 29.272 §7.3.122, coded as in TS 29.002):
//
//	octets 1 to 3   PLMN
//	octets 4 and 5  location area code
//	octets 6 and 7  service area code
func ParseSAI(b []byte) (SAI, error) {
	p, b, err := split("SAI", b, 7)
	if err != nil {
		return SAI{}, err
	}
	return SAI{p, binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])}, nil
}

// Append appends the seven octets of a, see [ParseSAI].
func (a SAI) Append(b []byte) ([]byte, error) { return appendCodes(b, a.PLMN, a.LAC, a.SAC) }

// String gives a as "001-01-1a2b-3c4d".
func (a SAI) String() string { return fmt.Sprintf("%v-%04x-%04x", a.PLMN, a.LAC, a.SAC) }

// ParseTAI reads the AVP Tracking-Area-Identity (TS 29.272 §7.3.118, coded as in TS 29.274):
//
//	octets 1 to 3   PLMN
//	octets 4 and 5  tracking area code
func ParseTAI(b []byte) (TAI, error) {
	p, b, err := split("TAI", b, 5)
	if err != nil {
		return TAI{}, err
	}
	return TAI{p, binary.BigEndian.Uint16(b)}, nil
}

// Append appends the five octets of a, see [ParseTAI].
func (a TAI) Append(b []byte) ([]byte, error) { return appendCodes(b, a.PLMN, a.TAC) }

// String gives a as "001-01-1a2b".
func (a TAI) String() string { return fmt.Sprintf("%v-%04x", a.PLMN, a.TAC) }

// ParseECGI reads the AVP E-UTRAN-Cell-Global-Identity (TS 29.272 §7.3.117, coded as in TS 29.274):
//
//	octets 1 to 3   PLMN
//	octets 4 to 7   four spare bits, which are ignored and sent as zero; E-UTRAN cell identifier of 28 bits
func ParseECGI(b []byte) (ECGI, error) {
	p, b, err := split("ECGI", b, 7)
	if err != nil {
		return ECGI{}, err
	}
	return ECGI{p, binary.BigEndian.Uint32(b) & 0x0fff_ffff}, nil
}

// Append appends the seven octets of c, see [ParseECGI]. More than 28 bits are an error.
func (c ECGI) Append(b []byte) ([]byte, error) {
	if c.ECI >= 1<<28 {
		return b, fmt.Errorf("%w: cell identifier %#x does not fit 28 bits", ErrValue, c.ECI)
	}
	return appendCodes(b, c.PLMN, uint16(c.ECI>>16), uint16(c.ECI))
}

// String gives c as "001-01-1a2b3c4".
func (c ECGI) String() string { return fmt.Sprintf("%v-%07x", c.PLMN, c.ECI) }

// MacroENodeB returns the eNodeB that c is a cell of, given that it is a macro eNodeB with an identity of 20 bits. The
// other eight bits tell its cells apart.
func (c ECGI) MacroENodeB() ENodeB { return ENodeB{c.PLMN, MacroENodeB, c.ECI >> 8} }

// appendCodes appends a PLMN and codes of two octets.
func appendCodes(b []byte, p PLMN, codes ...uint16) ([]byte, error) {
	b, err := p.Append(b)
	if err != nil {
		return b, err
	}
	for _, c := range codes {
		b = binary.BigEndian.AppendUint16(b, c)
	}
	return b, nil
}
