package nidd

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/store/record"
	"github.com/scefkit/scefkit/t8"
)

// TestGroupRecords is TestRecords for what came with groups.
func TestGroupRecords(t *testing.T) {
	newer := []byte{0xfa, 0x3f, 2, 'h', 'i'} // field 1023, two octets
	c := &Config{ID: "c1", SCSAS: "as1", APN: "iot.example", ExternalGroupID: "g@example.com", Generation: 5}
	d := &Delivery{ID: "d1", SCSAS: "as1", ConfigID: "c1", GroupAPN: "iot.example", Stored: true, Option: t8.WaitForUE}
	m := &member{IMSI: "001010000000001", ExternalID: "a@example.com", MSISDN: "15550001", Generation: 5, Revoked: true, GrantedUntil: noon, unknown: newer}
	w := &groupWork{kind: workSweep, c: c, generation: 6, segments: 3, complete: true, exists: true, cursor: m.IMSI, unknown: newer}
	x := &progress{Cursor: m.IMSI, Next: 4, Walked: true, By: 9, unknown: newer}
	mme := diameter.Identity{Host: "mme", Realm: "r"}
	list := []marked{
		{IMSI: "1", Attempt: attempt{EndToEnd: 1 << 31, SessionID: "s;1", EBI: 5, Node: mme, Signs: 2}},
		{IMSI: "2"},
		{IMSI: "3", Attempt: attempt{EndToEnd: 7, SessionID: "s;2", EBI: 6, Node: mme}},
		{IMSI: "4", Attempt: attempt{EndToEnd: 8, SessionID: "s;3", EBI: 6, Node: diameter.Identity{Host: "mme2", Realm: "r"}}},
	}
	for _, x := range []struct {
		name   string
		octets []byte
		want   string
	}{
		{"configuration", c.encode(), "0a02633112036173311a0b696f742e6578616d706c65c2020d67406578616d706c652e636f6dc80205"},
		{"delivery", d.encode(), "0a02643112036173311a026331320b574149545f464f525f5545c2020b696f742e6578616d706c65"},
		{"member", m.encode(), "0a0f303031303130303030303030303031120d61406578616d706c652e636f6d1a08313535353030303120052801308080d4c3bdcff9b431fa3f026869"},
		{"work", w.encode(), "080112290a02633112036173311a0b696f742e6578616d706c65c2020d67406578616d706c652e636f6dc8020518062003280130013a0f303031303130303030303030303031fa3f026869"},
		{"progress", x.encode(), "0a0f303031303130303030303030303031100418012009fa3f026869"},
		{"batch", encodeBatch(9, list), "0809121a0a01311080808080081a03733b312005280232036d6d653a017212030a0132120c0a013310071a03733b32200612150a013410081a03733b33200632046d6d65323a0172"},
	} {
		if got := hex.EncodeToString(x.octets); got != x.want {
			t.Errorf("%s is written as\n%s, want\n%s", x.name, got, x.want)
		}
	}
	gotC, err := decodeConfig(c.encode())
	require.NoError(t, err)
	require.Equal(t, c, gotC)
	gotD, err := decodeDelivery(d.encode())
	require.NoError(t, err)
	require.Equal(t, d, gotD)
	gotM, err := decodeMember(m.encode())
	require.NoError(t, err)
	require.Equal(t, m, gotM)
	gotW, err := decodeGroupWork(w.encode())
	require.NoError(t, err)
	require.Equal(t, w, gotW)
	gotX, err := decodeProgress(x.encode())
	require.NoError(t, err)
	require.Equal(t, x, gotX)
	by, gotList, err := decodeBatch(encodeBatch(9, list))
	require.NoError(t, err)
	require.EqualValues(t, 9, by)
	require.Equal(t, list, gotList)

	short := []byte{1<<3 | 2, 9, 'x'}
	within := append([]byte{2<<3 | 2, byte(len(short))}, short...)
	for name, decode := range map[string]func() error{
		"member":        func() error { _, err := decodeMember(short); return err },
		"work":          func() error { _, err := decodeGroupWork(short); return err },
		"configuration": func() error { _, err := decodeGroupWork(within); return err },
		"progress":      func() error { _, err := decodeProgress(short); return err },
		"batch":         func() error { _, _, err := decodeBatch(short); return err },
		"in a batch":    func() error { _, _, err := decodeBatch(within); return err },
	} {
		require.ErrorIs(t, decode(), record.ErrDamaged, name)
	}
}

// TestGroupMember checks until when a member is one.
func TestGroupMember(t *testing.T) {
	c := &Config{Generation: 5}
	for _, x := range []struct {
		m    member
		want bool
	}{
		{member{Generation: 4}, false},
		{member{Generation: 5}, true},
		{member{Generation: 6}, true},
		{member{Generation: 5, Revoked: true}, false},
		{member{Generation: 5, GrantedUntil: noon}, false},
		{member{Generation: 5, GrantedUntil: noon.Add(time.Second)}, true},
	} {
		require.Equal(t, x.want, x.m.authorised(c, noon), x.m)
	}
}
