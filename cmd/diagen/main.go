// Command diagen compiles a Diameter dictionary (.dia) to Go.
//
//	go run github.com/scefkit/scefkit/cmd/diagen [-I inherited.dia]... [-o zname.go] name.dia
//
// A module that has the line "tool github.com/scefkit/scefkit/cmd/diagen" in its go.mod (go get -tool adds it) writes
//
//	//go:generate go tool diagen name.dia
//
// What name.dia inherits is found by the @name of the dictionary: among the files given with -I, then among the
// dictionaries of the module github.com/scefkit/scefkit in the version that the module of name.dia requires. The Go file
// lies beside the dictionary and is called z and its name, unless -o says otherwise; it is only written when there is no
// fault. Faults are reported with file, line, the rule that is broken and the text of the line; the exit status is then 1.
//
// docs/dictionaries.md describes the language by an example.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/scefkit/scefkit/internal/diagen"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		report(os.Stderr, err)
		os.Exit(1)
	}
}

// report writes err, with the line of the dictionary that it is about.
func report(w io.Writer, err error) {
	fmt.Fprintln(w, "diagen:", err)
	if e, ok := errors.AsType[*diagen.Error](err); ok && e.Text != "" {
		fmt.Fprintf(w, "\t%s\n", e.Text)
	}
}

func run(args []string) error {
	fs := flag.NewFlagSet("diagen", flag.ContinueOnError)
	var inherited []string
	fs.Func("I", "an inherited dictionary (may be repeated)", func(s string) error {
		inherited = append(inherited, s)
		return nil
	})
	out := fs.String("o", "", "output file (default: z and the name of the dictionary, beside it)")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if fs.NArg() != 1 {
		return fmt.Errorf("one dictionary is expected, not %d", fs.NArg())
	}
	src, err := diagen.Compile(fs.Arg(0), inherited...)
	if err != nil {
		return err
	}
	if *out == "" {
		dir, name := filepath.Split(fs.Arg(0))
		*out = filepath.Join(dir, "z"+strings.TrimSuffix(name, ".dia")+".go")
	}
	return os.WriteFile(*out, src, 0o644)
}
