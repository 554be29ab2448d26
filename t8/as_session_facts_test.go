package t8

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

func init() {
	apis = append(apis, ASSessionWithQoSAPI(nil), ChargeablePartyAPI(nil))
	const lost = "the description of 3GPP lost the end of a line here, so that periodInfo became the type of rTLatencyInd; the PATCH has both"
	mending["TS29122_AsSessionWithQoS#AsSessionWithQoSSubscription rTLatencyInd"] = lost
	mending["TS29122_AsSessionWithQoS#AsSessionWithQoSSubscription periodInfo"] = lost
	stands("TS29122_AsSessionWithQoS", map[string]any{
		"AdditionInfoAsSessionWithQos":      AdditionInfoASSessionWithQoS{},
		"AsSessionMediaComponent":           ASSessionMediaComponent{},
		"AsSessionMediaComponentRm":         ASSessionMediaComponentRm{},
		"AsSessionWithQoSSubscription":      ASSessionWithQoSSubscription{},
		"AsSessionWithQoSSubscriptionPatch": ASSessionWithQoSSubscriptionPatch{},
		"MultiModalFlows":                   MultiModalFlows{},
		"ProblemDetailsAsSessionWithQos":    ProblemDetailsASSessionWithQoS{},
		"QosMonitoringInformation":          QoSMonitoringInformation{},
		"QosMonitoringInformationRm":        QoSMonitoringInformationRm{},
		"QosMonitoringReport":               QoSMonitoringReport{},
		"TscQosRequirement":                 TSCQoSRequirement{},
		"TscQosRequirementRm":               TSCQoSRequirementRm{},
		"UeAddInfo":                         UEAddInfo{},
		"UserPlaneEventReport":              UserPlaneEventReport{},
		"UserPlaneNotificationData":         UserPlaneNotificationData{},
		"UserPlaneEvent":                    UserPlaneEvent(""),
	})
	stands("TS29122_ChargeableParty", map[string]any{
		"ChargeableParty":      ChargeablePartyTransaction{},
		"ChargeablePartyPatch": ChargeablePartyTransactionPatch{},
	})
	stands("TS29503_Nudm_SDM", map[string]any{
		"EcRestrictionDataWb": EcRestrictionDataWb{},
		"UcPurpose":           UcPurpose(""),
	})
	stands("TS29512_Npcf_SMPolicyControl", map[string]any{
		"UpPathChgEvent":                  UPPathChgEvent{},
		"AfSigProtocol":                   AFSigProtocol(""),
		"FlowDirection":                   FlowDirection(""),
		"ReportingFrequency":              ReportingFrequency(""),
		"RequestedQosMonitoringParameter": RequestedQoSMonitoringParameter(""),
	})
	stands("TS29514_Npcf_PolicyAuthorization", map[string]any{
		"AcceptableServiceInfo":              AcceptableServiceInfo{},
		"AddFlowDescriptionInfo":             AddFlowDescriptionInfo{},
		"AfEventSubscription":                AFEventSubscription{},
		"AfRoutingRequirement":               AFRoutingRequirement{},
		"AfSfcRequirement":                   AFSFCRequirement{},
		"AlternativeServiceRequirementsData": AlternativeServiceRequirementsData{},
		"BatOffsetInfo":                      BATOffsetInfo{},
		"EthFlowDescription":                 EthFlowDescription{},
		"EventsSubscReqData":                 EventsSubscReqData{},
		"EventsSubscReqDataRm":               EventsSubscReqDataRm{},
		"Flows":                              Flows{},
		"MediaComponent":                     MediaComponent{},
		"MediaSubComponent":                  MediaSubComponent{},
		"PdvMonitoringReport":                PDVMonitoringReport{},
		"PeriodicityInfo":                    PeriodicityInfo{},
		"PeriodicityRange":                   PeriodicityRange{},
		"ProtoDesc":                          ProtoDesc{},
		"QosMonitoringInformation":           PCFQoSMonitoringInformation{},
		"QosMonitoringInformationRm":         PCFQoSMonitoringInformationRm{},
		"QosMonitoringReport":                PCFQoSMonitoringReport{},
		"SpatialValidity":                    SpatialValidity{},
		"SpatialValidityRm":                  SpatialValidityRm{},
		"TemporalValidity":                   TemporalValidity{},
		"TscaiInputContainer":                TSCAIInputContainer{},
		"TsnQosContainer":                    TSNQoSContainer{},
		"TsnQosContainerRm":                  TSNQoSContainerRm{},
		"AfEvent":                            AFEvent(""),
		"AfNotifMethod":                      AFNotifMethod(""),
		"FlowStatus":                         FlowStatus(""),
		"FlowUsage":                          FlowUsage(""),
		"MediaType":                          MediaType(""),
		"PrioritySharingIndicator":           PrioritySharingIndicator(""),
		"RequiredAccessInfo":                 RequiredAccessInfo(""),
		"ReservPriority":                     ReservPriority(""),
		"ServAuthInfo":                       ServAuthInfo(""),
		"UplinkDownlinkSupport":              UplinkDownlinkSupport(""),
	})
	stands("TS29519_Application_Data", map[string]any{
		"TrafficCorrelationInfo": TrafficCorrelationInfo{},
		"CorrelationType":        CorrelationType(""),
	})
	stands("TS29523_Npcf_EventExposure", map[string]any{"PduSessionInformation": PDUSessionInformation{}})
	stands("TS29554_Npcf_BDTPolicyControl", map[string]any{"NetworkAreaInfo": NetworkAreaInfo{}})
}

// fits checks that mergeInto can put a value of type from into one of type to.
func fits(t *testing.T, where string, from, to *plan) {
	for from.kind == kOpt {
		from = from.elem
	}
	for to.kind == kPtr && from.typ != to.typ {
		to = to.elem
	}
	if from.typ == to.typ {
		return
	}
	require.Equal(t, to.kind, from.kind, where)
	switch from.kind {
	case kMap:
		fits(t, where+"/*", from.elem, to.elem)
	case kStruct:
		for i := range from.fields {
			f := &from.fields[i]
			at, ok := to.index[f.name]
			require.True(t, ok, "%s/%s", where, f.name)
			fits(t, where+"/"+f.name, f.plan, to.fields[at].plan)
		}
	default:
		t.Errorf("%s: %s cannot become %s", where, from.typ, to.typ)
	}
}

// What a patch changes is there in the resource, with a type that takes it.
func TestSessionPatchesFit(t *testing.T) {
	for patch, res := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[ASSessionWithQoSSubscriptionPatch](): reflect.TypeFor[ASSessionWithQoSSubscription](),
		reflect.TypeFor[ChargeablePartyTransactionPatch]():   reflect.TypeFor[ChargeablePartyTransaction](),
	} {
		fits(t, patch.Name(), planOf(patch), planOf(res))
	}
}
