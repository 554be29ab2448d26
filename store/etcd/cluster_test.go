package etcd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"

	"github.com/scefkit/scefkit/store/etcd/etcdtest"
)

// noSync spares the disk, which no test here is about: what a killed member wrote, the system has.
func noSync(cfg *embed.Config) { cfg.UnsafeNoFsync = true }

// shared are clusters for the tests that do not harm them, of three members and of one.
var shared [2]struct {
	once    sync.Once
	cluster *etcdtest.Cluster
	err     error
}

var sharedDir string

func sharedEndpoints(i, members int) []string {
	s := &shared[i]
	s.once.Do(func() {
		s.cluster, s.err = etcdtest.New(filepath.Join(sharedDir, fmt.Sprint(members)), members, noSync)
	})
	if s.err != nil {
		panic(s.err)
	}
	return s.cluster.Endpoints()
}

// SharedEndpoints is for the example, too.
func SharedEndpoints() []string { return sharedEndpoints(0, 3) }

// aloneEndpoints are those of a single member, for tests that look at what the Store does and not at the cluster.
func aloneEndpoints() []string { return sharedEndpoints(1, 1) }

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "etcd")
	if err != nil {
		panic(err)
	}
	sharedDir = dir
	code := m.Run()
	for i := range shared {
		if c := shared[i].cluster; c != nil {
			c.Close()
		}
	}
	os.RemoveAll(dir)
	os.Exit(code)
}

var prefixes atomic.Int64

// open opens a Store at endpoints; an empty prefix stands for a new one. It does not look at the limits of the servers,
// which takes them long under the race detector.
func open(t testing.TB, endpoints []string, o Options) *Store {
	t.Helper()
	o.unchecked = true
	if o.Prefix == "" {
		o.Prefix = fmt.Sprintf("t%d/", prefixes.Add(1))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s, err := Open(ctx, clientv3.Config{Endpoints: endpoints}, &o)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}
