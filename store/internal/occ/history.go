package occ

import "hash/maphash"

// Bounds of the memory for recent commits: about 10 MiB at most.
const (
	maxCommits  = 1 << 14
	maxKeyBytes = 4 << 20
)

// history knows what the last commits wrote.
type history struct {
	seed    maphash.Seed
	last    map[uint64]uint64 // hash of a key to the last remembered commit that wrote it
	commits []commit          // ring; commits[(first+i)%len] is the i-th oldest
	first   int
	n       int
	size    int    // octets of the keys of all commits
	floor   uint64 // commits up to this one are forgotten
}

type commit struct {
	seq  uint64
	keys []string
	size int
}

func newHistory() history {
	return history{seed: maphash.MakeSeed(), last: map[uint64]uint64{}}
}

func (h *history) add(seq uint64, w *Writes) {
	c := commit{seq: seq, keys: make([]string, 0, w.Len())}
	w.tree.Scan(func(k string, _ write) bool {
		c.keys = append(c.keys, k)
		c.size += len(k)
		h.last[maphash.String(h.seed, k)] = seq
		return true
	})
	if h.n == len(h.commits) && h.n < maxCommits {
		grown := make([]commit, min(max(2*h.n, 64), maxCommits))
		for i := range h.n {
			grown[i] = *h.at(i)
		}
		h.commits, h.first = grown, 0
	}
	for h.n > 0 && (h.n == maxCommits || h.size+c.size > maxKeyBytes) {
		h.forget()
	}
	h.size += c.size
	h.n++
	*h.at(h.n - 1) = c
}

func (h *history) at(i int) *commit { return &h.commits[(h.first+i)%len(h.commits)] }

func (h *history) forget() {
	c := h.at(0)
	for _, k := range c.keys {
		if sum := maphash.String(h.seed, k); h.last[sum] == c.seq {
			delete(h.last, sum)
		}
	}
	h.floor = c.seq
	h.size -= c.size
	*c = commit{}
	h.first = (h.first + 1) % len(h.commits)
	h.n--
}

// conflict tells whether something in r was, or may have been, written after commit since. Two keys with one hash are
// taken for the same, which costs a needless retry once in a blue moon.
func (h *history) conflict(since uint64, r *reads) bool {
	if since < h.floor {
		return true
	}
	for _, sum := range r.keys {
		if h.last[sum] > since {
			return true
		}
	}
	if len(r.spans) == 0 {
		return false
	}
	for i := h.n - 1; i >= 0; i-- {
		c := h.at(i)
		if c.seq <= since {
			break
		}
		for _, k := range c.keys {
			for _, s := range r.spans {
				if k >= string(s.from) && (len(s.to) == 0 || k < string(s.to)) {
					return true
				}
			}
		}
	}
	return false
}
