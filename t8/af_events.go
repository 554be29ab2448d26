package t8

// The types of this file tell which events an application wants to hear of the way 5G does (TS 29.514 §5.6).

// EventsSubscReqData asks for events (TS 29.514 §5.6, EventsSubscReqData). Arrays are not empty when present. 5G only:
// carried, not served.
type EventsSubscReqData struct {
	// Events are the events; at least one.
	Events []AFEventSubscription `json:"events" t8:"required,min=1"`
	// NotifURI is who is told; empty: the one that is told everything.
	NotifURI string `json:"notifUri,omitempty"`
	// ReqQoSMonParams is what is measured.
	ReqQoSMonParams []RequestedQoSMonitoringParameter `json:"reqQosMonParams,omitempty" t8:"min=1"`
	// QoSMon tells which delays are worth a report.
	QoSMon *PCFQoSMonitoringInformation `json:"qosMon,omitempty"`
	// QoSMonDatRate tells which data rates are worth a report.
	QoSMonDatRate *PCFQoSMonitoringInformation `json:"qosMonDatRate,omitempty"`
	// PDVReqMonParams is for what the variation of delays is measured. Member pdvReqMonParams.
	PDVReqMonParams []RequestedQoSMonitoringParameter `json:"pdvReqMonParams,omitempty" t8:"min=1"`
	// PDVMon tells which variations of delays are worth a report. Member pdvMon.
	PDVMon *PCFQoSMonitoringInformation `json:"pdvMon,omitempty"`
	// CongestMon tells which congestion is worth a report.
	CongestMon *PCFQoSMonitoringInformation `json:"congestMon,omitempty"`
	// ReqANIs is what is wanted of the access network, with ANI_REPORT. Member reqAnis.
	ReqANIs []RequiredAccessInfo `json:"reqAnis,omitempty" t8:"min=1"`
	// UsgThres is the time or the volume that is worth a report, with USAGE_REPORT.
	UsgThres *UsageThreshold `json:"usgThres,omitempty"`
	// NotifCorreID comes back in what is told.
	NotifCorreID string `json:"notifCorreId,omitempty"`
	// AFAppIDs are the applications to detect, with APP_DETECTION. Member afAppIds.
	AFAppIDs []string `json:"afAppIds,omitempty" t8:"min=1"`
	// DirectNotifInd asks for measurements straight from the user plane.
	DirectNotifInd bool `json:"directNotifInd,omitempty"`
	// AvrgWndw is the averaging window for data rates in milliseconds, 1 to 4095; zero: 2000.
	AvrgWndw int `json:"avrgWndw,omitempty" t8:"min=1,max=4095"`
}

// EventsSubscReqDataRm changes an [EventsSubscReqData] (TS 29.514 §5.6, EventsSubscReqDataRm): absent stays, null removes.
// 5G only: carried, not served.
type EventsSubscReqDataRm struct {
	// Events are all events from now on.
	Events []AFEventSubscription `json:"events" t8:"required"`
	// NotifURI is who is told from now on.
	NotifURI Opt[string] `json:"notifUri,omitzero" t8:"notnull"`
	// ReqQoSMonParams is all that is measured from now on.
	ReqQoSMonParams Opt[[]RequestedQoSMonitoringParameter] `json:"reqQosMonParams,omitzero" t8:"min=1,notnull"`
	// QoSMon changes which delays are worth a report.
	QoSMon Opt[PCFQoSMonitoringInformationRm] `json:"qosMon,omitzero"`
	// QoSMonDatRate changes which data rates are worth a report.
	QoSMonDatRate Opt[PCFQoSMonitoringInformationRm] `json:"qosMonDatRate,omitzero"`
	// PDVReqMonParams is for what the variation of delays is measured from now on.
	PDVReqMonParams Opt[[]RequestedQoSMonitoringParameter] `json:"pdvReqMonParams,omitzero" t8:"min=1,notnull"`
	// PDVMon changes which variations of delays are worth a report.
	PDVMon Opt[PCFQoSMonitoringInformationRm] `json:"pdvMon,omitzero"`
	// CongestMon replaces which congestion is worth a report.
	CongestMon Opt[PCFQoSMonitoringInformation] `json:"congestMon,omitzero" t8:"notnull"`
	// ReqANIs is all that is wanted of the access network from now on.
	ReqANIs Opt[[]RequiredAccessInfo] `json:"reqAnis,omitzero" t8:"min=1,notnull"`
	// UsgThres changes the time or the volume that is worth a report.
	UsgThres Opt[UsageThresholdRm] `json:"usgThres,omitzero"`
	// NotifCorreID comes back in what is told from now on.
	NotifCorreID Opt[string] `json:"notifCorreId,omitzero" t8:"notnull"`
	// DirectNotifInd is as in the subscription.
	DirectNotifInd Opt[bool] `json:"directNotifInd,omitzero"`
	// AvrgWndw is another averaging window in milliseconds, 1 to 4095.
	AvrgWndw Opt[int] `json:"avrgWndw,omitzero" t8:"min=1,max=4095"`
}

