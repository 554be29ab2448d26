package diameter

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// capabilities is what a CER or CEA tells about a peer.
type capabilities struct {
	id      Identity
	product string
	state   uint32 // Origin-State-Id, 0 for none
	apps    []ApplicationID
	secured bool // security was offered, and none is not among the offers
}

// capabilitiesOf takes what matters out of a CER.
func capabilitiesOf(c *CER) capabilities {
	caps := capabilities{id: Identity{c.OriginHost, c.OriginRealm}, product: c.ProductName}
	if c.OriginStateID != nil {
		caps.state = *c.OriginStateID
	}
	add := func(ids ...uint32) {
		for _, id := range ids {
			caps.apps = append(caps.apps, ApplicationID(id))
		}
	}
	add(c.AuthApplicationID...)
	add(c.AcctApplicationID...)
	for _, v := range c.VendorSpecificApplicationID {
		if v.AuthApplicationID != nil {
			add(*v.AuthApplicationID)
		}
		if v.AcctApplicationID != nil {
			add(*v.AcctApplicationID)
		}
	}
	for i, s := range c.InbandSecurityID {
		caps.secured = (i == 0 || caps.secured) && s != InbandSecurityIDNoInbandSecurity
	}
	return caps
}

// cer returns the capabilities of this node as it offers them on a connection with that local address.
func (n *Node) cer(local net.Addr) *CER {
	c := &CER{
		OriginHost: n.self.Host, OriginRealm: n.self.Realm,
		VendorID: uint32(n.opts.VendorID), ProductName: n.opts.ProductName,
		OriginStateID: &n.opts.OriginStateID,
	}
	ips := n.opts.HostIPAddresses
	if len(ips) == 0 {
		ips = addressesOf(local)
	}
	for _, ip := range ips {
		c.HostIPAddress = append(c.HostIPAddress, AddressFrom(ip))
	}
	for _, a := range n.appList {
		id := uint32(a.ID)
		if a.Vendor == 0 {
			c.AuthApplicationID = append(c.AuthApplicationID, id)
			continue
		}
		c.VendorSpecificApplicationID = append(c.VendorSpecificApplicationID,
			VendorSpecificApplicationID{VendorID: uint32(a.Vendor), AuthApplicationID: &id})
	}
	for _, v := range n.vendors {
		c.SupportedVendorID = append(c.SupportedVendorID, uint32(v))
	}
	if n.opts.FirmwareRevision != 0 {
		c.FirmwareRevision = &n.opts.FirmwareRevision
	}
	return c
}

// addressesOf returns the IP addresses of one end of a connection: several if its Addr tells them by IPAddrs, as that of
// SCTP does.
func addressesOf(a net.Addr) []netip.Addr {
	switch a := a.(type) {
	case *net.TCPAddr:
		return []netip.Addr{a.AddrPort().Addr()}
	case interface{ IPAddrs() []netip.Addr }:
		if ips := a.IPAddrs(); len(ips) > 0 {
			return ips
		}
	}
	return []netip.Addr{netip.IPv4Unspecified()} // as over a pipe
}

// cea answers a CER.
func (n *Node) cea(req *Message, local net.Addr, r Result, text string, failed []byte) *Message {
	c := n.cer(local)
	m, err := NewAnswer(req, &CEA{
		Result: r, ErrorMessage: text, FailedAVP: failed,
		OriginHost: c.OriginHost, OriginRealm: c.OriginRealm, HostIPAddress: c.HostIPAddress, VendorID: c.VendorID,
		ProductName: c.ProductName, OriginStateID: c.OriginStateID, SupportedVendorID: c.SupportedVendorID,
		AuthApplicationID: c.AuthApplicationID, VendorSpecificApplicationID: c.VendorSpecificApplicationID,
		FirmwareRevision: c.FirmwareRevision,
	})
	if err != nil {
		return ErrorAnswer(req, n.self, r, text, failed)
	}
	return m
}

// fold returns s with ASCII letters in lower case: DiameterIdentities are compared without regard to case.
func fold(s string) string {
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

// scanned are the AVPs of a request that the node looks at itself; nil for those that are missing.
type scanned struct {
	originHost, originRealm, destinationHost, destinationRealm []byte
	routeRecords                                               []byte // all from the first Route-Record on
	marks
}

// complete checks that a request tells its origin, as every request must (RFC 6733 §6.3, §6.4).
func (s *scanned) complete() error {
	if s.originHost == nil {
		return AVPOriginHost.Missing()
	}
	if s.originRealm == nil {
		return AVPOriginRealm.Missing()
	}
	return nil
}

// scan walks the AVPs of a message once, at the outer level, and checks that their headers are well formed and that there
// are at most limit of them.
func scan(b []byte, limit int) (s scanned, err error) {
	s.priority = defaultPriority
	for left := limit; len(b) > 0; left-- {
		if left == 0 {
			return s, &AVPError{Result: UnableToComply, Reason: fmt.Sprintf("more than %d AVPs", limit)}
		}
		if len(b) < 8 {
			_, _, err = NextAVP(b)
			return s, err
		}
		code, w := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		n := int(w & 0xffffff)
		head := 8
		if w&(uint32(AVPVendor)<<24) != 0 {
			head = 12
		}
		if n < head || n > len(b) {
			_, _, err = NextAVP(b)
			return s, err
		}
		if head == 8 {
			switch code {
			case 264:
				s.originHost = b[head:n]
			case 296:
				s.originRealm = b[head:n]
			case 293:
				s.destinationHost = b[head:n]
			case 283:
				s.destinationRealm = b[head:n]
			case 282, 301, 621, 623:
				s.note(code, b[head:n])
				if code == 282 && s.routeRecords == nil {
					s.routeRecords = b
				}
			}
		}
		b = b[min(n+(-n&3), len(b)):]
	}
	return s, nil
}
