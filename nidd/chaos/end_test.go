package chaos

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// run carries out the plan and what ends it.
func (w *world) run() error {
	for _, s := range w.plan.Steps {
		if s.Aside {
			w.running.Go(func() { w.do(s) })
		} else {
			w.do(s)
		}
		if s.Wait > 0 {
			time.Sleep(s.Wait)
		}
		if w.m.failed() {
			break
		}
	}
	w.disarm()
	w.running.Wait()
	if !w.m.failed() {
		w.settle()
	}
	if p := w.process(); p.die() {
		p.bury()
	}
	return w.m.err()
}

// disarm lets the process live that is alive, or comes next.
func (w *world) disarm() {
	w.mu.Lock()
	w.calm = true
	p := w.now
	w.mu.Unlock()
	if p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.left = 0
	}
}

// settle lets all trouble end and looks at what is left.
func (w *world) settle() {
	w.heal()
	time.Sleep(12 * time.Minute)
	there := w.audit()
	if w.plan.Drain {
		w.drain(there)
	} else {
		time.Sleep(7 * time.Hour)
	}
	time.Sleep(2 * time.Minute)
	w.outcomes()
	w.clear(there)
}

// heal ends all trouble. The UEs are switched off.
func (w *world) heal() {
	w.m.note("== heal")
	w.mu.Lock()
	w.hss.Misbehave(nil)
	w.trigger = nil
	clear(w.cut)
	w.mu.Unlock()
	for _, m := range w.mmes {
		m.Misbehave(nil)
	}
	for _, as := range w.as {
		as.Misbehave(nil)
	}
	w.connect()
	for _, ue := range w.ues {
		ctx, stop := context.WithTimeout(context.Background(), patience)
		w.tell("wake", ue.Wake(ctx))
		w.tell("detach", ue.Detach(ctx))
		stop()
	}
}

// audit compares what the SCEF shows with what must be there, and returns the configurations.
func (w *world) audit() (there []*config) {
	w.m.note("== audit")
	pending := map[string]bool{}
	for _, as := range w.as {
		all, err := as.client.Configurations(context.Background(), as.ID())
		if err != nil {
			w.m.violate("the configurations cannot be listed: %v", err)
			return nil
		}
		w.list(context.Background(), as)
		w.m.mu.Lock()
		for i := range all {
			there = append(there, w.m.config(all[i].Self))
			for _, d := range all[i].DownlinkDataTransfers {
				pending[d.Self] = true
				if d.DeliveryStatus == t8.DeliverySending {
					w.m.violate("%s is being sent for minutes", d.Self)
				}
			}
		}
		w.m.mu.Unlock()
		w.spy(as)
	}
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	now := time.Now()
	for _, c := range w.m.configs {
		is := slices.Contains(there, c)
		ended := slices.Contains(c.told, string(t8.NIDDTerminated)) || c.as == 0 && slices.Contains(c.told, string(t8.NIDDTerminatedUENotAuthorized))
		switch {
		case !is && !c.mayBeGone(now):
			w.m.violate("%s is lost", c.uri)
		case is && !c.deleted.IsZero():
			w.m.violate("%s was deleted and is there", c.uri)
		case is && ended:
			w.m.violate("%s was reported as ended (%v) and is there", c.uri, c.told)
		case !is && c.deleted.IsZero() && !c.perhaps && !ended:
			w.m.violate("%s ended and nobody was told", c.uri)
		}
	}
	for _, d := range w.m.deliveries {
		if d.uri == "" {
			continue
		}
		data := d.versions[0].data
		ended := len(d.outcomes) > 0 || !d.cancelled.IsZero()
		switch {
		case pending[d.uri] && ended:
			w.m.violate("%q has ended and is there", data)
		case !pending[d.uri] && !ended && d.cancelling == 0 && !d.c.silent():
			w.m.violate("%q is lost", data)
		}
	}
	return there
}

// silent reports whether the configuration was deleted by the SCS/AS, or perhaps, so that what waited ended without a word.
func (c *config) silent() bool { return !c.deleted.IsZero() || c.perhaps }

