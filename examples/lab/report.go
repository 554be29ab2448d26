package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/scefkit/scefkit/sim/fleet"
)

// report writes a table.
func report(w io.Writer, r *fleet.Results) error {
	k := r.Total()
	u, d, s := &k.Uplink, &k.Downlink, r.Duration.Seconds()
	_, err := fmt.Fprintf(w, `set up in   %10v  %8.0f devices/s
ran for     %10v  what was due began at most %v late
reports     %10d  %8.0f /s   delivered %d, failed %d, pending %d
  latency   %10v  median, %v 99 %%, %v longest
commands    %10d  %8.0f /s   at once %d, stored first %d, expired %d, failed %d, pending %d
  at once   %10v  median, %v 99 %%, %v longest
  stored    %10v  median, %v 99 %%, %v longest
  doubtful  %10d  repeated, %d unseen, %d untold
wake-ups    %10d  connected %.1f %% of the time
`,
		short(r.Setup), float64(k.Devices)/r.Setup.Seconds(), short(r.Duration), short(r.Lag),
		u.Sent, float64(u.Sent)/s, u.Delivered, u.Failed, u.Pending,
		short(u.Latency.Quantile(0.5)), short(u.Latency.Quantile(0.99)), short(u.Latency.Max()),
		d.Sent, float64(d.Sent)/s, d.AtOnce, d.Later, d.Expired, d.Failed, d.Pending,
		short(d.AtOnceLatency.Quantile(0.5)), short(d.AtOnceLatency.Quantile(0.99)), short(d.AtOnceLatency.Max()),
		short(d.LaterLatency.Quantile(0.5)), short(d.LaterLatency.Quantile(0.99)), short(d.LaterLatency.Max()),
		d.Repeated, d.Unseen, d.Untold,
		k.Radio.WakeUps, 100*k.Radio.Connected.Seconds()/s/float64(k.Devices))
	for _, x := range []struct {
		what    string
		reasons map[string]int64
	}{{"report", u.Reasons}, {"command", d.Reasons}} {
		for _, reason := range slices.Sorted(maps.Keys(x.reasons)) {
			fmt.Fprintf(w, "  failed %s: %s, %d times\n", x.what, reason, x.reasons[reason])
		}
	}
	return err
}

// short cuts what nobody reads.
func short(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(10 * time.Millisecond)
}

// write writes results to a file, if it has a name.
func write(path string, to func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	w, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(to(w), w.Close())
}
