package t8

// MSISDNLessMoSmsNotification FIXME (TS29122_MsisdnLessMoSms#MsisdnLessMoSmsNotification).
type MSISDNLessMoSmsNotification struct {
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
	// FIXME TS29122_CommonData#Bytes
	Sms []byte `json:"sms" t8:"required"`
	// FIXME string
	ExternalID string `json:"externalId" t8:"required"`
	// FIXME TS29122_CommonData#Port
	ApplicationPort int `json:"applicationPort" t8:"required,min=0,max=65535"`
}

// MSISDNLessMoSmsNotificationReply FIXME (TS29122_MsisdnLessMoSms#MsisdnLessMoSmsNotificationReply).
type MSISDNLessMoSmsNotificationReply struct {
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
}
