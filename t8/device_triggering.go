package t8

import (
	"github.com/scefkit/scefkit/id"
)

// DeliveryResult FIXME.
type DeliveryResult string

const (
	DeliveryResultSuccess     DeliveryResult = "SUCCESS"
	DeliveryResultUnknown     DeliveryResult = "UNKNOWN"
	DeliveryResultFailure     DeliveryResult = "FAILURE"
	DeliveryResultTriggered   DeliveryResult = "TRIGGERED"
	DeliveryResultExpired     DeliveryResult = "EXPIRED"
	DeliveryResultUnconfirmed DeliveryResult = "UNCONFIRMED"
	DeliveryResultReplaced    DeliveryResult = "REPLACED"
	DeliveryResultTerminate   DeliveryResult = "TERMINATE"
)

// DeviceTriggering FIXME (TS29122_DeviceTriggering#DeviceTriggering).
type DeviceTriggering struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29122_CommonData#ExternalId
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#Msisdn
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=g1"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME TS29122_CommonData#DurationSec
	ValidityPeriod DurationSec `json:"validityPeriod" t8:"required,min=0"`
	// FIXME Priority
	Priority Priority `json:"priority" t8:"required"`
	// FIXME TS29122_CommonData#Port
	ApplicationPortID int `json:"applicationPortId" t8:"required,min=0,max=65535"`
	// FIXME TS29122_CommonData#Port
	AppSrcPortID *int `json:"appSrcPortId,omitempty" t8:"min=0,max=65535"`
	// FIXME TS29122_CommonData#Bytes
	TriggerPayload []byte `json:"triggerPayload" t8:"required"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME DeliveryResult
	DeliveryResult DeliveryResult `json:"deliveryResult,omitempty" t8:"readonly"`
}

// DeviceTriggeringDeliveryReportNotification FIXME (TS29122_DeviceTriggering#DeviceTriggeringDeliveryReportNotification).
type DeviceTriggeringDeliveryReportNotification struct {
	// FIXME TS29122_CommonData#Link
	Transaction string `json:"transaction" t8:"required"`
	// FIXME DeliveryResult
	Result DeliveryResult `json:"result" t8:"required,readonly"`
}

// DeviceTriggeringPatch FIXME (TS29122_DeviceTriggering#DeviceTriggeringPatch).
type DeviceTriggeringPatch struct {
	// FIXME TS29122_CommonData#DurationSec
	ValidityPeriod Opt[DurationSec] `json:"validityPeriod,omitzero" t8:"min=0,notnull"`
	// FIXME Priority
	Priority Opt[Priority] `json:"priority,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Port
	ApplicationPortID Opt[int] `json:"applicationPortId,omitzero" t8:"min=0,max=65535,notnull"`
	// FIXME TS29122_CommonData#Port
	AppSrcPortID Opt[int] `json:"appSrcPortId,omitzero" t8:"min=0,max=65535,notnull"`
	// FIXME TS29122_CommonData#Bytes
	TriggerPayload Opt[[]byte] `json:"triggerPayload,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
	// FIXME boolean
	RequestTestNotification Opt[bool] `json:"requestTestNotification,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig Opt[WebsockNotifConfig] `json:"websockNotifConfig,omitzero" t8:"notnull"`
}

// Priority FIXME.
type Priority string

const (
	PriorityNoPriority Priority = "NO_PRIORITY"
	PriorityPriority   Priority = "PRIORITY"
)
