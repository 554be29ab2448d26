package rds

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Errors of [Machine.Step].
var (
	ErrTooLong   = errors.New("rds: longer than N201")
	ErrQueueFull = errors.New("rds: the queue of the link is full")
	ErrSuspended = errors.New("rds: the lower layer is unavailable")
	ErrSent      = errors.New("rds: the SDU was sent, or is not known")
	ErrOtherLink = errors.New("rds: frame of another pair of ports")
)

// Step applies ev to s at the instant now. It does no I/O, reads no clock and draws no random number. It returns the new
// state, and what is to be done for it, in order. With an error the state is s, and nothing is to be done: an
// [UnexpectedEventError], or an error that the kind of event names. Frames that the phase of the link does not expect are
// no error; they are ignored, as TS 24.250 says.
//
// now must not go backwards from step to step by more than a link can bear: what waits for an instant waits longer then.
func (m *Machine) Step(s State, ev Event, now time.Time) (State, []Action, error) {
	next := s
	r := run{m: m, s: &next, ev: &ev, now: now}
	if err := r.step(); err != nil {
		return s, nil, err
	}
	r.transmitData()
	next.wake, _ = r.freeAt()
	return next, r.actions, nil
}

// run is a step under way.
type run struct {
	m       *Machine
	s       *State
	ev      *Event
	now     time.Time
	actions []Action

	answer PortMessage // that an information field holds
	params Parameters  // likewise

	send uint8 // bit i: frame va+i is to go out
	ack  bool  // the peer is to get an acknowledgement
	poll bool  // the peer is to be asked for one
}

func (r *run) step() error {
	s, ev := r.s, r.ev
	switch ev.Kind {
	case Submit:
		if len(ev.Data) > r.m.o.N201 {
			return fmt.Errorf("%w: %d octets", ErrTooLong, len(ev.Data))
		}
		if len(s.out) >= r.m.o.Queue {
			return fmt.Errorf("%w: %d SDUs", ErrQueueFull, len(s.out))
		}
		return r.link(inSubmit)
	case SubmitUnacknowledged:
		return r.sendUnacknowledged()
	case Withdraw:
		return r.withdraw()
	case Establish:
		return r.link(inEstablish)
	case Terminate:
		return r.link(inTerminate)
	case Receive:
		return r.receive(&ev.Frame)
	case Timeout:
		if s.suspended {
			return nil
		}
		return errors.Join(r.link(inTimeout), r.request(reqTimeout))
	case Unavailable:
		s.suspended = true
		s.t200, s.request.due = time.Time{}, time.Time{}
		return nil
	case Available:
		if !s.suspended {
			return nil
		}
		return r.resume()
	case Lost:
		return errors.Join(r.request(reqLost), r.link(inLost))
	case AskPorts, AskWindow:
		return r.request(reqAsk)
	case AnswerPorts:
		info, err := r.portInfo()
		if err == nil {
			r.transmit(Frame{Kind: U, Response: true, Function: ManagePort, Info: info})
		}
		return err
	}
	return &UnexpectedEventError{s.phase, ev.Kind}
}

// resume is what a lower layer that is available again brings.
func (r *run) resume() error {
	r.s.suspended = false
	return errors.Join(r.link(inAvailable), r.request(reqAvailable))
}

// receive takes a frame. While the link is suspended, it takes what the frame acknowledges before it repeats the rest.
func (r *run) receive(f *Frame) error {
	if f.Ports != r.s.ports.Reverse() {
		return fmt.Errorf("%w: %+v", ErrOtherLink, f.Ports)
	}
	if len(f.Info) > r.m.o.N201 {
		return fmt.Errorf("%w: %d octets", ErrTooLong, len(f.Info))
	}
	if err := r.dispatch(f); err != nil {
		return err
	}
	if r.s.suspended {
		return r.resume()
	}
	return nil
}

func (r *run) dispatch(f *Frame) (err error) {
	switch {
	case f.Kind == I:
		return r.link(inI)
	case f.Kind == S:
		return r.link(inS)
	case f.Kind == UI:
		r.takeUnacknowledged(f)
		return nil
	case f.Function == SetAckMode && f.Response:
		return r.link(inSetAckModeResponse)
	case f.Function == SetAckMode:
		return r.link(inSetAckMode)
	case f.Function == Disconnect && f.Response:
		return r.link(inDisconnectResponse)
	case f.Function == Disconnect:
		return r.link(inDisconnect)
	case f.Function == ManagePort:
		if r.answer, err = r.m.o.Codec.ParsePorts(f.Info); err != nil {
			return err
		}
		if f.Response {
			return r.request(reqAnswer)
		}
		r.do(Action{Kind: PortsAsked, Ports: r.answer})
		return nil
	default:
		if r.params, err = r.m.o.Codec.ParseParameters(f.Info); err != nil {
			return err
		}
		if f.Response {
			return r.request(reqAnswer)
		}
		return r.answerParameters()
	}
}

