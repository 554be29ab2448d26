package t8

import (
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// MonitoringEventSubscription is the resource "Individual Monitoring Event Subscription" (TS 29.122 §5.3.2,
// MonitoringEventSubscription): the wish to hear of an event of one UE, of a group of UEs or of an area. At least one of
// MaximumNumberOfReports and MonitorExpireTime is set; 1 report and no end is monitoring of one time.
//
// Which UE or group is meant, ExternalID, MSISDN or ExternalGroupID says. The data model does not say that exactly one
// of them must be there, because some events need none; the procedure does, and so it is with members that one
// monitoring type wants and another does not know.
type MonitoringEventSubscription struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.3.4). It must name the feature of the monitoring type, see [MonitoringType.Feature]. A PATCH leaves it
	// alone.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// MTCProviderID names the provider or the application behind the SCS/AS. A PATCH leaves it alone.
	MTCProviderID string `json:"mtcProviderId,omitempty"`

	// AppIDs name the applications whose traffic is watched; not empty when present. APPLICATION_START and
	// APPLICATION_STOP, feature AppDetection_5G. 5G only: carried, not served.
	AppIDs []string `json:"appIds,omitempty" t8:"min=1"`
	// ExternalID identifies the UE as local-part@domain. A PATCH leaves it alone.
	ExternalID id.ExternalID `json:"externalId,omitempty"`
	// MSISDN identifies the UE by its number, 5 to 15 digits. A PATCH leaves it alone.
	MSISDN id.MSISDN `json:"msisdn,omitempty"`
	// AddedExternalIDs are UEs that a PATCH adds to a group. Not empty when present. Feature Partial_group_modification.
	AddedExternalIDs []id.ExternalID `json:"addedExternalIds,omitempty" t8:"min=1"`
	// AddedMSISDNs is as AddedExternalIDs, by number.
	AddedMSISDNs []id.MSISDN `json:"addedMsisdns,omitempty" t8:"min=1"`
	// ExcludedExternalIDs are UEs of a group whose monitoring a PATCH cancels. Not empty when present. Feature
	// Partial_group_modification.
	ExcludedExternalIDs []id.ExternalID `json:"excludedExternalIds,omitempty" t8:"min=1"`
	// ExcludedMSISDNs is as ExcludedExternalIDs, by number.
	ExcludedMSISDNs []id.MSISDN `json:"excludedMsisdns,omitempty" t8:"min=1"`
	// ExternalGroupID identifies a group of UEs as local-part@domain. A PATCH leaves it alone.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// AddExtGroupID holds two or more groups in place of ExternalGroupID. NUMBER_OF_UES_IN_AN_AREA, features
	// Number_of_UEs_in_an_area_notification and Number_of_UEs_in_an_area_notification_5G.
	AddExtGroupID []id.ExternalGroupID `json:"addExtGroupId,omitempty" t8:"min=2"`
	// IPv4Addr is the address of the UE when the event goes by way of the PCRF. LOCATION_REPORTING and
	// COMMUNICATION_FAILURE.
	IPv4Addr string `json:"ipv4Addr,omitempty"`
	// IPv6Addr is as IPv4Addr.
	IPv6Addr string `json:"ipv6Addr,omitempty"`
	// DNN is the data network. 5G only: carried, not served.
	DNN string `json:"dnn,omitempty"`

	// NotificationDestination is the http or https URI that receives every notification of this subscription.
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// MonitoringType is the event.
	MonitoringType MonitoringType `json:"monitoringType" t8:"required"`
	// MaximumNumberOfReports ends the subscription after that many reports, for each UE of a group; at least 1. Zero: only
	// time ends it.
	MaximumNumberOfReports int `json:"maximumNumberOfReports,omitempty" t8:"min=1,anyof=end"`
	// MonitorExpireTime is when the subscription ends. Zero: only the number of reports ends it.
	MonitorExpireTime time.Time `json:"monitorExpireTime,omitzero" t8:"anyof=end"`
	// RepPeriod is the time between two reports, in whole seconds; zero: the SCEF reports as events come.
	RepPeriod DurationSec `json:"repPeriod,omitempty"`
	// GroupReportGuardTime is how long the SCEF gathers the reports of a group before it sends them in one notification,
	// in whole seconds; zero: it sends them one by one.
	GroupReportGuardTime DurationSec `json:"groupReportGuardTime,omitempty"`

	// MaximumDetectionTime is the time without a sign of the UE after which it counts as lost, in whole seconds; nil: the
	// network decides. LOSS_OF_CONNECTIVITY.
	MaximumDetectionTime *DurationSec `json:"maximumDetectionTime,omitempty"`

	// ReachabilityType says what the UE must be reachable for. UE_REACHABILITY.
	ReachabilityType ReachabilityType `json:"reachabilityType,omitempty"`
	// MaximumLatency is the longest delay of downlink data that is acceptable, in whole seconds; nil: any.
	// UE_REACHABILITY.
	MaximumLatency *DurationSec `json:"maximumLatency,omitempty"`
	// MaximumResponseTime is how long the UE should stay reachable, in whole seconds; nil: the network decides.
	// UE_REACHABILITY.
	MaximumResponseTime *DurationSec `json:"maximumResponseTime,omitempty"`
	// SuggestedNumberOfDLPackets is how many packets the serving gateway should hold while the UE sleeps; nil: the network
	// decides. UE_REACHABILITY.
	SuggestedNumberOfDLPackets *int `json:"suggestedNumberOfDlPackets,omitempty" t8:"min=0"`
	// IdleStatusIndication asks to hear, with [IdleStatusInfo], when a UE in power saving mode goes idle. UE_REACHABILITY
	// and AVAILABILITY_AFTER_DDN_FAILURE.
	IdleStatusIndication bool `json:"idleStatusIndication,omitempty"`

	// LocationType says which location is wanted. LOCATION_REPORTING and NUMBER_OF_UES_IN_AN_AREA.
	LocationType LocationType `json:"locationType,omitempty"`
	// Accuracy says how fine the location must be; empty: the SCEF decides. LOCATION_REPORTING.
	Accuracy Accuracy `json:"accuracy,omitempty"`
	// MinimumReportInterval is the shortest time between two reports, in whole seconds; zero: none. LOCATION_REPORTING.
	MinimumReportInterval DurationSec `json:"minimumReportInterval,omitempty"`
	// MaxRptExpireIntvl is the longest time without a report, in whole seconds; zero: none. LOCATION_REPORTING, feature
	// eLCS. 5G only: carried, not served.
	MaxRptExpireIntvl DurationSec `json:"maxRptExpireIntvl,omitempty"`
	// SamplingInterval is the time between two looks at the UE for an area or a motion event, in whole seconds; zero: the
	// network decides. LOCATION_REPORTING, feature eLCS. 5G only: carried, not served.
	SamplingInterval DurationSec `json:"samplingInterval,omitempty"`
	// ReportingLocEstInd asks for the location in each report. LOCATION_REPORTING, feature eLCS. 5G only: carried, not
	// served.
	ReportingLocEstInd bool `json:"reportingLocEstInd,omitempty"`
	// LinearDistance is how far the UE must move for a report: 1 to 10000 metres; zero: not asked. LOCATION_REPORTING,
	// feature eLCS. 5G only: carried, not served.
	LinearDistance int `json:"linearDistance,omitempty" t8:"min=1,max=10000"`
	// LocQoS is the quality of the location that is wanted. LOCATION_REPORTING, feature eLCS. 5G only: carried, not
	// served.
	LocQoS *LocationQoS `json:"locQoS,omitempty"`
	// SvcID names the service of the location client. LOCATION_REPORTING, feature eLCS. 5G only: carried, not served.
	SvcID string `json:"svcId,omitempty"`
	// LDRType is the kind of deferred location. LOCATION_REPORTING, feature eLCS. 5G only: carried, not served.
	LDRType LDRType `json:"ldrType,omitempty"`
	// VelocityRequested tells whether the velocity is wanted. LOCATION_REPORTING, feature eLCS. 5G only: carried, not
	// served.
	VelocityRequested VelocityRequested `json:"velocityRequested,omitempty"`
	// MaxAgeOfLocEst is the age of a location that is still good, in whole minutes, at most 32767; nil: any. LOCATION_REPORTING,
	// feature eLCS. 5G only: carried, not served.
	MaxAgeOfLocEst *DurationMin `json:"maxAgeOfLocEst,omitempty" t8:"max=32767"`
	// LocTimeWindow is the time in which location is wanted. LOCATION_REPORTING, feature eLCS. 5G only: carried, not
	// served.
	LocTimeWindow *TimeWindow `json:"locTimeWindow,omitempty"`
	// SupportedGADShapes are the shapes that the SCS/AS can read. LOCATION_REPORTING, feature eLCS. 5G only: carried, not
	// served.
	SupportedGADShapes []SupportedGADShapes `json:"supportedGADShapes,omitempty"`
	// CodeWord is what the UE or its user wants to see before it allows location. LOCATION_REPORTING, feature eLCS. 5G
	// only: carried, not served.
	CodeWord string `json:"codeWord,omitempty"`
	// UpLocRepIndAF asks for reports of location over the user plane. LOCATION_REPORTING. 5G only: carried, not served.
	UpLocRepIndAF bool `json:"upLocRepIndAf,omitempty"`
	// UpLocRepAddrAF is where such reports go. LOCATION_REPORTING. 5G only: carried, not served.
	UpLocRepAddrAF *UpLocRepAddrAF `json:"upLocRepAddrAf,omitempty"`

	// AssociationType says whether a change of IMEI or of IMEISV counts. CHANGE_OF_IMSI_IMEI_ASSOCIATION.
	AssociationType AssociationType `json:"associationType,omitempty"`

	// PLMNIndication asks for the serving PLMN in the reports. ROAMING_STATUS.
	PLMNIndication bool `json:"plmnIndication,omitempty"`

	// LocationArea is the area. NUMBER_OF_UES_IN_AN_AREA, feature Number_of_UEs_in_an_area_notification; with feature UAV
	// also AREA_OF_INTEREST.
	LocationArea *LocationArea `json:"locationArea,omitempty"`
	// LocationArea5G is the area. Features Number_of_UEs_in_an_area_notification_5G and eLCS. 5G only: carried, not
	// served.
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`

	// DDDTraDescriptors describe the downlink traffic; not empty when present. DOWNLINK_DATA_DELIVERY_STATUS and
	// AVAILABILITY_AFTER_DDN_FAILURE, features Downlink_data_delivery_status_5G and
	// Availability_after_DDN_failure_notification_enhancement. 5G only: carried, not served.
	DDDTraDescriptors []DddTrafficDescriptor `json:"dddTraDescriptors,omitempty" t8:"min=1"`
	// DDDStati are the states of delivery that are reported; not empty when present, absent: all.
	// DOWNLINK_DATA_DELIVERY_STATUS, feature Downlink_data_delivery_status_5G. 5G only: carried, not served.
	DDDStati []DlDataDeliveryStatus `json:"dddStati,omitempty" t8:"min=1"`

	// APINames are the APIs whose support is asked after; not empty when present, absent: all. API_SUPPORT_CAPABILITY.
	APINames []string `json:"apiNames,omitempty" t8:"min=1"`

	// MonitoringEventReport is the report that was there when the subscription was created or replaced. Set by the SCEF;
	// nil: none.
	MonitoringEventReport *MonitoringEventReport `json:"monitoringEventReport,omitempty" t8:"readonly"`

	// SNSSAI is the network slice. NUM_OF_REGD_UES and NUM_OF_ESTD_PDU_SESSIONS, feature NSAC. 5G only: carried, not
	// served.
	SNSSAI *SNSSAI `json:"snssai,omitempty"`
	// TgtNSThreshold is what the count of the slice must reach for a report. Feature NSAC. 5G only: carried, not served.
	TgtNSThreshold *SACInfo `json:"tgtNsThreshold,omitempty"`
	// NSRepFormat says how the count is written. Feature NSAC. 5G only: carried, not served.
	NSRepFormat SACRepFormat `json:"nsRepFormat,omitempty"`
	// AFServiceID stands for a slice that the SCS/AS does not know. Feature NSAC. 5G only: carried, not served.
	AFServiceID string `json:"afServiceId,omitempty"`
	// ImmediateRep asks for a report at once. Feature NSAC. 5G only: carried, not served.
	ImmediateRep bool `json:"immediateRep,omitempty"`

	// UAVPolicy says what happens to a UAV that enters or leaves the area. AREA_OF_INTEREST, feature UAV. 5G only:
	// carried, not served.
	UAVPolicy *UAVPolicy `json:"uavPolicy,omitempty"`
	// SesEstInd asks only after UAVs with a session for flight. NUMBER_OF_UES_IN_AN_AREA, feature UAV. 5G only: carried,
	// not served.
	SesEstInd bool `json:"sesEstInd,omitempty"`
	// SubType asks only after UEs with such a subscription. NUMBER_OF_UES_IN_AN_AREA, feature UAV.
	SubType SubType `json:"subType,omitempty"`

	// AddnMonTypes are events beside MonitoringType, with the same parameters. Feature enNB.
	AddnMonTypes []MonitoringType `json:"addnMonTypes,omitempty"`
	// AddnMonEventReports is as MonitoringEventReport, for AddnMonTypes. Set by the SCEF. Feature enNB.
	AddnMonEventReports []MonitoringEventReport `json:"addnMonEventReports,omitempty" t8:"readonly"`

	// UEIPAddr identifies the UE by an address that it has now. 5G only: carried, not served.
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// UEMACAddr is as UEIPAddr, in the form 00-11-22-aa-bb-cc. 5G only: carried, not served.
	UEMACAddr string `json:"ueMacAddr,omitempty" t8:"pattern=mac"`
	// RevocationNotifURI is the http or https URI that receives a [ConsentRevocNotif]. Feature UserConsentRevocation. 5G
	// only: carried, not served.
	RevocationNotifURI string `json:"revocationNotifUri,omitempty" t8:"uri"`
	// ReqRangingSLRes says what ranging over the sidelink should give; not empty when present. LOCATION_REPORTING, feature
	// Ranging_SL. 5G only: carried, not served.
	ReqRangingSLRes []RangingSlResult `json:"reqRangingSlRes,omitempty" t8:"min=1"`
	// RelatedUEs take part in ranging; not empty when present. LOCATION_REPORTING, feature Ranging_SL. 5G only: carried,
	// not served.
	RelatedUEs []RelatedUE `json:"relatedUEs,omitempty" t8:"min=1"`

	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// Types returns MonitoringType and AddnMonTypes, each once.
func (s *MonitoringEventSubscription) Types() []MonitoringType {
	all := []MonitoringType{s.MonitoringType}
	for _, t := range s.AddnMonTypes {
		known := false
		for _, have := range all {
			known = known || have == t
		}
		if !known {
			all = append(all, t)
		}
	}
	return all
}

// fixedMembers are what a PATCH must not change (TS 29.122 §4.4.2.2.1) and what only the SCEF sets.
var fixedMembers = [...]string{
	"/self", "/supportedFeatures", "/mtcProviderId", "/externalId", "/msisdn", "/externalGroupId",
	"/monitoringEventReport", "/addnMonEventReports", websocketMember,
}

// websocketMember may go when the SCS/AS wants no more WebSocket.
const websocketMember = "/websockNotifConfig/websocketUri"

// Apply applies the patch to s and checks the result. On an error s is unchanged.
//
// Errors are *[fault.Error] that name what is wrong by a JSON pointer into the patch: those of [JSONPatch.ApplyTo];
// fault.OperationProhibited when a member changes that a PATCH must not touch, such as Self, MSISDN or
// SupportedFeatures; fault.InvalidParameter when the result is no valid subscription. Members that the type does not
// know are dropped.
func (p JSONPatch) Apply(s *MonitoringEventSubscription) error {
	n, e := p.applied(s)
	if e != nil {
		e.Op = "t8.JSONPatch.Apply"
		return e
	}
	*s = *n
	return nil
}

func (p JSONPatch) applied(s *MonitoringEventSubscription) (*MonitoringEventSubscription, *fault.Error) {
	if e := p.check(); e != nil {
		return nil, e
	}
	b, err := encodeBody(s)
	if err != nil {
		return nil, fault.Wrap("", fault.Internal, err)
	}
	var before, after any
	for _, to := range []*any{&before, &after} {
		if err := unmarshalNumbers(b, to); err != nil {
			return nil, fault.Wrap("", fault.Internal, err)
		}
	}
	after, e := p.apply(after)
	if e != nil {
		return nil, e
	}
	if _, ok := after.(map[string]any); !ok {
		return nil, faultOf([]found{{p.blame(""), "must be an object", false}})
	}
	var fixed []fault.Param
	for _, place := range fixedMembers {
		path, _ := parsePointer(place)
		was, had := lookup(before, path)
		is, has := lookup(after, path)
		if had == has && equalJSON(was, is) || !has && place == websocketMember {
			continue
		}
		fixed = append(fixed, fault.Param{Param: p.blame(place), Reason: place + " must not be changed"})
	}
	if fixed != nil {
		e := fault.New("", fault.OperationProhibited, "the patch changes what must stay")
		e.Params = fixed
		return nil, e
	}
	if b, err = marshal(after); err != nil {
		return nil, fault.Wrap("", fault.Internal, err)
	}
	n := new(MonitoringEventSubscription)
	if e := decodeBody(b, n, modeNotify); e != nil {
		var params, others []fault.Param
		for _, x := range e.Params {
			if at := p.blame(x.Param); at != "" {
				params = append(params, fault.Param{Param: at, Reason: x.Param + " " + x.Reason})
			} else {
				others = append(others, fault.Param{Reason: x.Param + " " + x.Reason})
			}
		}
		if e.Params = params; params == nil { // of a group some member may be to blame, and if not, s was wrong before
			e.Params = others
		}
		if e.Code == fault.MissingParameter { // of the resource, not of the request
			e.Code = fault.InvalidParameter
		}
		return nil, e
	}
	return n, nil
}

// MonitoringNotification tells the SCS/AS of events, or of the end of a subscription (TS 29.122 §5.3.2,
// MonitoringNotification). It goes to NotificationDestination.
type MonitoringNotification struct {
	// Subscription is the URI of the subscription.
	Subscription string `json:"subscription" t8:"required"`
	// ConfigResults tell which UEs of a group could not be configured; not empty when present.
	ConfigResults []ConfigResult `json:"configResults,omitempty" t8:"min=1"`
	// MonitoringEventReports are the events; not empty when present.
	MonitoringEventReports []MonitoringEventReport `json:"monitoringEventReports,omitempty" t8:"min=1"`
	// AddedExternalIDs are UEs that joined the group; not empty when present. Feature Partial_group_modification.
	AddedExternalIDs []id.ExternalID `json:"addedExternalIds,omitempty" t8:"min=1"`
	// AddedMSISDNs is as AddedExternalIDs, by number.
	AddedMSISDNs []id.MSISDN `json:"addedMsisdns,omitempty" t8:"min=1"`
	// CancelExternalIDs are UEs of the group that are no longer monitored; not empty when present. Feature
	// Partial_group_modification.
	CancelExternalIDs []id.ExternalID `json:"cancelExternalIds,omitempty" t8:"min=1"`
	// CancelMSISDNs is as CancelExternalIDs, by number.
	CancelMSISDNs []id.MSISDN `json:"cancelMsisdns,omitempty" t8:"min=1"`
	// CancelInd tells that the subscription ended.
	CancelInd bool `json:"cancelInd,omitempty"`
	// AppliedParam tells which parameters the network uses when they are not those that were asked for.
	// LOSS_OF_CONNECTIVITY and UE_REACHABILITY, feature Enhanced_param_config.
	AppliedParam *AppliedParameterConfiguration `json:"appliedParam,omitempty"`

	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ConsentRevocNotif tells that users took back their consent (TS 29.122 §5.3.2, ConsentRevocNotif). It goes to
// RevocationNotifURI. Feature UserConsentRevocation. 5G only: carried, not served.
type ConsentRevocNotif struct {
	// SubscriptionID identifies the subscription.
	SubscriptionID string `json:"subscriptionId" t8:"required"`
	// ConsentsRevoked tells who and what for; at least one.
	ConsentsRevoked []ConsentRevoked `json:"consentsRevoked" t8:"required,min=1"`

	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ConsentRevoked is a consent that a user took back (TS 29.122 §5.3.2, ConsentRevoked). Exactly one of ExternalID and
// MSISDN is set. 5G only: carried, not served.
type ConsentRevoked struct {
	// UCPurpose is what the consent was for.
	UCPurpose UcPurpose `json:"ucPurpose" t8:"required"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
}

