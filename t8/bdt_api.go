package t8

import (
	"context"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// BDT is the API for resource management of background data transfer (TS 29.122 §5.4, 3gpp-bdt). The procedure of an SCEF
// implements it, and so does [Client]; a caller need not know which it has.
//
// Every method takes the SCS/AS on whose behalf it works; a resource of another one does not exist (fault.NotFound).
// Bodies are checked before they come here from HTTP; see [Check] for calls in process. An implementation neither keeps
// nor changes a body that it is given; what it returns belongs to the caller. Errors are *[fault.Error]. Safe for
// concurrent use.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away.
//
// With a Client, subscriptionID is either the identifier or the whole URI that the SCEF returned (Location, self), which
// is used as it stands.
type BDT interface {
	// Subscriptions returns all BDT subscriptions of the SCS/AS.
	Subscriptions(ctx context.Context, scsas id.SCSASID) ([]BDTSubscription, error)

	// CreateSubscription negotiates policies with the PCRF and returns the subscription with Self, ReferenceID and
	// TransferPolicies set. When the PCRF refuses, nothing is created.
	CreateSubscription(ctx context.Context, scsas id.SCSASID, sub *BDTSubscription) (*BDTSubscription, error)

	// Subscription returns a subscription.
	Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*BDTSubscription, error)

	// ReplaceSubscription negotiates anew, without the former reference, and returns the new subscription, or nil when
	// there is nothing to tell (204). When the PCRF refuses, the subscription stays as it was.
	ReplaceSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, sub *BDTSubscription) (*BDTSubscription, error)

	// ModifySubscription selects one of the policies that were offered and returns the new subscription, or nil (204);
	// the PCRF learns of the selection after the answer. An implementation uses [BDTSubscriptionPatch.Apply].
	ModifySubscription(
		ctx context.Context, scsas id.SCSASID, subscriptionID string, patch *BDTSubscriptionPatch,
	) (*BDTSubscription, error)

	// DeleteSubscription ends a subscription.
	DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) error
}

// BDTAPI makes the API for background data transfer out of an implementation, for [NewHandler].
func BDTAPI(p BDT) API {
	const (
		subs = "/{scsAsId}/subscriptions"
		sub  = subs + "/{subscriptionId}"
	)
	self := func(s *BDTSubscription) string { return s.Self }
	return API{Name: "3gpp-bdt", Version: "v1", routes: []route{
		getList(subs, "FetchAllActiveBDTSubscriptions", func(c *call) ([]BDTSubscription, error) {
			return p.Subscriptions(c.ctx, c.scsas)
		}),
		notifying(postNew(subs, "CreateBDTSubscription", self, func(c *call, b *BDTSubscription) (*BDTSubscription, error) {
			return p.CreateSubscription(c.ctx, c.scsas, b)
		}), "bDTWarningNotification", reflect.TypeFor[BDTWarningNotification]()),
		getOne(sub, "FetchIndBDTSubscription", func(c *call) (*BDTSubscription, error) {
			return p.Subscription(c.ctx, c.scsas, c.vars[0])
		}),
		put(sub, "UpdateBDTSubscription", func(c *call, b *BDTSubscription) (*BDTSubscription, error) {
			return p.ReplaceSubscription(c.ctx, c.scsas, c.vars[0], b)
		}),
		patch(sub, "ModifyBDTSubscription", mergePatch, func(c *call, b *BDTSubscriptionPatch) (*BDTSubscription, error) {
			return p.ModifySubscription(c.ctx, c.scsas, c.vars[0], b)
		}),
		remove(sub, "DeleteBDTSubscription", func(c *call) error {
			return p.DeleteSubscription(c.ctx, c.scsas, c.vars[0])
		}),
	}}
}
