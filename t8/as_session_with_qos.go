package t8

import (
	"github.com/scefkit/scefkit/id"
)

// AdditionInfoAsSessionWithQoS FIXME (TS29122_AsSessionWithQoS#AdditionInfoAsSessionWithQos).
type AdditionInfoAsSessionWithQoS struct {
	// FIXME TS29514_Npcf_PolicyAuthorization#AcceptableServiceInfo
	AcceptableServInfo *AcceptableServiceInfo `json:"acceptableServInfo,omitempty"`
}

// AsSessionMediaComponent FIXME (TS29122_AsSessionWithQoS#AsSessionMediaComponent).
type AsSessionMediaComponent struct {
	// FIXME []TS29122_CommonData#FlowInfo
	FlowInfos Opt[[]FlowInfo] `json:"flowInfos,omitzero" t8:"min=1"`
	// FIXME string
	QoSReference string `json:"qosReference,omitempty" t8:"atmost=g2"`
	// FIXME boolean
	DisUENotif *bool `json:"disUeNotif,omitempty"`
	// FIXME []string
	AltSerReqs []string `json:"altSerReqs,omitempty" t8:"min=1,atmost=g1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#AlternativeServiceRequirementsData
	AltSerReqsData []AlternativeServiceRequirementsData `json:"altSerReqsData,omitempty" t8:"min=1,atmost=g1,atmost=g2"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwDl string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwUl string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME integer
	MedCompN int `json:"medCompN" t8:"required"`
	// FIXME TS29514_Npcf_PolicyAuthorization#MediaType
	MedType MediaType `json:"medType,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MirBwDl string `json:"mirBwDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MirBwUl string `json:"mirBwUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TsnQosContainer
	TsnQoS *TsnQoSContainer `json:"tsnQos,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputDl Opt[TscaiInputContainer] `json:"tscaiInputDl,omitzero"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputUl Opt[TscaiInputContainer] `json:"tscaiInputUl,omitzero"`
	// FIXME TS29571_CommonData#Uinteger
	TscaiTimeDom *int `json:"tscaiTimeDom,omitempty" t8:"min=0"`
	// FIXME boolean
	RTLatencyReq *bool `json:"rTLatencyReq,omitempty"`
	// FIXME TS29571_CommonData#PduSetQosPara
	PDUSetQoS *PDUSetQoSPara `json:"pduSetQos,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#EventsSubscReqData
	EvSubsc *EventsSubscReqData `json:"evSubsc,omitempty"`
}

// AsSessionMediaComponentRm FIXME (TS29122_AsSessionWithQoS#AsSessionMediaComponentRm).
type AsSessionMediaComponentRm struct {
	// FIXME []TS29122_CommonData#FlowInfo
	FlowInfos Opt[[]FlowInfo] `json:"flowInfos,omitzero" t8:"min=1"`
	// FIXME string
	QoSReference Opt[string] `json:"qosReference,omitzero"`
	// FIXME []string
	AltSerReqs Opt[[]string] `json:"altSerReqs,omitzero" t8:"min=1,atmost=g1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#AlternativeServiceRequirementsData
	AltSerReqsData Opt[[]AlternativeServiceRequirementsData] `json:"altSerReqsData,omitzero" t8:"min=1,atmost=g1"`
	// FIXME boolean
	DisUENotif Opt[bool] `json:"disUeNotif,omitzero"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwDl Opt[string] `json:"marBwDl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MarBwUl Opt[string] `json:"marBwUl,omitzero" t8:"pattern=bitrate"`
	// FIXME integer
	MedCompN int `json:"medCompN" t8:"required"`
	// FIXME TS29514_Npcf_PolicyAuthorization#MediaType
	MedType Opt[MediaType] `json:"medType,omitzero" t8:"notnull"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MirBwDl Opt[string] `json:"mirBwDl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	MirBwUl Opt[string] `json:"mirBwUl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TsnQosContainerRm
	TsnQoS Opt[TsnQoSContainerRm] `json:"tsnQos,omitzero"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputDl Opt[TscaiInputContainer] `json:"tscaiInputDl,omitzero"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputUl Opt[TscaiInputContainer] `json:"tscaiInputUl,omitzero"`
	// FIXME boolean
	RTLatencyReq Opt[bool] `json:"rTLatencyReq,omitzero" t8:"notnull"`
	// FIXME TS29571_CommonData#PduSetQosPara
	PDUSetQoS Opt[PDUSetQoSPara] `json:"pduSetQos,omitzero" t8:"notnull"`
	// FIXME TS29514_Npcf_PolicyAuthorization#EventsSubscReqDataRm
	EvSubsc Opt[EventsSubscReqDataRm] `json:"evSubsc,omitzero"`
}

