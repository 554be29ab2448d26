package t8

import (
	"container/heap"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
)

// A Sender delivers one notification; [Notifier] is one.
type Sender interface {
	Notify(ctx context.Context, destination string, body any) error
}

// OutboxOptions holds what is optional for an Outbox.
type OutboxOptions struct {
	// Senders is how many destinations are served at once; the default is 64. Destinations that failed before get at
	// most half of them, so that many dead ones do not delay those that live.
	Senders int
	// MaxAge is how old a notification may become before a failure makes it lost; the default is 24 h.
	MaxAge time.Duration
	// MinBackOff and MaxBackOff bound the time between attempts, which doubles with each failure and varies by 20 %;
	// the defaults are 1 s and 5 min. Retry-After of the SCS/AS is respected up to one hour.
	MinBackOff, MaxBackOff time.Duration
	// Rescan is how often the whole store is searched for entries that no Kick told of; the default is 1 min.
	Rescan time.Duration
	// Lost is called for a notification that is given up, before it is deleted; after a crash perhaps again. It may
	// be called from several goroutines and must not block.
	Lost func(Lost)
	// Logger receives a warning for each lost notification and for failures of the store; the default discards them.
	Logger *slog.Logger
}

// Lost is a notification that was given up: refused by the SCS/AS, not allowed by policy, or too old.
type Lost struct {
	Destination string
	Body        []byte
	Enqueued    time.Time
	Err         error // of the last attempt
}

const (
	defaultSenders    = 64
	defaultMaxAge     = 24 * time.Hour
	defaultMinBackOff = time.Second
	defaultMaxBackOff = 5 * time.Minute
	defaultRescan     = time.Minute
	maxRetryAfter     = time.Hour

	batchEntries = 32
	batchOctets  = 256 << 10
	batchTime    = 5 * time.Second
	maxMarks     = 1 << 16
	markAge      = time.Minute
)

// An Outbox delivers notifications at least once. Enqueue writes one in the transaction that causes it, so that both
// happen or neither; Run delivers what was committed, in the order of Enqueue for each destination and independently
// for different ones, and again after a restart. A destination is the whole URI.
//
// One Run works on a prefix at a time. Methods are safe for concurrent use.
type Outbox struct {
	prefix []byte
	send   Sender
	opts   OutboxOptions
	log    *slog.Logger
	inst   [4]byte // tells apart keys of several processes
	last   atomic.Int64
	kick   chan struct{}
	runs   atomic.Bool

	mu       sync.Mutex
	marks    map[laneKey]mark // guarded by mu; entries that may have been committed
	overflow bool             // guarded by mu; there were too many marks
}

// laneKey names a destination in keys: the begin of its SHA-256.
type laneKey [16]byte

type mark struct {
	seq uint64 // of the newest entry
	at  time.Time
}

// NewOutbox returns an Outbox that keeps its entries below prefix, which nothing else uses, and delivers them by s. opts
// may be nil.
func NewOutbox(prefix []byte, s Sender, opts *OutboxOptions) *Outbox {
	o := &Outbox{prefix: append([]byte(nil), prefix...), send: s, kick: make(chan struct{}, 1), marks: map[laneKey]mark{}}
	if opts != nil {
		o.opts = *opts
	}
	fill := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	fill(&o.opts.MaxAge, defaultMaxAge)
	fill(&o.opts.MinBackOff, defaultMinBackOff)
	fill(&o.opts.MaxBackOff, defaultMaxBackOff)
	fill(&o.opts.Rescan, defaultRescan)
	if o.opts.Senders <= 0 {
		o.opts.Senders = defaultSenders
	}
	if o.log = o.opts.Logger; o.log == nil {
		o.log = slog.New(slog.DiscardHandler)
	}
	_, _ = rand.Read(o.inst[:]) // never fails
	return o
}

// Enqueue writes a notification for destination within tx. Call Kick after tx was committed. The body is the JSON of a
// notification; it is copied.
func (o *Outbox) Enqueue(tx store.Tx, destination string, body []byte) error {
	if err := checkHTTPURI(destination); err != nil {
		return fault.Wrap("t8.Enqueue", fault.InvalidParameter, fmt.Errorf("destination %w", err))
	}
	now := time.Now()
	seq := o.next(now)
	lane := laneOf(destination)
	if err := tx.Put(o.key(lane, seq), encodeEntry(now, destination, body)); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.marks) >= maxMarks {
		o.overflow = true
		return nil
	}
	o.marks[lane] = mark{seq, now}
	return nil
}

