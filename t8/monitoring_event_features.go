package t8

// The features of the MonitoringEvent API (TS 29.122 §5.3.4). The names are those of the standard; the NUMBERS ARE NOT
// CONFIRMED against table 5.3.4-1, and features of later numbers are left out. A correction is made here and nowhere else.
const (
	MonitoringFeatureLossOfConnectivity              = 1
	MonitoringFeatureUEReachability                  = 2
	MonitoringFeatureLocation                        = 3
	MonitoringFeatureChangeOfIMSIIMEIAssociation     = 4
	MonitoringFeatureRoamingStatus                   = 5
	MonitoringFeatureCommunicationFailure            = 6
	MonitoringFeatureAvailabilityAfterDDNFailure     = 7
	MonitoringFeatureNumberOfUEsInAnArea             = 8
	MonitoringFeatureNotificationWebsocket           = 9
	MonitoringFeatureNotificationTestEvent           = 10
	MonitoringFeatureSubscriptionModification        = 11 // PUT
	MonitoringFeatureNumberOfUEsInAnArea5G           = 12
	MonitoringFeaturePDNConnectivityStatus           = 13
	MonitoringFeatureDownlinkDataDeliveryStatus5G    = 14
	MonitoringFeatureAvailabilityAfterDDNEnhancement = 15
	MonitoringFeatureEnhancedParamConfig             = 16 // AppliedParam
	MonitoringFeatureAPISupportCapability            = 17
	MonitoringFeatureELCS                            = 18 // location services of 5G
	MonitoringFeatureNSAC                            = 19 // counts of a slice, 5G
	MonitoringFeaturePartialGroupModification        = 20 // PATCH of added and excluded UEs
	MonitoringFeatureUAV                             = 21
	MonitoringFeatureMultiQoS                        = 22
	MonitoringFeatureSessionManagementEnhancement    = 23
	MonitoringFeatureEnNB                            = 24 // several events, several reports, more causes
)

// MonitoringFeatureNames gives the names that TS 29.122 §5.3.4 uses for the features of the MonitoringEvent API, by
// number.
func MonitoringFeatureNames() map[int]string {
	return map[int]string{
		MonitoringFeatureLossOfConnectivity:              "Loss_of_connectivity_notification",
		MonitoringFeatureUEReachability:                  "Ue-reachability_notification",
		MonitoringFeatureLocation:                        "Location_notification",
		MonitoringFeatureChangeOfIMSIIMEIAssociation:     "Change_of_IMSI_IMEI_association_notification",
		MonitoringFeatureRoamingStatus:                   "Roaming_status_notification",
		MonitoringFeatureCommunicationFailure:            "Communication_failure_notification",
		MonitoringFeatureAvailabilityAfterDDNFailure:     "Availability_after_DDN_failure_notification",
		MonitoringFeatureNumberOfUEsInAnArea:             "Number_of_UEs_in_an_area_notification",
		MonitoringFeatureNotificationWebsocket:           "Notification_websocket",
		MonitoringFeatureNotificationTestEvent:           "Notification_test_event",
		MonitoringFeatureSubscriptionModification:        "Subscription_modification",
		MonitoringFeatureNumberOfUEsInAnArea5G:           "Number_of_UEs_in_an_area_notification_5G",
		MonitoringFeaturePDNConnectivityStatus:           "Pdn_connectivity_status",
		MonitoringFeatureDownlinkDataDeliveryStatus5G:    "Downlink_data_delivery_status_5G",
		MonitoringFeatureAvailabilityAfterDDNEnhancement: "Availability_after_DDN_failure_notification_enhancement",
		MonitoringFeatureEnhancedParamConfig:             "Enhanced_param_config",
		MonitoringFeatureAPISupportCapability:            "API_support_capability_notification",
		MonitoringFeatureELCS:                            "eLCS",
		MonitoringFeatureNSAC:                            "NSAC",
		MonitoringFeaturePartialGroupModification:        "Partial_group_modification",
		MonitoringFeatureUAV:                             "UAV",
		MonitoringFeatureMultiQoS:                        "MULTIQOS",
		MonitoringFeatureSessionManagementEnhancement:    "Session_Management_Enhancement",
		MonitoringFeatureEnNB:                            "enNB",
	}
}

// Feature returns the number of the feature that both sides must have for a subscription to the event (TS 29.122 §5.3.4);
// 0 when it is not known.
func (v MonitoringType) Feature() int {
	switch v {
	case MonitorLossOfConnectivity:
		return MonitoringFeatureLossOfConnectivity
	case MonitorUEReachability:
		return MonitoringFeatureUEReachability
	case MonitorLocationReporting:
		return MonitoringFeatureLocation
	case MonitorChangeOfIMSIIMEIAssociation:
		return MonitoringFeatureChangeOfIMSIIMEIAssociation
	case MonitorRoamingStatus:
		return MonitoringFeatureRoamingStatus
	case MonitorCommunicationFailure:
		return MonitoringFeatureCommunicationFailure
	case MonitorAvailabilityAfterDDNFailure:
		return MonitoringFeatureAvailabilityAfterDDNFailure
	case MonitorNumberOfUEsInAnArea:
		return MonitoringFeatureNumberOfUEsInAnArea
	case MonitorPDNConnectivityStatus:
		return MonitoringFeaturePDNConnectivityStatus
	case MonitorDownlinkDataDeliveryStatus:
		return MonitoringFeatureDownlinkDataDeliveryStatus5G
	case MonitorAPISupportCapability:
		return MonitoringFeatureAPISupportCapability
	case MonitorNumOfRegisteredUEs, MonitorNumOfEstablishedPDUSessions:
		return MonitoringFeatureNSAC
	case MonitorAreaOfInterest:
		return MonitoringFeatureUAV
	}
	return 0
}
