package nidd

import (
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/t8"
)

// State is where a downlink delivery stands (TS 29.122 §4.4.5.3.1).
type State uint8

// The states. Those up to Sending, and Outstanding, are open, the others final. Their numbers are stored.
const (
	Submitted  State = iota // submitted; nothing is stored yet
	Triggering              // a device trigger is under way, since the UE has no PDN connection
	Waiting                 // stored; the UE has no PDN connection
	Asleep                  // stored; the MME or SGSN cannot take it before the UE wakes, or cannot be reached itself
	Ready                   // stored; goes out when its turn comes
	Sending                 // a TDR is under way
	Delivered
	TimedOut    // not delivered in time, or nobody knows whether it was
	NextHopLost // the MME or SGSN failed to deliver it
	Unreachable // the UE is asleep and the data is not to be kept
	Rejected    // no PDN connection, and the data is not to be kept
	Cancelled
	Outstanding // handed to the Reliable Data Service, not acknowledged by the UE yet; the sixth open state
	Unconfirmed // sent, but the UE did not acknowledge it
	RDSDisabled // the UE has no Reliable Data Service
	numStates
)

var stateNames = []string{
	"Submitted", "Triggering", "Waiting", "Asleep", "Ready", "Sending", "Delivered", "TimedOut", "NextHopLost", "Unreachable",
	"Rejected", "Cancelled", "Outstanding", "Unconfirmed", "RDSDisabled",
}

func (s State) String() string { return name(stateNames, s) }

// Final reports whether nothing more happens to a delivery in this state.
func (s State) Final() bool { return s >= Delivered && s != Outstanding }

// Kind says what happened to a delivery.
type Kind uint8

// The events. Those that carry something say so.
const (
	NoConnection  Kind = iota // its turn came, but the UE has no PDN connection
	Behind                    // other data of the UE waits before it
	Turn                      // its turn came and the UE has a PDN connection
	Triggered                 // the device trigger was accepted
	TriggerFailed             // no device trigger could be sent
	Connected                 // the UE established its PDN connection
	Wake                      // the UE is reachable: CMR with UE-Reachable-Indicator, uplink data, or a new serving node; or it may be, see workTDR
	RetryDue                  // NotBefore has come
	Acknowledged              // TDA: success, acknowledged by the eNodeB
	Accepted                  // TDA: success, without acknowledgement
	UESleeps                  // TDA: USER_TEMPORARILY_UNREACHABLE, of this or of other data; carries RetryAt if the MME asked for a time
	BearerGone                // TDA: USER_UNKNOWN or INVALID_EPS_BEARER
	Refused                   // TDA: any other failure
	NoRoute                   // the TDR was not sent: no peer leads to the MME or SGSN, or it asked for less; carries RetryAt
	NoAnswer                  // the TDR was sent, but no TDA came
	Restart                   // found in Sending by a process that did not send it
	Expire                    // Expires has come
	Change                    // PUT or PATCH replaced its content
	Cancel                    // DELETE of the delivery or of its configuration
	Abandon                   // the configuration ended otherwise, or data of higher priority takes its place
	HandedOver                // the Reliable Data Service took it
	TakenBack                 // the Reliable Data Service gave it back: it was not sent
	Confirmed                 // the UE acknowledged it
	Unanswered                // it was sent, perhaps more than once, but the UE did not acknowledge it
	NoRDS                     // it needs the Reliable Data Service, which the PDN connection does not have
	numKinds
)

var kindNames = []string{
	"NoConnection", "Behind", "Turn", "Triggered", "TriggerFailed", "Connected", "Wake", "RetryDue", "Acknowledged",
	"Accepted", "UESleeps", "BearerGone", "Refused", "NoRoute", "NoAnswer", "Restart", "Expire", "Change", "Cancel",
	"Abandon", "HandedOver", "TakenBack", "Confirmed", "Unanswered", "NoRDS",
}

func (k Kind) String() string { return name(kindNames, k) }

