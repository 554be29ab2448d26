package t8_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

var errCut = errors.New("cut off")

// link is the way of one process to the Store that all share. While it is cut, transactions fail; while it hangs, they
// wait before they begin and before they return.
type link struct {
	store.Store
	cut atomic.Bool

	mu    sync.Mutex
	hangs chan struct{} // guarded by mu; closed when it goes on; nil while it does not hang
}

func (l *link) pass() error {
	l.mu.Lock()
	hangs := l.hangs
	l.mu.Unlock()
	if hangs != nil {
		<-hangs
	}
	if l.cut.Load() {
		return errCut
	}
	return nil
}

func (l *link) View(ctx context.Context, fn func(store.Reader) error) error {
	if err := l.pass(); err != nil {
		return err
	}
	return l.Store.View(ctx, fn)
}

func (l *link) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := l.pass(); err != nil {
		return err
	}
	err := l.Store.Update(ctx, fn)
	return errors.Join(err, l.pass())
}

func (l *link) hang() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hangs = make(chan struct{})
}

func (l *link) goOn() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.hangs)
	l.hangs = nil
}

// inbox is what the destinations of all processes got.
type inbox struct {
	mu  sync.Mutex
	got map[string][]string // by destination; guarded by mu
}

func (b *inbox) put(destination, body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got[destination] = append(b.got[destination], body)
}

func (b *inbox) list(destination string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.got[destination]...)
}

func (b *inbox) total() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, all := range b.got {
		n += len(all)
	}
	return n
}

// process is one of those that share a Store.
type process struct {
	*t8.Outbox
	cluster *store.Cluster
	link    *link
	sent    atomic.Int64                                                 // attempts
	before  atomic.Pointer[func(ctx context.Context, body string) error] // an attempt; its error is that of the attempt
	stop    func()                                                       // leaves the cluster
}

// notify is its Sender.
func (p *process) notify(b *inbox) senderFunc {
	return func(ctx context.Context, destination string, body any) error {
		p.sent.Add(1)
		text := string(body.([]byte))
		if before := p.before.Load(); before != nil {
			if err := (*before)(ctx, text); err != nil {
				return err
			}
		}
		b.put(destination, text)
		return nil
	}
}

func (p *process) onSend(fn func(ctx context.Context, body string) error) { p.before.Store(&fn) }

func hangSend(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

func startProcess(t *testing.T, s store.Store, b *inbox, lease time.Duration, opts t8.OutboxOptions) *process {
	t.Helper()
	p := &process{link: &link{Store: s}}
	var err error
	p.cluster, err = store.NewCluster(p.link, []byte("cluster/"), &store.ClusterOptions{Lease: lease})
	require.NoError(t, err)
	opts.Cluster = p.cluster
	p.Outbox = t8.NewOutbox(prefix, p.notify(b), &opts)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() {
		done <- p.cluster.Run(ctx, func(ctx context.Context) error { return p.Run(ctx, p.link) })
	}()
	p.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return p
}

const clusterLease = 10 * time.Second

// startProcesses starts n of them, which all know each other when it returns.
func startProcesses(t *testing.T, s store.Store, b *inbox, n int, opts t8.OutboxOptions) []*process {
	all := make([]*process, n)
	for i := range all {
		all[i] = startProcess(t, s, b, clusterLease, opts)
	}
	time.Sleep(clusterLease / 2)
	synctest.Wait()
	return all
}

func stopAll(all []*process) {
	for _, p := range all {
		p.stop()
	}
}

// enqueue commits a notification of a subscription, of which only this destination knows.
func (p *process) enqueue(t *testing.T, sub int, body string) {
	err := p.link.Update(t.Context(), func(tx store.Tx) error {
		return p.Enqueue(tx, fmt.Sprint("https://scef/", sub), destOf(sub), []byte(body))
	})
	if err != nil {
		t.Error(err)
	}
	p.Kick()
}

func destOf(sub int) string { return fmt.Sprintf("https://as%d.example.com/n", sub) }

// kept counts the keys of the outbox.
func kept(t *testing.T, s store.Store) (n int) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
		n = 0
		for _, err := range r.Scan(prefix, store.PrefixEnd(prefix), false) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	}))
	return n
}