// MonitoringEventReports is the answer to a subscription with several immediate reports (TS 29.122 §5.3.2,
// MonitoringEventReports). Feature enNB.
type MonitoringEventReports struct {
	// MonitoringEventReports are the reports, at least one.
	MonitoringEventReports []MonitoringEventReport `json:"monitoringEventReports" t8:"required,min=1"`
}

// MonitoringEventReport is one event (TS 29.122 §5.3.2, MonitoringEventReport). In reports of a group ExternalID or
// MSISDN names the UE.
type MonitoringEventReport struct {
	// IMEIChange tells what changed. CHANGE_OF_IMSI_IMEI_ASSOCIATION.
	IMEIChange AssociationType `json:"imeiChange,omitempty"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty"`
	// AppID names the application. APPLICATION_START and APPLICATION_STOP, feature AppDetection_5G. 5G only: carried, not
	// served.
	AppID string `json:"appId,omitempty"`
	// PDUSessInfo describes the session of the application. APPLICATION_START and APPLICATION_STOP, feature
	// AppDetection_5G. 5G only: carried, not served.
	PDUSessInfo *PDUSessionInformation `json:"pduSessInfo,omitempty"`
	// IdleStatusInfo tells that the UE went idle, and for how long. UE_REACHABILITY and AVAILABILITY_AFTER_DDN_FAILURE.
	IdleStatusInfo *IdleStatusInfo `json:"idleStatusInfo,omitempty"`
	// LocationInfo is where the UE is. LOCATION_REPORTING.
	LocationInfo *LocationInfo `json:"locationInfo,omitempty"`
	// LocFailureCause tells why there is no location. LOCATION_REPORTING, feature eLCS. 5G only: carried, not served.
	LocFailureCause LocationFailureCause `json:"locFailureCause,omitempty"`
	// LossOfConnectReason tells why the UE was lost: a value of Loss-Of-Connectivity-Reason (TS 29.336 §8.4.58); nil: not
	// known. LOSS_OF_CONNECTIVITY.
	LossOfConnectReason *int `json:"lossOfConnectReason,omitempty"`
	// UnavailPerDur is how long the UE will not be there, in whole seconds; zero: not known. LOSS_OF_CONNECTIVITY. 5G only:
	// carried, not served.
	UnavailPerDur DurationSec `json:"unavailPerDur,omitempty"`
	// MaxUEAvailabilityTime is until when the UE is expected to be reachable; zero: not known. UE_REACHABILITY.
	MaxUEAvailabilityTime time.Time `json:"maxUEAvailabilityTime,omitzero"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty"`
	// MonitoringType is the event.
	MonitoringType MonitoringType `json:"monitoringType" t8:"required"`
	// UEPerLocationReport is how many UEs there are. NUMBER_OF_UES_IN_AN_AREA.
	UEPerLocationReport *UEPerLocationReport `json:"uePerLocationReport,omitempty"`
	// PLMNID is the serving PLMN. ROAMING_STATUS, when PLMNIndication asked for it.
	PLMNID *PLMNID `json:"plmnId,omitempty"`
	// ReachabilityType tells what the UE is reachable for. UE_REACHABILITY.
	ReachabilityType ReachabilityType `json:"reachabilityType,omitempty"`
	// RoamingStatus tells that the UE is not in its home network. ROAMING_STATUS.
	RoamingStatus bool `json:"roamingStatus,omitempty"`
	// FailureCause tells why communication failed. COMMUNICATION_FAILURE.
	FailureCause *FailureCause `json:"failureCause,omitempty"`
	// EventTime is when the event was seen; zero: not known.
	EventTime time.Time `json:"eventTime,omitzero"`
	// PDNConnInfoList describes the connections; not empty when present. PDN_CONNECTIVITY_STATUS.
	PDNConnInfoList []PDNConnectionInformation `json:"pdnConnInfoList,omitempty" t8:"min=1"`
	// DDDStatus is the state of delivery. DOWNLINK_DATA_DELIVERY_STATUS. 5G only: carried, not served.
	DDDStatus DLDataDeliveryStatus `json:"dddStatus,omitempty"`
	// DDDTrafDescriptor describes the traffic. DOWNLINK_DATA_DELIVERY_STATUS. 5G only: carried, not served.
	DDDTrafDescriptor *DddTrafficDescriptor `json:"dddTrafDescriptor,omitempty"`
	// MaxWaitTime is until when the data is held; zero: not known. DOWNLINK_DATA_DELIVERY_STATUS. 5G only: carried, not
	// served.
	MaxWaitTime time.Time `json:"maxWaitTime,omitzero"`
	// APICaps are the APIs that can be used for the UE; nil: not said, empty: none. API_SUPPORT_CAPABILITY.
	APICaps []APICapabilityInfo `json:"apiCaps,omitzero" t8:"min=0"`
	// NSStatusInfo is the count of the slice. NUM_OF_REGD_UES and NUM_OF_ESTD_PDU_SESSIONS. 5G only: carried, not served.
	NSStatusInfo *SACEventStatus `json:"nSStatusInfo,omitempty"`
	// AFServiceID stands for the slice. Feature NSAC. 5G only: carried, not served.
	AFServiceID string `json:"afServiceId,omitempty"`
	// ServLevelDevID identifies the UAV. AREA_OF_INTEREST, feature UAV. 5G only: carried, not served.
	ServLevelDevID string `json:"servLevelDevId,omitempty"`
	// UAVPresInd tells that the UAV is in the area. AREA_OF_INTEREST, feature UAV. 5G only: carried, not served.
	UAVPresInd bool `json:"uavPresInd,omitempty"`
	// GroupMembListChanges tells who joined or left the group. GROUP_MEMBER_LIST_CHANGE. 5G only: carried, not served.
	GroupMembListChanges *GroupMembListChanges `json:"groupMembListChanges,omitempty"`
}

