package t8

// IPAddr is an IP address or prefix (TS 29.571 §5.4.4, IpAddr). Exactly one member is set.
type IPAddr struct {
	// IPv4Addr is an address as 198.51.100.1.
	IPv4Addr string `json:"ipv4Addr,omitempty" t8:"oneof=ip,pattern=ipv4"`
	// IPv6Addr is an address as 2001:db8::1: lower case, no leading zeros, no dotted part (RFC 5952 §4).
	IPv6Addr string `json:"ipv6Addr,omitempty" t8:"oneof=ip,pattern=ipv6"`
	// IPv6Prefix is a prefix as 2001:db8:abcd:12::/64, its address as that of IPv6Addr.
	IPv6Prefix string `json:"ipv6Prefix,omitempty" t8:"oneof=ip,pattern=ipv6prefix"`
}

// DDDTrafficDescriptor is the source of downlink data that is reported on (TS 29.571 §5.4.4, DddTrafficDescriptor).
// 5G only: carried, not served.
type DDDTrafficDescriptor struct {
	// IPv4Addr is the source as 198.51.100.1.
	IPv4Addr string `json:"ipv4Addr,omitempty" t8:"pattern=ipv4"`
	// IPv6Addr is the source as 2001:db8::1.
	IPv6Addr string `json:"ipv6Addr,omitempty" t8:"pattern=ipv6"`
	// PortNumber is that of the source; nil: any.
	PortNumber *int `json:"portNumber,omitempty" t8:"min=0"`
	// MACAddr is the source as 00-11-22-aa-bb-cc.
	MACAddr string `json:"macAddr,omitempty" t8:"pattern=mac"`
}

// PLMNIDWithNID identifies a network that may be a stand-alone non-public one (TS 29.571 §5.4.4, PlmnIdNid). 5G only:
// carried, not served.
type PLMNIDWithNID struct {
	// MCC is the mobile country code, 3 digits.
	MCC string `json:"mcc" t8:"required,pattern=mcc"`
	// MNC is the mobile network code, 2 or 3 digits.
	MNC string `json:"mnc" t8:"required,pattern=mnc"`
	// NID is the network identifier, 11 hexadecimal digits; empty: the network is a public one.
	NID string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// SNSSAI identifies a network slice (TS 29.571 §5.4.4, Snssai; TS 23.003 §28.4). 5G only: carried, not served.
type SNSSAI struct {
	// SST is the slice and service type, 0 to 255.
	SST int `json:"sst" t8:"required,min=0,max=255"`
	// SD tells slices of one type apart, 6 hexadecimal digits.
	SD string `json:"sd,omitempty" t8:"pattern=hex6"`
}

// TAI identifies a tracking area (TS 29.571 §5.4.4, Tai; TS 23.003 §19.4.2.3, §28.6).
type TAI struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// TAC is the tracking area code in hexadecimal digits: 4 in EPS, 6 in 5G.
	TAC string `json:"tac" t8:"required,pattern=tac"`
	// NID is the network identifier of a non-public network, 11 hexadecimal digits. 5G only: carried, not served.
	NID string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// ECGI identifies a cell of E-UTRA (TS 29.571 §5.4.4, Ecgi; TS 23.003 §19.6).
type ECGI struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// EUTRACellID is the cell of the network, 28 bits in 7 hexadecimal digits.
	EUTRACellID string `json:"eutraCellId" t8:"required,pattern=hex7"`
	// NID is the network identifier of a non-public network, 11 hexadecimal digits. 5G only: carried, not served.
	NID string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// NCGI identifies a cell of NR (TS 29.571 §5.4.4, Ncgi). 5G only: carried, not served.
type NCGI struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// NRCellID is the cell of the network, 36 bits in 9 hexadecimal digits.
	NRCellID string `json:"nrCellId" t8:"required,pattern=hex9"`
	// NID is the network identifier of a non-public network, 11 hexadecimal digits.
	NID string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// CellGlobalID identifies a cell of GERAN or UTRAN (TS 29.571 §5.4.4, CellGlobalId; TS 23.003 §4.3.1).
type CellGlobalID struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// LAC is the location area code, 4 hexadecimal digits.
	LAC string `json:"lac" t8:"required,pattern=hex4"`
	// CellID is the cell of the location area, 4 hexadecimal digits.
	CellID string `json:"cellId" t8:"required,pattern=hex4"`
}

