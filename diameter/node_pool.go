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
	room   [classes]int64    // how many jobs there may be for one more of the class
	active atomic.Int64      // jobs reserved, queued or running
	full   atomic.Bool       // there was no room; for those who watch

	mu      sync.Mutex
	queue   jobQueues       // guarded by mu, as all below
	idle    []chan struct{} // parked workers, the last one parked at the end
	waking  bool            // a worker is on its way to the queue
	stopped bool
}

// job is a request on its way to a handler.
type job struct {
	req  Message
	next *job // in a jobQueue
	// The rest is forgotten when the handler has returned, since it may keep req.
	c     *conn
	h     Handler
	dup   dupRef
	marks marks
	since uint32 // when the request came, see ticks
}

// jobQueues holds jobs by their class; the zero jobQueues is empty.
type jobQueues struct {
	of [classes]jobQueue
	n  int
}

func (q *jobQueues) push(j *job) {
	q.of[j.marks.class()].push(jobQueue{j, j, 1})
	q.n++
}

// add moves all of q2 to the ends of q.
func (q *jobQueues) add(q2 *jobQueues) {
	for k := range q.of {
		q.of[k].push(q2.of[k])
	}
	q.n += q2.n
}

// pop takes the first job of the highest class; q is not empty.
func (q *jobQueues) pop() *job {
	q.n--
	k := 0
	for q.of[k].n == 0 {
		k++
	}
	return q.of[k].pop()
}

// jobQueue is a list of jobs; the zero jobQueue is empty.
type jobQueue struct {
	first, last *job
	n           int
}

// push moves all of q2 to the end of q.
func (q *jobQueue) push(q2 jobQueue) {
	switch {
	case q2.first == nil:
		return
	case q.first == nil:
		q.first = q2.first
	default:
		q.last.next = q2.first
	}
	q.last = q2.last
	q.n += q2.n
}

// pop takes the first job; q is not empty.
func (q *jobQueue) pop() *job {
	j := q.first
	q.first, j.next = j.next, nil
	if q.first == nil {
		q.last = nil
	}
	q.n--
	return j
}

// maxIdleWorkers is how many workers stay when there is nothing to do, so that their stacks stay grown.
const maxIdleWorkers = 256

// reserve claims room for a job of class k; false when there is none.
func (p *pool) reserve(k class) bool {
	if p.active.Add(1) > p.room[k] {
		p.active.Add(-1)
		p.full.Store(true)
		return false
	}
	return true
}

// release gives the room of a job back.
func (p *pool) release() { p.active.Add(-1) }

// submit queues reserved jobs. It reports false when the pool has stopped: the jobs are then still the caller's.
func (p *pool) submit(jobs *jobQueues) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return false
	}
	p.queue.add(jobs)
	p.wakeLocked()
	return true
}

// wakeLocked sends a worker to the queue if jobs wait and none is on its way.
func (p *pool) wakeLocked() {
	if p.queue.n == 0 || p.waking {
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
	var wake chan struct{}
	ended := false
	defer func() {
		if !ended { // a handler called runtime.Goexit
			p.mu.Lock()
			p.wakeLocked()
			p.mu.Unlock()
		}
	}()
	p.mu.Lock()
	for {
		p.waking = false
		for p.queue.n > 0 {
			j := p.queue.pop()
			p.wakeLocked()
			p.mu.Unlock()
			p.run(j)
			p.mu.Lock()
		}
		if p.stopped || len(p.idle) >= maxIdleWorkers {
			p.mu.Unlock()
			ended = true
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
