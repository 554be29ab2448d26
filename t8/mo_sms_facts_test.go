package t8

func init() {
	apis = append(apis, moSMSAPI(nil))
	stands("TS29122_MsisdnLessMoSms", map[string]any{
		"MsisdnLessMoSmsNotification":      MSISDNLessMOSMSNotification{},
		"MsisdnLessMoSmsNotificationReply": MSISDNLessMOSMSNotificationReply{},
	})
}
