package nidd

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// TestRDSRecords encodes and decodes every field about the Reliable Data Service, with one of a newer release in each.
func TestRDSRecords(t *testing.T) {
	newer := []byte{0xfa, 0x3f, 2, 'h', 'i'}
	machine, err := rds.New(nil)
	require.NoError(t, err)
	acked, _, err := machine.Step(rds.NewState(rds.PortPair(0, 15)), rds.Event{Kind: rds.Submit, Token: 3, Data: []byte("x")}, noon)
	require.NoError(t, err)
	port := managedPort{
		Port: t8.RDSPort{PortUE: 0, PortSCEF: 15}, App: "a", ByUE: true, Skip: true,
		Formats: []t8.SerializationFormat{t8.FormatXML, t8.FormatCBOR}, Format: t8.FormatXML,
	}
	c := &Config{ID: "c", rds: configRDS{off: true, managed: []managedPort{port, {}}, unknown: newer}}
	u := &UE{
		configs: []configRef{{SCSAS: "as1", ports: 1 << 15, rds: true}},
		Connections: []Connection{{EBI: 5, rds: connectionRDS{
			on:        true,
			links:     []rdsLink{{acked: acked, plain: rds.NewState(rds.PortPair(0, 15))}, {}},
			frames:    []rdsFrame{{octets: []byte{1}, token: 3, ports: rds.PortPair(0, 0)}, {octets: []byte{2}}},
			tokens:    4,
			inquiries: []inquiry{{SCSAS: "as1", ConfigID: "c", Release: true, Port: port, Left: rds.CBOR}},
			announce:  true, lacks: rds.JSON, has: rds.CBOR, by: 7, until: noon, retryAt: noon.Add(time.Second), unknown: newer,
		}}},
	}
	d := &Delivery{Stored: true, ID: "d", rds: deliveryRDS{frame: []byte{1}, token: 3, taken: true, doubt: true, unknown: newer}}
	gotC, err := decodeConfig(c.encode())
	require.NoError(t, err)
	require.Equal(t, c, gotC)
	gotU, err := decodeUE(u.encode())
	require.NoError(t, err)
	require.Equal(t, u.encode(), gotU.encode())
	require.Equal(t, u.Connections[0].rds.frames, gotU.Connections[0].rds.frames)
	require.Equal(t, u.Connections[0].rds.inquiries, gotU.Connections[0].rds.inquiries)
	require.Equal(t, u.configs, gotU.configs)
	require.Equal(t, acked.Deadline(), gotU.Connections[0].rds.links[0].acked.Deadline())
	gotD, err := decodeDelivery(d.encode())
	require.NoError(t, err)
	require.Equal(t, d, gotD)
}

func TestDamagedRDSRecords(t *testing.T) {
	short := []byte{1<<3 | 2, 9, 'x'}
	within := func(inner []byte, numbers ...record.Number) []byte {
		for _, n := range numbers {
			var w record.Writer
			w.Bytes(n, inner)
			inner = w
		}
		return inner
	}
	for name, b := range map[string][]byte{
		"connection": within(short, 50, 2), "link": within(short, 2, 50, 2), "state": within(short, 1, 2, 50, 2),
		"frame": within(short, 3, 50, 2), "inquiry": within(short, 5, 50, 2), "port of an inquiry": within(short, 4, 5, 50, 2),
	} {
		_, err := decodeUE(b)
		require.ErrorIs(t, err, record.ErrDamaged, name)
	}
	for name, b := range map[string][]byte{"configuration": within(short, 50), "port": within(short, 2, 50), "pair": within(short, 1, 2, 50)} {
		_, err := decodeConfig(b)
		require.ErrorIs(t, err, record.ErrDamaged, name)
	}
	_, err := decodeDelivery(within(short, 50))
	require.ErrorIs(t, err, record.ErrDamaged)
}
