package t8

func init() {
	apis = append(apis, NPConfigurationAPI(nil))
	stands("TS29122_NpConfiguration", map[string]any{
		"ConfigurationNotification": NetworkParametersNotification{},
		"NpConfiguration":           NetworkParameters{},
		"NpConfigurationPatch":      NetworkParametersPatch{},
	})
	stands("TS29122_CommonData", map[string]any{"ConfigResult": ConfigResult{}})
}
