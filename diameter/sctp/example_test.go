package sctp_test

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/sctp"
)

// An SCEF with two addresses accepts associations, and connects to an MME that has two as well. It runs on a kernel with
// SCTP only.
func Example() {
	const t6a = 16777346
	ctx := context.Background()
	opts := &sctp.Options{Local: []netip.Addr{netip.MustParseAddr("192.0.2.10"), netip.MustParseAddr("198.51.100.10")}}
	dialer, err := sctp.NewDialer(opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	scef, err := diameter.NewNode(diameter.Identity{Host: "scef.example.com", Realm: "example.com"},
		[]diameter.App{{ID: t6a, Vendor: diameter.Vendor3GPP}}, &diameter.Options{Dial: dialer.DialContext})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer scef.Shutdown(ctx)

	l, err := sctp.Listen(ctx, "sctp", "192.0.2.10/198.51.100.10:3868", opts)
	if err != nil {
		fmt.Println(err) // wraps errors.ErrUnsupported when the kernel has no SCTP
		return
	}
	go scef.Serve(l)
	err = scef.AddPeer(diameter.Peer{
		Address: "192.0.2.1/198.51.100.1:3868", Network: "sctp",
		Identity: diameter.Identity{Host: "mme.example.com", Realm: "example.com"},
	})
	if err != nil {
		fmt.Println(err)
	}
	// A peer without Network, or with "tcp", is reached over TCP by the same dialer.
}
