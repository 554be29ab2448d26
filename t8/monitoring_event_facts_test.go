package t8

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func init() {
	apis = append(apis, MonitoringEventAPI(nil))
	stands("TS29122_MonitoringEvent", map[string]any{
		"ApiCapabilityInfo":             APICapabilityInfo{},
		"AppliedParameterConfiguration": AppliedParameterConfiguration{},
		"ConsentRevocNotif":             ConsentRevocNotif{},
		"ConsentRevoked":                ConsentRevoked{},
		"FailureCause":                  FailureCause{},
		"GroupMembListChanges":          GroupMembListChanges{},
		"IdleStatusInfo":                IdleStatusInfo{},
		"LocationInfo":                  LocationInfo{},
		"MonitoringEventReport":         MonitoringEventReport{},
		"MonitoringEventReports":        MonitoringEventReports{},
		"MonitoringEventSubscription":   MonitoringEventSubscription{},
		"MonitoringNotification":        MonitoringNotification{},
		"PdnConnectionInformation":      PDNConnectionInformation{},
		"RangeDirection":                RangeDirection{},
		"ThreedrelativeLocation":        ThreedrelativeLocation{},
		"TwodrelativeLocation":          TwodrelativeLocation{},
		"UavPolicy":                     UAVPolicy{},
		"UePerLocationReport":           UEPerLocationReport{},
		"UpCumEvtRep":                   UpCumEvtRep{},
		"UpLocRepAddrAfRm":              UpLocRepAddrAF{},
		"Accuracy":                      Accuracy(""),
		"AssociationType":               AssociationType(""),
		"InterfaceIndication":           InterfaceIndication(""),
		"LocationFailureCause":          LocationFailureCause(""),
		"LocationType":                  LocationType(""),
		"MonitoringType":                MonitoringType(""),
		"PdnConnectionStatus":           PDNConnectionStatus(""),
		"PdnType":                       PDNType(""),
		"ReachabilityType":              ReachabilityType(""),
		"SACRepFormat":                  SACRepFormat(""),
		"SubType":                       SubType(""),
	})
}

// filled sets every member of v that its type says how to fill, so that nothing is absent.
func filled(v reflect.Value, depth int) {
	p := planOf(v.Type())
	switch p.kind {
	case kString:
		v.SetString("x")
	case kBool:
		v.SetBool(true)
	case kInt:
		v.SetInt(7)
	case kFloat:
		v.SetFloat(1.5)
	case kDuration:
		v.SetInt(int64(3 * p.unit))
	case kTime:
		v.Set(reflect.ValueOf(time.Date(2027, 2, 3, 4, 5, 6, 0, time.UTC)))
	case kBytes:
		v.SetBytes([]byte("x"))
	case kPtr:
		if p.elem.kind != kOther && p.elem.kind != kUnion && depth < 8 {
			v.Set(reflect.New(p.elem.typ))
			filled(v.Elem(), depth)
		}
	case kSlice:
		if p.elem.kind != kOther && p.elem.kind != kUnion && depth < 8 {
			v.Set(reflect.MakeSlice(p.typ, 2, 2))
			filled(v.Index(0), depth)
			filled(v.Index(1), depth)
		}
	case kStruct:
		for i := range p.fields {
			filled(p.fields[i].of(v), depth+1)
		}
	}
}

// Every member survives encoding and decoding, and nothing but the members of the standard is written.
func TestMonitoringRoundTrip(t *testing.T) {
	members := map[string][]string{}
	for _, f := range readFacts(t)["member"] {
		members[f[0]] = append(members[f[0]], f[1])
	}
	for schema, typ := range map[string]reflect.Type{
		"MonitoringEventSubscription": reflect.TypeFor[MonitoringEventSubscription](),
		"MonitoringNotification":      reflect.TypeFor[MonitoringNotification](),
		"ConsentRevocNotif":           reflect.TypeFor[ConsentRevocNotif](),
		"MonitoringEventReports":      reflect.TypeFor[MonitoringEventReports](),
		"LocationInfo":                reflect.TypeFor[LocationInfo](),
		"UpLocRepAddrAfRm":            reflect.TypeFor[UpLocRepAddrAF](),
	} {
		v := reflect.New(typ)
		filled(v.Elem(), 0)
		b, err := encodeBody(v.Interface())
		require.NoError(t, err)
		back := reflect.New(typ)
		if e := decodeBody(b, back.Interface(), modeAnswer); e != nil {
			t.Fatal(e)
		}
		require.Equal(t, v.Interface(), back.Interface(), schema)
		var written map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(b, &written))
		for name := range written {
			require.Contains(t, members["TS29122_MonitoringEvent#"+schema], name)
		}
		for _, name := range members["TS29122_MonitoringEvent#"+schema] {
			if planOf(typ).fields[planOf(typ).index[name]].plan.base().kind == kUnion {
				continue // a union
			}
			require.Contains(t, written, name, schema)
		}
	}
}