// ServiceAreaID identifies a service area of UTRAN (TS 29.571 §5.4.4, ServiceAreaId; TS 23.003 §12.5).
type ServiceAreaID struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// LAC is the location area code, 4 hexadecimal digits.
	LAC string `json:"lac" t8:"required,pattern=hex4"`
	// SAC is the service area code, 4 hexadecimal digits.
	SAC string `json:"sac" t8:"required,pattern=hex4"`
}

// LocationAreaID identifies a location area of GERAN or UTRAN (TS 29.571 §5.4.4, LocationAreaId; TS 23.003 §4.1).
type LocationAreaID struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// LAC is the location area code, 4 hexadecimal digits.
	LAC string `json:"lac" t8:"required,pattern=hex4"`
}

// RoutingAreaID identifies a routing area of GERAN or UTRAN (TS 29.571 §5.4.4, RoutingAreaId; TS 23.003 §4.2).
type RoutingAreaID struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// LAC is the location area code, 4 hexadecimal digits.
	LAC string `json:"lac" t8:"required,pattern=hex4"`
	// RAC is the routing area code, 2 hexadecimal digits.
	RAC string `json:"rac" t8:"required,pattern=hex2"`
}

// GlobalRANNodeID identifies a node of a radio access network (TS 29.571 §5.4.4, GlobalRanNodeId). Exactly one of the
// node identities is set. 5G only: carried, not served.
type GlobalRANNodeID struct {
	// PLMNID is the network.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// N3IWFID is an interworking function for untrusted access, in hexadecimal digits.
	N3IWFID string `json:"n3IwfId,omitempty" t8:"oneof=node,pattern=hex"`
	// GNBID is a gNB.
	GNBID *GNBID `json:"gNbId,omitempty" t8:"oneof=node"`
	// NgENBID is an ng-eNB as MacroNGeNB-34b89. Member ngeNbId.
	NgENBID string `json:"ngeNbId,omitempty" t8:"oneof=node,pattern=ngenb"`
	// WAGFID is a gateway function for wireline access, in hexadecimal digits.
	WAGFID string `json:"wagfId,omitempty" t8:"oneof=node,pattern=hex"`
	// TNGFID is a gateway function for trusted access, in hexadecimal digits.
	TNGFID string `json:"tngfId,omitempty" t8:"oneof=node,pattern=hex"`
	// NID is the network identifier of a non-public network, 11 hexadecimal digits.
	NID string `json:"nid,omitempty" t8:"pattern=hex11"`
	// ENBID is an eNB as MacroeNB-34b89. Member eNbId.
	ENBID string `json:"eNbId,omitempty" t8:"oneof=node,pattern=enb"`
}

// GNBID identifies a gNB in its network (TS 29.571 §5.4.4, GNbId). 5G only: carried, not served.
type GNBID struct {
	// BitLength is how many bits the identity has, 22 to 32.
	BitLength int `json:"bitLength" t8:"required,min=22,max=32"`
	// GNBValue is the identity, 6 to 8 hexadecimal digits.
	GNBValue string `json:"gNBValue" t8:"required,pattern=hex6to8"`
}

// PresenceInfo is an area, and whether a UE is in it (TS 29.571 §5.4.4, PresenceInfo). 5G only: carried, not served.
type PresenceInfo struct {
	// PRAID identifies a presence reporting area, or a set of them, as a decimal number (TS 23.003 §28.10).
	PRAID string `json:"praId,omitempty"`
	// AdditionalPRAID identifies one area of the set.
	AdditionalPRAID string `json:"additionalPraId,omitempty"`
	// PresenceState tells whether the UE is in the area.
	PresenceState PresenceState `json:"presenceState,omitempty"`
	// TrackingAreaList makes up the area. Not empty when present.
	TrackingAreaList []TAI `json:"trackingAreaList,omitempty" t8:"min=1"`
	// ECGIList makes up the area. Not empty when present.
	ECGIList []ECGI `json:"ecgiList,omitempty" t8:"min=1"`
	// NCGIList makes up the area. Not empty when present.
	NCGIList []NCGI `json:"ncgiList,omitempty" t8:"min=1"`
	// GlobalRANNodeIDList makes up the area. Not empty when present.
	GlobalRANNodeIDList []GlobalRANNodeID `json:"globalRanNodeIdList,omitempty" t8:"min=1"`
	// GlobalENBIDList makes up the area. Not empty when present. Member globaleNbIdList.
	GlobalENBIDList []GlobalRANNodeID `json:"globaleNbIdList,omitempty" t8:"min=1"`
}

// PresenceState tells whether a UE is in an area (TS 29.571 §5.4.3).
type PresenceState string

