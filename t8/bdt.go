package t8

import "github.com/scefkit/scefkit/id"

// BDTSubscription is the resource "Individual BDT Subscription" (TS 29.122 §5.4.2, Bdt): a background data transfer that
// the SCS/AS plans and the policies that the PCRF offers for it.
type BDTSubscription struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.4.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// ASPID names the application service provider. 5G only: carried, not served; on Nt the SCEF derives one from the
	// identifier of the SCS/AS.
	ASPID string `json:"aspId,omitempty"`
	// VolumePerUE is how much data each UE is expected to transfer, in octets, as a total or per direction.
	VolumePerUE UsageThreshold `json:"volumePerUE" t8:"required"`
	// NumberOfUEs is how many UEs take part, at least 1.
	NumberOfUEs int `json:"numberOfUEs" t8:"required,min=1"`
	// DesiredTimeWindow is when the SCS/AS would like the transfer to happen.
	DesiredTimeWindow TimeWindow `json:"desiredTimeWindow" t8:"required"`
	// LocationArea is where the UEs are; nil: anywhere.
	LocationArea *LocationArea `json:"locationArea,omitempty"`
	// LocationArea5G is where the UEs are. Feature LocBdt_5G; 5G only: carried, not served.
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`
	// ReferenceID is what the PCRF calls the negotiated policy (TS 29.154 §5.3.3); an AF session names it later to use
	// the policy. Set by the SCEF.
	ReferenceID string `json:"referenceId,omitempty" t8:"readonly"`
	// TransferPolicies are the policies to choose from. Set by the SCEF; not empty when present.
	TransferPolicies []TransferPolicy `json:"transferPolicies,omitempty" t8:"readonly,min=1"`
	// SelectedPolicy is the BDTPolicyID of the policy that was chosen; nil: none yet. It comes by PATCH, when more than
	// one was offered, and has no place in a POST.
	SelectedPolicy *int `json:"selectedPolicy,omitempty"`
	// ExternalGroupID identifies the group of UEs as local-part@domain. A PUT must not change it. Feature Group_Id.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// NotificationDestination is the http or https URI that receives warnings. Feature BdtNotification_5G; 5G only:
	// carried, not served.
	NotificationDestination string `json:"notificationDestination,omitempty" t8:"uri"`
	// WarnNotifEnabled asks for warnings when the network gets worse. Feature BdtNotification_5G; 5G only: carried, not
	// served.
	WarnNotifEnabled bool `json:"warnNotifEnabled,omitempty"`
	// TrafficDescriptor describes the traffic, octets v+5 to w of the figure in TS 24.526 §5.2. 5G only: carried, not
	// served.
	TrafficDescriptor string `json:"trafficDes,omitempty"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// BDTSubscriptionPatch selects a policy (TS 29.122 §5.4.2, BdtPatch). A member that is absent stays as it is; none can be
// removed.
type BDTSubscriptionPatch struct {
	// SelectedPolicy is the BDTPolicyID of one of the policies that were offered.
	SelectedPolicy int `json:"selectedPolicy" t8:"required"`
	// WarnNotifEnabled turns warnings on or off. 5G only: carried, not served.
	WarnNotifEnabled Opt[bool] `json:"warnNotifEnabled,omitzero" t8:"notnull"`
	// NotificationDestination is the new http or https URI for warnings. 5G only: carried, not served.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"notnull,uri"`
}

// Apply merges the patch into s by RFC 7396 and checks the result. On an error s is unchanged. Whether the selected
// policy is one that was offered is not its business.
func (p *BDTSubscriptionPatch) Apply(s *BDTSubscription) error {
	n := *s
	n.SelectedPolicy = new(p.SelectedPolicy)
	p.WarnNotifEnabled.apply(&n.WarnNotifEnabled)
	p.NotificationDestination.apply(&n.NotificationDestination)
	if err := Check(&n); err != nil {
		return err
	}
	*s = n
	return nil
}

// BDTWarningNotification tells that the network got worse than the chosen policy promised, and what else it can offer
// (TS 29.122 §5.4.2, ExNotification). Feature BdtNotification_5G; 5G only: carried, not served.
type BDTWarningNotification struct {
	// ReferenceID is the one of the subscription.
	ReferenceID string `json:"bdtRefId" t8:"required"`
	// LocationArea5G is where; nil: everywhere in the area of the subscription.
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`
	// TimeWindow is when; nil: not said.
	TimeWindow *TimeWindow `json:"timeWindow,omitempty"`
	// CandidatePolicies are policies to choose from instead. Not empty when present.
	CandidatePolicies []TransferPolicy `json:"candPolicies,omitempty" t8:"min=1"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// TransferPolicy is what the network offers for a background data transfer (TS 29.122 §5.4.2, TransferPolicy).
type TransferPolicy struct {
	// BDTPolicyID identifies the policy among those of the subscription.
	BDTPolicyID int `json:"bdtPolicyId" t8:"required"`
	// MaxUplinkBandwidth is the highest aggregated uplink rate in bit/s, at least 0; nil: not limited.
	MaxUplinkBandwidth *int `json:"maxUplinkBandwidth,omitempty" t8:"min=0"`
	// MaxDownlinkBandwidth is the highest aggregated downlink rate in bit/s, at least 0; nil: not limited.
	MaxDownlinkBandwidth *int `json:"maxDownlinkBandwidth,omitempty" t8:"min=0"`
	// RatingGroup is how the transfer is charged during the time window, at least 0.
	RatingGroup int `json:"ratingGroup" t8:"required,min=0"`
	// TimeWindow is when the transfer shall happen.
	TimeWindow TimeWindow `json:"timeWindow" t8:"required"`
}

// The features of the BDT API (TS 29.122 §5.4.4). The names are those of the standard; the NUMBERS ARE NOT CONFIRMED
// against table 5.4.4-1. A correction is made here and nowhere else.
const (
	FeatureBDTNotification5G = 1
	FeatureBDTLocation5G     = 2
	FeatureBDTGroupID        = 3
	FeatureBDTASP            = 4
)

// BDTFeatureNames gives the names that TS 29.122 §5.4.4 uses for the features of the BDT API, by number.
func BDTFeatureNames() map[int]string {
	return map[int]string{
		FeatureBDTNotification5G: "BdtNotification_5G",
		FeatureBDTLocation5G:     "LocBdt_5G",
		FeatureBDTGroupID:        "Group_Id",
		FeatureBDTASP:            "ASP",
	}
}
