package fleet

import "time"

// radio is the state of the radio of one device. Times are counted from the begin of the run.
type radio struct {
	until time.Duration // end of the last connection; in the future: it is connected
	tau   time.Duration // when it registers anew unless it connects before
	phase time.Duration // of its paging windows within the cycle
	out   bool          // of coverage
}

type reach uint8

const (
	connected reach = iota
	listening       // idle, and paged at once
	sleeping        // idle, and cannot be paged
)

// at tells how a device can be reached at the time t, and for one that sleeps until when.
func (p *Power) at(r *radio, t time.Duration) (reach, time.Duration) {
	psm := never
	if p.PSM {
		psm = r.until + p.ActiveTime
	}
	switch {
	case t < r.until:
		return connected, 0
	case t >= psm:
		return sleeping, r.tau
	case p.EDRX == 0:
		return listening, 0
	}
	in := (t - r.phase) % p.EDRX
	if in < 0 {
		in += p.EDRX
	}
	window := t + p.EDRX - in // the next one
	switch {
	case in < p.PagingWindow:
		return listening, 0
	case window >= psm:
		return sleeping, r.tau
	}
	return sleeping, window
}

// connect makes the radio connected from t on. It returns what that adds: whether it woke up, the span for which it is
// connected, and for how long it listened since the last connection.
func (p *Power) connect(r *radio, t time.Duration) (woke bool, from, to, listened time.Duration) {
	woke, from = t >= r.until, max(t, r.until)
	if woke {
		listened = p.listened(r, t)
	}
	r.until = max(t+p.Inactivity, r.until)
	r.tau = r.until + p.TAU
	return woke, from, r.until, listened
}

// listened is for how long an idle radio could be paged from the end of its last connection, or the begin of the run, to
// t. With eDRX it is the mean over all phases of the windows.
func (p *Power) listened(r *radio, t time.Duration) time.Duration {
	from, to := max(r.until, 0), t
	if p.PSM {
		to = min(t, r.until+p.ActiveTime)
	}
	if to <= from {
		return 0
	}
	if p.EDRX > 0 {
		return time.Duration(float64(to-from) * (float64(p.PagingWindow) / float64(p.EDRX)))
	}
	return to - from
}
