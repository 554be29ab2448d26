package etcd_test

import (
	"context"
	"fmt"
	"log"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/store/etcd"
)

func Example() {
	ctx := context.Background()
	s, err := etcd.Open(ctx, clientv3.Config{Endpoints: exampleEndpoints()}, &etcd.Options{Prefix: "example/"})
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
	// Output: buffering
}
