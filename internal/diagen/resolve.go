package diagen

import (
	gotoken "go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Types of AVPs: what they are in Go, and the least number of octets of a value.
var types = map[string]struct {
	goType string
	least  int
}{
	"OctetString":      {"[]byte", 0},
	"Integer32":        {"int32", 4},
	"Integer64":        {"int64", 8},
	"Unsigned32":       {"uint32", 4},
	"Unsigned64":       {"uint64", 8},
	"Float32":          {"float32", 4},
	"Float64":          {"float64", 8},
	"Grouped":          {"", 0},
	"Address":          {"Address", 6},
	"Time":             {"time.Time", 4},
	"UTF8String":       {"string", 0},
	"DiameterIdentity": {"string", 0},
	"DiameterURI":      {"string", 0},
	"Enumerated":       {"int32", 4},
	"IPFilterRule":     {"string", 0},
	"QoSFilterRule":    {"string", 0},
}

// Resolve finds the dictionaries that f inherits among others, by their @name, and checks f. The others are resolved
// before f.
func Resolve(f *File, others []*File) error {
	r := resolver{f}
	if f.GoPath == "" {
		return r.fail(1, "a dictionary names its Go package with ;@go")
	}
	base := path.Base(f.GoPath)
	if !importPath.MatchString(f.GoPath) || !gotoken.IsIdentifier(base) || base == "_" {
		return r.fail(1, "%q is not the import path of a Go package", f.GoPath)
	}
	if len(f.Messages) > 0 && !f.HasID {
		return r.fail(f.Messages[0].Line, "a dictionary with messages has an @id")
	}
	for _, step := range []func() error{
		func() error { return r.inherit(others) }, r.define, r.enums, r.options, r.groups, r.messages, r.cycles, r.sizes,
		r.required, r.identifiers,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type resolver struct{ *File }

func (r resolver) fail(line int, format string, args ...any) error {
	return r.fault(line, format, args...)
}

func (r resolver) inherit(others []*File) error {
	r.known = map[string]*AVP{}
	for _, in := range r.Inherits {
		i := slices.IndexFunc(others, func(o *File) bool { return o.Name == in.Name })
		if i < 0 {
			return r.fail(in.Line, "dictionary %s is inherited, but not given", in.Name)
		}
		in.file = others[i]
		take := map[string]bool{}
		for _, n := range in.AVPs {
			take[n] = true
		}
		found := 0
		for _, a := range in.file.AVPs {
			if len(take) > 0 && !take[a.Name] {
				continue
			}
			found++
			if r.known[a.Name] != nil {
				return r.fail(in.Line, "AVP %s is inherited twice", a.Name)
			}
			r.known[a.Name] = a
		}
		if len(take) > 0 && found != len(take) {
			return r.fail(in.Line, "an AVP inherited from %s is not defined there", in.Name)
		}
	}
	for _, o := range r.mbits {
		a := r.known[o.name]
		if a == nil {
			return r.fail(o.line, "%s is not an inherited AVP", o.name)
		}
		here := *a
		here.Mandatory, here.here = o.value == "must", r.File
		r.known[o.name] = &here
	}
	return nil
}

func (r resolver) define() error {
	for _, a := range r.AVPs {
		if _, ok := types[a.Type]; !ok {
			return r.fail(a.Line, "AVP %s has the type %s, which there is not", a.Name, a.Type)
		}
		if b := r.known[a.Name]; b != nil {
			return r.fail(a.Line, "AVP %s is defined already, in %s:%d", a.Name, b.file.Path, b.Line)
		}
		if a.vflag {
			if a.Vendor = r.Vendor; r.Vendor == 0 {
				return r.fail(a.Line, "AVP %s has the V flag, so @vendor is needed", a.Name)
			}
		}
		r.known[a.Name] = a
	}
	for _, o := range r.vendorOf {
		a := r.own(o.name)
		if a == nil || !a.vflag {
			return r.fail(o.line, "%s in @avp_vendor_id is no AVP of this dictionary with the V flag", o.name)
		}
		v, _ := strconv.ParseUint(o.value, 10, 32)
		a.Vendor = uint32(v)
	}
	byKey := map[[2]uint32]*AVP{}
	for _, n := range slices.Sorted(maps.Keys(r.known)) {
		a := r.known[n]
		if b := byKey[[2]uint32{a.Code, a.Vendor}]; b != nil {
			if b.Line > a.Line && b.file == r.File || a.file != r.File {
				a, b = b, a
			}
			return r.fail(a.Line, "AVPs %s and %s both have code %d of vendor %d", b.Name, a.Name, a.Code, a.Vendor)
		}
		byKey[[2]uint32{a.Code, a.Vendor}] = a
	}
	return nil
}

// own returns the AVP of that name if this dictionary defines it.
func (r resolver) own(name string) *AVP {
	if a := r.known[name]; a != nil && a.file == r.File {
		return a
	}
	return nil
}

func (r resolver) enums() error {
	for _, e := range r.Enums {
		a := r.own(e.Name)
		if a == nil {
			return r.fail(e.Line, "%s is not an AVP of this dictionary", e.Name)
		}
		if a.enum != nil {
			return r.fail(e.Line, "the values of %s are named already", e.Name)
		}
		switch {
		case e.Kind == "enum" && a.Type != "Enumerated":
			return r.fail(e.Line, "@enum is for Enumerated, but %s is %s; use ;@values", e.Name, a.Type)
		case e.Kind != "enum" && a.Type != "Unsigned32" && a.Type != "Unsigned64":
			return r.fail(e.Line, ";@%s is for Unsigned32 and Unsigned64, but %s is %s", e.Kind, e.Name, a.Type)
		}
		a.enum = e
		names, numbers := map[string]bool{}, map[uint32]bool{}
		for _, v := range e.Values {
			if names[v.Name] || numbers[v.Number] {
				return r.fail(v.Line, "%s %d stands twice in %s", v.Name, v.Number, e.Name)
			}
			if e.Kind == "bitmask" && int(v.Number) >= 8*types[a.Type].least {
				return r.fail(v.Line, "%s has no bit %d", e.Name, v.Number)
			}
			names[v.Name], numbers[v.Number] = true, true
		}
	}
	return nil
}

func (r resolver) options() error {
	set := func(list []option, do func(*AVP) bool, what string) error {
		for _, o := range list {
			if a := r.own(o.name); a == nil || !do(a) {
				return r.fail(o.line, "%s is not an AVP of this dictionary that can be %s", o.name, what)
			}
		}
		return nil
	}
	text := func(a *AVP) bool { t := types[a.Type].goType; return t == "string" || t == "[]byte" || t == "Address" }
	for _, err := range []error{
		set(r.masked, func(a *AVP) bool { a.masked = true; return text(a) }, "masked"),
		set(r.hidden, func(a *AVP) bool { a.hidden = true; return text(a) }, "hidden"),
		set(r.empty, func(a *AVP) bool { a.empty = true; return a.Type == "UTF8String" }, "empty"),
	} {
		if err != nil {
			return err
		}
	}
	for _, o := range r.constants {
		a := r.known[o.name]
		if a == nil || a.enum == nil || !slices.ContainsFunc(a.enum.Values, func(v *Value) bool { return v.Name == o.value }) {
			return r.fail(o.line, "%s has no value %s", o.name, o.value)
		}
	}
	for _, o := range r.names {
		a := r.own(o.name)
		if a == nil || !gotoken.IsExported(o.value) || !gotoken.IsIdentifier(o.value) {
			return r.fail(o.line, "%s is not an AVP of this dictionary, or %s not an exported name of Go", o.name, o.value)
		}
		a.goName = o.value
	}
	for _, o := range r.File.required {
		if strings.Contains(o.value, "/") {
			continue
		}
		g := r.grammar(o.name)
		if g == nil {
			return r.fail(o.line, "there is no message or group %s here", o.name)
		}
		it := g.item(o.value)
		if it == nil {
			return r.fail(o.line, "%s has no AVP %s", o.name, o.value)
		}
		it.Min = max(it.Min, 1)
	}
	return nil
}

// grammar returns the message or group of that name, or nil.
func (r resolver) grammar(name string) *Grammar {
	for _, list := range [2][]*Grammar{r.Messages, r.Groups} {
		if i := slices.IndexFunc(list, func(g *Grammar) bool { return g.Name == name }); i >= 0 {
			return list[i]
		}
	}
	return nil
}

func (g *Grammar) item(name string) *Item {
	if i := slices.IndexFunc(g.Items, func(it *Item) bool { return it.Name == name && name != "AVP" }); i >= 0 {
		return g.Items[i]
	}
	return nil
}

// required resolves the members of groups that ;@required names as GROUP/AVP.
func (r resolver) required() error {
	for _, o := range r.File.required {
		group, member, nested := strings.Cut(o.value, "/")
		if !nested {
			continue
		}
		g := r.grammar(o.name)
		if g == nil {
			return r.fail(o.line, "there is no message or group %s here", o.name)
		}
		in := within{group: g.item(group)}
		if in.group != nil {
			in.path[0] = r.known[group]
			if in.path[0].group != nil {
				in.member = in.path[0].group.item(member)
			}
		}
		if in.member == nil {
			return r.fail(o.line, "%s has no group %s with an AVP %s", o.name, group, member)
		}
		if in.path[1] = in.path[0].file.known[member]; in.member.Min > 0 {
			return r.fail(o.line, "%s is required in every %s", member, group)
		}
		g.within = append(g.within, in)
	}
	return nil
}

func (r resolver) groups() error {
	for _, g := range r.Groups {
		a := r.own(g.Name)
		if a == nil || a.Type != "Grouped" {
			return r.fail(g.Line, "group %s is not an AVP of this dictionary of type Grouped", g.Name)
		}
		if a.group != nil {
			return r.fail(g.Line, "group %s is defined already, in line %d", g.Name, a.group.Line)
		}
		if a.Code != g.Code {
			return r.fail(g.Line, "group %s has code %d here and %d in @avp_types", g.Name, g.Code, a.Code)
		}
		if g.Vendor != 0 && g.Vendor != a.Vendor {
			return r.fail(g.Line, "group %s has vendor %d here and %d before", g.Name, g.Vendor, a.Vendor)
		}
		a.group = g
		if err := r.items(g); err != nil {
			return err
		}
	}
	for _, a := range r.AVPs {
		if a.Type == "Grouped" && a.group == nil {
			return r.fail(a.Line, "AVP %s is Grouped, but its content is not in @grouped", a.Name)
		}
	}
	return nil
}

func (r resolver) messages() error {
	type half struct {
		code uint32
		req  bool
	}
	seen := map[half]*Grammar{}
	names := map[string]bool{}
	for _, m := range r.Messages {
		if names[m.Name] {
			return r.fail(m.Line, "message %s is defined already", m.Name)
		}
		names[m.Name] = true
		if err := r.items(m); err != nil {
			return err
		}
		if slices.Contains(m.Flags, "ERR") {
			continue
		}
		h := half{m.Code, slices.Contains(m.Flags, "REQ")}
		if b := seen[h]; b != nil {
			return r.fail(m.Line, "messages %s and %s both have code %d and the same REQ flag", b.Name, m.Name, m.Code)
		}
		seen[h] = m
	}
	for _, m := range r.Messages {
		if req := slices.Contains(m.Flags, "REQ"); !slices.Contains(m.Flags, "ERR") && seen[half{m.Code, !req}] == nil {
			return r.fail(m.Line, "message %s has no answer or request of the same code", m.Name)
		}
	}
	return nil
}

func (r resolver) items(g *Grammar) error {
	seen := map[string]bool{}
	fields := map[string]string{}
	kind := 0
	for _, it := range g.Items {
		if seen[it.Name] {
			return r.fail(it.Line, "%s names %s twice", g.Name, it.Name)
		}
		seen[it.Name] = true
		if it.kind < kind { // diameterc refuses it, too
			return r.fail(it.Line, "%s: %s breaks the order of < >, then { }, then [ ]", g.Name, it.Name)
		}
		kind = it.kind
		if it.Name == "AVP" {
			continue
		}
		if r.known[it.Name] == nil {
			return r.fail(it.Line, "%s names %s, which is not defined", g.Name, it.Name)
		}
		n := r.known[it.Name].goName
		if methods[n] {
			return r.fail(it.Line, "%s: %s has the name of a method in Go; give it another with ;@name", g.Name, it.Name)
		}
		if o, ok := fields[n]; ok || n == "Extra" {
			return r.fail(it.Line, "%s: %s and %s have the same name in Go", g.Name, o, it.Name)
		}
		fields[n] = it.Name
	}
	if len(g.Items) > 64 {
		return r.fail(g.Line, "%s names more than 64 AVPs", g.Name)
	}
	return nil
}

// cycles refuses a group that is within itself: its Go type would be endless, and so would be its walk.
func (r resolver) cycles() error {
	state := map[*Grammar]int{}
	var walk func(g *Grammar) error
	walk = func(g *Grammar) error {
		if state[g] == 1 {
			return r.fail(g.Line, "group %s is within itself", g.Name)
		}
		if state[g] == 2 {
			return nil
		}
		state[g] = 1
		for _, it := range g.Items {
			if a := r.known[it.Name]; a != nil && a.file == r.File && a.group != nil {
				if err := walk(a.group); err != nil {
					return err
				}
			}
		}
		state[g] = 2
		return nil
	}
	for _, g := range r.Groups {
		if err := walk(g); err != nil {
			return err
		}
	}
	return nil
}

// maxLeast is how long the least value of a group can be: more than that is a mistake, and would be in the generated code.
const maxLeast = 1 << 12

// sizes checks how much groups require.
func (r resolver) sizes() error {
	least := map[*Grammar]int{}
	var size func(f *File, g *Grammar) int
	size = func(f *File, g *Grammar) int {
		if n, ok := least[g]; ok {
			return n
		}
		n := 0
		for _, it := range g.Items {
			if a := f.known[it.Name]; a != nil && it.Min > 0 {
				one := 12 + types[a.Type].least
				if a.group != nil {
					one += size(a.file, a.group)
				}
				n = min(n+int(it.Min)*one, maxLeast+1)
			}
		}
		least[g] = n
		return n
	}
	for _, g := range r.Groups {
		if size(r.File, g) > maxLeast {
			return r.fail(g.Line, "what group %s requires takes more than %d octets", g.Name, maxLeast)
		}
	}
	return nil
}

var importPath = regexp.MustCompile(`^[A-Za-z0-9_.~-]+(/[A-Za-z0-9_.~-]+)*$`)

// methods are those of the generated types, which no field can be named after.
var methods = map[string]bool{
	"Header": true, "AppendAVPs": true, "DecodeAVPs": true, "DecodeFrom": true, "Decode": true, "Request": true, "Answer": true,
	"String": true, "LogValue": true,
}

// identifiers checks that no two things of the generated package have the same name.
func (r resolver) identifiers() error {
	seen := map[string]string{}
	add := func(line int, name, what string) error {
		if seen[name] != "" {
			return r.fail(line, "%s and %s are both %s in Go", seen[name], what, name)
		}
		seen[name] = what
		return nil
	}
	if r.HasID && r.ID != 0 {
		seen["App"] = "the application"
	}
	seen[newName(r.File)] = "the function that makes commands"
	for _, m := range r.Messages {
		if err := add(m.Line, m.goName(), m.Name); err != nil {
			return err
		}
		if slices.Contains(m.Flags, "REQ") {
			if err := add(m.Line, "Code"+m.goName(), "the code of "+m.Name); err != nil {
				return err
			}
		}
	}
	for _, a := range r.AVPs {
		if err := add(a.Line, "AVP"+a.goName, a.Name); err != nil {
			return err
		}
		if a.enum == nil && (a.Type != "Grouped" || raw(a)) {
			continue
		}
		if err := add(a.Line, a.goName, a.Name); err != nil {
			return err
		}
		if a.enum == nil {
			continue
		}
		for _, v := range a.enum.Values {
			if err := add(v.Line, a.enum.valueName(a, v), v.Name+" of "+a.Name); err != nil {
				return err
			}
		}
	}
	packages := map[string]string{}
	for _, in := range r.Inherits {
		base := path.Base(in.file.GoPath)
		if p := packages[base]; p != "" && p != in.file.GoPath {
			return r.fail(in.Line, "packages %s and %s have the same name", p, in.file.GoPath)
		}
		packages[base] = in.file.GoPath
	}
	return nil
}

// goName is what the type of a message is called.
func (g *Grammar) goName() string {
	if !gotoken.IsExported(g.Name) || !gotoken.IsIdentifier(g.Name) {
		return GoName(g.Name)
	}
	return g.Name
}

// valueName is what a value of a is called.
func (e *Enum) valueName(a *AVP, v *Value) string {
	prefix := a.goName
	if e.Kind == "bitmask" {
		prefix = strings.TrimSuffix(prefix, "s")
	}
	return prefix + GoName(v.Name)
}

// newName is what the function is called that makes a command by its code.
func newName(f *File) string {
	if f.GoPath == diameterPath {
		return "NewBase"
	}
	return "New"
}
