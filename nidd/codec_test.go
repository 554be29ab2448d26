package nidd

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// fullRecords returns a record of each type with a value in every field, and one field of a newer release.
func fullRecords() (*Config, *UE, *Delivery, *outcome) {
	newer := []byte{0xfa, 0x3f, 2, 'h', 'i'} // field 1023, two octets
	rate, none := uint32(60), uint32(0)
	c := &Config{
		ID: "c1", SCSAS: "as1", APN: "iot.example", IMSI: "001010000000001", ExternalID: "a@example.com", MSISDN: "15550001",
		ByMSISDN: true, HSS: diameter.Identity{Host: "hss", Realm: "realm"}, Destination: "https://as.example/n", MTCProviderID: "m",
		Features: "108", Test: true, WebSocket: true, Option: t8.SendTrigger, Reliable: true,
		Ports: []t8.RDSPort{{PortUE: 0, PortSCEF: 3}, {PortUE: 255, PortSCEF: 1}}, Duration: noon, GrantedUntil: noon.Add(1),
		Status: Revoked, unknown: newer,
	}
	u := &UE{
		IMSI: c.IMSI, pending: 7, identities: []string{"a@example.com", "15550001"}, unknown: newer,
		configs: []configRef{{SCSAS: "as1", ID: "c1", APN: "iot.example", unknown: newer}, {SCSAS: "as2", ID: "c2", APN: "b"}},
		Connections: []Connection{{
			EBI: 5, APN: "iot.example", Node: diameter.Identity{Host: "mme", Realm: "r"}, State: UpAsleep, ChargingID: 1 << 31,
			RATType: -1, Visited: "\x00\xf1\x10", UplinkRate: &none, DownlinkRate: &rate, ReachableUntil: noon, RetryAt: noon,
			Tries: 3, Signs: 4, unknown: newer,
		}, {EBI: 6}},
	}
	d := &Delivery{
		ID: "d1", SCSAS: "as1", ConfigID: "c1", IMSI: c.IMSI, Data: []byte{0, 1}, Option: t8.WaitForUE, Priority: -4,
		MaxLatency: -1, Expires: noon, Reliable: true, Port: &t8.RDSPort{PortUE: 1}, State: Asleep, Stored: true, Triggered: true,
		TriggerOnly: true, NoRoute: true, NotBefore: noon,
		Attempt: attempt{
			EndToEnd: 1 << 31, SessionID: "s;1;2", EBI: 5, Node: diameter.Identity{Host: "mme", Realm: "r"}, Until: noon,
			Signs: 2, By: 9,
		},
		unknown: newer,
	}
	o := &outcome{State: NextHopLost, Triggered: true, RetryAt: noon, Until: noon.Add(time.Hour), unknown: newer}
	return c, u, d, o
}

// TestRecords compares what is written with octets that the first release wrote: every later one has to read them.
// Decoding and encoding again gives the same, fields of a newer release included.
func TestRecords(t *testing.T) {
	c, u, d, o := fullRecords()
	for _, x := range []struct {
		name   string
		octets []byte
		want   string
	}{
		{"configuration", c.encode(), goldenConfig},
		{"UE", u.encode(), goldenUE},
		{"delivery", d.encode(), goldenDelivery},
		{"outcome", o.encode(), goldenOutcome},
	} {
		if got := hex.EncodeToString(x.octets); got != x.want {
			t.Errorf("%s is written as\n%s, want\n%s", x.name, got, x.want)
		}
	}
	gotC, err := decodeConfig(c.encode())
	require.NoError(t, err)
	require.Equal(t, c, gotC)
	gotU, err := decodeUE(u.encode())
	require.NoError(t, err)
	require.Equal(t, u, gotU)
	gotD, err := decodeDelivery(d.encode())
	require.NoError(t, err)
	require.Equal(t, d, gotD)
	gotO, err := decodeOutcome(o.encode())
	require.NoError(t, err)
	require.Equal(t, o, gotO)
	for _, empty := range [][]byte{(&Config{}).encode(), (&UE{}).encode(), (&Delivery{}).encode(), (&outcome{}).encode()} {
		require.Empty(t, empty)
	}
}

