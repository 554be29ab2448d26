package sim

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMessages writes each message in full, under its number in the ladder. opts may be nil.
func (r *Recorder) WriteMessages(w io.Writer, opts *LadderOptions) error {
	f := newFlow(r, opts != nil && opts.Base)
	b := bufio.NewWriter(w)
	n := 0
	for _, e := range f.events {
		if e.Kind > Answer {
			continue
		}
		n++
		if e.Detail == "" {
			continue
		}
		fmt.Fprintf(b, "%3d  %s  %s → %s\n", n, f.since(e.Time), e.From, e.To)
		for line := range strings.SplitSeq(e.Detail, "\n") {
			fmt.Fprintf(b, "     %s\n", strings.Map(printed, line))
		}
		fmt.Fprintln(b)
	}
	return b.Flush()
}