// AsSessionWithQoSSubscription FIXME (TS29122_AsSessionWithQoS#AsSessionWithQoSSubscription).
type AsSessionWithQoSSubscription struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME TS29571_CommonData#Dnn
	DNN string `json:"dnn,omitempty"`
	// FIXME TS29571_CommonData#Snssai
	Snssai *Snssai `json:"snssai,omitempty"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// FIXME string
	ExterAppID string `json:"exterAppId,omitempty"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExtGroupID id.ExternalGroupID `json:"extGroupId,omitempty"`
	// FIXME TS29571_CommonData#Gpsi pattern ^(msisdn-[0-9]{5,15}|extid-[^@]+@[^@]+|.+)$
	Gpsi string `json:"gpsi,omitempty"`
	// FIXME []TS29122_CommonData#FlowInfo
	FlowInfo []FlowInfo `json:"flowInfo,omitempty" t8:"min=1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#EthFlowDescription
	EthFlowInfo []EthFlowDescription `json:"ethFlowInfo,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#EthFlowInfo
	EnEthFlowInfo []EthFlowInfo `json:"enEthFlowInfo,omitempty" t8:"min=1"`
	// FIXME []UeAddInfo
	ListUEAddrs []UEAddInfo `json:"listUeAddrs,omitempty" t8:"min=1"`
	// FIXME TS29514_Npcf_PolicyAuthorization#MultiModalId
	MultiModalID string `json:"multiModalId,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#ProtoDesc
	ProtoDesc *ProtoDesc `json:"protoDesc,omitempty"`
	// FIXME string
	QoSReference string `json:"qosReference,omitempty"`
	// FIXME []string
	AltQoSReferences []string `json:"altQoSReferences,omitempty" t8:"min=1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#AlternativeServiceRequirementsData
	AltQoSReqs []AlternativeServiceRequirementsData `json:"altQosReqs,omitempty" t8:"min=1"`
	// FIXME boolean
	DisUENotif *bool `json:"disUeNotif,omitempty"`
	// FIXME TS29122_CommonData#Ipv4Addr
	UEIpv4Addr string `json:"ueIpv4Addr,omitempty"`
	// FIXME string
	IPDomain string `json:"ipDomain,omitempty"`
	// FIXME TS29122_CommonData#Ipv6Addr
	UEIpv6Addr string `json:"ueIpv6Addr,omitempty"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	MACAddr string `json:"macAddr,omitempty" t8:"pattern=mac"`
	// FIXME TS29122_CommonData#UsageThreshold
	UsageThreshold *UsageThreshold `json:"usageThreshold,omitempty"`
	// FIXME TS29122_CommonData#SponsorInformation
	SponsorInfo *SponsorInformation `json:"sponsorInfo,omitempty"`
	// FIXME QosMonitoringInformation
	QoSMonInfo *QoSMonitoringInformation `json:"qosMonInfo,omitempty"`
	// FIXME QosMonitoringInformation
	PdvMon *QoSMonitoringInformation `json:"pdvMon,omitempty"`
	// FIXME TS29571_CommonData#DurationSec
	QoSDuration *DurationSec `json:"qosDuration,omitempty"`
	// FIXME TS29571_CommonData#DurationSec
	QoSInactInt *DurationSec `json:"qosInactInt,omitempty"`
	// FIXME boolean
	DirectNotifInd *bool `json:"directNotifInd,omitempty"`
	// FIXME TscQosRequirement
	TscQoSReq *TscQoSRequirement `json:"tscQosReq,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#UplinkDownlinkSupport
	L4sInfo UplinkDownlinkSupport `json:"l4sInfo,omitempty"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME []UserPlaneEvent
	Events []UserPlaneEvent `json:"events,omitempty" t8:"min=1"`
	// FIXME map[string]AsSessionMediaComponent
	MultiModDatFlows map[string]AsSessionMediaComponent `json:"multiModDatFlows,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#PduSetQosPara
	PDUSetQoS *PDUSetQoSPara `json:"pduSetQos,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#PeriodicityInfo
	RTLatencyInd Opt[PeriodicityInfo] `json:"rTLatencyInd,omitzero"`
	// FIXME QosMonitoringInformation
	RttMon *QoSMonitoringInformation `json:"rttMon,omitempty"`
	// FIXME QosMonitoringInformation
	QoSMonDatRate *QoSMonitoringInformation `json:"qosMonDatRate,omitempty"`
	// FIXME TS29571_CommonData#AverWindow default 2000
	AvrgWndw *int `json:"avrgWndw,omitempty" t8:"min=1,max=4095"`
	// FIXME TS29514_Npcf_PolicyAuthorization#ServAuthInfo
	ServAuthInfo ServAuthInfo `json:"servAuthInfo,omitempty"`
	// FIXME QosMonitoringInformation
	QoSMonConReq *QoSMonitoringInformation `json:"qosMonConReq,omitempty"`
	// FIXME []TS29571_CommonData#IpAddr
	ListUEConsDtRt []IPAddr `json:"listUeConsDtRt,omitempty" t8:"min=1"`
}

// AsSessionWithQoSSubscriptionPatch FIXME (TS29122_AsSessionWithQoS#AsSessionWithQoSSubscriptionPatch).
type AsSessionWithQoSSubscriptionPatch struct {
	// FIXME string
	ExterAppID Opt[string] `json:"exterAppId,omitzero" t8:"notnull"`
	// FIXME []TS29122_CommonData#FlowInfo
	FlowInfo Opt[[]FlowInfo] `json:"flowInfo,omitzero" t8:"min=1,notnull"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#EthFlowDescription
	EthFlowInfo Opt[[]EthFlowDescription] `json:"ethFlowInfo,omitzero" t8:"min=1,notnull"`
	// FIXME []TS29122_CommonData#EthFlowInfo
	EnEthFlowInfo Opt[[]EthFlowInfo] `json:"enEthFlowInfo,omitzero" t8:"min=1,notnull"`
	// FIXME []UeAddInfo
	ListUEAddrs Opt[[]UEAddInfo] `json:"listUeAddrs,omitzero" t8:"min=1,notnull"`
	// FIXME string
	QoSReference Opt[string] `json:"qosReference,omitzero" t8:"notnull"`
	// FIXME []string
	AltQoSReferences Opt[[]string] `json:"altQoSReferences,omitzero" t8:"min=1,notnull"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#AlternativeServiceRequirementsData
	AltQoSReqs Opt[[]AlternativeServiceRequirementsData] `json:"altQosReqs,omitzero" t8:"min=1,notnull"`
	// FIXME boolean
	DisUENotif Opt[bool] `json:"disUeNotif,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#UsageThresholdRm
	UsageThreshold Opt[UsageThresholdRm] `json:"usageThreshold,omitzero"`
	// FIXME QosMonitoringInformationRm
	QoSMonInfo Opt[QoSMonitoringInformationRm] `json:"qosMonInfo,omitzero" t8:"notnull"`
	// FIXME QosMonitoringInformationRm
	PdvMon Opt[QoSMonitoringInformationRm] `json:"pdvMon,omitzero" t8:"notnull"`
	// FIXME boolean
	DirectNotifInd Opt[bool] `json:"directNotifInd,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
	// FIXME TscQosRequirementRm
	TscQoSReq Opt[TscQoSRequirementRm] `json:"tscQosReq,omitzero" t8:"notnull"`
	// FIXME TS29514_Npcf_PolicyAuthorization#UplinkDownlinkSupport
	L4sInfo Opt[UplinkDownlinkSupport] `json:"l4sInfo,omitzero" t8:"notnull"`
	// FIXME []UserPlaneEvent
	Events Opt[[]UserPlaneEvent] `json:"events,omitzero" t8:"min=1,notnull"`
	// FIXME map[string]AsSessionMediaComponentRm
	MultiModDatFlows Opt[map[string]AsSessionMediaComponentRm] `json:"multiModDatFlows,omitzero" t8:"min=1,notnull"`
	// FIXME TS29571_CommonData#PduSetQosParaRm
	PDUSetQoS Opt[PDUSetQoSParaRm] `json:"pduSetQos,omitzero"`
	// FIXME boolean
	RTLatencyInd Opt[bool] `json:"rTLatencyInd,omitzero" t8:"notnull"`
	// FIXME TS29514_Npcf_PolicyAuthorization#ProtoDesc
	ProtoDesc Opt[ProtoDesc] `json:"protoDesc,omitzero" t8:"notnull"`
	// FIXME TS29514_Npcf_PolicyAuthorization#PeriodicityInfo
	PeriodInfo Opt[PeriodicityInfo] `json:"periodInfo,omitzero"`
	// FIXME TS29571_CommonData#DurationSecRm
	QoSDuration Opt[DurationSec] `json:"qosDuration,omitzero"`
	// FIXME TS29571_CommonData#DurationSecRm
	QoSInactInt Opt[DurationSec] `json:"qosInactInt,omitzero"`
	// FIXME QosMonitoringInformationRm
	RttMon Opt[QoSMonitoringInformationRm] `json:"rttMon,omitzero" t8:"notnull"`
	// FIXME QosMonitoringInformationRm
	QoSMonDatRate Opt[QoSMonitoringInformationRm] `json:"qosMonDatRate,omitzero" t8:"notnull"`
	// FIXME TS29571_CommonData#AverWindowRm default 2000
	AvrgWndw Opt[int] `json:"avrgWndw,omitzero" t8:"min=1,max=4095"`
	// FIXME QosMonitoringInformationRm
	QoSMonConReq Opt[QoSMonitoringInformationRm] `json:"qosMonConReq,omitzero" t8:"notnull"`
	// FIXME []TS29571_CommonData#IpAddr
	ListUEConsDtRt Opt[[]IPAddr] `json:"listUeConsDtRt,omitzero" t8:"min=1,notnull"`
}

// MultiModalFlows FIXME (TS29122_AsSessionWithQoS#MultiModalFlows).
type MultiModalFlows struct {
	// FIXME integer
	MedCompN int `json:"medCompN" t8:"required"`
	// FIXME []integer
	FlowIDs []int `json:"flowIds,omitempty" t8:"min=1"`
}

// ProblemDetailsAsSessionWithQoS FIXME (TS29122_AsSessionWithQoS#ProblemDetailsAsSessionWithQos).
type ProblemDetailsAsSessionWithQoS struct {
	// FIXME Uri
	Type string `json:"type,omitempty"`
	// FIXME string
	Title string `json:"title,omitempty"`
	// FIXME integer
	Status *int `json:"status,omitempty"`
	// FIXME string
	Detail string `json:"detail,omitempty"`
	// FIXME Uri
	Instance string `json:"instance,omitempty"`
	// FIXME string
	Cause string `json:"cause,omitempty"`
	// FIXME []InvalidParam
	InvalidParams []InvalidParam `json:"invalidParams,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#AcceptableServiceInfo
	AcceptableServInfo *AcceptableServiceInfo `json:"acceptableServInfo,omitempty"`
}

