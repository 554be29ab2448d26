package t8_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

type fakeNP struct{ *fake }

var _ t8.NPConfiguration = fakeNP{}

func (f fakeNP) Configurations(ctx context.Context, s id.SCSASID) ([]t8.NetworkParameters, error) {
	return do[[]t8.NetworkParameters](ctx, f.fake, "Configurations", nil, s)
}

func (f fakeNP) CreateConfiguration(ctx context.Context, s id.SCSASID, b *t8.NetworkParameters) (*t8.NetworkParameters, error) {
	return do[*t8.NetworkParameters](ctx, f.fake, "CreateConfiguration", b, s)
}

func (f fakeNP) Configuration(ctx context.Context, s id.SCSASID, c string) (*t8.NetworkParameters, error) {
	return do[*t8.NetworkParameters](ctx, f.fake, "Configuration", nil, s, c)
}

func (f fakeNP) ReplaceConfiguration(ctx context.Context, s id.SCSASID, c string, b *t8.NetworkParameters) (*t8.NetworkParameters, error) {
	return do[*t8.NetworkParameters](ctx, f.fake, "ReplaceConfiguration", b, s, c)
}

func (f fakeNP) ModifyConfiguration(ctx context.Context, s id.SCSASID, c string, b *t8.NetworkParametersPatch) (*t8.NetworkParameters, error) {
	return do[*t8.NetworkParameters](ctx, f.fake, "ModifyConfiguration", b, s, c)
}

func (f fakeNP) DeleteConfiguration(ctx context.Context, s id.SCSASID, c string) ([]t8.ConfigResult, error) {
	return do[[]t8.ConfigResult](ctx, f.fake, "DeleteConfiguration", nil, s, c)
}

func npAPI(f *fake) t8.API { return t8.NPConfigurationAPI(fakeNP{f}) }

const (
	npConfigs = "/3gpp-network-parameter-configuration/v1/as-a/configurations"
	npConfig  = npConfigs + "/c1"
	goodNP    = `{"supportedFeatures":"7","mtcProviderId":"mtc","externalGroupId":"g@example.com","maximumLatency":0,"maximumResponseTime":30,
		"suggestedNumberOfDlPackets":5,"groupReportingGuardTime":60,"notificationDestination":"https://as.example.com/n","requestTestNotification":true,
		"websockNotifConfig":{"requestWebsocketUri":true},"validityTime":"2027-01-01T00:00:00Z","dnn":"internet","ueMacAddr":"00-11-22-aa-bb-cc"}`
	fullNP  = `{"self":"https://scef.example.com/x/1","externalId":"ue@example.com","maximumLatency":3600}`
	results = `[{"externalIds":["ue@example.com"],"resultReason":"ROAMING_NOT_ALLOWED"}]`
)

func npGood() *t8.NetworkParameters {
	return &t8.NetworkParameters{
		SupportedFeatures: t8.FeatureSet(t8.FeatureNPWebsocket, t8.FeatureNPTestEvent, t8.FeatureNPEnhancedParamConfig), MTCProviderID: "mtc",
		ExternalGroupID: "g@example.com", MaximumLatency: new(t8.DurationSec(0)), MaximumResponseTime: new(t8.DurationSec(30 * time.Second)),
		SuggestedNumberOfDLPackets: new(5), GroupReportingGuardTime: new(t8.DurationSec(time.Minute)),
		NotificationDestination: "https://as.example.com/n", RequestTestNotification: true,
		WebsockNotifConfig: &t8.WebsockNotifConfig{RequestWebsocketURI: true}, ValidityTime: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		DNN: "internet", UEMACAddr: "00-11-22-aa-bb-cc",
	}
}

func npFull() *t8.NetworkParameters {
	return &t8.NetworkParameters{Self: "https://scef.example.com/x/1", ExternalID: "ue@example.com", MaximumLatency: new(t8.DurationSec(time.Hour))}
}

