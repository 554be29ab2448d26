package rds

import (
	"errors"
	"fmt"
)

// Kind is the kind of a frame (TS 24.250 §5.2.1).
type Kind uint8

// The kinds.
const (
	I  Kind = iota // confirmed information
	S              // supervisory
	UI             // unconfirmed information
	U              // control
	kinds
)

var kindNames = []string{"I", "S", "UI", "U"}

func (k Kind) String() string { return name(kindNames, k) }

// Supervisory is what an S or I frame says about the frames that its sender received.
type Supervisory uint8

// The supervisory functions.
const (
	RR   Supervisory = iota // all frames before N(R) were received
	SACK                    // the same, and after N(R) those of the bitmap
	supervisories
)

var supervisoryNames = []string{"RR", "SACK"}

func (s Supervisory) String() string { return name(supervisoryNames, s) }

// Function is the function of a U frame.
type Function uint8

// The functions. Disconnect is our name: that of the specification is not known to us.
const (
	SetAckMode    Function = iota // start acknowledged transfer (§6.2.2)
	Disconnect                    // end acknowledged transfer (§6.2.4)
	ManagePort                    // ports: see PortMessage (§6.2.6 to §6.2.9)
	SetParameters                 // see Parameters
	functions
)

var functionNames = []string{"SET_ACK_MODE", "DISCONNECT", "MANAGE_PORT", "SET_PARAMETERS"}

func (f Function) String() string { return name(functionNames, f) }

// Modulus is the number of sequence numbers N(S), N(R) and N(U).
const Modulus = 8

// MaxPort is the greatest port; the least is 0.
const MaxPort = 15

// Ports are the ports of a frame: Source is the application that sends it, Destination the one that receives it. The
// zero value says that the frame has none (ADS = 0).
type Ports struct {
	Present             bool
	Source, Destination uint8 // 0 to MaxPort; 0 unless Present
}

// PortPair returns the Ports of frames from source to destination.
func PortPair(source, destination uint8) Ports {
	return Ports{Present: true, Source: source, Destination: destination}
}

// Reverse returns the ports of the other direction.
func (p Ports) Reverse() Ports { return Ports{p.Present, p.Destination, p.Source} }

// A Frame is what one Non-IP-Data carries. Members that its kind does not have are zero.
type Frame struct {
	Kind     Kind
	Response bool // C/R
	Ports    Ports
	Ack      bool  // I, S: A bit, the receiver is to acknowledge at once
	NS       uint8 // I: 0 to Modulus-1
	NR       uint8 // I, S: 0 to Modulus-1
	NU       uint8 // UI: 0 to Modulus-1

	Supervisory Supervisory // I, S
	Bitmap      uint8       // I, S with SACK: bit i tells whether frame N(R)+1+i was received; else 0

	Function Function // U
	Info     []byte   // information field; none in S frames
}

// Errors of a [Codec].
var (
	ErrNotRDS     = errors.New("rds: not a frame of RDS")            // PD = 1 (§5.2.2)
	ErrTruncated  = errors.New("rds: frame ends too early")          // shorter than its header or what its Info announces
	ErrUnknown    = errors.New("rds: unknown code point")            // of a function, an action, a status or a parameter
	ErrOutOfRange = errors.New("rds: value that the field excludes") // also: a member that the kind of frame does not have, octets behind the end
)

// A Codec turns frames and what is in them into octets and back. [DefaultCodec] has a layout that is not confirmed; a
// vendor may bring another one. Append methods append to dst and return dst itself with an error that wraps
// [ErrOutOfRange] for what has no octets. Parse methods return an error that wraps one of the four errors above; slices
// that they return may share b, strings do not. For what Append accepts, Parse gives the same value. A Codec keeps nothing
// and is safe for concurrent use.
//
// A frame of a codec carries numbers modulo [Modulus] and a bitmap of [MaxWindow]-1 bits or more.
type Codec interface {
	// Append appends a frame.
	Append(dst []byte, f *Frame) ([]byte, error)
	// Parse reads a frame.
	Parse(b []byte) (Frame, error)

	// AppendPorts appends the information field of MANAGE_PORT.
	AppendPorts(dst []byte, m *PortMessage) ([]byte, error)
	// ParsePorts reads the information field of MANAGE_PORT.
	ParsePorts(b []byte) (PortMessage, error)

	// AppendParameters appends the information field of SET_PARAMETERS.
	AppendParameters(dst []byte, p Parameters) ([]byte, error)
	// ParseParameters reads the information field of SET_PARAMETERS.
	ParseParameters(b []byte) (Parameters, error)
}

// DefaultCodec is the [Codec] for the tables in layout.go. It allocates nothing for frames.
type DefaultCodec struct{}

// MaxHeader is the greatest length of a header, in octets (§5.1).
const MaxHeader = 3

// Append implements [Codec].
func (DefaultCodec) Append(dst []byte, f *Frame) ([]byte, error) {
	if err := f.check(); err != nil {
		return dst, err
	}
	h := &layoutHeaders[f.Kind]
	var b [MaxHeader]byte
	b[0] = h.mark
	if f.Response {
		layoutCR.put(b[:], 1)
	}
	if f.Ack {
		h.a.put(b[:], 1)
	}
	h.ns.put(b[:], f.NS)
	h.nr.put(b[:], f.NR)
	h.nu.put(b[:], f.NU)
	h.s.put(b[:], layoutSupervisory[f.Supervisory])
	h.r.put(b[:], f.Bitmap)
	h.m.put(b[:], layoutFunctions[f.Function])
	n := h.octets
	if f.Ports.Present {
		layoutADS.put(b[:], 1)
		layoutSource.put(b[n:], f.Ports.Source)
		layoutDestination.put(b[n:], f.Ports.Destination)
		n++
	}
	return append(append(dst, b[:n]...), f.Info...), nil
}

