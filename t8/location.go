package t8

import (
	"encoding/json"
)

// AccuracyFulfilmentIndicator FIXME.
type AccuracyFulfilmentIndicator string

const (
	AccuracyFulfilmentIndicatorRequestedAccuracyFulfilled    AccuracyFulfilmentIndicator = "REQUESTED_ACCURACY_FULFILLED"
	AccuracyFulfilmentIndicatorRequestedAccuracyNotFulfilled AccuracyFulfilmentIndicator = "REQUESTED_ACCURACY_NOT_FULFILLED"
)

// CivicAddress FIXME (TS29572_Nlmf_Location#CivicAddress).
type CivicAddress struct {
	// FIXME string
	Country string `json:"country,omitempty"`
	// FIXME string
	A1 string `json:"A1,omitempty"`
	// FIXME string
	A2 string `json:"A2,omitempty"`
	// FIXME string
	A3 string `json:"A3,omitempty"`
	// FIXME string
	A4 string `json:"A4,omitempty"`
	// FIXME string
	A5 string `json:"A5,omitempty"`
	// FIXME string
	A6 string `json:"A6,omitempty"`
	// FIXME string
	PRD string `json:"PRD,omitempty"`
	// FIXME string
	POD string `json:"POD,omitempty"`
	// FIXME string
	STS string `json:"STS,omitempty"`
	// FIXME string
	HNO string `json:"HNO,omitempty"`
	// FIXME string
	HNS string `json:"HNS,omitempty"`
	// FIXME string
	LMK string `json:"LMK,omitempty"`
	// FIXME string
	LOC string `json:"LOC,omitempty"`
	// FIXME string
	NAM string `json:"NAM,omitempty"`
	// FIXME string
	PC string `json:"PC,omitempty"`
	// FIXME string
	BLD string `json:"BLD,omitempty"`
	// FIXME string
	UNIT string `json:"UNIT,omitempty"`
	// FIXME string
	FLR string `json:"FLR,omitempty"`
	// FIXME string
	ROOM string `json:"ROOM,omitempty"`
	// FIXME string
	PLC string `json:"PLC,omitempty"`
	// FIXME string
	PCN string `json:"PCN,omitempty"`
	// FIXME string
	POBOX string `json:"POBOX,omitempty"`
	// FIXME string
	ADDCODE string `json:"ADDCODE,omitempty"`
	// FIXME string
	SEAT string `json:"SEAT,omitempty"`
	// FIXME string
	RD string `json:"RD,omitempty"`
	// FIXME string
	RDSEC string `json:"RDSEC,omitempty"`
	// FIXME string
	RDBR string `json:"RDBR,omitempty"`
	// FIXME string
	RDSUBBR string `json:"RDSUBBR,omitempty"`
	// FIXME string
	PRM string `json:"PRM,omitempty"`
	// FIXME string
	POM string `json:"POM,omitempty"`
	// FIXME string
	UsageRules string `json:"usageRules,omitempty"`
	// FIXME string
	Method string `json:"method,omitempty"`
	// FIXME string
	ProvidedBy string `json:"providedBy,omitempty"`
}

// EllipsoidArc FIXME (TS29572_Nlmf_Location#EllipsoidArc).
type EllipsoidArc struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
	// FIXME GeographicalCoordinates
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// FIXME InnerRadius
	InnerRadius int `json:"innerRadius" t8:"required,min=0,max=327675"`
	// FIXME Uncertainty
	UncertaintyRadius float64 `json:"uncertaintyRadius" t8:"required,min=0"`
	// FIXME Angle
	OffsetAngle int `json:"offsetAngle" t8:"required,min=0,max=360"`
	// FIXME Angle
	IncludedAngle int `json:"includedAngle" t8:"required,min=0,max=360"`
	// FIXME Confidence
	Confidence int `json:"confidence" t8:"required,min=0,max=100"`
}

// GADShape FIXME (TS29572_Nlmf_Location#GADShape).
type GADShape struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
}

// GeographicArea FIXME union: Point|PointUncertaintyCircle|PointUncertaintyEllipse|Polygon|PointAltitude|PointAltitudeUncertainty|EllipsoidArc.
type GeographicArea struct{ json.RawMessage }

