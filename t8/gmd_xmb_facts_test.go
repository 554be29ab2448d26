package t8

func init() {
	apis = append(apis, GMDViaMBMSByXMBAPI(nil))
	stands("TS29122_GMDviaMBMSbyxMB", map[string]any{
		"GMDByxMBNotification":    GMDXMBNotification{},
		"GMDViaMBMSByxMB":         GMDXMBDelivery{},
		"GMDViaMBMSByxMBPatch":    GMDXMBDeliveryPatch{},
		"MbmsLocArea":             MBMSLocationArea{},
		"ServiceCreation":         XMBService{},
		"ServiceAnnouncementMode": ServiceAnnouncementMode(""),
	})
}