// The states.
const (
	PresenceInArea    PresenceState = "IN_AREA"
	PresenceOutOfArea PresenceState = "OUT_OF_AREA"
	PresenceUnknown   PresenceState = "UNKNOWN"
	PresenceInactive  PresenceState = "INACTIVE" // the area is not watched
)

// Known reports whether the value is one of TS 29.571.
func (v PresenceState) Known() bool {
	return v == PresenceInArea || v == PresenceOutOfArea || v == PresenceUnknown || v == PresenceInactive
}

// RATType is the kind of radio access (TS 29.571 §5.4.3). An SCEF meets those of EPS: EUTRA, NBIOT, LTE-M, UTRA, GERA,
// WLAN and the satellite ones of E-UTRA.
type RATType string

// The kinds of radio access.
const (
	RATNR               RATType = "NR"
	RATEUTRA            RATType = "EUTRA" // E-UTRA, wideband
	RATWLAN             RATType = "WLAN"
	RATVirtual          RATType = "VIRTUAL"
	RATNBIoT            RATType = "NBIOT"
	RATWireline         RATType = "WIRELINE"
	RATWirelineCable    RATType = "WIRELINE_CABLE"
	RATWirelineBBF      RATType = "WIRELINE_BBF"
	RATLTEM             RATType = "LTE-M"
	RATNRU              RATType = "NR_U" // in unlicensed bands
	RATEUTRAU           RATType = "EUTRA_U"
	RATTrustedN3GA      RATType = "TRUSTED_N3GA"
	RATTrustedWLAN      RATType = "TRUSTED_WLAN"
	RATUTRA             RATType = "UTRA"
	RATGERA             RATType = "GERA"
	RATNRLEO            RATType = "NR_LEO" // over satellites in low orbit; MEO: medium, GEO: geostationary
	RATNRMEO            RATType = "NR_MEO"
	RATNRGEO            RATType = "NR_GEO"
	RATNROtherSat       RATType = "NR_OTHER_SAT"
	RATNRRedCap         RATType = "NR_REDCAP"
	RATWBEUTRANLEO      RATType = "WB_E_UTRAN_LEO"
	RATWBEUTRANMEO      RATType = "WB_E_UTRAN_MEO"
	RATWBEUTRANGEO      RATType = "WB_E_UTRAN_GEO"
	RATWBEUTRANOtherSat RATType = "WB_E_UTRAN_OTHERSAT"
	RATNBIoTLEO         RATType = "NB_IOT_LEO"
	RATNBIoTMEO         RATType = "NB_IOT_MEO"
	RATNBIoTGEO         RATType = "NB_IOT_GEO"
	RATNBIoTOtherSat    RATType = "NB_IOT_OTHERSAT"
	RATLTEMLEO          RATType = "LTE_M_LEO"
	RATLTEMMEO          RATType = "LTE_M_MEO"
	RATLTEMGEO          RATType = "LTE_M_GEO"
	RATLTEMOtherSat     RATType = "LTE_M_OTHERSAT"
)

// Known reports whether the value is one of TS 29.571.
func (v RATType) Known() bool {
	switch v {
	case RATNR, RATEUTRA, RATWLAN, RATVirtual, RATNBIoT, RATWireline, RATWirelineCable, RATWirelineBBF, RATLTEM, RATNRU,
		RATEUTRAU, RATTrustedN3GA, RATTrustedWLAN, RATUTRA, RATGERA, RATNRLEO, RATNRMEO, RATNRGEO, RATNROtherSat,
		RATNRRedCap, RATWBEUTRANLEO, RATWBEUTRANMEO, RATWBEUTRANGEO, RATWBEUTRANOtherSat, RATNBIoTLEO, RATNBIoTMEO,
		RATNBIoTGEO, RATNBIoTOtherSat, RATLTEMLEO, RATLTEMMEO, RATLTEMGEO, RATLTEMOtherSat:
		return true
	}
	return false
}

// DLDataDeliveryStatus is what the network does with downlink data for a UE (TS 29.571 §5.4.3). 5G only: carried, not
// served.
type DLDataDeliveryStatus string

// The states.
const (
	DLDataBuffered    DLDataDeliveryStatus = "BUFFERED"
	DLDataTransmitted DLDataDeliveryStatus = "TRANSMITTED"
	DLDataDiscarded   DLDataDeliveryStatus = "DISCARDED"
)

// Known reports whether the value is one of TS 29.571.
func (v DLDataDeliveryStatus) Known() bool {
	return v == DLDataBuffered || v == DLDataTransmitted || v == DLDataDiscarded
}
