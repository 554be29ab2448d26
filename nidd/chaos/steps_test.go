package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// do carries out a step and returns when it is done.
func (w *world) do(s step) {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	w.m.note("-- %v ue%d as%d at %d how %d for %v", s.Do, s.UE, s.AS, s.At, s.How, s.For)
	ue, mme, as := w.ues[s.UE], w.mmes[s.At%numMMEs], w.as[s.AS]
	switch s.Do {
	case nothing:
	case deliver:
		w.deliver(ctx, as, s)
	case cancel:
		w.cancel(ctx, as, s)
	case replace, patch:
		w.change(ctx, as, s)
	case list:
		w.list(ctx, as)
	case configure:
		w.configure(ctx, as, s)
	case deconfigure:
		w.deconfigure(ctx, as, s)
	case prolong:
		w.prolong(ctx, as, s)
	case attach:
		w.tell("attach", w.attach(ctx, ue, mme, s.AS))
	case detach:
		w.tell("detach", ue.Detach(ctx))
	case sleep:
		if s.How < 6 {
			ue.SleepUntil(time.Now().Add([]time.Duration{2 * time.Second, 20 * time.Second, 5 * time.Minute}[s.How%3]))
		} else {
			ue.Sleep()
		}
	case wake:
		w.tell("wake", ue.Wake(ctx))
	case move:
		w.tell("move", mme.TakeOver(ctx, ue))
	case getLost:
		if s.How%2 == 0 {
			ue.LeaveCoverage()
		} else {
			ue.LoseDownlink()
		}
	case uplink:
		w.uplink(ctx, ue, s)
	case kill, killLater:
		w.end(s)
	case cutLine, joinLine:
		w.line(s)
	case nodeTrouble:
		mme.Misbehave(trouble(s))
	case nodeRestart:
		w.m.mu.Lock()
		w.m.restarts = append(w.m.restarts, time.Now())
		w.m.mu.Unlock()
		mme.Restart()
	case hssTrouble:
		w.mu.Lock()
		h := w.hss
		w.mu.Unlock()
		h.Misbehave(trouble(s))
	case hssRestart:
		w.restartHSS()
	case revoke, regrant:
		w.grant(ctx, s)
	case asTrouble:
		as.Misbehave(asFault(s))
	case triggerTrouble:
		w.mu.Lock()
		w.trigger = func() (time.Duration, error) {
			if s.How%2 == 0 {
				return s.For % time.Minute, nil
			}
			return s.For % time.Minute, errNoTrigger
		}
		w.mu.Unlock()
	}
}

func (w *world) tell(what string, err error) {
	if err != nil {
		w.m.note("%s: %v", what, err)
	}
}

// trouble lets a Diameter node misbehave for some requests, but never tell of a request that it carried out that it did
// not.
func trouble(s step) func(*diameter.Message) sim.Fault {
	if s.How < 3 {
		return nil
	}
	var n atomic.Int64
	results := []diameter.Result{diameter.TooBusy, diameter.UnableToDeliver, diameter.UnableToComply, diameter.ErrorUserUnknown}
	return func(req *diameter.Message) sim.Fault {
		if n.Add(1)%3 != 1 {
			return sim.Fault{}
		}
		switch s.How {
		case 3:
			return sim.Fault{Drop: true}
		case 4:
			return sim.Fault{Drop: true, Late: true}
		case 5:
			return sim.Fault{Delay: 2 * time.Second}
		case 6:
			return sim.Fault{Delay: 9 * time.Second}
		case 7:
			return sim.Fault{Delay: 12 * time.Second}
		}
		if req.Flags&diameter.FlagRetransmitted != 0 {
			return sim.Fault{} // it may have carried out the first one
		}
		return sim.Fault{Result: results[s.How%len(results)]}
	}
}

func asFault(s step) func() sim.ASFault {
	var f sim.ASFault
	switch s.How {
	case 0, 1, 2:
		return nil
	case 3, 4:
		f.Status = 503
	case 5:
		f.Status, f.Late = 500, true
	case 6:
		f.Abort = true
	case 7:
		f.Abort, f.Late = true, true
	case 8:
		f.Delay = 2 * time.Second
	default:
		f.Delay = 7 * time.Second
	}
	return func() sim.ASFault { return f }
}

// attach gives the UE a PDN connection for the SCS/AS.
func (w *world) attach(ctx context.Context, ue *sim.UE, m *sim.MME, as int) error {
	at := ue.Serving()
	if at == nil {
		return ue.Attach(ctx, m, apns[as])
	}
	for _, b := range at.Bearers(ue) {
		if b.APN == apns[as] {
			return errors.New("it has that connection")
		}
	}
	_, err := at.Connect(ctx, ue, apns[as])
	return err
}

