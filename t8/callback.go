package t8

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/scefkit/scefkit/fault"
)

// NIDDNotifications receives the notifications of the NIDD API in an application server (TS 29.122 §5.6.2). A nil
// error acknowledges the notification; any other is answered with ProblemDetails, so that an
// application server that does not know the configuration returns fault.New(op, fault.NotFound, ""). Notifications were
// checked before. They may come twice. Safe for concurrent use.
//
// Embed [NIDDNotificationsBase] to receive only some.
type NIDDNotifications interface {
	// UplinkData receives a packet from a UE. The receiver may keep n.
	UplinkData(ctx context.Context, n *NIDDUplinkDataNotification) error
	// DeliveryStatus receives the outcome of a downlink delivery that was pending.
	DeliveryStatus(ctx context.Context, n *NIDDDownlinkDataDeliveryStatusNotification) error
	// ConfigurationStatus receives a change of a configuration, of the Reliable Data Service or of its ports.
	ConfigurationStatus(ctx context.Context, n *NIDDConfigurationStatusNotification) error
	// GroupDelivery receives the outcomes of a delivery to a group.
	GroupDelivery(ctx context.Context, n *GMDNIDDDownlinkDataDeliveryNotification) error
	// ManagePort receives the RDS ports that are reserved.
	ManagePort(ctx context.Context, n *ManagePortNotification) error
	// Test receives a notification that only shows that the destination can be reached.
	Test(ctx context.Context, n *TestNotification) error
}

// NIDDNotificationsBase acknowledges every notification and forgets it, except for uplink data, which it refuses with
// 404: what nobody takes must not be acknowledged.
type NIDDNotificationsBase struct{}

var _ NIDDNotifications = NIDDNotificationsBase{}

// UplinkData refuses.
func (NIDDNotificationsBase) UplinkData(context.Context, *NIDDUplinkDataNotification) error {
	return fault.New("t8.UplinkData", fault.NotFound, "uplink data is not taken here")
}

// DeliveryStatus acknowledges.
func (NIDDNotificationsBase) DeliveryStatus(context.Context, *NIDDDownlinkDataDeliveryStatusNotification) error {
	return nil
}

// ConfigurationStatus acknowledges.
func (NIDDNotificationsBase) ConfigurationStatus(context.Context, *NIDDConfigurationStatusNotification) error {
	return nil
}

// GroupDelivery acknowledges.
func (NIDDNotificationsBase) GroupDelivery(context.Context, *GMDNIDDDownlinkDataDeliveryNotification) error {
	return nil
}

// ManagePort acknowledges.
func (NIDDNotificationsBase) ManagePort(context.Context, *ManagePortNotification) error { return nil }

// Test acknowledges.
func (NIDDNotificationsBase) Test(context.Context, *TestNotification) error { return nil }

// CallbackOptions holds what is optional for a callback handler.
type CallbackOptions struct {
	// Acknowledgement, when not empty, is sent as details of a 200; the default is a 204 without body.
	Acknowledgement string
	// MaxBody is the longest notification in octets that is read; the default is 1 MiB.
	MaxBody int64
	// Logger receives errors; the default discards them.
	Logger *slog.Logger
	// Trace observes notifications and answers.
	Trace *Trace
	// Test receives notifications that only show that the destination can be reached, where the handler has no other
	// receiver for them; the default acknowledges.
	Test func(ctx context.Context, n *TestNotification) error
}

// NewCallback returns a handler for the notification destination of an application server. It serves every path that it
// is mounted at, tells the kinds of notification apart by their members, and authenticates nobody: protect it by TLS
// with client certificates, by a path that cannot be guessed, or by a handler in front. opts may be nil.
func NewCallback(h NIDDNotifications, opts *CallbackOptions) http.Handler {
	return newCallback(opts, niddReceiver(h))
}

