package t8

func init() {
	apis = append(apis, RACSParameterProvisioningAPI(nil))
	stands("TS29122_RacsParameterProvisioning", map[string]any{
		"RacsConfiguration":         RACSConfiguration{},
		"RacsConfigurationRm":       RACSConfigurationPatch{},
		"RacsFailureReport":         RACSFailureReport{},
		"RacsProvisioningData":      RACSProvisioningData{},
		"RacsProvisioningDataPatch": RACSProvisioningDataPatch{},
		"RacsFailureCode":           RACSFailureCode(""),
	})
}
