package t8

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// The encoder writes the types of this package along their plans: the octets of encoding/json without its escapes for
// HTML, and the members of VendorSpecific, which encoding/json does not see.

// Marshal returns the JSON of a body of this package, as it goes over the wire. Use it, and not encoding/json, where
// members of [VendorSpecific] must not get lost. Text that is no UTF-8 is mended as encoding/json does; a time outside
// of the years 0 to 9999 or with an offset of a day, a number that is none and a VendorSpecific that is not well formed are errors.
func Marshal(v any) ([]byte, error) { return encodeBody(v) }

// Unmarshal reads the JSON of a body of this package into v, a pointer, with the members of [VendorSpecific]. What is
// wrong is named by JSON pointers in a *[fault.Error]; whether something is missing or out of range, [Check] tells.
// Members that are not known are skipped.
func Unmarshal(b []byte, v any) error {
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Pointer || r.IsNil() {
		return errors.New("t8: Unmarshal needs a pointer")
	}
	if e := decodeBody(b, v, modeAnswer); e != nil {
		e.Op = "t8.Unmarshal"
		return e
	}
	return nil
}

// An appender writes itself as JSON without reflection.
type appender interface{ AppendJSON(b []byte) []byte }

// AppendJSON appends the notification as JSON to b: the same octets as [Marshal] writes, except that Data that is nil is
// an empty string and members of VendorSpecific that are not well formed are left out.
func (n *NIDDUplinkDataNotification) AppendJSON(b []byte) []byte {
	b = appendText(append(b, `{"niddConfiguration":`...), n.NIDDConfiguration)
	if n.ExternalID != "" {
		b = appendText(append(b, `,"externalId":`...), string(n.ExternalID))
	}
	if n.MSISDN != "" {
		b = appendText(append(b, `,"msisdn":`...), string(n.MSISDN))
	}
	b = append(b, `,"data":"`...)
	b = append(base64.StdEncoding.AppendEncode(b, n.Data), '"')
	b = appendRDS(b, n.ReliableDataService, n.RDSPort)
	if len(n.VendorSpecific) > 0 {
		b, _ = n.VendorSpecific.appendTo(b, false)
	}
	return append(b, '}')
}

func appendRDS(b []byte, reliable bool, p *RDSPort) []byte {
	if reliable {
		b = append(b, `,"reliableDataService":true`...)
	}
	if p != nil {
		b = strconv.AppendInt(append(b, `,"rdsPort":{"portUE":`...), int64(p.PortUE), 10)
		b = append(strconv.AppendInt(append(b, `,"portSCEF":`...), int64(p.PortSCEF), 10), '}')
	}
	return b
}

// AppendJSON appends the delivery as JSON to b: the same octets as [Marshal] writes, except that Data that is nil is an
// empty string and members of VendorSpecific that are not well formed are left out.
func (d *NIDDDownlinkDataTransfer) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for _, m := range [...]struct{ name, value string }{
		{`"externalId":`, string(d.ExternalID)}, {`"externalGroupId":`, string(d.ExternalGroupID)},
		{`"msisdn":`, string(d.MSISDN)}, {`"self":`, d.Self},
	} {
		if m.value != "" {
			b = append(appendText(append(b, m.name...), m.value), ',')
		}
	}
	b = append(base64.StdEncoding.AppendEncode(append(b, `"data":"`...), d.Data), '"')
	b = appendRDS(b, d.ReliableDataService, d.RDSPort)
	if d.MaximumLatency != nil {
		b = strconv.AppendInt(append(b, `,"maximumLatency":`...), d.MaximumLatency.Seconds(), 10)
	}
	if d.Priority != nil {
		b = strconv.AppendInt(append(b, `,"priority":`...), int64(*d.Priority), 10)
	}
	if d.PDNEstablishmentOption != "" {
		b = appendText(append(b, `,"pdnEstablishmentOption":`...), string(d.PDNEstablishmentOption))
	}
	if d.DeliveryStatus != "" {
		b = appendText(append(b, `,"deliveryStatus":`...), string(d.DeliveryStatus))
	}
	if t := d.RequestedRetransmissionTime; !t.IsZero() {
		b = append(t.AppendFormat(append(b, `,"requestedRetransmissionTime":"`...), time.RFC3339Nano), '"')
	}
	if len(d.VendorSpecific) > 0 {
		b, _ = d.VendorSpecific.appendTo(b, false)
	}
	return append(b, '}')
}

// appendText appends s as a JSON string.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[from:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\b':
				b = append(b, `\b`...)
			case '\f':
				b = append(b, `\f`...)
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			default:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			from = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(append(b, s[from:i]...), `\ufffd`...)
			from = i + n
		case r == '\u2028' || r == '\u2029': // a line of JavaScript ends there
			b = append(append(b, s[from:i]...), '\\', 'u', '2', '0', '2', hex[r&15])
			from = i + n
		}
		i += n
	}
	return append(append(b, s[from:]...), '"')
}

// encodeBody returns the JSON of a body; octets are taken as they are.
func encodeBody(body any) ([]byte, error) {
	switch v := body.(type) {
	case []byte:
		return v, nil
	case json.RawMessage:
		return v, nil
	case *LongBody:
		return v.MarshalJSON()
	case nil:
		return []byte("null"), nil
	}
	v := reflect.ValueOf(body)
	p := planOf(v.Type())
	for p.kind == kPtr && !v.IsNil() {
		v, p = v.Elem(), p.elem
	}
	if a, ok := body.(appender); ok && !v.IsZero() && (p.vendor == nil || v.FieldByIndex(p.vendor).Len() == 0) {
		return a.AppendJSON(make([]byte, 0, 320)), nil
	}
	e := encoders.Get().(*encoder)
	e.b, e.err = e.b[:0], nil
	e.value(v, p)
	var b []byte
	err := e.err
	if err == nil {
		b = bytes.Clone(e.b)
	}
	if cap(e.b) <= 1<<16 { // a long list does not stay in memory
		encoders.Put(e)
	}
	return b, err
}

