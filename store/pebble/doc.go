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
// # Failure
//
// When the log cannot be written or synced (disk full, I/O error), the Updates under way return an error that wraps
// store.ErrOutcomeUnknown, later ones one that wraps [ErrFailed], and View goes on giving the last synced state. The
// Store does not recover; close it and open it again.
//
// For some errors in background work, such as a failed write to its manifest, the engine demands that the process
// end: it holds locks and half-done changes that cannot be undone. Package pebble then logs the error and panics, in a
// goroutine of the engine, which ends the process with that message and a stack rather than silently by os.Exit. The
// data in the directory is as after a power cut: everything acknowledged is there.
package pebble
