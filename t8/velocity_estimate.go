package t8

// VelocityEstimate is how fast and where to a UE moves (TS 29.572 §6.1.6, VelocityEstimate; TS 23.032). The four forms
// of the standard are one type: always a horizontal velocity, with or without a vertical one, with or without
// uncertainties.
type VelocityEstimate struct {
	// HSpeed is the horizontal speed in km/h, 0 to 2047.
	HSpeed float64 `json:"hSpeed" t8:"required,min=0,max=2047"`
	// Bearing is the direction in degrees clockwise from north, 0 to 360.
	Bearing int `json:"bearing" t8:"required,min=0,max=360"`
	// VSpeed is the vertical speed in km/h, 0 to 255; nil: not known. It comes with VDirection.
	VSpeed *float64 `json:"vSpeed,omitempty" t8:"min=0,max=255"`
	// VDirection tells whether the UE rises or falls. It comes with VSpeed.
	VDirection VerticalDirection `json:"vDirection,omitempty"`
	// HUncertainty is that of HSpeed in km/h, 0 to 255; nil: not known.
	HUncertainty *float64 `json:"hUncertainty,omitempty" t8:"min=0,max=255"`
	// VUncertainty is that of VSpeed in km/h, 0 to 255; nil: not known. With a vertical speed, either both
	// uncertainties are given or none.
	VUncertainty *float64 `json:"vUncertainty,omitempty" t8:"min=0,max=255"`
}

func (e *VelocityEstimate) selfCheck(c *checker) {
	if e.VSpeed == nil && e.VDirection == "" && e.VUncertainty == nil {
		return
	}
	if e.VSpeed == nil {
		c.missing("/vSpeed")
	}
	if e.VDirection == "" {
		c.missing("/vDirection")
	}
	if e.HUncertainty != nil && e.VUncertainty == nil {
		c.missing("/vUncertainty")
	}
	if e.HUncertainty == nil && e.VUncertainty != nil {
		c.missing("/hUncertainty")
	}
}

// VerticalDirection tells whether a UE rises or falls (TS 29.572 §6.1.6).
type VerticalDirection string

// The directions.
const (
	Upward   VerticalDirection = "UPWARD"
	Downward VerticalDirection = "DOWNWARD"
)

// Known reports whether the value is one of TS 29.572.
func (v VerticalDirection) Known() bool { return v == Upward || v == Downward }
