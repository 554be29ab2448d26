package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/etcd"
	"github.com/scefkit/scefkit/store/pebble"
	"github.com/scefkit/scefkit/store/postgres"
)

// storeConfig says where the state is kept: in a directory of this daemon, or in a database that several share.
type storeConfig struct {
	Engine string `yaml:"engine"` // a key of engines; default: pebble

	Dir string `yaml:"dir"` // pebble

	URL   string `yaml:"url"`   // postgres: connection string of libpq
	Table string `yaml:"table"` // postgres; default: scefkit

	Endpoints []string   `yaml:"endpoints"` // etcd: URIs of members
	Prefix    string     `yaml:"prefix"`    // etcd: begin of all keys; default: scefkit/
	Username  string     `yaml:"username"`  // etcd
	Password  string     `yaml:"password"`  // etcd
	TLS       *clientTLS `yaml:"tls"`       // etcd

	Lease duration `yaml:"lease"` // postgres and etcd: see store.ClusterOptions
}

type clientTLS struct {
	CA   string `yaml:"ca"`   // PEM file of who signed the server's certificate; default: those of the system
	Cert string `yaml:"cert"` // PEM file; with key
	Key  string `yaml:"key"`  // PEM file
}

// engine is a kind of store: its keys in the configuration and how it is opened.
type engine struct {
	keys []string // that it needs
	may  []string // that it understands besides
	open func(ctx context.Context, c *storeConfig, log *slog.Logger) (store.Store, error)
}

var engines = map[string]engine{
	"pebble": {keys: []string{"dir"}, open: func(_ context.Context, c *storeConfig, log *slog.Logger) (store.Store, error) {
		return opened(pebble.Open(c.Dir, &pebble.Options{Logger: log}))
	}},
	"postgres": {keys: []string{"url"}, may: []string{"table", "lease"},
		open: func(ctx context.Context, c *storeConfig, log *slog.Logger) (store.Store, error) {
			return opened(postgres.Open(ctx, c.URL, &postgres.Options{Table: c.Table, Logger: log}))
		}},
	"etcd": {keys: []string{"endpoints"}, may: []string{"prefix", "username", "password", "tls", "lease"},
		open: func(ctx context.Context, c *storeConfig, log *slog.Logger) (store.Store, error) {
			security, err := c.TLS.load()
			if err != nil {
				return nil, err
			}
			// What a leader that dies has taken is never answered. The lease must outlast asking again.
			timeout := min(c.Lease.Duration/4, 3*time.Second) // 0 is the default of both
			return opened(etcd.Open(ctx, clientv3.Config{
				Endpoints: c.Endpoints, Username: c.Username, Password: c.Password, TLS: security,
			}, &etcd.Options{Prefix: c.Prefix, RequestTimeout: timeout, Logger: log}))
		}},
}

// opened keeps a store that was not opened from being one that is not nil.
func opened[S store.Store](s S, err error) (store.Store, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// engine returns which one is meant.
func (c *storeConfig) engine() string {
	if c.Engine == "" {
		return "pebble"
	}
	return c.Engine
}

func (c *storeConfig) check(f *faults) {
	e, ok := engines[c.engine()]
	if !ok {
		f.add("store.engine", "%q is not pebble, postgres or etcd", c.Engine)
		return
	}
	given := map[string]bool{
		"dir": c.Dir != "", "url": c.URL != "", "table": c.Table != "", "endpoints": len(c.Endpoints) > 0, "prefix": c.Prefix != "",
		"username": c.Username != "", "password": c.Password != "", "tls": c.TLS != nil, "lease": c.Lease.Duration != 0,
	}
	for _, key := range e.keys {
		if !given[key] {
			f.add("store."+key, "is missing")
		}
		delete(given, key)
	}
	for _, key := range e.may {
		delete(given, key)
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if given[key] {
			f.add("store."+key, "is not for the engine %s", c.engine())
		}
	}
	if c.Lease.text != "" {
		f.add("store.lease", "%q is not a duration as 10s, 5m or 24h", c.Lease.text)
	} else if l := c.Lease.Duration; l != 0 && (l < time.Second || l > time.Hour) {
		f.add("store.lease", "%v is not in 1s to 1h", l)
	}
	if t := c.TLS; t != nil && (t.Cert == "") != (t.Key == "") {
		f.add("store.tls", "cert and key go together")
	}
}

// open opens the store, and for one that may be shared the cluster of the daemons that share it.
func (c *storeConfig) open(ctx context.Context, log *slog.Logger) (store.Store, *store.Cluster, error) {
	e := engines[c.engine()]
	s, err := e.open(ctx, c, log)
	if err != nil {
		return nil, nil, fmt.Errorf("store.%s: %w", e.keys[0], err)
	}
	if c.engine() == "pebble" {
		return s, nil, nil
	}
	cluster, err := store.NewCluster(s, []byte("cluster/"), &store.ClusterOptions{Lease: c.Lease.Duration, Logger: log})
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, cluster, nil
}

func (t *clientTLS) load() (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.Cert != "" {
		cert, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, fmt.Errorf("tls.cert, tls.key: %w", err)
		}
		out.Certificates = []tls.Certificate{cert}
	}
	if t.CA != "" {
		pool, err := certificates(t.CA)
		if err != nil {
			return nil, fmt.Errorf("tls.ca: %w", err)
		}
		out.RootCAs = pool
	}
	return out, nil
}

// certificates reads the certificates of a PEM file.
func certificates(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in %s", path)
	}
	return pool, nil
}
