package t8

// CivicAddress is a postal place (TS 29.572 §6.1.6, CivicAddress). Members and their meaning are those of the civic
// address of IETF (RFC 4776 §3.4, RFC 5139, RFC 6848); every one of them may be empty.
type CivicAddress struct {
	// Country is the country, two capital letters of ISO 3166.
	Country string `json:"country,omitempty"`
	// A1 is the state, region or province.
	A1 string `json:"A1,omitempty"`
	// A2 is the county or district.
	A2 string `json:"A2,omitempty"`
	// A3 is the city.
	A3 string `json:"A3,omitempty"`
	// A4 is the part of the city.
	A4 string `json:"A4,omitempty"`
	// A5 is the neighbourhood or block.
	A5 string `json:"A5,omitempty"`
	// A6 is the street, in addresses of the older form.
	A6 string `json:"A6,omitempty"`
	// PRD is the direction before the name of the street: N.
	PRD string `json:"PRD,omitempty"`
	// POD is the direction after the name of the street: SW.
	POD string `json:"POD,omitempty"`
	// STS is the kind of street: Avenue.
	STS string `json:"STS,omitempty"`
	// HNO is the number of the house.
	HNO string `json:"HNO,omitempty"`
	// HNS is what follows the number of the house: A, 1/2.
	HNS string `json:"HNS,omitempty"`
	// LMK is a landmark.
	LMK string `json:"LMK,omitempty"`
	// LOC is what else helps to find the place.
	LOC string `json:"LOC,omitempty"`
	// NAM is the name of who lives or works there.
	NAM string `json:"NAM,omitempty"`
	// PC is the postal code.
	PC string `json:"PC,omitempty"`
	// BLD is the building.
	BLD string `json:"BLD,omitempty"`
	// UNIT is the apartment or suite.
	UNIT string `json:"UNIT,omitempty"`
	// FLR is the floor.
	FLR string `json:"FLR,omitempty"`
	// ROOM is the room.
	ROOM string `json:"ROOM,omitempty"`
	// PLC is the kind of place: office.
	PLC string `json:"PLC,omitempty"`
	// PCN is the name that the post uses for the place.
	PCN string `json:"PCN,omitempty"`
	// POBOX is the box at the post office.
	POBOX string `json:"POBOX,omitempty"`
	// ADDCODE is a further code of the place.
	ADDCODE string `json:"ADDCODE,omitempty"`
	// SEAT is the desk or seat.
	SEAT string `json:"SEAT,omitempty"`
	// RD is the name of the street.
	RD string `json:"RD,omitempty"`
	// RDSEC is the section of the street.
	RDSEC string `json:"RDSEC,omitempty"`
	// RDBR is the branch of the street.
	RDBR string `json:"RDBR,omitempty"`
	// RDSUBBR is the branch of a branch of the street.
	RDSUBBR string `json:"RDSUBBR,omitempty"`
	// PRM is what stands before the direction and the name of the street: Old.
	PRM string `json:"PRM,omitempty"`
	// POM is what stands after the name and the kind of the street: Extended.
	POM string `json:"POM,omitempty"`
	// UsageRules are the rules for keeping and passing on the location (RFC 4119).
	UsageRules string `json:"usageRules,omitempty"`
	// Method is how the location was found (RFC 4119).
	Method string `json:"method,omitempty"`
	// ProvidedBy is who found the location (RFC 4119).
	ProvidedBy string `json:"providedBy,omitempty"`
}

// LocationQoS is how good a location has to be (TS 29.572 §6.1.6, LocationQoS). 5G only: carried, not served.
type LocationQoS struct {
	// HAccuracy is the horizontal accuracy in metres, not negative; nil: not asked for.
	HAccuracy *float64 `json:"hAccuracy,omitempty" t8:"min=0"`
	// VAccuracy is the vertical accuracy in metres, not negative; nil: not asked for.
	VAccuracy *float64 `json:"vAccuracy,omitempty" t8:"min=0"`
	// VerticalRequested asks for the height, too.
	VerticalRequested bool `json:"verticalRequested,omitempty"`
	// ResponseTime is how soon the location is needed.
	ResponseTime ResponseTime `json:"responseTime,omitempty"`
	// MinorLocQoSes are one or two lower qualities that will do as well, best first. Member minorLocQoses.
	MinorLocQoSes []MinorLocationQoS `json:"minorLocQoses,omitempty" t8:"min=1,max=2"`
	// LCSQoSClass is what happens when the quality cannot be had.
	LCSQoSClass LCSQoSClass `json:"lcsQosClass,omitempty"`
}

