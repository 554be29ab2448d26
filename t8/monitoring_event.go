package t8

import (
	"time"

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
	DDDTraDescriptors []DDDTrafficDescriptor `json:"dddTraDescriptors,omitempty" t8:"min=1"`
	// DDDStati are the states of delivery that are reported; not empty when present, absent: all.
	// DOWNLINK_DATA_DELIVERY_STATUS, feature Downlink_data_delivery_status_5G. 5G only: carried, not served.
	DDDStati []DLDataDeliveryStatus `json:"dddStati,omitempty" t8:"min=1"`

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
	ReqRangingSLRes []RangingSLResult `json:"reqRangingSlRes,omitempty" t8:"min=1"`
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

// UAVPolicy says what happens to a UAV (TS 29.122 §5.3.2, UavPolicy). 5G only: carried, not served.
type UAVPolicy struct {
	// UAVMoveInd is for a UAV that moves in or out of the area.
	UAVMoveInd bool `json:"uavMoveInd" t8:"required"`
	// RevokeInd is for the permission to fly, which may be taken back.
	RevokeInd bool `json:"revokeInd" t8:"required"`
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
