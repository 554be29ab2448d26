package chaos

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// model is what the neighbours of the SCEF know, from what they were answered, told and given; and by that, what must
// be. It does not know how the SCEF works. What breaks a promise is a violation.
type model struct {
	w *world

	mu         sync.Mutex
	configs    []*config            // guarded by mu, as all below
	deliveries []*delivery          //
	byURI      map[string]*delivery // those that were stored
	byData     map[string]*version  //
	strays     map[string][]outcome // of deliveries whose 201 has not arrived, or never will
	uplinks    map[string]*upData   //
	read       [numUEs]int          // of what UEs received, how much was looked at
	heard      [numAS]int           // likewise of notifications
	kills      []time.Time
	restarts   []time.Time              // of serving nodes
	granted    [numUEs]time.Time        // when the HSS was asked last, and granted
	revokes    [numAS][numUEs]time.Time // when a revocation began last
	down       time.Duration
	clock      int // counts what happened, where it matters what was first

	logMu      sync.Mutex
	log        []entry  // guarded by logMu, as all below
	violations []string //
}

type entry struct {
	at   time.Duration
	text string
	args []any
}

// config is an NIDD configuration that an SCS/AS knows of.
type config struct {
	as, ue  int
	uri     string
	mayEnd  bool      // something began that ends it: a DELETE, a revocation
	deleted time.Time // DELETE was answered with success
	perhaps bool      // DELETE was not answered
	revoked time.Time // a revocation was answered with success, since which no other grant was given
	ends    time.Time // duration; zero: none
	told    []string  // status notifications
}

func (c *config) mayBeGone(now time.Time) bool {
	return c.mayEnd || !c.ends.IsZero() && !now.Before(c.ends.Add(-time.Second))
}

// delivery is downlink data that an SCS/AS posted.
type delivery struct {
	n        int
	c        *config
	begun    time.Time
	uri      string    // empty: not stored, as far as it is known
	answered time.Time // zero: not yet
	unknown  bool      // no answer came
	refused  bool      // an answer said that it is not delivered
	priority int
	latency  time.Duration
	touchy   bool      // it fails when there is no PDN connection (INDICATE_ERROR)
	changing int       // PUTs and PATCHes under way, or that were not answered
	muddled  bool      // two of them were under way at a time: nobody knows which came first
	deadline time.Time // when it is too old, at the latest
	young    time.Time // when it is too old, at the earliest

	cancelling int       // DELETEs under way, or that were not answered
	cancelled  time.Time // it was answered with success
	outcomes   []outcome
	versions   []*version
}

// version is what a delivery holds since it was posted or replaced.
type version struct {
	d        *delivery
	data     string
	asked    int       // when the request began, as a place in the order of all that happened
	answered int       // when it was answered with success; 0: not yet
	replaced time.Time // a later one was acknowledged
	void     bool      // the request for it was refused
	sends    []send
	got      []time.Time
}

type send struct {
	at    time.Time
	again bool // with the T flag
	node  string
}

type outcome struct {
	status   t8.DeliveryStatus
	at       time.Time
	answered bool // the SCEF has seen that it was taken
}

// upData is what a UE sent.
type upData struct {
	as, ue       int
	got          int
	acknowledged bool
}

func newModel(w *world) *model {
	return &model{w: w, byURI: map[string]*delivery{}, byData: map[string]*version{}, strays: map[string][]outcome{}, uplinks: map[string]*upData{}}
}

// note remembers what happened, to be told with a violation.
func (m *model) note(text string, args ...any) {
	m.logMu.Lock()
	defer m.logMu.Unlock()
	m.log = append(m.log, entry{time.Since(m.w.begin), text, args})
}

func (m *model) violate(text string, args ...any) {
	m.note("VIOLATION: "+text, args...)
	m.logMu.Lock()
	defer m.logMu.Unlock()
	m.violations = append(m.violations, fmt.Sprintf(text, args...))
}

func (m *model) failed() bool {
	m.logMu.Lock()
	defer m.logMu.Unlock()
	return len(m.violations) > 0
}

