// Lab puts the load of many devices on an SCEF, over real Diameter and HTTP, and tells what came of it. The devices report,
// sleep and get commands as package sim/fleet has them; the time is real and bounded. For days of virtual time, which pass
// in seconds, copy sim/fleet/day_test.go.
//
//	go run ./examples/lab -devices 1000 -for 20s      against an SCEF in this process, with a store on disk
//	go run ./examples/lab -scef 10.0.0.5:3868 -t8 http://10.0.0.5:8080 -token ...    against one that runs there
//
// MMEs, HSS and application server are of this process and connect to the SCEF, which has to accept them, grant the token
// to the SCS/AS, and be allowed to send notifications to the address of -callback. -csv and -html name files for results.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/scefkit/scefkit/sim/fleet"
)

// config is what the flags say.
type config struct {
	devices  int
	duration time.Duration
	report   time.Duration
	command  time.Duration
	asleep   time.Duration
	limit    int64
	seed     uint64
	mmes     int
	workers  int

	scef, host, realm string
	t8, scsas, token  string
	callback          string
	noHSS             bool

	csv, html string
}

func main() {
	var c config
	flag.IntVar(&c.devices, "devices", 1000, "how many devices")
	flag.DurationVar(&c.duration, "for", 20*time.Second, "length of the run")
	flag.DurationVar(&c.report, "report", 2*time.Second, "mean time between reports of a device")
	flag.DurationVar(&c.command, "command", 10*time.Second, "mean time between commands to a device; 0: none")
	flag.DurationVar(&c.asleep, "sleep", 5*time.Second, "longest time that a device sleeps; 0: it does not")
	flag.Int64Var(&c.limit, "limit", 1_000_000, "most reports and commands, after which the run ends")
	flag.Uint64Var(&c.seed, "seed", 1, "of what is random")
	flag.IntVar(&c.mmes, "mmes", 2, "how many MMEs, each with a connection")
	flag.IntVar(&c.workers, "workers", 128, "how many requests may be under way")
	flag.StringVar(&c.scef, "scef", "", "Diameter `address` of an SCEF, as host:port; empty: one is started here")
	flag.StringVar(&c.host, "scef-host", "scef."+defaultRealm, "its Origin-Host")
	flag.StringVar(&c.realm, "realm", defaultRealm, "its Origin-Realm, and that of MMEs and HSS")
	flag.StringVar(&c.t8, "t8", "", "its API root, as http://host:port")
	flag.StringVar(&c.scsas, "scsas", "as1", "what it knows the application server as")
	flag.StringVar(&c.token, "token", "lab-token-of-the-as", "bearer token of the application server")
	flag.StringVar(&c.callback, "callback", "127.0.0.1:0", "`address` where the application server takes notifications")
	flag.BoolVar(&c.noHSS, "no-hss", false, "the SCEF has an HSS that knows the devices")
	flag.StringVar(&c.csv, "csv", "", "write the results to a CSV `file`")
	flag.StringVar(&c.html, "html", "", "write the results to an HTML `file`")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, &c); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

// run runs the scenario once and writes a table to w, also when it was interrupted.
func run(ctx context.Context, w io.Writer, c *config) (err error) {
	f, err := fleet.New(c.scenario())
	if err != nil {
		return err
	}
	n, err := connect(ctx, c, f)
	defer func() { err = errors.Join(err, n.close()) }()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d devices at %d MMEs meet the SCEF at %s\n", c.devices, c.mmes, c.t8)
	r, err := f.Run(ctx, n.net)
	// The devices are removed also when the run was interrupted, but not without end.
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	err = errors.Join(err, f.Remove(bounded))
	if r == nil {
		return err
	}
	return errors.Join(err, report(w, r), write(c.csv, r.WriteCSV), write(c.html, r.WriteHTML))
}

// scenario is what the devices do.
func (c *config) scenario() fleet.Scenario {
	k := fleet.Kind{
		Name: "device", Count: c.devices,
		Power:  fleet.Power{Inactivity: 500 * time.Millisecond},
		Uplink: []fleet.Traffic{{Pattern: fleet.Poisson(c.report), Size: 64}},
	}
	if c.asleep > 0 {
		k.Power.PSM, k.Power.ActiveTime, k.Power.TAU = true, 500*time.Millisecond, c.asleep
	}
	if c.command > 0 {
		k.Downlink = []fleet.Traffic{{Pattern: fleet.Poisson(c.command), MaximumLatency: time.Minute}}
	}
	return fleet.Scenario{Kinds: []fleet.Kind{k}, Duration: c.duration, Seed: c.seed, Limit: c.limit, APN: apn}
}
