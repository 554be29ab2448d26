package nidd

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// defaultPeriod is that of a policy.Quota which names none.
const defaultPeriod = 24 * time.Hour

// quotaOf is a quota that a downlink message counts for.
type quotaOf struct {
	*policy.Quota
	key meterKey
}

// quotas returns the quotas of messages and octets that data of the SCS/AS for the UE counts for; those without a limit have
// none.
func (p *Procedure) quotas(prof *policy.NIDD, scsas id.SCSASID, ue id.IMSI, apn id.APN) (q [3]quotaOf) {
	if prof.Quota.Messages|prof.Quota.Octets != 0 {
		q[0] = quotaOf{&prof.Quota, meterKey{scsasMeter, string(scsas), ""}}
	}
	if prof.UEQuota.Messages|prof.UEQuota.Octets != 0 {
		q[1] = quotaOf{&prof.UEQuota, meterKey{ueMeter, string(scsas), ue}}
	}
	if a := p.apn(apn); a != nil && a.Quota.Messages|a.Quota.Octets != 0 {
		q[2] = quotaOf{&a.Quota, meterKey{apnMeter, strings.ToLower(string(apn)), ""}}
	}
	return q
}

// spend counts a message of size octets, if it fits; otherwise it returns when it may.
func (q *quotaOf) spend(m *meters, size int, now time.Time) (ok bool, free time.Time) {
	unit := q.Period
	if unit == 0 {
		unit = defaultPeriod
	}
	messages, octets := allowance{uint64(q.Messages), unit}, allowance{uint64(q.Octets), unit}
	if q.Messages == 0 {
		messages = allowance{}
	}
	if q.Octets == 0 {
		octets = allowance{}
	}
	m.change(q.key, now, func(u *usage) {
		if ok, free = u[quotaMessages].fits(1, messages, now); !ok {
			return
		}
		if ok, free = u[quotaOctets].fits(uint64(size), octets, now); !ok {
			return
		}
		u[quotaMessages].spend(1, unit, now)
		u[quotaOctets].spend(uint64(size), unit, now)
	})
	return ok, free
}

func (q *quotaOf) restore(m *meters, size int, now time.Time) {
	m.change(q.key, now, func(u *usage) {
		u[quotaMessages].restore(1)
		u[quotaOctets].restore(uint64(size))
	})
}

// admit decides about one downlink message of size octets from the SCS/AS for a UE on an APN, connected or not: it returns nil
// and counts the message for the quotas, or a *fault.Error of code QuotaExceeded or RateLimited, with RetryAt, and counts
// nothing. Any other error is one of the store. What is admitted and then neither sent nor stored is given back by
// withdraw; what is sent counts for the rate control by sendTDR. The caller holds the slot of the UE.
func (p *Procedure) admit(ctx context.Context, op string, prof *policy.NIDD, scsas id.SCSASID, u *UE, apn id.APN, size int, now time.Time) error {
	quotas := p.quotas(prof, scsas, u.IMSI, apn)
	for i := range quotas {
		if quotas[i].Quota == nil {
			continue
		}
		if ok, free := quotas[i].spend(&p.meters, size, now); !ok {
			p.restore(quotas[:i], size, now)
			p.opts.Trace.limited(scsas, apn, limitQuota, false)
			return &fault.Error{Op: op, Code: fault.QuotaExceeded, Detail: "the quota of downlink data is used up", RetryAt: free}
		}
	}
	limit, err := p.checkRate(ctx, op, u, apn, now)
	if err == nil {
		return nil
	}
	p.restore(quotas[:], size, now)
	if limit != "" {
		p.opts.Trace.limited(scsas, apn, limit, false)
	}
	return err
}

// withdraw gives back what admit counted.
func (p *Procedure) withdraw(prof *policy.NIDD, scsas id.SCSASID, ue id.IMSI, apn id.APN, size int, now time.Time) {
	quotas := p.quotas(prof, scsas, ue, apn)
	p.restore(quotas[:], size, now)
}

func (p *Procedure) restore(quotas []quotaOf, size int, now time.Time) {
	for i := range quotas {
		if quotas[i].Quota != nil {
			quotas[i].restore(&p.meters, size, now)
		}
	}
}

// admitNow is deliverNow for data that quota and rate let pass; others are refused before anything is sent or stored.
func (p *Procedure) admitNow(ctx context.Context, op string, prof *policy.NIDD, d *Delivery, u *UE, c *Config, now time.Time) error {
	if err := p.admit(ctx, op, prof, c.SCSAS, u, c.APN, len(d.Data), now); err != nil {
		return err
	}
	err := p.deliverNow(ctx, d, u, c, now)
	if errors.Is(err, fault.QuotaExceeded) {
		p.opts.Trace.limited(c.SCSAS, c.APN, limitQuota, false)
	}
	if !d.Stored && d.State != Delivered && d.Attempt.SessionID == "" {
		p.withdraw(prof, c.SCSAS, u.IMSI, c.APN, len(d.Data), now)
	}
	return err
}

// admitFirst decides about the data that comes with a configuration, see admit.
func (p *Procedure) admitFirst(ctx context.Context, op string, prof *policy.NIDD, c *Config, t []t8.NIDDDownlinkDataTransfer, now time.Time) error {
	for i := range t { // one at most
		if err := p.admit(ctx, op, prof, c.SCSAS, &UE{IMSI: c.IMSI}, c.APN, len(t[i].Data), now); err != nil {
			return err
		}
	}
	return nil
}

// notKept is what becomes of a new delivery that may not be stored, since what may be is used up. When the UE was asked or
// triggered already, the request cannot be refused as if nothing had happened: the step that led from the state from is done
// again, for data that must not be kept.
func (d *Delivery) notKept(from State, ev Event, err error, now time.Time) error {
	if !errors.Is(err, fault.QuotaExceeded) || d.Attempt.SessionID == "" && from != Triggering {
		return err
	}
	d.State, d.Expires = from, now
	_, err = d.step(ev, now)
	return err
}
