package storetest_test

import (
	"testing"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/storetest"
)

// A vendor who brings a store runs the suite on it. Here store.Memory stands in its place.
func Example() {
	_ = func(t *testing.T) { // func TestStore(t *testing.T)
		storetest.Run(t, func(t *testing.T) store.Store { return store.NewMemory() })
	}
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return store.NewMemory() })
}
