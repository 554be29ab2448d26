package diameter

import (
	"errors"
	"fmt"
	"io"
)

// frameReader cuts a stream into messages. Each message gets one allocation of its own, made after its length was
// checked; nothing is reused once a message was returned. Not safe for concurrent use.
type frameReader struct {
	r        io.Reader
	max      int // greatest length of a message in octets
	buf      []byte
	pos, end int // buf[pos:end] was read and not consumed

	// blocking, if not nil, is called before each Read with the number of octets of the message that is there in part.
	blocking func(partial int) error
	// filled, if not nil, is called after each Read that brought octets.
	filled func()
}

const frameBufLen = 32 << 10

func newFrameReader(r io.Reader, max int) *frameReader { return &frameReader{r: r, max: max} }

// buffered reports whether next returns without reading from the stream.
func (f *frameReader) buffered() bool {
	if f.end-f.pos < HeaderLen {
		return false
	}
	_, n, err := ParseHeader(f.buf[f.pos:f.end])
	return err != nil || n > f.max || n <= f.end-f.pos
}

// next returns the next message. A *HeaderError comes with a message that has no AVPs when enough is known of it to be
// answered; after any error the stream cannot be read further. io.EOF is returned only between messages.
func (f *frameReader) next() (*Message, error) {
	if f.end-f.pos < HeaderLen {
		if err := f.fill(HeaderLen); err != nil {
			return nil, err
		}
	}
	head, n, err := ParseHeader(f.buf[f.pos:f.end])
	if err == nil && n > f.max {
		err = &HeaderError{InvalidMessageLength, fmt.Sprintf("message length %d is above the limit of %d", n, f.max)}
	}
	if err != nil {
		m := head // only here does it leave the stack
		return &m, err
	}
	if n > len(f.buf) {
		m := head
		return f.large(&m, n)
	}
	if f.end-f.pos < n {
		if err := f.fill(n); err != nil {
			return nil, err
		}
	}
	m, data := newMessage(n - HeaderLen)
	copy(data, f.buf[f.pos+HeaderLen:f.pos+n])
	*m = head
	m.AVPs = data
	f.pos += n
	return m, nil
}

// large reads the rest of a message that the buffer does not hold.
func (f *frameReader) large(m *Message, n int) (*Message, error) {
	m.AVPs = make([]byte, n-HeaderLen)
	got := copy(m.AVPs, f.buf[f.pos+HeaderLen:f.end])
	f.pos, f.end = 0, 0
	for got < len(m.AVPs) {
		k, err := f.read(m.AVPs[got:], HeaderLen+got)
		got += k
		if err != nil && got < len(m.AVPs) {
			return nil, unexpected(err)
		}
	}
	return m, nil
}

// fill reads until n octets are buffered; n is at most the length of the buffer.
func (f *frameReader) fill(n int) error {
	if f.buf == nil {
		f.buf = make([]byte, frameBufLen)
	}
	if f.pos == f.end {
		f.pos, f.end = 0, 0
	} else if f.pos > 0 && len(f.buf)-f.pos < n {
		f.end = copy(f.buf, f.buf[f.pos:f.end])
		f.pos = 0
	}
	for f.end-f.pos < n {
		k, err := f.read(f.buf[f.end:], f.end-f.pos)
		f.end += k
		if err != nil && f.end-f.pos < n {
			if f.end > f.pos {
				err = unexpected(err)
			}
			return err
		}
	}
	return nil
}

func (f *frameReader) read(b []byte, partial int) (int, error) {
	if f.blocking != nil {
		if err := f.blocking(partial); err != nil {
			return 0, err
		}
	}
	for range 100 {
		k, err := f.r.Read(b)
		if k > 0 && f.filled != nil {
			f.filled()
		}
		if k > 0 || err != nil {
			return k, err
		}
	}
	return 0, io.ErrNoProgress
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Messages and their AVPs share one allocation in the usual sizes. The sizes make the structs fit size classes of the
// allocator.
type (
	message192 struct { // 192 - 48 octets of the header
		m Message
		b [144]byte
	}
	message288 struct {
		m Message
		b [240]byte
	}
	message512 struct {
		m Message
		b [464]byte
	}
	message1024 struct {
		m Message
		b [976]byte
	}
)

// newMessage allocates a message together with n octets for its AVPs.
func newMessage(n int) (*Message, []byte) {
	switch {
	case n <= len(message192{}.b):
		x := new(message192)
		return &x.m, x.b[:n:n]
	case n <= len(message288{}.b):
		x := new(message288)
		return &x.m, x.b[:n:n]
	case n <= len(message512{}.b):
		x := new(message512)
		return &x.m, x.b[:n:n]
	case n <= len(message1024{}.b):
		x := new(message1024)
		return &x.m, x.b[:n:n]
	}
	return new(Message), make([]byte, n)
}