// err returns the violations with what led to them.
func (m *model) err() error {
	m.logMu.Lock()
	defer m.logMu.Unlock()
	if len(m.violations) == 0 {
		return nil
	}
	var b strings.Builder
	for _, v := range m.violations {
		b.WriteString(v + "\n")
	}
	for _, e := range m.log {
		fmt.Fprintf(&b, "%14v  %s\n", e.at, fmt.Sprintf(e.text, e.args...))
	}
	return fmt.Errorf("%s%v", b.String(), m.w.plan)
}

func (m *model) killed() {
	m.note("the process dies")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kills = append(m.kills, time.Now())
}

func (m *model) downtime() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.down
}

// asked sees the HSS answer a NIR.
func (m *model) asked(req *diameter.Message) {
	var nir s6t.NIR
	if nir.Decode(req) != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	ue := ueOf(id.ExternalID(nir.UserIdentifier.ExternalIdentifier))
	m.granted[ue] = time.Now()
	for _, c := range m.configs {
		if c.ue == ue && c.as != 0 {
			c.revoked = time.Time{}
		}
	}
}

// anyAfter reports whether the last of times is not before t.
func anyAfter(times []time.Time, t time.Time) bool {
	return len(times) > 0 && !times[len(times)-1].Before(t)
}

// dataOf makes the content of a version: it says whose it is.
func dataOf(d *delivery, n int) string {
	return fmt.Sprintf("%s to ue%d: %d.%d", asID(d.c.as), d.c.ue, d.n, n)
}

// add makes a version of d. The caller holds mu.
func (m *model) add(d *delivery) *version {
	v := &version{d: d, data: dataOf(d, len(d.versions)), asked: m.tick()}
	d.versions = append(d.versions, v)
	m.byData[v.data] = v
	return v
}

func (m *model) tick() int {
	m.clock++
	return m.clock
}

// settled reports whether it is known what the delivery holds.
func (d *delivery) settled() bool { return d.changing == 0 && !d.muddled }

// sends sees a request leave the SCEF.
func (m *model) sends(to diameter.Identity, req *diameter.Message) {
	t := tdr(req)
	if t == nil {
		return
	}
	again := req.Flags&diameter.FlagRetransmitted != 0
	m.note("TDR to %s: %q again=%v e2e=%x", to.Host, t.NonIPData, again, req.EndToEnd)
	m.mu.Lock()
	defer m.mu.Unlock()
	v := m.byData[string(t.NonIPData)]
	if v == nil {
		m.violate("a TDR with what nobody posted: %q", t.NonIPData)
		return
	}
	now := time.Now()
	v.sends = append(v.sends, send{now, again, to.Host})
	if again {
		return
	}
	d, before := v.d, now.Add(-m.w.slack())
	if c := d.c; !c.deleted.IsZero() && c.deleted.Before(before) {
		m.violate("%q is sent after its configuration was deleted", v.data)
	} else if !c.revoked.IsZero() && c.revoked.Before(before) {
		m.violate("%q is sent after its configuration was revoked", v.data)
	}
	if len(d.outcomes) > 0 {
		m.violate("%q is sent after its outcome %s was told", v.data, d.outcomes[0].status)
	}
	if !d.deadline.IsZero() && d.settled() && d.deadline.Before(before) {
		m.violate("%q is sent %v after its time", v.data, now.Sub(d.deadline))
	}
	m.inTurn(v, before)
}

// inTurn checks that nothing was to go before v: what has a higher priority, or the same and is older. before is when v
// was chosen, or earlier. The caller holds mu.
func (m *model) inTurn(v *version, before time.Time) {
	d := v.d
	if d.latency == 0 || !d.settled() {
		return // what is not kept waits for nobody
	}
	for _, o := range m.deliveries {
		if o == d || o.c != d.c || o.uri == "" || !o.answered.Before(before) {
			continue
		}
		if o.priority < d.priority || o.priority == d.priority && !o.answered.Before(d.begun) {
			continue
		}
		if !o.waits(before) || !o.settled() || m.underWay(o) || !o.young.After(time.Now()) {
			continue
		}
		m.violate("%q of priority %d is sent before %q of priority %d", v.data, d.priority, o.versions[0].data, o.priority)
	}
}