// AFEventSubscription asks for one event (TS 29.514 §5.6, AfEventSubscription). 5G only: carried, not served.
type AFEventSubscription struct {
	// Event is the event.
	Event AFEvent `json:"event" t8:"required"`
	// NotifMethod is when it is told; empty: when it happens.
	NotifMethod AFNotifMethod `json:"notifMethod,omitempty"`
	// RepPeriod is the time between two periodic reports, in whole seconds; zero: not said.
	RepPeriod DurationSec `json:"repPeriod,omitempty"`
	// WaitTime is the least time between two reports, in whole seconds; zero: none.
	WaitTime DurationSec `json:"waitTime,omitempty"`
}

// PCFQoSMonitoringInformation tells what is worth a report, as the PCF has it (TS 29.514 §5.6, QosMonitoringInformation;
// TS 29.122 has another type of that name). Delays are in milliseconds, congestion in percent; nil: none. 5G only: carried,
// not served.
type PCFQoSMonitoringInformation struct {
	// RepThreshDL is the delay downlink. Member repThreshDl.
	RepThreshDL *int `json:"repThreshDl,omitempty"`
	// RepThreshUL is the delay uplink. Member repThreshUl.
	RepThreshUL *int `json:"repThreshUl,omitempty"`
	// RepThreshRP is the round trip. Member repThreshRp.
	RepThreshRP *int `json:"repThreshRp,omitempty"`
	// RepThreshDatRateUL is the bit rate uplink, as "1.5 Mbps". Member repThreshDatRateUl.
	RepThreshDatRateUL string `json:"repThreshDatRateUl,omitempty" t8:"pattern=bitrate"`
	// RepThreshDatRateDL is the bit rate downlink. Member repThreshDatRateDl.
	RepThreshDatRateDL string `json:"repThreshDatRateDl,omitempty" t8:"pattern=bitrate"`
	// ConThreshDL is the congestion downlink, at least 0. Member conThreshDl.
	ConThreshDL *int `json:"conThreshDl,omitempty" t8:"min=0"`
	// ConThreshUL is the congestion uplink, at least 0. Member conThreshUl.
	ConThreshUL *int `json:"conThreshUl,omitempty" t8:"min=0"`
}

// PCFQoSMonitoringInformationRm changes a [PCFQoSMonitoringInformation] (TS 29.514 §5.6, QosMonitoringInformationRm):
// absent stays, null removes. 5G only: carried, not served.
type PCFQoSMonitoringInformationRm struct {
	// RepThreshDL is another delay downlink.
	RepThreshDL Opt[int] `json:"repThreshDl,omitzero" t8:"notnull"`
	// RepThreshUL is another delay uplink.
	RepThreshUL Opt[int] `json:"repThreshUl,omitzero" t8:"notnull"`
	// RepThreshRP is another round trip.
	RepThreshRP Opt[int] `json:"repThreshRp,omitzero" t8:"notnull"`
	// RepThreshDatRateUL is another bit rate uplink.
	RepThreshDatRateUL Opt[string] `json:"repThreshDatRateUl,omitzero" t8:"pattern=bitrate"`
	// RepThreshDatRateDL is another bit rate downlink.
	RepThreshDatRateDL Opt[string] `json:"repThreshDatRateDl,omitzero" t8:"pattern=bitrate"`
	// ConThreshDL is another congestion downlink.
	ConThreshDL Opt[int] `json:"conThreshDl,omitzero" t8:"min=0,notnull"`
	// ConThreshUL is another congestion uplink.
	ConThreshUL Opt[int] `json:"conThreshUl,omitzero" t8:"min=0,notnull"`
}

