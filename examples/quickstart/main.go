// Quickstart plays the main job of an SCEF in one process: non-IP data flows between a simulated device and an
// application server, over real Diameter (S6t, T6a) and HTTP (T8) on loopback, and survives a crash of the SCEF.
//
//	go run ./examples/quickstart             a ladder of all messages, and a summary
//	go run ./examples/quickstart -v          each message in full, too
//	go run ./examples/quickstart -out DIR    the messages as flow.html, flow.mmd (Mermaid) and flow.pcapng (Wireshark), too
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
	"path/filepath"
	"time"

	"github.com/scefkit/scefkit/sim"
)

func main() {
	verbose := flag.Bool("v", false, "show each message in full")
	out := flag.String("out", "", "write the messages as HTML, Mermaid and pcapng into this directory")
	flag.Parse()
	if err := run(os.Stdout, *verbose, *out); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run plays the scenario and writes what happened to w and, unless out is empty, into the directory out, also when a step
// failed.
func run(w io.Writer, verbose bool, out string) (err error) {
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
	if out != "" {
		return errors.Join(failed, writePictures(n.rec, out))
	}
	return failed
}

// writePictures writes what flowed into files of a directory.
func writePictures(rec *sim.Recorder, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, write := range map[string]func(io.Writer) error{
		"flow.html":   func(w io.Writer) error { return rec.WriteHTML(w, nil) },
		"flow.mmd":    func(w io.Writer) error { return rec.WriteMermaid(w, nil) },
		"flow.pcapng": rec.WritePcap,
	} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := errors.Join(write(f), f.Close()); err != nil {
			return fmt.Errorf("writing %s: %w", f.Name(), err)
		}
	}
	return nil
}
