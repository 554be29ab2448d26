package t8

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/scefkit/scefkit/fault"
)

const typeJSONPatch = "application/json-patch+json"

// Bounds of a JSON Patch, so that a short one cannot cost much.
const (
	maxPatchItems  = 1000      // operations
	maxPatchDepth  = maxDepth  // levels of a pointer
	maxPatchGrowth = 256 << 10 // octets that copies may add to the document, about
)

// JSONPatch is a list of operations that change a JSON document (RFC 6902). They are applied in their order, all of them
// or none. As a body of T8 it holds at least one operation.
type JSONPatch []PatchItem

// PatchItem is one operation of a [JSONPatch] (RFC 6902 §4; TS 29.571, PatchItem). The functions PatchAdd, PatchRemove,
// PatchReplace, PatchMove, PatchCopy and PatchTest make items.
type PatchItem struct {
	// Op says what to do. An operation that is not known is kept, but cannot be applied.
	Op PatchOperation `json:"op" t8:"required"`
	// Path is a JSON pointer (RFC 6901) to the place of the operation: "/excludedMsisdns/0"; empty: the whole document.
	// The index "-" stands for the place after the last element of an array.
	Path string `json:"path" t8:"required,empty"`
	// From is a JSON pointer to the value that is moved or copied; nil with all other operations.
	From *string `json:"from,omitempty"`
	// Value is the JSON text of the value to add, to put in place or to compare with; nil: absent, which such an
	// operation must not be, while null is a value as any other.
	Value json.RawMessage `json:"value,omitempty"`
}

// PatchOperation names an operation of a JSON Patch (RFC 6902 §4; TS 29.571, PatchOperation).
type PatchOperation string

// The operations.
const (
	PatchOpAdd     PatchOperation = "add"     // insert into an array, or set a member of an object
	PatchOpCopy    PatchOperation = "copy"    // add the value of another place
	PatchOpMove    PatchOperation = "move"    // as copy, and remove it there
	PatchOpRemove  PatchOperation = "remove"  // what must be there
	PatchOpReplace PatchOperation = "replace" // what must be there
	PatchOpTest    PatchOperation = "test"    // compare, and fail unless both are equal
)

// Known reports whether the value is one of RFC 6902.
func (o PatchOperation) Known() bool {
	switch o {
	case PatchOpAdd, PatchOpCopy, PatchOpMove, PatchOpRemove, PatchOpReplace, PatchOpTest:
		return true
	}
	return false
}

func (o PatchOperation) hasValue() bool {
	return o == PatchOpAdd || o == PatchOpReplace || o == PatchOpTest
}
func (o PatchOperation) hasFrom() bool { return o == PatchOpMove || o == PatchOpCopy }

// PatchAdd inserts value into an array before the element that path names, or sets a member of an object, which may be
// there already. A value that JSON cannot hold makes an item without value, which nobody accepts; so it is with
// PatchReplace and PatchTest.
func PatchAdd(path string, value any) PatchItem { return patchValue(PatchOpAdd, path, value) }

// PatchRemove removes the value at path.
func PatchRemove(path string) PatchItem { return PatchItem{Op: PatchOpRemove, Path: path} }

// PatchReplace puts value in place of the one at path.
func PatchReplace(path string, value any) PatchItem { return patchValue(PatchOpReplace, path, value) }

// PatchMove removes the value at from and adds it at path.
func PatchMove(from, path string) PatchItem {
	return PatchItem{Op: PatchOpMove, Path: path, From: &from}
}

// PatchCopy adds the value at from at path, too.
func PatchCopy(from, path string) PatchItem {
	return PatchItem{Op: PatchOpCopy, Path: path, From: &from}
}

// PatchTest makes the patch fail unless the value at path is equal to value.
func PatchTest(path string, value any) PatchItem { return patchValue(PatchOpTest, path, value) }

func patchValue(op PatchOperation, path string, value any) PatchItem {
	b, err := marshal(value)
	if err != nil {
		b = nil
	}
	return PatchItem{Op: op, Path: path, Value: b}
}

