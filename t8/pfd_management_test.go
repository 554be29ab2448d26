package t8_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

// fakePFDs is a procedure for packet flow descriptions.
type fakePFDs struct{ *fake }

var _ t8.PFDManagement = fakePFDs{}

func (f fakePFDs) Transactions(ctx context.Context, s id.SCSASID, filter t8.PFDFilter) ([]t8.PFDTransaction, error) {
	return do[[]t8.PFDTransaction](ctx, f.fake, "Transactions", filter, s)
}

func (f fakePFDs) CreateTransaction(ctx context.Context, s id.SCSASID, b *t8.PFDTransaction) (*t8.PFDTransaction, error) {
	return do[*t8.PFDTransaction](ctx, f.fake, "CreateTransaction", b, s)
}

func (f fakePFDs) Transaction(ctx context.Context, s id.SCSASID, c string) (*t8.PFDTransaction, error) {
	return do[*t8.PFDTransaction](ctx, f.fake, "Transaction", nil, s, c)
}

func (f fakePFDs) ReplaceTransaction(ctx context.Context, s id.SCSASID, c string, b *t8.PFDTransaction) (*t8.PFDTransaction, error) {
	return do[*t8.PFDTransaction](ctx, f.fake, "ReplaceTransaction", b, s, c)
}

func (f fakePFDs) ModifyTransaction(ctx context.Context, s id.SCSASID, c string, b *t8.PFDTransactionPatch) (*t8.PFDTransaction, error) {
	return do[*t8.PFDTransaction](ctx, f.fake, "ModifyTransaction", b, s, c)
}

func (f fakePFDs) DeleteTransaction(ctx context.Context, s id.SCSASID, c string) error {
	_, err := do[any](ctx, f.fake, "DeleteTransaction", nil, s, c)
	return err
}

func (f fakePFDs) Application(ctx context.Context, s id.SCSASID, c, a string) (*t8.PFDData, error) {
	return do[*t8.PFDData](ctx, f.fake, "Application", nil, s, c, a)
}

func (f fakePFDs) ReplaceApplication(ctx context.Context, s id.SCSASID, c, a string, b *t8.PFDData) (*t8.PFDData, error) {
	return do[*t8.PFDData](ctx, f.fake, "ReplaceApplication", b, s, c, a)
}

func (f fakePFDs) ModifyApplication(ctx context.Context, s id.SCSASID, c, a string, b *t8.PFDDataPatch) (*t8.PFDData, error) {
	return do[*t8.PFDData](ctx, f.fake, "ModifyApplication", b, s, c, a)
}

func (f fakePFDs) DeleteApplication(ctx context.Context, s id.SCSASID, c, a string) error {
	_, err := do[any](ctx, f.fake, "DeleteApplication", nil, s, c, a)
	return err
}

func pfdsOf(f *fake) t8.API { return t8.PFDManagementAPI(fakePFDs{f}) }

func pfdsOfApp() *t8.PFDData {
	return &t8.PFDData{ExternalAppID: "app-1", AllowedDelay: new(t8.DurationSec(0)), PFDs: map[string]t8.PFD{
		"p1": {PFDID: "p1", FlowDescriptions: []string{"permit in ip from any to 192.0.2.1 443"}},
		"p2": {PFDID: "p2", DomainNames: []string{"example.com"}, DNProtocol: t8.DomainNameTLSSNI},
	}}
}

func pfdTransaction() *t8.PFDTransaction {
	return &t8.PFDTransaction{PFDDatas: map[string]t8.PFDData{"app-1": *pfdsOfApp()}, NotificationDestination: "https://as.example.com/n"}
}

var pfdReport = t8.PFDReport{
	ExternalAppIDs: []string{"app-2"}, FailureCode: t8.PFDShortDelay, CachingTime: t8.DurationSec(time.Minute),
	LocationArea: &t8.UserPlaneLocationArea{DNAIs: []string{"d"}},
}

