package t8

import (
	"context"
	"net/http"
	"reflect"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// ASSessionWithQoS returns the API for sessions with QoS.
func (c *Client) ASSessionWithQoS() ASSessionWithQoS {
	return asSessionClient{caller{c, asSessionName, asSessionBase}}
}

// asSessionClient is ASSessionWithQoS over HTTP.
type asSessionClient struct{ caller }

var _ ASSessionWithQoS = asSessionClient{}

// asSessionReports is what refusals may be told in.
var asSessionReports = map[int]reflect.Type{http.StatusForbidden: reflect.TypeFor[ProblemDetailsASSessionWithQoS]()}

func (a asSessionClient) subscriptions(scsas id.SCSASID) string {
	return a.collection(scsas, "subscriptions")
}

func (a asSessionClient) subscription(scsas id.SCSASID, subscriptionID string) string {
	return item(a.subscriptions(scsas), subscriptionID)
}

func (a asSessionClient) Subscriptions(ctx context.Context, scsas id.SCSASID, filter UEFilter) ([]ASSessionWithQoSSubscription, error) {
	const op = "FetchAllASSessionWithQoSSubscriptions"
	uri, err := filter.addTo(a.subscriptions(scsas))
	if err != nil {
		return nil, fault.Wrap("t8."+op, fault.InvalidParameter, err)
	}
	return fetchList[ASSessionWithQoSSubscription](ctx, a.caller, op, scsas, uri)
}

func (a asSessionClient) CreateSubscription(ctx context.Context, scsas id.SCSASID, sub *ASSessionWithQoSSubscription) (*ASSessionWithQoSSubscription, error) {
	q := request{operation: "CreateASSessionWithQoSSubscription", scsas: scsas, uri: a.subscriptions(scsas), body: sub, reports: asSessionReports}
	return create(ctx, a.caller, q, func(v *ASSessionWithQoSSubscription) *string { return &v.Self })
}

func (a asSessionClient) Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*ASSessionWithQoSSubscription, error) {
	return fetch[ASSessionWithQoSSubscription](ctx, a.caller, "FetchIndASSessionWithQoSSubscription", scsas, a.subscription(scsas, subscriptionID))
}

func (a asSessionClient) ReplaceSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, sub *ASSessionWithQoSSubscription) (*ASSessionWithQoSSubscription, error) {
	return change[ASSessionWithQoSSubscription](ctx, a.caller, request{
		operation: "UpdateIndASSessionWithQoSSubscription", scsas: scsas, method: "PUT",
		uri: a.subscription(scsas, subscriptionID), media: typeJSON, body: sub, reports: asSessionReports,
	})
}

func (a asSessionClient) ModifySubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, patch *ASSessionWithQoSSubscriptionPatch) (*ASSessionWithQoSSubscription, error) {
	return change[ASSessionWithQoSSubscription](ctx, a.caller, request{
		operation: "ModifyIndASSessionWithQoSSubscription", scsas: scsas, method: "PATCH",
		uri: a.subscription(scsas, subscriptionID), media: typeMerge, body: patch, reports: asSessionReports,
	})
}

func (a asSessionClient) DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*UserPlaneNotificationData, error) {
	return dropTelling[UserPlaneNotificationData](ctx, a.caller, "DeleteIndASSessionWithQoSSubscription", scsas, a.subscription(scsas, subscriptionID))
}
