package t8

import (
	"context"

	"github.com/scefkit/scefkit/id"
)

// NetworkStatus returns the API for reports of the network status.
func (c *Client) NetworkStatus() NetworkStatus {
	return networkStatusClient{caller{c, "3gpp-net-stat-report", "/3gpp-net-stat-report/v1"}}
}

// networkStatusClient is NetworkStatus over HTTP.
type networkStatusClient struct{ caller }

var _ NetworkStatus = networkStatusClient{}

func (n networkStatusClient) subs(scsas id.SCSASID) string {
	return n.collection(scsas, "subscriptions")
}

func (n networkStatusClient) sub(scsas id.SCSASID, ident string) string {
	return item(n.subs(scsas), ident)
}

func (n networkStatusClient) Subscriptions(ctx context.Context, scsas id.SCSASID) ([]NetworkStatusSubscription, error) {
	return fetchList[NetworkStatusSubscription](ctx, n.caller, "FetchAllNwStatusReportSubscriptions", scsas, n.subs(scsas))
}

func (n networkStatusClient) CreateSubscription(
	ctx context.Context, scsas id.SCSASID, sub *NetworkStatusSubscription,
) (*NetworkStatusSubscription, error) {
	q := request{operation: "CreateNwStatusReportSubscription", scsas: scsas, uri: n.subs(scsas), body: sub}
	return create(ctx, n.caller, q, func(v *NetworkStatusSubscription) *string { return &v.Self })
}

func (n networkStatusClient) Subscription(
	ctx context.Context, scsas id.SCSASID, subscriptionID string,
) (*NetworkStatusSubscription, error) {
	return fetch[NetworkStatusSubscription](ctx, n.caller, "FetchIndNwStatusReportSubscription", scsas, n.sub(scsas, subscriptionID))
}

func (n networkStatusClient) ReplaceSubscription(
	ctx context.Context, scsas id.SCSASID, subscriptionID string, sub *NetworkStatusSubscription,
) (*NetworkStatusSubscription, error) {
	return change[NetworkStatusSubscription](ctx, n.caller, request{
		operation: "UpdateIndNwStatusReportSubscription", scsas: scsas, method: "PUT", uri: n.sub(scsas, subscriptionID),
		media: typeJSON, body: sub,
	})
}

func (n networkStatusClient) ModifySubscription(
	ctx context.Context, scsas id.SCSASID, subscriptionID string, patch *NetworkStatusSubscriptionPatch,
) (*NetworkStatusSubscription, error) {
	return change[NetworkStatusSubscription](ctx, n.caller, request{
		operation: "ModifyIndNwStatusReportSubscription", scsas: scsas, method: "PATCH", uri: n.sub(scsas, subscriptionID),
		media: typeMerge, body: patch,
	})
}

func (n networkStatusClient) DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) error {
	return drop(ctx, n.caller, "DeleteIndNwStatusReportSubscription", scsas, n.sub(scsas, subscriptionID))
}
