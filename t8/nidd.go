package t8

import (
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// NIDDConfiguration is the resource "Individual NIDD configuration" (TS 29.122 §5.6.2, NiddConfiguration): the
// permission to exchange non-IP data with one UE or with a group. Exactly one of ExternalID, MSISDN and
// ExternalGroupID is set.
type NIDDConfiguration struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.6.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// MTCProviderID names the provider or the application behind the SCS/AS.
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// ExternalGroupID identifies a group of UEs as local-part@domain. Feature GroupMessageDelivery.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty" t8:"oneof=ue"`
	// Duration is when the configuration ends; zero: never.
	Duration time.Time `json:"duration,omitzero"`
	// ReliableDataService asks for acknowledgement by the Reliable Data Service (TS 24.250).
	ReliableDataService bool `json:"reliableDataService,omitempty"`
	// RDSPorts are the port pairs that applications use with the Reliable Data Service. Not empty when present.
	RDSPorts []RDSPort `json:"rdsPorts,omitempty" t8:"min=1"`
	// PDNEstablishmentOption says what happens to data when the UE has no PDN connection; empty: the SCEF decides.
	PDNEstablishmentOption PDNEstablishmentOption `json:"pdnEstablishmentOption,omitempty"`
	// NotificationDestination is the http or https URI that receives every notification of this configuration.
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// MaximumPacketSize is the largest downlink packet in bits, at least 1. Set by the SCEF.
	MaximumPacketSize int `json:"maximumPacketSize,omitempty" t8:"readonly,min=1"`
	// DownlinkDataTransfers carries downlink data with the configuration: at most one in a request, those that are
	// buffered in an answer. Not empty when present. Member niddDownlinkDataTransfers.
	DownlinkDataTransfers []NIDDDownlinkDataTransfer `json:"niddDownlinkDataTransfers,omitempty" t8:"min=1"`
	// Status says whether the configuration is active. Set by the SCEF.
	Status NIDDStatus `json:"status,omitempty" t8:"readonly"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// NIDDConfigurationPatch changes a configuration (TS 29.122 §5.6.2, NiddConfigurationPatch). A member that is
// absent stays as it is, one that is null is removed; NotificationDestination cannot be removed.
type NIDDConfigurationPatch struct {
	Duration                Opt[time.Time]              `json:"duration,omitzero"`
	ReliableDataService     Opt[bool]                   `json:"reliableDataService,omitzero"`
	RDSPorts                Opt[[]RDSPort]              `json:"rdsPorts,omitzero" t8:"min=1"`
	PDNEstablishmentOption  Opt[PDNEstablishmentOption] `json:"pdnEstablishmentOption,omitzero"`
	NotificationDestination Opt[string]                 `json:"notificationDestination,omitzero" t8:"notnull,uri"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13); a value null removes a member, an object is
	// merged.
	VendorSpecific VendorSpecific `json:"-"`
}

// Apply merges the patch into c by RFC 7396 and checks the result. On an error c is unchanged.
func (p *NIDDConfigurationPatch) Apply(c *NIDDConfiguration) error {
	return mergeInto(c, p)
}

// NIDDDownlinkDataTransfer is the resource "Individual NIDD downlink data delivery" (TS 29.122 §5.6.2,
// NiddDownlinkDataTransfer): one packet for a UE or for every UE of a group. Exactly one of ExternalID, MSISDN and
// ExternalGroupID is set.
type NIDDDownlinkDataTransfer struct {
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// ExternalGroupID identifies a group of UEs as local-part@domain. Feature GroupMessageDelivery.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// Self is the URI of the resource. Set by the SCEF; empty when no resource was created.
	Self string `json:"self,omitempty" t8:"readonly"`
	// Data is the packet, at least one octet; base64 on the wire.
	Data []byte `json:"data" t8:"required,min=1"`
	// ReliableDataService asks for acknowledgement by the Reliable Data Service (TS 24.250).
	ReliableDataService bool `json:"reliableDataService,omitempty"`
	// RDSPort is the port pair of the application.
	RDSPort *RDSPort `json:"rdsPort,omitempty"`
	// MaximumLatency is how long the data may wait for the UE. Zero forbids waiting, nil leaves it to the SCEF.
	MaximumLatency *DurationSec `json:"maximumLatency,omitempty"`
	// Priority ranks the packet among others; nil: none given. The standard sets no range and no direction.
	Priority *int `json:"priority,omitempty"`
	// PDNEstablishmentOption says what happens when the UE has no PDN connection; empty: that of the configuration.
	PDNEstablishmentOption PDNEstablishmentOption `json:"pdnEstablishmentOption,omitempty"`
	// DeliveryStatus is the state of the delivery. Set by the SCEF.
	DeliveryStatus DeliveryStatus `json:"deliveryStatus,omitempty" t8:"readonly"`
	// RequestedRetransmissionTime is when the network expects to reach the UE. Set by the SCEF; zero: not known.
	RequestedRetransmissionTime time.Time `json:"requestedRetransmissionTime,omitzero" t8:"readonly"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// NIDDDownlinkDataTransferPatch changes a delivery that is still pending (TS 29.122 §5.6.2,
// NiddDownlinkDataTransferPatch). A member that is absent stays as it is, one that is null is removed; Data cannot be
// removed. Feature PatchUpdate.
type NIDDDownlinkDataTransferPatch struct {
	Data                   Opt[[]byte]                 `json:"data,omitzero" t8:"notnull,min=1"`
	ReliableDataService    Opt[bool]                   `json:"reliableDataService,omitzero"`
	RDSPort                Opt[RDSPort]                `json:"rdsPort,omitzero"`
	MaximumLatency         Opt[DurationSec]            `json:"maximumLatency,omitzero"`
	Priority               Opt[int]                    `json:"priority,omitzero"`
	PDNEstablishmentOption Opt[PDNEstablishmentOption] `json:"pdnEstablishmentOption,omitzero"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13); a value null removes a member, an object is
	// merged.
	VendorSpecific VendorSpecific `json:"-"`
}

