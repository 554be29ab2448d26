package etcd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/etcd/etcdtest"
)

// BenchmarkUpdate compares an Update that reads three keys and writes them, as a state, its timer and the timer's index,
// with the same written by hand on the client of etcd: one transaction that reads, one that compares and writes. All run
// on three members in this process, which sync, and take turns.
//
// The floor is what one has to do who remembers nothing. Of the Store, "first" is an Update of keys that it does not
// remember, "again" is one of keys that it wrote itself the last time, "shared" one of keys that another Store wrote the
// last time.
func BenchmarkUpdate(b *testing.B) {
	c := etcdtest.Start(b, 3, nil)
	client, err := clientv3.New(clientv3.Config{Endpoints: c.Endpoints()})
	require.NoError(b, err)
	b.Cleanup(func() { client.Close() })
	const records = 400
	values := [][]byte{make([]byte, 300), make([]byte, 8), {}}
	keys := func(n uint64) (k [3]string) {
		for i := range k {
			k[i] = fmt.Sprintf("%020d", (3*(n%records)+uint64(i))*0x9E3779B97F4A7C15)
		}
		return k
	}

	byHand := func(ctx context.Context, n uint64) error {
		k := keys(n)
		for {
			var gets, puts []clientv3.Op
			for i := range k {
				gets = append(gets, clientv3.OpGet("hand/"+k[i]))
				puts = append(puts, clientv3.OpPut("hand/"+k[i], string(values[i])))
			}
			read, err := client.Txn(ctx).Then(gets...).Commit()
			if err != nil {
				return err
			}
			var cmps []clientv3.Cmp
			for i := range k {
				var mod int64
				if kvs := read.Responses[i].GetResponseRange().Kvs; len(kvs) > 0 {
					mod = kvs[0].ModRevision
				}
				cmps = append(cmps, clientv3.Compare(clientv3.ModRevision("hand/"+k[i]), "=", mod))
			}
			done, err := client.Txn(ctx).If(cmps...).Then(puts...).Commit()
			if err != nil || done.Succeeded {
				return err
			}
		}
	}
	update := func(s *Store) func(ctx context.Context, n uint64) error {
		return func(ctx context.Context, n uint64) error {
			k := keys(n)
			return s.Update(ctx, func(tx store.Tx) error {
				var errs []error
				for i := range k {
					_, err := tx.Get([]byte(k[i]))
					errs = append(errs, err, tx.Put([]byte(k[i]), values[i]))
				}
				return errors.Join(errs...)
			})
		}
	}
	first := update(open(b, c.Endpoints(), Options{CacheRecords: -1}))
	again := update(open(b, c.Endpoints(), Options{}))
	pair := [2]func(context.Context, uint64) error{}
	for i := range pair {
		pair[i] = update(open(b, c.Endpoints(), Options{Prefix: "shared/"}))
	}
	shared := func(ctx context.Context, n uint64) error { return pair[n/records%2](ctx, n) }
	for n := range uint64(2 * records) { // all keys are there from the beginning
		for _, fn := range []func(context.Context, uint64) error{byHand, first, again, shared} {
			require.NoError(b, fn(b.Context(), n))
		}
	}
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			race(b, writers, []*way{
				{name: "by-hand", run: byHand}, {name: "first", run: first}, {name: "again", run: again}, {name: "shared", run: shared},
			})
		})
	}
}

// way is one way to run a transaction.
type way struct {
	name  string
	run   func(ctx context.Context, n uint64) error
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
						if err := w.run(b.Context(), w.calls.Add(1)); err != nil {
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
