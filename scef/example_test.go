package scef_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/store"
)

// A Node with the policy that a configuration file would fill, a store in memory, and listeners of the caller.
func ExampleNew() {
	who, err := policy.NewStatic(policy.StaticConfig{
		SCSAS:        []policy.StaticSCSAS{{ID: "as1", Tokens: []string{"a-bearer-token-of-as1"}}},
		Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	northbound, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer northbound.Close()
	node, err := scef.New(scef.Config{
		Identity: diameter.Identity{Host: "scef.example.com", Realm: "example.com"},
		APIRoot:  "http://" + northbound.Addr().String(),
		Store:    store.NewMemory(),
		Policy:   who,
		NIDD:     policy.NIDDByID{"as1": {APN: "iot.example", MaximumLatency: time.Hour}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	served := make(chan error, 1)
	go func() { served <- node.ServeT8(northbound) }()

	res, err := http.Get("http://" + northbound.Addr().String() + "/3gpp-nidd/v1/as1/configurations")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = res.Body.Close()
	fmt.Println(res.Status, res.Header.Get("WWW-Authenticate"))

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	fmt.Println(node.Shutdown(ctx), errors.Is(<-served, http.ErrServerClosed))
	// Output:
	// 401 Unauthorized Bearer realm="t8"
	// <nil> true
}
