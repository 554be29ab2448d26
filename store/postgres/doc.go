// Package postgres is the store.Store for several nodes, on PostgreSQL 12 or later. It keeps to what CockroachDB and
// YugabyteDB understand as well; see below for what has been tried.
//
// Begin with [Open]. Any number of Stores, in any number of processes, may share one database, in one table of keys and
// values. Beside it stand two small ones: the guards, see below, and the version of the schema. Open makes them all.
// Connect to the server itself or through a pooler in session mode: the Store sets parameters of its sessions.
//
// # Transactions
//
// A View reads from a snapshot on the server, which is a REPEATABLE READ transaction that begins in one message with the
// first read. So does an Update that scans or gets more than a few keys. One that gets a few does without: each Get is one
// statement that also looks at the versions of the keys read before, and when one has changed, fn runs again. Update notes
// the version of every record that it reads and keeps its writes to itself. To commit, it ends the snapshot, if there is
// one, and sends all that is to be written and checked in one further message. When a check fails, fn runs again: after
// those in the same process that met a conflict at the same keys, and after a random wait from the second time on, until
// ctx ends. Then all keys that it read the last time are read at once. A transaction therefore takes one round trip for
// every read and one for the commit.
//
// An Update reads nothing at all when it needs only records that this Store saw together lately, as those of its own last
// commit: the commit compares their versions all the same, and one that ends without a commit compares them before it
// ends. A record that another Store has changed is read again until it is found unchanged. See Options.CacheRecords.
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
// # Servers
//
// On servers that are not PostgreSQL, and when Options.Serializable is set, the commit is a SERIALIZABLE transaction with
// the same checks, but without guards and share locks: it reads again all that was read, and the server does the rest.
// What it refuses with 40001 or 40P01 runs again.
//
// The tests run on PostgreSQL 15 in both ways, with a synchronous standby, TLS, kills and failovers. Nobody has run them on
// CockroachDB or YugabyteDB. Their documentation was read for each statement: one change of one table in a WITH, UPDATE
// FROM, DELETE USING, unnest of several arrays, INSERT ON CONFLICT, FOR UPDATE, and REPEATABLE READ, which CockroachDB may
// raise to SERIALIZABLE. The locks they handle differently, FOR SHARE and NOWAIT, are not used there. CockroachDB needs
// version 23.2 or later. Before using either, run package storetest on it, and the failures of your cluster. What is known to
// differ: they may refuse a read of a View with 40001, which View returns, since it cannot run fn again; and they have no
// settings that Open could check, so durability is as they are set up.
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
// Options.Reconnect says, and then fails with store.ErrUnavailable. A View that has read something cannot, and fails. When the connection breaks after the
// commit was sent, when the commit takes longer than Options.CommitTimeout, or when the server warns that it gave up
// waiting for its standby, Update returns store.ErrOutcomeUnknown.
//
// The context of a transaction bounds its reads and the wait for a connection. It does not reach the commit, and neither
// should statement_timeout: set it to 0 or well above the time that a commit may take.
//
// # Operation
//
// What to set on the server and in the connection string:
//
//	fsync = on                                  refused by Open if off
//	synchronous_standby_names = 'ANY 1 (...)'   else a failover loses what the standby has not got
//	synchronous_commit = on or remote_apply     lower ones are raised to on
//	max_connections                             at least Options.MaxConns times the nodes, and some for operators
//	statement_timeout = 0, lock_timeout = 0     or well above Options.CommitTimeout
//	idle_in_transaction_session_timeout         0, or above the time that the longest View takes between two reads
//	autovacuum = on                             records are changed all the time
//	sslmode=verify-full sslrootcert=FILE        with sslcert and sslkey for a certificate of the client
//	host=db1,db2                                all that may become primary
//	a role that may create tables in the schema for the first Open and after updates, else SELECT, INSERT, UPDATE, DELETE
//
// What errors mean and what to do:
//
//	store.ErrOutcomeUnknown    the commit may have taken place: read again; if often, look at the standby and the network
//	ErrUnsafe                  set fsync on
//	ErrNewer                   a newer program has migrated the tables: update this one
//	"no connection"            nobody who takes writes was reachable for Options.Reconnect: look at the servers and the names
//	"x509: ..."                the server's certificate is not signed by sslrootcert, or is for another name
//	"server refused TLS"       set ssl on
//	SQLSTATE 53300             as "no connection", with max_connections reached
//	SQLSTATE 53100             the disk of the server is full; nothing was written
//	SQLSTATE 42501             the role lacks a right
//	"server gone" in the log   a transaction waits for a server or a failover; it goes on by itself
//
// Open migrates the tables of an older program while nodes with that program go on. Every statement of a migration may be
// repeated, so an Open that was killed is finished by the next one.
package postgres
