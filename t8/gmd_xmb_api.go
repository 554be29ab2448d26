package t8

import (
	"context"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// GMDViaMBMSByXMB is the API for group message delivery via MBMS over xMB (TS 29.122 §5.8.3, GMDviaMBMSbyxMB, in URIs
// 3gpp-group-message-delivery-xmb). The procedure of an SCEF implements it, and so does [Client]; what [NIDD] says about
// scope, ownership, errors, contexts and identifiers holds here, too.
type GMDViaMBMSByXMB interface {
	// Services returns all services of the SCS/AS.
	Services(ctx context.Context, scsas id.SCSASID) ([]XMBService, error)

	// CreateService creates a service for a group and returns it with Self set.
	CreateService(ctx context.Context, scsas id.SCSASID, service *XMBService) (*XMBService, error)

	// Service returns a service.
	Service(ctx context.Context, scsas id.SCSASID, serviceID string) (*XMBService, error)

	// DeleteService ends a service and every delivery below it.
	DeleteService(ctx context.Context, scsas id.SCSASID, serviceID string) error

	// Deliveries returns all deliveries of a service.
	Deliveries(ctx context.Context, scsas id.SCSASID, serviceID string) ([]GMDXMBDelivery, error)

	// CreateDelivery sets up a delivery and returns it with Self set. Without a payload the result tells where the SCEF
	// takes it. The outcome comes by notification.
	CreateDelivery(ctx context.Context, scsas id.SCSASID, serviceID string, delivery *GMDXMBDelivery) (*GMDXMBDelivery, error)

	// Delivery returns a delivery.
	Delivery(ctx context.Context, scsas id.SCSASID, serviceID, transactionID string) (*GMDXMBDelivery, error)

	// ReplaceDelivery replaces a delivery and returns the new one, or nil (204).
	ReplaceDelivery(ctx context.Context, scsas id.SCSASID, serviceID, transactionID string, delivery *GMDXMBDelivery) (*GMDXMBDelivery, error)

	// ModifyDelivery changes a delivery and returns the new one, or nil (204). An implementation uses
	// [GMDXMBDeliveryPatch.Apply].
	ModifyDelivery(ctx context.Context, scsas id.SCSASID, serviceID, transactionID string, patch *GMDXMBDeliveryPatch) (*GMDXMBDelivery, error)

	// DeleteDelivery ends a delivery.
	DeleteDelivery(ctx context.Context, scsas id.SCSASID, serviceID, transactionID string) error
}

// GMDViaMBMSByXMBAPI makes the API for group message delivery over xMB out of an implementation, for [NewHandler].
func GMDViaMBMSByXMBAPI(p GMDViaMBMSByXMB) API {
	const (
		services   = "/{scsAsId}/services"
		service    = services + "/{serviceId}"
		deliveries = service + "/delivery-via-mbms"
		delivery   = deliveries + "/{transactionId}"
	)
	selfS := func(s *XMBService) string { return s.Self }
	selfD := func(d *GMDXMBDelivery) string { return d.Self }
	return API{Name: "3gpp-group-message-delivery-xmb", Version: "v1", title: "GMDviaMBMSbyxMB", routes: []route{
		getList(services, "FetchAllxMBServices", func(c *call) ([]XMBService, error) {
			return p.Services(c.ctx, c.scsas)
		}),
		postNew(services, "CreatexMBService", selfS, func(c *call, b *XMBService) (*XMBService, error) {
			return p.CreateService(c.ctx, c.scsas, b)
		}),
		getOne(service, "FetchIndxMBService", func(c *call) (*XMBService, error) {
			return p.Service(c.ctx, c.scsas, c.vars[0])
		}),
		remove(service, "DeletexMBService", func(c *call) error {
			return p.DeleteService(c.ctx, c.scsas, c.vars[0])
		}),
		getList(deliveries, "FetchAllGMDViaMBMS", func(c *call) ([]GMDXMBDelivery, error) {
			return p.Deliveries(c.ctx, c.scsas, c.vars[0])
		}),
		notifying(postNew(deliveries, "CreateGMDViaMBMS", selfD, func(c *call, b *GMDXMBDelivery) (*GMDXMBDelivery, error) {
			return p.CreateDelivery(c.ctx, c.scsas, c.vars[0], b)
		}), "gMDByxMBNotification", reflect.TypeFor[GMDXMBNotification]()),
		getOne(delivery, "FetchIndGMDViaMBMS", func(c *call) (*GMDXMBDelivery, error) {
			return p.Delivery(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
		put(delivery, "UpdateIndGMDViaMBMS", func(c *call, b *GMDXMBDelivery) (*GMDXMBDelivery, error) {
			return p.ReplaceDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		}),
		patch(delivery, "ModifyIndGMDViaMBMS", mergePatch, func(c *call, b *GMDXMBDeliveryPatch) (*GMDXMBDelivery, error) {
			return p.ModifyDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1], b)
		}),
		remove(delivery, "DeleteIndGMDViaMBMS", func(c *call) error {
			return p.DeleteDelivery(c.ctx, c.scsas, c.vars[0], c.vars[1])
		}),
	}}
}
