package t8

import (
	"time"
)

// UcPurpose FIXME.
type UcPurpose string

const (
	UcPurposeAnalytics         UcPurpose = "ANALYTICS"
	UcPurposeModelTraining     UcPurpose = "MODEL_TRAINING"
	UcPurposeNwCapExposure     UcPurpose = "NW_CAP_EXPOSURE"
	UcPurposeEdgeappUELocation UcPurpose = "EDGEAPP_UE_LOCATION"
)

// AfSigProtocol FIXME.
type AfSigProtocol string

const (
	AfSigProtocolNoInformation AfSigProtocol = "NO_INFORMATION"
	AfSigProtocolSip           AfSigProtocol = "SIP"
)

// FlowDirection FIXME.
type FlowDirection string

const (
	FlowDirectionDownlink      FlowDirection = "DOWNLINK"
	FlowDirectionUplink        FlowDirection = "UPLINK"
	FlowDirectionBidirectional FlowDirection = "BIDIRECTIONAL"
	FlowDirectionUnspecified   FlowDirection = "UNSPECIFIED"
)

// ReportingFrequency FIXME.
type ReportingFrequency string

const (
	ReportingFrequencyEventTriggered ReportingFrequency = "EVENT_TRIGGERED"
	ReportingFrequencyPeriodic       ReportingFrequency = "PERIODIC"
)

// RequestedQoSMonitoringParameter FIXME.
type RequestedQoSMonitoringParameter string

const (
	RequestedQoSMonitoringParameterDownlink           RequestedQoSMonitoringParameter = "DOWNLINK"
	RequestedQoSMonitoringParameterUplink             RequestedQoSMonitoringParameter = "UPLINK"
	RequestedQoSMonitoringParameterRoundTrip          RequestedQoSMonitoringParameter = "ROUND_TRIP"
	RequestedQoSMonitoringParameterDownlinkDataRate   RequestedQoSMonitoringParameter = "DOWNLINK_DATA_RATE"
	RequestedQoSMonitoringParameterUplinkDataRate     RequestedQoSMonitoringParameter = "UPLINK_DATA_RATE"
	RequestedQoSMonitoringParameterDownlinkCongestion RequestedQoSMonitoringParameter = "DOWNLINK_CONGESTION"
	RequestedQoSMonitoringParameterUplinkCongestion   RequestedQoSMonitoringParameter = "UPLINK_CONGESTION"
)

// UpPathChgEvent FIXME (TS29512_Npcf_SMPolicyControl#UpPathChgEvent).
type UpPathChgEvent struct {
	// FIXME TS29571_CommonData#Uri
	NotificationURI string `json:"notificationUri" t8:"required"`
	// FIXME string
	NotifCorreID string `json:"notifCorreId" t8:"required"`
	// FIXME TS29571_CommonData#DnaiChangeType
	DnaiChgType DnaiChangeType `json:"dnaiChgType" t8:"required"`
	// FIXME boolean
	AfAckInd *bool `json:"afAckInd,omitempty"`
}

