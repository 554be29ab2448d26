package t8

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/scefkit/scefkit/fault"
)

// Check compares body, a pointer to one of the types of this package, with the rules of the data model: members that
// must be there, members that exclude each other, ranges, lengths and forms. It returns nil or a *[fault.Error] that
// names every fault by a JSON pointer; its code is fault.MissingParameter when nothing but members are missing,
// otherwise fault.InvalidParameter.
//
// A handler checks what it receives, so a procedure need not; a caller that uses a procedure in process may.
func Check(body any) error {
	v := reflect.ValueOf(body)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fault.New("t8.Check", fault.Malformed, "no body")
	}
	if e := check(v.Elem(), nil); e != nil {
		e.Op = "t8.Check"
		return e
	}
	return nil
}

// found is one fault.
type found struct {
	param, reason string
	missing       bool
}

// checker walks a value along its plan.
type checker struct {
	path   []byte  // JSON pointer to where it is
	faults []found // those of the decoder first
	known  int     // how many of faults came from the decoder; their members are not judged again
}

var checkers = sync.Pool{New: func() any { return &checker{path: make([]byte, 0, 128)} }}

// check returns the faults of a body, after those that the decoder found, as one error without Op, or nil.
func check(v reflect.Value, before []found) *fault.Error {
	c := checkers.Get().(*checker)
	c.path, c.faults, c.known = c.path[:0], before, len(before)
	c.value(v, planOf(v.Type()), nil)
	faults := c.faults
	c.faults = nil
	checkers.Put(c)
	return faultOf(faults)
}

func faultOf(faults []found) *fault.Error {
	if len(faults) == 0 {
		return nil
	}
	e := &fault.Error{Code: fault.MissingParameter, Params: make([]fault.Param, len(faults))}
	for i, f := range faults {
		e.Params[i] = fault.Param{Param: f.param, Reason: f.reason}
		if !f.missing {
			e.Code = fault.InvalidParameter
		}
	}
	return e
}

func (c *checker) structure(v reflect.Value, p *plan) {
	for i := range p.fields {
		f := &p.fields[i]
		fv := f.of(v)
		was := len(c.path)
		c.path = append(c.path, f.pointer...)
		if c.judged() {
			c.path = c.path[:was]
			continue
		}
		switch {
		case present(fv, f):
			c.value(fv, f.plan, f)
		case f.required:
			c.faults = append(c.faults, found{string(c.path), "is missing", true})
		}
		c.path = c.path[:was]
	}
	for i := range p.groups {
		c.group(v, p, &p.groups[i])
	}
	if p.self {
		v.Addr().Interface().(selfChecker).selfCheck(c)
	}
}

// judged reports whether the decoder found a fault at or below the current path.
func (c *checker) judged() bool {
	for _, f := range c.faults[:c.known] {
		if f.param == string(c.path) {
			return true
		}
	}
	return false
}

// present reports whether the Go value stands for a member that is there.
func present(v reflect.Value, f *field) bool {
	switch f.plan.kind {
	case kString:
		return v.Len() > 0 || f.empty
	case kInt, kFloat:
		return f.required || !v.IsZero()
	case kBytes, kSlice, kMap, kPtr:
		return !v.IsNil()
	case kTime:
		return !v.Addr().Interface().(*time.Time).IsZero()
	case kDuration:
		return f.required || v.Int() != 0
	case kOpt:
		return v.Addr().Interface().(opt).getState() != optAbsent
	case kBool, kStruct:
		return true
	}
	return !v.IsZero()
}

// counts reports whether the member counts in a group.
func counts(v reflect.Value, f *field) bool {
	if f.plan.kind == kBool || f.plan.kind == kStruct {
		return !v.IsZero()
	}
	return present(v, f)
}

func (c *checker) group(v reflect.Value, p *plan, g *group) {
	n := 0
	was := len(c.path)
	for _, i := range g.fields {
		f := &p.fields[i]
		c.path = append(c.path, f.pointer...)
		bad := c.judged()
		c.path = c.path[:was]
		if bad {
			return // nobody knows what was meant
		}
		if counts(f.of(v), f) {
			n++
		}
	}
	switch {
	case n == 0 && g.rule != "atmost":
		text := "exactly one of " + g.names + " must be given"
		if g.rule == "anyof" {
			text = "at least one of " + g.names + " must be given"
		}
		for _, i := range g.fields {
			c.faults = append(c.faults, found{string(c.path) + p.fields[i].pointer, text, true})
		}
	case n > 1 && g.rule != "anyof":
		for _, i := range g.fields {
			if f := &p.fields[i]; counts(f.of(v), f) {
				c.faults = append(c.faults, found{string(c.path) + f.pointer, "only one of " + g.names + " may be given", false})
			}
		}
	}
}

func (c *checker) bad(format string, args ...any) {
	c.faults = append(c.faults, found{string(c.path), fmt.Sprintf(format, args...), false})
}

