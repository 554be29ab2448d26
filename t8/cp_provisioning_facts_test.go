package t8

func init() {
	apis = append(apis, CPProvisioningAPI(nil))
	stands("TS29122_CpProvisioning", map[string]any{
		"AppExpUeBehaviour":          AppExpUEBehaviour{},
		"CpInfo":                     CPInfo{},
		"CpParameterSet":             CPParameterSet{},
		"CpReport":                   CPReport{},
		"ScheduledCommunicationTime": ScheduledCommunicationTime{},
		"UmtLocationArea5G":          UMTLocationArea5G{},
		"BatteryIndication":          BatteryIndication(""),
		"CommunicationIndicator":     CommunicationIndicator(""),
		"CpFailureCode":              CPFailureCode(""),
		"ScheduledCommunicationType": ScheduledCommunicationType(""),
		"StationaryIndication":       StationaryIndication(""),
		"TrafficProfile":             TrafficProfile(""),
	})
}
