package t8

// RACSProvisioningData is the resource "Individual RACS Parameter Provisioning" (TS 29.122 §5.16.2): radio capabilities of
// UE models that their manufacturer provides, so that a UE need only send their identifier.
type RACSProvisioningData struct {
	// Self is the URI of the resource. Set by the SCEF.
	Self string `json:"self,omitempty" t8:"readonly"`
	// SupportedFeatures holds the features of the sender in a request, those that both sides have in an answer
	// (§5.2.7, §5.16.4, which names none). Empty: none.
	SupportedFeatures Features `json:"supportedFeatures,omitempty"`
	// RACSConfigs holds the capabilities by RACS ID, which is RACSID of the value, too; at least one. [Check] does not
	// compare the two. An answer has those that the network took.
	RACSConfigs map[string]RACSConfiguration `json:"racsConfigs" t8:"required,min=1"`
	// RACSReports tells which RACS IDs failed and why; the key means nothing. Not empty when present. Set by the SCEF.
	RACSReports map[string]RACSFailureReport `json:"racsReports,omitempty" t8:"readonly,min=1"`
	// VendorSpecific holds the members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// RACSProvisioningDataPatch changes a provisioning (TS 29.122 §5.16.2).
type RACSProvisioningDataPatch struct {
	// RACSConfigs changes capabilities by RACS ID: [Null] removes one, [Set] adds or changes one; those that are not named
	// stay. At least one; the member cannot be removed.
	RACSConfigs Opt[map[string]Opt[RACSConfigurationPatch]] `json:"racsConfigs,omitzero" t8:"min=1,notnull"`
}

// Apply merges the patch into d by RFC 7396 and checks the result. An entry that is new gets its RACSID from the key, since
// a patch has no member for it. On an error d is unchanged; its maps are never changed in place.
func (p *RACSProvisioningDataPatch) Apply(d *RACSProvisioningData) error {
	n := *d
	mergeMap(p.RACSConfigs, &n.RACSConfigs, func(key string, p *RACSConfigurationPatch, c *RACSConfiguration) {
		if c.RACSID == "" {
			c.RACSID = key
		}
		p.RACSParamEPS.apply(&c.RACSParamEPS)
		p.RACSParam5GS.apply(&c.RACSParam5GS)
		p.IMEITACs.apply(&c.IMEITACs)
	})
	if err := Check(&n); err != nil {
		return err
	}
	*d = n
	return nil
}

// RACSConfiguration is the radio capability of some UE models (TS 29.122 §5.16.2). At least one of RACSParamEPS and
// RACSParam5GS is set.
type RACSConfiguration struct {
	// RACSID is the UE radio capability identifier that the manufacturer assigned (TS 23.003).
	RACSID string `json:"racsId" t8:"required"`
	// RACSParamEPS is the capability as EPS encodes it (TS 36.331); the SCEF does not look inside.
	RACSParamEPS string `json:"racsParamEps,omitempty" t8:"anyof=param"`
	// RACSParam5GS is the capability as 5GS encodes it (TS 38.331). 5G only: carried, not served.
	RACSParam5GS string `json:"racsParam5Gs,omitempty" t8:"anyof=param"`
	// IMEITACs are the Type Allocation Codes of the UE models, 8 digits each; at least one.
	IMEITACs []string `json:"imeiTacs" t8:"required,min=1,pattern=tac8"`
}

// RACSConfigurationPatch changes the radio capability of some UE models (TS 29.122 §5.16.2, RacsConfigurationRm). A member
// that is absent stays as it is, one that is null is removed; IMEITACs cannot be removed, nor the last of the other two.
type RACSConfigurationPatch struct {
	// RACSParamEPS is the capability as EPS encodes it (TS 36.331).
	RACSParamEPS Opt[string] `json:"racsParamEps,omitzero"`
	// RACSParam5GS is the capability as 5GS encodes it (TS 38.331). 5G only: carried, not served.
	RACSParam5GS Opt[string] `json:"racsParam5Gs,omitzero"`
	// IMEITACs are the Type Allocation Codes of the UE models, 8 digits each; at least one.
	IMEITACs Opt[[]string] `json:"imeiTacs,omitzero" t8:"min=1,pattern=tac8,notnull"`
}

// RACSFailureReport tells that some RACS IDs were not provisioned, and why (TS 29.122 §5.16.2). An array of it is the body
// of a 500.
type RACSFailureReport struct {
	// RACSIDs names them; at least one.
	RACSIDs []string `json:"racsIds" t8:"required,min=1"`
	// FailureCode says why.
	FailureCode RACSFailureCode `json:"failureCode" t8:"required"`
}

// RACSFailureCode says why a RACS ID was not provisioned (TS 29.122 §5.16.2). T8 enumerations are open: a value that is not
// known is kept.
type RACSFailureCode string

// The reasons.
const (
	RACSMalfunction        RACSFailureCode = "MALFUNCTION"         // something in the network is broken
	RACSResourceLimitation RACSFailureCode = "RESOURCE_LIMITATION" // no room for more
	RACSIDDuplicated       RACSFailureCode = "RACS_ID_DUPLICATED"  // the RACS ID was provisioned before
	RACSOtherReason        RACSFailureCode = "OTHER_REASON"
)

// Known reports whether the value is one of TS 29.122.
func (v RACSFailureCode) Known() bool {
	return v == RACSMalfunction || v == RACSResourceLimitation || v == RACSIDDuplicated || v == RACSOtherReason
}
