package t8

import (
	"context"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// NetworkStatus is the API for reports of the network status (TS 29.122 §5.9; 3gpp-net-stat-report in URIs). The procedure
// of an SCEF implements it, and so does [Client]; a caller need not know which it has.
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
type NetworkStatus interface {
	// Subscriptions returns all subscriptions of the SCS/AS.
	Subscriptions(ctx context.Context, scsas id.SCSASID) ([]NetworkStatusSubscription, error)

	// CreateSubscription creates a subscription and returns it with Self set; the RCAF is asked after the answer.
	CreateSubscription(ctx context.Context, scsas id.SCSASID, sub *NetworkStatusSubscription) (*NetworkStatusSubscription, error)

	// Subscription returns a subscription.
	Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*NetworkStatusSubscription, error)

	// ReplaceSubscription replaces a subscription and returns the new one, or nil when there is nothing to tell (204).
	// The RCAF hears of it after the answer.
	ReplaceSubscription(
		ctx context.Context, scsas id.SCSASID, subscriptionID string, sub *NetworkStatusSubscription,
	) (*NetworkStatusSubscription, error)

	// ModifySubscription changes a subscription and returns the new one, or nil (204). Errors:
	// fault.OperationProhibited without the feature PatchUpdate, and others. An implementation uses
	// [NetworkStatusSubscriptionPatch.Apply].
	ModifySubscription(
		ctx context.Context, scsas id.SCSASID, subscriptionID string, patch *NetworkStatusSubscriptionPatch,
	) (*NetworkStatusSubscription, error)

	// DeleteSubscription ends a subscription; the RCAF hears of it after the answer.
	DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) error
}

// NetworkStatusAPI makes the API for network status out of an implementation, for [NewHandler].
func NetworkStatusAPI(p NetworkStatus) API {
	const (
		subs   = "/{scsAsId}/subscriptions"
		sub    = subs + "/{subscriptionId}"
		create = "CreateNwStatusReportSubscription"
	)
	self := func(s *NetworkStatusSubscription) string { return s.Self }
	return API{Name: "3gpp-net-stat-report", Version: "v1", refuse401: []string{create}, routes: []route{
		getList(subs, "FetchAllNwStatusReportSubscriptions", func(c *call) ([]NetworkStatusSubscription, error) {
			return p.Subscriptions(c.ctx, c.scsas)
		}),
		notifying(postNew(subs, create, self, func(c *call, b *NetworkStatusSubscription) (*NetworkStatusSubscription, error) {
			return p.CreateSubscription(c.ctx, c.scsas, b)
		}), "notificationDestination", reflect.TypeFor[NetworkStatusNotification]()),
		getOne(sub, "FetchIndNwStatusReportSubscription", func(c *call) (*NetworkStatusSubscription, error) {
			return p.Subscription(c.ctx, c.scsas, c.vars[0])
		}),
		put(sub, "UpdateIndNwStatusReportSubscription", func(c *call, b *NetworkStatusSubscription) (*NetworkStatusSubscription, error) {
			return p.ReplaceSubscription(c.ctx, c.scsas, c.vars[0], b)
		}),
		patch(sub, "ModifyIndNwStatusReportSubscription", mergePatch, func(c *call, b *NetworkStatusSubscriptionPatch) (*NetworkStatusSubscription, error) {
			return p.ModifySubscription(c.ctx, c.scsas, c.vars[0], b)
		}),
		remove(sub, "DeleteIndNwStatusReportSubscription", func(c *call) error {
			return p.DeleteSubscription(c.ctx, c.scsas, c.vars[0])
		}),
	}}
}
