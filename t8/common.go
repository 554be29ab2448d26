package t8

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
