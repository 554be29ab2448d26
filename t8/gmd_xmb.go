package t8

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// XMBService is the resource "Individual xMB Service" (TS 29.122 §5.8.3, ServiceCreation): a service of the BM-SC for one
// group. Its identifier is the last segment of Self.
type XMBService struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.8.3.4). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// ExternalGroupID identifies the group as local-part@domain. The data model lets it be absent, clause 4.4.7.2.3.1
	// wants it.
	ExternalGroupID id.ExternalGroupID `json:"externalGroupId,omitempty"`
	// UserServiceID names the MBMS user service. Set by the SCEF.
	UserServiceID string `json:"userServiceId,omitempty" t8:"readonly"`
	// ServiceClass is the class that the service belongs to. Set by the SCEF.
	ServiceClass string `json:"serviceClass,omitempty" t8:"readonly"`
	// ServiceLanguages are the languages of the content. Not empty when present. Set by the SCEF.
	ServiceLanguages []string `json:"serviceLanguages,omitempty" t8:"readonly,min=1"`
	// ServiceNames are the names of the service. Not empty when present. Set by the SCEF.
	ServiceNames []string `json:"serviceNames,omitempty" t8:"readonly,min=1"`
	// ReceiveOnlyMode tells that the service is for UEs that only receive. Set by the SCEF.
	ReceiveOnlyMode bool `json:"receiveOnlyMode,omitempty" t8:"readonly"`
	// ServiceAnnouncementMode says who announces the service. Set by the SCEF.
	ServiceAnnouncementMode ServiceAnnouncementMode `json:"serviceAnnouncementMode,omitempty" t8:"readonly"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// GMDXMBDelivery is the resource "Individual GMD via MBMS by xMB" (TS 29.122 §5.8.3, GMDViaMBMSByxMB): a message for the
// group of a service that goes out by broadcast.
type GMDXMBDelivery struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// NotificationDestination is the http or https URI that receives the [GMDXMBNotification].
	NotificationDestination string `json:"notificationDestination" t8:"required,uri"`
	// RequestTestNotification asks for a [TestNotification]. Feature Notification_test_event.
	RequestTestNotification bool `json:"requestTestNotification,omitempty"`
	// WebsockNotifConfig asks for notifications over a WebSocket. Feature Notification_websocket.
	WebsockNotifConfig *WebsockNotifConfig `json:"websockNotifConfig,omitempty"`
	// MBMSLocArea is where the message goes out; nil: the SCEF decides.
	MBMSLocArea *MBMSLocationArea `json:"mbmsLocArea,omitempty"`
	// MessageDeliveryStartTime is when the session begins, not after MessageDeliveryStopTime; zero: at once.
	MessageDeliveryStartTime time.Time `json:"messageDeliveryStartTime,omitzero"`
	// MessageDeliveryStopTime is when the session ends; zero: the SCEF decides.
	MessageDeliveryStopTime time.Time `json:"messageDeliveryStopTime,omitzero"`
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

// GMDXMBDeliveryPatch changes a delivery (TS 29.122 §5.8.3, GMDViaMBMSByxMBPatch). A member that is absent stays as it is;
// none can be removed.
type GMDXMBDeliveryPatch struct {
	// MBMSLocArea changes where the message goes out.
	MBMSLocArea Opt[MBMSLocationAreaPatch] `json:"mbmsLocArea,omitzero" t8:"notnull"`
	// MessageDeliveryStartTime is when the session begins.
	MessageDeliveryStartTime Opt[time.Time] `json:"messageDeliveryStartTime,omitzero" t8:"notnull"`
	// MessageDeliveryStopTime is when the session ends.
	MessageDeliveryStopTime Opt[time.Time] `json:"messageDeliveryStopTime,omitzero" t8:"notnull"`
	// GroupMessagePayload is the message; base64 on the wire.
	GroupMessagePayload Opt[[]byte] `json:"groupMessagePayload,omitzero" t8:"notnull"`
	// NotificationDestination is the http or https URI that receives the notification.
	NotificationDestination Opt[string] `json:"notificationDestination,omitzero" t8:"uri,notnull"`
}

// Apply merges the patch into d by RFC 7396 and checks the result. On an error d is unchanged.
func (p *GMDXMBDeliveryPatch) Apply(d *GMDXMBDelivery) error {
	n := *d
	applyArea(p.MBMSLocArea, &n.MBMSLocArea)
	p.MessageDeliveryStartTime.apply(&n.MessageDeliveryStartTime)
	p.MessageDeliveryStopTime.apply(&n.MessageDeliveryStopTime)
	p.GroupMessagePayload.apply(&n.GroupMessagePayload)
	p.NotificationDestination.apply(&n.NotificationDestination)
	if err := Check(&n); err != nil {
		return err
	}
	*d = n
	return nil
}

// GMDXMBNotification tells whether a delivery was set going (TS 29.122 §5.8.3, GMDByxMBNotification).
type GMDXMBNotification struct {
	// Transaction is the URI of the delivery.
	Transaction string `json:"transaction" t8:"required"`
	// DeliveryTriggerStatus is true when the message went out, false when that failed.
	DeliveryTriggerStatus bool `json:"deliveryTriggerStatus" t8:"required"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ServiceAnnouncementMode says who announces an MBMS service to the UEs (TS 29.122 §5.8.3). T8 enumerations are open: a
// value that is not known is kept.
type ServiceAnnouncementMode string

// Who announces.
const (
	AnnouncedBySACH            ServiceAnnouncementMode = "SACH"             // the BM-SC, over its announcement channel
	AnnouncedByContentProvider ServiceAnnouncementMode = "CONTENT_PROVIDER" // the content provider, with data of the BM-SC
)

// Known reports whether the value is one of TS 29.122.
func (v ServiceAnnouncementMode) Known() bool {
	return v == AnnouncedBySACH || v == AnnouncedByContentProvider
}
