package sim

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMermaid writes what was recorded as a sequence diagram of Mermaid, which Markdown on many sites shows as a picture. The
// numbers of the messages are those of the ladder. Solid arrows are requests, dotted ones answers; one that ends in a cross is
// a failure or does not arrive. Phases are boxes, with their headings as notes. opts may be nil; of it, only Base counts.
func (r *Recorder) WriteMermaid(w io.Writer, opts *LadderOptions) error {
	f := newFlow(r, opts != nil && opts.Base)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "sequenceDiagram\n    autonumber\n")
	for i, n := range f.names {
		fmt.Fprintf(b, "    participant n%d as %s\n", i, mermaidText(n))
	}
	all := "n0"
	if n := len(f.names); n > 1 {
		all = fmt.Sprintf("n0,n%d", n-1)
	}
	indent := "    "
	end := func() {
		if indent != "    " {
			fmt.Fprintf(b, "    end\n")
		}
	}
	for i := range f.events {
		e := &f.events[i]
		at, known := f.index[e.From]
		switch {
		case len(f.names) == 0: // nowhere to put it
		case e.Kind == Phase:
			end()
			indent = "        "
			fmt.Fprintf(b, "    rect rgba(128, 128, 128, 0.1)\n%sNote over %s: %s\n", indent, all, mermaidText(e.Text))
		case e.Kind == Remark && known:
			fmt.Fprintf(b, "%sNote over n%d: %s\n", indent, at, mermaidText(e.Text))
		case e.Kind == Remark:
			fmt.Fprintf(b, "%sNote over %s: %s\n", indent, all, mermaidText(e.Text))
		default:
			arrow := "->>"
			if e.Failed {
				arrow = "-x"
			}
			if e.Kind == Answer {
				arrow = "-" + arrow
			}
			fmt.Fprintf(b, "%sn%d%sn%d: %s\n", indent, at, arrow, f.index[e.To], mermaidText(e.Text))
		}
	}
	end()
	return b.Flush()
}

// mermaidWidth is where a label is broken into lines, in characters.
const mermaidWidth = 48

// mermaidText breaks text into lines and writes what has a meaning in Mermaid as entities.
func mermaidText(text string) string {
	lines := wrap(text, mermaidWidth)
	for i, l := range lines {
		lines[i] = mermaidEntities.Replace(strings.Map(printed, l))
	}
	return strings.Join(lines, "<br/>")
}

// mermaidEntities are ends of statements, entities themselves, comments and directives, HTML, formulas, and a few words: a
// label may not be empty or begin with wrap:, and words of style sheets before an entity break it.
var mermaidEntities = strings.NewReplacer(
	"#", "#35;", ";", "#59;", "%", "#37;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "$", "#36;", `\`, "#92;",
	"wrap:", "wrap#58;", "style", "st#121;le", "classDef", "class#68;ef",
)
