package chaos

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const (
	numUEs   = 3
	numAS    = 2
	numMMEs  = 2
	root     = "http://scef.example"
	remember = 10 * time.Minute
	patience = 30 * time.Second // of UEs, and of most of what SCS/AS ask
)

var (
	scefID = diameter.Identity{Host: "scef.example", Realm: "example"}
	hssID  = diameter.Identity{Host: "hss.example", Realm: "example"}
	apns   = [numAS]id.APN{"meters.example", "alarms.example"}

	// The second SCS/AS keeps configurations whose authorisation is revoked.
	profiles = policy.NIDDByID{
		asID(0): {APN: apns[0], MaximumLatency: 6 * time.Hour},
		asID(1): {APN: apns[1], MaximumLatency: 6 * time.Hour, KeepRevoked: true},
	}
)

func asID(n int) id.SCSASID        { return id.SCSASID(fmt.Sprintf("as%d", n)) }
func imsi(ue int) id.IMSI          { return id.IMSI(fmt.Sprintf("00101000000000%d", ue+1)) }
func external(n int) id.ExternalID { return id.ExternalID(fmt.Sprintf("ue%d@example.com", n)) }

// world is all that a run has: the neighbours of the SCEF, its store, and the process that is alive.
type world struct {
	plan   plan
	tricks tricks
	begin  time.Time
	m      *model
	store  *store.Memory
	mmes   [numMMEs]*sim.MME
	ues    [numUEs]*sim.UE
	as     [numAS]*server

	mu      sync.Mutex
	now     *process                      // guarded by mu, as all below; nil: none
	cut     map[string]bool               // hosts that have no line to the SCEF
	calm    bool                          // nobody is killed later
	hss     *sim.HSS                      //
	trigger func() (time.Duration, error) // what becomes of a device trigger, and how long that takes

	running sync.WaitGroup // steps that go on aside, and funerals
}

// server is an SCS/AS.
type server struct {
	*sim.AS
	n      int
	client t8.NIDD
}

func newWorld(p plan, tr tricks) (*world, error) {
	w := &world{plan: p, tricks: tr, begin: time.Now(), store: store.NewMemory(), cut: map[string]bool{}}
	w.m = newModel(w)
	var err error
	for i := range w.mmes {
		self := diameter.Identity{Host: fmt.Sprintf("mme%d.example", i+1), Realm: "example"}
		// The second one acknowledges deliveries, keeps data for UEs that wake shortly, and asks for retransmission.
		opts := &sim.MMEOptions{AcknowledgedDelivery: i == 1}
		if i == 1 {
			opts.Shortly = 5 * time.Second
			opts.Retransmission = func(_ *sim.UE, wakesAt, _ time.Time) time.Time { return wakesAt }
		}
		if w.mmes[i], err = sim.NewMME(self, scefID, opts); err != nil {
			return nil, err
		}
		w.mmes[i].Use(toSCEF{w, self.Host})
	}
	for i := range w.ues {
		w.ues[i] = sim.NewUE(imsi(i), nil)
	}
	for i := range w.as {
		if w.as[i], err = newServer(w, i); err != nil {
			return nil, err
		}
	}
	w.restartHSS()
	if w.now, err = newProcess(w); err != nil {
		return nil, err
	}
	w.connect()
	return w, nil
}

func newServer(w *world, n int) (*server, error) {
	as, err := sim.NewAS(asID(n), root, nil)
	if err != nil {
		return nil, err
	}
	c, err := t8.NewClient(root, &t8.ClientOptions{
		HTTP: &http.Client{Transport: w}, Retries: -1,
		Token: func(context.Context) (string, error) { return string(asID(n)), nil },
	})
	if err != nil {
		return nil, err
	}
	return &server{AS: as, n: n, client: c.NIDD()}, nil
}

func (s *server) destination() string { return "http://" + string(s.ID()) + ".example/notify" }

// server returns the SCS/AS to which a host of notification destinations belongs.
func (w *world) server(host string) *server {
	for _, s := range w.as {
		if host == string(s.ID())+".example" {
			return s
		}
	}
	panic("no server is " + host)
}

