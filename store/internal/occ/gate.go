package occ

import (
	"sync"
	"sync/atomic"
)

// Gate counts the transactions under way, so that closing can wait for them. The zero value is open.
type Gate struct {
	state atomic.Int64 // transactions under way, plus closed once closing has begun
	once  sync.Once
	init  sync.Once
	empty chan struct{} // closed when the gate is closed and nobody is inside
}

const closed = 1 << 40

// Enter reports whether the gate is open; if so, Leave must be called.
func (g *Gate) Enter() bool {
	if g.state.Add(1) < closed {
		return true
	}
	g.Leave()
	return false
}

// Leave ends what Enter began.
func (g *Gate) Leave() {
	if g.state.Add(-1) == closed {
		g.once.Do(func() { close(g.done()) })
	}
}

// Close closes the gate and waits until nobody is inside. It may be called again and by several goroutines.
func (g *Gate) Close() {
	if g.Enter() {
		g.state.Or(closed)
		g.Leave()
	}
	<-g.done()
}

func (g *Gate) done() chan struct{} {
	g.init.Do(func() { g.empty = make(chan struct{}) })
	return g.empty
}
