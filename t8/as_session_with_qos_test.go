package t8_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// asFake is a procedure for sessions with QoS that notes its calls and answers what the test says.
type asFake struct{ *fake }

var _ t8.ASSessionWithQoS = asFake{}

func (f asFake) Subscriptions(ctx context.Context, s id.SCSASID, u t8.UEFilter) ([]t8.ASSessionWithQoSSubscription, error) {
	return do[[]t8.ASSessionWithQoSSubscription](ctx, f.fake, "Subscriptions", u, s)
}

func (f asFake) CreateSubscription(ctx context.Context, s id.SCSASID, b *t8.ASSessionWithQoSSubscription) (*t8.ASSessionWithQoSSubscription, error) {
	return do[*t8.ASSessionWithQoSSubscription](ctx, f.fake, "CreateSubscription", b, s)
}

func (f asFake) Subscription(ctx context.Context, s id.SCSASID, i string) (*t8.ASSessionWithQoSSubscription, error) {
	return do[*t8.ASSessionWithQoSSubscription](ctx, f.fake, "Subscription", nil, s, i)
}

func (f asFake) ReplaceSubscription(ctx context.Context, s id.SCSASID, i string, b *t8.ASSessionWithQoSSubscription) (*t8.ASSessionWithQoSSubscription, error) {
	return do[*t8.ASSessionWithQoSSubscription](ctx, f.fake, "ReplaceSubscription", b, s, i)
}

func (f asFake) ModifySubscription(ctx context.Context, s id.SCSASID, i string, b *t8.ASSessionWithQoSSubscriptionPatch) (*t8.ASSessionWithQoSSubscription, error) {
	return do[*t8.ASSessionWithQoSSubscription](ctx, f.fake, "ModifySubscription", b, s, i)
}

func (f asFake) DeleteSubscription(ctx context.Context, s id.SCSASID, i string) (*t8.UserPlaneNotificationData, error) {
	return do[*t8.UserPlaneNotificationData](ctx, f.fake, "DeleteSubscription", nil, s, i)
}

func sessionsOf(f *fake) t8.API { return t8.ASSessionWithQoSAPI(asFake{f}) }

const (
	asSubs = "/3gpp-as-session-with-qos/v1/as-a/subscriptions"
	asSub1 = asSubs + "/s1"
	goodAS = `{"notificationDestination":"https://as.example.com/n","ueIpv4Addr":"198.51.100.7","flowInfo":[{"flowId":1}],"qosReference":"gold"}`
)

// asResource has something in every member that EPC knows, and some others.
func asResource() *t8.ASSessionWithQoSSubscription {
	return &t8.ASSessionWithQoSSubscription{
		SupportedFeatures:       t8.FeatureSet(t8.FeatureQoSAppID, t8.FeatureQoSEnNB),
		DNN:                     "internet",
		NotificationDestination: "https://as.example.com/n",
		ExterAppID:              "video",
		FlowInfo: []t8.FlowInfo{
			{FlowID: 0, FlowDescriptions: []string{"permit out 17 from 203.0.113.5 to 198.51.100.7", "permit in 17 from 198.51.100.7 to 203.0.113.5"}},
		},
		QoSReference:            "gold",
		UEIPv4Addr:              "198.51.100.7",
		IPDomain:                "east",
		UEIPv6Addr:              "2001:db8::7",
		UsageThreshold:          &t8.UsageThreshold{Duration: new(t8.DurationSec(time.Hour)), TotalVolume: new(int64(5 << 30)), UplinkVolume: new(int64(0))},
		SponsorInfo:             &t8.SponsorInformation{SponsorID: "s", ASPID: "a"},
		RequestTestNotification: true,
		Events:                  []t8.UserPlaneEvent{t8.UserPlaneUsageReport, t8.UserPlaneLossOfBearer, "NEW_ONE"},
		TSCQoSReq:               &t8.TSCQoSRequirement{ReqMBRDL: "2 Mbps", TSCAIInputDL: &t8.TSCAIInputContainer{PeriodicityRange: &t8.PeriodicityRange{PeriodicVals: []int{1}}}},
		MultiModDatFlows:        map[string]t8.ASSessionMediaComponent{"1": {MedCompN: 1, QoSReference: "a"}, "2": {MedCompN: 2}},
		RTLatencyInd:            true,
		PeriodInfo:              &t8.PeriodicityInfo{PeriodUL: t8.DurationSec(2 * time.Second)},
	}
}

