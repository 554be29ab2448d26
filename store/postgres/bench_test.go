package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/postgres/pgtest"
	"github.com/scefkit/scefkit/storetest"
)

const benchRecords = 2_000 // of each way

func recordKey(way string, i uint64) []byte {
	return store.AppendUint64([]byte("nidd/"+way+"/"), i*0x9E3779B97F4A7C15)
}

func recordValue(i uint64) []byte { return fmt.Appendf(nil, "%0300d", i) }

// record gives the three keys and values of a transaction, as a state, its timer and the timer's index.
func record(way string, n uint64) (keys, values [][]byte) {
	n %= benchRecords
	for i, v := range [][]byte{recordValue(n), store.AppendUint64(nil, n), {}} {
		keys, values = append(keys, recordKey(way, 3*n+uint64(i))), append(values, v)
	}
	return keys, values
}

// floor is what one would write by hand for the very transaction: read the keys, then compare and write in one
// statement.
type floor struct {
	pool  *pgxpool.Pool
	write string
}

func newFloor(pool *pgxpool.Pool, table string) floor {
	return floor{pool: pool, write: `WITH w AS (UPDATE ` + table + ` AS t SET value = u.value, version = $4
		FROM unnest($1::bytea[], $2::bytea[], $3::bigint[]) AS u(key, value, old)
		WHERE t.key = u.key AND t.version = u.old RETURNING 1)
		SELECT 1 / (CASE WHEN (SELECT count(*) FROM w) = $5 THEN 1 ELSE 0 END)`}
}

func (f floor) update(ctx context.Context, table string, n uint64, oneByOne bool) error {
	keys, values := record("floor", n)
	versions := make([]int64, len(keys))
	for {
		var err error
		if oneByOne {
			for i, k := range keys {
				var v []byte
				if err = f.pool.QueryRow(ctx, `SELECT value, version FROM `+table+` WHERE key = $1`, k).Scan(&v, &versions[i]); err != nil {
					return err
				}
			}
		} else {
			rows, err := f.pool.Query(ctx, `SELECT key, value, version FROM `+table+` WHERE key = ANY($1::bytea[])`, keys)
			if err != nil {
				return err
			}
			var k, v []byte
			var version int64
			_, err = pgx.ForEachRow(rows, []any{&k, &v, &version}, func() error {
				for i := range keys {
					if string(keys[i]) == string(k) {
						versions[i] = version
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		_, err = f.pool.Exec(ctx, f.write, keys, values, versions, rand.Int64()|1, len(keys))
		if !isConflict(err) {
			return err
		}
	}
}

// BenchmarkUpdate compares durable transactions that read and write three keys with the same by hand, on the same server and
// table. "floor" reads one key after the other, as a function must that finds the key of one record in another;
// "at-once", which nothing behind the seam can do, knows the keys beforehand and reads them in one statement. Of the
// Store, "first" does what the floor does with keys that it does not remember, "again" with keys that it wrote itself the
// last time, and "shared" with keys that another Store wrote the last time; "state" reads one key of the three, of which it
// remembers none, and writes all; "scan" looks through a range and inserts into it, and "counter" is the same key for all.
func BenchmarkUpdate(b *testing.B) {
	srv, stop := pgtest.Start(b, "shared_buffers=512MB", "max_wal_size=4GB")
	defer stop()
	s := open(b, srv.URL(), nil)
	pair := [2]*Store{s, open(b, srv.URL(), nil)}
	forgetful := open(b, srv.URL(), &Options{CacheRecords: -1})
	update := func(ctx context.Context, s *Store, way string, n uint64, reads int) error {
		keys, values := record(way, n)
		return s.Update(ctx, func(tx store.Tx) error {
			for _, k := range keys[:reads] {
				if _, err := tx.Get(k); err != nil {
					return err
				}
			}
			for i, k := range keys {
				if err := tx.Put(k, values[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, way := range []string{"floor", "first", "again", "shared", "state"} {
		var wg sync.WaitGroup
		for part := range uint64(16) {
			wg.Go(func() {
				for n := part; n < benchRecords; n += 16 {
					if err := update(b.Context(), s, way, n, 3); err != nil {
						b.Error(err)
					}
				}
			})
		}
		wg.Wait()
	}
	srv.Exec(b, "VACUUM ANALYZE scefkit")
	f := newFloor(s.pool, "scefkit")
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			storetest.Race(b, writers,
				&storetest.Way{Name: "floor", Run: func(ctx context.Context, n uint64) error { return f.update(ctx, "scefkit", n, true) }},
				&storetest.Way{Name: "at-once", Run: func(ctx context.Context, n uint64) error { return f.update(ctx, "scefkit", n, false) }},
				&storetest.Way{Name: "first", Run: func(ctx context.Context, n uint64) error { return update(ctx, forgetful, "first", n, 3) }},
				&storetest.Way{Name: "again", Run: func(ctx context.Context, n uint64) error { return update(ctx, s, "again", n, 3) }},
				&storetest.Way{Name: "shared", Run: func(ctx context.Context, n uint64) error { return update(ctx, pair[n/benchRecords%2], "shared", n, 3) }},
				&storetest.Way{Name: "state", Run: func(ctx context.Context, n uint64) error { return update(ctx, forgetful, "state", n, 1) }},
				&storetest.Way{Name: "scan", Run: func(ctx context.Context, n uint64) error {
					from := store.Key("nidd/d/").Text(fmt.Sprintf("00101%010d", n%benchRecords*7919))
					return s.Update(ctx, func(tx store.Tx) error {
						for _, err := range tx.Scan(from, store.PrefixEnd(from), false) {
							if err != nil {
								return err
							}
						}
						return tx.Put(from.Uint64(n), recordValue(n))
					})
				}},
				&storetest.Way{Name: "counter", Run: func(ctx context.Context, _ uint64) error {
					return s.Update(ctx, func(tx store.Tx) error {
						_, err := increment(tx, "counter")
						return err
					})
				}},
			)
		})
	}
}
