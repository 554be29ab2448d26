package chaos

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// plan is all that a run is made of, so that a run can be repeated and made smaller. Nothing is drawn while it runs:
// a step that does not fit the state of things, as a cancellation while nothing waits, does nothing.
type plan struct {
	Seed    uint64        // of the delays
	Lag     time.Duration // most that a message or a transaction takes on each of its ways
	Cluster bool          // the process is one of a cluster: those before it are gone when their leases are over
	Drain   bool          // in the end what is stored is delivered; otherwise it grows old
	Steps   []step
}

// step is one thing that somebody does.
type step struct {
	Do         action
	UE, AS, At int           // which of them; At: a serving node, or one of several resources
	How        int           // the variant: a priority, a kind of trouble ...
	For        time.Duration // how long: a latency, a duration, the time until something ends; 0: no such limit
	Wait       time.Duration // before the next step
	Aside      bool          // the next step does not wait for this one to end
}

// action is what a step does.
type action uint8

const (
	nothing action = iota
	deliver
	cancel
	replace
	patch
	list
	configure
	deconfigure
	prolong
	attach
	detach
	sleep
	wake
	move
	getLost
	uplink
	kill
	killLater
	cutLine
	joinLine
	nodeTrouble
	nodeRestart
	hssTrouble
	hssRestart
	revoke
	regrant
	asTrouble
	triggerTrouble
	numActions
)

var actionNames = [numActions]string{
	"nothing", "deliver", "cancel", "replace", "patch", "list", "configure", "deconfigure", "prolong", "attach", "detach", "sleep",
	"wake", "move", "getLost", "uplink", "kill", "killLater", "cutLine", "joinLine", "nodeTrouble", "nodeRestart", "hssTrouble",
	"hssRestart", "revoke", "regrant", "asTrouble", "triggerTrouble",
}

func (a action) String() string { return actionNames[a] }

// often says how often an action comes, relative to the others.
var often = [numActions]int{
	deliver: 24, cancel: 5, replace: 4, patch: 2, list: 2, configure: 8, deconfigure: 2, prolong: 2, attach: 9, detach: 3, sleep: 7,
	wake: 8, move: 4, getLost: 1, uplink: 8, kill: 4, killLater: 5, cutLine: 4, joinLine: 5, nodeTrouble: 3, nodeRestart: 1,
	hssTrouble: 1, hssRestart: 1, revoke: 2, regrant: 2, asTrouble: 3, triggerTrouble: 1,
}

var (
	actions   = weighted()
	waits     = []time.Duration{0, 0, 0, time.Millisecond, 20 * time.Millisecond, 200 * time.Millisecond, time.Second, 5 * time.Second, 11 * time.Second, time.Minute}
	latencies = []time.Duration{0, 0, 0, 10 * time.Second, 2 * time.Minute, 30 * time.Minute}
	lags      = []time.Duration{0, time.Millisecond, 30 * time.Millisecond, 150 * time.Millisecond}
)

func weighted() (all []action) {
	for a, n := range often {
		for range n {
			all = append(all, action(a))
		}
	}
	return all
}

// steps draws one step. What comes first in each list is the simplest, to which rapid shrinks.
var steps = rapid.Custom(func(t *rapid.T) step {
	return step{
		Do:    rapid.SampledFrom(actions).Draw(t, "do"),
		UE:    rapid.IntRange(0, numUEs-1).Draw(t, "ue"),
		AS:    rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "as"),
		At:    rapid.IntRange(0, 9).Draw(t, "at"),
		How:   rapid.IntRange(0, 11).Draw(t, "how"),
		For:   rapid.SampledFrom(latencies).Draw(t, "for"),
		Wait:  rapid.SampledFrom(waits).Draw(t, "wait"),
		Aside: rapid.Bool().Draw(t, "aside"),
	}
})

// plans draws plans of 0 to 200 steps, 80 on average.
var plans = rapid.Custom(func(t *rapid.T) plan {
	p := plan{
		Seed:    rapid.Uint64().Draw(t, "seed"),
		Lag:     rapid.SampledFrom(lags).Draw(t, "lag"),
		Cluster: rapid.IntRange(0, 15).Draw(t, "cluster") == 15, // they cost ten times as much
		Drain:   rapid.Bool().Draw(t, "drain"),
		Steps:   opening(),
	}
	p.Drain = p.Drain || p.Cluster // leases cost too much to grow old
	for range 16 {
		p.Steps = append(p.Steps, rapid.SliceOfN(steps, 0, 13).Draw(t, "steps")...)
	}
	return p
})

// opening makes plans begin where they get interesting: with configurations, and most UEs attached.
func opening() (s []step) {
	for ue := range numUEs {
		s = append(s, step{Do: configure, UE: ue})
	}
	return append(s, step{Do: configure, AS: 1}, step{Do: attach}, step{Do: attach, AS: 1}, step{Do: attach, UE: 1, At: 1})
}

func (p plan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "plan{Seed: %d, Lag: %d, Cluster: %v, Drain: %v, Steps: []step{\n", p.Seed, p.Lag, p.Cluster, p.Drain)
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "\t{%v, %d, %d, %d, %d, %d, %d, %v}, // %d: for %v, wait %v\n", s.Do, s.UE, s.AS, s.At, s.How, s.For, s.Wait, s.Aside, i, s.For, s.Wait)
	}
	b.WriteString("}}")
	return b.String()
}
