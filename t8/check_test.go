package t8_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

func TestCheck(t *testing.T) {
	ok := t8.NIDDDownlinkDataTransfer{ExternalID: "ue@example.com", Data: []byte("hi"), MaximumLatency: new(t8.DurationSec(0)), Priority: new(0), RDSPort: &t8.RDSPort{}}
	require.NoError(t, t8.Check(&ok))

	bad := ok
	bad.MSISDN, bad.Data, bad.RDSPort = "12", nil, &t8.RDSPort{PortUE: -1, PortSCEF: 65536}
	bad.MaximumLatency = new(t8.DurationSec(-time.Second))
	err := t8.Check(&bad)
	require.ErrorIs(t, err, fault.InvalidParameter)
	var at []string
	for _, p := range fault.As(err).Params {
		at = append(at, p.Param)
	}
	require.Equal(t, []string{"/msisdn", "/data", "/rdsPort/portUE", "/rdsPort/portSCEF", "/maximumLatency", "/externalId", "/msisdn"}, at)

	require.ErrorIs(t, t8.Check(&t8.Acknowledgement{}), fault.MissingParameter)
	require.ErrorIs(t, t8.Check((*t8.Acknowledgement)(nil)), fault.Malformed)
	require.ErrorIs(t, t8.Check(nil), fault.Malformed)
	require.NoError(t, t8.Check(&t8.NIDDConfigurationPatch{}))
	require.Error(t, t8.Check(&t8.NIDDConfigurationPatch{NotificationDestination: t8.Set("")}))
	require.Error(t, t8.Check(&t8.NIDDConfigurationPatch{NotificationDestination: t8.Set("/relative")}))
}

func TestCheckOfDestination(t *testing.T) {
	for uri, ok := range map[string]bool{
		"https://as.example.com/n?x=1": true, "http://[2001:db8::1]:8080/": true,
		"https://": false, "https:///n": false, "//as.example.com/n": false, "as.example.com": false,
		"ftp://as.example.com/": false, "https://user@as.example.com/": false, "https://:443/": false, "http://[::1": false,
		"https://as.example.com/" + strings.Repeat("x", 2048): false,
	} {
		err := t8.Check(&t8.NIDDConfiguration{MSISDN: "12345", NotificationDestination: uri})
		require.Equal(t, ok, err == nil, "%s: %v", uri, err)
	}
}

func TestCheckAllocatesNothing(t *testing.T) {
	d := t8.NIDDDownlinkDataTransfer{ExternalID: "ue@example.com", Data: []byte("hi"), MaximumLatency: new(t8.DurationSec(time.Hour)), Priority: new(1), RDSPort: &t8.RDSPort{PortUE: 1, PortSCEF: 2}}
	require.NoError(t, t8.Check(&d))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = t8.Check(&d) }))
}

func TestDurationSec(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0", time.Nanosecond: "1", time.Second: "1", 1500 * time.Millisecond: "2", -time.Second: "0", math.MaxInt64: "9223372037"} {
		b, err := json.Marshal(t8.DurationSec(d))
		require.NoError(t, err)
		require.Equal(t, want, string(b))
	}
	var d t8.DurationSec
	require.NoError(t, json.Unmarshal([]byte("86400"), &d))
	require.Equal(t, 24*time.Hour, d.Duration())
	require.NoError(t, json.Unmarshal([]byte("9223372036854775807"), &d))
	require.Equal(t, time.Duration(math.MaxInt64), d.Duration())
	require.Error(t, json.Unmarshal([]byte("-1"), &d))
	require.Error(t, json.Unmarshal([]byte("1.5"), &d))
	require.Equal(t, "1m0s", t8.DurationSec(time.Minute).String())
}

func TestOpenEnumerations(t *testing.T) {
	require.True(t, t8.DeliverySending.Known())
	require.False(t, t8.DeliveryStatus("LATER").Known())
	require.True(t, t8.SendTrigger.Known())
	require.False(t, t8.PDNEstablishmentOption("").Known())
	// A value of a later release goes through.
	require.NoError(t, t8.Check(&t8.NIDDConfiguration{MSISDN: "12345", NotificationDestination: "https://x/", PDNEstablishmentOption: "PRAY"}))
}
