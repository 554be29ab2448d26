package t8

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/id"
)

// A plan is what decoder and checker know about a type. It is made once per type from json and t8 tags and then only
// read. The t8 tag is a list of:
//
//	required     the member must be there; a string must not be empty
//	empty        the empty string is a value, too
//	readonly     only the server sets it; what a request says is skipped
//	notnull      in a PATCH body: must not be removed
//	min=n max=n  range of a number; length of a string, of octets or of an array
//	uri          absolute http or https URI without user information
//	pattern=p    form of a string, or of the strings of an array, by its name in the table of patterns
//	oneof=g      exactly one of the members of group g must be there
//	atmost=g     at most one of them may be there
//	anyof=g      at least one of them must be there
//
// A member may belong to several groups.
//
// The identity types, Features, TimeOfDay, DayOfWeek and CongestionValue bring the check of their form or range with
// them. A struct with rules that no tag can say is a selfChecker. A type whose objects have one of several forms is a
// union.
type plan struct {
	typ      reflect.Type
	kind     kind
	format   func(string) error // form of a string; nil: any
	limits   *field             // range of a number; nil: any
	unit     time.Duration      // of kDuration
	elem     *plan              // of slice, map, pointer and Opt
	fields   []field            // of a struct; those of embedded structs among them
	index    map[string]int     // member name to field
	groups   []group
	self     bool             // a struct that is a selfChecker
	member   string           // of a union: the member that tells the variants apart
	variants map[string]*plan // of a union: by the value of that member
}

// A selfChecker is a struct with rules beyond its tags; its pointer has the method. The checker calls it after it
// has checked the members and groups of the tags; it notes faults with c.wrong and c.missing.
type selfChecker interface{ selfCheck(c *checker) }

// A union is a type that holds a pointer to one of several structs, its variants. On the wire all are objects, which
// the text of one member tells apart; that member is not one of the variant's Go struct. Decoder and checker work
// along the plan of the variant, so faults carry pointers as for any other struct.
type union interface {
	// variants tells the member and which pointer type stands for which text of it.
	variants() (member string, types map[string]reflect.Type)
	// variant returns the pointer that is held; nil: none.
	variant() any
	// hold takes a pointer of one of the types.
	hold(variant any)
	// keep takes an object whose text is none of the known ones; only what a server sent comes here.
	keep(text string, object []byte)
}

type kind uint8

const (
	kString kind = iota
	kBool
	kInt
	kFloat
	kBytes
	kTime
	kDuration
	kSlice
	kMap
	kStruct
	kPtr
	kOpt
	kUnion
	kOther // decoded by encoding/json
)

type field struct {
	name               string
	pointer            string // "/" + name, escaped for a JSON pointer
	at                 []int
	plan               *plan
	required, readonly bool
	notnull, uri       bool
	empty              bool
	hasMin, hasMax     bool
	min, max           float64
	pattern            func(string) error
	groups             []rule
}

// rule says that a field belongs to a group.
type rule struct{ name, group string }

type group struct {
	rule   string
	fields []int
	names  string // for the reason
}

const maxFields = 128

var (
	timeType   = reflect.TypeFor[time.Time]()
	optType    = reflect.TypeFor[opt]()
	customType = reflect.TypeFor[json.Unmarshaler]()
	unionType  = reflect.TypeFor[union]()
	selfType   = reflect.TypeFor[selfChecker]()
	rawType    = reflect.TypeFor[json.RawMessage]()

	units = map[reflect.Type]time.Duration{
		reflect.TypeFor[DurationSec](): time.Second,
		reflect.TypeFor[DurationMin](): time.Minute,
	}

	formats = map[reflect.Type]func(string) error{
		reflect.TypeFor[id.ExternalID]():      func(s string) error { _, err := id.ParseExternalID(s); return reason(err) },
		reflect.TypeFor[id.ExternalGroupID](): func(s string) error { _, err := id.ParseExternalGroupID(s); return reason(err) },
		reflect.TypeFor[id.MSISDN]():          func(s string) error { _, err := id.ParseMSISDN(s); return reason(err) },
		reflect.TypeFor[Features]():           func(s string) error { return Features(s).valid() },
		reflect.TypeFor[TimeOfDay]():          checkTimeOfDay,
	}

	limits = map[reflect.Type]*field{
		reflect.TypeFor[DayOfWeek]():       {hasMin: true, min: float64(Monday), hasMax: true, max: float64(Sunday)},
		reflect.TypeFor[CongestionValue](): {hasMin: true, min: 0, hasMax: true, max: 31},
	}

	plans     sync.Map // reflect.Type -> *plan, complete ones only
	plansLock sync.Mutex
)

// reason strips the package prefix, which says nothing to an SCS/AS.
func reason(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), id.ErrInvalid.Error()+" "))
}

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	plansLock.Lock()
	defer plansLock.Unlock()
	making := map[reflect.Type]*plan{}
	p := makePlan(t, making)
	for t, p := range making {
		plans.LoadOrStore(t, p)
	}
	return p
}