func newInbox() *inbox { return &inbox{got: map[string][]string{}} }

// The order of a subscription is that of Enqueue over all processes, whatever their clocks say.
func TestOutboxClusterOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, s, b, 3, t8.OutboxOptions{})
		defer stopAll(all)
		all[1].Skew(time.Hour)
		all[2].Skew(10 * time.Minute)
		var down atomic.Bool
		down.Store(true)
		for _, p := range all {
			p.onSend(func(context.Context, string) error {
				if down.Load() {
					return fault.New("test", fault.Unavailable, "")
				}
				time.Sleep(time.Millisecond)
				return nil
			})
		}
		for i := range 100 { // while nobody can send
			all[i%3].enqueue(t, i%2, fmt.Sprint(i/2))
		}
		down.Store(false)
		time.Sleep(time.Minute)
		require.Equal(t, numbered(50), b.list(destOf(0)))
		require.Equal(t, numbered(50), b.list(destOf(1)))
		for i := range 200 { // while they are sent
			all[i%3].enqueue(t, 2, fmt.Sprint(i))
			if i%7 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
		time.Sleep(time.Second)
		require.Equal(t, numbered(200), b.list(destOf(2)))
		require.Zero(t, kept(t, s))
	})
}

// Processes that enqueue to the same subscriptions at once send each notification once, in the order of each of them.
func TestOutboxClusterSendsOnce(t *testing.T) {
	for _, subs := range []int{50, 1} { // and the same one all the time
		t.Run(fmt.Sprint(subs), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, b := store.NewMemory(), newInbox()
				all := startProcesses(t, s, b, 3, t8.OutboxOptions{})
				defer stopAll(all)
				const each = 1500
				var wg sync.WaitGroup
				for n, p := range all {
					for part := range 3 {
						wg.Go(func() {
							for i := part; i < each; i += 3 {
								p.enqueue(t, i/3%subs, fmt.Sprintf("%d-%d-%d", n, part, i))
								if i%50 < 3 {
									time.Sleep(time.Duration(i%13) * time.Millisecond)
								}
							}
						})
					}
				}
				wg.Wait()
				time.Sleep(time.Second)
				require.Equal(t, 3*each, b.total())
				seen := map[string]bool{}
				for sub := range subs {
					last := map[string]int{}
					for _, body := range b.list(destOf(sub)) {
						require.False(t, seen[body], "%s came twice", body)
						seen[body] = true
						var n, part, i int
						_, err := fmt.Sscanf(body, "%d-%d-%d", &n, &part, &i)
						require.NoError(t, err)
						from := fmt.Sprint(n, part)
						require.GreaterOrEqual(t, i, last[from], "order")
						last[from] = i
					}
				}
				require.Zero(t, kept(t, s))
				time.Sleep(2 * time.Minute) // a rescan has counted anew
				for _, p := range all {
					require.NotZero(t, p.sent.Load())
					for sub := range subs {
						require.Zero(t, p.Pending(destOf(sub)))
					}
				}
			})
		})
	}
}

// plain hides that transactions of a Store have hooks.
type plain struct{ store.Store }

func (p plain) Update(ctx context.Context, fn func(store.Tx) error) error {
	return p.Store.Update(ctx, func(tx store.Tx) error { return fn(struct{ store.Tx }{tx}) })
}

