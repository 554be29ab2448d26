package t8_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

type fakeBDT struct{ *fake }

var _ t8.BDT = fakeBDT{}

func (f fakeBDT) Subscriptions(ctx context.Context, s id.SCSASID) ([]t8.BDTSubscription, error) {
	return do[[]t8.BDTSubscription](ctx, f.fake, "Subscriptions", nil, s)
}

func (f fakeBDT) CreateSubscription(ctx context.Context, s id.SCSASID, b *t8.BDTSubscription) (*t8.BDTSubscription, error) {
	return do[*t8.BDTSubscription](ctx, f.fake, "CreateSubscription", b, s)
}

func (f fakeBDT) Subscription(ctx context.Context, s id.SCSASID, c string) (*t8.BDTSubscription, error) {
	return do[*t8.BDTSubscription](ctx, f.fake, "Subscription", nil, s, c)
}

func (f fakeBDT) ReplaceSubscription(ctx context.Context, s id.SCSASID, c string, b *t8.BDTSubscription) (*t8.BDTSubscription, error) {
	return do[*t8.BDTSubscription](ctx, f.fake, "ReplaceSubscription", b, s, c)
}

func (f fakeBDT) ModifySubscription(ctx context.Context, s id.SCSASID, c string, b *t8.BDTSubscriptionPatch) (*t8.BDTSubscription, error) {
	return do[*t8.BDTSubscription](ctx, f.fake, "ModifySubscription", b, s, c)
}

func (f fakeBDT) DeleteSubscription(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f.fake, "DeleteSubscription", nil, s, c)
	return err
}

func bdtAPI(f *fake) t8.API { return t8.BDTAPI(fakeBDT{f}) }

const (
	bdtSubs   = "/3gpp-bdt/v1/as-a/subscriptions"
	bdtSub    = bdtSubs + "/s%2F1"
	bdtWindow = `{"startTime":"2027-01-01T00:00:00Z","stopTime":"2027-01-01T06:00:00Z"}`
	goodBDT   = `{"volumePerUE":{"totalVolume":3000,"downlinkVolume":2000,"uplinkVolume":1000},"numberOfUEs":17,"desiredTimeWindow":` + bdtWindow + `,
		"locationArea":{"cellIds":["a"]},"externalGroupId":"g@example.com","supportedFeatures":"4","notificationDestination":"https://as.example.com/n",
		"warnNotifEnabled":true,"aspId":"asp","trafficDes":"00ff","locationArea5G":{}}`
	fullBDT = `{"self":"https://scef.example.com/x/1","volumePerUE":{"totalVolume":3000},"numberOfUEs":17,"desiredTimeWindow":` + bdtWindow + `,"referenceId":"r-1",
		"transferPolicies":[{"bdtPolicyId":0,"ratingGroup":5,"maxUplinkBandwidth":1000,"maxDownlinkBandwidth":0,"timeWindow":` + bdtWindow + `}],"selectedPolicy":0}`
)

func bdtGood() *t8.BDTSubscription {
	return &t8.BDTSubscription{
		SupportedFeatures: t8.FeatureSet(t8.FeatureBDTGroupID), ASPID: "asp", NumberOfUEs: 17, ExternalGroupID: "g@example.com",
		VolumePerUE:             from[t8.UsageThreshold](`{"totalVolume":3000,"downlinkVolume":2000,"uplinkVolume":1000}`),
		DesiredTimeWindow:       from[t8.TimeWindow](bdtWindow),
		LocationArea:            from[*t8.LocationArea](`{"cellIds":["a"]}`),
		LocationArea5G:          &t8.LocationArea5G{},
		NotificationDestination: "https://as.example.com/n", WarnNotifEnabled: true, TrafficDescriptor: "00ff",
	}
}

func bdtFull() *t8.BDTSubscription {
	return &t8.BDTSubscription{
		Self: "https://scef.example.com/x/1", NumberOfUEs: 17, ReferenceID: "r-1", SelectedPolicy: new(0),
		VolumePerUE:       from[t8.UsageThreshold](`{"totalVolume":3000}`),
		DesiredTimeWindow: from[t8.TimeWindow](bdtWindow),
		TransferPolicies: []t8.TransferPolicy{{
			RatingGroup: 5, MaxUplinkBandwidth: new(1000), MaxDownlinkBandwidth: new(0), TimeWindow: from[t8.TimeWindow](bdtWindow),
		}},
	}
}

