// Package diatest tests generated commands and groups: it fills them with random values and takes them to octets and back.
package diatest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

// An Element is a generated command or group.
type Element interface {
	AppendAVPs(b []byte) ([]byte, error)
	DecodeAVPs(b []byte) error
	fmt.Stringer
}

// fresh returns a new zero Element of the type of e.
func fresh(e Element) Element { return reflect.New(reflect.TypeOf(e).Elem()).Interface().(Element) }

// RoundTrip checks, for many random values of the type of each element, that decoding what was encoded gives the same
// value, and encoding that the same octets; that AVPs may come in any order; that no part of the octets makes the
// decoder panic; and that commands become messages and are read from them.
func RoundTrip(t *testing.T, elements ...Element) {
	for _, e := range elements {
		t.Run(reflect.TypeOf(e).Elem().Name(), func(t *testing.T) {
			for seed := range uint64(100) {
				r := rand.New(rand.NewPCG(seed, 1))
				y := fresh(e)
				x, b, err := filled(r, e, []byte("before"))
				require.NoError(t, err)
				require.True(t, bytes.HasPrefix(b, []byte("before")))
				b = b[6:]
				require.Zero(t, len(b)%4)
				require.NoError(t, y.DecodeAVPs(b))
				require.Equal(t, x, y)
				again, err := y.AppendAVPs(nil)
				require.NoError(t, err)
				require.True(t, bytes.Equal(b, again))
				require.NotEmpty(t, y.String())

				z := fresh(e)
				require.NoError(t, z.DecodeAVPs(shuffle(r, b)))
				again, err = z.AppendAVPs(nil)
				require.NoError(t, err)
				require.Len(t, again, len(b))

				if seed > 0 {
					continue
				}
				if c, ok := x.(diameter.Command); ok {
					methods(t, c)
				}
				for n := range len(b) {
					if err := fresh(e).DecodeAVPs(b[:n]); err != nil {
						require.IsType(t, (*diameter.AVPError)(nil), err)
					}
				}
			}
		})
	}
}

// methods checks that Decode, Request and Answer of a command do what the functions of package diameter do.
func methods(t *testing.T, c diameter.Command) {
	code, app, flags := c.Header()
	var want, got *diameter.Message
	var err, again error
	if r, ok := c.(interface {
		Request() (*diameter.Message, error)
	}); ok {
		require.NotZero(t, flags&diameter.FlagRequest)
		want, err = diameter.NewRequest(c)
		got, again = r.Request()
	} else {
		req := &diameter.Message{
			Command: code, App: app, Flags: diameter.FlagRequest | diameter.FlagProxiable, HopByHop: 3, EndToEnd: 4,
		}
		want, err = diameter.NewAnswer(req, c)
		got, again = c.(interface {
			Answer(*diameter.Message) (*diameter.Message, error)
		}).Answer(req)
	}
	require.NoError(t, err)
	require.NoError(t, again)
	require.Equal(t, want, got)

	type decoder interface {
		Decode(*diameter.Message) error
	}
	got.Flags &^= diameter.FlagError
	y := fresh(c.(Element))
	require.NoError(t, y.(decoder).Decode(got))
	require.Equal(t, c.(Element), y)
	got.Command++
	var e *diameter.CommandError
	require.ErrorAs(t, y.(decoder).Decode(got), &e)
}

// shuffle puts AVPs of different kinds in another order.
func shuffle(r *rand.Rand, b []byte) []byte {
	byKey := map[uint64][]byte{}
	var keys []uint64
	for len(b) > 0 {
		a, rest, err := diameter.NextAVP(b)
		if err != nil {
			panic(err)
		}
		k := diameter.Key(a.Code, a.Vendor)
		if byKey[k] == nil {
			keys = append(keys, k)
		}
		byKey[k] = a.Append(byKey[k])
		b = rest
	}
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	var out []byte
	for _, k := range keys {
		out = append(out, byKey[k]...)
	}
	return out
}

