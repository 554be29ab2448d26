package t8

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/scefkit/scefkit/id"
)

// textForm is the form of a string for others: an expression of ECMA-262, or a format of JSON Schema, and an example.
type textForm struct{ expr, format, example string }

// textForms are the forms of the patterns that tags name; each says what the check of the same name in patterns does, or less.
var textForms = map[string]textForm{
	"bitrate":    {`^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$`, "", "1.5 Mbps"},
	"enb":        {`^(MacroeNB-[A-Fa-f0-9]{5}|LMacroeNB-[A-Fa-f0-9]{6}|SMacroeNB-[A-Fa-f0-9]{5}|HomeeNB-[A-Fa-f0-9]{7})$`, "", "MacroeNB-0000A"},
	"errorrate":  {`^[0-9]E-[0-9]$`, "", "1E-3"},
	"fqdn":       {`^([0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,63}\.?$`, "", "www.example.com"},
	"hex":        {`^[A-Fa-f0-9]+$`, "", "0a1b"},
	"hex2":       {`^[A-Fa-f0-9]{2}$`, "", "0a"},
	"hex4":       {`^[A-Fa-f0-9]{4}$`, "", "0a1b"},
	"hex6":       {`^[A-Fa-f0-9]{6}$`, "", "0a1b2c"},
	"hex6to8":    {`^[A-Fa-f0-9]{6,8}$`, "", "0a1b2c"},
	"hex7":       {`^[A-Fa-f0-9]{7}$`, "", "0a1b2c3"},
	"hex9":       {`^[A-Fa-f0-9]{9}$`, "", "0a1b2c3d4"},
	"hex11":      {`^[A-Fa-f0-9]{11}$`, "", "0a1b2c3d4e5"},
	"ipv4":       {"", "ipv4", "192.0.2.1"},
	"ipv6":       {"", "ipv6", "2001:db8::1"},
	"ipv6prefix": {`^[0-9a-f:]+/\d{1,3}$`, "", "2001:db8::/64"},
	"mac":        {`^[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}$`, "", "00-11-22-aa-bb-cc"},
	"mcc":        {`^\d{3}$`, "", "001"},
	"mnc":        {`^\d{2,3}$`, "", "01"},
	"ngenb":      {`^(MacroNGeNB-[A-Fa-f0-9]{5}|LMacroNGeNB-[A-Fa-f0-9]{6}|SMacroNGeNB-[A-Fa-f0-9]{5})$`, "", "MacroNGeNB-0000A"},
	"share":      {`^(0\.\d{2}|1\.00)$`, "", "0.25"},
	"tac":        {`^([A-Fa-f0-9]{4}|[A-Fa-f0-9]{6})$`, "", "0a1b"},
	"tac8":       {`^\d{8}$`, "", "35000001"},
	"upperhex16": {`^[0-9A-F]{16}$`, "", "00112233445566AA"},
	"upperhex20": {`^[0-9A-F]{20}$`, "", "00112233445566778899"},
}

// typeForms are the forms of the types that check themselves.
var typeForms = map[reflect.Type]textForm{
	reflect.TypeFor[id.ExternalID]():      {`^[^@]+@[^@]+$`, "", "ue1@example.com"},
	reflect.TypeFor[id.ExternalGroupID](): {`^[^@]+@[^@]+$`, "", "meters@example.com"},
	reflect.TypeFor[id.MSISDN]():          {`^[0-9]{5,15}$`, "", "999770000001"},
	reflect.TypeFor[Features]():           {`^[A-Fa-f0-9]*$`, "", "3"},
	reflect.TypeFor[TimeOfDay]():          {"", "", "12:30:00Z"},
}

// variableForms are the forms of path variables.
var variableForms = map[string]textForm{
	"portId": {`^ue([0-9]|1[0-5])-ef([0-9]|1[0-5])$`, "", "ue3-ef5"},
}

