package interop

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/internal/diagen/diatest"
	"github.com/scefkit/scefkit/mb2"
	"github.com/scefkit/scefkit/ns"
	"github.com/scefkit/scefkit/nt"
	"github.com/scefkit/scefkit/nta"
	"github.com/scefkit/scefkit/rx"
	"github.com/scefkit/scefkit/s6m"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t4"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/tsp"
)

// exchange is a command: a request and its answer.
type exchange struct{ req, ans diameter.Command }

// exchanges are all commands of all reference points.
func exchanges() []exchange {
	return []exchange{
		{new(t6a.CIR), new(t6a.CIA)}, {new(t6a.RIR), new(t6a.RIA)}, {new(t6a.CMR), new(t6a.CMA)}, {new(t6a.ODR), new(t6a.ODA)},
		{new(t6a.TDR), new(t6a.TDA)},
		{new(s6t.CIR), new(s6t.CIA)}, {new(s6t.RIR), new(s6t.RIA)}, {new(s6t.NIR), new(s6t.NIA)},
		{new(s6m.SIR), new(s6m.SIA)},
		{new(rx.AAR), new(rx.AAA)}, {new(rx.RAR), new(rx.RAA)}, {new(rx.STR), new(rx.STA)}, {new(rx.ASR), new(rx.ASA)},
		{new(nt.BTR), new(nt.BTA)},
		{new(nta.ECR), new(nta.ECA)}, {new(nta.ERR), new(nta.ERA)},
		{new(ns.NSR), new(ns.NSA)}, {new(ns.NCR), new(ns.NCA)},
		{new(tsp.DAR), new(tsp.DAA)}, {new(tsp.DNR), new(tsp.DNA)},
		{new(t4.DTR), new(t4.DTA)}, {new(t4.DRR), new(t4.DRA)},
		{new(mb2.GAR), new(mb2.GAA)}, {new(mb2.GNR), new(mb2.GNA)},
	}
}

// dictionaries are all dictionaries, each after those that it inherits.
var dictionaries = []string{
	"diameter/base", "diameter/tgpp/tgpp", "t6a/t6a", "s6t/s6t", "s6m/s6m", "rx/rx", "nt/nt", "nta/nta", "ns/ns", "tsp/tsp", "t4/t4", "mb2/mb2",
}

// name gives a command as "t6a.CMR".
func name(c diameter.Command) string { return reflect.TypeOf(c).Elem().String() }

// fresh returns a new zero command of the type of c.
func fresh(c diameter.Command) diameter.Command {
	return reflect.New(reflect.TypeOf(c).Elem()).Interface().(diameter.Command)
}

// fill sets c to random values that any implementation takes: enumerations have values with names, and an answer says
// success or has an error of 3GPP.
func fill(r *rand.Rand, c diameter.Command) {
	diatest.Fill(r, c)
	named(r, reflect.ValueOf(c).Elem())
	v := reflect.ValueOf(c).Elem()
	if f := v.FieldByName("Result"); f.IsValid() {
		res := diameter.Success
		if f.Interface().(diameter.Result).Vendor != 0 {
			res = diameter.ErrorUserUnknown
		}
		f.Set(reflect.ValueOf(res))
	}
}

// named walks v and gives enumerations values with names.
func named(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type().Name() == "Time" {
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				if v.Type().Field(i).Name == "RedirectHost" {
					for j := range f.Len() {
						f.Index(j).SetString("aaa://host" + strconv.Itoa(j) + ".example:3868;transport=tcp;protocol=diameter")
					}
				}
				named(r, f)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			named(r, v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			named(r, v.Elem())
		}
	case reflect.Int32:
		if values := valuesOf(v.Type()); len(values) > 0 {
			v.SetInt(values[r.IntN(len(values))])
		}
	}
}

// valuesOf lists the values of an enumeration that have names.
func valuesOf(t reflect.Type) (values []int64) {
	v := reflect.New(t).Elem()
	for n := int64(-1); n < 3000; n++ {
		v.SetInt(n)
		if s, ok := v.Interface().(interface{ String() string }); ok && s.String() != strconv.FormatInt(n, 10) {
			values = append(values, n)
		}
	}
	return values
}

// set sets a field of text if c has it.
func set(c diameter.Command, field, value string) {
	if f := reflect.ValueOf(c).Elem().FieldByName(field); f.IsValid() {
		f.SetString(value)
	}
}

func TestExchanges(t *testing.T) {
	for _, x := range exchanges() {
		code, app, flags := x.req.Header()
		codeA, appA, flagsA := x.ans.Header()
		if code != codeA || app != appA || flags&diameter.FlagRequest == 0 || flagsA&diameter.FlagRequest != 0 ||
			strings.TrimSuffix(name(x.req), "R") != strings.TrimSuffix(name(x.ans), "A") {
			t.Errorf("%s and %s do not belong together", name(x.req), name(x.ans))
		}
	}
}
