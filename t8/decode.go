package t8

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/scefkit/scefkit/fault"
)

// The decoder reads JSON into the types of this package along their plans. It exists beside encoding/json because a
// server must name every fault by its JSON pointer, tell a member that is absent from one that is zero, refuse members
// that come twice, and skip members that only the server may set; it is also several times faster.

// mode says how strict the decoder is.
type mode uint8

const (
	modeAnswer  mode = iota // body from a server or of a notification: what is missing is not our business
	modeNotify              // body of a notification: presence matters
	modeRequest             // body for a server: presence matters, read-only members are skipped
)

const maxDepth = 32

// decodeBody decodes a whole body into what v points to, a struct or an array, and checks it; the error is nil or a *fault.Error
// without Op.
func decodeBody(b []byte, v any, m mode) *fault.Error {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.b, d.mode = b, m
	target := reflect.ValueOf(v).Elem()
	p := planOf(target.Type())
	d.space()
	switch {
	case d.i == len(b):
		return fault.New("", fault.Malformed, "the body is empty")
	case b[d.i] != '{' && (p.kind == kStruct || p.kind == kMap):
		if d.skip() && d.end() {
			return fault.New("", fault.Malformed, "the body is not a JSON object")
		}
	case b[d.i] != '[' && p.kind == kSlice:
		if d.skip() && d.end() {
			return fault.New("", fault.Malformed, "the body is not a JSON array")
		}
	case d.value(target, p):
		d.end()
	}
	if d.broken != "" {
		return fault.New("", fault.Malformed, fmt.Sprintf("the body is not valid JSON: %s at offset %d", d.broken, d.i))
	}
	if m == modeAnswer {
		return faultOf(d.faults)
	}
	return check(target, d.faults)
}

type decoder struct {
	b      []byte
	i      int
	path   []byte
	faults []found
	broken string // what is wrong with the syntax at i; "" while nothing is
	mode   mode
	depth  int
}

var decoders = sync.Pool{New: func() any { return &decoder{path: make([]byte, 0, 128)} }}

func (d *decoder) release() {
	*d = decoder{path: d.path[:0]}
	decoders.Put(d)
}

func (d *decoder) fail(what string) bool {
	if d.broken == "" {
		d.broken = what
	}
	return false
}

// unexpected fails with the octet at i.
func (d *decoder) unexpected() bool {
	if d.i >= len(d.b) {
		return d.fail("unexpected end")
	}
	return d.fail("unexpected " + strconv.QuoteRuneToASCII(rune(d.b[d.i])))
}

func (d *decoder) bad(reason string) {
	d.faults = append(d.faults, found{string(d.path), reason, false})
}

func (d *decoder) space() {
	for d.i < len(d.b) {
		switch d.b[d.i] {
		case ' ', '\t', '\n', '\r':
			d.i++
		default:
			return
		}
	}
}

// end checks that nothing but white space follows.
func (d *decoder) end() bool {
	d.space()
	if d.i < len(d.b) {
		return d.fail("octets after the document")
	}
	return true
}

// peek skips white space and returns the next octet, 0 at the end.
func (d *decoder) peek() byte {
	d.space()
	if d.i < len(d.b) {
		return d.b[d.i]
	}
	return 0
}

// wrong notes that the value has the wrong type and skips it.
func (d *decoder) wrong(reason string) bool {
	d.bad(reason)
	return d.skip()
}

