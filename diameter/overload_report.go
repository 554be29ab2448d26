package diameter

import "time"

// reporter makes the overload reports of a node. Not safe for concurrent use.
type reporter struct {
	hook     func() int
	validity time.Duration

	seq     uint64
	percent int    // the present reduction
	olr     []byte // the present OC-OLR; nil for none
	at      int64  // when the load was looked at; 0 for never
	renewAt int64  // when olr needs a new sequence number so as not to expire; for the last one of an overload, when it may go
}

// The rule for the reduction: see Overload.
const (
	loadHigh, loadLow = 0.75, 0.5

	reductionRise, reductionRiseBusy, reductionFall = 10, 20, 5

	maxReduction = 90
)

// newReporter returns a reporter whose sequence numbers are greater than those of the process before it.
func newReporter(o *Overload, now time.Time) reporter {
	return reporter{hook: o.Reduction, validity: o.Validity.Truncate(time.Second), seq: uint64(now.Unix()) << 20}
}

// step looks at the load: the share of the room for requests that is in use, and whether requests were refused. It returns
// the OC-OLR for the answers until the next step, nil for none, and whether it is another one than before.
func (r *reporter) step(now int64, load float64, refused bool) (olr []byte, changed bool) {
	percent := r.percent
	switch {
	case r.hook != nil:
		percent = min(max(r.hook(), 0), 100)
	case refused:
		percent = min(percent+reductionRiseBusy, maxReduction)
	case load >= loadHigh:
		percent = min(percent+reductionRise, maxReduction)
	case load < loadLow:
		past := int64(1)
		if r.at != 0 {
			past = max(1, (now-r.at)/measureTime)
		}
		percent = int(max(0, int64(percent)-reductionFall*past))
	}
	r.at = now
	was := r.percent
	r.percent = percent
	switch {
	case percent == was && (r.olr == nil || now < r.renewAt):
		return r.olr, false
	case percent == 0 && was == 0: // the end was told for long enough
		r.olr = nil
		return nil, true
	}
	r.seq++
	rep := overloadReport{seq: r.seq, kind: OCReportTypeHostReport, percent: percent, validity: r.validity}
	r.renewAt = now + int64(r.validity/2)
	if percent == 0 {
		rep.validity = 0
		r.renewAt = now + int64(r.validity)
	}
	r.olr = appendReport(nil, rep)
	return r.olr, true
}
