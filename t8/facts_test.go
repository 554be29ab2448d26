package t8

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// schemas tells which type stands for which schema, "TS29122_NIDD#RdsPort". Each API adds its own.
var schemas = map[string]reflect.Type{}

// enumerations tells which string type stands for which enumeration.
var enumerations = map[string]reflect.Type{}

// apis are the APIs, on top of nothing.
var apis []API

// stands registers the types of a file of the standard: values of structs and of string types, by schema.
func stands(file string, types map[string]any) {
	for schema, v := range types {
		t := reflect.TypeOf(v)
		if t.Kind() == reflect.String {
			enumerations[file+"#"+schema] = t
		} else {
			schemas[file+"#"+schema] = t
		}
	}
}

// fact is a line of testdata/facts.txt without its releases.
type fact []string

// readFacts returns the facts by their kind, those of the given schema or all.
func readFacts(t testing.TB) map[string][]fact {
	f, err := os.Open("testdata/facts.txt")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	all := map[string][]fact{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if w := strings.Fields(s.Text()); len(w) > 2 && w[0] != "#" {
			all[w[1]] = append(all[w[1]], fact(w[2:]))
		}
	}
	return all
}

// kindOfPlan gives the kind of a member in the words of JSON.
func kindOfPlan(p *plan) string {
	switch p.kind {
	case kPtr, kOpt:
		return kindOfPlan(p.elem)
	case kString, kBytes, kTime:
		return "string"
	case kInt, kDuration:
		return "integer"
	case kFloat:
		return "number"
	case kBool:
		return "boolean"
	case kSlice:
		return "array"
	case kStruct, kMap, kUnion:
		return "object"
	}
	return "any"
}

// mending tells where a type differs from the facts on purpose, and why: "schema member" or "schema member word".
var mending = map[string]string{
	"TS29122_NIDD#NiddDownlinkDataTransfer data min":      "a packet of no octets is nothing to send",
	"TS29122_NIDD#NiddDownlinkDataTransferPatch data min": "as above",
}

// variantsOf gives the schemas of the variants of each union of the standard.
func variantsOf(all map[string][]fact) map[string][]string {
	unions := map[string][]string{}
	for _, f := range all["variant"] {
		file, _, _ := strings.Cut(f[0], "#")
		unions[f[0]] = append(unions[f[0]], file+"#"+f[1])
	}
	return unions
}

// The types have the members of the standard, of the same kind, presence and bounds, and no others.
func TestMembers(t *testing.T) {
	want := map[string]map[string]fact{}
	all := readFacts(t)
	for _, f := range all["member"] {
		if want[f[0]] == nil {
			want[f[0]] = map[string]fact{}
		}
		want[f[0]][f[1]] = f[2:]
	}
	flat := map[string]bool{} // variants of unions that are one struct with the members of all variants
	for union, variants := range variantsOf(all) {
		if typ := schemas[union]; typ == nil || planOf(typ).kind != kStruct {
			continue
		}
		members := map[string]fact{}
		for _, v := range variants {
			flat[v] = true
			for name, f := range want[v] {
				for _, other := range variants {
					if o := want[other][name]; o == nil || o[1] != "required" { // absent from another, or optional in it
						f = append(fact{f[0], "optional"}, f[2:]...)
					}
				}
				members[name] = f
			}
		}
		want[union] = members
	}
	for _, f := range all["type"] {
		if (f[1] == "object" || f[1] == "union") && schemas[f[0]] == nil && !flat[f[0]] && mending[f[0]] == "" {
			t.Errorf("%s has no type", f[0])
		}
	}
	for schema, typ := range schemas {
		if typ.Kind() != reflect.Struct {
			continue
		}
		p := planOf(typ)
		if p.kind != kStruct {
			continue // a union: see TestVariants
		}
		have := map[string]*field{}
		for i := range p.fields {
			have[p.fields[i].name] = &p.fields[i]
		}
		for name, f := range want[schema] {
			h := have[name]
			delete(have, name)
			if mending[schema+" "+name] != "" {
				continue
			}
			if h == nil {
				t.Errorf("%s lacks %s %v", schema, name, f)
				continue
			}
			differs := func(word, have, want any) {
				if mending[schema+" "+name+" "+word.(string)] == "" {
					t.Errorf("%s %s: %s is %v and should be %v", schema, name, word, have, want)
				}
			}
			kind := f[0]
			if strings.Contains(kind, "|") {
				kind = "object" // a union
			}
			if k := kindOfPlan(h.plan); k != kind && kind != "any" && k != "any" {
				differs("kind", k, kind)
			}
			if r := f[1] == "required"; r != h.required {
				differs("required", h.required, r)
			}
			if r := slices.Contains(f, "readonly"); r && !h.readonly {
				differs("readonly", h.readonly, r)
			}
			var lo, hi string
			for _, w := range f[2:] {
				if v, ok := strings.CutPrefix(w, "min="); ok {
					lo = v
				}
				if v, ok := strings.CutPrefix(w, "max="); ok {
					hi = v
				}
			}
			if lo == "0" && (h.plan.kind == kSlice || h.plan.kind == kOpt || h.plan.kind == kDuration) {
				lo = "" // says nothing
			}
			bound := func(word, want string, has bool, v float64) {
				have := ""
				if has {
					have = strconv.FormatFloat(v, 'f', -1, 64)
				}
				if have == "0" && want == "" {
					return
				}
				if w, err := strconv.ParseFloat(want, 64); want != have && (err != nil || w != v) {
					differs(word, have, want)
				}
			}
			bound("min", lo, h.hasMin, h.min)
			bound("max", hi, h.hasMax, h.max)
		}
		for name := range have {
			if mending[schema+" "+name] == "" {
				t.Errorf("%s has %s, which the standard does not", schema, name)
			}
		}
	}
}

