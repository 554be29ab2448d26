package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// GMDByMb2Notification FIXME (TS29122_GMDviaMBMSbyMB2#GMDByMb2Notification).
type GMDByMb2Notification struct {
	// FIXME TS29122_CommonData#Link
	Transaction string `json:"transaction" t8:"required"`
	// FIXME boolean
	DeliveryTriggerStatus bool `json:"deliveryTriggerStatus" t8:"required"`
}

// GMDViaMBMSByMb2 FIXME (TS29122_GMDviaMBMSbyMB2#GMDViaMBMSByMb2).
type GMDViaMBMSByMb2 struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// FIXME MbmsLocArea
	MbmsLocArea *MbmsLocArea `json:"mbmsLocArea,omitempty"`
	// FIXME TS29122_CommonData#DateTime
	MessageDeliveryStartTime time.Time `json:"messageDeliveryStartTime,omitzero"`
	// FIXME TS29122_CommonData#Bytes
	GroupMessagePayload []byte `json:"groupMessagePayload,omitempty"`
	// FIXME TS29122_CommonData#Ipv4AddrRo
	SCEFMessageDeliveryIPv4 string `json:"scefMessageDeliveryIPv4,omitempty" t8:"readonly"`
	// FIXME TS29122_CommonData#Ipv6AddrRo
	SCEFMessageDeliveryIPv6 string `json:"scefMessageDeliveryIPv6,omitempty" t8:"readonly"`
	// FIXME TS29122_CommonData#PortRo
	SCEFMessageDeliveryPort *int `json:"scefMessageDeliveryPort,omitempty" t8:"readonly,min=0,max=65535"`
}

// GMDViaMBMSByMb2Patch FIXME (TS29122_GMDviaMBMSbyMB2#GMDViaMBMSByMb2Patch).
type GMDViaMBMSByMb2Patch struct {
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID Opt[id.ExternalGroupID] `json:"externalGroupId,omitzero" t8:"notnull"`
	// FIXME MbmsLocArea
	MbmsLocArea Opt[MbmsLocArea] `json:"mbmsLocArea,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#DateTime
	MessageDeliveryStartTime Opt[time.Time] `json:"messageDeliveryStartTime,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Bytes
	GroupMessagePayload Opt[[]byte] `json:"groupMessagePayload,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}

// MbmsLocArea FIXME (TS29122_GMDviaMBMSbyMB2#MbmsLocArea).
type MbmsLocArea struct {
	// FIXME []string
	CellID []string `json:"cellId,omitempty" t8:"min=1"`
	// FIXME []string
	EnodeBID []string `json:"enodeBId,omitempty" t8:"min=1"`
	// FIXME []TS29572_Nlmf_Location#GeographicArea
	GeographicArea []GeographicArea `json:"geographicArea,omitempty" t8:"min=1"`
	// FIXME []string
	MbmsServiceAreaID []string `json:"mbmsServiceAreaId,omitempty" t8:"min=1"`
	// FIXME []TS29572_Nlmf_Location#CivicAddress
	CivicAddress []CivicAddress `json:"civicAddress,omitempty" t8:"min=1"`
}

// TMGIAllocation FIXME (TS29122_GMDviaMBMSbyMB2#TMGIAllocation).
type TMGIAllocation struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// FIXME MbmsLocArea
	MbmsLocArea *MbmsLocArea `json:"mbmsLocArea,omitempty"`
	// FIXME TS29122_CommonData#DateTimeRo
	TMGIExpiration time.Time `json:"tmgiExpiration,omitzero" t8:"readonly"`
}

// TMGIAllocationPatch FIXME (TS29122_GMDviaMBMSbyMB2#TMGIAllocationPatch).
type TMGIAllocationPatch struct {
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID Opt[id.ExternalGroupID] `json:"externalGroupId,omitzero" t8:"notnull"`
	// FIXME MbmsLocArea
	MbmsLocArea Opt[MbmsLocArea] `json:"mbmsLocArea,omitzero" t8:"notnull"`
}
