package fleet_test

import (
	"context"
	"fmt"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/sim/fleet"
)

// Ten devices load an SCEF that takes everything, in real time, until they have sent a hundred reports. See day_test.go for a
// day of virtual time with a whole SCEF, and examples/lab for sockets.
func Example() {
	f, err := fleet.New(fleet.Scenario{
		Duration: time.Minute,
		Limit:    100,
		Kinds: []fleet.Kind{{
			Name: "meter", Count: 10,
			Uplink: []fleet.Traffic{{Pattern: fleet.Poisson(10 * time.Millisecond)}},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	scef := diameter.Identity{Host: "scef.example", Realm: "example"}
	takes := diameter.HandlerFunc(func(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
		return diameter.ErrorAnswer(req, scef, diameter.Success, "", nil), nil
	})
	mme, err := sim.NewMME(diameter.Identity{Host: "mme.example", Realm: "example"}, scef, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, toSCEF := diameter.Pipe(scef, takes, mme.Self(), mme)
	defer toSCEF.Close()
	mme.Use(toSCEF)

	r, err := f.Run(context.Background(), fleet.Network{MMEs: []*sim.MME{mme}})
	if err != nil {
		fmt.Println(err)
		return
	}
	meters := r.Kinds[0]
	fmt.Println(meters.Uplink.Sent, "sent,", meters.Uplink.Delivered, "delivered")
	// Output: 100 sent, 100 delivered
}
