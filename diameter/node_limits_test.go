package diameter_test

import (
	"bytes"
	"testing"

	"github.com/scefkit/scefkit/diameter"
	"github.com/stretchr/testify/require"
)

// A message with too many AVPs reaches no handler, and one that is just below the limit does.
func TestMaxAVPs(t *testing.T) {
	bubble(t, func(t *testing.T, b *bench) {
		b.node(scef, succeed(), &diameter.Options{MaxAVPs: 40})
		r := b.connect(mme, scef)
		filled := func(total int) *diameter.Message {
			m := request(scef) // five AVPs
			m.AVPs = append(m.AVPs, bytes.Repeat(diameter.AppendUint32(nil, 9999, 0, 0, 1), total-5)...)
			return m
		}
		r.send(filled(41))
		require.Equal(t, diameter.UnableToComply, r.result(r.receive()))
		r.send(filled(40))
		require.Equal(t, diameter.Success, r.result(r.receive()))
		dwr, err := diameter.NewRequest(&diameter.DWR{OriginHost: mme.Host, OriginRealm: mme.Realm})
		require.NoError(t, err)
		dwr.AVPs = filled(41).AVPs
		r.send(dwr)
		require.Equal(t, diameter.UnableToComply, r.result(r.receive()))

		cer := b.dial(scef)
		m, err := diameter.NewRequest(newCER(diameter.Identity{Host: "mme2.epc.example.com", Realm: mme.Realm}))
		require.NoError(t, err)
		m.AVPs = append(m.AVPs, filled(45).AVPs...)
		cer.send(m)
		require.Equal(t, diameter.UnableToComply, cer.result(cer.receive()))
		cer.closed()
	})
	for _, most := range []int{31, diameter.MaxAVPs + 1} {
		_, err := diameter.NewNode(scef, []diameter.App{{ID: testApp}}, &diameter.Options{MaxAVPs: most})
		require.ErrorContains(t, err, "MaxAVPs")
	}
}

// Groups within groups that no grammar knows are not looked into: neither by decoding nor by printing nor by the search.
func TestDeepNesting(t *testing.T) {
	deep := []byte{}
	for len(deep) < 60_000 {
		deep = diameter.AVP{Code: 279, Data: deep}.Append(nil)
	}
	m, err := diameter.NewRequest(newCER(mme))
	require.NoError(t, err)
	m.AVPs = append(m.AVPs, deep...)
	var cer diameter.CER
	require.NoError(t, diameter.Decode(m, &cer))
	require.Len(t, cer.Extra, 1)
	require.Less(t, len(cer.String()), 1000)
	_, found := diameter.FindAVP(m.AVPs, 9999, 0)
	require.False(t, found)

	// Groups that a grammar knows end where it ends: Vendor-Specific-Application-Id within itself is an extra AVP of it.
	deep = deep[:0]
	for len(deep) < 60_000 {
		b, at := diameter.BeginAVP(nil, 260, 0, diameter.AVPMandatory)
		b = diameter.AppendUint32(b, 266, 0, diameter.AVPMandatory, 10415)
		b = diameter.AppendUint32(b, 258, 0, diameter.AVPMandatory, uint32(testApp))
		deep = diameter.EndAVP(append(b, deep...), at)
	}
	m.AVPs = append(m.AVPs[:0], deep...)
	m.AVPs = diameter.AppendString(m.AVPs, 264, 0, diameter.AVPMandatory, mme.Host)
	require.Error(t, diameter.Decode(m, &cer))
	require.Less(t, len(cer.String()), 10_000)
}