// Fuzz fuzzes the decoders of the elements: none panics, and what one accepts is the same after encoding and decoding
// once more. Its seeds are random values and vectors.
func Fuzz(f *testing.F, vectors [][]byte, elements ...Element) {
	for i, e := range elements {
		for seed := range uint64(4) {
			_, b, err := filled(rand.New(rand.NewPCG(seed, 2)), e, nil)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(byte(i), b)
		}
		for _, v := range vectors {
			f.Add(byte(i), v)
		}
	}
	f.Fuzz(func(t *testing.T, which byte, b []byte) {
		e := elements[int(which)%len(elements)]
		x, y := fresh(e), fresh(e)
		if err := x.DecodeAVPs(b); err != nil {
			e, ok := err.(*diameter.AVPError)
			if !ok || e.Result.Code == 0 || len(e.Failed) == 0 {
				t.Fatalf("not a whole AVPError: %v", err)
			}
			for rest := e.Failed; len(rest) > 0; { // what goes into Failed-AVP can be read
				if _, rest, err = diameter.NextAVP(rest); err != nil {
					t.Fatalf("Failed-AVP %x of %v: %v", e.Failed, e, err)
				}
			}
			return
		}
		_ = x.String()
		out, err := x.AppendAVPs(nil)
		if err != nil {
			t.Fatalf("what was decoded does not encode: %v", err)
		}
		if err := y.DecodeAVPs(out); err != nil {
			t.Fatalf("what was encoded does not decode: %v", err)
		}
		again, err := y.AppendAVPs(nil)
		if err != nil || !bytes.Equal(out, again) { // x and y may hold NaN, which is not equal to itself
			t.Fatalf("%x became %x: %v", out, again, err)
		}
	})
}

// filled makes a random value of the type of e, and appends it to b. It takes another one when that lacks an optional
// member of a group that e needs all the same.
func filled(r *rand.Rand, e Element, b []byte) (x Element, out []byte, err error) {
	for range 1000 {
		x = fresh(e)
		Fill(r, x)
		out, err = x.AppendAVPs(b)
		if f, ok := err.(*diameter.AVPError); !ok || f.Result != diameter.MissingAVP {
			break
		}
	}
	return x, out, err
}

// Fill sets the struct that v points to to random values that can be encoded.
func Fill(r *rand.Rand, v any) { fillStruct(r, reflect.ValueOf(v).Elem()) }

func fillStruct(r *rand.Rand, v reflect.Value) {
	for i := range v.NumField() {
		fill(r, v.Field(i), v.Type().Field(i).Name)
	}
	// Many commands have an Experimental-Result beside the Result-Code, but not all.
	c, ok := v.Addr().Interface().(diameter.Command)
	if f := v.FieldByName("Result"); ok && f.IsValid() && r.IntN(2) == 0 {
		res := f.Addr().Interface().(*diameter.Result)
		res.Vendor = diameter.Vendor3GPP
		if _, err := c.AppendAVPs(nil); err != nil {
			res.Vendor = 0
		}
	}
}

func fill(r *rand.Rand, v reflect.Value, name string) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(-61505152+r.Int64N(1<<32), 0).UTC()
		return
	case *[]byte:
		*p = octets(r, name)
		return
	case *diameter.Address:
		*p = diameter.AddressFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(r.Uint32())}))
		return
	case *[]diameter.AVP:
		for range r.IntN(3) {
			*p = append(*p, diameter.AVP{Code: diameter.AVPCode(r.Uint32()), Vendor: 99999, Data: octets(r, "")})
		}
		return
	case *diameter.Result:
		*p = diameter.Result{Code: 1 + r.Uint32N(6000)}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%s-%d.example.com", strings.ToLower(name), r.IntN(1e9)))
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(r.Uint32()))
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(int32(r.Uint32())))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(r.IntN(1000)) / 8)
	case reflect.Pointer:
		if r.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), name)
		}
	case reflect.Slice:
		for range 2 { // as much as every grammar wants and allows
			x := reflect.New(v.Type().Elem()).Elem()
			fill(r, x, name)
			v.Set(reflect.Append(v, x))
		}
	case reflect.Struct:
		fillStruct(r, v)
	default:
		panic("diatest: a field of type " + v.Type().String())
	}
}

// octets makes octets that fit the field of that name; they are never nil.
func octets(r *rand.Rand, name string) []byte {
	if name == "FailedAVP" {
		return diameter.AVP{Code: 263, Flags: diameter.AVPMandatory, Data: octets(r, "")}.Append(nil)
	}
	b := make([]byte, r.IntN(20))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// Vectors reads messages from a file of lines "NAME HEX"; lines that start with # are comments.
func Vectors(t testing.TB, path string) map[string]*diameter.Message {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	out := map[string]*diameter.Message{}
	for line := range strings.Lines(string(text)) {
		if name, digits, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			b, err := hex.DecodeString(digits)
			require.NoError(t, err)
			m, err := diameter.ParseMessage(b)
			require.NoError(t, err)
			out[name] = m
		}
	}
	return out
}

// Without returns the AVPs in b but those with the given code and vendor.
func Without(b []byte, code diameter.AVPCode, vendor diameter.VendorID) (out []byte) {
	for len(b) > 0 {
		a, rest, err := diameter.NextAVP(b)
		if err != nil {
			panic(err)
		}
		if a.Code != code || a.Vendor != vendor {
			out = a.Append(out)
		}
		b = rest
	}
	return out
}