// waits reports whether nothing ended the delivery, or may have.
func (d *delivery) waits(before time.Time) bool {
	return d.cancelling == 0 && d.cancelled.IsZero() && len(d.outcomes) == 0 && !d.c.mayEnd && (d.c.ends.IsZero() || d.c.ends.After(before)) && !d.received()
}

func (d *delivery) received() bool {
	for _, v := range d.versions {
		if len(v.got) > 0 {
			return true
		}
	}
	return false
}

// underWay reports whether a TDR may be under way whose result the SCEF does not know: one that was seen, or one of a
// process that died between the decision to send it and the line. The caller holds mu.
func (m *model) underWay(d *delivery) bool {
	if anyAfter(m.kills, d.answered) {
		return true
	}
	for _, v := range d.versions {
		if len(v.sends) > 0 {
			return true
		}
	}
	return false
}

// look finds what UEs received since the last look.
func (m *model) look() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for i, ue := range m.w.ues {
		all := ue.Received()
		for _, data := range all[m.read[i]:] {
			m.receives(i, string(data), now)
		}
		m.read[i] = len(all)
	}
}

func (m *model) receives(ue int, data string, now time.Time) {
	m.note("ue%d receives %q", ue, data)
	v := m.byData[data]
	switch {
	case v == nil:
		m.violate("ue%d received what nobody posted: %q", ue, data)
		return
	case v.d.c.ue != ue:
		m.violate("ue%d received what was for ue%d: %q", ue, v.d.c.ue, data)
	case !v.d.cancelled.IsZero():
		m.violate("%q was cancelled and received", data)
	case !v.replaced.IsZero():
		m.violate("%q was replaced and received", data)
	case v.d.refused || v.void:
		m.violate("%q was refused and received", data)
	}
	for _, o := range v.d.outcomes {
		if o.status != t8.DeliveryFailureTimeout {
			m.violate("%q was reported as %s and received afterwards", data, o.status)
		}
	}
	if n := len(v.got); n > 0 && !m.mayRepeat(v) {
		m.violate("%q was received twice although nothing was lost", data)
	}
	v.got = append(v.got, now)
}

// mayRepeat reports whether a UE may get the same data again: when the process that sent it died, and the serving node,
// which would have dropped the repetition, forgot that it had it. The caller holds mu.
func (m *model) mayRepeat(v *version) bool {
	return anyAfter(m.kills, v.sends[0].at) && anyAfter(m.restarts, v.got[0])
}

// uplinkAcknowledged sees a success leave the SCEF.
func (m *model) uplinkAcknowledged(req *diameter.Message) {
	a, ok := t6a.AVPNonIPData.Find(req.AVPs)
	if !ok {
		return
	}
	m.note("ODA: %q", a.Data)
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.uplinks[string(a.Data)]
	if u == nil {
		m.violate("an ODR with what no UE sent: %q", a.Data)
		return
	}
	u.acknowledged = true
	if u.got == 0 {
		m.violate("%q was acknowledged and not posted", a.Data)
	}
}

// notified looks at what an SCS/AS got, or did not get, from a POST. answered says that the SCEF saw it taken.
func (m *model) notified(s *server, body []byte, answered bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note("%s is notified (answered=%v): %s", s.ID(), answered, body)
	all := s.Notifications()
	fresh := all[m.heard[s.n]:]
	m.heard[s.n] = len(all)
	if answered && len(fresh) == 0 {
		answered = false // another POST at the same time has counted it
	}
	for _, n := range fresh {
		switch n := n.(type) {
		case *t8.NIDDUplinkDataNotification:
			m.upArrived(s, n)
		case *t8.NIDDDownlinkDataDeliveryStatusNotification:
			if owner, _, _, ok := t8.ParseNIDDDeliveryURI(n.NIDDDownlinkDataTransfer); !ok || owner != s.ID() {
				m.violate("%s is told of %s", s.ID(), n.NIDDDownlinkDataTransfer)
			}
			m.ended(n, answered)
		case *t8.NIDDConfigurationStatusNotification:
			if owner, _, ok := t8.ParseNIDDConfigurationURI(n.NIDDConfiguration); !ok || owner != s.ID() {
				m.violate("%s is told of %s", s.ID(), n.NIDDConfiguration)
			}
			if c := m.config(n.NIDDConfiguration); c != nil {
				c.told = append(c.told, string(n.Status))
			}
		default:
			m.violate("%s got a %T", s.ID(), n)
		}
	}
}

