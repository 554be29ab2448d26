package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// AppExpUEBehaviour FIXME (TS29122_CpProvisioning#AppExpUeBehaviour).
type AppExpUEBehaviour struct {
	// FIXME string
	AppID string `json:"appId,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#TimeWindow
	ExpPDUSesInacTm *TimeWindow `json:"expPduSesInacTm,omitempty"`
	// FIXME []string
	FlowDescriptions []string `json:"flowDescriptions,omitempty" t8:"min=1,oneof=g1"`
	// FIXME string pattern ^[0]\.[0-9]{2}|[1.00]$
	ConfidenceLevel string `json:"confidenceLevel,omitempty" t8:"pattern=share"`
	// FIXME string pattern ^[0]\.[0-9]{2}|[1.00]$
	AccuracyLevel string `json:"accuracyLevel,omitempty" t8:"pattern=share"`
	// FIXME CpFailureCode
	FailureCode CPFailureCode `json:"failureCode,omitempty"`
	// FIXME TS29122_CommonData#DateTime
	ValidityTime time.Time `json:"validityTime,omitzero"`
}

// BatteryIndication FIXME.
type BatteryIndication string

const (
	BatteryIndicationBatteryRecharge   BatteryIndication = "BATTERY_RECHARGE"
	BatteryIndicationBatteryReplace    BatteryIndication = "BATTERY_REPLACE"
	BatteryIndicationBatteryNoRecharge BatteryIndication = "BATTERY_NO_RECHARGE"
	BatteryIndicationBatteryNoReplace  BatteryIndication = "BATTERY_NO_REPLACE"
	BatteryIndicationNoBattery         BatteryIndication = "NO_BATTERY"
)

// CommunicationIndicator FIXME.
type CommunicationIndicator string

const (
	CommunicationIndicatorPeriodically CommunicationIndicator = "PERIODICALLY"
	CommunicationIndicatorOnDemand     CommunicationIndicator = "ON_DEMAND"
)

// CPFailureCode FIXME.
type CPFailureCode string

const (
	CPFailureCodeMalfunction                  CPFailureCode = "MALFUNCTION"
	CPFailureCodeSetIDDuplicated              CPFailureCode = "SET_ID_DUPLICATED"
	CPFailureCodeOtherReason                  CPFailureCode = "OTHER_REASON"
	CPFailureCodeConfidenceLevelNotSufficient CPFailureCode = "CONFIDENCE_LEVEL_NOT_SUFFICIENT"
	CPFailureCodeAccuracyLevelNotSufficient   CPFailureCode = "ACCURACY_LEVEL_NOT_SUFFICIENT"
)

// CPInfo FIXME (TS29122_CpProvisioning#CpInfo).
type CPInfo struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME string
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// FIXME TS29571_CommonData#Dnn
	DNN string `json:"dnn,omitempty"`
	// FIXME TS29122_CommonData#ExternalId
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#Msisdn
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty" t8:"oneof=g1"`
	// FIXME map[string]CpParameterSet
	CPParameterSets map[string]CPParameterSet `json:"cpParameterSets" t8:"required,min=1"`
	// FIXME map[string]CpReport
	CPReports map[string]CPReport `json:"cpReports,omitempty" t8:"readonly,min=1"`
	// FIXME TS29571_CommonData#Snssai
	Snssai *Snssai `json:"snssai,omitempty"`
	// FIXME TS29571_CommonData#IpAddr
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	UEMACAddr string `json:"ueMacAddr,omitempty" t8:"pattern=mac"`
}

