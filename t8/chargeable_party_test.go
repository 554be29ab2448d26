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

// cpFake is a procedure for the chargeable party that notes its calls and answers what the test says.
type cpFake struct{ *fake }

var _ t8.ChargeableParty = cpFake{}

func (f cpFake) Transactions(ctx context.Context, s id.SCSASID, u t8.UEFilter) ([]t8.ChargeablePartyTransaction, error) {
	return do[[]t8.ChargeablePartyTransaction](ctx, f.fake, "Transactions", u, s)
}

func (f cpFake) CreateTransaction(ctx context.Context, s id.SCSASID, b *t8.ChargeablePartyTransaction) (*t8.ChargeablePartyTransaction, error) {
	return do[*t8.ChargeablePartyTransaction](ctx, f.fake, "CreateTransaction", b, s)
}

func (f cpFake) Transaction(ctx context.Context, s id.SCSASID, i string) (*t8.ChargeablePartyTransaction, error) {
	return do[*t8.ChargeablePartyTransaction](ctx, f.fake, "Transaction", nil, s, i)
}

func (f cpFake) ModifyTransaction(ctx context.Context, s id.SCSASID, i string, b *t8.ChargeablePartyTransactionPatch) (*t8.ChargeablePartyTransaction, error) {
	return do[*t8.ChargeablePartyTransaction](ctx, f.fake, "ModifyTransaction", b, s, i)
}

func (f cpFake) DeleteTransaction(ctx context.Context, s id.SCSASID, i string) (*t8.NotificationData, error) {
	return do[*t8.NotificationData](ctx, f.fake, "DeleteTransaction", nil, s, i)
}

func partyOf(f *fake) t8.API { return t8.ChargeablePartyAPI(cpFake{f}) }

const (
	cpTxs     = "/3gpp-chargeable-party/v1/as-a/transactions"
	cpTx1     = cpTxs + "/t1"
	goodParty = `{"notificationDestination":"https://as.example.com/n","ipv4Addr":"198.51.100.7","flowInfo":[{"flowId":1}],
		"sponsorInformation":{"sponsorId":"s","aspId":"a"},"sponsoringEnabled":false}`
)

func cpResource() *t8.ChargeablePartyTransaction {
	return &t8.ChargeablePartyTransaction{
		SupportedFeatures:       t8.FeatureSet(t8.FeatureChargeablePartyEnNB),
		DNN:                     "internet",
		NotificationDestination: "https://as.example.com/n",
		RequestTestNotification: true,
		ExterAppID:              "video",
		IPv4Addr:                "198.51.100.7",
		IPDomain:                "east",
		FlowInfo:                []t8.FlowInfo{{FlowID: 0, FlowDescriptions: []string{"permit out ip from any to assigned"}}},
		SponsorInformation:      t8.SponsorInformation{SponsorID: "s", ASPID: "a"},
		SponsoringEnabled:       true,
		ReferenceID:             "bdt-1",
		UsageThreshold:          &t8.UsageThreshold{TotalVolume: new(int64(5 << 30))},
		Events:                  []t8.Event{t8.EventUsageReport, "NEW_ONE"},
	}
}

var cpUsage = t8.NotificationData{
	Transaction:  "https://scef.example.com" + cpTx1,
	EventReports: []t8.EventReport{{Event: t8.EventSessionTermination, AccumulatedUsage: &t8.AccumulatedUsage{TotalVolume: new(int64(77))}}},
}