// IdleStatusInfo tells how a UE sleeps (TS 29.122 §5.3.2, IdleStatusInfo).
type IdleStatusInfo struct {
	// ActiveTime is how long the UE stays reachable after it went idle, in whole seconds; nil: not known.
	ActiveTime *DurationSec `json:"activeTime,omitempty"`
	// EDRXCycleLength is the cycle of discontinuous reception in seconds; zero: none.
	EDRXCycleLength float64 `json:"edrxCycleLength,omitempty" t8:"min=0"`
	// SuggestedNumberOfDLPackets is how many packets the serving gateway holds; nil: not known.
	SuggestedNumberOfDLPackets *int `json:"suggestedNumberOfDlPackets,omitempty" t8:"min=0"`
	// IdleStatusTimestamp is when the UE went idle; zero: not known.
	IdleStatusTimestamp time.Time `json:"idleStatusTimestamp,omitzero"`
	// PeriodicAUTimer is the time between two periodic updates of the UE, in whole seconds; nil: not known.
	PeriodicAUTimer *DurationSec `json:"periodicAUTimer,omitempty"`
}

// UEPerLocationReport tells how many UEs are in an area (TS 29.122 §5.3.2, UePerLocationReport).
type UEPerLocationReport struct {
	// UECount is the number of UEs.
	UECount int `json:"ueCount" t8:"required,min=0"`
	// ExternalIDs are those UEs that have one; not empty when present.
	ExternalIDs []id.ExternalID `json:"externalIds,omitempty" t8:"min=1"`
	// MSISDNs are those UEs that are known by number; not empty when present.
	MSISDNs []id.MSISDN `json:"msisdns,omitempty" t8:"min=1"`
	// ServLevelDevIDs are the UAVs; not empty when present. Feature UAV. 5G only: carried, not served.
	ServLevelDevIDs []string `json:"servLevelDevIds,omitempty" t8:"min=1"`
}

