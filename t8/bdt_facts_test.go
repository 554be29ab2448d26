package t8

func init() {
	apis = append(apis, BDTAPI(nil))
	stands("TS29122_ResourceManagementOfBdt", map[string]any{
		"Bdt":            BDTSubscription{},
		"BdtPatch":       BDTSubscriptionPatch{},
		"ExNotification": BDTWarningNotification{},
		"TransferPolicy": TransferPolicy{},
	})
}
