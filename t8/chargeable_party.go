package t8

// ChargeablePartyTransaction is the resource "Individual Chargeable Party Transaction" (TS 29.122 §5.5.2,
// ChargeableParty): an application provider that pays for the traffic between its server and a UE, from the start of the
// session or from later on. The UE is the one with IPv4Addr or IPv6Addr; what flows, FlowInfo or ExterAppID says.
// Members marked 5G only are carried, not served.
type ChargeablePartyTransaction struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.5.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// DNN names the data network, which is the APN of EPS. Empty: not said.
	DNN string `json:"dnn,omitempty"`
	// SNSSAI names the network slice. 5G only.
	SNSSAI *SNSSAI `json:"snssai,omitempty"`
	// NotificationDestination is the http or https URI that receives every notification of this transaction.
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// ExterAppID names an application that the operator knows, in place of a description of its flows. Feature AppId.
	ExterAppID string `json:"exterAppId,omitempty"`
	// IPv4Addr is the IPv4 address of the UE, in dotted notation.
	IPv4Addr string `json:"ipv4Addr,omitempty" t8:"pattern=ipv4"`
	// IPDomain tells which of several networks with the same IPv4 addresses IPv4Addr belongs to. Empty: not said.
	IPDomain string `json:"ipDomain,omitempty"`
	// IPv6Addr is an IPv6 address of the UE, as 2001:db8::1 in lower case (RFC 5952 §4).
	IPv6Addr string `json:"ipv6Addr,omitempty" t8:"pattern=ipv6"`
	// MACAddr is the MAC address of the UE as 00-11-22-aa-bb-cc. 5G only.
	MACAddr string `json:"macAddr,omitempty" t8:"pattern=mac"`
	// FlowInfo describes the IP flows that are paid for; each has at most one filter per direction. Not empty when
	// present.
	FlowInfo []FlowInfo `json:"flowInfo,omitempty" t8:"min=1"`
	// EthFlowInfo describes Ethernet flows. 5G only. Not empty when present.
	EthFlowInfo []EthFlowDescription `json:"ethFlowInfo,omitempty" t8:"min=1"`
	// SponsorInformation tells who pays and who provides the application.
	SponsorInformation SponsorInformation `json:"sponsorInformation" t8:"required"`
	// SponsoringEnabled says whether the sponsor pays now.
	SponsoringEnabled bool `json:"sponsoringEnabled" t8:"required"`
	// ReferenceID names a policy of background data transfer that was agreed before and is used from now on. Empty: none.
	ReferenceID string `json:"referenceId,omitempty"`
	// ServAuthInfo tells what was not quite as asked for. Set by the SCEF. 5G only.
	ServAuthInfo ServAuthInfo `json:"servAuthInfo,omitempty" t8:"readonly"`
	// UsageThreshold is the time or the volume that is paid for, after which the SCS/AS wants a report. Nil: no limit.
	UsageThreshold *UsageThreshold `json:"usageThreshold,omitempty"`
	// Events are the events that the SCS/AS wants to hear of; absent: those that the SCEF is set up for. Feature enNB.
	// Not empty when present.
	Events []Event `json:"events,omitempty" t8:"min=1"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ChargeablePartyTransactionPatch changes a transaction (TS 29.122 §5.5.2, ChargeablePartyPatch). A member that is absent
// stays as it is; only UsageThreshold can be removed, by null. The address of the UE cannot be changed.
type ChargeablePartyTransactionPatch struct {
	// FlowInfo are all flows from now on.
	FlowInfo Opt[[]FlowInfo] `json:"flowInfo,omitzero" t8:"min=1,notnull"`
	// ExterAppID is another application. Feature AppId.
	ExterAppID Opt[string] `json:"exterAppId,omitzero" t8:"notnull"`
	// EthFlowInfo are all Ethernet flows from now on. 5G only.
	EthFlowInfo Opt[[]EthFlowDescription] `json:"ethFlowInfo,omitzero" t8:"min=1,notnull"`
	// SponsoringEnabled begins or ends the sponsoring.
	SponsoringEnabled Opt[bool] `json:"sponsoringEnabled,omitzero" t8:"notnull"`
	// ReferenceID names another policy of background data transfer.
	ReferenceID Opt[string] `json:"referenceId,omitzero" t8:"notnull"`
	// UsageThreshold changes the members of the threshold that it names; null removes the threshold.
	UsageThreshold Opt[UsageThresholdRm] `json:"usageThreshold,omitzero"`
	// NotificationDestination is where notifications go from now on.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
	// Events are all events from now on. Feature enNB.
	Events Opt[[]Event] `json:"events,omitzero" t8:"min=1,notnull"`
}

// Apply merges the patch into t by RFC 7396 and checks the result. On an error t is unchanged.
func (p *ChargeablePartyTransactionPatch) Apply(t *ChargeablePartyTransaction) error {
	return mergeInto(t, p)
}

// The features of the API for the chargeable party (TS 29.122 §5.5.4). The names are those of the standard; the NUMBERS
// ARE NOT CONFIRMED against table 5.5.4-1, and the order of the last three is a guess. A correction is made here and
// nowhere else.
const (
	FeatureChargeablePartyNotificationWebsocket = 1
	FeatureChargeablePartyNotificationTestEvent = 2
	FeatureEthChgParty5G                        = 3 // 5G only
	FeatureChargeablePartyMACAddressRange5G     = 4 // 5G only
	FeatureChargeablePartyAppID                 = 5 // an application in place of flows
	FeatureChargeablePartyEnNB                  = 6 // events chosen by the SCS/AS
	FeatureChargeablePartyToSTC5G               = 7 // 5G only
)

// ChargeablePartyFeatureNames gives the names that TS 29.122 §5.5.4 uses for the features of the API for the chargeable
// party, by number.
func ChargeablePartyFeatureNames() map[int]string {
	return map[int]string{
		FeatureChargeablePartyNotificationWebsocket: "Notification_websocket",
		FeatureChargeablePartyNotificationTestEvent: "Notification_test_event",
		FeatureEthChgParty5G:                        "EthChgParty_5G",
		FeatureChargeablePartyMACAddressRange5G:     "MacAddressRange_5G",
		FeatureChargeablePartyAppID:                 "AppId",
		FeatureChargeablePartyEnNB:                  "enNB",
		FeatureChargeablePartyToSTC5G:               "ToSTC_5G",
	}
}
