package diameter

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Result is the outcome that an answer states: a Result-Code (Vendor 0) or an Experimental-Result (Vendor not 0), see
// RFC 6733 §7. The zero Result means that there is none.
type Result struct {
	Code   uint32
	Vendor VendorID
}

// Results of RFC 6733 §7.1.
var (
	MultiRoundAuth         = Result{Code: 1001}
	Success                = Result{Code: 2001}
	LimitedSuccess         = Result{Code: 2002}
	CommandUnsupported     = Result{Code: 3001}
	UnableToDeliver        = Result{Code: 3002}
	RealmNotServed         = Result{Code: 3003}
	TooBusy                = Result{Code: 3004}
	LoopDetected           = Result{Code: 3005}
	RedirectIndication     = Result{Code: 3006}
	ApplicationUnsupported = Result{Code: 3007}
	InvalidHeaderBits      = Result{Code: 3008}
	InvalidAVPBits         = Result{Code: 3009}
	UnknownPeer            = Result{Code: 3010}
	AuthenticationRejected = Result{Code: 4001}
	OutOfSpace             = Result{Code: 4002}
	ElectionLost           = Result{Code: 4003}
	AVPUnsupported         = Result{Code: 5001}
	UnknownSessionID       = Result{Code: 5002}
	AuthorizationRejected  = Result{Code: 5003}
	InvalidAVPValue        = Result{Code: 5004}
	MissingAVP             = Result{Code: 5005}
	ResourcesExceeded      = Result{Code: 5006}
	ContradictingAVPs      = Result{Code: 5007}
	AVPNotAllowed          = Result{Code: 5008}
	AVPOccursTooManyTimes  = Result{Code: 5009}
	NoCommonApplication    = Result{Code: 5010}
	UnsupportedVersion     = Result{Code: 5011}
	UnableToComply         = Result{Code: 5012}
	InvalidBitInHeader     = Result{Code: 5013}
	InvalidAVPLength       = Result{Code: 5014}
	InvalidMessageLength   = Result{Code: 5015}
	InvalidAVPBitCombo     = Result{Code: 5016}
	NoCommonSecurity       = Result{Code: 5017}
)

// Results of 3GPP (TS 29.230), carried in Experimental-Result. That 5512 and 5451 are used on T6a, and 5598 on S6m, is not
// confirmed.
var (
	ErrorUnreachableUser                   = Result{4221, Vendor3GPP}
	ErrorServiceTemporarilyNotAuthorized   = Result{4261, Vendor3GPP}
	ErrorUserUnknown                       = Result{5001, Vendor3GPP}
	ErrorFeatureUnsupported                = Result{5011, Vendor3GPP}
	ErrorInvalidServiceInformation         = Result{5061, Vendor3GPP}
	ErrorFilterRestrictions                = Result{5062, Vendor3GPP}
	ErrorServiceNotAuthorized              = Result{5063, Vendor3GPP}
	ErrorDuplicatedAFSession               = Result{5064, Vendor3GPP}
	ErrorIPCANSessionNotAvailable          = Result{5065, Vendor3GPP}
	ErrorUnauthorizedNonEmergencySession   = Result{5066, Vendor3GPP}
	ErrorUnauthorizedSponsoredConnectivity = Result{5067, Vendor3GPP}
	ErrorTemporaryNetworkFailure           = Result{5068, Vendor3GPP}
	ErrorOperationNotAllowed               = Result{5101, Vendor3GPP}
	ErrorUserNoAPNSubscription             = Result{5451, Vendor3GPP}
	ErrorUnauthorizedRequestingEntity      = Result{5510, Vendor3GPP}
	ErrorUnauthorizedService               = Result{5511, Vendor3GPP}
	ErrorRequestedRangeNotAllowed          = Result{5512, Vendor3GPP}
	ErrorEventStorageNotSuccessful         = Result{5513, Vendor3GPP}
	ErrorEventNonExistent                  = Result{5514, Vendor3GPP}
	ErrorSCEFReferenceIDUnknown            = Result{5515, Vendor3GPP}
	ErrorUnauthorizedMTCProvider           = Result{5516, Vendor3GPP}
	ErrorInvalidSMEAddress                 = Result{5530, Vendor3GPP}
	ErrorSCCongestion                      = Result{5531, Vendor3GPP}
	ErrorSMProtocol                        = Result{5532, Vendor3GPP}
	ErrorTriggerReplaceFailure             = Result{5533, Vendor3GPP}
	ErrorTriggerRecallFailure              = Result{5534, Vendor3GPP}
	ErrorOriginalMessageNotPending         = Result{5535, Vendor3GPP}
	ErrorMissingApplicationData            = Result{5598, Vendor3GPP}
	ErrorRequestedLocationNotServed        = Result{5650, Vendor3GPP}
	ErrorInvalidEPSBearer                  = Result{5651, Vendor3GPP}
	ErrorNIDDConfigurationUnavailable      = Result{5652, Vendor3GPP}
	ErrorUserTemporarilyUnreachable        = Result{5653, Vendor3GPP}
)

