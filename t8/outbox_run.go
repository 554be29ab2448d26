package t8

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/scefkit/scefkit/store"
)

// Run delivers entries of s until ctx ends, then waits for the attempts under way, which ctx ends too, and returns nil.
// It returns an error when the store fails at the start or is closed, and when another Run is at work. What was acknowledged
// is deleted nevertheless, for which a store that does not answer gets 5 s.
//
// With OutboxOptions.Cluster it is called by the work of [store.Cluster.Run], for each lease anew: it remembers nothing of
// the one before. There it waits until this process is a member, and a store that fails at the start is tried again.
func (o *Outbox) Run(ctx context.Context, s store.Store) error {
	if !o.runs.CompareAndSwap(false, true) {
		return errors.New("t8: outbox: Run is at work already")
	}
	defer o.runs.Store(false)
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &outboxRun{
		o: o, s: s, owner: o.member(ctx), lanes: map[laneKey]*lane{}, hosts: map[string]*outboxHost{}, unseen: map[*lane]bool{},
		done: make(chan drained), pages: make(chan page), looked: make(chan looks),
	}
	err := r.loop(work)
	cancel()
	for r.running > 0 {
		select {
		case <-r.done:
		case <-r.pages:
		case <-r.looked:
		}
		r.running--
	}
	if ctx.Err() != nil {
		return nil // what failed on the way out does not matter
	}
	return err
}

// outboxRun is the state of Run; its goroutine owns it, with all lanes and hosts.
type outboxRun struct {
	o        *Outbox
	s        store.Store
	owner    store.MemberID    // this process in its cluster
	lanes    map[laneKey]*lane // those with entries, or that must be looked at
	hosts    map[string]*outboxHost
	kicks    uint64
	told     []*lane        // lanes that Enqueue told of since the last Kick
	overflow bool           // Enqueue could not tell of everything, and no rescan was begun since
	unseen   map[*lane]bool // idle lanes with an entry that was not there yet, as its transaction was not committed

	class     [classes]classQueue
	senders   int     // attempts under way
	local     []*lane // with work that needs no destination: to give up what is too old or too much
	localBusy int
	waiting   wakeHeap

	toLook    []*lane // idle lanes that Enqueue told of, to be looked at together
	coldLook  []*lane // the same, of destinations that are not known to answer
	looking   bool    // that is under way
	lookAfter time.Time

	running int // goroutines
	looked  chan looks
	done    chan drained
	pages   chan page
	scan    scanState
	known   bool         // every lane with entries is in lanes, or told of; never in a cluster
	ticker  *time.Ticker // of rescans
}

// scanState is the search of the whole store that is under way.
type scanState struct {
	busy   bool
	again  bool
	upto   uint64         // every entry below this sequence number is counted; 0: none is
	counts map[string]int // by destination
	before map[string]int // what they were when the scan began
	first  bool           // it is the one at the start
	begin  []byte         // in a cluster: where it began, and is to end; nil once it came to the end of all
	end    []byte         // in a cluster: where this part of it ends
}

type laneState uint8

const (
	laneIdle    laneState = iota // nothing to send, as far as known
	laneReady                    // in the queue of its host
	laneBusy                     // a goroutine sends
	laneWaiting                  // in the heap
)

const (
	localSenders = 8
	maxWant      = 1024
	kickLooks    = 4
	maxLook      = 1024
	maxColdLook  = 2
	lookOctets   = 8 << 20
	lookPause    = 4    // times as long as it took
	maxRemovals  = 4096 // entries that one transaction deletes, give or take those of one subscription
)

// lane is what Run knows about a subscription that has entries.
type lane struct {
	key      laneKey
	host     *outboxHost
	next     *outboxHost // where it goes when it is ready: that of an entry which Enqueue told of
	head     uint64      // about the sequence number of the oldest entry
	cursor   uint64      // no entry is below it, as far as known
	want     []uint64    // sequence numbers that Enqueue told of and that were not read yet; if told, not deleted yet
	marked   bool        // Enqueue told of an entry that is committed, since work was begun on the lane
	told     bool        // all entries that there are, as far as known, are in want: no need to search
	looks    uint8       // how often an entry that was told of was not there
	drop     int         // so many of the oldest entries are too many
	dropping int         // so many are being dropped
	failures int
	class    uint8
	state    laneState
	began    uint64 // number of Kicks when it became busy
	listed   bool   // in outboxRun.local, or its work is under way
	working  bool   // the local work is under way
	deferred bool   // its turn to be sent came while working
	looking  bool   // in outboxRun.toLook, or being looked at
	turn     uint64 // so often work was begun on it
	loaded   *load  // what looking found, if it is sent at once
}

