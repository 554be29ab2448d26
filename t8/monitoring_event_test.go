package t8_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

const (
	subscriptions = "/3gpp-monitoring-event/v1/as-a/subscriptions"
	subscription1 = subscriptions + "/s%2F1"

	goodSubscription = `{"externalId":"ue@example.com","notificationDestination":"https://as.example.com/n","monitoringType":"LOSS_OF_CONNECTIVITY","maximumNumberOfReports":1}`
)

// monitor is a MonitoringEvent procedure on top of a fake.
type monitor struct{ fake }

var _ t8.MonitoringEvent = (*monitor)(nil)

func (m *monitor) Subscriptions(ctx context.Context, s id.SCSASID, f t8.UEFilter) ([]t8.MonitoringEventSubscription, error) {
	return do[[]t8.MonitoringEventSubscription](ctx, &m.fake, "Subscriptions", f, s)
}

func (m *monitor) CreateSubscription(ctx context.Context, s id.SCSASID, b *t8.MonitoringEventSubscription) (*t8.MonitoringEventSubscription, []t8.MonitoringEventReport, error) {
	v, err := do[any](ctx, &m.fake, "CreateSubscription", b, s)
	sub, _ := v.(*t8.MonitoringEventSubscription)
	reports, _ := v.([]t8.MonitoringEventReport)
	return sub, reports, err
}

func (m *monitor) Subscription(ctx context.Context, s id.SCSASID, i string) (*t8.MonitoringEventSubscription, error) {
	return do[*t8.MonitoringEventSubscription](ctx, &m.fake, "Subscription", nil, s, i)
}

func (m *monitor) ReplaceSubscription(ctx context.Context, s id.SCSASID, i string, b *t8.MonitoringEventSubscription) (*t8.MonitoringEventSubscription, error) {
	return do[*t8.MonitoringEventSubscription](ctx, &m.fake, "ReplaceSubscription", b, s, i)
}

func (m *monitor) ModifySubscription(ctx context.Context, s id.SCSASID, i string, p t8.JSONPatch) error {
	_, err := do[any](ctx, &m.fake, "ModifySubscription", p, s, i)
	return err
}

func (m *monitor) DeleteSubscription(ctx context.Context, s id.SCSASID, i string) ([]t8.MonitoringEventReport, error) {
	return do[[]t8.MonitoringEventReport](ctx, &m.fake, "DeleteSubscription", nil, s, i)
}

// answers makes the procedure answer v and err, and returns where the body of the last call is kept.
func (m *monitor) answers(v any, err error) *any {
	body := new(any)
	m.answer = func(_ context.Context, _ string, b any) (any, error) {
		*body = b
		return v, err
	}
	return body
}

