package tgpp

import (
	"fmt"
	"net/netip"
)

// ParseFramedIPAddress reads the four octets of the AVP Framed-IP-Address (RFC 7155 §4.4.10.5.1): an IPv4 address.
func ParseFramedIPAddress(b []byte) (netip.Addr, error) {
	if len(b) != 4 {
		return netip.Addr{}, lengthError("Framed-IP-Address", len(b), "4")
	}
	return netip.AddrFrom4([4]byte(b)), nil
}

// AppendFramedIPAddress appends the octets of Framed-IP-Address. It is an error when a is not an IPv4 address; one that is
// mapped into IPv6 is taken for what it is.
func AppendFramedIPAddress(b []byte, a netip.Addr) ([]byte, error) {
	a = a.Unmap()
	if !a.Is4() {
		return b, fmt.Errorf("%w: Framed-IP-Address is not IPv4", ErrValue)
	}
	return append(b, a.AsSlice()...), nil
}

// ParseFramedIPv6Prefix reads the octets of the AVP Framed-IPv6-Prefix (RFC 7155 §4.4.10.5.6, RFC 3162 §2.3):
//
//	octet 1          reserved, which is ignored and sent as zero
//	octet 2          length of the prefix in bits, at most 128
//	octets 3 to 18   prefix; octets at the end may be missing when the length does not need them
//
// A bit beyond the length that is not zero is an error.
func ParseFramedIPv6Prefix(b []byte) (netip.Prefix, error) {
	if len(b) < 2 || len(b) > 18 {
		return netip.Prefix{}, lengthError("Framed-IPv6-Prefix", len(b), "2 to 18")
	}
	bits := int(b[1])
	if bits > 128 {
		return netip.Prefix{}, fmt.Errorf("%w: Framed-IPv6-Prefix of %d bits", ErrValue, bits)
	}
	if need := (bits + 7) / 8; len(b)-2 < need {
		return netip.Prefix{}, lengthError("Framed-IPv6-Prefix", len(b), fmt.Sprintf("%d or more", 2+need))
	}
	var a [16]byte
	copy(a[:], b[2:])
	p := netip.PrefixFrom(netip.AddrFrom16(a), bits)
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%w: Framed-IPv6-Prefix has bits beyond its %d", ErrValue, bits)
	}
	return p, nil
}

// AppendFramedIPv6Prefix appends the octets of Framed-IPv6-Prefix, see [ParseFramedIPv6Prefix]: always all 18, which a
// peer that expects a whole address understands too. On Rx the prefix of a UE is its address with a length of 128. It is
// an error when p is not an IPv6 prefix or has bits beyond its length.
func AppendFramedIPv6Prefix(b []byte, p netip.Prefix) ([]byte, error) {
	if !p.IsValid() || !p.Addr().Is6() || p != p.Masked() {
		return b, fmt.Errorf("%w: Framed-IPv6-Prefix is not an IPv6 prefix", ErrValue)
	}
	return append(append(b, 0, byte(p.Bits())), p.Addr().AsSlice()...), nil
}