type encoder struct {
	b   []byte
	err error // the first one
}

var encoders = sync.Pool{New: func() any { return &encoder{b: make([]byte, 0, 1024)} }}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// value appends v.
func (e *encoder) value(v reflect.Value, p *plan) {
	if p.foreign {
		e.foreign(v)
		return
	}
	switch p.kind {
	case kString:
		e.b = appendText(e.b, v.String())
	case kBool:
		e.b = strconv.AppendBool(e.b, v.Bool())
	case kInt:
		e.b = strconv.AppendInt(e.b, v.Int(), 10)
	case kDuration:
		e.b = strconv.AppendInt(e.b, wholeUnits(v.Int(), p.unit), 10)
	case kFloat:
		e.float(v.Float(), v.Type().Bits())
	case kBytes:
		if v.IsNil() {
			e.null()
			return
		}
		e.b = append(base64.StdEncoding.AppendEncode(append(e.b, '"'), v.Bytes()), '"')
	case kTime:
		b, err := addressable(v).Addr().Interface().(*time.Time).AppendText(append(e.b, '"'))
		if err != nil {
			e.fail(fmt.Errorf("t8: %w", err))
			return
		}
		e.b = append(b, '"')
	case kPtr:
		if v.IsNil() {
			e.null()
			return
		}
		e.value(v.Elem(), p.elem)
	case kOpt:
		o := addressable(v).Addr().Interface().(opt)
		if o.getState() != optValue {
			e.null()
			return
		}
		e.value(reflect.ValueOf(o.target()).Elem(), p.elem)
	case kSlice:
		if v.IsNil() {
			e.null()
			return
		}
		e.b = append(e.b, '[')
		for i := range v.Len() {
			if i > 0 {
				e.b = append(e.b, ',')
			}
			e.value(v.Index(i), p.elem)
		}
		e.b = append(e.b, ']')
	case kMap:
		e.mapping(v, p)
	case kStruct:
		e.object(v, p)
	}
}

func (e *encoder) null() { e.b = append(e.b, "null"...) }

// addressable returns v, or a copy that has an address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	n := reflect.New(v.Type()).Elem()
	n.Set(v)
	return n
}

func (e *encoder) object(v reflect.Value, p *plan) {
	first := len(e.b)
	e.b = append(e.b, '{')
	for i := range p.fields {
		f := &p.fields[i]
		fv := f.of(v)
		if f.omitEmpty && isEmpty(fv) || f.omitZero && isZero(fv, f.plan) {
			continue
		}
		if len(e.b) > first+1 {
			e.b = append(e.b, ',')
		}
		e.b = append(e.b, f.key...)
		e.value(fv, f.plan)
	}
	if p.vendor != nil {
		if vs := v.FieldByIndex(p.vendor); vs.Len() > 0 {
			was := len(e.b)
			b, err := vs.Interface().(VendorSpecific).appendTo(e.b, true)
			if err != nil {
				e.fail(err)
			} else if was == first+1 && len(b) > was { // no comma before the first member
				b = append(b[:was], b[was+1:]...)
			}
			e.b = b
		}
	}
	e.b = append(e.b, '}')
}

func (e *encoder) mapping(v reflect.Value, p *plan) {
	if v.IsNil() {
		e.null()
		return
	}
	all := make(map[string]reflect.Value, v.Len())
	for i := v.MapRange(); i.Next(); {
		all[i.Key().String()] = i.Value()
	}
	e.b = append(e.b, '{')
	for i, k := range slices.Sorted(maps.Keys(all)) {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.b = append(appendText(e.b, k), ':')
		e.value(addressable(all[k]), p.elem)
	}
	e.b = append(e.b, '}')
}

// float appends f as encoding/json does, in the form of ECMAScript.
func (e *encoder) float(f float64, bits int) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		e.fail(errors.New("t8: JSON has no number for " + strconv.FormatFloat(f, 'g', -1, bits)))
		return
	}
	form, abs := byte('f'), math.Abs(f)
	if abs != 0 && (bits == 64 && (abs < 1e-6 || abs >= 1e21) ||
		bits == 32 && (float32(abs) < 1e-6 || float32(abs) >= 1e21)) {
		form = 'e'
	}
	e.b = strconv.AppendFloat(e.b, f, form, -1, bits)
	if n := len(e.b); form == 'e' && n >= 4 && e.b[n-4] == 'e' && (e.b[n-3] == '-' || e.b[n-3] == '+') && e.b[n-2] == '0' {
		e.b[n-2] = e.b[n-1] // e-09 becomes e-9
		e.b = e.b[:n-1]
	}
}

// foreign leaves a value to encoding/json.
func (e *encoder) foreign(v reflect.Value) {
	var x any
	if v.CanAddr() {
		x = v.Addr().Interface()
	} else {
		x = v.Interface()
	}
	b, err := marshal(x)
	if err != nil {
		e.fail(err)
		return
	}
	e.b = append(e.b, b...)
}

// isEmpty is what omitempty asks.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// isZero is what omitzero asks.
func isZero(v reflect.Value, p *plan) bool {
	switch {
	case p.kind == kTime:
		return addressable(v).Addr().Interface().(*time.Time).IsZero()
	case p.kind == kOpt:
		return addressable(v).Addr().Interface().(opt).getState() == optAbsent
	case p.hasZero:
		return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() || v.Interface().(interface{ IsZero() bool }).IsZero()
	}
	return v.IsZero()
}