// AcceptableServiceInfo FIXME (TS29514_Npcf_PolicyAuthorization#AcceptableServiceInfo).
type AcceptableServiceInfo struct {
	// FIXME map[string]MediaComponent
	AccBwMedComps map[string]MediaComponent `json:"accBwMedComps,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwUl string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwDl string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
}

// AddFlowDescriptionInfo FIXME (TS29514_Npcf_PolicyAuthorization#AddFlowDescriptionInfo).
type AddFlowDescriptionInfo struct {
	// FIXME string
	Spi string `json:"spi,omitempty"`
	// FIXME string
	FlowLabel string `json:"flowLabel,omitempty"`
	// FIXME TS29512_Npcf_SMPolicyControl#FlowDirection
	FlowDir FlowDirection `json:"flowDir,omitempty"`
}

// AfEvent FIXME.
type AfEvent string

const (
	AfEventAccessTypeChange              AfEvent = "ACCESS_TYPE_CHANGE"
	AfEventAniReport                     AfEvent = "ANI_REPORT"
	AfEventAppDetection                  AfEvent = "APP_DETECTION"
	AfEventChargingCorrelation           AfEvent = "CHARGING_CORRELATION"
	AfEventEpsFallback                   AfEvent = "EPS_FALLBACK"
	AfEventExtraUEAddr                   AfEvent = "EXTRA_UE_ADDR"
	AfEventFailedQoSUpdate               AfEvent = "FAILED_QOS_UPDATE"
	AfEventFailedResourcesAllocation     AfEvent = "FAILED_RESOURCES_ALLOCATION"
	AfEventOutOfCredit                   AfEvent = "OUT_OF_CREDIT"
	AfEventPDUSessionStatus              AfEvent = "PDU_SESSION_STATUS"
	AfEventPLMNChg                       AfEvent = "PLMN_CHG"
	AfEventQoSMonitoring                 AfEvent = "QOS_MONITORING"
	AfEventQoSNotif                      AfEvent = "QOS_NOTIF"
	AfEventRanNasCause                   AfEvent = "RAN_NAS_CAUSE"
	AfEventReallocationOfCredit          AfEvent = "REALLOCATION_OF_CREDIT"
	AfEventSatCategoryChg                AfEvent = "SAT_CATEGORY_CHG"
	AfEventSuccessfulQoSUpdate           AfEvent = "SUCCESSFUL_QOS_UPDATE"
	AfEventSuccessfulResourcesAllocation AfEvent = "SUCCESSFUL_RESOURCES_ALLOCATION"
	AfEventTsnBridgeInfo                 AfEvent = "TSN_BRIDGE_INFO"
	AfEventUpPathChgFailure              AfEvent = "UP_PATH_CHG_FAILURE"
	AfEventUsageReport                   AfEvent = "USAGE_REPORT"
	AfEventUETemporarilyUnavailable      AfEvent = "UE_TEMPORARILY_UNAVAILABLE"
	AfEventBatOffsetInfo                 AfEvent = "BAT_OFFSET_INFO"
	AfEventUrspEnfInfo                   AfEvent = "URSP_ENF_INFO"
	AfEventPackDelVar                    AfEvent = "PACK_DEL_VAR"
	AfEventL4sSupp                       AfEvent = "L4S_SUPP"
	AfEventRtDelayTwoQoSFlows            AfEvent = "RT_DELAY_TWO_QOS_FLOWS"
)

// AfEventSubscription FIXME (TS29514_Npcf_PolicyAuthorization#AfEventSubscription).
type AfEventSubscription struct {
	// FIXME AfEvent
	Event AfEvent `json:"event" t8:"required"`
	// FIXME AfNotifMethod
	NotifMethod AfNotifMethod `json:"notifMethod,omitempty"`
	// FIXME TS29571_CommonData#DurationSec
	RepPeriod *DurationSec `json:"repPeriod,omitempty"`
	// FIXME TS29571_CommonData#DurationSec
	WaitTime *DurationSec `json:"waitTime,omitempty"`
}

// AfNotifMethod FIXME.
type AfNotifMethod string

const (
	AfNotifMethodEventDetection AfNotifMethod = "EVENT_DETECTION"
	AfNotifMethodOneTime        AfNotifMethod = "ONE_TIME"
	AfNotifMethodPeriodic       AfNotifMethod = "PERIODIC"
)

// AfRoutingRequirement FIXME (TS29514_Npcf_PolicyAuthorization#AfRoutingRequirement).
type AfRoutingRequirement struct {
	// FIXME boolean
	AppReloc *bool `json:"appReloc,omitempty"`
	// FIXME []TS29571_CommonData#RouteToLocation
	RouteToLocs []RouteToLocation `json:"routeToLocs,omitempty" t8:"min=1"`
	// FIXME SpatialValidity
	SpVal *SpatialValidity `json:"spVal,omitempty"`
	// FIXME []TemporalValidity
	TempVals []TemporalValidity `json:"tempVals,omitempty" t8:"min=1"`
	// FIXME TS29512_Npcf_SMPolicyControl#UpPathChgEvent
	UpPathChgSub Opt[UpPathChgEvent] `json:"upPathChgSub,omitzero"`
	// FIXME boolean
	AddrPreserInd *bool `json:"addrPreserInd,omitempty"`
	// FIXME boolean
	SimConnInd *bool `json:"simConnInd,omitempty"`
	// FIXME TS29571_CommonData#DurationSec
	SimConnTerm *DurationSec `json:"simConnTerm,omitempty"`
	// FIXME []TS29571_CommonData#EasIpReplacementInfo
	EasIPReplaceInfos []EasIPReplacementInfo `json:"easIpReplaceInfos,omitempty" t8:"min=1"`
	// FIXME boolean
	EasRedisInd *bool `json:"easRedisInd,omitempty"`
	// FIXME TS29571_CommonData#Uinteger
	MaxAllowedUpLat *int `json:"maxAllowedUpLat,omitempty" t8:"min=0"`
	// FIXME TS29519_Application_Data#TrafficCorrelationInfo
	TfcCorreInfo Opt[TrafficCorrelationInfo] `json:"tfcCorreInfo,omitzero"`
}

// AfSfcRequirement FIXME (TS29514_Npcf_PolicyAuthorization#AfSfcRequirement).
type AfSfcRequirement struct {
	// FIXME string
	SfcIDDl Opt[string] `json:"sfcIdDl,omitzero"`
	// FIXME string
	SfcIDUl Opt[string] `json:"sfcIdUl,omitzero"`
	// FIXME SpatialValidityRm
	SpVal Opt[SpatialValidityRm] `json:"spVal,omitzero"`
	// FIXME TS29571_CommonData#Metadata
	Metadata Opt[[]byte] `json:"metadata,omitzero"`
}

// AlternativeServiceRequirementsData FIXME (TS29514_Npcf_PolicyAuthorization#AlternativeServiceRequirementsData).
type AlternativeServiceRequirementsData struct {
	// FIXME string
	AltQoSParamSetRef string `json:"altQosParamSetRef" t8:"required"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	GbrUl string `json:"gbrUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	GbrDl string `json:"gbrDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#PacketDelBudget
	Pdb *int `json:"pdb,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#PacketErrRate pattern ^([0-9]E-[0-9])$
	Per string `json:"per,omitempty" t8:"pattern=errorrate"`
}

// BatOffsetInfo FIXME (TS29514_Npcf_PolicyAuthorization#BatOffsetInfo).
type BatOffsetInfo struct {
	// FIXME integer
	RanBatOffsetNotif int `json:"ranBatOffsetNotif" t8:"required"`
	// FIXME TS29571_CommonData#Uinteger
	AdjPeriod *int `json:"adjPeriod,omitempty" t8:"min=0"`
	// FIXME []Flows
	Flows []Flows `json:"flows,omitempty" t8:"min=1"`
}

// EthFlowDescription FIXME (TS29514_Npcf_PolicyAuthorization#EthFlowDescription).
type EthFlowDescription struct {
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	DestMACAddr string `json:"destMacAddr,omitempty" t8:"pattern=mac"`
	// FIXME string
	EthType string `json:"ethType" t8:"required"`
	// FIXME FlowDescription
	FDesc string `json:"fDesc,omitempty"`
	// FIXME TS29512_Npcf_SMPolicyControl#FlowDirection
	FDir FlowDirection `json:"fDir,omitempty"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	SourceMACAddr string `json:"sourceMacAddr,omitempty" t8:"pattern=mac"`
	// FIXME []string
	VlanTags []string `json:"vlanTags,omitempty" t8:"min=1,max=2"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	SrcMACAddrEnd string `json:"srcMacAddrEnd,omitempty" t8:"pattern=mac"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	DestMACAddrEnd string `json:"destMacAddrEnd,omitempty" t8:"pattern=mac"`
}

