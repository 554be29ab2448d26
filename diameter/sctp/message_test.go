package sctp

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

const (
	testApp     diameter.ApplicationID = 16777346 // T6a
	testCommand diameter.CommandCode   = 8388733
)

// message returns a request of app with that session, and n octets more.
func message(app diameter.ApplicationID, command diameter.CommandCode, session string, n int) []byte {
	var avps []byte
	if session != "" {
		avps = diameter.AppendString(avps, 263, 0, diameter.AVPMandatory, session)
	}
	if n > 0 {
		avps = diameter.AppendString(avps, 33, 0, 0, string(bytes.Repeat([]byte{'x'}, n)))
	}
	m := &diameter.Message{Flags: diameter.FlagRequest, Command: command, App: app, AVPs: avps}
	return m.Append(nil)
}

func TestCut(t *testing.T) {
	a, b := message(testApp, testCommand, "a;1", 0), message(testApp, testCommand, "b;2", 100)
	m, rest, err := cut(append(bytes.Clone(a), b...))
	require.NoError(t, err)
	require.Equal(t, a, m)
	m, rest, err = cut(rest)
	require.NoError(t, err)
	require.Equal(t, b, m)
	require.Empty(t, rest)
	for _, bad := range [][]byte{nil, a[:19], a[:len(a)-1], append([]byte{1, 0, 0, 19}, a[4:]...)} {
		_, _, err := cut(bad)
		require.ErrorIs(t, err, errNotWhole)
	}
}

func TestStreamsKeepSessionsInOrder(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		s := newSpread(8, unordered)
		used := make(map[uint16]bool)
		for i := range 200 {
			session := "scef.example.com;1;" + strconv.Itoa(i)
			stream, u := s.pick(message(testApp, testCommand, session, 0), false)
			require.Equal(t, unordered, u)
			require.Less(t, stream, uint16(8))
			used[stream] = true
			again, _ := s.pick(message(testApp, testCommand, session, 50), false)
			require.Equal(t, stream, again)

			stream, u = s.pick(message(testApp, testCommand, session, 0), true)
			require.Zero(t, stream, "while capabilities are exchanged")
			require.False(t, u)
			stream, u = s.pick(message(diameter.AppBase, diameter.CodeDPR, session, 0), false)
			require.Zero(t, stream, "the base application")
			require.False(t, u)
		}
		require.Len(t, used, 8)
	}
}

func TestStreamsWithoutSessionTakeTurns(t *testing.T) {
	s := newSpread(3, false)
	var got []uint16
	for range 6 {
		stream, _ := s.pick(message(testApp, testCommand, "", 5), false)
		got = append(got, stream)
	}
	require.Equal(t, []uint16{0, 1, 2, 0, 1, 2}, got)

	for _, streams := range []int{0, 1} {
		one := newSpread(streams, false)
		for range 3 {
			stream, _ := one.pick(message(testApp, testCommand, "", 5), false)
			require.Zero(t, stream)
		}
	}
}

func TestSessionID(t *testing.T) {
	require.Equal(t, []byte("a;1"), sessionID(message(testApp, testCommand, "a;1", 20)))
	require.Nil(t, sessionID(message(testApp, testCommand, "", 20)))
	require.Nil(t, sessionID(message(testApp, testCommand, "", 0)))
	head := message(testApp, testCommand, "", 0)
	for _, avp := range [][]byte{
		{0, 0, 1, 7, 0x40, 0, 0, 8},                            // empty
		{0, 0, 1, 7, 0x40, 0, 0, 13, 'a', 0, 0, 0},             // longer than the message
		{0, 0, 1, 7, 0xc0, 0, 0, 13, 0, 0, 0, 1, 'a', 0, 0, 0}, // of a vendor
		{0, 0, 1, 7},
	} {
		require.Nil(t, sessionID(append(bytes.Clone(head), avp...)))
	}
}

func TestFraming(t *testing.T) {
	m := message(testApp, testCommand, "a;1", 40)
	var f framing
	for _, size := range []int{len(m), 1, 3, 7, 20} { // of the parts
		for at := 0; at < len(m); at += size {
			to := min(at+size, len(m))
			n, err := f.part(m[at:to], to == len(m))
			require.NoError(t, err)
			require.Equal(t, to-at, n)
		}
	}

	for name, c := range map[string]struct {
		user []byte
		keep int // octets that are passed on
	}{
		"two messages":      {append(bytes.Clone(m), m...), len(m)},
		"octets after it":   {append(bytes.Clone(m), 0), len(m)},
		"short of its end":  {m[:len(m)-4], len(m) - 4},
		"less than a head":  {m[:19], 19},
		"less than 4":       {m[:3], 3},
		"length below head": {append([]byte{1, 0, 0, 8}, m[4:]...), diameter.HeaderLen},
		"no length":         {append([]byte{1, 0, 0, 0}, m[4:]...), diameter.HeaderLen},
	} {
		for _, size := range []int{len(c.user), 1, 5} {
			var f framing
			kept, failed := 0, false
			for at := 0; at < len(c.user) && !failed; at += size {
				to := min(at+size, len(c.user))
				n, err := f.part(c.user[at:to], to == len(c.user))
				kept += n
				failed = err != nil
			}
			require.True(t, failed, name)
			if size == len(c.user) {
				require.Equal(t, c.keep, kept, name)
			}
			require.LessOrEqual(t, kept, c.keep, name)
		}
	}
}

func TestNotifications(t *testing.T) {
	note := func(kind, state uint16) []byte {
		b := binary.NativeEndian.AppendUint16(nil, kind)
		b = append(b, 0, 0, 20, 0, 0, 0)
		return append(binary.NativeEndian.AppendUint16(b, state), make([]byte, 10)...)
	}
	for state, want := range []error{nil, syscall.ECONNRESET, errRestart, io.EOF, syscall.ECONNRESET, nil} {
		require.Equal(t, want, verdict(note(0x8001, uint16(state))), state)
	}
	require.Equal(t, errAborted, verdict(note(0x8006, 0)))
	require.NoError(t, verdict(note(0x8005, 1)))
	require.NoError(t, verdict(note(0x8001, 1)[:9]))
}

func TestBundles(t *testing.T) {
	small, large := message(testApp, testCommand, "a;1", 0), message(testApp, testCommand, "a;1", maxBundleOctets)
	waits := func(all ...[]byte) (out []bool) {
		var u bundle
		b := bytes.Join(all, nil)
		for len(b) > 0 {
			m, rest, err := cut(b)
			if err != nil {
				break
			}
			more := u.goesOn(m, rest)
			u.sent(m, more)
			out = append(out, more)
			b = rest
		}
		return out
	}
	require.Equal(t, []bool{true, true, false}, waits(small, small, small))
	require.Equal(t, []bool{true, false}, waits(small, small, small[:20]), "nothing waits for what cannot be sent")
	require.Equal(t, []bool{true, false, true, false}, waits(small, large, small, small))
	many := waits(slices.Repeat([][]byte{small}, 2*maxBundle)...)
	for i, more := range many {
		require.Equal(t, i%maxBundle != maxBundle-1, more)
	}
}
