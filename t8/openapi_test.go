package t8

import (
	"encoding/json"
	"flag"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the documents in openapi")

// The documents in openapi are those of the code, one for each API and no others.
func TestOpenAPIDocuments(t *testing.T) {
	want := map[string]bool{}
	for _, a := range apis {
		b, err := a.OpenAPI(nil)
		require.NoError(t, err)
		require.True(t, json.Valid(b))
		name := filepath.Join("openapi", a.Name+".json")
		want[name] = true
		if *update {
			require.NoError(t, os.MkdirAll("openapi", 0o755))
			require.NoError(t, os.WriteFile(name, b, 0o644))
		}
		have, err := os.ReadFile(name)
		require.NoError(t, err)
		require.True(t, string(have) == string(b), "%s is not what the code says; go test ./t8 -run OpenAPI -update writes it", name)
	}
	files, err := filepath.Glob("openapi/*.json")
	require.NoError(t, err)
	for _, f := range files {
		if *update && !want[f] {
			require.NoError(t, os.Remove(f))
			continue
		}
		require.True(t, want[f], "%s describes no API", f)
	}
}

// Whoever reads a document must be able to make a text of each form.
func TestOpenAPIShapes(t *testing.T) {
	require.ElementsMatch(t, slices.Collect(maps.Keys(patterns)), slices.Collect(maps.Keys(textForms)))
	for name, s := range textForms {
		require.NoError(t, patterns[name](s.example), name)
		require.True(t, s.format != "" || regexp.MustCompile(s.expr).MatchString(s.example), name)
	}
	for typ, s := range typeForms {
		require.NoError(t, formats[typ](s.example), typ)
		require.Regexp(t, s.expr, s.example)
	}
	for typ := range formats {
		require.Contains(t, typeForms, typ)
	}
	_, ok := ParsePortID(variableForms["portId"].example)
	require.True(t, ok)
}

func TestOpenAPIRules(t *testing.T) {
	type inner struct {
		N int `json:"n" t8:"required,min=1,max=9"`
	}
	type body struct {
		A    string         `json:"a,omitempty" t8:"oneof=x"`
		B    string         `json:"b,omitempty" t8:"oneof=x,atmost=y"`
		C    *inner         `json:"c,omitempty" t8:"atmost=y,readonly"`
		D    []string       `json:"d,omitempty" t8:"atmost=y,min=1,pattern=hex2"`
		E    Opt[int]       `json:"e,omitzero" t8:"anyof=z,min=0"`
		F    Opt[inner]     `json:"f,omitzero" t8:"anyof=z"`
		G    Opt[string]    `json:"g,omitzero" t8:"notnull,uri"`
		H    []byte         `json:"h" t8:"required,min=1"`
		I    map[string]int `json:"i,omitempty" t8:"min=1"`
		J    DurationSec    `json:"j,omitempty"`
		K    float64        `json:"k,omitempty"`
		Text string         `json:"text" t8:"required"`
	}
	d, err := readDocs()
	require.NoError(t, err)
	e := &describer{docs: d, schemas: map[string]object{}, types: map[string]reflect.Type{}, requested: map[reflect.Type]bool{}}
	p := planOf(reflect.TypeFor[body]())
	e.reach(p)
	b, err := json.Marshal(e.inline(p, nil))
	require.NoError(t, err)
	require.Empty(t, e.errs)
	require.JSONEq(t, `{"type": "object", "properties": {
		"a": {"type": "string"},
		"b": {"type": "string"},
		"c": {"$ref": "#/components/schemas/inner", "readOnly": true},
		"d": {"type": "array", "items": {"type": "string", "pattern": "^[A-Fa-f0-9]{2}$", "examples": ["0a"]}, "minItems": 1},
		"e": {"type": ["integer", "null"], "minimum": 0},
		"f": {"anyOf": [{"$ref": "#/components/schemas/inner"}, {"type": "null"}]},
		"g": {"type": "string", "format": "uri", "maxLength": 2048},
		"h": {"type": "string", "contentEncoding": "base64", "minLength": 2},
		"i": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
		"j": {"type": "integer", "minimum": 0},
		"k": {"type": "number", "format": "double"},
		"text": {"type": "string", "minLength": 1}
	}, "required": ["h", "text"], "allOf": [
		{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
		{"not": {"anyOf": [{"required": ["b", "c"]}, {"required": ["b", "d"]}, {"required": ["c", "d"]}]}},
		{"anyOf": [{"required": ["e"]}, {"required": ["f"]}]}
	]}`, string(b))
	b, err = json.Marshal(e.schemas["inner"])
	require.NoError(t, err)
	require.JSONEq(t, `{"type": "object", "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 9}}, "required": ["n"]}`, string(b))
}

func TestOpenAPIOptions(t *testing.T) {
	b, err := NIDDAPI(nil).OpenAPI(&OpenAPIOptions{APIRoot: "https://a.example/x", TokenURL: "https://b.example/token"})
	require.NoError(t, err)
	var d struct {
		Servers []struct {
			URL       string
			Variables struct{ APIRoot struct{ Default string } }
		}
		Security   []map[string][]string
		Components struct {
			SecuritySchemes map[string]struct {
				Flows struct{ ClientCredentials struct{ TokenURL string } }
			}
		}
	}
	require.NoError(t, json.Unmarshal(b, &d))
	require.Equal(t, "{apiRoot}/3gpp-nidd/v1", d.Servers[0].URL)
	require.Equal(t, "https://a.example/x", d.Servers[0].Variables.APIRoot.Default)
	for name := range d.Security[0] {
		require.Equal(t, "https://b.example/token", d.Components.SecuritySchemes[name].Flows.ClientCredentials.TokenURL)
	}
}

func TestOpenAPIHandler(t *testing.T) {
	h := NewOpenAPIHandler("/x/openapi/", nil, apis...)
	get := func(method, path, match string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		if match != "" {
			r.Header.Set("If-None-Match", match)
		}
		h.ServeHTTP(w, r)
		return w
	}
	list := get("GET", "/x/openapi/", "")
	require.Equal(t, 200, list.Code)
	var l struct {
		APIs []struct{ Name, Version, OpenAPI string }
	}
	require.NoError(t, json.Unmarshal(list.Body.Bytes(), &l))
	require.Len(t, l.APIs, len(apis))
	for _, a := range l.APIs {
		w := get("GET", "/x/openapi/"+a.OpenAPI, "")
		require.Equal(t, 200, w.Code)
		want, err := os.ReadFile(filepath.Join("openapi", a.Name+".json"))
		require.NoError(t, err)
		require.Equal(t, string(want), w.Body.String())
		require.Equal(t, typeJSON, w.Header().Get("Content-Type"))
		require.Contains(t, w.Header().Get("Cache-Control"), "public")
		etag := w.Header().Get("Etag")
		require.Equal(t, 304, get("GET", "/x/openapi/"+a.OpenAPI, `"other", `+etag).Code)
		require.Equal(t, 200, get("GET", "/x/openapi/"+a.OpenAPI, strings.ToUpper(etag)+"x").Code)
		head := get("HEAD", "/x/openapi/"+a.OpenAPI, "")
		require.Equal(t, 200, head.Code)
		require.Zero(t, head.Body.Len())
	}
	require.Equal(t, 404, get("GET", "/x/openapi/none.json", "").Code)
	require.Equal(t, 404, get("GET", "/", "").Code)
	require.Equal(t, 405, get("POST", "/x/openapi/", "").Code)
}
