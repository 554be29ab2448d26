package etcd_test

import "github.com/scefkit/scefkit/store/etcd"

// exampleEndpoints are those of a cluster in this process.
func exampleEndpoints() []string { return etcd.SharedEndpoints() }
