package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// NetworkParameters is the resource "Individual NP Configuration" (TS 29.122 §5.13.2, NpConfiguration): what the SCS/AS
// suggests to the network for a UE or for a group that sleeps much. Exactly one of ExternalID, MSISDN and ExternalGroupID
// is set; a group needs NotificationDestination.
type NetworkParameters struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.13.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// MTCProviderID names the provider or the application behind the SCS/AS.
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// DNN names a data network. 5G only: carried, not served.
	DNN string `json:"dnn,omitempty"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// ExternalGroupID identifies a group of UEs as local-part@domain.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty" t8:"oneof=ue"`
	// MaximumLatency is how long downlink data may wait for the UE; nil: not suggested.
	MaximumLatency *DurationSec `json:"maximumLatency,omitempty" t8:"min=0"`
	// MaximumResponseTime is how long the UE should stay reachable; nil: not suggested.
	MaximumResponseTime *DurationSec `json:"maximumResponseTime,omitempty" t8:"min=0"`
	// SuggestedNumberOfDLPackets is how many packets the serving gateway should hold for a UE that sleeps, at least 0;
	// nil: not suggested.
	SuggestedNumberOfDLPackets *int `json:"suggestedNumberOfDlPackets,omitempty" t8:"min=0"`
	// GroupReportingGuardTime is how long results of UEs of a group may be gathered before they are sent together; nil:
	// not at all.
	GroupReportingGuardTime *DurationSec `json:"groupReportingGuardTime,omitempty" t8:"min=0"`
	// NotificationDestination is the http or https URI that receives notifications; with a group it must be there.
	NotificationDestination string `json:"notificationDestination,omitempty" t8:"uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// ValidityTime is when the configuration ends; zero: never. Feature NpExpiry_5G; 5G only: carried, not served.
	ValidityTime time.Time `json:"validityTime,omitzero"`
	// SNSSAI names a network slice. 5G only: carried, not served.
	SNSSAI *Snssai `json:"snssai,omitempty"`
	// UEIPAddr is the address of the UE. Feature UEId_retrieval; 5G only: carried, not served.
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// UEMACAddr is the MAC address of the UE, as 00-11-22-aa-bb-cc. Feature UEId_retrieval; 5G only: carried, not served.
	UEMACAddr string `json:"ueMacAddr,omitempty" t8:"pattern=mac"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// selfCheck wants a notification destination for a group (§4.4.12.1).
func (n *NetworkParameters) selfCheck(c *checker) {
	if n.ExternalGroupID != "" && n.NotificationDestination == "" {
		c.missing("/notificationDestination")
	}
}

// NetworkParametersPatch changes a configuration (TS 29.122 §5.13.2, NpConfigurationPatch). A member that is absent stays
// as it is, one that is null is removed; NotificationDestination cannot be removed.
type NetworkParametersPatch struct {
	// MaximumLatency is how long downlink data may wait for the UE.
	MaximumLatency Opt[DurationSec] `json:"maximumLatency,omitzero" t8:"min=0"`
	// MaximumResponseTime is how long the UE should stay reachable.
	MaximumResponseTime Opt[DurationSec] `json:"maximumResponseTime,omitzero" t8:"min=0"`
	// SuggestedNumberOfDLPackets is how many packets the serving gateway should hold, at least 0.
	SuggestedNumberOfDLPackets Opt[int] `json:"suggestedNumberOfDlPackets,omitzero" t8:"min=0"`
	// GroupReportingGuardTime is how long results may be gathered. The standard calls the member groupReportGuardTime
	// here and groupReportingGuardTime in the resource.
	GroupReportingGuardTime Opt[DurationSec] `json:"groupReportGuardTime,omitzero" t8:"min=0"`
	// ValidityTime is when the configuration ends. 5G only: carried, not served.
	ValidityTime Opt[time.Time] `json:"validityTime,omitzero"`
	// NotificationDestination is the new http or https URI for notifications.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"notnull,uri"`
}

// Apply merges the patch into n by RFC 7396 and checks the result. On an error n is unchanged.
func (p *NetworkParametersPatch) Apply(n *NetworkParameters) error {
	m := *n
	p.MaximumLatency.applyPtr(&m.MaximumLatency)
	p.MaximumResponseTime.applyPtr(&m.MaximumResponseTime)
	p.SuggestedNumberOfDLPackets.applyPtr(&m.SuggestedNumberOfDLPackets)
	p.GroupReportingGuardTime.applyPtr(&m.GroupReportingGuardTime)
	p.ValidityTime.apply(&m.ValidityTime)
	p.NotificationDestination.apply(&m.NotificationDestination)
	if err := Check(&m); err != nil {
		return err
	}
	*n = m
	return nil
}

// NetworkParametersNotification tells results for UEs of a group, or which parameters are in force (TS 29.122 §5.13.2,
// ConfigurationNotification).
type NetworkParametersNotification struct {
	// Configuration is the URI of the configuration.
	Configuration string `json:"configuration" t8:"required"`
	// ConfigResults are the results for UEs of a group. Not empty when present.
	ConfigResults []ConfigResult `json:"configResults,omitempty" t8:"min=1"`
	// AppliedParam are the parameters that are in force; nil: not said. Feature Enhanced_param_config.
	AppliedParam *AppliedParameterConfiguration `json:"appliedParam,omitempty"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// The features of the API for network parameters (TS 29.122 §5.13.4). The names are those of the standard; the NUMBERS ARE
// NOT CONFIRMED against table 5.13.4-1. A correction is made here and nowhere else.
const (
	FeatureNPWebsocket           = 1
	FeatureNPTestEvent           = 2
	FeatureNPEnhancedParamConfig = 3
	FeatureNPExpiry5G            = 4
	FeatureNPUEIDRetrieval       = 5
)

// NPConfigurationFeatureNames gives the names that TS 29.122 §5.13.4 uses for the features of the API, by number.
func NPConfigurationFeatureNames() map[int]string {
	return map[int]string{
		FeatureNPWebsocket:           "Notification_websocket",
		FeatureNPTestEvent:           "Notification_test_event",
		FeatureNPEnhancedParamConfig: "Enhanced_param_config",
		FeatureNPExpiry5G:            "NpExpiry_5G",
		FeatureNPUEIDRetrieval:       "UEId_retrieval",
	}
}
