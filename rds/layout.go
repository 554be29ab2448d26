package rds

// Everything about octets and code points is in this file, and NOTHING OF IT IS CONFIRMED but: a header of 1 to 3 octets,
// PD = 0, and which fields there are (TS 24.250 §5.2.1, whose figure we could not read). The places follow LLC (TS 44.064
// §6.3), from which the protocol descends. Who has the figure mends these tables, or hands a [Codec] of his own to [New].

// field is a place in a header: width bits of an octet, the lowest of them at shift. Octets count from 0. A field of
// width 0 is not there.
type field struct{ octet, shift, width uint8 }

func (f field) max() uint8 { return 1<<f.width - 1 }

func (f field) get(b []byte) uint8 {
	if f.width == 0 {
		return 0
	}
	return b[f.octet] >> f.shift & f.max()
}

func (f field) put(b []byte, v uint8) {
	if f.width != 0 {
		b[f.octet] |= v << f.shift
	}
}

// Bits that all headers have in octet 0.
var (
	layoutPD  = field{0, 7, 1} // protocol discriminator: 0
	layoutCR  = field{0, 6, 1} // 1 is a response
	layoutADS = field{0, 5, 1} // 1: the octet of ports ends the header
)

// The octet of ports.
var (
	layoutSource      = field{0, 4, 4}
	layoutDestination = field{0, 0, 4}
)

// header is the layout of a kind of frames. Bits that belong to no field are spare: sent as 0, not looked at.
type header struct {
	mask, mark uint8 // octet 0 & mask == mark tells the kind
	octets     uint8 // without ports

	a, ns, nr, nu, s, r, m field
}

// layoutHeaders is figure 5.2.1-1 as we guess it. The first row whose mark fits tells the kind.
var layoutHeaders = [kinds]header{
	I:  {mask: 0x10, mark: 0x00, octets: 2, a: field{0, 3, 1}, ns: field{0, 0, 3}, nr: field{1, 5, 3}, s: field{1, 3, 2}, r: field{1, 0, 3}},
	S:  {mask: 0x18, mark: 0x10, octets: 2, a: field{0, 2, 1}, s: field{0, 0, 2}, nr: field{1, 5, 3}, r: field{1, 0, 3}},
	UI: {mask: 0x1C, mark: 0x18, octets: 2, nu: field{1, 5, 3}},
	U:  {mask: 0x1C, mark: 0x1C, octets: 1, m: field{0, 0, 2}},
}

// Code points of the S bits, by Supervisory.
var layoutSupervisory = [supervisories]uint8{RR: 0b00, SACK: 0b11}

// Code points of the M bits, by Function.
var layoutFunctions = [functions]uint8{SetAckMode: 0b00, Disconnect: 0b01, ManagePort: 0b10, SetParameters: 0b11}

// The information field of MANAGE_PORT: an octet with action and status, an octet with the number of entries, and the
// entries: an octet with both ports, an octet of formats, an octet with the length of the application identifier, and the
// identifier.
var (
	layoutPortAction = field{0, 4, 4}
	layoutPortStatus = field{0, 0, 4}
	layoutPortCount  = field{1, 0, 8}
	layoutPortUE     = field{0, 4, 4}
	layoutPortSCEF   = field{0, 0, 4}
	layoutPortFormat = field{1, 0, 8}
	layoutPortAppLen = field{2, 0, 8}
)

const (
	layoutPortHead  = 2 // octets before the entries
	layoutPortEntry = 3 // octets of an entry without the identifier
)

// Code points of MANAGE_PORT, by PortAction, PortStatus and bit of Formats.
var (
	layoutPortActions  = [portActions]uint8{ReservePorts: 1, ReleasePorts: 2, QueryPorts: 3, NotifyPorts: 4}
	layoutPortStatuses = [portStatuses]uint8{PortSuccess: 0, PortNotFree: 1, PortNotAssociated: 2, FormatNotSupported: 3}
	layoutFormats      = [formats]uint8{0: 1 << 0, 1: 1 << 1, 2: 1 << 2} // CBOR, JSON, XML
)

// The information field of SET_PARAMETERS: an octet with the number of a parameter, an octet with its value.
const (
	layoutWindowSize     = 1 // number of Window_Size
	layoutParametersSize = 2 // octets
)