func (m *model) upArrived(s *server, n *t8.NIDDUplinkDataNotification) {
	u := m.uplinks[string(n.Data)]
	owner, _, ok := t8.ParseNIDDConfigurationURI(n.NIDDConfiguration)
	switch {
	case u == nil:
		m.violate("%s got what no UE sent: %q", s.ID(), n.Data)
		return
	case u.as != s.n || !ok || owner != s.ID():
		m.violate("%s got what was for %s: %q of %s", s.ID(), asID(u.as), n.Data, n.NIDDConfiguration)
	case n.ExternalID != external(u.ue):
		m.violate("what ue%d sent comes in the name of %s", u.ue, n.ExternalID)
	case u.got > 0:
		m.violate("%q was sent once and posted twice", n.Data)
	}
	u.got++
}

// ended takes a delivery status notification.
func (m *model) ended(n *t8.NIDDDownlinkDataDeliveryStatusNotification, answered bool) {
	o := outcome{n.DeliveryStatus, time.Now(), answered}
	if d := m.byURI[n.NIDDDownlinkDataTransfer]; d != nil {
		m.outcome(d, o)
		return
	}
	m.strays[n.NIDDDownlinkDataTransfer] = append(m.strays[n.NIDDDownlinkDataTransfer], o)
}

// outcome checks and notes the outcome of a delivery.
func (m *model) outcome(d *delivery, o outcome) {
	data := d.versions[len(d.versions)-1].data
	got := d.received()
	switch o.status {
	case t8.DeliverySuccessNextHopAcknowledged, t8.DeliverySuccessNextHopUnacknowledged:
		if !got {
			m.violate("%q was reported as %s and never received", data, o.status)
		}
	case t8.DeliveryFailureTimeout:
	case t8.DeliveryFailure, t8.DeliveryFailureNextHop, t8.DeliveryFailureTemporarilyUnreachable:
		if got && len(m.kills) == 0 {
			m.violate("%q was received and reported as %s", data, o.status)
		}
	default:
		m.violate("%q ended in the state %s", data, o.status)
	}
	if !d.cancelled.IsZero() {
		m.violate("%q was cancelled and reported as %s", data, o.status)
	}
	if len(d.outcomes) > 0 {
		last := d.outcomes[len(d.outcomes)-1]
		if last.status != o.status {
			m.violate("%q has the outcomes %s and %s", data, last.status, o.status)
		} else if last.answered && !anyAfter(m.kills, last.at) {
			m.violate("the outcome of %q was told twice although it was taken", data)
		}
	}
	d.outcomes = append(d.outcomes, o)
}

// config returns the configuration with the URI, or nil. The caller holds mu.
func (m *model) config(uri string) *config {
	for _, c := range m.configs {
		if c.uri == uri {
			return c
		}
	}
	return nil
}

// newConfig notes a configuration. The caller holds mu.
func (m *model) newConfig(as, ue int, v *t8.NIDDConfiguration) *config {
	c := m.config(v.Self)
	if c == nil {
		c = &config{as: as, ue: ue, uri: v.Self, ends: v.Duration, mayEnd: !m.revokes[as][ue].IsZero()}
		m.configs = append(m.configs, c)
	}
	return c
}

// stored notes that d is a resource.
func (m *model) stored(d *delivery, uri string) {
	d.uri = uri
	m.byURI[uri] = d
	for _, o := range m.strays[uri] {
		m.outcome(d, o)
	}
	delete(m.strays, uri)
}

// ueOf returns the number of the UE with the External Identifier.
func ueOf(name id.ExternalID) int {
	for i := range numUEs {
		if external(i) == name {
			return i
		}
	}
	return -1
}
