package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// TestKill kills the daemon again and again while an AS, an HSS and MMEs work with it, and then holds it to everything
// that it acknowledged:
//
//   - a configuration answered with 201 is there, one whose DELETE was answered with 204 is gone;
//   - a connection answered with 2001 carries uplink data;
//   - uplink data answered with 2001 was posted to the AS, once if it was sent once;
//   - data answered with 200, or reported as delivered, reached its UE, and no data reached a UE twice;
//   - a delivery answered with 201 and not cancelled ends in one final status. The notification of it comes at least
//     once: a kill between the answer of the AS and the note of it makes it come again, with the same content;
//   - what was cancelled with 204 or replaced with 200 never reaches the UE.
//
// A request without an answer may have had any effect, or none. The MMEs do what the T flag is for: they deliver a TDR
// that comes again with the same Origin-Host and End-to-End Identifier once.
func TestKill(t *testing.T) {
	t.Attr("covers", "KAURI-13")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rounds, workers := 8, 6
	if testing.Short() {
		rounds = 3
	}
	r := newKillRun(newBench(t), seed)
	r.level = "info"
	r.up()
	r.work(workers)
	defer r.stop()
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range rounds {
		r.pause(t.Context(), 150*time.Millisecond+time.Duration(random.IntN(900))*time.Millisecond)
		if round%2 == 1 { // while the UE has its data and the daemon does not know
			select {
			case <-r.held:
			case <-time.After(time.Second):
			}
		}
		r.down()
		r.up()
	}
	r.pause(t.Context(), 300*time.Millisecond)
	r.stop()
	begin := time.Now()
	r.settle()
	t.Logf("settled after %v", time.Since(begin).Round(time.Millisecond))
	r.check()
}

// killRun is the load and the ledger of it.
type killRun struct {
	*bench
	mmes   []*slowMME
	nodes  []*diameter.Node
	seed   uint64
	agents bool // between MMEs and daemons: they repeat what a daemon had that was killed

	held    chan struct{} // takes a value when an MME holds a TDA back
	numbers atomic.Int64  // of UEs
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	workers []*killWorker

	mu      sync.Mutex
	serving chan struct{} // closed while the daemon runs; guarded by mu
}

func newKillRun(b *bench, seed uint64) *killRun {
	r := &killRun{bench: b, seed: seed, held: make(chan struct{}), serving: make(chan struct{})}
	for i := range 3 {
		self := diameter.Identity{Host: fmt.Sprintf("mme%d.%s", i, realm), Realm: realm}
		m, err := sim.NewMME(self, scefID, nil)
		require.NoError(b.t, err)
		slow := &slowMME{MME: m, held: r.held, seen: map[uint32]bool{}}
		opts := quick()
		opts.Trace = &diameter.Trace{Message: slow.message}
		r.mmes = append(r.mmes, slow)
		r.nodes = append(r.nodes, r.open(slow, opts))
	}
	return r
}

// work begins the load.
func (r *killRun) work(workers int) {
	ctx, cancel := context.WithCancel(r.t.Context())
	r.cancel = cancel
	for i := range workers {
		w := &killWorker{killRun: r, random: rand.New(rand.NewPCG(r.seed, uint64(i)+1))}
		r.workers = append(r.workers, w)
		r.wg.Go(func() { w.run(ctx) })
	}
}

// up starts the daemon.
func (r *killRun) up() {
	r.start()
	r.serves()
}

// serves lets the load begin, or go on.
func (r *killRun) serves() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.serving)
}

// down kills the daemon.
func (r *killRun) down() {
	r.mu.Lock()
	r.serving = make(chan struct{})
	r.mu.Unlock()
	r.kill()
}

// stop ends the load.
func (r *killRun) stop() {
	r.cancel()
	r.wg.Wait()
}

// pause waits for d, and until the daemon runs.
func (r *killRun) pause(ctx context.Context, d time.Duration) {
	wait(ctx, d)
	r.mu.Lock()
	serving := r.serving
	r.mu.Unlock()
	select {
	case <-serving:
	case <-ctx.Done():
	}
}

// devices returns the UEs of all workers.
func (r *killRun) devices() (all []*device) {
	for _, w := range r.workers {
		all = append(all, w.devices...)
		all = append(all, w.retired...)
	}
	return all
}

