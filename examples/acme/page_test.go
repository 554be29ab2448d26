package acme_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const pagePath = "../../docs/dictionaries.md"

// TestPage compares what docs/dictionaries.md shows of files with the files.
func TestPage(t *testing.T) {
	page, err := os.ReadFile(pagePath)
	require.NoError(t, err)
	shown := regexp.MustCompile("(?s)<!-- file: (\\S+) -->\n```[a-z]*\n(.*?)```\n").FindAllStringSubmatch(string(page), -1)
	require.Len(t, shown, 6)
	for _, s := range shown {
		file, err := os.ReadFile("../../" + s[1])
		require.NoError(t, err)
		require.True(t, strings.Contains(string(file), s[2]), "%s does not say\n%s", s[1], s[2])
	}
	require.Equal(t, strings.Count(string(page), "<!-- file:"), len(shown))
}

// TestFault makes the fault that the page shows.
func TestFault(t *testing.T) {
	page, err := os.ReadFile(pagePath)
	require.NoError(t, err)
	dia, err := os.ReadFile("acme.dia")
	require.NoError(t, err)
	dir, err := os.MkdirTemp(".", "testdata-") // within a module that requires scefkit
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	path := filepath.Join(dir, "acme.dia")
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(dia), "_t6a", "_t6b", 1)), 0o600))

	out, err := exec.CommandContext(t.Context(), "go", "tool", "diagen", path).CombinedOutput()
	require.Error(t, err)
	said := strings.ReplaceAll(string(out), filepath.Dir(path)+string(filepath.Separator), "")
	require.True(t, strings.Contains(string(page), said), "the page does not say\n%s", said)
}
