package diameter

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What every pair of state and event leads to; "-" is no change. Actions are in the order of their bits.
const peerPairs = `
              Closed          Wait-Conn-Ack            Wait-CEA            Open                Suspect             Closing
Start         WCA:dial        -                        -                   -                   -                   -
Conn-Ack      -               WCEA:cer                 -                   -                   -                   -
Conn-Nack     -               C                        -                   -                   -                   -
CEA           -               -                        O                   -                   -                   -
CEA-Refused   -               -                        C:drop              -                   -                   -
CER-Win       O:accept        O:cancel+accept          O:drop+accept       O:reject+probe      O:drop+accept       O:drop+accept
CER-Lose      O:accept        O:cancel+accept          WCEA:reject         O:reject+probe      O:drop+accept       O:drop+accept
Peer-Restart  -               -                        -                   C:drop              C:drop              C:drop
Traffic       -               -                        -                   -                   O                   -
DWR           -               -                        -                   O:dwa               O:dwa               Cl:dwa
Tw            -               -                        -                   O:dwr               C:drop              -
Tw-Unanswered -               -                        -                   S                   C:drop              -
DPR           -               -                        -                   Cl:dpa              Cl:dpa              Cl:dpa
DPA           -               -                        -                   -                   -                   C:drop
Stop          -               C:cancel                 C:drop              Cl:dpr              Cl:dpr              -
Lost          -               -                        C:drop              C:drop              C:drop              C:drop
Timeout       -               C:cancel                 C:drop              -                   -                   C:drop
`

func TestPeerStepEveryPair(t *testing.T) {
	states := map[string]PeerState{"C": PeerClosed, "WCA": PeerWaitConnAck, "WCEA": PeerWaitCEA, "O": PeerOpen, "S": PeerSuspect, "Cl": PeerClosing}
	actions := map[string]peerAction{"dial": actDial, "cancel": actCancelDial, "cer": actSendCER, "drop": actDrop, "accept": actAccept,
		"reject": actReject, "dwr": actSendDWR, "dwa": actSendDWA, "dpr": actSendDPR, "dpa": actSendDPA, "probe": actProbe}
	lines := strings.Split(strings.TrimSpace(peerPairs), "\n")
	require.Len(t, lines, 1+int(peerEvents))
	require.Equal(t, peerStateNames[:], strings.Fields(lines[0]))
	for ev := range peerEvents {
		fields := strings.Fields(lines[1+ev])
		require.Equal(t, ev.String(), fields[0])
		require.Len(t, fields, 1+int(peerStates))
		for s := range peerStates {
			want, do := s, peerAction(0)
			if f := fields[1+s]; f != "-" {
				name, list, _ := strings.Cut(f, ":")
				var ok bool
				want, ok = states[name]
				require.True(t, ok, name)
				for a := range strings.SplitSeq(list, "+") {
					if a != "" {
						require.NotZero(t, actions[a], a)
						do |= actions[a]
					}
				}
			}
			to, got := stepPeer(s, ev)
			require.Equal(t, want, to, "%v in %v", ev, s)
			require.Equal(t, do, got, "actions of %v in %v", ev, s)
		}
	}
}

func TestPeerEdges(t *testing.T) {
	seen := make(map[string]bool)
	for _, e := range peerEdges {
		key := fmt.Sprint(e.from, "/", e.event)
		require.False(t, seen[key], "%s is listed twice", key)
		seen[key] = true
		require.NotEmpty(t, e.clause)
		if e.do&actAccept != 0 {
			require.Equal(t, PeerOpen, e.to)
		}
		if e.to == PeerClosed && e.from >= PeerWaitCEA {
			require.NotZero(t, e.do&actDrop, "%s closes without dropping the connection", key)
		}
	}
}
