package rds

// EventKind tells what happened.
type EventKind uint8

// The events. Each names the members of [Event] that it has.
const (
	// Submit: Data, under the name Token, is to be sent with acknowledgement. A Confirm tells how it ended. The link is
	// established if it is not. The machine keeps Data, which must not change any more. Errors: ErrTooLong, ErrQueueFull.
	Submit EventKind = iota
	// SubmitUnacknowledged: Data is to be sent once, at once; the Transmit has Token, and nothing follows. Errors: ErrTooLong,
	// ErrSuspended.
	SubmitUnacknowledged
	// Withdraw: what Submit gave the name Token is not to be sent. It is confirmed as NotSent. Error: ErrSent when it was
	// sent, or is not known.
	Withdraw
	// Establish: start acknowledged transfer, though no data waits.
	Establish
	// Terminate: end acknowledged transfer. What was not acknowledged is confirmed as Unknown or NotSent.
	Terminate
	// Receive: Frame came from the peer, which also says that the lower layer is available. Errors: ErrOtherLink, ErrTooLong,
	// and those of Codec for an information field.
	Receive
	// Timeout: State.Deadline has come. Too early a Timeout, or one too many, does nothing.
	Timeout
	// Unavailable: the lower layer carries no frames now (the UE sleeps). Those of the last steps may be lost. Nothing goes
	// out and no time counts until Available.
	Unavailable
	// Available: the lower layer carries frames again. What was not acknowledged is sent again, which does not count for N200.
	Available
	// Lost: the bearer is gone. All ends, as with Terminate, but nothing goes out; the link is as NewState makes it.
	Lost
	// AskPorts: send the command MANAGE_PORT with Ports. PortsAnswered or RequestFailed tells how it ended. Error:
	// ErrTooLong; UnexpectedEventError while State.Asking.
	AskPorts
	// AnswerPorts: send the response MANAGE_PORT with Ports. A command that comes twice is asked twice, and answered twice.
	// Error: ErrTooLong.
	AnswerPorts
	// AskWindow: send the command SET_PARAMETERS with Window, 1 or more. WindowAnswered or RequestFailed tells how it ended.
	// UnexpectedEventError while State.Asking.
	AskWindow
	eventKinds
)

var eventNames = []string{
	"Submit", "SubmitUnacknowledged", "Withdraw", "Establish", "Terminate", "Receive", "Timeout", "Unavailable", "Available",
	"Lost", "AskPorts", "AnswerPorts", "AskWindow",
}

func (k EventKind) String() string { return name(eventNames, k) }

// An Event is what happened to a link.
type Event struct {
	Kind   EventKind
	Token  uint64
	Data   []byte
	Frame  Frame
	Ports  PortMessage
	Window uint8
}

// ActionKind tells what is to be done.
type ActionKind uint8

// The actions. Each names the members of [Action] that it has.
const (
	// Transmit: send Frame. Its Info must be read before the next use of the state. Token is that of the SDU in an I or UI
	// frame. Frames of one step go out in this order. One that is lost comes again, save UI frames and responses.
	Transmit ActionKind = iota
	// Deliver: Data came for the application at the source port; Acknowledged tells whether the peer learns that. It shares
	// memory with the frame or the state.
	Deliver
	// Confirm: the SDU that Submit named Token ended with Outcome.
	Confirm
	// Opened: acknowledged transfer was established, by us or by the peer.
	Opened
	// Closed: acknowledged transfer has ended, or could not be established, for Reason. After NoAnswer and PeerReset it may
	// be established again at once.
	Closed
	// PortsAsked: the peer sent the command MANAGE_PORT with Ports. AnswerPorts, in this or a later step, answers it.
	PortsAsked
	// PortsAnswered: the answer to AskPorts came, Ports.
	PortsAnswered
	// WindowAnswered: the answer to AskWindow came; Window is what is used now.
	WindowAnswered
	// RequestFailed: there was no answer to AskPorts or AskWindow.
	RequestFailed
)

var actionNames = []string{
	"Transmit", "Deliver", "Confirm", "Opened", "Closed", "PortsAsked", "PortsAnswered", "WindowAnswered", "RequestFailed",
}

func (k ActionKind) String() string { return name(actionNames, k) }

// Outcome is how a submitted SDU ended.
type Outcome uint8

// The outcomes.
const (
	Acknowledged Outcome = iota // the peer has delivered it
	Unknown                     // it was sent, perhaps delivered, and not acknowledged
	NotSent                     // it was never sent
)

var outcomeNames = []string{"Acknowledged", "Unknown", "NotSent"}

func (o Outcome) String() string { return name(outcomeNames, o) }

// Reason is why acknowledged transfer ended.
type Reason uint8

// The reasons.
const (
	ByUs      Reason = iota // Terminate
	ByPeer                  // the peer ended it
	PeerReset               // the peer established it anew
	NoAnswer                // N200 repetitions remained unanswered
	NoBearer                // Lost
)

var reasonNames = []string{"ByUs", "ByPeer", "PeerReset", "NoAnswer", "NoBearer"}

func (r Reason) String() string { return name(reasonNames, r) }

// An Action is what the caller of a step has to do.
type Action struct {
	Kind         ActionKind
	Frame        Frame
	Token        uint64
	Data         []byte
	Acknowledged bool
	Outcome      Outcome
	Reason       Reason
	Ports        PortMessage
	Window       uint8
}
