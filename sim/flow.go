package sim

import (
	"fmt"
	"time"
)

// flow is what pictures show: events, and nodes from left to right.
type flow struct {
	events []Event
	begin  time.Time
	names  []string
	index  map[string]int // into names
}

// newFlow takes what was recorded, without the base protocol if base is not set.
func newFlow(r *Recorder, base bool) flow {
	f := flow{index: map[string]int{}}
	seen := map[string]bool{"": true}
	var order []string // in which nodes appear
	for _, e := range r.Events() {
		if e.Protocol == Base && !base {
			continue
		}
		f.events = append(f.events, e)
		for _, n := range []string{e.From, e.To} {
			if !seen[n] {
				seen[n] = true
				order = append(order, n)
			}
		}
	}
	add := func(n string) {
		if _, known := f.index[n]; !known {
			f.index[n] = len(f.names)
			f.names = append(f.names, n)
		}
	}
	if r != nil {
		for _, n := range r.nodes {
			if n != "" && seen[n] {
				add(n)
			}
		}
	}
	for _, n := range order {
		add(n)
	}
	if len(f.events) > 0 {
		f.begin = f.events[0].Time
	}
	return f
}

// span returns the lifelines that a message goes between, from left to right.
func (f *flow) span(e *Event) (a, b int, ok bool) {
	if e.Kind > Answer {
		return 0, 0, false
	}
	a, b = f.index[e.From], f.index[e.To]
	return min(a, b), max(a, b), a != b
}

// since is the time of an event in 12 characters or so.
func (f *flow) since(t time.Time) string {
	d := t.Sub(f.begin)
	if d < 1000*time.Second {
		return fmt.Sprintf("%8.3f s", d.Seconds())
	}
	d = d.Round(time.Second)
	return fmt.Sprintf("%4d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}