func TestPFDManagement(t *testing.T) {
	covers(t, "T8-4.4.10-02", "T8-4.4.10-03", "T8-4.4.10-04", "T8-4.4.10-05", "T8-4.4.10-06", "T8-4.4.10-16",
		"T8-4.4.10-23", "T8-4.4.10-31", "T8-4.4.10-32", "T8-4.4.10-39", "T8-4.4.10-51", "T8-4.4.10-56", "T8-4.4.10-59")
	app := pfdsOfApp()
	app.Self, app.CachingTime = "https://scef.example.com/t/1/a", t8.DurationSec(time.Minute)
	kept := pfdTransaction()
	kept.Self, kept.PFDDatas["app-1"] = "https://scef.example.com/t/1", *app
	kept.PFDReports = map[string]t8.PFDReport{"1": pfdReport}
	change := &t8.PFDTransactionPatch{PFDDatas: t8.Set(map[string]t8.Opt[t8.PFDDataPatch]{
		"app-1": t8.Set(t8.PFDDataPatch{AllowedDelay: t8.Null[t8.DurationSec](), PFDs: t8.Set(map[string]t8.Opt[t8.PFDPatch]{
			"p1": t8.Null[t8.PFDPatch](), "p2": t8.Set(t8.PFDPatch{URLs: t8.Set([]string{"u"}), DomainNames: t8.Null[[]string]()}),
		})}),
		"app-9": t8.Null[t8.PFDDataPatch](),
	})}
	appChange := &t8.PFDDataPatch{ExternalAppID: t8.Set("app-1"), PFDs: t8.Set(map[string]t8.Opt[t8.PFDPatch]{"p1": t8.Null[t8.PFDPatch]()})}
	const at = "/3gpp-pfd-management/v1/as-a/transactions"
	const below = at + "/1/applications/app-1"
	filter := t8.PFDFilter{ExternalAppIDs: []string{"app 1", "a,b&c"}}
	api := func(c *t8.Client) t8.PFDManagement { return c.PFDManagement() }
	travel(t, pfdsOf, []trip{
		{
			name: "all", line: "GET " + at + " OK application/json",
			called: "Transactions as-a", given: t8.PFDFilter{}, answer: []t8.PFDTransaction{*kept},
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).Transactions(ctx, asA, t8.PFDFilter{})
			},
		},
		{
			name: "some", line: "GET " + at + "?external-app-ids=app+1&external-app-ids=a%2Cb%26c OK application/json",
			called: "Transactions as-a", given: filter, want: []t8.PFDTransaction{},
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Transactions(ctx, asA, filter) },
		},
		{
			name: "create", line: "POST " + at + " application/json Created application/json",
			called: "CreateTransaction as-a", given: pfdTransaction(), answer: kept, location: kept.Self,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).CreateTransaction(ctx, asA, pfdTransaction())
			},
		},
		{
			name: "one", line: "GET " + at + "/1 OK application/json",
			called: "Transaction as-a 1", answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return api(c).Transaction(ctx, asA, "1") },
		},
		{
			name: "replace", line: "PUT " + at + "/1 application/json OK application/json",
			called: "ReplaceTransaction as-a 1", given: pfdTransaction(), answer: kept,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ReplaceTransaction(ctx, asA, "1", pfdTransaction())
			},
		},
		{
			name: "modify", line: "PATCH " + at + "/1 application/merge-patch+json No Content",
			called: "ModifyTransaction as-a 1", given: change,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ModifyTransaction(ctx, asA, "1", change)
			},
		},
		{
			name: "delete", line: "DELETE " + at + "/1 No Content",
			called: "DeleteTransaction as-a 1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nothing(api(c).DeleteTransaction(ctx, asA, "1"))
			},
		},
		{
			name: "application", line: "GET " + below + " OK application/json",
			called: "Application as-a 1 app-1", answer: app,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).Application(ctx, asA, "1", "app-1")
			},
		},
		{
			name: "replace application", line: "PUT " + below + " application/json No Content",
			called: "ReplaceApplication as-a 1 app-1", given: pfdsOfApp(),
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ReplaceApplication(ctx, asA, "1", "app-1", pfdsOfApp())
			},
		},
		{
			name: "modify application", line: "PATCH " + below + " application/merge-patch+json OK application/json",
			called: "ModifyApplication as-a 1 app-1", given: appChange, answer: app,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return api(c).ModifyApplication(ctx, asA, "1", "app-1", appChange)
			},
		},
		{
			name: "delete application", line: "DELETE " + below + " No Content",
			called: "DeleteApplication as-a 1 app-1",
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return nothing(api(c).DeleteApplication(ctx, asA, "1", "app-1"))
			},
		},
	})
}

