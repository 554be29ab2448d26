package postgres_test

import (
	"context"
	"fmt"
	"log"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/postgres"
)

// A primary and its standby are named both; the one that takes writes is used. The example needs servers, so it is
// compiled but not run.
func Example() {
	ctx := context.Background()
	s, err := postgres.Open(ctx, "postgres://scef@db1.example.com,db2.example.com/scef?sslmode=verify-full", &postgres.Options{MaxConns: 64})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

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
}
