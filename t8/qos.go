package t8

import "time"

// The types of this file tell a quality of service the way 5G does (TS 29.514 §5.6). T8 carries them for an SCEF that
// stands together with a NEF; an SCEF alone has qosReference.

// AlternativeServiceRequirementsData is a set of parameters that will do in place of what was asked for (TS 29.514 §5.6,
// AlternativeServiceRequirementsData). 5G only: carried, not served.
type AlternativeServiceRequirementsData struct {
	// AltQoSParamSetRef names the set.
	AltQoSParamSetRef string `json:"altQosParamSetRef" t8:"required"`
	// GBRUL is the guaranteed bit rate uplink, as "1.5 Mbps". Member gbrUl.
	GBRUL string `json:"gbrUl,omitempty" t8:"pattern=bitrate"`
	// GBRDL is the guaranteed bit rate downlink. Member gbrDl.
	GBRDL string `json:"gbrDl,omitempty" t8:"pattern=bitrate"`
	// PDB is the delay that may be, in milliseconds, at least 1; zero: not said. Member pdb.
	PDB int `json:"pdb,omitempty" t8:"min=1"`
	// PER is the share of packets that may be lost, as "1E-3". Member per.
	PER string `json:"per,omitempty" t8:"pattern=errorrate"`
}

// TSNQoSContainer tells the quality for time-sensitive traffic (TS 29.514 §5.6, TsnQosContainer). 5G only: carried, not
// served.
type TSNQoSContainer struct {
	// MaxTSCBurstSize is the largest burst in octets, 4096 to 2000000; zero: not said. Member maxTscBurstSize.
	MaxTSCBurstSize int `json:"maxTscBurstSize,omitempty" t8:"min=4096,max=2000000"`
	// TSCPackDelay is the delay that may be, in milliseconds, at least 1; zero: not said. Member tscPackDelay.
	TSCPackDelay int `json:"tscPackDelay,omitempty" t8:"min=1"`
	// MaxPER is the share of packets that may be lost, as "1E-3". Member maxPer.
	MaxPER string `json:"maxPer,omitempty" t8:"pattern=errorrate"`
	// TSCPrioLevel is the priority, 1 to 8; zero: not said. Member tscPrioLevel.
	TSCPrioLevel int `json:"tscPrioLevel,omitempty" t8:"min=1,max=8"`
}

// TSNQoSContainerRm changes a [TSNQoSContainer] (TS 29.514 §5.6, TsnQosContainerRm): absent stays, null removes. 5G only:
// carried, not served.
type TSNQoSContainerRm struct {
	// MaxTSCBurstSize is another largest burst in octets, 4096 to 2000000.
	MaxTSCBurstSize Opt[int] `json:"maxTscBurstSize,omitzero" t8:"min=4096,max=2000000"`
	// TSCPackDelay is another delay in milliseconds, at least 1.
	TSCPackDelay Opt[int] `json:"tscPackDelay,omitzero" t8:"min=1"`
	// MaxPER is another share of lost packets.
	MaxPER Opt[string] `json:"maxPer,omitzero" t8:"pattern=errorrate"`
	// TSCPrioLevel is another priority, 1 to 8.
	TSCPrioLevel Opt[int] `json:"tscPrioLevel,omitzero" t8:"min=1,max=8"`
}

// TSCAIInputContainer is the pattern of time-sensitive traffic (TS 29.514 §5.6, TscaiInputContainer). Numbers are at least
// 0; nil: not said. 5G only: carried, not served.
type TSCAIInputContainer struct {
	// Periodicity is the time between the starts of two bursts, in microseconds.
	Periodicity *int `json:"periodicity,omitempty" t8:"min=0"`
	// BurstArrivalTime is when a burst arrives; zero: not said.
	BurstArrivalTime time.Time `json:"burstArrivalTime,omitzero"`
	// SurTimeInNumMsg is how many messages in a row the application can do without.
	SurTimeInNumMsg *int `json:"surTimeInNumMsg,omitempty" t8:"min=0"`
	// SurTimeInTime is how long the application can do without messages, in microseconds.
	SurTimeInTime *int `json:"surTimeInTime,omitempty" t8:"min=0"`
	// BurstArrivalTimeWnd is when a burst may arrive.
	BurstArrivalTimeWnd *TimeWindow `json:"burstArrivalTimeWnd,omitempty"`
	// PeriodicityRange tells which other periods will do.
	PeriodicityRange *PeriodicityRange `json:"periodicityRange,omitempty"`
}

// PeriodicityRange tells periods that will do (TS 29.514 §5.6, PeriodicityRange), in microseconds: either LowerBound and
// UpperBound or PeriodicVals. 5G only: carried, not served.
type PeriodicityRange struct {
	// LowerBound is the shortest period, at least 0; nil: PeriodicVals counts.
	LowerBound *int `json:"lowerBound,omitempty" t8:"min=0"`
	// UpperBound is the longest period, at least 0; nil: PeriodicVals counts.
	UpperBound *int `json:"upperBound,omitempty" t8:"min=0"`
	// PeriodicVals are the periods. Not empty when present.
	PeriodicVals []int `json:"periodicVals,omitempty" t8:"min=1"`
}

