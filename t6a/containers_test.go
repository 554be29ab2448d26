package t6a_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// contents is what the containers with a type of their own have in common.
type contents interface {
	Append([]byte) ([]byte, error)
}

func TestContainers(t *testing.T) {
	parseAPN := func(b []byte) (contents, error) { return t6a.ParseAPNRateControl(b) }
	parseException := func(b []byte) (contents, error) { return t6a.ParseExceptionRateControl(b) }
	for _, c := range []struct {
		parse  func([]byte) (contents, error)
		octets string
		want   contents
	}{
		{parseAPN, "010000ff", t6a.APNRateControl{Unit: t6a.RatePerMinute, MaxUplink: 255}},
		{parseAPN, "0b123456", t6a.APNRateControl{Unit: t6a.RatePerDay, ExceptionReports: true, MaxUplink: 0x123456}},
		{parseAPN, "08000000", t6a.APNRateControl{ExceptionReports: true}},
		{parseAPN, "07ffffff", t6a.APNRateControl{Unit: 7, MaxUplink: 0xffffff}},
		{parseException, "040102", t6a.ExceptionRateControl{Unit: t6a.RatePerWeek, MaxUplink: 258}},
		{parseException, "000000", t6a.ExceptionRateControl{}},
	} {
		b, err := hex.DecodeString(c.octets)
		require.NoError(t, err)
		got, err := c.parse(b)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
		out, err := got.Append([]byte("x"))
		require.NoError(t, err)
		require.Equal(t, "x"+string(b), string(out))
		b[0] |= 0xf0 // spare bits
		got, err = c.parse(b)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
		for _, bad := range [][]byte{nil, b[1:], append(b, 0)} {
			_, err := c.parse(bad)
			require.Error(t, err)
		}
	}
	for _, v := range []contents{t6a.APNRateControl{Unit: 8}, t6a.APNRateControl{MaxUplink: 1 << 24}, t6a.ExceptionRateControl{Unit: 8}} {
		b, err := v.Append([]byte("x"))
		require.Error(t, err)
		require.Equal(t, []byte("x"), b)
	}
}

func TestNonIPLinkMTU(t *testing.T) {
	for mtu, octets := range map[int]string{1: "0001", 1400: "0578", 65535: "ffff"} {
		b, err := t6a.AppendNonIPLinkMTU(nil, mtu)
		require.NoError(t, err)
		require.Equal(t, octets, hex.EncodeToString(b))
		got, err := t6a.ParseNonIPLinkMTU(b)
		require.NoError(t, err)
		require.Equal(t, mtu, got)
	}
	for _, mtu := range []int{-1, 0, 65536} {
		_, err := t6a.AppendNonIPLinkMTU(nil, mtu)
		require.Error(t, err)
	}
	for _, b := range [][]byte{nil, {5}, {5, 0x78, 0}} {
		_, err := t6a.ParseNonIPLinkMTU(b)
		require.Error(t, err)
	}
}

func TestRateUnit(t *testing.T) {
	for u, want := range map[t6a.RateUnit]string{
		t6a.RateUnrestricted: "unrestricted 0s", t6a.RatePerMinute: "minute 1m0s", t6a.RatePerHour: "hour 1h0m0s",
		t6a.RatePerDay: "day 24h0m0s", t6a.RatePerWeek: "week 168h0m0s", 5: "RateUnit(5) 0s",
	} {
		require.Equal(t, want, fmt.Sprint(u, u.Duration()))
	}
}

func TestBearerIdentifier(t *testing.T) {
	for ebi := range uint8(255) {
		b, err := t6a.AppendBearerIdentifier([]byte("x"), ebi)
		if ebi == 0 || ebi > 15 {
			requireAVPError(t, err, diameter.InvalidAVPValue, []byte{ebi})
			require.Equal(t, []byte("x"), b)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []byte{'x', ebi}, b)
		got, err := t6a.ParseBearerIdentifier(b[1:])
		require.NoError(t, err)
		require.Equal(t, ebi, got)
	}
	for _, b := range [][]byte{{}, {0, 5}} {
		_, err := t6a.ParseBearerIdentifier(b)
		requireAVPError(t, err, diameter.InvalidAVPLength, b)
	}
}

func requireAVPError(t *testing.T, err error, want diameter.Result, value []byte) {
	t.Helper()
	var e *diameter.AVPError
	require.ErrorAs(t, err, &e)
	require.Equal(t, want, e.Result)
	a, rest, err := diameter.NextAVP(e.Failed)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, diameter.AVPCode(1020), a.Code)
	require.Equal(t, diameter.Vendor3GPP, a.Vendor)
	require.Equal(t, value, append([]byte{}, a.Data...))
}

func TestValidityTime(t *testing.T) {
	for _, c := range []struct {
		v  uint64
		at time.Time
	}{
		{0x83aa7e80_00000000, time.Unix(0, 0)},
		{0x83aa7e80_80000000, time.Unix(0, 5e8)},
		{0x00000000_00000000, time.Date(2036, 2, 7, 6, 28, 16, 0, time.UTC)},
		{0xffffffff_00000000, time.Date(2036, 2, 7, 6, 28, 15, 0, time.UTC)},
		{0x80000000_00000000, time.Date(1968, 1, 20, 3, 14, 8, 0, time.UTC)},
	} {
		require.Equal(t, c.at.UTC(), t6a.ParseValidityTime(c.v))
		v, err := t6a.ValidityTime(c.at)
		require.NoError(t, err)
		require.Equal(t, c.v, v)
	}
	for _, at := range []time.Time{{}, time.Date(1968, 1, 20, 3, 14, 7, 0, time.UTC), time.Date(2104, 2, 26, 9, 42, 24, 0, time.UTC)} {
		_, err := t6a.ValidityTime(at)
		require.Error(t, err, at)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 5000 {
		at := time.Unix(r.Int64N(4e9), r.Int64N(1e9)).UTC()
		v, err := t6a.ValidityTime(at)
		require.NoError(t, err)
		require.Equal(t, at, t6a.ParseValidityTime(v))
	}
	require.Equal(t, time.Unix(1, 0).UTC(), t6a.ParseValidityTime(0x83aa7e80_ffffffff), "to the nearest nanosecond")
}

// What is read out of a container survives being written and read again.
func FuzzContainers(f *testing.F) {
	f.Add([]byte{5, 0x78})
	f.Add([]byte{0x0b, 0, 0, 255})
	f.Add([]byte{4, 1, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, err := t6a.ParseAPNRateControl(b); err == nil {
			out, err := v.Append(nil)
			require.NoError(t, err)
			again, err := t6a.ParseAPNRateControl(out)
			require.NoError(t, err)
			require.Equal(t, v, again)
		}
		if v, err := t6a.ParseExceptionRateControl(b); err == nil {
			out, err := v.Append(nil)
			require.NoError(t, err)
			again, err := t6a.ParseExceptionRateControl(out)
			require.NoError(t, err)
			require.Equal(t, v, again)
		}
		if mtu, err := t6a.ParseNonIPLinkMTU(b); err == nil && mtu > 0 {
			out, err := t6a.AppendNonIPLinkMTU(nil, mtu)
			require.NoError(t, err)
			require.Equal(t, b, out)
		}
		if ebi, err := t6a.ParseBearerIdentifier(b); err == nil {
			out, err := t6a.AppendBearerIdentifier(nil, ebi)
			require.NoError(t, err)
			require.Equal(t, b, out)
		}
	})
}
