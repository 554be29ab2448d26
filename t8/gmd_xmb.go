package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// GMDByxMBNotification FIXME (TS29122_GMDviaMBMSbyxMB#GMDByxMBNotification).
type GMDByxMBNotification struct {
	// FIXME TS29122_CommonData#Link
	Transaction string `json:"transaction" t8:"required"`
	// FIXME boolean
	DeliveryTriggerStatus bool `json:"deliveryTriggerStatus" t8:"required"`
}

// GMDViaMBMSByxMB FIXME (TS29122_GMDviaMBMSbyxMB#GMDViaMBMSByxMB).
type GMDViaMBMSByxMB struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME MbmsLocArea
	MbmsLocArea *MbmsLocArea `json:"mbmsLocArea,omitempty"`
	// FIXME TS29122_CommonData#DateTime
	MessageDeliveryStartTime time.Time `json:"messageDeliveryStartTime,omitzero"`
	// FIXME TS29122_CommonData#DateTime
	MessageDeliveryStopTime time.Time `json:"messageDeliveryStopTime,omitzero"`
	// FIXME TS29122_CommonData#Bytes
	GroupMessagePayload []byte `json:"groupMessagePayload,omitempty"`
	// FIXME TS29122_CommonData#Ipv4AddrRo
	SCEFMessageDeliveryIPv4 string `json:"scefMessageDeliveryIPv4,omitempty" t8:"readonly"`
	// FIXME TS29122_CommonData#Ipv6AddrRo
	SCEFMessageDeliveryIPv6 string `json:"scefMessageDeliveryIPv6,omitempty" t8:"readonly"`
	// FIXME TS29122_CommonData#PortRo
	SCEFMessageDeliveryPort *int `json:"scefMessageDeliveryPort,omitempty" t8:"readonly,min=0,max=65535"`
}

// GMDViaMBMSByxMBPatch FIXME (TS29122_GMDviaMBMSbyxMB#GMDViaMBMSByxMBPatch).
type GMDViaMBMSByxMBPatch struct {
	// FIXME MbmsLocArea
	MbmsLocArea Opt[MbmsLocArea] `json:"mbmsLocArea,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#DateTime
	MessageDeliveryStartTime Opt[time.Time] `json:"messageDeliveryStartTime,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#DateTime
	MessageDeliveryStopTime Opt[time.Time] `json:"messageDeliveryStopTime,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Bytes
	GroupMessagePayload Opt[[]byte] `json:"groupMessagePayload,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}

// ServiceAnnouncementMode FIXME.
type ServiceAnnouncementMode string

const (
	ServiceAnnouncementModeSach            ServiceAnnouncementMode = "SACH"
	ServiceAnnouncementModeContentProvider ServiceAnnouncementMode = "CONTENT_PROVIDER"
)

// ServiceCreation FIXME (TS29122_GMDviaMBMSbyxMB#ServiceCreation).
type ServiceCreation struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// FIXME string
	UserServiceID string `json:"userServiceId,omitempty" t8:"readonly"`
	// FIXME string
	ServiceClass string `json:"serviceClass,omitempty" t8:"readonly"`
	// FIXME []string
	ServiceLanguages []string `json:"serviceLanguages,omitempty" t8:"readonly,min=1"`
	// FIXME []string
	ServiceNames []string `json:"serviceNames,omitempty" t8:"readonly,min=1"`
	// FIXME boolean
	ReceiveOnlyMode *bool `json:"receiveOnlyMode,omitempty" t8:"readonly"`
	// FIXME ServiceAnnouncementMode
	ServiceAnnouncementMode ServiceAnnouncementMode `json:"serviceAnnouncementMode,omitempty" t8:"readonly"`
}
