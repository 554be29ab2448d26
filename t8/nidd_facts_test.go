package t8

func init() {
	apis = append(apis, NIDDAPI(nil))
	stands("TS29122_NIDD", map[string]any{
		"GmdNiddDownlinkDataDeliveryNotification": GMDNIDDDownlinkDataDeliveryNotification{},
		"GmdResult":                                  GMDResult{},
		"ManagePort":                                 ManagePort{},
		"ManagePortNotification":                     ManagePortNotification{},
		"NiddConfiguration":                          NIDDConfiguration{},
		"NiddConfigurationPatch":                     NIDDConfigurationPatch{},
		"NiddConfigurationStatusNotification":        NIDDConfigurationStatusNotification{},
		"NiddDownlinkDataDeliveryFailure":            NIDDDownlinkDataDeliveryFailure{},
		"NiddDownlinkDataDeliveryStatusNotification": NIDDDownlinkDataDeliveryStatusNotification{},
		"NiddDownlinkDataTransfer":                   NIDDDownlinkDataTransfer{},
		"NiddDownlinkDataTransferPatch":              NIDDDownlinkDataTransferPatch{},
		"NiddUplinkDataNotification":                 NIDDUplinkDataNotification{},
		"RdsDownlinkDataDeliveryFailure":             RDSDownlinkDataDeliveryFailure{},
		"RdsPort":                                    RDSPort{},
		"DeliveryStatus":                             DeliveryStatus(""),
		"ManageEntity":                               ManageEntity(""),
		"NiddStatus":                                 NIDDStatus(""),
		"PdnEstablishmentOptions":                    PDNEstablishmentOption(""),
		"SerializationFormat":                        SerializationFormat(""),
	})
	stands("TS29122_CommonData", map[string]any{
		"Acknowledgement":    Acknowledgement{},
		"InvalidParam":       InvalidParam{},
		"ProblemDetails":     ProblemDetails{},
		"TestNotification":   TestNotification{},
		"WebsockNotifConfig": WebsockNotifConfig{},
	})
}
