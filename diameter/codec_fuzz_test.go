package diameter_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
)

// FuzzHeader: a message that parses is the same when it is written again, and what does not parse says why.
func FuzzHeader(f *testing.F) {
	for _, m := range diatest.Vectors(f, "testdata/erlang.txt") {
		f.Add(m.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := diameter.ParseMessage(b)
		if err != nil {
			var e *diameter.HeaderError
			require.ErrorAs(t, err, &e)
			require.Contains(t, []diameter.Result{diameter.UnsupportedVersion, diameter.InvalidMessageLength}, e.Result)
			return
		}
		require.Equal(t, len(b), m.Len())
		require.True(t, bytes.Equal(b, m.Append(nil)))
	})
}

// FuzzAVPWalk: the two ways to walk over AVPs see the same ones and end at the same fault, and what they saw stands there
// when it is written again.
func FuzzAVPWalk(f *testing.F) {
	for _, m := range diatest.Vectors(f, "testdata/erlang.txt") {
		f.Add(m.AVPs)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := diameter.NewDecoder(b, func(uint64) int { return -1 })
		var out []byte
		var walk error
		for rest, n := b, 0; len(rest) > 0 && n < diameter.MaxAVPs; n++ {
			var a diameter.AVP
			if a, rest, walk = diameter.NextAVP(rest); walk != nil {
				break
			}
			require.True(t, d.Next())
			same := d.AVP()
			require.Equal(t, diameter.Key(a.Code, a.Vendor), d.Key())
			require.True(t, bytes.Equal(a.Data, same.Data) && a.Flags&^diameter.AVPVendor == same.Flags)
			out = a.Append(out)
		}
		if walk != nil {
			require.False(t, d.Next())
			a, _ := errors.AsType[*diameter.AVPError](walk)
			e, _ := errors.AsType[*diameter.AVPError](d.Err())
			require.Equal(t, diameter.InvalidAVPLength, a.Result)
			require.Equal(t, a, e)
		}
		var again []byte
		for rest := out; len(rest) > 0; {
			var a diameter.AVP
			var err error
			a, rest, err = diameter.NextAVP(rest)
			require.NoError(t, err)
			again = a.Append(again)
		}
		require.True(t, bytes.Equal(out, again))
	})
}
