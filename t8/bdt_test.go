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
	patch := &t8.BDTSubscriptionPatch{
		SelectedPolicy: 0, WarnNotifEnabled: t8.Set(false), NotificationDestination: t8.Set("https://as.example.com/m"),
	}
	travel(t, bdtAPI, []trip{
		{
			name: "none", line: "GET " + bdtSubs + " OK application/json",
			called: "Subscriptions as-a", answered: `[]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.BDT().Subscriptions(ctx, asA) },
		},
		{
			name: "list", line: "GET " + bdtSubs + " OK application/json",
			called: "Subscriptions as-a", answer: []t8.BDTSubscription{*bdtFull()}, answered: `[` + fullBDT + `]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.BDT().Subscriptions(ctx, asA) },
		},
		{
			name: "create", line: "POST " + bdtSubs + " application/json Created application/json",
			called: "CreateSubscription as-a", given: bdtGood(), answer: bdtFull(), location: "https://scef.example.com/x/1",
			sent: goodBDT, answered: fullBDT,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.BDT().CreateSubscription(ctx, asA, bdtGood())
			},
		},
		{
			name: "read", line: "GET " + bdtSub + " OK application/json",
			called: "Subscription as-a s/1", answer: bdtFull(), answered: fullBDT,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.BDT().Subscription(ctx, asA, "s/1") },
		},
		{
			name: "replace", line: "PUT " + bdtSub + " application/json OK application/json",
			called: "ReplaceSubscription as-a s/1", given: bdtGood(), answer: bdtFull(), sent: goodBDT, answered: fullBDT,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.BDT().ReplaceSubscription(ctx, asA, "s/1", bdtGood())
			},
		},
		{
			name: "replace, nothing to tell", line: "PUT " + bdtSub + " application/json No Content",
			called: "ReplaceSubscription as-a s/1", given: bdtGood(), sent: goodBDT,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.BDT().ReplaceSubscription(ctx, asA, "s/1", bdtGood())
			},
		},
		{
			name: "select", line: "PATCH " + bdtSub + " application/merge-patch+json OK application/json",
			called: "ModifySubscription as-a s/1", given: patch, answer: bdtFull(),
			sent: `{"selectedPolicy":0,"warnNotifEnabled":false,"notificationDestination":"https://as.example.com/m"}`, answered: fullBDT,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.BDT().ModifySubscription(ctx, asA, "s/1", patch)
			},
		},
		{
			name: "select, nothing to tell", line: "PATCH " + bdtSub + " application/merge-patch+json No Content",
			called: "ModifySubscription as-a s/1", given: &t8.BDTSubscriptionPatch{SelectedPolicy: 3}, sent: `{"selectedPolicy":3}`,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.BDT().ModifySubscription(ctx, asA, "s/1", &t8.BDTSubscriptionPatch{SelectedPolicy: 3})
			},
		},
		{
			name: "delete", line: "DELETE " + bdtSub + " No Content",
			called: "DeleteSubscription as-a s/1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nil, c.BDT().DeleteSubscription(ctx, asA, "s/1")
			},
		},
	})
	allows(t, bdtAPI(&fake{}), "PATCH", bdtSubs, "GET, HEAD, POST, OPTIONS")
	allows(t, bdtAPI(&fake{}), "POST", bdtSub, "DELETE, GET, HEAD, PATCH, PUT, OPTIONS")
	foreign(t, bdtAPI, bdtSub)
	notAuthorized(t, bdtAPI, 403, "POST", bdtSubs, goodBDT)
}

func TestBDTRefusals(t *testing.T) {
	covers(t, "T8-4.4.3-10")
	refuses(t, bdtAPI, []refusal{
		{
			name: "nothing", method: "POST", path: bdtSubs, body: `{}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/volumePerUE", "/numberOfUEs", "/desiredTimeWindow"},
		},
		{
			name: "replace by nothing", method: "PUT", path: bdtSub, body: `{"numberOfUEs":1,"volumePerUE":{}}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/desiredTimeWindow"},
		},
		{
			name: "no UE, half a window", method: "POST", path: bdtSubs, cause: "MANDATORY_IE_INCORRECT",
			body:   `{"volumePerUE":{"totalVolume":-1},"numberOfUEs":0,"desiredTimeWindow":{"startTime":"2027-01-01T00:00:00Z"},"notificationDestination":"x"}`,
			params: []string{"/numberOfUEs", "/desiredTimeWindow/stopTime", "/volumePerUE/totalVolume", "/notificationDestination"},
		},
		{name: "nothing selected", method: "PATCH", path: bdtSub, body: `{}`, cause: "MANDATORY_IE_MISSING", params: []string{"/selectedPolicy"}},
		{
			name: "removes", method: "PATCH", path: bdtSub, body: `{"selectedPolicy":1,"warnNotifEnabled":null,"notificationDestination":null}`,
			cause: "MANDATORY_IE_INCORRECT", params: []string{"/warnNotifEnabled", "/notificationDestination"},
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
	s, _ := lay(t, bdtAPI(f))
	res, body := ask(t, s.Server, "POST", bdtSubs, fullBDT)
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