// Check reports what is wrong with the patch by itself: operations without value or from, pointers that are none, more
// than 1000 operations or none at all. It returns nil or a *[fault.Error] that names every fault by a JSON pointer into
// the patch; its code is fault.MissingParameter when nothing but members are missing, fault.TooLarge or
// fault.InvalidParameter.
func (p JSONPatch) Check() error {
	if e := p.check(); e != nil {
		e.Op = "t8.JSONPatch.Check"
		return e
	}
	return nil
}

func (p JSONPatch) check() *fault.Error {
	if e := p.checkSize(); e != nil {
		return e
	}
	return check(reflect.ValueOf(&p).Elem(), nil)
}

func (p JSONPatch) checkSize() *fault.Error {
	switch {
	case len(p) == 0:
		return faultOf([]found{{"", "must hold at least 1 operation", false}})
	case len(p) > maxPatchItems:
		return fault.New("", fault.TooLarge, "the patch has more than "+strconv.Itoa(maxPatchItems)+" operations")
	}
	return nil
}

// selfCheck finds what an operation needs, and pointers that are none.
func (i *PatchItem) selfCheck(c *checker) {
	switch {
	case i.Op == "": // and noted
	case !i.Op.Known():
		c.wrong("/op", "must be add, copy, move, remove, replace or test")
	case i.Op.hasValue() && i.Value == nil:
		c.missing("/value")
	case i.Op.hasValue() && !json.Valid(i.Value):
		c.wrong("/value", "is not valid JSON")
	case i.Op.hasFrom() && i.From == nil:
		c.missing("/from")
	case i.Op == PatchOpRemove && i.Path == "":
		c.wrong("/path", "must not be the whole document")
	}
	path, reason := parsePointer(i.Path)
	if reason != "" {
		c.wrong("/path", "%s", reason)
	}
	if !i.Op.hasFrom() || i.From == nil {
		return
	}
	from, fromReason := parsePointer(*i.From)
	switch {
	case fromReason != "":
		c.wrong("/from", "%s", fromReason)
	case reason == "" && i.Op == PatchOpMove && len(from) < len(path) && slices.Equal(from, path[:len(from)]):
		c.wrong("/path", "must not be inside of from")
	}
}

// parsePointer splits a JSON pointer into its tokens, or says what is wrong with it.
func parsePointer(s string) (tokens []string, reason string) {
	if s == "" {
		return nil, ""
	}
	if s[0] != '/' {
		return nil, "must be a JSON pointer: empty, or with a slash at its begin"
	}
	if strings.Count(s, "/") > maxPatchDepth {
		return nil, "has more than " + strconv.Itoa(maxPatchDepth) + " levels"
	}
	tokens = strings.Split(s[1:], "/")
	for i, t := range tokens {
		for k := range len(t) {
			if t[k] == '~' && (k+1 == len(t) || t[k+1] != '0' && t[k+1] != '1') {
				return nil, "must be a JSON pointer: ~ is written ~0, and / within a name ~1"
			}
		}
		tokens[i] = unescapePointer.Replace(t)
	}
	return tokens, ""
}

// unescapePointer goes through the text once, so that ~01 becomes ~1 and not a slash.
var unescapePointer = strings.NewReplacer("~1", "/", "~0", "~")

// ApplyTo applies the patch to a JSON document and returns the new document; doc stays as it is. Numbers keep their
// digits; members come out sorted by name.
//
// Errors are *[fault.Error] that name the operation at fault by a JSON pointer into the patch: those of Check;
// fault.Conflict when an operation does not fit the document, because a place does not exist or a test fails;
// fault.TooLarge when copies make the document grow by more than 256 KiB; fault.Malformed when doc is not JSON.
func (p JSONPatch) ApplyTo(doc []byte) ([]byte, error) {
	const op = "t8.JSONPatch.ApplyTo"
	e := p.check()
	if e == nil {
		var d any
		if err := unmarshalNumbers(doc, &d); err != nil {
			return nil, fault.Wrap(op, fault.Malformed, err)
		}
		if d, e = p.apply(d); e == nil {
			return marshal(d)
		}
	}
	e.Op = op
	return nil, e
}

