package bench

import (
	"context"
	"flag"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/etcd"
	"github.com/scefkit/scefkit/store/pebble"
	"github.com/scefkit/scefkit/store/postgres"
	"github.com/scefkit/scefkit/t8"
)

var storeURL = flag.String("store", "", "store of BenchmarkProvision: a `URL` of PostgreSQL, or etcd://host:port,... ; default: pebble in a temporary directory")

// openStore opens an empty store: one of a former run must be dropped before.
func openStore(b *testing.B) store.Store {
	ctx := context.Background()
	var s store.Store
	var err error
	switch endpoints, isEtcd := strings.CutPrefix(*storeURL, "etcd://"); {
	case isEtcd:
		s, err = etcd.Open(ctx, clientv3.Config{Endpoints: strings.Split(endpoints, ",")}, &etcd.Options{Prefix: "bench/" + time.Now().Format(time.RFC3339Nano) + "/"})
	case *storeURL != "":
		s, err = postgres.Open(ctx, *storeURL, &postgres.Options{Table: "bench" + time.Now().Format("20060102150405")})
	default:
		s, err = pebble.Open(b.TempDir(), nil)
	}
	check(b, err)
	b.Cleanup(func() { check(b, s.Close()) })
	return s
}

// BenchmarkProvision configures UEs and establishes their connections, two commits for each, with 16 and 128 requests
// under way, in a cluster if the store may be shared. One operation is one UE.
func BenchmarkProvision(b *testing.B) {
	s := openStore(b)
	var cluster *store.Cluster
	if *storeURL != "" {
		var err error
		cluster, err = store.NewCluster(s, []byte("cluster/"), nil)
		check(b, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	joined, left := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(left)
		_ = cluster.Run(ctx, func(ctx context.Context) error {
			close(joined)
			<-ctx.Done()
			return ctx.Err()
		})
	}()
	<-joined
	p, err := nidd.New(nidd.Deps{
		Self: diameter.Identity{Host: scefHost, Realm: realm}, APIRoot: "http://127.0.0.1:8080", Store: s, Cluster: cluster, Transport: grants{},
		Notifier: t8.NewNotifier(nil), Outbox: t8.NewOutbox([]byte("outbox/"), t8.NewNotifier(nil), nil),
		Profiles: policy.NIDDByID{scsas: {APN: apn}},
	}, nil)
	check(b, err)
	r := role{Destination: "http://127.0.0.1:9/notify"}
	var next atomic.Int64
	for _, workers := range []int{16, 128} {
		b.Run(map[int]string{16: "16", 128: "128"}[workers], func(b *testing.B) {
			left := atomic.Int64{}
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := r.make(p, int(next.Add(1))); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
	b.Logf("%d UEs in the store", next.Load())
	p.Close()
	cancel()
	<-left
}
