package diameter

import (
	"encoding/binary"
	"fmt"
)

// HeaderLen is the length of a Diameter header in octets (RFC 6733 §3).
const HeaderLen = 20

// MaxMessageLen is the greatest length that the 24-bit length field of a message or AVP can state.
const MaxMessageLen = 1<<24 - 1

// Flags are the command flags of a Diameter header (RFC 6733 §3).
type Flags uint8

// Command flags.
const (
	FlagRequest       Flags = 0x80 // R: the message is a request
	FlagProxiable     Flags = 0x40 // P: the message may be proxied, relayed or redirected
	FlagError         Flags = 0x20 // E: the answer reports a protocol error
	FlagRetransmitted Flags = 0x10 // T: the request may have been sent before (fail-over, recovery after a reboot)
	flagsReserved     Flags = 0x0f
)

// ApplicationID identifies a Diameter application (RFC 6733 §2.4).
type ApplicationID uint32

// CommandCode identifies a command within an application; a request and its answer share it (RFC 6733 §3.1).
type CommandCode uint32

// VendorID is an IANA enterprise number; 0 means the IETF.
type VendorID uint32

// Well-known numbers.
const (
	AppBase  ApplicationID = 0          // Diameter common messages
	AppRelay ApplicationID = 0xffffffff // advertised by relay agents only

	Vendor3GPP VendorID = 10415
)

// Message is one Diameter message: the fields of its header and its AVPs as they stand on the wire.
//
// A message is not changed once it was received or handed to a [Transport]; then it may be shared between goroutines,
// and values decoded from it may alias AVPs.
type Message struct {
	Flags    Flags
	own      bool // AVPs are memory that a node made for them, and are never written to again
	Command  CommandCode
	App      ApplicationID
	HopByHop uint32 // set by the node that sends the message to a peer
	EndToEnd uint32 // set by the originator; 0 lets the Transport choose one
	AVPs     []byte // encoded AVPs, each padded to 4 octets
}

// IsRequest reports whether the R flag is set.
func (m *Message) IsRequest() bool { return m.Flags&FlagRequest != 0 }

// Len returns the length of the encoded message in octets.
func (m *Message) Len() int { return HeaderLen + len(m.AVPs) }

// Append appends the encoded message to b.
func (m *Message) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, 1<<24|uint32(m.Len()))
	b = binary.BigEndian.AppendUint32(b, uint32(m.Flags)<<24|uint32(m.Command))
	b = binary.BigEndian.AppendUint32(b, uint32(m.App))
	b = binary.BigEndian.AppendUint32(b, m.HopByHop)
	b = binary.BigEndian.AppendUint32(b, m.EndToEnd)
	return append(b, m.AVPs...)
}

// HeaderError says why octets are not a Diameter message. The stream they came from cannot be read further.
type HeaderError struct {
	Result Result // of RFC 6733 §7.1.5: 5011 for another version, 5015 for a length that cannot be
	Reason string
}

func (e *HeaderError) Error() string { return "diameter: " + e.Reason }

// ParseHeader reads the header at the start of b, which holds at least HeaderLen octets, and returns the message without
// AVPs and its total length in octets. A version other than 1, a length below HeaderLen or one that is not a multiple
// of 4 is a *HeaderError; the message is returned with it as far as it is known, so that an answer can be built.
func ParseHeader(b []byte) (m Message, length int, err error) {
	w := binary.BigEndian.Uint32(b)
	length = int(w & 0xffffff)
	c := binary.BigEndian.Uint32(b[4:])
	m = Message{
		Flags:    Flags(c >> 24),
		Command:  CommandCode(c & 0xffffff),
		App:      ApplicationID(binary.BigEndian.Uint32(b[8:])),
		HopByHop: binary.BigEndian.Uint32(b[12:]),
		EndToEnd: binary.BigEndian.Uint32(b[16:]),
	}
	switch {
	case w>>24 != 1:
		err = &HeaderError{UnsupportedVersion, fmt.Sprintf("version %d is not supported", w>>24)}
	case length < HeaderLen || length%4 != 0:
		err = &HeaderError{InvalidMessageLength, fmt.Sprintf("message length %d is not valid", length)}
	}
	return m, length, err
}

// ParseMessage reads one whole message. The message aliases b. Octets after the message are an error.
func ParseMessage(b []byte) (*Message, error) {
	if len(b) < HeaderLen {
		return nil, &HeaderError{InvalidMessageLength, fmt.Sprintf("%d octets are too few for a header", len(b))}
	}
	m, n, err := ParseHeader(b)
	if err != nil {
		return nil, err
	}
	if n != len(b) {
		return nil, &HeaderError{InvalidMessageLength, fmt.Sprintf("message length %d, but %d octets", n, len(b))}
	}
	m.AVPs = b[HeaderLen:n:n]
	return &m, nil
}

// Answer returns the answer to req with the given AVPs: same command, application, identifiers and P flag, no R and no
// T flag (RFC 6733 §6.2).
func (m *Message) Answer(avps []byte) *Message {
	return &Message{
		Flags:    m.Flags & FlagProxiable,
		Command:  m.Command,
		App:      m.App,
		HopByHop: m.HopByHop,
		EndToEnd: m.EndToEnd,
		AVPs:     avps,
	}
}