func newCallback(opts *CallbackOptions, to func(context.Context, []byte) error) *callback {
	if opts == nil {
		opts = &CallbackOptions{}
	}
	c := &callback{to: to, ack: opts.Acknowledgement}
	c.h = &Handler{maxBody: opts.MaxBody, log: opts.Logger, trace: opts.Trace}
	if c.h.maxBody <= 0 {
		c.h.maxBody = 1 << 20
	}
	if c.h.log == nil {
		c.h.log = slog.New(slog.DiscardHandler)
	}
	return c
}

type callback struct {
	h   *Handler // for what both have in common
	to  func(ctx context.Context, body []byte) error
	ack string
}

// ServeHTTP implements http.Handler.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &Exchange{Operation: "Notification", Method: r.Method, URI: r.URL.RequestURI(), Remote: r.RemoteAddr, Begin: time.Now()}
	out := &answer{w: w, x: x}
	defer c.h.trace.answer(r.Context(), x)
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // a panic value, by identity as net/http does
				panic(p)
			}
			c.h.log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			c.h.fail(out, nil, &fault.Error{Code: fault.Internal})
		}
	}()
	switch r.Method {
	case http.MethodPost:
	case http.MethodOptions:
		w.Header().Set("Allow", "OPTIONS, POST")
		out.write(http.StatusNoContent, "", nil)
		return
	default:
		w.Header().Set("Allow", "OPTIONS, POST")
		c.h.fail(out, nil, fault.New("", fault.MethodNotAllowed, "notifications come by POST"))
		return
	}
	if err := c.receive(out, r); err != nil {
		c.h.fail(out, nil, c.h.faultOf(r.Context(), x, err))
		return
	}
	if c.ack == "" {
		out.write(http.StatusNoContent, "", nil)
		return
	}
	body, err := marshal(Acknowledgement{c.ack})
	if err != nil {
		c.h.fail(out, nil, fault.Wrap("", fault.Internal, err))
		return
	}
	out.write(http.StatusOK, typeJSON, body)
}

// kindOf holds the members by which notifications are told apart.
type kindOf struct {
	Data           json.RawMessage `json:"data"`
	GMDResults     json.RawMessage `json:"gmdResults"`
	ManagedPorts   json.RawMessage `json:"managedPorts"`
	DeliveryStatus json.RawMessage `json:"deliveryStatus"`
	Status         json.RawMessage `json:"status"`
	Subscription   json.RawMessage `json:"subscription"`
	Configuration  json.RawMessage `json:"niddConfiguration"`
}

func (c *callback) receive(out *answer, r *http.Request) error {
	var body call
	if err := c.h.read(out, r, &route{accepts: plainJSON}, &body); err != nil {
		return err
	}
	out.x.Request = body.body
	c.h.trace.request(r.Context(), out.x)
	return c.to(context.WithValue(r.Context(), requestKey{}, r), body.body)
}

// niddReceiver tells the kinds of notification apart by their members.
func niddReceiver(to NIDDNotifications) func(context.Context, []byte) error {
	return func(ctx context.Context, b []byte) error {
		var k kindOf
		if err := decodeBody(b, &k, modeAnswer); err != nil {
			return err
		}
		switch {
		case k.Data != nil:
			return received(ctx, b, to.UplinkData)
		case k.GMDResults != nil:
			return received(ctx, b, to.GroupDelivery)
		case k.ManagedPorts != nil:
			return received(ctx, b, to.ManagePort)
		case k.DeliveryStatus != nil:
			return received(ctx, b, to.DeliveryStatus)
		case k.Status != nil:
			return received(ctx, b, to.ConfigurationStatus)
		case k.Subscription != nil:
			return received(ctx, b, to.Test)
		case k.Configuration != nil: // managedPorts is absent when no port is reserved
			return received(ctx, b, to.ManagePort)
		}
		return &fault.Error{Code: fault.Malformed, Detail: "not a notification of this API", Err: errors.New("no member tells the kind")}
	}
}

func received[T any](ctx context.Context, b []byte, to func(context.Context, *T) error) error {
	n := new(T)
	if err := decodeBody(b, n, modeNotify); err != nil {
		return err
	}
	return to(ctx, n)
}
