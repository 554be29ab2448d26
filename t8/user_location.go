package t8

import "time"

// UserLocation is where a UE is, by its accesses (TS 29.571 §5.4.4, UserLocation). 5G only: carried, not served.
type UserLocation struct {
	// EUTRALocation is a place in E-UTRA.
	EUTRALocation *EUTRALocation `json:"eutraLocation,omitempty"`
	// NRLocation is a place in NR.
	NRLocation *NRLocation `json:"nrLocation,omitempty"`
	// N3GALocation is a place in an access that is not of 3GPP.
	N3GALocation *N3GALocation `json:"n3gaLocation,omitempty"`
	// UTRALocation is a place in UTRA.
	UTRALocation *UTRALocation `json:"utraLocation,omitempty"`
	// GERALocation is a place in GERAN.
	GERALocation *GERALocation `json:"geraLocation,omitempty"`
}

// EUTRALocation is a place in E-UTRA (TS 29.571 §5.4.4, EutraLocation). 5G only: carried, not served.
type EUTRALocation struct {
	// TAI is the tracking area.
	TAI TAI `json:"tai" t8:"required"`
	// IgnoreTAI says that TAI means nothing.
	IgnoreTAI bool `json:"ignoreTai,omitempty"`
	// ECGI is the cell.
	ECGI ECGI `json:"ecgi" t8:"required"`
	// IgnoreECGI says that ECGI means nothing.
	IgnoreECGI bool `json:"ignoreEcgi,omitempty"`
	// AgeOfLocationInformation is how old it is in minutes, 0 to 32767; 0: it was just asked for; nil: not known.
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// UELocationTimestamp is when the UE was there; zero: not known.
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// GeographicalInformation is a point with a circle, 8 octets in upper case hexadecimal (TS 23.032 §7.3.2).
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// GeodeticInformation is a point with a circle, 10 octets in upper case hexadecimal (Q.763 §3.88.2).
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
	// GlobalNgENBID is the node, an ng-eNB. Member globalNgenbId.
	GlobalNgENBID *GlobalRANNodeID `json:"globalNgenbId,omitempty"`
	// GlobalENBID is the node, an eNB. Member globalENbId.
	GlobalENBID *GlobalRANNodeID `json:"globalENbId,omitempty"`
}

// NRLocation is a place in NR (TS 29.571 §5.4.4, NrLocation). 5G only: carried, not served.
type NRLocation struct {
	// TAI is the tracking area.
	TAI TAI `json:"tai" t8:"required"`
	// NCGI is the cell.
	NCGI NCGI `json:"ncgi" t8:"required"`
	// IgnoreNCGI says that NCGI means nothing.
	IgnoreNCGI bool `json:"ignoreNcgi,omitempty"`
	// AgeOfLocationInformation is how old it is in minutes, 0 to 32767; 0: it was just asked for; nil: not known.
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// UELocationTimestamp is when the UE was there; zero: not known.
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// GeographicalInformation is a point with a circle, 8 octets in upper case hexadecimal (TS 23.032 §7.3.2).
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// GeodeticInformation is a point with a circle, 10 octets in upper case hexadecimal (Q.763 §3.88.2).
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
	// GlobalGNBID is the node.
	GlobalGNBID *GlobalRANNodeID `json:"globalGnbId,omitempty"`
	// NTNTAIInfo is what a satellite cell says about tracking areas.
	NTNTAIInfo *NTNTAIInfo `json:"ntnTaiInfo,omitempty"`
}

// NTNTAIInfo is what a satellite cell says about tracking areas (TS 29.571 §5.4.4, NtnTaiInfo). 5G only: carried, not
// served.
type NTNTAIInfo struct {
	// PLMNID is the network.
	PLMNID PLMNIDWithNID `json:"plmnId" t8:"required"`
	// TACList holds the codes that the cell sends out, 4 or 6 hexadecimal digits each; at least one.
	TACList []string `json:"tacList" t8:"required,min=1,pattern=tac"`
	// DerivedTAC is the code of where the UE is.
	DerivedTAC string `json:"derivedTac,omitempty" t8:"pattern=tac"`
}

// UTRALocation is a place in UTRA (TS 29.571 §5.4.4, UtraLocation). Exactly one of CGI, SAI and RAI is set. 5G only:
// carried, not served.
type UTRALocation struct {
	// CGI is the cell.
	CGI *CellGlobalID `json:"cgi,omitempty" t8:"oneof=place"`
	// SAI is the service area.
	SAI *ServiceAreaID `json:"sai,omitempty" t8:"oneof=place"`
	// LAI is the location area.
	LAI *LocationAreaID `json:"lai,omitempty"`
	// RAI is the routing area.
	RAI *RoutingAreaID `json:"rai,omitempty" t8:"oneof=place"`
	// AgeOfLocationInformation is how old it is in minutes, 0 to 32767; 0: it was just asked for; nil: not known.
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// UELocationTimestamp is when the UE was there; zero: not known.
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// GeographicalInformation is a point with a circle, 8 octets in upper case hexadecimal (TS 23.032 §7.3.2).
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// GeodeticInformation is a point with a circle, 10 octets in upper case hexadecimal (Q.763 §3.88.2).
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
}

