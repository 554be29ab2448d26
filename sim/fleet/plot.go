package fleet

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
	"time"
)

// plot is a picture of lines.
type plot struct {
	title string
	x, y  axis
	lines []line
}

type line struct {
	name   string
	step   bool // the value holds until the next point
	points []point
}

type point struct{ x, y float64 }

// axis maps values to 0 to 1, and has labels at some.
type axis struct {
	at    func(v float64) float64
	ticks []tick
}

type tick struct {
	v     float64
	label string
}

// The size of a plot without and with its margins, in pixels.
const (
	plotWidth, plotHeight        = 640, 240
	plotLeft, plotTop            = 64, 36
	plotRight, plotBottom        = 16, 56
	svgWidth, svgHeight          = plotLeft + plotWidth + plotRight, plotTop + plotHeight + plotBottom
	legendLine, legendStep, tiny = 24, 230, 4
)

// colours can be told apart by people who do not see all of them (Okabe and Ito).
var colours = []string{"#0072b2", "#d55e00", "#009e73"}

// svg draws the plot.
func (p *plot) svg() template.HTML {
	var b strings.Builder
	text := func(x, y float64, anchor, s string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", x, y, anchor, template.HTMLEscapeString(s))
	}
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" width="%d" height="%d" role="img">`+"\n", svgWidth, svgHeight, svgWidth, svgHeight)
	fmt.Fprintf(&b, "<title>%s</title>\n", template.HTMLEscapeString(p.title))
	text(plotLeft, plotTop-16, "start", p.title)
	x := func(v float64) float64 { return plotLeft + plotWidth*min(max(p.x.at(v), 0), 1) }
	y := func(v float64) float64 { return plotTop + plotHeight*(1-min(max(p.y.at(v), 0), 1)) }
	for _, t := range p.x.ticks {
		fmt.Fprintf(&b, `<path class="grid" d="M%.1f %d v%d"/>`+"\n", x(t.v), plotTop, plotHeight)
		text(x(t.v), plotTop+plotHeight+16, "middle", t.label)
	}
	for _, t := range p.y.ticks {
		fmt.Fprintf(&b, `<path class="grid" d="M%d %.1f h%d"/>`+"\n", plotLeft, y(t.v), plotWidth)
		text(plotLeft-tiny, y(t.v)+tiny, "end", t.label)
	}
	for i, l := range p.lines {
		c := colours[i%len(colours)]
		fmt.Fprintf(&b, `<path class="line" stroke="%s" d="`, c)
		for j, q := range l.points {
			switch {
			case j == 0:
				fmt.Fprintf(&b, "M%.1f %.1f", x(q.x), y(q.y))
			case l.step:
				fmt.Fprintf(&b, "H%.1fV%.1f", x(q.x), y(q.y))
			default:
				fmt.Fprintf(&b, "L%.1f %.1f", x(q.x), y(q.y))
			}
		}
		b.WriteString(`"/>` + "\n")
		left, low := float64(plotLeft+i*legendStep), float64(svgHeight-14)
		fmt.Fprintf(&b, `<path class="line" stroke="%s" d="M%.1f %.1fh%d"/>`+"\n", c, left, low-tiny, legendLine-2*tiny)
		text(left+legendLine, low, "start", l.name)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

// linearAxis goes from 0 to at least top, in round steps.
func linearAxis(top float64, label func(float64) string) axis {
	if top <= 0 {
		top = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(top/2)))
	for _, m := range []float64{1, 2, 5, 10} {
		if top/(m*step) <= 6 {
			step *= m
			break
		}
	}
	end := math.Ceil(top/step-1e-9) * step
	a := axis{at: func(v float64) float64 { return v / end }}
	for i := 0; float64(i)*step <= end*(1+1e-9); i++ {
		a.ticks = append(a.ticks, tick{float64(i) * step, label(float64(i) * step)})
	}
	return a
}

// timeAxis goes from 0 to end.
func timeAxis(end time.Duration) axis {
	a := axis{at: func(v float64) float64 { return v / end.Seconds() }}
	step := end / 6
	for _, s := range []time.Duration{
		time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second,
		time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour,
		7 * 24 * time.Hour, 28 * 24 * time.Hour,
	} {
		if end/s <= 8 {
			step = s
			break
		}
	}
	for t := time.Duration(0); t <= end; t += max(step, 1) {
		a.ticks = append(a.ticks, tick{t.Seconds(), short(t)})
	}
	return a
}

// logAxis has a mark for times that people think in.
func logAxis(from, to time.Duration) axis {
	low, high := math.Log(from.Seconds()), math.Log(to.Seconds())
	a := axis{at: func(v float64) float64 { return (math.Log(v) - low) / (high - low) }}
	for _, t := range []time.Duration{
		time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second, time.Minute, 10 * time.Minute,
		time.Hour, 4 * time.Hour, 24 * time.Hour,
	} {
		a.ticks = append(a.ticks, tick{t.Seconds(), short(t)})
	}
	return a
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

func percent(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) + " %" }

// short is a duration for people, in one unit.
func short(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d >= u.unit {
			return strconv.FormatFloat(float64(d)/float64(u.unit), 'g', 3, 64) + " " + u.name
		}
	}
	return "0"
}
