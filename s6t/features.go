package s6t

import (
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
)

// Features is the Feature-List with Feature-List-ID 1 (TS 29.336 §8): what a node can do.
type Features uint32

// Values of Features.
const (
	FeatureMONTE                              Features = 1 << 0  // monitoring events
	FeatureAESECommunicationPattern           Features = 1 << 1  // communication patterns
	FeatureNIDDAuthorization                  Features = 1 << 2  // NIR and NIA
	FeatureEnhancedCoverageRestrictionControl Features = 1 << 3  // restriction of enhanced coverage
	FeatureNIDDAuthorizationUpdate            Features = 1 << 4  // the HSS changes what it granted; needs FeatureNIDDAuthorization
	FeatureReportEffMONTE                     Features = 1 << 5  // RIR-Flags tells that monitoring events ended or changed
	FeatureEventCancellationReport            Features = 1 << 6  // the HSS reports events that it cancels
	FeatureConfigEffCP                        Features = 1 << 7  // all communication patterns are deleted with one flag
	FeatureConfigEffNP                        Features = 1 << 8  // all network configurations are deleted with one flag
	FeatureExtendedReferenceIDs               Features = 1 << 9  // references of 64 bits
	FeatureDynamicGroupEventMonitoring        Features = 1 << 10 // members leave and join the event of their group; the bit is not confirmed
)

// Supported returns the AVP that announces the features of f.
func (f Features) Supported() tgpp.SupportedFeatures {
	return tgpp.SupportedFeatures{VendorID: uint32(diameter.Vendor3GPP), FeatureListID: 1, FeatureList: uint32(f)}
}

// FeaturesOf returns the features that a peer announces; 0 when it announces none of the list.
func FeaturesOf(announced []tgpp.SupportedFeatures) Features {
	return Features(tgpp.FeatureBits(announced, 1))
}

// String lists the names of the features.
func (f Features) String() string {
	return diameter.BitString(uint64(f), func(bit int) string {
		switch bit {
		case 0:
			return "MONTE"
		case 1:
			return "AESE-Communication-Pattern"
		case 2:
			return "NIDD-Authorization"
		case 3:
			return "Enhanced-Coverage-Restriction-Control"
		case 4:
			return "NIDD Authorization Update"
		case 5:
			return "Report-Eff-MONTE"
		case 6:
			return "Event Cancellation Report"
		case 7:
			return "Config-Eff-CP"
		case 8:
			return "Config-Eff-NP"
		case 9:
			return "Extended Reference IDs"
		case 10:
			return "Dynamic-Group-Event-Monitoring"
		}
		return ""
	})
}
