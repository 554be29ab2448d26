package t8

import "time"

// AcceptableServiceInfo is a service that the network would accept in place of one that it refused (TS 29.514 §5.6,
// AcceptableServiceInfo). Bit rates are as "1.5 Mbps".
type AcceptableServiceInfo struct {
	// AccBwMedComps holds what would be accepted for each media component, by its number. Not empty when present.
	AccBwMedComps map[string]MediaComponent `json:"accBwMedComps,omitempty" t8:"min=1"`
	// MarBwUL is the highest bit rate uplink that would be accepted for all together. Member marBwUl.
	MarBwUL string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// MarBwDL is the highest bit rate downlink that would be accepted for all together. Member marBwDl.
	MarBwDL string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
}

// MediaComponent is one kind of media of a service (TS 29.514 §5.6, MediaComponent), as Media-Component-Description of Rx.
// AltSerReqsData excludes AltSerReqs and QoSReference. Bit rates are as "1.5 Mbps", empty: not said; arrays and maps are
// not empty when present. Of its members an SCEF fills MedCompN, MarBwUL and MarBwDL of a refusal; the others are 5G only:
// carried, not served.
type MediaComponent struct {
	// AFAppID names the application. Member afAppId.
	AFAppID string `json:"afAppId,omitempty"`
	// AFRoutReq tells how its traffic is routed. Member afRoutReq.
	AFRoutReq *AFRoutingRequirement `json:"afRoutReq,omitempty"`
	// AFSFCReq tells through which service functions it goes. Member afSfcReq.
	AFSFCReq *AFSFCRequirement `json:"afSfcReq,omitempty"`
	// QoSReference names the quality of service.
	QoSReference string `json:"qosReference,omitempty" t8:"atmost=g2"`
	// DisUENotif keeps the UE from being told when the quality changes.
	DisUENotif bool `json:"disUeNotif,omitempty"`
	// AltSerReqs names alternatives, the best first.
	AltSerReqs []string `json:"altSerReqs,omitempty" t8:"min=1,atmost=g1"`
	// AltSerReqsData tells alternatives in parameters, the best first.
	AltSerReqsData []AlternativeServiceRequirementsData `json:"altSerReqsData,omitempty" t8:"min=1,atmost=g1,atmost=g2"`
	// ContVer is the version of the content; nil: none.
	ContVer *int `json:"contVer,omitempty"`
	// Codecs describe the codecs of offer and answer, 1 or 2.
	Codecs []string `json:"codecs,omitempty" t8:"min=1,max=2"`
	// DesMaxLatency is the latency that is wished for, in milliseconds; nil: not said.
	DesMaxLatency *float64 `json:"desMaxLatency,omitempty"`
	// DesMaxLoss is the share of lost packets that is wished for; nil: not said.
	DesMaxLoss *float64 `json:"desMaxLoss,omitempty"`
	// FLUSID names a stream of live uplink (FLUS). Member flusId.
	FLUSID string `json:"flusId,omitempty"`
	// FStatus says which directions are open.
	FStatus FlowStatus `json:"fStatus,omitempty"`
	// MarBwDL is the highest bit rate downlink. Member marBwDl.
	MarBwDL string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
	// MarBwUL is the highest bit rate uplink. Member marBwUl.
	MarBwUL string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// MaxPacketLossRateDL is the loss that may be downlink, in tenths of a percent, 0 to 1000; nil: not said. Member
	// maxPacketLossRateDl.
	MaxPacketLossRateDL *int `json:"maxPacketLossRateDl,omitempty" t8:"min=0,max=1000"`
	// MaxPacketLossRateUL is the loss that may be uplink, likewise. Member maxPacketLossRateUl.
	MaxPacketLossRateUL *int `json:"maxPacketLossRateUl,omitempty" t8:"min=0,max=1000"`
	// MaxSuppBwDL is the highest bit rate downlink that the application can use. Member maxSuppBwDl.
	MaxSuppBwDL string `json:"maxSuppBwDl,omitempty" t8:"pattern=bitrate"`
	// MaxSuppBwUL is the highest bit rate uplink that the application can use. Member maxSuppBwUl.
	MaxSuppBwUL string `json:"maxSuppBwUl,omitempty" t8:"pattern=bitrate"`
	// MedCompN is the number of the component.
	MedCompN int `json:"medCompN" t8:"required"`
	// MedSubComps are its flows, by their number.
	MedSubComps map[string]MediaSubComponent `json:"medSubComps,omitempty" t8:"min=1"`
	// MedType is what flows.
	MedType MediaType `json:"medType,omitempty"`
	// MinDesBwDL is the least bit rate downlink that is wished for. Member minDesBwDl.
	MinDesBwDL string `json:"minDesBwDl,omitempty" t8:"pattern=bitrate"`
	// MinDesBwUL is the least bit rate uplink that is wished for. Member minDesBwUl.
	MinDesBwUL string `json:"minDesBwUl,omitempty" t8:"pattern=bitrate"`
	// MirBwDL is the bit rate that is needed downlink. Member mirBwDl.
	MirBwDL string `json:"mirBwDl,omitempty" t8:"pattern=bitrate"`
	// MirBwUL is the bit rate that is needed uplink. Member mirBwUl.
	MirBwUL string `json:"mirBwUl,omitempty" t8:"pattern=bitrate"`
	// PreemptCap says whether the service may take resources of others.
	PreemptCap PreemptionCapability `json:"preemptCap,omitempty"`
	// PreemptVuln says whether others may take its resources.
	PreemptVuln PreemptionVulnerability `json:"preemptVuln,omitempty"`
	// PrioSharingInd says whether it shares its priority with others.
	PrioSharingInd PrioritySharingIndicator `json:"prioSharingInd,omitempty"`
	// ResPrio ranks the request.
	ResPrio ReservPriority `json:"resPrio,omitempty"`
	// RRBw is the bit rate of RTCP receiver reports. Member rrBw.
	RRBw string `json:"rrBw,omitempty" t8:"pattern=bitrate"`
	// RSBw is the bit rate of RTCP sender reports. Member rsBw.
	RSBw string `json:"rsBw,omitempty" t8:"pattern=bitrate"`
	// SharingKeyDL is the same for components that share resources downlink, 0 to 2^32-1; nil: none. Member sharingKeyDl.
	SharingKeyDL *int `json:"sharingKeyDl,omitempty" t8:"min=0,max=4294967295"`
	// SharingKeyUL is the same for components that share resources uplink, 0 to 2^32-1; nil: none. Member sharingKeyUl.
	SharingKeyUL *int `json:"sharingKeyUl,omitempty" t8:"min=0,max=4294967295"`
	// TSNQoS tells the quality in parameters. Member tsnQos.
	TSNQoS *TSNQoSContainer `json:"tsnQos,omitempty"`
	// TSCAIInputDL is the pattern of the traffic downlink. Member tscaiInputDl.
	TSCAIInputDL *TSCAIInputContainer `json:"tscaiInputDl,omitempty"`
	// TSCAIInputUL is the pattern of the traffic uplink. Member tscaiInputUl.
	TSCAIInputUL *TSCAIInputContainer `json:"tscaiInputUl,omitempty"`
	// TSCAITimeDom is the (g)PTP domain of its times, at least 0; nil: not said. Member tscaiTimeDom.
	TSCAITimeDom *int `json:"tscaiTimeDom,omitempty" t8:"min=0"`
	// CapBATAdaptation tells that the application can shift its bursts. Member capBatAdaptation.
	CapBATAdaptation bool `json:"capBatAdaptation,omitempty"`
	// RTLatencyInd asks for a bound of the round trip.
	RTLatencyInd bool `json:"rTLatencyInd,omitempty"`
	// PDUSetQoS tells the quality for sets of packets.
	PDUSetQoS *PDUSetQoSPara `json:"pduSetQos,omitempty"`
	// PDUSetProtDesc tells how sets of packets are recognised.
	PDUSetProtDesc *ProtoDesc `json:"pduSetProtDesc,omitempty"`
	// PeriodInfo tells how often bursts come.
	PeriodInfo *PeriodicityInfo `json:"periodInfo,omitempty"`
	// L4SInd asks for congestion marks for L4S. Member l4sInd.
	L4SInd UplinkDownlinkSupport `json:"l4sInd,omitempty"`
}

