package t8

// EthFlowDescription is a filter for Ethernet frames (TS 29.514 §5.6, EthFlowDescription). MAC addresses are as
// 00-11-22-aa-bb-cc; a member that is empty matches everything. 5G only: carried, not served.
type EthFlowDescription struct {
	// DestMACAddr is the destination, or the first of a range.
	DestMACAddr string `json:"destMacAddr,omitempty" t8:"pattern=mac"`
	// EthType is the EtherType in hexadecimal.
	EthType string `json:"ethType" t8:"required"`
	// FDesc is an IP filter for frames that carry IP, as an IPFilterRule of RFC 6733.
	FDesc string `json:"fDesc,omitempty"`
	// FDir is the direction.
	FDir FlowDirection `json:"fDir,omitempty"`
	// SourceMACAddr is the source, or the first of a range.
	SourceMACAddr string `json:"sourceMacAddr,omitempty" t8:"pattern=mac"`
	// VLANTags are the tags of customer and service VLAN, 1 or 2, in hexadecimal.
	VLANTags []string `json:"vlanTags,omitempty" t8:"min=1,max=2"`
	// SrcMACAddrEnd is the last of a range of sources.
	SrcMACAddrEnd string `json:"srcMacAddrEnd,omitempty" t8:"pattern=mac"`
	// DestMACAddrEnd is the last of a range of destinations.
	DestMACAddrEnd string `json:"destMacAddrEnd,omitempty" t8:"pattern=mac"`
}

// AddFlowDescriptionInfo adds to an IP filter what an IPFilterRule cannot say (TS 29.514 §5.6, AddFlowDescriptionInfo). 5G
// only: carried, not served.
type AddFlowDescriptionInfo struct {
	// SPI is the security parameter index of IPsec, 8 hexadecimal digits. Member spi.
	SPI string `json:"spi,omitempty"`
	// FlowLabel is the IPv6 flow label, 6 hexadecimal digits.
	FlowLabel string `json:"flowLabel,omitempty"`
	// FlowDir is the direction.
	FlowDir FlowDirection `json:"flowDir,omitempty"`
}

// ProtoDesc tells by which protocol sets of packets are recognised (TS 29.514 §5.6, ProtoDesc). 5G only: carried, not
// served.
type ProtoDesc struct {
	// Protocol is the transport of the media.
	Protocol string `json:"protocol,omitempty"`
	// PayloadType is what it carries.
	PayloadType string `json:"payloadType,omitempty"`
}

// Flows names flows of one media component (TS 29.514 §5.6, Flows). Arrays are not empty when present. 5G only: carried,
// not served.
type Flows struct {
	// ContVers are versions of the content.
	ContVers []int `json:"contVers,omitempty" t8:"min=1"`
	// FNums are the numbers of media subcomponents; absent: all.
	FNums []int `json:"fNums,omitempty" t8:"min=1"`
	// MedCompN is the number of the media component.
	MedCompN int `json:"medCompN" t8:"required"`
}

// FlowDirection is the direction of a filter (TS 29.512 §5.6). 5G only: carried, not served.
type FlowDirection string

// The directions.
const (
	FlowDownlink      FlowDirection = "DOWNLINK"
	FlowUplink        FlowDirection = "UPLINK"
	FlowBidirectional FlowDirection = "BIDIRECTIONAL"
	FlowUnspecified   FlowDirection = "UNSPECIFIED"
)

// Known reports whether the value is one of TS 29.512.
func (v FlowDirection) Known() bool {
	return v == FlowDownlink || v == FlowUplink || v == FlowBidirectional || v == FlowUnspecified
}

// FlowStatus says which directions of a flow are open (TS 29.514 §5.6). 5G only: carried, not served.
type FlowStatus string

// What is open.
const (
	FlowEnabledUplink   FlowStatus = "ENABLED-UPLINK"
	FlowEnabledDownlink FlowStatus = "ENABLED-DOWNLINK"
	FlowEnabled         FlowStatus = "ENABLED"
	FlowDisabled        FlowStatus = "DISABLED"
	FlowRemoved         FlowStatus = "REMOVED"
)

// Known reports whether the value is one of TS 29.514.
func (v FlowStatus) Known() bool {
	switch v {
	case FlowEnabledUplink, FlowEnabledDownlink, FlowEnabled, FlowDisabled, FlowRemoved:
		return true
	}
	return false
}

// FlowUsage says what a flow is for (TS 29.514 §5.6). 5G only: carried, not served.
type FlowUsage string

// What a flow is for.
const (
	FlowUsageNoInfo       FlowUsage = "NO_INFO"
	FlowUsageRTCP         FlowUsage = "RTCP"
	FlowUsageAFSignalling FlowUsage = "AF_SIGNALLING"
)

// Known reports whether the value is one of TS 29.514.
func (v FlowUsage) Known() bool {
	return v == FlowUsageNoInfo || v == FlowUsageRTCP || v == FlowUsageAFSignalling
}
