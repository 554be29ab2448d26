package t8

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
)

// registered returns every type that stands for a schema or is a body of an operation.
func registered() map[reflect.Type]bool {
	all := map[reflect.Type]bool{}
	for _, t := range schemas {
		all[t] = true
	}
	for _, a := range apis {
		for i := range a.routes {
			for _, t := range []reflect.Type{a.routes[i].body, a.routes[i].answer} {
				if t != nil {
					all[t] = true
				}
			}
			for _, t := range a.routes[i].reports {
				all[t] = true
			}
			if e := a.routes[i].event; e != nil {
				for _, t := range e.bodies {
					all[t] = true
				}
			}
		}
	}
	return all
}

var texts = []string{"", "a", "ue@example.com", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "é\u2028\u2029\U0001f600", "\xff\xc3", "<&>", "https://as.example.com/n?a=1&b=2"}

// fill gives v random content, some members left empty.
func fillRandom(r *rand.Rand, v reflect.Value, depth int) {
	t := v.Type()
	switch {
	case r.IntN(4) == 0 || depth > 6:
		return
	case t == timeType:
		at := time.Unix(r.Int64N(1<<33), r.Int64N(1e9)).In(time.FixedZone("", 60*(r.IntN(1600)-800)))
		v.Set(reflect.ValueOf([]time.Time{at, at.UTC().Truncate(time.Second)}[r.IntN(2)]))
		return
	case units[t] != 0:
		v.SetInt(1 + r.Int64N(1<<50))
		return
	case t == vendorType:
		return // encoding/json does not see it
	case t == reflect.TypeFor[json.RawMessage]():
		v.SetBytes([]byte(`{"a" : [1.50, "\u00e9<", null]}`))
		return
	case reflect.PointerTo(t).Implements(optType):
		o := v.Addr().Interface().(opt)
		o.setState(optState(r.IntN(3)))
		if o.getState() == optValue {
			fillRandom(r, reflect.ValueOf(o.target()).Elem(), depth+1)
		}
		return
	}
	if u, ok := v.Addr().Interface().(union); ok && depth < 8 {
		_, types := u.variants()
		names := slices.Sorted(maps.Keys(types))
		x := reflect.New(types[names[r.IntN(len(names))]].Elem())
		fillRandom(r, x.Elem(), depth+1)
		u.hold(x.Interface())
		return
	}
	switch t.Kind() {
	case reflect.String:
		v.SetString(texts[r.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt([]int64{-1, 7, r.Int64()}[r.IntN(3)])
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{0.1, -1e-7, 1e21, 5e-324, 123456789, 1e20, math.Pi * 1e-9, float64(r.Int64())}[r.IntN(8)])
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		fillRandom(r, v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, r.IntN(3), 4))
		for i := range v.Len() {
			fillRandom(r, v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		for range r.IntN(4) {
			k, e := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
			fillRandom(r, k, depth+1)
			fillRandom(r, e, depth+1)
			v.SetMapIndex(k, e)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				fillRandom(r, v.Field(i), depth+1)
			}
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{1.5, "x<", map[string]any{"b": nil, "a": true}}[r.IntN(3)]))
	}
}

// oddities has what a type of T8 may have one day.
type oddities struct {
	RDSPort
	*Acknowledgement `json:"ack,omitempty"`
	F32              float32  `json:"f32"`
	F64              *float64 `json:"f64,omitempty"`
	Any              any      `json:"any"`
	Map              map[string]Opt[time.Time]
	Maps             map[Features][]byte `json:"maps,omitempty"`
	Ptr              **int               `json:"ptr,omitempty"`
	Zero             RDSPort             `json:"zero,omitzero"`
	Raw              json.RawMessage     `json:"raw"`
	Other            GeoURI              `json:"other,omitzero"`
	Skipped          int                 `json:"-"`
	Odd              string              `json:"o&<d"`
	When             time.Time
	Wait             DurationSec `json:",omitempty"`
	Bytes            []byte      `json:"bytes,omitempty"`
	Array            [2]int8     `json:"array"`
	List             []*oddities `json:"list"`
}

// GeoURI writes itself.
type GeoURI struct{ A, B int }

func (g GeoURI) MarshalText() ([]byte, error) { return []byte("geo:1,2"), nil }
func (g GeoURI) IsZero() bool                 { return g.A == 7 }

