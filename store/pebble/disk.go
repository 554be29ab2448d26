package pebble

import (
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	engine "github.com/cockroachdb/pebble/v2"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/internal/occ"
)

// disk commits to the engine and syncs its log.
//
// Apply puts a commit into the log's buffer and the memtable without waiting for the disk. Settle then asks for a sync
// and waits for it: one goroutine, owned by disk, serves all who asked while it was busy in one round. A round takes a
// snapshot, syncs the log, and makes the snapshot the state that View reads. What a snapshot shows has been in the log's
// buffer before, so the sync covers it; hence View sees durable state only.
type disk struct {
	db       *engine.DB
	reserve  *reserve
	stall    *stall
	log      *slog.Logger
	hot      *hot                  // nil if none are kept
	assigned atomic.Uint64         // number of the last commit that was begun
	applied  atomic.Uint64         // and of the last that was applied
	durable  atomic.Pointer[state] // what View reads; never nil
	failure  atomic.Pointer[error] // why nothing is written any more
	stuck    atomic.Bool           // the engine gave up with its locks held
	stopped  chan struct{}         // closed at the end of the goroutine
	kick     chan struct{}         // one for each round that has begun to gather

	mu     sync.Mutex
	gather *round // guarded by mu; those who wait for the next sync; nil if nobody does
}

type round struct {
	done chan struct{} // closed when the round is over
	err  error         // valid when done is closed
}

// state is a snapshot that all commits up to seq are in, shared by its readers.
type state struct {
	snap *engine.Snapshot
	seq  uint64
	refs atomic.Int64
}

func newState(snap *engine.Snapshot, seq uint64) *state {
	s := &state{snap: snap, seq: seq}
	s.refs.Store(1)
	return s
}

// acquire adds a reference, unless there is none left.
func (s *state) acquire() bool {
	for {
		n := s.refs.Load()
		if n == 0 {
			return false
		}
		if s.refs.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (s *state) release() {
	if s.refs.Add(-1) == 0 {
		_ = s.snap.Close() // cannot fail
	}
}

func newDisk(db *engine.DB, r *reserve, st *stall, hotRecords int, log *slog.Logger) *disk {
	d := &disk{db: db, reserve: r, stall: st, log: log, stopped: make(chan struct{}), kick: make(chan struct{}, 1)}
	if hotRecords > 0 {
		d.hot = newHot(hotRecords)
	}
	d.durable.Store(newState(db.NewSnapshot(), 0))
	go d.run()
	return d
}

// stop ends the goroutine. Nobody uses d any more.
func (d *disk) stop() {
	close(d.kick)
	<-d.stopped
	if !d.stuck.Load() {
		d.durable.Load().release()
	}
}

// reader gives the last synced state.
func (d *disk) reader() *reader {
	for {
		if s := d.durable.Load(); s.acquire() {
			return newReader(s, d.hot)
		}
		// It was replaced in between; the next one is there.
	}
}

// Snapshot implements occ.Backend.
func (d *disk) Snapshot(fresh bool) (occ.Snapshot[store.Pair], occ.Span, error) {
	if !fresh {
		r := d.reader()
		// It may hold commits above seq, but they were synced with it, so nobody has to wait for them.
		return r, occ.Span{Low: r.state.seq, High: 0}, nil
	}
	if err := d.failed(); err != nil {
		return nil, occ.Span{}, err
	}
	low := d.applied.Load()
	snap := d.db.NewSnapshot()
	high := d.assigned.Load()
	return newReader(newState(snap, low), d.hot), occ.Span{Low: low, High: high}, nil
}

// Apply implements occ.Backend.
func (d *disk) Apply(seq uint64, writes *occ.Writes) (err error) {
	if err := d.failed(); err != nil {
		return err
	}
	if err := d.reserve.check(); err != nil {
		return err
	}
	d.assigned.Store(seq)
	b := d.db.NewBatchWithSize(writes.Size() + 16*writes.Len() + 32)
	writes.Each(func(key string, value []byte, del bool) {
		var op *engine.DeferredBatchOp
		if del {
			op = b.DeleteDeferred(len(key) + 1)
		} else {
			op = b.SetDeferred(len(key)+1, len(value))
			copy(op.Value, value)
		}
		op.Key[0] = userSpace
		copy(op.Key[1:], key)
		_ = op.Finish() // fails for indexed batches only
		if d.hot != nil {
			d.hot.written(key, value, seq)
		}
	})
	if err := d.commit(func() error { return d.db.Apply(b, engine.NoSync) }); err != nil {
		return err
	}
	d.applied.Store(seq)
	d.stall.written.Add(int64(b.Len()))
	_ = b.Close()
	return nil
}

// commit runs a commit of the engine. When that fails, the engine calls Fatalf or panics and cannot commit any more.
func (d *disk) commit(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			d.stuck.Store(true)
			err = d.fail(fmt.Errorf("%v", r))
		}
	}()
	if err := fn(); err != nil {
		return d.fail(err)
	}
	return nil
}

// fail stops all writing and returns the error for those whose commit was under way.
func (d *disk) fail(err error) error {
	if d.failure.CompareAndSwap(nil, &err) {
		d.log.Error("writing failed; the store must be closed and opened again", "err", err)
	}
	return fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, err)
}

// failed returns an error when a commit must not begin.
func (d *disk) failed() error {
	if err := d.failure.Load(); err != nil {
		return fmt.Errorf("%w: %w", ErrFailed, *err)
	}
	return nil
}

// Settle implements occ.Backend.
func (d *disk) Settle(seq uint64) error {
	if d.durable.Load().seq >= seq {
		return nil
	}
	d.mu.Lock()
	r := d.gather
	if r == nil {
		r = &round{done: make(chan struct{})}
		d.gather = r
		d.kick <- struct{}{} // never blocks: the one before was taken before its round was
	}
	d.mu.Unlock()
	<-r.done
	return r.err
}

func (d *disk) run() {
	defer close(d.stopped)
	for range d.kick {
		runtime.Gosched() // those that the last round woke have their next commits ready: they come along
		d.mu.Lock()
		r := d.gather
		d.gather = nil
		d.mu.Unlock()
		r.err = d.sync()
		close(r.done)
	}
}

// sync makes durable what is applied, and lets View see it.
func (d *disk) sync() error {
	if err := d.failure.Load(); err != nil {
		return fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, *err)
	}
	seq := d.applied.Load()
	next := newState(d.db.NewSnapshot(), seq)
	begin := time.Now()
	slow := time.AfterFunc(d.stall.patience, func() {
		d.log.Warn("a sync of the log is slow; all commits wait for it", "since", begin)
	})
	defer slow.Stop()
	err := d.commit(func() error {
		// An empty log record carries the request: unlike a synced commit, it reports failure instead of ending the
		// process.
		b := d.db.NewBatch()
		_ = b.LogData(nil, nil) // cannot fail
		if err := d.db.ApplyNoSyncWait(b, engine.Sync); err != nil {
			return err
		}
		if err := b.SyncWait(); err != nil {
			return err
		}
		return b.Close()
	})
	if err != nil {
		if !d.stuck.Load() {
			next.release()
		}
		return err
	}
	d.durable.Swap(next).release()
	return nil
}