// CPParameterSet FIXME (TS29122_CpProvisioning#CpParameterSet).
type CPParameterSet struct {
	// FIXME string
	SetID string `json:"setId" t8:"required"`
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29122_CommonData#DateTime
	ValidityTime time.Time `json:"validityTime,omitzero"`
	// FIXME CommunicationIndicator
	PeriodicCommunicationIndicator CommunicationIndicator `json:"periodicCommunicationIndicator,omitempty"`
	// FIXME TS29122_CommonData#DurationSec
	CommunicationDurationTime *DurationSec `json:"communicationDurationTime,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	PeriodicTime *DurationSec `json:"periodicTime,omitempty" t8:"min=0"`
	// FIXME ScheduledCommunicationTime
	ScheduledCommunicationTime *ScheduledCommunicationTime `json:"scheduledCommunicationTime,omitempty"`
	// FIXME ScheduledCommunicationType
	ScheduledCommunicationType ScheduledCommunicationType `json:"scheduledCommunicationType,omitempty"`
	// FIXME StationaryIndication
	StationaryIndication StationaryIndication `json:"stationaryIndication,omitempty"`
	// FIXME []BatteryIndication
	BatteryInds []BatteryIndication `json:"batteryInds,omitempty" t8:"min=1"`
	// FIXME TrafficProfile
	TrafficProfile TrafficProfile `json:"trafficProfile,omitempty"`
	// FIXME []UmtLocationArea5G
	ExpectedUmts []UmtLocationArea5G `json:"expectedUmts,omitempty" t8:"min=1"`
	// FIXME TS29122_CommonData#DayOfWeek
	ExpectedUmtDays *int `json:"expectedUmtDays,omitempty" t8:"min=1,max=7"`
	// FIXME []TS29122_CommonData#DayOfWeek
	ExpectedUmtDaysAdd []int `json:"expectedUmtDaysAdd,omitempty" t8:"min=1,max=5"`
	// FIXME []AppExpUeBehaviour
	AppExpUEBehvs []AppExpUEBehaviour `json:"appExpUeBehvs,omitempty" t8:"min=1"`
	// FIXME string pattern ^[0]\.[0-9]{2}|[1.00]$
	ConfidenceLevel string `json:"confidenceLevel,omitempty" t8:"pattern=share"`
	// FIXME string pattern ^[0]\.[0-9]{2}|[1.00]$
	AccuracyLevel string `json:"accuracyLevel,omitempty" t8:"pattern=share"`
}

// CPReport FIXME (TS29122_CpProvisioning#CpReport).
type CPReport struct {
	// FIXME []string
	SetIDs []string `json:"setIds,omitempty" t8:"min=1"`
	// FIXME CpFailureCode
	FailureCode CPFailureCode `json:"failureCode" t8:"required"`
}

// ScheduledCommunicationTime FIXME (TS29122_CpProvisioning#ScheduledCommunicationTime).
type ScheduledCommunicationTime struct {
	// FIXME []TS29122_CommonData#DayOfWeek
	DaysOfWeek []int `json:"daysOfWeek,omitempty" t8:"min=1,max=6"`
	// FIXME TS29122_CommonData#TimeOfDay
	TimeOfDayStart string `json:"timeOfDayStart,omitempty"`
	// FIXME TS29122_CommonData#TimeOfDay
	TimeOfDayEnd string `json:"timeOfDayEnd,omitempty"`
}

// ScheduledCommunicationType FIXME.
type ScheduledCommunicationType string

const (
	ScheduledCommunicationTypeDownlink      ScheduledCommunicationType = "DOWNLINK"
	ScheduledCommunicationTypeUplink        ScheduledCommunicationType = "UPLINK"
	ScheduledCommunicationTypeBidirectional ScheduledCommunicationType = "BIDIRECTIONAL"
)

// StationaryIndication FIXME.
type StationaryIndication string

const (
	StationaryIndicationStationary StationaryIndication = "STATIONARY"
	StationaryIndicationMobile     StationaryIndication = "MOBILE"
)

// TrafficProfile FIXME.
type TrafficProfile string

const (
	TrafficProfileSingleTransUl    TrafficProfile = "SINGLE_TRANS_UL"
	TrafficProfileSingleTransDl    TrafficProfile = "SINGLE_TRANS_DL"
	TrafficProfileDualTransUlFirst TrafficProfile = "DUAL_TRANS_UL_FIRST"
	TrafficProfileDualTransDlFirst TrafficProfile = "DUAL_TRANS_DL_FIRST"
	TrafficProfileMultiTrans       TrafficProfile = "MULTI_TRANS"
)

// UmtLocationArea5G FIXME (TS29122_CpProvisioning#UmtLocationArea5G).
type UmtLocationArea5G struct {
	// FIXME []TS29572_Nlmf_Location#GeographicArea
	GeographicAreas []GeographicArea `json:"geographicAreas,omitempty" t8:"min=0"`
	// FIXME []TS29572_Nlmf_Location#CivicAddress
	CivicAddresses []CivicAddress `json:"civicAddresses,omitempty" t8:"min=0"`
	// FIXME TS29554_Npcf_BDTPolicyControl#NetworkAreaInfo
	NwAreaInfo *NetworkAreaInfo `json:"nwAreaInfo,omitempty"`
	// FIXME TS29122_CommonData#TimeOfDay
	UmtTime string `json:"umtTime,omitempty"`
	// FIXME TS29122_CommonData#DurationSec
	UmtDuration *DurationSec `json:"umtDuration,omitempty" t8:"min=0"`
}
