package pebble_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/pebble"
)

func Example() {
	dir, err := os.MkdirTemp("", "scefkit")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s, err := pebble.Open(dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	ctx := context.Background()
	key := store.Key("config/").Text("device@example.com")
	err = s.Update(ctx, func(tx store.Tx) error { return tx.Put(key, []byte("buffering")) })
	if err != nil {
		log.Fatal(err)
	}
	err = s.View(ctx, func(r store.Reader) error {
		v, err := r.Get(key)
		fmt.Printf("%s\n", v)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: buffering
}
