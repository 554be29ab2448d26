package nidd

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store/record"
)

// TestChargingFields reads what is stored of a connection for charging.
func TestChargingFields(t *testing.T) {
	c := Connection{EBI: 5, Characteristics: "0800", IMEI: "49015420323751", Opened: noon}
	var got Connection
	require.NoError(t, got.decode(record.Read(c.encode())))
	require.Equal(t, c, got)
}

func TestBornAt(t *testing.T) {
	first := newID()
	second := newID()
	require.True(t, bornAt(first).Before(bornAt(second)))
	require.Equal(t, lastID.Load(), bornAt(second).UnixNano())
	for _, s := range []string{"", "0", "?"} {
		require.True(t, bornAt(s).IsZero(), s)
	}
}
