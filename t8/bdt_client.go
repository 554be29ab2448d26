package t8

import (
	"context"

	"github.com/scefkit/scefkit/id"
)

// BDT returns the API for background data transfer.
func (c *Client) BDT() BDT { return bdtClient{caller{c, "3gpp-bdt", "/3gpp-bdt/v1"}} }

// bdtClient is BDT over HTTP.
type bdtClient struct{ caller }

var _ BDT = bdtClient{}

func (n bdtClient) subs(scsas id.SCSASID) string { return n.collection(scsas, "subscriptions") }

func (n bdtClient) sub(scsas id.SCSASID, ident string) string { return item(n.subs(scsas), ident) }

func (n bdtClient) Subscriptions(ctx context.Context, scsas id.SCSASID) ([]BDTSubscription, error) {
	return fetchList[BDTSubscription](ctx, n.caller, "FetchAllActiveBDTSubscriptions", scsas, n.subs(scsas))
}

func (n bdtClient) CreateSubscription(ctx context.Context, scsas id.SCSASID, sub *BDTSubscription) (*BDTSubscription, error) {
	q := request{operation: "CreateBDTSubscription", scsas: scsas, uri: n.subs(scsas), body: sub}
	return create(ctx, n.caller, q, func(v *BDTSubscription) *string { return &v.Self })
}

func (n bdtClient) Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*BDTSubscription, error) {
	return fetch[BDTSubscription](ctx, n.caller, "FetchIndBDTSubscription", scsas, n.sub(scsas, subscriptionID))
}

func (n bdtClient) ReplaceSubscription(
	ctx context.Context, scsas id.SCSASID, subscriptionID string, sub *BDTSubscription,
) (*BDTSubscription, error) {
	return change[BDTSubscription](ctx, n.caller, request{
		operation: "UpdateBDTSubscription", scsas: scsas, method: "PUT", uri: n.sub(scsas, subscriptionID), media: typeJSON, body: sub,
	})
}

func (n bdtClient) ModifySubscription(
	ctx context.Context, scsas id.SCSASID, subscriptionID string, patch *BDTSubscriptionPatch,
) (*BDTSubscription, error) {
	return change[BDTSubscription](ctx, n.caller, request{
		operation: "ModifyBDTSubscription", scsas: scsas, method: "PATCH", uri: n.sub(scsas, subscriptionID),
		media: typeMerge, body: patch,
	})
}

func (n bdtClient) DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) error {
	return drop(ctx, n.caller, "DeleteBDTSubscription", scsas, n.sub(scsas, subscriptionID))
}