// Apply merges the patch into t by RFC 7396 and checks the result. On an error t is unchanged.
func (p *NIDDDownlinkDataTransferPatch) Apply(t *NIDDDownlinkDataTransfer) error {
	return mergeInto(t, p)
}

// NIDDUplinkDataNotification brings a packet from a UE to the SCS/AS (TS 29.122 §5.6.2,
// NiddUplinkDataNotification). Exactly one of ExternalID and MSISDN is set.
type NIDDUplinkDataNotification struct {
	// NIDDConfiguration is the URI of the configuration that the data belongs to.
	NIDDConfiguration string `json:"niddConfiguration" t8:"required"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// Data is the packet, possibly of no octets; base64 on the wire.
	Data []byte `json:"data" t8:"required"`
	// ReliableDataService tells that the UE asked for acknowledgement by the Reliable Data Service.
	ReliableDataService bool `json:"reliableDataService,omitempty"`
	// RDSPort is the port pair of the application.
	RDSPort *RDSPort `json:"rdsPort,omitempty"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// NIDDDownlinkDataDeliveryStatusNotification tells the result of a delivery that was pending (TS 29.122 §5.6.2,
// NiddDownlinkDataDeliveryStatusNotification).
type NIDDDownlinkDataDeliveryStatusNotification struct {
	// NIDDDownlinkDataTransfer is the URI of the delivery.
	NIDDDownlinkDataTransfer string `json:"niddDownlinkDataTransfer" t8:"required"`
	// DeliveryStatus is the result.
	DeliveryStatus DeliveryStatus `json:"deliveryStatus" t8:"required,readonly"`
	// RequestedRetransmissionTime is when the network expects to reach the UE; zero: not known.
	RequestedRetransmissionTime time.Time `json:"requestedRetransmissionTime,omitzero"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// NIDDConfigurationStatusNotification tells that a configuration, the capability for the Reliable Data Service or a
// port of it changed (TS 29.122 §5.6.2, NiddConfigurationStatusNotification). Exactly one of ExternalID and MSISDN
// is set.
type NIDDConfigurationStatusNotification struct {
	// NIDDConfiguration is the URI of the configuration.
	NIDDConfiguration string `json:"niddConfiguration" t8:"required"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// Status is that of the configuration.
	Status NIDDStatus `json:"status" t8:"required,readonly"`
	// RDSCapIndication tells whether the network has the Reliable Data Service for this UE; nil: not said.
	RDSCapIndication *bool `json:"rdsCapIndication,omitempty"`
	// RDSPort is the port pair that is not known, with status RDS_PORT_UNKNOWN.
	RDSPort *RDSPort `json:"rdsPort,omitempty"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// GMDNIDDDownlinkDataDeliveryNotification tells the results of a delivery to a group (TS 29.122 §5.6.2,
// GmdNiddDownlinkDataDeliveryNotification). Feature GroupMessageDelivery.
type GMDNIDDDownlinkDataDeliveryNotification struct {
	// NIDDDownlinkDataTransfer is the URI of the delivery.
	NIDDDownlinkDataTransfer string `json:"niddDownlinkDataTransfer" t8:"required"`
	// GMDResults holds the result for each UE; at least one.
	GMDResults []GMDResult `json:"gmdResults" t8:"required,min=1"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// GMDResult is the result of a group delivery for one UE (TS 29.122 §5.6.2, GmdResult). Exactly one of ExternalID
// and MSISDN is set.
type GMDResult struct {
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// DeliveryStatus is the result.
	DeliveryStatus DeliveryStatus `json:"deliveryStatus" t8:"required,readonly"`
	// RequestedRetransmissionTime is when the network expects to reach the UE; zero: not known.
	RequestedRetransmissionTime time.Time `json:"requestedRetransmissionTime,omitzero"`
}

// RDSPort is a pair of Reliable Data Service ports that names an application (TS 29.122 §5.6.2, RdsPort). Both are
// 0 to 65535 on T8; TS 24.250 has room for 0 to 15.
type RDSPort struct {
	PortUE   int `json:"portUE" t8:"required,min=0,max=65535"`
	PortSCEF int `json:"portSCEF" t8:"required,min=0,max=65535"`
}

// ManagePort is the resource "Individual ManagePort Configuration" (TS 29.122 §5.6.2, ManagePort): a port pair that
// is reserved for an application. Which ports, its URI tells; see [PortID]. Feature Rds_dynamic_port.
type ManagePort struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// AppID names the application.
	AppID string `json:"appId" t8:"required"`
	// ManageEntity tells who reserved the ports. Set by the SCEF.
	ManageEntity ManageEntity `json:"manageEntity,omitempty" t8:"readonly"`
	// SkipUEInquiry reserves or releases without asking the UE.
	SkipUEInquiry bool `json:"skipUeInquiry,omitempty"`
	// SupportedFormats are the serialization formats that the SCS/AS has on this port. Not empty when present.
	// Feature Rds_serialization_format.
	SupportedFormats []SerializationFormat `json:"supportedFormats,omitempty" t8:"min=1"`
	// ConfiguredFormat is the one that was agreed. Set by the SCEF. Feature Rds_serialization_format.
	ConfiguredFormat SerializationFormat `json:"configuredFormat,omitempty" t8:"readonly"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ManagePortNotification tells which ports are reserved (TS 29.122 §5.6.2, ManagePortNotification). Exactly one of
// ExternalID and MSISDN is set. Feature Rds_dynamic_port.
type ManagePortNotification struct {
	// NIDDConfiguration is the URI of the configuration.
	NIDDConfiguration string `json:"niddConfiguration" t8:"required"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// ManagedPorts are the ports that are reserved; absent when none is.
	ManagedPorts []ManagePort `json:"managedPorts,omitempty" t8:"min=1"`
	// VendorSpecific holds what vendors added to the standard (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// NIDDDownlinkDataDeliveryFailure is the body of a 500 on downlink data deliveries (TS 29.122 §5.6.2,
// NiddDownlinkDataDeliveryFailure). It is made of the *fault.Error that a procedure returns.
type NIDDDownlinkDataDeliveryFailure struct {
	// ProblemDetail says what failed.
	ProblemDetail ProblemDetails `json:"problemDetail" t8:"required"`
	// RequestedRetransmissionTime is when the network expects to reach the UE; zero: not known.
	RequestedRetransmissionTime time.Time `json:"requestedRetransmissionTime,omitzero"`
}

func (f NIDDDownlinkDataDeliveryFailure) of(e *fault.Error) any {
	f.ProblemDetail, f.RequestedRetransmissionTime = Problem(e), e.RetryAt
	return f
}

func (NIDDDownlinkDataDeliveryFailure) extends() bool { return false }

// RDSDownlinkDataDeliveryFailure is the body of a 500 on RDS ports (TS 29.122 §5.6.2, RdsDownlinkDataDeliveryFailure). To
// tell the formats of the UE, a procedure returns it in a [ReportError] below a *fault.Error, of which the other members are
// made: fault.Wrap(op, fault.FormatNotSupported, ReportError{RDSDownlinkDataDeliveryFailure{SupportedUEFormats: formats}}).
type RDSDownlinkDataDeliveryFailure struct {
	ProblemDetails
	// RequestedRetransmissionTime is when the network expects to reach the UE; zero: not known.
	RequestedRetransmissionTime time.Time `json:"requestedRetransmissionTime,omitzero"`
	// SupportedUEFormats are the serialization formats of the UE. Not empty when present.
	SupportedUEFormats []SerializationFormat `json:"supportedUeFormats,omitempty" t8:"min=1"`
}

func (f RDSDownlinkDataDeliveryFailure) of(e *fault.Error) any {
	f.ProblemDetails, f.RequestedRetransmissionTime = Problem(e), e.RetryAt
	return f
}

func (f RDSDownlinkDataDeliveryFailure) extends() bool { return len(f.SupportedUEFormats) > 0 }

// PDNEstablishmentOption says what the SCEF does with data for a UE without PDN connection (TS 29.122 §5.6.2). T8
// enumerations are open: a value that is not known is kept.
type PDNEstablishmentOption string

// The options.
const (
	WaitForUE     PDNEstablishmentOption = "WAIT_FOR_UE"    // hold the data until the UE connects
	IndicateError PDNEstablishmentOption = "INDICATE_ERROR" // answer with an error
	SendTrigger   PDNEstablishmentOption = "SEND_TRIGGER"   // send the UE a device trigger
)

// Known reports whether the value is one of TS 29.122.
func (v PDNEstablishmentOption) Known() bool {
	return v == WaitForUE || v == IndicateError || v == SendTrigger
}

// DeliveryStatus is the state or the result of a downlink delivery (TS 29.122 §5.6.2).
type DeliveryStatus string

// The states and results of a delivery.
const (
	DeliverySuccess                         DeliveryStatus = "SUCCESS"
	DeliverySuccessNextHopAcknowledged      DeliveryStatus = "SUCCESS_NEXT_HOP_ACKNOWLEDGED"
	DeliverySuccessNextHopUnacknowledged    DeliveryStatus = "SUCCESS_NEXT_HOP_UNACKNOWLEDGED"
	DeliverySuccessAcknowledged             DeliveryStatus = "SUCCESS_ACKNOWLEDGED"   // by the UE, over RDS
	DeliverySuccessUnacknowledged           DeliveryStatus = "SUCCESS_UNACKNOWLEDGED" // RDS was asked, the UE was silent
	DeliveryTriggered                       DeliveryStatus = "TRIGGERED"              // held, the UE was triggered
	DeliveryBuffering                       DeliveryStatus = "BUFFERING"              // held, no PDN connection
	DeliveryBufferingTemporarilyUnreachable DeliveryStatus = "BUFFERING_TEMPORARILY_NOT_REACHABLE"
	DeliverySending                         DeliveryStatus = "SENDING" // passed on, may wait elsewhere
	DeliveryFailure                         DeliveryStatus = "FAILURE"
	DeliveryFailureRDSDisabled              DeliveryStatus = "FAILURE_RDS_DISABLED"
	DeliveryFailureNextHop                  DeliveryStatus = "FAILURE_NEXT_HOP"
	DeliveryFailureTimeout                  DeliveryStatus = "FAILURE_TIMEOUT"
	DeliveryFailureTemporarilyUnreachable   DeliveryStatus = "FAILURE_TEMPORARILY_NOT_REACHABLE" // and not held
)

// Known reports whether the value is one of TS 29.122.
func (v DeliveryStatus) Known() bool {
	switch v {
	case DeliverySuccess, DeliverySuccessNextHopAcknowledged, DeliverySuccessNextHopUnacknowledged,
		DeliverySuccessAcknowledged, DeliverySuccessUnacknowledged, DeliveryTriggered, DeliveryBuffering,
		DeliveryBufferingTemporarilyUnreachable, DeliverySending, DeliveryFailure, DeliveryFailureRDSDisabled,
		DeliveryFailureNextHop, DeliveryFailureTimeout, DeliveryFailureTemporarilyUnreachable:
		return true
	}
	return false
}

// NIDDStatus is the state of a configuration (TS 29.122 §5.6.2).
type NIDDStatus string

// The states of a configuration.
const (
	NIDDActive                    NIDDStatus = "ACTIVE"
	NIDDTerminatedUENotAuthorized NIDDStatus = "TERMINATED_UE_NOT_AUTHORIZED" // the HSS revoked the authorisation
	NIDDTerminated                NIDDStatus = "TERMINATED"
	NIDDRDSPortUnknown            NIDDStatus = "RDS_PORT_UNKNOWN"
)

// Known reports whether the value is one of TS 29.122.
func (v NIDDStatus) Known() bool {
	return v == NIDDActive || v == NIDDTerminatedUENotAuthorized || v == NIDDTerminated || v == NIDDRDSPortUnknown
}

// ManageEntity tells who reserved an RDS port (TS 29.122 §5.6.2).
type ManageEntity string

// Who reserves ports.
const (
	ManagedByUE ManageEntity = "UE"
	ManagedByAS ManageEntity = "AS"
)

// Known reports whether the value is one of TS 29.122.
func (v ManageEntity) Known() bool { return v == ManagedByUE || v == ManagedByAS }

// SerializationFormat is how an application writes its data (TS 29.122 §5.6.2).
type SerializationFormat string

// The formats.
const (
	FormatCBOR SerializationFormat = "CBOR"
	FormatJSON SerializationFormat = "JSON"
	FormatXML  SerializationFormat = "XML"
)

// Known reports whether the value is one of TS 29.122.
func (v SerializationFormat) Known() bool {
	return v == FormatCBOR || v == FormatJSON || v == FormatXML
}