func TestNPConfiguration(t *testing.T) {
	covers(t, "T8-4.4.12.1-03", "T8-4.4.12.1-05", "T8-4.4.12.1-06", "T8-4.4.12.1-07", "T8-4.4.12.1-08", "T8-4.4.12.1-09", "T8-4.4.12.1-12",
		"T8-4.4.12.1-16", "T8-4.4.12.1-18", "T8-4.4.12.1-33", "T8-4.4.12.1-37", "T8-4.4.12.2-04", "T8-4.4.12.2-07", "T8-4.4.12.2-11", "T8-4.4.12.2-12",
		"T8-4.4.12.2-15", "T8-4.4.12.2-16", "T8-4.4.12.3-01")
	patch := &t8.NetworkParametersPatch{
		MaximumLatency: t8.Set(t8.DurationSec(0)), MaximumResponseTime: t8.Null[t8.DurationSec](), SuggestedNumberOfDLPackets: t8.Set(0),
		GroupReportingGuardTime: t8.Set(t8.DurationSec(time.Second)), ValidityTime: t8.Null[time.Time](), NotificationDestination: t8.Set("https://as.example.com/m"),
	}
	travel(t, npAPI, []trip{
		{
			name: "none", line: "GET " + npConfigs + " OK application/json",
			called: "Configurations as-a", answered: `[]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().Configurations(ctx, asA)
			},
		},
		{
			name: "list", line: "GET " + npConfigs + " OK application/json",
			called: "Configurations as-a", answer: []t8.NetworkParameters{*npFull()}, answered: `[` + fullNP + `]`,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().Configurations(ctx, asA)
			},
		},
		{
			name: "create", line: "POST " + npConfigs + " application/json Created application/json",
			called: "CreateConfiguration as-a", given: npGood(), answer: npFull(), location: "https://scef.example.com/x/1", sent: goodNP,
			answered: fullNP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().CreateConfiguration(ctx, asA, npGood())
			},
		},
		{
			name: "read", line: "GET " + npConfig + " OK application/json",
			called: "Configuration as-a c1", answer: npFull(), answered: fullNP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().Configuration(ctx, asA, "c1")
			},
		},
		{
			name: "replace", line: "PUT " + npConfig + " application/json OK application/json",
			called: "ReplaceConfiguration as-a c1", given: npGood(), answer: npFull(), sent: goodNP, answered: fullNP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().ReplaceConfiguration(ctx, asA, "c1", npGood())
			},
		},
		{
			name: "replace, nothing to tell", line: "PUT " + npConfig + " application/json No Content",
			called: "ReplaceConfiguration as-a c1", given: npGood(), sent: goodNP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().ReplaceConfiguration(ctx, asA, "c1", npGood())
			},
		},
		{
			name: "modify", line: "PATCH " + npConfig + " application/merge-patch+json OK application/json",
			called: "ModifyConfiguration as-a c1", given: patch, answer: npFull(),
			sent: `{"maximumLatency":0,"maximumResponseTime":null,"suggestedNumberOfDlPackets":0,"groupReportGuardTime":1,"validityTime":null,
				"notificationDestination":"https://as.example.com/m"}`,
			answered: fullNP,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().ModifyConfiguration(ctx, asA, "c1", patch)
			},
		},
		{
			name: "modify, nothing to tell", line: "PATCH " + npConfig + " application/merge-patch+json No Content",
			called: "ModifyConfiguration as-a c1", given: &t8.NetworkParametersPatch{}, sent: `{}`,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().ModifyConfiguration(ctx, asA, "c1", &t8.NetworkParametersPatch{})
			},
		},
		{
			name: "delete", line: "DELETE " + npConfig + " No Content",
			called: "DeleteConfiguration as-a c1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().DeleteConfiguration(ctx, asA, "c1")
			},
		},
		{
			name: "delete with results", line: "DELETE " + npConfig + " OK application/json",
			called: "DeleteConfiguration as-a c1", answer: from[[]t8.ConfigResult](results), answered: results,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.NPConfiguration().DeleteConfiguration(ctx, asA, "c1")
			},
		},
	})
	allows(t, npAPI(&fake{}), "PUT", npConfigs, "GET, HEAD, POST, OPTIONS")
	allows(t, npAPI(&fake{}), "POST", npConfig, "DELETE, GET, HEAD, PATCH, PUT, OPTIONS")
	foreign(t, npAPI, npConfig)
	notAuthorized(t, npAPI, 403, "POST", npConfigs, goodNP)
}

// A UE is named by external identifier or MSISDN, and needs no notification destination.
func TestNPConfigurationUEs(t *testing.T) {
	covers(t, "T8-4.4.12.1-04", "T8-4.4.12.1-15")
	f := &fake{answer: func(context.Context, string, any) (any, error) { return npFull(), nil }}
	_, c := lay(t, npAPI(f))
	np := c.NPConfiguration()
	for _, cfg := range []*t8.NetworkParameters{
		{ExternalID: "ue@example.com"}, {MSISDN: "491700000001"},
		{ExternalGroupID: "g@example.com", NotificationDestination: "https://as.example.com/n"},
	} {
		_, err := np.CreateConfiguration(t.Context(), asA, cfg)
		require.NoError(t, err)
	}
	require.Len(t, f.called(), 3)
}

func TestNPConfigurationRefusals(t *testing.T) {
	covers(t, "T8-4.4.12.1-13")
	refuses(t, npAPI, []refusal{
		{
			name: "nothing", method: "POST", path: npConfigs, body: `{}`, cause: "MANDATORY_IE_MISSING",
			params: []string{"/externalId", "/msisdn", "/externalGroupId"},
		},
		{
			name: "group without destination", method: "POST", path: npConfigs, body: `{"externalGroupId":"g@example.com","maximumLatency":1}`,
			cause: "MANDATORY_IE_MISSING", params: []string{"/notificationDestination"},
		},
		{
			name: "replaced by a group without destination", method: "PUT", path: npConfig, body: `{"externalGroupId":"g@example.com"}`,
			cause: "MANDATORY_IE_MISSING", params: []string{"/notificationDestination"},
		},
		{
			name: "negative", method: "PUT", path: npConfig, cause: "MANDATORY_IE_INCORRECT",
			body:   `{"msisdn":"12345","maximumLatency":-1,"maximumResponseTime":"1","suggestedNumberOfDlPackets":-1,"groupReportingGuardTime":1.5,"ueMacAddr":"0"}`,
			params: []string{"/maximumLatency", "/maximumResponseTime", "/groupReportingGuardTime", "/suggestedNumberOfDlPackets", "/ueMacAddr"},
		},
		{
			name: "removes the destination", method: "PATCH", path: npConfig, cause: "MANDATORY_IE_INCORRECT",
			body: `{"notificationDestination":null,"suggestedNumberOfDlPackets":-1}`, params: []string{"/suggestedNumberOfDlPackets", "/notificationDestination"},
		},
		{name: "media type", method: "PATCH", path: npConfig, media: "application/json", body: `{}`, status: 415},
	})
}

// What only the SCEF sets is skipped in a request.
func TestNPConfigurationReadOnly(t *testing.T) {
	f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
		b := body.(*t8.NetworkParameters)
		if b.Self != "" || b.WebsockNotifConfig.WebsocketURI != "" || b.MSISDN == "" {
			return nil, fault.New("test", fault.Internal, "")
		}
		return &t8.NetworkParameters{Self: "x"}, nil
	}}
	s, _ := lay(t, npAPI(f))
	res, body := ask(t, s.Server, "POST", npConfigs, `{"self":1,"msisdn":"12345","websockNotifConfig":{"websocketUri":"wss://me/"}}`)
	require.Equal(t, 201, res.StatusCode, "%s", body)
}

// A value outside of what policy allows is named to the SCS/AS.
func TestNPConfigurationOutOfRange(t *testing.T) {
	f := &fake{answer: func(context.Context, string, any) (any, error) {
		e := fault.New("test", fault.ParameterOutOfRange, "")
		e.Params = []fault.Param{{Param: "/maximumLatency", Reason: "at most 1 h"}}
		return nil, e
	}}
	_, c := lay(t, npAPI(f))
	_, err := c.NPConfiguration().CreateConfiguration(t.Context(), asA, npGood())
	require.ErrorIs(t, err, fault.ParameterOutOfRange)
	require.Equal(t, []string{"/maximumLatency"}, paramsOf(err))
}

func TestNPConfigurationLocation(t *testing.T) {
	s := newSCEF(t)
	np := clientOf(t, s.URL).NPConfiguration()
	s.answers(201, goodNP, "Location", "/else/where/7")
	cfg, err := np.CreateConfiguration(t.Context(), asA, npGood())
	require.NoError(t, err)
	require.Equal(t, s.URL+"/else/where/7", cfg.Self)
	s.answers(204, "")
	_, err = np.ModifyConfiguration(t.Context(), asA, cfg.Self, &t8.NetworkParametersPatch{ValidityTime: t8.Null[time.Time]()})
	require.NoError(t, err)
	require.Equal(t, seen{"PATCH", "/else/where/7", "application/merge-patch+json", map[string]any{"validityTime": nil}}, s.last())
	_, err = np.DeleteConfiguration(t.Context(), asA, cfg.Self)
	require.NoError(t, err)
	require.Equal(t, "DELETE /else/where/7", s.last().method+" "+s.last().path)
}

func TestNetworkParametersPatchApply(t *testing.T) {
	cfg, want := npGood(), npGood()
	require.NoError(t, (&t8.NetworkParametersPatch{}).Apply(cfg))
	require.Equal(t, want, cfg, "what is absent stays")
	require.NoError(t, (&t8.NetworkParametersPatch{
		MaximumLatency: t8.Set(t8.DurationSec(time.Hour)), MaximumResponseTime: t8.Null[t8.DurationSec](), SuggestedNumberOfDLPackets: t8.Set(0),
		GroupReportingGuardTime: t8.Null[t8.DurationSec](), ValidityTime: t8.Null[time.Time](), NotificationDestination: t8.Set("https://as.example.com/m"),
	}).Apply(cfg))
	want.MaximumLatency, want.MaximumResponseTime, want.SuggestedNumberOfDLPackets = new(t8.DurationSec(time.Hour)), nil, new(0)
	want.GroupReportingGuardTime, want.ValidityTime, want.NotificationDestination = nil, time.Time{}, "https://as.example.com/m"
	require.Equal(t, want, cfg)
	err := (&t8.NetworkParametersPatch{MaximumLatency: t8.Null[t8.DurationSec](), SuggestedNumberOfDLPackets: t8.Set(-1)}).Apply(cfg)
	require.Equal(t, []string{"/suggestedNumberOfDlPackets"}, paramsOf(err))
	require.Equal(t, want, cfg, "unchanged on an error")
	require.Len(t, t8.NPConfigurationFeatureNames(), 5)
}

func TestNetworkParametersNotification(t *testing.T) {
	n := &t8.NetworkParametersNotification{Configuration: "https://scef.example.com/x/1", ConfigResults: from[[]t8.ConfigResult](results)}
	b, err := json.Marshal(n)
	require.NoError(t, err)
	require.JSONEq(t, `{"configuration":"https://scef.example.com/x/1","configResults":`+results+`}`, string(b))
	require.NoError(t, t8.Check(n))
	require.Equal(t, []string{"/configuration", "/configResults"}, paramsOf(t8.Check(&t8.NetworkParametersNotification{ConfigResults: []t8.ConfigResult{}})))
}
