package diameter

// PeerState is a state of the peer state machine (RFC 6733 §5.6, with the watchdog of RFC 3539 §3.4.1).
type PeerState uint8

// States of a peer.
const (
	PeerClosed      PeerState = iota // no connection
	PeerWaitConnAck                  // dialling
	PeerWaitCEA                      // connected, CER sent, no CEA yet (Wait-I-CEA)
	PeerOpen                         // capabilities exchanged; carries requests in both directions
	PeerSuspect                      // open, but a DWR went unanswered: gets no new requests
	PeerReopen                       // open again after a failure, but not trusted yet: gets no new requests
	PeerClosing                      // DPR or DPA sent; waits for the connection to end
	peerStates
)

var peerStateNames = [peerStates]string{"Closed", "Wait-Conn-Ack", "Wait-CEA", "Open", "Suspect", "Reopen", "Closing"}

// String gives the name of the state as RFC 6733 and RFC 3539 write it.
func (s PeerState) String() string {
	if s < peerStates {
		return peerStateNames[s]
	}
	return "unknown"
}

// connected reports whether capabilities were exchanged on the connection of a peer in that state.
func (s PeerState) connected() bool { return s >= PeerOpen && s < peerStates }

// peerEvent is what happens to a peer.
type peerEvent uint8

const (
	evStart        peerEvent = iota // time to connect
	evConnAck                       // our connection stands
	evConnNack                      // our connection failed
	evCEA                           // the peer accepted our capabilities
	evCEARefused                    // the peer refused, or is not who we want, or shares no application
	evCERWin                        // CER on another connection; our Origin-Host is the greater: we win the election
	evCERLose                       // the same; our Origin-Host is the smaller
	evPeerRestart                   // a CER shows a later Origin-State-Id than the standing connection
	evTraffic                       // any message
	evDWA                           // the answer to a watchdog request
	evDWR                           // watchdog request
	evTw                            // Tw passed in silence
	evTwUnanswered                  // Tw passed in silence after a DWR
	evDPR                           // the peer wants to leave
	evDPA                           // the peer knows that we leave, and nothing is under way any more
	evStop                          // we want to leave
	evLost                          // the connection ended
	evTimeout                       // handshake or disconnection took too long
	peerEvents
)

var peerEventNames = [peerEvents]string{
	"Start", "Conn-Ack", "Conn-Nack", "CEA", "CEA-Refused", "CER-Win", "CER-Lose", "Peer-Restart", "Traffic", "DWA", "DWR",
	"Tw", "Tw-Unanswered", "DPR", "DPA", "Stop", "Lost", "Timeout",
}

func (e peerEvent) String() string { return peerEventNames[e] }

// peerAction is a set of things to do after a transition.
type peerAction uint16

const (
	actDial       peerAction = 1 << iota // open a connection
	actCancelDial                        // give up the connection attempt
	actSendCER                           // offer capabilities
	actDrop                              // close the connection that the state spoke of
	actAccept                            // take over the connection of the CER and send CEA with success
	actReject                            // CEA with ELECTION_LOST on the connection of the CER, then close it
	actSendDWR
	actSendDWA
	actSendDPR
	actSendDPA
	actProbe // send a DWR at once, to find out whether the standing connection is dead
)

var peerActionNames = []string{
	"dial", "cancel dial", "send CER", "drop", "accept", "reject", "send DWR", "send DWA", "send DPR", "send DPA", "probe",
}

// peerGuard is a condition of a transition.
type peerGuard uint8

const (
	always  peerGuard = iota
	ifSound           // the last connection did not fail: there was none, or it was left by DPR
	ifFailed
	ifFewDWAs    // with this DWA fewer than reopenDWAs have come on the connection
	ifEnoughDWAs // with this DWA so many have come
)

var peerGuardNames = []string{"", "the last connection did not fail", "the last connection failed", "first or second", "third"}

// peerMark is what a transition remembers about the connection that it ends.
type peerMark uint8

const (
	keepMark peerMark = iota
	markFailed
	markSound
)

var peerMarkNames = []string{"", "failed", "sound"}

// reopenDWAs is how many watchdog answers bring a peer whose connection failed back to service (RFC 3539 §3.4.1).
const reopenDWAs = 3

type peerEdge struct {
	from   PeerState
	event  peerEvent
	guard  peerGuard
	to     PeerState
	do     peerAction
	mark   peerMark
	clause string
}

