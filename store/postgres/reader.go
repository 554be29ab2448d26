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

// reader reads one consistent state and notes what it has read. The state is that of a snapshot, a REPEATABLE READ
// transaction on a connection of its own, which begins in one message with the first query.
type reader struct {
	s        *Store
	ctx      context.Context //nolint:containedctx // the methods of store.Reader take none
	view     bool            // nothing needs to be noted
	points   map[string]*point
	ranges   []*scanned
	conn     *pgxpool.Conn // the one with the snapshot, if there is one
	err      error         // first failure; nothing can be read after it
	released bool
}

// Release ends the snapshot.
func (r *reader) Release() {
	r.released = true
	if r.conn != nil {
		finish(r.conn)
		r.conn = nil
	}
}

// finish ends the transaction of a connection and gives the connection back. A connection that is closed or does not
// answer is thrown away by the pool.
func finish(c *pgxpool.Conn) {
	if pc := c.Conn().PgConn(); !pc.IsClosed() && !pc.IsBusy() && pc.TxStatus() != 'I' {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		_ = pc.Exec(ctx, "ROLLBACK").Close()
		cancel()
	}
	c.Release()
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
	p := &point{valued: true, used: true}
	err := r.query(r.s.sql.get, []any{key}, func(query func() (pgx.Rows, error)) error {
		p.value, p.version = nil, 0
		return collect(query, func(rows pgx.Rows) error { return rows.Scan(&p.value, &p.version) })
	})
	if err != nil {
		return nil, r.fail(err)
	}
	if !r.view {
		r.points[string(key)] = p
	}
	return p.value, nil
}

// prefetch reads at once what the transaction will need if it does as it did the last time.
func (r *reader) prefetch(keys [][]byte) error {
	return r.query(r.s.sql.getAll, []any{keys}, func(query func() (pgx.Rows, error)) error {
		clear(r.points)
		for _, k := range keys {
			r.points[string(k)] = &point{valued: true}
		}
		return collect(query, func(rows pgx.Rows) error {
			var key []byte
			p := &point{valued: true}
			if err := rows.Scan(&key, &p.value, &p.version); err != nil {
				return err
			}
			r.points[string(key)] = p
			return nil
		})
	})
}

// query runs a query in the snapshot, which begins now if there is none. read takes the result; it may be called again
// until it returned nil.
func (r *reader) query(sql string, args []any, read func(query func() (pgx.Rows, error)) error) error {
	if r.conn != nil {
		return read(func() (pgx.Rows, error) { return r.conn.Query(r.ctx, sql, args...) })
	}
	return r.s.reach(r.ctx, func() (err error) {
		conn, err := r.s.pool.Acquire(r.ctx)
		if err != nil {
			return err
		}
		b := new(pgx.Batch)
		b.Queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
		b.Queue(sql, args...)
		results := conn.SendBatch(r.ctx, b)
		if _, err = results.Exec(); err == nil {
			err = read(results.Query)
		}
		if cerr := results.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			finish(conn)
			return err
		}
		r.conn = conn
		return nil
	})
}

func collect(query func() (pgx.Rows, error), each func(pgx.Rows) error) error {
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
	err = r.query(sql, args, func(query func() (pgx.Rows, error)) error {
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
			return fmt.Errorf("postgres: no connection: %w", err)
		}
		s.opts.Logger.Warn("server gone; trying again", "attempt", attempt+1, "err", err)
		if err := sleep(ctx, jitter(attempt, 5*time.Millisecond, 500*time.Millisecond)); err != nil {
			return err
		}
	}
}
