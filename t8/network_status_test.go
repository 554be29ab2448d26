package t8_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

type fakeNetworkStatus struct{ *fake }

var _ t8.NetworkStatus = fakeNetworkStatus{}

func (f fakeNetworkStatus) Subscriptions(ctx context.Context, s id.SCSASID) ([]t8.NetworkStatusSubscription, error) {
	return do[[]t8.NetworkStatusSubscription](ctx, f.fake, "Subscriptions", nil, s)
}

func (f fakeNetworkStatus) CreateSubscription(ctx context.Context, s id.SCSASID, b *t8.NetworkStatusSubscription) (*t8.NetworkStatusSubscription, error) {
	return do[*t8.NetworkStatusSubscription](ctx, f.fake, "CreateSubscription", b, s)
}

func (f fakeNetworkStatus) Subscription(ctx context.Context, s id.SCSASID, c string) (*t8.NetworkStatusSubscription, error) {
	return do[*t8.NetworkStatusSubscription](ctx, f.fake, "Subscription", nil, s, c)
}

func (f fakeNetworkStatus) ReplaceSubscription(ctx context.Context, s id.SCSASID, c string, b *t8.NetworkStatusSubscription) (*t8.NetworkStatusSubscription, error) {
	return do[*t8.NetworkStatusSubscription](ctx, f.fake, "ReplaceSubscription", b, s, c)
}

func (f fakeNetworkStatus) ModifySubscription(ctx context.Context, s id.SCSASID, c string, b *t8.NetworkStatusSubscriptionPatch) (*t8.NetworkStatusSubscription, error) {
	return do[*t8.NetworkStatusSubscription](ctx, f.fake, "ModifySubscription", b, s, c)
}

func (f fakeNetworkStatus) DeleteSubscription(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f.fake, "DeleteSubscription", nil, s, c)
	return err
}

func networkStatusAPI(f *fake) t8.API { return t8.NetworkStatusAPI(fakeNetworkStatus{f}) }

const (
	nsSubs = "/3gpp-net-stat-report/v1/as-a/subscriptions"
	nsSub  = nsSubs + "/s1"
	goodNS = `{"supportedFeatures":"7","notificationDestination":"https://as.example.com/n","requestTestNotification":true,
		"websockNotifConfig":{"requestWebsocketUri":true},"locationArea":{"cellIds":["a"],"trackingAreaIds":["t"]},"timeDuration":"2027-01-01T00:00:00Z",
		"thresholdValues":[0,31]}`
	fullNS = `{"self":"https://scef.example.com/x/1","notificationDestination":"https://as.example.com/n","locationArea":{"cellIds":["a"]},
		"thresholdTypes":["HIGH","SEVERE"]}`
)

func nsGood() *t8.NetworkStatusSubscription {
	return &t8.NetworkStatusSubscription{
		SupportedFeatures:       t8.FeatureSet(t8.FeatureNetworkStatusWebsocket, t8.FeatureNetworkStatusTestEvent, t8.FeatureNetworkStatusPatchUpdate),
		NotificationDestination: "https://as.example.com/n", RequestTestNotification: true,
		WebsockNotifConfig: &t8.WebsockNotifConfig{RequestWebsocketURI: true},
		LocationArea:       from[t8.LocationArea](`{"cellIds":["a"],"trackingAreaIds":["t"]}`),
		TimeDuration:       time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		ThresholdValues:    []t8.CongestionValue{0, 31},
	}
}

func nsFull() *t8.NetworkStatusSubscription {
	return &t8.NetworkStatusSubscription{
		Self: "https://scef.example.com/x/1", NotificationDestination: "https://as.example.com/n",
		LocationArea: from[t8.LocationArea](`{"cellIds":["a"]}`), ThresholdTypes: []t8.CongestionType{t8.CongestionHigh, "SEVERE"},
	}
}

