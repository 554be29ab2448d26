package diameter

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// frameReader cuts a stream into messages. Each message gets one allocation of its own, made after its length was
// checked; nothing is reused once a message was returned. Not safe for concurrent use.
type frameReader struct {
	r        io.Reader
	max      int // greatest length of a message in octets
	buf      []byte
	pos, end int  // buf[pos:end] was read and not consumed
	idle     bool // set by filled when the stream was quiet before

	// blocking, if not nil, is called before each Read with the number of octets of the message that is there in part.
	blocking func(partial int) error
	// filled, if not nil, is called after each Read that brought octets.
	filled func()
}

// An idle stream has a small buffer. One read that fills it makes it large, so that a Read brings a whole batch under
// load, and it stays so until a message comes after a quiet while.
const (
	frameBufLen = 32 << 10
	smallBufLen = 2 << 10
	quietTime   = int64(time.Second)
)

func newFrameReader(r io.Reader, most int) *frameReader { return &frameReader{r: r, max: most} }

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
//
// The job of a request is for the caller to use; it is nil for an answer.
func (f *frameReader) next() (*Message, *job, error) {
	if f.end-f.pos < HeaderLen {
		if err := f.fill(HeaderLen); err != nil {
			return nil, nil, err
		}
	}
	head, n, err := ParseHeader(f.buf[f.pos:f.end])
	if err == nil && n > f.max {
		err = &HeaderError{InvalidMessageLength, fmt.Sprintf("message length %d is above the limit of %d", n, f.max)}
	}
	if err != nil {
		m := head // only here does it leave the stack
		return &m, nil, err
	}
	if n <= frameBufLen && f.end-f.pos < n {
		if err := f.fill(n); err != nil {
			return nil, nil, err
		}
	}
	m, j, data := newMessage(head.IsRequest(), n-HeaderLen)
	*m = head
	m.AVPs, m.own = data, true
	if n > frameBufLen {
		err := f.large(data)
		return m, j, err
	}
	copy(data, f.buf[f.pos+HeaderLen:f.pos+n])
	f.pos += n
	return m, j, nil
}

// large reads the AVPs of a message that the buffer does not hold.
func (f *frameReader) large(avps []byte) error {
	got := copy(avps, f.buf[f.pos+HeaderLen:f.end])
	f.pos, f.end = 0, 0
	for got < len(avps) {
		k, err := f.read(avps[got:], HeaderLen+got)
		got += k
		if err != nil && got < len(avps) {
			return unexpected(err)
		}
	}
	return nil
}

// fill reads until n octets are buffered; n is at most frameBufLen.
func (f *frameReader) fill(n int) error {
	switch {
	case n > len(f.buf) && n > smallBufLen:
		f.resize(frameBufLen)
	case f.buf == nil, f.pos == f.end && f.end < smallBufLen && f.idle && len(f.buf) > smallBufLen:
		f.resize(smallBufLen)
	}
	f.idle = false
	if f.pos == f.end {
		f.pos, f.end = 0, 0
	} else if f.pos > 0 && len(f.buf)-f.pos < n {
		f.end = copy(f.buf, f.buf[f.pos:f.end])
		f.pos = 0
	}
	for f.end-f.pos < n {
		k, err := f.read(f.buf[f.end:], f.end-f.pos)
		f.end += k
		if f.end == len(f.buf) && f.end < frameBufLen { // there is more to come
			f.resize(frameBufLen)
		}
		if err != nil && f.end-f.pos < n {
			if f.end > f.pos {
				err = unexpected(err)
			}
			return err
		}
	}
	return nil
}

// resize moves what is buffered into a buffer of another length, which holds it.
func (f *frameReader) resize(n int) {
	b := make([]byte, n)
	f.end = copy(b, f.buf[f.pos:f.end])
	f.buf, f.pos = b, 0
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

// A message, its AVPs and, for a request, its job share one allocation in the usual sizes, which fit size classes of the
// allocator; it adds 8 octets to objects of more than 512.
type (
	answer192 struct {
		m Message // 48 octets
		b [144]byte
	}
	answer288 struct {
		m Message
		b [240]byte
	}
	answer512 struct {
		m Message
		b [464]byte
	}
	request256 struct {
		j job // 104 octets
		b [152]byte
	}
	request384 struct {
		j job
		b [280]byte
	}
	request512 struct {
		j job
		b [408]byte
	}
	request576 struct {
		j job
		b [464]byte
	}
	request768 struct {
		j job
		b [656]byte
	}
	request1024 struct {
		j job
		b [912]byte
	}
)

// newMessage allocates a message together with n octets for its AVPs; with a job if it is a request.
func newMessage(request bool, n int) (*Message, *job, []byte) {
	switch {
	case !request && n <= len(answer192{}.b):
		x := new(answer192)
		return &x.m, nil, x.b[:n:n]
	case !request && n <= len(answer288{}.b):
		x := new(answer288)
		return &x.m, nil, x.b[:n:n]
	case !request && n <= len(answer512{}.b):
		x := new(answer512)
		return &x.m, nil, x.b[:n:n]
	case !request:
		return new(Message), nil, make([]byte, n)
	case n <= len(request256{}.b):
		x := new(request256)
		return &x.j.req, &x.j, x.b[:n:n]
	case n <= len(request384{}.b):
		x := new(request384)
		return &x.j.req, &x.j, x.b[:n:n]
	case n <= len(request512{}.b):
		x := new(request512)
		return &x.j.req, &x.j, x.b[:n:n]
	case n <= len(request576{}.b):
		x := new(request576)
		return &x.j.req, &x.j, x.b[:n:n]
	case n <= len(request768{}.b):
		x := new(request768)
		return &x.j.req, &x.j, x.b[:n:n]
	case n <= len(request1024{}.b):
		x := new(request1024)
		return &x.j.req, &x.j, x.b[:n:n]
	}
	j := new(job)
	return &j.req, j, make([]byte, n)
}
