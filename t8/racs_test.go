package t8_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// fakeRACS is a procedure for radio capabilities.
type fakeRACS struct{ *fake }

var _ t8.RACSParameterProvisioning = fakeRACS{}

func (f fakeRACS) Provisionings(ctx context.Context, s id.SCSASID) ([]t8.RACSProvisioningData, error) {
	return do[[]t8.RACSProvisioningData](ctx, f.fake, "Provisionings", nil, s)
}

func (f fakeRACS) CreateProvisioning(ctx context.Context, s id.SCSASID, b *t8.RACSProvisioningData) (*t8.RACSProvisioningData, error) {
	return do[*t8.RACSProvisioningData](ctx, f.fake, "CreateProvisioning", b, s)
}

func (f fakeRACS) Provisioning(ctx context.Context, s id.SCSASID, c string) (*t8.RACSProvisioningData, error) {
	return do[*t8.RACSProvisioningData](ctx, f.fake, "Provisioning", nil, s, c)
}

func (f fakeRACS) ReplaceProvisioning(ctx context.Context, s id.SCSASID, c string, b *t8.RACSProvisioningData) (*t8.RACSProvisioningData, error) {
	return do[*t8.RACSProvisioningData](ctx, f.fake, "ReplaceProvisioning", b, s, c)
}

func (f fakeRACS) ModifyProvisioning(ctx context.Context, s id.SCSASID, c string, b *t8.RACSProvisioningDataPatch) (*t8.RACSProvisioningData, error) {
	return do[*t8.RACSProvisioningData](ctx, f.fake, "ModifyProvisioning", b, s, c)
}

func (f fakeRACS) DeleteProvisioning(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f.fake, "DeleteProvisioning", nil, s, c)
	return err
}

func racsOf(f *fake) t8.API { return t8.RACSParameterProvisioningAPI(fakeRACS{f}) }

func racsData() *t8.RACSProvisioningData {
	return &t8.RACSProvisioningData{RACSConfigs: map[string]t8.RACSConfiguration{
		"r1": {RACSID: "r1", RACSParamEPS: "eps", IMEITACs: []string{"12345678"}},
		"r2": {RACSID: "r2", RACSParamEPS: "eps", RACSParam5GS: "5gs", IMEITACs: []string{"12345678", "87654321"}},
	}}
}

func TestRACSParameterProvisioning(t *testing.T) {
	covers(t, "T8-4.4.15-02", "T8-4.4.15-03", "T8-4.4.15-04", "T8-4.4.15-05", "T8-4.4.15-07", "T8-4.4.15-08", "T8-4.4.15-09",
		"T8-4.4.15-10", "T8-4.4.15-11", "T8-4.4.15-25", "T8-4.4.15-26", "T8-4.4.15-24", "T8-4.4.15-34", "T8-4.4.15-37")
	kept := racsData()
	kept.Self = "https://scef.example.com/p/1"
	kept.RACSReports = map[string]t8.RACSFailureReport{"x": {RACSIDs: []string{"r3"}, FailureCode: t8.RACSIDDuplicated}}
	change := &t8.RACSProvisioningDataPatch{RACSConfigs: t8.Set(map[string]t8.Opt[t8.RACSConfigurationPatch]{
		"r1": t8.Null[t8.RACSConfigurationPatch](),
		"r2": t8.Set(t8.RACSConfigurationPatch{RACSParam5GS: t8.Null[string](), IMEITACs: t8.Set([]string{"11111111"})}),
	})}
	const at = "/3gpp-racs-pp/v1/as-a/provisionings"
	api := func(c *t8.Client) t8.RACSParameterProvisioning { return c.RACSParameterProvisioning() }
	travel(t, racsOf, []trip{
		{
			name: "all", line: "GET " + at + " OK application/json",
			called: "Provisionings as-a", answer: []t8.RACSProvisioningData{*kept},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Provisionings(ctx, asA) },
		},
		{
			name: "create", line: "POST " + at + " application/json Created application/json",
			called: "CreateProvisioning as-a", given: racsData(), answer: kept, location: kept.Self,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).CreateProvisioning(ctx, asA, racsData())
			},
		},
		{
			name: "one", line: "GET " + at + "/1 OK application/json",
			called: "Provisioning as-a 1", answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Provisioning(ctx, asA, "1") },
		},
		{
			name: "replace", line: "PUT " + at + "/1 application/json OK application/json",
			called: "ReplaceProvisioning as-a 1", given: racsData(), answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ReplaceProvisioning(ctx, asA, "1", racsData())
			},
		},
		{
			name: "modify", line: "PATCH " + at + "/1 application/merge-patch+json No Content",
			called: "ModifyProvisioning as-a 1", given: change,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ModifyProvisioning(ctx, asA, "1", change)
			},
		},
		{
			name: "delete", line: "DELETE " + at + "/1 No Content",
			called: "DeleteProvisioning as-a 1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nothing(api(c).DeleteProvisioning(ctx, asA, "1"))
			},
		},
	})
}

