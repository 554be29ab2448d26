package t8

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// GeographicArea is a place on Earth (TS 29.572 §6.1.6, GeographicArea; TS 23.032): one of the shapes of the standard,
// told apart by the member shape on the wire. A type switch on Shape finds out which one it is:
//
//	switch s := area.Shape.(type) {
//	case *t8.Point:
//	case *t8.Polygon:
//	}
//
// The zero value is no area.
type GeographicArea struct {
	// Shape is a *Point, *PointUncertaintyCircle, *PointUncertaintyEllipse, *Polygon, *PointAltitude,
	// *PointAltitudeUncertainty or *EllipsoidArc; from a server also an *OtherShape. Nil: no area.
	Shape Shape
}

// A Shape is what a GeographicArea holds. The pointers to the shapes of this package are Shapes, and nothing else is.
type Shape interface {
	// Name is what the member shape says.
	Name() SupportedGADShapes
	shape()
}

// Point is a point without height, uncertainty or extent.
type Point struct {
	// Point is the position.
	Point GeographicalCoordinates `json:"point" t8:"required"`
}

// PointUncertaintyCircle is a circle around a point.
type PointUncertaintyCircle struct {
	// Point is the centre.
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// Uncertainty is the radius in metres, not negative.
	Uncertainty float64 `json:"uncertainty" t8:"required,min=0"`
}

// PointUncertaintyEllipse is an ellipse around a point.
type PointUncertaintyEllipse struct {
	// Point is the centre.
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// UncertaintyEllipse gives axes and orientation.
	UncertaintyEllipse UncertaintyEllipse `json:"uncertaintyEllipse" t8:"required"`
	// Confidence is the probability in percent, 0 to 100, that the UE is inside.
	Confidence int `json:"confidence" t8:"required,min=0,max=100"`
}

// Polygon is the area inside of 3 to 15 corners.
type Polygon struct {
	// Points are the corners in their order. Member pointList.
	Points []GeographicalCoordinates `json:"pointList" t8:"required,min=3,max=15"`
}

// PointAltitude is a point with a height.
type PointAltitude struct {
	// Point is the position.
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// Altitude is the height in metres above the ellipsoid of WGS 84, -32767 to 32767.
	Altitude float64 `json:"altitude" t8:"required,min=-32767,max=32767"`
}

// PointAltitudeUncertainty is an ellipsoid around a point with a height.
type PointAltitudeUncertainty struct {
	// Point is the centre.
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// Altitude is the height in metres above the ellipsoid of WGS 84, -32767 to 32767.
	Altitude float64 `json:"altitude" t8:"required,min=-32767,max=32767"`
	// UncertaintyEllipse gives the horizontal axes and their orientation.
	UncertaintyEllipse UncertaintyEllipse `json:"uncertaintyEllipse" t8:"required"`
	// UncertaintyAltitude is the vertical half axis in metres, not negative.
	UncertaintyAltitude float64 `json:"uncertaintyAltitude" t8:"required,min=0"`
	// Confidence is the probability in percent, 0 to 100, that the UE is inside.
	Confidence int `json:"confidence" t8:"required,min=0,max=100"`
}

// EllipsoidArc is a sector of a ring around a point.
type EllipsoidArc struct {
	// Point is the centre of the ring.
	Point GeographicalCoordinates `json:"point" t8:"required"`
	// InnerRadius is that of the ring in metres, 0 to 327675.
	InnerRadius int `json:"innerRadius" t8:"required,min=0,max=327675"`
	// UncertaintyRadius is the breadth of the ring in metres, not negative.
	UncertaintyRadius float64 `json:"uncertaintyRadius" t8:"required,min=0"`
	// OffsetAngle is where the sector begins, in degrees clockwise from north, 0 to 360.
	OffsetAngle int `json:"offsetAngle" t8:"required,min=0,max=360"`
	// IncludedAngle is how wide the sector is in degrees, 0 to 360.
	IncludedAngle int `json:"includedAngle" t8:"required,min=0,max=360"`
	// Confidence is the probability in percent, 0 to 100, that the UE is inside.
	Confidence int `json:"confidence" t8:"required,min=0,max=100"`
}

// OtherShape is a shape that this package does not know. It comes from servers only: a request that holds one is
// refused.
type OtherShape struct {
	// Shape is what the member shape says.
	Shape SupportedGADShapes `json:"-"`
	// Object is the JSON object as it came.
	Object json.RawMessage `json:"-"`
}

// GeographicalCoordinates is a position in degrees of WGS 84 (TS 29.572 §6.1.6).
type GeographicalCoordinates struct {
	// Lon is the longitude, -180 to 180; east is positive.
	Lon float64 `json:"lon" t8:"required,min=-180,max=180"`
	// Lat is the latitude, -90 to 90; north is positive.
	Lat float64 `json:"lat" t8:"required,min=-90,max=90"`
}

// UncertaintyEllipse is the ellipse in which a UE is thought to be (TS 29.572 §6.1.6).
type UncertaintyEllipse struct {
	// SemiMajor is the longer half axis in metres, not negative.
	SemiMajor float64 `json:"semiMajor" t8:"required,min=0"`
	// SemiMinor is the shorter half axis in metres, not negative.
	SemiMinor float64 `json:"semiMinor" t8:"required,min=0"`
	// OrientationMajor is the direction of the longer axis in degrees clockwise from north, 0 to 180.
	OrientationMajor int `json:"orientationMajor" t8:"required,min=0,max=180"`
}

// SupportedGADShapes names a shape (TS 29.572 §6.1.6; GAD: geographical area description).
type SupportedGADShapes string