// MediaSubComponent is one flow of a media component (TS 29.514 §5.6, MediaSubComponent). 5G only: carried, not served.
type MediaSubComponent struct {
	// AFSigProtocol is the protocol between UE and application. Member afSigProtocol.
	AFSigProtocol AFSigProtocol `json:"afSigProtocol,omitempty"`
	// EthFDescs are filters for Ethernet frames, 1 or 2. Member ethfDescs.
	EthFDescs []EthFlowDescription `json:"ethfDescs,omitempty" t8:"min=1,max=2"`
	// FNum is the number of the flow.
	FNum int `json:"fNum" t8:"required"`
	// FDescs are IP filters, 1 or 2, each as an IPFilterRule of RFC 6733.
	FDescs []string `json:"fDescs,omitempty" t8:"min=1,max=2"`
	// AddInfoFlowDescs add to the IP filters, 1 or 2.
	AddInfoFlowDescs []AddFlowDescriptionInfo `json:"addInfoFlowDescs,omitempty" t8:"min=1,max=2"`
	// FStatus says which directions are open.
	FStatus FlowStatus `json:"fStatus,omitempty"`
	// MarBwDL is the highest bit rate downlink, as "1.5 Mbps". Member marBwDl.
	MarBwDL string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
	// MarBwUL is the highest bit rate uplink. Member marBwUl.
	MarBwUL string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// ToSTrCl is type of service or traffic class with its mask, in hexadecimal. Member tosTrCl.
	ToSTrCl string `json:"tosTrCl,omitempty"`
	// FlowUsage is what the flow is for.
	FlowUsage FlowUsage `json:"flowUsage,omitempty"`
	// EvSubsc are the events that are wanted.
	EvSubsc *EventsSubscReqData `json:"evSubsc,omitempty"`
}

