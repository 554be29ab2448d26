package t8

import (
	"time"
)

// CellGlobalID FIXME (TS29571_CommonData#CellGlobalId).
type CellGlobalID struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME string pattern ^[A-Fa-f0-9]{4}$
	Lac string `json:"lac" t8:"required,pattern=hex4"`
	// FIXME string pattern ^[A-Fa-f0-9]{4}$
	CellID string `json:"cellId" t8:"required,pattern=hex4"`
}

// DddTrafficDescriptor FIXME (TS29571_CommonData#DddTrafficDescriptor).
type DddTrafficDescriptor struct {
	// FIXME Ipv4Addr pattern ^(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$
	Ipv4Addr string `json:"ipv4Addr,omitempty" t8:"pattern=ipv4"`
	// FIXME Ipv6Addr pattern ^((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))$ && ^((([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?))$
	Ipv6Addr string `json:"ipv6Addr,omitempty" t8:"pattern=ipv6"`
	// FIXME Uinteger
	PortNumber *int `json:"portNumber,omitempty" t8:"min=0"`
	// FIXME MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	MACAddr string `json:"macAddr,omitempty" t8:"pattern=mac"`
}

// DlDataDeliveryStatus FIXME.
type DlDataDeliveryStatus string

const (
	DlDataDeliveryStatusBuffered    DlDataDeliveryStatus = "BUFFERED"
	DlDataDeliveryStatusTransmitted DlDataDeliveryStatus = "TRANSMITTED"
	DlDataDeliveryStatusDiscarded   DlDataDeliveryStatus = "DISCARDED"
)

// DnaiChangeType FIXME.
type DnaiChangeType string

const (
	DnaiChangeTypeEarly     DnaiChangeType = "EARLY"
	DnaiChangeTypeEarlyLate DnaiChangeType = "EARLY_LATE"
	DnaiChangeTypeLate      DnaiChangeType = "LATE"
)

// EasIPReplacementInfo FIXME (TS29571_CommonData#EasIpReplacementInfo).
type EasIPReplacementInfo struct {
	// FIXME EasServerAddress
	Source EasServerAddress `json:"source" t8:"required"`
	// FIXME EasServerAddress
	Target EasServerAddress `json:"target" t8:"required"`
}

// EasServerAddress FIXME (TS29571_CommonData#EasServerAddress).
type EasServerAddress struct {
	// FIXME IpAddr
	IP IPAddr `json:"ip" t8:"required"`
	// FIXME Uinteger
	Port int `json:"port" t8:"required,min=0"`
}

// Ecgi FIXME (TS29571_CommonData#Ecgi).
type Ecgi struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME EutraCellId pattern ^[A-Fa-f0-9]{7}$
	EutraCellID string `json:"eutraCellId" t8:"required,pattern=hex7"`
	// FIXME Nid pattern ^[A-Fa-f0-9]{11}$
	Nid string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// EutraLocation FIXME (TS29571_CommonData#EutraLocation).
type EutraLocation struct {
	// FIXME Tai
	Tai Tai `json:"tai" t8:"required"`
	// FIXME boolean default False
	IgnoreTai *bool `json:"ignoreTai,omitempty"`
	// FIXME Ecgi
	Ecgi Ecgi `json:"ecgi" t8:"required"`
	// FIXME boolean default False
	IgnoreEcgi *bool `json:"ignoreEcgi,omitempty"`
	// FIXME integer
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// FIXME DateTime
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// FIXME string pattern ^[0-9A-F]{16}$
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// FIXME string pattern ^[0-9A-F]{20}$
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
	// FIXME GlobalRanNodeId
	GlobalNgenbID *GlobalRanNodeID `json:"globalNgenbId,omitempty"`
	// FIXME GlobalRanNodeId
	GlobalENbID *GlobalRanNodeID `json:"globalENbId,omitempty"`
}

// FQDNPatternMatchingRule FIXME (TS29571_CommonData#FqdnPatternMatchingRule).
type FQDNPatternMatchingRule struct {
	// FIXME string
	Regex string `json:"regex,omitempty" t8:"oneof=g1"`
	// FIXME StringMatchingRule
	StringMatchingRule *StringMatchingRule `json:"stringMatchingRule,omitempty" t8:"oneof=g1"`
}

