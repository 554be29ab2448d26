package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// Accuracy FIXME.
type Accuracy string

const (
	AccuracyCgiEcgi   Accuracy = "CGI_ECGI"
	AccuracyEnodeb    Accuracy = "ENODEB"
	AccuracyTaRa      Accuracy = "TA_RA"
	AccuracyPLMN      Accuracy = "PLMN"
	AccuracyTwanID    Accuracy = "TWAN_ID"
	AccuracyGeoArea   Accuracy = "GEO_AREA"
	AccuracyCivicAddr Accuracy = "CIVIC_ADDR"
)

// APICapabilityInfo FIXME (TS29122_MonitoringEvent#ApiCapabilityInfo).
type APICapabilityInfo struct {
	// FIXME string
	APIName string `json:"apiName" t8:"required"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SuppFeat Features `json:"suppFeat" t8:"required"`
}

// AppliedParameterConfiguration FIXME (TS29122_MonitoringEvent#AppliedParameterConfiguration).
type AppliedParameterConfiguration struct {
	// FIXME []TS29122_CommonData#ExternalId
	ExternalIDs []id.ExternalID `json:"externalIds,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#Msisdn
	MSISDNs []id.MSISDN `json:"msisdns,omitempty" t8:"min=1"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumLatency *DurationSec `json:"maximumLatency,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumResponseTime *DurationSec `json:"maximumResponseTime,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumDetectionTime *DurationSec `json:"maximumDetectionTime,omitempty" t8:"min=0"`
}

// AssociationType FIXME.
type AssociationType string

const (
	AssociationTypeIMEI   AssociationType = "IMEI"
	AssociationTypeImeisv AssociationType = "IMEISV"
)

// ConsentRevocNotif FIXME (TS29122_MonitoringEvent#ConsentRevocNotif).
type ConsentRevocNotif struct {
	// FIXME string
	SubscriptionID string `json:"subscriptionId" t8:"required"`
	// FIXME []ConsentRevoked
	ConsentsRevoked []ConsentRevoked `json:"consentsRevoked" t8:"required,min=1"`
}

// ConsentRevoked FIXME (TS29122_MonitoringEvent#ConsentRevoked).
type ConsentRevoked struct {
	// FIXME TS29503_Nudm_SDM#UcPurpose
	UcPurpose UcPurpose `json:"ucPurpose" t8:"required"`
	// FIXME TS29122_CommonData#ExternalId
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#Msisdn
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=g1"`
}

// FailureCause FIXME (TS29122_MonitoringEvent#FailureCause).
type FailureCause struct {
	// FIXME integer
	BssgpCause *int `json:"bssgpCause,omitempty"`
	// FIXME integer
	CauseType *int `json:"causeType,omitempty"`
	// FIXME integer
	GmmCause *int `json:"gmmCause,omitempty"`
	// FIXME integer
	RanapCause *int `json:"ranapCause,omitempty"`
	// FIXME string
	RanNasCause string `json:"ranNasCause,omitempty"`
	// FIXME integer
	S1ApCause *int `json:"s1ApCause,omitempty"`
	// FIXME integer
	SmCause *int `json:"smCause,omitempty"`
}

// GroupMembListChanges FIXME (TS29122_MonitoringEvent#GroupMembListChanges).
type GroupMembListChanges struct {
	// FIXME []TS29571_CommonData#Gpsi
	AddedUEs []string `json:"addedUEs,omitempty" t8:"min=1,anyof=g1"`
	// FIXME []TS29571_CommonData#Gpsi
	RemovedUEs []string `json:"removedUEs,omitempty" t8:"min=1,anyof=g1"`
}

