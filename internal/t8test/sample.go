package t8test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Document is an OpenAPI document of package t8, or what a test needs of it.
type Document struct {
	Info struct {
		Title   string
		Version string
	}
	Paths      map[string]map[string]json.RawMessage // see Operations
	Components struct{ Schemas map[string]Schema }
}

// Operation is an operation of a document.
type Operation struct {
	ID         string `json:"operationId"`
	Method     string `json:"-"` // in capitals
	Path       string `json:"-"`
	Parameters []struct {
		Name, In string
		Schema   *Schema
		Content  map[string]Content
	}
	RequestBody *struct{ Content map[string]Content }
	Responses   map[string]struct{ Content map[string]Content }
}

// Content is the form of a body.
type Content struct{ Schema Schema }

// Operations returns the operations in an order in which they can be carried out: what creates resources first, the upper
// ones before the lower ones, and what removes them last.
func (d *Document) Operations() ([]Operation, error) {
	var all []Operation
	for path, item := range d.Paths {
		for method, raw := range item {
			if method == "parameters" {
				continue
			}
			o := Operation{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(raw, &o); err != nil {
				return nil, err
			}
			all = append(all, o)
		}
	}
	rank := func(o Operation) int {
		depth := strings.Count(o.Path, "/")
		_, creates := o.Responses["201"]
		switch {
		case creates:
			return depth
		case o.Method == "DELETE":
			return 100 - depth
		}
		return 10 + slices.Index([]string{"GET", "PUT", "PATCH", "POST"}, o.Method)
	}
	slices.SortFunc(all, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Schema is a JSON Schema as package t8 writes them.
type Schema struct {
	Ref                  string `json:"$ref"`
	Type                 any    // text, or texts of which the last is null
	Format               string
	Pattern              string
	ContentEncoding      string
	Enum                 []string
	Examples             []string
	Properties           map[string]Schema
	AdditionalProperties *Schema
	Items                *Schema
	Required             []string
	ReadOnly             bool
	OneOf, AnyOf, AllOf  []Schema
	Not                  *Schema
	DependentRequired    map[string][]string
	Minimum, Maximum     *float64
	MinLength, MaxLength int
	MinItems             int
}

// Read reads a document.
func Read(file string) (*Document, error) {
	b, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	d := new(Document)
	if err := json.Unmarshal(b, d); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return d, nil
}

// Sampler makes values that are valid by their schemas.
type Sampler struct {
	*Document
	Full    bool // with every member that may stand beside the others, otherwise with those that must be there
	Variant int  // which of the members that exclude one another is taken, and which of several forms
	Answer  bool // with members that only the server sets
}

// maxSample bounds types that hold themselves, and how deep optional members go.
const maxSample = 8

// Named returns a sample of the schema of that name as JSON.
func (s Sampler) Named(name string) ([]byte, error) {
	schema, ok := s.Components.Schemas[name]
	if !ok {
		return nil, fmt.Errorf("there is no schema %s", name)
	}
	return json.Marshal(s.Of(schema))
}

// Of returns a sample of a schema, to be marshalled.
func (s Sampler) Of(schema Schema) any { return s.value(schema, 0) }

func (s Sampler) resolve(x Schema) Schema {
	if name, ok := strings.CutPrefix(x.Ref, "#/components/schemas/"); ok {
		return s.Components.Schemas[name]
	}
	return x
}

func (s Sampler) value(x Schema, depth int) any {
	x = s.resolve(x)
	typ, _ := x.Type.(string)
	if several, ok := x.Type.([]any); ok && len(several) > 0 {
		typ, _ = several[0].(string)
	}
	switch typ {
	case "object":
		return s.object(x, depth)
	case "array":
		all := []any{}
		for range max(1, x.MinItems) {
			all = append(all, s.value(*x.Items, depth+1))
		}
		return all
	case "string":
		return text(x)
	case "boolean":
		return true
	case "integer", "number":
		n := 1.0
		if x.Minimum != nil {
			n = max(n, *x.Minimum)
		}
		if x.Maximum != nil {
			n = min(n, *x.Maximum)
		}
		return n
	}
	switch {
	case len(x.AnyOf) > 0: // an open enumeration, or null
		return s.value(x.AnyOf[0], depth)
	case len(x.OneOf) > 0: // a union
		return s.value(x.OneOf[s.Variant%len(x.OneOf)], depth)
	}
	return map[string]any{} // anything
}

func (s Sampler) object(x Schema, depth int) map[string]any {
	out := map[string]any{}
	drop := s.excluded(x)
	take := slices.Clone(x.Required)
	for _, rule := range append([]Schema{x}, x.AllOf...) {
		if n := len(rule.OneOf); n > 0 {
			take = append(take, rule.OneOf[s.Variant%n].Required...)
		} else if n := len(rule.AnyOf); n > 0 {
			take = append(take, rule.AnyOf[s.Variant%n].Required...)
		}
	}
	for _, rule := range append([]Schema{x}, x.AllOf...) {
		for name, more := range rule.DependentRequired {
			if slices.Contains(take, name) {
				take = append(take, more...)
			}
		}
	}
	for name, p := range x.Properties {
		if p.ReadOnly && !s.Answer || drop[name] || !slices.Contains(take, name) && (!s.Full || depth >= maxSample) {
			continue
		}
		out[name] = s.value(p, depth+1)
		if name == "scsAsId" {
			out[name] = SCSAS // who else?
		}
	}
	if len(x.Properties) == 0 && x.AdditionalProperties != nil {
		out["key"] = s.value(*x.AdditionalProperties, depth+1)
	}
	return out
}

// excluded are the members that must not stand beside those that are taken.
func (s Sampler) excluded(x Schema) map[string]bool {
	drop := map[string]bool{}
	for _, rule := range append([]Schema{x}, x.AllOf...) {
		for i, one := range rule.OneOf {
			for _, name := range one.Required {
				if i != s.Variant%len(rule.OneOf) {
					drop[name] = true
				}
			}
		}
		if rule.Not == nil {
			continue
		}
		var members []string
		for _, pair := range append([]Schema{*rule.Not}, rule.Not.AnyOf...) {
			for _, name := range pair.Required {
				if !slices.Contains(members, name) {
					members = append(members, name)
				}
			}
		}
		for i, name := range members {
			if i != s.Variant%len(members) {
				drop[name] = true
			}
		}
	}
	return drop
}

func text(x Schema) string {
	switch {
	case len(x.Enum) > 0:
		return x.Enum[0]
	case len(x.Examples) > 0:
		return x.Examples[0]
	case x.ContentEncoding == "base64":
		return "aGVsbG8="
	case x.Format == "date-time":
		return "2030-01-02T03:04:05Z"
	case x.Format == "uri":
		return "https://as.example.com/notify"
	}
	s := "text"
	for len(s) < x.MinLength {
		s += "t"
	}
	if x.MaxLength > 0 {
		s = s[:min(len(s), x.MaxLength)]
	}
	return s
}