// MediaType is what flows (TS 29.514 §5.6).
type MediaType string

// The types of media.
const (
	MediaAudio       MediaType = "AUDIO"
	MediaVideo       MediaType = "VIDEO"
	MediaData        MediaType = "DATA"
	MediaApplication MediaType = "APPLICATION"
	MediaControl     MediaType = "CONTROL"
	MediaText        MediaType = "TEXT"
	MediaMessage     MediaType = "MESSAGE"
	MediaOther       MediaType = "OTHER"
)

// Known reports whether the value is one of TS 29.514.
func (v MediaType) Known() bool {
	switch v {
	case MediaAudio, MediaVideo, MediaData, MediaApplication, MediaControl, MediaText, MediaMessage, MediaOther:
		return true
	}
	return false
}

// AFSigProtocol is the protocol between UE and application (TS 29.512 §5.6). 5G only: carried, not served.
type AFSigProtocol string

// The protocols.
const (
	AFSigNoInformation AFSigProtocol = "NO_INFORMATION"
	AFSigSIP           AFSigProtocol = "SIP"
)

// Known reports whether the value is one of TS 29.512.
func (v AFSigProtocol) Known() bool { return v == AFSigNoInformation || v == AFSigSIP }

// AFRoutingRequirement tells how the traffic of an application is routed (TS 29.514 §5.6, AfRoutingRequirement). Arrays
// are not empty when present. 5G only: carried, not served.
type AFRoutingRequirement struct {
	// AppReloc tells that the application must not be relocated.
	AppReloc bool `json:"appReloc,omitempty"`
	// RouteToLocs are where the application runs.
	RouteToLocs []RouteToLocation `json:"routeToLocs,omitempty" t8:"min=1"`
	// SpVal is where this holds; nil: everywhere.
	SpVal *SpatialValidity `json:"spVal,omitempty"`
	// TempVals are when this holds; absent: always.
	TempVals []TemporalValidity `json:"tempVals,omitempty" t8:"min=1"`
	// UPPathChgSub asks to be told when the path changes. Member upPathChgSub.
	UPPathChgSub *UPPathChgEvent `json:"upPathChgSub,omitempty"`
	// AddrPreserInd asks to keep the address of the UE.
	AddrPreserInd bool `json:"addrPreserInd,omitempty"`
	// SimConnInd asks for old and new path at the same time for a while.
	SimConnInd bool `json:"simConnInd,omitempty"`
	// SimConnTerm is how long, in whole seconds; zero: not said.
	SimConnTerm DurationSec `json:"simConnTerm,omitempty"`
	// EASIPReplaceInfos tell how addresses of edge servers are replaced. Member easIpReplaceInfos.
	EASIPReplaceInfos []EASIPReplacementInfo `json:"easIpReplaceInfos,omitempty" t8:"min=1"`
	// EASRedisInd asks the UE to look for an edge server anew. Member easRedisInd.
	EASRedisInd bool `json:"easRedisInd,omitempty"`
	// MaxAllowedUPLat is the latency that may be, in milliseconds, at least 0; nil: not said. Member maxAllowedUpLat.
	MaxAllowedUPLat *int `json:"maxAllowedUpLat,omitempty" t8:"min=0"`
	// TfcCorreInfo ties together the traffic of several UEs.
	TfcCorreInfo *TrafficCorrelationInfo `json:"tfcCorreInfo,omitempty"`
}