// PCFQoSMonitoringReport is what was measured, as the PCF tells it (TS 29.514 §5.6, QosMonitoringReport; TS 29.122 has
// another type of that name). Delays are in milliseconds, congestion in percent; arrays are not empty when present. 5G
// only: carried, not served.
type PCFQoSMonitoringReport struct {
	// Flows are the flows that were measured; absent: all.
	Flows []Flows `json:"flows,omitempty" t8:"min=1"`
	// ULDelays are delays uplink. Member ulDelays.
	ULDelays []int `json:"ulDelays,omitempty" t8:"min=1"`
	// DLDelays are delays downlink. Member dlDelays.
	DLDelays []int `json:"dlDelays,omitempty" t8:"min=1"`
	// RTDelays are round trips. Member rtDelays.
	RTDelays []int `json:"rtDelays,omitempty" t8:"min=1"`
	// PDMF tells that delays could not be measured. Member pdmf.
	PDMF bool `json:"pdmf,omitempty"`
	// ULConInfo is the congestion uplink. Member ulConInfo.
	ULConInfo []int `json:"ulConInfo,omitempty" t8:"min=1"`
	// DLConInfo is the congestion downlink. Member dlConInfo.
	DLConInfo []int `json:"dlConInfo,omitempty" t8:"min=1"`
	// CIMF tells that congestion could not be measured. Member cimf.
	CIMF bool `json:"cimf,omitempty"`
	// ULDataRate is the bit rate uplink, as "1.5 Mbps". Member ulDataRate.
	ULDataRate string `json:"ulDataRate,omitempty" t8:"pattern=bitrate"`
	// DLDataRate is the bit rate downlink. Member dlDataRate.
	DLDataRate string `json:"dlDataRate,omitempty" t8:"pattern=bitrate"`
}

// PDVMonitoringReport is the measured variation of delays (TS 29.514 §5.6, PdvMonitoringReport), in milliseconds; nil: not
// measured. 5G only: carried, not served.
type PDVMonitoringReport struct {
	// Flows are the flows that were measured; absent: all. Not empty when present.
	Flows []Flows `json:"flows,omitempty" t8:"min=1"`
	// ULPDV is that uplink. Member ulPdv.
	ULPDV *int `json:"ulPdv,omitempty"`
	// DLPDV is that downlink. Member dlPdv.
	DLPDV *int `json:"dlPdv,omitempty"`
	// RTPDV is that of round trips. Member rtPdv.
	RTPDV *int `json:"rtPdv,omitempty"`
}

// BATOffsetInfo tells by how much bursts should arrive earlier or later (TS 29.514 §5.6, BatOffsetInfo). 5G only: carried,
// not served.
type BATOffsetInfo struct {
	// RANBATOffsetNotif is the offset in milliseconds. Member ranBatOffsetNotif.
	RANBATOffsetNotif int `json:"ranBatOffsetNotif" t8:"required"`
	// AdjPeriod is the period in microseconds that would suit better, at least 0; nil: not said.
	AdjPeriod *int `json:"adjPeriod,omitempty" t8:"min=0"`
	// Flows are the flows that are meant; absent: all. Not empty when present.
	Flows []Flows `json:"flows,omitempty" t8:"min=1"`
}

// AFEvent is an event for an application (TS 29.514 §5.6). 5G only: carried, not served. T8 enumerations are open: a value
// that is not known is kept.
type AFEvent string

// The events.
const (
	AFEventAccessTypeChange              AFEvent = "ACCESS_TYPE_CHANGE"
	AFEventANIReport                     AFEvent = "ANI_REPORT"
	AFEventAppDetection                  AFEvent = "APP_DETECTION"
	AFEventChargingCorrelation           AFEvent = "CHARGING_CORRELATION"
	AFEventEPSFallback                   AFEvent = "EPS_FALLBACK"
	AFEventExtraUEAddr                   AFEvent = "EXTRA_UE_ADDR"
	AFEventFailedQoSUpdate               AFEvent = "FAILED_QOS_UPDATE"
	AFEventFailedResourcesAllocation     AFEvent = "FAILED_RESOURCES_ALLOCATION"
	AFEventOutOfCredit                   AFEvent = "OUT_OF_CREDIT"
	AFEventPDUSessionStatus              AFEvent = "PDU_SESSION_STATUS"
	AFEventPLMNChange                    AFEvent = "PLMN_CHG"
	AFEventQoSMonitoring                 AFEvent = "QOS_MONITORING"
	AFEventQoSNotif                      AFEvent = "QOS_NOTIF"
	AFEventRANNASCause                   AFEvent = "RAN_NAS_CAUSE"
	AFEventReallocationOfCredit          AFEvent = "REALLOCATION_OF_CREDIT"
	AFEventSatCategoryChange             AFEvent = "SAT_CATEGORY_CHG"
	AFEventSuccessfulQoSUpdate           AFEvent = "SUCCESSFUL_QOS_UPDATE"
	AFEventSuccessfulResourcesAllocation AFEvent = "SUCCESSFUL_RESOURCES_ALLOCATION"
	AFEventTSNBridgeInfo                 AFEvent = "TSN_BRIDGE_INFO"
	AFEventUPPathChangeFailure           AFEvent = "UP_PATH_CHG_FAILURE"
	AFEventUsageReport                   AFEvent = "USAGE_REPORT"
	AFEventUETemporarilyUnavailable      AFEvent = "UE_TEMPORARILY_UNAVAILABLE"
	AFEventBATOffsetInfo                 AFEvent = "BAT_OFFSET_INFO"
	AFEventURSPEnfInfo                   AFEvent = "URSP_ENF_INFO"
	AFEventPackDelVar                    AFEvent = "PACK_DEL_VAR"
	AFEventL4SSupp                       AFEvent = "L4S_SUPP"
	AFEventRTDelayTwoQoSFlows            AFEvent = "RT_DELAY_TWO_QOS_FLOWS"
)

