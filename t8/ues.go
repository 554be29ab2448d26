package t8

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

var (
	externalIDType      = reflect.TypeFor[id.ExternalID]()
	msisdnType          = reflect.TypeFor[id.MSISDN]()
	externalGroupIDType = reflect.TypeFor[id.ExternalGroupID]()
)

// eachUE calls f for every UE and group that a body names, until f returns an error.
func eachUE(v reflect.Value, p *plan, f func(policy.UE) error) error {
	switch p.kind {
	case kString:
		if v.Len() == 0 {
			return nil
		}
		switch p.typ {
		case externalIDType:
			return f(policy.UE{ExternalID: id.ExternalID(v.String())})
		case msisdnType:
			return f(policy.UE{MSISDN: id.MSISDN(v.String())})
		case externalGroupIDType:
			return f(policy.UE{ExternalGroupID: id.ExternalGroupID(v.String())})
		}
	case kStruct:
		for i := range p.fields {
			x := &p.fields[i]
			if !x.plan.mayNameUE() {
				continue
			}
			if err := eachUE(x.of(v), x.plan, f); err != nil {
				return err
			}
		}
	case kSlice:
		for i := range v.Len() {
			if err := eachUE(v.Index(i), p.elem, f); err != nil {
				return err
			}
		}
	case kMap:
		for e := v.MapRange(); e.Next(); {
			elem := reflect.New(p.elem.typ).Elem() // elements of a map have no address
			elem.Set(e.Value())
			if err := eachUE(elem, p.elem, f); err != nil {
				return err
			}
		}
	case kPtr:
		if !v.IsNil() {
			return eachUE(v.Elem(), p.elem, f)
		}
	case kOpt:
		if o := v.Addr().Interface().(opt); o.getState() == optValue {
			return eachUE(reflect.ValueOf(o.target()).Elem(), p.elem, f)
		}
	}
	return nil
}

// mayNameUE reports whether it is worth to look into a value of the type.
func (p *plan) mayNameUE() bool {
	switch p.kind {
	case kStruct:
		return true
	case kSlice, kMap, kPtr, kOpt:
		return p.elem.mayNameUE()
	}
	return p.typ == externalIDType || p.typ == msisdnType || p.typ == externalGroupIDType
}

// eachUE calls f for every UE and group that the operations put into a resource of the given plan, until f returns an error.
// Moving and copying to where UEs stand is refused, since what would come there is not known yet.
func (p JSONPatch) eachUE(resource *plan, f func(policy.UE) error) error {
	for i, item := range p {
		if item.Op == PatchOpRemove || item.Op == PatchOpTest {
			continue
		}
		tokens, _ := parsePointer(item.Path) // checked before
		to := resource
		if len(tokens) > 0 {
			at, ok := resource.index[tokens[0]]
			if !ok {
				continue
			}
			to = resource.fields[at].plan
		}
		if !to.mayNameUE() {
			continue
		}
		if item.Op.hasFrom() {
			e := fault.New("", fault.OperationProhibited, "")
			e.Params = []fault.Param{{Param: fmt.Sprintf("/%d/path", i), Reason: "UEs must be named by their values"}}
			return e
		}
		for to.kind == kSlice && len(tokens) > 1 { // an element
			to, tokens = to.elem, tokens[1:]
		}
		v := reflect.New(to.typ)
		if json.Unmarshal(item.Value, v.Interface()) != nil {
			continue // the result will not be a resource
		}
		if err := eachUE(v.Elem(), to, f); err != nil {
			return err
		}
	}
	return nil
}
