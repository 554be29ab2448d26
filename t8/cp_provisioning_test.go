package t8_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

type fakeCP struct{ *fake }

var _ t8.CPProvisioning = fakeCP{}

func (f fakeCP) Subscriptions(ctx context.Context, s id.SCSASID) ([]t8.CPInfo, error) {
	return do[[]t8.CPInfo](ctx, f.fake, "Subscriptions", nil, s)
}

func (f fakeCP) CreateSubscription(ctx context.Context, s id.SCSASID, b *t8.CPInfo) (*t8.CPInfo, error) {
	return do[*t8.CPInfo](ctx, f.fake, "CreateSubscription", b, s)
}

func (f fakeCP) Subscription(ctx context.Context, s id.SCSASID, c string) (*t8.CPInfo, error) {
	return do[*t8.CPInfo](ctx, f.fake, "Subscription", nil, s, c)
}

func (f fakeCP) ReplaceSubscription(ctx context.Context, s id.SCSASID, c string, b *t8.CPInfo) (*t8.CPInfo, error) {
	return do[*t8.CPInfo](ctx, f.fake, "ReplaceSubscription", b, s, c)
}

func (f fakeCP) DeleteSubscription(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f.fake, "DeleteSubscription", nil, s, c)
	return err
}

func (f fakeCP) ParameterSet(ctx context.Context, s id.SCSASID, c, set string) (*t8.CPParameterSet, error) {
	return do[*t8.CPParameterSet](ctx, f.fake, "ParameterSet", nil, s, c, set)
}

func (f fakeCP) ReplaceParameterSet(ctx context.Context, s id.SCSASID, c, set string, b *t8.CPParameterSet) (*t8.CPParameterSet, error) {
	return do[*t8.CPParameterSet](ctx, f.fake, "ReplaceParameterSet", b, s, c, set)
}

func (f fakeCP) DeleteParameterSet(ctx context.Context, s id.SCSASID, c, set string) error {
	_, err := do[any](ctx, f.fake, "DeleteParameterSet", nil, s, c, set)
	return err
}

func cpAPI(f *fake) t8.API { return t8.CPProvisioningAPI(fakeCP{f}) }

const (
	cpSubs  = "/3gpp-cp-parameter-provisioning/v1/as-a/subscriptions"
	cpSub   = cpSubs + "/s1"
	cpSet   = cpSub + "/cpSets/a%20b"
	goodSet = `{"setId":"a b","validityTime":"2027-01-01T00:00:00Z","periodicCommunicationIndicator":"PERIODICALLY","communicationDurationTime":0,
		"periodicTime":3600,"scheduledCommunicationTime":{"daysOfWeek":[1,7],"timeOfDayStart":"20:15:00","timeOfDayEnd":"22:00:00Z"},
		"scheduledCommunicationType":"UPLINK","stationaryIndication":"STATIONARY","batteryInds":["BATTERY_REPLACE"],"trafficProfile":"DUAL_TRANS_UL_FIRST",
		"expectedUmts":[{"umtTime":"10:00:00","umtDuration":60}],"expectedUmtDays":2,"expectedUmtDaysAdd":[3],
		"appExpUeBehvs":[{"appId":"app"}],"confidenceLevel":"0.50","accuracyLevel":"1.00"}`
	goodCPInfo = `{"supportedFeatures":"0","mtcProviderId":"mtc","msisdn":"491700000001","cpParameterSets":{"k":` + goodSet + `},
		"dnn":"internet","ueMacAddr":"00-11-22-aa-bb-cc"}`
	fullCP = `{"self":"https://scef.example.com/x/1","externalGroupId":"g@example.com","cpParameterSets":{"k":{"setId":"a b","self":"https://scef.example.com/x/1/a"}},
		"cpReports":{"1":{"setIds":["c"],"failureCode":"SET_ID_DUPLICATED"}}}`
	fullSet = `{"setId":"a b","self":"https://scef.example.com/x/1/a","trafficProfile":"OTHER"}`
)