// slowMME is an MME that takes its time for some TDRs, before it delivers the data or after. Its Diameter node answers
// a TDR that comes again with the T flag as it did the first time; the MME does not see it.
type slowMME struct {
	*sim.MME
	held chan<- struct{} // takes a value when a TDA is held back

	mu    sync.Mutex
	seen  map[uint32]bool // End-to-End Identifiers; guarded by mu
	story []string        // all TDRs and TDAs, for a test that fails; guarded by mu
	again int             // TDRs with T flag; guarded by mu
	known int             // those of them that had come before; guarded by mu
}

func (m *slowMME) App() diameter.App {
	app := m.MME.App()
	app.Handler = m
	return app
}

// message observes what the node gets and sends.
func (m *slowMME) message(_ diameter.Identity, _ diameter.Direction, msg *diameter.Message) {
	if msg.Command != t6a.CodeTDR {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at := time.Now().Format("05.000")
	if !msg.IsRequest() {
		r, _ := diameter.ResultOf(msg)
		m.story = append(m.story, fmt.Sprintf("%s TDA %x: %v", at, msg.EndToEnd, r))
		return
	}
	var tdr t6a.TDR
	_ = diameter.Decode(msg, &tdr)
	m.story = append(m.story, fmt.Sprintf("%s TDR %x, flags %v: %s|", at, msg.EndToEnd, msg.Flags, tdr.NonIPData))
	if msg.Flags&diameter.FlagRetransmitted != 0 {
		m.again++
		if m.seen[msg.EndToEnd] {
			m.known++
		}
	}
	m.seen[msg.EndToEnd] = true
}

func (m *slowMME) HandleDiameter(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	if req.Command == t6a.CodeTDR {
		wait(ctx, m.delay())
	}
	ans, then := m.MME.HandleDiameter(ctx, from, req)
	if d := m.delay(); d > 0 && req.Command == t6a.CodeTDR {
		select {
		case m.held <- struct{}{}:
		default:
		}
		wait(ctx, d)
	}
	return ans, then
}

// about returns what went over the wire with a payload.
func (m *slowMME) about(payload string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := map[string]bool{}
	var out []string
	for _, line := range m.story {
		w := strings.Fields(line)
		e2e := strings.TrimRight(w[2], ",:")
		if strings.Contains(line, ": "+payload+"|") {
			ids[e2e] = true
		}
		if ids[e2e] {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// delay makes some TDRs and TDAs slow, so that kills find them on their way.
func (m *slowMME) delay() time.Duration {
	return max(0, time.Duration(rand.IntN(200)-160)*time.Millisecond)
}

// wait returns after d or at the end of ctx.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// device is a UE with all that was asked for it. Its worker owns it.
type device struct {
	ue  *sim.UE
	ext id.ExternalID
	mme *slowMME

	config      string // URI of the configuration that was acknowledged
	unsure      bool   // a POST for a configuration got no answer
	ending      bool   // a DELETE of the configuration got no answer
	deleted     bool   // it was acknowledged
	attaches    int    // acknowledged
	deliveries  []*delivery
	taken       []string        // payloads answered with 200
	uplinks     map[string]bool // payloads of acknowledged uplink data; true: sent more than once
	failures    int             // requests without answer
	acknowledge int             // requests answered with success
}

// delivery is downlink data answered with 201.
type delivery struct {
	self      string
	payload   string   // what was last acknowledged
	maybe     string   // of a PUT without answer
	never     []string // replaced with 200
	cancelled bool     // answered with 204
	unsure    bool     // DELETE without answer
}

// killWorker plays with devices of its own.
type killWorker struct {
	*killRun
	random  *rand.Rand
	devices []*device
	retired []*device // their configuration was deleted
	n       int       // of payloads
}

func (w *killWorker) payload(d *device, what string) string {
	w.n++
	return fmt.Sprintf("%s %s %d", string(d.ext), what, w.n)
}

func (w *killWorker) run(ctx context.Context) {
	for ctx.Err() == nil {
		if len(w.devices) < 8 {
			w.devices = append(w.devices, w.newDevice())
		}
		i := w.random.IntN(len(w.devices))
		d := w.devices[i]
		// A request is brought to its end even when the load ends, so that its outcome is known.
		request, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		w.step(request, d)
		cancel()
		if d.deleted {
			w.devices = slices.Delete(w.devices, i, i+1)
			w.retired = append(w.retired, d)
		}
		w.pause(ctx, time.Duration(w.random.IntN(6))*time.Millisecond)
	}
}

func (w *killWorker) newDevice() *device {
	n := int(w.numbers.Add(1))
	ue, ext := w.provision(n)
	return &device{ue: ue, ext: ext, mme: w.mmes[n%len(w.mmes)], uplinks: map[string]bool{}}
}

// step does one thing with a device.
func (w *killWorker) step(ctx context.Context, d *device) {
	p := w.random.IntN(100)
	attached := len(d.mme.Bearers(d.ue)) > 0
	switch {
	case d.unsure:
		w.find(ctx, d)
	case d.ending:
		w.ended(ctx, d)
	case d.config == "":
		w.createConfig(ctx, d)
	case !attached && p < 50:
		w.attach(ctx, d)
	case p < 35:
		w.downlink(ctx, d)
	case p < 55 && attached:
		w.uplink(ctx, d)
	case p < 65 && attached:
		d.ue.Sleep()
	case p < 80:
		w.answered(d, d.ue.Wake(ctx))
	case p < 85:
		w.replace(ctx, d)
	case p < 90:
		w.cancelDelivery(ctx, d)
	case p < 97 && attached:
		w.night(ctx, d)
	case p < 98 && attached:
		w.answered(d, d.ue.Detach(ctx))
	case p == 99:
		w.deleteConfig(ctx, d)
	}
}

// answered counts, and reports whether err is an answer, if only of a failure.
func (w *killWorker) answered(d *device, err error) bool {
	var result *sim.ResultError
	f := fault.As(err)
	switch {
	case err == nil:
		d.acknowledge++
	case errors.As(err, &result), f.Remote:
	default:
		d.failures++
		return false
	}
	return true
}

// lost fails the test when the daemon does not know what it acknowledged.
func (w *killWorker) lost(d *device, what string, err error) {
	if f := fault.As(err); f != nil && f.Remote && f.Code == fault.NotFound {
		w.t.Errorf("%s: %s is lost: %v", d.ext, what, err)
	}
}

func (w *killWorker) createConfig(ctx context.Context, d *device) {
	c, err := w.as.NIDD().CreateConfiguration(ctx, as1, w.request(d.ext))
	if !w.answered(d, err) {
		d.unsure = true
	} else if err == nil {
		d.config = c.Self
	}
}

// find looks for a configuration whose creation got no answer.
func (w *killWorker) find(ctx context.Context, d *device) {
	list, err := w.as.NIDD().Configurations(ctx, as1)
	if err != nil {
		w.answered(d, err)
		return
	}
	d.unsure = false
	for _, c := range list {
		if c.ExternalID == d.ext {
			d.config = c.Self
		}
	}
}

func (w *killWorker) deleteConfig(ctx context.Context, d *device) {
	err := w.as.NIDD().DeleteConfiguration(ctx, as1, d.config)
	if !w.answered(d, err) {
		d.ending = true
		return
	}
	w.lost(d, "a configuration", err)
	d.deleted = err == nil
}

// ended looks what became of a DELETE that got no answer.
func (w *killWorker) ended(ctx context.Context, d *device) {
	_, err := w.as.NIDD().Configuration(ctx, as1, d.config)
	switch {
	case err == nil:
		d.ending = false
	case errors.Is(err, fault.NotFound) && fault.As(err).Remote:
		d.ending, d.deleted = false, true
	}
}

func (w *killWorker) attach(ctx context.Context, d *device) {
	if d.ue.Serving() != nil { // without a connection: it was released
		_ = d.ue.Detach(ctx) // nothing to release
	}
	err := d.ue.Attach(ctx, d.mme.MME, apn)
	if w.answered(d, err) && err != nil {
		w.t.Errorf("%s: refused although its configuration was acknowledged: %v", d.ext, err)
	} else if err == nil {
		d.attaches++
	}
}

func (w *killWorker) uplink(ctx context.Context, d *device) {
	up := sim.Uplink{Data: []byte(w.payload(d, "up")), EndToEnd: diameter.NextEndToEnd()}
	for range 3 {
		err := d.mme.Uplink(ctx, d.ue, up)
		if w.answered(d, err) {
			if err == nil {
				d.uplinks[string(up.Data)] = up.Again
			} else if r := sim.ResultOf(err); r.Code/1000 == 5 {
				w.t.Errorf("%s: uplink data refused although the connection was acknowledged: %v", d.ext, err)
			}
			return
		}
		// The connection was lost. What an MME does then: the same request again.
		up.Again = true
		w.pause(ctx, 50*time.Millisecond)
	}
}

func (w *killWorker) downlink(ctx context.Context, d *device) {
	data := w.payload(d, "down")
	got, err := w.as.NIDD().CreateDelivery(ctx, as1, d.config, &t8.NIDDDownlinkDataTransfer{ExternalID: d.ext, Data: []byte(data)})
	if !w.answered(d, err) {
		return
	}
	w.lost(d, "a configuration", err)
	switch {
	case err != nil:
	case got.Self == "":
		d.taken = append(d.taken, data)
	default:
		d.deliveries = append(d.deliveries, &delivery{self: got.Self, payload: data})
	}
}

// night makes the UE sleep over some data and wake up.
func (w *killWorker) night(ctx context.Context, d *device) {
	d.ue.Sleep()
	for range 3 {
		w.downlink(ctx, d)
	}
	w.answered(d, d.ue.Wake(ctx))
}

// pick returns a delivery that may be pending.
func (w *killWorker) pick(d *device) *delivery {
	var open []*delivery
	for _, x := range d.deliveries[max(0, len(d.deliveries)-4):] {
		if !x.cancelled && !x.unsure && x.maybe == "" {
			open = append(open, x)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return open[w.random.IntN(len(open))]
}

func (w *killWorker) replace(ctx context.Context, d *device) {
	x := w.pick(d)
	if x == nil {
		return
	}
	data := w.payload(d, "new")
	_, err := w.as.NIDD().ReplaceDelivery(ctx, as1, d.config, x.self, &t8.NIDDDownlinkDataTransfer{ExternalID: d.ext, Data: []byte(data)})
	if !w.answered(d, err) {
		x.maybe = data
	} else if err == nil {
		x.never, x.payload = append(x.never, x.payload), data
	} else {
		w.lost(d, "the outcome of a delivery", err)
	}
}

func (w *killWorker) cancelDelivery(ctx context.Context, d *device) {
	x := w.pick(d)
	if x == nil {
		return
	}
	err := w.as.NIDD().CancelDelivery(ctx, as1, d.config, x.self)
	if !w.answered(d, err) {
		x.unsure = true
	} else if err == nil {
		x.cancelled = true
	} else {
		w.lost(d, "the outcome of a delivery", err)
	}
}

// settle finds out what became of requests without answer, makes every UE reachable, and waits until nothing is pending:
// about 15 s when a kill left data on its way, since the next process gives the one before the time to finish.
func (r *killRun) settle() {
	r.t.Helper()
	r.await(r.nodes...)
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	for _, w := range r.workers {
		for _, d := range w.devices {
			for d.unsure || d.ending {
				require.NoError(r.t, ctx.Err())
				w.find(ctx, d)
				if d.ending {
					w.ended(ctx, d)
				}
			}
			if d.config == "" || d.deleted {
				continue
			}
			if len(d.mme.Bearers(d.ue)) == 0 {
				w.attach(ctx, d)
				require.NotEmpty(r.t, d.mme.Bearers(d.ue), "%s", d.ext)
			}
			require.NoError(r.t, d.ue.Wake(ctx))
		}
	}
	eventually(r.t, 45*time.Second, func() string {
		list, err := r.as.NIDD().Configurations(ctx, as1)
		if err != nil {
			return err.Error()
		}
		var open []string
		for _, c := range list {
			for _, x := range c.DownlinkDataTransfers {
				open = append(open, fmt.Sprintf("%s %s", x.Self, x.DeliveryStatus))
			}
		}
		return strings.Join(open, "\n")
	})
}

// check compares the ledger with what there is.
func (r *killRun) check() tally {
	t := r.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	all := r.devices()

	for _, d := range all {
		if d.config == "" {
			continue
		}
		c, err := r.as.NIDD().Configuration(ctx, as1, d.config)
		if d.deleted {
			require.ErrorIs(t, err, fault.NotFound, "%s was deleted", d.ext)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, d.ext, c.ExternalID)
		require.Equal(t, r.url, c.NotificationDestination)
		data := string(d.ext) + " at the end"
		require.NoError(t, d.ue.Send(ctx, []byte(data)), "%s has a connection", d.ext)
		d.uplinks[data] = false
	}

	var posts map[string]int
	var status map[string][]string
	eventually(t, 30*time.Second, func() string {
		posts, status = r.notifications()
		var missing []string
		for _, d := range all {
			for data := range d.uplinks {
				if posts[data] == 0 {
					missing = append(missing, "uplink "+data)
				}
			}
			for _, x := range d.deliveries {
				if !d.deleted && !x.cancelled && !x.unsure && len(status[x.self]) == 0 {
					missing = append(missing, "status of "+x.self)
				}
			}
		}
		return strings.Join(missing, "\n")
	})

	var sum tally
	for _, d := range all {
		r.checkDevice(d, posts, status, &sum)
	}
	for _, m := range r.mmes {
		sum.Again += m.again
		sum.Known += m.known
	}
	t.Logf("%+v", sum)
	require.Positive(t, sum.Delivered)
	require.Positive(t, sum.Stored)
	return sum
}

// notifications counts the posts of uplink data, and collects the final states of deliveries.
func (r *killRun) notifications() (posts map[string]int, status map[string][]string) {
	posts, status = map[string]int{}, map[string][]string{}
	for _, n := range r.as.Notifications() {
		switch n := n.(type) {
		case *t8.NIDDUplinkDataNotification:
			posts[string(n.Data)]++
			require.True(r.t, strings.HasPrefix(string(n.Data), string(n.ExternalID)+" "), "%s under the name %s", n.Data, n.ExternalID)
		case *t8.NIDDDownlinkDataDeliveryStatusNotification:
			status[n.NIDDDownlinkDataTransfer] = append(status[n.NIDDDownlinkDataTransfer], string(n.DeliveryStatus))
		}
	}
	return posts, status
}

// tally is what a run consisted of.
type tally struct {
	Acknowledged, Unanswered                     int
	Configurations, Deleted, Attaches            int
	Uplinks, UplinksRepeated, UplinksPostedTwice int
	Delivered, Stored, Cancelled, Replaced       int
	Success, Failure, NotifiedAgain              int
	Again, Known                                 int // TDRs with T flag, and those of them that came for the second time
}

func (r *killRun) checkDevice(d *device, posts map[string]int, status map[string][]string, sum *tally) {
	t := r.t
	t.Helper()
	sum.Acknowledged += d.acknowledge
	sum.Unanswered += d.failures
	sum.Attaches += d.attaches
	if d.config != "" {
		sum.Configurations++
	}
	if d.deleted {
		sum.Deleted++
	}
	for data, repeated := range d.uplinks {
		sum.Uplinks++
		if repeated || r.agents {
			sum.UplinksRepeated++
			sum.UplinksPostedTwice += min(posts[data]-1, 1)
		} else {
			require.Equal(t, 1, posts[data], "%q was sent once", data)
		}
	}
	got := map[string]int{}
	for _, b := range d.ue.Received() {
		got[string(b)]++
		require.Equal(t, 1, got[string(b)], "%q reached the UE twice:\n%s", b, d.mme.about(string(b)))
		require.True(t, strings.HasPrefix(string(b), string(d.ext)+" "), "%q reached %s", b, d.ext)
	}
	for _, data := range d.taken {
		sum.Delivered++
		require.Contains(t, got, data, "answered with 200")
	}
	for _, x := range d.deliveries {
		sum.Stored++
		sum.Replaced += len(x.never)
		for _, data := range x.never {
			require.NotContains(t, got, data, "it was replaced")
		}
		if x.cancelled {
			sum.Cancelled++
			require.NotContains(t, got, x.payload, "it was cancelled")
			require.Empty(t, status[x.self], "it was cancelled")
			continue
		}
		states := status[x.self]
		if len(states) == 0 {
			continue // only where that is allowed, see check
		}
		sum.NotifiedAgain += len(states) - 1
		require.Len(t, slices.Compact(slices.Clone(states)), 1, "%s: %v", x.self, states)
		if !strings.HasPrefix(states[0], "SUCCESS") {
			sum.Failure++
			continue
		}
		sum.Success++
		require.Equal(t, 1, got[x.payload]+got[x.maybe], "%s of %s: %v", x.self, d.ext, states)
	}
}
