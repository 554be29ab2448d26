package fleet

import (
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
)

// WriteCSV writes the results as a table with the columns table, kind, at, name and value, one value a row:
//
//	run      the run: seed, devices, and times in seconds
//	count    counters of a kind, and how often each reason of a failure was given (uplink_failed: no ODA)
//	latency  of a kind, in seconds: count, mean, p50, p90, p99, p999, max of uplink, downlink_at_once, downlink_later
//	radio    of a kind: wake_ups, connected and listening in seconds, signalling_failed
//	sample   of the interval that begins at so many seconds, for all kinds together
//
// The kind of rows about all devices is empty. The error is that of w.
func (r *Results) WriteCSV(w io.Writer) error {
	t := table{csv.NewWriter(w)}
	_ = t.Write([]string{"table", "kind", "at", "name", "value"}) // Flush keeps the error, as below
	total := r.Total()
	t.count("run", "", "seed", int64(r.Seed))
	t.count("run", "", "devices", int64(total.Devices))
	t.seconds("run", "", "setup", r.Setup)
	t.seconds("run", "", "duration", r.Duration)
	t.seconds("run", "", "lag", r.Lag)
	for i := range r.Kinds {
		t.kind(&r.Kinds[i])
	}
	for i, s := range r.Samples {
		at := strconv.FormatFloat((time.Duration(i) * r.Interval).Seconds(), 'f', -1, 64)
		for _, x := range []struct {
			name  string
			value int64
		}{
			{"reports", s.Reports}, {"commands", s.Commands}, {"wake_ups", s.WakeUps},
			{"buffered", int64(s.Buffered)}, {"most_buffered", int64(s.MostBuffered)},
		} {
			t.row("sample", "", at, x.name, strconv.FormatInt(x.value, 10))
		}
		t.row("sample", "", at, "connected", secondsText(s.Connected))
	}
	t.Flush()
	return t.Error()
}

type table struct{ *csv.Writer }

func (t table) row(cells ...string) { _ = t.Write(cells) } // Flush keeps the error

func (t table) count(table, kind, name string, n int64) {
	t.row(table, kind, "", name, strconv.FormatInt(n, 10))
}

func (t table) seconds(table, kind, name string, d time.Duration) {
	t.row(table, kind, "", name, secondsText(d))
}

func secondsText(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

func (t table) kind(k *KindResults) {
	u, d := &k.Uplink, &k.Downlink
	t.count("count", k.Name, "devices", int64(k.Devices))
	for _, x := range []struct {
		name string
		n    int64
	}{
		{"uplink_sent", u.Sent}, {"uplink_delivered", u.Delivered}, {"uplink_failed", u.Failed}, {"uplink_pending", u.Pending},
		{"uplink_arrived", u.Arrived},
		{"downlink_sent", d.Sent}, {"downlink_at_once", d.AtOnce}, {"downlink_later", d.Later}, {"downlink_expired", d.Expired},
		{"downlink_failed", d.Failed}, {"downlink_pending", d.Pending}, {"downlink_stored", d.Stored},
		{"downlink_repeated", d.Repeated}, {"downlink_unseen", d.Unseen}, {"downlink_untold", d.Untold},
	} {
		t.count("count", k.Name, x.name, x.n)
	}
	for _, x := range []struct {
		name    string
		reasons map[string]int64
	}{{"uplink_failed: ", u.Reasons}, {"downlink_failed: ", d.Reasons}} {
		for _, reason := range slices.Sorted(maps.Keys(x.reasons)) {
			t.count("count", k.Name, x.name+reason, x.reasons[reason])
		}
	}
	for _, x := range []struct {
		name string
		h    *Histogram
	}{{"uplink", &u.Latency}, {"downlink_at_once", &d.AtOnceLatency}, {"downlink_later", &d.LaterLatency}} {
		t.count("latency", k.Name, x.name+"_count", x.h.Count())
		t.seconds("latency", k.Name, x.name+"_mean", x.h.Mean())
		for _, q := range []struct {
			name  string
			share float64
		}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}} {
			t.seconds("latency", k.Name, x.name+"_"+q.name, x.h.Quantile(q.share))
		}
		t.seconds("latency", k.Name, x.name+"_max", x.h.Max())
	}
	t.count("radio", k.Name, "wake_ups", k.Radio.WakeUps)
	t.seconds("radio", k.Name, "connected", k.Radio.Connected)
	t.seconds("radio", k.Name, "listening", k.Radio.Listening)
	t.count("radio", k.Name, "signalling_failed", k.Radio.Signalling)
}
