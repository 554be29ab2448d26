package main

import (
	"bytes"
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
	require.Error(t, run([]string{"-I", "missing.dia", sample + "sample.dia"}))
}

// TestFind compiles a dictionary that inherits by name what nobody gave.
func TestFind(t *testing.T) {
	dir, err := os.MkdirTemp(".", "testdata-") // within the module, which is asked for its dictionaries
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	write := func(name, src string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(src), 0o600))
		return path
	}
	acme := write("acme.dia", ";@go example.com/acme\n@name acme\n@vendor 99999 acme\n@inherits scefkit_t6a\n@avp_types\nX 1 Grouped V\n"+
		"@grouped\nX ::= < AVP Header: 1 >\n{ User-Identifier }\n")
	require.NoError(t, run([]string{acme}))
	src, err := os.ReadFile(filepath.Join(dir, "zacme.go"))
	require.NoError(t, err)
	require.Contains(t, string(src), "UserIdentifier t6a.UserIdentifier")

	// One that is given comes before that of the module, and in any order.
	top := write("top.dia", ";@go example.com/top\n@name top\n@inherits acme\n@inherits scefkit_base User-Name\n@avp_types\nY 2 Grouped -\n"+
		"@grouped\nY ::= < AVP Header: 2 >\n[ X ]\n")
	mine := write("base.dia", ";@go example.com/mine\n@name scefkit_base\n@avp_types\nUser-Name 1 UTF8String -\n")
	t6a := write("t6a.dia", ";@go example.com/t6a\n@name scefkit_t6a\n@inherits scefkit_base\n@avp_types\nUser-Identifier 3102 Grouped -\n"+
		"@grouped\nUser-Identifier ::= < AVP Header: 3102 >\n[ User-Name ]\n")
	require.NoError(t, run([]string{"-I", acme, "-I", t6a, "-I", mine, top}))

	for name, c := range map[string]struct{ src, want string }{
		"nobody":  {"@name x\n@inherits nobody\n", "2: dictionary nobody is inherited, but neither given nor one of github.com/scefkit/scefkit\n\t@inherits nobody\n"},
		"itself":  {"@name x\n@inherits x\n", "2: dictionary x inherits itself\n\t@inherits x\n"},
		"private": {"@name x\n@inherits sample\n", "2: dictionary sample is inherited, but neither given nor one of github.com/scefkit/scefkit\n\t@inherits sample\n"},
	} {
		var out bytes.Buffer
		path := write(name+".dia", c.src)
		report(&out, run([]string{path}))
		require.Equal(t, "diagen: "+path+":"+c.want, out.String())
	}
	require.ErrorContains(t, run([]string{"-I", mine, "-I", mine, top}), "base.dia:1: dictionary scefkit_base is given already")

	// Where no module leads to the dictionaries, the fault says so.
	lost := filepath.Join(t.TempDir(), "lost.dia")
	require.NoError(t, os.WriteFile(lost, []byte(";@go lost\n@name lost\n@inherits scefkit_base\n"), 0o600))
	require.ErrorContains(t, run([]string{lost}), "lost.dia:3: dictionary scefkit_base is inherited, but not given, and module "+
		"github.com/scefkit/scefkit cannot be found from ")
}