func cpGoodSet() *t8.CPParameterSet {
	return &t8.CPParameterSet{
		SetID: "a b", ValidityTime: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), PeriodicCommunicationIndicator: t8.CommunicationPeriodically,
		CommunicationDurationTime: new(t8.DurationSec(0)), PeriodicTime: new(t8.DurationSec(time.Hour)),
		ScheduledCommunicationTime: &t8.ScheduledCommunicationTime{
			DaysOfWeek: []t8.DayOfWeek{t8.Monday, t8.Sunday}, TimeOfDayStart: "20:15:00", TimeOfDayEnd: "22:00:00Z",
		},
		ScheduledCommunicationType: t8.ScheduledUplink, StationaryIndication: t8.StationaryUE, BatteryInds: []t8.BatteryIndication{t8.BatteryReplace},
		TrafficProfile:  t8.TrafficDualULFirst,
		ExpectedUMTs:    []t8.UMTLocationArea5G{{UMTTime: "10:00:00", UMTDuration: new(t8.DurationSec(time.Minute))}},
		ExpectedUMTDays: t8.Tuesday, ExpectedUMTDaysAdd: []t8.DayOfWeek{t8.Wednesday},
		AppExpUEBehaviours: []t8.AppExpUEBehaviour{{AppID: "app"}}, ConfidenceLevel: "0.50", AccuracyLevel: "1.00",
	}
}

func cpGood() *t8.CPInfo {
	return &t8.CPInfo{
		SupportedFeatures: "0", MTCProviderID: "mtc", MSISDN: "491700000001", CPParameterSets: map[string]t8.CPParameterSet{"k": *cpGoodSet()},
		DNN: "internet", UEMACAddr: "00-11-22-aa-bb-cc",
	}
}

func cpFull() *t8.CPInfo {
	return &t8.CPInfo{
		Self: "https://scef.example.com/x/1", ExternalGroupID: "g@example.com",
		CPParameterSets: map[string]t8.CPParameterSet{"k": {SetID: "a b", Self: "https://scef.example.com/x/1/a"}},
		CPReports:       map[string]t8.CPReport{"1": {SetIDs: []string{"c"}, FailureCode: t8.CPSetIDDuplicated}},
	}
}

func cpFullSet() *t8.CPParameterSet {
	return &t8.CPParameterSet{SetID: "a b", Self: "https://scef.example.com/x/1/a", TrafficProfile: "OTHER"}
}

func TestCPProvisioning(t *testing.T) {
	covers(t, "T8-4.4.9-03", "T8-4.4.9-04", "T8-4.4.9-05", "T8-4.4.9-07", "T8-4.4.9-08", "T8-4.4.9-20", "T8-4.4.9-21", "T8-4.4.9-31", "T8-4.4.9-38",
		"T8-4.4.9-47", "T8-4.4.9-48", "T8-4.4.9-51", "T8-4.4.9-52", "T8-4.4.9-58", "T8-4.4.9-62", "T8-4.4.9-64", "T8-4.4.9-69")
	travel(t, cpAPI, []trip{
		{
			name: "none", line: "GET " + cpSubs + " OK application/json",
			called: "Subscriptions as-a", answered: `[]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().Subscriptions(ctx, asA)
			},
		},
		{
			name: "list", line: "GET " + cpSubs + " OK application/json",
			called: "Subscriptions as-a", answer: []t8.CPInfo{*cpFull()}, answered: `[` + fullCP + `]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().Subscriptions(ctx, asA)
			},
		},
		{
			name: "create", line: "POST " + cpSubs + " application/json Created application/json",
			called: "CreateSubscription as-a", given: cpGood(), answer: cpFull(), location: "https://scef.example.com/x/1",
			sent: goodCPInfo, answered: fullCP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().CreateSubscription(ctx, asA, cpGood())
			},
		},
		{
			name: "read", line: "GET " + cpSub + " OK application/json",
			called: "Subscription as-a s1", answer: cpFull(), answered: fullCP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().Subscription(ctx, asA, "s1")
			},
		},
		{
			name: "replace", line: "PUT " + cpSub + " application/json OK application/json",
			called: "ReplaceSubscription as-a s1", given: cpGood(), answer: cpFull(), sent: goodCPInfo, answered: fullCP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().ReplaceSubscription(ctx, asA, "s1", cpGood())
			},
		},
		{
			name: "replace, nothing to tell", line: "PUT " + cpSub + " application/json No Content",
			called: "ReplaceSubscription as-a s1", given: cpGood(), sent: goodCPInfo,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().ReplaceSubscription(ctx, asA, "s1", cpGood())
			},
		},
		{
			name: "delete", line: "DELETE " + cpSub + " No Content",
			called: "DeleteSubscription as-a s1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nil, c.CPProvisioning().DeleteSubscription(ctx, asA, "s1")
			},
		},
		{
			name: "read set", line: "GET " + cpSet + " OK application/json",
			called: "ParameterSet as-a s1 a b", answer: cpFullSet(), answered: fullSet,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().ParameterSet(ctx, asA, "s1", "a b")
			},
		},
		{
			name: "replace set", line: "PUT " + cpSet + " application/json OK application/json",
			called: "ReplaceParameterSet as-a s1 a b", given: cpGoodSet(), answer: cpFullSet(), sent: goodSet, answered: fullSet,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().ReplaceParameterSet(ctx, asA, "s1", "a b", cpGoodSet())
			},
		},
		{
			name: "replace set, nothing to tell", line: "PUT " + cpSet + " application/json No Content",
			called: "ReplaceParameterSet as-a s1 a b", given: cpGoodSet(), sent: goodSet,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.CPProvisioning().ReplaceParameterSet(ctx, asA, "s1", "a b", cpGoodSet())
			},
		},
		{
			name: "delete set", line: "DELETE " + cpSet + " No Content",
			called: "DeleteParameterSet as-a s1 a b",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nil, c.CPProvisioning().DeleteParameterSet(ctx, asA, "s1", "a b")
			},
		},
	})
	allows(t, cpAPI(&fake{}), "PATCH", cpSubs, "GET, HEAD, POST, OPTIONS")
	allows(t, cpAPI(&fake{}), "PATCH", cpSub, "DELETE, GET, HEAD, PUT, OPTIONS")
	allows(t, cpAPI(&fake{}), "POST", cpSet, "DELETE, GET, HEAD, PUT, OPTIONS")
	foreign(t, cpAPI, cpSet)
	notAuthorized(t, cpAPI, 403, "POST", cpSubs, goodCPInfo)
}

