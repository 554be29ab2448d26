package t8

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/scefkit/scefkit/fault"
)

// Receive returns a handler for a notification destination of an application server that gets notifications of one kind
// (TS 29.122 §5.2.5):
//
//	mux.Handle("/monitoring", t8.Receive(func(ctx context.Context, n *t8.MonitoringNotification) error { ... }, nil))
//
// A nil error acknowledges the notification; any other is answered with ProblemDetails, so that an application server
// that does not know the resource returns fault.New(op, fault.NotFound, ""). What f gets was checked and may be kept;
// it may come twice. A body that has the member subscription and no other is a [TestNotification] and goes to
// CallbackOptions.Test. The handler serves every path that it is mounted at and authenticates nobody, as [NewCallback].
// opts may be nil.
func Receive[T any](f func(ctx context.Context, n *T) error, opts *CallbackOptions) http.Handler {
	return newCallback(opts, receiver(f, opts))
}

// receiver hands on a body to f, or to the receiver of test notifications.
func receiver[T any](f func(context.Context, *T) error, opts *CallbackOptions) func(context.Context, []byte) error {
	test := func(context.Context, *TestNotification) error { return nil }
	if opts != nil && opts.Test != nil {
		test = opts.Test
	}
	return func(ctx context.Context, b []byte) error {
		if isTest(b) {
			return received(ctx, b, test)
		}
		return received(ctx, b, f)
	}
}

// isTest reports whether a body is a test notification.
func isTest(b []byte) bool {
	if len(b) > 4<<10 {
		return false
	}
	var members map[string]json.RawMessage
	return json.Unmarshal(b, &members) == nil && len(members) == 1 && members["subscription"] != nil
}

type requestKey struct{}

// NotificationRequest returns the HTTP request that brought a notification, for a receiver that wants the path, the
// query or the certificate of the SCEF. ctx is the one that the receiver got; the body was read.
func NotificationRequest(ctx context.Context) *http.Request {
	r, _ := ctx.Value(requestKey{}).(*http.Request)
	return r
}

// NotificationHandler is an http.Handler for all notifications that an application server gets (TS 29.122 §5.2.5). A body
// alone does not tell of which API it is, so the path does: the name of the API is one of its segments. Mounted at
// "/notify/", an application server gives "https://as.example.com/notify/3gpp-nidd/17" as notificationDestination of an
// NIDD configuration; what comes before and after the name is its own, see [NotificationRequest].
//
// Set the fields of the APIs in use; notifications of others get 404. Functions are called concurrently; the rest is
// as in [Receive]. The fields must not be changed once the handler is in use.
type NotificationHandler struct {
	// Monitoring receives the reports of 3gpp-monitoring-event (§5.3).
	Monitoring func(context.Context, *MonitoringNotification) error
	// ConsentRevocation receives the revocation of user consent, at a destination of its own: the segment is
	// "consent-revocation" (§5.3; 5G only).
	ConsentRevocation func(context.Context, *ConsentRevocNotif) error
	// BDT receives warnings about background data transfer policies of 3gpp-bdt (§5.4).
	BDT func(context.Context, *BDTWarningNotification) error
	// ChargeableParty receives the events of 3gpp-chargeable-party (§5.5).
	ChargeableParty func(context.Context, *NotificationData) error
	// NIDD receives the five kinds of notification of 3gpp-nidd (§5.6).
	NIDD NIDDNotifications
	// DeviceTriggering receives the delivery reports of 3gpp-device-triggering (§5.7).
	DeviceTriggering func(context.Context, *DeviceTriggerDeliveryReportNotification) error
	// GroupMessageMB2 receives the results of 3gpp-group-message-delivery-mb2 (§5.8.2).
	GroupMessageMB2 func(context.Context, *GMDMB2Notification) error
	// GroupMessageXMB receives the results of 3gpp-group-message-delivery-xmb (§5.8.3).
	GroupMessageXMB func(context.Context, *GMDXMBNotification) error
	// NetworkStatus receives the reports of 3gpp-net-stat-report (§5.9).
	NetworkStatus func(context.Context, *NetworkStatusNotification) error
	// PFD receives the failures of 3gpp-pfd-management (§5.11).
	PFD func(context.Context, *[]PFDReport) error
	// NetworkParameters receives the results of 3gpp-network-parameter-configuration (§5.13).
	NetworkParameters func(context.Context, *NetworkParametersNotification) error
	// ASSessionWithQoS receives the events of 3gpp-as-session-with-qos (§5.14).
	ASSessionWithQoS func(context.Context, *UserPlaneNotificationData) error
	// Options apply to all; Options.Test receives test notifications of all APIs but NIDD, which has its own method.
	Options CallbackOptions
}

// notificationKinds is the table of the segments of paths and the receivers that they lead to.
var notificationKinds = map[string]func(*NotificationHandler) func(context.Context, []byte) error{
	"3gpp-monitoring-event": to(func(h *NotificationHandler) func(context.Context, *MonitoringNotification) error { return h.Monitoring }),
	"consent-revocation": to(func(h *NotificationHandler) func(context.Context, *ConsentRevocNotif) error {
		return h.ConsentRevocation
	}),
	"3gpp-bdt":              to(func(h *NotificationHandler) func(context.Context, *BDTWarningNotification) error { return h.BDT }),
	"3gpp-chargeable-party": to(func(h *NotificationHandler) func(context.Context, *NotificationData) error { return h.ChargeableParty }),
	"3gpp-nidd": func(h *NotificationHandler) func(context.Context, []byte) error {
		if h.NIDD == nil {
			return nil
		}
		return niddReceiver(h.NIDD)
	},
	"3gpp-device-triggering": to(func(h *NotificationHandler) func(context.Context, *DeviceTriggerDeliveryReportNotification) error {
		return h.DeviceTriggering
	}),
	"3gpp-group-message-delivery-mb2": to(func(h *NotificationHandler) func(context.Context, *GMDMB2Notification) error {
		return h.GroupMessageMB2
	}),
	"3gpp-group-message-delivery-xmb": to(func(h *NotificationHandler) func(context.Context, *GMDXMBNotification) error {
		return h.GroupMessageXMB
	}),
	"3gpp-net-stat-report": to(func(h *NotificationHandler) func(context.Context, *NetworkStatusNotification) error {
		return h.NetworkStatus
	}),
	"3gpp-pfd-management": to(func(h *NotificationHandler) func(context.Context, *[]PFDReport) error { return h.PFD }),
	"3gpp-network-parameter-configuration": to(func(h *NotificationHandler) func(context.Context, *NetworkParametersNotification) error {
		return h.NetworkParameters
	}),
	"3gpp-as-session-with-qos": to(func(h *NotificationHandler) func(context.Context, *UserPlaneNotificationData) error {
		return h.ASSessionWithQoS
	}),
}

func to[T any](f func(*NotificationHandler) func(context.Context, *T) error) func(*NotificationHandler) func(context.Context, []byte) error {
	return func(h *NotificationHandler) func(context.Context, []byte) error {
		if f := f(h); f != nil {
			return receiver(f, &h.Options)
		}
		return nil
	}
}

// ServeHTTP implements http.Handler.
func (h *NotificationHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	to := func(context.Context, []byte) error {
		return fault.New("t8.Notification", fault.NotFound, "notifications of this API are not taken here")
	}
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		if f := notificationKinds[segment]; f != nil {
			if f := f(h); f != nil {
				to = f
			}
			break
		}
	}
	newCallback(&h.Options, to).ServeHTTP(w, r)
}
