package t8

import "maps"

// PFDTransaction is the resource "Individual PFD Management Transaction" (TS 29.122 §5.11.2, PfdManagement): packet flow
// descriptions of applications, which the network uses to detect their traffic.
type PFDTransaction struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.11.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// PFDDatas holds the descriptions by external application identifier, which is ExternalAppID of the value, too; at
	// least one. [Check] does not compare the two. An answer has those that the network took.
	PFDDatas map[string]PFDData `json:"pfdDatas" t8:"required,min=1"`
	// PFDReports tells which applications failed and why; the key means nothing. Not empty when present. Set by the SCEF.
	PFDReports map[string]PFDReport `json:"pfdReports,omitempty" t8:"readonly,min=1"`
	// NotificationDestination is the http or https URI that receives []PFDReport when the network loses a description
	// later; empty: none is sent. Feature PfdMgmtNotification.
	NotificationDestination string `json:"notificationDestination,omitempty" t8:"uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// PFDTransactionPatch changes a transaction (TS 29.122 §5.11.2, PfdManagementPatch). A member that is absent stays as it
// is; neither member can be removed. Feature PatchUpdate.
type PFDTransactionPatch struct {
	// PFDDatas changes applications by external application identifier: [Null] removes one, [Set] adds or changes one;
	// those that are not named stay. At least one.
	PFDDatas Opt[map[string]Opt[PFDDataPatch]] `json:"pfdDatas,omitzero" t8:"min=1,notnull"`
	// NotificationDestination is the http or https URI that receives failures.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}

// Apply merges the patch into t by RFC 7396 and checks the result. On an error t is unchanged; its maps are never changed
// in place.
func (p *PFDTransactionPatch) Apply(t *PFDTransaction) error {
	n := *t
	mergeMap(p.PFDDatas, &n.PFDDatas, func(_ string, p *PFDDataPatch, d *PFDData) { p.merge(d) })
	p.NotificationDestination.apply(&n.NotificationDestination)
	if err := Check(&n); err != nil {
		return err
	}
	*t = n
	return nil
}

// PFDData is the resource "Individual Application PFD Management" (TS 29.122 §5.11.2, PfdData): the descriptions of one
// application.
type PFDData struct {
	// ExternalAppID names the application towards the SCS/AS.
	ExternalAppID string `json:"externalAppId" t8:"required"`
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// PFDs holds the descriptions by their identifier, which is PFDID of the value, too; possibly none. [Check] does not
	// compare the two.
	PFDs map[string]PFD `json:"pfds" t8:"required"`
	// AllowedDelay is how soon the network must use the descriptions; whole seconds on the wire. Zero wants it at once,
	// nil leaves it to the network.
	AllowedDelay *DurationSec `json:"allowedDelay,omitempty" t8:"min=0"`
	// CachingTime is how long the network keeps old descriptions, when it cannot keep to AllowedDelay; whole seconds on
	// the wire. Set by the SCEF; zero: none given.
	CachingTime DurationSec `json:"cachingTime,omitempty" t8:"readonly"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// PFDDataPatch changes the descriptions of one application (TS 29.122 §5.11.2, PfdData in a patch). A member that is absent
// stays as it is; only AllowedDelay and single descriptions can be removed. The API description takes PfdData as it is
// for a patch, so an SCEF that goes by the letter wants ExternalAppID and PFDs, which may be empty.
type PFDDataPatch struct {
	// ExternalAppID names the application. An existing one keeps its name, so this is for new ones.
	ExternalAppID Opt[string] `json:"externalAppId,omitzero" t8:"notnull"`
	// PFDs changes descriptions by their identifier: [Null] removes one, [Set] adds or changes one; those that are not
	// named stay. The API description knows no null here; without it a set could only grow.
	PFDs Opt[map[string]Opt[PFDPatch]] `json:"pfds,omitzero" t8:"notnull"`
	// AllowedDelay is how soon the network must use the descriptions; whole seconds on the wire.
	AllowedDelay Opt[DurationSec] `json:"allowedDelay,omitzero" t8:"min=0"`
}

