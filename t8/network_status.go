package t8

import (
	"reflect"
	"time"
)

// NetworkStatusSubscription is the resource "Individual Network Status Reporting Subscription" (TS 29.122 §5.9.2,
// NetworkStatusReportingSubscription): the wish to learn how congested the user plane is in an area. At most one of
// ThresholdValues and ThresholdTypes is set.
type NetworkStatusSubscription struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.9.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// NotificationDestination is the http or https URI that receives the reports.
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// LocationArea is the area that the reports are about.
	LocationArea LocationArea `json:"locationArea" t8:"required"`
	// TimeDuration is when a continuous report ends; zero: one report is wanted.
	TimeDuration time.Time `json:"timeDuration,omitzero"`
	// ThresholdValues are the levels that are reported when they are reached. Not empty when present.
	ThresholdValues []CongestionValue `json:"thresholdValues,omitempty" t8:"min=1,atmost=threshold"`
	// ThresholdTypes are the coarse levels that are reported when they are reached. Not empty when present.
	ThresholdTypes []CongestionType `json:"thresholdTypes,omitempty" t8:"min=1,atmost=threshold"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// NetworkStatusSubscriptionPatch changes a continuous subscription (TS 29.122 §5.9.2, NetStatusRepSubsPatch). A member
// that is absent stays as it is; only TimeDuration can be removed. At most one of ThresholdValues and ThresholdTypes is
// set. Feature PatchUpdate.
type NetworkStatusSubscriptionPatch struct {
	// NotificationDestination is the new http or https URI for the reports.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"notnull,uri"`
	// LocationArea holds the kinds of areas that change; those that it does not name stay, as RFC 7396 wants it.
	LocationArea Opt[LocationArea] `json:"locationArea,omitzero" t8:"notnull"`
	// TimeDuration is when the reports end.
	TimeDuration Opt[time.Time] `json:"timeDuration,omitzero"`
	// ThresholdValues are the new levels. Not empty.
	ThresholdValues Opt[[]CongestionValue] `json:"thresholdValues,omitzero" t8:"notnull,min=1,atmost=threshold"`
	// ThresholdTypes are the new coarse levels. Not empty.
	ThresholdTypes Opt[[]CongestionType] `json:"thresholdTypes,omitzero" t8:"notnull,min=1,atmost=threshold"`
}

// Apply merges the patch into s by RFC 7396 and checks the result. On an error s is unchanged. As neither kind of
// threshold can be removed, a subscription with one does not get the other by a patch: that is an error, and a PUT does
// it.
func (p *NetworkStatusSubscriptionPatch) Apply(s *NetworkStatusSubscription) error {
	n := *s
	p.NotificationDestination.apply(&n.NotificationDestination)
	if area, ok := p.LocationArea.Get(); ok {
		mergeSame(&n.LocationArea, &area)
	}
	p.TimeDuration.apply(&n.TimeDuration)
	p.ThresholdValues.apply(&n.ThresholdValues)
	p.ThresholdTypes.apply(&n.ThresholdTypes)
	if err := Check(&n); err != nil {
		return err
	}
	*s = n
	return nil
}

// mergeSame overwrites those members of a struct that another one has. That is what RFC 7396 does with an object inside
// of a patch, short of removing members.
func mergeSame[T any](to, from *T) {
	src, dst := reflect.ValueOf(from).Elem(), reflect.ValueOf(to).Elem()
	p := planOf(src.Type())
	for i := range p.fields {
		if f := &p.fields[i]; present(f.of(src), f) {
			f.of(dst).Set(f.of(src))
		}
	}
}

// NetworkStatusNotification tells how congested the area of a subscription is (TS 29.122 §5.9.2,
// NetworkStatusReportingNotification). At most one of NSIValue and NSIType is set.
type NetworkStatusNotification struct {
	// Subscription is the URI of the subscription.
	Subscription string `json:"subscription" t8:"required"`
	// NSIValue is the level; nil: not said.
	NSIValue *CongestionValue `json:"nsiValue,omitempty" t8:"atmost=nsi"`
	// NSIType is the coarse level; empty: not said.
	NSIType CongestionType `json:"nsiType,omitempty" t8:"atmost=nsi"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// CongestionValue is a level of congestion, 0 (none) to 31 (worst) (TS 29.122 §5.9.2, CongestionValue).
type CongestionValue int

// CongestionType is a coarse level of congestion (TS 29.122 §5.9.2). T8 enumerations are open: a value that is not known
// is kept.
type CongestionType string

// The coarse levels.
const (
	CongestionHigh   CongestionType = "HIGH"
	CongestionMedium CongestionType = "MEDIUM"
	CongestionLow    CongestionType = "LOW"
)

// Known reports whether the value is one of TS 29.122.
func (v CongestionType) Known() bool {
	return v == CongestionHigh || v == CongestionMedium || v == CongestionLow
}

// The features of the API for network status (TS 29.122 §5.9.4). The names are those of the standard; the NUMBERS ARE NOT
// CONFIRMED against table 5.9.4-1. A correction is made here and nowhere else.
const (
	FeatureNetworkStatusWebsocket   = 1
	FeatureNetworkStatusTestEvent   = 2
	FeatureNetworkStatusPatchUpdate = 3
)

// NetworkStatusFeatureNames gives the names that TS 29.122 §5.9.4 uses for the features of the API, by number.
func NetworkStatusFeatureNames() map[int]string {
	return map[int]string{
		FeatureNetworkStatusWebsocket:   "Notification_websocket",
		FeatureNetworkStatusTestEvent:   "Notification_test_event",
		FeatureNetworkStatusPatchUpdate: "PatchUpdate",
	}
}
