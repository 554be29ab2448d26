package rds

import (
	"fmt"
	"math/bits"
	"slices"
	"time"
)

// sparing is how many acknowledged numbers before V(A) keep, for a Lifetime each, the number that lies beyond them from
// being used: frame n goes out for the first time when V(A) has been beyond n-sparing for a Lifetime.
const sparing = Modulus - MaxWindow - 1

// window returns how many frames may be under way.
func (r *run) window() int {
	if r.s.window != 0 {
		return int(r.s.window)
	}
	return r.m.o.Window
}

// freeAt tells when the next SDU may go out; false when not only time keeps it.
func (r *run) freeAt() (time.Time, bool) {
	s := r.s
	if s.phase != Established || s.suspended || !s.confirmed || int(s.flight) >= min(len(s.out), r.window()) {
		return time.Time{}, false
	}
	at := s.hold
	if p := s.passed[sparing-1-s.flight]; !p.IsZero() && p.Add(r.m.o.Lifetime).After(at) {
		at = p.Add(r.m.o.Lifetime)
	}
	return at, true
}

// pump sends what the window allows. To a peer that is perhaps not Established yet it sends nothing: T200 will ask.
func (r *run) pump() {
	s := r.s
	if !s.suspended && !s.confirmed && len(s.out) > 0 && s.t200.IsZero() {
		r.startT200()
	}
	for at, ok := r.freeAt(); ok && !r.now.Before(at); at, ok = r.freeAt() {
		r.send |= 1 << s.flight
		s.flight++
		if s.t200.IsZero() {
			r.startT200()
			s.tries = 1
		}
	}
}

// takeData takes the information of an I frame (§6.2.3).
func (r *run) takeData(f *Frame) {
	s := r.s
	switch off := (f.NS - s.vr) % Modulus; {
	case off == 0:
		data, there := f.Info, true
		for there {
			r.do(Action{Kind: Deliver, Data: data, Acknowledged: true})
			s.vr = (s.vr + 1) % Modulus
			copy(s.held[:], s.held[1:])
			s.held[MaxWindow-1] = held{}
			data, there = s.held[0].data, s.held[0].there
		}
	case off < MaxWindow:
		if !s.held[off].there {
			s.held[off] = held{true, slices.Clone(f.Info)}
		}
		r.ack = true
	default: // we have it
		r.ack = true
	}
	if s.bitmap() != 0 {
		r.ack = true
	}
}

// bitmap tells what came beyond V(R): bit i stands for V(R)+1+i.
func (s *State) bitmap() (b uint8) {
	for i := 1; i < MaxWindow; i++ {
		if s.held[i].there {
			b |= 1 << (i - 1)
		}
	}
	return b
}

// takeAck takes what an I or S frame says about our frames (§6.2.3).
func (r *run) takeAck(f *Frame) {
	s := r.s
	s.heard = true
	if !s.confirmed {
		s.confirmed, s.t200, s.tries = true, time.Time{}, 0
	}
	if f.Ack {
		r.ack = true
	}
	n := (f.NR - s.va) % Modulus
	if n > s.flight {
		return // older than what we know
	}
	progress := n > 0
	for range n {
		r.do(Action{Kind: Confirm, Token: s.out[0].token, Outcome: Acknowledged})
		s.out = s.out[1:]
		if r.m.o.Lifetime > 0 {
			copy(s.passed[1:], s.passed[:])
			s.passed[0] = r.now
		}
	}
	s.va = (s.va + n) % Modulus
	s.flight -= n
	s.sacked >>= n
	s.resent >>= n
	lost := uint8(0)
	if f.Supervisory == SACK {
		got := f.Bitmap << 1 & (1<<s.flight - 1)
		progress = progress || got&^s.sacked != 0
		s.sacked |= got
		lost = 1<<bits.Len8(s.sacked) - 1 // what is missing was overtaken
	}
	if s.recovering && n > 0 { // what went out before T200 expired has got lost as well
		lost = 1<<s.flight - 1
		s.recovering = false
	}
	lost &^= s.sacked | s.resent
	r.send |= lost
	s.resent |= lost
	if progress {
		s.tries, s.t200 = 1, time.Time{}
		if s.flight > 0 {
			r.startT200()
		}
	}
}