// GNbID FIXME (TS29571_CommonData#GNbId).
type GNbID struct {
	// FIXME integer
	BitLength int `json:"bitLength" t8:"required,min=22,max=32"`
	// FIXME string pattern ^[A-Fa-f0-9]{6,8}$
	GNBValue string `json:"gNBValue" t8:"required,pattern=hex6to8"`
}

// GeraLocation FIXME (TS29571_CommonData#GeraLocation).
type GeraLocation struct {
	// FIXME string
	LocationNumber string `json:"locationNumber,omitempty"`
	// FIXME CellGlobalId
	Cgi *CellGlobalID `json:"cgi,omitempty" t8:"oneof=g1"`
	// FIXME RoutingAreaId
	Rai *RoutingAreaID `json:"rai,omitempty" t8:"oneof=g1"`
	// FIXME ServiceAreaId
	Sai *ServiceAreaID `json:"sai,omitempty" t8:"oneof=g1"`
	// FIXME LocationAreaId
	Lai *LocationAreaID `json:"lai,omitempty" t8:"oneof=g1"`
	// FIXME string
	VlrNumber string `json:"vlrNumber,omitempty"`
	// FIXME string
	MscNumber string `json:"mscNumber,omitempty"`
	// FIXME integer
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// FIXME DateTime
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// FIXME string pattern ^[0-9A-F]{16}$
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// FIXME string pattern ^[0-9A-F]{20}$
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
}

// GlobalRanNodeID FIXME (TS29571_CommonData#GlobalRanNodeId).
type GlobalRanNodeID struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME N3IwfId pattern ^[A-Fa-f0-9]+$
	N3IwfID string `json:"n3IwfId,omitempty" t8:"oneof=g1,pattern=hex"`
	// FIXME GNbId
	GNbID *GNbID `json:"gNbId,omitempty" t8:"oneof=g1"`
	// FIXME NgeNbId pattern ^(MacroNGeNB-[A-Fa-f0-9]{5}|LMacroNGeNB-[A-Fa-f0-9]{6}|SMacroNGeNB-[A-Fa-f0-9]{5})$
	NgeNbID string `json:"ngeNbId,omitempty" t8:"oneof=g1,pattern=ngenb"`
	// FIXME WAgfId pattern ^[A-Fa-f0-9]+$
	WagfID string `json:"wagfId,omitempty" t8:"oneof=g1,pattern=hex"`
	// FIXME TngfId pattern ^[A-Fa-f0-9]+$
	TngfID string `json:"tngfId,omitempty" t8:"oneof=g1,pattern=hex"`
	// FIXME Nid pattern ^[A-Fa-f0-9]{11}$
	Nid string `json:"nid,omitempty" t8:"pattern=hex11"`
	// FIXME ENbId pattern ^(MacroeNB-[A-Fa-f0-9]{5}|LMacroeNB-[A-Fa-f0-9]{6}|SMacroeNB-[A-Fa-f0-9]{5}|HomeeNB-[A-Fa-f0-9]{7})$
	ENbID string `json:"eNbId,omitempty" t8:"oneof=g1,pattern=enb"`
}

// HfcNodeID FIXME (TS29571_CommonData#HfcNodeId).
type HfcNodeID struct {
	// FIXME HfcNId
	HfcNID string `json:"hfcNId" t8:"required"`
}

// IPAddr FIXME (TS29571_CommonData#IpAddr).
type IPAddr struct {
	// FIXME Ipv4Addr pattern ^(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$
	Ipv4Addr string `json:"ipv4Addr,omitempty" t8:"oneof=g1,pattern=ipv4"`
	// FIXME Ipv6Addr pattern ^((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))$ && ^((([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?))$
	Ipv6Addr string `json:"ipv6Addr,omitempty" t8:"oneof=g1,pattern=ipv6"`
	// FIXME Ipv6Prefix pattern ^((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))(\/(([0-9])|([0-9]{2})|(1[0-1][0-9])|(12[0-8])))$ && ^((([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?))(\/.+)$
	Ipv6Prefix string `json:"ipv6Prefix,omitempty" t8:"oneof=g1,pattern=ipv6prefix"`
}

// LineType FIXME.
type LineType string

const (
	LineTypeDsl LineType = "DSL"
	LineTypePon LineType = "PON"
)

// LocationAreaID FIXME (TS29571_CommonData#LocationAreaId).
type LocationAreaID struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME string pattern ^[A-Fa-f0-9]{4}$
	Lac string `json:"lac" t8:"required,pattern=hex4"`
}