// wrong notes a fault of a member for a selfChecker. The pointer is that of the member below the struct, "/member";
// "" is the struct itself. What the decoder found wrong is not judged again.
func (c *checker) wrong(pointer, format string, args ...any) {
	was := len(c.path)
	if c.path = append(c.path, pointer...); !c.judged() {
		c.bad(format, args...)
	}
	c.path = c.path[:was]
}

// missing notes that a member is missing, for a selfChecker.
func (c *checker) missing(pointer string) {
	was := len(c.path)
	if c.path = append(c.path, pointer...); !c.judged() {
		c.faults = append(c.faults, found{string(c.path), "is missing", true})
	}
	c.path = c.path[:was]
}

func (c *checker) value(v reflect.Value, p *plan, f *field) {
	switch p.kind {
	case kString:
		c.text(v.String(), p, f)
	case kInt:
		if f == nil {
			f = p.limits
		}
		c.number(float64(v.Int()), f)
	case kFloat:
		c.number(v.Float(), f)
	case kDuration:
		if v.Int() < 0 {
			c.bad("must not be negative")
			return
		}
		c.number(float64(wholeUnits(v.Int(), p.unit)), f)
	case kTime:
		if !canBeWritten(*v.Addr().Interface().(*time.Time)) {
			c.bad("%v", errDateTime)
		}
	case kBytes:
		c.length(v.Len(), f, "octet")
	case kSlice:
		c.length(v.Len(), f, "element")
		if f == nil || f.pattern == nil {
			f = nil
		} else {
			f = &field{pattern: f.pattern} // for the elements
		}
		if !p.elem.simple() || f != nil {
			was := len(c.path)
			for i := range v.Len() {
				c.path = strconv.AppendInt(append(c.path, '/'), int64(i), 10)
				if !c.judged() {
					c.value(v.Index(i), p.elem, f)
				}
				c.path = c.path[:was]
			}
		}
	case kMap:
		c.length(v.Len(), f, "member")
		was := len(c.path)
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) }) // the same faults each time
		for _, k := range keys {
			c.path = append(append(c.path, '/'), escapePointer(k.String())...)
			if !c.judged() {
				e := reflect.New(p.elem.typ).Elem() // elements of a map have no address
				e.Set(v.MapIndex(k))
				c.value(e, p.elem, nil)
			}
			c.path = c.path[:was]
		}
	case kStruct:
		c.structure(v, p)
	case kUnion:
		held := reflect.ValueOf(v.Addr().Interface().(union).variant())
		if !held.IsValid() || held.IsNil() {
			c.missing("/" + p.member)
			return
		}
		c.structure(held.Elem(), planOf(held.Type().Elem()))
	case kPtr:
		if v.IsNil() {
			c.bad("must not be null")
			return
		}
		c.value(v.Elem(), p.elem, f)
	case kOpt:
		o := v.Addr().Interface().(opt)
		if o.getState() == optNull {
			if f != nil && f.notnull {
				c.bad("must not be null")
			}
			return
		}
		target := reflect.ValueOf(o.target()).Elem()
		if p.elem.kind == kString && target.Len() == 0 && f != nil && f.notnull {
			c.bad("must not be empty")
			return
		}
		c.value(target, p.elem, f)
	}
}

// simple reports whether a value of the type cannot be wrong by itself.
func (p *plan) simple() bool {
	return p.kind == kString && p.format == nil || p.kind == kBool || p.kind == kInt && p.limits == nil || p.kind == kFloat
}

func (c *checker) text(s string, p *plan, f *field) {
	if p.format != nil && s != "" {
		if err := p.format(s); err != nil {
			c.bad("%v", err)
		}
	}
	if f == nil {
		return
	}
	if f.pattern != nil && s != "" {
		if err := f.pattern(s); err != nil {
			c.bad("%v", err)
		}
	}
	if f.uri {
		if err := checkHTTPURI(s); err != nil {
			c.bad("%v", err)
		}
	}
	if f.hasMin || f.hasMax {
		c.length(utf8.RuneCountInString(s), f, "character")
	}
}

func (c *checker) number(n float64, f *field) {
	switch {
	case f == nil:
	case f.hasMin && f.hasMax && (n < f.min || n > f.max):
		c.bad("must be %v to %v", f.min, f.max)
	case f.hasMin && n < f.min:
		c.bad("must be at least %v", f.min)
	case f.hasMax && n > f.max:
		c.bad("must be at most %v", f.max)
	}
}

func (c *checker) length(n int, f *field, what string) {
	switch {
	case f == nil:
	case f.hasMin && float64(n) < f.min:
		c.bad("must hold at least %s", count(f.min, what))
	case f.hasMax && float64(n) > f.max:
		c.bad("must hold at most %s", count(f.max, what))
	}
}

func count(n float64, what string) string {
	if n != 1 {
		what += "s"
	}
	return strings.Join([]string{strconv.FormatInt(int64(n), 10), what}, " ")
}
