package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/scef"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store/pebble"
	"github.com/scefkit/scefkit/t6a"
)

const (
	realm      = "epc.mnc001.mcc001.3gppnetwork.org"
	imsi       = id.IMSI("001010000000017")
	msisdn     = id.MSISDN("999000000017")
	externalID = id.ExternalID("meter-17@example.com")
	apn        = id.APN("iot.example")
	scsas      = id.SCSASID("as1")
	token      = "quickstart-token-of-as1"
)

var (
	scefID = diameter.Identity{Host: "scef." + realm, Realm: realm}
	hssID  = diameter.Identity{Host: "hss." + realm, Realm: realm}
	mmeID  = diameter.Identity{Host: "mme." + realm, Realm: realm}
)

// network is everything that runs: the SCEF and what is around it.
type network struct {
	rec *sim.Recorder
	hss *sim.HSS
	mme *sim.MME
	ue  *sim.UE
	as  *sim.AS

	callback string // where the AS takes notifications
	mmeNode  *diameter.Node
	hssAddr  string

	dir          string // for everything on disk
	lives        int    // of the SCEF
	scef         *scef.Node
	store        *pebble.Store
	storeDir     string
	t8Addr       string // of the SCEF, the same in each life
	diameterAddr string
	closeLast    []func() error
}

// build starts everything, and connects it.
func build(ctx context.Context) (_ *network, err error) {
	n := &network{rec: sim.NewRecorder(&sim.RecorderOptions{Octets: true})}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close())
		}
	}()
	if n.dir, err = os.MkdirTemp("", "scefkit-quickstart-"); err != nil {
		return nil, err
	}
	n.storeDir = filepath.Join(n.dir, "store")

	// The HSS listens, and the SCEF connects to it.
	n.hss = sim.NewHSS(hssID, &sim.HSSOptions{Recorder: n.rec})
	n.hss.Provision(sim.Subscriber{
		IMSI: imsi, MSISDN: msisdn, ExternalIDs: []id.ExternalID{externalID}, APNs: []id.APN{apn},
	})
	hssNode, err := sim.Open(n.hss, nil)
	if err != nil {
		return nil, err
	}
	n.closeLast = append(n.closeLast, hssNode.Close)
	l, err := listen(ctx, "")
	if err != nil {
		return nil, err
	}
	n.hssAddr = l.Addr().String()
	go func() { _ = hssNode.Serve(l) }() // until it is closed

	if err := n.startAS(ctx); err != nil {
		return nil, err
	}
	if err := n.startSCEF(ctx); err != nil {
		return nil, err
	}

	// The MME connects to the SCEF, and keeps doing so.
	n.mme, err = sim.NewMME(mmeID, scefID, &sim.MMEOptions{AcknowledgedDelivery: true, Recorder: n.rec})
	if err != nil {
		return nil, err
	}
	n.mmeNode, err = sim.Open(n.mme, &diameter.Options{ReconnectMin: 50 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	n.closeLast = append(n.closeLast, n.mmeNode.Close)
	if err := n.mmeNode.AddPeer(diameter.Peer{Address: n.diameterAddr, Identity: scefID}); err != nil {
		return nil, err
	}
	n.ue = sim.NewUE(imsi, nil)

	// The AS finds T8 where the SCEF serves it.
	n.as, err = sim.NewAS(scsas, "http://"+n.t8Addr, &sim.ASOptions{Token: token, Recorder: n.rec})
	if err != nil {
		return nil, err
	}
	return n, n.connected(ctx)
}

// startAS serves the callback of the application server.
func (n *network) startAS(ctx context.Context) error {
	l, err := listen(ctx, "")
	if err != nil {
		return err
	}
	n.callback = "http://" + l.Addr().String() + "/notify"
	srv := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.as.ServeHTTP(w, r) }),
		ReadHeaderTimeout: 5 * time.Second,
	}
	n.closeLast = append(n.closeLast, srv.Close)
	go func() { _ = srv.Serve(l) }()
	return nil
}

// startSCEF opens the store and starts an SCEF on it. The first life takes the ports that the kernel chooses, later ones
// the same.
func (n *network) startSCEF(ctx context.Context) (err error) {
	if n.store, err = pebble.Open(n.storeDir, nil); err != nil {
		return err
	}
	t8Listener, err := listen(ctx, n.t8Addr)
	if err != nil {
		return err
	}
	diameterListener, err := listen(ctx, n.diameterAddr)
	if err != nil {
		return errors.Join(err, t8Listener.Close())
	}
	n.t8Addr, n.diameterAddr = t8Listener.Addr().String(), diameterListener.Addr().String()

	rules, err := policy.NewStatic(policy.StaticConfig{
		SCSAS:        []policy.StaticSCSAS{{ID: scsas, Tokens: []string{token}}},
		Destinations: policy.PublicDestinations{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
	})
	if err != nil {
		return err
	}
	n.scef, err = scef.New(scef.Config{
		Identity: scefID, APIRoot: "http://" + n.t8Addr, Store: n.store, Policy: rules,
		NIDD: policy.NIDDByID{scsas: {APN: apn}},
	}, nil)
	if err != nil {
		return errors.Join(err, t8Listener.Close(), diameterListener.Close())
	}
	n.lives++
	node := n.scef
	go func() { _ = node.ServeT8(t8Listener) }() // until it is closed
	go func() { _ = node.ServeDiameter(diameterListener) }()
	return node.AddPeer(diameter.Peer{Address: n.hssAddr, Identity: hssID})
}

// connected waits until the SCEF reaches the HSS and the MME the SCEF.
func (n *network) connected(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	return errors.Join(n.scef.AwaitPeer(ctx, hssID, s6t.App), n.mmeNode.AwaitPeer(ctx, scefID, t6a.App),
		n.scef.AwaitPeer(ctx, mmeID, t6a.App))
}

// crash takes a copy of the files of the store as they are at this moment, while the SCEF runs and has them open: what a
// kill -9 would leave. Then the SCEF is thrown away, and another one is started on the copy.
func (n *network) crash(ctx context.Context) error {
	left := filepath.Join(n.dir, "store-after-crash")
	if err := os.CopyFS(left, os.DirFS(n.storeDir)); err != nil {
		return err
	}
	if err := errors.Join(n.scef.Close(), n.store.Close(), os.RemoveAll(n.storeDir)); err != nil {
		return err
	}
	n.rec.Note("SCEF", "process state and store are thrown away")
	n.storeDir, n.scef, n.store = left, nil, nil
	if err := n.startSCEF(ctx); err != nil {
		return err
	}
	n.rec.Note("SCEF", "starts on the files as they were then")
	return n.connected(ctx)
}

// close ends everything and removes what is on disk.
func (n *network) close() error {
	var errs []error
	if n.scef != nil {
		errs = append(errs, n.scef.Close())
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	for _, f := range n.closeLast {
		errs = append(errs, f())
	}
	if n.dir != "" {
		errs = append(errs, os.RemoveAll(n.dir))
	}
	return errors.Join(errs...)
}

// listen listens on loopback, on a port of the kernel's choice when addr is empty.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return l, nil
}