// QoSMonitoringInformation FIXME (TS29122_AsSessionWithQoS#QosMonitoringInformation).
type QoSMonitoringInformation struct {
	// FIXME []TS29512_Npcf_SMPolicyControl#RequestedQosMonitoringParameter
	ReqQoSMonParams []RequestedQoSMonitoringParameter `json:"reqQosMonParams" t8:"required,min=1"`
	// FIXME []TS29512_Npcf_SMPolicyControl#ReportingFrequency
	RepFreqs []ReportingFrequency `json:"repFreqs" t8:"required,min=1"`
	// FIXME TS29571_CommonData#Uinteger
	RepThreshDl *int `json:"repThreshDl,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	RepThreshUl *int `json:"repThreshUl,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	RepThreshRp *int `json:"repThreshRp,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	ConThreshDl *int `json:"conThreshDl,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	ConThreshUl *int `json:"conThreshUl,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#DurationSec
	WaitTime *DurationSec `json:"waitTime,omitempty"`
	// FIXME TS29571_CommonData#DurationSec
	RepPeriod *DurationSec `json:"repPeriod,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateDl string `json:"repThreshDatRateDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateUl string `json:"repThreshDatRateUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ConsDataRateThrDl string `json:"consDataRateThrDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ConsDataRateThrUl string `json:"consDataRateThrUl,omitempty" t8:"pattern=bitrate"`
}

// QoSMonitoringInformationRm FIXME (TS29122_AsSessionWithQoS#QosMonitoringInformationRm).
type QoSMonitoringInformationRm struct {
	// FIXME []TS29512_Npcf_SMPolicyControl#RequestedQosMonitoringParameter
	ReqQoSMonParams Opt[[]RequestedQoSMonitoringParameter] `json:"reqQosMonParams,omitzero" t8:"min=1,notnull"`
	// FIXME []TS29512_Npcf_SMPolicyControl#ReportingFrequency
	RepFreqs Opt[[]ReportingFrequency] `json:"repFreqs,omitzero" t8:"min=1,notnull"`
	// FIXME TS29571_CommonData#UintegerRm
	RepThreshDl Opt[int] `json:"repThreshDl,omitzero" t8:"min=0"`
	// FIXME TS29571_CommonData#UintegerRm
	RepThreshUl Opt[int] `json:"repThreshUl,omitzero" t8:"min=0"`
	// FIXME TS29571_CommonData#UintegerRm
	RepThreshRp Opt[int] `json:"repThreshRp,omitzero" t8:"min=0"`
	// FIXME TS29571_CommonData#UintegerRm
	ConThreshDl Opt[int] `json:"conThreshDl,omitzero" t8:"min=0"`
	// FIXME TS29571_CommonData#UintegerRm
	ConThreshUl Opt[int] `json:"conThreshUl,omitzero" t8:"min=0"`
	// FIXME TS29571_CommonData#DurationSecRm
	WaitTime Opt[DurationSec] `json:"waitTime,omitzero"`
	// FIXME TS29571_CommonData#DurationSecRm
	RepPeriod Opt[DurationSec] `json:"repPeriod,omitzero"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateDl Opt[string] `json:"repThreshDatRateDl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	RepThreshDatRateUl Opt[string] `json:"repThreshDatRateUl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ConsDataRateThrDl Opt[string] `json:"consDataRateThrDl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ConsDataRateThrUl Opt[string] `json:"consDataRateThrUl,omitzero" t8:"pattern=bitrate"`
}

