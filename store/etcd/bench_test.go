package etcd

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/etcd/etcdtest"
	"github.com/scefkit/scefkit/storetest"
)

// BenchmarkUpdate compares an Update that reads three keys and writes them, as a state, its timer and the timer's index,
// with the same written by hand on the client of etcd. All run on three members in this process, which sync, and take
// turns.
//
// "floor" reads one key after the other, as a function must that finds the key of one record in another, and then compares
// and writes in one transaction; "at-once", which nothing behind the seam can do, knows the keys beforehand and reads them
// in one transaction. Of the Store, "first" is an Update of keys that it does not remember, "again" is one of keys that it
// wrote itself the last time, "shared" one of keys that another Store wrote the last time.
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

	byHand := func(ctx context.Context, n uint64, atOnce bool) error {
		k := keys(n)
		for {
			var gets, puts []clientv3.Op
			var cmps []clientv3.Cmp
			compare := func(key string, kvs []*mvccpb.KeyValue) {
				var mod int64
				if len(kvs) > 0 {
					mod = kvs[0].ModRevision
				}
				cmps = append(cmps, clientv3.Compare(clientv3.ModRevision(key), "=", mod))
			}
			for i := range k {
				key := "hand/" + k[i]
				gets = append(gets, clientv3.OpGet(key))
				puts = append(puts, clientv3.OpPut(key, string(values[i])))
				if !atOnce {
					read, err := client.Get(ctx, key)
					if err != nil {
						return err
					}
					compare(key, read.Kvs)
				}
			}
			if atOnce {
				read, err := client.Txn(ctx).Then(gets...).Commit()
				if err != nil {
					return err
				}
				for i := range k {
					compare("hand/"+k[i], read.Responses[i].GetResponseRange().Kvs)
				}
			}
			done, err := client.Txn(ctx).If(cmps...).Then(puts...).Commit()
			if err != nil || done.Succeeded {
				return err
			}
		}
	}
	floor := func(ctx context.Context, n uint64) error { return byHand(ctx, n, false) }
	atOnce := func(ctx context.Context, n uint64) error { return byHand(ctx, n, true) }
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
		for _, fn := range []func(context.Context, uint64) error{floor, first, again, shared} {
			require.NoError(b, fn(b.Context(), n))
		}
	}
	for _, writers := range []int{1, 16, 128} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) {
			storetest.Race(b, writers,
				&storetest.Way{Name: "floor", Run: floor},
				&storetest.Way{Name: "at-once", Run: atOnce},
				&storetest.Way{Name: "first", Run: first},
				&storetest.Way{Name: "again", Run: again},
				&storetest.Way{Name: "shared", Run: shared})
		})
	}
}