// GeographicalCoordinates FIXME (TS29572_Nlmf_Location#GeographicalCoordinates).
type GeographicalCoordinates struct {
	// FIXME number:double
	Lon float64 `json:"lon" t8:"required,min=-180,max=180"`
	// FIXME number:double
	Lat float64 `json:"lat" t8:"required,min=-90,max=90"`
}

// HorizontalVelocity FIXME (TS29572_Nlmf_Location#HorizontalVelocity).
type HorizontalVelocity struct {
	// FIXME HorizontalSpeed
	HSpeed float64 `json:"hSpeed" t8:"required,min=0,max=2047"`
	// FIXME Angle
	Bearing int `json:"bearing" t8:"required,min=0,max=360"`
}

// HorizontalVelocityWithUncertainty FIXME (TS29572_Nlmf_Location#HorizontalVelocityWithUncertainty).
type HorizontalVelocityWithUncertainty struct {
	// FIXME HorizontalSpeed
	HSpeed float64 `json:"hSpeed" t8:"required,min=0,max=2047"`
	// FIXME Angle
	Bearing int `json:"bearing" t8:"required,min=0,max=360"`
	// FIXME SpeedUncertainty
	HUncertainty float64 `json:"hUncertainty" t8:"required,min=0,max=255"`
}

// HorizontalWithVerticalVelocity FIXME (TS29572_Nlmf_Location#HorizontalWithVerticalVelocity).
type HorizontalWithVerticalVelocity struct {
	// FIXME HorizontalSpeed
	HSpeed float64 `json:"hSpeed" t8:"required,min=0,max=2047"`
	// FIXME Angle
	Bearing int `json:"bearing" t8:"required,min=0,max=360"`
	// FIXME VerticalSpeed
	VSpeed float64 `json:"vSpeed" t8:"required,min=0,max=255"`
	// FIXME VerticalDirection
	VDirection VerticalDirection `json:"vDirection" t8:"required"`
}

// HorizontalWithVerticalVelocityAndUncertainty FIXME (TS29572_Nlmf_Location#HorizontalWithVerticalVelocityAndUncertainty).
type HorizontalWithVerticalVelocityAndUncertainty struct {
	// FIXME HorizontalSpeed
	HSpeed float64 `json:"hSpeed" t8:"required,min=0,max=2047"`
	// FIXME Angle
	Bearing int `json:"bearing" t8:"required,min=0,max=360"`
	// FIXME VerticalSpeed
	VSpeed float64 `json:"vSpeed" t8:"required,min=0,max=255"`
	// FIXME VerticalDirection
	VDirection VerticalDirection `json:"vDirection" t8:"required"`
	// FIXME SpeedUncertainty
	HUncertainty float64 `json:"hUncertainty" t8:"required,min=0,max=255"`
	// FIXME SpeedUncertainty
	VUncertainty float64 `json:"vUncertainty" t8:"required,min=0,max=255"`
}

// LcsQoSClass FIXME.
type LcsQoSClass string

const (
	LcsQoSClassBestEffort  LcsQoSClass = "BEST_EFFORT"
	LcsQoSClassAssured     LcsQoSClass = "ASSURED"
	LcsQoSClassMultipleQoS LcsQoSClass = "MULTIPLE_QOS"
)

// LdrType FIXME.
type LdrType string

const (
	LdrTypeUEAvailable      LdrType = "UE_AVAILABLE"
	LdrTypePeriodic         LdrType = "PERIODIC"
	LdrTypeEnteringIntoArea LdrType = "ENTERING_INTO_AREA"
	LdrTypeLeavingFromArea  LdrType = "LEAVING_FROM_AREA"
	LdrTypeBeingInsideArea  LdrType = "BEING_INSIDE_AREA"
	LdrTypeMotion           LdrType = "MOTION"
)

// LocationQoS FIXME (TS29572_Nlmf_Location#LocationQoS).
type LocationQoS struct {
	// FIXME Accuracy
	HAccuracy *float64 `json:"hAccuracy,omitempty" t8:"min=0"`
	// FIXME Accuracy
	VAccuracy *float64 `json:"vAccuracy,omitempty" t8:"min=0"`
	// FIXME boolean
	VerticalRequested *bool `json:"verticalRequested,omitempty"`
	// FIXME ResponseTime
	ResponseTime ResponseTime `json:"responseTime,omitempty"`
	// FIXME []MinorLocationQoS
	MinorLocQoses []MinorLocationQoS `json:"minorLocQoses,omitempty" t8:"min=1,max=2"`
	// FIXME LcsQosClass
	LcsQoSClass LcsQoSClass `json:"lcsQosClass,omitempty"`
}