// GERALocation is a place in GERAN (TS 29.571 §5.4.4, GeraLocation). Exactly one of CGI, RAI, SAI and LAI is set. 5G
// only: carried, not served.
type GERALocation struct {
	// LocationNumber is the place as a number of the network (TS 23.003 §4.5).
	LocationNumber string `json:"locationNumber,omitempty"`
	// CGI is the cell.
	CGI *CellGlobalID `json:"cgi,omitempty" t8:"oneof=place"`
	// RAI is the routing area.
	RAI *RoutingAreaID `json:"rai,omitempty" t8:"oneof=place"`
	// SAI is the service area.
	SAI *ServiceAreaID `json:"sai,omitempty" t8:"oneof=place"`
	// LAI is the location area.
	LAI *LocationAreaID `json:"lai,omitempty" t8:"oneof=place"`
	// VLRNumber is the number of the VLR (TS 23.003 §5.1).
	VLRNumber string `json:"vlrNumber,omitempty"`
	// MSCNumber is the number of the MSC (TS 23.003 §5.1).
	MSCNumber string `json:"mscNumber,omitempty"`
	// AgeOfLocationInformation is how old it is in minutes, 0 to 32767; 0: it was just asked for; nil: not known.
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// UELocationTimestamp is when the UE was there; zero: not known.
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// GeographicalInformation is a point with a circle, 8 octets in upper case hexadecimal (TS 23.032 §7.3.2).
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// GeodeticInformation is a point with a circle, 10 octets in upper case hexadecimal (Q.763 §3.88.2).
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
}

// N3GALocation is a place in an access that is not of 3GPP (TS 29.571 §5.4.4, N3gaLocation). 5G only: carried, not
// served.
type N3GALocation struct {
	// N3GPPTAI is the tracking area that stands for such accesses.
	N3GPPTAI *TAI `json:"n3gppTai,omitempty"`
	// N3IWFID is the interworking function, in hexadecimal digits.
	N3IWFID string `json:"n3IwfId,omitempty" t8:"pattern=hex"`
	// UEIPv4Addr is the address of the UE in that access as 198.51.100.1.
	UEIPv4Addr string `json:"ueIpv4Addr,omitempty" t8:"pattern=ipv4"`
	// UEIPv6Addr is the address of the UE in that access as 2001:db8::1.
	UEIPv6Addr string `json:"ueIpv6Addr,omitempty" t8:"pattern=ipv6"`
	// PortNumber is the port of the UE when it is behind NAT; nil: not known.
	PortNumber *int `json:"portNumber,omitempty" t8:"min=0"`
	// Protocol is the transport protocol of the port.
	Protocol TransportProtocol `json:"protocol,omitempty"`
	// TNAPID is the access point of a trusted access.
	TNAPID *TNAPID `json:"tnapId,omitempty"`
	// TWAPID is the access point of a trusted WLAN.
	TWAPID *TWAPID `json:"twapId,omitempty"`
	// HFCNodeID is the node of a cable network.
	HFCNodeID *HFCNodeID `json:"hfcNodeId,omitempty"`
	// GLI is the line of a wireline access; base64 on the wire.
	GLI []byte `json:"gli,omitempty"`
	// W5GBANLineType is the kind of that line. Member w5gbanLineType.
	W5GBANLineType LineType `json:"w5gbanLineType,omitempty"`
	// GCI is the line of a cable access.
	GCI string `json:"gci,omitempty"`
}

// TNAPID identifies an access point of a trusted access (TS 29.571 §5.4.4, TnapId). 5G only: carried, not served.
type TNAPID struct {
	// SSID is its SSID. Member ssId.
	SSID string `json:"ssId,omitempty"`
	// BSSID is its BSSID. Member bssId.
	BSSID string `json:"bssId,omitempty"`
	// CivicAddress is where it is (RFC 4776); base64 on the wire.
	CivicAddress []byte `json:"civicAddress,omitempty"`
}

// TWAPID identifies an access point of a trusted WLAN (TS 29.571 §5.4.4, TwapId). 5G only: carried, not served.
type TWAPID struct {
	// SSID is its SSID. Member ssId.
	SSID string `json:"ssId" t8:"required"`
	// BSSID is its BSSID. Member bssId.
	BSSID string `json:"bssId,omitempty"`
	// CivicAddress is where it is (RFC 4776); base64 on the wire.
	CivicAddress []byte `json:"civicAddress,omitempty"`
}

// HFCNodeID identifies a node of a cable network (TS 29.571 §5.4.4, HfcNodeId). 5G only: carried, not served.
type HFCNodeID struct {
	// HFCNID is its identity. Member hfcNId.
	HFCNID string `json:"hfcNId" t8:"required"`
}

// LineType is the kind of a wireline access (TS 29.571 §5.4.3). 5G only: carried, not served.
type LineType string

// The kinds.
const (
	LineDSL LineType = "DSL"
	LinePON LineType = "PON"
)

// Known reports whether the value is one of TS 29.571.
func (v LineType) Known() bool { return v == LineDSL || v == LinePON }

// TransportProtocol is UDP or TCP (TS 29.571 §5.4.3). 5G only: carried, not served.
type TransportProtocol string

// The protocols.
const (
	TransportUDP TransportProtocol = "UDP"
	TransportTCP TransportProtocol = "TCP"
)

// Known reports whether the value is one of TS 29.571.
func (v TransportProtocol) Known() bool { return v == TransportUDP || v == TransportTCP }