// MinorLocationQoS is a quality that will do when the first one cannot be had (TS 29.572 §6.1.6, MinorLocationQoS).
// 5G only: carried, not served.
type MinorLocationQoS struct {
	// HAccuracy is the horizontal accuracy in metres, not negative; nil: not asked for.
	HAccuracy *float64 `json:"hAccuracy,omitempty" t8:"min=0"`
	// VAccuracy is the vertical accuracy in metres, not negative; nil: not asked for.
	VAccuracy *float64 `json:"vAccuracy,omitempty" t8:"min=0"`
}

// RelatedUE is another UE in a ranging or sidelink location (TS 29.572 §6.1.6, RelatedUE). 5G only: carried, not
// served.
type RelatedUE struct {
	// ApplicationlayerID identifies the UE for the application.
	ApplicationlayerID string `json:"applicationlayerId" t8:"required"`
	// RelatedUEType is its part.
	RelatedUEType RelatedUEType `json:"relatedUEType" t8:"required"`
}

// AccuracyFulfilmentIndicator tells whether a location is as good as was asked for (TS 29.572 §6.1.6).
type AccuracyFulfilmentIndicator string

// The indications.
const (
	AccuracyFulfilled    AccuracyFulfilmentIndicator = "REQUESTED_ACCURACY_FULFILLED"
	AccuracyNotFulfilled AccuracyFulfilmentIndicator = "REQUESTED_ACCURACY_NOT_FULFILLED"
)

// Known reports whether the value is one of TS 29.572.
func (v AccuracyFulfilmentIndicator) Known() bool {
	return v == AccuracyFulfilled || v == AccuracyNotFulfilled
}

// LCSQoSClass tells what happens when a location cannot be as good as was asked for (TS 29.572 §6.1.6).
type LCSQoSClass string

// The classes.
const (
	LCSBestEffort  LCSQoSClass = "BEST_EFFORT"  // the location counts, however good it is
	LCSAssured     LCSQoSClass = "ASSURED"      // no location rather than a worse one
	LCSMultipleQoS LCSQoSClass = "MULTIPLE_QOS" // one of several qualities
)

// Known reports whether the value is one of TS 29.572.
func (v LCSQoSClass) Known() bool {
	return v == LCSBestEffort || v == LCSAssured || v == LCSMultipleQoS
}

// LDRType is what a deferred location request waits for (TS 29.572 §6.1.6).
type LDRType string

// What a location waits for.
const (
	LDRUEAvailable      LDRType = "UE_AVAILABLE"
	LDRPeriodic         LDRType = "PERIODIC"
	LDREnteringIntoArea LDRType = "ENTERING_INTO_AREA"
	LDRLeavingFromArea  LDRType = "LEAVING_FROM_AREA"
	LDRBeingInsideArea  LDRType = "BEING_INSIDE_AREA"
	LDRMotion           LDRType = "MOTION"
)

// Known reports whether the value is one of TS 29.572.
func (v LDRType) Known() bool {
	switch v {
	case LDRUEAvailable, LDRPeriodic, LDREnteringIntoArea, LDRLeavingFromArea, LDRBeingInsideArea, LDRMotion:
		return true
	}
	return false
}

// PositioningMethod is how a location was found (TS 29.572 §6.1.6).
type PositioningMethod string