// EventsSubscReqData FIXME (TS29514_Npcf_PolicyAuthorization#EventsSubscReqData).
type EventsSubscReqData struct {
	// FIXME []AfEventSubscription
	Events []AfEventSubscription `json:"events" t8:"required,min=1"`
	// FIXME TS29571_CommonData#Uri
	NotifURI string `json:"notifUri,omitempty"`
	// FIXME []TS29512_Npcf_SMPolicyControl#RequestedQosMonitoringParameter
	ReqQoSMonParams []RequestedQoSMonitoringParameter `json:"reqQosMonParams,omitempty" t8:"min=1"`
	// FIXME QosMonitoringInformation
	QoSMon *NpcfPolicyAuthorizationQoSMonitoringInformation `json:"qosMon,omitempty"`
	// FIXME QosMonitoringInformation
	QoSMonDatRate *NpcfPolicyAuthorizationQoSMonitoringInformation `json:"qosMonDatRate,omitempty"`
	// FIXME []TS29512_Npcf_SMPolicyControl#RequestedQosMonitoringParameter
	PdvReqMonParams []RequestedQoSMonitoringParameter `json:"pdvReqMonParams,omitempty" t8:"min=1"`
	// FIXME QosMonitoringInformation
	PdvMon *NpcfPolicyAuthorizationQoSMonitoringInformation `json:"pdvMon,omitempty"`
	// FIXME QosMonitoringInformation
	CongestMon *NpcfPolicyAuthorizationQoSMonitoringInformation `json:"congestMon,omitempty"`
	// FIXME []RequiredAccessInfo
	ReqAnis []RequiredAccessInfo `json:"reqAnis,omitempty" t8:"min=1"`
	// FIXME TS29122_CommonData#UsageThreshold
	UsgThres *UsageThreshold `json:"usgThres,omitempty"`
	// FIXME string
	NotifCorreID string `json:"notifCorreId,omitempty"`
	// FIXME []AfAppId
	AfAppIDs []string `json:"afAppIds,omitempty" t8:"min=1"`
	// FIXME boolean
	DirectNotifInd *bool `json:"directNotifInd,omitempty"`
	// FIXME TS29571_CommonData#AverWindow default 2000
	AvrgWndw *int `json:"avrgWndw,omitempty" t8:"min=1,max=4095"`
}

