package scefkit_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/scefkit/scefkit/"

// storeys gives each package of the house its storey; a package imports only from storeys below its own. Packages of
// one storey thus do not import each other.
var storeys = map[string]int{
	"id": 0, "store/record": 0,

	"diameter": 1, "store": 1, "internal/recent": 1,
	"diameter/tgpp": 2, "fault": 2,
	"policy": 3,

	"t8": 4, "t6a": 4, "s6t": 4, "s6m": 4, "rx": 4, "nt": 4, "nta": 4, "ns": 4, "tsp": 4, "t4": 4, "mb2": 4, "rds": 4,

	"nidd": 5,

	"charging": 6, "metrics": 6,

	"scef": 7,
}

// beside gives the packages that stand beside the house the highest storey that they may see. Nobody in the house
// imports them.
var beside = map[string]int{
	"storetest": 1, "diametertest": 1, "sim": 5, "sim/fleet": 5, "sim/pcap": -1,
	"internal/apidoc": -1, "internal/t8test": 4, "internal/diagen": -1, "internal/diagen/sample": 2, "internal/diagen/diatest": 1, "cmd/diagen": -1,
}

// TestHouse walks the import graph of the module.
func TestHouse(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...").Output()
	require.NoError(t, err)
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := map[string]bool{}
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		name := strings.TrimPrefix(p.ImportPath, module)
		if p.ImportPath == strings.TrimSuffix(module, "/") {
			continue // doc.go
		}
		seen[name] = true
		_, private, _ := strings.Cut(name, "/internal/")
		for _, i := range p.Imports {
			to, ours := strings.CutPrefix(i, module)
			if !ours {
				continue
			}
			if owner, _, ok := strings.Cut(to, "/internal/"); ok {
				require.True(t, strings.HasPrefix(name, owner), "%s imports %s", name, to)
				continue
			}
			from, inside := storeys[name]
			limit, outside := beside[name]
			at, known := storeys[to]
			switch {
			case private != "":
				t.Errorf("%s, which is internal, imports %s", name, to)
			case inside && !known:
				t.Errorf("%s imports %s, which is beside the house", name, to)
			case inside && at >= from:
				t.Errorf("%s imports %s, which is not below it", name, to)
			case outside && known && at > limit:
				t.Errorf("%s imports %s, which is too high", name, to)
			case !inside && !outside:
				t.Errorf("%s has no storey", name)
			}
		}
	}
	for name := range storeys {
		require.True(t, seen[name], "%s is gone", name)
	}
}

// TestLeanCore checks that the core module needs little beside the standard library.
func TestLeanCore(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "./scef").Output()
	require.NoError(t, err)
	allowed := map[string]bool{
		"": true, strings.TrimSuffix(module, "/"): true,
		"google.golang.org/protobuf": true, // encoding/protowire: records that a newer release can still read
		"github.com/tidwall/btree":   true, // the memory store
		"golang.org/x/time":          true, // rate: token buckets
		// The parameters of queries, as OpenAPI describes them.
		"github.com/oapi-codegen/runtime":    true,
		"github.com/apapsch/go-jsonmerge/v2": true,
		"github.com/google/uuid":             true,
		"github.com/coder/websocket":         true, // notifications over WebSockets
	}
	for m := range strings.SplitSeq(strings.TrimSpace(string(out)), "\n") {
		require.True(t, allowed[m], "the core needs %s", m)
	}
}
