package main

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"slices"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/scef"
)

// reloader reads the configuration file again when it is asked to, and takes over what it says of NIDD: the limits of APNs, and
// of an SCS/AS how it may use NIDD. All other keys hold from the next start.
type reloader struct {
	path string
	log  *slog.Logger
	node *scef.Node
	nidd *policy.NIDDCurrent
	apns map[id.APN]policy.APN // that hold now
}

// run reloads for each signal until ctx ends.
func (r *reloader) run(ctx context.Context, signals <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		}
		c, err := readConfig(r.path)
		if err == nil {
			err = r.take(ctx, c)
		}
		if err != nil {
			r.log.Error("configuration not reloaded", "err", err)
		}
	}
}

// take makes the NIDD part of a configuration hold, and tells UEs the limits that are new.
func (r *reloader) take(ctx context.Context, c *config) error {
	apns := c.apns()
	set, err := policy.NewNIDDSet(c.profiles(), apns)
	if err != nil {
		return err
	}
	r.nidd.Store(set)
	before := r.apns
	r.apns = apns
	r.log.Info("configuration reloaded")
	both := maps.Clone(before)
	maps.Copy(both, apns)
	for _, apn := range slices.Sorted(maps.Keys(both)) {
		if before[apn].Rates == apns[apn].Rates {
			continue
		}
		done, err := r.node.NIDD().UpdateRates(ctx, apn)
		r.log.Info("rate control changed", "apn", string(apn), "told", done.Told, "failed", done.Failed, "err", err)
	}
	return nil
}
