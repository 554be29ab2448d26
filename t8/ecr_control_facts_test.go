package t8

func init() {
	apis = append(apis, ECRControlAPI(nil))
	stands("TS29122_ECRControl", map[string]any{
		"ECRControl":              ECRRequest{},
		"ECRData":                 ECRData{},
		"PlmnEcRestrictionDataWb": PLMNECRestrictionDataWB{},
	})
	stands("TS29503_Nudm_SDM", map[string]any{
		"EcRestrictionDataWb": ECRestrictionDataWB{},
	})
}