func TestChargeablePartyBothEnds(t *testing.T) {
	covers(t, "T8-4.4.4-25", "T8-4.4.4-31", "T8-4.4.4-32")
	x := layEnds(t, partyOf)
	c := x.client.ChargeableParty()
	stored := cpResource()
	stored.Self = x.URL + cpTx1

	filter := t8.UEFilter{IPAddrs: []t8.IPAddr{{IPv4Addr: "198.51.100.7"}}, IPDomain: "east"}
	x.out = []t8.ChargeablePartyTransaction{*stored}
	list, err := c.Transactions(t.Context(), asA, filter)
	require.NoError(t, err)
	require.Equal(t, x.out, list)
	require.Equal(t, filter, x.in)
	require.Equal(t, "Transactions as-a", x.last())

	x.out = stored
	sent := cpResource()
	sent.Self, sent.ServAuthInfo = "https://elsewhere/", t8.ServAuthTPExpired // read-only: the server forgets them
	got, err := c.CreateTransaction(t.Context(), asA, sent)
	require.NoError(t, err)
	require.Equal(t, stored, got)
	require.Equal(t, cpResource(), x.in)
	require.Equal(t, "CreateTransaction as-a", x.last())

	for _, ident := range []string{"t1", stored.Self} {
		got, err = c.Transaction(t.Context(), asA, ident)
		require.NoError(t, err)
		require.Equal(t, stored, got)
		require.Equal(t, "Transaction as-a t1", x.last())
	}

	change := &t8.ChargeablePartyTransactionPatch{
		SponsoringEnabled: t8.Set(false),
		UsageThreshold:    t8.Set(t8.UsageThresholdRm{TotalVolume: t8.Null[int64](), Duration: t8.Set(t8.DurationSec(time.Minute))}),
		Events:            t8.Set([]t8.Event{t8.EventLossOfBearer}),
	}
	got, err = c.ModifyTransaction(t.Context(), asA, stored.Self, change)
	require.NoError(t, err)
	require.Equal(t, stored, got)
	require.Equal(t, change, x.in)
	require.Equal(t, "ModifyTransaction as-a t1", x.last())

	x.out = &cpUsage
	usage, err := c.DeleteTransaction(t.Context(), asA, "t1")
	require.NoError(t, err)
	require.Equal(t, &cpUsage, usage)
	require.Equal(t, "DeleteTransaction as-a t1", x.last())

	x.out = nil // nothing to tell: 204
	got, err = c.ModifyTransaction(t.Context(), asA, "t1", change)
	require.NoError(t, err)
	require.Nil(t, got)
	usage, err = c.DeleteTransaction(t.Context(), asA, "t1")
	require.NoError(t, err)
	require.Nil(t, usage)

	x.answer = func(context.Context, string, any) (any, error) {
		return nil, fault.New("chargeable", fault.NotFound, "")
	}
	_, err = c.Transaction(t.Context(), asA, "t2")
	require.ErrorIs(t, err, fault.NotFound)
	_, err = c.DeleteTransaction(t.Context(), asA, "t2")
	require.ErrorIs(t, err, fault.NotFound)
}

func TestChargeablePartyHandlerAnswers(t *testing.T) {
	covers(t, "T8-4.4.4-31", "T8-4.4.4-32")
	stored := &t8.ChargeablePartyTransaction{Self: "https://scef.example.com" + cpTx1, NotificationDestination: "https://as.example.com/n", SponsorInformation: t8.SponsorInformation{SponsorID: "s", ASPID: "a"}}
	const onWire = `{"self":"https://scef.example.com` + cpTx1 + `","notificationDestination":"https://as.example.com/n","sponsorInformation":{"sponsorId":"s","aspId":"a"},"sponsoringEnabled":false}`
	repliesAre(t, partyOf, []replied{
		{"none", "GET", cpTxs, "", nil, 200, "", `[]`},
		{"create", "POST", cpTxs, goodParty, stored, 201, stored.Self, onWire},
		{"read", "GET", cpTx1, "", stored, 200, "", onWire},
		{"change", "PATCH", cpTx1, `{}`, stored, 200, "", onWire},
		{"change, nothing to tell", "PATCH", cpTx1, `{}`, nil, 204, "", ""},
		{"delete with usage", "DELETE", cpTx1, "", &cpUsage, 200, "", `{"transaction":"https://scef.example.com` + cpTx1 + `","eventReports":[{"event":"SESSION_TERMINATION","accumulatedUsage":{"totalVolume":77}}]}`},
		{"delete", "DELETE", cpTx1, "", nil, 204, "", ""},
	})
}

func TestChargeablePartyHandlerRefuses(t *testing.T) {
	refuses(t, partyOf, []refusal{
		{name: "nothing there", method: "POST", path: cpTxs, body: `{}`, cause: "MANDATORY_IE_MISSING", params: []string{"/notificationDestination", "/sponsorInformation", "/sponsoringEnabled"}},
		{
			name: "every fault at once", method: "POST", path: cpTxs, body: `{"notificationDestination":"/n","sponsorInformation":{},"sponsoringEnabled":"yes","ipv4Addr":"x","flowInfo":[],"usageThreshold":{"duration":-1}}`,
			cause: "MANDATORY_IE_INCORRECT", params: []string{"/sponsorInformation/sponsorId", "/sponsorInformation/aspId", "/sponsoringEnabled", "/usageThreshold/duration", "/notificationDestination", "/ipv4Addr", "/flowInfo"},
		},
		{
			name: "PATCH removes what must stay", method: "PATCH", path: cpTx1, body: `{"sponsoringEnabled":null,"events":null,"usageThreshold":null,"flowInfo":[]}`,
			cause: "MANDATORY_IE_INCORRECT", params: []string{"/flowInfo", "/sponsoringEnabled", "/events"},
		},
		{name: "query", method: "GET", path: cpTxs + "?ip-addrs=%5B%7B%7D%5D", cause: "MANDATORY_IE_INCORRECT", params: []string{"ip-addrs"}},
		{name: "no PUT here", method: "PUT", path: cpTx1, body: goodParty, status: 405},
	})
}

