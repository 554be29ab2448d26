// Package fault holds the one error type of scefkit's procedures and the table that translates it between HTTP status,
// T8 cause (TS 29.122 §5.2.6 and the error clause of each API) and Diameter result.
//
// A procedure returns a *[Error]; t8 turns it into a ProblemDetails body and the T8 client turns such a body back into
// a *Error, so that code which calls a procedure in process and code that calls it over HTTP see the same. What an
// error means is its [Code], a closed set: errors.Is(err, fault.NotFound) holds when err wraps an *Error of that code.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/scefkit/scefkit/diameter"
)

// Code says what went wrong. It is an error, so that errors.Is can compare with it.
type Code uint8

// The codes. The comment gives HTTP status and cause.
const (
	Internal               Code = iota // 500: our own fault, or one that nobody can name
	Malformed                          // 400 INVALID_MSG_FORMAT: not JSON, not the JSON of this resource
	InvalidParameter                   // 400 MANDATORY_IE_INCORRECT: a member has a wrong value, or members contradict each other
	MissingParameter                   // 400 MANDATORY_IE_MISSING: a member is missing
	Unauthenticated                    // 401: no credential, or a wrong one
	NotAuthorized                      // 403: the caller is known, but may not do this
	NotFound                           // 404: no such resource, or one of another SCS/AS
	MethodNotAllowed                   // 405: the resource has no such method
	NotAcceptable                      // 406: no representation that the caller accepts
	Conflict                           // 409: the state of the resource does not allow it
	LengthRequired                     // 411: the length of the body is not given
	PreconditionFailed                 // 412: If-Match does not hold
	TooLarge                           // 413: the body is larger than the server takes
	URITooLong                         // 414
	UnsupportedMedia                   // 415: the body has another media type
	RateLimited                        // 429: too many requests; RetryAfter says when to come back
	Unavailable                        // 503: overloaded, draining, or a node that is needed cannot be reached
	UserUnknown                        // 404 USER_UNKNOWN: the network does not know the UE
	ParameterOutOfRange                // 403 PARAMETER_OUT_OF_RANGE: a value outside of what policy allows
	OperationProhibited                // 403 OPERATION_PROHIBITED: not for this resource, or its feature was not negotiated
	QuotaExceeded                      // 403 QUOTA_EXCEEDED
	DataTooLarge                       // 403 DATA_TOO_LARGE: more than maximumPacketSize
	RDSPortUnknown                     // 403 RDS_PORT_UNKNOWN
	AlreadyDelivered                   // 404 ALREADY_DELIVERED: the data reached the UE before
	Sending                            // 409 SENDING: the data is on its way to the UE
	Triggered                          // 500 TRIGGERED: a device trigger was sent, the data was not kept
	TemporarilyUnreachable             // 500 TEMPORARILY_NOT_REACHABLE: the UE sleeps, the data was not kept; RetryAfter says when it wakes
	Timeout                            // 500 TIMEOUT: no result from the network in time
	NextHop                            // 500 NEXT_HOP: MME or SGSN could not take the data
	NoPDNConnection                    // 500 NO_PDN_CONNECTION: the UE has none and policy says not to wait
	PortNotFree                        // 403 PORT_NOT_FREE: the RDS port is reserved
	PortNotAssociated                  // 404 PORT_NOT_ASSOC_WITH_APP: the RDS port is not reserved
	FormatNotSupported                 // 500 SERIALIZATION_FORMAT_NOT_SUPPORTED: no format that both sides have
	NetworkFailure                     // 500: HSS, MME or another node answered with an error that says no more
	numCodes
)

// row is what the table knows about a code.
type row struct {
	name    string
	status  int
	cause   string // as sent on T8; "" when the standard names none
	retry   bool   // the same request may succeed later
	results []diameter.Result
}

var table = [numCodes]row{
	Internal:               {"internal", 500, "", false, nil},
	Malformed:              {"malformed", 400, "INVALID_MSG_FORMAT", false, nil},
	InvalidParameter:       {"invalid parameter", 400, "MANDATORY_IE_INCORRECT", false, nil},
	MissingParameter:       {"missing parameter", 400, "MANDATORY_IE_MISSING", false, nil},
	Unauthenticated:        {"unauthenticated", 401, "", false, nil},
	NotAuthorized:          {"not authorized", 403, "", false, []diameter.Result{diameter.AuthorizationRejected, diameter.ErrorUnauthorizedRequestingEntity, diameter.ErrorUnauthorizedService, diameter.ErrorUserNoAPNSubscription}},
	NotFound:               {"not found", 404, "", false, nil},
	MethodNotAllowed:       {"method not allowed", 405, "", false, nil},
	NotAcceptable:          {"not acceptable", 406, "", false, nil},
	Conflict:               {"conflict", 409, "", false, nil},
	LengthRequired:         {"length required", 411, "", false, nil},
	PreconditionFailed:     {"precondition failed", 412, "", false, nil},
	TooLarge:               {"too large", 413, "", false, nil},
	URITooLong:             {"URI too long", 414, "", false, nil},
	UnsupportedMedia:       {"unsupported media type", 415, "", false, nil},
	RateLimited:            {"rate limited", 429, "", true, nil},
	Unavailable:            {"unavailable", 503, "", true, []diameter.Result{diameter.UnableToDeliver, diameter.RealmNotServed, diameter.TooBusy, diameter.LoopDetected, diameter.OutOfSpace}},
	UserUnknown:            {"user unknown", 404, "USER_UNKNOWN", false, []diameter.Result{diameter.ErrorUserUnknown}},
	ParameterOutOfRange:    {"parameter out of range", 403, "PARAMETER_OUT_OF_RANGE", false, []diameter.Result{diameter.ErrorRequestedRangeNotAllowed}},
	OperationProhibited:    {"operation prohibited", 403, "OPERATION_PROHIBITED", false, []diameter.Result{diameter.ErrorOperationNotAllowed}},
	QuotaExceeded:          {"quota exceeded", 403, "QUOTA_EXCEEDED", true, nil},
	DataTooLarge:           {"data too large", 403, "DATA_TOO_LARGE", false, nil},
	RDSPortUnknown:         {"RDS port unknown", 403, "RDS_PORT_UNKNOWN", false, nil},
	AlreadyDelivered:       {"already delivered", 404, "ALREADY_DELIVERED", false, nil},
	Sending:                {"sending", 409, "SENDING", true, nil},
	Triggered:              {"triggered", 500, "TRIGGERED", true, nil},
	TemporarilyUnreachable: {"temporarily unreachable", 500, "TEMPORARILY_NOT_REACHABLE", true, []diameter.Result{diameter.ErrorUserTemporarilyUnreachable}},
	Timeout:                {"timeout", 500, "TIMEOUT", false, nil},
	NextHop:                {"next hop failed", 500, "NEXT_HOP", true, []diameter.Result{diameter.ErrorUnreachableUser}},
	NoPDNConnection:        {"no PDN connection", 500, "NO_PDN_CONNECTION", true, []diameter.Result{diameter.ErrorInvalidEPSBearer}},
	PortNotFree:            {"RDS port not free", 403, "PORT_NOT_FREE", false, nil},
	PortNotAssociated:      {"RDS port not reserved", 404, "PORT_NOT_ASSOC_WITH_APP", false, nil},
	FormatNotSupported:     {"serialization format not supported", 500, "SERIALIZATION_FORMAT_NOT_SUPPORTED", false, nil},
	NetworkFailure:         {"network failure", 500, "", true, nil},
}