// The methods.
const (
	PositioningCellID             PositioningMethod = "CELLID"
	PositioningECID               PositioningMethod = "ECID" // enhanced cell identity
	PositioningOTDOA              PositioningMethod = "OTDOA"
	PositioningBarometricPressure PositioningMethod = "BAROMETRIC_PRESSURE"
	PositioningWLAN               PositioningMethod = "WLAN"
	PositioningBluetooth          PositioningMethod = "BLUETOOTH"
	PositioningMBS                PositioningMethod = "MBS" // metropolitan beacon system
	PositioningMotionSensor       PositioningMethod = "MOTION_SENSOR"
	PositioningDLTDOA             PositioningMethod = "DL_TDOA"
	PositioningDLAOD              PositioningMethod = "DL_AOD"
	PositioningMultiRTT           PositioningMethod = "MULTI-RTT"
	PositioningNRECID             PositioningMethod = "NR_ECID"
	PositioningULTDOA             PositioningMethod = "UL_TDOA"
	PositioningULAOA              PositioningMethod = "UL_AOA"
	PositioningNetworkSpecific    PositioningMethod = "NETWORK_SPECIFIC"
)

// Known reports whether the value is one of TS 29.572.
func (v PositioningMethod) Known() bool {
	switch v {
	case PositioningCellID, PositioningECID, PositioningOTDOA, PositioningBarometricPressure, PositioningWLAN,
		PositioningBluetooth, PositioningMBS, PositioningMotionSensor, PositioningDLTDOA, PositioningDLAOD,
		PositioningMultiRTT, PositioningNRECID, PositioningULTDOA, PositioningULAOA, PositioningNetworkSpecific:
		return true
	}
	return false
}

// RangingSLResult is what a ranging or sidelink location has to bring (TS 29.572 §6.1.6).
type RangingSLResult string

// The results.
const (
	RangingAbsoluteLocation RangingSLResult = "ABSOLUTE_LOCATION"
	RangingRelativeLocation RangingSLResult = "RELATIVE_LOCATION"
	RangingWithDirection    RangingSLResult = "RANGING_DIRECTION" // distance and direction
	RangingDistance         RangingSLResult = "RANGING"
	RangingDirection        RangingSLResult = "DIRECTION"
	RangingVelocity         RangingSLResult = "VELOCITY"
	RangingRelativeVelocity RangingSLResult = "RELATIVE_VELOCITY"
)

// Known reports whether the value is one of TS 29.572.
func (v RangingSLResult) Known() bool {
	switch v {
	case RangingAbsoluteLocation, RangingRelativeLocation, RangingWithDirection, RangingDistance, RangingDirection,
		RangingVelocity, RangingRelativeVelocity:
		return true
	}
	return false
}

// RelatedUEType is the part of a UE in a ranging or sidelink location (TS 29.572 §6.1.6).
type RelatedUEType string

// The parts.
const (
	RelatedLocatedUE   RelatedUEType = "LOCATED_UE" // helps with its own known location
	RelatedReferenceUE RelatedUEType = "REFERENCE_UE"
)

// Known reports whether the value is one of TS 29.572.
func (v RelatedUEType) Known() bool { return v == RelatedLocatedUE || v == RelatedReferenceUE }

// ResponseTime is how soon a location is needed (TS 29.572 §6.1.6).
type ResponseTime string

// How soon.
const (
	ResponseLowDelay      ResponseTime = "LOW_DELAY"
	ResponseDelayTolerant ResponseTime = "DELAY_TOLERANT"
	ResponseNoDelay       ResponseTime = "NO_DELAY"
)

// Known reports whether the value is one of TS 29.572.
func (v ResponseTime) Known() bool {
	return v == ResponseLowDelay || v == ResponseDelayTolerant || v == ResponseNoDelay
}

// VelocityRequested tells whether the velocity is asked for together with the location (TS 29.572 §6.1.6).
type VelocityRequested string

// Whether the velocity is asked for.
const (
	VelocityIsNotRequested VelocityRequested = "VELOCITY_IS_NOT_REQUESTED"
	VelocityIsRequested    VelocityRequested = "VELOCITY_IS_REQUESTED"
)

// Known reports whether the value is one of TS 29.572.
func (v VelocityRequested) Known() bool {
	return v == VelocityIsNotRequested || v == VelocityIsRequested
}