func makePlan(t reflect.Type, making map[reflect.Type]*plan) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	if p, ok := making[t]; ok {
		return p
	}
	p := &plan{typ: t, format: formats[t], limits: limits[t], unit: units[t]}
	making[t] = p
	switch {
	case t == timeType:
		p.kind = kTime
	case p.unit != 0:
		p.kind = kDuration
	case reflect.PointerTo(t).Implements(optType):
		p.kind = kOpt
		p.elem = makePlan(reflect.TypeOf(reflect.New(t).Interface().(opt).target()).Elem(), making)
	case t.Kind() == reflect.Pointer:
		p.kind, p.elem = kPtr, makePlan(t.Elem(), making)
	case reflect.PointerTo(t).Implements(unionType):
		p.kind, p.variants = kUnion, map[string]*plan{}
		member, types := reflect.New(t).Interface().(union).variants()
		p.member = member
		for text, v := range types {
			p.variants[text] = makePlan(v.Elem(), making)
		}
	case reflect.PointerTo(t).Implements(customType):
		p.kind = kOther
	case t.Kind() == reflect.String:
		p.kind = kString
	case t.Kind() == reflect.Bool:
		p.kind = kBool
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64:
		p.kind = kInt
	case t.Kind() == reflect.Float64 || t.Kind() == reflect.Float32:
		p.kind = kFloat
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		p.kind = kBytes
	case t.Kind() == reflect.Slice:
		p.kind, p.elem = kSlice, makePlan(t.Elem(), making)
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		p.kind, p.elem = kMap, makePlan(t.Elem(), making)
	case t.Kind() == reflect.Struct:
		p.kind, p.self = kStruct, reflect.PointerTo(t).Implements(selfType)
		p.addFields(t, nil, making)
		p.finish()
	default:
		p.kind = kOther
	}
	return p
}

func (p *plan) addFields(t reflect.Type, at []int, making map[reflect.Type]*plan) {
	for sf := range fieldsOf(t) {
		where := append(append([]int(nil), at...), sf.Index...)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if sf.Anonymous && name == "" && sf.Type.Kind() == reflect.Struct {
			p.addFields(sf.Type, where, making)
			continue
		}
		if !sf.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = sf.Name
		}
		f := field{name: name, pointer: "/" + escapePointer(name), at: where, plan: makePlan(sf.Type, making)}
		f.parse(t.Name()+"."+sf.Name, sf.Tag.Get("t8"))
		if l := f.plan.base().limits; l != nil && !f.hasMin && !f.hasMax {
			f.hasMin, f.min, f.hasMax, f.max = l.hasMin, l.min, l.hasMax, l.max
		}
		p.fields = append(p.fields, f)
	}
}

// base returns the plan behind pointers and Opt.
func (p *plan) base() *plan {
	for p.kind == kPtr || p.kind == kOpt {
		p = p.elem
	}
	return p
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// parse reads the t8 tag. A mistake in it is one of this package, so it panics.
func (f *field) parse(where, tag string) {
	if tag == "" {
		return
	}
	for item := range strings.SplitSeq(tag, ",") {
		name, arg, _ := strings.Cut(item, "=")
		switch name {
		case "required":
			f.required = true
		case "empty":
			f.empty = true
		case "readonly":
			f.readonly = true
		case "notnull":
			f.notnull = true
		case "uri":
			f.uri = true
		case "min", "max":
			n, err := strconv.ParseFloat(arg, 64)
			if err != nil {
				panic(fmt.Sprintf("t8: tag of %s: %v", where, err))
			}
			if name == "min" {
				f.hasMin, f.min = true, n
			} else {
				f.hasMax, f.max = true, n
			}
		case "pattern":
			if f.pattern = patterns[arg]; f.pattern == nil {
				panic(fmt.Sprintf("t8: tag of %s: unknown pattern %q", where, arg))
			}
		case "oneof", "atmost", "anyof":
			f.groups = append(f.groups, rule{name, arg})
		default:
			panic(fmt.Sprintf("t8: tag of %s: unknown rule %q", where, item))
		}
	}
}

func (p *plan) finish() {
	if len(p.fields) > maxFields {
		panic(fmt.Sprintf("t8: %s has more than %d members", p.typ.Name(), maxFields))
	}
	p.index = make(map[string]int, len(p.fields))
	byName := map[string]int{}
	for i, f := range p.fields {
		p.index[f.name] = i
		for _, r := range f.groups {
			g, ok := byName[r.group]
			if !ok {
				g = len(p.groups)
				byName[r.group] = g
				p.groups = append(p.groups, group{rule: r.name})
			} else {
				p.groups[g].names += ", "
			}
			p.groups[g].fields = append(p.groups[g].fields, i)
			p.groups[g].names += f.name
		}
	}
}

// of returns the field in struct v without the cost of FieldByIndex in the usual case.
func (f *field) of(v reflect.Value) reflect.Value {
	if len(f.at) == 1 {
		return v.Field(f.at[0])
	}
	return v.FieldByIndex(f.at)
}

// escapePointer escapes a member name for a JSON pointer (RFC 6901 §3).
func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// checkHTTPURI says what is wrong with s as a notification destination, or nil.
func checkHTTPURI(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("is not a URI")
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("must be an absolute http or https URI")
	case u.Host == "" || u.Hostname() == "":
		return errors.New("has no host")
	case u.User != nil:
		return errors.New("must not hold user information")
	case len(s) > 2048:
		return errors.New("is longer than 2048 characters")
	}
	return nil
}