// LocationInfo is where a UE is (TS 29.122 §5.3.2, LocationInfo), in one or several ways.
type LocationInfo struct {
	// AgeOfLocationInfo is how old it is, in whole minutes; nil: not known, 0: it is of now.
	AgeOfLocationInfo *DurationMin `json:"ageOfLocationInfo,omitempty"`
	// CellID is the cell: CGI, ECGI or, in 5G, NCGI. The standard sets no form.
	CellID string `json:"cellId,omitempty"`
	// ENodeBID is the eNodeB.
	ENodeBID string `json:"enodeBId,omitempty"`
	// RoutingAreaID is the routing area, 2G and 3G.
	RoutingAreaID string `json:"routingAreaId,omitempty"`
	// TrackingAreaID is the tracking area.
	TrackingAreaID string `json:"trackingAreaId,omitempty"`
	// PLMNID is the network.
	PLMNID string `json:"plmnId,omitempty"`
	// TWANID is the trusted WLAN.
	TWANID string `json:"twanId,omitempty"`
	// UserLocation is the location as 5G writes it. 5G only: carried, not served.
	UserLocation *UserLocation `json:"userLocation,omitempty"`
	// GeographicArea is the location as a shape.
	GeographicArea *GeographicArea `json:"geographicArea,omitempty"`
	// CivicAddress is the location as an address.
	CivicAddress *CivicAddress `json:"civicAddress,omitempty"`
	// PositionMethod is how the location was found. Feature eLCS. 5G only: carried, not served.
	PositionMethod PositioningMethod `json:"positionMethod,omitempty"`
	// QoSFulfilInd tells whether the quality that was asked for was reached. Feature eLCS. 5G only: carried, not served.
	QoSFulfilInd AccuracyFulfilmentIndicator `json:"qosFulfilInd,omitempty"`
	// UEVelocity is how fast the UE moves. Feature eLCS. 5G only: carried, not served.
	UEVelocity *VelocityEstimate `json:"ueVelocity,omitempty"`
	// LDRType is the kind of deferred location. Feature eLCS. 5G only: carried, not served.
	LDRType LDRType `json:"ldrType,omitempty"`
	// AchievedQoS is the quality that was reached. Feature MULTIQOS. 5G only: carried, not served.
	AchievedQoS *MinorLocationQoS `json:"achievedQos,omitempty"`
	// RelatedApplicationlayerID names the other UE of ranging. Feature Ranging_SL. 5G only: carried, not served.
	RelatedApplicationlayerID string `json:"relatedApplicationlayerId,omitempty"`
	// RangeDirection is where the other UE is, seen from this one. Feature Ranging_SL. 5G only: carried, not served.
	RangeDirection *RangeDirection `json:"rangeDirection,omitempty"`
	// TwodrelativeLocation is the relative location in the plane. Feature Ranging_SL. 5G only: carried, not served.
	TwodrelativeLocation *TwodrelativeLocation `json:"twodrelativeLocation,omitempty"`
	// ThreedrelativeLocation is the relative location in space. Feature Ranging_SL. 5G only: carried, not served.
	ThreedrelativeLocation *ThreedrelativeLocation `json:"threedrelativeLocation,omitempty"`
	// RelativeVelocity is how fast the other UE moves, seen from this one. Feature Ranging_SL. 5G only: carried, not
	// served.
	RelativeVelocity *VelocityEstimate `json:"relativeVelocity,omitempty"`
	// UpCumEvtRep counts reports over the user plane. 5G only: carried, not served.
	UpCumEvtRep *UpCumEvtRep `json:"upCumEvtRep,omitempty"`
}

