package rx

import (
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
)

// Features is the Feature-List with Feature-List-ID 1 (TS 29.214 §5.4.1): what a node can do.
type Features uint32

// Values of Features.
const (
	FeatureRel8                     Features = 1 << 0
	FeatureRel9                     Features = 1 << 1
	FeatureProvAFsignalFlow         Features = 1 << 2 // the AF provides the flows of its signalling
	FeatureSponsoredConnectivity    Features = 1 << 3 // sponsored data
	FeatureRel10                    Features = 1 << 4
	FeatureNetLoc                   Features = 1 << 5  // reports of the access network
	FeatureExtendedFilter           Features = 1 << 6  // filters with local and remote addresses
	FeatureSCTimeBasedUM            Features = 1 << 7  // time thresholds of sponsored data
	FeatureNetLocTrustedWLAN        Features = 1 << 8  // reports of trusted WLAN
	FeatureRANNASCause              Features = 1 << 9  // causes of RAN and NAS
	FeatureGroupComService          Features = 1 << 10 // priority of group communication
	FeatureResShare                 Features = 1 << 11 // sessions of an AF share resources
	FeatureDeferredService          Features = 1 << 12 // a policy of background data transfer is used
	FeatureDSCP                     Features = 1 << 13 // DSCP in filters
	FeatureSponsorChange            Features = 1 << 14 // the sponsor changes during the session
	FeatureE2EQOSMTSI               Features = 1 << 15 // bandwidth ranges for MTSI
	FeatureNetLocUntrustedWLAN      Features = 1 << 16 // reports of untrusted WLAN
	FeatureMCPTT                    Features = 1 << 17 // mission critical push to talk
	FeaturePrioritySharing          Features = 1 << 18 // sessions share their priority
	FeaturePLMNInfo                 Features = 1 << 19 // reports of the serving network
	FeatureMediaComponentVersioning Features = 1 << 20 // Content-Version
	FeatureMCPTTPreemption          Features = 1 << 21 // what is pre-empted for MCPTT
	FeatureMCVideo                  Features = 1 << 22 // mission critical video
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
			return "Rel8"
		case 1:
			return "Rel9"
		case 2:
			return "ProvAFsignalFlow"
		case 3:
			return "SponsoredConnectivity"
		case 4:
			return "Rel10"
		case 5:
			return "NetLoc"
		case 6:
			return "ExtendedFilter"
		case 7:
			return "SCTimeBasedUM"
		case 8:
			return "Netloc-Trusted-WLAN"
		case 9:
			return "RAN-NAS-Cause"
		case 10:
			return "GroupComService"
		case 11:
			return "ResShare"
		case 12:
			return "DeferredService"
		case 13:
			return "DSCP"
		case 14:
			return "SponsorChange"
		case 15:
			return "E2EQOSMTSI"
		case 16:
			return "NetLoc-Untrusted-WLAN"
		case 17:
			return "MCPTT"
		case 18:
			return "PrioritySharing"
		case 19:
			return "PLMNInfo"
		case 20:
			return "MediaComponentVersioning"
		case 21:
			return "MCPTT-Preemption"
		case 22:
			return "MCVideo"
		}
		return ""
	})
}

// Features2 is the Feature-List with Feature-List-ID 2 (TS 29.214 §5.4.1): what a node can do.
type Features2 uint32

// Values of Features2.
const (
	FeaturePCSCFRestorationEnhancement   Features2 = 1 << 0  // restoration of the P-CSCF
	FeatureExtendedMaxRequestedBWNR      Features2 = 1 << 1  // greater maximum bandwidths
	FeatureExtendedMinRequestedBWNR      Features2 = 1 << 2  // greater minimum bandwidths
	FeatureExtendedBWE2EQOSMTSINR        Features2 = 1 << 3  // greater bandwidth ranges for MTSI
	FeatureVBC                           Features2 = 1 << 4  // video based content
	FeatureCHEM                          Features2 = 1 << 5  // coverage and handoff enhancements of multimedia
	FeatureVBCLTE                        Features2 = 1 << 6  // VBC on LTE
	FeatureFLUS                          Features2 = 1 << 7  // live uplink streaming
	FeatureEPSFallbackReport             Features2 = 1 << 8  // reports of EPS fallback
	FeatureATSSS                         Features2 = 1 << 9  // multi-access information
	FeatureQoSHint                       Features2 = 1 << 10 // desired latency and loss
	FeatureReallocationOfCredit          Features2 = 1 << 11 // reports of reallocated credit
	FeatureNetLocTrustedN3GA             Features2 = 1 << 12 // reports of trusted non-3GPP access
	FeatureNetLocWireline                Features2 = 1 << 13 // reports of wireline access
	FeatureMPSForDTS                     Features2 = 1 << 14 // priority of data transport
	FeatureUserEquipmentInfoExtension    Features2 = 1 << 15 // equipment identities of other kinds
	FeatureAuthorizationForMPSSignalling Features2 = 1 << 16 // priority of AF signalling
	FeatureMPSForMessaging               Features2 = 1 << 17 // priority of messaging
	FeatureUESatUEComm                   Features2 = 1 << 18 // UEs that talk over a satellite
	FeaturePCEFFailureDetection          Features2 = 1 << 19 // reports of failed gateways
	FeatureCNHealthMonitor               Features2 = 1 << 20 // reports of the health of the core
)

// Supported returns the AVP that announces the features of f.
func (f Features2) Supported() tgpp.SupportedFeatures {
	return tgpp.SupportedFeatures{VendorID: uint32(diameter.Vendor3GPP), FeatureListID: 2, FeatureList: uint32(f)}
}

// Features2Of returns the features that a peer announces; 0 when it announces none of the list.
func Features2Of(announced []tgpp.SupportedFeatures) Features2 {
	return Features2(tgpp.FeatureBits(announced, 2))
}

// String lists the names of the features.
func (f Features2) String() string {
	return diameter.BitString(uint64(f), func(bit int) string {
		switch bit {
		case 0:
			return "PCSCF-Restoration-Enhancement"
		case 1:
			return "Extended-Max-Requested-BW-NR"
		case 2:
			return "Extended-Min-Requested-BW-NR"
		case 3:
			return "Extended-BW-E2EQOSMTSI-NR"
		case 4:
			return "VBC"
		case 5:
			return "CHEM"
		case 6:
			return "VBCLTE"
		case 7:
			return "FLUS"
		case 8:
			return "EPSFallbackReport"
		case 9:
			return "ATSSS"
		case 10:
			return "QoSHint"
		case 11:
			return "ReallocationOfCredit"
		case 12:
			return "Netloc-Trusted-N3GA"
		case 13:
			return "NetLoc-Wireline"
		case 14:
			return "MPSforDTS"
		case 15:
			return "User-Equipment-Info-Extension"
		case 16:
			return "AuthorizationForMpsSignalling"
		case 17:
			return "MPSforMessaging"
		case 18:
			return "UeSatUeComm"
		case 19:
			return "PcefFailureDetection"
		case 20:
			return "CnHealthMonitor"
		}
		return ""
	})
}
