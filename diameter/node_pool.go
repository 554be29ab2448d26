package diameter

import (
	"sync"
	"sync/atomic"
)

// pool runs jobs on reusable goroutines. Each job that waits gets a goroutine in the end, however long the others
// take, but goroutines are woken one after the other: a worker on its way takes its job, and only then, if jobs still
// wait, wakes the next. So a batch of short jobs is run by a worker or two, and a job that blocks holds up none.
type pool struct {
	run    func(*job)        // runs one job and then calls release, whatever the job does
	spawn  func(func()) bool // starts a goroutine that the owner waits for; false when it does not want more
	max    int64
	active atomic.Int64 // jobs reserved, queued or running

	mu      sync.Mutex
	queue   []job // ring of 2^k jobs; guarded by mu, as all below
	head    int
	n       int
	idle    []chan struct{} // parked workers, the last one parked at the end
	waking  bool            // a worker is on its way to the queue
	stopped bool
}

// job is one request for a handler.
type job struct {
	c   *conn
	h   Handler
	req *Message
	dup dupRef
}

// maxIdleWorkers is how many workers stay when there is nothing to do, so that their stacks stay grown.
const maxIdleWorkers = 256

// reserve claims room for a job; false when there is none.
func (p *pool) reserve() bool {
	if p.active.Add(1) > p.max {
		p.active.Add(-1)
		return false
	}
	return true
}

// release gives the room of a job back.
func (p *pool) release() { p.active.Add(-1) }

// submit queues reserved jobs. It reports false when the pool has stopped: the jobs are then still the caller's.
func (p *pool) submit(jobs []job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return false
	}
	for i := range jobs {
		if p.n == len(p.queue) {
			p.grow()
		}
		p.queue[(p.head+p.n)&(len(p.queue)-1)] = jobs[i]
		p.n++
	}
	p.wakeLocked()
	return true
}

func (p *pool) grow() {
	q := make([]job, max(64, 2*len(p.queue)))
	k := copy(q, p.queue[p.head:])
	copy(q[k:], p.queue[:p.head])
	p.queue, p.head = q, 0
}

// wakeLocked sends a worker to the queue if jobs wait and none is on its way.
func (p *pool) wakeLocked() {
	if p.n == 0 || p.waking {
		return
	}
	if k := len(p.idle); k > 0 {
		p.waking = true
		p.idle[k-1] <- struct{}{} // has room for one: never blocks
		p.idle = p.idle[:k-1]
		return
	}
	p.waking = p.spawn(p.work)
}

func (p *pool) work() {
	var (
		wake chan struct{}
		j    job // one for all, as it escapes
	)
	p.mu.Lock()
	for {
		p.waking = false
		for p.n > 0 {
			j = p.queue[p.head]
			p.queue[p.head] = job{}
			p.head = (p.head + 1) & (len(p.queue) - 1)
			p.n--
			p.wakeLocked()
			p.mu.Unlock()
			p.run(&j)
			j = job{}
			p.mu.Lock()
		}
		if p.stopped || len(p.idle) >= maxIdleWorkers {
			p.mu.Unlock()
			return
		}
		if wake == nil {
			wake = make(chan struct{}, 1)
		}
		p.idle = append(p.idle, wake)
		p.mu.Unlock()
		<-wake
		p.mu.Lock()
	}
}

// stop ends the workers when the queue is empty. New jobs are refused.
func (p *pool) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	for _, w := range p.idle {
		w <- struct{}{}
	}
	p.idle = nil
}
