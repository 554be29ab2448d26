package sctp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"syscall"

	"github.com/scefkit/scefkit/diameter"
)

// Payload protocol identifiers (RFC 6733 §11.4).
const (
	ppidDiameter = 46
	ppidDTLS     = 47
)

var (
	errNotWhole = errors.New("sctp: Write takes whole Diameter messages")
	errDTLS     = errors.New("sctp: the peer speaks DTLS")
	errEarly    = errors.New("sctp: too much arrived before the CEA")
	errAborted  = errors.New("sctp: a message was given up half-way")
	errRestart  = errors.New("sctp: the peer has restarted")
)

// cut returns the first message of b, by its length field, and what follows it.
func cut(b []byte) (m, rest []byte, err error) {
	if len(b) < diameter.HeaderLen {
		return nil, b, errNotWhole
	}
	n := messageLen(b)
	if n < diameter.HeaderLen || n > len(b) {
		return nil, b, errNotWhole
	}
	return b[:n], b[n:], nil
}

// messageLen returns the length field of a message, of which at least 4 octets are there.
func messageLen(b []byte) int { return int(binary.BigEndian.Uint32(b) & 0xffffff) }

// commandOf returns the command and the application of a message whose header is there.
func commandOf(m []byte) (diameter.CommandCode, diameter.ApplicationID) {
	return diameter.CommandCode(binary.BigEndian.Uint32(m[4:]) & 0xffffff), diameter.ApplicationID(binary.BigEndian.Uint32(m[8:]))
}

// spread chooses the stream of each message. Not safe for concurrent use.
type spread struct {
	streams   int // that may be used, at least 1
	unordered bool
	seed      maphash.Seed
	turn      int
}

func newSpread(streams int, unordered bool) spread {
	return spread{streams: max(streams, 1), unordered: unordered, seed: maphash.MakeSeed()}
}

// pick returns the stream for m, and whether m may be delivered out of order. strict is true until the peer is known to
// have left the exchange of capabilities behind.
func (s *spread) pick(m []byte, strict bool) (stream uint16, unordered bool) {
	_, app := commandOf(m)
	if strict || app == diameter.AppBase {
		return 0, false
	}
	if s.streams > 1 {
		if id := sessionID(m); id != nil {
			stream = uint16(maphash.Bytes(s.seed, id) % uint64(s.streams))
		} else {
			stream = uint16(s.turn)
			s.turn = (s.turn + 1) % s.streams
		}
	}
	return stream, s.unordered
}

// sessionID returns the value of the first AVP of m if that is Session-Id, where RFC 6733 §8.8 wants it.
func sessionID(m []byte) []byte {
	const code, head = 263, 8
	b := m[diameter.HeaderLen:]
	if len(b) < head || binary.BigEndian.Uint32(b) != code || diameter.AVPFlags(b[4])&diameter.AVPVendor != 0 {
		return nil
	}
	n := messageLen(b[4:])
	if n <= head || n > len(b) {
		return nil
	}
	return b[head:n]
}

// bundle lets messages of one Write share packets: those before the last one may wait for it. How many do is bounded, so
// that they cannot fill the send buffer, which the last one needs room in.
type bundle struct{ messages, octets int }

const (
	maxBundle       = 16
	maxBundleOctets = 16 << 10
)

// goesOn reports whether m may wait for the message that rest begins with.
func (u *bundle) goesOn(m, rest []byte) bool {
	if u.messages+1 >= maxBundle || u.octets+len(m) >= maxBundleOctets {
		return false
	}
	_, _, err := cut(rest)
	return err == nil
}

// sent takes note of m, which may wait if more is set.
func (u *bundle) sent(m []byte, more bool) {
	if !more {
		*u = bundle{}
		return
	}
	u.messages++
	u.octets += len(m)
}

// framing checks that the ends of user messages are those of Diameter messages, while these arrive in parts.
type framing struct {
	head [4]byte
	got  int // octets of the present user message
}

// part takes note of a part of a user message, which is its last one if end is set. It returns how many of its octets
// belong to the Diameter message that the user message began with, and an error when nothing can be read after those. A
// header is passed on whole, so that its reader can say what is wrong with it.
func (f *framing) part(b []byte, end bool) (int, error) {
	before := f.got
	if before < len(f.head) {
		copy(f.head[before:], b)
	}
	f.got += len(b)
	total, want := f.got, f.got
	if total >= len(f.head) {
		want = messageLen(f.head[:])
	}
	switch {
	case total > want:
		keep := max(want, diameter.HeaderLen) - before
		return max(min(keep, len(b)), 0), mismatch(total, want)
	case end && (total < want || total < diameter.HeaderLen):
		return len(b), mismatch(total, want)
	}
	if end {
		*f = framing{}
	}
	return len(b), nil
}

// verdict returns what a notification (RFC 6458 §6.1) makes of the connection: nil if it goes on.
func verdict(note []byte) error {
	const associationChange, partialDelivery = 1<<15 + 1, 1<<15 + 6
	const lost, restarted, shutDown, cannotStart = 1, 2, 3, 4
	if len(note) < 10 {
		return nil
	}
	switch binary.NativeEndian.Uint16(note) {
	case partialDelivery: // the only one there is says that it was aborted
		return errAborted
	case associationChange:
		switch binary.NativeEndian.Uint16(note[8:]) {
		case lost, cannotStart:
			return syscall.ECONNRESET
		case restarted: // what the old association carried is gone, and the new one begins with CER
			return errRestart
		case shutDown:
			return io.EOF
		}
	}
	return nil
}

func mismatch(got, want int) error {
	return fmt.Errorf("sctp: a user message of %d octets, or more, holds a Diameter message of %d", got, want)
}
