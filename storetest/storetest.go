// Package storetest holds the conformance suite for implementations of store.Store.
//
// A vendor who brings a store of its own calls [Run] from a test, and [RunDurable] if the store outlives the process.
// The checks know nothing of how a store works: it may lock, or let transactions run in parallel and again on conflict.
// What they cannot check is that data outlives a power cut.
package storetest

import (
	"context"
	"fmt"
	"runtime/debug"
	"testing"
	"time"

	"github.com/scefkit/scefkit/store"
)

// Patience is how long a check may take before the store counts as hung. Most take milliseconds.
const patience = 2 * time.Minute

type check struct {
	name  string
	check func(ctx context.Context, s store.Store) error
}

// Run checks that the stores that open makes keep the contract of store.Store. open is called once for every check and
// must return an empty store; Run closes it.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			s := open(t)
			if err := guard(t.Context(), func(ctx context.Context) error { return c.check(ctx, s) }); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// RunDurable checks that what is committed is there when a store is opened again. open opens the store that lives in
// dir; it is called again for a dir only after the store that lived there was closed.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) store.Store) {
	for _, c := range durableChecks {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			err := guard(t.Context(), func(ctx context.Context) error {
				return c.check(ctx, func() store.Store { return open(t, dir) })
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// guard runs a check in a goroutine of its own, so that neither a hanging nor a panicking store stops the others. (A
// check that was left hanging keeps its goroutine, but the test has failed by then.)
func guard(ctx context.Context, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- caught(func() error { return check(ctx) }) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(time.Second):
		return fmt.Errorf("the store hangs: no end after %v", patience)
	}
}

// caught turns a panic of fn into an error. Should fn end its goroutine, as t.FailNow does, the test has failed anyway.
func caught(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return fn()
}
