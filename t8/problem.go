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

// A ReportError carries the body with which some operations tell what failed, in place of ProblemDetails: []CPReport,
// []PFDReport, []RACSFailureReport and others, or what has ProblemDetails in it, as [ProblemDetailsASSessionWithQoS] and
// [RDSDownlinkDataDeliveryFailure]. It stands below a *[fault.Error] on both sides.
type ReportError struct {
	Body any // a value, not a pointer
}

func (r ReportError) Error() string { return fmt.Sprintf("reported as %T", r.Body) }

// A faultReport is a report with ProblemDetails in it. It needs no ReportError to be sent: the zero report tells a fault, too.
type faultReport interface {
	of(e *fault.Error) any // a copy that tells e
	extends() bool         // whether it says more than its fault
}

// reportMedia is the media type of a report: ProblemDetails with more members are ProblemDetails.
func reportMedia(t reflect.Type) string {
	if t.Kind() == reflect.Struct {
		if f, ok := t.FieldByName("ProblemDetails"); ok && f.Anonymous {
			return typeProblem
		}
	}
	return typeJSON
}

// A RedirectError sends the SCS/AS to another place (TS 29.122 §5.2.10), such as another SCEF of the operator. A procedure
// returns it, alone or below a *[fault.Error]; a Client returns one below a *[fault.Error] when it does not follow. The
// standard has no redirection for the creation of a configuration, transaction or subscription.
type RedirectError struct {
	// Location is the absolute URI of the resource at the other place.
	Location string
	// Permanent says that the old URI is of no use any more (308); else the next request goes there again (307).
	Permanent bool
}

func (r RedirectError) Error() string { return "redirected to " + r.Location }

func (r RedirectError) status() int {
	if r.Permanent {
		return http.StatusPermanentRedirect
	}
	return http.StatusTemporaryRedirect
}

func isRedirect(err error) bool {
	r, ok := errors.AsType[RedirectError](err)
	return ok && r.Location != ""
}

// errorBody returns body and media type for e; rt is nil when no operation was found.
func (rt *route) errorBody(e *fault.Error) ([]byte, string) {
	body, media := any(Problem(e)), typeProblem
	if r := rt.report(e); r != nil {
		body, media = r, reportMedia(reflect.TypeOf(r))
	}
	b, err := encodeBody(body)
	if err != nil { // text that JSON cannot hold does not exist; a time out of range does
		b, media = []byte(`{"status":500}`), typeProblem
	}
	return b, media
}

// report returns what tells e in place of ProblemDetails, or nil.
func (rt *route) report(e *fault.Error) any {
	if rt == nil || rt.reports[e.Status()] == nil {
		return nil
	}
	t := rt.reports[e.Status()]
	r, ok := errors.AsType[ReportError](e.Err)
	given := ok && reflect.TypeOf(r.Body) == t
	if !given {
		r.Body = reflect.Zero(t).Interface()
	}
	if f, ok := r.Body.(faultReport); ok {
		return f.of(e)
	}
	if !given {
		return nil
	}
	return r.Body
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
		ProblemDetail               *ProblemDetails `json:"problemDetail"`
		RequestedRetransmissionTime time.Time       `json:"requestedRetransmissionTime"`
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
	if status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect {
		if to := h.Get("Location"); to != "" {
			e.Code, e.Err = fault.Unavailable, RedirectError{Location: to, Permanent: status == http.StatusPermanentRedirect}
		}
	}
	if report != nil {
		v := reflect.New(report)
		x, of := v.Interface().(faultReport)
		// modeNotify: ProblemDetails under another media type lack what a report must have
		if (reportMedia(report) == typeProblem || !strings.HasPrefix(h.Get("Content-Type"), typeProblem)) &&
			decodeBody(body, v.Interface(), modeNotify) == nil && (!of || x.extends()) {
			e.Err = ReportError{v.Elem().Interface()}
		}
	}
	return e
}

// statusError keeps the status of an answer below a *fault.Error.
type statusError int

func (s statusError) Error() string { return "HTTP status " + strconv.Itoa(int(s)) }
