package t8

func init() {
	apis = append(apis, PFDManagementAPI(nil))
	stands("TS29122_PfdManagement", map[string]any{
		"Pfd":                   PFD{},
		"PfdData":               PFDData{},
		"PfdManagement":         PFDTransaction{},
		"PfdManagementPatch":    PFDTransactionPatch{},
		"PfdReport":             PFDReport{},
		"UserPlaneLocationArea": UserPlaneLocationArea{},
		"DomainNameProtocol":    DomainNameProtocol(""),
		"FailureCode":           PFDFailureCode(""),
	})
	mending["3gpp-pfd-management PATCH /{scsAsId}/transactions/{transactionId}/applications/{appId} body"] =
		"a merge patch needs a type whose members may be absent or null"
}
