package tgpp

import (
	"fmt"
	"strings"
)

// A LocationType is the geographic location type, the first octet of 3GPP-User-Location-Info (TS 29.061 §16.4.7.2).
// Values that have no name here, such as those of 5G from 135 on, are kept.
type LocationType uint8

// The geographic location types.
const (
	LocationCGI                  LocationType = 0
	LocationSAI                  LocationType = 1
	LocationRAI                  LocationType = 2
	LocationTAI                  LocationType = 128
	LocationECGI                 LocationType = 129
	LocationTAIAndECGI           LocationType = 130
	LocationENodeB               LocationType = 131
	LocationTAIAndENodeB         LocationType = 132
	LocationExtendedENodeB       LocationType = 133
	LocationTAIAndExtendedENodeB LocationType = 134
)

// A UserLocation is the value of the AVP 3GPP-User-Location-Info: where a UE is. Type says which of the other fields
// count; those that do not are zero. Values compare with ==.
type UserLocation struct {
	Type   LocationType
	CGI    CGI
	SAI    SAI
	RAI    RAI
	TAI    TAI
	ECGI   ECGI
	ENodeB ENodeB
	Other  string // the octets behind the first one when Type has no name here
}

// HasTAI reports whether a location of type t has a tracking area.
func (t LocationType) HasTAI() bool {
	return t == LocationTAI || t == LocationTAIAndECGI || t == LocationTAIAndENodeB || t == LocationTAIAndExtendedENodeB
}

// HasECGI reports whether a location of type t has a cell of E-UTRAN.
func (t LocationType) HasECGI() bool { return t == LocationECGI || t == LocationTAIAndECGI }

// HasENodeB reports whether a location of type t has an eNodeB.
func (t LocationType) HasENodeB() bool {
	return t == LocationENodeB || t == LocationTAIAndENodeB || t.extended()
}

func (t LocationType) extended() bool {
	return t == LocationExtendedENodeB || t == LocationTAIAndExtendedENodeB
}

// ParseUserLocation reads the octets of 3GPP-User-Location-Info (TS 29.061 §16.4.7.2, TS 29.274 §8.21):
//
//	octet 1         geographic location type
//	0    CGI        octets 2 to 8, see ParseCGI
//	1    SAI        octets 2 to 8, see ParseSAI
//	2    RAI        octets 2 to 7, see ParseRAI, and octet 8, which is sent as 0xFF and ignored
//	128  TAI        octets 2 to 6, see ParseTAI
//	129  ECGI       octets 2 to 8, see ParseECGI
//	130             TAI in octets 2 to 6, ECGI in octets 7 to 13
//	131  eNodeB     octets 2 to 7, see ParseENodeBID; there is no tracking area code
//	132             TAI in octets 2 to 6, eNodeB in octets 7 to 12
//	133  extended   octets 2 to 7, see ParseExtendedENodeBID; there is no tracking area code
//	134             TAI in octets 2 to 6, extended eNodeB in octets 7 to 12
//
// Of another type the octets are kept in Other.
func ParseUserLocation(b []byte) (UserLocation, error) {
	if len(b) == 0 {
		return UserLocation{}, lengthError("3GPP-User-Location-Info", 0, "1 or more")
	}
	u := UserLocation{Type: LocationType(b[0])}
	if err := u.parse(b[1:]); err != nil {
		return UserLocation{}, err
	}
	return u, nil
}

// parse reads what follows the type.
func (u *UserLocation) parse(b []byte) (err error) {
	if u.Type.HasTAI() {
		n := min(len(b), 5)
		if u.TAI, err = ParseTAI(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	switch {
	case u.Type == LocationCGI:
		u.CGI, err = ParseCGI(b)
	case u.Type == LocationSAI:
		u.SAI, err = ParseSAI(b)
	case u.Type == LocationRAI:
		if len(b) != 7 {
			return lengthError("RAI", len(b), "7")
		}
		u.RAI, err = ParseRAI(b[:6])
	case u.Type == LocationTAI:
		if len(b) > 0 {
			return lengthError("TAI", 5+len(b), "5")
		}
	case u.Type.HasECGI():
		u.ECGI, err = ParseECGI(b)
	case u.Type.extended():
		u.ENodeB, err = parseENodeB("extended eNodeB", b, extendedMacro)
	case u.Type.HasENodeB():
		u.ENodeB, err = parseENodeB("eNodeB", b, macro)
	default:
		u.Other = string(b)
	}
	return err
}

// Append appends the octets of u, see [ParseUserLocation]. Fields that do not belong to the type are not looked at.
func (u UserLocation) Append(b []byte) ([]byte, error) {
	from := len(b)
	b, err := u.append(append(b, byte(u.Type)))
	if err != nil {
		return b[:from], err
	}
	return b, nil
}

func (u UserLocation) append(b []byte) (_ []byte, err error) {
	if u.Type.HasTAI() {
		if b, err = u.TAI.Append(b); err != nil {
			return b, err
		}
	}
	switch {
	case u.Type == LocationCGI:
		return u.CGI.Append(b)
	case u.Type == LocationSAI:
		return u.SAI.Append(b)
	case u.Type == LocationRAI:
		b, err = u.RAI.Append(b)
		return append(b, 0xff), err
	case u.Type == LocationTAI:
		return b, nil
	case u.Type.HasECGI():
		return u.ECGI.Append(b)
	case u.Type.HasENodeB():
		if u.Type.extended() == (u.ENodeB.Kind == MacroENodeB) {
			return b, fmt.Errorf("%w: %v eNodeB in a location of type %d", ErrValue, u.ENodeB.Kind, u.Type)
		}
		return u.ENodeB.appendBare(b)
	}
	return append(b, u.Other...), nil
}

// PLMN returns the network that u is in. It is the zero PLMN when the type has no name here.
func (u UserLocation) PLMN() PLMN {
	switch {
	case u.Type == LocationCGI:
		return u.CGI.PLMN
	case u.Type == LocationSAI:
		return u.SAI.PLMN
	case u.Type == LocationRAI:
		return u.RAI.PLMN
	case u.Type.HasTAI():
		return u.TAI.PLMN
	case u.Type.HasECGI():
		return u.ECGI.PLMN
	}
	return u.ENodeB.PLMN
}

// String gives u as "TAI 001-01-1a2b, ECGI 001-01-1a2b3c4".
func (u UserLocation) String() string {
	var s []string
	add := func(has bool, name string, v fmt.Stringer) {
		if has {
			s = append(s, name+" "+v.String())
		}
	}
	add(u.Type == LocationCGI, "CGI", u.CGI)
	add(u.Type == LocationSAI, "SAI", u.SAI)
	add(u.Type == LocationRAI, "RAI", u.RAI)
	add(u.Type.HasTAI(), "TAI", u.TAI)
	add(u.Type.HasECGI(), "ECGI", u.ECGI)
	add(u.Type.HasENodeB(), "eNodeB", u.ENodeB)
	if len(s) == 0 {
		return fmt.Sprintf("type %d (%d octets)", uint8(u.Type), len(u.Other))
	}
	return strings.Join(s, ", ")
}
