package t8

import "github.com/scefkit/scefkit/id"

// MSISDNLessMOSMSNotification brings a short message from a UE without MSISDN to the SCS/AS (TS 29.122 §5.15.2,
// MsisdnLessMoSmsNotification).
type MSISDNLessMOSMSNotification struct {
	// SupportedFeatures holds the features of the SCEF (§5.2.7, §5.15.4, which names none), so "0".
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
	// SMS is the short message as the network gave it, a TPDU of TS 23.040; base64 on the wire.
	SMS []byte `json:"sms" t8:"required"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId" t8:"required"`
	// ApplicationPort is the port of the application that the message is for, 0 to 65535.
	ApplicationPort int `json:"applicationPort" t8:"required,min=0,max=65535"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// MSISDNLessMOSMSNotificationReply tells that the SCS/AS took a short message (TS 29.122 §5.15.2,
// MsisdnLessMoSmsNotificationReply).
type MSISDNLessMOSMSNotificationReply struct {
	// SupportedFeatures holds the features that both sides have; "0": none.
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}
