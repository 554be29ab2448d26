package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// TMGIAllocation is the resource "Individual TMGI Allocation" (TS 29.122 §5.8.2, TMGIAllocation): the right of an SCS/AS to
// a Temporary Mobile Group Identity. The TMGI itself is the last segment of Self.
type TMGIAllocation struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.8.2.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// ExternalGroupID identifies the group as local-part@domain. The data model lets it be absent, clause 4.4.7.2.2.1
	// wants it.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// MBMSLocArea is where the group is served; nil: the SCEF decides.
	MBMSLocArea *MBMSLocationArea `json:"mbmsLocArea,omitempty"`
	// TMGIExpiration is when the TMGI ends unless it is renewed. Set by the SCEF.
	TMGIExpiration time.Time `json:"tmgiExpiration,omitzero" t8:"readonly"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// TMGIAllocationPatch changes an allocation and renews its TMGI (TS 29.122 §5.8.2, TMGIAllocationPatch). A member that is
// absent stays as it is; none can be removed.
type TMGIAllocationPatch struct {
	// ExternalGroupID identifies the group as local-part@domain.
	ExternalGroupID Opt[id.ExternalGroupID] `json:"externalGroupId,omitzero" t8:"notnull"`
	// MBMSLocArea changes where the group is served.
	MBMSLocArea Opt[MBMSLocationAreaPatch] `json:"mbmsLocArea,omitzero" t8:"notnull"`
}

// Apply merges the patch into a by RFC 7396 and checks the result. On an error a is unchanged.
func (p *TMGIAllocationPatch) Apply(a *TMGIAllocation) error {
	n := *a
	p.ExternalGroupID.apply(&n.ExternalGroupID)
	applyArea(p.MBMSLocArea, &n.MBMSLocArea)
	if err := Check(&n); err != nil {
		return err
	}
	*a = n
	return nil
}

// GMDMB2Delivery is the resource "Individual GMD via MBMS by MB2" (TS 29.122 §5.8.2, GMDViaMBMSByMb2): a message for a group
// that goes out by broadcast.
type GMDMB2Delivery struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// NotificationDestination is the http or https URI that receives the [GMDMB2Notification].
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// ExternalGroupID identifies the group as local-part@domain. The data model lets it be absent, clause 4.4.7.2.2.3
	// wants it.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// MBMSLocArea is where the message goes out; nil: the SCEF decides.
	MBMSLocArea *MBMSLocationArea `json:"mbmsLocArea,omitempty"`
	// MessageDeliveryStartTime is when the message goes out, not after the end of the TMGI; zero: at once.
	MessageDeliveryStartTime time.Time `json:"messageDeliveryStartTime,omitzero"`
	// GroupMessagePayload is the message; base64 on the wire. Empty: the SCS/AS sends it to the address of the SCEF that
	// the answer tells.
	GroupMessagePayload []byte `json:"groupMessagePayload,omitempty"`
	// SCEFMessageDeliveryIPv4 is where the SCEF takes the message, when it was not given. Set by the SCEF.
	SCEFMessageDeliveryIPv4 string `json:"scefMessageDeliveryIPv4,omitempty" t8:"readonly"`
	// SCEFMessageDeliveryIPv6 is where the SCEF takes the message, when it was not given. Set by the SCEF.
	SCEFMessageDeliveryIPv6 string `json:"scefMessageDeliveryIPv6,omitempty" t8:"readonly"`
	// SCEFMessageDeliveryPort is the port that belongs to the address, 1 to 65535; zero: none. Set by the SCEF.
	SCEFMessageDeliveryPort int `json:"scefMessageDeliveryPort,omitempty" t8:"readonly,min=0,max=65535"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// GMDMB2DeliveryPatch changes a delivery (TS 29.122 §5.8.2, GMDViaMBMSByMb2Patch). A member that is absent stays as it is;