// Event is something that happened to a delivery.
type Event struct {
	Kind    Kind
	RetryAt time.Time // UESleeps, NoRoute: when to try again; zero when nobody said

	byNode bool // NoRoute: the serving node itself said so, not one on the way to it, or nobody
}

// Action is what the driver has to do after a step, in the order given.
type Action uint8

// The actions.
const (
	SendTDR        Action = iota // send the TDR
	ResendTDR                    // send the same TDR again, with the T flag and the same End-to-End Identifier
	SendTrigger                  // send a device trigger, then feed back Triggered or TriggerFailed
	Keep                         // the delivery becomes a resource, if it is none yet
	DropConnection               // the PDN connection does not exist any more; then feed back NoConnection
	Report                       // tell the SCS/AS the final status, if the delivery is a resource
	Forget                       // remove the resource and remember its outcome
)

var actionNames = []string{"SendTDR", "ResendTDR", "SendTrigger", "Keep", "DropConnection", "Report", "Forget"}

func (a Action) String() string { return name(actionNames, a) }

var (
	always    = guard[Delivery]{}
	mayKeep   = guard[Delivery]{"may be kept", func(d *Delivery, now time.Time) bool { return d.mayKeep(now) }}
	stored    = guard[Delivery]{"is stored", func(d *Delivery, _ time.Time) bool { return d.Stored }}
	wantsErr  = guard[Delivery]{"INDICATE_ERROR", func(d *Delivery, _ time.Time) bool { return d.Option == t8.IndicateError }}
	wantsTrig = guard[Delivery]{"SEND_TRIGGER, not yet done", func(d *Delivery, _ time.Time) bool {
		return d.Option == t8.SendTrigger && !d.Triggered
	}}
	mayKeepTriggered = guard[Delivery]{"may be kept", func(d *Delivery, now time.Time) bool { return d.mayKeep(now) && !d.TriggerOnly }}
)

const (
	clauseMT    = "TS 29.122 §4.4.5.3.1"
	clauseFlow  = "TS 23.682 §5.13.3"
	clauseTDA   = "TS 29.128 §5.6.3"
	clauseT6a   = "TS 29.128 §5.7.3"
	clauseRetry = "TS 29.128 §5.6.2"
	clauseRDS   = "TS 24.250 §6.2.3"
)

var (
	keep   = []Action{Keep}
	finish = []Action{Report, Forget}
)

