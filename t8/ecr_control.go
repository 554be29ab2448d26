package t8

import (
	"github.com/scefkit/scefkit/id"
)

// ECRControl FIXME (TS29122_ECRControl#ECRControl).
type ECRControl struct {
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
	// FIXME string
	MTCProviderID string `json:"mtcProviderId,omitempty"`
	// FIXME string
	ScsAsID string `json:"scsAsId,omitempty"`
	// FIXME TS29122_CommonData#ExternalId
	ExternalID id.ExternalID `json:"externalId,omitempty" t8:"oneof=g1"`
	// FIXME TS29122_CommonData#Msisdn
	MSISDN id.MSISDN `json:"msisdn,omitempty" t8:"oneof=g1"`
	// FIXME []PlmnEcRestrictionDataWb
	EcrDataWbs []PLMNEcRestrictionDataWb `json:"ecrDataWbs,omitempty" t8:"min=0"`
	// FIXME []TS29122_CommonData#PlmnId
	RestrictedPLMNIDs []PLMNID `json:"restrictedPlmnIds,omitempty" t8:"min=0,atmost=g2"`
	// FIXME []TS29122_CommonData#PlmnId
	AllowedPLMNIDs []PLMNID `json:"allowedPlmnIds,omitempty" t8:"min=0,atmost=g2"`
}

// ECRData FIXME (TS29122_ECRControl#ECRData).
type ECRData struct {
	// FIXME TS29571_CommonData#SupportedFeatures pattern ^[A-Fa-f0-9]*$
	SupportedFeatures Features `json:"supportedFeatures" t8:"required"`
	// FIXME TS29122_CommonData#PlmnId
	VisitedPLMNID *PLMNID `json:"visitedPlmnId,omitempty"`
	// FIXME []PlmnEcRestrictionDataWb
	EcrDataWbs []PLMNEcRestrictionDataWb `json:"ecrDataWbs,omitempty" t8:"min=0"`
	// FIXME []TS29122_CommonData#PlmnId
	RestrictedPLMNIDs []PLMNID `json:"restrictedPlmnIds,omitempty" t8:"min=0,atmost=g1"`
	// FIXME []TS29122_CommonData#PlmnId
	AllowedPLMNIDs []PLMNID `json:"allowedPlmnIds,omitempty" t8:"min=0,atmost=g1"`
}

// PLMNEcRestrictionDataWb FIXME (TS29122_ECRControl#PlmnEcRestrictionDataWb).
type PLMNEcRestrictionDataWb struct {
	// FIXME TS29122_CommonData#PlmnId
	PLMNID PLMNID `json:"plmnId" t8:"required"`
	// FIXME TS29503_Nudm_SDM#EcRestrictionDataWb
	PLMNEcrDataWb *EcRestrictionDataWb `json:"plmnEcrDataWb,omitempty"`
}