// A group is named by the external group identifier, a UE by its external identifier, too.
func TestCPProvisioningUEs(t *testing.T) {
	covers(t, "T8-4.4.9-06")
	s := newSCEF(t)
	cp := clientOf(t, s.URL).CPProvisioning()
	s.answers(201, "", "Location", "/cp/1")
	for member, info := range map[string]*t8.CPInfo{
		"externalGroupId": {ExternalGroupID: "g@example.com"}, "externalId": {ExternalID: "ue@example.com"},
	} {
		info.CPParameterSets = map[string]t8.CPParameterSet{"1": {SetID: "1"}, "2": {SetID: "2"}}
		got, err := cp.CreateSubscription(t.Context(), asA, info)
		require.NoError(t, err)
		require.Equal(t, s.URL+"/cp/1", got.Self)
		require.Contains(t, s.last().body, member)
		require.Len(t, s.last().body["cpParameterSets"], 2)
	}
	s.answers(200, fullSet)
	_, err := cp.ParameterSet(t.Context(), asA, "unused", s.URL+"/sets/9")
	require.NoError(t, err)
	require.Equal(t, "/sets/9", s.last().path)
	_, err = cp.ParameterSet(t.Context(), asA, s.URL+"/cp/1", "a/b")
	require.NoError(t, err)
	require.Equal(t, "/cp/1/cpSets/a%2Fb", s.last().path)
}

func TestCPProvisioningRefusals(t *testing.T) {
	covers(t, "T8-4.4.9-09")
	refuses(t, cpAPI, []refusal{
		{
			name: "nothing", method: "POST", path: cpSubs, body: `{}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/cpParameterSets", "/externalId", "/msisdn", "/externalGroupId"},
		},
		{
			name: "no set", method: "POST", path: cpSubs, body: `{"msisdn":"12345","cpParameterSets":{}}`, cause: "MANDATORY_IE_INCORRECT",
			params: []string{"/cpParameterSets"},
		},
		{
			name: "no UE", method: "PUT", path: cpSub, body: `{"cpParameterSets":{"1":{"setId":"1"}}}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/externalId", "/msisdn", "/externalGroupId"},
		},
		{
			name: "inside of a set", method: "POST", path: cpSubs, cause: "MANDATORY_IE_INCORRECT",
			body: `{"msisdn":"12345","cpParameterSets":{"a/b":{"scheduledCommunicationTime":{"daysOfWeek":[0,8],"timeOfDayStart":"25:00:00"},"periodicTime":-1,
				"batteryInds":[],"confidenceLevel":"2","expectedUmtDays":9,"expectedUmtDaysAdd":[1,2,3,4,5,6],"appExpUeBehvs":[{}]}}}`,
			params: []string{
				"/cpParameterSets/a~1b/periodicTime", "/cpParameterSets/a~1b/setId",
				"/cpParameterSets/a~1b/scheduledCommunicationTime/daysOfWeek/0", "/cpParameterSets/a~1b/scheduledCommunicationTime/daysOfWeek/1",
				"/cpParameterSets/a~1b/scheduledCommunicationTime/timeOfDayStart", "/cpParameterSets/a~1b/batteryInds", "/cpParameterSets/a~1b/expectedUmtDays",
				"/cpParameterSets/a~1b/expectedUmtDaysAdd", "/cpParameterSets/a~1b/appExpUeBehvs/0/appId", "/cpParameterSets/a~1b/appExpUeBehvs/0/flowDescriptions",
				"/cpParameterSets/a~1b/confidenceLevel",
			},
		},
		{name: "set without name", method: "PUT", path: cpSet, body: `{}`, cause: "MANDATORY_IE_MISSING", params: []string{"/setId"}},
	})
}