// deliveryTable is the life of a downlink delivery.
var deliveryTable = table[State, Kind, Delivery, Action]{
	{Submitted, NoConnection, wantsErr, Rejected, nil, clauseMT},
	{Submitted, NoConnection, wantsTrig, Triggering, []Action{SendTrigger}, clauseMT},
	{Submitted, NoConnection, mayKeep, Waiting, keep, clauseMT},
	{Submitted, NoConnection, always, Rejected, nil, clauseMT},
	{Submitted, Behind, mayKeep, Ready, keep, clauseFlow},
	{Submitted, UESleeps, mayKeep, Asleep, keep, clauseFlow},
	{Submitted, Turn, always, Sending, []Action{SendTDR}, clauseFlow},
	{Triggering, Triggered, mayKeepTriggered, Waiting, keep, clauseMT},
	{Triggering, Triggered, always, Rejected, finish, clauseMT},
	{Triggering, TriggerFailed, mayKeep, Waiting, keep, clauseMT},
	{Triggering, TriggerFailed, always, Rejected, finish, clauseMT},
	{Triggering, Restart, always, Triggering, []Action{SendTrigger}, clauseMT},

	{Waiting, Connected, always, Ready, nil, clauseMT},
	{Asleep, Connected, always, Ready, nil, clauseFlow},
	{Asleep, Wake, always, Ready, nil, clauseT6a},
	{Asleep, RetryDue, always, Ready, nil, clauseRetry},
	{Asleep, NoConnection, always, Waiting, nil, clauseFlow},
	{Ready, NoConnection, wantsErr, Rejected, finish, clauseMT},
	{Ready, NoConnection, wantsTrig, Triggering, []Action{SendTrigger}, clauseMT},
	{Ready, NoConnection, always, Waiting, nil, clauseMT},
	{Ready, Turn, always, Sending, []Action{SendTDR}, clauseFlow},
	{Ready, UESleeps, always, Asleep, nil, clauseFlow},
	{Ready, NoRoute, always, Asleep, nil, clauseFlow},

	{Sending, Acknowledged, always, Delivered, finish, clauseTDA},
	{Sending, Accepted, always, Delivered, finish, clauseTDA},
	{Sending, UESleeps, mayKeep, Asleep, keep, clauseTDA},
	{Sending, UESleeps, always, Unreachable, finish, clauseTDA},
	{Sending, BearerGone, stored, Ready, []Action{DropConnection}, clauseTDA},
	{Sending, BearerGone, always, Submitted, []Action{DropConnection}, clauseTDA},
	{Sending, Refused, always, NextHopLost, finish, clauseTDA},
	{Sending, NoRoute, stored, Asleep, nil, clauseFlow},
	{Sending, NoRoute, always, NextHopLost, nil, clauseFlow},
	{Sending, NoAnswer, always, TimedOut, finish, clauseMT},
	{Sending, Restart, always, Sending, []Action{ResendTDR}, "RFC 6733 §3"},
	{Sending, Wake, always, Ready, nil, clauseFlow},

	{Submitted, NoRDS, always, RDSDisabled, nil, clauseMT},
	{Ready, NoRDS, always, RDSDisabled, finish, clauseMT},
	{Ready, HandedOver, always, Outstanding, nil, clauseRDS},
	{Outstanding, Confirmed, always, Delivered, finish, clauseRDS},
	{Outstanding, Unanswered, always, Unconfirmed, finish, clauseRDS},
	{Outstanding, Refused, always, NextHopLost, finish, clauseTDA},
	{Outstanding, NoAnswer, always, TimedOut, finish, clauseMT},
	{Outstanding, TakenBack, always, Ready, nil, clauseRDS},
	{Outstanding, UESleeps, mayKeep, Asleep, nil, clauseTDA},
	{Outstanding, UESleeps, always, Unreachable, finish, clauseTDA},
	{Outstanding, NoRoute, always, Asleep, nil, clauseFlow},
	{Outstanding, Expire, always, Unconfirmed, finish, clauseMT},

	{Waiting, Expire, always, TimedOut, finish, clauseMT},
	{Asleep, Expire, always, TimedOut, finish, clauseMT},
	{Ready, Expire, always, TimedOut, finish, clauseMT},
	{Waiting, Change, always, Waiting, nil, clauseMT},
	{Asleep, Change, always, Asleep, nil, clauseMT},
	{Ready, Change, always, Ready, nil, clauseMT},
	{Waiting, Cancel, always, Cancelled, []Action{Forget}, clauseMT},
	{Asleep, Cancel, always, Cancelled, []Action{Forget}, clauseMT},
	{Ready, Cancel, always, Cancelled, []Action{Forget}, clauseMT},
	{Waiting, Abandon, always, Cancelled, finish, clauseAuth},
	{Asleep, Abandon, always, Cancelled, finish, clauseAuth},
	{Ready, Abandon, always, Cancelled, finish, clauseAuth},
}

// Step applies ev to d at the instant now and returns the delivery after it with what is to be done. It does no I/O,
// reads no clock and draws no random number. For an event that the state does not allow it returns an
// *UnexpectedEventError and d unchanged.
func Step(d Delivery, ev Event, now time.Time) (Delivery, []Action, error) {
	actions, err := d.step(ev, now)
	return d, actions, err
}

// step is Step in place.
func (d *Delivery) step(ev Event, now time.Time) ([]Action, error) {
	e := deliveryTable.find(d.State, ev.Kind, d, now)
	if e == nil {
		return nil, &UnexpectedEventError{"delivery", d.State, ev.Kind}
	}
	d.State = e.to
	d.enter(ev, now)
	return e.do, nil
}

