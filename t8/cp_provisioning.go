package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// CPInfo is the resource "Individual CP Provisioning Subscription" (TS 29.122 §5.10.2, CpInfo): the communication
// patterns that the SCS/AS expects of a UE or of a group. Exactly one of ExternalID, MSISDN and ExternalGroupID is set.
type CPInfo struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.10.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// MTCProviderID names the provider or the application behind the SCS/AS.
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// DNN names a data network. 5G only: carried, not served.
	DNN string `json:"dnn,omitempty"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// ExternalGroupID identifies a group of UEs as local-part@domain.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty" t8:"oneof=ue"`
	// CPParameterSets are the patterns, at least one. The key of the map is any text, by convention the SetID.
	CPParameterSets map[string]CPParameterSet `json:"cpParameterSets" t8:"required,min=1"`
	// CPReports tells which sets were not taken, and why, under any keys. Set by the SCEF; not empty when present.
	CPReports map[string]CPReport `json:"cpReports,omitempty" t8:"readonly,min=1"`
	// SNSSAI names a network slice. 5G only: carried, not served.
	SNSSAI *Snssai `json:"snssai,omitempty"`
	// UEIPAddr is the address of the UE. Feature UEId_retrieval; 5G only: carried, not served.
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// UEMACAddr is the MAC address of the UE, as 00-11-22-aa-bb-cc. Feature UEId_retrieval; 5G only: carried, not served.
	UEMACAddr string `json:"ueMacAddr,omitempty" t8:"pattern=mac"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// CPParameterSet is the resource "Individual CP Set Provisioning" (TS 29.122 §5.10.2, CpParameterSet): one communication
// pattern.
type CPParameterSet struct {
	// SetID is how the SCS/AS calls the set; it is unique among all sets of the SCS/AS.
	SetID string `json:"setId" t8:"required"`
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// ValidityTime is when the set ends; zero: never.
	ValidityTime time.Time `json:"validityTime,omitzero"`
	// PeriodicCommunicationIndicator says whether the UE communicates by the clock or on demand; empty: not known.
	PeriodicCommunicationIndicator CommunicationIndicator `json:"periodicCommunicationIndicator,omitempty"`
	// CommunicationDurationTime is how long the UE communicates each time; nil: not known.
	CommunicationDurationTime *DurationSec `json:"communicationDurationTime,omitempty" t8:"min=0"`
	// PeriodicTime is the interval of periodic communication; nil: not known.
	PeriodicTime *DurationSec `json:"periodicTime,omitempty" t8:"min=0"`
	// ScheduledCommunicationTime is when in the week the UE can be reached; nil: not known.
	ScheduledCommunicationTime *ScheduledCommunicationTime `json:"scheduledCommunicationTime,omitempty"`
	// ScheduledCommunicationType is the direction of scheduled communication. Feature ScheduledCommType_5G; 5G only:
	// carried, not served.
	ScheduledCommunicationType ScheduledCommunicationType `json:"scheduledCommunicationType,omitempty"`
	// StationaryIndication says whether the UE moves; empty: not known.
	StationaryIndication StationaryIndication `json:"stationaryIndication,omitempty"`
	// BatteryInds say how the UE is powered. Not empty when present.
	BatteryInds []BatteryIndication `json:"batteryInds,omitempty" t8:"min=1"`
	// TrafficProfile is how packets go to and fro; empty: not known.
	TrafficProfile TrafficProfile `json:"trafficProfile,omitempty"`
	// ExpectedUMTs are the places that the UE will be at. Not empty when present. Feature ExpectedUMT_5G; 5G only:
	// carried, not served.
	ExpectedUMTs []UMTLocationArea5G `json:"expectedUmts,omitempty" t8:"min=1"`
	// ExpectedUMTDays is the day of the week that ExpectedUMTs is for. Feature ExpectedUmtTime_5G; 5G only: carried, not
	// served.
	ExpectedUMTDays DayOfWeek `json:"expectedUmtDays,omitempty"`
	// ExpectedUMTDaysAdd are 1 to 5 further days. 5G only: carried, not served.
	ExpectedUMTDaysAdd []DayOfWeek `json:"expectedUmtDaysAdd,omitempty" t8:"min=1,max=5"`
	// AppExpUEBehaviours is what to expect of single applications. Not empty when present. 5G only: carried, not served.
	AppExpUEBehaviours []AppExpUEBehaviour `json:"appExpUeBehvs,omitempty" t8:"min=1"`
	// ConfidenceLevel is how sure the SCS/AS is, 0.00 to 1.00. 5G only: carried, not served.
	ConfidenceLevel string `json:"confidenceLevel,omitempty" t8:"pattern=share"`
	// AccuracyLevel is how exact the values are, 0.00 to 1.00. 5G only: carried, not served.
	AccuracyLevel string `json:"accuracyLevel,omitempty" t8:"pattern=share"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ScheduledCommunicationTime is a part of the week (TS 29.122 §5.10.2, ScheduledCommunicationTime).