func serveMonitor(t testing.TB, m *monitor) *httptest.Server {
	t.Helper()
	auth := static(t)
	h, err := t8.NewHandler(auth, &t8.HandlerOptions{Authorizer: auth}, t8.MonitoringEventAPI(m))
	require.NoError(t, err)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func monitoringClient(t testing.TB, root string) t8.MonitoringEvent {
	t.Helper()
	c, err := t8.NewClient(root, &t8.ClientOptions{Token: func(context.Context) (string, error) { return tokenA, nil }})
	require.NoError(t, err)
	return c.MonitoringEvent()
}

// Client and Handler back to back: what the caller gives is what the procedure sees, and the other way.
func TestMonitoringEvent(t *testing.T) {
	covers(t, "T8-4.4.2.2.1-02", "T8-4.4.2.2.1-30")
	m := &monitor{}
	c := monitoringClient(t, serveMonitor(t, m).URL)
	ctx := t.Context()
	sub := subscription()
	sub.SupportedFeatures = t8.FeatureSet(t8.MonitoringFeatureLossOfConnectivity, t8.MonitoringFeatureEnNB)
	sub.AddnMonTypes = []t8.MonitoringType{t8.MonitorUEReachability, "TELEPATHY"}
	sub.MaximumDetectionTime, sub.MaximumNumberOfReports = new(t8.DurationSec(90*time.Second)), 3
	asked := *sub // what only the SCEF sets does not arrive
	asked.Self, asked.MonitoringEventReport = "", nil
	asked.WebsockNotifConfig = &t8.WebsockNotifConfig{RequestWebsocketURI: true}
	reports := []t8.MonitoringEventReport{
		{MonitoringType: t8.MonitorLossOfConnectivity, LossOfConnectReason: new(0), ExternalID: "ue@example.com"},
		{MonitoringType: t8.MonitorUEReachability, ReachabilityType: t8.ReachableForData, EventTime: time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)},
	}

	m.answers([]t8.MonitoringEventSubscription{*sub, *sub}, nil)
	list, err := c.Subscriptions(ctx, asA, t8.UEFilter{})
	require.NoError(t, err)
	require.Equal(t, []t8.MonitoringEventSubscription{*sub, *sub}, list)

	body := m.answers(sub, nil)
	got, now, err := c.CreateSubscription(ctx, asA, sub)
	require.NoError(t, err)
	require.Equal(t, &asked, *body)
	require.Equal(t, sub, got)
	require.Nil(t, now)

	for n := 1; n <= 2; n++ {
		m.answers(reports[:n], nil)
		got, now, err = c.CreateSubscription(ctx, asA, sub)
		require.NoError(t, err)
		require.Nil(t, got)
		require.Equal(t, reports[:n], now)
	}

	m.answers(sub, nil)
	got, err = c.Subscription(ctx, asA, "s/1")
	require.NoError(t, err)
	require.Equal(t, sub, got)

	body = m.answers(sub, nil)
	got, err = c.ReplaceSubscription(ctx, asA, "s/1", sub)
	require.NoError(t, err)
	require.Equal(t, &asked, *body)
	require.Equal(t, sub, got)
	m.answers(nil, nil)
	got, err = c.ReplaceSubscription(ctx, asA, "s/1", sub)
	require.NoError(t, err)
	require.Nil(t, got, "204")

	patch := t8.JSONPatch{
		t8.PatchAdd("/excludedMsisdns", []string{"49170000001"}), t8.PatchReplace("/repPeriod", nil), t8.PatchRemove("/codeWord"),
		t8.PatchCopy("/repPeriod", "/minimumReportInterval"), t8.PatchTest("/mtcProviderId", "p"), t8.PatchTest("", map[string]any{}),
	}
	body = m.answers(nil, nil)
	require.NoError(t, c.ModifySubscription(ctx, asA, "s/1", patch))
	require.Equal(t, patch, *body)

	m.answers(reports, nil)
	now, err = c.DeleteSubscription(ctx, asA, "s/1")
	require.NoError(t, err)
	require.Equal(t, reports, now)
	m.answers(nil, nil)
	now, err = c.DeleteSubscription(ctx, asA, "s/1")
	require.NoError(t, err)
	require.Empty(t, now)

	require.Equal(t, []string{
		"Subscriptions as-a", "CreateSubscription as-a", "CreateSubscription as-a", "CreateSubscription as-a", "Subscription as-a s/1",
		"ReplaceSubscription as-a s/1", "ReplaceSubscription as-a s/1", "ModifySubscription as-a s/1", "DeleteSubscription as-a s/1", "DeleteSubscription as-a s/1",
	}, m.called())
}

// What is on the monWire when the SCEF answers.
func TestMonitoringEventHandler(t *testing.T) {
	covers(t, "T8-4.4.2.2.2.2-19")
	m := &monitor{}
	s := serveMonitor(t, m)
	const self = "https://scef.example.com/3gpp-monitoring-event/v1/as-a/subscriptions/7"
	const report = `{"monitoringType":"ROAMING_STATUS","roamingStatus":true}`
	abroad := t8.MonitoringEventReport{MonitoringType: t8.MonitorRoamingStatus, RoamingStatus: true}

	m.answers(&t8.MonitoringEventSubscription{Self: self, MonitoringType: t8.MonitorRoamingStatus, NotificationDestination: "https://x/", MaximumNumberOfReports: 2}, nil)
	res, b := ask(t, s, "POST", subscriptions, goodSubscription)
	require.Equal(t, 201, res.StatusCode, "%s", b)
	require.Equal(t, self, res.Header.Get("Location"))
	require.JSONEq(t, `{"self":"`+self+`","monitoringType":"ROAMING_STATUS","notificationDestination":"https://x/","maximumNumberOfReports":2}`, string(b))

	m.answers([]t8.MonitoringEventReport{abroad}, nil)
	res, b = ask(t, s, "POST", subscriptions, goodSubscription)
	require.Equal(t, 200, res.StatusCode, "%s", b)
	require.Empty(t, res.Header.Get("Location"))
	require.JSONEq(t, report, string(b))

	m.answers([]t8.MonitoringEventReport{abroad, abroad}, nil)
	res, b = ask(t, s, "POST", subscriptions, goodSubscription)
	require.Equal(t, 200, res.StatusCode, "%s", b)
	require.JSONEq(t, `{"monitoringEventReports":[`+report+`,`+report+`]}`, string(b))

	res, b = ask(t, s, "DELETE", subscription1, "")
	require.Equal(t, 200, res.StatusCode, "%s", b)
	require.JSONEq(t, `[`+report+`,`+report+`]`, string(b))

	m.answers(nil, nil)
	for _, method := range []string{"DELETE", "PUT", "PATCH"} {
		body, media := "", ""
		switch method {
		case "PUT":
			body, media = goodSubscription, "application/json"
		case "PATCH":
			body, media = `[{"op":"remove","path":"/x"}]`, "application/json-patch+json"
		}
		res, b = ask(t, s, method, subscription1, body, "Content-Type", media)
		require.Equal(t, 204, res.StatusCode, "%s %s", method, b)
		require.Empty(t, b)
	}
	res, b = ask(t, s, "GET", subscriptions, "")
	require.Equal(t, 200, res.StatusCode)
	require.Equal(t, "[]", string(b))

	res, _ = ask(t, s, "POST", subscriptions, goodSubscription) // a procedure with neither result
	require.Equal(t, 500, res.StatusCode)
}

