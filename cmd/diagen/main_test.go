package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	sample := "../../internal/diagen/sample/"
	base := "../../diameter/base.dia"
	want, err := os.ReadFile(sample + "zsample.go")
	require.NoError(t, err)

	out := filepath.Join(t.TempDir(), "z.go")
	require.NoError(t, run([]string{"-I", base, "-o", out, sample + "sample.dia"}))
	got, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))

	dir := t.TempDir() // without -o the file lies beside the dictionary
	src, err := os.ReadFile(sample + "sample.dia")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sample.dia"), src, 0o600))
	require.NoError(t, run([]string{"-I", base, filepath.Join(dir, "sample.dia")}))
	got, err = os.ReadFile(filepath.Join(dir, "zsample.go"))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))

	require.ErrorContains(t, run(nil), "one dictionary is expected, not 0")
	require.ErrorContains(t, run([]string{sample + "sample.dia"}), "sample.dia:9: dictionary scefkit_base is inherited, but not given")
	require.Error(t, run([]string{"-I", "missing.dia", sample + "sample.dia"}))
}
