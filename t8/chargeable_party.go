package t8

// ChargeableParty FIXME (TS29122_ChargeableParty#ChargeableParty).
type ChargeableParty struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME TS29571_CommonData#Dnn
	DNN string `json:"dnn,omitempty"`
	// FIXME TS29571_CommonData#Snssai
	Snssai *Snssai `json:"snssai,omitempty"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// FIXME boolean
	RequestTestNotification *bool `json:"requestTestNotification,omitempty"`
	// FIXME TS29122_CommonData#WebsockNotifConfig
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// FIXME string
	ExterAppID string `json:"exterAppId,omitempty"`
	// FIXME TS29122_CommonData#Ipv4Addr
	Ipv4Addr string `json:"ipv4Addr,omitempty"`
	// FIXME string
	IPDomain string `json:"ipDomain,omitempty"`
	// FIXME TS29122_CommonData#Ipv6Addr
	Ipv6Addr string `json:"ipv6Addr,omitempty"`
	// FIXME TS29571_CommonData#MacAddr48 pattern ^([0-9a-fA-F]{2})((-[0-9a-fA-F]{2}){5})$
	MACAddr string `json:"macAddr,omitempty" t8:"pattern=mac"`
	// FIXME []TS29122_CommonData#FlowInfo
	FlowInfo []FlowInfo `json:"flowInfo,omitempty" t8:"min=1"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#EthFlowDescription
	EthFlowInfo []EthFlowDescription `json:"ethFlowInfo,omitempty" t8:"min=1"`
	// FIXME TS29122_CommonData#SponsorInformation
	SponsorInformation SponsorInformation `json:"sponsorInformation" t8:"required"`
	// FIXME boolean
	SponsoringEnabled bool `json:"sponsoringEnabled" t8:"required"`
	// FIXME TS29122_CommonData#BdtReferenceId
	ReferenceID string `json:"referenceId,omitempty"`
	// FIXME TS29514_Npcf_PolicyAuthorization#ServAuthInfo
	ServAuthInfo ServAuthInfo `json:"servAuthInfo,omitempty"`
	// FIXME TS29122_CommonData#UsageThreshold
	UsageThreshold *UsageThreshold `json:"usageThreshold,omitempty"`
	// FIXME []TS29122_CommonData#Event
	Events []Event `json:"events,omitempty" t8:"min=1"`
}

// ChargeablePartyPatch FIXME (TS29122_ChargeableParty#ChargeablePartyPatch).
type ChargeablePartyPatch struct {
	// FIXME []TS29122_CommonData#FlowInfo
	FlowInfo Opt[[]FlowInfo] `json:"flowInfo,omitzero" t8:"min=1,notnull"`
	// FIXME string
	ExterAppID Opt[string] `json:"exterAppId,omitzero" t8:"notnull"`
	// FIXME []TS29514_Npcf_PolicyAuthorization#EthFlowDescription
	EthFlowInfo Opt[[]EthFlowDescription] `json:"ethFlowInfo,omitzero" t8:"min=1,notnull"`
	// FIXME boolean
	SponsoringEnabled Opt[bool] `json:"sponsoringEnabled,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#BdtReferenceId
	ReferenceID Opt[string] `json:"referenceId,omitzero" t8:"notnull"`
	// FIXME TS29122_CommonData#UsageThresholdRm
	UsageThreshold Opt[UsageThresholdRm] `json:"usageThreshold,omitzero"`
	// FIXME TS29122_CommonData#Link
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
	// FIXME []TS29122_CommonData#Event
	Events Opt[[]Event] `json:"events,omitzero" t8:"min=1,notnull"`
}