func TestNetworkStatus(t *testing.T) {
	covers(t, "T8-4.4.8.2-01", "T8-4.4.8.2-02", "T8-4.4.8.2-03", "T8-4.4.8.2-04", "T8-4.4.8.2-05", "T8-4.4.8.2-14", "T8-4.4.8.2-15", "T8-4.4.8.2-19",
		"T8-4.4.8.2-20", "T8-4.4.8.2-24", "T8-4.4.8.2-25", "T8-4.4.8.2-26", "T8-4.4.8.2-33")
	patch := &t8.NetworkStatusSubscriptionPatch{
		NotificationDestination: t8.Set("https://as.example.com/m"), LocationArea: t8.Set(from[t8.LocationArea](`{"cellIds":["b"]}`)),
		TimeDuration: t8.Null[time.Time](), ThresholdTypes: t8.Set([]t8.CongestionType{t8.CongestionLow}),
	}
	travel(t, networkStatusAPI, []trip{
		{
			name: "none", line: "GET " + nsSubs + " OK application/json",
			called: "Subscriptions as-a", answered: `[]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.NetworkStatus().Subscriptions(ctx, asA) },
		},
		{
			name: "list", line: "GET " + nsSubs + " OK application/json",
			called: "Subscriptions as-a", answer: []t8.NetworkStatusSubscription{*nsFull()}, answered: `[` + fullNS + `]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.NetworkStatus().Subscriptions(ctx, asA) },
		},
		{
			name: "create", line: "POST " + nsSubs + " application/json Created application/json",
			called: "CreateSubscription as-a", given: nsGood(), answer: nsFull(), location: "https://scef.example.com/x/1", sent: goodNS,
			answered: fullNS,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NetworkStatus().CreateSubscription(ctx, asA, nsGood())
			},
		},
		{
			name: "read", line: "GET " + nsSub + " OK application/json",
			called: "Subscription as-a s1", answer: nsFull(), answered: fullNS,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NetworkStatus().Subscription(ctx, asA, "s1")
			},
		},
		{
			name: "replace", line: "PUT " + nsSub + " application/json OK application/json",
			called: "ReplaceSubscription as-a s1", given: nsGood(), answer: nsFull(), sent: goodNS, answered: fullNS,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NetworkStatus().ReplaceSubscription(ctx, asA, "s1", nsGood())
			},
		},
		{
			name: "replace, nothing to tell", line: "PUT " + nsSub + " application/json No Content",
			called: "ReplaceSubscription as-a s1", given: nsGood(), sent: goodNS,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NetworkStatus().ReplaceSubscription(ctx, asA, "s1", nsGood())
			},
		},
		{
			name: "modify", line: "PATCH " + nsSub + " application/merge-patch+json OK application/json",
			called: "ModifySubscription as-a s1", given: patch, answer: nsFull(),
			sent:     `{"notificationDestination":"https://as.example.com/m","locationArea":{"cellIds":["b"]},"timeDuration":null,"thresholdTypes":["LOW"]}`,
			answered: fullNS,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NetworkStatus().ModifySubscription(ctx, asA, "s1", patch)
			},
		},
		{
			name: "modify, nothing to tell", line: "PATCH " + nsSub + " application/merge-patch+json No Content",
			called: "ModifySubscription as-a s1",
			given:  &t8.NetworkStatusSubscriptionPatch{ThresholdValues: t8.Set([]t8.CongestionValue{3})}, sent: `{"thresholdValues":[3]}`,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NetworkStatus().ModifySubscription(ctx, asA, "s1", &t8.NetworkStatusSubscriptionPatch{ThresholdValues: t8.Set([]t8.CongestionValue{3})})
			},
		},
		{
			name: "delete", line: "DELETE " + nsSub + " No Content",
			called: "DeleteSubscription as-a s1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nil, c.NetworkStatus().DeleteSubscription(ctx, asA, "s1")
			},
		},
	})
	allows(t, networkStatusAPI(&fake{}), "DELETE", nsSubs, "GET, HEAD, POST, OPTIONS")
	allows(t, networkStatusAPI(&fake{}), "POST", nsSub, "DELETE, GET, HEAD, PATCH, PUT, OPTIONS")
	foreign(t, networkStatusAPI, nsSub)
}

// The standard wants 401 of a creation that policy does not allow; other operations get 403.
func TestNetworkStatusNotAuthorized(t *testing.T) {
	covers(t, "T8-4.4.8.2-07")
	notAuthorized(t, networkStatusAPI, 401, "POST", nsSubs, goodNS)
	notAuthorized(t, networkStatusAPI, 403, "GET", nsSub, "")
}