var asUsage = t8.UserPlaneNotificationData{
	Transaction: "https://scef.example.com" + asSub1,
	EventReports: []t8.UserPlaneEventReport{{
		Event: t8.UserPlaneSessionTermination, AccumulatedUsage: &t8.AccumulatedUsage{TotalVolume: new(int64(77))}, FlowIDs: []int{0},
	}},
}

// Client and Handler, one against the other: each operation brings over what goes in and what comes back.
func TestASSessionBothEnds(t *testing.T) {
	covers(t, "T8-4.4.13-30", "T8-4.4.13-37", "T8-4.4.13-38", "T8-4.4.13-39")
	x := layEnds(t, sessionsOf)
	c := x.client.ASSessionWithQoS()
	stored := asResource()
	stored.Self = x.URL + asSub1

	filter := t8.UEFilter{IPAddrs: []t8.IPAddr{{IPv4Addr: "198.51.100.7"}, {IPv6Addr: "2001:db8::7"}}, IPDomain: "east, west & more", MACAddrs: []string{"00-11-22-aa-bb-cc"}}
	x.out = []t8.ASSessionWithQoSSubscription{*stored}
	list, err := c.Subscriptions(t.Context(), asA, filter)
	require.NoError(t, err)
	require.Equal(t, x.out, list)
	require.Equal(t, filter, x.in)
	require.Equal(t, "Subscriptions as-a", x.last())

	x.out = nil
	list, err = c.Subscriptions(t.Context(), asA, t8.UEFilter{})
	require.NoError(t, err)
	require.Empty(t, list)
	require.Equal(t, t8.UEFilter{}, x.in)

	x.out = stored
	sent := asResource()
	got, err := c.CreateSubscription(t.Context(), asA, sent)
	require.NoError(t, err)
	require.Equal(t, stored, got)
	require.Equal(t, asResource(), x.in)
	require.Equal(t, "CreateSubscription as-a", x.last())

	for _, ident := range []string{"s1", stored.Self} {
		got, err = c.Subscription(t.Context(), asA, ident)
		require.NoError(t, err)
		require.Equal(t, stored, got)
		require.Equal(t, "Subscription as-a s1", x.last())
	}

	withSelf := asResource()
	withSelf.Self, withSelf.ServAuthInfo = "https://elsewhere/", t8.ServAuthTPExpired // read-only: the server forgets them
	got, err = c.ReplaceSubscription(t.Context(), asA, stored.Self, withSelf)
	require.NoError(t, err)
	require.Equal(t, stored, got)
	require.Equal(t, asResource(), x.in)
	require.Equal(t, "ReplaceSubscription as-a s1", x.last())

	change := &t8.ASSessionWithQoSSubscriptionPatch{
		QoSReference:   t8.Set("silver"),
		UsageThreshold: t8.Set(t8.UsageThresholdRm{TotalVolume: t8.Set(int64(1)), Duration: t8.Null[t8.DurationSec]()}),
		MultiModDatFlows: t8.Set(map[string]t8.Opt[t8.ASSessionMediaComponentRm]{
			"1": t8.Null[t8.ASSessionMediaComponentRm](),
			"2": t8.Set(t8.ASSessionMediaComponentRm{MedCompN: 2, QoSReference: t8.Null[string]()}),
		}),
		QoSDuration: t8.Null[t8.DurationSec](),
		Events:      t8.Set([]t8.UserPlaneEvent{t8.UserPlaneUsageReport}),
	}
	got, err = c.ModifySubscription(t.Context(), asA, "s1", change)
	require.NoError(t, err)
	require.Equal(t, stored, got)
	require.Equal(t, change, x.in)
	require.Equal(t, "ModifySubscription as-a s1", x.last())

	x.out = &asUsage
	usage, err := c.DeleteSubscription(t.Context(), asA, "s1")
	require.NoError(t, err)
	require.Equal(t, &asUsage, usage)
	require.Equal(t, "DeleteSubscription as-a s1", x.last())

	x.out = nil // nothing to tell: 204
	got, err = c.ReplaceSubscription(t.Context(), asA, "s1", asResource())
	require.NoError(t, err)
	require.Nil(t, got)
	got, err = c.ModifySubscription(t.Context(), asA, "s1", &t8.ASSessionWithQoSSubscriptionPatch{})
	require.NoError(t, err)
	require.Nil(t, got)
	usage, err = c.DeleteSubscription(t.Context(), asA, "s1")
	require.NoError(t, err)
	require.Nil(t, usage)
}

