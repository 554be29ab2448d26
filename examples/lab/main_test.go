package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func few(t *testing.T) *config {
	t.Helper()
	dir := t.TempDir()
	return &config{
		devices: 20, duration: time.Second, report: 100 * time.Millisecond, command: 200 * time.Millisecond,
		asleep: 300 * time.Millisecond, seed: 1, mmes: 2, workers: 8, host: "scef." + defaultRealm, realm: defaultRealm,
		scsas: "as1", token: "lab-token-of-the-as", callback: "127.0.0.1:0",
		csv: filepath.Join(dir, "lab.csv"), html: filepath.Join(dir, "lab.html"),
	}
}

// TestRun: with an SCEF of its own.
func TestRun(t *testing.T) {
	c := few(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, c), out.String())
	for _, want := range []string{"20 devices at 2 MMEs", "reports", "failed 0,", "0  repeated, 0 unseen, 0 untold"} {
		require.Contains(t, out.String(), want)
	}
	for _, path := range []string{c.csv, c.html} {
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(b), "device")
	}
}

// TestElsewhere: the SCEF is there already.
func TestElsewhere(t *testing.T) {
	there := few(t)
	there.mmes, there.noHSS = 0, true
	n, err := connect(t.Context(), there, nil)
	defer func() { require.NoError(t, n.close()) }()
	require.NoError(t, err)

	c := few(t)
	c.scef, c.t8, c.limit, c.csv, c.html = there.scef, there.t8, 10, "", ""
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out, c), out.String())
	require.Contains(t, out.String(), c.t8)
	require.Contains(t, out.String(), "pending")
}

func TestWhatIsWrong(t *testing.T) {
	c := few(t)
	c.devices = 0
	require.ErrorContains(t, run(t.Context(), &bytes.Buffer{}, c), "Count")
	c = few(t)
	c.callback = "nowhere"
	require.Error(t, run(t.Context(), &bytes.Buffer{}, c))
}
