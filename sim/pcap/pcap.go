// Package pcap writes capture files that Wireshark and tshark read, of messages that were never on a network, or that
// were seen above it. The format is pcapng.
//
// [Writer.Open] makes a TCP connection over IPv4, with a handshake and correct sequence numbers and checksums, that
// carries whatever octets it is given; Wireshark finds the protocol by the port of the server (Diameter: 3868, HTTP: 80).
// [Writer.PDU] writes a message without a connection for the dissector that it names. [Writer.Name] and [Writer.Comment]
// tell a reader what is what. A Writer and its connections are safe for concurrent use.
package pcap

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Writer writes a capture file. An error of the writer below it shows in [Writer.Flush].
type Writer struct {
	mu       sync.Mutex
	b        *bufio.Writer // keeps the first error; guarded by mu
	comments []string      // for the next packet; guarded by mu
}

// Types of blocks and options of pcapng (draft-ietf-opsawg-pcapng).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockNames     = 4
	blockPacket    = 6

	optComment    = 1
	optResolution = 9 // of an interface: time stamps are in units of 10^-value seconds
)

// The interfaces that each file has, by their numbers.
const (
	rawIP    = iota // LINKTYPE_RAW
	upperPDU        // LINKTYPE_WIRESHARK_UPPER_PDU
)

var linkTypes = [...]uint16{rawIP: 101, upperPDU: 252}

// NewWriter returns a Writer that has put the head of the file into its buffer.
func NewWriter(w io.Writer) *Writer {
	out := &Writer{b: bufio.NewWriter(w)}
	head := binary.LittleEndian.AppendUint32(nil, 0x1a2b3c4d) // tells the order of octets
	head = append(head, 1, 0, 0, 0)                           // version 1.0
	head = binary.LittleEndian.AppendUint64(head, 1<<64-1)    // length of the section: not given
	out.block(blockSection, head)
	for _, l := range linkTypes {
		b := binary.LittleEndian.AppendUint16(nil, l)
		b = append(b, 0, 0, 0, 0, 0, 0) // reserved; packets are not cut
		out.block(blockInterface, option(b, optResolution, []byte{9}))
	}
	return out
}

// Flush writes what is in the buffer and returns the first error of all that was written.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Flush()
}

// Name gives an address a name, which Wireshark shows when it resolves names of the network (tshark: -N n).
func (w *Writer) Name(addr netip.Addr, name string) {
	b := binary.LittleEndian.AppendUint16(nil, 1) // a record for IPv4
	ip := addr.As4()
	record := append(append(ip[:], name...), 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(record)))
	b = pad(append(b, record...))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.block(blockNames, append(b, 0, 0, 0, 0)) // the last record
}

// maxComment is how many octets of a comment are kept; an option can have 65,535.
const maxComment = 4096

// Comment adds a comment to the packet that is written next.
func (w *Writer) Comment(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.comments = append(w.comments, strings.ToValidUTF8(text[:min(len(text), maxComment)], ""))
}

// PDU writes one message for the dissector that has the given name in Wireshark, as "diameter" or "nas-eps_plain".
// Wireshark takes less than 256 KiB of it.
func (w *Writer) PDU(at time.Time, dissector string, message []byte) {
	name := pad([]byte(dissector))
	b := binary.BigEndian.AppendUint16(nil, 12) // a tag: the name of the dissector
	b = binary.BigEndian.AppendUint16(b, uint16(len(name)))
	b = append(append(b, name...), 0, 0, 0, 0) // the last tag
	w.mu.Lock()
	defer w.mu.Unlock()
	w.packet(upperPDU, at, append(b, message...))
}

// packet writes a packet; mu is held.
func (w *Writer) packet(link uint32, at time.Time, data []byte) {
	ns := uint64(at.UnixNano())
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, len(data)+64), link)
	b = binary.LittleEndian.AppendUint32(b, uint32(ns>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(ns))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = pad(append(b, data...))
	for _, c := range w.comments {
		b = option(b, optComment, []byte(c))
	}
	w.comments = nil
	w.block(blockPacket, b)
}

// block writes a block of which b are all octets but its type and lengths; mu is held.
func (w *Writer) block(kind uint32, b []byte) {
	var head [8]byte
	n := uint32(len(b) + 12)
	binary.LittleEndian.PutUint32(head[:], kind)
	binary.LittleEndian.PutUint32(head[4:], n)
	_, _ = w.b.Write(head[:]) // Flush gives the error
	_, _ = w.b.Write(b)
	_, _ = w.b.Write(binary.LittleEndian.AppendUint32(nil, n))
}