// AFSFCRequirement tells through which chain of service functions traffic goes (TS 29.514 §5.6, AfSfcRequirement). 5G
// only: carried, not served.
type AFSFCRequirement struct {
	// SFCIDDL names the chain downlink. Member sfcIdDl.
	SFCIDDL string `json:"sfcIdDl,omitempty"`
	// SFCIDUL names the chain uplink. Member sfcIdUl.
	SFCIDUL string `json:"sfcIdUl,omitempty"`
	// SpVal is where this holds; nil: everywhere.
	SpVal *SpatialValidityRm `json:"spVal,omitempty"`
	// Metadata goes to the chain as it is; base64 on the wire.
	Metadata []byte `json:"metadata,omitempty"`
}

// SpatialValidity is a set of areas (TS 29.514 §5.6, SpatialValidity). 5G only: carried, not served.
type SpatialValidity struct {
	// PresenceInfoList holds the areas by their identifier; at least one.
	PresenceInfoList map[string]PresenceInfo `json:"presenceInfoList" t8:"required,min=1"`
}

// SpatialValidityRm is a [SpatialValidity] that may be null (TS 29.514 §5.6, SpatialValidityRm). 5G only: carried, not
// served.
type SpatialValidityRm struct {
	// PresenceInfoList holds the areas by their identifier; at least one.
	PresenceInfoList map[string]PresenceInfo `json:"presenceInfoList" t8:"required,min=1"`
}

// TemporalValidity is a time during which something holds (TS 29.514 §5.6, TemporalValidity). 5G only: carried, not served.
type TemporalValidity struct {
	// StartTime is when it begins; zero: at once.
	StartTime time.Time `json:"startTime,omitzero"`
	// StopTime is when it ends; zero: never.
	StopTime time.Time `json:"stopTime,omitzero"`
}

// UPPathChgEvent asks to be told when the user plane takes another path (TS 29.512 §5.6, UpPathChgEvent). 5G only: carried,
// not served.
type UPPathChgEvent struct {
	// NotificationURI is who is told.
	NotificationURI string `json:"notificationUri" t8:"required"`
	// NotifCorreID comes back in what is told.
	NotifCorreID string `json:"notifCorreId" t8:"required"`
	// DNAIChgType says whether before or after the change, or both. Member dnaiChgType.
	DNAIChgType DNAIChangeType `json:"dnaiChgType" t8:"required"`
	// AFAckInd tells that the receiver will acknowledge. Member afAckInd.
	AFAckInd bool `json:"afAckInd,omitempty"`
}

// TrafficCorrelationInfo ties together the traffic of several UEs (TS 29.519 §6.4, TrafficCorrelationInfo). 5G only:
// carried, not served.
type TrafficCorrelationInfo struct {
	// CorrType is what the UEs have in common.
	CorrType CorrelationType `json:"corrType,omitempty"`
	// TfcCorrID names the set of UEs.
	TfcCorrID string `json:"tfcCorrId,omitempty"`
	// ComEASIPv4Addr is the IPv4 address of their edge server. Member comEasIpv4Addr.
	ComEASIPv4Addr string `json:"comEasIpv4Addr,omitempty" t8:"pattern=ipv4"`
	// ComEASIPv6Addr is the IPv6 address of their edge server. Member comEasIpv6Addr.
	ComEASIPv6Addr string `json:"comEasIpv6Addr,omitempty" t8:"pattern=ipv6"`
	// FQDNRange are the names that they look up. Not empty when present.
	FQDNRange []FQDNPatternMatchingRule `json:"fqdnRange,omitempty" t8:"min=1"`
	// NotifURI is who is told about changes.
	NotifURI string `json:"notifUri,omitempty"`
	// NotifCorrID comes back in what is told.
	NotifCorrID string `json:"notifCorrId,omitempty"`
}

// CorrelationType is what UEs have in common (TS 29.519 §6.4). 5G only: carried, not served.
type CorrelationType string

// What they have in common.
const (
	CorrelationCommonDNAI CorrelationType = "COMMON_DNAI" // the access to the data network
	CorrelationCommonEAS  CorrelationType = "COMMON_EAS"  // the edge server
)

// Known reports whether the value is one of TS 29.519.
func (v CorrelationType) Known() bool {
	return v == CorrelationCommonDNAI || v == CorrelationCommonEAS
}
