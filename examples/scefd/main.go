// Command scefd is an SCEF as a daemon: where an integrator starts from.
//
//	scefd -config scefd.yaml
//
// It serves T8 to application servers, speaks Diameter with HSS, MME and SGSN, and keeps its state in a directory, from
// which it comes back after any kind of end with all that it acknowledged. Or several of it keep it in one PostgreSQL or
// etcd: each serves every request, and does the work of one that is gone. SIGTERM or SIGINT stop it in order; on SIGHUP it
// takes over new limits of NIDD from its file, and tells UEs those of their APN. The file scefd.yaml beside this one shows
// every key of the configuration.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/t8"
)

// drain is how long requests under way may take to finish after SIGTERM.
const drain = 15 * time.Second

func main() {
	path := flag.String("config", "scefd.yaml", "configuration `file`")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "scefd: unexpected argument %q\n", flag.Arg(0))
		os.Exit(2)
	}
	c, err := readConfig(*path)
	if err != nil {
		fmt.Fprintf(os.Stderr, "scefd: %s:\n%v\n", *path, err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	log := c.Log.logger(os.Stderr)
	if err := run(ctx, *path, c, log); err != nil {
		log.Error("scefd ends", "err", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. path is the file that c was read from.
func run(ctx context.Context, path string, c *config, log *slog.Logger) (err error) {
	tlsConfig, err := c.T8.TLS.load()
	if err != nil {
		return err
	}
	who, err := c.policy()
	if err != nil {
		return err
	}
	set, err := policy.NewNIDDSet(c.profiles(), c.apns())
	if err != nil {
		return err
	}
	nidd := new(policy.NIDDCurrent)
	nidd.Store(set)
	s, cluster, err := c.Store.open(ctx, log.With("part", "store"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()

	opts := &scef.Options{
		Host:     c.Diameter.Host,
		Diameter: diameter.Options{Accept: c.accept(), CheckOrigin: origins[c.Diameter.Origin]}, NIDD: c.nidd(), TLS: tlsConfig, Logger: log,
	}
	counters, records, err := c.observe(opts)
	if err != nil {
		return err
	}
	if records != nil {
		defer func() { err = errors.Join(err, records.Close()) }() // after the node
	}
	if c.T8.WebSockets {
		opts.WebSockets = new(t8.WebSocketsOptions)
	}
	node, err := scef.New(scef.Config{
		Identity: c.identity(), APIRoot: c.T8.APIRoot, Store: s, Cluster: cluster, Policy: who, NIDD: nidd,
	}, opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.Close()) }()
	stopMetrics, err := c.Metrics.serve(ctx, counters, node)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopMetrics()) }()

	northbound, err := net.Listen("tcp", c.T8.Listen)
	if err != nil {
		return fmt.Errorf("t8.listen: %w", err)
	}
	dia, err := net.Listen("tcp", c.Diameter.Listen)
	if err != nil {
		return errors.Join(fmt.Errorf("diameter.listen: %w", err), northbound.Close())
	}
	failed := make(chan error, 2)
	go func() { failed <- node.ServeT8(northbound) }()
	go func() { failed <- node.ServeDiameter(dia) }()
	for i, p := range c.Diameter.Peers {
		err := node.AddPeer(diameter.Peer{Address: p.Address, Identity: diameter.Identity{Host: p.Host, Realm: p.Realm}})
		if err != nil {
			return fmt.Errorf("diameter.peers[%d]: %w", i, err)
		}
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	reload := &reloader{path: path, log: log, node: node, nidd: nidd, apns: c.apns()}
	go reload.run(ctx, hup)
	log.Info("scefd is ready", "t8", northbound.Addr().String(), "diameter", dia.Addr().String(), "store", c.Store.engine())

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	log.Info("scefd stops")
	end, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	err = node.Shutdown(end)
	for range 2 {
		if e := <-failed; !errors.Is(e, http.ErrServerClosed) && !errors.Is(e, diameter.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	log.Info("scefd has stopped")
	return err
}
