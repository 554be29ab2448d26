package rds

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPortMessages(t *testing.T) {
	for _, c := range []struct {
		m      PortMessage
		octets string
	}{
		{PortMessage{Action: QueryPorts}, "\x30\x00"},
		{PortMessage{Action: ReservePorts, Ports: []Port{{UE: 1, SCEF: 2, Application: "meter", Formats: CBOR | XML}}}, "\x10\x01\x12\x05\x05meter"},
		{PortMessage{Action: ReleasePorts, Status: PortNotAssociated, Ports: []Port{{UE: 15}, {SCEF: 15}}}, "\x22\x02\xF0\x00\x00\x0F\x00\x00"},
		{PortMessage{Action: NotifyPorts, Status: FormatNotSupported, Ports: []Port{{Application: strings.Repeat("a", 255), Formats: JSON}}},
			"\x43\x01\x00\x02\xFF" + strings.Repeat("a", 255)},
	} {
		b, err := codec.AppendPorts(nil, &c.m)
		require.NoError(t, err)
		require.Equal(t, c.octets, string(b))
		m, err := codec.ParsePorts(b)
		require.NoError(t, err)
		require.Equal(t, c.m, m)
		for n := range b {
			_, err := codec.ParsePorts(b[:n])
			require.ErrorIs(t, err, ErrTruncated)
		}
		_, err = codec.ParsePorts(append(b, 0))
		require.ErrorIs(t, err, ErrOutOfRange)
	}
	m, err := codec.ParsePorts([]byte("\x10\x01\x12\xF2\x00"))
	require.NoError(t, err)
	require.Equal(t, JSON, m.Ports[0].Formats, "others are left out")
	require.Equal(t, "CBOR+XML", (CBOR | XML).String())
	for _, b := range []string{"\x50\x00", "\x14\x00", "\x00\x00"} {
		_, err := codec.ParsePorts([]byte(b))
		require.ErrorIs(t, err, ErrUnknown)
	}
	for _, m := range []PortMessage{{Action: portActions}, {Status: portStatuses}, {Ports: make([]Port, 256)}, {Ports: []Port{{UE: 16}}},
		{Ports: []Port{{SCEF: 16}}}, {Ports: []Port{{Formats: 8}}}, {Ports: []Port{{Application: strings.Repeat("a", 256)}}}} {
		b, err := codec.AppendPorts([]byte{7}, &m)
		require.ErrorIs(t, err, ErrOutOfRange)
		require.Equal(t, []byte{7}, b)
	}
}

func TestParameters(t *testing.T) {
	b, err := codec.AppendParameters(nil, Parameters{Window: 3})
	require.NoError(t, err)
	require.Equal(t, []byte{1, 3}, b)
	p, err := codec.ParseParameters(b)
	require.NoError(t, err)
	require.Equal(t, Parameters{Window: 3}, p)
	_, err = codec.AppendParameters(nil, Parameters{})
	require.ErrorIs(t, err, ErrOutOfRange)
	for s, want := range map[string]error{"\x01": ErrTruncated, "\x02\x01": ErrUnknown, "\x01\x00": ErrOutOfRange, "\x01\x01\x01": ErrOutOfRange} {
		_, err := codec.ParseParameters([]byte(s))
		require.ErrorIs(t, err, want)
	}
}
