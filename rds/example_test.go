package rds_test

import (
	"fmt"
	"time"

	"github.com/scefkit/scefkit/rds"
)

// An SCEF sends two SDUs from its port 4 to port 3 of a UE. The first frame with data gets lost.
func Example() {
	m, err := rds.New(nil)
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	names := []string{"SCEF", "UE"}
	ends := []rds.State{rds.NewState(rds.PortPair(4, 3)), rds.NewState(rds.PortPair(3, 4))}
	lose := 1

	var step func(i int, ev rds.Event)
	step = func(i int, ev rds.Event) {
		next, actions, err := m.Step(ends[i], ev, now)
		if err != nil {
			panic(err)
		}
		ends[i] = next // a driver stores it, in octets of AppendBinary
		for _, a := range actions {
			switch a.Kind {
			case rds.Transmit:
				octets, err := rds.DefaultCodec{}.Append(nil, &a.Frame) // for a TDR or ODR
				if err != nil {
					panic(err)
				}
				fmt.Printf("%s sends %v\n", names[i], &a.Frame)
				if a.Frame.Kind == rds.I && lose > 0 {
					lose--
					continue
				}
				frame, err := rds.DefaultCodec{}.Parse(octets)
				if err != nil {
					panic(err)
				}
				step(1-i, rds.Event{Kind: rds.Receive, Frame: frame})
			case rds.Deliver:
				fmt.Printf("%s delivers %q\n", names[i], a.Data)
			case rds.Confirm:
				fmt.Printf("%s: SDU %d is %v\n", names[i], a.Token, a.Outcome)
			}
		}
	}
	step(0, rds.Event{Kind: rds.Submit, Token: 1, Data: []byte("on")})
	step(0, rds.Event{Kind: rds.Submit, Token: 2, Data: []byte("off")})
	// Output:
	// SCEF sends U 4>3 SET_ACK_MODE
	// UE sends U 3>4 SET_ACK_MODE response
	// SCEF sends I 4>3 N(S)=0 N(R)=0 A, 2 octets
	// SCEF sends I 4>3 N(S)=1 N(R)=0 A, 3 octets
	// UE sends S 3>4 N(R)=0 SACK 0b1 response
	// SCEF sends I 4>3 N(S)=0 N(R)=0 A, 2 octets
	// UE delivers "on"
	// UE delivers "off"
	// UE sends S 3>4 N(R)=2 response
	// SCEF: SDU 1 is Acknowledged
	// SCEF: SDU 2 is Acknowledged
}