var resultNames = map[Result]string{
	Success: "DIAMETER_SUCCESS", LimitedSuccess: "DIAMETER_LIMITED_SUCCESS", CommandUnsupported: "DIAMETER_COMMAND_UNSUPPORTED",
	UnableToDeliver: "DIAMETER_UNABLE_TO_DELIVER", RealmNotServed: "DIAMETER_REALM_NOT_SERVED", TooBusy: "DIAMETER_TOO_BUSY",
	LoopDetected: "DIAMETER_LOOP_DETECTED", RedirectIndication: "DIAMETER_REDIRECT_INDICATION",
	ApplicationUnsupported: "DIAMETER_APPLICATION_UNSUPPORTED", InvalidHeaderBits: "DIAMETER_INVALID_HDR_BITS",
	InvalidAVPBits: "DIAMETER_INVALID_AVP_BITS", UnknownPeer: "DIAMETER_UNKNOWN_PEER", OutOfSpace: "DIAMETER_OUT_OF_SPACE",
	ElectionLost: "DIAMETER_ELECTION_LOST", AVPUnsupported: "DIAMETER_AVP_UNSUPPORTED",
	UnknownSessionID: "DIAMETER_UNKNOWN_SESSION_ID", AuthorizationRejected: "DIAMETER_AUTHORIZATION_REJECTED",
	InvalidAVPValue: "DIAMETER_INVALID_AVP_VALUE", MissingAVP: "DIAMETER_MISSING_AVP", ResourcesExceeded: "DIAMETER_RESOURCES_EXCEEDED",
	ContradictingAVPs: "DIAMETER_CONTRADICTING_AVPS", AVPNotAllowed: "DIAMETER_AVP_NOT_ALLOWED",
	AVPOccursTooManyTimes: "DIAMETER_AVP_OCCURS_TOO_MANY_TIMES", NoCommonApplication: "DIAMETER_NO_COMMON_APPLICATION",
	UnsupportedVersion: "DIAMETER_UNSUPPORTED_VERSION", UnableToComply: "DIAMETER_UNABLE_TO_COMPLY",
	InvalidBitInHeader: "DIAMETER_INVALID_BIT_IN_HEADER", InvalidAVPLength: "DIAMETER_INVALID_AVP_LENGTH",
	InvalidMessageLength: "DIAMETER_INVALID_MESSAGE_LENGTH", NoCommonSecurity: "DIAMETER_NO_COMMON_SECURITY",
	MultiRoundAuth: "DIAMETER_MULTI_ROUND_AUTH", AuthenticationRejected: "DIAMETER_AUTHENTICATION_REJECTED",
	InvalidAVPBitCombo:   "DIAMETER_INVALID_AVP_BIT_COMBO",
	ErrorUnreachableUser: "DIAMETER_ERROR_UNREACHABLE_USER", ErrorUserUnknown: "DIAMETER_ERROR_USER_UNKNOWN",
	ErrorOperationNotAllowed:               "DIAMETER_ERROR_OPERATION_NOT_ALLOWED",
	ErrorUserNoAPNSubscription:             "DIAMETER_ERROR_USER_NO_APN_SUBSCRIPTION",
	ErrorUnauthorizedRequestingEntity:      "DIAMETER_ERROR_UNAUTHORIZED_REQUESTING_ENTITY",
	ErrorUnauthorizedService:               "DIAMETER_ERROR_UNAUTHORIZED_SERVICE",
	ErrorRequestedRangeNotAllowed:          "DIAMETER_ERROR_REQUESTED_RANGE_IS_NOT_ALLOWED",
	ErrorInvalidEPSBearer:                  "DIAMETER_ERROR_INVALID_EPS_BEARER",
	ErrorNIDDConfigurationUnavailable:      "DIAMETER_ERROR_NIDD_CONFIGURATION_NOT_AVAILABLE",
	ErrorUserTemporarilyUnreachable:        "DIAMETER_ERROR_USER_TEMPORARILY_UNREACHABLE",
	ErrorServiceTemporarilyNotAuthorized:   "REQUESTED_SERVICE_TEMPORARILY_NOT_AUTHORIZED",
	ErrorFeatureUnsupported:                "DIAMETER_ERROR_FEATURE_UNSUPPORTED",
	ErrorInvalidServiceInformation:         "INVALID_SERVICE_INFORMATION",
	ErrorFilterRestrictions:                "FILTER_RESTRICTIONS",
	ErrorServiceNotAuthorized:              "REQUESTED_SERVICE_NOT_AUTHORIZED",
	ErrorDuplicatedAFSession:               "DUPLICATED_AF_SESSION",
	ErrorIPCANSessionNotAvailable:          "IP-CAN_SESSION_NOT_AVAILABLE",
	ErrorUnauthorizedNonEmergencySession:   "UNAUTHORIZED_NON_EMERGENCY_SESSION",
	ErrorUnauthorizedSponsoredConnectivity: "UNAUTHORIZED_SPONSORED_DATA_CONNECTIVITY",
	ErrorTemporaryNetworkFailure:           "TEMPORARY_NETWORK_FAILURE",
	ErrorEventStorageNotSuccessful:         "DIAMETER_ERROR_CONFIGURATION_EVENT_STORAGE_NOT_SUCCESSFUL",
	ErrorEventNonExistent:                  "DIAMETER_ERROR_CONFIGURATION_EVENT_NON_EXISTANT", //nolint:misspell // as TS 29.336 spells it
	ErrorSCEFReferenceIDUnknown:            "DIAMETER_ERROR_SCEF_REFERENCE_ID_UNKNOWN",
	ErrorUnauthorizedMTCProvider:           "DIAMETER_ERROR_UNAUTHORIZED_MTC_PROVIDER",
	ErrorInvalidSMEAddress:                 "DIAMETER_ERROR_INVALID_SME_ADDRESS",
	ErrorSCCongestion:                      "DIAMETER_ERROR_SC_CONGESTION",
	ErrorSMProtocol:                        "DIAMETER_ERROR_SM_PROTOCOL",
	ErrorTriggerReplaceFailure:             "DIAMETER_ERROR_TRIGGER_REPLACE_FAILURE",
	ErrorTriggerRecallFailure:              "DIAMETER_ERROR_TRIGGER_RECALL_FAILURE",
	ErrorOriginalMessageNotPending:         "DIAMETER_ERROR_ORIGINAL_MESSAGE_NOT_PENDING",
	ErrorMissingApplicationData:            "DIAMETER_ERROR_MISSING_APPLICATION_DATA",
	ErrorRequestedLocationNotServed:        "DIAMETER_ERROR_REQUESTED_LOCATION_NOT_SERVED",
}