// none can be removed.
type GMDMB2DeliveryPatch struct {
	// ExternalGroupID identifies the group as local-part@domain.
	ExternalGroupID Opt[id.ExternalGroupID] `json:"externalGroupId,omitzero" t8:"notnull"`
	// MBMSLocArea changes where the message goes out.
	MBMSLocArea Opt[MBMSLocationAreaPatch] `json:"mbmsLocArea,omitzero" t8:"notnull"`
	// MessageDeliveryStartTime is when the message goes out.
	MessageDeliveryStartTime Opt[time.Time] `json:"messageDeliveryStartTime,omitzero" t8:"notnull"`
	// GroupMessagePayload is the message; base64 on the wire.
	GroupMessagePayload Opt[[]byte] `json:"groupMessagePayload,omitzero" t8:"notnull"`
	// NotificationDestination is the http or https URI that receives the notification.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}

// Apply merges the patch into d by RFC 7396 and checks the result. On an error d is unchanged.
func (p *GMDMB2DeliveryPatch) Apply(d *GMDMB2Delivery) error {
	n := *d
	p.ExternalGroupID.apply(&n.ExternalGroupID)
	applyArea(p.MBMSLocArea, &n.MBMSLocArea)
	p.MessageDeliveryStartTime.apply(&n.MessageDeliveryStartTime)
	p.GroupMessagePayload.apply(&n.GroupMessagePayload)
	p.NotificationDestination.apply(&n.NotificationDestination)
	if err := Check(&n); err != nil {
		return err
	}
	*d = n
	return nil
}

// GMDMB2Notification tells whether a delivery was set going (TS 29.122 §5.8.2, GMDByMb2Notification).
type GMDMB2Notification struct {
	// Transaction is the URI of the delivery.
	Transaction string `json:"transaction" t8:"required"`
	// DeliveryTriggerStatus is true when the message went out, false when that failed.
	DeliveryTriggerStatus bool `json:"deliveryTriggerStatus" t8:"required"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// MBMSLocationArea says where MBMS serves a group (TS 29.122 §5.8.2 and §5.8.3, MbmsLocArea). What all members name
// together is the area. No array is empty when present.
type MBMSLocationArea struct {
	// CellIDs are cells by their global identification.
	CellIDs []string `json:"cellId,omitempty" t8:"min=1"`
	// ENodeBIDs are all cells of these eNodeBs.
	ENodeBIDs []string `json:"enodeBId,omitempty" t8:"min=1"`
	// GeographicAreas are shapes on the ground, which the SCEF turns into service areas or cells.
	GeographicAreas []GeographicArea `json:"geographicArea,omitempty" t8:"min=1"`
	// MBMSServiceAreaIDs are MBMS Service Area Identities (TS 23.003).
	MBMSServiceAreaIDs []string `json:"mbmsServiceAreaId,omitempty" t8:"min=1"`
	// CivicAddresses are postal addresses, which the SCEF turns into service areas or cells.
	CivicAddresses []CivicAddress `json:"civicAddress,omitempty" t8:"min=1"`
}

// MBMSLocationAreaPatch changes an area (TS 29.122 §5.8.2 and §5.8.3, MbmsLocArea in a patch). A member that is absent stays
// as it is, one that is null is removed. The API description knows no null here; without it an area could only grow.
type MBMSLocationAreaPatch struct {
	// CellIDs are cells by their global identification.
	CellIDs Opt[[]string] `json:"cellId,omitzero" t8:"min=1"`
	// ENodeBIDs are all cells of these eNodeBs.
	ENodeBIDs Opt[[]string] `json:"enodeBId,omitzero" t8:"min=1"`
	// GeographicAreas are shapes on the ground.
	GeographicAreas Opt[[]GeographicArea] `json:"geographicArea,omitzero" t8:"min=1"`
	// MBMSServiceAreaIDs are MBMS Service Area Identities (TS 23.003).
	MBMSServiceAreaIDs Opt[[]string] `json:"mbmsServiceAreaId,omitzero" t8:"min=1"`
	// CivicAddresses are postal addresses.
	CivicAddresses Opt[[]CivicAddress] `json:"civicAddress,omitzero" t8:"min=1"`
}

// applyArea merges the patch of an area into a copy of it.
func applyArea(p Opt[MBMSLocationAreaPatch], to **MBMSLocationArea) {
	switch p.state {
	case optAbsent:
		return
	case optNull:
		*to = nil
		return
	}
	var n MBMSLocationArea
	if *to != nil {
		n = **to
	}
	p.value.CellIDs.apply(&n.CellIDs)
	p.value.ENodeBIDs.apply(&n.ENodeBIDs)
	p.value.GeographicAreas.apply(&n.GeographicAreas)
	p.value.MBMSServiceAreaIDs.apply(&n.MBMSServiceAreaIDs)
	p.value.CivicAddresses.apply(&n.CivicAddresses)
	*to = &n
}

// The features of the two APIs for group message delivery via MBMS (TS 29.122 §5.8.2.4, §5.8.3.4), which are the same. The
// names are those of the standard; the NUMBERS ARE NOT CONFIRMED against tables 5.8.2.4-1 and 5.8.3.4-1. A correction is
// made here and nowhere else.
const (
	GMDFeatureNotificationWebsocket = 1
	GMDFeatureNotificationTestEvent = 2
)

// GMDFeatureNames gives the names that TS 29.122 §5.8.2.4 and §5.8.3.4 use for the features of the two APIs for group
// message delivery via MBMS, by number.
func GMDFeatureNames() map[int]string {
	return map[int]string{
		GMDFeatureNotificationWebsocket: "Notification_websocket",
		GMDFeatureNotificationTestEvent: "Notification_test_event",
	}
}