// String gives the code in words.
func (c Code) String() string {
	if c < numCodes {
		return table[c].name
	}
	return fmt.Sprintf("code %d", uint8(c))
}

// Error makes Code an error that errors.Is can compare with.
func (c Code) Error() string { return c.String() }

// Status returns the HTTP status code.
func (c Code) Status() int { return table[min(c, numCodes-1)].status }

// Cause returns the cause of ProblemDetails that belongs to the code, or "".
func (c Code) Cause() string { return table[min(c, numCodes-1)].cause }

// Temporary reports whether the same request may succeed later.
func (c Code) Temporary() bool { return table[min(c, numCodes-1)].retry }

// Codes returns every code in order.
func Codes() []Code {
	all := make([]Code, numCodes)
	for i := range all {
		all[i] = Code(i)
	}
	return all
}

// FromStatus returns the code of an HTTP error answer with the given status and cause. An unknown cause is looked past:
// the status decides; an unknown status counts as the first of its class.
func FromStatus(status int, cause string) Code {
	byStatus := Internal
	found := false
	for c, r := range table {
		if r.status != status {
			continue
		}
		if r.cause != "" && r.cause == cause {
			return Code(c)
		}
		if r.cause == "" && !found {
			byStatus, found = Code(c), true
		}
	}
	switch {
	case found:
		return byStatus
	case status/100 == 4:
		return Malformed
	}
	return Internal
}

// FromResult returns the code for a Diameter result that is not a success.
func FromResult(r diameter.Result) Code {
	for c, row := range table {
		for _, x := range row.results {
			if x == r {
				return Code(c)
			}
		}
	}
	return NetworkFailure
}

// Param names one fault of a request.
type Param struct {
	Param  string // JSON pointer into the body, name of a query parameter or of a header
	Reason string // for a human
}

// Error is what every procedure returns when it fails.
type Error struct {
	Op     string          // procedure and step, as "nidd.Deliver"
	Code   Code            // decides status, cause and whether to retry
	Detail string          // for the SCS/AS; no identities, nothing of the network's inside
	Cause  string          // the cause as received, or one that replaces that of Code; "" takes that of Code
	Params []Param         // the members at fault, in the order of the body
	Result diameter.Result // the Diameter result that led here; zero if none
	Remote bool            // a peer said so; false if we concluded it (timeout, no route, a check)
	// RetryAt is when the request may succeed: Retry-After, or requestedRetransmissionTime of NIDD. Zero: not known.
	RetryAt time.Time
	Err     error // what lies below; never shown to the SCS/AS
}

// New returns an Error with a detail for the SCS/AS.
func New(op string, code Code, detail string) *Error {
	return &Error{Op: op, Code: code, Detail: detail}
}

// Wrap returns an Error on top of err, which stays hidden from the SCS/AS.
func Wrap(op string, code Code, err error) *Error { return &Error{Op: op, Code: code, Err: err} }

// FromAnswer returns the Error for a Diameter answer that is not a success.
func FromAnswer(op string, r diameter.Result) *Error {
	return &Error{Op: op, Code: FromResult(r), Result: r, Remote: true}
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.Code.String())
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	for _, p := range e.Params {
		fmt.Fprintf(&b, "; %s: %s", p.Param, p.Reason)
	}
	if e.Result != (diameter.Result{}) {
		fmt.Fprintf(&b, " [%v]", e.Result)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the Code of the error.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == e.Code
}

// Status returns the HTTP status code.
func (e *Error) Status() int { return e.Code.Status() }

// CauseText returns the cause for ProblemDetails.
func (e *Error) CauseText() string {
	if e.Cause != "" {
		return e.Cause
	}
	return e.Code.Cause()
}

// As returns err as an *Error; one that is none becomes an Error of code Internal that wraps it. A nil err gives nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap("", Internal, err)
}