// QoSMonitoringReport FIXME (TS29122_AsSessionWithQoS#QosMonitoringReport).
type QoSMonitoringReport struct {
	// FIXME []TS29571_CommonData#Uinteger
	UlDelays []int `json:"ulDelays,omitempty" t8:"min=1"`
	// FIXME []TS29571_CommonData#Uinteger
	DlDelays []int `json:"dlDelays,omitempty" t8:"min=1"`
	// FIXME []TS29571_CommonData#Uinteger
	RtDelays []int `json:"rtDelays,omitempty" t8:"min=1"`
	// FIXME boolean
	Pdmf *bool `json:"pdmf,omitempty"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	UlDataRate string `json:"ulDataRate,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	DlDataRate string `json:"dlDataRate,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	UlAggrDataRate string `json:"ulAggrDataRate,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	DlAggrDataRate string `json:"dlAggrDataRate,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#Uinteger
	UlConInfo *int `json:"ulConInfo,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#Uinteger
	DlConInfo *int `json:"dlConInfo,omitempty" t8:"min=0"`
	// FIXME boolean
	Cimf *bool `json:"cimf,omitempty"`
}

// TscQoSRequirement FIXME (TS29122_AsSessionWithQoS#TscQosRequirement).
type TscQoSRequirement struct {
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqGbrDl string `json:"reqGbrDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqGbrUl string `json:"reqGbrUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqMbrDl string `json:"reqMbrDl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRate pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqMbrUl string `json:"reqMbrUl,omitempty" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#ExtMaxDataBurstVol
	MaxTscBurstSize *int `json:"maxTscBurstSize,omitempty" t8:"min=4096,max=2000000"`
	// FIXME TS29571_CommonData#PacketDelBudget
	Req5Gsdelay *int `json:"req5Gsdelay,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#PacketErrRate pattern ^([0-9]E-[0-9])$
	ReqPer string `json:"reqPer,omitempty" t8:"pattern=errorrate"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscPriorityLevel
	Priority *int `json:"priority,omitempty" t8:"min=1,max=8"`
	// FIXME TS29571_CommonData#Uinteger
	TscaiTimeDom *int `json:"tscaiTimeDom,omitempty" t8:"min=0"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputDl Opt[TscaiInputContainer] `json:"tscaiInputDl,omitzero"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputUl Opt[TscaiInputContainer] `json:"tscaiInputUl,omitzero"`
	// FIXME boolean
	CapBatAdaptation *bool `json:"capBatAdaptation,omitempty"`
}