func TestNetworkStatusRefusals(t *testing.T) {
	covers(t, "T8-4.4.8.2-06")
	refuses(t, networkStatusAPI, []refusal{
		{
			name: "nothing", method: "POST", path: nsSubs, body: `{}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/notificationDestination", "/locationArea"},
		},
		{
			name: "no destination", method: "POST", path: nsSubs, body: `{"locationArea":{"cellIds":["a"]}}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/notificationDestination"},
		},
		{
			name: "no area", method: "POST", path: nsSubs, body: `{"notificationDestination":"https://as.example.com/n"}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/locationArea"},
		},
		{
			name: "both thresholds, no such level", method: "PUT", path: nsSub, cause: "MANDATORY_IE_INCORRECT",
			body:   `{"notificationDestination":"https://as.example.com/n","locationArea":{},"thresholdValues":[1,32,-1],"thresholdTypes":["LOW"]}`,
			params: []string{"/thresholdValues/1", "/thresholdValues/2", "/thresholdValues", "/thresholdTypes"},
		},
		{
			name: "no thresholds", method: "POST", path: nsSubs, cause: "MANDATORY_IE_INCORRECT",
			body:   `{"notificationDestination":"https://as.example.com/n","locationArea":{},"thresholdValues":[]}`,
			params: []string{"/thresholdValues"},
		},
		{
			name: "removes", method: "PATCH", path: nsSub, cause: "MANDATORY_IE_INCORRECT",
			body:   `{"notificationDestination":null,"locationArea":null,"thresholdValues":[32],"timeDuration":7}`,
			params: []string{"/timeDuration", "/notificationDestination", "/locationArea", "/thresholdValues/0"},
		},
	})
}

func TestNetworkStatusLocation(t *testing.T) {
	covers(t, "T8-4.4.8.2-16", "T8-4.4.8.2-18", "T8-4.4.8.2-23", "T8-4.4.8.2-32")
	s := newSCEF(t)
	ns := clientOf(t, s.URL).NetworkStatus()
	s.answers(201, goodNS, "Location", s.URL+"/else/where/7")
	sub, err := ns.CreateSubscription(t.Context(), asA, nsGood())
	require.NoError(t, err)
	require.Equal(t, s.URL+"/else/where/7", sub.Self)
	s.answers(204, "")
	_, err = ns.ReplaceSubscription(t.Context(), asA, sub.Self, nsGood())
	require.NoError(t, err)
	require.Equal(t, "PUT /else/where/7", s.last().method+" "+s.last().path)
	_, err = ns.ModifySubscription(t.Context(), asA, sub.Self, &t8.NetworkStatusSubscriptionPatch{TimeDuration: t8.Null[time.Time]()})
	require.NoError(t, err)
	require.Equal(t, "PATCH /else/where/7", s.last().method+" "+s.last().path)
	require.NoError(t, ns.DeleteSubscription(t.Context(), asA, sub.Self))
	require.Equal(t, "DELETE /else/where/7", s.last().method+" "+s.last().path)
	s.answers(200, fullNS)
	_, err = ns.Subscription(t.Context(), asA, sub.Self)
	require.NoError(t, err)
	require.Equal(t, "GET /else/where/7", s.last().method+" "+s.last().path)
}

func TestNetworkStatusPatchApply(t *testing.T) {
	sub, want := nsGood(), nsGood()
	require.NoError(t, (&t8.NetworkStatusSubscriptionPatch{}).Apply(sub))
	require.Equal(t, want, sub, "what is absent stays")
	require.NoError(t, (&t8.NetworkStatusSubscriptionPatch{
		NotificationDestination: t8.Set("https://as.example.com/m"), TimeDuration: t8.Null[time.Time](),
		LocationArea: t8.Set(from[t8.LocationArea](`{"cellIds":["b","c"]}`)), ThresholdValues: t8.Set([]t8.CongestionValue{5}),
	}).Apply(sub))
	want.NotificationDestination, want.TimeDuration, want.ThresholdValues = "https://as.example.com/m", time.Time{}, []t8.CongestionValue{5}
	want.LocationArea = from[t8.LocationArea](`{"cellIds":["b","c"],"trackingAreaIds":["t"]}`) // an object is merged
	require.Equal(t, want, sub)
	err := (&t8.NetworkStatusSubscriptionPatch{ThresholdTypes: t8.Set([]t8.CongestionType{t8.CongestionLow}), TimeDuration: t8.Set(time.Now())}).Apply(sub)
	require.ElementsMatch(t, []string{"/thresholdValues", "/thresholdTypes"}, paramsOf(err))
	require.Equal(t, want, sub, "unchanged on an error")
	require.Error(t, t8.Check(&t8.NetworkStatusSubscriptionPatch{
		ThresholdTypes: t8.Set([]t8.CongestionType{t8.CongestionLow}), ThresholdValues: t8.Set([]t8.CongestionValue{1}),
	}))
	require.Len(t, t8.NetworkStatusFeatureNames(), 3)
}

// Level 0 is a report of no congestion and not none.
func TestNetworkStatusNotification(t *testing.T) {
	b, err := json.Marshal(&t8.NetworkStatusNotification{Subscription: "https://scef.example.com/x/1", NSIValue: new(t8.CongestionValue(0))})
	require.NoError(t, err)
	require.JSONEq(t, `{"subscription":"https://scef.example.com/x/1","nsiValue":0}`, string(b))
	require.NoError(t, t8.Check(&t8.NetworkStatusNotification{Subscription: "x", NSIType: t8.CongestionHigh}))
	err = t8.Check(&t8.NetworkStatusNotification{NSIValue: new(t8.CongestionValue(32)), NSIType: t8.CongestionHigh})
	require.ElementsMatch(t, []string{"/subscription", "/nsiValue", "/nsiValue", "/nsiType"}, paramsOf(err))
}
