package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/postgres/pgtest"
)

const benchRecords = 10_000

func recordKey(i uint64) []byte {
	return store.AppendUint64([]byte("nidd/config/"), i*0x9E3779B97F4A7C15)
}

func recordValue(i uint64) []byte { return fmt.Appendf(nil, "%0300d", i) }

// record gives the three keys and values of a transaction, as a state, its timer and the timer's index.
func record(n uint64) (keys, values [][]byte) {
	n %= benchRecords
	for i, v := range [][]byte{recordValue(n), store.AppendUint64(nil, n), {}} {
		keys, values = append(keys, recordKey(3*n+uint64(i))), append(values, v)
	}
	return keys, values
}

// share runs b.N calls of fn in goroutines.
func share(b *testing.B, writers int, fn func(n uint64) error) {
	var next atomic.Uint64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			for n := next.Add(1); n <= uint64(b.N); n = next.Add(1) {
				if err := fn(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
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
	keys, values := record(n)
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

// BenchmarkUpdate compares durable transactions that read and write three keys with the same by hand. The floor runs
// on the same pool and table: "floor" reads one key after the other, as a function must that finds the key of one
// record in another; "floor-at-once", which nothing behind the seam can do, knows the keys beforehand and reads them in
// one statement. "state" reads one key of the three and writes all, as most procedures do.
func BenchmarkUpdate(b *testing.B) {
	srv, stop := pgtest.Start(b, "shared_buffers=512MB", "max_wal_size=4GB")
	defer stop()
	s := open(b, srv.URL(), nil)
	for n := uint64(0); n < benchRecords; n += 500 {
		require.NoError(b, s.Update(b.Context(), func(tx store.Tx) error {
			for i := range uint64(500) {
				keys, values := record(n + i)
				for j, k := range keys {
					if err := tx.Put(k, values[j]); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
	srv.Exec(b, "VACUUM ANALYZE scefkit")
	f := newFloor(s.pool, "scefkit")
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprint("floor-at-once/", writers), func(b *testing.B) {
			share(b, writers, func(n uint64) error { return f.update(b.Context(), "scefkit", n, false) })
		})
		b.Run(fmt.Sprint("floor/", writers), func(b *testing.B) {
			share(b, writers, func(n uint64) error { return f.update(b.Context(), "scefkit", n, true) })
		})
		b.Run(fmt.Sprint("store/", writers), func(b *testing.B) {
			share(b, writers, func(n uint64) error {
				keys, values := record(n)
				return s.Update(b.Context(), func(tx store.Tx) error {
					for _, k := range keys {
						if v, err := tx.Get(k); err != nil || v == nil {
							return fmt.Errorf("%q, %w", v, err)
						}
					}
					for i, k := range keys {
						if err := tx.Put(k, values[i]); err != nil {
							return err
						}
					}
					return nil
				})
			})
		})
		b.Run(fmt.Sprint("store-state/", writers), func(b *testing.B) {
			share(b, writers, func(n uint64) error {
				keys, values := record(n)
				return s.Update(b.Context(), func(tx store.Tx) error {
					if v, err := tx.Get(keys[0]); err != nil || v == nil {
						return fmt.Errorf("%q, %w", v, err)
					}
					for i, k := range keys {
						if err := tx.Put(k, values[i]); err != nil {
							return err
						}
					}
					return nil
				})
			})
		})
		b.Run(fmt.Sprint("store-scan-insert/", writers), func(b *testing.B) {
			share(b, writers, func(n uint64) error {
				from := store.Key("nidd/d/").Text(fmt.Sprintf("00101%010d", n%benchRecords*7919))
				return s.Update(b.Context(), func(tx store.Tx) error {
					for _, err := range tx.Scan(from, store.PrefixEnd(from), false) {
						if err != nil {
							return err
						}
					}
					return tx.Put(from.Uint64(n), recordValue(n))
				})
			})
		})
		b.Run(fmt.Sprint("store-one-counter/", writers), func(b *testing.B) {
			share(b, writers, func(uint64) error {
				return s.Update(b.Context(), func(tx store.Tx) error {
					_, err := increment(tx, "counter")
					return err
				})
			})
		})
	}
}
