package diameter_test

import (
	"context"
	"fmt"
	"net"

	"github.com/scefkit/scefkit/diameter"
)

// A relay between two nodes that know only the relay.
func ExampleForward() {
	const t6a, moData = 16777346, 8388733
	ctx := context.Background()
	relay := diameter.Identity{Host: "dra.example.com", Realm: "example.com"}
	scef := diameter.Identity{Host: "scef.home.example.com", Realm: "home.example.com"}
	mme := diameter.Identity{Host: "mme.visited.example.com", Realm: "visited.example.com"}

	// open starts a node that is connected to the relay.
	address := ""
	open := func(self diameter.Identity, app diameter.App, opts *diameter.Options) *diameter.Node {
		n, err := diameter.NewNode(self, []diameter.App{app}, opts)
		if err == nil && address != "" {
			if err = n.AddPeer(diameter.Peer{Address: address, Identity: relay}); err == nil {
				err = n.AwaitPeer(ctx, relay, t6a)
			}
		}
		if err != nil {
			panic(err)
		}
		return n
	}
	everybody := func(diameter.Identity) bool { return true }
	agent := open(relay, diameter.App{ID: diameter.AppRelay, Forward: new(diameter.Forward)}, &diameter.Options{Accept: everybody})
	defer agent.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go agent.Serve(l)
	address = l.Addr().String()

	answer := diameter.HandlerFunc(func(_ context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		origin, _ := diameter.FindAVP(req.AVPs, 264, 0)
		fmt.Printf("request of %s by way of %s\n", origin.Data, from.Host)
		return diameter.ErrorAnswer(req, scef, diameter.ErrorUserUnknown, "", nil), nil
	})
	server := open(scef, diameter.App{ID: t6a, Vendor: diameter.Vendor3GPP, Handler: answer}, nil)
	defer server.Close()
	client := open(mme, diameter.App{ID: t6a, Vendor: diameter.Vendor3GPP}, nil)
	defer client.Close()

	avps := diameter.AppendString(nil, 264, 0, diameter.AVPMandatory, mme.Host)
	avps = diameter.AppendString(avps, 296, 0, diameter.AVPMandatory, mme.Realm)
	avps = diameter.AppendString(avps, 293, 0, diameter.AVPMandatory, scef.Host)
	avps = diameter.AppendString(avps, 283, 0, diameter.AVPMandatory, scef.Realm)
	ans, err := client.Do(ctx, scef, &diameter.Message{Flags: diameter.FlagProxiable, Command: moData, App: t6a, AVPs: avps})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(diameter.ResultOf(ans))
	// Output:
	// request of mme.visited.example.com by way of dra.example.com
	// DIAMETER_ERROR_USER_UNKNOWN (5001) <nil>
}
