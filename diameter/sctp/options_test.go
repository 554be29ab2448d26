package sctp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOptions(t *testing.T) {
	o, err := (*Options)(nil).withDefaults()
	require.NoError(t, err)
	require.Equal(t, Options{Streams: 1}, o)

	given := &Options{Local: addrs("::ffff:192.0.2.1"), Streams: 1, RTOInitial: time.Second, RTOMin: time.Second, RTOMax: time.Minute}
	o, err = given.withDefaults()
	require.NoError(t, err)
	require.Equal(t, addrs("192.0.2.1"), o.Local)
	require.Equal(t, addrs("::ffff:192.0.2.1"), given.Local)

	for name, o := range map[string]Options{
		"Streams":               {Streams: -1},
		"Streams above":         {Streams: 1 << 16},
		"Local":                 {Local: addrs("0.0.0.0")},
		"HeartbeatInterval":     {HeartbeatInterval: time.Microsecond},
		"RTOMin":                {RTOMin: -1},
		"RTO, min and max":      {RTOMin: time.Minute, RTOMax: time.Second},
		"RTO, initial and max":  {RTOInitial: time.Minute, RTOMax: time.Second},
		"RTO, min and initial":  {RTOMin: time.Minute, RTOInitial: time.Second},
		"RTOMax":                {RTOMax: 1 << 62},
		"PathMaxRetrans":        {PathMaxRetrans: 1 << 16},
		"AssociationMaxRetrans": {AssociationMaxRetrans: -1},
		"SendBuffer":            {SendBuffer: -1},
		"ReceiveBuffer":         {ReceiveBuffer: -1},
	} {
		_, err := o.withDefaults()
		require.Error(t, err, name)
		_, err = NewDialer(&o)
		require.Error(t, err, name)
		_, err = Listen(t.Context(), "sctp", "127.0.0.1:0", &o)
		require.Error(t, err, name)
	}
}
