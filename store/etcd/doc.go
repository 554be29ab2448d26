// Package etcd is the store.Store for a small cluster of nodes that has no database server: it keeps its data in etcd,
// whose three or five members agree by Raft and may run on the very machines of the nodes.
//
// Begin with [Open], or with [New] if there is a client already. Any node may serve any request, and any member may fail:
// as long as most members live and reach each other, every transaction that was acknowledged is there, and new ones go on.
//
// # Servers
//
// The limits of package store are above what etcd allows by default. Every member needs
//
//	--max-txn-ops=65536 --max-request-bytes=16777216
//
// which Open checks at the member that it reaches; a server with less gives an error that wraps [ErrServerLimits]. With
// just these a transaction may write 65,000 keys; one that writes more, which takes keys and values of less than 128
// octets together to stay within store.MaxTx, is refused with store.ErrTooLarge unless the flags allow more.
//
// etcd keeps every version of every key until it is compacted: set --auto-compaction-mode=periodic and
// --auto-compaction-retention to some minutes, no less than the longest View takes. Its database is meant to stay below 8
// GB, all of it is written by one member after the other, and an Update takes at least one round trip and one sync of the
// disk of most members: some thousand Updates in a second, however many nodes there are.
//
// # Transactions
//
// A transaction reads at one revision and notes what it read. Its commit is one transaction of etcd, under the condition
// that all of that is unchanged: the revision of each key, that no key in the scanned ranges is new or changed, and that no
// key found there has gone. If the condition fails, fn runs again, with the present values that the refusal brought
// along. One that conflicts often waits for its turn among those of the same Store.
//
// Above 16,000 keys or 1 MiB of keys read, the condition becomes coarse to stay small: nothing was written between the
// lowest and the highest key, and nothing at all was deleted in the Store. Such a transaction may have to run often when
// others delete all the time.
//
// What was read or written lately is remembered together with the revisions at which it is known to be true. An Update
// starts from that if all of it was true at one time, and its commit tells whether it still is: then it takes one round
// trip, or two if the keys were changed by another Store the last time. A View never starts from memory: its first read asks the cluster for the latest revision.
//
// A Scan reads pages of at least 8 keys. etcd sorts the whole range for each page of a descending Scan, and looks at the
// whole range when an Update that scanned it commits: keep such ranges short.
//
// # Failure
//
// While a leader is elected, or a member does not answer, requests are sent again, to other members, for
// Options.Patience; then View and Update fail with an error that wraps [ErrUnavailable].
//
// When the answer to a commit is lost, the commit is sent again. It cannot take place twice, because every commit also
// changes a key of its own that only one commit at a time uses; by that key the Store finds out what became of it. Only if
// the cluster does not answer for Options.Patience is the error one that wraps store.ErrOutcomeUnknown.
//
// These keys, some 60 octets for each Update that ran at one time, go when the Store is closed. Those of a process that
// died are removed a day later by an Open.
//
// # Operation
//
// What to set on every member:
//
//	--max-txn-ops=65536                  checked by Open
//	--max-request-bytes=16777216         checked by Open
//	--auto-compaction-mode=periodic      else the database grows until it is full
//	--auto-compaction-retention=10m      or longer, if a View takes longer
//	--quota-backend-bytes                above twice the data, with the versions of one retention; at most 8 GB
//	--client-cert-auth, --cert-file, --key-file, --trusted-ca-file      then clientv3.Config.TLS and https endpoints
//	disks of their own, on which fdatasync takes less than 10 ms; defragment one member after the other now and then
//	three members, or five; never with --unsafe-no-fsync
//
// With authentication, the user of the Store needs read and write on the keys that begin with Options.Prefix.
//
// What errors mean and what to do:
//
//	store.ErrOutcomeUnknown       the commit may have taken place: read again; look at the members and the network
//	ErrUnavailable                most members are down, cut off or too slow for Options.Patience; nothing was written
//	... "x509" or "handshake"     the same, because the certificates of members and client do not match
//	ErrServerLimits               set the two flags above on every member
//	store.ErrTooLarge             beyond store.MaxTx, or a member has lower limits than the one that Open asked
//	ErrCompacted                  a View outlasted the retention: run it again, or raise the retention
//	"database space exceeded"     compact, defragment, raise the quota, then clear the alarm (etcdctl alarm disarm)
//	"newer program"               a newer program has changed the layout: update this one
//	"data of another program"     choose another Options.Prefix
package etcd