// check reports a member that no header carries.
func (f *Frame) check() error {
	if f.Kind >= kinds || f.Supervisory >= supervisories || f.Function >= functions {
		return fmt.Errorf("%w: kind %v, supervisory function %v, function %v", ErrOutOfRange, f.Kind, f.Supervisory, f.Function)
	}
	h := &layoutHeaders[f.Kind]
	switch p := f.Ports; {
	case f.NS > h.ns.max() || f.NR > h.nr.max() || f.NU > h.nu.max() || f.Bitmap > h.r.max():
		return fmt.Errorf("%w: number or bitmap of a frame %v", ErrOutOfRange, f.Kind)
	case f.Ack && h.a.width == 0, f.Supervisory != RR && h.s.width == 0, f.Function != 0 && h.m.width == 0:
		return fmt.Errorf("%w: a frame %v has no such bits", ErrOutOfRange, f.Kind)
	case f.Bitmap != 0 && f.Supervisory != SACK:
		return fmt.Errorf("%w: bitmap without SACK", ErrOutOfRange)
	case p.Source > MaxPort || p.Destination > MaxPort || p != (Ports{}) && !p.Present:
		return fmt.Errorf("%w: ports", ErrOutOfRange)
	case f.Kind == S && len(f.Info) != 0:
		return fmt.Errorf("%w: information in a frame S", ErrOutOfRange)
	}
	return nil
}

// Parse implements [Codec]. Info shares b; it is nil when there is none.
func (DefaultCodec) Parse(b []byte) (Frame, error) {
	if len(b) == 0 {
		return Frame{}, fmt.Errorf("%w: no octets", ErrTruncated)
	}
	if layoutPD.get(b) != 0 {
		return Frame{}, fmt.Errorf("%w: PD = 1", ErrNotRDS)
	}
	var f Frame
	for f.Kind < kinds-1 && b[0]&layoutHeaders[f.Kind].mask != layoutHeaders[f.Kind].mark {
		f.Kind++
	}
	h := &layoutHeaders[f.Kind]
	n := int(h.octets)
	f.Ports.Present = layoutADS.get(b) == 1
	if f.Ports.Present {
		n++
	}
	if len(b) < n {
		return Frame{}, fmt.Errorf("%w: %d octets of a header %v of %d", ErrTruncated, len(b), f.Kind, n)
	}
	f.Response = layoutCR.get(b) == 1
	f.Ack = h.a.get(b) == 1
	f.NS, f.NR, f.NU = h.ns.get(b), h.nr.get(b), h.nu.get(b)
	s, okS := lookup(layoutSupervisory[:], h.s.get(b))
	m, okM := lookup(layoutFunctions[:], h.m.get(b))
	switch {
	case h.s.width != 0 && !okS:
		return Frame{}, fmt.Errorf("%w: supervisory function %#b", ErrUnknown, h.s.get(b))
	case h.m.width != 0 && !okM:
		return Frame{}, fmt.Errorf("%w: function %#b", ErrUnknown, h.m.get(b))
	}
	if h.s.width != 0 {
		f.Supervisory = Supervisory(s)
	}
	if h.m.width != 0 {
		f.Function = Function(m)
	}
	if f.Supervisory == SACK {
		f.Bitmap = h.r.get(b)
	}
	if f.Ports.Present {
		f.Ports.Source, f.Ports.Destination = layoutSource.get(b[n-1:]), layoutDestination.get(b[n-1:])
	}
	if len(b) > n {
		if f.Kind == S {
			return Frame{}, fmt.Errorf("%w: information in a frame S", ErrOutOfRange)
		}
		f.Info = b[n:]
	}
	return f, nil
}

// lookup finds a code point.
func lookup(table []uint8, code uint8) (int, bool) {
	for i, c := range table {
		if c == code {
			return i, true
		}
	}
	return 0, false
}

// name returns names[i], or the number when it has none.
func name[T ~uint8](names []string, i T) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%T(%d)", i, uint8(i))
}

// String describes the frame without its information, as "I 1>2 N(S)=0 N(R)=3 SACK 0b10 A, 8 octets".
func (f *Frame) String() string {
	b := make([]byte, 0, 64)
	b = append(b, f.Kind.String()...)
	if f.Ports.Present {
		b = fmt.Appendf(b, " %d>%d", f.Ports.Source, f.Ports.Destination)
	}
	switch f.Kind {
	case I:
		b = fmt.Appendf(b, " N(S)=%d N(R)=%d", f.NS, f.NR)
	case S:
		b = fmt.Appendf(b, " N(R)=%d", f.NR)
	case UI:
		b = fmt.Appendf(b, " N(U)=%d", f.NU)
	case U:
		b = append(append(b, ' '), f.Function.String()...)
	}
	if f.Supervisory == SACK {
		b = fmt.Appendf(b, " SACK %#b", f.Bitmap)
	}
	if f.Ack {
		b = append(b, " A"...)
	}
	if f.Response {
		b = append(b, " response"...)
	}
	if len(f.Info) > 0 {
		b = fmt.Appendf(b, ", %d octets", len(f.Info))
	}
	return string(b)
}
