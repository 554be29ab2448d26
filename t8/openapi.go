package t8

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/scefkit/scefkit/id"
)

//go:generate go run ../internal/apidoc ../id

// OpenAPIOptions holds what is optional for the description of an API.
type OpenAPIOptions struct {
	// APIRoot is the default of the variable apiRoot in the address of the server, as "https://scef.example.com", which is
	// the default.
	APIRoot string
	// TokenURL is where an SCS/AS gets its token by OAuth2 client credentials (TS 29.122 §6); the default is none: the
	// document only tells that a bearer token is wanted.
	TokenURL string
}

// OpenAPI returns a description of the API as an OpenAPI 3.1 document in JSON: its operations, bodies, callbacks and
// errors as this package serves, checks and sends them, in our own words. The same API and options give the same octets.
// opts may be nil.
//
// Members that nobody describes are those of 5G that are carried and not served. Enumerations are open, so that a value
// outside of the list is valid.
func (a API) OpenAPI(opts *OpenAPIOptions) ([]byte, error) {
	if opts == nil {
		opts = &OpenAPIOptions{}
	}
	d, err := readDocs()
	if err != nil {
		return nil, err
	}
	e := &describer{api: a, opts: opts, docs: d, schemas: map[string]object{}, types: map[string]reflect.Type{}, requested: map[reflect.Type]bool{}, responses: map[int]bool{}}
	b, err := marshal(e.document())
	if err == nil && len(e.errs) > 0 {
		err = errors.Join(e.errs...)
	}
	if err != nil {
		return nil, fmt.Errorf("t8: description of %s: %w", a.Name, err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", " "); err != nil {
		return nil, fmt.Errorf("t8: description of %s: %w", a.Name, err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// zdocs are the texts for types, members, values and operations; see internal/apidoc.
//
//go:embed zdocs.json
var zdocs []byte

type apiDocs struct {
	Types, Fields, Operations, APIs map[string]string
	Values                          map[string][][2]string
}

var readDocs = sync.OnceValues(func() (*apiDocs, error) {
	d := new(apiDocs)
	return d, json.Unmarshal(zdocs, d)
})

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		v, err := marshal(m.value)
		if err != nil {
			return nil, err
		}
		b = append(append(appendText(b, m.name), ':'), v...)
	}
	return append(b, '}'), nil
}

// with returns o with one more member, unless the value is empty.
func (o object) with(name string, value any) object {
	if v := reflect.ValueOf(value); !v.IsValid() || v.Kind() != reflect.Bool && (v.Kind() == reflect.String || v.Kind() == reflect.Slice) && v.Len() == 0 {
		return o
	}
	return append(o, member{name, value})
}

func (o object) has(name string) bool {
	return slices.ContainsFunc(o, func(m member) bool { return m.name == name })
}

// shape is the form of a string for others: an expression of ECMA-262, or a format of JSON Schema, and an example.
type shape struct{ expr, format, example string }

// shapes are the forms of the patterns that tags name; each says what the check of the same name in patterns does, or less.
var shapes = map[string]shape{
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

// typeShapes are the forms of the types that check themselves.
var typeShapes = map[reflect.Type]shape{
	reflect.TypeFor[id.ExternalID]():      {`^[^@]+@[^@]+$`, "", "ue1@example.com"},
	reflect.TypeFor[id.ExternalGroupID](): {`^[^@]+@[^@]+$`, "", "meters@example.com"},
	reflect.TypeFor[id.MSISDN]():          {`^[0-9]{5,15}$`, "", "999770000001"},
	reflect.TypeFor[Features]():           {`^[A-Fa-f0-9]*$`, "", "3"},
}

// variableShapes are the forms of path variables.
var variableShapes = map[string]shape{
	"portId": {`^ue([0-9]|1[0-5])-ef([0-9]|1[0-5])$`, "", "ue3-ef5"},
}

func (s shape) on(o object) object {
	return o.with("format", s.format).with("pattern", s.expr).with("examples", []string{s.example})
}

// schemaer is a type that writes and reads itself as JSON and says what that looks like.
type schemaer interface {
	// jsonSchema returns the schema; of gives that of another type.
	jsonSchema(of func(reflect.Type) object) object
}

// describer makes one document.
type describer struct {
	api  API
	opts *OpenAPIOptions
	docs *apiDocs
	errs []error

	schemas   map[string]object       // components by name
	types     map[string]reflect.Type // of the components
	requested map[reflect.Type]bool   // types that may stand in a request
	responses map[int]bool            // shared answers that are used, by status; 0 is the default
}

func (e *describer) document() object {
	root := e.opts.APIRoot
	if root == "" {
		root = "https://scef.example.com"
	}
	text := e.docs.APIs[e.api.Name]
	paths, tags := e.paths()
	security := object{{"bearer", object{
		{"type", "http"}, {"scheme", "bearer"}, {"description", "A token that the operator of the SCEF gave to the SCS/AS."},
	}}}
	scheme := "bearer"
	if e.opts.TokenURL != "" {
		scheme = "oAuth2ClientCredentials"
		security = object{{scheme, object{
			{"type", "oauth2"}, {"flows", object{{"clientCredentials", object{{"tokenUrl", e.opts.TokenURL}, {"scopes", object{}}}}}},
		}}}
	}
	return object{
		{"openapi", "3.1.0"},
		{"info", object{{"title", e.api.Name}}.with("summary", text).
			with("description", "An API of T8, the reference point between SCEF and SCS/AS (TS 29.122, Release 18). Made from the types and routes of scefkit.").
			with("version", e.api.Version).
			with("license", object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}})},
		{"servers", []object{{
			{"url", "{apiRoot}/" + e.api.Name + "/" + e.api.Version},
			{"variables", object{{"apiRoot", object{{"default", root}, {"description", "Scheme, authority and perhaps a path (TS 29.122 §5.2.4)."}}}}},
		}}},
		{"security", []object{{{scheme, []string{}}}}},
		{"tags", tags},
		{"paths", paths},
		{"components", object{{"schemas", e.components()}, {"responses", e.sharedResponses()}, {"securitySchemes", security}}},
	}
}

func (e *describer) paths() (paths object, tags []object) {
	for i := range e.api.routes {
		if t := e.api.routes[i].body; t != nil {
			e.reach(planOf(t))
		}
	}
	at := map[string]int{}
	for i := range e.api.routes {
		r := &e.api.routes[i]
		n, ok := at[r.pattern]
		if !ok {
			n = len(paths)
			at[r.pattern] = n
			paths = append(paths, member{r.pattern, object{}.with("parameters", variables(r.pattern))})
		}
		tag := tagOf(r.pattern)
		if !slices.ContainsFunc(tags, func(o object) bool { return o[0].value == tag }) {
			tags = append(tags, object{{"name", tag}, {"description", "Operations on " + strings.ReplaceAll(tag, "-", " ") + "."}})
		}
		paths[n].value = append(paths[n].value.(object), member{strings.ToLower(r.method), e.operation(r, tag)})
	}
	return paths, tags
}

// reach notes the structs that a request may hold.
func (e *describer) reach(p *plan) {
	for ; p.elem != nil; p = p.elem { //nolint:revive // down to what is held
	}
	if e.requested[p.typ] {
		return
	}
	e.requested[p.typ] = true
	for i := range p.fields {
		e.reach(p.fields[i].plan)
	}
}

// tagOf is the last fixed segment of a path.
func tagOf(pattern string) string {
	tag := "resource"
	for s := range strings.SplitSeq(pattern, "/") {
		if s != "" && s[0] != '{' {
			tag = s
		}
	}
	return tag
}

// variables are the parameters in a path.
func variables(pattern string) []object {
	var all []object
	for s := range strings.SplitSeq(pattern, "/") {
		if !strings.HasPrefix(s, "{") {
			continue
		}
		name, text := strings.Trim(s, "{}"), "Identifier of the resource, as in the URI that the SCEF gave it."
		schema := object{{"type", "string"}}
		if f, ok := variableShapes[name]; ok {
			schema = f.on(schema)
		} else {
			schema = schema.with("minLength", 1)
		}
		if name == "scsAsId" {
			text = "Identifier of the SCS/AS."
		}
		all = append(all, object{{"name", name}, {"in", "path"}, {"description", text}, {"required", true}, {"schema", schema}})
	}
	return all
}

func (e *describer) operation(r *route, tag string) object {
	summary := e.docs.Operations[e.api.Name+" "+r.operation]
	if summary == "" {
		summary = words(r.operation)
	}
	o := object{{"operationId", r.operation}, {"summary", summary}, {"tags", []string{tag}}}
	var params []object
	for _, q := range r.query {
		p := object{{"name", q.name}, {"in", "query"}, {"description", words(q.name)}}
		schema := e.schema(planOf(q.typ), nil)
		if q.json {
			p = append(p, member{"content", object{{typeJSON, object{{"schema", schema}}}}})
		} else {
			p = append(p, member{"style", "form"}, member{"explode", false}, member{"schema", schema})
		}
		params = append(params, p)
	}
	o = o.with("parameters", params)
	if r.body != nil {
		var content object
		for _, media := range r.accepts {
			content = append(content, member{media, object{{"schema", e.schema(planOf(r.body), nil)}}})
		}
		o = append(o, member{"requestBody", object{{"required", true}, {"content", content}}})
	}
	o = append(o, member{"responses", e.answers(r)})
	if r.event != nil {
		o = append(o, member{"callbacks", e.callback(r)})
	}
	return o
}

// words turns an operationId into words.
func words(name string) string {
	var b strings.Builder
	was := ' '
	runes := []rune(name)
	for i, c := range runes {
		next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
		if unicode.IsUpper(c) && i > 0 && (unicode.IsLower(was) || next) {
			b.WriteByte(' ')
			if next {
				c = unicode.ToLower(c)
			}
		}
		if c == '-' {
			c = ' '
		}
		b.WriteRune(c)
		was = c
	}
	s := b.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

func header(text string, schema object, required bool) object {
	return object{{"description", text}}.with("required", required).with("schema", schema)
}

// answers are the answers to an operation: its own, and the errors that TS 29.122 §5.2.6 has for it. What is not listed is
// the default; 405 is an answer to what is no operation.
func (e *describer) answers(r *route) object {
	var all object
	creates := slices.Contains(r.status, http.StatusCreated)
	statuses := slices.Clone(r.status)
	slices.Sort(statuses)
	for _, s := range statuses {
		a := object{{"description", successText(r, s)}}
		if s == http.StatusCreated {
			a = append(a, member{"headers", object{{"Location", header("URI of the new resource.", object{{"type", "string"}, {"format", "uri"}}, true)}}})
		}
		if r.answer != nil && (s == http.StatusOK || s == http.StatusCreated) {
			a = append(a, member{"content", object{{typeJSON, object{{"schema", e.schema(planOf(r.answer), nil)}}}}})
		}
		all = append(all, member{strconv.Itoa(s), a})
	}
	errs := []int{400, 401, 403, 404, 429, 500, 503}
	if r.method != http.MethodPost || !creates {
		errs = append(errs, 307, 308)
	}
	if r.method != http.MethodDelete {
		errs = append(errs, 406)
	}
	if r.body != nil {
		errs = append(errs, 411, 413, 415)
	}
	for s := range r.reports {
		if !slices.Contains(errs, s) {
			errs = append(errs, s)
		}
	}
	slices.Sort(errs)
	for _, s := range errs {
		all = append(all, member{strconv.Itoa(s), e.failure(r, s)})
	}
	e.responses[0] = true
	return append(all, member{"default", reference("responses", "Default")})
}

func successText(r *route, status int) string {
	switch {
	case status == http.StatusCreated:
		return "Created."
	case status == http.StatusAccepted:
		return "Under way; a notification will tell the result."
	case status == http.StatusNoContent:
		return "Done; there is nothing to tell."
	case r.method == http.MethodGet:
		return "What was asked for."
	}
	return "Done."
}

// failure is the answer with an error status: a shared one, or one with a body of the operation.
func (e *describer) failure(r *route, status int) object {
	var content object
	body := func(media string, t reflect.Type) {
		content = append(content, member{media, object{{"schema", e.schema(planOf(t), nil)}}})
	}
	problem := reflect.TypeFor[ProblemDetails]()
	if t := r.reports[status]; t != nil {
		body(typeJSON, t)
		body(typeProblem, problem)
	} else if status == http.StatusInternalServerError {
		switch r.failure {
		case shapeDelivery:
			body(typeJSON, reflect.TypeFor[NIDDDownlinkDataDeliveryFailure]())
			body(typeProblem, problem)
		case shapePort:
			body(typeProblem, reflect.TypeFor[RDSDownlinkDataDeliveryFailure]())
		}
	}
	if content == nil {
		e.responses[status] = true
		return reference("responses", responseName(status))
	}
	return append(object{{"description", errorTexts[status]}}, errorHeaders(status, object{{"content", content}})...)
}

// errorTexts describe the error answers.
var errorTexts = map[int]string{
	0:   "Another error.",
	307: "The resource is, for the time being, elsewhere.",
	308: "The resource is elsewhere from now on.",
	400: "The request is not well-formed or does not keep the rules of the data model; invalidParams names each fault.",
	401: "No valid credential, or not allowed.",
	403: "Not allowed.",
	404: "There is no such resource.",
	406: "The client does not take the media types of the answer.",
	409: "The request conflicts with the state of the resource.",
	411: "The length of the body is missing.",
	413: "The body is too long.",
	415: "The media type of the body is not one of the operation.",
	429: "Too many requests.",
	500: "The SCEF or the network behind it failed.",
	502: "The network behind the SCEF gave a bad answer.",
	503: "The SCEF cannot serve the request for the time being.",
}

func responseName(status int) string {
	if status == 0 {
		return "Default"
	}
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}

func errorHeaders(status int, o object) object {
	switch status {
	case 307, 308:
		return append(object{{"headers", object{{"Location", header("URI of the resource at the other place.", object{{"type", "string"}, {"format", "uri"}}, true)}}}}, o...)
	case 401:
		return append(object{{"headers", object{{"WWW-Authenticate", header("The scheme that is wanted (RFC 9110 §11.6.1).", object{{"type", "string"}}, false)}}}}, o...)
	case 429, 503:
		return append(object{{"headers", object{{"Retry-After", header("Seconds to wait, or a date (RFC 9110 §10.2.3).", object{{"type", "string"}}, false)}}}}, o...)
	}
	return o
}

func (e *describer) sharedResponses() object {
	var all object
	for _, s := range slices.Sorted(maps.Keys(e.responses)) {
		if errorTexts[s] == "" {
			e.errs = append(e.errs, fmt.Errorf("status %d has no text", s))
		}
		content := object{{"content", object{{typeProblem, object{{"schema", reference("schemas", "ProblemDetails")}}}}}}
		if s == 307 || s == 308 {
			content = nil
		}
		all = append(all, member{responseName(s), append(object{{"description", errorTexts[s]}}, errorHeaders(s, content)...)})
	}
	return all
}

// callback is what comes to the notification destination of a resource.
func (e *describer) callback(r *route) object {
	bodies := r.event.bodies
	destination, test := "", false
	for i := range planOf(r.body).fields {
		f := &planOf(r.body).fields[i]
		if f.uri && (destination == "" || f.name == "notificationDestination") {
			destination = f.name
		}
		test = test || f.name == "requestTestNotification"
	}
	if destination == "" {
		e.errs = append(e.errs, fmt.Errorf("%s has a callback and no destination", r.operation))
	}
	if t := reflect.TypeFor[TestNotification](); test && !slices.Contains(bodies, t) {
		bodies = append(slices.Clone(bodies), t)
	}
	var schemas []object
	for _, t := range bodies {
		schemas = append(schemas, e.schema(planOf(t), nil))
	}
	schema := object{{"anyOf", schemas}}
	if len(schemas) == 1 {
		schema = schemas[0]
	}
	e.responses[0] = true
	return object{{r.event.name, object{{"{$request.body#/" + destination + "}", object{{"post", object{
		{"operationId", r.operation + "Callback"},
		{"summary", "Notifies the SCS/AS"},
		{"security", []object{}},
		{"requestBody", object{{"required", true}, {"content", object{{typeJSON, object{{"schema", schema}}}}}}},
		{"responses", object{
			{"200", object{{"description", "Taken."}, {"content", object{{typeJSON, object{{"schema", e.schema(planOf(reflect.TypeFor[Acknowledgement]()), nil)}}}}}}},
			{"204", object{{"description", "Taken."}}},
			{"default", reference("responses", "Default")},
		}},
	}}}}}}}
}

func reference(kind, name string) object {
	return object{{"$ref", "#/components/" + kind + "/" + name}}
}

func (e *describer) components() object {
	e.schema(planOf(reflect.TypeFor[ProblemDetails]()), nil) // of the shared answers
	var all object
	for _, name := range slices.Sorted(maps.Keys(e.schemas)) {
		all = append(all, member{name, e.schemas[name]})
	}
	return all
}

// limits are the rules of a member that concern its value.
type limits struct {
	field    *field
	pattern  string
	required bool
}

// schema returns the schema of a value; l may be nil. Types with a name become components.
func (e *describer) schema(p *plan, l *limits) object {
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
	case kSeconds:
		return l.number(object{{"type", "integer"}}, "minimum", 0)
	}
	if p.typ.Name() != "" && p.typ.PkgPath() != "" {
		s := e.named(p)
		switch p.kind {
		case kString:
			s = l.text(s)
		case kInt, kFloat:
			s = l.number(s, "minimum", math.Inf(-1))
		}
		return s
	}
	return e.inline(p, l)
}

// inline returns the schema itself, even when the type has a name.
func (e *describer) inline(p *plan, l *limits) object {
	switch p.kind {
	case kString:
		return l.text(object{{"type", "string"}})
	case kBool:
		return object{{"type", "boolean"}}
	case kInt:
		return l.number(object{{"type", "integer"}}, "minimum", math.Inf(-1))
	case kFloat:
		return l.number(object{{"type", "number"}, {"format", "double"}}, "minimum", math.Inf(-1))
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
		var each *limits
		if l != nil && l.pattern != "" {
			each = &limits{pattern: l.pattern}
		}
		return l.count(object{{"type", "array"}, {"items", e.schema(p.elem, each)}}, "Items")
	case kMap:
		return l.count(object{{"type", "object"}, {"additionalProperties", e.schema(p.elem, nil)}}, "Properties")
	case kStruct:
		return e.structure(p)
	}
	if s, ok := reflect.New(p.typ).Interface().(schemaer); ok {
		return s.jsonSchema(func(t reflect.Type) object { return e.schema(planOf(t), nil) })
	}
	if p.typ.Kind() != reflect.Interface && p.typ != reflect.TypeFor[json.RawMessage]() {
		e.errs = append(e.errs, fmt.Errorf("%s reads itself from JSON and has no jsonSchema", p.typ))
	}
	return object{} // anything
}

func nullable(s object) object {
	if len(s) > 0 && s[0].name == "type" {
		if t, ok := s[0].value.(string); ok {
			return append(object{{"type", []string{t, "null"}}}, s[1:]...)
		}
	}
	return object{{"anyOf", []object{s, {{"type", "null"}}}}}
}

func (l *limits) bounds() *field {
	if l == nil {
		return nil
	}
	return l.field
}

func (l *limits) text(s object) object {
	if l == nil {
		return s
	}
	if l.pattern != "" {
		s = shapes[l.pattern].on(s)
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
	} else if l.required && l.pattern == "" && !f.uri && s[0].name == "type" {
		s = s.with("minLength", 1)
	}
	if f.hasMax && !f.uri {
		s = s.with("maxLength", int(f.max))
	}
	return s
}

// number adds the range; least holds for every value of the type.
func (l *limits) number(s object, name string, least float64) object {
	f := l.bounds()
	if f != nil && f.hasMin {
		least = max(least, f.min)
	}
	if !math.IsInf(least, -1) {
		s = s.with(name, least)
	}
	if f != nil && f.hasMax {
		s = s.with("maximum", f.max)
	}
	return s
}

func (l *limits) count(s object, what string) object {
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
	case p.kind == kString && typeShapes[p.typ] != shape{}:
		s = typeShapes[p.typ].on(object{{"type", "string"}}.with("description", e.docs.Types[name]))
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
		l := &limits{field: f, required: f.required}
		for item := range strings.SplitSeq(sf.Tag.Get("t8"), ",") {
			if name, ok := strings.CutPrefix(item, "pattern="); ok {
				l.pattern = name
				if shapes[name] == (shape{}) {
					e.errs = append(e.errs, fmt.Errorf("pattern %s has no shape", name))
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
		each = append(each, object{{"required", []string{p.fields[n].name}}})
		for _, m := range g.fields[i+1:] {
			pairs = append(pairs, object{{"required", []string{p.fields[n].name, p.fields[m].name}}})
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

// OpenAPIPath is where a node serves the descriptions of its APIs, below the API root.
const OpenAPIPath = "/openapi/"

// NewOpenAPIHandler returns a handler that serves the descriptions of APIs to everybody: a list at the end of its path, and
// each document by the name of its API, as "3gpp-nidd.json". prefix is the path that it is mounted at, as [OpenAPIPath]. The
// documents are made when the first is asked for, and may be cached. opts may be nil.
func NewOpenAPIHandler(prefix string, opts *OpenAPIOptions, apis ...API) http.Handler {
	return &openAPIHandler{prefix: strings.TrimSuffix(prefix, "/") + "/", files: sync.OnceValues(func() (map[string]file, error) {
		return describeAll(opts, apis)
	})}
}

type openAPIHandler struct {
	prefix string
	files  func() (map[string]file, error)
}

// file is a document with its entity tag.
type file struct {
	body []byte
	etag string
}

func newFile(b []byte) file {
	sum := sha256.Sum256(b)
	return file{b, `"` + hex.EncodeToString(sum[:12]) + `"`}
}

func describeAll(opts *OpenAPIOptions, apis []API) (map[string]file, error) {
	type entry struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Summary string `json:"summary,omitempty"`
		OpenAPI string `json:"openapi"` // relative reference
	}
	d, err := readDocs()
	if err != nil {
		return nil, err
	}
	files := make(map[string]file, len(apis)+1)
	all := make([]entry, 0, len(apis))
	for _, a := range apis {
		b, err := a.OpenAPI(opts)
		if err != nil {
			return nil, err
		}
		files[a.Name+".json"] = newFile(b)
		all = append(all, entry{a.Name, a.Version, d.APIs[a.Name], a.Name + ".json"})
	}
	b, err := marshal(map[string]any{"apis": all})
	files[""] = newFile(b)
	return files, err
}

// ServeHTTP implements http.Handler.
func (h *openAPIHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fail := func(status int) {
		b, _ := marshal(ProblemDetails{Title: http.StatusText(status), Status: status}) // can always be written
		w.Header().Set("Content-Type", typeProblem)
		w.WriteHeader(status)
		_, _ = w.Write(b) // a client that is gone needs no answer
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		fail(http.StatusMethodNotAllowed)
		return
	}
	files, err := h.files()
	if err != nil {
		fail(http.StatusInternalServerError)
		return
	}
	name, below := strings.CutPrefix(r.URL.Path, h.prefix)
	f, ok := files[name]
	if !below || !ok {
		fail(http.StatusNotFound)
		return
	}
	header := w.Header()
	header.Set("Etag", f.etag)
	header.Set("Cache-Control", "public, max-age=3600")
	header.Set("Access-Control-Allow-Origin", "*") // for viewers in a browser; there is nothing secret here
	header.Set("X-Content-Type-Options", "nosniff")
	if slices.Contains(strings.FieldsFunc(r.Header.Get("If-None-Match"), func(c rune) bool { return c == ',' || c == ' ' }), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", typeJSON)
	header.Set("Content-Length", strconv.Itoa(len(f.body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(f.body) // a client that is gone needs no answer
	}
}
