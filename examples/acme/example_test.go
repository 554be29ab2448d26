package acme_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/examples/acme"
	"github.com/scefkit/scefkit/t6a"
)

var (
	scef = diameter.Identity{Host: "scef.example.com", Realm: "example.com"}
	mme  = diameter.Identity{Host: "mme.example.com", Realm: "example.com"}
)

// serve answers a BSR.
func serve(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	var bsr acme.BSR
	if err := diameter.Decode(req, &bsr); err != nil {
		return diameter.ErrorAnswerFor(req, mme, err), nil
	}
	ans, err := diameter.NewAnswer(req, &acme.BSA{
		SessionID: bsr.SessionID, Result: diameter.Success, OriginHost: mme.Host, OriginRealm: mme.Realm,
		BatteryState: &acme.BatteryState{
			BatteryLevel:  81,
			PowerSource:   new(acme.PowerSourceSolar),
			MeasuredAt:    time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
			BatteryFlags:  new(acme.BatteryFlagCharging),
			DeviceAddress: diameter.AddressFrom(netip.MustParseAddr("2001:db8::17")),
		},
	})
	if err != nil {
		return diameter.ErrorAnswerFor(req, mme, err), nil
	}
	return ans, nil
}

// ask sends a BSR for the UE with the IMSI.
func ask(ctx context.Context, tr diameter.Transport, imsi string) (*acme.BSA, error) {
	req, err := diameter.NewRequest(&acme.BSR{
		SessionID: diameter.NewSessionID(scef.Host), OriginHost: scef.Host, OriginRealm: scef.Realm,
		DestinationHost: mme.Host, DestinationRealm: mme.Realm, UserIdentifier: t6a.UserIdentifier{UserName: imsi},
	})
	if err != nil {
		return nil, err // without an IMSI
	}
	ans, err := tr.Do(ctx, mme, req)
	if err != nil {
		return nil, err
	}
	r, err := diameter.ResultOf(ans)
	if err != nil {
		return nil, err
	}
	if !r.IsSuccess() {
		return nil, fmt.Errorf("no battery state: %v", r)
	}
	bsa := new(acme.BSA)
	return bsa, diameter.Decode(ans, bsa)
}

// An MME that serves the application, and an SCEF that asks it, over loopback.
func Example() {
	ctx := context.Background()
	commands := &diameter.Mux{Self: mme, Commands: map[diameter.CommandCode]diameter.Handler{
		acme.CodeBSR: diameter.HandlerFunc(serve),
	}}
	server, err := diameter.NewNode(mme, []diameter.App{{ID: acme.App, Vendor: 99999, Handler: commands}}, nil)
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

	client, err := diameter.NewNode(scef, []diameter.App{{ID: acme.App, Vendor: 99999}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Shutdown(ctx)
	if err := client.AddPeer(diameter.Peer{Address: l.Addr().String()}); err != nil {
		fmt.Println(err)
		return
	}
	if err := client.AwaitPeer(ctx, mme, acme.App); err != nil {
		fmt.Println(err)
		return
	}
	bsa, err := ask(ctx, client, "001010000000042")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*bsa.BatteryState)
	_, err = ask(ctx, client, "")
	fmt.Println(err)
	// Output:
	// {Battery-Level: 81, Power-Source: SOLAR, Measured-At: 2026-11-21T12:00:00Z, Battery-Flags: Charging, Device-Address: 2001:*******}
	// diameter: AVP 1 (vendor 0): User-Name is missing: DIAMETER_MISSING_AVP (5005)
}