// selfRules are the rules of the types that check themselves beyond their tags, or the more part of them.
var selfRules = map[reflect.Type]object{
	reflect.TypeFor[PeriodicityRange](): {{"oneOf", []object{needs("lowerBound", "upperBound"), needs("periodicVals")}}},
	reflect.TypeFor[PDUSessionInformation](): {{"oneOf", []object{
		needs("ueMac"), {{"anyOf", []object{needs("ueIpv4"), needs("ueIpv6")}}},
	}}},
	reflect.TypeFor[NetworkParameters](): {{"dependentRequired", object{{"externalGroupId", []string{"notificationDestination"}}}}},
	reflect.TypeFor[VelocityEstimate](): {{"dependentRequired", object{
		{"vSpeed", []string{"vDirection"}}, {"vDirection", []string{"vSpeed"}}, {"vUncertainty", []string{"vSpeed", "vDirection", "hUncertainty"}},
	}}},
	reflect.TypeFor[PatchItem](): {{"anyOf", []object{
		append(object{{"properties", object{{"op", object{{"enum", []PatchOperation{PatchOpAdd, PatchOpReplace, PatchOpTest}}}}}}}, needs("value")...),
		append(object{{"properties", object{{"op", object{{"enum", []PatchOperation{PatchOpCopy, PatchOpMove}}}}}}}, needs("from")...),
		{{"properties", object{{"op", object{{"enum", []PatchOperation{PatchOpRemove}}}}}}},
	}}},
}

func needs(members ...string) object { return object{{"required", members}} }

// queryForms are the patterns of parameters of the query.
var queryForms = map[string]string{"mac-addrs": "mac"}

func (s textForm) on(o object) object {
	return o.with("format", s.format).with("pattern", s.expr).with("examples", []string{s.example})
}

// schemaer is a type that writes and reads itself as JSON and says what that looks like.
type schemaer interface {
	// jsonSchema returns the schema; of gives that of another type.
	jsonSchema(of func(reflect.Type) object) object
}

// rules are those rules of a member that concern its value.
type rules struct {
	field    *field
	pattern  string
	required bool
}

// schema returns the schema of a value; l may be nil. Types with a name become components.
func (e *describer) schema(p *plan, l *rules) object {
	switch p.kind {
	case kPtr:
		return e.schema(p.elem, l)
	case kOpt:
		s := e.schema(p.elem, l)
		if l != nil && l.field != nil && l.field.notnull {
			return s
		}
		return nullable(s)
	case kTime:
		return object{{"type", "string"}, {"format", "date-time"}}
	case kDuration:
		return l.number(object{{"type", "integer"}}, 0)
	}
	if p.typ.Name() != "" && p.typ.PkgPath() != "" && p.typ != rawType {
		s := e.named(p)
		switch p.kind {
		case kString:
			s = l.text(s)
		case kInt, kFloat:
			s = l.number(s, math.Inf(-1))
		}
		return s
	}
	return e.inline(p, l)
}

// inline returns the schema itself, even when the type has a name.
func (e *describer) inline(p *plan, l *rules) object {
	switch p.kind {
	case kString:
		return l.text(object{{"type", "string"}})
	case kBool:
		return object{{"type", "boolean"}}
	case kInt:
		if l == nil && p.limits != nil {
			l = &rules{field: p.limits}
		}
		return l.number(object{{"type", "integer"}}, math.Inf(-1))
	case kFloat:
		return l.number(object{{"type", "number"}, {"format", "double"}}, math.Inf(-1))
	case kBytes:
		s := object{{"type", "string"}, {"contentEncoding", "base64"}}
		if f := l.bounds(); f != nil {
			if f.hasMin && f.min > 0 {
				s = s.with("minLength", int((4*f.min+2)/3)) // without padding
			}
			if f.hasMax {
				s = s.with("maxLength", 4*int((f.max+2)/3))
			}
		}
		return s
	case kSlice:
		var each *rules
		if l != nil && l.pattern != "" {
			each = &rules{pattern: l.pattern}
		}
		return l.count(object{{"type", "array"}, {"items", e.schema(p.elem, each)}}, "Items")
	case kMap:
		return l.count(object{{"type", "object"}, {"additionalProperties", e.schema(p.elem, nil)}}, "Properties")
	case kStruct:
		return e.structure(p)
	case kUnion:
		return e.union(p)
	}
	if s, ok := reflect.New(p.typ).Interface().(schemaer); ok {
		return s.jsonSchema(func(t reflect.Type) object { return e.schema(planOf(t), nil) })
	}
	if p.typ.Kind() != reflect.Interface && p.typ != rawType {
		e.errs = append(e.errs, fmt.Errorf("%s reads itself from JSON and has no jsonSchema", p.typ))
	}
	return object{} // anything
}