// Results returns the results that have names here, in order of vendor and code.
func Results() []Result {
	return slices.SortedFunc(maps.Keys(resultNames), func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.Vendor, b.Vendor), cmp.Compare(a.Code, b.Code))
	})
}

// IsSuccess reports whether the result is of the success class (2xxx).
func (r Result) IsSuccess() bool { return r.Code/1000 == 2 }

// IsProtocolError reports whether the result is of the protocol error class (3xxx of the base protocol), whose answers
// have the E flag.
func (r Result) IsProtocolError() bool { return r.Vendor == 0 && r.Code/1000 == 3 }

// String gives the name and number, as in "DIAMETER_SUCCESS (2001)".
func (r Result) String() string {
	if n, ok := resultNames[r]; ok {
		return fmt.Sprintf("%s (%d)", n, r.Code)
	}
	if r.Vendor != 0 {
		return fmt.Sprintf("%d of vendor %d", r.Code, r.Vendor)
	}
	return fmt.Sprintf("%d", r.Code)
}

// AVPError says what is wrong with an AVP of a message, in the terms of RFC 6733 §7.1.5.
type AVPError struct {
	Result Result // MissingAVP, AVPOccursTooManyTimes, InvalidAVPLength, InvalidAVPValue, AVPUnsupported, AVPNotAllowed ...
	Code   AVPCode
	Vendor VendorID
	// Failed is the encoded AVP that goes into Failed-AVP: the offending one, or, for a missing one, an example with a
	// zero-filled value of the least length; inside the Grouped AVPs that enclose it (RFC 6733 §7.5).
	Failed []byte
	Reason string // for a human
}

func (e *AVPError) Error() string {
	return fmt.Sprintf("diameter: AVP %d (vendor %d): %s: %v", e.Code, e.Vendor, e.Reason, e.Result)
}

// Within returns the error with the failed AVP enclosed in the Grouped AVP given by code, vendor and flags.
func (e *AVPError) Within(code AVPCode, vendor VendorID, flags AVPFlags) *AVPError {
	out := *e
	out.Failed = AVP{Code: code, Vendor: vendor, Flags: flags, Data: e.Failed}.Append(nil)
	return &out
}