func TestPFDRefusals(t *testing.T) {
	const at = "/3gpp-pfd-management/v1/as-a/transactions"
	refuses(t, pfdsOf, []refusal{
		{name: "nothing", method: "POST", path: at, body: `{}`, params: []string{"/pfdDatas"}},
		{name: "no application", method: "POST", path: at, body: `{"pfdDatas":{}}`, params: []string{"/pfdDatas"}},
		{name: "null application", method: "POST", path: at, body: `{"pfdDatas":{"a":null}}`, params: []string{"/pfdDatas/a"}},
		{name: "deep", method: "PUT", path: at + "/1", body: `{"notificationDestination":"x",
			"pfdDatas":{"a/b":{"allowedDelay":-1,"cachingTime":"skipped","pfds":{"p~1":{"urls":[]}}}}}`, params: []string{
			"/pfdDatas/a~1b/allowedDelay", "/pfdDatas/a~1b/pfds/p~01/pfdId", "/pfdDatas/a~1b/externalAppId",
			"/pfdDatas/a~1b/pfds/p~01/urls", "/notificationDestination",
		}},
		{name: "null", method: "PATCH", path: at + "/1", body: `{"pfdDatas":null,"notificationDestination":null}`, params: []string{"/pfdDatas", "/notificationDestination"}},
		{name: "empty", method: "PATCH", path: at + "/1", body: `{"pfdDatas":{}}`, params: []string{"/pfdDatas"}},
		{name: "deep patch", method: "PATCH", path: at + "/1", body: `{"pfdDatas":{
			"a":{"externalAppId":null,"pfds":{"p":{"pfdId":null,"urls":[]},"q":null}},"b":null,"c":7}}`, params: []string{
			"/pfdDatas/c", "/pfdDatas/a/externalAppId", "/pfdDatas/a/pfds/p/pfdId", "/pfdDatas/a/pfds/p/urls",
		}},
		{name: "application", method: "PUT", path: at + "/1/applications/a", body: `{"self":5}`, params: []string{"/externalAppId", "/pfds"}},
		{name: "application patch", method: "PATCH", path: at + "/1/applications/a", body: `{"pfds":null}`, params: []string{"/pfds"}},
		{name: "query", method: "GET", path: at + "?external-app-ids=%zz", params: []string{"external-app-ids"}},
	})
}

// Reports cross the wire in both directions, with the statuses that the standard allows; others are told as problems.
func TestPFDReports(t *testing.T) {
	covers(t, "T8-4.4.10-46", "T8-4.4.10-47", "T8-4.4.10-68", "T8-4.4.10-69")
	all, one := []t8.PFDReport{pfdReport}, pfdReport
	type call = func(t8.PFDManagement) error
	transactions := map[string]call{
		"POST": func(p t8.PFDManagement) error {
			_, err := p.CreateTransaction(t.Context(), asA, pfdTransaction())
			return err
		},
		"PUT": func(p t8.PFDManagement) error {
			_, err := p.ReplaceTransaction(t.Context(), asA, "1", pfdTransaction())
			return err
		},
		"PATCH": func(p t8.PFDManagement) error {
			_, err := p.ModifyTransaction(t.Context(), asA, "1", &t8.PFDTransactionPatch{})
			return err
		},
		"none": func(p t8.PFDManagement) error { return p.DeleteTransaction(t.Context(), asA, "1") },
	}
	applications := map[string]call{
		"PUT": func(p t8.PFDManagement) error {
			_, err := p.ReplaceApplication(t.Context(), asA, "1", "a", pfdsOfApp())
			return err
		},
		"PATCH": func(p t8.PFDManagement) error {
			_, err := p.ModifyApplication(t.Context(), asA, "1", "a", &t8.PFDDataPatch{})
			return err
		},
		"none": func(p t8.PFDManagement) error { return p.DeleteApplication(t.Context(), asA, "1", "a") },
	}
	try := func(calls map[string]call, code fault.Code, sent any, reported bool) {
		for name, call := range calls {
			w, c := lay(t, pfdsOf(&fake{answer: func(context.Context, string, any) (any, error) {
				return nil, fault.Wrap("test", code, t8.ReportError{Body: sent})
			}}))
			err := call(c.PFDManagement())
			require.ErrorIs(t, err, code, name)
			var r t8.ReportError
			if reported && name != "none" {
				require.ErrorAs(t, err, &r, name)
				require.Equal(t, sent, r.Body)
				require.Contains(t, w.noted().line, " application/json")
			} else {
				require.NotErrorAs(t, err, &r, name)
				require.Contains(t, w.noted().line, " application/problem+json")
			}
		}
	}
	try(transactions, fault.Internal, all, true)
	try(transactions, fault.Internal, one, false)
	try(transactions, fault.NotAuthorized, all, false)
	try(applications, fault.Internal, one, true)
	try(applications, fault.NotAuthorized, one, true)
	try(applications, fault.Conflict, one, true)
	try(applications, fault.Conflict, all, false)
	try(applications, fault.NotFound, one, false)
}

