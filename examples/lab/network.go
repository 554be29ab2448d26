package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/sim/fleet"
	"github.com/scefkit/scefkit/store/pebble"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const (
	defaultRealm = "epc.mnc001.mcc001.3gppnetwork.org"
	apn          = id.APN("iot.example")
	patience     = 10 * time.Second // for connections
)

// network is what stands around the SCEF, and the SCEF itself if it is here.
type network struct {
	net   fleet.Network
	scef  *scef.Node     // nil: it is somewhere else
	undo  []func() error // in the order in which things were started
	ready []func(context.Context) error
}

// close ends everything, the last first.
func (n *network) close() error {
	var errs []error
	for i := len(n.undo) - 1; i >= 0; i-- {
		errs = append(errs, n.undo[i]())
	}
	return errors.Join(errs...)
}

// connect starts everything. The network is to be closed also after an error.
func connect(ctx context.Context, c *config, f *fleet.Fleet) (*network, error) {
	n := &network{}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.callback)
	if err != nil {
		return n, err
	}
	as := &http.Server{Handler: f, ReadHeaderTimeout: patience}
	n.undo = append(n.undo, as.Close)
	go func() { _ = as.Serve(l) }() // until it is closed
	callback := "http://" + l.Addr().String() + "/notify"

	if c.scef == "" {
		if err := n.startSCEF(ctx, c); err != nil {
			return n, err
		}
	}
	transport := &http.Transport{MaxIdleConnsPerHost: c.workers}
	n.undo = append(n.undo, func() error { transport.CloseIdleConnections(); return nil })
	client, err := t8.NewClient(c.t8, &t8.ClientOptions{
		HTTP:  &http.Client{Transport: transport, Timeout: 3 * patience},
		Token: func(context.Context) (string, error) { return c.token, nil },
	})
	if err != nil {
		return n, err
	}
	n.net = fleet.Network{T8: client.NIDD(), SCSAS: id.SCSASID(c.scsas), Callback: callback, Workers: c.workers}

	if !c.noHSS {
		hss := sim.NewHSS(c.named("hss"), &sim.HSSOptions{Subscribers: f.Subscriber})
		if err := n.open(c, hss, s6t.App); err != nil {
			return n, err
		}
	}
	for i := range c.mmes {
		mme, err := sim.NewMME(c.named(fmt.Sprintf("mme%d", i+1)), c.identity(), nil)
		if err != nil {
			return n, err
		}
		if err := n.open(c, mme, t6a.App); err != nil {
			return n, err
		}
		n.net.MMEs = append(n.net.MMEs, mme)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, await := range n.ready {
		if err := await(ctx); err != nil {
			return n, fmt.Errorf("waiting for the SCEF at %s: %w", c.scef, err)
		}
	}
	return n, nil
}

func (c *config) identity() diameter.Identity {
	return diameter.Identity{Host: c.host, Realm: c.realm}
}

func (c *config) named(label string) diameter.Identity {
	return diameter.Identity{Host: label + "." + c.realm, Realm: c.realm}
}

// open connects a simulated node to the SCEF.
func (n *network) open(c *config, node sim.Node, app diameter.ApplicationID) error {
	d, err := sim.Open(node, nil)
	if err != nil {
		return err
	}
	n.undo = append(n.undo, d.Close)
	n.ready = append(n.ready, func(ctx context.Context) error { return d.AwaitPeer(ctx, c.identity(), app) })
	if n.scef != nil {
		n.ready = append(n.ready, func(ctx context.Context) error { return n.scef.AwaitPeer(ctx, node.Self(), app) })
	}
	return d.AddPeer(diameter.Peer{Address: c.scef, Identity: c.identity()})
}

// startSCEF starts an SCEF on a durable store, which is deleted in the end, and sets where it is.
func (n *network) startSCEF(ctx context.Context, c *config) error {
	dir, err := os.MkdirTemp("", "scefkit-lab-")
	if err != nil {
		return err
	}
	n.undo = append(n.undo, func() error { return os.RemoveAll(dir) })
	s, err := pebble.Open(dir, nil)
	if err != nil {
		return err
	}
	n.undo = append(n.undo, s.Close)
	northbound, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	southbound, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, northbound.Close())
	}
	c.scef, c.t8 = southbound.Addr().String(), "http://"+northbound.Addr().String()
	who, err := policy.NewStatic(policy.StaticConfig{
		SCSAS:        []policy.StaticSCSAS{{ID: id.SCSASID(c.scsas), Tokens: []string{c.token}}},
		Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	})
	var node *scef.Node
	if err == nil {
		node, err = scef.New(scef.Config{
			Identity: c.identity(), APIRoot: c.t8, Store: s, Policy: who, NIDD: policy.NIDDByID{id.SCSASID(c.scsas): {APN: apn}},
		}, nil)
	}
	if err != nil {
		return errors.Join(err, northbound.Close(), southbound.Close())
	}
	n.undo = append(n.undo, node.Close)
	go func() { _ = node.ServeT8(northbound) }() // until it is closed
	go func() { _ = node.ServeDiameter(southbound) }()
	n.scef = node
	return nil
}
