package t8

// PDUSessionInformation names a PDU session (TS 29.523 §5.6, PduSessionInformation): by UEMAC, or by UEIPv4 or UEIPv6 or
// both. 5G only: carried, not served.
type PDUSessionInformation struct {
	// SNSSAI names the network slice.
	SNSSAI SNSSAI `json:"snssai" t8:"required"`
	// DNN names the data network.
	DNN string `json:"dnn" t8:"required"`
	// UEIPv4 is the IPv4 address of the UE.
	UEIPv4 string `json:"ueIpv4,omitempty" t8:"pattern=ipv4"`
	// UEIPv6 is the IPv6 prefix of the UE.
	UEIPv6 string `json:"ueIpv6,omitempty" t8:"pattern=ipv6prefix"`
	// IPDomain tells which of several networks with the same IPv4 addresses UEIPv4 belongs to. Empty: not said.
	IPDomain string `json:"ipDomain,omitempty"`
	// UEMAC is the MAC address of the UE as 00-11-22-aa-bb-cc.
	UEMAC string `json:"ueMac,omitempty" t8:"pattern=mac"`
}

// selfCheck wants a MAC address or IP addresses.
func (i *PDUSessionInformation) selfCheck(c *checker) {
	switch ip := i.UEIPv4 != "" || i.UEIPv6 != ""; {
	case i.UEMAC != "" && ip:
		c.wrong("/ueMac", "must not be given together with ueIpv4 or ueIpv6")
	case i.UEMAC == "" && !ip:
		c.missing("/ueMac")
		c.missing("/ueIpv4")
		c.missing("/ueIpv6")
	}
}

// NetworkAreaInfo is a part of the network (TS 29.554 §5.6, NetworkAreaInfo). Arrays are not empty when present. 5G only:
// carried, not served.
type NetworkAreaInfo struct {
	// ECGIs are E-UTRA cells. Member ecgis.
	ECGIs []ECGI `json:"ecgis,omitempty" t8:"min=1"`
	// NCGIs are NR cells. Member ncgis.
	NCGIs []NCGI `json:"ncgis,omitempty" t8:"min=1"`
	// GRANNodeIDs are nodes of the radio network. Member gRanNodeIds.
	GRANNodeIDs []GlobalRANNodeID `json:"gRanNodeIds,omitempty" t8:"min=1"`
	// TAIs are tracking areas. Member tais.
	TAIs []TAI `json:"tais,omitempty" t8:"min=1"`
}

// EcRestrictionDataWb says which modes of wideband coverage enhancement are forbidden (TS 29.503 §6.1, EcRestrictionDataWb).
// At least one member is there. 5G only: carried, not served.
type EcRestrictionDataWb struct {
	// ECModeARestricted forbids mode A; nil: not said. Member ecModeARestricted.
	ECModeARestricted *bool `json:"ecModeARestricted,omitempty" t8:"anyof=g1"`
	// ECModeBRestricted forbids mode B; nil: not said. Member ecModeBRestricted.
	ECModeBRestricted *bool `json:"ecModeBRestricted,omitempty" t8:"anyof=g1"`
}

// UcPurpose is what a subscriber consents to (TS 29.503 §6.1). 5G only: carried, not served.
type UcPurpose string

// What a subscriber consents to.
const (
	UcPurposeAnalytics          UcPurpose = "ANALYTICS"
	UcPurposeModelTraining      UcPurpose = "MODEL_TRAINING"
	UcPurposeNetworkCapExposure UcPurpose = "NW_CAP_EXPOSURE"
	UcPurposeEdgeAppUELocation  UcPurpose = "EDGEAPP_UE_LOCATION"
)

// Known reports whether the value is one of TS 29.503.
func (v UcPurpose) Known() bool {
	return v == UcPurposeAnalytics || v == UcPurposeModelTraining || v == UcPurposeNetworkCapExposure ||
		v == UcPurposeEdgeAppUELocation
}
