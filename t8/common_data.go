package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// LocationArea is where something applies or where UEs are (TS 29.122 §5.2.1.2, LocationArea). Members that are given
// add up. The standard says which identities the strings hold and leaves their form to the agreement between SCEF and
// SCS/AS. No list is empty when present.
type LocationArea struct {
	// CellIDs are cell global identities.
	CellIDs []string `json:"cellIds,omitempty" t8:"min=1"`
	// ENodeBIDs are identities of eNodeBs. Member enodeBIds.
	ENodeBIDs []string `json:"enodeBIds,omitempty" t8:"min=1"`
	// RoutingAreaIDs are routing area identities.
	RoutingAreaIDs []string `json:"routingAreaIds,omitempty" t8:"min=1"`
	// TrackingAreaIDs are tracking area identities.
	TrackingAreaIDs []string `json:"trackingAreaIds,omitempty" t8:"min=1"`
	// GeographicAreas are places by coordinates.
	GeographicAreas []GeographicArea `json:"geographicAreas,omitempty" t8:"min=1"`
	// CivicAddresses are places by address.
	CivicAddresses []CivicAddress `json:"civicAddresses,omitempty" t8:"min=1"`
}

// LocationArea5G is a place in a 5G network (TS 29.122 §5.2.1.2, LocationArea5G). 5G only: carried, not served.
type LocationArea5G struct {
	// GeographicAreas are places by coordinates.
	GeographicAreas []GeographicArea `json:"geographicAreas,omitempty" t8:"min=0"`
	// CivicAddresses are places by address.
	CivicAddresses []CivicAddress `json:"civicAddresses,omitempty" t8:"min=0"`
	// NwAreaInfo is a place by cells, nodes and tracking areas.
	NwAreaInfo *NetworkAreaInfo `json:"nwAreaInfo,omitempty"`
}

// TimeWindow is a span of time (TS 29.122 §5.2.1.2, TimeWindow).
type TimeWindow struct {
	// StartTime is when it begins.
	StartTime time.Time `json:"startTime" t8:"required"`
	// StopTime is when it ends.
	StopTime time.Time `json:"stopTime" t8:"required"`
}

// PLMNID identifies a network (TS 29.122 §5.2.1.2, PlmnId; TS 23.003 §2.2).
type PLMNID struct {
	// MCC is the mobile country code, 3 digits.
	MCC string `json:"mcc" t8:"required,pattern=mcc"`
	// MNC is the mobile network code, 2 or 3 digits.
	MNC string `json:"mnc" t8:"required,pattern=mnc"`
}

// SponsorInformation tells who pays for the traffic (TS 29.122 §5.2.1.2, SponsorInformation).
type SponsorInformation struct {
	// SponsorID names the sponsor.
	SponsorID string `json:"sponsorId" t8:"required"`
	// ASPID names the application service provider. Member aspId.
	ASPID string `json:"aspId" t8:"required"`
}

// FlowInfo is an IP flow (TS 29.122 §5.2.1.2, FlowInfo).
type FlowInfo struct {
	// FlowID numbers the flow; reports refer to it.
	FlowID int `json:"flowId" t8:"required"`
	// FlowDescriptions are the packet filters, one for uplink, one for downlink or both, each an IPFilterRule in the
	// subset of TS 29.214 §5.3.8: permit in or out, protocol, source, destination.
	FlowDescriptions []string `json:"flowDescriptions,omitempty" t8:"min=1,max=2"`
	// TOSTC is the IPv4 type of service or IPv6 traffic class and its mask, 2 octets in hexadecimal. Member tosTC.
	// 5G only: carried, not served.
	TOSTC string `json:"tosTC,omitempty"`
}

// EthFlowInfo is an Ethernet flow (TS 29.122 §5.2.1.2, EthFlowInfo). 5G only: carried, not served.
type EthFlowInfo struct {
	// FlowID numbers the flow; reports refer to it.
	FlowID int `json:"flowId" t8:"required"`
	// EthFlowDescriptions are the packet filters, one for uplink, one for downlink or both.
	EthFlowDescriptions []EthFlowDescription `json:"ethFlowDescriptions,omitempty" t8:"min=1,max=2"`
}

// UsageThreshold is how much traffic or time may be used before a report (TS 29.122 §5.2.1.2, UsageThreshold). A member
// that is nil sets no threshold.
type UsageThreshold struct {
	// Duration is a time of use in whole seconds.
	Duration *DurationSec `json:"duration,omitempty"`
	// TotalVolume counts octets of both directions, not negative.
	TotalVolume *int64 `json:"totalVolume,omitempty" t8:"min=0"`
	// DownlinkVolume counts octets towards the UE, not negative.
	DownlinkVolume *int64 `json:"downlinkVolume,omitempty" t8:"min=0"`
	// UplinkVolume counts octets from the UE, not negative.
	UplinkVolume *int64 `json:"uplinkVolume,omitempty" t8:"min=0"`
}

