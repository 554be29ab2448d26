package t6a

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A ContainerID says what a container of the protocol configuration options holds. One number may mean different things
// in the two directions (TS 24.008 §10.5.6.3).
type ContainerID uint16

// Containers that concern non-IP data, in the direction to the UE. The numbers and contents are not confirmed by a
// second source; check them against TS 24.008 before you depend on them.
const (
	ContainerNonIPLinkMTU   ContainerID = 0x0015 // two octets, the largest datagram in octets
	ContainerAPNRateControl ContainerID = 0x0016 // the limits on uplink data of the APN
	ContainerRDS            ContainerID = 0x0018 // Reliable Data Service
	ContainerExceptionData  ContainerID = 0x0019 // additional limits on exception data
)

// A Container is one entry of the protocol configuration options. Contents has at most 255 octets.
type Container struct {
	ID       ContainerID
	Contents []byte
}

// An ExtendedPCO is the content of the AVP Extended-PCO in CMR and CMA: what SCEF and UE
// tell each other about the connection (TS 24.301 §9.9.4.26). Containers with an id that is not
// known pass through unchanged, in their order.
type ExtendedPCO []Container

// pcoHeader is the first octet: the extension bit, and 0 for the configuration protocol, the only one there is.
const pcoHeader = 0x80

// ParseExtendedPCO reads the octets of Extended-PCO. The contents alias b. Another first octet than 0x80, or a length
// that goes beyond b, is an error; octets after the last container are never ignored.
func ParseExtendedPCO(b []byte) (ExtendedPCO, error) {
	if len(b) == 0 || b[0] != pcoHeader {
		return nil, errors.New("t6a: Extended-PCO does not start with 0x80")
	}
	var p ExtendedPCO
	for at := 1; at < len(b); {
		if len(b)-at < 3 {
			return nil, fmt.Errorf("t6a: Extended-PCO ends within the head of the container at octet %d", at)
		}
		end := at + 3 + int(b[at+2])
		if end > len(b) {
			return nil, fmt.Errorf("t6a: the container at octet %d of Extended-PCO goes beyond its end", at)
		}
		p = append(p, Container{ContainerID(binary.BigEndian.Uint16(b[at:])), b[at+3 : end : end]})
		at = end
	}
	return p, nil
}

// Append appends the octets of Extended-PCO to b. Contents of more than 255 octets are an error.
func (p ExtendedPCO) Append(b []byte) ([]byte, error) {
	from := len(b)
	b = append(b, pcoHeader)
	for _, c := range p {
		if len(c.Contents) > 255 {
			return b[:from], fmt.Errorf("t6a: container %#04x of %d octets", uint16(c.ID), len(c.Contents))
		}
		b = binary.BigEndian.AppendUint16(b, uint16(c.ID))
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