// MatchingOperator FIXME.
type MatchingOperator string

const (
	MatchingOperatorFullMatch    MatchingOperator = "FULL_MATCH"
	MatchingOperatorMatchAll     MatchingOperator = "MATCH_ALL"
	MatchingOperatorStartsWith   MatchingOperator = "STARTS_WITH"
	MatchingOperatorNotStartWith MatchingOperator = "NOT_START_WITH"
	MatchingOperatorEndsWith     MatchingOperator = "ENDS_WITH"
	MatchingOperatorNotEndWith   MatchingOperator = "NOT_END_WITH"
	MatchingOperatorContains     MatchingOperator = "CONTAINS"
	MatchingOperatorNotContain   MatchingOperator = "NOT_CONTAIN"
)

// N3gaLocation FIXME (TS29571_CommonData#N3gaLocation).
type N3gaLocation struct {
	// FIXME Tai
	N3gppTai *Tai `json:"n3gppTai,omitempty"`
	// FIXME string pattern ^[A-Fa-f0-9]+$
	N3IwfID string `json:"n3IwfId,omitempty" t8:"pattern=hex"`
	// FIXME Ipv4Addr pattern ^(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$
	UEIpv4Addr string `json:"ueIpv4Addr,omitempty" t8:"pattern=ipv4"`
	// FIXME Ipv6Addr pattern ^((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))$ && ^((([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?))$
	UEIpv6Addr string `json:"ueIpv6Addr,omitempty" t8:"pattern=ipv6"`
	// FIXME Uinteger
	PortNumber *int `json:"portNumber,omitempty" t8:"min=0"`
	// FIXME TransportProtocol
	Protocol TransportProtocol `json:"protocol,omitempty"`
	// FIXME TnapId
	TnapID *TnapID `json:"tnapId,omitempty"`
	// FIXME TwapId
	TwapID *TwapID `json:"twapId,omitempty"`
	// FIXME HfcNodeId
	HfcNodeID *HfcNodeID `json:"hfcNodeId,omitempty"`
	// FIXME Gli
	Gli []byte `json:"gli,omitempty"`
	// FIXME LineType
	W5gbanLineType LineType `json:"w5gbanLineType,omitempty"`
	// FIXME Gci
	Gci string `json:"gci,omitempty"`
}

// Ncgi FIXME (TS29571_CommonData#Ncgi).
type Ncgi struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME NrCellId pattern ^[A-Fa-f0-9]{9}$
	NrCellID string `json:"nrCellId" t8:"required,pattern=hex9"`
	// FIXME Nid pattern ^[A-Fa-f0-9]{11}$
	Nid string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// NrLocation FIXME (TS29571_CommonData#NrLocation).
type NrLocation struct {
	// FIXME Tai
	Tai Tai `json:"tai" t8:"required"`
	// FIXME Ncgi
	Ncgi Ncgi `json:"ncgi" t8:"required"`
	// FIXME boolean default False
	IgnoreNcgi *bool `json:"ignoreNcgi,omitempty"`
	// FIXME integer
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// FIXME DateTime
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// FIXME string pattern ^[0-9A-F]{16}$
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// FIXME string pattern ^[0-9A-F]{20}$
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
	// FIXME GlobalRanNodeId
	GlobalGnbID *GlobalRanNodeID `json:"globalGnbId,omitempty"`
	// FIXME NtnTaiInfo
	NtnTaiInfo *NtnTaiInfo `json:"ntnTaiInfo,omitempty"`
}

// NtnTaiInfo FIXME (TS29571_CommonData#NtnTaiInfo).
type NtnTaiInfo struct {
	// FIXME PlmnIdNid
	PLMNID PLMNIDNid `json:"plmnId" t8:"required"`
	// FIXME []Tac
	TacList []string `json:"tacList" t8:"required,min=1,pattern=tac"`
	// FIXME Tac pattern (^[A-Fa-f0-9]{4}$)|(^[A-Fa-f0-9]{6}$)
	DerivedTac string `json:"derivedTac,omitempty" t8:"pattern=tac"`
}

// NullValue FIXME.
type NullValue string

const (
	NullValueNull NullValue = "null"
)

// PDUSetHandlingInfo FIXME.
type PDUSetHandlingInfo string

