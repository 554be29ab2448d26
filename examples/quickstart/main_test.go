package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/sim"
)

func TestRun(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(&out, false, ""), out.String())
	for _, want := range []string{
		"NIDD-Authorization-Request", "201 Created", "CMR establishment", "ODA 2001 SUCCESS",
		"TDA 5653 USER_TEMPORARILY_UNREACHABLE", "BUFFERING_TEMPORARILY_NOT_REACHABLE", "starts on the files",
		"UE-Reachable-Indicator", "CMR release", "✓ 8", "2 lives of the SCEF", "16 Diameter and 14 HTTP messages",
	} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "✗")
	require.NotContains(t, out.String(), "\x1b", "no colours when it is no terminal")
}

func TestRunVerbose(t *testing.T) {
	var out bytes.Buffer
	dir := filepath.Join(t.TempDir(), "new")
	require.NoError(t, run(&out, true, dir), out.String())
	_, full, ok := strings.Cut(out.String(), "Messages in full")
	require.True(t, ok)
	for _, want := range []string{"NIR{", "CMA{", "TDR{", `"notificationDestination": "http://127.0.0.1`, "flags RP--"} {
		require.Contains(t, full, want)
	}
	for name, want := range map[string]string{"flow.html": "<svg", "flow.mmd": "sequenceDiagram", "flow.pcapng": "POST /3gpp-nidd/v1/as1/configurations HTTP/1.1"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Contains(t, string(b), want)
	}
}

func TestPicturesThatCannotBeWritten(t *testing.T) {
	rec := sim.NewRecorder(nil)
	require.Error(t, writePictures(rec, t.TempDir()), "it keeps no octets")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Error(t, writePictures(rec, file))
}

func TestFlowThatDiffersIsAnError(t *testing.T) {
	require.NoError(t, sameFlow("", nil))
	require.ErrorContains(t, sameFlow("ODR ODA", nil), "ODR ODA")
	require.Error(t, is("x", 1, 2))
	require.Error(t, that("x", false))
}

func TestSummaryOfAFailure(t *testing.T) {
	s := scenario{failed: that("it works", false), done: []step{{title: "1  Step", err: that("it works", false)}}}
	var out bytes.Buffer
	s.summary(&out)
	require.Contains(t, out.String(), "✗ 1  Step")
	require.Contains(t, out.String(), "Failed:")
}
