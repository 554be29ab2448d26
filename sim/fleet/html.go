package fleet

import (
	_ "embed"
	"html/template"
	"io"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"short": short,
	"perDevice": func(k *KindResults, r *Results, n int64) float64 {
		return float64(n) / float64(k.Devices) / r.Duration.Hours() * 24
	},
	"share": func(k *KindResults, r *Results, d time.Duration) float64 {
		return 100 * d.Seconds() / float64(k.Devices) / r.Duration.Seconds()
	},
}).Parse(pageText))

// WriteHTML writes the results as a page with tables and plots, which refers to nothing outside it. The error is that of w.
func (r *Results) WriteHTML(w io.Writer) error {
	total := r.Total()
	rows := make([]*KindResults, 0, len(r.Kinds)+1)
	for i := range r.Kinds {
		rows = append(rows, &r.Kinds[i])
	}
	if len(rows) > 1 {
		rows = append(rows, &total)
	}
	return page.Execute(w, struct {
		*Results
		Total *KindResults
		Rows  []*KindResults
		Plots []template.HTML
	}{r, &total, rows, []template.HTML{r.plotLatency(&total), r.plotBuffer(), r.plotTraffic(), r.plotRadio(total.Devices)}})
}

// plotLatency draws which share of the data had arrived after which time.
func (r *Results) plotLatency(t *KindResults) template.HTML {
	const least, most = time.Millisecond, 24 * time.Hour
	p := plot{title: "Latency: share of the data that arrived within", x: logAxis(least, most), y: linearAxis(100, percent)}
	for _, x := range []struct {
		name string
		h    *Histogram
	}{
		{"reports, at the application server", &t.Uplink.Latency}, {"commands delivered at once", &t.Downlink.AtOnceLatency},
		{"commands stored first", &t.Downlink.LaterLatency},
	} {
		if x.h.Count() == 0 {
			continue
		}
		l := line{name: x.name, step: true, points: []point{{least.Seconds(), 0}}}
		x.h.steps(func(d time.Duration, share float64) {
			l.points = append(l.points, point{min(max(d, least), most).Seconds(), 100 * share})
		})
		l.points = append(l.points, point{most.Seconds(), 100})
		p.lines = append(p.lines, l)
	}
	return p.svg()
}

// overTime returns a plot of lines that have a value for each sample.
func (r *Results) overTime(title string, names []string, value func(s *Sample, line int) float64, unit func(float64) string) template.HTML {
	p := plot{title: title, x: timeAxis(r.Duration)}
	top := 0.0
	for i, name := range names {
		l := line{name: name, step: true}
		for j := range r.Samples {
			y := value(&r.Samples[j], i)
			l.points = append(l.points, point{(time.Duration(j) * r.Interval).Seconds(), y})
			top = max(top, y)
		}
		if n := len(l.points); n > 0 {
			l.points = append(l.points, point{r.Duration.Seconds(), l.points[n-1].y})
		}
		p.lines = append(p.lines, l)
	}
	p.y = linearAxis(top, unit)
	return p.svg()
}

func (r *Results) plotBuffer() template.HTML {
	return r.overTime("Commands that the SCEF stores", []string{"most in the interval", "at its end"}, func(s *Sample, line int) float64 {
		return float64([]int{s.MostBuffered, s.Buffered}[line])
	}, number)
}

func (r *Results) plotTraffic() template.HTML {
	return r.overTime("Messages in each "+short(r.Interval), []string{"reports", "commands", "radio wake-ups"}, func(s *Sample, line int) float64 {
		return float64([]int64{s.Reports, s.Commands, s.WakeUps}[line])
	}, number)
}

func (r *Results) plotRadio(devices int) template.HTML {
	return r.overTime("Share of the devices that are connected", []string{"mean of the interval"}, func(s *Sample, _ int) float64 {
		return 100 * s.Connected.Seconds() / r.Interval.Seconds() / float64(devices)
	}, percent)
}