// IdleStatusInfo FIXME (TS29122_MonitoringEvent#IdleStatusInfo).
type IdleStatusInfo struct {
	// FIXME TS29122_CommonData#DurationSec
	ActiveTime *DurationSec `json:"activeTime,omitempty" t8:"min=0"`
	// FIXME number:float
	EdrxCycleLength *float64 `json:"edrxCycleLength,omitempty" t8:"min=0"`
	// FIXME integer
	SuggestedNumberOfDlPackets *int `json:"suggestedNumberOfDlPackets,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DateTime
	IdleStatusTimestamp time.Time `json:"idleStatusTimestamp,omitzero"`
	// FIXME TS29122_CommonData#DurationSec
	PeriodicAUTimer *DurationSec `json:"periodicAUTimer,omitempty" t8:"min=0"`
}

// InterfaceIndication FIXME.
type InterfaceIndication string

const (
	InterfaceIndicationExposureFunction InterfaceIndication = "EXPOSURE_FUNCTION"
	InterfaceIndicationPDNGateway       InterfaceIndication = "PDN_GATEWAY"
)

// LocationFailureCause FIXME.
type LocationFailureCause string

const (
	LocationFailureCausePositioningDenied       LocationFailureCause = "POSITIONING_DENIED"
	LocationFailureCauseUnsupportedByUE         LocationFailureCause = "UNSUPPORTED_BY_UE"
	LocationFailureCauseNotRegistedUE           LocationFailureCause = "NOT_REGISTED_UE"
	LocationFailureCauseUnspecified             LocationFailureCause = "UNSPECIFIED"
	LocationFailureCauseRequestedAreaNotAllowed LocationFailureCause = "REQUESTED_AREA_NOT_ALLOWED"
)

// LocationInfo FIXME (TS29122_MonitoringEvent#LocationInfo).
type LocationInfo struct {
	// FIXME TS29122_CommonData#DurationMin
	AgeOfLocationInfo *DurationMin `json:"ageOfLocationInfo,omitempty" t8:"min=0"`
	// FIXME string
	CellID string `json:"cellId,omitempty"`
	// FIXME string
	EnodeBID string `json:"enodeBId,omitempty"`
	// FIXME string
	RoutingAreaID string `json:"routingAreaId,omitempty"`
	// FIXME string
	TrackingAreaID string `json:"trackingAreaId,omitempty"`
	// FIXME string
	PLMNID string `json:"plmnId,omitempty"`
	// FIXME string
	TwanID string `json:"twanId,omitempty"`
	// FIXME TS29571_CommonData#UserLocation
	UserLocation *UserLocation `json:"userLocation,omitempty"`
	// FIXME TS29572_Nlmf_Location#GeographicArea
	GeographicArea *GeographicArea `json:"geographicArea,omitempty"`
	// FIXME TS29572_Nlmf_Location#CivicAddress
	CivicAddress *CivicAddress `json:"civicAddress,omitempty"`
	// FIXME TS29572_Nlmf_Location#PositioningMethod
	PositionMethod PositioningMethod `json:"positionMethod,omitempty"`
	// FIXME TS29572_Nlmf_Location#AccuracyFulfilmentIndicator
	QoSFulfilInd AccuracyFulfilmentIndicator `json:"qosFulfilInd,omitempty"`
	// FIXME TS29572_Nlmf_Location#VelocityEstimate
	UEVelocity *VelocityEstimate `json:"ueVelocity,omitempty"`
	// FIXME TS29572_Nlmf_Location#LdrType
	LdrType LdrType `json:"ldrType,omitempty"`
	// FIXME TS29572_Nlmf_Location#MinorLocationQoS
	AchievedQoS *MinorLocationQoS `json:"achievedQos,omitempty"`
	// FIXME string
	RelatedApplicationlayerID string `json:"relatedApplicationlayerId,omitempty"`
	// FIXME RangeDirection
	RangeDirection *RangeDirection `json:"rangeDirection,omitempty"`
	// FIXME TwodrelativeLocation
	TwodrelativeLocation *TwodrelativeLocation `json:"twodrelativeLocation,omitempty"`
	// FIXME ThreedrelativeLocation
	ThreedrelativeLocation *ThreedrelativeLocation `json:"threedrelativeLocation,omitempty"`
	// FIXME TS29572_Nlmf_Location#VelocityEstimate
	RelativeVelocity *VelocityEstimate `json:"relativeVelocity,omitempty"`
	// FIXME UpCumEvtRep
	UpCumEvtRep *UpCumEvtRep `json:"upCumEvtRep,omitempty"`
}

// LocationType FIXME.
type LocationType string

const (
	LocationTypeCurrentLocation            LocationType = "CURRENT_LOCATION"
	LocationTypeLastKnownLocation          LocationType = "LAST_KNOWN_LOCATION"
	LocationTypeCurrentOrLastKnownLocation LocationType = "CURRENT_OR_LAST_KNOWN_LOCATION"
	LocationTypeInitialLocation            LocationType = "INITIAL_LOCATION"
)

// MonitoringEventReport FIXME (TS29122_MonitoringEvent#MonitoringEventReport).
type MonitoringEventReport struct {
	// FIXME AssociationType
	IMEIChange AssociationType `json:"imeiChange,omitempty"`
	// FIXME TS29122_CommonData#ExternalId
	ExternalID id.ExternalID `json:"externalId,omitempty"`
	// FIXME TS29571_CommonData#ApplicationId
	AppID string `json:"appId,omitempty"`
	// FIXME TS29523_Npcf_EventExposure#PduSessionInformation
	PDUSessInfo *PDUSessionInformation `json:"pduSessInfo,omitempty"`
	// FIXME IdleStatusInfo
	IdleStatusInfo *IdleStatusInfo `json:"idleStatusInfo,omitempty"`
	// FIXME LocationInfo
	LocationInfo *LocationInfo `json:"locationInfo,omitempty"`
	// FIXME LocationFailureCause
	LocFailureCause LocationFailureCause `json:"locFailureCause,omitempty"`
	// FIXME integer
	LossOfConnectReason *int `json:"lossOfConnectReason,omitempty"`
	// FIXME TS29122_CommonData#DurationSec
	UnavailPerDur *DurationSec `json:"unavailPerDur,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DateTime
	MaxUEAvailabilityTime time.Time `json:"maxUEAvailabilityTime,omitzero"`
	// FIXME TS29122_CommonData#Msisdn
	MSISDN id.MSISDN `json:"msisdn,omitempty"`
	// FIXME MonitoringType
	MonitoringType MonitoringType `json:"monitoringType" t8:"required"`
	// FIXME UePerLocationReport
	UEPerLocationReport *UEPerLocationReport `json:"uePerLocationReport,omitempty"`
	// FIXME TS29122_CommonData#PlmnId
	PLMNID *PLMNID `json:"plmnId,omitempty"`
	// FIXME ReachabilityType
	ReachabilityType ReachabilityType `json:"reachabilityType,omitempty"`
	// FIXME boolean
	RoamingStatus *bool `json:"roamingStatus,omitempty"`
	// FIXME FailureCause
	FailureCause *FailureCause `json:"failureCause,omitempty"`
	// FIXME TS29122_CommonData#DateTime
	EventTime time.Time `json:"eventTime,omitzero"`
	// FIXME []PdnConnectionInformation
	PDNConnInfoList []PDNConnectionInformation `json:"pdnConnInfoList,omitempty" t8:"min=1"`
	// FIXME TS29571_CommonData#DlDataDeliveryStatus
	DddStatus DlDataDeliveryStatus `json:"dddStatus,omitempty"`
	// FIXME TS29571_CommonData#DddTrafficDescriptor
	DddTrafDescriptor *DddTrafficDescriptor `json:"dddTrafDescriptor,omitempty"`
	// FIXME TS29122_CommonData#DateTime
	MaxWaitTime time.Time `json:"maxWaitTime,omitzero"`
	// FIXME []ApiCapabilityInfo
	APICaps []APICapabilityInfo `json:"apiCaps,omitempty" t8:"min=0"`
	// FIXME TS29571_CommonData#SACEventStatus
	NSStatusInfo *SACEventStatus `json:"nSStatusInfo,omitempty"`
	// FIXME string
	AfServiceID string `json:"afServiceId,omitempty"`
	// FIXME string
	ServLevelDevID string `json:"servLevelDevId,omitempty"`
	// FIXME boolean
	UavPresInd *bool `json:"uavPresInd,omitempty"`
	// FIXME GroupMembListChanges
	GroupMembListChanges *GroupMembListChanges `json:"groupMembListChanges,omitempty"`
}

