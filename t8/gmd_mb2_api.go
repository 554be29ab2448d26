package t8

import (
	"context"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// GMDViaMBMSByMB2 is the API for group message delivery via MBMS over MB2 (TS 29.122 §5.8.2, GMDviaMBMSbyMB2, in URIs
// 3gpp-group-message-delivery-mb2). The procedure of an SCEF implements it, and so does [Client]; what [NIDD] says about
// scope, ownership, errors, contexts and identifiers holds here, too. tmgi is the identifier of an allocation.
type GMDViaMBMSByMB2 interface {
	// TMGIAllocations returns all allocations of the SCS/AS. The API description has a single object in the answer. So
	// one allocation is written as an object, none or several as an array, and a Client reads both.
	TMGIAllocations(ctx context.Context, scsas id.SCSASID) ([]TMGIAllocation, error)

	// CreateTMGIAllocation gets a TMGI for a group and returns the allocation with Self and TMGIExpiration set.
	CreateTMGIAllocation(ctx context.Context, scsas id.SCSASID, allocation *TMGIAllocation) (*TMGIAllocation, error)

	// TMGIAllocation returns an allocation.
	TMGIAllocation(ctx context.Context, scsas id.SCSASID, tmgi string) (*TMGIAllocation, error)

	// ReplaceTMGIAllocation replaces an allocation and renews its TMGI; it returns the new one, or nil (204).
	ReplaceTMGIAllocation(ctx context.Context, scsas id.SCSASID, tmgi string, allocation *TMGIAllocation) (*TMGIAllocation, error)

	// ModifyTMGIAllocation changes an allocation and renews its TMGI; it returns the new one, or nil (204). An
	// implementation uses [TMGIAllocationPatch.Apply].
	ModifyTMGIAllocation(ctx context.Context, scsas id.SCSASID, tmgi string, patch *TMGIAllocationPatch) (*TMGIAllocation, error)

	// DeleteTMGIAllocation gives the TMGI back and ends every delivery below it.
	DeleteTMGIAllocation(ctx context.Context, scsas id.SCSASID, tmgi string) error

	// Deliveries returns all deliveries with a TMGI; on the wire as TMGIAllocations.
	Deliveries(ctx context.Context, scsas id.SCSASID, tmgi string) ([]GMDMB2Delivery, error)

	// CreateDelivery sets up a delivery and returns it with Self set. Without a payload the result tells where the SCEF
	// takes it. The outcome comes by notification.
	CreateDelivery(ctx context.Context, scsas id.SCSASID, tmgi string, delivery *GMDMB2Delivery) (*GMDMB2Delivery, error)

	// Delivery returns a delivery.
	Delivery(ctx context.Context, scsas id.SCSASID, tmgi, transactionID string) (*GMDMB2Delivery, error)

	// ReplaceDelivery replaces a delivery and returns the new one, or nil (204).
	ReplaceDelivery(ctx context.Context, scsas id.SCSASID, tmgi, transactionID string, delivery *GMDMB2Delivery) (*GMDMB2Delivery, error)

	// ModifyDelivery changes a delivery and returns the new one, or nil (204). An implementation uses
	// [GMDMB2DeliveryPatch.Apply].
	ModifyDelivery(ctx context.Context, scsas id.SCSASID, tmgi, transactionID string, patch *GMDMB2DeliveryPatch) (*GMDMB2Delivery, error)

	// DeleteDelivery ends a delivery.
	DeleteDelivery(ctx context.Context, scsas id.SCSASID, tmgi, transactionID string) error
}

// GMDViaMBMSByMB2API makes the API for group message delivery over MB2 out of an implementation, for [NewHandler].
func GMDViaMBMSByMB2API(p GMDViaMBMSByMB2) API {
	const (
		allocations = "/{scsAsId}/tmgi-allocation"
		allocation  = allocations + "/{tmgi}"
		deliveries  = allocation + "/delivery-via-mbms"
		delivery    = deliveries + "/{transactionId}"
	)
	selfA := func(a *TMGIAllocation) string { return a.Self }
	selfD := func(d *GMDMB2Delivery) string { return d.Self }
	return API{Name: "3gpp-group-message-delivery-mb2", Version: "v1", title: "GMDviaMBMSbyMB2", routes: []route{
		getOneOrMore(allocations, "FetchAllTMGIAllocations", func(c *call) ([]TMGIAllocation, error) {
			return p.TMGIAllocations(c.ctx, c.scsas)
		}),
		postNew(allocations, "CreateTMGIAllocation", selfA, func(c *call, b *TMGIAllocation) (*TMGIAllocation, error) {
			return p.CreateTMGIAllocation(c.ctx, c.scsas, b)
		}),
		getOne(allocation, "FetchIndTMGIAllocation", func(c *call) (*TMGIAllocation, error) {
			return p.TMGIAllocation(c.ctx, c.scsas, c.vars[0])
		}),
		put(allocation, "UpdateIndTMGIAllocation", func(c *call, b *TMGIAllocation) (*TMGIAllocation, error) {
			return p.ReplaceTMGIAllocation(c.ctx, c.scsas, c.vars[0], b)
		}),
		patch(allocation, "ModifyIndTMGIAllocation", mergePatch, func(c *call, b *TMGIAllocationPatch) (*TMGIAllocation, error) {
			return p.ModifyTMGIAllocation(c.ctx, c.scsas, c.vars[0], b)
		}),
		remove(allocation, "DeleteTMGIAllocation", func(c *call) error {
			return p.DeleteTMGIAllocation(c.ctx, c.scsas, c.vars[0])
		}),
		getOneOrMore(deliveries, "FecthAllGMDViaMBMSByMB2", func(c *call) ([]GMDMB2Delivery, error) { // so spelt in the standard
			return p.Deliveries(c.ctx, c.scsas, c.vars[0])
		}),
		notifying(postNew(deliveries, "CreateGMDViaMBMSByMB2", selfD, func(c *call, b *GMDMB2Delivery) (*GMDMB2Delivery, error) {
			return p.CreateDelivery(c.ctx, c.scsas, c.vars[0], b)
		}), "gMDByMb2Notification", reflect.TypeFor[GMDMB2Notification]()),
		getOne(delivery, "FetchIndDeliveryViaMBMS", func(c *call) (*GMDMB2Delivery, error) {
			return p.Delivery(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
		put(delivery, "UpdateIndDeliveryViaMBMS", func(c *call, b *GMDMB2Delivery) (*GMDMB2Delivery, error) {
			return p.ReplaceDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		}),
		patch(delivery, "ModifyIndDeliveryViaMBMS", mergePatch, func(c *call, b *GMDMB2DeliveryPatch) (*GMDMB2Delivery, error) {
			return p.ModifyDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		}),
		remove(delivery, "DeleteIndDeliveryViaMBMS", func(c *call) error {
			return p.DeleteDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
	}}
}

// getOneOrMore is the retrieval of a collection for which the API description has a single object: one element is written
// so, because that is what a client of the standard reads; none or several cannot be and become an array.
func getOneOrMore[T any](pattern, operation string, f func(c *call) ([]T, error)) route {
	r := getOne[T](pattern, operation, nil)
	r.collection = true
	r.do = func(c *call) (reply, error) {
		v, err := f(c)
		if err == nil && len(v) == 1 {
			return one(&v[0], nil)
		}
		return list(v, err)
	}
	return r
}