// apply changes doc, which is of no more use when it fails. The patch was checked.
func (p JSONPatch) apply(doc any) (any, *fault.Error) {
	room := maxPatchGrowth
	for i := range p {
		item, at := &p[i], "/"+strconv.Itoa(i)
		member, reason := "/path", ""
		path, _ := parsePointer(item.Path)
		var from []string
		if item.Op.hasFrom() {
			from, _ = parsePointer(*item.From)
		}
		var value any
		if item.Op.hasValue() {
			if unmarshalNumbers(item.Value, &value) != nil {
				return nil, faultOf([]found{{at + "/value", "is not valid JSON", false}})
			}
		}
		switch item.Op {
		case PatchOpAdd:
			doc, reason = insert(doc, path, value)
		case PatchOpReplace:
			doc, reason = replace(doc, path, value)
		case PatchOpRemove:
			doc, _, reason = take(doc, path)
		case PatchOpMove:
			if slices.Equal(from, path) {
				if _, ok := lookup(doc, from); !ok {
					member, reason = "/from", "does not exist"
				}
				break
			}
			if doc, value, reason = take(doc, from); reason != "" {
				member = "/from"
				break
			}
			doc, reason = insert(doc, path, value)
		case PatchOpCopy:
			v, ok := lookup(doc, from)
			if !ok {
				member, reason = "/from", "does not exist"
				break
			}
			if v = clone(v, &room); room < 0 {
				e := fault.New("", fault.TooLarge, "the copies are too large")
				e.Params = []fault.Param{{Param: at + "/from", Reason: "the document grows too much"}}
				return nil, e
			}
			doc, reason = insert(doc, path, v)
		case PatchOpTest:
			if v, ok := lookup(doc, path); !ok {
				reason = "does not exist"
			} else if !equalJSON(v, value) {
				member, reason = "/value", "is not the value there"
			}
		}
		if reason != "" {
			e := fault.New("", fault.Conflict, "the patch does not fit the resource")
			e.Params = []fault.Param{{Param: at + member, Reason: reason}}
			return nil, e
		}
	}
	return doc, nil
}