// A Store without hooks will do: what Enqueue tells of may not be committed yet, or never.
func TestOutboxClusterWithoutHooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, plain{s}, b, 3, t8.OutboxOptions{})
		defer stopAll(all)
		var wg sync.WaitGroup
		for n, p := range all {
			wg.Go(func() {
				for i := range 300 {
					err := p.link.Update(t.Context(), func(tx store.Tx) error {
						err := p.Enqueue(tx, "https://scef/"+fmt.Sprint(i%10), destOf(i%10), fmt.Append(nil, n, i))
						p.Kick()
						if i%11 == 0 {
							time.Sleep(time.Millisecond)
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
					p.Kick()
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Second)
		require.Equal(t, 900, b.total())
		require.Zero(t, kept(t, s))
		undo := errors.New("no")
		err := all[0].link.Update(t.Context(), func(tx store.Tx) error {
			require.NoError(t, all[0].Enqueue(tx, "", destOf(1), []byte("never")))
			return undo
		})
		require.ErrorIs(t, err, undo)
		time.Sleep(5 * time.Minute)
		require.Equal(t, 900, b.total())
		require.Zero(t, all[0].Pending(destOf(1)))
	})
}

// stormy is a Store in which no transaction comes through that deletes much.
type stormy struct {
	store.Store
	most int
	tx   *counting // the last one; only if nothing runs at the same time
}

// counting counts what a transaction does.
type counting struct {
	store.HookTx
	gets, puts, deletes, scans int
}

func (c *counting) Get(key []byte) ([]byte, error) {
	c.gets++
	return c.HookTx.Get(key)
}

func (c *counting) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	c.scans++
	return c.HookTx.Scan(from, to, reverse)
}

func (c *counting) Put(key, value []byte) error {
	c.puts++
	return c.HookTx.Put(key, value)
}

func (c *counting) Delete(key []byte) error {
	c.deletes++
	return c.HookTx.Delete(key)
}

func (s *stormy) Update(ctx context.Context, fn func(store.Tx) error) error {
	conflict := errors.New("conflict")
	for {
		err := s.Store.Update(ctx, func(tx store.Tx) error {
			c := &counting{HookTx: tx.(store.HookTx)}
			if err := fn(c); err != nil {
				return err
			}
			if s.tx = c; s.most > 0 && c.deletes > s.most {
				return conflict
			}
			return nil
		})
		if !errors.Is(err, conflict) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// A removal over many lanes that meets ever new conflicts is done in parts, and nothing is sent again.
func TestOutboxClusterConflicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		p := startProcess(t, &stormy{Store: s, most: 40}, b, clusterLease, t8.OutboxOptions{})
		defer p.stop()
		time.Sleep(time.Second)
		p.onSend(func(context.Context, string) error { time.Sleep(time.Second); return nil })
		for i := range 200 {
			p.enqueue(t, i, "0")
		}
		time.Sleep(30 * time.Second)
		require.EqualValues(t, 200, p.sent.Load())
		require.Equal(t, 200, b.total())
		require.Zero(t, kept(t, s))
	})
}

// What a notification costs in the transactions that add and remove it.
func TestOutboxClusterCost(t *testing.T) {
	for _, shared := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			mem := store.NewMemory()
			s := &stormy{Store: mem}
			opts := &t8.OutboxOptions{}
			if shared {
				c, err := store.NewCluster(mem, []byte("cluster/"), nil)
				require.NoError(t, err)
				opts.Cluster = c
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error, 1)
				go func() { done <- c.Run(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil }) }()
				defer func() { cancel(); <-done }()
				synctest.Wait()
			}
			o := t8.NewOutbox(prefix, newMailbox(), opts)
			put(t, s, o, dest1, "0", "1")
			enqueued := *s.tx
			defer run(t, o, s)()
			synctest.Wait()
			removed := *s.tx
			for _, tx := range []*counting{&enqueued, &removed} {
				tx.HookTx = nil
			}
			if shared {
				require.Equal(t, counting{gets: 1, puts: 2}, enqueued)
				require.Equal(t, counting{gets: 1, deletes: 3}, removed)
			} else {
				require.Equal(t, counting{puts: 1}, enqueued)
				require.Equal(t, counting{deletes: 2}, removed)
			}
		})
	}
}

