package tgpp_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
)

func TestRoundTrip(t *testing.T) {
	diatest.RoundTrip(t, new(tgpp.SupportedFeatures), new(tgpp.TerminalInformation))
}

func TestConform(t *testing.T) {
	diatest.Conform(t, "tgpp.dia", nil, new(tgpp.SupportedFeatures), new(tgpp.TerminalInformation))
}

func FuzzDecode(f *testing.F) {
	diatest.Fuzz(f, nil, new(tgpp.SupportedFeatures), new(tgpp.TerminalInformation))
}

func TestTBCD(t *testing.T) {
	for digits, octets := range map[string]string{"": "", "1": "f1", "12": "21", "15551230002": "5155210300f2", "4912345": "942143f5"} {
		b, err := tgpp.AppendTBCD([]byte{0xff}, digits)
		require.NoError(t, err)
		require.Equal(t, "ff"+octets, hex.EncodeToString(b))
		s, err := tgpp.ParseTBCD(b[1:])
		require.NoError(t, err)
		require.Equal(t, digits, s)
	}
	for _, s := range []string{"+49", "12a", "1 2", "١"} {
		b, err := tgpp.AppendTBCD([]byte{7}, s)
		require.Error(t, err)
		require.Equal(t, []byte{7}, b)
	}
	for _, s := range []string{"0a", "a1", "f121", "ff", "1f", "21f1f1"} {
		b, err := hex.DecodeString(s)
		require.NoError(t, err)
		_, err = tgpp.ParseTBCD(b)
		require.Error(t, err, s)
	}
}

func TestPLMN(t *testing.T) {
	for _, c := range []struct{ mcc, mnc, octets string }{{"001", "01", "00f110"}, {"310", "410", "130014"}, {"262", "02", "62f220"}} {
		b, err := tgpp.AppendPLMN(nil, c.mcc, c.mnc)
		require.NoError(t, err)
		require.Equal(t, c.octets, hex.EncodeToString(b))
		mcc, mnc, err := tgpp.ParsePLMN(b)
		require.NoError(t, err)
		require.Equal(t, c.mcc+"/"+c.mnc, mcc+"/"+mnc)
	}
	for _, c := range [][2]string{{"01", "01"}, {"001", "1"}, {"001", "0101"}, {"0x1", "01"}, {"001", "0/"}} {
		_, err := tgpp.AppendPLMN(nil, c[0], c[1])
		require.Error(t, err, c)
	}
	for _, b := range [][]byte{nil, {0, 0xf1}, {0, 0xf1, 0x10, 0}, {0x0a, 0xf1, 0x10}, {0xa0, 0xf1, 0x10}, {0, 0xfa, 0x10}, {0, 0xf1, 0x1a},
		{0, 0xf1, 0xa0}, {0, 0xa1, 0x10}} {
		_, _, err := tgpp.ParsePLMN(b)
		require.Error(t, err, "%x", b)
	}
}

func ExampleParsePLMN() {
	mcc, mnc, err := tgpp.ParsePLMN([]byte{0x00, 0xf1, 0x10})
	fmt.Println(mcc, mnc, err)
	// Output: 001 01 <nil>
}

func ExampleAppendTBCD() {
	b, err := tgpp.AppendTBCD(nil, "15551230002")
	fmt.Printf("%x %v\n", b, err)
	// Output: 5155210300f2 <nil>
}
