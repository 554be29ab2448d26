package t8

// What the files of TS 29.122 take from TS 29.571 for 5G alone: traffic routing, PDU sets, slices.

// RouteToLocation is where traffic leaves a 5G network (TS 29.571 §5.4.4, RouteToLocation). At least one of RouteInfo
// and RouteProfID is given. 5G only: carried, not served.
type RouteToLocation struct {
	// DNAI identifies the access to the data network.
	DNAI string `json:"dnai" t8:"required"`
	// RouteInfo is the tunnel to the application; null: none.
	RouteInfo Opt[RouteInformation] `json:"routeInfo,omitzero" t8:"anyof=route"`
	// RouteProfID names a profile of routing; null: none.
	RouteProfID Opt[string] `json:"routeProfId,omitzero" t8:"anyof=route"`
}

// RouteInformation is the end of a tunnel (TS 29.571 §5.4.4, RouteInformation). 5G only: carried, not served.
type RouteInformation struct {
	// IPv4Addr is its address as 198.51.100.1.
	IPv4Addr string `json:"ipv4Addr,omitempty" t8:"pattern=ipv4"`
	// IPv6Addr is its address as 2001:db8::1.
	IPv6Addr string `json:"ipv6Addr,omitempty" t8:"pattern=ipv6"`
	// PortNumber is its UDP port.
	PortNumber int `json:"portNumber" t8:"required,min=0"`
}

// EASIPReplacementInfo moves traffic from one edge application server to another (TS 29.571 §5.4.4,
// EasIpReplacementInfo). 5G only: carried, not served.
type EASIPReplacementInfo struct {
	// Source is the server that the UE knows.
	Source EASServerAddress `json:"source" t8:"required"`
	// Target is the server that gets the traffic.
	Target EASServerAddress `json:"target" t8:"required"`
}

// EASServerAddress is the address of an edge application server (TS 29.571 §5.4.4, EasServerAddress). 5G only:
// carried, not served.
type EASServerAddress struct {
	// IP is its address.
	IP IPAddr `json:"ip" t8:"required"`
	// Port is its port.
	Port int `json:"port" t8:"required,min=0"`
}

// FQDNPatternMatchingRule matches domain names (TS 29.571 §5.2.4, FqdnPatternMatchingRule). Exactly one member is set.
// 5G only: carried, not served.
type FQDNPatternMatchingRule struct {
	// Regex is a regular expression.
	Regex string `json:"regex,omitempty" t8:"oneof=rule"`
	// StringMatchingRule is a list of conditions.
	StringMatchingRule *StringMatchingRule `json:"stringMatchingRule,omitempty" t8:"oneof=rule"`
}

// StringMatchingRule matches texts that fulfil all of its conditions (TS 29.571 §5.2.4, StringMatchingRule). 5G only:
// carried, not served.
type StringMatchingRule struct {
	// StringMatchingConditions are the conditions. Not empty when present.
	StringMatchingConditions []StringMatchingCondition `json:"stringMatchingConditions,omitempty" t8:"min=1"`
}

// StringMatchingCondition is one condition on a text (TS 29.571 §5.2.4, StringMatchingCondition). 5G only: carried, not
// served.
type StringMatchingCondition struct {
	// MatchingString is what the text is compared with; empty with MATCH_ALL.
	MatchingString string `json:"matchingString,omitempty"`
	// MatchingOperator is how.
	MatchingOperator MatchingOperator `json:"matchingOperator" t8:"required"`
}

// PDUSetQoSPara is the quality that sets of PDUs get (TS 29.571 §5.5.4, PduSetQosPara). 5G only: carried, not served.
type PDUSetQoSPara struct {
	// PDUSetDelayBudget is the longest delay in units of 0.5 ms, at least 1; 0: none given.
	PDUSetDelayBudget int `json:"pduSetDelayBudget,omitempty" t8:"min=1"`
	// PDUSetErrRate is the share of sets that may be lost, as 1E-3.
	PDUSetErrRate string `json:"pduSetErrRate,omitempty" t8:"pattern=errorrate"`
	// PDUSetHandlingInfo tells whether a set is useful without some of its PDUs.
	PDUSetHandlingInfo PDUSetHandlingInfo `json:"pduSetHandlingInfo,omitempty"`
}

// SACEventStatus is the use of a network slice (TS 29.571 §5.4.4, SACEventStatus). 5G only: carried, not served.
type SACEventStatus struct {
	// ReachedNumUEs is the number of UEs that are registered.
	ReachedNumUEs *SACInfo `json:"reachedNumUes,omitempty"`
	// ReachedNumPDUSess is the number of PDU sessions.
	ReachedNumPDUSess *SACInfo `json:"reachedNumPduSess,omitempty"`
}