// What a process had when it died is delivered by the others, in order, within 1.5 leases; also what the others added.
func TestOutboxClusterCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, s, b, 3, t8.OutboxOptions{})
		defer stopAll(all)
		const subs = 1000
		all[0].onSend(hangSend)
		for i := range subs {
			all[0].enqueue(t, i, "0")
			all[i%3].enqueue(t, i, "1")
		}
		all[0].link.cut.Store(true)
		died := time.Now()
		time.Sleep(time.Second)
		for i := range subs {
			all[1+i%2].enqueue(t, i, "2")
		}
		synctest.Wait()
		require.Zero(t, b.total())
		time.Sleep(time.Until(died.Add(clusterLease * 3 / 2)))
		synctest.Wait()
		for i := range subs {
			require.Equal(t, numbered(3), b.list(destOf(i)))
		}
		require.Zero(t, kept(t, s))
	})
}

// What a process leaves behind when it ends, and what was enqueued while it was no member, is taken at once.
func TestOutboxClusterLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, s, b, 2, t8.OutboxOptions{})
		defer stopAll(all)
		all[0].onSend(hangSend)
		all[0].enqueue(t, 0, "0")
		all[0].stop()
		all[0].enqueue(t, 1, "0") // nobody's
		all[0].enqueue(t, 0, "1")
		time.Sleep(clusterLease / 2)
		require.Equal(t, numbered(2), b.list(destOf(0)))
		require.Equal(t, numbered(1), b.list(destOf(1)))
		all[0].enqueue(t, 1, "1")
		time.Sleep(time.Minute)
		require.Equal(t, numbered(2), b.list(destOf(1)), "found by a rescan")
		require.Zero(t, kept(t, s))
	})
}

// A process that was paused longer than its lease sends nothing more of what it had taken on, and deletes nothing.
func TestOutboxClusterPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, s, b, 2, t8.OutboxOptions{})
		defer stopAll(all)
		a, other := all[0], all[1]
		pause, hold := make(chan struct{}), make(chan struct{})
		a.onSend(func(context.Context, string) error { <-pause; return nil })
		other.onSend(func(context.Context, string) error { <-hold; return nil })
		for i := range 3 {
			a.enqueue(t, 0, fmt.Sprint(i))
		}
		synctest.Wait()
		a.link.hang()
		former := a.cluster.ID()
		time.Sleep(2 * clusterLease)
		synctest.Wait()
		require.EqualValues(t, 1, other.sent.Load(), "it was taken over")
		before := kept(t, s)
		close(pause)
		a.link.goOn()
		time.Sleep(3 * clusterLease)
		synctest.Wait()
		require.EqualValues(t, 1, a.sent.Load())
		require.Equal(t, before, kept(t, s))
		require.NotZero(t, a.cluster.ID())
		require.NotEqual(t, former, a.cluster.ID())
		close(hold)
		synctest.Wait()
		require.Equal(t, []string{"0", "0", "1", "2"}, b.list(destOf(0)))
		require.Zero(t, kept(t, s))
		a.enqueue(t, 1, "new")
		synctest.Wait()
		require.Equal(t, []string{"new"}, b.list(destOf(1)), "a member again")
		require.EqualValues(t, 2, a.sent.Load())
	})
}