// FailureCause tells why communication failed (TS 29.122 §5.3.2, FailureCause). The numbers are those of
// Communication-Failure-Information (TS 29.128); nil: not given.
type FailureCause struct {
	// BSSGPCause is that of 2G.
	BSSGPCause *int `json:"bssgpCause,omitempty"`
	// CauseType is the group that S1APCause belongs to: radio network, transport, NAS and so on.
	CauseType *int `json:"causeType,omitempty"`
	// GMMCause is that of GPRS mobility management.
	GMMCause *int `json:"gmmCause,omitempty"`
	// RANAPCause is that of 3G.
	RANAPCause *int `json:"ranapCause,omitempty"`
	// RANNASCause is what the PCRF told, as TS 29.214 writes RAN-NAS-Release-Cause.
	RANNASCause string `json:"ranNasCause,omitempty"`
	// S1APCause is that of LTE, within CauseType.
	S1APCause *int `json:"s1ApCause,omitempty"`
	// SMCause is that of session management.
	SMCause *int `json:"smCause,omitempty"`
}

// PDNConnectionInformation describes a PDN connection (TS 29.122 §5.3.2, PdnConnectionInformation).
type PDNConnectionInformation struct {
	// Status tells whether the connection was made or released.
	Status PDNConnectionStatus `json:"status" t8:"required"`
	// APN is the access point; the SCEF may keep it to itself.
	APN string `json:"apn,omitempty"`
	// PDNType is the kind of connection.
	PDNType PDNType `json:"pdnType" t8:"required"`
	// InterfaceInd tells where data goes in and out. Non-IP connections only.
	InterfaceInd InterfaceIndication `json:"interfaceInd,omitempty"`
	// IPv4Addr is the address of the UE.
	IPv4Addr string `json:"ipv4Addr,omitempty"`
	// IPv6Addrs are the addresses of the UE; not empty when present.
	IPv6Addrs []string `json:"ipv6Addrs,omitempty" t8:"min=1"`
	// MACAddrs are the addresses of an Ethernet connection, as 00-11-22-aa-bb-cc; not empty when present. 5G only: carried,
	// not served.
	MACAddrs []string `json:"macAddrs,omitempty" t8:"min=1,pattern=mac"`
}