// link steps acknowledged transfer.
func (r *run) link(in input) error {
	e := linkTable.find(r.s.phase, in, r)
	if e == nil {
		return &UnexpectedEventError{r.s.phase, r.ev.Kind}
	}
	r.s.phase = e.to
	for _, o := range e.do {
		r.perform(o)
	}
	return nil
}

// request steps what asks for ports or parameters.
func (r *run) request(in requestInput) error {
	e := requestTable.find(r.s.request.phase, in, r)
	if e == nil {
		return &UnexpectedEventError{r.s.request.phase, r.ev.Kind}
	}
	if in == reqAsk {
		if err := r.prepare(); err != nil {
			return err
		}
	}
	r.s.request.phase = e.to
	for _, o := range e.do {
		r.perform(o)
	}
	return nil
}

// op is a part of what a step does.
type op uint8

const (
	enqueue op = iota // the SDU waits
	begin             // establish: send SET_ACK_MODE, unless that has to wait
	accept            // become the receiver of an establishment
	open              // our establishment was answered
	rest              // wait until nothing old is under way: Lifetime for what comes, twice that for what goes
	sendSetAckMode
	sendDisconnect
	againSetAckMode // the same, which does not count
	againDisconnect
	answerSetAckMode
	answerDisconnect
	takeData   // of an I frame
	takeAck    // of an I or S frame
	pump       // send what the window allows
	retransmit // the first frame, asking for an acknowledgement
	resend     // all that is under way
	failSent   // what is under way is Unknown
	failAll    // the same, and what waits is NotSent
	tellOpened
	closeByUs
	closeByPeer
	closeReset
	closeNoAnswer
	closeNoBearer
	forget // begin as a new link

	sendRequest
	againRequest
	tellAnswer
	failRequest
	ops
)

var opNames = [ops]string{
	"enqueue", "begin", "accept", "open", "rest", "send SET_ACK_MODE", "send DISCONNECT", "send SET_ACK_MODE again",
	"send DISCONNECT again", "answer SET_ACK_MODE", "answer DISCONNECT", "take data", "take acknowledgement", "pump", "retransmit",
	"resend", "fail sent", "fail all", "Opened", "Closed: ByUs", "Closed: ByPeer", "Closed: PeerReset", "Closed: NoAnswer",
	"Closed: NoBearer", "forget",
	"send command", "send command again", "tell answer", "RequestFailed",
}

func (o op) String() string { return opNames[o] }

func (r *run) perform(o op) {
	s := r.s
	switch o {
	case enqueue:
		s.out = append(slices.Clip(s.out), sdu{r.ev.Token, r.ev.Data})
	case begin:
		r.reset()
		r.again(SetAckMode)
	case accept:
		r.reset()
		r.rest()
	case open:
		r.reset()
		r.rest()
		s.confirmed = true
	case rest:
		r.rest()
	case sendSetAckMode:
		s.tries++
		r.command(SetAckMode)
	case sendDisconnect:
		s.tries++
		r.command(Disconnect)
	case againSetAckMode:
		r.again(SetAckMode)
	case againDisconnect:
		r.again(Disconnect)
	case answerSetAckMode:
		r.transmit(Frame{Kind: U, Response: true, Function: SetAckMode})
	case answerDisconnect:
		r.transmit(Frame{Kind: U, Response: true, Function: Disconnect})
	case takeData:
		r.takeData(&r.ev.Frame)
	case takeAck:
		r.takeAck(&r.ev.Frame)
	case pump:
		r.pump()
	case retransmit:
		r.retransmit()
	case resend:
		r.resend()
	case failSent:
		r.fail(int(s.flight))
	case failAll:
		r.fail(len(s.out))
		r.reset()
	case tellOpened:
		r.do(Action{Kind: Opened})
	case closeByUs:
		r.close(ByUs)
	case closeByPeer:
		r.close(ByPeer)
	case closeReset:
		r.close(PeerReset)
	case closeNoAnswer:
		r.close(NoAnswer)
	case closeNoBearer:
		r.close(NoBearer)
	case forget:
		*s = State{ports: s.ports, unknown: s.unknown}
	case sendRequest:
		s.request.tries++
		r.sendRequest()
	case againRequest:
		r.sendRequest()
	case tellAnswer:
		r.tellAnswer()
	case failRequest:
		s.request = request{}
		r.do(Action{Kind: RequestFailed})
	}
}

// do adds an action.
func (r *run) do(a Action) { r.actions = append(r.actions, a) }

// transmit adds a frame.
func (r *run) transmit(f Frame) {
	f.Ports = r.s.ports
	r.do(Action{Kind: Transmit, Frame: f})
}
