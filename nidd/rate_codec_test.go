package nidd

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRecordsOfLimits compares what rate control and quotas add to the records with fixed octets, as TestRecords does.
func TestRecordsOfLimits(t *testing.T) {
	c := Connection{
		EBI: 5, PausedUntil: noon, Rates: rateControl{Asked: askedRates | askedExceptions, Uplink: []byte{2, 0, 0, 9}, Exception: []byte{1, 0, 7}},
	}
	require.Equal(t, "0805f0018080d4c3bdcff9b431f80103820204020000098a0203010007", hex.EncodeToString(c.encode()))
	u, err := decodeUE((&UE{Connections: []Connection{c}}).encode())
	require.NoError(t, err)
	require.Equal(t, c, u.Connections[0])

	d := &Delivery{ID: "d", Stored: true, counted: []string{"s\x00", "a\x01"}, countedOctets: 300}
	require.Equal(t, "0a0164f201027300f201026101f801ac02", hex.EncodeToString(d.encode()))
	got, err := decodeDelivery(d.encode())
	require.NoError(t, err)
	require.Equal(t, d, got)

	w := usage{downAPN: {1, 2}, upAPN: {3, noon.UnixNano()}, upException: {5, 6}}
	require.Equal(t, "100118022003288080eae1dee7bcda1830053806", hex.EncodeToString(w.encode()))
	back, err := decodeUsage(append(w.encode(), 0xfa, 0x3f, 2, 'h', 'i'))
	require.NoError(t, err)
	require.Equal(t, w, back)
	_, err = decodeUsage([]byte{0xff})
	require.Error(t, err)
}
