package t8

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
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
	server, variable := "{apiRoot}/"+e.api.Name+"/"+e.api.Version, member{"apiRoot", object{
		{"default", root}, {"description", "Scheme, authority and perhaps a path (TS 29.122 §5.2.4)."},
	}}
	if e.api.routes[0].pattern == "/" { // the SCS/AS serves it, anywhere
		server, variable = "{notificationUri}", member{"notificationUri", object{
			{"default", "https://as.example.com/messages"}, {"description", "Where the SCS/AS takes what the SCEF sends; the SCEF is configured with it."},
		}}
	}
	return object{
		{"openapi", "3.1.0"},
		{"info", object{{"title", e.api.Name}}.with("summary", text).
			with("description", "An API of T8, the reference point between SCEF and SCS/AS (TS 29.122, Release 18). Made from the types and routes of scefkit.").
			with("version", e.api.Version).
			with("license", object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}})},
		{"servers", []object{{
			{"url", server}, {"variables", object{variable}},
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
	for p.elem != nil { // down to what is held
		p = p.elem
	}
	if e.requested[p.typ] {
		return
	}
	e.requested[p.typ] = true
	for i := range p.fields {
		e.reach(p.fields[i].plan)
	}
	for _, v := range p.variants {
		e.reach(v)
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
		if f, ok := variableForms[name]; ok {
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
		schema := e.schema(planOf(q.typ), &rules{pattern: queryForms[q.name]})
		if q.json {
			p = append(p, member{"content", object{{typeJSON, object{{"schema", schema}}}}})
		} else {
			p = append(p, member{"style", "form"}, member{"explode", true}, member{"schema", schema})
		}
		params = append(params, p)
	}
	switch tag := (object{{"type", "string"}}); {
	case r.method == http.MethodGet && r.shows(http.StatusOK):
		params = append(params, object{{"name", "If-None-Match"}, {"in", "header"}, {"description", "Tags of states that the SCS/AS has (RFC 9110 §13.1.2)."}, {"schema", tag}})
	case r.conditional():
		params = append(params, object{{"name", "If-Match"}, {"in", "header"}, {"description", "Tags of states that may be changed (RFC 9110 §13.1.1)."}, {"schema", tag}})
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
		o = append(o, member{"callbacks", e.callbacks(r)})
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
		var headers object
		if s == http.StatusCreated {
			headers = object{{"Location", header("URI of the new resource.", object{{"type", "string"}, {"format", "uri"}}, true)}}
		}
		if r.shows(s) {
			headers = append(headers, member{"ETag", header("Tag of this state of the resource (RFC 9110 §8.8.3).", object{{"type", "string"}}, false)})
		}
		if headers != nil {
			a = append(a, member{"headers", headers})
		}
		bodies := r.others[s]
		if bodies == nil && r.answer != nil && (s == http.StatusOK || s == http.StatusCreated) {
			bodies = []reflect.Type{r.answer}
		}
		if bodies != nil {
			a = append(a, member{"content", object{{typeJSON, object{{"schema", e.oneOf(bodies)}}}}})
		}
		all = append(all, member{strconv.Itoa(s), a})
	}
	if r.method == http.MethodGet && r.shows(http.StatusOK) {
		all = append(all, member{"304", object{{"description", "The SCS/AS has the resource as it is."}}})
	}
	errs := []int{400, 401, 403, 404, 429, 500, 503}
	if r.conditional() {
		errs = append(errs, 412)
	}
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

// conditional reports whether the operation changes a resource that may be named by its ETag.
func (rt *route) conditional() bool {
	return rt.method == http.MethodPut || rt.method == http.MethodPatch || rt.method == http.MethodDelete
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
	if t := r.reports[status]; t != nil {
		media := reportMedia(t)
		body(media, t)
		if media != typeProblem {
			body(typeProblem, reflect.TypeFor[ProblemDetails]())
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
	412: "The resource is in another state than the condition wants.",
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

// oneOf is the schema of a body of one of several types.
func (e *describer) oneOf(types []reflect.Type) object {
	var schemas []object
	for _, t := range types {
		schemas = append(schemas, e.schema(planOf(t), nil))
	}
	if len(schemas) == 1 {
		return schemas[0]
	}
	return object{{"anyOf", schemas}} // objects are open, so that several may fit
}

// callbacks are what comes to the notification destinations of a resource.
func (e *describer) callbacks(r *route) object {
	var all object
	for ev := r.event; ev != nil; ev = ev.next {
		destination := cmp.Or(ev.member, "notificationDestination")
		bodies := ev.bodies
		fields := planOf(r.body).index
		if _, ok := fields[destination]; !ok {
			e.errs = append(e.errs, fmt.Errorf("%s has no %s for its callback", r.operation, destination))
		}
		test := reflect.TypeFor[TestNotification]()
		if _, ok := fields["requestTestNotification"]; ok && ev.member == "" && !slices.Contains(bodies, test) {
			bodies = append(slices.Clone(bodies), test)
		}
		e.responses[0], e.responses[400], e.responses[404] = true, true, true
		all = append(all, member{ev.name, object{{"{$request.body#/" + destination + "}", object{{"post", object{
			{"operationId", r.operation + "_" + ev.name},
			{"summary", "Notifies the SCS/AS"},
			{"security", []object{}},
			{"requestBody", object{{"required", true}, {"content", object{{typeJSON, object{{"schema", e.oneOf(bodies)}}}}}}},
			{"responses", object{
				{"200", object{{"description", "Taken."}, {"content", object{{typeJSON, object{{"schema", e.schema(planOf(reflect.TypeFor[Acknowledgement]()), nil)}}}}}}},
				{"204", object{{"description", "Taken."}}},
				{"400", reference("responses", responseName(400))},
				{"404", reference("responses", responseName(404))},
				{"default", reference("responses", "Default")},
			}},
		}}}}}})
	}
	slices.Reverse(all)
	return all
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
