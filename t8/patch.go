package t8

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// Opt is a member of a PATCH body that is absent, null or a value; its zero value is absent. The json tag of such a
// member says omitzero.
type Opt[T any] struct {
	value T
	state optState
}

type optState uint8

const (
	optAbsent optState = iota
	optNull
	optValue
)

// Set returns an Opt that carries v.
func Set[T any](v T) Opt[T] { return Opt[T]{v, optValue} }

// Null returns an Opt that is null, which removes the member.
func Null[T any]() Opt[T] { return Opt[T]{state: optNull} }

// Get returns the value and whether there is one.
func (o Opt[T]) Get() (T, bool) { return o.value, o.state == optValue }

// IsZero reports whether the member is absent.
func (o Opt[T]) IsZero() bool { return o.state == optAbsent }

// IsNull reports whether the member is null.
func (o Opt[T]) IsNull() bool { return o.state == optNull }

// MarshalJSON writes the value, or null.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if o.state != optValue {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON reads a value or null.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*o = Null[T]()
		return nil
	}
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*o = Set(v)
	return nil
}

func (o Opt[T]) apply(to *T) {
	if o.state != optAbsent {
		*to = o.value
	}
}

func (o Opt[T]) applyPtr(to **T) {
	switch o.state {
	case optNull:
		*to = nil
	case optValue:
		*to = new(o.value)
	}
}

// opt is how checker and decoder reach into an Opt of any type.
type opt interface {
	target() any // *T
	setState(optState)
	getState() optState
}

func (o *Opt[T]) target() any         { return &o.value }
func (o *Opt[T]) setState(s optState) { o.state = s }
func (o *Opt[T]) getState() optState  { return o.state }

// MergePatch applies a JSON merge patch (RFC 7396) to a JSON document and returns the new document. Numbers keep their
// digits; members come out sorted by name.
func MergePatch(doc, patch []byte) ([]byte, error) {
	var d, p any
	if err := unmarshalNumbers(doc, &d); err != nil {
		return nil, fmt.Errorf("t8: document: %w", err)
	}
	if err := unmarshalNumbers(patch, &p); err != nil {
		return nil, fmt.Errorf("t8: patch: %w", err)
	}
	return marshal(merge(d, p))
}

func merge(doc, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	d, ok := doc.(map[string]any)
	if !ok {
		d = make(map[string]any, len(p))
	}
	for name, v := range p {
		if v == nil {
			delete(d, name)
		} else {
			d[name] = merge(d[name], v)
		}
	}
	return d
}

func unmarshalNumbers(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if len(bytes.TrimSpace(b[d.InputOffset():])) > 0 {
		return fmt.Errorf("octets after the document")
	}
	return nil
}

// marshal is json.Marshal without the escapes that only HTML needs.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// mergeInto applies patch, a pointer to a PATCH body, to the resource *to by RFC 7396 and checks the result; on an error
// *to is unchanged. The members are paired by their names. A member is replaced when patch and resource have the same type
// for it; where the patch has another one (…Rm), its members are merged in turn, and so are maps key by key.
func mergeInto[T any](to *T, patch any) error {
	n := *to
	mergeStruct(reflect.ValueOf(&n).Elem(), reflect.ValueOf(patch).Elem())
	if err := Check(&n); err != nil {
		return err
	}
	*to = n
	return nil
}

// mergeStruct merges v into to; both are structs that can be set.
func mergeStruct(to, v reflect.Value) {
	from, dest := planOf(v.Type()), planOf(to.Type())
	for i := range from.fields {
		f := &from.fields[i]
		at, ok := dest.index[f.name]
		if !ok {
			panic("t8: " + to.Type().Name() + " has no " + f.name + " to be patched") // a mistake of this package
		}
		if fv := f.of(v); present(fv, f) {
			mergeValue(dest.fields[at].of(to), fv)
		}
	}
}

// mergeValue puts v into to, which can be set; neither what to points to nor its map is changed.
func mergeValue(to, v reflect.Value) {
	if o, ok := v.Addr().Interface().(opt); ok {
		if o.getState() == optNull {
			to.SetZero()
			return
		}
		v = reflect.ValueOf(o.target()).Elem()
	}
	switch {
	case v.Type() == to.Type():
		to.Set(v)
	case to.Kind() == reflect.Pointer:
		n := reflect.New(to.Type().Elem())
		if !to.IsNil() {
			n.Elem().Set(to.Elem())
		}
		mergeValue(n.Elem(), v)
		to.Set(n)
	case to.Kind() == reflect.Map && v.Kind() == reflect.Map:
		n := reflect.MakeMap(to.Type())
		for k, e := range to.Seq2() {
			n.SetMapIndex(k, e)
		}
		for k, e := range v.Seq2() {
			from, merged := reflect.New(e.Type()).Elem(), reflect.New(to.Type().Elem()).Elem()
			from.Set(e)
			if was := n.MapIndex(k); was.IsValid() {
				merged.Set(was)
			}
			if o, ok := from.Addr().Interface().(opt); ok && o.getState() != optValue {
				n.SetMapIndex(k, reflect.Value{})
				continue
			}
			mergeValue(merged, from)
			n.SetMapIndex(k, merged)
		}
		to.Set(n)
	default:
		mergeStruct(to, v)
	}
}
