package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// ConfigurationNotification FIXME (TS29122_NpConfiguration#ConfigurationNotification).
type ConfigurationNotification struct {
	// FIXME TS29122_CommonData#Link
	Configuration string `json:"configuration" t8:"required"`
	// FIXME []TS29122_CommonData#ConfigResult
	ConfigResults []ConfigResult `json:"configResults,omitempty" t8:"min=1"`
	// FIXME TS29122_MonitoringEvent#AppliedParameterConfiguration
	AppliedParam *AppliedParameterConfiguration `json:"appliedParam,omitempty"`
}

// NpConfiguration FIXME (TS29122_NpConfiguration#NpConfiguration).
type NpConfiguration struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME string
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// FIXME TS29571_CommonData#Dnn
	DNN string `json:"dnn,omitempty"`
	// FIXME TS29122_CommonData#ExternalId
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#Msisdn
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#ExternalGroupId
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumLatency *DurationSec `json:"maximumLatency,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	MaximumResponseTime *DurationSec `json:"maximumResponseTime,omitempty" t8:"min=0"`
	// FIXME integer
	SuggestedNumberOfDlPackets *int `json:"suggestedNumberOfDlPackets,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSec
	GroupReportingGuardTime *DurationSec `json:"groupReportingGuardTime,omitempty" t8:"min=0"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination,omitempty" t8:"uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME TS29122_CommonData#DateTime
	ValidityTime time.Time `json:"validityTime,omitzero"`
	// FIXME TS29571_CommonData#Snssai
	Snssai *Snssai `json:"snssai,omitempty"`
	// FIXME TS29571_CommonData#IpAddr
	UEIPAddr *IPAddr `json:"ueIpAddr,omitempty"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	UEMACAddr string `json:"ueMacAddr,omitempty" t8:"pattern=mac"`
}

// NpConfigurationPatch FIXME (TS29122_NpConfiguration#NpConfigurationPatch).
type NpConfigurationPatch struct {
	// FIXME TS29122_CommonData#DurationSecRm
	MaximumLatency Opt[DurationSec] `json:"maximumLatency,omitzero" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSecRm
	MaximumResponseTime Opt[DurationSec] `json:"maximumResponseTime,omitzero" t8:"min=0"`
	// FIXME integer
	SuggestedNumberOfDlPackets Opt[int] `json:"suggestedNumberOfDlPackets,omitzero" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSecRm
	GroupReportGuardTime Opt[DurationSec] `json:"groupReportGuardTime,omitzero" t8:"min=0"`
	// FIXME TS29122_CommonData#DateTimeRm
	ValidityTime Opt[time.Time] `json:"validityTime,omitzero"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}