func TestMonitoringEventHandlerRefuses(t *testing.T) {
	const patchMedia = "application/json-patch+json"
	m := &monitor{}
	m.answers(nil, nil)
	s := serveMonitor(t, m)
	with := func(members string) string {
		return `{"notificationDestination":"https://as.example.com/n","monitoringType":"X","maximumNumberOfReports":1,` + members + `}`
	}
	for _, c := range []struct {
		name, method, path, body, media string
		status                          int
		params                          []string
	}{
		{"nothing there", "POST", subscriptions, `{}`, "application/json", 400, []string{"/notificationDestination", "/monitoringType", "/maximumNumberOfReports", "/monitorExpireTime"}},
		{"no end", "PUT", subscription1, `{"notificationDestination":"https://x/","monitoringType":"X"}`, "application/json", 400, []string{"/maximumNumberOfReports", "/monitorExpireTime"}},
		{"no report", "POST", subscriptions, `{"notificationDestination":"https://x/","monitoringType":"X","maximumNumberOfReports":0,"monitorExpireTime":"2027-01-01T00:00:00Z"}`, "application/json", 400, []string{"/maximumNumberOfReports"}},
		{"no array", "POST", subscriptions, `[]`, "application/json", 400, nil},
		{"identities", "POST", subscriptions, with(`"externalId":"x","msisdn":"+49","externalGroupId":"","addedMsisdns":["12345","x"],"excludedExternalIds":[],"addExtGroupId":["a@b"]`), "application/json", 400, []string{"/addedMsisdns/1", "/addExtGroupId", "/excludedExternalIds", "/externalId", "/msisdn"}},
		{"numbers", "POST", subscriptions, with(`"repPeriod":-1,"suggestedNumberOfDlPackets":-1,"linearDistance":10001,"maxAgeOfLocEst":32768,"maximumLatency":"1","ueMacAddr":"x","revocationNotifUri":"x"`), "application/json", 400, []string{"/repPeriod", "/maximumLatency", "/suggestedNumberOfDlPackets", "/linearDistance", "/maxAgeOfLocEst", "/ueMacAddr", "/revocationNotifUri"}},
		{"distance of zero", "POST", subscriptions, with(`"linearDistance":0`), "application/json", 400, []string{"/linearDistance"}},
		{"address of nothing", "POST", subscriptions, with(`"upLocRepAddrAf":{}`), "application/json", 400, []string{"/upLocRepAddrAf/ipv4Addrs", "/upLocRepAddrAf/ipv6Addrs", "/upLocRepAddrAf/fqdn"}},
		{"media type of PUT", "PUT", subscription1, goodSubscription, patchMedia, 415, nil},
		{"media type of PATCH", "PATCH", subscription1, `[{"op":"remove","path":"/x"}]`, "application/json", 415, nil},
		{"merge patch", "PATCH", subscription1, `{}`, "application/merge-patch+json", 415, nil},
		{"patch is an object", "PATCH", subscription1, `{"op":"remove","path":"/x"}`, patchMedia, 400, nil},
		{"patch is null", "PATCH", subscription1, `null`, patchMedia, 400, nil},
		{"patch is broken", "PATCH", subscription1, `[{"op":"remove","path":"/x"}`, patchMedia, 400, nil},
		{"patch of nothing", "PATCH", subscription1, `[]`, patchMedia, 400, []string{""}},
		{"patch of null", "PATCH", subscription1, `[null]`, patchMedia, 400, []string{"/0"}},
		{"patch of numbers", "PATCH", subscription1, `[1]`, patchMedia, 400, []string{"/0"}},
		{"patch without members", "PATCH", subscription1, `[{"op":"remove","path":"/x"},{}]`, patchMedia, 400, []string{"/1/op", "/1/path"}},
		{"patch with wrong types", "PATCH", subscription1, `[{"op":1,"path":["x"],"from":{}}]`, patchMedia, 400, []string{"/0/op", "/0/path", "/0/from"}},
		{"patch without values", "PATCH", subscription1, `[{"op":"add","path":"/a"},{"op":"test","path":"/a","value":null},{"op":"copy","path":"/a","from":null},{"op":"nothing","path":"x"}]`, patchMedia, 400, []string{"/0/value", "/2/from", "/3/op", "/3/path"}},
		{"patch with members twice", "PATCH", subscription1, `[{"op":"add","path":"/a","value":null,"value":1}]`, patchMedia, 400, []string{"/0/value"}},
		{"other addresses", "GET", subscriptions + "?ip-addrs=x", "", "", 400, []string{"ip-addrs"}},
		{"no addresses", "GET", subscriptions + "?ip-addrs=%5B%5D", "", "", 400, []string{"ip-addrs"}},
		{"address of no kind", "GET", subscriptions + "?ip-addrs=" + url.QueryEscape(`[{}]`), "", "", 400, []string{"ip-addrs"}},
		{"two domains", "GET", subscriptions + "?ip-domain=a&ip-domain=b", "", "", 400, []string{"ip-domain"}},
		{"no MAC address", "GET", subscriptions + "?mac-addrs=x", "", "", 400, []string{"mac-addrs"}},
		{"another SCS/AS", "GET", "/3gpp-monitoring-event/v1/as%2Fb/subscriptions", "", "", 404, nil},
		{"PATCH of all", "PATCH", subscriptions, `[]`, patchMedia, 405, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, b := ask(t, s, c.method, c.path, c.body, "Content-Type", c.media)
			p := problem(t, res, b)
			require.Equal(t, c.status, res.StatusCode, "%s", b)
			require.ElementsMatch(t, c.params, params(p), "%s", b)
		})
	}
	require.Empty(t, m.called())
	res, _ := ask(t, s, "PATCH", subscription1, `{}`)
	require.Equal(t, patchMedia, res.Header.Get("Accept-Patch"))
}