// Known reports whether the value is one of TS 29.514.
func (v AFEvent) Known() bool {
	switch v {
	case AFEventAccessTypeChange, AFEventANIReport, AFEventAppDetection, AFEventChargingCorrelation, AFEventEPSFallback,
		AFEventExtraUEAddr, AFEventFailedQoSUpdate, AFEventFailedResourcesAllocation, AFEventOutOfCredit,
		AFEventPDUSessionStatus, AFEventPLMNChange, AFEventQoSMonitoring, AFEventQoSNotif, AFEventRANNASCause,
		AFEventReallocationOfCredit, AFEventSatCategoryChange, AFEventSuccessfulQoSUpdate,
		AFEventSuccessfulResourcesAllocation, AFEventTSNBridgeInfo, AFEventUPPathChangeFailure, AFEventUsageReport,
		AFEventUETemporarilyUnavailable, AFEventBATOffsetInfo, AFEventURSPEnfInfo, AFEventPackDelVar, AFEventL4SSupp,
		AFEventRTDelayTwoQoSFlows:
		return true
	}
	return false
}

// AFNotifMethod says when an event is told (TS 29.514 §5.6). 5G only: carried, not served.
type AFNotifMethod string

// When an event is told.
const (
	AFNotifEventDetection AFNotifMethod = "EVENT_DETECTION"
	AFNotifOneTime        AFNotifMethod = "ONE_TIME"
	AFNotifPeriodic       AFNotifMethod = "PERIODIC"
)

// Known reports whether the value is one of TS 29.514.
func (v AFNotifMethod) Known() bool {
	return v == AFNotifEventDetection || v == AFNotifOneTime || v == AFNotifPeriodic
}

// RequiredAccessInfo is what an application wants to know of the access network (TS 29.514 §5.6). 5G only: carried, not
// served.
type RequiredAccessInfo string

// What it wants to know.
const (
	RequiredUserLocation RequiredAccessInfo = "USER_LOCATION"
	RequiredUETimeZone   RequiredAccessInfo = "UE_TIME_ZONE"
)

// Known reports whether the value is one of TS 29.514.
func (v RequiredAccessInfo) Known() bool { return v == RequiredUserLocation || v == RequiredUETimeZone }

// RequestedQoSMonitoringParameter is what is measured (TS 29.512 §5.6). 5G only: carried, not served.
type RequestedQoSMonitoringParameter string

// What is measured.
const (
	MonitorDownlink           RequestedQoSMonitoringParameter = "DOWNLINK"   // the delay
	MonitorUplink             RequestedQoSMonitoringParameter = "UPLINK"     // the delay
	MonitorRoundTrip          RequestedQoSMonitoringParameter = "ROUND_TRIP" // the delay
	MonitorDownlinkDataRate   RequestedQoSMonitoringParameter = "DOWNLINK_DATA_RATE"
	MonitorUplinkDataRate     RequestedQoSMonitoringParameter = "UPLINK_DATA_RATE"
	MonitorDownlinkCongestion RequestedQoSMonitoringParameter = "DOWNLINK_CONGESTION"
	MonitorUplinkCongestion   RequestedQoSMonitoringParameter = "UPLINK_CONGESTION"
)

// Known reports whether the value is one of TS 29.512.
func (v RequestedQoSMonitoringParameter) Known() bool {
	switch v {
	case MonitorDownlink, MonitorUplink, MonitorRoundTrip, MonitorDownlinkDataRate, MonitorUplinkDataRate,
		MonitorDownlinkCongestion, MonitorUplinkCongestion:
		return true
	}
	return false
}

// ReportingFrequency says when a measurement is told (TS 29.512 §5.6). 5G only: carried, not served.
type ReportingFrequency string

// When a measurement is told.
const (
	ReportEventTriggered ReportingFrequency = "EVENT_TRIGGERED"
	ReportPeriodic       ReportingFrequency = "PERIODIC"
)

// Known reports whether the value is one of TS 29.512.
func (v ReportingFrequency) Known() bool { return v == ReportEventTriggered || v == ReportPeriodic }