// A process alone in its cluster loses its lease, and nothing else.
func TestOutboxClusterLeaseLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, s, b, 1, t8.OutboxOptions{})
		defer stopAll(all)
		p := all[0]
		p.onSend(hangSend)
		for i := range 100 {
			p.enqueue(t, i, "0")
		}
		for round := range 3 {
			former := p.cluster.ID()
			p.link.cut.Store(true)
			time.Sleep(2 * clusterLease)
			require.Zero(t, p.cluster.ID())
			p.link.cut.Store(false)
			for i := range 100 {
				p.enqueue(t, i, fmt.Sprint(1+round))
			}
			if round == 2 {
				p.onSend(func(context.Context, string) error { return nil })
			}
			time.Sleep(clusterLease)
			require.NotEqual(t, former, p.cluster.ID())
		}
		for i := range 100 {
			require.Equal(t, numbered(4), b.list(destOf(i)))
		}
		require.Zero(t, kept(t, s))
	})
}

// Records of lanes that make no sense cost at most that something is sent again.
func TestOutboxClusterBrokenRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, s, b, 2, t8.OutboxOptions{})
		defer stopAll(all)
		const subs = 8
		for _, p := range all {
			p.onSend(hangSend)
		}
		for i := range subs {
			for n := range 40 {
				all[i%2].enqueue(t, i, fmt.Sprint(n))
			}
		}
		stopAll(all)
		records := append(append([]byte(nil), prefix...), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"...)
		broken := 0
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			broken = 0
			for p, err := range tx.Scan(records, store.PrefixEnd(records), false) {
				if err != nil {
					return err
				}
				value := append([]byte(nil), p.Value...)
				switch broken++; broken {
				case 1:
					value = nil
				case 2:
					value = []byte("nonsense")
				case 3:
					value[16] = 1 // fewer than there are
				case 4:
					value[16] = 99 // more
				case 5:
					value[0] = 77
				}
				if err := tx.Put(p.Key, value); err != nil {
					return err
				}
			}
			return tx.Put(append(append([]byte(nil), records...), make([]byte, 16)...), []byte("of no lane"))
		}))
		require.Equal(t, subs, broken)
		stray := append(append([]byte(nil), records...), 'x')
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error { return tx.Put(stray, nil) }))
		late := startProcesses(t, s, b, 2, t8.OutboxOptions{})
		defer stopAll(late)
		time.Sleep(2 * time.Minute)
		for i := range subs {
			require.Equal(t, numbered(40), b.list(destOf(i)))
		}
		require.Equal(t, 1, kept(t, s), "the key that is none of the outbox")
		// One that breaks while entries are enqueued.
		for _, p := range late {
			p.onSend(hangSend)
		}
		late[0].enqueue(t, 0, "40")
		require.NoError(t, s.Update(t.Context(), func(tx store.Tx) error {
			for p, err := range tx.Scan(records, store.PrefixEnd(records), false) {
				if err == nil && len(p.Key) > len(stray) {
					err = tx.Put(p.Key, []byte("nonsense"))
				}
				if err != nil {
					return err
				}
			}
			return nil
		}))
		late[1].enqueue(t, 0, "41")
		for _, p := range late {
			p.onSend(func(context.Context, string) error { return nil })
		}
		late[0].stop()
		time.Sleep(2 * time.Minute)
		require.Equal(t, numbered(42), b.list(destOf(0)))
		require.Equal(t, 1, kept(t, s))
	})
}

// A destination that has too much loses the oldest, and what others enqueue moves a subscription to another one.
func TestOutboxClusterFullAndMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		var lost atomic.Int64
		all := startProcesses(t, s, b, 2, t8.OutboxOptions{MaxPerDestination: 100, Lost: func(t8.Lost) { lost.Add(1) }})
		defer stopAll(all)
		var back atomic.Bool
		for _, p := range all {
			p.onSend(func(_ context.Context, body string) error {
				if !back.Load() {
					return fault.New("test", fault.Unavailable, "")
				}
				return nil
			})
		}
		for i := range 300 {
			all[0].enqueue(t, 0, fmt.Sprint(i))
		}
		time.Sleep(30 * time.Minute) // the circuit is open for long
		require.InDelta(t, 200, lost.Load(), 2)
		require.Equal(t, 300-int(lost.Load()), all[0].Pending(destOf(0)))
		back.Store(true)
		require.NoError(t, all[1].link.Update(t.Context(), func(tx store.Tx) error {
			return all[1].Enqueue(tx, "https://scef/0", destOf(1), []byte("300"))
		}))
		time.Sleep(time.Minute + time.Second)
		require.Equal(t, numbered(301)[lost.Load():], b.list(destOf(1)))
		require.Zero(t, kept(t, s))
	})
}