func TestASSessionHandlerAnswers(t *testing.T) {
	covers(t, "T8-4.4.13-37", "T8-4.4.13-38", "T8-4.4.13-39")
	stored := &t8.ASSessionWithQoSSubscription{Self: "https://scef.example.com" + asSub1, NotificationDestination: "https://as.example.com/n", UEIPv4Addr: "198.51.100.7"}
	repliesAre(t, sessionsOf, []replied{
		{"none", "GET", asSubs, "", nil, 200, "", `[]`},
		{"create", "POST", asSubs, goodAS, stored, 201, stored.Self, `{"self":"https://scef.example.com` + asSub1 + `","notificationDestination":"https://as.example.com/n","ueIpv4Addr":"198.51.100.7"}`},
		{"replace", "PUT", asSub1, goodAS, stored, 200, "", ""},
		{"replace, nothing to tell", "PUT", asSub1, goodAS, nil, 204, "", ""},
		{"change", "PATCH", asSub1, `{}`, stored, 200, "", ""},
		{"change, nothing to tell", "PATCH", asSub1, `{}`, nil, 204, "", ""},
		{"delete with usage", "DELETE", asSub1, "", &asUsage, 200, "", `{"transaction":"https://scef.example.com` + asSub1 + `","eventReports":[{"event":"SESSION_TERMINATION","accumulatedUsage":{"totalVolume":77},"flowIds":[0]}]}`},
		{"delete", "DELETE", asSub1, "", nil, 204, "", ""},
	})
}

