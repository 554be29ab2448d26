package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// way is one way to run a transaction.
type way struct {
	name  string
	run   func(n uint64) error
	calls atomic.Uint64
	took  time.Duration
}

// race lets the ways take turns of a tenth of a second each, so that whatever else the machine does hits all of them.
// It reports how many calls each made in a second, and what part of the calls of the first that is.
func race(b *testing.B, writers int, ways []*way) {
	for b.Loop() {
		for _, w := range ways {
			begin := time.Now()
			var wg sync.WaitGroup
			for range writers {
				wg.Go(func() {
					for time.Since(begin) < 100*time.Millisecond {
						if err := w.run(w.calls.Add(1)); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			w.took += time.Since(begin)
		}
	}
	rate := func(w *way) float64 { return float64(w.calls.Load()) / w.took.Seconds() }
	for _, w := range ways {
		b.ReportMetric(rate(w), w.name+"/s")
		if w != ways[0] {
			b.ReportMetric(100*rate(w)/rate(ways[0]), w.name+"/%")
		}
	}
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

// BenchmarkUpdate compares durable transactions that read and write three keys with the same by hand, on the same pool and
// table. "floor" reads one key after the other, as a function must that finds the key of one record in another;
// "at-once", which nothing behind the seam can do, knows the keys beforehand and reads them in one statement. Of the
// Store, "three" does what the floor does, "state" reads one key of the three and writes all, as most procedures do,
// "scan" looks through a range and inserts into it, and "counter" is the same key for all.
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
	update := func(n uint64, reads int) error {
		keys, values := record(n)
		return s.Update(b.Context(), func(tx store.Tx) error {
			for _, k := range keys[:reads] {
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
	}
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			race(b, writers, []*way{
				{name: "floor", run: func(n uint64) error { return f.update(b.Context(), "scefkit", n, true) }},
				{name: "at-once", run: func(n uint64) error { return f.update(b.Context(), "scefkit", n, false) }},
				{name: "three", run: func(n uint64) error { return update(n, 3) }},
				{name: "state", run: func(n uint64) error { return update(n, 1) }},
				{name: "scan", run: func(n uint64) error {
					from := store.Key("nidd/d/").Text(fmt.Sprintf("00101%010d", n%benchRecords*7919))
					return s.Update(b.Context(), func(tx store.Tx) error {
						for _, err := range tx.Scan(from, store.PrefixEnd(from), false) {
							if err != nil {
								return err
							}
						}
						return tx.Put(from.Uint64(n), recordValue(n))
					})
				}},
				{name: "counter", run: func(uint64) error {
					return s.Update(b.Context(), func(tx store.Tx) error {
						_, err := increment(tx, "counter")
						return err
					})
				}},
			})
		})
	}
}