// EventsSubscReqDataRm FIXME (TS29514_Npcf_PolicyAuthorization#EventsSubscReqDataRm).
type EventsSubscReqDataRm struct {
	// FIXME []AfEventSubscription
	Events []AfEventSubscription `json:"events" t8:"required"`
	// FIXME TS29571_CommonData#Uri
	NotifURI Opt[string] `json:"notifUri,omitzero" t8:"notnull"`
	// FIXME []TS29512_Npcf_SMPolicyControl#RequestedQosMonitoringParameter
	ReqQoSMonParams Opt[[]RequestedQoSMonitoringParameter] `json:"reqQosMonParams,omitzero" t8:"min=1,notnull"`
	// FIXME QosMonitoringInformationRm
	QoSMon Opt[NpcfPolicyAuthorizationQoSMonitoringInformationRm] `json:"qosMon,omitzero"`
	// FIXME QosMonitoringInformationRm
	QoSMonDatRate Opt[NpcfPolicyAuthorizationQoSMonitoringInformationRm] `json:"qosMonDatRate,omitzero"`
	// FIXME []TS29512_Npcf_SMPolicyControl#RequestedQosMonitoringParameter
	PdvReqMonParams Opt[[]RequestedQoSMonitoringParameter] `json:"pdvReqMonParams,omitzero" t8:"min=1,notnull"`
	// FIXME QosMonitoringInformationRm
	PdvMon Opt[NpcfPolicyAuthorizationQoSMonitoringInformationRm] `json:"pdvMon,omitzero"`
	// FIXME QosMonitoringInformation
	CongestMon Opt[NpcfPolicyAuthorizationQoSMonitoringInformation] `json:"congestMon,omitzero" t8:"notnull"`
	// FIXME []RequiredAccessInfo
	ReqAnis Opt[[]RequiredAccessInfo] `json:"reqAnis,omitzero" t8:"min=1,notnull"`
	// FIXME TS29122_CommonData#UsageThresholdRm
	UsgThres Opt[UsageThresholdRm] `json:"usgThres,omitzero"`
	// FIXME string
	NotifCorreID Opt[string] `json:"notifCorreId,omitzero" t8:"notnull"`
	// FIXME boolean
	DirectNotifInd Opt[bool] `json:"directNotifInd,omitzero"`
	// FIXME TS29571_CommonData#AverWindowRm default 2000
	AvrgWndw Opt[int] `json:"avrgWndw,omitzero" t8:"min=1,max=4095"`
}

// FlowStatus FIXME.
type FlowStatus string

const (
	FlowStatusEnabledUplink   FlowStatus = "ENABLED-UPLINK"
	FlowStatusEnabledDownlink FlowStatus = "ENABLED-DOWNLINK"
	FlowStatusEnabled         FlowStatus = "ENABLED"
	FlowStatusDisabled        FlowStatus = "DISABLED"
	FlowStatusRemoved         FlowStatus = "REMOVED"
)

// FlowUsage FIXME.
type FlowUsage string

const (
	FlowUsageNoInfo       FlowUsage = "NO_INFO"
	FlowUsageRtcp         FlowUsage = "RTCP"
	FlowUsageAfSignalling FlowUsage = "AF_SIGNALLING"
)

// Flows FIXME (TS29514_Npcf_PolicyAuthorization#Flows).
type Flows struct {
	// FIXME []ContentVersion
	ContVers []int `json:"contVers,omitempty" t8:"min=1"`
	// FIXME []integer
	FNums []int `json:"fNums,omitempty" t8:"min=1"`
	// FIXME integer
	MedCompN int `json:"medCompN" t8:"required"`
}

