package diameter

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
)

// AddressFamily is a number of the IANA registry "Address Family Numbers". Those without a name here are kept as they are.
type AddressFamily uint16

// Address families.
const (
	FamilyIPv4 AddressFamily = 1
	FamilyIPv6 AddressFamily = 2
	FamilyE164 AddressFamily = 8
)

func (f AddressFamily) String() string {
	switch f {
	case FamilyIPv4:
		return "IPv4"
	case FamilyIPv6:
		return "IPv6"
	case FamilyE164:
		return "E.164"
	}
	return "family " + strconv.Itoa(int(f))
}

// An Address is the value of an AVP of type Address (RFC 6733 §4.3.1): an address family and an address of it. It can be
// compared with ==. The zero Address stands for none.
type Address struct{ s string } // as on the wire: two octets of family, then the address; empty for none

// AddressFrom returns the Address of an IP address. One that is IPv4 in IPv6 becomes IPv4, a zone is dropped, and the zero
// netip.Addr gives the zero Address.
func AddressFrom(ip netip.Addr) Address {
	if !ip.IsValid() {
		return Address{}
	}
	if ip = ip.Unmap(); ip.Is4() {
		b := ip.As4()
		return Address{"\x00\x01" + string(b[:])}
	}
	b := ip.As16()
	return Address{"\x00\x02" + string(b[:])}
}

// AddressOf returns the Address of any family. It fails when IPv4 is not 4 octets, or IPv6 not 16; the octets of other
// families are taken as they are.
func AddressOf(f AddressFamily, address []byte) (Address, error) {
	a := Address{string(binary.BigEndian.AppendUint16(nil, uint16(f))) + string(address)}
	if !a.valid() {
		return Address{}, fmt.Errorf("diameter: %d octets are no %v address", len(address), f)
	}
	return a, nil
}

// valid reports whether the length fits the family.
func (a Address) valid() bool {
	if len(a.s) < 2 {
		return false
	}
	switch a.Family() {
	case FamilyIPv4:
		return len(a.s) == 6
	case FamilyIPv6:
		return len(a.s) == 18
	}
	return true
}

// IsZero reports whether a is the zero Address, which stands for none.
func (a Address) IsZero() bool { return a.s == "" }

// Family returns the family of the address, 0 for the zero Address.
func (a Address) Family() AddressFamily {
	if a.IsZero() {
		return 0
	}
	return AddressFamily(a.s[0])<<8 | AddressFamily(a.s[1])
}

// Bytes returns a copy of the address without its family.
func (a Address) Bytes() []byte {
	if a.IsZero() {
		return nil
	}
	return []byte(a.s[2:])
}

// Addr returns the IP address. It is false for other families.
func (a Address) Addr() (netip.Addr, bool) {
	switch a.Family() {
	case FamilyIPv4, FamilyIPv6:
		return netip.AddrFromSlice(a.Bytes())
	}
	return netip.Addr{}, false
}

// String writes an IP address the usual way, and of others the family and the address: E.164 masked, since it names a
// subscriber, the rest in hexadecimal.
func (a Address) String() string {
	if ip, ok := a.Addr(); ok {
		return ip.String()
	}
	switch {
	case a.IsZero():
		return ""
	case a.Family() == FamilyE164 && visible(a.Bytes()):
		return "E.164 " + mask(a.s[2:])
	case a.Family() == FamilyE164:
		return "E.164 " + mask(hex.EncodeToString(a.Bytes()))
	}
	return a.Family().String() + " " + hex.EncodeToString(a.Bytes())
}
