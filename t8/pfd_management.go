package t8

// DomainNameProtocol FIXME.
type DomainNameProtocol string

const (
	DomainNameProtocolDnsQname DomainNameProtocol = "DNS_QNAME"
	DomainNameProtocolTlsSni   DomainNameProtocol = "TLS_SNI"
	DomainNameProtocolTlsSan   DomainNameProtocol = "TLS_SAN"
	DomainNameProtocolTslScn   DomainNameProtocol = "TSL_SCN"
)

// FailureCode FIXME.
type FailureCode string

const (
	FailureCodeMalfunction        FailureCode = "MALFUNCTION"
	FailureCodeResourceLimitation FailureCode = "RESOURCE_LIMITATION"
	FailureCodeShortDelay         FailureCode = "SHORT_DELAY"
	FailureCodeAppIDDuplicated    FailureCode = "APP_ID_DUPLICATED"
	FailureCodePartialFailure     FailureCode = "PARTIAL_FAILURE"
	FailureCodeOtherReason        FailureCode = "OTHER_REASON"
)

// PFD FIXME (TS29122_PfdManagement#Pfd).
type PFD struct {
	// FIXME string
	PFDID string `json:"pfdId" t8:"required"`
	// FIXME []string
	FlowDescriptions []string `json:"flowDescriptions,omitempty" t8:"min=1"`
	// FIXME []string
	Urls []string `json:"urls,omitempty" t8:"min=1"`
	// FIXME []string
	DomainNames []string `json:"domainNames,omitempty" t8:"min=1"`
	// FIXME DomainNameProtocol
	DnProtocol DomainNameProtocol `json:"dnProtocol,omitempty"`
}

// PFDData FIXME (TS29122_PfdManagement#PfdData).
type PFDData struct {
	// FIXME string
	ExternalAppID string `json:"externalAppId" t8:"required"`
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME map[string]Pfd
	PFDs map[string]PFD `json:"pfds" t8:"required"`
	// FIXME TS29122_CommonData#DurationSecRm
	AllowedDelay Opt[DurationSec] `json:"allowedDelay,omitzero" t8:"min=0"`
	// FIXME TS29122_CommonData#DurationSecRo
	CachingTime *DurationSec `json:"cachingTime,omitempty" t8:"readonly,min=0"`
}

// PFDManagement FIXME (TS29122_PfdManagement#PfdManagement).
type PFDManagement struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME map[string]PfdData
	PFDDatas map[string]PFDData `json:"pfdDatas" t8:"required,min=1"`
	// FIXME map[string]PfdReport
	PFDReports map[string]PFDReport `json:"pfdReports,omitempty" t8:"readonly,min=1"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination,omitempty" t8:"uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
}

// PFDManagementPatch FIXME (TS29122_PfdManagement#PfdManagementPatch).
type PFDManagementPatch struct {
	// FIXME map[string]PfdData
	PFDDatas Opt[map[string]PFDData] `json:"pfdDatas,omitzero" t8:"min=1,notnull"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}

// PFDReport FIXME (TS29122_PfdManagement#PfdReport).
type PFDReport struct {
	// FIXME []string
	ExternalAppIDs []string `json:"externalAppIds" t8:"required,min=1"`
	// FIXME FailureCode
	FailureCode FailureCode `json:"failureCode" t8:"required"`
	// FIXME TS29122_CommonData#DurationSec
	CachingTime *DurationSec `json:"cachingTime,omitempty" t8:"min=0"`
	// FIXME UserPlaneLocationArea
	LocationArea *UserPlaneLocationArea `json:"locationArea,omitempty"`
}

// UserPlaneLocationArea FIXME (TS29122_PfdManagement#UserPlaneLocationArea).
type UserPlaneLocationArea struct {
	// FIXME TS29122_CommonData#LocationArea
	LocationArea *LocationArea `json:"locationArea,omitempty"`
	// FIXME TS29122_CommonData#LocationArea5G
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`
	// FIXME []TS29571_CommonData#Dnai
	Dnais []string `json:"dnais,omitempty" t8:"min=0"`
}
