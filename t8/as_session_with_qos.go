package t8

import (
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// ASSessionWithQoSSubscription is the resource "Individual AS Session with Required QoS Subscription" (TS 29.122
// §5.14.2, AsSessionWithQoSSubscription): the wish that flows between an application server and a UE get a certain
// quality of service. The UE is the one with UEIPv4Addr or UEIPv6Addr; what flows, FlowInfo or ExterAppID says; which
// quality, QoSReference says. Members marked 5G only are carried, not served.
type ASSessionWithQoSSubscription struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.14.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// DNN names the data network, which is the APN of EPS. Empty: not said.
	DNN string `json:"dnn,omitempty"`
	// SNSSAI names the network slice. 5G only.
	SNSSAI *SNSSAI `json:"snssai,omitempty"`
	// NotificationDestination is the http or https URI that receives every notification of this subscription.
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// ExterAppID names an application that the operator knows, in place of a description of its flows. Feature AppId.
	ExterAppID string `json:"exterAppId,omitempty"`
	// ExternalGroupID names a group of UEs as local-part@domain. 5G only. Member extGroupId.
	ExternalGroupID id.ExternalGroupID `json:"extGroupId,omitempty"`
	// GPSI names the UE by msisdn-digits or extid-local@domain. 5G only.
	GPSI string `json:"gpsi,omitempty"`
	// FlowInfo describes the IP flows that want the quality; each has at most one filter per direction. Not empty when
	// present.
	FlowInfo []FlowInfo `json:"flowInfo,omitempty" t8:"min=1"`
	// EthFlowInfo describes Ethernet flows. 5G only. Not empty when present.
	EthFlowInfo []EthFlowDescription `json:"ethFlowInfo,omitempty" t8:"min=1"`
	// EnEthFlowInfo describes Ethernet flows with a number for each. 5G only. Not empty when present.
	EnEthFlowInfo []EthFlowInfo `json:"enEthFlowInfo,omitempty" t8:"min=1"`
	// ListUEAddrs are the addresses of several UEs. 5G only. Not empty when present.
	ListUEAddrs []UEAddInfo `json:"listUeAddrs,omitempty" t8:"min=1"`
	// MultiModalID ties together the flows of one service with several modes. 5G only.
	MultiModalID string `json:"multiModalId,omitempty"`
	// ProtoDesc tells by which protocol PDU sets are recognised. 5G only.
	ProtoDesc *ProtoDesc `json:"protoDesc,omitempty"`
	// QoSReference names a quality of service that operator and SCS/AS agreed on.
	QoSReference string `json:"qosReference,omitempty"`
	// AltQoSReferences names what will do in place of QoSReference, the best first. 5G only. Not empty when present.
	AltQoSReferences []string `json:"altQoSReferences,omitempty" t8:"min=1"`
	// AltQoSReqs tells what will do in parameters, the best first. 5G only. Not empty when present.
	AltQoSReqs []AlternativeServiceRequirementsData `json:"altQosReqs,omitempty" t8:"min=1"`
	// DisUENotif keeps the UE from being told when the quality changes. 5G only.
	DisUENotif bool `json:"disUeNotif,omitempty"`
	// UEIPv4Addr is the IPv4 address of the UE, in dotted notation.
	UEIPv4Addr string `json:"ueIpv4Addr,omitempty" t8:"pattern=ipv4"`
	// IPDomain tells which of several networks with the same IPv4 addresses UEIPv4Addr belongs to. Empty: not said.
	IPDomain string `json:"ipDomain,omitempty"`
	// UEIPv6Addr is an IPv6 address of the UE, as 2001:db8::1 in lower case (RFC 5952 §4).
	UEIPv6Addr string `json:"ueIpv6Addr,omitempty" t8:"pattern=ipv6"`
	// MACAddr is the MAC address of the UE as 00-11-22-aa-bb-cc. 5G only.
	MACAddr string `json:"macAddr,omitempty" t8:"pattern=mac"`
	// UsageThreshold is the time or the volume after which the SCS/AS wants a report. Nil: no report.
	UsageThreshold *UsageThreshold `json:"usageThreshold,omitempty"`
	// SponsorInfo tells who pays for the traffic. Nil: the subscriber.
	SponsorInfo *SponsorInformation `json:"sponsorInfo,omitempty"`
	// QoSMonInfo asks for measured packet delays. 5G only.
	QoSMonInfo *QoSMonitoringInformation `json:"qosMonInfo,omitempty"`
	// PDVMon asks for the measured variation of packet delays. 5G only. Member pdvMon.
	PDVMon *QoSMonitoringInformation `json:"pdvMon,omitempty"`
	// QoSDuration is how long the quality is wanted, in whole seconds; zero: no limit. 5G only.
	QoSDuration DurationSec `json:"qosDuration,omitempty"`
	// QoSInactInt is after how much silence the quality may be taken back, in whole seconds; zero: never. 5G only.
	QoSInactInt DurationSec `json:"qosInactInt,omitempty"`
	// DirectNotifInd asks for measurements straight from the user plane. 5G only.
	DirectNotifInd bool `json:"directNotifInd,omitempty"`
	// TSCQoSReq tells the quality in parameters, for time-sensitive communication. 5G only. Member tscQosReq.
	TSCQoSReq *TSCQoSRequirement `json:"tscQosReq,omitempty"`
	// L4SInfo asks for congestion marks for L4S. 5G only. Member l4sInfo.
	L4SInfo UplinkDownlinkSupport `json:"l4sInfo,omitempty"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// Events are the events that the SCS/AS wants to hear of; absent: those that the SCEF is set up for. Feature enNB.
	// Not empty when present.
	Events []UserPlaneEvent `json:"events,omitempty" t8:"min=1"`
	// MultiModDatFlows describes the flows of a service with several modes, by their MedCompN. 5G only. Not empty when
	// present.
	MultiModDatFlows map[string]ASSessionMediaComponent `json:"multiModDatFlows,omitempty" t8:"min=1"`
	// PDUSetQoS tells the quality for sets of packets. 5G only.
	PDUSetQoS *PDUSetQoSPara `json:"pduSetQos,omitempty"`
	// RTLatencyInd asks for a bound of the round trip over two flows. 5G only.
	RTLatencyInd bool `json:"rTLatencyInd,omitempty"`
	// PeriodInfo tells how often bursts come. 5G only. The API description of 3GPP runs it into RTLatencyInd by a lost
	// end of a line.
	PeriodInfo *PeriodicityInfo `json:"periodInfo,omitempty"`
	// RTTMon asks for measured round trips over two flows. 5G only. Member rttMon.
	RTTMon *QoSMonitoringInformation `json:"rttMon,omitempty"`
	// QoSMonDatRate asks for measured data rates. 5G only.
	QoSMonDatRate *QoSMonitoringInformation `json:"qosMonDatRate,omitempty"`
	// AvrgWndw is the averaging window for data rates in milliseconds, 1 to 4095; zero: 2000. 5G only.
	AvrgWndw int `json:"avrgWndw,omitempty" t8:"min=1,max=4095"`
	// ServAuthInfo tells what was not quite as asked for. Set by the SCEF. 5G only.
	ServAuthInfo ServAuthInfo `json:"servAuthInfo,omitempty" t8:"readonly"`
	// QoSMonConReq asks for measured congestion. 5G only.
	QoSMonConReq *QoSMonitoringInformation `json:"qosMonConReq,omitempty"`
	// ListUEConsDtRt are the UEs whose data rates are added up. 5G only. Not empty when present.
	ListUEConsDtRt []IPAddr `json:"listUeConsDtRt,omitempty" t8:"min=1"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ASSessionWithQoSSubscriptionPatch changes a subscription (TS 29.122 §5.14.2, AsSessionWithQoSSubscriptionPatch). A
// member that is absent stays as it is; one that is null is removed, where that is allowed. The address of the UE cannot
// be changed.
type ASSessionWithQoSSubscriptionPatch struct {
	// ExterAppID is another application. Feature AppId.
	ExterAppID Opt[string] `json:"exterAppId,omitzero" t8:"notnull"`
	// FlowInfo are all flows from now on.
	FlowInfo Opt[[]FlowInfo] `json:"flowInfo,omitzero" t8:"min=1,notnull"`
	// EthFlowInfo are all Ethernet flows from now on. 5G only.
	EthFlowInfo Opt[[]EthFlowDescription] `json:"ethFlowInfo,omitzero" t8:"min=1,notnull"`
	// EnEthFlowInfo are all numbered Ethernet flows from now on. 5G only.
	EnEthFlowInfo Opt[[]EthFlowInfo] `json:"enEthFlowInfo,omitzero" t8:"min=1,notnull"`
	// ListUEAddrs are all addresses from now on. 5G only.
	ListUEAddrs Opt[[]UEAddInfo] `json:"listUeAddrs,omitzero" t8:"min=1,notnull"`
	// QoSReference is another quality of service.
	QoSReference Opt[string] `json:"qosReference,omitzero" t8:"notnull"`
	// AltQoSReferences are all alternatives from now on. 5G only.
	AltQoSReferences Opt[[]string] `json:"altQoSReferences,omitzero" t8:"min=1,notnull"`
	// AltQoSReqs are all alternatives in parameters from now on. 5G only.
	AltQoSReqs Opt[[]AlternativeServiceRequirementsData] `json:"altQosReqs,omitzero" t8:"min=1,notnull"`
	// DisUENotif is as in the resource. 5G only.
	DisUENotif Opt[bool] `json:"disUeNotif,omitzero" t8:"notnull"`
	// UsageThreshold changes the members of the threshold that it names; the result counts anew, whatever was left of the
	// one before (§4.4.13). Null removes the threshold.
	UsageThreshold Opt[UsageThresholdRm] `json:"usageThreshold,omitzero"`
	// QoSMonInfo changes what is measured of packet delays. 5G only.
	QoSMonInfo Opt[QoSMonitoringInformationRm] `json:"qosMonInfo,omitzero" t8:"notnull"`
	// PDVMon changes what is measured of their variation. 5G only.
	PDVMon Opt[QoSMonitoringInformationRm] `json:"pdvMon,omitzero" t8:"notnull"`
	// DirectNotifInd is as in the resource. 5G only.
	DirectNotifInd Opt[bool] `json:"directNotifInd,omitzero" t8:"notnull"`
	// NotificationDestination is where notifications go from now on.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
	// TSCQoSReq changes the quality in parameters. 5G only.
	TSCQoSReq Opt[TSCQoSRequirementRm] `json:"tscQosReq,omitzero" t8:"notnull"`
	// L4SInfo is as in the resource. 5G only.
	L4SInfo Opt[UplinkDownlinkSupport] `json:"l4sInfo,omitzero" t8:"notnull"`
	// Events are all events from now on. Feature enNB.
	Events Opt[[]UserPlaneEvent] `json:"events,omitzero" t8:"min=1,notnull"`
	// MultiModDatFlows changes the flows that it names; a flow that is null is removed. 5G only.
	MultiModDatFlows Opt[map[string]Opt[ASSessionMediaComponentRm]] `json:"multiModDatFlows,omitzero" t8:"min=1,notnull"`
	// PDUSetQoS changes the quality for sets of packets; null removes it. 5G only.
	PDUSetQoS Opt[PDUSetQoSPara] `json:"pduSetQos,omitzero"`
	// RTLatencyInd is as in the resource. 5G only.
	RTLatencyInd Opt[bool] `json:"rTLatencyInd,omitzero" t8:"notnull"`
	// ProtoDesc replaces the description. 5G only.
	ProtoDesc Opt[ProtoDesc] `json:"protoDesc,omitzero" t8:"notnull"`
	// PeriodInfo replaces the periods; null removes them. 5G only.
	PeriodInfo Opt[PeriodicityInfo] `json:"periodInfo,omitzero"`
	// QoSDuration is another duration; null removes it. 5G only.
	QoSDuration Opt[DurationSec] `json:"qosDuration,omitzero"`
	// QoSInactInt is another time of silence; null removes it. 5G only.
	QoSInactInt Opt[DurationSec] `json:"qosInactInt,omitzero"`
	// RTTMon changes what is measured of round trips. 5G only.
	RTTMon Opt[QoSMonitoringInformationRm] `json:"rttMon,omitzero" t8:"notnull"`
	// QoSMonDatRate changes what is measured of data rates. 5G only.
	QoSMonDatRate Opt[QoSMonitoringInformationRm] `json:"qosMonDatRate,omitzero" t8:"notnull"`
	// AvrgWndw is another averaging window in milliseconds, 1 to 4095; null: 2000. 5G only.
	AvrgWndw Opt[int] `json:"avrgWndw,omitzero" t8:"min=1,max=4095"`
	// QoSMonConReq changes what is measured of congestion. 5G only.
	QoSMonConReq Opt[QoSMonitoringInformationRm] `json:"qosMonConReq,omitzero" t8:"notnull"`
	// ListUEConsDtRt are all UEs whose data rates are added up from now on. 5G only.
	ListUEConsDtRt Opt[[]IPAddr] `json:"listUeConsDtRt,omitzero" t8:"min=1,notnull"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13); a value null removes a member, an object is merged.
	VendorSpecific VendorSpecific `json:"-"`
}

// Apply merges the patch into s by RFC 7396 and checks the result. Arrays are replaced; of a member whose type in the
// patch ends in Rm, and of MultiModDatFlows, only what the patch names is changed. On an error s is unchanged.
func (p *ASSessionWithQoSSubscriptionPatch) Apply(s *ASSessionWithQoSSubscription) error {
	return mergeInto(s, p)
}

// UserPlaneNotificationData tells what happened to a session (TS 29.122 §5.14.2, UserPlaneNotificationData). It is a
// notification, and also the answer to a deletion when the network reported usage.
type UserPlaneNotificationData struct {
	// Transaction is the URI of the subscription.
	Transaction string `json:"transaction" t8:"required"`
	// EventReports holds what happened; at least one.
	EventReports []UserPlaneEventReport `json:"eventReports" t8:"required,min=1"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// UserPlaneEventReport is one event of a session (TS 29.122 §5.14.2, UserPlaneEventReport).
type UserPlaneEventReport struct {
	// Event is what happened.
	Event UserPlaneEvent `json:"event" t8:"required"`
	// AccumulatedUsage is the time and the volume used so far, with USAGE_REPORT and wherever the network told it.
	AccumulatedUsage *AccumulatedUsage `json:"accumulatedUsage,omitempty"`
	// FlowIDs are the flows that are concerned, by FlowInfo.FlowID; absent: all. Not empty when present.
	FlowIDs []int `json:"flowIds,omitempty" t8:"min=1"`
	// MultiModFlows are the flows that are concerned of a service with several modes; absent: all. 5G only.
	MultiModFlows []MultiModalFlows `json:"multiModFlows,omitempty" t8:"min=1"`
	// AppliedQoSRef is the quality that is given now, with QOS_NOT_GUARANTEED and SUCCESSFUL_RESOURCES_ALLOCATION.
	// 5G only.
	AppliedQoSRef string `json:"appliedQosRef,omitempty"`
	// AltQoSNotSuppInd tells that the radio network knows no alternatives, with QOS_NOT_GUARANTEED. 5G only.
	AltQoSNotSuppInd bool `json:"altQosNotSuppInd,omitempty"`
	// PLMNID is the network that the UE is in, with PLMN_CHG. 5G only.
	PLMNID *PLMNIDWithNID `json:"plmnId,omitempty"`
	// QoSMonReports are measured delays, with QOS_MONITORING. 5G only.
	QoSMonReports []QoSMonitoringReport `json:"qosMonReports,omitempty" t8:"min=1"`
	// PDVMonReports are measured variations of delays, with PACK_DELAY_VAR. 5G only. Member pdvMonReports.
	PDVMonReports []PDVMonitoringReport `json:"pdvMonReports,omitempty" t8:"min=1"`
	// RATType is the radio access that the UE uses, with ACCESS_TYPE_CHANGE. 5G only. Member ratType.
	RATType RATType `json:"ratType,omitempty"`
	// BATOffsetInfo is when bursts should arrive, with BAT_OFFSET_INFO. 5G only. Member batOffsetInfo.
	BATOffsetInfo *BATOffsetInfo `json:"batOffsetInfo,omitempty"`
	// RTTMonReports are measured round trips, with RT_DELAY_TWO_QOS_FLOWS. 5G only. Member rttMonReports.
	RTTMonReports []QoSMonitoringReport `json:"rttMonReports,omitempty" t8:"min=1"`
	// QoSMonDatRateReps are measured data rates, with QOS_MONITORING. 5G only.
	QoSMonDatRateReps []PCFQoSMonitoringReport `json:"qosMonDatRateReps,omitempty" t8:"min=1"`
	// AggrDataRateRpts are measured sums of data rates, with QOS_MONITORING. 5G only.
	AggrDataRateRpts []PCFQoSMonitoringReport `json:"aggrDataRateRpts,omitempty" t8:"min=1"`
	// QoSMonConInfoReps are measured congestions, with QOS_MONITORING. 5G only.
	QoSMonConInfoReps []QoSMonitoringReport `json:"qosMonConInfoReps,omitempty" t8:"min=1"`
}

// ProblemDetailsASSessionWithQoS is the body of a 403 that also tells which service would be accepted (TS 29.122
// §5.14.2, ProblemDetailsAsSessionWithQos). It goes into a [ReportError], which stands below a *fault.Error; the members
// of ProblemDetails are filled from that error.
type ProblemDetailsASSessionWithQoS struct {
	ProblemDetails
	AdditionInfoASSessionWithQoS
}

func (d ProblemDetailsASSessionWithQoS) of(e *fault.Error) any {
	d.ProblemDetails = Problem(e)
	return d
}

func (d ProblemDetailsASSessionWithQoS) extends() bool { return d.AcceptableServInfo != nil }

// AdditionInfoASSessionWithQoS is what a refusal tells beyond ProblemDetails (TS 29.122 §5.14.2,
// AdditionInfoAsSessionWithQos).
type AdditionInfoASSessionWithQoS struct {
	// AcceptableServInfo is the service that the network would accept. Nil: not said.
	AcceptableServInfo *AcceptableServiceInfo `json:"acceptableServInfo,omitempty"`
}

// ASSessionMediaComponent describes the flows of one mode of a service (TS 29.122 §5.14.2, AsSessionMediaComponent).
// AltSerReqsData excludes AltSerReqs and QoSReference. 5G only: carried, not served.
type ASSessionMediaComponent struct {
	// FlowInfos are its IP flows. Not empty when present.
	FlowInfos []FlowInfo `json:"flowInfos,omitempty" t8:"min=1"`
	// QoSReference names the quality of service.
	QoSReference string `json:"qosReference,omitempty" t8:"atmost=g2"`
	// DisUENotif keeps the UE from being told when the quality changes.
	DisUENotif bool `json:"disUeNotif,omitempty"`
	// AltSerReqs names alternatives, the best first. Not empty when present.
	AltSerReqs []string `json:"altSerReqs,omitempty" t8:"min=1,atmost=g1"`
	// AltSerReqsData tells alternatives in parameters, the best first. Not empty when present.
	AltSerReqsData []AlternativeServiceRequirementsData `json:"altSerReqsData,omitempty" t8:"min=1,atmost=g1,atmost=g2"`
	// MarBwDL is the highest bit rate downlink, as "1.5 Mbps". Member marBwDl.
	MarBwDL string `json:"marBwDl,omitempty" t8:"pattern=bitrate"`
	// MarBwUL is the highest bit rate uplink. Member marBwUl.
	MarBwUL string `json:"marBwUl,omitempty" t8:"pattern=bitrate"`
	// MedCompN is the number of the component.
	MedCompN int `json:"medCompN" t8:"required"`
	// MedType is what flows.
	MedType MediaType `json:"medType,omitempty"`
	// MirBwDL is the bit rate that is needed downlink. Member mirBwDl.
	MirBwDL string `json:"mirBwDl,omitempty" t8:"pattern=bitrate"`
	// MirBwUL is the bit rate that is needed uplink. Member mirBwUl.
	MirBwUL string `json:"mirBwUl,omitempty" t8:"pattern=bitrate"`
	// TSNQoS tells the quality in parameters. Member tsnQos.
	TSNQoS *TSNQoSContainer `json:"tsnQos,omitempty"`
	// TSCAIInputDL is the pattern of the traffic downlink. Member tscaiInputDl.
	TSCAIInputDL *TSCAIInputContainer `json:"tscaiInputDl,omitempty"`
	// TSCAIInputUL is the pattern of the traffic uplink. Member tscaiInputUl.
	TSCAIInputUL *TSCAIInputContainer `json:"tscaiInputUl,omitempty"`
	// TSCAITimeDom is the (g)PTP domain of its times, at least 0; nil: not said. Member tscaiTimeDom.
	TSCAITimeDom *int `json:"tscaiTimeDom,omitempty" t8:"min=0"`
	// RTLatencyReq asks for a bound of the round trip.
	RTLatencyReq bool `json:"rTLatencyReq,omitempty"`
	// PDUSetQoS tells the quality for sets of packets.
	PDUSetQoS *PDUSetQoSPara `json:"pduSetQos,omitempty"`
	// EvSubsc are the events that are wanted.
	EvSubsc *EventsSubscReqData `json:"evSubsc,omitempty"`
}

// ASSessionMediaComponentRm changes an [ASSessionMediaComponent] (TS 29.122 §5.14.2, AsSessionMediaComponentRm): absent
// stays, null removes. 5G only: carried, not served.
type ASSessionMediaComponentRm struct {
	// FlowInfos are all its IP flows from now on.
	FlowInfos Opt[[]FlowInfo] `json:"flowInfos,omitzero" t8:"min=1"`
	// QoSReference names another quality.
	QoSReference Opt[string] `json:"qosReference,omitzero"`
	// AltSerReqs names all alternatives from now on.
	AltSerReqs Opt[[]string] `json:"altSerReqs,omitzero" t8:"min=1,atmost=g1"`
	// AltSerReqsData tells all alternatives in parameters from now on.
	AltSerReqsData Opt[[]AlternativeServiceRequirementsData] `json:"altSerReqsData,omitzero" t8:"min=1,atmost=g1"`
	// DisUENotif is as in the component.
	DisUENotif Opt[bool] `json:"disUeNotif,omitzero"`
	// MarBwDL is another highest bit rate downlink.
	MarBwDL Opt[string] `json:"marBwDl,omitzero" t8:"pattern=bitrate"`
	// MarBwUL is another highest bit rate uplink.
	MarBwUL Opt[string] `json:"marBwUl,omitzero" t8:"pattern=bitrate"`
	// MedCompN is the number of the component.
	MedCompN int `json:"medCompN" t8:"required"`
	// MedType is what flows.
	MedType Opt[MediaType] `json:"medType,omitzero" t8:"notnull"`
	// MirBwDL is another bit rate that is needed downlink.
	MirBwDL Opt[string] `json:"mirBwDl,omitzero" t8:"pattern=bitrate"`
	// MirBwUL is another bit rate that is needed uplink.
	MirBwUL Opt[string] `json:"mirBwUl,omitzero" t8:"pattern=bitrate"`
	// TSNQoS changes the quality in parameters.
	TSNQoS Opt[TSNQoSContainerRm] `json:"tsnQos,omitzero"`
	// TSCAIInputDL replaces the pattern downlink.
	TSCAIInputDL Opt[TSCAIInputContainer] `json:"tscaiInputDl,omitzero"`
	// TSCAIInputUL replaces the pattern uplink.
	TSCAIInputUL Opt[TSCAIInputContainer] `json:"tscaiInputUl,omitzero"`
	// RTLatencyReq is as in the component.
	RTLatencyReq Opt[bool] `json:"rTLatencyReq,omitzero" t8:"notnull"`
	// PDUSetQoS replaces the quality for sets of packets.
	PDUSetQoS Opt[PDUSetQoSPara] `json:"pduSetQos,omitzero" t8:"notnull"`
	// EvSubsc changes the events that are wanted.
	EvSubsc Opt[EventsSubscReqDataRm] `json:"evSubsc,omitzero"`
}

// MultiModalFlows names flows of one mode of a service (TS 29.122 §5.14.2, MultiModalFlows). 5G only: carried, not
// served.
type MultiModalFlows struct {
	// MedCompN is the number of the component.
	MedCompN int `json:"medCompN" t8:"required"`
	// FlowIDs are its flows that are concerned; absent: all. Not empty when present.
	FlowIDs []int `json:"flowIds,omitempty" t8:"min=1"`
}

// QoSMonitoringInformation says what is measured and when it is reported (TS 29.122 §5.14.2, QosMonitoringInformation).
// Delays are in milliseconds, congestion in percent. 5G only: carried, not served.
type QoSMonitoringInformation struct {
	// ReqQoSMonParams is what is measured; at least one.
	ReqQoSMonParams []RequestedQoSMonitoringParameter `json:"reqQosMonParams" t8:"required,min=1"`
	// RepFreqs is when it is reported; at least one.
	RepFreqs []ReportingFrequency `json:"repFreqs" t8:"required,min=1"`
	// RepThreshDL is the delay downlink that is worth a report; nil: none. Member repThreshDl.
	RepThreshDL *int `json:"repThreshDl,omitempty" t8:"min=0"`
	// RepThreshUL is the delay uplink that is worth a report; nil: none. Member repThreshUl.
	RepThreshUL *int `json:"repThreshUl,omitempty" t8:"min=0"`
	// RepThreshRP is the round trip that is worth a report; nil: none. Member repThreshRp.
	RepThreshRP *int `json:"repThreshRp,omitempty" t8:"min=0"`
	// ConThreshDL is the congestion downlink that is worth a report; nil: none. Member conThreshDl.
	ConThreshDL *int `json:"conThreshDl,omitempty" t8:"min=0"`
	// ConThreshUL is the congestion uplink that is worth a report; nil: none. Member conThreshUl.
	ConThreshUL *int `json:"conThreshUl,omitempty" t8:"min=0"`
	// WaitTime is the least time between two reports of events, in whole seconds; zero: none.
	WaitTime DurationSec `json:"waitTime,omitempty"`
	// RepPeriod is the time between two periodic reports, in whole seconds; zero: not said.
	RepPeriod DurationSec `json:"repPeriod,omitempty"`
	// RepThreshDatRateDL is the bit rate downlink that is worth a report. Member repThreshDatRateDl.
	RepThreshDatRateDL string `json:"repThreshDatRateDl,omitempty" t8:"pattern=bitrate"`
	// RepThreshDatRateUL is the bit rate uplink that is worth a report. Member repThreshDatRateUl.
	RepThreshDatRateUL string `json:"repThreshDatRateUl,omitempty" t8:"pattern=bitrate"`
	// ConsDataRateThrDL is the sum of bit rates downlink that is worth a report. Member consDataRateThrDl.
	ConsDataRateThrDL string `json:"consDataRateThrDl,omitempty" t8:"pattern=bitrate"`
	// ConsDataRateThrUL is the sum of bit rates uplink that is worth a report. Member consDataRateThrUl.
	ConsDataRateThrUL string `json:"consDataRateThrUl,omitempty" t8:"pattern=bitrate"`
}

// QoSMonitoringInformationRm changes a [QoSMonitoringInformation] (TS 29.122 §5.14.2, QosMonitoringInformationRm): absent
// stays, null removes. 5G only: carried, not served.
type QoSMonitoringInformationRm struct {
	// ReqQoSMonParams is all that is measured from now on.
	ReqQoSMonParams Opt[[]RequestedQoSMonitoringParameter] `json:"reqQosMonParams,omitzero" t8:"min=1,notnull"`
	// RepFreqs is when it is reported from now on.
	RepFreqs Opt[[]ReportingFrequency] `json:"repFreqs,omitzero" t8:"min=1,notnull"`
	// RepThreshDL is another delay downlink.
	RepThreshDL Opt[int] `json:"repThreshDl,omitzero" t8:"min=0"`
	// RepThreshUL is another delay uplink.
	RepThreshUL Opt[int] `json:"repThreshUl,omitzero" t8:"min=0"`
	// RepThreshRP is another round trip.
	RepThreshRP Opt[int] `json:"repThreshRp,omitzero" t8:"min=0"`
	// ConThreshDL is another congestion downlink.
	ConThreshDL Opt[int] `json:"conThreshDl,omitzero" t8:"min=0"`
	// ConThreshUL is another congestion uplink.
	ConThreshUL Opt[int] `json:"conThreshUl,omitzero" t8:"min=0"`
	// WaitTime is another least time between reports.
	WaitTime Opt[DurationSec] `json:"waitTime,omitzero"`
	// RepPeriod is another period.
	RepPeriod Opt[DurationSec] `json:"repPeriod,omitzero"`
	// RepThreshDatRateDL is another bit rate downlink.
	RepThreshDatRateDL Opt[string] `json:"repThreshDatRateDl,omitzero" t8:"pattern=bitrate"`
	// RepThreshDatRateUL is another bit rate uplink.
	RepThreshDatRateUL Opt[string] `json:"repThreshDatRateUl,omitzero" t8:"pattern=bitrate"`
	// ConsDataRateThrDL is another sum of bit rates downlink.
	ConsDataRateThrDL Opt[string] `json:"consDataRateThrDl,omitzero" t8:"pattern=bitrate"`
	// ConsDataRateThrUL is another sum of bit rates uplink.
	ConsDataRateThrUL Opt[string] `json:"consDataRateThrUl,omitzero" t8:"pattern=bitrate"`
}

// QoSMonitoringReport is what was measured (TS 29.122 §5.14.2, QosMonitoringReport). Delays are in milliseconds,
// congestion in percent; arrays are not empty when present. 5G only: carried, not served.
type QoSMonitoringReport struct {
	// ULDelays are delays uplink. Member ulDelays.
	ULDelays []int `json:"ulDelays,omitempty" t8:"min=1"`
	// DLDelays are delays downlink. Member dlDelays.
	DLDelays []int `json:"dlDelays,omitempty" t8:"min=1"`
	// RTDelays are round trips. Member rtDelays.
	RTDelays []int `json:"rtDelays,omitempty" t8:"min=1"`
	// PDMF tells that delays could not be measured. Member pdmf.
	PDMF bool `json:"pdmf,omitempty"`
	// ULDataRate is the bit rate uplink. Member ulDataRate.
	ULDataRate string `json:"ulDataRate,omitempty" t8:"pattern=bitrate"`
	// DLDataRate is the bit rate downlink. Member dlDataRate.
	DLDataRate string `json:"dlDataRate,omitempty" t8:"pattern=bitrate"`
	// ULAggrDataRate is the sum of bit rates uplink. Member ulAggrDataRate.
	ULAggrDataRate string `json:"ulAggrDataRate,omitempty" t8:"pattern=bitrate"`
	// DLAggrDataRate is the sum of bit rates downlink. Member dlAggrDataRate.
	DLAggrDataRate string `json:"dlAggrDataRate,omitempty" t8:"pattern=bitrate"`
	// ULConInfo is the congestion uplink; nil: not measured. Member ulConInfo.
	ULConInfo *int `json:"ulConInfo,omitempty" t8:"min=0"`
	// DLConInfo is the congestion downlink; nil: not measured. Member dlConInfo.
	DLConInfo *int `json:"dlConInfo,omitempty" t8:"min=0"`
	// CIMF tells that congestion could not be measured. Member cimf.
	CIMF bool `json:"cimf,omitempty"`
}

// TSCQoSRequirement tells a quality of service in parameters (TS 29.122 §5.14.2, TscQosRequirement). 5G only: carried,
// not served.
type TSCQoSRequirement struct {
	// ReqGBRDL is the guaranteed bit rate downlink, as "1.5 Mbps". Member reqGbrDl.
	ReqGBRDL string `json:"reqGbrDl,omitempty" t8:"pattern=bitrate"`
	// ReqGBRUL is the guaranteed bit rate uplink. Member reqGbrUl.
	ReqGBRUL string `json:"reqGbrUl,omitempty" t8:"pattern=bitrate"`
	// ReqMBRDL is the highest bit rate downlink. Member reqMbrDl.
	ReqMBRDL string `json:"reqMbrDl,omitempty" t8:"pattern=bitrate"`
	// ReqMBRUL is the highest bit rate uplink. Member reqMbrUl.
	ReqMBRUL string `json:"reqMbrUl,omitempty" t8:"pattern=bitrate"`
	// MaxTSCBurstSize is the largest burst in octets, 4096 to 2000000; zero: not said. Member maxTscBurstSize.
	MaxTSCBurstSize int `json:"maxTscBurstSize,omitempty" t8:"min=4096,max=2000000"`
	// Req5GSDelay is the delay that may be, in milliseconds, at least 1; zero: not said. Member req5Gsdelay.
	Req5GSDelay int `json:"req5Gsdelay,omitempty" t8:"min=1"`
	// ReqPER is the share of packets that may be lost, as "1E-3". Member reqPer.
	ReqPER string `json:"reqPer,omitempty" t8:"pattern=errorrate"`
	// Priority is 1 to 8; zero: not said.
	Priority int `json:"priority,omitempty" t8:"min=1,max=8"`
	// TSCAITimeDom is the (g)PTP domain of the times, at least 0; nil: not said. Member tscaiTimeDom.
	TSCAITimeDom *int `json:"tscaiTimeDom,omitempty" t8:"min=0"`
	// TSCAIInputDL is the pattern of the traffic downlink. Member tscaiInputDl.
	TSCAIInputDL *TSCAIInputContainer `json:"tscaiInputDl,omitempty"`
	// TSCAIInputUL is the pattern of the traffic uplink. Member tscaiInputUl.
	TSCAIInputUL *TSCAIInputContainer `json:"tscaiInputUl,omitempty"`
	// CapBATAdaptation tells that the application can shift its bursts. Member capBatAdaptation.
	CapBATAdaptation bool `json:"capBatAdaptation,omitempty"`
}

// TSCQoSRequirementRm changes a [TSCQoSRequirement] (TS 29.122 §5.14.2, TscQosRequirementRm): absent stays, null removes.
// 5G only: carried, not served.
type TSCQoSRequirementRm struct {
	// ReqGBRDL is another guaranteed bit rate downlink.
	ReqGBRDL Opt[string] `json:"reqGbrDl,omitzero" t8:"pattern=bitrate"`
	// ReqGBRUL is another guaranteed bit rate uplink.
	ReqGBRUL Opt[string] `json:"reqGbrUl,omitzero" t8:"pattern=bitrate"`
	// ReqMBRDL is another highest bit rate downlink.
	ReqMBRDL Opt[string] `json:"reqMbrDl,omitzero" t8:"pattern=bitrate"`
	// ReqMBRUL is another highest bit rate uplink.
	ReqMBRUL Opt[string] `json:"reqMbrUl,omitzero" t8:"pattern=bitrate"`
	// MaxTSCBurstSize is another largest burst in octets, 4096 to 2000000.
	MaxTSCBurstSize Opt[int] `json:"maxTscBurstSize,omitzero" t8:"min=4096,max=2000000"`
	// Req5GSDelay is another delay in milliseconds, at least 1.
	Req5GSDelay Opt[int] `json:"req5Gsdelay,omitzero" t8:"min=1"`
	// ReqPER is another share of lost packets.
	ReqPER Opt[string] `json:"reqPer,omitzero" t8:"pattern=errorrate"`
	// Priority is another priority, 1 to 8.
	Priority Opt[int] `json:"priority,omitzero" t8:"min=1,max=8"`
	// TSCAITimeDom is another (g)PTP domain.
	TSCAITimeDom Opt[int] `json:"tscaiTimeDom,omitzero" t8:"min=0"`
	// TSCAIInputDL replaces the pattern downlink.
	TSCAIInputDL Opt[TSCAIInputContainer] `json:"tscaiInputDl,omitzero"`
	// TSCAIInputUL replaces the pattern uplink.
	TSCAIInputUL Opt[TSCAIInputContainer] `json:"tscaiInputUl,omitzero"`
	// CapBATAdaptation is as in the requirement.
	CapBATAdaptation Opt[bool] `json:"capBatAdaptation,omitzero"`
}

// UEAddInfo is the address of a UE, perhaps with a port (TS 29.122 §5.14.2, UeAddInfo). 5G only: carried, not served.
type UEAddInfo struct {
	// UEIPAddr is the IP address.
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// PortNumber is the port, 0 to 65535; nil: any.
	PortNumber *int `json:"portNumber,omitempty" t8:"min=0,max=65535"`
}

// UserPlaneEvent is something that happens to a session (TS 29.122 §5.14.2). T8 enumerations are open: a value that is
// not known is kept.
type UserPlaneEvent string

// The events.
const (
	UserPlaneSessionTermination            UserPlaneEvent = "SESSION_TERMINATION"             // the Rx session ended
	UserPlaneLossOfBearer                  UserPlaneEvent = "LOSS_OF_BEARER"                  // the bearer has no resources for now
	UserPlaneRecoveryOfBearer              UserPlaneEvent = "RECOVERY_OF_BEARER"              // it has them again
	UserPlaneReleaseOfBearer               UserPlaneEvent = "RELEASE_OF_BEARER"               // the bearer is gone
	UserPlaneUsageReport                   UserPlaneEvent = "USAGE_REPORT"                    // the usage threshold was reached
	UserPlaneFailedResourcesAllocation     UserPlaneEvent = "FAILED_RESOURCES_ALLOCATION"     // the network has no resources
	UserPlaneQoSGuaranteed                 UserPlaneEvent = "QOS_GUARANTEED"                  // 5G only
	UserPlaneQoSNotGuaranteed              UserPlaneEvent = "QOS_NOT_GUARANTEED"              // 5G only
	UserPlaneQoSMonitoring                 UserPlaneEvent = "QOS_MONITORING"                  // 5G only
	UserPlaneSuccessfulResourcesAllocation UserPlaneEvent = "SUCCESSFUL_RESOURCES_ALLOCATION" // the bearer is there
	UserPlaneAccessTypeChange              UserPlaneEvent = "ACCESS_TYPE_CHANGE"              // another radio access
	UserPlanePLMNChange                    UserPlaneEvent = "PLMN_CHG"                        // another network
	UserPlaneL4SNotAvailable               UserPlaneEvent = "L4S_NOT_AVAILABLE"               // 5G only
	UserPlaneL4SAvailable                  UserPlaneEvent = "L4S_AVAILABLE"                   // 5G only
	UserPlaneBATOffsetInfo                 UserPlaneEvent = "BAT_OFFSET_INFO"                 // 5G only
	UserPlaneRTDelayTwoQoSFlows            UserPlaneEvent = "RT_DELAY_TWO_QOS_FLOWS"          // 5G only
	UserPlanePackDelayVar                  UserPlaneEvent = "PACK_DELAY_VAR"                  // 5G only
)

// Known reports whether the value is one of TS 29.122.
func (v UserPlaneEvent) Known() bool {
	switch v {
	case UserPlaneSessionTermination, UserPlaneLossOfBearer, UserPlaneRecoveryOfBearer, UserPlaneReleaseOfBearer,
		UserPlaneUsageReport, UserPlaneFailedResourcesAllocation, UserPlaneQoSGuaranteed, UserPlaneQoSNotGuaranteed,
		UserPlaneQoSMonitoring, UserPlaneSuccessfulResourcesAllocation, UserPlaneAccessTypeChange, UserPlanePLMNChange,
		UserPlaneL4SNotAvailable, UserPlaneL4SAvailable, UserPlaneBATOffsetInfo, UserPlaneRTDelayTwoQoSFlows,
		UserPlanePackDelayVar:
		return true
	}
	return false
}

// The features of the API for sessions with QoS (TS 29.122 §5.14.4). The names are those of the standard; the NUMBERS
// ARE NOT CONFIRMED against table 5.14.4-1: 3, 5, 6, 12 and 24 agree with another implementation, the others are from
// memory, and those of AppId, enNB and ToSTC_5G are guesses. A correction is made here and nowhere else.
const (
	FeatureQoSNotificationWebsocket = 1
	FeatureQoSNotificationTestEvent = 2
	FeatureEthASSessionQoS5G        = 3  // 5G only
	FeatureQoSMACAddressRange5G     = 4  // 5G only
	FeatureAlternativeQoS5G         = 5  // 5G only
	FeatureQoSMonitoring5G          = 6  // 5G only
	FeatureDisableUENotification5G  = 7  // 5G only
	FeatureTSC5G                    = 8  // 5G only
	FeatureQoSAppID                 = 9  // an application in place of flows
	FeatureQoSEnNB                  = 10 // events chosen by the SCS/AS
	FeatureQoSToSTC5G               = 11 // 5G only
	FeatureAltQoSWithIndParams5G    = 12 // 5G only
	FeatureGroupMemberQoS           = 24 // GMEC; 5G only
)

// ASSessionWithQoSFeatureNames gives the names that TS 29.122 §5.14.4 uses for the features of the API for sessions with
// QoS, by number, as far as they are known.
func ASSessionWithQoSFeatureNames() map[int]string {
	return map[int]string{
		FeatureQoSNotificationWebsocket: "Notification_websocket",
		FeatureQoSNotificationTestEvent: "Notification_test_event",
		FeatureEthASSessionQoS5G:        "EthAsSessionQoS_5G",
		FeatureQoSMACAddressRange5G:     "MacAddressRange_5G",
		FeatureAlternativeQoS5G:         "AlternativeQoS_5G",
		FeatureQoSMonitoring5G:          "QoSMonitoring_5G",
		FeatureDisableUENotification5G:  "DisableUENotification_5G",
		FeatureTSC5G:                    "TSC_5G",
		FeatureQoSAppID:                 "AppId",
		FeatureQoSEnNB:                  "enNB",
		FeatureQoSToSTC5G:               "ToSTC_5G",
		FeatureAltQoSWithIndParams5G:    "AltQosWithIndParams_5G",
		FeatureGroupMemberQoS:           "GMEC",
	}
}