// value decodes the next value, which is not null, into v. It returns false when the syntax is broken; a value of the
// wrong type is noted and skipped.
func (d *decoder) value(v reflect.Value, p *plan) bool {
	c := d.peek()
	switch p.kind {
	case kString:
		if c != '"' {
			return d.wrong("must be a string")
		}
		s, ok := d.text()
		switch {
		case !ok:
		case p.enum:
			v.SetString(p.word(s))
		default:
			v.SetString(string(s))
		}
		return ok
	case kBool:
		switch c {
		case 't':
			v.SetBool(true)
			return d.word("true")
		case 'f':
			v.SetBool(false)
			return d.word("false")
		}
		return d.wrong("must be a boolean")
	case kInt, kDuration:
		if c != '-' && (c < '0' || c > '9') {
			return d.wrong("must be an integer")
		}
		return d.integer(v, p)
	case kFloat:
		if c != '-' && (c < '0' || c > '9') {
			return d.wrong("must be a number")
		}
		raw, _, ok := d.number()
		if ok {
			f, err := strconv.ParseFloat(string(raw), 64)
			if err != nil || v.OverflowFloat(f) {
				d.bad("is out of range")
			} else {
				v.SetFloat(f)
			}
		}
		return ok
	case kBytes:
		if c != '"' {
			return d.wrong("must be base64 text")
		}
		s, ok := d.text()
		if ok {
			to := make([]byte, base64.StdEncoding.DecodedLen(len(s)))
			n, err := base64.StdEncoding.Decode(to, s)
			if err != nil {
				d.bad("must be base64 text")
			} else {
				v.SetBytes(to[:n:n])
			}
		}
		return ok
	case kTime:
		if c != '"' {
			return d.wrong(errDateTime.Error())
		}
		s, ok := d.text()
		if ok {
			t, err := readDateTime(s)
			if err != nil {
				d.bad(err.Error())
			} else {
				*v.Addr().Interface().(*time.Time) = t
			}
		}
		return ok
	case kPtr:
		e := reflect.New(p.elem.typ)
		v.Set(e)
		return d.value(e.Elem(), p.elem)
	case kOpt:
		o := v.Addr().Interface().(opt)
		o.setState(optValue)
		return d.value(reflect.ValueOf(o.target()).Elem(), p.elem)
	case kSlice:
		if c != '[' {
			return d.wrong("must be an array")
		}
		return d.array(v, p)
	case kMap:
		if c != '{' {
			return d.wrong("must be an object")
		}
		return d.mapping(v, p)
	case kStruct:
		if c != '{' {
			return d.wrong("must be an object")
		}
		return d.object(v, p)
	case kUnion:
		if c != '{' {
			return d.wrong("must be an object")
		}
		return d.union(v.Addr().Interface().(union), p)
	}
	from := d.i
	if !d.skip() {
		return false
	}
	if err := json.Unmarshal(d.b[from:d.i], v.Addr().Interface()); err != nil {
		d.bad("has the wrong form")
	}
	return true
}

func (d *decoder) object(v reflect.Value, p *plan) bool {
	if d.depth++; d.depth > maxDepth {
		return d.fail("more than 32 levels")
	}
	defer func() { d.depth-- }()
	var seen [maxFields / 64]uint64
	base := len(d.path)
	d.i++ // {
	for first := true; ; first = false {
		c := d.peek()
		if c == '}' && first {
			d.i++
			break
		}
		if c != '"' {
			return d.unexpected()
		}
		name, ok := d.text()
		if !ok {
			return false
		}
		if d.peek() != ':' {
			return d.unexpected()
		}
		d.i++
		at, known := p.index[string(name)]
		digits := []byte(nil)
		if !known && p.vendor != nil {
			digits = vendorDigits(name)
		}
		switch {
		case digits != nil:
			ok = d.vendor(v.FieldByIndex(p.vendor).Addr().Interface().(*VendorSpecific), string(digits))
			d.path = d.path[:base]
			if !ok {
				return false
			}
		case !known:
			if !d.skip() {
				return false
			}
		default:
			f := &p.fields[at]
			d.path = append(d.path, f.pointer...)
			twice := seen[at/64]&(1<<(at%64)) != 0
			switch {
			case twice:
				d.bad("is given more than once")
				ok = d.skip()
			case f.readonly && d.mode == modeRequest:
				ok = d.skip()
			case d.peek() == 'n':
				switch ok = d.word("null"); {
				case ok && f.plan.kind == kOpt:
					f.of(v).Addr().Interface().(opt).setState(optNull)
					seen[at/64] |= 1 << (at % 64)
				case ok && f.plan.typ == rawType: // JSON as it is, null as well
					f.of(v).SetBytes([]byte("null"))
					seen[at/64] |= 1 << (at % 64)
				}
			default:
				before := len(d.faults)
				ok = d.value(f.of(v), f.plan)
				seen[at/64] |= 1 << (at % 64)
				if f.plan.kind == kInt && f.hasMin && f.min > 0 && d.mode != modeAnswer && len(d.faults) == before && f.of(v).IsZero() {
					d.bad("must be at least " + strconv.FormatFloat(f.min, 'f', -1, 64)) // the checker takes 0 for absent
				}
			}
			d.path = d.path[:base]
			if !ok {
				return false
			}
		}
		if c = d.peek(); c == '}' {
			d.i++
			break
		}
		if c != ',' {
			return d.unexpected()
		}
		d.i++
	}
	if d.mode == modeAnswer {
		return true
	}
	for i := range p.fields {
		if f := &p.fields[i]; f.required && seen[i/64]&(1<<(i%64)) == 0 && !(f.readonly && d.mode == modeRequest) {
			d.faults = append(d.faults, found{string(d.path) + f.pointer, "is missing", true})
		}
	}
	return true
}

