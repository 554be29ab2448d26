package tgpp

import (
	"encoding/binary"
	"fmt"
)

// An ENodeBKind tells how long the identity of an eNodeB is.
type ENodeBKind uint8

// The kinds of eNodeB. The value is the number of bits of the identity.
const (
	ShortMacroENodeB ENodeBKind = 18
	MacroENodeB      ENodeBKind = 20
	LongMacroENodeB  ENodeBKind = 21
)

// String names k.
func (k ENodeBKind) String() string {
	switch k {
	case ShortMacroENodeB:
		return "short macro"
	case MacroENodeB:
		return "macro"
	case LongMacroENodeB:
		return "long macro"
	}
	return fmt.Sprintf("ENodeBKind(%d)", uint8(k))
}

// An ENodeB is the identity of an eNodeB in the world (Global eNB ID of TS 36.413 §9.2.1.37). Values compare with ==.
type ENodeB struct {
	PLMN PLMN
	Kind ENodeBKind
	ID   uint32 // as many bits as Kind says
}

// String gives e as "001-01-1a2b3/20", where the identity is hexadecimal and followed by its number of bits.
func (e ENodeB) String() string { return fmt.Sprintf("%v-%05x/%d", e.PLMN, e.ID, uint8(e.Kind)) }

// ParseENodeBID reads the AVP eNodeB-Id (TS 29.217), which is the target identification of TS 29.274 §8.51 of the
// type Macro eNodeB, from the PLMN on:
//
//	octets 1 to 3   PLMN
//	octets 4 to 6   four spare bits, which are ignored and sent as zero; identity of 20 bits
//	octets 7 and 8  tracking area code
//
// The tracking area code is 0, which is the code of no area, when these two octets are missing. That the AVP begins with
// the PLMN, and that its end may be missing, is not confirmed by a second source.
func ParseENodeBID(b []byte) (e ENodeB, tac uint16, err error) {
	return parseENodeBID(b, "eNodeB-Id", macro)
}

// ParseExtendedENodeBID reads the AVP Extended-eNodeB-Id (TS 29.217), the target identification of the type
// Extended Macro eNodeB. It is as in [ParseENodeBID], but for
//
//	octets 4 to 6   SMeNB bit, two spare bits, 21 bits: an identity of 18 bits when SMeNB is 1, or else one of 21
func ParseExtendedENodeBID(b []byte) (e ENodeB, tac uint16, err error) {
	return parseENodeBID(b, "Extended-eNodeB-Id", extendedMacro)
}

func parseENodeBID(b []byte, what string, kind func(PLMN, uint32) (ENodeB, error)) (e ENodeB, tac uint16, err error) {
	if len(b) == 8 {
		b, tac = b[:6], binary.BigEndian.Uint16(b[6:])
	} else if len(b) != 6 {
		return ENodeB{}, 0, lengthError(what, len(b), "8")
	}
	if e, err = parseENodeB(what, b, kind); err != nil {
		return ENodeB{}, 0, err
	}
	return e, tac, nil
}

// parseENodeB reads a PLMN and three octets that kind understands.
func parseENodeB(what string, b []byte, kind func(PLMN, uint32) (ENodeB, error)) (ENodeB, error) {
	p, b, err := split(what, b, 6)
	if err != nil {
		return ENodeB{}, err
	}
	return kind(p, uint32(b[0])<<16|uint32(b[1])<<8|uint32(b[2]))
}

func macro(p PLMN, v uint32) (ENodeB, error) { return ENodeB{p, MacroENodeB, v & (1<<20 - 1)}, nil }

func extendedMacro(p PLMN, v uint32) (ENodeB, error) {
	e := ENodeB{p, LongMacroENodeB, v & (1<<21 - 1)}
	if v&smenb != 0 {
		e.Kind = ShortMacroENodeB
		if e.ID >= 1<<18 {
			return ENodeB{}, fmt.Errorf("%w: short macro eNodeB %#x does not fit 18 bits", ErrValue, e.ID)
		}
	}
	return e, nil
}

const smenb = 1 << 23 // the bit that says short macro eNodeB

// appendBare appends the six octets without a tracking area code.
func (e ENodeB) appendBare(b []byte) ([]byte, error) {
	v := e.ID
	switch e.Kind {
	case ShortMacroENodeB:
		v |= smenb
	case MacroENodeB, LongMacroENodeB:
	default:
		return b, fmt.Errorf("%w: eNodeB of kind %d", ErrValue, uint8(e.Kind))
	}
	if e.ID >= 1<<e.Kind {
		return b, fmt.Errorf("%w: %v eNodeB %#x does not fit %d bits", ErrValue, e.Kind, e.ID, uint8(e.Kind))
	}
	b, err := e.PLMN.Append(b)
	if err != nil {
		return b, err
	}
	return append(b, byte(v>>16), byte(v>>8), byte(v)), nil
}

// Append appends the octets of eNodeB-Id when e is a [MacroENodeB], and of Extended-eNodeB-Id when it is one of the
// others: see [ParseENodeBID] and [ParseExtendedENodeBID]. A tracking area code of 0 is left out.
func (e ENodeB) Append(b []byte, tac uint16) ([]byte, error) {
	b, err := e.appendBare(b)
	if err != nil || tac == 0 {
		return b, err
	}
	return binary.BigEndian.AppendUint16(b, tac), nil
}
