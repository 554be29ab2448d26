package sim

import (
	_ "embed" // the style sheet
	"fmt"
	"html"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed html.css
var styleSheet string

// WriteHTML writes what was recorded as a page that needs nothing else: the ladder as a picture (SVG) in which each message
// is a link to itself in full. It has no program in it, follows the colours that the reader prefers, dark or light, and can
// be used with a keyboard and read out. It is well-formed XML, too. opts may be nil; of it, Width and Base count.
func (r *Recorder) WriteHTML(w io.Writer, opts *LadderOptions) error {
	l := newLadder(r, opts)
	p := page{flow: l.flow, at: l.at, columns: l.opts.Width}
	if n := len(p.names); n > 0 {
		p.columns = max(p.columns, p.at[n-1]+utf8.RuneCountInString(p.names[n-1])/2+2)
	}
	_, err := io.WriteString(w, p.write())
	return err
}

// page draws a ladder, with its columns and lines turned into pixels.
type page struct {
	flow
	at             []int // column of each lifeline
	columns        int
	picture, texts strings.Builder
	number         int // of the last message
	y              int // below what was drawn
}

// Sizes in pixels. A character of 12 pixels is 7.2 wide in the fonts that are common.
const (
	cellWidth  = 7.5
	lineHeight = 16
	spacing    = 12 // between messages
)

// px is the middle of a column.
func px(column int) float64 { return (float64(column) + 0.5) * cellWidth }

func (p *page) write() string {
	for i := range p.events {
		switch e := &p.events[i]; {
		case e.Kind == Phase:
			p.heading(e.Text)
		case e.Kind == Remark:
			p.remark(e)
		default:
			p.message(e)
		}
	}
	p.y += spacing
	width := int(px(p.columns))
	var names, lives strings.Builder
	for i, n := range p.names {
		x := px(p.at[i])
		fmt.Fprintf(&names, `<text class="strong" text-anchor="middle" x="%.1f" y="%d">%s</text>`+"\n", x, lineHeight, marked(n))
		fmt.Fprintf(&lives, `<line class="life" x1="%.1f" y1="0" x2="%.1f" y2="%d"/>`+"\n", x, x, p.y)
	}
	title := marked("Messages of " + strings.Join(p.names, ", "))
	return fmt.Sprintf(frame, title, styleSheet, width, lineHeight+8, title, names.String(),
		width, p.y, title, lives.String(), p.picture.String(), title, p.texts.String())
}

// frame is the page around pictures and texts.
const frame = `<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width"/>
<title>%s</title>
<style>
%s</style>
</head>
<body>
<main>
<svg class="names" xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" role="img" aria-label="%s">
%s</svg>
<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" role="group" aria-label="%s">
%s%s</svg>
</main>
<aside>
<h1>%s</h1>
<p class="hint">Choose a message to see it in full. Solid arrows are requests, dashed ones answers, red ones failures.</p>
%s</aside>
</body>
</html>
`

// svg adds to the picture.
func (p *page) svg(format string, args ...any) { fmt.Fprintf(&p.picture, format+"\n", args...) }

func (p *page) heading(text string) {
	p.y += spacing
	for _, line := range wrap(text, p.columns-4) {
		p.y += lineHeight
		p.text("strong", "start", px(1), p.y, line)
	}
	p.y += spacing / 2
	p.svg(`<line class="life" x1="0" y1="%d" x2="%.1f" y2="%d"/>`, p.y, px(p.columns), p.y)
	p.y += spacing / 2
}

// remarkWidth is where a remark is broken into lines, in characters.
const remarkWidth = 40

// remark is a box over the lifeline of its node.
func (p *page) remark(e *Event) {
	lines := wrap(e.Text, remarkWidth)
	columns := 0
	for _, l := range lines {
		columns = max(columns, cells(l))
	}
	columns += 2
	left := gutter
	if at, ok := p.index[e.From]; ok {
		left = max(min(p.at[at]-columns/2, p.columns-columns), gutter)
	}
	p.y += spacing
	p.text("faint", "end", px(14), p.y+lineHeight, p.since(e.Time))
	p.svg(`<rect class="note" rx="3" x="%.1f" y="%d" width="%.1f" height="%d"/>`,
		px(left), p.y, float64(columns)*cellWidth, len(lines)*lineHeight+6)
	for _, l := range lines {
		p.y += lineHeight
		p.text("strong", "middle", px(left)+float64(columns)*cellWidth/2, p.y-2, l)
	}
	p.y += 6
}

// message is a link: its text above its arrow.
func (p *page) message(e *Event) {
	p.number++
	id := fmt.Sprintf("m%d", p.number)
	kind := "request"
	if e.Kind == Answer {
		kind = "answer"
	}
	head := fmt.Sprintf("%d  %s → %s  %s", p.number, e.From, e.To, strings.TrimSpace(p.since(e.Time)))
	fmt.Fprintf(&p.texts, `<section id="%s">
<h2>%s</h2>
<p>%s</p>
<pre>%s</pre>
</section>
`, id, marked(head), marked(e.Text), marked(e.Detail))
	class := map[Protocol]string{HTTP: "http", Diameter: "diameter", RadioLeg: "radio"}[e.Protocol]
	if class == "" {
		class = "base"
	}
	if e.Failed {
		class = "failed"
	}
	p.svg(`<a class="%s" href="#%s" aria-label="%s">`, class, id, marked(kind+" "+head+": "+e.Text))
	a, b, ok := p.span(e)
	if !ok { // to itself
		p.text("faint", "end", px(4), p.y+spacing+lineHeight, fmt.Sprint(p.number))
		p.remark(e)
		p.svg(`</a>`)
		return
	}
	from, to := p.at[a], p.at[b]
	lines := wrap(e.Text, to-from-3)
	p.svg(`<rect class="row" x="0" y="%d" width="%.1f" height="%d"/>`,
		p.y+spacing/2, px(p.columns), len(lines)*lineHeight+spacing)
	p.y += spacing / 2
	p.text("faint", "end", px(4), p.y+lineHeight, fmt.Sprint(p.number))
	p.text("faint", "end", px(14), p.y+lineHeight, p.since(e.Time))
	for _, l := range lines {
		p.y += lineHeight
		p.fit("label", px(from+1), p.y, l, to-from-3)
	}
	p.y += spacing / 2
	left, right := px(from), px(to)
	tip, back := right, right-8
	if p.index[e.From] != a {
		tip, back = left, left+8
	}
	p.svg(`<line class="shaft %s" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`, kind, left, p.y, right, p.y)
	p.svg(`<path class="head" d="M%.1f %d L%.1f %d L%.1f %d Z"/></a>`, tip, p.y, back, p.y-4, back, p.y+4)
	p.y += spacing / 2
}

func (p *page) text(class, anchor string, x float64, y int, text string) {
	p.svg(`<text class="%s" text-anchor="%s" x="%.1f" y="%d">%s</text>`, class, anchor, x, y, marked(strings.TrimSpace(text)))
}

// fit writes text that is squeezed into so many columns, if it is wider.
func (p *page) fit(class string, x float64, y int, text string, columns int) {
	squeeze := ""
	if cells(text) > columns {
		squeeze = fmt.Sprintf(` textLength="%.1f" lengthAdjust="spacingAndGlyphs"`, float64(columns)*cellWidth)
	}
	p.svg(`<text class="%s" x="%.1f" y="%d"%s>%s</text>`, class, x, y, squeeze, marked(text))
}

// cells is how many columns text needs, about: letters of East Asia need two.
func cells(text string) (n int) {
	for _, r := range text {
		n++
		if r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.So) {
			n++
		}
	}
	return n
}

// marked writes text for HTML and XML.
func marked(text string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return printed(r)
	}, text))
}