// union decodes an object into the variant that it is.
func (d *decoder) union(u union, p *plan) bool {
	from := d.i
	text, found := d.variant(p.member)
	if d.broken != "" {
		return false
	}
	if !found { // and said so
		return true
	}
	variant := p.variants[text]
	if variant == nil {
		if d.mode == modeRequest {
			d.badMember(p.member, "is not a form that is served here")
		} else {
			u.keep(text, append([]byte(nil), d.b[from:d.i]...))
		}
		return true
	}
	d.i = from
	v := reflect.New(variant.typ)
	u.hold(v.Interface())
	return d.object(v.Elem(), variant)
}

// variant reads over the object and returns the text of the member that tells its variant. When there is none it notes
// the fault.
func (d *decoder) variant(member string) (text string, ok bool) {
	if d.depth++; d.depth > maxDepth {
		return "", d.fail("more than 32 levels")
	}
	defer func() { d.depth-- }()
	times := 0
	d.i++ // {
	for first := true; ; first = false {
		c := d.peek()
		if c == '}' && first {
			d.i++
			break
		}
		if c != '"' {
			return "", d.unexpected()
		}
		name, good := d.text()
		if !good {
			return "", false
		}
		if d.peek() != ':' {
			return "", d.unexpected()
		}
		d.i++
		if string(name) != member {
			good = d.skip()
		} else if times++; d.peek() == '"' {
			var s []byte
			s, ok = d.text()
			text, good = string(s), ok
		} else {
			good = d.skip()
		}
		if !good {
			return "", false
		}
		if c = d.peek(); c == '}' {
			d.i++
			break
		}
		if c != ',' {
			return "", d.unexpected()
		}
		d.i++
	}
	switch {
	case times == 0:
		d.faults = append(d.faults, found{string(d.path) + "/" + escapePointer(member), "is missing", true})
	case times > 1:
		d.badMember(member, "is given more than once")
	case !ok:
		d.badMember(member, "must be a string")
	}
	return text, ok && times == 1
}

func (d *decoder) badMember(member, reason string) {
	d.faults = append(d.faults, found{string(d.path) + "/" + escapePointer(member), reason, false})
}

func (d *decoder) array(v reflect.Value, p *plan) bool {
	if d.depth++; d.depth > maxDepth {
		return d.fail("more than 32 levels")
	}
	defer func() { d.depth-- }()
	base := len(d.path)
	d.i++ // [
	v.Set(reflect.MakeSlice(p.typ, 0, 0))
	if d.peek() == ']' {
		d.i++
		return true
	}
	for n := 0; ; n++ {
		if n == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(n + 1)
		v.Index(n).SetZero()
		d.path = strconv.AppendInt(append(d.path, '/'), int64(n), 10)
		var ok bool
		if d.peek() == 'n' {
			d.bad("must not be null")
			ok = d.word("null")
		} else {
			ok = d.value(v.Index(n), p.elem)
		}
		d.path = d.path[:base]
		if !ok {
			return false
		}
		switch d.peek() {
		case ']':
			d.i++
			return true
		case ',':
			d.i++
		default:
			return d.unexpected()
		}
	}
}

func (d *decoder) mapping(v reflect.Value, p *plan) bool {
	if d.depth++; d.depth > maxDepth {
		return d.fail("more than 32 levels")
	}
	defer func() { d.depth-- }()
	base := len(d.path)
	m := reflect.MakeMap(p.typ)
	v.Set(m)
	d.i++ // {
	if d.peek() == '}' {
		d.i++
		return true
	}
	for {
		if d.peek() != '"' {
			return d.unexpected()
		}
		name, ok := d.text()
		if !ok {
			return false
		}
		key := reflect.ValueOf(string(name)).Convert(p.typ.Key())
		if d.peek() != ':' {
			return d.unexpected()
		}
		d.i++
		d.path = append(append(d.path, '/'), escapePointer(key.String())...)
		e := reflect.New(p.elem.typ).Elem()
		switch {
		case m.MapIndex(key).IsValid():
			d.bad("is given more than once")
			ok = d.skip()
		case d.peek() == 'n' && p.elem.kind == kOpt:
			e.Addr().Interface().(opt).setState(optNull)
			ok = d.word("null")
		case d.peek() == 'n':
			d.bad("must not be null")
			ok = d.word("null")
		default:
			ok = d.value(e, p.elem)
		}
		d.path = d.path[:base]
		if !ok {
			return false
		}
		m.SetMapIndex(key, e)
		switch d.peek() {
		case '}':
			d.i++
			return true
		case ',':
			d.i++
		default:
			return d.unexpected()
		}
	}
}