const (
	PDUSetHandlingInfoAllPdusNeeded    PDUSetHandlingInfo = "ALL_PDUS_NEEDED"
	PDUSetHandlingInfoAllPdusNotNeeded PDUSetHandlingInfo = "ALL_PDUS_NOT_NEEDED"
)

// PDUSetQoSPara FIXME (TS29571_CommonData#PduSetQosPara).
type PDUSetQoSPara struct {
	// FIXME PduSetDelayBudget
	PDUSetDelayBudget *int `json:"pduSetDelayBudget,omitempty" t8:"min=1"`
	// FIXME PduSetErrRate pattern ^([0-9]E-[0-9])$
	PDUSetErrRate string `json:"pduSetErrRate,omitempty" t8:"pattern=errorrate"`
	// FIXME PduSetHandlingInfo
	PDUSetHandlingInfo PDUSetHandlingInfo `json:"pduSetHandlingInfo,omitempty"`
}

// PDUSetQoSParaRm FIXME (TS29571_CommonData#PduSetQosParaRm).
type PDUSetQoSParaRm struct {
}

// PLMNIDNid FIXME (TS29571_CommonData#PlmnIdNid).
type PLMNIDNid struct {
	// FIXME Mcc pattern ^\d{3}$
	Mcc string `json:"mcc" t8:"required,pattern=mcc"`
	// FIXME Mnc pattern ^\d{2,3}$
	Mnc string `json:"mnc" t8:"required,pattern=mnc"`
	// FIXME Nid pattern ^[A-Fa-f0-9]{11}$
	Nid string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// PreemptionCapability FIXME.
type PreemptionCapability string

const (
	PreemptionCapabilityNotPreempt PreemptionCapability = "NOT_PREEMPT"
	PreemptionCapabilityMayPreempt PreemptionCapability = "MAY_PREEMPT"
)

// PreemptionVulnerability FIXME.
type PreemptionVulnerability string

const (
	PreemptionVulnerabilityNotPreemptable PreemptionVulnerability = "NOT_PREEMPTABLE"
	PreemptionVulnerabilityPreemptable    PreemptionVulnerability = "PREEMPTABLE"
)

// PresenceInfo FIXME (TS29571_CommonData#PresenceInfo).
type PresenceInfo struct {
	// FIXME string
	PraID string `json:"praId,omitempty"`
	// FIXME string
	AdditionalPraID string `json:"additionalPraId,omitempty"`
	// FIXME PresenceState
	PresenceState PresenceState `json:"presenceState,omitempty"`
	// FIXME []Tai
	TrackingAreaList []Tai `json:"trackingAreaList,omitempty" t8:"min=1"`
	// FIXME []Ecgi
	EcgiList []Ecgi `json:"ecgiList,omitempty" t8:"min=1"`
	// FIXME []Ncgi
	NcgiList []Ncgi `json:"ncgiList,omitempty" t8:"min=1"`
	// FIXME []GlobalRanNodeId
	GlobalRanNodeIDList []GlobalRanNodeID `json:"globalRanNodeIdList,omitempty" t8:"min=1"`
	// FIXME []GlobalRanNodeId
	GlobaleNbIDList []GlobalRanNodeID `json:"globaleNbIdList,omitempty" t8:"min=1"`
}

// PresenceState FIXME.
type PresenceState string

const (
	PresenceStateInArea    PresenceState = "IN_AREA"
	PresenceStateOutOfArea PresenceState = "OUT_OF_AREA"
	PresenceStateUnknown   PresenceState = "UNKNOWN"
	PresenceStateInactive  PresenceState = "INACTIVE"
)

// RatType FIXME.
type RatType string

const (
	RatTypeNr               RatType = "NR"
	RatTypeEutra            RatType = "EUTRA"
	RatTypeWlan             RatType = "WLAN"
	RatTypeVirtual          RatType = "VIRTUAL"
	RatTypeNbiot            RatType = "NBIOT"
	RatTypeWireline         RatType = "WIRELINE"
	RatTypeWirelineCable    RatType = "WIRELINE_CABLE"
	RatTypeWirelineBbf      RatType = "WIRELINE_BBF"
	RatTypeLteM             RatType = "LTE-M"
	RatTypeNrU              RatType = "NR_U"
	RatTypeEutraU           RatType = "EUTRA_U"
	RatTypeTrustedN3ga      RatType = "TRUSTED_N3GA"
	RatTypeTrustedWlan      RatType = "TRUSTED_WLAN"
	RatTypeUtra             RatType = "UTRA"
	RatTypeGera             RatType = "GERA"
	RatTypeNrLeo            RatType = "NR_LEO"
	RatTypeNrMeo            RatType = "NR_MEO"
	RatTypeNrGeo            RatType = "NR_GEO"
	RatTypeNrOtherSat       RatType = "NR_OTHER_SAT"
	RatTypeNrRedcap         RatType = "NR_REDCAP"
	RatTypeWbEUtranLeo      RatType = "WB_E_UTRAN_LEO"
	RatTypeWbEUtranMeo      RatType = "WB_E_UTRAN_MEO"
	RatTypeWbEUtranGeo      RatType = "WB_E_UTRAN_GEO"
	RatTypeWbEUtranOthersat RatType = "WB_E_UTRAN_OTHERSAT"
	RatTypeNbIotLeo         RatType = "NB_IOT_LEO"
	RatTypeNbIotMeo         RatType = "NB_IOT_MEO"
	RatTypeNbIotGeo         RatType = "NB_IOT_GEO"
	RatTypeNbIotOthersat    RatType = "NB_IOT_OTHERSAT"
	RatTypeLteMLeo          RatType = "LTE_M_LEO"
	RatTypeLteMMeo          RatType = "LTE_M_MEO"
	RatTypeLteMGeo          RatType = "LTE_M_GEO"
	RatTypeLteMOthersat     RatType = "LTE_M_OTHERSAT"
)

// RouteInformation FIXME (TS29571_CommonData#RouteInformation).
type RouteInformation struct {
	// FIXME Ipv4Addr pattern ^(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])$
	Ipv4Addr string `json:"ipv4Addr,omitempty" t8:"pattern=ipv4"`
	// FIXME Ipv6Addr pattern ^((:|(0?|([1-9a-f][0-9a-f]{0,3}))):)((0?|([1-9a-f][0-9a-f]{0,3})):){0,6}(:|(0?|([1-9a-f][0-9a-f]{0,3})))$ && ^((([^:]+:){7}([^:]+))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?))$
	Ipv6Addr string `json:"ipv6Addr,omitempty" t8:"pattern=ipv6"`
	// FIXME Uinteger
	PortNumber int `json:"portNumber" t8:"required,min=0"`
}

// RouteToLocation FIXME (TS29571_CommonData#RouteToLocation).
type RouteToLocation struct {
	// FIXME Dnai
	Dnai string `json:"dnai" t8:"required"`
	// FIXME RouteInformation
	RouteInfo Opt[RouteInformation] `json:"routeInfo,omitzero" t8:"anyof=g1"`
	// FIXME string
	RouteProfID Opt[string] `json:"routeProfId,omitzero" t8:"anyof=g1"`
}

// RoutingAreaID FIXME (TS29571_CommonData#RoutingAreaId).
type RoutingAreaID struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME string pattern ^[A-Fa-f0-9]{4}$
	Lac string `json:"lac" t8:"required,pattern=hex4"`
	// FIXME string pattern ^[A-Fa-f0-9]{2}$
	Rac string `json:"rac" t8:"required,pattern=hex2"`
}