// lookup returns the value at a place.
func lookup(doc any, path []string) (any, bool) {
	for _, t := range path {
		switch n := doc.(type) {
		case map[string]any:
			v, ok := n[t]
			if !ok {
				return nil, false
			}
			doc = v
		case []any:
			i, ok := arrayIndex(t, len(n)-1)
			if !ok {
				return nil, false
			}
			doc = n[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// arrayIndex reads an index of 0 to last: digits without leading zeros (RFC 6901 §4).
func arrayIndex(t string, last int) (int, bool) {
	if t == "" || len(t) > 9 || t[0] == '0' && len(t) > 1 {
		return 0, false
	}
	n := 0
	for i := range len(t) {
		if t[i] < '0' || t[i] > '9' {
			return 0, false
		}
		n = 10*n + int(t[i]-'0')
	}
	return n, n <= last
}

// insert adds v at path and returns the new document, or why it cannot.
func insert(doc any, path []string, v any) (any, string) {
	if len(path) == 0 {
		return v, ""
	}
	return within(doc, path, func(parent any, t string) (any, string) {
		switch n := parent.(type) {
		case map[string]any:
			n[t] = v
			return n, ""
		case []any:
			if t == "-" {
				return append(n, v), ""
			}
			i, ok := arrayIndex(t, len(n))
			if !ok {
				return nil, "is no place in the array"
			}
			return slices.Insert(n, i, v), ""
		}
		return nil, "does not exist"
	})
}

// replace puts v in place of what is at path.
func replace(doc any, path []string, v any) (any, string) {
	if len(path) == 0 {
		return v, ""
	}
	if _, ok := lookup(doc, path); !ok {
		return nil, "does not exist"
	}
	return within(doc, path, func(parent any, t string) (any, string) {
		switch n := parent.(type) {
		case map[string]any:
			n[t] = v
		case []any:
			i, _ := arrayIndex(t, len(n)-1)
			n[i] = v
		}
		return parent, ""
	})
}

// take removes what is at path and returns it.
func take(doc any, path []string) (rest, taken any, reason string) {
	taken, ok := lookup(doc, path)
	if !ok || len(path) == 0 {
		return nil, nil, "does not exist"
	}
	rest, reason = within(doc, path, func(parent any, t string) (any, string) {
		switch n := parent.(type) {
		case map[string]any:
			delete(n, t)
		case []any:
			i, _ := arrayIndex(t, len(n)-1)
			return slices.Delete(n, i, i+1), ""
		}
		return parent, ""
	})
	return rest, taken, reason
}

// within lets edit change the parent of the place that path names and puts the new parent where the old one was.
func within(doc any, path []string, edit func(parent any, last string) (any, string)) (any, string) {
	if len(path) == 1 {
		return edit(doc, path[0])
	}
	child, ok := lookup(doc, path[:1])
	if !ok {
		return nil, "does not exist"
	}
	child, reason := within(child, path[1:], edit)
	if reason != "" {
		return nil, reason
	}
	switch n := doc.(type) {
	case map[string]any:
		n[path[0]] = child
	case []any:
		i, _ := arrayIndex(path[0], len(n)-1)
		n[i] = child
	}
	return doc, ""
}

// clone copies v as long as there is room for it, in octets of JSON; room is negative afterwards when there was not.
func clone(v any, room *int) any {
	*room -= 2
	switch n := v.(type) {
	case string:
		*room -= len(n)
	case json.Number:
		*room -= len(n)
	case map[string]any:
		c := make(map[string]any, min(len(n), max(*room, 0)))
		for name, e := range n {
			if *room -= len(name) + 3; *room < 0 {
				return nil
			}
			c[name] = clone(e, room)
		}
		return c
	case []any:
		c := make([]any, 0, min(len(n), max(*room, 0)))
		for _, e := range n {
			if *room < 0 {
				return nil
			}
			c = append(c, clone(e, room))
		}
		return c
	}
	return v
}

// equalJSON compares as RFC 6902 §4.6 says: the order of members and the way to write a number do not matter.
func equalJSON(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		return ok && sameNumber(string(x), string(y))
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for name, v := range x {
			if w, ok := y[name]; !ok || !equalJSON(v, w) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equalJSON)
	}
	switch b.(type) {
	case map[string]any, []any:
		return false // not comparable
	}
	return a == b
}

// sameNumber compares two JSON numbers by value, whatever their size.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, xok := exactNumberOf(a)
	y, yok := exactNumberOf(b)
	return xok && yok && x == y
}

// exactNumber is the number 0.digits * 10^exp, without zeros at either end of digits.
type exactNumber struct {
	negative bool
	digits   string
	exp      int64
}

// exactNumberOf reads a JSON number; an exponent that nobody uses is not ok.
func exactNumberOf(s string) (d exactNumber, ok bool) {
	s, d.negative = strings.CutPrefix(s, "-")
	mantissa := s
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa = s[:i]
		e, err := strconv.ParseInt(s[i+1:], 10, 48)
		if err != nil {
			return exactNumber{}, strings.Trim(mantissa, "0.") == ""
		}
		d.exp = e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	d.digits = strings.TrimLeft(whole+fraction, "0")
	d.exp += int64(len(whole)) - int64(len(whole)+len(fraction)-len(d.digits))
	d.digits = strings.TrimRight(d.digits, "0")
	if d.digits == "" {
		return exactNumber{}, true
	}
	return d, true
}

// blame returns the JSON pointer into the patch that is the cause of a fault at the given place of the result, or "".
func (p JSONPatch) blame(place string) string {
	for i := len(p) - 1; i >= 0; i-- {
		item, at := &p[i], "/"+strconv.Itoa(i)
		if item.Op == PatchOpTest {
			continue
		}
		path, appended := strings.CutSuffix(item.Path, "/-")
		switch {
		case overlap(path, place) && item.Op.hasValue() && !appended && strings.HasPrefix(place, path):
			return at + "/value" + place[len(path):]
		case overlap(path, place) && item.Op.hasValue():
			return at + "/value"
		case overlap(path, place):
			return at + "/path"
		case item.Op == PatchOpMove && overlap(*item.From, place):
			return at + "/from"
		}
	}
	return ""
}

// overlap reports whether one of two JSON pointers is the other one or leads to it.
func overlap(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}
