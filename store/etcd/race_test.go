//go:build race

package etcd

// slow says that the servers, which run in this process, take many times as long as they would.
const slow = true
