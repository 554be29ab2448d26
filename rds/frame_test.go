package rds

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

var codec DefaultCodec

// TestFrames pins the octets of the layout that we use, so that it does not change unseen. That the layout is that of TS
// 24.250 §5.2.1 it does not show: the figure is not known to us.
func TestFrames(t *testing.T) {
	for _, c := range []struct {
		frame  Frame
		octets []byte
		text   string
	}{
		{Frame{Kind: I, NS: 5, NR: 3}, []byte{0x05, 0x60}, "I N(S)=5 N(R)=3"},
		{Frame{Kind: I, NS: 7, NR: 1, Ack: true, Supervisory: SACK, Bitmap: 2, Ports: PortPair(1, 2), Info: []byte("ab")},
			[]byte{0x2F, 0x3A, 0x12, 'a', 'b'}, "I 1>2 N(S)=7 N(R)=1 SACK 0b10 A, 2 octets"},
		{Frame{Kind: S, NR: 7, Response: true}, []byte{0x50, 0xE0}, "S N(R)=7 response"},
		{Frame{Kind: S, NR: 2, Ack: true, Supervisory: SACK, Bitmap: 3, Ports: PortPair(15, 0)}, []byte{0x37, 0x43, 0xF0}, "S 15>0 N(R)=2 SACK 0b11 A"},
		{Frame{Kind: UI, NU: 6, Info: []byte{0}}, []byte{0x18, 0xC0, 0}, "UI N(U)=6, 1 octets"},
		{Frame{Kind: U}, []byte{0x1C}, "U SET_ACK_MODE"},
		{Frame{Kind: U, Function: ManagePort, Response: true, Ports: PortPair(0, 0), Info: []byte{1}}, []byte{0x7E, 0x00, 1}, "U 0>0 MANAGE_PORT response, 1 octets"},
	} {
		b, err := codec.Append([]byte{0xFF}, &c.frame)
		require.NoError(t, err)
		require.Equal(t, append([]byte{0xFF}, c.octets...), b)
		f, err := codec.Parse(b[1:])
		require.NoError(t, err)
		require.Equal(t, c.frame, f)
		require.Equal(t, c.text, f.String())
	}
}

// TestFrameRange walks over all values of all members: parse(append(f)) is f.
func TestFrameRange(t *testing.T) {
	var b []byte
	check := func(f Frame) {
		var err error
		b, err = codec.Append(b[:0], &f)
		require.NoError(t, err)
		require.LessOrEqual(t, len(b)-len(f.Info), MaxHeader)
		got, err := codec.Parse(b)
		require.NoError(t, err)
		if got.String() != f.String() || !bytes.Equal(got.Info, f.Info) {
			t.Fatalf("%+v became %+v", f, got)
		}
	}
	for _, ports := range []Ports{{}, PortPair(0, 0), PortPair(MaxPort, 0), PortPair(3, MaxPort)} {
		for bits := range 1 << 2 {
			f := Frame{Response: bits&1 != 0, Ports: ports}
			for n := range uint8(Modulus) {
				ui := f
				ui.Kind, ui.NU, ui.Info = UI, n, []byte{n}
				check(ui)
				for m := range uint8(Modulus) {
					i := f
					i.Kind, i.NS, i.NR, i.Ack, i.Info = I, n, m, bits&2 != 0, []byte{n, m}
					check(i)
					i.Supervisory, i.Bitmap = SACK, 1<<MaxWindow-1
					check(i)
					i.Kind, i.NS, i.Info = S, 0, nil
					check(i)
				}
			}
			for fn := range functions {
				u := f
				u.Kind, u.Function = U, fn
				check(u)
			}
		}
	}
}

