package storetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/scefkit/scefkit/store"
)

// operation is one step of a transaction, and what came of it.
type operation struct {
	kind     opKind
	key      string // of get, put and delete
	value    string // put, or got; empty for a key that is not there
	from, to string // of a scan; to is never empty
	reverse  bool
	limit    int
	found    []string // by a scan, as "key=value"
}

type opKind string

const (
	opGet    opKind = "get"
	opPut    opKind = "put"
	opDelete opKind = "delete"
	opScan   opKind = "scan"
)

// transaction is a committed transaction as its client saw it.
type transaction struct {
	begin, end int64 // readings of one clock before and after the call
	ops        []operation
}

// replay runs t on state. It returns the state afterwards, or nil when t cannot have seen what it saw.
func (t *transaction) replay(state map[string]string) map[string]string {
	state = maps.Clone(state)
	for _, o := range t.ops {
		switch o.kind {
		case opGet:
			if state[o.key] != o.value {
				return nil
			}
		case opPut:
			state[o.key] = o.value
		case opDelete:
			delete(state, o.key)
		case opScan:
			keys := slices.Sorted(maps.Keys(state))
			if o.reverse {
				slices.Reverse(keys)
			}
			var found []string
			for _, k := range keys {
				if k >= o.from && k < o.to && len(found) < o.limit {
					found = append(found, k+"="+state[k])
				}
			}
			if !slices.Equal(found, o.found) {
				return nil
			}
		}
	}
	return state
}

// run does the operations of t and notes what it sees.
func (t *transaction) run(tx store.Tx) error {
	for i := range t.ops {
		o := &t.ops[i]
		switch o.kind {
		case opGet:
			v, err := tx.Get([]byte(o.key))
			if err != nil {
				return err
			}
			o.value = string(v)
		case opPut:
			if err := tx.Put([]byte(o.key), []byte(o.value)); err != nil {
				return err
			}
		case opDelete:
			if err := tx.Delete([]byte(o.key)); err != nil {
				return err
			}
		case opScan:
			o.found = nil
			for p, err := range tx.Scan([]byte(o.from), []byte(o.to), o.reverse) {
				if err != nil {
					return err
				}
				o.found = append(o.found, string(p.Key)+"="+string(p.Value))
				if len(o.found) == o.limit {
					break
				}
			}
		}
		giveWay()
	}
	return nil
}

// history holds, for each client, its transactions one after the other.
type history [][]transaction

// explain looks for a serial order that explains everything that the transactions saw, beginning with an empty store. No
// transaction may come before one that had returned when it began. The search tries what may come next and goes back
// when it is stuck; it is quick because only few transactions overlap.
func (h history) explain() error {
	s := search{history: h, at: make([]int, len(h)), stuck: map[string]bool{}}
	if s.from(map[string]string{}) {
		return nil
	}
	total := 0
	for _, c := range h {
		total += len(c)
	}
	return fmt.Errorf("no serial order explains more than %d of %d transactions; none of these can come next: %v", s.most, total, s.next)
}

type search struct {
	history
	at    []int           // how many transactions of each client are placed
	stuck map[string]bool // where the search was in vain: at and the state
	most  int             // transactions that were placed at best
	next  []transaction   // what might have come next then
}

// from places the transactions that are left, after those that led to state.
func (s *search) from(state map[string]string) bool {
	var open []int // clients whose next transaction may come next
	placed := 0
	for c, n := range s.at {
		placed += n
		if n < len(s.history[c]) && !s.mustWait(c) {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		return true
	}
	here := fmt.Sprint(s.at, state)
	if s.stuck[here] {
		return false
	}
	if placed >= s.most {
		s.most, s.next = placed, nil
		for _, c := range open {
			s.next = append(s.next, s.history[c][s.at[c]])
		}
	}
	for _, c := range open {
		t := &s.history[c][s.at[c]]
		after := t.replay(state)
		if after == nil {
			continue
		}
		s.at[c]++
		if s.from(after) {
			return true
		}
		s.at[c]--
	}
	s.stuck[here] = true
	return false
}

// mustWait tells whether a transaction of another client that is not placed had ended when the next of c began.
func (s *search) mustWait(c int) bool {
	begin := s.history[c][s.at[c]].begin
	for other, n := range s.at {
		if other != c && n < len(s.history[other]) && s.history[other][n].end < begin {
			return true
		}
	}
	return false
}

// serialOrder lets clients run random transactions on few keys, notes what each of them did and saw, and looks for a
// serial order that explains it. All of them write, because a View, and what only reads, has no place in the order: it
// sees each transaction that had returned, and of the others any.
func serialOrder(ctx context.Context, s store.Store) error {
	const rounds, clients, transactions = 12, 4, 12
	for round := range rounds {
		prefix := fmt.Sprintf("r%02d/", round)
		h := make(history, clients)
		var clock atomic.Int64
		commit := func(c int, t transaction) error {
			t.begin = clock.Add(1)
			err := s.Update(ctx, func(tx store.Tx) error { return t.run(tx) })
			t.end = clock.Add(1)
			h[c] = append(h[c], t)
			return err
		}
		err := parallel(clients, func(c int) error {
			random := rand.New(rand.NewPCG(uint64(round), uint64(c)))
			for i := range transactions {
				if err := commit(c, randomTransaction(random, prefix, fmt.Sprintf("%d.%d", c, i))); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil { // what is left at the end
			all := operation{kind: opScan, from: prefix, to: prefix + "~", limit: 1000}
			err = commit(0, transaction{ops: []operation{all, {kind: opPut, key: prefix + "end", value: "1"}}})
		}
		if err == nil {
			err = h.explain()
		}
		if err != nil {
			return fmt.Errorf("round %d: %w", round, err)
		}
	}
	return nil
}

// randomTransaction makes a transaction on few keys that begin with prefix. What it puts is found nowhere else.
func randomTransaction(random *rand.Rand, prefix, name string) (t transaction) {
	const keys = 4
	key := func(n int) string { return fmt.Sprint(prefix, n) }
	for i := range 1 + random.IntN(4) {
		o := operation{kind: []opKind{opGet, opScan, opPut, opPut, opDelete}[random.IntN(5)], key: key(random.IntN(keys))}
		switch o.kind {
		case opPut:
			o.value = fmt.Sprint(name, ".", i)
		case opScan:
			from := random.IntN(keys)
			o.from, o.to = key(from), key(from+1+random.IntN(keys-from))
			o.reverse, o.limit = random.IntN(2) == 0, 1+random.IntN(keys)
		}
		t.ops = append(t.ops, o)
	}
	if !slices.ContainsFunc(t.ops, func(o operation) bool { return o.kind == opPut }) {
		t.ops = append(t.ops, operation{kind: opPut, key: key(keys + random.IntN(2)), value: name})
	}
	return t
}

func (t transaction) String() string {
	var words []string
	for _, o := range t.ops {
		switch o.kind {
		case opGet:
			words = append(words, fmt.Sprintf("%s was %q", o.key, o.value))
		case opPut:
			words = append(words, fmt.Sprintf("put %s %q", o.key, o.value))
		case opDelete:
			words = append(words, "delete "+o.key)
		case opScan:
			words = append(words, fmt.Sprintf("scan from %s to %s (reverse: %v, limit %d) gave %q", o.from, o.to, o.reverse, o.limit, o.found))
		}
	}
	return "{" + strings.Join(words, ", ") + "}"
}
