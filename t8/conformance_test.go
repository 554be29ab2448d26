package t8

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// niddSchemas tells which type stands for which schema of the standard.
var niddSchemas = map[string]any{
	"Acknowledgement":                            Acknowledgement{},
	"GmdNiddDownlinkDataDeliveryNotification":    GMDNIDDDownlinkDataDeliveryNotification{},
	"GmdResult":                                  GMDResult{},
	"InvalidParam":                               InvalidParam{},
	"ManagePort":                                 ManagePort{},
	"ManagePortNotification":                     ManagePortNotification{},
	"NiddConfiguration":                          NIDDConfiguration{},
	"NiddConfigurationPatch":                     NIDDConfigurationPatch{},
	"NiddConfigurationStatusNotification":        NIDDConfigurationStatusNotification{},
	"NiddDownlinkDataDeliveryFailure":            NIDDDownlinkDataDeliveryFailure{},
	"NiddDownlinkDataDeliveryStatusNotification": NIDDDownlinkDataDeliveryStatusNotification{},
	"NiddDownlinkDataTransfer":                   NIDDDownlinkDataTransfer{},
	"NiddDownlinkDataTransferPatch":              NIDDDownlinkDataTransferPatch{},
	"NiddUplinkDataNotification":                 NIDDUplinkDataNotification{},
	"ProblemDetails":                             ProblemDetails{},
	"RdsDownlinkDataDeliveryFailure":             RDSDownlinkDataDeliveryFailure{},
	"RdsPort":                                    RDSPort{},
	"TestNotification":                           TestNotification{},
	"WebsockNotifConfig":                         WebsockNotifConfig{},
}

var niddEnums = map[string]string{
	"DeliveryStatus": "DeliveryStatus", "ManageEntity": "ManageEntity", "NiddStatus": "NIDDStatus",
	"PdnEstablishmentOptions": "PDNEstablishmentOption", "SerializationFormat": "SerializationFormat",
}

// facts reads testdata/nidd_rel18.txt: by the first word, the other words of each line.
func facts(t *testing.T) map[string][][]string {
	f, err := os.Open("testdata/nidd_rel18.txt")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	all := map[string][][]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if w := strings.Fields(s.Text()); len(w) > 0 && w[0] != "#" {
			all[w[0]] = append(all[w[0]], w[1:])
		}
	}
	return all
}

// kindName gives the kind of a member in the words of JSON.
func kindName(p *plan) string {
	switch p.kind {
	case kPtr, kOpt:
		return kindName(p.elem)
	case kString, kBytes, kTime:
		return "string"
	case kInt, kDuration:
		return "integer"
	case kBool:
		return "boolean"
	case kSlice:
		return "array"
	case kStruct:
		return "object"
	}
	return "?"
}

// The types have the members of Release 18, of the same kind and presence, and no others.
func TestTypesConform(t *testing.T) {
	want := map[string][]string{}
	for _, w := range facts(t)["member"] {
		want[w[0]] = append(want[w[0]], strings.Join(w[1:], " "))
	}
	for schema, v := range niddSchemas {
		var have []string
		for _, f := range planOf(reflect.TypeOf(v)).fields {
			presence := "optional"
			if f.required {
				presence = "required"
			}
			have = append(have, f.name+" "+kindName(f.plan)+" "+presence)
		}
		require.ElementsMatch(t, want[schema], have, schema)
		delete(want, schema)
	}
	require.Empty(t, want, "schemas without a type")
}

func TestGroupsConform(t *testing.T) {
	want := map[string][]string{}
	for _, w := range facts(t)["oneof"] {
		want[w[0]] = w[1:]
	}
	want["GmdResult"] = []string{"externalId", "msisdn"}
	for schema, v := range niddSchemas {
		p := planOf(reflect.TypeOf(v))
		if want[schema] == nil {
			require.Empty(t, p.groups, schema)
			continue
		}
		require.Len(t, p.groups, 1, schema)
		require.Equal(t, "oneof", p.groups[0].rule)
		require.ElementsMatch(t, want[schema], strings.Split(p.groups[0].names, ", "), schema)
	}
}

// The constants are the values of Release 18, all of them and no others.
func TestEnumerationsConform(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "nidd.go", nil, 0)
	require.NoError(t, err)
	have := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && s.Type != nil && len(s.Values) == 1 {
			name := s.Type.(*ast.Ident).Name
			have[name] = append(have[name], strings.Trim(s.Values[0].(*ast.BasicLit).Value, `"`))
		}
		return true
	})
	want := map[string][]string{}
	for _, w := range facts(t)["value"] {
		name := niddEnums[w[0]]
		want[name] = append(want[name], w[1])
	}
	require.Len(t, have, len(want))
	for name, values := range want {
		require.ElementsMatch(t, values, have[name], name)
	}
	known := map[string]func(string) bool{
		"DeliveryStatus":         func(s string) bool { return DeliveryStatus(s).Known() },
		"ManageEntity":           func(s string) bool { return ManageEntity(s).Known() },
		"NIDDStatus":             func(s string) bool { return NIDDStatus(s).Known() },
		"PDNEstablishmentOption": func(s string) bool { return PDNEstablishmentOption(s).Known() },
		"SerializationFormat":    func(s string) bool { return SerializationFormat(s).Known() },
	}
	for name, values := range want {
		for _, v := range values {
			require.True(t, known[name](v), v)
		}
		require.False(t, known[name]("OTHER"))
	}
}

// The routes are the operations of Release 18; a PATCH may take more than one media type.
func TestOperationsConform(t *testing.T) {
	api := NIDDAPI(nil)
	require.Equal(t, "3gpp-nidd", api.Name)
	require.Equal(t, "v1", api.Version)
	var want, have []string
	media := map[string]string{}
	for _, w := range facts(t)["operation"] {
		want = append(want, strings.Join(w[:3], " "))
		media[w[2]] = w[3]
	}
	for _, r := range api.routes {
		have = append(have, r.method+" "+r.pattern+" "+r.operation)
		if media[r.operation] == "-" {
			require.Nil(t, r.accepts, r.operation)
		} else {
			require.True(t, slices.Contains(r.accepts, media[r.operation]), r.operation)
		}
	}
	require.Equal(t, want, have)
	require.Len(t, api.Operations(), len(want))
}
