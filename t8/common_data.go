package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// AccumulatedUsage FIXME (TS29122_CommonData#AccumulatedUsage).
type AccumulatedUsage struct {
	// FIXME DurationSec
	Duration *DurationSec `json:"duration,omitempty" t8:"min=0"`
	// FIXME Volume
	TotalVolume *int `json:"totalVolume,omitempty" t8:"min=0"`
	// FIXME Volume
	DownlinkVolume *int `json:"downlinkVolume,omitempty" t8:"min=0"`
	// FIXME Volume
	UplinkVolume *int `json:"uplinkVolume,omitempty" t8:"min=0"`
}

// ConfigResult FIXME (TS29122_CommonData#ConfigResult).
type ConfigResult struct {
	// FIXME []ExternalId
	ExternalIDs []id.ExternalID `json:"externalIds,omitempty" t8:"min=1,oneof=g1"`
	// FIXME []Msisdn
	MSISDNs []id.MSISDN `json:"msisdns,omitempty" t8:"min=1,oneof=g1"`
	// FIXME ResultReason
	ResultReason ResultReason `json:"resultReason" t8:"required"`
}

// EthFlowInfo FIXME (TS29122_CommonData#EthFlowInfo).
type EthFlowInfo struct {
	// FIXME integer
	FlowID int `json:"flowId" t8:"required"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#EthFlowDescription
	EthFlowDescriptions []EthFlowDescription `json:"ethFlowDescriptions,omitempty" t8:"min=1,max=2"`
}

// Event FIXME.
type Event string

const (
	EventSessionTermination            Event = "SESSION_TERMINATION"
	EventLossOfBearer                  Event = "LOSS_OF_BEARER"
	EventRecoveryOfBearer              Event = "RECOVERY_OF_BEARER"
	EventReleaseOfBearer               Event = "RELEASE_OF_BEARER"
	EventUsageReport                   Event = "USAGE_REPORT"
	EventFailedResourcesAllocation     Event = "FAILED_RESOURCES_ALLOCATION"
	EventSuccessfulResourcesAllocation Event = "SUCCESSFUL_RESOURCES_ALLOCATION"
)

// EventReport FIXME (TS29122_CommonData#EventReport).
type EventReport struct {
	// FIXME Event
	Event Event `json:"event" t8:"required"`
	// FIXME AccumulatedUsage
	AccumulatedUsage *AccumulatedUsage `json:"accumulatedUsage,omitempty"`
	// FIXME []integer
	FlowIDs []int `json:"flowIds,omitempty" t8:"min=1"`
}

// FlowInfo FIXME (TS29122_CommonData#FlowInfo).
type FlowInfo struct {
	// FIXME integer
	FlowID int `json:"flowId" t8:"required"`
	// FIXME []string
	FlowDescriptions []string `json:"flowDescriptions,omitempty" t8:"min=1,max=2"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TosTrafficClass
	TosTC string `json:"tosTC,omitempty"`
}

// LocationArea FIXME (TS29122_CommonData#LocationArea).
type LocationArea struct {
	// FIXME []string
	CellIDs []string `json:"cellIds,omitempty" t8:"min=1"`
	// FIXME []string
	EnodeBIDs []string `json:"enodeBIds,omitempty" t8:"min=1"`
	// FIXME []string
	RoutingAreaIDs []string `json:"routingAreaIds,omitempty" t8:"min=1"`
	// FIXME []string
	TrackingAreaIDs []string `json:"trackingAreaIds,omitempty" t8:"min=1"`
	// FIXME []TS29572_Nlmf_Location#GeographicArea
	GeographicAreas []GeographicArea `json:"geographicAreas,omitempty" t8:"min=1"`
	// FIXME []TS29572_Nlmf_Location#CivicAddress
	CivicAddresses []CivicAddress `json:"civicAddresses,omitempty" t8:"min=1"`
}

// LocationArea5G FIXME (TS29122_CommonData#LocationArea5G).
type LocationArea5G struct {
	// FIXME []TS29572_Nlmf_Location#GeographicArea
	GeographicAreas []GeographicArea `json:"geographicAreas,omitempty" t8:"min=0"`
	// FIXME []TS29572_Nlmf_Location#CivicAddress
	CivicAddresses []CivicAddress `json:"civicAddresses,omitempty" t8:"min=0"`
	// FIXME TS29554_Npcf_BDTPolicyControl#NetworkAreaInfo
	NwAreaInfo *NetworkAreaInfo `json:"nwAreaInfo,omitempty"`
}

// NotificationData FIXME (TS29122_CommonData#NotificationData).
type NotificationData struct {
	// FIXME Link
	Transaction string `json:"transaction" t8:"required"`
	// FIXME []EventReport
	EventReports []EventReport `json:"eventReports" t8:"required,min=1"`
}

// PLMNID FIXME (TS29122_CommonData#PlmnId).
type PLMNID struct {
	// FIXME Mcc
	Mcc string `json:"mcc" t8:"required"`
	// FIXME Mnc
	Mnc string `json:"mnc" t8:"required"`
}

// ResultReason FIXME.
type ResultReason string

const (
	ResultReasonRoamingNotAllowed ResultReason = "ROAMING_NOT_ALLOWED"
	ResultReasonOtherReason       ResultReason = "OTHER_REASON"
)

// SponsorInformation FIXME (TS29122_CommonData#SponsorInformation).
type SponsorInformation struct {
	// FIXME string
	SponsorID string `json:"sponsorId" t8:"required"`
	// FIXME string
	AspID string `json:"aspId" t8:"required"`
}

// TimeWindow FIXME (TS29122_CommonData#TimeWindow).
type TimeWindow struct {
	// FIXME DateTime
	StartTime time.Time `json:"startTime" t8:"required"`
	// FIXME DateTime
	StopTime time.Time `json:"stopTime" t8:"required"`
}

// UsageThreshold FIXME (TS29122_CommonData#UsageThreshold).
type UsageThreshold struct {
	// FIXME DurationSec
	Duration *DurationSec `json:"duration,omitempty" t8:"min=0"`
	// FIXME Volume
	TotalVolume *int `json:"totalVolume,omitempty" t8:"min=0"`
	// FIXME Volume
	DownlinkVolume *int `json:"downlinkVolume,omitempty" t8:"min=0"`
	// FIXME Volume
	UplinkVolume *int `json:"uplinkVolume,omitempty" t8:"min=0"`
}

// UsageThresholdRm FIXME (TS29122_CommonData#UsageThresholdRm).
type UsageThresholdRm struct {
	// FIXME DurationSecRm
	Duration Opt[DurationSec] `json:"duration,omitzero" t8:"min=0"`
	// FIXME VolumeRm
	TotalVolume Opt[int] `json:"totalVolume,omitzero" t8:"min=0"`
	// FIXME VolumeRm
	DownlinkVolume Opt[int] `json:"downlinkVolume,omitzero" t8:"min=0"`
	// FIXME VolumeRm
	UplinkVolume Opt[int] `json:"uplinkVolume,omitzero" t8:"min=0"`
}
