package t6a_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/t6a"
)

// The two directions. The tests that are not about lengths of two octets use the one from the UE.
var directions = []struct {
	parse  func([]byte) (t6a.ExtendedPCO, error)
	append func(t6a.ExtendedPCO, []byte) ([]byte, error)
	long   t6a.ContainerID
}{
	{t6a.ParseExtendedPCO, t6a.ExtendedPCO.Append, 0x0041},
	{t6a.ParseExtendedPCOToUE, t6a.ExtendedPCO.AppendToUE, 0x0023},
}

// A UE that knows 5G says so in containers that are empty; their namesakes to the UE have a length of two octets.
func TestExtendedPCODirections(t *testing.T) {
	b, err := hex.DecodeString("80" + "002300" + "002400" + "001500")
	require.NoError(t, err)
	p, err := t6a.ParseExtendedPCO(b)
	require.NoError(t, err)
	require.Equal(t, t6a.ExtendedPCO{{0x0023, []byte{}}, {0x0024, []byte{}}, {t6a.ContainerNonIPLinkMTU, []byte{}}}, p)
	_, err = t6a.ParseExtendedPCOToUE(b)
	require.Error(t, err)

	b, err = hex.DecodeString("80" + "00230003616263" + "001800" + "00410000")
	require.NoError(t, err)
	p, err = t6a.ParseExtendedPCOToUE(b)
	require.NoError(t, err)
	require.Equal(t, t6a.ExtendedPCO{{0x0023, []byte("abc")}, {t6a.ContainerRDS, []byte{}}, {0x0041, []byte{}}}, p)
	out, err := p.AppendToUE(nil)
	require.NoError(t, err)
	require.Equal(t, b, out)

	for _, d := range directions {
		b, err := d.append(t6a.ExtendedPCO{{d.long, make([]byte, 65535)}}, nil)
		require.NoError(t, err)
		require.Len(t, b, 65540)
		for _, c := range []t6a.Container{{1, make([]byte, 256)}, {d.long, make([]byte, 65536)}} {
			b, err = d.append(t6a.ExtendedPCO{c}, []byte("x"))
			require.Error(t, err)
			require.Equal(t, []byte("x"), b)
		}
		head := []byte{0x80, byte(d.long >> 8), byte(d.long)}
		for _, bad := range [][]byte{head, append(head, 0), append(head, 0, 1), append(head, 1, 0, 7)} {
			_, err := d.parse(bad)
			require.Error(t, err, "%x", bad)
		}
	}
}

func TestExtendedPCO(t *testing.T) {
	for _, c := range []struct {
		octets string
		want   t6a.ExtendedPCO
	}{
		{"80", nil},
		{"80" + "001500", t6a.ExtendedPCO{{t6a.ContainerNonIPLinkMTU, []byte{}}}},
		{"80" + "00150205dc" + "001604010000ff" + "ff0003616263", t6a.ExtendedPCO{{t6a.ContainerNonIPLinkMTU, []byte{5, 0xdc}},
			{t6a.ContainerAPNRateControl, []byte{1, 0, 0, 255}}, {0xff00, []byte("abc")}}},
	} {
		b, err := hex.DecodeString(c.octets)
		require.NoError(t, err)
		p, err := t6a.ParseExtendedPCO(b)
		require.NoError(t, err)
		require.Equal(t, c.want, p)
		out, err := p.Append([]byte("x"))
		require.NoError(t, err)
		require.Equal(t, "x"+string(b), string(out))
	}
	p := t6a.ExtendedPCO{{t6a.ContainerRDS, []byte{1}}, {t6a.ContainerRDS, []byte{2}}}
	v, ok := p.Find(t6a.ContainerRDS)
	require.True(t, ok)
	require.Equal(t, []byte{1}, v)
	_, ok = p.Find(t6a.ContainerExceptionData)
	require.False(t, ok)
}

func TestExtendedPCOErrors(t *testing.T) {
	for _, s := range []string{"", "00", "81", "8000", "800015", "80001501", "8000150205", "8000150205dc00"} {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		_, err = t6a.ParseExtendedPCO(b)
		require.Error(t, err, s)
	}
	b, err := t6a.ExtendedPCO{{1, make([]byte, 255)}}.Append(nil)
	require.NoError(t, err)
	require.Len(t, b, 259)
	b, err = t6a.ExtendedPCO{{1, make([]byte, 256)}}.Append([]byte("x"))
	require.Error(t, err)
	require.Equal(t, []byte("x"), b)
}

func FuzzExtendedPCO(f *testing.F) {
	f.Add([]byte{0x80, 0, 0x15, 2, 5, 0xdc})
	f.Add([]byte{0x80, 0, 0x15, 255})
	f.Add([]byte{0x80, 0, 0x23, 0, 1, 7})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, d := range directions {
			p, err := d.parse(b)
			if err != nil {
				continue
			}
			out, err := d.append(p, nil)
			if err != nil || !bytes.Equal(out, b) {
				t.Fatalf("%x became %x, %v", b, out, err)
			}
		}
	})
}