// option appends an option.
func option(b []byte, code uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

// pad appends zeros up to a multiple of four octets.
func pad(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

// Conn is a TCP connection in a capture.
type Conn struct {
	w              *Writer
	client, server end
}

// end is one end of a connection.
type end struct {
	addr netip.AddrPort
	seq  uint32 // of the next octet that it sends; guarded by Writer.mu
}

// Open writes the handshake of a connection. It panics when an address is none of IPv4.
func (w *Writer) Open(at time.Time, client, server netip.AddrPort) *Conn {
	c := &Conn{w: w, client: end{addr: client}, server: end{addr: server}}
	for _, a := range []netip.AddrPort{client, server} {
		if !a.Addr().Is4() {
			panic(fmt.Sprintf("pcap: %v is no IPv4 address", a))
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.segment(at, &c.client, &c.server, flagSYN, nil)
	c.client.seq++
	w.segment(at, &c.server, &c.client, flagSYN|flagACK, nil)
	c.server.seq++
	w.segment(at, &c.client, &c.server, flagACK, nil)
	return c
}

// FromClient writes octets that the client sends, in as many segments as they need.
func (c *Conn) FromClient(at time.Time, b []byte) { c.send(at, &c.client, &c.server, b) }

// FromServer writes octets that the server sends.
func (c *Conn) FromServer(at time.Time, b []byte) { c.send(at, &c.server, &c.client, b) }

// Close writes that the client ends the connection, and the server as well. Nothing may be sent after it.
func (c *Conn) Close(at time.Time) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	c.w.segment(at, &c.client, &c.server, flagFIN|flagACK, nil)
	c.client.seq++
	c.w.segment(at, &c.server, &c.client, flagFIN|flagACK, nil)
	c.server.seq++
	c.w.segment(at, &c.client, &c.server, flagACK, nil)
}

// maxSegment is how many octets a segment holds: what Ethernet has room for.
const maxSegment = 1460

func (c *Conn) send(at time.Time, from, to *end, b []byte) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	for len(b) > 0 {
		n, flags := len(b), byte(flagACK|flagPSH)
		if n > maxSegment {
			n, flags = maxSegment, flagACK
		}
		c.w.segment(at, from, to, flags, b[:n])
		from.seq += uint32(n)
		b = b[n:]
	}
}

// Flags of TCP.
const (
	flagFIN = 0x01
	flagSYN = 0x02
	flagPSH = 0x08
	flagACK = 0x10
)

// synOptions are the options of a SYN: a maximum segment size, and windows in units of 16 KiB, so that no message is
// larger than a window.
var synOptions = []byte{2, 4, maxSegment >> 8, maxSegment & 0xff, 3, 3, 14, 0}

// segment writes a segment in an IPv4 packet; mu is held.
func (w *Writer) segment(at time.Time, from, to *end, flags byte, data []byte) {
	var options []byte
	if flags&flagSYN != 0 {
		options = synOptions
	}
	src, dst := from.addr.Addr().As4(), to.addr.Addr().As4()
	size := 20 + len(options) + len(data)

	p := []byte{0x45, 0} // version 4, header of 5 words
	p = binary.BigEndian.AppendUint16(p, uint16(20+size))
	p = append(p, 0, 0, 0x40, 0, 64, 6, 0, 0) // not to be fragmented; time to live; TCP; checksum
	p = append(append(p, src[:]...), dst[:]...)
	binary.BigEndian.PutUint16(p[10:], ^uint16(sum(0, p)))

	tcp := binary.BigEndian.AppendUint16(make([]byte, 0, size), from.addr.Port())
	tcp = binary.BigEndian.AppendUint16(tcp, to.addr.Port())
	tcp = binary.BigEndian.AppendUint32(tcp, from.seq)
	ack := uint32(0)
	if flags&flagACK != 0 {
		ack = to.seq
	}
	tcp = binary.BigEndian.AppendUint32(tcp, ack)
	tcp = append(tcp, byte(20+len(options))<<2, flags, 0xff, 0xff, 0, 0, 0, 0) // window, checksum, urgent pointer
	tcp = append(append(tcp, options...), data...)
	pseudo := sum(sum(6+uint32(size), src[:]), dst[:]) // protocol, length, addresses
	binary.BigEndian.PutUint16(tcp[16:], ^uint16(sum(pseudo, tcp)))
	w.packet(rawIP, at, append(p, tcp...))
}

// sum adds the 16-bit words of b to n in one's complement arithmetic (RFC 1071); the result has 16 bits.
func sum(n uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		n += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) > 0 {
		n += uint32(b[0]) << 8
	}
	for n > 0xffff {
		n = n&0xffff + n>>16
	}
	return n
}
