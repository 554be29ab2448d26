package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/scefkit/scefkit/store"
)

var errReleased = errors.New("postgres: a reader was used after its function had returned")

// point is what is known of a key.
type point struct {
	version int64 // 0: there is no such key
	value   []byte
	valued  bool // value was read, too
	used    bool // the transaction has seen it
}

// scanned is a range of which everything was seen: n keys k with from <= k < to. A nil to means no upper bound.
type scanned struct {
	from, to []byte
	n        int64
}

func (s *scanned) holds(key []byte) bool {
	return bytes.Compare(key, s.from) >= 0 && (s.to == nil || bytes.Compare(key, s.to) < 0)
}

// reader reads one consistent state and notes what it has read.
//
// For a View, or once a range or many keys are read, the state is that of a snapshot: a REPEATABLE READ transaction that
// begins in one message with the first query of it. Before that, an Update that gets a few keys does without: each Get is
// one statement, which reads the versions of the other keys again. While they are the same, all values are those of the
// state in which that statement ran. When one is not, the Update runs again. And before the first statement it takes what
// the cache has of one sight, which is a state, too, if perhaps an old one.
type reader struct {
	s        *Store
	ctx      context.Context //nolint:containedctx // the methods of store.Reader take none
	view     bool            // nothing needs to be noted
	points   map[string]*point
	ranges   []*scanned
	sight    int64         // when the state was seen; 0 when nothing is known yet
	trusting bool          // all points are from the cache
	conn     *pgxpool.Conn // held from the first read on
	snapshot bool          // conn is in the transaction of the snapshot
	err      error         // first failure; nothing can be read after it
	released bool
}

// Keys above which an Update takes a snapshot instead of looking at all of them again with each Get.
const fewKeys = 8

// Release gives the connection back and ends the snapshot.
func (r *reader) Release() {
	r.released = true
	if r.conn != nil {
		finish(r.conn)
		r.conn = nil
	}
}

// finish gives a connection back. If it is in a transaction, that is ended first, for which nobody waits but the pool: a
// connection that is closed or does not answer is thrown away by it.
func finish(c *pgxpool.Conn) {
	pc := c.Conn().PgConn()
	if pc.IsClosed() || pc.IsBusy() || pc.TxStatus() == 'I' {
		c.Release()
		return
	}
	go func() {
		defer c.Release()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = pc.Exec(ctx, "ROLLBACK").Close()
	}()
}

// fail notes the first failure.
func (r *reader) fail(err error) error {
	if r.err == nil {
		r.err = err
	}
	return r.err
}

func (r *reader) usable() error {
	if r.released {
		return errReleased
	}
	return r.err
}

// Get implements store.Reader.
func (r *reader) Get(key []byte) ([]byte, error) {
	if err := r.usable(); err != nil {
		return nil, err
	}
	if len(key) == 0 || len(key) > store.MaxKey {
		return nil, nil // no such key can be there
	}
	if p := r.points[string(key)]; p != nil && p.valued {
		p.used = true
		return p.value, nil
	}
	var p *point
	var err error
	if p := r.remembered(string(key)); p != nil {
		r.points[string(key)] = p
		return p.value, nil
	}
	if !r.view && !r.snapshot && len(r.points) < fewKeys {
		p, err = r.getLoose(key)
	} else {
		p, err = r.getSnapshot(key)
	}
	if err != nil {
		return nil, r.fail(err)
	}
	p.used = true
	if !r.view {
		r.points[string(key)] = p
	}
	r.remember(string(key), p)
	return p.value, nil
}

// remembered returns what the cache says of a key, if that is of the state that the reader reads.
func (r *reader) remembered(key string) *point {
	if r.view || len(r.points) > 0 && !r.trusting {
		return nil
	}
	c := r.s.cache.Get(key)
	if c == nil || c.shared || len(r.points) > 0 && c.sight != r.sight {
		return nil
	}
	r.sight, r.trusting = c.sight, true
	return &point{version: c.version, value: c.value, valued: true, used: true}
}

// saw notes that the server gave a state, at a sight that began before it did: all points are of this state now.
func (r *reader) saw(sight int64) {
	r.sight, r.trusting = sight, false
	for k, p := range r.points {
		r.remember(k, p)
	}
}