// AppliedParameterConfiguration tells which parameters the network uses (TS 29.122 §5.3.2,
// AppliedParameterConfiguration). Feature Enhanced_param_config.
type AppliedParameterConfiguration struct {
	// ExternalIDs are the UEs of a group; not empty when present.
	ExternalIDs []id.ExternalID `json:"externalIds,omitempty" t8:"min=1"`
	// MSISDNs are the UEs of a group, by number; not empty when present.
	MSISDNs []id.MSISDN `json:"msisdns,omitempty" t8:"min=1"`
	// MaximumLatency is the longest delay of downlink data, in whole seconds; nil: not said.
	MaximumLatency *DurationSec `json:"maximumLatency,omitempty"`
	// MaximumResponseTime is how long the UE stays reachable, in whole seconds; nil: not said.
	MaximumResponseTime *DurationSec `json:"maximumResponseTime,omitempty"`
	// MaximumDetectionTime is the time after which the UE counts as lost, in whole seconds; nil: not said.
	MaximumDetectionTime *DurationSec `json:"maximumDetectionTime,omitempty"`
}

// APICapabilityInfo tells that an API can be used for the UE (TS 29.122 §5.3.2, ApiCapabilityInfo).
type APICapabilityInfo struct {
	// APIName is the name of the API, as in its URI: "3gpp-nidd".
	APIName string `json:"apiName" t8:"required"`
	// SuppFeat holds the features of the API that can be used; "0": none.
	SuppFeat Features `json:"suppFeat" t8:"required"`
}

// UAVPolicy says what happens to a UAV (TS 29.122 §5.3.2, UavPolicy). 5G only: carried, not served.
type UAVPolicy struct {
	// UAVMoveInd is for a UAV that moves in or out of the area.
	UAVMoveInd bool `json:"uavMoveInd" t8:"required"`
	// RevokeInd is for the permission to fly, which may be taken back.
	RevokeInd bool `json:"revokeInd" t8:"required"`
}

// GroupMembListChanges tells how a group changed (TS 29.122 §5.3.2, GroupMembListChanges). At least one member is set.
// 5G only: carried, not served.
type GroupMembListChanges struct {
	// AddedUEs joined: "msisdn-..." or "extid-...". Not empty when present.
	AddedUEs []string `json:"addedUEs,omitempty" t8:"min=1,anyof=change"`
	// RemovedUEs left, in the same form. Not empty when present.
	RemovedUEs []string `json:"removedUEs,omitempty" t8:"min=1,anyof=change"`
}