// MediaComponent FIXME (TS29514_Npcf_PolicyAuthorization#MediaComponent).
type MediaComponent struct {
	// FIXME AfAppId
	AfAppID string `json:"afAppId,omitempty"`
	// FIXME AfRoutingRequirement
	AfRoutReq *AfRoutingRequirement `json:"afRoutReq,omitempty"`
	// FIXME AfSfcRequirement
	AfSfcReq Opt[AfSfcRequirement] `json:"afSfcReq,omitzero"`
	// FIXME string
	QoSReference string `json:"qosReference,omitempty" t8:"atmost=g2"`
	// FIXME boolean
	DisUENotif *bool `json:"disUeNotif,omitempty"`
	// FIXME []string
	AltSerReqs []string `json:"altSerReqs,omitempty" t8:"min=1,atmost=g1"`
	// FIXME []AlternativeServiceRequirementsData
	AltSerReqsData []AlternativeServiceRequirementsData `json:"altSerReqsData,omitempty" t8:"min=1,atmost=g1,atmost=g2"`
	// FIXME ContentVersion
	ContVer *int `json:"contVer,omitempty"`
	// FIXME []CodecData
	Codecs []string `json:"codecs,omitempty" t8:"min=1,max=2"`
	// FIXME TS29571_CommonData#Float
	DesMaxLatency *float64 `json:"desMaxLatency,omitempty"`
	// FIXME TS29571_CommonData#Float
	DesMaxLoss *float64 `json:"desMaxLoss,omitempty"`
	// FIXME string
	FlusID string `json:"flusId,omitempty"`
	// FIXME FlowStatus
	FStatus FlowStatus `json:"fStatus,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwDl string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwUl string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#PacketLossRateRm
	MaxPacketLossRateDl Opt[int] `json:"maxPacketLossRateDl,omitzero" t8:"min=0,max=1000"`
	// FIXME TS29571_CommonData#PacketLossRateRm
	MaxPacketLossRateUl Opt[int] `json:"maxPacketLossRateUl,omitzero" t8:"min=0,max=1000"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MaxSuppBwDl string `json:"maxSuppBwDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MaxSuppBwUl string `json:"maxSuppBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME integer
	MedCompN int `json:"medCompN" t8:"required"`
	// FIXME map[string]MediaSubComponent
	MedSubComps map[string]MediaSubComponent `json:"medSubComps,omitempty" t8:"min=1"`
	// FIXME MediaType
	MedType MediaType `json:"medType,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MinDesBwDl string `json:"minDesBwDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MinDesBwUl string `json:"minDesBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MirBwDl string `json:"mirBwDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MirBwUl string `json:"mirBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#PreemptionCapability
	PreemptCap PreemptionCapability `json:"preemptCap,omitempty"`
	// FIXME TS29571_CommonData#PreemptionVulnerability
	PreemptVuln PreemptionVulnerability `json:"preemptVuln,omitempty"`
	// FIXME PrioritySharingIndicator
	PrioSharingInd PrioritySharingIndicator `json:"prioSharingInd,omitempty"`
	// FIXME ReservPriority
	ResPrio ReservPriority `json:"resPrio,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RrBw string `json:"rrBw,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RsBw string `json:"rsBw,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#Uint32
	SharingKeyDl *int `json:"sharingKeyDl,omitempty" t8:"min=0,max=4294967295"`
	// FIXME TS29571_CommonData#Uint32
	SharingKeyUl *int `json:"sharingKeyUl,omitempty" t8:"min=0,max=4294967295"`
	// FIXME TsnQosContainer
	TsnQoS *TsnQoSContainer `json:"tsnQos,omitempty"`
	// FIXME TscaiInputContainer
	TscaiInputDl Opt[TscaiInputContainer] `json:"tscaiInputDl,omitzero"`
	// FIXME TscaiInputContainer
	TscaiInputUl Opt[TscaiInputContainer] `json:"tscaiInputUl,omitzero"`
	// FIXME TS29571_CommonData#Uinteger
	TscaiTimeDom *int `json:"tscaiTimeDom,omitempty" t8:"min=0"`
	// FIXME boolean
	CapBatAdaptation *bool `json:"capBatAdaptation,omitempty"`
	// FIXME boolean
	RTLatencyInd *bool `json:"rTLatencyInd,omitempty"`
	// FIXME TS29571_CommonData#PduSetQosPara
	PDUSetQoS *PDUSetQoSPara `json:"pduSetQos,omitempty"`
	// FIXME ProtoDesc
	PDUSetProtDesc *ProtoDesc `json:"pduSetProtDesc,omitempty"`
	// FIXME PeriodicityInfo
	PeriodInfo Opt[PeriodicityInfo] `json:"periodInfo,omitzero"`
	// FIXME UplinkDownlinkSupport
	L4sInd UplinkDownlinkSupport `json:"l4sInd,omitempty"`
}

// MediaSubComponent FIXME (TS29514_Npcf_PolicyAuthorization#MediaSubComponent).
type MediaSubComponent struct {
	// FIXME TS29512_Npcf_SMPolicyControl#AfSigProtocol
	AfSigProtocol Opt[AfSigProtocol] `json:"afSigProtocol,omitzero"`
	// FIXME []EthFlowDescription
	EthfDescs []EthFlowDescription `json:"ethfDescs,omitempty" t8:"min=1,max=2"`
	// FIXME integer
	FNum int `json:"fNum" t8:"required"`
	// FIXME []FlowDescription
	FDescs []string `json:"fDescs,omitempty" t8:"min=1,max=2"`
	// FIXME []AddFlowDescriptionInfo
	AddInfoFlowDescs []AddFlowDescriptionInfo `json:"addInfoFlowDescs,omitempty" t8:"min=1,max=2"`
	// FIXME FlowStatus
	FStatus FlowStatus `json:"fStatus,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwDl string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwUl string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TosTrafficClass
	TosTrCl string `json:"tosTrCl,omitempty"`
	// FIXME FlowUsage
	FlowUsage FlowUsage `json:"flowUsage,omitempty"`
	// FIXME EventsSubscReqData
	EvSubsc *EventsSubscReqData `json:"evSubsc,omitempty"`
}

// MediaType FIXME.
type MediaType string

const (
	MediaTypeAudio       MediaType = "AUDIO"
	MediaTypeVideo       MediaType = "VIDEO"
	MediaTypeData        MediaType = "DATA"
	MediaTypeApplication MediaType = "APPLICATION"
	MediaTypeControl     MediaType = "CONTROL"
	MediaTypeText        MediaType = "TEXT"
	MediaTypeMessage     MediaType = "MESSAGE"
	MediaTypeOther       MediaType = "OTHER"
)

// PdvMonitoringReport FIXME (TS29514_Npcf_PolicyAuthorization#PdvMonitoringReport).
type PdvMonitoringReport struct {
	// FIXME []Flows
	Flows []Flows `json:"flows,omitempty" t8:"min=1"`
	// FIXME integer
	UlPdv *int `json:"ulPdv,omitempty"`
	// FIXME integer
	DlPdv *int `json:"dlPdv,omitempty"`
	// FIXME integer
	RtPdv *int `json:"rtPdv,omitempty"`
}

// PeriodicityInfo FIXME (TS29514_Npcf_PolicyAuthorization#PeriodicityInfo).
type PeriodicityInfo struct {
	// FIXME TS29571_CommonData#DurationSecRm
	PeriodUl Opt[DurationSec] `json:"periodUl,omitzero"`
	// FIXME TS29571_CommonData#DurationSecRm
	PeriodDl Opt[DurationSec] `json:"periodDl,omitzero"`
}

// PeriodicityRange FIXME (TS29514_Npcf_PolicyAuthorization#PeriodicityRange).
type PeriodicityRange struct {
	// FIXME oneOf lowerBound+upperBound|periodicVals
	// FIXME TS29571_CommonData#Uinteger
	LowerBound *int `json:"lowerBound,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	UpperBound *int `json:"upperBound,omitempty" t8:"min=0"`
	// FIXME []TS29571_CommonData#Uinteger
	PeriodicVals []int `json:"periodicVals,omitempty" t8:"min=1"`
}