// What only the SCEF sets is skipped in a request.
func TestCPProvisioningReadOnly(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
		b := body.(*t8.CPInfo)
		if b.Self != "" || b.CPReports != nil || b.CPParameterSets["k"].Self != "" || b.CPParameterSets["k"].SetID != "a b" {
			return nil, fault.New("test", fault.Internal, "")
		}
		return &t8.CPInfo{Self: "x"}, nil
	}}
	s, _ := lay(t, cpAPI(f))
	res, body := ask(t, s.Server, "POST", cpSubs, fullCP)
	require.Equal(t, 201, res.StatusCode, "%s", body)
}

// Failures of sets go as reports through the handler and come out of the client as the procedure gave them; where the
// standard has no report, the failure is a plain problem.
func TestCPProvisioningReports(t *testing.T) {
	many := []t8.CPReport{{SetIDs: []string{"a", "b"}, FailureCode: t8.CPMalfunction}, {SetIDs: []string{"c"}, FailureCode: "NEW"}}
	const manyWire = `[{"setIds":["a","b"],"failureCode":"MALFUNCTION"},{"setIds":["c"],"failureCode":"NEW"}]`
	single := t8.CPReport{SetIDs: []string{"a b"}, FailureCode: t8.CPOtherReason}
	const singleWire = `{"setIds":["a b"],"failureCode":"OTHER_REASON"}`
	ctx := t.Context()
	create := func(c *t8.Client) (any, error) { return c.CPProvisioning().CreateSubscription(ctx, asA, cpGood()) }
	replace := func(c *t8.Client) (any, error) {
		return c.CPProvisioning().ReplaceSubscription(ctx, asA, "s1", cpGood())
	}
	replaceSet := func(c *t8.Client) (any, error) {
		return c.CPProvisioning().ReplaceParameterSet(ctx, asA, "s1", "a b", cpGoodSet())
	}
	for _, x := range []struct {
		name   string
		invoke func(c *t8.Client) (any, error)
		code   fault.Code
		report any
		status int
		wire   string // "": no report
		back   fault.Code
	}{
		{"create", create, fault.NetworkFailure, many, 500, manyWire, fault.Internal},
		{"replace", replace, fault.Internal, many, 500, manyWire, fault.Internal},
		{"replace set, network", replaceSet, fault.NetworkFailure, single, 500, singleWire, fault.Internal},
		{"replace set, conflict", replaceSet, fault.Conflict, single, 409, singleWire, fault.Conflict},
		{"other type", create, fault.NetworkFailure, single, 500, "", fault.Internal},
		{"other status", create, fault.Conflict, many, 409, "", fault.Conflict},
		{"set, other status", replaceSet, fault.NotAuthorized, single, 403, "", fault.NotAuthorized},
		{"no report", replace, fault.Timeout, nil, 500, "", fault.Timeout},
	} {
		t.Run(x.name, func(t *testing.T) {
			f := &fake{answer: func(context.Context, string, any) (any, error) {
				if x.report == nil {
					return nil, fault.New("test", x.code, "")
				}
				return nil, fault.Wrap("test", x.code, t8.ReportError{Body: x.report})
			}}
			s, c := lay(t, cpAPI(f))
			got, err := x.invoke(c)
			require.Empty(t, got)
			require.ErrorIs(t, err, x.back)
			require.True(t, fault.As(err).Remote)
			e := s.noted()
			status := " " + http.StatusText(x.status)
			if x.wire == "" {
				require.True(t, strings.HasSuffix(e.line, status+" application/problem+json"), e.line)
				require.NotErrorAs(t, err, new(t8.ReportError))
				return
			}
			require.True(t, strings.HasSuffix(e.line, status+" application/json"), e.line)
			require.JSONEq(t, x.wire, e.answered)
			require.Equal(t, x.report, reported(t, err))
		})
	}
	require.Len(t, t8.CPProvisioningFeatureNames(), 4)
}
