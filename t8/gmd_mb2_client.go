package t8

import (
	"context"
	"encoding/json"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// gmdDeliveries is the collection of deliveries below an allocation or a service.
const gmdDeliveries = "/delivery-via-mbms"

// GMDViaMBMSByMB2 returns the API for group message delivery over MB2.
func (c *Client) GMDViaMBMSByMB2() GMDViaMBMSByMB2 {
	return mb2Client{caller{c, "3gpp-group-message-delivery-mb2", "/3gpp-group-message-delivery-mb2/v1"}}
}

// mb2Client is GMDViaMBMSByMB2 over HTTP.
type mb2Client struct{ caller }

var _ GMDViaMBMSByMB2 = mb2Client{}

func (m mb2Client) all(scsas id.SCSASID) string { return m.collection(scsas, "tmgi-allocation") }

func (m mb2Client) one(scsas id.SCSASID, tmgi string) string { return item(m.all(scsas), tmgi) }

func (m mb2Client) delivery(scsas id.SCSASID, tmgi, transactionID string) string {
	return item(m.one(scsas, tmgi)+gmdDeliveries, transactionID)
}

func (m mb2Client) TMGIAllocations(ctx context.Context, scsas id.SCSASID) ([]TMGIAllocation, error) {
	return fetchOneOrMore[TMGIAllocation](ctx, m.caller, "FetchAllTMGIAllocations", scsas, m.all(scsas))
}

func (m mb2Client) CreateTMGIAllocation(
	ctx context.Context, scsas id.SCSASID, allocation *TMGIAllocation,
) (*TMGIAllocation, error) {
	q := request{operation: "CreateTMGIAllocation", scsas: scsas, uri: m.all(scsas), body: allocation}
	return create(ctx, m.caller, q, func(v *TMGIAllocation) *string { return &v.Self })
}

func (m mb2Client) TMGIAllocation(ctx context.Context, scsas id.SCSASID, tmgi string) (*TMGIAllocation, error) {
	return fetch[TMGIAllocation](ctx, m.caller, "FetchIndTMGIAllocation", scsas, m.one(scsas, tmgi))
}

func (m mb2Client) ReplaceTMGIAllocation(
	ctx context.Context, scsas id.SCSASID, tmgi string, allocation *TMGIAllocation,
) (*TMGIAllocation, error) {
	return change[TMGIAllocation](ctx, m.caller, request{
		operation: "UpdateIndTMGIAllocation", scsas: scsas,
		method: "PUT", uri: m.one(scsas, tmgi), media: typeJSON, body: allocation,
	})
}

func (m mb2Client) ModifyTMGIAllocation(
	ctx context.Context, scsas id.SCSASID, tmgi string, patch *TMGIAllocationPatch,
) (*TMGIAllocation, error) {
	return change[TMGIAllocation](ctx, m.caller, request{
		operation: "ModifyIndTMGIAllocation", scsas: scsas,
		method: "PATCH", uri: m.one(scsas, tmgi), media: typeMerge, body: patch,
	})
}

func (m mb2Client) DeleteTMGIAllocation(ctx context.Context, scsas id.SCSASID, tmgi string) error {
	return drop(ctx, m.caller, "DeleteTMGIAllocation", scsas, m.one(scsas, tmgi))
}

func (m mb2Client) Deliveries(ctx context.Context, scsas id.SCSASID, tmgi string) ([]GMDMB2Delivery, error) {
	return fetchOneOrMore[GMDMB2Delivery](ctx, m.caller, "FecthAllGMDViaMBMSByMB2", scsas, m.one(scsas, tmgi)+gmdDeliveries)
}

func (m mb2Client) CreateDelivery(
	ctx context.Context, scsas id.SCSASID, tmgi string, delivery *GMDMB2Delivery,
) (*GMDMB2Delivery, error) {
	q := request{operation: "CreateGMDViaMBMSByMB2", scsas: scsas, uri: m.one(scsas, tmgi) + gmdDeliveries, body: delivery}
	return create(ctx, m.caller, q, func(v *GMDMB2Delivery) *string { return &v.Self })
}

func (m mb2Client) Delivery(ctx context.Context, scsas id.SCSASID, tmgi, transactionID string) (*GMDMB2Delivery, error) {
	return fetch[GMDMB2Delivery](ctx, m.caller, "FetchIndDeliveryViaMBMS", scsas, m.delivery(scsas, tmgi, transactionID))
}

func (m mb2Client) ReplaceDelivery(
	ctx context.Context, scsas id.SCSASID, tmgi, transactionID string, delivery *GMDMB2Delivery,
) (*GMDMB2Delivery, error) {
	return change[GMDMB2Delivery](ctx, m.caller, request{
		operation: "UpdateIndDeliveryViaMBMS", scsas: scsas,
		method: "PUT", uri: m.delivery(scsas, tmgi, transactionID), media: typeJSON, body: delivery,
	})
}

func (m mb2Client) ModifyDelivery(
	ctx context.Context, scsas id.SCSASID, tmgi, transactionID string, patch *GMDMB2DeliveryPatch,
) (*GMDMB2Delivery, error) {
	return change[GMDMB2Delivery](ctx, m.caller, request{
		operation: "ModifyIndDeliveryViaMBMS", scsas: scsas,
		method: "PATCH", uri: m.delivery(scsas, tmgi, transactionID), media: typeMerge, body: patch,
	})
}

func (m mb2Client) DeleteDelivery(ctx context.Context, scsas id.SCSASID, tmgi, transactionID string) error {
	return drop(ctx, m.caller, "DeleteIndDeliveryViaMBMS", scsas, m.delivery(scsas, tmgi, transactionID))
}

// fetchOneOrMore retrieves a collection that is written as an array or, when it has one element, as that element.
func fetchOneOrMore[T any](ctx context.Context, a caller, operation string, scsas id.SCSASID, uri string) ([]T, error) {
	raw, err := fetch[json.RawMessage](ctx, a, operation, scsas, uri)
	if err != nil {
		return nil, err
	}
	var v []T
	var bad *fault.Error
	if (*raw)[0] == '[' {
		bad = decodeBody(*raw, &v, modeAnswer)
	} else {
		v = make([]T, 1)
		bad = decodeBody(*raw, &v[0], modeAnswer)
	}
	if bad != nil {
		return nil, &fault.Error{Op: "t8." + operation, Code: fault.Internal, Remote: true, Err: bad}
	}
	return v, nil
}