// TscQoSRequirementRm FIXME (TS29122_AsSessionWithQoS#TscQosRequirementRm).
type TscQoSRequirementRm struct {
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqGbrDl Opt[string] `json:"reqGbrDl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqGbrUl Opt[string] `json:"reqGbrUl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqMbrDl Opt[string] `json:"reqMbrDl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#BitRateRm pattern ^\d+(\.\d+)? (bps|Kbps|Mbps|Gbps|Tbps)$
	ReqMbrUl Opt[string] `json:"reqMbrUl,omitzero" t8:"pattern=bitrate"`
	// FIXME TS29571_CommonData#ExtMaxDataBurstVolRm
	MaxTscBurstSize Opt[int] `json:"maxTscBurstSize,omitzero" t8:"min=4096,max=2000000"`
	// FIXME TS29571_CommonData#PacketDelBudgetRm
	Req5Gsdelay Opt[int] `json:"req5Gsdelay,omitzero" t8:"min=1"`
	// FIXME TS29571_CommonData#PacketErrRateRm pattern ^([0-9]E-[0-9])$
	ReqPer Opt[string] `json:"reqPer,omitzero" t8:"pattern=errorrate"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscPriorityLevelRm
	Priority Opt[int] `json:"priority,omitzero" t8:"min=1,max=8"`
	// FIXME TS29571_CommonData#UintegerRm
	TscaiTimeDom Opt[int] `json:"tscaiTimeDom,omitzero" t8:"min=0"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputDl Opt[TscaiInputContainer] `json:"tscaiInputDl,omitzero"`
	// FIXME TS29514_Npcf_PolicyAuthorization#TscaiInputContainer
	TscaiInputUl Opt[TscaiInputContainer] `json:"tscaiInputUl,omitzero"`
	// FIXME boolean
	CapBatAdaptation Opt[bool] `json:"capBatAdaptation,omitzero"`
}

