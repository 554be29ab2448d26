package nidd_test

import (
	"fmt"
	"time"

	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/t8"
)

// A delivery to a UE without PDN connection waits for it, is sent and acknowledged. Step is pure, so that a program can
// play any course of events.
func ExampleStep() {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	d := nidd.Delivery{Option: t8.WaitForUE, Expires: now.Add(time.Hour), Data: []byte("valve=open")}
	for _, kind := range []nidd.Kind{nidd.NoConnection, nidd.Connected, nidd.Turn, nidd.Acknowledged, nidd.Cancel} {
		next, actions, err := nidd.Step(d, nidd.Event{Kind: kind}, now)
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(d.State, "on", kind, "->", next.State, actions)
		d = next
	}
	fmt.Println(d.Status())
	// Output:
	// Submitted on NoConnection -> Waiting [Keep]
	// Waiting on Connected -> Ready []
	// Ready on Turn -> Sending [SendTDR]
	// Sending on Acknowledged -> Delivered [Report Forget]
	// nidd: a delivery in state Delivered cannot take Cancel
	// SUCCESS_NEXT_HOP_ACKNOWLEDGED
}