func TestChargeablePartyClient(t *testing.T) {
	covers(t, "T8-4.4.4-01", "T8-4.4.4-02", "T8-4.4.4-03", "T8-4.4.4-04", "T8-4.4.4-05", "T8-4.4.4-06", "T8-4.4.4-07", "T8-4.4.4-08",
		"T8-4.4.4-09", "T8-4.4.4-10", "T8-4.4.4-11", "T8-4.4.4-12", "T8-4.4.4-13", "T8-4.4.4-33", "T8-4.4.4-36", "T8-4.4.4-37",
		"T8-4.4.4-38", "T8-4.4.4-58")
	s := newSCEF(t)
	c := clientOf(t, s.URL).ChargeableParty()
	for _, enabled := range []bool{true, false} {
		s.answers(201, goodParty, "Location", s.URL+"/elsewhere/t-9")
		tx, err := c.CreateTransaction(t.Context(), asA, &t8.ChargeablePartyTransaction{
			NotificationDestination: "https://as.example.com/n", IPv6Addr: "2001:db8::7", SponsoringEnabled: enabled, ReferenceID: "bdt-1",
			FlowInfo:           []t8.FlowInfo{{FlowID: 1}},
			SponsorInformation: t8.SponsorInformation{SponsorID: "s", ASPID: "a"},
			UsageThreshold:     &t8.UsageThreshold{Duration: new(t8.DurationSec(time.Minute)), TotalVolume: new(int64(100))},
		})
		require.NoError(t, err)
		require.Equal(t, seen{"POST", cpTxs, "application/json", map[string]any{
			"notificationDestination": "https://as.example.com/n", "ipv6Addr": "2001:db8::7", "sponsoringEnabled": enabled, "referenceId": "bdt-1",
			"flowInfo":           []any{map[string]any{"flowId": 1.0}},
			"sponsorInformation": map[string]any{"sponsorId": "s", "aspId": "a"},
			"usageThreshold":     map[string]any{"duration": 60.0, "totalVolume": 100.0},
		}}, s.last())

		s.answers(200, goodParty)
		got, err := c.ModifyTransaction(t.Context(), asA, tx.Self, &t8.ChargeablePartyTransactionPatch{
			SponsoringEnabled: t8.Set(!enabled), Events: t8.Set([]t8.Event{t8.EventUsageReport}), UsageThreshold: t8.Null[t8.UsageThresholdRm](),
		})
		require.NoError(t, err)
		require.Equal(t, "198.51.100.7", got.IPv4Addr)
		require.Equal(t, seen{"PATCH", "/elsewhere/t-9", "application/merge-patch+json", map[string]any{
			"sponsoringEnabled": !enabled, "events": []any{"USAGE_REPORT"}, "usageThreshold": nil,
		}}, s.last())

		s.answers(204, "")
		usage, err := c.DeleteTransaction(t.Context(), asA, tx.Self)
		require.NoError(t, err)
		require.Nil(t, usage)
		require.Equal(t, seen{method: "DELETE", path: "/elsewhere/t-9"}, s.last())
	}
}

func TestChargeablePartyPatch(t *testing.T) {
	for name, c := range map[string]struct{ doc, patch string }{
		"nothing": {goodParty, `{}`},
		"every member": {goodParty, `{"flowInfo":[{"flowId":7}],"exterAppId":"x","ethFlowInfo":[{"ethType":"0800"}],"sponsoringEnabled":true,"referenceId":"r",
			"usageThreshold":{"duration":5,"totalVolume":null},"notificationDestination":"https://b/","events":["USAGE_REPORT"]}`},
		"parts of the threshold": {
			`{"notificationDestination":"https://a/","sponsorInformation":{"sponsorId":"s","aspId":"a"},"sponsoringEnabled":true,"usageThreshold":{"duration":5,"totalVolume":6,"uplinkVolume":7}}`,
			`{"usageThreshold":{"duration":null,"totalVolume":0,"downlinkVolume":8},"sponsoringEnabled":false}`,
		},
		"threshold removed": {
			`{"notificationDestination":"https://a/","sponsorInformation":{"sponsorId":"s","aspId":"a"},"sponsoringEnabled":true,"usageThreshold":{"duration":5}}`,
			`{"usageThreshold":null}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			mergesLikeItself[t8.ChargeablePartyTransaction, t8.ChargeablePartyTransactionPatch](t, c.doc, c.patch)
		})
	}
	var res t8.ChargeablePartyTransaction
	require.NoError(t, json.Unmarshal([]byte(goodParty), &res))
	bad := t8.ChargeablePartyTransactionPatch{ReferenceID: t8.Set("r"), NotificationDestination: t8.Set("nowhere")}
	require.ErrorIs(t, bad.Apply(&res), fault.InvalidParameter)
	require.Empty(t, res.ReferenceID, "nothing was changed")
}
