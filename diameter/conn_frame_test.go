package diameter

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func testMessage(n int) *Message {
	return &Message{Flags: FlagRequest, Command: 316, App: 16777251, HopByHop: 1, EndToEnd: 2, AVPs: bytes.Repeat([]byte{7}, n)}
}

func TestFrameReader(t *testing.T) {
	var stream []byte
	sizes := []int{0, 4, 144, 148, 240, 464, 468, 976, 980, 40_000, 8, 32 << 10, 65_516, 12}
	for _, n := range sizes {
		stream = testMessage(n).Append(stream)
	}
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(stream),
		"octet": iotest.OneByteReader(bytes.NewReader(stream)),
		"half":  iotest.HalfReader(bytes.NewReader(stream)),
		"eof":   iotest.DataErrReader(bytes.NewReader(stream)),
	} {
		f := newFrameReader(r, 1<<16)
		for _, n := range sizes {
			m, j, err := f.next()
			require.NoError(t, err, name)
			want := testMessage(n)
			want.own = true
			require.Equal(t, want, m, name)
			require.Same(t, m, &j.req)
			require.Equal(t, cap(m.AVPs), len(m.AVPs), "appending must not reach what lies behind")
		}
		_, _, err := f.next()
		require.Equal(t, io.EOF, err, name)
	}
}

func TestStringsAliasOnlyWhatANodeRead(t *testing.T) {
	m, err := NewRequest(&DWR{OriginHost: "a.example", OriginRealm: "example"})
	require.NoError(t, err)
	frame := m.Append(nil)
	read, _, err := newFrameReader(bytes.NewReader(frame), 1<<16).next()
	require.NoError(t, err)
	parsed, err := ParseMessage(frame)
	require.NoError(t, err)

	var d DWR
	require.NoError(t, d.Decode(parsed))
	clear(frame)
	require.Equal(t, "a.example", d.OriginHost, "the frame belongs to the caller of ParseMessage")
	require.NoError(t, d.Decode(read))
	require.Equal(t, "a.example", d.OriginHost)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		var d DWR
		if d.Decode(read) != nil {
			t.Fail()
		}
	}))
}

func TestFrameReaderFaults(t *testing.T) {
	good := testMessage(40).Append(nil)
	lie := func(n uint32) []byte {
		b := bytes.Clone(good)
		b[1], b[2], b[3] = byte(n>>16), byte(n>>8), byte(n)
		return b
	}
	version := bytes.Clone(good)
	version[0] = 2
	for name, c := range map[string]struct {
		in   []byte
		want Result
		err  error
	}{
		"version":     {in: version, want: UnsupportedVersion},
		"short":       {in: lie(16), want: InvalidMessageLength},
		"zero":        {in: lie(0), want: InvalidMessageLength},
		"odd":         {in: lie(58), want: InvalidMessageLength},
		"too long":    {in: lie(1<<16 + 4), want: InvalidMessageLength},
		"longest":     {in: lie(1<<24 - 4), want: InvalidMessageLength},
		"cut":         {in: good[:50], err: io.ErrUnexpectedEOF},
		"cut header":  {in: good[:10], err: io.ErrUnexpectedEOF},
		"cut, beyond": {in: lie(60_000), err: io.ErrUnexpectedEOF},
		"empty":       {in: nil, err: io.EOF},
	} {
		m, _, err := newFrameReader(bytes.NewReader(c.in), 1<<16).next()
		if c.err != nil {
			require.ErrorIs(t, err, c.err, name)
			continue
		}
		var bad *HeaderError
		require.ErrorAs(t, err, &bad, name)
		require.Equal(t, c.want, bad.Result, name)
		require.Equal(t, uint32(2), m.EndToEnd, name)
	}
}

