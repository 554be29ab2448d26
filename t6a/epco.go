package t6a

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A ContainerID says what a container of the protocol configuration options holds. One number may mean different things
// in the two directions (TS 24.008 §10.5.6.3).
type ContainerID uint16

// Containers that concern non-IP data. From the UE they are requests and without contents; the comments tell what they
// hold in the direction to the UE. Wireshark reads the numbers and contents in the same way, but for the contents of the
// last two, which are not confirmed.
const (
	ContainerNonIPLinkMTU          ContainerID = 0x0015 // the largest datagram, see ParseNonIPLinkMTU
	ContainerAPNRateControl        ContainerID = 0x0016 // limit on uplink data, see ParseAPNRateControl
	ContainerRDS                   ContainerID = 0x0018 // Reliable Data Service is accepted; without contents
	ContainerExceptionData         ContainerID = 0x0019 // limit on exception data, see ParseExceptionRateControl
	ContainerInitialAPNRateControl ContainerID = 0x002a // what is left of the limit at first, as in ContainerAPNRateControl
	ContainerInitialExceptionData  ContainerID = 0x002b // what is left of the limit at first, as in ContainerExceptionData
)

// longToUE and longFromUE are the containers of 5G whose length takes two octets in one direction; that of all others
// takes one. None of them concerns non-IP data. That 0x0051 and 0x0056 are among them is not confirmed by a second source.
var (
	longToUE = map[ContainerID]bool{
		0x0023: true, 0x0024: true, 0x0030: true, 0x0031: true, 0x0032: true, 0x0041: true, 0x0051: true, 0x0056: true,
	}
	longFromUE = map[ContainerID]bool{0x0041: true, 0x0051: true, 0x0056: true}
)

// A Container is one entry of the protocol configuration options. Contents has at most 255 octets, or 65535 in a few
// containers of 5G.
type Container struct {
	ID       ContainerID
	Contents []byte
}

// An ExtendedPCO is the content of the AVP Extended-PCO in CMR and CMA: what SCEF and UE tell each other about the
// connection (TS 24.301 §9.9.4.26). Containers with an id that is not known pass through unchanged, in their order.
type ExtendedPCO []Container

// pcoHeader is the first octet: the extension bit, and 0 for the configuration protocol, the only one there is.
const pcoHeader = 0x80

// ParseExtendedPCO reads the octets of Extended-PCO that a UE sent (TS 24.008 §10.5.6.3A from octet 4 on):
//
//	octet 1           0x80
//	octets 2 and 3    id of the first container
//	octet 4           length of its contents; octets 4 and 5 in a few containers of 5G
//	...               its contents, then the next container
//
// The contents alias b. Another first octet, or a length that goes beyond b, is an error; octets after the last container
// are never ignored.
func ParseExtendedPCO(b []byte) (ExtendedPCO, error) { return parsePCO(b, longFromUE) }

// ParseExtendedPCOToUE reads the octets of Extended-PCO that the network sent. It is like [ParseExtendedPCO], but other
// containers have a length of two octets; all that concern non-IP data are the same.
func ParseExtendedPCOToUE(b []byte) (ExtendedPCO, error) { return parsePCO(b, longToUE) }

func parsePCO(b []byte, long map[ContainerID]bool) (ExtendedPCO, error) {
	if len(b) == 0 || b[0] != pcoHeader {
		return nil, errors.New("t6a: Extended-PCO does not start with 0x80")
	}
	var p ExtendedPCO
	for at := 1; at < len(b); {
		head := 3
		var id ContainerID
		if len(b)-at >= 2 {
			id = ContainerID(binary.BigEndian.Uint16(b[at:]))
			if long[id] {
				head = 4
			}
		}
		if len(b)-at < head {
			return nil, fmt.Errorf("t6a: Extended-PCO ends within the head of the container at octet %d", at)
		}
		n := int(b[at+2])
		if head == 4 {
			n = n<<8 | int(b[at+3])
		}
		end := at + head + n
		if end > len(b) {
			return nil, fmt.Errorf("t6a: the container at octet %d of Extended-PCO goes beyond its end", at)
		}
		p = append(p, Container{id, b[at+head : end : end]})
		at = end
	}
	return p, nil
}

// Append appends the octets of Extended-PCO to b, as a UE sends them. Contents that are too long for their container are
// an error.
func (p ExtendedPCO) Append(b []byte) ([]byte, error) { return p.append(b, longFromUE) }

// AppendToUE appends the octets of Extended-PCO to b, as the network sends them, see [ParseExtendedPCOToUE].
func (p ExtendedPCO) AppendToUE(b []byte) ([]byte, error) { return p.append(b, longToUE) }

func (p ExtendedPCO) append(b []byte, long map[ContainerID]bool) ([]byte, error) {
	from := len(b)
	b = append(b, pcoHeader)
	for _, c := range p {
		most := 255
		if long[c.ID] {
			most = 65535
		}
		if len(c.Contents) > most {
			return b[:from], fmt.Errorf("t6a: container %#04x of %d octets", uint16(c.ID), len(c.Contents))
		}
		b = binary.BigEndian.AppendUint16(b, uint16(c.ID))
		if long[c.ID] {
			b = append(b, byte(len(c.Contents)>>8))
		}
		b = append(b, byte(len(c.Contents)))
		b = append(b, c.Contents...)
	}
	return b, nil
}

// Find returns the contents of the first container with the given id.
func (p ExtendedPCO) Find(id ContainerID) ([]byte, bool) {
	for _, c := range p {
		if c.ID == id {
			return c.Contents, true
		}
	}
	return nil, false
}