// The shapes. A GeographicArea may have the first seven; the others are of 5G ranging and local coordinates.
const (
	GADPoint                       SupportedGADShapes = "POINT"
	GADPointUncertaintyCircle      SupportedGADShapes = "POINT_UNCERTAINTY_CIRCLE"
	GADPointUncertaintyEllipse     SupportedGADShapes = "POINT_UNCERTAINTY_ELLIPSE"
	GADPolygon                     SupportedGADShapes = "POLYGON"
	GADPointAltitude               SupportedGADShapes = "POINT_ALTITUDE"
	GADPointAltitudeUncertainty    SupportedGADShapes = "POINT_ALTITUDE_UNCERTAINTY"
	GADEllipsoidArc                SupportedGADShapes = "ELLIPSOID_ARC"
	GADLocal2DPointEllipse         SupportedGADShapes = "LOCAL_2D_POINT_UNCERTAINTY_ELLIPSE"
	GADLocal3DPointEllipsoid       SupportedGADShapes = "LOCAL_3D_POINT_UNCERTAINTY_ELLIPSOID"
	GADRangeDirection              SupportedGADShapes = "RANGE_DIRECTION"
	GADRelative2DLocationEllipse   SupportedGADShapes = "RELATIVE_2D_LOCATION_UNCERTAINTY_ELLIPSE"
	GADRelative3DLocationEllipsoid SupportedGADShapes = "RELATIVE_3D_LOCATION_UNCERTAINTY_ELLIPSOID"
)

// Known reports whether the value is one of TS 29.572.
func (v SupportedGADShapes) Known() bool {
	switch v {
	case GADPoint, GADPointUncertaintyCircle, GADPointUncertaintyEllipse, GADPolygon, GADPointAltitude,
		GADPointAltitudeUncertainty, GADEllipsoidArc, GADLocal2DPointEllipse, GADLocal3DPointEllipsoid,
		GADRangeDirection, GADRelative2DLocationEllipse, GADRelative3DLocationEllipsoid:
		return true
	}
	return false
}

// Name returns POINT.
func (*Point) Name() SupportedGADShapes { return GADPoint }

// Name returns POINT_UNCERTAINTY_CIRCLE.
func (*PointUncertaintyCircle) Name() SupportedGADShapes { return GADPointUncertaintyCircle }

// Name returns POINT_UNCERTAINTY_ELLIPSE.
func (*PointUncertaintyEllipse) Name() SupportedGADShapes { return GADPointUncertaintyEllipse }

// Name returns POLYGON.
func (*Polygon) Name() SupportedGADShapes { return GADPolygon }

// Name returns POINT_ALTITUDE.
func (*PointAltitude) Name() SupportedGADShapes { return GADPointAltitude }

// Name returns POINT_ALTITUDE_UNCERTAINTY.
func (*PointAltitudeUncertainty) Name() SupportedGADShapes { return GADPointAltitudeUncertainty }

// Name returns ELLIPSOID_ARC.
func (*EllipsoidArc) Name() SupportedGADShapes { return GADEllipsoidArc }

// Name returns what the member shape says.
func (s *OtherShape) Name() SupportedGADShapes { return s.Shape }

func (*Point) shape()                    {}
func (*PointUncertaintyCircle) shape()   {}
func (*PointUncertaintyEllipse) shape()  {}
func (*Polygon) shape()                  {}
func (*PointAltitude) shape()            {}
func (*PointAltitudeUncertainty) shape() {}
func (*EllipsoidArc) shape()             {}
func (*OtherShape) shape()               {}

var shapes = map[string]reflect.Type{
	string(GADPoint):                    reflect.TypeFor[*Point](),
	string(GADPointUncertaintyCircle):   reflect.TypeFor[*PointUncertaintyCircle](),
	string(GADPointUncertaintyEllipse):  reflect.TypeFor[*PointUncertaintyEllipse](),
	string(GADPolygon):                  reflect.TypeFor[*Polygon](),
	string(GADPointAltitude):            reflect.TypeFor[*PointAltitude](),
	string(GADPointAltitudeUncertainty): reflect.TypeFor[*PointAltitudeUncertainty](),
	string(GADEllipsoidArc):             reflect.TypeFor[*EllipsoidArc](),
}

func (*GeographicArea) variants() (string, map[string]reflect.Type) { return "shape", shapes }

func (a *GeographicArea) variant() any     { return a.Shape }
func (a *GeographicArea) hold(variant any) { a.Shape = variant.(Shape) }

func (a *GeographicArea) keep(text string, object []byte) {
	a.Shape = &OtherShape{SupportedGADShapes(text), object}
}

// IsZero reports whether there is no area.
func (a GeographicArea) IsZero() bool { return a.Shape == nil }

// MarshalJSON writes the shape with its name; null when there is none.
func (a GeographicArea) MarshalJSON() ([]byte, error) {
	if a.Shape == nil || reflect.ValueOf(a.Shape).IsNil() {
		return []byte("null"), nil
	}
	if other, ok := a.Shape.(*OtherShape); ok {
		return other.Object, nil
	}
	members, err := json.Marshal(a.Shape)
	if err != nil {
		return nil, err
	}
	b := appendText([]byte(`{"shape":`), string(a.Shape.Name()))
	return append(append(b, ','), members[1:]...), nil // a shape has at least one member more
}

// UnmarshalJSON reads a shape or null. A shape that is not known becomes an OtherShape.
func (a *GeographicArea) UnmarshalJSON(b []byte) error {
	*a = GeographicArea{}
	if string(bytes.TrimSpace(b)) == "null" {
		return nil
	}
	if e := decodeBody(b, a, modeAnswer); e != nil {
		return fmt.Errorf("t8: area: %w", e)
	}
	return nil
}