// The encoder writes what encoding/json writes, for anything.
func TestEncoderEqualsEncodingJSON(t *testing.T) {
	types := registered()
	types[reflect.TypeFor[oddities]()] = true
	types[reflect.TypeFor[map[string]*RDSPort]()] = true
	r := rand.New(rand.NewPCG(1, 2))
	for typ := range types {
		for range 200 {
			v := reflect.New(typ)
			fillRandom(r, v.Elem(), 0)
			want, err := marshal(v.Interface())
			e := &encoder{}
			e.value(v, planOf(v.Type()))
			if err != nil { // a type that writes itself, and not this
				require.Error(t, e.err)
				continue
			}
			require.NoError(t, e.err)
			require.Equal(t, string(want), string(e.b), "%v", typ)
			e = &encoder{}
			e.value(reflect.ValueOf(v.Elem().Interface()), planOf(typ)) // a copy that has no address
			require.NoError(t, e.err)
			require.Equal(t, string(want), string(e.b), "%v", typ)
		}
	}
}

// What is encoded is read back the same.
func TestEncodeDecode(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for typ := range registered() {
		for range 100 {
			v := reflect.New(typ)
			fillRandom(r, v.Elem(), 0)
			b, err := Marshal(v.Interface())
			w := reflect.New(typ)
			if err != nil || Unmarshal(b, w.Interface()) != nil {
				continue // a random value that the type refuses
			}
			again, err := Marshal(w.Interface())
			require.NoError(t, err)
			if !bytes.Contains(b, []byte(":null")) { // which is absent but in a patch
				require.JSONEq(t, string(b), string(again), "%v", typ)
			}
			x := reflect.New(typ)
			require.NoError(t, Unmarshal(again, x.Interface()))
			require.Equal(t, w.Interface(), x.Interface(), "%v", typ)
		}
	}
}