// union is one of several structs, which a member tells apart that none of them has in Go.
func (e *describer) union(p *plan) object {
	var each []object
	var mapping object
	for _, text := range slices.Sorted(maps.Keys(p.variants)) {
		v := p.variants[text]
		if e.types[v.typ.Name()] != nil {
			e.errs = append(e.errs, fmt.Errorf("%s is used outside of %s", v.typ, p.typ))
		}
		ref := e.named(v)
		s := e.schemas[v.typ.Name()]
		tell := member{p.member, object{{"type", "string"}, {"enum", []string{text}}}}
		for i := range s {
			switch s[i].name {
			case "properties":
				s[i].value = append(object{tell}, s[i].value.(object)...)
			case "required":
				s[i].value = append([]string{p.member}, s[i].value.([]string)...)
			}
		}
		if !s.has("properties") {
			s = append(s, member{"properties", object{tell}})
		}
		if !s.has("required") {
			s = append(s, member{"required", []string{p.member}})
		}
		e.schemas[v.typ.Name()] = s
		each = append(each, ref)
		mapping = append(mapping, member{text, ref[0].value})
	}
	return object{{"oneOf", each}, {"discriminator", object{{"propertyName", p.member}, {"mapping", mapping}}}}
}

func nullable(s object) object {
	if len(s) > 0 && s[0].name == "type" {
		if t, ok := s[0].value.(string); ok {
			return append(object{{"type", []string{t, "null"}}}, s[1:]...)
		}
	}
	return object{{"anyOf", []object{s, {{"type", "null"}}}}}
}

func (l *rules) bounds() *field {
	if l == nil {
		return nil
	}
	return l.field
}

func (l *rules) text(s object) object {
	if l == nil {
		return s
	}
	if l.pattern != "" {
		s = textForms[l.pattern].on(s)
	}
	f := l.field
	if f == nil {
		return s
	}
	if f.uri {
		s = s.with("format", "uri").with("maxLength", 2048)
	}
	if f.hasMin && f.min > 0 {
		s = s.with("minLength", int(f.min))
	} else if l.required && !f.empty && l.pattern == "" && !f.uri && s[0].name == "type" {
		s = s.with("minLength", 1)
	}
	if f.hasMax && !f.uri {
		s = s.with("maxLength", int(f.max))
	}
	return s
}

// number adds the range; least holds for every value of the type.
func (l *rules) number(s object, least float64) object {
	f := l.bounds()
	if f != nil && f.hasMin {
		least = max(least, f.min)
	}
	if !math.IsInf(least, -1) {
		s = s.with("minimum", least)
	}
	if f != nil && f.hasMax {
		s = s.with("maximum", f.max)
	}
	return s
}

func (l *rules) count(s object, what string) object {
	f := l.bounds()
	if f != nil && f.hasMin && f.min > 0 {
		s = s.with("min"+what, int(f.min))
	}
	if f != nil && f.hasMax {
		s = s.with("max"+what, int(f.max))
	}
	return s
}