func TestASSessionHandlerRefuses(t *testing.T) {
	refuses(t, sessionsOf, []refusal{
		{name: "nothing there", method: "POST", path: asSubs, body: `{}`, cause: "MANDATORY_IE_MISSING", params: []string{"/notificationDestination"}},
		{name: "PUT of nothing", method: "PUT", path: asSub1, body: `{}`, cause: "MANDATORY_IE_MISSING", params: []string{"/notificationDestination"}},
		{
			name: "every fault at once", method: "POST", path: asSubs,
			body: `{"notificationDestination":"ftp://x/","flowInfo":[{"flowDescriptions":[]}],"usageThreshold":{"totalVolume":-1},"sponsorInfo":{"sponsorId":"s"},
			"ueIpv4Addr":"here","ueIpv6Addr":"x","macAddr":"1","events":[],"qosDuration":"long","avrgWndw":5000,"altQosReqs":[{"altQosParamSetRef":"x","gbrUl":"fast"}]}`,
			cause: "MANDATORY_IE_INCORRECT", params: []string{
				"/flowInfo/0/flowId", "/sponsorInfo/aspId", "/qosDuration", "/notificationDestination", "/flowInfo/0/flowDescriptions", "/altQosReqs/0/gbrUl",
				"/ueIpv4Addr", "/ueIpv6Addr", "/macAddr", "/usageThreshold/totalVolume", "/events", "/avrgWndw",
			},
		},
		{
			name: "excluding members", method: "POST", path: asSubs,
			body:  `{"notificationDestination":"https://x/","multiModDatFlows":{"1":{"medCompN":1,"altSerReqs":["a"],"altSerReqsData":[{"altQosParamSetRef":"x"}],"qosReference":"q"}}}`,
			cause: "MANDATORY_IE_INCORRECT", params: []string{
				"/multiModDatFlows/1/qosReference", "/multiModDatFlows/1/altSerReqsData", "/multiModDatFlows/1/altSerReqs", "/multiModDatFlows/1/altSerReqsData",
			},
		},
		{
			name: "two ranges", method: "POST", path: asSubs,
			body:  `{"notificationDestination":"https://x/","tscQosReq":{"tscaiInputUl":{"periodicityRange":{"lowerBound":1,"upperBound":2,"periodicVals":[1]}},"tscaiInputDl":null}}`,
			cause: "MANDATORY_IE_INCORRECT", params: []string{"/tscQosReq/tscaiInputUl/periodicityRange/periodicVals"},
		},
		{
			name: "half a range", method: "POST", path: asSubs,
			body:  `{"notificationDestination":"https://x/","tscQosReq":{"tscaiInputUl":{"periodicityRange":{"lowerBound":1}},"tscaiInputDl":{"periodicityRange":{}}}}`,
			cause: "MANDATORY_IE_MISSING", params: []string{
				"/tscQosReq/tscaiInputDl/periodicityRange/lowerBound", "/tscQosReq/tscaiInputDl/periodicityRange/upperBound",
				"/tscQosReq/tscaiInputUl/periodicityRange/upperBound",
			},
		},
		{
			name: "PATCH removes what must stay", method: "PATCH", path: asSub1,
			body: `{"qosReference":null,"notificationDestination":null,"flowInfo":null,"events":[],"usageThreshold":{"totalVolume":-1,"duration":null},
			"multiModDatFlows":{"1":null,"2":{"medCompN":2,"medType":null,"mirBwDl":"fast"}},"tscQosReq":{"priority":9,"reqPer":null},"qosMonInfo":{"repFreqs":null},"qosDuration":null}`,
			cause: "MANDATORY_IE_INCORRECT", params: []string{
				"/flowInfo", "/qosReference", "/usageThreshold/totalVolume", "/qosMonInfo/repFreqs", "/notificationDestination", "/tscQosReq/priority",
				"/events", "/multiModDatFlows/2/medType", "/multiModDatFlows/2/mirBwDl",
			},
		},
		{name: "PATCH without number", method: "PATCH", path: asSub1, body: `{"multiModDatFlows":{"1":{}}}`, cause: "MANDATORY_IE_MISSING", params: []string{"/multiModDatFlows/1/medCompN"}},
		{name: "query", method: "GET", path: asSubs + "?ip-addrs=x", cause: "MANDATORY_IE_INCORRECT", params: []string{"ip-addrs"}},
		{name: "address in the query", method: "GET", path: asSubs + "?ip-addrs=" + url.QueryEscape(`[{"ipv4Addr":"198.51.100.7"},{"ipv4Addr":"300.1.1.1"}]`), cause: "MANDATORY_IE_INCORRECT", params: []string{"ip-addrs"}},
		{name: "MAC address in the query", method: "GET", path: asSubs + "?mac-addrs=" + url.QueryEscape(`["001122aabbcc"]`), cause: "MANDATORY_IE_INCORRECT", params: []string{"mac-addrs"}},
		{name: "PUT on the collection", method: "PUT", path: asSubs, body: goodAS, status: 405},
		{name: "POST on a resource", method: "POST", path: asSub1, body: goodAS, status: 405},
		{name: "below", method: "GET", path: asSub1 + "/x", status: 404},
	})
}