// SACEventStatus FIXME (TS29571_CommonData#SACEventStatus).
type SACEventStatus struct {
	// FIXME SACInfo
	ReachedNumUEs *SACInfo `json:"reachedNumUes,omitempty"`
	// FIXME SACInfo
	ReachedNumPDUSess *SACInfo `json:"reachedNumPduSess,omitempty"`
}

// SACInfo FIXME (TS29571_CommonData#SACInfo).
type SACInfo struct {
	// FIXME integer
	NumericValNumUEs *int `json:"numericValNumUes,omitempty"`
	// FIXME integer
	NumericValNumPDUSess *int `json:"numericValNumPduSess,omitempty"`
	// FIXME integer
	PercValueNumUEs *int `json:"percValueNumUes,omitempty" t8:"min=0,max=100"`
	// FIXME integer
	PercValueNumPDUSess *int `json:"percValueNumPduSess,omitempty" t8:"min=0,max=100"`
	// FIXME boolean default False
	UEsWithPDUSessionInd *bool `json:"uesWithPduSessionInd,omitempty"`
}

// ServiceAreaID FIXME (TS29571_CommonData#ServiceAreaId).
type ServiceAreaID struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME string pattern ^[A-Fa-f0-9]{4}$
	Lac string `json:"lac" t8:"required,pattern=hex4"`
	// FIXME string pattern ^[A-Fa-f0-9]{4}$
	Sac string `json:"sac" t8:"required,pattern=hex4"`
}

