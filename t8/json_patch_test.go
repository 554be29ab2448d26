package t8_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// Each rule of RFC 6902 and of the pointers of RFC 6901. want is the new document, or the pointer to the fault.
func TestJSONPatch(t *testing.T) {
	for _, c := range []struct{ name, doc, patch, want string }{
		// add, §4.1
		{"add a member", `{"a":1}`, `[{"op":"add","path":"/b","value":"x"}]`, `{"a":1,"b":"x"}`},
		{"add over a member", `{"a":1}`, `[{"op":"add","path":"/a","value":[2]}]`, `{"a":[2]}`},
		{"add null", `{}`, `[{"op":"add","path":"/a","value":null}]`, `{"a":null}`},
		{"add an object", `{"a":{}}`, `[{"op":"add","path":"/a/b","value":{"c":{"d":[]}}}]`, `{"a":{"b":{"c":{"d":[]}}}}`},
		{"add before an element", `{"n":["5","7"]}`, `[{"op":"add","path":"/n/1","value":"6"}]`, `{"n":["5","6","7"]}`},
		{"add at the begin", `["5"]`, `[{"op":"add","path":"/0","value":"4"}]`, `["4","5"]`},
		{"add at the length", `["5"]`, `[{"op":"add","path":"/1","value":"6"}]`, `["5","6"]`},
		{"add at the end", `{"n":["5"]}`, `[{"op":"add","path":"/n/-","value":["6","7"]}]`, `{"n":["5",["6","7"]]}`},
		{"add into an element", `[{"a":1},{"b":[]}]`, `[{"op":"add","path":"/1/b/-","value":2}]`, `[{"a":1},{"b":[2]}]`},
		{"add beyond the length", `["5"]`, `[{"op":"add","path":"/2","value":"6"}]`, "/0/path"},
		{"add the whole", `{"a":1}`, `[{"op":"add","path":"","value":[true]}]`, `[true]`},
		{"add below nothing", `{"a":1}`, `[{"op":"add","path":"/b/c","value":1}]`, "/0/path"},
		{"add below a number", `{"a":1}`, `[{"op":"add","path":"/a/b","value":1}]`, "/0/path"},
		{"add below a text", `{"a":"xyz"}`, `[{"op":"add","path":"/a/0","value":1}]`, "/0/path"},
		{"add below null", `{"a":null}`, `[{"op":"add","path":"/a/b","value":1}]`, "/0/path"},
		{"add without value", `{}`, `[{"op":"add","path":"/a"}]`, "/0/value"},
		// remove, §4.2
		{"remove a member", `{"a":1,"b":2}`, `[{"op":"remove","path":"/a"}]`, `{"b":2}`},
		{"remove an element", `{"n":[1,2,3]}`, `[{"op":"remove","path":"/n/1"}]`, `{"n":[1,3]}`},
		{"remove null", `{"a":null}`, `[{"op":"remove","path":"/a"}]`, `{}`},
		{"remove nothing", `{"a":1}`, `[{"op":"remove","path":"/b"}]`, "/0/path"},
		{"remove no element", `[1]`, `[{"op":"remove","path":"/1"}]`, "/0/path"},
		{"remove after the end", `[1]`, `[{"op":"remove","path":"/-"}]`, "/0/path"},
		{"remove the whole", `{}`, `[{"op":"remove","path":""}]`, "/0/path"},
		// replace, §4.3
		{"replace a member", `{"a":1,"b":2}`, `[{"op":"replace","path":"/a","value":{"c":3}}]`, `{"a":{"c":3},"b":2}`},
		{"replace an element", `[1,2,3]`, `[{"op":"replace","path":"/2","value":null}]`, `[1,2,null]`},
		{"replace the whole", `{"a":1}`, `[{"op":"replace","path":"","value":{"b":2}}]`, `{"b":2}`},
		{"replace nothing", `{"a":1}`, `[{"op":"replace","path":"/b","value":2}]`, "/0/path"},
		{"replace after the end", `[1]`, `[{"op":"replace","path":"/-","value":2}]`, "/0/path"},
		{"replace without value", `{"a":1}`, `[{"op":"replace","path":"/a"}]`, "/0/value"},
		// move, §4.4
		{"move a member", `{"a":{"x":1,"y":2},"b":{}}`, `[{"op":"move","from":"/a/x","path":"/b/z"}]`, `{"a":{"y":2},"b":{"z":1}}`},
		{"move to the end", `[1,2,3,4]`, `[{"op":"move","from":"/0","path":"/3"}]`, `[2,3,4,1]`},
		{"move to the begin", `[1,2,3,4]`, `[{"op":"move","from":"/3","path":"/0"}]`, `[4,1,2,3]`},
		{"move after the end", `[1,2]`, `[{"op":"move","from":"/0","path":"/-"}]`, `[2,1]`},
		{"move beyond what is left", `[1,2]`, `[{"op":"move","from":"/0","path":"/2"}]`, "/0/path"},
		{"move to itself", `{"a":1}`, `[{"op":"move","from":"/a","path":"/a"}]`, `{"a":1}`},
		{"move to the whole", `{"a":[1],"b":2}`, `[{"op":"move","from":"/a","path":""}]`, `[1]`},
		{"move the whole to itself", `{"a":1}`, `[{"op":"move","from":"","path":""}]`, `{"a":1}`},
		{"move up", `{"a":{"b":7}}`, `[{"op":"move","from":"/a/b","path":"/a"}]`, `{"a":7}`},
		{"move into itself", `{"a":{"b":{}}}`, `[{"op":"move","from":"/a","path":"/a/b/c"}]`, "/0/path"},
		{"move the whole into itself", `{"a":1}`, `[{"op":"move","from":"","path":"/b"}]`, "/0/path"},
		{"move beside a like name", `{"a":1,"ab":{}}`, `[{"op":"move","from":"/a","path":"/ab/c"}]`, `{"ab":{"c":1}}`},
		{"move nothing", `{}`, `[{"op":"move","from":"/a","path":"/b"}]`, "/0/from"},
		{"move nothing to itself", `{}`, `[{"op":"move","from":"/a","path":"/a"}]`, "/0/from"},
		{"move without from", `{}`, `[{"op":"move","path":"/b"}]`, "/0/from"},
		// copy, §4.5
		{"copy a member", `{"a":{"x":[1]}}`, `[{"op":"copy","from":"/a/x","path":"/b"}]`, `{"a":{"x":[1]},"b":[1]}`},
		{"a copy stands alone", `{"a":[1]}`, `[{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/-","value":2},{"op":"add","path":"/a/0","value":0}]`, `{"a":[0,1],"b":[1,2]}`},
		{"copy the whole", `{"a":1}`, `[{"op":"copy","from":"","path":"/b"}]`, `{"a":1,"b":{"a":1}}`},
		{"copy into itself", `{"a":{}}`, `[{"op":"copy","from":"/a","path":"/a/b"}]`, `{"a":{"b":{}}}`},
		{"copy an element", `["x","y"]`, `[{"op":"copy","from":"/1","path":"/0"}]`, `["y","x","y"]`},
		{"copy nothing", `{}`, `[{"op":"copy","from":"/a","path":"/b"}]`, "/0/from"},
		{"copy to nowhere", `{"a":1}`, `[{"op":"copy","from":"/a","path":"/b/c"}]`, "/0/path"},
		{"copy with from null", `{"a":1}`, `[{"op":"copy","from":null,"path":"/b"}]`, "/0/from"},
		// test, §4.6
		{"test a text", `{"a":"\u00e4"}`, `[{"op":"test","path":"/a","value":"ä"}]`, `{"a":"ä"}`},
		{"test numbers by value", `[10,0.5,-0,1e2]`, `[{"op":"test","path":"","value":[1.0e1,5E-1,0,100]}]`, `[10,0.5,-0,1e2]`},
		{"test long numbers", `[9007199254740993]`, `[{"op":"test","path":"/0","value":9007199254740992}]`, "/0/value"},
		{"test far exponents", `[1e400]`, `[{"op":"test","path":"/0","value":10e399}]`, `[1e400]`},
		{"test exponents without end", `[1e99999999999999999999]`, `[{"op":"test","path":"/0","value":1e99999999999999999998}]`, "/0/value"},
		{"test zero with an exponent", `[0e99999999999999999999]`, `[{"op":"test","path":"/0","value":0.00}]`, `[0e99999999999999999999]`},
		{"test objects in any order", `{"o":{"a":1,"b":[2,null]}}`, `[{"op":"test","path":"/o","value":{"b":[2,null],"a":1}}]`, `{"o":{"a":1,"b":[2,null]}}`},
		{"test null", `{"a":null}`, `[{"op":"test","path":"/a","value":null}]`, `{"a":null}`},
		{"test true", `{"a":true}`, `[{"op":"test","path":"/a","value":true}]`, `{"a":true}`},
		{"test another type", `{"a":"1"}`, `[{"op":"test","path":"/a","value":1}]`, "/0/value"},
		{"test text for an array", `{"a":"1"}`, `[{"op":"test","path":"/a","value":[]}]`, "/0/value"},
		{"test false for null", `{"a":null}`, `[{"op":"test","path":"/a","value":false}]`, "/0/value"},
		{"test the order of arrays", `[1,2]`, `[{"op":"test","path":"","value":[2,1]}]`, "/0/value"},
		{"test a shorter array", `[1,2]`, `[{"op":"test","path":"","value":[1]}]`, "/0/value"},
		{"test a member too many", `{"a":1,"b":2}`, `[{"op":"test","path":"","value":{"a":1}}]`, "/0/value"},
		{"test another member", `{"a":1}`, `[{"op":"test","path":"","value":{"b":1}}]`, "/0/value"},
		{"test nothing", `{}`, `[{"op":"test","path":"/a","value":null}]`, "/0/path"},
		{"test without value", `{}`, `[{"op":"test","path":""}]`, "/0/value"},
		// pointers, RFC 6901
		{"~1 is a slash", `{"a/b":1}`, `[{"op":"replace","path":"/a~1b","value":2}]`, `{"a/b":2}`},
		{"~0 is ~", `{"m~n":1}`, `[{"op":"replace","path":"/m~0n","value":2}]`, `{"m~n":2}`},
		{"~01 is ~1", `{"~1":1,"/":2}`, `[{"op":"remove","path":"/~01"}]`, `{"/":2}`},
		{"an empty name", `{"":{"":1}}`, `[{"op":"replace","path":"//","value":2}]`, `{"":{"":2}}`},
		{"a number is a name, too", `{"01":1,"-":2}`, `[{"op":"remove","path":"/01"},{"op":"remove","path":"/-"}]`, `{}`},
		{"no leading zero", `[1,2]`, `[{"op":"replace","path":"/01","value":3}]`, "/0/path"},
		{"no leading zero for add", `[1,2]`, `[{"op":"add","path":"/00","value":3}]`, "/0/path"},
		{"no sign", `[1,2]`, `[{"op":"remove","path":"/+1"}]`, "/0/path"},
		{"no fraction", `[1,2]`, `[{"op":"remove","path":"/1e0"}]`, "/0/path"},
		{"no name of an array", `[1,2]`, `[{"op":"add","path":"/length","value":1}]`, "/0/path"},
		{"no huge index", `[1]`, `[{"op":"remove","path":"/18446744073709551616"}]`, "/0/path"},
		{"percent is nothing special", `{"a%20b":1}`, `[{"op":"remove","path":"/a%20b"}]`, `{}`},
		{"no slash at the begin", `{"a":1}`, `[{"op":"remove","path":"a"}]`, "/0/path"},
		{"an end of ~", `{"a~":1}`, `[{"op":"remove","path":"/a~"}]`, "/0/path"},
		{"~2", `{"a~2":1}`, `[{"op":"copy","from":"/a~2","path":"/b"}]`, "/0/from"},
		{"too deep", `{}`, `[{"op":"add","path":"` + strings.Repeat("/a", 33) + `","value":1}]`, "/0/path"},
		// the list, §3 to §5
		{"one after the other", `{"a":1}`, `[{"op":"add","path":"/b","value":[]},{"op":"move","from":"/a","path":"/b/0"},{"op":"test","path":"/b","value":[1]}]`, `{"b":[1]}`},
		{"the third fails", `{"a":1}`, `[{"op":"remove","path":"/a"},{"op":"add","path":"/a","value":2},{"op":"test","path":"/a","value":1}]`, "/2/value"},
		{"unknown operation", `{}`, `[{"op":"test","path":"","value":{}},{"op":"spam","path":"/a"}]`, "/1/op"},
		{"no operation", `{}`, `[{"path":"/a"}]`, "/0/op"},
		{"upper case", `{}`, `[{"op":"Add","path":"/a","value":1}]`, "/0/op"},
		{"no operations", `{}`, `[]`, ""},
		{"numbers keep their digits", `{"a":1.50,"b":12345678901234567890}`, `[{"op":"copy","from":"/b","path":"/c"}]`, `{"a":1.50,"b":12345678901234567890,"c":12345678901234567890}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p t8.JSONPatch
			require.NoError(t, json.Unmarshal([]byte(c.patch), &p))
			doc := []byte(c.doc)
			got, err := p.ApplyTo(doc)
			require.Equal(t, c.doc, string(doc), "the document that was given stays")
			if c.want == "" || c.want[0] == '/' {
				require.Nil(t, got)
				e := fault.As(err)
				require.Len(t, e.Params, 1, "%v", err)
				require.Equal(t, c.want, e.Params[0].Param, "%v", err)
				require.NotEmpty(t, e.Params[0].Reason)
				require.Equal(t, "t8.JSONPatch.ApplyTo", e.Op)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
		})
	}
}

func TestJSONPatchCodes(t *testing.T) {
	for code, p := range map[fault.Code]t8.JSONPatch{
		fault.MissingParameter: {{Op: t8.PatchOpAdd, Path: "/a"}, {Op: t8.PatchOpMove, Path: "/a"}, {Path: "/a"}},
		fault.InvalidParameter: {{Op: t8.PatchOpAdd, Path: "/a"}, {Op: "x", Path: "/a"}},
		fault.TooLarge:         make(t8.JSONPatch, 1001),
	} {
		require.ErrorIs(t, p.Check(), code)
		_, err := p.ApplyTo([]byte(`{}`))
		require.ErrorIs(t, err, code)
		require.ErrorIs(t, p.Apply(&t8.MonitoringEventSubscription{}), code)
	}
	require.NoError(t, t8.JSONPatch{t8.PatchTest("", nil)}.Check())
	require.Error(t, t8.JSONPatch{{Op: t8.PatchOpTest, Value: json.RawMessage("{")}}.Check())
	_, err := t8.JSONPatch{t8.PatchTest("/a", 1)}.ApplyTo([]byte(`{}`))
	require.ErrorIs(t, err, fault.Conflict)
	_, err = t8.JSONPatch{t8.PatchTest("/a", 1)}.ApplyTo([]byte(`{`))
	require.ErrorIs(t, err, fault.Malformed)
	require.False(t, t8.PatchOperation("").Known())
}

// What a short patch can make of a document is bounded.
func TestJSONPatchGrowth(t *testing.T) {
	p := t8.JSONPatch{t8.PatchAdd("/-", map[string]string{"a": strings.Repeat("x", 1000)})}
	for range 30 { // each doubles the document
		p = append(p, t8.PatchCopy("", "/-"))
	}
	_, err := p.ApplyTo([]byte(`[]`))
	require.ErrorIs(t, err, fault.TooLarge)
	require.Contains(t, fault.As(err).Params[0].Param, "/from")

	p = t8.JSONPatch{t8.PatchAdd("", []int{})}
	for range 999 {
		p = append(p, t8.PatchCopy("", "/0"))
	}
	_, err = p.ApplyTo([]byte(`{}`))
	require.ErrorIs(t, err, fault.TooLarge)

	p = make(t8.JSONPatch, 1000)
	for i := range p {
		p[i] = t8.PatchAdd("/-", i)
	}
	b, err := p.ApplyTo([]byte(`[]`))
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(b), ",999]"))

	for i := range p { // as deep as can be
		p[i] = t8.PatchMove("", "")
		if i%2 == 0 {
			p[i] = t8.PatchAdd(strings.Repeat("/0", 32), json.RawMessage(strings.Repeat("[", 40)+strings.Repeat("]", 40)))
		}
	}
	_, err = p.ApplyTo([]byte(strings.Repeat("[", 40) + strings.Repeat("]", 40)))
	require.NoError(t, err)
}

func TestPatchItems(t *testing.T) {
	p := t8.JSONPatch{
		t8.PatchAdd("/a", "<x>"), t8.PatchRemove("/b"), t8.PatchReplace("/c", nil), t8.PatchMove("", "/d"), t8.PatchCopy("/e", ""),
		t8.PatchTest("/f", time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)),
	}
	b, err := json.Marshal(p)
	require.NoError(t, err)
	require.JSONEq(t, `[{"op":"add","path":"/a","value":"<x>"},{"op":"remove","path":"/b"},{"op":"replace","path":"/c","value":null},
		{"op":"move","path":"/d","from":""},{"op":"copy","path":"","from":"/e"},{"op":"test","path":"/f","value":"2027-01-02T03:04:05Z"}]`, string(b))
	bad := t8.JSONPatch{t8.PatchAdd("/a", math.Inf(1))}
	require.ErrorIs(t, bad.Check(), fault.MissingParameter)
}

func subscription() *t8.MonitoringEventSubscription {
	return &t8.MonitoringEventSubscription{
		Self: "https://scef.example.com/3gpp-monitoring-event/v1/as-a/subscriptions/1", SupportedFeatures: "1", MTCProviderID: "p",
		ExternalGroupID: "g@example.com", NotificationDestination: "https://as.example.com/n",
		WebsockNotifConfig: &t8.WebsockNotifConfig{WebsocketURI: "wss://scef.example.com/1", RequestWebsocketURI: true},
		MonitoringType:     t8.MonitorLossOfConnectivity, MonitorExpireTime: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		MonitoringEventReport: &t8.MonitoringEventReport{MonitoringType: t8.MonitorLossOfConnectivity, LossOfConnectReason: new(0)},
	}
}

func TestJSONPatchApply(t *testing.T) {
	s := subscription()
	require.NoError(t, t8.JSONPatch{
		t8.PatchTest("/supportedFeatures", "1"),
		t8.PatchReplace("/notificationDestination", "https://as.example.com/other"),
		t8.PatchReplace("/monitorExpireTime", time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)),
		t8.PatchAdd("/excludedMsisdns", []id.MSISDN{"49170000001"}),
		t8.PatchAdd("/excludedMsisdns/-", id.MSISDN("49170000002")),
		t8.PatchAdd("/addedExternalIds", []id.ExternalID{"ue@example.com"}),
		t8.PatchAdd("/maximumDetectionTime", 0),
		t8.PatchRemove("/websockNotifConfig"),
	}.Apply(s))
	want := subscription()
	want.NotificationDestination = "https://as.example.com/other"
	want.MonitorExpireTime = want.MonitorExpireTime.AddDate(1, 0, 0)
	want.ExcludedMSISDNs = []id.MSISDN{"49170000001", "49170000002"}
	want.AddedExternalIDs = []id.ExternalID{"ue@example.com"}
	want.MaximumDetectionTime = new(t8.DurationSec(0))
	want.WebsockNotifConfig = nil
	require.Equal(t, want, s, "and the rest stays")
}

// A patch that fails changes nothing, and the fault points into the patch.
func TestJSONPatchApplyRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		patch t8.JSONPatch
		code  fault.Code
		param string
	}{
		{"self", t8.JSONPatch{t8.PatchRemove("/self")}, fault.OperationProhibited, "/0/path"},
		{"features", t8.JSONPatch{t8.PatchReplace("/supportedFeatures", "3")}, fault.OperationProhibited, "/0/value"},
		{"provider", t8.JSONPatch{t8.PatchTest("/mtcProviderId", "p"), t8.PatchMove("/mtcProviderId", "/codeWord")}, fault.OperationProhibited, "/1/from"},
		{"group", t8.JSONPatch{t8.PatchReplace("/externalGroupId", "h@example.com")}, fault.OperationProhibited, "/0/value"},
		{"number", t8.JSONPatch{t8.PatchAdd("/msisdn", "49170000001")}, fault.OperationProhibited, "/0/value"},
		{"external identifier", t8.JSONPatch{t8.PatchCopy("/externalGroupId", "/externalId")}, fault.OperationProhibited, "/0/path"},
		{"report", t8.JSONPatch{t8.PatchReplace("/monitoringEventReport/lossOfConnectReason", 1)}, fault.OperationProhibited, "/0/value"},
		{"reports", t8.JSONPatch{t8.PatchAdd("/addnMonEventReports", []any{})}, fault.OperationProhibited, "/0/value"},
		{"websocket", t8.JSONPatch{t8.PatchReplace("/websockNotifConfig/websocketUri", "wss://other")}, fault.OperationProhibited, "/0/value"},
		{"destination", t8.JSONPatch{t8.PatchRemove("/notificationDestination")}, fault.InvalidParameter, "/0/path"},
		{"destination is no URI", t8.JSONPatch{t8.PatchReplace("/notificationDestination", "x")}, fault.InvalidParameter, "/0/value"},
		{"the end", t8.JSONPatch{t8.PatchAdd("/repPeriod", 1), t8.PatchRemove("/monitorExpireTime")}, fault.InvalidParameter, "/1/path"},
		{"type", t8.JSONPatch{t8.PatchAdd("/repPeriod", "soon")}, fault.InvalidParameter, "/0/value"},
		{"element", t8.JSONPatch{t8.PatchAdd("/excludedMsisdns", []string{"49170000001", "x"})}, fault.InvalidParameter, "/0/value/1"},
		{"element at the end", t8.JSONPatch{t8.PatchAdd("/addedMsisdns", []string{"49170000001"}), t8.PatchAdd("/addedMsisdns/-", "x")}, fault.InvalidParameter, "/1/value"},
		{"zero reports", t8.JSONPatch{t8.PatchAdd("/maximumNumberOfReports", 0)}, fault.InvalidParameter, "/0/value"},
		{"no object", t8.JSONPatch{t8.PatchReplace("", 1)}, fault.InvalidParameter, "/0/value"},
		{"test", t8.JSONPatch{t8.PatchReplace("/repPeriod", 1), t8.PatchTest("/repPeriod", 2)}, fault.Conflict, "/0/path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := subscription()
			err := c.patch.Apply(s)
			require.ErrorIs(t, err, c.code)
			e := fault.As(err)
			require.Equal(t, c.param, e.Params[0].Param, "%v", err)
			require.Equal(t, subscription(), s)
		})
	}
	s := subscription()
	err := t8.JSONPatch{t8.PatchReplace("", map[string]any{})}.Apply(s)
	require.ErrorIs(t, err, fault.OperationProhibited)
	require.Equal(t, subscription(), s)
}

func ExampleJSONPatch() {
	s := t8.MonitoringEventSubscription{
		ExternalGroupID: "meters@example.com", NotificationDestination: "https://as.example.com/n",
		MonitoringType: t8.MonitorLossOfConnectivity, MaximumNumberOfReports: 5,
	}
	patch := t8.JSONPatch{
		t8.PatchReplace("/maximumNumberOfReports", 10),
		t8.PatchAdd("/excludedExternalIds", []string{"meter-7@example.com"}),
	}
	fmt.Println(patch.Apply(&s), s.MaximumNumberOfReports, len(s.ExcludedExternalIDs))
	err := t8.JSONPatch{t8.PatchRemove("/externalGroupId")}.Apply(&s)
	fmt.Println(errors.Is(err, fault.OperationProhibited), fault.As(err).Params)
	// Output:
	// <nil> 10 1
	// true [{/0/path /externalGroupId must not be changed}]
}

func FuzzJSONPatch(f *testing.F) {
	f.Add(`{"a":[1,{"b":null}]}`, `[{"op":"add","path":"/a/-","value":1},{"op":"move","from":"/a/0","path":"/c"}]`)
	f.Add(`[1e5]`, `[{"op":"test","path":"/0","value":100000},{"op":"copy","from":"","path":"/0"},{"op":"remove","path":"/1"}]`)
	f.Add(`{"monitoringType":"X"}`, `[{"op":"replace","path":"","value":{}},{"op":"add","path":"/~01~1","value":{"a":1}}]`)
	f.Fuzz(func(t *testing.T, doc, patch string) {
		var p t8.JSONPatch
		if json.Unmarshal([]byte(patch), &p) != nil {
			return
		}
		err := p.Check()
		got, aerr := p.ApplyTo([]byte(doc))
		switch {
		case err != nil && aerr == nil:
			t.Fatal("a wrong patch was applied")
		case aerr == nil && !json.Valid(got):
			t.Fatalf("%q is not JSON", got)
		}
		s := subscription()
		if e := p.Apply(s); e == nil {
			if e := t8.Check(s); e != nil {
				t.Fatalf("%v after %s", e, patch)
			}
			if s.Self != subscription().Self || s.ExternalGroupID != "g@example.com" {
				t.Fatalf("%s changed what must stay", patch)
			}
		}
	})
}