// PrioritySharingIndicator FIXME.
type PrioritySharingIndicator string

const (
	PrioritySharingIndicatorEnabled  PrioritySharingIndicator = "ENABLED"
	PrioritySharingIndicatorDisabled PrioritySharingIndicator = "DISABLED"
)

// ProtoDesc FIXME (TS29514_Npcf_PolicyAuthorization#ProtoDesc).
type ProtoDesc struct {
	// FIXME MediaProtocol
	Protocol string `json:"protocol,omitempty"`
	// FIXME PayloadType
	PayloadType string `json:"payloadType,omitempty"`
}

// NpcfPolicyAuthorizationQoSMonitoringInformation FIXME (TS29514_Npcf_PolicyAuthorization#QosMonitoringInformation).
type NpcfPolicyAuthorizationQoSMonitoringInformation struct {
	// FIXME integer
	RepThreshDl *int `json:"repThreshDl,omitempty"`
	// FIXME integer
	RepThreshUl *int `json:"repThreshUl,omitempty"`
	// FIXME integer
	RepThreshRp *int `json:"repThreshRp,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateUl string `json:"repThreshDatRateUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateDl string `json:"repThreshDatRateDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#Uinteger
	ConThreshDl *int `json:"conThreshDl,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	ConThreshUl *int `json:"conThreshUl,omitempty" t8:"min=0"`
}

// NpcfPolicyAuthorizationQoSMonitoringInformationRm FIXME (TS29514_Npcf_PolicyAuthorization#QosMonitoringInformationRm).
type NpcfPolicyAuthorizationQoSMonitoringInformationRm struct {
	// FIXME integer
	RepThreshDl Opt[int] `json:"repThreshDl,omitzero" t8:"notnull"`
	// FIXME integer
	RepThreshUl Opt[int] `json:"repThreshUl,omitzero" t8:"notnull"`
	// FIXME integer
	RepThreshRp Opt[int] `json:"repThreshRp,omitzero" t8:"notnull"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateUl Opt[string] `json:"repThreshDatRateUl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateDl Opt[string] `json:"repThreshDatRateDl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#Uinteger
	ConThreshDl Opt[int] `json:"conThreshDl,omitzero" t8:"min=0,notnull"`
	// FIXME TS29571_CommonData#Uinteger
	ConThreshUl Opt[int] `json:"conThreshUl,omitzero" t8:"min=0,notnull"`
}

// NpcfPolicyAuthorizationQoSMonitoringReport FIXME (TS29514_Npcf_PolicyAuthorization#QosMonitoringReport).
type NpcfPolicyAuthorizationQoSMonitoringReport struct {
	// FIXME []Flows
	Flows []Flows `json:"flows,omitempty" t8:"min=1"`
	// FIXME []integer
	UlDelays []int `json:"ulDelays,omitempty" t8:"min=1"`
	// FIXME []integer
	DlDelays []int `json:"dlDelays,omitempty" t8:"min=1"`
	// FIXME []integer
	RtDelays []int `json:"rtDelays,omitempty" t8:"min=1"`
	// FIXME boolean
	Pdmf *bool `json:"pdmf,omitempty"`
	// FIXME []integer
	UlConInfo []int `json:"ulConInfo,omitempty" t8:"min=1"`
	// FIXME []integer
	DlConInfo []int `json:"dlConInfo,omitempty" t8:"min=1"`
	// FIXME boolean
	Cimf *bool `json:"cimf,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	UlDataRate string `json:"ulDataRate,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	DlDataRate string `json:"dlDataRate,omitempty" t8:"pattern=bitrate"`
}