// UEAddInfo FIXME (TS29122_AsSessionWithQoS#UeAddInfo).
type UEAddInfo struct {
	// FIXME TS29571_CommonData#IpAddr
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// FIXME TS29122_CommonData#Port
	PortNumber *int `json:"portNumber,omitempty" t8:"min=0,max=65535"`
}

// UserPlaneEvent FIXME.
type UserPlaneEvent string

const (
	UserPlaneEventSessionTermination            UserPlaneEvent = "SESSION_TERMINATION"
	UserPlaneEventLossOfBearer                  UserPlaneEvent = "LOSS_OF_BEARER"
	UserPlaneEventRecoveryOfBearer              UserPlaneEvent = "RECOVERY_OF_BEARER"
	UserPlaneEventReleaseOfBearer               UserPlaneEvent = "RELEASE_OF_BEARER"
	UserPlaneEventUsageReport                   UserPlaneEvent = "USAGE_REPORT"
	UserPlaneEventFailedResourcesAllocation     UserPlaneEvent = "FAILED_RESOURCES_ALLOCATION"
	UserPlaneEventQoSGuaranteed                 UserPlaneEvent = "QOS_GUARANTEED"
	UserPlaneEventQoSNotGuaranteed              UserPlaneEvent = "QOS_NOT_GUARANTEED"
	UserPlaneEventQoSMonitoring                 UserPlaneEvent = "QOS_MONITORING"
	UserPlaneEventSuccessfulResourcesAllocation UserPlaneEvent = "SUCCESSFUL_RESOURCES_ALLOCATION"
	UserPlaneEventAccessTypeChange              UserPlaneEvent = "ACCESS_TYPE_CHANGE"
	UserPlaneEventPLMNChg                       UserPlaneEvent = "PLMN_CHG"
	UserPlaneEventL4sNotAvailable               UserPlaneEvent = "L4S_NOT_AVAILABLE"
	UserPlaneEventL4sAvailable                  UserPlaneEvent = "L4S_AVAILABLE"
	UserPlaneEventBatOffsetInfo                 UserPlaneEvent = "BAT_OFFSET_INFO"
	UserPlaneEventRtDelayTwoQoSFlows            UserPlaneEvent = "RT_DELAY_TWO_QOS_FLOWS"
	UserPlaneEventPackDelayVar                  UserPlaneEvent = "PACK_DELAY_VAR"
)