// MinorLocationQoS FIXME (TS29572_Nlmf_Location#MinorLocationQoS).
type MinorLocationQoS struct {
	// FIXME Accuracy
	HAccuracy *float64 `json:"hAccuracy,omitempty" t8:"min=0"`
	// FIXME Accuracy
	VAccuracy *float64 `json:"vAccuracy,omitempty" t8:"min=0"`
}

// Point FIXME (TS29572_Nlmf_Location#Point).
type Point struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
	// FIXME GeographicalCoordinates
	Point GeographicalCoordinates `json:"point" t8:"required"`
}

// PointAltitude FIXME (TS29572_Nlmf_Location#PointAltitude).
type PointAltitude struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
	// FIXME GeographicalCoordinates
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// FIXME Altitude
	Altitude float64 `json:"altitude" t8:"required,min=-32767,max=32767"`
}

// PointAltitudeUncertainty FIXME (TS29572_Nlmf_Location#PointAltitudeUncertainty).
type PointAltitudeUncertainty struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
	// FIXME GeographicalCoordinates
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// FIXME Altitude
	Altitude float64 `json:"altitude" t8:"required,min=-32767,max=32767"`
	// FIXME UncertaintyEllipse
	UncertaintyEllipse UncertaintyEllipse `json:"uncertaintyEllipse" t8:"required"`
	// FIXME Uncertainty
	UncertaintyAltitude float64 `json:"uncertaintyAltitude" t8:"required,min=0"`
	// FIXME Confidence
	Confidence int `json:"confidence" t8:"required,min=0,max=100"`
}

// PointUncertaintyCircle FIXME (TS29572_Nlmf_Location#PointUncertaintyCircle).
type PointUncertaintyCircle struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
	// FIXME GeographicalCoordinates
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// FIXME Uncertainty
	Uncertainty float64 `json:"uncertainty" t8:"required,min=0"`
}

// PointUncertaintyEllipse FIXME (TS29572_Nlmf_Location#PointUncertaintyEllipse).
type PointUncertaintyEllipse struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
	// FIXME GeographicalCoordinates
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// FIXME UncertaintyEllipse
	UncertaintyEllipse UncertaintyEllipse `json:"uncertaintyEllipse" t8:"required"`
	// FIXME Confidence
	Confidence int `json:"confidence" t8:"required,min=0,max=100"`
}

// Polygon FIXME (TS29572_Nlmf_Location#Polygon).
type Polygon struct {
	// FIXME SupportedGADShapes
	Shape SupportedGADShapes `json:"shape" t8:"required"`
	// FIXME PointList
	PointList any `json:"pointList" t8:"required,min=3,max=15"`
}

// PositioningMethod FIXME.
type PositioningMethod string

const (
	PositioningMethodCellid             PositioningMethod = "CELLID"
	PositioningMethodEcid               PositioningMethod = "ECID"
	PositioningMethodOtdoa              PositioningMethod = "OTDOA"
	PositioningMethodBarometricPressure PositioningMethod = "BAROMETRIC_PRESSURE"
	PositioningMethodWlan               PositioningMethod = "WLAN"
	PositioningMethodBluetooth          PositioningMethod = "BLUETOOTH"
	PositioningMethodMbs                PositioningMethod = "MBS"
	PositioningMethodMotionSensor       PositioningMethod = "MOTION_SENSOR"
	PositioningMethodDlTdoa             PositioningMethod = "DL_TDOA"
	PositioningMethodDlAod              PositioningMethod = "DL_AOD"
	PositioningMethodMultiRtt           PositioningMethod = "MULTI-RTT"
	PositioningMethodNrEcid             PositioningMethod = "NR_ECID"
	PositioningMethodUlTdoa             PositioningMethod = "UL_TDOA"
	PositioningMethodUlAoa              PositioningMethod = "UL_AOA"
	PositioningMethodNetworkSpecific    PositioningMethod = "NETWORK_SPECIFIC"
)

// RangingSlResult FIXME.
type RangingSlResult string

