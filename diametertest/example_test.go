package diametertest_test

import (
	"context"
	"fmt"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diametertest"
	"github.com/scefkit/scefkit/t6a"
)

// An MME and an SCEF in one memory; every message is encoded and decoded on its way.
func ExampleNewNetwork() {
	net := diametertest.NewNetwork(1)
	defer net.Close()
	scefID := diameter.Identity{Host: "scef.example", Realm: "example"}
	net.Join(scefID, diameter.HandlerFunc(func(_ context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return diameter.ErrorAnswer(req, scefID, diameter.ErrorUserUnknown, "", nil), nil
	}), t6a.App)
	mme := net.Join(diameter.Identity{Host: "mme.example", Realm: "example"}, nil, t6a.App)

	req, err := diameter.NewRequest(&t6a.ODR{
		SessionID: diameter.NewSessionID("mme.example"), UserIdentifier: t6a.UserIdentifier{UserName: "001010000000001"},
		BearerIdentifier: []byte{5}, OriginHost: "mme.example", OriginRealm: "example", DestinationRealm: "example",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ans, err := mme.Do(context.Background(), scefID, req)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(diameter.ResultOf(ans))
	// Output: DIAMETER_ERROR_USER_UNKNOWN (5001) <nil>
}
