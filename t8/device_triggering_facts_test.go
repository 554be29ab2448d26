package t8

func init() {
	apis = append(apis, DeviceTriggeringAPI(nil))
	stands("TS29122_DeviceTriggering", map[string]any{
		"DeviceTriggering":                           DeviceTrigger{},
		"DeviceTriggeringDeliveryReportNotification": DeviceTriggerDeliveryReportNotification{},
		"DeviceTriggeringPatch":                      DeviceTriggerPatch{},
		"DeliveryResult":                             TriggerResult(""),
		"Priority":                                   TriggerPriority(""),
	})
}
