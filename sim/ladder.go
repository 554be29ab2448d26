package sim

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// LadderOptions are the optional parameters of a ladder.
type LadderOptions struct {
	// Width in columns. Default 118, at least 60.
	Width int
	// Color uses ANSI colours. See [Terminal].
	Color bool
	// Base shows the messages of the base protocol, as far as they were recorded.
	Base bool
}

// Terminal reports whether w is a terminal that may be given colours.
func Terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	s, err := f.Stat()
	return err == nil && s.Mode()&os.ModeCharDevice != 0
}

// WriteLadder draws what was recorded as a ladder: a lifeline for each node, an arrow for each message with what matters in
// it above, solid for requests and dashed for answers, and the time since the first event. opts may be nil.
func (r *Recorder) WriteLadder(w io.Writer, opts *LadderOptions) error {
	l := newLadder(r, opts)
	l.draw()
	_, err := w.Write(l.out)
	return err
}

// style is a colour or another attribute of a character.
type style uint8

const (
	plain style = iota
	faint
	bold
	httpStyle
	diameterStyle
	radioStyle
	failedStyle
)

var ansi = [...]string{
	plain: "\x1b[0m", faint: "\x1b[0;2m", bold: "\x1b[0;1m", httpStyle: "\x1b[0;36m", diameterStyle: "\x1b[0;32m",
	radioStyle: "\x1b[0;35m", failedStyle: "\x1b[0;31m",
}

// cell is one character of a row.
type cell struct {
	r rune
	s style
}

type ladder struct {
	flow
	opts   LadderOptions
	at     []int // column of each lifeline
	row    []cell
	out    []byte
	number int
}

// gutter is the room for number and time of a message.
const gutter = 17

func newLadder(r *Recorder, opts *LadderOptions) *ladder {
	l := &ladder{}
	if opts != nil {
		l.opts = *opts
	}
	if l.opts.Width == 0 {
		l.opts.Width = 118
	}
	l.opts.Width = max(l.opts.Width, 60)
	l.flow = newFlow(r, l.opts.Base)
	l.place()
	return l
}

// place finds the columns of the lifelines: room goes where the text of messages needs most.
func (l *ladder) place() {
	if len(l.names) == 0 {
		return
	}
	first := gutter + utf8.RuneCountInString(l.names[0])/2
	last := l.opts.Width - 1 - (utf8.RuneCountInString(l.names[len(l.names)-1])+1)/2
	gaps := make([]int, len(l.names)-1)
	left := last - first
	for i := range gaps {
		gaps[i] = max(9, (utf8.RuneCountInString(l.names[i])+utf8.RuneCountInString(l.names[i+1]))/2+2)
		left -= gaps[i]
	}
	for ; left > 0 && len(gaps) > 0; left-- {
		best, gain := 0, -1.0
		for i := range gaps {
			before := l.cost(gaps, i)
			gaps[i]++
			if g := before - l.cost(gaps, i); g > gain {
				best, gain = i, g
			}
			gaps[i]--
		}
		gaps[best]++
	}
	l.at = []int{first}
	for i, g := range gaps {
		l.at = append(l.at, l.at[i]+g)
	}
}

// cost is how many lines the texts of the messages that cross a gap need, about.
func (l *ladder) cost(gaps []int, gap int) (sum float64) {
	for _, e := range l.events {
		a, b, ok := l.span(&e)
		if !ok || gap < a || gap >= b {
			continue
		}
		room := -3
		for _, g := range gaps[a:b] {
			room += g
		}
		sum += max(1, float64(utf8.RuneCountInString(e.Text))/float64(room))
	}
	return sum
}

func (l *ladder) draw() {
	l.header()
	for i := range l.events {
		e := &l.events[i]
		switch e.Kind {
		case Phase:
			l.lifelines()
			l.flush()
			l.heading(e.Text)
			l.lifelines()
			l.flush()
		case Remark:
			l.remark(e)
		default:
			l.message(e)
		}
	}
	l.lifelines()
	l.flush()
	l.header()
}