const (
	goldenConfig = "0a02633112036173311a0b696f742e6578616d706c65220f3030313031303030303030303030312a0d61406578616d70" +
		"6c652e636f6d32083135353530303031380142036873734a057265616c6d521468747470733a2f2f61732e6578616d70" +
		"6c652f6e5a016d62033130386a0c53454e445f5452494747455270017a04080110047a05088002100280018080d4c3bd" +
		"cff9b43188018280d4c3bdcff9b431900101980101a00101fa3f026869"
	goldenUE = "0a0f30303130313030303030303030303112470805120b696f742e6578616d706c651a036d6d65220172280230808080" +
		"80083801420300f1104801503d588080d4c3bdcff9b431608080d4c3bdcff9b43168037004fa3f026869120208061a1b" +
		"0a03617331120263311a0b696f742e6578616d706c65fa3f0268691a0c0a03617332120263321a016220072a0d614065" +
		"78616d706c652e636f6d2a083135353530303031fa3f026869"
	goldenDelivery = "0a02643112036173311a026331220f3030313031303030303030303030312a020001320b574149545f464f525f554538" +
		"074001488080d4c3bdcff9b43150015a0408021001600368017001780180018080d4c3bdcff9b4318801808080800892" +
		"0105733b313b32980105a201036d6d65aa010172b0018080d4c3bdcff9b431b80102c00109fa3f026869"
	goldenOutcome = "08081001188080d4c3bdcff9b43120808099cf83a1fbb431fa3f026869"
)

// TestDamagedRecords cuts records, and what is within them, short.
func TestDamagedRecords(t *testing.T) {
	short := []byte{1<<3 | 2, 9, 'x'}
	within := func(n byte) []byte { return append([]byte{n<<3 | 2, byte(len(short))}, short...) }
	for name, decode := range map[string]func() error{
		"configuration":       func() error { _, err := decodeConfig(short); return err },
		"ports":               func() error { _, err := decodeConfig(within(15)); return err },
		"UE":                  func() error { _, err := decodeUE(short); return err },
		"connection":          func() error { _, err := decodeUE(within(2)); return err },
		"configuration of UE": func() error { _, err := decodeUE(within(3)); return err },
		"delivery":            func() error { _, err := decodeDelivery(short); return err },
		"port":                func() error { _, err := decodeDelivery(within(11)); return err },
		"outcome":             func() error { _, err := decodeOutcome(short); return err },
	} {
		require.ErrorIs(t, decode(), record.ErrDamaged, name)
	}
}

func FuzzRecords(f *testing.F) {
	f.Add((&Config{ID: "x", Duration: noon}).encode())
	f.Add((&UE{IMSI: "001010000000001", Connections: []Connection{{EBI: 5}}}).encode())
	f.Add((&Delivery{Data: []byte("x"), Port: &t8.RDSPort{}}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := decodeConfig(b); err == nil {
			again, err := decodeConfig(c.encode())
			require.NoError(t, err)
			require.Equal(t, c.ID, again.ID)
		}
		if u, err := decodeUE(b); err == nil {
			again, err := decodeUE(u.encode())
			require.NoError(t, err)
			written := slices.DeleteFunc(u.Connections, func(c Connection) bool { return len(c.encode()) == 0 }) // nothing says nothing
			require.Len(t, again.Connections, len(written))
		}
		if d, err := decodeDelivery(b); err == nil {
			_, err := decodeDelivery(d.encode())
			require.NoError(t, err)
		}
	})
}

// BenchmarkRecords writes and reads the records that uplink and downlink data touch.
func BenchmarkRecords(b *testing.B) {
	c, u, d, _ := fullRecords()
	c.unknown, u.unknown, d.unknown, u.configs[0].unknown, u.Connections[0].unknown = nil, nil, nil, nil, nil
	encodings := [][]byte{c.encode(), u.encode(), d.encode()}
	for _, x := range []struct {
		name string
		op   func() error
	}{
		{"encode/Config", func() error { c.encode(); return nil }},
		{"encode/UE", func() error { u.encode(); return nil }},
		{"encode/Delivery", func() error { d.encode(); return nil }},
		{"decode/Config", func() error { _, err := decodeConfig(encodings[0]); return err }},
		{"decode/UE", func() error { _, err := decodeUE(encodings[1]); return err }},
		{"decode/Delivery", func() error { _, err := decodeDelivery(encodings[2]); return err }},
	} {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := x.op(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
