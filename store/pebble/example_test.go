package pebble_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

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

func ExampleRestore() {
	work, err := os.MkdirTemp("", "scefkit")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(work)
	s, err := pebble.Open(filepath.Join(work, "store"), nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	key := store.Key("config/").Text("device@example.com")
	put := func(value string) {
		if err := s.Update(ctx, func(tx store.Tx) error { return tx.Put(key, []byte(value)) }); err != nil {
			log.Fatal(err)
		}
	}
	put("as in the backup")
	if err := s.Checkpoint(ctx, filepath.Join(work, "backup")); err != nil {
		log.Fatal(err)
	}
	put("written later")
	s.Close()

	if err := pebble.Restore(ctx, filepath.Join(work, "backup"), filepath.Join(work, "restored")); err != nil {
		log.Fatal(err)
	}
	s, err = pebble.Open(filepath.Join(work, "restored"), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	err = s.View(ctx, func(r store.Reader) error {
		v, err := r.Get(key)
		fmt.Printf("%s\n", v)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: as in the backup
}
