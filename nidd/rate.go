package nidd

import (
	"context"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
)

// servingUnit is the time that the serving PLMN rate control counts for (TS 23.401 §4.7.7.2).
const servingUnit = 6 * time.Minute

// The limits, as Trace.Limited names them.
const (
	limitQuota   = "quota"
	limitAPN     = "APN rate"
	limitServing = "serving PLMN rate"
)

// apn returns what policy says of an APN, or nil.
func (p *Procedure) apn(apn id.APN) *policy.APN {
	if p.apns == nil {
		return nil
	}
	return p.apns.APN(apn)
}

func allowed(r policy.Rate) allowance { return allowance{uint64(r.Messages), r.Unit.Duration()} }

// downlink returns the allowances for downlink data, by the number of their windows. conn and a may be nil.
func downlink(conn *Connection, a *policy.APN) (limits [2]allowance, limited bool) {
	if conn != nil && conn.DownlinkRate != nil && *conn.DownlinkRate > 0 {
		limits[downServing] = allowance{uint64(*conn.DownlinkRate), servingUnit}
	}
	if a != nil {
		limits[downAPN] = allowed(a.Rates.Downlink)
	}
	return limits, limits[downServing].unit|limits[downAPN].unit != 0
}

// fitsDownlink reports whether n more downlink messages fit the rate control, and otherwise which limit stops them and until
// when. conn may be nil.
func (p *Procedure) fitsDownlink(ue id.IMSI, apn id.APN, conn *Connection, n uint64, now time.Time) (ok bool, limit string, until time.Time) {
	limits, limited := downlink(conn, p.apn(apn))
	if !limited {
		return true, "", time.Time{}
	}
	u := p.meters.look(ratesOf(ue, apn))
	for _, x := range []struct {
		window int
		name   string
	}{{downAPN, limitAPN}, {downServing, limitServing}} {
		if fits, free := u[x.window].fits(n, limits[x.window], now); !fits && free.After(until) {
			limit, until = x.name, free
		}
	}
	return limit == "", limit, until
}

// checkRate refuses a downlink message that the rate control stops, with those that are buffered before it. The caller holds
// the slot of the UE.
func (p *Procedure) checkRate(ctx context.Context, op string, u *UE, apn id.APN, now time.Time) (limit string, err error) {
	conn := u.byAPN(apn)
	if _, limited := downlink(conn, p.apn(apn)); !limited {
		return "", nil
	}
	buffered, err := p.buffered(ctx, u, apn)
	if err != nil {
		return "", err
	}
	ok, limit, until := p.fitsDownlink(u.IMSI, apn, conn, buffered+1, now)
	if ok {
		return "", nil
	}
	return limit, &fault.Error{Op: op, Code: fault.RateLimited, Detail: "the " + limit + " control stops the data", RetryAt: until}
}

// buffered returns how many stored deliveries there are for the UE on an APN.
func (p *Procedure) buffered(ctx context.Context, u *UE, apn id.APN) (n uint64, err error) {
	if u.pending == 0 || len(u.configs) == 1 && u.configs[0].APN.Equal(apn) {
		return u.pending, nil
	}
	err = p.Store.View(ctx, func(r store.Reader) error {
		n = 0
		from := deliveriesOf(u.IMSI)
		for kv, err := range r.Scan(from, store.PrefixEnd(from), false) {
			if err != nil {
				return err
			}
			d, err := decodeDelivery(kv.Value)
			if err != nil {
				return err
			}
			for i := range u.configs {
				if c := &u.configs[i]; c.SCSAS == d.SCSAS && c.ID == d.ConfigID && c.APN.Equal(apn) {
					n++
				}
			}
		}
		return nil
	})
	return n, err
}

// pace reports whether the rate control lets the next stored delivery go out over the connection. If not, the data waits
// for the window to end.
func (s *session) pace(conn *Connection) bool {
	ok, _, until := s.p.fitsDownlink(s.ue.IMSI, conn.APN, conn, 1, s.now)
	if !ok {
		conn.PausedUntil = until
		s.changed = true
	}
	return ok
}

// paused reports whether stored data waits for a window of the rate control to end.
func (c *Connection) paused(now time.Time) bool { return c.PausedUntil.After(now) }

// countDownlink counts a TDR that the serving node took, or may have taken.
func (p *Procedure) countDownlink(d *Delivery, ev Event, now time.Time) {
	if d.Attempt.limits == nil || ev.Kind != Acknowledged && ev.Kind != Accepted && ev.Kind != NoAnswer {
		return
	}
	p.meters.change(ratesOf(d.IMSI, d.Attempt.limits.apn), now, func(u *usage) {
		for i, l := range d.Attempt.limits.down {
			if l.unit != 0 {
				u[i].spend(1, l.unit, now)
			}
		}
	})
}

// attemptLimits are the limits that a TDR counts for; nil where there are none. They are of this node, and not stored.
type attemptLimits struct {
	apn  id.APN
	down [2]allowance
}

func (p *Procedure) attemptLimits(conn *Connection) *attemptLimits {
	limits, limited := downlink(conn, p.apn(conn.APN))
	if !limited {
		return nil
	}
	return &attemptLimits{conn.APN, limits}
}

// takeUplink counts a message of the UE and reports whether it is within the APN rate control. Exception data that finds the
// limit used up has an allowance of its own. What goes beyond is discarded.
func (p *Procedure) takeUplink(u *UE, conn *Connection, scsas id.SCSASID, exception bool, now time.Time) bool {
	a := p.apn(conn.APN)
	if a == nil && !conn.Rates.limitUplink() || a != nil && a.Rates.UplinkByUE {
		return true
	}
	up, reports, beyond := conn.Rates.uplink(a)
	if up.unit == 0 {
		return true
	}
	taken := false
	p.meters.change(ratesOf(u.IMSI, conn.APN), now, func(u *usage) {
		if taken, _ = u[upAPN].fits(1, up, now); taken {
			u[upAPN].spend(1, up.unit, now)
			return
		}
		if !exception || !reports {
			return
		}
		if taken, _ = u[upException].fits(1, beyond, now); taken && beyond.unit != 0 {
			u[upException].spend(1, beyond.unit, now)
		}
	})
	if !taken {
		p.opts.Trace.limited(scsas, conn.APN, limitAPN, true)
	}
	return taken
}

// isException reports whether data comes with the RRC cause MO exception data: the MME reports its counter with it.
func isException(odr *t6a.ODR) bool {
	r := odr.RRCCauseCounter
	return r != nil && r.CounterValue != nil && *r.CounterValue > 0
}