// load is what was read of a subscription.
type load struct {
	batch       []entry
	destination string // of the newest entry
	more        bool   // there are more entries than those of batch
	exact       bool   // only entries that Enqueue told of were looked for
	foreign     bool   // in a cluster: another member sends
	mend        bool   // in a cluster: there is no entry where there should be
}

// look is one lane to be looked at, and what was found.
type look struct {
	lane *lane
	host *outboxHost // where the lane was
	turn uint64
	told []uint64
	done bool
	load
}

// looks is the result of looking at several lanes.
type looks struct {
	list  []look
	took  time.Duration
	found int // lanes with an entry
	err   error
}

// drained is the result of drain and of giveUp.
type drained struct {
	lane    *lane
	local   bool
	moved   bool    // the destination is another one: host
	host    string  // of the destination
	more    bool    // there may be more entries
	done    int     // entries that are gone
	short   int     // entries that giveUp was to lose and did not read
	exact   bool    // only entries that Enqueue told of were looked for
	end     bool    // the search came to the end of the entries
	alive   bool    // somebody answered
	read    []entry // what was read, in order; the first done of it are gone
	left    bool    // in a cluster: what was read is removed, and there were more entries then
	foreign bool    // in a cluster: another member sends now
	next    uint64  // no entry that was there is below it; 0: not known
	head    uint64  // about that of the oldest entry that is left
	err     error   // of the attempt that failed
	store   error   // of the store
}

// page is a part of a scan.
type page struct {
	lanes  []foundLane
	counts map[string]int
	next   []byte // where the next one begins; nil: it was the last
	err    error
}

type foundLane struct {
	key  laneKey
	seq  uint64
	host string
}

func (r *outboxRun) loop(ctx context.Context) error {
	r.rescan(ctx, true)
	r.scan.first = !r.shared()
	r.ticker = time.NewTicker(r.o.opts.Rescan)
	defer r.ticker.Stop()
	changes := r.o.opts.Cluster.Changes(ctx)
	wake := time.NewTimer(time.Hour)
	defer wake.Stop()
	for {
		r.startLook(ctx)
		r.start(ctx)
		switch at := r.lookAfter; {
		case len(r.toLook)+len(r.coldLook) > 0 && !r.looking && (len(r.waiting) == 0 || at.Before(r.waiting[0].at)):
			wake.Reset(time.Until(at))
		case len(r.waiting) > 0:
			wake.Reset(time.Until(r.waiting[0].at))
		default:
			wake.Stop()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.o.kick:
			if r.kicked(time.Now()) {
				r.rescan(ctx, false)
			}
		case <-r.ticker.C:
			r.ticker.Reset(r.o.opts.Rescan) // it may have been hastened
			r.rescan(ctx, r.o.anyFull())
		case <-changes:
			r.rescan(ctx, false)
		case <-wake.C:
			r.woken(time.Now())
		case p := <-r.pages:
			r.running--
			if err := r.found(ctx, p, time.Now()); err != nil {
				return err
			}
		case k := <-r.looked:
			r.running--
			r.sawLanes(ctx, k, time.Now())
		case d := <-r.done:
			r.running--
			if errors.Is(d.store, store.ErrClosed) {
				return d.store
			}
			if d.local {
				r.finishLocal(d, time.Now())
			} else {
				r.finish(ctx, d, time.Now())
			}
		}
	}
}

// start hands lanes to goroutines as long as there is room, one of each destination in turn.
func (r *outboxRun) start(ctx context.Context) {
	limit := r.o.opts.Senders
	for class, most := range [classes]int{limit, max(1, limit/2), max(1, limit/4)} {
		c := &r.class[class]
		for len(c.hosts) > 0 && r.senders < limit && c.busy < most {
			h := c.next(class != classGood)
			h.queued = false
			now := time.Now()
			if len(h.queue) == 0 || h.busy >= r.room(h) || h.until.After(now) {
				continue
			}
			l := h.queue[0]
			h.queue[0] = nil
			if h.queue = h.queue[1:]; len(h.queue) == 0 {
				h.queue = nil
			}
			if l.state != laneReady || l.host != h {
				r.offer(h, now) // it was moved meanwhile
				continue
			}
			if l.working {
				l.deferred = true
				r.offer(h, now)
				continue
			}
			l.state, l.class = laneBusy, uint8(class)
			l.turn++
			l.marked = false
			had := l.loaded
			if l.loaded = nil; had == nil {
				l.began = r.kicks
			}
			h.busy++
			c.busy++
			r.senders++
			r.running++
			from := l.from()
			var told []uint64
			if had == nil {
				told = l.wants()
			}
			go func() {
				d := r.o.drain(ctx, r.s, drainOf{r.owner, l.key, from, told, had, h.name})
				d.lane = l
				r.done <- d
			}()
			r.offer(h, now)
		}
	}
	for len(r.local) > 0 && r.localBusy < localSenders {
		l := r.local[0]
		r.local = r.local[1:]
		l.listed = false
		if l.state == laneBusy || l.working || r.lanes[l.key] != l {
			continue // finish sees to it
		}
		l.working = true
		l.turn++
		r.localBusy++
		r.running++
		n, err, from := l.drop, l.host.lastErr, l.from()
		l.drop, l.dropping = 0, n
		go func() {
			d := r.o.giveUp(ctx, r.s, r.owner, l.key, from, n, err)
			d.lane, d.local = l, true
			r.done <- d
		}()
	}
}

