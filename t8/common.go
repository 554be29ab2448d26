package t8

import (
	"errors"
	"math"
	"strconv"
	"time"
)

// DurationSec is a time.Duration that the wire carries in whole seconds (TS 29.122 §5.2.1); a fraction is rounded
// up, so that a wish for a short time never becomes none at all. It is not negative.
type DurationSec time.Duration

// Duration returns d as a time.Duration.
func (d DurationSec) Duration() time.Duration { return time.Duration(d) }

// String is that of time.Duration.
func (d DurationSec) String() string { return time.Duration(d).String() }

// Seconds returns the value as the wire carries it.
func (d DurationSec) Seconds() int64 {
	if d <= 0 {
		return 0
	}
	s := int64(d) / int64(time.Second)
	if int64(d)%int64(time.Second) != 0 {
		s++
	}
	return s
}

// MarshalJSON writes whole seconds.
func (d DurationSec) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, d.Seconds(), 10), nil
}

// UnmarshalJSON reads whole seconds; what a time.Duration cannot hold (292 years) becomes the longest one.
func (d *DurationSec) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n < 0 {
		return errors.New("t8: not a number of seconds")
	}
	*d = durationOf(n)
	return nil
}

func durationOf(seconds int64) DurationSec {
	if seconds > math.MaxInt64/int64(time.Second) {
		return math.MaxInt64
	}
	return DurationSec(seconds * int64(time.Second))
}

// ProblemDetails is the body of an error answer (TS 29.122 §5.2.1.2, RFC 9457). Type and Instance are URIs; without
// a type the problem is one of HTTP, and Title is the text of the status.
type ProblemDetails struct {
	Type              string         `json:"type,omitempty"`
	Title             string         `json:"title,omitempty"`
	Status            int            `json:"status,omitempty"` // HTTP status code
	Detail            string         `json:"detail,omitempty"` // for a human
	Instance          string         `json:"instance,omitempty"`
	Cause             string         `json:"cause,omitempty"` // for a machine: DATA_TOO_LARGE, ...
	InvalidParams     []InvalidParam `json:"invalidParams,omitempty" t8:"min=1"`
	SupportedFeatures Features       `json:"supportedFeatures,omitempty"`
}

// InvalidParam names one fault of a request (TS 29.122 §5.2.1.2): a JSON pointer (RFC 6901) into the body, or the
// name of a header, and a reason for a human.
type InvalidParam struct {
	Param  string `json:"param" t8:"required"`
	Reason string `json:"reason,omitempty"`
}

// WebsockNotifConfig asks for notifications over a WebSocket (TS 29.122 §5.2.1.2): the SCS/AS sets
// RequestWebsocketURI, the SCEF answers with WebsocketURI. Feature Notification_websocket.
type WebsockNotifConfig struct {
	WebsocketURI        string `json:"websocketUri,omitempty" t8:"readonly"`
	RequestWebsocketURI bool   `json:"requestWebsocketUri,omitempty"`
}

// TestNotification is sent to a notification destination to show that it can be reached (TS 29.122 §5.2.1.2).
// Feature Notification_test_event.
type TestNotification struct {
	Subscription string `json:"subscription" t8:"required"` // URI of the resource that asked for it
}

// Acknowledgement is the body of a 200 that answers a notification (TS 29.122 §5.2.1.2).
type Acknowledgement struct {
	Details string `json:"details" t8:"required"` // for a human
}
