package t8

import (
	"time"
)

// CongestionType FIXME.
type CongestionType string

const (
	CongestionTypeHigh   CongestionType = "HIGH"
	CongestionTypeMedium CongestionType = "MEDIUM"
	CongestionTypeLow    CongestionType = "LOW"
)

// NetStatusRepSubsPatch FIXME (TS29122_ReportingNetworkStatus#NetStatusRepSubsPatch).
type NetStatusRepSubsPatch struct {
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
	// FIXME TS29122_CommonData#LocationArea
	LocationArea Opt[LocationArea] `json:"locationArea,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#DateTimeRm
	TimeDuration Opt[time.Time] `json:"timeDuration,omitzero"`
	// FIXME []CongestionValue
	ThresholdValues Opt[[]int] `json:"thresholdValues,omitzero" t8:"min=1,atmost=g1,notnull"`
	// FIXME []CongestionType
	ThresholdTypes Opt[[]CongestionType] `json:"thresholdTypes,omitzero" t8:"min=1,atmost=g1,notnull"`
}

// NetworkStatusReportingNotification FIXME (TS29122_ReportingNetworkStatus#NetworkStatusReportingNotification).
type NetworkStatusReportingNotification struct {
	// FIXME TS29122_CommonData#Link
	Subscription string `json:"subscription" t8:"required"`
	// FIXME CongestionValue
	NsiValue *int `json:"nsiValue,omitempty" t8:"min=0,max=31,atmost=g1"`
	// FIXME CongestionType
	NsiType CongestionType `json:"nsiType,omitempty" t8:"atmost=g1"`
}

// NetworkStatusReportingSubscription FIXME (TS29122_ReportingNetworkStatus#NetworkStatusReportingSubscription).
type NetworkStatusReportingSubscription struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME TS29122_CommonData#LocationArea
	LocationArea LocationArea `json:"locationArea" t8:"required"`
	// FIXME TS29122_CommonData#DateTime
	TimeDuration time.Time `json:"timeDuration,omitzero"`
	// FIXME []CongestionValue
	ThresholdValues []int `json:"thresholdValues,omitempty" t8:"min=1,atmost=g1"`
	// FIXME []CongestionType
	ThresholdTypes []CongestionType `json:"thresholdTypes,omitempty" t8:"min=1,atmost=g1"`
}