func TestBadFrames(t *testing.T) {
	for name, c := range map[string]struct {
		octets []byte
		err    error
	}{
		"nothing":             {nil, ErrTruncated},
		"PD":                  {[]byte{0x80, 0}, ErrNotRDS}, // §5.2.2
		"one octet of I":      {[]byte{0x00}, ErrTruncated},
		"one octet of UI":     {[]byte{0x18}, ErrTruncated},
		"no ports":            {[]byte{0x20, 0}, ErrTruncated},
		"no ports of U":       {[]byte{0x3C}, ErrTruncated},
		"S bits":              {[]byte{0x11, 0}, ErrUnknown},
		"S bits of I":         {[]byte{0x00, 0x08}, ErrUnknown},
		"information in an S": {[]byte{0x10, 0, 1}, ErrOutOfRange},
	} {
		f, err := codec.Parse(c.octets)
		require.ErrorIs(t, err, c.err, name)
		require.Zero(t, f, name)
	}
	for name, f := range map[string]Frame{
		"kind":                {Kind: kinds},
		"supervisory":         {Kind: S, Supervisory: supervisories},
		"function":            {Kind: U, Function: functions},
		"N(S)":                {Kind: I, NS: Modulus},
		"N(R)":                {Kind: S, NR: Modulus},
		"N(U)":                {Kind: UI, NU: Modulus},
		"N(S) in UI":          {Kind: UI, NS: 1},
		"A in U":              {Kind: U, Ack: true},
		"SACK in UI":          {Kind: UI, Supervisory: SACK},
		"function in I":       {Kind: I, Function: Disconnect},
		"bitmap":              {Kind: S, Supervisory: SACK, Bitmap: 1 << 3},
		"bitmap without":      {Kind: S, Bitmap: 1},
		"port":                {Kind: I, Ports: PortPair(MaxPort+1, 0)},
		"port without":        {Kind: I, Ports: Ports{Source: 1}},
		"information in an S": {Kind: S, Info: []byte{1}},
	} {
		b, err := codec.Append([]byte{7}, &f)
		require.ErrorIs(t, err, ErrOutOfRange, name)
		require.Equal(t, []byte{7}, b, name)
	}
	require.Equal(t, "rds.Function(9)", Function(9).String())
}

// TestLayout checks that the table can be read back: marks tell the kinds apart, and no two fields share a bit.
func TestLayout(t *testing.T) {
	for k, h := range layoutHeaders {
		require.LessOrEqual(t, int(h.octets), MaxHeader-1)
		require.Zero(t, h.mark&^h.mask)
		for _, earlier := range layoutHeaders[:k] {
			require.NotEqual(t, earlier.mark, h.mark&earlier.mask)
		}
		used := [MaxHeader]uint8{h.mask}
		for _, f := range []field{layoutPD, layoutCR, layoutADS, h.a, h.ns, h.nr, h.nu, h.s, h.r, h.m} {
			if f.width != 0 {
				require.Less(t, f.octet, h.octets)
				require.Zero(t, used[f.octet]&(f.max()<<f.shift), "%v", Kind(k))
				used[f.octet] |= f.max() << f.shift
			}
		}
	}
}

func TestFramesDoNotAllocate(t *testing.T) {
	f := Frame{Kind: I, NS: 7, NR: 1, Ack: true, Ports: PortPair(1, 2), Info: make([]byte, 100)}
	b := make([]byte, 0, 200)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		b, _ = codec.Append(b[:0], &f)
		g, err := codec.Parse(b)
		if err != nil || g.NS != 7 {
			t.Fatal(g)
		}
	}))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "\x05\x60", "\x2F\x3A\x12ab", "\x50\xE0", "\x37\x43\xF0", "\x18\xC0a", "\x1C", "\x7E\x00\x10\x01\x12\x01\x01a", "\x80", "\x1F\x01\x03"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := codec.Parse(b)
		if err != nil {
			return
		}
		again, err := codec.Append(nil, &frame)
		require.NoError(t, err)
		got, err := codec.Parse(again)
		require.NoError(t, err)
		require.Equal(t, frame, got)
		if m, err := codec.ParsePorts(frame.Info); err == nil {
			b, err := codec.AppendPorts(nil, &m)
			require.NoError(t, err)
			got, err := codec.ParsePorts(b)
			require.NoError(t, err)
			require.Equal(t, m, got)
		}
		if p, err := codec.ParseParameters(frame.Info); err == nil {
			b, err := codec.AppendParameters(nil, p)
			require.NoError(t, err)
			require.Equal(t, frame.Info, b)
		}
	})
}