// A length that lies must not make us allocate what it promises.
func TestFrameReaderAllocatesAfterTheCheck(t *testing.T) {
	in := testMessage(0).Append(nil)
	in[1], in[2], in[3] = 0xff, 0xff, 0xfc
	f := newFrameReader(bytes.NewReader(in), 1<<16)
	require.Less(t, testing.AllocsPerRun(1, func() { _, _, err := f.next(); require.Error(t, err) }), 50.0)
	require.Len(t, f.buf, smallBufLen)
}

// Under load one Read brings a large batch; after a quiet while the large buffer goes.
func TestFrameReaderBuffer(t *testing.T) {
	var in bytes.Buffer
	f := newFrameReader(&in, 1<<16)
	reads, quiet := 0, false
	f.filled = func() { reads++; f.idle = quiet }
	one := testMessage(80)
	next := func(n int) {
		t.Helper()
		for range n {
			m, _, err := f.next()
			require.NoError(t, err)
			require.Equal(t, one.AVPs, m.AVPs)
		}
	}
	send := func(n int) { in.Write(bytes.Repeat(one.Append(nil), n)) }
	send(1)
	next(1)
	require.Len(t, f.buf, smallBufLen)
	send(1000)
	next(1000)
	require.Len(t, f.buf, frameBufLen)
	reads = 0
	send(300)
	next(300)
	require.Equal(t, 1, reads, "one read for 30,000 octets")
	send(1)
	next(1)
	require.Len(t, f.buf, frameBufLen, "a small message alone does not make it idle")
	quiet = true
	send(2)
	next(2)
	_, _, err := f.next()
	require.ErrorIs(t, err, io.EOF)
	require.Len(t, f.buf, smallBufLen)

	big := testMessage(20_000)
	in.Write(big.Append(nil))
	m, _, err := f.next()
	require.NoError(t, err)
	require.Equal(t, big.AVPs, m.AVPs)
}

func FuzzFrameReader(f *testing.F) {
	f.Add(testMessage(40).Append(testMessage(0).Append(nil)), uint8(3))
	f.Add([]byte{1, 0, 0, 20}, uint8(1))
	f.Fuzz(func(t *testing.T, in []byte, step uint8) {
		r := newFrameReader(&stutter{in, int(step) + 1}, 4096)
		var got []byte
		for {
			buffered := r.buffered()
			m, _, err := r.next()
			if err != nil {
				var bad *HeaderError
				if !errors.As(err, &bad) && err != io.EOF && err != io.ErrUnexpectedEOF {
					t.Fatal(err)
				}
				if err == io.EOF && buffered {
					t.Fatal("buffered, but at the end")
				}
				break
			}
			got = append(m.Append(got), []byte{}...)
			if _, err := scan(m.AVPs, MaxAVPs); err != nil {
				var bad *AVPError
				if !errors.As(err, &bad) {
					t.Fatal(err)
				}
			}
		}
		if !bytes.HasPrefix(in, got) {
			t.Fatalf("read %x out of %x", got, in)
		}
	})
}

// stutter reads step octets at a time.
type stutter struct {
	b    []byte
	step int
}

func (s *stutter) Read(b []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), s.step)], s.b)
	s.b = s.b[n:]
	return n, nil
}

func FuzzScan(f *testing.F) {
	f.Add(AppendString(AppendString(nil, 264, 0, AVPMandatory, "a.example.com"), 296, 0, AVPMandatory, "example.com"))
	f.Add(AppendUint32(nil, 293, 10415, AVPMandatory, 1))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := scan(b, MaxAVPs)
		var walk error
		last := map[AVPCode][]byte{}
		for rest := b; len(rest) > 0; {
			var a AVP
			if a, rest, walk = NextAVP(rest); walk != nil {
				break
			}
			if a.Vendor == 0 && a.Flags&AVPVendor == 0 {
				last[a.Code] = a.Data
			}
		}
		if (err == nil) != (walk == nil) {
			t.Fatalf("scan says %v, NextAVP %v", err, walk)
		}
		if err == nil && (!bytes.Equal(s.originHost, last[264]) || !bytes.Equal(s.destinationRealm, last[283])) {
			t.Fatalf("%+v", s)
		}
	})
}