// A union has the variants of the standard and no others: a type of several structs by their names, a flat type by
// the sets of members that it takes.
func TestVariants(t *testing.T) {
	all := readFacts(t)
	for union, variants := range variantsOf(all) {
		typ := schemas[union]
		if typ == nil {
			if mending[union] == "" {
				t.Errorf("%s has no type", union)
			}
			continue
		}
		p := planOf(typ)
		if p.kind == kUnion {
			var want, have []string
			for _, v := range variants {
				require.NotNil(t, schemas[v], v)
				want = append(want, schemas[v].Name())
			}
			for _, v := range p.variants {
				have = append(have, v.typ.Name())
			}
			require.ElementsMatch(t, want, have, union)
			continue
		}
		members, takes := map[string]string{}, map[string]bool{} // samples of members; the sets of the variants
		for _, v := range variants {
			var names []string
			for _, f := range all["member"] {
				if f[0] == v {
					names = append(names, f[1])
					members[f[1]] = map[string]string{"string": `"x"`, "number": "1.5", "integer": "1"}[f[2]]
				}
			}
			slices.Sort(names)
			takes[strings.Join(names, " ")] = true
		}
		names := slices.Sorted(maps.Keys(members))
		for set := range 1 << len(names) {
			var some, object []string
			for i, name := range names {
				if set&(1<<i) != 0 {
					some = append(some, name)
					object = append(object, strconv.Quote(name)+":"+members[name])
				}
			}
			body := "{" + strings.Join(object, ",") + "}"
			e := decodeBody([]byte(body), reflect.New(typ).Interface(), modeRequest)
			require.Equal(t, takes[strings.Join(some, " ")], e == nil, "%s %s", union, body)
		}
	}
}

// The groups of members that exclude or need one another are those of the standard.
func TestGroups(t *testing.T) {
	want := map[string][]string{}
	for _, f := range readFacts(t)["group"] {
		rule := map[string]string{"oneOf": "oneof", "anyOf": "anyof", "not": "atmost"}[f[1]]
		if rule == "" || f[1] == "oneOf" && strings.Contains(f[2], "+") || mending[f[0]+" group"] != "" {
			continue // such a type checks itself
		}
		names := strings.FieldsFunc(f[2], func(r rune) bool { return r == '|' || r == '+' })
		slices.Sort(names)
		want[f[0]] = append(want[f[0]], rule+" "+strings.Join(names, ", "))
	}
	for schema, typ := range schemas {
		if typ.Kind() != reflect.Struct || mending[schema+" group"] != "" {
			continue
		}
		var have []string
		for _, g := range planOf(typ).groups {
			names := strings.Split(g.names, ", ")
			slices.Sort(names)
			have = append(have, g.rule+" "+strings.Join(names, ", "))
		}
		require.ElementsMatch(t, want[schema], have, schema)
	}
}