func TestRACSRefusals(t *testing.T) {
	covers(t, "T8-4.4.15-06")
	const at = "/3gpp-racs-pp/v1/as-a/provisionings"
	refuses(t, racsOf, []refusal{
		{name: "nothing", method: "POST", path: at, body: `{}`, params: []string{"/racsConfigs"}},
		{name: "none", method: "POST", path: at, body: `{"racsConfigs":{},"racsReports":"skipped"}`, params: []string{"/racsConfigs"}},
		{name: "deep", method: "POST", path: at, body: `{"racsConfigs":{"r":{},"s":{"racsId":"s","racsParamEps":"p","imeiTacs":["1234567","12345678"]}}}`, params: []string{
			"/racsConfigs/r/racsId", "/racsConfigs/r/imeiTacs", "/racsConfigs/r/racsParamEps", "/racsConfigs/r/racsParam5Gs",
			"/racsConfigs/s/imeiTacs/0",
		}},
		{name: "null", method: "PATCH", path: at + "/1", body: `{"racsConfigs":null}`, params: []string{"/racsConfigs"}},
		{name: "deep patch", method: "PATCH", path: at + "/1", body: `{"racsConfigs":{"r":null,"s":{"imeiTacs":null},"t":{"racsParamEps":null,"imeiTacs":[]}}}`, params: []string{
			"/racsConfigs/s/imeiTacs", "/racsConfigs/t/imeiTacs",
		}},
	})
}

func TestRACSReports(t *testing.T) {
	covers(t, "T8-4.4.15-30", "T8-4.4.15-31")
	sent := []t8.RACSFailureReport{{RACSIDs: []string{"r1", "r2"}, FailureCode: t8.RACSResourceLimitation}}
	for name, call := range map[string]func(t8.RACSParameterProvisioning) error{
		"POST": func(p t8.RACSParameterProvisioning) error {
			_, err := p.CreateProvisioning(t.Context(), asA, racsData())
			return err
		},
		"PUT": func(p t8.RACSParameterProvisioning) error {
			_, err := p.ReplaceProvisioning(t.Context(), asA, "1", racsData())
			return err
		},
		"PATCH": func(p t8.RACSParameterProvisioning) error {
			_, err := p.ModifyProvisioning(t.Context(), asA, "1", &t8.RACSProvisioningDataPatch{})
			return err
		},
		"DELETE": func(p t8.RACSParameterProvisioning) error { return p.DeleteProvisioning(t.Context(), asA, "1") },
	} {
		w, c := lay(t, racsOf(&fake{answer: func(context.Context, string, any) (any, error) {
			return nil, fault.Wrap("test", fault.NetworkFailure, t8.ReportError{Body: sent})
		}}))
		err := call(c.RACSParameterProvisioning())
		require.Error(t, err)
		var r t8.ReportError
		if name == "DELETE" {
			require.NotErrorAs(t, err, &r)
			require.Contains(t, w.noted().line, " Internal Server Error application/problem+json")
			continue
		}
		require.ErrorAs(t, err, &r, name)
		require.Equal(t, sent, r.Body)
		require.Contains(t, w.noted().line, " Internal Server Error application/json")
	}
}

func TestRACSPatch(t *testing.T) {
	v := racsData()
	shared := v.RACSConfigs
	require.NoError(t, (&t8.RACSProvisioningDataPatch{}).Apply(v))
	require.Equal(t, racsData(), v, "absent changes nothing")

	require.NoError(t, (&t8.RACSProvisioningDataPatch{RACSConfigs: t8.Set(map[string]t8.Opt[t8.RACSConfigurationPatch]{
		"r1": t8.Null[t8.RACSConfigurationPatch](),
		"r2": t8.Set(t8.RACSConfigurationPatch{RACSParamEPS: t8.Null[string](), IMEITACs: t8.Set([]string{"11111111"})}),
		"r3": t8.Set(t8.RACSConfigurationPatch{RACSParamEPS: t8.Set("new"), IMEITACs: t8.Set([]string{"22222222"})}),
	})}).Apply(v))
	require.Equal(t, map[string]t8.RACSConfiguration{
		"r2": {RACSID: "r2", RACSParam5GS: "5gs", IMEITACs: []string{"11111111"}},
		"r3": {RACSID: "r3", RACSParamEPS: "new", IMEITACs: []string{"22222222"}},
	}, v.RACSConfigs)
	require.Equal(t, racsData().RACSConfigs, shared, "what was shared is not changed")

	was := *v
	for _, p := range []map[string]t8.Opt[t8.RACSConfigurationPatch]{
		{"r2": t8.Set(t8.RACSConfigurationPatch{RACSParam5GS: t8.Null[string]()})},
		{"r4": t8.Set(t8.RACSConfigurationPatch{RACSParam5GS: t8.Set("x")})},
		{"r2": t8.Null[t8.RACSConfigurationPatch](), "r3": t8.Null[t8.RACSConfigurationPatch]()},
	} {
		require.Error(t, (&t8.RACSProvisioningDataPatch{RACSConfigs: t8.Set(p)}).Apply(v))
		require.Equal(t, &was, v)
	}
}