// RequiredAccessInfo FIXME.
type RequiredAccessInfo string

const (
	RequiredAccessInfoUserLocation RequiredAccessInfo = "USER_LOCATION"
	RequiredAccessInfoUETimeZone   RequiredAccessInfo = "UE_TIME_ZONE"
)

// ReservPriority FIXME.
type ReservPriority string

const (
	ReservPriorityPrioX1  ReservPriority = "PRIO_1"
	ReservPriorityPrioX2  ReservPriority = "PRIO_2"
	ReservPriorityPrioX3  ReservPriority = "PRIO_3"
	ReservPriorityPrioX4  ReservPriority = "PRIO_4"
	ReservPriorityPrioX5  ReservPriority = "PRIO_5"
	ReservPriorityPrioX6  ReservPriority = "PRIO_6"
	ReservPriorityPrioX7  ReservPriority = "PRIO_7"
	ReservPriorityPrioX8  ReservPriority = "PRIO_8"
	ReservPriorityPrioX9  ReservPriority = "PRIO_9"
	ReservPriorityPrioX10 ReservPriority = "PRIO_10"
	ReservPriorityPrioX11 ReservPriority = "PRIO_11"
	ReservPriorityPrioX12 ReservPriority = "PRIO_12"
	ReservPriorityPrioX13 ReservPriority = "PRIO_13"
	ReservPriorityPrioX14 ReservPriority = "PRIO_14"
	ReservPriorityPrioX15 ReservPriority = "PRIO_15"
	ReservPriorityPrioX16 ReservPriority = "PRIO_16"
)

// ServAuthInfo FIXME.
type ServAuthInfo string

const (
	ServAuthInfoTpNotKnown             ServAuthInfo = "TP_NOT_KNOWN"
	ServAuthInfoTpExpired              ServAuthInfo = "TP_EXPIRED"
	ServAuthInfoTpNotYetOcurred        ServAuthInfo = "TP_NOT_YET_OCURRED"
	ServAuthInfoRoutReqNotAuthorized   ServAuthInfo = "ROUT_REQ_NOT_AUTHORIZED"
	ServAuthInfoDirectNotifNotPossible ServAuthInfo = "DIRECT_NOTIF_NOT_POSSIBLE"
)

// SpatialValidity FIXME (TS29514_Npcf_PolicyAuthorization#SpatialValidity).
type SpatialValidity struct {
	// FIXME map[string]TS29571_CommonData#PresenceInfo
	PresenceInfoList map[string]PresenceInfo `json:"presenceInfoList" t8:"required,min=1"`
}

// SpatialValidityRm FIXME (TS29514_Npcf_PolicyAuthorization#SpatialValidityRm).
type SpatialValidityRm struct {
	// FIXME map[string]TS29571_CommonData#PresenceInfo
	PresenceInfoList map[string]PresenceInfo `json:"presenceInfoList" t8:"required,min=1"`
}

// TemporalValidity FIXME (TS29514_Npcf_PolicyAuthorization#TemporalValidity).
type TemporalValidity struct {
	// FIXME TS29571_CommonData#DateTime
	StartTime time.Time `json:"startTime,omitzero"`
	// FIXME TS29571_CommonData#DateTime
	StopTime time.Time `json:"stopTime,omitzero"`
}

// TscaiInputContainer FIXME (TS29514_Npcf_PolicyAuthorization#TscaiInputContainer).
type TscaiInputContainer struct {
	// FIXME TS29571_CommonData#Uinteger
	Periodicity *int `json:"periodicity,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#DateTime
	BurstArrivalTime time.Time `json:"burstArrivalTime,omitzero"`
	// FIXME TS29571_CommonData#Uinteger
	SurTimeInNumMsg *int `json:"surTimeInNumMsg,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	SurTimeInTime *int `json:"surTimeInTime,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#TimeWindow
	BurstArrivalTimeWnd *TimeWindow `json:"burstArrivalTimeWnd,omitempty"`
	// FIXME PeriodicityRange
	PeriodicityRange *PeriodicityRange `json:"periodicityRange,omitempty"`
}

