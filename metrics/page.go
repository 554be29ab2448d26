package metrics

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A Page is what Prometheus reads. Methods are called by one goroutine.
type Page struct{ b bytes.Buffer }

// A Kind is the type of a family of samples.
type Kind string

// The kinds.
const (
	Counter   Kind = "counter"
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Family begins a family of samples, which [Page.Sample] adds. A name has one family of a page.
func (p *Page) Family(name string, kind Kind, help string) {
	p.b.WriteString("# HELP " + name + " " + strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help) + "\n")
	p.b.WriteString("# TYPE " + name + " " + string(kind) + "\n")
}

var escape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// Sample adds a sample. labels are names and values in turn.
func (p *Page) Sample(name string, value float64, labels ...string) {
	p.b.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		p.b.WriteByte("{,"[min(i, 1)])
		p.b.WriteString(labels[i] + `="` + escape.Replace(labels[i+1]) + `"`)
	}
	if len(labels) > 1 {
		p.b.WriteByte('}')
	}
	p.b.WriteByte(' ')
	p.b.Write(strconv.AppendFloat(p.b.AvailableBuffer(), value, 'g', -1, 64))
	p.b.WriteByte('\n')
}

// One adds a family of one sample.
func (p *Page) One(name string, kind Kind, help string, value float64) {
	p.Family(name, kind, help)
	p.Sample(name, value)
}

// addVector adds a family of counters, whose labels are named and given the values of text.
func addVector[K comparable](p *Page, name, help string, v *vector[K], text func(K) []string, labels ...string) {
	type line struct {
		labels []string
		n      uint64
	}
	var lines []line
	row := func(values []string, n uint64) {
		var all []string
		for i, l := range labels {
			all = append(all, l, values[i])
		}
		lines = append(lines, line{all, n})
	}
	v.all(func(k K, n uint64) { row(text(k), n) })
	if n := v.other.Load(); n > 0 {
		row(slices.Repeat([]string{"other"}, len(labels)), n)
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(strings.Join(a.labels, "\n"), strings.Join(b.labels, "\n")) })
	p.Family(name, Counter, help)
	for _, l := range lines {
		p.Sample(name, float64(l.n), l.labels...)
	}
}

// addHistogram adds a family of one histogram, in seconds.
func addHistogram(p *Page, name, help string, h *histogram) {
	p.Family(name, Histogram, help)
	total := uint64(0)
	for i := range h.buckets {
		total += h.buckets[i].Load()
		le := "+Inf"
		if i < len(bounds) {
			le = strconv.FormatFloat(bounds[i].Seconds(), 'g', -1, 64)
		}
		p.Sample(name+"_bucket", float64(total), "le", le)
	}
	p.Sample(name+"_sum", float64(h.sum.Load())/1e9)
	p.Sample(name+"_count", float64(total))
}
