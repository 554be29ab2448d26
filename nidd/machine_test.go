package nidd

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/t8"
)

var update = flag.Bool("update", false, "rewrite testdata")

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// golden compares got with a file of testdata, or rewrites it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := "testdata/" + file
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// TestDeliveryPairs asks every state for every event, with data that may be kept and with data that may not, stored and
// not, and compares with the reviewed transcript.
func TestDeliveryPairs(t *testing.T) {
	var b strings.Builder
	for s := range numStates {
		for k := range numKinds {
			seen := map[string]bool{}
			for _, option := range []t8.PDNEstablishmentOption{t8.WaitForUE, t8.IndicateError, t8.SendTrigger} {
				for mask := range 8 {
					d := Delivery{State: s, Option: option, Stored: mask&1 != 0, TriggerOnly: mask&4 != 0, Expires: noon}
					if mask&2 != 0 {
						d.Expires = noon.Add(time.Hour)
					}
					next, actions, err := Step(d, Event{Kind: k}, noon)
					if err != nil {
						var unexpected *UnexpectedEventError
						require.ErrorAs(t, err, &unexpected)
						require.Equal(t, d, next, "unchanged on error")
						require.Nil(t, actions)
						continue
					}
					seen[fmt.Sprintf("%v %v", next.State, actions)] = true
				}
			}
			if len(seen) == 0 {
				continue
			}
			fmt.Fprintf(&b, "%-10v %-13v", s, k)
			for _, e := range deliveryTable {
				if line := fmt.Sprintf("%v %v", e.to, e.do); e.from == s && e.on == k && seen[line] {
					fmt.Fprintf(&b, " -> %s", line)
					delete(seen, line)
				}
			}
			require.Empty(t, seen)
			b.WriteByte('\n')
		}
	}
	golden(t, "delivery.txt", b.String())
}

// TestTablesReachable checks that no edge is hidden by an earlier one and that final states are final.
func TestTablesReachable(t *testing.T) {
	for i, e := range deliveryTable {
		require.False(t, e.from.Final(), "edge out of %v", e.from)
		for _, f := range deliveryTable[:i] {
			require.False(t, f.from == e.from && f.on == e.on && f.when.hold == nil, "%v on %v is hidden", e.from, e.on)
		}
	}
	for s := range numConnStates {
		for k := range numConnEvents {
			n := 0
			for _, e := range connectionTable {
				if e.from == s && e.on == k {
					n++
				}
			}
			require.LessOrEqual(t, n, 1)
			c, _, err := Connection{State: s}.step(k, noon)
			require.Equal(t, n == 0, err != nil, "%v on %v", s, k)
			if err != nil {
				require.Equal(t, s, c.State)
			}
		}
	}
	for s := range numConfigStates {
		for k := range numConfigEvents {
			_, _, err := Config{Status: s}.step(k, noon)
			require.Equal(t, s == Ended, err != nil, "%v on %v", s, k)
		}
	}
}

// TestNames prints the tables, with every state and event named.
func TestNames(t *testing.T) {
	require.Len(t, stateNames, int(numStates))
	require.Len(t, kindNames, int(numKinds))
	require.Len(t, connectionStateNames, int(numConnStates))
	require.Len(t, connectionEventNames, int(numConnEvents))
	require.Len(t, configStateNames, int(numConfigStates))
	require.Len(t, configEventNames, int(numConfigEvents))
	require.Len(t, actionNames, int(Forget)+1)
	require.Len(t, connActionNames, int(sendRelease)+1)
	require.Len(t, configActionNames, int(abandonDeliveries)+1)
	err := error(&UnexpectedEventError{"delivery", Delivered, Turn})
	require.EqualError(t, err, "nidd: a delivery in state Delivered cannot take Turn")
	require.Equal(t, "nidd.State(77)", State(77).String())
}

func TestStepTimes(t *testing.T) {
	hour := noon.Add(time.Hour)
	for _, c := range []struct {
		name            string
		retry, expires  time.Time
		wantState       State
		wantNotBefore   time.Time
		wantReachStatus t8.DeliveryStatus
	}{
		{"no time asked", time.Time{}, hour, Asleep, time.Time{}, t8.DeliveryBufferingTemporarilyUnreachable},
		{"in time", noon.Add(time.Minute), hour, Asleep, noon.Add(time.Minute), t8.DeliveryBufferingTemporarilyUnreachable},
		{"at the end", hour, hour, Asleep, hour, t8.DeliveryBufferingTemporarilyUnreachable},
		{"too late", hour.Add(1), hour, Asleep, time.Time{}, t8.DeliveryBufferingTemporarilyUnreachable},
		{"in the past", noon.Add(-1), hour, Asleep, time.Time{}, t8.DeliveryBufferingTemporarilyUnreachable},
		{"not to be kept", noon.Add(time.Minute), noon, Unreachable, noon.Add(time.Minute), t8.DeliveryFailureTemporarilyUnreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Attr("covers", "29128-5.6.2-06")
			d, _, err := Step(Delivery{State: Sending, Expires: c.expires}, Event{Kind: UESleeps, RetryAt: c.retry}, noon)
			require.NoError(t, err)
			require.Equal(t, c.wantState, d.State)
			require.Equal(t, c.wantNotBefore, d.NotBefore)
			require.Equal(t, c.wantReachStatus, d.Status())
		})
	}
}
