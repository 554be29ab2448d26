package t6a_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/t6a"
)

func TestExtendedPCO(t *testing.T) {
	for _, c := range []struct {
		octets string
		want   t6a.ExtendedPCO
	}{
		{"80", nil},
		{"80" + "001500", t6a.ExtendedPCO{{t6a.ContainerNonIPLinkMTU, []byte{}}}},
		{"80" + "00150205dc" + "001604010000ff" + "ff0003616263", t6a.ExtendedPCO{{t6a.ContainerNonIPLinkMTU, []byte{5, 0xdc}},
			{t6a.ContainerAPNRateControl, []byte{1, 0, 0, 255}}, {0xff00, []byte("abc")}}},
		{"80" + "00230003616263" + "001800" + "00410000", t6a.ExtendedPCO{{0x0023, []byte("abc")}, {t6a.ContainerRDS, []byte{}},
			{0x0041, []byte{}}}},
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
	for _, s := range []string{"", "00", "81", "8000", "800015", "80001501", "8000150205", "8000150205dc00",
		"80002300", "80002300ff", "8000230004616263"} {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		_, err = t6a.ParseExtendedPCO(b)
		require.Error(t, err, s)
	}
	b, err := t6a.ExtendedPCO{{1, make([]byte, 255)}}.Append(nil)
	require.NoError(t, err)
	require.Len(t, b, 259)
	b, err = t6a.ExtendedPCO{{0x0023, make([]byte, 65535)}}.Append(nil)
	require.NoError(t, err)
	require.Len(t, b, 65540)
	for _, c := range []t6a.Container{{1, make([]byte, 256)}, {0x0023, make([]byte, 65536)}} {
		b, err = t6a.ExtendedPCO{c}.Append([]byte("x"))
		require.Error(t, err)
		require.Equal(t, []byte("x"), b)
	}
}

func FuzzExtendedPCO(f *testing.F) {
	f.Add([]byte{0x80, 0, 0x15, 2, 5, 0xdc})
	f.Add([]byte{0x80, 0, 0x15, 255})
	f.Add([]byte{0x80, 0, 0x23, 0, 1, 7})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := t6a.ParseExtendedPCO(b)
		if err != nil {
			return
		}
		out, err := p.Append(nil)
		if err != nil || !bytes.Equal(out, b) {
			t.Fatalf("%x became %x, %v", b, out, err)
		}
	})
}
