package t8

// RACSConfiguration FIXME (TS29122_RacsParameterProvisioning#RacsConfiguration).
type RACSConfiguration struct {
	// FIXME string
	RACSID string `json:"racsId" t8:"required"`
	// FIXME string
	RACSParamEps string `json:"racsParamEps,omitempty" t8:"anyof=g1"`
	// FIXME string
	RACSParam5Gs string `json:"racsParam5Gs,omitempty" t8:"anyof=g1"`
	// FIXME []TS29571_CommonData#TypeAllocationCode
	IMEITacs []string `json:"imeiTacs" t8:"required,min=1,pattern=tac8"`
}

// RACSConfigurationRm FIXME (TS29122_RacsParameterProvisioning#RacsConfigurationRm).
type RACSConfigurationRm struct {
	// FIXME string
	RACSParamEps Opt[string] `json:"racsParamEps,omitzero"`
	// FIXME string
	RACSParam5Gs Opt[string] `json:"racsParam5Gs,omitzero"`
	// FIXME []TS29571_CommonData#TypeAllocationCode
	IMEITacs Opt[[]string] `json:"imeiTacs,omitzero" t8:"min=1,pattern=tac8,notnull"`
}

// RACSFailureCode FIXME.
type RACSFailureCode string

const (
	RACSFailureCodeMalfunction        RACSFailureCode = "MALFUNCTION"
	RACSFailureCodeResourceLimitation RACSFailureCode = "RESOURCE_LIMITATION"
	RACSFailureCodeRACSIDDuplicated   RACSFailureCode = "RACS_ID_DUPLICATED"
	RACSFailureCodeOtherReason        RACSFailureCode = "OTHER_REASON"
)

// RACSFailureReport FIXME (TS29122_RacsParameterProvisioning#RacsFailureReport).
type RACSFailureReport struct {
	// FIXME []string
	RACSIDs []string `json:"racsIds" t8:"required,min=1"`
	// FIXME RacsFailureCode
	FailureCode RACSFailureCode `json:"failureCode" t8:"required"`
}

// RACSProvisioningData FIXME (TS29122_RacsParameterProvisioning#RacsProvisioningData).
type RACSProvisioningData struct {
	// FIXME TS29122_CommonData#Link
	Self string `json:"self,omitempty"`
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// FIXME map[string]RacsConfiguration
	RACSConfigs map[string]RACSConfiguration `json:"racsConfigs" t8:"required,min=1"`
	// FIXME map[string]RacsFailureReport
	RACSReports map[string]RACSFailureReport `json:"racsReports,omitempty" t8:"readonly,min=1"`
}

// RACSProvisioningDataPatch FIXME (TS29122_RacsParameterProvisioning#RacsProvisioningDataPatch).
type RACSProvisioningDataPatch struct {
	// FIXME map[string]RacsConfigurationRm
	RACSConfigs Opt[map[string]RACSConfigurationRm] `json:"racsConfigs,omitzero" t8:"min=1,notnull"`
}
