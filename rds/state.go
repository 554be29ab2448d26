package rds

import (
	"iter"
	"time"
)

// Phase is where acknowledged transfer stands.
type Phase uint8

// The phases.
const (
	Released     Phase = iota // no acknowledged transfer
	Establishing              // SET_ACK_MODE was sent, or waits
	Established               // I frames flow
	Terminating               // the end was sent and is not answered yet
	phases
)

var phaseNames = []string{"Released", "Establishing", "Established", "Terminating"}

func (p Phase) String() string { return name(phaseNames, p) }

// State is one end of a logical link: of a pair of ports of a bearer, or of the bearer when no ports are used. It is a
// value: a step returns a new one and leaves the old as it was. It can be stored, see [State.AppendBinary].
type State struct {
	ports     Ports // of the frames that we send
	phase     Phase
	suspended bool

	// Acknowledged transfer (§5.3). V(S) is va+flight. All is zero unless Established.
	confirmed  bool               // the peer is known to be Established, so it takes I frames
	heard      bool               // an I or S frame has come since it was established
	recovering bool               // T200 expired since an acknowledgement came
	va, vr     uint8              // V(A), V(R)
	flight     uint8              // how many of out are under way, up to MaxWindow
	sacked     uint8              // bit i: the peer has frame va+i
	resent     uint8              // bit i: frame va+i was repeated since T200 expired
	held       [MaxWindow]held    // what came of vr+i; never vr itself
	passed     [sparing]time.Time // when V(A) went beyond va-1, va-2, ...; zero without Lifetime

	out []sdu // to be acknowledged: first those under way, then those that wait; never written to

	tries uint8     // how often was sent what T200 watches
	t200  time.Time // zero: not running
	hold  time.Time // before it, no SET_ACK_MODE and no I frame goes out
	quiet time.Time // before it, I and S frames that come are of an earlier time
	wake  time.Time // when the next of out may go, if only time keeps it; else zero

	window uint8 // negotiated; 0: not

	// Unacknowledged transfer.
	vu, vur uint8     // V(U), V(UR)
	seen    uint8     // bit i: vur-1-i came; only the last pastUI count
	uiAt    time.Time // when the last one came; zero: never

	request request
	unknown []byte // fields of a newer release
}

// sdu is data that waits for its acknowledgement.
type sdu struct {
	token uint64
	data  []byte
}

// held is data that came before an earlier frame.
type held struct {
	there bool
	data  []byte
}

// request is a MANAGE_PORT or SET_PARAMETERS command that was not answered yet.
type request struct {
	phase requestPhase
	fn    Function
	info  []byte
	tries uint8
	due   time.Time // zero: the lower layer is unavailable
}

// NewState returns a link that is Released. ports are those of the frames that it sends: Source is here, Destination at
// the peer.
func NewState(ports Ports) State { return State{ports: ports} }

// Ports returns the ports of the frames that the link sends.
func (s *State) Ports() Ports { return s.ports }

// Phase tells where acknowledged transfer stands.
func (s *State) Phase() Phase { return s.phase }

// Suspended reports whether the lower layer is unavailable.
func (s *State) Suspended() bool { return s.suspended }

// Pending returns how many SDUs of Submit were sent and are not acknowledged, and how many were not sent yet.
func (s *State) Pending() (sent, waiting int) { return int(s.flight), len(s.out) - int(s.flight) }

// Tokens walks over the SDUs of Submit that have no outcome yet, in order, and tells whether each was sent.
func (s *State) Tokens() iter.Seq2[uint64, bool] {
	return func(yield func(token uint64, sent bool) bool) {
		for i, d := range s.out {
			if !yield(d.token, i < int(s.flight)) {
				return
			}
		}
	}
}

// Asking reports whether an AskPorts or AskWindow waits for its answer.
func (s *State) Asking() bool { return s.request.phase != noRequest }

// Deadline tells when a Timeout is due. The zero time says that none is, until another step.
func (s *State) Deadline() time.Time {
	var first time.Time
	for _, t := range [...]time.Time{s.t200, s.wake, s.request.due} {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}
