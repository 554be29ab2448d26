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
	plmns := []t8.PLMNID{from[t8.PLMNID](ecrPLMN)}
	query := &t8.ECRRequest{SupportedFeatures: "0", ExternalID: "ue@example.com", MTCProviderID: "mtc", SCSASID: asA}
	allowed := &t8.ECRRequest{SupportedFeatures: t8.FeatureSet(t8.FeatureECRWB5G), MSISDN: "491700000001", SCSASID: asA, AllowedPLMNIDs: plmns}
	restricted := &t8.ECRRequest{SupportedFeatures: "0", MSISDN: "491700000001", SCSASID: asA, RestrictedPLMNIDs: plmns}
	nowhere := &t8.ECRRequest{SupportedFeatures: "0", ExternalID: "ue@example.com", SCSASID: asA, RestrictedPLMNIDs: []t8.PLMNID{}}
	travel(t, ecrAPI, []trip{
		{
			name: "query", line: "POST " + ecrQuery + " application/json OK application/json",
			called: "Query as-a", given: query, answer: ecrFull(),
			sent: `{"supportedFeatures":"0","externalId":"ue@example.com","mtcProviderId":"mtc","scsAsId":"as-a"}`, answered: fullECR,
			call: func(ctx context.Context, c *t8.Client) (any, error) { return c.ECRControl().Query(ctx, asA, query) },
		},
		{
			name: "query, SCS/AS of the call", line: "POST " + ecrQuery + " application/json OK application/json",
			called: "Query as-a", given: &t8.ECRRequest{SupportedFeatures: "0", MSISDN: "491700000001", SCSASID: asA}, answer: ecrFull(),
			sent: `{"supportedFeatures":"0","msisdn":"491700000001","scsAsId":"as-a"}`, answered: fullECR,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				q := t8.ECRRequest{SupportedFeatures: "0", MSISDN: "491700000001"}
				v, err := c.ECRControl().Query(ctx, asA, &q)
				require.Empty(t, q.SCSASID, "the body of the caller stays as it is")
				return v, err
			},
		},
		{
			name: "allow", line: "POST " + ecrConfigure + " application/json OK application/json",
			called: "Configure as-a", given: allowed, answer: ecrFull(),
			sent:     `{"supportedFeatures":"1","msisdn":"491700000001","scsAsId":"as-a","allowedPlmnIds":[` + ecrPLMN + `]}`,
			answered: fullECR,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.ECRControl().Configure(ctx, asA, allowed)
			},
		},
		{
			name: "restrict", line: "POST " + ecrConfigure + " application/json OK application/json",
			called: "Configure as-a", given: restricted, answer: ecrFull(),
			sent:     `{"supportedFeatures":"0","msisdn":"491700000001","scsAsId":"as-a","restrictedPlmnIds":[` + ecrPLMN + `]}`,
			answered: fullECR,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.ECRControl().Configure(ctx, asA, restricted)
			},
		},
		{
			name: "restrict nowhere", line: "POST " + ecrConfigure + " application/json OK application/json",
			called: "Configure as-a", given: nowhere, answer: ecrFull(),
			sent: `{"supportedFeatures":"0","externalId":"ue@example.com","scsAsId":"as-a","restrictedPlmnIds":[]}`, answered: fullECR,
			call: func(ctx context.Context, c *t8.Client) (any, error) {
				return c.ECRControl().Configure(ctx, asA, nowhere)
			},
		},
	})
	allows(t, ecrAPI(&fake{}), "GET", ecrQuery, "POST, OPTIONS")
	allows(t, ecrAPI(&fake{}), "PUT", ecrConfigure, "POST, OPTIONS")
	require.Len(t, t8.ECRControlFeatureNames(), 1)
}

func TestECRControlRefusals(t *testing.T) {
	covers(t, "T8-4.4.11-09", "T8-4.4.11-12", "T8-4.4.11-13")
	const missing, incorrect = "MANDATORY_IE_MISSING", "MANDATORY_IE_INCORRECT"
	refuses(t, ecrAPI, []refusal{
		{name: "query, no UE", method: "POST", path: ecrQuery, body: `{"supportedFeatures":"0"}`, cause: missing, params: []string{"/externalId", "/msisdn"}},
		{name: "query, no features", method: "POST", path: ecrQuery, body: `{"msisdn":"12345"}`, cause: missing, params: []string{"/supportedFeatures"}},
		{
			name: "query, two UEs", method: "POST", path: ecrQuery, body: `{"supportedFeatures":"0","msisdn":"12345","externalId":"a@b"}`,
			cause: incorrect, params: []string{"/externalId", "/msisdn"},
		},
		{
			name: "query with a setting", method: "POST", path: ecrQuery, body: `{"supportedFeatures":"0","msisdn":"12345","allowedPlmnIds":[],"ecrDataWbs":[]}`,
			cause: incorrect, params: []string{"/ecrDataWbs", "/allowedPlmnIds"},
		},
		{
			name: "configure, no UE", method: "POST", path: ecrConfigure, body: `{"supportedFeatures":"0","allowedPlmnIds":[]}`,
			cause: missing, params: []string{"/externalId", "/msisdn"},
		},
		{
			name: "configure, no setting", method: "POST", path: ecrConfigure, body: `{"supportedFeatures":"0","msisdn":"12345"}`,
			cause: missing, params: []string{"/ecrDataWbs", "/restrictedPlmnIds", "/allowedPlmnIds"},
		},
		{
			name: "configure, both lists", method: "POST", path: ecrConfigure, cause: incorrect,
			body:   `{"supportedFeatures":"0","msisdn":"12345","allowedPlmnIds":[],"restrictedPlmnIds":[` + ecrPLMN + `]}`,
			params: []string{"/restrictedPlmnIds", "/allowedPlmnIds"},
		},
		{
			name: "configure, no mode", method: "POST", path: ecrConfigure, cause: missing,
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
