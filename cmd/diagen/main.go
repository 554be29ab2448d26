// Command diagen compiles a Diameter dictionary (.dia) to Go.
//
//	diagen [-I inherited.dia]... [-o zname.go] name.dia
//
// Dictionaries that the last one inherits are given with -I, each after those that it inherits itself.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/scefkit/scefkit/internal/diagen"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "diagen:", err)
		os.Exit(1)
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
