package t8

func init() {
	apis = append(apis, NetworkStatusAPI(nil))
	stands("TS29122_ReportingNetworkStatus", map[string]any{
		"NetworkStatusReportingSubscription": NetworkStatusSubscription{},
		"NetStatusRepSubsPatch":              NetworkStatusSubscriptionPatch{},
		"NetworkStatusReportingNotification": NetworkStatusNotification{},
		"CongestionType":                     CongestionType(""),
	})
}