// MonitoringEventReports FIXME (TS29122_MonitoringEvent#MonitoringEventReports).
type MonitoringEventReports struct {
	// FIXME []MonitoringEventReport
	MonitoringEventReports []MonitoringEventReport `json:"monitoringEventReports" t8:"required,min=1"`
}

// MonitoringEventSubscription FIXME (TS29122_MonitoringEvent#MonitoringEventSubscription).
type MonitoringEventSubscription struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME string
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// FIXME []string
	AppIDs []string `json:"appIds,omitempty" t8:"min=1"`
	// FIXME TS29122_CommonData#ExternalId
	ExternalID id.ExternalID `json:"externalId,omitempty"`
	// FIXME TS29122_CommonData#Msisdn
	MSISDN id.MSISDN `json:"msisdn,omitempty"`
	// FIXME []TS29122_CommonData#ExternalId
	AddedExternalIDs []id.ExternalID `json:"addedExternalIds,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#Msisdn
	AddedMSISDNs []id.MSISDN `json:"addedMsisdns,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#ExternalId
	ExcludedExternalIDs []id.ExternalID `json:"excludedExternalIds,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#Msisdn
	ExcludedMSISDNs []id.MSISDN `json:"excludedMsisdns,omitempty" t8:"min=1"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// FIXME []TS29122_CommonData#ExternalGroupId
	AddExtGroupID []id.ExternalGroupID `json:"addExtGroupId,omitempty" t8:"min=2"`
	// FIXME TS29122_CommonData#Ipv4Addr
	Ipv4Addr string `json:"ipv4Addr,omitempty"`
	// FIXME TS29122_CommonData#Ipv6Addr
	Ipv6Addr string `json:"ipv6Addr,omitempty"`
	// FIXME TS29571_CommonData#Dnn
	DNN string `json:"dnn,omitempty"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME MonitoringType
	MonitoringType MonitoringType `json:"monitoringType" t8:"required"`
	// FIXME integer
	MaximumNumberOfReports *int `json:"maximumNumberOfReports,omitempty" t8:"min=1,anyof=g1"`
	// FIXME TS29122_CommonData#DateTime
	MonitorExpireTime time.Time `json:"monitorExpireTime,omitzero" t8:"anyof=g1"`
	// FIXME TS29122_CommonData#DurationSec
	RepPeriod *DurationSec `json:"repPeriod,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	GroupReportGuardTime *DurationSec `json:"groupReportGuardTime,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumDetectionTime *DurationSec `json:"maximumDetectionTime,omitempty" t8:"min=0"`
	// FIXME ReachabilityType
	ReachabilityType ReachabilityType `json:"reachabilityType,omitempty"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumLatency *DurationSec `json:"maximumLatency,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumResponseTime *DurationSec `json:"maximumResponseTime,omitempty" t8:"min=0"`
	// FIXME integer
	SuggestedNumberOfDlPackets *int `json:"suggestedNumberOfDlPackets,omitempty" t8:"min=0"`
	// FIXME boolean
	IdleStatusIndication *bool `json:"idleStatusIndication,omitempty"`
	// FIXME LocationType
	LocationType LocationType `json:"locationType,omitempty"`
	// FIXME Accuracy
	Accuracy Accuracy `json:"accuracy,omitempty"`
	// FIXME TS29122_CommonData#DurationSec
	MinimumReportInterval *DurationSec `json:"minimumReportInterval,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	MaxRptExpireIntvl *DurationSec `json:"maxRptExpireIntvl,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	SamplingInterval *DurationSec `json:"samplingInterval,omitempty" t8:"min=0"`
	// FIXME boolean
	ReportingLocEstInd *bool `json:"reportingLocEstInd,omitempty"`
	// FIXME TS29572_Nlmf_Location#LinearDistance
	LinearDistance *int `json:"linearDistance,omitempty" t8:"min=1,max=10000"`
	// FIXME TS29572_Nlmf_Location#LocationQoS
	LocQoS *LocationQoS `json:"locQoS,omitempty"`
	// FIXME TS29515_Ngmlc_Location#ServiceIdentity
	SvcID string `json:"svcId,omitempty"`
	// FIXME TS29572_Nlmf_Location#LdrType
	LdrType LdrType `json:"ldrType,omitempty"`
	// FIXME TS29572_Nlmf_Location#VelocityRequested
	VelocityRequested VelocityRequested `json:"velocityRequested,omitempty"`
	// FIXME TS29572_Nlmf_Location#AgeOfLocationEstimate
	MaxAgeOfLocEst *int `json:"maxAgeOfLocEst,omitempty" t8:"min=0,max=32767"`
	// FIXME TS29122_CommonData#TimeWindow
	LocTimeWindow *TimeWindow `json:"locTimeWindow,omitempty"`
	// FIXME []TS29572_Nlmf_Location#SupportedGADShapes
	SupportedGADShapes []SupportedGADShapes `json:"supportedGADShapes,omitempty"`
	// FIXME TS29515_Ngmlc_Location#CodeWord
	CodeWord string `json:"codeWord,omitempty"`
	// FIXME boolean default False
	UpLocRepIndAf *bool `json:"upLocRepIndAf,omitempty"`
	// FIXME UpLocRepAddrAfRm
	UpLocRepAddrAf Opt[UpLocRepAddrAfRm] `json:"upLocRepAddrAf,omitzero"`
	// FIXME AssociationType
	AssociationType AssociationType `json:"associationType,omitempty"`
	// FIXME boolean
	PLMNIndication *bool `json:"plmnIndication,omitempty"`
	// FIXME TS29122_CommonData#LocationArea
	LocationArea *LocationArea `json:"locationArea,omitempty"`
	// FIXME TS29122_CommonData#LocationArea5G
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`
	// FIXME []TS29571_CommonData#DddTrafficDescriptor
	DddTraDescriptors []DddTrafficDescriptor `json:"dddTraDescriptors,omitempty" t8:"min=1"`
	// FIXME []TS29571_CommonData#DlDataDeliveryStatus
	DddStati []DlDataDeliveryStatus `json:"dddStati,omitempty" t8:"min=1"`
	// FIXME []string
	APINames []string `json:"apiNames,omitempty" t8:"min=1"`
	// FIXME MonitoringEventReport
	MonitoringEventReport *MonitoringEventReport `json:"monitoringEventReport,omitempty"`
	// FIXME TS29571_CommonData#Snssai
	Snssai *Snssai `json:"snssai,omitempty"`
	// FIXME TS29571_CommonData#SACInfo
	TgtNsThreshold *SACInfo `json:"tgtNsThreshold,omitempty"`
	// FIXME SACRepFormat
	NsRepFormat SACRepFormat `json:"nsRepFormat,omitempty"`
	// FIXME string
	AfServiceID string `json:"afServiceId,omitempty"`
	// FIXME boolean
	ImmediateRep *bool `json:"immediateRep,omitempty"`
	// FIXME UavPolicy
	UavPolicy *UavPolicy `json:"uavPolicy,omitempty"`
	// FIXME boolean
	SesEstInd *bool `json:"sesEstInd,omitempty"`
	// FIXME SubType
	SubType SubType `json:"subType,omitempty"`
	// FIXME []MonitoringType
	AddnMonTypes []MonitoringType `json:"addnMonTypes,omitempty"`
	// FIXME []MonitoringEventReport
	AddnMonEventReports []MonitoringEventReport `json:"addnMonEventReports,omitempty"`
	// FIXME TS29571_CommonData#IpAddr
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	UEMACAddr string `json:"ueMacAddr,omitempty" t8:"pattern=mac"`
	// FIXME TS29122_CommonData#Uri
	RevocationNotifURI string `json:"revocationNotifUri,omitempty" t8:"uri"`
	// FIXME []TS29572_Nlmf_Location#RangingSlResult
	ReqRangingSlRes []RangingSlResult `json:"reqRangingSlRes,omitempty" t8:"min=1"`
	// FIXME []TS29572_Nlmf_Location#RelatedUE
	RelatedUEs []RelatedUE `json:"relatedUEs,omitempty" t8:"min=1"`
}

// MonitoringNotification FIXME (TS29122_MonitoringEvent#MonitoringNotification).
type MonitoringNotification struct {
	// FIXME TS29122_CommonData#Link
	Subscription string `json:"subscription" t8:"required"`
	// FIXME []TS29122_CommonData#ConfigResult
	ConfigResults []ConfigResult `json:"configResults,omitempty" t8:"min=1"`
	// FIXME []MonitoringEventReport
	MonitoringEventReports []MonitoringEventReport `json:"monitoringEventReports,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#ExternalId
	AddedExternalIDs []id.ExternalID `json:"addedExternalIds,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#Msisdn
	AddedMSISDNs []id.MSISDN `json:"addedMsisdns,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#ExternalId
	CancelExternalIDs []id.ExternalID `json:"cancelExternalIds,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#Msisdn
	CancelMSISDNs []id.MSISDN `json:"cancelMsisdns,omitempty" t8:"min=1"`
	// FIXME boolean
	CancelInd *bool `json:"cancelInd,omitempty"`
	// FIXME AppliedParameterConfiguration
	AppliedParam *AppliedParameterConfiguration `json:"appliedParam,omitempty"`
}

// MonitoringType FIXME.
type MonitoringType string

const (
	MonitoringTypeLossOfConnectivity          MonitoringType = "LOSS_OF_CONNECTIVITY"
	MonitoringTypeUEReachability              MonitoringType = "UE_REACHABILITY"
	MonitoringTypeLocationReporting           MonitoringType = "LOCATION_REPORTING"
	MonitoringTypeChangeOfImsiIMEIAssociation MonitoringType = "CHANGE_OF_IMSI_IMEI_ASSOCIATION"
	MonitoringTypeRoamingStatus               MonitoringType = "ROAMING_STATUS"
	MonitoringTypeCommunicationFailure        MonitoringType = "COMMUNICATION_FAILURE"
	MonitoringTypeAvailabilityAfterDdnFailure MonitoringType = "AVAILABILITY_AFTER_DDN_FAILURE"
	MonitoringTypeNumberOfUEsInAnArea         MonitoringType = "NUMBER_OF_UES_IN_AN_AREA"
	MonitoringTypePDNConnectivityStatus       MonitoringType = "PDN_CONNECTIVITY_STATUS"
	MonitoringTypeDownlinkDataDeliveryStatus  MonitoringType = "DOWNLINK_DATA_DELIVERY_STATUS"
	MonitoringTypeAPISupportCapability        MonitoringType = "API_SUPPORT_CAPABILITY"
	MonitoringTypeNumOfRegdUEs                MonitoringType = "NUM_OF_REGD_UES"
	MonitoringTypeNumOfEstdPDUSessions        MonitoringType = "NUM_OF_ESTD_PDU_SESSIONS"
	MonitoringTypeAreaOfInterest              MonitoringType = "AREA_OF_INTEREST"
	MonitoringTypeGroupMemberListChange       MonitoringType = "GROUP_MEMBER_LIST_CHANGE"
	MonitoringTypeApplicationStart            MonitoringType = "APPLICATION_START"
	MonitoringTypeApplicationStop             MonitoringType = "APPLICATION STOP"
)

// PDNConnectionInformation FIXME (TS29122_MonitoringEvent#PdnConnectionInformation).
type PDNConnectionInformation struct {
	// FIXME PdnConnectionStatus
	Status PDNConnectionStatus `json:"status" t8:"required"`
	// FIXME string
	APN string `json:"apn,omitempty"`
	// FIXME PdnType
	PDNType PDNType `json:"pdnType" t8:"required"`
	// FIXME InterfaceIndication
	InterfaceInd InterfaceIndication `json:"interfaceInd,omitempty"`
	// FIXME TS29122_CommonData#Ipv4Addr
	Ipv4Addr string `json:"ipv4Addr,omitempty"`
	// FIXME []TS29122_CommonData#Ipv6Addr
	Ipv6Addrs []string `json:"ipv6Addrs,omitempty" t8:"min=1"`
	// FIXME []TS29571_CommonData#MacAddr48
	MACAddrs []string `json:"macAddrs,omitempty" t8:"min=1,pattern=mac"`
}

// PDNConnectionStatus FIXME.
type PDNConnectionStatus string

const (
	PDNConnectionStatusCreated  PDNConnectionStatus = "CREATED"
	PDNConnectionStatusReleased PDNConnectionStatus = "RELEASED"
)

// PDNType FIXME.
type PDNType string

const (
	PDNTypeIpv4     PDNType = "IPV4"
	PDNTypeIpv6     PDNType = "IPV6"
	PDNTypeIpv4v6   PDNType = "IPV4V6"
	PDNTypeNonIP    PDNType = "NON_IP"
	PDNTypeEthernet PDNType = "ETHERNET"
)

// RangeDirection FIXME (TS29122_MonitoringEvent#RangeDirection).
type RangeDirection struct {
	// FIXME number
	Range *float64 `json:"range,omitempty"`
	// FIXME TS29572_Nlmf_Location#Angle
	AzimuthDirection *int `json:"azimuthDirection,omitempty" t8:"min=0,max=360"`
	// FIXME TS29572_Nlmf_Location#Angle
	ElevationDirection *int `json:"elevationDirection,omitempty" t8:"min=0,max=360"`
}

// ReachabilityType FIXME.
type ReachabilityType string

const (
	ReachabilityTypeSms  ReachabilityType = "SMS"
	ReachabilityTypeData ReachabilityType = "DATA"
)

// SACRepFormat FIXME.
type SACRepFormat string

const (
	SACRepFormatNumerical  SACRepFormat = "NUMERICAL"
	SACRepFormatPercentage SACRepFormat = "PERCENTAGE"
)

// SubType FIXME.
type SubType string

const (
	SubTypeAerialUE SubType = "AERIAL_UE"
)

// ThreedrelativeLocation FIXME (TS29122_MonitoringEvent#ThreedrelativeLocation).
type ThreedrelativeLocation struct {
	// FIXME TS29572_Nlmf_Location#Uncertainty
	SemiMinor *float64 `json:"semiMinor,omitempty" t8:"min=0"`
	// FIXME TS29572_Nlmf_Location#Uncertainty
	SemiMajor *float64 `json:"semiMajor,omitempty" t8:"min=0"`
	// FIXME TS29572_Nlmf_Location#Uncertainty
	VerticalUncertainty *float64 `json:"verticalUncertainty,omitempty" t8:"min=0"`
	// FIXME TS29572_Nlmf_Location#Angle
	OrientationAngle *int `json:"orientationAngle,omitempty" t8:"min=0,max=360"`
}

// TwodrelativeLocation FIXME (TS29122_MonitoringEvent#TwodrelativeLocation).
type TwodrelativeLocation struct {
	// FIXME TS29572_Nlmf_Location#Uncertainty
	SemiMinor *float64 `json:"semiMinor,omitempty" t8:"min=0"`
	// FIXME TS29572_Nlmf_Location#Uncertainty
	SemiMajor *float64 `json:"semiMajor,omitempty" t8:"min=0"`
	// FIXME TS29572_Nlmf_Location#Angle
	OrientationAngle *int `json:"orientationAngle,omitempty" t8:"min=0,max=360"`
}

// UavPolicy FIXME (TS29122_MonitoringEvent#UavPolicy).
type UavPolicy struct {
	// FIXME boolean
	UavMoveInd bool `json:"uavMoveInd" t8:"required"`
	// FIXME boolean
	RevokeInd bool `json:"revokeInd" t8:"required"`
}

// UEPerLocationReport FIXME (TS29122_MonitoringEvent#UePerLocationReport).
type UEPerLocationReport struct {
	// FIXME integer
	UECount int `json:"ueCount" t8:"required,min=0"`
	// FIXME []TS29122_CommonData#ExternalId
	ExternalIDs []id.ExternalID `json:"externalIds,omitempty" t8:"min=1"`
	// FIXME []TS29122_CommonData#Msisdn
	MSISDNs []id.MSISDN `json:"msisdns,omitempty" t8:"min=1"`
	// FIXME []string
	ServLevelDevIDs []string `json:"servLevelDevIds,omitempty" t8:"min=1"`
}

// UpCumEvtRep FIXME (TS29122_MonitoringEvent#UpCumEvtRep).
type UpCumEvtRep struct {
	// FIXME TS29571_CommonData#Uinteger
	UpLocRepStat *int `json:"upLocRepStat,omitempty" t8:"min=0"`
}

// UpLocRepAddrAfRm FIXME (TS29122_MonitoringEvent#UpLocRepAddrAfRm).
type UpLocRepAddrAfRm struct {
	// FIXME []TS29571_CommonData#Ipv4Addr
	Ipv4Addrs Opt[[]string] `json:"ipv4Addrs,omitzero" t8:"min=1,anyof=g1,pattern=ipv4,notnull"`
	// FIXME []TS29571_CommonData#Ipv6Addr
	Ipv6Addrs Opt[[]string] `json:"ipv6Addrs,omitzero" t8:"min=1,anyof=g1,pattern=ipv6,notnull"`
	// FIXME TS29571_CommonData#Fqdn pattern ^([0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?\.)+[A-Za-z]{2,63}\.?$
	FQDN Opt[string] `json:"fqdn,omitzero" t8:"anyof=g1,pattern=fqdn,notnull"`
}