func TestEncoderErrors(t *testing.T) {
	for _, v := range []any{
		struct{ F float64 }{math.NaN()}, struct{ F float32 }{float32(math.Inf(1))}, struct{ T time.Time }{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		struct{ A any }{func() {}}, &NIDDConfiguration{VendorSpecific: VendorSpecific{"12": []byte("1")}},
		&NIDDConfiguration{VendorSpecific: VendorSpecific{"000012": []byte("{")}}, &NIDDDownlinkDataTransfer{VendorSpecific: VendorSpecific{"000012": nil}},
	} {
		_, err := Marshal(v)
		require.Error(t, err, "%T", v)
	}
	for v, want := range map[any]string{nil: "null", (*RDSPort)(nil): "null", (*NIDDUplinkDataNotification)(nil): "null", 3: "3", "x": `"x"`} {
		b, err := Marshal(v)
		require.NoError(t, err)
		require.Equal(t, want, string(b))
	}
	require.Error(t, Unmarshal([]byte(`{}`), nil))
	require.Error(t, Unmarshal([]byte(`{}`), RDSPort{}))
	require.Error(t, Unmarshal([]byte(`{}`), (*RDSPort)(nil)))
}

func TestVendorSpecific(t *testing.T) {
	const body = `{"externalId":"ue@example.com","notificationDestination":"https://as/n","vendorSpecific-010415": { "a" : [ 1, "x y" ] },
		"vendorSpecific-000001":null,"vendorSpecific-12":1,"vendorSpecific-1234567":1,"vendorSpecific-00001a":1,
		"niddDownlinkDataTransfers":[{"externalId":"ue@example.com","data":"aGk=","vendorSpecific-999999":"<é>"}]}`
	want := VendorSpecific{"010415": []byte(`{"a":[1,"x y"]}`), "000001": []byte("null")}
	var c NIDDConfiguration
	require.Nil(t, decodeBody([]byte(body), &c, modeRequest))
	require.Equal(t, want, c.VendorSpecific)
	require.Equal(t, VendorSpecific{"999999": []byte(`"<é>"`)}, c.DownlinkDataTransfers[0].VendorSpecific)
	b, err := Marshal(&c)
	require.NoError(t, err)
	require.Equal(t, `{"externalId":"ue@example.com","notificationDestination":"https://as/n","niddDownlinkDataTransfers":[{"externalId":"ue@example.com","data":"aGk=","vendorSpecific-999999":"<é>"}],`+
		`"vendorSpecific-000001":null,"vendorSpecific-010415":{"a":[1,"x y"]}}`, string(b))
	var again NIDDConfiguration
	require.NoError(t, Unmarshal(b, &again))
	require.Equal(t, c, again)

	b, err = Marshal(&NIDDConfigurationPatch{VendorSpecific: want}) // nothing before them
	require.NoError(t, err)
	require.Equal(t, `{"vendorSpecific-000001":null,"vendorSpecific-010415":{"a":[1,"x y"]}}`, string(b))

	e := decodeBody([]byte(`{"externalId":"a@b","notificationDestination":"https://as/n","vendorSpecific-010415":1,"vendorSpecific-010415":2}`), new(NIDDConfiguration), modeRequest)
	require.ErrorIs(t, e, fault.InvalidParameter)
	require.Equal(t, "/vendorSpecific-010415", e.Params[0].Param)
	e = decodeBody([]byte(`{"vendorSpecific-010415":{,}}`), new(NIDDConfiguration), modeRequest)
	require.Contains(t, e.Detail, "offset 26")

	// A type that has none skips them.
	require.NoError(t, Unmarshal([]byte(`{"portUE":1,"portSCEF":2,"vendorSpecific-010415":1}`), new(RDSPort)))

	n := &NIDDUplinkDataNotification{NIDDConfiguration: "https://scef/c", Data: []byte("x"), VendorSpecific: VendorSpecific{"000002": []byte("[ ]"), "x": []byte("1"), "000003": []byte("{")}}
	require.Equal(t, `{"niddConfiguration":"https://scef/c","data":"eA==","vendorSpecific-000002":[]}`, string(n.AppendJSON(nil)))
	_, err = Marshal(n)
	require.Error(t, err, "Marshal says so instead of leaving it out")
}

func TestVendorSpecificPatch(t *testing.T) {
	c := NIDDConfiguration{
		ExternalID: "a@b", NotificationDestination: "https://as/n",
		VendorSpecific: VendorSpecific{"000001": []byte("1"), "000002": []byte(`{"a":1,"b":2}`), "000003": []byte("3")},
	}
	before := c.VendorSpecific
	p := &NIDDConfigurationPatch{VendorSpecific: VendorSpecific{"000001": []byte("null"), "000002": []byte(`{"a":null,"c":[3]}`), "000004": []byte(`{"x":null,"y":1}`)}}
	require.NoError(t, p.Apply(&c))
	require.Equal(t, VendorSpecific{"000002": []byte(`{"b":2,"c":[3]}`), "000003": []byte("3"), "000004": []byte(`{"y":1}`)}, c.VendorSpecific)
	require.Len(t, before, 3, "what was there is not changed in place")
	require.NoError(t, (&NIDDConfigurationPatch{}).Apply(&c))
	require.Len(t, c.VendorSpecific, 3)

	// The same as on the level of JSON.
	doc, err := Marshal(&NIDDConfiguration{VendorSpecific: before})
	require.NoError(t, err)
	patch, err := Marshal(p)
	require.NoError(t, err)
	merged, err := MergePatch(doc, patch)
	require.NoError(t, err)
	var m NIDDConfiguration
	require.NoError(t, Unmarshal(merged, &m))
	require.Equal(t, c.VendorSpecific, m.VendorSpecific)
}

func TestBodiesThatAreArrays(t *testing.T) {
	var v []RDSPort
	require.Nil(t, decodeBody([]byte(` [{"portUE":1,"portSCEF":2},{"portUE":3,"portSCEF":4}] `), &v, modeRequest))
	require.Len(t, v, 2)
	e := decodeBody([]byte(`[{"portUE":1},{"portUE":70000,"portSCEF":4},null]`), &v, modeRequest)
	require.Len(t, e.Params, 3)
	require.Equal(t, "/0/portSCEF", e.Params[0].Param)
	require.Equal(t, "/2", e.Params[1].Param)
	require.Equal(t, "/1/portUE", e.Params[2].Param)
	for _, b := range []string{`{}`, `null`, `"x"`, `7`} {
		e = decodeBody([]byte(b), &v, modeRequest)
		require.ErrorContains(t, e, "not a JSON array")
	}
	require.NoError(t, Check(&[]RDSPort{{1, 2}}))
	require.Error(t, Check(&[]RDSPort{{1, -2}}))
}

func BenchmarkEncodeConfiguration(b *testing.B) {
	v := bodies()[0]
	b.Run("scefkit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Marshal(v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
