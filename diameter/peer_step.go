package diameter

// PeerState is a state of the peer state machine (RFC 6733 §5.6, with the suspicion of RFC 3539 §3.4).
type PeerState uint8

// States of a peer.
const (
	PeerClosed      PeerState = iota // no connection
	PeerWaitConnAck                  // dialling
	PeerWaitCEA                      // connected, CER sent, no CEA yet (Wait-I-CEA)
	PeerOpen                         // capabilities exchanged; carries requests in both directions
	PeerSuspect                      // open, but a DWR went unanswered: gets no new requests
	PeerClosing                      // DPR or DPA sent; waits for the connection to end
	peerStates
)

var peerStateNames = [peerStates]string{"Closed", "Wait-Conn-Ack", "Wait-CEA", "Open", "Suspect", "Closing"}

// String gives the name of the state as RFC 6733 writes it.
func (s PeerState) String() string {
	if s < peerStates {
		return peerStateNames[s]
	}
	return "unknown"
}

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
	evTraffic                       // DWA or any other message
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
	"Start", "Conn-Ack", "Conn-Nack", "CEA", "CEA-Refused", "CER-Win", "CER-Lose", "Peer-Restart", "Traffic", "DWR", "Tw",
	"Tw-Unanswered", "DPR", "DPA", "Stop", "Lost", "Timeout",
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

type peerEdge struct {
	from   PeerState
	event  peerEvent
	to     PeerState
	do     peerAction
	clause string
}

// peerEdges is the whole machine. A pair that is not listed leaves the state as it is and does nothing.
//
// It differs from RFC 6733 §5.6 in three ways. The two open states are one, as nothing depends on who opened the
// connection. The election is decided as soon as the CER of the other connection is there: the loser refuses it with
// ELECTION_LOST, the winner accepts it and drops its own; both then hold the same connection. And a CER of a peer
// whose connection stands is refused, except when that connection is suspect or closing, or the Origin-State-Id
// tells that the peer has restarted: then the new connection replaces it.
var peerEdges = []peerEdge{
	{PeerClosed, evStart, PeerWaitConnAck, actDial, "RFC 6733 §5.6"},
	{PeerClosed, evCERWin, PeerOpen, actAccept, "RFC 6733 §5.6"},
	{PeerClosed, evCERLose, PeerOpen, actAccept, "RFC 6733 §5.6"},

	{PeerWaitConnAck, evConnAck, PeerWaitCEA, actSendCER, "RFC 6733 §5.6"},
	{PeerWaitConnAck, evConnNack, PeerClosed, 0, "RFC 6733 §5.6"},
	{PeerWaitConnAck, evCERWin, PeerOpen, actCancelDial | actAccept, "RFC 6733 §5.6.4"},
	{PeerWaitConnAck, evCERLose, PeerOpen, actCancelDial | actAccept, "RFC 6733 §5.6.4"},
	{PeerWaitConnAck, evStop, PeerClosed, actCancelDial, "RFC 6733 §5.6"},
	{PeerWaitConnAck, evTimeout, PeerClosed, actCancelDial, "RFC 6733 §5.6"},

	{PeerWaitCEA, evCEA, PeerOpen, 0, "RFC 6733 §5.6"},
	{PeerWaitCEA, evCEARefused, PeerClosed, actDrop, "RFC 6733 §5.6"},
	{PeerWaitCEA, evCERWin, PeerOpen, actDrop | actAccept, "RFC 6733 §5.6.4"},
	{PeerWaitCEA, evCERLose, PeerWaitCEA, actReject, "RFC 6733 §5.6.4"},
	{PeerWaitCEA, evStop, PeerClosed, actDrop, "RFC 6733 §5.6"},
	{PeerWaitCEA, evLost, PeerClosed, actDrop, "RFC 6733 §5.6"},
	{PeerWaitCEA, evTimeout, PeerClosed, actDrop, "RFC 6733 §5.6"},

	{PeerOpen, evCERWin, PeerOpen, actReject | actProbe, "RFC 6733 §5.6"},
	{PeerOpen, evCERLose, PeerOpen, actReject | actProbe, "RFC 6733 §5.6"},
	{PeerOpen, evPeerRestart, PeerClosed, actDrop, "RFC 6733 §8.16"},
	{PeerOpen, evDWR, PeerOpen, actSendDWA, "RFC 6733 §5.5.2"},
	{PeerOpen, evTw, PeerOpen, actSendDWR, "RFC 3539 §3.4.1"},
	{PeerOpen, evTwUnanswered, PeerSuspect, 0, "RFC 3539 §3.4.1"},
	{PeerOpen, evDPR, PeerClosing, actSendDPA, "RFC 6733 §5.4"},
	{PeerOpen, evStop, PeerClosing, actSendDPR, "RFC 6733 §5.4"},
	{PeerOpen, evLost, PeerClosed, actDrop, "RFC 6733 §5.6"},

	{PeerSuspect, evCERWin, PeerOpen, actDrop | actAccept, "RFC 3539 §3.4"},
	{PeerSuspect, evCERLose, PeerOpen, actDrop | actAccept, "RFC 3539 §3.4"},
	{PeerSuspect, evPeerRestart, PeerClosed, actDrop, "RFC 6733 §8.16"},
	{PeerSuspect, evTraffic, PeerOpen, 0, "RFC 3539 §3.4.1"},
	{PeerSuspect, evDWR, PeerOpen, actSendDWA, "RFC 3539 §3.4.1"},
	{PeerSuspect, evTw, PeerClosed, actDrop, "RFC 3539 §3.4.1"},
	{PeerSuspect, evTwUnanswered, PeerClosed, actDrop, "RFC 3539 §3.4.1"},
	{PeerSuspect, evDPR, PeerClosing, actSendDPA, "RFC 6733 §5.4"},
	{PeerSuspect, evStop, PeerClosing, actSendDPR, "RFC 6733 §5.4"},
	{PeerSuspect, evLost, PeerClosed, actDrop, "RFC 6733 §5.6"},

	{PeerClosing, evCERWin, PeerOpen, actDrop | actAccept, "RFC 6733 §5.6"},
	{PeerClosing, evCERLose, PeerOpen, actDrop | actAccept, "RFC 6733 §5.6"},
	{PeerClosing, evPeerRestart, PeerClosed, actDrop, "RFC 6733 §8.16"},
	{PeerClosing, evDWR, PeerClosing, actSendDWA, "RFC 6733 §5.5.2"},
	{PeerClosing, evDPR, PeerClosing, actSendDPA, "RFC 6733 §5.4.2"},
	{PeerClosing, evDPA, PeerClosed, actDrop, "RFC 6733 §5.4.2"},
	{PeerClosing, evLost, PeerClosed, actDrop, "RFC 6733 §5.6"},
	{PeerClosing, evTimeout, PeerClosed, actDrop, "RFC 6733 §5.6"},
}

type peerTransition struct {
	to PeerState
	do peerAction
}

var peerTable = func() (t [peerStates][peerEvents]peerTransition) {
	for s := range peerStates {
		for e := range peerEvents {
			t[s][e].to = s
		}
	}
	for _, e := range peerEdges {
		t[e.from][e.event] = peerTransition{e.to, e.do}
	}
	return t
}()

// stepPeer applies ev in state s. It does no I/O and reads no clock.
func stepPeer(s PeerState, ev peerEvent) (PeerState, peerAction) {
	t := peerTable[s][ev]
	return t.to, t.do
}
