package t8

import (
	"github.com/scefkit/scefkit/id"
)

// BDT FIXME (TS29122_ResourceManagementOfBdt#Bdt).
type BDT struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME string
	AspID string `json:"aspId,omitempty"`
	// FIXME TS29122_CommonData#UsageThreshold
	VolumePerUE UsageThreshold `json:"volumePerUE" t8:"required"`
	// FIXME integer
	NumberOfUEs int `json:"numberOfUEs" t8:"required,min=1"`
	// FIXME TS29122_CommonData#TimeWindow
	DesiredTimeWindow TimeWindow `json:"desiredTimeWindow" t8:"required"`
	// FIXME TS29122_CommonData#LocationArea
	LocationArea *LocationArea `json:"locationArea,omitempty"`
	// FIXME TS29122_CommonData#LocationArea5G
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`
	// FIXME TS29122_CommonData#BdtReferenceId
	ReferenceID string `json:"referenceId,omitempty"`
	// FIXME []TransferPolicy
	TransferPolicies []TransferPolicy `json:"transferPolicies,omitempty" t8:"readonly,min=1"`
	// FIXME integer
	SelectedPolicy *int `json:"selectedPolicy,omitempty"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination,omitempty" t8:"uri"`
	// FIXME boolean
	WarnNotifEnabled *bool `json:"warnNotifEnabled,omitempty"`
	// FIXME TrafficDescriptor
	TrafficDes string `json:"trafficDes,omitempty"`
}

// BDTPatch FIXME (TS29122_ResourceManagementOfBdt#BdtPatch).
type BDTPatch struct {
	// FIXME integer
	SelectedPolicy int `json:"selectedPolicy" t8:"required"`
	// FIXME boolean
	WarnNotifEnabled Opt[bool] `json:"warnNotifEnabled,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}

// ExNotification FIXME (TS29122_ResourceManagementOfBdt#ExNotification).
type ExNotification struct {
	// FIXME TS29122_CommonData#BdtReferenceId
	BDTRefID string `json:"bdtRefId" t8:"required"`
	// FIXME TS29122_CommonData#LocationArea5G
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`
	// FIXME TS29122_CommonData#TimeWindow
	TimeWindow *TimeWindow `json:"timeWindow,omitempty"`
	// FIXME []TransferPolicy
	CandPolicies []TransferPolicy `json:"candPolicies,omitempty" t8:"min=1"`
}

// TransferPolicy FIXME (TS29122_ResourceManagementOfBdt#TransferPolicy).
type TransferPolicy struct {
	// FIXME integer
	BDTPolicyID int `json:"bdtPolicyId" t8:"required"`
	// FIXME TS29122_CommonData#Bandwidth
	MaxUplinkBandwidth *int `json:"maxUplinkBandwidth,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#Bandwidth
	MaxDownlinkBandwidth *int `json:"maxDownlinkBandwidth,omitempty" t8:"min=0"`
	// FIXME integer
	RatingGroup int `json:"ratingGroup" t8:"required,min=0"`
	// FIXME TS29122_CommonData#TimeWindow
	TimeWindow TimeWindow `json:"timeWindow" t8:"required"`
}
