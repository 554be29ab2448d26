package nidd

import (
	"time"

	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t6a"
)

// rateControl is what a UE was told about the APN rate control over a connection (TS 23.401 §4.7.7.3). It keeps to that until
// it is told otherwise, and so does the SCEF.
type rateControl struct {
	// Asked has a bit for each container that the UE understands: bit 0 for the rate control, bit 1 for exception data.
	Asked     uint64
	Uplink    []byte // contents of t6a.ContainerAPNRateControl; empty: not told
	Exception []byte // contents of t6a.ContainerExceptionData; empty: not told
}

const (
	askedRates      = 1
	askedExceptions = 2
)

func (r *rateControl) limitUplink() bool { return len(r.Uplink) > 0 }

// wire returns the limits of policy as T6a writes them.
func wire(a *policy.APN) (up t6a.APNRateControl, beyond t6a.ExceptionRateControl) {
	if a == nil {
		return up, beyond
	}
	return t6a.APNRateControl{
		Unit: rateUnits[a.Rates.Uplink.Unit], ExceptionReports: a.Rates.ExceptionReports, MaxUplink: a.Rates.Uplink.Messages,
	}, t6a.ExceptionRateControl{Unit: rateUnits[a.Rates.Exception.Unit], MaxUplink: uint16(a.Rates.Exception.Messages)}
}

var rateUnits = map[policy.RateUnit]t6a.RateUnit{
	policy.PerMinute: t6a.RatePerMinute, policy.PerHour: t6a.RatePerHour, policy.PerDay: t6a.RatePerDay,
	policy.PerWeek: t6a.RatePerWeek,
}

// uplink returns the limit that holds for the UE: what it was told, otherwise what policy says; whether it may send exception
// data beyond it, and the limit on that.
func (r *rateControl) uplink(a *policy.APN) (up allowance, reports bool, beyond allowance) {
	limit, exceptions := wire(a)
	if told, err := t6a.ParseAPNRateControl(r.Uplink); err == nil {
		limit = told
	}
	if told, err := t6a.ParseExceptionRateControl(r.Exception); err == nil {
		exceptions = told
	}
	return allowance{uint64(limit.MaxUplink), limit.Unit.Duration()}, limit.ExceptionReports,
		allowance{uint64(exceptions.MaxUplink), exceptions.Unit.Duration()}
}

// ask notes what the UE asks for.
func (r *rateControl) ask(pco t6a.ExtendedPCO) (asked uint64) {
	if _, ok := pco.Find(t6a.ContainerAPNRateControl); ok {
		asked |= askedRates
	}
	if _, ok := pco.Find(t6a.ContainerExceptionData); ok {
		asked |= askedExceptions
	}
	r.Asked |= asked
	return asked
}

// next returns what the UE should have been told by policy. A UE that was told nothing is not told that there is no limit, and
// one that did not ask is told nothing.
func (r *rateControl) next(a *policy.APN) (told rateControl, err error) {
	told = *r
	up, beyond := wire(a)
	if r.Asked&askedRates != 0 && (up.Unit != 0 || len(r.Uplink) > 0) {
		if told.Uplink, err = up.Append(nil); err != nil {
			return told, err
		}
	}
	if r.Asked&askedExceptions != 0 && (beyond.Unit != 0 || len(r.Exception) > 0) {
		told.Exception, err = beyond.Append(nil)
	}
	return told, err
}

// tellRates notes what the UE asks for and returns what it is told.
func (p *Procedure) tellRates(conn *Connection, asks t6a.ExtendedPCO, left *usage) t6a.ExtendedPCO {
	if conn.Rates.ask(asks) == 0 {
		return nil
	}
	a := p.apn(conn.APN)
	told, err := conn.Rates.next(a)
	if err != nil {
		p.log.Error("rate control cannot be told", "apn", string(conn.APN), "err", err)
		return nil
	}
	conn.Rates = told
	pco := told.containers()
	if left != nil && a != nil && a.Rates.TellRemainder {
		pco = append(pco, told.remainder(a, left, time.Now())...)
	}
	return pco
}

// containers are what r says, for the UE.
func (r *rateControl) containers() (pco t6a.ExtendedPCO) {
	if len(r.Uplink) > 0 {
		pco = append(pco, t6a.Container{ID: t6a.ContainerAPNRateControl, Contents: r.Uplink})
	}
	if len(r.Exception) > 0 {
		pco = append(pco, t6a.Container{ID: t6a.ContainerExceptionData, Contents: r.Exception})
	}
	return pco
}

// take notes what an Extended-PCO told the UE, and reports whether it was about the rate control.
func (r *rateControl) take(pco t6a.ExtendedPCO) (found bool) {
	if b, ok := pco.Find(t6a.ContainerAPNRateControl); ok {
		r.Uplink, found = b, true
	}
	if b, ok := pco.Find(t6a.ContainerExceptionData); ok {
		r.Exception, found = b, true
	}
	return found
}

// remainder returns the containers that tell what is left of the limits at first, by the windows that go on.
func (r *rateControl) remainder(a *policy.APN, u *usage, now time.Time) (pco t6a.ExtendedPCO) {
	limit, _, beyond := r.uplink(a)
	if told, err := t6a.ParseAPNRateControl(r.Uplink); err == nil && u[upAPN].live(now) {
		told.MaxUplink = uint32(u[upAPN].left(limit, now))
		if b, err := told.Append(nil); err == nil {
			pco = append(pco, t6a.Container{ID: t6a.ContainerInitialAPNRateControl, Contents: b})
		}
	}
	if told, err := t6a.ParseExceptionRateControl(r.Exception); err == nil && u[upException].live(now) {
		told.MaxUplink = uint16(u[upException].left(beyond, now))
		if b, err := told.Append(nil); err == nil {
			pco = append(pco, t6a.Container{ID: t6a.ContainerInitialExceptionData, Contents: b})
		}
	}
	return pco
}
