package diameter_test

import (
	"context"
	"fmt"
	"net"

	"github.com/scefkit/scefkit/diameter"
)

// Two nodes over loopback: an SCEF that answers the requests of T6a, and an MME that sends one.
func ExampleNode() {
	const t6a, moData = 16777346, 8388733
	ctx := context.Background()
	scef := diameter.Identity{Host: "scef.example.com", Realm: "example.com"}
	mme := diameter.Identity{Host: "mme.example.com", Realm: "example.com"}

	answer := diameter.HandlerFunc(func(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		fmt.Println("request from", from.Host)
		return diameter.ErrorAnswer(req, scef, diameter.ErrorUserUnknown, "", nil), nil
	})
	commands := &diameter.Mux{Self: scef, Commands: map[diameter.CommandCode]diameter.Handler{moData: answer}}
	server, err := diameter.NewNode(scef, []diameter.App{{ID: t6a, Vendor: diameter.Vendor3GPP, Handler: commands}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go server.Serve(l)

	client, err := diameter.NewNode(mme, []diameter.App{{ID: t6a, Vendor: diameter.Vendor3GPP}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Shutdown(ctx) // leaves with DPR
	if err := client.AddPeer(diameter.Peer{Address: l.Addr().String()}); err != nil {
		fmt.Println(err)
		return
	}
	if err := client.AwaitPeer(ctx, scef, t6a); err != nil {
		fmt.Println(err)
		return
	}
	avps := diameter.AppendString(nil, 264, 0, diameter.AVPMandatory, mme.Host) // Origin-Host
	avps = diameter.AppendString(avps, 296, 0, diameter.AVPMandatory, mme.Realm)
	ans, err := client.Do(ctx, scef, &diameter.Message{Command: moData, App: t6a, AVPs: avps})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(diameter.ResultOf(ans))
	// Output:
	// request from mme.example.com
	// DIAMETER_ERROR_USER_UNKNOWN (5001) <nil>
}

// A procedure under test gets one end of a pipe; the other end is what the test makes of it.
func ExamplePipe() {
	mme := diameter.Identity{Host: "mme.example.com", Realm: "example.com"}
	scef := diameter.Identity{Host: "scef.example.com", Realm: "example.com"}
	busy := diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return diameter.ErrorAnswer(req, mme, diameter.TooBusy, "later", nil), nil
	})
	atSCEF, atMME := diameter.Pipe(scef, nil, mme, busy)
	defer atMME.Close()

	ans, err := atSCEF.Do(context.Background(), mme, &diameter.Message{Command: 8388734, App: 16777346})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(diameter.ResultOf(ans))
	// Output: DIAMETER_TOO_BUSY (3004) <nil>
}