// Apply merges the patch into d by RFC 7396 and checks the result. On an error d is unchanged; its map is never changed in
// place.
func (p *PFDDataPatch) Apply(d *PFDData) error {
	n := *d
	p.merge(&n)
	if err := Check(&n); err != nil {
		return err
	}
	*d = n
	return nil
}

func (p *PFDDataPatch) merge(d *PFDData) {
	p.ExternalAppID.apply(&d.ExternalAppID)
	mergeMap(p.PFDs, &d.PFDs, func(_ string, p *PFDPatch, f *PFD) { p.merge(f) })
	p.AllowedDelay.applyPtr(&d.AllowedDelay)
}

// PFD is one packet flow description (TS 29.122 §5.11.2, Pfd). It holds flows, URLs or domain names. No array is empty when
// present.
type PFD struct {
	// PFDID identifies the description within its application.
	PFDID string `json:"pfdId" t8:"required"`
	// FlowDescriptions are flows by protocol, address and port of the server, written as an IPFilterRule (RFC 6733).
	FlowDescriptions []string `json:"flowDescriptions,omitempty" t8:"min=1"`
	// URLs are URLs, or regular expressions for the parts of them that matter.
	URLs []string `json:"urls,omitempty" t8:"min=1"`
	// DomainNames are domain names, or regular expressions for them.
	DomainNames []string `json:"domainNames,omitempty" t8:"min=1"`
	// DNProtocol says where DomainNames are looked for; empty: not said. Feature DomainNameProtocol.
	DNProtocol DomainNameProtocol `json:"dnProtocol,omitempty"`
}

// PFDPatch changes one packet flow description (TS 29.122 §5.11.2, Pfd in a patch). A member that is absent stays as it is,
// one that is null is removed; PFDID cannot be removed.
type PFDPatch struct {
	// PFDID identifies the description within its application.
	PFDID Opt[string] `json:"pfdId,omitzero" t8:"notnull"`
	// FlowDescriptions are flows by protocol, address and port of the server, written as an IPFilterRule (RFC 6733).
	FlowDescriptions Opt[[]string] `json:"flowDescriptions,omitzero" t8:"min=1"`
	// URLs are URLs, or regular expressions for the parts of them that matter.
	URLs Opt[[]string] `json:"urls,omitzero" t8:"min=1"`
	// DomainNames are domain names, or regular expressions for them.
	DomainNames Opt[[]string] `json:"domainNames,omitzero" t8:"min=1"`
	// DNProtocol says where DomainNames are looked for. Feature DomainNameProtocol.
	DNProtocol Opt[DomainNameProtocol] `json:"dnProtocol,omitzero"`
}

func (p *PFDPatch) merge(f *PFD) {
	p.PFDID.apply(&f.PFDID)
	p.FlowDescriptions.apply(&f.FlowDescriptions)
	p.URLs.apply(&f.URLs)
	p.DomainNames.apply(&f.DomainNames)
	p.DNProtocol.apply(&f.DNProtocol)
}