// remember puts what was read in the present state into the cache.
func (r *reader) remember(key string, p *point) {
	if p.valued && !r.view {
		r.s.cache.put(key, p.value, p.version, r.sight, false)
	}
}

// settle makes sure that what was taken from the cache is true now.
func (r *reader) settle() error {
	if !r.trusting {
		return nil
	}
	sight := r.s.newSight()
	err := r.on(func(conn *pgxpool.Conn) error {
		return r.check(func() (pgx.Rows, error) { return conn.Query(r.ctx, r.s.sql.check, r.known(), nil) }, nil)
	})
	if err != nil {
		return r.fail(err)
	}
	r.saw(sight)
	return nil
}

// getLoose reads a key without a snapshot, and looks whether the others are as they were.
func (r *reader) getLoose(key []byte) (p *point, err error) {
	sight := r.s.newSight()
	err = r.on(func(conn *pgxpool.Conn) error {
		p = &point{valued: true}
		if len(r.points) == 0 {
			return r.get(func() (pgx.Rows, error) { return conn.Query(r.ctx, r.s.sql.get, key) }, p)
		}
		keys := append(r.known(), key)
		return r.check(func() (pgx.Rows, error) { return conn.Query(r.ctx, r.s.sql.check, keys, key) }, p)
	})
	if err == nil {
		r.saw(sight)
	}
	return p, err
}

func (r *reader) getSnapshot(key []byte) (p *point, err error) {
	err = r.query(r.s.sql.get, []any{key}, func(query query) error {
		p = &point{valued: true}
		return r.get(query, p)
	})
	return p, err
}

// get takes the result of the statement of this name.
func (r *reader) get(query query, p *point) error {
	return collect(query, func(rows pgx.Rows) error { return rows.Scan(&p.value, &p.version) })
}

// check takes the result of the statement of this name. What is new goes into p.
func (r *reader) check(query query, p *point) error {
	expected, same := 0, 0
	for _, known := range r.points {
		if known.version != 0 {
			expected++
		}
	}
	err := collect(query, func(rows pgx.Rows) error {
		var key, value []byte
		var version int64
		if err := rows.Scan(&key, &version, &value); err != nil {
			return err
		}
		switch known := r.points[string(key)]; {
		case known == nil:
			p.value, p.version = value, version
		case known.version != version:
			return errConflict
		default:
			same++
		}
		return nil
	})
	if err == nil && same != expected {
		err = errConflict
	}
	return err
}

func (r *reader) known() [][]byte {
	keys := make([][]byte, 0, len(r.points)+1)
	for k := range r.points {
		keys = append(keys, []byte(k))
	}
	return keys
}

// prefetch reads at once, as the first thing, what the transaction will need if it does as it did the last time.
func (r *reader) prefetch(keys [][]byte) error {
	sight := r.s.newSight()
	err := r.on(func(conn *pgxpool.Conn) error {
		clear(r.points)
		for _, k := range keys {
			r.points[string(k)] = &point{valued: true}
		}
		return collect(func() (pgx.Rows, error) { return conn.Query(r.ctx, r.s.sql.getAll, keys) }, func(rows pgx.Rows) error {
			var key []byte
			p := &point{valued: true}
			if err := rows.Scan(&key, &p.value, &p.version); err != nil {
				return err
			}
			r.points[string(key)] = p
			return nil
		})
	})
	if err == nil {
		r.saw(sight)
	}
	return err
}

// on calls fn with the connection of the reader. The first time it takes one from the pool, and another one when the
// server is gone, for as long as the options say.
func (r *reader) on(fn func(*pgxpool.Conn) error) error {
	if r.conn != nil {
		return fn(r.conn)
	}
	return r.s.reach(r.ctx, func() error {
		conn, err := r.s.pool.Acquire(r.ctx)
		if err != nil {
			return err
		}
		if err := fn(conn); err != nil {
			finish(conn)
			return err
		}
		r.conn = conn
		return nil
	})
}

// query gives the result of a query.
type query = func() (pgx.Rows, error)

