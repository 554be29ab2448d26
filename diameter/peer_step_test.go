package diameter

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the files in testdata and docs")

// golden compares got with a file, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s is not what the code says; go test ./diameter -update writes it", name)
}

func (a peerAction) String() string {
	var s []string
	for i, name := range peerActionNames {
		if a&(1<<i) != 0 {
			s = append(s, name)
		}
	}
	return strings.Join(s, ", ")
}

func (m peerMachine) String() string {
	s := m.state.String()
	if m.state == PeerReopen {
		s = fmt.Sprintf("%s %d", s, m.dwas)
	}
	if m.failed && m.state != PeerReopen {
		s += " (failed)"
	}
	return s
}

// reachable returns everything that a peer can be, in the order of its discovery.
func reachable() []peerMachine {
	all := []peerMachine{{}}
	seen := map[peerMachine]bool{{}: true}
	for i := 0; i < len(all); i++ {
		for ev := range peerEvents {
			if to, _ := stepPeer(all[i], ev); !seen[to] {
				seen[to] = true
				all = append(all, to)
			}
		}
	}
	return all
}

// The golden file answers every pair of what a peer can be and what can happen to it; "-" is no change.
func TestPeerStepEveryPair(t *testing.T) {
	var b strings.Builder
	for _, m := range reachable() {
		fmt.Fprintf(&b, "%s\n", m)
		for ev := range peerEvents {
			to, do := stepPeer(m, ev)
			if to == m && do == 0 {
				fmt.Fprintf(&b, "\t%-13s  -\n", ev)
			} else {
				fmt.Fprintf(&b, "\t%-13s  %-22s %s\n", ev, to, do)
			}
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	golden(t, filepath.Join("testdata", "peer_machine.txt"), strings.Join(lines, "\n"))
}

func TestPeerEdges(t *testing.T) {
	require.Len(t, peerActionNames, 11)
	require.Equal(t, "probe", actProbe.String())
	seen := make(map[string]bool)
	guards := make(map[string][]peerGuard)
	for _, e := range peerEdges {
		pair := fmt.Sprint(e.from, "/", e.event)
		key := fmt.Sprint(pair, "/", e.guard)
		require.False(t, seen[key], "%s is listed twice", key)
		seen[key] = true
		guards[pair] = append(guards[pair], e.guard)
		require.NotEmpty(t, e.clause)
		if e.to == PeerClosed && e.from >= PeerWaitCEA {
			require.NotZero(t, e.do&actDrop, "%s closes without dropping the connection", key)
		}
		if e.to == PeerReopen && e.from != PeerReopen {
			require.NotZero(t, e.do&actSendDWR, "%s waits for a DWA without asking for it", key)
		}
	}
	for pair, g := range guards {
		switch len(g) {
		case 1:
			require.Equal(t, []peerGuard{always}, g, pair)
		case 2:
			require.Contains(t, [][]peerGuard{{ifSound, ifFailed}, {ifFewDWAs, ifEnoughDWAs}}, g, pair)
		default:
			t.Errorf("%s has %d transitions", pair, len(g))
		}
	}
}

// checkPeerStep checks what holds for every transition.
func checkPeerStep(t *testing.T, m peerMachine, ev peerEvent) (peerMachine, peerAction) {
	t.Helper()
	to, do := stepPeer(m, ev)
	say := fmt.Sprintf("%v, %v -> %v, %v", m, ev, to, do)
	require.Less(t, to.state, peerStates, say)
	require.Less(t, to.dwas, uint8(reopenDWAs), say)
	require.True(t, to.dwas == 0 || to.state == PeerReopen, say)
	if to.state.connected() && !m.state.connected() {
		require.True(t, do&actAccept != 0 || m.state == PeerWaitCEA && ev == evCEA, "open without capabilities: "+say)
	}
	if to.state == PeerOpen {
		require.False(t, to.failed, "a peer is trusted again too early: "+say)
	}
	if do&actAccept != 0 {
		require.Zero(t, do&actReject, say)
		require.True(t, to.state == PeerOpen || to.state == PeerReopen, say)
	}
	if do&(actSendDWR|actSendDWA|actSendDPR|actSendDPA|actProbe) != 0 {
		require.True(t, to.state.connected(), "nothing to send on: "+say)
	}
	return to, do
}

func TestPeerStepInvariants(t *testing.T) {
	all := reachable()
	for _, m := range all {
		for ev := range peerEvents {
			checkPeerStep(t, m, ev)
		}
		// Whatever a peer is in, it ends when we leave and the time for that is over, and when the connection is lost.
		for _, last := range []peerEvent{evLost, evTimeout} {
			to, _ := stepPeer(m, evStop)
			if to, _ = stepPeer(to, last); m.state != PeerClosed {
				require.Equal(t, PeerClosed, to.state, "%v, Stop, %v", m, last)
			}
		}
	}
}

// RFC 3539 §3.4.1: a peer whose connection failed is trusted after three answers to DWR.
func TestReopenNeedsThreeAnswers(t *testing.T) {
	walk := func(m peerMachine, events ...peerEvent) peerMachine {
		for _, ev := range events {
			m, _ = checkPeerStep(t, m, ev)
		}
		return m
	}
	open := walk(peerMachine{}, evStart, evConnAck, evCEA)
	require.Equal(t, peerMachine{state: PeerOpen}, open)
	lost := walk(open, evLost)
	require.Equal(t, peerMachine{state: PeerClosed, failed: true}, lost)
	again := walk(lost, evStart, evConnNack, evStart, evConnAck, evCEA)
	require.Equal(t, PeerReopen, again.state)
	require.Equal(t, PeerReopen, walk(again, evDWA, evTraffic, evDWR, evDWA, evTraffic).state)
	require.Equal(t, open, walk(again, evDWA, evDWA, evDWA))
	require.Equal(t, lost, walk(again, evDWA, evDWA, evTwUnanswered))
	require.Zero(t, walk(again, evDWA, evDWA, evCERWin).dwas, "another connection proves itself anew")
	for _, leave := range []peerEvent{evDPR, evStop} {
		require.Equal(t, open, walk(open, leave, evLost, evStart, evConnAck, evCEA), "who leaves with DPR has not failed")
		require.Equal(t, open, walk(again, leave, evLost, evStart, evConnAck, evCEA))
	}
	require.Equal(t, again, walk(open, evPeerRestart, evCERLose), "a restart without DPR is a failure")
}

// The machine in docs is printed from the table.
func TestPeerDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# The peer state machine

Printed from the transition table in ` + "`diameter/peer_step.go`" + ` by ` + "`go test ./diameter -update`" + `. A pair of state and event
that is not listed changes nothing. "Marks" tells what is remembered for the next connection: one that failed starts in
Reopen, one that was left by DPR, or is the first, in Open.

| State | Event | If | Next state | Actions | Marks | Clause |
|--|--|--|--|--|--|--|
`)
	for _, e := range peerEdges {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", e.from, e.event, peerGuardNames[e.guard], e.to, e.do,
			peerMarkNames[e.mark], e.clause)
	}
	for strings.Contains(b.String(), "|  |") {
		s := strings.ReplaceAll(b.String(), "|  |", "| |")
		b.Reset()
		b.WriteString(s)
	}
	b.WriteString(`
| Event | What happens |
|--|--|
`)
	for ev := range peerEvents {
		fmt.Fprintf(&b, "| %s | %s |\n", ev, peerEventDocs[ev])
	}
	golden(t, filepath.Join("..", "docs", "diameter-peers.md"), b.String())
}

var peerEventDocs = [peerEvents]string{
	evStart:        "it is time to connect",
	evConnAck:      "our connection stands",
	evConnNack:     "our connection failed",
	evCEA:          "the peer accepted our capabilities",
	evCEARefused:   "the peer refused, or is not who we want, or shares no application",
	evCERWin:       "CER on another connection, and our Origin-Host is the greater: we win the election",
	evCERLose:      "CER on another connection, and our Origin-Host is the smaller",
	evPeerRestart:  "a CER shows a later Origin-State-Id than the standing connection",
	evTraffic:      "a message came",
	evDWA:          "the answer to a DWR came",
	evDWR:          "the peer asks whether we live",
	evTw:           "Tw passed in silence",
	evTwUnanswered: "Tw passed in silence after a DWR",
	evDPR:          "the peer wants to leave",
	evDPA:          "the peer knows that we leave, or its time is over, and nothing is under way any more",
	evStop:         "we want to leave",
	evLost:         "the connection ended",
	evTimeout:      "the handshake took too long",
}

// Each octet is an event.
func FuzzPeerStep(f *testing.F) {
	f.Add([]byte{byte(evStart), byte(evConnAck), byte(evCEA), byte(evTw), byte(evTwUnanswered), byte(evTw)})
	f.Add([]byte{byte(evCERWin), byte(evLost), byte(evCERLose), byte(evDWA), byte(evDWA), byte(evDWA), byte(evDPR), byte(evLost)})
	f.Add([]byte{byte(evStart), byte(evConnAck), byte(evCERLose), byte(evStop), byte(evStart), byte(evCERWin), byte(evStop), byte(evDPA)})
	f.Fuzz(func(t *testing.T, events []byte) {
		var m peerMachine
		trust := 0 // answers on a connection that follows a failure
		for _, b := range events {
			ev := peerEvent(b % byte(peerEvents))
			to, do := checkPeerStep(t, m, ev)
			switch {
			case do&actAccept != 0 || m.state != PeerReopen:
				trust = 0
			case ev == evDWA:
				trust++
			}
			if m.state == PeerReopen && to.state == PeerOpen && trust != reopenDWAs {
				t.Fatalf("trusted after %d answers", trust)
			}
			m = to
		}
		closing, _ := checkPeerStep(t, m, evStop)
		if end, _ := checkPeerStep(t, closing, evTimeout); m.state != PeerClosed && end.state != PeerClosed {
			t.Fatalf("%v does not end", m)
		}
	})
}
