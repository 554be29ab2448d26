package sim_test

import (
	"context"
	"fmt"
	"os"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
)

// An SCEF of a few lines meets an MME and a UE, all in memory.
func Example() {
	scef := diameter.Identity{Host: "scef.example", Realm: "example"}
	mme, err := sim.NewMME(diameter.Identity{Host: "mme.example", Realm: "example"}, scef, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		if req.Command == t6a.CodeODR {
			var odr t6a.ODR
			if err := odr.Decode(req); err == nil {
				fmt.Printf("the SCEF got %q\n", odr.NonIPData)
			}
		}
		return diameter.ErrorAnswer(req, scef, diameter.Success, "", nil), nil
	})
	toMME, toSCEF := diameter.Pipe(scef, answer, mme.Self(), mme)
	defer toMME.Close()
	mme.Use(toSCEF)

	ctx := context.Background()
	ue := sim.NewUE("001010000000001", nil)
	fmt.Println("attach:", ue.Attach(ctx, mme, "iot.example"))
	fmt.Println("uplink:", ue.Send(ctx, []byte("21.5 C")))

	ue.Sleep()
	req, err := diameter.NewRequest(&t6a.TDR{
		SessionID: "scef.example;1;1", OriginHost: scef.Host, OriginRealm: scef.Realm,
		DestinationHost: mme.Self().Host, DestinationRealm: mme.Self().Realm,
		UserIdentifier: t6a.UserIdentifier{UserName: string(ue.IMSI())}, BearerIdentifier: []byte{5}, NonIPData: []byte("on"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	tda, err := toMME.Do(ctx, mme.Self(), req)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := diameter.ResultOf(tda)
	fmt.Println("downlink:", result, err)
	// Output:
	// attach: <nil>
	// the SCEF got "21.5 C"
	// uplink: <nil>
	// downlink: DIAMETER_ERROR_USER_TEMPORARILY_UNREACHABLE (5653) <nil>
}

// A Recorder draws what it was told.
func ExampleRecorder() {
	rec := sim.NewRecorder(nil)
	rec.Phase("1  Uplink")
	rec.Add(sim.Event{Protocol: sim.RadioLeg, From: "UE", To: "MME", Text: "data"})
	rec.Add(sim.Event{Protocol: sim.Diameter, From: "MME", To: "SCEF", Text: "ODR"})
	rec.Add(sim.Event{Protocol: sim.Diameter, Kind: sim.Answer, From: "SCEF", To: "MME", Text: "ODA 2001 SUCCESS"})
	if err := rec.WriteLadder(os.Stdout, &sim.LadderOptions{Width: 60}); err != nil {
		fmt.Println(err)
	}
}

// What was recorded as text for Markdown.
func ExampleRecorder_WriteMermaid() {
	rec := sim.NewRecorder(nil)
	rec.Phase("1  Uplink")
	rec.Add(sim.Event{Protocol: sim.RadioLeg, From: "UE", To: "MME", Text: "data"})
	rec.Add(sim.Event{Protocol: sim.Diameter, From: "MME", To: "SCEF", Text: "ODR"})
	rec.Add(sim.Event{Protocol: sim.Diameter, Kind: sim.Answer, From: "SCEF", To: "MME", Text: "ODA 2001 SUCCESS"})
	if err := rec.WriteMermaid(os.Stdout, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// sequenceDiagram
	//     autonumber
	//     participant n0 as SCEF
	//     participant n1 as MME
	//     participant n2 as UE
	//     rect rgba(128, 128, 128, 0.1)
	//         Note over n0,n2: 1  Uplink
	//         n2->>n1: data
	//         n1->>n0: ODR
	//         n0-->>n1: ODA 2001 SUCCESS
	//     end
}