// enter sets what belongs to the state that was just entered.
func (d *Delivery) enter(ev Event, now time.Time) {
	switch d.State {
	case Asleep:
		// A time in the past, or beyond the life of the data, is no time to wait for: only a sign of the UE or
		// Expires ends the sleep then (TS 29.128 §5.6.2).
		if ev.Kind == UESleeps || ev.Kind == NoRoute {
			d.NotBefore = time.Time{}
			if ev.RetryAt.After(now) && !ev.RetryAt.After(d.Expires) {
				d.NotBefore = ev.RetryAt
			}
			d.NoRoute = ev.Kind == NoRoute
		}
	case Sending:
		d.NotBefore = time.Time{}
	case Waiting, Ready, Rejected:
		d.NotBefore, d.NoRoute = time.Time{}, false
		if ev.Kind == Triggered {
			d.Triggered = true
		}
	case Unreachable:
		d.NotBefore = ev.RetryAt
	case Delivered:
		d.Acknowledged, d.rds.confirmed = ev.Kind == Acknowledged, ev.Kind == Confirmed
	default:
	}
}

// mayKeep reports whether the data may wait at the SCEF (maximumLatency of 0 forbids it).
func (d *Delivery) mayKeep(now time.Time) bool { return d.Expires.After(now) }

// Status returns the deliveryStatus of T8 for the state.
func (d *Delivery) Status() t8.DeliveryStatus {
	switch d.State {
	case Asleep:
		if d.NoRoute {
			return t8.DeliveryBuffering
		}
		return t8.DeliveryBufferingTemporarilyUnreachable
	case Submitted, Triggering, Waiting, Ready:
		if d.Triggered {
			return t8.DeliveryTriggered
		}
		return t8.DeliveryBuffering
	case Sending, Outstanding:
		return t8.DeliverySending
	case Unconfirmed:
		return t8.DeliverySuccessUnacknowledged
	case RDSDisabled:
		return t8.DeliveryFailureRDSDisabled
	case Delivered:
		if d.rds.confirmed {
			return t8.DeliverySuccessAcknowledged
		}
		if d.Acknowledged {
			return t8.DeliverySuccessNextHopAcknowledged
		}
		return t8.DeliverySuccessNextHopUnacknowledged
	case TimedOut:
		return t8.DeliveryFailureTimeout
	case NextHopLost:
		return t8.DeliveryFailureNextHop
	case Unreachable:
		return t8.DeliveryFailureTemporarilyUnreachable
	default:
		return t8.DeliveryFailure
	}
}

// Fault returns the error that a T8 request gets for a delivery in this state, or nil when there is none: the result of
// a POST that ended without success, and what a later PUT, PATCH or DELETE is told.
func (d *Delivery) Fault(op string) *fault.Error {
	switch d.State {
	case Sending, Outstanding:
		return fault.New(op, fault.Sending, "the data is being sent to the UE")
	case Unconfirmed:
		return fault.New(op, fault.Timeout, "the data was sent, but the UE did not acknowledge it")
	case RDSDisabled:
		return fault.New(op, fault.NetworkFailure, "the UE has no Reliable Data Service")
	case Delivered:
		return fault.New(op, fault.AlreadyDelivered, "the data was delivered")
	case TimedOut:
		return fault.New(op, fault.Timeout, "the network gave no result in time")
	case NextHopLost:
		return fault.New(op, fault.NextHop, "the serving node could not take the data")
	case Unreachable:
		f := fault.New(op, fault.TemporarilyUnreachable, "the UE is temporarily not reachable")
		f.RetryAt = d.NotBefore
		return f
	case Rejected:
		if d.Triggered {
			return fault.New(op, fault.Triggered, "the UE was triggered; the data was not kept")
		}
		return fault.New(op, fault.NoPDNConnection, "the UE has no PDN connection")
	case Cancelled:
		return fault.New(op, fault.NotFound, "the delivery was cancelled or dropped")
	default:
		return nil
	}
}