// SACInfo is a number of UEs or PDU sessions in a network slice, or a threshold of it (TS 29.571 §5.4.4, SACInfo). A
// number that is nil is not given. 5G only: carried, not served.
type SACInfo struct {
	// NumericValNumUEs counts UEs.
	NumericValNumUEs *int `json:"numericValNumUes,omitempty"`
	// NumericValNumPDUSess counts PDU sessions.
	NumericValNumPDUSess *int `json:"numericValNumPduSess,omitempty"`
	// PercValueNumUEs is the share of the allowed UEs in percent, 0 to 100.
	PercValueNumUEs *int `json:"percValueNumUes,omitempty" t8:"min=0,max=100"`
	// PercValueNumPDUSess is the share of the allowed PDU sessions in percent, 0 to 100.
	PercValueNumPDUSess *int `json:"percValueNumPduSess,omitempty" t8:"min=0,max=100"`
	// UEsWithPDUSessionInd counts only UEs that have a PDU session.
	UEsWithPDUSessionInd bool `json:"uesWithPduSessionInd,omitempty"`
}

// DNAIChangeType tells when a change of the access to a data network is reported (TS 29.571 §5.4.3). 5G only: carried,
// not served.
type DNAIChangeType string

// When it is reported.
const (
	DNAIChangeEarly     DNAIChangeType = "EARLY" // before the change
	DNAIChangeEarlyLate DNAIChangeType = "EARLY_LATE"
	DNAIChangeLate      DNAIChangeType = "LATE" // after the change
)

// Known reports whether the value is one of TS 29.571.
func (v DNAIChangeType) Known() bool {
	return v == DNAIChangeEarly || v == DNAIChangeEarlyLate || v == DNAIChangeLate
}

// MatchingOperator is how texts are compared (TS 29.571 §5.2.3). 5G only: carried, not served.
type MatchingOperator string

// The comparisons.
const (
	MatchFull          MatchingOperator = "FULL_MATCH"
	MatchAll           MatchingOperator = "MATCH_ALL" // any text will do
	MatchStartsWith    MatchingOperator = "STARTS_WITH"
	MatchNotStartsWith MatchingOperator = "NOT_START_WITH"
	MatchEndsWith      MatchingOperator = "ENDS_WITH"
	MatchNotEndsWith   MatchingOperator = "NOT_END_WITH"
	MatchContains      MatchingOperator = "CONTAINS"
	MatchNotContains   MatchingOperator = "NOT_CONTAIN"
)

// Known reports whether the value is one of TS 29.571.
func (v MatchingOperator) Known() bool {
	switch v {
	case MatchFull, MatchAll, MatchStartsWith, MatchNotStartsWith, MatchEndsWith, MatchNotEndsWith, MatchContains,
		MatchNotContains:
		return true
	}
	return false
}

// PDUSetHandlingInfo tells whether a set of PDUs is useful without some of them (TS 29.571 §5.5.3). 5G only: carried,
// not served.
type PDUSetHandlingInfo string

// Whether it is useful.
const (
	PDUSetAllNeeded    PDUSetHandlingInfo = "ALL_PDUS_NEEDED"
	PDUSetAllNotNeeded PDUSetHandlingInfo = "ALL_PDUS_NOT_NEEDED"
)

// Known reports whether the value is one of TS 29.571.
func (v PDUSetHandlingInfo) Known() bool { return v == PDUSetAllNeeded || v == PDUSetAllNotNeeded }

// PreemptionCapability tells whether a flow may take resources from others (TS 29.571 §5.5.3).
type PreemptionCapability string

// Whether it may.
const (
	MayNotPreempt PreemptionCapability = "NOT_PREEMPT"
	MayPreempt    PreemptionCapability = "MAY_PREEMPT"
)

// Known reports whether the value is one of TS 29.571.
func (v PreemptionCapability) Known() bool { return v == MayNotPreempt || v == MayPreempt }

// PreemptionVulnerability tells whether others may take resources from a flow (TS 29.571 §5.5.3).
type PreemptionVulnerability string

// Whether they may.
const (
	NotPreemptable PreemptionVulnerability = "NOT_PREEMPTABLE"
	Preemptable    PreemptionVulnerability = "PREEMPTABLE"
)

// Known reports whether the value is one of TS 29.571.
func (v PreemptionVulnerability) Known() bool { return v == NotPreemptable || v == Preemptable }