// A 403 may tell which service would be accepted; it is a problem all the same.
func TestASSessionAcceptableService(t *testing.T) {
	f := &fake{}
	s, cl := lay(t, sessionsOf(f))
	c := cl.ASSessionWithQoS()
	acceptable := &t8.AcceptableServiceInfo{MarBwUL: "1 Mbps", AccBwMedComps: map[string]t8.MediaComponent{"1": {MedCompN: 1, MarBwDL: "2 Mbps"}}}
	report := t8.ProblemDetailsASSessionWithQoS{AdditionInfoASSessionWithQoS: t8.AdditionInfoASSessionWithQoS{AcceptableServInfo: acceptable}}
	refusal := &fault.Error{Op: "qos", Code: fault.NotAuthorized, Cause: "REQUESTED_SERVICE_NOT_AUTHORIZED", Detail: "too fast", Err: t8.ReportError{Body: report}}
	var e error
	f.answer = func(context.Context, string, any) (any, error) { return nil, e }

	e = refusal
	res, body := ask(t, s.Server, "POST", asSubs, goodAS)
	require.Equal(t, 403, res.StatusCode)
	require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
	require.JSONEq(t, `{"title":"Forbidden","status":403,"detail":"too fast","cause":"REQUESTED_SERVICE_NOT_AUTHORIZED",
		"acceptableServInfo":{"accBwMedComps":{"1":{"medCompN":1,"marBwDl":"2 Mbps"}},"marBwUl":"1 Mbps"}}`, string(body))

	calls := map[string]func() error{
		"POST": func() error { _, err := c.CreateSubscription(t.Context(), asA, asResource()); return err },
		"PUT":  func() error { _, err := c.ReplaceSubscription(t.Context(), asA, "s1", asResource()); return err },
		"PATCH": func() error {
			_, err := c.ModifySubscription(t.Context(), asA, "s1", &t8.ASSessionWithQoSSubscriptionPatch{})
			return err
		},
		"GET":    func() error { _, err := c.Subscription(t.Context(), asA, "s1"); return err },
		"DELETE": func() error { _, err := c.DeleteSubscription(t.Context(), asA, "s1"); return err },
	}
	for method, call := range calls {
		e = refusal
		err := call()
		var got *fault.Error
		require.ErrorAs(t, err, &got, method)
		require.Equal(t, fault.NotAuthorized, got.Code, method)
		require.Equal(t, "REQUESTED_SERVICE_NOT_AUTHORIZED", got.Cause, method)
		require.Equal(t, "too fast", got.Detail, method)
		require.True(t, got.Remote, method)
		var r t8.ReportError
		if method == "GET" || method == "DELETE" { // the standard has it for the others only
			require.NotErrorAs(t, err, &r, method)
		} else {
			require.ErrorAs(t, err, &r, method)
			back := r.Body.(t8.ProblemDetailsASSessionWithQoS)
			require.Equal(t, acceptable, back.AcceptableServInfo, method)
			require.Equal(t, 403, back.Status, method)
			require.Equal(t, "REQUESTED_SERVICE_NOT_AUTHORIZED", back.Cause, method)
		}

		e = fault.New("qos", fault.NotAuthorized, "") // nothing would be accepted
		require.NotErrorAs(t, call(), &r, method)

		e = &fault.Error{Op: "qos", Code: fault.NotFound, Err: t8.ReportError{Body: report}} // not with this status
		err = call()
		require.ErrorIs(t, err, fault.NotFound, method)
		require.NotErrorAs(t, err, &r, method)
	}
}