func TestBDT(t *testing.T) {
	covers(t, "T8-4.4.3-01", "T8-4.4.3-02", "T8-4.4.3-03", "T8-4.4.3-04", "T8-4.4.3-05", "T8-4.4.3-06", "T8-4.4.3-07", "T8-4.4.3-08", "T8-4.4.3-09",
		"T8-4.4.3-18", "T8-4.4.3-19", "T8-4.4.3-20", "T8-4.4.3-21", "T8-4.4.3-22", "T8-4.4.3-26", "T8-4.4.3-27", "T8-4.4.3-33", "T8-4.4.3-35",
		"T8-4.4.3-39", "T8-4.4.3-40", "T8-4.4.3-41", "T8-4.4.3-48", "T8-4.4.3-50")
	ctx := t.Context()
	const merge = "application/merge-patch+json"
	patch := &t8.BDTSubscriptionPatch{
		SelectedPolicy: 0, WarnNotifEnabled: t8.Set(false), NotificationDestination: t8.Set("https://as.example.com/m"),
	}
	bothWays(t, bdtAPI, []tripThere{
		{
			name: "none", invoke: func(c *t8.Client) (any, error) { return c.BDT().Subscriptions(ctx, asA) },
			method: "GET", path: bdtSubs, called: "Subscriptions as-a", status: 200, wire: `[]`,
		},
		{
			name: "list", invoke: func(c *t8.Client) (any, error) { return c.BDT().Subscriptions(ctx, asA) },
			method: "GET", path: bdtSubs, called: "Subscriptions as-a", answer: []t8.BDTSubscription{*bdtFull()}, status: 200, wire: `[` + fullBDT + `]`,
		},
		{
			name: "create", invoke: func(c *t8.Client) (any, error) { return c.BDT().CreateSubscription(ctx, asA, bdtGood()) },
			method: "POST", path: bdtSubs, media: "application/json", body: goodBDT, called: "CreateSubscription as-a", given: bdtGood(),
			answer: bdtFull(), status: 201, wire: fullBDT, location: "https://scef.example.com/x/1",
		},
		{
			name: "read", invoke: func(c *t8.Client) (any, error) { return c.BDT().Subscription(ctx, asA, "s/1") },
			method: "GET", path: bdtSub, called: "Subscription as-a s/1", answer: bdtFull(), status: 200, wire: fullBDT,
		},
		{
			name: "replace", invoke: func(c *t8.Client) (any, error) { return c.BDT().ReplaceSubscription(ctx, asA, "s/1", bdtGood()) },
			method: "PUT", path: bdtSub, media: "application/json", body: goodBDT, called: "ReplaceSubscription as-a s/1", given: bdtGood(),
			answer: bdtFull(), status: 200, wire: fullBDT,
		},
		{
			name: "replace, nothing to tell", invoke: func(c *t8.Client) (any, error) { return c.BDT().ReplaceSubscription(ctx, asA, "s/1", bdtGood()) },
			method: "PUT", path: bdtSub, media: "application/json", body: goodBDT, called: "ReplaceSubscription as-a s/1", given: bdtGood(), status: 204,
		},
		{
			name: "select", invoke: func(c *t8.Client) (any, error) { return c.BDT().ModifySubscription(ctx, asA, "s/1", patch) },
			method: "PATCH", path: bdtSub, media: merge, called: "ModifySubscription as-a s/1", given: patch,
			body:   `{"selectedPolicy":0,"warnNotifEnabled":false,"notificationDestination":"https://as.example.com/m"}`,
			answer: bdtFull(), status: 200, wire: fullBDT,
		},
		{
			name: "select, nothing to tell",
			invoke: func(c *t8.Client) (any, error) {
				return c.BDT().ModifySubscription(ctx, asA, "s/1", &t8.BDTSubscriptionPatch{SelectedPolicy: 3})
			},
			method: "PATCH", path: bdtSub, media: merge, body: `{"selectedPolicy":3}`, called: "ModifySubscription as-a s/1",
			given: &t8.BDTSubscriptionPatch{SelectedPolicy: 3}, status: 204,
		},
		{
			name: "delete", invoke: func(c *t8.Client) (any, error) { return nil, c.BDT().DeleteSubscription(ctx, asA, "s/1") },
			method: "DELETE", path: bdtSub, called: "DeleteSubscription as-a s/1", status: 204,
		},
	})
	allows(t, bdtAPI(&fake{}), "PATCH", bdtSubs, "GET, HEAD, POST, OPTIONS")
	allows(t, bdtAPI(&fake{}), "POST", bdtSub, "DELETE, GET, HEAD, PATCH, PUT, OPTIONS")
	foreign(t, bdtAPI, bdtSub)
	notAuthorized(t, bdtAPI, 403, "POST", bdtSubs, goodBDT)
}