// Values of an enumeration that nobody knows stay, members that nobody knows go.
func TestMonitoringEventIsOpen(t *testing.T) {
	m := &monitor{}
	body := m.answers([]t8.MonitoringEventReport{{MonitoringType: "SEISMIC", LocFailureCause: "FOG"}}, nil)
	s := serveMonitor(t, m)
	res, b := ask(t, s, "POST", subscriptions, `{"notificationDestination":"https://x/","monitoringType":"SEISMIC","monitorExpireTime":"2027-01-01T00:00:00Z",
		"accuracy":"ATOM","addnMonTypes":["Y"],"reachabilityType":null,"colour":{"is":"blue"},"locQoS":null}`)
	require.Equal(t, 200, res.StatusCode, "%s", b)
	require.JSONEq(t, `{"monitoringType":"SEISMIC","locFailureCause":"FOG"}`, string(b))
	require.Equal(t, &t8.MonitoringEventSubscription{
		NotificationDestination: "https://x/", MonitoringType: "SEISMIC", MonitorExpireTime: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		Accuracy: "ATOM", AddnMonTypes: []t8.MonitoringType{"Y"},
	}, *body)
	require.False(t, t8.MonitoringType("SEISMIC").Known())
}

// Errors of the procedure reach the caller as they are.
func TestMonitoringEventErrors(t *testing.T) {
	m := &monitor{}
	c := monitoringClient(t, serveMonitor(t, m).URL)
	for _, x := range []struct {
		err    *fault.Error
		status int
		cause  string
	}{
		{&fault.Error{Code: fault.NotFound}, 404, ""},
		{&fault.Error{Code: fault.UserUnknown}, 404, "USER_UNKNOWN"},
		{&fault.Error{Code: fault.NotAuthorized, Cause: t8.CauseResourcesExceeded}, 403, "RESOURCES_EXCEEDED"},
		{&fault.Error{Code: fault.NotAuthorized, Cause: t8.CauseIdleStatusUnsupported}, 403, "IDLE_STATUS_UNSUPPORTED"},
		{&fault.Error{Code: fault.OperationProhibited}, 403, "OPERATION_PROHIBITED"},
		{&fault.Error{Code: fault.ParameterOutOfRange, Params: []fault.Param{{Param: "/maximumLatency", Reason: "0 to 60"}}}, 403, "PARAMETER_OUT_OF_RANGE"},
		{&fault.Error{Code: fault.InvalidParameter, Cause: t8.CauseEventFeatureMismatch}, 400, "EVENT_FEATURE_MISMATCH"},
		{&fault.Error{Code: fault.InvalidParameter, Cause: t8.CauseDuplicateRequest}, 400, "DUPLICATE_REQUEST"},
		{&fault.Error{Code: fault.Internal, Cause: t8.CauseEventUnsupported}, 500, "EVENT_UNSUPPORTED"},
	} {
		m.answers(nil, x.err)
		sub, one := subscription(), func(_ any, err error) error { return err }
		for name, f := range map[string]func() error{
			"Subscriptions": func() error { return one(c.Subscriptions(t.Context(), asA, t8.UEFilter{})) },
			"CreateSubscription": func() error {
				_, _, err := c.CreateSubscription(t.Context(), asA, sub)
				return err
			},
			"Subscription":        func() error { return one(c.Subscription(t.Context(), asA, "1")) },
			"ReplaceSubscription": func() error { return one(c.ReplaceSubscription(t.Context(), asA, "1", sub)) },
			"ModifySubscription": func() error {
				return c.ModifySubscription(t.Context(), asA, "1", t8.JSONPatch{t8.PatchRemove("/codeWord")})
			},
			"DeleteSubscription": func() error { return one(c.DeleteSubscription(t.Context(), asA, "1")) },
		} {
			e := fault.As(f())
			require.NotNil(t, e, name)
			require.Equal(t, x.status, e.Status(), "%s %v", name, e)
			require.Equal(t, x.cause, e.Cause, name)
			require.Equal(t, x.err.Params, e.Params, name)
			require.True(t, e.Remote, name)
		}
	}
	before := len(m.called())
	err := c.ModifySubscription(t.Context(), asA, "1", nil)
	require.ErrorIs(t, err, fault.InvalidParameter)
	require.Len(t, m.called(), before, "a wrong patch is not sent")
}

