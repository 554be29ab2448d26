package diameter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// Overload says how a [Node] takes part in overload control by the loss algorithm (DOIC, RFC 7683), which 3GPP has in all
// its applications. The zero Overload means that it does, with all defaults: a core that is short of breath must be able
// to tell, and to who does not know the AVPs they are 24 octets without the M flag that mean nothing.
//
// As reacting node it adds OC-Supported-Features to the requests of Do that lack it and takes the overload reports
// (OC-OLR) out of the answers. While a report is in force, Do refuses its share of the requests that fall under it with
// ErrThrottled: those of the application to the host (Identity.Host of Do, or the peer that Do chose when that is empty)
// or to the realm (when Identity.Host is empty). The share of all these requests is kept to within a few of them, but it
// is taken from low priorities first: DRMP 12 to 15, then 8 to 11 (and requests without DRMP), then 4 to 7. DRMP 0 to 3 is
// refused at a reduction of 100 percent only.
//
// As reporting node it adds OC-Supported-Features to the answers to requests that have it and, while it is overloaded,
// a report on the host (HOST_REPORT). Answers that have an OC-OLR of their handler stay as they are, as do those to
// requests that a handler of AppRelay got. How much less the node wants follows from the share of Options.MaxInFlightTotal
// that is in use. It is looked at once a second, when requests come: from three quarters on, the reduction grows by 10
// percent each second, and by 20 when requests had to be refused with TOO_BUSY; below one half it shrinks by 5. It is 90 at
// most, so that the node sees when the load goes back. The end is told with a validity of 0 until the last report that
// said otherwise has expired. What one peer has in use (Options.MaxInFlight) is no overload of the node.
type Overload struct {
	// Off switches all of it off.
	Off bool

	// Reduction, if not nil, tells how many percent less the node wants, 0 to 100 (0 when not overloaded), instead of the
	// rule above. Called once a second at most, in the goroutine that reads from a peer: it must not block.
	Reduction func() int

	// Validity is how long the reports of the node hold (OC-Validity-Duration); they are renewed in time. Default 10 s, from
	// 2 s to 24 h; fractions of a second are cut off.
	Validity time.Duration

	// MaxReports is how many reports of other nodes are kept, for each application and host or realm one. When there are
	// more, the one that ends first goes. Default 1,024.
	MaxReports int
}

// measureTime is how often the load is looked at.
const measureTime = int64(time.Second)

func (o *Overload) withDefaults() (Overload, error) {
	var c Overload
	if o != nil {
		c = *o
	}
	var errs []error
	if c.Validity == 0 {
		c.Validity = 10 * time.Second
	}
	if c.Validity < 2*time.Second || c.Validity > maxValidity {
		errs = append(errs, fmt.Errorf("diameter: option Overload.Validity is %v, not in 2s to %v", c.Validity, maxValidity))
	}
	if c.MaxReports == 0 {
		c.MaxReports = 1 << 10
	}
	if c.MaxReports < 1 {
		errs = append(errs, fmt.Errorf("diameter: option Overload.MaxReports is %d, below 1", c.MaxReports))
	}
	return c, errors.Join(errs...)
}

// overload is the part of a node in overload control; nil when the node has none.
type overload struct {
	clock   func() int64
	pool    *pool
	reports reportTable // of others

	measureAt atomic.Int64              // when to look at the load again; who moves it on does so
	reporter  reporter                  // used by him
	own       atomic.Pointer[ownReport] // what answers tell; nil for nothing
}

// ownReport is what the node adds to answers, encoded.
type ownReport struct {
	report []byte // OC-OLR
	both   []byte // the same after OC-Supported-Features
}

func newOverload(o *Options, p *pool, clock func() int64) *overload {
	if o.Overload.Off {
		return nil
	}
	v := &overload{clock: clock, pool: p}
	v.reports.max = o.Overload.MaxReports
	v.reporter = newReporter(o.Overload, time.Now())
	return v
}

// supportedFeatures is the AVP OC-Supported-Features with OLR_DEFAULT_ALGO.
var supportedFeatures = func() []byte {
	b, at := BeginAVP(nil, 621, 0, 0)
	return EndAVP(AppendUint64(b, 622, 0, 0, uint64(OCFeatureVectorOLRDefaultAlgo)), at)
}()

// addToRequest returns the AVPs that are added to a request of Do.
func (v *overload) addToRequest(req *Message, own marks) []byte {
	if v == nil || own.features || own.forwarded || req.Len()+len(supportedFeatures) > MaxMessageLen {
		return nil
	}
	return supportedFeatures
}

// addToAnswer returns the AVPs that are added to an answer of this node to a request that has the marks asked.
func (v *overload) addToAnswer(ans *Message, asked, own marks) []byte {
	if v == nil || !asked.features || own.report {
		return nil
	}
	var add []byte
	switch r := v.own.Load(); {
	case r == nil && !own.features:
		add = supportedFeatures
	case r != nil && !own.features:
		add = r.both
	case r != nil:
		add = r.report
	}
	if ans.Len()+len(add) > MaxMessageLen {
		return nil
	}
	return add
}

// measure looks at the load of the node when it is time.
func (v *overload) measure(now int64) {
	if v == nil {
		return
	}
	at := v.measureAt.Load()
	if now < at || !v.measureAt.CompareAndSwap(at, math.MaxInt64) {
		return
	}
	load := float64(v.pool.active.Load()) / float64(v.pool.room[0])
	switch r, changed := v.reporter.step(now, load, v.pool.full.Swap(false)); {
	case !changed:
	case r == nil:
		v.own.Store(nil)
	default:
		v.own.Store(&ownReport{report: r, both: slices.Concat(supportedFeatures, r)})
	}
	v.measureAt.Store(now + measureTime)
}

// learn takes the overload reports out of an answer to a request of Do.
func (v *overload) learn(ans *Message, asked marks) {
	if v == nil || asked.forwarded || !look(ans.AVPs).report {
		return
	}
	host, _ := FindAVP(ans.AVPs, 264, 0)
	realm, _ := FindAVP(ans.AVPs, 296, 0)
	now := v.clock()
	for b := ans.AVPs; len(b) > 0; {
		a, rest, err := NextAVP(b)
		if err != nil {
			return
		}
		b = rest
		if a.Code != 623 || a.Vendor != 0 {
			continue
		}
		r, ok := parseReport(a.Data)
		switch {
		case !ok:
		case r.kind == OCReportTypeHostReport && len(host.Data) > 0:
			v.reports.put(reportKey{r.kind, ans.App, fold(string(host.Data))}, r, now)
		case r.kind == OCReportTypeRealmReport && len(realm.Data) > 0:
			v.reports.put(reportKey{r.kind, ans.App, fold(string(realm.Data))}, r, now)
		}
	}
}

// sheds reports whether a request of Do, that would go to peer, is to be left out.
func (v *overload) sheds(to, peer Identity, app ApplicationID, own marks) bool {
	if v == nil || own.forwarded || !v.reports.any() {
		return false
	}
	k, now := own.class(), v.clock()
	if to.Host != "" {
		return v.reports.sheds(reportKey{OCReportTypeHostReport, app, fold(to.Host)}, k, now)
	}
	return v.reports.sheds(reportKey{OCReportTypeRealmReport, app, fold(to.Realm)}, k, now) ||
		v.reports.sheds(reportKey{OCReportTypeHostReport, app, fold(peer.Host)}, k, now)
}