// UsageThresholdRm changes a threshold in a PATCH (TS 29.122 §5.2.1.2, UsageThresholdRm). A member that is absent stays
// as it is, one that is null is removed.
type UsageThresholdRm struct {
	// Duration is a time of use in whole seconds.
	Duration Opt[DurationSec] `json:"duration,omitzero"`
	// TotalVolume counts octets of both directions, not negative.
	TotalVolume Opt[int64] `json:"totalVolume,omitzero" t8:"min=0"`
	// DownlinkVolume counts octets towards the UE, not negative.
	DownlinkVolume Opt[int64] `json:"downlinkVolume,omitzero" t8:"min=0"`
	// UplinkVolume counts octets from the UE, not negative.
	UplinkVolume Opt[int64] `json:"uplinkVolume,omitzero" t8:"min=0"`
}

// Apply merges the change into t by RFC 7396.
func (p *UsageThresholdRm) Apply(t *UsageThreshold) {
	p.Duration.applyPtr(&t.Duration)
	p.TotalVolume.applyPtr(&t.TotalVolume)
	p.DownlinkVolume.applyPtr(&t.DownlinkVolume)
	p.UplinkVolume.applyPtr(&t.UplinkVolume)
}

// AccumulatedUsage is how much traffic and time was used (TS 29.122 §5.2.1.2, AccumulatedUsage). A member that is nil
// was not measured.
type AccumulatedUsage struct {
	// Duration is the time of use in whole seconds.
	Duration *DurationSec `json:"duration,omitempty"`
	// TotalVolume counts octets of both directions, not negative.
	TotalVolume *int64 `json:"totalVolume,omitempty" t8:"min=0"`
	// DownlinkVolume counts octets towards the UE, not negative.
	DownlinkVolume *int64 `json:"downlinkVolume,omitempty" t8:"min=0"`
	// UplinkVolume counts octets from the UE, not negative.
	UplinkVolume *int64 `json:"uplinkVolume,omitempty" t8:"min=0"`
}

// NotificationData tells what happened to the bearers of a transaction (TS 29.122 §5.2.1.2, NotificationData).
type NotificationData struct {
	// Transaction is the URI of the resource that asked for it.
	Transaction string `json:"transaction" t8:"required"`
	// EventReports holds what happened; at least one.
	EventReports []EventReport `json:"eventReports" t8:"required,min=1"`
}

// EventReport is one thing that happened to bearers (TS 29.122 §5.2.1.2, EventReport).
type EventReport struct {
	// Event is what happened.
	Event Event `json:"event" t8:"required"`
	// AccumulatedUsage is what was used, with USAGE_REPORT.
	AccumulatedUsage *AccumulatedUsage `json:"accumulatedUsage,omitempty"`
	// FlowIDs number the flows that it happened to; absent: all of them. Not empty when present.
	FlowIDs []int `json:"flowIds,omitempty" t8:"min=1"`
}

// ConfigResult tells for which members of a group a configuration failed, and why (TS 29.122 §5.2.1.2, ConfigResult).
// Exactly one of ExternalIDs and MSISDNs is set.
type ConfigResult struct {
	// ExternalIDs are the members as local-part@domain. Not empty when present.
	ExternalIDs []id.ExternalID `json:"externalIds,omitempty" t8:"min=1,oneof=ue"`
	// MSISDNs are the members by their numbers, 5 to 15 digits each. Not empty when present.
	MSISDNs []id.MSISDN `json:"msisdns,omitempty" t8:"min=1,oneof=ue"`
	// ResultReason is why.
	ResultReason ResultReason `json:"resultReason" t8:"required"`
}

// Event is something that happens to bearers (TS 29.122 §5.2.1.3). T8 enumerations are open: a value that is not known
// is kept.
type Event string

// The events.
const (
	EventSessionTermination            Event = "SESSION_TERMINATION" // the Rx session ended
	EventLossOfBearer                  Event = "LOSS_OF_BEARER"
	EventRecoveryOfBearer              Event = "RECOVERY_OF_BEARER"
	EventReleaseOfBearer               Event = "RELEASE_OF_BEARER"
	EventUsageReport                   Event = "USAGE_REPORT" // a threshold was reached or the session ended
	EventFailedResourcesAllocation     Event = "FAILED_RESOURCES_ALLOCATION"
	EventSuccessfulResourcesAllocation Event = "SUCCESSFUL_RESOURCES_ALLOCATION"
)

// Known reports whether the value is one of TS 29.122.
func (v Event) Known() bool {
	switch v {
	case EventSessionTermination, EventLossOfBearer, EventRecoveryOfBearer, EventReleaseOfBearer, EventUsageReport,
		EventFailedResourcesAllocation, EventSuccessfulResourcesAllocation:
		return true
	}
	return false
}

// ResultReason is why a configuration failed for a member of a group (TS 29.122 §5.2.1.3).
type ResultReason string

// The reasons.
const (
	ResultReasonRoamingNotAllowed ResultReason = "ROAMING_NOT_ALLOWED" // not for the UE where it roams now
	ResultReasonOther             ResultReason = "OTHER_REASON"
)

// Known reports whether the value is one of TS 29.122.
func (v ResultReason) Known() bool {
	return v == ResultReasonRoamingNotAllowed || v == ResultReasonOther
}