// header names the lifelines.
func (l *ladder) header() {
	for i, n := range l.names {
		l.put(l.at[i]-utf8.RuneCountInString(n)/2, n, bold)
	}
	l.flush()
}

func (l *ladder) heading(text string) {
	l.put(0, "━━ ", faint)
	l.put(3, text, bold)
	n := 3 + utf8.RuneCountInString(text)
	l.put(n, " "+strings.Repeat("━", max(l.opts.Width-n-1, 0)), faint)
	l.flush()
}

// remark stands over the lifeline of its node.
func (l *ladder) remark(e *Event) {
	l.lifelines()
	text := "┤ " + e.Text + " ├"
	if n := utf8.RuneCountInString(text); n > l.opts.Width-gutter {
		text = string([]rune(text)[:l.opts.Width-gutter-1]) + "…"
	}
	n := utf8.RuneCountInString(text)
	x := gutter
	if at, ok := l.index[e.From]; ok {
		x = l.at[at] - n/2
	}
	x = max(min(x, l.opts.Width-n), gutter)
	l.put(5, l.since(e.Time), faint)
	l.put(x, text, bold)
	l.flush()
}

func (l *ladder) message(e *Event) {
	l.number++
	a, b, ok := l.span(e)
	if !ok { // to itself
		l.remark(e)
		return
	}
	from, to := l.at[a], l.at[b]
	s := diameterStyle
	switch {
	case e.Failed:
		s = failedStyle
	case e.Protocol == HTTP:
		s = httpStyle
	case e.Protocol == RadioLeg:
		s = radioStyle
	case e.Protocol == Base:
		s = faint
	}
	text := wrap(e.Text, to-from-3)
	time := fmt.Sprintf("%3d  %s", l.number, l.since(e.Time))
	inline := ""
	if len(text) == 1 && utf8.RuneCountInString(text[0])+9 <= to-from {
		inline, text = " "+text[0]+" ", nil
	}
	for _, line := range text {
		l.lifelines()
		l.put(0, time, faint)
		time = ""
		l.put(from+2, line, s)
		l.flush()
	}
	l.lifelines()
	l.put(0, time, faint)
	shaft := '─'
	if e.Kind == Answer {
		shaft = '╌'
	}
	for x := from + 1; x < to; x++ {
		l.row[x] = cell{shaft, s}
	}
	for _, x := range l.at[a+1 : b] {
		l.row[x] = cell{'┼', faint}
	}
	if l.index[e.From] == a {
		l.row[from], l.row[to-1] = cell{'├', faint}, cell{'▶', s}
	} else {
		l.row[to], l.row[from+1] = cell{'┤', faint}, cell{'◀', s}
	}
	l.put(from+4, inline, s)
	l.flush()
}

// lifelines starts a row.
func (l *ladder) lifelines() {
	for _, x := range l.at {
		l.put(x, "│", faint)
	}
}

// put writes text at a column of the row.
func (l *ladder) put(x int, text string, s style) {
	for _, r := range text {
		for len(l.row) <= x {
			l.row = append(l.row, cell{' ', plain})
		}
		if x >= 0 {
			l.row[x] = cell{printed(r), s}
		}
		x++
	}
}

// flush ends the row.
func (l *ladder) flush() {
	for len(l.row) > 0 && l.row[len(l.row)-1].r == ' ' {
		l.row = l.row[:len(l.row)-1]
	}
	now := plain
	for _, c := range l.row {
		if l.opts.Color && c.r != ' ' && c.s != now {
			now = c.s
			l.out = append(l.out, ansi[now]...)
		}
		l.out = utf8.AppendRune(l.out, c.r)
	}
	if now != plain {
		l.out = append(l.out, ansi[plain]...)
	}
	l.out = append(l.out, '\n')
	l.row = l.row[:0]
}
