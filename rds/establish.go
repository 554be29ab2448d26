package rds

import "time"

// early reports whether T200 has not expired.
func (r *run) early() bool { return r.s.t200.IsZero() || r.now.Before(r.s.t200) }

// startT200 starts T200.
func (r *run) startT200() { r.s.t200 = r.now.Add(r.m.o.T200) }

// command sends a command that T200 watches; a suspended link sends it when it is resumed.
func (r *run) command(fn Function) {
	if r.s.suspended {
		r.s.t200 = time.Time{}
		return
	}
	r.startT200()
	r.transmit(Frame{Kind: U, Function: fn})
}

// again sends a command without counting, but for the first time. Too early a SET_ACK_MODE waits.
func (r *run) again(fn Function) {
	s := r.s
	if fn == SetAckMode && s.tries == 0 && r.now.Before(s.hold) {
		if !s.suspended {
			s.t200 = s.hold
		}
		return
	}
	if !s.suspended {
		s.tries = max(s.tries, 1)
	}
	r.command(fn)
}

// reset begins with empty windows (§6.2.2). Nothing is under way.
func (r *run) reset() {
	s := r.s
	s.confirmed, s.heard, s.recovering = false, false, false
	s.va, s.vr, s.sacked, s.resent = 0, 0, 0, 0
	s.held = [MaxWindow]held{}
	s.passed = [sparing]time.Time{}
	s.tries, s.t200 = 0, time.Time{}
	r.send, r.ack, r.poll = 0, false, false
}

// rest keeps frames of an earlier time away from the link: see the package comment.
func (r *run) rest() {
	r.s.quiet = r.now.Add(r.m.o.Lifetime)
	r.s.hold = r.now.Add(2 * r.m.o.Lifetime)
}

// fail confirms the first n SDUs, those under way among them.
func (r *run) fail(n int) {
	s := r.s
	for i, d := range s.out[:n] {
		o := NotSent
		if i < int(s.flight) {
			o = Unknown
		}
		r.do(Action{Kind: Confirm, Token: d.token, Outcome: o})
	}
	s.out, s.flight, r.send = s.out[n:], 0, 0
}

// close ends acknowledged transfer.
func (r *run) close(why Reason) {
	r.reset()
	r.s.hold = r.now.Add(2 * r.m.o.Lifetime)
	r.do(Action{Kind: Closed, Reason: why})
}
