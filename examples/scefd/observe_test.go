package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/charging"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// TestObserved runs a daemon with counters and charging records, and looks at both.
func TestObserved(t *testing.T) {
	b := newBench(t)
	dir, listen := filepath.Join(b.dir, "charging"), address(t)
	b.more = fmt.Sprintf("charging: {dir: %q, maxAge: 24h}\nmetrics: {listen: %q, occupancyEvery: 1s}", dir, listen)
	m, node := b.mme(mmeID, nil)
	b.start()
	b.await(node)
	page := func() string {
		res, err := client(t).Get("http://" + listen + "/metrics")
		require.NoError(t, err)
		defer res.Body.Close()
		require.Equal(t, 200, res.StatusCode)
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(text)
	}
	eventually(t, 20*time.Second, func() string {
		if text := page(); !strings.Contains(text, `scef_diameter_peers{state="Open"} 2`) {
			return "the daemon sees no peers:\n" + text
		}
		return ""
	})
	ue, ext := b.provision(1)
	cfg := b.create(ext)
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	require.NoError(t, ue.Send(t.Context(), []byte("up")))
	_, err := b.as.NIDD().CreateDelivery(t.Context(), as1, cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: ext, Data: []byte("down")})
	require.NoError(t, err)
	ue.Sleep()
	_, err = b.as.NIDD().CreateDelivery(t.Context(), as1, cfg.Self, &t8.NIDDDownlinkDataTransfer{ExternalID: ext, Data: []byte("later")})
	require.NoError(t, err)
	_, err = b.as.NIDD().Configuration(t.Context(), as1, cfg.Self+"0")
	require.Error(t, err)

	text := page()
	eventually(t, 20*time.Second, func() string {
		if text = page(); !strings.Contains(text, "scef_nidd_buffer_deliveries 1\n") {
			return "stored data is not counted"
		}
		return ""
	})
	for _, line := range []string{
		`scef_nidd_deliveries_kept_total{status="BUFFERING_TEMPORARILY_NOT_REACHABLE"} 1`,
		`scef_nidd_odr_seconds_count 1`,
		`scef_nidd_tdr_seconds_count 2`,
		`scef_nidd_buffer_deliveries 1`,
		`scef_nidd_buffer_octets 5`,
		`scef_t8_requests_total{api="3gpp-nidd",operation="CreateNIDDConfiguration",status="201",cause=""} 1`,
		`scef_t8_requests_total{api="3gpp-nidd",operation="FetchIndNIDDConfiguration",status="404",cause=""} 1`,
		`scef_charging_dropped_total 0`,
		`scef_diameter_peers{state="Open"} 2`,
	} {
		require.Contains(t, text, line+"\n")
	}
	imsi, _, _ := ident(1)
	for _, name := range []string{string(imsi), string(ext), string(imsi)[:8]} {
		require.NotContains(t, text, name, "nothing of a subscriber")
	}
	require.NoError(t, ue.Wake(t.Context()))
	_, err = sim.Next[t8.NIDDDownlinkDataDeliveryStatusNotification](t.Context(), b.as)
	require.NoError(t, err)
	require.NoError(t, m.Detach(t.Context(), ue))

	b.term(t)
	require.Zero(t, b.wait(t))
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	file, err := os.ReadFile(names[0])
	require.NoError(t, err)
	var r charging.Record
	require.NoError(t, json.Unmarshal(file, &r), "one record")
	require.Equal(t, string(imsi), r.ServedIMSI, "in full")
	require.Equal(t, charging.Normal, r.CauseForClosing)
	require.True(t, r.Last)
	require.EqualValues(t, 2, r.UplinkVolume)
	require.EqualValues(t, 9, r.DownlinkVolume)
	require.Len(t, r.NIDDSubmissions, 4)
	require.Equal(t, "0800", r.ChargingCharacteristics)
	require.NotContains(t, b.log.String(), string(imsi), "nowhere else")
	require.Less(t, time.Since(r.ConnectionOpeningTime), time.Hour)
	require.True(t, strings.HasSuffix(r.ServingNodeIdentity, realm))
}

func TestObserveConfig(t *testing.T) {
	for text, want := range map[string]string{
		"charging: {}":                      "charging.dir: is missing",
		"charging: {dir: x, maxAge: soon}":  "charging.maxAge: ",
		"charging: {dir: x, queue: -1}":     "charging: ",
		"metrics: {}":                       "metrics.listen: is missing",
		"metrics: {occupancyEvery: soon}":   "metrics.occupancyEvery: ",
		"metrics: {listen: \"127.0.0.1\"}":  "metrics.listen: ",
		"charging: {dir: x, maxSize: 1000}": "MaxSize",
	} {
		_, err := parseConfig([]byte(with(text)))
		require.ErrorContains(t, err, want)
	}
}

// TestChargingKill kills a daemon while it writes a record, and looks at what the next one makes of the file.
func TestChargingKill(t *testing.T) {
	b := newBench(t)
	dir := filepath.Join(b.dir, "charging")
	b.more = fmt.Sprintf("charging: {dir: %q, maxSubmissions: 1, maxAge: 24h}", dir)
	m, node := b.mme(mmeID, nil)
	ue, ext := b.provision(1)
	b.start()
	b.await(node)
	eventually(t, 20*time.Second, func() string { // the HSS may have a connection before the daemon knows
		if _, err := b.as.NIDD().CreateConfiguration(t.Context(), as1, b.request(ext)); err != nil {
			return err.Error()
		}
		return ""
	})
	require.NoError(t, ue.Attach(t.Context(), m, apn))
	require.NoError(t, ue.Send(t.Context(), []byte("1")))
	path := filepath.Join(dir, "nidd.open")
	var before []byte
	eventually(t, 20*time.Second, func() string {
		var err error
		if before, err = os.ReadFile(path); err != nil || len(before) == 0 {
			return "no record is written"
		}
		return ""
	})
	b.kill()
	require.NoError(t, os.WriteFile(path, append(before, before[:100]...), 0o600)) // as when it died within a write

	b.start()
	b.await(node)
	eventually(t, 20*time.Second, func() string {
		if err := ue.Send(t.Context(), []byte("22")); err != nil {
			return err.Error()
		}
		return ""
	})
	require.Contains(t, b.log.String(), "torn")
	b.term(t)
	require.Zero(t, b.wait(t))
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, names, 1, "one file, and finished")
	file, err := os.ReadFile(names[0])
	require.NoError(t, err)
	var octets []int64
	for line := range strings.Lines(string(file)) {
		var r charging.Record
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		octets = append(octets, r.UplinkVolume)
	}
	require.Equal(t, []int64{1, 2}, octets)
}