// What the client puts on the wire, towards an SCEF that is not ours.
func TestASSessionClient(t *testing.T) {
	covers(t, "T8-4.4.13-01", "T8-4.4.13-02", "T8-4.4.13-03", "T8-4.4.13-04", "T8-4.4.13-05", "T8-4.4.13-06", "T8-4.4.13-07",
		"T8-4.4.13-08", "T8-4.4.13-40", "T8-4.4.13-44", "T8-4.4.13-54", "T8-4.4.13-55", "T8-4.4.13-73")
	s := newSCEF(t)
	c := clientOf(t, s.URL).ASSessionWithQoS()
	s.answers(201, goodAS, "Location", "/elsewhere/s-9")
	sub, err := c.CreateSubscription(t.Context(), asA, &t8.ASSessionWithQoSSubscription{
		NotificationDestination: "https://as.example.com/n", UEIPv4Addr: "198.51.100.7", QoSReference: "gold",
		FlowInfo:       []t8.FlowInfo{{FlowID: 0, FlowDescriptions: []string{"permit out ip from any to assigned"}}},
		UsageThreshold: &t8.UsageThreshold{Duration: new(t8.DurationSec(time.Minute)), TotalVolume: new(int64(100))},
	})
	require.NoError(t, err)
	require.Equal(t, seen{"POST", asSubs, "application/json", map[string]any{
		"notificationDestination": "https://as.example.com/n", "ueIpv4Addr": "198.51.100.7", "qosReference": "gold",
		"flowInfo":       []any{map[string]any{"flowId": 0.0, "flowDescriptions": []any{"permit out ip from any to assigned"}}},
		"usageThreshold": map[string]any{"duration": 60.0, "totalVolume": 100.0},
	}}, s.last())
	require.Equal(t, s.URL+"/elsewhere/s-9", sub.Self)

	s.answers(204, "")
	_, err = c.ReplaceSubscription(t.Context(), asA, sub.Self, &t8.ASSessionWithQoSSubscription{NotificationDestination: "https://as.example.com/n", UEIPv4Addr: "198.51.100.7", ExterAppID: "video"})
	require.NoError(t, err)
	require.Equal(t, seen{"PUT", "/elsewhere/s-9", "application/json", map[string]any{
		"notificationDestination": "https://as.example.com/n", "ueIpv4Addr": "198.51.100.7", "exterAppId": "video",
	}}, s.last())

	_, err = c.ModifySubscription(t.Context(), asA, sub.Self, &t8.ASSessionWithQoSSubscriptionPatch{
		Events:         t8.Set([]t8.UserPlaneEvent{t8.UserPlaneUsageReport}),
		UsageThreshold: t8.Set(t8.UsageThresholdRm{UplinkVolume: t8.Null[int64](), TotalVolume: t8.Set(int64(7))}),
		PeriodInfo:     t8.Null[t8.PeriodicityInfo](),
	})
	require.NoError(t, err)
	require.Equal(t, seen{"PATCH", "/elsewhere/s-9", "application/merge-patch+json", map[string]any{
		"events": []any{"USAGE_REPORT"}, "usageThreshold": map[string]any{"uplinkVolume": nil, "totalVolume": 7.0}, "periodInfo": nil,
	}}, s.last())

	s.answers(200, `{"transaction":"x","eventReports":[{"event":"USAGE_REPORT","accumulatedUsage":{"duration":5}}],"more":1}`)
	usage, err := c.DeleteSubscription(t.Context(), asA, sub.Self)
	require.NoError(t, err)
	require.Equal(t, seen{method: "DELETE", path: "/elsewhere/s-9"}, s.last())
	require.Equal(t, t8.DurationSec(5*time.Second), *usage.EventReports[0].AccumulatedUsage.Duration)

	s.answers(404, `{"status":404,"cause":"RESOURCE_NOT_FOUND"}`)
	_, err = c.Subscription(t.Context(), asA, "s/2")
	require.ErrorIs(t, err, fault.NotFound)
	require.Equal(t, seen{method: "GET", path: asSubs + "/s%2F2"}, s.last())
}

// The filter as it is on the wire: JSON in the query, text for the domain.
func TestUEFilterOnTheWire(t *testing.T) {
	var query url.Values
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Query()
		_, _ = io.WriteString(w, `[]`)
	}))
	t.Cleanup(s.Close)
	c := clientOf(t, s.URL)
	filter := t8.UEFilter{IPAddrs: []t8.IPAddr{{IPv4Addr: "198.51.100.7"}}, IPDomain: "e&w", MACAddrs: []string{"00-11-22-aa-bb-cc"}}
	want := url.Values{"ip-addrs": {`[{"ipv4Addr":"198.51.100.7"}]`}, "ip-domain": {"e&w"}, "mac-addrs": {"00-11-22-aa-bb-cc"}}
	_, err := c.ASSessionWithQoS().Subscriptions(t.Context(), asA, filter)
	require.NoError(t, err)
	require.Equal(t, want, query)
	query = nil
	_, err = c.ChargeableParty().Transactions(t.Context(), asA, filter)
	require.NoError(t, err)
	require.Equal(t, want, query)
	_, err = c.ChargeableParty().Transactions(t.Context(), asA, t8.UEFilter{})
	require.NoError(t, err)
	require.Empty(t, query)

	var got []any
	f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) { got = append(got, body); return nil, nil }}
	for path, api := range map[string]t8.API{asSubs: sessionsOf(f), cpTxs: partyOf(f)} {
		ours, _ := lay(t, api)
		res, body := ask(t, ours.Server, "GET", path+"?"+want.Encode(), "")
		require.Equal(t, 200, res.StatusCode, "%s", body)
	}
	require.Equal(t, []any{filter, filter}, got)
}