// next returns a number that is larger than all before and close to the time.
func (o *Outbox) next(now time.Time) uint64 {
	for {
		last := o.last.Load()
		n := max(now.UnixNano(), last+1)
		if o.last.CompareAndSwap(last, n) {
			return uint64(n)
		}
	}
}

// Kick tells Run that a transaction with entries was committed. It does not block.
func (o *Outbox) Kick() {
	select {
	case o.kick <- struct{}{}:
	default:
	}
}

func laneOf(destination string) laneKey {
	d := sha256.Sum256([]byte(destination))
	return laneKey(d[:16])
}

// key is prefix, lane, sequence number, process.
func (o *Outbox) key(lane laneKey, seq uint64) []byte {
	k := make([]byte, 0, len(o.prefix)+28)
	k = append(append(k, o.prefix...), lane[:]...)
	return append(binary.BigEndian.AppendUint64(k, seq), o.inst[:]...)
}

// cut is the reverse of key.
func (o *Outbox) cut(key []byte) (lane laneKey, seq uint64, ok bool) {
	if len(key) != len(o.prefix)+28 {
		return lane, 0, false
	}
	k := key[len(o.prefix):]
	return laneKey(k[:16]), binary.BigEndian.Uint64(k[16:]), true
}

// entry is one notification in the store.
type entry struct {
	key         []byte
	enqueued    time.Time
	destination string
	body        []byte
}

const entryVersion = 1

func encodeEntry(at time.Time, destination string, body []byte) []byte {
	b := make([]byte, 0, 16+len(destination)+len(body))
	b = binary.BigEndian.AppendUint64(append(b, entryVersion), uint64(at.UnixNano()))
	b = binary.AppendUvarint(b, uint64(len(destination)))
	return append(append(b, destination...), body...)
}

var errEntry = errors.New("t8: outbox: broken entry")

func decodeEntry(b []byte) (e entry, err error) {
	if len(b) < 9 || b[0] != entryVersion {
		return e, errEntry
	}
	e.enqueued = time.Unix(0, int64(binary.BigEndian.Uint64(b[1:])))
	n, k := binary.Uvarint(b[9:])
	b = b[9+max(k, 0):]
	if k <= 0 || n > uint64(len(b)) {
		return e, errEntry
	}
	e.destination = string(b[:n])
	e.body = append([]byte(nil), b[n:]...)
	return e, nil
}

// Run delivers entries of s until ctx ends, then waits for the attempts under way, which ctx ends too, and returns nil.
// It returns an error when the store fails at the start or is closed, and when another Run is at work.
func (o *Outbox) Run(ctx context.Context, s store.Store) error {
	if !o.runs.CompareAndSwap(false, true) {
		return errors.New("t8: outbox: Run is at work already")
	}
	defer o.runs.Store(false)
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &outboxRun{o: o, s: s, lanes: map[laneKey]*lane{}, done: make(chan laneResult)}
	err := r.loop(work)
	cancel()
	for r.busy > 0 {
		<-r.done
		r.busy--
	}
	if ctx.Err() != nil {
		return nil // what failed on the way out does not matter
	}
	return err
}

// outboxRun is the state of Run; its goroutine owns it.
type outboxRun struct {
	o         *Outbox
	s         store.Store
	lanes     map[laneKey]*lane // those with entries, or that must be looked at
	ready     []*lane           // to be served
	retry     []*lane           // to be served again after a failure
	waiting   laneHeap          // back-off
	busy      int
	retryBusy int
	done      chan laneResult
}

// lane is what Run knows about a destination that has entries.
type lane struct {
	key      laneKey
	busy     bool
	retrying bool // counts in retryBusy
	again    bool // something was enqueued while busy
	failures int
	next     time.Time
}

type laneResult struct {
	lane  *lane
	empty bool
	sent  int
	seen  uint64 // highest sequence number read
	err   error  // of the attempt that failed
	fatal error  // the store is closed
}

func (r *outboxRun) loop(ctx context.Context) error {
	if err := r.rescan(ctx); err != nil {
		return err
	}
	rescan := time.NewTicker(r.o.opts.Rescan)
	defer rescan.Stop()
	wake := time.NewTimer(time.Hour)
	defer wake.Stop()
	for {
		r.start(ctx)
		if len(r.waiting) > 0 {
			wake.Reset(time.Until(r.waiting[0].next))
		} else {
			wake.Stop()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.o.kick:
			if r.marked(time.Now()) {
				if err := r.rescanLater(ctx); err != nil {
					return err
				}
			}
		case <-rescan.C:
			if err := r.rescanLater(ctx); err != nil {
				return err
			}
		case <-wake.C:
			for now := time.Now(); len(r.waiting) > 0 && !r.waiting[0].next.After(now); {
				r.retry = append(r.retry, heap.Pop(&r.waiting).(*lane))
			}
		case res := <-r.done:
			r.busy--
			if res.fatal != nil {
				return res.fatal
			}
			r.finish(res, time.Now())
		}
	}
}

