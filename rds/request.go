package rds

import (
	"fmt"
	"time"
)

func (r *run) requestEarly() bool {
	due := r.s.request.due
	return due.IsZero() || r.now.Before(due)
}

// portInfo makes the information field of the event.
func (r *run) portInfo() ([]byte, error) {
	info, err := r.m.o.Codec.AppendPorts(nil, &r.ev.Ports)
	if err == nil && len(info) > r.m.o.N201 {
		err = fmt.Errorf("%w: %d ports in %d octets", ErrTooLong, len(r.ev.Ports.Ports), len(info))
	}
	return info, err
}

// prepare makes the request of the event.
func (r *run) prepare() (err error) {
	q := request{fn: ManagePort}
	if r.ev.Kind == AskWindow {
		q.fn = SetParameters
		q.info, err = r.m.o.Codec.AppendParameters(nil, Parameters{Window: r.ev.Window})
	} else {
		q.info, err = r.portInfo()
	}
	if err == nil {
		r.s.request = q
	}
	return err
}

// sendRequest sends the command; a suspended link sends it when it is resumed.
func (r *run) sendRequest() {
	q := &r.s.request
	if r.s.suspended {
		q.due = time.Time{}
		return
	}
	q.due = r.now.Add(r.m.o.T200)
	r.transmit(Frame{Kind: U, Function: q.fn, Info: q.info})
}

// match reports whether the response is for our command. Responses have no number; one that comes late may be for an
// earlier command. What it names must be what we named, except when we asked what there is.
func (r *run) match() bool {
	q := &r.s.request
	if r.ev.Frame.Function != q.fn {
		return false
	}
	if q.fn == SetParameters {
		return true
	}
	asked, err := r.m.o.Codec.ParsePorts(q.info)
	if err != nil || asked.Action != r.answer.Action {
		return false
	}
	if asked.Action == QueryPorts || len(r.answer.Ports) == 0 {
		return true
	}
	if len(asked.Ports) != len(r.answer.Ports) {
		return false
	}
	for i, p := range asked.Ports {
		if a := &r.answer.Ports[i]; a.UE != p.UE || a.SCEF != p.SCEF {
			return false
		}
	}
	return true
}

// tellAnswer ends the request with its answer.
func (r *run) tellAnswer() {
	if r.s.request.fn == ManagePort {
		r.do(Action{Kind: PortsAnswered, Ports: r.answer})
	} else {
		r.s.window = min(r.params.Window, uint8(r.m.o.Window))
		if asked, err := r.m.o.Codec.ParseParameters(r.s.request.info); err == nil {
			r.s.window = min(r.s.window, asked.Window) // an answer is not more
		}
		r.do(Action{Kind: WindowAnswered, Window: r.s.window})
		if r.s.phase == Established {
			r.pump()
		}
	}
	r.s.request = request{}
}

// answerParameters answers SET_PARAMETERS: a window is granted as far as we can receive it, whatever ours is.
func (r *run) answerParameters() error {
	info, err := r.m.o.Codec.AppendParameters(nil, Parameters{Window: min(r.params.Window, MaxWindow)})
	if err == nil {
		r.transmit(Frame{Kind: U, Response: true, Function: SetParameters, Info: info})
	}
	return err
}
