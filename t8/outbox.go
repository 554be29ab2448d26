package t8

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
)

// A Sender delivers one notification; [Notifier] is one. A nil error says that the SCS/AS acknowledged it.
// body is a notification of this package, its JSON as []byte, or a *[LongBody].
type Sender interface {
	Notify(ctx context.Context, destination string, body any) error
}

// A SubscriptionSender is a Sender that can do more when it knows for which resource the notification is;
// [WebSockets] is one. [Send] finds it out.
type SubscriptionSender interface {
	Sender
	// NotifySubscription is Notify for the resource with the URI subscription.
	NotifySubscription(ctx context.Context, subscription, destination string, body any) error
}

// Send delivers one notification of the resource with the URI subscription by s, directly and once: nothing is kept.
func Send(ctx context.Context, s Sender, subscription, destination string, body any) error {
	if by, ok := s.(SubscriptionSender); ok && subscription != "" {
		return by.NotifySubscription(ctx, subscription, destination, body)
	}
	return s.Notify(ctx, destination, body)
}

// An Enqueuer keeps notifications until they are delivered; [Outbox] is one.
type Enqueuer interface {
	// Enqueue writes a notification of the resource with the URI subscription within tx.
	Enqueue(tx store.Tx, subscription, destination string, body []byte) error
	// Kick says that a transaction which enqueued was committed.
	Kick()
}

// SendTest sends a [TestNotification] for the resource with the URI subscription by way of o (TS 29.122 §5.2.5.3), in
// order with what else the resource causes. It returns when the notification is kept in s; whether it arrives is known
// later. A procedure calls it after the resource was created or changed with requestTestNotification and the feature
// Notification_test_event, and after the answer went out ([AfterResponse]).
func SendTest(ctx context.Context, s store.Store, o Enqueuer, subscription, destination string) error {
	body, err := marshal(TestNotification{Subscription: subscription})
	if err != nil {
		return err
	}
	if err := s.Update(ctx, func(tx store.Tx) error { return o.Enqueue(tx, subscription, destination, body) }); err != nil {
		return err
	}
	o.Kick()
	return nil
}

// OutboxOptions holds what is optional for an Outbox.
type OutboxOptions struct {
	// Senders is how many subscriptions are served at once; the default is 1024. Destinations that were never reached
	// get at most half of them and those that failed at last a quarter, so that many dead ones do not delay those that
	// live.
	Senders int
	// PerDestination is how many subscriptions of one destination are served at once while it answers; the default is
	// 32. One that was never reached or failed at last gets one.
	PerDestination int
	// MaxPerDestination is how many notifications are kept for one destination; the default is 100,000. Full says what
	// happens to more. The count is kept in memory: it includes for up to Rescan what was enqueued by a transaction
	// that was given up, and knows of other processes only what is there when Run starts. In a Cluster each process
	// counts what it is to send itself.
	MaxPerDestination int
	// Full says what happens when a destination has MaxPerDestination; the default is [DropOldest].
	Full FullPolicy
	// MaxAge is how old a notification may become before a failure makes it lost; the default is 24 h. In a Cluster that
	// is by the clocks of the one that enqueued it and the one that sends it.
	MaxAge time.Duration
	// MinBackOff and MaxBackOff bound the time between attempts, which doubles with each failure and varies by 20 %;
	// the defaults are 1 s and 5 min. Retry-After of the SCS/AS is respected up to one hour.
	MinBackOff, MaxBackOff time.Duration
	// OpenAfter is how many failures in a row, of whatever subscriptions, open the circuit of a destination; the
	// default is 5.
	OpenAfter int
	// Rescan is how often the whole store is searched for entries that no Kick told of; the default is 1 min. In a
	// Cluster that search looks at one record for each subscription that has entries.
	Rescan time.Duration
	// Lost is called for a notification that is given up, before it is deleted; after a crash perhaps again. It may
	// be called from several goroutines and must not block.
	Lost func(Lost)
	// DeadLetters, if not empty, is a prefix of keys, which nothing else uses, below which lost notifications are kept;
	// see [Outbox.DeadLetters]. MaxDeadLetters is how many, the oldest are forgotten first; the default is 10,000.
	// In a Cluster there may be more by what the other members lost in the last Rescan, until somebody loses one again.
	DeadLetters    []byte
	MaxDeadLetters int
	// Cluster is that of the processes which share the Store of the Outbox, each with an Outbox of the same prefix, as
	// [Outbox] tells. Nil says that this one has it for itself. What was enqueued with a Cluster is not delivered
	// without, nor the other way round: there must be nothing below the prefix when that changes.
	Cluster *store.Cluster
	// Logger receives a warning for each lost notification, word of circuits that open and close, and failures of the
	// store; the default discards them.
	Logger *slog.Logger
}