// start hands lanes to goroutines as long as there is room.
func (r *outboxRun) start(ctx context.Context) {
	limit := r.o.opts.Senders
	for r.busy < limit && len(r.ready) > 0 {
		var l *lane
		l, r.ready = r.ready[0], r.ready[1:]
		r.serve(ctx, l)
	}
	for r.busy < limit && len(r.retry) > 0 && r.retryBusy < max(1, limit/2) {
		var l *lane
		l, r.retry = r.retry[0], r.retry[1:]
		l.retrying = true
		r.retryBusy++
		r.serve(ctx, l)
	}
}

func (r *outboxRun) serve(ctx context.Context, l *lane) {
	l.busy = true
	r.busy++
	go func() {
		res := r.o.drain(ctx, r.s, l.key)
		res.lane = l
		r.done <- res
	}()
}

func (r *outboxRun) finish(res laneResult, now time.Time) {
	l := res.lane
	l.busy = false
	if l.retrying {
		l.retrying = false
		r.retryBusy--
	}
	r.seen(l.key, res.seen)
	again := l.again
	l.again = false
	switch {
	case res.err != nil:
		if res.sent > 0 {
			l.failures = 0
		}
		l.failures++
		l.next = now.Add(r.o.backOff(l.failures))
		if e, ok := errors.AsType[*fault.Error](res.err); ok && e.RetryAt.After(l.next) {
			l.next = e.RetryAt
			if far := now.Add(maxRetryAfter); l.next.After(far) {
				l.next = far
			}
		}
		heap.Push(&r.waiting, l)
	case !res.empty || again:
		l.failures = 0
		r.ready = append(r.ready, l)
	default:
		delete(r.lanes, l.key)
	}
}

// seen forgets a mark whose entry was read.
func (r *outboxRun) seen(key laneKey, seq uint64) {
	r.o.mu.Lock()
	defer r.o.mu.Unlock()
	if m, ok := r.o.marks[key]; ok && m.seq <= seq {
		delete(r.o.marks, key)
	}
}

// marked queues the lanes that Enqueue marked and reports whether there were too many of them. A mark stays until its
// entry was read, because it is set before the transaction is committed; it is dropped when that never happened.
func (r *outboxRun) marked(now time.Time) (overflow bool) {
	r.o.mu.Lock()
	defer r.o.mu.Unlock()
	for key, m := range r.o.marks {
		r.look(key)
		if now.Sub(m.at) > markAge {
			delete(r.o.marks, key)
		}
	}
	overflow, r.o.overflow = r.o.overflow, false
	return overflow
}

// look queues a lane unless it is queued, waiting or busy.
func (r *outboxRun) look(key laneKey) {
	l := r.lanes[key]
	switch {
	case l == nil:
		l = &lane{key: key}
		r.lanes[key] = l
		r.ready = append(r.ready, l)
	case l.busy:
		l.again = true
	}
}

// rescanLater is rescan while Run is at work: only a closed store ends it, any other failure may pass.
func (r *outboxRun) rescanLater(ctx context.Context) error {
	err := r.rescan(ctx)
	if errors.Is(err, store.ErrClosed) {
		return err
	}
	if err != nil && ctx.Err() == nil {
		r.o.log.LogAttrs(ctx, slog.LevelError, "outbox cannot read", slog.Any("err", err))
	}
	return nil
}

// rescan finds every destination with entries by jumping from one to the next.
func (r *outboxRun) rescan(ctx context.Context) error {
	return r.s.View(ctx, func(rd store.Reader) error {
		from, to := r.o.prefix, store.PrefixEnd(r.o.prefix)
		for more := true; more; {
			var next []byte
			for p, err := range rd.Scan(from, to, false) {
				if err != nil {
					return err
				}
				key, _, ok := r.o.cut(p.Key)
				if !ok {
					return fmt.Errorf("t8: outbox: foreign key below the prefix")
				}
				r.look(key)
				next = store.PrefixEnd(append(append([]byte(nil), r.o.prefix...), key[:]...))
				break
			}
			from, more = next, next != nil
		}
		return nil
	})
}

