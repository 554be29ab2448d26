package nidd

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// served tells of a CMR or ODR that was answered.
func (t *Trace) served(req, ans *diameter.Message, begin time.Time) {
	if t == nil || t.Connection == nil && t.Uplink == nil {
		return
	}
	r, err := diameter.ResultOf(ans)
	if err != nil {
		return
	}
	switch {
	case req.Command == t6a.CodeODR:
		if t.Uplink != nil {
			t.Uplink(r, time.Since(begin))
		}
	case req.Command == t6a.CodeCMR && t.Connection != nil:
		if a, _ := t6a.AVPConnectionAction.Find(req.AVPs); len(a.Data) == 4 {
			t.Connection(t6a.ConnectionAction(binary.BigEndian.Uint32(a.Data)), true, r)
		}
	}
}

// asked tells of a CMR of the SCEF and its answer, which is nil when none came.
func (t *Trace) asked(action t6a.ConnectionAction, ans *diameter.Message) {
	if t == nil || t.Connection == nil {
		return
	}
	var r diameter.Result
	if ans != nil {
		r, _ = diameter.ResultOf(ans) // zero when it has none
	}
	t.Connection(action, false, r)
}

// sent tells of a TDR, with what Transport.Do returned.
func (t *Trace) sent(begin time.Time, ans *diameter.Message, err error) {
	if t == nil || t.TDR == nil {
		return
	}
	var r diameter.Result
	if err == nil {
		r, _ = diameter.ResultOf(ans) // zero when it has none
	}
	t.TDR(r, err == nil || errors.Is(err, diameter.ErrSent), time.Since(begin))
}

// delivery tells of a delivery that is kept or has ended.
func (t *Trace) delivery(d *Delivery) {
	if t != nil && t.Delivery != nil {
		t.Delivery(d.State, d.Status(), d.Stored)
	}
}

// tell is Trace.delivery after the commit.
func (s *session) tell(d *Delivery) {
	if t := s.p.opts.Trace; t != nil && t.Delivery != nil {
		state, status := d.State, d.Status()
		s.after = append(s.after, func() { t.Delivery(state, status, true) })
	}
}

// triggered tells of a device trigger.
func (t *Trace) triggered(accepted bool) {
	if t != nil && t.Trigger != nil {
		t.Trigger(accepted)
	}
}