// sure reports whether nothing can have ended the configuration, or will by itself.
func (c *config) sure() bool { return !c.mayEnd && c.ends.IsZero() }

// spy checks that an SCS/AS does not see what others have.
func (w *world) spy(as *server) {
	w.m.mu.Lock()
	var others []string
	for _, c := range w.m.configs {
		if c.as != as.n {
			others = append(others, c.uri)
		}
	}
	w.m.mu.Unlock()
	for _, uri := range others {
		if _, err := as.client.Configuration(context.Background(), as.ID(), uri); err == nil {
			w.m.violate("%s reads %s", as.ID(), uri)
		}
		_, ident, _ := t8.ParseNIDDConfigurationURI(uri)
		_, err := as.client.Configuration(context.Background(), as.ID(), ident)
		if f := fault.As(err); f == nil || f.Code != fault.NotFound {
			w.m.violate("%s reads %s as its own: %v", as.ID(), ident, err)
		}
	}
}

// drain attaches all UEs: all that waits must reach them, in order (see inTurn).
func (w *world) drain(there []*config) {
	w.m.note("== drain")
	w.m.mu.Lock()
	var wait []*delivery
	now := time.Now()
	for _, d := range w.m.deliveries {
		if d.uri != "" && slices.Contains(there, d.c) && d.c.sure() && d.waits(now) && d.settled() && d.young.After(now.Add(5*time.Minute)) {
			wait = append(wait, d)
		}
	}
	w.m.mu.Unlock()
	for _, c := range there {
		if !c.sure() {
			continue
		}
		ctx, stop := context.WithTimeout(context.Background(), patience)
		if err := w.attach(ctx, w.ues[c.ue], w.mmes[0], c.as); err != nil {
			w.m.violate("ue%d cannot attach to %s although %s is there: %v", c.ue, apns[c.as], c.uri, err)
		}
		stop()
	}
	time.Sleep(2 * time.Minute)
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	for _, d := range wait {
		if !d.received() && (!d.touchy || len(d.outcomes) == 0) {
			w.m.violate("%q waits although its UE is there", d.versions[0].data)
		}
	}
}

// outcomes checks that each stored delivery ended in what it had to.
func (w *world) outcomes() {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	unknown := 0
	for _, d := range w.m.deliveries {
		if d.unknown && d.uri == "" {
			unknown++
		}
		if d.uri != "" && len(d.outcomes) == 0 && d.cancelled.IsZero() && d.cancelling == 0 && !d.c.silent() && (!w.plan.Drain || d.c.sure()) {
			w.m.violate("%q has no outcome", d.versions[0].data)
		}
		for _, v := range d.versions {
			for _, s := range v.sends {
				if !s.again && !d.deadline.IsZero() && d.settled() && s.at.After(d.deadline.Add(w.slack())) {
					w.m.violate("%q was sent after its time", v.data)
				}
			}
		}
	}
	if len(w.m.strays) > unknown {
		w.m.violate("outcomes of %d deliveries that nobody posted", len(w.m.strays)-unknown)
	}
}

// clear deletes all configurations: nothing may be left.
func (w *world) clear(there []*config) {
	w.m.note("== clear")
	for _, c := range there {
		w.m.mu.Lock()
		c.mayEnd = true
		w.m.mu.Unlock()
		w.remove(context.Background(), w.as[c.as], c)
	}
	time.Sleep(remember + 5*time.Minute)
	for _, ue := range w.ues {
		if m := ue.Serving(); m != nil && len(m.Bearers(ue)) > 0 {
			w.m.violate("%s has a PDN connection although its configurations are deleted", ue.IMSI())
		}
	}
	err := w.store.View(context.Background(), func(r store.Reader) error {
		for kv, err := range r.Scan(nil, nil, false) {
			if err != nil {
				return err
			}
			if !bytes.HasPrefix(kv.Key, []byte("cluster/")) {
				w.m.violate("left in the store: %q %q", kv.Key, kv.Value)
			}
		}
		return nil
	})
	if err != nil {
		w.m.violate("%v", err)
	}
}