func TestBDTRefusals(t *testing.T) {
	covers(t, "T8-4.4.3-10")
	const merge = "application/merge-patch+json"
	refusesAll(t, bdtAPI, []refusalThere{
		{
			name: "nothing", method: "POST", path: bdtSubs, body: `{}`, status: 400, cause: "MANDATORY_IE_MISSING",
			params: []string{"/volumePerUE", "/numberOfUEs", "/desiredTimeWindow"},
		},
		{
			name: "replace by nothing", method: "PUT", path: bdtSub, body: `{"numberOfUEs":1,"volumePerUE":{}}`, status: 400, cause: "MANDATORY_IE_MISSING",
			params: []string{"/desiredTimeWindow"},
		},
		{
			name: "no UE, half a window", method: "POST", path: bdtSubs, status: 400, cause: "MANDATORY_IE_INCORRECT",
			body:   `{"volumePerUE":{"totalVolume":-1},"numberOfUEs":0,"desiredTimeWindow":{"startTime":"2027-01-01T00:00:00Z"},"notificationDestination":"x"}`,
			params: []string{"/volumePerUE/totalVolume", "/numberOfUEs", "/desiredTimeWindow/stopTime", "/notificationDestination"},
		},
		{name: "nothing selected", method: "PATCH", path: bdtSub, media: merge, body: `{}`, status: 400, cause: "MANDATORY_IE_MISSING", params: []string{"/selectedPolicy"}},
		{
			name: "removes", method: "PATCH", path: bdtSub, media: merge, body: `{"selectedPolicy":1,"warnNotifEnabled":null,"notificationDestination":null}`,
			status: 400, cause: "MANDATORY_IE_INCORRECT", params: []string{"/warnNotifEnabled", "/notificationDestination"},
		},
		{name: "media type", method: "PATCH", path: bdtSub, media: "application/json", body: `{"selectedPolicy":1}`, status: 415},
	})
}

// What only the SCEF sets is skipped in a request.
func TestBDTReadOnly(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
		b := body.(*t8.BDTSubscription)
		if b.Self != "" || b.ReferenceID != "" || b.TransferPolicies != nil || b.NumberOfUEs != 17 {
			return nil, fault.New("test", fault.Internal, "")
		}
		return &t8.BDTSubscription{Self: "x"}, nil
	}}
	res, body := ask(t, taped(t, bdtAPI(f), nil).Server, "POST", bdtSubs, fullBDT)
	require.Equal(t, 201, res.StatusCode, "%s", body)
}

// The URI that the SCEF gave is used for later requests, wherever it is.
func TestBDTLocation(t *testing.T) {
	covers(t, "T8-4.4.3-23")
	s := newSCEF(t)
	bdt := clientOf(t, s.URL).BDT()
	s.answers(201, goodBDT, "Location", "/else/where/7")
	sub, err := bdt.CreateSubscription(t.Context(), asA, bdtGood())
	require.NoError(t, err)
	require.Equal(t, s.URL+"/else/where/7", sub.Self)
	s.answers(204, "")
	_, err = bdt.ModifySubscription(t.Context(), asA, sub.Self, &t8.BDTSubscriptionPatch{SelectedPolicy: 1})
	require.NoError(t, err)
	require.Equal(t, "PATCH /else/where/7", s.last().method+" "+s.last().path)
	_, err = bdt.ReplaceSubscription(t.Context(), asA, sub.Self, bdtGood())
	require.NoError(t, err)
	require.Equal(t, "PUT /else/where/7", s.last().method+" "+s.last().path)
	require.NoError(t, bdt.DeleteSubscription(t.Context(), asA, sub.Self))
	require.Equal(t, "DELETE /else/where/7", s.last().method+" "+s.last().path)
	s.answers(200, fullBDT)
	_, err = bdt.Subscription(t.Context(), asA, sub.Self)
	require.NoError(t, err)
	require.Equal(t, "GET /else/where/7", s.last().method+" "+s.last().path)
}

func TestBDTSubscriptionPatchApply(t *testing.T) {
	sub := bdtGood()
	require.NoError(t, (&t8.BDTSubscriptionPatch{SelectedPolicy: 0}).Apply(sub))
	want := bdtGood()
	want.SelectedPolicy = new(0)
	require.Equal(t, want, sub, "what is absent stays")
	require.NoError(t, (&t8.BDTSubscriptionPatch{
		SelectedPolicy: 2, WarnNotifEnabled: t8.Set(false), NotificationDestination: t8.Set("https://as.example.com/m"),
	}).Apply(sub))
	want.SelectedPolicy, want.WarnNotifEnabled, want.NotificationDestination = new(2), false, "https://as.example.com/m"
	require.Equal(t, want, sub)
	err := (&t8.BDTSubscriptionPatch{SelectedPolicy: 3, NotificationDestination: t8.Set("mailto:x")}).Apply(sub)
	require.Equal(t, []string{"/notificationDestination"}, paramsOf(err))
	require.Equal(t, want, sub, "unchanged on an error")
	require.Len(t, t8.BDTFeatureNames(), 4)
}
