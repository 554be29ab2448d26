package t8

func init() {
	apis = append(apis, MonitoringEventAPI(nil))
	stands("TS29122_MonitoringEvent", map[string]any{
		"ApiCapabilityInfo":             APICapabilityInfo{},
		"AppliedParameterConfiguration": AppliedParameterConfiguration{},
		"ConsentRevocNotif":             ConsentRevocNotif{},
		"ConsentRevoked":                ConsentRevoked{},
		"FailureCause":                  FailureCause{},
		"GroupMembListChanges":          GroupMembListChanges{},
		"IdleStatusInfo":                IdleStatusInfo{},
		"LocationInfo":                  LocationInfo{},
		"MonitoringEventReport":         MonitoringEventReport{},
		"MonitoringEventReports":        MonitoringEventReports{},
		"MonitoringEventSubscription":   MonitoringEventSubscription{},
		"MonitoringNotification":        MonitoringNotification{},
		"PdnConnectionInformation":      PDNConnectionInformation{},
		"RangeDirection":                RangeDirection{},
		"ThreedrelativeLocation":        ThreedrelativeLocation{},
		"TwodrelativeLocation":          TwodrelativeLocation{},
		"UavPolicy":                     UAVPolicy{},
		"UePerLocationReport":           UEPerLocationReport{},
		"UpCumEvtRep":                   UpCumEvtRep{},
		"UpLocRepAddrAfRm":              UpLocRepAddrAF{},
		"Accuracy":                      Accuracy(""),
		"AssociationType":               AssociationType(""),
		"InterfaceIndication":           InterfaceIndication(""),
		"LocationFailureCause":          LocationFailureCause(""),
		"LocationType":                  LocationType(""),
		"MonitoringType":                MonitoringType(""),
		"PdnConnectionStatus":           PDNConnectionStatus(""),
		"PdnType":                       PDNType(""),
		"ReachabilityType":              ReachabilityType(""),
		"SACRepFormat":                  SACRepFormat(""),
		"SubType":                       SubType(""),
	})
	stands("TS29571_CommonData", map[string]any{
		"PatchItem":      PatchItem{},
		"PatchOperation": PatchOperation(""),
	})
}
