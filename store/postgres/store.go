package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/internal/occ"
)

// Store is a store.Store in a database. It is safe for concurrent use.
type Store struct {
	opts   Options
	pool   *pgxpool.Pool
	server *server
	sql    statements
	gate   occ.Gate
	turns  turns
	cache  cache
	sights atomic.Int64
}

var _ store.Store = (*Store)(nil)

var rules = occ.Rules{MaxKey: store.MaxKey, MaxValue: store.MaxValue, MaxTx: store.MaxTx, TooLarge: store.ErrTooLarge}

// Open opens the Store that lives in the database that connString names, and makes or migrates its tables if need be.
// connString is one of libpq, a URL or key=value words: several hosts, sslmode and the files of certificates are
// understood, and so are the settings of pgxpool. opts may be nil. ctx bounds Open only.
//
// A server that is set up to lose data gives an error that wraps [ErrUnsafe], tables of a newer program one that wraps
// [ErrNewer].
func Open(ctx context.Context, connString string, opts *Options) (*Store, error) {
	o, err := opts.check()
	if err != nil {
		return nil, err
	}
	srv := &server{forced: o.Serializable}
	cfg, err := poolConfig(connString, o, srv)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	name := o.Table
	if o.Schema != "" {
		name = o.Schema + "." + name
	}
	s := &Store{opts: o, pool: pool, server: srv, sql: newStatements(name), turns: newTurns(), cache: newCache(o.CacheRecords)}
	if err := s.prepare(ctx, name); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context, table string) error {
	var version string
	if err := s.pool.QueryRow(ctx, "SELECT version()").Scan(&version); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	s.server.serializable = s.opts.Serializable || !genuine(version)
	return migrate(ctx, s.pool, migrations, s.opts.Schema, table, genuine(version))
}

// newSight begins a sight; see cache.
func (s *Store) newSight() int64 { return s.sights.Add(1) }

// View implements store.Store.
func (s *Store) View(ctx context.Context, fn func(store.Reader) error) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	if ctx.Err() != nil {
		return ended(ctx)
	}
	r := &reader{s: s, ctx: ctx, view: true}
	defer r.Release()
	return fn(r)
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if !s.gate.Enter() {
		return store.ErrClosed
	}
	defer s.gate.Leave()
	var last memory
	var gone time.Time // when the server was first found to be gone
	conflicts := 0
	for {
		if ctx.Err() != nil {
			return ended(ctx)
		}
		err := s.try(ctx, fn, &last)
		var again retry
		switch {
		case !errors.As(err, &again):
			return err
		case isConflict(again.err):
			gone = time.Time{}
			// The first time, waiting for the others in this process may be enough.
			if conflicts++; conflicts > 1 {
				if err := sleep(ctx, jitter(conflicts-2, time.Millisecond, 50*time.Millisecond)); err != nil {
					return err
				}
			}
		default:
			if gone.IsZero() {
				gone = time.Now()
			}
			if time.Since(gone) > s.opts.Reconnect {
				return fmt.Errorf("%w: %w", store.ErrUnavailable, again.err)
			}
			s.opts.Logger.Warn("server gone; running again", "err", again.err)
			if err := sleep(ctx, jitter(4, time.Millisecond, 50*time.Millisecond)); err != nil {
				return err
			}
		}
	}
}

// retry says that nothing was written and that the transaction may run again.
type retry struct{ err error }

func (r retry) Error() string { return r.err.Error() }
func (r retry) Unwrap() error { return r.err }

// memory is what a transaction knows of its last run.
type memory struct {
	keys   [][]byte // read
	places [][]byte // read or written; of ranges, the beginning
}

// try runs fn once.
func (s *Store) try(ctx context.Context, fn func(store.Tx) error, last *memory) error {
	if len(last.places) > 0 {
		leave, err := s.turns.enter(ctx, last.places)
		if err != nil {
			return err
		}
		defer leave()
	}
	r := &reader{s: s, ctx: ctx, points: map[string]*point{}}
	defer r.Release()
	if len(last.keys) > 0 {
		if err := r.prefetch(last.keys); err != nil {
			return err
		}
	}
	tx := occ.NewTx(r, &rules)
	err := fn(tx)
	var p *plan
	if r.err == nil && err == nil && tx.Failed() == nil && tx.Writes().Len() > 0 {
		if p = planOf(r, tx.Writes()); p.void() {
			p = nil
		}
	}
	if r.err == nil && p == nil && r.settle() != nil {
		err = r.err
	}
	if r.err != nil {
		// Whatever fn made of it, it has not read what it wanted.
		if ctx.Err() == nil && (isConflict(r.err) || isGone(r.err)) {
			last.set(r, tx.Writes())
			return retry{r.err}
		}
		if err == nil {
			err = r.err
		}
	}
	if err == nil {
		err = tx.Failed()
	}
	if err != nil {
		return err
	}
	if p != nil {
		err = s.commit(ctx, r, tx.Writes(), p)
	}
	if err == nil {
		tx.Committed()
		return nil
	}
	if !errors.Is(err, store.ErrOutcomeUnknown) && ctx.Err() == nil && (isConflict(err) || isGone(err)) {
		last.set(r, tx.Writes())
		return retry{err}
	}
	if ctx.Err() != nil && isConflict(err) {
		return ended(ctx)
	}
	return err
}

func (m *memory) set(r *reader, w *occ.Writes) {
	m.keys, m.places = m.keys[:0], m.places[:0]
	for k, p := range r.points {
		if p.used && p.valued {
			m.keys = append(m.keys, []byte(k))
			m.places = append(m.places, []byte(k))
		}
	}
	w.Each(func(k string, _ []byte, _ bool) { m.places = append(m.places, []byte(k)) })
	for _, s := range r.ranges {
		m.places = append(m.places, s.from)
	}
}

// turns let the transactions of this process that met a conflict go one after the other where they meet. It only saves
// work: what is right is up to the commits.
type turns struct {
	seed  maphash.Seed
	locks []chan struct{}
}

func newTurns() turns {
	t := turns{seed: maphash.MakeSeed(), locks: make([]chan struct{}, 1024)}
	for i := range t.locks {
		t.locks[i] = make(chan struct{}, 1)
	}
	return t
}

// enter waits for its turn at all places.
func (t *turns) enter(ctx context.Context, places [][]byte) (leave func(), err error) {
	at := make([]int, 0, len(places))
	for _, p := range places {
		at = append(at, int(maphash.Bytes(t.seed, p)%uint64(len(t.locks))))
	}
	slices.Sort(at)
	at = slices.Compact(at)
	held := 0
	leave = func() {
		for _, i := range at[:held] {
			<-t.locks[i]
		}
	}
	for _, i := range at {
		select {
		case t.locks[i] <- struct{}{}:
			held++
		case <-ctx.Done():
			leave()
			return nil, ended(ctx)
		}
	}
	return leave, nil
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.gate.Close()
	s.pool.Close()
	return nil
}
