//go:build !race

package etcd

const slow = false
