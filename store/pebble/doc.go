// Package pebble is the durable embedded store.Store, on the storage engine github.com/cockroachdb/pebble.
//
// Begin with [Open]. A store lives in a directory of its own, which one Store may use at a time.
//
// # Transactions
//
// View and Update run in parallel, each on a snapshot. Update checks at its commit, under one lock, that nothing it read
// has been written since its snapshot; if something was, fn runs again, and after a few conflicts it runs under the lock,
// so that it comes through. Long Update functions are therefore a burden for the others, long View functions are not.
//
// # Durability
//
// Update returns when its writes have been synced to the write-ahead log; all commits that wait at one time share one
// sync. Between commit and sync the writes are seen by other Updates, which may build on them because their own sync
// comes later. They are not seen by anyone who returns earlier: View reads the state as of the last sync, and an Update
// that wrote nothing, or whose fn returned an error, returns after everything it may have read was synced. So no caller
// ever acts on something that a power cut takes back.
//
// # Backup
//
// [Store.Checkpoint] makes a backup while the store works, in no time when it is made on the same file system. Copy it
// elsewhere, file by file, with any tool. [Restore] makes a new directory from it, checks all of it, and [Open] opens that.
// The directory of a store that is closed can be copied and restored in the same way; that of one that is open cannot be
// copied. A backup is a directory of its own kind: restore it rather than open it.
//
// # Verification
//
// Open reads the manifest and the logs and checks them; tables are checked as they are read. With Options.Verify, Open
// reads and checks all tables; [Store.Verify] does it while the store works. What cannot be noticed:
//
//   - The log is written on to the end, and a power cut may tear its end. A log whose end is cut off or damaged therefore
//     counts as torn: Open keeps the transactions before that point, each in whole, and says nothing. Damage before
//     something that was synced later is noticed. Of several logs only the last may be torn; an earlier one that is cut
//     is noticed, unless it is lost in whole or cut exactly between two transactions.
//   - The last record of the manifest may be torn likewise.
//
// In a backup all of that is noticed, because it has checksums of its own.
//
// # Full disk
//
// The store sets space aside (Options.Reserve), where the file system can do that. When the disk is full the commits under
// way are completed with it. From then on commits are refused with [ErrDiskFull] and nothing of them is written; View and
// transactions that only read work. Once there is space again for the reserve and as much again, commits are taken as
// before, without opening anew. A delete is a commit: it does not free the disk. Open on a full disk returns ErrDiskFull,
// too, if it finds that there is too little space for what the logs hold; if others take the space while it works, it
// waits for space and logs that.
//
// # Slow disk
//
// Each Update waits before it begins while four MemTableSizes of writes wait in memory to become tables, or twelve tables
// lie one above another unmerged, and is refused with [ErrStalled] after Options.MaxStall, with nothing written. It ends
// sooner when its ctx does. The begin and the end of such a time are logged. A commit that has begun waits for its sync as
// long as it takes, since nobody can tell what will become of it; a sync longer than MaxStall is logged.
//
// # Failure
//
// What an error means, and what to do:
//
//   - [ErrInUse]: another process, or this one, has the directory open. Nothing was touched.
//   - [ErrDamaged]: the disk gave something else than was written, or a Restore did not finish. Restore a backup. The text
//     names the file.
//   - [ErrNewer]: use the newer program; this one changed nothing.
//   - [ErrDiskFull], [ErrStalled]: see above; try again later.
//   - [ErrFailed] and store.ErrOutcomeUnknown: the log could not be written or synced (an I/O error, or a disk that is full
//     beyond the reserve). The Updates under way return an error that wraps ErrOutcomeUnknown, later ones ErrFailed, and
//     View goes on giving the last synced state. The Store does not recover; close it and open it again.
//
// In none of these cases is an acknowledged transaction lost, but for damage.
//
// For some errors in background work, such as a failed write to its manifest, the engine demands that the process
// end: it holds locks and half-done changes that cannot be undone. Package pebble then logs the error and panics, in a
// goroutine of the engine, which ends the process with that message and a stack rather than silently by os.Exit. The
// data in the directory is as after a power cut: everything acknowledged is there.
package pebble
