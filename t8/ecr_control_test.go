package t8_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/t8"
)

type fakeECR struct{ *fake }

var _ t8.ECRControl = fakeECR{}

func (f fakeECR) Query(ctx context.Context, s id.SCSASID, b *t8.ECRRequest) (*t8.ECRData, error) {
	return do[*t8.ECRData](ctx, f.fake, "Query", b, s)
}

func (f fakeECR) Configure(ctx context.Context, s id.SCSASID, b *t8.ECRRequest) (*t8.ECRData, error) {
	return do[*t8.ECRData](ctx, f.fake, "Configure", b, s)
}

func ecrAPI(f *fake) t8.API { return t8.ECRControlAPI(fakeECR{f}) }

const (
	ecrQuery     = "/3gpp-ecr-control/v1/query"
	ecrConfigure = "/3gpp-ecr-control/v1/configure"
	ecrPLMN      = `{"mcc":"001","mnc":"01"}`
	fullECR      = `{"supportedFeatures":"0","visitedPlmnId":` + ecrPLMN + `,"restrictedPlmnIds":[],
		"ecrDataWbs":[{"plmnId":` + ecrPLMN + `,"plmnEcrDataWb":{"ecModeARestricted":false,"ecModeBRestricted":true}}]}`
)

func ecrFull() *t8.ECRData {
	return &t8.ECRData{
		SupportedFeatures: "0", VisitedPLMNID: from[*t8.PLMNID](ecrPLMN), RestrictedPLMNIDs: []t8.PLMNID{},
		ECRDataWBs: []t8.PLMNECRestrictionDataWB{{
			PLMNID: from[t8.PLMNID](ecrPLMN), PLMNECRDataWB: &t8.ECRestrictionDataWB{ECModeARestricted: new(false), ECModeBRestricted: new(true)},
		}},
	}
}

func TestECRControl(t *testing.T) {
	covers(t, "T8-4.4.11-02", "T8-4.4.11-03", "T8-4.4.11-04", "T8-4.4.11-05", "T8-4.4.11-06", "T8-4.4.11-07", "T8-4.4.11-08")
	ctx := t.Context()
	plmns := []t8.PLMNID{from[t8.PLMNID](ecrPLMN)}
	query := &t8.ECRRequest{SupportedFeatures: "0", ExternalID: "ue@example.com", MTCProviderID: "mtc", SCSASID: asA}
	allowed := &t8.ECRRequest{SupportedFeatures: t8.FeatureSet(t8.FeatureECRWB5G), MSISDN: "491700000001", SCSASID: asA, AllowedPLMNIDs: plmns}
	restricted := &t8.ECRRequest{SupportedFeatures: "0", MSISDN: "491700000001", SCSASID: asA, RestrictedPLMNIDs: plmns}
	nowhere := &t8.ECRRequest{SupportedFeatures: "0", ExternalID: "ue@example.com", SCSASID: asA, RestrictedPLMNIDs: []t8.PLMNID{}}
	bothWays(t, ecrAPI, []tripThere{
		{
			name: "query", invoke: func(c *t8.Client) (any, error) { return c.ECRControl().Query(ctx, asA, query) },
			method: "POST", path: ecrQuery, media: "application/json", called: "Query as-a", given: query, answer: ecrFull(), status: 200, wire: fullECR,
			body: `{"supportedFeatures":"0","externalId":"ue@example.com","mtcProviderId":"mtc","scsAsId":"as-a"}`,
		},
		{
			name: "query, SCS/AS of the call",
			invoke: func(c *t8.Client) (any, error) {
				q := t8.ECRRequest{SupportedFeatures: "0", MSISDN: "491700000001"}
				v, err := c.ECRControl().Query(ctx, asA, &q)
				require.Empty(t, q.SCSASID, "the body of the caller stays as it is")
				return v, err
			},
			method: "POST", path: ecrQuery, media: "application/json", called: "Query as-a", answer: ecrFull(), status: 200, wire: fullECR,
			given: &t8.ECRRequest{SupportedFeatures: "0", MSISDN: "491700000001", SCSASID: asA},
			body:  `{"supportedFeatures":"0","msisdn":"491700000001","scsAsId":"as-a"}`,
		},
		{
			name: "allow", invoke: func(c *t8.Client) (any, error) { return c.ECRControl().Configure(ctx, asA, allowed) },
			method: "POST", path: ecrConfigure, media: "application/json", called: "Configure as-a", given: allowed, answer: ecrFull(), status: 200,
			wire: fullECR, body: `{"supportedFeatures":"1","msisdn":"491700000001","scsAsId":"as-a","allowedPlmnIds":[` + ecrPLMN + `]}`,
		},
		{
			name: "restrict", invoke: func(c *t8.Client) (any, error) { return c.ECRControl().Configure(ctx, asA, restricted) },
			method: "POST", path: ecrConfigure, media: "application/json", called: "Configure as-a", given: restricted, answer: ecrFull(), status: 200,
			wire: fullECR, body: `{"supportedFeatures":"0","msisdn":"491700000001","scsAsId":"as-a","restrictedPlmnIds":[` + ecrPLMN + `]}`,
		},
		{
			name: "restrict nowhere", invoke: func(c *t8.Client) (any, error) { return c.ECRControl().Configure(ctx, asA, nowhere) },
			method: "POST", path: ecrConfigure, media: "application/json", called: "Configure as-a", given: nowhere, answer: ecrFull(), status: 200,
			wire: fullECR, body: `{"supportedFeatures":"0","externalId":"ue@example.com","scsAsId":"as-a","restrictedPlmnIds":[]}`,
		},
	})
	allows(t, ecrAPI(&fake{}), "GET", ecrQuery, "POST, OPTIONS")
	allows(t, ecrAPI(&fake{}), "PUT", ecrConfigure, "POST, OPTIONS")
	require.Len(t, t8.ECRControlFeatureNames(), 1)
}