// Dead letters of several processes do not meet, and are not many more than there may be.
func TestOutboxClusterDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := store.NewMemory(), newInbox()
		all := startProcesses(t, s, b, 3, t8.OutboxOptions{DeadLetters: []byte("dead/"), MaxDeadLetters: 20})
		defer stopAll(all)
		letters := func() (bodies []string) {
			require.NoError(t, s.View(t.Context(), func(r store.Reader) error {
				bodies = nil
				for l, err := range all[0].DeadLetters(r) {
					require.NoError(t, err)
					bodies = append(bodies, string(l.Body))
				}
				return nil
			}))
			return bodies
		}
		for _, p := range all {
			p.onSend(func(context.Context, string) error { return &fault.Error{Code: fault.NotFound, Remote: true} })
		}
		for i := range 6 {
			for n, p := range all { // at the same instant
				p.enqueue(t, 10*n+i, fmt.Sprint(i))
			}
		}
		synctest.Wait()
		require.Len(t, letters(), 18)
		for i := range 10 {
			all[i%3].enqueue(t, i, "later")
		}
		synctest.Wait()
		require.LessOrEqual(t, len(letters()), 28)
		time.Sleep(2 * time.Minute)
		for i := range 3 { // each has counted anew
			all[i].enqueue(t, i, "last")
			synctest.Wait()
		}
		got := letters()
		require.Len(t, got, 20)
		require.Equal(t, []string{"last", "last", "last"}, got[17:])
	})
}

// The same as in a bubble, with the time that there is: three processes, one dies.
func TestOutboxClusterRealTime(t *testing.T) {
	s, b := store.NewMemory(), newInbox()
	const lease, subs, each = 300 * time.Millisecond, 50, 60
	all := make([]*process, 3)
	for i := range all {
		all[i] = startProcess(t, s, b, lease, t8.OutboxOptions{Rescan: time.Second})
	}
	defer stopAll(all)
	require.Eventually(t, func() bool {
		for _, p := range all {
			if p.cluster.ID() == 0 {
				return false
			}
		}
		return true
	}, 20*time.Second, time.Millisecond)
	all[0].onSend(func(ctx context.Context, body string) error {
		if all[0].link.cut.Load() {
			return hangSend(ctx, body)
		}
		return nil
	})
	var wg sync.WaitGroup
	for n, p := range all {
		wg.Go(func() {
			for i := range each * subs {
				if n == 0 && i == each*subs/2 {
					p.link.cut.Store(true)
				}
				if n > 0 || i < each*subs/2 {
					p.enqueue(t, i%subs, fmt.Sprintf("%d-%d", n, i))
				}
			}
		})
	}
	wg.Wait()
	missing := func() int {
		distinct := map[string]bool{}
		for sub := range subs {
			for _, body := range b.list(destOf(sub)) {
				distinct[body] = true
			}
		}
		return each*subs*5/2 - len(distinct)
	}
	require.Eventually(t, func() bool { return missing() == 0 && kept(t, s) == 0 }, 60*time.Second, 10*time.Millisecond)
	for sub := range subs { // in order, but for what is sent again from some notification on
		for n := range all {
			last := -1
			for _, body := range b.list(destOf(sub)) {
				var from, i int
				_, err := fmt.Sscanf(body, "%d-%d", &from, &i)
				require.NoError(t, err)
				if from != n {
					continue
				}
				if last >= 0 && i > last {
					require.Equal(t, last+subs, i)
				}
				last = i
			}
		}
	}
}
