// Quickstart plays the main job of an SCEF in one process: non-IP data flows between a simulated device and an
// application server, over real Diameter (S6t, T6a) and HTTP (T8) on loopback, and survives a crash of the SCEF.
//
//	go run ./examples/quickstart       a ladder of all messages, and a summary
//	go run ./examples/quickstart -v    each message in full, too
//
// It ends by itself, with status 0 if everything went as it should.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/scefkit/scefkit/sim"
)

func main() {
	verbose := flag.Bool("v", false, "show each message in full")
	flag.Parse()
	if err := run(os.Stdout, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run plays the scenario and writes what happened to w, also when a step failed.
func run(w io.Writer, verbose bool) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	n, err := build(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()

	s := scenario{network: n}
	failed := s.play(ctx)

	fmt.Fprintf(w, "scefkit quickstart: non-IP data delivery over an SCEF, PLMN 001/01, all on loopback.\n"+
		"Identities are shown in clear because they belong to the test network; elsewhere scefkit masks them.\n"+
		"──▶ request  ╌╌▶ answer  seconds since the start\n\n")
	opts := &sim.LadderOptions{Color: sim.Terminal(w)}
	if err := n.rec.WriteLadder(w, opts); err != nil {
		return err
	}
	if verbose {
		fmt.Fprintf(w, "\nMessages in full (numbers as in the ladder; Diameter identities masked)\n\n")
		if err := n.rec.WriteMessages(w, opts); err != nil {
			return err
		}
	}
	s.summary(w)
	return failed
}