// Snssai FIXME (TS29571_CommonData#Snssai).
type Snssai struct {
	// FIXME integer
	Sst int `json:"sst" t8:"required,min=0,max=255"`
	// FIXME string pattern ^[A-Fa-f0-9]{6}$
	Sd string `json:"sd,omitempty" t8:"pattern=hex6"`
}

// StringMatchingCondition FIXME (TS29571_CommonData#StringMatchingCondition).
type StringMatchingCondition struct {
	// FIXME string
	MatchingString string `json:"matchingString,omitempty"`
	// FIXME MatchingOperator
	MatchingOperator MatchingOperator `json:"matchingOperator" t8:"required"`
}

// StringMatchingRule FIXME (TS29571_CommonData#StringMatchingRule).
type StringMatchingRule struct {
	// FIXME []StringMatchingCondition
	StringMatchingConditions []StringMatchingCondition `json:"stringMatchingConditions,omitempty" t8:"min=1"`
}

// Tai FIXME (TS29571_CommonData#Tai).
type Tai struct {
	// FIXME PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME Tac pattern (^[A-Fa-f0-9]{4}$)|(^[A-Fa-f0-9]{6}$)
	Tac string `json:"tac" t8:"required,pattern=tac"`
	// FIXME Nid pattern ^[A-Fa-f0-9]{11}$
	Nid string `json:"nid,omitempty" t8:"pattern=hex11"`
}

// TnapID FIXME (TS29571_CommonData#TnapId).
type TnapID struct {
	// FIXME string
	SsID string `json:"ssId,omitempty"`
	// FIXME string
	BssID string `json:"bssId,omitempty"`
	// FIXME Bytes
	CivicAddress []byte `json:"civicAddress,omitempty"`
}

// TransportProtocol FIXME.
type TransportProtocol string

const (
	TransportProtocolUdp TransportProtocol = "UDP"
	TransportProtocolTcp TransportProtocol = "TCP"
)

// TwapID FIXME (TS29571_CommonData#TwapId).
type TwapID struct {
	// FIXME string
	SsID string `json:"ssId" t8:"required"`
	// FIXME string
	BssID string `json:"bssId,omitempty"`
	// FIXME Bytes
	CivicAddress []byte `json:"civicAddress,omitempty"`
}

// UserLocation FIXME (TS29571_CommonData#UserLocation).
type UserLocation struct {
	// FIXME EutraLocation
	EutraLocation *EutraLocation `json:"eutraLocation,omitempty"`
	// FIXME NrLocation
	NrLocation *NrLocation `json:"nrLocation,omitempty"`
	// FIXME N3gaLocation
	N3gaLocation *N3gaLocation `json:"n3gaLocation,omitempty"`
	// FIXME UtraLocation
	UtraLocation *UtraLocation `json:"utraLocation,omitempty"`
	// FIXME GeraLocation
	GeraLocation *GeraLocation `json:"geraLocation,omitempty"`
}

// UtraLocation FIXME (TS29571_CommonData#UtraLocation).
type UtraLocation struct {
	// FIXME CellGlobalId
	Cgi *CellGlobalID `json:"cgi,omitempty" t8:"oneof=g1"`
	// FIXME ServiceAreaId
	Sai *ServiceAreaID `json:"sai,omitempty" t8:"oneof=g1"`
	// FIXME LocationAreaId
	Lai *LocationAreaID `json:"lai,omitempty"`
	// FIXME RoutingAreaId
	Rai *RoutingAreaID `json:"rai,omitempty" t8:"oneof=g1"`
	// FIXME integer
	AgeOfLocationInformation *int `json:"ageOfLocationInformation,omitempty" t8:"min=0,max=32767"`
	// FIXME DateTime
	UELocationTimestamp time.Time `json:"ueLocationTimestamp,omitzero"`
	// FIXME string pattern ^[0-9A-F]{16}$
	GeographicalInformation string `json:"geographicalInformation,omitempty" t8:"pattern=upperhex16"`
	// FIXME string pattern ^[0-9A-F]{20}$
	GeodeticInformation string `json:"geodeticInformation,omitempty" t8:"pattern=upperhex20"`
}