// FullPolicy says what happens to a notification for a destination that has as many as may be kept.
type FullPolicy uint8

// The policies.
const (
	// DropOldest takes the new notification and loses, for each, the oldest of the subscriptions that have waited
	// longest. The procedure that causes the notification goes on.
	DropOldest FullPolicy = iota
	// RefuseNew lets Enqueue fail with an error that wraps [ErrOutboxFull], and with it the transaction of the procedure.
	RefuseNew
)

// ErrOutboxFull is wrapped by the error of Enqueue when the destination has MaxPerDestination notifications.
var ErrOutboxFull = errors.New("t8: outbox: too many notifications wait for this destination")

// LostReason says why a notification was given up.
type LostReason string

// The reasons.
const (
	LostRefused   LostReason = "refused"   // the SCS/AS answered 4xx other than 408 and 429
	LostForbidden LostReason = "forbidden" // policy does not allow the destination, or it is no URI
	LostExpired   LostReason = "expired"   // it became older than MaxAge
	LostFull      LostReason = "full"      // too many waited for the destination
	LostBroken    LostReason = "broken"    // the record in the store makes no sense; Body is that record
)

// Lost is a notification that was given up.
type Lost struct {
	Reason       LostReason
	Subscription string // URI of the resource; may be empty
	Destination  string
	Body         []byte // nil when it was enqueued by EnqueueLong
	Enqueued     time.Time
	Err          error // of the last attempt, as far as known; in dead letters only its text

	key  []byte // of the dead letter
	long bool   // the body is not here
}

const (
	defaultSenders        = 1024
	defaultPerDestination = 32
	defaultMaxPending     = 100_000
	defaultMaxAge         = 24 * time.Hour
	defaultMinBackOff     = time.Second
	defaultMaxBackOff     = 5 * time.Minute
	defaultOpenAfter      = 5
	defaultRescan         = time.Minute
	defaultDeadLetters    = 10_000
	maxRetryAfter         = time.Hour

	batchEntries = 32
	batchOctets  = 256 << 10
	batchTime    = 5 * time.Second
	maxMarks     = 1 << 16
	markAge      = time.Minute
)

// An Outbox delivers notifications at least once. Enqueue writes one in the transaction that causes it, so that both
// happen or neither; Run delivers what was committed, and again after a restart. The order is that of Enqueue for each
// subscription (the URI of the resource); different subscriptions go independently. All that a subscription has goes to
// the destination of its newest notification, so that what waits follows when the SCS/AS changes the address.
//
// A destination, of which there are limits and a circuit, is the scheme, host and port of the URI: the server that may
// be down. A notification, a subscription and a destination go through these states (the machines are in
// outbox_run.go and outbox_host.go):
//
//	notification  kept -> delivered (acknowledged by a 2xx), deleted
//	                   -> lost (Lost is called, a dead letter is kept if wanted), deleted
//
//	subscription  none -> ready        something was enqueued, or a rescan found it
//	              ready -> busy        the destination has room: up to 32 notifications are sent one after the other
//	              busy -> ready        there is more
//	              busy -> none         there is none
//	              busy -> waiting      an attempt failed: back-off, or Retry-After
//	              busy -> ready        an attempt failed and opened the circuit, which then says when
//	              waiting -> ready     the time came
//	              busy -> none         in a cluster: another member sends it now
//
//	destination   fresh -> closed      first success          (fresh: one subscription at a time)
//	              closed               PerDestination subscriptions at a time
//	              any -> failing       an attempt failed      (failing: one subscription at a time)
//	              failing -> closed    success, also one whose answer is 4xx: somebody is there
//	              failing -> open      OpenAfter failures in a row; back-off by their number
//	              open -> half-open    the time came: one subscription, the next in turn, makes one attempt
//	              half-open -> closed  success
//	              half-open -> open    failure; the back-off doubles up to MaxBackOff
//
// Run is quick when it need not search: what this process enqueued is read by its keys, or not at all when the transaction
// was a [store.HookTx] lately; then up to 8 MiB are kept in memory. What was acknowledged is deleted together with what
// other subscriptions had acknowledged meanwhile.
//
// # In a cluster
//
// With OutboxOptions.Cluster each subscription that has entries is owned by one member, which alone sends them: that whose
// Enqueue found it without. What others enqueue meanwhile, the owner finds when it is done with what it had; the order is
// that of the transactions, whatever the clocks say. When an owner is gone, the others take over what it had, within 1.5
// leases of its death. Nothing is sent twice but what the former owner had sent and not yet deleted: once its lease is
// over it sends and deletes nothing more.
//
// That costs one Get and one Put more for each Enqueue; a Get and a search for each batch to be sent, as nothing is kept
// in memory; and for each subscription in a deletion one Get, and a Put or Delete. Members that enqueue to the same
// subscription at the same time conflict, and with its owner. A subscription that was enqueued to by a process that is no
// member waits for a rescan, or until a member comes or goes. Pending, and with it OutboxOptions.MaxPerDestination, counts
// what this process owns.
//
// One Run works on a prefix at a time, in a cluster one in each member: what a member enqueues it has to send. Methods are safe for concurrent use.
type Outbox struct {
	prefix []byte
	send   Sender
	opts   OutboxOptions
	log    *slog.Logger
	inst   [4]byte // tells apart keys of several processes
	last   atomic.Int64
	kick   chan struct{}
	runs   atomic.Bool
	dead   deadLetters

	removals removals
	fresh    fresh

	mu       sync.Mutex
	marks    []mark          // guarded by mu; entries that may have been committed
	overflow bool            // guarded by mu; there were too many marks
	pending  map[string]int  // guarded by mu; entries by destination
	full     map[string]bool // guarded by mu; destinations that have too many
}