// backOff returns the time before the next attempt after n failures in a row.
func (o *Outbox) backOff(n int) time.Duration {
	d := o.opts.MaxBackOff
	if n < 32 {
		d = min(d, o.opts.MinBackOff<<(n-1))
	}
	if d <= 0 {
		d = o.opts.MaxBackOff
	}
	return time.Duration(float64(d) * (0.8 + 0.4*mathrand.Float64()))
}

// drain sends entries of one destination in order until there are none, one fails, or it took long enough.
func (o *Outbox) drain(ctx context.Context, s store.Store, key laneKey) (res laneResult) {
	batch, err := o.load(ctx, s, key, &res)
	switch {
	case errors.Is(err, store.ErrClosed):
		res.fatal = err
		return res
	case err != nil:
		res.err = err
		return res
	case len(batch) == 0:
		res.empty = true
		return res
	}
	begin := time.Now()
	var sent [][]byte
	for _, e := range batch {
		err := o.attempt(ctx, e)
		if err != nil {
			res.err = err
			break
		}
		sent = append(sent, e.key)
		if time.Since(begin) > batchTime {
			break
		}
	}
	res.sent = len(sent)
	if res.sent == 0 {
		return res
	}
	// What was acknowledged is forgotten even when Run ends.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchTime)
	defer cancel()
	err = s.Update(ctx, func(tx store.Tx) error {
		for _, k := range sent {
			if err := tx.Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.log.LogAttrs(ctx, slog.LevelError, "outbox cannot delete; notifications will be sent again", slog.Any("err", err))
		res.sent = 0
		if res.err == nil {
			res.err = err
		}
	}
	return res
}

// attempt sends one entry; nil means that it is done with, delivered or lost.
func (o *Outbox) attempt(ctx context.Context, e entry) error {
	err := errEntry
	if e.destination != "" {
		err = o.send.Notify(ctx, e.destination, e.body)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err() // says nothing about the destination
	case !permanent(err) && time.Since(e.enqueued) < o.opts.MaxAge:
		return err
	}
	o.log.LogAttrs(ctx, slog.LevelWarn, "notification lost", slog.Time("enqueued", e.enqueued), slog.Any("err", err))
	if o.opts.Lost != nil {
		o.opts.Lost(Lost{Destination: e.destination, Body: e.body, Enqueued: e.enqueued, Err: err})
	}
	return nil
}

// permanent reports whether another attempt is pointless: the SCS/AS answered 4xx other than 408 and 429, or the
// destination is none or not allowed.
func permanent(err error) bool {
	if errors.Is(err, errEntry) {
		return true
	}
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return false
	}
	if !e.Remote {
		return e.Code == fault.NotAuthorized || e.Code == fault.InvalidParameter
	}
	if s, ok := errors.AsType[statusError](e.Err); ok {
		return s/100 == 4 && s != 408 && s != 429
	}
	return e.Status()/100 == 4 && e.Code != fault.RateLimited
}

// load reads the oldest entries of a destination.
func (o *Outbox) load(ctx context.Context, s store.Store, key laneKey, res *laneResult) (batch []entry, err error) {
	from := append(append([]byte(nil), o.prefix...), key[:]...)
	err = s.View(ctx, func(rd store.Reader) error {
		batch = nil
		size := 0
		for p, err := range rd.Scan(from, store.PrefixEnd(from), false) {
			if err != nil {
				return err
			}
			_, seq, ok := o.cut(p.Key)
			if !ok {
				return fmt.Errorf("t8: outbox: foreign key below the prefix")
			}
			e, err := decodeEntry(p.Value)
			if err != nil { // attempt gives it up
				e = entry{body: append([]byte(nil), p.Value...)}
			}
			e.key = append([]byte(nil), p.Key...)
			res.seen = seq
			batch = append(batch, e)
			if size += len(e.body); len(batch) == batchEntries || size > batchOctets {
				break
			}
		}
		return nil
	})
	return batch, err
}

// laneHeap orders lanes by the time of their next attempt.
type laneHeap []*lane

func (h laneHeap) Len() int           { return len(h) }
func (h laneHeap) Less(i, j int) bool { return h[i].next.Before(h[j].next) }
func (h laneHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laneHeap) Push(x any)        { *h = append(*h, x.(*lane)) }
func (h *laneHeap) Pop() any {
	last := len(*h) - 1
	l := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return l
}