// retransmit asks for an acknowledgement when T200 has expired (§6.2.3).
func (r *run) retransmit() {
	s := r.s
	s.tries++
	r.startT200()
	if s.flight == 0 {
		r.poll = true
		return
	}
	r.send, s.resent, s.recovering = 1, 1, true
}

// resend repeats what is under way, since it may have got lost.
func (r *run) resend() {
	s := r.s
	s.recovering = false
	if s.flight == 0 {
		return
	}
	s.resent = (1<<s.flight - 1) &^ s.sacked
	r.send |= s.resent
	s.tries = max(s.tries, 1)
	r.startT200()
}

// transmitData ends a step: data goes out with what was received by then, and when there is none, an acknowledgement
// that is due goes alone. The last frame asks for an acknowledgement.
func (r *run) transmitData() {
	s := r.s
	f := Frame{Kind: I, NR: s.vr, Bitmap: s.bitmap(), Ports: s.ports}
	if f.Bitmap != 0 {
		f.Supervisory = SACK
	}
	for i := range s.flight {
		if r.send&(1<<i) != 0 {
			f.NS, f.Info, f.Ack = (s.va+i)%Modulus, s.out[i].data, r.send>>(i+1) == 0
			r.do(Action{Kind: Transmit, Frame: f, Token: s.out[i].token})
		}
	}
	f.Kind, f.NS, f.Info = S, 0, nil
	switch {
	case r.poll:
		f.Ack = true
		r.do(Action{Kind: Transmit, Frame: f})
	case r.ack && r.send == 0:
		f.Ack, f.Response = false, true
		r.do(Action{Kind: Transmit, Frame: f})
	}
}

// withdraw takes an SDU back that was not sent.
func (r *run) withdraw() error {
	s := r.s
	for i := int(s.flight); i < len(s.out); i++ {
		if s.out[i].token == r.ev.Token {
			s.out = slices.Concat(s.out[:i], s.out[i+1:])
			if len(s.out) == 0 && s.phase == Established {
				s.t200 = time.Time{} // we asked on behalf of it
			}
			r.do(Action{Kind: Confirm, Token: r.ev.Token, Outcome: NotSent})
			return nil
		}
	}
	return ErrSent
}

// pastUI is how many UI frames back a repetition is recognised. It leaves as many numbers ahead for frames that got
// lost.
const pastUI = Modulus / 2

// sendUnacknowledged sends a UI frame (§6.2.5).
func (r *run) sendUnacknowledged() error {
	s, ev := r.s, r.ev
	switch {
	case len(ev.Data) > r.m.o.N201:
		return fmt.Errorf("%w: %d octets", ErrTooLong, len(ev.Data))
	case s.suspended:
		return ErrSuspended
	}
	r.do(Action{Kind: Transmit, Token: ev.Token, Frame: Frame{Kind: UI, Ports: s.ports, NU: s.vu, Info: ev.Data}})
	s.vu = (s.vu + 1) % Modulus
	return nil
}

// takeUnacknowledged takes a UI frame (§6.2.5). One that comes late is delivered, one that came before is not.
func (r *run) takeUnacknowledged(f *Frame) {
	s := r.s
	ahead := (f.NU - s.vur) % Modulus
	switch fresh := s.uiAt.IsZero() || r.now.Sub(s.uiAt) > r.m.o.Remember; {
	case fresh:
		s.vur, s.seen = (f.NU+1)%Modulus, 1
	case ahead < Modulus-pastUI:
		s.vur, s.seen = (f.NU+1)%Modulus, s.seen<<(ahead+1)|1
	default:
		bit := uint8(1) << (Modulus - 1 - ahead)
		if s.seen&bit != 0 {
			return
		}
		s.seen |= bit
	}
	s.uiAt = r.now
	r.do(Action{Kind: Deliver, Data: f.Info})
}
