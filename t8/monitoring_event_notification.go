package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

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
	DDDTrafDescriptor *DDDTrafficDescriptor `json:"dddTrafDescriptor,omitempty"`
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

// GroupMembListChanges tells how a group changed (TS 29.122 §5.3.2, GroupMembListChanges). At least one member is set.
// 5G only: carried, not served.
type GroupMembListChanges struct {
	// AddedUEs joined: "msisdn-..." or "extid-...". Not empty when present.
	AddedUEs []string `json:"addedUEs,omitempty" t8:"min=1,anyof=change"`
	// RemovedUEs left, in the same form. Not empty when present.
	RemovedUEs []string `json:"removedUEs,omitempty" t8:"min=1,anyof=change"`
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