func (w *world) uplink(ctx context.Context, ue *sim.UE, s step) {
	m := ue.Serving()
	if m == nil {
		return
	}
	for _, b := range m.Bearers(ue) {
		if b.APN != apns[s.AS] {
			continue
		}
		w.m.mu.Lock()
		data := fmt.Sprintf("ue%d to %s: %d", s.UE, asID(s.AS), len(w.m.uplinks))
		w.m.uplinks[data] = &upData{as: s.AS, ue: s.UE}
		w.m.mu.Unlock()
		w.tell("uplink", m.Uplink(ctx, ue, sim.Uplink{Bearer: b.ID, Data: []byte(data)}))
		return
	}
}

// end kills the process at once, or at one of its next transactions.
func (w *world) end(s step) {
	w.m.mu.Lock()
	w.m.down = min(s.For, 2*time.Minute)
	w.m.mu.Unlock()
	p := w.process()
	if p == nil {
		return
	}
	if s.Do == kill {
		if s.How == 0 {
			p.nidd.Close() // in good order
		}
		w.kill(p)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.calm {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left, p.late = 1+s.At/2, s.How%2 == 0
}

// line cuts or joins the line between the SCEF and a neighbour.
func (w *world) line(s step) {
	n := w.neighbours()[s.How%3]
	w.mu.Lock()
	w.cut[n.Host] = s.Do == cutLine
	p := w.now
	w.mu.Unlock()
	if s.Do == joinLine {
		w.connect()
	} else if p != nil {
		p.hangUp(n.Host)
	}
}

// grant revokes the authorisation of a UE, or gives it anew.
func (w *world) grant(ctx context.Context, s step) {
	w.mu.Lock()
	h := w.hss
	w.mu.Unlock()
	begun := time.Now()
	g := sim.Grant{APN: apns[s.AS], Until: time.Now().Add(24 * time.Hour)}
	var hit []*config
	w.m.mu.Lock()
	if s.Do == revoke {
		w.m.revokes[s.AS][s.UE] = begun
	}
	for _, c := range w.m.configs {
		if c.as == s.AS && c.ue == s.UE {
			if s.Do == revoke {
				c.mayEnd = true
			}
			c.revoked = time.Time{}
			hit = append(hit, c)
		}
	}
	w.m.mu.Unlock()
	if s.Do == revoke {
		g = sim.Revocation(apns[s.AS])
	}
	err := h.UpdateAt(ctx, scefID, imsi(s.UE), g)
	w.tell(s.Do.String(), err)
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	if err != nil || s.Do != revoke || s.AS != 0 && !w.m.granted[s.UE].Before(begun) {
		return // a configuration that is kept has the grant that the HSS gave last
	}
	for _, c := range hit {
		c.revoked = time.Now()
	}
}

// pick returns the n-th latest of the configurations of the SCS/AS for the UE, or nil.
func (m *model) pick(as, ue, n int) *config {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.configs) - 1; i >= 0; i-- {
		if c := m.configs[i]; c.as == as && c.ue == ue {
			if n--; n < 0 {
				return c
			}
		}
	}
	return nil
}

// answer sorts the result of a T8 request: whether it was answered at all, and with which fault.
func (m *model) answer(op string, err error) (f *fault.Error, known bool) {
	if err == nil {
		return nil, true
	}
	f = fault.As(err)
	m.note("%s: %v", op, err)
	if asksHSS := op == "configure" || op == "prolong"; f.Remote && f.Code == fault.Internal && !asksHSS { // which may fail
		m.violate("%s failed inside: %v", op, err)
	}
	return f, f.Remote
}

// exists checks an answer that says that a configuration does not exist.
func (m *model) exists(c *config, op string, f *fault.Error) {
	if f != nil && f.Remote && f.Code == fault.NotFound && !c.mayBeGone(time.Now()) {
		m.violate("%s: %s is gone", op, c.uri)
	}
}

func (w *world) configure(ctx context.Context, as *server, s step) {
	cfg := &t8.NIDDConfiguration{
		ExternalID: external(s.UE), NotificationDestination: as.destination(), SupportedFeatures: "108",
	}
	if s.For > 0 && s.How > 8 {
		cfg.Duration = time.Now().Add(s.For)
	}
	var d *delivery
	c, begun := &config{as: s.AS, ue: s.UE}, time.Now()
	if s.How > 6 { // with data
		w.m.mu.Lock()
		d = w.m.newDelivery(c, step{}) // of no priority
		w.m.mu.Unlock()
		cfg.DownlinkDataTransfers = []t8.NIDDDownlinkDataTransfer{{ExternalID: external(s.UE), Data: []byte(d.versions[0].data)}}
	}
	v, err := as.client.CreateConfiguration(ctx, as.ID(), cfg)
	_, known := w.m.answer("configure", err)
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	if err != nil {
		if d != nil {
			d.unknown, d.refused = !known, known
		}
		return
	}
	if old := w.m.config(v.Self); old == nil {
		c.uri, c.ends = v.Self, v.Duration
		c.mayEnd = !w.m.revokes[s.AS][s.UE].Before(begun.Add(-time.Minute)) // one may still be on its way
		w.m.configs = append(w.m.configs, c)
	} else if d != nil { // a list was faster
		d.c = old
	}
	if d == nil {
		return
	}
	if len(v.DownlinkDataTransfers) != 1 {
		w.m.violate("%q came with a configuration and is not stored", d.versions[0].data)
		return
	}
	d.accepted(time.Now(), 6*time.Hour)
	d.versions[0].answered = w.m.tick()
	w.m.stored(d, v.DownlinkDataTransfers[0].Self)
}

func (w *world) deconfigure(ctx context.Context, as *server, s step) {
	c := w.m.pick(s.AS, s.UE, s.At%2)
	if c == nil {
		return
	}
	w.m.mu.Lock()
	c.mayEnd = true
	w.m.mu.Unlock()
	w.remove(ctx, as, c)
}

// remove deletes a configuration.
func (w *world) remove(ctx context.Context, as *server, c *config) {
	err := as.client.DeleteConfiguration(ctx, as.ID(), c.uri)
	_, known := w.m.answer("deconfigure "+c.uri, err)
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	switch {
	case err == nil:
		c.deleted = time.Now()
	case !known:
		c.perhaps = true
	}
}

func (w *world) prolong(ctx context.Context, as *server, s step) {
	c := w.m.pick(s.AS, s.UE, 0)
	if c == nil {
		return
	}
	var p t8.NIDDConfigurationPatch
	until := time.Now().Add(time.Minute + s.For)
	p.Duration = t8.Set(until)
	w.m.mu.Lock()
	if c.ends.IsZero() || until.Before(c.ends) {
		c.ends = until
	}
	w.m.mu.Unlock()
	_, err := as.client.ModifyConfiguration(ctx, as.ID(), c.uri, &p)
	f, _ := w.m.answer("prolong", err)
	w.m.exists(c, "prolong", f)
}

func (w *world) list(ctx context.Context, as *server) {
	all, err := as.client.Configurations(ctx, as.ID())
	if f, _ := w.m.answer("list", err); f != nil {
		return
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	for i := range all {
		owner, _, ok := t8.ParseNIDDConfigurationURI(all[i].Self)
		if !ok || owner != as.ID() {
			w.m.violate("%s sees %s", as.ID(), all[i].Self)
			continue
		}
		c := w.m.newConfig(as.n, ueOf(all[i].ExternalID), &all[i])
		for _, t := range all[i].DownlinkDataTransfers {
			w.m.listed(c, &t)
		}
	}
}

// listed takes a delivery that is shown as pending. The caller holds mu.
func (m *model) listed(c *config, t *t8.NIDDDownlinkDataTransfer) {
	v := m.byData[string(t.Data)]
	switch {
	case v == nil:
		m.violate("%s shows what nobody posted: %q", c.uri, t.Data)
	case v.d.c != c && v.d.c.uri != "":
		m.violate("%s shows what was posted to %s: %q", c.uri, v.d.c.uri, t.Data)
	default:
		v.d.c = c
		if v.d.uri == "" {
			m.stored(v.d, t.Self)
		}
	}
}

// newDelivery notes a POST that begins. The caller holds mu.
func (m *model) newDelivery(c *config, s step) *delivery {
	d := &delivery{n: len(m.deliveries), c: c, begun: time.Now(), priority: s.How % 4}
	m.deliveries = append(m.deliveries, d)
	m.add(d)
	return d
}

// accepted notes that the data was accepted at the latest now, for a time.
func (d *delivery) accepted(now time.Time, latency time.Duration) {
	d.answered = now
	d.latency = latency
	d.deadline = now.Add(latency)
	d.young = d.begun.Add(latency)
}

// latency returns maximumLatency as the request says it, and as it is. The drain wants data that is still there.
func (s step) latency() (*t8.DurationSec, time.Duration) {
	switch {
	case s.At < 5:
		return nil, 6 * time.Hour
	case s.At == 5:
		return new(t8.DurationSec(0)), 0
	}
	l := s.For
	if l == 0 {
		l = time.Minute
	}
	return new(t8.DurationSec(l)), l
}

var options = []t8.PDNEstablishmentOption{"", "", t8.WaitForUE, t8.SendTrigger, t8.IndicateError, ""}

// transfer returns the body of a request. The caller holds mu.
func (s step) transfer(d *delivery, v *version) *t8.NIDDDownlinkDataTransfer {
	t := &t8.NIDDDownlinkDataTransfer{
		ExternalID: external(d.c.ue), Data: []byte(v.data), Priority: new(s.How % 4), PDNEstablishmentOption: options[s.How%len(options)],
	}
	t.MaximumLatency, _ = s.latency()
	d.touchy = d.touchy || t.PDNEstablishmentOption == t8.IndicateError
	return t
}

func (w *world) deliver(ctx context.Context, as *server, s step) {
	c := w.m.pick(s.AS, s.UE, 0)
	if c == nil {
		return
	}
	if s.For == 10*time.Second { // an impatient one
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, 50*time.Millisecond)
		defer stop()
	}
	w.m.mu.Lock()
	d := w.m.newDelivery(c, s)
	body := s.transfer(d, d.versions[0])
	w.m.mu.Unlock()
	t, err := as.client.CreateDelivery(ctx, as.ID(), c.uri, body)
	f, known := w.m.answer("deliver "+d.versions[0].data, err)
	w.m.exists(c, "deliver", f)
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	switch {
	case !known:
		d.unknown = true
	case err != nil:
		if d.uri != "" {
			w.m.violate("%q was refused (%v) and is stored", d.versions[0].data, err)
		}
		d.refused = f.Code != fault.Timeout
		if d.refused && d.received() {
			w.m.violate("%q was refused (%v) and received", d.versions[0].data, err)
		}
	case t.Self == "":
		if !d.received() {
			w.m.violate("%q was answered with 200 (%s) and not received", d.versions[0].data, t.DeliveryStatus)
		}
	default:
		w.m.note("stored: %q is %s, %s", d.versions[0].data, t.Self, t.DeliveryStatus)
		_, latency := s.latency()
		d.accepted(time.Now(), latency)
		d.versions[0].answered = w.m.tick()
		if d.uri == "" {
			w.m.stored(d, t.Self)
		}
	}
}

// waiting returns one of the latest stored deliveries of the SCS/AS, or nil; now and then one that has ended.
func (m *model) waiting(as int, s step) *delivery {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := s.At % 5
	for i := len(m.deliveries) - 1; i >= 0; i-- {
		d := m.deliveries[i]
		if d.c.as != as || d.uri == "" || s.At < 8 && (!d.cancelled.IsZero() || len(d.outcomes) > 0) {
			continue
		}
		if n--; n < 0 {
			return d
		}
	}
	return nil
}

func (w *world) cancel(ctx context.Context, as *server, s step) {
	d := w.m.waiting(s.AS, s)
	if d == nil {
		return
	}
	w.m.mu.Lock()
	d.cancelling++
	w.m.mu.Unlock()
	err := as.client.CancelDelivery(ctx, as.ID(), d.uri, d.uri)
	_, known := w.m.answer("cancel "+d.uri, err)
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	if known {
		d.cancelling--
	}
	if err != nil {
		return
	}
	w.m.note("cancelled: %q", d.versions[0].data)
	if d.cancelled = time.Now(); len(d.outcomes) > 0 {
		w.m.violate("%q was reported as %s and then cancelled", d.versions[0].data, d.outcomes[0].status)
	}
}

func (w *world) change(ctx context.Context, as *server, s step) {
	d := w.m.waiting(s.AS, s)
	if d == nil {
		return
	}
	w.m.mu.Lock()
	d.muddled = d.muddled || d.changing > 0
	d.changing++
	v := w.m.add(d)
	body := s.transfer(d, v)
	w.m.mu.Unlock()
	var err error
	if s.Do == replace {
		_, err = as.client.ReplaceDelivery(ctx, as.ID(), d.uri, d.uri, body)
	} else {
		p := &t8.NIDDDownlinkDataTransferPatch{Data: t8.Set([]byte(v.data)), Priority: t8.Set(s.How % 4)}
		_, err = as.client.ModifyDelivery(ctx, as.ID(), d.uri, d.uri, p)
	}
	_, known := w.m.answer(s.Do.String()+" "+d.uri, err)
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	if known {
		d.changing--
		v.void = err != nil
	}
	switch {
	case err == nil:
		now := time.Now()
		w.m.note("changed: it is %q", v.data)
		v.answered = w.m.tick()
		for _, old := range d.versions {
			if old.answered != 0 && old.answered < v.asked {
				old.replaced = now
			}
		}
		d.priority = s.How % 4
		if _, l := s.latency(); s.Do == replace && l != d.latency {
			d.latency, d.deadline, d.young = l, now.Add(l), now
		}
	case !known:
		d.deadline, d.young = time.Time{}, time.Time{} // it may be any by now
	}
}
