package rds

import (
	"fmt"
	"strings"
)

// PortAction is what a MANAGE_PORT is about (TS 24.250 §6.2.6 to §6.2.9).
type PortAction uint8

// The actions.
const (
	ReservePorts PortAction = iota // associate the ports with the applications
	ReleasePorts                   // end the association
	QueryPorts                     // ask for what is reserved
	NotifyPorts                    // tell what is reserved
	portActions
)

var portActionNames = []string{"Reserve", "Release", "Query", "Notify"}

func (a PortAction) String() string { return name(portActionNames, a) }

// PortStatus is the result in a response.
type PortStatus uint8

// The results. In a command the status is PortSuccess.
const (
	PortSuccess        PortStatus = iota
	PortNotFree                   // reserved for another application
	PortNotAssociated             // not reserved
	FormatNotSupported            // the receiver has none of the formats
	portStatuses
)

var portStatusNames = []string{"Success", "NotFree", "NotAssociated", "FormatNotSupported"}

func (s PortStatus) String() string { return name(portStatusNames, s) }

// Formats is a set of serialisation formats. Zero: not said.
type Formats uint8

// The formats.
const (
	CBOR Formats = 1 << iota
	JSON
	XML
	allFormats = CBOR | JSON | XML

	formats = 3 // how many there are
)

var formatNames = [formats]string{"CBOR", "JSON", "XML"}

// String lists the formats of the set.
func (f Formats) String() string {
	var names []string
	for i, n := range formatNames {
		if f&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, "+")
}

// A Port is a reservation: a pair of ports and its application. UE and SCEF do not depend on who sends.
type Port struct {
	UE, SCEF    uint8  // 0 to MaxPort
	Application string // up to 255 octets; may be empty in ReleasePorts and in responses
	Formats     Formats
}

// A PortMessage is the information field of a MANAGE_PORT, command or response.
type PortMessage struct {
	Action PortAction
	Status PortStatus
	Ports  []Port // up to 255; may be empty in QueryPorts
}

// Parameters is the information field of a SET_PARAMETERS, command or response.
type Parameters struct {
	Window uint8 // Window_Size: what the sender of the command wants to have under way, not 0; in the response not more
}

// AppendPorts implements [Codec].
func (DefaultCodec) AppendPorts(dst []byte, m *PortMessage) ([]byte, error) {
	if m.Action >= portActions || m.Status >= portStatuses || len(m.Ports) > int(layoutPortCount.max()) {
		return dst, fmt.Errorf("%w: %v, %v, %d ports", ErrOutOfRange, m.Action, m.Status, len(m.Ports))
	}
	for i := range m.Ports {
		if p := &m.Ports[i]; p.UE > MaxPort || p.SCEF > MaxPort || p.Formats&^allFormats != 0 || len(p.Application) > int(layoutPortAppLen.max()) {
			return dst, fmt.Errorf("%w: ports %d and %d, formats %#b, %d octets of application", ErrOutOfRange, p.UE, p.SCEF, uint8(p.Formats), len(p.Application))
		}
	}
	var head [layoutPortHead]byte
	layoutPortAction.put(head[:], layoutPortActions[m.Action])
	layoutPortStatus.put(head[:], layoutPortStatuses[m.Status])
	layoutPortCount.put(head[:], uint8(len(m.Ports)))
	dst = append(dst, head[:]...)
	for i := range m.Ports {
		p := &m.Ports[i]
		var e [layoutPortEntry]byte
		layoutPortUE.put(e[:], p.UE)
		layoutPortSCEF.put(e[:], p.SCEF)
		for bit, code := range layoutFormats {
			if p.Formats&(1<<bit) != 0 {
				layoutPortFormat.put(e[:], code)
			}
		}
		layoutPortAppLen.put(e[:], uint8(len(p.Application)))
		dst = append(append(dst, e[:]...), p.Application...)
	}
	return dst, nil
}

// ParsePorts implements [Codec]. Formats that we do not know are left out.
func (DefaultCodec) ParsePorts(b []byte) (PortMessage, error) {
	if len(b) < layoutPortHead {
		return PortMessage{}, fmt.Errorf("%w: MANAGE_PORT of %d octets", ErrTruncated, len(b))
	}
	a, okA := lookup(layoutPortActions[:], layoutPortAction.get(b))
	s, okS := lookup(layoutPortStatuses[:], layoutPortStatus.get(b))
	if !okA || !okS {
		return PortMessage{}, fmt.Errorf("%w: action or status of MANAGE_PORT, %#x", ErrUnknown, b[0])
	}
	m, n := PortMessage{Action: PortAction(a), Status: PortStatus(s)}, int(layoutPortCount.get(b))
	b = b[layoutPortHead:]
	if len(b) < n*layoutPortEntry {
		return PortMessage{}, fmt.Errorf("%w: %d octets for %d ports", ErrTruncated, len(b), n)
	}
	if n > 0 {
		m.Ports = make([]Port, n)
	}
	for i := range m.Ports {
		if len(b) < layoutPortEntry || len(b)-layoutPortEntry < int(layoutPortAppLen.get(b)) {
			return PortMessage{}, fmt.Errorf("%w: port %d of %d", ErrTruncated, i, n)
		}
		p, end := &m.Ports[i], layoutPortEntry+int(layoutPortAppLen.get(b))
		p.UE, p.SCEF = layoutPortUE.get(b), layoutPortSCEF.get(b)
		for bit, code := range layoutFormats {
			if layoutPortFormat.get(b)&code != 0 {
				p.Formats |= 1 << bit
			}
		}
		p.Application = string(b[layoutPortEntry:end])
		b = b[end:]
	}
	if len(b) != 0 {
		return PortMessage{}, fmt.Errorf("%w: %d octets behind the ports", ErrOutOfRange, len(b))
	}
	return m, nil
}

// AppendParameters implements [Codec].
func (DefaultCodec) AppendParameters(dst []byte, p Parameters) ([]byte, error) {
	if p.Window == 0 {
		return dst, fmt.Errorf("%w: Window_Size 0", ErrOutOfRange)
	}
	return append(dst, layoutWindowSize, p.Window), nil
}

// ParseParameters implements [Codec].
func (DefaultCodec) ParseParameters(b []byte) (Parameters, error) {
	switch {
	case len(b) < layoutParametersSize:
		return Parameters{}, fmt.Errorf("%w: SET_PARAMETERS of %d octets", ErrTruncated, len(b))
	case b[0] != layoutWindowSize:
		return Parameters{}, fmt.Errorf("%w: parameter %d", ErrUnknown, b[0])
	case len(b) > layoutParametersSize || b[1] == 0:
		return Parameters{}, fmt.Errorf("%w: Window_Size", ErrOutOfRange)
	}
	return Parameters{Window: b[1]}, nil
}
