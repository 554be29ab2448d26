package t8

import (
	"context"
	"net/http"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// ASSessionWithQoS is the API that asks for a quality of service for the session between an application server and a UE
// (TS 29.122 §5.14, 3gpp-as-session-with-qos). The procedure of an SCEF implements it, and so does [Client]; a caller need
// not know which it has.
//
// Every method takes the SCS/AS on whose behalf it works; a subscription of another one does not exist (fault.NotFound).
// Bodies are checked before they come here from HTTP; see [Check] for calls in process. Which members must go together -
// an address of the UE, flows or an application, a reference to a quality - depends on the features that were agreed on,
// so an implementation checks that itself. It neither keeps nor changes a body that it is given; what it returns belongs
// to the caller. Errors are *[fault.Error]; when the network refuses the service but would accept another one, a 403 with
// a [ReportError] below it that holds a [ProblemDetailsASSessionWithQoS] tells which (creation, replacement and change
// only). Safe for concurrent use.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away.
//
// With a Client, subscriptionID is either the identifier or the whole URI that the SCEF returned (Location, self), which
// is used as it stands.
type ASSessionWithQoS interface {
	// Subscriptions returns the subscriptions of the SCS/AS, all of them or those for the UEs of the filter.
	Subscriptions(ctx context.Context, scsas id.SCSASID, filter UEFilter) ([]ASSessionWithQoSSubscription, error)

	// CreateSubscription sets up a session with the given quality and returns the subscription with Self set. What
	// happens to the session later comes by notification.
	CreateSubscription(ctx context.Context, scsas id.SCSASID, sub *ASSessionWithQoSSubscription) (*ASSessionWithQoSSubscription, error)

	// Subscription returns a subscription.
	Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*ASSessionWithQoSSubscription, error)

	// ReplaceSubscription replaces a subscription and returns the new one, or nil when there is nothing to tell (204).
	// The address of the UE stays what it is; another one is refused.
	ReplaceSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, sub *ASSessionWithQoSSubscription) (*ASSessionWithQoSSubscription, error)

	// ModifySubscription changes a subscription and returns the new one, or nil when there is nothing to tell (204). An
	// implementation uses [ASSessionWithQoSSubscriptionPatch.Apply].
	ModifySubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, patch *ASSessionWithQoSSubscriptionPatch) (*ASSessionWithQoSSubscription, error)

	// DeleteSubscription ends a session. It returns the usage that the network reported at the end (200), or nil when
	// it reported none (204).
	DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*UserPlaneNotificationData, error)
}

// ASSessionWithQoSAPI makes the API for sessions with QoS out of an implementation, for [NewHandler].
func ASSessionWithQoSAPI(p ASSessionWithQoS) API {
	const (
		subs = "/{scsAsId}/subscriptions"
		sub  = subs + "/{subscriptionId}"
	)
	type resource = ASSessionWithQoSSubscription
	refusing := func(r route) route { return reporting[ProblemDetailsASSessionWithQoS](r, http.StatusForbidden) }
	return API{Name: asSessionName, Version: "v1", routes: []route{
		asking(getList(subs, "FetchAllASSessionWithQoSSubscriptions", func(c *call) ([]resource, error) {
			f, err := parseUEFilter(c.url)
			if err != nil {
				return nil, err
			}
			return p.Subscriptions(c.ctx, c.scsas, f)
		}), ueFilter...),
		notifying(refusing(postNew(subs, "CreateASSessionWithQoSSubscription", func(s *resource) string { return s.Self },
			func(c *call, b *resource) (*resource, error) {
				return p.CreateSubscription(c.ctx, c.scsas, b)
			})), "notificationDestination", reflect.TypeFor[UserPlaneNotificationData]()),
		getOne(sub, "FetchIndASSessionWithQoSSubscription", func(c *call) (*resource, error) {
			return p.Subscription(c.ctx, c.scsas, c.vars[0])
		}),
		refusing(put(sub, "UpdateIndASSessionWithQoSSubscription", func(c *call, b *resource) (*resource, error) {
			return p.ReplaceSubscription(c.ctx, c.scsas, c.vars[0], b)
		})),
		refusing(patch(sub, "ModifyIndASSessionWithQoSSubscription", mergePatch,
			func(c *call, b *ASSessionWithQoSSubscriptionPatch) (*resource, error) {
				return p.ModifySubscription(c.ctx, c.scsas, c.vars[0], b)
			})),
		removeTelling(sub, "DeleteIndASSessionWithQoSSubscription", func(c *call) (*UserPlaneNotificationData, error) {
			return p.DeleteSubscription(c.ctx, c.scsas, c.vars[0])
		}),
	}}
}

const (
	asSessionName = "3gpp-as-session-with-qos"
	asSessionBase = "/" + asSessionName + "/v1"
)