// ready puts a lane into the queue of its host.
func (r *outboxRun) ready(l *lane, now time.Time) {
	if l.next != nil {
		r.move(l, l.next.name)
		l.next = nil
	}
	l.state = laneReady
	l.host.queue = append(l.host.queue, l)
	r.offer(l.host, now)
}

// wanted is ready, or what will make it so once the local work of the lane is done.
func (r *outboxRun) wanted(l *lane, now time.Time) {
	if l.working {
		l.deferred = true
		return
	}
	r.ready(l, now)
}

// look is wanted for an idle lane that Enqueue told of. Its entry may not be there yet, so it is looked at together with
// others, which costs little, before a goroutine is spent on it; unless its destination has no room, where it would be
// read in vain while those that live wait for their turn.
func (r *outboxRun) look(l *lane, now time.Time) {
	switch {
	case l.looking:
	case r.crowded(l.host, now):
		r.wanted(l, now)
	case l.working || !l.told || len(l.want) == 0 || len(l.want) > 2*batchEntries:
		r.wanted(l, now)
	case l.host.class() == classGood:
		l.looking = true
		r.toLook = append(r.toLook, l)
	default:
		l.looking = true
		r.coldLook = append(r.coldLook, l)
	}
}

// startLook looks at the lanes that wait for it: few of destinations that do not answer, or were never reached, as what
// they have is seldom in memory and the others wait meanwhile: with 64 at once, and a million entries that wait, each
// notification to a destination that answers took 12 ms longer.
func (r *outboxRun) startLook(ctx context.Context) {
	if r.looking || len(r.toLook)+len(r.coldLook) == 0 {
		return
	}
	now := time.Now()
	if now.Before(r.lookAfter) {
		return
	}
	var list []look
	list, r.toLook = r.pick(list, r.toLook, maxLook, now)
	list, r.coldLook = r.pick(list, r.coldLook, maxColdLook, now)
	if len(list) == 0 {
		return
	}
	r.looking = true
	r.running++
	go func() { r.looked <- r.o.look(ctx, r.s, list) }()
}

// pick moves up to most lanes from the beginning of a queue to list. Those of a destination without room go where they
// wait for it.
func (r *outboxRun) pick(list []look, queue []*lane, most int, now time.Time) ([]look, []*lane) {
	for most += len(list); len(queue) > 0 && len(list) < most; queue = queue[1:] {
		l := queue[0]
		queue[0] = nil
		if l.state != laneIdle || r.lanes[l.key] != l {
			l.looking = false
			continue
		}
		var told []uint64
		if !r.crowded(l.host, now) {
			told = l.wants()
		}
		if len(told) == 0 {
			l.looking = false
			r.wanted(l, now)
			continue
		}
		l.began = r.kicks
		l.host.looks++
		list = append(list, look{lane: l, host: l.host, turn: l.turn, told: told})
	}
	if len(queue) == 0 {
		queue = nil
	}
	return list, queue
}

// sawLanes hands on the lanes in which something was found.
func (r *outboxRun) sawLanes(ctx context.Context, k looks, now time.Time) {
	r.looking = false
	if r.lookAfter = now; k.found < len(k.list)/2 {
		r.lookAfter = now.Add(lookPause * k.took) // a sync of the store is under way, after which they are all there
	}
	for i := range k.list {
		w := &k.list[i]
		l := w.lane
		l.looking = false
		w.host.looks--
		switch {
		case l.state != laneIdle || r.lanes[l.key] != l:
		case l.working || k.err != nil || l.turn != w.turn: // what was read may be gone
			r.wanted(l, now)
		case !w.done:
			r.look(l, now)
		case len(w.batch) == 0:
			r.idle(l, now)
		default:
			l.loaded = &w.load
			r.ready(l, now)
		}
	}
	r.start(ctx)
	for i := range k.list {
		k.list[i].lane.loaded = nil // not to be kept until there is room
	}
}

