package t8

import (
	"context"
	"errors"
	"net/http"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// MonitoringEvent is the API for monitoring of events (TS 29.122 §5.3, 3gpp-monitoring-event). The procedure of an SCEF
// implements it, and so does [Client]; a caller need not know which it has.
//
// Every method takes the SCS/AS on whose behalf it works; a resource of another one does not exist (fault.NotFound).
// Bodies are checked before they come here from HTTP; see [Check] and [JSONPatch.Check] for calls in process. An
// implementation neither keeps nor changes a body that it is given; what it returns belongs to the caller. Errors are
// *[fault.Error]. Safe for concurrent use.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away.
//
// With a Client, subscriptionID is either the identifier or the whole URI that the SCEF returned (Location, self), which
// is used as it stands.
type MonitoringEvent interface {
	// Subscriptions returns the subscriptions of the SCS/AS, those of all UEs or those that the filter names.
	Subscriptions(ctx context.Context, scsas id.SCSASID, filter UEFilter) ([]MonitoringEventSubscription, error)

	// CreateSubscription subscribes to an event. Either the result is the subscription with Self set (201), possibly
	// with changed parameters and with reports that were there at once; or the wish was for one time and is fulfilled:
	// then it is the reports, at least one, and nothing was created (200). More than one report takes feature enNB. The
	// other result is nil.
	//
	// Errors: fault.ParameterOutOfRange, fault.UserUnknown, fault.NotAuthorized and others; and with a Cause of their
	// own [CauseEventFeatureMismatch], [CauseEventUnsupported], [CauseIdleStatusUnsupported], [CauseResourcesExceeded]
	// and [CauseDuplicateRequest].
	CreateSubscription(ctx context.Context, scsas id.SCSASID, sub *MonitoringEventSubscription) (
		*MonitoringEventSubscription, []MonitoringEventReport, error)

	// Subscription returns a subscription.
	Subscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) (*MonitoringEventSubscription, error)

	// ReplaceSubscription replaces everything of a subscription and returns the new one, or nil when there is nothing to
	// tell (204). Feature Subscription_modification. Errors are those of CreateSubscription, and
	// fault.OperationProhibited for a subscription by way of the PCRF or without that feature.
	ReplaceSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, sub *MonitoringEventSubscription) (
		*MonitoringEventSubscription, error)

	// ModifySubscription changes a subscription. Feature Subscription_Patch, or Partial_group_modification for the UEs
	// of a group. An implementation uses [JSONPatch.Apply], whose errors it returns; the others are those of
	// ReplaceSubscription.
	ModifySubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string, patch JSONPatch) error

	// DeleteSubscription ends a subscription. It returns the last reports (200), or none (204). On an error the
	// subscription stays.
	DeleteSubscription(ctx context.Context, scsas id.SCSASID, subscriptionID string) ([]MonitoringEventReport, error)
}

// Causes of the MonitoringEvent API (TS 29.122 §4.4.2.2), for Cause of a fault.Error, with their status and code. A
// Client tells them apart by Cause, because an answer does not carry the code.
const (
	// CauseEventFeatureMismatch: SupportedFeatures lacks the feature of the event. 400, fault.InvalidParameter.
	CauseEventFeatureMismatch = "EVENT_FEATURE_MISMATCH"
	// CauseEventUnsupported: the SCEF does not have the event. 500, fault.Internal.
	CauseEventUnsupported = "EVENT_UNSUPPORTED"
	// CauseIdleStatusUnsupported: the network cannot tell when the UE is idle. 403, fault.NotAuthorized.
	CauseIdleStatusUnsupported = "IDLE_STATUS_UNSUPPORTED"
	// CauseResourcesExceeded: the SCS/AS has too many subscriptions. 403, fault.NotAuthorized. Feature enNB.
	CauseResourcesExceeded = "RESOURCES_EXCEEDED"
	// CauseDuplicateRequest: the SCS/AS has the same subscription. 400, fault.InvalidParameter. Feature enNB.
	CauseDuplicateRequest = "DUPLICATE_REQUEST"
)