type ScheduledCommunicationTime struct {
	// DaysOfWeek are 1 to 6 days; nil: every day.
	DaysOfWeek []DayOfWeek `json:"daysOfWeek,omitempty" t8:"min=1,max=6"`
	// TimeOfDayStart is when it begins on each day; empty: with the day.
	TimeOfDayStart TimeOfDay `json:"timeOfDayStart,omitempty"`
	// TimeOfDayEnd is when it ends on each day; empty: with the day.
	TimeOfDayEnd TimeOfDay `json:"timeOfDayEnd,omitempty"`
}

// CPReport tells which parameter sets were not taken, and why (TS 29.122 §5.10.2, CpReport). A failure of all sets is told
// by a [ReportError] with a list of them, that of a single set by one with a CPReport.
type CPReport struct {
	// SetIDs are the SetIDs of the sets; nil: the set that was asked for. Not empty when present.
	SetIDs []string `json:"setIds,omitempty" t8:"min=1"`
	// FailureCode is the reason.
	FailureCode CPFailureCode `json:"failureCode" t8:"required"`
}

// UMTLocationArea5G is a place on the trajectory of a UE (TS 29.122 §5.10.2, UmtLocationArea5G). 5G only: carried, not
// served.
type UMTLocationArea5G struct {
	// LocationArea5G is where.
	LocationArea5G
	// UMTTime is when the UE arrives; empty: not known.
	UMTTime TimeOfDay `json:"umtTime,omitempty"`
	// UMTDuration is how long it stays; nil: not known.
	UMTDuration *DurationSec `json:"umtDuration,omitempty" t8:"min=0"`
}

// AppExpUEBehaviour is what to expect of one application (TS 29.122 §5.10.2, AppExpUeBehaviour). Exactly one of AppID and
// FlowDescriptions is set. 5G only: carried, not served.
type AppExpUEBehaviour struct {
	// AppID names the application.
	AppID string `json:"appId,omitempty" t8:"oneof=application"`
	// ExpPDUSesInacTime is when the PDU session is expected to be idle; nil: not known.
	ExpPDUSesInacTime *TimeWindow `json:"expPduSesInacTm,omitempty"`
	// FlowDescriptions tell the traffic by protocol, address and port of the server, as IPFilterRule of RFC 6733. Not
	// empty when present.
	FlowDescriptions []string `json:"flowDescriptions,omitempty" t8:"min=1,oneof=application"`
	// ConfidenceLevel is how sure the SCS/AS is, 0.00 to 1.00.
	ConfidenceLevel string `json:"confidenceLevel,omitempty" t8:"pattern=share"`
	// AccuracyLevel is how exact the values are, 0.00 to 1.00.
	AccuracyLevel string `json:"accuracyLevel,omitempty" t8:"pattern=share"`
	// FailureCode tells why the behaviour was not taken; empty: it was.
	FailureCode CPFailureCode `json:"failureCode,omitempty"`
	// ValidityTime is when the behaviour ends; zero: never.
	ValidityTime time.Time `json:"validityTime,omitzero"`
}

// CommunicationIndicator says when a UE communicates (TS 29.122 §5.10.2). T8 enumerations are open: a value that is not
// known is kept.
type CommunicationIndicator string

// When a UE communicates.
const (
	CommunicationPeriodically CommunicationIndicator = "PERIODICALLY"
	CommunicationOnDemand     CommunicationIndicator = "ON_DEMAND"
)

// Known reports whether the value is one of TS 29.122.
func (v CommunicationIndicator) Known() bool {
	return v == CommunicationPeriodically || v == CommunicationOnDemand
}

// ScheduledCommunicationType is the direction of scheduled communication (TS 29.122 §5.10.2).
type ScheduledCommunicationType string

// The directions.
const (
	ScheduledDownlink      ScheduledCommunicationType = "DOWNLINK"
	ScheduledUplink        ScheduledCommunicationType = "UPLINK"
	ScheduledBidirectional ScheduledCommunicationType = "BIDIRECTIONAL"
)