var _ LongEnqueuer = (*Outbox)(nil)

// laneKey names a subscription in keys: the begin of its SHA-256.
type laneKey [16]byte

// mark tells Run of an entry.
type mark struct {
	lane      laneKey
	seq       uint64
	host      string
	owner     store.MemberID // this process, when it enqueued
	committed bool
}

// NewOutbox returns an Outbox that keeps its entries below prefix, which nothing else uses, and delivers them by s. opts
// may be nil.
func NewOutbox(prefix []byte, s Sender, opts *OutboxOptions) *Outbox {
	o := &Outbox{
		prefix: append([]byte(nil), prefix...), send: s, kick: make(chan struct{}, 1),
		pending: map[string]int{}, full: map[string]bool{},
	}
	if opts != nil {
		o.opts = *opts
	}
	fill(&o.opts.MaxAge, defaultMaxAge)
	fill(&o.opts.MinBackOff, defaultMinBackOff)
	fill(&o.opts.MaxBackOff, defaultMaxBackOff)
	fill(&o.opts.Rescan, defaultRescan)
	fill(&o.opts.Senders, defaultSenders)
	fill(&o.opts.PerDestination, defaultPerDestination)
	fill(&o.opts.MaxPerDestination, defaultMaxPending)
	fill(&o.opts.OpenAfter, defaultOpenAfter)
	fill(&o.opts.MaxDeadLetters, defaultDeadLetters)
	if o.log = o.opts.Logger; o.log == nil {
		o.log = slog.New(slog.DiscardHandler)
	}
	o.removals.lanes, o.removals.most = maxRemovals, 1
	o.dead = deadLetters{prefix: append([]byte(nil), o.opts.DeadLetters...), most: o.opts.MaxDeadLetters}
	if o.opts.Cluster != nil {
		o.dead.anew = o.opts.Rescan
		o.removals.lanes, o.removals.most = removeLanes, removers
	}
	_, _ = rand.Read(o.inst[:]) // never fails
	return o
}

// fill sets a value that was not given to its default.
func fill[T ~int | ~int64](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Enqueue writes a notification of the resource with the URI subscription for destination within tx. Call Kick after tx
// was committed. The body is the JSON of a notification; it is copied. Without a subscription, the destination stands
// for it. Errors: fault.InvalidParameter (the destination is no http or https URI), fault.Unavailable with ErrOutboxFull,
// and those of tx.
func (o *Outbox) Enqueue(tx store.Tx, subscription, destination string, body []byte) error {
	return o.enqueue(tx, subscription, destination, body, entryVersion)
}

func (o *Outbox) enqueue(tx store.Tx, subscription, destination string, body []byte, version byte) error {
	const op = "t8.Enqueue"
	if err := checkHTTPURI(destination); err != nil {
		return fault.Wrap(op, fault.InvalidParameter, fmt.Errorf("destination %w", err))
	}
	host := hostOf(destination)
	if o.opts.Full == RefuseNew && o.Pending(destination) >= o.opts.MaxPerDestination {
		o.mu.Lock()
		o.full[host] = true // the next rescan counts anew
		o.mu.Unlock()
		return fault.Wrap(op, fault.Unavailable, ErrOutboxFull)
	}
	now := time.Now()
	lane := laneOf(subscription, destination)
	record := encodeEntry(version, now, subscription, destination, body)
	if o.opts.Cluster != nil {
		return o.enqueueShared(tx, lane, host, now, record)
	}
	o.mu.Lock()
	seq := o.next(now) // together with the count, see outboxRun.rescan
	o.pending[host]++
	o.mu.Unlock()
	err := tx.Put(o.key(lane, seq), record)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.pending[host]--
		return err
	}
	if hook, ok := tx.(store.HookTx); ok {
		hook.AfterCommit(func() { o.fresh.put(seq, record) })
	}
	o.tell(mark{lane: lane, seq: seq, host: host})
	return nil
}