// The filter of the collection, from the caller to the procedure.
func TestMonitoringEventFilter(t *testing.T) {
	m := &monitor{}
	s := serveMonitor(t, m)
	c := monitoringClient(t, s.URL)
	for _, f := range []t8.UEFilter{
		{},
		{IPAddrs: []t8.IPAddr{{IPv4Addr: "192.0.2.1"}, {IPv6Addr: "2001:db8::1"}}, IPDomain: "a b&c"},
		{MACAddrs: []string{"00-11-22-aa-bb-cc", "00-11-22-aa-bb-cd"}},
	} {
		body := m.answers(nil, nil)
		list, err := c.Subscriptions(t.Context(), asA, f)
		require.NoError(t, err)
		require.Empty(t, list)
		require.Equal(t, f, *body)
	}
	body := m.answers(nil, nil)
	res, b := ask(t, s, "GET", subscriptions+`?ip-addrs=[{%22ipv4Addr%22:%22192.0.2.1%22}]&ip-domain=d&mac-addrs=00-11-22-aa-bb-cc&mac-addrs=00-11-22-aa-bb-cd&other=1`, "")
	require.Equal(t, 200, res.StatusCode, "%s", b)
	require.Equal(t, t8.UEFilter{
		IPAddrs: []t8.IPAddr{{IPv4Addr: "192.0.2.1"}}, IPDomain: "d", MACAddrs: []string{"00-11-22-aa-bb-cc", "00-11-22-aa-bb-cd"},
	}, *body)
}

// monWire is a request as it was sent.
type monWire struct{ method, uri, media, body string }

