package t8

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
