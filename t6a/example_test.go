package t6a_test

import (
	"errors"
	"fmt"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t6a"
)

// An MME sends data of a UE, and the SCEF answers.
func Example() {
	req, err := diameter.NewRequest(&t6a.ODR{
		SessionID:        "mme.example.com;1;1",
		UserIdentifier:   t6a.UserIdentifier{UserName: "001010000000042"},
		BearerIdentifier: []byte{5},
		OriginHost:       "mme.example.com",
		OriginRealm:      "example.com",
		DestinationRealm: "example.com",
		NonIPData:        []byte("21.5 C"),
	})
	if err != nil {
		panic(err)
	}

	var odr t6a.ODR // at the SCEF
	if err := diameter.Decode(req, &odr); err != nil {
		panic(err)
	}
	fmt.Println(odr)
	ans, err := diameter.NewAnswer(req, &t6a.ODA{
		SessionID:   odr.SessionID,
		Result:      diameter.Success,
		OriginHost:  "scef.example.com",
		OriginRealm: "example.com",
	})
	if err != nil {
		panic(err)
	}

	result, err := diameter.ResultOf(ans) // back at the MME
	fmt.Println(result, err)
	// Output:
	// ODR{Session-Id: "mme.example.com;1;1", User-Identifier: {User-Name: "00101**********"}, Bearer-Identifier: 05, Origin-Host: "mme.example.com", Origin-Realm: "example.com", Destination-Realm: "example.com", Non-IP-Data: (6 octets)}
	// DIAMETER_SUCCESS (2001) <nil>
}

// A request that lacks an AVP is refused, and the answer tells which one.
func Example_failedAVP() {
	req := &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: t6a.CodeTDR, App: t6a.App}
	req.AVPs = diameter.AppendString(req.AVPs, 263, 0, diameter.AVPMandatory, "scef.example.com;1;2") // Session-Id alone

	var tdr t6a.TDR
	err := diameter.Decode(req, &tdr)
	ans := diameter.ErrorAnswerFor(req, diameter.Identity{Host: "mme.example.com", Realm: "example.com"}, err)

	result, _ := diameter.ResultOf(ans)
	fmt.Println(result)
	if failed, ok := diameter.FindAVP(ans.AVPs, 279, 0); ok {
		a, _, _ := diameter.NextAVP(failed.Data)
		fmt.Println("AVP", a.Code, "of vendor", a.Vendor)
	}
	if e, ok := errors.AsType[*diameter.AVPError](err); ok {
		fmt.Println(e.Reason)
	}
	// Output:
	// DIAMETER_MISSING_AVP (5005)
	// AVP 3102 of vendor 10415
	// User-Identifier is missing
}

// The SCEF tells the UE the largest datagram, and how often it may send.
func ExampleExtendedPCO() {
	mtu, err := t6a.AppendNonIPLinkMTU(nil, 1400)
	if err != nil {
		panic(err)
	}
	rate, err := t6a.APNRateControl{Unit: t6a.RatePerHour, MaxUplink: 20}.Append(nil)
	if err != nil {
		panic(err)
	}
	octets, err := t6a.ExtendedPCO{
		{ID: t6a.ContainerNonIPLinkMTU, Contents: mtu},
		{ID: t6a.ContainerAPNRateControl, Contents: rate},
	}.AppendToUE(nil)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%x\n", octets)

	p, err := t6a.ParseExtendedPCOToUE(octets) // at the UE
	if err != nil {
		panic(err)
	}
	if c, ok := p.Find(t6a.ContainerNonIPLinkMTU); ok {
		fmt.Println(t6a.ParseNonIPLinkMTU(c))
	}
	if c, ok := p.Find(t6a.ContainerAPNRateControl); ok {
		r, err := t6a.ParseAPNRateControl(c)
		fmt.Println(r.MaxUplink, "messages in one", r.Unit, err)
	}
	_, ok := p.Find(t6a.ContainerRDS)
	fmt.Println("Reliable Data Service:", ok)
	// Output:
	// 80001502057800160402000014
	// 1400 <nil>
	// 20 messages in one hour <nil>
	// Reliable Data Service: false
}