// monForeign is an SCEF that is not ours: it notes the last request and gives the answer of the test.
func monForeign(t *testing.T) (root string, last *monWire, answer func(status int, body string, location ...string)) {
	last = &monWire{}
	var status int
	var body string
	var location []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*last = monWire{r.Method, r.RequestURI, r.Header.Get("Content-Type"), string(b)}
		if location != nil {
			w.Header().Set("Location", location[0])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL, last, func(n int, b string, l ...string) { status, body, location = n, b, l }
}

func TestMonitoringEventClient(t *testing.T) {
	covers(t, "T8-4.4.2.2.1-01", "T8-4.4.2.2.1-03", "T8-4.4.2.2.1-04", "T8-4.4.2.2.1-05", "T8-4.4.2.2.1-11", "T8-4.4.2.2.1-12", "T8-4.4.2.2.1-13",
		"T8-4.4.2.2.1-14", "T8-4.4.2.2.1-16", "T8-4.4.2.2.1-22", "T8-4.4.2.2.1-23", "T8-4.4.2.2.1-24", "T8-4.4.2.2.1-33", "T8-4.4.2.2.1-34", "T8-4.4.2.2.1-35",
		"T8-4.4.2.2.1-36", "T8-4.4.2.2.1-71", "T8-4.4.2.2.2.2-11")
	root, last, answer := monForeign(t)
	c := monitoringClient(t, root)
	ctx := t.Context()
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	sub := &t8.MonitoringEventSubscription{
		ExternalGroupID: "g@example.com", NotificationDestination: "https://as.example.com/n", MonitoringType: t8.MonitorUEReachability,
		ReachabilityType: t8.ReachableForData, MaximumNumberOfReports: 5, MonitorExpireTime: end, GroupReportGuardTime: t8.DurationSec(time.Minute),
		AddnMonTypes: []t8.MonitoringType{t8.MonitorLossOfConnectivity}, MaximumLatency: new(t8.DurationSec(0)), IdleStatusIndication: true,
		SupportedFeatures: t8.FeatureSet(t8.MonitoringFeatureUEReachability),
	}
	const wanted = `{"externalGroupId":"g@example.com","notificationDestination":"https://as.example.com/n","monitoringType":"UE_REACHABILITY","supportedFeatures":"2",
		"reachabilityType":"DATA","maximumNumberOfReports":5,"monitorExpireTime":"2027-01-01T00:00:00Z","groupReportGuardTime":60,"addnMonTypes":["LOSS_OF_CONNECTIVITY"],
		"maximumLatency":0,"idleStatusIndication":true}`

	// 201: the SCEF puts its resources where it likes.
	answer(201, `{"monitoringType":"UE_REACHABILITY","maximumLatency":60,"self":"wrong","new":1}`, "/elsewhere/77")
	got, reports, err := c.CreateSubscription(ctx, asA, sub)
	require.NoError(t, err)
	require.Nil(t, reports)
	require.Equal(t, root+"/elsewhere/77", got.Self)
	require.Equal(t, new(t8.DurationSec(time.Minute)), got.MaximumLatency)
	require.Equal(t, "POST "+subscriptions+" application/json", last.method+" "+last.uri+" "+last.media)
	require.JSONEq(t, wanted, last.body)

	answer(201, "", root+"/78") // the body should be there, but nothing is lost without it
	other, _, err := c.CreateSubscription(ctx, asA, sub)
	require.NoError(t, err)
	require.Equal(t, root+"/78", other.Self)

	answer(200, `{"monitoringType":"UE_REACHABILITY","new":1}`)
	none, reports, err := c.CreateSubscription(ctx, asA, sub)
	require.NoError(t, err)
	require.Nil(t, none)
	require.Equal(t, []t8.MonitoringEventReport{{MonitoringType: t8.MonitorUEReachability}}, reports)

	answer(200, `{"monitoringEventReports":[{"monitoringType":"UE_REACHABILITY"},{"monitoringType":"X"}]}`)
	_, reports, err = c.CreateSubscription(ctx, asA, sub)
	require.NoError(t, err)
	require.Len(t, reports, 2)

	for _, bad := range []struct {
		status int
		body   string
	}{{200, ""}, {200, `{}`}, {200, `{"monitoringEventReports":[]}`}, {200, `[]`}, {200, `{`}, {201, `[]`}, {201, `{"repPeriod":"x"}`}, {201, ``}} {
		answer(bad.status, bad.body)
		_, _, err = c.CreateSubscription(ctx, asA, sub)
		require.ErrorIs(t, err, fault.Internal, "%v", bad)
	}

	// Everything else goes to the URI that the SCEF gave.
	answer(200, wanted)
	replaced, err := c.ReplaceSubscription(ctx, asA, got.Self, sub)
	require.NoError(t, err)
	require.Equal(t, sub, replaced)
	require.Equal(t, "PUT /elsewhere/77 application/json", last.method+" "+last.uri+" "+last.media)
	require.JSONEq(t, wanted, last.body)

	answer(204, "")
	require.NoError(t, c.ModifySubscription(ctx, asA, got.Self, t8.JSONPatch{
		t8.PatchReplace("/notificationDestination", "https://as.example.com/m?a=1&b"), t8.PatchReplace("/monitorExpireTime", end),
		t8.PatchAdd("/excludedExternalIds", []id.ExternalID{"a@example.com"}), t8.PatchAdd("/excludedMsisdns/-", id.MSISDN("49170000001")),
		t8.PatchAdd("/addedExternalIds", []id.ExternalID{"b@example.com"}), t8.PatchAdd("/addedMsisdns", []id.MSISDN{"49170000002"}),
	}))
	require.Equal(t, monWire{"PATCH", "/elsewhere/77", "application/json-patch+json", `[{"op":"replace","path":"/notificationDestination","value":"https://as.example.com/m?a=1&b"},` +
		`{"op":"replace","path":"/monitorExpireTime","value":"2027-01-01T00:00:00Z"},{"op":"add","path":"/excludedExternalIds","value":["a@example.com"]},` +
		`{"op":"add","path":"/excludedMsisdns/-","value":"49170000001"},{"op":"add","path":"/addedExternalIds","value":["b@example.com"]},` +
		`{"op":"add","path":"/addedMsisdns","value":["49170000002"]}]`}, *last)
	answer(200, wanted) // not declared, and yet a success
	require.NoError(t, c.ModifySubscription(ctx, asA, "7 7", t8.JSONPatch{t8.PatchRemove("/codeWord")}))
	require.Equal(t, subscriptions+"/7%207", last.uri)

	answer(200, `[{"monitoringType":"UE_REACHABILITY"}]`)
	reports, err = c.DeleteSubscription(ctx, asA, got.Self)
	require.NoError(t, err)
	require.Len(t, reports, 1)
	require.Equal(t, monWire{method: "DELETE", uri: "/elsewhere/77"}, *last)

	answer(200, `{}`)
	_, err = c.Subscriptions(ctx, asA, t8.UEFilter{})
	require.ErrorIs(t, err, fault.Internal, "no array")
}

// A wish for one time: one report and no end.
func TestMonitoringEventOnce(t *testing.T) {
	covers(t, "T8-4.4.2.2.1-19", "T8-4.4.2.2.1-20")
	root, last, answer := monForeign(t)
	answer(200, `{"monitoringType":"LOCATION_REPORTING","locationInfo":{"ageOfLocationInfo":0,"cellId":"001-01-1a2d001"}}`)
	_, reports, err := monitoringClient(t, root).CreateSubscription(t.Context(), asA, &t8.MonitoringEventSubscription{
		MSISDN: "49170000001", NotificationDestination: "https://as.example.com/n", MonitoringType: t8.MonitorLocationReporting,
		LocationType: t8.LocationLastKnown, MaximumNumberOfReports: 1,
	})
	require.NoError(t, err)
	require.JSONEq(t, `{"msisdn":"49170000001","notificationDestination":"https://as.example.com/n","monitoringType":"LOCATION_REPORTING",
		"locationType":"LAST_KNOWN_LOCATION","maximumNumberOfReports":1}`, last.body)
	require.Equal(t, []t8.MonitoringEventReport{{
		MonitoringType: t8.MonitorLocationReporting,
		LocationInfo:   &t8.LocationInfo{AgeOfLocationInfo: new(t8.DurationMin(0)), CellID: "001-01-1a2d001"},
	}}, reports)
}

func TestMonitoringEventTypes(t *testing.T) {
	s := &t8.MonitoringEventSubscription{MonitoringType: "A", AddnMonTypes: []t8.MonitoringType{"B", "A", "B", "C"}}
	require.Equal(t, []t8.MonitoringType{"A", "B", "C"}, s.Types())

	n := &t8.MonitoringNotification{Subscription: "https://scef.example.com/s", CancelInd: true}
	b, err := json.Marshal(n)
	require.NoError(t, err)
	require.JSONEq(t, `{"subscription":"https://scef.example.com/s","cancelInd":true}`, string(b))
	require.NoError(t, t8.Check(n))
	n.MonitoringEventReports = []t8.MonitoringEventReport{{PDNConnInfoList: []t8.PDNConnectionInformation{{MACAddrs: []string{"x"}}}}}
	e := fault.As(t8.Check(n))
	require.NotNil(t, e)
	var at []string
	for _, p := range e.Params {
		at = append(at, p.Param)
	}
	require.ElementsMatch(t, []string{
		"/monitoringEventReports/0/monitoringType", "/monitoringEventReports/0/pdnConnInfoList/0/status",
		"/monitoringEventReports/0/pdnConnInfoList/0/pdnType", "/monitoringEventReports/0/pdnConnInfoList/0/macAddrs/0",
	}, at)
	require.Error(t, t8.Check(&t8.ConsentRevocNotif{SubscriptionID: "1", ConsentsRevoked: []t8.ConsentRevoked{{UCPurpose: "ANALYTICS"}}}))
	require.NoError(t, t8.Check(&t8.ConsentRevocNotif{SubscriptionID: "1", ConsentsRevoked: []t8.ConsentRevoked{{UCPurpose: "ANALYTICS", MSISDN: "49170000001"}}}))
}

func TestMonitoringFeatures(t *testing.T) {
	names := t8.MonitoringFeatureNames()
	require.Len(t, names, 24)
	seen := map[string]bool{}
	for n := 1; n <= len(names); n++ {
		require.NotEmpty(t, names[n])
		require.False(t, seen[names[n]])
		seen[names[n]] = true
	}
	require.Equal(t, "Loss_of_connectivity_notification", names[t8.MonitorLossOfConnectivity.Feature()])
	require.Equal(t, "NSAC", names[t8.MonitorNumOfRegisteredUEs.Feature()])
	for _, v := range []t8.MonitoringType{
		t8.MonitorUEReachability, t8.MonitorLocationReporting, t8.MonitorChangeOfIMSIIMEIAssociation, t8.MonitorRoamingStatus,
		t8.MonitorCommunicationFailure, t8.MonitorAvailabilityAfterDDNFailure, t8.MonitorNumberOfUEsInAnArea, t8.MonitorPDNConnectivityStatus,
		t8.MonitorDownlinkDataDeliveryStatus, t8.MonitorAPISupportCapability, t8.MonitorNumOfEstablishedPDUSessions, t8.MonitorAreaOfInterest,
	} {
		require.NotZero(t, v.Feature(), v)
	}
	require.Zero(t, t8.MonitoringType("X").Feature())
}

func TestMonitoringURIs(t *testing.T) {
	for _, as := range []id.SCSASID{"as-1", "a/b c?%#\u00e9", "subscriptions"} {
		scsas, sub, ok := t8.ParseMonitoringSubscriptionURI(t8.MonitoringSubscriptionURI("https://scef.example.com/x/", as, "s/1"))
		require.True(t, ok)
		require.Equal(t, []any{as, "s/1"}, []any{scsas, sub})
	}
	for _, bad := range []string{"", "https://x" + subscriptions, "https://x/3gpp-monitoring-event/v1/a/other/1", "https://x/3gpp-nidd/v1/a/subscriptions/1"} {
		_, _, ok := t8.ParseMonitoringSubscriptionURI(bad)
		require.False(t, ok, bad)
	}
}

// lossWatch is a procedure for one event. It embeds the interface and has only what it needs.
type lossWatch struct {
	t8.MonitoringEvent
	apiRoot string
}

func (l *lossWatch) CreateSubscription(_ context.Context, scsas id.SCSASID, sub *t8.MonitoringEventSubscription) (*t8.MonitoringEventSubscription, []t8.MonitoringEventReport, error) {
	if sub.MonitoringType != t8.MonitorLossOfConnectivity {
		return nil, nil, &fault.Error{Op: "watch", Code: fault.Internal, Cause: t8.CauseEventUnsupported}
	}
	s := *sub
	s.Self = t8.MonitoringSubscriptionURI(l.apiRoot, scsas, "1")
	return &s, nil, nil
}

// An application server asks to hear when the network loses a UE.
func ExampleMonitoringEvent() {
	var watch t8.MonitoringEvent = &lossWatch{apiRoot: "https://scef.example.com"} // or client.MonitoringEvent()
	sub, reports, err := watch.CreateSubscription(context.Background(), "meters", &t8.MonitoringEventSubscription{
		ExternalID: "meter-1@example.com", NotificationDestination: "https://as.example.com/notify",
		MonitoringType: t8.MonitorLossOfConnectivity, MaximumNumberOfReports: 10,
		SupportedFeatures: t8.FeatureSet(t8.MonitoringFeatureLossOfConnectivity),
	})
	fmt.Println(strings.TrimPrefix(sub.Self, "https://"), len(reports), err)
	_, _, err = watch.CreateSubscription(context.Background(), "meters", &t8.MonitoringEventSubscription{MonitoringType: t8.MonitorRoamingStatus})
	fmt.Println(fault.As(err).CauseText())
	// Output:
	// scef.example.com/3gpp-monitoring-event/v1/meters/subscriptions/1 0 <nil>
	// EVENT_UNSUPPORTED
}