// Known reports whether the value is one of TS 29.122.
func (v ScheduledCommunicationType) Known() bool {
	return v == ScheduledDownlink || v == ScheduledUplink || v == ScheduledBidirectional
}

// StationaryIndication says whether a UE moves (TS 29.122 §5.10.2).
type StationaryIndication string

// Whether a UE moves.
const (
	StationaryUE StationaryIndication = "STATIONARY"
	MobileUE     StationaryIndication = "MOBILE"
)

// Known reports whether the value is one of TS 29.122.
func (v StationaryIndication) Known() bool { return v == StationaryUE || v == MobileUE }

// BatteryIndication says how a UE is powered (TS 29.122 §5.10.2).
type BatteryIndication string

// How a UE is powered.
const (
	BatteryRecharge   BatteryIndication = "BATTERY_RECHARGE"    // the battery can be charged
	BatteryReplace    BatteryIndication = "BATTERY_REPLACE"     // the battery can be replaced
	BatteryNoRecharge BatteryIndication = "BATTERY_NO_RECHARGE" // the battery cannot be charged
	BatteryNoReplace  BatteryIndication = "BATTERY_NO_REPLACE"  // the battery cannot be replaced
	NoBattery         BatteryIndication = "NO_BATTERY"          // by the mains
)

// Known reports whether the value is one of TS 29.122.
func (v BatteryIndication) Known() bool {
	return v == BatteryRecharge || v == BatteryReplace || v == BatteryNoRecharge || v == BatteryNoReplace || v == NoBattery
}

// TrafficProfile says how packets go to and fro (TS 29.122 §5.10.2).
type TrafficProfile string

// The profiles.
const (
	TrafficSingleUL    TrafficProfile = "SINGLE_TRANS_UL"     // one uplink packet
	TrafficSingleDL    TrafficProfile = "SINGLE_TRANS_DL"     // one downlink packet
	TrafficDualULFirst TrafficProfile = "DUAL_TRANS_UL_FIRST" // an uplink packet and its answer
	TrafficDualDLFirst TrafficProfile = "DUAL_TRANS_DL_FIRST" // a downlink packet and its answer
	TrafficMulti       TrafficProfile = "MULTI_TRANS"         // several packets
)

// Known reports whether the value is one of TS 29.122.
func (v TrafficProfile) Known() bool {
	return v == TrafficSingleUL || v == TrafficSingleDL || v == TrafficDualULFirst || v == TrafficDualDLFirst || v == TrafficMulti
}

// CPFailureCode says why a parameter set was not taken (TS 29.122 §5.10.2, CpFailureCode).
type CPFailureCode string

// The reasons.
const (
	CPMalfunction                  CPFailureCode = "MALFUNCTION"       // something is broken
	CPSetIDDuplicated              CPFailureCode = "SET_ID_DUPLICATED" // the SCS/AS has another set of this name
	CPOtherReason                  CPFailureCode = "OTHER_REASON"
	CPConfidenceLevelNotSufficient CPFailureCode = "CONFIDENCE_LEVEL_NOT_SUFFICIENT" // 5G only
	CPAccuracyLevelNotSufficient   CPFailureCode = "ACCURACY_LEVEL_NOT_SUFFICIENT"   // 5G only
)

// Known reports whether the value is one of TS 29.122.
func (v CPFailureCode) Known() bool {
	return v == CPMalfunction || v == CPSetIDDuplicated || v == CPOtherReason ||
		v == CPConfidenceLevelNotSufficient || v == CPAccuracyLevelNotSufficient
}

// The features of the API for CP provisioning (TS 29.122 §5.10.4). The names are those of the standard; the NUMBERS ARE
// NOT CONFIRMED against table 5.10.4-1. All are of 5G. A correction is made here and nowhere else.
const (
	FeatureCPExpectedUMT5G       = 1
	FeatureCPExpectedUMTTime5G   = 2
	FeatureCPScheduledCommType5G = 3
	FeatureCPUEIDRetrieval       = 4
)

// CPProvisioningFeatureNames gives the names that TS 29.122 §5.10.4 uses for the features of the API, by number.
func CPProvisioningFeatureNames() map[int]string {
	return map[int]string{
		FeatureCPExpectedUMT5G:       "ExpectedUMT_5G",
		FeatureCPExpectedUMTTime5G:   "ExpectedUmtTime_5G",
		FeatureCPScheduledCommType5G: "ScheduledCommType_5G",
		FeatureCPUEIDRetrieval:       "UEId_retrieval",
	}
}