func (w *world) restartHSS() {
	h := sim.NewHSS(hssID, nil)
	for i := range numUEs {
		h.Provision(sim.Subscriber{IMSI: imsi(i), MSISDN: id.MSISDN(fmt.Sprintf("1555000%d", i)), ExternalIDs: []id.ExternalID{external(i)}, APNs: apns[:]})
	}
	h.Use(toSCEF{w, hssID.Host})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hss = h
}

func (w *world) process() *process {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// neighbours are the Diameter nodes around the SCEF.
func (w *world) neighbours() []diameter.Identity {
	return []diameter.Identity{hssID, w.mmes[0].Self(), w.mmes[1].Self()}
}

// connect makes the lines that are not cut.
func (w *world) connect() {
	w.mu.Lock()
	p := w.now
	var all []diameter.Identity
	for _, n := range w.neighbours() {
		if !w.cut[n.Host] {
			all = append(all, n)
		}
	}
	w.mu.Unlock()
	if p == nil {
		return
	}
	for _, n := range all {
		p.connect(n, neighbour{w, p, n.Host})
	}
}

// cluster returns the cluster that a process is a member of, or nil when the plan has none.
func (w *world) cluster(p *process) (*store.Cluster, error) {
	if !w.plan.Cluster {
		return nil, nil
	}
	return store.NewCluster(&gate{p: p, Store: w.store}, []byte("cluster/"), &store.ClusterOptions{Lease: 30 * time.Second})
}

// lag is how long something takes that happens now.
func (w *world) lag(what string) time.Duration {
	w.mu.Lock()
	most := w.plan.Lag
	w.mu.Unlock()
	if most == 0 {
		return 0
	}
	h := fnv.New64a()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], w.plan.Seed)
	binary.BigEndian.PutUint64(b[8:], uint64(time.Since(w.begin)))
	h.Write(b[:])
	h.Write([]byte(what))
	n := h.Sum64()
	if n>>60 < 4 { // a quarter of all takes no time
		return 0
	}
	return time.Duration(n % uint64(most))
}

// slack is by how much things that are seen from outside may be older than they look.
func (w *world) slack() time.Duration { return 3*w.plan.Lag + time.Millisecond }

// kill ends a process and lets the next one come after a while.
func (w *world) kill(p *process) {
	if p == nil || !p.die() {
		return
	}
	w.m.killed()
	w.mu.Lock()
	w.now = nil
	w.mu.Unlock()
	w.running.Go(func() {
		p.bury()
		time.Sleep(w.m.downtime())
		next, err := newProcess(w)
		if err != nil {
			w.m.violate("no new process: %v", err)
			return
		}
		w.mu.Lock()
		w.now = next
		w.mu.Unlock()
		w.connect()
	})
}

// Trigger implements nidd.Trigger.
func (w *world) Trigger(ctx context.Context, _ nidd.TriggerTarget, _ time.Time) error {
	w.mu.Lock()
	fn := w.trigger
	w.mu.Unlock()
	if fn == nil {
		return nil
	}
	took, err := fn()
	select {
	case <-time.After(took):
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// toSCEF is the transport of a neighbour.
type toSCEF struct {
	w    *world
	host string
}

func (t toSCEF) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	p := t.w.process()
	if p == nil {
		return nil, diameter.ErrNoPeer
	}
	l := p.line(t.host)
	if l == nil {
		return nil, diameter.ErrNoPeer
	}
	return l.there.Do(ctx, to, req)
}

// neighbour serves what a process asks a neighbour.
type neighbour struct {
	w    *world
	p    *process
	host string
}

func (n neighbour) HandleDiameter(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	var h diameter.Handler
	n.w.mu.Lock()
	h = n.w.hss
	n.w.mu.Unlock()
	for _, m := range n.w.mmes {
		if m.Self().Host == n.host {
			h = m
		}
	}
	ans, then := h.HandleDiameter(ctx, from, req)
	n.w.m.look()
	if req.App == s6t.App {
		n.w.m.asked(req)
	}
	if d := n.w.lag("answer of " + n.host); d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
	return ans, then
}

// tdr returns the TDR in a message, or nil.
func tdr(m *diameter.Message) *t6a.TDR {
	if m.Command != t6a.CodeTDR {
		return nil
	}
	var t t6a.TDR
	if t.Decode(m) != nil {
		return nil
	}
	return &t
}

var errNoTrigger = errors.New("chaos: no trigger can be sent")