// TsnQoSContainer FIXME (TS29514_Npcf_PolicyAuthorization#TsnQosContainer).
type TsnQoSContainer struct {
	// FIXME TS29571_CommonData#ExtMaxDataBurstVol
	MaxTscBurstSize *int `json:"maxTscBurstSize,omitempty" t8:"min=4096,max=2000000"`
	// FIXME TS29571_CommonData#PacketDelBudget
	TscPackDelay *int `json:"tscPackDelay,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#PacketErrRate pattern ^([0-9]E-[0-9])$
	MaxPer string `json:"maxPer,omitempty" t8:"pattern=errorrate"`
	// FIXME TscPriorityLevel
	TscPrioLevel *int `json:"tscPrioLevel,omitempty" t8:"min=1,max=8"`
}

// TsnQoSContainerRm FIXME (TS29514_Npcf_PolicyAuthorization#TsnQosContainerRm).
type TsnQoSContainerRm struct {
	// FIXME TS29571_CommonData#ExtMaxDataBurstVolRm
	MaxTscBurstSize Opt[int] `json:"maxTscBurstSize,omitzero" t8:"min=4096,max=2000000"`
	// FIXME TS29571_CommonData#PacketDelBudgetRm
	TscPackDelay Opt[int] `json:"tscPackDelay,omitzero" t8:"min=1"`
	// FIXME TS29571_CommonData#PacketErrRateRm pattern ^([0-9]E-[0-9])$
	MaxPer Opt[string] `json:"maxPer,omitzero" t8:"pattern=errorrate"`
	// FIXME TscPriorityLevelRm
	TscPrioLevel Opt[int] `json:"tscPrioLevel,omitzero" t8:"min=1,max=8"`
}

// UplinkDownlinkSupport FIXME.
type UplinkDownlinkSupport string

const (
	UplinkDownlinkSupportUl   UplinkDownlinkSupport = "UL"
	UplinkDownlinkSupportDl   UplinkDownlinkSupport = "DL"
	UplinkDownlinkSupportUlDl UplinkDownlinkSupport = "UL_DL"
)

// CorrelationType FIXME.
type CorrelationType string

const (
	CorrelationTypeCommonDnai CorrelationType = "COMMON_DNAI"
	CorrelationTypeCommonEas  CorrelationType = "COMMON_EAS"
)

// TrafficCorrelationInfo FIXME (TS29519_Application_Data#TrafficCorrelationInfo).
type TrafficCorrelationInfo struct {
	// FIXME CorrelationType
	CorrType CorrelationType `json:"corrType,omitempty"`
	// FIXME string
	TfcCorrID string `json:"tfcCorrId,omitempty"`
	// FIXME TS29571_CommonData#Ipv4AddrRm pattern ^(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$
	ComEasIpv4Addr Opt[string] `json:"comEasIpv4Addr,omitzero" t8:"pattern=ipv4"`
	// FIXME TS29571_CommonData#Ipv6AddrRm pattern ^((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))$ && ^((([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?))$
	ComEasIpv6Addr Opt[string] `json:"comEasIpv6Addr,omitzero" t8:"pattern=ipv6"`
	// FIXME []TS29571_CommonData#FqdnPatternMatchingRule
	FQDNRange Opt[[]FQDNPatternMatchingRule] `json:"fqdnRange,omitzero" t8:"min=1"`
	// FIXME TS29571_CommonData#UriRm
	NotifURI Opt[string] `json:"notifUri,omitzero"`
	// FIXME string
	NotifCorrID Opt[string] `json:"notifCorrId,omitzero"`
}

// PDUSessionInformation FIXME (TS29523_Npcf_EventExposure#PduSessionInformation).
type PDUSessionInformation struct {
	// FIXME oneOf-mixed ueMac|?
	// FIXME TS29571_CommonData#Snssai
	Snssai Snssai `json:"snssai" t8:"required"`
	// FIXME TS29571_CommonData#Dnn
	DNN string `json:"dnn" t8:"required"`
	// FIXME TS29571_CommonData#Ipv4Addr pattern ^(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$
	UEIpv4 string `json:"ueIpv4,omitempty" t8:"pattern=ipv4"`
	// FIXME TS29571_CommonData#Ipv6Prefix pattern ^((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))(\/(([0-9])|([0-9]{2})|(1[0-1][0-9])|(12[0-8])))$ && ^((([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?))(\/.+)$
	UEIpv6 string `json:"ueIpv6,omitempty" t8:"pattern=ipv6prefix"`
	// FIXME string
	IPDomain string `json:"ipDomain,omitempty"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	UEMAC string `json:"ueMac,omitempty" t8:"pattern=mac"`
}

// NetworkAreaInfo FIXME (TS29554_Npcf_BDTPolicyControl#NetworkAreaInfo).
type NetworkAreaInfo struct {
	// FIXME []TS29571_CommonData#Ecgi
	Ecgis []Ecgi `json:"ecgis,omitempty" t8:"min=1"`
	// FIXME []TS29571_CommonData#Ncgi
	Ncgis []Ncgi `json:"ncgis,omitempty" t8:"min=1"`
	// FIXME []TS29571_CommonData#GlobalRanNodeId
	GRanNodeIDs []GlobalRanNodeID `json:"gRanNodeIds,omitempty" t8:"min=1"`
	// FIXME []TS29571_CommonData#Tai
	Tais []Tai `json:"tais,omitempty" t8:"min=1"`
}