// MonitoringEventAPI makes the API for monitoring of events out of an implementation, for [NewHandler].
func MonitoringEventAPI(p MonitoringEvent) API {
	const (
		subs = "/{scsAsId}/subscriptions"
		sub  = subs + "/{subscriptionId}"
	)
	subscribe := route{
		method: "POST", pattern: subs, operation: "CreateMonitoringEventSubscription", accepts: plainJSON,
		body: reflect.TypeFor[MonitoringEventSubscription](), answer: reflect.TypeFor[MonitoringEventSubscription](),
		status: []int{http.StatusCreated, http.StatusOK},
		others: map[int][]reflect.Type{
			http.StatusOK: {reflect.TypeFor[MonitoringEventReport](), reflect.TypeFor[MonitoringEventReports]()},
		},
		do: func(c *call) (reply, error) {
			return withBody(c, func(b *MonitoringEventSubscription) (reply, error) {
				s, reports, err := p.CreateSubscription(c.ctx, c.scsas, b)
				return subscribed(s, reports, err)
			})
		},
	}
	modify := route{
		method: "PATCH", pattern: sub, operation: "ModifyIndMonitoringEventSubscription", accepts: []string{typeJSONPatch},
		body: reflect.TypeFor[[]PatchItem](), status: []int{http.StatusNoContent},
		do: func(c *call) (reply, error) {
			return withPatch(c, func(patch JSONPatch) error {
				return p.ModifySubscription(c.ctx, c.scsas, c.vars[0], patch)
			})
		},
	}
	return API{Name: "3gpp-monitoring-event", Version: "v1", routes: []route{
		asking(getList(subs, "FetchAllMonitoringEventSubscriptions", func(c *call) ([]MonitoringEventSubscription, error) {
			filter, err := parseUEFilter(c.url)
			if err != nil {
				return nil, err
			}
			return p.Subscriptions(c.ctx, c.scsas, filter)
		}), ueFilter...),
		notifying(notifyingAt(subscribe, "revocationNotifUri", "UserConsentRevocationNotif", reflect.TypeFor[ConsentRevocNotif]()),
			"notificationDestination", reflect.TypeFor[MonitoringNotification]()),
		getOne(sub, "FetchIndMonitoringEventSubscription", func(c *call) (*MonitoringEventSubscription, error) {
			return p.Subscription(c.ctx, c.scsas, c.vars[0])
		}),
		put(sub, "UpdateIndMonitoringEventSubscription",
			func(c *call, b *MonitoringEventSubscription) (*MonitoringEventSubscription, error) {
				return p.ReplaceSubscription(c.ctx, c.scsas, c.vars[0], b)
			}),
		modify,
		removeTelling(sub, "DeleteIndMonitoringEventSubscription", func(c *call) (*[]MonitoringEventReport, error) {
			reports, err := p.DeleteSubscription(c.ctx, c.scsas, c.vars[0])
			if len(reports) == 0 {
				return nil, err
			}
			return &reports, err
		}),
	}}
}

// subscribed answers 201 with the subscription, or 200 with the reports of a wish that is fulfilled.
func subscribed(s *MonitoringEventSubscription, reports []MonitoringEventReport, err error) (reply, error) {
	switch {
	case err == nil && s != nil && len(reports) > 0:
		return reply{}, errors.New("both a subscription and reports without one")
	case err != nil || len(reports) == 0:
		return created(s, err, func() string { return s.Self })
	case len(reports) == 1:
		return reply{status: http.StatusOK, body: &reports[0]}, nil
	}
	return reply{status: http.StatusOK, body: &MonitoringEventReports{MonitoringEventReports: reports}}, nil
}

// withPatch decodes and checks the JSON Patch of c and goes on with f: 204.
func withPatch(c *call, f func(JSONPatch) error) (reply, error) {
	var patch JSONPatch
	if err := decodeBody(c.body, &patch, modeRequest); err != nil {
		return reply{}, err
	}
	if err := patch.checkSize(); err != nil {
		return reply{}, err
	}
	return none(f(patch))
}