// add makes a lane.
func (r *outboxRun) add(key laneKey, host string, seq uint64) *lane {
	l := &lane{key: key, host: r.host(host), head: seq}
	if r.known {
		l.cursor, l.told = seq, true
	}
	r.lanes[key] = l
	l.host.lanes[l] = struct{}{}
	return l
}

func (r *outboxRun) remove(l *lane) {
	delete(r.lanes, l.key)
	delete(r.unseen, l)
	delete(l.host.lanes, l)
}

// move gives a lane another host. In the queue of the one that it had it is passed over.
func (r *outboxRun) move(l *lane, host string) {
	delete(l.host.lanes, l)
	l.host = r.host(host)
	l.host.lanes[l] = struct{}{}
	l.failures = 0
}

// follow moves a lane to the host of an entry that Enqueue told of, once it may. Whether that entry was committed, drain
// will see.
func (r *outboxRun) follow(l *lane, host string) {
	if l.next = nil; host == l.host.name {
		return
	}
	switch l.state {
	case laneIdle:
		r.move(l, host)
	case laneReady:
		r.move(l, host)
		r.ready(l, time.Now())
	default:
		l.next = r.host(host)
	}
}

// finish takes note of what drain did.
func (r *outboxRun) finish(ctx context.Context, d drained, now time.Time) {
	l := d.lane
	h := l.host
	h.busy--
	r.senders--
	r.class[l.class].busy--
	l.state = laneIdle
	r.absorb() // whatever was read, was told of before
	l.read(d, now)
	r.sharedRead(l, d)
	if d.head > 0 {
		l.head = d.head
	}
	if d.foreign && !l.marked {
		r.remove(l)
		r.offer(h, now)
		return
	}
	opened := false
	switch {
	case ctx.Err() != nil:
		return
	case d.err != nil:
		opened = r.failed(ctx, h, d, now)
	case d.alive:
		r.recovered(ctx, h)
	}
	switch {
	case d.moved:
		r.move(l, d.host)
		r.ready(l, now)
	case d.err != nil || d.store != nil:
		if d.done > 0 {
			l.failures = 0
		}
		l.failures++
		until := now.Add(r.o.backOff(l.failures))
		asked := retryAt(d.err, now)
		if opened && asked.IsZero() {
			r.ready(l, now) // the circuit says when
			break
		}
		l.state = laneWaiting
		heap.Push(&r.waiting, wake{at: latest(until, asked), lane: l})
	case d.more:
		l.failures, l.looks = 0, 0
		r.ready(l, now)
	default:
		r.idle(l, now)
	}
	if l.drop > 0 {
		r.toLocal(l)
	}
	r.offer(h, now)
}

// idle forgets a lane without entries, unless one is still to be committed.
func (r *outboxRun) idle(l *lane, now time.Time) {
	l.state, l.failures = laneIdle, 0
	if l.marked {
		r.ready(l, now)
		return
	}
	if len(l.want) == 0 {
		r.remove(l)
		return
	}
	if l.began != r.kicks && l.looks < kickLooks { // it may have been committed since
		l.looks++
		r.look(l, now)
		return
	}
	r.unseen[l] = true
	heap.Push(&r.waiting, wake{at: now.Add(time.Millisecond << min(l.looks, 15)), lane: l, look: true})
	l.looks++
}

// from is where the entries of l begin. That it is known saves reading past the graves of all that were delivered.
func (l *lane) from() uint64 {
	from := l.cursor
	for _, seq := range l.want {
		from = min(from, seq) // its transaction may be committed later than one with a higher number
	}
	return from
}

// wants is what drain may look for without a search: the entries that Enqueue told of. It is nil when there may be others,
// and when a search is as cheap.
func (l *lane) wants() []uint64 {
	if !l.told || len(l.want) > 2*batchEntries {
		return nil
	}
	told := slices.Clone(l.want)
	slices.Sort(told) // nearly so already
	return told
}

// read moves on and forgets what was told of and is read now, or was told of so long ago that its transaction must have been given up.
func (l *lane) read(d drained, now time.Time) {
	if d.store == nil && d.next > 0 {
		l.cursor = d.next
	}
	read := d.read
	if d.exact {
		read = read[:d.done] // the others are to be found again
	} else {
		l.told = d.store == nil && d.end && d.done == len(read) && !d.local
	}
	old := uint64(now.Add(-markAge).UnixNano())
	l.want = slices.DeleteFunc(l.want, func(seq uint64) bool {
		if _, there := slices.BinarySearchFunc(read, seq, entry.compare); there {
			return true
		}
		if seq < old {
			l.told = false // it may be there nevertheless, with something that failed before it
			return true
		}
		return false
	})
	if len(l.want) == 0 {
		l.want = nil
	}
}

