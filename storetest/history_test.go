package storetest

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func get(k, v string) operation { return operation{kind: opGet, key: k, value: v} }
func set(k, v string) operation { return operation{kind: opPut, key: k, value: v} }
func del(k string) operation    { return operation{kind: opDelete, key: k} }

func found(from, to string, limit int, reverse bool, pairs ...string) operation {
	return operation{kind: opScan, from: from, to: to, limit: limit, reverse: reverse, found: pairs}
}

// at is a transaction that ran from begin to end.
func at(begin, end int64, ops ...operation) transaction { return transaction{begin, end, ops} }

func TestExplain(t *testing.T) {
	for name, c := range map[string]struct {
		h    history
		want bool
	}{
		"nothing":                  {history{{}, {}}, true},
		"reads what was never put": {history{{at(1, 2, get("a", "1"))}}, false},
		"one after the other":      {history{{at(1, 2, set("a", "1")), at(3, 4, get("a", "1"), set("a", "2"))}, {at(5, 6, get("a", "2"))}}, true},
		"own write not seen":       {history{{at(1, 2, set("a", "1"), get("a", ""))}}, false},
		"stale":                    {history{{at(1, 2, set("a", "1"))}, {at(3, 4, get("a", ""))}}, false},
		"at the same time":         {history{{at(1, 4, set("a", "1"))}, {at(2, 3, get("a", ""))}}, true},
		"new, then old":            {history{{at(1, 10, set("a", "1"))}, {at(2, 3, get("a", "1")), at(4, 5, get("a", ""))}}, false},
		"blind writes": {history{
			{at(1, 10, set("a", "1"))}, {at(1, 10, set("a", "2"))}, {at(1, 10, set("a", "3"))},
			{at(11, 12, get("a", "2"))},
		}, true},
		"blind writes, two last": {history{
			{at(1, 10, set("a", "1"))}, {at(1, 10, set("a", "2"))},
			{at(11, 12, get("a", "1")), at(13, 14, get("a", "2"))},
		}, false},
		"lost update": {history{
			{at(1, 10, get("n", ""), set("n", "1"))}, {at(1, 10, get("n", ""), set("n", "2"))},
		}, false},
		"write skew": {history{
			{at(1, 10, get("a", ""), set("b", "1"))}, {at(1, 10, get("b", ""), set("a", "1"))},
		}, false},
		"half seen": {history{
			{at(1, 10, set("a", "1"), set("b", "1"))}, {at(1, 10, get("a", "1"), get("b", ""))},
		}, false},
		"phantom": {history{
			{at(1, 10, found("a", "c", 9, false), set("a", "1"))}, {at(1, 10, found("a", "c", 9, true), set("b", "1"))},
		}, false},
		"beyond the limit": {history{
			{at(1, 2, set("a", "1"), set("b", "2"), set("c", "3"))},
			{at(3, 10, found("a", "d", 1, false, "a=1"), set("c", "4"))},
			{at(3, 10, found("a", "d", 1, true, "c=3"), set("b", "4"), del("c"))},
		}, true},
		"deleted, and seen": {history{
			{at(1, 2, set("a", "1"))}, {at(3, 4, del("a"))}, {at(5, 6, found("a", "b", 9, false, "a=1"))},
		}, false},
		"must go back": {history{ // 1 first explains the beginning, and then nothing more
			{at(1, 20, set("a", "1"))}, {at(1, 20, set("a", "2"))},
			{at(1, 20, get("a", "2")), at(21, 22, get("a", "1"))},
		}, true},
	} {
		if err := c.h.explain(); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Histories of a store that runs one transaction after the other are explained, however their times overlap; with one
// value changed in what was seen, they are not.
func TestExplainRandom(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 9))
		h := make(history, 5)
		placed := make([]int64, len(h))
		state := map[string]string{}
		var seen *operation
		for i := range int64(60) {
			c := random.IntN(len(h))
			tr := randomTransaction(random, "", fmt.Sprint(i))
			for n := range tr.ops { // it sees what is there
				o := &tr.ops[n]
				before := (&transaction{ops: tr.ops[:n]}).replay(state)
				switch o.kind {
				case opGet:
					o.value = before[o.key]
				case opScan:
					o.found = scanMap(before, *o)
				}
			}
			state = tr.replay(state)
			// It takes place at 10*i, between its beginning and its end.
			tr.begin, tr.end = 10*i-random.Int64N(60), 10*i+1+random.Int64N(60)
			if n := len(h[c]); n > 0 {
				last := &h[c][n-1]
				tr.begin = max(tr.begin, placed[c]+2)
				last.end = min(last.end, tr.begin-1)
			}
			placed[c] = 10 * i
			h[c] = append(h[c], tr)
			for n := range tr.ops {
				if tr.ops[n].kind == opGet {
					seen = &tr.ops[n]
				}
			}
		}
		if err := h.explain(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		seen.value = "never put"
		if h.explain() == nil {
			t.Fatalf("seed %d: a value from nowhere is explained", seed)
		}
	}
}

// scanMap gives what the scan o finds in state.
func scanMap(state map[string]string, o operation) []string {
	m := newModel("")
	m.data = map[string][]byte{}
	for k, v := range state {
		m.data[k] = []byte(v)
	}
	tr := transaction{ops: []operation{o}}
	if err := tr.run(m.snapshot(false)); err != nil {
		panic(err)
	}
	return tr.ops[0].found
}