// query runs a query in the snapshot, which begins now if there is none. read takes the result; it may be called again
// until it returned nil.
func (r *reader) query(sql string, args []any, read func(query) error) error {
	return r.on(func(conn *pgxpool.Conn) error {
		if r.snapshot {
			return read(func() (pgx.Rows, error) { return conn.Query(r.ctx, sql, args...) })
		}
		sight := r.s.newSight()
		b := new(pgx.Batch)
		b.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
		if len(r.points) > 0 {
			b.Queue(r.s.sql.check, r.known(), nil)
		}
		b.Queue(sql, args...)
		results := conn.SendBatch(r.ctx, b)
		_, err := results.Exec()
		if err == nil && len(r.points) > 0 {
			err = r.check(results.Query, nil)
		}
		if err == nil {
			err = read(results.Query)
		}
		if cerr := results.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			r.snapshot = true
			r.saw(sight)
		}
		return err
	})
}

func collect(query query, each func(pgx.Rows) error) error {
	rows, err := query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Bounds of what a scan reads at once.
const (
	firstPage = 16
	mostRows  = 1024
	pageBytes = 1 << 20 // more only when single values are large
)

type row struct {
	store.Pair
	version int64
}

// Scan implements store.Reader.
func (r *reader) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	from = append([]byte{}, from...) // not nil, which would be NULL
	if len(to) == 0 {
		to = nil
	} else {
		to = bytes.Clone(to)
	}
	return func(yield func(store.Pair, error) bool) {
		if err := r.usable(); err != nil {
			yield(store.Pair{}, err)
			return
		}
		if to != nil && bytes.Compare(from, to) >= 0 {
			return
		}
		seen := &scanned{from: from, to: to}
		if !r.view {
			r.ranges = append(r.ranges, seen)
		}
		from, to := from, to
		for limit := firstPage; ; {
			page, size, err := r.page(from, to, reverse, limit)
			if err != nil {
				yield(store.Pair{}, r.fail(err))
				return
			}
			for _, row := range page {
				r.note(row)
				seen.n++
				key := row.Key
				if !yield(row.Pair, nil) {
					if reverse {
						seen.from = key
					} else {
						seen.to = after(key)
					}
					return
				}
			}
			if len(page) < limit {
				return
			}
			if err := r.usable(); err != nil { // something in the loop failed
				yield(store.Pair{}, err)
				return
			}
			if last := page[len(page)-1].Key; reverse {
				to = last
			} else {
				from = after(last)
			}
			limit = max(min(4*limit, mostRows, pageBytes/(size/len(page)+1)), 1)
		}
	}
}

// after returns the smallest key above key.
func after(key []byte) []byte { return append(bytes.Clone(key), 0) }

// page reads the next rows of a scan, and gives the octets of their keys and values.
func (r *reader) page(from, to []byte, reverse bool, limit int) (page []row, size int, err error) {
	sql, args := r.s.sql.up, []any{limit, from, to}
	switch {
	case reverse && to == nil:
		sql, args = r.s.sql.downAll, args[:2]
	case reverse:
		sql = r.s.sql.down
	case to == nil:
		sql, args = r.s.sql.upAll, args[:2]
	}
	err = r.query(sql, args, func(query query) error {
		page, size = nil, 0
		return collect(query, func(rows pgx.Rows) error {
			var got row
			if err := rows.Scan(&got.Key, &got.Value, &got.version); err != nil {
				return err
			}
			page = append(page, got)
			size += len(got.Key) + len(got.Value)
			return nil
		})
	})
	return page, size, err
}

// note remembers a key that a scan gave.
func (r *reader) note(row row) {
	if r.view {
		return
	}
	if p := r.points[string(row.Key)]; p != nil {
		p.used = true
		return
	}
	r.points[string(row.Key)] = &point{version: row.version, used: true}
}

// reach calls fn until it reaches the server.
func (s *Store) reach(ctx context.Context, fn func() error) error {
	var since time.Time
	for attempt := 0; ; attempt++ {
		err := fn()
		if err == nil || !isGone(err) {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%w (%w)", ended(ctx), err)
		}
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since) > s.opts.Reconnect {
			return fmt.Errorf("%w: postgres: no connection: %w", store.ErrUnavailable, err)
		}
		s.opts.Logger.Warn("server gone; trying again", "attempt", attempt+1, "err", err)
		if err := sleep(ctx, jitter(attempt, 5*time.Millisecond, 500*time.Millisecond)); err != nil {
			return err
		}
	}
}
