package t8

import "github.com/scefkit/scefkit/id"

// DeviceTrigger is the resource "Individual Device Triggering Transaction" (TS 29.122 §5.7.2, DeviceTriggering): a short
// message that wakes an application in a UE. Exactly one of ExternalID and MSISDN is set.
type DeviceTrigger struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.7.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// ValidityPeriod is how long the network tries to deliver the trigger; whole seconds on the wire. Zero: it is tried
	// once and not kept.
	ValidityPeriod DurationSec `json:"validityPeriod" t8:"required,min=0"`
	// Priority says whether the trigger goes before others.
	Priority TriggerPriority `json:"priority" t8:"required"`
	// ApplicationPortID is the port of the application in the UE, 0 to 65535.
	ApplicationPortID int `json:"applicationPortId" t8:"required,min=0,max=65535"`
	// AppSrcPortID is the port that the trigger comes from, 0 to 65535; nil: none given.
	AppSrcPortID *int `json:"appSrcPortId,omitempty" t8:"min=0,max=65535"`
	// TriggerPayload is what the application gets; base64 on the wire. The standard sets no length; one short message has
	// room for 133 octets behind its port header.
	TriggerPayload []byte `json:"triggerPayload" t8:"required"`
	// NotificationDestination is the http or https URI that receives the [DeviceTriggerDeliveryReportNotification].
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// DeliveryResult is what became of the trigger so far. Set by the SCEF.
	DeliveryResult TriggerResult `json:"deliveryResult,omitempty" t8:"readonly"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// DeviceTriggerPatch changes a trigger that is pending (TS 29.122 §5.7.2, DeviceTriggeringPatch). A member that is absent
// stays as it is; none can be removed. Feature PatchUpdate.
type DeviceTriggerPatch struct {
	// ValidityPeriod is how long the network tries to deliver the trigger; whole seconds on the wire.
	ValidityPeriod Opt[DurationSec] `json:"validityPeriod,omitzero" t8:"min=0,notnull"`
	// Priority says whether the trigger goes before others.
	Priority Opt[TriggerPriority] `json:"priority,omitzero" t8:"notnull"`
	// ApplicationPortID is the port of the application in the UE, 0 to 65535.
	ApplicationPortID Opt[int] `json:"applicationPortId,omitzero" t8:"min=0,max=65535,notnull"`
	// AppSrcPortID is the port that the trigger comes from, 0 to 65535.
	AppSrcPortID Opt[int] `json:"appSrcPortId,omitzero" t8:"min=0,max=65535,notnull"`
	// TriggerPayload is what the application gets; base64 on the wire.
	TriggerPayload Opt[[]byte] `json:"triggerPayload,omitzero" t8:"notnull"`
	// NotificationDestination is the http or https URI that receives the delivery report.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification Opt[bool] `json:"requestTestNotification,omitzero" t8:"notnull"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig Opt[WebsockNotifConfig] `json:"websockNotifConfig,omitzero" t8:"notnull"`
}

// Apply merges the patch into t by RFC 7396 and checks the result. A WebSocket URI that the SCEF gave stays. On an error t
// is unchanged.
func (p *DeviceTriggerPatch) Apply(t *DeviceTrigger) error {
	n := *t
	p.ValidityPeriod.apply(&n.ValidityPeriod)
	p.Priority.apply(&n.Priority)
	p.ApplicationPortID.apply(&n.ApplicationPortID)
	p.AppSrcPortID.applyPtr(&n.AppSrcPortID)
	p.TriggerPayload.apply(&n.TriggerPayload)
	p.NotificationDestination.apply(&n.NotificationDestination)
	p.RequestTestNotification.apply(&n.RequestTestNotification)
	p.WebsockNotifConfig.applyPtr(&n.WebsockNotifConfig)
	if w, was := n.WebsockNotifConfig, t.WebsockNotifConfig; w != nil && was != nil && w.WebsocketURI == "" {
		w.WebsocketURI = was.WebsocketURI // only the SCEF sets it, so a patch cannot take it away
	}
	if err := Check(&n); err != nil {
		return err
	}
	*t = n
	return nil
}

// DeviceTriggerDeliveryReportNotification tells what became of a trigger (TS 29.122 §5.7.2,
// DeviceTriggeringDeliveryReportNotification).
type DeviceTriggerDeliveryReportNotification struct {
	// Transaction is the URI of the trigger.
	Transaction string `json:"transaction" t8:"required"`
	// Result is the outcome of the delivery.
	Result TriggerResult `json:"result" t8:"required,readonly"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// TriggerPriority says whether a trigger goes before others (TS 29.122 §5.7.2, Priority). T8 enumerations are open: a value
// that is not known is kept.
type TriggerPriority string

// The priorities.
const (
	TriggerWithoutPriority TriggerPriority = "NO_PRIORITY"
	TriggerWithPriority    TriggerPriority = "PRIORITY"
)

// Known reports whether the value is one of TS 29.122.
func (v TriggerPriority) Known() bool { return v == TriggerWithoutPriority || v == TriggerWithPriority }

// TriggerResult is the state or the outcome of a trigger (TS 29.122 §5.7.2, DeliveryResult).
type TriggerResult string

// The states and outcomes of a trigger.
const (
	TriggerResultSuccess     TriggerResult = "SUCCESS"     // the UE has it
	TriggerResultUnknown     TriggerResult = "UNKNOWN"     // an error that nobody named
	TriggerResultFailure     TriggerResult = "FAILURE"     // cannot be delivered, now or later
	TriggerResultTriggered   TriggerResult = "TRIGGERED"   // taken by the SCEF, no outcome yet
	TriggerResultExpired     TriggerResult = "EXPIRED"     // the validity period ended before delivery
	TriggerResultUnconfirmed TriggerResult = "UNCONFIRMED" // sent, and nobody confirmed it
	TriggerResultReplaced    TriggerResult = "REPLACED"    // the replacement was taken by the SCEF
	TriggerResultTerminate   TriggerResult = "TERMINATE"   // recalled by the SCS/AS
)

// Known reports whether the value is one of TS 29.122.
func (v TriggerResult) Known() bool {
	switch v {
	case TriggerResultSuccess, TriggerResultUnknown, TriggerResultFailure, TriggerResultTriggered, TriggerResultExpired,
		TriggerResultUnconfirmed, TriggerResultReplaced, TriggerResultTerminate:
		return true
	}
	return false
}

// The features of the DeviceTriggering API (TS 29.122 §5.7.4). The names are those of the standard; the NUMBERS ARE NOT
// CONFIRMED against table 5.7.4-1. A correction is made here and nowhere else.
const (
	DeviceTriggeringFeatureNotificationWebsocket = 1
	DeviceTriggeringFeatureNotificationTestEvent = 2
	DeviceTriggeringFeaturePatchUpdate           = 3
)

// DeviceTriggeringFeatureNames gives the names that TS 29.122 §5.7.4 uses for the features of the DeviceTriggering API, by
// number.
func DeviceTriggeringFeatureNames() map[int]string {
	return map[int]string{
		DeviceTriggeringFeatureNotificationWebsocket: "Notification_websocket",
		DeviceTriggeringFeatureNotificationTestEvent: "Notification_test_event",
		DeviceTriggeringFeaturePatchUpdate:           "PatchUpdate",
	}
}
