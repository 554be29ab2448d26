package nidd

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDiagrams compares docs/nidd.md with what the transition tables say; -update rewrites it.
func TestDiagrams(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The state machines of package nidd\n\n" +
		"Printed from the transition tables by `go test ./nidd -update`. A guard stands in brackets, actions after a slash.\n")
	diagram(&b, "Downlink delivery", "From the POST (or the configuration that carried the data) to its one result.", deliveryTable)
	diagram(&b, "T6a/T6b connection", "The SCEF EPS bearer context.", connectionTable)
	diagram(&b, "NIDD configuration", "Of a single UE.", configTable)
	const path = "../docs/nidd.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

func diagram[S, K interface {
	~uint8
	fmt.Stringer
}, R any, A fmt.Stringer](b *strings.Builder, title, about string, t table[S, K, R, A]) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n```mermaid\nstateDiagram-v2\n", title, about)
	for _, e := range t {
		label := e.on.String()
		if e.when.name != "" {
			label += " [" + e.when.name + "]"
		}
		var do []string
		for _, a := range e.do {
			do = append(do, a.String())
		}
		if do != nil {
			label += " / " + strings.Join(do, ", ")
		}
		fmt.Fprintf(b, "    %v --> %v: %s\n", e.from, e.to, label)
	}
	b.WriteString("```\n\n| from | on | when | to | do | clause |\n|--|--|--|--|--|--|\n")
	for _, e := range t {
		var do []string
		for _, a := range e.do {
			do = append(do, a.String())
		}
		fmt.Fprintf(b, "| %v | %v | %s | %v | %s | %s |\n", e.from, e.on, e.when.name, e.to, strings.Join(do, ", "), e.clause)
	}
}