// The constants are the values of the standard, all of them and no others, and Known knows them.
func TestEnumerations(t *testing.T) {
	have := map[string][]string{}
	files, err := fs.Glob(os.DirFS("."), "*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path.Clean(name), nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.ValueSpec); ok && s.Type != nil && len(s.Values) == 1 {
				typ, ok1 := s.Type.(*ast.Ident)
				lit, ok2 := s.Values[0].(*ast.BasicLit)
				if ok1 && ok2 && lit.Kind == token.STRING {
					v, err := strconv.Unquote(lit.Value)
					require.NoError(t, err)
					have[typ.Name] = append(have[typ.Name], v)
				}
			}
			return true
		})
	}
	want := map[string][]string{}
	for _, f := range readFacts(t)["value"] {
		want[f[0]] = append(want[f[0]], f[1])
	}
	for enum, values := range want {
		typ := enumerations[enum]
		if typ == nil {
			if mending[enum] == "" {
				t.Errorf("%s has no type", enum)
			}
			continue
		}
		require.ElementsMatch(t, values, have[typ.Name()], enum)
		k, ok := reflect.New(typ).Elem().Interface().(interface{ Known() bool })
		require.True(t, ok, "%s has no Known", typ)
		require.False(t, k.Known(), typ)
		for _, v := range values {
			require.True(t, reflect.ValueOf(v).Convert(typ).Interface().(interface{ Known() bool }).Known(), "%s %s", typ, v)
		}
	}
}

// The routes are the operations of the standard, with its bodies, media types and statuses.
func TestOperations(t *testing.T) {
	want := map[string]map[string]fact{}
	for _, f := range readFacts(t)["operation"] {
		if want[f[0]] == nil {
			want[f[0]] = map[string]fact{}
		}
		want[f[0]][f[1]+" "+f[2]] = f[3:]
	}
	nameOf := func(body string) string { // schema of the facts to a type
		many := strings.HasPrefix(body, "[]")
		body = strings.TrimPrefix(body, "[]")
		for schema, typ := range schemas {
			if strings.HasSuffix(schema, "#"+body) || schema == body {
				if many {
					return "[]" + typ.String()
				}
				return typ.String()
			}
		}
		return body
	}
	for _, api := range apis {
		if api.title != "" {
			api.Name = api.title
		}
		for i := range api.routes {
			r := &api.routes[i]
			key := r.method + " " + r.pattern
			f := want[api.Name][key]
			require.NotNil(t, f, "%s has %s, which the standard does not", api.Name, key)
			delete(want[api.Name], key)
			if f[0] != "-" {
				require.Equal(t, f[0], r.operation, key)
			}
			if f[1] == "-" {
				require.Nil(t, r.accepts, key)
				require.Nil(t, r.body, key)
			} else {
				require.Contains(t, r.accepts, f[1], key)
				if mending[api.Name+" "+key+" body"] == "" {
					require.Equal(t, nameOf(f[2]), r.body.String(), key)
				}
			}
			var statuses []int
			for s := range strings.SplitSeq(f[3], ";") {
				code, body, _ := strings.Cut(s, ":")
				n, err := strconv.Atoi(code)
				require.NoError(t, err)
				statuses = append(statuses, n)
				body, _, _ = strings.Cut(body, "[Location")
				if body != "" && !strings.HasPrefix(body, "oneOf") && mending[api.Name+" "+key] == "" {
					require.Equal(t, nameOf(body), r.answer.String(), key)
				}
			}
			if mending[api.Name+" "+key] == "" {
				require.ElementsMatch(t, statuses, r.status, key)
			}
		}
		require.Empty(t, want[api.Name], api.Name)
		delete(want, api.Name)
	}
	for name := range want {
		if mending[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
}