// selfCheck wants one of the two ways.
func (r *PeriodicityRange) selfCheck(c *checker) {
	values := r.PeriodicVals != nil
	if values && r.LowerBound != nil && r.UpperBound != nil {
		c.wrong("/periodicVals", "must not be given together with lowerBound and upperBound")
	}
	if !values && r.LowerBound == nil {
		c.missing("/lowerBound")
	}
	if !values && r.UpperBound == nil {
		c.missing("/upperBound")
	}
}

// PeriodicityInfo tells how often bursts come (TS 29.514 §5.6, PeriodicityInfo), in whole seconds. 5G only: carried, not
// served.
type PeriodicityInfo struct {
	// PeriodUL is the period uplink; zero: not said. Member periodUl.
	PeriodUL DurationSec `json:"periodUl,omitempty"`
	// PeriodDL is the period downlink; zero: not said. Member periodDl.
	PeriodDL DurationSec `json:"periodDl,omitempty"`
}

// UplinkDownlinkSupport names directions (TS 29.514 §5.6). 5G only: carried, not served.
type UplinkDownlinkSupport string

// The directions.
const (
	SupportUL   UplinkDownlinkSupport = "UL"
	SupportDL   UplinkDownlinkSupport = "DL"
	SupportULDL UplinkDownlinkSupport = "UL_DL" // both
)

// Known reports whether the value is one of TS 29.514.
func (v UplinkDownlinkSupport) Known() bool {
	return v == SupportUL || v == SupportDL || v == SupportULDL
}

// ServAuthInfo tells what was not quite as asked for though the session was set up (TS 29.514 §5.6). 5G only: carried, not
// served.
type ServAuthInfo string

// What was not as asked for.
const (
	ServAuthTPNotKnown             ServAuthInfo = "TP_NOT_KNOWN"              // the transfer policy is not known
	ServAuthTPExpired              ServAuthInfo = "TP_EXPIRED"                // its time is over
	ServAuthTPNotYetOccurred       ServAuthInfo = "TP_NOT_YET_OCURRED"        //nolint:misspell // spelt so; it has not begun
	ServAuthRoutReqNotAuthorized   ServAuthInfo = "ROUT_REQ_NOT_AUTHORIZED"   // the routing is not allowed
	ServAuthDirectNotifNotPossible ServAuthInfo = "DIRECT_NOTIF_NOT_POSSIBLE" // reports do not come straight
)

// Known reports whether the value is one of TS 29.514.
func (v ServAuthInfo) Known() bool {
	switch v {
	case ServAuthTPNotKnown, ServAuthTPExpired, ServAuthTPNotYetOccurred, ServAuthRoutReqNotAuthorized,
		ServAuthDirectNotifNotPossible:
		return true
	}
	return false
}

// ReservPriority ranks the request for a service (TS 29.514 §5.6), PRIO_1 to PRIO_16. 5G only: carried, not
// served.
type ReservPriority string

// The priorities.
const (
	ReservPriority1  ReservPriority = "PRIO_1"
	ReservPriority2  ReservPriority = "PRIO_2"
	ReservPriority3  ReservPriority = "PRIO_3"
	ReservPriority4  ReservPriority = "PRIO_4"
	ReservPriority5  ReservPriority = "PRIO_5"
	ReservPriority6  ReservPriority = "PRIO_6"
	ReservPriority7  ReservPriority = "PRIO_7"
	ReservPriority8  ReservPriority = "PRIO_8"
	ReservPriority9  ReservPriority = "PRIO_9"
	ReservPriority10 ReservPriority = "PRIO_10"
	ReservPriority11 ReservPriority = "PRIO_11"
	ReservPriority12 ReservPriority = "PRIO_12"
	ReservPriority13 ReservPriority = "PRIO_13"
	ReservPriority14 ReservPriority = "PRIO_14"
	ReservPriority15 ReservPriority = "PRIO_15"
	ReservPriority16 ReservPriority = "PRIO_16"
)

// Known reports whether the value is one of TS 29.514.
func (v ReservPriority) Known() bool {
	switch v {
	case ReservPriority1, ReservPriority2, ReservPriority3, ReservPriority4, ReservPriority5, ReservPriority6,
		ReservPriority7, ReservPriority8, ReservPriority9, ReservPriority10, ReservPriority11, ReservPriority12,
		ReservPriority13, ReservPriority14, ReservPriority15, ReservPriority16:
		return true
	}
	return false
}

// PrioritySharingIndicator says whether media components may share their priority (TS 29.514 §5.6). 5G only: carried, not
// served.
type PrioritySharingIndicator string

// Whether the priority is shared.
const (
	PrioritySharingEnabled  PrioritySharingIndicator = "ENABLED"
	PrioritySharingDisabled PrioritySharingIndicator = "DISABLED"
)

// Known reports whether the value is one of TS 29.514.
func (v PrioritySharingIndicator) Known() bool {
	return v == PrioritySharingEnabled || v == PrioritySharingDisabled
}