// UpLocRepAddrAF is where reports of location over the user plane go (TS 29.122 §5.3.2, UpLocRepAddrAfRm). At least one
// member is set. 5G only: carried, not served.
type UpLocRepAddrAF struct {
	// IPv4Addrs are addresses; not empty when present.
	IPv4Addrs []string `json:"ipv4Addrs,omitempty" t8:"min=1,anyof=address,pattern=ipv4"`
	// IPv6Addrs are addresses; not empty when present.
	IPv6Addrs []string `json:"ipv6Addrs,omitempty" t8:"min=1,anyof=address,pattern=ipv6"`
	// FQDN is a host name.
	FQDN string `json:"fqdn,omitempty" t8:"anyof=address,pattern=fqdn"`
}

// UpCumEvtRep counts what was reported over the user plane (TS 29.122 §5.3.2, UpCumEvtRep). 5G only: carried, not
// served.
type UpCumEvtRep struct {
	// UpLocRepStat is the number of reports; nil: not said.
	UpLocRepStat *int `json:"upLocRepStat,omitempty" t8:"min=0"`
}

// RangeDirection is where a UE is, seen from another one (TS 29.122 §5.3.2, RangeDirection). 5G only: carried, not
// served.
type RangeDirection struct {
	// Range is the distance; nil: not known. The standard names no unit.
	Range *float64 `json:"range,omitempty"`
	// AzimuthDirection is 0 to 360 degrees; nil: not known.
	AzimuthDirection *int `json:"azimuthDirection,omitempty" t8:"min=0,max=360"`
	// ElevationDirection is 0 to 360 degrees; nil: not known.
	ElevationDirection *int `json:"elevationDirection,omitempty" t8:"min=0,max=360"`
}

// TwodrelativeLocation is the ellipse of uncertainty of a relative location (TS 29.122 §5.3.2, TwodrelativeLocation). 5G
// only: carried, not served.
type TwodrelativeLocation struct {
	// SemiMinor is the short half axis in metres; nil: not known.
	SemiMinor *float64 `json:"semiMinor,omitempty" t8:"min=0"`
	// SemiMajor is the long half axis in metres; nil: not known.
	SemiMajor *float64 `json:"semiMajor,omitempty" t8:"min=0"`
	// OrientationAngle is that of the long half axis, 0 to 360 degrees; nil: not known.
	OrientationAngle *int `json:"orientationAngle,omitempty" t8:"min=0,max=360"`
}

// ThreedrelativeLocation is the ellipsoid of uncertainty of a relative location (TS 29.122 §5.3.2,
// ThreedrelativeLocation). 5G only: carried, not served.
type ThreedrelativeLocation struct {
	// SemiMinor is the short half axis in metres; nil: not known.
	SemiMinor *float64 `json:"semiMinor,omitempty" t8:"min=0"`
	// SemiMajor is the long half axis in metres; nil: not known.
	SemiMajor *float64 `json:"semiMajor,omitempty" t8:"min=0"`
	// VerticalUncertainty is the vertical half axis in metres; nil: not known.
	VerticalUncertainty *float64 `json:"verticalUncertainty,omitempty" t8:"min=0"`
	// OrientationAngle is that of the long half axis, 0 to 360 degrees; nil: not known.
	OrientationAngle *int `json:"orientationAngle,omitempty" t8:"min=0,max=360"`
}

// MonitoringType is an event (TS 29.122 §5.3.2). T8 enumerations are open: a value that is not known is kept.
type MonitoringType string

// The events. For those that say 5G, an EPC has no source.
const (
	MonitorLossOfConnectivity          MonitoringType = "LOSS_OF_CONNECTIVITY"
	MonitorUEReachability              MonitoringType = "UE_REACHABILITY" // for SMS or for data
	MonitorLocationReporting           MonitoringType = "LOCATION_REPORTING"
	MonitorChangeOfIMSIIMEIAssociation MonitoringType = "CHANGE_OF_IMSI_IMEI_ASSOCIATION" // another device has the SIM card
	MonitorRoamingStatus               MonitoringType = "ROAMING_STATUS"                  // now and when it changes
	MonitorCommunicationFailure        MonitoringType = "COMMUNICATION_FAILURE"
	MonitorAvailabilityAfterDDNFailure MonitoringType = "AVAILABILITY_AFTER_DDN_FAILURE"
	MonitorNumberOfUEsInAnArea         MonitoringType = "NUMBER_OF_UES_IN_AN_AREA"
	MonitorPDNConnectivityStatus       MonitoringType = "PDN_CONNECTIVITY_STATUS"
	MonitorDownlinkDataDeliveryStatus  MonitoringType = "DOWNLINK_DATA_DELIVERY_STATUS" // 5G
	MonitorAPISupportCapability        MonitoringType = "API_SUPPORT_CAPABILITY"
	MonitorNumOfRegisteredUEs          MonitoringType = "NUM_OF_REGD_UES"          // of a slice, 5G
	MonitorNumOfEstablishedPDUSessions MonitoringType = "NUM_OF_ESTD_PDU_SESSIONS" // of a slice, 5G
	MonitorAreaOfInterest              MonitoringType = "AREA_OF_INTEREST"         // UAVs that enter or leave
	MonitorGroupMemberListChange       MonitoringType = "GROUP_MEMBER_LIST_CHANGE" // 5G
	MonitorApplicationStart            MonitoringType = "APPLICATION_START"        // 5G
	MonitorApplicationStop             MonitoringType = "APPLICATION_STOP"         // 5G
)

// Known reports whether the value is one of TS 29.122.
func (v MonitoringType) Known() bool {
	switch v {
	case MonitorLossOfConnectivity, MonitorUEReachability, MonitorLocationReporting, MonitorChangeOfIMSIIMEIAssociation,
		MonitorRoamingStatus, MonitorCommunicationFailure, MonitorAvailabilityAfterDDNFailure, MonitorNumberOfUEsInAnArea,
		MonitorPDNConnectivityStatus, MonitorDownlinkDataDeliveryStatus, MonitorAPISupportCapability,
		MonitorNumOfRegisteredUEs, MonitorNumOfEstablishedPDUSessions, MonitorAreaOfInterest,
		MonitorGroupMemberListChange, MonitorApplicationStart, MonitorApplicationStop:
		return true
	}
	return false
}

