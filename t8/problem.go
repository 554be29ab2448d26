package t8

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/scefkit/scefkit/fault"
)

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
	typeMerge   = "application/merge-patch+json"
)

// Problem returns the ProblemDetails of an error, without anything of Err. Any error will do; one that is not a
// *[fault.Error] is an internal one.
func Problem(err error) ProblemDetails {
	e := fault.As(err)
	if e == nil {
		return ProblemDetails{}
	}
	p := ProblemDetails{
		Title:  http.StatusText(e.Status()),
		Status: e.Status(),
		Detail: e.Detail,
		Cause:  e.CauseText(),
	}
	for _, x := range e.Params {
		p.InvalidParams = append(p.InvalidParams, InvalidParam{Param: x.Param, Reason: x.Reason})
	}
	return p
}

// UEFormatsError tells the serialization formats of the UE when none of those of the SCS/AS would do. It stands below a
// *[fault.Error], as in fault.Wrap(op, fault.FormatNotSupported, t8.UEFormatsError{t8.FormatCBOR}), and goes to the SCS/AS
// as supportedUeFormats.
type UEFormatsError []SerializationFormat

func (f UEFormatsError) Error() string { return fmt.Sprintf("the UE has %v", []SerializationFormat(f)) }

// A ReportError carries the body with which some operations tell what failed, in place of ProblemDetails: []CPReport,
// []PFDReport, []RACSFailureReport and others, or ProblemDetails with more members, as [ProblemDetailsASSessionWithQoS]. It
// stands below a *[fault.Error] on both sides.
type ReportError struct {
	Body any // a value, not a pointer
}

func (r ReportError) Error() string { return fmt.Sprintf("reported as %T", r.Body) }

// problemReport is the Body of a ReportError that is ProblemDetails with more members; application/problem+json.
type problemReport interface {
	with(p ProblemDetails) any // a copy with these members of ProblemDetails
	extends() bool             // whether it says more than ProblemDetails
}

// failureShape says which body a 500 has.
type failureShape uint8

const (
	shapeProblem  failureShape = iota // ProblemDetails
	shapeDelivery                     // NIDDDownlinkDataDeliveryFailure, application/json
	shapePort                         // RDSDownlinkDataDeliveryFailure
)

// errorBody returns body and media type for e; rt is nil when no operation was found.
func (rt *route) errorBody(e *fault.Error) ([]byte, string) {
	p := Problem(e)
	var body any = p
	media := typeProblem
	if rt != nil {
		if r, ok := errors.AsType[ReportError](e.Err); ok && rt.reports[e.Status()] == reflect.TypeOf(r.Body) {
			if x, ok := r.Body.(problemReport); ok {
				body = x.with(p)
			} else {
				body, media = r.Body, typeJSON
			}
		} else if e.Status() == http.StatusInternalServerError {
			switch rt.failure {
			case shapeDelivery:
				body, media = NIDDDownlinkDataDeliveryFailure{p, e.RetryAt}, typeJSON
			case shapePort:
				f := RDSDownlinkDataDeliveryFailure{ProblemDetails: p, RequestedRetransmissionTime: e.RetryAt}
				if u, ok := errors.AsType[UEFormatsError](e.Err); ok {
					f.SupportedUEFormats = u
				}
				body = f
			}
		}
	}
	b, err := marshal(body)
	if err != nil { // text that JSON cannot hold does not exist; a time out of range does
		b, media = []byte(`{"status":500}`), typeProblem
	}
	return b, media
}

// retryAfter returns the text of Retry-After for a moment, in seconds.
func retryAfter(at, now time.Time) string {
	return strconv.Itoa(max(0, int(math.Ceil(at.Sub(now).Seconds()))))
}

// parseRetryAfter reads Retry-After: seconds or a date.
func parseRetryAfter(s string, now time.Time) time.Time {
	if n, err := strconv.Atoi(s); err == nil && n >= 0 && n < 1<<31 {
		return now.Add(time.Duration(n) * time.Second)
	}
	if t, err := http.ParseTime(s); err == nil {
		return t
	}
	return time.Time{}
}

// remoteFault makes the error that a peer's answer stands for. report is the type that the body may have instead of
// ProblemDetails, or nil.
func remoteFault(op string, status int, h http.Header, body []byte, report reflect.Type) *fault.Error {
	var b struct {
		ProblemDetails
		ProblemDetail               *ProblemDetails       `json:"problemDetail"`
		RequestedRetransmissionTime time.Time             `json:"requestedRetransmissionTime"`
		SupportedUEFormats          []SerializationFormat `json:"supportedUeFormats"`
	}
	e := &fault.Error{Op: op, Remote: true}
	if len(body) > 0 {
		_ = decodeBody(body, &b, modeAnswer) // what cannot be read tells nothing; the status still does
	}
	p := b.ProblemDetails
	if b.ProblemDetail != nil {
		p = *b.ProblemDetail
	}
	e.Code = fault.FromStatus(status, p.Cause)
	e.Cause, e.Detail = p.Cause, p.Detail
	for _, x := range p.InvalidParams {
		e.Params = append(e.Params, fault.Param{Param: x.Param, Reason: x.Reason})
	}
	if status == http.StatusBadRequest && e.Code.Cause() != p.Cause && len(p.InvalidParams) > 0 {
		e.Code = fault.InvalidParameter // the cause is another one, or none
	}
	e.RetryAt = b.RequestedRetransmissionTime
	if t := parseRetryAfter(h.Get("Retry-After"), time.Now()); e.RetryAt.IsZero() && !t.IsZero() {
		e.RetryAt = t
	}
	e.Err = statusError(status)
	if len(b.SupportedUEFormats) > 0 {
		e.Err = UEFormatsError(b.SupportedUEFormats)
	}
	if report != nil {
		v := reflect.New(report)
		x, problem := v.Interface().(problemReport)
		m := modeNotify // not ProblemDetails under another media type
		if problem {
			m = modeAnswer
		}
		if (problem || !strings.HasPrefix(h.Get("Content-Type"), typeProblem)) &&
			decodeBody(body, v.Interface(), m) == nil && (!problem || x.extends()) {
			e.Err = ReportError{v.Elem().Interface()}
		}
	}
	return e
}

// statusError keeps the status of an answer below a *fault.Error.
type statusError int

func (s statusError) Error() string { return "HTTP status " + strconv.Itoa(int(s)) }
