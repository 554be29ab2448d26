package tgpp

import "github.com/scefkit/scefkit/diameter"

// FeatureBits returns the Feature-List of 3GPP that has the given Feature-List-ID, or 0 when it is not among announced. What
// the bits mean depends on the reference point.
func FeatureBits(announced []SupportedFeatures, list uint32) uint32 {
	for i := range announced {
		if f := &announced[i]; f.VendorID == uint32(diameter.Vendor3GPP) && f.FeatureListID == list {
			return f.FeatureList
		}
	}
	return 0
}
