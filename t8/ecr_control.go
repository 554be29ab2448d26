package t8

import "github.com/scefkit/scefkit/id"

// ECRRequest asks for the restriction of enhanced coverage of a UE, or sets it (TS 29.122 §5.12.2, ECRControl). Exactly
// one of ExternalID and MSISDN is set. The lists are for the configure operation: at least one is given, the two of PLMNs
// not together. A list that is empty but not nil is one of no PLMN, which is more than no list.
type ECRRequest struct {
	// SupportedFeatures holds the features of the sender (§5.2.7, §5.12.4); "0": none. Must be there.
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
	// MTCProviderID names the provider or the application behind the SCS/AS.
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// SCSASID is the SCS/AS that asks, as the path has none. Empty: the one that is authenticated; any other is refused.
	SCSASID id.SCSASID `json:"scsAsId,omitempty"`
	// ExternalID identifies the UE as local-part@domain.
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=ue"`
	// MSISDN identifies the UE by its number, 5 to 15 digits.
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=ue"`
	// ECRDataWBs are the coverage modes that are restricted, by PLMN, for UEs that use wideband E-UTRAN. Feature
	// ECR_WB_5G; 5G only: carried, not served.
	ECRDataWBs []PLMNECRestrictionDataWB `json:"ecrDataWbs,omitzero"`
	// RestrictedPLMNIDs are all PLMNs where enhanced coverage is restricted.
	RestrictedPLMNIDs []PLMNID `json:"restrictedPlmnIds,omitzero" t8:"atmost=plmns"`
	// AllowedPLMNIDs are all PLMNs where enhanced coverage is allowed.
	AllowedPLMNIDs []PLMNID `json:"allowedPlmnIds,omitzero" t8:"atmost=plmns"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// ECRData is the restriction of enhanced coverage of a UE (TS 29.122 §5.12.2, ECRData). At most one of RestrictedPLMNIDs
// and AllowedPLMNIDs is set; an empty list that is not nil is one of no PLMN.
type ECRData struct {
	// SupportedFeatures holds the features that both sides have (§5.2.7, §5.12.4); "0": none. Must be there.
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
	// VisitedPLMNID is where the UE is; nil: not known.
	VisitedPLMNID *PLMNID `json:"visitedPlmnId,omitempty"`
	// ECRDataWBs are the coverage modes that are restricted, by PLMN. Feature ECR_WB_5G; 5G only: carried, not served.
	ECRDataWBs []PLMNECRestrictionDataWB `json:"ecrDataWbs,omitzero"`
	// RestrictedPLMNIDs are all PLMNs where enhanced coverage is restricted.
	RestrictedPLMNIDs []PLMNID `json:"restrictedPlmnIds,omitzero" t8:"atmost=plmns"`
	// AllowedPLMNIDs are all PLMNs where enhanced coverage is allowed.
	AllowedPLMNIDs []PLMNID `json:"allowedPlmnIds,omitzero" t8:"atmost=plmns"`
	// VendorSpecific holds members of vendors (§5.2.13).
	VendorSpecific VendorSpecific `json:"-"`
}

// PLMNECRestrictionDataWB are the coverage modes that are restricted in a PLMN (TS 29.122 §5.12.2,
// PlmnEcRestrictionDataWb). 5G only: carried, not served.
type PLMNECRestrictionDataWB struct {
	// PLMNID is the PLMN.
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// PLMNECRDataWB are the modes; nil: none is restricted.
	PLMNECRDataWB *ECRestrictionDataWB `json:"plmnEcrDataWb,omitempty"`
}

// ECRestrictionDataWB tells which coverage modes are restricted (TS 29.503 §6.1.6.2, EcRestrictionDataWb). At least one is
// told. 5G only: carried, not served.
type ECRestrictionDataWB struct {
	// ECModeARestricted tells whether mode A is restricted, and mode B with it; nil: not told.
	ECModeARestricted *bool `json:"ecModeARestricted,omitempty" t8:"anyof=mode"`
	// ECModeBRestricted tells whether mode B is restricted; nil: not told.
	ECModeBRestricted *bool `json:"ecModeBRestricted,omitempty" t8:"anyof=mode"`
}

// The features of the API for enhanced coverage (TS 29.122 §5.12.4). The names are those of the standard; the NUMBERS ARE
// NOT CONFIRMED against table 5.12.4-1. A correction is made here and nowhere else.
const (
	FeatureECRWB5G = 1
)

// ECRControlFeatureNames gives the names that TS 29.122 §5.12.4 uses for the features of the API, by number.
func ECRControlFeatureNames() map[int]string {
	return map[int]string{
		FeatureECRWB5G: "ECR_WB_5G",
	}
}