// peerEdges is the whole machine. A pair that is not listed leaves the state as it is and does nothing.
//
// It differs from RFC 6733 §5.6 in three ways. The two open states are one, as nothing depends on who opened the
// connection. The election is decided as soon as the CER of the other connection is there: the loser refuses it with
// ELECTION_LOST, the winner accepts it and drops its own; both then hold the same connection. And a CER of a peer
// whose connection stands is refused, except when that connection is suspect, not trusted yet or closing, or the
// Origin-State-Id tells that the peer has restarted: then the new connection replaces it.
//
// It differs from RFC 3539 §3.4.1 in three ways. In Reopen a DWR follows each DWA at once instead of after Tw, so that a
// healthy peer is back after three round trips, not after a minute. Requests of a peer in Reopen are served rather than
// thrown away, though nothing is sent to it. And Reopen ends with the first Tw without a DWA, where the RFC waits for a
// second one: a peer that has failed already gets no further benefit of the doubt.
var peerEdges = []peerEdge{
	{PeerClosed, evStart, always, PeerWaitConnAck, actDial, keepMark, "RFC 6733 §5.6"},
	{PeerClosed, evCERWin, ifSound, PeerOpen, actAccept, markSound, "RFC 6733 §5.6"},
	{PeerClosed, evCERWin, ifFailed, PeerReopen, actAccept | actSendDWR, keepMark, "RFC 3539 §3.4.1"},
	{PeerClosed, evCERLose, ifSound, PeerOpen, actAccept, markSound, "RFC 6733 §5.6"},
	{PeerClosed, evCERLose, ifFailed, PeerReopen, actAccept | actSendDWR, keepMark, "RFC 3539 §3.4.1"},

	{PeerWaitConnAck, evConnAck, always, PeerWaitCEA, actSendCER, keepMark, "RFC 6733 §5.6"},
	{PeerWaitConnAck, evConnNack, always, PeerClosed, 0, keepMark, "RFC 6733 §5.6"},
	{PeerWaitConnAck, evCERWin, ifSound, PeerOpen, actCancelDial | actAccept, markSound, "RFC 6733 §5.6.4"},
	{PeerWaitConnAck, evCERWin, ifFailed, PeerReopen, actCancelDial | actAccept | actSendDWR, keepMark, "RFC 3539 §3.4.1"},
	{PeerWaitConnAck, evCERLose, ifSound, PeerOpen, actCancelDial | actAccept, markSound, "RFC 6733 §5.6.4"},
	{PeerWaitConnAck, evCERLose, ifFailed, PeerReopen, actCancelDial | actAccept | actSendDWR, keepMark, "RFC 3539 §3.4.1"},
	{PeerWaitConnAck, evStop, always, PeerClosed, actCancelDial, keepMark, "RFC 6733 §5.6"},
	{PeerWaitConnAck, evTimeout, always, PeerClosed, actCancelDial, keepMark, "RFC 6733 §5.6"},

	{PeerWaitCEA, evCEA, ifSound, PeerOpen, 0, markSound, "RFC 6733 §5.6"},
	{PeerWaitCEA, evCEA, ifFailed, PeerReopen, actSendDWR, keepMark, "RFC 3539 §3.4.1"},
	{PeerWaitCEA, evCEARefused, always, PeerClosed, actDrop, keepMark, "RFC 6733 §5.6"},
	{PeerWaitCEA, evCERWin, ifSound, PeerOpen, actDrop | actAccept, markSound, "RFC 6733 §5.6.4"},
	{PeerWaitCEA, evCERWin, ifFailed, PeerReopen, actDrop | actAccept | actSendDWR, keepMark, "RFC 3539 §3.4.1"},
	{PeerWaitCEA, evCERLose, always, PeerWaitCEA, actReject, keepMark, "RFC 6733 §5.6.4"},
	{PeerWaitCEA, evStop, always, PeerClosed, actDrop, keepMark, "RFC 6733 §5.6"},
	{PeerWaitCEA, evLost, always, PeerClosed, actDrop, keepMark, "RFC 6733 §5.6"},
	{PeerWaitCEA, evTimeout, always, PeerClosed, actDrop, keepMark, "RFC 6733 §5.6"},

	{PeerOpen, evCERWin, always, PeerOpen, actReject | actProbe, keepMark, "RFC 6733 §5.6"},
	{PeerOpen, evCERLose, always, PeerOpen, actReject | actProbe, keepMark, "RFC 6733 §5.6"},
	{PeerOpen, evPeerRestart, always, PeerClosed, actDrop, markFailed, "RFC 6733 §8.16"},
	{PeerOpen, evDWR, always, PeerOpen, actSendDWA, keepMark, "RFC 6733 §5.5.2"},
	{PeerOpen, evTw, always, PeerOpen, actSendDWR, keepMark, "RFC 3539 §3.4.1"},
	{PeerOpen, evTwUnanswered, always, PeerSuspect, 0, keepMark, "RFC 3539 §3.4.1"},
	{PeerOpen, evDPR, always, PeerClosing, actSendDPA, markSound, "RFC 6733 §5.4"},
	{PeerOpen, evStop, always, PeerClosing, actSendDPR, markSound, "RFC 6733 §5.4"},
	{PeerOpen, evLost, always, PeerClosed, actDrop, markFailed, "RFC 3539 §3.4.1"},

	{PeerSuspect, evCERWin, always, PeerReopen, actDrop | actAccept | actSendDWR, markFailed, "RFC 3539 §3.4.1"},
	{PeerSuspect, evCERLose, always, PeerReopen, actDrop | actAccept | actSendDWR, markFailed, "RFC 3539 §3.4.1"},
	{PeerSuspect, evPeerRestart, always, PeerClosed, actDrop, markFailed, "RFC 6733 §8.16"},
	{PeerSuspect, evTraffic, always, PeerOpen, 0, keepMark, "RFC 3539 §3.4.1"},
	{PeerSuspect, evDWA, always, PeerOpen, 0, keepMark, "RFC 3539 §3.4.1"},
	{PeerSuspect, evDWR, always, PeerOpen, actSendDWA, keepMark, "RFC 3539 §3.4.1"},
	{PeerSuspect, evTw, always, PeerClosed, actDrop, markFailed, "RFC 3539 §3.4.1"},
	{PeerSuspect, evTwUnanswered, always, PeerClosed, actDrop, markFailed, "RFC 3539 §3.4.1"},
	{PeerSuspect, evDPR, always, PeerClosing, actSendDPA, markSound, "RFC 6733 §5.4"},
	{PeerSuspect, evStop, always, PeerClosing, actSendDPR, markSound, "RFC 6733 §5.4"},
	{PeerSuspect, evLost, always, PeerClosed, actDrop, markFailed, "RFC 3539 §3.4.1"},

	{PeerReopen, evCERWin, always, PeerReopen, actDrop | actAccept | actSendDWR, markFailed, "RFC 3539 §3.4.1"},
	{PeerReopen, evCERLose, always, PeerReopen, actDrop | actAccept | actSendDWR, markFailed, "RFC 3539 §3.4.1"},
	{PeerReopen, evPeerRestart, always, PeerClosed, actDrop, markFailed, "RFC 6733 §8.16"},
	{PeerReopen, evDWA, ifFewDWAs, PeerReopen, actSendDWR, keepMark, "RFC 3539 §3.4.1"},
	{PeerReopen, evDWA, ifEnoughDWAs, PeerOpen, 0, markSound, "RFC 3539 §3.4.1"},
	{PeerReopen, evDWR, always, PeerReopen, actSendDWA, keepMark, "RFC 6733 §5.5.2"},
	{PeerReopen, evTw, always, PeerClosed, actDrop, markFailed, "RFC 3539 §3.4.1"},
	{PeerReopen, evTwUnanswered, always, PeerClosed, actDrop, markFailed, "RFC 3539 §3.4.1"},
	{PeerReopen, evDPR, always, PeerClosing, actSendDPA, markSound, "RFC 6733 §5.4"},
	{PeerReopen, evStop, always, PeerClosing, actSendDPR, markSound, "RFC 6733 §5.4"},
	{PeerReopen, evLost, always, PeerClosed, actDrop, markFailed, "RFC 3539 §3.4.1"},

	{PeerClosing, evCERWin, always, PeerOpen, actDrop | actAccept, markSound, "RFC 6733 §5.6"},
	{PeerClosing, evCERLose, always, PeerOpen, actDrop | actAccept, markSound, "RFC 6733 §5.6"},
	{PeerClosing, evPeerRestart, always, PeerClosed, actDrop, keepMark, "RFC 6733 §8.16"},
	{PeerClosing, evDWR, always, PeerClosing, actSendDWA, keepMark, "RFC 6733 §5.5.2"},
	{PeerClosing, evDPR, always, PeerClosing, actSendDPA, keepMark, "RFC 6733 §5.4.2"},
	{PeerClosing, evDPA, always, PeerClosed, actDrop, keepMark, "RFC 6733 §5.4.2"},
	{PeerClosing, evLost, always, PeerClosed, actDrop, keepMark, "RFC 6733 §5.6"},
	{PeerClosing, evTimeout, always, PeerClosed, actDrop, keepMark, "RFC 6733 §5.6"},
}

