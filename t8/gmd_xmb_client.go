package t8

import (
	"context"

	"github.com/scefkit/scefkit/id"
)

// GMDViaMBMSByXMB returns the API for group message delivery over xMB.
func (c *Client) GMDViaMBMSByXMB() GMDViaMBMSByXMB {
	return xmbClient{caller{c, "3gpp-group-message-delivery-xmb", "/3gpp-group-message-delivery-xmb/v1"}}
}

// xmbClient is GMDViaMBMSByXMB over HTTP.
type xmbClient struct{ caller }

var _ GMDViaMBMSByXMB = xmbClient{}

func (x xmbClient) all(scsas id.SCSASID) string { return x.collection(scsas, "services") }

func (x xmbClient) one(scsas id.SCSASID, serviceID string) string {
	return item(x.all(scsas), serviceID)
}

func (x xmbClient) delivery(scsas id.SCSASID, serviceID, transactionID string) string {
	return item(x.one(scsas, serviceID)+gmdDeliveries, transactionID)
}

func (x xmbClient) Services(ctx context.Context, scsas id.SCSASID) ([]XMBService, error) {
	return fetchList[XMBService](ctx, x.caller, "FetchAllxMBServices", scsas, x.all(scsas))
}

func (x xmbClient) CreateService(ctx context.Context, scsas id.SCSASID, service *XMBService) (*XMBService, error) {
	q := request{operation: "CreatexMBService", scsas: scsas, uri: x.all(scsas), body: service}
	return create(ctx, x.caller, q, func(v *XMBService) *string { return &v.Self })
}

func (x xmbClient) Service(ctx context.Context, scsas id.SCSASID, serviceID string) (*XMBService, error) {
	return fetch[XMBService](ctx, x.caller, "FetchIndxMBService", scsas, x.one(scsas, serviceID))
}

func (x xmbClient) DeleteService(ctx context.Context, scsas id.SCSASID, serviceID string) error {
	return drop(ctx, x.caller, "DeletexMBService", scsas, x.one(scsas, serviceID))
}

func (x xmbClient) Deliveries(ctx context.Context, scsas id.SCSASID, serviceID string) ([]GMDXMBDelivery, error) {
	return fetchList[GMDXMBDelivery](ctx, x.caller, "FetchAllGMDViaMBMS", scsas, x.one(scsas, serviceID)+gmdDeliveries)
}

func (x xmbClient) CreateDelivery(
	ctx context.Context, scsas id.SCSASID, serviceID string, delivery *GMDXMBDelivery,
) (*GMDXMBDelivery, error) {
	q := request{operation: "CreateGMDViaMBMS", scsas: scsas, uri: x.one(scsas, serviceID) + gmdDeliveries, body: delivery}
	return create(ctx, x.caller, q, func(v *GMDXMBDelivery) *string { return &v.Self })
}

func (x xmbClient) Delivery(ctx context.Context, scsas id.SCSASID, serviceID, transactionID string) (*GMDXMBDelivery, error) {
	return fetch[GMDXMBDelivery](ctx, x.caller, "FetchIndGMDViaMBMS", scsas, x.delivery(scsas, serviceID, transactionID))
}

func (x xmbClient) ReplaceDelivery(
	ctx context.Context, scsas id.SCSASID, serviceID, transactionID string, delivery *GMDXMBDelivery,
) (*GMDXMBDelivery, error) {
	return change[GMDXMBDelivery](ctx, x.caller, request{
		operation: "UpdateIndGMDViaMBMS", scsas: scsas,
		method: "PUT", uri: x.delivery(scsas, serviceID, transactionID), media: typeJSON, body: delivery,
	})
}

func (x xmbClient) ModifyDelivery(
	ctx context.Context, scsas id.SCSASID, serviceID, transactionID string, patch *GMDXMBDeliveryPatch,
) (*GMDXMBDelivery, error) {
	return change[GMDXMBDelivery](ctx, x.caller, request{
		operation: "ModifyIndGMDViaMBMS", scsas: scsas,
		method: "PATCH", uri: x.delivery(scsas, serviceID, transactionID), media: typeMerge, body: patch,
	})
}

func (x xmbClient) DeleteDelivery(ctx context.Context, scsas id.SCSASID, serviceID, transactionID string) error {
	return drop(ctx, x.caller, "DeleteIndGMDViaMBMS", scsas, x.delivery(scsas, serviceID, transactionID))
}