// tell notes an entry for Run; o.mu is held.
func (o *Outbox) tell(m mark) {
	if o.pending[m.host] > o.opts.MaxPerDestination {
		o.full[m.host] = true
	}
	if len(o.marks) >= maxMarks {
		o.overflow = true
		return
	}
	o.marks = append(o.marks, m)
}

// Pending returns how many notifications wait for the server of a destination; see OutboxOptions.MaxPerDestination for
// how exactly.
func (o *Outbox) Pending(destination string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.pending[hostOf(destination)]
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

func laneOf(subscription, destination string) laneKey {
	if subscription == "" {
		subscription = destination
	}
	d := sha256.Sum256([]byte(subscription))
	return laneKey(d[:16])
}

// hostOf returns scheme, host and port of an http or https URI.
func hostOf(uri string) string {
	begin := strings.Index(uri, "://") + 3
	if begin < 3 {
		return ""
	}
	if end := strings.IndexAny(uri[begin:], "/?#"); end >= 0 {
		uri = uri[:begin+end]
	}
	return strings.ToLower(uri)
}

// key is prefix, lane, sequence number, process.
func (o *Outbox) key(lane laneKey, seq uint64) []byte {
	k := make([]byte, 0, len(o.prefix)+28)
	k = append(append(k, o.prefix...), lane[:]...)
	return append(binary.BigEndian.AppendUint64(k, seq), o.inst[:]...)
}

// laneKeys is where the entries of a lane begin.
func (o *Outbox) laneKeys(lane laneKey) []byte {
	return append(append(make([]byte, 0, len(o.prefix)+16), o.prefix...), lane[:]...)
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
	key          []byte
	seq          uint64
	enqueued     time.Time
	subscription string
	destination  string
	body         []byte
	long         long
	broken       bool
}

// compare is for searching among entries in order.
func (e entry) compare(seq uint64) int { return cmp.Compare(e.seq, seq) }

// An entry begins with its version: 1 had no subscription, 3 says where the body lies.
const (
	entryVersion = 2
	entryLong    = 3
)

func encodeEntry(version byte, at time.Time, subscription, destination string, body []byte) []byte {
	b := make([]byte, 0, 16+len(subscription)+len(destination)+len(body))
	b = binary.BigEndian.AppendUint64(append(b, version), uint64(at.UnixNano()))
	b = append(binary.AppendUvarint(b, uint64(len(subscription))), subscription...)
	b = append(binary.AppendUvarint(b, uint64(len(destination))), destination...)
	return append(b, body...)
}

var errEntry = errors.New("t8: outbox: broken entry")

// cutEntry splits an entry; the parts are those of b.
func cutEntry(b []byte) (at time.Time, subscription, destination, body []byte, err error) {
	if len(b) < 9 || b[0] < 1 || b[0] > entryLong {
		return at, nil, nil, nil, errEntry
	}
	version := b[0]
	at = time.Unix(0, int64(binary.BigEndian.Uint64(b[1:])))
	b = b[9:]
	text := func() (t []byte) {
		n, k := binary.Uvarint(b)
		if k <= 0 || n > uint64(len(b)-k) {
			err = errEntry
			return nil
		}
		t, b = b[k:k+int(n)], b[k+int(n):]
		return t
	}
	if version > 1 {
		subscription = text()
	}
	if err == nil {
		destination = text()
	}
	return at, subscription, destination, b, err
}

func decodeEntry(b []byte) (entry, error) {
	at, subscription, destination, body, err := cutEntry(b)
	if err != nil {
		return entry{}, err
	}
	e := entry{enqueued: at, subscription: string(subscription), destination: string(destination)}
	if b[0] == entryLong {
		e.long, err = decodeLong(body)
		return e, err
	}
	e.body = append([]byte(nil), body...)
	return e, nil
}

// permanent returns why another attempt is pointless: the SCS/AS answered 4xx other than 408 and 429, or the destination
// is none or not allowed. It is empty when another attempt may help.
func permanent(err error) LostReason {
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return ""
	case !e.Remote:
		if e.Code == fault.NotAuthorized || e.Code == fault.InvalidParameter {
			return LostForbidden
		}
		return ""
	}
	refused := e.Status()/100 == 4 && e.Code != fault.RateLimited
	if s, ok := errors.AsType[statusError](e.Err); ok {
		refused = s/100 == 4 && s != 408 && s != 429
	}
	if refused {
		return LostRefused
	}
	return ""
}