// ReachabilityType says what a UE is reachable for (TS 29.122 §5.3.2).
type ReachabilityType string

// What a UE is reachable for.
const (
	ReachableForSMS  ReachabilityType = "SMS"
	ReachableForData ReachabilityType = "DATA"
)

// Known reports whether the value is one of TS 29.122.
func (v ReachabilityType) Known() bool { return v == ReachableForSMS || v == ReachableForData }

// LocationType says which location is wanted (TS 29.122 §5.3.2).
type LocationType string

// The locations.
const (
	LocationCurrent            LocationType = "CURRENT_LOCATION"
	LocationLastKnown          LocationType = "LAST_KNOWN_LOCATION"
	LocationCurrentOrLastKnown LocationType = "CURRENT_OR_LAST_KNOWN_LOCATION" // 5G
	LocationInitial            LocationType = "INITIAL_LOCATION"               // 5G
)

// Known reports whether the value is one of TS 29.122.
func (v LocationType) Known() bool {
	return v == LocationCurrent || v == LocationLastKnown || v == LocationCurrentOrLastKnown || v == LocationInitial
}

// AssociationType says which identity of the device is watched (TS 29.122 §5.3.2).
type AssociationType string

// The identities of a device.
const (
	AssociationIMEI   AssociationType = "IMEI"
	AssociationIMEISV AssociationType = "IMEISV" // with the version of the software
)

// Known reports whether the value is one of TS 29.122.
func (v AssociationType) Known() bool { return v == AssociationIMEI || v == AssociationIMEISV }

// Accuracy says how fine a location is (TS 29.122 §5.3.2).
type Accuracy string

// The accuracies.
const (
	AccuracyCGIECGI      Accuracy = "CGI_ECGI" // the cell
	AccuracyENodeB       Accuracy = "ENODEB"
	AccuracyTARA         Accuracy = "TA_RA" // tracking or routing area
	AccuracyPLMN         Accuracy = "PLMN"
	AccuracyTWANID       Accuracy = "TWAN_ID"
	AccuracyGeoArea      Accuracy = "GEO_AREA"
	AccuracyCivicAddress Accuracy = "CIVIC_ADDR"
)

// Known reports whether the value is one of TS 29.122.
func (v Accuracy) Known() bool {
	switch v {
	case AccuracyCGIECGI, AccuracyENodeB, AccuracyTARA, AccuracyPLMN, AccuracyTWANID, AccuracyGeoArea, AccuracyCivicAddress:
		return true
	}
	return false
}

// LocationFailureCause tells why there is no location (TS 29.122 §5.3.2). 5G only: carried, not served.
type LocationFailureCause string

// Why there is no location.
const (
	LocationPositioningDenied       LocationFailureCause = "POSITIONING_DENIED"
	LocationUnsupportedByUE         LocationFailureCause = "UNSUPPORTED_BY_UE"
	LocationNotRegisteredUE         LocationFailureCause = "NOT_REGISTED_UE" //nolint:misspell // as the standard spells it
	LocationFailureUnspecified      LocationFailureCause = "UNSPECIFIED"
	LocationRequestedAreaNotAllowed LocationFailureCause = "REQUESTED_AREA_NOT_ALLOWED"
)

// Known reports whether the value is one of TS 29.122.
func (v LocationFailureCause) Known() bool {
	switch v {
	case LocationPositioningDenied, LocationUnsupportedByUE, LocationNotRegisteredUE, LocationFailureUnspecified,
		LocationRequestedAreaNotAllowed:
		return true
	}
	return false
}

// PDNConnectionStatus tells what became of a connection (TS 29.122 §5.3.2).
type PDNConnectionStatus string

// What becomes of a connection.
const (
	PDNConnectionCreated  PDNConnectionStatus = "CREATED"
	PDNConnectionReleased PDNConnectionStatus = "RELEASED"
)

// Known reports whether the value is one of TS 29.122.
func (v PDNConnectionStatus) Known() bool {
	return v == PDNConnectionCreated || v == PDNConnectionReleased
}

// PDNType is the kind of a connection (TS 29.122 §5.3.2).
type PDNType string

// The kinds of connections.
const (
	PDNTypeIPv4     PDNType = "IPV4"
	PDNTypeIPv6     PDNType = "IPV6"
	PDNTypeIPv4v6   PDNType = "IPV4V6"
	PDNTypeNonIP    PDNType = "NON_IP"
	PDNTypeEthernet PDNType = "ETHERNET" // 5G
)

// Known reports whether the value is one of TS 29.122.
func (v PDNType) Known() bool {
	switch v {
	case PDNTypeIPv4, PDNTypeIPv6, PDNTypeIPv4v6, PDNTypeNonIP, PDNTypeEthernet:
		return true
	}
	return false
}

// InterfaceIndication tells where the data of a connection goes to the SCS/AS (TS 29.122 §5.3.2).
type InterfaceIndication string

// Where data goes to the SCS/AS.
const (
	InterfaceExposureFunction InterfaceIndication = "EXPOSURE_FUNCTION" // the SCEF
	InterfacePDNGateway       InterfaceIndication = "PDN_GATEWAY"
)

// Known reports whether the value is one of TS 29.122.
func (v InterfaceIndication) Known() bool {
	return v == InterfaceExposureFunction || v == InterfacePDNGateway
}

// SubType is the kind of subscription of a UE (TS 29.122 §5.3.2).
type SubType string

// The kinds of subscriptions.
const (
	SubTypeAerialUE SubType = "AERIAL_UE"
)

// Known reports whether the value is one of TS 29.122.
func (v SubType) Known() bool { return v == SubTypeAerialUE }

// SACRepFormat says how the count of a slice is written (TS 29.122 §5.3.2). 5G only: carried, not served.
type SACRepFormat string

// How a count is written.
const (
	SACNumerical  SACRepFormat = "NUMERICAL"
	SACPercentage SACRepFormat = "PERCENTAGE" // of the most that is allowed
)

// Known reports whether the value is one of TS 29.122.
func (v SACRepFormat) Known() bool { return v == SACNumerical || v == SACPercentage }
