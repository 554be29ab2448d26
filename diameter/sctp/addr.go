package sctp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/ishidawataru/sctp"
)

// Addr is one end of an association: all its addresses, and the port that they share.
type Addr struct {
	IPs  []netip.Addr
	Port uint16
}

// Network returns "sctp".
func (a *Addr) Network() string { return "sctp" }

// String writes the address as Listen and Dialer take it.
func (a *Addr) String() string {
	var b strings.Builder
	for i, ip := range a.IPs {
		if i > 0 {
			b.WriteByte('/')
		}
		if ip.Is4() {
			b.WriteString(ip.String())
		} else {
			b.WriteString("[" + ip.String() + "]")
		}
	}
	return b.String() + ":" + strconv.Itoa(int(a.Port))
}

// IPAddrs returns IPs. A diameter.Node sends them as Host-IP-Address.
func (a *Addr) IPAddrs() []netip.Addr { return a.IPs }

// resolve makes an Addr of its text. Host names are looked up; all that a name stands for counts. No host at all, as in
// ":3868", is no IPs. network is "sctp", or "sctp4" or "sctp6" for one family only.
func resolve(ctx context.Context, network, address string) (*Addr, error) {
	lookup := map[string]string{"sctp": "ip", "sctp4": "ip4", "sctp6": "ip6"}[network]
	if lookup == "" {
		return nil, net.UnknownNetworkError(network)
	}
	colon := strings.LastIndexByte(address, ':')
	if colon < 0 {
		return nil, &net.AddrError{Err: "no port", Addr: address}
	}
	port, err := strconv.ParseUint(address[colon+1:], 10, 16)
	if err != nil {
		return nil, &net.AddrError{Err: "the port is not a number from 0 to 65535", Addr: address}
	}
	a := &Addr{Port: uint16(port)}
	if colon == 0 {
		return a, nil
	}
	for host := range strings.SplitSeq(address[:colon], "/") {
		ips, err := resolveHost(ctx, lookup, host)
		if err != nil {
			return nil, err
		}
		for _, ip := range ips {
			if ip.IsUnspecified() && len(a.IPs) > 0 || len(a.IPs) > 0 && a.IPs[0].IsUnspecified() {
				return nil, &net.AddrError{Err: "any address and others", Addr: address}
			}
			a.IPs = append(a.IPs, ip)
		}
	}
	return a, nil
}

// resolveHost returns the addresses of one host; an IPv6 address stands in brackets.
func resolveHost(ctx context.Context, lookup, host string) ([]netip.Addr, error) {
	text, bracketed := host, false
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		text, bracketed = host[1:len(host)-1], true
	}
	if ip, err := netip.ParseAddr(text); err == nil {
		ip = ip.Unmap()
		switch {
		case !bracketed && strings.Contains(text, ":"):
			return nil, &net.AddrError{Err: "an IPv6 address needs brackets", Addr: host}
		case lookup == "ip4" && !ip.Is4(), lookup == "ip6" && ip.Is4():
			return nil, &net.AddrError{Err: "an address of the other family", Addr: host}
		}
		return []netip.Addr{ip}, nil
	}
	if bracketed || host == "" {
		return nil, &net.AddrError{Err: "not an address", Addr: host}
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, lookup, host)
	if err != nil {
		return nil, fmt.Errorf("sctp: %w", err)
	}
	for i := range ips {
		ips[i] = ips[i].Unmap()
	}
	return ips, nil
}

// errNoAddress says that a destination lacks what the kernel needs.
var errNoAddress = errors.New("sctp: a destination needs an address and a port")

// raw returns a as the kernel takes it: one sockaddr after the other.
func (a *Addr) raw() []byte {
	s := sctp.SCTPAddr{Port: int(a.Port)}
	for _, ip := range a.IPs {
		s.IPAddrs = append(s.IPAddrs, net.IPAddr{IP: ip.AsSlice(), Zone: ip.Zone()})
	}
	return s.ToRawSockAddrBuf()
}

// is4 reports whether all IPs are of IPv4.
func (a *Addr) is4() bool {
	for _, ip := range a.IPs {
		if !ip.Is4() {
			return false
		}
	}
	return true
}

// Families and lengths of struct sockaddr_in and sockaddr_in6 on Linux.
const (
	familyIn, sockaddrInLen   = 2, 16
	familyIn6, sockaddrIn6Len = 10, 28
)

// parseAddrs reads n sockaddrs that follow each other, or fewer if b ends before.
func parseAddrs(b []byte, n int) *Addr {
	a := new(Addr)
	for range n {
		if len(b) < sockaddrInLen {
			break
		}
		a.Port = binary.BigEndian.Uint16(b[2:])
		if binary.NativeEndian.Uint16(b) == familyIn {
			a.IPs = append(a.IPs, netip.AddrFrom4([4]byte(b[4:8])))
			b = b[sockaddrInLen:]
			continue
		}
		if len(b) < sockaddrIn6Len || binary.NativeEndian.Uint16(b) != familyIn6 {
			break
		}
		a.IPs = append(a.IPs, netip.AddrFrom16([16]byte(b[8:24])).Unmap())
		b = b[sockaddrIn6Len:]
	}
	return a
}
