package t8_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// What the policy says of UEs and of limits is what the SCS/AS gets.
func TestHandlerAsksPolicy(t *testing.T) {
	p, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{
		ID: asA, Tokens: []string{tokenA}, Operations: []string{"CreateNIDDConfiguration", "ModifyIndDownlinkDataDelivery"},
		UEs:   &policy.UERange{MSISDNs: []policy.MSISDNRange{{First: "491700000000", Last: "491700000009"}}, Domains: []string{"a.example"}},
		Limit: policy.Limit{PerSecond: 0.001, Burst: 6},
	}}})
	require.NoError(t, err)
	f := &fake{answer: func(_ context.Context, _ string, body any) (any, error) {
		if c, ok := body.(*t8.NIDDConfiguration); ok {
			c.Self = "https://scef.example/3gpp-nidd/v1/as-a/configurations/1"
			return c, nil
		}
		return nil, nil
	}}
	h, err := t8.NewHandler(p, &t8.HandlerOptions{Authorizer: p, Limiter: p}, t8.NIDDAPI(f))
	require.NoError(t, err)
	send := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/3gpp-nidd/v1/as-a/configurations"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+tokenA)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	config := func(member string) string {
		return `{` + member + `,"notificationDestination":"https://as.example/n"}`
	}
	for _, c := range []struct {
		body string
		want int
	}{
		{config(`"msisdn":"491700000003"`), http.StatusCreated},
		{config(`"externalId":"ue@a.example"`), http.StatusCreated},
		{config(`"msisdn":"491700000010"`), http.StatusForbidden},
		{config(`"externalGroupId":"all@a.example"`), http.StatusForbidden},
		{config(`"msisdn":"491700000003","niddDownlinkDataTransfers":[{"data":"AA==","externalId":"ue@b.example"}]`), http.StatusForbidden},
	} {
		w := send("POST", "", c.body)
		require.Equal(t, c.want, w.Code, "%s: %s", c.body, w.Body)
		if c.want == http.StatusForbidden {
			require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
			require.NotContains(t, w.Body.String(), "4917", "no identity in an error")
		}
	}
	require.Len(t, f.called(), 2)
	require.Equal(t, http.StatusForbidden, send("GET", "", "").Code, "an operation that is not open, and does not count")
	require.Equal(t, http.StatusNoContent, send("PATCH", "/1/downlink-data-deliveries/2", `{"priority":1}`).Code)
	w := send("POST", "", config(`"msisdn":"491700000003"`))
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
	require.Len(t, f.called(), 3)
}

// A JSON Patch names UEs, too, by values of whatever depth.
func TestHandlerAsksPolicyAboutPatches(t *testing.T) {
	p, err := policy.NewStatic(policy.StaticConfig{SCSAS: []policy.StaticSCSAS{{
		ID: asA, Tokens: []string{tokenA}, UEs: &policy.UERange{Domains: []string{"a.example"}},
	}}})
	require.NoError(t, err)
	h, err := t8.NewHandler(p, &t8.HandlerOptions{Authorizer: p}, t8.MonitoringEventAPI(&monitor{}))
	require.NoError(t, err)
	for patch, want := range map[string]int{
		`[{"op":"add","path":"/addedExternalIds","value":["ue@a.example"]}]`:               http.StatusNoContent,
		`[{"op":"add","path":"/addedExternalIds/-","value":"ue@a.example"}]`:               http.StatusNoContent,
		`[{"op":"replace","path":"/maximumNumberOfReports","value":7}]`:                    http.StatusNoContent,
		`[{"op":"add","path":"/addedExternalIds","value":["ue@b.example"]}]`:               http.StatusForbidden,
		`[{"op":"add","path":"/addedExternalIds/0","value":"ue@b.example"}]`:               http.StatusForbidden,
		`[{"op":"replace","path":"","value":{"excludedMsisdns":["491700000003"]}}]`:        http.StatusForbidden,
		`[{"op":"copy","from":"/mtcProviderId","path":"/addedExternalIds/0"}]`:             http.StatusForbidden,
		`[{"op":"move","from":"/mtcProviderId","path":"/externalGroupId"}]`:                http.StatusForbidden,
		`[{"op":"remove","path":"/addedExternalIds"},{"op":"test","path":"/x","value":1}]`: http.StatusNoContent,
	} {
		r := httptest.NewRequest("PATCH", "/3gpp-monitoring-event/v1/as-a/subscriptions/1", strings.NewReader(patch))
		r.Header.Set("Authorization", "Bearer "+tokenA)
		r.Header.Set("Content-Type", "application/json-patch+json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, want, w.Code, "%s: %s", patch, w.Body)
	}
}
