package t8

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/scefkit/scefkit/fault"
)

// bodyTypes returns the types of bodies that come from outside: of requests and of notifications, those that are arrays
// among them.
func bodyTypes() (all []reflect.Type) {
	seen := map[reflect.Type]bool{reflect.TypeFor[[]RDSPort](): true}
	for _, a := range apis {
		for i := range a.routes {
			if b := a.routes[i].body; b != nil {
				seen[b] = true
			}
			if e := a.routes[i].event; e != nil {
				for _, b := range e.bodies {
					seen[b] = true
				}
			}
		}
	}
	for t := range seen {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b reflect.Type) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// FuzzBodies: whatever comes as a body of any operation, the decoder does not panic, takes only JSON, and what it took
// is written and read again the same.
func FuzzBodies(f *testing.F) {
	types := bodyTypes()
	r := rand.New(rand.NewPCG(5, 6))
	for i, typ := range types {
		v := reflect.New(typ)
		fillRandom(r, v.Elem(), 0)
		if b, err := Marshal(v.Interface()); err == nil {
			f.Add(uint8(i), b)
		}
	}
	for _, b := range bodies() {
		text, err := Marshal(b)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(slices.Index(types, reflect.TypeOf(b).Elem())), text)
	}
	f.Add(uint8(0), []byte(`[{"portUE":1e0,"portSCEF":2},null]`))
	f.Add(uint8(1), []byte(`{"vendorSpecific-010415":{"a":[1]},"vendorSpecific-010415":2}`))
	for i := range types { // an offset that package time reads and does not write
		for _, name := range []string{"duration", "validityTime", "eventTime", "startTime", "requestedRetransmissionTime"} {
			f.Add(uint8(i), []byte(`{"`+name+`":"2026-01-01T00:00:00+24:00"}`))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		typ := types[int(which)%len(types)]
		for _, m := range []mode{modeRequest, modeNotify, modeAnswer} {
			v := reflect.New(typ)
			if e := decodeBody(b, v.Interface(), m); e != nil {
				if e.Code != fault.Malformed && !json.Valid(b) {
					t.Fatalf("%q is not JSON, but: %v", b, e)
				}
				if e.Status() != 400 || e.Code == fault.Malformed && e.Detail == "" || e.Code != fault.Malformed && len(e.Params) == 0 || !utf8.ValidString(e.Detail) {
					t.Fatalf("%q: %#v", b, e)
				}
				if _, err := encodeBody(Problem(e)); err != nil {
					t.Fatal(err)
				}
				continue
			}
			once, err := encodeBody(v.Interface())
			if err != nil {
				t.Fatalf("%v takes %q, which cannot be written: %v", typ, b, err)
			}
			w := reflect.New(typ)
			if e := decodeBody(once, w.Interface(), m); e != nil {
				t.Fatalf("%v takes %q, but not %q: %v", typ, b, once, e)
			}
			twice, err := encodeBody(w.Interface())
			if err != nil || !bytes.Equal(once, twice) {
				t.Fatalf("%v: %q, then %q (%v)", typ, once, twice, err)
			}
		}
	})
}

// FuzzETagList: no header makes the comparison of tags go astray.
func FuzzETagList(f *testing.F) {
	for _, s := range []string{`*`, `"a"`, `W/"a", "b"`, `"a`, `,,"a"x"b"`, `W/`, ``} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		strong, weak := matches([]string{header}, `"a"`, false), matches([]string{header}, `"a"`, true)
		if strong && !weak || weak && !strings.ContainsAny(header, `"*`) {
			t.Fatal(fmt.Sprint(header, strong, weak))
		}
		if matches([]string{header}, "", true) {
			t.Fatal("nothing is no tag")
		}
	})
}
