// Package postgres is the store.Store for several nodes, on PostgreSQL. It is written for what CockroachDB and YugabyteDB
// understand as well, but has been tried on PostgreSQL only.
//
// Begin with [Open]. Any number of Stores, in any number of processes, may share one database, in one table of keys and
// values. Beside it stand two small ones: the guards, see below, and the version of the schema. Open makes them all.
// Connect to the server itself or through a pooler in session mode: the Store sets parameters of its sessions.
//
// # Transactions
//
// View and Update read from a snapshot on the server, which is a REPEATABLE READ transaction that begins in one message
// with the first read. Update notes the version of every record that it reads and keeps its writes to itself. To commit,
// it ends the snapshot and sends all that is to be written and checked in one further message. When a check fails, fn
// runs again: after those in the same process that met a conflict at the same keys, and after a random wait from the
// second time on, until ctx ends. A transaction therefore takes one round trip for every read and one for the commit.
//
// Which statements make the commit depends on what was read:
//
//   - When every key that was read is also written, and all were there, or none was, or nothing was read, one statement
//     compares the versions and writes. It is a transaction by itself.
//   - When other keys were read as well, or the writes are of several kinds, a READ COMMITTED transaction first writes and
//     then takes share locks on what was only read, if the versions are the same. It does not wait for such a lock.
//   - When ranges were scanned, or keys read that were not there, it also takes its guards before the first write, and
//     counts the keys in the ranges after the last lock. Keys that are deleted without having been read count as read and
//     not there, unless the deletion of one is all that the transaction does.
//
// This is right because a transaction that has all its locks (those on rows that it writes are exclusive, and the index
// keeps others from inserting the keys that it inserts) and finds what it read unchanged, could as well have run wholly at
// this instant: nobody can change what it read, or see what it writes, before it ends. What a lock on a row cannot hold is
// that a key stays absent. If another transaction inserts the key after the ranges were counted, it counts as the later
// one; and it is, since whatever else it reads or writes it holds until its own end. That is not so only for one that
// itself looked for absent keys, since these it does not hold; so two such transactions, one of which inserts what the
// other one looked for, must not overlap. The guards see to this: rows without a meaning, found by hashing the octets
// that the keys of a range have in common, cut to one of a few lengths up to 56. Ranges of different beginnings
// therefore go in parallel; those of keys with less than 12 octets in common are committed one after the other when they
// meet transactions that scan and insert.
//
// A View sees the transactions in the order in which they committed. It may see one and not yet another one that counts
// as the earlier, when the latter scanned a range into which the former inserted; each is seen in whole.
//
// On servers other than PostgreSQL, and when Options.Serializable is set, the commit is a SERIALIZABLE transaction with
// the same checks and without guards: it reads again all that was read, and the server does the rest.
//
// # Durability
//
// The Store turns synchronous_commit on for its sessions where it is off or local, and leaves remote_apply as it is; Open
// refuses a PostgreSQL server with fsync off. Settings below, such as write caches of disks, are the operator's. To lose
// nothing in a failover, set synchronous_standby_names, promote only a synchronous standby, and keep an old primary from
// coming back. Then name all hosts in the connection string: the Store connects only to one that takes writes.
//
// # Failure
//
// A transaction that cannot reach the server, or is thrown out by it before the commit, tries again for as long as
// Options.Reconnect says. A View that has read something cannot, and fails. When the connection breaks after the
// commit was sent, when the commit takes longer than Options.CommitTimeout, or when the server warns that it gave up
// waiting for its standby, Update returns store.ErrOutcomeUnknown.
//
// The context of a transaction bounds its reads and the wait for a connection. It does not reach the commit, and neither
// should statement_timeout: set it to 0 or well above the time that a commit may take.
package postgres