// UserPlaneEventReport FIXME (TS29122_AsSessionWithQoS#UserPlaneEventReport).
type UserPlaneEventReport struct {
	// FIXME UserPlaneEvent
	Event UserPlaneEvent `json:"event" t8:"required"`
	// FIXME TS29122_CommonData#AccumulatedUsage
	AccumulatedUsage *AccumulatedUsage `json:"accumulatedUsage,omitempty"`
	// FIXME []integer
	FlowIDs []int `json:"flowIds,omitempty" t8:"min=1"`
	// FIXME []MultiModalFlows
	MultiModFlows []MultiModalFlows `json:"multiModFlows,omitempty" t8:"min=1"`
	// FIXME string
	AppliedQoSRef string `json:"appliedQosRef,omitempty"`
	// FIXME boolean
	AltQoSNotSuppInd *bool `json:"altQosNotSuppInd,omitempty"`
	// FIXME TS29571_CommonData#PlmnIdNid
	PLMNID *PLMNIDNid `json:"plmnId,omitempty"`
	// FIXME []QosMonitoringReport
	QoSMonReports []QoSMonitoringReport `json:"qosMonReports,omitempty" t8:"min=1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#PdvMonitoringReport
	PdvMonReports []PdvMonitoringReport `json:"pdvMonReports,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#RatType
	RatType RatType `json:"ratType,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#BatOffsetInfo
	BatOffsetInfo *BatOffsetInfo `json:"batOffsetInfo,omitempty"`
	// FIXME []QosMonitoringReport
	RttMonReports []QoSMonitoringReport `json:"rttMonReports,omitempty" t8:"min=1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#QosMonitoringReport
	QoSMonDatRateReps []NpcfPolicyAuthorizationQoSMonitoringReport `json:"qosMonDatRateReps,omitempty" t8:"min=1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#QosMonitoringReport
	AggrDataRateRpts []NpcfPolicyAuthorizationQoSMonitoringReport `json:"aggrDataRateRpts,omitempty" t8:"min=1"`
	// FIXME []QosMonitoringReport
	QoSMonConInfoReps []QoSMonitoringReport `json:"qosMonConInfoReps,omitempty" t8:"min=1"`
}

// UserPlaneNotificationData FIXME (TS29122_AsSessionWithQoS#UserPlaneNotificationData).
type UserPlaneNotificationData struct {
	// FIXME TS29122_CommonData#Link
	Transaction string `json:"transaction" t8:"required"`
	// FIXME []UserPlaneEventReport
	EventReports []UserPlaneEventReport `json:"eventReports" t8:"required,min=1"`
}