func TestECRControlRefusals(t *testing.T) {
	covers(t, "T8-4.4.11-09", "T8-4.4.11-12", "T8-4.4.11-13")
	const missing, incorrect = "MANDATORY_IE_MISSING", "MANDATORY_IE_INCORRECT"
	refusesAll(t, ecrAPI, []refusalThere{
		{name: "query, no UE", method: "POST", path: ecrQuery, body: `{"supportedFeatures":"0"}`, status: 400, cause: missing, params: []string{"/externalId", "/msisdn"}},
		{name: "query, no features", method: "POST", path: ecrQuery, body: `{"msisdn":"12345"}`, status: 400, cause: missing, params: []string{"/supportedFeatures"}},
		{
			name: "query, two UEs", method: "POST", path: ecrQuery, body: `{"supportedFeatures":"0","msisdn":"12345","externalId":"a@b"}`,
			status: 400, cause: incorrect, params: []string{"/externalId", "/msisdn"},
		},
		{
			name: "query with a setting", method: "POST", path: ecrQuery, body: `{"supportedFeatures":"0","msisdn":"12345","allowedPlmnIds":[],"ecrDataWbs":[]}`,
			status: 400, cause: incorrect, params: []string{"/allowedPlmnIds", "/ecrDataWbs"},
		},
		{
			name: "configure, no UE", method: "POST", path: ecrConfigure, body: `{"supportedFeatures":"0","allowedPlmnIds":[]}`,
			status: 400, cause: missing, params: []string{"/externalId", "/msisdn"},
		},
		{
			name: "configure, no setting", method: "POST", path: ecrConfigure, body: `{"supportedFeatures":"0","msisdn":"12345"}`,
			status: 400, cause: missing, params: []string{"/ecrDataWbs", "/restrictedPlmnIds", "/allowedPlmnIds"},
		},
		{
			name: "configure, both lists", method: "POST", path: ecrConfigure, status: 400, cause: incorrect,
			body:   `{"supportedFeatures":"0","msisdn":"12345","allowedPlmnIds":[],"restrictedPlmnIds":[` + ecrPLMN + `]}`,
			params: []string{"/restrictedPlmnIds", "/allowedPlmnIds"},
		},
		{
			name: "configure, no mode", method: "POST", path: ecrConfigure, status: 400, cause: missing,
			body:   `{"supportedFeatures":"0","msisdn":"12345","ecrDataWbs":[{"plmnEcrDataWb":{}}]}`,
			params: []string{"/ecrDataWbs/0/plmnId", "/ecrDataWbs/0/plmnEcrDataWb/ecModeARestricted", "/ecrDataWbs/0/plmnEcrDataWb/ecModeBRestricted"},
		},
		{
			name: "query for another SCS/AS", method: "POST", path: ecrQuery, body: `{"supportedFeatures":"0","msisdn":"12345","scsAsId":"as/b"}`,
			status: 403, params: []string{"/scsAsId"},
		},
		{
			name: "configure for another SCS/AS", method: "POST", path: ecrConfigure, status: 403, params: []string{"/scsAsId"},
			body: `{"supportedFeatures":"0","msisdn":"12345","scsAsId":"as/b","allowedPlmnIds":[]}`,
		},
	})
}

// The standard wants 401 of an SCS/AS that policy does not allow.
func TestECRControlNotAuthorized(t *testing.T) {
	covers(t, "T8-4.4.11-10", "T8-4.4.11-11")
	notAuthorized(t, ecrAPI, 401, "POST", ecrQuery, `{"supportedFeatures":"0","msisdn":"12345"}`)
	notAuthorized(t, ecrAPI, 401, "POST", ecrConfigure, `{"supportedFeatures":"0","msisdn":"12345","allowedPlmnIds":[]}`)
}