const (
	RangingSlResultAbsoluteLocation RangingSlResult = "ABSOLUTE_LOCATION"
	RangingSlResultRelativeLocation RangingSlResult = "RELATIVE_LOCATION"
	RangingSlResultRangingDirection RangingSlResult = "RANGING_DIRECTION"
	RangingSlResultRanging          RangingSlResult = "RANGING"
	RangingSlResultDirection        RangingSlResult = "DIRECTION"
	RangingSlResultVelocity         RangingSlResult = "VELOCITY"
	RangingSlResultRelativeVelocity RangingSlResult = "RELATIVE_VELOCITY"
)

// RelatedUE FIXME (TS29572_Nlmf_Location#RelatedUE).
type RelatedUE struct {
	// FIXME TS29571_CommonData#ApplicationlayerId
	ApplicationlayerID string `json:"applicationlayerId" t8:"required"`
	// FIXME RelatedUEType
	RelatedUEType RelatedUEType `json:"relatedUEType" t8:"required"`
}

// RelatedUEType FIXME.
type RelatedUEType string

const (
	RelatedUETypeLocatedUE   RelatedUEType = "LOCATED_UE"
	RelatedUETypeReferenceUE RelatedUEType = "REFERENCE_UE"
)

// ResponseTime FIXME.
type ResponseTime string

const (
	ResponseTimeLowDelay      ResponseTime = "LOW_DELAY"
	ResponseTimeDelayTolerant ResponseTime = "DELAY_TOLERANT"
	ResponseTimeNoDelay       ResponseTime = "NO_DELAY"
)

// SupportedGADShapes FIXME.
type SupportedGADShapes string

const (
	SupportedGADShapesPoint                                   SupportedGADShapes = "POINT"
	SupportedGADShapesPointUncertaintyCircle                  SupportedGADShapes = "POINT_UNCERTAINTY_CIRCLE"
	SupportedGADShapesPointUncertaintyEllipse                 SupportedGADShapes = "POINT_UNCERTAINTY_ELLIPSE"
	SupportedGADShapesPolygon                                 SupportedGADShapes = "POLYGON"
	SupportedGADShapesPointAltitude                           SupportedGADShapes = "POINT_ALTITUDE"
	SupportedGADShapesPointAltitudeUncertainty                SupportedGADShapes = "POINT_ALTITUDE_UNCERTAINTY"
	SupportedGADShapesEllipsoidArc                            SupportedGADShapes = "ELLIPSOID_ARC"
	SupportedGADShapesLocalX2dPointUncertaintyEllipse         SupportedGADShapes = "LOCAL_2D_POINT_UNCERTAINTY_ELLIPSE"
	SupportedGADShapesLocalX3dPointUncertaintyEllipsoid       SupportedGADShapes = "LOCAL_3D_POINT_UNCERTAINTY_ELLIPSOID"
	SupportedGADShapesRangeDirection                          SupportedGADShapes = "RANGE_DIRECTION"
	SupportedGADShapesRelativeX2dLocationUncertaintyEllipse   SupportedGADShapes = "RELATIVE_2D_LOCATION_UNCERTAINTY_ELLIPSE"
	SupportedGADShapesRelativeX3dLocationUncertaintyEllipsoid SupportedGADShapes = "RELATIVE_3D_LOCATION_UNCERTAINTY_ELLIPSOID"
)

// UncertaintyEllipse FIXME (TS29572_Nlmf_Location#UncertaintyEllipse).
type UncertaintyEllipse struct {
	// FIXME Uncertainty
	SemiMajor float64 `json:"semiMajor" t8:"required,min=0"`
	// FIXME Uncertainty
	SemiMinor float64 `json:"semiMinor" t8:"required,min=0"`
	// FIXME Orientation
	OrientationMajor int `json:"orientationMajor" t8:"required,min=0,max=180"`
}

// VelocityEstimate FIXME union: HorizontalVelocity|HorizontalWithVerticalVelocity|HorizontalVelocityWithUncertainty|HorizontalWithVerticalVelocityAndUncertainty.
type VelocityEstimate struct{ json.RawMessage }

// VelocityRequested FIXME.
type VelocityRequested string

const (
	VelocityRequestedVelocityIsNotRequested VelocityRequested = "VELOCITY_IS_NOT_REQUESTED"
	VelocityRequestedVelocityIsRequested    VelocityRequested = "VELOCITY_IS_REQUESTED"
)

// VerticalDirection FIXME.
type VerticalDirection string

const (
	VerticalDirectionUpward   VerticalDirection = "UPWARD"
	VerticalDirectionDownward VerticalDirection = "DOWNWARD"
)