// named makes the type a component and returns a reference to it.
func (e *describer) named(p *plan) object {
	name := p.typ.Name()
	if was, ok := e.types[name]; ok {
		if was != p.typ {
			e.errs = append(e.errs, fmt.Errorf("%s and %s have one name", was, p.typ))
		}
		return reference("schemas", name)
	}
	e.types[name] = p.typ // first, for types that hold themselves
	var s object
	switch values := e.docs.Values[name]; {
	case len(values) > 0 && p.kind == kString:
		s = enumeration(values, e.docs.Types[name])
	case p.kind == kString && typeForms[p.typ] != textForm{}:
		s = typeForms[p.typ].on(object{{"type", "string"}}.with("description", e.docs.Types[name]))
	default:
		s = e.inline(p, nil)
		if text := e.docs.Types[name]; text != "" && !s.has("description") {
			s = append(s, member{"description", text})
		}
	}
	e.schemas[name] = s
	return reference("schemas", name)
}

// enumeration is an open one: the values that are known, or any other text.
func enumeration(values [][2]string, text string) object {
	var all []string
	for _, v := range values {
		all = append(all, v[0])
		if v[1] != "" {
			text += "\n- " + v[0] + ": " + v[1]
		}
	}
	return object{{"anyOf", []object{
		{{"type", "string"}, {"enum", all}},
		{{"type", "string"}, {"description", "A value that is not known yet."}},
	}}}.with("description", strings.TrimPrefix(text, "\n"))
}

func (e *describer) structure(p *plan) object {
	var props object
	var required []string
	for i := range p.fields {
		f := &p.fields[i]
		sf := p.typ.FieldByIndex(f.at)
		owner := p.typ
		if len(f.at) > 1 {
			owner = p.typ.FieldByIndex(f.at[:len(f.at)-1]).Type
		}
		l := &rules{field: f, required: f.required}
		for item := range strings.SplitSeq(sf.Tag.Get("t8"), ",") {
			if name, ok := strings.CutPrefix(item, "pattern="); ok {
				l.pattern = name
				if textForms[name] == (textForm{}) {
					e.errs = append(e.errs, fmt.Errorf("pattern %s has no form", name))
				}
			}
		}
		s := e.schema(f.plan, l)
		if text := e.docs.Fields[owner.Name()+"."+sf.Name]; text != "" {
			s = append(slices.Clone(s), member{"description", text})
		}
		if f.readonly && e.requested[p.typ] {
			s = append(slices.Clone(s), member{"readOnly", true})
		}
		if f.required {
			required = append(required, f.name)
		}
		props = append(props, member{f.name, s})
	}
	s := object{{"type", "object"}}
	if len(props) > 0 {
		s = append(s, member{"properties", props})
	}
	s = s.with("required", required)
	var rules []object
	for _, g := range p.groups {
		rules = append(rules, p.rule(g))
	}
	if r := selfRules[p.typ]; r != nil {
		rules = append(rules, r)
	} else if p.self {
		e.errs = append(e.errs, fmt.Errorf("%s checks itself by rules that nobody else knows", p.typ))
	}
	switch len(rules) {
	case 0:
	case 1:
		s = append(s, rules[0]...)
	default:
		s = append(s, member{"allOf", rules})
	}
	return s
}

// rule says in a schema which members of a group may stand together.
func (p *plan) rule(g group) object {
	var each, pairs []object
	for i, n := range g.fields {
		each = append(each, needs(p.fields[n].name))
		for _, m := range g.fields[i+1:] {
			pairs = append(pairs, needs(p.fields[n].name, p.fields[m].name))
		}
	}
	switch {
	case g.rule == "oneof":
		return object{{"oneOf", each}}
	case g.rule == "anyof":
		return object{{"anyOf", each}}
	case len(pairs) == 1:
		return object{{"not", pairs[0]}}
	}
	return object{{"not", object{{"anyOf", pairs}}}}
}