func (d *decoder) integer(v reflect.Value, p *plan) bool {
	raw, whole, ok := d.number()
	if !ok {
		return false
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if !whole { // 1.0 and 1e3 are integers, too
		f, ferr := strconv.ParseFloat(string(raw), 64)
		if ferr != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			d.bad("must be an integer")
			return true
		}
		n, err = int64(f), nil
	}
	switch {
	case p.kind == kDuration && (raw[0] == '-' && n != 0):
		d.bad("must not be negative")
	case p.kind == kDuration && err != nil:
		v.SetInt(math.MaxInt64)
	case p.kind == kDuration:
		v.SetInt(ofUnits(n, p.unit))
	case err != nil || v.OverflowInt(n):
		d.bad("is out of range")
	default:
		v.SetInt(n)
	}
	return true
}

// number scans a number and tells whether it has neither fraction nor exponent.
func (d *decoder) number() (raw []byte, whole, ok bool) {
	from := d.i
	if d.at('-') {
		d.i++
	}
	switch {
	case d.at('0'):
		d.i++
	case !d.digits():
		return nil, false, d.unexpected()
	}
	whole = true
	if d.at('.') {
		d.i++
		whole = false
		if !d.digits() {
			return nil, false, d.unexpected()
		}
	}
	if d.at('e') || d.at('E') {
		d.i++
		whole = false
		if d.at('+') || d.at('-') {
			d.i++
		}
		if !d.digits() {
			return nil, false, d.unexpected()
		}
	}
	return d.b[from:d.i], whole, true
}

func (d *decoder) at(c byte) bool { return d.i < len(d.b) && d.b[d.i] == c }

func (d *decoder) digits() bool {
	from := d.i
	for d.i < len(d.b) && d.b[d.i] >= '0' && d.b[d.i] <= '9' {
		d.i++
	}
	return d.i > from
}

func (d *decoder) word(w string) bool {
	for k := range len(w) {
		if !d.at(w[k]) {
			return d.unexpected()
		}
		d.i++
	}
	return true
}

// text scans the string at i and returns its content; the slice is valid as long as the body.
func (d *decoder) text() ([]byte, bool) {
	from := d.i
	plain, ascii := true, true
	for d.i++; d.i < len(d.b); d.i++ {
		switch c := d.b[d.i]; {
		case c == '"':
			raw := d.b[from+1 : d.i]
			if !ascii && !utf8.Valid(raw) {
				d.i = from
				return nil, d.fail("text that is not UTF-8")
			}
			d.i++
			if plain {
				return raw, true
			}
			var s string
			if err := json.Unmarshal(d.b[from:d.i], &s); err != nil {
				d.i = from
				return nil, d.fail("broken text")
			}
			return []byte(s), true
		case c == '\\':
			plain = false
			d.i++
			if d.i == len(d.b) {
				return nil, d.unexpected()
			}
			switch d.b[d.i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					d.i++
					if d.i == len(d.b) || nibble(d.b[d.i]) < 0 {
						return nil, d.unexpected()
					}
				}
			default:
				return nil, d.unexpected()
			}
		case c < ' ':
			return nil, d.unexpected()
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, d.unexpected()
}

// skip scans a value of any type.
func (d *decoder) skip() bool {
	switch c := d.peek(); {
	case c == '"':
		_, ok := d.text()
		return ok
	case c == 't':
		return d.word("true")
	case c == 'f':
		return d.word("false")
	case c == 'n':
		return d.word("null")
	case c == '-' || '0' <= c && c <= '9':
		_, _, ok := d.number()
		return ok
	case c == '[' || c == '{':
		return d.skipGroup(c == '{')
	}
	return d.unexpected()
}

func (d *decoder) skipGroup(object bool) bool {
	if d.depth++; d.depth > maxDepth {
		return d.fail("more than 32 levels")
	}
	defer func() { d.depth-- }()
	last := byte(']')
	if object {
		last = '}'
	}
	d.i++
	if d.peek() == last {
		d.i++
		return true
	}
	for {
		if object {
			if d.peek() != '"' {
				return d.unexpected()
			}
			if _, ok := d.text(); !ok {
				return false
			}
			if d.peek() != ':' {
				return d.unexpected()
			}
			d.i++
		}
		if !d.skip() {
			return false
		}
		switch d.peek() {
		case last:
			d.i++
			return true
		case ',':
			d.i++
		default:
			return d.unexpected()
		}
	}
}
