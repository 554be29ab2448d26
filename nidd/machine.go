package nidd

import (
	"fmt"
	"time"
)

// guard is a condition on a record, with a name for the printed table. The zero guard always holds.
type guard[R any] struct {
	name string
	hold func(r *R, now time.Time) bool
}

// edge is one row of a transition table: from a state, on an event, under a guard, to a state, with what is to be done.
type edge[S, K ~uint8, R, A any] struct {
	from   S
	on     K
	when   guard[R]
	to     S
	do     []A
	clause string
}

// table is a state machine over records R. Of several edges for one state and event, the first whose guard holds is
// taken.
type table[S, K ~uint8, R, A any] []edge[S, K, R, A]

// find returns the edge that r takes from state s on event k, or nil when the state does not allow the event.
func (t table[S, K, R, A]) find(s S, k K, r *R, now time.Time) *edge[S, K, R, A] {
	for i := range t {
		if e := &t[i]; e.from == s && e.on == k && (e.when.hold == nil || e.when.hold(r, now)) {
			return e
		}
	}
	return nil
}

// UnexpectedEventError reports an event that a state does not allow.
type UnexpectedEventError struct {
	Machine string // "delivery", "connection" or "configuration"
	State   fmt.Stringer
	Event   fmt.Stringer
}

func (e *UnexpectedEventError) Error() string {
	return fmt.Sprintf("nidd: a %s in state %v cannot take %v", e.Machine, e.State, e.Event)
}

// name returns names[i], or the number when it has none.
func name[T ~uint8](names []string, i T) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%T(%d)", i, uint8(i))
}
