package nidd

import (
	"sync"
	"time"
)

// workID names something that goes on about a group, of which there is one at a time in a process: the work on its
// members, or one of its deliveries.
type workID struct {
	g        groupRef
	delivery string
}

// groups is what a process knows of groups besides the store. It is worth nothing after a crash.
type groups struct {
	mu      sync.Mutex
	running map[workID]bool            // guarded by mu; true: to be run once more
	waiting map[groupRef]chan struct{} // guarded by mu; who waits for a list of the HSS
	checks  map[workID]bool            // guarded by mu; deliveries that are looked at soon
}

// start runs fn in a goroutine of its own, unless that is running: then it runs once more afterwards.
func (x *groups) start(p *Procedure, what workID, fn func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, runs := x.running[what]; runs {
		x.running[what] = true
		return
	}
	if !p.begin() {
		return
	}
	if x.running == nil {
		x.running = map[workID]bool{}
	}
	x.running[what] = false
	go func() {
		defer p.wg.Done()
		for again := true; again && p.ctx.Err() == nil; {
			fn()
			x.mu.Lock()
			again = x.running[what]
			x.running[what] = false
			if !again {
				delete(x.running, what)
			}
			x.mu.Unlock()
		}
	}()
}

// listen returns a channel that gets something when the HSS sent more of a list.
func (x *groups) listen(g groupRef) (news <-chan struct{}, forget func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.waiting == nil {
		x.waiting = map[groupRef]chan struct{}{}
	}
	c := make(chan struct{}, 1)
	x.waiting[g] = c
	return c, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(x.waiting, g)
	}
}

func (x *groups) tell(g groupRef) {
	x.mu.Lock()
	defer x.mu.Unlock()
	select {
	case x.waiting[g] <- struct{}{}:
	default: // nobody waits, or somebody knows already
	}
}

// checkDelay is how long results of UEs are collected until it is seen whether they were the last ones.
const checkDelay = 200 * time.Millisecond

// check runs fn soon, once for all calls until then.
func (x *groups) check(p *Procedure, what workID, fn func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.checks[what] || !p.begin() {
		return
	}
	if x.checks == nil {
		x.checks = map[workID]bool{}
	}
	x.checks[what] = true
	go func() {
		defer p.wg.Done()
		wait := time.NewTimer(checkDelay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-p.ctx.Done():
		}
		x.mu.Lock()
		delete(x.checks, what)
		x.mu.Unlock()
		if p.ctx.Err() == nil {
			fn()
		}
	}()
}