func TestPFDPatches(t *testing.T) {
	v := pfdTransaction()
	shared := v.PFDDatas
	require.NoError(t, (&t8.PFDTransactionPatch{}).Apply(v))
	require.Equal(t, pfdTransaction(), v, "absent changes nothing")

	require.NoError(t, (&t8.PFDTransactionPatch{
		NotificationDestination: t8.Set("https://b/"),
		PFDDatas: t8.Set(map[string]t8.Opt[t8.PFDDataPatch]{
			"app-1": t8.Set(t8.PFDDataPatch{AllowedDelay: t8.Null[t8.DurationSec](), PFDs: t8.Set(map[string]t8.Opt[t8.PFDPatch]{
				"p1": t8.Null[t8.PFDPatch](),
				"p2": t8.Set(t8.PFDPatch{URLs: t8.Set([]string{"u"}), DomainNames: t8.Null[[]string](), DNProtocol: t8.Null[t8.DomainNameProtocol]()}),
				"p3": t8.Set(t8.PFDPatch{PFDID: t8.Set("p3"), FlowDescriptions: t8.Set([]string{"f"})}),
			})}),
			"app-2": t8.Set(t8.PFDDataPatch{
				ExternalAppID: t8.Set("app-2"), PFDs: t8.Set(map[string]t8.Opt[t8.PFDPatch]{}), AllowedDelay: t8.Set(t8.DurationSec(time.Second)),
			}),
			"app-3": {}, // removes what is not there
		}),
	}).Apply(v))
	require.Equal(t, &t8.PFDTransaction{NotificationDestination: "https://b/", PFDDatas: map[string]t8.PFDData{
		"app-1": {ExternalAppID: "app-1", PFDs: map[string]t8.PFD{
			"p2": {PFDID: "p2", URLs: []string{"u"}}, "p3": {PFDID: "p3", FlowDescriptions: []string{"f"}},
		}},
		"app-2": {ExternalAppID: "app-2", AllowedDelay: new(t8.DurationSec(time.Second)), PFDs: map[string]t8.PFD{}},
	}}, v)
	require.Equal(t, pfdTransaction().PFDDatas, shared, "what was shared is not changed")

	was := *v
	for name, p := range map[string]map[string]t8.Opt[t8.PFDDataPatch]{
		"/pfdDatas":                     {"app-1": t8.Null[t8.PFDDataPatch](), "app-2": t8.Null[t8.PFDDataPatch]()},
		"/pfdDatas/app-4/externalAppId": {"app-4": t8.Set(t8.PFDDataPatch{PFDs: t8.Set(map[string]t8.Opt[t8.PFDPatch]{})})},
		"/pfdDatas/app-4/pfds":          {"app-4": t8.Set(t8.PFDDataPatch{ExternalAppID: t8.Set("app-4")})},
		"/pfdDatas/app-1/pfds/p4/pfdId": {"app-1": t8.Set(t8.PFDDataPatch{PFDs: t8.Set(map[string]t8.Opt[t8.PFDPatch]{"p4": t8.Set(t8.PFDPatch{})})})},
	} {
		err := (&t8.PFDTransactionPatch{PFDDatas: t8.Set(p)}).Apply(v)
		require.Error(t, err, name)
		require.Equal(t, name, fault.As(err).Params[0].Param)
		require.Equal(t, &was, v)
	}

	d := pfdsOfApp()
	none := map[string]t8.Opt[t8.PFDPatch]{"p1": t8.Null[t8.PFDPatch](), "p2": t8.Null[t8.PFDPatch]()}
	require.NoError(t, (&t8.PFDDataPatch{PFDs: t8.Set(none)}).Apply(d))
	require.Equal(t, &t8.PFDData{ExternalAppID: "app-1", AllowedDelay: new(t8.DurationSec(0)), PFDs: map[string]t8.PFD{}}, d)
	require.ErrorIs(t, (&t8.PFDDataPatch{PFDs: t8.Null[map[string]t8.Opt[t8.PFDPatch]]()}).Apply(d), fault.MissingParameter)
	require.NotNil(t, d.PFDs)
}

// What comes over the wire is what Apply does: a merge patch of RFC 7396.
func TestPFDPatchIsMergePatch(t *testing.T) {
	const was = `{"externalAppId":"a","pfds":{"x":{"pfdId":"x","urls":["u"],"domainNames":["d"]},"y":{"pfdId":"y"}},"allowedDelay":5}`
	const patch = `{"allowedDelay":null,"pfds":{"x":{"urls":null,"domainNames":["e"]},"y":null,"z":{"pfdId":"z"}}}`
	doc, err := t8.MergePatch([]byte(was), []byte(patch))
	require.NoError(t, err)
	v := &t8.PFDData{ExternalAppID: "a", AllowedDelay: new(t8.DurationSec(5 * time.Second)), PFDs: map[string]t8.PFD{
		"x": {PFDID: "x", URLs: []string{"u"}, DomainNames: []string{"d"}}, "y": {PFDID: "y"},
	}}
	w, _ := lay(t, pfdsOf(&fake{answer: func(_ context.Context, _ string, body any) (any, error) {
		return v, body.(*t8.PFDDataPatch).Apply(v)
	}}))
	_, b := ask(t, w.Server, "PATCH", "/3gpp-pfd-management/v1/as-a/transactions/1/applications/a",
		patch, "Content-Type", "application/merge-patch+json")
	require.JSONEq(t, string(doc), string(b))
}