// finishLocal takes note of what giveUp did.
func (r *outboxRun) finishLocal(d drained, now time.Time) {
	l := d.lane
	l.working = false
	r.localBusy--
	l.head = max(l.head, d.head)
	r.absorb()
	l.read(d, now)
	r.sharedRead(l, d)
	if d.store != nil {
		r.o.log.Error("outbox cannot give up notifications", "err", d.store)
	}
	if l.deferred {
		l.deferred = false
		r.ready(l, now)
	}
	l.drop += d.short
	l.dropping = 0
	if d.store == nil && (d.more || l.drop > 0) {
		r.toLocal(l)
	}
}

func (r *outboxRun) toLocal(l *lane) {
	if !l.listed && !l.working {
		l.listed = true
		r.local = append(r.local, l)
	}
}

// woken takes what is due from the heap.
func (r *outboxRun) woken(now time.Time) {
	for len(r.waiting) > 0 && !r.waiting[0].at.After(now) {
		w := heap.Pop(&r.waiting).(wake)
		if w.host != nil {
			r.offer(w.host, now)
			continue
		}
		if w.look {
			if r.unseen[w.lane] && w.lane.state == laneIdle {
				delete(r.unseen, w.lane)
				r.look(w.lane, now)
			}
			continue
		}
		if w.lane.state == laneWaiting {
			r.wanted(w.lane, now)
		}
	}
}

// absorb takes note of what Enqueue told of.
func (r *outboxRun) absorb() {
	r.o.mu.Lock()
	marks, overflow := r.o.marks, r.o.overflow
	r.o.marks, r.o.overflow = nil, false
	r.o.mu.Unlock()
	if overflow {
		r.overflow, r.known = true, false // until the rescan is done
		for _, l := range r.lanes {
			l.cursor, l.told = 0, false
		}
	}
	for _, m := range marks {
		if m.owner != r.owner {
			continue // of a lease that was lost
		}
		l := r.lanes[m.lane]
		if l == nil {
			l = r.add(m.lane, m.host, m.seq)
		}
		r.follow(l, m.host)
		if l.looks = 0; m.committed {
			l.marked = true
			r.tellIdle(l)
			continue
		}
		if len(l.want) >= maxWant { // of a lane that waits; the rescan is there for the rest
			l.want = append(l.want[:0], l.want[maxWant/2:]...)
			l.cursor, l.told = 0, false
		}
		l.want = append(l.want, m.seq)
		r.tellIdle(l)
	}
}

func (r *outboxRun) tellIdle(l *lane) {
	if l.state == laneIdle {
		r.told = append(r.told, l)
	}
}

// kicked looks at the lanes that Enqueue told of and reports whether there were too many of them. An entry may be told
// of before its transaction is committed; a lane in which it was not found yet is looked at again with the next Kicks,
// then less and less often for a minute.
func (r *outboxRun) kicked(now time.Time) (overflow bool) {
	r.kicks++
	r.absorb()
	for l := range r.unseen {
		if l.looks < kickLooks {
			delete(r.unseen, l)
			r.look(l, now)
		}
	}
	for i, l := range r.told {
		r.told[i] = nil
		switch {
		case len(l.want) == 0 && !l.marked || r.lanes[l.key] != l:
		case l.state == laneIdle:
			delete(r.unseen, l)
			r.look(l, now)
		}
	}
	r.told = r.told[:0]
	overflow, r.overflow = r.overflow, false
	r.o.mu.Lock()
	var full []string
	for name := range r.o.full {
		if r.o.opts.Full == DropOldest {
			full = append(full, name)
		}
	}
	r.o.mu.Unlock()
	for _, name := range full {
		r.trim(name)
	}
	return overflow
}

// wake is a lane or a host that waits for a time.
type wake struct {
	at   time.Time
	lane *lane
	look bool // for an entry that was not there yet
	host *outboxHost
}

// wakeHeap orders by time.
type wakeHeap []wake

func (h wakeHeap) Len() int           { return len(h) }
func (h wakeHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h wakeHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *wakeHeap) Push(x any)        { *h = append(*h, x.(wake)) }
func (h *wakeHeap) Pop() any {
	last := len(*h) - 1
	w := (*h)[last]
	(*h)[last] = wake{}
	*h = (*h)[:last]
	return w
}