// peerMachine is what the machine of a peer remembers. The zero value is a peer that was never connected.
type peerMachine struct {
	state  PeerState
	failed bool  // the last connection ended without DPR, or has not proved itself since one did
	dwas   uint8 // watchdog answers in PeerReopen, below reopenDWAs; else 0
}

// holds reports whether the guard g allows a transition from m.
func (m peerMachine) holds(g peerGuard) bool {
	switch g {
	case ifSound:
		return !m.failed
	case ifFailed:
		return m.failed
	case ifFewDWAs:
		return m.dwas+1 < reopenDWAs
	case ifEnoughDWAs:
		return m.dwas+1 >= reopenDWAs
	default:
		return true
	}
}

var peerTable = func() (t [peerStates][peerEvents][]peerEdge) {
	for _, e := range peerEdges {
		t[e.from][e.event] = append(t[e.from][e.event], e)
	}
	return t
}()

// stepPeer applies ev to m. It does no I/O and reads no clock.
func stepPeer(m peerMachine, ev peerEvent) (peerMachine, peerAction) {
	for _, e := range peerTable[m.state][ev] {
		if !m.holds(e.guard) {
			continue
		}
		to := peerMachine{state: e.to, failed: m.failed}
		if e.mark != keepMark {
			to.failed = e.mark == markFailed
		}
		if e.from == PeerReopen && e.to == PeerReopen && e.do&actAccept == 0 {
			to.dwas = m.dwas
			if ev == evDWA {
				to.dwas++
			}
		}
		return to, e.do
	}
	return m, 0
}