// PFDReport tells that the descriptions of some applications are not in force, and why (TS 29.122 §5.11.2, PfdReport). An
// array of it is the notification and the body of a 500 of a transaction; one of it is the body of a 403, 409 or 500 of an
// application.
type PFDReport struct {
	// ExternalAppIDs names the applications; at least one.
	ExternalAppIDs []string `json:"externalAppIds" t8:"required,min=1"`
	// FailureCode says why.
	FailureCode PFDFailureCode `json:"failureCode" t8:"required"`
	// CachingTime is the delay that the network could keep to, with SHORT_DELAY; whole seconds on the wire. Zero: none
	// given.
	CachingTime DurationSec `json:"cachingTime,omitempty"`
	// LocationArea is where the descriptions are not in force; nil: not said.
	LocationArea *UserPlaneLocationArea `json:"locationArea,omitempty"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// UserPlaneLocationArea says where user plane functions do not have a description in force (TS 29.122 §5.11.2).
type UserPlaneLocationArea struct {
	// LocationArea is the area in 4G terms.
	LocationArea *LocationArea `json:"locationArea,omitempty"`
	// LocationArea5G is the area in 5G terms. 5G only: carried, not served.
	LocationArea5G *LocationArea5G `json:"locationArea5G,omitempty"`
	// DNAIs are data network access identifiers. 5G only: carried, not served.
	DNAIs []string `json:"dnais,omitempty" t8:"min=0"`
}

// PFDFailureCode says why descriptions are not in force (TS 29.122 §5.11.2, FailureCode). T8 enumerations are open: a value
// that is not known is kept.
type PFDFailureCode string

// The reasons.
const (
	PFDMalfunction        PFDFailureCode = "MALFUNCTION"         // something in the network is broken
	PFDResourceLimitation PFDFailureCode = "RESOURCE_LIMITATION" // no room for more descriptions
	PFDShortDelay         PFDFailureCode = "SHORT_DELAY"         // the allowed delay is too short; nothing was stored
	PFDAppIDDuplicated    PFDFailureCode = "APP_ID_DUPLICATED"   // the application is in another transaction
	PFDPartialFailure     PFDFailureCode = "PARTIAL_FAILURE"     // in force in a part of the network only
	PFDOtherReason        PFDFailureCode = "OTHER_REASON"
)

// Known reports whether the value is one of TS 29.122.
func (v PFDFailureCode) Known() bool {
	switch v {
	case PFDMalfunction, PFDResourceLimitation, PFDShortDelay, PFDAppIDDuplicated, PFDPartialFailure, PFDOtherReason:
		return true
	}
	return false
}

// DomainNameProtocol says where a domain name is looked for (TS 29.122 §5.11.2).
type DomainNameProtocol string

// Where domain names are found.
const (
	DomainNameDNSQName DomainNameProtocol = "DNS_QNAME" // name that a DNS query asks for
	DomainNameTLSSNI   DomainNameProtocol = "TLS_SNI"   // server name in the ClientHello
	DomainNameTLSSAN   DomainNameProtocol = "TLS_SAN"   // alternative name in the certificate of the server
	DomainNameTLSSCN   DomainNameProtocol = "TSL_SCN"   // common name in the certificate of the server; so spelt in the standard
)

// Known reports whether the value is one of TS 29.122.
func (v DomainNameProtocol) Known() bool {
	return v == DomainNameDNSQName || v == DomainNameTLSSNI || v == DomainNameTLSSAN || v == DomainNameTLSSCN
}

// mergeMap merges the patch of a map into a copy of it: an entry without a value removes, any other is merged into what is
// there, or into nothing.
func mergeMap[P, V any](p Opt[map[string]Opt[P]], to *map[string]V, merge func(key string, p *P, v *V)) {
	switch p.state {
	case optAbsent:
		return
	case optNull:
		*to = nil
		return
	}
	n := maps.Clone(*to)
	if n == nil {
		n = make(map[string]V, len(p.value))
	}
	for key, e := range p.value {
		if e.state != optValue { // also one without state, which would be null on the wire
			delete(n, key)
			continue
		}
		v := n[key]
		merge(key, &e.value, &v)
		n[key] = v
	}
	*to = n
}

// The features of the PfdManagement API (TS 29.122 §5.11.4). The names are those of the standard; the NUMBERS ARE NOT
// CONFIRMED against table 5.11.4-1, which has more of them. A correction is made here and nowhere else.
const (
	PFDFeatureNotificationWebsocket = 1
	PFDFeatureNotificationTestEvent = 2
	PFDFeaturePFDMgmtNotification   = 3
	PFDFeatureDomainNameProtocol    = 4
	PFDFeaturePatchUpdate           = 5
)

// PFDManagementFeatureNames gives the names that TS 29.122 §5.11.4 uses for the features of the PfdManagement API, by number.
func PFDManagementFeatureNames() map[int]string {
	return map[int]string{
		PFDFeatureNotificationWebsocket: "Notification_websocket",
		PFDFeatureNotificationTestEvent: "Notification_test_event",
		PFDFeaturePFDMgmtNotification:   "PfdMgmtNotification",
		PFDFeatureDomainNameProtocol:    "DomainNameProtocol",
		PFDFeaturePatchUpdate:           "PatchUpdate",
	}
}
