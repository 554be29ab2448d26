package id_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
)

func ExampleIMSI() {
	ue, err := id.ParseIMSI("001010000000001")
	fmt.Println(ue, string(ue), err)
	// Output: 00101********** 001010000000001 <nil>
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		parse func(string) error
		good  []string
		bad   []string
	}{
		{func(s string) error { _, err := id.ParseIMSI(s); return err },
			[]string{"001010", "001010000000001"}, []string{"", "00101", "0010100000000012", "00101000000000x", "٠٠١٠١٠"}},
		{func(s string) error { _, err := id.ParseMSISDN(s); return err },
			[]string{"15551", "155512300021234"}, []string{"", "1555", "+15551230002", "1555123000212345"}},
		{func(s string) error { _, err := id.ParseIMEI(s); return err },
			[]string{"35209900176148", "352099001761481", "352099001761480"}, []string{"", "3520990017614", "3520990017614812", "3520990017614x"}},
		{func(s string) error { _, err := id.ParseIMEISV(s); return err },
			[]string{"3520990017614823"}, []string{"", "352099001761481", "35209900176148231", "352099001761482x"}},
		{func(s string) error { _, err := id.ParseExternalID(s); return err },
			[]string{"a@b", "meter.1@example.com"}, []string{"", "a", "@b", "a@", "a@b@c", strings.Repeat("x", 250) + "@b.c"}},
		{func(s string) error { _, err := id.ParseExternalGroupID(s); return err },
			[]string{"g@b"}, []string{"g"}},
	} {
		for _, s := range c.good {
			require.NoError(t, c.parse(s), s)
		}
		for _, s := range c.bad {
			err := c.parse(s)
			require.ErrorIs(t, err, id.ErrInvalid, s)
			if len(s) > 4 {
				require.NotContains(t, err.Error(), s, "the error must not show the identity")
			}
		}
	}
	require.True(t, id.APN("IoT.Example").Equal("iot.example"))
}

// 49015420323751 with check digit 8 is a published example; the others are worked out by hand.
func TestIMEI(t *testing.T) {
	for imei, check := range map[id.IMEI]byte{
		"35209900176148": '1', "49015420323751": '8', "00000000000000": '0', "": 0, "3520990017614": 0, "3520990017614x": 0,
	} {
		require.Equal(t, check, imei.CheckDigit(), string(imei))
	}
	imei, err := id.ParseIMEI("352099001761481")
	require.NoError(t, err)
	require.Equal(t, id.IMEI("35209900176148"), imei)
	imei, version := id.IMEISV("3520990017614823").Split()
	require.Equal(t, id.IMEI("35209900176148"), imei)
	require.Equal(t, "23", version)
	imei, version = id.IMEISV("1").Split()
	require.Empty(t, string(imei)+version)
}

func TestMasked(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("x", "imsi", id.IMSI("001010000000001"), "msisdn", id.MSISDN("15551230002"), "ext", id.ExternalID("meter1@example.com"),
		"group", id.ExternalGroupID("meters@example.com"), "short", id.MSISDN("123"),
		"imei", id.IMEI("35209900176148"), "imeisv", id.IMEISV("3520990017614823"))
	for _, secret := range []string{"0000000001", "1230002", "900176148", "eter1", "eters", "123"} {
		require.NotContains(t, strings.SplitN(b.String(), `"msg"`, 2)[1], secret)
	}
	require.Contains(t, b.String(), "00101**********")
	require.Contains(t, b.String(), "m***@example.com")
}