// Apply does what RFC 7396 says, member by member; where a part of the resource is an object, the patch says it whole
// unless its type ends in Rm.
func TestASSessionPatch(t *testing.T) {
	for name, c := range map[string]struct{ doc, patch string }{
		"nothing": {goodAS, `{}`},
		"values":  {goodAS, `{"qosReference":"silver","notificationDestination":"https://b/","events":["USAGE_REPORT"],"directNotifInd":true,"avrgWndw":7,"qosDuration":9}`},
		"arrays are replaced": {
			`{"notificationDestination":"https://a/","flowInfo":[{"flowId":1},{"flowId":2}],"events":["LOSS_OF_BEARER","USAGE_REPORT"]}`,
			`{"flowInfo":[{"flowId":3}],"events":["USAGE_REPORT"]}`,
		},
		"null removes": {
			`{"notificationDestination":"https://a/","usageThreshold":{"duration":5},"qosDuration":5,"qosInactInt":6,"avrgWndw":7,"periodInfo":{"periodUl":1},"pduSetQos":{"pduSetDelayBudget":1}}`,
			`{"usageThreshold":null,"qosDuration":null,"qosInactInt":null,"avrgWndw":null,"periodInfo":null,"pduSetQos":null}`,
		},
		"null of what is not there": {goodAS, `{"usageThreshold":null,"periodInfo":null}`},
		"parts of parts": {
			`{"notificationDestination":"https://a/","usageThreshold":{"duration":5,"totalVolume":6,"uplinkVolume":0},"tscQosReq":{"reqGbrDl":"1 bps","priority":3,"tscaiTimeDom":0}}`,
			`{"usageThreshold":{"duration":null,"totalVolume":7},"tscQosReq":{"priority":null,"reqPer":"1E-3"}}`,
		},
		"parts of what is not there": {goodAS, `{"usageThreshold":{"duration":5,"totalVolume":null},"rttMon":{"reqQosMonParams":["UPLINK"],"repFreqs":["PERIODIC"],"waitTime":null}}`},
		"map": {
			`{"notificationDestination":"https://a/","multiModDatFlows":{"1":{"medCompN":1,"qosReference":"a","flowInfos":[{"flowId":1}]},"2":{"medCompN":2},"3":{"medCompN":3}}}`,
			`{"multiModDatFlows":{"1":{"medCompN":1,"qosReference":"b","flowInfos":null,"tsnQos":{"tscPrioLevel":2}},"2":null,"4":{"medCompN":4,"mirBwDl":"1 bps","marBwDl":null},"5":null}}`,
		},
		"deep": {
			`{"notificationDestination":"https://a/","multiModDatFlows":{"1":{"medCompN":1,"evSubsc":{"events":[{"event":"USAGE_REPORT"}],"qosMon":{"repThreshDl":1,"repThreshUl":2},"usgThres":{"duration":1,"totalVolume":2}}}}}`,
			`{"multiModDatFlows":{"1":{"medCompN":1,"evSubsc":{"events":[{"event":"PLMN_CHG"}],"qosMon":{"repThreshDl":3,"repThreshDatRateUl":"1 bps"},"usgThres":{"duration":null}}}}}`,
		},
		"every member": {goodAS, `{"exterAppId":"x","flowInfo":[{"flowId":3}],"ethFlowInfo":[{"ethType":"0800"}],"enEthFlowInfo":[{"flowId":1}],"listUeAddrs":[{"portNumber":0}],
			"qosReference":"q","altQoSReferences":["a"],"altQosReqs":[{"altQosParamSetRef":"a"}],"disUeNotif":true,"usageThreshold":{"duration":5},
			"qosMonInfo":{"reqQosMonParams":["UPLINK"],"repFreqs":["PERIODIC"]},"pdvMon":{"reqQosMonParams":["UPLINK"],"repFreqs":["PERIODIC"]},"directNotifInd":true,
			"notificationDestination":"https://b/","tscQosReq":{"capBatAdaptation":true,"tscaiInputUl":{"periodicity":0}},"l4sInfo":"UL","events":["PLMN_CHG"],
			"multiModDatFlows":{"1":{"medCompN":1,"disUeNotif":true,"altSerReqs":["a"],"medType":"AUDIO","rTLatencyReq":true,"pduSetQos":{"pduSetDelayBudget":1},"tscaiInputDl":{"periodicity":1}}},
			"pduSetQos":{"pduSetDelayBudget":1},"rTLatencyInd":true,"protoDesc":{"protocol":"x"},"periodInfo":{"periodDl":4},"qosDuration":1,"qosInactInt":2,
			"rttMon":{"reqQosMonParams":["UPLINK"],"repFreqs":["PERIODIC"]},"qosMonDatRate":{"reqQosMonParams":["UPLINK"],"repFreqs":["PERIODIC"]},"avrgWndw":5,
			"qosMonConReq":{"reqQosMonParams":["UPLINK"],"repFreqs":["PERIODIC"],"conThreshDl":0},"listUeConsDtRt":[{"ipv4Addr":"198.51.100.7"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			mergesLikeItself[t8.ASSessionWithQoSSubscription, t8.ASSessionWithQoSSubscriptionPatch](t, c.doc, c.patch)
		})
	}
}

func TestASSessionPatchThatFails(t *testing.T) {
	res := asResource()
	patch := t8.ASSessionWithQoSSubscriptionPatch{
		QoSReference: t8.Set("silver"),
		QoSMonInfo:   t8.Set(t8.QoSMonitoringInformationRm{RepPeriod: t8.Set(t8.DurationSec(time.Second))}), // there is nothing to be changed
	}
	var e *fault.Error
	require.ErrorAs(t, patch.Apply(res), &e)
	require.Equal(t, fault.MissingParameter, e.Code)
	require.Equal(t, "/qosMonInfo/reqQosMonParams", e.Params[0].Param)
	require.Equal(t, asResource(), res, "nothing was changed")
}

func TestPDUSessionInformationCheck(t *testing.T) {
	for _, c := range []struct {
		info t8.PDUSessionInformation
		want []string
	}{
		{t8.PDUSessionInformation{UEMAC: "00-11-22-aa-bb-cc"}, nil},
		{t8.PDUSessionInformation{UEIPv4: "198.51.100.7"}, nil},
		{t8.PDUSessionInformation{UEIPv4: "198.51.100.7", UEIPv6: "2001:db8::/64"}, nil},
		{t8.PDUSessionInformation{}, []string{"/ueMac", "/ueIpv4", "/ueIpv6"}},
		{t8.PDUSessionInformation{UEMAC: "00-11-22-aa-bb-cc", UEIPv6: "2001:db8::/64"}, []string{"/ueMac"}},
	} {
		c.info.DNN, c.info.SNSSAI.SST = "d", 1
		var all []string
		if e := fault.As(t8.Check(&c.info)); e != nil {
			for _, p := range e.Params {
				all = append(all, p.Param)
			}
		}
		require.Equal(t, c.want, all)
	}
}

func TestSessionFeatures(t *testing.T) {
	as, cp := t8.ASSessionWithQoSFeatureNames(), t8.ChargeablePartyFeatureNames()
	require.Equal(t, "enNB", as[t8.FeatureQoSEnNB])
	require.Equal(t, "AppId", as[t8.FeatureQoSAppID])
	require.Equal(t, "GMEC", as[t8.FeatureGroupMemberQoS])
	require.Equal(t, "enNB", cp[t8.FeatureChargeablePartyEnNB])
	require.Equal(t, "AppId", cp[t8.FeatureChargeablePartyAppID])
}
